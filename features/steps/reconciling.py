"""Steps: the sync's own reconciliation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pytest_bdd import given, parsers, then, when

from features import rules, users
from features.state import DPS, NOMIS
from features.steps.outcomes import require
from harness.checks import checked
from harness.scene import StepError

if TYPE_CHECKING:
    from harness.scene import Scene


@given(
    parsers.re(
        r"someone (?P<what>changed the (?:NOMIS|DPS) text|removed the "
        r"(?:NOMIS row|DPS note|mapping)|added a NOMIS row) behind the sync's back"
    )
)
def tamper(scene: Scene, what: str) -> None:
    """Change, remove or add a copy of the note without an event, as no user could.

    Example: Given someone changed the NOMIS text behind the sync's back
    """
    scene.settle()
    about = users.note(scene)
    if what.startswith("added"):
        author = users.staff(scene, "officer")
        row = {"text": "Added behind the sync's back.", "username": author}
        kind = {"type": about.type, "sub_type": about.sub_type}
        scene.world.seed_note({"prisoner": about.prisoner, **kind, **row})
    else:
        text = "Changed behind the sync's back." if "changed" in what else None
        side = DPS if "DPS" in what else NOMIS
        where = "mapping" if "mapping" in what else side.lower()
        scene.world.tamper(users.id_on(scene, about, side), text, where)
    scene.memory["tampered"] = True
    for rule in ("corrupt", "stale", "lost", "mapping-sound"):
        scene.expectations.allowed.append({"rule": rule})


@when(parsers.re(r"the reconciliation looks at (?P<whom>the prisoner|everyone)"))
def reconcile(scene: Scene, whom: str) -> None:
    """Ask the sync to reconcile the prisoner's notes, or everyone's.

    Example: When the reconciliation looks at the prisoner
    """
    # It may repair, and what it repairs raises events.
    scene.changed()
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
        r"it reports (?P<what>the prisoner clean|a difference|that it could not check"
        r'|the difference of "(?P<one>[^"]+)" and that "(?P<other>[^"]+)" is unchecked)'
    )
)
@checked(one=rules.prisoner_named, other=rules.prisoner_named)
def report(
    scene: Scene, what: str, one: str | None = None, other: str | None = None
) -> None:
    """Say what the reconciliation must have answered, about one prisoner or all.

    Example: Then it reports a difference
    """
    if "reconciliation" not in scene.memory:
        raise StepError("no reconciliation has looked; say first at whom it looks")
    answer = scene.memory["reconciliation"]
    status, body = answer["status"], answer["body"]
    if one and other:
        _partial(scene, body or {}, one, other)
    elif what == "the prisoner clean":
        require(status == 200 and not body, f"it answered {status} {body}")
    elif what == "a difference":
        require(status == 200 and bool(body), f"it answered {status} {body}")
    else:
        require(status >= 400, f"it answered {status} {body}")


def _partial(scene: Scene, body: dict[str, Any], one: str, other: str) -> None:
    """Say what a report over everyone must hold when one prisoner cannot be read."""
    differing = [found["offenderNo"] for found in body.get("mismatches", [])]
    require(users.number(scene, one) in differing, f"it reports {differing}: {body}")
    unchecked = body.get("unchecked", [])
    require(users.number(scene, other) in unchecked, f"unchecked are {unchecked}")
