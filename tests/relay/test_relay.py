"""The events relay: what reaches the topics, when, and in which order."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from simulators.clock import Clock, virtual_loop
from simulators.relay import Relay, Tamper, build
from simulators.relay.domain import offset_time
from simulators.wire.message import OutboxEvent

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

OWNER, FORMER = "Y1234AB", "Y9876CD"
BOOKING, GONE = 1_200_001, 1_200_099
LONDON = ZoneInfo("Europe/London")


class Desk:
    """A relay on virtual time and what it published, as (topic, type, event)."""

    def __init__(self, seed: int = 0) -> None:
        self.loop = virtual_loop()
        self.clock = Clock(seed, source=self.loop.time)
        self.owners: dict[int, str] = {BOOKING: OWNER}
        self.published: list[OutboxEvent] = []
        self.causes: list[str | None] = []
        self.relay: Relay = build(self.clock, self.owner_of, self.publish)
        self.relay.noise = False

    def owner_of(self, booking_id: int | None) -> str | None:
        """Look a booking's owner up."""
        return self.owners.get(booking_id or 0)

    def publish(self, event: OutboxEvent, cause: str | None) -> None:
        """Keep what would go to a topic."""
        self.published.append(event)
        self.causes.append(cause)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run on the virtual loop."""
        self.loop.run_until_complete(work)

    def take(self, *events: OutboxEvent) -> None:
        """Hand events over in one go."""
        self.run(self.relay.accept(events, "m-1"))

    def wait(self, seconds: float) -> None:
        """Let virtual seconds go by."""
        self.run(asyncio.sleep(seconds))

    def notes(self) -> list[int]:
        """Return the case-note ids published, in order."""
        return [each.body["caseNoteId"] for each in self.published]


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Return a relay without delay, faults or noise."""
    made = Desk()
    yield made
    made.loop.close()


def note(
    case_note_id: int = 100_000_001,
    event: str = "INSERTED",
    booking: int = BOOKING,
    when: str = "2026-03-02T09:00:00.25",
) -> OutboxEvent:
    """Return a case-note event as NOMIS raises it."""
    kind = f"OFFENDER_CASE_NOTES-{event}"
    body = {
        "eventType": kind,
        "eventDatetime": when,
        "bookingId": booking,
        "recordDeleted": event == "DELETED",
        "caseNoteId": case_note_id,
        "caseNoteType": "KA",
        "caseNoteSubType": "KS",
    }
    return OutboxEvent("offender", kind, body, {})


def merge(kind: str = "MERGE", when: str = "2026-03-02T09:00:00") -> OutboxEvent:
    """Return the event of a merge, or of another change of a booking number."""
    body: dict[str, Any] = {
        "eventType": "BOOKING_NUMBER-CHANGED",
        "eventDatetime": when,
        "bookingId": BOOKING,
        "type": kind,
    }
    if kind == "MERGE":
        body |= {"offenderIdDisplay": OWNER, "previousOffenderIdDisplay": FORMER}
    return OutboxEvent("offender", "BOOKING_NUMBER-CHANGED", body, {})


def moved(former: str = FORMER) -> OutboxEvent:
    """Return the event of a booking move."""
    body = {
        "eventType": "OFFENDER_BOOKING-REASSIGNED",
        "eventDatetime": "2026-03-02T09:00:00",
        "bookingId": BOOKING,
        "offenderIdDisplay": OWNER,
        "previousOffenderIdDisplay": former,
        "bookingStartDateTime": "2026-01-01T00:00:00",
    }
    return OutboxEvent("offender", "OFFENDER_BOOKING-REASSIGNED", body, {})


def test_a_note_event_gets_number_and_attributes(desk: Desk) -> None:
    """The owner of the booking, the type and the time of publishing; no code."""
    desk.take(note())
    [event] = desk.published
    assert event.topic == "offender"
    assert event.body["offenderIdDisplay"] == OWNER
    assert event.attributes == {
        "eventType": "OFFENDER_CASE_NOTES-INSERTED",
        "publishedAt": "2026-03-02T09:00:00Z",
    }
    assert desk.causes == ["m-1"]


def test_an_alert_event_carries_its_code(desk: Desk) -> None:
    """Alerts have the attribute `code`."""
    body = {
        "eventType": "ALERT-INSERTED",
        "eventDatetime": "2026-03-02T09:00:00",
        "bookingId": BOOKING,
        "alertSeq": 1,
    }
    desk.take(OutboxEvent("offender", "ALERT-INSERTED", body, {"code": "XA"}))
    [event] = desk.published
    assert event.attributes["code"] == "XA"
    assert event.body["offenderIdDisplay"] == OWNER


def test_a_booking_that_is_gone_names_nobody(desk: Desk) -> None:
    """The member is absent, not null (1.1)."""
    desk.take(note(event="DELETED", booking=GONE))
    assert "offenderIdDisplay" not in desk.published[0].body


def test_a_late_event_names_the_present_owner(desk: Desk) -> None:
    """The look-up happens at publishing, after the merge."""
    desk.relay.delay = 10.0
    desk.take(note())
    desk.owners[BOOKING] = FORMER
    assert desk.published == []
    desk.wait(11)
    assert desk.published[0].body["offenderIdDisplay"] == FORMER


