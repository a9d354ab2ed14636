"""What a limit's check asks of the journal: writes of a note, and reads before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.oracle.codec import normal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.oracle.case import Case
    from harness.oracle.notes import LogicalNote
    from harness.oracle.writes import Write

# Seconds in which a sync surely handles one message.
_ONE_HANDLING = 60.0


def writes_on(note: LogicalNote, side: str) -> Iterator[Write]:
    """Yield the sync's accepted writes to the note's copies on a side."""
    for copy in note.everywhere:
        for write in copy.writes:
            if write.side == side and write.call.accepted:
                yield write


def looked_in_vain(case: Case, write: Write, wanted: str) -> bool:
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
    return any(wanted not in words_in(call.answer) for call in reads)


def words_in(answer: object) -> set[str]:
    """Return every text in an answer, normalised."""
    if isinstance(answer, str):
        return {normal(answer)}
    if isinstance(answer, dict):
        answer = list(answer.values())
    if isinstance(answer, list):
        return {word for item in answer for word in words_in(item)}
    return set()
