"""All clips of a film: which are made anew, which are kept, within a bound on disk; and the reels.

Belongs here: the table CLIPS and the folder of files behind it. Does not belong here: cutting one (cut.py), which spans
(spans.py).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.base.reason import Reason
from gametape.base.versions import text_version
from gametape.base.work import Progress, ignore_progress
from gametape.clips.clocks import moved
from gametape.clips.cut import cut
from gametape.clips.film import CutFilm
from gametape.clips.marks import RING_MOST, Boxes, Marks, ring_seconds
from gametape.clips.overlay import Overlay
from gametape.clips.reel import Part, join
from gametape.tables.clips import CLIP_SPANS, CLIPS

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER = "clips"
"""Of the clips' files, in the film's folder."""
#: Kind of the clip that is the whole film with what was found drawn in.
OVERLAY = "overlay"
#: Fewer clips of a player are no reel.
LEAST_OF_REEL = 2
#: A clip is expected to take so many times what the film takes a second.
_MORE_THAN_FILM = 1.3
#: Columns of a span that do not change the clip's pictures or sound.
_WORDS = ("clip", "file", "reason", "name", "number", "player", "shift", "period", "kind", "label", "title")


@dataclass(frozen=True)
class Kept:
    """A clip that was made before: its row's facts and its file."""

    facts: Mapping[str, Any]
    path: Path


