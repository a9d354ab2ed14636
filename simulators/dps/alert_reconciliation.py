"""The daily check of alerts against their notes (events-and-config 7.4)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from simulators.dps import limits
from simulators.dps.alert_notes import (
    AlertGone,
    note_text,
    read_transition,
    write_note,
)
from simulators.dps.moments import parse_date, with_offset
from simulators.dps.records import DPS, NOMIS, Author
from simulators.dps.upstreams import read, user_details
from simulators.wire.message import OWN_QUEUE, OutboxEvent

if TYPE_CHECKING:
    from datetime import date

    from simulators.dps.alert_notes import Transition
    from simulators.dps.model import DpsModel
    from simulators.dps.records import Note
    from simulators.dps.upstreams import Upstream

RECONCILE = "case-notes.alerts.reconciliation"
AUTHOR = "PRISONER_MANAGER_API"
TOLERANCE = timedelta(minutes=1)
# What some codes were called until they were renamed (7.1).
RENAMED = datetime(2024, 11, 25, 9, 54)  # noqa: DTZ001 - London wall clock, as stored
FORMER = {("C", "CPC"): "PPRC", ("O", "ONCR"): "No-contact request"}


@dataclass(slots=True)
class Missing:
    """A note that an alert is owed and nobody wrote."""

    alert: dict[str, Any]
    transition: Transition
    in_scope: bool


def queue_reconciliation(
    model: DpsModel, persons: list[str], first: str, last: str
) -> None:
    """Queue one internal message for each person, without `Type` (3.5)."""
    for person in persons:
        event = {
            "eventType": RECONCILE,
            "additionalInformation": {
                "personIdentifier": person,
                "from": first,
                "to": last,
            },
            "version": 1,
            "description": "Reconcile the alert case notes of a person",
            "occurredAt": with_offset(model.clock.now()),
            "detailUrl": None,
            "personReference": {"identifiers": [{"type": "NOMS", "value": person}]},
        }
        attribute = {"Type": "String", "Value": RECONCILE}
        body = {
            "Message": json.dumps(event),
            "MessageAttributes": {"eventType": attribute},
        }
        model.outbox.append(OutboxEvent(OWN_QUEUE, RECONCILE, body, {}))


async def reconcile_person(
    model: DpsModel, person: str, first: str, last: str, ports: Upstream
) -> None:
    """Report the notes that a person's alerts lack, and write them if asked to."""
    path = f"/alerts/case-notes/{quote(person, safe='')}?from={first}&to={last}"
    answer = await read(ports, model.clock, "alerts", path)
    if answer is None:
        raise AlertGone(f"the alerts of {person} were not found")
    alerts = answer["content"]
    if not alerts:
        return
    scope = parse_date(first), parse_date(last)
    notes = _alert_notes(model, person, alerts, scope[1])
    missing = find_missing(person, alerts, notes, scope, model.clock.local().date())
    if missing:
        _report(model, person, missing)
    if missing and model.act_on_missing_alert_notes:
        await _write(model, missing, ports)


def find_missing(
    person: str,
    alerts: list[dict[str, Any]],
    notes: list[Note],
    scope: tuple[date, date],
    today: date,
) -> list[Missing]:
    """Match one to one; what stays unmatched is missing.

    Each alert is owed an ACTIVE note, and an INACTIVE one once it is over and says
    when it was made inactive.
    """
    free = list(notes)
    missing = []
    for alert in alerts:
        for transition in _owed(person, alert, today):
            match = next((n for n in free if _is(n, transition, alert)), None)
            if match is None:
                written = transition.created.date()
                inside = scope[0] <= written <= scope[1]
                missing.append(Missing(alert, transition, inside))
            else:
                free.remove(match)
    return missing


def _owed(person: str, alert: dict[str, Any], today: date) -> list[Transition]:
    facts = {
        **alert,
        "text": note_text(
            alert["type"]["description"], alert["subType"]["description"]
        ),
        "activeTo": alert.get("activeTo"),
        "madeInactiveAt": alert.get("madeInactiveAt"),
    }
    owed = [read_transition(person, True, facts)]
    if not _active(alert, today) and facts["madeInactiveAt"] is not None:
        owed.append(read_transition(person, False, facts))
    return owed


