"""Planted defects of who wrote a text or an amendment (fault corpus E)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.defects.patching import function
from harness.defects.registry import defect
from simulators.sync import creating, notes, requesting

if TYPE_CHECKING:
    from harness.defects.registry import Patches


@defect(
    "TXT-16",
    "An amendment is put down to the note's author",
    "from-nomis",
    "altered corrupt converged lost",
    wrong="the creator is sent where the amender belongs",
    shows="the amendment is attributed to the first author",
)
def _() -> Patches:
    plain = requesting.changed_note

    def changed(row: Any, note: Any, **named: Any) -> dict[str, Any]:
        request = plain(row, note, **named)
        for amendment in request["amendments"]:
            amendment["author"] = request["author"]
        return request

    return [function(plain, changed)]


@defect(
    "TXT-16-id",
    "The staff id stands in the place of the username",
    "from-nomis",
    "altered",
    wrong="author fields are swapped",
    shows="the author is shown as a number",
)
def _() -> Patches:
    plain = requesting.new_note

    def new(row: Any, prisoner: str) -> dict[str, Any]:
        request = plain(row, prisoner)
        author = request["author"]
        return request | {"author": author | {"username": author["userId"]}}

    return [function(plain, new)]


@defect(
    "TXT-16-maker",
    "Every note counts as entered by the sync's own account",
    "from-nomis",
    "altered",
    wrong="who entered the note is not carried over",
    shows="'my notes' and the audit name an account instead of the officer",
)
def _() -> Patches:
    plain = requesting.new_note

    def new(row: Any, prisoner: str) -> dict[str, Any]:
        return plain(row, prisoner) | {"createdByUsername": "CASE_NOTES_SYNC"}

    return [function(plain, new)]


@defect(
    "TXT-16-amender",
    "An amendment shows its author's username with another person's name",
    "from-nomis",
    "altered",
    wrong="staff id and name of the note's author are sent for the amender",
    shows="DPS shows the first author's name at the amendment",
)
def _() -> Patches:
    plain = requesting.new_note

    def new(row: Any, prisoner: str) -> dict[str, Any]:
        request = plain(row, prisoner)
        for amendment in request["amendments"]:
            username = amendment["author"]["username"]
            amendment["author"] = request["author"] | {"username": username}
        return request

    changed = requesting.changed_note

    def change(row: Any, note: Any, **named: Any) -> dict[str, Any]:
        request = changed(row, note, **named)
        for amendment in request["amendments"]:
            username = amendment["author"]["username"]
            amendment["author"] = request["author"] | {"username": username}
        return request

    return [function(plain, new), function(changed, change)]


@defect(
    "TXT-16-first",
    "Every note goes to NOMIS under the first author seen",
    "to-nomis",
    "altered",
    wrong="the author is remembered from an earlier message",
    shows="a colleague's note stands under the wrong name in NOMIS",
)
def _() -> Patches:
    plain = creating.create_request
    first: list[str] = []

    def create(note: Any) -> dict[str, Any]:
        first.append(note.username)
        return plain(note) | {"authorUsername": first[0]}

    return [function(plain, create)]


@defect(
    "TXT-17",
    "An author who is not known on the other side stops the note",
    "from-nomis",
    "lost conserved",
    wrong="names that are not known are sent as they are",
    shows="the amendment of a removed user ends in the DLQ",
)
def _() -> Patches:
    def author(username: str, user_id: Any, first: Any, last: Any) -> dict[str, Any]:
        return {
            "username": username,
            "userId": str(user_id),
            "firstName": first,
            "lastName": last,
        }

    return [function(requesting._author, author)]


@defect(
    "TXT-18",
    "The first of several accounts is taken for the author",
    "from-nomis",
    "altered",
    wrong="the account that NOMIS lists first is sent, whoever DPS has",
    shows="the author flips between two accounts of one person",
    line="Then DPS shows the note under the second account",
)
def _() -> Patches:
    plain = requesting.changed_note

    def changed(row: Any, note: Any, **named: Any) -> dict[str, Any]:
        request = plain(row, note, **named)
        request["author"] = request["author"] | {"username": row.usernames[0]}
        return request

    return [function(plain, changed)]


@defect(
    "TXT-22",
    "A null name in a row stops the note",
    "from-nomis",
    "lost conserved",
    wrong="an optional member is read as if it were always there",
    shows="the notes of an author without first name never arrive",
)
def _() -> Patches:
    plain = notes.nomis_note

    def strict(body: dict[str, Any]) -> Any:
        body["authorFirstName"].strip()
        return plain(body)

    return [function(plain, strict)]
