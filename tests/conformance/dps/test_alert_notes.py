"""7.6 and 7.7: what DPS does by itself on alerts and merges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from tests.conformance.alerts.bodies import made as raise_alert
from tests.conformance.alerts.bodies import raised
from tests.conformance.dps.bodies import events, shown, synced

if TYPE_CHECKING:
    from harness.api import WorldApi
    from harness.conform import Api, Cast

HANDLER = "http-contracts 7.7"


@pytest.fixture
def prisoner(world: WorldApi) -> str:
    """Return a prisoner where DPS writes the alert notes."""
    prison = world.add_prison(alert_writer="dps")["code"]
    return str(world.add_prisoner(prison)["prisoner"])


def notes(dps: Api, world: WorldApi, prisoner: str) -> list[dict[str, Any]]:
    """Return a prisoner's notes once DPS has worked off its queue."""
    assert world.settle([prisoner], 20)["settled"]
    found: list[dict[str, Any]] = dps.get(f"/sync/case-notes/{prisoner}").body
    return sorted(found, key=lambda one: str(one["creationDateTime"]))


@fact(HANDLER)
@pytest.mark.parametrize("source", ["DPS", "NOMIS"])
def test_an_alert_makes_a_note_whatever_its_source(
    dps: Api, alerts: Api, cast: Cast, world: WorldApi, prisoner: str, source: str
) -> None:
    """Type ALERT/ACTIVE, generated, at midnight, by the user who raised it."""
    staff = cast.staff()
    raised(alerts, prisoner, staff.username, source)
    [note] = notes(dps, world, prisoner)
    assert (note["type"], note["subType"]) == ("ALERT", "ACTIVE")
    assert note["text"] == "Alert Security and Arsonist made active."
    assert note["systemGenerated"] is True
    assert note["legacyId"] < 0
    assert note["occurrenceDateTime"] == "2025-02-01T00:00:00"
    assert note["authorUsername"] == staff.username
    assert note["authorName"] == staff.name


@fact("events-and-config fact 11, 12")
def test_without_the_subscription_no_alert_makes_a_note(
    dps: Api, alerts: Api, cast: Cast, world: WorldApi, prisoner: str
) -> None:
    """As the stored production configuration has it: merges only."""
    user = cast.staff().username
    world.option("dps-hears-alerts", False)
    try:
        raised(alerts, prisoner, user, "DPS")
        assert notes(dps, world, prisoner) == []
    finally:
        world.option("dps-hears-alerts", True)
    raise_alert(alerts, cast, code="XC", number=prisoner, user=user)
    assert len(notes(dps, world, prisoner)) == 1


@fact("events-and-config fact 10, 7.2")
def test_a_switch_in_its_own_shape_cannot_be_read(
    dps: Api, alerts: Api, cast: Cast, world: WorldApi, prisoner: str
) -> None:
    """The handler fails three times at once, and the event is a dead letter."""
    world.option("prison-switch-shape", "prison-api")
    try:
        raised(alerts, prisoner, cast.staff().username, "DPS")
        assert notes(dps, world, prisoner) == []
    finally:
        world.option("prison-switch-shape", "both")
    dead = [
        copy
        for copy in world.ledger([prisoner])
        if copy["queue"] == "case_notes_domain_events_dlq"
    ]
    assert len(dead) == 1


@fact(HANDLER)
def test_an_ended_alert_makes_a_second_note(
    dps: Api, alerts: Api, cast: Cast, world: WorldApi, prisoner: str
) -> None:
    """ALERT/INACTIVE at the end date."""
    user = cast.staff().username
    alert = raise_alert(alerts, cast, number=prisoner, user=user)
    notes(dps, world, prisoner)
    alerts.put(f"/alerts/{alert['alertUuid']}", {"activeTo": "2025-03-01"}, user=user)
    subs = {one["subType"]: one for one in notes(dps, world, prisoner)}
    ended = subs["INACTIVE"]
    assert ended["text"] == "Alert Security and Arsonist made inactive."
    assert ended["occurrenceDateTime"] == "2025-03-01T00:00:00"


