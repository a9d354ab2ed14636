"""A6, A7, A9, A10: resync, reference data and what DPS reconciles notes with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_number
from tests.conformance.alerts.bodies import (
    GENERATED,
    NOMIS_ALERTS,
    UI,
    events,
    listed,
    made,
    resync_element,
    shown,
)

if TYPE_CHECKING:
    from harness.api import WorldApi
    from harness.conform import Answer, Api, Cast

A6 = "http-contracts 5.1 A6"
A7 = "http-contracts 5.1 A7"
A9 = "http-contracts 5.1 A9"
A10 = "http-contracts 5.1 A10"


def resync(alerts: Api, number: str, *elements: Any) -> Answer:
    """Replace a prisoner's alerts by A6."""
    path = f"/resync/{number}/alerts"
    return alerts.post(path, list(elements), roles=[NOMIS_ALERTS])


@fact(A6)
def test_a_resync_answers_in_request_order(alerts: Api) -> None:
    """201 with booking, sequence and a new id for each."""
    number = invented_number()
    elements = [resync_element(2, "HA"), resync_element(1, "XA")]
    answer = resync(alerts, number, *elements)
    assert answer.status == 201
    assert [one["alertSeq"] for one in answer.body] == [2, 1]
    assert {one["offenderBookId"] for one in answer.body} == {1_201_233}
    codes = [
        shown(alerts, one["alertUuid"])["alertCode"]["code"] for one in answer.body
    ]
    assert codes == ["HA", "XA"]


@fact(A6)
def test_a_resync_replaces_everything_under_new_ids(alerts: Api) -> None:
    """Old alerts are gone, even an equal one has a new id."""
    number = invented_number()
    [old] = resync(alerts, number, resync_element()).body
    [new] = resync(alerts, number, resync_element()).body
    assert new["alertUuid"] != old["alertUuid"]
    assert alerts.get(f"/alerts/{old['alertUuid']}").status == 404
    assert [one["alertUuid"] for one in listed(alerts, number)] == [new["alertUuid"]]


@fact(A6)
def test_an_empty_resync_deletes_everything(alerts: Api) -> None:
    """201 with an empty list."""
    number = invented_number()
    resync(alerts, number, resync_element())
    answer = resync(alerts, number)
    assert (answer.status, answer.body) == (201, [])
    assert listed(alerts, number) == []


@fact(A6)
def test_a_resync_does_not_check_duplicates(alerts: Api) -> None:
    """The same active code twice is accepted."""
    number = invented_number()
    answer = resync(alerts, number, resync_element(1), resync_element(2))
    assert answer.status == 201
    assert len(listed(alerts, number)) == 2


@fact("http-contracts 5.0 (A6 does not check)")
def test_a_resync_does_not_check_restrictions(alerts: Api, cast: Cast) -> None:
    """A restricted code is accepted from NOMIS here."""
    options: dict[str, Any] = {"user": cast.staff().username, "roles": [UI]}
    path = "/alert-codes/MAS"
    alerts.patch(f"{path}/restrict", **options)
    try:
        answer = resync(alerts, invented_number(), resync_element(code="MAS"))
        assert answer.status == 201
    finally:
        alerts.patch(f"{path}/remove-restriction", **options)


@fact(A6)
def test_an_unknown_code_of_a_resync_changes_nothing(alerts: Api) -> None:
    """400 `Alert code(s) .. not found`; the old alerts stay."""
    number = invented_number()
    [old] = resync(alerts, number, resync_element()).body
    answer = resync(alerts, number, resync_element(code="QQ9"))
    assert answer.status == 400
    assert "Alert code(s) QQ9 not found" in answer.body["userMessage"]
    shown(alerts, old["alertUuid"])


@fact("http-contracts 5.1 ResyncAlert; 10.25")
def test_a_modify_time_needs_a_modify_user(alerts: Api) -> None:
    """One such alert makes the whole request fail with 400."""
    broken = resync_element(2, "HA", lastModifiedAt="2025-02-02T08:00:00")
    assert resync(alerts, invented_number(), resync_element(), broken).status == 400


@fact("http-contracts 5.1 ResyncAlert")
def test_a_modifier_is_kept(alerts: Api) -> None:
    """Last modified as sent."""
    number = invented_number()
    element = resync_element(
        lastModifiedAt="2025-02-02T08:00:00",
        lastModifiedBy="XYZ98K_GEN",
        lastModifiedByDisplayName="Sam Lee",
    )
    [made_alert] = resync(alerts, number, element).body
    read = shown(alerts, made_alert["alertUuid"])
    assert read["lastModifiedBy"] == "XYZ98K_GEN"
    assert read["lastModifiedAt"] == "2025-02-02T08:00:00"


@fact("http-contracts 12 alerts (isActive not read)")
def test_the_active_flag_of_a_resync_is_ignored(alerts: Api) -> None:
    """ActiveTo decides."""
    number = invented_number()
    [one] = resync(alerts, number, resync_element(isActive=False)).body
    assert shown(alerts, one["alertUuid"])["isActive"] is True


@fact("http-contracts 5.1 ResyncAlert")
@pytest.mark.parametrize(
    "members",
    [
        {"offenderBookId": 0},
        {"alertSeq": 0},
        {"alertCode": ""},
        {"createdBy": ""},
        {"createdBy": "U" * 33},
        {"createdByDisplayName": ""},
        {"authorisedBy": "a" * 41},
        {"description": "d" * 4001},
    ],
)
def test_elements_have_limits(alerts: Api, members: dict[str, Any]) -> None:
    """400."""
    answer = resync(alerts, invented_number(), resync_element(**members))
    assert answer.status == 400


