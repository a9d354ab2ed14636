"""Steps: the sync's own reconciliation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import given, parsers, then, when

from features import users
from features.state import NOMIS, copies
from features.steps.outcomes import require

if TYPE_CHECKING:
    from harness.scene import Scene


@given(
    parsers.re(
        r"someone (?P<what>changed the NOMIS text|removed the NOMIS row) behind the "
        r"sync's back"
    )
)
def tamper(scene: Scene, what: str) -> None:
    """Change or remove the NOMIS row without an event, as no user could.

    Example: Given someone changed the NOMIS text behind the sync's back
    """
    scene.settle()
    row = int(copies(scene, users.note(scene), NOMIS)[0].id)
    text = "Changed behind the sync's back." if "changed" in what else None
    scene.world.tamper(row, text)
    scene.memory["tampered"] = True
    for rule in ("corrupt", "stale", "lost", "mapping-sound"):
        scene.expectations.allowed.append({"rule": rule})


@when(parsers.re(r"the reconciliation looks at (?P<whom>the prisoner|everyone)"))
def reconcile(scene: Scene, whom: str) -> None:
    """Ask the sync to reconcile the prisoner's notes, or everyone's.

    Example: When the reconciliation looks at the prisoner
    """
    if whom == "everyone":
        answer = scene.stack.admin("to-nomis", "POST", "/casenotes/reconciliation")
        found = answer["body"]
        if answer["status"] >= 400:
            pass
        elif not found["complete"]:
            answer = {"status": 500, "body": found}
        elif not found["mismatches"]:
            answer = {"status": 200, "body": None}
        scene.memory["reconciliation"] = answer
        return
    who = users.number(scene, None)
    scene.memory["reconciliation"] = scene.stack.admin(
        "to-nomis", "GET", f"/casenotes/reconciliation/{who}"
    )


@then(
    parsers.re(
        r"it reports (?P<what>the prisoner clean|a difference|that it could not check)"
    )
)
def report(scene: Scene, what: str) -> None:
    """Say what the reconciliation must have answered.

    Example: Then it reports a difference
    """
    answer = scene.memory["reconciliation"]
    status, body = answer["status"], answer["body"]
    if what == "the prisoner clean":
        require(status == 200 and not body, f"it answered {status} {body}")
    elif what == "a difference":
        require(status == 200 and bool(body), f"it answered {status} {body}")
    else:
        require(status >= 400, f"it answered {status} {body}")


@then(
    parsers.parse(
        'it reports the difference of "{one}" and that "{other}" is unchecked'
    )
)
def partial(scene: Scene, one: str, other: str) -> None:
    """Say what a report over everyone must hold when one prisoner cannot be read.

    Example: Then it reports the difference of "First" and that "Second" is unchecked
    """
    body = scene.memory["reconciliation"]["body"] or {}
    differing = [found["offenderNo"] for found in body.get("mismatches", [])]
    require(users.number(scene, one) in differing, f"it reports {differing}: {body}")
    unchecked = body.get("unchecked", [])
    require(users.number(scene, other) in unchecked, f"unchecked are {unchecked}")
