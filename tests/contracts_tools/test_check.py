"""Fuzzing: a 5xx needs a reason, and a fake that breaks its contract is caught."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import contracts
from harness.contracts_tools.check import Fuzzed, check, check_alone
from harness.contracts_tools.links import LINKS, Link, names, with_links
from harness.contracts_tools.triggers import (
    asked,
    explanation,
    has_marker,
    legacy_id_taken,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.conform.ours import OwnWorld

UUID = "019567d2-8d1c-7b4e-9a52-6a0a6f2f1c11"
EXPLAINED = (
    ("nomis", "PATCH", "/casenotes/1", b"{}"),
    ("nomis", "GET", "/no-such-path", b""),
    ("dps", "PUT", "/sync/case-notes", b"{"),
    ("dps", "PUT", "/sync/case-notes", b"{}"),
    ("dps", "PUT", "/sync/case-notes", b""),
    ("dps", "DELETE", "/sync/case-notes/abc", b""),
    ("dps", "POST", "/case-notes/A123456789012", b""),
    ("mapping", "GET", "/mapping/casenotes/dps-casenote-id/abc/all", b""),
    ("mapping", "POST", "/mapping/casenotes", b'{"dpsCaseNoteId":"abc"}'),
    ("mapping", "POST", "/mapping/casenotes", b'{"offenderNo":"A1234567890"}'),
)
UNEXPLAINED = (
    ("nomis", "GET", "/casenotes/1x", b""),
    ("nomis", "PUT", "/casenotes/1", b"{}"),
    ("nomis", "DELETE", "/casenotes/1", b""),
    ("dps", "DELETE", f"/sync/case-notes/{UUID}", b""),
    ("dps", "GET", "/case-notes/A1234BC/abc", b""),
    ("dps", "GET", "/sync/case-notes/A1234BC", b""),
    ("mapping", "POST", "/mapping/casenotes", b"{"),
    ("mapping", "GET", "/mapping/casenotes/nomis-casenote-id/1", b""),
    ("alerts", "GET", "/alerts/abc", b""),
    ("manage-users", "GET", "/users/abc", b""),
)


@pytest.mark.parametrize(("service", "method", "path", "body"), EXPLAINED)
def test_a_500_is_allowed_where_the_dossier_names_its_trigger(
    service: str, method: str, path: str, body: bytes
) -> None:
    """Operation and trigger both: the citation is returned."""
    request = asked(service, method, f"http://fake{path}", body)
    why = explanation(service, request)
    assert why is not None
    assert why.startswith("http-contracts ")


@pytest.mark.parametrize(("service", "method", "path", "body"), UNEXPLAINED)
def test_any_other_500_is_a_defect(
    service: str, method: str, path: str, body: bytes
) -> None:
    """The same operation with another trigger, or a service that never gives 500."""
    request = asked(service, method, f"http://fake{path}", body)
    assert explanation(service, request) is None


def test_only_a_body_of_another_kind_is_explained_by_its_kind() -> None:
    """And only where the operation takes a body."""
    put = asked("nomis", "PUT", "http://fake/casenotes/1", b'{"text": "x"}')
    for media, explained in (
        ("text/plain", True),
        ("application/json", False),
        ("application/merge-patch+json; charset=utf-8", False),
        (None, True),
    ):
        found = explanation("nomis", replace(put, media=media))
        assert (found is not None) is explained, media
    nothing = asked("nomis", "PUT", "http://fake/casenotes/1", b"")
    assert explanation("nomis", replace(nothing, media=None)) is None
    get = asked("nomis", "GET", "http://fake/casenotes/1", b"")
    assert explanation("nomis", replace(get, media="text/plain")) is None


def test_an_impossible_marker_must_have_been_written_first() -> None:
    """Reading a note fails with 500 only after somebody wrote such a marker."""
    text = b'{"text":"a ...[AB updated the case notes on 2024-07-19 10:01:02] "}'
    wrote = asked("nomis", "PUT", "http://fake/casenotes/1", text)
    assert has_marker(wrote)
    read = asked("nomis", "GET", "http://fake/casenotes/1", b"")
    assert explanation("nomis", read) is None
    assert explanation("nomis", replace(read, marked_before=True)) is not None


@pytest.mark.parametrize(
    ("body", "earlier", "explained"),
    [
        (b'[{"legacyId": 7}]', {8}, False),
        (b'[{"legacyId": 7}]', {7}, True),
        (b'[{"legacyId": -7}]', set(), True),
        (b'[{"legacyId": 7}, {"legacyId": 7}]', set(), True),
    ],
)
def test_a_legacy_id_must_be_able_to_be_taken(
    body: bytes, earlier: set[float], explained: bool
) -> None:
    """Sent before, listed twice, or negative as those of DPS are."""
    path = "http://fake/migrate/case-notes/A1234BC"
    request = replace(
        asked("dps", "POST", path, body), numbers_before=frozenset(earlier)
    )
    # The bodies lack what the contract demands; only this trigger is asked here.
    assert legacy_id_taken(request) is explained
    own = asked("dps", "POST", "http://fake/case-notes/A1234BC", b"{}")
    assert not legacy_id_taken(replace(own, numbers_before=frozenset({7.0})))
    assert legacy_id_taken(replace(own, numbers_before=frozenset({-7.0})))


def test_a_bean_constraint_never_explains_a_500() -> None:
    """A blank member is a 400 of DPS; only what cannot be bound is a 500."""
    body = b'{"text":"  "}'
    path = f"http://fake/case-notes/A1234BC/{UUID}"
    assert explanation("dps", asked("dps", "PUT", path, body)) is None


@pytest.mark.parametrize("service", sorted(LINKS))
def test_links_lead_to_operations_that_exist(service: str) -> None:
    """Each link is in the document, and the contract itself is left alone."""
    contract = contracts.load(service)
    before = str(contract.document)
    linked = str(with_links(contract))
    assert str(contract.document) == before
    for link in LINKS[service]:
        assert contract.operation(link.target).id in linked


def test_links_are_counted_and_those_never_followed_are_named() -> None:
    """What the line of a fake says of its links."""
    links = {"create -> get": 3, "create -> delete": 0}
    told = Fuzzed("nomis", 2, {"cases": 9, "2xx": 9}, passed=False, links=links).line()
    assert "1 of 2 links followed, 3 calls" in told
    assert "never followed: create -> delete" in told
    assert "FAILED" in told


@pytest.fixture(scope="module")
def world() -> Iterator[OwnWorld]:
    """Return a world of our own."""
    from harness.conform.ours import OwnWorld

    own = OwnWorld()
    yield own
    own.stop()


@pytest.mark.sockets
@pytest.mark.long
def test_a_sound_fake_passes(world: OwnWorld) -> None:
    """Cases were made, and nothing was found."""
    fuzzed = check(world, "manage-users", 2, phases="fuzzing")
    assert fuzzed.passed, fuzzed.output
    assert fuzzed.counts["cases"] >= 2


@pytest.mark.sockets
@pytest.mark.long
def test_links_are_followed_and_a_link_that_leads_nowhere_fails(
    world: OwnWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chains go from an answer to the next call; one that no answer feeds is told."""
    nowhere = Link(
        "create_case_note_mapping",
        201,
        "get_alert_mapping_by_dps_id",
        {"dpsAlertId": "$response.body#/dpsAlertId"},
    )
    sound = names("mapping")
    monkeypatch.setitem(LINKS, "mapping", (*LINKS["mapping"], nowhere))
    fuzzed = check(world, "mapping", 25, phases="stateful")
    assert not fuzzed.passed
    assert "No issues found" in fuzzed.output
    assert min(fuzzed.links[name] for name in sound) > 0
    assert [name for name, count in fuzzed.links.items() if not count] == [
        "create_case_note_mapping -> get_alert_mapping_by_dps_id"
    ]


