"""Alerts: the API (NA1 to NA11), the screen, and the trigger that writes notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from simulators.nomis.alerts import COPY_BOOKING, TRIGGER_MODULE
from simulators.nomis.people import SCHEMA_OWNER
from tests.nomis.conftest import (
    HERE,
    OFFICER,
    PRISONER,
    SYNC_ROLE,
    THERE,
    Office,
    new_alert,
    words,
)

if TYPE_CHECKING:
    from simulators.nomis.rows import CaseNote

ALERTS = f"/prisoners/{PRISONER}/alerts"


def post(office: Office, **members: Any) -> dict[str, Any]:
    """Create an alert through the API; returns its key."""
    made = office.api("POST", ALERTS, new_alert(**members))
    assert made.status == 201, made.json()
    key: dict[str, Any] = made.json()
    return key


def update(**members: Any) -> dict[str, Any]:
    """Return `UpdateAlertRequest`."""
    return {
        "date": "2026-03-01",
        "isActive": True,
        "updateUsername": OFFICER,
        "expiryDate": None,
        "comment": None,
        "authorisedBy": None,
        **members,
    }


def notes(office: Office) -> list[CaseNote]:
    """Return the prisoner's notes."""
    return office.model.notes.of_prisoner(PRISONER)


def path(office: Office, sequence: int = 1) -> str:
    """Return the path of an alert on the first booking."""
    return f"/prisoners/booking-id/{office.booking}/alerts/{sequence}"


def test_a_created_alert_reads_as_written(office: Office) -> None:
    """Type from the code's parent, sequence 1, the sync's stamp."""
    assert post(office) == {
        "bookingId": office.booking,
        "alertSequence": 1,
        "alertCode": {"code": "XA", "description": "Arsonist"},
        "type": {"code": "X", "description": "Security"},
    }
    found = office.api("GET", path(office)).json()
    audit = found.pop("audit")
    assert found == {
        "bookingId": office.booking,
        "bookingSequence": 1,
        "alertSequence": 1,
        "alertCode": {"code": "XA", "description": "Arsonist"},
        "type": {"code": "X", "description": "Security"},
        "date": "2026-03-01",
        "isActive": True,
        "isVerified": False,
        "comment": "Lighter found",
    }
    assert audit["createUsername"] == OFFICER
    assert audit["createDisplayName"] == "NINA OKORO"
    assert audit["auditModuleName"] == "DPS_SYNCHRONISATION"
    assert "modifyUserId" not in audit


def test_alert_events_name_code_but_no_module(office: Office) -> None:
    """The event has the alert's key and dates; the code also goes to the relay."""
    post(office)
    event = office.client.events[0]
    assert event.body == {
        "eventType": "ALERT-INSERTED",
        "eventDatetime": "2026-03-02T09:00:00",
        "bookingId": office.booking,
        "nomisEventType": "OFF_ALERT_INSERT",
        "rootOffenderId": 2_500_001,
        "alertSeq": 1,
        "alertDateTime": "2026-03-01T00:00:00",
        "alertType": "X",
        "alertCode": "XA",
    }
    assert event.attributes == {"code": "XA"}


def test_only_a_deleted_event_names_the_expiry(office: Office) -> None:
    """`expiryDateTime` stands on DELETED alone."""
    post(office, expiryDate="2026-12-31")
    office.api("DELETE", path(office))
    inserted, _, deleted = office.events()
    assert "expiryDateTime" not in inserted[1]
    assert deleted[1]["expiryDateTime"] == "2026-12-31T00:00:00"
    assert deleted[1]["nomisEventType"] == "OFF_ALERT_DELETE"


def test_checks_of_create(office: Office) -> None:
    """No booking 404, unknown code 400, the active twin 409 with its key."""
    missing = office.api("POST", "/prisoners/Y0000ZZ/alerts", new_alert())
    assert missing.status == 404
    unknown = office.api("POST", ALERTS, new_alert(alertCode="NOPE"))
    assert (unknown.status, words(unknown)) == (400, "Alert code NOPE is not valid")
    post(office)
    twin = office.api("POST", ALERTS, new_alert())
    assert twin.status == 409
    assert twin.json()["moreInfo"] == {"sequence": 1, "bookingId": office.booking}
    post(office, isActive=False)
    long = office.api("POST", ALERTS, new_alert(authorisedBy="x" * 41))
    assert long.status == 400


