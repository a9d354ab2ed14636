"""Operations of users, services and administrators (C6 to C11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulators.dps import user_changes
from simulators.dps.errors import bad_request, not_found, passed_on
from simulators.dps.moments import parse, parse_optional
from simulators.dps.records import Author
from simulators.dps.rendering import case_note
from simulators.dps.upstreams import UpstreamRefused, present_prison
from simulators.dps.users import context_of, system_generator
from simulators.wire.message import Response, answer

if TYPE_CHECKING:
    from simulators.dps.model import DpsModel
    from simulators.dps.reference import SubType
    from simulators.wire.service import Call


async def create_case_note(model: DpsModel, call: Call) -> Response:
    """Write a note as the acting user (C6)."""
    context = context_of(call)
    sub_type = _sub_type(model, call)
    user_changes.require_author(context, sub_type)
    occurred = parse_optional(call.body.get("occurrenceDateTime")) or context.at
    location = await _location(call)
    note = user_changes.new_note(
        model,
        context,
        sub_type,
        person=_person(call),
        location=location,
        text=call.body["text"],
        occurred=occurred,
        system_generated=bool(call.body.get("systemGenerated")),
    )
    model.tell_published(note, context)
    return answer(201, case_note(note, model.reference))


def amend_case_note(model: DpsModel, call: Call) -> Response:
    """Add an amendment (C7)."""
    context = context_of(call)
    identifier = call.path["caseNoteIdentifier"]
    note = user_changes.find_note(model, _person(call), identifier)
    sub_type = model.reference.of(note.type, note.sub_type)
    user_changes.require_author(context, sub_type)
    amended = user_changes.amend(model, note, context, call.body["text"])
    return answer(200, case_note(amended, model.reference))


def delete_case_note(model: DpsModel, call: Call) -> Response:
    """Delete a note of that person (C8)."""
    identifier = call.path["caseNoteIdentifier"]
    note = user_changes.find_note(model, _person(call), identifier)
    user_changes.delete(model, note, context_of(call))
    return answer(204)


def replace_case_note(model: DpsModel, call: Call) -> Response:
    """Rewrite a note with a reason (C9)."""
    body = call.body
    note = model.store.get(call.path["id"].lower())
    if note is None:
        raise not_found(call.path["id"])
    sub_type = model.reference.find(body["type"], body["subType"])
    if sub_type is None:
        # Not the "unknown type" of the other writes [I] (3.0).
        raise bad_request("Required value was null.")
    amendments = {
        one["id"].lower(): one["text"] for one in body.get("amendments") or ()
    }
    replaced = user_changes.replace(
        model,
        note,
        context_of(call),
        sub_type,
        text=body["text"],
        occurred=parse(body["occurrenceDateTime"]),
        amendments=amendments,
        reason=body["reason"],
    )
    return answer(200, case_note(replaced, model.reference))


def delete_case_note_as_admin(model: DpsModel, call: Call) -> Response:
    """Delete a note with a reason; 204 and no event when absent (C10)."""
    note = model.store.get(call.path["id"].lower())
    if note is None:
        call.wrote = False
        return answer(204)
    user_changes.delete(model, note, context_of(call), call.body["reason"])
    return answer(204)


async def create_system_generated_case_note(model: DpsModel, call: Call) -> Response:
    """Write a DPS-only note for another service (C11)."""
    body = call.body
    context = system_generator(call)
    sub_type = _sub_type(model, call)
    if sub_type.syncs:
        raise bad_request("System generated case notes cannot use a sync to nomis type")
    occurred = parse_optional(body.get("occurrenceDateTime")) or context.at
    location = await _location(call)
    subject = call.caller.subject
    username = body.get("authorUsername") or subject
    note = user_changes.new_note(
        model,
        context,
        sub_type,
        person=_person(call),
        location=location,
        text=body["text"],
        occurred=occurred,
        system_generated=True,
        author=Author(username, subject, body["authorName"]),
    )
    model.tell_published(note, context)
    return answer(201, case_note(note, model.reference))


def _person(call: Call) -> str:
    return call.path["personIdentifier"].upper()


def _sub_type(model: DpsModel, call: Call) -> SubType:
    pair = call.body["type"], call.body["subType"]
    sub_type = model.reference.find(*pair)
    if sub_type is None:
        raise bad_request(f"Unknown case note type {pair[0]}:{pair[1]}")
    return sub_type


async def _location(call: Call) -> str:
    """Return the given location, else the prisoner's present one (C6)."""
    given = call.body.get("locationId")
    if given is not None:
        return str(given)
    try:
        return await present_prison(call, call.clock, _person(call))
    except UpstreamRefused as refused:
        raise passed_on(refused.response) from None
