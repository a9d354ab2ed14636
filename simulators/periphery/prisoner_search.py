"""Prisoner search: an index of NOMIS, with what an index adds: it can be stale.

An entry is read from NOMIS when asked for and kept for `lag` seconds. While NOMIS does
not answer, the last entry stands, because the real index lives apart from NOMIS.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simulators.periphery.errors import error
from simulators.wire.message import answer
from simulators.wire.service import UpstreamFailed

if TYPE_CHECKING:
    from simulators.clock import Clock
    from simulators.wire.message import OutboxEvent, Response
    from simulators.wire.service import Call

_OK, _NOT_FOUND = 200, 404
_ELSEWHERE = {"OUT": "INACTIVE OUT", "TRN": "INACTIVE TRN"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index has of one prisoner; `read` is a stopwatch time in seconds."""

    prison: str
    booking_id: int | None
    read: float


class PrisonerSearchModel:
    """The index, its lag, and what scenarios pin in it.

    `lag` (seconds, 0 by default) is how long an entry is served before NOMIS is asked
    again. `pin(number, prison)` keeps the index at a prison whatever NOMIS says, until
    `unpin`: the prisoner has moved and the index does not know yet (ALT-13).
    """

    def __init__(self, clock: Clock) -> None:
        """Start with an empty index."""
        self.clock = clock
        self.lag = 0.0
        self.outbox: list[OutboxEvent] = []
        self.entries: dict[str, Entry] = {}
        self._names: dict[str, tuple[str, str]] = {}
        self._restricted: set[str] = set()
        self._pinned: dict[str, str] = {}

    def add_prisoner(
        self,
        number: str,
        first_name: str,
        last_name: str,
        *,
        restricted_patient: bool = False,
    ) -> None:
        """Give a prisoner a name; without it the index invents one."""
        self._names[number] = first_name, last_name
        if restricted_patient:
            self._restricted.add(number)

    def pin(self, number: str, prison: str) -> None:
        """Serve `prison` for this prisoner, whatever NOMIS says."""
        self._pinned[number] = prison

    def unpin(self, number: str) -> None:
        """Serve what NOMIS says again."""
        self._pinned.pop(number, None)

    def fresh(self, number: str) -> bool:
        """Tell whether the entry is young enough to be served without asking NOMIS."""
        entry = self.entries.get(number)
        return entry is not None and self.clock.passed() - entry.read < self.lag

    def keep(self, number: str, prison: str, booking_id: int | None) -> None:
        """Index what NOMIS said just now."""
        self.entries[number] = Entry(prison, booking_id, self.clock.passed())

    def shown(self, number: str) -> Entry | None:
        """Return the entry as served: pinned prison before indexed one."""
        entry = self.entries.get(number)
        prison = self._pinned.get(number)
        if prison is None:
            return entry
        if entry is None:
            return Entry(prison, None, 0.0)
        return replace(entry, prison=prison)

    def names(self, number: str) -> tuple[str, str]:
        """Return first and last name."""
        return self._names.get(number, ("Invented", f"Prisoner {number}"))

    def restricted(self, number: str) -> bool:
        """Tell whether the prisoner is a restricted patient."""
        return number in self._restricted


async def get_prisoner(model: PrisonerSearchModel, call: Call) -> Response:
    """Answer where a prisoner is, refreshed from NOMIS when the entry is old."""
    number = call.path["id"]
    if not model.fresh(number):
        await _refresh(model, call, number)
    entry = model.shown(number)
    if entry is None:
        return error(404, f"{number} not found")
    first_name, last_name = model.names(number)
    document: dict[str, object] = {
        "prisonerNumber": number,
        "prisonId": entry.prison,
        "firstName": first_name,
        "lastName": last_name,
        "status": _ELSEWHERE.get(entry.prison, "ACTIVE IN"),
        "restrictedPatient": model.restricted(number),
    }
    if entry.booking_id is not None:
        document["bookingId"] = str(entry.booking_id)
    return answer(200, document)


async def _refresh(model: PrisonerSearchModel, call: Call, number: str) -> None:
    try:
        found = await call.upstream("nomis", "GET", f"/prisoners/{number}")
    except UpstreamFailed:
        return
    if found.status == _OK:
        prisoner = found.json()
        model.keep(number, prisoner["location"], prisoner["bookingId"])
    elif found.status == _NOT_FOUND:
        model.entries.pop(number, None)
