"""Training of the network that finds people: `python -m gametape.training.people.train --real DIR --out FILE`.

Belongs here: batches, loss, validation. Does not belong here: samples (`scenes`), layers
(`gametape.people.network.model`), the schedule (`gametape.training.fit`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.people.network.maps import boxes_of, targets
from gametape.people.network.model import UNIT, build
from gametape.training.fit import Asked, Fit, Plan, batches_from
from gametape.training.fit import parser as training_parser
from gametape.training.people.cutouts import iou
from gametape.training.people.scenes import Sample, Scenes

if TYPE_CHECKING:
    import torch

BATCH, STEPSIZE, MEAN_OF = 12, 2e-3, 600
"""Pictures of a batch, peak learning rate, and steps over which the weights are averaged."""
FRESH, KEPT = 0.25, 3000
"""Share of samples that are made anew, and how many are kept to be shown again."""
KEEP_S, VALIDATE_S = 60, 300
"""Seconds between checkpoints, and between validations."""
BOXES = 2.0
"""What the boxes' sides count beside the middles."""
Source = Callable[[np.random.Generator], Sample]


class Samples:
    """Batches by number; most samples are shown again, since making one costs as much as a step."""

    def __init__(self, sources: list[tuple[float, Source]], seed: int) -> None:
        self._kept: list[Sample] = []
        self.sources, self.seed = [source for _, source in sources], seed
        self.share = np.array([share for share, _ in sources]) / sum(share for share, _ in sources)

    def __getitem__(self, step: int) -> tuple[np.ndarray, ...]:
        import cv2

        cv2.setNumThreads(1)
        random = np.random.default_rng((self.seed, step))
        rows = []
        for source in random.choice(len(self.sources), BATCH, p=self.share):
            if len(self._kept) < BATCH or random.random() < FRESH:
                self._kept.append(self.sources[source](random))
                del self._kept[: max(0, len(self._kept) - KEPT)]
            sample = again(random, self._kept[random.integers(len(self._kept))])
            rows.append(
                (np.ascontiguousarray(sample.picture.transpose(2, 0, 1)), *targets(sample.boxes, sample.ignored))
            )
        return tuple(np.stack(column) for column in zip(*rows, strict=True))


def again(random: np.random.Generator, sample: Sample) -> Sample:
    """A sample as it is, or mirrored, in other light, with its colours exchanged."""
    picture, boxes, ignored = sample.picture, sample.boxes, sample.ignored
    if random.random() < 0.5:
        width = picture.shape[1]
        picture, ignored = picture[:, ::-1], ignored[:, ::-1]
        boxes = np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], axis=1)
    if random.random() < 0.15:
        picture = picture[..., random.permutation(3)]
    lut = np.clip(np.arange(256) * random.uniform(0.75, 1.25) + random.uniform(-20, 20), 0, 255).astype(np.uint8)
    return Sample(lut[picture], boxes, ignored)


def loss_of(maps: torch.Tensor, heat: torch.Tensor, sides: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    """Quality focal loss of the middles (Li et al. 2020), and 1 - GIoU of the boxes near them, per person."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    logits = maps[:, 0]
    entropy = binary_cross_entropy_with_logits(logits, heat, reduction="none")
    weighted = entropy * (heat - logits.detach().sigmoid()).square() * counts
    people = (heat == 1).sum().clamp(min=1)
    middles = weighted.sum() / people
    near = sides.sum(dim=1) > 0
    if not near.any():
        return middles
    told = UNIT * torch.exp(maps[:, 1:].clamp(-4, 4.5)).permute(0, 2, 3, 1)[near]
    true, weight = sides.permute(0, 2, 3, 1)[near], heat[near]
    both = torch.minimum(told, true)
    inside = (both[:, 0] + both[:, 2]) * (both[:, 1] + both[:, 3])
    area = (told[:, 0] + told[:, 2]) * (told[:, 1] + told[:, 3])
    true_area = (true[:, 0] + true[:, 2]) * (true[:, 1] + true[:, 3])
    union = area + true_area - inside
    outer = torch.maximum(told, true)
    hull = (outer[:, 0] + outer[:, 2]) * (outer[:, 1] + outer[:, 3])
    giou = inside / union.clamp(min=1) - (hull - union) / hull.clamp(min=1)
    log_off = (torch.log(told) - torch.log(true)).abs().mean(dim=1)
    boxes = ((1 - giou + 0.3 * log_off) * weight).sum() / weight.sum()
    return middles + BOXES * boxes


def train(sources: list[tuple[float, Source]], asked: Asked) -> None:
    """Fit the network.

    Args:
        sources: Each source of samples with its share.
        asked: What is asked of the training.
    """
    fit = Fit(build, Plan(warm_up=100, clip=10.0, mean_of=MEAN_OF, keep_s=KEEP_S), asked)
    validation = [sample for one in _held_out(sources) for sample in one]
    validated_s = fit.state.spent_s
    for batch in batches_from(Samples(sources, asked.seed), fit.state.step, asked.workers, ahead=6):
        if fit.over:
            break
        pictures, *truth = (values.to(asked.device) for values in batch)
        fit.step(loss_of(fit.answer(pictures).float(), *truth))
        if fit.state.spent_s - validated_s > VALIDATE_S:
            fit.log(validation=validate(fit.mean, validation))
            validated_s = fit.state.spent_s
    fit.save()
    fit.log(validation=validate(fit.mean, validation))


def _held_out(sources: list[tuple[float, Source]], each: int = 40) -> list[list[Sample]]:
    """Samples of seeds that training does not use."""
    return [[source(np.random.default_rng((7, number))) for number in range(each)] for _, source in sources]


def validate(network: torch.nn.Module, samples: list[Sample], least: float = 0.3) -> dict[str, float]:
    """Recall and precision over samples at IoU 0.5."""
    import torch

    network.eval()
    right = told = people = 0
    for sample in samples:
        with torch.inference_mode():
            maps = network(torch.from_numpy(sample.picture.transpose(2, 0, 1)[None].copy()).float())[0]
            maps[0] = maps[0].sigmoid()
        found = boxes_of(maps.numpy(), least)
        free = [box for box in sample.boxes]
        people += len(free)
        for one in found:
            x, y = ((one[:2] + one[2:4]) / 2).astype(int)
            hit = max(range(len(free)), key=lambda i: iou(one[:4], free[i]), default=None)
            if hit is not None and iou(one[:4], free[hit]) >= 0.5:
                right, told = right + 1, told + 1
                free.pop(hit)
            elif not sample.ignored[
                np.clip(y, 0, sample.ignored.shape[0] - 1), np.clip(x, 0, sample.ignored.shape[1] - 1)
            ]:
                told += 1
    return {"recall": round(right / max(1, people), 3), "precision": round(right / max(1, told), 3)}


def main() -> None:
    """Train as the command line says."""
    parser = training_parser("Fit the network that finds people.", STEPSIZE)
    parser.add_argument("--real", type=Path, help="folder of people cut out and empty scenes, see `collect`")
    arguments = parser.parse_args()
    train([(1.0, Scenes(arguments.real).sample)], Asked.on_the_command_line(arguments))


if __name__ == "__main__":
    main()
