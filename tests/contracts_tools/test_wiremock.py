"""The same against a real WireMock, through its official Python client."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from wiremock.client import (
    HttpMethods,
    Mapping,
    MappingRequest,
    MappingResponse,
    Mappings,
)
from wiremock.constants import Config

from harness.contracts_tools.export import export
from harness.contracts_tools.stubs import MISSING, NEVER, OK, stubs
from harness.tap.wiremock import TapError, WireMock, command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.conform.ours import OwnWorld

pytestmark = [pytest.mark.sockets, pytest.mark.long]


@pytest.fixture(scope="module")
def wiremock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a running WireMock, or skip."""
    try:
        command()
    except TapError as error:
        pytest.skip(str(error))
    server = WireMock("stubs", tmp_path_factory.mktemp("wiremock") / "log")
    Config.base_url = f"{server.url}/__admin"
    yield server.url
    server.stop()


@pytest.fixture(scope="module")
def world() -> Iterator[OwnWorld]:
    """Return a world of our own."""
    from harness.conform.ours import OwnWorld

    own = OwnWorld()
    yield own
    own.stop()


def test_stubs_of_a_running_wiremock_are_graded(wiremock: str) -> None:
    """Read through /__admin/mappings: one right, one short, one impossible."""
    Mappings.delete_all_mappings()
    answers: tuple[tuple[str, str, int, Any], ...] = (
        (HttpMethods.DELETE, "/casenotes/1", 204, None),
        (HttpMethods.POST, "/prisoners/A1234BC/casenotes", 201, {"id": 1}),
        (HttpMethods.DELETE, "/casenotes/2", 201, None),
    )
    for method, path, status, body in answers:
        Mappings.create_mapping(
            Mapping(
                request=MappingRequest(method=method, url_path=path),
                response=MappingResponse(status=status, json_body=body),
            )
        )
    counts = stubs(wiremock).counts
    assert counts == {OK: 1, MISSING: 1, NEVER: 1}


def test_exported_stubs_answer_as_our_fakes_do(
    wiremock: str, world: OwnWorld, tmp_path: Path
) -> None:
    """WireMock, fed with the export, gives the recorded answers; all grade right."""
    counts = export(world, tmp_path)
    assert counts["nomis"] > 20
    for service in ("mapping", "dps", "nomis", "alerts"):
        Mappings.delete_all_mappings()
        files = sorted((tmp_path / service / "mappings").glob("*.json"))
        exported = [json.loads(path.read_text("utf-8")) for path in files]
        httpx.post(
            f"{wiremock}/__admin/mappings/import", json={"mappings": exported}
        ).raise_for_status()
        for one in exported:
            assert _answer(wiremock, one["request"]) == (
                one["response"]["status"],
                one["response"].get("jsonBody"),
            ), one["name"]
        graded = stubs(wiremock)
        assert graded.counts == {OK: len(exported)}, graded.report()


def _answer(url: str, request: dict[str, Any]) -> tuple[int, Any]:
    patterns = request.get("bodyPatterns")
    query = {
        name: value["equalTo"]
        for name, value in request.get("queryParameters", {}).items()
    }
    answer = httpx.request(
        request["method"],
        url + request["urlPath"],
        params=query,
        json=patterns[0]["equalToJson"] if patterns else {},
    )
    return answer.status_code, answer.json() if answer.content else None
