"""One queue: receive, acknowledge, give back, redrive, expire.

A copy lies on the queue's shelf; this class moves it between states and tells the
ledger. A message that was received `maxReceiveCount` times moves to the dead-letter
queue at the receive that would exceed it, as SQS does it, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.bus.copies import (
    DEAD,
    DELAYED,
    HELD,
    IN_FLIGHT,
    PARKED,
    QUEUED,
    RETURNED,
    VISIBLE,
    Copy,
)
from simulators.bus.errors import (
    invalid_parameter,
    not_in_flight,
    receipt_invalid,
)
from simulators.bus.message import Delivery, md5_of_attributes, md5_of_body
from simulators.bus.settings import Redrive, Settings
from simulators.bus.shelf import Shelf
from simulators.bus.waiting import Waiters

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from simulators.bus.buswatch import BusWatch
    from simulators.bus.faults import DeliveryFaults
    from simulators.bus.ledger import Ledger

PARKED_SUFFIX = "_parked"
BATCH = 10
MAX_VISIBILITY = 43_200
_RECEIPT = "AQEB"
_RECEIPT_LENGTH = 44


class Queue:
    """A standard queue of the bus, by name and ARN."""

    def __init__(
        self,
        arn: str,
        watch: BusWatch,
        ledger: Ledger,
        faults: DeliveryFaults,
        *,
        dead_letter: Callable[[Queue, Copy, Redrive], bool],
        stirred: Callable[[], None],
    ) -> None:
        """`dead_letter` moves a copy away; `stirred` hears of each change."""
        self.arn = arn
        self.name = arn.rsplit(":", 1)[-1]
        self.settings = Settings()
        self.created_ms = self.modified_ms = watch.epoch_ms()
        self.shelf = Shelf(PARKED if self.name.endswith(PARKED_SUFFIX) else QUEUED)
        self.waiters = Waiters(watch, self.shelf.next_due, self.advance)
        self._watch = watch
        self._ledger = ledger
        self._faults = faults
        self._dead_letter = dead_letter
        self._stirred = stirred
        self._receipts: dict[str, Copy] = {}

    # Coming in

    def arrive(self, copy: Copy, delay: float = 0.0) -> None:
        """Take in a new copy, visible after `delay` seconds."""
        now = self._watch.now()
        self._ledger.came(copy)
        retention = self.settings.numbers["MessageRetentionPeriod"]
        self.shelf.add(copy, copy.sent + retention)
        if delay > 0:
            self.shelf.place(copy, DELAYED, now + delay)
            self.waiters.arm()
        else:
            self._show(copy, now)
        self._stirred()

    def advance(self) -> None:
        """Bring about what time has brought: expiry, then what becomes visible."""
        now = self._watch.now()
        for copy in self.shelf.expired(now):
            self._end(copy, "expired")
        for copy in self.shelf.due(now):
            self._show(copy, copy.due)

    # Going out

    def receive(
        self,
        limit: int,
        visibility: float | None = None,
        consumer: str | None = None,
    ) -> list[Delivery]:
        """Lend out up to `limit` (1 to 10) messages for `visibility` seconds."""
        if not 1 <= limit <= BATCH:
            raise invalid_parameter("MaxNumberOfMessages", limit, "must be 1 to 10")
        seconds = self._visibility(visibility)
        self.advance()
        lent: list[Delivery] = []
        while len(lent) < limit and (copy := self.shelf.take()) is not None:
            redrive = self.settings.redrive
            if (
                redrive is not None
                and copy.count >= redrive.max_receives
                and self._dead_letter(self, copy, redrive)
            ):
                continue
            lent.append(self._lend(copy, seconds, consumer))
        if lent:
            self.waiters.arm()
            self._stirred()
        return lent

    async def poll(
        self,
        limit: int,
        wait_seconds: float,
        visibility: float | None = None,
        consumer: str | None = None,
        *,
        alive: Callable[[], bool] | None = None,
    ) -> list[Delivery]:
        """Receive, waiting up to `wait_seconds` for a first message.

        `alive` tells, at the last moment, whether the client still listens; if not,
        nothing is taken and the next poll is woken instead.
        """
        deadline = self._watch.clock.stopwatch() + wait_seconds
        while True:
            if alive is not None and not alive():
                self.waiters.wake()
                return []
            lent = self.receive(limit, visibility, consumer)
            if lent:
                if self.shelf.visible:
                    self.waiters.wake()
                return lent
            left = deadline - self._watch.clock.stopwatch()
            if left <= 0 or not await self.waiters.park(left):
                return []

    # Coming back

    def delete(self, receipt: str) -> bool:
        """Acknowledge; False when it had no effect (ended, or received since)."""
        copy = self._receipts.get(receipt)
        if copy is None:
            _check_receipt(receipt)
            return False
        if self._faults.loses_ack(copy):
            # Its consumer is done with it: nobody works on it any more.
            copy.orphaned = True
            self._stirred()
            return False
        self._end(copy, copy.ends_as or "deleted")
        self._stirred()
        return True

    def change_visibility(self, receipt: str, seconds: float) -> None:
        """Give a message in flight back: visible again in `seconds`."""
        if not 0 <= seconds <= MAX_VISIBILITY:
            raise invalid_parameter(
                "VisibilityTimeout", seconds, "must be 0 to 43200 seconds"
            )
        copy = self._receipts.get(receipt)
        if copy is None:
            _check_receipt(receipt)
            raise invalid_parameter(
                "ReceiptHandle",
                receipt,
                "Message does not exist or is not available for visibility timeout "
                "change.",
            )
        self.advance()
        if copy.state not in {IN_FLIGHT, RETURNED}:
            raise not_in_flight(receipt)
        self._ledger.returned(copy, seconds)
        now = self._watch.now()
        if seconds > 0:
            self.shelf.place(copy, RETURNED, now + seconds)
            self.waiters.arm()
        else:
            self._show(copy, now)
        self._stirred()

    def purge(self) -> int:
        """Delete everything here; returns how many copies."""
        copies = list(self.shelf.live.values())
        for copy in copies:
            self._end(copy, "purged")
        self._stirred()
        return len(copies)

    def take_all(self, fate: str) -> list[Copy]:
        """End every visible copy with `fate` and return them, oldest first."""
        self.advance()
        taken = []
        while (copy := self.shelf.take()) is not None:
            self._end(copy, fate)
            taken.append(copy)
        self._stirred()
        return taken

    def end(self, copy: Copy, fate: str) -> None:
        """End one copy of this queue."""
        self._end(copy, fate)

    # Faults

    def visible_copies(self) -> list[Copy]:
        """Return the copies a consumer could take now, oldest first."""
        self.advance()
        return [c for c in self.shelf.live.values() if c.state in VISIBLE]

    def hold(self, copy: Copy) -> None:
        """Make a copy invisible until `let_go`."""
        self.shelf.place(copy, HELD, self._watch.now())

    def let_go(self, copy: Copy) -> None:
        """Make a held copy visible."""
        self._reveal(copy, self._watch.now())
        self._stirred()

    # Knowing

    def in_flight(self) -> list[Copy]:
        """Return the copies lent out or given back for later, as they were lent."""
        away = {IN_FLIGHT, RETURNED}
        return [c for c in self._receipts.values() if c.state in away]

    def orphan(self, consumer: str | None) -> int:
        """Mark what `consumer` (None: anyone) has in flight as nobody's."""
        lost = [
            copy
            for copy in self._receipts.values()
            if copy.state == IN_FLIGHT
            and not copy.orphaned
            and consumer in {None, copy.consumer}
        ]
        for copy in lost:
            copy.orphaned = True
        return len(lost)

    def all_orphaned(self) -> bool:
        """Tell whether nobody alive has a message of this queue in flight."""
        flying = (c for c in self._receipts.values() if c.state == IN_FLIGHT)
        return all(copy.orphaned for copy in flying)

    def become_dead_letter_queue(self) -> None:
        """Say that another queue redrives to this one: its copies rest."""
        self.shelf.rest_as(DEAD)

    def set_attributes(self, attributes: Mapping[str, object]) -> None:
        """Apply attributes; a new retention holds for the copies already here."""
        self.settings.apply(attributes)
        self.modified_ms = self._watch.epoch_ms()
        if "MessageRetentionPeriod" in attributes:
            self.shelf.retain(self.settings.numbers["MessageRetentionPeriod"])

    def attributes(self) -> dict[str, str]:
        """Return every attribute, with the Approximate* counts, as strings."""
        self.advance()
        counts = self.shelf.counts
        return {
            "QueueArn": self.arn,
            "CreatedTimestamp": str(self.created_ms // 1000),
            "LastModifiedTimestamp": str(self.modified_ms // 1000),
            "ApproximateNumberOfMessages": str(self.shelf.visible),
            "ApproximateNumberOfMessagesNotVisible": str(
                counts[IN_FLIGHT] + counts[RETURNED]
            ),
            "ApproximateNumberOfMessagesDelayed": str(counts[DELAYED] + counts[HELD]),
            **self.settings.describe(),
        }

    # Steps

    def _visibility(self, asked: float | None) -> float:
        if asked is None:
            return self.settings.numbers["VisibilityTimeout"]
        if not 0 <= asked <= MAX_VISIBILITY:
            raise invalid_parameter("VisibilityTimeout", asked, "must be 0 to 43200")
        return asked

    def _show(self, copy: Copy, when: float) -> None:
        if self._faults.keeps(copy):
            self._faults.after_hold()
            return
        self._reveal(copy, when)

    def _reveal(self, copy: Copy, when: float) -> None:
        self.shelf.place(copy, QUEUED, when)
        self.waiters.wake()

    def _lend(self, copy: Copy, seconds: float, consumer: str | None) -> Delivery:
        now = self._watch.now()
        stamp = self._watch.epoch_ms()
        if copy.receipt is not None:
            del self._receipts[copy.receipt]
        copy.count += 1
        copy.consumer = consumer
        copy.orphaned = False
        copy.first_received_ms = copy.first_received_ms or stamp
        copy.receipt = self._new_receipt(copy)
        self._receipts[copy.receipt] = copy
        self.shelf.place(copy, IN_FLIGHT, now + seconds)
        self._ledger.received(copy, now)
        if not copy.md5_body:
            copy.md5_body = md5_of_body(copy.body)
            copy.md5_attributes = md5_of_attributes(copy.attributes)
        return Delivery(
            copy.message,
            copy.receipt,
            copy.body,
            copy.attributes,
            _system_attributes(copy),
            copy.md5_body,
            copy.md5_attributes,
            copy.number,
        )

    def _new_receipt(self, copy: Copy) -> str:
        random = self._watch.clock.stream("receipts").getrandbits(96)
        return f"{_RECEIPT}{copy.number:010x}{copy.count:06x}{random:024x}"

    def _end(self, copy: Copy, fate: str) -> None:
        if copy.receipt is not None:
            self._receipts.pop(copy.receipt, None)
        self.shelf.remove(copy)
        self._ledger.ended(copy, fate)


def _system_attributes(copy: Copy) -> dict[str, str]:
    system = {
        "SenderId": "000000000000",
        "SentTimestamp": str(copy.sent_ms),
        "ApproximateReceiveCount": str(copy.count),
        "ApproximateFirstReceiveTimestamp": str(copy.first_received_ms),
    }
    if copy.source_arn is not None:
        system["DeadLetterQueueSourceArn"] = copy.source_arn
    if copy.trace is not None:
        system["AWSTraceHeader"] = copy.trace
    return system


def _check_receipt(receipt: str) -> None:
    """Refuse what this bus never gave; a stale receipt is not an error in SQS."""
    if len(receipt) != _RECEIPT_LENGTH or not receipt.startswith(_RECEIPT):
        raise receipt_invalid(receipt)
