"""Alerts both ways: who writes what, once, and what is left alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from simulators.sync.ports import Answer, CallFailed, CallRefused
from tests.sync.rig import Rig, envelope, play
from tests.sync.tiny import MARKER, OTHER, PRISONER

Json = dict[str, Any]
UUID = "00000000-0000-7000-8000-0000000000aa"


class AlertRig(Rig):
    """A half whose services answer a test's script by call, and note the writes."""

    def __init__(self, half: str, answers: Json) -> None:
        super().__init__(half)
        self.answers = answers
        self.wrote: list[tuple[str, Any, dict[str, str]]] = []
        self.services.request = self.request  # type: ignore[method-assign]

    async def request(
        self, service: str, method: str, path: str, **more: Any
    ) -> Answer:
        """Answer from the script; what it leaves out is a 404 read, a 201 write."""
        if service == "auth":
            return Answer(200, {"access_token": "t", "expires_in": 600})
        call = f"{method} {path}"
        if method != "GET":
            self.wrote.append((call, more["json"], dict(more["headers"])))
        answer = self.answers.get(call, 404 if method == "GET" else 201)
        if isinstance(answer, str):
            raise CallFailed(answer)
        return Answer(answer) if isinstance(answer, int) else Answer(200, answer)

    def calls(self) -> list[str]:
        """Return the writes made."""
        return [call for call, _, _ in self.wrote]


def dps_alert(**more: Any) -> Json:
    """Return an alert as the alerts API shows it."""
    return {
        "alertUuid": UUID,
        "prisonNumber": PRISONER,
        "alertCode": {"code": "XA"},
        "description": "Lighter found",
        "authorisedBy": None,
        "activeFrom": "2026-03-01",
        "activeTo": None,
        "isActive": True,
        "createdBy": "ABC12D_GEN",
        "lastModifiedBy": None,
    } | more


def nomis_alert(module: str = "OCDALERT", **more: Any) -> Json:
    """Return an alert as the NOMIS API shows it."""
    audit = {"createDatetime": "2026-03-01T08:00:00", "createUsername": "ABC12D_GEN"}
    return {
        "bookingId": 1200001,
        "bookingSequence": 1,
        "alertSequence": 3,
        "alertCode": {"code": "XA"},
        "date": "2026-03-01",
        "isActive": True,
        "comment": "Lighter found",
        "audit": audit | {"auditModuleName": module} | more.pop("audit", {}),
    } | more


MAPPING = {
    "dpsAlertId": UUID,
    "nomisBookingId": 1200001,
    "nomisAlertSequence": 3,
    "offenderNo": PRISONER,
    "mappingType": "DPS_CREATED",
}
BY_DPS = f"GET /mapping/alerts/dps-alert-id/{UUID}"
BY_NOMIS = "GET /mapping/alerts/nomis-booking-id/1200001/nomis-alert-sequence/3"
ROW = "/prisoners/booking-id/1200001/alerts/3"
CREATE = f"POST /prisoners/{PRISONER}/alerts"
CREATED = {"bookingId": 1200001, "alertSequence": 3}


def dps_event(action: str, source: str = "DPS") -> str:
    """Return a `person.alert.*` message."""
    about = {"alertUuid": UUID, "alertCode": "XA", "source": source}
    person = {"identifiers": [{"type": "NOMS", "value": PRISONER}]}
    return envelope(
        {
            "eventType": f"person.alert.{action}",
            "additionalInformation": about,
            "personReference": person,
        }
    )


def nomis_event(action: str) -> str:
    """Return an `ALERT-*` message."""
    return envelope(
        {
            "eventType": f"ALERT-{action}",
            "bookingId": 1200001,
            "alertSeq": 3,
            "offenderIdDisplay": PRISONER,
        }
    )


def told(it: AlertRig, body: str, attempt: int = 1) -> None:
    """Hand the half an alert message."""
    play(it.handle(body, attempt, domain="alerts"))


