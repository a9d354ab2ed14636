"""Reading feature files: parsing, timing words, and matching lines to steps.

pytest-bdd parses and runs; here we close four gaps that would let a broken feature pass
unseen: two scenarios of one name (the first silently vanishes), a step that is a
coroutine (it is never awaited, so it cannot fail), a line that two steps could mean,
and a first step with a misspelt keyword (Gherkin reads it as a description).
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gherkin.errors import CompositeParserException
from pytest_bdd import parsers
from pytest_bdd.exceptions import FeatureError as BddFeatureError
from pytest_bdd.exceptions import GherkinParseError, StepError
from pytest_bdd.parser import Background, Feature, FeatureParser, ScenarioTemplate
from pytest_bdd.parser import Step as GherkinStep
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from harness.wording import lost_keyword, nearest, plain_format, plain_regex

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

# What a line may add to any `When`: the change happens while the messages of the
# change before it are still held back, so that both cross.
_MEANWHILE = re.compile(
    r"^meanwhile,? |(?:,)? (?:before the sync has caught up|meanwhile)$"
)

_BEGINS = re.compile(r'\s*(?:\||"""|(?:Given|When|Then|And|But) )')


class FeatureError(Exception):
    """A feature file that cannot be run: each problem with file and line."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems, one text each."""
        super().__init__("\n".join(problems))
        self.problems = problems


class _StrictParser(FeatureParser):
    """pytest-bdd's parser, but a scenario name may stand only once in a file."""

    def _add(self, scenario: ScenarioTemplate, feature: Feature) -> None:
        earlier = feature.scenarios.get(scenario.name)
        if earlier is not None:
            where = f"{self.abs_filename}:{scenario.line_number}"
            what = (
                f"{where}: a second scenario called {scenario.name!r} (the first is on "
                f"line {earlier.line_number}); give each its own name"
            )
            raise FeatureError([what])
        feature.scenarios[scenario.name] = scenario

    def parse_scenario(
        self, scenario_data: Any, feature: Feature, rule: Any = None
    ) -> ScenarioTemplate:
        """Parse a scenario; a step that would be read as description is refused."""
        self._no_lost_step(scenario_data)
        return super().parse_scenario(scenario_data, feature, rule)

    def parse_background(self, background_data: Any) -> Background:
        """Parse a background; a step that would be read as description is refused."""
        self._no_lost_step(background_data)
        return super().parse_background(background_data)

    def _no_lost_step(self, data: Any) -> None:
        for offset, line in enumerate(data.description.splitlines(), start=1):
            if lost_keyword(line):
                where = f"{self.abs_filename}:{self._line_of(line, data, offset)}"
                what = (
                    f"{where}: {line.strip()!r} would be read as a description, not as "
                    "a step; steps begin with Given, When, Then, And or But"
                )
                raise FeatureError([what])

    def _line_of(self, text: str, data: Any, offset: int) -> int:
        start: int = data.location.line
        lines = Path(self.abs_filename).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines[start:], start=start + 1):
            if line.strip() == text.strip():
                return number
        return start + offset

    def _parse_and_add_scenario(
        self, scenario_data: Any, feature: Feature, rule: Any = None
    ) -> None:
        self._add(self.parse_scenario(scenario_data, feature, rule), feature)

    def _parse_and_add_rule(self, rule_data: Any, feature: Feature) -> None:
        names = set(feature.scenarios)
        before = dict(feature.scenarios)
        super()._parse_and_add_rule(rule_data, feature)
        for name in names:
            if feature.scenarios[name] is not before[name]:
                twice = feature.scenarios[name]
                feature.scenarios[name] = before[name]
                self._add(twice, feature)


def read_feature(path: Path) -> Feature:
    """Parse one feature file; FeatureError says what is wrong and where."""
    try:
        feature = _StrictParser(str(path.parent), path.name).parse()
    except FeatureError:
        raise
    except (GherkinParseError, BddFeatureError, StepError) as error:
        line = getattr(error, "line", None) or 1
        raise FeatureError([f"{path}:{line}: {_one_line(error)}"]) from error
    except CompositeParserException as error:
        raise FeatureError([f"{path}: {_one_line(error)}"]) from error
    except UnicodeDecodeError as error:
        raise FeatureError(
            [f"{path}:1: not UTF-8 text ({error.reason} at byte {error.start})"]
        ) from error
    except (AttributeError, KeyError) as error:
        # The Gherkin parser answers a file without a feature with nothing at all.
        raise FeatureError(
            [f"{path}:1: no feature in this file; it should begin with 'Feature: ...'"]
        ) from error
    if not feature.scenarios:
        raise FeatureError([f"{path}:1: the feature has no scenario"])
    return feature


