"""One load run at a world: who takes part, what was offered and sent, its verdict."""

from __future__ import annotations

import contextlib
import json
import math
import random
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from load import rollout
from load import services as elsewhere
from load.arrivals import AMEND, DPS, NOMIS, parse_bursts
from load.changes import Change, Changes
from load.control import Control, ControlError, Token
from load.shape import parse

if TYPE_CHECKING:
    from argparse import Namespace

    from load.arrivals import Arrival, Bursts
    from load.rollout import RollOut
    from load.services import FileToken
    from load.shape import Shape

NOMIS_SCREENS = "nomis-screens"
CLIENT = "load-users"
"""The registration that `harness.credentials` keeps for us."""
INTENDED = "x-tandem-intended"
STAFF = 5
SHOWN = 10
INCIDENT = 40
"""So many arrivals in a row talk of one incident."""
AMENDMENT = (120, 300)
"""Median and highest length of an amendment, in characters."""
MOST = 4
"""Amendments of one note: more would not fit into NOMIS' 4000 bytes with its text."""
CROSSING = 4
"""Every so many of DPS' amendments goes to a note from NOMIS."""
SPREAD = 1.0
ALERT_CODES = ("XA", "XC", "XEL", "XER", "XHT", "HA", "HS", "VI", "VU", "PEEP", "RCON")
"""Codes that both systems know."""
DPS_SERVICES = ("dps", "alerts")
"""Of the others what users write is in NOMIS first."""
Act = tuple[str, str, str]
"""What a request changes: action, prisoner and note; a new note has no id yet."""
APART = 1_000_003
"""Between the seeds of two workers: their texts must never be equal."""
FILLING = "Talked with him on the wing; he was settled and asked about his next visit. "


