"""The services as the two halves use them, one method per endpoint.

Numbers such as N1 or M5 are those of the HTTP contracts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.sync.notes import DpsNote, Mapping, NomisNote, dps_note, nomis_note
from simulators.sync.notes import mapping as mapping_row

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.sync.calls import Caller
    from simulators.sync.notes import Amendment
    from simulators.sync.ports import Answer


class Nomis:
    """Case notes and prisoners of the NOMIS API."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def note(self, note_id: int) -> NomisNote | None:
        """N1: read a row; None when NOMIS has none."""
        body = await self._caller.find("nomis", "GET", f"/casenotes/{note_id}")
        return None if body is None else nomis_note(body)

    async def create(self, prisoner: str, request: dict[str, Any]) -> tuple[int, int]:
        """N2: create a row on the latest booking; returns its id and booking."""
        path = f"/prisoners/{prisoner}/casenotes"
        body = await self._caller.call("nomis", "POST", path, json=request)
        return body["id"], body["bookingId"]

    async def replace(
        self,
        row: NomisNote,
        text: str,
        amendments: Iterable[Amendment],
        more: dict[str, Any] | None = None,
    ) -> None:
        """N3: replace text and amendments of a row; `more` are further members."""
        request: dict[str, Any] = {
            "text": text,
            "amendments": [
                {
                    "text": a.text,
                    "authorUsername": a.username,
                    "createdDateTime": a.created.isoformat(),
                }
                for a in amendments
            ],
        }
        if row.version is not None:
            request["expectedVersion"] = row.version
        request |= more or {}
        await self._caller.call("nomis", "PUT", f"/casenotes/{row.id}", json=request)

    async def delete(self, note_id: int) -> None:
        """N4: delete a row; one that is already gone is as good (DEL-04)."""
        await self._caller.find("nomis", "DELETE", f"/casenotes/{note_id}")

    async def notes(self, prisoner: str) -> list[NomisNote] | None:
        """N5: all rows of a prisoner; None when NOMIS knows no such number."""
        path = f"/prisoners/{prisoner}/casenotes"
        body = await self._caller.find("nomis", "GET", path, patient=True)
        if body is None:
            return None
        return [nomis_note(note) for note in body["caseNotes"]]

    async def prisoner(self, prisoner: str) -> dict[str, Any] | None:
        """N10: a prisoner's latest booking; None when there is none."""
        found: dict[str, Any] | None = await self._caller.find(
            "nomis", "GET", f"/prisoners/{prisoner}"
        )
        return found

    async def merges(self, prisoner: str) -> list[dict[str, Any]]:
        """N11: the merges that a prisoner number took part in."""
        found = await self._caller.find("nomis", "GET", f"/prisoners/{prisoner}/merges")
        return found or []

    async def prisoner_page(self, page: int, size: int) -> list[str]:
        """N8: a page of all prisoner numbers."""
        path = f"/prisoners/ids/all?page={page}&size={size}"
        body = await self._caller.call("nomis", "GET", path, patient=True)
        return [row["offenderNo"] for row in body["content"]]

    async def prisoners_after(
        self, offender_id: int, size: int
    ) -> tuple[list[str], int]:
        """N9: prisoner numbers after an offender id, and the last id seen."""
        path = f"/prisoners/ids/all-from-id?offenderId={offender_id}&pageSize={size}"
        body = await self._caller.call("nomis", "GET", path, patient=True)
        return [row["offenderNo"] for row in body["prisonerIds"]], body[
            "lastOffenderId"
        ]


