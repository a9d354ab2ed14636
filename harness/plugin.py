"""Our pytest plugin: feature files in, judged scenarios out.

It collects `.feature` files, gives each scenario its scene on the run's stack, settles
between steps, and asks the oracle at the end of every scenario, whatever its own
`Then` lines said. It works in the main process and in xdist workers alike: all it
needs arrives in the one option `--tandem`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import pytest

from harness.catalogue import step_modules
from harness.collect import MATCHER, collect_file
from harness.explain import (
    AT_STEP,
    CANNOT,
    result_of,
    scene_of,
    tags_of,
    template_of,
)
from harness.gherkin import Matcher, steps_of, timing
from harness.journals import PROPERTY, encoded
from harness.options import RunOptions
from harness.reading import FeatureError
from harness.results import FAIL, UNKNOWN
from harness.scene import Scene
from harness.selection import Tagged, compiled
from harness.stacks import Stacks, StackTrouble
from harness.told import DONE, LINES, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pytest_bdd.parser import Feature, Scenario, Step

OPTIONS: pytest.StashKey[RunOptions] = pytest.StashKey()
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


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Keep the scenarios that were asked for, by name and by tag expression."""
    options = config.stash[OPTIONS]
    wanted = compiled(options.tags) if options.tags else None
    keep: list[pytest.Item] = []
    drop: list[pytest.Item] = []
    for item in items:
        chosen = (
            _named(item, options)
            and item.name not in options.left_out.get(str(item.path), ())
            and (wanted is None or wanted.evaluate(Tagged(tags_of(item))))
        )
        (keep if chosen else drop).append(item)
    first, each = options.shard
    items[:] = keep[first - 1 :: each]
    drop += [item for item in keep if item not in set(items)]
    if drop:
        config.hook.pytest_deselected(items=drop)


def _named(item: pytest.Item, options: RunOptions) -> bool:
    names = options.names.get(str(item.path))
    template = template_of(item)
    return (
        names is None
        or item.name in names
        or (template is not None and template.name in names)
    )


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
    stack = stacks.lend(request.node.name)
    playing = Scene(stack, request.node.name, options.settle_timeout)
    try:
        yield playing
    finally:
        playing.close()
        stacks.give_back(stack, playing)


def pytest_bdd_before_scenario(
    request: pytest.FixtureRequest, feature: Feature, scenario: Scenario
) -> None:
    """Read the timing words of each line; skip by name what this run cannot do."""
    reason = request.getfixturevalue("stacks").cannot(tags_of(request.node))
    if reason:
        request.node.stash[CANNOT] = reason
        pytest.skip(reason)
    crossing = set()
    request.node.stash[LINES] = lines_of(scenario.steps)
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
    words = request.node.stash[LINES][position]["text"]
    seq = scene.world.mark(words, scene.name)
    if step.type == "when" and scenario.steps[position - 1].type != "when":
        scene.when_started = seq


def pytest_bdd_after_step(
    request: pytest.FixtureRequest, scenario: Scenario, step: Step
) -> None:
    """Count the lines that were played to their end."""
    request.node.stash[DONE] = scenario.steps.index(step) + 1


def pytest_bdd_step_error(request: pytest.FixtureRequest, step: Step) -> None:
    """Remember the line at which the scenario broke."""
    request.node.stash[AT_STEP] = step


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Iterator[None]:
    """Attach the scenario's result to the report of its last phase.

    Where no stack can be had, or the world has gone, attach that instead and end the
    run: every further scenario would say the same.
    """
    outcome: Any = yield
    report = outcome.get_result()
    error = call.excinfo.value if call.excinfo else None
    if isinstance(error, StackTrouble):
        _end_run(item, report, str(error))
        return
    if report.when == "setup" and not report.failed and not report.skipped:
        return
    if report.when == "teardown" and not report.failed:
        return
    options = item.config.stash[OPTIONS]
    result = result_of(item, call, report, options.seed)
    report.user_properties.append(("tandem", result.as_dict()))
    scene = scene_of(item)
    kept = options.keep_journal or result.verdict in (FAIL, UNKNOWN)
    if scene is not None and kept:
        report.user_properties.append((PROPERTY, _journal(result.id, scene)))
    stacks = item.config.stash.get(STACKS, None)
    if result.verdict == UNKNOWN and stacks is not None and (gone := stacks.gone()):
        _end_run(item, report, gone)


def _journal(scenario: str, scene: Scene) -> bytes:
    try:
        return encoded(scenario, scene.entries())
    except Exception:  # noqa: BLE001 - a world that has gone has no journal
        return b""


def _end_run(item: pytest.Item, report: Any, message: str) -> None:
    report.user_properties.append(("tandem-trouble", message))
    item.session.shouldstop = message
