"""Builds given as commands: those that work, and what is said of those that do not."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from tests.run.conftest import PASSES, feature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.run.conftest import Ended

pytestmark = pytest.mark.sockets

_TO_NOMIS = f"{shutil.which(sys.executable)} -m simulators.sync to-nomis"


def test_a_build_given_as_a_command_is_tested_against_our_other_half(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """Any program that reads the environment of `tandem env` can be the target."""
    file = feature(tmp_path / "f.feature", "F", a=PASSES)
    ended = tandem("verify", file, "--to-nomis", f"command:{_TO_NOMIS}")
    assert ended.code == 0, ended.out


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("command:no-such-program --x", "no-such-program: No such file"),
        ("command:sh -c 'echo the reason; exit 7'", "ended with status 7"),
    ],
)
def test_a_build_that_cannot_start_is_one_message_with_its_last_words(
    tandem: Callable[..., Ended], tmp_path: Path, target: str, said: str
) -> None:
    """No traceback a scenario: the end of the build's log says what is wrong."""
    file = feature(tmp_path / "f.feature", "F", a=PASSES, b=PASSES)
    ended = tandem("verify", file, "--to-nomis", target)
    assert ended.code == 3
    assert ended.out.count(said) == 1
    assert ("the reason" in ended.out) == target.startswith("command:sh")
    assert "Traceback" not in ended.out


def test_a_build_that_takes_no_message_is_told_from_one_that_is_not_there(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """It runs, so its queue names are in question; its log says more."""
    file = feature(tmp_path / "f.feature", "F", a=PASSES, b=PASSES)
    target = "command:sh -c 'echo no queue of that name; exec sleep 60'"
    ended = tandem("verify", file, "--to-nomis", target, "--sync-wait", "1")
    assert ended.code == 3
    assert ended.out.count("it runs, but does not take them") == 1
    assert "hmpps_prisoner_to_nomis_casenotes_queue" in ended.out
    assert "no queue of that name" in ended.out


def test_a_build_with_a_wrong_secret_is_shown_to_be_refused_its_token(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """The note's history says which client hmpps-auth knows nothing of."""
    file = feature(tmp_path / "f.feature", "F", a=PASSES)
    target = f"command:env MAPPING_CLIENT_SECRET=wrong {_TO_NOMIS}"
    ended = tandem("verify", file, "--to-nomis", target, "--grace", "0.3")
    assert ended.code == 1, ended.out
    assert "LOST (owner: to-nomis)" in ended.out
    assert "is refused a token as to-nomis-mapping: 401, invalid_client" in ended.out
    assert "wrong" not in ended.out.partition("again:")[0]
