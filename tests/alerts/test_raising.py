"""Raising and reading alerts: A1, A3 and the acting user (http-contracts 5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import contracts
from simulators.alerts import listings, operations, reference_operations
from simulators.alerts.model import FIXED_TEXT
from simulators.wire.faults import Fault
from tests.alerts.conftest import (
    COLLEAGUE,
    NOWHERE,
    OFFICER,
    OTHER_PRISONER,
    PRISONER,
    READER,
    TODAY,
    TOMORROW,
    WRITER,
    YESTERDAY,
)
from tests.fake_client import operation_functions

if TYPE_CHECKING:
    from tests.alerts.conftest import Alerts


def test_each_operation_has_a_function_and_each_function_an_operation(
    alerts: Alerts,
) -> None:
    """Contract and code name the same operations."""
    functions = operation_functions(
        alerts.service, operations, listings, reference_operations
    )
    assert functions == set(contracts.load("alerts").by_id)


def test_a_raised_alert_prints_all_members_with_nulls(alerts: Alerts) -> None:
    """What the clients require is there, what is unknown is null."""
    alerts.client.pass_time(0.75)
    made = alerts.create(description="Lighter found", activeFrom=YESTERDAY)
    assert made.status == 201
    body = made.json()
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}", body["alertUuid"])
    assert body == {
        "alertUuid": body["alertUuid"],
        "prisonNumber": PRISONER,
        "alertCode": {
            "alertTypeCode": "X",
            "alertTypeDescription": "Security",
            "code": "XA",
            "description": "Arsonist",
            "canBeAdministered": True,
        },
        "description": "Lighter found",
        "authorisedBy": None,
        "activeFrom": YESTERDAY,
        "activeTo": None,
        "isActive": True,
        "createdAt": "2026-03-02T09:00:00",
        "createdBy": OFFICER,
        "createdByDisplayName": "Nina Okoro",
        "lastModifiedAt": None,
        "lastModifiedBy": None,
        "lastModifiedByDisplayName": None,
        "activeToLastSetAt": None,
        "activeToLastSetBy": None,
        "activeToLastSetByDisplayName": None,
        "madeInactiveAt": None,
        "madeInactiveBy": None,
        "madeInactiveByDisplayName": None,
        "prisonCodeWhenCreated": "QAI",
    }
    assert alerts.get(body["alertUuid"]) == body


def test_raising_an_alert_is_told(alerts: Alerts) -> None:
    """The created event carries id, code and source; a general one follows."""
    alerts.client.pass_time(0.5)
    uuid = alerts.create().json()["alertUuid"]
    created, changed = alerts.client.events
    assert created.topic == "domain"
    assert created.attributes == {
        "eventType": "person.alert.created",
        "noTracing": "true",
    }
    assert created.body == {
        "eventType": "person.alert.created",
        "additionalInformation": {
            "alertUuid": uuid,
            "alertCode": "XA",
            "source": "DPS",
        },
        "version": 1,
        "description": "An alert has been created in the alerts service",
        "occurredAt": "2026-03-02T09:00:00.5Z",
        "detailUrl": f"http://dps-alerts:8080/alerts/{uuid}",
        "personReference": {"identifiers": [{"type": "NOMS", "value": PRISONER}]},
    }
    assert changed.type == "person.alerts.changed"
    assert changed.body["additionalInformation"] == {}


def test_event_times_carry_londons_offset_in_summer(alerts: Alerts) -> None:
    """Events print `+01:00` in summer while the alert itself prints wall clock."""
    from datetime import datetime

    summer = datetime(2026, 7, 1, 12, 0)  # noqa: DTZ001 - London wall clock
    alerts.client.clock.set_calendar(summer)
    made = alerts.create().json()
    occurred = alerts.client.events[0].body["occurredAt"]
    assert re.fullmatch(r"2026-07-01T12:00:00(\.\d+)?\+01:00", occurred)
    assert made["createdAt"] == "2026-07-01T12:00:00"


def test_an_alert_starts_today_unless_told_otherwise(alerts: Alerts) -> None:
    """The start date defaults to today."""
    assert alerts.create().json()["activeFrom"] == TODAY


@pytest.mark.parametrize(
    ("active_to", "active"), [(YESTERDAY, False), (TODAY, False), (TOMORROW, True)]
)
def test_an_alert_is_active_until_the_day_before_its_end(
    alerts: Alerts, active_to: str, active: bool
) -> None:
    """An end date of today or earlier means inactive (5.0)."""
    made = alerts.create(activeFrom="2026-02-01", activeTo=active_to).json()
    assert made["isActive"] is active
    assert (made["madeInactiveBy"] is None) is active
    assert alerts.told() == ["alert.created", "alerts.changed"]


def test_a_user_may_not_raise_an_active_code_twice(alerts: Alerts) -> None:
    """An active duplicate is 409 for a user, and nothing is told."""
    alerts.raised()
    again = alerts.create()
    assert again.status == 409
    body = again.json()
    assert body["userMessage"] == "Duplicate failure: Alert already exists"
    assert body["developerMessage"] == "Alert already exists with identifier XA"
    assert body["moreInfo"] is None
    assert alerts.told() == []
    assert alerts.create(number=OTHER_PRISONER).status == 201


def test_nomis_may_hold_an_active_code_twice(alerts: Alerts) -> None:
    """What NOMIS already has is accepted from the sync (fault-corpus ALT-07)."""
    alerts.raised()
    assert alerts.create(source="NOMIS").status == 201


def test_dates_in_the_wrong_order_are_refused_to_users_only(alerts: Alerts) -> None:
    """A start after the end is a user's mistake, but NOMIS may hold it."""
    dates = {"activeFrom": TODAY, "activeTo": YESTERDAY}
    assert alerts.create(**dates).status == 400
    assert alerts.create(source="NOMIS", **dates).status == 201


