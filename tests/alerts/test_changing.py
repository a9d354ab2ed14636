"""Changing, ending and deleting alerts: A4, A5, A8 (http-contracts 5.1)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.alerts.conftest import (
    COLLEAGUE,
    NOWHERE,
    OFFICER,
    OTHER_PRISONER,
    TODAY,
    TOMORROW,
    YESTERDAY,
)

if TYPE_CHECKING:
    from tests.alerts.conftest import Alerts


def change(alerts: Alerts, uuid: str, **options: Any) -> Any:
    """Put an alert as the sync does: what is not named is sent as null."""
    source, username = options.pop("source", None), options.pop("username", OFFICER)
    body = {"description": None, "authorisedBy": None, "activeFrom": None, **options}
    path = f"/alerts/{uuid}"
    done = alerts.call("PUT", path, body, source=source, username=username)
    assert done.status == 200, done.body
    return done.json()


def morning(day: int, hour: int = 3) -> datetime:
    """Return a moment of March 2026."""
    return datetime(2026, 3, day, hour)  # noqa: DTZ001 - London wall clock


def test_a_changed_alert_says_who_changed_it(alerts: Alerts) -> None:
    """The change is printed with its user and time, and told once."""
    uuid = alerts.raised()
    alerts.client.pass_time(60)
    after = change(alerts, uuid, description="Matches", username=COLLEAGUE)
    assert after["description"] == "Matches"
    assert after["lastModifiedAt"] == "2026-03-02T09:01:00"
    assert after["lastModifiedBy"] == COLLEAGUE
    assert after["lastModifiedByDisplayName"] == "Sam Lee"
    assert after["activeToLastSetAt"] is None
    assert after["createdBy"] == OFFICER
    assert alerts.told() == ["alert.updated", "alerts.changed"]


def test_a_change_that_changes_nothing_is_not_told(alerts: Alerts) -> None:
    """The same values again: 200, no event, no trace."""
    uuid = alerts.raised(description="Matches")
    after = change(alerts, uuid, description="Matches")
    assert after["lastModifiedAt"] is None
    assert alerts.told() == []
    response = alerts.client.journal.entries[-1]
    assert response["wrote"] is False


def test_a_comment_emptied_in_nomis_stays(alerts: Alerts) -> None:
    """Null means unchanged for all but the end date (edge case 24)."""
    uuid = alerts.raised(description="Matches", authorisedBy="Governor")
    after = change(alerts, uuid, source="NOMIS")
    assert (after["description"], after["authorisedBy"]) == ("Matches", "Governor")


def test_as_intended_a_comment_emptied_in_nomis_is_emptied(alerts: Alerts) -> None:
    """With the limit fixed, NOMIS' null empties; a user's null still does not."""
    alerts.model.limits.add("alerts-comment-emptied-is-unchanged")
    uuid = alerts.raised(description="Matches", authorisedBy="Governor")
    assert change(alerts, uuid)["description"] == "Matches"
    after = change(alerts, uuid, source="NOMIS")
    assert (after["description"], after["authorisedBy"]) == (None, None)


def test_ending_an_alert_tells_inactive_before_updated(alerts: Alerts) -> None:
    """An end date of today ends the alert; who did it is printed."""
    uuid = alerts.raised(activeFrom="2026-02-01")
    after = change(alerts, uuid, activeTo=TODAY, username=COLLEAGUE)
    assert after["isActive"] is False
    for member in ("activeToLastSet", "madeInactive", "lastModified"):
        assert after[f"{member}At"] == "2026-03-02T09:00:00"
        assert after[f"{member}By"] == COLLEAGUE
        assert after[f"{member}ByDisplayName"] == "Sam Lee"
    events = list(alerts.client.events)
    assert alerts.told() == ["alert.inactive", "alert.updated", "alerts.changed"]
    # The inactive event reuses the wording of updated (events-and-config 2.5).
    assert {event.body["description"] for event in events[:2]} == {
        "An alert has been updated in the alerts service"
    }


def test_an_ended_alert_is_not_ended_again(alerts: Alerts) -> None:
    """Editing an ended alert tells updated only (fault-corpus ALT-05)."""
    uuid = alerts.raised(activeFrom="2026-02-01")
    change(alerts, uuid, activeTo=YESTERDAY)
    alerts.told()
    change(alerts, uuid, activeTo=YESTERDAY, description="Late remark")
    assert alerts.told() == ["alert.updated", "alerts.changed"]
    change(alerts, uuid, activeTo=TODAY)
    assert alerts.told() == ["alert.updated", "alerts.changed"]


def test_a_reopened_alert_can_end_again(alerts: Alerts) -> None:
    """A null end date re-opens; ending it afterwards is a new transition."""
    uuid = alerts.raised(activeFrom="2026-02-01")
    change(alerts, uuid, activeTo=TODAY)
    alerts.told()
    after = change(alerts, uuid, activeTo=None)
    assert after["isActive"] is True
    assert after["madeInactiveAt"] is None
    assert alerts.told() == ["alert.updated", "alerts.changed"]
    change(alerts, uuid, activeTo=TODAY)
    assert alerts.told()[0] == "alert.inactive"


def test_a_future_end_is_told_by_the_daily_job_once(alerts: Alerts) -> None:
    """On the day itself the job tells inactive, source DPS, by SYS, only once."""
    uuid = alerts.raised(source="NOMIS")
    change(alerts, uuid, activeTo=TOMORROW, source="NOMIS")
    assert alerts.told() == ["alert.updated", "alerts.changed"]
    run_job(alerts)
    assert alerts.told() == []
    alerts.client.clock.set_calendar(morning(3))
    run_job(alerts)
    event = alerts.client.events[0]
    assert event.body["additionalInformation"]["source"] == "DPS"
    assert alerts.told() == ["alert.inactive", "alerts.changed"]
    ended = alerts.get(uuid)
    assert (ended["isActive"], ended["madeInactiveBy"]) == (False, "SYS")
    assert ended["madeInactiveAt"] == "2026-03-03T03:00:00"
    run_job(alerts)
    assert alerts.told() == []


def test_a_reopened_alert_is_ended_by_the_daily_job(alerts: Alerts) -> None:
    """Ended, re-opened with an end tomorrow: tomorrow's job tells of it."""
    uuid = alerts.raised(activeFrom="2026-02-01")
    change(alerts, uuid, activeTo=TODAY)
    change(alerts, uuid, activeTo=TOMORROW)
    alerts.told()
    alerts.client.clock.set_calendar(morning(3))
    run_job(alerts)
    assert alerts.told() == ["alert.inactive", "alerts.changed"]


