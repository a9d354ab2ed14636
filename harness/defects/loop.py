"""Planted defects of loop prevention (fault corpus A)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.defects.patching import answers, around, attribute, function
from harness.defects.registry import defect
from simulators.nomis import rows
from simulators.nomis.notes import API_USER, CaseNotes
from simulators.sync import creating, notes, planning, to_nomis, told, welcoming
from simulators.sync.clients import Nomis
from simulators.sync.from_nomis import FromNomis
from simulators.sync.welcoming import Welcomer

if TYPE_CHECKING:
    from harness.defects.registry import Patches

_PROPERTY = property


@defect(
    "LOOP-01",
    "No origin check at all from NOMIS to DPS",
    "from-nomis",
    "loop duplicate",
    wrong="from-nomis takes every row event as a user's change, its sister's too",
    shows="DPS is written again, or gets a second note, after one DPS change",
)
def _() -> Patches:
    return [
        function(welcoming.may_be_echo, answers(False)),
        function(notes.by_sync, answers(False)),
    ]


@defect(
    "LOOP-01-to",
    "No origin check at all from DPS to NOMIS",
    "to-nomis",
    "loop duplicate",
    wrong="to-nomis takes every DPS event as a DPS user's change",
    shows="NOMIS gets a second row of a note that came from NOMIS",
)
def _() -> Patches:
    return [
        function(told.is_ours, lambda tale: tale.synced),
        attribute(to_nomis.ToNomis, "_learn", around_nothing()),
    ]


def around_nothing() -> Any:
    """Return a coroutine method that does nothing."""

    async def nothing(*_: Any) -> None:
        return None

    return nothing


@defect(
    "LOOP-02",
    "The create in NOMIS is not stamped as the sync's",
    "nomis",
    "loop duplicate mapping-sound",
    owners="from-nomis to-nomis",
    wrong="the API stamps amends and deletes, but a created row looks like a user's",
    shows="a second DPS note of a note nobody wrote in NOMIS; a mapping conflict",
)
def _() -> Patches:
    def insert(original: Any, self: Any, booking: Any, draft: Any, *who: Any) -> Any:
        module, user = who
        if user == API_USER:
            module, user = "PRISON_API", draft.username
        return original(self, booking, draft, module, user)

    return [around(CaseNotes, "insert", insert)]


@defect(
    "LOOP-03",
    "The sync's marker leaks into a NOMIS user's session",
    "nomis",
    "stale lost converged corrupt",
    owners="from-nomis",
    wrong="marker and data are written apart, so an officer's edit carries the marker",
    shows="a genuine NOMIS edit is skipped for ever",
)
def _() -> Patches:
    def update(
        original: Any, self: Any, row: Any, module: Any, *a: Any, **n: Any
    ) -> Any:
        return original(self, row, rows.SYNC_MODULE, *a, **n)

    return [around(CaseNotes, "update", update)]


@defect(
    "LOOP-04",
    "A null audit module taken for a NOMIS note",
    "from-nomis",
    "loop duplicate mapping-sound",
    owners="from-nomis to-nomis",
    wrong="a row without marker counts as NOMIS' own, without asking who wrote it",
    shows="two DPS notes of one text, a mapping conflict for the NOMIS id",
)
def _() -> Patches:
    return [
        function(
            welcoming.may_be_echo,
            lambda stored: stored.module is not None and notes.by_sync(stored.module),
        )
    ]


@defect(
    "LOOP-05",
    "A missing audit module crashes the consumer",
    "from-nomis",
    "lost conserved",
    wrong="the audit module is declared mandatory when a row is read",
    shows="the message goes to the DLQ and DPS lacks the note",
)
def _() -> Patches:
    plain = notes.nomis_note

    def strict(body: dict[str, Any]) -> Any:
        if not body.get("auditModuleName"):
            raise KeyError("auditModuleName")
        return plain(body)

    return [function(plain, strict)]


@defect(
    "LOOP-06",
    "Origin judged by the event, which carries no marker",
    "from-nomis",
    "loop duplicate",
    wrong="the audit module of the event decides; NOMIS' events have none",
    shows="every create in NOMIS echoes into DPS",
)
def _() -> Patches:
    async def welcome(original: Any, self: Any, stored: Any, about: Any) -> Any:
        if about.marked:
            return None
        as_users = replace(stored, module="EVENT", inserted_by=stored.usernames[0])
        return await original(self, as_users, about)

    return [around(Welcomer, "welcome", welcome)]


@defect(
    "LOOP-07",
    "The marker compared for equality, writers use variants",
    "from-nomis",
    "loop duplicate",
    line="Then the sync never wrote to DPS",
    wrong="a suffixed marker of our own sync counts as a user's module",
    shows="loop or duplicate only for writes made under a variant",
)
def _() -> Patches:
    return [
        function(notes.by_sync, lambda module: module == notes.SYNC),
        attribute(notes.NomisNote, "made_by_api", _PROPERTY(answers(False))),
    ]


@defect(
    "LOOP-08",
    "The marker's family is too wide: other syncs' writes are dropped",
    "from-nomis",
    "lost",
    wrong="whatever module begins like a sync's is skipped as our own echo",
    shows="the NOMIS row exists, DPS never gets it, there is no mapping",
)
def _() -> Patches:
    async def welcome(original: Any, self: Any, stored: Any, about: Any) -> Any:
        if (stored.module or "").startswith("DPS_SYNC"):
            return None
        return await original(self, stored, about)

    return [around(Welcomer, "welcome", welcome)]


@defect(
    "LOOP-09",
    "The echo of a deletion made in DPS is handled as a NOMIS deletion",
    "from-nomis",
    "loop lost resurrected",
    wrong="a deleted event always deletes in DPS, by a mapping kept in memory",
    shows="a second deletion of what is gone",
    equivalent=(
        "DPS never uses an id twice and has no restore, so the second DELETE finds "
        "nothing: it answers 204, tells no event and changes nothing (http-contracts "
        "C4)."
    ),
)
def _() -> Patches:
    kept: dict[int, str] = {}

    async def changed(original: Any, self: Any, event: Any) -> None:
        await original(self, event)
        nomis_id = int(event.content["caseNoteId"])
        row = await self._services.mappings.by_nomis(nomis_id)
        if row is not None:
            kept[nomis_id] = row.dps_id

    async def deleted(original: Any, self: Any, event: Any) -> None:
        nomis_id = int(event.content["caseNoteId"])
        if nomis_id in kept:
            await self._services.dps.delete(kept[nomis_id])
        await original(self, event)

    return [
        around(FromNomis, "changed", changed),
        around(FromNomis, "deleted", deleted),
    ]


@defect(
    "LOOP-10",
    "Deletions are not filtered by their source",
    "to-nomis",
    "loop",
    wrong="a DPS deletion done for NOMIS is pushed to NOMIS again",
    shows="to-nomis deletes in NOMIS what NOMIS users deleted",
)
def _() -> Patches:
    async def deleted(original: Any, self: Any, event: Any) -> None:
        tale = told.told(event)
        rows = await self._services.mappings.by_dps(tale.dps_id)
        if rows:
            await self._remove(tale.dps_id, rows)

    return [around(to_nomis.ToNomis, "deleted", deleted)]


@defect(
    "LOOP-11",
    "The source was renamed and the filter no longer matches",
    "to-nomis",
    "lost stale",
    wrong="the source is compared with an outdated name, and others are skipped",
    shows="nothing reaches NOMIS, with no error anywhere",
)
def _() -> Patches:
    return [function(told.from_dps, lambda source: source == "CASENOTES")]


@defect(
    "LOOP-12",
    "A row event without visible change is written to DPS all the same",
    "from-nomis",
    "loop",
    wrong="from-nomis upserts without comparing, so a batch job floods DPS",
    shows="DPS is written more often than users changed anything",
)
def _() -> Patches:
    return [attribute(planning.Plan, "__bool__", answers(True))]


@defect(
    "LOOP-13",
    "A DPS event without any change writes to NOMIS",
    "to-nomis",
    "loop",
    line="Then the sync never wrote to NOMIS",
    wrong="the short-cut for a row that shows the note already is gone",
    shows="NOMIS' modified time moves at every repeat of an event",
)
def _() -> Patches:
    return [function(to_nomis.already_shown, answers(False))]


@defect(
    "LOOP-14",
    "Text is trimmed on the way to NOMIS and compared raw",
    "to-nomis",
    "loop converged corrupt stale altered",
    wrong="one direction trims, the other side's form then counts as a change",
    shows="small updates without end, or a difference that stays",
)
def _() -> Patches:
    plain = creating.create_request

    def trimmed(note: Any) -> dict[str, Any]:
        request = plain(note)
        return request | {"caseNoteText": request["caseNoteText"].strip()}

    async def put(original: Any, self: Any, row: Any, text: str, *rest: Any) -> None:
        await original(self, row, text.strip(), *rest)

    return [function(plain, trimmed), around(Nomis, "replace", put)]
