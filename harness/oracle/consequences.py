"""What a half did wrong only because the other half had done wrong before it.

A **cause** is the first write that brought wrong content to a note, or that took a
copy away which no user had deleted. Its **consequence** is what the other half then
carried over, as it has to: the same content, or the same deletion. So is what a half
could not do for want of a mapping that the other had not made or had spoilt, and the
text of DPS over an edit in NOMIS whose message from-nomis had let go without effect.
Only the cause is a violation; its consequences are findings, and only while the cause
itself stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.oracle.blame import reader_of
from harness.oracle.codec import Part, normal, seconds, stored
from harness.oracle.expected import carrier
from harness.oracle.who import HALVES, OTHER, WRITER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.oracle.case import Case
    from harness.oracle.evidence import Violation
    from harness.oracle.notes import LogicalNote
    from harness.oracle.writes import Write


def without_consequences(
    case: Case, found: list[Violation]
) -> tuple[list[Violation], list[Violation]]:
    """Split violations into causes and the consequences of other halves' causes."""
    if len({one.owner for one in found if one.owner in HALVES}) < len(HALVES):
        return found, []
    notes = {note.id: note for note in case.notes}
    accused = {(one.note, one.owner) for one in found}
    unmapped = {
        (one.note, one.owner)
        for one in found
        if one.rule == "mapping-sound" and one.evidence.get("parts")
    }
    causes: list[Violation] = []
    consequences: list[Violation] = []
    for one in found:
        note = notes.get(one.note)
        if one.owner not in HALVES or note is None:
            causes.append(one)
            continue
        other = _other_half(one.owner)
        if (one.note, other) in unmapped and _needs_the_mapping(one):
            one.message += f" (for want of the mapping that {other} owed)"
            consequences.append(one)
            continue
        cause = _cause_of(case, note, one)
        if cause is None or (one.note, other) not in accused:
            causes.append(one)
            continue
        one.evidence["follows"] = cause
        one.message += f" (because of what {other} did before: entry {cause})"
        consequences.append(one)
    return causes, consequences


def _other_half(half: str) -> str:
    return next(one for one in HALVES if one != half)


def _needs_the_mapping(violation: Violation) -> bool:
    if violation.rule == "mapping-sound":
        return bool(violation.evidence.get("merged"))
    return violation.rule in {"lost", "stale", "misplaced"}


def _cause_of(case: Case, note: LogicalNote, violation: Violation) -> int | None:
    """Return the entry at which the other half made the half do this, if it did."""
    facts = violation.evidence
    if facts.get("side") not in OTHER:
        return None
    if facts.get("gone") or facts.get("excess"):
        write = _earlier_delete(note, violation)
    elif facts.get("change") == "edit" and facts.get("on_own_side"):
        return _ignored_edit(case, note, facts)
    elif facts.get("field") is None or violation.owner != WRITER[facts["side"]]:
        return None
    else:
        write = _earlier_content(case, note, facts)
    return None if write is None else write.seq


def _ignored_edit(case: Case, note: LogicalNote, facts: dict[str, Any]) -> int | None:
    """Return when the half that had to carry an edit let it go without effect.

    Before the other half wrote over it, that is; from then on what the far side holds
    counts.
    """
    edit = next((one for one in note.changes if one.done == facts["since"]), None)
    if edit is None or carrier(note, edit) is not None:
        return None
    half = reader_of(edit.side)
    mine = [m for e in case.events_of(edit) for m in e.messages if m.owner == half]
    let_go = max((m.fate_seq for m in mine if m.fate == "deleted"), default=None)
    over = [
        write.seq
        for write in _accepted(note)
        if write.side == edit.side and write.seq > edit.done and write.kind == "update"
    ]
    if let_go is None or not over or let_go > over[0]:
        return None
    return let_go


def _earlier_content(
    case: Case, note: LogicalNote, facts: dict[str, Any]
) -> Write | None:
    """Return the other half's write of the same wrong content, if it came first."""
    side, other = facts["side"], OTHER[facts["side"]]
    theirs = next(_bearing(note, other, WRITER[other], facts), None)
    if theirs is None:
        return None
    mine = next(_bearing(note, side, WRITER[side], facts), None)
    # What was not carried at all was gone when the half came to it.
    before = mine.seq if mine is not None else _let_go(case, note, facts)
    return theirs if theirs.seq < before else None


def _let_go(case: Case, note: LogicalNote, facts: dict[str, Any]) -> int:
    """Return when the half let the last message go of a change that it did not carry.

    0 where it is not a change made on the side where it was lost.
    """
    if facts.get("found") is not None:
        return 0
    half = WRITER[facts["side"]]
    return max(
        (
            message.fate_seq
            for change in note.changes
            if change.done == facts["since"] and change.side != facts["side"]
            for event in case.events_of(change)
            for message in event.copies
            if message.owner == half
        ),
        default=0,
    )


def _earlier_delete(note: LogicalNote, violation: Violation) -> Write | None:
    """Return the other half's delete that was carried over, if all was deletes."""
    deletes = [write for write in _accepted(note) if write.kind == "delete"]
    if any(change.action == "delete" for change in note.changes) or not deletes:
        return None
    first = deletes[0]
    if first.program == violation.owner or first.side == violation.evidence["side"]:
        return None
    late = {write.seq for write in deletes if write.seq > first.seq}
    return first if late.issuperset(violation.evidence.get("excess", ())) else None


def _bearing(
    note: LogicalNote, side: str, half: str, facts: dict[str, Any]
) -> Iterator[Write]:
    """Yield the half's writes to a side that bear the wrong content, in order."""
    for write in _accepted(note):
        if write.side == side and write.program == half and _bears(write, facts):
            yield write


def _accepted(note: LogicalNote) -> list[Write]:
    unique = {
        write.seq: write
        for copy in note.everywhere
        for write in copy.writes
        if write.call.accepted
    }
    return [unique[seq] for seq in sorted(unique)]


def _bears(write: Write, facts: dict[str, Any]) -> bool:
    field, found, part = facts["field"], facts.get("found"), facts.get("part")
    if field.startswith("amendment"):
        return part is not None and _bears_part(write, Part(*part), facts)
    if write.kind not in {"create", "update"} or not isinstance(found, str):
        return False
    if field == "text":
        text = normal(write.text or "")
        return found in {text, stored(text, write.parts)}
    held = {
        "type": f"{write.type}/{write.sub_type}",
        "occurrence": write.occurred,
        "creation": write.created,
        "author": write.author,
    }
    return held.get(field) == found


def _bears_part(write: Write, part: Part, facts: dict[str, Any]) -> bool:
    if facts.get("found") is None:
        # Wrong is that it is left out, though it had been written by then.
        left_out = not write.carries(part.author, part.text)
        return write.kind == "update" and write.seq > facts["since"] and left_out
    return any(
        one.author == part.author
        and seconds(one.at) == part.at
        and normal(one.text) == normal(part.text)
        for one in write.parts
    )
