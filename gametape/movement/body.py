"""Measures of one person's movement, each with what it rests on.

Belongs here: the definitions (docs/metrics.md says them in words, with their reasons). Does not belong here:
choosing the person, scores, findings. Lengths are in body heights: the person's own standing height in the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from gametape.base.reason import Reason
from gametape.film.sidecar import Player, Sidecar
from gametape.movement.measure import Action, Curve, Measure
from gametape.movement.motion import GRID_HZ, MIN_RATE_HZ, WRIST_CUTOFF_HZ, Motion, derivative
from gametape.sports.rules import Actions, Span

MIN_SAMPLES = 8
STEADY_S = 1.0
# Two peaks so far apart, so nearly as high, with such a dip between: which is meant cannot be told.
TWO_PEAKS_S, TWO_PEAKS_SHARE, TWO_PEAKS_DIP = 0.06, 0.8, 0.1
CLEAR_DOMINANCE = 1.15  # the faster wrist over the other, from which it is the dominant one
SURE_DOMINANCE = 1.3
SURE_WRIST = 0.65  # confidence of a wrist whose speed counts
EDGE_S = 0.05  # at either end of a run of samples, where a filter knows one side only
STILL_HAND = 0.05  # heights/s; below, a ratio of speeds says nothing
TRAVEL_HEIGHTS = 0.25  # a move across the picture that shows which way the player goes
LEAD_HEIGHTS = 0.05  # between the ankles, from which one is in front
# Breadth of the shoulders over the standing height (Drillis & Contini 1966, in Winter), and the part of it that must be
# seen in nine tenths of an action for its turning to be timed: end on, one shoulder hides the other.
SHOULDER_BREADTH, LEAST_BREADTH = 0.259, 0.25


class Body:
    """Measures of the person that `motion` is of."""

    def __init__(self, motion: Motion, sidecar: Sidecar, player: Player, actions: Actions) -> None:
        self.motion, self._sidecar, self._player, self._rules = motion, sidecar, player, actions

    # -- when things happen -------------------------------------------------------------------------------

    @cached_property
    def wrist_speed(self) -> dict[str, np.ndarray]:
        """(m,) speed of each wrist about the mid-hip, heights/s; NaN where the wrist is not surely seen: a hand that
        comes out from behind the body jumps to its place faster than any hand moves."""
        hip = self.motion.velocity("mid_hip", WRIST_CUTOFF_HZ)
        speeds = {}
        for wrist in ("left_wrist", "right_wrist"):
            about = self.motion.velocity(wrist, WRIST_CUTOFF_HZ) - hip
            sure = self.motion.confidence_on_grid(wrist) >= SURE_WRIST
            speed = np.where(sure, np.hypot(*about.T) / self.motion.height, np.nan)
            speeds[wrist.split("_")[0]] = _without_edges(speed, EDGE_S)
        return speeds

    @cached_property
    def actions(self) -> tuple[float, ...]:
        """Seconds of the fastest moments of the hands."""
        from scipy.signal import find_peaks

        if not self._fast_enough:
            return ()
        speed = np.nan_to_num(np.fmax(*self.wrist_speed.values()))
        if speed.max() < self._rules.min_speed:
            return ()
        level = max(self._rules.min_speed, self._rules.share_of_peak * speed.max())
        apart = max(1, round(self._rules.apart_s * GRID_HZ))
        peaks, _ = find_peaks(np.pad(speed, 1), height=level, distance=apart)
        inner = [p - 1 for p in peaks if speed[max(0, p - 2) : p + 1].all()]  # the edge of what is known is no peak
        return tuple(peak_time(self.motion.grid, speed, p) for p in inner)

    @property
    def _fast_enough(self) -> bool:
        return self.motion.rate >= MIN_RATE_HZ and len(self.motion.grid) > 1

    @property
    def too_slow(self) -> Reason | None:
        return None if self._fast_enough else Reason("poses_too_seldom", rate=self.motion.rate, needed=MIN_RATE_HZ)

    def _no_action(self) -> Reason | None:
        if self.actions:
            return None
        if self.too_slow:
            return self.too_slow
        speed = np.fmax(*self.wrist_speed.values())
        if not np.isfinite(speed).any():
            return Reason("hands_and_hips_never_seen")
        return Reason("hands_too_slow", speed=np.nanmax(speed), needed=self._rules.min_speed)

    def _about_actions(self, window: Span) -> list[Span]:
        return [(t + window[0], t + window[1]) for t in self.actions]

    @property
    def _watched(self) -> tuple[list[Span], str]:
        if self.actions:
            before, after = self._rules.window_s
            spans, told = self._about_actions(self._rules.window_s), f"{-before:g} s before to {after:g} s after"
            return spans, f"within {told} the hands' fastest {_moments(len(self.actions))}"
        return [(-np.inf, np.inf)], "all the time the player is seen, no action standing out"

    # -- sides --------------------------------------------------------------------------------------------

    @cached_property
    def dominance(self) -> tuple[str | None, float | None, str]:
        """(side or None, peak speed right over left at the actions, how the side is known or why it is not)."""
        ratios = [r for t in self.actions if (r := self._hands_at(t)) is not None]
        ratio = float(np.exp(np.median(np.log(ratios)))) if ratios else None
        if self._player.handedness:
            return self._player.handedness, ratio, "the sidecar says so"
        if not self.actions:
            return None, None, self._no_action() or ""
        if ratio is None:
            return None, None, Reason("wrist_not_surely_seen")
        if max(ratio, 1 / ratio) < CLEAR_DOMINANCE:
            return None, ratio, Reason("hands_alike", ratio=ratio, needed=CLEAR_DOMINANCE)
        return ("right" if ratio > 1 else "left"), ratio, f"the faster wrist, right over left {ratio:.2f}"

    def _hands_at(self, moment: float) -> float | None:
        """Peak speed of the right wrist over the left's within 0.1 s of a moment; None if one is not seen."""
        near = self._part((moment - 0.1, moment + 0.1))
        left, right = (_top(self.wrist_speed[side][near]) for side in ("left", "right"))
        return None if left is None or right is None else max(right, STILL_HAND) / max(left, STILL_HAND)

    def front_leg(self, moment: float) -> tuple[str | None, str]:
        """(side or None, how it is known) of the leg in front at a moment.

        By the way the player travels, before a fixed camera; else opposite to the playing hand, as told or, where
        one hand plays, as seen; else by the way the nose points. None where none of these tells.
        """
        at = self._at(moment)
        height = self.motion.height[at]
        left, right = (self.motion.position(f"{s}_ankle")[at, 0] for s in ("left", "right"))
        lead = (left - right) / height

        def ahead(way: float) -> str | None:
            if not abs(lead) >= LEAD_HEIGHTS:  # NaN too
                return None
            return "left" if lead * way > 0 else "right"

        if self._sidecar.camera.motion != "moving":
            hip = self.motion.position("mid_hip")[:, 0]
            travel = (hip[at] - hip[self._at(moment - 0.4)]) / height
            if abs(travel) >= TRAVEL_HEIGHTS and (side := ahead(travel)):
                return side, "the way the player travels"
        if self._player.handedness:
            return _other(self._player.handedness), "opposite to the playing hand, which the sidecar tells"
        side, ratio, _ = self.dominance
        if side and ratio and max(ratio, 1 / ratio) >= SURE_DOMINANCE and self._rules.one_handed:
            return _other(side), "opposite to the hand that is seen to play"
        nose, ear = (self.motion.position(p)[at, 0] for p in ("nose", "mid_ear"))
        facing = (nose - ear) / height
        if abs(facing) >= 0.02 and (side := ahead(facing)):
            return side, "the way the nose points"
        return None, Reason("front_leg_not_clear")

    # -- the five -----------------------------------------------------------------------------------------

    def head_stability(self) -> Measure:
        point = self.head_point
        name, unit = "head_stability", "heights/s"
        method = f"root mean square velocity of the {_said(point)} about its own mean velocity, over the body height"
        if self.too_slow:
            return Measure(name, unit, method, reason=self.too_slow)
        velocity = self.motion.velocity(point) / self.motion.height[:, None]
        unsteady = np.full_like(velocity, np.nan)
        for span in self._steady_spans():
            part = self._part(span)
            known = np.isfinite(velocity[part]).all(1)
            if known.any():
                unsteady[part] = velocity[part] - velocity[part][known].mean(axis=0)
        return self._over_time(name, unit, method, np.hypot(*unsteady.T), (point,), value=_root_mean_square)

    def _steady_spans(self) -> list[Span]:
        """Stretches in each of which an even travel of the head, or of the camera, is no unsteadiness."""
        spans, _ = self._watched
        if self.actions or not len(self.motion.grid):
            return spans
        start, end = self.motion.grid[[0, -1]]
        edges = np.linspace(start, end, max(1, round((end - start) / STEADY_S)) + 1)
        return list(pairwise(edges))

    def balance_drift(self) -> Measure:
        hip, ankle = (self.motion.position(p)[:, 0] for p in ("mid_hip", "mid_ankle"))
        return self._over_time(
            "balance_drift",
            "heights",
            "mean distance across the picture from mid-hip to mid-ankle, over the body height",
            np.abs(hip - ankle) / self.motion.height,
            ("mid_hip", "mid_ankle"),
        )

    def front_knee_brace(self) -> Measure:
        name, unit = "front_knee_brace", "deg"
        a, b = self._rules.knee_window_s
        method = f"smallest knee angle of the front leg from {-a:g} s before to {b:g} s after the hands' fastest moment"
        if reason := self._no_action():
            return Measure(name, unit, method, reason=reason)
        angles = {side: self.motion.angle(f"{side}_knee") for side in ("left", "right")}
        known = {side: self.motion.angle_samples(f"{side}_knee") for side in angles}
        found, reasons, ways, spans, sides = [], [], [], [], set()
        curve, used = np.full(len(self.motion.grid), np.nan), np.zeros(len(self.motion.times), bool)
        for moment in self.actions:
            side, how = self.front_leg(moment)
            if side is None:
                reasons.append(how)
                continue
            span = (moment + a, moment + b)
            part, samples = self._part(span), _part(self.motion.times, span)
            angle, times = angles[side][part], self.motion.grid[part]
            if not np.isfinite(angle).mean() >= 0.5:
                reasons.append(Reason("front_knee_not_seen"))
                continue
            worst = int(np.nanargmin(angle))
            found.append(Action(float(times[0]), float(times[-1]), float(times[worst]), float(angle[worst])))
            ways.append(f"{side}, by {how}")
            spans.append(span)
            sides.add(side)
            curve[part] = angle
            used[samples] = known[side][samples]
        if not found:
            return Measure(name, unit, method, reason=reasons[0])
        method = f"{method}, median of actions ({len(found)}); front leg: {'; '.join(dict.fromkeys(ways))}"
        legs = tuple(f"{side}_{joint}" for side in sorted(sides) for joint in ("hip", "knee", "ankle"))
        measure = self._of_actions(name, unit, method, found, legs, used, spans)
        return replace(measure, n=int(used.sum()), curve=Curve(self.motion.grid, curve))

    def hip_shoulder_separation_timing(self) -> Measure:
        name, unit = "hip_shoulder_separation_timing", "s"
        method = "time of the fastest shoulder turn less that of the fastest hip turn in each action, median"
        if reason := self._no_action():
            return Measure(name, unit, method, reason=reason)
        hips, shoulders = self._turn("hip"), self._turn("shoulder")
        found, reasons = [], []
        spans = self._about_actions(self._rules.turn_window_s)
        for moment, span in zip(self.actions, spans, strict=True):
            if why := self._end_on(span):
                reasons.append(why)
                continue
            (hip, why_hip), (shoulder, why_shoulder) = (self._turn_peak(turn, span) for turn in (hips, shoulders))
            if hip is None or shoulder is None:
                hips_fail = Reason("turn_of_hips", reason=why_hip) if hip is None else None
                reasons.append(hips_fail or Reason("turn_of_shoulders", reason=why_shoulder))
                continue
            found.append(Action(min(hip, shoulder), max(hip, shoulder), moment, shoulder - hip))
        if not found:
            return Measure(name, unit, method, reason=reasons[0])
        points = ("mid_hip", "mid_shoulder")
        used = self._samples_inside(spans) & self.motion.usable(points)
        return self._of_actions(name, unit, f"{method} of actions ({len(found)})", found, points, used, spans)

    def elbow_drop(self) -> Measure:
        side, _, how = self.dominance
        arms = (side,) if side else ("left", "right")
        told = f"{side} arm, {how}" if side else "mean of both arms, the playing arm not being known"
        below = np.mean([self._elbow_below(s) for s in arms], axis=0)
        points = tuple(f"{s}_{j}" for s in arms for j in ("elbow", "shoulder"))
        method = f"mean drop of the elbow below the shoulder over the body height; {told}"
        return self._over_time("elbow_drop", "heights", method, below, points)

    def elbow_drop_at_reach(self) -> Measure:
        name, unit = "elbow_drop_at_reach", "heights"
        side, _, how = self.dominance
        a, b = self._rules.reach_window_s
        method = (
            f"drop of the elbow below the shoulder when the playing hand is highest, from {-a:g} s before to {b:g} s "
            "after the hands' fastest moment, median of the actions"
        )
        if reason := self._no_action():
            return Measure(name, unit, method, reason=reason)
        if side is None:
            return Measure(name, unit, method, reason=Reason("playing_arm_not_clear", reason=how))
        below, hand = self._elbow_below(side), self.motion.position(f"{side}_wrist")[:, 1]
        found = []
        for moment in self.actions:
            part = self._part((moment + a, moment + b))
            height = np.where(np.isfinite(below[part]), hand[part], np.nan)
            if np.isfinite(height).any():
                top = part.start + int(np.nanargmin(height))
                when = float(self.motion.grid[top])
                found.append(Action(when - EDGE_S, when + EDGE_S, when, float(below[top])))
        if not found:
            return Measure(name, unit, method, reason=Reason("arm_not_seen_at_action", side=side))
        points = (f"{side}_elbow", f"{side}_shoulder", f"{side}_wrist")
        spans = [(i.start_s, i.end_s) for i in found]
        used = self._samples_inside(spans) & self.motion.usable(points)
        return self._of_actions(name, unit, f"{method}; {side} arm, {how}", found, points, used, spans)

    def coaching_measures(self) -> tuple[Measure, ...]:
        """The coaching measures (elbow twice: over the action, and where the hand is highest)."""
        return (
            self.head_stability(),
            self.balance_drift(),
            self.front_knee_brace(),
            self.hip_shoulder_separation_timing(),
            self.elbow_drop(),
            self.elbow_drop_at_reach(),
        )

    # -- the rest -----------------------------------------------------------------------------------------

    def ranges(self) -> Iterable[Measure]:
        """Ranges of the joints, the trunk's lean and the stance, over all the time they are seen."""
        everything = [(-np.inf, np.inf)]
        for joint in ("elbow", "shoulder", "hip", "knee"):
            for side in ("left", "right"):
                angle, known = self.motion.angle(f"{side}_{joint}"), self.motion.angle_samples(f"{side}_{joint}")
                yield from self._spread_of(f"{side}_{joint}", "deg", f"{side} {joint} angle", angle, known)
        lean, known = self.motion.angle("trunk_lean"), self.motion.angle_samples("trunk_lean")
        what = "lean of the trunk from the vertical, positive to the picture's right"
        yield self._whole("trunk_lean_mean", "deg", f"mean {what}", np.mean, lean, known)
        yield self._whole("trunk_lean_range", "deg", f"5th to 95th percentile of the {what}", _range, lean, known)
        apart = self.motion.position("left_ankle") - self.motion.position("right_ankle")
        stance = np.hypot(*apart.T) / self.motion.height
        known = self.motion.usable(("mid_ankle",)) & self._samples_inside(everything)
        yield self._whole(
            "stance_width", "heights", "median distance of the ankles over the body height", np.median, stance, known
        )

    def hands(self) -> Iterable[Measure]:
        """Peak wrist speed, when, and which hand."""
        side, ratio, how = self.dominance
        yield Measure(
            "dominant_wrist",
            "1 right, -1 left",
            f"which hand plays: {how}" if side else "the wrist with the clearly higher peak speed",
            None if side is None else (1.0 if side == "right" else -1.0),
            n=len(self.actions),
            start_s=self.motion.start,
            end_s=self.motion.end,
            reason=None if side else how,
        )
        yield Measure(
            "wrist_speed_ratio",
            "right/left",
            "peak wrist speed about the mid-hip within 0.1 s of the action, right over left; median of the actions",
            ratio,
            n=len(self.actions),
            reason=None if ratio else (self._no_action() or Reason("wrist_not_surely_seen")),
        )
        method = f"peak speed of the faster wrist about the mid-hip, low-passed at {WRIST_CUTOFF_HZ:g} Hz"
        speed = np.fmax(*self.wrist_speed.values())
        n = int(
            (
                self.motion.usable(("mid_hip",))
                & (self.motion.usable(("left_wrist",)) | self.motion.usable(("right_wrist",)))
            ).sum()
        )
        reason = self.too_slow or (
            None if n >= MIN_SAMPLES and np.isfinite(speed).any() else Reason("hands_and_hips_seldom_seen")
        )
        peak = when = None
        if reason is None:
            top = int(np.nanargmax(speed))
            peak, when = float(speed[top]), peak_time(self.motion.grid, np.nan_to_num(speed), top)
        height_m = self._player.height_m
        for name, unit, value, why in (
            ("peak_wrist_speed", "heights/s", peak, reason),
            ("peak_wrist_speed_time", "s", when, reason),
            (
                "peak_wrist_speed_metric",
                "m/s",
                peak * height_m if peak and height_m else None,
                reason or (None if height_m else Reason("height_not_given")),
            ),
        ):
            yield Measure(name, unit, method, value, n=n, start_s=when, end_s=when, reason=why)
        yield Measure(
            "actions",
            "count",
            f"peaks of the faster wrist's speed of at least {self._rules.min_speed:g} heights/s and "
            f"{self._rules.share_of_peak:.0%} of the fastest, {self._rules.apart_s:g} s apart",
            None if reason else float(len(self.actions)),
            n=n,
            start_s=self.motion.start,
            end_s=self.motion.end,
            reason=reason,
        )

    # -- helpers ------------------------------------------------------------------------------------------

    def _over_time(
        self,
        name: str,
        unit: str,
        method: str,
        values: np.ndarray,
        points: tuple[str, ...],
        value: Callable[[np.ndarray], float] = np.mean,
    ) -> Measure:
        """A measure of a quantity over the watched time."""
        spans, when = self._watched
        method = f"{method}; {when}"
        used = self._samples_inside(spans) & self.motion.usable(points)
        shown = np.where(self._inside(spans), values, np.nan)
        known = shown[np.isfinite(shown)]
        n = int(used.sum())
        if n < MIN_SAMPLES or len(known) < 2:
            reason = Reason("joints_seldom_seen", joints=points, n=n, needed=MIN_SAMPLES)
            return Measure(name, unit, method, n=n, reason=reason)
        times = self.motion.grid[np.isfinite(shown)]
        return Measure(
            name,
            unit,
            method,
            value=float(value(known)),
            n=n,
            spread=float(np.std(known)),
            start_s=float(times[0]),
            end_s=float(times[-1]),
            seen=self._seen(used, spans),
            joints=float(self.motion.confidence(points)[used].mean()),
            curve=Curve(self.motion.grid, shown),
        )

    def _of_actions(
        self,
        name: str,
        unit: str,
        method: str,
        found: list[Action],
        points: tuple[str, ...],
        used: np.ndarray,
        spans: list[Span],
    ) -> Measure:
        """The median of the actions' values; `used` are the samples in the `spans` that they rest on."""
        values = [i.value for i in found]
        return Measure(
            name,
            unit,
            method,
            value=float(np.median(values)),
            n=len(found),
            spread=float(np.std(values)) if len(values) > 1 else None,
            start_s=min(i.start_s for i in found),
            end_s=max(i.end_s for i in found),
            seen=self._seen(used, spans),
            joints=float(self.motion.confidence(points)[used].mean()) if used.any() else 0.0,
            actions=tuple(found),
        )

    def _whole(
        self,
        name: str,
        unit: str,
        method: str,
        value: Callable[[np.ndarray], float],
        values: np.ndarray,
        known: np.ndarray,
    ) -> Measure:
        """A measure over all the time a quantity is known."""
        finite = np.isfinite(values)
        n = int(known.sum())
        if n < MIN_SAMPLES or not finite.any():
            return Measure(name, unit, method, n=n, reason=Reason("samples_too_few", n=n, needed=MIN_SAMPLES))
        times = self.motion.grid[finite]
        return Measure(
            name,
            unit,
            method,
            float(value(values[finite])),
            n,
            float(np.std(values[finite])),
            float(times[0]),
            float(times[-1]),
        )

    def _spread_of(self, name: str, unit: str, what: str, values: np.ndarray, known: np.ndarray) -> Iterable[Measure]:
        for part, told, value in (
            ("min", "5th percentile", lambda v: np.quantile(v, 0.05)),
            ("max", "95th percentile", lambda v: np.quantile(v, 0.95)),
            ("range", "5th to 95th percentile", _range),
            ("median", "median", np.median),
        ):
            yield self._whole(f"{name}_{part}", unit, f"{told} of the {what}", value, values, known)

    @cached_property
    def head_point(self) -> str:
        """The head's point: the nose, or the middle of the ears where that is seen clearly more often (a player
        seen from behind). One for the whole film: a change of point would look like a movement."""
        nose, ears = (self.motion.usable((p,)).sum() for p in ("nose", "mid_ear"))
        return "mid_ear" if ears > 1.2 * nose else "nose"

    def _elbow_below(self, side: str) -> np.ndarray:
        """(m,) heights; the picture's y grows downwards."""
        elbow, shoulder = (self.motion.position(f"{side}_{j}")[:, 1] for j in ("elbow", "shoulder"))
        return (elbow - shoulder) / self.motion.height

    def _turn(self, line: str) -> np.ndarray:
        """(m,) degrees/s at which the line between the hips or shoulders turns.

        The speed of one end about the other over the line's own length (its 95th percentile): for a turn in the
        picture plane the exact angular speed, for a turn about the spine its part that the camera sees. Unlike
        the difference of the line's angle it needs no unwrapping and is not all noise where the line is end on.
        """
        left, right = self.motion.position(f"left_{line}"), self.motion.position(f"right_{line}")
        vector = (left - right) / self.motion.height[:, None]
        length = np.hypot(*vector.T)
        if not np.isfinite(length).any():
            return length
        return np.degrees(np.hypot(*derivative(vector).T) / np.nanquantile(length, 0.95))

    def _end_on(self, span: Span) -> Reason | None:
        """Why turns about the spine cannot be timed in a span: the camera looks along the shoulders there."""
        part = self._part(span)
        across = (self.motion.position("left_shoulder") - self.motion.position("right_shoulder"))[part]
        seen = np.hypot(*across.T) / self.motion.height[part]
        if not np.isfinite(seen).any():
            return None
        least, needed = np.nanquantile(seen, 0.1), LEAST_BREADTH * SHOULDER_BREADTH
        return None if least >= needed else Reason("shoulders_seen_end_on", seen=least, needed=needed)

    def _turn_peak(self, turn: np.ndarray, span: Span) -> tuple[float | None, Reason | None]:
        """Second of the fastest turn in a span, or None and why."""
        from scipy.signal import find_peaks

        part = self._part(span)
        inside = turn[part]
        if not len(inside) or np.isfinite(inside).mean() < 0.8:
            return None, Reason("turn_not_seen")
        top = int(np.nanargmax(inside))
        fastest = inside[top]
        if fastest < self._rules.min_turn_deg_s:
            return None, Reason("turn_too_slow", speed=fastest, needed=self._rules.min_turn_deg_s)
        if top in (0, len(inside) - 1):
            return None, Reason("turn_fastest_outside")
        rivals, _ = find_peaks(
            np.nan_to_num(inside), height=TWO_PEAKS_SHARE * fastest, prominence=TWO_PEAKS_DIP * fastest
        )
        if (np.abs(rivals - top) > TWO_PEAKS_S * GRID_HZ).any():
            return None, Reason("turn_fast_twice")
        return peak_time(self.motion.grid, turn, part.start + top), None

    def _at(self, moment: float) -> int:
        return int(np.clip(np.searchsorted(self.motion.grid, moment), 0, len(self.motion.grid) - 1))

    def _part(self, span: Span) -> slice:
        return _part(self.motion.grid, span)

    def _inside(self, spans: list[Span]) -> np.ndarray:
        return _any_span(self.motion.grid, spans)

    def _samples_inside(self, spans: list[Span]) -> np.ndarray:
        return _any_span(self.motion.times, spans)

    def _seen(self, used: np.ndarray, spans: list[Span]) -> float:
        """Used samples over those that the grid's time in the spans would hold at the sampling rate."""
        expected = self._inside(spans).sum() / GRID_HZ * self.motion.rate
        return float(min(1.0, used.sum() / max(1.0, expected)))


