"""A person's body over a film: the moments of the actions, the playing hand, the leg in front.

Belongs here: what several measures need to know of the person. Does not belong here: the measures
(coaching_measures.py, wrist_measures.py, range_measures.py), choosing the person. Lengths are in body heights: the
person's own standing height in the picture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gametape.base.reason import Reason
from gametape.film.sidecar import Player, Sidecar
from gametape.movement.curves import EVER, highest, part, peak_time, without_edges
from gametape.movement.motion import GRID_HZ, MIN_RATE_HZ, WRIST_CUTOFF_HZ, Motion
from gametape.sports.rules import Actions, Span

CLEAR_DOMINANCE = 1.15
"""Speed of the faster wrist over the other's from which its hand is the playing hand."""
BOTH_HANDS = Reason("both_hands_hold")
"""Why the hands' speeds and places tell nothing of a bat or club."""
SURE_DOMINANCE = 1.3
"""The same ratio from which the playing hand tells the leg in front."""
SURE_WRIST = 0.65
"""Confidence of a wrist whose speed counts."""
FASTEST_HAND = 12.0
"""A faster wrist, body heights/s, is a keypoint that jumped: a fast bowler's reaches about 10."""
EDGE_S = 0.05
"""Seconds at either end of a run of samples in which a speed does not count: the filter knows one side only."""
STILL_HAND = 0.05
"""Heights a second below which a ratio of speeds means nothing."""
NEAR_ACTION_S = 0.1
"""Seconds to either side of an action within which the wrists' speeds are compared."""
TRAVEL_S = 0.4
"""Seconds before a moment over which the player's travel is looked at."""
TRAVEL_HEIGHTS = 0.25
"""A move across the picture that shows which way the player goes."""
LEAD_HEIGHTS = 0.05
"""Distance between the ankles from which one is in front."""
FACING_HEIGHTS = 0.02
"""Distance of the nose from the ears from which it shows where the player faces."""
MORE_OFTEN = 1.2
"""Times as often as the nose that the ears must be seen to stand for the head."""
HANDEDNESS = "the sidecar says so"
ALL_TIME = "all the time the player is seen, no action standing out"
"""Which spans a measure looks at where there is no action."""


@dataclass(frozen=True)
class Dominance:
    """The playing hand.

    Attributes:
        side: left or right; None where it is not clear, see `reason`.
        ratio: Peak speed of the right wrist over the left's at the actions, median; None where one is not seen.
        how: How the side is known.
    """

    side: str | None
    ratio: float | None
    how: str = ""
    reason: Reason | None = None


