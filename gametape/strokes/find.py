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
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.sightings import sightings
from gametape.base.reason import Reason, several
from gametape.base.spacing import nearest, spaced
from gametape.film.sidecar import Player, Sidecar
from gametape.movement.body import CLEAR_DOMINANCE, STILL_HAND, Body
from gametape.movement.motion import MIN_RATE_HZ, POSE_COLUMNS, WRIST_CUTOFF_HZ, Motion
from gametape.movement.subject import lasting, rows_by_track, subject_of
from gametape.sports.load import stroke_rules_for
from gametape.sports.rules import StrokeRules
from gametape.strokes.form import MEASURES, Form, form_of
from gametape.strokes.kinds import NOT_SEEN, Kind, kind_by_ball, kind_of
from gametape.strokes.phases import Phases, Striker, Swing, phases, swings
from gametape.tables.coaching import STROKES

if TYPE_CHECKING:
    import pyarrow as pa

SIDES = ("left", "right")
AGREE_S = 0.2  # a ball event and a swing nearer than that are one stroke
HAND = 0.1  # heights; a wrist is hardly nearer to a ball that the hand or racket meets
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
class Hand:
    """The playing hand (None: not clear) and what tells it."""

    side: str | None
    reason: Reason


@dataclass(frozen=True)
class Shape:
    """What a stroke with its contact at a certain moment was: its phases, kind and form."""

    phases: Phases
    kind: Kind
    form: Form


UNSEEN = Form({}, dict.fromkeys(MEASURES, NOT_SEEN))


@dataclass(frozen=True)
class Owner:
    """Whose hand is nearest to a hit: `away` reaches from it; what stroke the place of the ball makes it."""

    away: float
    track: int
    kind: Kind


@dataclass(frozen=True)
class Proposal:
    """A swing of a person. `confidence` by the hand alone, of which `weakest` is told; `elsewhere`: the ball was not
    at the hand. `hits` that may be its own, by their number, in reaches from the hand. `shapes`: what it was if its
    contact is that of a hit, or its own (None). All that is asked of the person, who need not be kept in memory."""

    track: int
    swing: Swing
    confidence: float
    weakest: Reason
    elsewhere: bool
    hits: dict[int, float]
    shapes: dict[int | None, Shape]


@dataclass(frozen=True, eq=False)
class Seen:
    """Where the ball was detected: `times` (n,) s, ascending, `places` (n, 2) px, `speeds` (n,) px/s."""

    times: np.ndarray
    places: np.ndarray
    speeds: np.ndarray


@dataclass(frozen=True)
class Found:
    """A stroke of a person."""

    track: int
    contact_s: float
    confidence: float
    reason: Reason
    source: str
    hit: Hit | None
    shape: Shape


def find_strokes(
    *,
    people: pa.Table,
    poses: pa.Table,
    angles: pa.Table,
    frames: pa.Table,
    ball: pa.Table,
    events: pa.Table,
    sidecar: Sidecar,
    rules: StrokeRules | None = None,
) -> pa.Table:
    """The strokes (contract STROKES) of everyone in the film, by time of contact.

    Tables may be empty. Fewer than MIN_RATE_HZ poses a second show no stroke: people then have none.
    """
    rules = rules or stroke_rules_for(sidecar.sport, sidecar.mode)
    subject = subject_of(people, sidecar)
    hits = _hits(events) if rules.reach else []
    seen = _seen(ball)
    angles_of = rows_by_track(angles)
    hands: dict[int, Hand] = {}
    proposals: list[Proposal] = []
    owners: dict[int, Owner] = {}
    for track, rows in lasting(poses).items():  # one person in memory at a time: a body holds the film's length
        mine = subject.track == track
        player = subject.player if mine else Player()
        motion = Motion(poses.select(POSE_COLUMNS).take(rows), angles.take(angles_of.get(track, [])), track)
        if motion.rate < MIN_RATE_HZ or len(motion.grid) < 2:
            continue
        striker = Striker(Body(motion, sidecar, player, rules.actions))
        hands[track] = hand = playing_hand(striker, player, rules, hits)
        shaped = partial(_shape, striker, hand, player.height_m if mine else None, rules, sidecar)
        for side in _sides(hand):
            for swing in swings(striker, side, rules):
                proposals.append(_proposal(striker, swing, hits, seen, rules, shaped))
        for number, away in _reaches(striker, hand, hits, rules.reach):
            if away <= 1 and (number not in owners or away < owners[number].away):
                hit = hits[number]
                kind = kind_by_ball(striker.near(hit.time_s), hit.time_s, hand.side, hit.place, rules)
                owners[number] = Owner(away, track, kind)
    times = frames["time_s"].to_numpy()
    rows = [_row(one, hands[one.track], times) for one in _merged(proposals, hits, owners, rules)]
    rows.sort(key=lambda row: (row["contact_s"], row["track"]))
    return STROKES.from_rows([{"stroke": number, **row} for number, row in enumerate(rows)])


