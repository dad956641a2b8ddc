"""STROKES: proposals of hands and ball, merged, each with its kind, phases and form.

Belongs here: the order of the steps, swings as proposals, the table's rows. Does not belong here: the moments of a
swing (`phases`), its kind (`kinds`), its form (`form`), merging (`merging`).

The confidence in a hand alone is the least of how much of it was detected, how confidently, and how far its speed
exceeds the limit (d over d plus noise).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.sightings import IN_FLIGHT
from gametape.base.reason import Reason
from gametape.film.sidecar import Player, Sidecar
from gametape.movement.body import Body
from gametape.movement.court_side import sides_of_people
from gametape.movement.motion import MIN_RATE_HZ, POSE_COLUMNS, Motion
from gametape.movement.persons import Person, persons_of
from gametape.movement.subject import bystanders, known_players, lasting, rows_by_track, subject_of
from gametape.sports.contacts import SENT
from gametape.sports.load import stroke_rules_for
from gametape.sports.rules import StrokeRules
from gametape.strokes.arms import lead_of
from gametape.strokes.bounces import bounced_on, still_played
from gametape.strokes.form import form_of
from gametape.strokes.handedness import AGREE_S, PlayingHand, hand_at_hits, odds_at_hit, playing_hand
from gametape.strokes.hits import (
    EDGE_S,
    SIDES,
    BallSightings,
    Hit,
    ball_sightings,
    flies_on,
    hits_between,
    met,
    reaches_away,
    read_hits,
    throws,
)
from gametape.strokes.kinds import Kind, by_contact, in_rally, kind_by_ball, kind_of, settled
from gametape.strokes.merging import Description, Proposal, Stroke, merge, seconds_from
from gametape.strokes.openings import began_before, puts_in_play, unseen_serves
from gametape.strokes.owners import FAR_AWAY, Claim, owners
from gametape.strokes.phases import Striker, Swing, phases, swings
from gametape.strokes.view import fronts, kind_from_side, stands_at
from gametape.tables.coaching import STROKES

if TYPE_CHECKING:
    import pyarrow as pa

JITTER_PX_S = 90.0
"""Standard error of a wrist's speed, px/s: 3 px at 5 Hz."""
SEEN_S = 0.25
"""The hand should be detected within this many seconds of its fastest moment."""
ELSEWHERE = 1.2
"""A ball more than this many reaches from the hand is not hit by it."""
ELSEWHERE_S = 0.1
"""The ball is looked for from so many seconds before the swing's contact or top speed to as many after."""
IN_PLAY_S = 0.6
"""A ball that is in flight within this many seconds of a swing is in play."""


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
    calibration: pa.Table | None = None,
) -> pa.Table:
    """Find the strokes of everyone in a film but those who are known not to play.

    Tables may be empty. With fewer than MIN_RATE_HZ poses a second a person has no strokes.

    Args:
        people: Its PEOPLE.
        poses: Its POSE_KEYPOINTS.
        angles: Its JOINT_ANGLES.
        frames: Its FRAMES.
        ball: Its BALL_TRAJECTORY.
        events: Its BALL_EVENTS.
        sidecar: Its sidecar.
        rules: Rules of strokes; those of the sidecar's sport by default.
        calibration: Its CALIBRATION, which tells on which side of a net people and bounces are.

    Returns:
        STROKES in order of contact.
    """
    rules = rules or stroke_rules_for(sidecar.sport, sidecar.mode)
    players = _players(people, sidecar)
    seen = ball_sightings(ball)
    hits = (
        met(read_hits(events, rules.by_contact or SENT), sorted(events["time_s"].to_pylist()), seen)
        if rules.reach
        else []
    )
    if calibration is not None:
        hits = still_played(hits, events, calibration)
    if rules.opening and people.num_rows:
        tall = float(np.median(people["y2"].to_numpy() - people["y1"].to_numpy()))
        hits = sorted(
            [*hits, *unseen_serves(hits, seen, frames["time_s"][0].as_py(), tall)], key=lambda hit: hit.time_s
        )
    side_of = sides_of_people(people, calibration) if calibration is not None else {}
    came_to = bounced_on(hits, events, calibration) if calibration is not None and side_of else {}
    angles_of = rows_by_track(angles)
    hands: dict[int, PlayingHand] = {}
    sizes: dict[int, float] = {}
    proposals: list[Proposal] = []
    claims: dict[int, list[Claim]] = {}
    in_sight: dict[int, set[int]] = {}
    watching, times = bystanders(people), frames["time_s"].to_numpy()
    film_s = float(times[-1] - times[0]) if len(times) else 0.0
    for track, rows in lasting(poses, film_s).items():  # one at a time: a body holds the film's length
        if track in watching:
            continue
        player = players.get(track, Player())
        motion = Motion(poses.select(POSE_COLUMNS).take(rows), angles.take(angles_of.get(track, [])), track)
        if motion.rate < MIN_RATE_HZ or len(motion.grid) < 2:
            continue
        striker = Striker(Body(motion, sidecar, player, rules.actions))
        hands[track] = hand = playing_hand(striker, player, rules, hits)
        sizes[track] = striker.size_px
        describe = partial(_describe, striker, player.height_m, rules, sidecar)
        mine = [
            _proposal(striker, swing, hits, seen, rules, describe)
            for side in SIDES
            for swing in swings(striker, side, rules)
        ]
        # The other hand plays where the ball is hit at it: two-handed, or where left and right are mistaken.
        if not rules.actions.two_handed:
            mine = [one for one in mine if hand.side in (None, one.swing.side) or one.hits]
        swung = {at for one in mine for at in one.hits}
        proposals += mine
        for at, away in _reaches(striker, hits, rules.reach):
            if np.isfinite(away):
                in_sight.setdefault(at, set()).add(track)
            if away <= FAR_AWAY and (hits[at].kind != "release" or throws(striker, hits[at].time_s, rules.min_speed)):
                hit, near = hits[at], striker.near(hits[at].time_s)
                kind, lead = kind_by_ball(near, hit.time_s, hit.place, rules), lead_of(near, hit.time_s)
                odds, stands = odds_at_hit(striker, hit), stands_at(near, hit.time_s)
                wrong = came_to.get(at, side_of.get(track)) != side_of.get(track, came_to.get(at))
                claims.setdefault(at, []).append(Claim(track, away, kind, at in swung, odds, lead, stands, wrong))
    owned = owners(hits, claims, rules.alternate, in_sight)
    for track, hand in hands.items():
        hands[track] = hand_at_hits(hand, [claim.odds for claim in owned.values() if claim.track == track])
    strokes, looks = list(merge(proposals, hits, owned, rules)), fronts(hits, owned)
    contacts = sorted({*(one.contact_s for one in strokes), *(hit.time_s for hit in hits)})
    rows = []
    for one in strokes:
        hand, hit = hands[one.track], one.hit
        of = one.description
        kind = settled(kind_from_side(of.kind, of.lead, looks.get(one.track), hand.right), hand.right)
        if rules.opening:
            tossed = rules.kinds[rules.opening].above_head
            first = bool(hit) and puts_in_play(one.contact_s, hit.place, contacts, seen, sizes[one.track], tossed)
            in_play = began_before(one.contact_s, contacts)
            kind = in_rally(kind, rules, first, in_play, one.contact_s - float(times[0]))
        if rules.by_contact and hit:
            kind = by_contact(kind, hit.kind, hit.confidence, rules.by_contact)
        rows.append(_row(one, kind, hand, times))
    rows.sort(key=lambda row: (row["contact_s"], row["track"]))
    table = STROKES.from_rows([{"stroke": number, **row} for number, row in enumerate(rows)])
    whose = {one.track: one for one in persons_of(people, table, sidecar, calibration)}
    return table if not rows else _told(table, whose)


