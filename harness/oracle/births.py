"""Which logical notes there are: every way in which a note can be born.

By a user's create; seeded before the scenario; inside NOMIS (alert trigger, transfer,
release, merge copy) or inside DPS (alert handler), where no request shows it and only
an event and the row do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.oracle.codec import Part, normal, seconds, split
from harness.oracle.notes import ALERT, AUTO, SEED, USER, Copy, LogicalNote
from harness.oracle.who import DPS, NOMIS

if TYPE_CHECKING:
    from harness.oracle.changes import Change
    from harness.oracle.evidence import Evidence
    from harness.oracle.history import Event, History

INSERTED = "OFFENDER_CASE_NOTES-INSERTED"
CREATED = "person.case-note.created"
Copies = dict[tuple[str, str], Copy]


def rows_of(
    snapshots: dict[str, Any], side: str, prisoners: frozenset[str]
) -> dict[str, dict[str, Any]]:
    """Return the snapshot's note rows of a side by id, those of `prisoners` only."""
    rows = (snapshots.get(side) or {}).get("notes") or []
    if not prisoners:
        return {str(row["id"]): row for row in rows}
    return {str(row["id"]): row for row in rows if row["prisoner"] in prisoners}


def user_births(changes: list[Change], copies: Copies) -> list[LogicalNote]:
    """Return a logical note for each accepted create, tied to the id it returned."""
    notes = []
    for change in changes:
        if change.action != "create":
            continue
        note = LogicalNote(USER, change.side, change.note, change.done)
        note.born = change
        note.prisoner = change.prisoner
        note.author = change.author
        note.type = change.type or ""
        note.sub_type = change.sub_type or ""
        note.occurred = change.occurred or change.created or ""
        note.created = change.created or ""
        _take_times(note, change, copies)
        note.text = change.text or ""
        note.parts = [part for _, part in change.parts or []]
        note.details = change.details
        adopt(note, copies, change.side, change.note)
        notes.append(note)
    return notes


def _take_times(note: LogicalNote, change: Change, copies: Copies) -> None:
    """Take the second that a NOMIS screen does not tell from the row it wrote."""
    copy = copies.get((change.side, change.note))
    if copy is None or copy.row is None or "creationDateTime" in change.details:
        return
    stamp = seconds(copy.row["created"])
    if change.side == NOMIS and change.since <= stamp <= change.until:
        note.created = stamp
        note.occurred = change.occurred or stamp


def seed_births(
    evidence: Evidence, prisoners: frozenset[str], copies: Copies
) -> list[LogicalNote]:
    """Return the notes that stood before the scenario, from the baseline.

    Pairs are those of the baseline's mapping, which the harness itself wrote; a note
    without one is a logical note of its own, still to be migrated.
    """
    if evidence.baseline is None:
        return []
    snapshots = evidence.baseline["snapshots"]
    nomis = rows_of(snapshots, NOMIS, prisoners)
    dps = rows_of(snapshots, DPS, prisoners)
    mapping = (snapshots.get("mapping") or {}).get("notes") or []
    partners: dict[str, list[str]] = {}
    for row in mapping:
        nomis_id = str(row["nomis_id"])
        if nomis_id in nomis and row["dps_id"] in dps:
            partners.setdefault(row["dps_id"], []).append(nomis_id)
    notes = []
    paired: set[str] = set()
    for dps_id, row in dps.items():
        note = seeded(DPS, dps_id, row)
        note.details = dict(row)
        for nomis_id in partners.get(dps_id, []):
            # NOMIS held it first, and holds what its users wrote.
            note.side = NOMIS if int(row.get("legacy_id") or -1) > 0 else DPS
            copy = adopt(note, copies, NOMIS, nomis_id)
            copy.merged = len(note.copies[NOMIS]) > 1
            paired.add(nomis_id)
        if note.side == NOMIS:
            note.id = note.copies[NOMIS][0].id
        adopt(note, copies, DPS, dps_id)
        notes.append(note)
    unpaired = {key: row for key, row in nomis.items() if key not in paired}
    return notes + _to_migrate(unpaired, copies)


def _to_migrate(rows: dict[str, dict[str, Any]], copies: Copies) -> list[LogicalNote]:
    """Return notes still to be migrated; equal rows are one note, copied by NOMIS.

    Merges and new bookings left such copies, and the migration makes one DPS note of
    them (events-and-config 8.1).
    """
    notes: dict[tuple[Any, ...], LogicalNote] = {}
    fields = ("prisoner", "created", "text", "occurred", "type", "sub_type", "staff_id")
    for nomis_id, row in rows.items():
        key = tuple(row.get(field) for field in fields)
        note = notes.get(key)
        if note is None:
            note = notes[key] = seeded(NOMIS, nomis_id, row)
        copy = adopt(note, copies, NOMIS, nomis_id)
        copy.merged = len(note.copies[NOMIS]) > 1
    return list(notes.values())


