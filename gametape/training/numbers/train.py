"""Training of the number reader: `python -m gametape.training.numbers.train --out FILE`.

Belongs here: batches, loss. Does not belong here: samples (`samples`), layers (`gametape.numbers.network`), the
schedule (`gametape.training.fit`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gametape.numbers.network import build
from gametape.training.fit import Asked, Fit, Plan, batches_from, parser
from gametape.training.numbers.samples import Sample, Samples

if TYPE_CHECKING:
    import torch

BATCH, STEPSIZE, MEAN_OF = 32, 2.0e-3, 800
"""Pictures of a batch, peak learning rate, and steps over which the weights are averaged."""
PLACES, HEIGHTS = 0.3, 0.5
"""Weights of the losses of where the digits are and how high, beside what they are."""
KEPT, AGAIN = 300, 3
"""Batches that are kept, and how many of them are seen again after each new one."""
HARD_AFTER = 1800
"""Drawn batches after which the samples are as hard as they get."""
HELD_OUT_SEED = 9_000_000
"""Seeds from here on are for validation and calibration."""


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


def train(asked: Asked, steps: int | None = None) -> None:
    """Fit the network to rendered shirts.

    Args:
        asked: What is asked of the training.
        steps: Stop after so many steps in all.
    """
    fit = Fit(build, Plan(warm_up=150, clip=5.0, mean_of=MEAN_OF), asked)
    fresh = batches_from(Batches(asked.seed), fit.state.step // (1 + AGAIN), asked.workers, ahead=6)
    for batch in again(fresh, np.random.default_rng((asked.seed, fit.state.step))):
        if fit.over or (steps is not None and fit.state.step >= steps):
            break
        truth = {name: values.to(asked.device) for name, values in batch.items()}
        told, places = fit.answer(truth["pictures"])
        fit.step(loss_of(told.float(), places.float(), truth))
    fit.save()


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


def main() -> None:
    """Train as the command line says."""
    arguments = parser("Fit the number reader to rendered shirts.", STEPSIZE).parse_args()
    train(Asked.on_the_command_line(arguments))


if __name__ == "__main__":
    main()
