"""The check of alerts against their notes (events-and-config 7.4)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from simulators.dps import limits
from simulators.dps.alert_notes import AlertGone
from simulators.dps.alert_reconciliation import RECONCILE
from simulators.wire.message import answer
from tests.dps.conftest import OTHER_PRISONER, PRISONER

if TYPE_CHECKING:
    from tests.dps.conftest import Dps

ALERTS = f"/alerts/case-notes/{PRISONER}?from=2026-03-01&to=2026-03-02"
SCOPE = {"personIdentifier": PRISONER, "from": "2026-03-01", "to": "2026-03-02"}


def alert(**members: Any) -> dict[str, Any]:
    """Return an alert as A10 answers it."""
    return {
        "type": {"code": "X", "description": "Security"},
        "subType": {"code": "XA", "description": "Arsonist"},
        "prisonCode": "LEI",
        "activeFrom": "2026-03-01",
        "activeTo": None,
        "createdAt": "2026-03-01T08:00:00.123456",
        "madeInactiveAt": None,
        **members,
    }


ENDED = {"activeTo": "2026-03-02", "madeInactiveAt": "2026-03-02T08:30:00"}


def check(dps: Dps, *alerts: dict[str, Any]) -> dict[str, Any]:
    """Check one person; returns what is reported missing, empty when nothing is."""
    dps.upstreams.answers["alerts", ALERTS] = {"content": list(alerts)}
    dps.model.telemetry.clear()
    dps.deliver(RECONCILE, SCOPE, detailUrl=None)
    reported = dict(dps.model.telemetry)
    missing: dict[str, Any] = reported.get("MissingAlertCaseNotes", {})
    return missing


def alert_note(
    dps: Dps, text: str, legacy_id: int = 100_000_001, **members: Any
) -> None:
    """Store an alert note as the sync brings it from NOMIS."""
    dps.sync(
        type="ALERT",
        subType=members.pop("sub_type", "ACTIVE"),
        text=text,
        legacyId=legacy_id,
        occurrenceDateTime=members.pop("occurred", "2026-03-01T00:00:00"),
        createdDateTime=members.pop("created", "2026-03-01T08:00:00"),
        systemGenerated=True,
    )


def test_each_changed_person_is_queued(dps: Dps) -> None:
    """One message a person, in the form of 3.5: no `Type`, the event as text."""
    changed = "/alerts/case-notes/changed?from=2026-03-01&to=2026-03-02"
    persons = {"personIdentifiers": [PRISONER, OTHER_PRISONER]}
    dps.upstreams.answers["alerts", changed] = persons
    path = "/case-notes/alerts/reconciliation"
    assert dps.call("POST", path, roles=None, user=None).status == 204
    bodies = [sent.body for sent in dps.events()]
    assert [set(body) for body in bodies] == [{"Message", "MessageAttributes"}] * 2
    assert bodies[0]["MessageAttributes"] == {
        "eventType": {"Type": "String", "Value": RECONCILE}
    }
    event = json.loads(bodies[0]["Message"])
    assert event["additionalInformation"] == SCOPE
    assert (event["eventType"], event["detailUrl"]) == (RECONCILE, None)


def test_queued_message_can_be_handled(dps: Dps) -> None:
    """The listener reads what the operation queued."""
    changed = "/alerts/case-notes/changed?from=2026-03-01&to=2026-03-02"
    dps.upstreams.answers["alerts", changed] = {"personIdentifiers": [PRISONER]}
    query = "from=2026-03-01&to=2026-03-02"
    dps.call("POST", f"/case-notes/alerts/reconciliation?{query}", roles=None)
    event = json.loads(dps.events()[0].body["Message"])
    dps.upstreams.answers["alerts", ALERTS] = {"content": [alert()]}
    dps.deliver(RECONCILE, event["additionalInformation"], **event)
    assert [name for name, _ in dps.model.telemetry] == [
        "MissingAlertCaseNotes",
        "MissingActiveAlertCaseNote",
    ]


def test_failing_alerts_service_is_passed_on(dps: Dps) -> None:
    """The operator sees its status; nothing is queued."""
    changed = "/alerts/case-notes/changed?from=2026-03-01&to=2026-03-02"
    dps.upstreams.answers["alerts", changed] = answer(403, {"status": 403})
    path = "/case-notes/alerts/reconciliation"
    assert dps.call("POST", path, roles=None).status == 403
    assert dps.events() == []


def test_missing_notes_are_counted_by_kind_and_scope(dps: Dps) -> None:
    """ACTIVE is always owed, INACTIVE once the alert is over."""
    before = alert(createdAt="2026-02-01T08:00:00", activeFrom="2026-02-01", **ENDED)
    assert check(dps, alert(), before) == {
        "PersonIdentifier": PRISONER,
        "ActiveInScopeCount": "1",
        "ActiveInScopeTypes": "X-XA",
        "ActiveOutOfScopeCount": "1",
        "ActiveOutOfScopeTypes": "X-XA",
        "InactiveInScopeCount": "1",
        "InactiveInScopeTypes": "X-XA",
    }
    assert [name for name, _ in dps.model.telemetry].count(
        "MissingActiveAlertCaseNote"
    ) == 1
    assert (dps.notes(), dps.events()) == ([], [])


def test_note_matches_by_text_and_day_or_time_of_writing(dps: Dps) -> None:
    """The occurrence day, or writing times at most a minute apart either way."""
    text = "Alert Security and Arsonist made active."
    alert_note(dps, text, occurred="2026-02-20T00:00:00", created="2026-03-01T07:59:00")
    assert check(dps, alert()) == {}
    apart = alert(createdAt="2026-03-01T08:00:01")
    assert check(dps, apart)["ActiveInScopeCount"] == "1"
    assert check(dps, alert(activeFrom="2026-02-20"), alert()) != {}


def test_two_equal_alerts_need_two_notes(dps: Dps) -> None:
    """Notes are used up one by one (corpus ALT-10)."""
    text = "Alert Security and Arsonist made active."
    alert_note(dps, text)
    assert check(dps, alert(), alert())["ActiveInScopeCount"] == "1"
    alert_note(dps, text, legacy_id=100_000_002)
    assert check(dps, alert(), alert()) == {}


def test_inactive_note_matches_by_its_day_only(dps: Dps) -> None:
    """The occurrence day must be the alert's end."""
    alert_note(dps, "Alert Security and Arsonist made active.")
    alert_note(
        dps,
        "Alert Security and Arsonist made inactive.",
        legacy_id=100_000_002,
        sub_type="INACTIVE",
        occurred="2026-03-02T00:00:00",
        created="2026-03-02T08:30:00",
    )
    assert check(dps, alert(**ENDED)) == {}
    moved = alert(activeTo="2026-03-01", madeInactiveAt="2026-03-02T08:30:00")
    assert check(dps, moved)["InactiveInScopeCount"] == "1"


