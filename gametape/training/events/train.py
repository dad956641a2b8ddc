"""Training the network: `python -m gametape.training.events.train POINTS.parquet`.

Belongs here: what it is shown, how it is fitted, calibrated and judged. Does not belong here: anything films need: what
comes out lies in `models/ball_events/`.

Labelled points are cut into five folds, whole points each. Five times a network is fitted to four folds and answers
for the fifth: those answers give the figures and the calibration. The shipped networks are then fitted to all points,
with the same recipe and other seeds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from gametape.ball.events import find, network, signal
from gametape.evaluation.events import FPS, HEIGHT, KINDS, WIDTH, Count, Point, count, read_points
from gametape.training.events import simulated

FOLDS, SEED = 5, 7
NETS = 2
"""Networks whose mean is told, in each fold as in what is shipped."""
ROUNDS, BATCH, STEPS = 900, 24, 448
RALLIES = 500
SIMULATED_SHARE = 0.35
SPREAD_S = 0.03
"""Standard deviation of the target around an event."""
UNSEEN = {"hit": 0.45, "bounce": 0.12, "impact": 0.3}
"""How often the ball is not seen in the frame of an event, by the frames next to it. Labels give every event's own
frame a place, and a network that saw that would learn the labelling, not the ball."""
BEFORE_S, AFTER_S, DOUBTFUL = 1.0, 2.0, 0.3
"""Further than this before the first label and after the last one of a point there is unlabelled play (faults, other
rallies): air there is believed so much only."""
UNIT = float(np.sqrt(WIDTH * HEIGHT))


@dataclass(frozen=True)
class Track:
    """Sightings `times` (n,) s and `places` (n, 2), units of the picture; `events`: (kind, time)."""

    times: np.ndarray
    places: np.ndarray
    events: tuple[tuple[str, float], ...]
    trusted: tuple[float, float] = (-np.inf, np.inf)
    """From when to when the labels hold all there is."""


def track_of(point: Point, fps: float) -> Track:
    seen = np.isfinite(point.places).all(axis=1)
    times = (point.frames - point.frames[0]) / fps
    events = tuple((kind, (frame - point.frames[0]) / fps) for kind, frame in point.events)
    trusted = (events[0][1] - BEFORE_S, events[-1][1] + AFTER_S) if events else (np.inf, np.inf)
    return Track(times[seen], point.places[seen] / UNIT, events, trusted)


def hide_events(track: Track, random: np.random.Generator, share: dict[str, float] = UNSEEN) -> Track:
    """The track as it would be were the event's own frame seen as seldom as its neighbours."""
    keep = np.ones(len(track.times), bool)
    for kind, moment in track.events:
        if random.random() < share[kind]:
            keep &= np.abs(track.times - moment) > 1e-6
    return replace(track, times=track.times[keep], places=track.places[keep])


def real_window(tracks: Sequence[Track], random: np.random.Generator) -> Track:
    """Some seconds of a labelled point, mostly around an event."""
    track = tracks[random.integers(len(tracks))]
    if track.events and random.random() < 0.7:
        middle = track.events[random.integers(len(track.events))][1] + random.uniform(-1.5, 1.5)
    else:
        middle = random.choice(track.times)
    near = np.abs(track.times - middle) < 6
    track = hide_events(replace(track, times=track.times[near], places=track.places[near]), random)
    return disturb(track, random, noise=random.choice([0, 0.0005]), thin=0.35)


def simulated_window(seen: Sequence[simulated.Seen], random: np.random.Generator) -> Track:
    """Some seconds of a simulated rally, sampled and missed as films are."""
    rally = seen[random.integers(len(seen))]
    fps = random.choice([24, 25, 30, 50, 60])
    begin = random.uniform(0, max(0.01, rally.times[-1] - 8))
    at = np.arange(begin, min(begin + 10, rally.times[-1]), 1 / fps)
    # Films of 25 frames a second are often sold as 30: some frames show again what the one before did.
    shown = np.floor(at * 25) / 25 if fps == 30 and random.random() < 0.3 else at
    places = np.stack([np.interp(shown, rally.times, axis) for axis in rally.places.T], 1)
    keep = random.random(len(at)) > random.choice([0, 0.05, 0.25])
    for kind, moment in rally.events:  # hidden by the player, blurred
        if random.random() < UNSEEN[kind]:
            keep &= np.abs(at - moment) > random.uniform(0, 0.06)
    events = tuple(event for event in rally.events if at[0] - 0.1 < event[1] < at[-1] + 0.1)
    return disturb(Track(at[keep], places[keep], events), random, noise=random.choice([0.0002, 0.0006, 0.0015]), thin=0)


