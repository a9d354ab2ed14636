"""Planted defects of mappings (fault corpus D)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.defects.patching import around, attribute, function
from harness.defects.registry import defect
from simulators.mapping import note_operations
from simulators.mapping.errors import unexpected
from simulators.mapping.notes import ConflictError, NoteMappings
from simulators.sync import copies, creating, welcoming
from simulators.sync.clients import Mappings
from simulators.sync.creating import Creator
from simulators.sync.envelope import internal
from simulators.sync.migration import Migration
from simulators.sync.notes import MERGE
from simulators.sync.ports import CallRefused
from simulators.sync.to_nomis import ToNomis

if TYPE_CHECKING:
    from harness.defects.registry import Patches

_ERROR = 400


@defect(
    "IDM-01",
    "A DPS id may stand in one mapping only",
    "mapping",
    "mapping-sound conserved duplicate",
    owners="mapping from-nomis",
    wrong="the table has a unique key on the DPS id",
    shows="copies of a merge stay unmapped",
)
def _() -> Patches:
    def insert(original: Any, self: Any, row: Any) -> bool:
        for other in self.by_dps_id(row.dps_id):
            if other.nomis_id != row.nomis_id:
                raise ConflictError(row, other)
        return bool(original(self, row))

    def insert_all(original: Any, self: Any, rows: Any) -> None:
        for row in rows:
            for other in self.by_dps_id(row.dps_id):
                raise ConflictError(row, other)
        original(self, rows)

    return [
        around(NoteMappings, "insert", insert),
        around(NoteMappings, "insert_all", insert_all),
    ]


@defect(
    "IDM-02",
    "The legacy id is held to be the mapped NOMIS id",
    "to-nomis",
    "lost conserved",
    wrong="a sanity check compares the mapping with the note's legacy id",
    shows="every amendment of a note born in DPS ends in the DLQ",
)
def _() -> Patches:
    async def write(original: Any, self: Any, note: Any, row: Any, *rest: Any) -> None:
        if note.legacy_id != row.nomis_id:
            raise ValueError(f"{note.legacy_id} is not {row.nomis_id}")
        await original(self, note, row, *rest)

    return [around(ToNomis, "_write", write)]


@defect(
    "IDM-03",
    "A mapping that exists already answers 500",
    "mapping",
    "conserved",
    owners="mapping to-nomis from-nomis",
    wrong="the clash of keys surfaces as a server error, for the same pair too",
    shows="a mapping that exists is retried to the DLQ",
)
def _() -> Patches:
    plain = note_operations.create_case_note_mapping

    def create(model: Any, call: Any) -> Any:
        known = model.notes.by_nomis_id(int(call.body["nomisCaseNoteId"]))
        if known is not None:
            return unexpected("duplicate key value violates unique constraint")
        return plain(model, call)

    return [attribute(note_operations, "create_case_note_mapping", create)]


@defect(
    "IDM-05",
    "One mapping that exists fails the whole batch",
    "from-nomis",
    "mapping-sound conserved lost",
    wrong="all copies are posted together, and a clash is a failure",
    shows="none of the copies is mapped, and the message repeats to the DLQ",
)
def _() -> Patches:
    plain = copies.pair

    def pair(rows: Any, mapped: Any) -> dict[int, int]:
        rows = list(rows)
        made = {row.id for row in rows if row.module == MERGE}
        return plain(rows, {key: row for key, row in mapped.items() if key not in made})

    return [function(plain, pair)]


@defect(
    "IDM-06",
    "The mapping's retry message lacks a member",
    "to-nomis",
    "conserved mapping-sound",
    wrong="only part of the mapping is written into the retry message",
    shows="one failure of the mapping service, and the message is in the DLQ",
)
def _() -> Patches:
    def message(row: Any) -> Any:
        document = row.document()
        del document["nomisBookingId"]
        content = {"mapping": document, "telemetryAttributes": {}, "entityName": "x"}
        kind = creating.RETRY_CREATE_MAPPING
        return internal(kind, content, kind, True)

    return [function(creating.retry_message, message)]


@defect(
    "IDM-06-from",
    "The mapping's retry message has another shape (NOMIS to DPS)",
    "from-nomis",
    "conserved mapping-sound",
    wrong="the retry message carries the mapping under another name",
    shows="one failure of the mapping service, and the message is in the DLQ",
)
def _() -> Patches:
    def message(row: Any) -> Any:
        kind = welcoming.RETRY_MAPPING
        content = {"mapping": row.document()}
        return internal(kind, content, welcoming.ATTRIBUTE + kind)

    return [function(welcoming.retry_message, message)]


@defect(
    "IDM-07",
    "A mapping is written from a stale retry message",
    "to-nomis",
    "mapping-sound lost resurrected",
    wrong="the retry does not look whether both ends still live",
    shows="a mapping to nothing, and a row whose note is deleted",
)
def _() -> Patches:
    async def retry(original: Any, self: Any, row: Any) -> None:
        answer = await self._services.mappings.add(row)
        if answer.status >= _ERROR:
            raise CallRefused(answer.status, "mapping retry")

    return [around(Creator, "retry_mapping", retry)]


@defect(
    "IDM-08",
    "The same pair again is a conflict",
    "mapping",
    "mapping-sound conserved",
    owners="mapping to-nomis from-nomis",
    wrong="two equal mappings compare as different",
    shows="an idempotent save answers 409",
    equivalent=(
        "The reference takes any conflict as final and goes on from the mapping that "
        "stands; that is its own pair, so nothing differs but an alarm."
    ),
)
def _() -> Patches:
    def insert(original: Any, self: Any, row: Any) -> bool:
        known = self.by_nomis_id(row.nomis_id)
        if known is not None:
            raise ConflictError(row, known)
        return bool(original(self, row))

    return [around(NoteMappings, "insert", insert)]


@defect(
    "IDM-10",
    "Re-keying saves the new row and deletes it by the same key",
    "mapping",
    "mapping-sound lost duplicate",
    owners="mapping from-nomis to-nomis",
    wrong="the renumbered row is stored, then removed under its unchanged key",
    shows="mappings are missing after a merge or a move",
)
def _() -> Patches:
    def rename(original: Any, self: Any, old: str, new: str) -> None:
        rows = self.of_prisoner(old)
        original(self, old, new)
        for row in rows:
            self.delete_nomis_id(row.nomis_id)

    return [around(NoteMappings, "rename_prisoner", rename)]


@defect(
    "IDM-11",
    "A bulk change fails when one mapping is not there",
    "mapping",
    "conserved mapping-sound",
    owners="mapping from-nomis",
    wrong="renumbering raises when the removed number has no mapping",
    shows="the merge message is in the DLQ",
)
def _() -> Patches:
    def rename(original: Any, self: Any, old: str, new: str) -> None:
        if not self.of_prisoner(old):
            raise KeyError(old)
        original(self, old, new)

    return [around(NoteMappings, "rename_prisoner", rename)]


@defect(
    "IDM-12",
    "A change of many mappings stops half way",
    "mapping",
    "mapping-sound",
    owners="mapping from-nomis",
    wrong="rows are changed one by one outside a transaction, and the rest is lost",
    shows="half of the prisoner's mappings have the new number",
)
def _() -> Patches:
    def rename(original: Any, self: Any, old: str, new: str) -> None:
        for row in self.of_prisoner(old)[:1]:
            self._put(replace(row, offender_no=new))

    return [around(NoteMappings, "rename_prisoner", rename)]


@defect(
    "IDM-13",
    "The migration replaces DPS notes and leaves their mappings",
    "from-nomis",
    "mapping-sound lost duplicate",
    wrong="notes are deleted before the load, mappings to them stay",
    shows="mappings to a removed id after a second run",
)
def _() -> Patches:
    async def load(original: Any, self: Any, prisoner: str, label: str) -> int:
        for note in await self._services.dps.notes(prisoner):
            await self._services.dps.delete(note.id)
        return int(await original(self, prisoner, label))

    async def write(original: Any, self: Any, wanted: Any, mapped: Any) -> None:
        missing = [row for row in wanted if row.nomis_id not in mapped]
        if missing:
            await self._services.mappings.add_all(missing)

    return [
        around(Migration, "load", load),
        around(Migration, "_map", write),
    ]


@defect(
    "IDM-14",
    "The mapping of a DPS note names no prisoner",
    "to-nomis",
    "mapping-sound conserved",
    wrong="one direction does not fill the prisoner's number in",
    shows="merges and reports by prisoner miss those mappings",
)
def _() -> Patches:
    async def add(original: Any, self: Any, row: Any) -> Any:
        if row.kind == creating.DPS_CREATED:
            row = replace(row, prisoner="A0000AA")
        return await original(self, row)

    return [around(Mappings, "add", add)]


def _always(kind: str) -> Patches:
    """Let every mapping say that its note was born on one and the same side."""

    async def add(original: Any, self: Any, row: Any) -> Any:
        return await original(self, replace(row, kind=kind))

    return [around(Mappings, "add", add)]


@defect(
    "IDM-14-type",
    "The mapping of a NOMIS note says that DPS made it",
    "from-nomis",
    "mapping-sound",
    wrong="the mapping's type is left to its default",
    shows="the note's next event without audit module is taken for an echo",
)
def _() -> Patches:
    return _always(creating.DPS_CREATED)


@defect(
    "IDM-14-type-to",
    "The mapping of a DPS note says that NOMIS made it",
    "to-nomis",
    "mapping-sound",
    wrong="both directions write the same type",
    shows="an echo without audit module is taken for a note of NOMIS",
)
def _() -> Patches:
    return _always(creating.NOMIS_CREATED)


@defect(
    "IDM-17",
    "Mappings of merge copies go to the endpoint of single ones",
    "from-nomis",
    "conserved mapping-sound",
    wrong="a list is posted where one mapping is wanted",
    shows="every merge with copies fails, the copies stay unmapped",
)
def _() -> Patches:
    async def add_all(original: Any, self: Any, rows: Any) -> Any:
        documents = [row.document() for row in rows]
        return await self._caller.send(
            "mapping", "POST", "/mapping/casenotes", json=documents
        )

    return [around(Mappings, "add_all", add_all)]
