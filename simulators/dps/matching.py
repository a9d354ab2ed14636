"""Which stored amendment is which amendment of a sync request (C3, step 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.dps.moments import second

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simulators.dps.records import Amendment
    from simulators.dps.requests import AmendmentFromNomis

    Pairs = list[tuple[AmendmentFromNomis, Amendment | None]]


def match_by_author_and_second(
    wanted: Sequence[AmendmentFromNomis], stored: Sequence[Amendment]
) -> Pairs:
    """Pair as deployed: same username and second, and exactly one candidate.

    Two candidates are no match (corpus TXT-10), and one stored amendment may be the
    match of several wanted ones.
    """
    pairs: Pairs = []
    for one in wanted:
        candidates = [other for other in stored if _same_key(one, other)]
        pairs.append((one, candidates[0] if len(candidates) == 1 else None))
    return pairs


def match_one_to_one(
    wanted: Sequence[AmendmentFromNomis], stored: Sequence[Amendment]
) -> Pairs:
    """Pair as intended: each stored amendment once, equal texts before changed ones."""
    free = list(stored)
    found: dict[int, Amendment] = {}
    for same_text in (True, False):
        for index, one in enumerate(wanted):
            if index in found:
                continue
            for other in free:
                if _same_key(one, other) and (not same_text or one.text == other.text):
                    found[index] = other
                    free.remove(other)
                    break
    return [(one, found.get(index)) for index, one in enumerate(wanted)]


def _same_key(wanted: AmendmentFromNomis, stored: Amendment) -> bool:
    return wanted.author.username == stored.author.username and second(
        wanted.created
    ) == second(stored.created)
