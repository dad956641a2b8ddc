"""Where the players and the ball were: a picture of the field's squares, the darker the longer.

Belongs here: counting time in squares and painting them. Does not belong here: the field's lines (arena.py).

A player's field is turned so that the own goal is at the left: two players of different teams can be compared. The
ball's is as the game is played, blue's goal at the left.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from gametape.replay.page.arena import Arena
from gametape.replay.page.frames import GAP_S, column

if TYPE_CHECKING:
    import pyarrow as pa

SQUARE = 256.0
"""Side of a square, uu: two cars' lengths."""
COLOURS = {"blue": (0, 114, 178), "orange": (194, 65, 12), "ball": (168, 98, 0)}
FULL_SHARE = 0.985
"""Of the squares that were visited, this share is drawn by its time; the few longest ones are all full."""


@dataclass(frozen=True)
class HeatMap:
    """Time on the field.

    Attributes:
        who: whose it is.
        team: blue, orange, or ball.
        seconds: (across, along) time in each square, s; across from +x to -x, along from the left of the picture.
        png: the picture, see-through where nobody was.
    """

    who: str
    team: str
    seconds: np.ndarray
    png: bytes

    @property
    def href(self) -> str:
        """The picture as an address that holds it."""
        return f"data:image/png;base64,{base64.b64encode(self.png).decode()}"


def heat_map(
    who: str, team: str, times: np.ndarray, x: np.ndarray, y: np.ndarray, counts: np.ndarray, arena: Arena
) -> HeatMap:
    """The heat map of one thing.

    Args:
        who: whose it is.
        team: blue, orange (turned by half a turn), or ball.
        times: (n,) s, ascending.
        x: (n,) across, uu, NaN where it was nowhere.
        y: (n,) along, uu, likewise.
        counts: (n,) whether the time from this frame to the next counts.
        arena: the field.
    """
    turned = -1.0 if team == "orange" else 1.0
    spent = np.diff(times, append=times[-1:])
    use = counts & np.isfinite(x) & np.isfinite(y) & (spent <= GAP_S)
    across, along = arena.extent
    rows, columns = int(np.ceil(2 * across / SQUARE)), int(np.ceil(2 * along / SQUARE))
    row = np.clip((across - turned * x[use]) / (2 * across) * rows, 0, rows - 1).astype(int)
    place = np.clip((along + turned * y[use]) / (2 * along) * columns, 0, columns - 1).astype(int)
    seconds = np.zeros((rows, columns))
    np.add.at(seconds, (row, place), spent[use])
    return HeatMap(who, team, seconds, _painted(seconds, COLOURS[team]))


def heat_maps(
    ball: pa.Table, frames: pa.Table, named: list[tuple[int, str, str]], ball_word: str, arena: Arena
) -> list[HeatMap]:
    """The ball's heat map and each player's who had a car; none without frames.

    Args:
        ball: replay_ball_trajectory.
        frames: replay_player_frames.
        named: number, name and team of each player.
        ball_word: what the ball is called.
        arena: the field.
    """
    if not ball.num_rows:
        return []
    play = np.asarray(ball["in_play"].to_numpy(zero_copy_only=False), bool)
    maps = [heat_map(ball_word, "ball", column(ball, "time_s"), column(ball, "x"), column(ball, "y"), play, arena)]
    who, times = column(frames, "player"), column(frames, "time_s")
    x, y = column(frames, "x_uu"), column(frames, "y_uu")
    counted = np.asarray(frames["in_play"].to_numpy(zero_copy_only=False), bool)
    for number, name, team in named:
        mine = np.flatnonzero(who == number)
        mine = mine[np.argsort(times[mine], kind="stable")]
        if len(mine):
            maps.append(heat_map(name, team, times[mine], x[mine], y[mine], counted[mine], arena))
    return maps


def _blurred(opacity: np.ndarray) -> np.ndarray:
    """Each square shares with its neighbours: a car is not as square as they are. The darkest stays as dark."""
    padded = np.pad(opacity, 1, mode="edge")
    down = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    shared = (down[:, :-2] + 2 * down[:, 1:-1] + down[:, 2:]) / 4
    return shared * (opacity.max() / shared.max() if shared.max() > 0 else 1.0)


def _painted(seconds: np.ndarray, colour: tuple[int, int, int]) -> bytes:
    from PIL import Image

    visited = seconds[seconds > 0]
    full = float(np.quantile(visited, FULL_SHARE)) if len(visited) else 1.0
    opacity = _blurred(np.sqrt(np.clip(seconds / full, 0, 1)))
    pixels = np.zeros((*seconds.shape, 4), "u1")
    pixels[..., :3] = colour
    pixels[..., 3] = np.round(255 * opacity)
    out = BytesIO()
    Image.fromarray(pixels).save(out, "PNG", optimize=True)
    return out.getvalue()
