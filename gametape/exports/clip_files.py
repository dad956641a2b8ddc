"""Clips with their lists, and the whole film with everything found drawn in.

Belongs here: which files an export of clips holds. Does not belong here: cutting, the lists' formats (gametape.clips).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from gametape.base.errors import BadInput
from gametape.exports.exported_file import ExportedFile
from gametape.exports.film_tables import FilmTables
from gametape.film.files import FILM_FILE

_LISTS = {
    "clips.json": "all clips, and why one is missing",
    "clips.csv": "the same as a table",
    "clips.edl": "the clips for editing programs (CMX3600)",
    "clips.otio": "the clips for editing programs (OpenTimelineIO)",
    "clips.xml": "the clips for Hudl and Sportscode",
}


def write_clips(film: FilmTables, folder: Path) -> Iterator[ExportedFile]:
    """Write the clips that were made of a film, the reels and the lists."""
    from gametape.clips.manifests import film_facts, write_manifests
    from gametape.report.words import words

    rows = film.read("clips").to_pylist()
    made = [row for row in rows if row["file"]]
    if not made:
        why = next((words().reason(row["reason"]) for row in rows if row["reason"]), "has no clips")
        raise BadInput(film.video, why, "Say in the sidecar whose, or under `clips` which, or use `gametape clip`")
    for row in made:
        name = PurePosixPath(row["file"]).name
        shutil.copyfile(film.file(row["file"], folder / ".fetched"), folder / name)
        what = "all shifts, one after another" if row["kind"] == "reel" else f"{row['kind']}, {row['duration_s']:.1f} s"
        yield ExportedFile(name, what)
    shutil.rmtree(folder / ".fetched", ignore_errors=True)
    shown = film.read("frames", ["shown_s"])["shown_s"].to_numpy()
    name = film.read("source_video", ["file_name"])["file_name"][0].as_py()
    for listed in write_manifests(rows, film_facts(name, shown), film.sidecar.title or name, folder):
        yield ExportedFile(listed, _LISTS[listed], unit="s of the film's file")


def write_overlay(film: FilmTables, folder: Path) -> Iterator[ExportedFile]:
    """Write the whole film with everybody's boxes and what is known of who is followed, and the same as a timeline."""
    from gametape.clips.cut import cut
    from gametape.clips.film import CutFilm
    from gametape.clips.overlay import Overlay, timeline

    tracks, identity = film.read("person_tracks"), film.read("player_identity")
    if not tracks.num_rows:
        raise BadInput(
            film.video, "follows nobody, so nobody's boxes are known", "Give a player in the sidecar a number"
        )
    size = film.info.width, film.info.height
    cut_film = CutFilm.open(film.file(FILM_FILE, folder / ".fetched"), film.video)
    draw = Overlay(film.frames["time_s"].to_numpy(), tracks, identity, size)
    cut(cut_film, folder / "overlay.mp4", 0.0, cut_film.end_s, draw=draw, drawn_s=cut_film.end_s)
    shutil.rmtree(folder / ".fetched", ignore_errors=True)
    yield ExportedFile("overlay.mp4", "the film with boxes, tracks, teams and states drawn in", rate_hz=cut_film.fps)
    told = timeline(identity, film.read("player_evidence"), film.read("shifts"))
    (folder / "timeline.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    yield ExportedFile("timeline.json", "changes of state with their reasons, evidence, shifts", unit="s")
