"""Case notes born from alerts (http-contracts 7.7, events-and-config 7.2, 7.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulators.dps import limits
from simulators.dps.alert_notes import CREATED, INACTIVE, AlertGone
from simulators.dps.alert_switch import PATH as SWITCH
from simulators.dps.upstreams import UpstreamRefused
from simulators.wire.message import answer
from simulators.wire.service import UpstreamFailed
from tests.dps.conftest import OFFICER, PRISONER

if TYPE_CHECKING:
    from tests.dps.conftest import Dps

ALERT = "01956d1f-aaaa-7c15-8d0c-0d1f64a0b9aa"
PATH = f"/alerts/{ALERT}"


def alert(**members: Any) -> dict[str, Any]:
    """Return an active alert as the alerts API answers it, nulls and all."""
    return {
        "alertUuid": ALERT,
        "prisonNumber": PRISONER,
        "alertCode": {
            "alertTypeCode": "X",
            "alertTypeDescription": "Security",
            "code": "XA",
            "description": "Arsonist",
        },
        "activeFrom": "2026-03-01",
        "activeTo": None,
        "isActive": True,
        "createdAt": "2026-03-02T08:00:00.75",
        "createdBy": OFFICER,
        "madeInactiveAt": None,
        "madeInactiveBy": None,
        "prisonCodeWhenCreated": "LEI",
        **members,
    }


ENDED = {
    "activeTo": "2026-03-02",
    "isActive": False,
    "madeInactiveAt": "2026-03-02T08:30:00",
    "madeInactiveBy": "SYS",
}


@pytest.fixture(autouse=True)
def _switched_on(dps: Dps) -> None:
    dps.upstreams.answers["alerts", PATH] = alert()
    switch_on(dps, "MDI")


def switch_on(dps: Dps, *prisons: str) -> None:
    """Let prison-api answer in the shape that the client expects."""
    dps.upstreams.answers["prison-api", SWITCH] = [
        {"prisonId": prison, "prison": f"{prison} (HMP)"} for prison in prisons
    ]


def deliver(dps: Dps, kind: str = CREATED, **members: Any) -> None:
    """Deliver an alert event for the alert, whatever else it says."""
    dps.deliver(kind, {"alertUuid": ALERT, "source": "NOMIS", **members})


def test_new_alert_gets_an_active_note(dps: Dps) -> None:
    """Text, dates, author, prison and flags are those of 7.2."""
    deliver(dps)
    (stored,) = dps.notes()
    assert stored == {
        "id": stored["id"],
        "legacy_id": -1,
        "prisoner": PRISONER,
        "type": "ALERT",
        "sub_type": "ACTIVE",
        "occurred": "2026-03-01T00:00:00",
        "created": "2026-03-02T08:00:00",
        "created_by": OFFICER,
        "author": OFFICER,
        "author_id": "485572",
        "author_name": "Nina Okoro",
        "text": "Alert Security and Arsonist made active.",
        "system_generated": True,
        "system": "DPS",
        "location": "MDI",
        "sync_to_nomis": True,
        "sensitive": False,
        "amendments": [],
    }


def test_note_of_an_alert_is_announced_as_written_in_dps(dps: Dps) -> None:
    """The source is forced to DPS, or NOMIS would never get it (corpus ALT-02)."""
    deliver(dps)
    (event,) = dps.events()
    assert event.type == "person.case-note.created"
    assert event.body["additionalInformation"]["source"] == "DPS"
    assert event.body["additionalInformation"]["systemGenerated"] is True


def test_alert_steps_are_asked_in_order(dps: Dps) -> None:
    """Alert, whereabouts, switch, user: one question each."""
    deliver(dps)
    assert dps.upstreams.calls == [
        ("alerts", PATH),
        ("prisoner-search", f"/prisoner/{PRISONER}"),
        ("prison-api", SWITCH),
        ("manage-users", f"/users/{OFFICER}"),
    ]


def test_ended_alert_gets_an_inactive_note(dps: Dps) -> None:
    """Dated by its end; ended by nobody known, so by the schema owner."""
    dps.upstreams.answers["alerts", PATH] = alert(**ENDED)
    deliver(dps, INACTIVE)
    (stored,) = dps.notes()
    assert stored["sub_type"] == "INACTIVE"
    assert stored["text"] == "Alert Security and Arsonist made inactive."
    assert stored["occurred"] == "2026-03-02T00:00:00"
    assert stored["created"] == "2026-03-02T08:30:00"
    assert stored["author"] == "OMS_OWNER"
    found = dps.read(stored["id"])
    assert (found["authorUserId"], found["authorName"]) == ("1", "System Generated")


def test_state_at_processing_decides_and_not_the_event(dps: Dps) -> None:
    """A late event sees the alert as it is now (corpus ALT-03)."""
    dps.upstreams.answers["alerts", PATH] = alert(**ENDED)
    deliver(dps, CREATED)
    dps.upstreams.answers["alerts", PATH] = alert()
    deliver(dps, INACTIVE)
    kinds = [(one["sub_type"], one["author"]) for one in dps.notes()]
    assert kinds == [("ACTIVE", "OMS_OWNER"), ("INACTIVE", OFFICER)]


def test_redelivered_event_makes_a_second_note(dps: Dps) -> None:
    """As deployed nothing is looked up first (corpus ALT-04)."""
    deliver(dps)
    deliver(dps)
    assert [one["legacy_id"] for one in dps.notes()] == [-1, -2]
    assert len(dps.events()) == 2


def test_intended_redelivery_makes_no_second_note(dps: Dps) -> None:
    """As intended: one note per alert and transition, and none for a resync."""
    dps.model.limits.add(limits.ALERT_NO_DEDUPLICATION)
    deliver(dps)
    deliver(dps)
    resynced = "01956d1f-bbbb-7c15-8d0c-0d1f64a0b9bb"
    dps.upstreams.answers["alerts", f"/alerts/{resynced}"] = alert(alertUuid=resynced)
    dps.deliver(CREATED, {"alertUuid": resynced})
    assert len(dps.notes()) == 1
    dps.upstreams.answers["alerts", PATH] = alert(**ENDED)
    deliver(dps, INACTIVE)
    deliver(dps, INACTIVE)
    assert len(dps.notes()) == 2


def test_intended_redelivery_does_not_revive_a_deleted_note(dps: Dps) -> None:
    """A note that a user deleted stays deleted."""
    dps.model.limits.add(limits.ALERT_NO_DEDUPLICATION)
    deliver(dps)
    dps.call("DELETE", f"/sync/case-notes/{dps.notes()[0]['id']}")
    deliver(dps)
    assert dps.notes() == []


def test_failed_event_is_not_remembered_as_noted(dps: Dps) -> None:
    """As intended too, the redelivery after a failure writes the note."""
    dps.model.limits.add(limits.ALERT_NO_DEDUPLICATION)
    failure = UpstreamFailed("manage-users", "reset")
    known = dps.upstreams.answers["manage-users", f"/users/{OFFICER}"]
    dps.upstreams.answers["manage-users", f"/users/{OFFICER}"] = failure
    with pytest.raises(UpstreamFailed):
        deliver(dps)
    dps.upstreams.answers["manage-users", f"/users/{OFFICER}"] = known
    deliver(dps)
    assert len(dps.notes()) == 1


def test_intended_kind_follows_the_event(dps: Dps) -> None:
    """As intended, both transitions of a quickly ended alert get their note."""
    dps.model.limits.add(limits.ALERT_STATE_AT_PROCESSING)
    ended = {**ENDED, "activeTo": "2026-03-03"}
    dps.upstreams.answers["alerts", PATH] = alert(**ended)
    deliver(dps, CREATED)
    deliver(dps, INACTIVE)
    assert [one["sub_type"] for one in dps.notes()] == ["ACTIVE", "INACTIVE"]


def test_prison_that_is_not_switched_on_gets_no_note(dps: Dps) -> None:
    """The message is done, silently: NOMIS writes the note there."""
    switch_on(dps, "LEI")
    deliver(dps)
    assert (dps.notes(), dps.events()) == ([], [])


def test_switch_for_all_prisons(dps: Dps) -> None:
    """The entry `*ALL*` covers every prison."""
    switch_on(dps, "*ALL*")
    deliver(dps)
    assert len(dps.notes()) == 1


def test_switch_is_asked_for_every_event(dps: Dps) -> None:
    """No cache: a prison switched between two events counts at once."""
    deliver(dps)
    switch_on(dps)
    deliver(dps)
    assert len(dps.notes()) == 1


def test_missing_switch_reads_as_off(dps: Dps) -> None:
    """404 means off everywhere as deployed; as intended it fails (corpus TOG-09)."""
    del dps.upstreams.answers["prison-api", SWITCH]
    deliver(dps)
    assert dps.notes() == []
    dps.model.limits.add(limits.ALERT_SWITCH_404_OFF)
    with pytest.raises(UpstreamRefused):
        deliver(dps)


def test_shape_that_prison_api_really_answers_cannot_be_read(dps: Dps) -> None:
    """`agencyId` and `name` do not bind: the message fails (fact 10)."""
    own = [{"agencyId": "MDI", "name": "Moorland"}]
    dps.upstreams.answers["prison-api", SWITCH] = own
    with pytest.raises(ValueError, match="prisonCode"):
        deliver(dps)
    assert dps.notes() == []


def test_note_goes_to_the_present_prison(dps: Dps) -> None:
    """Location and switch are those of handling time (corpus ALT-13)."""
    dps.upstreams.place(PRISONER, "OUT")
    deliver(dps)
    assert dps.notes() == []
    dps.model.limits.add(limits.ALERT_PRESENT_PRISON)
    switch_on(dps, "LEI")
    deliver(dps)
    assert [one["location"] for one in dps.notes()] == ["LEI"]


def test_unknown_creator_becomes_the_schema_owner(dps: Dps) -> None:
    """404 for the user is no failure."""
    dps.upstreams.answers["alerts", PATH] = alert(createdBy="LEFT_GEN")
    deliver(dps)
    assert [one["author"] for one in dps.notes()] == ["OMS_OWNER"]


@pytest.mark.parametrize("service", ["alerts", "prisoner-search"])
def test_unknown_alert_or_prisoner_fails_the_message(dps: Dps, service: str) -> None:
    """Nothing is written and the message comes again."""
    path = PATH if service == "alerts" else f"/prisoner/{PRISONER}"
    del dps.upstreams.answers[service, path]
    with pytest.raises((AlertGone, UpstreamRefused)):
        deliver(dps)
    assert (dps.notes(), dps.events()) == ([], [])


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("alerts", PATH),
        ("prisoner-search", f"/prisoner/{PRISONER}"),
        ("prison-api", SWITCH),
        ("manage-users", f"/users/{OFFICER}"),
    ],
)
def test_failing_service_fails_the_message(dps: Dps, service: str, path: str) -> None:
    """Any other answer fails the message after the client's own attempts."""
    dps.upstreams.answers[service, path] = answer(500, {"status": 500})
    with pytest.raises(UpstreamRefused):
        deliver(dps)
    assert dps.upstreams.calls.count((service, path)) == 4
    assert (dps.notes(), dps.events()) == ([], [])


def test_ended_alert_without_its_end_fails_the_message(dps: Dps) -> None:
    """The time it was made inactive must be there."""
    ended = {**ENDED, "madeInactiveAt": None}
    dps.upstreams.answers["alerts", PATH] = alert(**ended)
    with pytest.raises(AlertGone):
        deliver(dps, INACTIVE)
    assert dps.notes() == []


def test_changed_alert_gets_no_note(dps: Dps) -> None:
    """`person.alert.updated` is not consumed."""
    deliver(dps, "person.alert.updated")
    assert dps.upstreams.calls == []
