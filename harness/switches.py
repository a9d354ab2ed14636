"""Switches of a prison: who may write where, and who writes notes for alerts.

* `nomis-screens`: officers there may use NOMIS's case-note screen (a splash screen
  blocks it, events-and-config 5.3);
* `nomis-alert-screens`: the same for the alert screen;
* `dps-service`: the DPS front end writes through the DPS service; off, it takes the
  legacy path, prison-api, which writes to NOMIS;
* `alert-writer`: nomis, dps, both or none (events-and-config 7.3).

Switches of the sync's halves are the stack's (`Stack.switch`), not the world's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.control import WorldError

if TYPE_CHECKING:
    from simulators.journal import Journal
    from simulators.nomis.model import Nomis

WRITERS = ("nomis", "dps", "both", "none")
NAMES = ("nomis-screens", "nomis-alert-screens", "dps-service", "alert-writer")
_NOTES_SCREEN = "OIDNOMIS"
_ALERTS_SCREEN = "OCDALERT"


class Switches:
    """The state of every prison's switches; each flip is journalled."""

    def __init__(self, journal: Journal, nomis: Nomis) -> None:
        """Switch NOMIS's own state in `nomis`; the front end's is kept here."""
        self._journal = journal
        self._nomis = nomis
        self._state: dict[str, dict[str, bool | str]] = {}

    def add_prison(self, prison: str, **state: bool | str) -> None:
        """Know a prison, with all of its switches."""
        self._state[prison] = {}
        for name in NAMES:
            self.flip(name, prison, state.get(name.replace("-", "_"), True))

    def prisons(self) -> list[str]:
        """Return the prisons known, sorted."""
        return sorted(self._state)

    def on(self, name: str, prison: str) -> bool | str:
        """Return a switch's position; prisons unknown here count as on."""
        return self._state.get(prison, {}).get(name, True)

    def flip(self, name: str, scope: str, on: bool | str) -> None:
        """Flip one switch of the prison `scope`."""
        if name not in NAMES:
            raise WorldError(f"unknown switch {name!r}; switches: {list(NAMES)}")
        if scope not in self._state:
            raise WorldError(
                f"switch {name}: unknown prison {scope!r}; prisons: {self.prisons()}"
            )
        if name == "alert-writer":
            if on not in WRITERS:
                raise WorldError(f"alert-writer {on!r} is none of {list(WRITERS)}")
            self._nomis.set_alert_writer(scope, str(on))
        elif not isinstance(on, bool):
            raise WorldError(f"switch {name} is true or false, not {on!r}")
        elif name == "nomis-screens":
            self._nomis.set_screens(scope, on, _NOTES_SCREEN)
        elif name == "nomis-alert-screens":
            self._nomis.set_screens(scope, on, _ALERTS_SCREEN)
        was = self._state[scope].get(name)
        self._state[scope][name] = on
        self._journal.write("switch", name=name, scope=scope, on=on, was=was)
