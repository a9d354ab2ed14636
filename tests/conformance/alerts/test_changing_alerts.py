"""A3 to A5, A8: changing and ending alerts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_uuid
from tests.conformance.alerts.bodies import (
    RW,
    UI,
    events,
    listed,
    made,
    raised,
    shown,
)
from tests.conformance.alerts.test_alerts import A

if TYPE_CHECKING:
    from harness.api import WorldApi
    from harness.conform import Answer, Api, Cast


def put(
    alerts: Api, uuid: str, user: str | None, source: str = "DPS", **body: Any
) -> Answer:
    """Change an alert by A4."""
    headers = {"Source": source}
    return alerts.put(f"/alerts/{uuid}", body, user=user, headers=headers, roles=[RW])


def delete(
    alerts: Api, uuid: str, user: str | None = None, source: str = "NOMIS"
) -> Answer:
    """Delete an alert by A5."""
    headers = {"Source": source}
    return alerts.delete(f"/alerts/{uuid}", user=user, headers=headers, roles=[RW])


@pytest.fixture
def restricted(alerts: Api, cast: Cast) -> Any:
    """Return a code that is restricted for the time of a case."""
    user = cast.staff().username
    path = "/alert-codes/LCE"
    assert alerts.patch(f"{path}/restrict", user=user, roles=[UI]).status == 200
    yield "LCE"
    alerts.patch(f"{path}/remove-restriction", user=user, roles=[UI])


@fact(f"{A} A4 (null unchanged)")
@pytest.mark.parametrize("how", ["null", "absent"])
def test_null_leaves_three_members_unchanged(alerts: Api, cast: Cast, how: str) -> None:
    """Description, authoriser and begin; so a comment emptied in NOMIS stays."""
    body = made(alerts, cast, authorisedBy="The governor")
    names = ("description", "authorisedBy", "activeFrom")
    sent: dict[str, Any] = dict.fromkeys(names) if how == "null" else {}
    user = cast.staff().username
    answer = put(alerts, body["alertUuid"], user, activeTo="2999-01-01", **sent)
    assert answer.status == 200
    assert {n: answer.body[n] for n in names} == {n: body[n] for n in names}
    assert answer.body["activeTo"] == "2999-01-01"


@fact(f"{A} A4 (null clears); 10.24")
def test_null_clears_the_end_date(alerts: Api, cast: Cast) -> None:
    """Only an emptied expiry date travels."""
    body = made(alerts, cast, activeTo="2999-01-01")
    answer = put(alerts, body["alertUuid"], cast.staff().username, activeTo=None)
    assert answer.body["activeTo"] is None


@fact(f"{A} A4; 5.0 Alert")
def test_a_change_notes_who_and_when(alerts: Api, cast: Cast) -> None:
    """Last modified; and who last set the end."""
    body, staff = made(alerts, cast), cast.staff()
    changed = put(alerts, body["alertUuid"], staff.username, description="new").body
    assert changed["lastModifiedBy"] == staff.username
    assert changed["lastModifiedByDisplayName"] == staff.name
    assert changed["activeToLastSetAt"] is None
    ended = put(alerts, body["alertUuid"], staff.username, activeTo="2999-01-01").body
    assert ended["activeToLastSetBy"] == staff.username


@fact(f"{A} A4")
def test_an_unknown_alert_cannot_be_changed(alerts: Api, cast: Cast) -> None:
    """404, which the document leaves out."""
    user = cast.staff().username
    assert put(alerts, invented_uuid(), user, activeTo=None).status == 404


@fact(f"{A} A4 (event only if changed); 7.1")
def test_a_change_of_nothing_is_not_told(
    alerts: Api, cast: Cast, world: WorldApi
) -> None:
    """One `updated` for a real change, none for the repeat."""
    body, user = made(alerts, cast), cast.staff().username
    for _ in range(2):
        put(alerts, body["alertUuid"], user, description="new", activeTo=None)
    told = [one["eventType"] for one in events(world, body["alertUuid"])]
    assert told == ["person.alert.created", "person.alert.updated"]


@fact(f"{A} A4 (inactive published before)")
def test_an_end_of_today_or_earlier_is_told_first(
    alerts: Api, cast: Cast, world: WorldApi
) -> None:
    """`inactive`, then `updated`."""
    body, user = made(alerts, cast), cast.staff().username
    put(alerts, body["alertUuid"], user, activeTo="2025-03-01")
    told = [one["eventType"] for one in events(world, body["alertUuid"])]
    assert told[1:] == ["person.alert.inactive", "person.alert.updated"]
    read = shown(alerts, body["alertUuid"])
    assert read["isActive"] is False
    assert read["madeInactiveBy"] == user


@fact(f"{A} A5")
def test_deleting_twice_is_not_found(alerts: Api, cast: Cast) -> None:
    """204, then 404; the alert is invisible."""
    body = made(alerts, cast)
    answer = delete(alerts, body["alertUuid"])
    assert (answer.status, answer.raw) == (204, b"")
    assert delete(alerts, body["alertUuid"]).status == 404
    assert alerts.get(f"/alerts/{body['alertUuid']}").status == 404
    assert listed(alerts, body["prisonNumber"]) == []


@fact("http-contracts 5.0 restricted codes; 10.23")
@pytest.mark.parametrize("source", ["DPS", "NOMIS"])
def test_a_restricted_code_is_for_its_users(
    alerts: Api, cast: Cast, restricted: str, source: str
) -> None:
    """A3 answers 403 whatever the source."""
    user = cast.staff().username
    answer = raised(alerts, cast.prisoner().number, user, source, code=restricted)
    assert answer.status == 403
    assert answer.body["userMessage"].startswith("Permission denied - ")


@fact("http-contracts 5.0 restricted codes")
def test_a_restricted_alert_cannot_be_changed_by_others(
    alerts: Api, cast: Cast
) -> None:
    """A4 and A5 too, SYS included; its listed user may."""
    staff, other = cast.staff(), cast.staff()
    body = made(alerts, cast, code="LFC21")
    path, uuid = "/alert-codes/LFC21", body["alertUuid"]
    options: dict[str, Any] = {"user": staff.username, "roles": [UI]}
    alerts.patch(f"{path}/restrict", **options)
    try:
        alerts.post(f"{path}/privileged-user/{staff.username}", **options)
        assert put(alerts, uuid, other.username, activeTo=None).status == 403
        assert put(alerts, uuid, other.username, "NOMIS", activeTo=None).status == 403
        assert delete(alerts, uuid).status == 403
        assert put(alerts, uuid, staff.username, activeTo="2999-01-01").status == 200
    finally:
        alerts.patch(f"{path}/remove-restriction", **options)


@fact("http-contracts 5.1 events; 7.1")
@pytest.mark.parametrize("source", ["DPS", "NOMIS"])
def test_an_event_names_its_source(
    alerts: Api, cast: Cast, world: WorldApi, source: str
) -> None:
    """What prevents loops: `additionalInformation.source`."""
    body = raised(alerts, cast.prisoner().number, cast.staff().username, source).body
    [event] = events(world, body["alertUuid"])
    assert event["eventType"] == "person.alert.created"
    assert event["additionalInformation"]["source"] == source
    assert event["additionalInformation"]["alertCode"] == "XA"
    reference = {"type": "NOMS", "value": body["prisonNumber"]}
    assert event["personReference"]["identifiers"] == [reference]


@fact(f"{A} A8")
def test_alerts_that_end_today_are_told_once(
    alerts: Api, cast: Cast, world: WorldApi
) -> None:
    """`inactive`, source DPS, on the day that the end comes; once."""
    body = made(alerts, cast, activeTo="2040-05-06")
    before = world.about()["calendar"]
    world.calendar("2040-05-06T03:00:00")
    try:
        for _ in range(2):
            alerts.post("/alerts/inactive", token=None)
    finally:
        world.calendar(before)
    told = [
        (one["eventType"], one["additionalInformation"]["source"])
        for one in events(world, body["alertUuid"])
    ]
    assert told[1:] == [("person.alert.inactive", "DPS")]
