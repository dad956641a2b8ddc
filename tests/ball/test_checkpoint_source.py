"""Published networks as finders: looks laid by the frame, places in source px, seams that nobody sees."""

from itertools import pairwise

import numpy as np
import pytest

from gametape.ball import track
from gametape.ball.candidates import likeliest, moves_of
from gametape.ball.checkpoints import CheckpointCandidates
from gametape.ball.checkpoints.families import Family, vballnet, wasb
from gametape.ball.checkpoints.source import MEMORY_LOOKS, _Plan
from gametape.ball.heatmaps import blobs, cells
from gametape.base.device import Device
from tests.ball.rendered import RenderedFilm, steady, throw
from tests.ball.test_tracking import assert_follows

THREE = Family("three of three", 3, (0, 1, 2))
EIGHT = Family("eight after a background", 8, tuple(range(8)), background=True)
NEWEST = Family("the newest of three", 3, (2,), (640, 360), "bgr24", newest_first=True)
MIDDLE = Family("the middle of five", 5, (2,), (256, 128))
LETTERBOX = wasb(3)
GRAY = vballnet(9, (512, 288), "gray", "heat map", 0)
GRID = vballnet(9, (768, 432), "gray", "grid", 0)
REMEMBERS = vballnet(9, (512, 288), "gray", "heat map", 128)
FAMILIES = [THREE, EIGHT, NEWEST, MIDDLE, LETTERBOX, GRAY, GRID, REMEMBERS]


class Bright:
    """A network that sees bright things; it keeps what it was shown."""

    def __init__(self, family):
        self.family, self.shown, self.begun = family, [], []

    def maps(self, looks):
        for look, begins in looks:
            assert look.shape[:3] == (self.family.pictures, *self.family.size[::-1])
            self.shown.append(look)
            self.begun.append(begins)
            frames = look[self.family.background :, ..., 0].astype(np.float32) / 255
            heat = np.clip((frames - 0.7) * 5, 0, 1)[list(self.family.targets)]
            if self.family.answer == "heat map":
                yield heat[:, None]
            else:
                yield np.stack([self._grid(each) for each in heat])

    def _grid(self, heat):
        rows, columns = heat.shape[0] // 16, heat.shape[1] // 16
        ys, xs = np.nonzero(heat > 0.5)
        grid = np.zeros((3, rows, columns), np.float32)
        if len(ys):
            x, y = (xs.mean() + 0.5) / 16, (ys.mean() + 0.5) / 16
            grid[:, int(y), int(x)] = 0.9, x % 1, y % 1
        return grid


def source(family):
    return CheckpointCandidates.of(Bright(family), "bright")


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (606, 1080), (640, 480)])
def test_the_ball_is_where_it_is_in_films_of_any_shape(family, width, height):
    unit = np.sqrt(width * height / (1280 * 720))
    moves = throw(0.2 * width, 0.3 * height, 380 * unit, 240 * unit)
    film = RenderedFilm(steady(30, 1.0), moves, width, height, radius=9 * unit)
    table = track(film, source=source(family))
    assert_follows(table, film, within=3 * unit + 1)
    assert table["tracker"][0].as_py() == "bright -"
    assert table["x1"].null_count == len(table)  # a taught spot's size is not the ball's


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_seams_are_invisible(family):
    last = 12 * MEMORY_LOOKS if family.memory else 120
    film = RenderedFilm(
        steady(30, 15), lambda t: (140 + 1000 * abs(t * 0.37 % 2 - 1), 300), again=frozenset({40, 41, 77})
    )
    shots = np.repeat([0, 1, 2, 3], [50, 2, 28, 370])
    finds, told = source(family), ["frame", "repeats", "x", "y", "score"]
    whole = finds.candidates(film, 0, last, shots).select(told)
    cuts = [0, 13, 49, 51, 78, 100, last]
    for start, stop in pairwise(cuts):
        assert finds.candidates(film, start, stop, shots).select(told).equals(whole.slice(start, stop - start))
    counts = np.array([len(x) for x in whole["x"].to_pylist()])
    assert np.flatnonzero(whole["repeats"].to_numpy()).tolist() == [40, 41, 77]
    assert set(np.flatnonzero(counts == 0)) == {40, 41, 77}  # a repeated picture tells nothing new


@pytest.mark.parametrize("family", [THREE, LETTERBOX, GRID], ids=lambda family: family.name)
def test_the_cameras_movement_is_told_in_source_px(family):
    film = RenderedFilm(steady(30, 0.4), throw(900, 150, -350, 200), 960, 720, drift=260.0)
    moves = moves_of(source(family).candidates(film, 0, 12))
    shifts = np.array([move.matrix[:2, 2] for move in moves[1:]])
    assert shifts == pytest.approx(np.tile([-260 / 30, 0], (11, 1)), abs=0.8)


