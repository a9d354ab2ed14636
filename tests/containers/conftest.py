"""An engine, our image, and stand-ins for builds made from it.

`.ci/containers` gets an engine where there is none and names it in TANDEM_ENGINE; else
the docker that is here is used. Without an engine each test is skipped with the reason,
or fails where TANDEM_CONTAINERS is `required`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.containers.composing import Compose

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
IMAGE = "localhost/tandem:tested"
_BUILD_WAIT = 300
# A build of each half: it knows nothing of us but the variables of `tandem env`.
_STAND_IN = """\
FROM {image}
ENV SERVER_ADDRESS=0.0.0.0
HEALTHCHECK NONE
ENTRYPOINT ["python3", "-m", "simulators.sync", "{half}"]
"""


@dataclass(frozen=True)
class Engine:
    """The engine's program, with which tests look at what the engine holds."""

    program: str

    def __call__(self, *words: str, wait: float = 60, check: bool = True) -> str:
        """Run it and return what it prints; a failure shows what it said."""
        done = subprocess.run(
            [self.program, *words],
            capture_output=True,
            text=True,
            timeout=wait,
            check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"{self.program} {shlex.join(words)}: {done.stderr}")
        return done.stdout.strip()

    def held(self) -> set[str]:
        """Return the containers, also ended ones, and the networks that exist."""
        return {
            *self("ps", "--all", "--format", "{{.Names}}").splitlines(),
            *self("network", "ls", "--format", "{{.Name}}").splitlines(),
        }


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Return the engine, or skip with the reason why there is none."""
    program = os.environ.get("TANDEM_ENGINE", "docker")
    reason = f"containers: {program} is not installed"
    if shutil.which(program):
        asked = subprocess.run(
            [program, "info"], capture_output=True, text=True, timeout=60, check=False
        )
        if asked.returncode == 0:
            return Engine(program)
        said = (asked.stderr or asked.stdout).strip().splitlines()
        reason = f"containers: {program} does not answer: {said[-1] if said else ''}"
    if os.environ.get("TANDEM_CONTAINERS") == "required":
        pytest.fail(reason)
    pytest.skip(f"{reason}; .ci/containers gets an engine where it can")


@pytest.fixture(scope="session")
def image(engine: Engine) -> str:
    """Return our image, built from this work tree."""
    more = shlex.split(os.environ.get("TANDEM_BUILD_ARGS", ""))
    engine("build", *more, "-t", IMAGE, str(ROOT), wait=_BUILD_WAIT)
    return IMAGE


@pytest.fixture(scope="session")
def stand_ins(
    engine: Engine, image: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Return an image by half that a team might have built."""
    made = {}
    for half in ("to-nomis", "from-nomis"):
        folder = tmp_path_factory.mktemp(half)
        text = _STAND_IN.format(image=image, half=half)
        (folder / "Dockerfile").write_text(text, encoding="utf-8")
        made[half] = f"localhost/stand-in-{half}:tested"
        extra = ("--format", "docker") if engine.program == "podman" else ()
        engine("build", *extra, "-t", made[half], str(folder), wait=_BUILD_WAIT)
    return made


@pytest.fixture(scope="module")
def compose(engine: Engine, image: str) -> Iterator[Compose]:
    """Return compose with nothing up; all that comes up goes afterwards."""
    before = engine.held()
    made = Compose(image)
    try:
        yield made
    finally:
        made("down", "--volumes", "--timeout", "5")
    assert engine.held() <= before


@pytest.fixture
def nothing_left(engine: Engine) -> Iterator[None]:
    """Hold the test to leave no container and no network behind."""
    before = engine.held()
    yield
    assert engine.held() <= before