def test_a_left_out_active_flag_means_active(office: Office) -> None:
    """The server has a default (http-contracts 12)."""
    body = new_alert()
    del body["isActive"]
    office.api("POST", ALERTS, body)
    assert office.model.alerts.get(office.booking, 1).active


def test_a_long_comment_is_cut_without_suffix(office: Office) -> None:
    """4000 bytes, nothing appended."""
    post(office, comment="c" * 4100)
    assert office.model.alerts.get(office.booking, 1).comment == "c" * 4000


def test_update_overwrites_with_nulls(office: Office) -> None:
    """Everything but the code is replaced; modify user and time are set."""
    post(office, authorisedBy="Governor", expiryDate="2026-12-31")
    found = office.api("PUT", path(office), update(date="2026-02-01"))
    assert found.status == 200
    document = found.json()
    assert document["date"] == "2026-02-01"
    assert {"comment", "authorisedBy", "expiryDate"}.isdisjoint(document)
    assert document["audit"]["modifyUserId"] == OFFICER
    assert office.api("PUT", path(office, 9), update()).status == 404


def test_delete_is_idempotent_and_sequences_are_not_reused_below_a_higher(
    office: Office,
) -> None:
    """204 also when absent; highest + 1 is next."""
    for code in ("XA", "XC", "XEL"):
        post(office, alertCode=code)
    assert office.api("DELETE", path(office, 2)).status == 204
    assert office.api("DELETE", path(office, 2)).status == 204
    assert post(office, alertCode="XER")["alertSequence"] == 4
    assert office.api("GET", path(office, 2)).status == 404


def test_lists_by_booking_and_prisoner(office: Office) -> None:
    """NA2 all, NA3 active ones, NA4 by booking; 404 for what is unknown."""
    post(office)
    post(office, alertCode="XC", isActive=False, expiryDate="2026-03-01")

    def codes(where: str, member: str) -> list[str]:
        found = office.api("GET", where).json()[member]
        return [each["alertCode"]["code"] for each in found]

    assert codes(f"{ALERTS}/to-migrate", "latestBookingAlerts") == ["XA", "XC"]
    assert codes(f"{ALERTS}/reconciliation", "latestBookingAlerts") == ["XA"]
    of_booking = f"/prisoners/booking-id/{office.booking}/alerts"
    assert codes(of_booking, "alerts") == ["XA", "XC"]
    for where in (
        "/prisoners/Y0000ZZ/alerts/to-migrate",
        "/prisoners/Y0000ZZ/alerts/reconciliation",
        "/prisoners/booking-id/9/alerts",
    ):
        assert office.api("GET", where).status == 404


def test_resynchronise_replaces_and_numbers_on(office: Office) -> None:
    """Old ones deleted, new ones from the old highest + 1, in request order."""
    post(office)
    post(office, alertCode="XC")
    office.events()
    body = [new_alert(alertCode="HA"), new_alert(alertCode="HA")]
    made = office.api("POST", f"{ALERTS}/resynchronise", body)
    assert made.status == 201
    assert [each["alertSequence"] for each in made.json()] == [3, 4]
    kinds = [kind for kind, _ in office.events() if kind.startswith("ALERT")]
    assert kinds == ["ALERT-DELETED"] * 2 + ["ALERT-INSERTED"] * 2
    bad = office.api("POST", f"{ALERTS}/resynchronise", [new_alert(alertCode="NOPE")])
    assert bad.status == 400
    assert len(office.model.alerts.of_booking(office.booking)) == 2


