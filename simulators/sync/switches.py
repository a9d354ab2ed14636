"""Event switches: which event types a half handles and which it parks.

An event `T` of domain `D` is on when both `feature.event.T` and `feature.event.D.T`
are (events-and-config 5.1). The state is read at every message, so a switch may be
flipped while the half runs. A name that governs no event is refused (TOG-01).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX = "FEATURE_EVENT_"

EVENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "to-nomis": {
        "casenotes": (
            "person.case-note.created",
            "person.case-note.updated",
            "person.case-note.deleted",
        ),
        "alerts": (
            "person.alert.created",
            "person.alert.updated",
            "person.alert.deleted",
            "prisoner-alerts.alert-code-created",
            "prisoner-alerts.alert-code-updated",
            "prisoner-alerts.alert-code-deactivated",
            "prisoner-alerts.alert-code-reactivated",
            "prisoner-alerts.alert-type-created",
            "prisoner-alerts.alert-type-updated",
            "prisoner-alerts.alert-type-deactivated",
            "prisoner-alerts.alert-type-reactivated",
        ),
    },
    "from-nomis": {
        "casenotes": (
            "OFFENDER_CASE_NOTES-INSERTED",
            "OFFENDER_CASE_NOTES-UPDATED",
            "OFFENDER_CASE_NOTES-DELETED",
            "prison-offender-events.prisoner.merged",
            "prison-offender-events.prisoner.booking.moved",
        ),
        "alerts": (
            "ALERT-INSERTED",
            "ALERT-UPDATED",
            "ALERT-DELETED",
            "prison-offender-events.prisoner.merged",
            "prison-offender-events.prisoner.booking.moved",
            "prisoner-offender-search.prisoner.received",
        ),
    },
}


class UnknownSwitch(Exception):  # noqa: N818
    """The name governs no event of this half."""

    def __init__(self, half: str, name: str) -> None:
        known = ", ".join(sorted(_names(half).values()))
        super().__init__(f"{name} switches no event of {half}; it has: {known}")


def canonical(name: str) -> str:
    """Fold a property or variable name: dots and hyphens may be underscores."""
    return name.upper().replace(".", "_").replace("-", "_")


def _names(half: str) -> dict[str, str]:
    """Every switch of a half: folded name -> its property form."""
    names = {}
    for domain, events in EVENTS[half].items():
        for event in events:
            names[canonical(event)] = event
            names[canonical(f"{domain}.{event}")] = f"{domain}.{event}"
    return names


def read(
    half: str, environment: Mapping[str, str]
) -> tuple[dict[str, bool], list[str]]:
    """Return the switches set in the environment, and the faults found."""
    found, faults = {}, []
    known = _names(half)
    for variable, value in sorted(environment.items()):
        if not variable.upper().startswith(PREFIX):
            continue
        folded = canonical(variable[len(PREFIX) :])
        if folded not in known:
            faults.append(str(UnknownSwitch(half, variable)))
        elif value.strip().lower() not in {"true", "false"}:
            faults.append(f"{variable} must be true or false, not {value!r}")
        else:
            found[known[folded]] = value.strip().lower() == "true"
    return found, faults


class Switches:
    """The switches of a running half; every one not set is on."""

    def __init__(self, half: str, initial: Mapping[str, bool]) -> None:
        self._half = half
        self._known = _names(half)
        self._set = dict(initial)

    def is_on(self, domain: str, event: str) -> bool:
        """Whether messages of this event type are handled now."""
        return self._set.get(event, True) and self._set.get(f"{domain}.{event}", True)

    def set(self, name: str, on: bool) -> str:
        """Flip a switch, `<event>` or `<domain>.<event>`; returns its full name."""
        folded = canonical(name)
        if folded not in self._known:
            raise UnknownSwitch(self._half, name)
        self._set[self._known[folded]] = on
        return self._known[folded]

    def shown(self) -> dict[str, bool]:
        """Return the switches that were set, as `/info` lists them."""
        return dict(sorted(self._set.items()))
