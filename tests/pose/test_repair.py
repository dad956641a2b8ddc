"""Repair with known answers: swaps are undone, spikes go, short gaps are filled and marked, motion keeps size and time."""

import numpy as np
import pyarrow as pa
import pytest

from gametape.pose import repaired
from gametape.pose.person import BOX, KEYPOINT, XYC, keypoints_of
from gametape.pose.repair import QUICK
from gametape.pose.repair.sides import PARTS, correct, exchanged
from gametape.pose.repair.smooth import outliers, smoothed
from gametape.tables.pose import KEYPOINTS, PEOPLE, POSE_ESTIMATES, POSE_KEYPOINTS
from tests.pose.bodies import box, standing

RATES = [25, 30, 50, 60, 240]
HEIGHT = 182.0


def jogging(times: np.ndarray, behind: bool = False, noise: float = 0.8) -> np.ndarray:
    """(n, 25, 3): somebody who jogs on the spot, arms and legs to and fro, seen from the front or from behind."""
    swing = np.sin(2 * np.pi * 1.4 * times)
    bodies = np.repeat(standing(300, 300)[None], len(times), axis=0)
    for side, sign in (("left", 1), ("right", -1)):
        for joints, up in (
            (("wrist", "index", "thumb"), 25),
            (("elbow",), 8),
            (("knee",), -10),
            (("ankle", "heel", "toe"), -22),
        ):
            for joint in joints:
                bodies[:, KEYPOINT[f"{side}_{joint}"], 1] += up * sign * swing
    for side in ("left", "right"):  # as a camera at a stand's height sees them
        bodies[:, KEYPOINT[f"{side}_toe"], 1] = bodies[:, KEYPOINT[f"{side}_heel"], 1] + (1 if behind else 13)
    bodies[:, :, 0] += (3 * swing)[:, None]
    if behind:
        bodies[:, :, 0] = 600 - bodies[:, :, 0]
    bodies += np.random.default_rng(3).normal(0, noise, bodies.shape)
    return np.concatenate([bodies, np.full((*bodies.shape[:2], 1), 0.9)], axis=2)


def table_of(
    joints: np.ndarray, fps: float, seen: np.ndarray | None = None, repeats: np.ndarray | None = None
) -> pa.Table:
    """The repaired poses of one person whose estimates these are, missed where `seen` says so."""
    frames = np.flatnonzero(np.ones(len(joints), bool) if seen is None else seen)
    rows = [
        {"frame": int(f), "time_s": f / fps, "person": 0, "confidence": 0.9, "estimator": "test"}
        | dict(zip(BOX, box(joints[f, :, :2]), strict=True))
        | {k: v for k, v in zip(XYC, joints[f].ravel(), strict=True) if np.isfinite(v)}
        for f in frames
    ]
    people = [
        {k: row[k] for k in ("frame", "time_s", "person", "confidence", *BOX)}
        | {"track": 0, "subject": True, "choice": "test"}
        for row in rows
    ]
    repeats = np.zeros(len(joints), bool) if repeats is None else repeats
    film = pa.table({"time_s": np.arange(len(joints)) / fps, "repeats_previous": repeats})
    return repaired(POSE_ESTIMATES.from_rows(rows), PEOPLE.from_rows(people), film)


