"""Code versions of assets: which settings select code or change its results.

Belongs here: what a static walk of the code cannot find. Does not belong here: the walk (`gametape.base.versions`).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gametape.base.environment import installed
from gametape.base.settings import BALL_TRACKERS, Settings
from gametape.base.versions import code_version

#: The package that reads replay files.
PARSER = "subtr-actor-py"
#: Code of the small pictures in the UI: another colour is no reason to analyse the film again.
PREVIEWS = ("gametape.ball.plot", "gametape.pose.draw")
_ESTIMATORS = {"mediapipe": "gametape.pose.blazepose", "yolo": "gametape.pose.yolo"}
_PERSON_NETWORK = "gametape.people.network"
_NETWORK, _CHECKPOINT = "gametape.ball.network", "gametape.ball.checkpoints"
_MOTION = "gametape.ball.frame_difference.MotionCandidates"


@dataclass(frozen=True)
class Choice:
    """What the current settings add to an asset's code version, see `code_version`."""

    values: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()


#: For assets that no setting changes.
AS_IT_IS = Choice()
#: Each asset's function and choice, by asset: they determine which code is part of its version.
CHOICES: dict[str, tuple[Callable, Choice]] = {}


def version_of(compute: Callable, choice: Choice) -> str:
    """The code version of the asset that `compute` computes."""
    CHOICES[compute.__name__] = compute, choice
    return code_version(compute, *choice.values, without=choice.without, alone=choice.alone)


def parser_choice() -> Choice:
    """The parser of replays: a newer one may know patches that the last one did not."""
    return Choice((f"{PARSER} {installed(PARSER)}",))


def page_choice(chosen: Settings, *alone: str) -> Choice:
    """The language of what is written for the house; `alone` as in `Choice`."""
    return Choice((f"language {chosen.language}",), alone=alone)


def pose_choice(chosen: Settings) -> Choice:
    """The estimator, its weights and the number of people."""
    others = tuple(module for name, module in _ESTIMATORS.items() if name != chosen.pose)
    values = (f"estimator {chosen.pose}", weights_version(chosen.pose_model), f"people {chosen.pose_people}")
    return Choice(values, (*others, *PREVIEWS))


def people_choice(chosen: Settings) -> Choice:
    """YOLO where it is the pose estimator, else our own network, whose weights the walk of the code finds."""
    if chosen.pose == "yolo":
        return Choice(("finder yolo", weights_version(chosen.pose_model)), (_PERSON_NETWORK,))
    return Choice(("finder network",), ("gametape.pose.yolo", "gametape.pose.estimators"))


def ball_choice(chosen: Settings) -> Choice:
    """The tracker, or the checkpoint that is chosen. The walk of the code finds the weights of our own network."""
    if chosen.ball == "motion":
        return Choice(("tracker motion",), (_NETWORK, _CHECKPOINT, *PREVIEWS))
    if chosen.ball in BALL_TRACKERS:
        return Choice(("tracker network",), (_MOTION, _CHECKPOINT, *PREVIEWS))
    in_folder = Path(chosen.models) / chosen.ball  # an absolute path stays as it is
    weights = weights_version(str(in_folder if in_folder.exists() else chosen.ball))
    return Choice((f"tracker {weights}",), (_MOTION, _NETWORK, *PREVIEWS))


def weights_version(model: str) -> str:
    """Version of weights: a digest of their content for a path, the name for weights of the model store.

    The digest of weights in the model store is in the list of known weights, which is code.
    """
    path = Path(model)
    if not model or not path.exists():
        return f"weights {model or 'default'}"
    digest = hashlib.sha256()
    for file in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return f"weights {digest.hexdigest()}"
