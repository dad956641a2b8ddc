"""Find a pitch: creases at the nearer end, the wicket's stumps at the farther one.

Belongs here: the camera that fits creases and stumps, and whether it is believed. Does not belong here: which figures
can be creases (`creases`), what can be stumps (`stumps`), painted courts (`find`), strips (`lines`).

The creases of the nearer end alone leave open how far away the other end is: they are 1.2 m deep, the pitch 20 m long.
Stumps of known height and width there settle it. A pitch is found only where both are seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gametape.base.reason import Reason
from gametape.court import check, creases, refine, stumps
from gametape.court.creases import Figure, Scene
from gametape.court.found import FoundCourt, NotFound
from gametape.court.model import Model, model_of
from gametape.court.plane import with_one
from gametape.geometry import camera
from gametape.geometry.calibrate import Mark
from gametape.sports.courts import Court

SEARCHED = 1280
"""The picture is searched at this size of its longer side, px."""
FOCALS = np.geomspace(0.6, 9.0, 70)
"""Focal lengths that are tried, in longer sides of the picture."""
LOOSE_PX = 3.0
"""Creases of the nearer end that a camera misses by more, px, are not its creases."""
HEIGHTS = (0.3, 40.0)
"""Heights of a camera above the ground, m."""
BEHIND = 80.0
"""Most distance of a camera from the nearer wicket, m: telephoto lenses at the boundary."""
STUMPS = 0.6
"""Least share of the stumps' height that is seen as upright strips."""
SIDES = 0.75
"""Least share of each of the nearer end's return creases that is seen;"""
LEVEL = 0.5
"""of its popping crease and that of the wicket together;"""
FAR_SIDES = 0.5
"""and of the farther end's return creases together, which confirm what the stumps say."""
EXACT_PX = 1.4
"""Greatest root mean square distance of creases from the camera's, px;"""
STUMPS_PX = 2.5
"""and of the stumps' ends."""
CLEARLY = 0.08
"""The best view is better than any other by this share."""
APART = 8.0
"""Two views that put the far wicket farther apart than this, px, are two."""


@dataclass(frozen=True, eq=False)
class View:
    """A camera, (7,) parameters, and what is seen of the pitch by it.

    Attributes:
        camera: Its parameters.
        stumps: Share of the far stumps' height that is seen.
        rms: Root mean square distance of the creases, px.
        off: The same of the stumps' ends.
        look: What of the creases is in the picture.
        near: The shares of the nearer end's lines that are seen: left and right return, popping, wicket crease.
        far: The same of the farther end; 0 where out of sight.
    """

    camera: np.ndarray
    stumps: float
    rms: float
    off: float
    look: check.Look
    near: np.ndarray
    far: np.ndarray

    @property
    def worth(self) -> float:
        """What speaks for it: the share of stumps and creases that is seen, less what they are off."""
        return (self.stumps + float(self.near.mean() + self.far[:2].mean())) / 3 - 0.05 * (self.rms + self.off / 2)


def find(picture: np.ndarray, court: Court) -> FoundCourt | NotFound:
    """Find a pitch in a picture (h, w, 3) uint8 BGR, upright, players removed as far as they moved.

    Returns:
        The pitch, its points with the stumps' tops; or why it is not found.
    """
    import cv2

    height, width = picture.shape[:2]
    scale = max(1.0, max(width, height) / SEARCHED)
    small = (
        cv2.resize(picture, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA) if scale > 1 else picture
    )
    scene = creases.seen_in(small)
    figures = creases.figures(scene.bright, scene.level, court)
    if not figures:
        return NotFound(court, Reason("court_creases_not_seen"))
    model = model_of(replace(court, lines=painted(court)))
    views = [view for figure in figures if (view := _view(scene, figure, court, model))]
    if not views:
        return NotFound(court, Reason("court_stumps_not_seen"))
    views.sort(key=lambda view: -view.worth)
    best = views[0]
    if reason := _doubt(best):
        return NotFound(court, reason)
    for other in views[1:]:
        if best.worth - other.worth < CLEARLY and not _doubt(other) and _apart(best, other, court, scene) > APART:
            return NotFound(court, Reason("court_fits_two_ways"))
    return _found(court, best, scene, width, height)