def _sides(hand: Hand) -> Sequence[str]:
    return [hand.side] if hand.side else SIDES


def _shape(
    striker: Striker,
    hand: Hand,
    tall: float | None,
    rules: StrokeRules,
    sidecar: Sidecar,
    swing: Swing,
    contact_s: float,
    ball: np.ndarray | None,
) -> Shape:
    near = striker.near(contact_s)
    when = phases(near, swing, contact_s)
    kind = kind_of(near, swing, contact_s, when, hand.side, ball, rules)
    above_head = kind.name in rules.kinds and rules.kinds[kind.name].above_head
    return Shape(when, kind, form_of(near, swing, contact_s, when, above_head, tall, sidecar))


def _proposal(
    striker: Striker,
    swing: Swing,
    hits: Sequence[Hit],
    seen: Seen,
    rules: StrokeRules,
    shaped: Callable[[Swing, float, np.ndarray | None], Shape],
) -> Proposal:
    own = {}
    moments = sorted((swing.contact_s, swing.peak_s))
    for at in _between(hits, moments[0] - AGREE_S, moments[1] + AGREE_S):
        if _late(swing, [hits[at].time_s]) <= AGREE_S:
            away = _away(striker, swing.side, hits[at].time_s, hits[at].place, rules.reach)
            if away <= 1:
                own[at] = away
    sure, weakest = _hand_confidence(striker, swing, rules)
    elsewhere = bool(rules.reach) and _is_elsewhere(striker, swing, seen, rules.reach)
    shapes = {at: shaped(swing, hits[at].time_s, hits[at].place) for at in own}
    shapes[None] = shaped(swing, swing.contact_s, None)
    return Proposal(striker.motion.track, swing, sure, weakest, elsewhere, own, shapes)


def playing_hand(striker: Striker, player: Player, rules: StrokeRules, hits: Sequence[Hit]) -> Hand:
    """The hand that leads over all strokes: as the sidecar says, else the one whose top speed is clearly higher.

    Fast strokes count more, by the square of their speed: a toss and a hand that balances are slower than a stroke;
    and those at which the ball is hit count four times, their ratio of speeds times that of nearness to the ball.
    """
    if player.handedness:
        return Hand(player.handedness, Reason("handedness_given"))
    fast = [(_met(striker, one, hits, rules), one) for side in SIDES for one in swings(striker, side, rules)]
    fast.sort(key=lambda f: (f[0] is None, -f[1].speed))
    strokes = [fast[at] for at in spaced((one.peak_s for _, one in fast), rules.apart_s)]
    ratios, weights = [], []
    for hit, one in strokes:
        first, last = np.searchsorted(striker.motion.grid, [one.peak_s - 0.1, one.peak_s + 0.1])
        tops = [striker.hand_speed[side][first : last + 1] for side in SIDES]
        if all(np.isfinite(top).any() for top in tops):
            left, right = (max(STILL_HAND, float(np.nanmax(top))) for top in tops)
            ratios.append(np.log(right / left) + (_nearer(striker, hit) if hit else 0))
            weights.append(one.speed**2 * (4 if hit else 1))
    if not strokes:
        return Hand(None, Reason("no_stroke_shows_the_hand"))
    if not ratios:
        return Hand(None, Reason("other_wrist_not_seen"))
    ratio = float(np.exp(np.average(ratios, weights=weights)))
    by = Reason("by_speed_and_nearness") if any(hit for hit, _ in strokes) else Reason("by_speed")
    needed = CLEAR_DOMINANCE if len(ratios) >= MANY_STROKES else CLEAR_IN_FEW
    if max(ratio, 1 / ratio) < needed:
        return Hand(None, Reason("strokes_of_both_hands_alike", by=by, n=len(ratios), ratio=ratio, needed=needed))
    agree = sum((one > 0) == (ratio > 1) for one in ratios)
    side = "right" if ratio > 1 else "left"
    return Hand(side, Reason("strokes_of_one_hand_faster", by=by, n=len(ratios), ratio=ratio, agree=agree))


