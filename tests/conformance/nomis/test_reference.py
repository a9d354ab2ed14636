"""NA9 to NA11 and the agency switches: reference data of the NOMIS API."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import pytest

from harness.conform import fact
from tests.conformance.nomis.bodies import alert

if TYPE_CHECKING:
    from harness.conform import Api, Cast

NA = "http-contracts 2.6"


def fresh(nomis: Api, kind: str) -> str:
    """Add a code or type that nobody has; returns it."""
    code = f"Q{secrets.token_hex(3).upper()}"
    body = {"code": code, "description": "Invented", "listSequence": 99}
    if kind == "codes":
        body["typeCode"] = "X"
    answer = nomis.post(f"/alerts/{kind}", body)
    assert (answer.status, answer.raw) == (201, b"")
    return code


@fact(f"{NA} NA9")
@pytest.mark.parametrize("kind", ["codes", "types"])
def test_a_new_entry_is_answered_with_nothing(nomis: Api, kind: str) -> None:
    """201 and a truly empty body; the same again is 409."""
    code = fresh(nomis, kind)
    body = {"code": code, "description": "x", "listSequence": 1, "typeCode": "X"}
    assert nomis.post(f"/alerts/{kind}", body).status == 409


@fact(f"{NA} NA9")
def test_a_new_code_can_be_used(nomis: Api, cast: Cast) -> None:
    """An alert of the new code is accepted and typed by its parent."""
    code = fresh(nomis, "codes")
    path = f"/prisoners/{cast.prisoner().number}/alerts"
    answer = nomis.post(path, alert(cast.staff().username, code))
    assert answer.status == 201
    assert answer.body["type"]["code"] == "X"


@fact(f"{NA} NA9")
def test_a_code_needs_a_known_type(nomis: Api) -> None:
    """400 for an unknown parent."""
    code = f"Q{secrets.token_hex(3).upper()}"
    body = {"code": code, "typeCode": "QQ", "description": "x", "listSequence": 1}
    assert nomis.post("/alerts/codes", body).status == 400


@fact(f"{NA} NA10")
@pytest.mark.parametrize("kind", ["codes", "types"])
def test_an_entry_can_be_renamed(nomis: Api, kind: str) -> None:
    """204 with an empty body."""
    code = fresh(nomis, kind)
    answer = nomis.put(f"/alerts/{kind}/{code}", {"description": "Renamed"})
    assert (answer.status, answer.raw) == (204, b"")


@fact(f"{NA} NA10")
def test_a_new_description_shows_on_alerts(nomis: Api, cast: Cast) -> None:
    """Descriptions are looked up, not stored on the alert."""
    code = fresh(nomis, "codes")
    path = f"/prisoners/{cast.prisoner().number}/alerts"
    made = nomis.post(path, alert(cast.staff().username, code)).body
    nomis.put(f"/alerts/codes/{code}", {"description": "Renamed"})
    key = f"{made['bookingId']}/alerts/{made['alertSequence']}"
    read = nomis.get(f"/prisoners/booking-id/{key}").body
    assert read["alertCode"]["description"] == "Renamed"


@fact(f"{NA} NA10")
@pytest.mark.parametrize("kind", ["codes", "types"])
def test_an_unknown_entry_cannot_be_renamed(nomis: Api, kind: str) -> None:
    """404."""
    answer = nomis.put(f"/alerts/{kind}/QNONE", {"description": "x"})
    assert answer.status == 404


@fact(f"{NA} NA11")
@pytest.mark.parametrize("kind", ["codes", "types"])
@pytest.mark.parametrize("action", ["deactivate", "reactivate"])
def test_an_entry_can_be_taken_out_of_use_and_back(
    nomis: Api, kind: str, action: str
) -> None:
    """204, empty, and twice is no error."""
    code = fresh(nomis, kind)
    for _ in range(2):
        answer = nomis.put(f"/alerts/{kind}/{code}/{action}")
        assert (answer.status, answer.raw) == (204, b"")


@fact(f"{NA} NA11")
@pytest.mark.parametrize("kind", ["codes", "types"])
@pytest.mark.parametrize("action", ["deactivate", "reactivate"])
def test_an_unknown_entry_cannot_be_switched(
    nomis: Api, kind: str, action: str
) -> None:
    """404."""
    assert nomis.put(f"/alerts/{kind}/QNONE/{action}").status == 404


@fact("events-and-config 7.1, 7.4")
def test_alerts_read_alike_in_both_systems(nomis: Api, alerts: Api, cast: Cast) -> None:
    """Each code of DPS is one of NOMIS, and both describe it in the same words."""
    username = cast.staff().username
    path = f"/prisoners/{cast.prisoner().number}/alerts"
    shared = [
        (entry["code"], entry["description"], entry["alertTypeCode"])
        for entry in alerts.get("/alert-codes").body
        if entry["createdBy"] == "SYS"
    ]
    assert len(shared) > 40
    for code, description, kind in shared:
        made = nomis.post(path, alert(username, code))
        assert made.status == 201, made.body
        assert made.body["alertCode"] == {"code": code, "description": description}
        known = alerts.get(f"/alert-types/{kind}").body
        shown = {"code": kind, "description": known["description"]}
        assert made.body["type"] == shown


@fact("http-contracts 12 NOMIS (agency-switches)")
def test_switches_of_an_unknown_service_are_not_found(nomis: Api) -> None:
    """404, which the published document leaves out."""
    assert nomis.get("/agency-switches/NO_SUCH_SERVICE").status == 404
