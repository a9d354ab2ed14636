"""Checks of what the real DPS does to notes: its alert handler, and its upsert.

Each says whether the journal shows that service's own doing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.oracle.codec import normal
from harness.oracle.limited_reads import looked_in_vain, writes_on
from harness.oracle.who import DPS, NOMIS

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.evidence import Violation
    from harness.oracle.notes import LogicalNote


def alert_event_delivered_again(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    """Hold when DPS was given an alert event as often as it wrote notes of it."""
    facts = violation.evidence
    if facts.get("kind") != "alert" or not facts.get("wanted"):
        return False
    return bool(facts["handler_receives"] >= facts["born"] > facts["wanted"])


def alert_note_of_the_other_kind(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    """Hold when as many notes were born as wanted, but of the other sub type."""
    return bool(violation.evidence.get("other_kind"))


def two_amendments_in_one_second(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    """Hold when DPS was synced again with two amendments of one second."""
    if violation.evidence.get("hint") != "equal second" or note is None:
        return False
    # DPS adds them again only when it is synced once more.
    return sum(1 for write in writes_on(note, DPS) if write.parts) > 0


def removal_was_sent_to_dps(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    """Hold when from-nomis put the note without what was removed in NOMIS."""
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
        for write in writes_on(note, DPS)
    )


def note_was_rebuilt(
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
    return rebuilt and any(write.kind == "update" for write in writes_on(note, DPS))


def dps_amendment_fell_to_a_rebuild(
    case: Case, violation: Violation, note: LogicalNote | None
) -> bool:
    """Hold when DPS made the note anew without an amendment not yet in NOMIS."""
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
        and looked_in_vain(case, write, str(wanted))
        for change in written
        for write in writes_on(note, DPS)
    )


CHECKS = {
    "alert_event_delivered_again": alert_event_delivered_again,
    "alert_note_of_the_other_kind": alert_note_of_the_other_kind,
    "two_amendments_in_one_second": two_amendments_in_one_second,
    "removal_was_sent_to_dps": removal_was_sent_to_dps,
    "note_was_rebuilt": note_was_rebuilt,
    "dps_amendment_fell_to_a_rebuild": dps_amendment_fell_to_a_rebuild,
}