def test_an_alert_raised_in_dps_is_created_and_mapped() -> None:
    """One create with the members of the contract, one mapping."""
    answers = {f"GET /alerts/{UUID}": dps_alert(), CREATE: CREATED}
    it = AlertRig("to-nomis", answers)
    told(it, dps_event("created"))
    assert it.calls() == [CREATE, "POST /mapping/alerts"]
    assert it.wrote[0][1] == {
        "alertCode": "XA",
        "date": "2026-03-01",
        "isActive": True,
        "createUsername": "ABC12D_GEN",
        "expiryDate": None,
        "comment": "Lighter found",
        "authorisedBy": None,
    }
    assert it.wrote[1][1] == MAPPING | {"label": None, "whenCreated": None}


@pytest.mark.parametrize("action", ["created", "updated", "deleted"])
def test_alerts_of_nomis_are_not_written_back(action: str) -> None:
    """All three kinds look at the source (LOOP-10)."""
    it = AlertRig("to-nomis", {f"GET /alerts/{UUID}": dps_alert(), BY_DPS: MAPPING})
    told(it, dps_event(action, "NOMIS"))
    assert it.calls() == []


def test_an_equal_alert_is_not_written_again() -> None:
    """A replay of created or updated changes nothing (DUP-05)."""
    answers = {
        f"GET /alerts/{UUID}": dps_alert(),
        BY_DPS: MAPPING,
        f"GET {ROW}": nomis_alert(MARKER),
    }
    it = AlertRig("to-nomis", answers)
    told(it, dps_event("created"))
    told(it, dps_event("updated"))
    assert it.calls() == []


def test_a_changed_alert_is_replaced() -> None:
    """The update names who changed it."""
    alert = dps_alert(activeTo="2026-03-02", isActive=False, lastModifiedBy="Q_GEN")
    answers = {
        f"GET /alerts/{UUID}": alert,
        BY_DPS: MAPPING,
        f"GET {ROW}": nomis_alert(MARKER),
    }
    it = AlertRig("to-nomis", answers)
    told(it, dps_event("updated"))
    ((call, request, _),) = it.wrote
    assert call == f"PUT {ROW}"
    assert request["updateUsername"] == "Q_GEN"
    assert (request["expiryDate"], request["isActive"]) == ("2026-03-02", False)


def test_a_refused_duplicate_is_tried_again_not_adopted() -> None:
    """The older alert's end is told by another message (DUP-09, DUP-10)."""
    it = AlertRig("to-nomis", {f"GET /alerts/{UUID}": dps_alert(), CREATE: 409})
    with pytest.raises(CallRefused):
        told(it, dps_event("created"))
    assert it.calls() == [CREATE]


def test_a_create_whose_answer_was_lost_is_adopted() -> None:
    """The redelivery finds our alert in NOMIS and maps it (DUP-01)."""
    latest = {"latestBookingAlerts": [nomis_alert(MARKER)]}
    answers = {
        f"GET /alerts/{UUID}": dps_alert(),
        f"GET /prisoners/{PRISONER}/alerts/to-migrate": latest,
    }
    it = AlertRig("to-nomis", answers)
    told(it, dps_event("created"), attempt=2)
    assert it.calls() == ["POST /mapping/alerts"]


def test_a_failed_mapping_is_retried_alone() -> None:
    """The retry message is to-nomis' own, and leads to the mapping."""
    answers = {
        f"GET /alerts/{UUID}": dps_alert(),
        CREATE: CREATED,
        "POST /mapping/alerts": 500,
        f"GET {ROW}": nomis_alert(MARKER),
    }
    it = AlertRig("to-nomis", answers)
    told(it, dps_event("created"))
    (message,) = it.sent("alerts")
    inner = json.loads(json.loads(message.body)["Message"])
    assert inner["entityName"] == "alert"
    del answers["POST /mapping/alerts"]
    told(it, message.body)
    assert it.calls().count(CREATE) == 1
    assert it.wrote[-1][1]["dpsAlertId"] == UUID


