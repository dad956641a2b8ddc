"""What networks of events find in tracks that they were not fitted to: accuracy, and the confidence fitted to it.

Belongs here: answers, counts, calibration. Does not belong here: fitting networks (`train`), the evaluation of what
films show (`gametape.evaluation`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.events import find
from gametape.evaluation.events import KINDS, Count, count

if TYPE_CHECKING:
    from gametape.sports.contacts import Contacts
    from gametape.training.events.train import Track


@dataclass(frozen=True)
class Answer:
    """Candidates in a held-out point and its labelled events, in seconds from the point's first frame.

    Attributes:
        found: The candidates of each stretch, in order of time.
        labelled: Kind and time of each label.
    """

    found: tuple[list[find.EventCandidate], ...]
    labelled: tuple[tuple[str, float], ...]


def answers(tracks: Sequence[Track], nets: list[dict[str, np.ndarray]]) -> list[Answer]:
    """What the networks find in each track."""
    return [Answer(tuple(find.event_candidates(one.times, one.places, nets)), one.events) for one in tracks]


def judge(
    predictions: Sequence[Answer], calibration: find.PlattScaling, least: float, fps: float, order: Contacts | None
) -> dict[str, Count]:
    """Counts of right, wrong and missed events by kind, of events with a confidence of at least `least`."""
    totals = {kind: Count() for kind in KINDS}
    for one in predictions:
        told = find.likeliest(list(one.found), order, calibration)
        for kind in KINDS:
            found = [c.time * fps for c, sure in told if c.kind == kind and sure >= least]
            labelled = [moment * fps for name, moment in one.labelled if name == kind]
            totals[kind] += count([round(f) for f in found], [round(f) for f in labelled])
    return totals


def calibrate(predictions: Sequence[Answer], fps: float) -> tuple[find.PlattScaling, dict[str, float]]:
    """Platt scaling by kind: logistic regression of whether an event is right on its strength.

    Impacts have no labels and use the scaling of hits.

    Returns:
        The scaling, and the expected calibration error (mean gap between confidence and share right over ten bins).
    """
    slope, bias, error = {}, {}, {}
    for kind in KINDS:
        strength, right = [], []
        for one in predictions:
            labelled = [moment * fps for name, moment in one.labelled if name == kind]
            own = [c for stretch in one.found for c in stretch if c.kind == kind]
            for c in sorted(own, key=lambda c: -c.strength):
                near = [moment for moment in labelled if abs(round(c.time * fps) - round(moment)) <= 5]
                if near:
                    labelled.remove(near[0])
                strength.append(c.strength)
                right.append(bool(near))
        s, r = np.array(strength), np.array(right, float)
        w = np.array([1.0, 0.0])
        shape = np.stack([s, np.ones_like(s)], 1)
        for _ in range(50):  # Newton's method
            p = 1 / (1 + np.exp(-shape @ w))
            w += np.linalg.solve((shape.T * (p * (1 - p))) @ shape + 1e-6 * np.eye(2), shape.T @ (r - p))
        slope[kind], bias[kind] = float(w[0]), float(w[1])
        p = 1 / (1 + np.exp(-shape @ w))
        bins = np.minimum((p * 10).astype(int), 9)
        error[kind] = round(sum(abs((r - p)[bins == b].sum()) for b in range(10)) / len(p), 4)
    slope["impact"], bias["impact"] = slope["hit"], bias["hit"]
    return find.PlattScaling(slope, bias), error


def within(predictions: Sequence[Answer]) -> list[Answer]:
    """The predictions from 0.25 s before each point's first label to 0.25 s after its last, where all is labelled."""
    inside = []
    for one in predictions:
        if one.labelled:
            first, last = one.labelled[0][1] - 0.25, one.labelled[-1][1] + 0.25
            found = tuple([c for c in stretch if first <= c.time <= last] for stretch in one.found)
            inside.append(replace(one, found=found))
    return inside
