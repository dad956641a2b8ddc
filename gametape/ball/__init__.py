"""The ball: where it is in each frame of a film.

Belongs here: candidates, the path through them, the trajectory, its events and its picture.
Does not belong here: reading films (`gametape.media`), what the trajectory says of play (`gametape.coaching`).
"""

from gametape.ball.plot import plot_trajectory
from gametape.ball.tracking import track

__all__ = ["plot_trajectory", "track"]
