"""Keeping a long run's memory bounded: what is right and quiet becomes a count.

A prisoner whose notes are quiet, whose message copies have all ended and whom the
oracle finds right is **folded**: the entries go to disk (`spool`), and only counts and
a digest of the stored rows stay. Whatever touches a folded prisoner again **reopens**
the notes: their rows as they stand just then, which must have the digest, are the
baseline of all that follows. Whoever cannot be folded though memory is short is **set
aside**: the entries go to disk too and are judged from there in the end, whole.

A reopened prisoner whom the oracle does not find right is judged again on everything
that ever happened, read from disk; only that counts. Nothing is judged on a part of the
evidence: a segment of the disk's that is gone or altered makes the verdict unknown.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from harness.loadrun.dossiers import Dossiers
from harness.loadrun.spool import Spool
from harness.results import FAIL, PASS, UNKNOWN
from harness.testimony import COMMON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from harness.oracle import Verdict
    from harness.world import World
    from simulators.journal import Entry

MOST_KEPT = 500_000
"""Entries in memory from which on folding begins: about 17,000 changes."""
QUIET = 10.0
"""Seconds without any effect after which a prisoner may be folded."""
SLICE = 0.03
"""Seconds that folding may take at once: meanwhile nobody is served."""
_LEAST = 0.9
"""Folding ends when so much of the limit is in use."""
_OVER = 1.2
"""From so many times the limit on, prisoners are set aside."""
_LOOKED_AT = 300
_BATCH = 500
_READS = frozenset(("GET", "HEAD"))


class Folding:
    """Folds and reopens the prisoners of one load run, and judges them in the end.

    `most_kept` entries may be in memory; who is `quiet` for so many seconds is folded.
    """

    def __init__(self, world: World, folder: Path | None) -> None:
        """Begin with the entries written from now on; they spool into `folder`."""
        self.most_kept, self.quiet = MOST_KEPT, QUIET
        self.spool = Spool(folder)
        self.folds = self.reopened = 0
        self.forgotten: Callable[[frozenset[str]], None] = lambda _: None
        self._world = world
        self._since = world.book.written
        self._dossiers = Dossiers(world.index)
        self._folded: dict[str, bytes] = {}
        self._aside: set[str] = set()
        self._baselines: dict[str, dict[str, Any]] = {}
        self._looked: dict[str, float] = {}
        self._checked: Counter[str] = Counter()
        self._limited: Counter[str] = Counter()
        self._problems: list[str] = []
        self._common: list[Entry] = []

    def hear(self, entry: Entry) -> None:
        """Take in an entry; reopens whom it touches before anything is changed."""
        owners = self._dossiers.hear(entry)
        if entry.kind in COMMON:
            self._common.append(entry)
        if not owners or not self._folded:
            return
        reads = entry.kind == "request" and entry.data["method"] in _READS
        if reads or entry.kind not in ("request", "event", "copy"):
            return
        for owner in owners & self._folded.keys():
            self._reopen(owner, entry.seq)

    def _reopen(self, prisoner: str, seq: int) -> None:
        digest = self._folded.pop(prisoner)
        rows = self._world.testimony.snapshot([prisoner])
        if _digest(rows) != digest:
            self._problems.append(_altered(prisoner))
        self._baselines[prisoner] = {"seq": seq, "snapshots": rows}
        self.reopened += 1

    # -- while it runs -------------------------------------------------------------

    def tidy(self) -> None:
        """Bring memory down to the limit, at most a slice of time at once."""
        book = self._world.book
        if book.kept <= self.most_kept:
            return
        self.fold(_LEAST * self.most_kept, time.perf_counter() + SLICE)
        if book.kept > _OVER * self.most_kept:
            self._set_aside()

    def fold(self, least: float = 0.0, until: float = math.inf) -> None:
        """Fold who is quiet, until so few entries are kept or it is that late."""
        book = self._world.book
        self._drop("", self._dossiers.loose)
        self._dossiers.loose.clear()
        now = self._world.clock.stopwatch()
        for prisoner, last in list(islice(self._dossiers.last.items(), _LOOKED_AT)):
            enough = book.kept <= least
            if enough or now - last < self.quiet or time.perf_counter() > until:
                break
            if self._looked.get(prisoner) != last:
                self._looked[prisoner] = last
                self._fold(prisoner)

    def _fold(self, prisoner: str) -> None:
        """Fold one prisoner if everything is at rest and right."""
        if prisoner in self._folded or prisoner in self._aside:
            # Only reads came since, or what is judged from disk anyway.
            self._drop(prisoner, self._dossiers.take(prisoner))
            return
        if prisoner in self._dossiers.entangled or self._moves(prisoner):
            return
        verdict = self._judge_one(prisoner)
        if verdict.verdict != PASS:
            return
        rows = self._world.testimony.snapshot([prisoner])
        self._folded[prisoner] = _digest(rows)
        self._baselines.pop(prisoner, None)
        self._looked.pop(prisoner, None)
        self._checked.update(verdict.checked)
        self._limited[prisoner] += len(verdict.limited)
        self.folds += 1
        self._drop(prisoner, self._dossiers.take(prisoner))
        subjects = self._world.index.subjects([prisoner])
        self._world.fakes.bus.ledger.fold(subjects)
        self._world.activity.forget(subjects)
        self.forgotten(subjects)

    def _moves(self, prisoner: str) -> bool:
        world = self._world
        subjects = world.index.subjects([prisoner])
        return bool(world.fakes.bus.ledger.open(subjects)) or any(
            world.moving(subjects)
        )

    def _set_aside(self) -> None:
        """Move to disk what cannot be folded, those longest quiet first."""
        for prisoner in list(self._dossiers.last):
            if self._world.book.kept <= self.most_kept:
                return
            if prisoner not in self._dossiers.entangled:
                if prisoner not in self._folded:
                    self._aside.add(prisoner)
                    self._baselines.pop(prisoner, None)
                self._drop(prisoner, self._dossiers.take(prisoner))

    def _drop(self, of: str, seqs: list[int]) -> None:
        book = self._world.book
        entries = filter(None, map(book.get, seqs))
        self.spool.write(of, [entry.as_dict() for entry in entries])
        book.forget(seqs)

    # -- judging -------------------------------------------------------------------

    def _judge_one(self, prisoner: str) -> Verdict:
        """Judge one prisoner on what is in memory, since the last folding if any."""
        since = self._since
        baseline = self._baselines.get(prisoner)
        if baseline is None:
            baseline = self._world.testimony.baseline([prisoner], since)
        else:
            since = baseline["seq"]
        kept = map(self._world.book.get, sorted(self._dossiers.seqs[prisoner]))
        own = [e.as_dict() for e in kept if e is not None and e.seq >= since]
        return self._judge(own, [prisoner], baseline)

    def _judge(
        self,
        own: Iterable[dict[str, Any]],
        scope: list[str],
        baseline: dict[str, Any] | None,
    ) -> Verdict:
        from harness.oracle import judge

        common = [entry.as_dict() for entry in self._common]
        entries = sorted([*own, *common], key=lambda entry: entry["seq"])
        testimony = self._world.testimony
        return judge(testimony.evidence(entries, scope, {}, baseline))

    def judge(self, scope: list[str], since: int) -> dict[str, Any]:
        """Judge the whole run: in memory, folded, reopened and from disk.

        The document is that of a verdict, and that of `WorldApi.judge_load`.
        """
        damaged = self.spool.problems()
        reasons = list(self._problems)
        folded = [prisoner for prisoner in scope if prisoner in self._folded]
        rows = self._world.testimony.snapshot
        reasons += [
            _altered(one) for one in folded if _digest(rows([one])) != self._folded[one]
        ]
        gaps = [*damaged, *reasons]
        found = _Sum(list(gaps), self._checked)
        aside = self._aside & set(scope)
        for prisoner in self._baselines:
            verdict = self._judge_one(prisoner)
            if verdict.verdict == PASS:
                found.take(verdict.as_dict())
            else:
                aside.add(prisoner)
        found.limited += sum(n for one, n in self._limited.items() if one not in aside)
        batches = sorted(aside)
        if damaged and batches:
            gaps.append(f"{len(batches)} prisoners cannot be judged without it")
            found.doubt(gaps[-1])
            batches = []
        for first in range(0, len(batches), _BATCH):
            batch = batches[first : first + _BATCH]
            verdict = self._judge(self._whole(batch), batch, self._first(batch))
            found.take(verdict.as_dict())
        elsewhere = {*folded, *aside, *self._baselines}
        rest = [prisoner for prisoner in scope if prisoner not in elsewhere]
        if rest:
            nothing = {"empty": True} if elsewhere else {}
            found.take(self._world.testimony.judge(rest, nothing, since))
        counts = {"folded": len(folded), "from_disk": len(batches), "gaps": gaps}
        return {**found.told(), **counts}

    def _first(self, batch: list[str]) -> dict[str, Any] | None:
        return self._world.testimony.baseline(batch, self._since)

    def _whole(self, batch: list[str]) -> list[dict[str, Any]]:
        """Return all that ever happened to these prisoners: disk, then memory."""
        seqs = {seq for one in batch for seq in self._dossiers.seqs.get(one, ())}
        kept = map(self._world.book.get, seqs)
        return [*self.spool.read(batch), *(e.as_dict() for e in kept if e is not None)]

    def told(self) -> dict[str, Any]:
        """Return what is kept where, as plain data."""
        return {
            "entries": self._world.book.written - self._since,
            "kept": self._world.book.kept,
            "spooled": self.spool.entries,
            "spooled_mb": round(self.spool.size / 2**20, 1),
            "segments": len(self.spool.segments),
            "spool": str(self.spool.folder or ""),
            "folds": self.folds,
            "folded": len(self._folded),
            "reopened": self.reopened,
            "aside": len(self._aside),
        }


class _Sum:
    """Verdicts of parts made one; doubts about any part are doubts about all."""

    def __init__(self, reasons: list[str], checked: Counter[str]) -> None:
        self.limited = 0
        self._verdict: dict[str, Any] = {
            "verdict": PASS,
            "violations": [],
            "limited": [],
            "findings": [],
            "reasons": reasons,
        }
        self._checked = Counter(checked)

    def doubt(self, reason: str) -> None:
        self._verdict["reasons"].append(reason)

    def take(self, part: dict[str, Any]) -> None:
        for name in ("violations", "limited", "findings", "reasons"):
            self._verdict[name] += part[name]
        self._checked.update(part["checked"])
        self.limited += len(part["limited"])

    def told(self) -> dict[str, Any]:
        found = self._verdict
        if found["violations"]:
            found["verdict"] = FAIL
        elif found["reasons"]:
            found["verdict"] = UNKNOWN
        checked = dict(self._checked)
        return {**found, "checked": checked, "limited_count": self.limited}


def _digest(tables: dict[str, Any]) -> bytes:
    """Return a digest of a prisoner's stored notes and their mappings."""
    rows = [tables[service]["notes"] for service in ("nomis", "dps", "mapping")]
    encoded = msgspec.json.encode(rows, order="deterministic")
    return hashlib.blake2b(encoded, digest_size=16).digest()


def _altered(prisoner: str) -> str:
    return f"the stored notes of {prisoner} changed while nothing was journalled"
