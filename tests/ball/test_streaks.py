"""A fast ball near the camera is a streak, and its place is the streak's middle."""

import cv2
import numpy as np
import pytest

from gametape.ball.network import streaks
from gametape.ball.network.model import MULTIPLE, SEEN
from gametape.ball.network.source import SAME, copies, halved, merged, united
from gametape.ball.network.streaks import LARGE, LONG, WIDEST, large_only, mark_at, on_streaks

AT = 5


def window(*bars, width=6.0, level=200, size=(400, 240), repeats=()):
    """SEEN pictures of a soft scene; `bars` are (picture, ((x, y), (x, y))): the ends of a bar's axis."""
    scene = cv2.resize(np.random.default_rng(2).integers(40, 110, (8, 13)).astype(np.uint8), size)
    pictures = np.repeat(scene[None], SEEN, 0)
    for picture, ends in bars:
        (x, y), (x2, y2) = ends
        middle, length = ((x + x2) / 2 - 0.5, (y + y2) / 2 - 0.5), float(np.hypot(x2 - x, y2 - y))
        box = cv2.boxPoints((middle, (length, width), float(np.degrees(np.arctan2(y2 - y, x2 - x)))))
        cv2.fillConvexPoly(pictures[picture], np.rint(box * 16).astype(np.int32), level, cv2.LINE_AA, 4)
    for picture in repeats:
        pictures[picture] = pictures[picture - 1]
    return pictures


def flying(length=80.0, **options):
    """A streak in each picture, each beginning where the one before ends; that of picture AT has its middle at 200, 120."""
    step = np.array([0.8, 0.6]) * length
    middles = {picture: (200, 120) + step * (picture - AT) for picture in range(AT - 1, AT + 2)}
    return window(*((p, (tuple(m - step / 2), tuple(m + step / 2))) for p, m in middles.items()), **options)


@pytest.mark.parametrize("length", [30, 80, 120])
@pytest.mark.parametrize("where", [-0.45, 0.0, 0.3])
def test_a_place_anywhere_on_a_streak_moves_to_its_middle(length, where):
    place = [200 + 0.8 * where * length, 120 + 0.6 * where * length, 0.4]
    for told in (on_streaks, large_only):
        ((x, y, sure),) = told(flying(length), AT, np.array([place]))
        assert np.hypot(x - 200, y - 120) < 1.0
        assert sure == 0.4


def test_places_on_one_streak_are_one_and_the_likeliest():
    both = np.array([[172.0, 99.0, 0.3], [228.0, 141.0, 0.7], [60.0, 60.0, 0.5]])
    told = on_streaks(flying(), AT, both)
    assert told[:, 2].tolist() == [0.7, 0.5]
    assert told[1, :2].tolist() == [60.0, 60.0]


def test_a_picture_shown_twice_hides_no_streak():
    shown_twice = flying()
    shown_twice[AT + 1] = shown_twice[AT]
    ((x, y, _),) = on_streaks(shown_twice, AT, np.array([[180.0, 105.0, 0.5]]))
    assert np.hypot(x - 200, y - 120) < 1.5


def test_only_long_and_thin_bars_are_streaks():
    def mark(length, width):
        return mark_at(window((AT, ((200 - length / 2, 120.0), (200 + length / 2, 120.0))), width=width), AT, 200, 120)

    assert mark(LONG + 3, 4.0).streak and not mark(LONG - 3, 4.0).streak
    assert mark(60.0, 15.0).streak and not mark(60.0, 25.0).streak
    assert mark(60.0, 15.0).length == pytest.approx(60, abs=2) and mark(60.0, 15.0).width == pytest.approx(15, abs=2)
    assert mark(LARGE[0] + 2, 8.0).large and not mark(LARGE[0] - 3, 6.0).large
    assert not mark(18.0, LARGE[1] - 2).large and mark(18.0, LARGE[1] + 1).large
    assert mark(18.0, WIDEST - 2).large and not mark(20.0, WIDEST + 3).large


def test_what_bends_like_an_arm_or_goes_on_beyond_the_search_is_no_streak():
    elbow = window((AT, ((150.0, 60.0), (200.0, 120.0))), (AT, ((200.0, 120.0), (150.0, 180.0))))
    assert not mark_at(elbow, AT, 200, 120).streak
    assert mark_at(window((AT, ((20.0, 120.0), (390.0, 120.0)))), AT, 200, 120) is None
    assert mark_at(window(), AT, 200, 120) is None


def test_faint_differences_are_none():
    def lit(level):
        pictures = np.full((SEEN, 240, 400), 90, np.uint8)
        pictures[AT, 117:123, 170:230] += level
        return mark_at(pictures, AT, 200, 120)

    assert lit(streaks.STANDS_OUT).streak
    assert lit(streaks.STANDS_OUT - 1) is None


def test_half_size_tells_of_large_balls_and_streaks_alone():
    small = window((AT, ((198.0, 120.0), (202.0, 120.0))), width=4.0)
    assert large_only(small, AT, np.array([[200.0, 120.0, 0.9]])).shape == (0, 3)
    assert on_streaks(small, AT, np.array([[200.0, 120.0, 0.9]])).tolist() == [[200.0, 120.0, 0.9]]
    assert large_only(small, AT, np.empty((0, 3))).shape == on_streaks(small, AT, np.empty((0, 3))).shape == (0, 3)


def test_of_both_sizes_the_likelier_counts_and_the_whole_one_is_finer():
    whole = np.array([[100.0, 100.0, 0.2], [50.0, 50.0, 0.8], [150.0, 150.0, 0.1]])
    half = np.array([[101.0, 102.0, 0.9], [53.0, 50.0, 0.5], [155.0, 150.0, 0.6], [10.0, 10.0, 0.3]])
    assert united(whole, half).tolist() == [
        [100.0, 100.0, 0.9],  # surer, and the place is as good
        [50.0, 50.0, 0.8],
        [155.0, 150.0, 0.6],  # too far to be the same place
        [10.0, 10.0, 0.3],
    ]
    assert united(whole[:0], half).tolist() == half.tolist() and united(whole, half[:0]).tolist() == whole.tolist()


def test_two_windows_agree_over_twice_the_distance_at_half_the_size():
    one, other = np.array([[10.0, 10.0, 0.5]]), np.array([[10.0 + 1.5 * SAME, 10.0, 0.5]])
    assert len(merged(one, other)) == 2
    assert len(merged(one, other, 2 * SAME)) == 1


def test_half_a_window_has_sides_that_the_network_takes():
    assert halved(np.zeros((SEEN, 288, 512), np.uint8)).shape == (SEEN, 144, 256)
    assert halved(np.zeros((SEEN, 432, 336), np.uint8)).shape == (SEEN, 13 * MULTIPLE + MULTIPLE, 10 * MULTIPLE)


def test_copies_of_windows_are_whole_however_they_are_read():
    one, other = copies(iter(range(5)), 2)
    assert [next(one), next(one), next(other)] == [0, 1, 0]
    assert list(other) == [1, 2, 3, 4] and list(one) == [2, 3, 4]
