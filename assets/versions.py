"""Code versions that depend on settings: another estimator is another version of the asset."""

import hashlib
from pathlib import Path

from gametape.settings import BALL_TRACKERS, Settings
from gametape.versions import craft_version

#: What follows the estimator is not among its parts: another way of linking or smoothing looks at no picture again.
ESTIMATE_PARTS = (
    "pose/pipeline.py",
    "pose/estimators.py",
    "pose/body.py",
    "pose/clothes.py",
    "weights.py",
    "tflite.py",
)
PEOPLE_PARTS = ("pose/people.py", "pose/tracks.py", "pose/subject.py", "pose/body.py", "pose/clothes.py")
ESTIMATOR = {"mediapipe": "pose/blazepose.py", "yolo": "pose/yolo.py"}


def pose_version(chosen: Settings) -> str:
    """Of the estimator's code, its weights, and what it was told to look for."""
    return craft_version(
        *ESTIMATE_PARTS, ESTIMATOR[chosen.pose], weights_version(chosen.pose_model), f"people {chosen.pose_people}"
    )


def ball_version(chosen: Settings) -> str:
    """Of the tracker's code, and of the checkpoint where one is chosen."""
    if chosen.ball in BALL_TRACKERS:
        return craft_version("ball", chosen.ball)
    in_folder = Path(chosen.models) / chosen.ball  # of an absolute path, the path itself
    return craft_version("ball", "device.py", weights_version(str(in_folder if in_folder.exists() else chosen.ball)))


def weights_version(model: str) -> str:
    """Of weights given as a path: their content. Of a name in the model store: the name (its digest is in the
    store's own code)."""
    path = Path(model)
    if not model or not path.exists():
        return f"weights {model or 'default'}"
    digest = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return f"weights {digest.hexdigest()}"
