"""The Markdown summary of a run: for people, and for GitHub's step summary."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from harness.excerpt import excerpt, timeline_path
from harness.progress import VERDICTS, facts
from harness.report.matrix import matrices
from harness.report.overview import anchor
from harness.report.record import PAGE
from harness.results import FAIL, KNOWN, SKIP, UNKNOWN

if TYPE_CHECKING:
    from harness.options import RunOptions
    from harness.report.matrix import Matrix
    from harness.results import RunResult, ScenarioResult

# GitHub refuses a step summary beyond one megabyte.
_MOST_SHOWN = 25
_MOST_TEXT = 8000


def write_summary(result: RunResult, options: RunOptions, path: Path) -> None:
    """Write `path`, and append it to $GITHUB_STEP_SUMMARY where that is set."""
    text = summary(result, options)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if page := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(page).open("a", encoding="utf-8") as file:
            file.write(text + "\n")


def summary(result: RunResult, options: RunOptions) -> str:
    """Return the summary: verdict, table, each failure, what was skipped."""
    if result.usage_errors:
        problems = "\n".join(result.usage_errors)
        return f"## Tandem: the run could not be made\n\n{_fenced(problems)}\n"
    halves = ", ".join(f"{h}: `{_code(t)}`" for h, t in options.targets.items())
    parts = [
        f"## Tandem: {result.verdict}",
        f"{halves}; tier {options.tier}; seed {options.seed}",
        _where(options.report),
        "\n".join(
            f"- {_plain(reason)}"
            for reason in [*result.outdated, *result.reasons_unknown()]
        ),
        _table(result),
        "\n".join(f"- {_plain(fact)}" for fact in facts(result)),
        *(_matrix(one) for one in matrices(result.scenarios, result.left_out)),
    ]
    shown = [s for s in result.scenarios if s.shown in (FAIL, UNKNOWN)]
    parts += [_failure(s, options.report) for s in shown[:_MOST_SHOWN]]
    if len(shown) > _MOST_SHOWN:
        parts.append(f"{len(shown) - _MOST_SHOWN} more are in the JUnit report.")
    known = [s for s in result.scenarios if s.shown == KNOWN]
    if known:
        listed = "\n".join(f"- {_plain(s.name)}: {_plain(s.known)}" for s in known)
        parts.append(f"### Known deviations\n\n{listed}")
    skipped = [s for s in result.scenarios if s.verdict == SKIP]
    if skipped:
        listed = "\n".join(f"- {_plain(s.name)}: {_plain(s.message)}" for s in skipped)
        parts.append(f"### Skipped by name\n\n{listed}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _where(report: str) -> str:
    """Say where the page is; on GitHub, where the artefacts of this run are."""
    page = f"`{_code(report)}/{PAGE}`"
    run = [os.environ.get(f"GITHUB_{name}") for name in ("REPOSITORY", "RUN_ID")]
    if not all(run):
        return f"Open {page} to see each failure on its timeline."
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    link = f"{server}/{run[0]}/actions/runs/{run[1]}#artifacts"
    return f"Open {page} from the [artefacts]({link}) to see each failure's timeline."


def _table(result: RunResult) -> str:
    head = (
        "| capability | " + " | ".join(VERDICTS) + " |\n|---|" + "--:|" * len(VERDICTS)
    )
    rows = [
        f"| {_plain(name)} | " + " | ".join(str(row[v] or "") for v in VERDICTS) + " |"
        for name, row in sorted(result.by_capability().items())
    ]
    return "\n".join([head, *rows]) if rows else ""


def _matrix(matrix: Matrix) -> str:
    head, *rows = (f"| {' | '.join(map(_plain, line))} |" for line in matrix.lines())
    rule = "|---" * (len(matrix.columns) + 1) + "|"
    return "\n".join([f"### {_plain(matrix.name)}", "", head, rule, *rows])


def _failure(scenario: ScenarioResult, report: str) -> str:
    source = f"{_code(scenario.feature)}:{scenario.line}"
    lines = [
        f"### {scenario.verdict}: {_plain(scenario.name)}",
        f"`{source}`, seed {scenario.seed}, `{PAGE}#{anchor(scenario.id)}`",
    ]
    if scenario.violations:
        lines.append(
            "| rule | owner | note |\n|---|---|---|\n"
            + "\n".join(
                f"| {_plain(rule)} | {_plain(owner)} | {_plain(note)} |"
                for rule, owner, note in _broken(scenario)
            )
        )
    lines.append(_fenced(scenario.message[:_MOST_TEXT]))
    if scenario.timeline:
        cut = "\n".join(
            excerpt(scenario.timeline, str(timeline_path(report, scenario)))
        )
        lines.append(
            f"<details><summary>what happened, in order</summary>\n\n{_fenced(cut)}"
            "\n\n</details>"
        )
    lines.append(f"Again:\n\n{_fenced(scenario.replay)}")
    return "\n\n".join(lines)


def _broken(scenario: ScenarioResult) -> list[tuple[str, str, str]]:
    rows = [
        (v["rule"], v["owner"], str(v.get("note") or v.get("prisoner") or ""))
        for v in scenario.violations
    ]
    return list(dict.fromkeys(rows))


def _fenced(text: str) -> str:
    """Fence text with more backticks than it holds: case notes may hold any."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def _plain(text: str) -> str:
    """Take from Markdown and HTML what they would read as their own."""
    flat = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return re.sub(r"([\\`*_|\[\]])", r"\\\1", flat)


def _code(text: str) -> str:
    return text.replace("`", "'")
