"""Our pytest plugin: feature files in, judged scenarios out.

It collects `.feature` files, gives each scenario its scene on the run's stack, settles
between steps, and asks the oracle at the end of every scenario, whatever its own
`Then` lines said. It works in the main process and in xdist workers alike: all it
needs arrives in the one option `--tandem`.
"""

from __future__ import annotations

import importlib
import time
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.mark.expression import Expression

from harness.catalogue import step_modules
from harness.collect import MATCHER, collect_file
from harness.gherkin import FeatureError, Matcher, steps_of, timing
from harness.options import RunOptions
from harness.results import FAIL, PASS, SKIP, UNKNOWN, ScenarioResult
from harness.scene import ScenarioFailed, ScenarioUnknown, Scene, headline
from harness.stacks import Stacks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pytest_bdd.parser import Feature, Scenario, Step

OPTIONS: pytest.StashKey[RunOptions] = pytest.StashKey()
RESULT: pytest.StashKey[ScenarioResult] = pytest.StashKey()
# Lines that cross the one before them (by identity: equal lines are not the same).
CROSSING: pytest.StashKey[set[int]] = pytest.StashKey()
STACKS: pytest.StashKey[Stacks] = pytest.StashKey()
# The module; the package exports a function of the same name over it.
_BDD: Any = importlib.import_module("pytest_bdd.scenario")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the run's options as one line of JSON."""
    parser.addoption("--tandem", default=RunOptions().dump(), help="run options, JSON")


def pytest_configure(config: pytest.Config) -> None:
    """Load the step library and register it with pytest-bdd."""
    config.stash[OPTIONS] = RunOptions.load(config.getoption("--tandem"))
    modules = step_modules()
    try:
        config.stash[MATCHER] = Matcher(steps_of(modules))
    except FeatureError as error:
        raise pytest.UsageError(str(error)) from error
    for module in modules:
        config.pluginmanager.register(module, f"tandem:{module.__name__}")
    _cache_step_lookup(config)


def _cache_step_lookup(config: pytest.Config) -> None:
    """Let pytest-bdd ask our matcher instead of trying every step at every line."""
    matcher = config.stash[MATCHER]

    def find(step: Step, fixturemanager: Any, node: Any) -> Iterable[Any]:
        for definition in matcher.find(step.type, step.name):
            yield from fixturemanager.getfixturedefs(definition.fixture, node) or ()

    _BDD.find_fixturedefs_for_step = find


def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> pytest.Collector | None:
    """Collect feature files."""
    return collect_file(file_path, parent)


@pytest.hookimpl(tryfirst=True)
def pytest_bdd_apply_tag(tag: str, function: Any) -> Any:
    """Make a tag a mark without asking that each be registered."""
    pytest.mark._config = None  # noqa: SLF001
    return getattr(pytest.mark, tag)(function)