def test_looks_begin_with_their_shot_and_never_cross_a_cut():
    shots = np.repeat([0, 1, 2], [10, 2, 9])
    plan = _Plan(THREE, np.arange(21) / 30, shots)
    shown = [look.frames for look in plan.looks(0, 21)]
    assert shown == [
        *[(0, 1, 2), (3, 4, 5), (6, 7, 8), (7, 8, 9)],  # the last reaches back
        (10, 11, 11),  # a shot too short shows its last frame again
        *[(12, 13, 14), (15, 16, 17), (18, 19, 20)],
    ]
    newest = _Plan(NEWEST, np.arange(21) / 30, shots).looks(9, 13)
    assert [(look.frames, look.targets) for look in newest] == [
        ((7, 8, 9), (9,)),
        ((10, 10, 10), (10,)),
        ((10, 10, 11), (11,)),
        ((12, 12, 12), (12,)),
    ]


def test_memory_begins_anew_at_the_same_frames_wherever_work_begins():
    plan = _Plan(REMEMBERS, np.arange(2000) / 30, None)
    begins = {look.frames[0] for look in plan.looks(0, 2000) if look.begins}
    assert begins == {0, 9 * MEMORY_LOOKS, 18 * MEMORY_LOOKS, 27 * MEMORY_LOOKS, *range(36 * MEMORY_LOOKS, 2000, 288)}
    late = plan.looks(700, 1000)
    assert late[0].begins
    assert late[0].frames[0] == 18 * MEMORY_LOOKS


def test_the_background_is_the_median_of_the_shot_without_the_ball():
    film = RenderedFilm(steady(30, 3), throw(100, 100, 380, 150))
    network = Bright(EIGHT)
    CheckpointCandidates.of(network, "bright").candidates(film, 30, 50, None)
    assert all(look[0].max() < 200 for look in network.shown)  # the ball, 235, is in no place for long
    assert all(look[1:].max() > 200 for look in network.shown)
    plan = _Plan(EIGHT, np.arange(30 * 150) / 30, None)
    assert plan.background(10) == plan.background(1700)
    first, second, last = plan.background(10), plan.background(2000), plan.background(4400)
    assert (first[0], second[0], last[0]) == (0, 1800, 2699)
    assert (first[-1], second[-1], last[-1]) == (1800, 3600, 4499)


def test_memory_does_not_grow_with_the_film():
    class Counts(Bright):
        held = 0

        def maps(self, looks):
            for look, begins in looks:
                pictures = looks.gi_frame.f_locals["self"]
                self.held = max(self.held, len(pictures._held))
                yield from super().maps([(look, begins)])
                self.shown.clear()

    network = Counts(GRAY)
    film = RenderedFilm(steady(30, 10), throw(100, 100, 100, 0))
    CheckpointCandidates.of(network, "bright").candidates(film, 0, 300)
    assert 9 <= network.held <= 20


def test_full_range_gray_is_what_gray_families_see():
    film = RenderedFilm(steady(30, 0.3), lambda t: None)
    film._draw = lambda index: np.full((720, 1280), 16 if index % 2 else 235, np.uint8)
    network = Bright(GRAY)
    CheckpointCandidates.of(network, "bright").candidates(film, 0, 9)
    assert [int(picture.mean()) for picture in network.shown[0]] == [255, 0] * 4 + [255]


# --- from maps to candidates ------------------------------------------------------------------------------------


def gaussian(x, y, height=1.0, sigma=2.0, size=(288, 512)):
    ys, xs = np.mgrid[: size[0], : size[1]] + 0.5
    return (height * np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * sigma**2))).astype(np.float32)


@pytest.mark.parametrize(("x", "y"), [(100.0, 50.0), (100.3, 50.8), (1.2, 1.4), (510.9, 287.2)])
def test_centres_are_finer_than_pixels(x, y):
    (found,) = blobs(gaussian(x, y))
    near_edge = x < 5 or x > 507
    assert found[:2] == pytest.approx([x, y], abs=1.0 if near_edge else 0.1)
    assert found[2] == pytest.approx(1, abs=0.1)


def test_several_candidates_are_kept_likeliest_first():
    heat = np.maximum.reduce([gaussian(100, 50, 0.4), gaussian(300, 200, 0.9), gaussian(400, 20, 0.2)])
    found = blobs(heat)
    assert found[:, 2] == pytest.approx([0.9, 0.4, 0.2], abs=0.06)
    assert found[:, 0] == pytest.approx([300, 100, 400], abs=0.1)
    assert blobs(heat, least=0.3).shape == (2, 3)
    assert blobs(heat, most=1).shape == (1, 3)
    assert blobs(np.zeros((4, 4), np.float32)).shape == (0, 3)


def test_one_cell_speaks_for_its_neighbours():
    grid = np.zeros((3, 27, 48), np.float32)
    grid[:, 5, 7], grid[:, 5, 8], grid[:, 20, 47] = (0.9, 0.75, 0.25), (0.6, 0, 0.2), (0.3, 0.5, 1.0)
    found = cells(grid)
    assert found.ravel().tolist() == pytest.approx([7.75, 5.25, 0.9, 47.5, 21.0, 0.3])


# --- ONNX -------------------------------------------------------------------------------------------------------

CPU = Device("cpu", "test")


