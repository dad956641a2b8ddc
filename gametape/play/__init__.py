"""Flights of the ball with their speeds, rallies, and pictures of both.

Belongs here: what follows from trajectory, events and calibration together. Does not belong here: where the ball is
(`gametape.ball`), where the court is (`gametape.geometry`), what a coach says about it (`gametape.coaching`).
"""

from gametape.play.flights import ball_flights
from gametape.play.rallies import rallies

__all__ = ["ball_flights", "rallies"]