@dataclass
class ClipMaker:
    """Makes a film's clips.

    Args:
        film: The film; opened only when a clip has to be cut.
        frames: Table FRAMES.
        spans: Table CLIP_SPANS.
        tracks: Table PERSON_TRACKS: whom the overlay shows.
        identity: Table PLAYER_IDENTITY: where the ring goes.
        size: Width and height of the upright source, px, in which its boxes are.
        version: Of the film and of the code that cuts it: clips of another version are not kept.
        work: Folder for clips while they are made; a run that died goes on with those that are there.
        most_bytes: What clips and reels may take together.
        kept: Gives a clip that was made before by its digest.
        progress: Called with clips done and their number.
    """

    film: Callable[[], CutFilm]
    frames: pa.Table
    spans: pa.Table
    tracks: pa.Table
    identity: pa.Table
    size: tuple[int, int]
    version: str
    work: Path
    most_bytes: float
    kept: Callable[[str], Kept | None] = lambda _: None
    progress: Progress = ignore_progress
    _bytes: float = field(default=0.0, init=False)

    def make(self) -> pa.Table:
        """Make all clips and reels in the folder `work/clips`; returns the table CLIPS."""
        out = self.work / FOLDER
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        rows: list[dict[str, Any]] = []
        spans = self.spans.to_pylist()
        reels = {row["player"] for row in spans if row["reel"] and not row["reason"]}
        most = self.most_bytes / 2 if reels else self.most_bytes  # a reel holds its clips once more
        for number, span in enumerate(spans):
            rows.append(self._clip(span, out, most))
            self.progress(number + 1, len(spans))
        rows += [self._reel(player, rows, out, len(rows) + n) for n, player in enumerate(sorted(reels), 1)]
        return CLIPS.from_rows(rows)

    # -- a clip ---------------------------------------------------------------------------------------------

    def _clip(self, span: dict[str, Any], out: Path, most: float) -> dict[str, Any]:
        row = {name: span.get(name) for name in CLIP_SPANS.names if name in CLIPS.names}
        row |= {"start_s": None, "end_s": None, "file": None}
        if span["reason"]:
            return row
        boxes = self._boxes(span)
        key = self._key(span, boxes)
        made = self._made(key)
        if made is None:
            begin, end = self._shown(span)
            if self._bytes + self._expected(end - begin) > most:
                return row | {"reason": Reason("clips_disk_bound", megabytes=round(self.most_bytes / 1e6))}
            made = self._cut(span, boxes, key, begin, end)
        self._bytes += made.path.stat().st_size
        _link(made.path, out / span["file"])
        return row | dict(made.facts) | {"file": f"{FOLDER}/{span['file']}", "made_of": key, "reason": None}

    def _cut(self, span: dict[str, Any], boxes: Boxes | None, key: str, begin: float, end: float) -> Kept:
        film, times = self._film, self._times
        chosen_from = max(0.0, self._shown_at(span["span_start_s"]) - begin)
        parts = json.loads(span["caption"]) if span["caption"] else []
        ring_from = self._first_seen(boxes, span, chosen_from, begin)
        marks = Marks(times, boxes, parts, ring_from, self._ring_for(boxes, span, ring_from, begin))
        draw, until = (marks, marks.until_s) if span["kind"] != OVERLAY else (self._overlay(), inf)
        path = self.work / f"{key}.mp4"
        made = cut(film, path, begin, end, draw=draw, drawn_s=until, joinable=span["reel"])
        first = int(np.searchsorted(self._shown_times, made.chosen.begin_s + 1e-6, side="right")) - 1
        last = self._shown_at_to_taken(made.chosen.finish_s)
        facts = {
            "start_s": self._shown_at_to_taken(made.chosen.begin_s),
            "end_s": last,
            "shown_s": made.chosen.begin_s,
            "duration_s": made.duration_s,
            "first_frame": max(0, first),
            "frames": made.frames,
            "bytes": made.bytes,
            "sound": made.sound,
            "copied": made.copied / made.frames if made.frames else 0.0,
            "ringed": marks.ringed,
        }
        return self._keep(key, facts)

    def _overlay(self) -> Overlay:
        return Overlay(self._times, self.tracks, self.identity, self.size)

    def _boxes(self, span: dict[str, Any]) -> Boxes | None:
        """Where the span's player is, where he is to be ringed."""
        if not span["ring_s"] or span["player"] is None:
            return None
        import pyarrow.compute as pc

        theirs = self.identity.filter(pc.equal(self.identity["player"], span["player"]))
        times = theirs["time_s"]
        theirs = theirs.filter(
            pc.and_(pc.greater_equal(times, span["start_s"] - 1), pc.less_equal(times, span["end_s"] + 1))
        )
        boxes = Boxes.of(theirs, *self.size)
        return boxes if len(boxes.times) else None

    def _first_seen(self, boxes: Boxes | None, span: dict[str, Any], span_at: float, begin: float) -> float:
        """Seconds of the clip at which the ring begins: where the span does, or where the player is first seen."""
        if boxes is None:
            return span_at
        later = boxes.times[(boxes.times >= span["span_start_s"] - 1e-3) & (boxes.times <= span["span_end_s"])]
        return max(span_at, self._shown_at(float(later[0])) - begin) if len(later) else span_at

    def _ring_for(self, boxes: Boxes | None, span: dict[str, Any], ring_from: float, begin: float) -> float:
        """Seconds for which the ring is drawn: until the player has been in sight for `ring_s`."""
        if boxes is None:
            return span["ring_s"]
        shown = np.array([self._shown_at(float(at)) - begin for at in boxes.times])
        return ring_seconds(shown, ring_from, span["ring_s"])

    def _key(self, span: dict[str, Any], boxes: Boxes | None) -> str:
        """Digest of all that changes the clip's bytes."""
        what = {name: value for name, value in sorted(span.items()) if name not in _WORDS}
        drawn = [] if boxes is None else self._drawn(boxes, span)
        if span["kind"] == OVERLAY:
            drawn = [_digest(self.tracks), _digest(self.identity)]
        return text_version(self.version, json.dumps([what, drawn], default=str))

    def _drawn(self, boxes: Boxes, span: dict[str, Any]) -> list:
        """The boxes that a ring may be drawn around, no finer than can be seen."""
        seen = boxes.times[boxes.times >= span["span_start_s"] - 1e-3]
        begins = float(seen[0]) if len(seen) else span["span_start_s"]
        near = (boxes.times >= begins - 1) & (boxes.times <= begins + RING_MOST * span["ring_s"] + 1)
        return [boxes.times[near].round(3).tolist(), boxes.boxes[near].round(4).tolist()]

    # -- a reel ---------------------------------------------------------------------------------------------

    def _reel(self, player: int, rows: list[dict[str, Any]], out: Path, number: int) -> dict[str, Any]:
        of_reel = {span["clip"] for span in self.spans.to_pylist() if span["reel"] and span["player"] == player}
        theirs = [row for row in rows if row["clip"] in of_reel and row["file"]]
        whose = next(row for row in rows if row["player"] == player and row["kind"] == "shift")
        row = {"clip": number, "kind": "reel", "label": ""} | {n: whose[n] for n in ("player", "name", "number")}
        expected = sum(one["bytes"] for one in theirs)
        if len(theirs) < LEAST_OF_REEL:
            return row | {"reason": Reason("reel_of_few", n=len(theirs))}
        if self._bytes + expected > self.most_bytes:
            return row | {"reason": Reason("clips_disk_bound", megabytes=round(self.most_bytes / 1e6))}
        key = text_version(self.version, "reel", *(one["made_of"] for one in theirs))
        made = self._made(key)
        if made is None:
            parts = [
                Part(out / Path(one["file"]).name, one["shown_s"], one["shown_s"] + one["duration_s"]) for one in theirs
            ]
            joined = join(self._film, parts, self.work / f"{key}.mp4")
            facts = {
                "duration_s": joined.duration_s,
                "frames": joined.frames,
                "bytes": joined.bytes,
                "sound": joined.sound,
                "copied": 1.0,
                "ringed": any(one["ringed"] for one in theirs),
            }
            made = self._keep(key, facts)
        self._bytes += made.path.stat().st_size
        name = f"{whose['number'] or f'player{player + 1}'}-reel.mp4"
        if (out / name).exists():  # two players of one number
            name = f"{whose['number']}-player{player + 1}-reel.mp4"
        _link(made.path, out / name)
        return row | dict(made.facts) | {"file": f"{FOLDER}/{name}", "made_of": key, "reason": None}

    # -- what is there already ------------------------------------------------------------------------------

    def _made(self, key: str) -> Kept | None:
        """The clip of a digest: of a run that died, or of the film's last clips."""
        facts = self.work / f"{key}.json"
        if facts.exists() and (path := facts.with_suffix(".mp4")).exists():
            return Kept(json.loads(facts.read_text()), path)
        return self.kept(key)

    def _keep(self, key: str, facts: dict[str, Any]) -> Kept:
        path = self.work / f"{key}.json"
        partial = path.with_suffix(".part")
        partial.write_text(json.dumps(facts))
        partial.replace(path)
        return Kept(facts, path.with_suffix(".mp4"))

    # -- times ----------------------------------------------------------------------------------------------

    @cached_property
    def _film(self) -> CutFilm:
        return self.film()

    @cached_property
    def _times(self) -> np.ndarray:
        return self.frames["time_s"].to_numpy()

    @cached_property
    def _shown_times(self) -> np.ndarray:
        return self.frames["shown_s"].to_numpy()

    def _shown_at(self, taken_s: float) -> float:
        return moved(taken_s, self._times, self._shown_times)

    def _shown_at_to_taken(self, shown_s: float) -> float:
        return moved(shown_s, self._shown_times, self._times)

    def _shown(self, span: dict[str, Any]) -> tuple[float, float]:
        return self._shown_at(span["start_s"]), self._shown_at(span["end_s"])

    def _expected(self, seconds: float) -> float:
        film = self._film
        return film.path.stat().st_size / max(film.end_s, 1e-3) * seconds * _MORE_THAN_FILM


