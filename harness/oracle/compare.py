"""A copy's content against the expected state: text, amendments, type, occurrence.

Declared normalisation, and no more: whole seconds, NOMIS's cut at 4000 bytes, the
type remap APP/CNOTE OUTCOME, U+0000 (http-contracts 8, 2.2, 0.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.oracle.births import dps_parts
from harness.oracle.codec import (
    SUFFIX,
    Part,
    is_truncated,
    normal,
    render,
    seconds,
    split,
    stored,
    truncate,
    truncate_before_2025,
)
from harness.oracle.differences import Difference
from harness.oracle.who import NOMIS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.oracle.expected import Amendment, Expected
    from harness.oracle.notes import Copy

_REMAP = {"CNOTE/OUTCOME": "APP/OUTCOME"}
_ANCIENT = "1961"


def compare(copy: Copy, expected: Expected) -> list[Difference]:
    """Return what is wrong with a living copy's content."""
    row = copy.row
    if row is None:
        return []
    found = list(_fields(copy, row, expected))
    if copy.side == NOMIS:
        found += _nomis_text(copy, row, expected)
    else:
        found += _text(copy, normal(row["text"]), expected)
        found += amendments(copy, dps_parts(row), list(expected.amendments), expected)
    return found


def _fields(
    copy: Copy, row: dict[str, Any], expected: Expected
) -> Iterator[Difference]:
    kind = remapped(f"{row['type']}/{row['sub_type']}")
    if kind not in [remapped(one.value) for one in expected.type]:
        last = expected.type[-1]
        yield Difference(copy, "differs", "type", last.value, kind, last.change)
    when = seconds(row["occurred"])
    if not any(same_moment(when, one.value) for one in expected.occurred):
        last = expected.occurred[-1]
        yield Difference(copy, "differs", "occurrence", last.value, when, last.change)
    if row["prisoner"] != expected.prisoner:
        yield Difference(
            copy, "misplaced", "prisoner", expected.prisoner, row["prisoner"]
        )


def remapped(kind: str) -> str:
    """Return a type/sub type under the name DPS uses for it."""
    return _REMAP.get(kind, kind)


def same_moment(one: str, other: str) -> bool:
    """Say whether two moments are equal; mistyped ancient ones always are (8.3)."""
    return one == other or (one < _ANCIENT and other < _ANCIENT)


def _text(copy: Copy, text: str, expected: Expected) -> list[Difference]:
    permitted = [normal(one.value) for one in expected.text]
    if text in permitted:
        return []
    last = expected.text[-1]
    earlier = any(text == normal(one.value) for one in expected.text_history)
    kind, hint = ("stale", "") if earlier else ("corrupt", "")
    if is_truncated(text) and any(
        text == stored(one) or stored(one).startswith(text.removesuffix(SUFFIX))
        for one in permitted
    ):
        hint = "cut"
    return [Difference(copy, kind, "text", permitted[-1], text, last.change, hint)]


def _nomis_text(
    copy: Copy, row: dict[str, Any], expected: Expected
) -> list[Difference]:
    raw = normal(row["text"])
    parts = expected.parts()
    wanted = [normal(one.value) for one in expected.text]
    for text in wanted:
        if raw == stored(text, parts):
            return []
    if any(_fits_cut(raw, text, expected) for text in wanted):
        return []
    main, found = split(raw, tolerant=True)
    found = [_whole_again(part, expected) for part in found]
    # What was sent may itself read as markers, or hold names no marker can: read
    # the expected text as NOMIS would.
    same = [text for text in wanted if main == split(text, tolerant=True)[0]]
    text = same[0] if same else wanted[-1]
    typed = split(text, tolerant=True)
    embedded = [one for one in expected.amendments if not _readable(one)]
    if typed[1] or embedded:
        full = split(render(text, parts), tolerant=True)
        if main == full[0] and sorted(found) == sorted(full[1]):
            return []
        return [Difference(copy, "corrupt", "text", render(text, parts), raw)]
    problems = _text(copy, main, expected)
    return problems + amendments(copy, found, list(expected.amendments), expected)


