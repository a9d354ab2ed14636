"""The lag between real services: read from the copies' own events."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from harness.cli import main
from harness.environment import topic_arn
from harness.lag.inbox import Inbox, InboxError, Topics, read
from harness.lag.listening import SettingsError, Tail, read_settings
from harness.lag.matching import Change, Pairs, Told, match
from harness.localstack import Sqs
from harness.options import RunOptions
from harness.starting import start_wire
from harness.topology import DOMAIN_TOPIC, OFFENDER_TOPIC
from load.control import Control
from load.session import CLIENT
from tests.load.test_run import _locust

if TYPE_CHECKING:
    from pathlib import Path

    from harness.stack import Stack

_DPS, _NOMIS = "0193-dps", "7001"
_ROW = {"dpsCaseNoteId": _DPS, "nomisCaseNoteId": int(_NOMIS)}


def _change(action: str, at: float, side: str = "DPS") -> Change:
    note = _DPS if side == "DPS" else _NOMIS
    return Change(action, side, "A1234BC", note, at, at + 0.1, at + 0.2)


def _found(changes: list[Change], *told: tuple[str, float]) -> dict[str, Any]:
    pairs = Pairs()
    pairs.take([_ROW])
    events = [Told("NOMIS", _NOMIS, kind, at) for kind, at in told]
    lags = match(changes, events, pairs)
    found = {kind: (one.count, one.highest) for kind, one in lags.by_kind.items()}
    return found | {"missing": [one.action for one in lags.missing]}


def test_each_change_takes_the_next_event_of_its_copy() -> None:
    """The lag counts from the intended moment; events are used once."""
    changes = [_change("create", 10), _change("amend", 12), _change("amend", 13)]
    found = _found(changes, ("created", 11), ("updated", 14), ("updated", 17))
    assert found == {"DPS create": (1, 1), "DPS amend": (2, 4), "missing": []}


def test_one_event_may_carry_two_changes() -> None:
    """A sync reads the latest state: the create event shows the amendment, too."""
    changes = [_change("create", 10), _change("amend", 12)]
    assert _found(changes, ("created", 15)) == {
        "DPS create": (1, 5),
        "DPS amend": (1, 3),
        "missing": [],
    }


def test_an_event_from_before_the_change_shows_nothing() -> None:
    """What came earlier cannot carry it, and a lost amendment is missing."""
    changes = [_change("create", 10), _change("amend", 20)]
    found = _found(changes, ("created", 11))
    assert found == {"DPS create": (1, 1), "missing": ["amend"]}


def test_a_deletion_is_shown_by_a_deletion_alone() -> None:
    """Neither an update nor another note's event will do."""
    assert _found([_change("delete", 10)], ("updated", 11))["missing"] == ["delete"]
    found = _found([_change("delete", 10)], ("deleted", 12))
    assert found == {"DPS delete": (1, 2), "missing": []}


def test_a_note_without_mapping_is_missing() -> None:
    """Whatever events there are: nobody knows which one is the copy's."""
    told = [Told("NOMIS", "9", "created", 11)]
    assert match([_change("create", 10)], told, Pairs()).missing


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (
            {
                "eventType": "OFFENDER_CASE_NOTES-INSERTED",
                "caseNoteId": 7001,
                "auditModuleName": "DPS_SYNCHRONISATION_X",
            },
            ("NOMIS", "7001", "created"),
        ),
        (
            {
                "eventType": "OFFENDER_CASE_NOTES-UPDATED",
                "caseNoteId": 7001,
                "auditModuleName": "OIDNOMIS",
            },
            None,
        ),
        (
            {"eventType": "OFFENDER_CASE_NOTES-DELETED", "caseNoteId": 7001},
            ("NOMIS", "7001", "deleted"),
        ),
        (
            {
                "eventType": "person.case-note.created",
                "additionalInformation": {"id": _DPS, "source": "NOMIS"},
            },
            ("DPS", _DPS, "created"),
        ),
        (
            {
                "eventType": "person.case-note.created",
                "additionalInformation": {"id": _DPS, "source": "DPS"},
            },
            None,
        ),
        ({"eventType": "prisoner.merged"}, None),
    ],
)
def test_only_what_the_sync_wrote_tells_of_a_copy(
    event: dict[str, Any], told: tuple[str, str, str] | None
) -> None:
    """A user's own change has an event, too, which says nothing of the other side."""
    heard = read(json.dumps({"Message": json.dumps(event)}), 12.5)
    assert heard == (None if told is None else Told(*told, 12.5))


