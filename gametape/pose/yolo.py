"""YOLO-Pose through Ultralytics (AGPL-3.0): several people in one look, on CUDA or, as an export, on the CPU.

Belongs here: running it, and keeping it from fetching or installing anything. Does not belong here: which weights
(estimators.py), who is who over time (linking.py).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.device import Device
from gametape.base.errors import BadInput, Unavailable
from gametape.pose.person import COCO, Person, overlap
from gametape.tables.pose import KEYPOINTS

if TYPE_CHECKING:
    from ultralytics.engine.results import Results

    from gametape.media.film import Frame

#: Least confidence of a person.
_LEAST_SURE = 0.25
#: Least overlap with a known box. YOLO's boxes hold the whole body, so more than of a box of joints.
_LEAST_OVERLAP = 0.4
#: Pictures in one look on CUDA; 16 of 1280x720 are 44 MB.
_BATCH = 16
#: Environment variables that keep Ultralytics from the network.
_OFFLINE = {
    "YOLO_OFFLINE": "true",  # no downloads, no telemetry
    "YOLO_AUTOINSTALL": "false",  # no pip
    "YOLO_VERBOSE": "false",
}


class YoloPose:
    """Pose estimator with a YOLO-Pose network; see `Estimator`.

    Args:
        weights: A `.pt` or `.onnx` file, or the folder of an export.
        most: Most people in one frame.
        device: Where to run it.

    Raises:
        BadInput: Ultralytics cannot use the weights, or they are not a pose network of COCO's 17 keypoints.
        Unavailable: Ultralytics itself does not load.
    """

    def __init__(self, weights: Path, most: int, device: Device) -> None:
        if not weights.exists():  # Ultralytics would take it for a name to download
            raise BadInput(str(weights), "no such file", "Set GAMETAPE_POSE_MODEL to weights that exist")
        os.environ.update(_OFFLINE)
        try:
            import ultralytics
        except ImportError as error:
            raise Unavailable(
                "ultralytics", f"it does not load: {error}", "pip install ultralytics torchvision"
            ) from error

        self._weights, self._most, self._device = weights, most, device
        # Exports have a batch size of 1 and their own precision built in.
        native = weights.suffix == ".pt"
        self._batch = _BATCH if native and device.kind == "cuda" else 1
        self._half = native and device.kind == "cuda"
        try:
            self._model = ultralytics.YOLO(weights, task="pose")
            with torchvision_or_stand_in():
                self._predict([np.zeros((64, 64, 3), np.uint8)])
        except Exception as error:  # each backend raises its own
            raise BadInput(
                str(weights),
                f"Ultralytics {ultralytics.__version__} cannot use it: {str(error).strip().splitlines()[0]}",
                "Set GAMETAPE_POSE_MODEL to a YOLO-Pose .pt, or an OpenVINO or ONNX export whose runtime is "
                "installed (pip install 'gametape[openvino]')",
            ) from error
        self.name = f"ultralytics {ultralytics.__version__} {weights.stem}"

    def close(self) -> None:
        """Free the network."""
        del self._model

    def people(self, frames: Iterable[Frame]) -> Iterator[tuple[Frame, list[Person]]]:
        """Find the people in each RGB frame; see `Estimator.people`."""
        frames = iter(frames)
        while batch := list(islice(frames, self._batch)):
            # Ultralytics takes arrays for BGR.
            results = self._predict([np.ascontiguousarray(frame.image[..., ::-1]) for frame in batch])
            for frame, result in zip(batch, results, strict=True):
                yield frame, self._people(result)

    def people_in(
        self, frames: Iterable[Frame], places: Mapping[int, Mapping[int, np.ndarray]]
    ) -> Iterator[tuple[Frame, dict[int, Person]]]:
        """Of everybody in a picture those who overlap the known boxes most; see `Estimator.people_in`."""
        for frame, people in self.people(frames):
            found = {}
            for number, box in places.get(frame.index, {}).items():
                fits = overlap(np.array([person.box for person in people]).reshape(-1, 4), box[None])[:, 0]
                if len(fits) and fits.max() >= _LEAST_OVERLAP:
                    found[number] = people[int(fits.argmax())]
            yield frame, found

    def _predict(self, pictures: list[np.ndarray]) -> list[Results]:
        return self._model.predict(
            pictures,
            conf=_LEAST_SURE,
            max_det=self._most,
            half=self._half,
            device=self._device.torch_name,
            verbose=False,
        )

    def _people(self, result: Results) -> list[Person]:
        """The people of one picture."""
        if result.keypoints is None or result.keypoints.data.shape[1:] != (COCO, 3):
            if len(result.boxes):
                raise BadInput(
                    str(self._weights), "its keypoints are not COCO's 17", "Use a YOLO-Pose network trained on COCO"
                )
            return []
        people = []
        height, width = result.orig_shape
        for box, confidence, coco in zip(
            result.boxes.xyxy.cpu().numpy(),
            result.boxes.conf.cpu().numpy(),
            result.keypoints.data.cpu().numpy(),
            strict=True,
        ):
            keypoints = np.full((len(KEYPOINTS), 3), np.nan, np.float32)
            inside = ((coco[:, :2] > 0) & (coco[:, :2] < (width, height))).all(axis=1)
            keypoints[:COCO][inside] = coco[inside]
            people.append(Person(box, keypoints, float(confidence)))
        return people


@contextmanager
def torchvision_or_stand_in() -> Iterator[None]:
    """Make `import torchvision` work, with a stand-in where the real one does not load.

    Ultralytics imports torchvision at a network's first prediction for non-maximum suppression, although it has an
    implementation of its own. That one is used where torchvision is installed (Ultralytics asks for its version) but
    does not load, such as a build for CUDA beside a torch for the CPU.
    """
    stand_in: ModuleType | None = None
    try:
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError):
        from ultralytics.utils.nms import TorchNMS

        vars(stand_in := ModuleType("torchvision"))["ops"] = SimpleNamespace(nms=TorchNMS.nms)
        sys.modules["torchvision"] = stand_in
    try:
        yield
    finally:
        if stand_in:  # from now on Ultralytics uses its own, as there is no torchvision
            del sys.modules["torchvision"]
