"""Strokes found: proposals from hands and ball, merged, each with its kind, phases and form.

Belongs here: which proposals are one stroke, whose it is, how sure. Does not belong here: the moments of a swing, its
kind, its form.

Confidence is that of the evidence. A hand alone: the least of how much of it was seen, how surely, and how far past
the limit its speed is (d over d plus noise). The ball alone: the event's confidence, less the farther off the hand.
Where both agree in time and place they are taken as independent: 1 - (1 - hand)(1 - ball). A ball that is surely
seen elsewhere at the moment takes most of a hand's confidence away.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.sightings import sightings
from gametape.coaching.body import CLEAR_DOMINANCE, STILL_HAND, Body
from gametape.coaching.motion import MIN_RATE_HZ, WRIST_CUTOFF_HZ, Motion
from gametape.coaching.rules import StrokeRules, rules_for
from gametape.coaching.subject import subject_of
from gametape.lake.contracts import STROKES
from gametape.sidecar import Player, Sidecar
from gametape.strokes.form import MEASURES, Form, form_of
from gametape.strokes.kinds import Kind, kind_of
from gametape.strokes.moments import Phases, Swing, hand_speed, phases, swings

if TYPE_CHECKING:
    import pyarrow as pa

SIDES = ("left", "right")
LEAST_PERSON_S = 0.5
AGREE_S = 0.2  # a ball event and a swing nearer than that are one stroke
JITTER_PX_S = 90.0  # px/s, of a wrist's speed: 3 px of error at 5 Hz
ARM = 0.33  # heights from shoulder to wrist (Drillis and Contini, in Winter)
MANY_STROKES, CLEAR_IN_FEW = 3, 1.5  # fewer strokes must be clearer: in a two-handed one both hands are fast
SEEN_S = 0.25  # about contact, where the hand should be seen
ELSEWHERE = 2.0  # reaches from the hand, from which a ball is not played by it
ELSEWHERE_S = 0.05
FALLS = 1.0  # heights/s; a ball in flight is as fast but for a moment
DOUBT = 0.3  # what a ball elsewhere leaves of a swing's confidence


@dataclass(frozen=True)
class Hit:
    """A contact of the ball: `ball_events` of the kind hit."""

    frame: int
    time_s: float
    place: np.ndarray  # (2,) px
    confidence: float


@dataclass(frozen=True)
class Found:
    """A stroke of a person, before its kind and form."""

    contact_s: float
    confidence: float
    reason: str
    swing: Swing | None
    hit: Hit | None

    @property
    def source(self) -> str:
        return "both" if self.swing and self.hit else "wrist" if self.swing else "ball"


@dataclass(frozen=True)
class Hand:
    """The playing hand (None: not clear) and what tells it."""

    side: str | None
    reason: str


def find_strokes(
    *,
    people: pa.Table,
    poses: pa.Table,
    angles: pa.Table,
    frames: pa.Table,
    ball: pa.Table,
    events: pa.Table,
    sidecar: Sidecar,
) -> pa.Table:
    """The strokes (contract STROKES) of everyone in the film, by time of contact.

    Tables may be empty. Fewer than MIN_RATE_HZ poses a second show no stroke: people then have none.
    """
    rules = rules_for(sidecar)
    subject = subject_of(people, sidecar)
    hits = _hits(events) if rules.strokes.reach else []
    players: dict[int, tuple[Body, Hand]] = {}
    for track in _lasting(poses):
        player = subject.player if track == subject.track else Player()
        body = Body(Motion(poses, angles, track), sidecar, player, rules.actions)
        if body.motion.rate >= MIN_RATE_HZ and len(body.motion.grid) > 1:
            players[track] = (body, playing_hand(body, player, rules.strokes, hits))
    spotted = sightings(ball)
    speed = ball["speed"].cast("float64").to_numpy(zero_copy_only=False)[spotted.rows]
    seen = spotted.times, spotted.places, speed
    found = _merged(players, hits, seen, rules.strokes)
    rows = []
    times = frames["time_s"].to_numpy()
    for track, one in found:
        body, hand = players[track]
        tall = subject.player.height_m if track == subject.track else None
        rows.append({"track": track, **_row(one, body, hand, tall, rules.strokes, sidecar, times)})
    rows.sort(key=lambda row: (row["contact_s"], row["track"]))
    return STROKES.from_rows([{"stroke": number, **row} for number, row in enumerate(rows)])


def playing_hand(body: Body, player: Player, rules: StrokeRules, hits: Sequence[Hit]) -> Hand:
    """The hand that leads over all strokes: as the sidecar says, else the one whose top speed is clearly higher.

    Fast strokes count more, by the square of their speed: a toss and a hand that balances are slower than a stroke;
    and those at which the ball is hit count four times.
    """
    if player.handedness:
        return Hand(player.handedness, "the sidecar says so")
    strokes: list[Swing] = []
    fast = [(_late(one, hits) <= AGREE_S, one) for side in SIDES for one in swings(body, side, rules)]
    for _, one in sorted(fast, key=lambda f: (not f[0], -f[1].speed)):
        if all(abs(one.peak_s - other.peak_s) >= rules.apart_s for other in strokes):
            strokes.append(one)
    ratios, weights = [], []
    for one in strokes:
        first, last = np.searchsorted(body.motion.grid, [one.peak_s - 0.1, one.peak_s + 0.1])
        tops = [hand_speed(body, side)[first : last + 1] for side in SIDES]
        if all(np.isfinite(top).any() for top in tops):
            left, right = (max(STILL_HAND, float(np.nanmax(top))) for top in tops)
            ratios.append(np.log(right / left))
            weights.append(one.speed**2 * (4 if _late(one, hits) <= AGREE_S else 1))
    if not strokes:
        return Hand(None, "no stroke shows it")
    if not ratios:
        return Hand(None, "the other wrist is not seen at the strokes")
    ratio = float(np.exp(np.average(ratios, weights=weights)))
    told = f"top speed of the right wrist over the left in {len(ratios)} of the strokes, the fast first: {ratio:.2f}"
    needed = CLEAR_DOMINANCE if len(ratios) >= MANY_STROKES else CLEAR_IN_FEW
    if max(ratio, 1 / ratio) < needed:
        return Hand(None, f"{told}, {needed:g} needed")
    agree = sum((one > 0) == (ratio > 1) for one in ratios)
    return Hand("right" if ratio > 1 else "left", f"{told}; {agree} agree")


def _late(swing: Swing, hits: Sequence[Hit]) -> float:
    """Seconds from a swing's contact or fastest moment to the nearest hit; infinite without one."""
    return min((abs(hit.time_s - t) for hit in hits for t in (swing.contact_s, swing.peak_s)), default=np.inf)


