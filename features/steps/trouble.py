"""Steps: services fail, answers get lost, messages misbehave."""

from __future__ import annotations

from typing import Any

from pytest_bdd import given, parsers, step, when

from features import rules, users
from features.state import DPS, NOMIS
from features.steps.signing_on import HALF
from harness.checks import checked
from harness.scene import Scene, StepError

# Calls by a tester's name: service, operation.
CALLS = {
    "NOMIS create": ("nomis", "create_case_note"),
    "NOMIS update": ("nomis", "update_case_note"),
    "NOMIS delete": ("nomis", "delete_case_note"),
    "NOMIS alert create": ("nomis", "create_alert"),
    "DPS write": ("dps", "put_sync_case_note"),
    "DPS delete": ("dps", "delete_sync_case_note"),
    "mapping save": ("mapping", "create_case_note_mapping"),
    "mapping save of copies": ("mapping", "create_case_note_mappings"),
    "mapping look-up": ("mapping", "get_case_note_mappings_by_dps_id"),
    "mapping delete of a row": ("mapping", "delete_case_note_mapping_by_nomis_id"),
    "mapping delete": ("mapping", "delete_case_note_mappings_by_dps_id"),
}
SERVICES = {
    "NOMIS": "nomis",
    "DPS": "dps",
    "the mapping service": "mapping",
    "the alerts service": "alerts",
    "the sign-on service": "auth",
}
QUEUES = {
    "DPS to NOMIS": "hmpps_prisoner_to_nomis_casenotes_queue",
    "NOMIS to DPS": "prisoner_from_nomis_casenotes_queue",
    "alerts to DPS": "case_notes_domain_events_queue",
    "alerts to NOMIS": "hmpps_prisoner_to_nomis_alerts_queue",
}
_LIST = {NOMIS: "get_case_notes", DPS: "get_sync_case_notes"}
_CALL = "|".join(CALLS)
_SERVICE = "|".join(SERVICES)


def _fault(scene: Scene, service: str, kind: str, **fields: Any) -> None:
    scene.faults.append(scene.world.fault(service, kind, **fields))


@given(parsers.re(rf"the answer to the next (?P<call>{_CALL}) is lost"))
def lost_answer(scene: Scene, call: str) -> None:
    """Let the sync's next call of that kind be carried out, but its answer be lost.

    Example: Given the answer to the next NOMIS create is lost
    """
    service, operation = CALLS[call]
    _fault(scene, service, "reset", operation=operation, phase="after")


@given(parsers.re(rf"the (?P<call>{_CALL}) fails (?:once|(?P<times>\d+) times)"))
@checked(times=rules.some)
def failing_call(scene: Scene, call: str, times: str | None = None) -> None:
    """Let the sync's next calls of that kind be refused with 503, before any effect.

    Example: Given the mapping save fails 2 times
    """
    service, operation = CALLS[call]
    _fault(
        scene,
        service,
        "status",
        operation=operation,
        status=503,
        times=int(times or 1),
    )


@given(
    parsers.re(
        rf"(?P<service>{_SERVICE}) (?P<how>fails|refuses connections"
        r"|answers with status (?P<status>\d+)) (?P<times>\d+) times?"
    )
)
@checked(times=rules.some, status=rules.a_failure)
def failing_service(
    scene: Scene, service: str, how: str, times: str, status: str | None = None
) -> None:
    """Let the next calls of each direction to the service fail, whatever they are.

    Example: Given the mapping service fails 3 times
    """
    refused = how.startswith("refuses")
    kind: dict[str, Any] = {} if refused else {"status": int(status or 503)}
    for client in _clients(SERVICES[service]):
        _fault(
            scene,
            SERVICES[service],
            "refuse" if refused else "status",
            times=int(times),
            client=client,
            **kind,
        )


def _clients(service: str) -> list[str | None]:
    """Return the sync's clients of a service; who asks for a token is nobody yet."""
    if service == "auth":
        return [None]
    return [f"{half}-{service}" for half in HALF.values()]


@given(
    parsers.re(
        rf"the next (?P<call>{_CALL}) "
        r"(?:takes (?P<seconds>\d+) seconds?|is never answered)"
    )
)
@checked(seconds=rules.some)
def slow_call(scene: Scene, call: str, seconds: str | None = None) -> None:
    """Let the next call of that kind wait before it is carried out, or for ever.

    Example: Given the next NOMIS create takes 100 seconds
    """
    service, operation = CALLS[call]
    if seconds is None:
        _fault(scene, service, "hang", operation=operation)
    else:
        _fault(scene, service, "delay", operation=operation, delay=float(seconds))


@given(parsers.re(r'(?P<side>NOMIS|DPS) cannot show the notes of "(?P<name>[^"]+)"'))
@checked(name=rules.prisoner_named)
def hidden_notes(scene: Scene, side: str, name: str) -> None:
    """Let a system answer the sync's requests for one prisoner's list with 500.

    Example: Given NOMIS cannot show the notes of "First"
    """
    scene.settle()
    _fault(
        scene,
        SERVICES[side],
        "status",
        operation=_LIST[side],
        status=500,
        times=None,
        subject=users.number(scene, name),
    )


@step(
    parsers.re(
        rf"(?P<service>{_SERVICE}) (?P<how>goes down for the sync|comes up again)"
    )
)
def outage(scene: Scene, service: str, how: str) -> None:
    """Let every call of the sync to a service fail from now on, or no longer.

    Example: When NOMIS goes down for the sync
    """
    down = scene.memory.setdefault("down", {})
    if how == "comes up again":
        if service not in down:
            raise StepError(f"{service} is not down, so it cannot come up again")
        scene.world.clear_faults(down.pop(service))
        scene.changed()
        return
    name = SERVICES[service]
    down[service] = [
        scene.world.fault(name, "status", status=503, times=None, client=client)
        for client in _clients(name)
    ]
    scene.faults += down[service]


