"""The project's own ball network, of the TrackNet family.

Belongs here: its shape, running it, candidates from its heat maps. Does not belong here: which candidate is the ball
(`ball.association`), training (`gametape.training`).
"""

from gametape.ball.network.source import NetworkCandidates

__all__ = ["NetworkCandidates"]
