"""A measure with what it rests on: its sample size, errors, and where in the film it can be seen.

Belongs here: the shape of a measure. Does not belong here: measuring.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

CURVE_HZ = 120.0
"""Samples a second of a curve, whatever the film's frame rate."""


@dataclass(frozen=True, eq=False)
class Curve:
    """A measure as a function of time.

    Attributes:
        time_s: (k,) seconds, CURVE_HZ a second.
        value: (k,) in the measure's unit; NaN where unknown or outside the time that the measure looks at.
    """

    time_s: np.ndarray
    value: np.ndarray


@dataclass(frozen=True)
class Action:
    """A measure of one action: from when to when, where it is worst, its value."""

    start_s: float
    end_s: float
    worst_s: float
    value: float


@dataclass(frozen=True)
class Measure:
    """A measure of a film, the ball or a person.

    Attributes:
        metric, unit, method: What is measured, in which unit, and how.
        value: None where it is not known; `reason` says why.
        n: Samples it rests on.
        spread: Standard deviation of these, or the like.
        start_s, end_s: First and last second used.
        reason: Text of a `Reason`.
        seen: Share of the samples in its time at which the joints it needs were usable.
        joints: Mean confidence of these joints.
        curve: The quantity that it sums up, where that is a function of time.
        actions: The actions that it sums up, where it is measured at actions.
        error: Standard error, where it is known.
        repeats: How often it was seen, where that is not the number of `actions`.
        scatter: Standard error by the scatter of these; None: fewer than two.
        by_court: Does it rest on the metres of the calibrated picture?
    """

    metric: str
    unit: str
    method: str
    value: float | None = None
    n: int = 0
    spread: float | None = None
    start_s: float | None = None
    end_s: float | None = None
    reason: str | None = None
    seen: float = 0.0
    joints: float = 0.0
    curve: Curve | None = None
    actions: tuple[Action, ...] = ()
    error: float | None = None
    repeats: int | None = None
    scatter: float | None = None
    by_court: bool = False

    @property
    def times_seen(self) -> int | None:
        """How often it was seen: actions, 0 where none stands out. None: it is no count of repeats."""
        return self.repeats if self.repeats is not None else len(self.actions) or None

    @property
    def has_evidence(self) -> bool:
        """Can it be shown in the film?"""
        return self.curve is not None or bool(self.actions)