def _one_line(error: Exception) -> str:
    message = getattr(error, "message", "") or str(error)
    return " ".join(str(message).split())


def timing(name: str) -> tuple[str, bool]:
    """Split a line into its step and whether it says *meanwhile*."""
    bare = _MEANWHILE.sub("", name)
    return bare, bare != name


@dataclass(frozen=True)
class StepDefinition:
    """One step of the library: kind (given, when, then or any), pattern, function."""

    kind: str
    pattern: str
    context: StepFunctionContext
    fixture: str

    @property
    def wording(self) -> str:
        """The pattern in readable form."""
        if isinstance(self.context.parser, parsers.re):
            return plain_regex(self.pattern)
        if isinstance(self.context.parser, parsers.parse | parsers.cfparse):
            return plain_format(self.pattern)
        return self.pattern

    @property
    def meaning(self) -> str:
        """What the step does, first paragraph of its docstring."""
        text = inspect.getdoc(self.context.step_func) or ""
        return " ".join(text.split("Example:")[0].split())

    @property
    def example(self) -> str:
        """A line that uses the step, from its docstring's `Example:`."""
        text = inspect.getdoc(self.context.step_func) or ""
        _, found, rest = text.partition("Example:")
        return _unwrapped(rest) if found else ""

    def matches(self, kind: str, name: str) -> bool:
        """Tell whether a line of that kind means this step."""
        if self.kind not in ("any", kind):
            return False
        return bool(self.context.parser.is_matching(name))


def _unwrapped(text: str) -> str:
    """Join lines that were only wrapped; tables, texts and further steps stay."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        if lines and not _BEGINS.match(line):
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
    return "\n".join(lines)


def steps_of(modules: Iterable[ModuleType]) -> list[StepDefinition]:
    """List the steps that modules define; a coroutine step is refused."""
    found = []
    for module in modules:
        for fixture, marker in vars(module).items():
            context = _context(marker)
            if context is None:
                continue
            function = context.step_func
            if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(
                function
            ):
                what = (
                    f"{inspect.getsourcefile(function)}: step {context.parser.name!r} "
                    "is a coroutine; it would never be awaited and could not fail. "
                    "Make it a plain function."
                )
                raise FeatureError([what])
            found.append(
                StepDefinition(
                    context.type or "any", context.parser.name, context, fixture
                )
            )
    return found


def _context(marker: Any) -> StepFunctionContext | None:
    function = getattr(marker, "_fixture_function", None)
    if function is None:
        return None
    return step_function_context_registry.get(function)


class Matcher:
    """Finds the one step that a line means, and remembers it."""

    def __init__(self, definitions: list[StepDefinition]) -> None:
        """Match against these step definitions."""
        self.definitions = definitions
        self._found = lru_cache(maxsize=None)(self._search)

    def find(self, kind: str, name: str) -> tuple[StepDefinition, ...]:
        """Return every step that the line could mean (one, if all is well)."""
        return self._found(kind, name)

    def _search(self, kind: str, name: str) -> tuple[StepDefinition, ...]:
        bare, _ = timing(name)
        return tuple(step for step in self.definitions if step.matches(kind, bare))

    def nearest(self, kind: str, name: str, count: int = 3) -> list[StepDefinition]:
        """Return the steps whose words are nearest to the line."""
        bare, _ = timing(name)
        return nearest(bare, self.definitions, kind, count)

    def problems(self, path: Path, feature: Feature) -> list[str]:
        """Say of each line that is unknown or ambiguous: file, line, nearest steps."""
        found: list[str] = []
        for template in feature.scenarios.values():
            contexts: list[dict[str, str]] = [
                row for table in template.examples for row in table.as_contexts()
            ]
            if template.templated and not contexts:
                found.append(
                    f"{path}:{template.line_number}: the outline "
                    f"{template.name!r} has no example row, so it would never run"
                )
            for row in contexts or [{}]:
                for step in template.render(row).steps:
                    text = self._problem(path, step)
                    if text and text not in found:
                        found.append(text)
        return found

    def _problem(self, path: Path, step: GherkinStep) -> str | None:
        matches = self.find(step.type, step.name)
        if len(matches) == 1:
            return None
        where = f"{path}:{step.line_number}"
        if not matches:
            near = "\n".join(
                f"      {near.kind.capitalize()} {near.wording}"
                for near in self.nearest(step.type, step.name)
            )
            return (
                f"{where}: no step says {step.type.capitalize()} {step.name!r}.\n"
                f"    The nearest steps are:\n{near}\n"
                "    `tandem steps` lists them all."
            )
        both = "\n".join(f"      {match.wording}" for match in matches)
        return (
            f"{where}: {step.name!r} could mean {len(matches)} steps, "
            f"make it plainer:\n{both}"
        )
