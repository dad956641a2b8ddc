"""COURT_MARKS: what the camera does in a film, and where the court lies in each stretch in which it stands.

Belongs here: which stretches are looked at, and that one view is searched once. Does not belong here: what a stretch is
(`motion`), finding a court in a picture (`find`), which court is looked for (`resources.film_rules`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import BaseModel

from gametape.base.reason import Reason
from gametape.court.find import find_court, propose
from gametape.court.found import FoundCourt, NotFound
from gametape.court.motion import Kept, Stretch, same_view, still_picture, stretches
from gametape.media.film import Film
from gametape.sports.courts import courts
from gametape.tables.court import COURT_MARKS

if TYPE_CHECKING:
    import pyarrow as pa

IN_VAIN = 4
"""So many views in which no court is are searched, and one more for each in which one was found: the longest first."""
MARKED = "court_is_marked"
"""Reason: the sidecar marks the court, and only what the camera does is asked."""


class CourtSearch(BaseModel):
    """What is looked for, of the rules `court_search`.

    Attributes:
        courts: The courts by name: one where the sport is told, else all.
        told: Is the sport told? Else a court is proposed.
        motion: What the sidecar says of the camera.
        reason: Why no court is looked for; None: it is.
    """

    courts: dict[str, Any]
    told: bool
    motion: Literal["fixed", "moving"] | None
    reason: str | None


def court_marks(
    film: Film,
    shots: np.ndarray,
    search: CourtSearch,
    *,
    start: int = 0,
    stop: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> pa.Table:
    """Find the court in a film.

    Args:
        film: The film.
        shots: (n,) number of each frame's shot.
        search: What is looked for.
        start: First frame that is looked at.
        stop: Frame after the last one; by default the film's.
        progress: Called with the number of frames done and of all.

    Returns:
        COURT_MARKS. No picture is read where nothing is to be found out.
    """
    stop = len(film) if stop is None else min(stop, len(film))
    if search.motion == "moving":
        return _nothing(start, stop, None, search, Reason("camera_moves"))
    if search.reason and (search.motion or search.reason != MARKED):
        return _nothing(start, stop, search.motion, search, search.reason)
    kept = Kept(0) if search.reason else Kept()
    found = stretches(film, shots, start, stop, kept) if search.motion is None else _by_shot(shots, start, stop)
    answers = {} if search.reason else _answers(film, found, search, kept, progress)
    rows = []
    for number, stretch in enumerate(found):
        row = {
            "first_frame": stretch.first_frame, "stop": stretch.stop,
            "motion": stretch.motion, "shift_px": stretch.shift_px,
            "court": _asked(search), "found": False, "marks": "[]", "proposed": False,
            "reason": search.reason or Reason("camera_pans"),
        }  # fmt: skip
        rows.append(row | answers.get(number, {}))
    return COURT_MARKS.from_rows(rows)


def _nothing(start: int, stop: int, motion: str | None, search: CourtSearch, reason: str) -> pa.Table:
    row = {"first_frame": start, "stop": stop, "motion": motion, "court": _asked(search), "found": False}
    return COURT_MARKS.from_rows([row | {"reason": reason, "marks": "[]", "proposed": False}])


def _asked(search: CourtSearch) -> str | None:
    """The name of the court that is looked for, where it is one."""
    return next(iter(search.courts), None) if search.told else None


def _by_shot(shots: np.ndarray, start: int, stop: int) -> list[Stretch]:
    """The shots of a film whose camera is said to stand."""
    cuts = [start, *(int(at) + start + 1 for at in np.flatnonzero(np.diff(shots[start:stop]))), stop]
    return [Stretch(first, end, "fixed", None, (first + end) // 2) for first, end in pairwise(cuts)]


def _answers(
    film: Film, found: list[Stretch], search: CourtSearch, kept: Kept, progress: Callable[[int, int], None]
) -> dict[int, dict]:
    """What the search says of each stretch in which the camera stands, by its number.

    Longer ones come first; a view that was searched is not searched again, and IN_VAIN bounds what a film costs.
    """
    views: list[tuple[np.ndarray, dict]] = []
    answers: dict[int, dict] = {}
    order = sorted(
        (number for number, one in enumerate(found) if one.stands),
        key=lambda number: found[number].first_frame - found[number].stop,
    )
    if not search.told:  # to ask whether it is this sport, one view is enough
        answers = {number: {"reason": Reason("sport_not_told")} for number in order[1:]}
        order = order[:1]
    total, done = sum(found[number].stop - found[number].first_frame for number in order), 0
    for number in order:
        in_vain = sum(not answer.get("found") for _, answer in views)
        if in_vain == IN_VAIN + len(views) - in_vain:
            answers[number] = {"reason": Reason("court_not_in_views", n=in_vain)}
            continue
        picture = still_picture(film, found[number], kept)
        small = _small(picture)
        answer = next((known for view, known in views if same_view(view, small)), None)
        if answer is None:
            answer = _answer(picture, search, film.width / picture.shape[1], film.height / picture.shape[0])
            views.append((small, answer))
        answers[number] = answer
        done += found[number].stop - found[number].first_frame
        progress(done, total)
    return answers


def _small(picture: np.ndarray) -> np.ndarray:
    """A view as it is compared: many full ones would not fit into memory."""
    import cv2

    from gametape.court.motion import SMALL

    factor = min(1.0, SMALL / max(picture.shape))
    size = max(1, round(picture.shape[1] * factor)), max(1, round(picture.shape[0] * factor))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def _answer(picture: np.ndarray, search: CourtSearch, across: float, down: float) -> dict:
    """What of a row a picture says; `across` and `down`: px of the upright source in one of its px."""
    known = courts()
    one = find_court(picture, known[next(iter(search.courts))]) if search.told else _proposed(picture)
    if not isinstance(one, FoundCourt):
        return {"reason": Reason("court_not_found", reason=one.reason) if isinstance(one, NotFound) else one}
    scale = np.array([across, down, 1.0])
    ground = scale[:, None] * one.ground
    return {
        "court": one.court.name,
        "found": True,
        "reason": None,
        "marks": json.dumps([[mark.name, round(mark.x * across, 2), round(mark.y * down, 2)] for mark in one.marks]),
        "homography": json.dumps((ground / ground[2, 2]).tolist()),
        "fit_px": one.fit_px * across,
        "share_of_lines": one.share_of_lines,
        "radial": one.radial,
        "focal_px": one.focal_px and one.focal_px * across,
        "proposed": not search.told,
    }


def _proposed(picture: np.ndarray) -> FoundCourt | Reason:
    """The only court that a picture shows; where several fit, none is proposed."""
    answers = propose(picture)
    found = [one for one in answers if isinstance(one, FoundCourt)]
    if len(found) > 1:
        return Reason("courts_alike", courts=sorted(one.court.name for one in found))
    if found:
        return found[0]
    refused = [one.reason for one in answers if isinstance(one, NotFound)]
    return next((reason for reason in refused if reason.code == "courts_alike"), Reason("no_court_in_sight"))


def longest_found(table: pa.Table) -> dict | None:
    """The row of COURT_MARKS of the longest stretch with a court; None where there is none."""
    rows = [row for row in table.to_pylist() if row["found"]]
    return max(rows, key=lambda row: row["stop"] - row["first_frame"], default=None)
