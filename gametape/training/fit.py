"""What every training does: schedule, steps, the running mean of the weights, the checkpoint, the log.

Belongs here: that. Does not belong here: samples and losses, which each network's own `train` holds.

A training lasts a given time, not a number of steps: after a short warm-up the learning rate follows a half cosine. The
checkpoint is always whole, and a training goes on from it.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

WEIGHT_DECAY = 0.02
LOG_STEPS = 50
"""Steps between two lines of the log."""


@dataclass(frozen=True)
class Asked:
    """What is asked of a training.

    Args:
        out: File that always holds the last whole checkpoint.
        minutes: Length of the training in all.
        greatest: Peak learning rate.
        start: A checkpoint, or an exported `weights.npz`, whose mean weights the training begins with.
        resume: Go on from the checkpoint in `out`.
        device: Device of torch.
        seed: Seed of the weights and the samples.
        workers: Processes that make samples.
    """

    out: Path
    minutes: float
    greatest: float
    start: Path | None = None
    resume: bool = False
    device: str = "cpu"
    seed: int = 1
    workers: int = 1

    @classmethod
    def on_the_command_line(cls, arguments: argparse.Namespace) -> Asked:
        """What the arguments of `parser` ask for; torch takes its threads at once."""
        import torch

        torch.set_num_threads(arguments.threads)
        names = ("out", "minutes", "start", "resume", "device", "seed", "workers")
        return cls(greatest=arguments.stepsize, **{name: getattr(arguments, name) for name in names})


@dataclass(frozen=True)
class Plan:
    """How a network is fitted, whatever is asked.

    Args:
        warm_up: Steps over which the learning rate rises.
        clip: Greatest norm of the gradient.
        mean_of: Steps over which the weights are averaged.
        keep_s: Seconds between checkpoints.
    """

    warm_up: int
    clip: float
    mean_of: int
    keep_s: float = 120.0


@dataclass
class State:
    """Progress of the training: steps done, and seconds spent."""

    step: int = 0
    spent_s: float = 0.0


class Fit:
    """A training at work.

    Args:
        build: Makes the network.
        plan: How it is fitted.
        asked: What is asked of it.
    """

    def __init__(self, build: Callable[[], torch.nn.Module], plan: Plan, asked: Asked) -> None:
        import torch

        torch.manual_seed(asked.seed)
        self.plan, self.asked, self.state = plan, asked, State()
        self.network = build().to(asked.device, memory_format=torch.channels_last)
        self.mean = build().to(asked.device)
        if asked.start:
            self.network.load_state_dict(weights_of(asked.start, asked.device))
        self.mean.load_state_dict(self.network.state_dict())
        kernels = [p for p in self.network.parameters() if p.ndim > 1]
        plain = [p for p in self.network.parameters() if p.ndim == 1]
        self._optimizer = torch.optim.AdamW(
            [{"params": kernels, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}],
            lr=asked.greatest,
        )
        self._losses = list[float]()
        self._parts = {"network": self.network, "mean": self.mean, "optimizer": self._optimizer}
        if asked.resume:
            checkpoint = torch.load(asked.out, map_location=asked.device, weights_only=True)
            for name, part in self._parts.items():
                part.load_state_dict(checkpoint[name])
            self.state = State(**checkpoint["state"])
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        self._began, self._before, self._saved_s = time.monotonic(), self.state.spent_s, self.state.spent_s

    @property
    def over(self) -> bool:
        """Is the time of the training spent?"""
        return self.state.spent_s >= 60 * self.asked.minutes

    def answer(self, pictures: torch.Tensor) -> Any:
        """What the network gives, in bfloat16 where that is faster, for (n, channels, h, w) levels 0..255."""
        import torch

        with torch.autocast(torch.device(self.asked.device).type, torch.bfloat16):
            return self.network(pictures.float().contiguous(memory_format=torch.channels_last))

    def step(self, loss: torch.Tensor) -> None:
        """Take a step down the loss's gradient; write the log and the checkpoint where it is their turn."""
        import torch

        rate = self._rate()
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.plan.clip)
        self._optimizer.step()
        self.state.step += 1
        _move_mean(self.mean, self.network, 1 / min(self.plan.mean_of, 1 + self.state.step / 3))
        self._losses.append(loss.item())
        self.state.spent_s = self._before + time.monotonic() - self._began
        if self.state.step % LOG_STEPS == 0:
            self.log(minutes=round(self.state.spent_s / 60, 2), loss=float(np.mean(self._losses)), rate=rate)
            self._losses.clear()
        if self.state.spent_s - self._saved_s > self.plan.keep_s:
            self.save()

    def save(self) -> None:
        """Write the checkpoint, whole or not at all."""
        import torch

        partial = self.asked.out.with_suffix(".part")
        states = {name: part.state_dict() for name, part in self._parts.items()}
        torch.save(states | {"state": asdict(self.state)}, partial)
        partial.replace(self.asked.out)
        self._saved_s = self.state.spent_s

    def log(self, **facts: Any) -> None:
        """Print the facts as a line of JSON."""
        log(step=self.state.step, **facts)

    def _rate(self) -> float:
        share = min(1.0, self.state.spent_s / (60 * self.asked.minutes))
        warm = min(1, (self.state.step + 1) / self.plan.warm_up)
        return self.asked.greatest * (0.5 + 0.5 * math.cos(math.pi * share)) * warm + 1e-6


