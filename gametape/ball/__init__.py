"""The ball: where it is in each frame of a film.

Belongs here: candidates, their association to tracks, the trajectory, its events and its picture. Does not belong here:
reading films (`gametape.media`), flights and rallies (`gametape.play`).
"""

from gametape.ball.plot import plot_trajectory
from gametape.ball.tracking import track

__all__ = ["plot_trajectory", "track"]