def kept_of(rows: pa.Table, file: Callable[[str], Path]) -> Callable[[str], Kept | None]:
    """What gives the clips of an earlier table CLIPS whose files are still there.

    Args:
        rows: The table.
        file: Gives the path of a file in the film's folder; raises an error of gametape where there is none.
    """
    from gametape.base.errors import GametapeError

    facts = [name for name in CLIPS.names if name not in (*_WORDS, "span_start_s", "span_end_s", "made_of")]
    known = {row["made_of"]: row for row in rows.to_pylist() if row["file"] and row["made_of"]}

    def find(key: str) -> Kept | None:
        row = known.get(key)
        if row is None:
            return None
        try:
            path = file(row["file"])
        except GametapeError:
            return None
        return Kept({name: row[name] for name in facts}, path) if path.stat().st_size == row["bytes"] else None

    return find


def files_of(table: pa.Table) -> Iterator[str]:
    """The names of the clips' files, in the film's folder."""
    return (name for name in table["file"].to_pylist() if name)


def _digest(table: pa.Table) -> str:
    return hashlib.sha256(repr(table.to_pydict()).encode()).hexdigest()


def _link(there: Path, here: Path) -> None:
    """Make a file available under another name: a hard link where possible, else a copy."""
    try:
        os.link(there, here)
    except OSError:
        shutil.copyfile(there, here)
