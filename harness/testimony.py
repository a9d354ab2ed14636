"""What the world tells the oracle and the reader: evidence, snapshots, timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.credentials import program_of
from harness.targets import HALVES
from harness.topology import is_ours

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.oracle import Evidence
    from harness.world import World
    from simulators.journal import Entry

# Entries about one queue; those of other domains' queues are no evidence.
_COPIES = frozenset(("copy", "received", "returned", "fate"))
# Entries that concern every scenario alike.
COMMON = frozenset(("switch", "fault", "skip", "target", "calendar", "step"))
_REFUSED = range(400, 500)


class Testimony:
    """Reads one world for those who judge it."""

    def __init__(self, world: World) -> None:
        """Read `world`; nothing is kept but baselines and where switches stood."""
        self._world = world
        self._baselines: list[tuple[int, frozenset[str], dict[str, Any]]] = []
        self._switches: list[Entry] = []
        self._judged: dict[str, int] = {}
        world.book.listen(self._remember)

    def snapshot(self, scope: list[str] | None) -> dict[str, Any]:
        """Return the stored state of the four services that hold the notes."""
        fakes = self._world.fakes
        wanted = None if scope is None else set(scope)
        return {
            "nomis": fakes.nomis.snapshot(wanted),
            "dps": fakes.dps.snapshot(wanted),
            "mapping": fakes.mapping.snapshot(wanted),
            "alerts": fakes.alerts.snapshot(wanted),
        }

    def keep_baseline(self, scope: list[str]) -> None:
        """Keep the state as it is now: what was seeded needs no journal entry."""
        seq = self._world.book.written
        self._baselines.append((seq, frozenset(scope), self.snapshot(scope)))

    def judge(
        self, scope: list[str], expectations: dict[str, Any], since: int
    ) -> dict[str, Any]:
        """Hand the evidence on the scope since the journal's `since` to the oracle."""
        # The world is up sooner when the oracle comes with the first judgement.
        from harness.oracle import judge

        evidence = self._evidence(scope, expectations, since)
        self._judged.update(dict.fromkeys(scope, self._world.book.written))
        return judge(evidence).as_dict()

    def _evidence(
        self, scope: list[str], expectations: dict[str, Any], since: int
    ) -> Evidence:
        subjects = self._world.index.subjects(scope)
        entries = [entry.as_dict() for entry in self._concerning(subjects, since)]
        return self.evidence(
            entries,
            scope,
            {"alert_writer": self._writers(scope, since), **expectations},
            self.baseline(scope, since),
        )

    def evidence(
        self,
        entries: Iterable[dict[str, Any]],
        scope: list[str],
        expectations: dict[str, Any],
        baseline: dict[str, Any] | None,
    ) -> Evidence:
        """Return evidence on a scope: these entries, and the state as it is now."""
        from harness.oracle import Evidence

        world = self._world
        subjects = world.index.subjects(scope)
        evidence = Evidence(
            entries=[
                entry
                for entry in entries
                if entry["kind"] not in _COPIES or is_ours(entry["queue"])
            ],
            scope=sorted(scope),
            snapshots=self.snapshot(scope),
            ledger=[
                copy.as_dict()
                for copy in world.fakes.bus.ledger.open(subjects)
                if is_ours(copy.queue)
            ],
            expectations=expectations,
            baseline=baseline,
            limits=world.settings.mode,
        )
        waiting = list(world.moving(subjects))
        if waiting:
            evidence.settled = {"settled": False, "waiting": waiting}
        return evidence

    def entries(
        self, scope: list[str] | None, since: int, kinds: list[str] | None
    ) -> list[dict[str, Any]]:
        """Return entries since a seq, of the scope and of the kinds asked for."""
        subjects = None if scope is None else self._world.index.subjects(scope)
        return [
            entry.as_dict()
            for entry in self._concerning(subjects, since)
            if kinds is None or entry.kind in kinds
        ]

    def timeline(self, scope: list[str], since: int, notes: list[str] | None) -> str:
        """Draw one timeline a case note, only of the notes given if any is known."""
        from harness.oracle import judge
        from harness.oracle.drawing import draw
        from harness.oracle.timeline import timelines

        evidence = self._evidence(scope, {}, since)
        drawn = timelines(evidence, judge(evidence))
        wanted = [one for one in drawn if notes and one.note in notes]
        return "\n\n".join(draw(one) for one in wanted or drawn)

    def explain(
        self,
        scope: list[str],
        expectations: dict[str, Any],
        since: int,
        notes: list[str] | None,
    ) -> dict[str, Any]:
        """Return timelines, copies and messages of the notes concerned, as data."""
        from harness.oracle.explain import explain

        return explain(self._evidence(scope, expectations, since), notes)

    def late_effects(self) -> list[dict[str, Any]]:
        """Return writes of the sync to notes of prisoners judged before, in order.

        A verdict given before such a write said too much: the change had not settled.
        """
        if not self._judged:
            return []
        owners = {
            subject: prisoner
            for prisoner in self._judged
            for subject in self._world.index.subjects([prisoner])
        }
        clients: dict[int, str] = {}
        late = []
        for entry in self._world.book.since(min(self._judged.values())):
            if entry.kind == "request":
                clients[entry.seq] = entry["client"] or ""
            if entry.kind != "response" or not entry["wrote"]:
                continue
            client = clients.get(entry["request"], "")
            if program_of(client) not in HALVES:
                continue
            named = {owners[s] for s in entry["subjects"] or () if s in owners}
            late += [
                {"prisoner": prisoner, "client": client, "seq": entry["request"]}
                for prisoner in sorted(named)
                if entry["request"] >= self._judged[prisoner]
            ]
        return late

    def _writers(self, scope: list[str], since: int) -> dict[str, Any]:
        """Return who wrote alert notes in the prisoners' prisons at the beginning."""
        people = self._world.fakes.nomis.people
        bookings = [people.latest(prisoner) for prisoner in scope]
        prisons = {booking.agency for booking in bookings if booking is not None}
        return {
            entry["scope"]: entry["on"]
            for entry in self._switches
            if entry.seq < since
            and entry["name"] == "alert-writer"
            and entry["scope"] in prisons
        }

    def _remember(self, entry: Entry) -> None:
        if entry.kind == "switch":
            self._switches.append(entry)

    def baseline(self, scope: list[str], since: int) -> dict[str, Any] | None:
        """Return the state that was kept of any of the scope since `since`."""
        for seq, prisoners, snapshots in reversed(self._baselines):
            if seq >= since and not prisoners.isdisjoint(scope):
                return {"seq": seq, "snapshots": snapshots}
        return None

    def _concerning(
        self, subjects: frozenset[str] | None, since: int
    ) -> Iterable[Entry]:
        """Yield entries that name a subject, belong to one that does, or are common."""
        entries = self._world.book.since(since)
        if subjects is None:
            return entries
        return _Sieve(subjects, entries).entries()


