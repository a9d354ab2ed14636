"""Who calls while a fake is fuzzed, and the ids of its world to draw from."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any
from uuid import UUID

import contracts
from harness import credentials

if TYPE_CHECKING:
    from harness.conform.ours import OwnWorld


def headers(own: OwnWorld, service: str) -> list[str]:
    """Return the options that sign the calls on: every role, and a user."""
    roles = {
        role
        for operation in contracts.load(service).operations
        for role in operation.roles or ()
    }
    user = own.api.add_staff()["usernames"][0]
    credential = f"Bearer {own.mint(roles, user)}"
    if service == "auth":
        client = credentials.TO_NOMIS["dps"]
        pair = f"{client.id}:{client.secret}".encode()
        credential = f"Basic {b64encode(pair).decode()}"
    return ["-H", f"Username: {user}", "-H", f"Authorization: {credential}"]


def pool(own: OwnWorld, service: str) -> dict[str, list[Any]]:
    """Return ids, codes and users that exist in the world, by name of the member."""
    prison = own.api.add_prison(alert_writer="dps")["code"]
    staff = own.api.add_staff(accounts=2, prison=prison)["usernames"]
    made = [own.api.add_prisoner(prison) for _ in range(3)]
    numbers = [one["prisoner"] for one in made]
    bookings = [one["booking"] for one in made]
    notes = [
        own.api.act(
            "nomis-screens",
            "create_note",
            {"prisoner": number},
            body={"type": "KA", "subType": "KS", "text": "Seen."},
            user=staff[0],
        )["body"]["caseNoteId"]
        for number in numbers
    ]
    # Elsewhere an `id` is a UUID.
    people = {"id": numbers} if service == "prisoner-search" else {}
    return {
        **people,
        "offenderNo": numbers,
        "personIdentifier": numbers,
        "prisonNumber": numbers,
        "prisoner": numbers,
        "bookingId": bookings,
        "alertSequence": [1, 2],
        "caseNoteId": notes,
        "username": staff,
        "authorUsername": staff,
        "createUsername": staff,
        "caseNoteType": ["KA"],
        "caseNoteSubType": ["KS", "KE"],
        "type": ["KA"],
        "subType": ["KS", "KE"],
        "alertCode": ["XA", "HA"],
        "code": ["XA", "HA"],
        "agencyId": [prison],
        "prisonCode": [prison],
        "serviceCode": ["ALERTS_CASE_NOTES"],
        "dpsCaseNoteId": [str(UUID(int=number)) for number in range(1, 100)],
    }
