"""Renders the team film: pictures, sound, truth, sidecar.

Belongs here: putting figures into the hall in the order of their distance, and writing the files. Does not belong here:
single figures, the hall, the paths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gametape.sample.soundtrack import RATE, soundtrack, write_sound
from gametape.sample.team.figure import Wear, draw
from gametape.sample.team.hall import Hall
from gametape.sample.team.light import shadows, through_a_lens
from gametape.sample.team.play import Paths, paths
from gametape.sample.team.sound import heard
from gametape.sample.team.truth import PersonTruth, write_team_truth
from gametape.sample.team.view import View, shots, views

BODY_M = 1.85
"""Height of a player on skates, m."""
WEARS = {
    "a": Wear((40, 30, 190), (245, 245, 245), (35, 35, 40), (40, 30, 190), (30, 25, 150)),
    "b": Wear((240, 238, 235), (150, 60, 20), (150, 60, 20), (240, 238, 235), (235, 235, 235)),
    "referee": Wear((120, 120, 120), (30, 30, 30), (30, 30, 30), (30, 30, 30), (25, 25, 25), True),
}
COLOURS = {"a": "#be1e28", "b": "#ebeef0"}
"""Of the sides' shirts, as a sidecar says them."""


@dataclass(frozen=True)
class TeamFilm:
    """The files of a team film."""

    film: Path
    truth: Path
    sidecar: Path


def render_team(
    out: Path,
    *,
    seconds: float = 20.0,
    size: tuple[int, int] = (1280, 720),
    fps: float = 25.0,
    seed: int = 3,
    shift_s: float = 12.0,
    cuts: bool = True,
    zoom: float = 1.0,
    name: str = "team",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> TeamFilm:
    """Render `team.mp4`, `team.truth.csv` and `team.yaml`.

    Args:
        out: Folder for the files.
        seconds: Length of the film.
        size: Width and height, px, both even.
        fps: Frame rate.
        seed: Chooses who goes where, and the hall.
        shift_s: Length of a shift; number 17 of side a is on the ice in the first, third, ...
        cuts: Whether other cameras come in between.
        zoom: So many times larger people are drawn; the camera pans more then.
        name: Of the files.
        progress: Called with the number of frames done and of all.
    """
    from fractions import Fraction

    import av

    out.mkdir(parents=True, exist_ok=True)
    made = TeamFilm(out / f"{name}.mp4", out / f"{name}.truth.csv", out / f"{name}.yaml")
    rate, total = Fraction(fps).limit_denominator(1001), round(seconds * fps)
    partial = out / f".{name}.part.mp4"
    rows: list[PersonTruth] = []
    with av.open(str(partial), "w", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "21", "threads": "1"})
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        sound = container.add_stream("aac", rate=RATE, layout="mono")
        for number, (picture, truth) in enumerate(frames(seconds, size, fps, seed, shift_s, cuts, zoom)):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts, frame.time_base = number, 1 / rate
            container.mux(video.encode(frame))
            rows += truth
            progress(number + 1, total)
        container.mux(video.encode())
        write_sound(container, sound, soundtrack(heard(seconds, shift_s, seed), total / fps, seed))
    write_team_truth(made.truth, rows)
    made.sidecar.write_text(sidecar_text(shift_s), "utf-8")
    partial.replace(made.film)
    return made


def sidecar_text(shift_s: float) -> str:
    """What a parent would write to have number 17 followed; the gap that is bridged fits so short shifts."""
    return (
        "title: Rendered match, two teams of five\nsport: ice hockey\nplayers:\n"
        f'  - {{name: Seventeen, number: "17", jersey_color: "{COLOURS["a"]}", opponent_color: "{COLOURS["b"]}"}}\n'
        f"follow: {{gap_s: {min(shift_s / 2, 20.0):g}}}\n"
        "notes: Rendered by gametape itself; where everybody is lies beside it in the truth file.\n"
    )


