"""A cricket pitch is found by its nearer creases and farther stumps, both of them; nothing else is taken for one."""

import numpy as np
import pytest

from gametape.court import creases, pitch
from gametape.court.find import find_court
from gametape.court.found import FoundCourt
from gametape.sports.courts import court_of
from tests.court import rendered
from tests.court.pitches import PITCH, random_pitch, render_pitch


@pytest.mark.parametrize("seed", [3, 4, 7])
def test_a_drawn_pitch_is_found_with_its_near_end_and_its_camera(seed):
    rng = np.random.default_rng(seed)
    view = random_pitch(rng)
    found = find_court(render_pitch(view, rng), PITCH)
    assert isinstance(found, FoundCourt), found.reason
    off = [np.linalg.norm(view.seen(np.array(mark.place)) - [mark.x, mark.y]) for mark in found.marks]
    assert len(off) >= 12 and max(off) < 3  # px; a mirrored pitch, or the other end, is off by hundreds
    assert abs(found.focal_px / view.focal_px - 1) < 0.05
    assert {"far_left_stump_top", "far_right_stump_top"} <= {mark.name for mark in found.marks}
    assert 0.4 < found.share_of_lines <= 1 and found.fit_px < pitch.EXACT_PX


@pytest.mark.parametrize(
    ("shown", "reason"),
    [({"stumps": False}, "court_stumps_not_seen"), ({"creases": False}, "court_creases_not_seen")],
)
def test_without_stumps_or_creases_there_is_no_pitch(shown, reason):
    rng = np.random.default_rng(7)
    view = random_pitch(rng)
    found = find_court(render_pitch(view, rng, **shown), PITCH)
    assert not isinstance(found, FoundCourt) and found.reason.code == reason


@pytest.mark.parametrize("sport", ["tennis", "badminton"])
def test_another_court_is_no_pitch(sport):
    rng = np.random.default_rng(5)
    picture = rendered.render(rendered.random_view(rng, court_of(sport), "behind"), rng)
    assert not isinstance(find_court(picture, PITCH), FoundCourt)


def test_the_creases_lie_where_the_laws_measure_them():
    lines = np.array(pitch.painted(PITCH))
    half = creases.PAINT_M / 2
    assert set(np.round(np.abs(lines[lines[:, 0, 0] == lines[:, 1, 0]][:, 0, 0]), 4)) == {1.32 + half}
    level = lines[lines[:, 0, 1] == lines[:, 1, 1]]
    assert set(np.round(np.abs(level[:, 0, 1]), 4)) == {round(10.06 - half, 4), round(8.84 - half, 4)}


def view_of(**changed):
    known = {
        "camera": np.zeros(7),
        "stumps": 0.9,
        "rms": 0.5,
        "off": 1.0,
        "look": None,
        "near": np.array([0.9, 0.9, 0.6, 0.6]),
        "far": np.array([0.8, 0.8, 0.0, 0.0]),
    }
    return pitch.View(**(known | changed))


def test_what_is_seen_has_limits_on_both_sides():
    assert pitch._doubt(view_of()) is None
    for name, limit, way, code in [
        ("stumps", pitch.STUMPS, -1, "court_stumps_not_seen"),
        ("off", pitch.STUMPS_PX, 1, "court_stumps_not_seen"),
        ("rms", pitch.EXACT_PX, 1, "court_creases_not_seen"),
    ]:
        assert pitch._doubt(view_of(**{name: limit - 0.01 * way})) is None
        assert pitch._doubt(view_of(**{name: limit + 0.01 * way})).code == code
    for near, right in [((0.76, 0.9), True), ((0.74, 0.9), False)]:
        assert (pitch._doubt(view_of(near=np.array([*near, 0.6, 0.6]))) is None) == right
    for far, right in [((0.21, 0.8), True), ((0.19, 0.8), False)]:
        assert (pitch._doubt(view_of(far=np.array([*far, 1.0, 1.0]))) is None) == right
    for level, right in [(0.51, True), (0.49, False)]:
        assert (pitch._doubt(view_of(near=np.array([0.9, 0.9, level, level]))) is None) == right
