"""Linking: a person keeps the number through what happens in games, and two never share one."""

import numpy as np

from gametape.pose.linking import link
from tests.pose.bodies import box, standing

FPS = 30


def linked(*people: tuple[np.ndarray, np.ndarray], scale: float = 1.0) -> list[np.ndarray]:
    """Track numbers of each person, given as (frames seen, (n, 2) centres of the body)."""
    rows = sorted(
        (f, who, tuple(at))
        for who, (frames, centres) in enumerate(people)
        for f, at in zip(frames, centres, strict=True)
    )
    bodies = np.array([standing(*at, scale=scale) for _, _, at in rows])
    numbers = link(np.array([f / FPS for f, _, _ in rows]), np.array([box(b) for b in bodies]), bodies).tracks
    return [np.array([n for n, (_, w, _) in zip(numbers, rows, strict=True) if w == who]) for who in range(len(people))]


def walk(
    frames: np.ndarray, start: tuple[float, float], px_per_s: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    return frames, np.array(start) + frames[:, None] / FPS * np.array(px_per_s)


def test_people_who_cross_keep_their_numbers():
    frames = np.arange(90)
    a, b = linked(walk(frames, (100, 300), (200, 0)), walk(frames, (700, 310), (-200, 0)))
    assert len(set(a)) == len(set(b)) == 1 and a[0] != b[0]


def test_one_who_is_hidden_while_crossing_comes_back_with_the_same_number():
    frames = np.arange(90)
    hidden = (frames > 38) & (frames < 52)
    a, b = linked(walk(frames, (100, 300), (200, 0)), walk(frames[~hidden], (700, 310), (-200, 0)))
    assert len(set(a)) == len(set(b)) == 1 and a[0] != b[0]


def test_hidden_for_half_a_second_at_any_frame_rate():
    for step in (1, 3):  # 30 and 10 poses a second
        frames = np.arange(0, 120, step)
        seen = frames[(frames < 45) | (frames >= 60)]
        (a,) = linked(walk(seen, (100, 300), (80, 10)))
        assert set(a) == {1}


def test_somebody_else_in_the_same_place_later_is_a_new_track():
    first, later = np.arange(30), np.arange(120, 150)
    (a,) = linked(walk(np.concatenate([first, later]), (300, 300), (0, 0)))
    assert len(set(a[:30])) == len(set(a[30:])) == 1 and a[0] != a[-1]


def test_a_jump_to_the_other_side_is_not_the_same_person():
    frames = np.arange(20)
    centres = np.where(frames[:, None] < 10, [[100, 300]], [[1100, 300]])
    (a,) = linked((frames, centres))
    assert len(set(a)) == 2


def test_small_fast_people_are_followed_too():
    frames = np.arange(60)
    (a,) = linked(walk(frames, (100, 100), (150, 0)), scale=0.25)
    assert set(a) == {1}


def test_numbers_are_unique_in_a_frame_whatever_the_order():
    rng = np.random.default_rng(7)
    times = np.repeat(np.arange(40) / FPS, 6)
    bodies = np.array([standing(*rng.uniform((0, 0), (400, 300))) for _ in times])
    numbers = link(times, np.array([box(b) for b in bodies]), bodies).tracks
    for time in np.unique(times):
        assert len(set(numbers[times == time])) == 6


def test_missing_joints_do_not_break_a_track():
    frames = np.arange(30)
    bodies = np.array([standing(100 + 3 * f, 300) for f in frames])
    bodies[10:20, 5:] = np.nan  # only the face
    bodies[20] = np.nan  # only a box
    boxes = np.array([box(standing(100 + 3 * f, 300)) for f in frames])
    assert set(link(frames / FPS, boxes, bodies).tracks) == {1}


def test_track_1_is_the_one_most_to_be_seen():
    short, long = np.arange(10), np.arange(90)
    a, b = linked(walk(short, (100, 300), (0, 0)), walk(long, (700, 300), (0, 0)))
    assert set(a) == {2} and set(b) == {1}


def test_nobody_is_no_track():
    assert link(np.zeros(0), np.zeros((0, 4)), np.zeros((0, 25, 2))).tracks.shape == (0,)