def test_what_is_no_event_is_passed_over() -> None:
    """A queue that is shared may hold anything."""
    assert read("{}", 1.0) is None
    assert read("no json", 1.0) is None


def test_a_line_half_written_is_read_later(tmp_path: Path) -> None:
    """The generator writes while we read."""
    path = tmp_path / "changes"
    tail = Tail(path)
    assert tail.more() == []
    line = json.dumps(
        {"action": "create", "side": "DPS", "prisoner": "A", "note": "n"}
        | {"at": 1, "sent": 1, "done": 2}
    )
    path.write_text(line[:9])
    assert tail.more() == []
    path.write_text(f'{line}\n{{"end": true}}\n')
    assert [one.note for one in tail.more()] == ["n"]
    assert tail.ended
    assert tail.more() == []


_RIGHT = (
    'token_file = "token"\n[lag]\nmapping = "http://m"\n'
    'offender_events = "arn:aws:sns:a:1:o"\ndomain_events = "arn:aws:sns:a:1:d"\n'
)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[services]\n", "has no .lag."),
        (_RIGHT.replace("mapping", "mappings"), "lag.mappings is none of"),
        (_RIGHT.replace('"http://m"', "3"), "lag.mapping = 3: a text"),
        (_RIGHT.replace("http://m", "m"), "lag.mapping = 'm' is no address"),
        (_RIGHT.replace("arn:aws:sns:a:1:o", "o"), "offender_events = 'o' is no ARN"),
        (_RIGHT.replace('"token"', '"gone"'), "token_file names no file"),
        ("[lag", "services.toml"),
    ],
)
def test_wrong_settings_are_refused(tmp_path: Path, text: str, why: str) -> None:
    """Before a queue is made."""
    (tmp_path / "token").write_text("t")
    path = tmp_path / "services.toml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=why):
        read_settings(path)


