"""What happens to the ball: hits, bounces and impacts, from its trajectory alone.

Belongs here: telling events from a trajectory, the network that does, its training and its evaluation. Does not belong
here: finding the ball (`gametape.ball`), whose hit it was and how it was made (`gametape.coaching`).
"""

from gametape.ball.events.find import find_events

__all__ = ["find_events"]
