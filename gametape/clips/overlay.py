"""The whole film with everybody's box, track and team drawn in, and what is known of who is followed: to find faults.

Belongs here: drawing tables on pictures at the film's true rate. Does not belong here: the marks of a clip (marks.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.clips.lettering import mask_of
from gametape.clips.marks import DARK, WHITE, YELLOW, Boxes, blend, draw_ring

if TYPE_CHECKING:
    import pyarrow as pa
    from av.video.frame import VideoFrame

Colour = tuple[int, int, int]
#: Colours of the teams' boxes as Y, Cb, Cr; null: not told apart.
TEAMS: Mapping[str | None, Colour] = {
    "a": (90, 190, 80),
    "b": (85, 100, 212),
    "referee": (200, 118, 122),
    None: (150, 128, 128),
}
#: Sizes as shares of the picture's height.
_LETTERS, _SMALL, _MARGIN = 1 / 32, 1 / 48, 1 / 60
#: A look's state is shown until the next look, but no longer than this, seconds.
_LONGEST_LOOK_S = 1.0


class Overlay:
    """Draws all that was found (`gametape.clips.cut.Draw`).

    Args:
        taken: (n,) seconds at which each of the film's pictures was taken.
        tracks: Table PERSON_TRACKS.
        identity: Table PLAYER_IDENTITY.
        size: Width and height of the upright source, px.
    """

    def __init__(self, taken: np.ndarray, tracks: pa.Table, identity: pa.Table, size: tuple[int, int]) -> None:
        self._taken = taken
        self._tracks = [
            (number, rows["team"][0].as_py(), Boxes.of(rows, *size)) for number, rows in _groups(tracks, "track")
        ]
        self._spans = np.array([(b.times[0], b.times[-1]) for _, _, b in self._tracks]).reshape(-1, 2)
        self._players = [(rows.sort_by("time_s"), Boxes.of(rows, *size)) for _, rows in _groups(identity, "player")]
        self._times = [rows["time_s"].to_numpy() for rows, _ in self._players]
        self._masks: dict[tuple[str, int], np.ndarray | None] = {}

    def __call__(self, number: int, at_s: float, picture: VideoFrame) -> None:
        """Draw on a picture, see `gametape.clips.cut.Draw`."""
        time = float(self._taken[number])
        here = (self._spans[:, 0] <= time + 1e-3) & (self._spans[:, 1] >= time - 1e-3)
        for at in np.flatnonzero(here):
            track, team, boxes = self._tracks[at]
            box = boxes.at(time)
            if box is not None:
                self._box(picture, box, TEAMS.get(team, TEAMS[None]), f"{track}")
        top = round(picture.height * _MARGIN)
        self._text(picture, f"{number}  {time:.2f} s", round(picture.height * _MARGIN), top, WHITE, _SMALL)
        top += round(picture.height * _SMALL * 1.9)
        for (rows, boxes), times in zip(self._players, self._times, strict=True):
            said = self._said(rows, times, time)
            if said:
                self._text(picture, said, round(picture.height * _MARGIN), top, YELLOW, _LETTERS)
                top += round(picture.height * _LETTERS * 1.7)
            box = boxes.at(time)
            if box is not None:
                draw_ring(picture, box)

    def _said(self, rows: pa.Table, times: np.ndarray, time: float) -> str | None:
        """What is known of a player at a time: by the last look."""
        look = int(np.searchsorted(times, time + 1e-3)) - 1
        if look < 0 or time - times[look] > _LONGEST_LOOK_S:
            return None
        row = rows.slice(look, 1).to_pylist()[0]
        whose = f"#{row['number']}" if row["number"] else f"player {row['player'] + 1}"
        parts = [whose, row["state"]]
        if row["track"] is not None:
            parts.append(f"track {row['track']}")
        parts += [row["evidence"]] if row["evidence"] else []
        parts += [f"{row['confidence']:.2f}"] if row["confidence"] is not None else []
        return "  ".join(parts)

    def _box(self, picture: VideoFrame, box: np.ndarray, colour: Colour, label: str) -> None:
        width, height = picture.width, picture.height
        line = max(2, round(height / 360))
        left, top, right, bottom = (round(v) for v in box * (width, height, width, height))
        for x, y, w, h in (
            (left, top, right - left, line),
            (left, bottom - line, right - left, line),
            (left, top, line, bottom - top),
            (right - line, top, line, bottom - top),
        ):
            if w > 0 and h > 0:
                blend(picture, np.full((h, w), 255, np.uint8), x, y, colour, 1.0)
        self._text(picture, label, left, max(0, top - round(height * _SMALL * 1.5)), WHITE, _SMALL)

    def _text(self, picture: VideoFrame, text: str, left: int, top: int, colour: Colour, letters: float) -> None:
        size = max(9, round(picture.height * letters))
        key = (text, size)
        if key not in self._masks:
            if len(self._masks) > 4096:  # the frame's number is another each time
                self._masks.clear()
            self._masks[key] = mask_of([text], size, picture.width)
        mask = self._masks[key]
        if mask is not None:
            ground = np.full((mask.shape[0] + 2, mask.shape[1] + 6), 255, np.uint8)
            blend(picture, ground, left, top, DARK, 0.55)
            blend(picture, mask, left + 3, top + 1, colour, 1.0)


def timeline(identity: pa.Table, evidence: pa.Table, shifts: pa.Table) -> dict[str, Any]:
    """Why each player is where he is said to be, for whoever looks for a fault.

    Args:
        identity: Table PLAYER_IDENTITY.
        evidence: Table PLAYER_EVIDENCE.
        shifts: Table SHIFTS.

    Returns:
        By player: changes of state with their reasons, what was weighed, the shifts; ready for JSON.
    """
    players = {}
    for place, rows in _groups(identity, "player"):
        listed = rows.sort_by("time_s").to_pylist()
        players[place] = {
            "player": place,
            "name": listed[0]["name"],
            "number": listed[0]["number"],
            "looks": len(listed),
            "in_sight": sum(row["track"] is not None for row in listed),
            "states": list(_changes(listed)),
            "evidence": [_known(row) for row in evidence.to_pylist() if row["player"] == place],
            "shifts": [_known(row) for row in shifts.to_pylist() if row["player"] == place],
        }
    return {"players": [players[place] for place in sorted(players)]}


def _changes(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Where the state, or the track, is another than in the look before."""
    before: dict[str, Any] = {"state": None, "track": None}
    for row in rows:
        if (row["state"], row["track"]) != (before["state"], before["track"]):
            yield {
                "time_s": round(row["time_s"], 4),
                "frame": row["frame"],
                "from": before["state"],
                "to": row["state"],
                **{name: row[name] for name in ("why", "track", "evidence") if row[name] is not None},
                **({"confidence": round(row["confidence"], 3)} if row["confidence"] is not None else {}),
            }
        before = row


def _known(row: Mapping[str, Any]) -> dict[str, Any]:
    rounded = {name: round(value, 4) if isinstance(value, float) else value for name, value in row.items()}
    return {name: value for name, value in rounded.items() if value is not None and name not in ("name", "number")}


def _groups(table: pa.Table, by: str) -> Iterator[tuple[int, pa.Table]]:
    """Rows of each value of a column, in order of the values."""
    import pyarrow.compute as pc

    for value in sorted(set(table[by].to_pylist()) - {None}):
        yield value, table.filter(pc.equal(table[by], value))
