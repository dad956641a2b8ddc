"""Training of the ball network: `python -m gametape.training.ball.train --clips DIR --out FILE`.

Belongs here: loss, schedule, checkpoints, the log. Does not belong here: training samples (`data`), layers (`model`).

Training lasts a given time, not a number of steps: the learning rate follows a half cosine over `--minutes`. With
`--resume` it continues from FILE. The result is a running mean of the weights.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gametape.ball.network.model import MARGIN, SEEN, SHRINK, TOLD, build, mirrored
from gametape.training.ball.data import CROP, Clip, Fault, Labelled, Source, Synthetic, read_clip

if TYPE_CHECKING:
    import torch

BATCH, STEPSIZE, WEIGHT_DECAY, MEAN_OF = 32, 1.5e-3, 0.02, 1500
"""Crops of a batch, peak learning rate, weight decay, and steps over which the weights are averaged."""
SPREAD = 1.5
"""Standard deviation of the Gaussian target around the ball, in px of the map."""
KEEP_S, VALIDATE_S, REVIEW_S = 120, 600, 1500
"""Seconds between checkpoints, between validations, and between reviews of the training clips."""


@dataclass
class State:
    """Progress of the training: steps done, and seconds spent."""

    step: int = 0
    spent_s: float = 0.0


class Samples:
    """Batches by number; a batch depends on the seed and its number alone, so any can be made again."""

    def __init__(self, sources: Sequence[tuple[float, Source]], seed: int) -> None:
        self.sources, self.seed = [source for _, source in sources], seed
        self.share = np.array([share for share, _ in sources])

    def __getitem__(self, step: int) -> dict[str, np.ndarray]:
        random = np.random.default_rng((self.seed, step))
        chosen = random.choice(len(self.sources), BATCH, p=self.share / self.share.sum())
        samples = [self.sources[source](random) for source in chosen]
        return {name: np.stack([getattr(s, name) for s in samples]) for name in ("gray", "xy", "visible", "known")}

    def from_step(self, step: int, workers: int) -> Iterator[dict[str, torch.Tensor]]:
        """Endless batches from number `step`, made by `workers` processes (0: in this one)."""
        from torch.utils.data import DataLoader

        endless = range(step, 1 << 40)
        prefetched = 4 if workers else None
        return iter(DataLoader(self, batch_size=None, sampler=endless, num_workers=workers, prefetch_factor=prefetched))


def loss_of(logits: torch.Tensor, xy: torch.Tensor, visible: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Quality focal loss (Li et al. 2020, Generalized focal loss) against a Gaussian around the ball, per visible ball.

    Args:
        logits: (n, TOLD, h, w) log odds.
        xy: (n, TOLD, 2) px of the picture.
        visible: (n, TOLD) bool, whether the ball is visible.
        known: (n, TOLD) bool, whether the label counts.
    """
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    height, width = logits.shape[2:]
    x, y = (xy / SHRINK).unbind(-1)
    across = torch.exp(-((torch.arange(width, device=logits.device) + 0.5 - x[..., None]) ** 2) / (2 * SPREAD**2))
    down = torch.exp(-((torch.arange(height, device=logits.device) + 0.5 - y[..., None]) ** 2) / (2 * SPREAD**2))
    target = down[..., :, None] * across[..., None, :] * visible[..., None, None]
    entropy = binary_cross_entropy_with_logits(logits, target, reduction="none")
    weighted = entropy * (target - logits.detach().sigmoid()).square() * known[..., None, None]
    return weighted.sum() / (visible & known).sum().clamp(min=1)


