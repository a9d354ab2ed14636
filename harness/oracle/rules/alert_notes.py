"""Alert notes: how many are born, and on which side, per alert transition.

A **transition** is an alert becoming active or inactive by a user's action, in NOMIS or
in DPS. Each owes one note, born on the side that writes alert notes in the prison: the
NOMIS trigger, the DPS handler; both on, one on each side (a mistake of configuration);
none, no note. Where the writer changes hands between the alert and its note, each side
goes by the switch as it finds it. What happens to a note once born is the other rules'
matter.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.oracle.births import event_sub_type
from harness.oracle.blame import reader_of
from harness.oracle.evidence import Violation
from harness.oracle.notes import ALERT
from harness.oracle.rules.result import Result
from harness.oracle.severity import severity
from harness.oracle.transitions import (
    HANDLED,
    Transition,
    read_transitions,
    writers_at,
)
from harness.oracle.who import DPS, FROM_NOMIS, NOMIS, SYSTEM_NAME, TO_NOMIS

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.notes import LogicalNote

_SIDES = {"nomis": (NOMIS,), "dps": (DPS,), "both": (NOMIS, DPS), "none": ()}


def alert_notes(case: Case) -> Result:
    """Each alert transition bears as many notes as the prison's setting says."""
    result = Result()
    transitions = read_transitions(case)
    born = _births(case)
    if not transitions and not born:
        return result
    wanted = _wanted(case, transitions, result)
    if result.reasons:
        return result
    total = Counter({key[::2]: 0 for key in wanted})
    for key in sorted(wanted.keys() | born.keys()):
        total[key[::2]] += len(born.get(key, ())) - wanted[key]
    for key in sorted(wanted.keys() | born.keys()):
        notes = born.get(key, [])
        other = total[key[::2]] == 0  # right in number, wrong in kind
        if len(notes) < wanted[key]:
            missing = wanted[key] - len(notes)
            _too_few(case, key, transitions, missing, result, other=other)
        elif len(notes) > wanted[key]:
            _too_many(case, key, notes, wanted[key], result, other=other)
    return result


def _wanted(
    case: Case, transitions: list[Transition], result: Result
) -> Counter[tuple[str, str, str]]:
    """Count the notes owed by prisoner, sub type and side of birth."""
    wanted: Counter[tuple[str, str, str]] = Counter()
    for one in transitions:
        writers = writers_at(case, one)
        if writers is None:
            result.reasons.append(
                "nothing says who writes alert notes in the prison of "
                f"{one.prisoner}: journal an alert-writer switch"
            )
            break
        result.checked += 1
        sides = [
            side
            for side, writer in zip((NOMIS, DPS), writers, strict=True)
            if side in _SIDES[writer]
        ]
        for side in sides:
            wanted[one.prisoner, one.sub_type, side] += 1
        flipped = writers[0] != writers[1]
        if len(sides) > 1:
            result.add(_both(one, flipped=flipped))
        elif not sides:
            result.findings.append(_unwritten(one, flipped=flipped))
    return wanted


def _births(case: Case) -> dict[tuple[str, str, str], list[LogicalNote]]:
    copied = {
        note for c in case.changes if c.action == "admit" for note in c.details["notes"]
    }
    found: dict[tuple[str, str, str], list[LogicalNote]] = {}
    for note in case.notes:
        if note.kind != ALERT or note.id in copied:
            continue
        event = note.details.get("event")
        sub_type = note.sub_type or (event_sub_type(event) if event else "")
        found.setdefault((note.prisoner, sub_type, note.side), []).append(note)
    return found


