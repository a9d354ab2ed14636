"""Answers that the real services never give, though they may look right.

Each entry: service, operation, the test of an answer, and the fact that rules it out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)")
_UNAUTHORISED = 401


class Never(NamedTuple):
    """One impossible answer; `fits(status, body)` recognises it."""

    service: str
    operation: str
    fits: Callable[[int, Any], bool]
    why: str


def _status(wanted: int) -> Callable[[int, Any], bool]:
    return lambda status, _: status == wanted


NEVER = (
    Never("nomis", "delete_case_note", _status(201), "12 NOMIS: only 204"),
    Never("nomis", "create_case_note", _status(409), "2.1 N2: no duplicate detection"),
    Never("nomis", "create_case_note", _status(200), "2.1 N2: 201"),
    Never("nomis", "delete_alert", _status(404), "2.6 NA7: 204 also when absent"),
    Never("dps", "create_case_note", _status(409), "12 DPS: 409 never"),
    Never("dps", "amend_case_note", _status(201), "12 DPS: 200, not 201"),
    Never("dps", "get_sync_case_notes", _status(404), "3.1 C2: [] for unknown person"),
    Never("dps", "delete_sync_case_note", _status(404), "3.1 C4: 204 always"),
    Never("dps", "get_case_note_types", _status(404), "12 DPS: 404 never"),
    Never(
        "mapping",
        "get_case_note_mappings_by_dps_id",
        lambda status, body: status == 200 and body == [],  # noqa: PLR2004
        "4.2 M5: 404 when none, never an empty list",
    ),
    Never(
        "mapping",
        "find_case_note_mappings_by_nomis_ids",
        _status(404),
        "12 Mapping: 404 never",
    ),
    Never(
        "mapping",
        "delete_case_note_mappings_by_dps_id",
        _status(404),
        "4.2 M7: 204 always",
    ),
    Never(
        "mapping",
        "get_case_note_mappings_of_prisoner",
        _status(404),
        "4.2 M6: an empty list for an unknown prisoner",
    ),
    Never(
        "alerts",
        "get_alert_type",
        lambda status, body: status == 200 and isinstance(body, list),  # noqa: PLR2004
        "12 Alerts API: one object, not an array",
    ),
    Never("alerts", "create_alert", _status(404), "12 Alerts API: never 404"),
    Never("alerts", "get_alerts_of_prisoner", _status(404), "5.1 A2: an empty page"),
)


def impossible(service: str, operation: str, status: int, body: Any) -> str | None:
    """Return why the real service never answers so, None when it might."""
    for entry in NEVER:
        if (entry.service, entry.operation) != (service, operation):
            continue
        if entry.fits(status, body):
            return entry.why
    if status == _UNAUTHORISED and body is not None and service != "auth":
        return "0.3: a 401 has an empty body"
    moment = next(_with_offset(body), None)
    if moment is not None:
        return f"0.2: date-times are local, without offset; here {moment}"
    return None


def _with_offset(body: Any) -> Iterator[str]:
    if isinstance(body, str):
        if _OFFSET.fullmatch(body):
            yield body
    elif isinstance(body, list):
        for one in body:
            yield from _with_offset(one)
    elif isinstance(body, dict):
        for one in body.values():
            yield from _with_offset(one)
