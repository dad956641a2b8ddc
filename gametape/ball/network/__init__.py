"""A small network of the TrackNet family that sees balls: its shape, its training, its use.

Belongs here: everything that knows the network. Does not belong here: which candidate is the ball (`ball.path`).
"""

from gametape.ball.network.source import NetworkCandidates

__all__ = ["NetworkCandidates"]
