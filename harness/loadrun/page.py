"""One HTML file for the person who decides: the verdict in words, then the plots."""

from __future__ import annotations

from html import escape
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from harness.loadrun.plots import Line, plot
from harness.loadrun.table import headroom, lines

if TYPE_CHECKING:
    from pathlib import Path

_MEANS = {
    "pass": "The sync kept every promise and every objective at this load.",
    "fail": "The sync broke a promise or an objective at this load.",
    "unknown": "This run does not show whether the sync holds.",
}
_LAG = (
    "Lag counts from the moment a user meant to write until the copy stands on the "
    "other side. Shaded: something was switched off."
)
_STYLE = """
body{font:16px/1.5 sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;
color:#0b0c0c}
.verdict{padding:.6rem 1rem;color:#fff;font-size:1.4rem;font-weight:bold}
.pass{background:#00703c}.fail{background:#d4351c}.unknown{background:#505a5f}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #b1b4b6;
padding:.3rem .5rem;text-align:left}td.n,th.n{text-align:right}
figure{margin:1.5rem 0}svg{max-width:100%}.grid{stroke:#dbdde0}
.limit{stroke:#d4351c;stroke-width:1.5;stroke-dasharray:4 4}.off{fill:#f3d9d5}
text{font-size:11px;fill:#505a5f}.x{text-anchor:middle}.y{text-anchor:end}
.key{white-space:nowrap;margin-left:.8rem}pre{overflow:auto;background:#f3f2f1;
padding:1rem;font-size:12px}
"""


def write(verdict: dict[str, Any], measured: dict[str, Any], folder: Path) -> Path:
    """Write `load.html`; returns its path."""
    path = folder / "load.html"
    path.write_text(render(verdict, measured), encoding="utf-8")
    return path


def render(verdict: dict[str, Any], measured: dict[str, Any]) -> str:
    """Return the page: verdict, reasons, counts, objectives, plots, all figures."""
    name = verdict["verdict"]
    body = [
        f'<p class="verdict {name}">{name}</p>',
        f"<p>{_MEANS[name]} {_course(verdict)}</p>",
        _list(verdict["reasons"]),
        "<h2>Were notes lost or doubled?</h2>",
        _counts(verdict["counts"]),
        *_campaign(verdict),
        "<h2>Objectives</h2>",
        _objectives(verdict["objectives"]),
        "<h2>How long users wait for the copy</h2>",
        f"<p>{_LAG}</p>",
        *_plots(verdict, measured),
        "<h2>All figures</h2>",
        f"<pre>{escape(chr(10).join(lines(verdict)))}</pre>",
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Load: {name}</title><style>{_STYLE}</style></head><body>"
        f"<h1>Will the sync hold?</h1>{''.join(body)}</body></html>\n"
    )


def _course(verdict: dict[str, Any]) -> str:
    plan = verdict["plan"]
    return (
        f"Profile <b>{escape(plan['profile'])}</b>: {plan['minutes']:g} min, up "
        f"to {plan['rate']:g} changes a second, {plan['scale']:g} times the assumed "
        f"national peak of {plan['national_peak']:g} a second. Headroom: "
        f"{escape(headroom(verdict))}. The peak is an assumption: no source gives "
        "daily volumes."
    )


def _list(reasons: list[str]) -> str:
    if not reasons:
        return ""
    return "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in reasons) + "</ul>"


def _counts(counts: dict[str, Any]) -> str:
    rows = "".join(
        f'<tr><td>{escape(rule)}</td><td class="n">{number}</td>'
        f'<td class="n">{_bound(number, counts)}</td></tr>'
        for rule, number in counts["by_rule"].items()
    )
    return (
        f'<table><tr><th>of {counts["of"]} changes</th><th class="n">notes</th>'
        f'<th class="n">true share, 95 %</th></tr>{rows}</table>'
    )


def _bound(number: int, counts: dict[str, Any]) -> str:
    if number or not counts["bound_95"]:
        return "-"
    return f"below {100 * counts['bound_95']:.2g} %"


def _campaign(verdict: dict[str, Any]) -> list[str]:
    """Tell what went on beside the arrivals, where something did."""
    campaign = verdict["campaign"]
    wrong = [f"{n} {name}" for name, n in campaign["wrong"].items()]
    if not campaign["says"]:
        return []
    return ["<h2>What went on meanwhile</h2>", _list([*wrong, *campaign["says"]])]


def _objectives(checks: list[dict[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{'held' if check['held'] else '<b>broken</b>'}</td>"
        f"<td>{escape(check['says'])}</td></tr>"
        for check in checks
    )
    return f"<table>{rows}</table>"


def _plots(verdict: dict[str, Any], measured: dict[str, Any]) -> list[str]:
    rows, span = measured["series"], measured["series_span"]
    first = measured["first"]
    shaded = _shaded(verdict, measured)
    lags = [
        Line(f"{half} {name}", [(r["at"], r["lag"][half][name]) for r in rows])
        for half in measured["lag"]
        for name in ("p95", "max")
    ]
    came = Line("arrivals/s", [(r["at"], r["arrivals"] / span) for r in rows])
    done = Line("came over/s", [(r["at"], r["done"] / span) for r in rows])
    depths = [
        Line(half, [(r["at"], r["depth"][half]) for r in rows])
        for half in measured["lag"]
    ]
    calls = Line(
        "calls a change",
        [(r["at"], r["calls"] / r["done"] if r["done"] else None) for r in rows],
    )
    return [
        plot("Lag over time", lags, "seconds", shaded=shaded),
        plot(
            "Lag as a distribution",
            [
                _cumulated(half, steps)
                for half, steps in measured["distribution"].items()
            ],
            "share",
            across="seconds of lag, or less",
            logarithmic=True,
        ),
        plot("Arrivals against completions", [came, done], "a second", shaded=shaded),
        plot("Queue depth", depths, "messages", shaded=shaded),
        plot(
            "Age of the oldest message (also of one given back for another try)",
            [Line("age", [(r["at"], r["age"]) for r in rows])],
            "seconds",
            shaded=shaded,
        ),
        plot("All calls to the services, a change", [calls], "calls", shaded=shaded),
        f"<p>The first user came {first:.1f} s after the watch began.</p>",
    ]


def _shaded(
    verdict: dict[str, Any], measured: dict[str, Any]
) -> tuple[float, float] | None:
    if not verdict["plan"]["outages"]:
        return None
    began, ended = measured["trouble"]
    return None if began is None else (began, ended or measured["seconds"])


def _cumulated(half: str, steps: list[list[float]]) -> Line:
    total = sum(count for _, count in steps) or 1
    sums = accumulate(count for _, count in steps)
    return Line(half, [(v, s / total) for (v, _), s in zip(steps, sums, strict=True)])
