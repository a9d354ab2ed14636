"""Alert mappings: MA1 to MA10 of http-contracts 4.3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.mapping.conftest import (
    BOOKING,
    DPS_1,
    DPS_2,
    DPS_3,
    OTHER_BOOKING,
    OTHER_PRISONER,
    PRISONER,
    alert,
)

if TYPE_CHECKING:
    from tests.mapping.conftest import Mapping


def listed(*rows: tuple[str, int, int], mapping_type: str = "NOMIS_CREATED") -> Any:
    """Return a PrisonerAlertMappingsDto."""
    return {
        "mappingType": mapping_type,
        "mappings": [
            {"dpsAlertId": dps, "nomisBookingId": booking, "nomisAlertSequence": seq}
            for dps, booking, seq in rows
        ],
    }


def of_prisoner(mapping: Mapping, number: str) -> list[tuple[str, int, int]]:
    """Return (DPS id, booking, sequence) of a prisoner's rows as MA8 lists them."""
    rows = mapping.call("GET", f"/alerts/{number}/all").json()["mappings"]
    return [
        (row["dpsAlertId"], row["nomisBookingId"], row["nomisAlertSequence"])
        for row in rows
    ]


def test_a_mapped_alert_is_found_from_either_side(mapping: Mapping) -> None:
    """One row answers for the NOMIS key (MA1) and the DPS id (MA2)."""
    made = mapping.map_alert()
    assert (made.status, made.body) == (201, b"")
    nomis = f"/alerts/nomis-booking-id/{BOOKING}/nomis-alert-sequence/1"
    by_nomis = mapping.call("GET", nomis)
    by_dps = mapping.call("GET", f"/alerts/dps-alert-id/{DPS_1}")
    assert by_nomis.json() == by_dps.json()
    row = by_nomis.json()
    row.pop("whenCreated")
    assert row == {
        "dpsAlertId": DPS_1,
        "nomisBookingId": BOOKING,
        "nomisAlertSequence": 1,
        "offenderNo": PRISONER,
        "mappingType": "NOMIS_CREATED",
    }


def test_unmapped_alerts_are_404(mapping: Mapping) -> None:
    """An unknown key on either side is not found."""
    nomis = f"/alerts/nomis-booking-id/{BOOKING}/nomis-alert-sequence/1"
    assert mapping.call("GET", nomis).status == 404
    assert mapping.call("GET", f"/alerts/dps-alert-id/{DPS_1}").status == 404


@pytest.mark.parametrize(
    "members",
    [{}, {"nomisAlertSequence": 2}, {"dpsAlertId": DPS_2}],
    ids=["identical", "same DPS id", "same NOMIS key"],
)
def test_any_duplicate_alert_mapping_conflicts(
    mapping: Mapping, members: dict[str, Any]
) -> None:
    """Unlike a note, an alert's identical mapping is a conflict too (MA3)."""
    mapping.map_alert()
    clash = mapping.map_alert(**members)
    assert clash.status == 409
    body = clash.json()
    assert body["userMessage"] == "Conflict: Alert mapping already exists"
    assert body["developerMessage"] == "Alert mapping already exists"
    assert body["status"] == "409 CONFLICT"
    assert body["moreInfo"]["existing"]["dpsAlertId"] == DPS_1
    duplicate = {**alert(), **members}
    assert body["moreInfo"]["duplicate"] == duplicate
    assert len(mapping.model.alerts) == 1


def test_a_batch_of_alerts_is_all_or_nothing(mapping: Mapping) -> None:
    """One clash keeps the whole batch out (MA4)."""
    mapping.map_alert()
    batch = [alert(dpsAlertId=DPS_2, nomisAlertSequence=2), alert()]
    assert mapping.call("POST", "/alerts/batch", batch).status == 409
    assert len(mapping.model.alerts) == 1
    assert mapping.call("POST", "/alerts/batch", batch[:1]).status == 201
    repeated = [alert(dpsAlertId=DPS_3, nomisAlertSequence=3)] * 2
    assert mapping.call("POST", "/alerts/batch", repeated).status == 500
    assert len(mapping.model.alerts) == 2


def test_forgetting_an_alert_is_never_an_error(mapping: Mapping) -> None:
    """Deletion by DPS id frees the NOMIS key as well and may be repeated (MA5)."""
    mapping.map_alert()
    for _ in range(2):
        gone = mapping.call("DELETE", f"/alerts/dps-alert-id/{DPS_1}")
        assert (gone.status, gone.body) == (204, b"")
    assert mapping.map_alert(dpsAlertId=DPS_2).status == 201


