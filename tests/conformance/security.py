"""Token and role checks that every operation of every resource server shares (0.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from harness.conform import fact

if TYPE_CHECKING:
    from harness.conform import Answer, Api


class Route(NamedTuple):
    """An operation as the dossier lists it, with a path and body that could succeed."""

    cites: str
    method: str
    path: str
    body: Any = None
    roles: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.cites.split()[-1]} {self.method} {self.path}"

    def ask(self, api: Api, **options: Any) -> Answer:
        """Call it."""
        if self.body is not None:
            options["body"] = self.body
        return api.call(self.method, self.path, **options)


def every(routes: tuple[Route, ...], *, inferred: bool = False) -> pytest.MarkDecorator:
    """Parametrize a case over routes; each carries its citation and 0.3's."""
    return pytest.mark.parametrize(
        "route",
        [
            pytest.param(
                route,
                id=str(route),
                marks=fact(f"{route.cites}; http-contracts 0.3", inferred=inferred),
            )
            for route in routes
        ],
    )


def each_role(routes: tuple[Route, ...]) -> pytest.MarkDecorator:
    """Parametrize a case over every route with each role that alone suffices."""
    return pytest.mark.parametrize(
        ("route", "role"),
        [
            pytest.param(
                route,
                role,
                id=f"{route} {role}",
                marks=fact(f"{route.cites}; http-contracts 1.4"),
            )
            for route in routes
            for role in route.roles
        ],
    )


def assert_unauthorised(answer: Answer) -> None:
    """Hold a 401 to 0.3 [I]: empty, with a header that asks for a bearer token."""
    assert answer.status == 401
    assert answer.raw == b""
    assert answer.headers["www-authenticate"].startswith("Bearer")