def _too_few(
    case: Case,
    key: tuple[str, str, str],
    transitions: list[Transition],
    number: int,
    result: Result,
    *,
    other: bool,
) -> None:
    prisoner, sub_type, side = key
    mine = [t for t in transitions if (t.prisoner, t.sub_type) == (prisoner, sub_type)]
    owner, why, parked = _why_unborn(case, side, mine)
    if parked:
        return
    result.add(
        _violation(
            "lost",
            owner,
            prisoner,
            f"{number} {sub_type} alert note(s) were never written in "
            f"{SYSTEM_NAME[side]}: {why}",
            f"alert note not born in {side}",
            [t.change.seq for t in mine],
            side=side,
            other_kind=other,
        )
    )


def _why_unborn(
    case: Case, side: str, transitions: list[Transition]
) -> tuple[str, str, bool]:
    elsewhere = [t for t in transitions if t.side != side]
    mirrored = case.alert_writes(side)
    if elsewhere and len(mirrored) < len(elsewhere):
        half = reader_of(elsewhere[0].side)
        parked = any(
            case.may_be_parked(half, message.type, message.queue)
            for t in elsewhere
            for event in case.events_of(t.change)
            for message in event.messages
            if message.owner == half and message.fate in {None, "parked"}
        )
        return half, "the alert itself never came over", parked
    if side == NOMIS:
        return NOMIS, "its trigger did not fire", False
    events = [e for e in case.history.events if e.type in HANDLED]
    if not events:
        return DPS, "DPS alerts published no event", False
    messages = [m for event in events for m in event.copies if m.owner == DPS]
    if not messages:
        return "configuration", "DPS does not subscribe to alert events", False
    return DPS, "its alert handler wrote none", False


def _too_many(
    case: Case,
    key: tuple[str, str, str],
    notes: list[LogicalNote],
    wanted: int,
    result: Result,
    *,
    other: bool,
) -> None:
    prisoner, sub_type, side = key
    half = TO_NOMIS if side == NOMIS else FROM_NOMIS
    raised = [t for t in read_transitions(case) if t.side != side and t.raised]
    made = [call for call in case.alert_writes(side) if call.method == "POST"]
    received = sum(
        len(message.received)
        for event in case.history.events
        if event.type in HANDLED
        for message in event.messages
        if message.owner == DPS
    )
    owner = half if len(made) > len(raised) and wanted else side
    for note in notes[wanted:]:
        result.add(
            _violation(
                "duplicate",
                owner,
                prisoner,
                f"{SYSTEM_NAME[side]} bore {len(notes)} {sub_type} alert notes, "
                f"{wanted} wanted"
                + ("" if wanted else f": {SYSTEM_NAME[side]} ignored its switch"),
                f"alert note born in {side}" + ("" if wanted else " though off"),
                [event.seq] if (event := note.details.get("event")) else [],
                note=note.id,
                side=side,
                wanted=wanted,
                born=len(notes),
                handler_receives=received,
                other_kind=other,
            )
        )


_FLIPPED = "the writer changed hands between the alert and its note"


def _both(one: Transition, *, flipped: bool) -> Violation:
    return _violation(
        "duplicate",
        "configuration",
        one.prisoner,
        f"the NOMIS trigger and the DPS handler both wrote the {one.sub_type} note: "
        + (_FLIPPED if flipped else "both are switched on"),
        "both alert writers on",
        [one.change.seq],
    )


def _unwritten(one: Transition, *, flipped: bool) -> Violation:
    return _violation(
        "lost",
        "configuration",
        one.prisoner,
        f"nobody writes the {one.sub_type} note: "
        + (_FLIPPED if flipped else "both alert writers are off"),
        "no alert writer on",
        [one.change.seq],
    )


def _violation(
    rule: str,
    owner: str,
    prisoner: str,
    message: str,
    detail: str,
    seqs: list[int],
    note: str = "",
    **evidence: object,
) -> Violation:
    return Violation(
        rule=rule,
        severity=severity(rule),
        owner=owner,
        note=note,
        prisoner=prisoner,
        message=message,
        evidence={"seqs": sorted(set(seqs)), "kind": ALERT, **evidence},
        key=f"{rule}:{owner}:{detail}",
    )
