"""Loop: the sync sends more writes to a copy than it is owed.

**Owed** to a copy by one half: the accepted changes of its logical note made
elsewhere (the other side, or a sibling copy), each times the deliveries that the
ledger shows for its messages; plus the writes whose answer was lost, timed out, was a
server's failure or asked to come again (401: the token ran out); plus those that were
refused and wrote nothing, five at the most: a build may try again at once, but not for
ever, whether or not it has the message delivered anew; plus one merge-back
per pair of concurrent changes; plus one to a copy that a NOMIS merge made, which may
be older than the note; plus one per repair that an operator ran. A request
counts even if it changed nothing, except a delete of what is gone: that can set
nothing going. Counts need no knowledge of causes.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.oracle.blame import reader_of
from harness.oracle.rules.result import Result, broken
from harness.oracle.who import DPS, NOMIS, SYSTEM_NAME

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.history import Event
    from harness.oracle.notes import Copy, LogicalNote
    from harness.oracle.writes import Write

_REFUSED, _SERVER_FAILED = 400, 500
# Refused before anything was done, with the request to come again: a token that ran
# out, a time-out of the server's own, too many requests.
_COME_AGAIN = frozenset({401, 408, 429})
_TRIES = 5
_REPAIRS = ("migrat", "reconcil", "repair", "resync", "backfill", "replay", "admin")


def loop(case: Case) -> Result:
    """No copy is written more often than it is owed."""
    result = Result()
    repairs = sum(
        1
        for entry in case.history.targets
        if str(entry.get("action", "")).startswith(_REPAIRS)
    )
    for note in case.notes:
        for side in (NOMIS, DPS):
            regular = note.copies[side]
            surplus = [copy for copy in note.surplus if copy.side == side]
            for index, copy in enumerate(regular or surplus[:1]):
                # Surplus copies are written in the place of the one they double.
                extra = surplus if index == 0 else []
                writes = [w for c in (copy, *extra) for w in c.writes if w.side == side]
                result.checked += 1
                if writes:
                    _judge(
                        case, note, copy, writes=writes, repairs=repairs, result=result
                    )
    return result


def _judge(
    case: Case,
    note: LogicalNote,
    copy: Copy,
    *,
    writes: list[Write],
    repairs: int,
    result: Result,
) -> None:
    counted = [write for write in _unique(writes) if _counts(write, note)]
    sent = Counter(write.program for write in counted)
    for half, number in sorted(sent.items()):
        mine = [write for write in counted if write.program == half]
        owed, seqs = owed_to(case, note, copy, half)
        owed += sum(1 for write in mine if _unsure(write)) + repairs
        owed += min(sum(1 for write in mine if _refused(write)), _TRIES)
        if number <= owed:
            continue
        excess = mine[owed:]
        echoes = case.echoes(note, copy.side)
        result.add(
            broken(
                "loop",
                half,
                note,
                f"{half} wrote {SYSTEM_NAME[copy.side]} note {copy.id or '?'} "
                f"{number} time{'s' * (number != 1)} and owed it {owed}"
                f"{_unwished(note, excess)}",
                f"writes to {copy.side}",
                seqs=[*seqs, *(write.seq for write in mine)],
                writes=number,
                owed=owed,
                side=copy.side,
                copy=copy.id,
                excess=[write.seq for write in excess],
                cycle=sorted([w.seq for w in mine] + [event.seq for event in echoes]),
            )
        )


def _unwished(note: LogicalNote, excess: list[Write]) -> str:
    """Say so where what was too much is a delete: no count makes that clear."""
    wished = any(change.action == "delete" for change in note.changes)
    if wished or all(write.kind != "delete" for write in excess):
        return ""
    return ": it deleted the note, which no user had done"


def _unique(writes: list[Write]) -> list[Write]:
    return sorted({write.seq: write for write in writes}.values(), key=lambda w: w.seq)


def _counts(write: Write, note: LogicalNote) -> bool:
    if write.bulk or write.kind in {"move", "migrate"}:
        return False
    if write.kind != "delete":
        return True
    if any(copy.writes and write in copy.writes for copy in note.surplus):
        return False  # removing a double is a repair
    return write.call.accepted


def _unsure(write: Write) -> bool:
    call = write.call
    if call.lost or call.status is None or call.status in _COME_AGAIN:
        return True
    return call.status >= _SERVER_FAILED


def _refused(write: Write) -> bool:
    """Whether the service would have none of it: that sets nothing going."""
    refused = (write.call.status or 0) >= _REFUSED
    return refused and not (_unsure(write) or write.call.accepted)


def owed_to(
    case: Case, note: LogicalNote, copy: Copy, half: str
) -> tuple[int, list[int]]:
    """Return how many writes a half owes a copy, and the seqs that say so."""
    owed = len(case.expected[id(note)].concurrent) + copy.merged
    seqs: list[int] = []
    counted: set[int] = set()
    made = [(note.born, note.side, note.id)]
    made += [(change, change.side, change.note) for change in note.changes]
    for change, side, where in made:
        if (side == copy.side and where == copy.id) or reader_of(side) != half:
            continue
        if change is None:
            event = note.details.get("event")
            events = [event] if event is not None else []
        else:
            events = case.events_of(change)
            seqs.append(change.seq)
        counted |= {event.seq for event in events}
        owed += max(1, sum(deliveries(event, half) for event in events))
    for event in case.repeats_of(note):
        # A resend, or an event that the scenario replayed: more work for the half.
        if event.seq not in counted:
            owed += deliveries(event, half)
    return owed, seqs


def deliveries(event: Event, half: str) -> int:
    """Return how often the half received the event's messages."""
    return sum(len(m.received) for m in event.messages if m.owner == half)
