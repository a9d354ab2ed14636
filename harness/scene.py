"""One scenario as it plays: who takes part, what was changed, what the oracle says.

A scene owns fresh prisons, staff and prisoners, so nothing is wiped between
scenarios. Its *scope* is the list of its prisoner numbers: settling, judging and
timelines look at nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.stack import Stack


class ScenarioFailed(AssertionError):  # noqa: N818 - pytest users read it as a verdict
    """The scenario's promise was broken; `report` holds the oracle's verdict.

    `broken` is the rule that a line of the scenario itself saw broken (a `Violation`
    as a dictionary): it stands where the oracle, asked later, finds nothing wrong.
    """

    def __init__(
        self,
        message: str,
        report: dict[str, Any] | None = None,
        broken: dict[str, Any] | None = None,
    ) -> None:
        """Keep the message, the oracle's report and the broken rule."""
        super().__init__(message)
        self.report = report or {}
        self.broken = broken


class ScenarioUnknown(ScenarioFailed):
    """Nothing can be said: a check saw nothing, crashed, or nothing settled."""


class StepError(Exception):
    """A step cannot do what its line asks; says what, why and what to do."""


@dataclass
class Note:
    """A case note as the scenario speaks of it.

    `side` is where it was born (NOMIS or DPS), `id` the id that the user's write
    returned there; `text` its main text, `amendments` their texts, in order.
    """

    side: str
    id: str
    prisoner: str
    text: str
    type: str
    sub_type: str
    author: str
    amendments: list[str] = field(default_factory=list)
    deleted: bool = False


