"""What users and administrators do to notes (C6 to C11), apart from HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from simulators.dps.errors import error, forbidden, not_found, unforeseen
from simulators.dps.identifiers import parse_identifier
from simulators.dps.records import DPS, Amendment, Note, in_order
from simulators.dps.store import ConstraintViolated
from simulators.wire.service import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from simulators.dps.model import DpsModel
    from simulators.dps.records import Author, Context
    from simulators.dps.reference import SubType


def new_note(
    model: DpsModel,
    context: Context,
    sub_type: SubType,
    *,
    person: str,
    location: str,
    text: str,
    occurred: datetime,
    system_generated: bool,
    author: Author | None = None,
    created: datetime | None = None,
) -> Note:
    """Store a note born in DPS and publish `created`; the caller adds the rest.

    Author and creation time default to the acting user and the request's time.
    """
    writer = author or context.author
    note = Note(
        id=model.new_id(),
        person=person,
        type=sub_type.type,
        sub_type=sub_type.code,
        occurred=occurred,
        location=location,
        author=writer,
        text=text,
        system_generated=system_generated,
        system=DPS,
        created=created or context.at,
        created_by=writer.username,
        legacy_id=model.next_legacy_id(),
    )
    put(model, note)
    model.tell("created", note, context)
    return note


def amend(model: DpsModel, note: Note, context: Context, text: str) -> Note:
    """Append an amendment; the text stays (C7)."""
    amendment = Amendment(
        id=model.new_id(),
        author=context.author,
        text=text,
        system=DPS,
        created=context.at,
        created_by=context.author.username,
    )
    amended = msgspec.structs.replace(
        note, amendments=in_order([*note.amendments, amendment])
    )
    put(model, amended)
    model.tell("updated", amended, context)
    model.tell_published(amended, context)
    return amended


def replace(
    model: DpsModel,
    note: Note,
    context: Context,
    sub_type: SubType,
    *,
    text: str,
    occurred: datetime,
    amendments: dict[str, str],
    reason: str,
) -> Note:
    """Rewrite a note as an administrator (C9); `amendments` are texts by id.

    Listed amendments keep id, author and creation; unlisted ones go.
    """
    stored = {one.id: one for one in note.amendments}
    for amendment_id in amendments:
        if amendment_id not in stored:
            message = f"No amendment for this case note with id {amendment_id}"
            raise Refused(error(404, message))
    rows = [
        msgspec.structs.replace(stored[amendment_id], text=new_text)
        for amendment_id, new_text in amendments.items()
    ]
    changed: dict[str, Any] = {
        "type": sub_type.type,
        "sub_type": sub_type.code,
        "text": text,
        "occurred": occurred,
        "amendments": in_order(rows),
    }
    after = msgspec.structs.replace(note, **changed)
    model.rewrite(note, after, "UPDATE", context, reason)
    model.tell("updated", after, context)
    return after


def delete(
    model: DpsModel, note: Note, context: Context, reason: str | None = None
) -> None:
    """Delete a note and publish `deleted`."""
    model.remove(note, "DELETE", context, reason)
    model.tell("deleted", note, context)


def put(model: DpsModel, note: Note) -> None:
    """Store a note; what the database refuses ends in the catch-all."""
    try:
        model.store.put(note)
    except ConstraintViolated as violated:
        raise unforeseen(str(violated)) from None


def require_author(context: Context, sub_type: SubType) -> None:
    """Refuse to let anybody but a NOMIS user author a synced type (C6, C7)."""
    if sub_type.syncs and not context.nomis_user:
        raise forbidden("Unable to author 'sync to nomis' type without a nomis user")


def find_note(model: DpsModel, person: str, identifier: str) -> Note:
    """Find a person's note by UUID or legacy id, at present; refuses with 404."""
    parsed = parse_identifier(identifier)
    if isinstance(parsed, int):
        note = model.store.by_legacy(parsed)
    else:
        note = model.store.get(parsed)
    if note is None or note.person != person:
        raise not_found(identifier)
    return note
