"""The AWS SDK for JavaScript v3 against the bus."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from simulators.bus import sqs_operations

pytestmark = [pytest.mark.sockets, pytest.mark.long]

_HERE = Path(__file__).parent / "js"
_FILES = ("package.json", "check.mjs")
_INSTALL_SECONDS = 300
_RUN_SECONDS = 120


@pytest.fixture(scope="module")
def installed(cache: Path) -> Path:
    """Return a directory with the script and the SDK, installed once."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed: the JavaScript SDK cannot run")
    place = cache / "js"
    place.mkdir(exist_ok=True)
    for name in _FILES:
        shutil.copyfile(_HERE / name, place / name)
    if not (place / "node_modules" / "@aws-sdk" / "client-sns").is_dir():
        done = subprocess.run(
            ["npm", "install", "--no-save", "--no-package-lock", "--silent"],  # noqa: S607
            cwd=place,
            capture_output=True,
            text=True,
            timeout=_INSTALL_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            pytest.skip(f"the JavaScript SDK cannot be fetched: {done.stderr[-300:]}")
    return place


def _run(place: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["node", "check.mjs", *arguments],  # noqa: S607
        cwd=place,
        capture_output=True,
        text=True,
        timeout=_RUN_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


def test_bus_serves_the_javascript_sdk(installed: Path, endpoint: str) -> None:
    """Everything a sync build asks of SNS and SQS works through this SDK."""
    assert _run(installed, endpoint) == "12 passed, 0 failed"


def test_javascript_sdk_checks_checksums(
    installed: Path, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong checksum would be noticed: the SDK verifies what the bus answers."""
    monkeypatch.setattr(sqs_operations, "md5_of_body", lambda _: "0" * 32)
    assert _run(installed, endpoint, "corrupt") == "1 passed, 0 failed"