def log(**facts: Any) -> None:
    """Print the time and the facts as a line of JSON."""
    print(json.dumps({"time": time.strftime("%H:%M:%S")} | facts), flush=True)


def weights_of(path: Path, device: str) -> dict[str, torch.Tensor]:
    """The mean weights of a checkpoint, or those of an exported `weights.npz`."""
    import torch

    if path.suffix == ".npz":
        with np.load(path) as file:
            return {name: torch.from_numpy(file[name]).float() for name in file.files}
    mean: dict[str, torch.Tensor] = torch.load(path, map_location=device, weights_only=True)["mean"]
    return mean


def batches_from(batches: Any, step: int, workers: int, ahead: int = 4) -> Iterator[Any]:
    """Endless batches from number `step`, as tensors.

    Args:
        batches: Gives the batch of a number, a tuple or dictionary of arrays, by `batches[number]`.
        step: Number of the first.
        workers: Processes that make them; 0: this one.
        ahead: Batches that each process makes ahead.
    """
    from torch.utils.data import DataLoader

    endless = range(step, 1 << 40)
    prefetched = ahead if workers else None
    return iter(DataLoader(batches, batch_size=None, sampler=endless, num_workers=workers, prefetch_factor=prefetched))


def parser(description: str, stepsize: float) -> argparse.ArgumentParser:
    """What the command line of every training takes."""
    import torch

    made = argparse.ArgumentParser(description=description)
    made.add_argument("--out", type=Path, required=True, help="the checkpoint")
    made.add_argument("--start", type=Path, help="begin with the weights of this checkpoint or weights.npz")
    made.add_argument("--stepsize", type=float, default=stepsize, help="peak learning rate")
    made.add_argument("--resume", action="store_true", help="continue from the checkpoint in --out")
    made.add_argument("--minutes", type=float, default=60, help="length of the training in all")
    made.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    made.add_argument("--threads", type=int, default=1, help="threads of torch")
    made.add_argument("--workers", type=int, default=1, help="processes that make samples")
    made.add_argument("--seed", type=int, default=1)
    return made


def _move_mean(mean: torch.nn.Module, network: torch.nn.Module, share: float) -> None:
    """Move the mean of the weights towards those of the network."""
    for old, new in zip(mean.state_dict().values(), network.state_dict().values(), strict=True):
        if old.is_floating_point():
            old.lerp_(new, share)
        else:
            old.copy_(new)