@pytest.mark.sockets
@pytest.mark.long
@pytest.mark.parametrize(("status", "found"), [(500, "trigger"), (418, "Undocumented")])
def test_a_fake_that_breaks_its_contract_is_caught(
    world: OwnWorld, status: int, found: str
) -> None:
    """A 500 without a trigger, and a status that the contract does not document."""
    fault = world.api.fault("manage-users", "status", status=status, times=None)
    try:
        fuzzed = check(world, "manage-users", 2, phases="fuzzing")
    finally:
        world.api.clear_faults([fault])
    assert not fuzzed.passed
    assert found.lower() in fuzzed.output.lower()


@pytest.mark.sockets
@pytest.mark.long
def test_a_fake_that_refuses_everything_proves_nothing(world: OwnWorld) -> None:
    """A documented status at every call is no defect, and no proof either."""
    fault = world.api.fault("manage-users", "status", status=404, times=None)
    try:
        fuzzed = check(world, "manage-users", 2, phases="fuzzing")
    finally:
        world.api.clear_faults([fault])
    assert "No issues found" in fuzzed.output
    assert not fuzzed.passed


def test_a_fake_with_few_inputs_is_fuzzed_until_there_are_enough_cases() -> None:
    """One round of the sign-on service's three operations is not enough by far."""
    once = check_alone("auth", 5, seed=1)
    more = check_alone("auth", 5, seed=1, least=once.cases + 1)
    assert once.passed
    assert more.passed
    assert more.cases > once.cases
