"""MA1 to MA10: which NOMIS alert is which DPS alert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_id, invented_number, invented_uuid
from tests.conformance.mapping.bodies import ALERTS, alert, alert_mapped, timeless

if TYPE_CHECKING:
    from harness.conform import Api

MA = "http-contracts 4.3"


def by_key(row: dict[str, Any]) -> str:
    """Return the path of MA1."""
    booking, sequence = row["nomisBookingId"], row["nomisAlertSequence"]
    return f"{ALERTS}/nomis-booking-id/{booking}/nomis-alert-sequence/{sequence}"


def of_prisoner(mapping: Api, number: str) -> list[dict[str, Any]]:
    """Read a prisoner's rows by MA8."""
    answer = mapping.get(f"{ALERTS}/{number}/all")
    assert answer.status == 200, answer.body
    return [timeless(row) for row in answer.body["mappings"]]


def pair(**members: Any) -> dict[str, Any]:
    """Return an element of a prisoner's list."""
    return {
        "dpsAlertId": invented_uuid(),
        "nomisBookingId": invented_id(),
        "nomisAlertSequence": 1,
    } | members


@fact(f"{MA} MA3")
def test_a_new_mapping_is_answered_with_nothing(mapping: Api) -> None:
    """201 with an empty body."""
    answer = mapping.post(ALERTS, alert())
    assert (answer.status, answer.raw) == (201, b"")


@fact(f"{MA} MA1; MA2")
def test_a_mapping_is_found_from_both_sides(mapping: Api) -> None:
    """By booking and sequence, and by DPS id."""
    request = alert_mapped(mapping)
    assert timeless(mapping.get(by_key(request)).body) == request
    path = f"{ALERTS}/dps-alert-id/{request['dpsAlertId']}"
    assert timeless(mapping.get(path).body) == request


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(by_key(alert()), id="key", marks=fact(f"{MA} MA1")),
        pytest.param(
            f"{ALERTS}/dps-alert-id/{invented_uuid()}",
            id="dps id",
            marks=fact(f"{MA} MA2"),
        ),
    ],
)
def test_an_unknown_alert_is_not_mapped(mapping: Api, path: str) -> None:
    """404 `Not Found`."""
    answer = mapping.get(path)
    assert answer.status == 404
    assert answer.body["userMessage"].startswith("Not Found: ")


@fact(f"{MA} (request default)")
def test_the_type_defaults_to_dps_created(mapping: Api) -> None:
    """As for notes."""
    request = alert()
    del request["mappingType"]
    assert mapping.post(ALERTS, request).status == 201
    assert mapping.get(by_key(request)).body["mappingType"] == "DPS_CREATED"


@fact(f"{MA} MA3")
@pytest.mark.parametrize("how", ["identical", "dps id", "nomis key"])
def test_any_duplicate_clashes(mapping: Api, how: str) -> None:
    """409, an identical one too, with both rows."""
    existing = alert_mapped(mapping)
    duplicate = dict(existing)
    if how == "dps id":
        duplicate["nomisBookingId"] = invented_id()
    if how == "nomis key":
        duplicate["dpsAlertId"] = invented_uuid()
    answer = mapping.post(ALERTS, duplicate)
    assert answer.status == 409
    body = answer.body
    assert (body["status"], body["errorCode"]) == ("409 CONFLICT", 1409)
    assert body["userMessage"] == "Conflict: Alert mapping already exists"
    assert timeless(body["moreInfo"]["duplicate"]) == duplicate
    assert timeless(body["moreInfo"]["existing"]) == existing


@fact(f"{MA} MA4")
def test_a_batch_is_all_or_nothing(mapping: Api) -> None:
    """409 leaves nothing behind."""
    known, fresh = alert_mapped(mapping), alert()
    assert mapping.post(f"{ALERTS}/batch", [fresh, known]).status == 409
    assert mapping.get(by_key(fresh)).status == 404
    assert mapping.post(f"{ALERTS}/batch", [fresh]).status == 201
    assert mapping.get(by_key(fresh)).status == 200


@fact(f"{MA} MA5")
def test_deleting_is_idempotent(mapping: Api) -> None:
    """204 always, empty."""
    request = alert_mapped(mapping)
    path = f"{ALERTS}/dps-alert-id/{request['dpsAlertId']}"
    for _ in range(2):
        answer = mapping.delete(path)
        assert (answer.status, answer.raw) == (204, b"")
    assert mapping.get(path).status == 404