class Body:
    """The body of the person that `motion` is of; `rules` tell what an action is.

    `still` says that the film shows one picture all the time: then nothing is known of speeds and moments.
    """

    def __init__(
        self, motion: Motion, sidecar: Sidecar, player: Player, rules: Actions, still: Reason | None = None
    ) -> None:
        self.motion, self.player, self.rules, self._still = motion, player, rules, still
        self._sidecar = sidecar
        #: The playing hand by all strokes, where there are any: a film must not tell another one of some measure.
        self.by_strokes: Dominance | None = None

    # -- actions ------------------------------------------------------------------------------------------

    @cached_property
    def wrist_speed(self) -> dict[str, np.ndarray]:
        """(m,) speed of each wrist about the mid-hip, heights/s; NaN where the wrist is not surely seen or no hand
        is so fast: one that comes out from behind the body jumps to its place.
        """
        hip = self.motion.velocity("mid_hip", WRIST_CUTOFF_HZ)
        speeds = {}
        for side in ("left", "right"):
            about = self.motion.velocity(f"{side}_wrist", WRIST_CUTOFF_HZ) - hip
            sure = self.motion.confidence_on_grid(f"{side}_wrist") >= SURE_WRIST
            speed = np.hypot(*about.T) / self.motion.height
            speeds[side] = without_edges(np.where(sure & (speed <= FASTEST_HAND), speed, np.nan), EDGE_S)
        return speeds

    @property
    def hand_speed(self) -> np.ndarray:
        """(m,) speed of the faster wrist, heights/s."""
        return np.fmax(*self.wrist_speed.values())

    @cached_property
    def actions(self) -> tuple[float, ...]:
        """Seconds of the fastest moments of the hands."""
        from scipy.signal import find_peaks

        if self.too_slow:
            return ()
        speed = np.nan_to_num(self.hand_speed)
        if speed.max() < self.rules.min_speed:
            return ()
        level = max(self.rules.min_speed, self.rules.share_of_peak * speed.max())
        apart = max(1, round(self.rules.apart_s * GRID_HZ))
        peaks, _ = find_peaks(np.pad(speed, 1), height=level, distance=apart)
        inner = [p - 1 for p in peaks if speed[max(0, p - 2) : p + 1].all()]  # the edge of what is known is no peak
        return tuple(peak_time(self.motion.grid, speed, p) for p in inner)

    @property
    def too_slow(self) -> Reason | None:
        """Why the poses, or the pictures, are too few a second for speeds and moments; None where they are not."""
        if self._still:
            return self._still
        if self.motion.rate >= MIN_RATE_HZ and len(self.motion.grid) > 1:
            return None
        return Reason("poses_too_seldom", rate=self.motion.rate, needed=MIN_RATE_HZ)

    @property
    def no_action(self) -> Reason | None:
        """Why there is no action; None where there is one."""
        if self.actions:
            return None
        if self.too_slow:
            return self.too_slow
        speed = self.hand_speed
        if not np.isfinite(speed).any():
            return Reason("hands_and_hips_never_seen")
        if (fastest := np.nanmax(speed)) >= self.rules.min_speed:
            return Reason("action_cut_off")
        return Reason("hands_too_slow", speed=fastest, needed=self.rules.min_speed)

    def around_actions(self, window: Span) -> list[Span]:
        """A span around each action, from `window[0]` to `window[1]` seconds after it."""
        return [(at + window[0], at + window[1]) for at in self.actions]

    @property
    def watched(self) -> tuple[list[Span], str]:
        """The spans that measures over time look at, and in words which these are."""
        if not self.actions:
            return [EVER], ALL_TIME
        before, after = self.rules.window_s
        moments = "moment" if len(self.actions) == 1 else f"{len(self.actions)} moments"
        words = f"within {-before:g} s before to {after:g} s after the hands' fastest {moments}"
        return self.around_actions(self.rules.window_s), words

    # -- sides --------------------------------------------------------------------------------------------

    @cached_property
    def dominance(self) -> Dominance:
        """The playing hand: as the sidecar gives it, else, where one hand plays, the clearly faster one."""
        ratios = [ratio for at in self.actions if (ratio := self._right_over_left(at)) is not None]
        ratio = float(np.exp(np.median(np.log(ratios)))) if ratios else None
        if self.player.handedness:
            return Dominance(self.player.handedness, ratio, HANDEDNESS)
        if self.by_strokes:
            return replace(self.by_strokes, ratio=ratio)
        if self.rules.two_handed:
            return Dominance(None, ratio, reason=BOTH_HANDS)
        if ratio is None:
            return Dominance(None, None, reason=self.no_action or Reason("wrist_not_surely_seen"))
        if max(ratio, 1 / ratio) < CLEAR_DOMINANCE:
            return Dominance(None, ratio, reason=Reason("hands_alike", ratio=ratio, needed=CLEAR_DOMINANCE))
        return Dominance("right" if ratio > 1 else "left", ratio, f"the faster wrist, right over left {ratio:.2f}")

    def _right_over_left(self, moment: float) -> float | None:
        """Peak speed of the right wrist over the left's near a moment; None if one is not seen."""
        near = part(self.motion.grid, (moment - NEAR_ACTION_S, moment + NEAR_ACTION_S))
        left, right = (highest(self.wrist_speed[side][near]) for side in ("left", "right"))
        return None if left is None or right is None else max(right, STILL_HAND) / max(left, STILL_HAND)

    def front_leg(self, moment: float) -> tuple[str | None, str]:
        """The leg in front at a moment.

        By the way the player travels, before a fixed camera; else opposite to the playing hand, as the sidecar gives it
        or, where one hand plays, as seen; else by the way the nose points.

        Returns:
            Its side and how it is known, or None and the `Reason`.
        """
        at = self._index(moment)
        height = self.motion.height[at]
        left, right = (self.motion.position(f"{side}_ankle")[at, 0] for side in ("left", "right"))
        lead = (left - right) / height

        def ahead(way: float) -> str | None:
            if not abs(lead) >= LEAD_HEIGHTS:  # NaN too
                return None
            return "left" if lead * way > 0 else "right"

        if self._sidecar.camera.motion != "moving":
            hip = self.motion.position("mid_hip")[:, 0]
            travel = (hip[at] - hip[self._index(moment - TRAVEL_S)]) / height
            if abs(travel) >= TRAVEL_HEIGHTS and (side := ahead(travel)):
                return side, "the way the player travels"
        if self.player.handedness:
            return _other(self.player.handedness), "opposite to the playing hand, which the sidecar tells"
        side, ratio = self.dominance.side, self.dominance.ratio
        if side and ratio and max(ratio, 1 / ratio) >= SURE_DOMINANCE and self.rules.one_handed:
            return _other(side), "opposite to the hand that is seen to play"
        nose, ear = (self.motion.position(point)[at, 0] for point in ("nose", "mid_ear"))
        facing = (nose - ear) / height
        if abs(facing) >= FACING_HEIGHTS and (side := ahead(facing)):
            return side, "the way the nose points"
        return None, Reason("front_leg_not_clear")

    @cached_property
    def head_point(self) -> str:
        """The head's point: the nose, or the middle of the ears where that is seen clearly more often (a player
        seen from behind). One for the whole film: a change of point would look like a movement.
        """
        nose, ears = (self.motion.usable((point,)).sum() for point in ("nose", "mid_ear"))
        return "mid_ear" if ears > MORE_OFTEN * nose else "nose"

    def _index(self, moment: float) -> int:
        return int(np.clip(np.searchsorted(self.motion.grid, moment), 0, len(self.motion.grid) - 1))


def _other(side: str) -> str:
    return "left" if side == "right" else "right"
