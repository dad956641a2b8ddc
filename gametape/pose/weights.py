"""The pose weights that may be fetched: sources, digests and licences.

Belongs here: which weights there are, and how one of them is built. Does not belong here: fetching them
(base/model_store.py).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from gametape.base.model_store import Weights, WheelBuild
from gametape.pose.tflite import with_image_metadata


def blazepose_bundle(wheel: zipfile.ZipFile) -> bytes:
    """Build MediaPipe's full pose landmarker from the two models of the mediapipe wheel; always the same bytes.

    The wheel's landmark model lacks the scaling of its input, which the landmarker requires.
    """
    detector = wheel.read("mediapipe/modules/pose_detection/pose_detection.tflite")
    landmarks = wheel.read("mediapipe/modules/pose_landmark/pose_landmark_full.tflite")
    members = {
        "pose_detector.tflite": detector,
        "pose_landmarks_detector.tflite": with_image_metadata(landmarks, outputs=5, mean=0.0, std=255.0),
    }
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # the same on every host
            archive.writestr(entry, content)
    return bundle.getvalue()


_MEDIAPIPE_WHEEL = WheelBuild(
    requirement="mediapipe==0.10.21",
    tags=(
        *("--python-version", "3.12", "--implementation", "cp", "--abi", "cp312"),
        *("--platform", "manylinux_2_28_x86_64"),
    ),
    assemble=blazepose_bundle,
)

#: Weights by name.
KNOWN: Mapping[str, Weights] = {
    weights.name: weights
    for weights in (
        Weights(
            name="pose_landmarker_full.task",
            sha256={
                "4eaa5eb7a98365221087693fcc286334cf0858e2eb6e15b506aa4a7ecdcec4ad": "Google's release",
                "010db0e1ddd2da792d401442484932e1a483c9551a5f13c3107da617903028da": "built here from mediapipe 0.10.21",
                "d5b96122861f7a3c5ee841ca50dac005e9609bdf3fb5806923c244b004bccc1a": "the same models, bundled "
                "with mediapipe's own metadata writer",
            },
            size=9_398_198,
            licence="Apache-2.0",
            url="https://storage.googleapis.com/mediapipe-models/pose_landmarker/pose_landmarker_full/float16/1/"
            "pose_landmarker_full.task",
            build=_MEDIAPIPE_WHEEL,
        ),
        Weights(
            name="yolo11n-pose.pt",
            sha256={"869e83fcdffdc7371fa4e34cd8e51c838cc729571d1635e5141e3075e9319dc0": "Ultralytics' release"},
            size=6_255_593,
            licence="AGPL-3.0",
            url="https://github.com/ultralytics/assets/releases/download/v8.3.0/yolo11n-pose.pt",
        ),
    )
}
