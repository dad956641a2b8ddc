"""The clips of a film in the lake: made, listed, and put where they are found, all at once.

Belongs here: the lake's folder `clips` of a film. Does not belong here: cutting.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gametape.base.versions import text_version
from gametape.clips.make import FOLDER, ClipMaker, files_of, kept_of
from gametape.clips.manifests import MANIFEST, film_facts, write_manifests

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.lake.store import Lake


#: Why each player is where he is said to be, in the film's folder of clips.
TIMELINE = "timeline.json"


def film_version(frames: str, code: str) -> str:
    """What clips of a film depend on besides their spans: its frames, and the code that cuts.

    Args:
        frames: Digest of the table FRAMES.
        code: Version of the code.
    """
    return text_version("clips of", frames, code)


def make_stored(
    lake: Lake, video: str, maker: ClipMaker, file_name: str, title: str, timeline: Mapping[str, Any] | None = None
) -> pa.Table:
    """Make a film's clips and put them into its folder of the lake; returns the table CLIPS.

    Clips that are there already are taken as they are. Where all are, and no others, only the lists are written again.

    Args:
        lake: Where the film is.
        video: The film's partition key.
        maker: What makes the clips.
        file_name: Name of the film, for the lists.
        title: Title of the film, for the lists.
        timeline: Why each player is where he is said to be (`gametape.clips.overlay.timeline`); None: nobody is
            followed.
    """
    before = lake.read_table("clips", video) if lake.has_table("clips", video) else None
    if before is not None:

        def file(name: str) -> Path:
            return lake.get_file(video, name, maker.work / "earlier")

        maker = dataclasses.replace(maker, kept=kept_of(before, file))
    table = maker.make()
    told = maker.work / FOLDER / TIMELINE
    if timeline is not None:
        told.write_text(json.dumps(timeline, indent=1, ensure_ascii=False) + "\n", "utf-8")
    facts = film_facts(file_name, maker.frames["shown_s"].to_numpy())
    lists = write_manifests(table.to_pylist(), facts, title, maker.work / FOLDER)
    if before is not None and before.equals(table) and all(lake.has_file(video, name) for name in files_of(table)):
        # the clips stay as they are, but the lists say the film's title, and the timeline what was weighed
        for name in [*lists, *([TIMELINE] if timeline is not None else [])]:
            lake.put_file(video, f"{FOLDER}/{name}", maker.work / FOLDER / name)
        return table
    aside = maker.work / "put"
    shutil.rmtree(aside, ignore_errors=True)  # of a run that died here
    aside.mkdir()
    (maker.work / FOLDER).rename(aside / FOLDER)
    lake.put_folder(video, aside, f"{FOLDER}/{MANIFEST}")
    return table
