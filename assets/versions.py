"""Code versions of assets: which settings choose code or change what it makes.

Belongs here: what a static walk of the code cannot know. Does not belong here: the walk (`gametape.base.versions`).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gametape.base.settings import BALL_TRACKERS, Settings
from gametape.base.versions import code_version

#: The small picture that is shown beside a costly table: another colour is no reason to look at the film again.
PREVIEWS = ("gametape.ball.plot", "gametape.pose.draw")
_ESTIMATORS = {"mediapipe": "gametape.pose.blazepose", "yolo": "gametape.pose.yolo"}
_NETWORK, _CHECKPOINT = "gametape.ball.network", "gametape.ball.checkpoints"
_MOTION = "gametape.ball.frame_difference.MotionCandidates"


@dataclass(frozen=True)
class Choice:
    """What the settings in force add to an asset's version, see `code_version`."""

    values: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()


#: The code alone: no setting changes what it makes.
AS_IT_IS = Choice()
#: Each asset's function and choice, for whoever asks which code counts for it.
CHOICES: dict[str, tuple[Callable, Choice]] = {}


def version_of(compute: Callable, choice: Choice) -> str:
    """The code version of the asset that `compute` makes."""
    CHOICES[compute.__name__] = compute, choice
    return code_version(compute, *choice.values, without=choice.without, alone=choice.alone)


def pose_choice(chosen: Settings) -> Choice:
    """The estimator, its weights, and how many people it looks for."""
    others = tuple(module for name, module in _ESTIMATORS.items() if name != chosen.pose)
    values = (f"estimator {chosen.pose}", weights_version(chosen.pose_model), f"people {chosen.pose_people}")
    return Choice(values, (*others, *PREVIEWS))


def ball_choice(chosen: Settings) -> Choice:
    """The tracker, and the checkpoint where one is chosen. The weights of our own network are found by the walk."""
    if chosen.ball == "motion":
        return Choice(("tracker motion",), (_NETWORK, _CHECKPOINT, *PREVIEWS))
    if chosen.ball in BALL_TRACKERS:
        return Choice(("tracker network",), (_MOTION, _CHECKPOINT, *PREVIEWS))
    in_folder = Path(chosen.models) / chosen.ball  # of an absolute path, the path itself
    weights = weights_version(str(in_folder if in_folder.exists() else chosen.ball))
    return Choice((f"tracker {weights}",), (_MOTION, _NETWORK, *PREVIEWS))


def weights_version(model: str) -> str:
    """Of weights given as a path: their content. Of a name in the model store: the name (its digest is in the
    list of known weights, which is code).
    """
    path = Path(model)
    if not model or not path.exists():
        return f"weights {model or 'default'}"
    digest = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return f"weights {digest.hexdigest()}"
