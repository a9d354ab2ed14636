"""`tandem doctor` finds each fault of a target and says what to do."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx
import pytest
from click.testing import CliRunner

from harness import environment
from harness.cli import cli
from harness.doctor import Check, Patient, examine, render
from harness.doctor.queues import queues
from tests.delivery.workflow import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.sockets

_BOTH = ("to-nomis", "from-nomis")
_FAR = 1_000


def _three_free_ports() -> int:
    for first in range(21_000 + os.getpid() % 4_000, 32_000, 3):
        lines = [socket.socket() for _ in range(3)]
        try:
            for step, line in enumerate(lines):
                line.bind(("127.0.0.1", first + step))
        except OSError:
            continue
        else:
            return first
        finally:
            for line in lines:
                line.close()
    raise AssertionError("no three free ports in a row")


@pytest.fixture(scope="module")
def first() -> Iterator[int]:
    """Return the first port of a world that is up."""
    port = _three_free_ports()
    world = subprocess.Popen(
        [sys.executable, "-m", "harness", "up", "--port", str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port + 1}/health", trust_env=False)
                break
            except httpx.TransportError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield port
    finally:
        world.terminate()
        world.wait(10)


def _faults(first: int, half: str, **changed: str | None) -> list[Check]:
    """Return what fails when some variables of a half are changed, or taken out."""
    where = environment.at_host("127.0.0.1", first)
    variables = dict(environment.PROGRAMS[half](where).variables)
    for name, value in changed.items():
        variables.pop(name)
        if value is not None:
            variables[name] = value
    checks = examine(Patient("127.0.0.1", first, {half: variables}))
    return [check for check in checks if check.state == "fail"]


def test_world_that_is_up_is_healthy_for_both_halves(first: int) -> None:
    """Nothing fails, and what only a running build can give is a warning."""
    url = f"http://127.0.0.1:{first + 1}"
    patient = Patient.of(url, "127.0.0.1", first, _BOTH, None)
    checks = examine(patient)
    assert [check for check in checks if check.state == "fail"] == []
    names = " ".join(check.name for check in checks)
    for half in _BOTH:
        assert f"{half} token for nomis" in names
        assert f"{half} clock" in names
    assert "prisoner_from_nomis_alerts_queue from hmpps_domain_events" in names
    nobody = [check for check in checks if " polls " in check.name]
    assert [check.state for check in nobody] == ["warn"] * 4
    assert all(check.do for check in checks if check.state == "warn")


@pytest.mark.parametrize(
    ("name", "value", "said", "do"),
    [
        ("API_BASE_URL_CSRA", None, "API_BASE_URL_CSRA", "tandem env --for to-nomis"),
        ("API_BASE_URL_NOMIS", "http://127.0.0.1:1", "does not answer", "mend"),
        ("API_BASE_URL_NOMIS", "http://127.0.0.1:1/", "ends in a slash", "without"),
        ("MAPPING_CLIENT_SECRET", "wrong", "401", "registration"),
        ("ALERTS_CLIENT_ID", None, "ALERTS_CLIENT_ID", "set both"),
        (
            "HMPPS_SQS_QUEUES_CASENOTES_QUEUE_NAME",
            "no_such_queue",
            "no_such_queue",
            "HMPPS_SQS_QUEUES_CASENOTES_QUEUE_NAME",
        ),
        (
            "HMPPS_SQS_QUEUES_CASENOTES_DLQ_NAME",
            "hmpps_prisoner_to_nomis_alerts_dlq",
            "do not end in",
            "RedrivePolicy",
        ),
        (
            "HMPPS_SQS_QUEUES_CASENOTES_QUEUE_NAME",
            "prisoner_from_nomis_casenotes_queue",
            "do not end in",
            "RedrivePolicy",
        ),
        ("HMPPS_SQS_LOCALSTACK_URL", "http://127.0.0.1:1", "does not answer", "mend"),
    ],
)
def test_each_fault_is_named_with_what_to_do(
    first: int, name: str, value: str | None, said: str, do: str
) -> None:
    """One wrong variable gives a fault that names it, what was seen, and the cure."""
    found = _faults(first, "to-nomis", **{name: value})
    assert any(said in check.seen and do in check.do for check in found), found


def test_token_without_a_role_names_the_role(first: int) -> None:
    """A client that is registered, but not for this, lacks a role by name."""
    (found,) = _faults(
        first,
        "to-nomis",
        CASENOTES_CLIENT_ID="to-nomis-mapping",
        CASENOTES_CLIENT_SECRET="to-nomis-mapping-secret",
    )
    assert "ROLE_PRISONER_CASE_NOTES__SYNC__RW" in found.seen


def test_queue_that_gets_too_few_events_names_them(first: int) -> None:
    """A queue with the right redrive and no subscription is found."""
    sqs = f"http://127.0.0.1:{first}"
    arn = f"arn:aws:sqs:{environment.REGION}:{environment.ACCOUNT}"
    dead = "hmpps_prisoner_to_nomis_casenotes_dlq"
    policy = {"deadLetterTargetArn": f"{arn}:{dead}", "maxReceiveCount": 4}
    made = httpx.post(
        sqs,
        content=json.dumps(
            {
                "QueueName": "alone",
                "Attributes": {
                    "RedrivePolicy": json.dumps(policy),
                    "VisibilityTimeout": "120",
                },
            }
        ),
        headers={
            "X-Amz-Target": "AmazonSQS.CreateQueue",
            "Content-Type": "application/x-amz-json-1.0",
        },
        trust_env=False,
    )
    assert made.status_code == 200, made.text
    (found,) = _faults(first, "to-nomis", HMPPS_SQS_QUEUES_CASENOTES_QUEUE_NAME="alone")
    assert "is not subscribed" in found.seen
    assert "subscription" in found.do


def test_clock_that_is_wrong_is_found(
    first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clocks that differ make tokens expire early, so the difference is told."""
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - _FAR)
    (found,) = _faults(first, "from-nomis")
    assert found.name == "from-nomis clock"
    assert re.search(r" \+(99\d|100\d) s ", found.seen), found.seen