def test_changes_that_nobody_heard_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file of an earlier load would make all of it missing."""
    (tmp_path / "s").write_text(_RIGHT)
    (tmp_path / "c").write_text("{}\n")
    words = ["lag", "--services", str(tmp_path / "s"), "--changes", str(tmp_path / "c")]
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert "holds changes already" in capsys.readouterr().err


@pytest.mark.sockets
@pytest.mark.parametrize("sync", ["reference", "none"])
def test_the_lag_is_measured_without_a_journal(tmp_path: Path, sync: str) -> None:
    """By addresses, a token and both topics alone; a change not copied is missing."""
    targets = {"to-nomis": sync, "from-nomis": sync}
    stack = start_wire(RunOptions(report=str(tmp_path), targets=targets))
    listener = None
    try:
        services, people = _written(stack, tmp_path)
        out, changes = tmp_path / "lag.json", tmp_path / "changes"
        words = ["--services", str(services), "--changes", str(changes)]
        # A sync may give a crossing change back, and again for ten seconds.
        patience = "15" if sync == "reference" else "4"
        words += ["--json", str(out), "--patience", patience]
        listener = _listening(tmp_path, *words)
        load = ["-t", "3s", "--rate", "12", "--services", str(services)]
        load += ["--people", str(people), "--changes", str(changes)]
        done = _locust("http://127.0.0.1:9", *load)
        said, trouble = listener.communicate(timeout=120)
        bus = Sqs(stack.world.about()["addresses"]["aws"])
        left = bus.call("ListQueues", QueueNamePrefix="tandem-lag")
        bus.close()
    finally:
        if listener is not None and listener.poll() is None:
            listener.kill()
        stack.close()
    figures = json.loads(out.read_text())
    assert done.returncode == 3, done.stdout
    assert figures["changes"] > 10, done.stdout
    assert figures["ended"]
    assert not left.get("QueueUrls")
    if sync == "none":
        assert listener.returncode == 1, said + trouble
        assert len(figures["missing"]) == figures["unmapped"] == figures["changes"]
        assert "never seen on the other side" in said
        return
    assert listener.returncode == 0, said + trouble
    assert figures["missing"] == []
    assert {"DPS create", "NOMIS create"} <= set(figures["lag"])
    assert all(0 < row["max"] < 30 for row in figures["lag"].values())
    assert re.search(r"DPS create +\d+ ", said)


@pytest.mark.sockets
def test_a_listener_that_is_ended_leaves_no_queue(tmp_path: Path) -> None:
    """CI cancels so; nothing was shown."""
    stack = start_wire(RunOptions(report=str(tmp_path)))
    try:
        services, _ = _written(stack, tmp_path)
        changes = str(tmp_path / "changes")
        words = ["--services", str(services), "--changes", changes]
        listener = _listening(tmp_path, *words)
        bus = Sqs(stack.world.about()["addresses"]["aws"])
        made = bus.call("ListQueues", QueueNamePrefix="tandem-lag")
        listener.terminate()
        _, trouble = listener.communicate(timeout=60)
        left = bus.call("ListQueues", QueueNamePrefix="tandem-lag")
        bus.close()
    finally:
        stack.close()
    assert len(made["QueueUrls"]) == 1
    assert not left.get("QueueUrls")
    assert listener.returncode == 3, trouble
    assert "interrupted" in trouble


def test_an_endpoint_that_is_none_is_refused() -> None:
    """In words, before anything is asked."""
    topics = Topics("arn:o", "arn:d", endpoint="nonsense")
    with pytest.raises(InboxError, match="endpoint or region: Invalid endpoint"):
        Inbox(topics).__enter__()


def _written(stack: Stack, folder: Path) -> tuple[Path, Path]:
    """Write the file of services and of people, as for services that are no world's."""
    world = stack.world
    about = world.about()["addresses"]
    addresses = about["services"]
    prison = world.add_prison()["code"]
    staff = world.add_staff(prison=prison)["usernames"]
    prisoners = [world.add_prisoner(prison)["prisoner"] for _ in range(3)]
    people = folder / "people.json"
    people.write_text(json.dumps({"staff": staff, "prisoners": prisoners}))
    control = Control(about["control"])
    for client, name in ((CLIENT, "token"), ("to-nomis-mapping", "mapping-token")):
        (folder / name).write_text(control.token(addresses["auth"], client)[0])
    control._client.close()
    services = folder / "services.toml"
    services.write_text(
        'token_file = "token"\n[services]\n'
        + "".join(f'{n} = "{addresses[n]}"\n' for n in ("dps", "nomis-screens"))
        + f'[lag]\nmapping = "{addresses["mapping"]}"\ntoken_file = "mapping-token"\n'
        f'endpoint = "{about["aws"]}"\nregion = "eu-west-2"\n'
        f'offender_events = "{topic_arn(OFFENDER_TOPIC)}"\n'
        f'domain_events = "{topic_arn(DOMAIN_TOPIC)}"\n'
    )
    return services, people


def _listening(folder: Path, *words: str) -> subprocess.Popen[str]:
    """Start `tandem lag`; returns once its queue is subscribed."""
    keys = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
    started = subprocess.Popen(
        [sys.executable, "-m", "harness", "lag", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=keys,
        cwd=folder,
    )
    assert started.stdout is not None
    assert "listening" in started.stdout.readline(), started.communicate()[1]
    return started