@dataclass
class Session:
    """Where the services are, who writes about whom, and how many arrivals there were.

    `notes` are those written so far, by side: prisoner number and note id. `late`
    counts the arrivals that were sent later than they came, `turned` those who found
    their screen switched off and turned to DPS.
    """

    control: Control | None
    shape: Shape
    seed: int
    since: int
    services: dict[str, str]
    token: Token | FileToken | None
    prisoners: list[str]
    staff: list[str]
    notes: dict[str, list[tuple[str, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    amended: Counter[str] = field(default_factory=Counter)
    incident: dict[str, Any] = field(default_factory=dict)
    came: int = 0
    sent: int = 0
    late: int = 0
    overtaken: int = 0
    turned: int = 0
    began: float = 0.0
    lengths: tuple[int, int] | None = None
    bursts: Bursts | None = None
    alerts: Counter[str] = field(default_factory=Counter)
    workers: int = 1
    silent: int = 0
    rollout: RollOut | None = None
    changes: Changes | None = None

    def headers(self, arrival: Arrival) -> dict[str, str]:
        """Return the headers of the user whom an arrival stands for."""
        user = self.staff[arrival.number % len(self.staff)]
        token = self.token.value() if self.token else ""
        return {
            "Authorization": f"Bearer {token}",
            "Username": user,
            INTENDED: f"{self.began + arrival.at:.6f}",
        }

    def prisoner(self, arrival: Arrival) -> str:
        """Return whom an arrival's note is about."""
        if arrival.whom is None:
            return self.prisoners[arrival.number % len(self.prisoners)]
        return self.prisoners[int(arrival.whom * len(self.prisoners))]

    def placed(self, arrival: Arrival) -> Arrival:
        """Return the arrival at the system that is in use at its prisoner's prison.

        Where NOMIS has no screens that can be called, everybody writes in DPS.
        """
        if NOMIS_SCREENS not in self.services:
            return replace(arrival, side=DPS)
        return arrival if self.by_nomis(arrival) else replace(arrival, side=DPS)

    def by_nomis(self, arrival: Arrival) -> bool:
        """Whether a roll-out has not come to the arrival's prison: all write to NOMIS.

        Then a user of the DPS front end writes by its legacy path.
        """
        if self.rollout is None:
            return arrival.side == NOMIS
        return self.rollout.system(self.prisoner(arrival), arrival.at) == NOMIS

    def words(self, arrival: Arrival) -> str:
        """Return a text that no other arrival has, long-tailed if lengths are given."""
        text = f"Arrival {arrival.number} of the load with seed {self.seed}."
        if self.lengths is None:
            return text
        median, highest = self.lengths
        if arrival.action == AMEND:
            median, highest = AMENDMENT
        draw = random.Random(f"{self.seed}/{arrival.number}")  # noqa: S311 - repeatable
        wanted = min(int(draw.lognormvariate(math.log(median), SPREAD)), highest)
        filling = FILLING * (wanted // len(FILLING) + 1)
        return f"{text} {filling}"[: max(wanted, len(text))].rstrip()

    def alert_code(self, prisoner: str) -> str:
        """Return a code that the prisoner has no alert of yet, as long as there is."""
        code = ALERT_CODES[self.alerts[prisoner] % len(ALERT_CODES)]
        self.alerts[prisoner] += 1
        return code

    def choose(self, side: str, arrival: Arrival) -> tuple[str, str] | None:
        """Return prisoner and note that an arrival is about; None: write a new one.

        Every other amendment goes to the note that everybody writes about just now:
        after an incident several people do, and only then do two changes of one note
        meet. Some DPS users amend a note from NOMIS, by its NOMIS id, which DPS takes.
        """
        known = self.notes[side]
        if side == DPS and arrival.action == AMEND and arrival.number % CROSSING == 0:
            known = self.notes[NOMIS] or known
        if not known:
            return None
        about = known[arrival.number % len(known)]
        if arrival.action == AMEND and arrival.number % 2:
            about = self._talked_of(side, arrival, known[-1])
        if arrival.action == AMEND:
            self.amended[about[1]] += 1
            if self.amended[about[1]] > MOST:
                return None
        return about

    def pick(self, arrival: Arrival, rows: list[tuple[str, int]]) -> str | None:
        """Return the note that a user picks from a list: (id, amendments), or None.

        Every other time it is the newest, of which everybody talks just now.
        """
        open_ = [note for note, amendments in rows if amendments < MOST]
        if not open_:
            return None
        return open_[0 if arrival.number % 2 else arrival.number % len(open_)]

    def _talked_of(
        self, side: str, arrival: Arrival, newest: tuple[str, str]
    ) -> tuple[str, str]:
        """Return the note of the incident of these arrivals: the newest as it began."""
        incident = side, arrival.number // INCIDENT
        if self.incident.get(side, (None, None))[0] != incident:
            self.incident[side] = incident, newest
        about: tuple[str, str] = self.incident[side][1]
        return about

    def tell(
        self, arrival: Arrival, service: str, act: Act, sent: float, answer: Any
    ) -> None:
        """Write down a change that the service accepted; a new note has its id there.

        `sent` is when it was asked for, in seconds of the epoch.
        """
        action, prisoner, note = act
        note = note or str((answer or {}).get("caseNoteId", ""))
        if self.changes is None or not note:
            return
        side = DPS if service in DPS_SERVICES else NOMIS
        at = self.began + arrival.at
        done = time.time()
        self.changes.add(Change(action, side, prisoner, note, at, sent, done))

    def keep(self, side: str, prisoner: str, written: Any) -> None:
        """Remember a note for those who come to amend or read it."""
        if written and "caseNoteId" in written:
            self.notes[side].append((prisoner, str(written["caseNoteId"])))

    def forget(self, side: str, prisoner: str, note: str) -> None:
        """Let nobody come to a deleted note any more."""
        with contextlib.suppress(ValueError):
            self.notes[side].remove((prisoner, note))

    def tally(self) -> dict[str, Any]:
        """Return the counts, and whom the run wrote about, as plain data."""
        shared = {"workers": self.workers, "silent": self.silent}
        return {
            "came": self.came,
            "sent": self.sent,
            "late": self.late,
            "overtaken": self.overtaken,
            "turned": self.turned,
            **(shared if self.workers > 1 or self.silent else {}),
            "prisoners": self.prisoners,
        }

    def judge(self, patience: float) -> tuple[str, list[str]]:
        """Settle and judge; returns the verdict and what there is to say of it."""
        said: list[str] = []
        if self.control is None:
            told = "no world of ours saw this: compare both sides with `tandem compare`"
            return "unknown", [told]
        settled = self.control.call("settle", scope=self.prisoners, timeout=patience)
        if settled["settled"]:
            said.append(f"settled after {settled['seconds']:.2f} s")
        else:
            waiting = settled["waiting"]
            said.append(f"not settled after {patience:g} s; {len(waiting)} wait:")
            said += [f"  {reason}" for reason in waiting[:SHOWN]]
        found = self.control.call("judge", scope=self.prisoners, since=self.since)
        said += [
            f"  {violation['rule']} by {violation['owner']}: note {violation['note']}"
            for violation in found["violations"][:SHOWN]
        ]
        verdict = found["verdict"]
        if self.silent:
            said.append(f"{self.silent} of the workers left no counts")
            verdict = "unknown" if verdict == "pass" else verdict
        return verdict, said


def of_workers(url: str | None, tallies: list[dict[str, Any]], workers: int) -> Session:
    """Return the whole of what a master's workers did, to be judged as one.

    `workers` were expected; who of them left no counts is `silent`.
    """
    summed = {n: sum(t[n] for t in tallies) for n in ("came", "sent", "late", "turned")}
    people = sorted({person for tally in tallies for person in tally["prisoners"]})
    return Session(
        control=Control(url) if url is not None else None,
        shape=parse("0:0"),
        seed=0,
        since=min(tally["since"] for tally in tallies),
        services={},
        token=None,
        prisoners=people,
        staff=[],
        overtaken=sum(tally["overtaken"] for tally in tallies),
        workers=len(tallies),
        silent=max(workers - len(tallies), 0),
        **summed,
    )


@dataclass(frozen=True)
class _Cast:
    """Who writes, about whom, and what is there already."""

    prisoners: list[str]
    staff: list[str]
    notes: dict[str, list[tuple[str, str]]]
    rollout: RollOut | None = None


def begin(url: str, options: Namespace, index: int = 0) -> Session:
    """Ask the world at `url` for a prison, staff, prisoners and a token.

    With `--services` there is no world: the file names the services, and `--people`
    who takes part. `index` is this worker's place among those that share the arrivals.
    """
    shape = parse(options.shape or f"0:{options.rate}", options.until)
    share = max(options.share, options.processes or 1)
    seed = options.seed + index * APART
    lengths = [int(each) for each in options.lengths.split(",") if each]
    control, since = None, 0
    token: Token | FileToken
    if options.services:
        abroad = elsewhere.read(options.services)
        addresses, token = abroad.addresses, abroad.token
        if not options.people:
            raise ControlError("--services needs --people: nobody can be made there")
        if options.bursts and "alerts" not in addresses:
            raise ControlError(f"--bursts: {options.services} names no alerts service")
    else:
        control = Control(url)
        addresses = control.call("about")["addresses"]["services"]
        token = Token(control, addresses["auth"], CLIENT)
    if options.people:
        cast = _given(options.people, index, share)
    else:
        assert control is not None  # noqa: S101 - refused above
        cast = _made(control, max(options.prisoners // share, 1))
    if control is not None:
        since = control.call("begin", scenario=f"load, seed {seed}")
    return Session(
        control=control,
        shape=shape.share(share),
        seed=seed,
        since=since,
        services=addresses,
        token=token,
        prisoners=cast.prisoners,
        staff=cast.staff,
        notes=cast.notes,
        rollout=cast.rollout,
        lengths=(lengths[0], lengths[1]) if lengths else None,
        bursts=parse_bursts(options.bursts),
        changes=Changes(options.changes) if options.changes else None,
    )


def _given(path: str, index: int, share: int) -> _Cast:
    """Read who takes part; no two workers write about one prisoner.

    Each counts the amendments of its notes by itself.
    """
    given = json.loads(Path(path).read_text(encoding="utf-8"))
    prisoners = given["prisoners"][index::share] or given["prisoners"]
    mine = frozenset(prisoners)
    notes: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for side, known in given.get("notes", {}).items():
        notes[side] = [(one, note) for one, note in known if one in mine]
    return _Cast(prisoners, given["staff"], notes, rollout.read(given))


def _made(control: Control, prisoners: int) -> _Cast:
    """Have a prison made, with staff and so many prisoners."""
    prison = control.call("add_prison")["code"]
    staff = [control.call("add_staff", prison=prison) for _ in range(STAFF)]
    made = [
        control.call("add_prisoner", prison=prison)["prisoner"]
        for _ in range(prisoners)
    ]
    names = [person["usernames"][0] for person in staff]
    return _Cast(made, names, defaultdict(list))
