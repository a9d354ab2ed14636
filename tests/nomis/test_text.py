"""The text codec of NOMIS case notes (http-contracts 2.2)."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.nomis.text import (
    SUFFIX,
    Amendment,
    Era,
    UnparsableMarkerError,
    byte_length,
    cut_comment,
    render,
    split,
    truncate,
)

WHEN = datetime(2025, 3, 5, 10, 1, 2)  # noqa: DTZ001 - NOMIS keeps local times


def marked(stamp: str, who: str = "XYZ98K_GEN", notes: str = "notes") -> str:
    """Return a text with one marker."""
    return f"Main. ...[{who} updated the case {notes} on {stamp}] More."


def test_an_amendment_is_appended_behind_a_marker() -> None:
    """The notation is the one that officers see on the screen."""
    text = render("Met on the wing.", [Amendment("More.", "XYZ98K_GEN", WHEN)])
    assert text == (
        "Met on the wing. ...[XYZ98K_GEN updated the case notes on "
        "2025/03/05 10:01:02] More."
    )


@pytest.mark.parametrize(
    ("era", "stamp"),
    [
        (Era.OLDEST, "05/03/2025 10:01:02"),
        (Era.DASHED, "05-03-2025 10:01:02"),
        (Era.CURRENT, "2025/03/05 10:01:02"),
    ],
)
def test_each_era_is_written_and_read(era: Era, stamp: str) -> None:
    """The three layouts of history all give the same moment."""
    amendment = Amendment("More.", "XYZ98K_GEN", WHEN)
    assert stamp in amendment.rendered(era)
    parts = split("Main." + amendment.rendered(era))
    assert parts.main == "Main."
    assert parts.amendments == (amendment,)


def test_the_singular_form_is_read() -> None:
    """Old markers say `case note`."""
    parts = split(marked("2025/03/05 10:01:02", notes="note"))
    assert parts.amendments[0].created == WHEN


@pytest.mark.parametrize(
    "stamp",
    [
        "2024-07-19 10:00:00",
        "19/07/24 10:00:00",
        "2024/07-19 10:00:00",
        "2024/13/01 10:00:00",
        "32/01/2024 10:00:00",
        "123/45/678 10:00:00",
        "2024/07/19 25:00:00",
    ],
)
def test_an_impossible_date_fails_the_read(stamp: str) -> None:
    """A date of the right shape in no known layout is an error, not text."""
    with pytest.raises(UnparsableMarkerError, match="could not be parsed"):
        split(marked(stamp))


def test_an_impossible_date_is_text_when_lenient() -> None:
    """As intended, the marker that cannot be read stays where it stands."""
    text = marked("2024-07-19 10:00:00")
    good = Amendment("Good.", "ABC", WHEN).rendered()
    parts = split(text + good, lenient=True)
    assert parts.main == text
    assert [each.text for each in parts.amendments] == ["Good."]


def test_the_last_day_of_a_short_month_is_found() -> None:
    """31 February is read as the month's last day, as the real reader does."""
    parts = split(marked("31/02/2024 10:00:00"))
    assert parts.amendments[0].created.day == 29


@pytest.mark.parametrize("who", ["j.smith", "a-b", "me@example.com"])
def test_other_characters_in_a_username_hide_the_amendment(who: str) -> None:
    """Only letters, digits and underscore are found again (catalogue 9)."""
    text = marked("2025/03/05 10:01:02", who)
    assert split(text).main == text
    assert split(text, any_username=True).amendments[0].username == who


@pytest.mark.parametrize(
    "text",
    [
        "Main...[ABC updated the case notes on 2025/03/05 10:01:02] More.",
        "Main. ...[ABC updated the case notes on 2025/03/05 10:01:02]More.",
        "Main. ...[ABC updated the case notes on 2025/3/5 10:01:02] More.",
        "Main. ...[ABC updated the case notes on 2025/03/05 10:01] More.",
        "Main. ...[ÅBC updated the case notes on 2025/03/05 10:01:02] More.",
    ],
)
def test_a_near_marker_is_text(text: str) -> None:
    """Without its spaces, digits or letters a marker is none."""
    assert split(text).main == text


def test_an_empty_amendment_between_two_keeps_its_place() -> None:
    """Closing and opening space are both there, so nothing is lost."""
    three = [
        Amendment("", "ABC", WHEN),
        Amendment("Second\r\nline ", "DEF", WHEN),
        Amendment("", "ABC", WHEN),
    ]
    assert list(split(render("Main.", three)).amendments) == three


def test_a_marker_typed_by_hand_becomes_an_amendment() -> None:
    """What a user types is not told apart (TXT-23)."""
    forged = Amendment("forged", "ABC", WHEN).rendered()
    assert split("Main." + forged).main == "Main."


def test_a_text_of_4000_bytes_is_whole() -> None:
    """The limit is the column's, inclusive."""
    assert truncate("a" * 4000) == "a" * 4000


def test_one_byte_more_costs_25_characters() -> None:
    """A text that is too long ends by saying where the rest is."""
    cut = truncate("a" * 4001)
    assert cut == "a" * 3975 + SUFFIX
    assert byte_length(cut) == 4000


def test_no_character_is_halved() -> None:
    """The dossier's case: two of twelve three-byte characters are kept."""
    cut = truncate("a" * 3967 + "\u20ac" * 12)
    assert cut == "a" * 3967 + "\u20ac" * 2 + SUFFIX
    assert byte_length(cut) == 3998


def test_a_character_outside_the_plane_is_whole_or_gone() -> None:
    """Half a surrogate pair never stays behind."""
    cut = truncate("a" * 3973 + "\U0001f600" * 10)
    assert cut == "a" * 3973 + SUFFIX


def test_a_cut_through_a_marker_leaves_text() -> None:
    """The damaged marker belongs to the text before it."""
    text = render("a" * 3960, [Amendment("More.", "XYZ98K_GEN", WHEN)])
    assert text.endswith(" ...[XYZ98K_GEN" + SUFFIX)
    assert split(text).main == text


def test_an_alert_comment_is_cut_without_a_word() -> None:
    """Comments end at 4000 bytes, no suffix."""
    assert cut_comment("\u20ac" * 1400) == "\u20ac" * 1333
    assert cut_comment(None) is None


amendments = st.lists(
    st.builds(
        Amendment,
        st.text(alphabet="ab \n\r.[]", max_size=12),
        st.text(alphabet="ABC_9", min_size=1, max_size=8),
        st.datetimes(min_value=datetime(1990, 1, 1)).map(  # noqa: DTZ001
            lambda moment: moment.replace(microsecond=0)
        ),
    ),
    max_size=5,
)


@given(st.text(max_size=40), amendments)
def test_what_is_written_is_read(main: str, some: list[Amendment]) -> None:
    """Any text and amendments come back as they went in."""
    parts = split(render(main, some))
    assert parts.main == main
    assert list(parts.amendments) == some


@given(st.text(min_size=1, max_size=7), st.integers(500, 4100))
def test_truncation_fits_and_is_stable(pattern: str, times: int) -> None:
    """A cut text fits the column, keeps a prefix, and is not cut again."""
    text = pattern * times
    cut = truncate(text)
    assert byte_length(cut) <= 4000
    assert truncate(cut) == cut
    assert cut == text or text.startswith(cut.removesuffix(SUFFIX))
