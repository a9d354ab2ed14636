"""What may never change without a user action: author, creation, origin, ids, flags.

NOMIS keeps a staff member, not an account: any of the member's usernames is the same
author (http-contracts 8.3). Times are compared to the second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.oracle.codec import normal, seconds
from harness.oracle.compare import same_moment
from harness.oracle.differences import Difference
from harness.oracle.notes import ALERT, AUTO, SEED
from harness.oracle.who import DPS, NOMIS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.oracle.expected import Amendment, Expected
    from harness.oracle.notes import Copy, LogicalNote

_LEGACY_MODULES = frozenset({"PRISON_API", "ELITE2_API"})


def altered(copy: Copy, note: LogicalNote, expected: Expected) -> Iterator[Difference]:
    """Yield what changed on a living copy though no user changed it."""
    row = copy.row
    if row is None:
        return
    if note.created and not same_moment(seconds(row["created"]), note.created):
        yield _altered(copy, "creation", note.created, row["created"])
    if copy.side == NOMIS:
        names = row.get("usernames") or []
        if note.author and names and note.author not in names:
            yield _altered(copy, "author", note.author, names)
        return
    aliases = {note.author, *_aliases(note)}
    if note.author and row["author"] not in aliases:
        yield _altered(copy, "author", note.author, row["author"])
    yield from _person(copy, row, note)
    yield from _maker(copy, row, note)
    yield from _origin(copy, row, note)
    for one in expected.amendments:
        yield from _amendment(copy, row, note, one)


def _person(copy: Copy, row: dict[str, Any], note: LogicalNote) -> Iterator[Difference]:
    """Yield where DPS shows another person as the author than wrote the note.

    Of notes born in NOMIS that is NOMIS' staff member, whose staff id and names the
    sync carries over (http-contracts C3); one without a first name is worded freely.
    Of those born in DPS it is whom DPS named then, or the same person as NOMIS has it.
    """
    if _seeded_in_dps(note):
        return
    staff = [other.row for other in note.copies[NOMIS] if other.row is not None]
    ids = {str(one["staff_id"]) for one in staff if one.get("staff_id")}
    names = {_plain(one.get("staff_name")) for one in staff}
    if note.side == DPS:
        answer = note.details.get("answer") or {}
        if not answer.get("authorUserId") or not answer.get("authorName"):
            return
        ids.add(str(answer["authorUserId"]))
        names.add(_plain(answer["authorName"]))
    if ids and row.get("author_id") is not None and row["author_id"] not in ids:
        yield _altered(copy, "author id", sorted(ids), row["author_id"])
    shown = _plain(row.get("author_name"))
    if names and shown and all(" " in name for name in names) and shown not in names:
        yield _altered(copy, "author name", sorted(names), row["author_name"])


def _maker(copy: Copy, row: dict[str, Any], note: LogicalNote) -> Iterator[Difference]:
    """Yield where DPS names another maker of a NOMIS note than NOMIS does.

    The sync carries over who inserted the row (http-contracts C3); in the screens that
    is the author, so either is right.
    """
    if note.side != NOMIS or _seeded_in_dps(note) or not row.get("created_by"):
        return
    rows = [other.row for other in note.copies[NOMIS] if other.row is not None]
    makers = {one["create_user"] for one in rows if one.get("create_user")}
    names = {name for one in rows for name in one.get("usernames") or ()}
    if makers and row["created_by"] not in makers | names:
        yield _altered(copy, "created by", sorted(makers), row["created_by"])


def _seeded_in_dps(note: LogicalNote) -> bool:
    """Say whether it stood in DPS to begin with; else a migration had to bring it."""
    return note.kind == SEED and bool(note.details)


def _plain(name: str | None) -> str:
    return " ".join((name or "").split()).casefold()


def _origin(copy: Copy, row: dict[str, Any], note: LogicalNote) -> Iterator[Difference]:
    legacy = _legacy_ids(note)
    if legacy and row.get("legacy_id") not in legacy:
        yield _altered(copy, "legacy id", sorted(legacy), row.get("legacy_id"))
    systems = _systems(note)
    if row.get("system") not in systems:
        yield _altered(copy, "origin", sorted(systems), row.get("system"))
    places = _locations(note)
    if places and row.get("location") not in places:
        yield _altered(copy, "location", sorted(places), row.get("location"))
    generated = _generated(note)
    if generated is not None and row.get("system_generated") is not generated:
        yield _altered(copy, "system generated", generated, row["system_generated"])


def _amendment(
    copy: Copy, row: dict[str, Any], note: LogicalNote, wanted: Amendment
) -> Iterator[Difference]:
    change = wanted.change
    if change is None:
        return
    same = [
        one
        for one in row.get("amendments") or ()
        if one["author"] == wanted.author
        and wanted.is_at(seconds(one["created"]))
        and normal(one["text"]) == wanted.text
    ]
    if not same:
        return
    if wanted.id is not None and all(one["id"] != wanted.id for one in same):
        yield _altered(copy, "amendment id", wanted.id, same[0]["id"])
    yield from _amender(copy, note, wanted, same)
    system = "DPS" if change.side == DPS else "NOMIS"
    if change.call.service == "prison-api" or _written_by_legacy_path(note):
        return
    if all(one["system"] != system for one in same):
        yield _altered(copy, "amendment origin", system, same[0]["system"])


def _amender(
    copy: Copy, note: LogicalNote, wanted: Amendment, same: list[dict[str, Any]]
) -> Iterator[Difference]:
    """Yield where DPS shows another person than the officer who amended in NOMIS.

    Only one whom NOMIS knows: no staff id is told of the others (http-contracts C3).
    """
    if wanted.change is None or wanted.change.side != NOMIS:
        return
    rows = [other.row for other in note.copies[NOMIS] if other.row is not None]
    staff = [one["amenders"].get(wanted.author) for one in rows if "amenders" in one]
    known = [one for one in staff if one]
    if not known:
        return
    ids = {str(one["staff_id"]) for one in known}
    if all(one.get("author_id") not in {None, *ids} for one in same):
        yield _altered(copy, "amendment author id", sorted(ids), same[0]["author_id"])
    names = {_plain(one["staff_name"]): one["staff_name"] for one in known}
    shown = [_plain(one.get("author_name")) for one in same]
    if all(" " in name for name in names) and all(
        one and one not in names for one in shown
    ):
        wanted_names, found = sorted(names.values()), same[0]["author_name"]
        yield _altered(copy, "amendment author name", wanted_names, found)


def _altered(copy: Copy, field: str, wanted: Any, found: Any) -> Difference:
    return Difference(copy, "altered", field, wanted, found)


def _aliases(note: LogicalNote) -> set[str]:
    names: set[str] = set()
    for copy in note.copies[NOMIS]:
        if copy.row is not None:
            usernames = copy.row.get("usernames") or []
            if note.author in usernames:
                names.update(usernames)
    return names


def _legacy_ids(note: LogicalNote) -> set[int]:
    if note.kind == SEED and note.details.get("legacy_id") is not None:
        return {note.details["legacy_id"]}
    if note.side == NOMIS:
        return {int(copy.id) for copy in note.copies[NOMIS] if copy.id.isdigit()}
    known = note.details.get("legacy_id")
    if known is None and (event := note.details.get("event")) is not None:
        # DPS wrote it itself, for an alert, and told of it.
        known = (event.body.get("additionalInformation") or {}).get("legacyId")
    return {known} if known is not None else set()


def _locations(note: LogicalNote) -> set[str]:
    """Return the prisons that DPS may name: where the note was written.

    A NOMIS row without one (before 2017) shows wherever its booking is now
    (http-contracts N1), so nothing can be said of its note.
    """
    if note.side == NOMIS and not _seeded_in_dps(note):
        places = [copy.row.get("agency") for copy in note.copies[NOMIS] if copy.row]
    else:
        places = [note.details.get("location")]
    return {place for place in places if place} if all(places) else set()


def _systems(note: LogicalNote) -> set[str]:
    if note.kind == SEED:
        return {note.details.get("system") or "NOMIS"}
    if note.side == DPS:
        return {"DPS"}
    return {"NOMIS", "DPS"} if _written_by_legacy_path(note) else {"NOMIS"}


def _written_by_legacy_path(note: LogicalNote) -> bool:
    """Say whether prison-api wrote the row: NOMIS then reports DPS as its source."""
    if note.born is not None and note.born.call.service == "prison-api":
        return True
    return any(
        copy.row is not None and copy.row.get("audit_module") in _LEGACY_MODULES
        for copy in note.copies[NOMIS]
    )


def _generated(note: LogicalNote) -> bool | None:
    if _seeded_in_dps(note):
        return note.details.get("system_generated")
    if note.side == DPS:
        if note.kind in {ALERT, AUTO}:
            return True
        return note.details.get("system_generated")
    rows = [copy.row for copy in note.copies[NOMIS] if copy.row is not None]
    return rows[0].get("source") == "AUTO" if rows else None