def _lasting(poses: pa.Table) -> list[int]:
    if not poses.num_rows:
        return []
    tracks, times = poses["track"].to_numpy(), poses["time_s"].to_numpy()
    order = np.lexsort((times, tracks))
    tracks, times = tracks[order], times[order]
    numbers, first = np.unique(tracks, return_index=True)
    last = np.append(first[1:], len(tracks)) - 1
    return [int(t) for t, a, b in zip(numbers, first, last, strict=True) if times[b] - times[a] >= LEAST_PERSON_S]


def _hits(events: pa.Table) -> list[Hit]:
    return [
        Hit(e["frame"], e["time_s"], np.array([e["x"], e["y"]]), e["confidence"])
        for e in events.to_pylist()
        if e["kind"] == "hit"
    ]


def _merged(
    people: dict[int, tuple[Body, Hand]],
    hits: Sequence[Hit],
    seen: tuple[np.ndarray, np.ndarray, np.ndarray],
    rules: StrokeRules,
) -> list[tuple[int, Found]]:
    """One stroke for each contact: swings and hits that agree are one, the nearest in time and place first; then
    of strokes of a person nearer to each other than `apart_s` the surest."""
    proposals = [
        (track, swing)
        for track, (body, hand) in people.items()
        for side in ([hand.side] if hand.side else SIDES)
        for swing in swings(body, side, rules)
    ]
    pairs = []
    for number, (track, swing) in enumerate(proposals):
        for at, hit in enumerate(hits):
            late = _late(swing, [hit])
            if late <= AGREE_S:
                away = _away(people[track][0], swing.side, hit.time_s, hit.place, rules.reach)
                if away <= 1:
                    pairs.append((late / AGREE_S + away, number, at, away))
    swung, used, found = set(), set(), []
    for _, number, at, away in sorted(pairs):
        if number not in swung and at not in used:
            swung.add(number)
            used.add(at)
            track, swing = proposals[number]
            hand, why = _hand_confidence(people[track][0], swing, rules)
            ball, hit = _ball_confidence(hits[at], away), hits[at]
            told = f"hand {hand:.2f} ({why}) and ball {ball:.2f} agree"
            found.append((track, Found(hit.time_s, 1 - (1 - hand) * (1 - ball), told, swing, hit)))
    for number, (track, swing) in enumerate(proposals):
        if number not in swung and not rules.needs_ball:
            sure, why = _hand_confidence(people[track][0], swing, rules)
            if rules.reach and _is_elsewhere(people[track][0], swing, seen, rules.reach):
                sure, why = DOUBT * sure, f"{why}; the ball is seen elsewhere"
            found.append((track, Found(swing.contact_s, sure, f"hand {sure:.2f} ({why})", swing, None)))
    swung_s = [one.contact_s for _, one in found]
    for at, hit in enumerate(hits):
        if any(abs(hit.time_s - moment) <= AGREE_S for moment in swung_s):
            continue  # somebody swings at that moment, and a ball is hit once
        if at not in used and (owner := _owner(people, hit, rules.reach)):
            track, away = owner
            sure = _ball_confidence(hit, away)
            told = f"ball {sure:.2f}, {away:.1f} reaches from the hand; no swing is seen"
            found.append((track, Found(hit.time_s, sure, told, None, hit)))
    return list(_apart([one for one in found if one[1].confidence >= rules.min_confidence], rules.apart_s))


