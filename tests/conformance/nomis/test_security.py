"""Who may call the NOMIS API, and what everybody else is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.conform import fact
from tests.conformance.nomis.bodies import alert, note
from tests.conformance.security import Route, assert_unauthorised, each_role, every

if TYPE_CHECKING:
    from harness.conform import Api

ROLE = ("ROLE_NOMIS_PRISONER_API__SYNCHRONISATION__RW",)
NOTE = "http-contracts 2.1"
IDS = "http-contracts 2.5"
ALERT = "http-contracts 2.6"
PRISONER = "/prisoners/Z9999ZZ"
BOOKED = "/prisoners/booking-id/999999999/alerts"
ROUTES = (
    Route(f"{NOTE} N1", "GET", "/casenotes/1", None, ROLE),
    Route(f"{NOTE} N2", "POST", f"{PRISONER}/casenotes", note("NOBODY_GEN"), ROLE),
    Route(f"{NOTE} N3", "PUT", "/casenotes/1", {"text": "x", "amendments": []}, ROLE),
    Route(f"{NOTE} N4", "DELETE", "/casenotes/1", None, ROLE),
    Route(f"{NOTE} N5", "GET", f"{PRISONER}/casenotes", None, ROLE),
    Route(f"{NOTE} N6", "GET", f"{PRISONER}/casenotes/reconciliation", None, ROLE),
    Route(f"{IDS} N7", "GET", "/prisoners/ids/active", None, ROLE),
    Route(f"{IDS} N8", "GET", "/prisoners/ids/all", None, ROLE),
    Route(f"{IDS} N9", "GET", "/prisoners/ids/all-from-id", None, ROLE),
    Route(f"{IDS} N10", "GET", PRISONER, None, ROLE),
    Route(f"{IDS} N11", "GET", f"{PRISONER}/merges", None, ROLE),
    Route(f"{ALERT} NA1", "GET", f"{BOOKED}/1", None, ROLE),
    Route(f"{ALERT} NA2", "GET", f"{PRISONER}/alerts/to-migrate", None, ROLE),
    Route(f"{ALERT} NA3", "GET", f"{PRISONER}/alerts/reconciliation", None, ROLE),
    Route(f"{ALERT} NA4", "GET", BOOKED, None, ROLE),
    Route(f"{ALERT} NA5", "POST", f"{PRISONER}/alerts", alert("NOBODY_GEN"), ROLE),
    Route(
        f"{ALERT} NA6",
        "PUT",
        f"{BOOKED}/1",
        {"date": "2025-02-01", "isActive": True, "updateUsername": "NOBODY_GEN"},
        ROLE,
    ),
    Route(f"{ALERT} NA7", "DELETE", f"{BOOKED}/1", None, ROLE),
    Route(f"{ALERT} NA8", "POST", f"{PRISONER}/alerts/resynchronise", [], ROLE),
    Route(
        f"{ALERT} NA9",
        "POST",
        "/alerts/codes",
        {"code": "XA", "typeCode": "X", "description": "x", "listSequence": 1},
        ROLE,
    ),
    Route(
        f"{ALERT} NA9",
        "POST",
        "/alerts/types",
        {"code": "X", "description": "x", "listSequence": 1},
        ROLE,
    ),
    Route(f"{ALERT} NA10", "PUT", "/alerts/codes/QQQ", {"description": "x"}, ROLE),
    Route(f"{ALERT} NA10", "PUT", "/alerts/types/QQQ", {"description": "x"}, ROLE),
    Route(f"{ALERT} NA11", "PUT", "/alerts/codes/QQQ/deactivate", None, ROLE),
    Route(f"{ALERT} NA11", "PUT", "/alerts/codes/QQQ/reactivate", None, ROLE),
    Route(f"{ALERT} NA11", "PUT", "/alerts/types/QQQ/deactivate", None, ROLE),
    Route(f"{ALERT} NA11", "PUT", "/alerts/types/QQQ/reactivate", None, ROLE),
)


@every(ROUTES, inferred=True)
def test_nobody_gets_in_without_a_token(nomis: Api, route: Route) -> None:
    """401, empty, asking for a bearer token."""
    assert_unauthorised(route.ask(nomis, token=None))


@every(ROUTES, inferred=True)
def test_a_token_that_nobody_signed_is_no_token(nomis: Api, route: Route) -> None:
    """401 for rubbish in place of a token."""
    assert_unauthorised(route.ask(nomis, token="rubbish"))


@every(ROUTES)
def test_another_role_is_refused_with_a_body_of_nulls(nomis: Api, route: Route) -> None:
    """403 with all four texts null (2.0)."""
    answer = route.ask(nomis, roles=[])
    assert answer.status == 403
    assert answer.body == {
        "status": 403,
        "errorCode": None,
        "userMessage": None,
        "developerMessage": None,
        "moreInfo": None,
    }


@each_role(ROUTES)
def test_the_sync_role_is_enough(nomis: Api, route: Route, role: str) -> None:
    """One role opens every operation of this API."""
    assert route.ask(nomis, roles=[role]).status not in (401, 403)


@fact("http-contracts 0.3", inferred=True)
def test_a_bad_body_is_told_before_a_wrong_role(nomis: Api) -> None:
    """Body binding comes before the role check of a method-secured controller."""
    assert nomis.put("/casenotes/1", {"text": " "}, roles=[]).status == 400


@fact("http-contracts 0.3")
def test_anybody_may_ask_whether_it_is_up(nomis: Api) -> None:
    """GET /health/ping is 200 without a token."""
    assert nomis.get("/health/ping", token=None).status == 200


@fact("http-contracts 2.0", inferred=True)
def test_an_unknown_path_ends_in_the_catch_all(nomis: Api) -> None:
    """500 `Unexpected error`, for no handler knows the exception."""
    answer = nomis.get("/no-such-path", roles=ROLE)
    assert answer.status == 500
    assert answer.body["userMessage"].startswith("Unexpected error: ")


@fact("http-contracts 2.0", inferred=True)
def test_a_wrong_method_ends_in_the_catch_all(nomis: Api) -> None:
    """500 too: 405 has no handler either."""
    answer = nomis.patch("/casenotes/1", {}, roles=ROLE)
    assert answer.status == 500
    assert answer.body["userMessage"].startswith("Unexpected error: ")


@fact("http-contracts 0.3", inferred=True)
def test_an_unknown_path_without_a_token_is_unauthorised(nomis: Api) -> None:
    """Only the listed paths are open; the filter stands before dispatch."""
    assert_unauthorised(nomis.get("/no-such-path", token=None))


@fact("http-contracts 2.0 anything else", inferred=True)
@pytest.mark.parametrize("kind", ["text/plain", "application/xml"])
def test_a_body_that_does_not_call_itself_json_is_not_read(
    nomis: Api, kind: str
) -> None:
    """The catch-all answers, as no handler is registered for it."""
    answer = nomis.put("/casenotes/1", {"text": "x"}, headers={"content-type": kind})
    assert answer.status == 500
    assert f"Content-Type '{kind}' is not supported" in answer.body["developerMessage"]


@fact("http-contracts 0.2")
def test_json_may_carry_a_charset(nomis: Api) -> None:
    """`application/json;charset=UTF-8` is read, whatever its case."""
    kind = {"content-type": "Application/JSON;charset=UTF-8"}
    answer = nomis.put("/casenotes/1", {"text": "x"}, headers=kind)
    assert answer.status == 404