def _active(alert: dict[str, Any], today: date) -> bool:
    ended = alert.get("activeTo")
    return ended is None or parse_date(ended) > today


def _is(note: Note, transition: Transition, alert: dict[str, Any]) -> bool:
    """Tell whether a note is the one owed: by text and date, or time written."""
    if note.sub_type != transition.sub_type or note.text not in _texts(
        transition, alert
    ):
        return False
    if note.occurred.date() == transition.occurred.date():
        return True
    written_together = abs(note.created - transition.created) <= TOLERANCE
    return transition.sub_type == "ACTIVE" and written_together


def _texts(transition: Transition, alert: dict[str, Any]) -> set[str]:
    """Return the current wording and the one valid then (corpus ALT-09)."""
    texts = {transition.text}
    former = FORMER.get((alert["type"]["code"], alert["subType"]["code"]))
    if former is not None and transition.created < RENAMED:
        begin = note_text(alert["type"]["description"], former)
        texts.add(f"{begin} {transition.sub_type.lower()}.")
    return texts


def _alert_notes(
    model: DpsModel, person: str, alerts: list[dict[str, Any]], last: date
) -> list[Note]:
    """Return ALERT notes written between the first and the last date of any alert."""
    named = ("activeFrom", "activeTo", "createdAt", "madeInactiveAt")
    days = [
        parse_date(str(alert[name])[:10])
        for alert in alerts
        for name in named
        if alert.get(name) is not None
    ]
    start = datetime.combine(min(days), time())
    end = datetime.combine(max([*days, last]), time.max)
    return [
        note
        for note in model.store.of_person(person)
        if note.type == "ALERT" and start <= note.created <= end
    ]


def _report(model: DpsModel, person: str, missing: list[Missing]) -> None:
    properties: dict[str, Any] = {"PersonIdentifier": person}
    for kind in ("ACTIVE", "INACTIVE"):
        for inside, name in ((True, "InScope"), (False, "OutOfScope")):
            group = [
                one
                for one in missing
                if one.transition.sub_type == kind and one.in_scope is inside
            ]
            if group:
                label = f"{kind.capitalize()}{name}"
                properties[f"{label}Count"] = str(len(group))
                properties[f"{label}Types"] = ", ".join(_type(one) for one in group)
    model.telemetry.append(("MissingAlertCaseNotes", properties))
    today = model.clock.local().date()
    for one in missing:
        if one.transition.sub_type == "ACTIVE" and _active(one.alert, today):
            model.telemetry.append(_missing_active(person, one.alert))


def _missing_active(person: str, alert: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    properties = {
        "personIdentifier": person,
        "type": alert["type"]["code"],
        "subType": alert["subType"]["code"],
        "from": alert["activeFrom"],
        "to": alert.get("activeTo"),
        "createdAt": alert["createdAt"],
        "madeInactiveAt": alert.get("madeInactiveAt"),
    }
    return "MissingActiveAlertCaseNote", properties


def _type(one: Missing) -> str:
    return f"{one.alert['type']['code']}-{one.alert['subType']['code']}"


async def _write(model: DpsModel, missing: list[Missing], ports: Upstream) -> None:
    """Write the missing notes; their events say NOMIS, so NOMIS never gets them."""
    user = await user_details(ports, model.clock, AUTHOR)
    author = Author(AUTHOR, "2", "System Generated")
    if user is not None:
        author = Author(user["username"], str(user["userId"]), user["name"])
    for one in missing:
        if one.alert.get("prisonCode") is None:
            raise AlertGone(f"an alert of {one.transition.person} names no prison")
    fixed = limits.ALERT_RECONCILIATION_SOURCE in model.limits
    source = DPS if fixed else NOMIS
    for one in missing:
        write_note(
            model, one.transition, author, one.alert["prisonCode"], source=source
        )


__all__ = [
    "RECONCILE",
    "Missing",
    "find_missing",
    "queue_reconciliation",
    "reconcile_person",
]
