"""Accepted user changes, read off the journal's calls.

A **change** is one accepted user action on either side: create, amend, edit, delete
of a note; raise, end, edit, delete of an alert; merge, move. Which operation is which
action stands in the contracts (`x-user-action`). A call by a program of the sync is
never a user's, whatever it calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.oracle.codec import Part, normal, seconds, split
from harness.oracle.who import DPS, NOMIS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.oracle.history import Call, History

NOTE_ACTIONS = frozenset({"create", "amend", "edit", "delete"})
_UUID_LENGTH = 36
SIDES = {"nomis-screens": NOMIS, "prison-api": NOMIS, "nomis": NOMIS, "dps": DPS}


class Change:
    """One accepted user action.

    `side` is where it happened (nomis, dps, alerts); `note` the id there, as text;
    `done` the seq of the answer, which orders changes; `since`, `until` the calendar
    seconds between which it was written. Unstated fields are None. For an edit,
    `parts` are the amendments it leaves (None: untouched), as (id, Part).
    """

    __slots__ = (
        "action",
        "author",
        "call",
        "created",
        "details",
        "done",
        "note",
        "occurred",
        "parts",
        "prisoner",
        "seq",
        "side",
        "since",
        "sub_type",
        "text",
        "type",
        "until",
    )

    def __init__(self, action: str, side: str, call: Call) -> None:
        """Take order and time from the call; readers fill the rest."""
        self.action = action
        self.side = side
        self.call = call
        self.seq = call.seq
        self.done = call.answered
        self.since = seconds(call.calendar)
        self.until = seconds(call.answer_calendar)
        self.note = ""
        self.prisoner = ""
        self.author = call.user or ""
        self.type: str | None = None
        self.sub_type: str | None = None
        self.occurred: str | None = None
        self.created: str | None = None
        self.text: str | None = None
        self.parts: list[tuple[str | None, Part]] | None = None
        self.details: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"<{self.action} on {self.side} {self.note} at {self.seq}>"


def read_changes(history: History) -> list[Change]:
    """Return every accepted user change, in journal order."""
    found: list[Change] = []
    for call in history.calls:
        if call.action is not None and call.program is None and call.accepted:
            found += _changes(call)
    return found


def _changes(call: Call) -> list[Change]:
    action = call.action or ""
    if action not in NOTE_ACTIONS:
        return _others(action, call)
    side = SIDES.get(call.service)
    if side is None:
        return []
    change = Change(action, side, call)
    if side == DPS:
        _read_dps(change, call)
    else:
        _read_nomis(change, call)
    return [change]


def _read_dps(change: Change, call: Call) -> None:
    body, answer = as_dict(call.body), as_dict(call.answer)
    ids = path_ids(call.path)
    change.prisoner = answer.get("offenderIdentifier") or prisoner_in(call.path) or ""
    change.note = answer.get("caseNoteId") or (ids[-1] if ids else "")
    if change.action == "delete":
        return
    change.details = {"answer": answer}
    if change.action == "amend":
        # The answer shows the amendment just made: same text, the newest of those.
        change.text = normal(body.get("text") or "")
        mine = [
            one
            for one in answer.get("amendments") or []
            if one.get("additionalNoteText") == change.text
        ]
        if mine:
            made = mine[-1]
            change.author = made.get("authorUserName") or change.author
            change.created = seconds(made.get("creationDateTime"))
            change.details["amendment"] = made.get("id")
        return
    change.text = normal(body.get("text") or "")
    change.type = body.get("type")
    change.sub_type = body.get("subType")
    change.occurred = seconds(
        answer.get("occurrenceDateTime") or body.get("occurrenceDateTime")
    )
    if change.action == "create":
        change.created = seconds(answer.get("creationDateTime")) or change.until
        change.author = answer.get("authorUsername") or change.author
        change.details["system_generated"] = bool(answer.get("systemGenerated"))
        change.details["sensitive"] = bool(answer.get("sensitive"))
        change.details["legacy_id"] = answer.get("legacyId")
        change.details["location"] = answer.get("locationId")
        return
    listed = {one["id"]: one for one in answer.get("amendments") or []}
    change.parts = [
        (
            one.get("id"),
            Part(
                as_dict(listed.get(one.get("id"))).get("authorUserName") or "",
                seconds(as_dict(listed.get(one.get("id"))).get("creationDateTime")),
                normal(one.get("text") or ""),
            ),
        )
        for one in body.get("amendments") or []
    ]


def _read_nomis(change: Change, call: Call) -> None:
    body, answer = as_dict(call.body), as_dict(call.answer)
    ids = path_ids(call.path)
    note = answer.get("caseNoteId")
    change.note = str(note) if note is not None else (ids[-1] if ids else "")
    change.prisoner = answer.get("prisoner") or prisoner_in(call.path) or ""
    if change.action == "delete":
        return
    change.details = {"answer": answer, "booking": answer.get("bookingId")}
    # What NOMIS stores now, read as its API will read it: it cannot tell a marker
    # that a user typed from its own.
    main, parts = split(answer.get("text") or "", tolerant=True)
    if change.action == "amend":
        _read_nomis_amendment(change, body, parts)
        return
    change.type, change.sub_type = body.get("type"), body.get("subType")
    change.occurred = seconds(
        answer.get("occurrenceDateTime")
        or first(body, "occurredAt", "occurrenceDateTime")
    )
    typed = first(body, "rawText", "text")
    if typed is not None:
        change.text, added = split(typed, tolerant=True)
        if added or "rawText" in body or change.action == "create":
            change.text = main if answer.get("text") else change.text
            change.parts = [(None, part) for part in parts or added]
    if change.action == "create":
        change.created = seconds(answer.get("creationDateTime")) or change.until


def _read_nomis_amendment(
    change: Change, body: dict[str, Any], parts: list[Part]
) -> None:
    typed = body.get("text") or ""
    text, more = split(typed, tolerant=True)
    change.text = text
    change.created = seconds(body.get("writtenAt")) or None
    tail = parts[-1 - len(more) :]
    if len(tail) == 1 + len(more) and tail[0].author == change.author:
        change.created = tail[0].at
        change.details["typed"] = tail[1:]


def _others(action: str, call: Call) -> list[Change]:
    side = "alerts" if call.service == "alerts" else NOMIS
    body, answer = as_dict(call.body), as_dict(call.answer)
    change = Change(action, side, call)
    named = prisoner_in(call.path) or ""
    change.prisoner = first(answer, "prisonNumber", "prisoner") or named
    numbers = [part for part in call.path.split("/") if part.isdigit()]
    change.details = {
        "body": body,
        "answer": answer,
        "booking": answer.get("bookingId"),
        "notes": [str(one) for one in answer.get("caseNotes") or []],
    }
    if action == "merge":
        change.details["from"], change.details["to"] = body.get("removed"), named
    elif action == "move":
        change.details["booking"] = int(numbers[0]) if numbers else None
        change.details["to"] = body.get("prisoner")
        change.details["from"] = None  # the booking tells whose notes they were
    elif call.operation == "delete_booking":
        return [_deleted_with_booking(call, note) for note in change.details["notes"]]
    return [change]


def _deleted_with_booking(call: Call, note: str) -> Change:
    change = Change("delete", NOMIS, call)
    change.note = note
    change.prisoner = as_dict(call.answer).get("prisoner") or ""
    return change


def path_ids(path: str) -> list[str]:
    """Return the path's segments that can be ids of notes, in order."""
    return [
        part
        for part in path.strip("/").split("/")
        if part.lstrip("-").isdigit() or len(part) == _UUID_LENGTH
    ]


def prisoner_in(path: str) -> str | None:
    """Return the prisoner number in a path, upper-cased as the services do."""
    for part in path.strip("/").split("/"):
        if len(part) == 7 and part[:1].isalpha() and part[1:5].isdigit():  # noqa: PLR2004
            return part.upper()
    return None


def first(data: dict[str, Any], *names: str) -> Any:
    """Return the first member that is present and not null."""
    for name in names:
        if (value := data.get(name)) is not None:
            return value
    return None


def as_dict(value: Any) -> dict[str, Any]:
    """Return a JSON object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def merges_and_moves(changes: Iterable[Change]) -> list[Change]:
    """Return the changes that give notes another prisoner number, in order."""
    return [change for change in changes if change.action in {"merge", "move"}]