def test_a_merge_becomes_the_merged_event(desk: Desk) -> None:
    """Both topics, the offender topic first; all members are strings."""
    desk.take(merge())
    row, event = desk.published
    assert (row.topic, row.type) == ("offender", "BOOKING_NUMBER-CHANGED")
    assert event.topic == "domain"
    assert event.attributes == {"eventType": "prison-offender-events.prisoner.merged"}
    assert event.body == {
        "version": 1,
        "eventType": "prison-offender-events.prisoner.merged",
        "description": f"A prisoner has been merged from {OWNER} to {FORMER}",
        "occurredAt": "2026-03-02T09:00:00Z",
        "publishedAt": "2026-03-02T09:00:00Z",
        "personReference": {"identifiers": [{"type": "NOMS", "value": OWNER}]},
        "additionalInformation": {
            "bookingId": "1200001",
            "nomsNumber": OWNER,
            "removedNomsNumber": FORMER,
            "reason": "MERGE",
        },
    }


def test_a_mere_number_change_is_no_merge(desk: Desk) -> None:
    """It stays on the offender topic."""
    desk.take(merge("BOOK_NUMBER_CHANGE"))
    assert [each.topic for each in desk.published] == ["offender"]


def test_a_booking_move_becomes_the_moved_event(desk: Desk) -> None:
    """Only when the two numbers differ."""
    desk.take(moved(), moved(OWNER))
    kinds = [each.type for each in desk.published]
    assert kinds.count("prison-offender-events.prisoner.booking.moved") == 1
    event = desk.published[1]
    assert event.body["additionalInformation"] == {
        "bookingId": "1200001",
        "movedToNomsNumber": OWNER,
        "movedFromNomsNumber": FORMER,
        "bookingStartDateTime": "2026-01-01T00:00:00",
    }
    [who] = event.body["personReference"]["identifiers"]
    assert who["value"] == OWNER


def test_a_reception_is_prisoner_searchs_event_alone(desk: Desk) -> None:
    """The movement itself is not published; reason and prison travel."""
    body = {
        "eventType": "EXTERNAL_MOVEMENT-CHANGED",
        "eventDatetime": "2026-03-02T09:00:00",
        "bookingId": BOOKING,
        "offenderIdDisplay": OWNER,
    }
    hints = {"reason": "NEW_ADMISSION", "prisonId": "ZNI"}
    desk.take(OutboxEvent("offender", "EXTERNAL_MOVEMENT-CHANGED", body, hints))
    [event] = desk.published
    assert event.type == "prisoner-offender-search.prisoner.received"
    assert event.body["additionalInformation"] == {"nomsNumber": OWNER, **hints}
    assert event.attributes == {"eventType": event.type}


def test_each_named_note_event_makes_noise(desk: Desk) -> None:
    """Also a deletion; none when nobody is named."""
    desk.relay.noise = True
    desk.take(note(), note(event="DELETED"), note(event="DELETED", booking=GONE))
    noise = [each for each in desk.published if each.topic == "domain"]
    assert [each.type for each in noise] == ["prison.case-note.published"] * 2
    assert noise[0].attributes == {
        "eventType": "prison.case-note.published",
        "caseNoteType": "KA-KS",
    }
    assert noise[0].body["additionalInformation"] == {
        "caseNoteId": "100000001",
        "caseNoteType": "KA-KS",
        "type": "KA",
        "subType": "KS",
    }


@pytest.mark.parametrize(
    ("moment", "printed"),
    [
        (datetime(2026, 1, 5, 9, 0, tzinfo=LONDON), "2026-01-05T09:00:00Z"),
        (datetime(2026, 7, 5, 9, 0, tzinfo=LONDON), "2026-07-05T09:00:00+01:00"),
        (
            datetime(2026, 7, 5, 9, 0, 0, 520_000, tzinfo=LONDON),
            "2026-07-05T09:00:00.52+01:00",
        ),
        (
            datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=1),
            "2026-10-25T01:30:00Z",
        ),
    ],
)
def test_times_carry_londons_offset(moment: datetime, printed: str) -> None:
    """`Z` in winter, `+01:00` in summer, never `+00:00`."""
    assert offset_time(moment) == printed


@pytest.mark.parametrize(
    ("season", "offset"),
    [("2026-01-05T09:00:00", "Z"), ("2026-07-05T09:00:00", "+01:00")],
)
def test_the_event_occurred_when_nomis_says(
    desk: Desk, season: str, offset: str
) -> None:
    """A local time of NOMIS is London's (DAT-05)."""
    desk.clock.set_calendar(datetime.fromisoformat(season))
    desk.take(merge(when=season))
    assert desk.published[1].body["occurredAt"] == season + offset


def test_the_repeated_hour_is_told_apart(desk: Desk) -> None:
    """In the second 01:30 of October the offset is winter's."""
    first = datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("UTC"))
    for moment, offset in ((first, "+01:00"), (first + timedelta(hours=1), "Z")):
        desk.clock.set_calendar(moment)
        desk.take(merge(when="2026-10-25T01:30:00"))
        assert desk.published[-1].body["occurredAt"] == f"2026-10-25T01:30:00{offset}"


