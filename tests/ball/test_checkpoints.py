"""Published checkpoints: each layout is recognised by its keys, and what is none is refused with what it holds."""

import os
import pickle

import numpy as np
import pytest
import torch

from gametape.ball.checkpoints.networks import TorchNetwork, in_channels, open_network
from gametape.ball.checkpoints.recognise import open_checkpoint
from gametape.base.device import Device
from gametape.base.errors import BadInput
from tests.ball import published

CPU = Device("cpu", "test")
LAYOUTS = {
    # shapes, keys in the file (as its project says), parameters in millions, a small picture, answers a look
    "v1": (published.tracknet_v1, 126, 10.708, (9, 16, 24), 1),
    "v2": (published.tracknet_v2, 121, 11.334, (9, 16, 24), 3),
    "v2 converted from Keras": (lambda: published.tracknet_v2(columns=True), 121, 11.335, (9, 8, 512), 3),
    "v2 with a court": (lambda: published.tracknet_v2(maps=99), 121, 11.340, (9, 16, 24), 99),
    "v2 volleyball": (published.tracknet_v2_volleyball, 121, 11.334, (9, 16, 24), 3),
    "v3": (published.tracknet_v3, 104, 11.341, (27, 16, 24), 8),
    "v3 without background": (lambda: published.tracknet_v3(9, 3), 104, 11.330, (9, 16, 24), 3),
    "v3 with attention": (published.tracknet_v3_attention, 236, 15.132, (9, 16, 24), 3),
    "wasb": (published.wasb, 428, 1.481, (9, 16, 24), 3),
}


def weights(shapes):
    """Some numbers for a checkpoint, other ones in each tensor; variances are above 0."""
    made = {}
    for i, (key, shape) in enumerate(shapes.items()):
        scales = "running_var" in key or (key.endswith("weight") and len(shape) == 1)
        made[key] = torch.full(shape, (i % 97 - 48) / 1000 + scales)
        if key.endswith("num_batches_tracked"):
            made[key] = torch.tensor(7)
    return made


def saved(path, content):
    torch.save(content, path)
    return path


@pytest.fixture(autouse=True)
def one_thread():
    """Threads that wait for each other cost more than networks this small."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(params=LAYOUTS)
def layout(request):
    return request.param


def test_each_layout_is_recognised_by_its_exact_keys_and_shapes(layout, tmp_path):
    shapes, keys, millions, picture, answers = LAYOUTS[layout]
    state = weights(shapes())
    assert len(state) == keys
    counted = sum(v.numel() for k, v in state.items() if "running" not in k and "num_batches" not in k)
    assert counted / 1e6 == pytest.approx(millions, abs=0.001)
    family, network = open_checkpoint(saved(tmp_path / "a.pt", state))
    assert not network.training
    with torch.no_grad():
        told = network(torch.rand(2, *picture))
    assert told.shape == (2, answers, *picture[1:])
    assert answers == len(family.targets) * family.maps
    assert picture[0] == 3 * family.pictures
    assert 0 <= told.min() <= told.max() <= 1
    # Every weight of the file is in the network, whatever it is called there.
    held = sorted(float(v.double().sum()) for v in network.state_dict().values() if v.numel() > 1)
    given = sorted(float(v.double().sum()) for v in state.values() if v.numel() > 1)
    assert held == given


def test_a_tensor_too_few_too_many_or_of_another_shape_is_told(layout, tmp_path):
    state = weights(LAYOUTS[layout][0]())
    first, last = list(state)[1], [key for key in state if not key.endswith("num_batches_tracked")][-1]
    del state[last]
    state |= {"extra": torch.zeros(1), first: torch.zeros(9999)}
    with pytest.raises(BadInput) as error:
        open_checkpoint(saved(tmp_path / "a.pt", state))
    assert f"1 tensors lack: {last}; 1 are not its own: extra; 1 have another shape" in error.value.reason
    assert "is (9999,), not" in error.value.reason


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda s: s,
        lambda s: {"model": s, "epoch": 3, "param_dict": {"bg_mode": "concat", "seq_len": 8}},
        lambda s: {"model_state_dict": {f"module.{k}": v for k, v in s.items()}, "optimizer": {"state": {}}},
        lambda s: {"state_dict": {f"model._orig_mod.{k}": v for k, v in s.items()}},
        lambda s: {"epoch": 1, "state_dict": s, "best": np.float64(0.97), "loss": [np.float32(0.1)]},
        lambda s: {"model": {"state_dict": s}},
    ],
)
def test_wrappers_are_taken_off(wrapped, tmp_path):
    state = weights(published.tracknet_v3())
    family, network = open_checkpoint(saved(tmp_path / "a.tar", wrapped(state)))
    assert (family.name, family.frames, family.background) == ("TrackNetV3", 8, True)
    assert torch.equal(network.head.weight, state["predictor.weight"])


def test_counters_that_old_files_lack_are_not_missed(tmp_path):
    state = {k: v for k, v in weights(published.wasb()).items() if not k.endswith("num_batches_tracked")}
    assert open_checkpoint(saved(tmp_path / "a.pth", state))[0].name == "WASB"


def test_normalisation_comes_after_or_before_the_relu_as_in_each_family(tmp_path):
    """With a normalisation that gives -1 everywhere, only a ReLU after it makes the last layer's input 0."""
    for shapes, head, before in (
        (published.tracknet_v3(9, 3), "predictor", True),
        (published.tracknet_v2(), "conv2d_18", False),
        (published.tracknet_v2_volleyball(), "last_conv", False),
    ):
        state = weights(shapes)
        for key in state:
            if state[key].dim() == 1 and not key.startswith(head):
                state[key][:] = {"weight": 0.0, "bias": -1.0}.get(key.split(".")[-1], 1.0)
        state[f"{head}.weight"][:], state[f"{head}.bias"][:] = 1 / 64, 0
        _, network = open_checkpoint(saved(tmp_path / "a.pt", state))
        with torch.no_grad():
            told = network(torch.rand(1, 9, 8, 8))
        assert told.mean() == pytest.approx(0.5 if before else 1 / (1 + np.e), abs=1e-6)


