"""YOLO-Pose: it runs from an export, and never fetches or installs anything by itself."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pytest

from gametape.base.device import Device
from gametape.base.errors import BadInput, Unavailable
from gametape.base.settings import Settings
from gametape.film.sidecar import Sidecar
from gametape.media.film import Frame
from gametape.pose import estimate, people, repaired
from gametape.pose.estimators import default_weights, estimator_for
from gametape.pose.person import keypoints_of
from gametape.pose.yolo import YoloPose

CPU = Device("cpu", "test")


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch):
    """No network and no child processes: whoever tries fails the test."""
    tried: list[str] = []

    def refuse(*arguments: object, **_: object) -> None:
        tried.append(str(arguments))
        raise OSError("the test allows no network and no child processes")

    def refuse_child(self, command: object, *_: object, **__: object) -> None:
        program = command[0] if isinstance(command, list) else str(command)
        if Path(program).name not in ("ldconfig", "gcc", "ld"):  # ctypes asks them where a library lies
            tried.append(str(command))
        self.returncode, self.args = 1, command
        raise OSError("the test allows no network and no child processes")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(subprocess.Popen, "__init__", refuse_child)
    return tried


@pytest.fixture(scope="session")
def export(shared: Path) -> Path:
    pytest.importorskip("openvino")
    return shared / "models/yolov8n-pose_int8_openvino_model"


def photograph(shared: Path, name: str) -> Frame:
    picture = cv2.imread(str(shared / f"data/pose/coco/{name}.jpg"))
    return Frame(0, 0.0, np.ascontiguousarray(picture[..., ::-1]))


def test_an_export_finds_the_people_of_a_photograph(shared: Path, export: Path, tmp_path: Path, alone: list):
    truth = json.loads((shared / "data/pose/coco/test_coco.json").read_text())
    settings = Settings(home=tmp_path, pose="yolo", pose_model=str(export), device="cpu", pose_people=10)
    with estimator_for(settings) as estimator:
        ((_, people),) = estimator.people([photograph(shared, "000000000785")])
    marks = [a for a in truth["annotations"] if a["image_id"] == 785 and a.get("num_keypoints", 0) > 10]
    keypoints = np.array(marks[0]["keypoints"], float).reshape(17, 3)
    labelled = keypoints[:, 2] > 0
    height = marks[0]["bbox"][3]
    errors = [np.linalg.norm(p.keypoints[:17, :2] - keypoints[:, :2], axis=1)[labelled] for p in people]
    best = min(errors, key=lambda e: np.nanmedian(e))
    assert np.nanmedian(best) < 0.05 * height
    person = people[int(np.argmin([np.nanmedian(e) for e in errors]))]
    assert person.confidence > 0.5
    assert np.isnan(person.keypoints[17:]).all()  # COCO has no feet and no hands
    assert "yolov8n-pose" in estimator.name
    assert alone == []


def test_a_name_that_is_no_file_is_not_looked_for_on_the_net(tmp_path: Path, alone: list):
    settings = Settings(home=tmp_path, pose="yolo", pose_model="yolov8x-pose.pt", device="cpu")
    with pytest.raises(Unavailable, match=r"yolov8x-pose\.pt.*yolo11n-pose\.pt"), estimator_for(settings):
        pass
    with pytest.raises(BadInput, match="no such file"):
        YoloPose(Path("yolov8x-pose.pt"), 1, CPU)
    assert alone == []


def test_downloads_off_means_off(tmp_path: Path, alone: list):
    settings = Settings(home=tmp_path, pose="yolo", allow_downloads=False)
    with pytest.raises(Unavailable, match=r"yolo11n-pose\.pt.*GAMETAPE_ALLOW_DOWNLOADS"):
        default_weights(settings)
    assert alone == []


def test_weights_that_are_none_are_told(tmp_path: Path):
    (tmp_path / "best.pt").write_bytes(b"not a checkpoint")
    with pytest.raises(BadInput, match=r"best\.pt.*cannot use it"):
        YoloPose(tmp_path / "best.pt", 1, CPU)


BROKEN_TORCHVISION = """
import importlib.machinery, sys
import cv2
import numpy as np
from pathlib import Path

class Broken:
    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self) if name.split(".")[0] == "torchvision" else None
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        raise RuntimeError("operator torchvision::nms does not exist")

