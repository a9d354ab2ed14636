"""The initial load of NOMIS case notes into DPS, repeatable at any time.

The real code was removed in March 2025 (events-and-config 8.1); this is our own in its
shape. Copies that merges and new bookings made become one DPS note; what is mapped
already keeps its mapping and its content (IDM-13, DUP-11).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.sync import copies, merging, requesting
from simulators.sync.notes import Mapping, by_sync
from simulators.sync.ports import CallRefused
from simulators.sync.telemetry import alarm, track

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.sync.clients import Services
    from simulators.sync.notes import DpsNote, NomisNote
    from simulators.sync.ports import Time

MIGRATED = "MIGRATED"
PAGE = 1000
AT_ONCE = 8
BAD_REQUEST = 400


@dataclass(frozen=True, slots=True)
class Group:
    """NOMIS rows that are one note, and the DPS note that they are mapped to."""

    rows: list[NomisNote]
    note: DpsNote | None

    @property
    def legacy_id(self) -> int:
        """Return the id under which DPS finds the note again."""
        return self.note.legacy_id if self.note else self.rows[0].id


class Migration:
    """Loads prisoners, eight at a time."""

    def __init__(self, services: Services, time: Time) -> None:
        self._services = services
        self._time = time

    async def run(self, prisoners: Iterable[str] = ()) -> dict[str, Any]:
        """Load these prisoners, or everyone; returns counts and who failed."""
        label = f"{self._time.now():%Y-%m-%dT%H:%M:%S}"
        todo = list(prisoners) or await self._everyone()
        room = asyncio.Semaphore(AT_ONCE)
        failed: list[str] = []

        async def load(prisoner: str) -> int:
            async with room:
                try:
                    return await self.load(prisoner, label)
                except Exception as error:  # noqa: BLE001 - the others go on
                    alarm("casenotes-migration-entity-failed", no=prisoner, error=error)
                    failed.append(prisoner)
                    return 0

        counts = await asyncio.gather(*(load(prisoner) for prisoner in todo))
        track("casenotes-migration-completed", migrationId=label, notes=sum(counts))
        return {
            "migrationId": label,
            "prisoners": len(todo),
            "notes": sum(counts),
            "failed": sorted(failed),
        }

    async def load(self, prisoner: str, label: str) -> int:
        """Load one prisoner; returns the number of DPS notes."""
        rows = await self._services.nomis.notes(prisoner) or []
        mapped = await self._services.mappings.by_nomis_ids([r.id for r in rows])
        held = {note.id: note for note in await self._services.dps.notes(prisoner)}
        groups = [
            group
            for group in grouped(rows, mapped, held)
            if not is_from_dps(group, held.values(), mapped)
        ]
        requests = [_request(group, prisoner) for group in groups]
        loaded = await self._services.dps.migrate(prisoner, requests)
        ids = {entry["legacyId"]: entry["id"] for entry in loaded}
        wanted = [
            Mapping(
                ids[group.legacy_id], row.id, prisoner, row.booking, MIGRATED, label
            )
            for group in groups
            for row in group.rows
        ]
        await self._map(wanted, mapped)
        track("casenotes-migration-entity-migrated", offenderNo=prisoner)
        return len(groups)

    async def _map(self, wanted: list[Mapping], mapped: dict[int, Mapping]) -> None:
        """Write the mappings that are missing or name a dead DPS note."""
        missing = []
        for row in wanted:
            known = mapped.get(row.nomis_id)
            if known is not None and known.dps_id == row.dps_id:
                continue
            if known is not None:
                await self._services.mappings.remove(row.nomis_id)
            missing.append(row)
        if not missing:
            return
        answer = await self._services.mappings.add_all(missing)
        if answer.status >= BAD_REQUEST:
            raise CallRefused(answer.status, "migration mappings", answer.body)

    async def _everyone(self) -> list[str]:
        found: list[str] = []
        while page := await self._services.nomis.prisoner_page(
            len(found) // PAGE, PAGE
        ):
            found += page
            if len(page) < PAGE:
                break
        return found


def grouped(
    rows: list[NomisNote], mapped: dict[int, Mapping], held: dict[str, DpsNote]
) -> list[Group]:
    """Group rows that are copies of one note, one to one over the bookings.

    Rows of one booking are never copies of each other: equal ones are two notes.
    """
    groups: dict[tuple[object, ...], list[NomisNote]] = {}
    for row in sorted(rows, key=lambda row: row.id):
        likeness = copies.whole_print(row)
        nth = 0
        while any(
            other.booking == row.booking for other in groups.get((likeness, nth), ())
        ):
            nth += 1
        groups.setdefault((likeness, nth), []).append(row)
    return [Group(group, _note_of(group, mapped, held)) for group in groups.values()]


def _note_of(
    rows: list[NomisNote], mapped: dict[int, Mapping], held: dict[str, DpsNote]
) -> DpsNote | None:
    for row in rows:
        if row.id in mapped and mapped[row.id].dps_id in held:
            return held[mapped[row.id].dps_id]
    return None


def is_from_dps(
    group: Group, held: Iterable[DpsNote], mapped: dict[int, Mapping]
) -> bool:
    """Whether DPS has the note of itself: nothing to load, and never a second one."""
    if group.note is not None:
        return group.note.born_in_dps
    row = group.rows[0]
    if row.id in mapped or not by_sync(row.module):
        return False
    return any(note.born_in_dps and merging.same_origin(row, note) for note in held)


def _request(group: Group, prisoner: str) -> dict[str, Any]:
    """Return what DPS is to hold: for a note that it holds, just that."""
    if group.note is None:
        return requesting.new_note(group.rows[0], prisoner)
    request = requesting.changed_note(
        group.rows[0],
        group.note,
        text=group.note.text,
        amendments=group.note.amendments,
    )
    return request | {"legacyId": group.legacy_id}
