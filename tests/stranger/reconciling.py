"""The reconciliation of one prisoner in to-nomis (events-and-config 8.2)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.stranger import reading

if TYPE_CHECKING:
    from tests.stranger.calling import Calls

_LIMIT = 4000
_KEPT = 3975
_SUFFIX = "... see DPS for full text"
_ANCIENT = 1960


def reconcile(calls: Calls, number: str) -> dict[str, Any] | None:
    """Return the mismatches of a prisoner, None when both sides are equal."""
    listed = calls.patient_get("mapping", f"/mapping/casenotes/{number}/all")
    mappings = [reading.need(row, reading.MAPPING) for row in listed["mappings"]]
    found = calls.patient_get("casenotes", f"/sync/case-notes/{number}")
    dps = {note["caseNoteId"]: reading.dps_note(note) for note in found}
    found = calls.patient_get("nomis", f"/prisoners/{number}/casenotes")
    nomis = {
        note["caseNoteId"]: reading.nomis_note(note) for note in found["caseNotes"]
    }
    if _removes_duplicate(calls, mappings, dps, nomis):
        return reconcile(calls, number)
    only_nomis = nomis.keys() ^ {row["nomisCaseNoteId"] for row in mappings}
    only_dps = dps.keys() ^ {row["dpsCaseNoteId"] for row in mappings}
    notes: list[str] = []
    if not only_nomis and not only_dps:
        pairs = [
            (dps[row["dpsCaseNoteId"]], nomis[row["nomisCaseNoteId"]])
            for row in mappings
        ]
        notes = [text for pair in pairs for text in _differences(*pair)]
    if not (only_nomis or only_dps or notes):
        return None
    return {
        "offenderNo": number,
        "diffsForDps": sorted(only_dps),
        "diffsForNomis": sorted(only_nomis),
        "notes": notes,
    }


def _removes_duplicate(
    calls: Calls,
    mappings: list[dict[str, Any]],
    dps: dict[str, dict[str, Any]],
    nomis: dict[int, dict[str, Any]],
) -> bool:
    """Delete the one row too many that a lost answer to a create left behind."""
    if len(nomis) != len(mappings) + 1:
        return False
    mapped = {row["nomisCaseNoteId"] for row in mappings}
    groups: dict[Any, list[int]] = {}
    for note_id, note in nomis.items():
        kind = (note["caseNoteType"]["code"], note["caseNoteSubType"]["code"])
        groups.setdefault(_looks(note, kind, _nomis_text(note)), []).append(note_id)
    for looks, twins in groups.items():
        matching = [
            note
            for note in dps.values()
            if _looks(note, (note["type"], note["subType"]), _dps_text(note)) == looks
        ]
        unmapped = [note_id for note_id in twins if note_id not in mapped]
        if len(twins) == 1 + len(unmapped) == 2 and len(matching) == 1:
            calls.call("nomis", "DELETE", f"/casenotes/{unmapped[0]}")
            return True
    return False


def _looks(note: dict[str, Any], kind: tuple[str, str], text: str) -> Any:
    times = (note["occurrenceDateTime"], note["creationDateTime"])
    seconds = tuple(
        datetime.fromisoformat(time).replace(microsecond=0) for time in times
    )
    return (text[:_KEPT], *seconds, *kind)


def _differences(dps: dict[str, Any], nomis: dict[str, Any]) -> list[str]:
    sub_type = nomis["caseNoteSubType"]["code"]
    outcome = (dps["type"], nomis["caseNoteType"]["code"]) == ("APP", "CNOTE")
    same = {
        "text": _cut(_dps_text(dps)) == _nomis_text(nomis),
        "type": dps["type"] == nomis["caseNoteType"]["code"]
        or (outcome and sub_type == "OUTCOME"),
        "subType": dps["subType"] == sub_type,
        "occurrence": _times_equal(
            dps["occurrenceDateTime"], nomis["occurrenceDateTime"]
        ),
        "creation": _times_equal(dps["creationDateTime"], nomis["creationDateTime"]),
        "author": dps["authorUsername"] in {*nomis["authorUsernames"], "OMS_OWNER"},
    }
    return [f"{dps['caseNoteId']} {name}" for name, equal in same.items() if not equal]


def _times_equal(one: str, other: str) -> bool:
    first, second = datetime.fromisoformat(one), datetime.fromisoformat(other)
    if first.year <= _ANCIENT and second.year <= _ANCIENT:
        return True
    return first.replace(microsecond=0) == second.replace(microsecond=0)


def _dps_text(note: dict[str, Any]) -> str:
    return _rendered(
        note["text"],
        {
            (
                each["creationDateTime"],
                each["additionalNoteText"],
                each["authorUserName"],
            )
            for each in note["amendments"]
        },
    )


def _nomis_text(note: dict[str, Any]) -> str:
    return _rendered(
        note["caseNoteText"],
        {
            (each["createdDateTime"], each["text"], each["authorUsername"])
            for each in note["amendments"]
        },
    )


def _rendered(text: str, amendments: set[tuple[str, str, str]]) -> str:
    """Return text and amendments as NOMIS keeps them, sorted by time, text, user."""
    by_second = {
        (f"{datetime.fromisoformat(when):%Y/%m/%d %H:%M:%S}", words, user)
        for when, words, user in amendments
    }
    return text + "".join(
        f" ...[{user} updated the case notes on {when}] {words}"
        for when, words, user in sorted(by_second)
    )


def _cut(text: str) -> str:
    if len(text.encode()) <= _LIMIT:
        return text
    return text.encode()[:_KEPT].decode(errors="ignore") + _SUFFIX