def painted(court: Court) -> tuple[tuple[tuple[float, float], ...], ...]:
    """The creases of a pitch at the middle of their paint: its edges, which are not painted, left out.

    The rules measure level creases to their back edge, return creases to their inner one (Law 7).
    """
    back = max(at[1] for name, at in court.points.items() if name.endswith("stump_foot"))
    half = creases.PAINT_M / 2
    kept = []
    for line in court.lines:
        (ax, ay), (bx, by) = line
        if ay == by and abs(ay) <= back:
            y = ay - np.sign(ay) * half
            kept.append(((ax, y), (bx, y)))
        elif ax == bx and min(abs(ay), abs(by)) > 0:
            x = ax + np.sign(ax) * half
            kept.append(((x, ay), (x, by)))
    return tuple(kept)


def _view(scene: Scene, figure: Figure, court: Court, model: Model) -> View | None:
    """The camera that sees these creases as the nearer end's and stumps at the farther one."""
    sticks = stumps.sticks_of(court)
    best: tuple[float, np.ndarray, np.ndarray] | None = None
    for focal in FOCALS * max(scene.width, scene.height):
        for pose in _poses(figure, focal, court, scene):
            score, at = stumps.near(pose, sticks, scene)
            if best is None or score > best[0]:
                best = (score, pose, at)
    if best is None or best[0] < STUMPS - 0.1:
        return None
    at = stumps.sharper(best[2], scene)
    made = [_exact(best[1], at, sticks, figure, scene, model, rounds) for rounds in ROUNDS]
    for one in [one for one in made if one]:  # the farther creases say more exactly where stumps are to be looked for
        _, again = stumps.near(one.camera, sticks, scene, stumps.AGAIN)
        made.append(_exact(one.camera, again, sticks, figure, scene, model, ROUNDS[0]))
    return max((one for one in made if one), key=lambda one: one.worth, default=None)


def _poses(figure: Figure, focal: float, court: Court, scene: Scene) -> list[np.ndarray]:
    """Cameras (7,) of a focal length that see the nearer end's corners where the figure has them."""
    import cv2

    x, popping, wicket = creases.corners_of(court)
    places = np.array([[-x, popping, 0], [x, popping, 0], [x, wicket, 0], [-x, wicket, 0]])
    inner = np.array([[focal, 0, scene.width / 2], [0, focal, scene.height / 2], [0, 0, 1]])
    good, turns, shifts, errors = cv2.solvePnPGeneric(places, figure.corners, inner, None, flags=cv2.SOLVEPNP_IPPE)
    made = []
    for turn, shift, error in zip(turns, shifts, np.ravel(errors), strict=True) if good else ():
        pose = np.concatenate([[np.log(focal)], turn.ravel(), shift.ravel()])
        if error < LOOSE_PX and _possible(pose, court, scene):
            made.append(pose)
    return made


def _possible(pose: np.ndarray, court: Court, scene: Scene) -> bool:
    """Whether a camera stands above the ground behind the nearer end and looks along the pitch, upright."""
    matrix = camera.matrices(pose, scene.width, scene.height)
    x, y, z = camera.centre(matrix)
    wicket = max(at[1] for name, at in court.points.items() if name.endswith("stump_foot"))
    up = matrix[:, 2]  # where "up" vanishes
    foot = matrix @ [0, wicket, 0, 1]
    top = matrix @ [0, wicket, 1, 1]
    if foot[2] <= 0 or top[2] <= 0 or not np.isfinite(up).all():
        return False
    return bool(
        HEIGHTS[0] < z < HEIGHTS[1]
        and -BEHIND - wicket < y < -wicket
        and abs(x) < 0.6 * (wicket - y)
        and foot[1] / foot[2] > top[1] / top[2]
    )


ENDS_PX = 2.5
"""Error of a stump's end, px, where a crease's point has one."""
ROUNDS = ((6.0, 4.0, 3.0, 2.5, 2.5), (14.0, 8.0, 5.0, 3.0, 2.5, 2.5))
"""Points within this of a crease belong to it, px, one round of the fit after the other: of a view that is near, and
of one whose far end is not near yet."""


