"""Steps: a roll-out rehearsed in simulated weeks, and the comparison in between."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pytest_bdd import parsers, then, when

from features import rules, users
from features.steps.outcomes import require
from harness.checks import checked
from harness.compare import differences

if TYPE_CHECKING:
    from harness.scene import Scene

# Stopwatch seconds of each night: longer than a token lives and than the longest wait
# between two attempts of a message (http-contracts 1.1, events-and-config 4.6).
NIGHT = 3600.0


@when(parsers.re(r"(?P<weeks>\d+) weeks? pass(?:es)? with changes on both sides daily"))
@checked(weeks=rules.some)
def weeks_pass(scene: Scene, weeks: str) -> None:
    """Let each prisoner's officer and DPS user write and amend notes every day.

    They use whichever system their prison has switched on. Between days the business
    date moves on, and an hour of the night passes for the sync as well.

    Example: When 3 weeks pass with changes on both sides daily
    """
    for _ in range(7 * int(weeks)):
        names = sorted(scene.prisoners)
        for name in names:
            _morning(scene, name)
        scene.settle()
        state = scene.snapshot()
        for name in names:
            _afternoon(scene, name, state)
        scene.settle()
        scene.stack.pass_time(NIGHT)
        today = datetime.fromisoformat(scene.world.about()["calendar"])
        morning = (today + timedelta(days=1)).replace(hour=9, minute=0, second=0)
        scene.world.calendar(morning.isoformat())


def _morning(scene: Scene, name: str) -> None:
    """Write one note as the officer and one as the DPS user."""
    who: str = scene.prisoners[name]["prisoner"]
    days = scene.memory.setdefault("days", {})
    days[name] = days.get(name, 0) + 1
    words = f"Day {days[name]} of {name or 'the prisoner'}"
    officer = users.staff(scene, f"officer of {name}")
    author = users.staff(scene, f"DPS user of {name}")
    _officer_writes(scene, who, officer, f"{words}, seen by the officer.")
    _dps_user_writes(scene, who, author, f"{words}, seen by the key worker.")


def _officer_writes(scene: Scene, who: str, officer: str, text: str) -> None:
    body = {"type": "GEN", "subType": "HIS", "text": text}
    answer = scene.world.act(
        "nomis-screens", "create_note", {"prisoner": who}, body=body, user=officer
    )
    if not users.accept(scene, answer):
        # Told that the screen is off (the one refusal that is no disruption).
        require("switched off" in str(answer["body"]), f"refused: {answer['body']}")
        scene.memory["own-screen"] = scene.memory.get("own-screen", 0) + 1
        _dps_user_writes(scene, who, officer, text)


def _dps_user_writes(scene: Scene, who: str, user: str, text: str) -> None:
    answer = scene.world.write_note_as_dps_user(who, user, text, "KA", "KS")
    users.must(scene, answer, "the DPS user's note")


def _afternoon(scene: Scene, name: str, state: dict[str, Any]) -> None:
    """Amend the note written last as the officer: at the screen, else in DPS."""
    who = scene.prisoners[name]["prisoner"]
    officer = users.staff(scene, f"officer of {name}")
    ids = [row["id"] for row in state["nomis"]["notes"] if row["prisoner"] == who]
    last = max(ids)
    words = {"text": f"Day {scene.memory['days'][name]}, added later."}
    answer = scene.world.act(
        "nomis-screens", "amend_note", {"caseNoteId": last}, body=words, user=officer
    )
    if users.accept(scene, answer):
        return
    scene.memory["own-screen"] = scene.memory.get("own-screen", 0) + 1
    pairs = {pair["nomis_id"]: pair["dps_id"] for pair in state["mapping"]["notes"]}
    answer = scene.world.amend_note_as_dps_user(
        who, officer, pairs[last], words["text"]
    )
    users.must(scene, answer, "the amendment in DPS")


@then(parsers.re(r"the comparison finds (?P<what>no difference|a difference)"))
def compared(scene: Scene, what: str) -> None:
    """Compare both sides as `tandem compare` does, with the services' own answers.

    Example: Then the comparison finds no difference
    """
    found = []
    for who in scene.scope:
        answers = [
            _read(scene, "nomis", "get_case_notes", offenderNo=who)["caseNotes"],
            _read(scene, "dps", "get_sync_case_notes", personIdentifier=who),
            _read(
                scene, "mapping", "get_case_note_mappings_of_prisoner", offenderNo=who
            ),
        ]
        nomis, dps, mapping = answers
        found += differences(who, {"caseNotes": nomis}, dps, mapping)
    wrong = [one for one in found if not one.remark]
    if what == "no difference":
        require(not wrong, "\n".join(f"{f.key}: {f.detail}" for f in wrong))
    else:
        require(bool(wrong), "the comparison finds none")


def _read(scene: Scene, service: str, operation: str, **path: str) -> Any:
    answer = scene.world.act(service, operation, path)
    require(answer["status"] == 200, f"{operation}: {answer['status']}")
    return answer["body"]
