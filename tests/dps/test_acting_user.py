"""Who acts: resolved before bodies and roles are looked at (http-contracts 3.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.wire.message import answer
from simulators.wire.service import UpstreamFailed
from tests.dps.conftest import OFFICER, PRISONER, RO, note

if TYPE_CHECKING:
    from tests.dps.conftest import Dps

PATH = f"/case-notes/{PRISONER}"
UNKNOWN = {"status": 400, "developerMessage": "Invalid username provided in token"}


def test_token_subject_acts_when_no_header_names_a_user(dps: Dps) -> None:
    """Without the header `Username` the token's subject is the author."""
    response = dps.call("POST", PATH, note(), user=None, subject=OFFICER)
    assert response.json()["authorUsername"] == OFFICER


def test_unknown_user_is_refused_before_body_and_role(dps: Dps) -> None:
    """An unknown user is told first, whatever else is wrong with the request."""
    assert dps.call("POST", PATH, note(), user="NOBODY").json() == UNKNOWN
    assert dps.call("POST", PATH, {}, user="NOBODY", roles=[RO]).json() == UNKNOWN
    unreadable = dps.call("POST", PATH, raw=b"{", user="NOBODY")
    assert unreadable.json() == UNKNOWN


def test_user_name_beyond_64_characters_is_refused(dps: Dps) -> None:
    """The audit column's limit is checked before the user is looked up."""
    response = dps.call("POST", PATH, note(), user="U" * 65)
    assert response.json() == {
        "status": 400,
        "developerMessage": "username for audit exceeds 64 characters",
    }
    assert dps.upstreams.calls == []


def test_reads_syncs_and_usage_need_no_user(dps: Dps) -> None:
    """Only writes under the users' paths resolve a user."""
    dps.sync()
    dps.call("GET", PATH, user="NOBODY")
    usage = {"typeSubTypes": [{"type": "KA"}], "personIdentifiers": [PRISONER]}
    assert dps.call("POST", "/case-notes/usage", usage, user="NOBODY").status == 200
    assert dps.upstreams.calls == []


def test_failing_user_service_is_asked_again(dps: Dps) -> None:
    """A lost connection and a 5xx are tried again, up to three times."""
    known = dps.upstreams.answers["manage-users", f"/users/{OFFICER}"]
    dps.upstreams.answers["manage-users", f"/users/{OFFICER}"] = [
        answer(503),
        answer(502),
        answer(500),
        answer(200, known),
    ]
    started = dps.client.clock.stopwatch()
    dps.create()
    assert dps.client.clock.stopwatch() - started == 0.25 + 0.5 + 1.0
    assert len(dps.upstreams.calls) == 4


def test_refusal_of_the_user_service_is_passed_on(dps: Dps) -> None:
    """Its status and body become the answer."""
    body = {"status": 403, "userMessage": None, "developerMessage": "Denied"}
    dps.upstreams.answers["manage-users", f"/users/{OFFICER}"] = answer(403, body)
    response = dps.call("POST", PATH, note())
    assert response.status == 403
    assert response.json() == {"status": 403, "developerMessage": "Denied"}


def test_unreachable_user_service_ends_in_the_catch_all(dps: Dps) -> None:
    """No answer after all attempts is a 500, and nothing is written."""
    failure = UpstreamFailed("manage-users", "refused")
    dps.upstreams.answers["manage-users", f"/users/{OFFICER}"] = failure
    assert dps.call("POST", PATH, note()).status == 500
    assert len(dps.upstreams.calls) == 4
    assert dps.model.snapshot()["notes"] == []
