"""Case notes born from alerts (http-contracts 7.7, events-and-config 7.2).

Consumes `person.alert.created` and `person.alert.inactive`, whatever their source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from simulators.dps import limits
from simulators.dps.alert_switch import dps_writes_alert_notes
from simulators.dps.moments import midnight, parse, second
from simulators.dps.records import DPS, Author, Note
from simulators.dps.upstreams import present_prison, read, user_details
from simulators.dps.user_changes import new_note

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.dps.model import DpsModel
    from simulators.dps.upstreams import Upstream

CREATED = "person.alert.created"
INACTIVE = "person.alert.inactive"
# The NOMIS schema owner: a user that exists on both sides.
NOBODY = Author("OMS_OWNER", "1", "System Generated")


class AlertGone(Exception):  # noqa: N818 - what happened, not a program error
    """The alert of an event cannot be read, or lacks what its note needs."""


class Transition(msgspec.Struct, frozen=True, kw_only=True):
    """One change of an alert that is owed a note."""

    person: str
    sub_type: str  # ACTIVE or INACTIVE
    text: str
    occurred: datetime
    created: datetime


async def note_alert(
    model: DpsModel, event_type: str, alert_id: str, ports: Upstream
) -> None:
    """Write the note of an alert event; any failure fails the message."""
    path = f"/alerts/{quote(alert_id, safe='')}"
    alert = await read(ports, model.clock, "alerts", path)
    if alert is None:
        raise AlertGone(f"alert {alert_id} was not found")
    prison = await _prison(model, event_type, alert, ports)
    if not await dps_writes_alert_notes(model, ports, prison):
        return
    username = alert["createdBy"] if event_type == CREATED else alert["madeInactiveBy"]
    author = await _author(model, username, ports)
    active = is_activation(model, event_type, alert)
    transition = read_transition(alert["prisonNumber"], active, alert_facts(alert))
    if _already_noted(model, alert_id, transition):
        return
    write_note(model, transition, author, prison, source=DPS)
    model.noted_transitions.add(_key(alert_id, transition))


def is_activation(model: DpsModel, event_type: str, alert: dict[str, Any]) -> bool:
    """Choose ACTIVE or INACTIVE: by the alert's state at this moment, as deployed."""
    if limits.ALERT_STATE_AT_PROCESSING not in model.limits:
        return bool(alert["isActive"])
    if event_type == INACTIVE:
        return False
    ended = alert.get("activeTo")
    return ended is None or ended > alert["createdAt"][:10]


def alert_facts(alert: dict[str, Any]) -> dict[str, Any]:
    """Return what a note needs, in one shape for A1 and A10 answers."""
    code = alert["alertCode"]
    return {
        "text": note_text(code["alertTypeDescription"], code["description"]),
        "activeFrom": alert["activeFrom"],
        "activeTo": alert.get("activeTo"),
        "createdAt": alert["createdAt"],
        "madeInactiveAt": alert.get("madeInactiveAt"),
    }


def note_text(type_description: str, description: str) -> str:
    """Return the beginning of the note's text; how it goes on depends on the change."""
    return f"Alert {type_description} and {description} made"


def read_transition(person: str, active: bool, facts: dict[str, Any]) -> Transition:
    """Work out the note; AlertGone when an ended alert does not say when it ended."""
    if active:
        return Transition(
            person=person,
            sub_type="ACTIVE",
            text=f"{facts['text']} active.",
            occurred=midnight(facts["activeFrom"]),
            created=second(parse(facts["createdAt"])),
        )
    if facts["activeTo"] is None or facts["madeInactiveAt"] is None:
        raise AlertGone(f"an alert of {person} is inactive but has no end")
    return Transition(
        person=person,
        sub_type="INACTIVE",
        text=f"{facts['text']} inactive.",
        occurred=midnight(facts["activeTo"]),
        created=parse(facts["madeInactiveAt"]),
    )


def write_note(
    model: DpsModel,
    transition: Transition,
    author: Author,
    prison: str,
    *,
    source: str,
) -> Note:
    """Store the note and publish `created` with the given source, forced."""
    sub_type = model.reference.of("ALERT", transition.sub_type)
    return new_note(
        model,
        model.system_context(source),
        sub_type,
        person=transition.person,
        location=prison,
        text=transition.text,
        occurred=transition.occurred,
        system_generated=True,
        author=author,
        created=transition.created,
    )


async def _prison(
    model: DpsModel, event_type: str, alert: dict[str, Any], ports: Upstream
) -> str:
    """Return the prisoner's present prison (corpus ALT-13), not the alert's."""
    then = alert.get("prisonCodeWhenCreated")
    if then and event_type == CREATED and limits.ALERT_PRESENT_PRISON in model.limits:
        return str(then)
    return await present_prison(ports, model.clock, alert["prisonNumber"])


async def _author(model: DpsModel, username: str | None, ports: Upstream) -> Author:
    if username is None:
        return NOBODY
    user = await user_details(ports, model.clock, username)
    if user is None:
        return NOBODY
    return Author(user["username"], str(user["userId"]), user["name"])


def _key(alert_id: str, transition: Transition) -> tuple[str, str, str]:
    return alert_id, transition.sub_type, transition.created.isoformat()


def _already_noted(model: DpsModel, alert_id: str, transition: Transition) -> bool:
    """Tell, as intended only, whether this transition has its note (corpus ALT-04).

    By alert and moment, so that a deleted note stays deleted; else by content, so that
    a resync, which gives alerts new ids, writes nothing again.
    """
    if limits.ALERT_NO_DEDUPLICATION not in model.limits:
        return False
    if _key(alert_id, transition) in model.noted_transitions:
        return True
    wanted = transition.sub_type, transition.text, transition.occurred
    return any(
        (note.sub_type, note.text, note.occurred) == wanted
        and second(note.created) == second(transition.created)
        for note in model.store.of_person(transition.person)
        if note.type == "ALERT"
    )