@fact(f"{HANDLER}; 7.2")
def test_an_alert_note_is_told_as_dps_own(
    dps: Api, alerts: Api, cast: Cast, world: WorldApi, prisoner: str
) -> None:
    """Source DPS is forced, so to-nomis copies it."""
    raised(alerts, prisoner, cast.staff().username, "NOMIS")
    [note] = notes(dps, world, prisoner)
    [event] = events(world, note["caseNoteId"])
    assert event["eventType"] == "person.case-note.created"
    assert event["additionalInformation"]["source"] == "DPS"
    assert event["additionalInformation"]["syncToNomis"] is True


@fact(f"{HANDLER} (author unknown)")
def test_an_unknown_author_becomes_the_schema_owner(
    dps: Api, alerts: Api, world: WorldApi, prisoner: str
) -> None:
    """OMS_OWNER / 1 / System Generated."""
    raised(alerts, prisoner, None, "NOMIS")
    [note] = notes(dps, world, prisoner)
    assert note["authorUsername"] == "OMS_OWNER"
    assert note["authorUserId"] == "1"
    assert note["authorName"] == "System Generated"


@fact(f"{HANDLER} (switch)")
def test_no_note_where_the_prison_is_not_switched_on(
    dps: Api, alerts: Api, cast: Cast, world: WorldApi
) -> None:
    """NOMIS writes there."""
    prison = world.add_prison(alert_writer="nomis")["code"]
    prisoner = world.add_prisoner(prison)["prisoner"]
    raised(alerts, prisoner, cast.staff().username)
    assert notes(dps, world, prisoner) == []


@fact(f"{HANDLER} (no de-duplication)")
def test_a_redelivered_event_makes_a_second_note(
    dps: Api, alerts: Api, cast: Cast, world: WorldApi, prisoner: str
) -> None:
    """The same event twice, two notes."""
    alert = raised(alerts, prisoner, cast.staff().username).body
    assert len(notes(dps, world, prisoner)) == 1
    [told] = [
        entry["seq"]
        for entry in world.journal(kinds=["event"])
        if entry["body"].get("additionalInformation", {}).get("alertUuid")
        == alert["alertUuid"]
    ]
    world.redeliver(told)
    assert len(notes(dps, world, prisoner)) == 2


@fact(f"{HANDLER} (resync)")
def test_a_resync_makes_alert_notes_again(
    dps: Api, alerts: Api, cast: Cast, world: WorldApi, prisoner: str
) -> None:
    """A6 emits created events, each of which makes a note."""
    from tests.conformance.alerts.bodies import NOMIS_ALERTS, resync_element

    raised(alerts, prisoner, cast.staff().username)
    assert len(notes(dps, world, prisoner)) == 1
    path = f"/resync/{prisoner}/alerts"
    alerts.post(path, [resync_element()], roles=[NOMIS_ALERTS])
    assert len(notes(dps, world, prisoner)) == 2


@fact("http-contracts 7.6; 10.7")
def test_dps_moves_all_notes_on_a_merge(
    dps: Api, screens: Api, cast: Cast, world: WorldApi
) -> None:
    """Ids and legacy ids kept, `moved` events with source NOMIS."""
    kept, gone, staff = cast.prisoner(), cast.prisoner(), cast.staff()
    result, request = synced(dps, personIdentifier=gone.number)
    screens.post(
        f"/prisoners/{kept.number}/merge",
        {"removed": gone.number},
        user=staff.username,
    )
    assert world.settle([kept.number, gone.number], 20)["settled"]
    read = shown(dps, kept.number, result["id"])
    assert read["legacyId"] == request["legacyId"]
    event = events(world, result["id"])[-1]
    assert event["eventType"] == "person.case-note.moved"
    assert event["additionalInformation"]["source"] == "NOMIS"
    assert event["additionalInformation"]["previousNomsNumber"] == gone.number