def _exact(
    pose: np.ndarray,
    at: np.ndarray,
    sticks: np.ndarray,
    figure: Figure,
    scene: Scene,
    model: Model,
    rounds: tuple[float, ...],
) -> View | None:
    """The camera nearest to `pose` for which creases lie on strips and stumps on the stumps seen."""
    from scipy.optimize import least_squares

    x, popping, wicket = figure.places
    corners = np.array([[-x, popping, 0], [x, popping, 0], [x, wicket, 0], [-x, wicket, 0]])
    model_line = model.lines

    def ends_off(parameters: np.ndarray) -> np.ndarray:
        matrix = camera.matrices(parameters, scene.width, scene.height)
        return (camera.project(matrix, sticks.reshape(-1, 3)) - at.reshape(-1, 2)).ravel()

    def rough(parameters: np.ndarray) -> np.ndarray:
        matrix = camera.matrices(parameters, scene.width, scene.height)
        off = (camera.project(matrix, corners) - figure.corners).ravel()
        return np.concatenate([off, ends_off(parameters) / ENDS_PX])

    best = least_squares(rough, pose, loss="soft_l1", x_scale="jac").x
    rms = np.inf
    for radius in rounds:
        view = camera.matrices(best, scene.width, scene.height)[:, [0, 1, 3]]
        if abs(np.linalg.det(view)) < 1e-12:
            return None
        which, line = refine.assigned(view, scene.data, scene.data.at, model, radius)
        if len(which) < refine.FEWEST:
            return None
        points = with_one(scene.data.at[which])
        weight = np.sqrt(1 / np.bincount(line, minlength=len(model_line))[line]) * 5  # each line as much as 25 points

        def crease_off(parameters: np.ndarray, line: np.ndarray = line, points: np.ndarray = points) -> np.ndarray:
            matrix = camera.matrices(parameters, scene.width, scene.height)[:, [0, 1, 3]]
            seen = model_line[line] @ np.linalg.inv(matrix)
            return np.sum(seen * points, axis=1) / np.hypot(seen[:, 0], seen[:, 1])

        def misses(
            parameters: np.ndarray,
            weight: np.ndarray = weight,
            crease_off: Callable[[np.ndarray], np.ndarray] = crease_off,
        ) -> np.ndarray:
            return np.concatenate([weight * crease_off(parameters), ends_off(parameters) / ENDS_PX])

        best = least_squares(misses, best, loss="soft_l1", x_scale="jac").x
        rms = float(np.sqrt(np.mean(crease_off(best) ** 2)))
    matrix = camera.matrices(best, scene.width, scene.height)
    look = check.look(matrix[:, [0, 1, 3]], model, scene.strips)
    wanted = ((0, -x), (0, x), (1, popping), (1, wicket))
    near = np.array([_share_of(model, look, axis, at, -1) for axis, at in wanted])
    far = np.array([_share_of(model, look, axis, -at if axis else at, 1) for axis, at in wanted])
    off = float(np.sqrt(np.mean(ends_off(best) ** 2)))
    return View(best, float(stumps.share_seen(at[None], scene)[0]), rms, off, look, near, far)


def _share_of(model: Model, look: check.Look, axis: int, at: float, end: int) -> float:
    """Share that is seen of the line at x (axis 0) or y (axis 1) of the nearer (-1) or farther (1) end."""
    ends = model.ends
    on = (np.abs(ends[:, :, axis] - at) < 1e-6).all(axis=1) & (end * ends[:, :, 1] > 0).all(axis=1)
    return float(np.average(look.share[on], weights=np.maximum(look.length[on], 1e-9))) if on.any() else 0.0


def _doubt(view: View) -> Reason | None:
    """Why a view is not believed."""
    if view.stumps < STUMPS or view.off > STUMPS_PX:
        return Reason("court_stumps_not_seen")
    level = float(view.near[2:].mean())
    if view.near[:2].min() < SIDES or level < LEVEL or view.far[:2].mean() < FAR_SIDES or view.rms > EXACT_PX:
        return Reason("court_creases_not_seen")
    return None


def _apart(one: View, other: View, court: Court, scene: Scene) -> float:
    places = np.array([court.points[f"{end}_middle_stump_foot"] for end in ("near", "far")])
    first, second = (
        camera.project(camera.matrices(view.camera, scene.width, scene.height), places) for view in (one, other)
    )
    return float(np.linalg.norm(first - second, axis=1).max())


def _found(court: Court, view: View, scene: Scene, width: int, height: int) -> FoundCourt:
    scale = np.array([width / scene.width, height / scene.height, 1.0])
    matrix = scale[:, None] * camera.matrices(view.camera, scene.width, scene.height)
    marks = []
    for name, place in court.points.items():
        x, y = camera.project(matrix, np.array([place]))[0]
        ahead = matrix[2, :3] @ place + matrix[2, 3] > 0
        if ahead and 0 <= x < width and 0 <= y < height:
            marks.append(Mark(name, float(x), float(y), place))
    ground = matrix[:, [0, 1, 3]]
    focal = float(np.exp(view.camera[0]) * scale[0])
    return FoundCourt(
        court,
        width,
        height,
        ground / ground[2, 2],
        tuple(marks),
        view.rms * float(scale[0]),
        view.look.total,
        None,
        focal,
    )
