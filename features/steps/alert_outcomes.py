"""Steps: which case notes an alert has made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_bdd import parsers, then

from features import rules, users
from features.state import DPS, NOMIS, views
from features.steps.outcomes import agree, require
from harness.checks import checked

if TYPE_CHECKING:
    from features.state import View
    from harness.scene import Scene


def alert_notes(scene: Scene, side: str) -> list[View]:
    """Return the alert case notes of one side."""
    return [view for view in views(scene, side) if view.kind.startswith("ALERT/")]


@then(
    parsers.re(
        r"there (?:is|are) (?P<count>\d+) alert notes? on each side"
        r"(?:, born in (?P<born>NOMIS|DPS))?"
    )
)
def alert_notes_each_side(scene: Scene, count: str, born: str | None = None) -> None:
    """Count the alert notes on both sides, and say where they were born.

    Example: Then there is 1 alert note on each side, born in NOMIS
    """
    if born:
        agree(scene)
    for side in (NOMIS, DPS):
        found = alert_notes(scene, side)
        require(
            len(found) == int(count),
            f"{side} holds {len(found)} alert notes, not {count}",
        )
    for view in alert_notes(scene, DPS):
        where = DPS if view.legacy_id < 0 else NOMIS
        require(born in (None, where), f"the note {view.id} was born in {where}")


@then(
    parsers.re(
        r'there is no alert note(?: of type "(?P<kind>[^"]+)")?'
        r"(?: on either side|(?P<dps> born in DPS))"
    )
)
@checked(kind=rules.a_kind)
def no_alert_note(
    scene: Scene, kind: str | None = None, dps: str | None = None
) -> None:
    """No alert note (of that type) is on either side; needs a witness line.

    Example: Then there is no alert note on either side
    """
    shown = alert_notes(scene, DPS)
    if dps:
        shown = [view for view in shown if view.legacy_id < 0]
    else:
        shown += alert_notes(scene, NOMIS)
    found = [f"{view.side} {view.id}" for view in shown if kind in (None, view.kind)]
    require(not found, f"such alert notes are there: {found}")
    if kind is None:
        scene.absences.append("no alert note")


@then(
    parsers.re(
        r'DPS holds (?P<count>\d+) system generated notes? of type "(?P<kind>.+)"'
    )
)
@checked(kind=rules.a_kind)
def generated(scene: Scene, count: str, kind: str) -> None:
    """Count the system generated notes of a type in DPS.

    Example: Then DPS holds 1 system generated note of type "TRANSFER/FROMTOL"
    """
    agree(scene)
    found = [view for view in views(scene, DPS) if view.kind == kind]
    require(
        len(found) == int(count), f"DPS holds {len(found)} notes {kind}, not {count}"
    )
    for view in found:
        require(view.system_generated, f"{view.id} is not system generated")


@then(parsers.parse("the oracle blames {owner} for {rule} alert notes"))
def blames(scene: Scene, owner: str, rule: str) -> None:
    """The oracle reports that rule as broken, by that owner, and nothing else.

    Example: Then the oracle blames configuration for duplicate alert notes
    """
    report = scene.judge()
    found = {
        (v["rule"], v["owner"]) for v in [*report["violations"], *report["findings"]]
    }
    require(
        (rule, owner) in found,
        f"the oracle reports {sorted(found)}, not {rule} {owner}",
    )
    scene.expectations.allowed.append({"rule": rule, "owner": owner})


@then("the duplicate is shown as a limit of DPS, not as a failure of the sync")
def limited(scene: Scene) -> None:
    """The oracle shows the doubled note, excused by a known limit of DPS.

    Example: Then the duplicate is shown as a limit of DPS, not as a failure of the sync
    """
    report = scene.judge()
    require(
        any(found["rule"] == "duplicate" for found in report["limited"]),
        f"no limited duplicate; violations {report['violations']}",
    )
    require(not report["violations"], f"failures: {report['violations']}")


@then("the alert reconciliation reports the missing note")
def alert_reconciliation(scene: Scene) -> None:
    """DPS's own reconciliation of alerts and notes names the missing note.

    Example: Then the alert reconciliation reports the missing note
    """
    today = users.ago(scene, 0)[:10]
    tomorrow = users.ago(scene, -1)[:10]
    answer = scene.world.act(
        "dps", "reconcile_alert_notes", query={"from": today, "to": tomorrow}
    )
    users.must(scene, answer, "the alert reconciliation")
    scene.settle()
    missing = scene.world.missing_alert_notes(scene.scope)
    require(bool(missing), "the alert reconciliation reports nothing missing")
