"""The files of delivery agree with the code, and open nothing to other machines."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from harness import environment
from harness.controlserver import _as_reached
from tests.delivery.workflow import ROOT

_COMPOSE: dict[str, Any] = yaml.safe_load(
    (ROOT / "docker-compose.yml").read_text("utf-8")
)
_SERVICES: dict[str, dict[str, Any]] = _COMPOSE["services"]


@pytest.mark.parametrize("half", ["to-nomis", "from-nomis"])
def test_environment_of_a_real_build_is_what_tandem_env_prints(half: str) -> None:
    """The files that compose reads are the made ones, line by line."""
    kept = (ROOT / "containers" / f"{half}.env").read_text("utf-8")
    made = environment.compose()[half].as_dotenv()
    assert kept.strip() == made.strip(), "make it anew: tandem env --for compose"


def test_composed_ports_are_on_loopback_only() -> None:
    """No port of the composed world is open to another machine."""
    ports = [port for each in _SERVICES.values() for port in each.get("ports", ())]
    assert len(ports) >= 4
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert all("network_mode" not in each for each in _SERVICES.values())


def test_images_of_others_are_pinned() -> None:
    """An image that is not ours has a version, so that a run can be repeated."""
    for name, service in _SERVICES.items():
        image = service["image"]
        default = image.partition(":-")[2].rstrip("}") if ":-" in image else image
        assert ":" in default, name
        assert not default.endswith(":latest"), name
    text = (ROOT / "Dockerfile").read_text("utf-8")
    assert "ARG BASE_IMAGE=python:3.12.11-slim-bookworm" in text
    assert text.rindex("USER 10001") > text.rindex("FROM")


def test_up_brings_the_reference_and_a_profile_a_real_build() -> None:
    """Without a word the reference syncs; profiles exchange one half at a time."""
    assert "COMPOSE_PROFILES=reference" in (ROOT / ".env").read_text("utf-8")

    def up(*profiles: str) -> set[str]:
        return {
            name
            for name, service in _SERVICES.items()
            if set(service.get("profiles", profiles)) & set(profiles)
        }

    assert up("reference") == {
        "world",
        "to-nomis-reference",
        "from-nomis-reference",
    }
    assert up("to-nomis", "reference-from-nomis") == {
        "world",
        "hmpps-prisoner-to-nomis-update",
        "from-nomis-reference",
    }
    assert "migration-db" in up("from-nomis")


def test_addresses_are_named_as_the_caller_reached_the_world() -> None:
    """A caller in another container gets addresses that it can reach."""
    about = {"addresses": {"aws": "http://127.0.0.1:4566"}, "seed": 1}

    def reached(host: bytes) -> Any:
        return _as_reached(about, {"headers": [(b"host", host)]})["addresses"]["aws"]

    assert reached(b"tandem:4567") == "http://tandem:4566"
    assert reached(b"127.0.0.1:4567") == "http://127.0.0.1:4566"
    assert reached(b"") == "http://127.0.0.1:4566"