def test_a_code_out_of_use_is_refused_to_users_only(alerts: Alerts) -> None:
    """An inactive code needs the query flag, or NOMIS as its source."""
    alerts.call("PATCH", "/alert-codes/XA/deactivate")
    assert alerts.create().status == 400
    assert alerts.create(query="?allowInactiveCode=true").status == 201
    assert alerts.create(source="NOMIS").status == 201


def test_an_unknown_code_is_refused(alerts: Alerts) -> None:
    """A code that is in no list is 400 for everyone."""
    assert alerts.create(alertCode="NOPE", source="NOMIS").status == 400


def test_the_fixed_text_replaces_what_was_written(alerts: Alerts) -> None:
    """One code may not be described freely."""
    made = alerts.create(alertCode="DOCGM", description="He told me so")
    assert made.json()["description"] == FIXED_TEXT


@pytest.mark.parametrize("number", ["Z9999ZZ", "nobody"])
def test_an_unknown_prisoner_is_400_never_404(alerts: Alerts, number: str) -> None:
    """Unknown to prisoner search, or no prisoner number at all: the same 400."""
    refused = alerts.create(number=number)
    assert refused.status == 400
    assert refused.json()["developerMessage"] == "Prison number not found"


def test_the_prison_is_the_one_at_creation(alerts: Alerts) -> None:
    """A later move does not change where the alert was raised."""
    uuid = alerts.raised()
    alerts.search.pin(PRISONER, "QBI")
    assert alerts.get(uuid)["prisonCodeWhenCreated"] == "QAI"


def test_a_user_whom_nobody_knows_is_refused(alerts: Alerts) -> None:
    """For DPS the acting user must exist, and that is asked before all else."""
    refused = alerts.create(username="NOBODY", roles=(READER,), alertCode=None)
    assert refused.status == 400
    message = "User details for supplied username not found"
    assert refused.json()["developerMessage"] == message


def test_without_a_username_the_token_says_who_acts(alerts: Alerts) -> None:
    """A UI that sends no header acts as the token's subject."""
    made = alerts.create(username=None, subject=COLLEAGUE)
    assert made.json()["createdBy"] == COLLEAGUE


@pytest.mark.parametrize("username", [None, "UNKNOWN_GEN"])
def test_nomis_changes_by_unknown_users_act_as_the_system(
    alerts: Alerts, username: str | None
) -> None:
    """From NOMIS an unknown or absent user is SYS, never the token's subject."""
    made = alerts.create(source="NOMIS", username=username, subject=COLLEAGUE).json()
    assert (made["createdBy"], made["createdByDisplayName"]) == ("SYS", "Sys")
    assert alerts.client.events[0].body["additionalInformation"]["source"] == "NOMIS"


def test_nomis_changes_by_known_users_keep_them(alerts: Alerts) -> None:
    """A NOMIS user whom manage-users knows is the creator."""
    made = alerts.create(source="NOMIS", username=COLLEAGUE).json()
    assert made["createdByDisplayName"] == "Sam Lee"


def test_a_username_is_64_characters_at_most(alerts: Alerts) -> None:
    """A longer one is refused before anyone is asked."""
    assert alerts.create(username="A" * 65).status == 400


def test_an_unknown_source_is_refused(alerts: Alerts) -> None:
    """The header Source has two values."""
    assert alerts.create(source="MARS").status == 400


