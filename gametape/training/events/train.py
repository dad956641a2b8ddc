"""Training of the event network: `python -m gametape.training.events.train POINTS.parquet`.

Belongs here: training samples, fitting, calibration, cross-validation. Does not belong here: what analyses films; the
trained weights lie in `models/ball_events/`.

The labelled points are divided into five folds of whole points. In each of five rounds, networks are fitted to four
folds and predict the fifth; the pooled predictions give the accuracy and the calibration. The published networks are
then fitted to all points, in the same way with other seeds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from gametape.ball.events import network, signal
from gametape.evaluation.events import FPS, HEIGHT, WIDTH, Point, read_points
from gametape.sports.courts import ball_contacts
from gametape.training.events import simulated
from gametape.training.events.judging import Answer, answers, calibrate, judge, within

FOLDS, SEED = 5, 7
"""Folds of the cross-validation, and the seed of all randomness."""
NETS = 2
"""Networks whose outputs are averaged, in each fold and in the published weights."""
ROUNDS, BATCH, STEPS = 1200, 24, 448
"""Optimizer steps, windows of a batch, and time steps of a window."""
RALLIES = 1500
"""Simulated rallies."""
SIMULATED_SHARE = 0.5
"""Share of the windows that are simulated."""
CONVERTED = (15, 18, 24, 25)
"""Pictures a second of films that are sold as 30 or more."""
UNSEEN_S = 0.08
"""An event at most this long before the first sight of the ball or after the last, s, is an event of that sight."""
SPREAD_S = 0.025
"""Standard deviation of the target around an event, in seconds."""
UNSEEN = {"hit": 0.45, "bounce": 0.12, "impact": 0.3}
"""Probability that the ball is not seen in an event's own frame, estimated from the frames next to it. The labels place
the ball in every event's own frame; a network trained on that would learn the labelling."""
BEFORE_S, AFTER_S, DOUBTFUL = 1.0, 2.0, 0.3
"""Seconds before a point's first label and after its last within which labels have full weight, and the weight outside,
where there may be unlabelled play (faults, other rallies)."""
UNIT = float(np.sqrt(WIDTH * HEIGHT))
"""Unit of the picture, in px of the labels."""


@dataclass(frozen=True)
class Track:
    """Detections of a ball with the labelled events.

    Attributes:
        times: (n,) seconds.
        places: (n, 2) in units of the picture.
        events: Kind and time of each event.
        trusted: First and last second between which every event is labelled.
    """

    times: np.ndarray
    places: np.ndarray
    events: tuple[tuple[str, float], ...]
    trusted: tuple[float, float] = (-np.inf, np.inf)


def track_of(point: Point, fps: float) -> Track:
    """The track of a labelled point."""
    seen = np.isfinite(point.places).all(axis=1)
    times = (point.frames - point.frames[0]) / fps
    events = tuple((kind, (frame - point.frames[0]) / fps) for kind, frame in point.events)
    trusted = (events[0][1] - BEFORE_S, events[-1][1] + AFTER_S) if events else (np.inf, np.inf)
    return Track(times[seen], point.places[seen] / UNIT, events, trusted)


def hide_events(track: Track, random: np.random.Generator, share: dict[str, float] = UNSEEN) -> Track:
    """Remove events' own frames, with the probability that the ball is not seen in the frames next to them."""
    keep = np.ones(len(track.times), bool)
    for kind, moment in track.events:
        if random.random() < share[kind]:
            keep &= np.abs(track.times - moment) > 1e-6
    return replace(track, times=track.times[keep], places=track.places[keep])


def real_window(tracks: Sequence[Track], random: np.random.Generator) -> Track:
    """A window of a labelled point, mostly around an event."""
    track = tracks[random.integers(len(tracks))]
    if track.events and random.random() < 0.7:
        middle = track.events[random.integers(len(track.events))][1] + random.uniform(-1.5, 1.5)
    else:
        middle = random.choice(track.times)
    near = np.abs(track.times - middle) < 6
    track = hide_events(replace(track, times=track.times[near], places=track.places[near]), random)
    return disturb(track, random, noise=random.choice([0, 0.0005]), thin=0.35)


