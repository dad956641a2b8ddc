"""What an export reads: a film's tables in the lake, and facts that several formats need.

Belongs here: reading, the picture's size, when people were looked for, the scale. Does not belong here: any format.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.errors import BadInput
from gametape.film.sidecar import Sidecar
from gametape.film.window import window_of
from gametape.movement.persons import Who, people_in
from gametape.report.words import words

if TYPE_CHECKING:
    import pyarrow as pa

    from gametape.lake.store import Lake


@dataclass(frozen=True)
class Looks:
    """The frames in which people were looked for, without those that repeat a picture.

    Attributes:
        frames: (n,) frame numbers.
        times: (n,) seconds.
        shots: (n,) numbers of the shots.
    """

    frames: np.ndarray
    times: np.ndarray
    shots: np.ndarray

    @property
    def rate_hz(self) -> float | None:
        """Looks per second: one over the mean of the steps within half of the median step; None below two looks.

        The median alone would turn 30 frames a second into 30.3 where the container rounds times to milliseconds; the
        mean of all steps would count dropped frames.
        """
        steps = np.diff(self.times)
        if not len(steps):
            return None
        usual = np.median(steps)
        return 1 / float(steps[np.abs(steps - usual) <= usual / 2].mean())


@dataclass(frozen=True)
class Scale:
    """Unit of a track's places: metres where the scale is known, else pixels.

    Attributes:
        px_per_m: Pixels per metre; None where it is not known.
        reason: How the scale was measured, or why it is not known.
    """

    px_per_m: float | None
    reason: str

    @property
    def unit(self) -> str:
        """The unit: m or px."""
        return "m" if self.px_per_m else "px"


@dataclass(frozen=True)
class VideoInfo:
    """The upright picture in px, the number of frames, and their average rate (None below two frames)."""

    width: int
    height: int
    fps: float | None
    total_frames: int


class FilmTables:
    """One film's tables; reading one that is not there raises Unavailable with its name and what to do."""

    def __init__(self, lake: Lake, video: str) -> None:
        self._lake, self.video = lake, video

    def read(self, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        """Read a table, or some of its columns."""
        return self._lake.read_table(table, self.video, columns)

    def file(self, name: str, into: Path) -> Path:
        """Local path of a file of the film: where it lies, or a download in the folder `into`."""
        return self._lake.get_file(self.video, name, into)

    def pictures(self, table: str) -> pa.Table:
        """Read a table with a row a frame, without the rows of frames that show the picture before once more.

        Such a frame is no moment of its own: with it, a velocity would be 0 and the next one too high.
        """
        rows = self.read(table)
        return rows.filter(~self._repeats[rows["frame"].to_numpy()])

    def has(self, table: str) -> bool:
        """The film has this table."""
        return self._lake.has_table(table, self.video)

    def poses(self) -> pa.Table:
        """Read the poses. Raises BadInput where nobody was found."""
        return self._someone(self.pictures("pose_keypoints"))

    def angles(self) -> pa.Table:
        """Read the joint angles. Raises BadInput where nobody was found."""
        return self._someone(self.pictures("joint_angles"))

    def _someone(self, table: pa.Table) -> pa.Table:
        if table.num_rows:
            return table
        if "pose" in self.sidecar.analyses:
            raise BadInput(self.video, "has no pose: nobody was found in the film", "Export csv for the ball alone")
        remedy = "Add pose to the sidecar's analyses; the film is analysed again by itself"
        raise BadInput(self.video, "has no pose: its sidecar asks for no pose analysis", remedy)

    @cached_property
    def sidecar(self) -> Sidecar:
        """The film's sidecar."""
        return Sidecar.from_table(self.read("sidecar"))

    @cached_property
    def frames(self) -> pa.Table:
        """The film's frames with their times and shots."""
        return self.read("frames", ["frame", "time_s", "shot", "repeats_previous"])

    @cached_property
    def _repeats(self) -> np.ndarray:
        return self.frames["repeats_previous"].to_numpy(zero_copy_only=False).astype(bool)

    @cached_property
    def info(self) -> VideoInfo:
        """Size, rate and number of frames."""
        size = self.read("source_video", ["width", "height"]).to_pylist()[0]
        times = self.frames["time_s"].to_numpy()
        span = float(times[-1] - times[0]) if len(times) > 1 else 0.0
        return VideoInfo(size["width"], size["height"], (len(times) - 1) / span if span else None, len(times))

    @cached_property
    def looks(self) -> Looks:
        """The frames in which people were looked for, without those that repeat a picture."""
        window = window_of(self.read("analysis_window"), "pose")
        looked = np.array(window.frames, int)
        looked = looked[~self._repeats[looked]]
        return Looks(*(self.frames[name].to_numpy()[looked] for name in ("frame", "time_s", "shot")))

    @cached_property
    def people(self) -> dict[int, Who]:
        """Who plays which part, by track, the player first; empty where nobody is measured, or not yet."""
        if not self.has("metrics"):
            return {}
        rows = self.read("metrics", ["subject", "role", "name"]).to_pylist()
        return {one.track: one for one in people_in(rows) if one.track is not None}

    @cached_property
    def _scales(self) -> dict[str, Scale]:
        metrics = self.read("metrics", ["subject", "metric", "value", "reason", "method"]).to_pylist()
        return {
            row["subject"]: Scale(row["value"], words().reason(row["reason"]) if row["reason"] else row["method"])
            for row in metrics
            if row["metric"] == "picture_scale"
        }

    def scale(self, track: int) -> Scale:
        """The scale of a track.

        It is the film's median, which holds where the person stands at the usual distance. Everybody who plays has one,
        others have none.
        """
        if not self.has("metrics"):
            return Scale(None, "the scale is not measured yet (no metrics of this film)")
        return self._scales.get(f"track:{track}") or Scale(None, "a scale is measured of those who play alone")