def _any_span(times: np.ndarray, spans: list[Span]) -> np.ndarray:
    inside = np.zeros(len(times), bool)
    for span in spans:
        inside[_part(times, span)] = True
    return inside


def _part(times: np.ndarray, span: Span) -> slice:
    """The part of ascending times in a span, its ends included."""
    return slice(int(np.searchsorted(times, span[0])), int(np.searchsorted(times, span[1], side="right")))


def peak_time(times: np.ndarray, values: np.ndarray, top: int) -> float:
    """Second of a peak at index `top`, between the samples by the parabola through three of them."""
    if not 0 < top < len(values) - 1:
        return float(times[top])
    before, at, after = values[top - 1 : top + 2]
    bend = before - 2 * at + after
    shift = 0.5 * (before - after) / bend if np.isfinite(bend) and bend < 0 else 0.0
    return float(times[top] + np.clip(shift, -1, 1) / GRID_HZ)


def _top(values: np.ndarray) -> float | None:
    return float(np.nanmax(values)) if np.isfinite(values).any() else None


def _range(values: np.ndarray) -> float:
    low, high = np.quantile(values, (0.05, 0.95))
    return float(high - low)


def _without_edges(values: np.ndarray, seconds: float) -> np.ndarray:
    """`values` on the grid, NaN within so many seconds of where they are unknown or end."""
    if not len(values):
        return values
    reach = round(seconds * GRID_HZ)
    known = np.pad(np.isfinite(values), reach).astype(int)
    whole = np.convolve(known, np.ones(2 * reach + 1, int), mode="valid") == 2 * reach + 1
    return np.where(whole, values, np.nan)


def _root_mean_square(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _other(side: str) -> str:
    return "left" if side == "right" else "right"


def _said(point: str) -> str:
    return {"mid_ear": "middle of the ears"}.get(point, point)


def _moments(count: int) -> str:
    return "moment" if count == 1 else f"{count} moments"
