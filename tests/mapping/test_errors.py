"""How the mapping service refuses (http-contracts 4.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import contracts
from simulators.mapping import alert_operations, note_operations
from tests.fake_client import operation_functions
from tests.mapping.conftest import DPS_1, NOTE_1, note

if TYPE_CHECKING:
    from tests.mapping.conftest import Mapping


def test_each_operation_has_a_function_and_each_function_an_operation(
    mapping: Mapping,
) -> None:
    """Routing has no table of its own: contract and code name the same things."""
    functions = operation_functions(mapping.service, note_operations, alert_operations)
    assert functions == set(contracts.load("mapping").by_id)


def test_without_a_token_the_answer_is_an_empty_401(mapping: Mapping) -> None:
    """No token: 401, nothing else."""
    refused = mapping.call("POST", "/casenotes", note(), roles=None)
    assert (refused.status, refused.body) == (401, b"")
    assert refused.headers["www-authenticate"].startswith("Bearer")


def test_a_wrong_role_is_refused_with_nulls(mapping: Mapping) -> None:
    """A valid token without the role: 403 whose body has only its status."""
    refused = mapping.call("POST", "/casenotes", note(), roles=["ROLE_OTHER"])
    assert refused.status == 403
    assert refused.json() == {
        "status": 403,
        "errorCode": None,
        "userMessage": None,
        "developerMessage": None,
        "moreInfo": None,
    }
    assert len(mapping.model.notes) == 0


@pytest.mark.parametrize(
    "members",
    [
        {"nomisCaseNoteId": None},
        {"nomisCaseNoteId": "many"},
        {"dpsCaseNoteId": None},
        {"mappingType": "COPIED"},
        {"label": "longer than twenty chars"},
    ],
    ids=lambda members: next(iter(members)),
)
def test_a_mapping_that_does_not_fit_is_400(
    mapping: Mapping, members: dict[str, Any]
) -> None:
    """Missing mandatory member, wrong type or enum, label too long: 400."""
    refused = mapping.map_note(**members)
    assert refused.status == 400
    assert refused.json()["userMessage"].startswith("Validation failure: ")


def test_a_missing_member_and_unreadable_json_are_400(mapping: Mapping) -> None:
    """A body that lacks a member, or is no JSON at all, is refused alike."""
    body = note()
    del body["offenderNo"]
    assert mapping.call("POST", "/casenotes", body).status == 400
    unreadable = mapping.call("POST", "/casenotes", raw=b"{")
    assert unreadable.status == 400
    assert unreadable.json()["userMessage"].startswith("Validation failure: ")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/casenotes/nomis-casenote-id/abc"),
        ("DELETE", "/casenotes/nomis-casenote-id/abc"),
        ("PUT", "/casenotes/merge/booking-id/abc/to/Y1234AB"),
        ("GET", "/alerts/nomis-booking-id/1/nomis-alert-sequence/abc"),
    ],
)
def test_a_path_id_that_is_no_number_is_400(
    mapping: Mapping, method: str, path: str
) -> None:
    """NOMIS ids are numbers."""
    assert mapping.call(method, path).status == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/casenotes/dps-casenote-id/no-uuid/all"),
        ("DELETE", "/casenotes/dps-casenote-id/no-uuid"),
    ],
)
def test_a_malformed_uuid_in_a_note_path_is_500(
    mapping: Mapping, method: str, path: str
) -> None:
    """It is a plain string until the database layer, so not foreseen."""
    failed = mapping.call(method, path)
    assert failed.status == 500
    assert failed.json()["userMessage"].startswith("Unexpected error: ")


def test_a_malformed_uuid_in_a_note_body_is_500(mapping: Mapping) -> None:
    """The same for M1 and M2, and nothing is stored."""
    bad = note(dpsCaseNoteId="no-uuid")
    assert mapping.call("POST", "/casenotes", bad).status == 500
    batch = [note(), bad]
    assert mapping.call("POST", "/casenotes/batch", batch).status == 500
    assert len(mapping.model.notes) == 0


def test_a_prisoner_number_wider_than_its_column_is_500(mapping: Mapping) -> None:
    """The column holds ten characters (4.1)."""
    assert mapping.map_note(offenderNo="Y1234AB-TOO-LONG").status == 500
    wide = "/casenotes/merge/from/Y1234AB/to/Y1234AB-TOO-LONG"
    assert mapping.call("PUT", wide).status == 500


def test_unknown_paths_are_404_in_their_own_words(mapping: Mapping) -> None:
    """An unknown path is told apart from a missing row."""
    lost = mapping.call("GET", "/nowhere")
    assert lost.status == 404
    assert lost.json()["userMessage"].startswith("No resource found failure: ")


def test_an_unsupported_method_is_500(mapping: Mapping) -> None:
    """The service foresees no wrong method: everything else is 500."""
    assert mapping.call("PATCH", "/casenotes").status == 500


def test_upper_case_uuids_name_the_same_note(mapping: Mapping) -> None:
    """UUIDs are stored and printed in lower case."""
    mapping.map_note(dpsCaseNoteId=DPS_1.upper())
    path = f"/casenotes/dps-casenote-id/{DPS_1.upper()}/all"
    rows = mapping.call("GET", path).json()
    assert [(row["dpsCaseNoteId"], row["nomisCaseNoteId"]) for row in rows] == [
        (DPS_1, NOTE_1)
    ]


def test_a_whole_number_with_a_fraction_of_zero_is_that_number(
    mapping: Mapping,
) -> None:
    """JSON's `1.0` is an integer to the contract and is kept as one."""
    mapping.map_note(nomisCaseNoteId=float(NOTE_1))
    path = f"/casenotes/nomis-casenote-id/{NOTE_1}"
    assert b"100000001," in mapping.call("GET", path).body
