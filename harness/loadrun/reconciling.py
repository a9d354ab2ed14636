"""The profile `reconcile`: does the reconciliation find what is wrong, and only that.

NOMIS lists a share of the estate, with mismatches planted in some prisoners; some
others cannot be read. While users go on, the reconciliation runs over everyone, and its
report is held to what was planted. A second round, with NOMIS naming nobody, must not
end clean. A build that looks at one prisoner at a time is asked prisoner by prisoner.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from harness.loadrun.campaign import Campaign, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.loadrun.plan import Plan
    from harness.stack import Stack

HALF = "to-nomis"
PATH = "/casenotes/reconciliation"
EACH = 2
"""Mismatches planted of every kind."""
UNREADABLE = 3
BEGINS = 0.1
_AT_ONCE = 8

Report = dict[str, Any]


class Reconciling(Campaign):
    """Runs the reconciliation over the plan's share of the estate."""

    def __init__(self, plan: Plan, stack: Stack, say: Callable[[str], None]) -> None:
        """Plant nothing yet."""
        super().__init__(plan, stack, say)
        self._listed: list[str] = []
        self._planted: dict[str, str] = {}
        self._unreadable: list[str] = []
        self._report: Report | None = None
        self._blind: Report | None = None
        self._seconds = 0.0
        self._trouble: list[str] = []
        self._faults: list[str] = []
        self._over = threading.Event()
        self._work: threading.Thread | None = None

    def people(self) -> dict[str, Any] | None:
        """Have NOMIS list the share, plant, and make some unreadable."""
        world = self.stack.world
        people = super().people()
        listed = world.load("estate", prisoners=0, listed=self.plan.share)["listed"]
        planted = world.load("plant", each=EACH)["planted"]
        self._listed = listed
        self._planted = {one["prisoner"]: one["kind"] for one in planted}
        readable = [who for who in listed if who not in self._planted]
        self._unreadable = readable[:: max(len(readable) // UNREADABLE, 1)][:UNREADABLE]
        for who in self._unreadable:
            self._away(status=500, subject=who, methods=["GET"])
        self.say(
            f"NOMIS lists {len(listed)} prisoners more; {len(planted)} mismatches are "
            f"planted, {len(self._unreadable)} prisoners cannot be read"
        )
        return people

    def _away(self, **fields: Any) -> None:
        fault = self.stack.world.fault("nomis", "status", times=None, **fields)
        self._faults.append(fault)

    def follow(self, at: float, seen: dict[str, Any]) -> None:
        """Begin when its time has come."""
        if self._work is None and at >= BEGINS * self.plan.seconds:
            self.say("the reconciliation begins")
            self._work = threading.Thread(target=self._reconcile, daemon=True)
            self._work.start()

    def end(self) -> None:
        """Wait for the report, as long as the backlog may take."""
        self._over.set()
        if self._work is not None:
            self._work.join(self.plan.settle)
            if self._work.is_alive():
                self._trouble.append(
                    "the reconciliation had not ended "
                    f"{self.plan.settle:.0f} s after the last arrival"
                )
        self.stack.world.clear_faults(self._faults)

    def _reconcile(self) -> None:
        everyone = "reconciles-everyone" in self.stack.traits(HALF).names()
        began = time.monotonic()
        try:
            self._report = self._everyone() if everyone else self._one_by_one()
            self._seconds = time.monotonic() - began
            if everyone:
                self.say("once more, with NOMIS naming nobody")
                self._away(status=503, operation="get_prisoner_ids_from")
                self._blind = self._everyone()
        except Exception as error:  # noqa: BLE001 - said in the verdict, not swallowed
            self._trouble.append(f"the reconciliation stopped: {error}")

    def _everyone(self) -> Report:
        wait = self.plan.seconds + self.plan.settle
        answer = self.stack.admin(HALF, "POST", PATH, wait=wait)
        if answer["status"] != HTTPStatus.OK:
            # Saying that it failed is no clean report.
            return {"checked": 0, "unchecked": [], "mismatches": [], "complete": False}
        report: Report = answer["body"]
        return report

    def _one_by_one(self) -> Report:
        report: Report = {"checked": 0, "unchecked": [], "mismatches": []}

        def look(who: str) -> tuple[str, dict[str, Any] | None]:
            if self._over.is_set():
                return who, None
            return who, self.stack.admin(HALF, "GET", f"{PATH}/{who}")

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for who, answer in pool.map(look, self._listed):
                if answer is None or answer["status"] != HTTPStatus.OK:
                    report["unchecked"].append(who)
                    continue
                report["checked"] += 1
                if answer["body"]:
                    report["mismatches"].append({"offenderNo": who})
        report["complete"] = not report["unchecked"]
        return report

    def outcome(self, measured: dict[str, Any]) -> Outcome:
        """Hold the report to what was planted."""
        if self._report is None:
            return Outcome(doubts=[*self._trouble, "there is no report to look at"])
        outcome = examine(self._report, self._listed, self._planted, self._unreadable)
        outcome.doubts = [*self._trouble, *outcome.doubts]
        outcome.figures["seconds"] = round(self._seconds, 1)
        if self._blind is not None and self._blind.get("complete"):
            outcome.wrong["complete without a page"] = 1
        outcome.figures["blind_round"] = self._blind
        looked = self._report["checked"] / self._seconds if self._seconds else 0.0
        outcome.says.append(f"{looked:.1f} prisoners a second were looked at")
        return outcome


def examine(
    report: Report, listed: list[str], planted: dict[str, str], unreadable: list[str]
) -> Outcome:
    """Compare a report with the truth.

    Wrong are planted mismatches that were *missed*, *invented* ones among quiet
    prisoners, unreadable ones *called clean*, and prisoners *never looked at* of whom
    it says nothing. What it reports of prisoners whom users write about just then may
    be a change under way, and is only shown.
    """
    reported = {one["offenderNo"] for one in report["mismatches"]}
    unchecked, quiet = set(report["unchecked"]), set(listed)
    others = unchecked - set(unreadable)
    missed = sorted(set(planted) - reported - unchecked)
    invented = sorted((reported & quiet) - set(planted) - set(unreadable))
    clean = sorted(set(unreadable) - unchecked - reported)
    looked = report["checked"] + len(unchecked)
    wrong = {
        "missed mismatches": len(missed),
        "invented mismatches": len(invented),
        "unreadable called clean": len(clean),
        "called complete": int(bool(unreadable) and bool(report.get("complete"))),
        "never looked at": max(len(listed) - looked, 0),
    }
    figures = {
        "listed": len(listed),
        "checked": report["checked"],
        "planted": len(planted),
        "found": len(set(planted) & reported),
        "missed": {who: planted[who] for who in missed},
        "invented": invented,
        "called_clean": clean,
        "unchecked": sorted(unchecked),
        "reported_of_busy": sorted(reported - quiet),
        "complete": report.get("complete"),
        "repaired": report.get("repaired", []),
    }
    told = len(set(unreadable) & unchecked)
    says = [
        f"{report['checked']} prisoners were checked, {len(listed)} of them quiet",
        (
            f"of {len(planted)} planted mismatches {figures['found']} were found; "
            f"{len(invented)} were invented"
        ),
        (f"of {len(unreadable)} unreadable prisoners {told} were told as unchecked"),
    ]
    if figures["reported_of_busy"]:
        says.append(
            f"{len(reported - quiet)} reported whom users wrote about just then"
        )
    doubts = []
    if len(others) > len(listed) // 10:
        doubts.append(f"{len(others)} readable prisoners were left unchecked")
    if not report["checked"]:
        doubts.append("nobody was checked: nothing was shown")
    return Outcome(figures, says, {n: c for n, c in wrong.items() if c}, [], doubts)
