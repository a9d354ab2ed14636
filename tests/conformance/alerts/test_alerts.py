"""A1 to A3: raising and reading alerts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_number, invented_uuid
from tests.conformance.alerts.bodies import (
    RW,
    UI,
    listed,
    made,
    raised,
    shown,
)

if TYPE_CHECKING:
    from harness.api import WorldApi
    from harness.conform import Api, Cast


A = "http-contracts 5.1"


MANDATORY = {
    "alertUuid", "prisonNumber", "alertCode", "activeFrom", "isActive", "createdAt",
    "createdBy", "createdByDisplayName",
}  # fmt: skip


PRINTED = MANDATORY | {
    "description", "authorisedBy", "activeTo", "lastModifiedAt", "lastModifiedBy",
    "lastModifiedByDisplayName", "activeToLastSetAt", "activeToLastSetBy",
    "activeToLastSetByDisplayName", "madeInactiveAt", "madeInactiveBy",
    "madeInactiveByDisplayName", "prisonCodeWhenCreated",
}  # fmt: skip


SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


@fact("http-contracts 5.0 Alert; 0.2 (nulls printed)")
def test_a_new_alert_is_answered_whole(alerts: Api, cast: Cast) -> None:
    """201; all members printed, null or not."""
    prisoner, staff = cast.prisoner(), cast.staff()
    answer = raised(alerts, prisoner.number, staff.username)
    assert answer.status == 201
    body = answer.body
    assert set(body) == PRINTED
    assert all(body[name] is not None for name in MANDATORY)
    assert body["prisonNumber"] == prisoner.number
    assert body["prisonCodeWhenCreated"] == prisoner.prison
    assert body["createdBy"] == staff.username
    assert body["createdByDisplayName"] == staff.name
    assert body["isActive"] is True
    assert body["alertCode"] == {
        "alertTypeCode": "X",
        "alertTypeDescription": "Security",
        "code": "XA",
        "description": "Arsonist",
        "canBeAdministered": True,
    }
    assert body["madeInactiveAt"] is None
    assert shown(alerts, body["alertUuid"]) == body


@fact("http-contracts 5.0 createdAt; 0.2 precision")
def test_times_print_seconds_only(alerts: Api, cast: Cast) -> None:
    """No fraction, no offset."""
    assert SECONDS.fullmatch(made(alerts, cast)["createdAt"])


@fact(f"{A} A1; 5.0 errors")
def test_an_unknown_alert_is_not_found(alerts: Api) -> None:
    """404 with both texts."""
    unknown = invented_uuid()
    answer = alerts.get(f"/alerts/{unknown}")
    assert answer.status == 404
    assert answer.body["userMessage"] == "Not found: Alert not found"
    developer = f"Alert not found with identifier {unknown}"
    assert answer.body["developerMessage"] == developer
    assert answer.body["errorCode"] is None


@fact(f"{A} A3 (default)")
def test_an_alert_begins_today_unless_told(alerts: Api, cast: Cast) -> None:
    """`activeFrom` defaults to today."""
    body = made(alerts, cast, activeFrom=None)
    assert body["activeFrom"] == body["createdAt"][:10]


@fact(f"{A} A3 (Source DPS)")
def test_an_active_code_is_not_raised_twice(alerts: Api, cast: Cast) -> None:
    """409 with its texts."""
    number, user = cast.prisoner().number, cast.staff().username
    made(alerts, cast, number=number, user=user)
    answer = raised(alerts, number, user)
    assert answer.status == 409
    assert answer.body["userMessage"] == "Duplicate failure: Alert already exists"
    developer = "Alert already exists with identifier XA"
    assert answer.body["developerMessage"] == developer


@fact(f"{A} A3 (Source DPS)")
def test_an_alert_cannot_end_before_it_begins(alerts: Api, cast: Cast) -> None:
    """400 for DPS users."""
    answer = raised(
        alerts,
        cast.prisoner().number,
        cast.staff().username,
        activeFrom="2025-02-02",
        activeTo="2025-02-01",
    )
    assert answer.status == 400


@fact(f"{A} A3 (Source DPS)")
def test_the_source_is_dps_unless_told(alerts: Api, cast: Cast) -> None:
    """Without the header the checks of DPS hold."""
    number, user = cast.prisoner().number, cast.staff().username
    path = f"/prisoners/{number}/alerts"
    body = {"alertCode": "XA"}
    assert alerts.post(path, body, user=user, roles=[RW]).status == 201
    assert alerts.post(path, body, user=user, roles=[RW]).status == 409


@fact(f"{A} A3 (Source NOMIS skips)")
@pytest.mark.parametrize("check", ["duplicate", "dates", "inactive code"])
def test_nomis_skips_three_checks(alerts: Api, cast: Cast, check: str) -> None:
    """NOMIS may do what a DPS user may not."""
    number, staff = cast.prisoner().number, cast.staff()
    members: dict[str, Any] = {"code": "XA"}
    if check == "duplicate":
        made(alerts, cast, number=number)
    if check == "dates":
        members |= {"activeFrom": "2025-02-02", "activeTo": "2025-02-01"}
    if check == "inactive code":
        members["code"] = "PEEP"
        path = "/alert-codes/PEEP"
        alerts.patch(f"{path}/deactivate", user=staff.username, roles=[UI])
    try:
        assert raised(alerts, number, staff.username, "NOMIS", **members).status == 201
    finally:
        if check == "inactive code":
            alerts.patch(f"{path}/reactivate", user=staff.username, roles=[UI])


@fact(f"{A} A3 (allowInactiveCode)")
@pytest.mark.parametrize(("allowed", "status"), [(None, 400), ("true", 201)])
def test_an_inactive_code_needs_leave(
    alerts: Api, cast: Cast, allowed: str | None, status: int
) -> None:
    """400, unless the query lifts the check."""
    number, user = cast.prisoner().number, cast.staff().username
    alerts.patch("/alert-codes/PEEP/deactivate", user=user, roles=[UI])
    try:
        answer = alerts.post(
            f"/prisoners/{number}/alerts",
            {"alertCode": "PEEP"},
            user=user,
            query={"allowInactiveCode": allowed} if allowed else {},
            roles=[RW],
        )
        assert answer.status == status
    finally:
        alerts.patch("/alert-codes/PEEP/reactivate", user=user, roles=[UI])


@fact(f"{A} A3 (unknown code)")
@pytest.mark.parametrize("source", ["DPS", "NOMIS"])
def test_an_alert_code_must_exist(alerts: Api, cast: Cast, source: str) -> None:
    """400 whatever the source."""
    number, user = cast.prisoner().number, cast.staff().username
    assert raised(alerts, number, user, source, code="QQ9").status == 400


@fact("http-contracts 5.0 (prisoner-search)")
@pytest.mark.parametrize("number", ["Z0000QQ", "Z999ZZ", "nobody"])
def test_an_unknown_prisoner_is_refused(alerts: Api, cast: Cast, number: str) -> None:
    """400 `Prison number not found`, never 404; also for a wrong format."""
    answer = raised(alerts, number, cast.staff().username)
    assert answer.status == 400
    assert "Prison number not found" in answer.body["userMessage"]


@fact(f"{A} A3 (DOCGM)")
def test_one_code_has_a_fixed_text(alerts: Api, cast: Cast) -> None:
    """Whatever is sent, the description is replaced."""
    one = made(alerts, cast, code="DOCGM", description="my own words")
    other = made(alerts, cast, code="DOCGM", description="others")
    assert one["description"] == other["description"] != "my own words"


LENGTHS = (
    {"alertCode": ""},
    {"alertCode": "A" * 13},
    {"description": "d" * 4001},
    {"authorisedBy": "a" * 41},
)


@fact(f"{A} A3; 5.0 errors")
@pytest.mark.parametrize("members", LENGTHS)
def test_lengths_are_limited(alerts: Api, cast: Cast, members: dict[str, Any]) -> None:
    """400 `Validation failure(s): ..`."""
    number, user = cast.prisoner().number, cast.staff().username
    answer = raised(alerts, number, user, **members)
    assert answer.status == 400
    assert answer.body["userMessage"].startswith("Validation failure(s): ")


@fact(f"{A} A3")
def test_lengths_up_to_the_limit_pass(alerts: Api, cast: Cast) -> None:
    """4000 and 40 characters."""
    body = made(alerts, cast, description="d" * 4000, authorisedBy="a" * 40)
    assert (len(body["description"]), len(body["authorisedBy"])) == (4000, 40)


@fact("http-contracts 5.0 (unreadable body)")
@pytest.mark.parametrize("content", [b"{", b'{"description":"x"}', b'"text"'])
def test_an_unreadable_body_is_refused(alerts: Api, cast: Cast, content: bytes) -> None:
    """400 `Couldn't read request body`."""
    answer = alerts.post(
        f"/prisoners/{cast.prisoner().number}/alerts",
        content=content,
        user=cast.staff().username,
        roles=[RW],
    )
    assert answer.status == 400
    expected = "Validation failure: Couldn't read request body"
    assert answer.body["userMessage"] == expected


@fact("http-contracts 5.0 (user, Source DPS)")
def test_an_unknown_user_is_refused(alerts: Api, cast: Cast) -> None:
    """400 with its message."""
    answer = raised(alerts, cast.prisoner().number, "NOBODY_AT_ALL")
    assert answer.status == 400
    message = "User details for supplied username not found"
    assert message in answer.body["userMessage"]


@fact("http-contracts 5.0 (user > 64)")
def test_a_username_may_have_sixty_four_characters(alerts: Api, cast: Cast) -> None:
    """65 are refused, whatever the source."""
    number = cast.prisoner().number
    assert raised(alerts, number, "U" * 65).status == 400
    assert raised(alerts, number, "U" * 65, "NOMIS").status == 400


@fact("http-contracts 5.0 (user, Source NOMIS)")
@pytest.mark.parametrize("user", [None, "NOBODY_AT_ALL"])
def test_nomis_may_act_as_the_system(alerts: Api, cast: Cast, user: str | None) -> None:
    """Unknown or absent username: SYS / Sys."""
    answer = raised(alerts, cast.prisoner().number, user, "NOMIS")
    assert answer.status == 201
    by = answer.body["createdBy"], answer.body["createdByDisplayName"]
    assert by == ("SYS", "Sys")


@fact("http-contracts 5.0 (upstream failure)")
@pytest.mark.parametrize("upstream", ["manage-users", "prisoner-search"])
def test_a_failing_upstream_is_a_bad_gateway(
    alerts: Api, cast: Cast, world: WorldApi, upstream: str
) -> None:
    """502."""
    number, user = cast.prisoner().number, cast.staff().username
    fault = world.fault(upstream, "status", status=503, times=None)
    try:
        assert raised(alerts, number, user).status == 502
    finally:
        world.clear_faults([fault])


@fact("http-contracts 5.0 (active)")
def test_an_alert_that_ends_later_is_active(alerts: Api, cast: Cast) -> None:
    """Active when activeTo is null or after today; inactive from that day on."""
    later = made(alerts, cast, activeTo="2999-01-01")
    assert later["isActive"] is True
    past = made(alerts, cast, activeTo="2025-02-02")
    assert past["isActive"] is False


@fact(f"{A} A2; 2.5 page")
def test_alerts_of_a_prisoner_come_in_a_page(alerts: Api, cast: Cast) -> None:
    """Newest activeFrom first, ended ones too; totalElements is their number."""
    number, user = cast.prisoner().number, cast.staff().username
    made(alerts, cast, number=number, user=user, activeFrom="2025-01-01")
    made(alerts, cast, number=number, user=user, code="HA", activeFrom="2025-03-01")
    made(
        alerts,
        cast,
        number=number,
        user=user,
        code="XEL",
        activeFrom="2025-02-01",
        activeTo="2025-02-02",
    )
    path = f"/prisoners/{number}/alerts"
    page = alerts.get(path, query={"page": 0, "size": 1000}).body
    assert page["totalElements"] == 3
    starts = [one["activeFrom"] for one in page["content"]]
    assert starts == ["2025-03-01", "2025-02-01", "2025-01-01"]
    assert {"content", "number", "size", "totalElements", "pageable"} <= set(page)


@fact(f"{A} A2")
def test_an_unknown_person_has_no_alerts(alerts: Api) -> None:
    """An empty page, not 404."""
    assert listed(alerts, invented_number()) == []


@fact(f"{A} A2 (filters)")
@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"isActive": "true"}, {"XA", "HA"}),
        ({"isActive": "false"}, {"XEL"}),
        ({"alertType": "X"}, {"XA", "XEL"}),
        ({"alertType": "X,H"}, {"XA", "XEL", "HA"}),
        ({"alertCode": "HA"}, {"HA"}),
        ({"alertCode": "HA,XEL"}, {"HA", "XEL"}),
        ({"activeFromStart": "2025-02-01"}, {"XEL", "HA"}),
        ({"activeFromEnd": "2025-02-01"}, {"XA", "XEL"}),
    ],
)
def test_alerts_of_a_prisoner_can_be_narrowed(
    alerts: Api, cast: Cast, query: dict[str, str], codes: set[str]
) -> None:
    """By state, type, code (comma lists) and begin."""
    number, user = cast.prisoner().number, cast.staff().username
    common = {"number": number, "user": user}
    made(alerts, cast, **common, activeFrom="2025-01-01")
    made(alerts, cast, **common, code="HA", activeFrom="2025-03-01")
    ended = {"activeFrom": "2025-02-01", "activeTo": "2025-02-02"}
    made(alerts, cast, **common, code="XEL", **ended)
    found = {one["alertCode"]["code"] for one in listed(alerts, number, **query)}
    assert found == codes
