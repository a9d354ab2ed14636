"""A NOMIS of its own for each test: two prisons, two officers, two prisoners."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from simulators.nomis import build
from tests.fake_client import FakeClient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from simulators.nomis.rows import CaseNote
    from simulators.wire.message import Response

SYNC_ROLE = "ROLE_NOMIS_PRISONER_API__SYNCHRONISATION__RW"
SWITCH_ROLE = "ROLE_PRISON_API__SERVICE_AGENCY_SWITCHES__RW"
PRISONER, OTHER = "Y1234AB", "Y9876CD"
OFFICER, OTHER_OFFICER = "NQK21W_GEN", "NQT40S_GEN"
HERE, THERE = "ZNI", "ZSO"
MORNING = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - NOMIS keeps London wall clock


class Office:
    """The three NOMIS services behind one client, and the model they share."""

    def __init__(self, seed: int = 0, limits: tuple[str, ...] = ()) -> None:
        self.client = FakeClient(seed)
        self.services = build(self.client.clock, limits)
        for service in self.services:
            self.client.add(service)
        self.model = self.services.model
        self.model.add_prison(HERE, "North Island (HMP)")
        self.model.add_prison(THERE, "South Island (HMP)")
        self.model.add_staff(485_001, "NINA", "OKORO", ["NQK21W_GEN", "NQK21W_ADM"])
        self.model.add_staff(485_002, "SAM", "LEE", ["NQT40S_GEN"])
        self.booking = self.model.add_prisoner(PRISONER, HERE).bookings[0]
        self.other_booking = self.model.add_prisoner(OTHER, HERE).bookings[0]

    def api(self, method: str, path: str, body: Any = None, **options: Any) -> Response:
        """Call the NOMIS API as the sync."""
        options.setdefault("roles", [SYNC_ROLE])
        return self.client.send("nomis", method, path, body, **options)

    def screen(
        self, method: str, path: str, body: Any = None, officer: str = OFFICER
    ) -> Response:
        """Use an officers' screen."""
        return self.client.send(
            "nomis-screens",
            method,
            path,
            body,
            roles=[],
            headers={"Username": officer},
        )

    def legacy(
        self, method: str, path: str, body: Any = None, officer: str = OFFICER
    ) -> Response:
        """Call prison-api as a user of the DPS front end."""
        return self.client.send(
            "prison-api",
            method,
            path,
            body,
            roles=[SWITCH_ROLE],
            headers={"Username": officer},
        )

    def write_note(self, text: str = "Met on the wing.", **members: Any) -> int:
        """Write a note on the screen; returns its id."""
        made = self.screen(
            "POST",
            f"/prisoners/{PRISONER}/case-notes",
            {"type": "KA", "subType": "KS", "text": text, **members},
        )
        assert made.status == 201, made.json()
        note: int = made.json()["caseNoteId"]
        return note

    def row(self, case_note_id: int) -> CaseNote:
        """Return the stored row."""
        return self.model.notes.get(case_note_id)

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the events raised since last asked, as (type, body)."""
        found = [(event.type, event.body) for event in self.client.events]
        self.client.events.clear()
        return found


@pytest.fixture
def office() -> Iterator[Office]:
    """Return a NOMIS as deployed."""
    made = Office()
    yield made
    made.client.close()


@pytest.fixture
def intended() -> Iterator[Office]:
    """Return a NOMIS whose known faults are fixed."""
    from simulators.nomis.limits import KNOWN

    made = Office(limits=tuple(sorted(KNOWN)))
    yield made
    made.client.close()


def new_note(**members: Any) -> dict[str, Any]:
    """Return `CreateCaseNoteRequest` as to-nomis sends it."""
    return {
        "caseNoteType": "KA",
        "caseNoteSubType": "KS",
        "occurrenceDateTime": "2026-03-01T09:15:00",
        "creationDateTime": "2026-03-01T09:20:31.482911",
        "authorUsername": OFFICER,
        "caseNoteText": "Met on the wing.",
        **members,
    }


def new_alert(**members: Any) -> dict[str, Any]:
    """Return `CreateAlertRequest` as to-nomis sends it, nulls and all."""
    return {
        "alertCode": "XA",
        "date": "2026-03-01",
        "isActive": True,
        "createUsername": OFFICER,
        "expiryDate": None,
        "comment": "Lighter found",
        "authorisedBy": None,
        **members,
    }


def words(response: Response) -> str:
    """Return the developer message of an error body."""
    text: str = response.json()["developerMessage"]
    return text
