"""2.3 and 2.4: the audit module that prevents loops, and the source system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from tests.conformance.nomis.bodies import note, shown, written

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.api import WorldApi
    from harness.conform import Api, Cast, Prisoner, Staff

SYNC = "DPS_SYNCHRONISATION"


@pytest.fixture
def legacy(service: Callable[[str], Api]) -> Api:
    """Return prison-api, the old way of writing."""
    return service("prison-api")


def on_screen(screens: Api, prisoner: Prisoner, staff: Staff, **members: Any) -> int:
    """Write a note as an officer does; returns its id."""
    body = {"type": "KA", "subType": "KS", "text": "Seen."} | members
    made = screens.post(
        f"/prisoners/{prisoner.number}/case-notes", body, user=staff.username
    )
    assert made.status == 201, made.body
    return int(made.body["caseNoteId"])


@fact("http-contracts 2.3")
def test_a_screen_stamps_its_module_name(nomis: Api, screens: Api, cast: Cast) -> None:
    """Eight characters, such as OIDCHKNT; never the sync's."""
    note_id = on_screen(screens, cast.prisoner(), cast.staff())
    read = shown(nomis, note_id)
    assert len(read["auditModuleName"]) == 8
    assert not read["auditModuleName"].startswith(SYNC)


@fact("http-contracts 2.3 (c)")
def test_an_edit_on_the_screen_takes_the_syncs_stamp_away(
    nomis: Api, screens: Api, cast: Cast
) -> None:
    """So that a NOMIS edit of a DPS-born note is synced."""
    staff = cast.staff()
    note_id, _, _ = written(nomis, cast, authorUsername=staff.username)
    assert shown(nomis, note_id)["auditModuleName"] == SYNC
    screens.put(f"/case-notes/{note_id}", {"text": "Edited."}, user=staff.username)
    assert not shown(nomis, note_id)["auditModuleName"].startswith(SYNC)


@fact("http-contracts 2.3 (b)")
def test_a_write_by_the_sync_takes_the_screens_stamp_away(
    nomis: Api, screens: Api, cast: Cast
) -> None:
    """The NOMIS edit behind it is then skipped without a word."""
    note_id = on_screen(screens, cast.prisoner(), cast.staff())
    nomis.put(f"/casenotes/{note_id}", {"text": "From DPS.", "amendments": []})
    assert shown(nomis, note_id)["auditModuleName"] == SYNC


@fact("http-contracts 2.3 (null module)")
def test_a_module_may_be_missing(nomis: Api, cast: Cast, world: WorldApi) -> None:
    """Production sometimes shows none on DPS-created notes; the member is absent."""
    prisoner, staff = cast.prisoner(), cast.staff()
    world.option("sync-module", {"prisoner": prisoner.number, "module": None})
    made = nomis.post(f"/prisoners/{prisoner.number}/casenotes", note(staff.username))
    assert "auditModuleName" not in shown(nomis, made.body["id"])


@fact("http-contracts 2.4")
def test_a_note_of_the_sync_counts_as_nomis(nomis: Api, cast: Cast) -> None:
    """DPS_SYNCHRONISATION is none of the two legacy modules."""
    note_id, _, _ = written(nomis, cast)
    assert shown(nomis, note_id)["sourceSystem"] == "NOMIS"


@fact("http-contracts 2.4")
def test_a_note_of_a_screen_counts_as_nomis(
    nomis: Api, screens: Api, cast: Cast
) -> None:
    """Born on a screen, source NOMIS."""
    note_id = on_screen(screens, cast.prisoner(), cast.staff())
    assert shown(nomis, note_id)["sourceSystem"] == "NOMIS"


