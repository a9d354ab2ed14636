"""Steps: case notes by table, as users write them or as they were before any sync."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pytest_bdd import given, parsers, then

from features import rules, users
from features.state import DPS, NOMIS, View, views
from features.steps.outcomes import agree, require
from features.steps.writing import must
from harness.checks import checked
from harness.scene import Note, Scene, StepError

if TYPE_CHECKING:
    from harness.checks import Names

Table = Sequence[Sequence[str]]
Row = dict[str, str]

# The three layouts of amendment marks NOMIS has written (http-contracts 2.2).
ERAS = {
    "oldest": "...[{user} updated the case note on 05/02/2006 10:11:12] {text}",
    "middle": "...[{user} updated the case notes on 14-03-2012 08:30:00] {text}",
    "new": "...[{user} updated the case notes on 2021/07/01 16:45:10] {text}",
}
# The text of a note that is a single blank, which no table cell can hold.
BLANK = "(blank)"
COLUMNS = ("called", "about", "type", "text", "occurred", "amendments", "author")
BEFORE = ("booking", "created")
BOOKINGS = ("earlier", "present")
SHOWN = ("called", "type", "text", "occurred", "amendments")
_AGO = re.compile(r"(\d+) days? ago")


def rows(table: Table, columns: Sequence[str]) -> Iterator[Row]:
    """Yield a table's rows by column; StepError for a column that is none."""
    header, *lines = [[str(cell).strip() for cell in line] for line in table]
    unknown = [name for name in header if name not in columns]
    if unknown:
        hint = ""
        if set(unknown) <= set(BEFORE):
            hint = '; those are for notes "from before the migration"'
        raise StepError(
            f"unknown column {', '.join(map(repr, unknown))}; the columns are "
            f"{', '.join(columns)}{hint}"
        )
    if not lines:
        raise StepError("the table has a heading and no row")
    for line in lines:
        yield {name: cell for name, cell in zip(header, line, strict=True) if cell}


def _check(table: Table, names: Names, columns: Sequence[str]) -> None:
    """Look at every value of a table; see `harness.checks`."""
    for row in rows(table, columns):
        if "type" in row:
            rules.kind(row["type"])
        if "about" in row:
            rules.prisoner_named(row["about"], names)
        for column in ("occurred", "created"):
            if (value := row.get(column)) and not _AGO.fullmatch(value):
                _moment(column, value)
        if row.get("booking", BOOKINGS[0]) not in BOOKINGS:
            raise StepError(
                f"booking {row['booking']!r} is neither {' nor '.join(BOOKINGS)}"
            )
        if columns != COLUMNS:
            _marked("", row, "NAME")
        if "called" in row:
            names.notes.add(row["called"])


def _given(arguments: dict[str, Any], names: Names) -> None:
    before = arguments["before"]
    if before and arguments["side"] == DPS:
        raise StepError(
            "before the migration all notes were in NOMIS; leave the words out, or "
            "say NOMIS"
        )
    columns = COLUMNS + BEFORE if before else COLUMNS
    _check(arguments["datatable"], names, columns)


def _then(table: Any, names: Names) -> None:
    for row in rows(table, SHOWN):
        if "called" in row:
            rules.note_named(row["called"], names)
        if "type" in row:
            rules.kind(row["type"])
        if value := row.get("occurred"):
            _moment("occurred", value)


def _moment(column: str, value: str) -> str:
    """Read a time as tables write it, as ISO local time; StepError if it is none."""
    try:
        return datetime.fromisoformat(value).isoformat(timespec="seconds")
    except ValueError as error:
        raise StepError(
            f"{column} {value!r} is no time; write it as in: 2026-03-02T14:30"
        ) from error


@given(
    parsers.re(
        r"these case notes in (?P<side>NOMIS|DPS)"
        r"(?P<before> from before the migration)?:"
    )
)
@checked(arguments=_given)
def case_notes(
    scene: Scene, side: str, datatable: Table, before: str | None = None
) -> None:
    """Let notes exist, one a row; what a row leaves empty is filled in.

    Columns, all optional: called and about (names of the note and of its prisoner),
    type, text ("(blank)" is a single blank), occurred (2026-03-02T14:30, or "7 days
    ago"), amendments (separated by ";"), author (a name for one member of staff).
    Notes from before the migration were in NOMIS before any sync ran; for them also
    booking (earlier or present), created ("2009-05-06" has no time of day), and
    amendments are marked as in their day ("oldest: ...; middle: ...; new: ...").

    Example: Given these case notes in NOMIS:
      | called | type    | text                | amendments        |
      | first  | KA/KS   | He is settling in.  | Visit booked.     |
      | second | GEN/HIS | Back from hospital. |                   |
    """
    if before:
        for row in rows(datatable, COLUMNS + BEFORE):
            seed(scene, row)
        scene.world.keep_baseline(scene.scope)
        return
    for row in rows(datatable, COLUMNS):
        _write(scene, side, row)


