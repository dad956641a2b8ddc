"""OpenSim's text files: TRC (markers) and MOT (joint angles).

Belongs here: their bytes. Does not belong here: what they hold (markers.py, resampling.py).

Formats are those of OpenSim's user's guide, "Marker (.trc) files" and "Motion (.mot) files".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gametape.exports.exported_file import ExportedFile
from gametape.exports.film_tables import FilmTables
from gametape.exports.markers import Markers, markers
from gametape.exports.resampling import Track, tracks
from gametape.tables.pose import JOINT_ANGLES, SEGMENT_ANGLES

ANGLES = (*JOINT_ANGLES, *SEGMENT_ANGLES)
ANGLE_NOTES = (
    "degrees in the picture plane; elbow, shoulder, hip, knee and ankle are interior angles, 180 straight",
    "trunk_lean against the vertical, lines against the horizontal, hip_shoulder_separation their difference",
    "these are no generalized coordinates of an OpenSim model",
    "true times of the frames; nan where an angle is not known: OpenSim's TimeSeriesTable reads it, its older "
    "Storage stops there",
)


def write_trc(film: FilmTables, folder: Path) -> Iterator[ExportedFile]:
    """Write a TRC file for each track at a constant rate; a marker that is not seen is `nan` three times.

    Empty fields are not used, since OpenSim 4.6 refuses a row that ends in one. Its tools expect metres; a track
    without a scale says `px`.
    """
    for person in markers(film):
        if not person.names:
            continue
        name = f"{film.video}_track{person.track}.trc"
        with (folder / name).open("w", encoding="ascii", newline="\n") as file:
            file.writelines(_trc(person, name))
        yield ExportedFile(
            name,
            f"markers of track {person.track}",
            track=person.track,
            unit=person.scale.unit,
            rate_hz=person.rate_hz,
            resampled=person.resampled,
            notes=person.notes,
        )


def _trc(person: Markers, name: str) -> Iterator[str]:
    rate, count, start = f"{person.rate_hz:.6f}", len(person.times), person.first + 1
    yield f"PathFileType\t4\t(X/Y/Z)\t{name}\n"
    yield "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n"
    yield f"{rate}\t{rate}\t{count}\t{len(person.names)}\t{person.scale.unit}\t{rate}\t{start}\t{count}\n"
    yield "Frame#\tTime\t" + "\t\t\t".join(person.names) + "\t\t\n"
    yield "\t\t" + "\t".join(f"X{n}\tY{n}\tZ{n}" for n in range(1, len(person.names) + 1)) + "\n\n"
    for number, (time, places) in enumerate(zip(person.times, person.places, strict=True), start):
        fields = (f"{v:.6f}" for v in places.ravel())
        yield f"{number}\t{time:.6f}\t" + "\t".join(fields) + "\n"


def write_mot(film: FilmTables, folder: Path) -> Iterator[ExportedFile]:
    """Write a MOT file for each track: joint angles in degrees at the frames' true times.

    An angle that is never known has no column; a track without any angle has no file.
    """
    for person in tracks(film.angles(), ANGLES, film.looks):
        known = np.isfinite(person.values).any(axis=0)
        if not known.any():
            continue
        names = [name for name, ever in zip(ANGLES, known, strict=True) if ever]
        name = f"{film.video}_track{person.number}.mot"
        with (folder / name).open("w", encoding="ascii", newline="\n") as file:
            file.writelines(_mot(person, names, person.values[:, known]))
        yield ExportedFile(
            name, f"joint angles of track {person.number}", track=person.number, unit="deg", notes=ANGLE_NOTES
        )


def _mot(person: Track, names: list[str], values: np.ndarray) -> Iterator[str]:
    yield f"joint_angles_track{person.number}\nversion=1\n"
    yield f"nRows={len(values)}\nnColumns={len(names) + 1}\ninDegrees=yes\n\n"
    yield "".join(f"{note}\n" for note in ANGLE_NOTES) + "\nendheader\n"
    yield "\t".join(("time", *names)) + "\n"
    for time, degrees in zip(person.looks.times, values, strict=True):
        yield f"{time:.6f}\t" + "\t".join(f"{v:.4f}" for v in degrees) + "\n"
