"""How often the court is found in drawn pictures whose camera is known exactly, how well, and how often a wrong one.

`python -m benchmarks.court [CAMERAS]` prints a table by court and kind of camera. Every other picture has lines of
another court on its floor. Each court is also asked for in pictures of the others: there none may be found.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from gametape.court.find import find_court
from gametape.court.found import FoundCourt
from gametape.sports.courts import court_of
from tests.court.rendered import KINDS, WIDTHS, Verdict, View, judged, random_view, render


@dataclass(frozen=True)
class Tried:
    """A picture, what was found in it, and what in place of it where another court was asked for."""

    number: int
    court: str
    kind: str
    verdict: Verdict | None
    reason: str
    cpu_s: float
    wrongly: str | None


def picture(number: int) -> tuple[View, np.ndarray, str]:
    """Picture `number`: its view, what is seen, and a court of which nothing is seen."""
    names = tuple(WIDTHS)
    rng = np.random.default_rng(1000 + number)
    name = names[number % len(names)]
    view = random_view(rng, court_of(name), KINDS[number // len(names) % len(KINDS)])
    painted = [one for one in names if one not in (name, "table tennis")]
    others = str(rng.choice(painted)) if number // 2 % 2 and name != "table tennis" else None
    absent = [one for one in names if one not in (name, others)]
    return view, render(view, rng, people=int(rng.integers(0, 4)), others=others), str(rng.choice(absent))


def tried(number: int) -> Tried:
    """Look for the court of picture `number`, and for one that is not there."""
    view, drawn, absent = picture(number)
    began = time.process_time()
    found = find_court(drawn, view.court)
    took = time.process_time() - began
    other = find_court(drawn, court_of(absent))
    wrongly = other.court.name if isinstance(other, FoundCourt) else None
    if not isinstance(found, FoundCourt):
        return Tried(number, view.court.name, view.kind, None, str(found.reason), took, wrongly)
    verdict = judged(view, found.ground, found.radial, found.focal_px)
    return Tried(number, view.court.name, view.kind, verdict, "", took, wrongly)


def main(cameras: int = 200) -> None:
    """Try them all and print what came of it."""
    all_tried = [tried(number) for number in range(cameras)]
    groups = defaultdict(list)
    for one in all_tried:
        for group in ("all", one.court, one.kind):
            groups[group].append(one)
    print(f"{'':14}{'n':>4}{'found':>7}{'wrong':>6}{'median px':>10}{'most px':>9}{'focal off':>10}{'CPU s':>7}")
    for name in ("all", *WIDTHS, *KINDS):
        some = groups[name]
        if not some:
            continue
        right = [one.verdict for one in some if one.verdict and one.verdict.right]
        wrong = sum(one.verdict is not None and not one.verdict.right for one in some)
        focal = [one.focal_off for one in right if one.focal_off is not None]
        figures = [np.median([v.median_px for v in right]), np.median([v.most_px for v in right])] if right else [0, 0]
        print(
            f"{name:14}{len(some):4}{len(right) / len(some):7.0%}{wrong:6}{figures[0]:10.2f}{figures[1]:9.2f}"
            f"{np.median(focal) if focal else np.nan:10.1%}{np.mean([one.cpu_s for one in some]):7.2f}"
        )
    for one in all_tried:
        if one.verdict is None or not one.verdict.right or one.wrongly:
            most = "" if one.verdict is None else f"off by {one.verdict.most_px:.0f} px"
            print(f"picture {one.number}: {one.court}, {one.kind}: {one.reason}{most}", end="")
            print(f"; {one.wrongly} found" if one.wrongly else "")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
