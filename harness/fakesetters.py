"""How each option of the fakes is set; `harness.fakeoptions` says what they mean.

A setter raises AttributeError, KeyError, TypeError or ValueError for a value that its
option cannot have.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.credentials import every_client
from harness.topology import DOMAIN_TOPIC, DPS_DOMAIN_EVENTS, MERGED, PLANS
from simulators.nomis.switches import SHAPES
from simulators.relay import Tamper

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.fakeoptions import FakeOptions

    Setter = Callable[[FakeOptions, Any], None]

DELETED = "OFFENDER_CASE_NOTES-DELETED"


def relay(attribute: str) -> Setter:
    """Set seconds of the events relay."""

    def put(options: FakeOptions, value: Any) -> None:
        setattr(options.fakes.relay, attribute, float(value))

    return put


def housekeeping(options: FakeOptions, value: Any) -> None:
    """Set the seconds between two runs of housekeeping."""
    if float(value) <= 0:
        raise ValueError("seconds between two runs are more than 0")
    options.fakes.relay.housekeeping = float(value)


def trigger(attribute: str, known: tuple[Any, ...]) -> Setter:
    """Set a member of NOMIS's alert trigger to one of the known values."""

    def put(options: FakeOptions, value: Any) -> None:
        # On the command line `null` is JSON.
        value = "null" if value is None else value
        if value not in known:
            raise ValueError(f"it is one of {list(known)}")
        setattr(options.fakes.nomis.alerts.trigger, attribute, value)

    return put


def nomis_read_lag(options: FakeOptions, value: Any) -> None:
    """Lag reads by `value["seconds"]`, of one prisoner's notes where it names one."""
    options.fakes.nomis.set_read_lag(
        float(value["seconds"]), value.get("prisoner") or ""
    )


def dps_read_lag(options: FakeOptions, value: Any) -> None:
    """Lag reads of DPS by so many seconds."""
    options.fakes.dps.read_lag = float(value)


def search_lag(options: FakeOptions, value: Any) -> None:
    """Let prisoner search hear of NOMIS so many seconds late."""
    options.fakes.search.lag = float(value)


def search_prison(options: FakeOptions, value: Any) -> None:
    """Let the index keep `value["prisoner"]` at `value["prison"]`; null: no longer."""
    if value["prison"] is None:
        options.fakes.search.unpin(value["prisoner"])
    else:
        options.fakes.search.pin(value["prisoner"], value["prison"])


def sync_module(options: FakeOptions, value: Any) -> None:
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


def null_module_rate(options: FakeOptions, value: Any) -> None:
    """Let so many of the sync's writes leave no audit module."""
    options.fakes.nomis.audit.null_rate = float(value)


def event_module(options: FakeOptions, value: Any) -> None:
    """Let NOMIS events name the audit module, or not."""
    options.fakes.nomis.emitter.with_audit_module = bool(value)


def anonymous_deletes(options: FakeOptions, value: Any) -> None:
    """Let DELETED events name no prisoner, or name him again."""
    tampering = options.fakes.relay.tampering
    if options.anonymous is not None:
        tampering.remove(options.anonymous)
        options.anonymous = None
    if value:
        options.anonymous = tampering.add(Tamper("anonymous", DELETED, times=None))


def topic_refuses(options: FakeOptions, value: Any) -> None:
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


def revoke_tokens(options: FakeOptions, value: Any) -> None:
    """Revoke the tokens of all clients whose id begins with `value`."""
    options.fakes.auth.revoke(str(value))


def rotate_keys(options: FakeOptions, value: Any) -> None:
    """Let auth sign with a new key."""
    options.fakes.auth.rotate_keys()


def client_roles(options: FakeOptions, value: Any) -> None:
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


def dps_hears_alerts(options: FakeOptions, value: Any) -> None:
    """Subscribe DPS to alert events, or (false) to merges only as in production."""
    types = DPS_DOMAIN_EVENTS.filters[DOMAIN_TOPIC] if value else (MERGED,)
    bus = options.fakes.bus
    topic = bus.topics.find(options.fakes.arns[DOMAIN_TOPIC])
    for subscription in topic.subscriptions.values():
        if subscription.queue == DPS_DOMAIN_EVENTS.name:
            policy = json.dumps({"eventType": list(types)})
            subscription.apply({"FilterPolicy": policy})


def max_receive(options: FakeOptions, value: Any) -> None:
    """Let `value["queue"]` receive a message `value["times"]` at most, then park it."""
    plans = {plan.name: plan for plan in PLANS}
    if value["queue"] not in plans:
        raise ValueError(f"queue is one of {sorted(plans)}")
    times = int(value["times"])
    if times < 1:
        raise ValueError("a message is received once at least")
    bus = options.fakes.bus
    policy = {
        "deadLetterTargetArn": bus.arn(plans[value["queue"]].dead_letters),
        "maxReceiveCount": times,
    }
    redrive = {"RedrivePolicy": json.dumps(policy)}
    bus.set_queue_attributes(value["queue"], redrive)


def prison_switch_shape(options: FakeOptions, value: Any) -> None:
    """Let prison-api print its switches in one of the shapes."""
    if value not in SHAPES:
        raise ValueError(f"it is one of {list(SHAPES)}")
    options.fakes.nomis.switches.shape = value


def missing_alert_notes(options: FakeOptions, value: Any) -> None:
    """Let DPS's alert reconciliation create notes, or only report."""
    options.fakes.dps.act_on_missing_alert_notes = bool(value)
