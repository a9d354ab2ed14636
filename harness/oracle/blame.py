"""Whose fault a missing or wrong effect is: follow the change's messages.

A change made on one side travels: its service publishes an event, the topic brings a
copy to the half's queue, the half receives it and writes. The owner is whoever held
the baton last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harness.oracle.who import (
    DPS,
    FROM_NOMIS,
    NOMIS,
    TO_NOMIS,
    is_dead_letter_queue,
    is_parking,
)

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.changes import Change
    from harness.oracle.history import Event, Message
    from harness.oracle.notes import Copy, LogicalNote


class Blame(NamedTuple):
    """`owner` at fault, `why` in words, `seqs` that show it; `parked`: it waits."""

    owner: str
    why: str
    seqs: list[int]
    parked: bool = False


def reader_of(side: str) -> str:
    """Return the half that carries changes made on a side over to the other."""
    return TO_NOMIS if side == DPS else FROM_NOMIS


def absent(case: Case, note: LogicalNote, change: Change | None) -> Blame:
    """Say why a change never took effect on the other side (None: the birth)."""
    side = change.side if change is not None else note.side
    events = [e for e in events_for(case, note, change) if e.type != _NOISE]
    half = reader_of(side)
    seqs = [change.seq] if change is not None else []
    if not events:
        owner = DPS if side == DPS else NOMIS
        if note.kind == "seed" and change is None:
            return Blame(half, "it stood before and was not migrated", seqs)
        return Blame(owner, f"{owner} published no event for it", seqs)
    messages = [m for event in events for m in event.copies if m.owner == half]
    seqs += [event.seq for event in events]
    if side == DPS and all(_says_nomis(event) for event in events):
        return Blame(DPS, "its event says that NOMIS made the change", seqs)
    if not messages:
        return Blame("configuration", f"no queue of {half} subscribes to it", seqs)
    return _fate_of(case, half, messages, seqs)


# DPS tells the world of a note by a second event, which the sync never reads.
_NOISE = "prison.case-note.published"


def _says_nomis(event: Event) -> bool:
    """Whether a DPS event disowns the change, so that the sync must ignore it."""
    body = event.body if isinstance(event.body, dict) else {}
    about = body.get("additionalInformation") or {}
    return about.get("source") == "NOMIS"


def _fate_of(case: Case, half: str, messages: list[Message], seqs: list[int]) -> Blame:
    seqs = seqs + [m.fate_seq if m.fate else m.came for m in messages]
    fates = {m.fate for m in messages}
    waiting = [m.queue for m in messages if m.fate is None]
    last = messages[-1]
    if any(is_parking(queue) for queue in waiting):
        off = case.may_be_parked(half, last.type, last.queue)
        return Blame(half, "its message is parked", seqs, parked=off)
    if waiting:
        dead = is_dead_letter_queue(waiting[-1])
        off = not dead and case.may_be_parked(half, last.type, last.queue)
        return Blame(half, f"its message is in {waiting[-1]}", seqs, parked=off)
    if fates <= {"filtered"}:
        return Blame("configuration", "a filter kept its message out", seqs)
    if fates <= {"dropped", "filtered"}:
        return Blame("relay", "its message was dropped on the way", seqs)
    if "deleted" not in fates:
        return Blame(half, f"its message ended {messages[-1].fate}", seqs)
    return _acknowledged(case, half, messages, seqs)


def _acknowledged(
    case: Case, half: str, messages: list[Message], seqs: list[int]
) -> Blame:
    dropped = [m for m in messages if m.fate == "deleted" and _was_off(case, half, m)]
    if dropped:
        why = "dropped while the switch of its event type was off"
        # Not owed before the backfill, which waits for the switch.
        waits = half in case.evidence.expectations.get("backfilled", ())
        off = case.switched_off.get(half, frozenset())
        waits &= all(m.type in off for m in dropped)
        return Blame(half, why, seqs, parked=waits)
    tries = sum(len(m.received) for m in messages)
    return Blame(half, f"acknowledged without effect after {tries} receives", seqs)


def _was_off(case: Case, half: str, message: Message) -> bool:
    """Whether the half's switch was off when it acknowledged the message.

    A real build drops what is switched off, for good (events-and-config 5.1).
    """
    off = False
    for entry in case.history.switches:
        mine = entry.get("scope") == half and entry.get("name") == message.type
        if mine and entry["seq"] < (message.fate_seq or 0):
            off = not entry.get("on")
    return off


def events_for(case: Case, note: LogicalNote, change: Change | None) -> list[Event]:
    """Return the events of a change, or of the note's birth, with repeats (resends)."""
    if change is not None:
        return case.events_of(change)
    if note.born is not None:
        return case.events_of(note.born)
    event = note.details.get("event")
    return [event] if event is not None else []


def writer_of(copy: Copy) -> str | None:
    """Return the program whose write a copy shows: the last accepted one."""
    accepted = [write for write in copy.writes if write.call.accepted]
    return accepted[-1].program if accepted else None


def maker_of(copy: Copy) -> str:
    """Return who made a copy: a half, or the service it was born in."""
    if copy.birth is not None:
        return copy.birth.program
    return copy.side