def _write(scene: Scene, side: str, row: Row) -> None:
    """Let a user write the note of a row, and amend it as the row says."""
    if not scene.prisoners:
        users.prisoner(scene)
    occurred = row.get("occurred")
    if occurred:
        found = _AGO.fullmatch(occurred)
        occurred = (
            users.ago(scene, int(found[1])) if found else _moment("occurred", occurred)
        )
    written = users.write(
        scene,
        side,
        about=row.get("about"),
        kind=row.get("type"),
        text=" " if row.get("text") == BLANK else row.get("text"),
        name=row.get("called"),
        role=row.get("author"),
        occurred=occurred,
    )
    about = must(written, scene, side)
    for words in _amendments(row):
        users.amend(scene, side, about, words, role=row.get("author"))
    users.on_both_sides(scene, about)


def _amendments(row: Row) -> list[str]:
    return [
        words.strip() for words in row.get("amendments", "").split(";") if words.strip()
    ]


def _marked(text: str, row: Row, user: str) -> tuple[str, list[str]]:
    """Return the text as NOMIS kept it, with its marks, and the amendments' texts."""
    words = []
    for item in _amendments(row):
        era, colon, said = item.partition(": ")
        if era not in ERAS or not colon:
            raise StepError(
                f"amendment {item!r} begins with no era; write one of "
                f"{', '.join(ERAS)} before it, as in: oldest: Seen again."
            )
        text += " " + ERAS[era].format(user=user, text=said.strip())
        words.append(said.strip())
    return text, words


def seed(scene: Scene, row: Row, **more: Any) -> Note:
    """Put one historic note into NOMIS; returns it as the scenario's last note."""
    who = users.number(scene, row.get("about"))
    author = users.staff(scene, row.get("author") or "officer")
    type_, _, sub_type = (row.get("type") or users.KIND).partition("/")
    text = row.get("text") or users.default_text(scene)
    text = " " if text == BLANK else text
    raw, amendments = _marked(text, row, author)
    occurred = row.get("occurred")
    if occurred and (found := _AGO.fullmatch(occurred)):
        occurred = users.ago(scene, int(found[1]))
    identifier = scene.world.seed_note(
        {
            "prisoner": who,
            "earlier": row.get("booking") == "earlier",
            "type": type_,
            "sub_type": sub_type,
            "text": raw,
            "username": author,
            "occurred": occurred or "2020-06-01T10:00:00",
            "created": row.get("created") or occurred or "2020-06-01T10:05:00",
            **more,
        }
    )
    seeded = Note(
        NOMIS, str(identifier), who, text, type_, sub_type, author, amendments
    )
    return users.remember(scene, seeded, row.get("called"))


@then(parsers.re(r'both sides hold these case notes(?: of "(?P<name>[^"]+)")?:'))
@checked(name=rules.prisoner_named, datatable=_then)
def hold_notes(scene: Scene, datatable: Table, name: str | None = None) -> None:
    """Both sides hold these notes of the prisoner, one a row, and no other.

    Only the columns given are compared: called, type, text, occurred, and amendments
    (their texts in order, separated by ";").

    Example: Then both sides hold these case notes:
      | type    | text                | amendments    |
      | KA/KS   | He is settling in.  | Visit booked. |
      | GEN/HIS | Back from hospital. |               |
    """
    agree(scene)
    who = users.number(scene, name)
    header = {str(cell).strip() for cell in datatable[0]}
    for side in (NOMIS, DPS):
        left = [view for view in views(scene, side) if view.prisoner == who]
        for row in rows(datatable, SHOWN):
            wanted = _wanted(scene, row, header)
            found = next((v for v in left if wanted.items() <= _shown(v).items()), None)
            if found is None:
                listed = [
                    {name: _shown(view)[name] for name in wanted} for view in left
                ]
                require(False, f"{side} holds no note {wanted}; it holds {listed}")
            else:
                left.remove(found)
        extra = [view.text for view in left]
        require(not extra, f"{side} holds more notes of {who}: {extra}")


def _wanted(scene: Scene, row: Row, header: set[str]) -> dict[str, Any]:
    wanted: dict[str, Any] = {}
    if "called" in row:
        wanted["text"] = users.note(scene, row["called"]).text
    if "text" in row:
        wanted["text"] = " " if row["text"] == BLANK else row["text"]
    if "type" in row:
        wanted["type"] = row["type"]
    if "occurred" in row:
        wanted["occurred"] = _moment("occurred", row["occurred"])
    if "amendments" in header:
        wanted["amendments"] = tuple(_amendments(row))
    return wanted


def _shown(view: View) -> dict[str, Any]:
    return {
        "text": view.text,
        "type": view.kind,
        "occurred": view.occurred,
        "amendments": tuple(words for _, words in view.amendments),
    }
