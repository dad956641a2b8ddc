"""Find a sport's court in one picture without players.

Belongs here: the order of the search, and what is found as marks. Does not belong here: its steps (`seen`, `lines`,
`candidates`, `refine`, `check`, `tried`, `rivals`), what tables (`quads`, `table`) and pitches (`pitch`) have of their
own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import numpy as np

from gametape.base.reason import Reason
from gametape.court import candidates, check, pitch, quads, refine, rivals, table
from gametape.court.found import FoundCourt, NotFound
from gametape.court.model import Model, model_of
from gametape.court.seen import Seen, scale_of, seen_in, without
from gametape.court.tried import (
    FEWEST_LINES,
    STRANGE,
    WORTH,
    Tried,
    apart,
    doubt,
    laid,
    nearly_shared,
    on_lines,
    shared,
    strange,
    turned,
)
from gametape.geometry import camera
from gametape.geometry.calibrate import Mark
from gametape.sports.courts import Court, courts

SURFACES = ("court", "table")
"""What is looked for: courts with painted lines, and tables with painted edges."""
AT_SIGHT = 0.2
"""A court nobody asked for is in none of the first views if none is rated so high: 0.23 and more where one was."""
REFINED = 10
"""Views that are made exact, the best first."""
FIRST = 3
"""Views that tell whether a wider search is needed: with 1 and with 6 the same of 20 courts are found."""
RIVALS = 4
"""The same of a court that may be there in place of the one found."""
SHARED = 0.5
"""A rival lies on this share of the strips of the court found; another court on the same floor shares few."""
NEARLY = 0.6
"""Of a rival that is not made exact yet, this share of SHARED is enough: none of 20 courts changes with 0 or 1."""
COMPARED_AT_MOST = 400
"""Views that are told apart from each other, the best first: their places are compared pair by pair."""
APART = 12.0
"""Views whose places lie farther apart than this are two, px."""
SAME = 4.0
"""Views whose places lie nearer to each other are one, px: with 2 and with 8 the same of 20 courts are found."""
COMPARED = 5
"""Views whose cameras are compared, the best first; others lack more of their lines than NOT_BEST."""
NOT_BEST = 0.25
LOOSELY = 0.8
"""A plane that is worth, or explains, this share of what is needed is made a camera's view, which may fit better."""
GOOD = 0.85
"""A view that is worth this is looked for no further, and needs no wider search for its lines."""
CLEARLY = 0.05
"""The best view is better than any other by this share of lines."""


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
    if court.surface == "walled":
        return NotFound(court, Reason("court_walled"))
    if court.surface not in SURFACES:
        return NotFound(court, Reason("court_not_looked_for"))
    return find_in(_seen_for(picture, court), court, picture.shape[1], picture.shape[0])


def propose(picture: np.ndarray) -> list[FoundCourt | NotFound]:
    """What is found of each court in a picture of an unknown sport, those with most lines first."""
    answers: list[FoundCourt | NotFound] = []
    left: dict[float, Seen] = {}  # by the scale of the search: what the courts found have not used
    looked = [court for court in courts().values() if court.surface in SURFACES]
    for court in sorted(looked, key=lambda one: -len(model_of(one).ends)):
        scale = scale_of(picture, enlarge=_enlarged(court))
        if scale not in left:
            found = (one for one in answers if isinstance(one, FoundCourt))
            left[scale] = reduce(without, found, _seen_for(picture, court))
        one = find_in(left[scale], court, picture.shape[1], picture.shape[0], asked=False)
        answers.append(one)
        if isinstance(one, FoundCourt):
            left = {scale: without(seen, one) for scale, seen in left.items()}
    return answers


def _enlarged(court: Court) -> bool:
    """Whether a court is searched in an enlarged picture; tables are not, see `gametape.court.seen.ENLARGED`."""
    return court.surface != "table"