def test_the_daily_job_leaves_alerts_that_a_user_ended(alerts: Alerts) -> None:
    """An end already told, or known at creation, is not told again."""
    uuid = alerts.raised(activeFrom="2026-02-01")
    change(alerts, uuid, activeTo=TODAY)
    alerts.raised(alertCode="XC", activeFrom="2026-02-01", activeTo=TODAY)
    run_job(alerts)
    assert alerts.told() == []


def test_the_daily_job_looks_at_its_own_day_only(alerts: Alerts) -> None:
    """What ended on a day whose run was missed is never told (A8)."""
    uuid = alerts.raised(activeFrom="2026-02-01", activeTo=TOMORROW)
    alerts.client.clock.set_calendar(morning(4))
    run_job(alerts)
    assert alerts.told() == []
    # Without an INACTIVE entry the creation is the last thing known (5.0).
    assert alerts.get(uuid)["madeInactiveBy"] == OFFICER


def test_made_inactive_falls_back_on_the_last_change_of_the_end(
    alerts: Alerts,
) -> None:
    """A later edit of the text does not count as the end (fault-corpus ALT-08)."""
    uuid = alerts.raised(activeFrom="2026-02-01")
    change(alerts, uuid, activeTo=TOMORROW, username=COLLEAGUE)
    alerts.client.pass_time(60)
    change(alerts, uuid, activeTo=TOMORROW, description="Later")
    alerts.client.clock.set_calendar(morning(4))
    ended = alerts.get(uuid)
    assert ended["madeInactiveBy"] == COLLEAGUE
    assert ended["lastModifiedBy"] == OFFICER


def test_a_deleted_alert_is_gone_for_everyone(alerts: Alerts) -> None:
    """Deletion is told, and a second one is 404: from-nomis does not tolerate it."""
    uuid = alerts.raised()
    gone = alerts.call("DELETE", f"/alerts/{uuid}", source="NOMIS", username=None)
    assert (gone.status, gone.body) == (204, b"")
    event = alerts.client.events[0]
    assert event.body["additionalInformation"] == {
        "alertUuid": uuid,
        "alertCode": "XA",
        "source": "NOMIS",
    }
    assert alerts.told() == ["alert.deleted", "alerts.changed"]
    assert alerts.call("GET", f"/alerts/{uuid}").status == 404
    assert alerts.call("DELETE", f"/alerts/{uuid}").status == 404
    assert alerts.call("PUT", f"/alerts/{uuid}", {}).status == 404
    assert alerts.call("PUT", f"/alerts/{NOWHERE}", {}).status == 404
    assert alerts.create().status == 201


def test_the_snapshot_has_the_alerts_of_the_scope(alerts: Alerts) -> None:
    """The oracle reads plain data of the prisoners it asks for."""
    uuid = alerts.raised(activeFrom="2026-02-01", activeTo=TODAY)
    alerts.raised(number=OTHER_PRISONER)
    assert alerts.model.snapshot({"Y1234AB"}) == {
        "alerts": [
            {
                "id": uuid,
                "prisoner": "Y1234AB",
                "code": "XA",
                "type": "X",
                "active_from": "2026-02-01",
                "active_to": TODAY,
                "active": False,
                "created": "2026-03-02T09:00:00",
                "created_by": OFFICER,
            }
        ]
    }
    assert len(alerts.model.snapshot(None)["alerts"]) == 2


def run_job(alerts: Alerts) -> None:
    """Run the daily job, which needs no token."""
    done = alerts.call("POST", "/alerts/inactive", roles=None, username=None)
    assert (done.status, done.body) == (204, b"")
