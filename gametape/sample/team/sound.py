"""What is heard in the team film: sticks, boards, and a whistle at each change.

Belongs here: when. Does not belong here: how it sounds (`gametape.sample.soundtrack`).

The times are irregular, so that sound that is moved against the pictures can be told from sound that is not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: Seconds between two knocks.
_BETWEEN_S = (0.35, 1.6)
#: Of the knocks so many are at the boards.
_AT_BOARDS = 0.3
#: Nothing else is heard so near to a whistle, seconds.
_CLEAR_S = 0.3


@dataclass(frozen=True)
class Heard:
    """A sound: stick, boards or whistle, and when it begins, seconds."""

    kind: str
    time_s: float


def heard(seconds: float, shift_s: float, seed: int) -> list[Heard]:
    """All sounds of a film, in order of time.

    Args:
        seconds: Length of the film.
        shift_s: Length of a shift; a whistle ends each.
        seed: Chooses the times.
    """
    random = np.random.default_rng((seed, 5))
    whistles = np.arange(shift_s, seconds, shift_s)
    sounds = [Heard("whistle", float(at)) for at in whistles]
    at = float(random.uniform(*_BETWEEN_S))
    while at < seconds:
        if not len(whistles) or np.abs(whistles - at).min() > _CLEAR_S:
            sounds.append(Heard("boards" if random.random() < _AT_BOARDS else "stick", at))
        at += float(random.uniform(*_BETWEEN_S))
    return sorted(sounds, key=lambda one: one.time_s)
