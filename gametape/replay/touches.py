"""Every touch of the ball: where its way or its spin changes as neither flight nor a bounce explains, at a car.

Belongs here: finding touches, and whose they are. Does not belong here: their rows (`gametape.replay.events`), the
physics of the ball (`gametape.replay.ball_physics`).

The game's record tells a touch only where another team touches than before (`Course.tables["hits"]`). That is exact, so
it decides between the teams; between, the ball's states tell the touches, and the player is the car that it met.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametape.replay.ball_physics import RADIUS_UU, Jump, jumps
from gametape.replay.course import COUNT_NAMES, Course
from gametape.replay.motion import Motion
from gametape.replay.turns import axes

REACH_UU = 100.0
"""Farthest that the ball's surface lies from a car's box, as both are known between their states, when they meet."""
RECORDED_REACH_UU = 350.0
"""The same for centre to centre, where the record says that the team touched, and the ball's states do not show it."""
CONTACT_S = 0.15
"""What a player does to the ball within this time after doing something to it is the same touch: a push or a carry."""
SAME_FRAMES = 3
"""Frames that the record of a touch and the states around it lie apart at most."""
POINTS_S = 1.3
"""Points for a touch are told within this time."""
EARLY_S = 0.1
"""They may be told this long before the ball's next state."""
STALE_S = 0.6
"""A car of which nothing is told for longer is not where it was."""

BOX_UU = np.array([118.0, 84.2, 36.2]) / 2
"""Half the sides of the most usual car's box. Others differ by up to 8 uu."""
BOX_CENTRE_UU = np.array([13.9, 0.0, 20.8])
"""Its centre, from the car's, in the car's axes."""


@dataclass(frozen=True)
class Touch:
    """A touch.

    Attributes:
        frame: First frame in which the ball is told to move otherwise.
        player: Number of the player; None: no car of the team is known to be near.
        team: 0 blue, 1 orange.
        recorded: Whether the record says that the team touched, or the ball's states do.
    """

    frame: int
    player: int | None
    team: int
    recorded: bool


@dataclass(frozen=True)
class Kickoff:
    """A kickoff.

    Attributes:
        since: Frame from which the ball waits in the middle.
        until: Frame of its first touch.
        first: That touch; None: whose it is, is not known.
    """

    since: int
    until: int
    first: Touch | None


@dataclass(frozen=True)
class Cars:
    """The players' cars at any time.

    Attributes:
        times: (frames,) seconds on the replay's clock.
        motions: By player.
        teams: By player, 0 or 1.
    """

    times: np.ndarray
    motions: list[Motion]
    teams: list[int]

    def in_reach(self, time: float, ball: np.ndarray) -> dict[int, float]:
        """Distance of the box of each car that may touch the ball from its surface, uu, by player.

        It is negative where they overlap, which they do as far as they are known inexactly.
        """
        found = {}
        for player, motion in enumerate(self.motions):
            if pose := _pose(motion, self.times, time):
                place, turn = pose
                inside = axes(turn[None])[0].T @ (ball - place) - BOX_CENTRE_UU
                gap = float(np.linalg.norm(np.maximum(abs(inside) - BOX_UU, 0)) - RADIUS_UU)
                if gap <= REACH_UU:
                    found[player] = gap
        return found

    def nearest_centre(self, frame: int, ball: np.ndarray, team: int) -> int | None:
        """The car of a team whose centre, as last told, is nearest to the ball's; None: none is near."""
        best, best_away = None, RECORDED_REACH_UU
        for player, motion in enumerate(self.motions):
            at = int(np.searchsorted(motion.frames, frame, side="right")) - 1
            if self.teams[player] != team or at < 0 or self.times[frame] - self.times[motion.frames[at]] > 1.0:
                continue
            away = float(np.linalg.norm(motion.states[at, :3] - ball))
            if away < best_away:
                best, best_away = player, away
        return best


def touches_of(course: Course, cars: Cars, points: list[tuple[int, int]]) -> list[Touch]:
    """The touches of a game, in the order of time.

    Args:
        course: The game.
        cars: The players' cars.
        points: Frame and player of each time that the game is told to have given points for a touch (`touch_points`).
    """
    told = course.tables["hits"].astype(np.int64)
    told = told[np.isin(told[:, 1], (0, 1))]
    meetings = [(jump, reach) for jump in jumps(course) if (reach := cars.in_reach(jump.time, jump.place))]
    found = [touch for jump, reach in meetings for touch in _touches_in(jump, reach, cars.teams, told)]
    found += _only_told(course, cars, told, found)
    contested = _only_rewarded(meetings, cars, points, found)
    # Who the record says touched did so last.
    return _joined(sorted([*contested, *found], key=lambda touch: touch.frame), course.times)


def kickoffs_of(course: Course, touches: list[Touch]) -> list[Kickoff]:
    """The kickoffs that were taken, in the order of time."""
    found: list[Kickoff] = []
    since: int | None = 0
    for frame, hit in course.tables["first_hits"].astype(np.int64).tolist():
        if not hit:
            since = frame
        elif since is not None:
            near = (touch for touch in touches if abs(touch.frame - frame) <= SAME_FRAMES)
            found.append(Kickoff(since, frame, min(near, key=lambda touch: abs(touch.frame - frame), default=None)))
            since = None
    return found


