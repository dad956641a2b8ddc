"""Which frames of a film each analysis looks at.

Belongs here: turning the sidecar's seconds and hertz into frame numbers, and how little a first look is content
with. Does not belong here: looking.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.errors import BadInput
from gametape.film.clock import film_end
from gametape.film.following import PRESENTER, only_wanted
from gametape.film.sidecar import Sidecar

if TYPE_CHECKING:
    import pyarrow as pa

ANALYSES = ("ball", "pose")
#: A first look: so many seconds from where the analysis begins, people at least so many times a second. Strokes, speeds
#: and moments need 20; with fewer they would be something else than in the full analysis.
FIRST_LOOK_SECONDS = 30.0
FIRST_LOOK_HZ = 25.0
#: A film of 49.9 frames a second has 50 where people are looked for 25 times: its clock is no better.
_RATE_TOLERANCE = 0.01


@dataclass(frozen=True)
class Window:
    """Frames first_frame..last_frame, every `stride`-th, for one analysis. Not `wanted`: none of them."""

    analysis: str
    wanted: bool
    first_frame: int
    last_frame: int
    stride: int

    @property
    def stop(self) -> int:
        """One past the last frame; `first_frame` when the analysis is not wanted."""
        return self.last_frame + 1 if self.wanted else self.first_frame

    @property
    def frames(self) -> range:
        """The frames looked at."""
        return range(self.first_frame, self.stop, self.stride)

    @property
    def looked_at(self) -> int:
        return len(self.frames)

    def row(self) -> dict:
        return asdict(self)


def analysis_windows(
    times: np.ndarray, sidecar: Sidecar, name: str = "the sidecar", shown: np.ndarray | None = None
) -> list[Window]:
    """One window for each analysis of a film.

    The ball needs every frame; `sample_rate_hz` thins the poses alone, to at least that rate in real seconds. A film
    of a presenter has no ball, and as many poses as samples are asked for. The trim is in seconds of the film's file,
    as its uploader saw it play.

    Args:
        times: (n,) seconds at which the pictures were taken, n ≥ 1.
        sidecar: The film's sidecar.
        name: What the sidecar is called, for messages.
        shown: (n,) seconds at which the file shows them; the same by default.

    Raises:
        BadInput: The trim leaves nothing.
    """
    shown = times if shown is None else shown
    begin, end = sidecar.trim_start_s, sidecar.trim_end_s
    kept = np.flatnonzero(
        (shown >= (begin if begin is not None else -np.inf)) & (shown <= (end if end is not None else np.inf))
    )
    if not len(kept):
        until = f"{end:g} s" if end is not None else "the end"
        raise BadInput(
            name,
            f"leaves no frame: it trims to {begin or 0:g} s until {until}, the film ends at {shown[-1]:.2f} s",
            "Correct trim_start_s and trim_end_s; the film is processed again by itself",
        )
    first, last = int(kept[0]), int(kept[-1])
    stride = 1
    rate = _pose_rate(sidecar)
    if rate and last > first:
        fps = (last - first) / (times[last] - times[first])
        stride = max(1, int(fps / rate * (1 + _RATE_TOLERANCE)))
    wanted = [a for a in ANALYSES if a in sidecar.analyses and not (a == "ball" and sidecar.mode == PRESENTER)]
    return [Window(a, a in wanted, first, last, 1 if a == "ball" else stride) for a in ANALYSES]


def frames_of_everybody(pose: Window, sidecar: Sidecar) -> Window:
    """The frames in which poses are of everybody; none where it is about wanted players of many: then of them alone.

    It is no row of `analysis_windows`, whose table the ball is followed by: who is wanted does not concern the ball.

    Args:
        pose: The window of the poses.
        sidecar: The film's sidecar.
    """
    return replace(pose, wanted=pose.wanted and not only_wanted(sidecar))


def _pose_rate(sidecar: Sidecar) -> float | None:
    """How often a second people are looked for at least; None: in every frame."""
    return sidecar.sample_rate_hz or (sidecar.presenter.process_fps if sidecar.mode == PRESENTER else None)


def first_look(sidecar: Sidecar) -> Sidecar:
    """What a first look makes of a sidecar: the same film, for a shorter time, sampled less often."""
    end = (sidecar.trim_start_s or 0.0) + FIRST_LOOK_SECONDS
    less = {
        "trim_end_s": min(end, sidecar.trim_end_s or end),
        "sample_rate_hz": min(FIRST_LOOK_HZ, _pose_rate(sidecar) or FIRST_LOOK_HZ),
    }
    return sidecar.model_copy(update=less)


def stops_early(sidecar: Sidecar, frames: pa.Table) -> bool:
    """Whether the frames that a first look reads end where it stops reading, and not where the film does.

    Args:
        sidecar: The film's, as it was given.
        frames: Table FRAMES of the first look.
    """
    stops_s = first_look(sidecar).trim_end_s
    return stops_s is not None and film_end(frames["shown_s"].to_numpy()) >= stops_s - 1e-6


def window_of(table: pa.Table, analysis: str) -> Window:
    """The analysis's row of the `analysis_window` table, or of `everybody_window`."""
    return next(Window(**row) for row in table.to_pylist() if row["analysis"] == analysis)
