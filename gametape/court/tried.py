"""A view of a court made exact, and whether it is believed.

Belongs here: what speaks for and against one view, how far apart two are, which end is near. Does not belong here: what
of its lines is in the picture (`check`), the net of a table (`table`), other courts in its place (`rivals`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametape.base.reason import Reason
from gametape.court import check, refine, table
from gametape.court.model import Model
from gametape.court.plane import with_one
from gametape.court.seen import Seen

FEWEST_LINES = 6
"""Lines of a picture below which no court is looked for; lines of a court that have to be seen: four make a view."""
SHARE = 0.75
"""Least share of the lines in sight that lies on lines of the picture."""
WORTH = 0.7
"""Least worth of a view, in shares of its lines."""
RUNS_ON = 0.35
"""Largest share of what lies behind the lines' ends that has paint."""
STRANGE = 0.2
"""Largest share of paint inside a court that is on no line of it. Measured: 0.12 at most on 11 real
courts and 18 drawn ones, more on one drawn court, which is lost by it; 0.27 on a grid of strips taken for a court."""
AS_STRONG = 0.8
"""Paint counts there when it stands out as much as the lines do: other sports' lines of another colour do not."""
WITHIN = 0.97
"""Inside is what is nearer to the middle than this, in half lengths and half widths."""
SURE = 0.8
"""A court of this worth of which no line is missing is sure."""
PER_PX = 0.1
"""A view that is off by a pixel is worth so much less, as a share of its lines."""
ROUGHLY = 14.0
"""A line of a view that is not exact yet may be so far from its paint, px: none of 20 courts changes with 7 or 28."""
LEAST_TAPE = 0.3
"""Least share of a table's net that is seen."""
FOREIGN = 2.5
"""Greatest length of lines on a table that are not its own, in half widths of it. Measured: 0 to 1.3 on tables, 4.8 and
more where a part of another court was taken for one."""
BESIDE = 0.15
"""A camera nearer to the net's line than this, in half lengths, has no nearer end: near is the picture's left end."""
ENDS_ALIKE = 0.93
"""The same where the camera's place is not known: ratio of the ends' depths."""
TAPE = 0.3
"""A table whose net's upper edge is nowhere seen is worth so much less, as a share of its lines; its lines alone leave
open which sides are the long ones where the focal length is."""


@dataclass(frozen=True, eq=False)
class Tried:
    """A view made exact, and what of it is seen."""

    made: refine.Exact
    look: check.Look
    net: table.Net | None = None

    @property
    def view(self) -> np.ndarray:
        """(3, 3) court metres to px, without radial distortion."""
        return self.made.view

    @property
    def worth(self) -> float:
        """Share of lines seen, less what contradicts the view: paint behind lines' ends, no camera or net that fits."""
        lost = TAPE * (1 - self.net.tape) if self.net else 0.0
        return self.look.worth - PER_PX * self.made.camera_rms - lost

    @property
    def sure(self) -> bool:
        """Is so much of it seen that what else the lines can be needs no search of its own?"""
        in_sight = self.look.length > check.SHORT
        return self.worth >= SURE and bool(((self.look.share > check.SEEN) & ~self.made.faint)[in_sight].all())


def doubt(tried: Tried, model: Model) -> Reason | None:
    """Why a view is not believed."""
    if tried.net and tried.net.tape < LEAST_TAPE:
        return Reason("court_net_not_seen", share=tried.net.tape, needed=LEAST_TAPE)
    if tried.net and tried.net.foreign > FOREIGN:
        return Reason("court_lines_foreign")
    look = tried.look
    seen = (look.share > check.SEEN) & (look.length > check.SHORT) & ~tried.made.faint
    along = model.ends[:, 0, 0] == model.ends[:, 1, 0]
    count = seen.sum() + bool(tried.net and tried.net.tape > check.SEEN)
    if min(_distinct(model, seen, along, 0), _distinct(model, seen, ~along, 1)) < 2 or count < FEWEST_LINES:
        return Reason("court_lines_fit_none")
    share = min(look.total, float(seen.sum() / np.sum(look.length > check.SHORT)))
    if share < SHARE:
        return Reason("court_lines_missing", share=share, needed=SHARE)
    if tried.worth < WORTH:
        return Reason("court_lines_fit_none")
    if look.runs_on > RUNS_ON:
        return Reason("court_lines_run_on")
    return None