@pytest.mark.parametrize("shapes", [published.wasb(), published.tracknet_v3(9, 3), published.tracknet_v2()])
def test_normalisations_folded_into_convolutions_say_the_same(shapes, tmp_path):
    torch.manual_seed(1)
    state = {
        k: torch.rand(v) + 0.5 if "running_var" in k else (torch.rand(v) - 0.5) * (0.2 if len(v) > 1 else 1)
        for k, v in shapes.items()
    }
    family, network = open_checkpoint(saved(tmp_path / "a.pt", state))
    look = np.random.default_rng(0).integers(0, 255, (3, 16, 24, 3), np.uint8)
    plain = next(TorchNetwork(family, network, CPU).maps([(look, True)]))
    folded = next(open_network(tmp_path / "a.pt", CPU).maps([(look, True)]))
    assert plain.std() > 1e-3
    assert folded == pytest.approx(plain, abs=1e-5)


def test_the_class_of_brightness_is_the_answer_of_v1(tmp_path):
    state = weights(published.tracknet_v1())
    state["conv18.block.2.weight"][:], state["conv18.block.2.bias"][:] = 0, 0
    state["conv18.block.2.bias"][204] = 1
    _, network = open_checkpoint(saved(tmp_path / "a.pt", state))
    with torch.no_grad():
        assert network(torch.rand(1, 9, 8, 8)).unique().tolist() == pytest.approx([204 / 255])


def test_attention_is_of_channels_alone(tmp_path):
    state = weights(published.tracknet_v3_attention())
    picture, told = torch.rand(1, 9, 8, 8), []
    for change in (0, 100):
        for key in state:
            if "spatial_attention" in key:
                state[key] += change
        _, network = open_checkpoint(saved(tmp_path / "a.pt", state))
        with torch.no_grad():
            told.append(network(picture))
    assert torch.equal(*told)


def test_colours_and_order_are_the_familys(tmp_path):
    """Frame t has (R, G, B) = (10 t, 10 t + 1, 10 t + 2), as asked for in the family's own colour order."""
    look = np.arange(3)[:, None, None, None] * 10 + np.arange(3) + np.zeros((3, 2, 2, 3), int)
    v1, _ = open_checkpoint(saved(tmp_path / "1.pt", weights(published.tracknet_v1())))
    v2, _ = open_checkpoint(saved(tmp_path / "2.pt", weights(published.tracknet_v2())))
    wasb, _ = open_checkpoint(saved(tmp_path / "3.pt", weights(published.wasb())))
    assert (v1.colour, v2.colour, wasb.colour) == ("bgr24", "rgb24", "rgb24")
    assert (v1.size, v2.size, wasb.size) == ((640, 360), (512, 288), (512, 288))
    assert (v1.fit, v2.fit, wasb.fit) == ("stretch", "stretch", "letterbox")
    assert in_channels(look[None], v1)[0, :, 0, 0].tolist() == [20, 21, 22, 10, 11, 12, 0, 1, 2]
    assert in_channels(look[None], v2)[0, :, 0, 0].tolist() == [0, 1, 2, 10, 11, 12, 20, 21, 22]


