"""`tandem compare` over sockets: it only reads, resumes, and counts what it missed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from harness import cli_rollout
from harness.cli import cli
from harness.compare.run import Asked, compare
from harness.compare.services import Access
from harness.compare.state import State, StateError
from harness.credentials import COMPARE
from harness.options import RunOptions
from harness.starting import start_wire

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

    from harness.stack import Stack

pytestmark = pytest.mark.sockets

RECHECK = ("--recheck", "0")


class Estate:
    """Prisoners whose historic notes stand on both sides, mapped, and a way to ask."""

    def __init__(self, stack: Stack) -> None:
        """Put three prisoners with two notes each on both sides."""
        self.world = stack.world
        about = self.world.about()["addresses"]
        self.urls = about["services"]
        prison = self.world.add_prison()["code"]
        officer = self.world.add_staff(prison=prison)["usernames"][0]
        self.rows: dict[str, list[int]] = {}
        for _ in range(3):
            who = self.world.add_prisoner(prison)["prisoner"]
            self.rows[who] = [
                self.world.seed_note(
                    {
                        "prisoner": who,
                        "type": "KA",
                        "sub_type": "KS",
                        "text": f"Session {turn} ...[{officer} updated the case notes "
                        "on 2021/07/01 16:45:10] He agreed.",
                        "username": officer,
                        "occurred": "2020-06-01T10:00:00",
                        "created": "2020-06-01T10:05:00",
                    }
                )
                for turn in range(2)
            ]
            self.world.migrate(who)
        self.prisoners = sorted(self.rows)

    def access(self, **more: Any) -> Access:
        """Return the addresses with our client's credentials."""
        urls = {name: self.urls[name] for name in ("nomis", "dps", "mapping")}
        auth = f"{self.urls['auth']}/auth"
        return Access(
            urls,
            auth=auth,
            client_id=COMPARE.id,
            client_secret=COMPARE.secret,
            backoff=0.001,
            **more,
        )

    def run(self, *arguments: str, file: Path | None = None) -> Result:
        """Run the command about these prisoners (or whom `arguments` choose)."""
        whom = () if file is None else ("--prisoners", str(file))
        urls = [f"--{name}={self.urls[name]}" for name in ("nomis", "dps", "mapping")]
        auth = f"--auth={self.urls['auth']}/auth"
        secret = {
            "TANDEM_CLIENT_ID": COMPARE.id,
            "TANDEM_CLIENT_SECRET": COMPARE.secret,
        }
        command = ["compare", *urls, auth, *RECHECK, *whom, *arguments]
        return CliRunner().invoke(cli, command, env=secret)

    def list(self, folder: Path) -> Path:
        """Write the prisoners' numbers to a file."""
        path = folder / "prisoners.txt"
        path.write_text("# ours\n" + "\n".join(self.prisoners), encoding="utf-8")
        return path

    def compare(self, state: State, day: str, **asked: Any) -> Any:
        """Compare these prisoners on a day."""
        whom = Asked(tuple(self.prisoners), recheck=0, **asked)
        return asyncio.run(compare(self.access(), whom, state, day))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Provide a world on sockets in which no sync runs."""
    targets = {"to-nomis": "none", "from-nomis": "none"}
    report = str(tmp_path_factory.mktemp("report"))
    found = start_wire(RunOptions(targets=targets, report=report))
    yield found
    found.close()


@pytest.fixture
def estate(stack: Stack) -> Iterator[Estate]:
    """Provide three prisoners of this test's own."""
    found = Estate(stack)
    yield found
    stack.world.clear_faults()


def test_equal_sides_exit_0_and_nothing_was_written(
    estate: Estate, tmp_path: Path
) -> None:
    """The comparison makes GET requests only, and says equal of equal sides."""
    begin = estate.world.mark("begins", "compare")
    result = estate.run(file=estate.list(tmp_path))
    assert result.exit_code == 0, result.output
    assert "equal 3, differing 0, unchecked 0" in result.output
    every = estate.world.journal(since=begin, kinds=["request"])
    made = [entry for entry in every if entry["service"] != "auth"]
    assert (len(made), len(every)) == (9, 10)
    assert {entry["client"] for entry in made} == {COMPARE.id}
    assert {entry["method"] for entry in made} == {"GET"}


