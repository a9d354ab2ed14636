"""What our GitHub action runs: `tandem verify` from its inputs, its outputs after.

The inputs come as variables, INPUT_TAGS for `tags`, so that no shell ever reads them.
Ends with the exit code of the run; outputs are verdict, passed, failed, report.
"""  # noqa: INP001 - a script of the action, no package

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

HALVES = ("to-nomis", "from-nomis")
VERDICTS = {0: "pass", 1: "fail", 2: "usage"}
PLAIN = ("tags", "known", "shard", "tier", "world-image", "sync-wait", "report")


def command(given: Mapping[str, str]) -> list[str]:
    """Return the command line; ValueError says which inputs contradict each other."""
    words = [*shlex.split(_input(given, "tandem") or "tandem"), "verify"]
    words += _input(given, "features").split()
    contained = bool(_input(given, "world-image"))
    for half in HALVES:
        image, program = (
            _input(given, f"{half}-{kind}") for kind in ("image", "command")
        )
        if image and program:
            raise ValueError(f"give {half}-image or {half}-command, not both")
        if image or program:
            words += [
                f"--{half}",
                f"container:{image}" if image else f"command:{program}",
            ]
        contained = contained or bool(image)
    tier = _input(given, "tier") or ("containers" if contained else "")
    for name in PLAIN:
        value = tier if name == "tier" else _input(given, name)
        if value:
            words += [f"--{name}", value]
    return [*words, *shlex.split(_input(given, "arguments"))]


def outputs(code: int, report: Path) -> dict[str, str]:
    """Return the action's outputs for a run that ended with `code`."""
    counts: Counter[str] = Counter()
    lines = report / "scenarios.ndjson"
    if lines.is_file():
        for line in lines.read_text("utf-8").splitlines():
            scenario = json.loads(line)
            counts["known" if scenario.get("known") else scenario["verdict"]] += 1
    return {
        "verdict": VERDICTS.get(code, "unknown"),
        "passed": str(counts["pass"]),
        "failed": str(counts["fail"]),
        "report": str(report),
    }


def _input(given: Mapping[str, str], name: str) -> str:
    return given.get(f"INPUT_{name.upper().replace('-', '_')}", "").strip()


def main() -> int:
    """Run, and write the outputs whatever the verdict is."""
    report = Path(_input(os.environ, "report") or "test-results")
    # What an earlier step left there would be counted as ours.
    (report / "scenarios.ndjson").unlink(missing_ok=True)
    try:
        words = command(os.environ)
    except ValueError as error:
        sys.stderr.write(f"::error::{error}\n")
        code = 2
    else:
        sys.stdout.write(f"{shlex.join(words)}\n")
        sys.stdout.flush()
        code = subprocess.run(words, check=False).returncode  # noqa: S603 - our command
    if told := os.environ.get("GITHUB_OUTPUT"):
        with Path(told).open("a", encoding="utf-8") as file:
            file.writelines(f"{k}={v}\n" for k, v in outputs(code, report).items())
    return code


if __name__ == "__main__":
    sys.exit(main())