@pytest.mark.parametrize("kind", ["codes", "types"])
def test_reference_data(office: Office, kind: str) -> None:
    """Create once, describe, deactivate and reactivate; 404 for unknown codes."""
    body = {"code": "ZZ", "typeCode": "X", "description": "New", "listSequence": 9}
    created = office.api("POST", f"/alerts/{kind}", body)
    assert (created.status, created.body) == (201, b"")
    assert office.api("POST", f"/alerts/{kind}", body).status == 409
    known = office.model.reference
    codes = known.alert_codes if kind == "codes" else known.alert_types
    one = f"/alerts/{kind}/ZZ"
    assert office.api("PUT", one, {"description": "Newer"}).status == 204
    assert office.api("PUT", f"{one}/deactivate").status == 204
    assert (codes["ZZ"].description, codes["ZZ"].active) == ("Newer", False)
    assert office.api("PUT", f"{one}/reactivate").status == 204
    assert codes["ZZ"].active
    for verb in ("", "/deactivate", "/reactivate"):
        body = {"description": "x"}
        assert office.api("PUT", f"/alerts/{kind}/NOPE{verb}", body).status == 404


def test_a_code_needs_a_known_type(office: Office) -> None:
    """An unknown parent is 400."""
    body = {"code": "ZZ", "typeCode": "?", "description": "New", "listSequence": 9}
    assert office.api("POST", "/alerts/codes", body).status == 400


def raise_alert(office: Office, **members: Any) -> dict[str, Any]:
    """Raise an alert on the screen."""
    made = office.screen("POST", ALERTS, {"code": "XA", **members})
    assert made.status == 201, made.json()
    document: dict[str, Any] = made.json()
    return document


def test_the_trigger_notes_what_happens_to_an_alert(office: Office) -> None:
    """Raised: made active; ended: made inactive; by the officer, source AUTO."""
    raised = raise_alert(office, date="2026-02-20")
    ended = office.screen(
        "PUT", f"/bookings/{office.booking}/alerts/1/end", {"expiryDate": "2026-03-01"}
    ).json()
    active, inactive = notes(office)
    assert raised["caseNotes"] == [active.case_note_id]
    assert ended["caseNotes"] == [inactive.case_note_id]
    assert active.text == "Alert Security and Arsonist made active."
    assert inactive.text == "Alert Security and Arsonist made inactive."
    assert (active.type, active.sub_type) == ("ALERT", "ACTIVE")
    assert (inactive.type, inactive.sub_type) == ("ALERT", "INACTIVE")
    assert active.occurred_time.isoformat() == "2026-02-20T00:00:00"
    assert inactive.occurred_time.isoformat() == "2026-03-01T00:00:00"
    for row in (active, inactive):
        assert (row.source, row.create_user) == ("AUTO", OFFICER)
        assert (row.audit_module, row.agency) == (TRIGGER_MODULE, HERE)
    again = office.screen("PUT", f"/bookings/{office.booking}/alerts/1/end")
    assert again.status == 409


def test_an_alert_raised_ended_is_made_inactive_only(office: Office) -> None:
    """The kind of note is the alert's state (ALT-03)."""
    raise_alert(office, expiryDate="2026-03-01")
    assert [row.sub_type for row in notes(office)] == ["INACTIVE"]


def test_an_edit_that_changes_no_state_writes_no_note(office: Office) -> None:
    """Comment and dates may change; re-opening is made active again."""
    raise_alert(office)
    where = f"/bookings/{office.booking}/alerts/1"
    body = {"comment": "New", "expiryDate": "2027-01-01"}
    assert office.screen("PUT", where, body).json()["caseNotes"] == []
    office.screen("PUT", f"{where}/end")
    opened = office.screen("PUT", where, {"active": True, "expiryDate": None})
    assert len(opened.json()["caseNotes"]) == 1
    assert office.screen("DELETE", where).status == 204
    assert len(notes(office)) == 3


def test_the_trigger_fires_for_alerts_of_the_sync(office: Office) -> None:
    """Whoever writes the alert; an unknown user becomes the schema owner."""
    post(office, createUsername="DPS_ONLY")
    [row] = notes(office)
    assert row.create_user == SCHEMA_OWNER
    kinds = [kind for kind, _ in office.events()]
    assert kinds == ["ALERT-INSERTED", "OFFENDER_CASE_NOTES-INSERTED"]


@pytest.mark.parametrize(
    ("mode", "by_sync", "by_officer"),
    [
        ("own", TRIGGER_MODULE, TRIGGER_MODULE),
        ("null", None, None),
        ("inherited", "DPS_SYNCHRONISATION", "OCDALERT"),
    ],
)
def test_the_module_of_a_trigger_row(
    office: Office, mode: str, by_sync: str | None, by_officer: str | None
) -> None:
    """Own, null, or that of the session which wrote the alert (ALT-12)."""
    office.model.alerts.trigger.module = mode
    post(office)
    raise_alert(office, code="XC")
    modules = [row.audit_module for row in notes(office)]
    assert modules == [by_sync, by_officer]