def _met(striker: Striker, swing: Swing, hits: Sequence[Hit], rules: StrokeRules) -> Hit | None:
    """The hit at a swing, within reach of its hand."""
    for at in _between(hits, swing.contact_s - AGREE_S, swing.contact_s + AGREE_S):
        if _away(striker, swing.side, hits[at].time_s, hits[at].place, rules.reach) <= 1:
            return hits[at]
    return None


def _nearer(striker: Striker, hit: Hit) -> float:
    """Logarithm of how many times nearer to a hit the right wrist is than the left; 0 where one is out of sight."""
    near = striker.near(hit.time_s)
    at = min(int(np.searchsorted(near.grid, hit.time_s)), len(near.grid) - 1)
    left, right = (np.hypot(*(near.wrist(side)[at] - hit.place)) / near.height[at] for side in SIDES)
    ratio = np.log(max(left, HAND) / max(right, HAND)) if np.isfinite(left + right) else 0.0
    return float(ratio)


def _late(swing: Swing, moments: Sequence[float]) -> float:
    """Seconds from a swing's contact or fastest moment to the nearest of ascending `moments`; infinite without one."""
    return min(nearest(moments, t) for t in (swing.contact_s, swing.peak_s))


def _between(hits: Sequence[Hit], start: float, end: float) -> range:
    """The numbers of the hits from `start` to `end`."""
    moment = attrgetter("time_s")
    return range(bisect_left(hits, start, key=moment), bisect_right(hits, end, key=moment))


def _hits(events: pa.Table) -> list[Hit]:
    """By time."""
    hits = [
        Hit(e["frame"], e["time_s"], np.array([e["x"], e["y"]]), e["confidence"])
        for e in events.to_pylist()
        if e["kind"] == "hit"
    ]
    return sorted(hits, key=attrgetter("time_s"))


def _seen(ball: pa.Table) -> Seen:
    spotted = sightings(ball)
    speeds = ball["speed"].cast("float64").to_numpy(zero_copy_only=False)[spotted.rows]
    return Seen(spotted.times, spotted.places, speeds)


def _merged(
    proposals: Sequence[Proposal], hits: Sequence[Hit], owners: Mapping[int, Owner], rules: StrokeRules
) -> Iterable[Found]:
    """One stroke for each contact: swings and hits that agree are one, the nearest in time and place first; then
    of strokes of a person nearer to each other than `apart_s` the surest. `owners`: of the hits within reach."""
    pairs = [
        (_late(one.swing, [hits[at].time_s]) / AGREE_S + away, number, at)
        for number, one in enumerate(proposals)
        for at, away in one.hits.items()
    ]
    swung, used, found = set(), set(), []
    for _, number, at in sorted(pairs):
        if number not in swung and at not in used:
            swung.add(number)
            used.add(at)
            one, hit = proposals[number], hits[at]
            ball = _ball_confidence(hit, one.hits[at])
            told = Reason("hand_and_ball_agree", hand=one.confidence, weakest=one.weakest, ball=ball)
            sure = 1 - (1 - one.confidence) * (1 - ball)
            found.append(Found(one.track, hit.time_s, sure, told, "both", hit, one.shapes[at]))
    for number, one in enumerate(proposals):
        if number not in swung and not rules.needs_ball:
            sure = DOUBT * one.confidence if one.elsewhere else one.confidence
            told = Reason("hand_alone", hand=sure, weakest=one.weakest)
            if one.elsewhere:
                told = several([told, Reason("ball_elsewhere")])
            found.append(Found(one.track, one.swing.contact_s, sure, told, "wrist", None, one.shapes[None]))
    swung_s = sorted(one.contact_s for one in found)
    for at, hit in enumerate(hits):
        if nearest(swung_s, hit.time_s) <= AGREE_S:
            continue  # somebody swings at that moment, and a ball is hit once
        if at not in used and (owner := owners.get(at)):
            sure = _ball_confidence(hit, owner.away)
            told = Reason("ball_alone", ball=sure, reaches=owner.away)
            shape = Shape(Phases(), owner.kind, UNSEEN)
            found.append(Found(owner.track, hit.time_s, sure, told, "ball", hit, shape))
    return _apart([one for one in found if one.confidence >= rules.min_confidence], rules.apart_s)


