"""Collects people and empty scenes from real film: `python -m gametape.training.people.collect --lake DIR --out DIR`.

Belongs here: going through films whose poses are known, and through films on a plain ground. Does not belong here: how
a person is cut out (`cutouts`).

OUT gets `people/*.png` (BGRA) and `scenes/*.jpg`. Footage is not the project's: OUT lies outside it.

Whoever stood still all the time, such as an umpire or a lifter, is in the scene too, and would be taught as nobody. How
long poses stay in one place does not tell it (seated officials do, and may be in it), so look at the scenes, and name
the films whose scenes are not empty by `--crowded`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gametape.training.people.cutouts import Cutout, before_ground, cut, on_plain_ground

TALLEST = 220
"""Cut-outs are made no taller than this, px."""
LOOKS = 90
"""Pictures looked at of each film."""
GROUND_OF = 31
"""Pictures whose median is the ground of a shot."""


def pictures(path: Path, numbers: list[int]) -> Iterator[tuple[int, np.ndarray]]:
    """Yield frames of a film by number, (H, W, 3) uint8 BGR."""
    import av

    wanted, last = set(numbers), max(numbers)
    with av.open(str(path)) as film:
        for number, frame in enumerate(film.decode(video=0)):
            if number in wanted:
                yield number, frame.to_ndarray(format="bgr24")
            if number >= last:
                return


def from_poses(lake: Path, video: str) -> Iterator[tuple[str, Cutout | np.ndarray]]:
    """Yield people of a film with a standing camera, and the ground behind them."""
    import pyarrow.parquet as pq

    tables = lake / "tables"
    poses = pq.read_table(tables / "pose_estimates" / f"video={video}" / "data.parquet").to_pandas()
    shots = pq.read_table(tables / "frames" / f"video={video}" / "data.parquet")["shot"].to_numpy()
    film = lake / "films" / video / "film.mp4"
    seen = poses[poses["confidence"] > 0.6]
    if seen.empty:
        return
    shot = np.bincount(shots[seen["frame"].to_numpy()]).argmax()
    inside = np.flatnonzero(shots == shot)
    spread = inside[np.linspace(0, len(inside) - 1, GROUND_OF).astype(int)].tolist()
    ground = np.median(np.stack([p for _, p in pictures(film, spread)]), axis=0).astype(np.uint8)
    still = [np.abs(p.astype(int) - ground).max(axis=2) < 25 for _, p in pictures(film, spread[::10])]
    if np.mean(still) < 0.8:
        return  # the camera moves
    yield "scene", ground
    near = seen[seen["frame"].isin(inside)]
    frames = np.unique(near["frame"].to_numpy())
    chosen = frames[np.linspace(0, len(frames) - 1, min(LOOKS, len(frames))).astype(int)].tolist()
    scale = np.array(ground.shape[1::-1], float)
    source = pq.read_table(tables / "source_video" / f"video={video}" / "data.parquet").to_pylist()[0]
    ratio = np.tile(scale / (source["width"], source["height"]), 2)
    for number, picture in pictures(film, chosen):
        for box in near[near["frame"] == number][["x1", "y1", "x2", "y2"]].to_numpy(float) * ratio:
            if made := before_ground(picture, ground, box):
                yield "person", made


def from_plain_ground(path: Path, frames: int, **how: object) -> Iterator[tuple[str, Cutout | np.ndarray]]:
    """Yield people on a ground of one colour, and scenes that they were painted out of."""
    import cv2

    for turn, (_, picture) in enumerate(pictures(path, np.linspace(0, frames - 2, LOOKS).astype(int).tolist())):
        boxes, unknown, masks = on_plain_ground(picture, **how)
        hide = unknown.astype(np.uint8)
        for box, (mask, where) in zip(boxes, masks, strict=True):
            x0, y0, x1, y1 = where.astype(int)
            hide[y0:y1, x0:x1] = 1
            if (box[3] - box[1]) / (box[2] - box[0]) < 1.4:
                continue
            part = picture[y0:y1, x0:x1]
            ys, xs = np.nonzero(mask)
            tight = np.array([xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], float)
            if made := cut(part, mask, tight):
                yield "person", made
        if turn % 3 == 0 and unknown.mean() < 0.12:
            small = cv2.resize(picture, (768, 432), interpolation=cv2.INTER_AREA)
            away = cv2.dilate(cv2.resize(hide, (768, 432)), np.ones((7, 7), np.uint8))
            yield "scene", cv2.inpaint(small, away, 5, cv2.INPAINT_TELEA)


def main() -> None:
    """Collect as the command line says."""
    import cv2

    parser = argparse.ArgumentParser(description="Cut people out of real film.")
    parser.add_argument("--lake", type=Path, required=True, help="a lake whose films have pose_estimates")
    parser.add_argument("--plain", nargs="*", default=[], help="FILM:FRAMES:LEAST:GREATEST:LIGHT:DIFFERS on one colour")
    parser.add_argument("--crowded", nargs="*", default=[], help="films, by how their names begin, without scenes")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    for name in ("people", "scenes"):
        (arguments.out / name).mkdir(parents=True, exist_ok=True)

    def keep(source: str, made: Iterator[tuple[str, Cutout | np.ndarray]]) -> None:
        people = scenes = 0
        for _, one in made:
            if isinstance(one, Cutout):
                shrink = min(1.0, TALLEST / one.picture.shape[0])
                both = np.dstack([one.picture, one.opacity])
                if shrink < 1:
                    both = cv2.resize(both, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
                cv2.imwrite(str(arguments.out / "people" / f"{source}-{people:05d}.png"), both)
                people += 1
            elif not source.startswith(tuple(arguments.crowded)):
                shrink = min(1.0, 1024 / one.shape[1])
                one = cv2.resize(one, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
                cv2.imwrite(str(arguments.out / "scenes" / f"{source}-{scenes:05d}.jpg"), one)
                scenes += 1
        print(source, "people", people, "scenes", scenes, flush=True)

    for film in arguments.plain:
        path, frames, least, greatest, light, differs = film.rsplit(":", 5)
        how = {"tall": (float(least), float(greatest)), "light": float(light), "differs": float(differs)}
        keep(Path(path).stem, from_plain_ground(Path(path), int(frames), **how))
    for folder in sorted((arguments.lake / "tables" / "pose_estimates").glob("video=*")):
        video = folder.name.removeprefix("video=")
        if "-cal-" not in video:
            keep(video, from_poses(arguments.lake, video))


if __name__ == "__main__":
    main()
