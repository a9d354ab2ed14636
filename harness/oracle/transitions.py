"""Alert transitions: when a user's action made an alert active or inactive.

An alert is one alert, whichever side a user works on: what ends it on the second side
too, before the first has been heard of there, is no transition any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.oracle.changes import as_dict
from harness.oracle.who import DPS, NOMIS

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.changes import Change


HANDLED = frozenset({"person.alert.created", "person.alert.inactive"})
"""The events for which the DPS handler writes a note."""


@dataclass(slots=True)
class Transition:
    """One transition: `sub_type` ACTIVE or INACTIVE, on `side`; `raised`: it is new."""

    change: Change
    prisoner: str
    side: str
    sub_type: str
    raised: bool


def read_transitions(case: Case) -> list[Transition]:
    """Return the transitions that users caused, in order."""
    active: dict[Any, bool] = {}
    same = _same_alerts(case)
    found: list[Transition] = []
    for change in case.changes:
        if not change.action.startswith("alert-"):
            continue
        side = DPS if change.side == "alerts" else NOMIS
        key, now = _state(change, side)
        key = same.get(key, key)
        before = active.get(key, True)
        raised = change.action == "alert-raise"
        if now is None:
            active.pop(key, None)
            continue
        active[key] = now
        if raised or now != before:
            sub_type = "ACTIVE" if now else "INACTIVE"
            prisoner = change.prisoner
            found.append(Transition(change, prisoner, side, sub_type, raised))
    return found


def _state(change: Change, side: str) -> tuple[Any, bool | None]:
    answer = as_dict(change.details.get("answer"))
    if side == NOMIS:
        key = answer.get("bookingId"), answer.get("alertSequence")
        return key, answer.get("active")
    return answer.get("alertUuid"), answer.get("isActive")


def _same_alerts(case: Case) -> dict[Any, Any]:
    """Return the DPS id of each alert of NOMIS, as the mapping has it."""
    rows = (case.evidence.snapshots.get("mapping") or {}).get("alerts") or ()
    return {(row["booking"], row["sequence"]): row["dps_id"] for row in rows}


def writers_at(case: Case, one: Transition) -> tuple[str, str] | None:
    """Return who wrote alert notes for the prisoner, by NOMIS's and by DPS's moment.

    Each system looks at the switch when it hears of the alert: the NOMIS trigger when
    the alert is written there, the DPS handler when it takes the event. None when
    nothing says it.
    """
    at_nomis, at_dps = _moments(case, one)
    found = [_writer(case, one.prisoner, seq) for seq in (at_nomis, at_dps)]
    first, second = found
    return None if first is None or second is None else (first, second)


def _moments(case: Case, one: Transition) -> tuple[int, int]:
    """Return the journal seqs at which NOMIS and DPS came to know of it."""
    other = DPS if one.side == NOMIS else NOMIS
    method = "POST" if one.raised else "PUT"
    mirrored = next(
        (
            call
            for call in case.alert_writes(other)
            if call.seq > one.change.seq and call.method == method
        ),
        None,
    )
    here = one.change.done
    there = here if mirrored is None else mirrored.answered
    if one.side == NOMIS:
        events = case.caused.get(mirrored.seq, []) if mirrored is not None else []
        at_nomis, at_dps = here, there
    else:
        events = case.events_of(one.change)
        at_nomis, at_dps = there, here
    handled = [
        message.received[-1]
        for event in events
        if event.type in HANDLED
        for message in event.messages
        if message.owner == DPS and message.received
    ]
    return at_nomis, max(handled, default=at_dps)


def _writer(case: Case, prisoner: str, before: int) -> str | None:
    """Return who wrote alert notes for the prisoner at a moment, if known."""
    settings: dict[str, str] = dict(
        case.evidence.expectations.get("alert_writer") or {}
    )
    for entry in case.history.switches:
        if entry.get("name") == "alert-writer" and entry["seq"] < before:
            settings[str(entry.get("scope"))] = str(entry.get("on"))
    if len(set(settings.values())) == 1:
        return next(iter(settings.values()))
    prison = _prison(case, prisoner)
    return settings.get(prison) if prison is not None else None


def _prison(case: Case, prisoner: str) -> str | None:
    """Return the prisoner's prison: as a row of theirs tells it, or the alert does."""
    for change in case.changes:
        if change.prisoner == prisoner and change.action.startswith("alert-"):
            answer = as_dict(change.details.get("answer"))
            if prison := answer.get("prisonCodeWhenCreated") or answer.get("prison"):
                return str(prison)
    for row in (case.evidence.snapshots.get("nomis") or {}).get("prisoners") or ():
        if row["prisoner"] == prisoner and row.get("prison"):
            return str(row["prison"])
    for row in case.rows[NOMIS].values():
        if row["prisoner"] == prisoner and row.get("agency"):
            return str(row["agency"])
    return None
