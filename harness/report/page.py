"""The page: one HTML file with its styles, its script and its data inside.

Nothing is fetched: a content security policy forbids it, and names style and script by
their digests, so that no text of a case note could ever run.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import jinja2
import msgspec
from markupsafe import Markup

from harness.report.overview import TITLES, VERDICTS, anchor, overview

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.report.details import Details
    from harness.report.record import RunRecord
    from harness.results import ScenarioResult

_STYLES = ("base.css", "overview.css", "list.css", "detail.css", "timeline.css")
_STYLES_LAST = ("narrow.css", "print.css")
_SCRIPTS = ("dom.js", "texts.js", "timeline.js", "graph.js", "copies.js", "ledger.js")
_SCRIPTS_LAST = ("detail.js", "list.js", "main.js")
# What HTML would read as the end of the block that holds the data.
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}
_ESCAPED |= {"\u2028": "\\u2028", "\u2029": "\\u2029"}


def page(run: RunRecord, scenarios: Sequence[ScenarioResult], details: Details) -> str:
    """Return the whole page."""
    style, script = _style(), _script()
    return _template().render(
        run=run,
        overview=overview(scenarios),
        headline=headline(run, scenarios),
        titles=TITLES,
        verdicts=VERDICTS,
        data=[(anchor(one.id), _json(details.of(one))) for one in scenarios],
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own files
        style_digest=_digest(style),
        script_digest=_digest(script),
    )


def headline(run: RunRecord, scenarios: Sequence[ScenarioResult]) -> str:
    """Say in one sentence what the run came to."""
    if run.verdict == "none":
        return "The run could not be made"
    total = len(scenarios)
    failed = sum(one.shown == "fail" for one in scenarios)
    unknown = sum(one.shown == "unknown" for one in scenarios)
    if failed:
        return f"{failed} of {_scenarios(total)} failed"
    if run.verdict == "fail":
        return "A known deviation is out of date"
    if unknown:
        return f"{unknown} of {_scenarios(total)} could not be decided"
    if run.verdict == "unknown":
        return "Nothing failed, but too little was proven"
    played = sum(one.shown == "pass" for one in scenarios)
    return f"All {_scenarios(played)} passed"


def _scenarios(count: int) -> str:
    return "1 scenario" if count == 1 else f"{count} scenarios"


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_source),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["seconds"] = seconds
    return environment.get_template("report.html.j2")


def _source(name: str) -> str:
    return _asset("templates", name)


def _asset(folder: str, name: str) -> str:
    root = resources.files("harness.report")
    return root.joinpath(folder, name).read_text(encoding="utf-8")


@cache
def _style() -> str:
    return "".join(_asset("assets", name) for name in (*_STYLES, *_STYLES_LAST))


@cache
def _script() -> str:
    parts = "".join(_asset("assets", name) for name in (*_SCRIPTS, *_SCRIPTS_LAST))
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(data: dict[str, Any]) -> Markup:
    text = msgspec.json.encode(data).decode()
    for character, escaped in _ESCAPED.items():
        text = text.replace(character, escaped)
    return Markup(text)  # noqa: S704 - escaped for where it stands


def seconds(value: float) -> str:
    """Return a duration as people read it."""
    if value < 1:
        return f"{value * 1000:.0f} ms"
    return f"{value:.1f} s" if value < 60 else f"{value / 60:.1f} min"  # noqa: PLR2004