@pytest.mark.parametrize("service", ["manage-users", "prisoner-search"])
@pytest.mark.parametrize("kind", ["status", "reset"])
def test_a_failing_neighbour_is_502(alerts: Alerts, service: str, kind: str) -> None:
    """The service says that it was not its own fault, and nothing is stored."""
    status = 503 if kind == "status" else None
    alerts.client.wire.faults.add(Fault(service, kind, status=status, times=None))
    assert alerts.create().status == 502
    assert alerts.model.snapshot(None) == {"alerts": []}
    assert alerts.told() == []


def test_a_restricted_code_is_for_its_list_whatever_the_source(alerts: Alerts) -> None:
    """Raising, changing and deleting need a privileged user, from NOMIS too (5.0)."""
    uuid = alerts.raised()
    alerts.call("PATCH", "/alert-codes/XA/restrict")
    assert alerts.get(uuid)["alertCode"]["canBeAdministered"] is False
    path = f"/alerts/{uuid}"
    refused = alerts.create(number=OTHER_PRISONER, source="NOMIS")
    assert refused.status == 403
    assert refused.json()["userMessage"].startswith("Permission denied - ")
    changed = {"description": "changed"}
    assert alerts.call("PUT", path, changed, source="NOMIS").status == 403
    deleted = alerts.call("DELETE", path, source="NOMIS", username=None)
    assert deleted.status == 403
    alerts.call("POST", f"/alert-codes/XA/privileged-user/{OFFICER}")
    assert alerts.call("PUT", path, changed).status == 200
    assert alerts.call("DELETE", path).status == 204


def test_as_intended_nomis_is_not_held_to_restrictions(alerts: Alerts) -> None:
    """With the limit fixed, what NOMIS has already done is taken over."""
    alerts.call("PATCH", "/alert-codes/XA/restrict")
    alerts.model.limits.add("alerts-restricted-code-refuses-nomis")
    assert alerts.create(source="NOMIS").status == 201
    assert alerts.create(number=OTHER_PRISONER).status == 403


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"alertCode": ""}, "Validation failure(s): "),
        ({"alertCode": "THIRTEENCHARS"}, "Validation failure(s): "),
        ({"description": "x" * 4001}, "Validation failure(s): "),
        ({"authorisedBy": "x" * 41}, "Validation failure(s): "),
        ({"alertCode": None}, "Validation failure: Couldn't read request body"),
        ({"activeFrom": "yesterday"}, "Validation failure: Couldn't read"),
        ({"activeFrom": "2026-02-30"}, "Validation failure: Couldn't read"),
    ],
)
def test_a_body_that_does_not_fit_is_400(
    alerts: Alerts, members: dict[str, Any], message: str
) -> None:
    """A broken constraint is named, a body that cannot be bound is unreadable."""
    refused = alerts.create(**members)
    assert refused.status == 400
    assert refused.json()["userMessage"].startswith(message)
    assert alerts.told() == []


def test_unreadable_json_is_400(alerts: Alerts) -> None:
    """A body that is no JSON is refused in the same words."""
    refused = alerts.call("POST", f"/prisoners/{PRISONER}/alerts", raw=b"{")
    assert refused.json()["userMessage"] == (
        "Validation failure: Couldn't read request body"
    )


def test_roles_are_asked_for(alerts: Alerts) -> None:
    """Readers may not write; without a token nobody may anything."""
    uuid = alerts.raised()
    assert alerts.create(roles=(READER,)).status == 403
    assert alerts.call("GET", f"/alerts/{uuid}", roles=("ROLE_X",)).status == 403
    assert alerts.call("GET", f"/alerts/{uuid}", roles=(READER,)).status == 200
    unknown = alerts.call("GET", f"/alerts/{uuid}", roles=None)
    assert (unknown.status, unknown.body) == (401, b"")
    assert alerts.call("DELETE", f"/alerts/{uuid}", roles=(WRITER,)).status == 204


def test_a_missing_alert_and_a_malformed_id(alerts: Alerts) -> None:
    """An id that is nobody's is 404 in fixed words, one that is none is 400."""
    missing = alerts.call("GET", f"/alerts/{NOWHERE}")
    assert missing.status == 404
    assert missing.json() == {
        "status": 404,
        "errorCode": None,
        "userMessage": "Not found: Alert not found",
        "developerMessage": f"Alert not found with identifier {NOWHERE}",
        "moreInfo": None,
    }
    assert alerts.call("GET", "/alerts/no-uuid").status == 400


def test_unknown_paths_and_methods(alerts: Alerts) -> None:
    """The service tells a wrong method (405) from a wrong path (404)."""
    assert alerts.call("GET", "/nowhere").status == 404
    assert alerts.call("DELETE", "/alert-types").status == 405
