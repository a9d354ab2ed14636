"""A timeline as text for a terminal: one line each, steps between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.oracle.infer import CERTAIN, INFERRED

if TYPE_CHECKING:
    from harness.oracle.lines import Line, Timeline

_ARROWS = {CERTAIN: "<-", INFERRED: "<·"}
# Seconds from which on a reader wants to know how long a hop took.
_LONG_LAG = 1.0


def draw(timeline: Timeline, width: int = 100) -> str:
    """Return the timeline as text for a terminal `width` columns wide."""
    where = ", ".join(timeline.copies)
    title = f"case note {timeline.note} of {timeline.prisoner}, born in {timeline.born}"
    out = [f"{title}: {where}"]
    technical = [line for line in timeline.lines if line.kind != "step"]
    lane_width = max((len(line.lane) for line in technical), default=0)
    for line in timeline.lines:
        if line.kind == "step":
            out.append(_fitting(f"== {line.text}", width))
        else:
            out.append(_row(line, lane_width, width))
    return "\n".join(out)


def _row(line: Line, lane_width: int, width: int) -> str:
    mark = "@" if line.cycle else " "
    head = f"{mark}{line.at:9.3f} {line.seq:6d}  {line.lane:<{lane_width}}  "
    tail = ""
    if line.cause is not None:
        tail = f" {_ARROWS.get(line.certainty, '<?')} {line.cause}"
        if line.lag is not None and line.lag >= _LONG_LAG:
            tail += f" +{line.lag:.0f} s"
    room = max(width - len(head) - len(tail), 20)
    return f"{head}{_fitting(line.text, room)}{tail}"


def _fitting(text: str, room: int) -> str:
    """Shorten what was said before how it ended: the outcome matters more."""
    if len(text) <= room:
        return text
    said, _, outcome = text.rpartition(": ")
    kept = room - len(outcome) - 3
    if not said or kept < 1:
        return f"{text[: room - 1]}…"
    return f"{said[:kept]}…: {outcome}"
