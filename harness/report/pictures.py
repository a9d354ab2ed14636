"""Pictures for README.md: a green run, a red timeline, and the verdict of a load run.

    make pictures

plays what they show and writes what a browser makes of it. Each picture carries the
words that stood on the page when it was taken; a test holds them to today's page, so
that no picture shows what is no more.
"""

from __future__ import annotations

import asyncio
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from typing import NamedTuple

from harness.options import RunOptions
from harness.report import chromium
from harness.report.record import PAGE
from harness.selection import FEATURES
from harness.verify import verify

PICTURES = FEATURES.parent / "docs" / "pictures"
WORDS = b"words"
_ROW = "details.row.fail"
_DEFECT = "LOOP-01"
_LOAD = ("--minutes", "0.5", "--seed", "1")
_WIDE = 1180
_SIGNATURE = 8


class Subject(NamedTuple):
    """What is pictured: a page, and how much of it; which elements' words are kept.

    `open` is clicked first, `part` is what the picture begins with.
    """

    page: Path
    words: str
    tall: int
    open: str = ""
    part: str = "body"


def green(folder: Path) -> Subject:
    """Play the smoke set against the reference."""
    options = RunOptions(tier="simulated", report=str(folder), tags="smoke")
    verify(options, [])
    # Scenarios come and go; the picture is of the page.
    return Subject(folder / PAGE, "h1, h2, th", 700)


def timeline(folder: Path) -> Subject:
    """Play failures on a sync without its loop guard, and open the first."""
    options = RunOptions(tier="simulated", report=str(folder), defects=(_DEFECT,))
    verify(options, [str(FEATURES / "failures.feature")])
    part = f"{_ROW} .tl-wrap"
    return Subject(folder / PAGE, part, 800, f"{_ROW} > summary", part)


def load(folder: Path) -> Subject:
    """Load the reference for half a minute; a busy machine gives no verdict."""
    command = [sys.executable, "-m", "harness", "load", "--report", str(folder)]
    done = subprocess.run([*command, *_LOAD], check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit("the load run did not pass; try again on an idle machine")
    return Subject(folder / "load.html", "h1, h2", 1000)


async def shoot(program: str, subject: Subject) -> tuple[bytes, str]:
    """Return the picture, as PNG, and the words of it that are to last."""
    async with chromium.Chromium(program) as browser:
        tab = await browser.page(_WIDE, subject.tall)
        await tab.goto(subject.page.as_uri())
        if subject.open:
            await tab.run(f"document.querySelector('{subject.open}').click()")
            await tab.drawn()
            await tab.run(f"document.querySelector('{subject.part}').scrollIntoView()")
        words = await tab.run(
            f"[...document.querySelectorAll('{subject.words}')]"
            ".map(e => e.innerText).filter(t => t).join('\\n')"
        )
        return await tab.picture(), str(words)


def with_words(picture: bytes, words: str) -> bytes:
    """Return the PNG with the words in a text chunk, before its end."""
    data = WORDS + b"\0\0" + zlib.compress(words.encode("utf-8"))
    kind = b"zTXt"
    chunk = struct.pack(">I", len(data)) + kind + data
    chunk += struct.pack(">I", zlib.crc32(kind + data))
    end = picture.rindex(b"IEND") - 4
    return picture[:end] + chunk + picture[end:]


def words_of(picture: bytes) -> str:
    """Return the words that a PNG of ours carries; "" when it carries none."""
    at = _SIGNATURE
    while at < len(picture):
        (length,) = struct.unpack(">I", picture[at : at + 4])
        data = picture[at + 8 : at + 8 + length]
        if picture[at + 4 : at + 8] == b"zTXt" and data.startswith(WORDS + b"\0"):
            return zlib.decompress(data[len(WORDS) + 2 :]).decode("utf-8")
        at += length + 12
    return ""


SUBJECTS = {"green": green, "timeline": timeline, "load": load}


def main() -> int:
    """Write the pictures; returns the exit code."""
    program = chromium.find()
    if program is None:
        sys.stderr.write("there is no Chromium: apt-get install chromium\n")
        return 2
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, play in SUBJECTS.items():
        with tempfile.TemporaryDirectory() as folder:
            subject = play(Path(folder))
            picture, words = asyncio.run(shoot(program, subject))
        (PICTURES / f"{name}.png").write_bytes(with_words(picture, words))
    return 0


if __name__ == "__main__":
    sys.exit(main())