def test_pictures_are_normalised_as_the_family_was_taught(tmp_path):
    class Tells(torch.nn.Module):
        def forward(self, x):
            self.told = x.mean((0, 2, 3))
            return x[:, :3]

    white = np.full((3, 4, 4, 3), 255, np.uint8)
    for shapes, wanted in (
        (published.tracknet_v2(), [1.0] * 9),
        (published.wasb(), [(1 - m) / s for m, s in ((0.485, 0.229), (0.456, 0.224), (0.406, 0.225))] * 3),
    ):
        family, _ = open_checkpoint(saved(tmp_path / "a.pt", weights(shapes)))
        list(TorchNetwork(family, asked := Tells(), CPU).maps([(white, True)]))
        assert asked.told.tolist() == pytest.approx(wanted, abs=1e-5)


def test_batches_are_halved_where_memory_does_not_suffice(tmp_path):
    family, _ = open_checkpoint(saved(tmp_path / "a.pt", weights(published.tracknet_v2())))

    sizes = []

    class Small(torch.nn.Module):
        def forward(self, x):
            sizes.append(len(x))
            if len(x) > 2:
                raise torch.cuda.OutOfMemoryError("CUDA out of memory")
            return x[:, ::3]

    network = TorchNetwork(family, Small(), CPU)
    network._batches.size = 8
    looks = [np.full((3, 4, 4, 3), i, np.uint8) for i in range(11)]
    told = list(network.maps((look, False) for look in looks))
    assert [round(float(t.mean() * 255)) for t in told] == list(range(11))
    assert sizes == [8, 4, 2, 2, 2, 2, 2, 1]  # what suffices is kept for the batches after

    def never(x):
        raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    network._module = never
    with pytest.raises(torch.cuda.OutOfMemoryError):
        list(network.maps((look, False) for look in looks))


# --- what is refused ---------------------------------------------------------------------------------------------


class Trap:
    def __init__(self, sprung):
        self.sprung = sprung

    def __reduce__(self):
        return os.mkdir, (str(self.sprung),)


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("torch_made", [True, False])
def test_code_in_a_checkpoint_is_refused_and_not_run(tmp_path, protocol, torch_made):
    path, sprung = tmp_path / "a.pt", tmp_path / "sprung"
    if torch_made:
        torch.save({"model": Trap(sprung)}, path, pickle_protocol=protocol)
    else:
        path.write_bytes(pickle.dumps({"model": Trap(sprung)}, protocol))
    with pytest.raises(BadInput, match=r"holds code to be run.*\(\w+\.mkdir\)") as told:
        open_checkpoint(path)
    assert "TrackNetV3" in told.value.remedy
    assert not sprung.exists()


def test_a_whole_network_pickled_is_refused(tmp_path):
    with pytest.raises(BadInput, match=r"holds code to be run.*Conv2d.*state_dict\(\)"):
        open_checkpoint(saved(tmp_path / "a.pt", torch.nn.Conv2d(1, 1, 1)))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"backbone.stem.weight": torch.zeros(2), "backbone.b": torch.zeros(1)}, "2 tensors of no known family, the first backbone.stem.weight, backbone.b"),
        ({"epoch": 3, "loss": 0.1}, "holds no weights but a dict of epoch, loss"),
        ([1, 2], "holds no weights but list"),
        ({"model": {"down_1.conv.weight": torch.zeros(32, 3, 3)}}, "repairs trajectories"),
        ({"mdd.a": torch.zeros(1)}, "TrackNetV5"),
        (weights(published.tracknet_v3(36, 8)), "36 channels for 8 frames"),
        ({"param_dict": {"bg_mode": "subtract_concat"}, "model": weights(published.tracknet_v3(12, 3))}, "bg_mode 'subtract_concat'"),
        (weights(published.tracknet_v2(maps=32)), "32 maps are not of 3 frames"),
        ({"conv2d_1.conv.weight": torch.zeros(64, 9, 3, 3)}, "it lacks 'conv2d_18.weight'"),
    ],
)  # fmt: skip
def test_what_was_found_is_told(content, told, tmp_path):
    with pytest.raises(BadInput, match=told) as error:
        open_checkpoint(saved(tmp_path / "a.pt", content))
    assert "WASB" in error.value.remedy


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "it is empty"), (b"<!DOCTYPE html><html>", "web page"), (b"not a network at all", "begins b'not a ne'")],
)
def test_files_that_are_no_checkpoints_are_told_by_what_they_are(content, told, tmp_path):
    path = tmp_path / "a.pt"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=told):
        open_checkpoint(path)
    with pytest.raises(BadInput, match="no such file"):
        open_network(tmp_path / "b.pt", CPU)
    with pytest.raises(BadInput, match="no such file"):
        open_network(tmp_path / "b.onnx", CPU)
