"""Planted defects of texts and amendments (fault corpus E)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.defects.patching import (
    answers,
    around,
    attribute,
    does_nothing,
    function,
)
from harness.defects.registry import defect
from simulators.dps import migration, sync_operations, upsert, users
from simulators.dps.errors import bad_request, unforeseen
from simulators.nomis import text as nomis_text
from simulators.sync import merging, planning, requesting
from simulators.sync import text as notation
from simulators.sync.clients import Nomis
from simulators.sync.notes import second
from simulators.sync.to_nomis import ToNomis
from simulators.sync.updating import Updater

if TYPE_CHECKING:
    from harness.defects.registry import Patches

_HALVES = "to-nomis from-nomis"
_STACK = 40  # amendments after which the recursive splitter's stack is full
_TIGHT = 1000


@defect(
    "TXT-01",
    "Markers of older eras are not found",
    "nomis",
    "corrupt lost converged",
    owners="nomis from-nomis",
    wrong="only yyyy/mm/dd is taken for an amendment's date",
    shows="DPS' text holds raw markers, and amendments are too few",
)
def _() -> Patches:
    return [attribute(nomis_text, "_LAYOUTS", nomis_text._LAYOUTS[2:])]


@defect(
    "TXT-03",
    "A text longer than NOMIS holds is refused",
    "nomis",
    "lost conserved",
    owners="nomis to-nomis",
    wrong="an over-long text is an error instead of being cut",
    shows="400 from NOMIS, a dead letter, NOMIS lacks the note",
)
def _() -> Patches:
    def refuse(text: str) -> str:
        if len(text.encode()) > nomis_text.LIMIT_BYTES:
            raise ValueError("text is too long")
        return text

    return [function(nomis_text.truncate, refuse)]


@defect(
    "TXT-04",
    "The cut counts characters where NOMIS counts bytes",
    "nomis",
    "converged corrupt stale lost altered",
    owners="nomis to-nomis",
    line="Then NOMIS shows the text cut",
    wrong="the limit of 4000 is applied to characters",
    shows="text of many-byte characters is not cut, or cut at the wrong place",
)
def _() -> Patches:
    def cut(text: str) -> str:
        if len(text) <= nomis_text.LIMIT_BYTES:
            return text
        return text[: nomis_text.KEPT_BYTES] + nomis_text.SUFFIX

    return [function(nomis_text.truncate, cut)]


@defect(
    "TXT-05",
    "The splitter recurses and overflows on many amendments",
    "to-nomis",
    "lost conserved stale",
    owners=_HALVES,
    wrong="each amendment takes a frame of the stack",
    shows="a note with many amendments never syncs",
)
def _() -> Patches:
    plain = notation.render

    def render(text: str, amendments: Any) -> str:
        if len(amendments) > _STACK:
            raise RecursionError("maximum recursion depth exceeded")
        return plain(text, amendments)

    return [function(plain, render)]


@defect(
    "TXT-06",
    "NOMIS' shortened copy wipes the tail in DPS",
    "from-nomis",
    "lost corrupt",
    line="Then DPS shows the whole text",
    wrong="the cut text is taken at face value",
    shows="DPS' text ends in '... see DPS for full text'",
)
def _() -> Patches:
    return [
        function(merging._shortened, answers(None)),
        function(notation.shows, lambda stored, full: stored == full),
    ]


@defect(
    "TXT-07",
    "NUL is not removed, and DPS' database refuses it",
    "dps",
    "lost conserved",
    owners="dps from-nomis",
    wrong="the character reaches the database",
    shows="500 on the upsert, a dead letter for this note",
)
def _() -> Patches:
    plain = sync_operations.put_sync_case_note

    def refuse(model: Any, call: Any) -> Any:
        if "\0" in call.body["text"]:
            raise unforeseen("invalid byte sequence for encoding UTF8: 0x00")
        return plain(model, call)

    nothing = re.compile(rb"(?!)()")
    return [function(plain, refuse), attribute(users, "_NUL", nothing)]


@defect(
    "TXT-08",
    "A blank text is refused from the sync",
    "dps",
    "lost conserved",
    owners="dps from-nomis",
    wrong="a check meant for people is applied to the sync",
    shows="400, a dead letter for a blank legacy note",
)
def _() -> Patches:
    plain = upsert.upsert

    def refuse(model: Any, request: Any) -> Any:
        if any(not part.text.strip() for part in (request, *request.amendments)):
            raise bad_request("text cannot be blank")
        return plain(model, request)

    load = migration.migrate

    def refuse_all(model: Any, person: str, requests: Any) -> Any:
        if any(not request.text.strip() for request in requests):
            raise bad_request("text cannot be blank")
        return load(model, person, requests)

    return [function(plain, refuse), function(load, refuse_all)]


@defect(
    "TXT-09",
    "Amendments of one second collapse",
    "from-nomis",
    "lost",
    wrong="amendments are kept under their time",
    shows="DPS shows fewer amendments than NOMIS",
)
def _() -> Patches:
    plain = requesting.amendment_list

    def unique(amendments: Any) -> Any:
        return plain({second(a.created): a for a in amendments}.values())

    return [function(plain, unique)]


@defect(
    "TXT-10",
    "Two amendments of one author and second count as missing",
    "from-nomis",
    "duplicate loop",
    line="Then both sides hold the note with 2 amendments",
    wrong="author and second must match exactly one, else the amendment is added",
    shows="amendments grow at each sync",
    equivalent=(
        "As deployed DPS adds such amendments again whatever the sync sends, once or "
        "twice; the limit dps-equal-second-amendments-are-re-added says so."
    ),
)
def _() -> Patches:
    plain = planning.plan

    def ambiguous(stored: Any, *rest: Any) -> Any:
        marks = [(a.username.upper(), second(a.created)) for a in stored.amendments]
        again = [
            one
            for one, mark in zip(stored.amendments, marks, strict=True)
            if marks.count(mark) > 1
        ]
        plan = plain(stored, *rest)
        return replace(plan, fresh=[*plan.fresh, *again])

    return [function(plain, ambiguous)]


@defect(
    "TXT-11",
    "An amendment taken away in NOMIS is put back",
    "from-nomis",
    "resurrected lost",
    owners="from-nomis to-nomis",
    wrong="amendments are added and never taken away",
    shows="a difference that stays; the next DPS amendment restores the text",
)
def _() -> Patches:
    return [function(planning.is_removed, answers(False))]


@defect(
    "TXT-13",
    "A DPS amendment goes to the first mapped copy only",
    "to-nomis",
    "lost stale converged",
    wrong="one of the NOMIS rows that stand for the note is written",
    shows="the copies of a merge differ",
)
def _() -> Patches:
    async def write(original: Any, self: Any, note: Any, rows: Any, *more: Any) -> None:
        await original(self, note, rows[:1], *more)

    return [around(ToNomis, "_write_all", write)]


@defect(
    "TXT-14",
    "An edit in NOMIS is not carried to the sibling copies",
    "from-nomis",
    "lost stale converged",
    wrong="DPS is updated, the note's other NOMIS rows are not",
    shows="the copies of a merge differ",
)
def _() -> Patches:
    return [attribute(Updater, "_bring_copies", does_nothing())]


@defect(
    "TXT-15",
    "An amendment's author goes to NOMIS as a display name",
    "to-nomis",
    "corrupt altered lost duplicate converged",
    owners=_HALVES,
    wrong="the person's name is sent where the username belongs",
    shows="the marker in NOMIS holds a blank and is no marker any more",
)
def _() -> Patches:
    async def put(
        original: Any, self: Any, row: Any, text: Any, parts: Any, *a: Any
    ) -> None:
        named = [
            replace(one, username=f"{one.first_name} {one.last_name}") for one in parts
        ]
        await original(self, row, text, named, *a)

    return [around(Nomis, "replace", put)]


@defect(
    "TXT-19",
    "The outcome's type is mapped in one place only",
    "from-nomis",
    "loop altered converged",
    wrong="CNOTE/OUTCOME is sent as APP/OUTCOME and compared as it is",
    shows="a change of type is seen at every sync",
)
def _() -> Patches:
    return [
        function(
            merging.same_type,
            lambda row, note: (row.type, row.sub_type) == (note.type, note.sub_type),
        )
    ]


@defect(
    "TXT-20",
    "DPS takes shorter texts than NOMIS has",
    "dps",
    "lost conserved",
    owners="dps from-nomis",
    wrong="the sync's endpoint takes 1000 characters",
    shows="long NOMIS notes are refused",
)
def _() -> Patches:
    plain = upsert.upsert

    def refuse(model: Any, request: Any) -> Any:
        if len(request.text) > _TIGHT:
            raise bad_request(f"text must be <= {_TIGHT} characters")
        return plain(model, request)

    return [function(plain, refuse)]


@defect(
    "TXT-21",
    "Only the first amendment of a text is split off",
    "nomis",
    "lost corrupt converged duplicate",
    owners="nomis from-nomis to-nomis",
    wrong="the text is split at the first marker",
    shows="amendments two to n are glued to the first",
)
def _() -> Patches:
    plain = nomis_text.split

    def split(stored: str, **named: Any) -> Any:
        whole = plain(stored, **named)
        if len(whole.amendments) < 2:  # noqa: PLR2004 - nothing to glue
            return whole
        first = whole.amendments[0]
        start = stored.index("] ", stored.index(" ...[")) + 2
        glued = nomis_text.Amendment(stored[start:], first.username, first.created)
        return nomis_text.SplitText(whole.main, (glued,))

    return [function(plain, split)]


@defect(
    "TXT-23",
    "A user's text that looks like a marker becomes an amendment",
    "from-nomis",
    "corrupt duplicate lost loop",
    wrong="whatever NOMIS parses is believed, also in a text sent from DPS",
    shows="DPS' text is shortened and holds a forged amendment",
)
def _() -> Patches:
    return [
        function(merging.align, lambda row, note: row),
        function(
            merging.shows,
            lambda row, text, parts: (
                (row.text, [a.key for a in row.amendments])
                == (text, [a.key for a in parts])
            ),
        ),
    ]
