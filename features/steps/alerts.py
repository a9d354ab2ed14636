"""Steps: alerts, and who writes their case notes."""

from __future__ import annotations

from typing import Any

from pytest_bdd import given, parsers, step, when

from features import rules, users
from features.state import NOMIS
from harness.checks import checked
from harness.scene import Scene, StepError

CODES = ("XA", "XEL", "XER", "HA", "XC")
WRITERS = {"NOMIS": "nomis", "DPS": "dps", "both": "both", "nobody": "none"}


@step(
    parsers.re(
        r"alert notes are written by (?P<who>NOMIS|DPS|both|nobody)"
        r'(?: in "(?P<prison>[^"]+)")?'
    )
)
def alert_writer(scene: Scene, who: str, prison: str | None = None) -> None:
    """Set who writes the case note when an alert is raised or ended in the prison.

    Example: Given alert notes are written by DPS
    """
    code = users.prison(scene, prison or users.DEFAULT)
    scene.world.switch("alert-writer", code, WRITERS[who])


@given(
    parsers.re(
        r"the alert trigger writes under "
        r"(?P<module>the module of its session|no module)"
    )
)
def trigger_module(scene: Scene, module: str) -> None:
    """Say which audit module the rows of NOMIS's alert trigger carry.

    Example: Given the alert trigger writes under no module
    """
    value = "null" if module == "no module" else "inherited"
    scene.world.option("alert-trigger-module", value)
    scene.undo_later("option", ("alert-trigger-module", "own"))


@when(
    parsers.re(
        r'(?:an officer|a DPS user) raises an alert(?: for "(?P<name>[^"]+)")? in '
        r"(?P<side>NOMIS|DPS)"
        r"(?P<ended> that has already ended)?(?P<again> of the same code)?"
    )
)
@checked(name=rules.prisoner_named)
def raise_alert(
    scene: Scene,
    side: str,
    name: str | None = None,
    ended: str | None = None,
    again: str | None = None,
) -> None:
    """Raise an alert for the prisoner in that system, of a code of its own.

    Example: When a DPS user raises an alert in DPS
    """
    code = CODES[(len(scene.alerts) - bool(again)) % len(CODES)]
    who = users.number(scene, name)
    if side == NOMIS:
        body: dict[str, Any] = {"code": code}
        if ended:
            body["expiryDate"] = users.ago(scene, 1)[:10]
            body["date"] = users.ago(scene, 5)[:10]
        answer = scene.world.act(
            "nomis-screens",
            "raise_alert",
            {"prisoner": who},
            body=body,
            user=users.staff(scene, "officer"),
        )
    else:
        body = {"alertCode": code, "description": "Seen today"}
        if ended:
            body["activeFrom"] = users.ago(scene, 5)[:10]
            body["activeTo"] = users.ago(scene, 1)[:10]
        answer = scene.world.act(
            "alerts",
            "create_alert",
            {"prisonNumber": who},
            body=body,
            user=users.staff(scene, "DPS user"),
        )
    made = users.must(scene, answer, f"the alert in {side}")
    scene.alerts[code] = {"side": side, "code": code, **made}


@when(parsers.re(r"(?:an officer|a DPS user) ends the alert in (?P<side>NOMIS|DPS)"))
def end_alert(scene: Scene, side: str) -> None:
    """End the alert raised last, today, in that system.

    Example: When a DPS user ends the alert in DPS
    """
    if not scene.alerts:
        raise StepError("there is no alert yet; raise one first")
    alert = list(scene.alerts.values())[-1]
    key = _key(scene, alert, side)
    if side == NOMIS:
        answer = scene.world.act(
            "nomis-screens",
            "end_alert",
            key,
            body={},
            user=users.staff(scene, "officer"),
        )
    else:
        answer = scene.world.act(
            "alerts",
            "update_alert",
            key,
            body={"activeTo": users.ago(scene, 0)[:10]},
            user=users.staff(scene, "DPS user"),
        )
    users.must(scene, answer, f"ending the alert in {side}")


@when("the description of the alert's code is changed")
def rename_code(scene: Scene) -> None:
    """Give the code of the alert raised last another description in DPS.

    Example: When the description of the alert's code is changed
    """
    if not scene.alerts:
        raise StepError("there is no alert yet; raise one first")
    path = {"alertCode": list(scene.alerts.values())[-1]["code"]}
    administrator = users.staff(scene, "administrator")
    read = scene.world.act("alerts", "get_alert_code", path, user=administrator)
    before = users.must(scene, read, "reading the code")["description"]
    for text in (before, "Known by another name"):
        call = ("alerts", "update_alert_code", path, None, {"description": text})
        if text == before:
            scene.undo_later("act", (*call, administrator))
        else:
            answer = scene.world.act(*call, administrator)
            users.must(scene, answer, "renaming the code")


def _key(scene: Scene, alert: dict[str, Any], side: str) -> dict[str, Any]:
    """Return the alert's key on a side, through the alert mapping if need be."""
    if side == alert["side"]:
        if side == NOMIS:
            return {n: alert[n] for n in ("bookingId", "alertSequence")}
        return {"alertUuid": alert["alertUuid"]}
    for row in scene.snapshot()["mapping"]["alerts"]:
        if side == NOMIS and row["dps_id"] == alert.get("alertUuid"):
            return {"bookingId": row["booking"], "alertSequence": row["sequence"]}
        if (row["booking"], row["sequence"]) == (
            alert.get("bookingId"),
            alert.get("alertSequence"),
        ):
            return {"alertUuid": row["dps_id"]}
    raise StepError(f"the alert is not in {side}, so it cannot be ended there")
