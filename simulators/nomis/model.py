"""NOMIS as one model: its tables, its settings, and what the harness sets up.

No I/O: the clock is injected, events go to `outbox`. The three services on top of it
(the sync's API, the officers' screens, prison-api) share one `Nomis`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.nomis import limits as known_limits
from simulators.nomis.alerts import Alerts
from simulators.nomis.audit import AuditStamp
from simulators.nomis.events import Emitter
from simulators.nomis.notes import CaseNotes
from simulators.nomis.people import People
from simulators.nomis.reference import Reference
from simulators.nomis.snapshot import take_snapshot
from simulators.nomis.switches import (
    ALERTS_CASE_NOTES,
    NOTES_SCREEN,
    AgencySwitches,
    SplashScreens,
)
from simulators.nomis.text import SplitText, split

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from simulators.clock import Clock
    from simulators.nomis.rows import CaseNote, Merge, Offender, Staff
    from simulators.wire.message import OutboxEvent

# Who writes the case note of an alert: (NOMIS trigger fires, DPS switch is on).
ALERT_WRITERS = {
    "nomis": (True, False),
    "dps": (False, True),
    "both": (True, True),
    "none": (False, False),
}


class Nomis:
    """The state and rules of NOMIS.

    `limits` holds the ids of known faults that are fixed in this world (see
    `simulators.nomis.limits`); empty means as deployed.
    """

    def __init__(self, clock: Clock, limits: Iterable[str] = ()) -> None:
        """Start with reference data and the schema owner's account, no prisons."""
        unknown = set(limits) - known_limits.KNOWN
        if unknown:
            raise ValueError(
                f"unknown limits {sorted(unknown)}; NOMIS has "
                f"{sorted(known_limits.KNOWN)}"
            )
        self.clock = clock
        self.limits = set(limits)
        self.outbox: list[OutboxEvent] = []
        self.emitter = Emitter(clock, self.outbox)
        self.people = People(clock)
        self.reference = Reference()
        self.notes = CaseNotes(clock, self.people, self.emitter)
        self.alerts = Alerts(
            clock, self.people, self.reference, self.notes, self.emitter
        )
        self.switches = AgencySwitches()
        self.screens = SplashScreens()
        self.audit = AuditStamp(clock)
        self.merges: list[Merge] = []
        # Keys of creates already done, for a create that is idempotent as intended.
        self.created_by_key: dict[str, tuple[int, int]] = {}
        self.automatic_notes = True

    # What the harness sets up.

    def add_prison(self, code: str, description: str) -> None:
        """Add a prison; its screens are open and its alert trigger on."""
        self.people.prisons[code] = description

    def add_staff(
        self, staff_id: int, first: str | None, last: str, usernames: list[str]
    ) -> Staff:
        """Add a member of staff with at least one account."""
        if not usernames:
            raise ValueError(f"staff {staff_id} needs at least one account")
        return self.people.add_staff(staff_id, first, last, usernames)

    def add_prisoner(
        self, number: str, prison: str | None, booking_id: int | None = None
    ) -> Offender:
        """Add a prisoner with one active booking (`prison` None: no booking)."""
        return self.people.add_prisoner(number, prison, booking_id)

    def set_screens(self, prison: str, on: bool, module: str = NOTES_SCREEN) -> None:
        """Switch a screen on or off for a prison, or for all (`**ALL**`)."""
        self.screens.turn(module, prison, on)

    def set_alert_writer(self, prison: str, who: str) -> None:
        """Say who writes alert notes for a prison: nomis, dps, both or none."""
        if who not in ALERT_WRITERS:
            raise ValueError(f"alert writer {who!r}: use one of {list(ALERT_WRITERS)}")
        fires, switched = ALERT_WRITERS[who]
        if fires:
            self.alerts.trigger.off.discard(prison)
        else:
            self.alerts.trigger.off.add(prison)
        self.switches.turn(ALERTS_CASE_NOTES, prison, switched)

    def set_read_lag(self, seconds: float, prisoner: str = "") -> None:
        """Let API reads lag by `seconds`, for one prisoner or ("") for all."""
        self.notes.view.lag(seconds, prisoner)
        self.alerts.view.lag(seconds, prisoner)

    def seed_note(self, **columns: Any) -> CaseNote:
        """Insert a historic note without an event; see `simulators.nomis.seeding`."""
        from simulators.nomis.seeding import seed_note

        return seed_note(self, **columns)

    # What other parts ask.

    def owner_of(self, booking_id: int | None) -> str | None:
        """Return who owns a booking now, None when it is gone (for the relay)."""
        return self.people.owner_of(booking_id)

    def fixed(self, limit: str) -> bool:
        """Say whether that fault of the real NOMIS is fixed here."""
        return limit in self.limits

    def split(self, row: CaseNote) -> SplitText:
        """Take a note's text apart, as the API reads it."""
        return split(
            row.text,
            lenient=self.fixed(known_limits.IMPOSSIBLE_MARKER_DATE),
            any_username=self.fixed(known_limits.MARKER_USERNAME_ALPHABET),
        )

    def usernames_of(self, staff_id: int) -> list[str]:
        """Return the account names of a member of staff."""
        staff = self.people.staff.get(staff_id)
        return list(staff.usernames) if staff else []

    def snapshot(self, prisoners: set[str] | None = None) -> Mapping[str, Any]:
        """Return plain data about these prisoners (None: all), for the oracle."""
        return take_snapshot(self, prisoners)
