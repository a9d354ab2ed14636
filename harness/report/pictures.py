"""Pictures of a report, for README.md.

    python -m harness.report.pictures

plays one feature with a planted loop and writes what a browser shows of its report:
a timeline on a wide screen, and the beginning of a failure on a narrow one.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from harness.options import RunOptions
from harness.report import chromium
from harness.report.record import PAGE
from harness.selection import FEATURES
from harness.verify import verify

PICTURES = FEATURES.parent / "docs" / "pictures"
_DEFECT = "LOOP-01"
_FEATURE = "failures.feature"
_ROW = "details.row.fail"
_WIDE, _NARROW, _TALL = 1180, 400, 780


async def shoot(program: str, page: Path) -> dict[str, bytes]:
    """Return the pictures of a report, PNG by name."""
    pictures = {}
    async with chromium.Chromium(program) as browser:
        for name, width, part in (
            ("report", _WIDE, f"{_ROW} .tl-wrap"),
            ("report-narrow", _NARROW, _ROW),
        ):
            tab = await browser.page(width, _TALL)
            await tab.goto(page.as_uri())
            await tab.run(f"document.querySelector('{_ROW} > summary').click()")
            await tab.drawn()
            await tab.run(f"document.querySelector('{part}').scrollIntoView()")
            pictures[name] = await tab.picture()
    return pictures


def main() -> int:
    """Write the pictures; returns the exit code."""
    program = chromium.find()
    if program is None:
        sys.stderr.write("there is no Chromium: apt-get install chromium\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        options = RunOptions(tier="simulated", report=folder, defects=(_DEFECT,))
        verify(options, [str(FEATURES / _FEATURE)])
        pictures = asyncio.run(shoot(program, Path(folder) / PAGE))
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, picture in pictures.items():
        (PICTURES / f"{name}.png").write_bytes(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
