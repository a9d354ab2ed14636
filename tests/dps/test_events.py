"""What is published, by whom it seems to be, and in which words (events 2.1-2.3)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

import contracts
from tests.dps.conftest import ADMIN, OTHER_PRISONER, PRISONER

if TYPE_CHECKING:
    from tests.dps.conftest import Dps


def test_created_event_has_every_member(dps: Dps) -> None:
    """The body and the attributes are those of the real event."""
    dps.model.base_url = "http://dps-casenotes:8080"
    created = dps.create()
    event, published = dps.client.events
    note_id = created["caseNoteId"]
    assert event.topic == "domain"
    assert event.attributes == {
        "eventType": "person.case-note.created",
        "type": "KA",
        "subType": "KS",
    }
    assert event.body == {
        "occurredAt": "2026-03-02T09:00:00Z",
        "eventType": "person.case-note.created",
        "detailUrl": f"http://dps-casenotes:8080/case-notes/{PRISONER}/{note_id}",
        "description": "A case note has been created",
        "additionalInformation": {
            "id": note_id,
            "legacyId": -1,
            "type": "KA",
            "subType": "KS",
            "source": "DPS",
            "syncToNomis": True,
            "systemGenerated": False,
            "previousNomsNumber": None,
        },
        "personReference": {"identifiers": [{"type": "NOMS", "value": PRISONER}]},
        "version": 1,
    }
    assert published.type == "prison.case-note.published"
    assert published.body["additionalInformation"] == {
        "caseNoteId": note_id,
        "caseNoteType": "KA-KS",
    }
    assert published.attributes["caseNoteType"] == "KA-KS"


def test_each_change_publishes_its_events_with_its_source(dps: Dps) -> None:
    """Users' changes say DPS, the sync's say NOMIS (2.2)."""
    path = f"/case-notes/{PRISONER}"
    created = dps.create()
    by_id = f"/admin/case-notes/{created['caseNoteId']}"
    dps.amend(created, "More.")
    replacement = {
        "type": "KA",
        "subType": "KE",
        "text": "New.",
        "occurrenceDateTime": "2026-03-01T07:00:00",
        "reason": "Wrong",
    }
    dps.call("PUT", by_id, replacement)
    dps.call("DELETE", by_id, {"reason": "Wrong"}, roles=[ADMIN])
    dps.call("DELETE", f"{path}/{dps.create()['caseNoteId']}")
    dps.call("DELETE", f"/sync/case-notes/{dps.sync()['id']}")
    published = [
        (
            one.type.rpartition(".")[2],
            one.body["additionalInformation"].get("source"),
        )
        for one in dps.client.events
    ]
    assert published == [
        ("created", "DPS"),
        ("published", None),
        ("updated", "DPS"),
        ("published", None),
        ("updated", "DPS"),
        ("deleted", "DPS"),
        ("created", "DPS"),
        ("published", None),
        ("deleted", "DPS"),
        ("created", "NOMIS"),
        ("deleted", "NOMIS"),
    ]


def test_event_says_whether_the_type_syncs(dps: Dps) -> None:
    """A DPS-only note is announced as such on every kind (corpus TOG-10)."""
    created = dps.amend(dps.create(type="OMIC", subType="GEN"), "More.")
    dps.call("DELETE", f"/case-notes/{PRISONER}/{created['caseNoteId']}")
    flags = [one.body["additionalInformation"]["syncToNomis"] for one in dps.events()]
    assert flags == [False, False, False]


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        ("2026-03-02T09:00:00", "2026-03-02T09:00:00Z"),
        ("2026-07-02T09:00:00.52", "2026-07-02T09:00:00.52+01:00"),
        ("2026-10-25T01:30:00", "2026-10-25T01:30:00+01:00"),
    ],
)
def test_event_time_carries_the_offset_of_london(
    dps: Dps, moment: str, shown: str
) -> None:
    """`Z` in winter, `+01:00` in summer, never `+00:00`; the note's time has none."""
    dps.client.clock.set_calendar(datetime.fromisoformat(moment))
    created = dps.create()
    (event,) = dps.events()
    assert event.body["occurredAt"] == shown
    assert created["creationDateTime"] == moment


def test_refused_changes_publish_nothing(dps: Dps) -> None:
    """Events tell only of what was committed."""
    created = dps.create()
    dps.events()
    dps.call("PUT", f"/case-notes/{OTHER_PRISONER}/{created['caseNoteId']}", {})
    body = {"text": "x"}
    dps.call("PUT", f"/case-notes/{OTHER_PRISONER}/{created['caseNoteId']}", body)
    dps.call("DELETE", "/sync/case-notes/019567d2-8d1c-7b4e-9a52-6a0a6f2f1c11")
    assert dps.client.events == []


def test_every_event_fits_the_published_event_contract(dps: Dps) -> None:
    """Bodies of all kinds, the legacy one too, are those of the event document."""
    created = dps.amend(dps.create(), "More.")
    body = {
        "fromPersonIdentifier": PRISONER,
        "toPersonIdentifier": OTHER_PRISONER,
        "caseNoteIds": [created["caseNoteId"]],
    }
    dps.call("PUT", "/move/case-notes", body)
    dps.call("DELETE", f"/sync/case-notes/{created['caseNoteId']}")
    kinds = {one.type for one in dps.client.events}
    assert len(kinds) == 5
    checker = contracts.events()
    for one in dps.client.events:
        assert checker.check(one.type, one.body) == []
