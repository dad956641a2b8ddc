"""Chooses the subject: the one person who is measured, by the user's clicks or by a rule, and for the whole film.

Belongs here: the choice and how clear it is. Does not belong here: following people (linking.py), which rows are the
subject's (movement/subject.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gametape.base.reason import Reason
from gametape.film.player import measured_player, other_places
from gametape.film.sidecar import Player, Sidecar
from gametape.pose.clothes import lab
from gametape.pose.person import KEYPOINT

#: A click counts for a box at most this far away in time, seconds.
CLICK_REACH_S = 0.5
#: CIELAB difference from the sidecar's jersey colour at which a person's rank falls to 0.6 of what it was.
SHIRT = 25.0
#: Where it is not told of anybody whether they play.
NOT_TOLD: Mapping[int, bool | None] = {}
#: Margin over the next best person below which the choice is called close.
CLOSE_CALL = 0.2
_WRISTS = [KEYPOINT["left_wrist"], KEYPOINT["right_wrist"]]


@dataclass(frozen=True)
class Choice:
    """The chosen person.

    Attributes:
        tracks: The person's tracks, of which the first one's number is kept; empty where nobody was chosen.
        margin: How much better the person ranks than the next best, 0..1; 1 by a click, at the ball, or when nobody
            else is there.
        reasons: How the person was chosen, or why nobody was.
    """

    tracks: tuple[int, ...]
    margin: float | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Track:
    """What the choice knows of a track.

    Attributes:
        number: The track's number.
        times: (n,) seconds.
        boxes: (n, 4) px, NaN where unknown.
        joints: (n, k, 2) px, NaN where unknown.
        shirt: (3,) CIELAB, NaN where unknown.
    """

    number: int
    times: np.ndarray
    boxes: np.ndarray
    joints: np.ndarray
    shirt: np.ndarray


NOBODY_KNOWN: Mapping[int, Choice] = {}
"""Where nobody was found by a number."""


def choose(
    tracks: list[Track],
    looked_at: int,
    sidecar: Sidecar,
    width: int,
    height: int,
    plays: Mapping[int, bool | None] = NOT_TOLD,
    at_ball: int | None = None,
    *,
    missed: bool = False,
) -> Choice:
    """Choose the subject.

    Without clicks it is, of those who play, the track with the greatest product of: share of frames in which it is
    seen, height in the picture, nearness to its centre, movement, and likeness of its shirt to the sidecar's jersey
    colour. Whoever is known not to play is taken only where nobody else is there. Where neither clicks nor a shirt are
    given and it is known whose contact with the ball makes one the player, it is that person.

    Args:
        tracks: All tracks of the film.
        looked_at: Number of frames in which people were looked for.
        sidecar: Clicks and jersey colour of the player.
        width: Pixels of the picture.
        height: Pixels of the picture.
        plays: Whether a track's person plays, by its number; None or left out where that is not known.
        at_ball: The track whose contact with the ball makes it the player's; None where that is not known.
        missed: Was that contact seen, and none of these people at the ball? Then the player is none of them.
    """
    player = measured_player(sidecar)
    if not tracks:
        return Choice((), None, (Reason("nobody_found"),))
    if player.clicks:
        return _clicked(tracks, player, width, height)
    shirt = lab(player.jersey_color) if player.jersey_color else None
    if at_ball is not None and shirt is None:
        return Choice((at_ball,), 1.0, (Reason("chosen_at_the_ball", track=at_ball, of=len(tracks)),))
    if missed and shirt is None:
        return Choice((), None, (Reason("nobody_at_the_ball"),))
    players = [t for t in tracks if plays.get(t.number)] or [t for t in tracks if plays.get(t.number) is not False]
    tracks = players or tracks
    rank = sorted(((_rank(t, looked_at, width, height, shirt), t.number) for t in tracks), key=lambda r: (-r[0], r[1]))
    best, number = rank[0]
    runner_up = rank[1][0] if len(rank) > 1 else 0.0
    margin = 1 - runner_up / best if best > 0 else 0.0
    how = [
        Reason("chosen_by_rule", track=number) if shirt is None else Reason("chosen_by_rule_and_shirt", track=number)
    ]
    if margin < CLOSE_CALL and len(rank) > 1:
        how.append(Reason("close_call", track=rank[1][1]))
    return Choice((number,), float(margin), tuple(how))


def choose_named(
    tracks: list[Track],
    sidecar: Sidecar,
    chosen: Choice,
    width: int,
    height: int,
    known: Mapping[int, Choice] = NOBODY_KNOWN,
) -> dict[int, Choice]:
    """Choose everybody else whom the sidecar names and clicks, or gives a number, by place in its `players`.

    Nobody is two people: tracks that are another player's already are nobody's here.

    Args:
        tracks: All tracks of the film.
        sidecar: The players and their clicks.
        chosen: The subject.
        width: Pixels of the picture.
        height: Pixels of the picture.
        known: Who is known by number; see `gametape.pose.identified`.
    """
    taken = set(chosen.tracks)
    found = {}
    for place in other_places(sidecar):
        player = sidecar.players[place]
        choice = known.get(place, chosen)
        if player.clicks and not (place in known and choice.tracks):
            choice = _clicked(tracks, player, width, height) if tracks else chosen
        own = tuple(track for track in choice.tracks if track not in taken)
        taken |= set(own)
        times = ", ".join(f"{c.t:g} s" for c in player.clicks)
        missed = Reason("named_not_at_the_clicks", number=place + 1, times=times)
        if not player.clicks and place in known:
            unseen = Reason("named_not_followed", number=place + 1, reason=Reason("followed_not_seen"))
            missed = unseen if known[place].tracks else known[place].reasons[0]
        found[place] = Choice(own, choice.margin, choice.reasons) if own else Choice((), None, (missed,))
    return found


def _rank(track: Track, looked_at: int, width: int, height: int, shirt: np.ndarray | None) -> float:
    if not np.isfinite(track.boxes).all(1).any():
        return 0.0
    x1, y1, x2, y2 = np.nanmedian(track.boxes, axis=0)
    present = min(1.0, len(track.times) / max(1, looked_at))
    off = np.hypot((x1 + x2) / 2 - width / 2, (y1 + y2) / 2 - height / 2) / np.hypot(width / 2, height / 2)
    like = 1.0
    if shirt is not None and np.isfinite(track.shirt).all():
        like = float(np.exp(-((track.shirt - shirt) ** 2).sum() / (2 * SHIRT**2)))
    return float(present * (y2 - y1) / height * max(0.1, 1 - off) * (0.25 + min(0.75, _activity(track))) * like)


def _activity(track: Track) -> float:
    """How far the person and the hands move about, in the person's own heights."""
    import warnings

    box = track.boxes
    tall = np.maximum(np.nanmedian(box[:, 3] - box[:, 1]), 1.0)
    centre = (box[:, :2] + box[:, 2:]) / 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # wrists never seen: no activity is known of them
        roam = np.hypot(*np.nanstd(centre, axis=0))
        hands = [np.hypot(*np.nanstd(track.joints[:, wrist] - centre, axis=0)) for wrist in _WRISTS]
    return float(np.nansum([roam, np.fmax(*hands)]) / tall)


