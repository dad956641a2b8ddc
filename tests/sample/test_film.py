"""The film shows what its truth says, and is written whole or not at all."""

from pathlib import Path

import numpy as np
import pytest

from gametape.film.sidecar import parse_sidecar
from gametape.sample import Sample, Truth, render
from gametape.sample.renderer import Renderer
from gametape.sample.truth import JOINTS


@pytest.fixture(scope="module")
def large() -> Renderer:
    return Renderer(seconds=1.6, size=(1280, 720), fps=30, seed=3)


def yellow(picture: np.ndarray) -> np.ndarray:
    """How much of the ball's yellow a pixel has."""
    return np.minimum(picture[..., 0], picture[..., 1]) - picture[..., 2]


def test_ball_is_drawn_where_truth_says(large: Renderer):
    truth, checked = large.truth, 0
    hits = np.array([event.time_s for event in truth.events if event.kind == "hit"])
    for index in range(1, len(truth), 5):
        if np.abs(hits - truth.time_s[index]).min() < 0.07:
            continue  # the racket is over it
        left, top = truth.ball[index] - 24
        if not truth.ball_visible[index] or min(left, top) < 0 or left + 48 > 1280:
            continue
        area = np.s_[int(top) : int(top) + 48, int(left) : int(left) + 48]
        excess = np.clip(yellow(large.clean_picture(index)[area]) - yellow(large.backdrop.picture[area]) - 40, 0, 60)
        excess[excess < 20] = 0  # skin and shadows are a little yellow too
        rows, columns = np.indices(excess.shape) + np.array([int(top), int(left)])[:, None, None] + 0.5
        centre = np.array([(excess * columns).sum(), (excess * rows).sum()]) / excess.sum()
        assert np.abs(centre - truth.ball[index]).max() < 0.6, f"frame {index}"
        assert excess.astype(bool).sum() == pytest.approx(np.pi * truth.ball_radius[index] ** 2, rel=0.5)
        checked += 1
    assert checked >= 5


def test_player_covers_his_joints(large: Renderer):
    index = 20
    changed = np.abs(large.clean_picture(index) - large.backdrop.picture).max(axis=2) > 8
    columns, rows = large.truth.joints[index].astype(int).T
    drawn = changed[rows, columns]
    assert drawn[[JOINTS.index(name) for name in JOINTS if "toe" not in name and "heel" not in name]].all()


def test_ball_flying_behind_the_player_is_covered(large: Renderer):
    index = 20
    chest = large.truth.joints_m[index][[JOINTS.index("left_shoulder"), JOINTS.index("right_hip")]].mean(axis=0)
    behind = large.camera.position + 1.2 * (chest - large.camera.position)
    before = large.camera.position + 0.8 * (chest - large.camera.position)
    (x, y), _ = large.camera.project(chest)
    patch = np.s_[int(y) - 3 : int(y) + 4, int(x) - 3 : int(x) + 4]
    shown = {}
    for name, place in (("behind", behind), ("before", before)):
        large.rally, kept = _Still(place), large.rally
        try:
            shown[name] = yellow(large.clean_picture(index)[patch]).mean()
        finally:
            large.rally = kept
    assert shown["before"] > 90 and shown["behind"] < 50


class _Still:
    """A ball that hangs in the air."""

    def __init__(self, place: np.ndarray) -> None:
        self.place = place

    def state(self, times: np.ndarray) -> np.ndarray:
        return np.tile(np.append(self.place, np.zeros(3)), (np.size(times), 1))


def test_same_seed_same_pictures():
    first, second = (list(Renderer(seconds=0.2, size=(160, 90), fps=30, seed=5).pictures()) for _ in range(2))
    assert len(first) == 6 and all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_noise_is_new_in_every_frame_and_has_no_mean():
    still = Renderer(seconds=0.2, size=(160, 90), fps=30, seed=5)
    frames = np.stack([picture[:20].astype(float) for picture in still.pictures()])  # the sky: nothing moves
    noise = np.diff(frames, axis=0)
    assert all(1.0 < difference.std() < 5.0 for difference in noise)
    assert abs(noise.mean()) < 0.3


def test_film_has_every_frame_at_its_time_and_sound(sample: Sample, truth: Truth):
    import av

    with av.open(str(sample.film)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        frames = [(frame.time, (frame.width, frame.height)) for frame in container.decode(video)]
    assert np.allclose([time for time, _ in frames], truth.time_s, atol=1e-4)
    assert {size for _, size in frames} == {(320, 180)}


def test_clicks_are_heard_when_the_ball_is_hit(sample: Sample, truth: Truth):
    import av

    with av.open(str(sample.film)) as container:
        stream = container.streams.audio[0]
        blocks = [(frame.time, frame.to_ndarray()[0]) for frame in container.decode(stream)]
    rate = stream.codec_context.sample_rate
    sound = np.zeros(4 * rate)
    for time, block in blocks:
        start = round(time * rate)
        if start >= 0:
            sound[start : start + len(block)] = block
    for hit in (event for event in truth.events if event.kind == "hit"):
        near = slice(round((hit.time_s - 0.2) * rate), round((hit.time_s + 0.2) * rate))
        loud = np.flatnonzero(np.abs(sound[near]) > 0.15)
        assert abs(loud[0] / rate - 0.2) < 0.01


def test_sidecar_is_valid(sample: Sample):
    sidecar = parse_sidecar(sample.sidecar.read_bytes(), sample.sidecar.name)
    assert sidecar.sport == "tennis" and sidecar.mode == "forehand"
    assert sidecar.camera.view == "side" and sidecar.camera.motion == "fixed"
    assert sidecar.players[0].height_m == 1.82


def test_nothing_is_left_behind_when_making_it_fails(tmp_path: Path):
    def stop(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render(tmp_path, seconds=0.3, size=(160, 90), progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_progress_tells_every_frame(tmp_path: Path):
    told = []
    render(tmp_path, seconds=0.2, size=(160, 90), fps=25, progress=lambda done, total: told.append((done, total)))
    assert told == [(i, 5) for i in range(1, 6)]


@pytest.mark.parametrize("wrong", [{"size": (161, 90)}, {"size": (8, 8)}, {"fps": 0}, {"seconds": 0.001}])
def test_what_no_film_can_be_is_refused(tmp_path: Path, wrong: dict):
    with pytest.raises(ValueError, match=r"size|film"):
        render(tmp_path, **{"seconds": 0.2, "size": (160, 90), "fps": 30} | wrong)
    assert list(tmp_path.iterdir()) == []
