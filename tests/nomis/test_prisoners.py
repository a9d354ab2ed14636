"""Prisoner ids, agency switches and splash screens of the NOMIS API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nomis.conftest import HERE, OTHER, PRISONER, THERE, Office, words


def page(office: Office, path: str) -> dict[str, Any]:
    """Get a page."""
    answered = office.api("GET", path)
    assert answered.status == 200
    found: dict[str, Any] = answered.json()
    return found


def test_active_prisoners_come_in_pages(office: Office) -> None:
    """Released prisoners are left out; a Spring page says where it stands."""
    office.model.add_prisoner("Y5555EF", HERE)
    office.screen("POST", f"/prisoners/{OTHER}/release")
    found = page(office, "/prisoners/ids/active?page=1&size=1")
    assert found["content"] == [{"bookingId": 1_200_003, "offenderNo": "Y5555EF"}]
    assert (found["totalElements"], found["totalPages"]) == (2, 2)
    assert (found["number"], found["size"], found["last"]) == (1, 1, True)
    assert found["pageable"]["offset"] == 1
    down = page(office, "/prisoners/ids/active?sort=bookingId,DESC")
    assert [each["offenderNo"] for each in down["content"]] == ["Y5555EF", PRISONER]
    assert page(office, "/prisoners/ids/active?page=9")["content"] == []


def test_all_prisoners_come_by_offender_id(office: Office) -> None:
    """Ten a page unless asked otherwise; released ones too."""
    office.screen("POST", f"/prisoners/{OTHER}/release")
    found = page(office, "/prisoners/ids/all")
    assert found["content"] == [{"offenderNo": PRISONER}, {"offenderNo": OTHER}]
    assert found["size"] == 10


def test_prisoners_after_an_offender_id(office: Office) -> None:
    """The whole estate is walked by the last id; 0 at the end (N9)."""
    where = "/prisoners/ids/all-from-id"
    first = page(office, f"{where}?pageSize=1")
    assert first == {
        "prisonerIds": [{"offenderNo": PRISONER}],
        "lastOffenderId": 2_500_001,
    }
    second = page(office, f"{where}?pageSize=1&offenderId=2500001")
    assert second["prisonerIds"] == [{"offenderNo": OTHER}]
    third = page(office, f"{where}?pageSize=1&offenderId=2500002")
    assert third == {"prisonerIds": [], "lastOffenderId": 0}


def test_paging_parameters_are_numbers(office: Office) -> None:
    """A word is 400."""
    assert office.api("GET", "/prisoners/ids/all?page=one").status == 400


def test_where_a_prisoner_is(office: Office) -> None:
    """By the latest booking; 404 without one, 400 for a malformed number (N10)."""
    assert office.api("GET", f"/prisoners/{PRISONER}").json() == {
        "offenderNo": PRISONER,
        "offenderId": 2_500_001,
        "rootOffenderId": 2_500_001,
        "bookingId": office.booking,
        "location": HERE,
        "active": True,
    }
    missing = office.api("GET", "/prisoners/Y0000ZZ")
    assert missing.status == 404
    assert words(missing) == "No prisoner with offender Y0000ZZ found"
    assert office.api("GET", "/prisoners/nobody").status == 400


SERVICE = "/agency-switches/ALERTS_CASE_NOTES"


def test_agency_switches(office: Office) -> None:
    """Unknown service 404; known and off everywhere an empty list; on where turned."""
    assert office.api("GET", "/agency-switches/NOTHING").status == 404
    assert office.api("GET", SERVICE).json() == []
    assert office.api("POST", f"{SERVICE}/agency/{HERE}").status == 201
    assert office.api("POST", f"{SERVICE}/agency/{HERE}").status == 201
    assert office.api("GET", SERVICE).json() == [
        {"agencyId": HERE, "name": "North Island (HMP)"}
    ]
    assert office.api("GET", f"{SERVICE}/agency/{HERE}").status == 204
    assert office.api("GET", f"{SERVICE}/agency/{THERE}").status == 404
    assert office.api("POST", f"{SERVICE}/agency/NOPE").status == 404
    assert office.api("POST", f"/agency-switches/NOTHING/agency/{HERE}").status == 404


def test_all_agencies_at_once(office: Office) -> None:
    """`*ALL*`, one star each side, counts everywhere."""
    assert office.api("POST", f"{SERVICE}/agency/*ALL*").status == 201
    assert office.api("GET", f"{SERVICE}/agency/{THERE}").status == 204


def test_the_switch_where_a_prisoner_is(office: Office) -> None:
    """By the latest booking's location."""
    office.api("POST", f"{SERVICE}/agency/{THERE}")
    where = f"{SERVICE}/prisoner/{PRISONER}"
    assert office.api("GET", where).status == 404
    office.screen("POST", f"/prisoners/{PRISONER}/transfer", {"prison": THERE})
    assert office.api("GET", where).status == 204
    assert office.api("GET", f"{SERVICE}/prisoner/Y0000ZZ").status == 404


def test_splash_screens(office: Office) -> None:
    """A screen lists its prisons and whether each is blocked."""
    office.model.set_screens(HERE, on=False)
    office.model.set_screens(THERE, on=True)
    found = office.api("GET", "/splash-screens/OIDNOMIS").json()
    assert found["accessBlockedType"]["code"] == "COND"
    assert [
        (each["prisonId"], each["accessBlocked"]) for each in found["conditions"]
    ] == [
        (HERE, True),
        (THERE, False),
    ]
    blocked = office.api("GET", "/splash-screens/OIDNOMIS/blocked")
    assert blocked.json() == [{"prisonId": HERE}]
    for path in ("/splash-screens/NOPE", "/splash-screens/NOPE/blocked"):
        assert office.api("GET", path).status == 404


@pytest.mark.parametrize(
    ("kind", "blocked"), [("YES", [HERE, THERE]), ("COND", [HERE]), ("NO", [])]
)
def test_the_type_of_block_decides(
    office: Office, kind: str, blocked: list[str]
) -> None:
    """YES blocks every listed prison, COND the flagged ones, NO none."""
    office.model.set_screens(HERE, on=False)
    office.model.set_screens(THERE, on=True)
    office.model.screens.screens["OIDNOMIS"].blocked_type = kind
    listed = office.api("GET", "/splash-screens/OIDNOMIS/blocked").json()
    assert [each["prisonId"] for each in listed] == blocked
    for prison in (HERE, THERE):
        assert office.model.screens.open("OIDNOMIS", prison) == (prison not in blocked)
