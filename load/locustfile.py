"""Officers in NOMIS and users in DPS, coming at an open rate, judged by the oracle.

    tandem up                                        # and both halves of the sync
    locust -f load/locustfile.py --headless -t 10s --rate 5

`--host` (or LOCUST_HOST) is the control API that `tandem up` prints. Arrivals come at
their own moments, however slow the answers are; `-u` is how many can be served at once.
What finds nobody free is sent late and counted; times from the *intended* moment stand
in the statistics as `INTENDED`. Each request also names that moment to the world, in
the header `x-tandem-intended` (seconds of the epoch), whence `tandem load` takes the
lag. In the end the world settles and judges all prisoners; with `--tally` it does not:
the counts go into that file, and whoever started us judges.

Distributed (`--processes N`, or `--master` and N times `--worker`, then with `--share
N`), each of the N workers sends one Nth of the arrivals, from a seed of its own. The
master adds up what they counted, settles and judges.

With `--services FILE` the services are no world's (`load.services`): nobody judges
there, so a run that was not refused anything ends as unknown.

Exit codes: 0 pass, 1 fail (also any refused request), 2 no world, 3 unknown.
"""

from __future__ import annotations

import json
import logging
import math
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gevent
from gevent.queue import Empty, Queue
from locust import FastHttpUser, events, task
from locust.runners import MasterRunner, WorkerRunner

from load import session
from load.arrivals import (
    ALERT,
    AMEND,
    CREATE,
    DELETE,
    DPS,
    NOMIS,
    READ,
    SIDES,
    Arrival,
    mixed,
)
from load.control import ControlError

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from locust.env import Environment

    from load.session import Session

CONTROL = "http://127.0.0.1:4567"
LATE = 0.05
"""Seconds after its moment from which an arrival counts as late."""
EXIT_CODES = {"pass": 0, "fail": 1, "unknown": 3}
NO_WORLD = 2
FORBIDDEN, GONE = 403, 404

_sessions: list[Session] = []
_tallies: dict[str, dict[str, Any]] = {}
_pacers: list[gevent.Greenlet[..., None]] = []
_waiting: dict[str, Queue[tuple[float, Arrival]]] = {side: Queue() for side in SIDES}

# Locust shows the log of every library; a line a request says nothing here.
logging.getLogger("httpx").setLevel(logging.WARNING)


def add_options(parser: ArgumentParser) -> None:
    """Add our options, and give Locust's own the defaults of an open model."""
    parser.set_defaults(host=CONTROL, num_users=40, spawn_rate=100, stop_timeout="5")
    add = parser.add_argument
    add("--rate", type=float, default=5.0, help="Arrivals a second, on average")
    add("--seed", type=int, default=1, help="Same seed, same arrivals")
    add("--prisoners", type=int, default=20, help="Prisoners written about")
    add("--settle", type=float, default=60.0, help="Seconds allowed for settling")
    add("--shape", default="", help="Rate over time, seconds:rate,...; not --rate")
    add("--until", type=float, default=math.inf, help="Seconds until the last arrival")
    add("--lengths", default="", help="Texts: median,highest length in characters")
    add("--bursts", default="", help="Alert bursts, SECONDS:ALERTS; without: none")
    add("--services", default="", help="No world: services and token, in this TOML")
    add("--people", default="", help="Write about the prisoners in this JSON file")
    add("--share", type=int, default=1, help="Workers that share the arrivals")
    add("--tally", default="", help="Write the counts there as JSON; no verdict")


def prepare(environment: Environment, **_: Any) -> None:
    """Ask the world for a prison, staff and prisoners; a master sends nothing."""
    runner = environment.runner
    if isinstance(runner, MasterRunner):
        _tallies.clear()
        return
    try:
        url = environment.host or CONTROL
        index: int = getattr(runner, "worker_index", 0)
        _sessions[:] = [session.begin(url, _options(environment), index)]
    except ControlError as error:
        _say(f"The load cannot start: {error}")
        environment.process_exit_code = NO_WORLD
        if environment.runner is not None:
            gevent.spawn(environment.runner.quit)


def begin(**_: Any) -> None:
    """Let arrivals come once everybody is there to serve them."""
    if not _pacers:
        _pacers.extend(gevent.spawn(_pace, load) for load in _sessions)


def end(**_: Any) -> None:
    """Let nobody come any more; those who came are still served."""
    gevent.killall(_pacers)
    _pacers.clear()


def listen(environment: Environment, **_: Any) -> None:
    """Let a master take what its workers counted."""
    if isinstance(environment.runner, MasterRunner):
        environment.runner.register_message("tally", _take)


def report(environment: Environment, **_: Any) -> None:
    """Tell the master what was counted, once everybody has been served."""
    if isinstance(environment.runner, WorkerRunner) and _sessions:
        load = _sessions[-1]
        counted = {**load.tally(), "since": load.since}
        environment.runner.send_message("tally", counted)


def _take(msg: Any, **_: Any) -> None:
    _tallies[msg.node_id] = msg.data


