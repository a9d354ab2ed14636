"""The persistent model: notes, amendments and the audit of removed versions.

All records are immutable: a change makes a new version, so that an audit row, a
lagging read and the present can share what did not change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from datetime import datetime

DPS = "DPS"
NOMIS = "NOMIS"


class Author(msgspec.Struct, frozen=True):
    """Who wrote: username, user id (NOMIS staff id as text) and display name."""

    username: str
    user_id: str
    name: str


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """An amendment; `system` is where it was written, DPS or NOMIS."""

    id: str
    author: Author
    text: str
    system: str
    created: datetime
    created_by: str


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A case note; `legacy_id` is negative when born in DPS, else the NOMIS id."""

    id: str
    person: str
    type: str
    sub_type: str
    occurred: datetime
    location: str
    author: Author
    text: str
    system_generated: bool
    system: str
    created: datetime
    created_by: str
    legacy_id: int
    amendments: tuple[Amendment, ...] = ()


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the deleted-note audit; `cause` is DELETE, UPDATE, MOVE or MERGE."""

    note: Note
    cause: str
    deleted_at: datetime
    deleted_by: str
    system: str
    reason: str | None = None


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts and when: the request's user, or `SYS` outside a web request.

    `source` is DPS or NOMIS and goes into the events; `moment` is aware and taken
    once a request: it is created-at and event time alike (3.0).
    """

    author: Author
    nomis_user: bool
    source: str
    moment: datetime

    @property
    def at(self) -> datetime:
        """The moment as the database keeps it: London wall clock."""
        return self.moment.replace(tzinfo=None, fold=0)


def in_order(amendments: list[Amendment]) -> tuple[Amendment, ...]:
    """Sort amendments as every read shows them: by creation, then id (3.0)."""
    return tuple(sorted(amendments, key=lambda one: (one.created, one.id)))


def note_order(note: Note) -> tuple[datetime, str]:
    """Sort key where the real order is undefined: creation, then id."""
    return note.created, note.id
