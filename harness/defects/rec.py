"""Planted defects of the reconciliation (fault corpus M).

The oracle never looks at the sync's own reports, so these show in a `Then` line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.defects.patching import around, function
from harness.defects.registry import defect
from simulators.dps import reading_operations
from simulators.sync import comparing, merging
from simulators.sync import text as notation
from simulators.sync.clients import Nomis
from simulators.sync.reconciliation import Reconciliation

if TYPE_CHECKING:
    from harness.defects.registry import Patches

_CLEAN = "Then it reports the prisoner clean"
_DIFFERS = "Then it reports a difference"
_UNCHECKED = "Then it reports that it could not check"


@defect(
    "REC-01",
    "Equal notes collapse in the comparison",
    "to-nomis",
    "",
    line=_DIFFERS,
    wrong="the two sides are compared as sets of values",
    shows="one of two equal notes is missing, and nobody sees it",
)
def _() -> Patches:
    def compared(rows: Any, nomis: Any, dps: Any) -> list[str]:
        held = {(n.text, n.type) for n in nomis}
        return sorted(str(k) for k in held ^ {(n.text, n.type) for n in dps})

    return [function(comparing.differences, compared)]


@defect(
    "REC-02",
    "A failure on the first page ends as a success",
    "to-nomis",
    "",
    line=_UNCHECKED,
    wrong="the loop ends when the last page was short, and a failed one is",
    shows="nobody was checked, and the report is clean",
)
def _() -> Patches:
    async def page(original: Any, self: Any, last: int) -> Any:
        return await original(self, last) or ([], 0)

    return [around(Reconciliation, "_page", page)]


@defect(
    "REC-03",
    "Prisoners who could not be read are left out of the report",
    "to-nomis",
    "",
    line=_UNCHECKED,
    wrong="a failed read is an empty one",
    shows="a difference is not reported, and the report calls itself complete",
)
def _() -> Patches:
    async def page(original: Any, self: Any, last: int) -> Any:
        return await original(self, last) or ([], 0)

    async def checked(original: Any, self: Any, prisoners: Any, report: Any) -> None:
        await original(self, prisoners, report)
        report["unchecked"].clear()

    return [
        around(Reconciliation, "_page", page),
        around(Reconciliation, "_check_page", checked),
    ]


@defect(
    "REC-04",
    "Nothing equals nothing, so a gap is hidden",
    "to-nomis",
    "",
    line=_DIFFERS,
    wrong="a pair is compared only where both sides have it",
    shows="a note that one side lacks is not reported",
)
def _() -> Patches:
    plain = comparing.differences

    def compared(rows: Any, nomis: Any, dps: Any) -> list[str]:
        found = plain(rows, nomis, dps)
        return [
            one for one in found if "no such note" not in one and "has no" not in one
        ]

    return [function(plain, compared)]


@defect(
    "REC-05",
    "Notes for DPS alone are counted",
    "dps",
    "",
    line=_CLEAN,
    wrong="the list for the sync has types that are not synced",
    shows="most prisoners differ, true differences drown",
)
def _() -> Patches:
    plain = reading_operations.get_sync_case_notes

    class All:
        """Reference data by which every type is synced."""

        syncs = True

        def of(self, *_: str) -> Any:
            """Return the one sub type there is."""
            return self

    class Seen:
        """The model with such reference data."""

        def __init__(self, model: Any) -> None:
            self._model = model
            self.reference: Any = All()

        def __getattr__(self, name: str) -> Any:
            return getattr(self._model, name)

    return [function(plain, lambda model, call: as_any(plain)(Seen(model), call))]


def as_any(value: Any) -> Any:
    """Return a function that may be called with a stand-in."""
    return value


@defect(
    "REC-06",
    "Parts are compared one by one, though NOMIS cuts the whole",
    "to-nomis",
    "",
    line=_CLEAN,
    wrong="text and amendments are compared apart",
    shows="a false difference for every long note",
)
def _() -> Patches:
    plain = comparing.differing_fields

    def apart(stored: Any, note: Any) -> list[str]:
        found = plain(stored, note)
        parts = [a.key for a in stored.amendments] == [a.key for a in note.amendments]
        if "text" not in found and not (stored.text == note.text and parts):
            found.append("text")
        return found

    return [function(plain, apart)]


@defect(
    "REC-07",
    "The rebuilt text has dates of another form",
    "to-nomis",
    "",
    line=_CLEAN,
    wrong="amendments are rendered with ISO dates for the comparison",
    shows="a false difference for long notes with amendments",
    equivalent=(
        "The reference renders both sides with one function before it compares them, "
        "so a date's form cancels out; what NOMIS stores is rendered by NOMIS."
    ),
)
def _() -> Patches:
    return [function(notation._stamp, lambda at: at.isoformat())]


@defect(
    "REC-08",
    "Only today's way of cutting counts",
    "to-nomis",
    "",
    line=_CLEAN,
    wrong="a cut row must be exactly what today's algorithm makes of the text",
    shows="false differences for rows that were cut by another algorithm",
    equivalent=(
        "Every cut row of a scenario was cut by today's algorithm; contracts/vectors "
        "holds the comparison to the older one."
    ),
)
def _() -> Patches:
    plain = comparing.differing_fields

    def exact(stored: Any, note: Any) -> list[str]:
        found = plain(stored, note)
        if stored.full.endswith(notation.SUFFIX) and stored.full != notation.cut(
            note.full
        ):
            found.append("text")
        return found

    return [function(plain, exact)]


@defect(
    "REC-09",
    "The author is compared with the first account",
    "to-nomis",
    "",
    line=_CLEAN,
    wrong="other accounts of the same person are other authors",
    shows="a false difference for staff with two accounts",
)
def _() -> Patches:
    return [
        function(
            merging.same_author, lambda row, note: note.username == row.usernames[0]
        )
    ]


@defect(
    "REC-11",
    "A field is left out of the comparison",
    "to-nomis",
    "",
    line=_DIFFERS,
    wrong="the text is not compared",
    shows="a clean report, and wrong data",
)
def _() -> Patches:
    plain = comparing.differing_fields

    def fewer(stored: Any, note: Any) -> list[str]:
        return [name for name in plain(stored, note) if name != "text"]

    return [function(plain, fewer)]


@defect(
    "REC-12",
    "One prisoner's failure ends the report",
    "to-nomis",
    "",
    line='Then it reports the difference of "First"',
    wrong="the first failure among a page's prisoners is raised",
    shows="the report ends early, and others go unchecked",
)
def _() -> Patches:
    async def check_page(
        original: Any, self: Any, prisoners: list[str], report: Any
    ) -> None:
        for prisoner in prisoners:
            result = await self.check(prisoner)
            report["checked"] += 1
            if result["differences"]:
                report["mismatches"].append(result)

    return [around(Reconciliation, "_check_page", check_page)]


@defect(
    "REC-13",
    "An exemption by type hides true differences",
    "to-nomis",
    "",
    line=_DIFFERS,
    wrong="notes of some types are never reported",
    shows="a false clean for every note of those types",
)
def _() -> Patches:
    plain = comparing.differing_fields

    def exempt(stored: Any, note: Any) -> list[str]:
        return [] if note.type in {"KA", "GEN"} else plain(stored, note)

    return [function(plain, exempt)]


@defect(
    "REC-14",
    "Any merge excuses any difference",
    "to-nomis",
    "",
    line=_DIFFERS,
    wrong="merged prisoners are skipped",
    shows="defects of merges are never seen",
)
def _() -> Patches:
    async def look(original: Any, self: Any, prisoner: str) -> Any:
        if await Nomis.merges(self._services.nomis, prisoner):
            return [], []
        return await original(self, prisoner)

    return [around(Reconciliation, "_look", look)]