def touch_points(counts: np.ndarray, number: dict[int, int]) -> list[tuple[int, int]]:
    """Frame and player of each time that points for a touch are told.

    A touch is worth 2 since 2017 or so, all else a multiple of 5. Another one within a second is worth nothing, and
    points are told up to `POINTS_S` later, so they do not count the touches; but who has them did touch.

    Args:
        counts: The course's table.
        number: From an index into the course's players to the number of the player.

    Examples:
        >>> score = COUNT_NAMES.index("score")
        >>> touch_points(np.array([[0, 1, score, 40], [5, 1, score, 42], [9, 1, score, 92]]), {1: 0})
        [(5, 0)]
    """
    found: list[tuple[int, int]] = []
    known: dict[int, int] = {}
    for frame, index, count, value in counts.astype(np.int64).tolist():
        if COUNT_NAMES[count] == "score":
            gained = value - known.get(index, 0 if frame > 0 else value)
            known[index] = value
            if gained > 0 and gained % 5 in (2, 4) and index in number:
                found.append((frame, number[index]))
    return found


def _touches_in(jump: Jump, reach: dict[int, float], teams: list[int], told: np.ndarray) -> list[Touch]:
    """Who made the ball jump: of the teams that the record says, the car that the ball met."""
    now = told[(told[:, 0] > jump.before) & (told[:, 0] <= jump.frame + 1)][:, 1].tolist()
    if not now and jump.explained:
        return []
    if not now:
        ever = told[told[:, 0] <= jump.before]
        now = [int(ever[-1, 1])] if len(ever) else []
    touches = []
    for team in now:
        mine = {player: gap for player, gap in reach.items() if teams[player] == team}
        if mine:
            touches.append(Touch(jump.frame, min(mine, key=lambda player: mine[player]), team, False))
    return touches


def _only_rewarded(
    meetings: list[tuple[Jump, dict[int, float]]], cars: Cars, points: list[tuple[int, int]], found: list[Touch]
) -> list[Touch]:
    """Who got points for a touch that is nobody's yet: the other one at a ball that two players went for."""
    times = cars.times
    more: list[Touch] = []
    spent: set[int] = set()
    for frame, player in points:
        until = times[frame] + EARLY_S
        mine = [
            n
            for n, touch in enumerate(found)
            if touch.player == player and n not in spent and until - POINTS_S < times[touch.frame] <= until
        ]
        if mine:
            spent.add(mine[0])
            continue
        near = [
            (reach[player], jump.frame)
            for jump, reach in meetings
            if player in reach and until - POINTS_S < jump.time <= until
        ]
        if near:
            more.append(Touch(min(near)[1], player, cars.teams[player], False))
    return more


def _only_told(course: Course, cars: Cars, told: np.ndarray, found: list[Touch]) -> list[Touch]:
    """What the record says and the ball's states do not show."""
    ball = course.tables["ball"]
    frames = ball[:, 0].astype(np.int64)
    more = []
    for frame, team in told.tolist():
        if any(touch.team == team and abs(touch.frame - frame) <= SAME_FRAMES for touch in found):
            continue
        at = int(np.searchsorted(frames, frame, side="right")) - 1
        player = cars.nearest_centre(frame, ball[at, 1:4], team) if at >= 0 else None
        more.append(Touch(frame, player, team, True))
    return more


def _joined(touches: list[Touch], times: np.ndarray) -> list[Touch]:
    """A contact is one touch, unless somebody else touches in between."""
    kept: list[Touch] = []
    until = -np.inf
    for touch in touches:
        last = kept[-1] if kept else None
        time = float(times[touch.frame])
        if last is None or (last.player, last.team) != (touch.player, touch.team) or time - until > CONTACT_S:
            kept.append(touch)
        until = time
    return kept


def _pose(motion: Motion, times: np.ndarray, time: float) -> tuple[np.ndarray, np.ndarray] | None:
    """A car's place and turn at a time: between its states where it was told of on both sides, else as it flew on."""
    at = int(np.searchsorted(times[motion.frames], time, side="right")) - 1
    if at < 0 or time - times[motion.frames[at]] > STALE_S:
        return None
    here, turn = motion.states[at], motion.turns[at]
    since = time - times[motion.frames[at]]
    if at + 1 == len(motion.frames) or motion.lives[at + 1] != motion.lives[at]:
        return here[:3] + here[3:] * since, turn
    there = motion.states[at + 1]
    span = times[motion.frames[at + 1]] - times[motion.frames[at]]
    share = since / span
    forth, back = here[:3] + here[3:] * since, there[:3] - there[3:] * (span - since)
    weight = share * share * (3 - 2 * share)
    return forth * (1 - weight) + back * weight, motion.turns[at + 1] if share > 0.5 else turn
