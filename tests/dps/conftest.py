"""A case notes service of its own for each test, with stubbed upstream services."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from simulators.dps import build, handle
from simulators.wire.message import Response, answer
from tests.fake_client import FakeClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.dps import DpsModel
    from simulators.wire.message import OutboxEvent, Request

PREFIX = "ROLE_PRISONER_CASE_NOTES"
RO, RW, ADMIN = f"{PREFIX}__RO", f"{PREFIX}__RW", f"{PREFIX}__ADMIN"
SYNC, SYSGEN = f"{PREFIX}__SYNC__RW", f"{PREFIX}__SYSTEM_GENERATED__RW"
EVERY_ROLE = (RO, RW, ADMIN, SYNC, SYSGEN)
PRISONER, OTHER_PRISONER = "Y1234AB", "Y9876CD"
OFFICER, PROBATION = "OFFICER_GEN", "PROBATION_USER"
NOMIS_ID = 100_000_001
UNKNOWN_ID = "019567d2-8d1c-7b4e-9a52-6a0a6f2f1c11"


class Upstreams:
    """Canned answers by service and path; a list is used up one by one."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], Any] = {}
        self.calls: list[tuple[str, str]] = []

    def add_user(self, username: str, name: str, source: str, user_id: str) -> None:
        """Let manage-users know a user."""
        self.answers["manage-users", f"/users/{username}"] = {
            "username": username,
            "active": True,
            "name": name,
            "authSource": source,
            "userId": user_id,
        }

    def place(self, person: str, prison: str) -> None:
        """Let prisoner search know where a person is."""
        document = {"prisonerNumber": person, "prisonId": prison}
        self.answers["prisoner-search", f"/prisoner/{person}"] = document

    async def upstream(
        self,
        service: str,
        method: str,
        path: str,
        json: Any = None,
        headers: Any = None,
    ) -> Response:
        """Answer as a listener's port does."""
        assert method == "GET"
        self.calls.append((service, path))
        found = self.answers.get((service, path), answer(404, {"status": 404}))
        if isinstance(found, list) and found and isinstance(found[0], Response):
            found = found.pop(0) if len(found) > 1 else found[0]
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, Response) else answer(200, found)

    async def over_wire(
        self, source: str, service: str, request: Request, **_: Any
    ) -> Response:
        """Answer as the Wire does for a fake's own call."""
        query = f"?{request.query}" if request.query else ""
        return await self.upstream(service, request.method, request.path + query)


@dataclass
class Message:
    """A notification as the service's consumer parses it."""

    type: str
    body: dict[str, Any]
    message_id: str = "0b6c9e6e-0000-4000-8000-000000000001"