def disturb(track: Track, random: np.random.Generator, noise: float, thin: float) -> Track:
    """Another film of the same: mirrored, stretched, faster or slower, of fewer frames, with gaps and noise."""
    times, places = track.times, track.places
    keep = np.ones(len(times), bool)
    if random.random() < thin:
        every = random.choice([2, 2, 0])
        grid = np.round((times - times[:1]) * FPS).astype(int)
        keep &= (grid % 2 == random.integers(2)) if every else (random.random(len(times)) < random.uniform(0.4, 0.9))
    if len(times) and random.random() < 0.3:
        hole = random.uniform(times[0], times[-1])
        keep &= ~((times > hole) & (times < hole + random.uniform(0.04, 0.3)))
    times, places = times[keep], places[keep]
    turn = random.normal(0, 0.08)
    stretch = np.exp(random.normal(0, 0.2, 2)) * [random.choice([-1, 1]), 1]
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * stretch
    places = places @ matrix.T + random.normal(0, 1, places.shape) * noise
    pace = np.exp(random.uniform(-0.2, 0.2))
    events = tuple((kind, moment * pace) for kind, moment in track.events)
    return Track(times * pace, places, events, (track.trusted[0] * pace, track.trusted[1] * pace))


def targets(clock: np.ndarray, events: Sequence[tuple[str, float]]) -> np.ndarray:
    """What a step should be told to be: (KINDS, steps), chances that add up to one."""
    wanted = np.zeros((len(network.KINDS), len(clock)), np.float32)
    for kind, moment in events:
        bump = np.exp(-(((clock - moment) / SPREAD_S) ** 2) / 2)
        row = wanted[network.KINDS.index(kind)]
        np.maximum(row, bump, out=row)
    wanted /= np.maximum(wanted.sum(axis=0), 1)
    wanted[0] = 1 - wanted[1:].sum(axis=0)
    return wanted