def test_a_difference_exits_1_and_is_reported_by_rule(
    estate: Estate, tmp_path: Path
) -> None:
    """Changed and removed NOMIS rows are told with their ids, as JSON and NDJSON."""
    changed, removed, _ = estate.prisoners
    estate.world.tamper(estate.rows[changed][0], "Changed behind everybody's back.")
    estate.world.tamper(estate.rows[removed][1])
    folder = tmp_path / "report"
    result = estate.run("--report", str(folder), file=estate.list(tmp_path))
    assert result.exit_code == 1, result.output
    assert "everybody's" not in result.output
    report = json.loads((folder / "compare.json").read_text())
    rules = {(f["prisoner"], f["rule"], f["nomis"]) for f in report["findings"]}
    assert (changed, "text", str(estate.rows[changed][0])) in rules
    assert (removed, "missing-in-nomis") in {rule[:2] for rule in rules}
    assert report["differing"] == 2
    assert report["equal"] == 1
    lines = (folder / "compare.ndjson").read_text().splitlines()
    assert [json.loads(line)["outcome"] for line in lines] == [
        "differs",
        "differs",
        "equal",
    ]


def test_whoever_cannot_be_read_is_unchecked_and_exits_3(
    estate: Estate, tmp_path: Path
) -> None:
    """One prisoner's failure neither ends the report nor counts as equal (REC-12)."""
    victim = estate.prisoners[1]
    estate.world.fault("dps", "status", status=500, times=None, subject=victim)
    result = estate.run("--format", "json", file=estate.list(tmp_path))
    assert result.exit_code == 3, result.output
    report = json.loads(result.stdout)
    assert (report["equal"], report["unchecked"]) == (2, 1)
    (unchecked,) = report["unchecked_prisoners"]
    assert unchecked["prisoner"] == victim
    assert "dps GET" in unchecked["reason"]
    assert "status 500" in unchecked["reason"]


def test_an_unknown_prisoner_is_unchecked(estate: Estate, tmp_path: Path) -> None:
    """A number that NOMIS does not know is no prisoner without notes."""
    estate.prisoners = ["Z9999ZZ"]
    result = estate.run(file=estate.list(tmp_path))
    assert result.exit_code == 3, result.output
    assert "status 404" in result.output


def test_a_passing_failure_is_repeated(estate: Estate, tmp_path: Path) -> None:
    """A 503 and a broken connection are asked again, as to-nomis does."""
    victim = estate.prisoners[0]
    estate.world.fault("mapping", "status", status=503, times=2, subject=victim)
    estate.world.fault("nomis", "reset", times=1, subject=victim)
    found = estate.compare(State(), "2026-05-04")
    assert (found.exit_code, found.run.unchecked) == (0, 0)


def test_a_wrong_secret_is_no_clean_report(estate: Estate) -> None:
    """Without a token nobody is checked, and the run gives up early."""
    access = Access(
        estate.access().urls,
        auth=estate.access().auth,
        client_id=COMPARE.id,
        client_secret="wrong",
    )
    asked = Asked(tuple(estate.prisoners), recheck=0, give_up=2, workers=1)
    found = asyncio.run(compare(access, asked, State(), "2026-05-04"))
    assert found.exit_code == 3
    assert found.trouble == ["gave up after 2 failures in a row"]
    assert found.run.unchecked == 3