@fact("http-contracts 5.1 ResyncAlert")
@pytest.mark.parametrize(
    "name",
    [
        "offenderBookId", "alertSeq", "alertCode", "activeFrom", "createdAt",
        "createdBy", "createdByDisplayName",
    ],
)  # fmt: skip
def test_mandatory_members_of_an_element(alerts: Api, name: str) -> None:
    """400 when one is missing."""
    element = resync_element()
    del element[name]
    assert resync(alerts, invented_number(), element).status == 400


@fact(f"{A6} (history)")
def test_the_creation_is_the_time_of_the_resync(alerts: Api) -> None:
    """Without an old alert of equal code and dates, createdAt is not the one sent."""
    number = invented_number()
    [one] = resync(alerts, number, resync_element()).body
    assert shown(alerts, one["alertUuid"])["createdAt"] > "2025-02-02"


@fact(f"{A6} (history)")
def test_history_is_carried_over_from_an_equal_alert(alerts: Api, cast: Cast) -> None:
    """Equal code, activeFrom and activeTo: creation stays."""
    old = made(alerts, cast)
    element = resync_element(code="XA", activeFrom=old["activeFrom"])
    [new] = resync(alerts, old["prisonNumber"], element).body
    assert shown(alerts, new["alertUuid"])["createdAt"] == old["createdAt"]


@fact(f"{A6} (events)")
def test_created_is_told_before_deleted(alerts: Api, world: WorldApi) -> None:
    """All with source NOMIS."""
    number = invented_number()
    [old] = resync(alerts, number, resync_element()).body
    [new] = resync(alerts, number, resync_element()).body
    order = [
        (entry["body"]["eventType"], entry["body"]["additionalInformation"]["source"])
        for entry in world.journal(kinds=["event"])
        if entry["body"].get("additionalInformation", {}).get("alertUuid")
        in (old["alertUuid"], new["alertUuid"])
    ]
    assert order[1:] == [
        ("person.alert.created", "NOMIS"),
        ("person.alert.deleted", "NOMIS"),
    ]
    assert events(world, new["alertUuid"])


@fact("http-contracts 5.1 A7; 12 alerts (one object)")
def test_a_type_is_one_object(alerts: Api) -> None:
    """Not an array, with its codes."""
    body = alerts.get("/alert-types/X").body
    assert set(body) >= {
        "code", "description", "listSequence", "isActive", "createdAt", "createdBy",
        "alertCodes",
    }  # fmt: skip
    assert "XA" in {one["code"] for one in body["alertCodes"]}


@fact(A7)
def test_a_code_has_all_mandatory_members(alerts: Api) -> None:
    """As listed."""
    body = alerts.get("/alert-codes/XA").body
    assert set(body) >= {
        "alertTypeCode", "code", "description", "listSequence", "isActive",
        "isRestricted", "canBeAdministered", "createdAt", "createdBy",
    }  # fmt: skip


@fact(A7)
@pytest.mark.parametrize("path", ["/alert-codes/QQ9", "/alert-types/QQ9"])
def test_unknown_reference_data_is_not_found(alerts: Api, path: str) -> None:
    """404."""
    assert alerts.get(path).status == 404


@fact(A9)
def test_prisoners_with_changed_alerts_are_listed(alerts: Api, cast: Cast) -> None:
    """From 00:00 of `from` to 00:00 of `to`."""
    alert = made(alerts, cast, activeFrom=None)
    day = alert["createdAt"][:10]
    path, roles = "/alerts/case-notes/changed", [GENERATED]
    answer = alerts.get(path, query={"from": day, "to": "2999-01-01"}, roles=roles)
    assert alert["prisonNumber"] in answer.body["personIdentifiers"]
    before = alerts.get(path, query={"from": "2000-01-01", "to": day}, roles=roles)
    assert alert["prisonNumber"] not in before.body["personIdentifiers"]


@fact(A10)
def test_a_prisoners_alerts_for_notes(alerts: Api, cast: Cast) -> None:
    """With the original activeFrom and who created it."""
    alert = made(alerts, cast)
    user = cast.staff().username
    alerts.put(
        f"/alerts/{alert['alertUuid']}",
        {"activeFrom": "2025-02-09", "activeTo": None},
        user=user,
    )
    answer = alerts.get(
        f"/alerts/case-notes/{alert['prisonNumber']}",
        query={"from": alert["createdAt"][:10], "to": "2999-01-01"},
        roles=[GENERATED],
    )
    [one] = answer.body["content"]
    assert one["activeFrom"] == alert["activeFrom"] == "2025-02-01"
    assert one["type"]["code"] == "X"
    assert one["subType"]["code"] == "XA"


@fact(A10)
def test_alerts_outside_the_range_are_left_out(alerts: Api, cast: Cast) -> None:
    """Empty content."""
    alert = made(alerts, cast)
    answer = alerts.get(
        f"/alerts/case-notes/{alert['prisonNumber']}",
        query={"from": "2000-01-01", "to": "2000-01-02"},
        roles=[GENERATED],
    )
    assert answer.body["content"] == []