class Dps:
    """The DPS case notes service."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def note(self, prisoner: str, dps_id: str) -> DpsNote | None:
        """C1: read a note; None when deleted or another prisoner's."""
        path = f"/case-notes/{prisoner}/{dps_id}"
        body = await self._caller.find("dps", "GET", path, patient=True)
        return None if body is None else dps_note(body)

    async def notes(self, prisoner: str) -> list[DpsNote]:
        """C2: the prisoner's notes of the types that are synced to NOMIS."""
        path = f"/sync/case-notes/{prisoner}"
        body = await self._caller.call("dps", "GET", path, patient=True)
        return [dps_note(note) for note in body]

    async def upsert(self, request: dict[str, Any]) -> tuple[str, bool]:
        """C3: create or update a note; returns its DPS id and whether it is new."""
        body = await self._caller.call("dps", "PUT", "/sync/case-notes", json=request)
        return body["id"], body["action"] == "CREATED"

    async def delete(self, dps_id: str) -> None:
        """C4: delete a note; 204 also when absent."""
        await self._caller.call("dps", "DELETE", f"/sync/case-notes/{dps_id}")

    async def move(self, source: str, target: str, dps_ids: list[str]) -> None:
        """C5: move notes from one prisoner to another; nothing to move is fine."""
        if not dps_ids:
            return
        request = {
            "fromPersonIdentifier": source,
            "toPersonIdentifier": target,
            "caseNoteIds": dps_ids,
        }
        await self._caller.call("dps", "PUT", "/move/case-notes", json=request)

    async def migrate(
        self, prisoner: str, requests: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Load a prisoner's notes (events-and-config 8.1); answers id, legacyId."""
        path = f"/migrate/case-notes/{prisoner}"
        loaded: list[dict[str, Any]] = await self._caller.call(
            "dps", "POST", path, json=requests
        )
        return loaded


class Mappings:
    """Case-note rows of the mapping service."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def by_nomis(self, nomis_id: int) -> Mapping | None:
        """M3: the mapping of a NOMIS row."""
        path = f"/mapping/casenotes/nomis-casenote-id/{nomis_id}"
        body = await self._caller.find("mapping", "GET", path)
        return None if body is None else mapping_row(body)

    async def by_dps(self, dps_id: str) -> list[Mapping]:
        """M5: the mappings of a DPS note by NOMIS id; empty when it has none."""
        path = f"/mapping/casenotes/dps-casenote-id/{dps_id}/all"
        body = await self._caller.find("mapping", "GET", path)
        rows = [mapping_row(row) for row in body or []]
        return sorted(rows, key=lambda row: row.nomis_id)

    async def by_prisoner(self, prisoner: str) -> list[Mapping]:
        """M6: all mappings of a prisoner."""
        path = f"/mapping/casenotes/{prisoner}/all"
        body = await self._caller.call("mapping", "GET", path, patient=True)
        return [mapping_row(row) for row in body["mappings"]]

    async def by_nomis_ids(self, nomis_ids: list[int]) -> dict[int, Mapping]:
        """M4: the mappings of many NOMIS rows, missing ones left out."""
        path = "/mapping/casenotes/nomis-casenote-id"
        body = await self._caller.call("mapping", "POST", path, json=nomis_ids)
        return {row["nomisCaseNoteId"]: mapping_row(row) for row in body}

    async def add(self, row: Mapping) -> Answer:
        """M1: write a mapping; 201 also for a repeat, 409 for another DPS id."""
        return await self._caller.send(
            "mapping", "POST", "/mapping/casenotes", json=row.document()
        )

    async def add_all(self, rows: list[Mapping]) -> Answer:
        """M2: write many mappings, all or nothing; 409 when any is already there."""
        documents = [row.document() for row in rows]
        return await self._caller.send(
            "mapping", "POST", "/mapping/casenotes/batch", json=documents
        )

    async def remove(self, nomis_id: int) -> None:
        """M8: delete the mapping of a NOMIS row."""
        path = f"/mapping/casenotes/nomis-casenote-id/{nomis_id}"
        await self._caller.call("mapping", "DELETE", path)

    async def remove_all(self, dps_id: str) -> None:
        """M7: delete every mapping of a DPS note."""
        path = f"/mapping/casenotes/dps-casenote-id/{dps_id}"
        await self._caller.call("mapping", "DELETE", path)

    async def merged(self, old: str, new: str) -> None:
        """M9: give every mapping of a removed number the surviving one."""
        path = f"/mapping/casenotes/merge/from/{old}/to/{new}"
        await self._caller.call("mapping", "PUT", path)

    async def moved(self, booking: int, new: str) -> list[Mapping]:
        """M10: give a booking's mappings, and their siblings, a new number."""
        path = f"/mapping/casenotes/merge/booking-id/{booking}/to/{new}"
        body = await self._caller.call("mapping", "PUT", path)
        return [mapping_row(row) for row in body]


class Services:
    """All that a half calls for case notes."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.nomis = Nomis(caller)
        self.dps = Dps(caller)
        self.mappings = Mappings(caller)