def example(track: Track, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Channels, targets and weights of `STEPS` steps of one stretch of a track."""
    found = signal.stretches(track.times, track.places)
    if not found:
        return None
    stretch = found[random.integers(len(found))]
    clock = stretch.clock()
    rows, wanted = signal.channels(stretch), targets(clock, track.events)
    start = random.integers(max(1, len(clock) - STEPS + 1))
    used = slice(start, start + STEPS)
    empty = STEPS - len(clock[used])
    trusted = (clock[used] >= track.trusted[0]) & (clock[used] <= track.trusted[1])
    weight = np.pad(np.where(trusted, 1, DOUBTFUL).astype(np.float32), (0, empty))
    return np.pad(rows[:, used], [(0, 0), (0, empty)]), np.pad(wanted[:, used], [(0, 0), (0, empty)]), weight


def fit(tracks: Sequence[Track], seen: Sequence[simulated.Seen], seed: int) -> dict[str, np.ndarray]:
    """A network's weights, fitted to labelled tracks and simulated rallies."""
    import torch
    from torch import nn

    torch.set_num_threads(1)  # small layers: a core a network is faster than two
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)

    def layer(inputs: int, outputs: int, taps: int, dilation: int = 1) -> nn.Conv1d:
        return nn.Conv1d(inputs, outputs, taps, dilation=dilation, padding=dilation * (taps - 1) // 2)

    layers = nn.ModuleDict({"first": layer(len(signal.CHANNELS), network.WIDTH, network.FIRST)})
    for i, dilation in enumerate(network.DILATIONS):
        layers[f"block{i}_a"] = layer(network.WIDTH, network.WIDTH, network.KERNEL, dilation)
        layers[f"block{i}_b"] = layer(network.WIDTH, network.WIDTH, 1)
    layers["last"] = layer(network.WIDTH, len(network.KINDS), 1)
    optimiser = torch.optim.AdamW(layers.parameters(), lr=4e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=ROUNDS, pct_start=0.1)

    def batch() -> list[torch.Tensor]:
        examples: list[tuple] = []
        while len(examples) < BATCH:
            simulated = random.random() < SIMULATED_SHARE
            track = simulated_window(seen, random) if simulated else real_window(tracks, random)
            made = example(track, random)
            if made is not None:
                examples.append(made)
        return [torch.from_numpy(np.stack(part)) for part in zip(*examples, strict=True)]

    for _ in range(ROUNDS):
        rows, wanted, weight = batch()
        x = torch.relu(layers["first"](rows))
        for i in range(len(network.DILATIONS)):
            hidden = torch.relu(layers[f"block{i}_a"](x))
            x = x + layers[f"block{i}_b"](nn.functional.dropout(hidden, 0.1))
        told = torch.log_softmax(layers["last"](torch.relu(x)), dim=1)
        loss = -(wanted * told).sum(dim=1)
        loss = (loss * weight).sum() / weight.sum()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(layers.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    return {name.replace("_", "."): value.numpy().copy() for name, value in layers.state_dict().items()}


@dataclass(frozen=True)
class Answer:
    """What was found in a held-out point, and what its labels say, in frames of the point."""

    found: tuple[find.EventCandidate, ...]
    labelled: tuple[tuple[str, float], ...]


def answers(tracks: Sequence[Track], nets: list[dict[str, np.ndarray]]) -> list[Answer]:
    return [Answer(tuple(find.event_candidates(one.times, one.places, nets)), one.events) for one in tracks]


def judge(told: Sequence[Answer], calibration: find.PlattScaling, least: float, fps: float) -> dict[str, Count]:
    totals = {kind: Count() for kind in KINDS}
    for one in told:
        for kind in KINDS:
            found = [c.time * fps for c in one.found if c.kind == kind and calibration.confidence(c) >= least]
            labelled = [moment * fps for name, moment in one.labelled if name == kind]
            totals[kind] += count([round(f) for f in found], [round(f) for f in labelled])
    return totals


def calibrate(told: Sequence[Answer], fps: float) -> tuple[find.PlattScaling, dict[str, float]]:
    """Logistic regression of right or wrong on the strength, for each kind; and the mean gap between confidence and
    share right over ten bins (expected calibration error). Impacts, of which no label is at hand, take the hits'.
    """
    slope, bias, error = {}, {}, {}
    for kind in KINDS:
        strength, right = [], []
        for one in told:
            labelled = [moment * fps for name, moment in one.labelled if name == kind]
            for c in sorted((c for c in one.found if c.kind == kind), key=lambda c: -c.strength):
                near = [moment for moment in labelled if abs(round(c.time * fps) - round(moment)) <= 5]
                if near:
                    labelled.remove(near[0])
                strength.append(c.strength)
                right.append(bool(near))
        s, r = np.array(strength), np.array(right, float)
        w = np.array([1.0, 0.0])
        shape = np.stack([s, np.ones_like(s)], 1)
        for _ in range(50):  # Newton's method
            p = 1 / (1 + np.exp(-shape @ w))
            w += np.linalg.solve((shape.T * (p * (1 - p))) @ shape + 1e-6 * np.eye(2), shape.T @ (r - p))
        slope[kind], bias[kind] = float(w[0]), float(w[1])
        p = 1 / (1 + np.exp(-shape @ w))
        bins = np.minimum((p * 10).astype(int), 9)
        error[kind] = round(sum(abs((r - p)[bins == b].sum()) for b in range(10)) / len(p), 4)
    slope["impact"], bias["impact"] = slope["hit"], bias["hit"]
    return find.PlattScaling(slope, bias), error


def told_of(job: tuple) -> tuple[list[Answer], list[Answer]]:
    """One fold's answers: to its points as they are filed, and with the events' own frames hidden."""
    fitted, held, seen, seed = job
    nets = [fit(fitted, seen, seed + 50 * net) for net in range(NETS)]
    random = np.random.default_rng(seed)
    return answers(held, nets), answers([hide_events(track, random) for track in held], nets)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("points", type=Path, help="labelled points, Parquet")
    parser.add_argument("--fps", type=float, default=FPS)
    parser.add_argument("--out", type=Path, default=network.WEIGHTS)
    parser.add_argument("--workers", type=int, default=2, help="processes")
    arguments = parser.parse_args()

    random = np.random.default_rng(SEED)
    tracks = [track_of(point, arguments.fps) for point in read_points(arguments.points)]
    tracks = [track for track in tracks if len(track.times) > signal.FEWEST]
    seen = [simulated.rally(random) for _ in range(RALLIES)]
    fold = random.permutation(len(tracks)) % FOLDS
    jobs = [
        (
            [t for t, f in zip(tracks, fold, strict=True) if f != n],
            [t for t, f in zip(tracks, fold, strict=True) if f == n],
        )
        for n in range(FOLDS)
    ]
    with ProcessPoolExecutor(arguments.workers, get_context("spawn")) as pool:
        told = pool.map(told_of, [(*job, seen, SEED + n) for n, job in enumerate(jobs)])
        shipped = [pool.submit(fit, tracks, seen, SEED + 1000 + n) for n in range(NETS)]
        as_filed, hidden = ([one for part in parts for one in part] for parts in zip(*told, strict=True))
        nets = [one.result() for one in shipped]
    calibration, error = calibrate(hidden, arguments.fps)
    report: dict[str, object] = {"points": len(tracks), "calibration_error": error}
    for name, told in (("as filed", as_filed), ("event frames hidden", hidden), ("labelled rallies", within(as_filed))):
        for least in (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7):
            figures = judge(told, calibration, least, arguments.fps)
            report[f"{name}, confidence >= {least}"] = {kind: c.figures() for kind, c in figures.items()}
    arrays = {f"{i}/{name}": value.astype(np.float16) for i, net in enumerate(nets) for name, value in net.items()}
    table = np.array([[getattr(calibration, row)[k] for k in network.KINDS[1:]] for row in ("slope", "bias")])
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(arguments.out, calibration=table, **arrays)
    print(json.dumps(report, indent=1))


def within(told: Sequence[Answer]) -> list[Answer]:
    """The answers from just before each point's first label to just after its last: where labels hold all."""
    kept = []
    for one in told:
        if one.labelled:
            first, last = one.labelled[0][1] - 0.25, one.labelled[-1][1] + 0.25
            kept.append(replace(one, found=tuple(c for c in one.found if first <= c.time <= last)))
    return kept


if __name__ == "__main__":
    main()