def test_account_that_wants_signatures_is_skipped_and_says_so() -> None:
    """Real AWS refuses unsigned questions; that is no fault of the target."""
    transport = httpx.MockTransport(lambda _: httpx.Response(403))
    variables = dict(environment.to_nomis(environment.at_host()).variables)
    with httpx.Client(transport=transport) as client:
        (check,) = queues(client, "to-nomis", variables)
    assert check.state == "skip"
    assert "signed" in check.seen


def test_port_that_is_taken_is_a_fault_and_ends_with_one(tmp_path: Path) -> None:
    """What holds a port of the world is found before a run fails on it."""
    port = _three_free_ports()
    with socket.socket() as line:
        line.bind(("127.0.0.1", port + 2))
        line.listen()
        told = CliRunner().invoke(
            cli, ["doctor", "--port", str(port), "--format", "json"]
        )
    assert told.exit_code == 1
    checks = json.loads(told.output)
    (fault,) = [check for check in checks if check["state"] == "fail"]
    assert fault["name"] == f"port {port + 2} (services)"
    assert "--port" in fault["do"]


def test_world_that_is_not_up_is_the_only_fault() -> None:
    """What it would serve is not listed: each line would say the same."""
    port = _three_free_ports()
    told = CliRunner().invoke(
        cli, ["doctor", "--stack", f"http://127.0.0.1:{port + 1}"]
    )
    assert told.exit_code == 1
    assert "1 failed" in told.output
    assert f"the world at http://127.0.0.1:{port + 1} does not answer" in told.output
    assert "tandem up" in told.output


def test_environment_file_is_read_as_docker_reads_it(
    first: int, tmp_path: Path
) -> None:
    """What `tandem env` prints is a file that the doctor finds healthy."""
    path = tmp_path / "build.env"
    text = environment.render("to-nomis", "dotenv", "127.0.0.1", first)
    path.write_text(f"{text}\nexport QUOTED='yes'\n", encoding="utf-8")
    words = ["doctor", "--env-file", str(path), "--port", str(first)]
    told = CliRunner().invoke(cli, [*words, "--for", "to-nomis"])
    assert told.exit_code == 0, told.output
    assert "to-nomis variables" in told.output
    refused = CliRunner().invoke(cli, words)
    assert refused.exit_code == 2
    assert "--for" in refused.output


def test_summary_counts_what_was_found() -> None:
    """The last line counts faults, and a cure stands below its fault."""
    shown = render([Check("a", "ok", "1"), Check("b", "fail", "2", "mend b")], "table")
    assert shown.splitlines()[1:] == [
        "fail  b: 2",
        "      -> mend b",
        "2 checks, 1 failed, 0 warnings",
    ]
