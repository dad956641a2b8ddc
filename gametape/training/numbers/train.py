"""Training of the number reader: `python -m gametape.training.numbers.train --out FILE`.

Belongs here: loss, schedule, checkpoints, the log. Does not belong here: samples (`samples`), layers
(`gametape.numbers.network`).

Training lasts a given time, not a number of steps: the learning rate follows a half cosine over `--minutes`. With
`--resume` it continues from FILE. The result is a running mean of the weights.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.numbers.network import build
from gametape.training.numbers.samples import Sample, Samples

if TYPE_CHECKING:
    import torch

BATCH, STEPSIZE, WEIGHT_DECAY, MEAN_OF = 32, 2.0e-3, 0.02, 800
"""Pictures of a batch, peak learning rate, weight decay, and steps over which the weights are averaged."""
PLACES, HEIGHTS = 0.3, 0.5
"""Weights of the losses of where the digits are and how high, beside what they are."""
KEPT, AGAIN = 300, 3
"""Batches that are kept, and how many of them are seen again after each new one."""
HARD_AFTER = 1800
"""Drawn batches after which the samples are as hard as they get."""
KEEP_S = 120
"""Seconds between checkpoints."""
HELD_OUT_SEED = 9_000_000
"""Seeds from here on are for validation and calibration."""


@dataclass
class State:
    """Progress of the training: steps done, and seconds spent."""

    step: int = 0
    spent_s: float = 0.0


def arrays(samples: Sequence[Sample]) -> dict[str, np.ndarray]:
    """Pictures and truth: `digits` tens and units (-1: not asked), `many` 0, 1 or 2, `cells`, `height`."""
    digits = [(int(s.number[0]) if len(s.number) == 2 else -1, int(s.number[-1]) if s.number else -1) for s in samples]
    return {
        "pictures": np.stack([s.picture for s in samples]).transpose(0, 3, 1, 2),
        "digits": np.array(digits),
        "many": np.array([len(s.number) for s in samples]),
        "cells": np.array([s.cells for s in samples]),
        "height": np.array([s.height for s in samples], np.float32),
    }


class Batches:
    """Batches by number, each from the seed and its number."""

    def __init__(self, seed: int) -> None:
        self.seed, self.samples, self.full = seed, Samples(), False

    def __getitem__(self, step: int) -> dict[str, np.ndarray]:
        import cv2

        cv2.setNumThreads(1)
        self.samples.hard = 1.0 if self.full else min(1.0, 0.2 + step / HARD_AFTER)
        random = np.random.default_rng((self.seed, step))
        made: list[Sample] = []
        while len(made) < BATCH:
            made += self.samples.some(random)
        return arrays(made[:BATCH])

    def from_step(self, step: int, workers: int) -> Iterator[dict[str, torch.Tensor]]:
        """Endless batches from number `step`, made by `workers` processes (0: in this one)."""
        from torch.utils.data import DataLoader

        prefetched = 6 if workers else None
        return iter(
            DataLoader(
                self, batch_size=None, sampler=range(step, 1 << 40), num_workers=workers, prefetch_factor=prefetched
            )
        )


def loss_of(out: torch.Tensor, places: torch.Tensor, truth: dict[str, torch.Tensor]) -> torch.Tensor:
    """Cross entropy of what is read and of where it is, and the error of the height.

    Args:
        out: (n, OUTPUTS) from the network.
        places: (n, 2, CELLS²) from the network.
        truth: As `arrays` gives it, as tensors.
    """
    from torch.nn.functional import cross_entropy, smooth_l1_loss

    n = len(out)
    loss = cross_entropy(out[:, :3], truth["many"])
    for place in range(2):
        digits = out[:, 3 + 10 * place : 13 + 10 * place]
        loss = loss + cross_entropy(digits, truth["digits"][:, place], ignore_index=-1, reduction="sum") / n
        where = cross_entropy(places[:, place], truth["cells"][:, place], ignore_index=-1, reduction="sum") / n
        loss = loss + PLACES * where
    there = truth["many"] > 0
    height = smooth_l1_loss(out[there, 23], truth["height"][there], beta=0.05, reduction="sum") / n
    return loss + HEIGHTS * height


def train(
    out: Path,
    *,
    minutes: float,
    greatest: float = STEPSIZE,
    start: Path | None = None,
    resume: bool = False,
    device: str = "cpu",
    seed: int = 1,
    workers: int = 1,
    steps: int | None = None,
) -> None:
    """Fit the network to rendered shirts.

    Args:
        out: File that always holds the last whole checkpoint.
        minutes: Length of the training in all.
        greatest: Peak learning rate.
        start: A checkpoint whose mean weights the training begins with.
        resume: Continue from the checkpoint in `out`.
        device: Device of torch.
        seed: Seed of the weights and the samples.
        workers: Processes that make samples.
        steps: Stop after so many steps in all.
    """
    import torch

    torch.manual_seed(seed)
    network, mean = (build().to(device, memory_format=torch.channels_last) for _ in range(2))
    if start:
        network.load_state_dict(torch.load(start, map_location=device, weights_only=True)["mean"])
    mean.load_state_dict(network.state_dict())
    kernels = [p for p in network.parameters() if p.ndim > 1]
    plain = [p for p in network.parameters() if p.ndim == 1]
    optimizer = torch.optim.AdamW(
        [{"params": kernels, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}], lr=greatest
    )
    parts = {"network": network, "mean": mean, "optimizer": optimizer}
    state = State()
    if resume:
        checkpoint = torch.load(out, map_location=device, weights_only=True)
        for name, part in parts.items():
            part.load_state_dict(checkpoint[name])
        state = State(**checkpoint["state"])

    def save() -> None:
        partial = out.with_suffix(".part")
        torch.save({name: part.state_dict() for name, part in parts.items()} | {"state": asdict(state)}, partial)
        partial.replace(out)

    def step(batch: dict[str, torch.Tensor], rate: float) -> float:
        for group in optimizer.param_groups:
            group["lr"] = rate
        truth = {name: values.to(device) for name, values in batch.items()}
        pictures = truth["pictures"].float().contiguous(memory_format=torch.channels_last)
        with torch.autocast(torch.device(device).type, torch.bfloat16):
            told, places = network(pictures)
        loss = loss_of(told.float(), places.float(), truth)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimizer.step()
        state.step += 1
        _update_mean(mean, network, 1 / min(MEAN_OF, 1 + state.step / 3))
        return loss.item()

    out.parent.mkdir(parents=True, exist_ok=True)
    started, spent_before, saved_s = time.monotonic(), state.spent_s, state.spent_s
    losses: list[float] = []
    for batch in again(
        Batches(seed).from_step(state.step // (1 + AGAIN), workers), np.random.default_rng((seed, state.step))
    ):
        if state.spent_s >= 60 * minutes or (steps is not None and state.step >= steps):
            break
        share = min(1.0, state.spent_s / (60 * minutes))
        rate = greatest * (0.5 + 0.5 * math.cos(math.pi * share)) * min(1, (state.step + 1) / 150) + 1e-6
        losses.append(step(batch, rate))
        state.spent_s = spent_before + time.monotonic() - started
        if state.step % 50 == 0:
            _log(step=state.step, minutes=round(state.spent_s / 60, 2), loss=round(float(np.mean(losses)), 4))
            losses.clear()
        if state.spent_s - saved_s > KEEP_S:
            save()
            saved_s = state.spent_s
    save()


def again(fresh: Iterator[dict[str, torch.Tensor]], random: np.random.Generator) -> Iterator[dict[str, torch.Tensor]]:
    """Each batch, and after it earlier ones in other colours and places: drawing costs more than a step."""
    earlier: deque[dict[str, torch.Tensor]] = deque(maxlen=KEPT)
    for batch in fresh:
        yield batch
        earlier.append(batch)
        for _ in range(AGAIN):
            yield _otherwise(dict(earlier[int(random.integers(len(earlier)))]), random)


def _otherwise(batch: dict[str, torch.Tensor], random: np.random.Generator) -> dict[str, torch.Tensor]:
    """A batch with its colours exchanged or inverted, and moved by a few px."""
    from torch.nn.functional import pad

    pictures = batch["pictures"][:, random.permutation(3).tolist()]
    pictures = 255 - pictures if random.random() < 0.5 else pictures
    most, (height, width) = 3, pictures.shape[2:]
    y, x = random.integers(0, 2 * most + 1, 2).tolist()
    moved = pad(pictures.float(), (most,) * 4, mode="replicate")[:, :, y : y + height, x : x + width]
    return batch | {"pictures": moved}


def _update_mean(mean: torch.nn.Module, network: torch.nn.Module, share: float) -> None:
    """Move the mean of the weights towards those of the network."""
    for old, new in zip(mean.state_dict().values(), network.state_dict().values(), strict=True):
        if old.is_floating_point():
            old.lerp_(new, share)
        else:
            old.copy_(new)


def _log(**facts: Any) -> None:
    print(json.dumps({"time": time.strftime("%H:%M:%S")} | facts), flush=True)


def main() -> None:
    """Train as the command line says."""
    import torch

    parser = argparse.ArgumentParser(description="Fit the number reader to rendered shirts.")
    parser.add_argument("--out", type=Path, required=True, help="the checkpoint")
    parser.add_argument("--start", type=Path, help="begin with the weights of this checkpoint")
    parser.add_argument("--stepsize", type=float, default=STEPSIZE, help="peak learning rate")
    parser.add_argument("--resume", action="store_true", help="continue from the checkpoint in --out")
    parser.add_argument("--minutes", type=float, default=60, help="length of the training in all")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="processes that make samples")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    train(
        arguments.out,
        minutes=arguments.minutes,
        greatest=arguments.stepsize,
        start=arguments.start,
        resume=arguments.resume,
        device=arguments.device,
        seed=arguments.seed,
        workers=arguments.workers,
    )


if __name__ == "__main__":
    main()
