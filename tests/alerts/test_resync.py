"""Resync after merge, move and readmission: A6 (http-contracts 5.1)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.alerts.conftest import (
    COLLEAGUE,
    NOTES,
    OFFICER,
    PRISONER,
    READER,
    SYNC,
    TODAY,
    nomis_alert,
)

if TYPE_CHECKING:
    from tests.alerts.conftest import Alerts


def test_a_resync_renews_all_alerts_in_the_order_sent(alerts: Alerts) -> None:
    """New ids come back under NOMIS' keys; created is told before deleted."""
    former = alerts.raised()
    done = alerts.resync(
        nomis_alert(alertSeq=2, alertCode="XC"), nomis_alert(alertSeq=1)
    )
    assert done.status == 201
    second, first = done.json()
    assert [(one["offenderBookId"], one["alertSeq"]) for one in (second, first)] == [
        (1_200_001, 2),
        (1_200_001, 1),
    ]
    told = [
        event.body["additionalInformation"].get("alertUuid")
        for event in alerts.client.events
    ]
    assert told == [second["alertUuid"], first["alertUuid"], former, None]
    sources = {
        event.body["additionalInformation"]["source"]
        for event in alerts.client.events[:3]
    }
    assert sources == {"NOMIS"}
    assert alerts.told() == [
        "alert.created",
        "alert.created",
        "alert.deleted",
        "alerts.changed",
    ]
    assert alerts.call("GET", f"/alerts/{former}").status == 404
    assert alerts.get(first["alertUuid"])["alertCode"]["code"] == "XA"


def test_a_resync_of_nothing_leaves_nothing(alerts: Alerts) -> None:
    """An empty list deletes all; on a prisoner without alerts it is silent."""
    assert alerts.resync().json() == []
    assert alerts.told() == []
    alerts.raised()
    assert alerts.resync().json() == []
    assert alerts.told() == ["alert.deleted", "alerts.changed"]


def test_history_carries_over_from_an_equal_alert(alerts: Alerts) -> None:
    """Equal code and dates: creator and times stay, though the id is new."""
    former = alerts.raised(activeFrom="2026-02-01")
    alerts.client.pass_time(3600)
    renewed = alerts.resync(nomis_alert()).json()[0]["alertUuid"]
    assert renewed != former
    after = alerts.get(renewed)
    assert after["createdAt"] == "2026-03-02T09:00:00"
    assert after["createdBy"] == OFFICER
    assert after["prisonCodeWhenCreated"] == "QAI"
    assert after["description"] == "Lighter found"


def test_an_end_not_yet_told_is_told_after_a_resync(alerts: Alerts) -> None:
    """Renewed on the day it ends, before the daily job: the job still tells it."""
    alerts.raised(activeFrom="2026-02-01", activeTo="2026-03-03")
    end = datetime(2026, 3, 3, 2)  # noqa: DTZ001 - London wall clock
    alerts.client.clock.set_calendar(end)
    alerts.resync(nomis_alert(activeTo="2026-03-03"))
    alerts.told()
    alerts.call("POST", "/alerts/inactive", roles=None)
    assert alerts.told() == ["alert.inactive", "alerts.changed"]


def test_the_first_start_date_carries_over(alerts: Alerts) -> None:
    """A start date changed before the resync does not hide the first one (A10)."""
    uuid = alerts.raised(activeFrom="2026-01-15")
    alerts.call("PUT", f"/alerts/{uuid}", {"activeFrom": "2026-02-01"})
    alerts.resync(nomis_alert())
    path = f"/alerts/case-notes/{PRISONER}?from={TODAY}&to=2026-03-03"
    listed = alerts.call("GET", path, roles=(NOTES,)).json()["content"]
    assert [one["activeFrom"] for one in listed] == ["2026-01-15"]


def test_without_an_equal_alert_a1_shows_the_time_of_the_resync(
    alerts: Alerts,
) -> None:
    """Only A10 shows the creation time that NOMIS sent, with its fraction."""
    alerts.raised()  # starts today, so it is not the one listed
    uuid = alerts.resync(nomis_alert()).json()[0]["alertUuid"]
    after = alerts.get(uuid)
    assert after["createdAt"] == "2026-03-02T09:00:00"
    assert (after["createdBy"], after["createdByDisplayName"]) == (
        COLLEAGUE,
        "SAM LEE",
    )
    path = f"/alerts/case-notes/{PRISONER}?from=2026-02-01&to=2026-03-03"
    listed = alerts.call("GET", path, roles=(NOTES,)).json()["content"]
    assert [one["createdAt"] for one in listed] == ["2026-02-01T08:00:00.25"]


