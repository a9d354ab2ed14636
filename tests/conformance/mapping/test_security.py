"""Who may call the mapping service, and what everybody else is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.conform import fact
from tests.conformance.security import Route, assert_unauthorised, each_role, every

if TYPE_CHECKING:
    from harness.conform import Api

ROLE = ("ROLE_NOMIS_MAPPING_API__SYNCHRONISATION__RW",)
NOTES, ALERTS = "/mapping/casenotes", "/mapping/alerts"
UUID = "019567d2-8d1c-7b4e-9a52-6a0a6f2f1c11"
NOTE = {
    "dpsCaseNoteId": "019567d2-8d1c-7b4e-9a52-6a0a6f2f1c99",
    "nomisCaseNoteId": 6_999_999_999,
    "offenderNo": "Z9999ZZ",
    "nomisBookingId": 1,
}
ALERT = {
    "dpsAlertId": "019567d2-8d1c-7b4e-9a52-6a0a6f2f1c99",
    "nomisBookingId": 6_999_999_999,
    "nomisAlertSequence": 1,
    "offenderNo": "Z9999ZZ",
}
LIST = {"mappingType": "DPS_CREATED", "mappings": []}
N, A = "http-contracts 4.2", "http-contracts 4.3"
BOOKED = f"{ALERTS}/nomis-booking-id/1/nomis-alert-sequence/1"
ROUTES = (
    Route(f"{N} M1", "POST", NOTES, NOTE, ROLE),
    Route(f"{N} M2", "POST", f"{NOTES}/batch", [], ROLE),
    Route(f"{N} M3", "GET", f"{NOTES}/nomis-casenote-id/1", None, ROLE),
    Route(f"{N} M4", "POST", f"{NOTES}/nomis-casenote-id", [], ROLE),
    Route(f"{N} M5", "GET", f"{NOTES}/dps-casenote-id/{UUID}/all", None, ROLE),
    Route(f"{N} M6", "GET", f"{NOTES}/Z9999ZZ/all", None, ROLE),
    Route(f"{N} M7", "DELETE", f"{NOTES}/dps-casenote-id/{UUID}", None, ROLE),
    Route(f"{N} M8", "DELETE", f"{NOTES}/nomis-casenote-id/1", None, ROLE),
    Route(f"{N} M9", "PUT", f"{NOTES}/merge/from/Z9999ZZ/to/Z9998ZZ", None, ROLE),
    Route(f"{N} M10", "PUT", f"{NOTES}/merge/booking-id/1/to/Z9998ZZ", None, ROLE),
    Route(f"{N} M11", "GET", f"{NOTES}/migrated/latest", None, ROLE),
    Route(f"{N} M11", "GET", f"{NOTES}/migration-id/1/count-by-prisoner", None, ROLE),
    Route(f"{A} MA1", "GET", BOOKED, None, ROLE),
    Route(f"{A} MA2", "GET", f"{ALERTS}/dps-alert-id/{UUID}", None, ROLE),
    Route(f"{A} MA3", "POST", ALERTS, ALERT, ROLE),
    Route(f"{A} MA4", "POST", f"{ALERTS}/batch", [], ROLE),
    Route(f"{A} MA5", "DELETE", f"{ALERTS}/dps-alert-id/{UUID}", None, ROLE),
    Route(f"{A} MA6", "PUT", f"{ALERTS}/Z9999ZZ/all", LIST, ROLE),
    Route(
        f"{A} MA7",
        "PUT",
        f"{ALERTS}/Z9999ZZ/merge",
        {"removedOffenderNo": "Z9998ZZ", "prisonerMapping": LIST},
        ROLE,
    ),
    Route(f"{A} MA8", "GET", f"{ALERTS}/Z9999ZZ/all", None, ROLE),
    Route(f"{A} MA9", "POST", f"{ALERTS}/Z9999ZZ/all", LIST, ROLE),
    Route(f"{A} MA10", "PUT", BOOKED, {"bookingId": 2}, ROLE),
)


@every(ROUTES, inferred=True)
def test_nobody_gets_in_without_a_token(mapping: Api, route: Route) -> None:
    """401, empty, asking for a bearer token."""
    assert_unauthorised(route.ask(mapping, token=None))


@every(ROUTES, inferred=True)
def test_a_token_that_nobody_signed_is_no_token(mapping: Api, route: Route) -> None:
    """401 for rubbish in place of a token."""
    assert_unauthorised(route.ask(mapping, token="rubbish"))


@every(ROUTES)
def test_another_role_is_refused_with_a_body_of_nulls(
    mapping: Api, route: Route
) -> None:
    """403 with all four texts null (4.0; the document leaves some of them out)."""
    answer = route.ask(mapping, roles=[])
    assert answer.status == 403
    assert answer.body == {
        "status": 403,
        "errorCode": None,
        "userMessage": None,
        "developerMessage": None,
        "moreInfo": None,
    }


@each_role(ROUTES)
def test_the_sync_role_is_enough(mapping: Api, route: Route, role: str) -> None:
    """One role opens every operation of this API."""
    assert route.ask(mapping, roles=[role]).status not in (401, 403)


@fact("http-contracts 4.0")
def test_an_unknown_path_is_not_found(mapping: Api) -> None:
    """404 `No resource found failure`, unlike NOMIS and DPS."""
    answer = mapping.get("/mapping/nothing/of/the/kind", roles=ROLE)
    assert answer.status == 404
    assert answer.body["userMessage"].startswith("No resource found failure: ")


@fact("http-contracts 0.3")
def test_anybody_may_ask_whether_it_is_up(mapping: Api) -> None:
    """GET /health/ping is 200 without a token."""
    assert mapping.get("/health/ping", token=None).status == 200


@fact("http-contracts 4.0 everything else", inferred=True)
@pytest.mark.parametrize("kind", ["text/plain", "application/xml"])
def test_a_body_that_does_not_call_itself_json_is_not_read(
    mapping: Api, kind: str
) -> None:
    """The catch-all answers, as no handler is registered for it."""
    answer = mapping.post(
        "/mapping/casenotes/batch", [], headers={"content-type": kind}
    )
    assert answer.status == 500
    assert f"Content-Type '{kind}' is not supported" in answer.body["developerMessage"]


@fact("http-contracts 0.2")
def test_json_may_carry_a_charset(mapping: Api) -> None:
    """`application/json;charset=UTF-8` is read, whatever its case."""
    kind = {"content-type": "Application/JSON;charset=UTF-8"}
    answer = mapping.post("/mapping/casenotes/batch", [], headers=kind)
    assert answer.status == 201
