"""Limits applied: a violation that carries a limit's signature is *limited*.

The signature is declared in `contracts/limits.toml`; here are the journal checks that
it names. Each looks for the real service's own doing in the evidence: without it the
violation stands, however much it looks like the limit's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.limits import Limit, limits
from harness.oracle.codec import UnreadableMarkerError, is_truncated, normal, split
from harness.oracle.who import DPS, FROM_NOMIS, NOMIS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.oracle.case import Case
    from harness.oracle.changes import Change
    from harness.oracle.evidence import Violation
    from harness.oracle.notes import LogicalNote
    from harness.oracle.writes import Write

    Check = Callable[[Case, Violation, LogicalNote | None], bool]

_FAILED = 500
# Seconds in which a sync surely handles one message.
_ONE_HANDLING = 60.0


def apply(
    case: Case, found: list[Violation]
) -> tuple[list[Violation], list[Violation]]:
    """Split violations into those that stand and those that a limit excuses."""
    in_force = _in_force(case)
    if not in_force or not found:
        return found, []
    notes = {note.id: note for note in case.notes}
    standing: list[Violation] = []
    excused: list[Violation] = []
    for violation in found:
        note = notes.get(violation.note)
        limit = next((o for o in in_force if _carries(case, o, violation, note)), None)
        if limit is None:
            standing.append(violation)
        else:
            violation.limit, violation.owner = limit.id, limit.owner
            excused.append(violation)
    return standing, excused


def _in_force(case: Case) -> list[Limit]:
    """Return the limits that the judged world has: none when run as intended."""
    if case.evidence.limits == "as-intended":
        return []
    fixed = set(case.evidence.expectations.get("fixed_limits") or ())
    return [limit for limit in limits() if limit.id not in fixed]


def _carries(
    case: Case, limit: Limit, violation: Violation, note: LogicalNote | None
) -> bool:
    if violation.rule not in limit.rules:
        return False
    facts = violation.evidence
    if limit.fields and facts.get("field") not in limit.fields:
        return False
    if limit.sides and facts.get("side") not in limit.sides:
        return False
    return CHECKS[limit.evidence](case, violation, note)


def _writes(note: LogicalNote, side: str) -> Iterator[Write]:
    for copy in note.everywhere:
        for write in copy.writes:
            if write.side == side and write.call.accepted:
                yield write


def _alert_event_delivered_again(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    facts = violation.evidence
    if facts.get("kind") != "alert" or not facts.get("wanted"):
        return False
    return bool(facts["handler_receives"] >= facts["born"] > facts["wanted"])


def _alert_note_of_the_other_kind(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    """Hold when as many notes were born as wanted, but of the other sub type."""
    return bool(violation.evidence.get("other_kind"))


def _two_amendments_in_one_second(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    if violation.evidence.get("hint") != "equal second" or note is None:
        return False
    # DPS adds them again only when it is synced once more.
    return sum(1 for write in _writes(note, DPS) if write.parts) > 0


def _removal_was_sent_to_dps(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    if note is None:
        return False
    found = violation.evidence.get("found")
    removals = [
        one.removed
        for one in case.expected[id(note)].removed
        if one.text == found and one.removed is not None
    ]
    return any(
        removal.side == NOMIS
        and write.seq > removal.seq
        and all(part.text != found for part in write.parts)
        for removal in removals
        for write in _writes(note, DPS)
    )


def _note_was_rebuilt(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    """Hold when DPS made the note anew, and all that is wrong is what NOMIS tells."""
    if note is None:
        return False
    rows = (case.evidence.snapshots.get("dps") or {}).get("audit") or []
    ids = {copy.id for copy in note.copies[DPS]}
    told = {"system generated": False, "amendment id": violation.evidence["found"]}
    if violation.evidence["found"] != told.get(violation.evidence["field"], "NOMIS"):
        return False
    rebuilt = any(row["id"] in ids and row["cause"] == "UPDATE" for row in rows)
    return rebuilt and any(write.kind == "update" for write in _writes(note, DPS))


def _dps_amendment_fell_to_a_rebuild(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    if note is None:
        return False
    wanted = violation.evidence.get("wanted")
    written = [
        change
        for change in note.changes
        if change.side == DPS
        and change.action == "amend"
        and normal(change.text or "") == wanted
    ]
    rows = (case.evidence.snapshots.get("dps") or {}).get("audit") or []
    ids = {copy.id for copy in note.copies[DPS]}
    held = any(
        row["id"] in ids
        and row["cause"] == "UPDATE"
        and any(one["text"] == wanted for one in row["amendments"])
        for row in rows
    )
    return held and any(
        write.seq > change.seq
        and all(part.text != wanted for part in write.parts)
        and _looked_in_vain(case, write, str(wanted))
        for change in written
        for write in _writes(note, DPS)
    )


def _looked_in_vain(case: Case, write: Write, wanted: str) -> bool:
    """Tell whether who wrote had read the copy, and was not shown the words.

    Between its read and its write, and while reads lag, a sync is helpless; one that
    never read, or was shown the words and wiped them all the same, is not. Reads count
    that belong to the same message; where the sync does not say which, those of the
    minute before.
    """
    own = write.call
    reads = [
        call
        for call in case.history.calls
        if call.method == "GET"
        and call.service == own.service
        and call.program == write.program
        and call.seq < write.seq
        and (write.note in call.path or write.note in call.subjects)
    ]
    if own.cause is not None:
        reads = [call for call in reads if call.cause == own.cause][-1:]
    else:
        reads = [call for call in reads if own.at - call.at <= _ONE_HANDLING]
    return any(wanted not in _words(call.answer) for call in reads)


def _words(answer: object) -> set[str]:
    """Return every text in an answer, normalised."""
    if isinstance(answer, str):
        return {normal(answer)}
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, list):
        return {word for item in answer for word in _words(item)}
    return set()


def _nomis_change_fell_to_an_update(
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
            for write in _writes(note, DPS)
            if write.text == wanted or any(part.text == wanted for part in write.parts)
        ]
        for write in _writes(note, NOMIS):
            lacks = write.text != wanted and all(p.text != wanted for p in write.parts)
            wiped = write.kind == "update" and write.seq > change.seq and lacks
            if not wiped or any(seq < write.seq for seq in brought):
                continue
            if _was_let_go(case, change, write):
                continue
            # An edit may lose to another edit; an amendment never does.
            if change.action != "amend" or _looked_in_vain(case, write, str(wanted)):
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


def _dps_changed_type_or_occurrence(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
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


def _note_cannot_be_read(
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
    return unanswered and not any(wanted in _words(read.answer) for read in reads)


def _unreadable(text: str) -> bool:
    try:
        split(text)
    except UnreadableMarkerError:
        return True
    return False


def _amendment_by_unreadable_name(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    if note is None:
        return False
    names = {one.author for one in case.expected[id(note)].amendments}
    odd = {n for n in names if not (n.isascii() and n.replace("_", "a").isalnum())}
    written = [
        write
        for write in _writes(note, NOMIS)
        if any(part.author in odd for part in write.parts)
    ]
    facts = str(violation.evidence.get("found")), str(violation.evidence.get("wanted"))
    texts = {
        one.text for one in case.expected[id(note)].amendments if one.author in odd
    }
    return bool(written) and any(text in fact for text in texts for fact in facts)


def _cut_text_came_back(
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
        for write in _writes(note, DPS)
    )


CHECKS: dict[str, Check] = {
    "alert_event_delivered_again": _alert_event_delivered_again,
    "alert_note_of_the_other_kind": _alert_note_of_the_other_kind,
    "two_amendments_in_one_second": _two_amendments_in_one_second,
    "removal_was_sent_to_dps": _removal_was_sent_to_dps,
    "note_was_rebuilt": _note_was_rebuilt,
    "dps_amendment_fell_to_a_rebuild": _dps_amendment_fell_to_a_rebuild,
    "nomis_change_fell_to_an_update": _nomis_change_fell_to_an_update,
    "dps_changed_type_or_occurrence": _dps_changed_type_or_occurrence,
    "note_cannot_be_read": _note_cannot_be_read,
    "amendment_by_unreadable_name": _amendment_by_unreadable_name,
    "cut_text_came_back": _cut_text_came_back,
}
