"""Planted defects of order and lost updates (fault corpus C)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from harness.defects.dup import NoLocks, create_always, no_settling
from harness.defects.patching import answers, around, attribute, does_nothing, function
from harness.defects.registry import defect
from simulators.dps import upsert
from simulators.sync import (
    consumer,
    from_nomis,
    merging,
    planning,
    requesting,
    to_nomis,
)
from simulators.sync.from_nomis import FromNomis
from simulators.sync.notes import by_sync
from simulators.sync.ports import NotYet
from simulators.sync.to_nomis import ToNomis
from simulators.sync.updating import Updater

if TYPE_CHECKING:
    from harness.defects.registry import Patches


@defect(
    "ORD-01",
    "A late event about a deleted row raises",
    "from-nomis",
    "conserved",
    wrong="404 on reading the row back counts as a failure",
    shows="a dead letter for a harmless situation",
)
def _() -> Patches:
    async def changed(original: Any, self: Any, event: Any) -> None:
        nomis_id = int(event.content["caseNoteId"])
        if await self._services.nomis.note(nomis_id) is None:
            raise LookupError(nomis_id)
        await original(self, event)

    return [around(FromNomis, "changed", changed)]


@defect(
    "ORD-02",
    "An update without mapping creates, and the create creates again",
    "to-nomis",
    "duplicate",
    wrong="both handlers create: the one when it finds no mapping, the other always",
    shows="two rows of one note, when the update comes first",
)
def _() -> Patches:
    return [*no_settling(), around(ToNomis, "changed", create_always)]


@defect(
    "ORD-03",
    "An amendment that comes before its mapping is given up at once",
    "to-nomis",
    "conserved lost stale",
    wrong="no mapping is a failure, and the retries follow each other without delay",
    shows="the amendment is in the DLQ although everything is healthy",
)
def _() -> Patches:
    async def changed(original: Any, self: Any, event: Any) -> None:
        if event.type.endswith("updated"):
            dps_id = event.content["additionalInformation"]["id"]
            if not await self._services.mappings.by_dps(dps_id):
                raise NotYet("no mapping")
        await original(self, event)

    return [
        around(ToNomis, "changed", changed),
        function(consumer.give_back_delay, answers(0.0)),
    ]


@defect(
    "ORD-04",
    "A read that lags behind its event is believed",
    "from-nomis",
    "lost stale converged",
    wrong="one read after the event, though the replica may be behind",
    shows="DPS stays one version behind, or lacks the note, without any error",
)
def _() -> Patches:
    return [
        function(from_nomis.may_still_appear, answers(False)),
        function(planning.may_be_stale, answers(False)),
    ]


@defect(
    "ORD-04-dps",
    "A note that DPS does not show yet is taken for deleted",
    "to-nomis",
    "lost",
    wrong="404 at the first read after the event is believed",
    shows="NOMIS lacks the note, without any error",
)
def _() -> Patches:
    return [function(to_nomis.may_still_appear, answers(False))]


def without_order() -> Patches:
    """Let from-nomis read, wait, and write what it read, whoever else is at it."""

    async def update(
        original: Any, self: Any, stored: Any, row: Any, about: Any
    ) -> bool:
        note = await self._whereabouts.note_of(stored, row, about)
        if note is not None:
            await asyncio.sleep(0)  # lets whoever else is at it come first
            wrote = await self._bring(stored, note, about)
            await self._bring_copies(stored, note, row, wrote)
            self._remember(stored, about)
        return True

    def made(original: Any, self: Any, *arguments: Any) -> None:
        original(self, *arguments)
        self._locks = NoLocks()

    return [
        around(Updater, "update", update),
        around(FromNomis, "__init__", made),
    ]


@defect(
    "ORD-05",
    "Two workers on one note: the slower writes what it read first",
    "from-nomis",
    "stale converged lost corrupt",
    wrong="no lock, no second look: read, write, done",
    shows="the last text in DPS is an older one of NOMIS",
)
def _() -> Patches:
    return without_order()


@defect(
    "ORD-05-to",
    "DPS changed while NOMIS was being written, and nobody looks again",
    "to-nomis",
    "stale converged lost corrupt",
    wrong="no lock and no second look at DPS after the write",
    shows="the last text in NOMIS is an older one of DPS",
)
def _() -> Patches:
    def made(original: Any, self: Any, *arguments: Any) -> None:
        original(self, *arguments)
        self._locks = NoLocks()

    return [
        function(to_nomis.changed_meanwhile, answers(False)),
        around(ToNomis, "__init__", made),
    ]


@defect(
    "ORD-06",
    "A NOMIS edit hidden under the sync's later write is skipped",
    "from-nomis",
    "lost stale converged",
    line="Then both sides hold the note with 2 amendments",
    wrong="a row whose last writer is the sync is skipped without comparing",
    shows="the officer's amendment is in NOMIS only",
)
def _() -> Patches:
    async def update(original: Any, self: Any, stored: Any, *rest: Any) -> bool:
        if by_sync(stored.module):
            return True
        return bool(await original(self, stored, *rest))

    return [around(Updater, "update", update)]


@defect(
    "ORD-07",
    "A push from DPS wipes an amendment that NOMIS alone has",
    "to-nomis",
    "lost",
    line="Then both sides hold the note with 2 amendments",
    wrong="the NOMIS text is replaced, not merged",
    shows="the officer's amendment is nowhere any more",
)
def _() -> Patches:
    return [
        function(to_nomis.is_news, answers(False)),
        function(to_nomis.text_is_news, answers(False)),
    ]


@defect(
    "ORD-08",
    "A sync update overwrites the legacy id",
    "dps",
    "altered",
    owners="dps from-nomis",
    line="Then the DPS id and the legacy id of the note are as before",
    wrong="the update takes the legacy id of the request",
    shows="the legacy id changes between reads",
)
def _() -> Patches:
    import msgspec

    plain = upsert.replaced

    def replaced(model: Any, existing: Any, request: Any, pairs: Any) -> Any:
        note = plain(model, existing, request, pairs)
        return msgspec.structs.replace(note, legacy_id=request.legacy_id)

    return [function(plain, replaced)]


@defect(
    "ORD-09",
    "An amendment's origin is taken from the note",
    "from-nomis",
    "altered",
    wrong="every part of a note born in DPS is sent as written in DPS",
    shows="DPS reports the wrong system of origin for a NOMIS amendment",
)
def _() -> Patches:
    plain = requesting.changed_note

    def changed(row: Any, note: Any, **named: Any) -> dict[str, Any]:
        request = plain(row, note, **named)
        for amendment in request["amendments"]:
            amendment["system"] = request["system"]
        return request

    return [function(plain, changed)]


@defect(
    "ORD-10",
    "A changed occurrence date is not seen",
    "from-nomis",
    "converged stale lost",
    wrong="the comparison looks at text and type only",
    shows="occurrence differs for ever",
)
def _() -> Patches:
    return [
        function(merging.same_fields, merging.same_type),
        function(merging.same_time, answers(True)),
    ]


@defect(
    "ORD-11",
    "Type and occurrence edited in DPS are not sent to NOMIS",
    "to-nomis",
    "converged stale",
    wrong="the update to NOMIS carries text and amendments only",
    shows="NOMIS keeps the old type and date",
    equivalent=(
        "As deployed NOMIS takes neither from an update (http-contracts N3); the limit "
        "nomis-update-is-text-only says so of every sync."
    ),
)
def _() -> Patches:
    return [function(to_nomis.changed_fields, answers({}))]


@defect(
    "ORD-14",
    "Edits that cross swap the two texts",
    "to-nomis",
    "converged stale overwritten lost corrupt",
    owners="to-nomis from-nomis",
    wrong="each direction pushes its own text and neither looks again",
    shows="each side ends with the other's text",
)
def _() -> Patches:
    async def update(original: Any, self: Any, stored: Any, *rest: Any) -> bool:
        if by_sync(stored.module):
            return True
        return bool(await original(self, stored, *rest))

    return [
        function(to_nomis.text_is_news, answers(False)),
        function(to_nomis.changed_meanwhile, answers(False)),
        attribute(ToNomis, "_learn", does_nothing()),
        around(Updater, "update", update),
    ]
