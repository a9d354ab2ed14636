"""The AWS SDK for Java v2, which the real builds use, against the bus."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from simulators.bus import sqs_operations

pytestmark = [pytest.mark.sockets, pytest.mark.long]

_HERE = Path(__file__).parent / "java"
_SOURCES = ("pom.xml", "src/main/java/tandem/Check.java")
_BUILD_SECONDS = 420
_RUN_SECONDS = 120


@pytest.fixture(scope="module")
def class_path(cache: Path) -> str:
    """Return the class path of the compiled program, built once a version."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed: the Java SDK cannot run")
    place, seen = cache / "java", cache / "java" / "seen.txt"
    place.mkdir(exist_ok=True)
    listed = place / "classpath.txt"
    source = "".join((_HERE / name).read_text() for name in _SOURCES)
    if not (listed.exists() and seen.exists() and seen.read_text() == source):
        _build(place, listed)
        seen.write_text(source)
    return os.pathsep.join((str(place / "classes"), listed.read_text().strip()))


def _build(place: Path, listed: Path) -> None:
    """Compile; without the network what was fetched earlier may be enough."""
    command = [
        *("mvn", "-q", "-B", "-f", str(_HERE / "pom.xml"), f"-Dsdk.build={place}"),
        *("compile", "dependency:build-classpath", f"-Dmdep.outputFile={listed}"),
    ]
    for more in ([], ["-o"]):
        done = subprocess.run(
            [*command, *more],
            capture_output=True,
            text=True,
            timeout=_BUILD_SECONDS,
            check=False,
        )
        if done.returncode == 0:
            return
    if "COMPILATION ERROR" in done.stdout:
        pytest.fail(done.stdout)
    pytest.skip(f"the Java SDK cannot be fetched: {(done.stdout + done.stderr)[-300:]}")


def _run(class_path: str, *arguments: str) -> str:
    done = subprocess.run(
        ["java", "-XX:+UseSerialGC", "-cp", class_path, "tandem.Check", *arguments],  # noqa: S607
        capture_output=True,
        text=True,
        timeout=_RUN_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


def test_bus_serves_the_java_sdk(class_path: str, endpoint: str) -> None:
    """Everything a sync build asks of SNS and SQS works through its own SDK."""
    assert _run(class_path, endpoint) == "11 passed, 0 failed"


def test_java_sdk_checks_checksums(
    class_path: str, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong checksum would be noticed: the SDK verifies what the bus answers."""
    monkeypatch.setattr(sqs_operations, "md5_of_body", lambda _: "0" * 32)
    assert _run(class_path, endpoint, "corrupt") == "1 passed, 0 failed"