def test_a_deleted_alert_goes_before_its_mapping() -> None:
    """A crash between the two is put right by the redelivery."""
    it = AlertRig("to-nomis", {BY_DPS: MAPPING})
    told(it, dps_event("deleted"))
    assert it.calls() == [f"DELETE {ROW}", BY_DPS.replace("GET", "DELETE")]


@pytest.mark.parametrize(
    ("event", "call"),
    [
        ("code-created", "POST /alerts/codes"),
        ("code-updated", "PUT /alerts/codes/XA"),
        ("code-deactivated", "PUT /alerts/codes/XA/deactivate"),
        ("type-reactivated", "PUT /alerts/types/XA/reactivate"),
        ("type-created", "POST /alerts/types"),
    ],
)
def test_reference_data_of_dps_is_written_to_nomis(event: str, call: str) -> None:
    """Codes and types follow DPS."""
    found = {"alertTypeCode": "X", "description": "Arson", "listSequence": 1}
    answers = {"GET /alert-codes/XA": found, "GET /alert-types/XA": found}
    it = AlertRig("to-nomis", answers)
    about = {"alertCode": "XA", "source": "DPS"}
    name = f"prisoner-alerts.alert-{event}"
    told(it, envelope({"eventType": name, "additionalInformation": about}))
    assert it.calls() == [call]


def test_an_alert_raised_in_nomis_is_created_as_nomis() -> None:
    """Source and user travel in headers, so that it does not come back."""
    answers = {f"GET {ROW}": nomis_alert(), CREATE: {"alertUuid": UUID}}
    it = AlertRig("from-nomis", answers)
    told(it, nomis_event("INSERTED"))
    assert it.calls() == [CREATE, "POST /mapping/alerts"]
    headers = it.wrote[0][2]
    assert (headers["Source"], headers["Username"]) == ("NOMIS", "ABC12D_GEN")
    assert it.wrote[1][1]["mappingType"] == "NOMIS_CREATED"


@pytest.mark.parametrize(
    "alert",
    [
        nomis_alert(MARKER),
        nomis_alert(audit={"auditAdditionalInfo": "OMKCOPY.COPY_BOOKING_DATA"}),
        nomis_alert(bookingSequence=2),
    ],
)
def test_echoes_copies_and_old_bookings_are_left_alone(alert: Json) -> None:
    """None of them is a new alert (MRG-13)."""
    it = AlertRig("from-nomis", {f"GET {ROW}": alert})
    told(it, nomis_event("INSERTED"))
    assert it.calls() == []


def test_a_change_in_nomis_reaches_dps_once() -> None:
    """Only where the two differ."""
    answers = {
        f"GET {ROW}": nomis_alert(comment="Matches found"),
        BY_NOMIS: MAPPING,
        f"GET /alerts/{UUID}": dps_alert(),
    }
    it = AlertRig("from-nomis", answers)
    told(it, nomis_event("UPDATED"))
    answers[f"GET /alerts/{UUID}"] = dps_alert(description="Matches found")
    told(it, nomis_event("UPDATED"))
    assert it.calls() == [f"PUT /alerts/{UUID}"]


def test_a_deletion_in_nomis_reaches_dps() -> None:
    """An alert already gone there is no error."""
    answers = {BY_NOMIS: MAPPING, f"GET /alerts/{UUID}": dps_alert()}
    it = AlertRig("from-nomis", answers)
    told(it, nomis_event("DELETED"))
    unmap = BY_DPS.replace("GET", "DELETE")
    assert it.calls() == [f"DELETE /alerts/{UUID}", unmap]
    del answers[f"GET /alerts/{UUID}"]
    told(it, nomis_event("DELETED"))
    assert it.calls()[2:] == [unmap]


def prisoner_event(name: str, **about: Any) -> str:
    """Return a domain event about prisoners."""
    return envelope({"eventType": name, "additionalInformation": about})


