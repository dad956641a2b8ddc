"""Code versions that depend on settings: another estimator is another version of the asset."""

import hashlib
from pathlib import Path

from gametape.ball.network.runtime import GRAPH, WEIGHTS
from gametape.base.settings import BALL_TRACKERS, Settings
from gametape.base.versions import craft_version

#: What follows the estimator is not among its parts: another way of linking or smoothing looks at no picture again.
ESTIMATE_PARTS = (
    "pose/pipeline.py",
    "pose/estimators.py",
    "pose/person.py",
    "pose/clothes.py",
    "base/model_store.py",
    "pose/weights.py",
    "pose/tflite.py",
)
PEOPLE_PARTS = ("pose/people.py", "pose/linking.py", "pose/subject_selection.py", "pose/person.py", "pose/clothes.py")
ESTIMATOR = {"mediapipe": "pose/blazepose.py", "yolo": "pose/yolo.py"}


#: How a network was trained is in its weights, and another tracker's code is no part of this one's answers.
TRACK_PARTS = (
    *(f"ball/{name}.py" for name in ("tracking", "path", "judge", "trajectory", "candidates", "camera")),
    "base/spacing.py",
)
HEAT_PARTS = ("ball/heatmaps.py", "ball/batches.py", "base/device.py")
NETWORK_PARTS = (*(f"ball/network/{name}.py" for name in ("model", "source", "runtime")), *HEAT_PARTS)
CHECKPOINT_PARTS = ("ball/checkpoints", *HEAT_PARTS)


def pose_version(chosen: Settings) -> str:
    """Of the estimator's code, its weights, and what it was told to look for."""
    return craft_version(
        *ESTIMATE_PARTS, ESTIMATOR[chosen.pose], weights_version(chosen.pose_model), f"people {chosen.pose_people}"
    )


def ball_version(chosen: Settings) -> str:
    """Of the tracker's code, and of the checkpoint where one is chosen."""
    if chosen.ball == "motion":
        return craft_version(*TRACK_PARTS, "ball/frame_difference.py")
    if chosen.ball in BALL_TRACKERS:
        files = weights_version(str(WEIGHTS)), weights_version(str(GRAPH))
        return craft_version(*TRACK_PARTS, *NETWORK_PARTS, *files)
    in_folder = Path(chosen.models) / chosen.ball  # of an absolute path, the path itself
    weights = weights_version(str(in_folder if in_folder.exists() else chosen.ball))
    return craft_version(*TRACK_PARTS, *CHECKPOINT_PARTS, weights)


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
