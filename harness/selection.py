"""Which scenarios a run is asked for, and all that is wrong with the request.

Every feature file is read and checked here, before anything starts, so that a mistake
in one line costs a second and no half-made run.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from _pytest.mark.expression import Expression

from harness.catalogue import step_modules
from harness.gherkin import Matcher, steps_of
from harness.reading import FeatureError, read_feature

if TYPE_CHECKING:
    from pytest_bdd.parser import Feature

FEATURES = Path(__file__).resolve().parent.parent / "features"
SUFFIX = ".feature"
_MOST_NAMED = 10
# Tags become pytest marks, and these marks change whether and how a test runs.
_RESERVED = frozenset(
    {"skip", "skipif", "xfail", "parametrize", "usefixtures", "filterwarnings"}
)
_NOT_TAGS = ("and", "or", "not", "True", "False", "None")
_ASKED = re.compile(r"(\bnot\s+)?@?([^\s()@]+)")


@dataclass
class Selection:
    """The files to play, the scenarios asked for by name, and the problems.

    `names` gives, for a file of which only some scenarios are wanted, their names;
    `tags` are all tags of the chosen files.
    """

    files: list[str] = field(default_factory=list)
    names: dict[str, list[str]] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


class Tagged:
    """Answers a tag expression for one scenario."""

    def __init__(self, tags: set[str]) -> None:
        """`tags` are the scenario's own, without @."""
        self.tags = tags

    def __call__(self, name: str, /, **_: object) -> bool:
        """Tell whether the scenario has the tag."""
        return name in self.tags


def compiled(expression: str) -> Expression:
    """Compile a tag expression; ValueError says what is wrong with it."""
    try:
        found = Expression.compile(expression.replace("@", ""))
        found.evaluate(Tagged(set()))
    except (SyntaxError, TypeError, ValueError) as error:
        raise ValueError(
            f"--tags {expression!r}: {error}. Write tags joined by and, or, not, "
            "such as: loop-prevention and not long"
        ) from error
    return found


def select(paths: list[str], tags: str | None = None) -> Selection:
    """Read and check the features under `paths` (none: all of ours)."""
    selection = Selection()
    _find_files(selection, paths or [str(FEATURES)])
    try:
        matcher = Matcher(steps_of(step_modules()))
    except FeatureError as error:
        selection.problems += error.problems
        return selection
    for file in selection.files:
        _check(selection, matcher, Path(file))
    if tags is not None and not selection.problems:
        _check_tags(selection, tags)
    return selection


def _find_files(selection: Selection, paths: list[str]) -> None:
    whole: set[str] = set()
    for text in paths:
        where, _, name = _split(text)
        found = _files_at(selection, text, _ours_or(Path(where)))
        for file in found:
            if file not in selection.files:
                selection.files.append(file)
            if name:
                selection.names.setdefault(file, []).append(name)
            else:
                whole.add(file)
    for file in whole:
        selection.names.pop(file, None)


def _split(text: str) -> tuple[str, str, str]:
    """Split `file.feature::scenario name`; a name may hold `::` too."""
    head, mark, name = text.partition(f"{SUFFIX}::")
    return (head + SUFFIX, mark, name) if mark else (text, "", "")


def _ours_or(path: Path) -> Path:
    """Return ours for `features/...`, as guides write it, where there is no such path.

    So the guides' commands work from any folder, and for an installed package.
    """
    ours = FEATURES.parent / path
    known = path.parts[:1] == (FEATURES.name,) and ".." not in path.parts
    return ours if known and not path.exists() and ours.exists() else path


def _files_at(selection: Selection, text: str, path: Path) -> list[str]:
    if path.is_dir():
        found = sorted(str(file.resolve()) for file in path.rglob(f"*{SUFFIX}"))
        if not found:
            selection.problems.append(f"{text}: no {SUFFIX} file in this folder")
        return found
    if not path.exists():
        selection.problems.append(f"{path}: there is no such file or folder")
    elif path.suffix != SUFFIX:
        selection.problems.append(
            f"{text}: not a feature file (its name must end in {SUFFIX})"
        )
    else:
        return [str(path.resolve())]
    return []


def _check(selection: Selection, matcher: Matcher, path: Path) -> None:
    shown = shown_path(path)
    try:
        feature = read_feature(path)
    except FeatureError as error:
        selection.problems += [_relative(p, path, shown) for p in error.problems]
        return
    selection.problems += [
        _relative(problem, path, shown) for problem in matcher.problems(path, feature)
    ]
    for name, line, tags in _tags(feature):
        selection.tags |= tags
        if reserved := sorted(tags & _RESERVED):
            selection.problems.append(
                f"{shown}:{line}: the tag @{reserved[0]} of {name!r} would change how "
                "the scenario runs; use another, and leave scenarios out with "
                "--tags 'not ...'"
            )
    for name in selection.names.get(str(path), ()):
        if not _has(feature, name):
            near = difflib.get_close_matches(name, list(feature.scenarios), 3, 0.3)
            hint = "; the nearest are: " if near else "; there are: "
            hint += "; ".join(near or list(feature.scenarios)[:_MOST_NAMED])
            selection.problems.append(f"{shown}: there is no scenario {name!r}{hint}")


def _has(feature: Feature, name: str) -> bool:
    """Tell whether it has that scenario, that outline, or a row of that outline."""
    return name in feature.scenarios or any(
        outline.examples and name.startswith(f"{each}[") and name.endswith("]")
        for each, outline in feature.scenarios.items()
    )


def _tags(feature: Feature) -> list[tuple[str, int, set[str]]]:
    found = []
    for name, scenario in feature.scenarios.items():
        tags = set(feature.tags) | set(scenario.tags)
        tags |= set(scenario.rule.tags) if scenario.rule is not None else set()
        for examples in scenario.examples:
            tags |= set(examples.tags or ())
        found.append((name, scenario.line_number, tags))
    return found


def _check_tags(selection: Selection, expression: str) -> None:
    try:
        compiled(expression)
    except ValueError as error:
        selection.problems.append(str(error))
        return
    for negation, tag in _ASKED.findall(expression):
        if tag in _NOT_TAGS or tag in selection.tags:
            continue
        # To leave out what no scenario has is no mistake, but for a slip of the pen.
        cutoff = 0.7 if negation else 0.5
        near = difflib.get_close_matches(tag, sorted(selection.tags), 3, cutoff)
        if negation and not near:
            continue
        hint = "nearest: " if near else "there are: "
        listed = ", ".join(near or sorted(selection.tags)) or "none"
        selection.problems.append(
            f"--tags: no scenario chosen has the tag {tag!r}; {hint}{listed}"
        )


def shown_path(path: Path | str) -> str:
    """Return the path as one would write it here: relative when below this folder."""
    resolved = Path(path).resolve()
    here = Path.cwd().resolve()
    return (
        str(resolved.relative_to(here))
        if resolved.is_relative_to(here)
        else str(resolved)
    )


def _relative(problem: str, path: Path, shown: str) -> str:
    return problem.replace(str(path), shown, 1)
