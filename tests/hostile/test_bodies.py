"""Bodies that no sync should send, and that some will."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from simulators.wire.application import LIMIT

if TYPE_CHECKING:
    from tests.hostile.conftest import Target

pytestmark = pytest.mark.sockets

MEGABYTE = 1024 * 1024
WRITES = (
    ("nomis", "POST", "/prisoners/A1234BC/casenotes"),
    ("nomis", "PUT", "/casenotes/1"),
    ("nomis", "POST", "/prisoners/A1234BC/alerts"),
    ("dps", "PUT", "/sync/case-notes"),
    ("dps", "PUT", "/move/case-notes"),
    ("mapping", "POST", "/mapping/casenotes"),
    ("mapping", "POST", "/mapping/casenotes/batch"),
    ("mapping", "PUT", "/mapping/alerts/A1234BC/all"),
    ("alerts", "POST", "/prisoners/A1234BC/alerts"),
    ("alerts", "POST", "/resync/A1234BC/alerts"),
)
BODIES = {
    "empty": b"",
    "not JSON": b"hello",
    "half an object": b'{"text": "x"',
    "a number": b"1",
    "null": b"null",
    "invalid UTF-8": b'{"text": "\xff\xfe"}',
    "UTF-16": '{"text": "x"}'.encode("utf-16"),
    "a lone surrogate": b'{"text": "\\ud800"}',
    "NUL characters": b'{"text": "a\\u0000b", "caseNoteText": "\\u0000"}',
    "a raw NUL": b'{"text": "a\x00b"}',
    "a hundred thousand lists": b"[" * 100_000 + b"]" * 100_000,
    "a hundred thousand objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a huge number": b'{"nomisCaseNoteId": ' + b"9" * 5000 + b"}",
    "a fraction for an id": b'{"nomisCaseNoteId": 1.5e308}',
    "not a number": b'{"nomisCaseNoteId": NaN}',
    "a member twice": b'{"text": "a", "text": "b"}',
}


def assert_plain(response: Any) -> None:
    """Hold an answer to: an error of the service's own, without a stack trace."""
    assert 400 <= response.status_code <= 500
    assert "Traceback" not in response.text
    assert ".py" not in response.text
    if response.content:
        assert isinstance(response.json(), dict)


@pytest.mark.parametrize(("service", "method", "path"), WRITES)
@pytest.mark.parametrize("body", BODIES)
def test_a_bad_body_gets_a_plain_error(
    target: Target, service: str, method: str, path: str, body: str
) -> None:
    """The service's own words, and no trace of ours."""
    assert_plain(target.send(service, method, path, BODIES[body]))


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "rubbish", None])
def test_a_wrong_content_type_harms_nobody(
    target: Target, prisoner: str, kind: str | None
) -> None:
    """Answered one way or the other; the fake stays up."""
    path = f"/prisoners/{prisoner}/casenotes"
    assert_plain(target.send("nomis", "POST", path, b"<a/>", content_type=kind))
    assert target.send("nomis", "GET", path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/casenotes/" + "9" * 5000,
        "/casenotes/%00",
        "/casenotes/%ff%fe",
        "/casenotes/..%2f..%2fetc",
        "/prisoners/" + "A" * 50_000 + "/casenotes",
        "/prisoners/%E2%82%AC/casenotes",
        "//",
    ],
)
def test_a_bad_path_gets_a_plain_error(target: Target, path: str) -> None:
    """Long, escaped, not UTF-8, climbing."""
    assert_plain(target.send("nomis", "GET", path))


def test_five_megabytes_are_cut_and_said_aloud(
    target: Target, prisoner: str, note: dict[str, Any]
) -> None:
    """NOMIS takes the note, keeps 4000 bytes and says so; the journal says so too."""
    path = f"/prisoners/{prisoner}/casenotes"
    body = msgspec.json.encode(note | {"caseNoteText": "x" * 5 * MEGABYTE})
    made = target.send("nomis", "POST", path, body)
    assert made.status_code == 201
    [read] = target.send("nomis", "GET", path).json()["caseNotes"]
    assert len(read["caseNoteText"]) == 4000
    assert read["caseNoteText"].endswith("... see DPS for full text")
    requests = target.world.journal(scope=[prisoner], kinds=["request"])
    [kept] = [entry["body"] for entry in requests if entry["method"] == "POST"]
    assert str(len(body)) in kept["truncated"]
    assert len(kept["starts"]) <= 1000


def test_dps_keeps_five_megabytes_whole(target: Target, prisoner: str) -> None:
    """Its text is unbounded (http-contracts 3.0): nothing is lost."""
    text = "€" * (5 * MEGABYTE // 3)
    person = {"username": "A", "userId": "1", "firstName": "A", "lastName": "B"}
    request = {
        "legacyId": 987_654_321,
        "personIdentifier": prisoner,
        "locationId": "MDI",
        "type": "KA",
        "subType": "KS",
        "occurrenceDateTime": "2025-03-04T09:15:00",
        "text": text,
        "systemGenerated": False,
        "author": person,
        "createdDateTime": "2025-03-04T09:20:31",
        "createdByUsername": "A",
        "amendments": [],
    }
    raw = msgspec.json.encode(request)
    assert target.send("dps", "PUT", "/sync/case-notes", raw).status_code == 201
    [read] = target.send("dps", "GET", f"/sync/case-notes/{prisoner}").json()
    assert read["text"] == text


def test_a_whole_history_of_five_megabytes_stays_whole_in_the_journal(
    target: Target, prisoner: str
) -> None:
    """What a migration loaded is evidence: the largest prisoners have 10 MB."""
    rows = [{"legacyId": 1, "text": "x" * 5 * MEGABYTE}]
    path = f"/migrate/case-notes/{prisoner}"
    target.send("dps", "POST", path, msgspec.json.encode(rows))
    [kept] = target.world.journal(scope=[prisoner], kinds=["request"])
    assert kept["body"] == rows


def test_more_than_the_limit_is_refused_aloud(target: Target) -> None:
    """413 that names the limit, and the next request is served."""
    response = target.send("nomis", "PUT", "/casenotes/1", b"x" * (LIMIT + 1))
    assert response.status_code == 413
    assert f"{LIMIT // MEGABYTE} MB" in response.text
    assert target.send("nomis", "GET", "/casenotes/1").status_code == 404


@pytest.mark.long
def test_refused_bodies_take_no_memory(target: Target) -> None:
    """Three hundred megabytes of rubbish leave less than forty behind."""
    rubbish = b'{"text": "' + b"x" * 5 * MEGABYTE
    # What the first few leave is buffers, which the next ones use again.
    for _ in range(5):
        assert_plain(target.send("nomis", "PUT", "/casenotes/1", rubbish))
    before = target.megabytes()
    for _ in range(60):
        assert_plain(target.send("nomis", "PUT", "/casenotes/1", rubbish))
    assert target.megabytes() - before < 40
