"""Who is measured: one track, chosen by a stated rule or by the user's clicks, and never changed within a film.

Belongs here: the choice and how sure it is. Does not belong here: following people (gametape.pose).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.lake.contracts import COCO_KEYPOINTS
from gametape.sidecar import Player, Sidecar

if TYPE_CHECKING:
    import pyarrow as pa

CLICK_REACH_S = 0.5
RULE = "share of frames seen x height in the picture x nearness to its centre x movement"


@dataclass(frozen=True)
class Subject:
    """The chosen track, or None with the reason. `margin` is 0..1: how much better than the next best (1: a
    click, or nobody else). `player` is what the sidecar says of the person; `looked`: were people looked for?"""

    track: int | None
    margin: float
    reason: str
    player: Player
    looked: bool = True


def player_of(sidecar: Sidecar) -> Player:
    """The sidecar's player that is the subject: the one with clicks, or the only one."""
    for player in sidecar.players:
        if player.clicks:
            return player
    return sidecar.players[0] if len(sidecar.players) == 1 else Player()


def analysed_frames(poses: pa.Table, frames: pa.Table, sidecar: Sidecar) -> np.ndarray:
    """Frame numbers where people were looked for: within the sidecar's trim, in the step the poses show.

    The step is the greatest that all pose rows fit; a step over 0.2 s is taken for sparse detections instead.
    """
    index, times = frames["frame"].to_numpy(), frames["time_s"].to_numpy()
    if sidecar.trim_start_s is not None:
        index, times = index[times >= sidecar.trim_start_s], times[times >= sidecar.trim_start_s]
    if sidecar.trim_end_s is not None:
        index, times = index[times < sidecar.trim_end_s], times[times < sidecar.trim_end_s]
    if len(index) < 2:
        return index
    interval = float(np.median(np.diff(times)))
    seen = np.unique(poses["frame"].to_numpy())
    step = int(np.gcd.reduce(np.diff(seen))) if len(seen) > 1 else 1
    asked = 1 / sidecar.sample_rate_hz if sidecar.sample_rate_hz else 0.2
    if step * interval > asked + interval:
        step = 1 if not sidecar.sample_rate_hz else max(1, round(asked / interval))
    phase = int(seen[0] - index[0]) % step if len(seen) else 0
    return index[phase::step]


def choose(poses: pa.Table, analysed: int, sidecar: Sidecar, width: int, height: int) -> Subject:
    """The subject among the tracks of `poses`; `analysed` is how many frames people were looked for in."""
    player = player_of(sidecar)
    if "pose" not in sidecar.analyses:
        return Subject(None, 0.0, "the sidecar asks for no pose analysis", player, looked=False)
    if not poses.num_rows:
        return Subject(None, 0.0, "nobody was found in the film", player)
    people = _people(poses)
    if player.clicks:
        return _clicked(people, player, width, height)
    rank = sorted(((_rank(p, analysed, width, height), p.track) for p in people), key=lambda r: (-r[0], r[1]))
    best, track = rank[0]
    runner_up = rank[1][0] if len(rank) > 1 else 0.0
    margin = 1 - runner_up / best if best > 0 else 0.0
    how = f"track {track} of {len(people)}, by {RULE}"
    if margin < 0.2 and len(rank) > 1:
        how += f"; a close call with track {rank[1][1]}: a click in the sidecar settles it"
    return Subject(track, float(margin), how, player)


@dataclass(frozen=True)
class _Person:
    track: int
    times: np.ndarray  # (n,)
    boxes: np.ndarray  # (n, 4) px
    activity: float  # how far it and its hands move about, in its own heights


def _people(poses: pa.Table) -> list[_Person]:
    tracks, times = poses["track"].to_numpy(), poses["time_s"].to_numpy()
    boxes = np.column_stack([poses[c].to_numpy().astype(float) for c in ("x1", "y1", "x2", "y2")])
    xs, ys = (np.column_stack([poses[f"{k}_{a}"].to_numpy() for k in COCO_KEYPOINTS]).astype(float) for a in "xy")
    bare = ~np.isfinite(boxes).all(1) & np.isfinite(xs).any(1) & np.isfinite(ys).any(1)
    if bare.any():  # an estimator without boxes: the keypoints' extent
        x, y = xs[bare], ys[bare]
        boxes[bare] = np.column_stack([f(a, axis=1) for f in (np.nanmin, np.nanmax) for a in (x, y)])
    return [_person(t, times, boxes, xs, ys, tracks == t) for t in np.unique(tracks)]


def _person(
    track: int, times: np.ndarray, boxes: np.ndarray, xs: np.ndarray, ys: np.ndarray, mine: np.ndarray
) -> _Person:
    import warnings

    box = boxes[mine]
    tall = np.maximum(np.nanmedian(box[:, 3] - box[:, 1]) if np.isfinite(box).any() else np.nan, 1.0)
    centre = np.column_stack([box[:, 0] + box[:, 2], box[:, 1] + box[:, 3]]) / 2
    left, right = COCO_KEYPOINTS.index("left_wrist"), COCO_KEYPOINTS.index("right_wrist")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # wrists never seen: no activity is known of them
        roam = np.hypot(*np.nanstd(centre, axis=0))
        hands = [
            np.hypot(np.nanstd(xs[mine, w] - centre[:, 0]), np.nanstd(ys[mine, w] - centre[:, 1]))
            for w in (left, right)
        ]
    return _Person(int(track), times[mine], box, float(np.nansum([roam, np.fmax(*hands)]) / tall))


def _rank(person: _Person, analysed: int, width: int, height: int) -> float:
    if not np.isfinite(person.boxes).all(1).any():
        return 0.0
    x1, y1, x2, y2 = np.nanmedian(person.boxes, axis=0)
    present = min(1.0, len(person.times) / max(1, analysed))
    off = np.hypot((x1 + x2) / 2 - width / 2, (y1 + y2) / 2 - height / 2) / np.hypot(width / 2, height / 2)
    return float(present * (y2 - y1) / height * max(0.1, 1 - off) * (0.25 + min(0.75, person.activity)))


def _clicked(people: list[_Person], player: Player, width: int, height: int) -> Subject:
    """The track that most clicks hit. A click that hits nobody is not stretched to somebody."""
    votes: dict[int, int] = {}
    for click in player.clicks:
        hit = [h for p in people if (h := _hit(p, click.t, click.x * width, click.y * height)) is not None]
        if hit:
            votes[min(hit)[1]] = votes.get(min(hit)[1], 0) + 1
    if not votes:
        told = ", ".join(f"{c.t:g} s" for c in player.clicks)
        return Subject(None, 0.0, f"nobody was found where the sidecar's clicks are (at {told})", player)
    track = max(votes, key=lambda t: (votes[t], -t))
    return Subject(track, 1.0, f"track {track}, by {votes[track]} of {len(player.clicks)} clicks", player)


def _hit(person: _Person, t: float, x: float, y: float) -> tuple[float, int] | None:
    """(squared distance from the box's middle in half boxes, track) when the box at that time holds the point."""
    at = int(np.argmin(np.abs(person.times - t)))
    if abs(person.times[at] - t) > CLICK_REACH_S or not np.isfinite(person.boxes[at]).all():
        return None
    x1, y1, x2, y2 = person.boxes[at]
    dx, dy = 2 * (x - (x1 + x2) / 2) / max(x2 - x1, 1), 2 * (y - (y1 + y2) / 2) / max(y2 - y1, 1)
    return (dx * dx + dy * dy, person.track) if max(abs(dx), abs(dy)) <= 1 else None