def _clicked(tracks: list[Track], player: Player, width: int, height: int) -> Choice:
    """Choose the tracks that the clicks hit; of two that are there at once, the one with more clicks.

    A click that hits nobody does not count for the nearest person.
    """
    votes: dict[int, int] = {}
    for click in player.clicks:
        hit = [h for t in tracks if (h := _hit(t, click.t, click.x * width, click.y * height)) is not None]
        if hit:
            votes[min(hit)[1]] = votes.get(min(hit)[1], 0) + 1
    if not votes:
        times = ", ".join(f"{c.t:g} s" for c in player.clicks)
        return Choice((), None, (Reason("nobody_at_the_clicks", times=times),))
    seen_at = {t.number: t.times for t in tracks}
    kept: list[int] = []
    for number in sorted(votes, key=lambda t: (-votes[t], t)):
        if not any(len(np.intersect1d(seen_at[number], seen_at[other])) for other in kept):
            kept.append(number)
    kept.sort(key=lambda number: seen_at[number][0])
    count = sum(votes[number] for number in kept)
    how = (
        Reason("chosen_by_clicks", track=kept[0], count=count, of=len(player.clicks))
        if len(kept) == 1
        else Reason("chosen_by_clicks_again", track=kept[0], n=len(kept) - 1, count=count, of=len(player.clicks))
    )
    return Choice(tuple(kept), 1.0, (how,))


def _hit(track: Track, t: float, x: float, y: float) -> tuple[float, int] | None:
    """Squared distance from the box's centre, in half boxes, and the track; None where the point is outside the box."""
    at = int(np.argmin(np.abs(track.times - t)))
    if abs(track.times[at] - t) > CLICK_REACH_S or not np.isfinite(track.boxes[at]).all():
        return None
    x1, y1, x2, y2 = track.boxes[at]
    dx, dy = 2 * (x - (x1 + x2) / 2) / max(x2 - x1, 1), 2 * (y - (y1 + y2) / 2) / max(y2 - y1, 1)
    return (dx * dx + dy * dy, track.number) if max(abs(dx), abs(dy)) <= 1 else None
