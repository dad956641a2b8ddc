"""The choice of what finds the ball's candidates.

Belongs here: which finder a setting names. Does not belong here: the finders.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gametape.base.model_store import ModelStore
from gametape.base.settings import BALL_TRACKERS, Settings

if TYPE_CHECKING:
    from gametape.ball.candidates import CandidateSource


def source_for(settings: Settings) -> CandidateSource:
    """The finder that the settings ask for.

    Raises:
        BadInput: The checkpoint belongs to no known family of networks.
        Unavailable: The file, or what runs it, cannot be had.
    """
    if settings.ball == "motion":
        from gametape.ball.frame_difference import MotionCandidates

        return MotionCandidates()
    from gametape.base.device import choose_device

    device = choose_device(settings.device)
    if settings.ball in BALL_TRACKERS:
        from gametape.ball.network import NetworkCandidates

        return NetworkCandidates(device)
    from gametape.ball.checkpoints import CheckpointCandidates

    return CheckpointCandidates(checkpoint(settings), device)


def checkpoint(settings: Settings) -> Path:
    """The file that `settings.ball` names: a path, a file in the folder GAMETAPE_MODELS, or a name in the model store.

    Raises:
        Unavailable: It is none of them.
    """
    named = Path(settings.ball)
    beside = Path(settings.models) / named if settings.models and "://" not in settings.models else named
    found = next((path for path in (named, beside) if path.exists()), None)
    return found or ModelStore.of(settings, known={}).fetch(settings.ball, setting="GAMETAPE_BALL")