def _apart(found: list[Found], apart_s: float) -> Iterable[Found]:
    by_track: dict[int, list[Found]] = {}
    for one in sorted(found, key=lambda one: -one.confidence):
        by_track.setdefault(one.track, []).append(one)
    for own in by_track.values():
        yield from (own[at] for at in spaced((one.contact_s for one in own), apart_s))


def _hand_confidence(striker: Striker, swing: Swing, rules: StrokeRules) -> tuple[float, Reason]:
    """(0..1, its weakest part) that a swing is a stroke, by the hand alone."""
    motion = striker.motion
    first = np.searchsorted(motion.times, swing.peak_s - SEEN_S)
    near = slice(first, np.searchsorted(motion.times, swing.peak_s + SEEN_S, side="right"))
    usable, recognised = (of[near] for of in striker.hand_seen[swing.side])
    over = swing.speed - rules.min_speed
    noise = JITTER_PX_S / striker.size_px
    parts = (
        float(min(1.0, usable.sum() / max(1.0, 2 * SEEN_S * motion.rate))),
        float(recognised[usable].mean()) if usable.any() else 0.0,
        float(over / (over + noise)),
    )
    seen, recognised, fast = parts
    return min(
        (seen, Reason("hand_seen", share=seen)),
        (recognised, Reason("hand_recognised", share=recognised)),
        (fast, Reason("hand_fast", share=fast)),
        key=lambda part: part[0],
    )


def _ball_confidence(hit: Hit, away: float) -> float:
    return hit.confidence * (1 - 0.5 * min(1.0, away))


def _away(striker: Striker, side: str, moment: float, place: np.ndarray, reach: float) -> float:
    """Reaches from a hand to a place at a moment. Where the hand is out of sight it may be anywhere about the
    shoulders, so it is the arm's length and a reach from there; infinite where they are not seen either."""
    motion, grid = striker.motion, striker.motion.grid
    if not grid[0] <= moment <= grid[-1]:
        return np.inf
    at = min(int(np.searchsorted(grid, moment)), len(grid) - 1)
    for point, radius in ((f"{side}_wrist", reach), ("mid_shoulder", ARM + reach)):
        apart = motion.position(point, WRIST_CUTOFF_HZ)[at] - place
        away = float(np.hypot(*apart) / motion.height[at] / radius)
        if np.isfinite(away):
            return away
    return np.inf


def _is_elsewhere(striker: Striker, swing: Swing, seen: Seen, reach: float) -> bool:
    """Is a ball in flight far from the hand at contact? One that lies or drifts there is another, or none."""
    first, last = np.searchsorted(seen.times, [swing.contact_s - ELSEWHERE_S, swing.contact_s + ELSEWHERE_S])
    in_flight = first + np.flatnonzero(seen.speeds[first:last] >= FALLS * striker.size_px)
    away = [_away(striker, swing.side, seen.times[at], seen.places[at], reach) for at in in_flight]
    return bool(away) and ELSEWHERE < min(away) < np.inf


def _reaches(striker: Striker, hand: Hand, hits: Sequence[Hit], reach: float) -> Iterable[tuple[int, float]]:
    """(number, reaches) of the hits while the person is seen: how far from the nearer hand."""
    for at in _between(hits, *striker.motion.grid[[0, -1]]):
        yield at, min(_away(striker, side, hits[at].time_s, hits[at].place, reach) for side in _sides(hand))


def _row(one: Found, hand: Hand, times: np.ndarray) -> dict:
    when, kind, form = one.shape.phases, one.shape.kind, one.shape.form

    def frame(moment: float | None) -> int | None:
        return None if moment is None else _nearest_frame(times, moment)

    return {
        "track": one.track,
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


def _nearest_frame(times: np.ndarray, moment: float) -> int:
    """The frame shown nearest to a moment; of two as near, the first."""
    at = int(np.searchsorted(times, moment))
    around = range(max(0, at - 1), min(at + 1, len(times)))
    return min(around, key=lambda frame: abs(times[frame] - moment))