sys.meta_path.insert(0, Broken())
from gametape.base.device import Device
from gametape.media.film import Frame
from gametape.pose.yolo import YoloPose

estimator = YoloPose(Path({export!r}), 10, Device("cpu", "test"))
picture = np.ascontiguousarray(cv2.imread({photograph!r})[..., ::-1])
((_, people),) = estimator.people([Frame(0, 0.0, picture)])
assert len([person for person in people if person.confidence > 0.5]) >= 4, people
assert "torchvision" not in sys.modules
"""


def test_it_runs_where_torchvision_does_not(shared: Path, export: Path):
    """A torchvision of CUDA beside a torch of the CPU fails at import: operator torchvision::nms does not exist."""
    photograph = str(shared / "data/pose/coco/000000196141.jpg")
    code = BROKEN_TORCHVISION.format(export=str(export), photograph=photograph)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_ultralytics_that_does_not_load_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setitem(sys.modules, "ultralytics", None)
    (tmp_path / "best.pt").touch()
    with pytest.raises(Unavailable, match="pip install ultralytics"):
        YoloPose(tmp_path / "best.pt", 1, CPU)


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of the smallest pose network, as training would save it, with random weights."""
    import ultralytics

    path = tmp_path_factory.mktemp("weights") / "untrained-pose.pt"
    ultralytics.YOLO("yolov8n-pose.yaml", task="pose").save(path)
    return path


def test_a_checkpoint_loads_and_sees_nobody_untrained(untrained: Path, alone: list):
    estimator = YoloPose(untrained, 4, CPU)
    frames = [Frame(index, index / 25, np.zeros((90, 160, 3), np.uint8)) for index in range(3)]
    assert [(frame.index, people) for frame, people in estimator.people(frames)] == [(0, []), (1, []), (2, [])]
    estimator.close()


def test_on_cuda_pictures_go_in_batches_at_half_precision(untrained: Path):
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    estimator = YoloPose(untrained, 4, Device("cuda", "test", 0))
    frames = [Frame(index, index / 25, np.zeros((90, 160, 3), np.uint8)) for index in range(20)]
    assert [frame.index for frame, _ in estimator.people(frames)] == list(range(20))
    assert estimator._model.predictor.model.fp16
    estimator.close()


def test_the_twelve_people_of_four_photographs_come_through_the_whole_chain(shared: Path, export: Path, tmp_path: Path):
    """Object keypoint similarity by COCO's own constants: linking and repair lose nobody."""
    marks = json.loads((shared / "data/pose/coco/test_coco.json").read_text())["annotations"]
    settings = Settings(home=tmp_path, pose="yolo", pose_model=str(export), device="cpu", pose_people=10)
    found = {}
    for path in (shared / "data/pose/coco").glob("*.jpg"):
        frame = photograph(shared, path.stem)
        film = OnePicture(frame)
        seen = estimate(film, stop=1, settings=settings)
        index = pa.table(
            {
                "shot": np.zeros(1, np.int32),
                "time_s": np.zeros(1),
                "shown_s": np.zeros(1),
                "repeats_previous": np.zeros(1, bool),
            }
        )
        height, width = frame.image.shape[:2]
        who = people(seen, index, Sidecar(), looked_at=1, width=width, height=height)
        found[int(path.stem)] = keypoints_of(repaired(seen, who, index))[:, :17, :2]
    alike = [oks(mark, found[mark["image_id"]]) for mark in marks if mark.get("num_keypoints")]
    assert len(alike) == 12 and sum(a >= 0.5 for a in alike) == 12 and sum(a >= 0.75 for a in alike) >= 11


class OnePicture:
    """A film of one frame."""

    scale, repeats = (1.0, 1.0), np.zeros(1, bool)

    def __init__(self, frame: Frame) -> None:
        self.frame = frame

    def __len__(self) -> int:
        return 1

    def frames(self, *_: object, **__: object):
        yield self.frame


def oks(mark: dict, joints: np.ndarray) -> float:
    """Of the person most like the mark."""
    spread = np.array([26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89]) / 1000
    truth = np.array(mark["keypoints"], float).reshape(17, 3)
    squared = np.nan_to_num(((joints - truth[:, :2]) ** 2).sum(axis=2), nan=1e12)
    near = np.exp(-squared / (2 * mark["area"] * (2 * spread) ** 2))
    return float(near[:, truth[:, 2] > 0].mean(axis=1).max())
