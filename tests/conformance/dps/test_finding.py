"""C12 to C14: searches and lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.conform import fact
from harness.conform.cast import invented_number
from tests.conformance.dps.bodies import (
    RO,
    plain_error,
    validation,
    written,
)

if TYPE_CHECKING:
    from harness.conform import Api, Cast


C12, C13, C14 = (f"http-contracts 3.2 C{number}" for number in range(12, 15))


PAGE = {
    "content", "pageable", "totalElements", "totalPages", "last", "first", "size",
    "number", "numberOfElements", "empty", "sort",
}  # fmt: skip


def wanted(**members: Any) -> dict[str, Any]:
    """Return a search of C12."""
    return {"includeSensitive": True, "page": 1, "size": 10} | members


def search(dps: Api, person: str, **members: Any) -> dict[str, Any]:
    """Search a person's notes."""
    answer = dps.post(f"/search/case-notes/{person}", wanted(**members), roles=[RO])
    assert answer.status == 200, answer.body
    body: dict[str, Any] = answer.body
    return body


def days(found: dict[str, Any]) -> list[int]:
    """Return the days of the occurrence times found."""
    return [int(one["occurrenceDateTime"][8:10]) for one in found["content"]]


@fact(C12)
def test_a_search_finds_the_newest_first(dps: Api, person: str) -> None:
    """Default sort occurredAt,desc; metadata and hasCaseNotes beside the content."""
    found = search(dps, person)
    assert days(found) == [5, 4, 3, 2, 1]
    assert found["metadata"] == {"totalElements": 5, "page": 1, "size": 10}
    assert found["hasCaseNotes"] is True


@fact(C12)
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("occurredAt,asc", [1, 2, 3, 4, 5]),
        ("occurredAt,ASC", [1, 2, 3, 4, 5]),
        ("occurredAt,desc", [5, 4, 3, 2, 1]),
        ("occurredAt,whatever", [5, 4, 3, 2, 1]),
        ("occurredAt", [5, 4, 3, 2, 1]),
        ("createdAt,asc", [5, 4, 3, 2, 1]),
        ("createdAt,desc", [1, 2, 3, 4, 5]),
    ],
)
def test_a_search_can_be_sorted(
    dps: Api, person: str, sort: str, expected: list[int]
) -> None:
    """By occurredAt or createdAt; anything but asc descends."""
    assert days(search(dps, person, sort=sort)) == expected


@fact(C12)
@pytest.mark.parametrize("sort", ["occurrenceDateTime,asc", "text", "createdat"])
def test_other_sort_fields_are_refused(dps: Api, person: str, sort: str) -> None:
    """400 naming the two there are."""
    answer = dps.post(f"/search/case-notes/{person}", wanted(sort=sort), roles=[RO])
    message = "Sort field invalid, please provide one of [occurredAt, createdAt]"
    assert answer.status == 400
    expected = f"400 BAD_REQUEST Validation failure: {message}"
    assert answer.body["developerMessage"] == expected


@fact(C12)
def test_a_search_is_paged_from_one(dps: Api, person: str) -> None:
    """Pages start at 1; beyond the end the content is empty."""
    assert days(search(dps, person, page=1, size=2)) == [5, 4]
    assert days(search(dps, person, page=3, size=2)) == [1]
    beyond = search(dps, person, page=4, size=2)
    assert beyond["content"] == []
    assert beyond["hasCaseNotes"] is True
    assert beyond["metadata"]["totalElements"] == 5


@fact(C12)
@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"page": 0}, "Page number must be at least 1"),
        ({"size": 0}, "Page size must be at least 1"),
    ],
)
def test_pages_have_a_least(
    dps: Api, person: str, members: dict[str, Any], message: str
) -> None:
    """400 with the message."""
    answer = dps.post(f"/search/case-notes/{person}", wanted(**members), roles=[RO])
    assert (answer.status, answer.body) == (400, validation(message))


@fact(f"{C12} (required)", inferred=True)
@pytest.mark.parametrize("name", ["includeSensitive", "page", "size"])
def test_three_members_are_required(dps: Api, person: str, name: str) -> None:
    """A missing property ends in the catch-all."""
    body = wanted()
    del body[name]
    assert dps.post(f"/search/case-notes/{person}", body, roles=[RO]).status == 500


@fact(C12)
def test_a_page_may_be_as_large_as_you_like(dps: Api, person: str) -> None:
    """No maximum."""
    assert search(dps, person, size=1_000_000)["metadata"]["size"] == 1_000_000


@fact(C12)
def test_dates_are_inclusive(dps: Api, person: str) -> None:
    """Both ends belong to the range."""
    found = search(
        dps,
        person,
        occurredFrom="2025-03-02T09:00:00",
        occurredTo="2025-03-04T09:00:00",
    )
    assert days(found) == [4, 3, 2]


@fact(C12)
def test_types_are_a_choice(dps: Api, person: str) -> None:
    """Conditions are OR-ed; a type without sub types means all of them."""
    observed = [{"type": "OBSERVE", "subTypes": []}]
    assert days(search(dps, person, typeSubTypes=observed)) == [4]
    both = [{"type": "OBSERVE"}, {"type": "KA", "subTypes": ["KS"]}]
    assert len(days(search(dps, person, typeSubTypes=both))) == 5
    other = [{"type": "KA", "subTypes": ["KE"]}]
    assert days(search(dps, person, typeSubTypes=other)) == []


