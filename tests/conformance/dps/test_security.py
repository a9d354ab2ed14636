"""Who may call DPS case notes, and what everybody else is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.conform import fact
from tests.conformance.dps.bodies import (
    ADMIN,
    NOWHERE,
    RO,
    RW,
    SYNC,
    SYSGEN,
    from_nomis,
    typed,
)
from tests.conformance.security import Route, assert_unauthorised, each_role, every

if TYPE_CHECKING:
    from harness.conform import Api, Cast

SYNCED = "http-contracts 3.1"
OTHER = "http-contracts 3.2"
READERS = (RO, RW, ADMIN, SYNC)
SEARCH = {"includeSensitive": True, "page": 1, "size": 10}
USAGE = {"typeSubTypes": [{"type": "KA", "subTypes": []}]}
NOTE = f"/case-notes/Z9999ZZ/{NOWHERE}"
REPLACEMENT = {
    "type": "KA",
    "subType": "KS",
    "text": "x",
    "occurrenceDateTime": "2025-03-04T09:15:00",
    "reason": "x",
}
MOVE = {
    "fromPersonIdentifier": "Z9999ZZ",
    "toPersonIdentifier": "Z9998ZZ",
    "caseNoteIds": [],
}
GENERATED = {"type": "ACP", "subType": "REFD", "authorName": "A", "text": "x"}
WITHOUT_USER = (
    Route(f"{SYNCED} C1", "GET", NOTE, None, READERS),
    Route(f"{SYNCED} C2", "GET", "/sync/case-notes/Z9999ZZ", None, (SYNC,)),
    Route(f"{SYNCED} C3", "PUT", "/sync/case-notes", from_nomis(), (SYNC,)),
    Route(f"{SYNCED} C4", "DELETE", f"/sync/case-notes/{NOWHERE}", None, (SYNC,)),
    Route(f"{SYNCED} C5", "PUT", "/move/case-notes", MOVE, (SYNC,)),
    Route(
        f"{OTHER} C11",
        "POST",
        "/system-generated/case-notes/Z9999ZZ",
        GENERATED | {"locationId": "MDI", "occurrenceDateTime": None},
        (SYSGEN,),
    ),
    Route(f"{OTHER} C12", "POST", "/search/case-notes/Z9999ZZ", SEARCH, READERS),
    Route(
        f"{OTHER} C13",
        "POST",
        "/search/case-notes/prisons/MDI/authors/1",
        SEARCH,
        READERS,
    ),
    Route(f"{OTHER} C14", "GET", "/case-notes/Z9999ZZ", None, READERS),
    Route(f"{OTHER} C15", "GET", "/case-notes/types", None, (RO, RW)),
    Route(
        f"{OTHER} C16",
        "POST",
        "/case-notes/usage",
        USAGE | {"personIdentifiers": ["Z9999ZZ"]},
        READERS,
    ),
    Route(
        f"{OTHER} C16",
        "POST",
        "/case-notes/staff-usage",
        USAGE | {"authorIds": ["1"]},
        READERS,
    ),
)
WITH_USER = (
    Route(f"{OTHER} C6", "POST", "/case-notes/Z9999ZZ", typed(), (RW,)),
    Route(f"{OTHER} C7", "PUT", NOTE, {"text": "x"}, (RW,)),
    Route(f"{OTHER} C8", "DELETE", NOTE, None, (ADMIN,)),
    Route(f"{OTHER} C9", "PUT", f"/admin/case-notes/{NOWHERE}", REPLACEMENT, (ADMIN,)),
    Route(
        f"{OTHER} C10",
        "DELETE",
        f"/admin/case-notes/{NOWHERE}",
        {"reason": "x"},
        (ADMIN,),
    ),
)
ROUTES = WITHOUT_USER + WITH_USER
ALL = {RO, RW, ADMIN, SYNC, SYSGEN}


@every(ROUTES, inferred=True)
def test_nobody_gets_in_without_a_token(dps: Api, route: Route) -> None:
    """401, empty, asking for a bearer token."""
    assert_unauthorised(route.ask(dps, token=None))


@every(ROUTES, inferred=True)
def test_a_token_that_nobody_signed_is_no_token(dps: Api, route: Route) -> None:
    """401 for rubbish in place of a token."""
    assert_unauthorised(route.ask(dps, token="rubbish"))


@every(ROUTES)
def test_no_role_is_access_denied(dps: Api, cast: Cast, route: Route) -> None:
    """403 with two members (3.0)."""
    answer = route.ask(dps, roles=[], user=cast.staff().username)
    assert answer.status == 403
    assert answer.body == {"status": 403, "developerMessage": "Access Denied"}


@every(tuple(route for route in ROUTES if set(route.roles) != ALL))
def test_all_the_other_roles_together_are_not_enough(
    dps: Api, cast: Cast, route: Route
) -> None:
    """403 with every role of the service but those that the operation names."""
    others = sorted(ALL - set(route.roles))
    answer = route.ask(dps, roles=others, user=cast.staff().username)
    assert answer.status == 403


@each_role(ROUTES)
def test_one_of_its_roles_is_enough(
    dps: Api, cast: Cast, route: Route, role: str
) -> None:
    """Any of the roles that the dossier names opens the operation."""
    answer = route.ask(dps, roles=[role], user=cast.staff().username)
    assert answer.status not in (401, 403)


@fact("http-contracts 0.3", inferred=True)
def test_a_bad_body_is_told_before_a_wrong_role(dps: Api) -> None:
    """Body binding comes before the role check of a method-secured controller."""
    body = from_nomis(personIdentifier=" ")
    assert dps.put("/sync/case-notes", body, roles=[RO]).status == 400


@fact("http-contracts 3.0 errors", inferred=True)
def test_an_unknown_path_ends_in_the_catch_all(dps: Api) -> None:
    """500 with developerMessage."""
    answer = dps.get("/no/such/path", roles=[RO])
    assert answer.status == 500
    assert set(answer.body) == {"status", "developerMessage"}


@fact("http-contracts 3.0 errors", inferred=True)
def test_a_wrong_method_ends_in_the_catch_all(dps: Api) -> None:
    """500 too."""
    answer = dps.patch("/case-notes/Z9999ZZ", {}, roles=[RW])
    assert answer.status == 500


@fact("http-contracts 3.2 C17; C18")
def test_the_repair_paths_ask_for_no_token(dps: Api) -> None:
    """Unauthenticated inside the cluster."""
    body = {"uuids": [NOWHERE]}
    answer = dps.post("/resend-person-case-note-events", body, token=None)
    assert answer.status == 204
    answer = dps.post("/case-notes/alerts/reconciliation", token=None)
    assert answer.status == 204


@fact("http-contracts 0.3")
def test_anybody_may_ask_whether_it_is_up(dps: Api) -> None:
    """GET /health/ping is 200 without a token."""
    assert dps.get("/health/ping", token=None).status == 200


@fact("http-contracts 3.0 errors", inferred=True)
@pytest.mark.parametrize("kind", ["text/plain", "application/xml"])
def test_a_body_that_does_not_call_itself_json_is_not_read(dps: Api, kind: str) -> None:
    """The catch-all answers, as no handler is registered for it."""
    answer = dps.put(
        "/move/case-notes",
        {"fromPersonIdentifier": "A", "toPersonIdentifier": "B", "caseNoteIds": []},
        headers={"content-type": kind},
    )
    assert answer.status == 500
    assert f"Content-Type '{kind}' is not supported" in answer.body["developerMessage"]


@fact("http-contracts 0.2")
def test_json_may_carry_a_charset(dps: Api) -> None:
    """`application/json;charset=UTF-8` is read, whatever its case."""
    kind = {"content-type": "Application/JSON;charset=UTF-8"}
    answer = dps.put(
        "/move/case-notes",
        {"fromPersonIdentifier": "A", "toPersonIdentifier": "B", "caseNoteIds": []},
        headers=kind,
    )
    assert answer.status == 200
