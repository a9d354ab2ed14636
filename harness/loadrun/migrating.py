"""The profile `migration`: the sync's own initial load, while users go on writing.

A share of the estate stands in NOMIS alone. The load is asked for in batches, spread
over the run so that many changes meet it, and the first batch twice: a load that was
cut off is begun again. In the end each historic note must be there once on both sides,
by the tables themselves. The speed is that within batches.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from harness.loadrun.campaign import Campaign, Outcome
from simulators.estate import MEAN_NOTES, PRISONERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.loadrun.plan import Plan
    from harness.stack import Stack

    Historic = Mapping[str, range]

HALF = "from-nomis"
PATH = "/migrate/casenotes"
BATCH = 10
BEGINS, ENDS = 0.1, 0.8
"""Shares of the run: batches begin evenly between them, or as soon as they can."""
_PATIENCE = 60.0
_WITH_GIANT = 100
"""Prisoners of a share from which on the estate's largest one is among them."""
_LOOKED_AT = 25
"""Prisoners whose tables are asked for at once."""


class Migrating(Campaign):
    """Loads the plan's share, batch by batch, until it is done or the run is over."""

    def __init__(self, plan: Plan, stack: Stack, say: Callable[[str], None]) -> None:
        """Load nothing yet."""
        super().__init__(plan, stack, say)
        self._historic: dict[str, range] = {}
        self._loaded: list[str] = []
        self._failed: set[str] = set()
        self._notes = 0
        self._seconds = 0.0
        self._repeated = 0
        self._trouble: list[str] = []
        self._over = threading.Event()
        self._work: threading.Thread | None = None

    def people(self) -> dict[str, Any]:
        """Have the share in NOMIS alone; users write about just these prisoners."""
        share = self.plan.share
        chosen = self.stack.world.load(
            "estate", prisoners=share, mapped=False, giant=share >= _WITH_GIANT
        )["prisoners"]
        self._historic = {
            one["prisoner"]: range(one["first"], one["first"] + one["notes"])
            for one in chosen
        }
        total = sum(map(len, self._historic.values()))
        self.say(f"{len(chosen)} prisoners with {total} notes are in NOMIS alone")
        newest = [(who, str(ids[-1])) for who, ids in self._historic.items() if ids]
        return {
            "staff": self.staff(),
            "prisoners": list(self._historic),
            "notes": {"NOMIS": newest},
        }

    def follow(self, at: float, seen: dict[str, Any]) -> None:
        """Begin the load when its time has come."""
        if self._work is None and at >= BEGINS * self.plan.seconds:
            self.say("the migration begins")
            self._work = threading.Thread(target=self._load, daemon=True)
            self._work.start()

    def end(self) -> None:
        """Begin no further batch, and wait for the one at work."""
        self._over.set()
        if self._work is not None:
            self._work.join(_PATIENCE)
            if self._work.is_alive():
                self._trouble.append(f"a batch was not loaded within {_PATIENCE:.0f} s")

    def _load(self) -> None:
        everyone = list(self._historic)
        batches = [everyone[at : at + BATCH] for at in range(0, len(everyone), BATCH)]
        pace = (ENDS - BEGINS) * self.plan.seconds / len(batches)
        due = time.monotonic()
        try:
            for batch in batches:
                if self._over.wait(max(due - time.monotonic(), 0.0)):
                    return
                due += pace
                began = time.monotonic()
                answer = self._ask(batch)
                self._seconds += time.monotonic() - began
                self._notes += answer["notes"]
                self._loaded += batch
                self._failed |= set(answer["failed"])
            self.say(f"all {len(everyone)} prisoners are loaded; the first ones again")
            again = [
                *batches[0],
                *(one for one in self._failed if one not in batches[0]),
            ]
            self._failed = set(self._ask(again)["failed"])
            self._repeated = len(again)
        except Exception as error:  # noqa: BLE001 - said in the verdict, not swallowed
            self._trouble.append(f"the migration stopped: {error}")

    def _ask(self, batch: list[str]) -> dict[str, Any]:
        answer = self.stack.admin(HALF, "POST", PATH, {"offenderNos": batch})
        if answer["status"] != HTTPStatus.OK:
            raise RuntimeError(f"POST {PATH} answered {answer['status']}")
        body: dict[str, Any] = answer["body"]
        return body

    def judged(self, prisoners: list[str]) -> list[str]:
        """Return who was loaded: nobody owed DPS the history of the others yet."""
        loaded = set(self._loaded)
        return [who for who in prisoners if who in loaded]

    def outcome(self, measured: dict[str, Any]) -> Outcome:
        """Hold the tables to the historic notes; tell the speed."""
        found: Counter[str] = Counter()
        for at in range(0, len(self._loaded), _LOOKED_AT):
            some = self._loaded[at : at + _LOOKED_AT]
            tables = self.stack.world.snapshot(some)
            found += compare({who: self._historic[who] for who in some}, tables)
        figures = self._figures() | {"found": dict(sorted(found.items()))}
        checked = found.pop("notes", 0)
        doubts = list(self._trouble)
        if not checked:
            doubts.append("no historic note was loaded: nothing was shown")
        return Outcome(
            figures=figures,
            says=self._says(figures, checked),
            wrong=dict(sorted(found.items())),
            doubts=doubts,
        )

    def _figures(self) -> dict[str, Any]:
        speed = self._notes / self._seconds if self._seconds else 0.0
        whole = PRISONERS * MEAN_NOTES / speed / 3600 if speed else None
        return {
            "prisoners": len(self._loaded),
            "asked_for": len(self._historic),
            "loaded_again": self._repeated,
            "failed": sorted(self._failed),
            "notes": self._notes,
            "seconds": round(self._seconds, 1),
            "notes_a_second": round(speed, 1),
            "whole_estate_hours": None if whole is None else round(whole, 1),
        }

    def _says(self, figures: dict[str, Any], checked: int) -> list[str]:
        hours = figures["whole_estate_hours"]
        whole = "-" if hours is None else f"{hours:g} h ({hours / 24:.1f} days)"
        return [
            (
                f"of {figures['asked_for']} prisoners {figures['prisoners']} were "
                f"loaded, {figures['loaded_again']} of them twice, while users wrote"
            ),
            f"{checked} historic notes were looked for on both sides",
            (
                f"{figures['notes']} notes in {figures['seconds']:g} s of loading, "
                f"{figures['notes_a_second']:g} a second; at this speed the whole "
                f"estate takes {whole}"
            ),
        ]


