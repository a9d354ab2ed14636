"""N3 and N4: replacing a note's text, and deleting a note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_id
from tests.conformance.nomis.bodies import amendment, error, shown, written

if TYPE_CHECKING:
    from harness.api import WorldApi
    from harness.conform import Api, Cast

N3 = "http-contracts 2.1 N3"
N4 = "http-contracts 2.1 N4"


def events(world: WorldApi, note_id: int) -> list[str]:
    """Return the types of the NOMIS events raised for a note, in order."""
    return [
        entry["body"]["eventType"]
        for entry in world.journal(kinds=["event"])
        if entry["body"].get("caseNoteId") == note_id
    ]


@fact(N3)
def test_a_replaced_text_is_answered_with_nothing(nomis: Api, cast: Cast) -> None:
    """200 with an empty body."""
    note_id, _, _ = written(nomis, cast)
    answer = nomis.put(f"/casenotes/{note_id}", {"text": "new", "amendments": []})
    assert (answer.status, answer.raw) == (200, b"")
    assert shown(nomis, note_id)["caseNoteText"] == "new"


@fact(N3)
def test_replacing_an_unknown_note_is_not_found(nomis: Api) -> None:
    """404 with the id."""
    unknown = invented_id()
    answer = nomis.put(f"/casenotes/{unknown}", {"text": "x", "amendments": []})
    assert answer.status == 404
    message = f"Case note not found for caseNoteId={unknown}"
    assert answer.body == error(404, "Not Found", message)


@fact(N3)
@pytest.mark.parametrize("body", [{}, {"text": None}, {"text": ""}, {"text": "  "}])
def test_the_text_must_be_there_and_not_blank(
    nomis: Api, cast: Cast, body: dict[str, Any]
) -> None:
    """400 whatever is wrong with the text."""
    note_id, _, _ = written(nomis, cast)
    answer = nomis.put(f"/casenotes/{note_id}", {"amendments": []} | body)
    assert answer.status == 400
    assert answer.body["userMessage"].startswith("Bad request: ")
    assert shown(nomis, note_id)["caseNoteText"] == "Met on the wing."


@fact("http-contracts 2.1 N3; 12 NOMIS")
def test_amendments_left_out_are_none(nomis: Api, cast: Cast) -> None:
    """The list defaults to `[]` on the server, so those stored are lost."""
    note_id, _, _ = written(nomis, cast)
    nomis.put(f"/casenotes/{note_id}", {"text": "a", "amendments": [amendment("b")]})
    assert nomis.put(f"/casenotes/{note_id}", {"text": "a"}).status == 200
    assert shown(nomis, note_id)["amendments"] == []


@fact(N3)
def test_amendments_keep_the_order_of_the_request(nomis: Api, cast: Cast) -> None:
    """Not sorted by time: textual order is request order."""
    note_id, _, _ = written(nomis, cast)
    late = amendment("late", createdDateTime="2025-03-09T10:00:00")
    early = amendment("early", createdDateTime="2025-03-01T10:00:00")
    nomis.put(f"/casenotes/{note_id}", {"text": "x", "amendments": [late, early]})
    texts = [one["text"] for one in shown(nomis, note_id)["amendments"]]
    assert texts == ["late", "early"]


@fact(N3)
def test_amendments_missing_from_the_request_disappear(nomis: Api, cast: Cast) -> None:
    """A full replacement, blind to what NOMIS holds."""
    note_id, _, _ = written(nomis, cast)
    path = f"/casenotes/{note_id}"
    nomis.put(path, {"text": "x", "amendments": [amendment("b"), amendment("c")]})
    nomis.put(path, {"text": "x", "amendments": [amendment("c")]})
    assert [one["text"] for one in shown(nomis, note_id)["amendments"]] == ["c"]


@fact(N3)
def test_replacing_drops_an_amendment_made_on_the_screen(
    nomis: Api, screens: Api, cast: Cast
) -> None:
    """Nobody is warned: the API does not know what the screen added."""
    staff = cast.staff()
    note_id, _, _ = written(nomis, cast, authorUsername=staff.username)
    added = screens.post(
        f"/case-notes/{note_id}/amendments", {"text": "seen"}, user=staff.username
    )
    assert added.status == 200
    nomis.put(f"/casenotes/{note_id}", {"text": "x", "amendments": []})
    assert shown(nomis, note_id)["amendments"] == []


@fact(N3)
def test_amending_usernames_are_not_checked(nomis: Api, cast: Cast) -> None:
    """A user NOMIS never heard of may amend."""
    note_id, _, _ = written(nomis, cast)
    body = {"text": "x", "amendments": [amendment("y", "NOBODY_AT_ALL")]}
    assert nomis.put(f"/casenotes/{note_id}", body).status == 200
    [read] = shown(nomis, note_id)["amendments"]
    assert read["authorUsername"] == "NOBODY_AT_ALL"


@fact(N3, inferred=True)
@pytest.mark.parametrize("name", ["text", "authorUsername"])
def test_blank_amendments_pass(nomis: Api, cast: Cast, name: str) -> None:
    """The constraints on elements are not cascaded."""
    note_id, _, _ = written(nomis, cast)
    body = {"text": "x", "amendments": [amendment("y") | {name: ""}]}
    assert nomis.put(f"/casenotes/{note_id}", body).status == 200


@fact("http-contracts 2.0 (missing JSON field)")
@pytest.mark.parametrize("name", ["text", "authorUsername", "createdDateTime"])
def test_an_amendment_must_be_whole(nomis: Api, cast: Cast, name: str) -> None:
    """A missing member cannot be read: 400, and nothing is changed."""
    note_id, _, _ = written(nomis, cast)
    broken = amendment("y")
    del broken[name]
    body = {"text": "new", "amendments": [amendment("z"), broken]}
    assert nomis.put(f"/casenotes/{note_id}", body).status == 400
    assert shown(nomis, note_id)["caseNoteText"] == "Met on the wing."


@fact(N3)
def test_nothing_but_the_text_is_replaced(nomis: Api, cast: Cast) -> None:
    """Type, sub type, author, times and booking stay, whatever else is sent."""
    note_id, _, _ = written(nomis, cast)
    before = shown(nomis, note_id)
    body = {
        "text": "new",
        "amendments": [],
        "caseNoteType": "GEN",
        "caseNoteSubType": "HIS",
        "occurrenceDateTime": "2020-01-01T00:00:00",
        "authorUsername": "OMS_OWNER",
    }
    assert nomis.put(f"/casenotes/{note_id}", body).status == 200
    assert shown(nomis, note_id) == before | {"caseNoteText": "new"}


@fact("http-contracts 2.1 N3; 7.1")
def test_a_changed_text_raises_an_updated_event(
    nomis: Api, cast: Cast, world: WorldApi
) -> None:
    """One UPDATED after the INSERTED."""
    note_id, _, _ = written(nomis, cast)
    nomis.put(f"/casenotes/{note_id}", {"text": "new", "amendments": []})
    assert events(world, note_id) == [
        "OFFENDER_CASE_NOTES-INSERTED",
        "OFFENDER_CASE_NOTES-UPDATED",
    ]


@fact("http-contracts 2.1 N3; 10.15", inferred=True)
def test_an_equal_text_changes_nothing(nomis: Api, cast: Cast, world: WorldApi) -> None:
    """No SQL update: no event, and the audit module stays what it was."""
    note_id, _, _ = written(nomis, cast)
    body = {"text": "Met on the wing.", "amendments": []}
    assert nomis.put(f"/casenotes/{note_id}", body).status == 200
    assert events(world, note_id) == ["OFFENDER_CASE_NOTES-INSERTED"]


@fact("http-contracts 10.15", inferred=True)
def test_an_equal_text_keeps_the_screens_stamp(
    nomis: Api, screens: Api, cast: Cast
) -> None:
    """A note stamped by a screen keeps that stamp when nothing is updated."""
    staff, prisoner = cast.staff(), cast.prisoner()
    made = screens.post(
        f"/prisoners/{prisoner.number}/case-notes",
        {"type": "KA", "subType": "KS", "text": "same"},
        user=staff.username,
    )
    note_id = made.body["caseNoteId"]
    stamp = shown(nomis, note_id)["auditModuleName"]
    nomis.put(f"/casenotes/{note_id}", {"text": "same", "amendments": []})
    assert shown(nomis, note_id)["auditModuleName"] == stamp != "DPS_SYNCHRONISATION"


@fact(N4)
def test_a_deleted_note_is_gone(nomis: Api, cast: Cast) -> None:
    """204 with an empty body; then N1 and N5 know it no more."""
    note_id, prisoner, _ = written(nomis, cast)
    answer = nomis.delete(f"/casenotes/{note_id}")
    assert (answer.status, answer.raw) == (204, b"")
    assert nomis.get(f"/casenotes/{note_id}").status == 404
    listed = nomis.get(f"/prisoners/{prisoner.number}/casenotes").body["caseNotes"]
    assert note_id not in {one["caseNoteId"] for one in listed}


@fact(N4)
def test_deleting_twice_is_an_error(nomis: Api, cast: Cast) -> None:
    """Not idempotent: the second delete is 404."""
    note_id, _, _ = written(nomis, cast)
    assert nomis.delete(f"/casenotes/{note_id}").status == 204
    again = nomis.delete(f"/casenotes/{note_id}")
    assert again.status == 404
    message = f"Case note not found for caseNoteId={note_id}"
    assert again.body == error(404, "Not Found", message)


@fact("http-contracts 2.1 N4; 7.5")
def test_a_delete_by_the_sync_raises_a_deleted_event(
    nomis: Api, cast: Cast, world: WorldApi
) -> None:
    """No audit check on deletes: they have an event like any other."""
    note_id, _, _ = written(nomis, cast)
    nomis.delete(f"/casenotes/{note_id}")
    assert events(world, note_id)[-1] == "OFFENDER_CASE_NOTES-DELETED"


@fact("http-contracts 2.1 N4")
def test_an_id_is_not_given_again(nomis: Api, cast: Cast) -> None:
    """The sequence moves on past a deleted note."""
    note_id, _, _ = written(nomis, cast)
    nomis.delete(f"/casenotes/{note_id}")
    assert written(nomis, cast)[0] > note_id