def resync_rig(**more: Any) -> AlertRig:
    """Return a from-nomis half with one alert to resynchronise."""
    latest = {"latestBookingAlerts": [nomis_alert()]}
    made = [{"offenderBookId": 1200001, "alertSeq": 3, "alertUuid": UUID}]
    answers: Json = {
        f"GET /prisoners/{PRISONER}/alerts/to-migrate": latest,
        f"POST /resync/{PRISONER}/alerts": made,
        f"POST /resync/{OTHER}/alerts": [],
    }
    return AlertRig("from-nomis", answers | more)


def test_a_merge_resynchronises_both_numbers() -> None:
    """The removed number empty, the survivor whole, one mapping call (MRG-12)."""
    it = resync_rig()
    about = {"nomsNumber": PRISONER, "removedNomsNumber": OTHER, "bookingId": "1"}
    told(it, prisoner_event("prison-offender-events.prisoner.merged", **about))
    assert it.calls() == [
        f"POST /resync/{OTHER}/alerts",
        f"POST /resync/{PRISONER}/alerts",
        f"PUT /mapping/alerts/{PRISONER}/merge",
    ]
    document = it.wrote[-1][1]
    assert document["removedOffenderNo"] == OTHER
    assert document["prisonerMapping"]["mappings"][0]["dpsAlertId"] == UUID


@pytest.mark.parametrize(
    ("reason", "writes"),
    [("NEW_ADMISSION", 2), ("READMISSION_SWITCH_BOOKING", 2), ("TRANSFERRED", 0)],
)
def test_only_a_new_booking_resynchronises(reason: str, writes: int) -> None:
    """A transfer changes no alerts."""
    it = resync_rig()
    name = "prisoner-offender-search.prisoner.received"
    told(it, prisoner_event(name, nomsNumber=PRISONER, reason=reason))
    assert len(it.wrote) == writes


@pytest.mark.parametrize("active", [True, False])
def test_a_move_resynchronises_the_target_by_message(active: bool) -> None:
    """An active target is left to its admission."""
    found = {"active": active, "bookingId": 1}
    it = resync_rig(**{f"GET /prisoners/{PRISONER}": found})
    name = "prison-offender-events.prisoner.booking.moved"
    about = {"movedFromNomsNumber": OTHER, "movedToNomsNumber": PRISONER}
    told(it, prisoner_event(name, bookingId="1200001", **about))
    (message,) = it.sent("alerts")
    outer = json.loads(message.body)
    assert outer["Type"] == "RESYNCHRONISE_MOVE_BOOKING_TARGET"
    assert json.loads(outer["Message"])["body"]["whichPrisoner"] == "TO"
    before = len(it.wrote)
    told(it, message.body)
    assert len(it.wrote) == before + (0 if active else 2)


def test_a_modify_time_without_a_user_does_not_fail_the_list() -> None:
    """Such an alert travels as never modified (http-contracts 10, case 25)."""
    odd = nomis_alert(audit={"modifyDatetime": "2026-03-02T09:00:00"})
    latest = {"latestBookingAlerts": [odd]}
    it = resync_rig(**{f"GET /prisoners/{PRISONER}/alerts/to-migrate": latest})
    play(it.half.admin("POST", f"/prisoners/{PRISONER}/alerts/resynchronise"))
    assert it.wrote[0][1][0]["lastModifiedAt"] is None


def test_a_repair_replaces_the_alerts_of_nomis() -> None:
    """Mappings emptied, alerts replaced, mappings written."""
    page = {"content": [dps_alert()], "totalElements": 1}
    answers = {
        f"GET /prisoners/{PRISONER}/alerts?page=0&size=1000": page,
        f"POST /prisoners/{PRISONER}/alerts/resynchronise": [CREATED],
    }
    it = AlertRig("to-nomis", answers)
    path = f"/prisoners/{PRISONER}/alerts/resynchronise"
    assert play(it.half.admin("POST", path)) == (200, None)
    assert [call.split()[0] for call in it.calls()] == ["PUT", "POST", "PUT"]
    assert it.wrote[-1][1]["mappings"][0]["nomisAlertSequence"] == 3