def test_each_former_alert_gives_its_history_once(alerts: Alerts) -> None:
    """Of two equal alerts in NOMIS only one inherits from the one in DPS."""
    alerts.raised(activeFrom="2026-02-01")
    alerts.resync(nomis_alert(), nomis_alert(alertSeq=2))
    creators = {row["created_by"] for row in alerts.model.snapshot(None)["alerts"]}
    assert creators == {OFFICER, COLLEAGUE}


def test_a_resynced_modification_is_the_last_change(alerts: Alerts) -> None:
    """NOMIS' modify time and user are printed, and end an ended alert."""
    uuid = alerts.resync(
        nomis_alert(
            activeTo=TODAY,
            lastModifiedAt="2026-02-20T10:00",
            lastModifiedBy=OFFICER,
            lastModifiedByDisplayName="NINA OKORO",
        )
    ).json()[0]["alertUuid"]
    after = alerts.get(uuid)
    assert after["lastModifiedAt"] == "2026-02-20T10:00:00"
    assert after["madeInactiveBy"] == OFFICER
    assert after["isActive"] is False


def test_a_modify_time_without_user_refuses_the_whole_list(alerts: Alerts) -> None:
    """One alert without modify user: 400, and all stays as it was (edge case 25)."""
    former = alerts.raised()
    modified = nomis_alert(alertSeq=2, lastModifiedAt="2026-02-20T10:00:00")
    assert alerts.resync(nomis_alert(), modified).status == 400
    assert alerts.told() == []
    assert alerts.get(former)["isActive"] is True
    alerts.model.limits.add("alerts-resync-needs-modifier")
    assert alerts.resync(nomis_alert(), modified).status == 201


def test_unknown_codes_are_all_named(alerts: Alerts) -> None:
    """The refusal lists every code that no list has."""
    refused = alerts.resync(
        nomis_alert(alertCode="NOPE"), nomis_alert(alertCode="NADA"), nomis_alert()
    )
    assert refused.status == 400
    message = refused.json()["developerMessage"]
    assert message == "Alert code(s) NADA, NOPE not found"


def test_a_resync_does_not_ask_for_permission_or_user(alerts: Alerts) -> None:
    """A restricted code is resynced, and no user is looked up (5.0)."""
    alerts.call("PATCH", "/alert-codes/XA/restrict")
    done = alerts.resync(nomis_alert(), username="NOBODY", roles=(SYNC,))
    assert done.status == 201
    assert alerts.resync(nomis_alert(), roles=(READER,)).status == 403


@pytest.mark.parametrize(
    "members",
    [
        {"offenderBookId": 0},
        {"alertSeq": 0},
        {"createdBy": ""},
        {"createdAt": None},
        {"createdAt": "2026-02-01T08:00:00+01:00"},
        {"activeFrom": "2026-02-31"},
        {"createdAt": "2026-02-31T08:00:00"},
        {"lastModifiedBy": "x" * 33},
    ],
)
def test_a_listed_alert_that_does_not_fit_is_400(
    alerts: Alerts, members: dict[str, Any]
) -> None:
    """One bad element refuses the list."""
    assert alerts.resync(nomis_alert(), nomis_alert(**members)).status == 400
    assert alerts.model.snapshot(None) == {"alerts": []}


def test_as_intended_equal_alerts_stay_and_only_differences_are_told(
    alerts: Alerts,
) -> None:
    """With the limit fixed a merge does not make every alert anew."""
    alerts.model.limits.add("alerts-resync-renews-all")
    kept = alerts.raised(activeFrom="2026-02-01", description="Lighter found")
    gone = alerts.raised(alertCode="XR")
    done = alerts.resync(nomis_alert(), nomis_alert(alertSeq=2, alertCode="XC"))
    first, second = done.json()
    assert first["alertUuid"] == kept
    told = [
        (event.type, event.body["additionalInformation"].get("alertUuid"))
        for event in alerts.client.events
        if event.type != "person.alerts.changed"
    ]
    assert told == [
        ("person.alert.created", second["alertUuid"]),
        ("person.alert.deleted", gone),
    ]
