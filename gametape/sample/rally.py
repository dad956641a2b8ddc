"""The rally of the sample film: who moves how, and where the ball flies.

Belongs here: the random choice of strokes, and player and ball put together. Does not belong here: how the player moves
(animation.py), the ball's physics (ball_physics.py).
"""

import numpy as np

from gametape.sample import ball_physics
from gametape.sample.animation import Motion, Stroke

#: Time of the first stroke in seconds: the film begins while the ball is in flight.
_FIRST_STROKE_S = -0.60
#: Shortest and longest time between two strokes, seconds.
_BETWEEN_STROKES_S = (1.40, 1.52)
#: The player's place differs by at most this much from stroke to stroke, x and y, metres.
_WANDER_M = (0.16, 0.12)
#: Lowest and highest contact against the usual one, metres.
_RAISE_M = (-0.04, 0.10)


def play_rally(seconds: float, seed: int) -> tuple[Motion, ball_physics.Rally]:
    """Play a rally that fills a film of this length; the same for any frame rate.

    Args:
        seconds: Length of the film.
        seed: Chooses the strokes.

    Returns:
        The player's motion and the ball's flight.
    """
    random = np.random.default_rng([seed, 0])
    strokes = [Stroke(_FIRST_STROKE_S, (0.0, 0.0), 0.0)]
    while strokes[-1].time_s < seconds + 1.0:
        strokes.append(
            Stroke(
                strokes[-1].time_s + random.uniform(*_BETWEEN_STROKES_S),
                (random.uniform(-_WANDER_M[0], _WANDER_M[0]), random.uniform(-_WANDER_M[1], _WANDER_M[1])),
                random.uniform(*_RAISE_M),
            )
        )
    motion = Motion(strokes)
    rally = ball_physics.simulate_rally(
        np.array([stroke.time_s for stroke in strokes]), motion.contacts(ball_physics.RADIUS)
    )
    times = np.arange(strokes[0].time_s, strokes[-1].time_s, 1 / 120)
    motion.look_at(times, rally.state(times)[:, :3])
    return motion, rally
