"""What each reader is shown (C1, C12 to C16) and how reads may lag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.dps.conftest import (
    NOMIS_ID,
    OFFICER,
    OTHER_PRISONER,
    PRISONER,
    PROBATION,
    from_nomis,
)

if TYPE_CHECKING:
    from tests.dps.conftest import Dps

PATH = f"/case-notes/{PRISONER}"


def search(dps: Dps, expected: int = 200, **members: Any) -> dict[str, Any]:
    """Search a person's notes; returns the answer."""
    body = {"includeSensitive": True, "page": 1, "size": 10, **members}
    response = dps.call("POST", f"/search{PATH}", body)
    assert response.status == expected, response.json()
    found: dict[str, Any] = response.json()
    return found


def texts(answer: dict[str, Any]) -> list[str]:
    """Return the texts of a page of notes, in order."""
    return [one["text"] for one in answer["content"]]


def three_notes(dps: Dps) -> None:
    """Write A, B and C, which happened in the order B, C, A."""
    for text, hour in (("A", "08"), ("B", "06"), ("C", "07")):
        dps.create(text=text, occurrenceDateTime=f"2026-03-02T{hour}:00:00")
        dps.client.pass_time(1)


def test_note_is_read_by_either_identifier(dps: Dps) -> None:
    """UUID in any case, NOMIS id or negative id lead to the same note."""
    synced, created = dps.sync(), dps.create()
    for identifier, expected in (
        (synced["id"].upper(), synced["id"]),
        (str(NOMIS_ID), synced["id"]),
        ("-1", created["caseNoteId"]),
    ):
        found = dps.call("GET", f"{PATH}/{identifier}").json()
        assert found["caseNoteId"] == expected
    assert dps.call("GET", f"/case-notes/{OTHER_PRISONER}/-1").status == 404


def test_derived_source_follows_the_type(dps: Dps) -> None:
    """OCNS not synced, AUTO synced but not selectable, INST the rest."""
    sources = [
        dps.create(type=pair[0], subType=pair[1])["source"]
        for pair in (("OMIC", "GEN"), ("PRISON", "RELEASE"), ("KA", "KS"))
    ]
    assert sources == ["OCNS", "AUTO", "INST"]


def test_search_orders_by_occurrence_newest_first(dps: Dps) -> None:
    """The default order, and each other one; no direction means descending."""
    three_notes(dps)
    assert texts(search(dps)) == ["A", "C", "B"]
    assert texts(search(dps, sort="occurredAt,ASC")) == ["B", "C", "A"]
    assert texts(search(dps, sort="createdAt,asc")) == ["A", "B", "C"]
    assert texts(search(dps, sort="createdAt")) == ["C", "B", "A"]
    assert texts(search(dps, sort="createdAt,sideways")) == ["C", "B", "A"]


def test_equal_moments_are_ordered_by_writing(dps: Dps) -> None:
    """Where the service defines no order the fake has one: creation, then id."""
    for text in "ABCDE":
        dps.create(text=text)
    assert texts(search(dps)) == ["A", "B", "C", "D", "E"]
    assert texts(search(dps, sort="occurredAt,asc")) == ["A", "B", "C", "D", "E"]


def test_unknown_sort_field_is_refused(dps: Dps) -> None:
    """The refusal names the two fields there are."""
    message = (
        "400 BAD_REQUEST Validation failure: Sort field invalid, please provide one "
        "of [occurredAt, createdAt]"
    )
    refused = search(dps, expected=400, sort="occurrenceDateTime,desc")
    assert refused["developerMessage"] == message


def test_search_pages_count_from_one(dps: Dps) -> None:
    """Metadata count all matches; a page beyond the end is empty."""
    three_notes(dps)
    second = search(dps, page=2, size=2)
    assert texts(second) == ["B"]
    assert second["metadata"] == {"totalElements": 3, "page": 2, "size": 2}
    beyond = search(dps, page=9, size=2)
    assert (beyond["content"], beyond["hasCaseNotes"]) == ([], True)
    refused = search(dps, expected=400, page=0, size=0)
    assert refused["userMessage"] == (
        "Validation failures: \n"
        "Page number must be at least 1\n"
        "Page size must be at least 1\n"
    )


