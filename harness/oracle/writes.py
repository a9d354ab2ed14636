"""The sync's writes to notes: what each asked for, of which copy.

A **write** is a request by a program of the sync to an operation that changes notes
(`x-writes`), whether or not it changed anything (http-contracts N2-N4, C3-C5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.oracle.changes import as_dict, path_ids, prisoner_in
from harness.oracle.codec import Part, normal, seconds
from harness.oracle.who import DPS, NOMIS

if TYPE_CHECKING:
    from harness.oracle.history import Call, History


class Write:
    """One request of the sync to one copy.

    `kind` is create, update, delete, move or migrate; `note` the id addressed or
    returned, empty when neither is known (a create that failed or was lost). `bulk`
    says that it was one of many in a migration request.
    """

    __slots__ = (
        "author",
        "bulk",
        "call",
        "created",
        "done",
        "kind",
        "legacy",
        "note",
        "notes",
        "occurred",
        "parts",
        "prisoner",
        "program",
        "seq",
        "side",
        "sub_type",
        "text",
        "type",
    )

    def __init__(self, kind: str, side: str, call: Call) -> None:
        """Take order and author program from the call."""
        self.kind = kind
        self.side = side
        self.call = call
        self.seq = call.seq
        self.done = call.answered
        self.program = call.program or ""
        self.bulk = False
        self.note = ""
        self.notes: list[str] = []
        self.legacy = ""
        self.prisoner = ""
        self.author = ""
        self.type = ""
        self.sub_type = ""
        self.occurred = ""
        self.created = ""
        self.text: str | None = None
        self.parts: list[Part] = []

    def __repr__(self) -> str:
        return f"<{self.kind} by {self.program} of {self.side} {self.note}>"

    def carries(self, author: str, text: str) -> bool:
        """Say whether the write brings an amendment by that author with that text."""
        return any(part.author == author and part.text == text for part in self.parts)


def read_writes(history: History) -> list[Write]:
    """Return the sync's note writes, in order of their requests."""
    readers = {
        ("nomis", "POST"): _n2,
        ("nomis", "PUT"): _n3,
        ("nomis", "DELETE"): _n4,
        ("dps", "PUT"): _c3_or_c5,
        ("dps", "POST"): _migrate,
        ("dps", "DELETE"): _c4,
    }
    found = []
    for call in history.calls:
        if call.program is None or not call.writes:
            continue
        read = readers.get((call.service, call.method))
        if read is not None and (write := read(call)) is not None:
            found.append(write)
            if write.kind == "migrate":
                found += _migrated(call, write)
    return found


def _n2(call: Call) -> Write | None:
    if not call.path.endswith("/casenotes"):
        return None
    body, answer = as_dict(call.body), as_dict(call.answer)
    write = Write("create", NOMIS, call)
    write.note = str(answer["id"]) if answer.get("id") is not None else ""
    write.prisoner = prisoner_in(call.path) or ""
    write.author = body.get("authorUsername") or ""
    write.type = body.get("caseNoteType") or ""
    write.sub_type = body.get("caseNoteSubType") or ""
    write.occurred = seconds(body.get("occurrenceDateTime"))
    write.created = seconds(body.get("creationDateTime"))
    write.text = body.get("caseNoteText")
    return write


def _n3(call: Call) -> Write | None:
    if not call.path.startswith("/casenotes/"):
        return None
    body = as_dict(call.body)
    write = Write("update", NOMIS, call)
    write.note = (path_ids(call.path) or [""])[-1]
    write.text = body.get("text")
    write.parts = [
        Part(
            one.get("authorUsername") or "",
            seconds(one.get("createdDateTime")),
            one.get("text") or "",
        )
        for one in body.get("amendments") or []
    ]
    return write


def _n4(call: Call) -> Write | None:
    if not call.path.startswith("/casenotes/"):
        return None
    write = Write("delete", NOMIS, call)
    write.note = (path_ids(call.path) or [""])[-1]
    return write


def _c3_or_c5(call: Call) -> Write | None:
    body, answer = as_dict(call.body), as_dict(call.answer)
    if call.path == "/move/case-notes":
        write = Write("move", DPS, call)
        write.notes = list(body.get("caseNoteIds") or [])
        write.prisoner = body.get("toPersonIdentifier") or ""
        return write
    if call.path != "/sync/case-notes":
        return None
    created = answer.get("action") == "CREATED"
    write = Write("create" if created or not body.get("id") else "update", DPS, call)
    write.note = answer.get("id") or body.get("id") or ""
    _read_sync_note(write, body)
    write.prisoner = body.get("personIdentifier") or ""
    return write


def _read_sync_note(write: Write, body: dict[str, Any]) -> None:
    write.legacy = str(body.get("legacyId", ""))
    write.author = as_dict(body.get("author")).get("username") or ""
    write.type = body.get("type") or ""
    write.sub_type = body.get("subType") or ""
    write.occurred = seconds(body.get("occurrenceDateTime"))
    write.created = seconds(body.get("createdDateTime"))
    write.text = normal(body.get("text") or "")
    write.parts = [_sync_part(one) for one in body.get("amendments") or []]


def _sync_part(one: dict[str, Any]) -> Part:
    return Part(
        as_dict(one.get("author")).get("username") or "",
        seconds(one.get("createdDateTime")),
        normal(one.get("text") or ""),
    )


def _c4(call: Call) -> Write | None:
    if not call.path.startswith("/sync/case-notes/"):
        return None
    write = Write("delete", DPS, call)
    write.note = (path_ids(call.path) or [""])[-1]
    return write


def _migrate(call: Call) -> Write | None:
    if not call.path.startswith("/migrate/case-notes/"):
        return None
    write = Write("migrate", DPS, call)
    write.prisoner = prisoner_in(call.path) or ""
    return write


def _migrated(call: Call, whole: Write) -> list[Write]:
    """Return a create for each note of a migration request."""
    answers = call.answer if isinstance(call.answer, list) else []
    ids = {str(as_dict(one).get("legacyId")): as_dict(one).get("id") for one in answers}
    found = []
    for body in call.body if isinstance(call.body, list) else []:
        write = Write("create", DPS, call)
        write.bulk = True
        _read_sync_note(write, as_dict(body))
        write.note = ids.get(write.legacy) or ""
        write.prisoner = whole.prisoner
        found.append(write)
    return found
