"""Locust at services that are no world of ours: by addresses and a token alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.options import RunOptions
from harness.starting import start_wire
from load.control import Control, ControlError
from load.services import read
from load.session import CLIENT
from tests.load.test_run import CAME, _locust

if TYPE_CHECKING:
    from pathlib import Path

_NO_CONTROL = "http://127.0.0.1:9"


@pytest.mark.sockets
@pytest.mark.long
def test_services_need_no_world(tmp_path: Path) -> None:
    """Given URLs, a token and people, users write there; without screens all in DPS.

    Nobody judged, so it is no pass.
    """
    stack = start_wire(RunOptions(report=str(tmp_path)))
    try:
        world = stack.world
        about = world.about()["addresses"]
        addresses = about["services"]
        prison = world.add_prison()["code"]
        staff = world.add_staff(prison=prison)["usernames"]
        prisoners = [world.add_prisoner(prison)["prisoner"] for _ in range(3)]
        people = tmp_path / "people.json"
        people.write_text(json.dumps({"staff": staff, "prisoners": prisoners}))
        control = Control(about["control"])
        token, _ = control.token(addresses["auth"], CLIENT)
        control._client.close()
        (tmp_path / "token.txt").write_text(token + "\n")
        file = tmp_path / "services.toml"
        file.write_text(
            f'token_file = "token.txt"\n[services]\ndps = "{addresses["dps"]}/"\n'
        )
        since = world.mark("before", "services")
        options = ["-t", "3s", "--rate", "12", "--services", str(file)]
        done = _locust(_NO_CONTROL, *options, "--people", str(people))
        entries = world.journal(since, kinds=["request"])
    finally:
        stack.close()
    assert done.returncode == 3, done.stdout + done.stderr
    assert "tandem compare" in done.stdout
    sent = [entry for entry in entries if entry["client"] == CLIENT]
    told = CAME.search(done.stdout)
    assert told is not None
    assert len(sent) == int(told[2]) > 5
    assert {entry["service"] for entry in sent} == {"dps"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[services]\n", "names no dps"),
        ('[services]\ndps = "here"\n', "is no http address"),
        ('[services]\ndps = "http://a"\nnomis = "http://b"\n', "'nomis' is none of"),
        ('[services]\ndps = "http://a"\n', "token_file names no file"),
        ('token_file = "gone"\n[services]\ndps = "http://a"\n', "No such file"),
        ('token_file = "empty"\n[services]\ndps = "http://a"\n', "holds no token"),
        ("[services", "services.toml"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str, why: str) -> None:
    """What is missing or mistyped is said before anybody comes."""
    (tmp_path / "empty").write_text("\n")
    path = tmp_path / "services.toml"
    path.write_text(text)
    with pytest.raises(ControlError, match=why):
        read(str(path))
