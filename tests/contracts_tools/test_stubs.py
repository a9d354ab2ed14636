"""Other people's WireMock stubs: which of them lie, and how."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.contracts_tools.mappings import NoMappings, read
from harness.contracts_tools.stubs import (
    MISSING,
    NEVER,
    OK,
    SHAPE,
    STATUS,
    UNJUDGED,
    UNKNOWN,
    stubs,
)

if TYPE_CHECKING:
    from pathlib import Path

UUID = "019567d2-8d1c-7b4e-9a52-6a0a6f2f1c11"
MAPPED = {
    "dpsCaseNoteId": UUID,
    "nomisCaseNoteId": 1,
    "offenderNo": "A1234BC",
    "nomisBookingId": 2,
    "mappingType": "DPS_CREATED",
    "whenCreated": "2025-03-04T09:20:32",
}
MISSING_PAGE = {"content": [], "number": 0, "size": 1}
NOT_FOUND = {
    "status": 404,
    "errorCode": None,
    "userMessage": "Not Found: x",
    "developerMessage": "x",
    "moreInfo": None,
}
ALERT_TYPE = {
    "code": "X",
    "description": "Security",
    "listSequence": 1,
    "isActive": True,
    "createdAt": "2025-03-04T09:20:32",
    "createdBy": "A",
    "alertCodes": [],
}


def mapping(
    method: str, path: str, status: int, body: Any = None, how: str = "urlPath"
) -> dict[str, Any]:
    """Return a stub mapping as teams write them."""
    response: dict[str, Any] = {"status": status}
    if body is not None:
        response["headers"] = {"Content-Type": "application/json"}
        response["jsonBody"] = body
    return {"request": {"method": method, how: path}, "response": response}


def graded(directory: Path, *mappings: dict[str, Any]) -> list[tuple[str, str]]:
    """Write mappings to files and grade them: (grade, operation)."""
    for number, one in enumerate(mappings):
        (directory / f"{number:02d}.json").write_text(json.dumps(one), "utf-8")
    return [(one.grade, one.operation) for one in stubs(str(directory)).grades]


BY_DPS = f"/mapping/casenotes/dps-casenote-id/{UUID}/all"
CASES: tuple[tuple[dict[str, Any], str, str], ...] = (
    (
        mapping("GET", BY_DPS, 200, [MAPPED]),
        OK,
        "get_case_note_mappings_by_dps_id",
    ),
    (
        mapping("GET", BY_DPS, 404, NOT_FOUND),
        OK,
        "get_case_note_mappings_by_dps_id",
    ),
    (mapping("GET", BY_DPS, 200, []), NEVER, "get_case_note_mappings_by_dps_id"),
    (
        mapping("GET", BY_DPS, 200, [MAPPED | {"mappingType": "GUESSED"}]),
        SHAPE,
        "get_case_note_mappings_by_dps_id",
    ),
    (
        mapping(
            "GET",
            BY_DPS,
            200,
            [{key: MAPPED[key] for key in MAPPED if key != "mappingType"}],
        ),
        MISSING,
        "get_case_note_mappings_by_dps_id",
    ),
    (
        mapping("GET", BY_DPS, 418, {"status": 418}),
        STATUS,
        "get_case_note_mappings_by_dps_id",
    ),
    (
        mapping(
            "GET", BY_DPS, 200, [MAPPED | {"whenCreated": "2025-03-04T09:20:32+01:00"}]
        ),
        NEVER,
        "get_case_note_mappings_by_dps_id",
    ),
    (mapping("POST", "/mapping/casenotes", 201), OK, "create_case_note_mapping"),
    (
        mapping("POST", "/mapping/casenotes", 201, {"ok": True}),
        SHAPE,
        "create_case_note_mapping",
    ),
    (
        mapping("POST", "/mapping/casenotes", 200),
        STATUS,
        "create_case_note_mapping",
    ),
    (
        mapping("DELETE", f"/sync/case-notes/{UUID}", 404, {"status": 404}),
        NEVER,
        "delete_sync_case_note",
    ),
    (mapping("DELETE", "/casenotes/1", 201), NEVER, "delete_case_note"),
    (mapping("DELETE", "/casenotes/1", 204), OK, "delete_case_note"),
    (
        mapping("POST", "/prisoners/A1234BC/casenotes", 201, {"id": 1}),
        MISSING,
        "create_case_note",
    ),
    (
        mapping("GET", "/prisoners/ids/active", 200, MISSING_PAGE),
        MISSING,
        "get_active_prisoner_ids",
    ),
    (mapping("GET", "/alert-types/X", 200, ALERT_TYPE), OK, "get_alert_type"),
    (mapping("GET", "/alert-types/X", 200, [ALERT_TYPE]), NEVER, "get_alert_type"),
    (mapping("GET", "/casenotes/1", 401, {"status": 401}), NEVER, "get_case_note"),
    (mapping("GET", "/weather", 200, {}), UNKNOWN, ""),
    (mapping("GET", "/health/ping", 200, {"status": "UP"}), OK, "health"),
)


@pytest.mark.parametrize(("stub", "grade", "operation"), CASES)
def test_a_stub_is_graded_against_the_real_contract(
    tmp_path: Path, stub: dict[str, Any], grade: str, operation: str
) -> None:
    """Right, wrong status, missing member, wrong shape, or never given."""
    assert graded(tmp_path, stub) == [(grade, operation)]


@pytest.mark.parametrize(
    ("how", "path"),
    [
        ("url", "/casenotes/1?x=1"),
        ("urlPath", "/casenotes/1"),
        ("urlPattern", "/casenotes/.*"),
        ("urlPathPattern", "/casenotes/[0-9]+"),
        ("urlPathTemplate", "/casenotes/{id}"),
    ],
)
def test_every_way_of_matching_a_path_is_understood(
    tmp_path: Path, how: str, path: str
) -> None:
    """Exact, by pattern, by template."""
    found = graded(tmp_path, mapping("DELETE", path, 204, how=how))
    assert found == [(OK, "delete_case_note")]


def test_a_path_of_two_services_is_given_the_benefit_of_the_doubt(
    tmp_path: Path,
) -> None:
    """POST /prisoners/{no}/alerts is NOMIS' and the alerts API's."""
    nomis = {
        "bookingId": 1,
        "alertSequence": 1,
        "alertCode": {"code": "XA", "description": "x"},
        "type": {"code": "X", "description": "x"},
    }
    path = "/prisoners/A1234BC/alerts"
    graded_stub = stubs(_file(tmp_path, mapping("POST", path, 201, nomis))).grades[0]
    assert (graded_stub.grade, graded_stub.service) == (OK, "nomis")


@pytest.mark.parametrize(
    "response",
    [
        {"fault": "CONNECTION_RESET_BY_PEER"},
        {"proxyBaseUrl": "http://localhost:1"},
        {"status": 200, "bodyFileName": "gone.json"},
        {
            "status": 200,
            "jsonBody": {"id": "{{request.path}}"},
            "transformers": ["response-template"],
        },
    ],
)
def test_what_cannot_be_judged_says_why(
    tmp_path: Path, response: dict[str, Any]
) -> None:
    """Neither right nor wrong: not judged, with a reason."""
    request = {"method": "GET", "urlPath": "/casenotes/1"}
    path = _file(tmp_path, {"request": request, "response": response})
    [one] = stubs(path).grades
    assert one.grade == UNJUDGED
    assert one.why[0]


def test_a_body_file_is_read(tmp_path: Path) -> None:
    """`__files` beside `mappings`, as WireMock lays them out."""
    (tmp_path / "mappings").mkdir()
    (tmp_path / "__files").mkdir()
    (tmp_path / "__files" / "answer.json").write_text('{"id": 1}', "utf-8")
    stub = mapping("POST", "/prisoners/A1234BC/casenotes", 201)
    stub["response"]["bodyFileName"] = "answer.json"
    _file(tmp_path / "mappings", stub)
    [one] = stubs(str(tmp_path)).grades
    assert one.grade == MISSING
    assert "bookingId" in one.why[0]


def test_several_mappings_of_one_file_are_graded_each(tmp_path: Path) -> None:
    """WireMock's multi-stub files."""
    both = {
        "mappings": [
            mapping("DELETE", "/casenotes/1", 204),
            mapping("DELETE", "/casenotes/1", 201),
        ]
    }
    found = [one.grade for one in stubs(_file(tmp_path, both)).grades]
    assert found == [OK, NEVER]


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    """An empty directory proves nothing."""
    with pytest.raises(NoMappings, match="no stub mappings"):
        read(str(tmp_path))
    with pytest.raises(NoMappings, match="no such file"):
        read(str(tmp_path / "gone"))


def _file(directory: Path, document: dict[str, Any]) -> str:
    path = directory / "stub.json"
    path.write_text(json.dumps(document), "utf-8")
    return str(path)
