"""Visible: each user's list shows each logical note once, at every read.

The lists: the NOMIS screen, the DPS list and search, the legacy path. A note is owed to
a list from the moment its copy on that side was accepted until it was deleted there.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from harness.oracle.blame import maker_of
from harness.oracle.changes import as_dict, prisoner_in
from harness.oracle.rules.result import Result, broken
from harness.oracle.who import DPS, NOMIS, SYSTEM_NAME

if TYPE_CHECKING:
    from harness.oracle.case import Case
    from harness.oracle.history import Call
    from harness.oracle.notes import Copy, LogicalNote

_LISTS = {
    "list_notes": (NOMIS, "the NOMIS screen"),
    "get_legacy_case_notes": (NOMIS, "the legacy list"),
    "list_case_notes": (DPS, "the DPS list"),
    "search_case_notes": (DPS, "the DPS list"),
}
_SERVICES = frozenset({"nomis-screens", "prison-api", "dps"})
_OK = 200


def visible(case: Case) -> Result:
    """No note is missing from a list, or twice in it."""
    result = Result()
    for call in case.history.calls:
        place = _LISTS.get(call.operation or "")
        if place is None or call.service not in _SERVICES or call.program is not None:
            continue
        prisoner = prisoner_in(call.path)
        if call.status != _OK or prisoner is None:
            continue
        if case.scope and prisoner not in case.scope:
            continue
        shown = [str(item.get("caseNoteId")) for item in _items(call.answer)]
        result.checked += 1
        _twice(case, call, place, shown, result)
        if _complete(call, len(shown)):
            _missing(case, call, place, prisoner, shown, result)
    return result


def _items(answer: Any) -> list[dict[str, Any]]:
    if isinstance(answer, list):
        return [as_dict(one) for one in answer]
    body = as_dict(answer)
    found = body.get("caseNotes") or body.get("content") or []
    return [as_dict(one) for one in found]


def _complete(call: Call, number: int) -> bool:
    """Say whether the read asked for every note: no filter, and not a full page."""
    if call.service != DPS:
        return call.operation == "list_notes"
    body = as_dict(call.body)
    filters = ("typeSubTypes", "occurredFrom", "occurredTo")
    if any(body.get(name) for name in filters) or body.get("page", 1) != 1:
        return False
    if call.operation == "search_case_notes":
        size: int = body.get("size", 0)
        return bool(body.get("includeSensitive")) and number < size
    return not call.query and number < 10  # noqa: PLR2004 - the default page


def _twice(
    case: Case,
    call: Call,
    place: tuple[str, str],
    shown: list[str],
    result: Result,
) -> None:
    for note_id, number in Counter(shown).items():
        copy = _copy(case, note_id)
        if number > 1 and copy is not None and copy.note is not None:
            _add(
                result, place[0], copy.note, call, f"{place[1]} shows it {number} times"
            )
    notes: dict[int, list[Copy]] = {}
    for note_id in dict.fromkeys(shown):
        copy = _copy(case, note_id)
        if copy is not None and copy.note is not None and not copy.merged:
            notes.setdefault(id(copy.note), []).append(copy)
    for copies in notes.values():
        note = copies[0].note
        if len(copies) > 1 and note is not None:
            names = " and ".join(copy.id for copy in copies)
            made = [c for c in copies if c.birth is not None]
            sides = {copy.side for copy in copies}
            owner = DPS if len(sides) > 1 else maker_of((made or copies)[-1])
            _add(result, owner, note, call, f"{place[1]} shows it as {names}")


def _copy(case: Case, note_id: str) -> Copy | None:
    return case.copies.get((NOMIS, note_id)) or case.copies.get((DPS, note_id))


def _missing(
    case: Case,
    call: Call,
    place: tuple[str, str],
    prisoner: str,
    shown: list[str],
    result: Result,
) -> None:
    there = set(shown)
    if case.transfers:
        return  # whose list owed the note at that moment, no journal entry says
    for note in case.notes:
        if note.prisoner != prisoner:
            continue
        for copy in note.copies[place[0]]:
            if copy.row is None or copy.id in there:
                continue
            born = copy.birth.done if copy.birth is not None else note.seq
            own = copy.birth is None and note.side == place[0]
            if (own or copy.birth is not None) and 0 <= born < call.seq:
                where = f"{place[1]} does not show {SYSTEM_NAME[place[0]]} {copy.id}"
                _add(result, place[0], note, call, where)


def _add(result: Result, owner: str, note: LogicalNote, call: Call, words: str) -> None:
    result.add(
        broken(
            "visible",
            owner,
            note,
            words,
            f"{call.operation}: {'missing' if 'does not' in words else 'doubled'}",
            seqs=[call.seq, call.answered],
        )
    )
