"""People's bodies: where their joints are in each frame, who is who over the film, and the angles of the joints.

Belongs here: pose estimators, linking people into tracks, choosing the subject, repair, angles and their drawing. Does
not belong here: what an angle means for a player (coaching), accuracy (evaluation).

The steps are `estimate` (costly) and `people`, or `estimate_wanted` and `followed_people` where players are
followed; then `repaired` and `joint_angles`. Estimators are loaded when they are used.
"""

from gametape.pose.angles import joint_angles
from gametape.pose.draw import draw_people, draw_skeleton
from gametape.pose.estimators import default_weights
from gametape.pose.people import people
from gametape.pose.pipeline import estimate
from gametape.pose.repair import repaired
from gametape.pose.wanted import estimate_wanted, followed_people

__all__ = [
    "default_weights", "draw_people", "draw_skeleton", "estimate", "estimate_wanted", "followed_people", "joint_angles",
    "people", "repaired",
]  # fmt: skip
