"""C3D files (c3d.org): markers for biomechanics software, written by ezc3d.

Belongs here: what goes where in the file. Does not belong here: what the markers are (markers.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import numpy as np

from gametape.base.errors import Unavailable
from gametape.exports.exported_file import ExportedFile
from gametape.exports.film_tables import FilmTables
from gametape.exports.markers import Markers, markers

#: Most frames of a file, which numbers them in 16 bits; a longer track is continued in another file.
MOST_FRAMES = 65_000


def write_c3d(film: FilmTables, folder: Path) -> Iterator[ExportedFile]:
    """Write a C3D file for each track at a constant rate; a marker that is not seen has the residual -1.

    The group GAMETAPE holds START_S, the time of the first frame in seconds of the film, and NOTES.

    Raises:
        Unavailable: ezc3d is not installed.
    """
    try:
        import ezc3d  # noqa: F401
    except ImportError:
        remedy = "Install it: .venv/bin/python -m pip install ezc3d"
        raise Unavailable("the format c3d", "needs the package ezc3d", remedy) from None
    for person in markers(film):
        if not person.names:
            continue
        for part, start in zip(count(1), range(0, len(person.times), MOST_FRAMES), strict=False):
            suffix = f"_part{part}" if len(person.times) > MOST_FRAMES else ""
            name = f"{film.video}_track{person.track}{suffix}.c3d"
            _write(person, slice(start, start + MOST_FRAMES), folder / name)
            yield ExportedFile(
                name,
                f"markers of track {person.track} from {person.times[start]:.3f} s",
                track=person.track,
                unit=person.scale.unit,
                rate_hz=person.rate_hz,
                resampled=person.resampled,
                notes=person.notes,
            )


def _write(person: Markers, part: slice, path: Path) -> None:
    import ezc3d

    places = person.places[part].transpose(2, 1, 0)  # as ezc3d has them: (3, markers, frames)
    unseen = np.isnan(places).any(axis=0)
    c3d = ezc3d.c3d()
    point = c3d["parameters"]["POINT"]
    point["RATE"]["value"] = [person.rate_hz]
    point["LABELS"]["value"] = list(person.names)
    point["UNITS"]["value"] = [person.scale.unit]
    c3d.add_parameter("POINT", "X_SCREEN", ["+X"])
    c3d.add_parameter("POINT", "Y_SCREEN", ["+Y"])
    c3d.add_parameter("GAMETAPE", "START_S", [float(person.times[part][0])])
    c3d.add_parameter("GAMETAPE", "NOTES", list(person.notes))
    c3d["data"]["points"] = np.concatenate([places, np.ones((1, *unseen.shape))])
    c3d["data"]["meta_points"]["residuals"] = np.where(unseen, -1.0, 0.0)[None]
    c3d.write(str(path))
