"""Steps: notes from before the migration, and the migration itself."""

from __future__ import annotations

from typing import Any

from pytest_bdd import given, when

from features import users
from features.state import NOMIS
from harness.scene import Note, Scene, StepError

# The three layouts of amendment marks NOMIS has written (http-contracts 2.2).
ERAS = {
    "oldest": "...[{user} updated the case note on 05/02/2006 10:11:12] {text}",
    "middle": "...[{user} updated the case notes on 14-03-2012 08:30:00] {text}",
    "new": "...[{user} updated the case notes on 2021/07/01 16:45:10] {text}",
}
# The text of a note that is a single blank, which no table cell can hold.
BLANK = "(blank)"
COLUMNS = {"booking", "type", "text", "occurred", "created", "amendments", "called"}


@given("these case notes in NOMIS from before the migration:")
def seeded_notes(scene: Scene, datatable: list[list[str]]) -> None:
    """Put historic notes into NOMIS, as they were before any sync ran.

    Columns, all optional: booking (earlier or present), type, text, occurred,
    created, amendments ("oldest: ...; middle: ...; new: ..."), called.

    Example: Given these case notes in NOMIS from before the migration:
    """
    header, *rows = datatable
    unknown = set(header) - COLUMNS
    if unknown:
        raise StepError(
            f"unknown column {', '.join(sorted(unknown))}; the columns are "
            f"{', '.join(sorted(COLUMNS))}"
        )
    for row in rows:
        seed(scene, dict(zip(header, row, strict=True)))
    scene.world.keep_baseline(scene.scope)


def seed(scene: Scene, row: dict[str, str], **more: Any) -> Note:
    """Put one historic note into NOMIS; returns it as the scenario's last note."""
    users.number(scene, None)
    who = next(iter(scene.prisoners.values()))
    author = users.staff(scene, "officer")
    kind = row.get("type") or users.KIND
    type_, _, sub_type = kind.partition("/")
    text = row.get("text") or users.default_text(scene)
    text = " " if text == BLANK else text
    amendments = []
    raw = text
    for item in filter(None, (row.get("amendments") or "").split(";")):
        era, _, words = item.strip().partition(": ")
        if era not in ERAS:
            raise StepError(f"{era!r} is no era; they are {', '.join(ERAS)}")
        raw += " " + ERAS[era].format(user=author, text=words.strip())
        amendments.append(words.strip())
    identifier = scene.world.seed_note(
        {
            "prisoner": who["prisoner"],
            "earlier": row.get("booking") == "earlier",
            "type": type_,
            "sub_type": sub_type,
            "text": raw,
            "username": author,
            "occurred": row.get("occurred") or "2020-06-01T10:00:00",
            "created": row.get("created")
            or row.get("occurred")
            or "2020-06-01T10:05:00",
            **more,
        }
    )
    seeded = Note(
        NOMIS,
        str(identifier),
        who["prisoner"],
        text,
        type_,
        sub_type,
        author,
        amendments,
    )
    return users.remember(scene, seeded, row.get("called") or None)


@given("a note in NOMIS from before the migration without a time of creation")
def seeded_without_time(scene: Scene) -> None:
    """Put a historic note into NOMIS whose creation time column is empty.

    Example: Given a note in NOMIS from before the migration without a time of creation
    """
    seed(scene, {}, created="2009-05-06")
    scene.world.keep_baseline(scene.scope)


@given("a note that an old merge copied to the present booking")
def seeded_copy(scene: Scene) -> None:
    """Put a historic note and its merge copy on the present booking into NOMIS.

    Example: Given a note that an old merge copied to the present booking
    """
    row = {"text": "Copied by an old merge.", "occurred": "2018-04-05T09:10:00"}
    seed(scene, {**row, "booking": "earlier"})
    seed(scene, row, audit_module="MERGE")
    scene.world.keep_baseline(scene.scope)


@when("the migration runs")
def migrate(scene: Scene) -> None:
    """Run the sync's initial migration for the scenario's prisoners.

    Example: When the migration runs
    """
    able = scene.stack.traits("from-nomis").names()
    if "runs" not in able:
        raise StepError("no sync from NOMIS to DPS runs, so nothing can migrate")
    if "migrates" not in able:
        # The real builds lost their migration (events-and-config 8.1): where it only
        # prepares a scenario, the world loads the notes in their place.
        for prisoner in scene.scope:
            scene.world.migrate(prisoner)
        scene.world.keep_baseline(scene.scope)
        return
    answer = scene.stack.admin(
        "from-nomis", "POST", "/migrate/casenotes", {"offenderNos": scene.scope}
    )
    users.must(scene, answer, "the migration")
