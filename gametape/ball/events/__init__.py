"""Events of the ball: hits, bounces and impacts, from its trajectory alone.

Belongs here: finding events in a trajectory, and the network that does. Does not belong here: finding the ball
(`gametape.ball`), training the network (`gametape.training`), who hit it and how (`gametape.strokes`).
"""

from gametape.ball.events.find import find_events

__all__ = ["find_events"]
