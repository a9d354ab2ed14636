"""What stands round a note's history: steps, faults, switches, halves, time.

And refused tokens: such a request names no note, and all of that half's fail by it.

A step is told in the scenario's own words, so that a reader finds his `When` between
the technical lines. Positions that a fresh prison's switches begin with are no flips
and are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.oracle.infer import CERTAIN
from harness.oracle.lines import LANES, SCENARIO, Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.oracle.history import Call, History

BEGINS = "begins"


def surroundings(history: History) -> Iterator[Line]:
    """Yield the lines that concern every note of the scope alike, in no order."""
    for entry in own_steps(history.marks):
        yield _line(entry, "step", entry["text"])
    for entry in history.faults:
        yield _line(entry, "fault", _fault(entry))
    for entry in history.switches:
        if not _is_setup(entry):
            yield _line(entry, "switch", _switch(entry))
    for entry in history.targets:
        half = str(entry.get("half"))
        lane = half if half in LANES else SCENARIO
        text = f"{half} is {entry.get('action')}"
        yield Line(entry["seq"], entry["at"], lane, "half", text, None, CERTAIN)
    for call in history.calls:
        if call.asks is not None and call.program in LANES:
            yield Line(
                *(call.seq, call.at, call.program, "read", _refused(call)),
                certainty=CERTAIN,
            )
    for entry in history.jumps:
        if entry["kind"] == "skip":
            text = f"{entry.get('seconds', 0):g} s of waiting pass at once"
        else:
            text = f"it is {entry.get('moment')}"
        yield _line(entry, "time", text)


def own_steps(marks: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the steps of the scenario that the evidence begins with.

    On a world that is shared, others speak too.
    """
    scenario = None
    for entry in marks:
        scenario = scenario or entry.get("scenario")
        if entry.get("scenario") == scenario and entry.get("text") != BEGINS:
            yield entry


def _line(entry: dict[str, Any], kind: str, text: str) -> Line:
    return Line(entry["seq"], entry["at"], SCENARIO, kind, text, None, CERTAIN)


def _fault(entry: dict[str, Any]) -> str:
    what, action = entry.get("fault"), entry.get("action")
    count = entry.get("count")
    struck = f" (struck {count} times)" if count is not None else ""
    return f"fault {action}: {what}{struck}"


def _refused(call: Call) -> str:
    """Say that hmpps-auth gave no token; the evidence holds no other requests of it."""
    said = call.answer if isinstance(call.answer, dict) else {}
    why = said.get("error") or "no reason"
    return f"is refused a token as {call.asks}: {call.status}, {why}"


def _is_setup(entry: dict[str, Any]) -> bool:
    """Say whether the switch stood so already, or had no position before."""
    return "was" in entry and entry["was"] in {None, entry.get("on")}


def _switch(entry: dict[str, Any]) -> str:
    on = entry.get("on")
    position = {True: "on", False: "off"}.get(on, on) if isinstance(on, bool) else on
    return f"switch {entry.get('name')} of {entry.get('scope')}: {position}"