class Dps:
    """The service, its callers and its queue."""

    def __init__(self) -> None:
        self.client = FakeClient()
        self.service = self.client.add(build(self.client.clock))
        self.model: DpsModel = self.service.model
        self.upstreams = Upstreams()
        self.client.wire.upstream = self.upstreams.over_wire  # type: ignore[method-assign]
        self.upstreams.add_user(OFFICER, "Nina Okoro", "nomis", "485572")
        self.upstreams.add_user(PROBATION, "Pat Lee", "delius", "2500")
        self.upstreams.place(PRISONER, "MDI")

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str | None = OFFICER,
        roles: Any = EVERY_ROLE,
        **options: Any,
    ) -> Response:
        """Call with every role and as an officer unless told otherwise."""
        headers = {} if user is None else {"Username": user}
        return self.client.send(
            "dps", method, path, body, roles=roles, headers=headers, **options
        )

    def create(self, person: str = PRISONER, **members: Any) -> dict[str, Any]:
        """Write a note as the officer; returns it as answered."""
        body = {**note(), **members}
        user = body.pop("user", OFFICER)
        response = self.call("POST", f"/case-notes/{person}", body, user=user)
        assert response.status == 201, response.json()
        created: dict[str, Any] = response.json()
        return created

    def amend(self, created: dict[str, Any], text: str) -> dict[str, Any]:
        """Amend a note as the officer; returns it as answered."""
        person, note_id = created["offenderIdentifier"], created["caseNoteId"]
        path = f"/case-notes/{person}/{note_id}"
        response = self.call("PUT", path, {"text": text})
        assert response.status == 200, response.json()
        amended: dict[str, Any] = response.json()
        return amended

    def sync(self, expected: int = 201, **members: Any) -> dict[str, Any]:
        """Upsert from NOMIS; returns the answer."""
        response = self.call("PUT", "/sync/case-notes", from_nomis(**members))
        assert response.status == expected, response.json()
        result: dict[str, Any] = response.json()
        return result

    def sync_note(self, **members: Any) -> dict[str, Any]:
        """Upsert a new note from NOMIS; returns the note as read."""
        return self.read(self.sync(**members)["id"])

    def read(self, note_id: str, person: str = PRISONER) -> dict[str, Any]:
        """Read a note."""
        response = self.call("GET", f"/case-notes/{person}/{note_id}")
        assert response.status == 200, response.json()
        found: dict[str, Any] = response.json()
        return found

    def events(self) -> list[OutboxEvent]:
        """Take the events published since the last time, without the legacy noise."""
        taken = [*self.client.events, *self.model.outbox]
        self.client.events.clear()
        self.model.outbox.clear()
        return [one for one in taken if not one.type.startswith("prison.")]

    def deliver(self, kind: str, information: dict[str, Any], **members: Any) -> None:
        """Hand a message to the service's listener; raises what it raises."""
        body = {
            "eventType": kind,
            "occurredAt": "2026-03-02T09:00:00Z",
            "description": "what happened",
            "personReference": {"identifiers": []},
            "additionalInformation": information,
            **members,
        }
        self.client.run(handle(self.model, Message(kind, body), self.upstreams))

    def notes(self, person: str = PRISONER) -> list[dict[str, Any]]:
        """Return the person's notes as the snapshot has them."""
        found: list[dict[str, Any]] = self.model.snapshot({person})["notes"]
        return found

    def audit(self, person: str = PRISONER) -> list[dict[str, Any]]:
        """Return the person's audit rows as the snapshot has them."""
        found: list[dict[str, Any]] = self.model.snapshot({person})["audit"]
        return found


@pytest.fixture
def dps() -> Iterator[Dps]:
    """Return an empty case notes service."""
    service = Dps()
    yield service
    service.client.close()


def note(**members: Any) -> dict[str, Any]:
    """Return a create request as a user interface sends it."""
    return {
        "locationId": "MDI",
        "type": "KA",
        "subType": "KS",
        "occurrenceDateTime": "2026-03-02T08:30:00",
        "text": "Met on the wing.",
        **members,
    }


def author(username: str = "ABC12D_GEN", **members: Any) -> dict[str, Any]:
    """Return an author as from-nomis sends it."""
    return {
        "username": username,
        "userId": "485901",
        "firstName": "SAM",
        "lastName": "LEE",
        **members,
    }


def amendment(text: str, second: int = 0, **members: Any) -> dict[str, Any]:
    """Return an amendment as from-nomis sends it."""
    return {
        "text": text,
        "author": author(),
        "createdDateTime": f"2026-03-01T10:00:{second:02d}",
        "system": "NOMIS",
        **members,
    }


def from_nomis(**members: Any) -> dict[str, Any]:
    """Return a sync request as from-nomis sends it."""
    return {
        "legacyId": NOMIS_ID,
        "id": None,
        "personIdentifier": PRISONER,
        "locationId": "MDI",
        "type": "OBSERVE",
        "subType": "OBS_GEN",
        "occurrenceDateTime": "2026-03-01T09:15:00",
        "text": "Quiet night.",
        "systemGenerated": False,
        "author": author(),
        "createdDateTime": "2026-03-01T09:20:31",
        "createdByUsername": "ABC12D_GEN",
        "amendments": [],
        "system": "NOMIS",
        **members,
    }
