"""People's bodies: where their joints are in each frame, who is who over the film, and the angles of the joints.

Belongs here: estimators, linking, angles, their drawing and their evaluation. Does not belong here: what an angle
means for a player (coaching). Estimators load when they are used.
"""

from gametape.pose.angles import joint_angles
from gametape.pose.draw import draw_skeleton
from gametape.pose.estimators import default_weights
from gametape.pose.pipeline import estimate

__all__ = ["default_weights", "draw_skeleton", "estimate", "joint_angles"]
