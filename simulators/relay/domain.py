"""Domain events that follow from NOMIS events (events-and-config 2.3, 2.4).

In life three services make them: prison-offender-events the merged, the moved and the
published event, prisoner search the received one. All `additionalInformation` members
are strings, the booking id too.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from simulators.clock import LONDON
from simulators.wire.message import OutboxEvent

if TYPE_CHECKING:
    from simulators.clock import Clock

MERGED = "prison-offender-events.prisoner.merged"
MOVED = "prison-offender-events.prisoner.booking.moved"
RECEIVED = "prisoner-offender-search.prisoner.received"
PUBLISHED = "prison.case-note.published"

_SECONDS = len("2026-03-02T09:00:00")
_DESCRIPTIONS = {
    # The real wording of a merge names the two the misleading way round.
    MERGED: "A prisoner has been merged from {nomsNumber} to {removedNomsNumber}",
    MOVED: (
        "A booking has been moved from {movedFromNomsNumber} to {movedToNomsNumber}"
    ),
    RECEIVED: "A prisoner has been received into {prisonId}",
    PUBLISHED: "A prison case note has been created or amended",
}


def derive(event: OutboxEvent, clock: Clock) -> OutboxEvent | None:
    """Return the domain event for a published NOMIS event, None when there is none."""
    body = event.body
    if event.type == "BOOKING_NUMBER-CHANGED":
        return _merged(body, clock) if body.get("type") == "MERGE" else None
    if event.type == "OFFENDER_BOOKING-REASSIGNED":
        return _moved(body, clock)
    if event.type == "EXTERNAL_MOVEMENT-CHANGED":
        return _received(event, clock)
    if event.type.startswith("OFFENDER_CASE_NOTES-"):
        return _published(body, clock)
    return None


def offset_time(moment: datetime) -> str:
    """Print London time with its offset: `Z` in winter, `+01:00` in summer."""
    if moment.tzinfo is not LONDON:
        moment = moment.astimezone(LONDON)
    text = moment.isoformat(timespec="seconds")
    local, offset = text[:_SECONDS], text[_SECONDS:]
    if moment.microsecond:
        local += f".{moment.microsecond:06d}".rstrip("0")
    return local + ("Z" if offset == "+00:00" else offset)


def _merged(body: dict[str, Any], clock: Clock) -> OutboxEvent:
    survivor, removed = body["offenderIdDisplay"], body["previousOffenderIdDisplay"]
    return _event(
        MERGED,
        survivor,
        body,
        clock,
        {
            "bookingId": body["bookingId"],
            "nomsNumber": survivor,
            "removedNomsNumber": removed,
            "reason": "MERGE",
        },
    )


def _moved(body: dict[str, Any], clock: Clock) -> OutboxEvent | None:
    owner, former = body["offenderIdDisplay"], body["previousOffenderIdDisplay"]
    if owner == former:
        return None
    return _event(
        MOVED,
        owner,
        body,
        clock,
        {
            "bookingId": body["bookingId"],
            "movedToNomsNumber": owner,
            "movedFromNomsNumber": former,
            "bookingStartDateTime": body.get("bookingStartDateTime"),
        },
    )


def _received(event: OutboxEvent, clock: Clock) -> OutboxEvent:
    number = event.body["offenderIdDisplay"]
    made = _event(
        RECEIVED,
        number,
        event.body,
        clock,
        {
            "nomsNumber": number,
            "reason": event.attributes["reason"],
            "prisonId": event.attributes["prisonId"],
        },
    )
    made.body["detailUrl"] = f"http://prisoner-search/prisoner/{number}"
    return made


def _published(body: dict[str, Any], clock: Clock) -> OutboxEvent | None:
    number = body.get("offenderIdDisplay")
    if number is None:
        return None
    kind, sub = body["caseNoteType"], body["caseNoteSubType"]
    made = _event(
        PUBLISHED,
        number,
        body,
        clock,
        {
            "caseNoteId": body["caseNoteId"],
            "caseNoteType": f"{kind}-{sub}",
            "type": kind,
            "subType": sub,
        },
    )
    made.attributes["caseNoteType"] = f"{kind}-{sub}"
    return made


def _event(
    kind: str,
    number: str,
    body: dict[str, Any],
    clock: Clock,
    information: dict[str, Any],
) -> OutboxEvent:
    now = clock.now()
    # The event's time is London's without an offset; in the repeated hour of October
    # the clock knows which of the two it is.
    occurred = datetime.fromisoformat(body["eventDatetime"]).replace(
        tzinfo=LONDON, fold=now.fold
    )
    document = {
        "version": 1,
        "eventType": kind,
        "description": _DESCRIPTIONS[kind].format(**information),
        "occurredAt": offset_time(occurred),
        "publishedAt": offset_time(now),
        "personReference": {"identifiers": [{"type": "NOMS", "value": number}]},
        "additionalInformation": {
            key: str(value) for key, value in information.items() if value is not None
        },
    }
    return OutboxEvent("domain", kind, document, {"eventType": kind})
