"""The pytest side of conformance: fixtures, counts, and the table at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.conform.calling import Api
from harness.conform.cast import Cast, ListedCast, OwnCast
from harness.conform.facts import service_of, tally
from harness.conform.settings import Aim

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from harness.api import WorldApi
    from harness.conform.facts import Tally
    from harness.conform.ours import OwnWorld

_TALLIES = pytest.StashKey[dict[str, "Tally"]]()


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark that every case carries: pyproject.toml is not installed."""
    config.addinivalue_line(
        "markers", "fact(cites, inferred): what a conformance case rests on"
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Count cases and citations of what will run."""
    config.stash[_TALLIES] = tally(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[None]:
    """Count how each case ended."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    counted = item.config.stash.get(_TALLIES, {}).get(service_of(item) or "")
    if counted is not None and (report.when == "call" or report.outcome != "passed"):
        counted.outcomes[report.outcome] += 1
    return report  # type: ignore[return-value]


def tallies(config: pytest.Config) -> dict[str, Tally]:
    """Return the counts of this run by suite."""
    return config.stash.get(_TALLIES, {})


@pytest.fixture(scope="session")
def aim() -> Aim:
    """Return what the run is pointed at."""
    return Aim.from_environment()


@pytest.fixture(scope="session")
def own(aim: Aim) -> Iterator[OwnWorld | None]:
    """Return our world, None when a real service is under test."""
    if aim.url is not None:
        yield None
        return
    from harness.conform.ours import OwnWorld

    made = OwnWorld()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def service(aim: Aim, own: OwnWorld | None) -> Iterator[Callable[[str], Api]]:
    """Return a maker of clients by service name; one client a service."""
    made: dict[str, Api] = {}

    def get(name: str) -> Api:
        if own is None and name != aim.service:
            pytest.skip(f"needs {name} beside {aim.service}; only our world has both")
        if name not in made:
            url = own.urls[name] if own is not None else str(aim.url)
            made[name] = Api(name, url, own.mint if own is not None else given)
        return made[name]

    def given(roles: Iterable[str] | None, user: str | None) -> str:
        if roles is not None and not list(roles):
            token = aim.token_without_roles()
            if token is None:
                pytest.skip("the subjects file gives no token without roles")
            return token
        return aim.token or pytest.skip(f"{aim.service} needs --token")

    yield get
    for one in made.values():
        one.close()


@pytest.fixture
def cast(aim: Aim, own: OwnWorld | None) -> Cast:
    """Return the people of a case."""
    return OwnCast(own.api) if own is not None else ListedCast.of(aim.subjects)


@pytest.fixture
def world(own: OwnWorld | None) -> WorldApi:
    """Return the control API, for what only a fake can be told to do."""
    if own is None:
        pytest.skip("needs the control API of our world (a fault, a quirk, a switch)")
    return own.api


@pytest.fixture
def nomis(service: Callable[[str], Api]) -> Api:
    """Return the NOMIS API."""
    return service("nomis")


@pytest.fixture
def screens(service: Callable[[str], Api]) -> Api:
    """Return the officers' screens, which only our fake can drive."""
    return service("nomis-screens")


@pytest.fixture
def dps(service: Callable[[str], Api]) -> Api:
    """Return DPS case notes."""
    return service("dps")


@pytest.fixture
def mapping(service: Callable[[str], Api]) -> Api:
    """Return the mapping service."""
    return service("mapping")


@pytest.fixture
def alerts(service: Callable[[str], Api]) -> Api:
    """Return the alerts API."""
    return service("alerts")
