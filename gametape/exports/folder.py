"""The export of a film: a folder with a format's files and a list of them, written whole or not at all.

Belongs here: which formats there are, the folder. Does not belong here: what is in a file.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gametape.base.errors import BadInput
from gametape.base.storage import exchange, fsync, reaching
from gametape.exports.c3d import write_c3d
from gametape.exports.clip_files import write_clips, write_overlay
from gametape.exports.csv_files import write_csv
from gametape.exports.exported_file import ExportedFile
from gametape.exports.film_tables import FilmTables
from gametape.exports.json_files import write_pose_analysis, write_results, write_strokes, write_trajectory
from gametape.exports.opensim import write_mot, write_trc
from gametape.exports.presenter_files import write_presenter

if TYPE_CHECKING:
    from gametape.lake.store import Lake

#: Writers of the formats, by name.
FORMATS: dict[str, Callable[[FilmTables, Path], Iterator[ExportedFile]]] = {
    "trc": write_trc,
    "mot": write_mot,
    "c3d": write_c3d,
    "csv": write_csv,
    "trajectory": write_trajectory,
    "pose-analysis": write_pose_analysis,
    "strokes": write_strokes,
    "results": write_results,
    "clips": write_clips,
    "overlay": write_overlay,
    "presenter": write_presenter,
}
#: Name of the list of files.
LIST = "export.json"


@dataclass(frozen=True)
class Exported:
    """What was written: files in a folder, which also holds their list, `export.json`."""

    folder: Path
    files: tuple[ExportedFile, ...]


def export(lake: Lake, video: str, format: str, out: Path) -> Exported:
    """Export a film to the folder `out/<video>-<format>`, where an earlier export is replaced.

    Args:
        lake: Where the film's tables are.
        video: The film's partition key.
        format: One of FORMATS.
        out: Folder for the export's folder.

    Raises:
        BadInput: The format is unknown, the film lacks what it needs, or the folder holds other files.
        Unavailable: A table is not made yet.
    """
    if format not in FORMATS:
        raise BadInput(repr(format), "is no export format", f"There is: {', '.join(FORMATS)}")
    film, target = FilmTables(lake, video), out.absolute() / f"{video}-{format}"
    lake.table_uri("source_video", video)  # refuses a key that could leave `out`
    _only_ours(target)
    with reaching(str(out)):
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".gametape-", dir=out) as staging:
            made = Path(staging) / target.name
            made.mkdir()
            files = tuple(FORMATS[format](film, made))
            if not files:
                raise BadInput(video, f"has nothing to export as {format}: nothing is surely seen", "Export csv")
            listed = {"video": video, "format": format, "files": [_entry(file) for file in files]}
            (made / LIST).write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")
            for path in made.iterdir():
                fsync(path)
            exchange(made, target)
    return Exported(target, files)


def _entry(file: ExportedFile) -> dict[str, Any]:
    """The file's entry in the list, without what does not apply."""
    return {key: value for key, value in asdict(file).items() if value not in (None, ())}


def _only_ours(target: Path) -> None:
    """Refuse to replace a folder that holds files which no export wrote."""
    if not target.exists():
        return
    try:
        ours = {LIST, *(file["name"] for file in json.loads((target / LIST).read_text(encoding="utf-8"))["files"])}
        others = {path.name for path in target.iterdir()} - ours
    except (OSError, ValueError, KeyError, TypeError):
        others = {"files of no export"}
    if others:
        remedy = "Move them away, or choose another folder with --out"
        raise BadInput(str(target), f"already holds {', '.join(sorted(others)[:3])}", remedy)
