"""What helps to write a scenario: a template, and VS Code's Cucumber extension set up.

The official extension completes and underlines Gherkin by *glue*: step definitions in
one of the languages it reads. It knows neither pytest-bdd's patterns with choices nor a
library outside of the folder, so the steps are written down for it: one Cucumber
Expression for each form of a step, in TypeScript, which nothing ever runs.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from harness.forms import forms

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from harness.gherkin import StepDefinition

GLUE = "tandem-steps"
# Letters of one glue file: the extension's parser takes no more than 32 kB at once.
MOST_LETTERS = 24_000
SETTINGS = {
    "cucumber.features": ["**/*.feature"],
    "cucumber.glue": [f".vscode/{GLUE}/*.ts"],
}
EXTENSIONS = {"recommendations": ["CucumberOpen.cucumber-official"]}

TEMPLATE = """\
Feature: {title}
  Say here what users are promised, in a sentence or two.

  Scenario: A note written in NOMIS reaches DPS, and its amendment comes back
    Given a prisoner
    When an officer writes a case note in NOMIS saying "Seen on the wing."
    And a DPS user amends the note in DPS saying "He asked about visits."
    Then both sides hold the note with 1 amendment

  # Several notes by table, each with a name. Leave out whatever does not matter.
  Scenario: Each note is changed by its own name
    Given these case notes in NOMIS:
      | called | type    | text                |
      | first  | KA/KS   | He is settling in.  |
      | second | GEN/HIS | Back from hospital. |
    When an officer edits the note "first" in NOMIS to say "He has settled in."
    And an administrator deletes the note "second" in DPS
    Then both sides show the text "He has settled in." of the note "first"
    And the note "second" is gone from both sides

  # "meanwhile" lets two changes cross: neither side has heard of the other's yet.
  Scenario: Amended on both sides at once
    Given a case note written in DPS
    When an officer amends the note in NOMIS
    And meanwhile a DPS user amends the note in DPS
    Then both sides hold the note with 2 amendments
"""

_HEAD = """\
// Made by `tandem steps --vscode`, for the editor alone: it completes and checks the
// lines of feature files by these. Nothing runs them; make the file anew after an
// update of Tandem.
import { Given, Then, When } from "@cucumber/cucumber";

"""
_KEYWORDS = {"given": ("Given",), "when": ("When",), "then": ("Then",)}
_OPEN = re.compile(r'"<\w+>"|<(\w+)>')
_SPECIAL = re.compile(r"[(){}/\\]")
_DATE = "25 October 2026"


class EditorError(Exception):
    """A file cannot be written; says which, why and what to do."""


def new_feature(path: Path) -> None:
    """Write the template to `path`; EditorError if it exists or is no feature file."""
    if path.suffix != ".feature":
        raise EditorError(
            f"{path}: a feature file's name ends in .feature, such as "
            f"{path.with_suffix('.feature')}"
        )
    if path.exists():
        raise EditorError(f"{path}: there is such a file already; take another name")
    title = path.stem.replace("-", " ").replace("_", " ").capitalize()
    try:
        path.write_text(TEMPLATE.format(title=title), encoding="utf-8")
    except OSError as error:
        raise EditorError(f"{path}: cannot be written: {error.strerror}") from error


def set_up(folder: Path, steps: Iterable[StepDefinition]) -> list[Path]:
    """Write `.vscode` in `folder`; other settings that stand there are kept."""
    target = folder / ".vscode"
    try:
        (target / GLUE).mkdir(parents=True, exist_ok=True)
        written = [
            _merged(target / "settings.json", SETTINGS),
            _merged(target / "extensions.json", EXTENSIONS),
            target / GLUE,
        ]
        for former in (target / GLUE).glob("*.ts"):
            former.unlink()
        for number, text in enumerate(glue(steps), start=1):
            file = target / GLUE / f"{number}.ts"
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EditorError(f"{target}: cannot be written: {error.strerror}") from error
    return written


def _merged(path: Path, wanted: dict[str, list[str]]) -> Path:
    """Add what is wanted to a JSON file of lists and other settings."""
    held: object = {}
    if path.exists():
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            held = None
    if not isinstance(held, dict):
        lines = json.dumps(wanted, indent=2)
        raise EditorError(
            f"{path} is there and cannot be read as plain JSON (comments?); add "
            f"to it by hand:\n{lines}"
        )
    for name, items in wanted.items():
        there = held.get(name)
        kept = there if isinstance(there, list) else []
        held[name] = [*kept, *(item for item in items if item not in kept)]
    path.write_text(json.dumps(held, indent=2) + "\n", encoding="utf-8")
    return path


def glue(steps: Iterable[StepDefinition]) -> list[str]:
    """Return every form of every step as TypeScript with Cucumber Expressions.

    In as many files as the extension needs.
    """
    lines: dict[str, None] = {}
    for step in steps:
        for keyword in _KEYWORDS.get(step.kind, ("Given", "When")):
            for form in forms(step.wording):
                words = expression(step, form)
                for said in _timed(words) if keyword == "When" else (words,):
                    lines[f"{keyword}({json.dumps(said)}, () => {{}});\n"] = None
    files = [_HEAD]
    for line in lines:
        if len(files[-1]) + len(line) > MOST_LETTERS:
            files.append(_HEAD)
        files[-1] += line
    return files


def _timed(words: str) -> tuple[str, ...]:
    """Return a When as it stands, and with either of its words of time."""
    # Not as optional text of one expression: it would be in every completion.
    return words, f"meanwhile {words}", f"{words} before the sync has caught up"


def expression(step: StepDefinition, form: str) -> str:
    """Return a form as a Cucumber Expression: `"<name>"` is `{string}`."""
    text, at = "", 0
    for found in _OPEN.finditer(form):
        text += _SPECIAL.sub(r"\\\g<0>", form[at : found.start()])
        text += _parameter(step, found[1]) if found[1] else "{string}"
        at = found.end()
    return text + _SPECIAL.sub(r"\\\g<0>", form[at:])


def _parameter(step: StepDefinition, name: str) -> str:
    """Return the Cucumber parameter of an open word without quotes round it."""
    found = re.search(rf"\(\?P<{name}>((?:[^()]|\([^()]*\))*)\)", step.pattern)
    if found is None:
        return "{int}" if f"{{{name}:d}}" in step.pattern else "{word}"
    inner = re.compile(found[1])
    if inner.fullmatch(_DATE):
        return "{int} {word} {int}"
    return "{int}" if inner.fullmatch("3") else "{word}"