def test_search_filters_are_combined(dps: Dps) -> None:
    """Types are alternatives; dates are inclusive; the last of a type counts."""
    dps.create(text="A", occurrenceDateTime="2026-03-01T08:00:00")
    dps.create(text="B", subType="KE", occurrenceDateTime="2026-03-01T09:00:00")
    dps.create(text="C", type="GEN", subType="HIS")
    both = [{"type": "KA", "subTypes": ["KS"]}, {"type": "GEN"}]
    assert texts(search(dps, typeSubTypes=both)) == ["C", "A"]
    twice = [{"type": "KA", "subTypes": ["KS"]}, {"type": "KA", "subTypes": ["KE"]}]
    assert texts(search(dps, typeSubTypes=twice)) == ["B"]
    window: dict[str, Any] = {
        "occurredFrom": "2026-03-01T08:00:00",
        "occurredTo": "2026-03-01T09:00:00",
    }
    assert texts(search(dps, **window)) == ["B", "A"]
    nothing = search(dps, typeSubTypes=[{"type": "POM"}])
    assert (nothing["content"], nothing["hasCaseNotes"]) == ([], True)


def test_sensitive_notes_are_shown_only_when_asked_for(dps: Dps) -> None:
    """Without them a person with nothing else has no case notes."""
    dps.create(type="OMIC", subType="GEN")
    assert len(search(dps)["content"]) == 1
    hidden = search(dps, includeSensitive=False)
    assert (hidden["content"], hidden["hasCaseNotes"]) == ([], False)


def test_author_search_filters_by_prison_and_author(dps: Dps) -> None:
    """By user id unless the query says username."""
    dps.create(text="A")
    dps.create(text="B", locationId="LEI")
    dps.create(text="C", type="OMIC", subType="GEN", user=PROBATION)
    body = {"includeSensitive": True, "page": 1, "size": 10}
    base = "/search/case-notes/prisons/MDI/authors"
    by_id = dps.call("POST", f"{base}/485572", body).json()
    by_name = f"{base}/{PROBATION}?authorIdentifierType=USERNAME"
    named = dps.call("POST", by_name, body).json()
    assert (texts(by_id), texts(named)) == (["A"], ["C"])
    assert "hasCaseNotes" not in by_id


def test_deprecated_list_is_a_spring_page(dps: Dps) -> None:
    """Zero-based, ten a page, newest occurrence first; sensitive notes included."""
    three_notes(dps)
    dps.create(
        text="S",
        type="OMIC",
        subType="GEN",
        occurrenceDateTime="2026-03-02T05:00:00",
    )
    page = dps.call("GET", PATH).json()
    assert texts(page) == ["A", "C", "B", "S"]
    assert (page["number"], page["size"], page["totalElements"]) == (0, 10, 4)
    last = dps.call("GET", f"{PATH}?page=1&size=3").json()
    assert (texts(last), last["last"], last["totalPages"]) == (["S"], True, 2)


def test_deprecated_list_filters(dps: Dps) -> None:
    """Each query parameter narrows the list; a lone sub type is refused."""
    three_notes(dps)
    dps.create(text="S", type="OMIC", subType="GEN", locationId="LEI", user=PROBATION)

    def shown(query: str) -> list[str]:
        return texts(dps.call("GET", f"{PATH}?{query}").json())

    assert shown("includeSensitive=false") == ["A", "C", "B"]
    assert shown("type=OMIC") == ["S"]
    assert shown("type=KA&subType=KE") == []
    assert shown("locationId=LEI") == ["S"]
    assert shown(f"authorUsername={PROBATION}") == ["S"]
    assert shown("endDate=2026-03-02T07:00:00") == ["C", "B"]
    assert shown("startDate=2026-03-02T07:00:00&type=KA") == ["A", "C"]
    assert shown("sort=creationDateTime,asc") == ["A", "B", "C", "S"]
    assert shown("sort=text,asc&type=KA") == ["A", "C", "B"]
    assert shown("page=x&size=-1&type=KA") == ["A", "C", "B"]
    refused = dps.call("GET", f"{PATH}?subType=KS")
    assert refused.status == 400
    message = "SubType must be used in conjunction with type."
    assert refused.json()["developerMessage"] == message


def test_types_are_sorted_and_filtered(dps: Dps) -> None:
    """Active, unrestricted ones by default, by description ignoring case."""
    types = dps.call("GET", "/case-notes/types").json()
    descriptions = [one["description"].lower() for one in types]
    assert descriptions == sorted(descriptions)
    shown = {one["code"]: [sub["code"] for sub in one["subCodes"]] for one in types}
    assert shown["GEN"] == ["HIS", "WELFCHK"]
    assert "POM" not in shown
    assert "OMIC" not in shown
    assert shown["ALERT"] == ["ACTIVE", "INACTIVE"]
    query = "selectableBy=DPS_USER&includeInactive=true&includeRestricted=true"
    everything = dps.call("GET", f"/case-notes/types?{query}").json()
    listed = {one["code"]: one["subCodes"] for one in everything}
    assert "ALERT" not in listed
    assert listed["POM"] == [
        {
            "code": "POME",
            "description": "POM Entry",
            "active": False,
            "sensitive": False,
            "restrictedUse": False,
            "selectableBy": ["DPS_USER"],
        }
    ]
    assert [sub["code"] for sub in listed["OMIC"]] == ["GEN", "INFOSHARE_FM"]


