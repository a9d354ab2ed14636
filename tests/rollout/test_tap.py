"""A WireMock before one of our fakes sees, counts and breaks what the fake would."""

from __future__ import annotations

import base64
import json
import shutil
import socket
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from harness.cli import cli
from harness.control import WorldError
from harness.credentials import HALVES, program_of
from harness.options import RunOptions
from harness.stack import StackError
from harness.starting import start_wire
from harness.tap import wiremock
from harness.tap.entries import client_of
from harness.tap.stubs import in_token
from harness.tap.tapped import parse_taps
from harness.tap.wiremock import TapError
from tests.harness.conftest import Scene, play

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.stack import Stack

WRITES = {"create_case_note", "update_case_note"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Provide a wire stack whose sync reaches NOMIS through a WireMock."""
    if shutil.which("java") is None:
        pytest.skip("a tap needs Java, which is not installed")
    try:
        wiremock.install()
    except TapError as error:
        pytest.skip(f"no tap without WireMock: {error}")
    report = str(tmp_path_factory.mktemp("report"))
    found = start_wire(RunOptions(report=report, taps={"nomis": "fake"}))
    yield found
    found.close()


@pytest.fixture
def scene(stack: Stack) -> Iterator[Scene]:
    """Provide a prisoner and an officer on the tapped stack."""
    yield play(stack)
    stack.world.clear_faults()


def calls(scene: Scene, since: int = 0) -> list[dict[str, Any]]:
    """Return the sync's requests to NOMIS about the prisoner."""
    found = scene.world.journal(since, [scene.prisoner], ["request"])
    return [
        entry
        for entry in found
        if entry["service"] == "nomis" and program_of(entry["client"]) in HALVES
    ]


def writes(scene: Scene, since: int = 0) -> int:
    """Count the sync's writes to NOMIS, as the steps do."""
    return sum(entry["operation"] in WRITES for entry in calls(scene, since))


@pytest.mark.tap
@pytest.mark.sockets
def test_the_tap_sees_what_the_fake_sees(stack: Stack, scene: Scene) -> None:
    """Each call of the sync stands once, with the fake's own operation and client."""
    scene.write_in_dps("Through the tap.")
    scene.write_in_nomis("Read through the tap.")
    scene.settle()
    seen = calls(scene)
    assert all("tap" in entry for entry in seen)
    names = ("operation", "method", "path", "client", "body", "cause", "certainty")
    mine = [tuple(str(entry[name]) for name in names) for entry in seen]
    # The stack's own line to the world, past the taps: what the fake itself journals.
    raw = stack._call(  # type: ignore[attr-defined]
        "journal", {"since": 0, "scope": [scene.prisoner], "kinds": ["request"]}
    )
    theirs = [
        tuple(str(entry[name]) for name in names)
        for entry in raw
        if entry["service"] == "nomis" and program_of(entry["client"]) in HALVES
    ]
    assert len(mine) >= 3
    assert sorted(mine) == sorted(theirs)


@pytest.mark.tap
@pytest.mark.sockets
def test_the_answers_are_in_the_journal_too(scene: Scene) -> None:
    """A response entry tells the status and names the note that was made."""
    scene.write_in_dps("Answered.")
    scene.settle()
    answers = scene.world.journal(0, [scene.prisoner], ["response"])
    made = [e for e in answers if "tap" in e and e["status"] == 201]
    assert len(made) == 1
    assert str(made[0]["body"]["id"]) in made[0]["subjects"]


@pytest.mark.tap
@pytest.mark.sockets
def test_writes_are_counted_since_a_mark(scene: Scene) -> None:
    """What passed before a step's line does not count for it."""
    note = scene.write_in_dps("Before.")
    scene.settle()
    begin = scene.world.mark("amends", "tap")
    assert writes(scene, begin) == 0
    scene.world.amend_note_as_dps_user(scene.prisoner, scene.officer, note, "After.")
    scene.settle()
    assert writes(scene, begin) == 1
    assert writes(scene) == 2


@pytest.mark.tap
@pytest.mark.sockets
def test_a_fault_of_the_tap_strikes_as_often_as_asked(scene: Scene) -> None:
    """Skip one create, fail two, then pass: four creates for two notes, none lost."""
    fault = scene.world.fault(
        "nomis", "status", status=503, operation="create_case_note", skip=1, times=2
    )
    scene.write_in_dps("Passes.")
    scene.settle()
    assert writes(scene) == 1
    scene.write_in_dps("Fails twice.")
    assert scene.world.await_fault(fault)
    scene.settle()
    assert writes(scene) == 4
    assert scene.texts() == (["Fails twice.", "Passes."], ["Fails twice.", "Passes."])
    failed = [
        e
        for e in scene.world.journal(0, [scene.prisoner], ["response"])
        if e.get("fault") == fault
    ]
    assert [e["status"] for e in failed] == [503, 503]


@pytest.mark.tap
@pytest.mark.sockets
def test_a_reset_of_the_tap_is_survived(scene: Scene) -> None:
    """A connection reset before the write costs one more attempt."""
    scene.world.fault("nomis", "reset", operation="create_case_note")
    scene.write_in_dps("After a reset.")
    scene.settle()
    assert writes(scene) == 2
    assert scene.texts() == (["After a reset."], ["After a reset."])


@pytest.mark.tap
@pytest.mark.sockets
def test_a_fault_strikes_only_whom_it_names(stack: Stack, scene: Scene) -> None:
    """By prisoner and by client: others pass the tap unharmed."""
    other = play(stack)
    scene.world.fault("nomis", "status", status=500, times=1, subject=scene.prisoner)
    scene.world.fault(
        "nomis", "status", status=500, times=None, client="from-nomis-nomis"
    )
    other.write_in_dps("Of another.")
    other.settle()
    assert writes(other) == 1
    scene.write_in_dps("Ours.")
    scene.settle()
    assert writes(scene) == 2
    begin = scene.world.mark("down for from-nomis", "tap")
    other.write_in_nomis("Waits.")
    other.settle()
    assert other.texts() == (["Of another.", "Waits."], ["Of another."])
    assert {e["client"] for e in calls(other, begin)} == {"from-nomis-nomis"}


@pytest.mark.tap
@pytest.mark.sockets
@pytest.mark.parametrize(
    ("kind", "phase", "words"),
    [
        ("reset", "after", "needs our own fake: leave out --tap"),
        ("refuse", "before", "cannot refuse connections"),
    ],
)
def test_what_a_tap_cannot_do_it_says(
    scene: Scene, kind: str, phase: str, words: str
) -> None:
    """WireMock cannot replace the answer of a call that it proxies."""
    with pytest.raises(WorldError, match=words):
        scene.world.fault("nomis", kind, phase=phase, operation="create_case_note")


@pytest.mark.tap
@pytest.mark.sockets
def test_a_feature_passes_with_a_tap(stack: Stack, tmp_path: Any) -> None:
    """The same lines, counted and broken by WireMock, in a run of their own."""
    path = tmp_path / "tap.feature"
    path.write_text(
        "@tap\nFeature: Made for the tap\n  Scenario: Once, after two failures\n"
        "    Given a prisoner\n    And the NOMIS create fails 2 times\n"
        "    When a DPS user writes a case note in DPS\n"
        "    Then the sync wrote to NOMIS 3 times\n    And both sides hold the note\n",
        encoding="utf-8",
    )
    report = str(tmp_path / "report")
    command = ["verify", str(path), "--tap", "nomis=fake", "--report", report]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 0, result.output


@pytest.mark.tap
@pytest.mark.sockets
def test_a_failure_with_a_tap_is_reported_as_any_other(
    stack: Stack, tmp_path: Any
) -> None:
    """The tap's calls have no place on the world's timeline, and break no report."""
    path = tmp_path / "tap.feature"
    path.write_text(
        "@tap\nFeature: Made for the tap\n  Scenario: Wrong on purpose\n"
        "    Given a prisoner\n    When a DPS user writes a case note in DPS\n"
        "    Then the sync wrote to NOMIS 3 times\n",
        encoding="utf-8",
    )
    report = tmp_path / "report"
    command = ["verify", str(path), "--tap", "nomis=fake", "--report", str(report)]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 1, result.output
    assert "the sync wrote to NOMIS 1 time instead of 3" in result.output
    assert (report / "report.html").exists()
    entries = map(json.loads, (report / "journal.ndjson").read_text().splitlines())
    assert any("tap" in entry for entry in entries)


@pytest.mark.sockets
def test_an_upstream_that_nobody_serves_is_said_at_once(tmp_path: Any) -> None:
    """Else the sync would be blamed for calls that cannot arrive."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        upstream = f"http://127.0.0.1:{line.getsockname()[1]}"
        options = RunOptions(report=str(tmp_path), taps={"nomis": upstream})
        with pytest.raises(StackError, match=f"nomis={upstream}: nobody answers"):
            start_wire(options)


def test_a_client_is_found_in_a_token_at_every_place() -> None:
    """Base64 shows a claim in three ways; one of them is in any token that has it."""
    for length in range(1, 8):
        for tail in range(4):
            claims = {
                "sub": "x" * length,
                "client_id": "to-nomis-nomis",
                "z": "y" * tail,
            }
            payload = json.dumps(claims, separators=(",", ":")).encode()
            token = base64.urlsafe_b64encode(payload).decode().rstrip("=")
            assert any(piece in token for piece in in_token("to-nomis-nomis"))
            assert not any(piece in token for piece in in_token("from-nomis-nomis"))
            assert client_of(f"Bearer a.{token}.c") == "to-nomis-nomis"


@pytest.mark.parametrize("header", ["", "Bearer x", "Bearer a.!!.c", "Basic a.b.c"])
def test_no_client_is_read_from_what_is_no_token(header: str) -> None:
    """A strange header is nobody's, not an error."""
    assert client_of(header) is None


def test_taps_are_read_from_the_command_line() -> None:
    """SERVICE=URL; anything else says what is right."""
    given = ("nomis=https://nomis.example/", "dps=fake")
    assert parse_taps(given) == {"nomis": "https://nomis.example", "dps": "fake"}
    bad = ("nomis", "nomiss=fake", "nomis=x", "nomis=http://", "nomis=http://a b")
    for wrong in (*((one,) for one in bad), ("dps=fake", "dps=fake")):
        with pytest.raises(ValueError, match=r"write SERVICE=URL|tapped twice"):
            parse_taps(wrong)


def test_a_tap_needs_sockets() -> None:
    """The simulated tier has no address to stand before."""
    command = ["verify", "--tier", "simulated", "--tap", "nomis=fake"]
    result = CliRunner().invoke(cli, command)
    assert result.exit_code == 2
    assert "--tap needs real sockets" in result.output


def test_without_java_and_engine_a_tap_says_what_it_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No stack trace of a missing program."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(TapError, match="Java 11 or newer, or a container engine"):
        wiremock.command()


def test_a_named_jar_that_is_not_there_is_refused() -> None:
    """A wrong TANDEM_WIREMOCK_JAR is not passed over in silence."""
    with pytest.raises(TapError, match="there is no such file"):
        wiremock.find_jar({wiremock.JAR_VARIABLE: "/nowhere/wiremock.jar"})