def frames(
    seconds: float, size: tuple[int, int], fps: float, seed: int, shift_s: float, cuts: bool, zoom: float = 1.0
) -> Iterator[tuple[np.ndarray, list[PersonTruth]]]:
    """Yield each picture (h, w, 3) uint8 BGR with its truth."""
    moves, hall = paths(seconds, shift_s, seed), Hall(seed)
    random = np.random.default_rng((seed, 3))
    phases = random.uniform(0, 2 * np.pi, len(moves.players))
    sizes = random.uniform(0.95, 1.05, len(moves.players))
    times = np.arange(round(seconds * fps)) / fps
    grain = random.normal(0, 2.5, (size[1] + 64, size[0] + 64)).astype(np.float32)
    for number, view in enumerate(views(moves, times, size, shots(seconds, cuts), zoom)):
        canvas = hall.seen(view, size)
        truth = _people(canvas, view, moves, float(times[number]), number, phases, sizes)
        x, y = random.integers(64, size=2)
        noisy = through_a_lens(canvas) + grain[y : y + size[1], x : x + size[0], None]
        yield np.clip(noisy, 0, 255).astype(np.uint8), truth


def _people(
    canvas: np.ndarray, view: View, moves: Paths, t: float, frame: int, phases: np.ndarray, sizes: np.ndarray
) -> list[PersonTruth]:
    """Draw everybody, the farthest first; returns the truth."""
    step = moves.at(t)
    xy, height = moves.xy[step], canvas.shape[0]
    ground = np.column_stack([xy, np.zeros(len(xy))])
    feet, depth = view.pixels(ground)
    heads, _ = view.pixels(ground + np.array([0, 0, BODY_M]))
    near = np.flatnonzero(
        moves.there[step] & (depth > 2) & (np.abs(feet[:, 0] - canvas.shape[1] / 2) < canvas.shape[1])
    )
    shadows(canvas, feet[near], np.linalg.norm(heads[near] - feet[near], axis=1))
    owner = np.full(canvas.shape[:2], -1, np.int16)
    drawn: list[tuple[int, np.ndarray, int, float]] = []
    for person in np.argsort(-depth):
        if not moves.there[step, person] or depth[person] < 2:
            continue
        tall = float(np.linalg.norm(heads[person] - feet[person]) * sizes[person])
        if (
            not 8 < tall < 2 * height
            or not -tall < feet[person][0] < canvas.shape[1] + tall
            or not 0 < feet[person][1] < height + tall
        ):
            continue
        player, velocity = moves.players[person], moves.velocity[step, person]
        away = xy[person] - view.stands[:2]
        heading = velocity if np.linalg.norm(velocity) > 0.3 else away
        facing = np.arctan2(away[1], away[0]) - np.arctan2(heading[1], heading[0])
        one = draw(
            tall, float(facing), float(np.linalg.norm(velocity)), float(moves.way[step, person]), WEARS[player.side],
            player.number, float(phases[person]),
        )  # fmt: skip
        pixels = _paste(canvas, owner, int(person), one.picture, one.opacity, feet[person] - one.feet)
        box = one.box + np.tile(feet[person] - one.feet, 2)
        drawn.append((int(person), box, pixels, one.number_px))
    counts = np.bincount(owner[owner >= 0].ravel(), minlength=len(moves.players))
    out = []
    for person, box, pixels, digits in sorted(drawn):
        inside = np.clip(box, 0, [canvas.shape[1], height] * 2)
        if inside[2] - inside[0] < 2 or inside[3] - inside[1] < 4:
            continue
        player = moves.players[person]
        share = float(min(1.0, counts[person] / max(1, pixels)))
        x1, y1, x2, y2 = (float(side) for side in inside)
        out.append(PersonTruth(frame, person + 1, player.side, player.number or "", x1, y1, x2, y2, share, digits))
    return out


def _paste(
    canvas: np.ndarray, owner: np.ndarray, person: int, picture: np.ndarray, opacity: np.ndarray, at: np.ndarray
) -> int:
    """Put a figure into the picture; returns how many pixels it has, those outside too."""
    left, top = np.round(at).astype(int)
    high, wide = opacity.shape
    x0, y0, x1, y1 = max(0, left), max(0, top), min(canvas.shape[1], left + wide), min(canvas.shape[0], top + high)
    whole = int((opacity > 127).sum())
    if x1 <= x0 or y1 <= y0:
        return whole
    part = slice(y0 - top, y1 - top), slice(x0 - left, x1 - left)
    a = opacity[part].astype(np.float32)[..., None] / 255
    canvas[y0:y1, x0:x1] = (canvas[y0:y1, x0:x1] * (1 - a) + picture[part] * a).astype(np.uint8)
    owner[y0:y1, x0:x1][opacity[part] > 127] = person
    return whole
