"""Steps and lines: timing words, what a step means, and which one a line means.

Two more gaps of pytest-bdd are closed here: a step that is a coroutine (it is never
awaited, so it cannot fail) and a line that two steps could mean.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pytest_bdd import parsers
from pytest_bdd.steps import StepFunctionContext, step_function_context_registry

from harness.checks import Names, fault
from harness.forms import Suggestion, nearest
from harness.reading import FeatureError
from harness.wording import plain_format, plain_regex

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import ModuleType

    from pytest_bdd.parser import Feature
    from pytest_bdd.parser import Step as GherkinStep

# What a line may add to any `When`: the change happens while the messages of the
# change before it are still held back, so that both cross.
_MEANWHILE = re.compile(
    r"^meanwhile,? |(?:,)? (?:before the sync has caught up|meanwhile)$"
)

_BEGINS = re.compile(r'\s*(?:\||"""|(?:Given|When|Then|And|But) )')


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

    def takes(self, argument: str) -> bool:
        """Tell whether its function has an argument, such as `docstring`."""
        return argument in inspect.signature(self.context.step_func).parameters

    def matches(self, kind: str, name: str) -> bool:
        """Tell whether a line of that kind means this step."""
        if self.kind not in ("any", kind):
            return False
        return bool(self.context.parser.is_matching(name))


def _unwrapped(text: str) -> str:
    """Join lines that were only wrapped; tables, texts and further steps stay."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        # From the quotes on, line breaks are the text's own.
        wrapped = not any('"""' in earlier for earlier in lines)
        if lines and wrapped and not _BEGINS.match(line):
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

    def nearest(self, kind: str, name: str, count: int = 3) -> list[Suggestion]:
        """Return the steps whose words are nearest to the line, each as one line."""
        bare, _ = timing(name)
        return nearest(bare, self.definitions, kind, count)

    def problems(self, path: Path, feature: Feature) -> list[str]:
        """Say what is wrong with lines, by file and line.

        A line may be unknown (with the nearest steps), ambiguous, lack or not want
        what stands below it, or have a value that its step cannot take.
        """
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
                names = Names()
                for step in template.render(row).steps:
                    text = self._problem(path, step, names)
                    if text and text not in found:
                        found.append(text)
        return found

    def _problem(self, path: Path, step: GherkinStep, names: Names) -> str | None:
        matches = self.find(step.type, step.name)
        where = f"{path}:{step.line_number}"
        if len(matches) == 1:
            wrong = _misplaced(matches[0], step) or _unfit(matches[0], step, names)
            return f"{where}: {wrong}" if wrong else None
        if not matches:
            near = "\n".join(
                f"      {near}" for near in self.nearest(step.type, step.name)
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


def _unfit(definition: StepDefinition, step: GherkinStep, names: Names) -> str | None:
    """Say which value of a line its step cannot take, and keep the names it gives."""
    bare, _ = timing(step.name)
    arguments = dict(definition.context.parser.parse_arguments(bare) or {})
    if step.datatable is not None:
        arguments["datatable"] = step.datatable.raw()
    wrong = fault(definition, arguments, names)
    return f"{step.name!r}: {wrong}" if wrong else None


def _misplaced(definition: StepDefinition, step: GherkinStep) -> str | None:
    """Say what is wrong round a line that means one step: timing, text or table."""
    _, crosses = timing(step.name)
    if crosses and step.type == "then":
        return (
            f"a Then looks when all has settled: {step.name!r} cannot be said of it; "
            "leave the timing words out"
        )
    for what, argument, given in (
        ('text between lines of """', "docstring", step.docstring is not None),
        ("table", "datatable", step.datatable is not None),
    ):
        if definition.takes(argument) and not given:
            return f"{step.name!r} needs a {what} below it"
        if given and not definition.takes(argument):
            return f"{step.name!r} takes no {what}; it would be passed over"
    return None
