"""Causes that nobody stated, inferred for timelines. No rule reads them.

A cause is *certain* when our own outbox or the sync's trace header says it. It is
*inferred* for a call of a half when exactly one message in flight on that half's queues
names one of the call's ids (else: its prisoner). Otherwise it is *unknown*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harness.oracle.who import HALVES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.oracle.history import Call, History, Message

CERTAIN, INFERRED, UNKNOWN = "certain", "inferred", "unknown"


class Cause(NamedTuple):
    """What led to a call: the SQS message id, if known, and how sure that is."""

    message: str | None
    certainty: str


def infer_causes(history: History) -> dict[int, Cause]:
    """Return the cause of each call of a half, by the call's seq."""
    in_hand: dict[str, list[Message]] = {half: [] for half in HALVES}
    for message in history.messages.values():
        if message.owner in in_hand and message.received:
            in_hand[message.owner].append(message)
    causes: dict[int, Cause] = {}
    for call in history.calls:
        if call.program not in HALVES:
            continue
        if call.cause is not None and call.certainty == CERTAIN:
            causes[call.seq] = Cause(call.cause, CERTAIN)
            continue
        causes[call.seq] = _infer(call, in_hand[call.program])
    return causes


def _infer(call: Call, messages: Iterable[Message]) -> Cause:
    flying = [one for one in messages if _in_flight(one, call.seq)]
    named = frozenset(call.subjects)
    ids = frozenset(name for name in named if not name[:1].isupper())
    for names in (ids, named):
        matching = {one.sqs for one in flying if not names.isdisjoint(one.subjects)}
        if len(matching) == 1:
            return Cause(matching.pop(), INFERRED)
        if matching:
            break
    return Cause(None, UNKNOWN)


def _in_flight(message: Message, seq: int) -> bool:
    """Say whether the message was received, and not given back or ended, at `seq`."""
    taken = [one for one in message.received if one < seq]
    if not taken or message.fate_seq < seq:
        return False
    return not any(taken[-1] < one < seq for one in message.returned)
