"""Training of the network that finds people: `python -m gametape.training.people.train --real DIR --out FILE`.

Belongs here: loss, schedule, checkpoints, the log. Does not belong here: samples (`scenes`, `labelled`), layers
(`gametape.people.network.model`).

Training lasts a given time, not a number of steps: the learning rate follows a half cosine over `--minutes`. With
`--resume` it continues from FILE. The result is a running mean of the weights.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.people.network.maps import boxes_of, targets
from gametape.people.network.model import UNIT, build
from gametape.training.people.cutouts import iou
from gametape.training.people.scenes import Sample, Scenes

if TYPE_CHECKING:
    import torch

BATCH, STEPSIZE, WEIGHT_DECAY, MEAN_OF = 12, 2e-3, 0.02, 600
"""Pictures of a batch, peak learning rate, weight decay, and steps over which the weights are averaged."""
FRESH, KEPT = 0.35, 2500
"""Share of samples that are made anew, and how many are kept to be shown again."""
KEEP_S, VALIDATE_S = 60, 300
"""Seconds between checkpoints, and between validations."""
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

    def from_step(self, step: int, workers: int) -> Iterator[tuple[torch.Tensor, ...]]:
        """Endless batches from number `step`, made by `workers` processes (0: in this one)."""
        from torch.utils.data import DataLoader

        ahead = 6 if workers else None
        loader = DataLoader(
            self, batch_size=None, sampler=range(step, 1 << 40), num_workers=workers, prefetch_factor=ahead
        )
        return iter(loader)


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
    return middles + boxes


def train(
    sources: list[tuple[float, Source]],
    out: Path,
    *,
    minutes: float,
    start: Path | None,
    greatest: float,
    resume: bool,
    threads: int,
    workers: int,
) -> None:
    """Fit the network.

    Args:
        sources: Each source of samples with its share.
        out: File that always holds the last whole checkpoint.
        minutes: Length of the training in all.
        start: A checkpoint whose mean weights the training begins with.
        greatest: Peak learning rate.
        resume: Continue from `out`.
        threads: Threads of torch.
        workers: Processes that make samples.
    """
    import torch

    torch.manual_seed(1)
    torch.set_num_threads(threads)
    network, mean = build().to(memory_format=torch.channels_last), build()
    if start:
        network.load_state_dict(torch.load(start, weights_only=True)["mean"])
    mean.load_state_dict(network.state_dict())
    plain, kernels = ([p for p in network.parameters() if (p.ndim > 1) == many] for many in (False, True))
    optimizer = torch.optim.AdamW(
        [{"params": kernels, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}], lr=greatest
    )
    step, spent = 0, 0.0
    if resume and out.exists():
        kept = torch.load(out, weights_only=True)
        network.load_state_dict(kept["network"])
        mean.load_state_dict(kept["mean"])
        optimizer.load_state_dict(kept["optimizer"])
        step, spent = int(kept["step"]), float(kept["spent"])

    def save() -> None:
        partial = out.with_suffix(".part")
        parts = {"network": network, "mean": mean, "optimizer": optimizer}
        torch.save({name: part.state_dict() for name, part in parts.items()} | {"step": step, "spent": spent}, partial)
        partial.replace(out)

    validation = [sample for one in _held_out(sources) for sample in one]
    out.parent.mkdir(parents=True, exist_ok=True)
    began, before = time.monotonic(), spent
    saved = validated = spent
    losses: list[float] = []
    for pictures, heat, sides, counts in Samples(sources, 1).from_step(step, workers):
        share = min(1.0, spent / (60 * minutes))
        rate = greatest * (0.5 + 0.5 * math.cos(math.pi * share)) * min(1, (step + 1) / 100) + 1e-6
        for group in optimizer.param_groups:
            group["lr"] = rate
        network.train()
        with torch.autocast("cpu", torch.bfloat16):
            maps = network(pictures.float().contiguous(memory_format=torch.channels_last))
        loss = loss_of(maps.float(), heat, sides, counts)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0)
        optimizer.step()
        step += 1
        losses.append(float(loss.detach()))
        part = 1 / min(MEAN_OF, 1 + step / 4)
        for old, new in zip(mean.state_dict().values(), network.state_dict().values(), strict=True):
            old.lerp_(new, part) if old.is_floating_point() else old.copy_(new)
        spent = before + time.monotonic() - began
        if step % 50 == 0:
            _log(step=step, minutes=spent / 60, loss=float(np.mean(losses)), rate=rate)
            losses.clear()
        if spent - saved > KEEP_S:
            save()
            saved = spent
        if spent - validated > VALIDATE_S:
            _log(step=step, validation=validate(mean, validation))
            validated = spent
        if spent >= 60 * minutes:
            break
    save()
    _log(step=step, validation=validate(mean, validation))


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


def _log(**facts: Any) -> None:
    print(json.dumps({"time": time.strftime("%H:%M:%S")} | facts), flush=True)


def main() -> None:
    """Train as the command line says."""
    parser = argparse.ArgumentParser(description="Fit the network that finds people.")
    parser.add_argument("--real", type=Path, help="folder of people cut out and empty scenes, see `collect`")
    parser.add_argument("--out", type=Path, required=True, help="the checkpoint")
    parser.add_argument("--start", type=Path, help="begin with the mean weights of this checkpoint")
    parser.add_argument("--stepsize", type=float, default=STEPSIZE, help="peak learning rate")
    parser.add_argument("--resume", action="store_true", help="continue from the checkpoint in --out")
    parser.add_argument("--minutes", type=float, default=60, help="length of the training in all")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="processes that make samples")
    arguments = parser.parse_args()
    sources: list[tuple[float, Source]] = [(1.0, Scenes(arguments.real).sample)]
    train(
        sources, arguments.out, minutes=arguments.minutes, start=arguments.start, greatest=arguments.stepsize,
        resume=arguments.resume, threads=arguments.threads, workers=arguments.workers,
    )  # fmt: skip


if __name__ == "__main__":
    main()
