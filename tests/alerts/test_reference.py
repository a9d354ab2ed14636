"""Alert codes and types: A7 and their administration (http-contracts 5.1, 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulators.alert_codes import ALERT_CODES, ALERT_TYPES, FORMER_DESCRIPTIONS
from tests.alerts.conftest import OFFICER, READER

if TYPE_CHECKING:
    from tests.alerts.conftest import Alerts


def patch(alerts: Alerts, path: str, body: Any = None) -> Any:
    """Administer and return the answer's body."""
    done = alerts.call("PATCH", path, body)
    assert done.status == 200, done.body
    return done.json()


def test_the_shared_list_is_sound() -> None:
    """Codes are unique, hang on listed types and are not under former names."""
    codes = [code for code, _, _ in ALERT_CODES]
    assert len(set(codes)) == len(codes) >= 40
    assert {parent for _, parent, _ in ALERT_CODES} == {kind for kind, _ in ALERT_TYPES}
    described = {code: text for code, _, text in ALERT_CODES}
    assert all(described[code] != old for code, old in FORMER_DESCRIPTIONS.items())


def test_a_code_has_all_that_the_sync_reads(alerts: Alerts) -> None:
    """A7 for a code."""
    body = alerts.call("GET", "/alert-codes/XA", roles=(READER,)).json()
    assert body == {
        "alertTypeCode": "X",
        "code": "XA",
        "description": "Arsonist",
        "listSequence": 1,
        "isActive": True,
        "createdAt": "2026-03-02T09:00:00",
        "createdBy": "SYS",
        "modifiedAt": None,
        "modifiedBy": None,
        "deactivatedAt": None,
        "deactivatedBy": None,
        "isRestricted": False,
        "canBeAdministered": True,
    }


def test_a_type_is_one_object_with_its_codes(alerts: Alerts) -> None:
    """The real answer is an object where the document promises a list."""
    body = alerts.call("GET", "/alert-types/H", roles=(READER,)).json()
    assert body["description"] == "Self Harm"
    assert [code["code"] for code in body["alertCodes"]] == ["HA", "HA1", "HA2", "HS"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/alert-codes/NOPE", "Alert code not found with identifier NOPE"),
        ("/alert-types/NOPE", "Alert type not found with identifier NOPE"),
    ],
)
def test_unknown_codes_and_types_are_404(
    alerts: Alerts, path: str, message: str
) -> None:
    """What is in no list is not found, for readers and administrators."""
    assert alerts.call("GET", path).json()["developerMessage"] == message
    assert alerts.call("PATCH", f"{path}/deactivate").status == 404


@pytest.mark.parametrize("table", ["code", "type"])
def test_reference_data_is_administered_and_told(alerts: Alerts, table: str) -> None:
    """Each real change is told once with the code's name, source DPS, no person."""
    name = {"code": "XA", "type": "X"}[table]
    path = f"/alert-{table}s/{name}"
    renamed = patch(alerts, path, {"description": "Renamed"})
    assert (renamed["description"], renamed["modifiedBy"]) == ("Renamed", OFFICER)
    patch(alerts, path, {"description": "Renamed"})
    stopped = patch(alerts, f"{path}/deactivate")
    assert (stopped["isActive"], stopped["deactivatedBy"]) == (False, OFFICER)
    patch(alerts, f"{path}/deactivate")
    started = patch(alerts, f"{path}/reactivate")
    assert (started["isActive"], started["deactivatedAt"]) == (True, None)
    patch(alerts, f"{path}/reactivate")
    events = alerts.client.events
    assert [event.type for event in events] == [
        f"prisoner-alerts.alert-{table}-{kind}"
        for kind in ("updated", "deactivated", "reactivated")
    ]
    event = events[0]
    assert event.attributes == {"eventType": event.type}
    assert event.body["additionalInformation"] == {"alertCode": name, "source": "DPS"}
    assert "personReference" not in event.body


def test_a_renamed_code_is_read_in_alerts_at_once(alerts: Alerts) -> None:
    """Alerts show the description of today, not that of their creation (ALT-09)."""
    uuid = alerts.raised()
    patch(alerts, "/alert-codes/XA", {"description": "Fire Setter"})
    assert alerts.get(uuid)["alertCode"]["description"] == "Fire Setter"


def test_new_codes_and_types_can_be_used(alerts: Alerts) -> None:
    """A type, a code under it, an alert of it; names must be free."""
    kind = {"code": "NEW", "description": "New Type"}
    code = {"code": "NEW1", "description": "New Code", "parent": "NEW"}
    assert alerts.call("POST", "/alert-codes", code).status == 404
    assert alerts.call("POST", "/alert-types", kind).status == 201
    assert alerts.call("POST", "/alert-types", kind).status == 409
    made = alerts.call("POST", "/alert-codes", {**code, "restricted": True})
    assert made.status == 201
    assert made.json()["isRestricted"] is True
    assert alerts.call("POST", "/alert-codes", code).status == 409
    assert alerts.told() == [
        "prisoner-alerts.alert-type-created",
        "prisoner-alerts.alert-code-created",
    ]
    patch(alerts, "/alert-codes/NEW1/remove-restriction")
    assert alerts.create(alertCode="NEW1").status == 201


def test_the_list_of_privileged_users_can_shrink(alerts: Alerts) -> None:
    """A user taken off the list may no longer use the code."""
    patch(alerts, "/alert-codes/XA/restrict")
    path = f"/alert-codes/XA/privileged-user/{OFFICER}"
    assert alerts.call("POST", path).json()["canBeAdministered"] is True
    assert alerts.call("DELETE", path).json()["canBeAdministered"] is False
    assert alerts.create().status == 403


def test_lists_leave_out_what_is_out_of_use(alerts: Alerts) -> None:
    """Inactive codes and types come only when asked for."""
    patch(alerts, "/alert-codes/XA/deactivate")
    patch(alerts, "/alert-types/H/deactivate")
    codes = {one["code"] for one in alerts.call("GET", "/alert-codes").json()}
    assert "XA" not in codes
    types = alerts.call("GET", "/alert-types").json()
    assert "H" not in {one["code"] for one in types}
    security = next(one for one in types if one["code"] == "X")
    assert "XA" not in {one["code"] for one in security["alertCodes"]}
    path = "/alert-codes?includeInactive=true"
    assert len(alerts.call("GET", path).json()) == len(ALERT_CODES)
    everything = alerts.call("GET", "/alert-types?includeInactive=true").json()
    assert len(everything) == len(ALERT_TYPES)


def test_only_administrators_change_the_lists(alerts: Alerts) -> None:
    """A reader may not."""
    refused = alerts.call("PATCH", "/alert-codes/XA/deactivate", roles=(READER,))
    assert refused.status == 403
