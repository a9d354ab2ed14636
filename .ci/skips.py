"""Fail for tests that were skipped without a known reason.

python3 .ci/skips.py tests.xml [TOOL ...]

Each TOOL is a marker whose tool `.ci/run` could not install, and has said why. A test
skipped for anything else is a test that silently does not run.
"""  # noqa: INP001 - a script, no package

from __future__ import annotations

import sys
from xml.etree import ElementTree as ET


def main(path: str, tools: list[str]) -> int:
    """Print every skip; 1 if one has no reason that `.ci/run` gave."""
    unexplained = 0
    skipped = 0
    for case in ET.parse(path).getroot().iter("testcase"):  # noqa: S314 - our own
        found = case.find("skipped")
        if found is None or found.get("type") == "pytest.xfail":
            continue
        skipped += 1
        reason = found.get("message") or ""
        known = any(tool in reason for tool in tools)
        unexplained += not known
        sign = "known" if known else "NOT EXPLAINED"
        print(f"{sign}: {case.get('classname')}.{case.get('name')}: {reason}")  # noqa: T201
    print(f"{skipped} tests skipped, {unexplained} of them unexplained")  # noqa: T201
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
