"""The ways to repair and to load: resend (C17), migration, the whole snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.dps.conftest import (
    NOMIS_ID,
    OTHER_PRISONER,
    PRISONER,
    RW,
    amendment,
    from_nomis,
)

if TYPE_CHECKING:
    from tests.dps.conftest import Dps

RESEND = "/resend-person-case-note-events"
MIGRATE = f"/migrate/case-notes/{PRISONER}"


def resend(dps: Dps, expected: int = 204, **body: Any) -> list[tuple[str, str, str]]:
    """Resend without a token; returns kind, source and note of what was published."""
    dps.events()
    response = dps.call("POST", RESEND, body, roles=None, user=None)
    assert response.status == expected, response.json()
    return [
        (
            one.type.rpartition(".")[2],
            one.body["additionalInformation"]["source"],
            one.body["additionalInformation"]["id"],
        )
        for one in dps.events()
    ]


def test_resend_announces_notes_again_as_written_in_dps(dps: Dps) -> None:
    """Created without amendments, updated with them; the source is forced to DPS."""
    plain = dps.sync()["id"]
    amended = dps.amend(dps.create(), "More.")["caseNoteId"]
    found = resend(dps, uuids=[amended, plain.upper(), plain])
    assert found == [("created", "DPS", plain), ("updated", "DPS", amended)]


def test_resend_of_unknown_notes_announces_nothing(dps: Dps) -> None:
    """An id that does not exist is left out."""
    assert resend(dps, uuids=["019567d2-8d1c-7b4e-9a52-6a0a6f2f1c11"]) == []


def test_resend_by_time_leaves_synced_types_out_unless_asked(dps: Dps) -> None:
    """By default only DPS-only notes; amendments in the range count too."""
    synced = dps.create()["caseNoteId"]
    private = dps.create(type="OMIC", subType="GEN")["caseNoteId"]
    window: dict[str, Any] = {
        "from": "2026-03-02T09:00:00",
        "to": "2026-03-02T09:00:00",
    }
    assert resend(dps, createdBetween=window) == [("created", "DPS", private)]
    window["includeSyncToNomis"] = True
    assert resend(dps, createdBetween=window) == [
        ("created", "DPS", synced),
        ("created", "DPS", private),
    ]
    assert [one[2] for one in resend(dps, uuids=[synced], createdBetween=window)] == [
        synced
    ]
    dps.client.pass_time(60)
    dps.amend(dps.read(synced), "More.")
    window.update({"from": "2026-03-02T09:01:00", "to": "2026-03-02T10:00:00"})
    assert resend(dps, createdBetween=window) == [("updated", "DPS", synced)]


def test_empty_resend_is_refused(dps: Dps) -> None:
    """A request that names nothing fails."""
    dps.create()
    assert resend(dps, expected=400) == []


def migrated(legacy_id: int, **members: Any) -> dict[str, Any]:
    """Return one note of a migration request."""
    body = from_nomis(legacyId=legacy_id, **members)
    del body["id"], body["personIdentifier"]
    return body


def test_migration_creates_what_is_missing(dps: Dps) -> None:
    """Ids come back in request order, and no event tells of it."""
    body = [
        migrated(NOMIS_ID + 1, amendments=[amendment("One.", 1)]),
        migrated(NOMIS_ID, text="Other."),
    ]
    result = dps.call("POST", MIGRATE, body, user=None).json()
    assert [one["legacyId"] for one in result] == [NOMIS_ID + 1, NOMIS_ID]
    assert {one["id"] for one in result} == {one["id"] for one in dps.notes()}
    assert dps.events() == []


def test_migration_is_repeatable_and_keeps_ids(dps: Dps) -> None:
    """Running it again refreshes notes under the ids they have."""
    body = [migrated(NOMIS_ID, amendments=[amendment("One.", 1)])]
    first = dps.call("POST", MIGRATE, body).json()
    before = dps.notes()
    assert dps.call("POST", MIGRATE, body).json() == first
    assert dps.notes() == before
    body[0]["createdDateTime"] = "2026-03-01T09:20:32"
    dps.call("POST", MIGRATE, body)
    (note,) = dps.notes()
    assert note["created"] == "2026-03-01T09:20:32"
    assert note["amendments"] == before[0]["amendments"]


def test_migration_removes_nomis_notes_that_nomis_no_longer_has(dps: Dps) -> None:
    """Notes born in DPS stay; absent ones born in NOMIS go, and are audited."""
    dps.sync(legacyId=NOMIS_ID + 9)
    born_in_dps = dps.create()["caseNoteId"]
    dps.events()
    result = dps.call("POST", MIGRATE, [migrated(NOMIS_ID)]).json()
    kept = {result[0]["id"], born_in_dps}
    assert {one["id"] for one in dps.notes()} == kept
    assert [row["cause"] for row in dps.audit()] == ["DELETE"]
    assert dps.events() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ([migrated(NOMIS_ID, subType="NOPE")], 400),
        ([migrated(NOMIS_ID), migrated(NOMIS_ID)], 500),
        ([migrated(NOMIS_ID + 9)], 500),
    ],
)
def test_refused_migration_changes_nothing(
    dps: Dps, body: list[dict[str, Any]], status: int
) -> None:
    """Unknown type, a legacy id twice or of another person: all or nothing."""
    dps.sync(legacyId=NOMIS_ID + 9, personIdentifier=OTHER_PRISONER)
    assert dps.call("POST", MIGRATE, body).status == status
    assert dps.notes() == []


def test_migration_needs_the_role_of_the_sync(dps: Dps) -> None:
    """A user's role does not open it."""
    assert dps.call("POST", MIGRATE, [], roles=[RW]).status == 403


def test_snapshot_is_of_the_people_asked_for(dps: Dps) -> None:
    """None means everybody; order is by creation."""
    dps.create(text="A")
    dps.create(text="B", person=OTHER_PRISONER)
    dps.call("DELETE", f"/case-notes/{PRISONER}/{dps.create()['caseNoteId']}")

    def shown(prisoners: set[str] | None) -> tuple[list[str], int]:
        found = dps.model.snapshot(prisoners)
        return [one["text"] for one in found["notes"]], len(found["audit"])

    assert shown(None) == (["A", "B"], 1)
    assert shown({OTHER_PRISONER}) == (["B"], 0)
    assert shown(set()) == ([], 0)
