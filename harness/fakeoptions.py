"""Options of the fakes that a scenario may change, by name.

Each is something of the real estate that no repository settles, or a lag or fault that
history knows (events-and-config 12, fault corpus). An option of one prisoner takes an
object with `prisoner`; the others are the whole world's, so a scenario that changes one
puts it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.control import WorldError
from harness.credentials import every_client
from simulators.nomis.alerts import AUTHOR_MODES, MODULE_MODES
from simulators.relay import Tamper, Tampering

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.composition import Composition

    Setter = Callable[["FakeOptions", Any], None]

_DELETED = "OFFENDER_CASE_NOTES-DELETED"


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
        if name not in OPTIONS:
            raise WorldError(f"unknown option {name!r}; options: {sorted(OPTIONS)}")
        try:
            OPTIONS[name](self, value)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise WorldError(f"option {name} cannot be {value!r}: {error}") from None


def _relay(attribute: str) -> Setter:
    def put(options: FakeOptions, value: Any) -> None:
        setattr(options.fakes.relay, attribute, float(value))

    return put


def _housekeeping(options: FakeOptions, value: Any) -> None:
    if float(value) <= 0:
        raise ValueError("seconds between two runs are more than 0")
    options.fakes.relay.housekeeping = float(value)


def _trigger(attribute: str, known: tuple[Any, ...]) -> Setter:
    def put(options: FakeOptions, value: Any) -> None:
        if value not in known:
            raise ValueError(f"it is one of {list(known)}")
        setattr(options.fakes.nomis.alerts.trigger, attribute, value)

    return put


def _nomis_read_lag(options: FakeOptions, value: Any) -> None:
    """Lag reads by `value["seconds"]`, of one prisoner's notes where it names one."""
    options.fakes.nomis.set_read_lag(
        float(value["seconds"]), value.get("prisoner") or ""
    )


def _dps_read_lag(options: FakeOptions, value: Any) -> None:
    options.fakes.dps.read_lag = float(value)


def _search_lag(options: FakeOptions, value: Any) -> None:
    options.fakes.search.lag = float(value)


def _search_prison(options: FakeOptions, value: Any) -> None:
    """Let the index keep `value["prisoner"]` at `value["prison"]`; null: no longer."""
    if value["prison"] is None:
        options.fakes.search.unpin(value["prisoner"])
    else:
        options.fakes.search.pin(value["prisoner"], value["prison"])


def _sync_module(options: FakeOptions, value: Any) -> None:
    """Stamp `value["module"]` (null too) on the sync's writes for a prisoner, if named.

    On as many as `times` says; without it on all. A later setting replaces it.
    """
    scope = value.get("prisoner") or ""
    if (former := options.stamps.pop(scope, None)) is not None:
        options.fakes.nomis.audit.remove(former)
    if "module" in value:
        options.stamps[scope] = options.fakes.nomis.audit.plan(
            value["module"], times=value.get("times"), prisoner=scope or None
        )


def _null_module_rate(options: FakeOptions, value: Any) -> None:
    options.fakes.nomis.audit.null_rate = float(value)


def _event_module(options: FakeOptions, value: Any) -> None:
    options.fakes.nomis.emitter.with_audit_module = bool(value)


def _anonymous_deletes(options: FakeOptions, value: Any) -> None:
    tampering = options.fakes.relay.tampering
    if options.anonymous is not None:
        tampering.remove(options.anonymous)
        options.anonymous = None
    if value:
        options.anonymous = tampering.add(Tamper("anonymous", _DELETED, times=None))


def _topic_refuses(options: FakeOptions, value: Any) -> None:
    """Let the topic `value["topic"]` refuse events; null: it takes all again.

    Where they are named only those of `value["type"]`, about `value["prisoner"]`, and
    as many as `times` says. One of the offender topic is tried again by housekeeping,
    one of the domain topic is lost.
    """
    if value is None:
        for tampering, number in options.refusing:
            tampering.remove(number)
        options.refusing.clear()
        return
    topics = {
        "offender": options.fakes.relay.tampering,
        "domain": options.fakes.refusals,
    }
    if value["topic"] not in topics:
        raise ValueError(f"topic is one of {sorted(topics)}")
    tampering = topics[value["topic"]]
    tamper = Tamper(
        "refuse", value.get("type"), value.get("prisoner"), times=value.get("times")
    )
    options.refusing.append((tampering, tampering.add(tamper)))


def _revoke_tokens(options: FakeOptions, value: Any) -> None:
    """Revoke the tokens of all clients whose id begins with `value`."""
    options.fakes.auth.revoke(str(value))


def _rotate_keys(options: FakeOptions, value: Any) -> None:
    options.fakes.auth.rotate_keys()


def _client_roles(options: FakeOptions, value: Any) -> None:
    """Let the client `value["client"]` hold its roles, or (`held` false) none.

    Its tokens are revoked, so that what they say of its roles is never old.
    """
    name = value["client"]
    known = {client.id: client for client in every_client()}
    if name not in known:
        raise ValueError(f"no client is called {name!r}; there are {sorted(known)}")
    client = known[name]
    roles = client.roles if value["held"] else ()
    options.fakes.auth.register(client.id, client.secret, roles)
    options.fakes.auth.revoke(client.id)


def _missing_alert_notes(options: FakeOptions, value: Any) -> None:
    options.fakes.dps.act_on_missing_alert_notes = bool(value)


OPTIONS: dict[str, Setter] = {
    # Seconds between a NOMIS commit and its event, and the spread that reorders.
    "relay-delay": _relay("delay"),
    "relay-jitter": _relay("jitter"),
    "relay-domain-delay": _relay("domain_delay"),
    # What SNS refuses (events-and-config 1.1, 2.1), and seconds between housekeeping.
    "topic-refuses": _topic_refuses,
    "relay-housekeeping": _housekeeping,
    # The booking of a deleted note is gone, so its event names nobody (DEL-01).
    "deletes-name-no-prisoner": _anonymous_deletes,
    # Seconds by which reads lag behind writes (ORD-04).
    "read-lag": _nomis_read_lag,
    "dps-read-lag": _dps_read_lag,
    "search-lag": _search_lag,
    # Where prisoner search says a prisoner is, whatever NOMIS says (ALT-13).
    "search-prison": _search_prison,
    # The audit module that the sync's writes leave (LOOP-03 to LOOP-07).
    "sync-module": _sync_module,
    "null-module-rate": _null_module_rate,
    "event-audit-module": _event_module,
    # The NOMIS alert trigger (events-and-config 7.1).
    "alert-trigger-module": _trigger("module", MODULE_MODES),
    "alert-trigger-author": _trigger("author", AUTHOR_MODES),
    "alert-trigger-suppressed": _trigger("suppressed", (True, False)),
    "dps-creates-missing-alert-notes": _missing_alert_notes,
    # Tokens, keys and roles of the sync's clients (CFG-07).
    "revoked-tokens": _revoke_tokens,
    "signing-keys": _rotate_keys,
    "client-roles": _client_roles,
}
