"""Alert transitions: when a user's action made an alert active or inactive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.oracle.changes import as_dict
from harness.oracle.who import DPS, NOMIS

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.changes import Change


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
    found: list[Transition] = []
    for change in case.changes:
        if not change.action.startswith("alert-"):
            continue
        side = DPS if change.side == "alerts" else NOMIS
        key, now = _state(change, side)
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


def writer_at(case: Case, one: Transition) -> str | None:
    """Return who wrote alert notes for the prisoner when it happened, if known."""
    settings: dict[str, str] = dict(
        case.evidence.expectations.get("alert_writer") or {}
    )
    for entry in case.history.switches:
        if entry.get("name") == "alert-writer" and entry["seq"] < one.change.done:
            settings[str(entry.get("scope"))] = str(entry.get("on"))
    if len(set(settings.values())) == 1:
        return next(iter(settings.values()))
    prison = _prison(case, one.prisoner)
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