def onnx_network(path, shape, out, state=None):
    """Channel means of the pictures, repeated; with a state, which is added to and passed on."""
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    shape_of = helper.make_tensor("shape", onnx.TensorProto.INT64, [1 + len(out)], [1, *out])
    nodes = [helper.make_node("ReduceMean", ["clip", "axes"], ["mean"], keepdims=int(bool(out)))]
    told, inputs, outputs = "mean", [helper.make_tensor_value_info("clip", kind, shape)], []
    if state:
        one = helper.make_tensor("one", kind, [1], [0.125])
        nodes += [
            helper.make_node("Add", ["h0", "one"], ["hn"]),
            helper.make_node("ReduceMean", ["hn"], ["level"], keepdims=0),
            helper.make_node("Add", ["mean", "level"], ["sum"]),
        ]
        told = "sum"
        inputs.append(helper.make_tensor_value_info("h0", kind, [1, "B", state]))
        outputs.append(helper.make_tensor_value_info("hn", kind, [1, "B", state]))
    nodes.append(helper.make_node("Expand", [told, "shape"], ["maps"]))
    outputs.insert(0, helper.make_tensor_value_info("maps", kind, ["B", *out]))
    axes = helper.make_tensor("axes", onnx.TensorProto.INT64, [3], [1, 2, 3])
    graph = helper.make_graph(nodes, "g", inputs, outputs, [shape_of, axes, *([one] if state else [])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, path)
    return path


@pytest.mark.parametrize(
    ("shape", "out", "state", "wanted"),
    [
        (["B", 9, 288, 512], [9, 288, 512], None, GRAY),
        (["B", 15, 288, 512], [15, 288, 512], None, vballnet(15, (512, 288), "gray", "heat map", 0)),
        (["B", 9, 288, 512], [3, 288, 512], None, vballnet(3, (512, 288), "rgb24", "heat map", 0)),
        (["B", 9, 432, 768], [27, 27, 48], None, GRID),
        (["B", 15, 432, 768], [15, 27, 48], None, vballnet(5, (768, 432), "rgb24", "grid", 0)),
        (["B", 15, 288, 512], [15, 288, 512], 128, vballnet(15, (512, 288), "gray", "heat map", 128)),
    ],
)
def test_onnx_networks_are_recognised_by_what_goes_in_and_comes_out(tmp_path, shape, out, state, wanted):
    from gametape.ball.checkpoints.networks import open_network

    assert open_network(onnx_network(tmp_path / "a.onnx", shape, out, state), CPU).family == wanted


def test_memory_passes_from_look_to_look_until_it_begins_anew(tmp_path):
    from gametape.ball.checkpoints.networks import open_network

    network = open_network(onnx_network(tmp_path / "a.onnx", ["B", 2, 16, 32], [2, 16, 32], 4), CPU)
    black = np.zeros((2, 16, 32, 1), np.uint8)
    told = network.maps([(black, True), (black, False), (black, False), (black, True), (black, False)])
    assert [float(t.mean()) for t in told] == pytest.approx([0.125, 0.25, 0.375, 0.125, 0.25])


@pytest.mark.parametrize(
    ("shape", "out"),
    [
        (["B", 7, 288, 512], [2, 288, 512]),
        (["B", 9, "h", "w"], [9, 4, 4]),
        (["B", 9, 64, 64], [9, 32, 32]),
        (["B", 9, 432, 768], [10, 27, 48]),  # a grid has three maps a frame
        (["B", 9, 64, 64], []),  # a single number
    ],
)
def test_other_onnx_networks_are_told_by_their_inputs(tmp_path, shape, out):
    from gametape.ball.checkpoints.networks import open_network
    from gametape.base.errors import BadInput

    with pytest.raises(BadInput, match=r"inputs clip \['B', .*of no known family.*VballNet"):
        open_network(onnx_network(tmp_path / "a.onnx", shape, out), CPU)
    (tmp_path / "b.onnx").write_bytes(b"none")
    with pytest.raises(BadInput, match="ONNX Runtime cannot read it"):
        open_network(tmp_path / "b.onnx", CPU)


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "f1"), [("VballNetV1*148*", 0.5), ("VballNetFast*", 0.4), ("VballNetGrid*", 0.4)])
def test_published_networks_see_what_they_are_known_to_see(shared, tmp_path_factory, pattern, f1):
    """On a rally of a sport they were not taught, by their likeliest candidate alone."""
    from gametape.evaluation.ball import read_labels, tally
    from gametape.media.film import Film
    from gametape.media.ingest import ingest

    pytest.importorskip("onnxruntime")
    clip = shared / "data" / "badminton" / "00028.mp4"
    folder = tmp_path_factory.mktemp("film")
    ingested = ingest(clip, folder)
    film = Film.of(folder / "film.mp4", ingested.frames, ingested.width, ingested.height)
    finds = CheckpointCandidates(next((shared / "models" / "peers").glob(f"{pattern}.onnx")), CPU)
    x, y = likeliest(finds.candidates(film, 0, len(film)))
    figures = tally(x, y, read_labels(clip.with_suffix(".csv")), film.width, film.height).figures()
    assert figures["f1"] >= f1
