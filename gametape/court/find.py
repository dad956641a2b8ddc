"""Find a sport's court in one picture without players.

Belongs here: the order of the search, and what is found as marks. Does not belong here: its steps (`lines`,
`candidates`, `refine`, `check`, `rivals`), what a table (`quads`, `table`) and a pitch (`pitch`) have of their own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from gametape.base.reason import Reason
from gametape.court import candidates, check, lines, pitch, quads, refine, rivals, table
from gametape.court.found import FoundCourt, NotFound
from gametape.court.model import Model, model_of
from gametape.geometry import camera
from gametape.geometry.calibrate import Mark
from gametape.sports.courts import Court, courts

SURFACES = ("court", "table")
"""What is looked for: courts with painted lines, and tables with painted edges."""
SEARCHED = 1280
"""The picture is searched at this size of its longer side, px."""
SURELY = 0.8
"""A view rated higher is looked for no further."""
AT_SIGHT = 0.2
"""A court nobody asked for is in none of the first views if none is rated so high: 0.23 and more where one was."""
COUNTED = np.linspace(0.1, 0.9, 5)
"""Places along a line of the picture by which it belongs to a court, or not."""
REFINED = 10
"""Views that are made exact, the best first."""
RIVALS = 4
"""The same of a court that may be there in place of the one found."""
FEWEST_LINES = 6
"""Lines of a picture below which no court is looked for; lines of a court that have to be seen: four make a view."""
SHARE = 0.75
"""Least share of the lines in sight that lies on lines of the picture."""
WORTH = 0.7
"""Least worth of a view, in shares of its lines."""
RUNS_ON = 0.35
"""Largest share of what lies behind the lines' ends that has paint."""
APART = 12.0
"""Views whose places lie farther apart than this are two, px."""
STRANGE = 0.3
"""Largest share of paint inside a court that is on no line of it."""
AS_STRONG = 0.8
"""Paint counts there when it stands out as much as the lines do: other sports' lines of another colour do not."""
WITHIN = 0.97
"""Inside is what is nearer to the middle than this, in half lengths and half widths."""
COMPARED = 5
"""Views whose cameras are compared, the best first; others lack more of their lines than NOT_BEST."""
NOT_BEST = 0.25
LOOSELY = 0.8
"""A plane that is worth, or explains, this share of what is needed is made a camera's view, which may fit better."""
GOOD = 0.85
"""A view that is worth this needs no wider search for its lines."""
PER_PX = 0.1
"""A view that is off by a pixel is worth so much less, as a share of its lines."""
CLEARLY = 0.05
"""The best view is better than any other by this share of lines."""
TAPE = 0.3
"""A table whose net's upper edge is nowhere seen is worth so much less, as a share of its lines; its lines alone leave
open which sides are the long ones where the focal length is."""
LEAST_TAPE = 0.3
"""Least share of a table's net that is seen."""
FOREIGN = 2.5
"""Greatest length of lines on a table that are not its own, in half widths of it. Measured: 0 to 1.3 on tables, 4.8 and
more where a part of another court was taken for one."""
BESIDE = 0.15
"""A camera nearer to the net's line than this, in half lengths, has no nearer end: near is the picture's left end."""
ENDS_ALIKE = 0.93
"""The same where the camera's place is not known: ratio of the ends' depths."""


@dataclass(frozen=True, eq=False)
class Seen:
    """What of a picture does not depend on the court that is looked for; px of the picture as it is searched."""

    width: int
    height: int
    scale: float
    ridges: lines.Ridges
    lines: lines.Lines
    paint: candidates.Paint
    strips: check.Strips
    data: refine.Data


def seen_in(picture: np.ndarray) -> Seen:
    """The lines of a picture (h, w, 3) uint8 BGR."""
    import cv2

    scale = max(1.0, max(picture.shape[:2]) / SEARCHED)
    if scale > 1:
        picture = cv2.resize(picture, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA)
    height, width = picture.shape[:2]
    ridges = lines.ridges(lines.paint(picture))
    found = lines.straight(ridges)
    return Seen(
        width,
        height,
        scale,
        ridges,
        found,
        candidates.paint_of(found, width, height),
        check.Strips.of(ridges, width, height),
        refine.Data.of(ridges, found, width, height),
    )


