"""Requests of the mapping suite, and short ways to make what a case starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.conform.cast import invented_id, invented_number, invented_uuid

if TYPE_CHECKING:
    from harness.conform import Api

NOTES, ALERTS = "/mapping/casenotes", "/mapping/alerts"


def note(**members: Any) -> dict[str, Any]:
    """Return a case-note mapping that M1 accepts."""
    return {
        "dpsCaseNoteId": invented_uuid(),
        "nomisCaseNoteId": invented_id(),
        "offenderNo": invented_number(),
        "nomisBookingId": invented_id(),
        "mappingType": "NOMIS_CREATED",
    } | members


def alert(**members: Any) -> dict[str, Any]:
    """Return an alert mapping that MA3 accepts."""
    return {
        "dpsAlertId": invented_uuid(),
        "nomisBookingId": invented_id(),
        "nomisAlertSequence": 1,
        "offenderNo": invented_number(),
        "mappingType": "NOMIS_CREATED",
    } | members


def mapped(mapping: Api, **members: Any) -> dict[str, Any]:
    """Store a case-note mapping; returns the request."""
    request = note(**members)
    answer = mapping.post(NOTES, request)
    assert answer.status == 201, answer.body
    return request


def alert_mapped(mapping: Api, **members: Any) -> dict[str, Any]:
    """Store an alert mapping; returns the request."""
    request = alert(**members)
    answer = mapping.post(ALERTS, request)
    assert answer.status == 201, answer.body
    return request


def of_nomis(mapping: Api, nomis_id: int) -> dict[str, Any]:
    """Read a case-note mapping by M3, without its time."""
    answer = mapping.get(f"{NOTES}/nomis-casenote-id/{nomis_id}")
    assert answer.status == 200, answer.body
    return timeless(answer.body)


def timeless(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row without `whenCreated`."""
    return {key: value for key, value in row.items() if key != "whenCreated"}


def error(status: int, prefix: str, message: str) -> dict[str, Any]:
    """Return the error body of 4.0, nulls printed."""
    return {
        "status": status,
        "errorCode": None,
        "userMessage": f"{prefix}: {message}",
        "developerMessage": message,
        "moreInfo": None,
    }