# -- left and right -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("behind", [False, True])
def test_a_back_taken_for_a_front_now_and_then_is_put_right(fps, behind):
    """Stretches of any length, a third of the film in all, and single frames."""
    times = np.arange(round(4 * fps)) / fps
    true = jogging(times, behind)
    wrong = np.isin((times * 10).astype(int), [3, 4, 5, 9, 17, 18, 19, 20, 21, 30, 31])
    wrong[len(wrong) // 2] ^= True
    swaps = np.repeat(wrong[:, None], len(PARTS), axis=1)
    found = exchanged(times, correct(true, swaps), HEIGHT)
    np.testing.assert_array_equal(found, swaps)


def test_front_and_back_told_apart_anew_in_every_frame():
    """As with a man who jumps facing away: a third of the frames, at random."""
    times = np.arange(90) / 30
    wrong = np.random.default_rng(3).uniform(size=90) < 0.35
    swaps = np.repeat(wrong[:, None], len(PARTS), axis=1)
    np.testing.assert_array_equal(exchanged(times, correct(jogging(times), swaps), HEIGHT), swaps)


@pytest.mark.parametrize("share", [0.4, 0.7, 1.0])
@pytest.mark.parametrize("behind", [False, True])
def test_a_back_taken_for_a_front_most_of_the_time_is_told_by_the_feet(behind, share):
    times = np.arange(120) / 30
    swaps = np.zeros((120, len(PARTS)), bool)
    swaps[: round(share * 120)] = True
    np.testing.assert_array_equal(exchanged(times, correct(jogging(times, behind), swaps), HEIGHT), swaps)


def test_a_foot_kicked_back_does_not_say_that_a_back_is_a_front():
    """As of a player who runs to the net: of the lifted foot the sole is seen, its toes far below the heel."""
    times = np.arange(120) / 30
    joints = jogging(times, behind=True)
    sides = np.array(["left", "right"])[(times * 2.8).astype(int) % 2]
    for frame, side in enumerate(sides):
        joints[frame, KEYPOINT[f"{side}_toe"], 1] = joints[frame, KEYPOINT[f"{side}_heel"], 1] + 40
    assert not exchanged(times, joints, HEIGHT).any()


@pytest.mark.parametrize("lower", [-30, 6, 30])
def test_feet_say_nothing_of_somebody_seen_from_the_side_nor_where_they_are_level(lower):
    """Heels are raised and lowered in a walk past; a camera near the ground sees toes as low either way."""
    times = np.arange(120) / 30
    joints = jogging(times, noise=0.3)
    if lower != 6:
        joints[:, :, 0] = 300 + 0.2 * (joints[:, :, 0] - 300)
    for side in ("left", "right"):
        joints[:, KEYPOINT[f"{side}_toe"], 1] = joints[:, KEYPOINT[f"{side}_heel"], 1] + lower
    assert not exchanged(times, joints, HEIGHT).any()


@pytest.mark.parametrize("parts", [("hands",), ("elbows", "hands"), ("feet",), ("knees", "feet")])
def test_one_limb_taken_for_the_other_is_put_right(parts):
    times = np.arange(120) / 30
    true = jogging(times)
    swaps = np.zeros((120, len(PARTS)), bool)
    for part in parts:
        swaps[[*range(20, 31), 50, *range(80, 84)], PARTS.index(part)] = True
    np.testing.assert_array_equal(exchanged(times, correct(true, swaps), HEIGHT), swaps)


@pytest.mark.parametrize("fps", RATES)
def test_legs_that_pass_each_other_are_not_taken_for_legs_that_turn_back(fps):
    """Somebody walks past, seen from the side: ankles meet twice in each stride."""
    times = np.arange(round(3 * fps)) / fps
    joints = jogging(times, noise=0.0)
    joints[:, :, 0] = 300 + 0.15 * (joints[:, :, 0] - 300) + 120 * times[:, None]
    for side, sign in (("left", 1), ("right", -1)):
        for part, reach in (("knee", 14), ("ankle", 32), ("heel", 32), ("toe", 32), ("elbow", 8), ("wrist", 22)):
            joints[:, KEYPOINT[f"{side}_{part}"], 0] += sign * reach * np.sin(2 * np.pi * 0.9 * times)
    joints[:, :, :2] += np.random.default_rng(5).normal(0, 0.7, joints[:, :, :2].shape)
    assert not exchanged(times, joints, HEIGHT).any()


def test_what_was_changed_is_told_in_the_row():
    true = jogging(np.arange(60) / 30)
    swaps = np.zeros((60, len(PARTS)), bool)
    swaps[10:14] = True
    swaps[40:44, PARTS.index("hands")] = True
    table = table_of(correct(true, swaps), 30)
    said = table["swapped"].to_pylist()
    assert (
        said[10:14] == ["all"] * 4
        and said[40:44] == ["hands"] * 4
        and [s for s in said if s] == said[10:14] + said[40:44]
    )
    assert np.abs(keypoints_of(table)[:, :, :2] - true[:, :, :2]).max() < 8


# -- smoothing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize(("hz", "gain"), [(1.0, 1.0), (3.0, 0.992), (8.0, 0.7071)])
def test_a_sine_keeps_its_size_and_its_time(fps, hz, gain):
    """Gain 1 / (1 + 0.414 (f / fc)^4), as two runs of a second order Butterworth filter; no lag."""
    times = np.arange(round(6 * fps)) / fps
    wave = np.column_stack([50 * np.sin(2 * np.pi * hz * times), 50 * np.cos(2 * np.pi * hz * times)])
    smooth, filled = smoothed(times, wave, 8.0)
    inner = slice(round(2 * fps), round(4 * fps))
    turn = np.exp(-2j * np.pi * hz * times[inner])
    response = (smooth[inner] @ [0, 1] * turn).mean() / (wave[inner] @ [0, 1] * turn).mean()
    assert abs(response) == pytest.approx(gain, abs=0.015) and abs(np.degrees(np.angle(response))) < 0.5
    assert not filled.any()


def test_uneven_times_are_true_times():
    """Frames 5 to 60 ms apart: the curve is the one of time, not of frame numbers."""
    times = np.cumsum(np.random.default_rng(2).uniform(0.005, 0.06, 200))
    wave = np.column_stack([40 * np.sin(2 * np.pi * times), 40 * np.cos(2 * np.pi * times)])
    smooth, _ = smoothed(times, wave, 8.0)
    assert np.abs(smooth - wave)[5:-5].max() < 0.4


def test_trembling_goes_and_the_ends_stay():
    times = np.arange(240) / 60
    wave = np.column_stack([100 * times, 40 * np.sin(2 * np.pi * times)])
    noisy = wave + np.random.default_rng(1).normal(0, 2, wave.shape)
    smooth, _ = smoothed(times, noisy, 6.0)
    assert np.std(smooth - wave) < 0.6 * np.std(noisy - wave)
    assert np.abs(smooth - wave)[[0, -1]].max() < 5


def test_nothing_smears_over_a_long_gap():
    times = np.arange(120) / 30
    path = np.where(times[:, None] < 2, [[0.0, 0.0]], [[100.0, 100.0]])
    path[50:70] = np.nan
    smooth, filled = smoothed(times, path, 8.0)
    assert not filled.any() and np.isnan(smooth[50:70]).all()
    np.testing.assert_allclose(smooth[:50], 0, atol=1e-9)
    np.testing.assert_allclose(smooth[70:], 100, atol=1e-9)


@pytest.mark.parametrize("fps", RATES)
def test_a_spike_is_an_outlier_and_a_fast_hand_is_none(fps):
    times = np.arange(round(2 * fps)) / fps
    hand = np.column_stack([60 * np.tanh((times - 1) / 0.05), 80 * np.exp(-(((times - 1) / 0.08) ** 2))])
    hand += np.random.default_rng(4).normal(0, 0.5, hand.shape)
    assert not outliers(times, hand, 5.0).any()
    spike = round(0.5 * fps)
    hand[spike] += 60
    assert np.flatnonzero(outliers(times, hand, 5.0)).tolist() == [spike]


# -- gaps -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fps", RATES)
def test_somebody_missed_for_a_moment_is_filled_in_and_marked_and_for_longer_not(fps):
    true = jogging(np.arange(round(3 * fps)) / fps)
    times = np.arange(len(true)) / fps
    short, long = (times > 0.91) & (times < 1.05), (times > 1.95) & (times < 2.45)
    table = table_of(true, fps, ~(short | long))
    assert table.schema.equals(POSE_KEYPOINTS.schema())
    state = dict(zip(table["frame"].to_pylist(), table["state"].to_pylist(), strict=True))
    assert {f for f, s in state.items() if s == "interpolated"} == set(np.flatnonzero(short).tolist())
    assert not set(state) & set(np.flatnonzero(long).tolist())
    between = keypoints_of(table)[np.isin(table["frame"].to_numpy(), np.flatnonzero(short))]
    assert np.abs(between[:, :, :2] - true[short][:, :, :2]).max() < 14
    assert (between[:, :, 2] <= 0.9 + 1e-6).all()


def test_a_joint_that_is_unsure_for_a_moment_is_filled_in_and_for_longer_left_as_guessed():
    true = jogging(np.arange(90) / 30)
    wrist, seen = KEYPOINT["left_wrist"], true.copy()
    seen[20:24, wrist] = (0.0, 0.0, 0.1)
    seen[50:70, wrist] = (5.0, 5.0, 0.2)
    table = table_of(seen, 30)
    filled = [row and row.split(", ") for row in table["filled"].to_pylist()]
    assert [f for f, names in enumerate(filled) if names] == [20, 21, 22, 23] and filled[20] == ["left_wrist"]
    got = keypoints_of(table)[:, wrist]
    assert np.abs(got[20:24, :2] - true[20:24, wrist, :2]).max() < 12 and (got[20:24, 2] >= 0.85).all()
    np.testing.assert_allclose(got[50:70], [[5.0, 5.0, 0.2]] * 20, atol=1e-5)
    other = [k for k in range(len(KEYPOINTS)) if k != wrist]
    assert np.abs(keypoints_of(table)[:, other, :2] - true[:, other, :2]).max() < 8


def test_a_joint_that_jumps_for_a_frame_is_put_back():
    true = jogging(np.arange(90) / 30)
    seen = true.copy()
    seen[40, KEYPOINT["right_knee"], :2] += 50
    table = table_of(seen, 30)
    assert table["filled"].to_pylist()[40] == "right_knee"
    assert np.abs(keypoints_of(table)[40, KEYPOINT["right_knee"], :2] - true[40, KEYPOINT["right_knee"], :2]).max() < 6


def test_the_cut_off_is_told_and_is_what_the_rate_allows():
    for fps, (slow, quick) in {60: (10, 10 * QUICK), 25: (10, 10), 15: (6, 6)}.items():
        row = table_of(jogging(np.arange(40) / fps), fps).to_pylist()[0]
        assert row["cutoff_hz"] == pytest.approx(slow) and row["quick_cutoff_hz"] == pytest.approx(quick)


def test_who_is_looked_at_now_and_then_gets_no_rows_in_between():
    seen = np.zeros(120, bool)
    seen[::9] = True
    table = table_of(jogging(np.arange(120) / 30), 30, seen)
    assert table["frame"].to_pylist() == np.flatnonzero(seen).tolist() and set(table["state"].to_pylist()) == {
        "estimated"
    }


@pytest.mark.parametrize("count", [1, 2, 4])
def test_who_is_seen_too_shortly_to_be_smoothed_is_told_to_be_as_estimated(count):
    joints = jogging(np.arange(count) / 30)
    table = table_of(joints, 30)
    assert np.allclose(keypoints_of(table), joints, atol=1e-3)
    assert table["cutoff_hz"].null_count == table["quick_cutoff_hz"].null_count == count


# -- repeated pictures ----------------------------------------------------------------------------------------


def repeating(joints: np.ndarray, repeats: np.ndarray) -> np.ndarray:
    """What is estimated where some frames show the picture before once more."""
    return joints[np.maximum.accumulate(np.where(repeats, 0, np.arange(len(joints))))]


@pytest.mark.parametrize("every", [6, 3, 2])
def test_between_two_pictures_a_body_is_on_its_way(every: int):
    """25, 20 and 15 pictures in 30 frames: at the time of a repeat nobody stood still, as the copied pose says."""
    repeats = np.arange(90) % every == every - 1
    walking = np.repeat(standing(300, 300)[None], 90, axis=0)
    walking[:, :, 0] += (10.0 * np.arange(90))[:, None]  # px: 300 a second
    walking = np.concatenate([walking, np.full((90, 25, 1), 0.9)], axis=2)
    table = table_of(repeating(walking, repeats), 30, repeats=repeats)
    off = keypoints_of(table)[:, :, :2] - walking[:, :, :2]
    within = slice(0, 90 - every)  # after the last picture of its own there is nothing to be on the way to
    assert np.abs(off[within]).max() < 0.3
    assert set(table["state"].to_pylist()) == {"estimated"} and table["filled"].null_count == 90


@pytest.mark.parametrize(("long", "kept"), [(6, False), (5, False), (8, True), (40, True)])
def test_where_the_film_stands_still_for_long_the_pose_is_kept(long: int, kept: bool):
    """Up to 0.2 s is on the way; from there on the picture stands, and so does who is in it."""
    repeats = np.zeros(90, bool)
    repeats[31 : 31 + long - 1] = True
    walking = np.repeat(standing(300, 300)[None], 90, axis=0)
    walking[30 + long :, :, 0] += 60
    walking = np.concatenate([walking, np.full((90, 25, 1), 0.9)], axis=2)
    nose = keypoints_of(table_of(walking, 30, repeats=repeats))[:, 0, 0]
    middle = nose[30 + long // 2]
    assert abs(middle - 300) < 8 if kept else 310 < middle < 350
