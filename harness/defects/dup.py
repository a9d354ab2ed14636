"""Planted defects of duplicates and idempotency (fault corpus B)."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.defects.patching import (
    answers,
    around,
    attribute,
    does_nothing,
    function,
)
from harness.defects.registry import defect
from simulators.sync import (
    alert_clients,
    copies,
    creating,
    finding,
    migration,
    requesting,
    told,
    twins,
)
from simulators.sync.alerts_to_nomis import AlertsToNomis
from simulators.sync.creating import Creator
from simulators.sync.leftovers import Leftovers
from simulators.sync.memory import Memory
from simulators.sync.notes import Mapping
from simulators.sync.ports import CallRefused
from simulators.sync.to_nomis import ToNomis

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from harness.defects.registry import Patches

_CONFLICT = 409
_ERROR = 400


def no_look() -> Patches:
    """Let the creator remember and look for no earlier attempt, and remove no twin."""

    async def create(original: Any, self: Any, note: Any, tale: Any) -> Any:
        self._made = Memory()
        return await original(self, note, tale)

    return [
        around(Creator, "create", create),
        attribute(Creator, "_own_row", does_nothing()),
        attribute(Leftovers, "remove_twins", does_nothing()),
    ]


def no_settling() -> Patches:
    """Let two rows that workers made for one note both stay."""
    return [*no_look(), function(creating.surplus, answers([]))]


class NoLocks:
    """Locks that let everyone in."""

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[None]:
        """Hold nothing."""
        yield


@defect(
    "DUP-01",
    "The create is repeated blindly after its answer was lost",
    "to-nomis",
    "duplicate",
    wrong="a redelivered create does not look for the row that it may have made",
    shows="two equal NOMIS rows, one mapping, one DPS note",
)
def _() -> Patches:
    return no_look()


@defect(
    "DUP-02",
    "The twin repair compares ids that never match",
    "to-nomis",
    "duplicate",
    line="Then the prisoner has 1 case note in NOMIS",
    wrong="the row's id is part of what makes two rows twins",
    shows="a twin stays for ever while the repair says it looks for them",
)
def _() -> Patches:
    return [function(twins.equal_twins, answers([]))]


@defect(
    "DUP-03",
    "The twin repair removes a lawful note",
    "to-nomis",
    "lost",
    wrong="the repair looks neither at the marker nor at the row's age",
    shows="a NOMIS note vanishes that an officer wrote",
)
def _() -> Patches:
    return [
        function(twins.is_repairable, answers(True)),
        function(
            twins.equal_twins,
            lambda rows, nomis, dps, now: [
                row
                for row in nomis
                if row.id not in {m.nomis_id for m in rows}
                and any(o.id != row.id and o.text == row.text for o in nomis)
            ],
        ),
    ]


@defect(
    "DUP-04",
    "A failed mapping repeats the whole create",
    "to-nomis",
    "duplicate",
    wrong="the mapping's failure is raised, and the create runs again",
    shows="as many NOMIS rows as attempts, the last one mapped",
)
def _() -> Patches:
    async def mapped(original: Any, self: Any, row: Any) -> bool:
        answer = await self._services.mappings.add(row)
        if answer.status >= _ERROR and answer.status != _CONFLICT:
            raise CallRefused(answer.status, "mapping")
        return bool(answer.status != _CONFLICT)

    return [*no_look(), around(Creator, "_map", mapped)]


async def create_always(original: Any, self: Any, event: Any) -> None:
    """Create for every created event, whatever the mapping says."""
    tale = told.told(event)
    if not event.type.endswith("created") or not told.is_ours(tale):
        await original(self, event)
        return
    note = await finding.note_anywhere(self._services, [tale.prisoner], tale.dps_id)
    if note is not None:
        await self._creator.create(note, replace(tale, attempt=1))


@defect(
    "DUP-05",
    "The same create event delivered twice creates twice",
    "to-nomis",
    "duplicate",
    wrong="nobody asks whether the note has a mapping already",
    shows="a second NOMIS row of one note",
)
def _() -> Patches:
    return [*no_settling(), around(ToNomis, "changed", create_always)]


@defect(
    "DUP-06",
    "Check, then create, without protection against overlap",
    "to-nomis",
    "duplicate",
    wrong="two workers look before either creates, and no key stops the second",
    shows="two NOMIS rows within milliseconds",
)
def _() -> Patches:
    def made(original: Any, self: Any, *arguments: Any) -> None:
        original(self, *arguments)
        self._locks = NoLocks()

    return [*no_settling(), around(ToNomis, "__init__", made)]


@defect(
    "DUP-07",
    "The lock is taken after the state was read",
    "to-nomis",
    "duplicate",
    wrong="the mapping is looked up before the lock is held",
    shows="duplicates, only under load",
)
def _() -> Patches:
    async def bring(original: Any, self: Any, tale: Any) -> None:
        before = await self._services.mappings.by_dps(tale.dps_id)
        async with self._locks.hold(tale.dps_id):
            note = await finding.note_anywhere(
                self._services, [tale.prisoner], tale.dps_id
            )
            if note is not None and not before:
                await self._creator.create(note, tale)
        if before:
            await original(self, tale)

    return [*no_settling(), around(ToNomis, "bring", bring)]


@defect(
    "DUP-11",
    "A repeated migration loads everything once more",
    "from-nomis",
    "duplicate",
    wrong="the load creates instead of looking for what it loaded before",
    shows="each note twice in DPS after the second run",
)
def _() -> Patches:
    async def load(original: Any, self: Any, prisoner: str, label: str) -> int:
        rows = await self._services.nomis.notes(prisoner) or []
        mapped = await self._services.mappings.by_nomis_ids([r.id for r in rows])
        for row in rows:
            request = requesting.new_note(row, prisoner)
            if row.id in mapped:
                request["legacyId"] = row.id + 1_000_000_000
            dps_id, _ = await self._services.dps.upsert(request)
            if row.id not in mapped:
                await self._services.mappings.add(
                    Mapping(dps_id, row.id, prisoner, row.booking, migration.MIGRATED)
                )
        return len(rows)

    return [around(migration.Migration, "load", load)]


@defect(
    "DUP-12",
    "Equal notes are confused when copies are paired",
    "from-nomis",
    "mapping-sound misplaced duplicate lost corrupt",
    wrong="copies are paired by their times alone, without text and amendments",
    shows="amendments of one note appear on its neighbour",
)
def _() -> Patches:
    def short(row: Any) -> Any:
        return (row.type, row.sub_type, row.staff_id)

    return [
        function(copies.whole_print, short),
        function(copies.text_print, short),
        function(copies.short_print, short),
    ]


@defect(
    "DUP-13",
    "A resent create event is believed and makes a twin",
    "to-nomis",
    "duplicate",
    wrong="the event's type decides, not the mapping",
    shows="a twin in NOMIS of a note synced long ago",
)
def _() -> Patches:
    return [
        *no_settling(),
        function(told.may_have_created, answers(False)),
        around(ToNomis, "changed", create_always),
    ]


@defect(
    "DUP-08",
    "A create refused as a duplicate counts as done",
    "to-nomis",
    "lost",
    line="Then there are 3 alert notes on each side",
    owners="to-nomis nomis",
    wrong="409 ends the handling, and no mapping is made of the row that is there",
    shows="the alert is never mapped, so its end does not reach it in NOMIS",
)
def _() -> Patches:
    async def create(original: Any, self: Any, alert: Any, attempt: int) -> None:
        try:
            await original(self, alert, 1)
        except CallRefused as refusal:
            if refusal.status != _CONFLICT:
                raise

    return [around(AlertsToNomis, "_create", create)]


@defect(
    "DUP-09",
    "The record that a create is refused for is taken as the one asked for",
    "to-nomis",
    "lost",
    line="Then there are 3 alert notes on each side",
    owners="to-nomis nomis",
    wrong="409: the new alert is mapped to the older one, whose end is still to come",
    shows="two DPS alerts for one of NOMIS; the later end hits the wrong one",
)
def _() -> Patches:
    async def create(original: Any, self: Any, alert: Any, attempt: int) -> None:
        try:
            await original(self, alert, attempt)
        except CallRefused as refusal:
            if refusal.status != _CONFLICT:
                raise
            code = alert["alertCode"]["code"]
            prisoner = alert["prisonNumber"]
            for stored in await self._services.nomis.latest(prisoner):
                if stored["alertCode"]["code"] == code and stored["isActive"]:
                    key = (stored["bookingId"], stored["alertSequence"])
                    uuid, kind = alert["alertUuid"], "DPS_CREATED"
                    await self._map(alert_clients.row(uuid, *key, prisoner, kind))
                    return

    return [around(AlertsToNomis, "_create", create)]