def strange(seen: Seen, model: Model, tried: Tried) -> float:
    """Paint inside the court that is on no line of it, as a share of that which is: lines of another court."""
    at = seen.data.straightened(tried.made.radial)
    mine = on_lines(seen, tried, model)
    place = with_one(at) @ np.linalg.inv(tried.view).T
    with np.errstate(divide="ignore", invalid="ignore"):
        place = np.where(place[:, 2:] > 0, place[:, :2] / place[:, 2:], np.inf)
    inside = (np.abs(place) < WITHIN * np.array(model.half)).all(axis=1)
    inside[mine] = False
    as_strong = seen.data.strength > AS_STRONG * np.median(seen.data.strength[mine])
    return float(np.sum(inside & as_strong) / len(mine))


def on_lines(seen: Seen, tried: Tried, model: Model) -> np.ndarray:
    """Which strips' points (k,) lie on a court's lines."""
    at = seen.data.straightened(tried.made.radial)
    return refine.assigned(tried.view, seen.data, at, model, check.NEAR)[0]


def shared(seen: Seen, one: Tried, model: Model, other: Tried, other_model: Model) -> float:
    """Share of the strips on the lines of one court that lie on those of the other, too."""
    mine = on_lines(seen, one, model)
    return float(np.isin(mine, on_lines(seen, other, other_model)).mean())


def nearly_shared(seen: Seen, mine: np.ndarray, view: np.ndarray, model: Model) -> float:
    """Share of the strips `mine` that lie near lines of a view which is not exact yet."""
    data = seen.data
    try:
        near, _ = refine.assigned(view, data, data.at, model, ROUGHLY)
    except np.linalg.LinAlgError:
        return 0.0
    return float(np.isin(mine, near).mean())


def _distinct(model: Model, seen: np.ndarray, family: np.ndarray, axis: int) -> int:
    return len(np.unique(model.ends[seen & family, 0, axis]))


def laid(views: np.ndarray, model: Model) -> np.ndarray:
    """Where views (…, 3, 3) have the model's places, and the same turned by half a turn: (…, 2, m, 2) px.

    NaN: behind the camera.
    """
    x, y, depth = np.moveaxis(model.places @ np.swapaxes(views, -1, -2)[..., None, :, :], -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((depth > 0)[..., None], np.stack([x / depth, y / depth], axis=-1), np.nan)


def apart(one: np.ndarray, others: Sequence[np.ndarray] | np.ndarray, seen: Seen) -> np.ndarray:
    """How far views put the court apart from `one`, (n,) px: the median over its places in sight; less by half a turn.

    `one`, `others`: as `laid` gives them.
    """
    if not len(others):
        return np.zeros(0)
    at, size = one[0], np.array([seen.width, seen.height])
    with np.errstate(invalid="ignore"):
        inside = (at > -0.1 * size).all(axis=1) & (at < 1.1 * size).all(axis=1)
    if not inside.any():
        return np.full(len(others), np.inf)
    off = np.asarray(others)[:, :, inside] - at[inside]
    away = np.nan_to_num(np.hypot(off[..., 0], off[..., 1]), nan=np.inf)
    return np.median(away, axis=2).min(axis=1)


def turned(view: np.ndarray, model: Model, camera_at: np.ndarray | None = None) -> np.ndarray:
    """A view with the near end nearer to the camera; with the near end on the left where both are as near.

    `camera_at`: the camera's place (3,) m. None: how near an end is, is taken from its depth.
    """
    near, far = view @ [0, -model.half[1], 1], view @ [0, model.half[1], 1]
    if camera_at is None:
        alike, wrong = ENDS_ALIKE < near[2] / far[2] < 1 / ENDS_ALIKE, near[2] > far[2]
    else:
        alike, wrong = abs(camera_at[1]) < BESIDE * model.half[1], camera_at[1] > 0
    if alike and min(near[2], far[2]) > 0:
        wrong = near[0] / near[2] > far[0] / far[2]
    return view @ np.diag([-1, -1, 1]) if wrong else view
