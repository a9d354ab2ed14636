"""NOMIS-side switches: agency switches and splash screens (events-and-config 5.3)."""

from __future__ import annotations

from dataclasses import dataclass, field

ALERTS_CASE_NOTES = "ALERTS_CASE_NOTES"
EVERY_AGENCY = "*ALL*"
EVERY_PRISON = "**ALL**"
NOTES_SCREEN = "OIDNOMIS"
ALERTS_SCREEN = "OCDALERT"
SHAPES = ("both", "prison-api", "client")
"""How prison-api prints a switch: its own members, those DPS reads, or both (7.3)."""


class AgencySwitches:
    """EXTERNAL_SERVICES and, per service, the agencies where it is switched on."""

    def __init__(self) -> None:
        """Know the service that case notes use, off everywhere."""
        self._on: dict[str, set[str]] = {ALERTS_CASE_NOTES: set()}
        self.shape = "both"

    def known(self, service: str) -> bool:
        """Say whether the service exists."""
        return service in self._on

    def agencies(self, service: str) -> list[str]:
        """Return where the service is on, sorted; `*ALL*` may be among them."""
        return sorted(self._on.get(service, ()))

    def on(self, service: str, agency: str) -> bool:
        """Say whether the service is on there; `*ALL*` counts as every agency."""
        there = self._on.get(service, set())
        return agency in there or EVERY_AGENCY in there

    def turn(self, service: str, agency: str, on: bool) -> bool:
        """Switch; says whether anything changed."""
        there = self._on[service]
        if on == (agency in there):
            return False
        if on:
            there.add(agency)
        else:
            there.remove(agency)
        return True


@dataclass(slots=True)
class SplashScreen:
    """A screen (module) and whether it is blocked: YES, COND (per prison) or NO."""

    module: str
    blocked_type: str = "COND"
    warning_text: str | None = None
    blocked_text: str | None = "This screen is switched off. Use DPS."
    conditions: dict[str, bool] = field(default_factory=dict)

    def blocked_in(self, prison: str) -> bool:
        """Say whether officers at the prison may not use the screen."""
        listed = [each for each in (prison, EVERY_PRISON) if each in self.conditions]
        match self.blocked_type:
            case "YES":
                return bool(listed)
            case "COND":
                return any(self.conditions[each] for each in listed)
        return False

    def blocked_prisons(self) -> list[str]:
        """Return the listed prisons for which the screen is blocked, sorted."""
        if self.blocked_type == "NO":
            return []
        return sorted(each for each in self.conditions if self.blocked_in(each))


BLOCKED_TYPES = {"YES": "Yes", "NO": "No", "COND": "Conditional"}


class SplashScreens:
    """SPLASH_SCREENS with their conditions."""

    def __init__(self) -> None:
        """Know the case-note and the alert screen, open everywhere."""
        self.screens = {
            name: SplashScreen(name) for name in (NOTES_SCREEN, ALERTS_SCREEN)
        }

    def turn(self, module: str, prison: str, on: bool) -> None:
        """Switch a screen on (open) or off (blocked) for one prison or `**ALL**`."""
        screen = self.screens.setdefault(module, SplashScreen(module))
        screen.conditions[prison] = not on

    def open(self, module: str, prison: str) -> bool:
        """Say whether officers at the prison may use the screen."""
        screen = self.screens.get(module)
        return screen is None or not screen.blocked_in(prison)
