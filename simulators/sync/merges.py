"""A prisoner merge, as far as case notes go: only the mappings are ours to repair.

DPS moves its notes itself (http-contracts 7.6, events-and-config 11.1). The mappings
get the surviving number, and rows that NOMIS copied are mapped to the DPS note of
their original. Copies are told by their audit module and by having no mapping, not by
a window of time: that works in summer, in winter and days later (MRG-05, DAT-09).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.sync import copies, finding, merging
from simulators.sync.notes import MERGE, Mapping
from simulators.sync.ports import CallRefused, NotYet
from simulators.sync.telemetry import alarm, track
from simulators.sync.welcoming import NOMIS_CREATED

if TYPE_CHECKING:
    from simulators.sync.clients import Services
    from simulators.sync.envelope import Event
    from simulators.sync.locks import Locks
    from simulators.sync.notes import NomisNote
    from simulators.sync.originals import Originals
    from simulators.sync.ports import Answer
    from simulators.sync.whereabouts import Whereabouts

PATIENCE = 4
BAD_REQUEST = 400


class Merges:
    """Handles `prison-offender-events.prisoner.merged`."""

    def __init__(
        self,
        services: Services,
        whereabouts: Whereabouts,
        originals: Originals,
        locks: Locks,
    ) -> None:
        self._services = services
        self._originals = originals
        self._locks = locks
        self._whereabouts = whereabouts

    async def merged(self, event: Event) -> None:
        """Renumber the removed number's mappings and map fresh copies."""
        about = event.content["additionalInformation"]
        removed, named = about["removedNomsNumber"], about["nomsNumber"]
        attempt = event.message.attempt
        survivor = await finding.surviving(self._services.nomis, named)
        rows = await self._services.nomis.notes(survivor)
        if rows is None or not await self._is_removed(removed):
            # Retained and removed swapped, or only a number changed (MRG-09): NOMIS
            # knows better, or does not know yet.
            if attempt < PATIENCE:
                raise NotYet(f"NOMIS has not merged {removed} into {survivor}")
            alarm("casenotes-prisoner-merge-false", offenderNo=named, removed=removed)
            return
        self._whereabouts.tell_merged(removed, survivor)
        await self._services.mappings.merged(removed, survivor)
        left = await self._map_copies(removed, survivor, rows)
        track(
            "casenotes-prisoner-merge",
            offenderNo=survivor,
            removedOffenderNo=removed,
            unmapped=len(left),
        )
        if left and attempt < PATIENCE:
            raise NotYet(f"merge copies without a mapped original: {left}")
        if left:
            alarm("casenotes-prisoner-merge-unmapped", copies=left)
        await self._fetch_stragglers(removed, survivor)

    async def _fetch_stragglers(self, removed: str, survivor: str) -> None:
        """See that no DPS note stays under the removed number (MRG-17).

        DPS moves its notes itself; what it has not moved yet, or what the sync made
        there a moment too late, is moved by us: twice is as good.
        """
        late = await self._services.dps.notes(removed)
        await self._services.dps.move(removed, survivor, [note.id for note in late])

    async def _is_removed(self, number: str) -> bool:
        return await self._services.nomis.notes(number) is None

    async def _map_copies(
        self, removed: str, survivor: str, rows: list[NomisNote]
    ) -> list[int]:
        """Map the fresh copies; returns those whose original or note is not there."""
        if not any(copies.may_be_copy(row) for row in rows):
            return []  # NOMIS no longer copies (MRG-06)
        mapped = await self._services.mappings.by_nomis_ids([r.id for r in rows])
        pairs = copies.pair(rows, mapped)
        bookings = {row.id: row.booking for row in rows}
        made = [
            Mapping(
                mapped[original].dps_id, copy, survivor, bookings[copy], NOMIS_CREATED
            )
            for copy, original in pairs.items()
            if original in mapped
        ]
        if made:
            # Where a copy's own event mapped it meanwhile, we look anew (IDM-05).
            _demand(await self._services.mappings.add_all(made))
        numbers = [survivor, removed]
        done = {
            row.nomis_id
            for row in made
            if await self._freshen(row, pairs[row.nomis_id], numbers)
        }
        known = mapped.keys() | pairs.keys()
        for copy in rows:
            if copy.module == MERGE and copy.id not in known:
                await self._originals.deleted_with(copy)
        return [copy for copy in pairs if copy not in done]

    async def _freshen(self, row: Mapping, original: int, numbers: list[str]) -> bool:
        """Write a copy whose DPS note changed after NOMIS copied its original.

        If the note was deleted meanwhile, the copy goes, too. False if DPS shows no
        note though the original stands: being deleted, or a read that lags.
        """
        async with self._locks.hold(row.dps_id):
            copy = await self._services.nomis.note(row.nomis_id)
            note = await finding.note_anywhere(self._services, numbers, row.dps_id)
            if copy is None:
                return True
            if note is None:
                if await self._services.nomis.note(original) is not None:
                    return False
                await self._originals.delete(copy)
                await self._services.mappings.remove(copy.id)
                return True
            differs = merging.difference(copy, note)
            if differs and not differs.only_nomis:
                await self._services.nomis.replace(copy, note.text, note.amendments)
            return True


def _demand(answer: Answer) -> None:
    if answer.status >= BAD_REQUEST:
        raise CallRefused(answer.status, "mapping of merge copies", answer.body)
