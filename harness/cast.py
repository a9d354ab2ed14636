"""Who takes part: prisons, staff and prisoners, made known to every fake at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.control import WorldError
from simulators.people import KINDS, People

if TYPE_CHECKING:
    from harness.composition import Composition
    from harness.switches import Switches
    from simulators.clock import Clock


class Cast:
    """Adds people and prisons; each scenario owns fresh ones."""

    def __init__(self, clock: Clock, fakes: Composition, switches: Switches) -> None:
        """Draw people from `clock`'s seed and put them into `fakes`."""
        self._people = People(clock)
        self._fakes = fakes
        self._switches = switches

    def add_prison(
        self,
        code: str | None,
        nomis_screens: bool,
        dps_service: bool,
        alert_writer: str,
    ) -> dict[str, Any]:
        """Add a prison with its switches; returns code and description."""
        made = self._people.prison()
        code = code or made.code
        if code in self._switches.prisons():
            raise WorldError(
                f"prison {code} exists already; prisons: {self._switches.prisons()}"
            )
        self._fakes.nomis.add_prison(code, made.description)
        self._switches.add_prison(
            code,
            nomis_screens=nomis_screens,
            dps_service=dps_service,
            alert_writer=alert_writer,
        )
        return {"code": code, "description": made.description}

    def add_staff(
        self, kind: str, accounts: int, prison: str | None, name: str | None
    ) -> dict[str, Any]:
        """Add a member of staff to NOMIS, to manage-users, or to both."""
        if kind not in KINDS:
            raise WorldError(f"unknown staff kind {kind!r}; kinds: {list(KINDS)}")
        if prison is not None:
            self._check_prison(prison)
        staff = self._people.staff(kind, accounts, name)
        if staff.staff_id is not None:
            self._fakes.nomis.add_staff(
                staff.staff_id,
                staff.first_name or None,
                staff.last_name,
                list(staff.usernames),
            )
        if kind != "nomis":
            for username in staff.usernames:
                self._fakes.users.add_user(
                    username,
                    staff.name,
                    staff.auth_source,
                    staff.user_id,
                    uuid=staff.uuid,
                    caseload=prison,
                )
        return {
            "staff_id": staff.staff_id,
            "usernames": list(staff.usernames),
            "name": staff.name,
        }

    def add_prisoner(self, prison: str) -> dict[str, Any]:
        """Add a prisoner with one active booking at `prison`."""
        self._check_prison(prison)
        made = self._people.prisoner()
        offender = self._fakes.nomis.add_prisoner(made.number, prison)
        self._fakes.search.add_prisoner(made.number, made.first_name, made.last_name)
        return {"prisoner": made.number, "booking": offender.bookings[0]}

    def prison_of(self, prisoner: str) -> str:
        """Return where the prisoner's latest booking is; WorldError if unknown."""
        booking = self._fakes.nomis.people.latest(prisoner)
        if booking is None:
            known = sorted(self._fakes.nomis.people.offenders)
            raise WorldError(
                f"{prisoner!r} is unknown or has no booking; prisoners: {known}"
            )
        return str(booking.agency)

    def _check_prison(self, prison: str) -> None:
        if prison not in self._switches.prisons():
            raise WorldError(
                f"unknown prison {prison!r}; prisons: {self._switches.prisons()}"
            )
