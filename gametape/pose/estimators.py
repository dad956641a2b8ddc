"""Pose estimators behind one protocol, and the choice among them.

Belongs here: the protocol and the choice. Does not belong here: the estimators themselves (blazepose, yolo).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gametape.base.model_store import ModelStore
from gametape.base.settings import Settings
from gametape.pose.person import Person
from gametape.pose.weights import KNOWN

if TYPE_CHECKING:
    import numpy as np

    from gametape.media.film import Frame

#: Weights of each estimator where the settings name none.
_DEFAULT_WEIGHTS = {"mediapipe": "pose_landmarker_full.task", "yolo": "yolo11n-pose.pt"}


class Estimator(Protocol):
    """Finds people's joints in pictures."""

    name: str
    """Name and version of the estimator, which go into every row."""

    def people(self, frames: Iterable[Frame]) -> Iterator[tuple[Frame, list[Person]]]:
        """Find the people in each RGB frame, frames in order.

        What an estimator remembers from frame to frame is forgotten when the iterator ends: the same frames give the
        same people, whatever came before.
        """

    def people_in(
        self, frames: Iterable[Frame], places: Mapping[int, Mapping[int, np.ndarray]]
    ) -> Iterator[tuple[Frame, dict[int, Person]]]:
        """Find the people whose boxes (4,) are known, in px of the pictures, by frame and number; and nobody else."""

    def close(self) -> None:
        """Free what the estimator holds."""


def default_weights(settings: Settings) -> Path:
    """Find the weights that the settings ask for: a file, or the folder of an export.

    `settings.pose_model` is an existing path, a name in the model store, or "" for the estimator's default.

    Raises:
        Unavailable: The weights cannot be fetched.
    """
    named = settings.pose_model or _DEFAULT_WEIGHTS[settings.pose]
    path = Path(named).expanduser()
    return path if settings.pose_model and path.exists() else ModelStore.of(settings, KNOWN).fetch(named)


@contextmanager
def estimator_for(settings: Settings) -> Iterator[Estimator]:
    """Open the estimator that the settings ask for, and close it at the end.

    There is one for each film, not for each process: it costs 0.1 s, is never shared among threads, and MediaPipe's
    cannot be closed any more when the process ends.
    """
    weights = default_weights(settings)
    if settings.pose == "mediapipe":
        from gametape.pose.blazepose import BlazePose

        made: Estimator = BlazePose(weights, settings.pose_people)
    else:
        from gametape.base.device import choose_device
        from gametape.pose.yolo import YoloPose

        made = YoloPose(weights, settings.pose_people, choose_device(settings.device))
    try:
        yield made
    finally:
        made.close()
