"""Measures of how well people were seen.

Belongs here: counts of people, frames and joints. Does not belong here: their movement (gametape.movement).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gametape.base.reason import Reason
from gametape.film.window import Window
from gametape.movement.measure import Measure
from gametape.movement.motion import BODY_JOINTS, MIN_JOINT_CONFIDENCE
from gametape.movement.subject import MIN_PERSON_S, Subject, lasting

if TYPE_CHECKING:
    import pyarrow as pa

MIN_SEEN_JOINTS = 8
"""Usable joints, of the twelve from shoulders to ankles, from which a frame shows the person."""
COVERAGE = f"analysed frames that show the person with {MIN_SEEN_JOINTS} or more of 12 joints usable, over all analysed"

#: Median luma, 0..255, below which nothing can be seen. Films of the night, in which people are, have 10 and more.
DARK = 4.0
#: Share of frames that show the picture before again, above which a film stands still. A film of 12 pictures a second
#: that is stored as 60 has 0.8.
STANDS_STILL = 0.85


@dataclass(frozen=True)
class Searched:
    """How many frames were searched for people, and the first and the last of their times."""

    n: int
    span: tuple[float | None, float | None]

    @classmethod
    def of(cls, window: Window, times: np.ndarray) -> Searched:
        at = window.frames
        return cls(len(at), (float(times[at[0]]), float(times[at[-1]])) if at else (None, None))

    @property
    def seconds(self) -> float:
        """From the first of them to the last."""
        first, last = self.span
        return 0.0 if first is None or last is None else last - first


def in_sight(subject: Subject, luma: np.ndarray) -> Subject:
    """The subject of a film whose frames have this mean luma (n,), 0..255: where all is dark, nobody can be looked for.

    A film in which nobody is seen says something of how it was filmed, or that the court is empty; a black one says
    nothing.
    """
    if subject.reason != "nobody_found" or not len(luma) or (typical := float(np.median(luma))) >= DARK:
        return subject
    return replace(subject, reason=Reason("too_dark", luma=typical), looked=False)


def standing_still(repeats: np.ndarray) -> Reason | None:
    """Why nothing moves in a film of which these frames (n,) show the picture before again; None where it may.

    Of one picture, that nobody moves is no measure: a head that is perfectly still, a hand without speed.
    """
    share = float(repeats.mean()) if len(repeats) else 0.0
    return Reason("film_stands_still", share=share) if share > STANDS_STILL else None


def people_measures(poses: pa.Table, searched: Searched, subject: Subject) -> Iterable[Measure]:
    """How many people are in the film, and how clear it is which of them is measured."""
    off = None if subject.looked else subject.reason
    method = (
        f"tracks lasting {MIN_PERSON_S:g} s, or half of a shorter film; one person lost and found again counts twice"
    )
    found = None if off else float(len(lasting(poses, searched.seconds)))
    yield Measure("people", "count", method, found, reason=off, n=searched.n)
    known = subject.track is not None
    yield Measure(
        "subject_margin",
        "0..1",
        "how much better the subject ranks than the next best",
        subject.margin if known else None,
        reason=None if known else subject.reason,
        n=searched.n,
    )


def coverage_measures(poses: pa.Table, searched: Searched, subject: Subject) -> Iterable[Measure]:
    """How much a person who is measured was seen: `subject.track`."""
    if subject.track is None:
        n = searched.n if subject.looked else 0
        known = 0.0 if n else None
        reason = None if n else subject.reason
        yield Measure("pose_coverage", "share", COVERAGE, known, n, None, *searched.span, reason)
    else:
        yield _covered(poses, searched, subject.track)
    method = "mean share of the twelve joints from shoulders to ankles that are usable, in frames with the subject"
    if subject.track is None:
        yield Measure("joint_visibility", "share", method, reason=subject.reason)
        return
    usable, times = usable_joints(poses, subject.track)
    share = usable / len(BODY_JOINTS)
    yield Measure(
        "joint_visibility", "share", method, float(share.mean()), len(share), float(share.std()), times[0], times[-1]
    )


def others_measures(
    poses: pa.Table, searched: Searched, playing: Collection[int | None]
) -> Iterable[tuple[int, Measure]]:
    """Of everyone who does not play only how much they were seen: they are not measured."""
    for track, rows in lasting(poses, searched.seconds).items():
        if track not in playing:
            yield track, _covered(poses.take(rows), searched, track)


def _covered(poses: pa.Table, searched: Searched, track: int) -> Measure:
    usable, _ = usable_joints(poses, track)
    value = min(1.0, float((usable >= MIN_SEEN_JOINTS).sum() / max(1, searched.n)))
    return Measure("pose_coverage", "share", COVERAGE, value, searched.n, None, *searched.span)


def usable_joints(poses: pa.Table, track: int) -> tuple[np.ndarray, np.ndarray]:
    """(n,) how many of the twelve joints are usable, and (n,) seconds, in each row of the track."""
    import pyarrow.compute as pc

    mine = poses.filter(pc.equal(poses["track"], track)).sort_by("frame")
    sure = [np.nan_to_num(mine[f"{j}_c"].to_numpy().astype(float)) >= MIN_JOINT_CONFIDENCE for j in BODY_JOINTS]
    return np.sum(sure, axis=0), mine["time_s"].to_numpy()