@fact(C12)
def test_the_last_of_a_repeated_type_wins(dps: Api, person: str) -> None:
    """Not the union."""
    twice = [{"type": "KA", "subTypes": ["KS"]}, {"type": "KA", "subTypes": ["KE"]}]
    assert days(search(dps, person, typeSubTypes=twice)) == []


@fact(C12)
def test_has_case_notes_ignores_all_filters_but_sensitivity(
    dps: Api, person: str
) -> None:
    """True when anything is there at all."""
    nothing = search(dps, person, occurredFrom="2030-01-01T00:00:00")
    assert (nothing["content"], nothing["hasCaseNotes"]) == ([], True)
    empty = search(dps, invented_number())
    assert (empty["content"], empty["hasCaseNotes"]) == ([], False)


@fact("http-contracts 3.2 C12; 3.0 type rules")
def test_sensitive_notes_are_shown_on_request(dps: Api, cast: Cast) -> None:
    """`includeSensitive` false hides them, from hasCaseNotes too."""
    number = invented_number()
    written(dps, cast.staff().username, number, type="OMIC", subType="GEN")
    assert len(search(dps, number)["content"]) == 1
    hidden = search(dps, number, includeSensitive=False)
    assert (hidden["content"], hidden["hasCaseNotes"]) == ([], False)


@fact("http-contracts 3.0 path variable case; C12")
def test_a_search_upper_cases_the_person(dps: Api, person: str) -> None:
    """As every path but the sync list."""
    assert len(search(dps, person.lower())["content"]) == 5


@fact(C13)
@pytest.mark.parametrize(
    ("kind", "who", "expected"),
    [(None, "777", 1), ("AUTHOR_ID", "777", 1), ("USERNAME", "OTHER_GEN", 1)],
)
def test_an_authors_notes_at_a_prison_are_found(
    dps: Api, person: str, kind: str | None, who: str, expected: int
) -> None:
    """By user id unless asked by username; no hasCaseNotes."""
    path = f"/search/case-notes/prisons/MDI/authors/{who}"
    query = {"authorIdentifierType": kind} if kind else {}
    answer = dps.post(path, wanted(size=10_000), query=query, roles=[RO])
    mine = [
        one for one in answer.body["content"] if one["offenderIdentifier"] == person
    ]
    assert len(mine) == expected
    assert set(answer.body) == {"content", "metadata"}


@fact(C13)
def test_an_author_search_filters_by_location(dps: Api, person: str) -> None:
    """The note at the other prison is not found."""
    path = "/search/case-notes/prisons/LEI/authors/485572"
    answer = dps.post(path, wanted(size=10_000), roles=[RO])
    mine = [
        one for one in answer.body["content"] if one["offenderIdentifier"] == person
    ]
    assert [one["locationId"] for one in mine] == ["LEI"]


def listed(dps: Api, person: str, **query: Any) -> Any:
    """Ask the deprecated list."""
    return dps.get(f"/case-notes/{person}", query=query, roles=[RO])


@fact("http-contracts 3.2 C14; 2.5 page")
def test_the_list_is_a_spring_page(dps: Api, person: str) -> None:
    """All members; size 10 and page 0 unless asked; newest first."""
    page = listed(dps, person).body
    assert set(page) >= PAGE
    assert (page["number"], page["size"], page["totalElements"]) == (0, 10, 5)
    assert days(page) == [5, 4, 3, 2, 1]


@fact(C14)
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"type": "OBSERVE"}, [4]),
        ({"type": "KA", "subType": "KE"}, []),
        ({"startDate": "2025-03-04T09:00:00"}, [5, 4]),
        ({"endDate": "2025-03-02T09:00:00"}, [2, 1]),
        ({"locationId": "LEI"}, [5]),
        ({"authorUsername": "OTHER_GEN"}, [1]),
        ({"authorUsername": "other_gen"}, []),
        ({"sort": "occurrenceDateTime,asc"}, [1, 2, 3, 4, 5]),
        ({"sort": "creationDateTime,asc"}, [5, 4, 3, 2, 1]),
        ({"sort": "text,asc"}, [5, 4, 3, 2, 1]),
        ({"page": 1, "size": 2}, [3, 2]),
    ],
)
def test_the_list_can_be_narrowed(
    dps: Api, person: str, query: dict[str, Any], expected: list[int]
) -> None:
    """Flat optional query parameters; unknown sorts fall back."""
    assert days(listed(dps, person, **query).body) == expected


@fact(C14)
def test_a_sub_type_alone_is_refused(dps: Api, person: str) -> None:
    """400 with its message."""
    answer = listed(dps, person, subType="KS")
    message = "SubType must be used in conjunction with type."
    assert (answer.status, answer.body) == (400, plain_error(400, message))


@fact(C14)
def test_the_list_includes_sensitive_notes_unless_told(dps: Api, cast: Cast) -> None:
    """`includeSensitive` defaults to true here."""
    number = invented_number()
    written(dps, cast.staff().username, number, type="OMIC", subType="GEN")
    assert listed(dps, number).body["totalElements"] == 1
    hidden = listed(dps, number, includeSensitive="false")
    assert hidden.body["totalElements"] == 0
