"""What both sides hold, read for the `Then` lines: one shape for both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.oracle.codec import normal, split
from harness.oracle.evidence import Violation
from harness.oracle.severity import severity

if TYPE_CHECKING:
    from harness.scene import Note, Scene

NOMIS, DPS = "NOMIS", "DPS"

# The sync's writing calls, as the journal names them.
WRITES = {
    NOMIS: {"create_case_note", "update_case_note"},
    DPS: {"put_sync_case_note"},
}
DELETES = {NOMIS: {"delete_case_note"}, DPS: {"delete_sync_case_note"}}
HALVES = ("to-nomis", "from-nomis")


@dataclass(frozen=True)
class View:
    """One copy as its side shows it; times are ISO local, amendments (author, text)."""

    side: str
    id: str
    prisoner: str
    kind: str
    text: str
    amendments: tuple[tuple[str, str], ...]
    authors: tuple[str, ...]
    occurred: str
    created: str
    raw: str
    system_generated: bool
    legacy_id: int


def views(scene: Scene, side: str, state: dict[str, Any] | None = None) -> list[View]:
    """Return all copies of the scenario's prisoners on one side, in id order."""
    state = state or scene.snapshot()
    rows = state[side.lower()]["notes"]
    return [_nomis(row) if side == NOMIS else _dps(row) for row in rows]


def _nomis(row: dict[str, Any]) -> View:
    text, parts = split(row["text"], tolerant=True)
    return View(
        side=NOMIS,
        id=str(row["id"]),
        prisoner=row["prisoner"],
        kind=f"{row['type']}/{row['sub_type']}",
        text=text,
        amendments=tuple((part.author, part.text) for part in parts),
        authors=tuple(row["usernames"]),
        occurred=row["occurred"][:19],
        created=row["created"][:19],
        raw=row["text"],
        system_generated=row["source"] == "AUTO",
        legacy_id=row["id"],
    )


def _dps(row: dict[str, Any]) -> View:
    return View(
        side=DPS,
        id=row["id"],
        prisoner=row["prisoner"],
        kind=f"{row['type']}/{row['sub_type']}",
        text=row["text"],
        amendments=tuple((a["author"], a["text"]) for a in row["amendments"]),
        authors=(row["author"],),
        occurred=row["occurred"][:19],
        created=row["created"][:19],
        raw=row["text"],
        system_generated=row["system_generated"],
        legacy_id=row["legacy_id"],
    )


def copies(scene: Scene, note: Note, side: str) -> list[View]:
    """Return the copies of one note on one side.

    Tied by the id that the user's write returned, then by the mapping, and where
    there is none by text and kind. (The oracle ties copies without the mapping.)
    """
    state = scene.snapshot()
    shown = views(scene, side, state)
    ids = {note.id} if side == note.side else _mapped(state, note)
    ids |= _siblings(state, ids) if side == NOMIS else set()
    found = [view for view in shown if view.id in ids]
    if found or side == note.side:
        return found
    return [view for view in shown if _alike(view, note)]


def _mapped(state: dict[str, Any], note: Note) -> set[str]:
    pairs = [(m["dps_id"], str(m["nomis_id"])) for m in state["mapping"]["notes"]]
    if note.side == DPS:
        return {nomis for dps, nomis in pairs if dps == note.id}
    return {dps for dps, nomis in pairs if nomis == note.id}


def _siblings(state: dict[str, Any], ids: set[str]) -> set[str]:
    pairs = [(m["dps_id"], str(m["nomis_id"])) for m in state["mapping"]["notes"]]
    owners = {dps for dps, nomis in pairs if nomis in ids}
    return {nomis for dps, nomis in pairs if dps in owners}


def _alike(view: View, note: Note) -> bool:
    return view.kind == f"{note.type}/{note.sub_type}" and (
        normal(view.text) == normal(note.text)
    )


def sync_calls(
    scene: Scene, side: str, operations: set[str], since: int
) -> list[dict[str, Any]]:
    """Return the sync's calls of these operations about the scenario's prisoners."""
    entries = scene.world.journal(since=since, scope=scene.scope, kinds=["request"])
    return [
        entry
        for entry in entries
        if entry["service"] == side.lower()
        and entry["operation"] in operations
        and str(entry["client"]).startswith(HALVES)
    ]


def callers(calls: list[dict[str, Any]]) -> str:
    """Return which half made each call and about which note, for a message."""
    return "".join(
        f"; {next(h for h in HALVES if call['client'].startswith(h))} called about "
        f"{' and '.join(call['subjects'])}"
        for call in calls
    )


def looping(
    scope: list[str], excess: list[dict[str, Any]], message: str
) -> dict[str, Any]:
    """Return the calls that were too many as a broken loop rule.

    `scope` holds the scenario's prisoner numbers: the other subjects are notes.

    The oracle lets pass what set nothing going, a delete of what is gone say; a
    scenario that counts does not.
    """
    last = excess[-1]
    owner = next(half for half in HALVES if last["client"].startswith(half))
    return Violation(
        rule="loop",
        severity=severity("loop"),
        owner=owner,
        note=next((one for one in last["subjects"] if one not in scope), ""),
        prisoner=next((one for one in last["subjects"] if one in scope), ""),
        message=message,
        evidence={"seqs": [call["seq"] for call in excess]},
        key=f"loop:{owner}:counted {last['operation']}",
    ).as_dict()