class _Sieve:
    """Keeps what concerns some subjects: calls with answers, copies with fates."""

    def __init__(self, subjects: frozenset[str], entries: list[Entry]) -> None:
        self._subjects = subjects
        self._entries = entries
        # A request may name nobody and its answer somebody.
        self._calls = {
            entry["request"] if entry.kind == "response" else entry.seq
            for entry in entries
            if entry.kind in ("request", "response") and self._named(entry)
        }
        self._calls |= _refusals(entries)
        self._copies: set[int] = set()
        self._events: set[str] = set()

    def entries(self) -> Iterable[Entry]:
        return [entry for entry in self._entries if self._keeps(entry)]

    def _named(self, entry: Entry) -> bool:
        return not self._subjects.isdisjoint(entry["subjects"] or ())

    def _keeps(self, entry: Entry) -> bool:
        kind = entry.kind
        if kind in COMMON:
            return True
        if kind == "request":
            return entry.seq in self._calls
        if kind == "response":
            return entry["request"] in self._calls
        if kind in ("received", "returned", "fate"):
            return entry["copy"] in self._copies or entry["event"] in self._events
        if not self._named(entry):
            return False
        if kind == "event":
            self._events.add(entry["message"])
        else:
            self._copies.add(entry["copy"])
        return True


def _refusals(entries: list[Entry]) -> set[int]:
    """Return the requests of our halves for a token that were refused.

    They name no note, and every note of that half fails by them.
    """
    asked = {
        entry.seq
        for entry in entries
        if entry.kind == "request" and program_of(entry["asks"]) in HALVES
    }
    return {
        entry["request"]
        for entry in entries
        if entry.kind == "response"
        and entry["request"] in asked
        and (entry["status"] or 0) in _REFUSED
    }
