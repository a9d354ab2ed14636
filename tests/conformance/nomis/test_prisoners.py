"""N7 to N11: prisoners and their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_number
from tests.conformance.nomis.bodies import error

if TYPE_CHECKING:
    from harness.conform import Api, Cast

IDS = "http-contracts 2.5"
PAGE = {
    "content", "pageable", "totalElements", "totalPages", "last", "first", "size",
    "number", "numberOfElements", "empty", "sort",
}  # fmt: skip


def all_active(nomis: Api) -> list[dict[str, Any]]:
    """Return every entry of N7."""
    answer = nomis.get("/prisoners/ids/active", query={"size": 20_000})
    content: list[dict[str, Any]] = answer.body["content"]
    return content


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/prisoners/ids/active", marks=fact(f"{IDS} N7")),
        pytest.param("/prisoners/ids/all", marks=fact(f"{IDS} N8")),
    ],
)
def test_ids_come_in_spring_pages(nomis: Api, cast: Cast, path: str) -> None:
    """All the usual members; size 10 and page 0 unless asked otherwise."""
    cast.prisoner()
    page = nomis.get(path).body
    assert set(page) >= PAGE
    assert (page["number"], page["size"]) == (0, 10)
    assert page["numberOfElements"] == len(page["content"]) <= 10
    assert page["totalElements"] >= len(page["content"])
    assert page["first"] is True


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/prisoners/ids/active", marks=fact(f"{IDS} N7")),
        pytest.param("/prisoners/ids/all", marks=fact(f"{IDS} N8")),
    ],
)
def test_pages_together_hold_everybody_once(nomis: Api, cast: Cast, path: str) -> None:
    """Walking by page gives the whole list without gap or repeat."""
    for _ in range(3):
        cast.prisoner()
    whole = nomis.get(path, query={"size": 20_000}).body
    total = whole["totalElements"]
    size = max(1, total // 3)
    walked: list[Any] = []
    for number in range(-(-total // size)):
        page = nomis.get(path, query={"page": number, "size": size}).body
        assert (page["number"], page["size"]) == (number, size)
        walked += page["content"]
    assert walked == whole["content"][: len(walked)]
    assert len(walked) == total


@fact(f"{IDS} N7")
def test_a_page_beyond_the_end_is_empty(nomis: Api, cast: Cast) -> None:
    """200 with no content and the real total."""
    cast.prisoner()
    page = nomis.get("/prisoners/ids/active", query={"page": 10_000}).body
    assert page["content"] == []
    assert page["totalElements"] > 0


@fact(f"{IDS} N7")
def test_active_bookings_are_listed_by_booking(nomis: Api, cast: Cast) -> None:
    """Sorted by bookingId ascending; each names booking and prisoner."""
    prisoner = cast.prisoner()
    listed = all_active(nomis)
    bookings = [one["bookingId"] for one in listed]
    assert bookings == sorted(bookings)
    wanted = {"bookingId": prisoner.booking, "offenderNo": prisoner.number}
    assert wanted in listed


@fact(f"{IDS} N7")
def test_a_released_prisoner_is_not_active(
    nomis: Api, screens: Api, cast: Cast
) -> None:
    """A booking with an end date and status OUT is left out."""
    prisoner, staff = cast.prisoner(), cast.staff()
    screens.post(f"/prisoners/{prisoner.number}/release", user=staff.username)
    assert prisoner.number not in {one["offenderNo"] for one in all_active(nomis)}


@fact(f"{IDS} N7")
def test_the_largest_page_holds_twenty_thousand(nomis: Api, cast: Cast) -> None:
    """`size` has a maximum."""
    cast.prisoner()
    page = nomis.get("/prisoners/ids/active", query={"size": 50_000}).body
    assert page["size"] == 20_000


@fact(f"{IDS} N8")
def test_all_prisoners_are_listed_by_number(
    nomis: Api, screens: Api, cast: Cast
) -> None:
    """Root offender records, released or not."""
    prisoner, staff = cast.prisoner(), cast.staff()
    screens.post(f"/prisoners/{prisoner.number}/release", user=staff.username)
    listed = nomis.get("/prisoners/ids/all", query={"size": 20_000}).body["content"]
    assert {"offenderNo": prisoner.number} in listed


@fact(f"{IDS} N9")
def test_ids_can_be_walked_from_the_last_one(nomis: Api, cast: Cast) -> None:
    """Each answer's lastOffenderId leads to the next; the end answers 0."""
    made = {cast.prisoner().number for _ in range(3)}
    path, after = "/prisoners/ids/all-from-id", 0
    seen: list[str] = []
    while True:
        answer = nomis.get(path, query={"offenderId": after, "pageSize": 50}).body
        assert set(answer) == {"prisonerIds", "lastOffenderId"}
        if not answer["prisonerIds"]:
            assert answer["lastOffenderId"] == 0
            break
        assert answer["lastOffenderId"] > after
        after = answer["lastOffenderId"]
        seen += [one["offenderNo"] for one in answer["prisonerIds"]]
    assert made <= set(seen)
    assert len(seen) == len(set(seen))


@fact(f"{IDS} N9")
def test_walking_starts_at_zero_with_ten(nomis: Api, cast: Cast) -> None:
    """Both parameters have defaults."""
    cast.prisoner()
    answer = nomis.get("/prisoners/ids/all-from-id").body
    assert 0 < len(answer["prisonerIds"]) <= 10


