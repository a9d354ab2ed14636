"""Every event that NOMIS and the relay publish fits the documented events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.asyncapi import events
from simulators.relay import build
from tests.nomis.conftest import (
    HERE,
    OTHER,
    PRISONER,
    THERE,
    Office,
    new_alert,
    new_note,
)

if TYPE_CHECKING:
    from simulators.wire.message import OutboxEvent


def everything_that_happens(office: Office) -> None:
    """Do each kind of action once."""
    note = office.write_note()
    office.screen("POST", f"/case-notes/{note}/amendments", {"text": "More."})
    office.screen("DELETE", f"/case-notes/{note}")
    office.api("POST", f"/prisoners/{PRISONER}/casenotes", new_note())
    office.api("POST", f"/prisoners/{PRISONER}/alerts", new_alert())
    alert = f"/bookings/{office.booking}/alerts/1"
    office.screen("PUT", f"{alert}/end")
    office.screen("DELETE", alert)
    office.screen("POST", f"/prisoners/{PRISONER}/transfer", {"prison": THERE})
    office.screen("POST", f"/prisoners/{PRISONER}/release")
    admitted = office.screen(
        "POST", f"/prisoners/{PRISONER}/admission", {"prison": HERE}
    ).json()
    office.write_note()
    office.screen("POST", f"/bookings/{office.booking}/move", {"prisoner": OTHER})
    office.screen("DELETE", f"/bookings/{admitted['bookingId']}")
    office.screen("POST", f"/bookings/{office.booking}/number")
    merge = {"removed": PRISONER, "copyNotes": True, "emitInserted": True}
    office.screen("POST", f"/prisoners/{OTHER}/merge", merge)


def test_each_published_event_is_a_documented_one(office: Office) -> None:
    """All NOMIS types and all derived ones appear, and each fits its schema."""
    published: list[OutboxEvent] = []

    def publish(event: OutboxEvent, _cause: str | None) -> None:
        published.append(event)

    relay = build(office.client.clock, office.model.owner_of, publish)
    everything_that_happens(office)
    office.client.run(relay.accept(office.client.events, None))
    for event in published:
        assert events().check(event.type, event.body) == [], event
        assert event.attributes["eventType"] == event.type == event.body["eventType"]
    assert {event.type for event in published} == {
        "ALERT-DELETED",
        "ALERT-INSERTED",
        "ALERT-UPDATED",
        "BOOKING-DELETED",
        "BOOKING_NUMBER-CHANGED",
        "OFFENDER_BOOKING-REASSIGNED",
        "OFFENDER_CASE_NOTES-DELETED",
        "OFFENDER_CASE_NOTES-INSERTED",
        "OFFENDER_CASE_NOTES-UPDATED",
        "prison-offender-events.prisoner.booking.moved",
        "prison-offender-events.prisoner.merged",
        "prison.case-note.published",
        "prisoner-offender-search.prisoner.received",
    }
