"""Requests of the NOMIS suite, and short ways to make what a case starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.conform import Api, Cast, Prisoner

OCCURRED = "2025-03-04T09:15:00"
CREATED = "2025-03-04T09:20:31.482911"


def note(username: str, **members: Any) -> dict[str, Any]:
    """Return a request that N2 accepts."""
    return {
        "caseNoteType": "KA",
        "caseNoteSubType": "KS",
        "occurrenceDateTime": OCCURRED,
        "creationDateTime": CREATED,
        "authorUsername": username,
        "caseNoteText": "Met on the wing.",
    } | members


def written(nomis: Api, cast: Cast, **members: Any) -> tuple[int, Prisoner, str]:
    """Write a note by N2; returns its id, its prisoner and its author's account."""
    prisoner = cast.prisoner()
    username = members.pop("authorUsername", None) or cast.staff().username
    path = f"/prisoners/{prisoner.number}/casenotes"
    answer = nomis.post(path, note(username, **members))
    assert answer.status == 201, answer.body
    return answer.body["id"], prisoner, username


def shown(nomis: Api, note_id: int) -> dict[str, Any]:
    """Read a note by N1."""
    answer = nomis.get(f"/casenotes/{note_id}")
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def amendment(text: str, username: str = "XYZ98K_GEN", **members: Any) -> Any:
    """Return an amendment element of N3."""
    return {
        "text": text,
        "authorUsername": username,
        "createdDateTime": "2025-03-05T10:01:02.118",
    } | members


def error(status: int, prefix: str, message: str) -> dict[str, Any]:
    """Return the error body of 2.0, nulls printed."""
    return {
        "status": status,
        "errorCode": None,
        "userMessage": f"{prefix}: {message}",
        "developerMessage": message,
        "moreInfo": None,
    }


def alert(username: str, code: str = "XA", **members: Any) -> dict[str, Any]:
    """Return a request that NA5 accepts; nulls are sent, as to-nomis does."""
    return {
        "alertCode": code,
        "date": "2025-02-01",
        "isActive": True,
        "createUsername": username,
        "expiryDate": None,
        "comment": "Lighter found",
        "authorisedBy": None,
    } | members
