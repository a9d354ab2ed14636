"""Planted defects of dates and time zones (fault corpus F)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from harness.defects.patching import function
from harness.defects.registry import defect
from simulators.nomis import render
from simulators.sync import creating, notes, told
from simulators.sync.notes import LONDON

if TYPE_CHECKING:
    from harness.defects.registry import Patches

_OLD = 1900


@defect(
    "DAT-01",
    "A row without a time of creation stops the reading",
    "nomis",
    "lost conserved",
    owners="nomis from-nomis",
    wrong="the creation time is formatted without looking whether there is one",
    shows="500 on the note and on the prisoner's whole list",
)
def _() -> Patches:
    plain = render.case_note

    def shown(model: Any, row: Any, **named: Any) -> Any:
        row.created_time.isoformat()
        return plain(model, row, **named)

    return [function(plain, shown)]


def _request_with(change: Any) -> Patches:
    plain = creating.create_request

    def request(note: Any) -> dict[str, Any]:
        return {**plain(note), **change(note)}

    return [function(plain, request)]


@defect(
    "DAT-02",
    "The occurrence is sent as the time of creation",
    "to-nomis",
    "altered converged",
    wrong="the creation time is not passed on",
    shows="in NOMIS creation equals occurrence",
)
def _() -> Patches:
    return list(_request_with(lambda n: {"creationDateTime": n.occurred.isoformat()}))


@defect(
    "DAT-03",
    "The database's stamp is taken for the time of creation",
    "from-nomis",
    "altered converged mapping-sound",
    wrong="the insert stamp and the business time are mixed up",
    shows="DPS shows when the row was stored, not when the note was written",
)
def _() -> Patches:
    plain = notes.nomis_note

    def stamped(body: dict[str, Any]) -> Any:
        row = plain(body)
        return replace(row, created=row.inserted)

    return [function(plain, stamped)]


@defect(
    "DAT-04",
    "Times are compared with their fractions",
    "from-nomis",
    "duplicate loop lost converged",
    owners="from-nomis to-nomis",
    wrong="DPS' microseconds are compared with NOMIS' whole seconds",
    shows="amendments count as missing and are added again",
)
def _() -> Patches:
    return [function(notes.second, lambda at: at)]


@defect(
    "DAT-05",
    "Times are converted with a fixed offset",
    "to-nomis",
    "altered converged corrupt",
    wrong="local time is reckoned as GMT+1 in winter, too",
    shows="notes are one hour off in winter",
)
def _() -> Patches:
    fixed = timezone(timedelta(hours=1))

    def shifted(at: datetime) -> str:
        local = at.replace(tzinfo=LONDON).astimezone(fixed)
        return local.replace(tzinfo=None).isoformat()

    return list(_request_with(lambda n: {"occurrenceDateTime": shifted(n.occurred)}))


@defect(
    "DAT-06",
    "An event time is read in one form only",
    "to-nomis",
    "lost conserved",
    wrong="occurredAt must end in Z, though London's summer has an offset",
    shows="all events of half the year end in the DLQ",
)
def _() -> Patches:
    plain = told.told

    def strict(event: Any) -> Any:
        datetime.strptime(  # noqa: DTZ007 - the form is all that is looked at
            event.content["occurredAt"][-1], "Z"
        )
        return plain(event)

    return [function(plain, strict)]


@defect(
    "DAT-08",
    "Ancient dates are converted with the rules of a zone",
    "from-nomis",
    "converged altered loop",
    wrong="a year before 1900 is converted by local mean time",
    shows="a mistyped date differs by minutes for ever",
)
def _() -> Patches:
    plain = notes.moment

    def converted(value: str) -> datetime:
        at = plain(value)
        if at.year >= _OLD:
            return at
        return at.replace(tzinfo=UTC).astimezone(LONDON).replace(tzinfo=None)

    return [function(plain, converted)]
