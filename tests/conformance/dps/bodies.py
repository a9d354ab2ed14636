"""Requests of the DPS suite, and short ways to make what a case starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.conform.cast import invented_id, invented_number

if TYPE_CHECKING:
    from harness.api import WorldApi
    from harness.conform import Api

PREFIX = "ROLE_PRISONER_CASE_NOTES"
RO, RW, ADMIN = f"{PREFIX}__RO", f"{PREFIX}__RW", f"{PREFIX}__ADMIN"
SYNC, SYSGEN = f"{PREFIX}__SYNC__RW", f"{PREFIX}__SYSTEM_GENERATED__RW"
NOWHERE = "019567d2-8d1c-7b4e-9a52-6a0a6f2f1c11"


def author(username: str = "ABC12D_GEN", **members: Any) -> dict[str, Any]:
    """Return an author as the sync sends one."""
    return {
        "username": username,
        "userId": "485572",
        "firstName": "NINA",
        "lastName": "OKORO",
    } | members


def amendment(text: str = "Ate breakfast.", second: int = 2, **members: Any) -> Any:
    """Return an amendment of the sync request."""
    return {
        "text": text,
        "author": author("XYZ98K_GEN"),
        "createdDateTime": f"2025-03-05T10:01:{second:02d}",
        "system": "NOMIS",
    } | members


def from_nomis(**members: Any) -> dict[str, Any]:
    """Return a request that C3 accepts as a new note; nulls sent as the build does."""
    return {
        "legacyId": invented_id(),
        "id": None,
        "personIdentifier": invented_number(),
        "locationId": "MDI",
        "type": "OBSERVE",
        "subType": "OBS_GEN",
        "occurrenceDateTime": "2025-03-04T09:15:00",
        "text": "Quiet night.",
        "systemGenerated": False,
        "author": author(),
        "createdDateTime": "2025-03-04T09:20:31",
        "createdByUsername": "ABC12D_GEN",
        "system": "NOMIS",
        "amendments": [],
    } | members


def synced(dps: Api, status: int = 201, **members: Any) -> tuple[dict[str, Any], Any]:
    """Send a note by C3; returns the result and the request."""
    request = from_nomis(**members)
    answer = dps.put("/sync/case-notes", request)
    assert answer.status == status, answer.body
    return answer.body, request


def shown(dps: Api, person: str, note_id: str) -> dict[str, Any]:
    """Read a note by C1."""
    answer = dps.get(f"/case-notes/{person}/{note_id}")
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def typed(**members: Any) -> dict[str, Any]:
    """Return a request that C6 accepts."""
    return {
        "locationId": "MDI",
        "type": "KA",
        "subType": "KS",
        "occurrenceDateTime": "2025-03-04T09:15:00",
        "text": "Met on the wing.",
        "systemGenerated": None,
    } | members


def written(
    dps: Api, user: str, person: str | None = None, **members: Any
) -> dict[str, Any]:
    """Write a note by C6; returns it as answered."""
    path = f"/case-notes/{person or invented_number()}"
    answer = dps.post(path, typed(**members), user=user, roles=[RW])
    assert answer.status == 201, answer.body
    body: dict[str, Any] = answer.body
    return body


def events(world: WorldApi, note_id: str) -> list[dict[str, Any]]:
    """Return the case-note events about a note, in order."""
    return [
        entry["body"]
        for entry in world.journal(kinds=["event"])
        if entry["body"].get("additionalInformation", {}).get("id") == note_id
    ]


def plain_error(status: int, message: str) -> dict[str, Any]:
    """Return the error body of 3.0."""
    return {"status": status, "developerMessage": message}


def validation(*messages: str) -> dict[str, Any]:
    """Return the bean-validation 400: distinct messages, sorted (3.0)."""
    if len(messages) == 1:
        text = f"Validation failure: {messages[0]}"
    else:
        lines = "".join(f"{one}\n" for one in sorted(set(messages)))
        text = f"Validation failures: \n{lines}"
    return {
        "status": 400,
        "userMessage": text,
        "developerMessage": f"400 BAD_REQUEST {text}",
    }