@fact(f"{IDS} N10")
def test_a_prisoner_is_where_the_latest_booking_is(nomis: Api, cast: Cast) -> None:
    """All members but rootOffenderId are mandatory."""
    prisoner = cast.prisoner()
    read = nomis.get(f"/prisoners/{prisoner.number}").body
    assert set(read) - {"rootOffenderId"} == {
        "offenderNo", "offenderId", "bookingId", "location", "active",
    }  # fmt: skip
    assert read["offenderNo"] == prisoner.number
    assert read["bookingId"] == prisoner.booking
    assert read["location"] == prisoner.prison
    assert read["active"] is True


@fact(f"{IDS} N10")
def test_an_unknown_prisoner_is_not_found(nomis: Api) -> None:
    """404 with the number."""
    number = invented_number()
    answer = nomis.get(f"/prisoners/{number}")
    assert answer.status == 404
    message = f"No prisoner with offender {number} found"
    assert answer.body == error(404, "Not Found", message)


@fact("http-contracts 2.0 (latest booking); N10")
def test_a_prisoner_without_a_booking_is_not_found(
    nomis: Api, screens: Api, cast: Cast
) -> None:
    """No booking with sequence 1: the same 404."""
    prisoner, staff = cast.prisoner(), cast.staff()
    screens.delete(f"/bookings/{prisoner.booking}", user=staff.username)
    assert nomis.get(f"/prisoners/{prisoner.number}").status == 404


@fact("http-contracts 2.0 offenderNo format; N10")
@pytest.mark.parametrize(
    "number", ["a1234bc", "A123BC", "A1234BCD", "12345", "A1234B1"]
)
def test_a_number_of_the_wrong_format_is_refused(nomis: Api, number: str) -> None:
    """400, for this endpoint checks one letter, four digits, two letters."""
    assert nomis.get(f"/prisoners/{number}").status == 400


@fact("http-contracts 2.0 offenderNo format")
def test_the_case_note_list_does_not_check_the_format(nomis: Api) -> None:
    """404, not 400: unknown like any other."""
    assert nomis.get("/prisoners/a1234bc/casenotes").status == 404


@fact("http-contracts 2.0 latest booking")
def test_a_new_admission_makes_the_latest_booking(
    nomis: Api, screens: Api, cast: Cast
) -> None:
    """Sequence 1 is the new booking; the prisoner is where that is."""
    prisoner, staff = cast.prisoner(), cast.staff()
    number, user = prisoner.number, staff.username
    screens.post(f"/prisoners/{number}/release", user=user)
    body = {"prison": prisoner.prison}
    admitted = screens.post(f"/prisoners/{number}/admission", body, user=user)
    read = nomis.get(f"/prisoners/{number}").body
    assert read["bookingId"] == admitted.body["bookingId"] != prisoner.booking
    assert read["active"] is True


@fact(f"{IDS} N11")
def test_merges_of_a_prisoner_are_listed(nomis: Api, screens: Api, cast: Cast) -> None:
    """Who was deleted, who retained, and the two bookings."""
    kept, gone, staff = cast.prisoner(), cast.prisoner(), cast.staff()
    screens.post(
        f"/prisoners/{kept.number}/merge",
        {"removed": gone.number},
        user=staff.username,
    )
    [merge] = nomis.get(f"/prisoners/{kept.number}/merges").body
    assert merge["deletedOffenderNo"] == gone.number
    assert merge["retainedOffenderNo"] == kept.number
    bookings = {merge["activeBookingId"], merge["previousBookingId"]}
    assert bookings == {kept.booking, gone.booking}


@fact(f"{IDS} N11")
def test_merges_can_be_asked_from_a_date_on(
    nomis: Api, screens: Api, cast: Cast
) -> None:
    """`fromDate` leaves out earlier ones."""
    kept, gone, staff = cast.prisoner(), cast.prisoner(), cast.staff()
    screens.post(
        f"/prisoners/{kept.number}/merge",
        {"removed": gone.number},
        user=staff.username,
    )
    path = f"/prisoners/{kept.number}/merges"
    assert nomis.get(path, query={"fromDate": "2999-01-01"}).body == []
    assert len(nomis.get(path, query={"fromDate": "2000-01-01"}).body) == 1


@fact("http-contracts 2.0 (booking moved); 7.6")
def test_a_moved_booking_takes_its_notes_along(
    nomis: Api, screens: Api, cast: Cast
) -> None:
    """The notes are found under the new prisoner."""
    giver, taker, staff = cast.prisoner(), cast.prisoner(), cast.staff()
    body = {"type": "KA", "subType": "KS", "text": "Seen."}
    path = f"/prisoners/{giver.number}/case-notes"
    note = screens.post(path, body, user=staff.username).body["caseNoteId"]
    moved = screens.post(
        f"/bookings/{giver.booking}/move",
        {"prisoner": taker.number},
        user=staff.username,
    )
    assert moved.status == 200, moved.body
    listed = nomis.get(f"/prisoners/{taker.number}/casenotes").body["caseNotes"]
    assert note in {one["caseNoteId"] for one in listed}
    assert nomis.get(f"/prisoners/{giver.number}/casenotes").body == {"caseNotes": []}