def test_a_run_that_stopped_is_taken_up_again(estate: Estate, tmp_path: Path) -> None:
    """The next run of the same list checks only whom the first did not."""
    path = tmp_path / "state.ndjson"
    done, *others = estate.prisoners
    for who in others:
        estate.world.fault("nomis", "status", status=500, times=None, subject=who)
    state = State(path)
    first = estate.compare(state, "2026-05-04", give_up=2, workers=1)
    state.close()
    assert (first.exit_code, len(first.run.outcomes)) == (3, 3)
    with path.open("a", encoding="utf-8") as file:
        file.write('{"kind":"prisoner","run":1,"prison')  # a crash's last words
    estate.world.clear_faults()
    begin = estate.world.mark("again", "compare")
    state = State(path)
    second = estate.compare(state, "2026-05-05", workers=1)
    state.close()
    assert (second.exit_code, second.resumed, second.run.number) == (0, 1, 1)
    asked = estate.world.journal(since=begin, kinds=["request"])
    assert not any(done in entry["path"] for entry in asked)
    assert len(State(path).runs[0].outcomes) == 3


def test_the_trend_tells_new_differences_from_old_ones(
    estate: Estate, tmp_path: Path
) -> None:
    """Each day has a line: how many differ, and what is new, the same and gone."""
    path = tmp_path / "state.ndjson"
    first, second, _ = estate.prisoners

    def day(name: str) -> Any:
        state = State(path)
        found = estate.compare(state, name)
        state.close()
        return found.days[-1]

    assert day("2026-05-04").differing == 0
    estate.world.tamper(estate.rows[first][0], "Changed.")
    tuesday = day("2026-05-05")
    assert (tuesday.differing, tuesday.new, tuesday.same, tuesday.gone) == (1, 2, 0, 0)
    estate.world.tamper(estate.rows[second][0])
    wednesday = day("2026-05-06")
    assert (wednesday.differing, wednesday.new, wednesday.same) == (2, 1, 2)
    assert wednesday.by_rule["missing-in-nomis"] == 1


def test_a_sample_is_drawn_from_all_and_stays_the_same(estate: Estate) -> None:
    """N9 gives all prisoners; the same seed samples the same ones every day."""
    access = estate.access()
    runs = [
        asyncio.run(compare(access, Asked(sample=2, seed=seed, recheck=0), State(), ""))
        for seed in (5, 5, 6)
    ]
    chosen = [found.run.prisoners for found in runs]
    assert [len(one) for one in chosen] == [2, 2, 2]
    assert chosen[0] == chosen[1]
    every = asyncio.run(compare(access, Asked(recheck=0), State(), "")).run.prisoners
    assert set(estate.prisoners) <= set(every)


def test_no_list_of_prisoners_is_no_success(estate: Estate) -> None:
    """If the first page of ids fails, the run says so and exits 3 (REC-02)."""
    estate.world.fault(
        "nomis", "status", status=500, times=None, operation="get_prisoner_ids_from"
    )
    access = estate.access()
    found = asyncio.run(compare(access, Asked(sample=5), State(), "2026-05-04"))
    assert found.exit_code == 3
    assert found.run.prisoners == []
    assert "status 500" in found.trouble[0]


