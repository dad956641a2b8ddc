"""Training of the events' network for play without bounces: `python -m gametape.training.events.shuttle`.

Belongs here: windows of simulated rallies with a shuttle, fitting on from a published network. Does not belong here:
the simulation (`simulated_shuttle`), the networks of play with bounces (`train`).

No labelled film is trained on. A quarter of the windows is other play without bounces, or a ball without events.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gametape.ball.events import network
from gametape.training.events import simulated, simulated_shuttle
from gametape.training.events.train import UNSEEN_S, Track, converted, disturb, fit, simulated_window

SEED = 100
"""Of all randomness."""
RALLIES, OTHERS = 350, 116
"""Simulated rallies, and pieces of other play."""
ROUNDS, BATCH, RATE = 320, 16, 3e-3
"""Optimizer steps, windows of a batch, and greatest learning rate."""
OTHER_SHARE = 0.25
"""Share of the windows that are other play."""
HIT_HIDDEN, BEFORE_S, AFTER_S = 0.5, 0.08, 0.1
"""How often a shuttle is not seen about its hit, and from at most when to when, s: blurred, or behind the racket."""
COVERED, COVERED_S = 0.4, (0.05, 0.4)
"""How often it is covered once in a window, by a player, and for how long, s."""


def window(seen: Sequence[simulated.Seen], random: np.random.Generator) -> Track:
    """A window of a simulated rally at a film's frame rate, with missing detections."""
    rally = seen[int(random.integers(len(seen)))]
    fps = random.choice([24, 25, 30, 30, 50, 60])
    begin = 0.0 if random.random() < 0.5 else random.uniform(0, max(0.01, rally.times[-1] - 1))
    times = np.arange(begin, min(begin + 10, rally.times[-1]), 1 / fps)
    shown, keep = converted(times, fps, random)
    places = rally.places[np.round(shown * simulated_shuttle.HZ).astype(int).clip(0, len(rally.times) - 1)]
    keep &= np.isfinite(places[:, 0]) & (random.random(len(times)) > random.choice([0, 0.03, 0.1, 0.25]))
    for _, moment in rally.events:
        if random.random() < HIT_HIDDEN:
            keep &= (times < moment - random.uniform(0, BEFORE_S)) | (times > moment + random.uniform(0, AFTER_S))
    if len(times) and random.random() < COVERED:
        start = random.uniform(times[0], times[-1])
        keep &= (times < start) | (times > start + random.uniform(*COVERED_S))
    if not keep.any():
        return Track(times[keep], places[keep], ())
    first, last = times[keep][[0, -1]]
    events = tuple(
        (kind, float(np.clip(at, first, last))) for kind, at in rally.events if first - UNSEEN_S < at < last + UNSEEN_S
    )
    return disturb(Track(times[keep], places[keep], events), random, random.choice([0.0003, 0.0008, 0.0015]), 0)


def main() -> None:
    """Train as the command line says, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=network.WITHOUT_BOUNCES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    arguments = parser.parse_args()
    random = np.random.default_rng(SEED)
    seen = [simulated_shuttle.rally(random) for _ in range(RALLIES)]
    others = [_other(random) for _ in range(OTHERS)]

    def draw(random: np.random.Generator) -> Track:
        return simulated_window(others, random) if random.random() < OTHER_SHARE else window(seen, random)

    net = fit(draw, SEED, start=network.weights()[0], rounds=arguments.rounds, batch=BATCH, rate=RATE)
    save(arguments.out, net)


def save(out: Path, net: Mapping[str, np.ndarray]) -> None:
    """Write a network, with the confidence of the one that it was fitted on from.

    Fitted to simulated rallies, which it knows too well, the confidence would be greater than it is right.
    """
    with np.load(network.WEIGHTS) as file:
        scaling = file["calibration"]
    arrays: dict[str, Any] = {f"0/{name}": value.astype(np.float16) for name, value in net.items()}
    np.savez_compressed(out, calibration=scaling, **arrays)


def _other(random: np.random.Generator) -> simulated.Seen:
    """Other play without bounces, or a ball without events."""
    metres, events = simulated.without_bounces(random)
    times = np.arange(len(metres)) / simulated.SIMULATED_HZ
    return simulated.Seen(times, simulated.through_camera(metres, random), tuple(events))


if __name__ == "__main__":
    main()
