"""Lists of alerts: A2, A9 and A10 (http-contracts 5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.alerts.conftest import (
    COLLEAGUE,
    NOTES,
    OFFICER,
    OTHER_PRISONER,
    PRISONER,
    READER,
    TODAY,
    YESTERDAY,
)

if TYPE_CHECKING:
    from tests.alerts.conftest import Alerts


def page(alerts: Alerts, query: str = "") -> Any:
    """Return the page of the prisoner's alerts."""
    return alerts.call("GET", f"/prisoners/{PRISONER}/alerts{query}").json()


def codes(alerts: Alerts, query: str = "") -> list[str]:
    """Return the codes on the page in their order."""
    return [one["alertCode"]["code"] for one in page(alerts, query)["content"]]


@pytest.fixture
def three(alerts: Alerts) -> Alerts:
    """Return a service with two active alerts and an ended one."""
    alerts.raised(alertCode="XA", activeFrom="2026-02-01", description="Lighter")
    alerts.raised(alertCode="HA", activeFrom="2026-02-03", authorisedBy="Governor")
    alerts.raised(alertCode="XC", activeFrom="2026-02-02", activeTo=YESTERDAY)
    return alerts


def test_the_page_has_all_alerts_newest_start_first(three: Alerts) -> None:
    """Without filter ended alerts come too, and the totals agree (A2)."""
    body = page(three, "?page=0&size=1000")
    assert [one["alertCode"]["code"] for one in body["content"]] == ["HA", "XC", "XA"]
    assert body["totalElements"] == body["numberOfElements"] == 3
    assert (body["number"], body["size"], body["totalPages"]) == (0, 1000, 1)
    assert (body["first"], body["last"], body["empty"]) == (True, True, False)
    assert body["pageable"]["pageSize"] == 1000


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?isActive=true", ["HA", "XA"]),
        ("?isActive=false", ["XC"]),
        ("?alertType=X", ["XC", "XA"]),
        ("?alertType=X,H", ["HA", "XC", "XA"]),
        ("?alertCode=XA,HA", ["HA", "XA"]),
        ("?activeFromStart=2026-02-02", ["HA", "XC"]),
        ("?activeFromEnd=2026-02-02", ["XC", "XA"]),
        ("?search=LIGHT", ["XA"]),
        ("?search=governor", ["HA"]),
        ("?sort=activeFrom,asc", ["XA", "XC", "HA"]),
        ("?sort=alertCode", ["HA", "XA", "XC"]),
        ("?sort=activeTo,asc&sort=alertCode,desc", ["XC", "XA", "HA"]),
        ("?size=2", ["HA", "XC"]),
        ("?size=2&page=1", ["XA"]),
        ("?size=2&page=7", []),
    ],
)
def test_the_page_can_be_filtered_sorted_and_cut(
    three: Alerts, query: str, expected: list[str]
) -> None:
    """Each filter and order does what it says."""
    assert codes(three, query) == expected


def test_an_unknown_person_has_an_empty_page(alerts: Alerts) -> None:
    """A prisoner without alerts is no error."""
    body = page(alerts)
    assert (body["content"], body["totalElements"], body["empty"]) == ([], 0, True)


@pytest.mark.parametrize(
    "query",
    ["?sort=colour", "?size=0", "?page=-1", "?activeFromStart=2026-02-30", "?page=x"],
)
def test_a_page_that_cannot_be_made_is_400(alerts: Alerts, query: str) -> None:
    """Unknown order, impossible page or date."""
    alerts.raised()
    assert alerts.call("GET", f"/prisoners/{PRISONER}/alerts{query}").status == 400


def changed(alerts: Alerts, start: str, end: str) -> Any:
    """Return who changed in the range (A9)."""
    path = f"/alerts/case-notes/changed?from={start}&to={end}"
    return alerts.call("GET", path, roles=(NOTES,)).json()["personIdentifiers"]


def test_changed_prisoners_are_those_touched_in_the_range(alerts: Alerts) -> None:
    """Creation, start, end and history count; the last day lies outside."""
    alerts.raised(activeFrom="2026-02-10", activeTo="2026-02-20")
    alerts.raised(number=OTHER_PRISONER, activeFrom="2026-01-05")
    assert changed(alerts, "2026-02-10", "2026-02-11") == [PRISONER]
    assert changed(alerts, "2026-02-09", "2026-02-10") == []
    assert changed(alerts, "2026-02-20", "2026-02-21") == [PRISONER]
    assert changed(alerts, "2026-01-01", "2026-02-01") == [OTHER_PRISONER]
    assert changed(alerts, TODAY, "2026-03-03") == [PRISONER, OTHER_PRISONER]
    assert changed(alerts, "2026-02-25", TODAY) == []


def test_the_alerts_for_case_notes_keep_the_first_start(alerts: Alerts) -> None:
    """A10 shows the original start date, the end and who ended it."""
    alerts.client.pass_time(0.5)
    uuid = alerts.raised(activeFrom="2026-02-10")
    body = {"activeFrom": "2026-02-12", "activeTo": TODAY}
    alerts.call("PUT", f"/alerts/{uuid}", body, username=COLLEAGUE)
    path = f"/alerts/case-notes/{PRISONER}?from={TODAY}&to=2026-03-03"
    listed = alerts.call("GET", path, roles=(NOTES,)).json()
    assert listed == {
        "content": [
            {
                "type": {"code": "X", "description": "Security"},
                "subType": {"code": "XA", "description": "Arsonist"},
                "prisonCode": "QAI",
                "activeFrom": "2026-02-10",
                "activeTo": TODAY,
                "createdAt": "2026-03-02T09:00:00.5",
                "madeInactiveAt": "2026-03-02T09:00:00.5",
                "createdBy": {"username": OFFICER, "displayName": "Nina Okoro"},
                "deactivatedBy": {"username": COLLEAGUE, "displayName": "Sam Lee"},
            }
        ]
    }


def test_case_note_lists_are_for_case_notes(alerts: Alerts) -> None:
    """Another role may not, and both dates are needed."""
    path = f"/alerts/case-notes/{PRISONER}"
    dated = f"{path}?from={TODAY}&to={TODAY}"
    assert alerts.call("GET", dated, roles=(READER,)).status == 403
    assert alerts.call("GET", dated, roles=(NOTES,)).json() == {"content": []}
    assert alerts.call("GET", path, roles=(NOTES,)).status == 400
    day = "/alerts/case-notes/changed?from=2026-02-30&to=2026-03-01"
    assert alerts.call("GET", day, roles=(NOTES,)).status == 400
