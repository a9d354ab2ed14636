"""What users do in a scenario: officers at NOMIS screens, users and admins in DPS.

Every function acts through the world as the real user interface would, keeps what the
scenario must remember, and raises StepError when its line cannot be done.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from features.state import DPS, NOMIS, copies
from harness.scene import Note, ScenarioFailed, StepError

if TYPE_CHECKING:
    from harness.scene import Scene

DEFAULT = ""
KIND = "KA/KS"
NO_MODULE = object()


def prison(scene: Scene, name: str = DEFAULT, **switches: Any) -> str:
    """Return the code of a prison called `name` here, added when first named."""
    if name not in scene.prisons:
        scene.prisons[name] = scene.world.add_prison(**switches)
    code: str = scene.prisons[name]["code"]
    return code


def prisoner(scene: Scene, name: str = DEFAULT, where: str = DEFAULT) -> dict[str, Any]:
    """Return the prisoner called `name` here, added when first named."""
    if name not in scene.prisoners:
        scene.prisoners[name] = scene.world.add_prisoner(prison(scene, where))
        scene.prisoners[name]["prison"] = where
    return scene.prisoners[name]


def number(scene: Scene, name: str | None) -> str:
    """Return the prisoner number of `name`, of the first prisoner without a name."""
    if name:
        if name not in scene.prisoners:
            raise StepError(
                f"no prisoner is called {name!r} here; there are: "
                f"{', '.join(sorted(scene.prisoners)) or 'none'}"
            )
        found: str = scene.prisoners[name]["prisoner"]
        return found
    if not scene.prisoners:
        prisoner(scene)
    return next(iter(str(p["prisoner"]) for p in scene.prisoners.values()))


def staff(scene: Scene, role: str, **kinds: Any) -> str:
    """Return the username of who plays `role`, added when first needed."""
    if role not in scene.staff:
        scene.staff[role] = scene.world.add_staff(**kinds)
    who = scene.staff[role]
    username: str = who["usernames"][who.get("use", 0)]
    return username


def note(scene: Scene, name: str | None = None) -> Note:
    """Return the note called `name`, else the one written last."""
    if name:
        if name not in scene.notes:
            raise StepError(
                f"no note is called {name!r} here; there are: "
                f"{', '.join(sorted(n for n in scene.notes if n)) or 'none'}"
            )
        return scene.notes[name]
    if not scene.notes:
        raise StepError("there is no note yet; write one first")
    return scene.notes[next(reversed(scene.notes))]


def remember(scene: Scene, written: Note, name: str | None = None) -> Note:
    """Keep a note under its name (or an own number) as the one written last."""
    scene.notes[name or f"#{len(scene.notes) + 1}"] = written
    scene.changed()
    return written


def default_text(scene: Scene) -> str:
    """Return a text of its own for each note, so that copies can be told apart."""
    return f"Session {len(scene.notes) + 1} of this scenario."


def write(
    scene: Scene,
    side: str,
    *,
    about: str | None = None,
    kind: str | None = None,
    text: str | None = None,
    name: str | None = None,
    role: str | None = None,
    occurred: str | None = None,
    module: Any = NO_MODULE,
) -> Note | None:
    """Write a note on one side; None (and the answer kept) when it is refused."""
    text = default_text(scene) if text is None else text
    type_, _, sub_type = (kind or KIND).partition("/")
    who = number(scene, about)
    if side == NOMIS:
        author = staff(scene, role or "officer")
        body: dict[str, Any] = {"type": type_, "subType": sub_type, "text": text}
        if occurred:
            body["occurredAt"] = occurred
        if module is not NO_MODULE:
            body["auditModule"] = module
        answer = scene.world.act(
            "nomis-screens", "create_note", {"prisoner": who}, body=body, user=author
        )
        born, identifier = NOMIS, (answer["body"] or {}).get("caseNoteId")
    else:
        author = staff(scene, role or "DPS user")
        answer = scene.world.write_note_as_dps_user(
            who, author, text, type_, sub_type, occurred
        )
        legacy = answer.get("path") == "legacy"
        born = NOMIS if legacy else DPS
        identifier = (answer["body"] or {}).get("caseNoteId")
    if not accept(scene, answer):
        return None
    written = Note(born, str(identifier), who, text, type_, sub_type, author)
    return remember(scene, written, name)


def on_both_sides(scene: Scene, about: Note) -> None:
    """Fail the scenario unless a note that a `Given` promises is on both sides.

    Else what follows might hold for no better reason than that the note never came.
    Where a switch or a half is off, nobody promises it.
    """
    scene.settle()
    if scene.expectations.parked or scene.memory.get("stopped"):
        return
    for side in (NOMIS, DPS):
        if not copies(scene, about, side):
            raise ScenarioFailed(
                f"to begin with, the note {about.id} should be on both sides; it is "
                f"not in {side}",
                scene.judge(),
            )


def accept(scene: Scene, answer: dict[str, Any]) -> bool:
    """Keep the answer; tell whether the user's change was accepted."""
    scene.last = answer
    if 200 <= answer["status"] < 300:
        scene.changed()
        return True
    scene.refusals.append(answer)
    return False


def must(scene: Scene, answer: dict[str, Any], what: str) -> dict[str, Any]:
    """Return the answer's body; StepError when the change was not accepted."""
    if not accept(scene, answer):
        raise StepError(f"{what} was refused: {answer['status']} {answer['body']}")
    body: dict[str, Any] = answer["body"] or {}
    return body


