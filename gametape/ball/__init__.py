"""The ball: where it is in each frame of a film.

Belongs here: candidates, the path through them, the trajectory, its events, its picture and its evaluation.
Does not belong here: reading films (`gametape.media`), what the trajectory says of play (`gametape.coaching`).
"""

from gametape.ball.events.evaluate import evaluate_events
from gametape.ball.plot import plot_trajectory
from gametape.ball.tracking import track

__all__ = ["evaluate_events", "plot_trajectory", "track"]
