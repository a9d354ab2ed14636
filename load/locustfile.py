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
from typing import TYPE_CHECKING, Any

import gevent
from locust import events
from locust.runners import MasterRunner, WorkerRunner

from load import changes, session
from load.arrivals import mixed
from load.control import ControlError
from load.users import LATE, DpsUser, Officer, sessions, waiting

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from locust.env import Environment

    from load.session import Session

CONTROL = "http://127.0.0.1:4567"
EXIT_CODES = {"pass": 0, "fail": 1, "unknown": 3}
NO_WORLD = 2

_tallies: dict[str, dict[str, Any]] = {}
_pacers: list[gevent.Greenlet[..., None]] = []

__all__ = ["DpsUser", "Officer"]  # whom Locust finds here

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
    add("--changes", default="", help="Append each change there, for `tandem lag`")
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
        sessions[:] = [session.begin(url, _options(environment), index)]
    except ControlError as error:
        _say(f"The load cannot start: {error}")
        environment.process_exit_code = NO_WORLD
        if environment.runner is not None:
            gevent.spawn(environment.runner.quit)


def begin(**_: Any) -> None:
    """Let arrivals come once everybody is there to serve them."""
    if not _pacers:
        _pacers.extend(gevent.spawn(_pace, load) for load in sessions)


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
    if isinstance(environment.runner, WorkerRunner) and sessions:
        load = sessions[-1]
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
        waiting[placed.side].put((moment, placed))
        load.came += 1


def finish(environment: Environment, **_: Any) -> None:
    """Settle, judge, and end with the verdict's exit code."""
    if isinstance(environment.runner, WorkerRunner):
        return
    options = _options(environment)
    _gather(environment)
    if not sessions:
        if environment.process_exit_code is None:
            _say("verdict: unknown, for the run ended before it had begun")
            environment.process_exit_code = EXIT_CODES["unknown"]
        return
    load = sessions.pop()
    if options.changes:
        changes.end(options.changes)
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
        sessions[:] = [session.of_workers(url, tallies, options.expect_workers)]


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
