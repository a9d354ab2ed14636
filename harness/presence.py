"""Who runs round the world: which queues somebody reads, and how long to wait for them.

The targets of both halves decide it (`WorldApi.set_targets`), and what happens to them
meanwhile (`WorldApi.note_half`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness import topology
from harness.control import WorldError
from harness.idle import IdleProbes
from harness.settle import BUILD_PATIENCE, PATIENCE
from harness.targets import HALVES, check_half, parse
from simulators.bus.copies import IN_FLIGHT, QUEUED, RETURNED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from simulators.bus import Bus, Copy
    from simulators.journal import Journal


class Presence:
    """The halves as the world knows them.

    `grace` and `patience` (the default settling limit) are seconds; `idle` asks exact
    targets what they still hold.
    """

    def __init__(self, book: Journal, bus: Bus) -> None:
        """Take both halves for running and exact until told otherwise."""
        self.grace = 0.0
        self.patience = PATIENCE
        self.idle: Callable[[], Awaitable[list[str]]] | None = None
        self._book = book
        self._bus = bus
        self._absent: set[str] = set()
        self._unserved: set[str] = set()

    def set_targets(
        self, kinds: dict[str, str], admin: dict[str, list[str]], grace: float
    ) -> None:
        """See `WorldApi.set_targets`."""
        found = {check_half(half): parse(kind) for half, kind in kinds.items()}
        self._absent = {
            half for half, target in found.items() if not target.traits.runs
        }
        self._unserved = {
            queue
            for half, target in found.items()
            for queue in topology.queues_of(half)
            if queue not in topology.queues_of(half, alerts=target.traits.alerts)
        }
        exact = all(
            target.traits.exact for target in found.values() if target.traits.runs
        )
        self.grace = 0.0 if exact else grace
        if not exact:
            self.patience = max(self.patience, BUILD_PATIENCE)
        references = [h for h in sorted(admin) if found[h].traits.exact]
        probes = {half: admin[half] for half in references}
        self.idle = IdleProbes(probes, self._absent).ask if probes else None

    def note(self, half: str, action: str) -> None:
        """See `WorldApi.note_half`."""
        check_half(half)
        if action not in ("started", "stopped", "killed"):
            raise WorldError(f"a half is started, stopped or killed, not {action!r}")
        if action == "started":
            self._absent.discard(half)
        else:
            self._absent.add(half)
            # Its messages come back by themselves; nobody alive works on them.
            self._bus.orphan(queues=topology.queues_of(half))
        self._bus.skipper.stirred()
        self._book.write("target", half=half, action=action)

    def bear(self, kind: str, delay: float) -> None:
        """Wait longer where a fault makes a call last, `delay` in seconds.

        A call that is to last a minute settles a minute later; one that is never
        answered when its caller has given up.
        """
        lasts = BUILD_PATIENCE if kind == "hang" else delay + PATIENCE
        self.patience = max(self.patience, lasts)

    def consumed(self, queue: str) -> bool:
        """Say whether anybody runs who would take messages from `queue`."""
        if queue in self._unserved or not topology.is_ours(queue):
            return False
        return not any(
            queue in topology.queues_of(half) for half in HALVES if half in self._absent
        )


def describe(copy: Copy) -> str:
    """Say where a copy that still moves is, and whose turn it is."""
    what = f"message {copy.number} ({copy.type or 'no type'}) of {copy.queue}"
    before = f", taken {copy.count} times before" if copy.count else ""
    if copy.state == IN_FLIGHT:
        taker = _reader(copy.queue)
        if copy.orphaned:
            return f"{what} was taken by {taker}, which was killed: it will come back"
        again = f" (try {copy.count})" if copy.count > 1 else ""
        return (
            f"{taker} took {what}{again} and has neither acknowledged it nor given it "
            "back"
        )
    if copy.state == QUEUED:
        return f"{what} waits for {_reader(copy.queue)} to take it{before}"
    if copy.state == RETURNED:
        return f"{what} was given back by {_reader(copy.queue)} for a later try{before}"
    return f"{what} is {copy.state}{before}"


def _reader(queue: str) -> str:
    """Return who reads a queue: a half, or DPS."""
    return next((half for half in HALVES if queue in topology.queues_of(half)), "DPS")
