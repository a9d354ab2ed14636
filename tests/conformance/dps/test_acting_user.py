"""3.0: who acts, resolved before body and role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_number
from tests.conformance.dps.bodies import (
    ADMIN,
    NOWHERE,
    RO,
    RW,
    plain_error,
    shown,
    synced,
    typed,
    written,
)

if TYPE_CHECKING:
    from harness.api import WorldApi
    from harness.conform import Api, Cast

ACTING = "http-contracts 3.0 acting user"
INVALID = plain_error(400, "Invalid username provided in token")
NOTE = f"/case-notes/Z9999ZZ/{NOWHERE}"
WRITES: tuple[tuple[str, str, Any, str], ...] = (
    ("POST", "/case-notes/Z9999ZZ", typed(), RW),
    ("PUT", NOTE, {"text": "x"}, RW),
    ("DELETE", NOTE, None, ADMIN),
    ("PUT", f"/admin/case-notes/{NOWHERE}", {}, ADMIN),
    ("DELETE", f"/admin/case-notes/{NOWHERE}", {"reason": "x"}, ADMIN),
)


@fact(ACTING)
@pytest.mark.parametrize(("method", "path", "body", "role"), WRITES)
def test_an_unknown_user_is_refused(
    dps: Api, method: str, path: str, body: Any, role: str
) -> None:
    """400 for every write under /case-notes and /admin/case-notes."""
    options = {} if body is None else {"body": body}
    answer = dps.call(method, path, user="NOBODY_AT_ALL", roles=[role], **options)
    assert (answer.status, answer.body) == (400, INVALID)


@fact(f"{ACTING} (before body validation)")
def test_the_user_is_looked_up_before_the_body_is_read(dps: Api) -> None:
    """An unreadable body does not matter to an unknown user."""
    answer = dps.post(
        "/case-notes/Z9999ZZ", content=b"{", user="NOBODY_AT_ALL", roles=[RW]
    )
    assert (answer.status, answer.body) == (400, INVALID)


@fact(f"{ACTING} (before role checks)")
def test_the_user_is_looked_up_before_the_role(dps: Api) -> None:
    """400, not 403."""
    answer = dps.post("/case-notes/Z9999ZZ", typed(), user="NOBODY", roles=[RO])
    assert (answer.status, answer.body) == (400, INVALID)


@fact(ACTING)
def test_without_a_header_the_tokens_subject_acts(dps: Api, cast: Cast) -> None:
    """The token's `sub` is the username."""
    staff = cast.staff()
    answer = dps.call(
        "POST",
        f"/case-notes/{invented_number()}",
        typed(),
        token=dps._mint([RW], staff.username),
    )
    assert answer.status == 201
    assert answer.body["authorUsername"] == staff.username


@fact(ACTING)
def test_the_header_wins_over_the_token(dps: Api, cast: Cast) -> None:
    """`Username` is who acts."""
    one, other = cast.staff(), cast.staff()
    answer = dps.call(
        "POST",
        f"/case-notes/{invented_number()}",
        typed(),
        token=dps._mint([RW], other.username),
        headers={"Username": one.username},
    )
    assert answer.body["authorUsername"] == one.username


@fact(ACTING)
def test_a_username_may_have_sixty_four_characters(dps: Api) -> None:
    """65 are refused with a message of their own."""
    answer = dps.post("/case-notes/Z9999ZZ", typed(), user="U" * 65, roles=[RW])
    message = "username for audit exceeds 64 characters"
    assert (answer.status, answer.body) == (400, plain_error(400, message))


@fact(ACTING)
def test_sixty_four_characters_are_looked_up(dps: Api) -> None:
    """The limit itself is allowed; the user is merely unknown."""
    answer = dps.post("/case-notes/Z9999ZZ", typed(), user="U" * 64, roles=[RW])
    assert (answer.status, answer.body) == (400, INVALID)


@fact(ACTING)
def test_the_author_is_as_manage_users_knows_them(dps: Api, cast: Cast) -> None:
    """Username as supplied, name and user id as looked up."""
    staff = cast.staff()
    note = written(dps, staff.username)
    assert note["authorUsername"] == staff.username
    assert note["authorName"] == staff.name
    assert note["authorUserId"] == str(staff.staff_id)


@fact("http-contracts 3.0 (CaseloadId); 3.2 C6")
def test_the_caseload_header_is_ignored(dps: Api, cast: Cast) -> None:
    """It changes nothing: the location is the body's."""
    answer = dps.post(
        f"/case-notes/{invented_number()}",
        typed(),
        user=cast.staff().username,
        headers={"CaseloadId": "LEI"},
        roles=[RW],
    )
    assert answer.body["locationId"] == "MDI"


@fact("http-contracts 3.0 (sync has no such context)")
def test_the_sync_acts_for_nobody(dps: Api) -> None:
    """No Username is needed, and an unknown one does not matter."""
    result, request = synced(dps)
    again = dps.put("/sync/case-notes", request, headers={"Username": "NOBODY"})
    assert (again.status, again.body["id"]) == (200, result["id"])


@fact(f"{ACTING}; 10.18")
def test_only_nomis_users_may_author_a_synced_type(dps: Api, cast: Cast) -> None:
    """A probation user is refused with 403."""
    user = cast.staff("dps-only").username
    answer = dps.post("/case-notes/Z9999ZZ", typed(), user=user, roles=[RW])
    message = "Unable to author 'sync to nomis' type without a nomis user"
    assert (answer.status, answer.body) == (403, plain_error(403, message))


@fact("http-contracts 10.18; 3.2 C7")
def test_only_nomis_users_may_amend_a_synced_type(dps: Api, cast: Cast) -> None:
    """C7 as C6."""
    note = written(dps, cast.staff().username)
    path = f"/case-notes/{note['offenderIdentifier']}/{note['caseNoteId']}"
    user = cast.staff("dps-only").username
    answer = dps.put(path, {"text": "x"}, user=user, roles=[RW])
    assert answer.status == 403


@fact("http-contracts 10.18")
def test_anybody_known_may_author_a_type_that_stays_in_dps(
    dps: Api, cast: Cast
) -> None:
    """OMIC/GEN is not synced."""
    user = cast.staff("dps-only").username
    note = written(dps, user, type="OMIC", subType="GEN")
    person = note["offenderIdentifier"]
    path = f"/case-notes/{person}/{note['caseNoteId']}"
    assert dps.put(path, {"text": "more"}, user=user, roles=[RW]).status == 200
    assert len(shown(dps, person, note["caseNoteId"])["amendments"]) == 1


@fact("http-contracts 6 manage-users (other status passed on); 3.0 errors")
def test_a_failing_look_up_is_passed_on(dps: Api, cast: Cast, world: WorldApi) -> None:
    """manage-users answering 503 for good gives that status."""
    staff = cast.staff()
    fault = world.fault("manage-users", "status", status=503, times=None)
    try:
        answer = dps.post(
            "/case-notes/Z9999ZZ", typed(), user=staff.username, roles=[RW]
        )
        assert answer.status == 503
    finally:
        world.clear_faults([fault])


@fact("http-contracts 0.1 (outbound retries)")
def test_a_look_up_is_tried_again(dps: Api, cast: Cast, world: WorldApi) -> None:
    """Up to three back-off retries on 5xx: one failure goes unnoticed."""
    staff = cast.staff()
    world.fault("manage-users", "status", status=503, times=1)
    assert written(dps, staff.username)["authorUsername"] == staff.username
