"""Reading feature files strictly: what would vanish unseen is refused.

pytest-bdd parses; here we close two gaps that would let a broken feature pass: two
scenarios of one name (the first silently vanishes) and a first step with a misspelt
keyword (Gherkin reads it as a description).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from gherkin.errors import CompositeParserException
from pytest_bdd.exceptions import FeatureError as BddFeatureError
from pytest_bdd.exceptions import GherkinParseError, StepError, TokenError
from pytest_bdd.parser import Background, Feature, FeatureParser, ScenarioTemplate

from harness.wording import lost_keyword

# What the parser puts before an error that it has no words of its own for.
_NOISE = re.compile(r"^Unknown parsing error: (Parser errors: )?(\(\d+:\d+\): )?")


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
        # Some editors begin a text with a byte-order mark.
        feature = _StrictParser(str(path.parent), path.name, "utf-8-sig").parse()
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
    written = str(getattr(error, "line_content", "")).strip()
    if isinstance(error, TokenError):
        # What the parser says of it names neither the line's words nor the remedy.
        message = (
            f"{written!r} cannot stand here; a file holds one 'Feature: ...', then "
            "scenarios, each 'Scenario: ...' with its steps below"
        )
    return _NOISE.sub("", " ".join(str(message).split()))
