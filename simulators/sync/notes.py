"""Case notes, amendments and mappings as the two halves see them.

Times are naive, Europe/London wall clock, as every service prints them; a time that
carries an offset is converted (http-contracts 0.2, DAT-06).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from simulators.sync import text as notation

LONDON = ZoneInfo("Europe/London")
SYNC = "DPS_SYNCHRONISATION"
MERGE = "MERGE"
SYSTEM_AUTHOR = "OMS_OWNER"

Key = tuple[str, datetime, str]
"""What makes an amendment the same on both sides: user, second, text."""


def moment(value: str) -> datetime:
    """Read a date-time; the result has no zone and means London."""
    at = datetime.fromisoformat(value)
    return at if at.tzinfo is None else at.astimezone(LONDON).replace(tzinfo=None)


def second(at: datetime) -> datetime:
    """Cut to the second, never round: so does NOMIS (DAT-04)."""
    return at.replace(microsecond=0) if at.microsecond else at


@dataclass(frozen=True, slots=True)
class Amendment:
    """An amendment on either side; names and staff id are absent when unknown."""

    username: str
    created: datetime
    text: str
    user_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    system: str | None = None

    @property
    def key(self) -> Key:
        """Return user, second and text."""
        words = notation.clean(self.text)
        return (self.username.upper(), second(self.created), words)

    @property
    def written(self) -> notation.Written:
        """Return the amendment as NOMIS notation has it."""
        return (self.username, second(self.created), self.text)


@dataclass(frozen=True, slots=True)
class NomisNote:
    """A row of NOMIS (http-contracts N1); `text` is the part before any marker.

    `version` is for a NOMIS that refuses stale updates; today's shows none.
    """

    id: int
    booking: int
    type: str
    sub_type: str
    occurred: datetime
    created: datetime
    usernames: tuple[str, ...]
    staff_id: int
    first_name: str | None
    last_name: str
    prison: str | None
    automatic: bool
    text: str
    amendments: tuple[Amendment, ...]
    inserted: datetime
    inserted_by: str
    module: str | None
    system: str
    version: int | None = None

    @property
    def made_by_api(self) -> bool:
        """Whether its author did not insert it: rows of the API name its account.

        Unlike the audit module that stays, whoever edits the row later.
        """
        return self.inserted_by.upper() not in {u.upper() for u in self.usernames}

    @property
    def full(self) -> str:
        """Return the row's text in NOMIS notation."""
        return notation.render(self.text, [a.written for a in self.amendments])


@dataclass(frozen=True, slots=True)
class DpsNote:
    """A note of DPS (http-contracts C1), amendments oldest first."""

    id: str
    prisoner: str
    type: str
    sub_type: str
    occurred: datetime
    created: datetime
    username: str
    user_id: str
    author: str
    location: str | None
    text: str
    amendments: tuple[Amendment, ...]
    system_generated: bool
    legacy_id: int

    @property
    def full(self) -> str:
        """Return the note as NOMIS notation would write it, not shortened."""
        return notation.render(self.text, [a.written for a in self.amendments])

    @property
    def born_in_dps(self) -> bool:
        """Whether DPS made it: only then is the legacy id negative."""
        return self.legacy_id < 0


@dataclass(frozen=True, slots=True)
class Mapping:
    """A row of the mapping service: one NOMIS note and the DPS note it shows."""

    dps_id: str
    nomis_id: int
    prisoner: str
    booking: int
    kind: str
    label: str | None = None

    def document(self) -> dict[str, Any]:
        """Return the CaseNoteMappingDto (events-and-config 3.4)."""
        return {
            "dpsCaseNoteId": self.dps_id,
            "nomisCaseNoteId": self.nomis_id,
            "offenderNo": self.prisoner,
            "nomisBookingId": self.booking,
            "mappingType": self.kind,
            "label": self.label,
            "whenCreated": None,
        }