@fact(f"{MA} MA6")
def test_a_prisoners_list_is_replaced(mapping: Api) -> None:
    """All rows go, the list comes; 200 empty."""
    number = invented_number()
    old = alert_mapped(mapping, offenderNo=number)
    new = pair()
    body = {"mappingType": "DPS_CREATED", "mappings": [new]}
    answer = mapping.put(f"{ALERTS}/{number}/all", body)
    assert (answer.status, answer.raw) == (200, b"")
    assert of_prisoner(mapping, number) == [
        new | {"offenderNo": number, "mappingType": "DPS_CREATED"}
    ]
    assert mapping.get(by_key(old)).status == 404


@fact(f"{MA} MA6")
def test_a_list_may_name_the_same_alerts_again(mapping: Api) -> None:
    """Rows of the prisoner are deleted first, so there is no clash."""
    number = invented_number()
    old = alert_mapped(mapping, offenderNo=number)
    same = {key: old[key] for key in pair()}
    body = {"mappingType": "NOMIS_CREATED", "mappings": [same]}
    assert mapping.put(f"{ALERTS}/{number}/all", body).status == 200
    assert len(of_prisoner(mapping, number)) == 1


@fact(f"{MA} MA7")
def test_a_merge_replaces_both_prisoners(mapping: Api) -> None:
    """Rows of both go, the list comes under the retained number."""
    kept, gone = invented_number(), invented_number()
    alert_mapped(mapping, offenderNo=kept)
    alert_mapped(mapping, offenderNo=gone)
    new = pair()
    body = {
        "removedOffenderNo": gone,
        "prisonerMapping": {"mappingType": "NOMIS_CREATED", "mappings": [new]},
    }
    answer = mapping.put(f"{ALERTS}/{kept}/merge", body)
    assert (answer.status, answer.raw) == (200, b"")
    assert [row["dpsAlertId"] for row in of_prisoner(mapping, kept)] == [
        new["dpsAlertId"]
    ]
    assert of_prisoner(mapping, gone) == []


@fact(f"{MA} MA8")
def test_a_prisoners_mappings_are_ordered(mapping: Api) -> None:
    """By booking, then sequence."""
    number, base = invented_number(), invented_id()
    for booking, sequence in ((2, 1), (1, 2), (1, 1)):
        alert_mapped(
            mapping,
            offenderNo=number,
            nomisBookingId=base + booking,
            nomisAlertSequence=sequence,
        )
    order = [
        (row["nomisBookingId"] - base, row["nomisAlertSequence"])
        for row in of_prisoner(mapping, number)
    ]
    assert order == [(1, 1), (1, 2), (2, 1)]


@fact(f"{MA} MA8")
def test_an_unknown_prisoner_has_no_mappings(mapping: Api) -> None:
    """200 with an empty list."""
    assert of_prisoner(mapping, invented_number()) == []


@fact(f"{MA} MA9")
def test_a_migration_replaces_like_the_put(mapping: Api) -> None:
    """201; the prisoner's rows are replaced."""
    number, new = invented_number(), pair()
    alert_mapped(mapping, offenderNo=number)
    body = {"label": "run-1", "mappingType": "MIGRATED", "mappings": [new]}
    assert mapping.post(f"{ALERTS}/{number}/all", body).status == 201
    [row] = of_prisoner(mapping, number)
    assert (row["dpsAlertId"], row["label"]) == (new["dpsAlertId"], "run-1")


@fact(f"{MA} MA9")
def test_a_migration_clashes_with_another_prisoner(mapping: Api) -> None:
    """409 when a row is somebody else's."""
    other = alert_mapped(mapping)
    body = {
        "mappingType": "MIGRATED",
        "mappings": [pair(dpsAlertId=other["dpsAlertId"])],
    }
    path = f"{ALERTS}/{invented_number()}/all"
    assert mapping.post(path, body).status == 409


@fact(f"{MA} MA10")
def test_a_mapping_can_move_to_another_booking(mapping: Api) -> None:
    """200 with the row; 404 when there is none."""
    request, booking = alert_mapped(mapping), invented_id()
    answer = mapping.put(by_key(request), {"bookingId": booking})
    assert answer.status == 200
    assert timeless(answer.body) == request | {"nomisBookingId": booking}
    assert mapping.put(by_key(request), {"bookingId": booking}).status == 404


@fact("http-contracts 4.0 (400)")
@pytest.mark.parametrize(
    "name", ["dpsAlertId", "nomisBookingId", "nomisAlertSequence", "offenderNo"]
)
def test_mandatory_members_of_a_mapping(mapping: Api, name: str) -> None:
    """400 `Validation failure` when one is missing."""
    request = alert()
    del request[name]
    answer = mapping.post(ALERTS, request)
    assert answer.status == 400
    assert answer.body["userMessage"].startswith("Validation failure: ")
