"""Clips that somebody asks for: of a film in the lake, or of any file.

Belongs here: one request, its files in a folder of the user's. Does not belong here: the clips that are made by
themselves (stored.py).
"""

from __future__ import annotations

import tempfile
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from gametape.base.errors import BadInput
from gametape.base.storage import exchange, publish, reaching
from gametape.clips.film import CutFilm
from gametape.clips.make import FOLDER, ClipMaker
from gametape.clips.manifests import MANIFEST, film_facts, write_manifests
from gametape.clips.spans import Spans, clip_spans
from gametape.film.clip_wish import ClipWish
from gametape.film.files import FILM_FILE
from gametape.film.following import wanted_places
from gametape.film.following_keys import Follow, following
from gametape.film.sidecar import Sidecar
from gametape.report.words import words
from gametape.tables import TABLES

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.lake.store import Lake

#: Kinds of which there is one clip a request.
_SINGLE = ("span", "moment")


def clips_of_stored(lake: Lake, video: str, wish: ClipWish, out: Path, language: str) -> list[Path]:
    """Cut what is wished out of a film in the lake.

    A span or a moment is one file in `out`. All clips of a kind are a folder in it with their lists, where an earlier
    one is replaced.

    Args:
        lake: Where the film is.
        video: Its partition key.
        wish: What is wished.
        out: Folder of the user's.
        language: Of the captions where the sidecar says none.

    Returns:
        The files.

    Raises:
        BadInput: There is no such clip.
        Unavailable: The film is not analysed yet, or `out` cannot be written.
    """
    source = lake.read_table("source_video", video).to_pylist()[0]
    sidecar = Sidecar.from_table(lake.read_table("sidecar", video)).in_language(language)

    def table(name: str) -> pa.Table:
        needed = name in ("frames", _TABLE_OF.get(wish.kind))
        return lake.read_table(name, video) if needed or lake.has_table(name, video) else TABLES[name].empty()

    with reaching(str(out)):
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".gametape-", dir=out) as work:
            maker = ClipMaker(
                film=lambda: CutFilm.open(lake.get_file(video, FILM_FILE, Path(work)), source["file_name"]),
                frames=table("frames"),
                spans=_spans(sidecar, wish, table),
                tracks=TABLES["person_tracks"].empty(),
                identity=table("player_identity"),
                size=(source["width"], source["height"]),
                version="on request",
                work=Path(work),
                most_bytes=inf,
            )
            say = words(sidecar.language or language)
            return _made(maker, video, wish, source["file_name"], sidecar.title or source["file_name"], out, say)


_TABLE_OF = {"shift": "shifts", "finding": "findings", "stroke": "strokes", "rally": "rallies"}


def _spans(sidecar: Sidecar, wish: ClipWish, table) -> pa.Table:  # type: ignore[no-untyped-def]
    # The film that shows everything drawn in is one of the lake's own clips: nobody asks for it with another.
    quiet = Follow(**following(sidecar.follow).model_dump() | {"overlay": False})
    asked = sidecar.model_copy(update={"clips": (wish,), "follow": quiet})
    tables = Spans(table("frames"), table("findings"), table("strokes"), table("rallies"), table("shifts"))
    return clip_spans(asked, tables, wanted=wanted_places(sidecar))


def _made(maker: ClipMaker, video: str, wish: ClipWish, name: str, title: str, out: Path, say) -> list[Path]:  # type: ignore[no-untyped-def]
    rows = maker.make().to_pylist()
    made = [row for row in rows if row["file"]]
    if not made:
        why = next((say.reason(row["reason"]) for row in rows if row["reason"]), "there is nothing then")
        raise BadInput(video, why, "Ask for another kind or time")
    if wish.kind in _SINGLE:
        target = out / f"{video}-{Path(made[0]['file']).name}"
        publish(maker.work / made[0]["file"], target)
        return [target]
    folder, target = maker.work / FOLDER, out / f"{video}-{wish.kind}-clips"
    if target.exists() and not (target / MANIFEST).exists():
        raise BadInput(
            str(target), "holds files that are no clips", "Move them away, or choose another folder with --out"
        )
    write_manifests(rows, film_facts(name, maker.frames["shown_s"].to_numpy()), title, folder)
    exchange(folder, target)
    return sorted(target.iterdir())


def clip_of_file(film: Path, from_s: float, to_s: float, out: Path) -> Path:
    """Cut a span out of any film, at its own size and without marks.

    Args:
        film: A file that gametape takes.
        from_s: Seconds of the file.
        to_s: Seconds of the file.
        out: Folder of the user's.

    Raises:
        BadInput: It is no film, or shows nothing then.
        Unavailable: `out` cannot be written.
    """
    from gametape.clips.cut import cut

    minutes, seconds = divmod(int(max(from_s, 0.0)), 60)
    target = out / f"{film.stem}-span-{minutes:02d}m{seconds:02d}s.mp4"
    if target.exists() and target.samefile(film):
        raise BadInput(str(film), "would be replaced by its clip", "Choose another folder with --out")
    cut(CutFilm.open(film), target, from_s, to_s)
    return target
