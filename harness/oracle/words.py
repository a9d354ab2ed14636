"""What happened, in words for people: one short sentence an entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.oracle.changes import as_dict

if TYPE_CHECKING:
    from harness.oracle.history import Call, Event, Message

_ACTIONS = {
    "create": "writes a note",
    "amend": "amends it",
    "edit": "edits it",
    "delete": "deletes it",
    "merge": "merges the prisoner",
    "move": "moves the booking",
    "alert-raise": "raises an alert",
    "alert-end": "ends an alert",
    "alert-edit": "edits an alert",
    "alert-delete": "deletes an alert",
}
_OPERATIONS = {
    ("nomis", "POST"): "creates it in NOMIS",
    ("nomis", "PUT"): "rewrites it in NOMIS",
    ("nomis", "DELETE"): "deletes it in NOMIS",
    ("nomis", "GET"): "reads NOMIS",
    ("dps", "PUT"): "puts it to DPS",
    ("dps", "DELETE"): "deletes it in DPS",
    ("dps", "GET"): "reads DPS",
    ("mapping", "GET"): "asks for the mapping",
    ("mapping", "POST"): "maps it",
    ("mapping", "PUT"): "renumbers the mapping",
    ("mapping", "DELETE"): "unmaps it",
}
UNAUTHORISED = 401
_LONG = 40


def of_call(call: Call) -> str:
    """Say who called what, and how it ended."""
    if call.by_user:
        done = _ACTIONS.get(call.action or "", f"{call.method} {call.path}")
        who = call.user or ("nobody known" if call.status == UNAUTHORISED else "a user")
        text = f"{who} {done}{_quoted(call.body)}"
    else:
        known = _OPERATIONS.get((call.service, call.method))
        done = known or f"{call.method} {call.service}{call.path}"
        text = f"{done}{_quoted(call.body)}"
        if known is not None and call.method != "POST":
            text += f" ({call.path.rpartition('/')[2]})"
    return f"{text}: {_outcome(call)}"


def _outcome(call: Call) -> str:
    if call.status is None:
        return "no answer"
    text = str(call.status)
    answer = as_dict(call.answer)
    made = answer.get("caseNoteId") or answer.get("id") or answer.get("nomisCaseNoteId")
    if made is not None and call.method in {"POST", "PUT"}:
        text += f", {made}"
    if call.writes and not call.accepted:
        text += ", nothing changed"
    if call.lost:
        text += ", answer lost"
    if call.fault:
        text += f" [{call.fault}]"
    return text


def _quoted(body: Any) -> str:
    found = as_dict(body)
    text = found.get("text") or found.get("caseNoteText") or found.get("rawText")
    if not isinstance(text, str):
        return ""
    short = text if len(text) <= _LONG else text[: _LONG - 1] + "…"
    more = len(found.get("amendments") or ())
    return f' "{short}"' + (f" and {more} amendments" if more else "")


def of_event(event: Event) -> str:
    """Say which event was published, by whom if the event tells."""
    info = event.body.get("additionalInformation") or {}
    source = info.get("source") or event.body.get("auditModuleName")
    return f"{event.type}" + (f" (by {source})" if source else "")


def of_fate(message: Message) -> str:
    """Say how a message ended."""
    if message.fate == "deleted":
        return f"acknowledges {message.type}"
    return f"{message.type} {message.fate}"
