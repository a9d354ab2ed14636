"""Plots as inline SVG: lines over time, and a cumulative distribution.

Nothing is loaded from elsewhere; lines differ by dashes as well as by colour, and each
plot says in words what it shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 240
LEFT, RIGHT, TOP, BOTTOM = 58, 12, 12, 34
_MOST_TICKS = 8
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
"""Seconds between two marks on the axis of time."""
COLOURS = ("#1d70b8", "#d4351c", "#00703c", "#4c2c92")
DASHES = ("", "7 3", "2 3", "9 3 2 3")


@dataclass(frozen=True)
class Line:
    """A named line; a y of None breaks it."""

    name: str
    points: list[tuple[float, float | None]]


def plot(
    title: str,
    lines: list[Line],
    unit: str,
    *,
    across: str = "seconds after the start",
    logarithmic: bool = False,
    limit: tuple[str, float] | None = None,
    shaded: tuple[float, float] | None = None,
) -> str:
    """Draw lines; `limit` is a horizontal (or, by `logarithmic`, vertical) mark.

    `logarithmic` is for distributions: x has a logarithmic scale, y is a share.
    `shaded` marks a span of time, such as an outage.
    """
    xs = [x for line in lines for x, y in line.points if y is not None]
    ys = [y for line in lines for _, y in line.points if y is not None]
    if not xs:
        return f"<p>{escape(title)}: nothing was measured.</p>"
    low, high, top = 0.0, max(xs) or 1.0, _round_up(max(ys))
    if logarithmic:
        xs = [math.log10(max(x, 1e-4)) for x in xs]
        low, high, top = math.floor(min(xs)), math.ceil(max(xs) + 1e-9), 1.0
    high = high if high > low else low + 1

    def place(x: float, y: float) -> tuple[float, float]:
        at = math.log10(max(x, 1e-4)) if logarithmic else x
        along = LEFT + (at - low) / (high - low) * (WIDTH - LEFT - RIGHT)
        return along, HEIGHT - BOTTOM - y / top * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
    ]
    if shaded is not None:
        left, _ = place(shaded[0], 0)
        right, _ = place(min(shaded[1], high), 0)
        parts.append(
            f'<rect x="{left:.1f}" y="{TOP}" width="{max(right - left, 1):.1f}" '
            f'height="{HEIGHT - TOP - BOTTOM}" class="off"/>'
        )
    for step in range(5):
        value = top * step / 4
        _, y = place(1, value)
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
            f'class="grid"/><text x="{LEFT - 6}" y="{y + 4:.1f}" class="y">'
            f"{value:.3g}</text>"
        )
    for tick in _ticks(low, high, logarithmic=logarithmic):
        x, _ = place(tick, 0)
        parts.append(
            f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 15}" class="x">{tick:g}</text>'
        )
    parts.append(
        f'<text x="{(WIDTH + LEFT) / 2}" y="{HEIGHT - 4}" class="x">{escape(across)}'
        f'</text><text x="{-(HEIGHT - BOTTOM + TOP) / 2}" y="11" class="x" '
        f'transform="rotate(-90)">{escape(unit)}</text>'
    )
    if limit is not None and not logarithmic and limit[1] <= top:
        _, y = place(0, limit[1])
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
            f'class="limit"><title>{escape(limit[0])}</title></line>'
        )
    for number, line in enumerate(lines):
        style = number % len(COLOURS)
        parts.append(
            f'<path d="{_path(line, place)}" fill="none" stroke="{COLOURS[style]}" '
            f'stroke-width="2" stroke-dasharray="{DASHES[style]}"/>'
        )
    parts.append("</svg>")
    return (
        f"<figure><figcaption><b>{escape(title)}</b> {_legend(lines)}</figcaption>"
        + "".join(parts)
        + "</figure>"
    )


def _path(line: Line, place: object) -> str:
    assert callable(place)  # noqa: S101 - tells the type checker
    path, pen = [], "M"
    for x, y in line.points:
        if y is None:
            pen = "M"
            continue
        along, up = place(x, y)
        path.append(f"{pen}{along:.1f} {up:.1f}")
        pen = "L"
    return "".join(path)


def _legend(lines: list[Line]) -> str:
    return " ".join(
        f'<span class="key"><svg width="34" height="8"><line x1="0" x2="34" y1="4" '
        f'y2="4" stroke="{COLOURS[n % len(COLOURS)]}" '
        f'stroke-width="2" '
        f'stroke-dasharray="{DASHES[n % len(DASHES)]}"/></svg> '
        f"{escape(line.name)}</span>"
        for n, line in enumerate(lines)
    )


def _round_up(value: float) -> float:
    if value <= 0:
        return 1.0
    size = 10 ** math.floor(math.log10(value))
    return float(next(m * size for m in (1, 2, 2.5, 5, 10) if m * size >= value))


def _ticks(low: float, high: float, *, logarithmic: bool) -> list[float]:
    if logarithmic:
        return [10.0**power for power in range(int(low), int(high) + 1)]
    step = next((s for s in _STEPS if s * _MOST_TICKS >= high - low), _STEPS[-1])
    return [low + step * n for n in range(int((high - low) / step + 1e-9) + 1)]
