"""A timeline as text for a terminal: one line each, steps between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.oracle.infer import CERTAIN, INFERRED
from harness.oracle.lines import Timeline

if TYPE_CHECKING:
    from harness.oracle.lines import Line

_ARROWS = {CERTAIN: "<-", INFERRED: "<·"}
# Seconds from which on a reader wants to know how long a hop took.
_LONG_LAG = 1.0


def draw_all(explained: dict[str, Any], width: int = 100) -> str:
    """Return the timelines of `harness.oracle.explain` as text, one below the other."""
    parts = []
    for data in explained["timelines"]:
        timeline = dict(data)
        left_out = timeline.pop("left_out")
        parts.append(draw(Timeline.from_dict(timeline), width))
        if left_out:
            parts[-1] += f"\n({left_out} lines in the middle are left out)"
    if more := explained["more"]:
        parts.append(f"({more} more case notes are not drawn)")
    return "\n\n".join(parts)


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
