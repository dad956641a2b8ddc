"""Whether a film shows anything: black, too dark to be seen, standing still.

Belongs here: what the table of frames says of the picture as a whole. Does not belong here: measuring frames
(gametape.media), words (gametape.report).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

#: A frame is black up to this mean luma, of 255.
BLACK = 3.0
#: And too dark to be seen up to this mean luma, where it has next to no edges either: at night a lit player has some.
DARK, LEAST_EDGES = 16.0, 20.0
#: The film is black, dark or still where so much of it is.
MOST = 0.8
#: Pictures that repeat the one before for so long are a film that stands still, s of the file.
STILL_S = 1.0


@dataclass(frozen=True)
class PictureState:
    """Shares of a film's frames, 0..1, and its median luma.

    Attributes:
        black: Frames that are black.
        dark: Frames that are too dark to be seen, the black ones among them.
        still: Frames in which the picture stands still.
        luma: Median luma, 0..255.
    """

    black: float
    dark: float
    still: float
    luma: float

    @property
    def fault(self) -> str | None:
        """What is wrong with the film as a whole: black, dark or still; None where it can be seen."""
        shares = (("black", self.black), ("dark", self.dark), ("still", self.still))
        return next((name for name, share in shares if share >= MOST), None)


def picture_state(frames: pa.Table) -> PictureState:
    """What the table FRAMES says of the picture; all shares are 0 without frames."""
    if not frames.num_rows:
        return PictureState(0.0, 0.0, 0.0, 0.0)
    luma, edges, shown = (frames[name].to_numpy().astype(float) for name in ("luma", "sharpness", "shown_s"))
    black, dark = luma <= BLACK, (luma <= DARK) & (edges <= LEAST_EDGES)
    still = _standing(frames["repeats_previous"].to_numpy(zero_copy_only=False).astype(bool), shown)
    return PictureState(float(black.mean()), float((black | dark).mean()), float(still.mean()), float(np.median(luma)))


def _standing(repeats: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """(n,) bool: frames of stretches in which one picture is shown for STILL_S or longer."""
    still = np.zeros(len(repeats), bool)
    picture = np.cumsum(~repeats)
    borders = np.flatnonzero(np.diff(picture)) + 1
    for run in np.split(np.arange(len(repeats)), borders):
        still[run] = shown[run[-1]] - shown[run[0]] >= STILL_S
    return still
