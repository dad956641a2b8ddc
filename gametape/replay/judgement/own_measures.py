"""The project's own measures of a player in a game: boost, cover, rotation and aerials, each a share of 0..1.

Belongs here: their definitions and arithmetic. Does not belong here: ballchasing's statistics, judging.

boost_efficiency   Of the boost that was used or ran over, the part that could make the car faster: what was burnt on
                   the ground at supersonic speed adds nothing, what did not fit into the tank is gone. n: units of
                   boost.
goal_side_cover    Of the time that the ball is in the own half, the part in which the player is nearer to the own goal
                   line than the ball. n: spells of the ball there, of LEAST_SPELL_S or more.
rotation_back      Of the times that a team-mate takes over being the team's nearest to the ball from the player, the
                   part after which the player is nearer to the own goal line than this mate within RETURN_S s. n:
                   changes.
aerial_efficiency  Of the aerials in which the car comes within REACH_UU of the ball, the part in which it touches it.
                   n: such aerials.

None of them says by itself what is good play: that is asked of the outcomes (judge.py). Of a game without its course
(ballchasing's answer) only the first is known.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.base.reason import Reason
from gametape.tables.replay_judgement import REPLAY_MEASURES

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

MEASURES = ("boost_efficiency", "goal_side_cover", "rotation_back", "aerial_efficiency")
LONGEST_GAP_S = 0.5
"""Between two frames: beyond it nothing is known of the time between."""
LEAST_BOOST = 300
"""Three full tanks: of less, one pad decides."""
LEAST_SPELL_S, LEAST_SPELLS = 1.0, 5
LEAST_NEAREST_S = 0.5
"""As the team's nearest to the ball: what is shorter is two cars side by side."""
RETURN_S, LEAST_CHANGES = 3.0, 8
REACH_UU, LEAST_AERIALS = 500.0, 5
MOST_MOMENTS = 5

Row = dict[str, Any]


def measure_game(players: pa.Table, ball: pa.Table, player_frames: pa.Table, events: pa.Table) -> pa.Table:
    """The own measures of every player of one game (contract REPLAY_MEASURES).

    Args:
        players: Table replay_players of the game.
        ball: Table replay_ball_trajectory; without rows where the course of the game is not known.
        player_frames: Table replay_player_frames; likewise.
        events: Table replay_events; likewise.
    """
    course = Course(ball.to_pandas(), player_frames.to_pandas()) if ball.num_rows and player_frames.num_rows else None
    happened = events.to_pandas()
    seats = {row["player"]: row["team"] for row in players.select(["player", "team"]).to_pylist()}
    rows = []
    for player in players.to_pylist():
        own = {"boost_efficiency": boost_efficiency(player)}
        for name, measure in (("goal_side_cover", goal_side_cover), ("rotation_back", rotation_back)):
            own[name] = measure(course, player["player"], seats) if course else _unknown(Reason("course_not_known"))
        own["aerial_efficiency"] = (
            aerial_efficiency(course, happened, player["player"]) if course else _unknown(Reason("course_not_known"))
        )
        rows += [{"player": player["player"], "measure": name, **row} for name, row in own.items()]
    return REPLAY_MEASURES.from_rows(rows)


class Course:
    """Where ball and cars were, frame by frame; NaN where they were not.

    Attributes:
        time_s: (n,). step_s: (n,), to the next frame; 0 where it is too far, or play rests.
        ball: (n, 3) uu. cars: by player, (n, 3) uu, NaN where he has no car or his time does not count.
    """

    def __init__(self, ball: pd.DataFrame, frames: pd.DataFrame) -> None:
        ball = ball.sort_values("frame").reset_index(drop=True)
        number = {frame: at for at, frame in enumerate(ball["frame"])}
        self.time_s = ball["time_s"].to_numpy(float)
        self.ball = ball[["x", "y", "z"]].to_numpy(float)
        gap = np.append(np.diff(self.time_s), 0.0)
        self.step_s = np.where((gap <= LONGEST_GAP_S) & ball["in_play"].to_numpy(bool), gap, 0.0)
        self.cars: dict[int, np.ndarray] = {}
        counted = frames[frames["in_play"].astype(bool) & frames["frame"].isin(number)]
        for player, one in counted.groupby("player"):
            place = np.full((len(ball), 3), np.nan)
            place[one["frame"].map(number).to_numpy(int)] = one[["x_uu", "y_uu", "z_uu"]].to_numpy(float)
            self.cars[int(player)] = place


def boost_efficiency(player: Row) -> Row:
    """See the head of this file.

    Args:
        player: A row of replay_players.
    """
    names = ("bpm", "bcpm", "amount_collected", "amount_overfill", "amount_used_while_supersonic")
    known = [player[f"boost_{name}"] for name in names if player.get(f"boost_{name}") is not None]
    if len(known) < len(names) or not known[1]:
        return _unknown(Reason("boost_not_known"))
    bpm, bcpm, collected, overfill, supersonic = known
    used = bpm * collected / bcpm  # both are a minute, of the same minutes
    total = used + overfill
    if total < LEAST_BOOST:
        return _unknown(Reason("boost_too_little", n=round(total), needed=LEAST_BOOST), round(total))
    return {"value": min(1.0, max(0.0, 1 - (supersonic + overfill) / total)), "n": round(total)}


