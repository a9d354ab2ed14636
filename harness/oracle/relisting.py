"""What an edit that lists a note's amendments did to each of them.

A DPS replace lists amendments by id (C9); a NOMIS rewrite leaves them in the text.
Listed as it was: kept. Listed with other words: changed. Left out: removed. Listed and
not known: new. A repetition of one that is kept is none of these: the copy held it
twice, and nobody wrote it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.oracle.codec import Part
    from harness.oracle.expected import Amendment

    Listed = list[tuple[str | None, Part]]
    Pair = tuple[Amendment, Part]
    Same = Callable[[Amendment, str | None, Part], bool]


def relist(
    seen: list[Amendment], listed: Listed
) -> tuple[list[Pair], Listed, list[Amendment]]:
    """Return (amendment, listed part) pairs, new parts, and removed amendments.

    `seen` are the amendments that stood on the edit's side. Pairs are found by id,
    then by equal content, then by author and second.
    """
    left, rest = list(seen), list(listed)
    pairs: list[Pair] = []
    for same in (_same_id, _same_content):
        rest = _pair(left, rest, pairs, same)
    held = [(one.author, one.text, one) for one, _ in pairs]
    rest = [
        (part_id, part)
        for part_id, part in rest
        if not any(
            author == part.author and text == part.text and one.is_at(part.at)
            for author, text, one in held
        )
    ]
    rest = _pair(left, rest, pairs, _same_moment)
    return pairs, rest, left


def _pair(left: list[Amendment], rest: Listed, pairs: list[Pair], same: Same) -> Listed:
    unpaired: Listed = []
    for part_id, part in rest:
        match = next((one for one in left if same(one, part_id, part)), None)
        if match is None:
            unpaired.append((part_id, part))
        else:
            left.remove(match)
            pairs.append((match, part))
    return unpaired


def _same_id(one: Amendment, part_id: str | None, part: Part) -> bool:
    return part_id is not None and one.id == part_id


def _same_content(one: Amendment, part_id: str | None, part: Part) -> bool:
    return one.text == part.text and _same_moment(one, part_id, part)


def _same_moment(one: Amendment, part_id: str | None, part: Part) -> bool:
    return one.author == part.author and one.is_at(part.at)
