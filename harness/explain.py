"""What a scenario's end means: its verdict, whose fault, where, and the history."""

from __future__ import annotations

import importlib
import time
import traceback
from typing import TYPE_CHECKING, Any

import pytest

from harness.defects.diagnosis import diagnose
from harness.oracle.drawing import draw_all
from harness.results import FAIL, PASS, SKIP, UNKNOWN, ScenarioResult
from harness.scene import ScenarioFailed, ScenarioUnknown, StepError, headline
from harness.told import played

if TYPE_CHECKING:
    from pytest_bdd.parser import Step

    from harness.scene import Scene

# The line that was being played when the scenario ended early.
AT_STEP: pytest.StashKey[Step] = pytest.StashKey()
# Why this run cannot play the scenario: the only reason for which one is skipped.
CANNOT: pytest.StashKey[str] = pytest.StashKey()
# Where a scene remembers what the oracle said in the end.
REPORT = "the oracle's report"
# The module; the package exports a function of the same name over it.
_BDD: Any = importlib.import_module("pytest_bdd.scenario")


def tags_of(item: pytest.Item) -> set[str]:
    """Return the Gherkin tags of a scenario item."""
    return {mark.name for mark in item.iter_markers()} - {"parametrize", "usefixtures"}


def template_of(item: pytest.Item) -> Any:
    """Return the parsed scenario of an item."""
    function = getattr(item, "obj", None)
    return _BDD.scenario_wrapper_template_registry.get(function)


def result_of(
    item: pytest.Item, call: pytest.CallInfo[None], report: Any, seed: int
) -> ScenarioResult:
    """Return how the scenario ended, explained if it did not pass."""
    template = template_of(item)
    result = ScenarioResult(
        id=item.nodeid,
        feature=str(item.path),
        capability=template.feature.name if template else item.path.stem,
        name=item.name,
        tags=sorted(tags_of(item)),
        verdict=PASS,
        seconds=report.duration,
        line=template.line_number if template else 0,
        seed=seed,
    )
    scene = scene_of(item)
    result.steps = played(item, broke=call.excinfo is not None)
    if report.skipped:
        _skipped(result, item, call)
    elif call.excinfo is None:
        _attach(result, scene.memory.get(REPORT, {}) if scene is not None else {})
    else:
        _explain(result, scene, call.excinfo.value, item.stash.get(AT_STEP, None))
    return result


def scene_of(item: pytest.Item) -> Scene | None:
    """Return the scene of an item, None when it never had one."""
    scene: Scene | None = getattr(item, "funcargs", {}).get("scene")
    return scene


def _skipped(
    result: ScenarioResult, item: pytest.Item, call: pytest.CallInfo[None]
) -> None:
    reason = item.stash.get(CANNOT, None)
    result.verdict = SKIP if reason else UNKNOWN
    error = call.excinfo.value if call.excinfo else "no reason given"
    result.message = reason or f"skipped by something that is not Tandem: {error}"


def _explain(
    result: ScenarioResult, scene: Scene | None, error: Any, step: Step | None
) -> None:
    """Fill in what failed, whose fault it is, and the notes' history."""
    failed = isinstance(error, AssertionError) and not isinstance(
        error, ScenarioUnknown
    )
    result.verdict = FAIL if failed else UNKNOWN
    report = error.report if isinstance(error, ScenarioFailed) else {}
    said = bool(report)
    started = time.perf_counter()
    if scene is not None:
        try:
            if isinstance(error, ScenarioFailed):
                report = scene.judge_after(error)
                said = said or report["violations"] == [error.broken]
            else:
                report = scene.judge()
            notes = [v["note"] for v in report.get("violations", []) if v.get("note")]
            result.explained = scene.explain(notes or None)
            result.timeline = draw_all(result.explained)
        except Exception as trouble:  # noqa: BLE001 - must not hide the cause
            result.timeline = f"(none: {type(trouble).__name__}: {trouble})"
    if report.get("violations"):
        result.verdict = FAIL
    result.message = _message(report, said, error, step)
    _attach(result, report)
    result.seconds += time.perf_counter() - started


def _attach(result: ScenarioResult, report: dict[str, Any]) -> None:
    """Keep what the oracle saw: a pass may show limits of the real services too."""
    result.violations = report.get("violations", [])
    if known := diagnose(result.name, result.violations):
        result.message += f"\n{known}"
    result.limited = report.get("limited", [])
    result.findings = report.get("findings", [])
    result.checked = report.get("checked", {})


def _message(report: dict[str, Any], said: bool, error: Any, step: Step | None) -> str:
    """Say the broken rules first, then which line of the scenario noticed.

    `said` tells that the error's own words are among the broken rules already.
    """
    parts = [headline(report)] if report.get("violations") else []
    if not (parts and said):
        parts.append(_words(error))
    if step is not None:
        parts.append(f"at line {step.line_number}: {step.keyword.strip()} {step.name}")
    return "\n".join(parts)


def _words(error: Any) -> str:
    if isinstance(error, ScenarioFailed | StepError):
        return str(error)
    text = f"{type(error).__name__}: {error}"
    frames = traceback.extract_tb(error.__traceback__)
    return f"{text} (in {frames[-1].filename}:{frames[-1].lineno})" if frames else text
