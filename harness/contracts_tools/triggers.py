"""Which 5xx the dossier names: the operation *and* what triggers it.

A fake may answer 500 only where the real service would. Everything here is judged from
the request alone, with our contract, and never from what the fake says about itself.
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import msgspec

import contracts
from contracts import NoRoute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from contracts import Operation

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*", re.ASCII)
_MARKER = re.compile(
    r" \.\.\.\[\w+ updated the case notes? on \d{2,4}[/-]\d\d[/-]\d{2,4} ", re.ASCII
)
_UUID_IN_BODY = ("dpsCaseNoteId",)
_LONGEST_NUMBER = 10
_LONGEST_PERSON = 12


@dataclass(frozen=True)
class Asked:
    """A request as it was sent, and the operation it addresses."""

    operation: Operation | None
    path: dict[str, str]
    query: dict[str, list[str]]
    body: Any
    readable: bool
    marked_before: bool = False
    """Whether an earlier request wrote a marker, whose date may be impossible."""
    numbers_before: frozenset[float] = frozenset()
    """The legacy ids that earlier requests sent."""
    media: str | None = "application/json"
    """The content type, None when none was sent: then a body is taken for bytes."""


Trigger = tuple[str, "Callable[[Asked], bool]"]


def asked(service: str, method: str, url: str, raw: bytes | str | None) -> Asked:
    """Read a request; a body that is no JSON is not readable."""
    contract = contracts.load(service)
    parts = urlsplit(url)
    match = contract.match(method, parts.path)
    query = parse_qs(parts.query, keep_blank_values=True)
    body, readable = None, True
    if raw:
        try:
            body = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            readable = False
    if isinstance(match, NoRoute):
        return Asked(None, {}, query, body, readable)
    return Asked(match[0], match[1], query, body, readable)


def explanation(service: str, request: Asked) -> str | None:
    """Return the citation of the fact that explains a 500, None when there is none."""
    for cites, fits in (NOT_JSON, *TRIGGERS.get(service, ())):
        if fits(request):
            return cites
    return None


def _not_json(request: Asked) -> bool:
    operation = request.operation
    has_body = operation is not None and operation.has_body and not operation.form
    named = request.media is not None
    sent = named or request.body is not None or not request.readable
    return has_body and sent and "json" not in (request.media or "")


def _no_route(request: Asked) -> bool:
    return request.operation is None


def _unreadable(request: Asked) -> bool:
    operation = request.operation
    if operation is None or not operation.has_body:
        return False
    return not request.readable or (operation.body_required and request.body is None)


def _cannot_be_bound(request: Asked) -> bool:
    operation = request.operation
    if operation is None or not operation.has_body or not request.readable:
        return False
    worded = _messages("dps")
    problems = operation.check_request(request.body)
    if any(problem.message not in worded for problem in problems):
        return True
    return any(map(_no_real_time, _texts(request.body)))


def _no_real_time(text: str) -> bool:
    """Say whether a text looks like a local date-time but is none: 31 June."""
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text[:16])
    except ValueError:
        return True
    return False


def _parameter_misfit(request: Asked) -> bool:
    operation = request.operation
    if operation is None:
        return False
    if operation.check_parameters(request.path, request.query):
        return True
    return any(map(_no_real_time, _texts(request.query)))


def _too_long_for_dps(request: Asked) -> bool:
    """Say whether a person identifier exceeds its column of twelve (3.0 model)."""
    # Upper case may be longer: a sharp s becomes two letters.
    texts = [request.path.get("personIdentifier", "").upper()]
    if isinstance(request.body, dict):
        texts += [
            request.body.get(name, "")
            for name in ("fromPersonIdentifier", "toPersonIdentifier")
        ]
    return any(isinstance(one, str) and len(one) > _LONGEST_PERSON for one in texts)


@cache
def _messages(service: str) -> frozenset[str]:
    return frozenset(_wordings(contracts.load(service).document))


def _wordings(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for part in node:
            yield from _wordings(part)
    elif isinstance(node, dict):
        for key, part in node.items():
            if key != "x-message":
                yield from _wordings(part)
            elif isinstance(part, dict):
                yield from part.values()
            else:
                yield part


def _malformed_path_uuid(request: Asked) -> bool:
    names = ("id", "dpsCaseNoteId")
    return any(
        name in request.path and not _is_uuid(request.path[name]) for name in names
    )


def legacy_ids(request: Asked) -> list[float]:
    """Return the legacy ids of the notes in a request's body, in order."""
    return [
        number
        for element in _elements(request.body)
        if isinstance(number := element.get("legacyId"), int | float)
    ]


