"""What becomes of a NOMIS event that its topic refuses (events-and-config 1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.conform import fact
from tests.conformance.nomis.bodies import amendment, note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.api import WorldApi
    from harness.conform import Api, Cast, Prisoner

RELAY = "events-and-config 1.1"
HOUSEKEEPING = 0.5
ROUNDED = 0.001


@pytest.fixture
def prisoner(cast: Cast, world: WorldApi) -> Iterator[Prisoner]:
    """Return a prisoner whose next event is refused; housekeeping comes soon."""
    found = cast.prisoner()
    world.option("relay-housekeeping", HOUSEKEEPING)
    refused = {"topic": "offender", "prisoner": found.number, "times": 1}
    world.option("topic-refuses", refused)
    yield found
    world.option("topic-refuses", None)
    world.option("relay-housekeeping", 600)


@fact(RELAY)
def test_a_refused_event_comes_with_housekeeping(
    nomis: Api, cast: Cast, world: WorldApi, prisoner: Prisoner
) -> None:
    """It is not lost, only late, and passed by what was raised after it until then."""
    path = f"/prisoners/{prisoner.number}/casenotes"
    answer = nomis.post(path, note(cast.staff().username))
    assert answer.status == 201
    note_id = answer.body["id"]
    update = {"text": "Again.", "amendments": [amendment("More.")]}
    assert nomis.put(f"/casenotes/{note_id}", update).status == 200
    assert world.settle([prisoner.number], 20)["settled"]
    entries = world.journal(scope=[prisoner.number], kinds=["request", "event"])
    at = {
        one.get("operation") or one["body"]["eventType"]: one["at"] for one in entries
    }
    due = (at["create_case_note"] // HOUSEKEEPING + 1) * HOUSEKEEPING
    assert at["OFFENDER_CASE_NOTES-INSERTED"] >= due - ROUNDED
    assert "OFFENDER_CASE_NOTES-UPDATED" in at
