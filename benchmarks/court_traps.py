"""How often a wrong court is found where lines invite it: neighbours, floors of many sports, courts that lack lines.

`python -m benchmarks.court_traps [PICTURES]` prints a row for each kind of trap. A court is right where it lies on one
of its sport that is painted there; one that is not the camera's own is told apart as `beside`. All else is wrong.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np

from gametape.court.find import find_court
from gametape.court.found import FoundCourt
from gametape.sports.courts import court_of
from tests.court.rendered import KINDS, View, judged, random_view, render, strips

FLOORS = ("tennis", "badminton", "volleyball", "pickleball")
GAPS = {"tennis": (3.0, 7.0), "badminton": (0.4, 2.5), "volleyball": (3.0, 6.0), "pickleball": (1.2, 4.0)}
"""Free floor between two courts, m."""
WHITE = np.array([236.0, 238, 240])
COLOURS = ((40, 40, 200), (200, 80, 40), (40, 200, 220), (30, 30, 30), (236, 238, 240), (60, 170, 60))


Scene = tuple[list[tuple[list[np.ndarray], np.ndarray]], dict[str, list[np.ndarray]]]
"""What is painted, strips and their colour; where each court that is there lies, (3, 3) its metres to the floor's."""


def moved(x: float = 0.0, y: float = 0.0, turn: float = 0.0) -> np.ndarray:
    """(3, 3) a movement on the floor, m and radians."""
    return np.array([[np.cos(turn), -np.sin(turn), x], [np.sin(turn), np.cos(turn), y], [0, 0, 1]])


def neighbours(view: View, rng: np.random.Generator) -> Scene:
    """The court with one beside it, or one on either side."""
    name = view.court.name
    step = 2 * max(abs(x) for line in view.court.lines for x, _ in line) + rng.uniform(*GAPS[name])
    own = strips(view.court)
    sides = [[1], [-1], [-1, 1]][rng.integers(3)]
    lines = [*own, *(strip + np.array([side * step, 0]) for side in sides for strip in own)]
    return [(lines, WHITE)], {name: [moved(), *(moved(side * step) for side in sides)]}


def gym(view: View, rng: np.random.Generator) -> Scene:
    """The court among the lines of two or three others, each of a colour of its own, one of them perhaps white."""
    others = [name for name in FLOORS if name != view.court.name]
    lines, places = [], {view.court.name: [moved()]}
    for name in map(str, rng.permutation(others)[: rng.integers(2, 4)]):
        place = moved(*rng.normal(0, 2, 2), np.pi / 2 if rng.random() < 0.5 else 0.0)
        colour = np.array(COLOURS[rng.integers(len(COLOURS))], float)
        lines.append(([strip @ place[:2, :2].T + place[:2, 2] for strip in strips(court_of(name))], colour))
        places[name] = [place]
    return [*lines, (strips(view.court), WHITE)], places


def lacking(view: View, rng: np.random.Generator) -> Scene:
    """A court of which one line and its mirrored ones were never painted, as the doubles side lines."""
    own = strips(view.court)
    middles = np.abs([strip.mean(axis=0).round(2) for strip in own])
    gone = middles[rng.integers(len(own))]
    kept = [strip for strip, at in zip(own, middles, strict=True) if not np.allclose(at, gone)]
    return [(kept, WHITE)], {view.court.name: [moved()]}


def half(view: View, rng: np.random.Generator) -> Scene:
    """One half of a court, as for practice."""
    end = rng.choice([-1, 1])
    kept = []
    for strip in strips(view.court):
        cut = strip.copy()
        cut[:, 1] = np.maximum(end * cut[:, 1], 0) * end
        if np.ptp(cut[:, 0]) * np.ptp(cut[:, 1]) > 1e-4:
            kept.append(cut)
    return [(kept, WHITE)], {view.court.name: [moved()]}


def rectangles(view: View, rng: np.random.Generator) -> Scene:
    """No court at all: frames and grids of white strips on the floor, as of adverts, parking places, tiles."""
    lines: list[np.ndarray] = []
    reach = np.abs([at for line in view.court.lines for at in line]).max(axis=0)
    for _ in range(rng.integers(1, 4)):
        low = rng.uniform(-1, 0.6, 2) * reach
        high = low + rng.uniform(0.2, 1.2, 2) * reach
        for axis in (0, 1):
            for at in np.linspace(low[axis], high[axis], rng.integers(2, 6)):
                ends = [low.copy(), high.copy()]
                ends[0][axis], ends[1][axis] = at, at + 0.05
                (x, y), (to_x, to_y) = ends
                lines.append(np.array([[x, y], [to_x, y], [to_x, to_y], [x, to_y]]))
    return [(lines, WHITE)], {}


TRAPS = (neighbours, gym, lacking, half, rectangles)


def verdict(view: View, found: FoundCourt, places: list[np.ndarray]) -> str:
    """`right`, `beside` or `wrong`."""
    for place in places:
        for turn in (0.0, np.pi):  # which end is called the near one, is judged elsewhere
            ground = np.eye(4)
            ground[np.ix_([0, 1, 3], [0, 1, 3])] = place @ moved(turn=turn)
            there = replace(view, court=found.court, matrix=view.matrix @ ground)
            if judged(there, found.ground, found.radial, found.focal_px).right:
                return "right" if np.allclose(place, np.eye(3)) else "beside"
    return "wrong"


def picture(number: int) -> tuple[View, np.ndarray, str, dict[str, list[np.ndarray]]]:
    """Picture `number`: its view, what is seen, the trap, and where each court lies that is there."""
    rng = np.random.default_rng(7000 + number)
    trap = TRAPS[number % len(TRAPS)]
    name = FLOORS[number // len(TRAPS) % len(FLOORS)]
    view = random_view(rng, court_of(name), KINDS[int(rng.integers(len(KINDS)))])
    lines, places = trap(view, rng)
    drawn = render(view, rng, people=int(rng.integers(0, 3)), lines=lines, net=bool(rng.random() < 0.7))
    return view, drawn, trap.__name__, places


def tried(number: int) -> list[tuple[str, str, str]]:
    """Of each court asked for in picture `number`: the trap, the court, and what came of it."""
    view, drawn, trap, places = picture(number)
    name = view.court.name
    answers = []
    for asked in FLOORS:
        found = find_court(drawn, court_of(asked))
        come = verdict(view, found, places.get(asked, [])) if isinstance(found, FoundCourt) else "none"
        answers.append((trap, asked if asked != name else f"{asked} (own)", come))
    return answers


def main(pictures: int = 96) -> None:
    """Try them all and print what came of it."""
    groups: dict[str, Counter] = defaultdict(Counter)
    for number in range(pictures):
        for trap, asked, come in tried(number):
            whose = "own" if "own" in asked else "another"
            groups[f"{trap}, {whose} asked"][come] += 1
            if come == "wrong":
                print(f"picture {number}: {trap}, {asked}: wrong", flush=True)
    for name, counts in groups.items():
        print(f"{name:28}" + "  ".join(f"{come} {n}" for come, n in sorted(counts.items())))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
