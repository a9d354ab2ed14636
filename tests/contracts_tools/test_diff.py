"""Drift: what a published document may and may not change without our noticing."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import contracts
from harness.contracts_tools.compare import BREAKS, HARMLESS, UNKNOWN, compare, used
from harness.contracts_tools.diff import drift
from harness.contracts_tools.published import Unreadable, load

if TYPE_CHECKING:
    from collections.abc import Callable

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "openapi"
PUBLISHED = {
    "alerts": "alerts-api.json",
    "dps": "offender-case-notes.json",
    "mapping": "nomis-mapping-service.json",
    "nomis": "nomis-prisoner-api.json",
}


def published(service: str) -> str:
    """Return the path of a published document, or skip."""
    path = REFERENCE / PUBLISHED[service]
    if not path.exists():
        pytest.skip(f"no published document {path.name} beside the repository")
    return str(path)


@pytest.mark.parametrize("service", sorted(PUBLISHED))
def test_no_published_document_breaks_the_sync(service: str) -> None:
    """Every difference that touches what a sync uses has its reason."""
    found = drift(published(service))
    assert found.service == service
    assert [str(one) for one in found.breaks] == []
    assert [str(one) for one in found.of(UNKNOWN)] == []


@pytest.mark.parametrize("service", sorted(PUBLISHED))
def test_what_a_sync_uses_is_in_our_contracts(service: str) -> None:
    """`used.toml` names operations and members that exist."""
    contract = contracts.load(service)
    for operation in used(service):
        contract.operation(operation)
    same = compare(contract, contract.document)
    assert [one for one in same if one.grade == BREAKS] == []
    assert same == []


@pytest.fixture
def changed() -> Callable[..., list[str]]:
    """Return differences of grade `breaks` after a change to our own document."""

    def compare_after(service: str, change: Callable[[dict[str, Any]], None]) -> Any:
        contract = contracts.load(service)
        document = copy.deepcopy(contract.document)
        change(document)
        return compare(contract, document)

    return compare_after


def _schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


def test_a_removed_operation_breaks_the_sync(changed: Any) -> None:
    """Gone from the document, used by a sync."""

    def change(document: dict[str, Any]) -> None:
        del document["paths"]["/casenotes/{caseNoteId}"]["put"]

    [one] = changed("nomis", change)
    assert (one.grade, one.operation) == (BREAKS, "update_case_note")


def test_a_removed_operation_that_nobody_uses_is_harmless(changed: Any) -> None:
    """No sync asks for merges."""

    def change(document: dict[str, Any]) -> None:
        del document["paths"]["/prisoners/{offenderNo}/merges"]

    [one] = changed("nomis", change)
    assert one.grade == HARMLESS


def test_a_renamed_member_breaks_the_sync(changed: Any) -> None:
    """A member of the case note that to-nomis needs."""

    def change(document: dict[str, Any]) -> None:
        note = _schema(document, "CaseNote")
        note["properties"]["noteId"] = note["properties"].pop("caseNoteId")

    broken = {one.operation for one in changed("dps", change) if one.grade == BREAKS}
    assert {"get_case_note", "get_sync_case_notes"} <= broken


def test_an_added_member_is_harmless(changed: Any) -> None:
    """Unknown members are ignored by all sides (0.2)."""

    def change(document: dict[str, Any]) -> None:
        _schema(document, "CaseNote")["properties"]["colour"] = {"type": "string"}

    found = changed("dps", change)
    assert found
    assert {one.grade for one in found} == {HARMLESS}


def test_a_new_mandatory_member_of_a_request_breaks_the_sync(changed: Any) -> None:
    """No sync sends it."""

    def change(document: dict[str, Any]) -> None:
        path = "/prisoners/{offenderNo}/casenotes"
        body = document["paths"][path]["post"]["requestBody"]
        schema = next(iter(body["content"].values()))["schema"]
        if "$ref" in schema:
            schema = _schema(document, schema["$ref"].rpartition("/")[2])
        schema["properties"]["colour"] = {"type": "string"}
        schema["required"] = [*schema["required"], "colour"]

    broken = [one for one in changed("nomis", change) if one.grade == BREAKS]
    assert [one.where for one in broken] == ["request colour"]


def test_a_member_that_becomes_optional_breaks_the_sync(changed: Any) -> None:
    """A client that cannot do without it would fail."""

    def change(document: dict[str, Any]) -> None:
        _schema(document, "Alert")["required"].remove("alertUuid")

    broken = [one for one in changed("alerts", change) if one.grade == BREAKS]
    assert broken
    assert all(one.reason is None for one in broken)


def test_another_type_breaks_the_sync(changed: Any) -> None:
    """A number in place of a text."""

    def change(document: dict[str, Any]) -> None:
        note = _schema(document, "CaseNote")
        note["properties"]["text"] = {"type": "integer"}

    broken = {one.what for one in changed("dps", change) if one.grade == BREAKS}
    assert broken == {"type"}


def test_another_success_status_breaks_the_sync(changed: Any) -> None:
    """201 where the sync was answered 200."""

    def change(document: dict[str, Any]) -> None:
        responses = document["paths"]["/move/case-notes"]["put"]["responses"]
        responses["202"] = responses.pop("200")

    broken = {one.where for one in changed("dps", change) if one.grade == BREAKS}
    assert broken == {"200", "202"}


def test_a_document_in_yaml_is_read_too(tmp_path: Path) -> None:
    """Ours are YAML, theirs JSON."""
    path = tmp_path / "published.yaml"
    path.write_text("openapi: 3.1.0\npaths: {}\n", "utf-8")
    assert load(str(path))["paths"] == {}


@pytest.mark.parametrize("text", ["{", "[]", '{"openapi": "3.1.0"}'])
def test_what_is_no_openapi_document_is_named(tmp_path: Path, text: str) -> None:
    """The error says which file and why."""
    path = tmp_path / "published.json"
    path.write_text(text, "utf-8")
    with pytest.raises(Unreadable, match=r"published\.json"):
        load(str(path))


def test_a_document_of_another_service_is_refused(tmp_path: Path) -> None:
    """None of our contracts shares a path with it."""
    path = tmp_path / "published.json"
    path.write_text(json.dumps({"paths": {"/weather": {"get": {}}}}), "utf-8")
    with pytest.raises(LookupError, match="no contract of ours"):
        drift(str(path))