def test_the_date_of_a_run_is_the_machines(
    estate: Estate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run is dated by the reader's calendar, not by the world's."""
    monkeypatch.setattr(cli_rollout, "today", lambda: date(2031, 2, 3))
    result = estate.run(file=estate.list(tmp_path))
    assert "Comparison 1 of 2031-02-03" in result.output


def test_a_run_without_a_list_is_not_taken_up(estate: Estate, tmp_path: Path) -> None:
    """The day after NOMIS gave no list everybody is asked for anew."""
    path = tmp_path / "state.ndjson"
    estate.world.fault(
        "nomis", "status", status=500, times=None, operation="get_prisoner_ids_from"
    )
    state = State(path)
    asyncio.run(compare(estate.access(), Asked(sample=2), state, "2026-05-04"))
    state.close()
    estate.world.clear_faults()
    state = State(path)
    again = Asked(sample=2, recheck=0)
    found = asyncio.run(compare(estate.access(), again, state, "2026-05-05"))
    state.close()
    assert (found.run.number, found.run.day, len(found.run.prisoners)) == (
        2,
        "2026-05-05",
        2,
    )


def test_a_file_that_is_no_state_is_left_as_it_is(tmp_path: Path) -> None:
    """Whoever gives the list as --state loses no prisoner of it."""
    for text in ("A1234BC", "A1234BC\nA1234BD", "{}"):
        path = tmp_path / "list.txt"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(StateError, match="give another --state file"):
            State(path)
        assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_says_how_to_go_on(
    estate: Estate, tmp_path: Path, how: signal.Signals
) -> None:
    """Ctrl-C or a job's end is unknown, and the same command goes on there."""
    state, listed = tmp_path / "state.ndjson", estate.list(tmp_path)
    slow = estate.prisoners[-1]
    fault = estate.world.fault("nomis", "delay", delay=60.0, subject=slow)
    urls = [f"--{name}={estate.urls[name]}" for name in ("nomis", "dps", "mapping")]
    whom = ["--prisoners", str(listed), "--state", str(state), "--workers", "1"]
    auth = f"--auth={estate.urls['auth']}/auth"
    secret = {"TANDEM_CLIENT_ID": COMPARE.id, "TANDEM_CLIENT_SECRET": COMPARE.secret}
    process = subprocess.Popen(
        [sys.executable, "-m", "harness", "compare", *urls, auth, *whom],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **secret},
    )
    assert estate.world.await_fault(fault, timeout=30.0)
    process.send_signal(how)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 3, said
    assert "2 of 3 prisoners were checked" in said
    assert f"kept in {state}: the same command goes on there" in said
    estate.world.clear_faults()
    result = estate.run("--state", str(state), file=listed)
    assert "taken up again; 2 were checked before" in result.output
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--token", "a\nb"], "--token (or TANDEM_TOKEN) holds a line break"),
        (["--token", "t", "--state", "{file}/x"], "--state: "),
        (["--token", "t", "--dps", "http://"], "'http://' is no http"),
        (["--token", "t", "--dps", "http://a b"], "'http://a b' is no http"),
        (["--token", "t", "--dps", "http://[::1"], "'http://[::1' is no http"),
        (["--token", "t", "--dps", "http://d:x"], "'http://d:x' is no http"),
    ],
)
def test_what_cannot_work_is_refused_before_anybody_is_asked(
    arguments: list[str], words: str, tmp_path: Path
) -> None:
    """Not after hours of comparing, and not with a traceback."""
    file = tmp_path / "file"
    file.touch()
    urls = ["--nomis", "http://n", "--dps", "http://d", "--mapping", "http://m"]
    more = [one.replace("{file}", str(file)) for one in arguments]
    result = CliRunner().invoke(cli, ["compare", *urls, "--all", *more])
    assert result.exit_code == 2, result.output
    assert words in " ".join(result.output.split())


def test_a_list_saved_with_a_byte_order_mark_is_read(
    estate: Estate, tmp_path: Path
) -> None:
    """Some editors begin a text file so, and end its lines with CR and LF."""
    path = tmp_path / "list.txt"
    path.write_bytes("\r\n".join(estate.prisoners).encode("utf-8-sig"))
    result = estate.run(file=path)
    assert "equal 3" in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "one of --prisoners FILE, --sample N and --all"),
        (["--sample", "3", "--all"], "one of --prisoners"),
        (["--all"], "--token, or --auth"),
        (["--all", "--auth", "http://a/auth"], "TANDEM_CLIENT_SECRET"),
    ],
)
def test_what_cannot_be_run_is_said_plainly(arguments: list[str], words: str) -> None:
    """A wrong call names what is missing and exits with the status of usage."""
    urls = ["--nomis", "http://n", "--dps", "http://d", "--mapping", "http://m"]
    result = CliRunner().invoke(cli, ["compare", *urls, *arguments])
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())


def test_a_wrong_number_is_named_with_its_line(tmp_path: Path) -> None:
    """A file with something else than prisoner numbers is refused."""
    path = tmp_path / "list"
    path.write_text("A1234BC\n\nwho?\n", encoding="utf-8")
    urls = ["--nomis", "http://n", "--dps", "http://d", "--mapping", "http://m"]
    command = ["compare", *urls, "--token", "t", "--prisoners", str(path)]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 2
    assert "line 3: 'who?'" in result.output
