"""README's pictures show what reports look like today."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from harness.loadrun.page import render
from harness.loadrun.verdict import assess
from harness.report import pictures
from tests.load import test_verdict
from tests.run.documents import README, shape

if TYPE_CHECKING:
    from pathlib import Path

REMEDY = "renew it by `make pictures`"


def kept(name: str) -> str:
    """Return the words that a picture of README.md was taken of."""
    path = pictures.PICTURES / f"{name}.png"
    return pictures.words_of(path.read_bytes())


@pytest.mark.browser
@pytest.mark.parametrize("name", ["green", "timeline"])
def test_picture_of_a_report_shows_todays_words(
    browser: str, tmp_path: Path, name: str
) -> None:
    """But for ids, names and numbers, the words are those of a run played now."""
    subject = pictures.SUBJECTS[name](tmp_path)
    picture, words = asyncio.run(pictures.shoot(browser, subject))
    assert len(picture) > 20_000
    assert shape(kept(name)) == shape(words), REMEDY


def test_picture_of_a_load_run_shows_todays_page() -> None:
    """The page of a load run has the headings that the picture was taken of."""
    found = test_verdict._found()
    page = render(assess(found), found.measured)
    headings = re.findall(r"<h[12]>(.*?)</h[12]>", page)
    assert len(headings) > 3
    assert kept("load").splitlines() == headings, REMEDY


def test_every_picture_is_shown_and_every_one_shown_is_made() -> None:
    """No picture lies about unused, and none comes from somewhere else."""
    found = {path.stem for path in pictures.PICTURES.iterdir()}
    assert found == set(pictures.SUBJECTS)
    text = README.read_text(encoding="utf-8")
    for name in found:
        assert f"(docs/pictures/{name}.png)" in text


def test_words_survive_in_a_picture() -> None:
    """What is put into a PNG is read from it, and a foreign PNG has none."""
    end = b"\x00\x00\x00\x00IEND\xaeB`\x82"
    bare = b"\x89PNG\r\n\x1a\n" + end
    assert pictures.words_of(bare) == ""
    told = pictures.with_words(bare, "Bericht \N{BULLET} heute")
    assert pictures.words_of(told) == "Bericht \N{BULLET} heute"
    assert told.endswith(end)
