"""Accuracy of following a player: films with the truth of one target each, and films in which no number is legible.

Belongs here: reading truth, counting. Does not belong here: another way of following than the users': each film is
ingested and followed like an upload.

A film with `target_<number>_<colour>.csv` beside it is searched for that target, by number and colour alone and again
with one click in the middle of the first visible box; a film with none is searched for every number there is.
"""

from __future__ import annotations

import csv
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.base.errors import BadInput
from gametape.film.files import FILM_FILE
from gametape.film.sidecar import Sidecar
from gametape.people.boxes import overlap
from gametape.sports.load import sport_named
from gametape.uploads.kinds import VIDEOS

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.base.settings import Settings
    from gametape.follow.weigh import Decision

COLUMNS = ("frame", "visible", "x1", "y1", "x2", "y2", "number_legible")
"""Columns of a file of truth."""
IOU, IOU_TIGHT = 0.4, 0.3
"""Least overlap with the truth of a box that was found; where the truth's boxes are tight, which tell of no number."""
ON_HIM = 0.3
"""Least overlap with the truth of a box that is on the target."""
COLOURS = {
    "red": "#b01e2d", "green": "#1e7a45", "blue": "#1f3f9c", "white": "#e6e6e6", "black": "#1c1c1e",
    "yellow": "#e0c020", "orange": "#d9661f", "purple": "#5b2d82", "grey": "#808080", "gray": "#808080",
    "pink": "#d86a96", "maroon": "#6e1526", "navy": "#16213f", "brown": "#6a4428", "teal": "#1c7f80",
}  # fmt: skip
"""Colours of shirts as a person would pick them, by their names in the files' names."""
EVERY_NUMBER = ("00", *map(str, range(100)))
_NAME = re.compile(r"target_(\d{1,3})_([a-z]+)$")

Scores = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """The truth of one player.

    Attributes:
        number: On the shirt.
        colour: The shirt's name of colour.
        frames: (n,) from 0.
        visible: (n,) 1 in view, 0 not in view, -1 not scored.
        boxes: (n, 4) px, NaN where not visible.
        tight: Whether the boxes are another hand's, who tells of no number.
    """

    number: str
    colour: str
    frames: np.ndarray
    visible: np.ndarray
    boxes: np.ndarray
    tight: bool

    @property
    def least(self) -> float:
        """Least overlap of a box that was found."""
        return IOU_TIGHT if self.tight else IOU


@dataclass(frozen=True)
class Followed:
    """What is found in a film before anybody is wanted: the tables, the picture's size, and the CPU time spent, s."""

    tables: dict[str, pa.Table]
    width: int
    height: int
    cpu_s: float


def evaluate_players(folder: Path, settings: Settings) -> Scores:
    """Follow the targets of all films in the folders of a folder.

    Args:
        folder: Films at any depth, truth beside them.
        settings: They choose the finder and the device.

    Returns:
        `films`: by path, and target where a film has several. `found`: share of the frames in which the target is
        visible with a box on it; `number`: what the target's shirt is read as, null: not confirmed, and whether that is
        right; `seen_time`: share of the visible frames in which the target's box is on it, `wrong_time`: share of the
        frames with a target's box in which it is on somebody else, or nobody is to be seen; both by number and colour
        alone, and with one click. `segments`: stretches in view, `confirmed`: how many of the numbers that were
        searched for were confirmed; `spans` and `numbers` say which. `all`: means of what is known.

    Raises:
        BadInput: There is no film, or a file of truth is malformed.
    """
    films = sorted(file for file in folder.rglob("*") if file.suffix.lower() in VIDEOS.suffixes)
    if not films:
        raise BadInput(folder, "there is no film in it", "Give a folder of folders with films")
    scores: dict[str, Scores] = {}
    for film in films:
        targets = targets_beside(film)
        sport = next((name for part in film.parts if (name := sport_named(part))), None)
        followed = follow_film(film, settings)
        for target in targets or (None,):
            name = str(film.relative_to(folder)) + (
                f" {target.number} {target.colour}" if target and len(targets) > 1 else ""
            )
            scores[name] = score(followed, target, sport)
    return {"films": scores, "all": means(list(scores.values()))}


def targets_beside(film: Path) -> list[Target]:
    """The targets whose truth lies in the film's folder."""
    files = sorted(file for file in film.parent.glob("*.csv") if _NAME.search(file.stem))
    return [read_target(file) for file in files]


