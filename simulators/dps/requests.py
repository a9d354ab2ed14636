"""What NOMIS sends for one note, read from JSON that fits the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from simulators.dps.moments import parse
from simulators.dps.names import full_name
from simulators.dps.records import NOMIS, Amendment, Author, Note

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class AmendmentFromNomis(msgspec.Struct, frozen=True):
    """One amendment of a request; equal ones collapse, for the list is a set."""

    text: str
    author: Author
    created: datetime
    system: str | None
    # First and last name as sent: they count when elements are compared.
    names: tuple[str, str]

    def stored(self, amendment_id: str) -> Amendment:
        """Return the row that this amendment becomes; no system means NOMIS."""
        return Amendment(
            id=amendment_id,
            author=self.author,
            text=self.text,
            system=self.system or NOMIS,
            created=self.created,
            created_by=self.author.username,
        )


class NoteFromNomis(msgspec.Struct, frozen=True, kw_only=True):
    """The sync request (C3); `id` is the mapped DPS id, None when inserting."""

    legacy_id: int
    id: str | None
    person: str
    location: str
    type: str
    sub_type: str
    occurred: datetime
    text: str
    system_generated: bool
    author: Author
    created: datetime
    created_by: str
    amendments: tuple[AmendmentFromNomis, ...]
    system: str

    def stored(
        self, note_id: str, legacy_id: int, amendments: tuple[Amendment, ...]
    ) -> Note:
        """Return the row that this note becomes."""
        return Note(
            id=note_id,
            person=self.person,
            type=self.type,
            sub_type=self.sub_type,
            occurred=self.occurred,
            location=self.location,
            author=self.author,
            text=self.text,
            system_generated=self.system_generated,
            system=self.system,
            created=self.created,
            created_by=self.created_by,
            legacy_id=legacy_id,
            amendments=amendments,
        )

    def fresh_amendments(self, new_id: Callable[[], str]) -> list[Amendment]:
        """Return rows for all amendments, each with a new id, in request order."""
        return [one.stored(new_id()) for one in self.amendments]


def read_note(body: dict[str, Any], person: str | None = None) -> NoteFromNomis:
    """Read a request body; `person` is given where the path names the person."""
    note_id = body.get("id")
    return NoteFromNomis(
        legacy_id=int(body["legacyId"]),
        id=None if note_id is None else note_id.lower(),
        person=body["personIdentifier"] if person is None else person,
        location=body["locationId"],
        type=body["type"],
        sub_type=body["subType"],
        occurred=parse(body["occurrenceDateTime"]),
        text=body["text"],
        system_generated=body["systemGenerated"],
        author=_author(body["author"]),
        created=parse(body["createdDateTime"]),
        created_by=body["createdByUsername"],
        # dict.fromkeys: a set that keeps the order of the request.
        amendments=tuple(dict.fromkeys(_amendment(one) for one in body["amendments"])),
        system=body.get("system") or NOMIS,
    )


def _amendment(body: dict[str, Any]) -> AmendmentFromNomis:
    author = body["author"]
    return AmendmentFromNomis(
        text=body["text"],
        author=_author(author),
        created=parse(body["createdDateTime"]),
        system=body.get("system"),
        names=(author["firstName"], author["lastName"]),
    )


def _author(body: dict[str, Any]) -> Author:
    name = full_name(body["firstName"], body["lastName"])
    return Author(body["username"], body["userId"], name)