def id_on(scene: Scene, about: Note, side: str) -> str:
    """Return the id of the note's (first) copy on a side."""
    if side == about.side:
        return about.id
    found = copies(scene, about, side)
    if not found:
        raise StepError(f"the note is not in {side}, so it cannot be changed there")
    return found[0].id


def newest_copy(scene: Scene, about: Note) -> str:
    """Return the id of the row that NOMIS made last of the note, in a merge."""
    first = id_on(scene, about, NOMIS)
    rows = scene.snapshot()["nomis"]["notes"]
    like = ("type", "sub_type", "created", "staff_id")
    known = next(row for row in rows if str(row["id"]) == first)
    alike = [row["id"] for row in rows if all(row[k] == known[k] for k in like)]
    return str(max(alike))


def dps_is_off(scene: Scene, who: str) -> bool:
    """Tell whether users at the prisoner's prison write by the legacy path."""
    return bool(scene.memory.get("dps-off")) and who in scene.scope


def amend(
    scene: Scene,
    side: str,
    about: Note,
    text: str | None = None,
    role: str | None = None,
    newest: bool = False,
    **more: Any,
) -> None:
    """Add an amendment on one side; in NOMIS to the `newest` copy, if so."""
    count = len(about.amendments) + 1
    text = f"Amendment {count} of {about.text[:20]}" if text is None else text
    if side == NOMIS:
        row = newest_copy(scene, about) if newest else id_on(scene, about, NOMIS)
        answer = scene.world.act(
            "nomis-screens",
            "amend_note",
            {"caseNoteId": row},
            body={"text": text, **more},
            user=staff(scene, role or "amending officer"),
        )
    elif dps_is_off(scene, about.prisoner):
        answer = scene.world.act(
            "prison-api",
            "amend_legacy_case_note",
            {
                "offenderNo": about.prisoner,
                "caseNoteId": id_on(scene, about, NOMIS),
            },
            body={"text": text},
            # The legacy service lets only the author amend.
            user=about.author,
        )
    else:
        answer = scene.world.act(
            "dps",
            "amend_case_note",
            {
                "personIdentifier": about.prisoner,
                "caseNoteIdentifier": id_on(scene, about, DPS),
            },
            body={"text": text},
            user=staff(scene, role or "amending DPS user"),
        )
    must(scene, answer, f"the amendment in {side}")
    about.amendments.append(text)


def edit_in_nomis(scene: Scene, about: Note, **fields: Any) -> None:
    """Correct a note at the NOMIS screen: text, occurredAt, type or subType."""
    answer = scene.world.act(
        "nomis-screens",
        "edit_note",
        {"caseNoteId": id_on(scene, about, NOMIS)},
        body=fields,
        user=staff(scene, "officer"),
    )
    must(scene, answer, "the edit in NOMIS")
    about.text = fields.get("text", about.text)


def shown_in_dps(scene: Scene, about: Note) -> dict[str, Any]:
    """Return the note as DPS holds it."""
    identifier = id_on(scene, about, DPS)
    rows: list[dict[str, Any]] = scene.snapshot()["dps"]["notes"]
    return next(row for row in rows if row["id"] == identifier)


def replace_in_dps(scene: Scene, about: Note, text: str, **fields: Any) -> None:
    """Replace a note's text as a DPS administrator; amendments stay as they are."""
    current = shown_in_dps(scene, about)
    kept = [{"id": a["id"], "text": a["text"]} for a in current["amendments"]]
    body = {
        "type": current["type"],
        "subType": current["sub_type"],
        "occurrenceDateTime": current["occurred"],
        "text": text,
        "reason": "Corrected at the author's request",
        "amendments": kept,
        **fields,
    }
    answer = scene.world.act(
        "dps",
        "replace_case_note",
        {"id": current["id"]},
        body=body,
        user=staff(scene, "administrator"),
    )
    must(scene, answer, "the replacement in DPS")
    about.text = text


def change_amendment(scene: Scene, about: Note, text: str | None) -> None:
    """Reword the note's last amendment as a DPS administrator; None takes it away."""
    current = shown_in_dps(scene, about)
    kept = [{"id": a["id"], "text": a["text"]} for a in current["amendments"]]
    if not kept:
        raise StepError("the note has no amendment in DPS that could be changed")
    last = kept.pop()
    if text is not None:
        kept.append({**last, "text": text})
    replace_in_dps(scene, about, current["text"], amendments=kept)
    about.amendments = [one for one in about.amendments if one != last["text"]]
    about.amendments += [] if text is None else [text]


def delete(scene: Scene, side: str, about: Note) -> None:
    """Delete a note on one side."""
    if side == NOMIS:
        answer = scene.world.act(
            "nomis-screens",
            "delete_note",
            {"caseNoteId": id_on(scene, about, NOMIS)},
            user=staff(scene, "officer"),
        )
    else:
        answer = scene.world.act(
            "dps",
            "delete_case_note_as_admin",
            {"id": id_on(scene, about, DPS)},
            body={"reason": "Entered for the wrong person"},
            user=staff(scene, "administrator"),
        )
    must(scene, answer, f"the deletion in {side}")
    about.deleted = True


def ago(scene: Scene, days: int) -> str:
    """Return the local time `days` before the scenario's calendar."""
    now = datetime.fromisoformat(scene.world.about()["calendar"])
    return (now - timedelta(days=days)).isoformat(timespec="seconds")