def _told(table: pa.Table, whose: Mapping[int | None, Person]) -> pa.Table:
    """STROKES with the role and the name of each stroke's person."""
    of = [whose.get(track) for track in table["track"].to_pylist()]
    rows = [
        row | {"role": one.role if one else None, "name": one.name if one else None}
        for row, one in zip(table.to_pylist(), of, strict=True)
    ]
    return STROKES.from_rows(rows)


def _players(people: pa.Table, sidecar: Sidecar) -> dict[int, Player]:
    """What the sidecar says of each track that it describes."""
    subject = subject_of(people, sidecar)
    return known_players(people, sidecar) | ({} if subject.track is None else {subject.track: subject.player})


def _describe(
    striker: Striker,
    tall: float | None,
    rules: StrokeRules,
    sidecar: Sidecar,
    swing: Swing,
    contact_s: float,
    ball: np.ndarray | None,
) -> Description:
    near = striker.near(contact_s)
    when = phases(near, swing, contact_s)
    kind = kind_of(near, swing, contact_s, when, ball, rules)
    above_head = isinstance(kind, Kind) and kind.name in rules.kinds and rules.kinds[kind.name].above_head
    form = form_of(near, swing, contact_s, when, above_head, tall, sidecar)
    return Description(when, kind, form, lead_of(near, contact_s))