@fact("http-contracts 2.3; 2.4")
def test_a_legacy_write_counts_as_dps(nomis: Api, legacy: Api, cast: Cast) -> None:
    """PRISON_API with no modifier: source DPS."""
    prisoner, staff = cast.prisoner(), cast.staff()
    path = f"/api/offenders/{prisoner.number}/case-notes"
    body = {"type": "KA", "subType": "KS", "text": "Written."}
    made = legacy.post(path, body, user=staff.username)
    assert made.status == 200
    read = shown(nomis, int(made.body["caseNoteId"]))
    assert read["auditModuleName"] == "PRISON_API"
    assert read["sourceSystem"] == "DPS"


@fact("http-contracts 2.4 (modify user equals create user)")
def test_a_legacy_amendment_by_the_author_counts_as_dps(
    nomis: Api, legacy: Api, cast: Cast
) -> None:
    """Note and amendment both, for the author amends their own."""
    prisoner, staff = cast.prisoner(), cast.staff()
    path = f"/api/offenders/{prisoner.number}/case-notes"
    body = {"type": "KA", "subType": "KS", "text": "Written."}
    made = legacy.post(path, body, user=staff.username).body["caseNoteId"]
    legacy.put(f"{path}/{made}", {"text": "More."}, user=staff.username)
    read = shown(nomis, int(made))
    assert read["sourceSystem"] == "DPS"
    assert [one["sourceSystem"] for one in read["amendments"]] == ["DPS"]


@fact("http-contracts 2.4")
def test_an_edit_on_the_screen_makes_a_legacy_note_nomis(
    nomis: Api, screens: Api, legacy: Api, cast: Cast
) -> None:
    """The module is the screen's then."""
    prisoner, staff = cast.prisoner(), cast.staff()
    path = f"/api/offenders/{prisoner.number}/case-notes"
    body = {"type": "KA", "subType": "KS", "text": "Written."}
    made = legacy.post(path, body, user=staff.username).body["caseNoteId"]
    screens.put(f"/case-notes/{made}", {"text": "Edited."}, user=staff.username)
    assert shown(nomis, int(made))["sourceSystem"] == "NOMIS"


@fact("http-contracts 2.3; 7.6")
def test_merge_copies_are_stamped_merge(nomis: Api, screens: Api, cast: Cast) -> None:
    """Copies have new ids, module MERGE and a fresh createdDatetime."""
    staff = cast.staff()
    kept, gone = cast.prisoner(), cast.prisoner()
    for prisoner in (kept, gone):
        on_screen(screens, prisoner, staff, text=f"About {prisoner.number}.")
    merged = screens.post(
        f"/prisoners/{kept.number}/merge",
        {"removed": gone.number, "copyNotes": True},
        user=staff.username,
    )
    assert merged.status == 200, merged.body
    listed = nomis.get(f"/prisoners/{kept.number}/casenotes").body["caseNotes"]
    [copy] = [one for one in listed if one.get("auditModuleName") == "MERGE"]
    [source] = [
        one
        for one in listed
        if one["caseNoteText"] == copy["caseNoteText"] and one is not copy
    ]
    assert copy["bookingId"] != source["bookingId"]
    assert copy["createdDatetime"] > source["createdDatetime"]
    same = ("caseNoteText", "occurrenceDateTime", "creationDateTime", "authorStaffId")
    assert {key: copy[key] for key in same} == {key: source[key] for key in same}


@fact("http-contracts 7.6")
def test_a_merge_moves_bookings_and_forgets_the_old_number(
    nomis: Api, screens: Api, cast: Cast
) -> None:
    """The notes are the survivor's; the removed number is unknown."""
    staff = cast.staff()
    kept, gone = cast.prisoner(), cast.prisoner()
    note_id = on_screen(screens, gone, staff)
    screens.post(
        f"/prisoners/{kept.number}/merge",
        {"removed": gone.number},
        user=staff.username,
    )
    listed = nomis.get(f"/prisoners/{kept.number}/casenotes").body["caseNotes"]
    assert note_id in {one["caseNoteId"] for one in listed}
    assert nomis.get(f"/prisoners/{gone.number}/casenotes").status == 404
