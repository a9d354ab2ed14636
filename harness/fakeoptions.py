"""Options of the fakes, by name.

Each is something of the real estate that no repository settles, or a lag or fault that
history knows (events-and-config 12, fault corpus). An option of one prisoner takes an
object with `prisoner`; the others are the whole world's, so a scenario that changes one
puts it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness import fakesetters as setters
from harness.control import WorldError
from simulators.nomis.alerts import AGENCY_MODES, AUTHOR_MODES, MODULE_MODES
from simulators.nomis.switches import SHAPES

if TYPE_CHECKING:
    from harness.composition import Composition
    from harness.fakesetters import Setter
    from simulators.relay import Tampering


class FakeOptions:
    """Sets options of one world's fakes."""

    def __init__(self, fakes: Composition) -> None:
        """Remember what must be taken back by an id."""
        self.fakes = fakes
        self.anonymous: int | None = None
        self.stamps: dict[str, int] = {}
        self.refusing: list[tuple[Tampering, int]] = []

    def set(self, name: str, value: Any) -> None:
        """Set one option; WorldError lists the options when there is none such."""
        check_name(name)
        try:
            OPTIONS[name].set(self, value)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise WorldError(f"option {name} cannot be {value!r}: {error}") from None


@dataclass(frozen=True)
class Option:
    """An option: how it is set, and what its user reads.

    `values` says which there are, the default first where there is one; `unknown` tells
    those that stand for what nobody knows of the real estate.
    """

    set: Setter
    values: str
    meaning: str
    source: str
    unknown: bool = False


def check_name(name: str) -> None:
    """Raise WorldError, listing the options, when there is none of that name."""
    if name not in OPTIONS:
        raise WorldError(f"unknown option {name!r}; options: {sorted(OPTIONS)}")


def _choice(values: tuple[str, ...]) -> str:
    return ", ".join(values)


_EVENTS = "events-and-config"
_SECONDS = "seconds; 0"

OPTIONS: dict[str, Option] = {
    "relay-delay": Option(
        setters.relay("delay"),
        _SECONDS,
        "between a NOMIS commit and its event",
        f"{_EVENTS} 1.6",
    ),
    "relay-jitter": Option(
        setters.relay("jitter"),
        _SECONDS,
        "up to so much more by chance, which changes the order of events",
        f"{_EVENTS} 1.6",
    ),
    "relay-domain-delay": Option(
        setters.relay("domain_delay"),
        _SECONDS,
        "on top for domain events that follow from a NOMIS event",
        f"{_EVENTS} 2.4",
    ),
    "relay-housekeeping": Option(
        setters.housekeeping,
        "seconds; 600",
        "between two runs that try refused NOMIS events again",
        f"{_EVENTS} 1.1",
    ),
    "topic-refuses": Option(
        setters.topic_refuses,
        "null, {topic: offender or domain, type, prisoner, times}",
        "the topic takes no such event: a NOMIS event waits for housekeeping, a DPS "
        "event is never published",
        f"{_EVENTS} 1.1, 2.1",
    ),
    "deletes-name-no-prisoner": Option(
        setters.anonymous_deletes,
        "false, true",
        "the booking of a deleted note is gone, so its event names nobody",
        "fault corpus DEL-01",
    ),
    "event-audit-module": Option(
        setters.event_module,
        "true, false",
        "NOMIS events name the audit module, as since June 2026",
        f"{_EVENTS} 1.2",
    ),
    "null-module-rate": Option(
        setters.null_module_rate,
        "0 to 1; 0",
        "so many of the sync's writes to NOMIS leave no audit module",
        f"{_EVENTS} 1.5, 12",
        unknown=True,
    ),
    "sync-module": Option(
        setters.sync_module,
        "{}, {module, prisoner, times}",
        "the audit module, or null, that the sync's writes leave",
        "fault corpus LOOP-03 to LOOP-07",
    ),
    "read-lag": Option(
        setters.nomis_read_lag,
        "{seconds, prisoner}; 0",
        "NOMIS reads lag behind writes",
        "fault corpus ORD-04",
    ),
    "dps-read-lag": Option(
        setters.dps_read_lag,
        _SECONDS,
        "DPS reads lag behind writes",
        "fault corpus ORD-04",
    ),
    "search-lag": Option(
        setters.search_lag,
        _SECONDS,
        "prisoner search lags behind NOMIS",
        "fault corpus ALT-13",
    ),
    "search-prison": Option(
        setters.search_prison,
        "{prisoner, prison}; prison null ends it",
        "where prisoner search says a prisoner is, whatever NOMIS says",
        "fault corpus ALT-13",
    ),
    "alert-trigger-module": Option(
        setters.trigger("module", MODULE_MODES),
        _choice(MODULE_MODES),
        "audit module of the notes that NOMIS's alert trigger writes",
        f"{_EVENTS} 7.1, 12",
        unknown=True,
    ),
    "alert-trigger-author": Option(
        setters.trigger("author", AUTHOR_MODES),
        _choice(AUTHOR_MODES),
        "author of those notes: who wrote the alert, or the schema owner",
        f"{_EVENTS} 7.1, 12",
        unknown=True,
    ),
    "alert-trigger-agency": Option(
        setters.trigger("agency", AGENCY_MODES),
        _choice(AGENCY_MODES),
        "agency of those notes: the booking's at that time, or none",
        f"{_EVENTS} 7.1, 12",
        unknown=True,
    ),
    "alert-trigger-suppressed": Option(
        setters.trigger("suppressed", (True, False)),
        "false, true",
        "the trigger writes nothing anywhere, as for a mass data fix",
        "fault corpus ALT-14",
    ),
    "dps-hears-alerts": Option(
        setters.dps_hears_alerts,
        "true, false",
        "DPS is subscribed to alert events; false: to merges only",
        f"{_EVENTS} fact 11, 12",
        unknown=True,
    ),
    "dps-creates-missing-alert-notes": Option(
        setters.missing_alert_notes,
        "false, true",
        "DPS's alert reconciliation creates what it finds missing",
        f"{_EVENTS} 7.4",
    ),
    "prison-switch-shape": Option(
        setters.prison_switch_shape,
        _choice(SHAPES),
        "how prison-api prints the alert switch: as it does, as DPS's client reads "
        "it, or both at once",
        f"{_EVENTS} 7.3, 12",
        unknown=True,
    ),
    "max-receive": Option(
        setters.max_receive,
        "{queue, times}; production's",
        "how often a queue's message is received before it is a dead letter",
        f"{_EVENTS} 4.5, 12",
        unknown=True,
    ),
    "revoked-tokens": Option(
        setters.revoke_tokens,
        "the beginning of client ids",
        "their tokens so far are invalid from now on",
        "fault corpus CFG-07",
    ),
    "signing-keys": Option(
        setters.rotate_keys,
        "any",
        "auth signs with a new key; what the old one signed is invalid",
        "fault corpus CFG-07",
    ),
    "client-roles": Option(
        setters.client_roles,
        "{client, held}",
        "whether a client of the sync holds its roles",
        "fault corpus CFG-07",
    ),
}