def simulated_window(seen: Sequence[simulated.Seen], random: np.random.Generator) -> Track:
    """A window of a simulated rally at a film's frame rate, with missing detections."""
    rally = seen[random.integers(len(seen))]
    fps = random.choice([24, 25, 30, 50, 60])
    whole = random.random() < (0.85 if rally.from_the_first else 0.5)
    begin = 0.0 if whole else random.uniform(0, max(0.01, rally.times[-1] - 1))
    times = np.arange(begin, min(begin + 10, rally.times[-1]), 1 / fps)
    shown, first = converted(times, fps, random)
    places = np.stack([np.interp(shown, rally.times, axis) for axis in rally.places.T], 1)
    keep = first & (random.random(len(times)) > random.choice([0, 0.05, 0.25]))
    for kind, moment in rally.events:  # hidden by the player, or blurred
        if random.random() < UNSEEN[kind]:
            keep &= np.abs(times - moment) > random.uniform(0, 0.06)
    if not keep.any():
        return Track(times[keep], places[keep], ())
    first, last = times[keep][[0, -1]]
    # What happens just before or after it is seen is told at its first or last sight.
    events = tuple(
        (kind, float(np.clip(at, first, last))) for kind, at in rally.events if first - UNSEEN_S < at < last + UNSEEN_S
    )
    track = Track(times[keep], places[keep], events)
    return disturb(track, random, noise=random.choice([0.0002, 0.0006, 0.0015]), thin=0)


