"""Our ball network: windows that nobody sees the seams of, the same numbers everywhere, samples that tell the truth."""

import itertools
import tracemalloc
from collections import Counter
from itertools import pairwise
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch

from gametape.ball import track
from gametape.ball.heatmaps import peaks
from gametape.ball.network import NetworkCandidates, model
from gametape.ball.network.model import MARGIN, MULTIPLE, SEEN, SHRINK, TOLD, build, mirrored, picture_size
from gametape.ball.network.runtime import GRAPH, on_torch
from gametape.ball.network.source import _blocks, merged
from gametape.base.device import Device
from gametape.networks.runtime import OnnxRuntime
from gametape.training import fit
from gametape.training.ball import data, export, train
from gametape.training.ball.data import CROP, Clip, Fault, Labelled, Sample, crop_of
from tests.ball import rendered
from tests.ball.rendered import RenderedFilm, steady, throw
from tests.ball.test_tracking import assert_follows

CPU = Device("cpu", "a processor")


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


class Bright:
    """A network that sees bright things."""

    def __init__(self):
        self.shown = []

    def maps(self, windows):
        for window in windows:
            assert window.shape[0] == SEEN
            assert window.shape[1] % MULTIPLE == window.shape[2] % MULTIPLE == 0
            self.shown.append(window)
            heat = np.clip((window[MARGIN : MARGIN + TOLD].astype(np.float32) / 255 - 0.7) * 5, 0, 0.99)
            n, h, w = heat.shape
            yield heat.reshape(n, h // SHRINK, SHRINK, w // SHRINK, SHRINK).max(axis=(2, 4))


def source(runtime=None):
    return NetworkCandidates(CPU, runtime or Bright())


@pytest.mark.parametrize(
    ("width", "height", "fps"), [(1280, 720, 30), (606, 1080, 60), (640, 480, 24), (2560, 1080, 120)]
)
def test_the_ball_is_where_it_is_in_films_of_any_shape_and_rate(width, height, fps):
    unit = np.sqrt(width * height / (1280 * 720))
    moves = throw(0.2 * width, 0.3 * height, 380 * unit, 240 * unit)
    film = RenderedFilm(steady(fps, 0.8), moves, width, height, radius=9 * unit)
    assert_follows(track(film, source=source()), film, within=3 * unit + 1)


@pytest.fixture
def busy(monkeypatch):
    """A scene with enough in it to tell that the camera moves."""
    noise = np.random.default_rng(1).integers(20, 160, (30, 95)).astype(np.uint8)
    monkeypatch.setattr(rendered, "_scene", lambda width, height: cv2.resize(noise, (width, height)))


def test_seams_are_invisible(busy):
    film = RenderedFilm(
        steady(60, 8), lambda t: (140 + 1000 * abs(t * 0.37 % 2 - 1), 300), again=frozenset({40, 41, 77}), drift=300
    )
    shots = np.repeat([0, 1, 2, 3], [50, 2, 28, 400])
    told = ["frame", "repeats", "move", "x", "y", "score"]
    whole = source().candidates(film, 0, 140, shots).select(told)
    for start, stop in pairwise([0, 13, 49, 51, 78, 100, 140]):
        part = source().candidates(film, start, stop, shots).select(told)
        assert part.equals(whole.slice(start, stop - start))
    assert np.flatnonzero(whole["repeats"].to_numpy()).tolist() == [40, 41, 77]
    assert sum(map(bool, whole["move"].to_pylist())) > 100


def test_windows_begin_with_their_shot_and_run_back_at_its_ends():
    blocks = list(_blocks(np.arange(30) / 30, np.repeat([0, 1], [10, 20]), 0, 30))
    assert [(block.begin, block.first, block.last) for block in blocks] == [
        *[(begin, 0, 9) for begin in (-4, 0, 4, 8)],
        *[(begin, 10, 29) for begin in (6, 10, 14, 18, 22, 26)],
    ]
    assert [frames.tolist() for frames in blocks[1].seen()] == [[2, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]
    assert [frames.tolist() for frames in blocks[3].seen()] == [[6, 7, 8, 9, 8, 7, 6, 5, 4, 3, 2, 1]]
    assert [list(frames) for frames in blocks[0].targets()] == [[(4, 0), (5, 1), (6, 2), (7, 3)]]
    assert [list(frames) for frames in blocks[3].targets()] == [[(0, 8), (1, 9)]]
    assert mirrored(np.arange(-3, 4), 0, 0).tolist() == [0] * 7


def test_faster_films_are_seen_every_so_many_frames_and_each_frame_is_told_twice():
    for fps, every in ((25, 1), (30, 1), (50, 2), (60, 2), (119.88, 4), (15, 1)):
        blocks = list(_blocks(np.arange(200) / fps, None, 0, 200))
        assert {block.every for block in blocks} == {every}
        told = Counter(frame for block in blocks for frames in block.targets() for _, frame in frames)
        assert told == dict.fromkeys(range(200), 2)
        steps = {int(np.median(np.diff(frames))) for frames in blocks[2].seen()}
        assert steps == {every}


def test_two_windows_that_agree_are_surer_than_one_alone():
    one = np.array([[10.0, 20.0, 0.9], [50.0, 60.0, 0.6]])
    other = np.array([[80.0, 90.0, 0.5], [14.0, 20.0, 0.3]])
    (x, y, sure), alone, new = merged(one, other)
    assert (x, y) == pytest.approx((11, 20))
    assert np.log(sure / (1 - sure)) == pytest.approx((np.log(9) + np.log(3 / 7)) / 2)
    assert (*alone[:2], *new[:2]) == (50, 60, 80, 90)
    assert new[2] < alone[2] < sure
    assert merged(one[:0], other).shape == (2, 3) and merged(one, other[:0]).shape == (2, 3)


def test_memory_does_not_grow_with_the_film():
    film, held = RenderedFilm(steady(30, 9), throw(100, 100, 30, 15)), []

    class Watched(Bright):
        def maps(self, windows):
            for answer in super().maps(windows):
                self.shown.clear()
                held.append(None)
                yield answer

    def peak(stop):
        tracemalloc.start()
        source(Watched()).candidates(film, 0, stop)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    assert peak(240) < 1.3 * peak(96)


def test_a_window_is_seen_as_if_the_camera_stood(busy):
    film = RenderedFilm(steady(30, 2.0), throw(300, 200, 250, 100), drift=300)
    assert_follows(track(film, source=source()), film, within=4)
    runtime = Bright()
    source(runtime).candidates(film, 16, 24)
    shaken = np.mean([np.abs(np.diff(w.astype(int), axis=0))[:, 60:-60, 60:-60].mean() for w in runtime.shown])
    plain = np.stack([f.image for f in film.frames(14, 26, pixel_format="gray", size=(512, 288))]).astype(int)
    assert shaken < 0.4 * np.abs(np.diff(plain, axis=0))[:, 60:-60, 60:-60].mean()


def test_peaks_keep_neighbours_apart_and_are_finer_than_a_pixel():
    ys, xs = np.mgrid[:40, :60] + 0.5
    heat = np.full((40, 60), 0.03, np.float32)
    for x, y, height in ((20.3, 11.8, 0.9), (28.0, 12.0, 0.6), (50.7, 30.2, 0.2)):
        heat = np.maximum(heat, height * np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / 4.5)).astype(np.float32)
    found = peaks(heat, 0.1, 5)
    assert found[:, :2] == pytest.approx(np.array([[20.3, 11.8], [28.0, 12.0], [50.7, 30.2]]), abs=0.25)
    assert found[:, 2] == pytest.approx([0.88, 0.57, 0.2], abs=0.04)
    assert len(peaks(heat, 0.1, 2)) == 2
    assert peaks(np.zeros((8, 8), np.float32)).shape == (0, 3)


@pytest.mark.parametrize("size", [(1280, 720), (606, 1080), (640, 480), (64, 2000), (3840, 1080)])
def test_pictures_are_of_one_area_and_sides_that_halve_four_times(size):
    width, height = picture_size(*size)
    assert width % MULTIPLE == height % MULTIPLE == 0
    assert 0.75 < width * height / (512 * 288) < 1.3


def test_the_network_tells_of_pictures_of_any_size():
    with torch.inference_mode():
        assert build().eval()(torch.zeros(2, SEEN, 64, 48)).shape == (2, TOLD, 32, 24)


def test_onnx_and_torch_tell_the_same():
    film = RenderedFilm(steady(30, 1), throw(300, 200, 250, 100))
    pictures = np.stack([f.image for f in film.frames(0, SEEN, pixel_format="gray", size=(512, 288))])
    onnx = OnnxRuntime(GRAPH, threads=1).maps([pictures, pictures.transpose(0, 2, 1)])
    both = on_torch(CPU).maps([pictures, pictures.transpose(0, 2, 1)])
    for one, other in zip(onnx, both, strict=True):
        assert one.shape == other.shape
        assert np.abs(one - other).mean() < 1e-3  # one in 8 bits, the other in 32
        for in_8, in_32 in zip(one, other, strict=True):
            (x, y, sure), same = peaks(in_8, 0.3)[0], peaks(in_32, 0.2)[0]
            assert np.hypot(x - same[0], y - same[1]) < 0.5
            assert sure == pytest.approx(same[2], abs=0.12)


def a_clip(n=60, labelled=True):
    """A bright disc of 5 px that flies across a dim scene."""
    random = np.random.default_rng(5)
    gray = np.repeat(random.integers(40, 90, (1, 288, 512), np.uint8), n, axis=0)
    xy = np.stack([40 + 7.0 * np.arange(n), 60 + 3.0 * np.arange(n)], 1)
    ys, xs = np.mgrid[:288, :512] + 0.5
    for picture, (x, y) in zip(gray, xy, strict=True):
        picture[np.hypot(xs - x, ys - y) < 3] = 255
    visible = np.full(n, labelled)
    return Clip("made", gray, xy, visible)


def test_what_is_exported_tells_the_same_in_8_bits(tmp_path, monkeypatch):
    pytest.importorskip("onnx")
    monkeypatch.setattr(model, "WIDTHS", (8, 8, 8, 8))
    torch.manual_seed(0)
    network, clip = build(), a_clip(SEEN + 8)
    torch.nn.init.constant_(network.told.bias, 0.0)
    export.write(network, [clip], tmp_path / "weights.npz", tmp_path / "ball.onnx")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ball.onnx", "weights.npz"]
    window = clip.gray[3 : 3 + SEEN]
    (in_8,) = OnnxRuntime(tmp_path / "ball.onnx", threads=1).maps([window])
    (in_32,) = on_torch(CPU, tmp_path / "weights.npz").maps([window])
    assert in_32.std() > 0.02
    assert np.abs(in_8 - in_32).mean() < 0.1 * in_32.std()


def test_labels_of_samples_lie_on_the_ball_however_it_was_disturbed(monkeypatch):
    monkeypatch.setattr(data, "disturb", lambda gray, random, share: gray)
    clip, seen = a_clip(), 0
    for seed in range(60):
        sample = crop_of(clip, np.random.default_rng(seed))
        assert sample.gray.shape == (SEEN, CROP, CROP)
        for picture, (x, y), visible in zip(sample.gray[MARGIN:-MARGIN], sample.xy, sample.visible, strict=True):
            if visible and 6 < x < CROP - 6 and 6 < y < CROP - 6:
                ys, xs = np.nonzero(picture > 200)
                assert np.hypot(xs.mean() + 0.5 - x, ys.mean() + 0.5 - y) < 0.8
                seen += 1
    assert seen > 100


def test_a_review_finds_what_was_missed_and_what_was_invented(monkeypatch):
    clip = a_clip(3)
    heats = np.full((3, 144, 256), -9.0)
    for frame, (x, y), height in ((0, clip.xy[0], 2.0), (1, (400, 200), 2.0), (2, clip.xy[2], -0.5)):
        heats[frame, int(y / 2), int(x / 2)] = height
    monkeypatch.setattr(train, "maps_of", lambda *_: iter(heats))
    source = Labelled([clip])
    train._review(None, [source], "cpu")
    missed, invented, unsure = source.faults
    assert (missed.frame, invented.frame, unsure.frame) == (1, 1, 2)
    assert (missed.xy, invented.xy, unsure.xy) == (tuple(clip.xy[1]), (401, 201), tuple(clip.xy[2]))


def test_crops_around_a_fault_hold_it(monkeypatch):
    monkeypatch.setattr(data, "disturb", lambda gray, random, share: gray)
    clip = a_clip()
    fault = Fault(0, 30, tuple(clip.xy[30]))
    for seed in range(40):
        sample = crop_of(clip, np.random.default_rng(seed), fault)
        assert sample.visible.any()


def test_samples_are_made_of_the_seed_and_their_number_alone():
    sources = [(1.0, Labelled([a_clip()]))]
    first, again, other = (train.Samples(sources, seed)[7] for seed in (3, 3, 4))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["gray"], other["gray"])