def _proposal(
    striker: Striker,
    swing: Swing,
    hits: Sequence[Hit],
    seen: BallSightings,
    rules: StrokeRules,
    describe: Callable[[Swing, float, np.ndarray | None], Description],
) -> Proposal:
    own = {}
    moments = sorted((swing.contact_s, swing.peak_s))
    for at in hits_between(hits, moments[0] - AGREE_S, moments[1] + AGREE_S):
        if seconds_from(swing, [hits[at].time_s]) <= AGREE_S:
            away = reaches_away(striker, swing.side, hits[at].time_s, hits[at].place, rules.reach)
            if away <= 1:
                own[at] = away
    sure, weakest = _hand_confidence(striker, swing, rules)
    doubt = _unhit(striker, swing, seen, rules.reach) if rules.reach and not own else None
    descriptions = {at: describe(swing, hits[at].time_s, hits[at].place) for at in own}
    descriptions[None] = describe(swing, swing.contact_s, None)
    return Proposal(striker.motion.track, swing, sure, weakest, doubt, own, descriptions)


def _hand_confidence(striker: Striker, swing: Swing, rules: StrokeRules) -> tuple[float, Reason]:
    """Confidence (0..1) that a swing is a stroke, by the hand alone, and the evidence that limits it."""
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


def _unhit(striker: Striker, swing: Swing, seen: BallSightings, reach: float) -> Reason | None:
    """Why the ball in play is not hit by a swing; None where it may be, or is not seen.

    It is away from the hand all the time, or flies on in one curve. A ball that lies or drifts is another, or none.
    """
    start, end = sorted((swing.contact_s, swing.peak_s))
    if (
        not seen.speeds[_within(seen, start - IN_PLAY_S, end + IN_PLAY_S)].max(initial=0.0)
        >= IN_FLIGHT * striker.size_px
    ):
        return None
    about = _within(seen, start - ELSEWHERE_S, end + ELSEWHERE_S)
    away = [
        reaches_away(striker, swing.side, *one, reach)
        for one in zip(seen.times[about], seen.places[about], strict=True)
    ]
    if len(away) >= 2 and min(away) > ELSEWHERE and max(away) < np.inf:
        return Reason("ball_elsewhere")
    part = _within(seen, start - AGREE_S, end + AGREE_S)
    if flies_on(seen.times[part], seen.places[part] / striker.size_px, start - AGREE_S, end + AGREE_S):
        return Reason("ball_flies_on")
    return None


def _within(seen: BallSightings, start: float, end: float) -> slice:
    first, last = np.searchsorted(seen.times, [start, end])
    return slice(int(first), int(last))


def _reaches(striker: Striker, hits: Sequence[Hit], reach: float) -> Iterable[tuple[int, float]]:
    """Number of each hit while the person is seen, and reaches from the nearer hand."""
    first, last = striker.motion.grid[[0, -1]]
    for at in hits_between(hits, first - EDGE_S, last + EDGE_S):
        yield at, min(reaches_away(striker, side, hits[at].time_s, hits[at].place, reach) for side in SIDES)


def _row(one: Stroke, kind: Kind, hand: PlayingHand, times: np.ndarray) -> dict:
    when, form = one.description.phases, one.description.form

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
    """The frame shown nearest to a moment; of two equally near ones the first."""
    at = int(np.searchsorted(times, moment))
    around = range(max(0, at - 1), min(at + 1, len(times)))
    return min(around, key=lambda frame: abs(times[frame] - moment))