def find_court(picture: np.ndarray, court: Court) -> FoundCourt | NotFound:
    """Find a court.

    Args:
        picture: (h, w, 3) uint8 BGR, upright, square pixels, the players removed (median over time).
        court: The court to look for.

    Returns:
        The court; or why it is not found, which is also said where two views of it fit alike.
    """
    if court.surface == "pitch":
        return pitch.find(picture, court)
    if court.surface not in SURFACES:
        return NotFound(court, Reason("court_not_looked_for"))
    return find_in(seen_in(picture), court, picture.shape[1], picture.shape[0])


def propose(picture: np.ndarray) -> list[FoundCourt | NotFound]:
    """What is found of each court in a picture of an unknown sport, those with most lines first."""
    seen, answers = seen_in(picture), []
    looked = [court for court in courts().values() if court.surface in SURFACES]
    for court in sorted(looked, key=lambda one: -len(model_of(one).ends)):
        one = find_in(seen, court, picture.shape[1], picture.shape[0], asked=False)
        answers.append(one)
        if isinstance(one, FoundCourt):
            seen = _without(seen, one)
    return answers


def _without(seen: Seen, found: FoundCourt) -> Seen:
    """What else there is to see: which of two courts lies on the same lines is decided."""
    n = len(COUNTED)
    ends = seen.lines.ends
    at = (ends[:, None, 0] + COUNTED[:, None] * (ends[:, None, 1] - ends[:, None, 0])).reshape(-1, 2)
    data = replace(seen.data, at=at, normal=np.repeat(seen.lines.line[:, :2], n, axis=0), strength=np.ones(len(at)))
    view = np.diag([seen.width / found.width, seen.height / found.height, 1.0]) @ found.ground
    level = data.straightened(found.radial or 0.0)
    own, _ = refine.assigned(view, data, level, model_of(found.court), 2 * check.NEAR)
    kept = np.flatnonzero(np.bincount(own // n, minlength=len(ends)) <= n // 2)
    rest = seen.lines
    rest = lines.Lines(rest.line[kept], rest.ends[kept], rest.covered[kept], [rest.points[one] for one in kept])
    return replace(seen, lines=rest, paint=candidates.paint_of(rest, seen.width, seen.height))


def find_in(seen: Seen, court: Court, width: int, height: int, *, asked: bool = True) -> FoundCourt | NotFound:
    """Find a court among the lines of a picture of `width` x `height` px.

    `asked`: nobody asked for a court that is only to be proposed, and what is hard to see is not looked for.
    """
    if len(seen.lines) < FEWEST_LINES:
        return NotFound(court, Reason("court_lines_too_few", n=len(seen.lines), needed=FEWEST_LINES))
    model = model_of(court)
    tried = _best(seen, model, court, asked)
    if not tried:
        return NotFound(court, Reason("court_lines_fit_none"))
    best = tried[0]
    if reason := _doubt(best, model):
        return NotFound(court, reason)
    for other in tried[1:]:
        alike = best.worth - other.worth < CLEARLY and not _doubt(other, model)
        if alike and _apart(best.view, other.view, model, seen) > APART:
            return NotFound(court, Reason("court_fits_two_ways"))
    if best.made.camera_rms > 2 * best.made.rms + 1.5:
        return NotFound(court, Reason("court_no_camera"))
    if _strange(seen, model, best) > STRANGE:
        return NotFound(court, Reason("court_of_another_sport"))
    if reason := _rivalled(seen, model, best, court):
        return NotFound(court, reason)
    return _found(court, model, seen, best, width, height)


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


def _best(seen: Seen, model: Model, court: Court, asked: bool = True) -> list[Tried]:
    """Views of a court that fit the lines, made exact, the best first."""
    parts: list[np.ndarray] = []
    worths: list[np.ndarray] = []
    for part in _views(seen, model, court):
        parts.append(part)
        worths.append(candidates.rated(part, seen.paint, model))
        if worths[-1].max(initial=0) > SURELY or not asked:
            break
    if not asked and worths[0].max(initial=0) < AT_SIGHT:
        return []
    fits = _fitted(np.concatenate(parts), np.concatenate(worths), seen, model, REFINED)
    return _made(fits, seen, model, court)


def _rivalled(seen: Seen, model: Model, best: Tried, court: Court) -> Reason | None:
    """Why a court that fits is not believed: another that lies on the same lines fits better, or as well."""
    alike = []
    least = (1 - rivals.MORE) * rivals.explained(best.look)
    for rival in courts().values():
        if rival is court or rival.surface != court.surface:
            continue
        other = model_of(rival)
        views = best.view @ rivals.laid_on(other, model, best.look.length)
        views = views[candidates.plausible(views, seen.width, seen.height)] if len(views) else views
        if not len(views):
            continue
        fits = _fitted(views, candidates.rated(views, seen.paint, other), seen, other, RIVALS)
        near = [(look, view) for look, view in fits if rivals.explained(look) > LOOSELY * least]
        for one in _made(near, seen, other, rival):
            if _doubt(one, other) and one.worth < best.worth:
                continue
            verdict = rivals.there(best.look, best.made.rms, one.look, one.made.rms)
            if verdict == "rival":
                return Reason("court_of_another_sport")
            if verdict == "either":
                alike.append(rival.name)
    return Reason("courts_alike", courts=sorted({court.name, *alike})) if alike else None


def _fitted(
    views: np.ndarray, worth: np.ndarray, seen: Seen, model: Model, most: int
) -> list[tuple[check.Look, np.ndarray]]:
    """The `most` worthiest of views that are not the same, laid on lines as planes, the best first."""
    fits: list[tuple[check.Look, np.ndarray]] = []
    tried: list[np.ndarray] = []
    for number in np.argsort(-worth):
        view = _turned(views[number], model)
        if worth[number] <= 0 or len(tried) == most:
            break
        if any(_apart(view, other, model, seen) < 4 for other in tried):
            continue
        tried.append(view)
        for radii in (refine.RADII, refine.FARTHER):
            try:
                fitted, rms = refine.fitted(view, seen.data, model, radii)
            except np.linalg.LinAlgError:
                break
            if np.isfinite(rms) and not any(_apart(fitted, other, model, seen) < 4 for _, other in fits):
                fits.append((check.look(fitted, model, seen.strips), _turned(fitted, model)))
            if fits and fits[-1][0].worth > GOOD:
                break
    return sorted(fits, key=lambda one: -one[0].worth)


def _made(fits: list[tuple[check.Look, np.ndarray]], seen: Seen, model: Model, court: Court) -> list[Tried]:
    """Views made exact, the best first; what lacks so much that no camera makes up for it is left out."""
    least = max(LOOSELY * WORTH, fits[0][0].worth - NOT_BEST) if fits else 0.0
    made = [_exact(view, seen, model, court) for look, view in fits[:COMPARED] if look.worth > least]
    return sorted((one for one in made if one), key=lambda one: -one.worth)


def _views(seen: Seen, model: Model, court: Court) -> Iterable[np.ndarray]:
    """Views (n, 3, 3) of a court that the lines propose, in parts."""
    if court.surface != "table":
        return candidates.views(seen.lines, model, seen.width, seen.height)
    views = quads.views(seen.lines, model)
    return [views[candidates.plausible(views, seen.width, seen.height)]]


def _exact(view: np.ndarray, seen: Seen, model: Model, court: Court) -> Tried | None:
    try:
        made = refine.exact(view, seen.data, model, seen.width, seen.height)
    except np.linalg.LinAlgError:  # so flat a view that it cannot be turned round
        return None
    if made is None:
        return None
    middle, unit = seen.data.middle, seen.data.unit
    look = check.look(made.view, model, seen.strips, lambda at: refine.bent(at, made.radial, middle, unit))
    is_table = court.surface == "table"
    return Tried(made, look, table.net_on(made, court, seen.lines, seen.strips) if is_table else None)


def _doubt(tried: Tried, model: Model) -> Reason | None:
    """Why a view is not believed."""
    if tried.net and tried.net.tape < LEAST_TAPE:
        return Reason("court_net_not_seen", share=tried.net.tape, needed=LEAST_TAPE)
    if tried.net and tried.net.foreign > FOREIGN:
        return Reason("court_lines_foreign")
    look = tried.look
    seen = (look.share > check.SEEN) & (look.length > check.SHORT)
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


def _strange(seen: Seen, model: Model, tried: Tried) -> float:
    """Paint inside the court that is on no line of it, as a share of that which is: lines of another court."""
    at = seen.data.straightened(tried.made.radial)
    mine, _ = refine.assigned(tried.view, seen.data, at, model, check.NEAR)
    place = np.append(at, np.ones((len(at), 1)), 1) @ np.linalg.inv(tried.view).T
    with np.errstate(divide="ignore", invalid="ignore"):
        place = np.where(place[:, 2:] > 0, place[:, :2] / place[:, 2:], np.inf)
    inside = (np.abs(place) < WITHIN * np.array(model.half)).all(axis=1)
    inside[mine] = False
    as_strong = seen.data.strength > AS_STRONG * np.median(seen.data.strength[mine])
    return float(np.sum(inside & as_strong) / len(mine))


def _distinct(model: Model, seen: np.ndarray, family: np.ndarray, axis: int) -> int:
    return len(np.unique(model.ends[seen & family, 0, axis]))


def _apart(one: np.ndarray, other: np.ndarray, model: Model, seen: Seen) -> float:
    """How far two views put the court apart, px: the median over its places in sight; less by half a turn."""
    places = np.append(model.samples.reshape(-1, 2)[::4], np.ones((len(model.samples.reshape(-1, 2)[::4]), 1)), 1)
    first = places @ one.T
    size = np.array([seen.width, seen.height])
    at = first[:, :2] / first[:, 2:]
    inside = (first[:, 2] > 0) & (at > -0.1 * size).all(axis=1) & (at < 1.1 * size).all(axis=1)
    if not inside.any():
        return np.inf
    off = []
    for turn in (1, -1):
        second = places @ np.diag([turn, turn, 1]) @ other.T
        off.append(np.median(np.linalg.norm(at - second[:, :2] / second[:, 2:], axis=1)[inside]))
    return float(min(off))


def _turned(view: np.ndarray, model: Model, camera_at: np.ndarray | None = None) -> np.ndarray:
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


def _found(court: Court, model: Model, seen: Seen, best: Tried, width: int, height: int) -> FoundCourt:
    made, look = best.made, best.look
    full = np.array([[width / seen.width, 0, 0], [0, height / seen.height, 0], [0, 0, 1.0]])
    at = camera.centre(camera.matrices(made.camera, seen.width, seen.height)) if made.focal else None
    view = full @ _turned(made.view, model, at)
    middle, unit = np.array([width, height]) / 2, float(np.hypot(width, height) / 2)
    on = (look.share > check.SEEN) & (look.length > check.SHORT)
    low, high = model.ends[on].min(axis=(0, 1)) - 0.5, model.ends[on].max(axis=(0, 1)) + 0.5
    marks = []
    for name, place in court.points.items():
        seen_at = view @ [*place[:2], 1]
        if place[2] or seen_at[2] <= 0 or not ((low <= place[:2]) & (place[:2] <= high)).all():
            continue
        x, y = refine.bent(seen_at[:2] / seen_at[2], made.radial, middle, unit)
        if 0 <= x < width and 0 <= y < height:
            marks.append(Mark(name, float(x), float(y), place))
    return FoundCourt(
        court,
        width,
        height,
        view / view[2, 2],
        tuple(marks),
        made.rms * seen.scale,
        look.total,
        made.radial or None,
        made.focal and made.focal * seen.scale,
    )