def _seen_for(picture: np.ndarray, court: Court) -> Seen:
    return seen_in(picture, enlarge=_enlarged(court))


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
    if reason := doubt(best, model):
        return NotFound(court, reason)
    at = laid(best.view, model)
    for other in tried[1:]:
        alike = best.worth - other.worth < CLEARLY and not doubt(other, model)
        if alike and apart(at, [laid(other.view, model)], seen)[0] > APART:
            return NotFound(court, Reason("court_fits_two_ways"))
    if best.made.camera_rms > 1.5 * best.made.rms + 0.5:
        return NotFound(court, Reason("court_no_camera"))
    if strange(seen, model, best) > STRANGE:
        return NotFound(court, Reason("court_of_another_sport"))
    if reason := _rivalled(seen, model, best, court):
        return NotFound(court, reason)
    return _found(court, model, seen, best, width, height)


def _best(seen: Seen, model: Model, court: Court, asked: bool = True) -> list[Tried]:
    """Views of a court that fit the lines, made exact, the best first."""
    parts: list[np.ndarray] = []
    worths: list[np.ndarray] = []
    for part in _views(seen, model, court):
        parts.append(part)
        worths.append(candidates.rated(part, seen.paint, model))
        if not asked:
            break
        if len(parts) == 1 and any(look.worth > GOOD for look, _ in _fitted(part, worths[0], seen, model, FIRST)):
            break
    if not asked and worths[0].max(initial=0) < AT_SIGHT:
        return []
    fits = _fitted(np.concatenate(parts), np.concatenate(worths), seen, model, REFINED)
    return _made(fits, seen, model, court)


def _rivalled(seen: Seen, model: Model, best: Tried, court: Court) -> Reason | None:
    """Why a court that fits is not believed: another fits the same lines better, or as well.

    Where the court is sure, another is tried where its lines can lie on the same ones; else it is searched for.
    """
    alike = []
    mine = on_lines(seen, best, model)
    plane = _fitted(best.view[None], np.ones(1), seen, model, 1)  # no lens is fitted to the others at first either
    least = (1 - rivals.MORE) * min(rivals.explained(look) for look in (best.look, *(look for look, _ in plane)))
    for rival in courts().values():
        if rival.name == court.name or rival.surface != court.surface:
            continue
        other = model_of(rival)
        views = best.view @ rivals.laid_on(other, model, best.look.length)
        views = views[candidates.plausible(views, seen.width, seen.height)] if len(views) else views
        proposed = [views] if best.sure else [views, next(_views(seen, other, rival))]
        fits = []
        for some in filter(len, proposed):
            likely = [
                view
                for view in _unlike(some, candidates.rated(some, seen.paint, other), seen, other, RIVALS)
                if nearly_shared(seen, mine, view, other) > NEARLY * SHARED
            ]
            fits += _fitted(np.array(likely).reshape(-1, 3, 3), np.ones(len(likely)), seen, other, RIVALS)
        near = [
            one for one in sorted(fits, key=lambda one: -one[0].worth) if rivals.explained(one[0]) > LOOSELY * least
        ]
        for rough in _roughly(near, seen, other, rival):
            if not _contends(rough, other, best, model, seen):
                continue
            one = _exact(rough.view, seen, other, rival, rough.made)
            if one is None or not _contends(one, other, best, model, seen):
                continue
            verdict = rivals.there(best.look, best.made.rms, one.look, one.made.rms)
            if verdict == "rival":
                return Reason("court_of_another_sport")
            if verdict == "either":
                alike.append(rival.name)
    return Reason("courts_alike", courts=sorted({court.name, *alike})) if alike else None


def _contends(one: Tried, model: Model, best: Tried, of_best: Model, seen: Seen) -> bool:
    """Whether a court can be there in place of the best."""
    believed = one.worth >= best.worth or not doubt(one, model)
    return believed and shared(seen, best, of_best, one, model) >= SHARED