def read_target(path: Path) -> Target:
    """Read the truth of a target. Raises BadInput when the file is malformed."""
    number, colour = _NAME.search(path.stem).groups()  # type: ignore[union-attr]
    remedy = f"Write a row for each labelled frame under the heading {','.join(COLUMNS)}"
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if missing := [name for name in COLUMNS[:6] if name not in (reader.fieldnames or ())]:
            raise BadInput(path, f"it lacks the columns {', '.join(missing)}", remedy)
        rows = list(reader)
    if colour not in COLOURS:
        raise BadInput(path, f"'{colour}' is no colour that is known", f"There is: {', '.join(COLOURS)}")
    try:
        frames, visible = (np.array([int(row[name]) for row in rows]) for name in ("frame", "visible"))
        boxes = np.array([[float(row[name] or "nan") for name in COLUMNS[2:6]] for row in rows]).reshape(-1, 4)
    except ValueError as error:
        raise BadInput(path, str(error), remedy) from None
    if (~np.isfinite(boxes[visible == 1])).any():
        raise BadInput(path, "a visible target has no box", remedy)
    return Target(
        number, colour, frames, visible, boxes, not any((row.get("number_legible") or "").strip() for row in rows)
    )


def follow_film(path: Path, settings: Settings) -> Followed:
    """Find everybody in a film and read their shirts, as the chain does for an upload."""
    from gametape.media.film import Film
    from gametape.media.ingest import ingest
    from gametape.numbers import reads
    from gametape.people.camera import camera_motion, looks
    from gametape.people.find import find
    from gametape.people.tracks import track

    with tempfile.TemporaryDirectory() as folder:
        ingested = ingest(path, Path(folder))
        frames = ingested.frames
        film = Film.of(Path(folder) / FILM_FILE, frames, ingested.width, ingested.height)
        begin = time.process_time()
        times, at = frames["time_s"].to_numpy(), looks(0, len(film), 1, film.fps)
        motion = camera_motion(film, frames["shot"].to_numpy(), at)
        cut = [frame for frame, new in zip(motion["frame"].to_pylist(), motion["cut"].to_pylist(), strict=True) if new]
        boxes = find(film, at, cut, settings=settings)
        tracks = track(boxes, motion, times, (film.width, film.height))
        shirts = reads(film, tracks)
        spent = time.process_time() - begin
    tables = {"frames": frames, "motion": motion, "boxes": boxes, "tracks": tracks, "reads": shirts}
    return Followed(tables, ingested.width, ingested.height, spent)


def score(followed: Followed, target: Target | None, sport: str | None) -> Scores:
    """The figures of one film and target; of every number where there is none."""
    begin, count = time.process_time(), followed.tables["frames"].num_rows
    wanted = [{"number": target.number, "jersey_color": COLOURS[target.colour]}] if target else None
    plain = _decide(followed, sport, wanted or [{"number": number} for number in EVERY_NUMBER])
    spent = followed.cpu_s + (time.process_time() - begin) / len(plain)  # of one who is wanted
    scores: Scores = dict.fromkeys(
        ("found", "number", "number_right", "seen_time", "wrong_time", "seen_time_click", "wrong_time_click")
    )
    confirmed = [one for one in plain if one.chain]
    spans = [span for one in confirmed for span in _spans(one)]
    if target:
        scores["found"] = found_share(followed.tables["tracks"], target)
        scores["number"] = number_of(plain[0], target)
        scores["number_right"] = None if scores["number"] is None else scores["number"] == target.number
        scores["seen_time"], scores["wrong_time"] = seen_and_wrong(plain[0], target)
        if click := _click(followed, target):
            clicked = _decide(followed, sport, [{**wanted[0], "clicks": [click]}])  # type: ignore[index]
            scores["seen_time_click"], scores["wrong_time_click"] = seen_and_wrong(clicked[0], target)
    return scores | {
        "segments": len(spans),
        "confirmed": len(confirmed),
        "spans": spans,
        "numbers": [one.wanted.number for one in confirmed],
        "cpu_ms_per_frame": round(1000 * spent / count, 2),
        "frames": count,
    }


def means(films: Sequence[Scores]) -> Scores:
    """The mean of each figure over the films in which it is known."""
    found: Scores = {}
    for name in films[0]:
        known = [float(film[name]) for film in films if isinstance(film[name], int | float)]
        if name not in ("number", "spans", "numbers"):
            found[name] = round(float(np.mean(known)), 4) if known else None
    return found


# -- counting -----------------------------------------------------------------------------------------------------


