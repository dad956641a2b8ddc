"""What the ball's trajectory says of play: flights with their speeds, rallies, their pictures.

Belongs here: what is told of trajectory, events and calibration together. Does not belong here: where the ball is
(`gametape.ball`), where the court is (`gametape.geometry`), what a coach says of it (`gametape.coaching`).
"""

from gametape.play.flights import ball_flights
from gametape.play.rallies import rallies

__all__ = ["ball_flights", "rallies"]