def test_the_schema_owner_may_be_the_author(office: Office) -> None:
    """Which author real rows have is unknown: both can be had."""
    office.model.alerts.trigger.author = "owner"
    raise_alert(office)
    assert notes(office)[0].create_user == SCHEMA_OWNER


@pytest.mark.parametrize(
    ("who", "written", "switched"),
    [("nomis", 1, False), ("dps", 0, True), ("both", 1, True), ("none", 0, False)],
)
def test_who_writes_alert_notes_is_a_matter_of_the_prison(
    office: Office, who: str, written: int, switched: bool
) -> None:
    """Trigger and switch are set together, per prison, and back again."""
    office.model.set_alert_writer(HERE, who)
    raise_alert(office)
    assert len(notes(office)) == written
    answered = office.api("GET", f"/agency-switches/ALERTS_CASE_NOTES/agency/{HERE}")
    assert answered.status == (204 if switched else 404)
    assert not office.model.switches.on("ALERTS_CASE_NOTES", THERE)
    office.model.set_alert_writer(HERE, "nomis")
    raise_alert(office, code="XC")
    assert len(notes(office)) == written + 1


def test_the_prison_is_the_present_one(office: Office) -> None:
    """After a transfer the trigger of the new prison counts."""
    office.model.set_alert_writer(THERE, "dps")
    office.screen("POST", f"/prisoners/{PRISONER}/transfer", {"prison": THERE})
    assert raise_alert(office)["caseNotes"] == []


def test_a_data_fix_can_suppress_the_trigger(office: Office) -> None:
    """Mass updates need not flood case notes (ALT-14)."""
    office.model.alerts.trigger.suppressed = True
    raise_alert(office)
    assert notes(office) == []


def test_an_unknown_writer_is_an_error(office: Office) -> None:
    """The message lists what there is."""
    with pytest.raises(ValueError, match="nomis"):
        office.model.set_alert_writer(HERE, "prison")


def test_copied_alerts_are_marked_and_noted(office: Office) -> None:
    """A new booking may bring copies of active alerts, which fire the trigger."""
    raise_alert(office)
    raise_alert(office, code="XC", expiryDate="2026-03-01")
    office.screen("POST", f"/prisoners/{PRISONER}/release")
    made = office.screen(
        "POST",
        f"/prisoners/{PRISONER}/admission",
        {"prison": THERE, "copyAlerts": True},
    ).json()
    [copy] = office.model.alerts.of_booking(made["bookingId"])
    assert (copy.code, copy.additional_info) == ("XA", COPY_BOOKING)
    assert len(made["caseNotes"]) == 1
    found = office.api(
        "GET", f"/prisoners/booking-id/{made['bookingId']}/alerts/1"
    ).json()
    assert found["audit"]["auditAdditionalInfo"] == COPY_BOOKING
    old = office.api("GET", path(office)).json()
    assert (found["bookingSequence"], old["bookingSequence"]) == (1, 2)


def test_the_alert_screen_can_be_off(office: Office) -> None:
    """Its switch is not that of the note screen."""
    office.model.set_screens(HERE, on=False, module="OCDALERT")
    refused = office.screen("POST", ALERTS, {"code": "XA"})
    assert refused.status == 403
    assert refused.json()["screen"] == "OCDALERT"
    assert office.write_note()


def test_unknown_codes_and_alerts(office: Office) -> None:
    """The screen knows its codes and rows."""
    assert office.screen("POST", ALERTS, {"code": "NOPE"}).status == 400
    where = f"/bookings/{office.booking}/alerts/9"
    assert office.screen("PUT", where, {"comment": "x"}).status == 404
    assert office.screen("DELETE", where).status == 404


def test_alerts_need_the_syncs_role(office: Office) -> None:
    """As every endpoint of this API."""
    assert office.api("GET", path(office), roles=["ROLE_OTHER"]).status == 403
    assert office.api("GET", path(office), roles=[SYNC_ROLE]).status == 404
