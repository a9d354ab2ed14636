"""CI does not go green over tests that did not run."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.run.documents import ROOT

if TYPE_CHECKING:
    from pathlib import Path

REPORT = """<testsuites><testsuite>
<testcase classname="a" name="ran"/>
<testcase classname="a" name="not"><skipped message="{reason}"/></testcase>
</testsuite></testsuites>"""


@pytest.mark.parametrize(
    ("reason", "tools", "code"),
    [
        ("containers: no engine answers", ["containers"], 0),
        ("containers: no engine answers", [], 1),
        ("not today", ["containers"], 1),
    ],
    ids=["explained", "unexplained", "another reason"],
)
def test_a_skip_fails_unless_ci_has_said_why_its_tool_is_missing(
    tmp_path: Path, reason: str, tools: list[str], code: int
) -> None:
    """A missing tool is excused only after the attempt to install it failed."""
    path = tmp_path / "tests.xml"
    path.write_text(REPORT.format(reason=reason))
    ended = subprocess.run(
        [sys.executable, ROOT / ".ci" / "skips.py", path, *tools],
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == code, ended.stdout
    assert f"a.not: {reason}" in ended.stdout
    assert "1 tests skipped" in ended.stdout