def legacy_id_taken(request: Asked) -> bool:
    """Say whether another note may have the legacy id; DPS-born ones are negative."""
    operation = request.operation
    if operation is None:
        return False
    numbers = legacy_ids(request)
    taken = (
        not request.numbers_before.isdisjoint(numbers)
        or any(number < 0 for number in numbers)
        or len(numbers) != len(set(numbers))
    )
    if operation.id in ("create_case_note", "create_system_generated_case_note"):
        # Their ids count down; a request may have put a note where they come by.
        return any(number < 0 for number in request.numbers_before)
    if operation.id == "put_sync_case_note" and isinstance(request.body, dict):
        return taken and request.body.get("id") is not None
    return taken and operation.id == "migrate_case_notes"


def _malformed_body_uuid(request: Asked) -> bool:
    return any(
        not _is_uuid(element[name])
        for element in _elements(request.body)
        for name in _UUID_IN_BODY
        if isinstance(element.get(name), str)
    )


def _long_number(request: Asked) -> bool:
    numbers = [
        value
        for name, value in request.path.items()
        if name in ("newOffenderNo", "offenderNo")
    ]
    numbers += [
        element["offenderNo"]
        for element in _elements(request.body)
        if isinstance(element.get("offenderNo"), str)
    ]
    return any(len(number) > _LONGEST_NUMBER for number in numbers)


def _repeated_key(request: Asked) -> bool:
    """Two elements of one list with one key: the database refuses the second."""
    rows = list(_elements(request.body))
    keys: list[list[Any]] = [
        [element.get("nomisCaseNoteId") for element in rows],
        [element.get("dpsAlertId") for element in rows],
        [
            (element.get("nomisBookingId"), element.get("nomisAlertSequence"))
            for element in rows
            if "nomisAlertSequence" in element
        ],
    ]
    return any(
        len(present) != len(set(map(str, present)))
        for present in ([one for one in each if one is not None] for each in keys)
    )


def _alert_clash(request: Asked) -> bool:
    operation = request.operation
    return operation is not None and operation.id in (
        "replace_alert_mappings_of_prisoner",
        "merge_alert_mappings",
        "move_alert_mapping",
    )


def _nul(request: Asked) -> bool:
    return any("\0" in text for text in _texts([request.body, request.path]))


def has_marker(request: Asked) -> bool:
    """Say whether a text of the request holds an amendment marker."""
    return any(_MARKER.search(text) for text in _texts(request.body))


def _marker_read_back(request: Asked) -> bool:
    operation = request.operation
    return (
        request.marked_before
        and operation is not None
        and operation.id in ("get_case_note", "get_case_notes")
    )


NOT_JSON: Trigger = (
    "http-contracts 0.2: a body that does not call itself JSON [I]",
    _not_json,
)
NO_ROUTE: Trigger = ("unknown path or unsupported method [I]", _no_route)
TRIGGERS: dict[str, tuple[Trigger, ...]] = {
    "nomis": (
        ("http-contracts 2.0: " + NO_ROUTE[0], _no_route),
        ("http-contracts 2.2: an impossible marker date [I]", _marker_read_back),
    ),
    "dps": (
        ("http-contracts 3.0: " + NO_ROUTE[0], _no_route),
        ("http-contracts 3.0: unreadable JSON", _unreadable),
        ("http-contracts 3.0: missing mandatory JSON properties", _cannot_be_bound),
        ("http-contracts 3.0: a non-UUID in a UUID path", _malformed_path_uuid),
        ("http-contracts 3.0: the same for other parameters [I]", _parameter_misfit),
        ("http-contracts 3.0: a database constraint", _too_long_for_dps),
        ("http-contracts 3.0, C3 rule 4: legacy ids are unique", legacy_id_taken),
    ),
    "mapping": (
        ("http-contracts 4.0: " + NO_ROUTE[0], _no_route),
        ("http-contracts 4.0: a malformed UUID in a path", _malformed_path_uuid),
        ("http-contracts 4.0: a malformed dpsCaseNoteId", _malformed_body_uuid),
        ("http-contracts 4.1: offenderNo beyond ten characters", _long_number),
        ("http-contracts 4.0: one key twice in a list", _repeated_key),
        ("http-contracts 4.3 MA6: a clash with another prisoner [I]", _alert_clash),
        ("http-contracts 4.0: U+0000, which the database refuses [I]", _nul),
    ),
}
"""By service, in the order of judging: citation, and whether a request fits it."""


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


def _elements(body: Any) -> Iterator[dict[str, Any]]:
    if isinstance(body, list):
        for one in body:
            yield from _elements(one)
    elif isinstance(body, dict):
        yield body
        for name in ("mappings", "prisonerMapping"):
            yield from _elements(body.get(name))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