def goal_side_cover(course: Course, player: int, teams: dict[int, str]) -> Row:
    """See the head of this file. The error is of the spells as they scatter."""
    car = course.cars.get(player)
    if car is None:
        return _unknown(Reason("course_not_known"))
    up = _up(teams[player])
    inside = (up * course.ball[:, 1] < 0) & np.isfinite(car[:, 1]) & (course.step_s > 0)
    wrong = up * car[:, 1] >= up * course.ball[:, 1]
    lengths, shares, moments = [], [], []
    for first, last in _runs(inside):
        step = course.step_s[first:last]
        if step.sum() >= LEAST_SPELL_S:
            away = step[wrong[first:last]].sum()
            lengths.append(step.sum())
            shares.append(1 - away / step.sum())
            if away:
                moments.append((-away, course.time_s[first + int(np.argmax(wrong[first:last]))]))
    k = len(lengths)
    if k < LEAST_SPELLS:
        return _unknown(Reason("spells_too_few", n=k, needed=LEAST_SPELLS), k)
    length, share = np.array(lengths), np.array(shares)
    value = float(length @ share / length.sum())
    error = float(np.sqrt((length**2 * (share - value) ** 2).sum() * k / (k - 1)) / length.sum())
    return _known(value, k, error or _share_error(value * k, k), moments) | {"spread": float(share.std(ddof=1))}


def rotation_back(course: Course, player: int, teams: dict[int, str]) -> Row:
    """See the head of this file. A change after which play rests before the answer is left out."""
    mates = [one for one, team in teams.items() if team == teams[player] and one in course.cars]
    if len(mates) < 2 or player not in mates:
        return _unknown(Reason("no_team_mate"))
    up = _up(teams[player])
    away = np.array([np.linalg.norm(course.cars[one] - course.ball, axis=1) for one in mates])
    seen = (np.isfinite(away).sum(axis=0) > 1) & (course.step_s > 0)
    nearest = np.where(seen, np.argmin(np.where(np.isfinite(away), away, np.inf), axis=0), -1)
    held = [
        (nearest[first], first, last)
        for first, last in _same(nearest)
        if nearest[first] >= 0 and course.step_s[first:last].sum() >= LEAST_NEAREST_S
    ]
    own, back, moments, n = mates.index(player), 0, [], 0
    for (who, _, end), (mate, begin, _) in pairwise(held):
        if who != own or mate == own or (course.step_s[end:begin] == 0).any():
            continue
        until = int(np.searchsorted(course.time_s, course.time_s[begin] + RETURN_S))
        behind = up * course.cars[player][begin:until, 1] < up * course.cars[mates[mate]][begin:until, 1]
        rests = course.step_s[begin:until] == 0
        if behind.any() and not rests[: int(np.argmax(behind))].any():
            back += 1
        elif rests.any() or until >= len(course.time_s):
            continue
        else:
            moments.append((0.0, course.time_s[begin]))
        n += 1
    if n < LEAST_CHANGES:
        return _unknown(Reason("changes_too_few", n=n, needed=LEAST_CHANGES), n)
    return _share(back, n, moments)


def aerial_efficiency(course: Course, events: pd.DataFrame, player: int) -> Row:
    """See the head of this file."""
    car = course.cars.get(player)
    if car is None:
        return _unknown(Reason("course_not_known"))
    aerials = events[(events["kind"] == "aerial") & (events["player"] == player) & events["end_s"].notna()]
    touched, n, moments = 0, 0, []
    for begin, end, touches in aerials[["time_s", "end_s", "touches"]].itertuples(index=False):
        first, last = np.searchsorted(course.time_s, [begin, end])
        away = np.linalg.norm(car[first : last + 1] - course.ball[first : last + 1], axis=1)
        if touches and touches > 0:
            touched, n = touched + 1, n + 1
        elif np.isfinite(away).any() and np.nanmin(away) <= REACH_UU:
            n += 1
            moments.append((float(np.nanmin(away)), begin))
    if n < LEAST_AERIALS:
        return _unknown(Reason("aerials_too_few", n=n, needed=LEAST_AERIALS), n)
    return _share(touched, n, moments)


def _up(team: str) -> int:
    """The way along y from the own goal to the other."""
    return 1 if team == "blue" else -1


def _runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """First index of each run of true, and the one after its last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(int)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _same(values: np.ndarray) -> list[tuple[int, int]]:
    """First index of each run of one value, and the one after its last."""
    edges = [0, *(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]
    return list(pairwise(edges))


def _share(hits: int, n: int, moments: list[tuple[float, float]]) -> Row:
    """A share of n times."""
    return _known(hits / n, n, _share_error(hits, n), moments)


def _share_error(hits: float, n: int) -> float:
    """Standard error of a share, by four times more, half of them hits: never 0."""
    near = (hits + 2) / (n + 4)
    return (near * (1 - near) / (n + 4)) ** 0.5


def _known(value: float, n: int, error: float, moments: list[tuple[float, float]]) -> Row:
    worst = [float(time) for _, time in sorted(moments)[:MOST_MOMENTS]]
    return {"value": value, "n": n, "error": error, "moments_s": worst}


def _unknown(reason: Reason, n: int = 0) -> Row:
    return {"n": n, "reason": reason}
