"""What is played to get true answers: for each operation a success, then refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.conform.calling import Api

UNKNOWN_UUID = "019567d2-8d1c-7b4e-9a52-6a0a6f2f1c11"
UNKNOWN_ID = 999_999_999
UNKNOWN_NUMBER = "Z0000ZZ"


@dataclass(frozen=True)
class Stage:
    """Who the script is about."""

    prisoner: str
    booking: int
    user: str
    prison: str


def nomis(api: Api, stage: Stage) -> None:
    """Case notes, alerts and prisoners of the NOMIS API."""
    notes = f"/prisoners/{stage.prisoner}/casenotes"
    note = {
        "caseNoteType": "KA",
        "caseNoteSubType": "KS",
        "occurrenceDateTime": "2025-03-04T09:15:00",
        "creationDateTime": "2025-03-04T09:20:31.482911",
        "authorUsername": stage.user,
        "caseNoteText": "Met on the wing.",
    }
    made = api.post(notes, note).body["id"]
    api.post(notes, note | {"caseNoteType": "QQQ"})
    api.post(notes, note | {"authorUsername": "NOBODY"})
    api.post(f"/prisoners/{UNKNOWN_NUMBER}/casenotes", note)
    amendment = {
        "text": "He asked about visits.",
        "authorUsername": stage.user,
        "createdDateTime": "2025-03-05T10:01:02",
    }
    text = {"text": "Met on the wing.", "amendments": [amendment]}
    api.put(f"/casenotes/{made}", text)
    api.put(f"/casenotes/{UNKNOWN_ID}", text)
    api.get(f"/casenotes/{made}")
    api.get(f"/casenotes/{UNKNOWN_ID}")
    api.get(notes)
    api.get(f"{notes}/reconciliation")
    api.get(f"/prisoners/{UNKNOWN_NUMBER}/casenotes")
    api.get(f"/prisoners/{stage.prisoner}")
    api.get(f"/prisoners/{UNKNOWN_NUMBER}")
    api.get("/prisoners/ids/active", query={"page": 0, "size": 1})
    api.get("/prisoners/ids/all-from-id", query={"offenderId": 0, "pageSize": 10})
    _nomis_alerts(api, stage)
    api.delete(f"/casenotes/{made}")
    api.delete(f"/casenotes/{UNKNOWN_ID}")


def _nomis_alerts(api: Api, stage: Stage) -> None:
    alerts = f"/prisoners/{stage.prisoner}/alerts"
    alert = {
        "alertCode": "XA",
        "date": "2025-02-01",
        "isActive": True,
        "createUsername": stage.user,
        "comment": "Lighter found",
    }
    made = api.post(alerts, alert).body
    api.post(alerts, alert | {"comment": "Another lighter"})
    path = f"/prisoners/booking-id/{made['bookingId']}/alerts/{made['alertSequence']}"
    change = {"date": "2025-02-02", "isActive": True, "updateUsername": stage.user}
    api.put(path, change)
    api.get(path)
    api.get(f"/prisoners/booking-id/{made['bookingId']}/alerts/99")
    for ending in ("to-migrate", "reconciliation"):
        api.get(f"{alerts}/{ending}")
    api.delete(path)
    api.post(f"{alerts}/resynchronise", [alert])


def dps(api: Api, stage: Stage) -> None:
    """Case notes of DPS."""
    author = {
        "username": stage.user,
        "userId": "485572",
        "firstName": "NINA",
        "lastName": "OKORO",
    }
    request: dict[str, Any] = {
        "legacyId": 48_213_077,
        "id": None,
        "personIdentifier": stage.prisoner,
        "locationId": stage.prison,
        "type": "OBSERVE",
        "subType": "OBS_GEN",
        "occurrenceDateTime": "2025-03-04T09:15:00",
        "text": "Quiet night.",
        "systemGenerated": False,
        "author": author,
        "createdDateTime": "2025-03-04T09:20:31",
        "createdByUsername": stage.user,
        "system": "NOMIS",
        "amendments": [],
    }
    made = api.put("/sync/case-notes", request).body["id"]
    api.put("/sync/case-notes", request | {"personIdentifier": UNKNOWN_NUMBER})
    blank = request | {"author": author | {"firstName": ""}}
    api.put("/sync/case-notes", blank)
    api.get(f"/case-notes/{stage.prisoner}/{made}")
    api.get(f"/case-notes/{stage.prisoner}/{UNKNOWN_UUID}")
    api.get(f"/sync/case-notes/{stage.prisoner}")
    api.get(f"/sync/case-notes/{UNKNOWN_NUMBER}")
    move = {
        "fromPersonIdentifier": stage.prisoner,
        "toPersonIdentifier": UNKNOWN_NUMBER,
        "caseNoteIds": [],
    }
    api.put("/move/case-notes", move)
    written = api.post(
        f"/case-notes/{stage.prisoner}",
        {
            "locationId": stage.prison,
            "type": "KA",
            "subType": "KS",
            "text": "Met on the wing.",
        },
        user=stage.user,
    ).body["caseNoteId"]
    path = f"/case-notes/{stage.prisoner}/{written}"
    api.put(path, {"text": "He asked about visits."}, user=stage.user)
    api.put(path, {"text": " "}, user=stage.user)
    api.get("/case-notes/types")
    api.delete(f"/sync/case-notes/{made}")


def mapping(api: Api, stage: Stage) -> None:
    """Case-note and alert mappings."""
    notes, alerts = "/mapping/casenotes", "/mapping/alerts"
    note = {
        "dpsCaseNoteId": "019567d2-8d1c-7b4e-9a52-6a0a6f2f1c22",
        "nomisCaseNoteId": 48_213_077,
        "offenderNo": stage.prisoner,
        "nomisBookingId": stage.booking,
        "mappingType": "NOMIS_CREATED",
    }
    api.post(notes, note)
    api.post(notes, note | {"dpsCaseNoteId": UNKNOWN_UUID})
    api.post(f"{notes}/batch", [])
    api.get(f"{notes}/nomis-casenote-id/{note['nomisCaseNoteId']}")
    api.get(f"{notes}/nomis-casenote-id/{UNKNOWN_ID}")
    api.post(f"{notes}/nomis-casenote-id", [note["nomisCaseNoteId"]])
    api.get(f"{notes}/dps-casenote-id/{note['dpsCaseNoteId']}/all")
    api.get(f"{notes}/dps-casenote-id/{UNKNOWN_UUID}/all")
    api.get(f"{notes}/{stage.prisoner}/all")
    api.put(f"{notes}/merge/from/{UNKNOWN_NUMBER}/to/{stage.prisoner}")
    api.put(f"{notes}/merge/booking-id/{stage.booking}/to/{stage.prisoner}")
    api.delete(f"{notes}/dps-casenote-id/{note['dpsCaseNoteId']}")
    alert = {
        "dpsAlertId": "019567d2-8d1c-7b4e-9a52-6a0a6f2f1c33",
        "nomisBookingId": stage.booking,
        "nomisAlertSequence": 1,
        "offenderNo": stage.prisoner,
        "mappingType": "NOMIS_CREATED",
    }
    api.post(alerts, alert)
    api.post(alerts, alert | {"dpsAlertId": UNKNOWN_UUID})
    key = f"{alerts}/nomis-booking-id/{stage.booking}/nomis-alert-sequence"
    api.get(f"{key}/1")
    api.get(f"{key}/99")
    api.get(f"{alerts}/dps-alert-id/{alert['dpsAlertId']}")
    api.get(f"{alerts}/dps-alert-id/{UNKNOWN_UUID}")
    listed = {"mappingType": "NOMIS_CREATED", "mappings": []}
    api.put(f"{alerts}/{UNKNOWN_NUMBER}/all", listed)
    api.delete(f"{alerts}/dps-alert-id/{alert['dpsAlertId']}")


def alerts(api: Api, stage: Stage) -> None:
    """Alerts of DPS."""
    path = f"/prisoners/{stage.prisoner}/alerts"
    alert = {
        "alertCode": "HA",
        "description": "Lighter found",
        "activeFrom": "2025-02-01",
    }
    made = api.post(path, alert, user=stage.user).body["alertUuid"]
    api.post(path, alert | {"description": "Again"}, user=stage.user)
    api.get(f"/alerts/{made}")
    api.get(f"/alerts/{UNKNOWN_UUID}")
    api.get(path, query={"page": 0, "size": 1000})
    change = {"description": "Two lighters", "activeTo": None}
    api.put(f"/alerts/{made}", change, user=stage.user)
    api.get("/alert-codes/HA")
    api.get("/alert-types/H")
    api.delete(f"/alerts/{made}", user=stage.user)
    api.delete(f"/alerts/{UNKNOWN_UUID}", user=stage.user)
    api.post(f"/resync/{stage.prisoner}/alerts", [])


def around(api: Api, stage: Stage) -> None:
    """Answer for prisoner search and manage-users, each a look-up that is missed."""
    known, unknown = {
        "prisoner-search": (f"/prisoner/{stage.prisoner}", "/prisoner/Z0000ZZ"),
        "manage-users": (f"/users/{stage.user}", "/users/NOBODY"),
    }[api.service]
    api.get(known)
    api.get(unknown)


SCRIPTS: dict[str, Callable[[Any, Stage], None]] = {
    "nomis": nomis,
    "dps": dps,
    "mapping": mapping,
    "alerts": alerts,
    "prisoner-search": around,
    "manage-users": around,
}
