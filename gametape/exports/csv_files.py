"""CSV files for spreadsheets and data frames: the ball, and poses and angles of each track.

Belongs here: columns of the files; an empty cell is a value that is not known. Does not belong here: other formats.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gametape.base.errors import Unavailable
from gametape.exports.exported_file import ExportedFile
from gametape.exports.film_tables import FilmTables
from gametape.exports.resampling import Track, tracks
from gametape.tables.pose import JOINT_ANGLES_TABLE, KEYPOINTS

PIXELS = "px of the upright picture, from its top left corner, y down"
REPEATS = "a frame that shows the picture before once more has no row"
_COLUMNS = ("confidence", "x1", "y1", "x2", "y2", *(f"{name}_{part}" for name in KEYPOINTS for part in "xyc"))
_ANGLES = tuple(name for name in JOINT_ANGLES_TABLE.names if name not in ("frame", "time_s", "track"))


def write_csv(film: FilmTables, folder: Path) -> Iterator[ExportedFile]:
    """Write `…_ball.csv` with a row per picture, and `…_track<n>.csv` and `…_track<n>_angles.csv` with a row per look.

    Writes what the film has; a track without angles has no file of angles.

    Raises:
        Unavailable: The film has neither table yet.
    """
    import pyarrow.csv

    with_ball, with_poses = film.has("ball_trajectory"), film.has("pose_keypoints")
    if not (with_ball or with_poses):
        remedy = f"Materialize ball_trajectory or pose_keypoints for {film.video}, then run again"
        raise Unavailable(film.video, "has neither a ball nor poses in the lake yet", remedy)
    if with_ball:
        name = f"{film.video}_ball.csv"
        pyarrow.csv.write_csv(film.pictures("ball_trajectory"), folder / name)
        yield ExportedFile(name, "the ball, a row a picture", unit="px", notes=(PIXELS, "velocities in px/s", REPEATS))
    if with_poses:
        poses = film.pictures("pose_keypoints")
        for person in tracks(poses, _COLUMNS, film.looks) if poses.num_rows else ():
            name = f"{film.video}_track{person.number}.csv"
            _write_track(person, _COLUMNS, folder / name)
            yield ExportedFile(
                name,
                f"keypoints of track {person.number}, a row a look",
                track=person.number,
                unit="px",
                notes=(
                    PIXELS,
                    "_c: the estimator's confidence, 0..1",
                    "times at which the pictures were taken",
                    REPEATS,
                ),
            )

    if film.has("joint_angles") and (angles := film.pictures("joint_angles")).num_rows:
        for person in tracks(angles, _ANGLES, film.looks):
            if not np.isfinite(person.values).any():
                continue
            name = f"{film.video}_track{person.number}_angles.csv"
            _write_track(person, _ANGLES, folder / name)
            yield ExportedFile(
                name,
                f"angles of track {person.number}, how fast they change, and the centre of mass, a row a look",
                track=person.number,
                unit="deg",
                notes=("in the picture plane", "_speed: degrees a second by true times", "centre_of_mass: px", REPEATS),
            )


def _write_track(person: Track, names: tuple[str, ...], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.csv

    columns = {"frame": person.looks.frames, "time_s": person.looks.times}
    for place, name in enumerate(names):
        values = person.values[:, place]
        columns[name] = pa.array(values, mask=np.isnan(values))
    pyarrow.csv.write_csv(pa.table(columns), path)