def _pace(load: Session) -> None:
    """Hand over each arrival at its moment, whether or not anybody is free."""
    began = time.monotonic()
    load.began = time.time()
    for arrival in mixed(load.shape, load.seed, load.bursts):
        moment = began + arrival.at
        gevent.sleep(max(moment - time.monotonic(), 0.0))
        placed = load.placed(arrival)
        _waiting[placed.side].put((moment, placed))
        load.came += 1


class _Person(FastHttpUser):
    """Serves arrivals of one side, one at a time."""

    abstract = True
    side: str
    moment = 0.0

    @task
    def serve(self) -> None:
        """Take the next arrival, if there is one, and do what it says."""
        try:
            moment, arrival = _waiting[self.side].get(timeout=0.2)
        except Empty:
            return
        load = _sessions[-1]
        load.sent += 1
        load.late += time.monotonic() - moment > LATE
        self.moment = moment
        self.act(load, arrival)
        self.environment.events.request.fire(
            request_type="INTENDED",
            name=self.side,
            response_time=(time.monotonic() - moment) * 1000,
            response_length=0,
            exception=None,
            context={},
        )

    def act(self, load: Session, arrival: Arrival) -> None:
        """Do what the arrival says; without a note to act upon write one."""
        if arrival.action == ALERT:
            self.alert(load, arrival)
            return
        if load.rollout and arrival.action != CREATE:
            about = self.look(load, arrival)
            if arrival.action == READ:
                return
        else:
            about = load.choose(self.side, arrival)
        if arrival.action == CREATE or about is None:
            self.create(load, arrival)
        else:
            acts = {AMEND: self.amend, DELETE: self.delete}
            acts.get(arrival.action, self.read)(load, arrival, *about)

    def look(self, load: Session, arrival: Arrival) -> tuple[str, str] | None:
        """List a prisoner's notes; returns prisoner and note to act upon, if any."""
        raise NotImplementedError

    def pick(
        self, load: Session, arrival: Arrival, rows: list[Any], text: str
    ) -> tuple[str, str] | None:
        """Pick a note of this run from a list whose rows keep their text in `text`."""
        ours = [row for row in rows if row[text].startswith("Arrival ")]
        found = load.pick(
            arrival, [(str(r["caseNoteId"]), len(r["amendments"])) for r in ours]
        )
        return None if found is None else (load.prisoner(arrival), found)

    def create(self, load: Session, arrival: Arrival) -> None:
        """Write a note."""
        raise NotImplementedError

    def amend(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """Amend a note that this run has written."""
        raise NotImplementedError

    def alert(self, load: Session, arrival: Arrival) -> None:
        """Raise an alert."""
        raise NotImplementedError

    def read(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """Read it."""
        raise NotImplementedError

    def delete(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """Delete it."""
        raise NotImplementedError

    def ask(
        self, load: Session, arrival: Arrival, what: str, path: str, body: Any = None
    ) -> Any:
        """Send one request of the user's; `what` is `METHOD service name`."""
        method, service, name = what.split(" ", 2)
        with self.client.request(
            method,
            load.services[service] + path,
            name=f"{self.side} {name}",
            headers=load.headers(arrival),
            json=body,
            catch_response=True,
        ) as answer:
            if answer.status_code == GONE and arrival.action != CREATE:
                # Somebody else deleted the note first, or it is not there yet.
                answer.success()
                load.overtaken += 1
                return None
            off = answer.status_code == FORBIDDEN and self.side == NOMIS
            if off and load.rollout:
                # The screen was switched off just now: the officer turns to DPS.
                answer.success()
                load.turned += 1
                load.came += 1
                _waiting[DPS].put((self.moment, replace(arrival, side=DPS)))
                return None
            return answer.json() if answer.content and answer.ok else None


class Officer(_Person):
    """An officer at the NOMIS screens."""

    side = NOMIS
    weight = SIDES[NOMIS]

    def look(self, load: Session, arrival: Arrival) -> tuple[str, str] | None:
        """List the notes at the screen, and pick one."""
        path = f"/prisoners/{load.prisoner(arrival)}/case-notes"
        found = self.ask(load, arrival, "GET nomis-screens list", path)
        return self.pick(
            load, arrival, (found or {}).get("caseNotes", []), "caseNoteText"
        )

    def create(self, load: Session, arrival: Arrival) -> None:
        """Write a note at the screen."""
        prisoner = load.prisoner(arrival)
        path = f"/prisoners/{prisoner}/case-notes"
        body = {"type": "GEN", "subType": "OSE", "text": load.words(arrival)}
        written = self.ask(load, arrival, "POST nomis-screens create", path, body)
        load.keep(NOMIS, prisoner, written)

    def amend(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """Append an amendment at the screen."""
        path = f"/case-notes/{note}/amendments"
        body = {"text": load.words(arrival)}
        self.ask(load, arrival, "POST nomis-screens amend", path, body)

    def alert(self, load: Session, arrival: Arrival) -> None:
        """Raise an alert at the screen: NOMIS may write a note by its trigger."""
        prisoner = load.prisoner(arrival)
        path = f"/prisoners/{prisoner}/alerts"
        body = {"code": load.alert_code(prisoner)}
        self.ask(load, arrival, "POST nomis-screens alert", path, body)

    def read(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """List the prisoner's notes."""
        path = f"/prisoners/{prisoner}/case-notes"
        self.ask(load, arrival, "GET nomis-screens list", path)

    def delete(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """Delete a note at the screen."""
        load.forget(NOMIS, prisoner, note)
        self.ask(load, arrival, "DELETE nomis-screens delete", f"/case-notes/{note}")


class DpsUser(_Person):
    """A user of DPS case notes."""

    side = DPS
    weight = SIDES[DPS]

    def look(self, load: Session, arrival: Arrival) -> tuple[str, str] | None:
        """List the notes in DPS, and pick one; by the legacy path only look."""
        prisoner = load.prisoner(arrival)
        if load.by_nomis(arrival):
            path = f"/api/offenders/{prisoner}/case-notes"
            self.ask(load, arrival, "GET prison-api list", path)
            return None
        path = f"/search/case-notes/{prisoner}"
        page = {"includeSensitive": False, "page": 1, "size": 5_000}
        found = self.ask(load, arrival, "POST dps list", path, page)
        return self.pick(load, arrival, (found or {}).get("content", []), "text")

    def create(self, load: Session, arrival: Arrival) -> None:
        """Write a note in DPS, or by its legacy path where DPS is not live."""
        prisoner = load.prisoner(arrival)
        body = {"type": "GEN", "subType": "OSE", "text": load.words(arrival)}
        if load.rollout and load.by_nomis(arrival):
            path = f"/api/offenders/{prisoner}/case-notes"
            self.ask(load, arrival, "POST prison-api create", path, body)
            return
        path = f"/case-notes/{prisoner}"
        written = self.ask(load, arrival, "POST dps create", path, body)
        load.keep(DPS, prisoner, written)

    def amend(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """Amend a note in DPS."""
        path = f"/case-notes/{prisoner}/{note}"
        body = {"text": load.words(arrival)}
        self.ask(load, arrival, "PUT dps amend", path, body)

    def alert(self, load: Session, arrival: Arrival) -> None:
        """Raise an alert in DPS: its service of case notes may write a note of it."""
        prisoner = load.prisoner(arrival)
        path = f"/prisoners/{prisoner}/alerts"
        body = {"alertCode": load.alert_code(prisoner)}
        self.ask(load, arrival, "POST alerts alert", path, body)

    def read(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """Read a note in DPS."""
        path = f"/case-notes/{prisoner}/{note}"
        self.ask(load, arrival, "GET dps read", path)

    def delete(self, load: Session, arrival: Arrival, prisoner: str, note: str) -> None:
        """Delete a note in DPS, as its administrators can."""
        load.forget(DPS, prisoner, note)
        path = f"/case-notes/{prisoner}/{note}"
        self.ask(load, arrival, "DELETE dps delete", path)


def finish(environment: Environment, **_: Any) -> None:
    """Settle, judge, and end with the verdict's exit code."""
    if isinstance(environment.runner, WorkerRunner):
        return
    options = _options(environment)
    _gather(environment)
    if not _sessions:
        if environment.process_exit_code is None:
            _say("verdict: unknown, for the run ended before it had begun")
            environment.process_exit_code = EXIT_CODES["unknown"]
        return
    load = _sessions.pop()
    if tally := options.tally:
        _write(tally, load)
        environment.process_exit_code = 0
        return
    _say(
        f"arrivals: {load.came} came, {load.sent} sent, of them {load.late} later "
        f"than {LATE:g} s after their moment; {load.came - load.sent} never sent"
    )
    try:
        verdict, said = load.judge(options.settle)
    except ControlError as error:
        verdict, said = "unknown", [str(error)]
    if refused := environment.stats.total.num_failures:
        said.append(f"{refused} requests were refused or lost")
        verdict = "fail"
    for line in said:
        _say(line)
    _say(f"verdict: {verdict}")
    environment.process_exit_code = EXIT_CODES[verdict]


def _gather(environment: Environment) -> None:
    """Make one session of what a master's workers counted."""
    if isinstance(environment.runner, MasterRunner) and _tallies:
        options = _options(environment)
        url = None if options.services else environment.host or CONTROL
        tallies = list(_tallies.values())
        _sessions[:] = [session.of_workers(url, tallies, options.expect_workers)]


def _write(path: str, load: Session) -> None:
    with open(path, "w", encoding="utf-8") as file:  # noqa: PTH123 - gevent's own
        json.dump(load.tally(), file)


def _options(environment: Environment) -> Any:
    if environment.parsed_options is None:
        raise ControlError("start it with the command `locust -f load/locustfile.py`")
    return environment.parsed_options


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


hooks: Any = events  # Locust leaves `add_listener` without types
hooks.init_command_line_parser.add_listener(add_options)
hooks.init.add_listener(listen)
hooks.test_start.add_listener(prepare)
hooks.spawning_complete.add_listener(begin)
hooks.test_stopping.add_listener(end)
hooks.test_stop.add_listener(report)
hooks.quitting.add_listener(finish)