def tags_of(item: pytest.Item) -> set[str]:
    """Return the Gherkin tags of a scenario item."""
    return {mark.name for mark in item.iter_markers()} - {"parametrize", "usefixtures"}


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Keep the scenarios that the tag expression asks for."""
    wanted = config.stash[OPTIONS].tags
    if not wanted:
        return
    expression = Expression.compile(wanted.replace("@", ""))
    keep: list[pytest.Item] = []
    drop: list[pytest.Item] = []
    for item in items:
        chosen = expression.evaluate(_Tagged(tags_of(item)))
        (keep if chosen else drop).append(item)
    items[:] = keep
    config.hook.pytest_deselected(items=drop)


class _Tagged:
    """Answers a tag expression for one scenario."""

    def __init__(self, tags: set[str]) -> None:
        self.tags = tags

    def __call__(self, name: str, /, **_: Any) -> bool:
        return name in self.tags


@pytest.fixture(scope="session")
def stacks(request: pytest.FixtureRequest) -> Iterator[Stacks]:
    """Provide the stacks of this worker; they end with it."""
    found = Stacks(request.config.stash[OPTIONS])
    request.config.stash[STACKS] = found
    yield found
    found.close()


@pytest.fixture
def scene(request: pytest.FixtureRequest, stacks: Stacks) -> Iterator[Scene]:
    """Give the scenario its scene on a stack."""
    options = request.config.stash[OPTIONS]
    stack = stacks.lend(request.node.nodeid)
    playing = Scene(stack, request.node.name, options.settle_timeout)
    try:
        yield playing
    finally:
        playing.close()
        stacks.give_back(stack)


def pytest_bdd_before_scenario(
    request: pytest.FixtureRequest, feature: Feature, scenario: Scenario
) -> None:
    """Read the timing words of each line; skip by name what this run cannot do."""
    reason = request.getfixturevalue("stacks").cannot(tags_of(request.node))
    if reason:
        pytest.skip(reason)
    crossing = set()
    for step in scenario.steps:
        step.name, meanwhile = timing(step.name)
        if meanwhile:
            crossing.add(id(step))
    request.node.stash[CROSSING] = crossing


def pytest_bdd_before_step(
    request: pytest.FixtureRequest,
    feature: Feature,
    scenario: Scenario,
    step: Step,
    step_func: Any,
) -> None:
    """Settle before each line, or hold deliveries when the next line crosses this."""
    scene: Scene = request.getfixturevalue("scene")
    crossing = request.node.stash[CROSSING]
    position = scenario.steps.index(step)
    if id(step) not in crossing:
        scene.settle()
    if not crossing.isdisjoint(map(id, scenario.steps[position : position + 2])):
        scene.hold()
    seq = scene.world.mark(f"{step.keyword.strip()} {step.name}", scene.name)
    if step.type == "when" and scenario.steps[position - 1].type != "when":
        scene.when_started = seq


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[None]:
    """Attach the scenario's result to the report of its last phase."""
    outcome: Any = yield
    report = outcome.get_result()
    if report.when == "setup" and not report.failed and not report.skipped:
        return
    if report.when == "teardown" and not report.failed:
        return
    result = _result(item, call, report)
    report.user_properties.append(("tandem", result.as_dict()))


def _result(item: pytest.Item, call: Any, report: Any) -> ScenarioResult:
    template = _template(item)
    options = item.config.stash[OPTIONS]
    feature = str(item.path)
    result = ScenarioResult(
        id=item.nodeid,
        feature=feature,
        capability=template.feature.name if template else item.path.stem,
        name=item.name,
        tags=sorted(tags_of(item)),
        verdict=PASS,
        seconds=report.duration,
        line=template.line_number if template else 0,
        seed=options.seed,
    )
    scene: Scene | None = getattr(item, "funcargs", {}).get("scene")
    if report.skipped:
        result.verdict = SKIP
        result.message = str(call.excinfo.value.msg if call.excinfo else "")
        return result
    if call.excinfo is None:
        return result
    _explain(result, scene, call.excinfo.value)
    return result


def _template(item: pytest.Item) -> Any:
    function = getattr(item, "obj", None)
    return _BDD.scenario_wrapper_template_registry.get(function)


def _explain(result: ScenarioResult, scene: Scene | None, error: Any) -> None:
    """Fill in what failed, whose fault it is, and the notes' history."""
    unknown = isinstance(error, ScenarioUnknown) or not isinstance(
        error, AssertionError
    )
    result.verdict = UNKNOWN if unknown else FAIL
    kind = "" if isinstance(error, AssertionError) else f"{type(error).__name__}: "
    result.message = f"{kind}{error}"
    report = error.report if isinstance(error, ScenarioFailed) else {}
    if scene is None:
        return
    started = time.perf_counter()
    try:
        if not report:
            report = scene.judge()
            if report["verdict"] == FAIL:
                result.verdict = FAIL
                result.message += "\n" + headline(report)
        notes = [v["note"] for v in report.get("violations", []) if v.get("note")]
        result.timeline = scene.timeline(notes or None)
    except Exception as trouble:  # noqa: BLE001 - an explanation must not hide the cause
        result.message += f"\n(no explanation: {type(trouble).__name__}: {trouble})"
    result.violations = report.get("violations", [])
    result.limited = report.get("limited", [])
    result.findings = report.get("findings", [])
    result.checked = report.get("checked", {})
    result.seconds += time.perf_counter() - started
