"""The table of people: who is who over the film, and which of them is the subject.

Belongs here: tracks and choice as rows. Does not belong here: how they are found (linking.py, subject_selection.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.sightings import sightings
from gametape.base.reason import Reason, several
from gametape.film.clock import when_taken
from gametape.film.following import one_of_many
from gametape.film.player import measured_place, measured_player
from gametape.film.sidecar import Sidecar
from gametape.pose.clothes import COLUMNS
from gametape.pose.identified import identified
from gametape.pose.linking import Links, link, rows_by
from gametape.pose.person import BOX, boxes_of, keypoints_of
from gametape.pose.rejoin import of_two
from gametape.pose.roles import NO_HITS, Hits, Role, at_contact, owned, roles
from gametape.pose.subject_selection import NOBODY_KNOWN, Choice, Track, choose, choose_named
from gametape.tables.pose import PEOPLE

if TYPE_CHECKING:
    import pyarrow as pa


def people(
    estimates: pa.Table,
    frames: pa.Table,
    sidecar: Sidecar,
    *,
    looked_at: int,
    width: int,
    height: int,
    events: pa.Table | None = None,
    players: tuple[int, int] | None = None,
    at_ball: Mapping[str, Sequence[str]] | None = None,
    ball: pa.Table | None = None,
    reaches_s: tuple[float, float] | None = None,
    identity: pa.Table | None = None,
    frames_looked_at: range | None = None,
) -> pa.Table:
    """Link people into tracks over the film, tell who plays, and choose the subject among them.

    Args:
        estimates: Table POSE_ESTIMATES.
        frames: Table FRAMES; people are not linked across its cuts.
        sidecar: Clicks, jersey colour and handedness of the player.
        looked_at: Number of frames in which people were looked for.
        width: Pixels of the picture.
        height: Pixels of the picture.
        events: Table BALL_EVENTS.
        players: Fewest and most who play at once in the film's sport; None where that is not known.
        at_ball: By mode, and "any" for none, the kinds of contact with the ball that make one the player, the first
            that is seen. A mode that is left out is of somebody who is not at the ball. None: everybody is at times.
        ball: Table BALL_TRAJECTORY, which tells to whom a ball came that nobody is seen to hit.
        reaches_s: Seconds after its release within which a ball reaches who is to play it, in the film's sport.
        identity: Table PLAYER_IDENTITY: whoever is found by number or click is that player. None: nobody is.
        frames_looked_at: The frames of `looked_at`, where `identity` is given.

    Returns:
        Table PEOPLE, a row for each row of `estimates`, ordered by frame and track.
    """
    if not estimates.num_rows:
        return PEOPLE.from_rows([])
    sidecar = when_taken(sidecar, frames["time_s"].to_numpy(), frames["shown_s"].to_numpy())
    joints = keypoints_of(estimates)[:, :, :2]
    shots = frames["shot"].to_numpy()[estimates["frame"].to_numpy()]
    links = link(estimates["time_s"].to_numpy(), boxes_of(estimates), joints, _colours(estimates), shots)
    hits = Hits.of(events, seen_to_come=at_ball is not None)
    kinds = None if at_ball is None else at_ball.get(sidecar.mode or "any")
    if at_ball is None:  # else others go about too, and who is found again may be one of them
        links = _rejoined(estimates, links, shots, hits, players)
    elif kinds is None:
        players = None
    if at_ball is not None and ball is not None:
        spotted = sightings(ball)
        hits = owned(_tracks(estimates, links), hits, np.column_stack([spotted.times, spotted.places]), reaches_s)
    picture = {"looked_at": looked_at, "width": width, "height": height}
    known = (
        identified(identity, estimates, links.tracks, frames_looked_at or range(frames.num_rows))
        if identity is not None
        else {}
    )
    return with_subject(estimates, links, sidecar, **picture, hits=hits, players=players, at_ball=kinds, known=known)


def with_subject(
    estimates: pa.Table,
    links: Links,
    sidecar: Sidecar,
    *,
    looked_at: int,
    width: int,
    height: int,
    hits: Hits = NO_HITS,
    players: tuple[int, int] | None = None,
    at_ball: Sequence[str] | None = None,
    known: Mapping[int, Choice] = NOBODY_KNOWN,
) -> pa.Table:
    """Choose the subject among given tracks; see `people`. `known`: see `identified`."""
    import pyarrow as pa

    times = estimates["time_s"].to_numpy()
    seen = _tracks(estimates, links)
    theirs = hits if at_ball is None else hits.of_kinds(*at_ball)
    told = roles(seen, theirs, players, by_contact=at_ball is not None)
    elsewhere = set(hits.owners or ()) - set(theirs.owners or ())
    told |= {number: Role(False, Reason("at_another_contact")) for number in elsewhere if number is not None}
    plays = {number: role.plays for number, role in told.items()}
    missed = at_ball is not None and bool(len(theirs.times)) and not any(one is not None for one in theirs.owners or ())
    at = at_contact(seen, hits, at_ball or ())
    place = measured_place(sidecar)
    if one_of_many(sidecar) and not _is_told(sidecar):  # the best seen may be the referee
        chosen = Choice((), None, (Reason("nobody_wanted"),))
    elif place is not None and place in known and known[place].tracks:
        chosen = known[place]
    else:
        chosen = choose(seen, looked_at, sidecar, width, height, plays, at, missed=missed and len(seen) > 1)
    named = choose_named(seen, sidecar, chosen, width, height, known)
    if measured_player(sidecar).clicks:
        told |= {number: Role(True, Reason("clicked")) for number in chosen.tracks}
    told |= {number: Role(True, Reason("clicked")) for one in named.values() for number in one.tracks}
    followed = {number for choice in known.values() for number in choice.tracks}
    told |= {number: Role(True, Reason("followed")) for number in followed}
    # Several tracks of one player become one.
    tracks = links.tracks.copy()
    same: dict[int, int] = {}
    for one in (chosen, *named.values()):
        same |= dict.fromkeys(one.tracks, one.tracks[0]) if one.tracks else {}
    for number, first in same.items():
        tracks[links.tracks == number] = first
    maybe = {
        later: (same.get(earlier, earlier), sure)
        for later, (earlier, sure) in links.maybe.items()
        if same.get(later, later) == later
    }
    places = {choice.tracks[0]: place for place, choice in named.items() if choice.tracks}
    if chosen.tracks and place is not None:
        places[chosen.tracks[0]] = place
    missing = [reason for choice in named.values() if not choice.tracks for reason in choice.reasons]
    if place is not None and place in known and not known[place].tracks:  # then the choice is by clicks or a rule
        missing += known[place].reasons
    columns = {name: estimates[name] for name in ("frame", "time_s", "person", *BOX, "confidence")}
    columns |= _columns(tracks, maybe, chosen, places, missing, times) | _roles(tracks, told)
    return PEOPLE.cast(pa.table(columns)).sort_by([("frame", "ascending"), ("track", "ascending")]).combine_chunks()


def _is_told(sidecar: Sidecar) -> bool:
    """Does the sidecar say anything that tells the player from others?"""
    player = measured_player(sidecar)
    return bool(player.number or player.clicks or player.jersey_color)


def _tracks(estimates: pa.Table, links: Links) -> list[Track]:
    times, boxes, joints = estimates["time_s"].to_numpy(), boxes_of(estimates), keypoints_of(estimates)[:, :, :2]
    shirts = _colours(estimates)[:, :3]
    return [
        Track(number, times[mine], boxes[mine], joints[mine], _median(shirts[mine]))
        for number, mine in rows_by(links.tracks).items()
    ]


def _rejoined(
    estimates: pa.Table, links: Links, shots: np.ndarray, hits: Hits, players: tuple[int, int] | None
) -> Links:
    """The same with the pieces of one player joined, where two play."""
    seen = _tracks(estimates, links)
    told = roles(seen, hits, players)
    first = {number: int(shots[mine[0]]) for number, mine in rows_by(links.tracks).items()}
    same = of_two(seen, {number: role.plays for number, role in told.items()}, first) if players else {}
    if not same:
        return links
    times, tracks = estimates["time_s"].to_numpy(), links.tracks.copy()
    for later, earlier in sorted(same.items(), key=lambda pair: times[np.argmax(links.tracks == pair[0])]):
        # Where both are there for a moment, the later one stays apart.
        tracks[(links.tracks == later) & (times > times[tracks == earlier].max())] = earlier
    maybe = {later: (same.get(earlier, earlier), sure) for later, (earlier, sure) in links.maybe.items()}
    return Links(tracks, {later: pair for later, pair in maybe.items() if later not in same})


def _columns(
    tracks: np.ndarray,
    maybe: dict[int, tuple[int, float]],
    chosen: Choice,
    players: dict[int, int],
    missing: list[Reason],
    times: np.ndarray,
) -> dict[str, pa.Array]:
    import pyarrow as pa

    count = len(tracks)
    choice = [*chosen.reasons, *missing]
    for later, (earlier, sure) in sorted(maybe.items()):
        if {earlier, later} & set(chosen.tracks):
            other = later if earlier in chosen.tracks else earlier
            first, last = times[tracks == other][[0, -1]]
            choice.append(Reason("may_be_the_same", track=other, first=first, last=last, alike=sure))
    may = [maybe.get(int(track), (None, None)) for track in tracks]
    return {
        "track": pa.array(tracks, pa.int32()),
        "subject": pa.array(np.isin(tracks, chosen.tracks)),
        "player": pa.array([players.get(int(track)) for track in tracks], pa.int32()),
        "choice": pa.array([several(choice)] * count, pa.string()),
        "margin": pa.array([chosen.margin] * count, pa.float32()),
        "may_continue": pa.array([track for track, _ in may], pa.int32()),
        "may_continue_confidence": pa.array([sure for _, sure in may], pa.float32()),
    }


def _roles(tracks: np.ndarray, told: dict[int, Role]) -> dict[str, pa.Array]:
    import pyarrow as pa

    of = [told[int(track)] for track in tracks]
    return {
        "plays": pa.array([role.plays for role in of], pa.bool_()),
        "plays_reason": pa.array([role.reason for role in of], pa.string()),
    }


def _colours(estimates: pa.Table) -> np.ndarray:
    return np.column_stack([estimates[name].to_numpy(zero_copy_only=False) for name in COLUMNS]).astype(float)


def _median(colours: np.ndarray) -> np.ndarray:
    known = np.isfinite(colours).all(axis=1)
    return np.median(colours[known], axis=0) if known.any() else np.full(colours.shape[1], np.nan)
