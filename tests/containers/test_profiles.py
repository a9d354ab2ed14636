"""Each profile of the composed world: understood, and brought up with real programs.

Where no registry can be reached, the images of others are made here from the same
programs (`images/`); that takes minutes, so only TANDEM_PROFILES=all makes them.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.bench.wiremock import jar
from tests.containers.composing import Compose, free_ports
from tests.delivery.workflow import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.containers.conftest import Engine

pytestmark = pytest.mark.containers

_BUILD_WAIT = 600
_VERIFY = ("run", "--rm", "-T", "tandem", "verify", "--grace", "0.5", "--tags")
_BOTH_WAYS = "smoke and (dps-to-nomis or nomis-to-dps)"


@dataclass(frozen=True)
class Profile:
    """Profiles to name together, the services they bring, and compose's variables."""

    names: str
    services: str
    variables: dict[str, str] = field(default_factory=dict)


PROFILES = {
    "reference": Profile("reference", "to-nomis-reference from-nomis-reference"),
    "to-nomis": Profile(
        "to-nomis,reference-from-nomis",
        "hmpps-prisoner-to-nomis-update from-nomis-reference",
        {"TO_NOMIS_IMAGE": "localhost/stand-in-to-nomis:tested"},
    ),
    "from-nomis": Profile(
        "from-nomis,reference-to-nomis",
        "hmpps-prisoner-from-nomis-migration migration-db to-nomis-reference",
        {
            "FROM_NOMIS_IMAGE": "localhost/stand-in-from-nomis:tested",
            "POSTGRES_IMAGE": "localhost/postgres:tested",
        },
    ),
    "localstack": Profile(
        "reference,localstack",
        "to-nomis-reference from-nomis-reference localstack localstack-carrier",
        {
            "LOCALSTACK_IMAGE": "localhost/localstack:tested",
            "HALF_AWS_URL": "http://localstack:4566",
        },
    ),
    "tap": Profile(
        "reference,tap",
        "to-nomis-reference from-nomis-reference wiremock",
        {
            "WIREMOCK_IMAGE": "localhost/wiremock:tested",
            "SERVICES_URL": "http://wiremock:8080",
        },
    ),
    "load": Profile(
        "reference,load",
        "to-nomis-reference from-nomis-reference locust-master locust-worker",
        {
            "TANDEM_LOAD_IMAGE": "localhost/tandem-load:tested",
            "LOCUST_OPTIONS": "--headless -t 10s",
            "LOAD_OPTIONS": "--rate 5",
        },
    ),
}


@pytest.fixture
def composed(
    request: pytest.FixtureRequest, engine: Engine, image: str
) -> Iterator[Compose]:
    """Return compose with a profile chosen, nothing up yet; all goes afterwards."""
    before = engine.held()
    profile = PROFILES[request.param]
    made = Compose(image)
    made.environment |= profile.variables | {"COMPOSE_PROFILES": profile.names}
    made.environment["LOCUST_PORT"] = str(free_ports(1)[0])
    try:
        yield made
    finally:
        made("down", "--volumes", "--timeout", "5")
    assert engine.held() <= before


@pytest.fixture
def foreign(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> str:
    """Return an image of somebody else's program, made here."""
    if os.environ.get("TANDEM_PROFILES") != "all":
        pytest.skip("containers: images of others are made by TANDEM_PROFILES=all only")
    name: str = request.param
    more = shlex.split(os.environ.get("TANDEM_BUILD_ARGS", ""))
    if name == "tandem-load":
        folder, more = ROOT, [*more, "--build-arg", "EXTRAS=load"]
    else:
        folder = tmp_path / name
        shutil.copytree(ROOT / "tests" / "containers" / "images" / name, folder)
        shutil.copy(ROOT / "requirements-bench.txt", folder)
        if name == "wiremock":
            shutil.copy(jar(), folder / "wiremock.jar")
    tag = f"localhost/{name}:tested"
    engine("build", *more, "-t", tag, str(folder), wait=_BUILD_WAIT)
    return tag


def _up(composed: Compose) -> None:
    status, said = composed("up", "--detach", "--no-build")
    assert status == 0, said


def _passes(composed: Compose) -> None:
    status, said = composed(*_VERIFY, _BOTH_WAYS)
    assert status == 0, said
    assert "2 played" in said
    assert "verdict: pass" in said


@pytest.mark.parametrize(
    ("composed", "profile"), [(one, one) for one in PROFILES], indirect=["composed"]
)
def test_profile_is_understood(composed: Compose, profile: str) -> None:
    """Compose itself reads each profile and names just its services."""
    status, said = composed("config", "--services")
    assert status == 0, said
    named = set(said.split())
    assert {"world", *PROFILES[profile].services.split()} <= named
    status, said = composed("config")
    assert status == 0, said
    for image in PROFILES[profile].variables.values():
        assert image in said


@pytest.mark.parametrize("composed", ["to-nomis"], indirect=True)
def test_build_by_image_name_takes_the_place_of_a_half(
    composed: Compose, stand_ins: dict[str, str]
) -> None:
    """The image of one half syncs beside the reference's other half."""
    assert composed.environment["TO_NOMIS_IMAGE"] == stand_ins["to-nomis"]
    _up(composed)
    _passes(composed)


@pytest.mark.parametrize("composed", ["from-nomis"], indirect=True)
@pytest.mark.parametrize("foreign", ["postgres"], indirect=True)
def test_from_nomis_build_finds_its_database(
    composed: Compose, foreign: str, stand_ins: dict[str, str]
) -> None:
    """Its own variables lead to a PostgreSQL, which answers there."""
    assert composed.environment["FROM_NOMIS_IMAGE"] == stand_ins["from-nomis"]
    _up(composed)
    _passes(composed)
    address = "postgresql://migration:migration@migration-db:5432/migration"
    words = ("exec", "-T", "migration-db", "psql", address, "-Atc")
    status, said = composed(*words, "select current_user")
    assert (status, said.strip()) == (0, "migration")


@pytest.mark.parametrize("composed", ["localstack"], indirect=True)
@pytest.mark.parametrize("foreign", ["localstack"], indirect=True)
def test_halves_poll_another_sqs(composed: Compose, foreign: str) -> None:
    """An SQS of somebody else's carries what the halves poll."""
    _up(composed)
    _passes(composed)


@pytest.mark.parametrize("composed", ["tap"], indirect=True)
@pytest.mark.parametrize("foreign", ["wiremock"], indirect=True)
def test_wiremock_taps_what_the_halves_call(composed: Compose, foreign: str) -> None:
    """WireMock's own journal holds the halves' calls."""
    _up(composed)
    _passes(composed)
    look = (
        "import json, urllib.request as u; "
        "print(json.load(u.urlopen('http://wiremock:8080/__admin/requests'))"
        "['meta']['total'])"
    )
    words = ("run", "--rm", "-T", "--entrypoint", "python3", "tandem", "-c", look)
    status, said = composed(*words)
    assert status == 0, said
    total = re.search(r"^(\d+)\s*$", said, re.MULTILINE)
    assert total is not None, said
    assert int(total[1]) > 10


@pytest.mark.parametrize("composed", ["load"], indirect=True)
@pytest.mark.parametrize("foreign", ["tandem-load"], indirect=True)
def test_locust_loads_from_master_and_two_workers(
    composed: Compose, foreign: str, engine: Engine
) -> None:
    """Two workers send; the master adds up, lets the world judge and passes."""
    _up(composed)
    assert engine("wait", "locust-master", wait=120) == "0", composed("logs")[1]
    status, said = composed("logs", "locust-master")
    assert status == 0
    assert "pass" in said