def converted(times: np.ndarray, fps: float, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Sometimes as in a film that was brought to a higher frame rate by repeating pictures.

    Returns:
        (n,) seconds at which each frame's picture was taken, and (n,) bool: does the film tell that it is new? Where
        repeats go unseen, every frame counts as new.
    """
    every = np.ones(len(times), bool)
    lower = [rate for rate in CONVERTED if rate < fps]
    if not lower or random.random() > 0.3:
        return times, every
    rate = random.choice(lower)
    shown = np.floor(times * rate + 1e-6) / rate
    return shown, np.diff(shown, prepend=-1) > 1e-6 if random.random() < 0.5 else every


def disturb(track: Track, random: np.random.Generator, noise: float, thin: float) -> Track:
    """Augment a track: mirror, stretch, rotate, change the pace, drop frames, add gaps and noise.

    Args:
        track: The track.
        random: Source of randomness.
        noise: Standard deviation of the noise, in units of the picture.
        thin: Probability that frames are dropped.
    """
    times, places = track.times, track.places
    keep = np.ones(len(times), bool)
    if random.random() < thin:
        every = random.choice([2, 2, 0])
        grid = np.round((times - times[:1]) * FPS).astype(int)
        keep &= (grid % 2 == random.integers(2)) if every else (random.random(len(times)) < random.uniform(0.4, 0.9))
    if len(times) and random.random() < 0.3:
        gap = random.uniform(times[0], times[-1])
        keep &= ~((times > gap) & (times < gap + random.uniform(0.04, 0.3)))
    times, places = times[keep], places[keep]
    turn = random.normal(0, 0.08)
    stretch = np.exp(random.normal(0, 0.2, 2)) * [random.choice([-1, 1]), 1]
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * stretch
    places = places @ matrix.T + random.normal(0, 1, places.shape) * noise
    pace = np.exp(random.uniform(-0.2, 0.2))
    events = tuple((kind, moment * pace) for kind, moment in track.events)
    return Track(times * pace, places, events, (track.trusted[0] * pace, track.trusted[1] * pace))


def targets(clock: np.ndarray, events: Sequence[tuple[str, float]]) -> np.ndarray:
    """(KINDS, steps) target probabilities of each kind, which add up to one in each step."""
    target = np.zeros((len(network.KINDS), len(clock)), np.float32)
    for kind, moment in events:
        bump = np.exp(-(((clock - moment) / SPREAD_S) ** 2) / 2)
        row = target[network.KINDS.index(kind)]
        np.maximum(row, bump, out=row)
    target /= np.maximum(target.sum(axis=0), 1)
    target[0] = 1 - target[1:].sum(axis=0)
    return target


def example(track: Track, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Channels, targets and weights of `STEPS` steps of one stretch of a track; None where it has no stretch."""
    found = signal.stretches(track.times, track.places)
    if not found:
        return None
    stretch = found[random.integers(len(found))]
    clock = stretch.clock()
    rows, target = signal.channels(stretch), targets(clock, track.events)
    start = random.integers(max(1, len(clock) - STEPS + 1))
    used = slice(start, start + STEPS)
    empty = STEPS - len(clock[used])
    trusted = (clock[used] >= track.trusted[0]) & (clock[used] <= track.trusted[1])
    weight = np.pad(np.where(trusted, 1, DOUBTFUL).astype(np.float32), (0, empty))
    return np.pad(rows[:, used], [(0, 0), (0, empty)]), np.pad(target[:, used], [(0, 0), (0, empty)]), weight


def drawn(tracks: Sequence[Track], seen: Sequence[simulated.Seen]) -> Callable[[np.random.Generator], Track]:
    """What draws a window of labelled tracks or simulated rallies."""

    def draw(random: np.random.Generator) -> Track:
        return simulated_window(seen, random) if random.random() < SIMULATED_SHARE else real_window(tracks, random)

    return draw


def fit(
    draw: Callable[[np.random.Generator], Track],
    seed: int,
    *,
    start: Mapping[str, np.ndarray] | None = None,
    rounds: int = ROUNDS,
    batch: int = BATCH,
    rate: float = 4e-3,
) -> dict[str, np.ndarray]:
    """Fit a network to windows.

    Args:
        draw: Draws a window.
        seed: Of all randomness.
        start: Weights by name to begin with; None: random ones.
        rounds: Optimizer steps.
        batch: Windows of a step.
        rate: Greatest learning rate.

    Returns:
        Its weights by name.
    """
    import torch
    from torch import nn

    torch.set_num_threads(1)  # the layers are small: one core per network is faster than two
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)

    def layer(inputs: int, outputs: int, taps: int, dilation: int = 1) -> nn.Conv1d:
        return nn.Conv1d(inputs, outputs, taps, dilation=dilation, padding=dilation * (taps - 1) // 2)

    layers = nn.ModuleDict({"first": layer(len(signal.CHANNELS), network.WIDTH, network.FIRST)})
    for i, dilation in enumerate(network.DILATIONS):
        layers[f"block{i}_a"] = layer(network.WIDTH, network.WIDTH, network.KERNEL, dilation)
        layers[f"block{i}_b"] = layer(network.WIDTH, network.WIDTH, 1)
    layers["last"] = layer(network.WIDTH, len(network.KINDS), 1)
    if start is not None:
        layers.load_state_dict({_in_torch(name): torch.from_numpy(value) for name, value in start.items()})
    optimiser = torch.optim.AdamW(layers.parameters(), lr=rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=rounds, pct_start=0.1)

    def examples_of_a_step() -> list[torch.Tensor]:
        examples: list[tuple] = []
        while len(examples) < batch:
            window = example(draw(random), random)
            if window is not None:
                examples.append(window)
        return [torch.from_numpy(np.stack(part)) for part in zip(*examples, strict=True)]

    for _ in range(rounds):
        rows, target, weight = examples_of_a_step()
        x = torch.relu(layers["first"](rows))
        for i in range(len(network.DILATIONS)):
            hidden = torch.relu(layers[f"block{i}_a"](x))
            x = x + layers[f"block{i}_b"](nn.functional.dropout(hidden, 0.1))
        log_probabilities = torch.log_softmax(layers["last"](torch.relu(x)), dim=1)
        loss = -(target * log_probabilities).sum(dim=1)
        loss = (loss * weight).sum() / weight.sum()
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(layers.parameters(), 1.0)
        optimiser.step()
        schedule.step()
    return {name.replace("_", "."): value.numpy().copy() for name, value in layers.state_dict().items()}


def _in_torch(name: str) -> str:
    """The name of a weight among torch's layers."""
    return name.replace(".", "_", 1) if name.startswith("block") else name


def fitted_to(tracks: Sequence[Track], seen: Sequence[simulated.Seen], seed: int) -> dict[str, np.ndarray]:
    """A network fitted to labelled tracks and simulated rallies, in another process."""
    return fit(drawn(tracks, seen), seed)


def told_of(job: tuple) -> tuple[list[Answer], list[Answer]]:
    """Predictions for a fold's points: as they are labelled, and with the events' own frames hidden."""
    fitted, held_out, seen, seed = job
    nets = [fit(drawn(fitted, seen), seed + 50 * net) for net in range(NETS)]
    random = np.random.default_rng(seed)
    return answers(held_out, nets), answers([hide_events(track, random) for track in held_out], nets)


def main() -> None:
    """Train as the command line says, print the accuracy and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("points", type=Path, help="labelled points, Parquet")
    parser.add_argument("--fps", type=float, default=FPS)
    parser.add_argument("--sport", help="sport of the points, for the order of its contacts")
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
        predictions = pool.map(told_of, [(*job, seen, SEED + n) for n, job in enumerate(jobs)])
        published = [pool.submit(fitted_to, tracks, seen, SEED + 1000 + n) for n in range(NETS)]
        as_filed, hidden = ([one for part in parts for one in part] for parts in zip(*predictions, strict=True))
        nets = [one.result() for one in published]
    calibration, error = calibrate(hidden, arguments.fps)
    report: dict[str, object] = {"points": len(tracks), "calibration_error": error}
    for name, pooled in (
        ("as filed", as_filed),
        ("event frames hidden", hidden),
        ("labelled rallies", within(as_filed)),
    ):
        for least in (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7):
            figures = judge(pooled, calibration, least, arguments.fps, ball_contacts(arguments.sport))
            report[f"{name}, confidence >= {least}"] = {kind: c.figures() for kind, c in figures.items()}
    arrays = {f"{i}/{name}": value.astype(np.float16) for i, net in enumerate(nets) for name, value in net.items()}
    table = np.array([[getattr(calibration, row)[k] for k in network.KINDS[1:]] for row in ("slope", "bias")])
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(arguments.out, calibration=table, **arrays)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
