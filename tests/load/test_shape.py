"""The rate follows its shape: corners, weekdays, shares of workers, and an end."""

from __future__ import annotations

import pytest

from harness.loadrun.plan import WRITING
from load.arrivals import ACTIONS, READ, arrivals
from load.shape import Shape, hour_of_week, parse, weekday


def test_between_corners_the_rate_is_on_the_line() -> None:
    """Halfway between 10 and 30 users a second there are 20; afterwards it stays."""
    shape = parse("0:10,60:30")
    assert [shape.rate(at) for at in (0, 30, 60, 600)] == [10, 20, 30, 30]


def test_arrivals_follow_the_shape() -> None:
    """A burst of ten times the rate brings ten times as many in the same time."""
    shape = parse("0:20,100:20,100.001:200,200:200", ends=200)
    came = list(arrivals(shape, seed=4))
    early = sum(arrival.at < 100 for arrival in came)
    assert early == pytest.approx(2_000, rel=0.1)
    assert len(came) - early == pytest.approx(20_000, rel=0.05)
    assert [arrival.number for arrival in came] == list(range(len(came)))


def test_nobody_comes_after_the_end() -> None:
    """A shape with an end brings a run to its end."""
    assert max(arrival.at for arrival in arrivals(parse("0:50", 10), 1)) <= 10


def test_workers_share_the_rate() -> None:
    """Four workers send together what one would send."""
    whole = parse("0:8,60:40")
    assert whole.share(4).rate(30) * 4 == pytest.approx(whole.rate(30))


def test_a_weekday_has_its_peak_and_its_night() -> None:
    """The peak hour has the whole rate, the night a twentieth, Sunday half of it."""
    shape = weekday(peak=100.0, seconds=24.0)
    assert shape.highest == 100.0
    assert shape.rate(4.0) == pytest.approx(5.0)
    sunday = 6 * 24 + 10
    assert hour_of_week(sunday) == pytest.approx(hour_of_week(10) / 2)
    assert parse("weekday:100:24") == shape


@pytest.mark.parametrize("text", ["5", "0:five", "10:5,10:6", "-1:5"])
def test_what_is_no_shape_is_refused(text: str) -> None:
    """A mistyped shape must not become another load."""
    with pytest.raises(ValueError, match="seconds"):
        parse(text)


def test_the_harness_knows_how_many_arrivals_write() -> None:
    """The rate of changes is reached although some users only read."""
    assert pytest.approx(1 - ACTIONS[READ] / sum(ACTIONS.values())) == WRITING


def test_a_shape_is_written_as_it_is_read() -> None:
    """What a shape prints, `--shape` takes."""
    shape = Shape(((0.0, 5.0), (60.0, 50.0)))
    assert parse(str(shape)) == shape