def test_replacing_a_prisoners_alerts_leaves_only_the_list(mapping: Mapping) -> None:
    """A resync replaces all rows, also under keys they had before (MA6)."""
    mapping.map_alert()
    mapping.map_alert(dpsAlertId=DPS_2, nomisAlertSequence=2)
    mapping.map_alert(
        dpsAlertId=DPS_3, nomisBookingId=OTHER_BOOKING, offenderNo=OTHER_PRISONER
    )
    body = listed((DPS_2, BOOKING, 3), (DPS_1, BOOKING, 2))
    done = mapping.call("PUT", f"/alerts/{PRISONER}/all", body)
    assert (done.status, done.body) == (200, b"")
    assert of_prisoner(mapping, PRISONER) == [(DPS_1, BOOKING, 2), (DPS_2, BOOKING, 3)]
    assert of_prisoner(mapping, OTHER_PRISONER) == [(DPS_3, OTHER_BOOKING, 1)]


def test_a_replacement_that_clashes_changes_nothing(mapping: Mapping) -> None:
    """A list naming another prisoner's alert fails whole and keeps the old rows."""
    mapping.map_alert()
    mapping.map_alert(
        dpsAlertId=DPS_3, nomisBookingId=OTHER_BOOKING, offenderNo=OTHER_PRISONER
    )
    body = listed((DPS_2, BOOKING, 1), (DPS_3, BOOKING, 2))
    assert mapping.call("PUT", f"/alerts/{PRISONER}/all", body).status == 500
    assert of_prisoner(mapping, PRISONER) == [(DPS_1, BOOKING, 1)]
    assert mapping.call("POST", f"/alerts/{PRISONER}/all", body).status == 409
    assert of_prisoner(mapping, PRISONER) == [(DPS_1, BOOKING, 1)]


def test_a_merge_takes_the_rows_of_both_prisoners(mapping: Mapping) -> None:
    """After a merge only the list stands, under the retained number (MA7)."""
    mapping.map_alert()
    mapping.map_alert(
        dpsAlertId=DPS_2, nomisBookingId=OTHER_BOOKING, offenderNo=OTHER_PRISONER
    )
    body = {
        "removedOffenderNo": OTHER_PRISONER,
        "prisonerMapping": listed((DPS_3, BOOKING, 1)),
    }
    done = mapping.call("PUT", f"/alerts/{PRISONER}/merge", body)
    assert (done.status, done.body) == (200, b"")
    assert of_prisoner(mapping, PRISONER) == [(DPS_3, BOOKING, 1)]
    assert of_prisoner(mapping, OTHER_PRISONER) == []


def test_loading_a_prisoner_may_be_repeated(mapping: Mapping) -> None:
    """The load replaces a prisoner's rows and records how many there were (MA9)."""
    path = f"/alerts/{PRISONER}/all"
    body = {**listed((DPS_1, BOOKING, 1), mapping_type="MIGRATED"), "label": "load-1"}
    for _ in range(2):
        assert mapping.call("POST", path, body).status == 201
    assert of_prisoner(mapping, PRISONER) == [(DPS_1, BOOKING, 1)]
    assert mapping.model.alert_loads == {PRISONER: ("load-1", 1)}


def test_an_alert_mapping_can_change_booking(mapping: Mapping) -> None:
    """The row keeps its DPS id and is found under the new booking only (MA10)."""
    mapping.map_alert()
    old = f"/alerts/nomis-booking-id/{BOOKING}/nomis-alert-sequence/1"
    new = f"/alerts/nomis-booking-id/{OTHER_BOOKING}/nomis-alert-sequence/1"
    moved = mapping.call("PUT", old, {"bookingId": OTHER_BOOKING})
    assert moved.json()["nomisBookingId"] == OTHER_BOOKING
    assert mapping.call("GET", new).json()["dpsAlertId"] == DPS_1
    assert mapping.call("PUT", old, {"bookingId": OTHER_BOOKING}).status == 404
    same = mapping.call("PUT", new, {"bookingId": OTHER_BOOKING})
    assert same.status == 200
    mapping.map_alert(dpsAlertId=DPS_2)
    taken = mapping.call("PUT", new, {"bookingId": BOOKING})
    assert taken.status == 500
    assert len(mapping.model.alerts) == 2
    snapshot = mapping.model.snapshot({PRISONER})["alerts"]
    assert snapshot[0] == {
        "dps_id": DPS_2,
        "booking": BOOKING,
        "sequence": 1,
        "prisoner": PRISONER,
        "mapping_type": "NOMIS_CREATED",
    }
