"""Files of a film that follows a presenter: the payload v1 as JSON, samples and presences as CSV, places as PNG.

Belongs here: the files. Does not belong here: the payload's form (`gametape.presenter.payload`).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gametape.base.errors import BadInput
from gametape.base.spreadsheet import harmless
from gametape.exports.csv_files import PIXELS
from gametape.exports.exported_file import ExportedFile
from gametape.exports.film_tables import FilmTables
from gametape.presenter.figures import sample_interval

if TYPE_CHECKING:
    from PIL.Image import Image

#: Of the heat map's fullest cell, RGB.
INK = (10, 96, 190)
#: Columns of the session that stand in each row of a CSV.
_SESSION = ("course_code", "name", "date")


def write_presenter(film: FilmTables, folder: Path) -> Iterator[ExportedFile]:
    """Write `…_presenter.json` (payload v1), `…_presenter.csv` (samples), `…_presences.csv` and `…_presenter.png`.

    Raises:
        BadInput: The film follows no presenter.
        Unavailable: A table is not made yet.
    """
    summary = film.read("presenter_summary")
    if not summary.num_rows:
        raise BadInput(
            film.video, "follows no presenter: its mode is not presenter", "Set mode: presenter, or export csv"
        )
    row = summary.to_pylist()[0]
    name = f"{film.video}_presenter.json"
    (folder / name).write_text(json.dumps(json.loads(row["payload"])) + "\n", encoding="utf-8")
    unit = "px" if film.sidecar.presenter.coordinates == "pixels" else "fractions of width and height"
    yield ExportedFile(
        name,
        "payload v1: detections, track points, figures; beside it the session and what is meant by them",
        unit=unit,
        rate_hz=1 / sample_interval(film.read("presenter_track")["time_s"].to_numpy(), row["process_fps"]),
        notes=("a lost point repeats the last place", "derivedMetrics are of fractions of width and height"),
    )
    session = film.sidecar.session.model_dump(mode="json")
    before = {f"session_{key}": session[key] for key in _SESSION}
    for table, what in (("presenter_track", "samples"), ("presences", "presences")):
        name = f"{film.video}_{'presenter' if table == 'presenter_track' else table}.csv"
        rows = [before | one for one in film.read(table).to_pylist()]
        _write(folder / name, [*before, *film.read(table).column_names], rows)
        yield ExportedFile(name, f"the {what} of the presenter, a row each", unit="px", notes=(PIXELS,))
    picture = f"{film.video}_presenter.png"
    heat_picture(json.loads(row["heat_map"]), (film.info.width, film.info.height)).save(folder / picture)
    yield ExportedFile(picture, "how often the presenter was where in the picture", notes=("the darker, the longer",))


def heat_picture(cells: Sequence[Sequence[float]], size: tuple[int, int]) -> Image:
    """A picture of a heat map, as wide and high as the film's: white where nobody was, blue where somebody was longest.

    Args:
        cells: Rows of cells, from the top.
        size: Width and height of the film, px.
    """
    import numpy as np
    from PIL import Image

    counts = np.array(cells, float)
    share = counts / counts.max() if counts.size and counts.max() > 0 else counts
    shade = np.where(share > 0, 0.15 + 0.85 * share, 0.0)[..., None]
    colour = 255 * (1 - shade) + np.array(INK) * shade
    return Image.fromarray(colour.round().astype(np.uint8)).resize(size, Image.Resampling.NEAREST)


def _write(path: Path, columns: list[str], rows: list[dict]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows({key: harmless(value) for key, value in row.items() if value is not None} for row in rows)
