"""OpenSim's text files: TRC (markers) and MOT (joint angles).

Belongs here: their bytes. Does not belong here: what they hold. Formats: OpenSim's user's guide, "Marker (.trc)
files" and "Motion (.mot) files".
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gametape.exports.film import FilmTables
from gametape.exports.made import Made
from gametape.exports.markers import Markers, markers
from gametape.exports.tracks import Track, tracks
from gametape.lake.contracts import JOINT_ANGLES, SEGMENT_ANGLES

ANGLES = (*JOINT_ANGLES, *SEGMENT_ANGLES)
ANGLE_NOTES = (
    "degrees in the picture plane; elbow, shoulder, hip, knee and ankle are interior angles, 180 straight",
    "trunk_lean against the vertical, lines against the horizontal, hip_shoulder_separation their difference",
    "these are no generalized coordinates of an OpenSim model",
    "true times of the frames; nan where an angle is not known",
)


def write_trc(film: FilmTables, folder: Path) -> Iterator[Made]:
    """A TRC file for each track, at a constant rate; a marker that is not seen has three empty fields.

    OpenSim takes metres only; a track without a scale says `px`.
    """
    for person in markers(film):
        if not person.names:
            continue
        name = f"{film.video}_track{person.track}.trc"
        with (folder / name).open("w", encoding="ascii", newline="\n") as file:
            file.writelines(_trc(person, name))
        yield Made(
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
        fields = (f"{v:.6f}" if np.isfinite(v) else "" for v in places.ravel())
        yield f"{number}\t{time:.6f}\t" + "\t".join(fields) + "\n"


def write_mot(film: FilmTables, folder: Path) -> Iterator[Made]:
    """A MOT file for each track: its joint angles in degrees by the frames' true times."""
    for person in tracks(film.angles(), ANGLES, film.looks):
        name = f"{film.video}_track{person.number}.mot"
        with (folder / name).open("w", encoding="ascii", newline="\n") as file:
            file.writelines(_mot(person))
        yield Made(name, f"joint angles of track {person.number}", track=person.number, unit="deg", notes=ANGLE_NOTES)


def _mot(person: Track) -> Iterator[str]:
    yield f"joint_angles_track{person.number}\nversion=1\n"
    yield f"nRows={len(person.values)}\nnColumns={len(ANGLES) + 1}\ninDegrees=yes\n\n"
    yield "".join(f"{note}\n" for note in ANGLE_NOTES) + "\nendheader\n"
    yield "time\t" + "\t".join(ANGLES) + "\n"
    for time, degrees in zip(person.looks.times, person.values, strict=True):
        yield f"{time:.6f}\t" + "\t".join(f"{v:.4f}" for v in degrees) + "\n"