def test_usage_counts_by_person(dps: Dps) -> None:
    """Counts and latest moment to the second; people without notes are absent."""
    dps.client.pass_time(0.5)
    for members in ({}, {"occurrenceDateTime": None}, {"subType": "KE"}):
        dps.create(**members)
    body = {
        "typeSubTypes": [{"type": "KA", "subTypes": ["KS"]}],
        "personIdentifiers": [PRISONER, OTHER_PRISONER],
    }
    content = dps.call("POST", "/case-notes/usage", body).json()["content"]
    assert content == {
        PRISONER: [
            {
                "personIdentifier": PRISONER,
                "type": "KA",
                "subType": "KS",
                "count": 2,
                "latestNote": {"occurredAt": "2026-03-02T09:00:00"},
            }
        ]
    }


def test_usage_takes_its_dates_under_either_name(dps: Dps) -> None:
    """`from` or `occurredFrom`; the chosen date is compared, bounds inclusive."""
    dps.create()
    base = {"typeSubTypes": [{"type": "KA"}], "authorIds": ["485572"]}

    def count(**members: Any) -> int:
        body = {**base, **members}
        content = dps.call("POST", "/case-notes/staff-usage", body).json()["content"]
        return sum(one["count"] for found in content.values() for one in found)

    assert count(occurredFrom="2026-03-02T08:30:00") == 1
    assert count(**{"from": "2026-03-02T08:30:01"}) == 0
    assert count(occurredTo="2026-03-02T08:29:59") == 0
    created = {"dateType": "CREATED_AT", "from": "2026-03-02T08:30:01"}
    assert count(**created) == 1
    assert (count(prisonCode="MDI"), count(prisonCode="LEI")) == (1, 0)


def test_usage_needs_types_and_someone_to_count(dps: Dps) -> None:
    """Empty lists are refused with their own messages."""
    body: dict[str, Any] = {"typeSubTypes": [], "personIdentifiers": []}
    response = dps.call("POST", "/case-notes/usage", body)
    assert response.json()["userMessage"] == (
        "Validation failures: \n"
        "At least one person identifier is required\n"
        "At least one type is required\n"
    )
    body = {"typeSubTypes": [{"type": "KA"}], "authorIds": []}
    response = dps.call("POST", "/case-notes/staff-usage", body)
    expected = "Validation failure: At least one author id is required"
    assert response.json()["userMessage"] == expected


def test_service_is_declared_live_everywhere(dps: Dps) -> None:
    """Without a token, and for all prisons (events-and-config 5.2)."""
    response = dps.call("GET", "/info", roles=None)
    assert response.json()["activeAgencies"] == ["***"]


def test_lagging_read_answers_the_earlier_state(dps: Dps) -> None:
    """Within the lag a reader sees what was there before; then the present."""
    created = dps.create()
    path = f"{PATH}/{created['caseNoteId']}"
    dps.model.read_lag = 2.0
    dps.client.pass_time(5)
    amended = dps.amend(created, "More.")
    assert dps.call("GET", path).json() == created
    assert search(dps)["content"] == [created]
    dps.client.pass_time(1)
    new = dps.create(text="New.")
    assert dps.call("GET", f"{PATH}/{new['caseNoteId']}").status == 404
    assert dps.call("GET", f"{PATH}/{new['legacyId']}").status == 404
    dps.client.pass_time(1)
    assert dps.call("GET", path).json() == amended
    dps.call("DELETE", path)
    assert dps.call("GET", path).json() == amended
    assert dps.call("GET", f"{PATH}/-1").json() == amended
    dps.client.pass_time(2)
    assert dps.call("GET", path).status == 404
    assert search(dps)["content"] == [new]


def test_writes_do_not_lag(dps: Dps) -> None:
    """The upsert and amendments see the present, as the database does."""
    dps.model.read_lag = 60.0
    first = dps.sync()
    again = dps.call("PUT", "/sync/case-notes", from_nomis())
    assert again.json() == {**first, "action": "UPDATED"}
    path = f"{PATH}/{first['id']}"
    assert dps.call("PUT", path, {"text": "More."}, user=OFFICER).status == 200
