"""Who may call the alerts API, and what everybody else is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.conform import fact
from tests.conformance.alerts.bodies import (
    GENERATED,
    NOMIS_ALERTS,
    NOWHERE,
    RO,
    RW,
    UI,
    alert,
)
from tests.conformance.security import Route, assert_unauthorised, each_role, every

if TYPE_CHECKING:
    from harness.conform import Api, Cast

A = "http-contracts 5.1"
READERS, WRITERS = (RO, RW, UI), (RW, UI)
RANGE = "from=2025-01-01&to=2025-01-02"
ROUTES = (
    Route(f"{A} A1", "GET", f"/alerts/{NOWHERE}", None, READERS),
    Route(f"{A} A2", "GET", "/prisoners/Z9999ZZ/alerts", None, READERS),
    Route(f"{A} A3", "POST", "/prisoners/Z9999ZZ/alerts", alert(), WRITERS),
    Route(f"{A} A4", "PUT", f"/alerts/{NOWHERE}", {"activeTo": None}, WRITERS),
    Route(f"{A} A5", "DELETE", f"/alerts/{NOWHERE}", None, WRITERS),
    Route(f"{A} A6", "POST", "/resync/Z9999ZZ/alerts", [], (UI, NOMIS_ALERTS)),
    Route(f"{A} A7", "GET", "/alert-codes/XA", None, READERS),
    Route(f"{A} A7", "GET", "/alert-types/X", None, READERS),
)
FOR_NOTES = (
    Route(f"{A} A9", "GET", "/alerts/case-notes/changed", None, (GENERATED,)),
    Route(f"{A} A10", "GET", "/alerts/case-notes/Z9999ZZ", None, (GENERATED,)),
)
QUERY = {"from": "2025-01-01", "to": "2025-01-02"}
MEMBERS = {"status", "errorCode", "userMessage", "developerMessage", "moreInfo"}


def options(route: Route) -> dict[str, object]:
    """Return the query that the two range endpoints need."""
    return {"query": QUERY} if route in FOR_NOTES else {}


@every(ROUTES + FOR_NOTES, inferred=True)
def test_nobody_gets_in_without_a_token(alerts: Api, route: Route) -> None:
    """401, empty, asking for a bearer token."""
    assert_unauthorised(route.ask(alerts, token=None, **options(route)))


@every(ROUTES + FOR_NOTES, inferred=True)
def test_a_token_that_nobody_signed_is_no_token(alerts: Api, route: Route) -> None:
    """401 for rubbish in place of a token."""
    assert_unauthorised(route.ask(alerts, token="rubbish", **options(route)))


@every(ROUTES + FOR_NOTES)
def test_no_role_is_refused(alerts: Api, cast: Cast, route: Route) -> None:
    """403 with all members of the error body, nulls printed (0.4)."""
    user = cast.staff().username
    answer = route.ask(alerts, roles=[], user=user, **options(route))
    assert answer.status == 403
    assert set(answer.body) == MEMBERS


@each_role(ROUTES + FOR_NOTES)
def test_one_of_its_roles_is_enough(
    alerts: Api, cast: Cast, route: Route, role: str
) -> None:
    """Any of the roles that the dossier names opens the operation."""
    user = cast.staff().username
    answer = route.ask(alerts, roles=[role], user=user, **options(route))
    assert answer.status not in (401, 403)


@fact(f"{A} A8")
def test_ending_alerts_of_today_asks_for_no_token(alerts: Api) -> None:
    """Unauthenticated: a cron job of the cluster calls it."""
    assert alerts.post("/alerts/inactive", token=None).status // 100 == 2


@fact("http-contracts 0.4 (405)")
def test_a_wrong_method_is_not_allowed(alerts: Api) -> None:
    """405, unlike the other services."""
    assert alerts.patch(f"/alerts/{NOWHERE}", {}, roles=[RW]).status == 405


@fact("http-contracts 0.3")
def test_anybody_may_ask_whether_it_is_up(alerts: Api) -> None:
    """GET /health/ping is 200 without a token."""
    assert alerts.get("/health/ping", token=None).status == 200


@fact("http-contracts 5.0 errors", inferred=True)
@pytest.mark.parametrize("kind", ["text/plain", "application/xml"])
def test_a_body_that_does_not_call_itself_json_is_not_read(
    alerts: Api, kind: str
) -> None:
    """The catch-all answers, as no handler is registered for it."""
    answer = alerts.post("/resync/A9999ZZ/alerts", [], headers={"content-type": kind})
    assert answer.status == 500
    assert f"Content-Type '{kind}' is not supported" in answer.body["developerMessage"]


@fact("http-contracts 0.2")
def test_json_may_carry_a_charset(alerts: Api) -> None:
    """`application/json;charset=UTF-8` is read, whatever its case."""
    kind = {"content-type": "Application/JSON;charset=UTF-8"}
    answer = alerts.post("/resync/A9999ZZ/alerts", [], headers=kind)
    assert answer.status == 201
