"""Operations that only read (C1, C2, C12 to C16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.dps import pages, search
from simulators.dps.errors import bad_request, not_found
from simulators.dps.identifiers import parse_identifier
from simulators.dps.moments import parse_optional
from simulators.dps.rendering import case_note
from simulators.dps.usage import count_usage
from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from simulators.dps.model import DpsModel
    from simulators.wire.service import Call


def get_info(model: DpsModel, call: Call) -> Response:
    """Declare the service live in all prisons (events-and-config 5.2)."""
    return answer(200, {"activeAgencies": ["***"], "build": {"name": "dps"}})


def get_case_note(model: DpsModel, call: Call) -> Response:
    """Answer one note by UUID or legacy id, 404 when it is another person's (C1)."""
    identifier = call.path["caseNoteIdentifier"]
    parsed = parse_identifier(identifier)
    if isinstance(parsed, int):
        note = model.store.seen_by_legacy(parsed)
    else:
        note = model.store.seen(parsed)
    if note is None or note.person != _person(call):
        raise not_found(identifier)
    return answer(200, case_note(note, model.reference))


def get_sync_case_notes(model: DpsModel, call: Call) -> Response:
    """Answer a person's synced notes; the number is taken literally (C2)."""
    reference = model.reference
    notes = model.store.seen_of_person(call.path["personIdentifier"])
    synced = [n for n in notes if reference.of(n.type, n.sub_type).syncs]
    return answer(200, [case_note(note, reference) for note in synced])


def search_case_notes(model: DpsModel, call: Call) -> Response:
    """Answer a page of a person's notes (C12)."""
    wanted = search.read_filter(call.body)
    order = search.read_order(_sort(call))
    everything = model.store.seen_of_person(_person(call))
    notes = search.find(everything, wanted, order, model.reference)
    page, size = int(call.body["page"]), int(call.body["size"])
    body = pages.result_page(notes, page, size, model.reference)
    # Ignores every filter but the sensitivity one.
    any_note = search.Filter(sensitive=wanted.sensitive)
    body["hasCaseNotes"] = bool(body["content"]) or any(
        any_note.admits(note, model.reference) for note in everything
    )
    return answer(200, body)


def search_author_case_notes(model: DpsModel, call: Call) -> Response:
    """Answer a page of an author's notes at one prison (C13)."""
    wanted = search.read_filter(call.body)
    order = search.read_order(_sort(call))
    wanted.location = call.path["prisonCode"]
    if _query(call, "authorIdentifierType") == "USERNAME":
        wanted.author_username = call.path["authorIdentifier"]
    else:
        wanted.author_id = call.path["authorIdentifier"]
    notes = search.find(model.store.seen_all(), wanted, order, model.reference)
    page, size = int(call.body["page"]), int(call.body["size"])
    return answer(200, pages.result_page(notes, page, size, model.reference))


def list_case_notes(model: DpsModel, call: Call) -> Response:
    """Answer the deprecated list, a Spring page (C14)."""
    type_code, sub_type = _query(call, "type"), _query(call, "subType")
    if sub_type and not type_code:
        raise bad_request("SubType must be used in conjunction with type.")
    types = {}
    if type_code:
        types[type_code] = frozenset([sub_type] if sub_type else [])
    wanted = search.Filter(
        sensitive=(_query(call, "includeSensitive") or "true").lower() == "true",
        types=types,
        occurred_from=parse_optional(_query(call, "startDate")),
        occurred_to=parse_optional(_query(call, "endDate")),
        location=_query(call, "locationId"),
        author_username=_query(call, "authorUsername"),
    )
    order = search.read_list_order(_query(call, "sort"))
    everything = model.store.seen_of_person(_person(call))
    notes = search.find(everything, wanted, order, model.reference)
    page = pages.whole_number(_query(call, "page"), 0, 0)
    size = min(pages.whole_number(_query(call, "size"), 10, 1), pages.MAX_SIZE)
    return answer(200, pages.spring_page(notes, page, size, model.reference))


def get_case_note_types(model: DpsModel, call: Call) -> Response:
    """Answer the types a user may choose from (C15)."""
    listed = model.reference.listed(
        dps_user=_query(call, "selectableBy") == "DPS_USER",
        inactive=_flag(call, "includeInactive"),
        restricted=_flag(call, "includeRestricted"),
    )
    return answer(200, listed)


def count_usage_by_person(model: DpsModel, call: Call) -> Response:
    """Answer counts keyed by person; identifiers are taken literally (C16)."""
    persons = dict.fromkeys(call.body["personIdentifiers"])
    notes = [note for who in persons for note in model.store.seen_of_person(who)]
    return answer(200, count_usage(notes, call.body, by_author=False))


def count_usage_by_author(model: DpsModel, call: Call) -> Response:
    """Answer counts keyed by author user id (C16)."""
    return answer(200, count_usage(model.store.seen_all(), call.body, by_author=True))


def _person(call: Call) -> str:
    return call.path["personIdentifier"].upper()


def _sort(call: Call) -> str:
    return call.body.get("sort") or "occurredAt,desc"


def _query(call: Call, name: str) -> str | None:
    values = call.query.get(name)
    return values[0] if values else None


def _flag(call: Call, name: str) -> bool:
    return (_query(call, name) or "false").lower() == "true"
