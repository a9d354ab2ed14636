"""Settings of the fakes that a scenario may change, by name.

Each is an option of the real estate that no repository settles, or a lag or fault that
history knows (events-and-config 12, fault corpus). A setting of one prisoner needs
`prisoner`; the others are the whole world's, so a scenario that changes one runs alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.control import WorldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.composition import Composition

    Tune = Callable[[Composition, Any, str | None], None]


def _relay(attribute: str) -> Tune:
    def tune(fakes: Composition, value: Any, prisoner: str | None) -> None:
        setattr(fakes.relay, attribute, float(value))

    return tune


def _trigger(attribute: str) -> Tune:
    def tune(fakes: Composition, value: Any, prisoner: str | None) -> None:
        setattr(fakes.nomis.alerts.trigger, attribute, value)

    return tune


def _nomis_read_lag(fakes: Composition, value: Any, prisoner: str | None) -> None:
    fakes.nomis.set_read_lag(float(value), prisoner or "")


def _dps_read_lag(fakes: Composition, value: Any, prisoner: str | None) -> None:
    fakes.dps.read_lag = float(value)


def _search_lag(fakes: Composition, value: Any, prisoner: str | None) -> None:
    fakes.search.lag = float(value)


def _search_prison(fakes: Composition, value: Any, prisoner: str | None) -> None:
    if prisoner is None:
        raise WorldError("search-prison needs the prisoner it is about")
    if value is None:
        fakes.search.unpin(prisoner)
    else:
        fakes.search.pin(prisoner, str(value))


def _next_audit_module(fakes: Composition, value: Any, prisoner: str | None) -> None:
    fakes.nomis.audit.plan(value, times=1, prisoner=prisoner)


def _null_audit_rate(fakes: Composition, value: Any, prisoner: str | None) -> None:
    fakes.nomis.audit.null_rate = float(value)


def _event_audit_module(fakes: Composition, value: Any, prisoner: str | None) -> None:
    fakes.nomis.emitter.with_audit_module = bool(value)


def _missing_alert_notes(fakes: Composition, value: Any, prisoner: str | None) -> None:
    fakes.dps.act_on_missing_alert_notes = bool(value)


SETTINGS: dict[str, Tune] = {
    # Seconds between a NOMIS commit and its event, and the spread that reorders.
    "relay-delay": _relay("delay"),
    "relay-jitter": _relay("jitter"),
    "relay-domain-delay": _relay("domain_delay"),
    # Seconds by which reads lag behind writes (ORD-04).
    "nomis-read-lag": _nomis_read_lag,
    "dps-read-lag": _dps_read_lag,
    "search-lag": _search_lag,
    # Where prisoner search says a prisoner is, whatever NOMIS says (ALT-13).
    "search-prison": _search_prison,
    # The audit module of the next write of the sync; null too (LOOP-03 to -07).
    "next-audit-module": _next_audit_module,
    "null-audit-rate": _null_audit_rate,
    "event-audit-module": _event_audit_module,
    # The NOMIS alert trigger (events-and-config 7.1).
    "alert-trigger-module": _trigger("module"),
    "alert-trigger-author": _trigger("author"),
    "alert-trigger-suppressed": _trigger("suppressed"),
    "dps-creates-missing-alert-notes": _missing_alert_notes,
}


def tune(fakes: Composition, name: str, value: Any, prisoner: str | None) -> None:
    """Change one setting; WorldError lists the settings when there is none such."""
    if name not in SETTINGS:
        raise WorldError(f"unknown setting {name!r}; settings: {sorted(SETTINGS)}")
    try:
        SETTINGS[name](fakes, value, prisoner)
    except (TypeError, ValueError) as error:
        raise WorldError(f"setting {name} cannot be {value!r}: {error}") from None