def train(
    sources: Sequence[tuple[float, Source]],
    held_out: Sequence[Clip],
    out: Path,
    *,
    minutes: float,
    start: Path | None = None,
    greatest: float = STEPSIZE,
    resume: bool = False,
    device: str = "cpu",
    seed: int = 1,
    workers: int = 1,
) -> None:
    """Fit the network to samples of the sources, and put the network's faults into the labelled sources now and then.

    Args:
        sources: Each source with its share of the samples.
        held_out: Clips to validate on.
        out: File that always holds the last whole checkpoint.
        minutes: Length of the training in all.
        start: A checkpoint whose weights the training begins with.
        greatest: Peak learning rate.
        resume: Continue from the checkpoint in `out`.
        device: Device of torch.
        seed: Seed of the weights and the samples.
        workers: Processes that make samples.
    """
    import torch

    torch.manual_seed(seed)
    network = build().to(device, memory_format=torch.channels_last)
    mean = build().to(device)
    if start:
        network.load_state_dict(_weights_of(start, device))
    mean.load_state_dict(network.state_dict())
    plain = [p for p in network.parameters() if p.ndim == 1]
    kernels = [p for p in network.parameters() if p.ndim > 1]
    optimizer = torch.optim.AdamW(
        [{"params": kernels, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}], lr=STEPSIZE
    )
    state = State()
    if resume:
        checkpoint = torch.load(out, map_location=device, weights_only=True)
        network.load_state_dict(checkpoint["network"])
        mean.load_state_dict(checkpoint["mean"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        state = State(**checkpoint["state"])

    def save() -> None:
        partial = out.with_suffix(".part")
        parts = {"network": network, "mean": mean, "optimizer": optimizer}
        torch.save({name: part.state_dict() for name, part in parts.items()} | {"state": asdict(state)}, partial)
        partial.replace(out)

    def step(batch: dict[str, torch.Tensor], learning_rate: float) -> float:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate
        on_device = {name: values.to(device) for name, values in batch.items()}
        gray = on_device["gray"].float().contiguous(memory_format=torch.channels_last)
        with torch.autocast(torch.device(device).type, torch.bfloat16):
            logits = network(gray)
        loss = loss_of(logits.float(), on_device["xy"], on_device["visible"], on_device["known"])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 20.0)
        optimizer.step()
        state.step += 1
        _update_mean(mean, network, 1 / min(MEAN_OF, 1 + state.step / 3))
        return loss.item()

    out.parent.mkdir(parents=True, exist_ok=True)
    started, spent_before = time.monotonic(), state.spent_s
    saved_s = validated_s = state.spent_s
    losses: list[float] = []
    while state.spent_s < 60 * minutes:
        reviewed_s = state.spent_s
        if start or state.step:
            _review(mean, [source for _, source in sources], device)
        for batch in Samples(sources, seed).from_step(state.step, workers):
            share = min(1.0, state.spent_s / (60 * minutes))
            learning_rate = greatest * (0.5 + 0.5 * math.cos(math.pi * share)) * min(1, (state.step + 1) / 200) + 1e-6
            losses.append(step(batch, learning_rate))
            state.spent_s = spent_before + time.monotonic() - started
            if state.step % 50 == 0:
                _log(step=state.step, minutes=state.spent_s / 60, loss=float(np.mean(losses)), rate=learning_rate)
                losses.clear()
            if state.spent_s - saved_s > KEEP_S:
                save()
                saved_s = state.spent_s
            if held_out and state.spent_s - validated_s > VALIDATE_S:
                _log(step=state.step, held_out=validate(mean, held_out, device))
                validated_s = state.spent_s
            if state.spent_s >= min(60 * minutes, reviewed_s + REVIEW_S):
                break
    save()
    if held_out:
        _log(step=state.step, held_out=validate(mean, held_out, device))


def _weights_of(path: Path, device: str) -> dict[str, torch.Tensor]:
    """The mean weights of a checkpoint, or those of an exported `weights.npz`."""
    import torch

    if path.suffix == ".npz":
        with np.load(path) as file:
            return {name: torch.from_numpy(file[name]).float() for name in file.files}
    mean: dict[str, torch.Tensor] = torch.load(path, map_location=device, weights_only=True)["mean"]
    return mean


def _review(network: torch.nn.Module, sources: Sequence[Source], device: str) -> None:
    """Put what the network gets wrong into the labelled sources, which then show it more often."""
    for source in sources:
        if isinstance(source, Labelled):
            source.faults = [f for i, clip in enumerate(source.clips) for f in _faults(network, clip, i, device)]
            _log(faults=len(source.faults))


def _faults(network: torch.nn.Module, clip: Clip, index: int, device: str) -> Iterator[Fault]:
    """Balls below a probability of 1/2, and other places of 1/4 or more. `index`: number of the clip in its source."""
    for frame, heat in enumerate(maps_of(network, clip, device)):
        y, x = np.unravel_index(heat.argmax(), heat.shape)
        highest, place = heat[y, x], ((x + 0.5) * SHRINK, (y + 0.5) * SHRINK)
        wrong = not clip.visible[frame] or math.dist(place, clip.xy[frame]) > 2 * SHRINK
        if clip.visible[frame] and (wrong or highest < 0):
            yield Fault(index, frame, tuple(clip.xy[frame]))
        if wrong and highest > math.log(1 / 3):
            yield Fault(index, frame, place)


def _update_mean(mean: torch.nn.Module, network: torch.nn.Module, share: float) -> None:
    """Move the mean of the weights towards those of the network."""
    for old, new in zip(mean.state_dict().values(), network.state_dict().values(), strict=True):
        if old.is_floating_point():
            old.lerp_(new, share)
        else:
            old.copy_(new)


def validate(network: torch.nn.Module, clips: Sequence[Clip], device: str) -> dict[str, float | int | None]:
    """The figures of the evaluation's protocol over whole clips, from the highest peak above 1/2 of each map."""
    from gametape.evaluation.ball import Labels, tally

    total = None
    for clip in clips:
        height, width = clip.gray.shape[1:]
        places = _highest(network, clip, device)
        labels = Labels(clip.visible, clip.xy / (width, height), np.arange(len(clip.gray)))
        counted = tally(places[:, 0], places[:, 1], labels, width, height)
        total = counted if total is None else total + counted
    return {name: value for name, value in total.figures().items() if name != "cpu_ms_per_frame"}


def _highest(network: torch.nn.Module, clip: Clip, device: str) -> np.ndarray:
    """(n, 2) centre of the highest pixel of each frame's map, px of the picture; NaN where it is 1/2 or less."""
    places = np.full((len(clip.gray), 2), np.nan)
    for frame, heat in enumerate(maps_of(network, clip, device)):
        y, x = np.unravel_index(heat.argmax(), heat.shape)
        if heat[y, x] > 0:
            places[frame] = (x + 0.5) * SHRINK, (y + 0.5) * SHRINK
    return places


def maps_of(network: torch.nn.Module, clip: Clip, device: str = "cpu") -> Iterator[np.ndarray]:
    """The map of log odds of each frame of a clip, each (h, w)."""
    import torch

    network.eval()
    n = len(clip.gray)
    with torch.inference_mode():
        for first in range(0, n, TOLD):
            frames = mirrored(first - MARGIN + np.arange(SEEN), 0, n - 1)
            maps = network(torch.from_numpy(clip.gray[frames][None]).float().to(device))[0].cpu().numpy()
            yield from maps[: n - first]


def _log(**facts: Any) -> None:
    print(json.dumps({"time": time.strftime("%H:%M:%S")} | facts), flush=True)


def main() -> None:
    """Train as the command line says."""
    import torch

    parser = argparse.ArgumentParser(description="Fit the ball network to labelled clips.")
    parser.add_argument("--clips", type=Path, required=True, help="folder of NAME.mp4 with labels NAME.csv beside them")
    parser.add_argument("--out", type=Path, required=True, help="the checkpoint")
    parser.add_argument(
        "--cache", type=Path, default=Path(".gametape/training"), help="folder that keeps the small pictures"
    )
    parser.add_argument("--start", type=Path, help="begin with the weights of this checkpoint or weights.npz")
    parser.add_argument("--stepsize", type=float, default=STEPSIZE, help="peak learning rate")
    parser.add_argument("--resume", action="store_true", help="continue from the checkpoint in --out")
    parser.add_argument("--minutes", type=float, default=60, help="length of the training in all")
    parser.add_argument("--held-out", nargs="*", default=[], help="names of clips to validate on")
    parser.add_argument("--aside", nargs="*", default=[], help="names of clips to leave out")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=1, help="processes that make samples")
    parser.add_argument("--synthetic", type=float, default=0.4, help="share of synthetic film")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    paths = [path for path in sorted(arguments.clips.glob("*.mp4")) if path.stem not in arguments.aside]
    clips = [read_clip(path, arguments.cache) for path in paths]
    held_out = [clip for clip in clips if clip.name in arguments.held_out]
    trained_on = [clip for clip in clips if clip.name not in arguments.held_out]
    _log(trained_on=[clip.name for clip in trained_on], held_out=[clip.name for clip in held_out], crop=CROP)
    train(
        [(1.0 - arguments.synthetic, Labelled(trained_on)), (arguments.synthetic, Synthetic(trained_on))],
        held_out,
        arguments.out,
        minutes=arguments.minutes,
        start=arguments.start,
        greatest=arguments.stepsize,
        resume=arguments.resume,
        device=arguments.device,
        seed=arguments.seed,
        workers=arguments.workers,
    )


if __name__ == "__main__":
    main()
