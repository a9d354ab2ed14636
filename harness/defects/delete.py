"""Planted defects of deletions (fault corpus G)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.defects.patching import around
from harness.defects.registry import defect
from simulators.nomis.notes import CaseNotes
from simulators.sync import finding, told
from simulators.sync.clients import Nomis
from simulators.sync.from_nomis import FromNomis
from simulators.sync.to_nomis import ToNomis

if TYPE_CHECKING:
    from harness.defects.registry import Patches


@defect(
    "DEL-01",
    "A deletion event without prisoner number is refused",
    "from-nomis",
    "lost conserved",
    wrong="the number is demanded, though the row is gone and nobody knows it",
    shows="each NOMIS deletion ends in the DLQ, the note stays in DPS",
)
def _() -> Patches:
    async def deleted(original: Any, self: Any, event: Any) -> None:
        event.content["offenderIdDisplay"].strip()
        await original(self, event)

    return [around(FromNomis, "deleted", deleted)]


@defect(
    "DEL-02",
    "A DPS deletion removes one copy of several",
    "to-nomis",
    "lost",
    wrong="the first mapped row is deleted, and every mapping",
    shows="the other copies stay in NOMIS, unmapped",
)
def _() -> Patches:
    async def remove(_: Any, self: Any, dps_id: str, rows: Any) -> None:
        await self._services.nomis.delete(rows[0].nomis_id)
        await self._services.mappings.remove_all(dps_id)

    return [around(ToNomis, "_remove", remove)]


@defect(
    "DEL-03",
    "A NOMIS deletion leaves the sibling copies",
    "from-nomis",
    "lost",
    wrong="the DPS note and the mappings go, the note's other rows stay",
    shows="NOMIS still shows the note",
)
def _() -> Patches:
    class Spared:
        """A mapping client that knows of no siblings."""

        def __init__(self, mappings: Any) -> None:
            self._mappings = mappings

        def __getattr__(self, name: str) -> Any:
            return getattr(self._mappings, name)

        async def by_dps(self, dps_id: str) -> list[Any]:
            return []

    async def remove(
        original: Any, self: Any, row: Any, about: Any, force: bool
    ) -> None:
        plain = self._services.mappings
        self._services.mappings = Spared(plain)
        try:
            await original(self, row, about, force)
        finally:
            self._services.mappings = plain

    return [around(FromNomis, "_remove", remove)]


@defect(
    "DEL-04",
    "What is gone already is a failure",
    "to-nomis",
    "conserved lost",
    owners="to-nomis from-nomis",
    wrong="404 on a deletion is raised",
    shows="a dead letter although both sides are right; siblings stay",
)
def _() -> Patches:
    async def delete(original: Any, self: Any, note_id: int) -> None:
        await self._caller.call("nomis", "DELETE", f"/casenotes/{note_id}")

    return [around(Nomis, "delete", delete)]


@defect(
    "DEL-05",
    "A deletion without mapping raises",
    "to-nomis",
    "conserved",
    wrong="no mapping counts as a failure, though the other direction removed it",
    shows="the message cycles to the DLQ; both sides are right already",
)
def _() -> Patches:
    async def deleted(original: Any, self: Any, event: Any) -> None:
        tale = told.told(event)
        if told.is_ours(tale) and not await self._services.mappings.by_dps(tale.dps_id):
            raise LookupError(tale.dps_id)
        await original(self, event)

    return [around(ToNomis, "deleted", deleted)]


@defect(
    "DEL-06",
    "A failed deletion is logged and acknowledged",
    "from-nomis",
    "lost",
    wrong="any failure while deleting is swallowed",
    shows="gone from NOMIS, still in DPS, and no dead letter",
)
def _() -> Patches:
    async def deleted(original: Any, self: Any, event: Any) -> None:
        try:
            await original(self, event)
        except Exception:  # noqa: BLE001 - that is the defect
            return

    return [around(FromNomis, "deleted", deleted)]


@defect(
    "DEL-07",
    "A linked row cannot be deleted",
    "nomis",
    "conserved lost",
    owners="nomis to-nomis",
    wrong="the link to a note stands in the way of its deletion",
    shows="500 on the deletion, a dead letter; gone from DPS, still in NOMIS",
)
def _() -> Patches:
    def insert(original: Any, self: Any, *arguments: Any) -> Any:
        row = original(self, *arguments)
        self.links_block_delete = row.linked = True
        return row

    return [around(CaseNotes, "insert", insert)]


@defect(
    "DEL-08",
    "A late create event brings a deleted note back",
    "to-nomis",
    "resurrected lost",
    wrong="the note is created from what was known of it, not from DPS",
    shows="the deleted note is in NOMIS again",
)
def _() -> Patches:
    kept: dict[str, Any] = {}

    async def bring(original: Any, self: Any, tale: Any) -> None:
        note = await finding.note_anywhere(self._services, [tale.prisoner], tale.dps_id)
        if note is None and tale.dps_id in kept:
            await self._creator._post(kept[tale.dps_id])
            return
        if note is not None:
            kept[tale.dps_id] = note
        await original(self, tale)

    return [around(ToNomis, "bring", bring)]
