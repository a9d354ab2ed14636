"""C14 to C18: types, counts and repair."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_number, invented_uuid
from tests.conformance.dps.bodies import (
    RO,
    RW,
    amendment,
    author,
    events,
    synced,
    validation,
)

if TYPE_CHECKING:
    from harness.api import WorldApi
    from harness.conform import Api

C14, C15, C16, C17 = (f"http-contracts 3.2 C{number}" for number in range(14, 18))


def types(dps: Api, **query: Any) -> dict[str, list[str]]:
    """Return the listed sub types by type."""
    answer = dps.get("/case-notes/types", query=query, roles=[RW])
    assert answer.status == 200
    return {
        one["code"]: [sub["code"] for sub in one["subCodes"]] for one in answer.body
    }


@fact("http-contracts 3.2 C15; 3.3")
def test_types_leave_out_inactive_and_restricted(dps: Api) -> None:
    """By default: active, not restricted, selectable or not."""
    found = types(dps)
    assert {"KE", "KS"} <= set(found["KA"])
    assert "ALERT" in found
    assert "OSE" not in found["GEN"]
    assert "POM" not in found
    assert "INFOSHARE_FM" not in found.get("OMIC", [])


@fact(C15)
@pytest.mark.parametrize(
    ("query", "kind", "sub"),
    [
        ({"includeInactive": "true"}, "POM", "POME"),
        ({"includeRestricted": "true"}, "OMIC", "INFOSHARE_FM"),
    ],
)
def test_types_can_be_asked_for(
    dps: Api, query: dict[str, str], kind: str, sub: str
) -> None:
    """Inactive and restricted ones each by a flag."""
    assert sub in types(dps, **query)[kind]


@fact(C15)
def test_types_for_users_are_the_selectable_ones(dps: Api) -> None:
    """A type without remaining sub types is left out."""
    assert "ALERT" not in types(dps, selectableBy="DPS_USER")


@fact(C15)
def test_types_are_sorted_by_description(dps: Api) -> None:
    """Ignoring case, then by code; sub types the same way."""
    body = dps.get("/case-notes/types", roles=[RW]).body
    for entries in (body, *(one["subCodes"] for one in body)):
        keys = [(one["description"].lower(), one["code"]) for one in entries]
        assert keys == sorted(keys)


@fact(C15)
def test_a_sub_type_tells_its_flags(dps: Api) -> None:
    """SyncToNomis is not among them."""
    body = dps.get("/case-notes/types", roles=[RW]).body
    [key_work] = [one for one in body if one["code"] == "KA"]
    [session] = [sub for sub in key_work["subCodes"] if sub["code"] == "KS"]
    assert session == {
        "code": "KS",
        "description": "Key Worker Session",
        "active": True,
        "sensitive": False,
        "restrictedUse": False,
        "selectableBy": ["DPS_USER"],
    }


def usage(dps: Api, person: str, **members: Any) -> Any:
    """Ask for counts by person."""
    body = {
        "typeSubTypes": [{"type": "KA", "subTypes": ["KS"]}],
        "personIdentifiers": [person],
    } | members
    return dps.post("/case-notes/usage", body, roles=[RO])


@fact(C16)
def test_usage_counts_by_person(dps: Api, person: str) -> None:
    """Count and the latest occurrence of each type."""
    answer = usage(dps, person)
    assert answer.status == 200
    assert answer.body == {
        "content": {
            person: [
                {
                    "personIdentifier": person,
                    "type": "KA",
                    "subType": "KS",
                    "count": 4,
                    "latestNote": {"occurredAt": "2025-03-05T09:00:00"},
                }
            ]
        }
    }


@fact(C16)
@pytest.mark.parametrize(
    ("members", "count"),
    [
        ({"from": "2025-03-02T09:00:00"}, 3),
        ({"to": "2025-03-02T09:00:00"}, 2),
        ({"occurredFrom": "2025-03-02T09:00:00"}, 3),
        ({"occurredTo": "2025-03-02T09:00:00"}, 2),
        ({"prisonCode": "LEI"}, 1),
        ({"authorIds": ["777"]}, 1),
        ({"dateType": "CREATED_AT", "from": "2025-04-03T09:00:00"}, 3),
    ],
)
def test_usage_can_be_narrowed(
    dps: Api, person: str, members: dict[str, Any], count: int
) -> None:
    """Range (two spellings), prison, author, kind of date."""
    [entry] = usage(dps, person, **members).body["content"][person]
    assert entry["count"] == count


@fact(C16)
def test_a_person_without_notes_is_left_out(dps: Api) -> None:
    """Keys without notes are absent."""
    assert usage(dps, invented_number()).body == {"content": {}}


@fact(C16)
def test_usage_takes_persons_literally(dps: Api, person: str) -> None:
    """No upper-casing here."""
    assert usage(dps, person.lower()).body == {"content": {}}


@fact(C16)
@pytest.mark.parametrize(
    ("path", "members", "message"),
    [
        ("usage", {"typeSubTypes": []}, "At least one type is required"),
        (
            "usage",
            {"personIdentifiers": []},
            "At least one person identifier is required",
        ),
        ("staff-usage", {"authorIds": []}, "At least one author id is required"),
    ],
)
def test_usage_needs_something_to_count(
    dps: Api, path: str, members: dict[str, Any], message: str
) -> None:
    """400 with the message."""
    who = {"personIdentifiers": ["A"]} if path == "usage" else {"authorIds": ["1"]}
    body = {"typeSubTypes": [{"type": "KA", "subTypes": []}]} | who | members
    answer = dps.post(f"/case-notes/{path}", body, roles=[RO])
    assert (answer.status, answer.body) == (400, validation(message))


@fact(C16)
def test_usage_counts_by_author(dps: Api) -> None:
    """Keyed by author id, element field authorId."""
    user_id = str(invented_uuid())
    synced(dps, type="KA", subType="KS", author=author(userId=user_id))
    body = {
        "typeSubTypes": [{"type": "KA", "subTypes": ["KS"]}],
        "authorIds": [user_id],
    }
    answer = dps.post("/case-notes/staff-usage", body, roles=[RO])
    [entry] = answer.body["content"][user_id]
    assert (entry["authorId"], entry["count"]) == (user_id, 1)


def resend(dps: Api, **body: Any) -> None:
    """Ask for events again by C17."""
    answer = dps.post("/resend-person-case-note-events", body, token=None)
    assert (answer.status, answer.raw) == (204, b"")


@fact("http-contracts 3.2 C17; 7.2")
def test_a_resent_note_is_told_as_created_by_dps(dps: Api, world: WorldApi) -> None:
    """Source forced to DPS, `created` when it has no amendments."""
    result, _ = synced(dps)
    resend(dps, uuids=[result["id"]])
    event = events(world, result["id"])[-1]
    assert event["eventType"] == "person.case-note.created"
    assert event["additionalInformation"]["source"] == "DPS"


@fact(C17)
def test_a_resent_note_with_amendments_is_told_as_updated(
    dps: Api, world: WorldApi
) -> None:
    """`updated` with amendments."""
    result, _ = synced(dps, amendments=[amendment()])
    resend(dps, uuids=[result["id"]])
    event = events(world, result["id"])[-1]
    assert event["eventType"] == "person.case-note.updated"
    assert event["additionalInformation"]["source"] == "DPS"


@fact(C17)
@pytest.mark.parametrize("include", [False, True])
def test_a_range_leaves_out_synced_types_unless_told(
    dps: Api, world: WorldApi, include: bool
) -> None:
    """`includeSyncToNomis` defaults to false; both conditions are AND-ed."""
    result, _ = synced(dps, createdDateTime="2019-03-04T09:20:31")
    between = {"from": "2019-03-04T00:00:00", "to": "2019-03-05T00:00:00"}
    if include:
        between["includeSyncToNomis"] = True  # type: ignore[assignment]
    resend(dps, uuids=[result["id"]], createdBetween=between)
    assert len(events(world, result["id"])) == (2 if include else 1)


@fact(C17)
def test_a_range_matches_notes_by_their_amendments_too(
    dps: Api, world: WorldApi
) -> None:
    """A note outside with an amendment inside is resent."""
    late = amendment(createdDateTime="2018-06-01T10:00:00")
    result, _ = synced(dps, createdDateTime="2018-01-01T09:00:00", amendments=[late])
    between = {
        "from": "2018-05-01T00:00:00",
        "to": "2018-07-01T00:00:00",
        "includeSyncToNomis": True,
    }
    resend(dps, uuids=[result["id"]], createdBetween=between)
    assert len(events(world, result["id"])) == 2