def compare(historic: Historic, tables: dict[str, Any]) -> Counter[str]:
    """Count the historic `notes`, and those not there once on both sides.

    A note that is on neither side was deleted by a user. A DPS note without mapping
    is a double: after settling every note that NOMIS and DPS share has one.
    """
    nomis = {row["id"]: row for row in tables["nomis"]["notes"]}
    dps = {row["id"]: row for row in tables["dps"]["notes"]}
    pairs: dict[int, list[str]] = {}
    for row in tables["mapping"]["notes"]:
        pairs.setdefault(row["nomis_id"], []).append(row["dps_id"])
    mapped = {one for ids in pairs.values() for one in ids}
    found: Counter[str] = Counter()
    for identifier in (one for ids in historic.values() for one in ids):
        copies = [one for one in pairs.get(identifier, ()) if one in dps]
        stored = nomis.get(identifier)
        found["notes"] += 1
        found["missing in DPS"] += stored is not None and not copies
        found["missing in NOMIS"] += stored is None and bool(copies)
        found["doubled"] += max(len(copies) - 1, 0)
        if stored is not None and copies:
            found["altered"] += not stored["text"].startswith(dps[copies[0]]["text"])
    found["doubled"] += sum(
        row["sync_to_nomis"] and row["id"] not in mapped for row in dps.values()
    )
    return +found
