"""Which system the users of each prison write in, while the estate is rolled out.

Before a prison's move its officers write at the NOMIS screens, and its users of the DPS
front end by the legacy path, which writes to NOMIS as well. After it all write in DPS.
A prison may move back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from load.arrivals import NOMIS


@dataclass(frozen=True)
class RollOut:
    """`homes` is each prisoner's prison; `moves` each prison's (seconds, system)."""

    homes: dict[str, str]
    moves: dict[str, list[tuple[float, str]]]

    def system(self, prisoner: str, at: float) -> str:
        """Return NOMIS or DPS: where those write who look after a prisoner."""
        found = NOMIS
        for moment, system in self.moves.get(self.homes[prisoner], ()):
            if moment <= at:
                found = system
        return found


def read(given: dict[str, Any]) -> RollOut | None:
    """Read the roll-out of a file of people; None: it has none."""
    if "moves" not in given:
        return None
    moves = {
        prison: sorted((float(at), str(system)) for at, system in found)
        for prison, found in given["moves"].items()
    }
    return RollOut(given["homes"], moves)