def test_the_loss_is_least_at_the_ball_and_blind_to_what_is_unknown():
    xy, visible = torch.full((1, TOLD, 2), 20.0), torch.ones(1, TOLD, dtype=torch.bool)
    ys, xs = torch.meshgrid(torch.arange(24) + 0.5, torch.arange(24) + 0.5, indexing="ij")

    def answer(x):
        map_ = torch.exp(-((xs - x) ** 2 + (ys - 10) ** 2) / 4.5).clamp(1e-4, 1 - 1e-4)
        return torch.logit(map_).expand(1, TOLD, 24, 24)

    there, off, nowhere = (train.loss_of(a, xy, visible, visible) for a in (answer(10), answer(16), answer(900)))
    assert there < 0.1 * nowhere < nowhere < off
    known = visible.clone()
    known[:, 3:] = False
    assert train.loss_of(answer(16), xy, visible, known) == pytest.approx(off.item(), rel=1e-3)
    assert train.loss_of(answer(16), xy, visible, ~visible) == 0


def test_training_stops_in_time_and_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(train, "BATCH", 1)
    sample = crop_of(a_clip(), np.random.default_rng(1))
    small = Sample(sample.gray[:, :32, :32], sample.xy, sample.visible, sample.known)
    out = tmp_path / "ball.pt"

    monkeypatch.setattr(model, "WIDTHS", (4, 4, 4, 4))
    clock = itertools.count(0, 0.5)
    monkeypatch.setattr(fit, "time", SimpleNamespace(monotonic=lambda: next(clock), strftime=lambda form: form))

    def go(minutes, resume):
        asked = fit.Asked(out, minutes, train.STEPSIZE, resume=resume, workers=0)
        train.train([(1.0, lambda random: small)], [], asked)
        return torch.load(out, weights_only=True)

    first, second = go(0.05, False), go(0.1, True)
    assert [kept["state"] for kept in (first, second)] == [{"step": 6, "spent_s": 3.0}, {"step": 12, "spent_s": 6.0}]
    assert any(not torch.equal(first["mean"][name], second["mean"][name]) for name in first["mean"])
