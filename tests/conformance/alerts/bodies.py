"""Requests of the alerts suite, and short ways to make what a case starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.api import WorldApi
    from harness.conform import Answer, Api, Cast

RO, RW = "ROLE_PRISONER_ALERTS__RO", "ROLE_PRISONER_ALERTS__RW"
UI = "ROLE_PRISONER_ALERTS__PRISONER_ALERTS_ADMINISTRATION_UI"
NOMIS_ALERTS = "ROLE_NOMIS_ALERTS"
GENERATED = "ROLE_PRISONER_CASE_NOTES__SYSTEM_GENERATED__RW"
NOWHERE = "019567d2-8d1c-7b4e-9a52-6a0a6f2f1c11"


def alert(code: str = "XA", **members: Any) -> dict[str, Any]:
    """Return a request that A3 accepts."""
    return {
        "alertCode": code,
        "description": "Lighter found",
        "authorisedBy": None,
        "activeFrom": "2025-02-01",
        "activeTo": None,
    } | members


def raised(
    alerts: Api, number: str, user: str | None, source: str = "DPS", **members: Any
) -> Answer:
    """Raise an alert by A3."""
    body = alert(**members)
    headers = {"Source": source}
    path = f"/prisoners/{number}/alerts"
    return alerts.post(path, body, user=user, headers=headers, roles=[RW])


def made(alerts: Api, cast: Cast, **members: Any) -> dict[str, Any]:
    """Raise an alert for a fresh prisoner as an officer; returns it."""
    number = members.pop("number", None) or cast.prisoner().number
    user = members.pop("user", None) or cast.staff().username
    answer = raised(alerts, number, user, **members)
    assert answer.status == 201, answer.body
    body: dict[str, Any] = answer.body
    return body


def shown(alerts: Api, uuid: str) -> dict[str, Any]:
    """Read an alert by A1."""
    answer = alerts.get(f"/alerts/{uuid}", roles=[RO])
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def listed(alerts: Api, number: str, **query: Any) -> list[dict[str, Any]]:
    """Read a prisoner's alerts by A2."""
    answer = alerts.get(
        f"/prisoners/{number}/alerts", query={"size": 1000} | query, roles=[RO]
    )
    assert answer.status == 200, answer.body
    content: list[dict[str, Any]] = answer.body["content"]
    return content


def resync_element(sequence: int = 1, code: str = "XA", **members: Any) -> Any:
    """Return an element of A6 as from-nomis sends it."""
    return {
        "offenderBookId": 1_201_233,
        "alertSeq": sequence,
        "alertCode": code,
        "description": "From NOMIS",
        "authorisedBy": None,
        "activeFrom": "2025-02-01",
        "activeTo": None,
        "isActive": True,
        "createdAt": "2025-02-01T08:00:00.1",
        "createdBy": "ABC12D_GEN",
        "createdByDisplayName": "Nina Okoro",
        "lastModifiedAt": None,
        "lastModifiedBy": None,
        "lastModifiedByDisplayName": None,
    } | members


def events(world: WorldApi, uuid: str) -> list[dict[str, Any]]:
    """Return the events about an alert, in order."""
    return [
        entry["body"]
        for entry in world.journal(kinds=["event"])
        if entry["body"].get("additionalInformation", {}).get("alertUuid") == uuid
    ]
