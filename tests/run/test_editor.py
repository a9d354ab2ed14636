"""`tandem new` and `tandem steps --vscode`: a beginning, an editor that knows steps."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from harness.catalogue import all_steps
from harness.editor import MOST_LETTERS, SETTINGS, TEMPLATE, glue
from harness.reading import read_feature
from harness.selection import FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.run.conftest import Ended

USAGE = 2
# What the parameters of Cucumber Expressions match.
PARAMETERS = {
    "{string}": r"\"[^\"]*\"",
    "{int}": r"-?\d+",
    "{word}": r"\S+",
}


def pattern(expression: str) -> re.Pattern[str]:
    """Return a Cucumber Expression as a regular expression (no optional text)."""
    parts = re.split(r"(\{\w+\})", expression)
    return re.compile(
        "".join(
            PARAMETERS.get(p) or re.escape(re.sub(r"\\\\(.)", r"\1", p)) for p in parts
        )
    )


def expressions() -> dict[str, list[re.Pattern[str]]]:
    """Return the expressions of the glue by keyword."""
    found: dict[str, list[re.Pattern[str]]] = {"given": [], "when": [], "then": []}
    for text in glue(all_steps()):
        for keyword, literal in re.findall(
            r"^(Given|When|Then)\((\".*\"), ", text, re.MULTILINE
        ):
            found[keyword.lower()].append(pattern(json.loads(literal)))
    return found


def test_the_template_passes_as_it_is(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """What a tester begins with works, and names itself after its file."""
    assert tandem("new", "late-notes.feature").code == 0
    assert tandem("steps", "--check", "late-notes.feature").code == 0
    ended = tandem("verify", "late-notes.feature", "--tier", "simulated")
    assert ended.code == 0, ended.out
    assert "3 played" in ended.out
    assert "Feature: Late notes" in (tmp_path / "late-notes.feature").read_text()
    assert "{title}" in TEMPLATE


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("notes.txt", "ends in .feature"),
        ("there.feature", "there is such a file already"),
        ("none/deep.feature", "cannot be written: No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_begun_is_refused(
    tandem: Callable[..., Ended], tmp_path: Path, name: str, said: str
) -> None:
    """Nobody's work is overwritten."""
    (tmp_path / "there.feature").write_text("mine")
    ended = tandem("new", name)
    assert ended.code == USAGE
    assert said in ended.out
    assert (tmp_path / "there.feature").read_text() == "mine"


def test_the_editor_knows_every_line_of_our_features() -> None:
    """No line that Tandem understands is underlined by the extension as unknown."""
    known = expressions()
    unknown = []
    for path in sorted(FEATURES.rglob("*.feature")):
        for template in read_feature(path).scenarios.values():
            rows = [row for table in template.examples for row in table.as_contexts()]
            for row in rows or [{}]:
                unknown += [
                    f"{path.name}:{step.line_number}: {step.name}"
                    for step in template.render(row).steps
                    if not any(one.fullmatch(step.name) for one in known[step.type])
                ]
    assert unknown == []
    assert not any(one.fullmatch("an oficer deletes") for one in known["when"])


def test_each_glue_file_is_as_short_as_the_extension_needs(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """Its parser refuses longer ones, and then knows no step at all."""
    assert tandem("steps", "--vscode").code == 0
    files = list((tmp_path / ".vscode" / "tandem-steps").iterdir())
    assert len(files) > 1
    assert all(0 < file.stat().st_size <= MOST_LETTERS for file in files)


def test_settings_of_the_tester_are_kept(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """Ours are added once, however often the command runs."""
    folder = tmp_path / ".vscode"
    folder.mkdir()
    own = {"editor.fontSize": 14, "cucumber.features": ["mine/*.feature"]}
    (folder / "settings.json").write_text(json.dumps(own))
    for _ in range(2):
        assert tandem("steps", "--vscode").code == 0
    held = json.loads((folder / "settings.json").read_text())
    assert held == {
        "editor.fontSize": 14,
        "cucumber.features": ["mine/*.feature", "**/*.feature"],
        "cucumber.glue": SETTINGS["cucumber.glue"],
    }


def test_settings_that_cannot_be_read_are_left_alone(
    tandem: Callable[..., Ended], tmp_path: Path
) -> None:
    """Settings with comments are the tester's own to change: told what to add."""
    folder = tmp_path / ".vscode"
    folder.mkdir()
    (folder / "settings.json").write_text("{ // mine\n}")
    ended = tandem("steps", "--vscode")
    assert ended.code == USAGE
    assert "cucumber.glue" in ended.out
    assert (folder / "settings.json").read_text() == "{ // mine\n}"