def _whole_again(part: Part, expected: Expected) -> Part:
    """Read an amendment that was cut while the note was longer than it is now.

    An officer's shorter text leaves the cut amendment as it stands, which is lawful.
    """
    if not is_truncated(part.text):
        return part
    stem = part.text.removesuffix(SUFFIX)
    for one in expected.amendments:
        mine = one.author == part.author and one.is_at(part.at)
        if mine and one.text.startswith(stem) and _was_too_long(expected):
            return part._replace(text=one.text)
    return part


def _was_too_long(expected: Expected) -> bool:
    texts = [normal(value.value) for value in expected.text_history]
    full = [render(text, expected.parts()) for text in texts]
    return any(truncate(one) != one for one in full)


def _readable(amendment: Amendment) -> bool:
    return bool(split(render("", [amendment.part()]), tolerant=True)[1])


def _fits_cut(raw: str, text: str, expected: Expected) -> bool:
    """Say whether a cut text is the cut of the expected one, in some lawful order."""
    if not is_truncated(raw):
        return False
    parts = [one.part() for one in expected.amendments]
    orders: list[list[Part]] = [
        parts,
        sorted(parts, key=lambda part: part.at),
        sorted(parts, key=lambda part: (part.at, part.text, part.author)),
    ]
    return any(
        raw in {truncate(full), truncate_before_2025(full)}
        for full in (render(text, order) for order in orders)
    )


def amendments(
    copy: Copy, found: list[Part], wanted: list[Amendment], expected: Expected
) -> list[Difference]:
    """Compare amendments as a multiset; name what is lost, extra or changed."""
    left = list(found)
    missing: list[Amendment] = []
    for one in wanted:
        match = _exact(one, left)
        if match is None:
            missing.append(one)
        else:
            left.remove(match)
    if not missing and not left:
        return []
    problems: list[Difference] = []
    lost = [one for one in missing if not _changed(copy, one, left, problems)]
    problems += [
        Difference(
            copy, "lost", "amendment", one.text, None, one.change, part=one.part()
        )
        for one in lost
    ]
    problems += [_extra(copy, part, wanted, expected) for part in left]
    return problems


def _exact(wanted: Amendment, found: list[Part]) -> Part | None:
    text = wanted.text
    for part in found:
        if part.author == wanted.author and part.text == text and wanted.is_at(part.at):
            return part
    return None


def _changed(
    copy: Copy, wanted: Amendment, left: list[Part], problems: list[Difference]
) -> bool:
    """Find the amendment under a changed author, time or text; consume it."""
    for part in left:
        same_author, same_text = part.author == wanted.author, part.text == wanted.text
        same_time = wanted.is_at(part.at)
        if same_text and (same_author or same_time):
            field = "amendment time" if same_author else "amendment author"
            values = (
                (wanted.since, part.at) if same_author else (wanted.author, part.author)
            )
            problem = Difference(copy, "altered", field, *values, wanted.change)
        elif same_author and same_time:
            old = any(part.text == value.value for value in wanted.texts)
            kind = "stale" if old else "corrupt"
            change = wanted.texts[-1].change
            problem = Difference(
                copy, kind, "amendment text", wanted.text, part.text, change
            )
        else:
            continue
        left.remove(part)
        problem.part = part
        problems.append(problem)
        return True
    return False


def _extra(
    copy: Copy, part: Part, wanted: list[Amendment], expected: Expected
) -> Difference:
    if any(_exact(one, [part]) for one in wanted):
        same_second = [
            one for one in wanted if one.author == part.author and one.is_at(part.at)
        ]
        hint = "equal second" if len(same_second) > 1 else ""
        return Difference(
            copy, "repeated", "amendment", None, part.text, None, hint, part
        )
    for one in expected.removed:
        if _exact(one, [part]):
            return Difference(
                copy, "returned", "amendment", None, part.text, one.removed, "", part
            )
    return Difference(copy, "corrupt", "amendment", None, part.text, part=part)
