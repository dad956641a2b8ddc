"""Merging what the hands and the ball propose: one stroke for each contact.

Belongs here: which proposals are one stroke, whose it is, how confident. Does not belong here: making proposals
(`find`).

A hit and a swing that agree in time and place are taken as independent evidence, 1 - (1 - hand)(1 - ball). A ball that
is detected elsewhere at the moment takes most of a hand's confidence away. The confidence in a ball alone is that of
its event, less the farther it is from the hand.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from gametape.base.reason import Reason, several
from gametape.base.spacing import nearest
from gametape.sports.rules import StrokeRules
from gametape.strokes.arms import Lead
from gametape.strokes.form import MEASURES, Form
from gametape.strokes.handedness import AGREE_S
from gametape.strokes.hits import Hit
from gametape.strokes.kinds import NOT_SEEN, Kind, Sided
from gametape.strokes.owners import IN_PLAY_S, Claim, turn_of
from gametape.strokes.phases import Phases, Swing

DOUBT = 0.3
"""Share of a swing's confidence that a ball elsewhere leaves."""
BALL_APART = 0.5
"""Two hits of a player may be nearer in time than two swings of his hand, by this factor."""
FAR_OFF = 0.7
"""Share of a hit's confidence that is left where it is a whole reach from the hand."""


@dataclass(frozen=True)
class Description:
    """Phases, kind, form and leading arm of a stroke, given the moment of its contact."""

    phases: Phases
    kind: Kind | Sided
    form: Form
    lead: Lead | None = None


NO_FORM = Form({}, dict.fromkeys(MEASURES, NOT_SEEN))
"""The form of a stroke whose swing is not seen."""


@dataclass(frozen=True)
class Proposal:
    """A swing of a person, with all that is needed of the person, who need not be kept in memory.

    Attributes:
        track: The person.
        swing: The swing.
        confidence: That it is a stroke, by the hand alone.
        weakest: The evidence that limits this confidence.
        doubt: Why the ball is not hit by it, if that is seen.
        hits: Reaches from the hand to each hit that may belong to it, by number of the hit.
        descriptions: What it was if its contact is that of the hit, or its own (None).
    """

    track: int
    swing: Swing
    confidence: float
    weakest: Reason
    doubt: Reason | None
    hits: dict[int, float]
    descriptions: dict[int | None, Description]


@dataclass(frozen=True)
class Stroke:
    """A stroke of a person; `source` of its contact is wrist, ball or both."""

    track: int
    contact_s: float
    confidence: float
    reason: Reason
    source: str
    hit: Hit | None
    description: Description


def merge(
    proposals: Sequence[Proposal], hits: Sequence[Hit], owned: Mapping[int, Claim], rules: StrokeRules
) -> Iterable[Stroke]:
    """Make one stroke of each contact.

    A hit is a stroke of its owner, with the swing that is nearest to it in time and place. Whoever swings at the moment
    of somebody's hit does not hit too: a ball is hit once. Where players take turns, of swings of one person with no
    contact of another between them the surest is a stroke, and the others are doubted. Of strokes of a person that are
    closer in time than the rules' `apart_s` those with the ball are kept before those of the hand alone, the most
    confident first.

    Args:
        proposals: Swings of all people.
        hits: All hits, in order of time.
        owned: The owner of each hit that is somebody's, by number of the hit.
        rules: The sport's rules of strokes.
    """
    pairs = [
        (seconds_from(one.swing, [hits[at].time_s]) / AGREE_S + away, number, at)
        for number, one in enumerate(proposals)
        for at, away in one.hits.items()
        if at in owned and owned[at].track == one.track
    ]
    swung, used, found = set(), set(), []
    for _, number, at in sorted(pairs):
        if number not in swung and at not in used:
            swung.add(number)
            used.add(at)
            one, hit = proposals[number], hits[at]
            ball = ball_confidence(hit, one.hits[at])
            reason = Reason("hand_and_ball_agree", hand=one.confidence, weakest=one.weakest, ball=ball)
            sure = 1 - (1 - one.confidence) * (1 - ball)
            found.append(Stroke(one.track, hit.time_s, sure, reason, "both", hit, one.descriptions[at]))
    for at, claim in owned.items():
        if at not in used:
            hit = hits[at]
            sure = ball_confidence(hit, claim.away)
            reason = Reason("ball_alone", ball=sure, reaches=claim.away)
            description = Description(Phases(), claim.kind, NO_FORM, claim.lead)
            found.append(Stroke(claim.track, hit.time_s, sure, reason, "ball", hit, description))
    turns = sorted((hits[at].time_s, claim.track) for at, claim in owned.items())
    moments, in_turn = [t for t, _ in turns], rules.alternate and len({track for _, track in turns}) > 1
    alone = [
        one
        for number, one in enumerate(proposals)
        if number not in swung and not rules.needs_ball and seconds_from(one.swing, moments) > AGREE_S
    ]
    # A serve that only its flight shows, and that is nobody's, is no contact.
    contacts: list[tuple[float, int | None]] = [
        (hit.time_s, None) for at, hit in enumerate(hits) if at in owned or hit.frame is not None
    ]
    for one in sorted(alone, key=lambda one: -one.confidence * (DOUBT if one.doubt else 1)):
        doubts = [one.doubt] if one.doubt else []
        again = in_turn and _again(one, contacts)
        order = turn_of(one.track, one.swing.contact_s, turns) if in_turn else None
        if order is False or again:
            doubts.append(Reason("not_his_turn"))
        sure = one.confidence * DOUBT ** len(doubts)
        reason = Reason("hand_alone", hand=sure, weakest=one.weakest)
        if doubts:
            reason = several([reason, *doubts])
        found.append(Stroke(one.track, one.swing.contact_s, sure, reason, "wrist", None, one.descriptions[None]))
        if sure >= rules.min_confidence:
            insort(contacts, (one.swing.contact_s, one.track), key=itemgetter(0))
    return _apart([one for one in found if one.confidence >= rules.min_confidence], rules.apart_s)


def _again(one: Proposal, contacts: Sequence[tuple[float, int | None]]) -> bool:
    """Is the contact before or after a swing one of the same person, by the hand alone, with the ball still in play?"""
    at = bisect_left(contacts, one.swing.contact_s, key=itemgetter(0))
    near = contacts[max(0, at - 1) : at + 1]
    return any(track == one.track and abs(t - one.swing.contact_s) <= IN_PLAY_S for t, track in near)


def _apart(found: list[Stroke], apart_s: float) -> Iterable[Stroke]:
    """The strokes of each person that are at least `apart_s` apart, those with the ball first."""
    by_track: dict[int, list[Stroke]] = {}
    for one in sorted(found, key=lambda one: (one.hit is None, -one.confidence)):
        by_track.setdefault(one.track, []).append(one)
    for own in by_track.values():
        moments: list[float] = []
        for one in own:  # the ball says that another hit it in between; two bounces on one racket are one hit
            if nearest(moments, one.contact_s) >= (apart_s * BALL_APART if one.hit else apart_s):
                insort(moments, one.contact_s)
                yield one


def seconds_from(swing: Swing, moments: Sequence[float]) -> float:
    """Seconds from a swing's contact or fastest moment to the nearest of ascending `moments`; infinite without one."""
    return min(nearest(moments, t) for t in (swing.contact_s, swing.peak_s))


def ball_confidence(hit: Hit, away: float) -> float:
    """Confidence in a stroke by the ball alone, `away` reaches from the hand."""
    return hit.confidence * (1 - (1 - FAR_OFF) * min(1.0, away))