def nomis_note(body: dict[str, Any]) -> NomisNote:
    """Read a CaseNoteResponse; members that may be null stay optional (TXT-22)."""
    inserted = moment(body["createdDatetime"])
    created = moment(body.get("creationDateTime") or body["createdDatetime"])
    usernames = body.get("authorUsernames") or [body["authorUsername"]]
    return NomisNote(
        id=body["caseNoteId"],
        booking=body["bookingId"],
        type=body["caseNoteType"]["code"],
        sub_type=body["caseNoteSubType"]["code"],
        occurred=moment(body["occurrenceDateTime"])
        if body.get("occurrenceDateTime")
        else created,
        created=created,
        usernames=(body["authorUsername"], *usernames),
        staff_id=body["authorStaffId"],
        first_name=body.get("authorFirstName"),
        last_name=body["authorLastName"],
        prison=body.get("prisonId"),
        automatic=body.get("noteSourceCode") == "AUTO",
        text=body["caseNoteText"],
        amendments=tuple(_nomis_amendment(a) for a in body["amendments"]),
        inserted=inserted,
        inserted_by=body["createdUsername"],
        module=body.get("auditModuleName") or None,
        system=body["sourceSystem"],
        version=body.get("version"),
    )


def _nomis_amendment(body: dict[str, Any]) -> Amendment:
    staff_id = body.get("authorStaffId")
    return Amendment(
        username=body["authorUsername"],
        created=moment(body["createdDateTime"]),
        text=body["text"],
        user_id=None if staff_id is None else str(staff_id),
        first_name=body.get("authorFirstName"),
        last_name=body.get("authorLastName"),
        system=body.get("sourceSystem"),
    )


def dps_note(body: dict[str, Any]) -> DpsNote:
    """Read a CaseNote."""
    return DpsNote(
        id=body["caseNoteId"],
        prisoner=body["offenderIdentifier"],
        type=body["type"],
        sub_type=body["subType"],
        occurred=moment(body["occurrenceDateTime"]),
        created=moment(body["creationDateTime"]),
        username=body["authorUsername"],
        user_id=body["authorUserId"],
        author=body["authorName"],
        location=body.get("locationId"),
        text=body["text"],
        amendments=tuple(_dps_amendment(a) for a in body["amendments"]),
        system_generated=body["systemGenerated"],
        legacy_id=body["legacyId"],
    )


def _dps_amendment(body: dict[str, Any]) -> Amendment:
    first, last = names(body["authorName"])
    return Amendment(
        username=body["authorUserName"],
        created=moment(body["creationDateTime"]),
        text=body["additionalNoteText"],
        user_id=body.get("authorUserId"),
        first_name=first,
        last_name=last,
    )


def names(name: str) -> tuple[str, str | None]:
    """Split a display name; a single word leaves no last name."""
    first, _, last = name.strip().partition(" ")
    return first, last.strip() or None


def mapping(body: dict[str, Any]) -> Mapping:
    """Read a CaseNoteMappingDto."""
    return Mapping(
        dps_id=body["dpsCaseNoteId"],
        nomis_id=body["nomisCaseNoteId"],
        prisoner=body["offenderNo"],
        booking=body["nomisBookingId"],
        kind=body.get("mappingType") or "DPS_CREATED",
        label=body.get("label"),
    )


def by_sync(module: str | None) -> bool:
    """Whether the row's last writer may be this sync: the marker or a variant.

    The marker alone proves nothing: other domains' syncs and triggers fired inside
    our session carry it too (LOOP-08, ALT-12), and their variants look like ours
    (LOOP-07). So a marked row counts as ours only if DPS has its note.
    """
    return module == SYNC or (module or "").startswith(f"{SYNC}_")


def may_be_ours(row: NomisNote) -> bool:
    """Whether the sync may have made the row.

    It carries our marker; or NOMIS left the marker out (LOOP-04); or an officer
    edited it since, and only its inserting account tells.
    """
    return row.module is None or by_sync(row.module) or row.made_by_api


def by_user(module: str | None) -> bool:
    """Whether the row's last writer was a person: neither a sync nor a merge."""
    return not by_sync(module) and module != MERGE
