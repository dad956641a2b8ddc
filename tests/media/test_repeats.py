"""Pictures that a film shows twice, also after it was encoded again."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from gametape.media.ingest import ingest
from gametape.media.repeats import CONTRAST, CONTRAST_AMONG_OTHERS, FREEZE_S, LEAST_AROUND, change_of, find_repeats
from gametape.sample.renderer import Renderer
from tests.film_maker import make_film

PATTERNS = {
    "25 in 30": np.arange(48) * 25 // 30,
    "18 in 30": np.arange(48) * 18 // 30,
    "25 in 60": np.arange(96) * 25 // 60,
    "all new": np.arange(40),
}


def told(path: Path, out: Path) -> np.ndarray:
    return ingest(path, out).frames["repeats_previous"].to_numpy(zero_copy_only=False)


@pytest.fixture(scope="module")
def rally() -> list[np.ndarray]:
    """Pictures of the rendered rally: a player and a ball before a camera that stands still, with its noise."""
    return list(Renderer(seconds=1.4, size=(640, 360), fps=30, seed=7).pictures())


@pytest.mark.parametrize("quality", [{"crf": "20"}, {"crf": "30"}], ids=lambda o: o["crf"])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_repeats_are_found_after_encoding_again(tmp_path, rally, pattern, quality):
    order = [k for k in PATTERNS[pattern] if k < len(rally)]
    source = make_film(
        tmp_path / "film.mp4", size=(640, 360), frames=len(order), draw=lambda i, *_: rally[order[i]],
        options={"preset": "veryfast", **quality},
    )  # fmt: skip
    repeats = np.array([False, *(a == b for a, b in pairwise(order))])
    assert told(source, tmp_path / "out").tolist() == repeats.tolist()


def test_a_still_scene_is_no_repeat_and_a_frozen_film_is_one(tmp_path):
    scene, noise = np.full((180, 320, 3), 90, np.uint8), np.random.default_rng(2)

    def filmed(index: int, width: int, height: int) -> np.ndarray:
        return np.clip(scene + noise.normal(0, 3, scene.shape), 0, 255).astype(np.uint8)

    still = make_film(tmp_path / "still.mp4", size=(320, 180), frames=40, draw=filmed)
    assert not told(still, tmp_path / "a").any()
    frozen = make_film(tmp_path / "frozen.mp4", size=(320, 180), frames=40, draw=lambda i, *_: scene + i // 20 * 60)
    assert np.flatnonzero(~told(frozen, tmp_path / "b")).tolist() == [0, 20]


def changes(*levels: float) -> np.ndarray:
    return np.array([(level, 20.0, 90) for level in levels])


def found(levels: list[float], shots: list[int] | None = None) -> list[int]:
    n = len(levels)
    return np.flatnonzero(find_repeats(changes(*levels), np.array(shots or [0] * n), np.arange(n) / 30)).tolist()


def test_one_that_stands_out_is_a_repeat_and_a_pause_is_none():
    """A single one must change by less than CONTRAST of what moves around."""
    moving = [5.0] * 20
    for share, at in ((CONTRAST - 0.01, [10]), (CONTRAST + 0.01, [])):
        assert found([*moving[:10], 5 * share, *moving[11:]]) == at


@pytest.mark.parametrize(
    ("level", "most"), [(0.2, 1.0), (0.45, CONTRAST_AMONG_OTHERS * 5), (1.4, CONTRAST_AMONG_OTHERS * 5)]
)
def test_where_others_are_repeated_those_tell_how_far_encoding_changes_one(level, most):
    """Five times as much as theirs, at most 0.45 of what moves around."""
    often = [5.0 if i % 6 else level for i in range(1, 25)]
    for change, counts in ((most - 0.05, True), (most + 0.05, False)):
        at = found([*often, 5.0, 5.0, 5.0, change, 5.0, 5.0, 5.0, 5.0, 5.0])
        assert at == [*(i for i, one in enumerate(often) if one < 5), *[27] * counts]


def test_where_nothing_moves_nothing_stands_out():
    for around, at in ((LEAST_AROUND + 0.01, [10]), (LEAST_AROUND - 0.01, [])):
        assert found([*[around] * 10, 0.0, *[around] * 9]) == at


def test_a_repeat_needs_movement_on_both_sides_of_it_and_in_its_own_shot():
    assert found([5.0] * 10 + [0.1] * 10) == []  # somebody stops
    assert found([5.0, 5.0, 5.0, 0.1, 5.0, 5.0], [0, 0, 0, 0, 1, 1]) == []  # a cut is no movement


@pytest.mark.parametrize(("frames", "frozen"), [(15, True), (14, False)])
def test_the_same_picture_for_half_a_second_is_a_frozen_film(frames, frozen):
    same = np.array([(0.0, 0.0, 0)] * frames + [(0.1, 2.0, 9)] * 10)
    assert FREEZE_S == 0.5
    repeats = find_repeats(
        np.vstack([[(0.1, 2.0, 9)] * 5, same]), np.zeros(15 + frames, int), np.arange(15 + frames) / 30
    )
    assert repeats.any() == frozen


def test_a_change_is_measured_in_levels():
    flat = np.full((180, 320), 100, np.uint8)
    spot = flat.copy()
    spot[8:12, 8:12] = 110
    assert change_of(flat, flat) == (0.0, 0.0, 0)
    assert change_of(flat, flat + 2) == (2.0, 2.0, 2)
    rms, one, pixel = change_of(flat, spot)
    assert (rms, one, pixel) == (pytest.approx(10 * np.sqrt(16 / flat.size)), 10.0, 10)


@pytest.mark.parametrize(
    ("name", "repeats"),
    [
        ("table_tennis/rallies/rally_g.mp4", range(1, 172, 6)),  # 25 in 30
        ("cricket/nets_portrait.mp4", range(1, 22, 6)),  # the same by a camera held by hand
        ("table_tennis/end_on.mp4", ()),
    ],
)
def test_real_films_repeat_what_the_eye_sees(shared, tmp_path, name, repeats):
    frames = ingest(shared / "data" / name, tmp_path).frames
    assert np.flatnonzero(frames["repeats_previous"].to_numpy(zero_copy_only=False)).tolist() == list(repeats)
    if repeats:
        fresh = frames["time_s"].to_numpy()[~frames["repeats_previous"].to_numpy(zero_copy_only=False)]
        assert np.diff(fresh) == pytest.approx(1 / 25, abs=0.003)
