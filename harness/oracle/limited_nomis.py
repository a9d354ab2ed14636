"""Checks of what the real NOMIS does to notes: its update, its marks, its 4000 bytes.

Each says whether the journal shows that service's own doing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.oracle.codec import UnreadableMarkerError, is_truncated, normal, split
from harness.oracle.limited_reads import looked_in_vain, words_in, writes_on
from harness.oracle.who import DPS, FROM_NOMIS, NOMIS

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.changes import Change
    from harness.oracle.evidence import Violation
    from harness.oracle.notes import LogicalNote
    from harness.oracle.writes import Write

_FAILED = 500


def nomis_change_fell_to_an_update(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    """Hold when an N3 wiped a NOMIS user's words that from-nomis had not yet read."""
    if note is None:
        return False
    wanted = violation.evidence.get("wanted")
    for change in note.changes:
        if change.side != NOMIS or normal(change.text or "") != wanted:
            continue
        brought = [
            write.seq
            for write in writes_on(note, DPS)
            if write.text == wanted or any(part.text == wanted for part in write.parts)
        ]
        for write in writes_on(note, NOMIS):
            lacks = write.text != wanted and all(p.text != wanted for p in write.parts)
            wiped = write.kind == "update" and write.seq > change.seq and lacks
            if not wiped or any(seq < write.seq for seq in brought):
                continue
            if _was_let_go(case, change, write):
                continue
            # An edit may lose to another edit; an amendment never does.
            if change.action != "amend" or looked_in_vain(case, write, str(wanted)):
                return True
    return False


def _was_let_go(case: Case, change: Change, write: Write) -> bool:
    """Say whether from-nomis had let a change go, without effect, before the write.

    It had its chance: what came later wiped nothing that was still on its way.
    """
    fates = [
        message.fate_seq if message.fate == "deleted" else write.seq
        for event in case.events_of(change)
        for message in event.messages
        if message.owner == FROM_NOMIS and message.received
    ]
    return bool(fates) and max(fates) < write.seq


def dps_changed_type_or_occurrence(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    """Hold when NOMIS shows the birth value, and all else that DPS holds."""
    if note is None:
        return False
    edits = [c for c in note.changes if c.side == DPS and c.action == "edit"]
    field = violation.evidence.get("field")
    own = f"{note.type}/{note.sub_type}" if field == "type" else note.occurred
    changed = violation.evidence.get("found") == own and any(
        (f"{c.type}/{c.sub_type}" if field == "type" else c.occurred) != own
        for c in edits
    )
    # All that N3 can carry stands there.
    return changed and not any(
        one.copy.id == violation.evidence["copy"]
        and one.field.startswith(("text", "amendment"))
        for _, one in case.differences
    )


def note_cannot_be_read(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    """Hold when NOMIS gave no answer about this note once the lost words stood there.

    Neither a fault that the scenario planted counts, nor a failed read of another note;
    and who was shown the words before could have brought them.
    """
    ids = {violation.note, *violation.evidence.get("subjects", ())}
    if note is not None:
        ids |= {copy.id for copy in note.copies[NOMIS]}
    rows = [row for note_id, row in case.rows[NOMIS].items() if note_id in ids]
    if not any(_unreadable(row["text"]) for row in rows):
        return False
    ids |= {row["prisoner"] for row in rows}
    wanted = violation.evidence.get("wanted")
    changes = [] if note is None else note.changes
    since = max((c.seq for c in changes if normal(c.text or "") == wanted), default=0)
    reads = [
        call
        for call in case.history.calls
        if call.program is not None
        and call.service == "nomis"
        and call.method == "GET"
        and call.seq > since
        and not ids.isdisjoint(call.path.split("/"))
    ]
    unanswered = any((r.status or 0) >= _FAILED and r.fault is None for r in reads)
    return unanswered and not any(wanted in words_in(read.answer) for read in reads)


def _unreadable(text: str) -> bool:
    try:
        split(text)
    except UnreadableMarkerError:
        return True
    return False


def amendment_by_unreadable_name(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    """Hold when what is wrong are the words of such an author."""
    if note is None:
        return False
    names = {one.author for one in case.expected[id(note)].amendments}
    odd = {n for n in names if not (n.isascii() and n.replace("_", "a").isalnum())}
    written = [
        write
        for write in writes_on(note, NOMIS)
        if any(part.author in odd for part in write.parts)
    ]
    facts = str(violation.evidence.get("found")), str(violation.evidence.get("wanted"))
    texts = {
        one.text for one in case.expected[id(note)].amendments if one.author in odd
    }
    return bool(written) and any(text in fact for text in texts for fact in facts)


def cut_text_came_back(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    """Hold when NOMIS held a cut text and a NOMIS user changed the note after that.

    What is wrong must be the cut: cut words in DPS, or words that NOMIS holds no more.
    """
    if note is None:
        return False
    wanted, wrong = violation.evidence.get("wanted"), violation.evidence.get("found")
    rows = [copy.row for copy in note.copies[NOMIS] if copy.row is not None]
    held = any(str(wanted) in normal(row["text"]) for row in rows)
    if not is_truncated(str(wrong)) and (wanted is None or held):
        return False
    return any(
        write.text is not None
        and (is_truncated(write.text) or any(is_truncated(p.text) for p in write.parts))
        and any(c.side == NOMIS and c.seq < write.seq for c in note.changes)
        for write in writes_on(note, DPS)
    )


CHECKS = {
    "nomis_change_fell_to_an_update": nomis_change_fell_to_an_update,
    "dps_changed_type_or_occurrence": dps_changed_type_or_occurrence,
    "note_cannot_be_read": note_cannot_be_read,
    "amendment_by_unreadable_name": amendment_by_unreadable_name,
    "cut_text_came_back": cut_text_came_back,
}
