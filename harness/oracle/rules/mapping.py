"""Mapping sound: every synced pair mapped once, both ends alive, numbers current.

A mapping's **type** says where its note was born: `DPS_CREATED`, `NOMIS_CREATED`, or
`MIGRATED` where the migration brought it (http-contracts 7.3, 7.4; events-and-config
8.1). The builds read it: a row without an audit module is an echo only if its mapping
says `DPS_CREATED`. Copies that a NOMIS merge made are not held to one.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from harness.oracle.blame import absent
from harness.oracle.changes import as_dict
from harness.oracle.notes import NOBODY, Copy, LogicalNote
from harness.oracle.rules.result import Result, broken
from harness.oracle.ties import interchangeable
from harness.oracle.who import DPS, FROM_NOMIS, NOMIS, SYSTEM_NAME, TO_NOMIS

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.history import Call, History

    Pair = tuple[str, str]

_MERGED = "prison-offender-events.prisoner.merged"
_MAKER = {"DPS_CREATED": TO_NOMIS, "NOMIS_CREATED": FROM_NOMIS, "MIGRATED": FROM_NOMIS}


def mapping_sound(case: Case) -> Result:
    """Each NOMIS row of a synced note has one mapping row, and it is right."""
    rows = (case.evidence.snapshots.get("mapping") or {}).get("notes") or []
    result = Result(checked=len(rows))
    by_nomis: dict[str, list[dict[str, Any]]] = defaultdict(list)
    makers = _makers(case.history)
    for row in rows:
        by_nomis[str(row["nomis_id"])].append(row)
        made = makers.get((str(row["nomis_id"]), row["dps_id"]))
        _row(case, row, made, result)
    removers = _removers(case.history)
    for note in case.notes:
        _pairs(note, by_nomis, removers, result)
    return result


def _makers(history: History) -> dict[Pair, Call]:
    """Return what made the mapping of a NOMIS id and a DPS id, if a program did."""
    found: dict[Pair, Call] = {}
    for call in history.calls:
        if call.service != "mapping" or call.method != "POST" or not call.accepted:
            continue
        bodies = call.body if isinstance(call.body, list) else [call.body]
        for body in map(as_dict, bodies):
            if call.program is not None and "nomisCaseNoteId" in body:
                pair = str(body["nomisCaseNoteId"]), str(body.get("dpsCaseNoteId"))
                found[pair] = call
    return found


def _removers(history: History) -> dict[str, str]:
    """Return which program last unmapped a NOMIS id or a DPS id, if one did."""
    return {
        call.path.rpartition("/")[2]: call.program
        for call in history.calls
        if call.service == "mapping"
        and call.method == "DELETE"
        and call.accepted
        and call.program is not None
    }


def _row(case: Case, row: dict[str, Any], made: Call | None, result: Result) -> None:
    made_by = made.program if made is not None else None
    nomis = case.copies.get((NOMIS, str(row["nomis_id"])))
    dps = case.copies.get((DPS, row["dps_id"]))
    if nomis is None or dps is None or nomis.row is None or dps.row is None:
        _dead_end(case, row, (dps, nomis), result)
        return
    note = dps.note
    maker = made_by or _MAKER.get(row.get("mapping_type", ""), "mapping")
    if note is None or nomis.note is None:
        return  # born outside the scope: not this verdict's matter
    if note is not nomis.note and not interchangeable(dps, nomis):
        words = f"NOMIS {nomis.id} and DPS {dps.id} are no copies of one note"
        _add(result, maker, note, row, words, "wrong pair")
        return
    wanted = case.expected[id(note)].prisoner
    former = {note.prisoner, *(one.details.get("from") for one in case.transfers)}
    parked = row["prisoner"] in former and case.may_be_parked(FROM_NOMIS, _MERGED)
    if row["prisoner"] != wanted and not parked:
        words = f"it stands under {row['prisoner']}, the note under {wanted}"
        # A number that was another's when it was saved is not the merge's to renew.
        late = made is not None and any(
            one.details.get("from") == row["prisoner"] and one.done < made.answered
            for one in case.transfers
        )
        _add(result, maker if late else FROM_NOMIS, note, row, words, "prisoner")
    if row.get("booking") != nomis.row["booking"]:
        words = f"booking {row.get('booking')} is not the note's {nomis.row['booking']}"
        _add(result, maker, note, row, words, "booking")
    if made_by is not None and not nomis.merged:
        _type(note, row, made_by, result)


def _type(note: LogicalNote, row: dict[str, Any], made_by: str, result: Result) -> None:
    kind, permitted = row.get("mapping_type"), _types(note, made_by)
    if kind is not None and kind not in permitted:
        wanted = " or ".join(sorted(permitted))
        why = f"the note was born in {SYSTEM_NAME[note.side]}"
        if "MIGRATED" in permitted:
            why = "the migration brought the note"
        words = f"its type is {kind} and should be {wanted}: {why}"
        _add(result, made_by, note, row, words, "type")


def _types(note: LogicalNote, made_by: str) -> set[str]:
    """Return the types that the mapping of a note may have.

    A half that finds a migrated note unmapped cannot know how it came.
    """
    if note.side == DPS:
        return {"DPS_CREATED"}
    creates = [
        write.bulk
        for copy in note.everywhere
        for write in copy.writes
        if write.side == DPS and write.kind == "create" and write.call.accepted
    ]
    permitted = {"MIGRATED"} if any(creates) or not creates else set()
    if not all(creates) or not creates or made_by == TO_NOMIS:
        permitted.add("NOMIS_CREATED")
    return permitted


def _dead_end(
    case: Case,
    row: dict[str, Any],
    ends: tuple[Copy | None, Copy | None],
    result: Result,
) -> None:
    names = (f"DPS note {row['dps_id']}", f"NOMIS note {row['nomis_id']}")
    gone = [
        name
        for name, end in zip(names, ends, strict=True)
        if end is None or end.row is None
    ]
    note = next((end.note for end in ends if end is not None and end.note), None)
    owner = _MAKER.get(row.get("mapping_type", ""), "mapping")
    if note is None:
        note = LogicalNote(NOBODY, DPS, str(row["dps_id"]), -1)
        note.prisoner = row["prisoner"]
    elif (change := case.expected[id(note)].deleted) is not None:
        owner = TO_NOMIS if change.side == DPS else FROM_NOMIS
        if absent(case, note, change).parked:
            return
    else:
        # Nobody wished it gone: whoever took it away broke the mapping, too.
        owner = _deleter(ends) or owner
    _add(result, owner, note, row, f"it names {' and '.join(gone)}, gone", "dead")


def _deleter(ends: tuple[Copy | None, Copy | None]) -> str | None:
    deletes = [
        write
        for end in ends
        if end is not None and end.row is None
        for write in end.writes
        if write.kind == "delete" and write.call.accepted
    ]
    return deletes[-1].program if deletes else None


def _pairs(
    note: LogicalNote,
    by_nomis: dict[str, list[dict[str, Any]]],
    removers: dict[str, str],
    result: Result,
) -> None:
    if note.kind == NOBODY or not any(c.row is not None for c in note.copies[DPS]):
        return
    alive = [c for c in note.copies[NOMIS] if c.row is not None]
    doubles = [c for c in note.surplus if c.side == NOMIS and c.row is not None]
    base = [copy for copy in alive if not copy.merged]
    # Of doubles one must be mapped; which, is not the mapping's fault.
    if base and not any(by_nomis.get(copy.id) for copy in (*base, *doubles)):
        maker = FROM_NOMIS if note.side == NOMIS else TO_NOMIS
        removed = removers.get(base[0].id) or removers.get(note.copies[DPS][0].id)
        _unmapped(note, base[0], removed or maker, result)
    for copy in alive:
        result.checked += 1
        if len(by_nomis.get(copy.id, ())) > 1:
            row = by_nomis[copy.id][0]
            _add(result, "mapping", note, row, "the row stands twice", "twice")
        if copy.merged and not by_nomis.get(copy.id):
            _unmapped(note, copy, removers.get(copy.id, FROM_NOMIS), result)


def _unmapped(note: LogicalNote, copy: Copy, owner: str, result: Result) -> None:
    result.add(
        broken(
            "mapping-sound",
            owner,
            note,
            f"NOMIS note {copy.id}, a copy of DPS {note.copies[DPS][0].id}, "
            "is not mapped",
            "unmapped",
            seqs=[write.seq for write in copy.writes],
            copy=copy.id,
            merged=copy.merged,
            parts=not copy.merged,
        )
    )


def _add(
    result: Result,
    owner: str,
    note: LogicalNote,
    row: dict[str, Any],
    words: str,
    detail: str,
) -> None:
    result.add(
        broken(
            "mapping-sound",
            owner,
            note,
            f"mapping of NOMIS {row['nomis_id']}: {words}",
            detail,
            row=dict(row),
            parts=detail == "wrong pair",
        )
    )