def seeded(side: str, note_id: str, row: dict[str, Any]) -> LogicalNote:
    """Return a logical note with the contents of a snapshot row."""
    note = LogicalNote(SEED, side, note_id, -1)
    read_row(note, side, row)
    return note


def read_row(note: LogicalNote, side: str, row: dict[str, Any]) -> None:
    """Take the contents of a row for the note's own."""
    note.prisoner = row["prisoner"]
    note.type, note.sub_type = row["type"], row["sub_type"]
    note.occurred, note.created = seconds(row["occurred"]), seconds(row["created"])
    if side == DPS:
        note.author = row["author"]
        note.text = normal(row["text"])
        note.parts = dps_parts(row)
        return
    note.author = (row.get("usernames") or [""])[0]
    note.text, note.parts = split(normal(row["text"]), tolerant=True)


def dps_parts(row: dict[str, Any]) -> list[Part]:
    """Return a DPS row's amendments as text parts."""
    return [
        Part(one["author"], seconds(one["created"]), normal(one["text"]))
        for one in row.get("amendments") or ()
    ]


def inside_births(
    history: History,
    rows: dict[str, dict[str, dict[str, Any]]],
    copies: Copies,
    made: set[tuple[str, str]],
    audit: dict[str, dict[str, Any]],
) -> list[LogicalNote]:
    """Return the notes that a system bore by itself.

    `made` are the ids that a request or the baseline explains; `rows` the final rows
    by side, `audit` DPS' last record of notes that are gone, by id. What is left came
    from a trigger or a listener.
    """
    notes = []
    seen: set[tuple[str, str]] = set()
    for event in history.events:
        key = _born_key(event)
        if key is None or key in made or key in seen:
            continue
        seen.add(key)
        row = rows[key[0]].get(key[1]) or (audit.get(key[1]) if key[0] == DPS else None)
        notes.append(_born_inside(key, event.seq, row, copies))
        notes[-1].details = {"event": event}
        if _event_type(event) == "ALERT":
            notes[-1].kind = ALERT
        # The row may have been merged or moved since.
        notes[-1].prisoner = event_prisoner(event) or notes[-1].prisoner
    for side, mine in rows.items():
        for note_id, row in mine.items():
            key = (side, note_id)
            if key not in made and key not in seen:
                notes.append(_born_inside(key, -1, row, copies))
    return notes


def _born_key(event: Event) -> tuple[str, str] | None:
    if event.type == INSERTED:
        return NOMIS, str(event.body.get("caseNoteId"))
    if event.type == CREATED:
        info = event.body.get("additionalInformation") or {}
        return DPS, str(info.get("id"))
    return None


def _event_type(event: Event) -> str:
    info = event.body.get("additionalInformation") or event.body
    return str(info.get("type") or info.get("caseNoteType") or "")


def event_sub_type(event: Event) -> str:
    """Return the sub type of the note that an event is about."""
    info = event.body.get("additionalInformation") or event.body
    return str(info.get("subType") or info.get("caseNoteSubType") or "")


def _born_inside(
    key: tuple[str, str], seq: int, row: dict[str, Any] | None, copies: Copies
) -> LogicalNote:
    side, note_id = key
    note = LogicalNote(AUTO, side, note_id, seq)
    if row is not None:
        read_row(note, side, row)
        if note.type == "ALERT":
            note.kind = ALERT
    adopt(note, copies, side, note_id)
    return note


def event_prisoner(event: Event) -> str | None:
    """Return the prisoner number an event names."""
    if number := event.body.get("offenderIdDisplay"):
        return str(number)
    reference = event.body.get("personReference") or {}
    for identifier in reference.get("identifiers") or []:
        if identifier.get("type") == "NOMS":
            return str(identifier.get("value"))
    return None


def adopt(note: LogicalNote, copies: Copies, side: str, note_id: str) -> Copy:
    """Tie the copy with that id to the note, making it if none was seen."""
    copy = copies.get((side, note_id))
    if copy is None:
        copy = copies[side, note_id] = Copy(side, note_id, None)
    copy.note = note
    note.copies[side].append(copy)
    return copy