@dataclass
class Expectations:
    """What the scenario says must be, beyond every rule: handed to the oracle."""

    allowed: list[dict[str, str]] = field(default_factory=list)
    dead_letters: bool = False
    parked: bool = False
    backfilled: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for the oracle."""
        return {
            "allowed": self.allowed,
            "dead_letters": self.dead_letters,
            "parked": self.parked,
            "backfilled": self.backfilled,
        }


class Scene:
    """The running scenario; steps find everything here."""

    def __init__(self, stack: Stack, name: str, timeout: float | None = None) -> None:
        """Start with nobody; `timeout` limits settling, in stopwatch seconds."""
        self.stack = stack
        self.world = stack.world
        self.name = name
        self.timeout = timeout
        self.prisons: dict[str, dict[str, Any]] = {}
        self.prisoners: dict[str, dict[str, Any]] = {}
        self.staff: dict[str, dict[str, Any]] = {}
        self.notes: dict[str, Note] = {}
        self.alerts: dict[str, dict[str, Any]] = {}
        self.expectations = Expectations(backfilled=stack.backfilled())
        self.last: dict[str, Any] = {}
        self.refusals: list[dict[str, Any]] = []
        self.absences: list[str] = []
        self.witnesses = 0
        self.faults: list[str] = []
        self.memory: dict[str, Any] = {}
        self.when_started = 0
        self.unsettled = False
        self._dirty = False
        self._hold: str | None = None
        self._crash: tuple[str, str] | None = None
        self._undo: list[tuple[str, Any]] = []
        self.started = self.world.begin(name)

    @property
    def scope(self) -> list[str]:
        """The prisoner numbers of this scenario, sorted."""
        return sorted(p["prisoner"] for p in self.prisoners.values())

    def changed(self) -> None:
        """Remember that something happened that must settle before the next step."""
        self._dirty = True

    def hold(self) -> None:
        """Hold all deliveries, so that changes made now cross."""
        if self._hold is None:
            self._hold = self.world.hold()

    def release(self) -> None:
        """Let held deliveries go."""
        if self._hold is not None:
            self.world.release(self._hold)
            self._hold = None
            self._dirty = True

    def plan_crash(self, half: str, service: str, operation: str) -> None:
        """Let the half die while its next such call hangs, not yet carried out."""
        fault = self.world.fault(service, "hang", operation=operation)
        self.faults.append(fault)
        self._crash = (half, fault)
        self.undo_later("ensure", (half,))

    def _carry_out_crash(self) -> None:
        if self._crash is None or not self._dirty:
            return
        half, fault = self._crash
        self._crash = None
        if not self.world.await_fault(fault):
            raise ScenarioUnknown(
                f"the {half} half never made the call at which it was to crash"
            )
        self.stack.kill(half)

    def settle(self) -> None:
        """Wait until nothing moves any more; unknown with reasons if it never ends."""
        self.release()
        self._carry_out_crash()
        if not self._dirty:
            return
        self._dirty = False
        outcome = self.world.settle(self.scope, self.timeout)
        if not outcome["settled"]:
            self.unsettled = True
            reasons = "\n".join(f"  - {reason}" for reason in outcome["waiting"])
            raise ScenarioUnknown(
                f"did not settle within {outcome['seconds']:.0f} s; still moving:\n"
                f"{reasons}{self._inherited()}"
            )

    def _inherited(self) -> str:
        """Name the scenario whose work this one may have to wait for, if any."""
        if not self.stack.unfinished:
            return ""
        return (
            f"\nthis may only follow from {self.stack.unfinished[-1]!r}, which never "
            "settled either: play this scenario alone to know"
        )

    def lists(self, prisoner: str, officer: str) -> dict[str, list[str]]:
        """Return the texts that each user's list shows, by the name of the list."""
        act = self.world.act
        screen = act(
            "nomis-screens", "list_notes", {"prisoner": prisoner}, user=officer
        )
        legacy = act("prison-api", "get_legacy_case_notes", {"offenderNo": prisoner})
        new = act(
            "dps",
            "search_case_notes",
            {"personIdentifier": prisoner},
            body={"includeSensitive": True, "page": 1, "size": 1000},
        )
        return {
            "the NOMIS screen": [
                n["caseNoteText"] for n in screen["body"]["caseNotes"]
            ],
            "DPS by the legacy path": [n["text"] for n in _content(legacy["body"])],
            "DPS by the new path": [n["text"] for n in new["body"]["content"]],
        }

    def snapshot(self) -> dict[str, Any]:
        """Return both sides' and the mapping's state of this scenario's prisoners."""
        state: dict[str, Any] = self.world.snapshot(self.scope)
        return state

    def judge(self) -> dict[str, Any]:
        """Ask the oracle about this scenario's prisoners so far."""
        verdict: dict[str, Any] = self.world.judge(
            self.scope, self.expectations.as_dict(), self.started
        )
        return verdict

    def judge_after(self, failed: ScenarioFailed) -> dict[str, Any]:
        """Return what the oracle says, or else which rule the line saw broken."""
        report = failed.report or self.judge()
        if failed.broken and not report["violations"]:
            return {**report, "verdict": "fail", "violations": [failed.broken]}
        return report

    def conclude(self) -> dict[str, Any]:
        """Settle, judge, and raise unless the oracle is satisfied."""
        self.settle()
        if self.absences and not self.witnesses:
            raise ScenarioUnknown(
                "the scenario asserts an absence without a witness: add a later "
                "change on the same path that does arrive ("
                + "; ".join(self.absences)
                + ")"
            )
        report = self.judge()
        if report["verdict"] == "fail":
            raise ScenarioFailed(headline(report), report)
        if report["verdict"] == "unknown":
            reasons = "; ".join(report.get("reasons", [])) or "no reason given"
            raise ScenarioUnknown(f"the oracle cannot tell: {reasons}", report)
        return report

    def timeline(self, notes: list[str] | None = None) -> str:
        """Draw the history of the notes concerned, in order."""
        text: str = self.world.timeline(self.scope, self.started, notes)
        return text

    def explain(self, notes: list[str] | None = None) -> dict[str, Any]:
        """Return timelines, copies and messages of the notes concerned, as data."""
        explained: dict[str, Any] = self.world.explain(
            self.scope, self.expectations.as_dict(), self.started, notes
        )
        return explained

    def entries(self) -> list[dict[str, Any]]:
        """Return the journal of this scenario so far."""
        entries: list[dict[str, Any]] = self.world.journal(self.started, self.scope)
        return entries

    def undo_later(self, what: str, argument: Any) -> None:
        """Remember what this scenario switched, so that the next finds it as before."""
        self._undo.append((what, argument))

    def close(self) -> None:
        """Put back what the scenario switched and broke; always called."""
        self.release()
        self.world.clear_faults(self.faults)
        for what, argument in reversed(self._undo):
            undo = getattr(self.stack, what, None) or getattr(self.world, what)
            undo(*argument)
        self._undo.clear()


def _content(body: Any) -> list[dict[str, Any]]:
    """Return the notes of a page or of a plain list."""
    notes: list[dict[str, Any]] = body if isinstance(body, list) else body["content"]
    return notes


def headline(report: dict[str, Any]) -> str:
    """Say the broken rules in one paragraph: rule, owner, note, what was seen."""
    lines = []
    for violation in report["violations"]:
        note = violation.get("note") or violation.get("prisoner") or "the run"
        lines.append(
            f"{violation['rule'].upper()} (owner: {violation['owner']}) note {note}: "
            f"{violation['message']}"
        )
    return "\n".join(lines)