def test_alert_that_ends_in_future_is_still_active(dps: Dps) -> None:
    """No INACTIVE note is owed before the end has passed."""
    future = alert(activeTo="2026-03-03", madeInactiveAt=None)
    assert "InactiveInScopeCount" not in check(dps, future)


def test_former_wording_of_a_renamed_code_matches(dps: Dps) -> None:
    """Before November 2024 some codes had other descriptions (corpus ALT-09)."""
    renamed = alert(
        type={"code": "C", "description": "Child"},
        subType={"code": "CPC", "description": "PPRC (renamed)"},
        activeFrom="2024-11-01",
        createdAt="2024-11-01T08:00:00",
    )
    alert_note(
        dps,
        "Alert Child and PPRC made active.",
        occurred="2024-11-01T00:00:00",
        created="2024-11-01T08:00:00",
    )
    assert check(dps, renamed) == {}


def test_missing_notes_are_written_only_when_switched_on(dps: Dps) -> None:
    """They are announced with source NOMIS, so NOMIS never gets them."""
    dps.model.act_on_missing_alert_notes = True
    check(dps, alert(**ENDED))
    written = [(one["sub_type"], one["author"]) for one in dps.notes()]
    assert written == [
        ("ACTIVE", "PRISONER_MANAGER_API"),
        ("INACTIVE", "PRISONER_MANAGER_API"),
    ]
    assert {one["location"] for one in dps.notes()} == {"LEI"}
    sources = [one.body["additionalInformation"]["source"] for one in dps.events()]
    assert sources == ["NOMIS", "NOMIS"]
    assert check(dps, alert(**ENDED)) == {}


def test_intended_missing_notes_are_announced_as_written_in_dps(dps: Dps) -> None:
    """As intended, what the check writes reaches NOMIS too (corpus ALT-02)."""
    dps.model.act_on_missing_alert_notes = True
    dps.model.limits.add(limits.ALERT_RECONCILIATION_SOURCE)
    check(dps, alert())
    (event,) = dps.events()
    assert event.body["additionalInformation"]["source"] == "DPS"


def test_alert_without_prison_fails_the_message(dps: Dps) -> None:
    """The prison must be there; nothing of the person is written."""
    dps.model.act_on_missing_alert_notes = True
    with pytest.raises(AlertGone):
        check(dps, alert(), alert(prisonCode=None, activeFrom="2026-02-28"))
    assert dps.notes() == []


def test_unknown_person_fails_the_message(dps: Dps) -> None:
    """404 is a failure here, an empty list is not."""
    with pytest.raises(AlertGone):
        dps.deliver(RECONCILE, SCOPE)
    assert check(dps) == {}


def test_only_notes_written_among_the_dates_of_the_alerts_count(dps: Dps) -> None:
    """A note written before any of the alerts' dates is not looked at."""
    text = "Alert Security and Arsonist made active."
    alert_note(dps, text, created="2026-02-28T23:59:59")
    assert check(dps, alert())["ActiveInScopeCount"] == "1"
    assert check(dps, alert(), alert(activeFrom="2026-02-28")) != {}
    early = alert(activeFrom="2026-02-28", createdAt="2026-02-28T23:59:59")
    assert check(dps, early) == {}