def found_share(tracks: pa.Table, target: Target) -> float | None:
    """Share of the frames in which the target is visible with a box of somebody on it."""
    boxes = _by_frame(tracks)
    hits = [any(overlap(box, truth) >= target.least for box in _near(boxes, frame)) for frame, truth in _shown(target)]
    return round(float(np.mean(hits)), 4) if hits else None


def number_of(told: Decision, target: Target) -> str | None:
    """The number that is confirmed on the pieces that are the target; None where none is, or two are as often."""
    weight: dict[str, float] = {}
    truth = {int(frame): box for frame, box in _shown(target)}
    for case in told.cases.values():
        if case.vote is None or not case.vote.confirmed or case.vote.number is None:
            continue
        at = [row for row, frame in enumerate(case.piece.frames.tolist()) if frame in truth]
        on = [overlap(case.piece.boxes[row], truth[int(case.piece.frames[row])]) >= ON_HIM for row in at]
        if on and np.mean(on) > 0.5:
            weight[case.vote.number] = weight.get(case.vote.number, 0.0) + case.vote.weight
    ranked = sorted(weight, key=lambda number: -weight[number])
    if len(ranked) > 1 and weight[ranked[0]] == weight[ranked[1]]:
        return None
    return ranked[0] if ranked else None


def seen_and_wrong(told: Decision, target: Target) -> tuple[float, float]:
    """Shares: of the visible frames those with the target's box on it; of the frames with one those on no target."""
    at = {
        int(piece.frames[row]): piece.boxes[row]
        for piece, _ in told.chain
        for row in np.flatnonzero(piece.clear).tolist()
    }
    seen = wrong = followed = visible = 0
    for frame, shown, truth in zip(target.frames.tolist(), target.visible.tolist(), target.boxes, strict=True):
        if shown < 0:
            continue
        box = next((at[near] for near in (frame, frame - 1, frame + 1) if near in at), None)
        on = box is not None and shown == 1 and overlap(box, truth) >= ON_HIM
        visible += shown == 1
        seen += on
        followed += box is not None
        wrong += box is not None and not on
    return round(seen / visible, 4) if visible else 0.0, round(wrong / followed, 4) if followed else 0.0


def _decide(followed: Followed, sport: str | None, players: Sequence[dict[str, Any]]) -> list[Decision]:
    from gametape.follow.identity import weigh
    from gametape.follow.rules import follow_rules

    sidecar = Sidecar.model_validate({"sport": sport and sport.replace("_", " "), "players": players})
    tables = followed.tables
    return weigh(
        sidecar, follow_rules(sidecar), tables["frames"], tables["tracks"], tables["reads"],
        motion=tables["motion"], boxes=tables["boxes"], width=followed.width, height=followed.height,
    )  # fmt: skip


def _click(followed: Followed, target: Target) -> dict[str, float] | None:
    """A click in the middle of the first visible box, as a sidecar has it."""
    for frame, (x1, y1, x2, y2) in _shown(target):
        t = float(followed.tables["frames"]["shown_s"][frame].as_py())
        return {"t": t, "x": (x1 + x2) / 2 / followed.width, "y": (y1 + y2) / 2 / followed.height}
    return None


def _shown(target: Target) -> Iterator[tuple[int, np.ndarray]]:
    """The frames in which the target is visible, with its box."""
    for at in np.flatnonzero(target.visible == 1).tolist():
        yield int(target.frames[at]), target.boxes[at]


def _by_frame(tracks: pa.Table) -> dict[int, list[np.ndarray]]:
    boxes = np.stack([tracks[name].to_numpy(zero_copy_only=False) for name in COLUMNS[2:6]], axis=1)
    found: dict[int, list[np.ndarray]] = {}
    for frame, box in zip(tracks["frame"].to_pylist(), boxes, strict=True):
        found.setdefault(frame, []).append(box)
    return found


def _near(boxes: dict[int, list[np.ndarray]], frame: int) -> list[np.ndarray]:
    """The boxes of a frame; of the one beside it where nobody was looked for in it."""
    return next((boxes[near] for near in (frame, frame - 1, frame + 1) if near in boxes), [])


def _spans(told: Decision) -> list[list[float]]:
    """From when to when the player is in sight, s; pieces that follow one another at once are one."""
    found: list[list[float]] = []
    for piece, _ in told.chain:
        if found and piece.start - found[-1][1] <= 0.5:
            found[-1][1] = max(found[-1][1], round(piece.end, 3))
        else:
            found.append([round(piece.start, 3), round(piece.end, 3)])
    return found