def _apart(found: list[tuple[int, Found]], apart_s: float) -> Iterable[tuple[int, Found]]:
    kept: dict[int, list[float]] = {}
    for track, one in sorted(found, key=lambda f: -f[1].confidence):
        if all(abs(one.contact_s - other) >= apart_s for other in kept.setdefault(track, [])):
            kept[track].append(one.contact_s)
            yield track, one


def _hand_confidence(body: Body, swing: Swing, rules: StrokeRules) -> tuple[float, str]:
    """(0..1, its weakest part) that a swing is a stroke, by the hand alone."""
    points = (f"{swing.side}_wrist", "mid_hip")
    times = body.motion.times
    near = (times >= swing.peak_s - SEEN_S) & (times <= swing.peak_s + SEEN_S)
    usable = body.motion.usable(points)[near]
    over = swing.speed - rules.min_speed
    noise = JITTER_PX_S / (body.motion.body_height_px or 1.0)
    parts = {
        "seen": min(1.0, usable.sum() / max(1.0, 2 * SEEN_S * body.motion.rate)),
        "recognised": float(body.motion.confidence(points)[near][usable].mean()) if usable.any() else 0.0,
        "fast": over / (over + noise),
    }
    weakest = min(parts, key=lambda part: parts[part])
    return parts[weakest], f"{weakest} {parts[weakest]:.2f}"


def _ball_confidence(hit: Hit, away: float) -> float:
    return hit.confidence * (1 - 0.5 * min(1.0, away))


def _away(body: Body, side: str, moment: float, place: np.ndarray, reach: float) -> float:
    """Reaches from a hand to a place at a moment. Where the hand is out of sight it may be anywhere about the
    shoulders, so it is the arm's length and a reach from there; infinite where they are not seen either."""
    grid = body.motion.grid
    if not grid[0] <= moment <= grid[-1]:
        return np.inf
    at = min(int(np.searchsorted(grid, moment)), len(grid) - 1)
    for point, radius in ((f"{side}_wrist", reach), ("mid_shoulder", ARM + reach)):
        apart = body.motion.position(point, WRIST_CUTOFF_HZ)[at] - place
        away = float(np.hypot(*apart) / body.motion.height[at] / radius)
        if np.isfinite(away):
            return away
    return np.inf


def _is_elsewhere(body: Body, swing: Swing, seen: tuple[np.ndarray, np.ndarray, np.ndarray], reach: float) -> bool:
    """Is a ball in flight far from the hand at contact? One that lies or drifts there is another, or none."""
    times, places, speeds = seen
    at = np.abs(times - swing.contact_s) <= ELSEWHERE_S
    at &= speeds >= FALLS * (body.motion.body_height_px or np.inf)
    away = [_away(body, swing.side, t, p, reach) for t, p in zip(times[at], places[at], strict=True)]
    return bool(away) and ELSEWHERE < min(away) < np.inf


def _owner(people: dict[int, tuple[Body, Hand]], hit: Hit, reach: float) -> tuple[int, float] | None:
    """(track, reaches) of whose hand is nearest to a hit, within reach; None where nobody's is."""
    near = [
        (min(_away(body, side, hit.time_s, hit.place, reach) for side in ([hand.side] if hand.side else SIDES)), track)
        for track, (body, hand) in people.items()
    ]
    away, track = min(near, default=(np.inf, -1))
    return (track, away) if away <= 1 else None


def _row(
    one: Found, body: Body, hand: Hand, tall: float | None, rules: StrokeRules, sidecar: Sidecar, times: np.ndarray
) -> dict:
    if one.swing:
        when = phases(body, one.swing, one.contact_s)
        kind = kind_of(body, one.swing, one.contact_s, when, hand.side, rules)
        form = form_of(body, one.swing, one.contact_s, when, kind.name, tall, sidecar)
    else:
        when, unseen = Phases(), "the ball tells of the stroke; the swing of the hand is not seen"
        kind, form = Kind("swing", None, unseen), Form({}, dict.fromkeys(MEASURES, unseen))

    def frame(moment: float | None) -> int | None:
        return None if moment is None else int(np.abs(times - moment).argmin())

    return {
        "kind": kind.name,
        "kind_confidence": kind.confidence,
        "kind_reason": kind.reason,
        "confidence": one.confidence,
        "confidence_reason": one.reason,
        "hand": hand.side,
        "hand_reason": hand.reason,
        "contact_source": one.source,
        "ball_event_frame": one.hit.frame if one.hit else None,
        "start_frame": frame(when.start_s),
        "contact_frame": frame(one.contact_s),
        "end_frame": frame(when.end_s),
        "start_s": when.start_s,
        "load_s": when.load_s,
        "swing_s": when.swing_s,
        "contact_s": one.contact_s,
        "end_s": when.end_s,
        **form.known,
        "unknown": json.dumps(form.unknown),
    }