def _fitted(
    views: np.ndarray, worth: np.ndarray, seen: Seen, model: Model, most: int
) -> list[tuple[check.Look, np.ndarray]]:
    """The `most` worthiest of views that are not the same, laid on lines as planes, the best first."""
    fits: list[tuple[check.Look, np.ndarray]] = []
    taken: list[np.ndarray] = []
    for view in _unlike(views, worth, seen, model, most):
        for radii in (refine.RADII, refine.FARTHER):
            try:
                fitted, rms = refine.fitted(view, seen.data, model, radii)
            except np.linalg.LinAlgError:
                break
            at = laid(fitted, model)
            if np.isfinite(rms) and not (apart(at, taken, seen) < SAME).any():
                fits.append((check.look(fitted, model, seen.strips), turned(fitted, model)))
                taken.append(at)
            if any(look.worth > GOOD for look, _ in fits):
                break
    return sorted(fits, key=lambda one: -one[0].worth)


def _unlike(views: np.ndarray, worth: np.ndarray, seen: Seen, model: Model, most: int) -> list[np.ndarray]:
    """The `most` worthiest of views that are not the same, the best first."""
    order = np.argsort(-worth)[:COMPARED_AT_MOST]
    order = order[worth[order] > 0]
    at = laid(views[order], model)
    left = np.arange(len(order))
    taken: list[np.ndarray] = []
    while len(left) and len(taken) < most:
        taken.append(turned(views[order[left[0]]], model))
        off = apart(at[left[0]], at[left], seen)
        off[0] = 0
        left = left[off >= SAME]
    return taken


def _made(fits: list[tuple[check.Look, np.ndarray]], seen: Seen, model: Model, court: Court) -> list[Tried]:
    """Views made exact, the best first; what is clearly worth less than the best is left out."""
    roughly = _roughly(fits, seen, model, court, CLEARLY)
    least = max((one.worth for one in roughly), default=0.0) - 2 * CLEARLY
    made = [_exact(one.view, seen, model, court, one.made) for one in roughly if one.worth > least]
    return sorted((one for one in made if one), key=lambda one: -one.worth)


def _roughly(
    fits: list[tuple[check.Look, np.ndarray]], seen: Seen, model: Model, court: Court, clearly: float = np.inf
) -> list[Tried]:
    """Views made nearly exact; what lacks so much that no camera makes up for it is left out.

    `clearly`: of what is worth so much less than a sure one, nothing is wanted.
    """
    least = max(LOOSELY * WORTH, fits[0][0].worth - NOT_BEST) if fits else 0.0
    made: list[Tried] = []
    for look, view in fits[:COMPARED]:
        if look.worth > least and (one := _exact(view, seen, model, court)):
            made.append(one)
            if one.sure:
                least = max(least, min(look.worth, one.worth) - 2 * clearly)
    return made


def _views(seen: Seen, model: Model, court: Court) -> Iterator[np.ndarray]:
    """Views (n, 3, 3) of a court that the lines propose, in parts."""
    if court.surface == "table":
        views = quads.views(seen.lines, model)
        yield views[candidates.plausible(views, seen.width, seen.height)]
    yield from candidates.views(seen.lines, model, seen.width, seen.height)


def _exact(view: np.ndarray, seen: Seen, model: Model, court: Court, rough: refine.Exact | None = None) -> Tried | None:
    """A view made exact from `rough`, or roughly where there is none yet."""
    try:
        made = refine.exact(view, seen.data, model, seen.width, seen.height, rough)
    except np.linalg.LinAlgError:  # so flat a view that it cannot be turned round
        return None
    if made is None:
        return None
    middle, unit = seen.data.middle, seen.data.unit
    look = check.look(made.view, model, seen.strips, lambda at: refine.bent(at, made.radial, middle, unit))
    is_table = court.surface == "table"
    return Tried(made, look, table.net_on(made, court, seen.lines, seen.strips) if is_table else None)


def _found(court: Court, model: Model, seen: Seen, best: Tried, width: int, height: int) -> FoundCourt:
    made, look = best.made, best.look
    full = np.array([[width / seen.width, 0, 0], [0, height / seen.height, 0], [0, 0, 1.0]])
    at = camera.centre(camera.matrices(made.camera, seen.width, seen.height)) if made.focal else None
    view = full @ turned(made.view, model, at)
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
