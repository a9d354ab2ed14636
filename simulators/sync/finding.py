"""Where a DPS note is now: under the number told, or where a merge took it.

DPS answers 404 both for a deleted note and for one that belongs to another prisoner
(http-contracts C1), so after a merge the number in an older event finds nothing
(MRG-18). The mapping and NOMIS' merge history name the surviving number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.sync.clients import Dps, Nomis, Services
    from simulators.sync.notes import DpsNote

MERGES_IN_A_CHAIN = 5


async def note_under(dps: Dps, numbers: Iterable[str], dps_id: str) -> DpsNote | None:
    """Read the note under the first of these prisoner numbers that has it."""
    for number in dict.fromkeys(numbers):
        note = await dps.note(number, dps_id)
        if note is not None:
            return note
    return None


async def note_anywhere(
    services: Services, numbers: Iterable[str], dps_id: str
) -> DpsNote | None:
    """Read the note under these numbers or wherever a merge or move took it.

    None means deleted, as far as can be told: the numbers, their survivors, and the
    number that its mappings have by now were all tried, and twice where there are
    several: the note may be moved from one to another between two reads.
    """
    tried = list(dict.fromkeys(numbers))
    note = await note_under(services.dps, tried, dps_id)
    if note is not None:
        return note
    others = [row.prisoner for row in await services.mappings.by_dps(dps_id)]
    others += [await surviving(services.nomis, number) for number in tried]
    numbers = list(dict.fromkeys([*tried, *others]))
    if len(numbers) == 1:
        return None
    return await note_under(services.dps, numbers, dps_id)


async def surviving(nomis: Nomis, number: str) -> str:
    """Return the number that a prisoner's notes are under after any merges."""
    for _ in range(MERGES_IN_A_CHAIN):
        removed = [
            merge["retainedOffenderNo"]
            for merge in await nomis.merges(number)
            if merge["deletedOffenderNo"] == number
        ]
        if not removed:
            break
        number = removed[-1]
    return number