@given(
    parsers.re(
        r"(?:every message about the prisoner is delivered"
        r"|(?P<alert>the next alert event is delivered to DPS)) twice"
    )
)
def twice(scene: Scene, alert: str | None = None) -> None:
    """Deliver each message of the scenario's prisoners to the sync two times.

    Or the next alert event to DPS's own handler.

    Example: Given every message about the prisoner is delivered twice
    """
    users.number(scene, None)
    ways = ["alerts to DPS"] if alert else ["DPS to NOMIS", "NOMIS to DPS"]
    for way in ways:
        match = {"queue": QUEUES[way], "subjects": scene.scope}
        times = 1 if alert else None
        scene.faults.append(
            scene.world.delivery_fault("duplicate", times=times, **match)
        )


@given(
    parsers.re(
        r"the (?P<alerts>alert )?events of (?P<side>NOMIS|DPS) arrive in reverse order"
    )
)
def reversed_events(scene: Scene, side: str, alerts: str | None = None) -> None:
    """Deliver the next event of that side after the one that follows it.

    Example: Given the events of NOMIS arrive in reverse order
    """
    direction = "NOMIS to DPS" if side == NOMIS else "DPS to NOMIS"
    _overtake(scene, QUEUES["alerts to NOMIS" if alerts else direction])


def _overtake(scene: Scene, queue: str) -> None:
    """Let the next event wait until what comes after it has been handled."""
    users.number(scene, None)
    scene.settle()
    late = {"queue": queue, "subjects": scene.scope, "times": 1}
    scene.faults.append(scene.world.delivery_fault("delay", seconds=5.0, **late))


@given(
    parsers.re(
        r"a malformed event waits on the queue from "
        r"(?P<queue>DPS to NOMIS|NOMIS to DPS)"
    )
)
def malformed(scene: Scene, queue: str) -> None:
    """Put a message that is no event into the sync's queue.

    Example: Given a malformed event waits on the queue from NOMIS to DPS
    """
    who = users.number(scene, None)
    scene.world.delivery_fault(
        "poison",
        queue=QUEUES[queue],
        body=f'{{"Type":"Notification","Message":"not an event about {who}"',
    )
    scene.expectations.dead_letters = True
    scene.changed()


@given("the next acknowledgement of the sync is lost")
def lost_ack(scene: Scene) -> None:
    """Let the sync's next acknowledgement get lost, so that the message comes again.

    Example: Given the next acknowledgement of the sync is lost
    """
    users.number(scene, None)
    scene.faults.append(
        scene.world.delivery_fault("lose_ack", subjects=scene.scope, times=1)
    )


@given("NOMIS events of deletions name no prisoner")
def anonymous_deletes(scene: Scene) -> None:
    """Let delete events carry only the note's id, as when the booking is gone.

    Example: Given NOMIS events of deletions name no prisoner
    """
    scene.world.option("deletes-name-no-prisoner", True)
    scene.undo_later("option", ("deletes-name-no-prisoner", False))


@given(
    parsers.re(
        r"NOMIS (?:leaves the audit module empty"
        r'|writes the audit module "(?P<module>[^"]+)") on the sync\'s writes'
    )
)
def sync_module(scene: Scene, module: str | None = None) -> None:
    """Let rows that the sync writes for this prisoner carry that audit module, or none.

    Example: Given NOMIS leaves the audit module empty on the sync's writes
    """
    who = users.number(scene, None)
    scene.world.option("sync-module", {"module": module, "prisoner": who})


@given("its create event is kept for later")
def keep_create(scene: Scene) -> None:
    """Remember the note's create event, to deliver it again later.

    Example: Given its create event is kept for later
    """
    scene.settle()
    scene.memory["kept"] = _events(scene)[-1]


@when(
    parsers.re(
        r"the (?:kept event comes"
        r"|dead letters from (?P<way>DPS to NOMIS|NOMIS to DPS) come) again"
    )
)
def comes_again(scene: Scene, way: str | None = None) -> None:
    """Deliver the kept event once more, or what had failed for good in one direction.

    Example: When the dead letters from DPS to NOMIS come again
    """
    if way is None:
        if "kept" not in scene.memory:
            raise StepError("no event was kept; say first: its create event is kept")
        scene.world.redeliver(scene.memory["kept"])
    elif not scene.world.redrive(QUEUES[way], scene.scope):
        raise StepError(f"there is no dead letter from {way}, so none can come again")
    scene.changed()


@when(parsers.parse("its last event is delivered {count:d} more times"))
@checked(count=rules.some)
def last_again(scene: Scene, count: int) -> None:
    """Deliver the note's last event that many more times.

    Example: When its last event is delivered 5 more times
    """
    last = _events(scene)[-1]
    for _ in range(count):
        scene.world.redeliver(last)
    scene.changed()


def _events(scene: Scene) -> list[int]:
    """Return the journal seqs of the note's own events, in order."""
    wanted = users.note(scene).id
    entries = scene.world.journal(
        since=scene.started, scope=scene.scope, kinds=["event"]
    )
    found = [
        entry["seq"]
        for entry in entries
        if wanted in entry["subjects"] and entry["type"] != "prison.case-note.published"
    ]
    if not found:
        raise StepError(f"no event told of the note {wanted}, so none can come again")
    return found


@given("the sync crashes at its next mapping save")
def crash_at_mapping(scene: Scene) -> None:
    """Let the DPS to NOMIS direction die between its NOMIS write and the mapping.

    Example: Given the sync crashes at its next mapping save
    """
    scene.plan_crash("to-nomis", "mapping", "create_case_note_mapping")