def test_delay_keeps_order_and_is_seen_as_pending(desk: Desk) -> None:
    """Equal delays publish in the order of the row changes."""
    desk.relay.delay = 2.0
    desk.take(note(100_000_001), note(100_000_002), note(100_000_003))
    assert desk.relay.pending(None) == 3
    assert desk.relay.pending(frozenset({OWNER})) == 3
    assert desk.relay.pending(frozenset({"100000002"})) == 1
    assert desk.relay.pending(frozenset({FORMER})) == 0
    desk.wait(3)
    assert desk.notes() == [100_000_001, 100_000_002, 100_000_003]
    assert desk.relay.pending(None) == 0


def test_jitter_changes_the_order_by_seed() -> None:
    """The same seed gives the same order; some seed gives another one."""

    def order(seed: int) -> list[int]:
        desk = Desk(seed)
        desk.relay.jitter = 5.0
        desk.take(*(note(100_000_001 + index) for index in range(6)))
        desk.wait(6)
        desk.loop.close()
        return desk.notes()

    assert order(3) == order(3)
    assert sorted(order(3)) == [100_000_001 + index for index in range(6)]
    assert len({tuple(order(seed)) for seed in range(5)}) > 1


def test_domain_events_may_come_later(desk: Desk) -> None:
    """The relay of domain events has a delay of its own."""
    desk.relay.domain_delay = 4.0
    desk.take(merge())
    assert [each.topic for each in desk.published] == ["offender"]
    assert desk.relay.pending(frozenset({OWNER})) == 1
    desk.wait(5)
    assert [each.topic for each in desk.published] == ["offender", "domain"]


def test_one_event_can_be_overtaken(desk: Desk) -> None:
    """A delay planted on one event lets the next pass (ORD-02)."""
    desk.relay.tampering.add(Tamper("delay", subject="100000001", seconds=5.0))
    desk.take(note(event="INSERTED"), note(100_000_002))
    desk.wait(6)
    assert desk.notes() == [100_000_002, 100_000_001]


def test_held_events_wait_for_their_release(desk: Desk) -> None:
    """A hold matches the prisoner by the booking; it is no movement while held."""
    hold = desk.relay.tampering.add(Tamper("hold", subject=OWNER, times=None))
    desk.take(note(100_000_001), note(100_000_002), note(100_000_003, booking=GONE))
    assert desk.notes() == [100_000_003]
    assert (desk.relay.held(), desk.relay.pending(None)) == (2, 0)
    desk.relay.release(hold)
    assert desk.notes() == [100_000_003, 100_000_001, 100_000_002]
    desk.take(note(100_000_004))
    assert desk.relay.held() == 0


def test_events_can_be_dropped_and_doubled(desk: Desk) -> None:
    """Each fault serves as many events as it says, of its type."""
    desk.relay.tampering.add(Tamper("drop", type="OFFENDER_CASE_NOTES-UPDATED"))
    desk.relay.tampering.add(Tamper("duplicate", subject="100000002", times=1))
    updated = note(event="UPDATED")
    desk.take(note(), updated, updated, note(100_000_002), note(100_000_002))
    assert desk.notes() == [100_000_001, 100_000_001, *[100_000_002] * 3]


def test_a_refused_event_waits_for_housekeeping(desk: Desk) -> None:
    """It lies on the exception queue till the next run, each ten minutes (1.1)."""
    desk.wait(100)
    desk.relay.tampering.add(Tamper("refuse", type="OFFENDER_CASE_NOTES-INSERTED"))
    desk.take(note(100_000_001), note(100_000_002))
    desk.wait(1)
    assert desk.notes() == [100_000_002]
    assert desk.relay.pending(None) == 1
    desk.wait(498)
    assert desk.notes() == [100_000_002]
    desk.wait(1.5)
    assert desk.notes() == [100_000_002, 100_000_001]


def test_an_event_can_lack_its_prisoner(desk: Desk) -> None:
    """Though the booking is there (DEL-01); the attributes are clean."""
    desk.relay.tampering.add(Tamper("anonymous"))
    desk.take(note(), note())
    first, second = desk.published
    assert "offenderIdDisplay" not in first.body
    assert set(first.attributes) == {"eventType", "publishedAt"}
    assert second.body["offenderIdDisplay"] == OWNER


def test_a_merge_can_name_the_two_the_wrong_way_round(desk: Desk) -> None:
    """A swapped event, then the true one (MRG-09)."""
    desk.relay.tampering.add(Tamper("swap-merge", type="BOOKING_NUMBER-CHANGED"))
    desk.take(merge(), merge())
    told = [
        each.body["additionalInformation"]["nomsNumber"]
        for each in desk.published
        if each.topic == "domain"
    ]
    assert told == [FORMER, OWNER]


def test_an_unknown_fault_is_an_error() -> None:
    """The message lists what there is."""
    with pytest.raises(ValueError, match="swap-merge"):
        Tamper("lose")
