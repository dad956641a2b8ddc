"""The network that classifies each step of the even clock as air, hit, bounce or impact.

Belongs here: its shape, its weights, running it with numpy. Does not belong here: training (`gametape.training`).

A temporal convolutional network: residual blocks of dilated convolutions, whose receptive field is about 2.6 s to
either side.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

KINDS = ("air", "hit", "bounce", "impact")
"""Classes of a step; an impact is the ball meeting a wall."""
WIDTH = 32
"""Channels of the blocks."""
FIRST = 5
"""Kernel of the first convolution, steps."""
KERNEL = 3
"""Kernel of the blocks, steps."""
DILATIONS = (1, 2, 4, 8, 16, 32, 64)
WEIGHTS = Path(__file__).resolve().parents[3] / "models" / "ball_events" / "weights.npz"
WITHOUT_BOUNCES = WEIGHTS.with_name("without_bounces.npz")
"""The network for play that ends where the ball meets the ground: flights of a shuttle slow and bend by themselves."""
CHUNK = 16_384
"""Steps that are run at once, so that memory does not grow with the film."""
MARGIN = 136
"""Steps that these need to either side."""


@cache
def weights(path: Path = WEIGHTS) -> list[dict[str, np.ndarray]]:
    """The networks of an ensemble: float32 arrays by name."""
    with np.load(path) as file:
        nets: dict[str, dict[str, np.ndarray]] = {}
        for key in file.files:
            net, _, name = key.partition("/")
            if name:
                nets.setdefault(net, {})[name] = file[key].astype(np.float32)
    return [nets[net] for net in sorted(nets)]


def log_odds(rows: np.ndarray, nets: list[dict[str, np.ndarray]]) -> np.ndarray:
    """Mean logits (KINDS, steps) of the networks for the (channels, steps) of `signal.channels`."""
    return np.mean([_run(rows, net) for net in nets], axis=0)


def chances(logits: np.ndarray) -> np.ndarray:
    """Softmax: logits (KINDS, steps) as probabilities of each step."""
    grown = np.exp(logits - logits.max(axis=0))
    return grown / grown.sum(axis=0)


def _run(rows: np.ndarray, net: Mapping[str, np.ndarray]) -> np.ndarray:
    steps = rows.shape[1]
    logits = np.empty((len(KINDS), steps), np.float32)
    for start in range(0, steps, CHUNK):
        stop = min(start + CHUNK, steps)
        first, last = max(0, start - MARGIN), min(steps, stop + MARGIN)
        logits[:, start:stop] = _layers(rows[:, first:last], net)[:, start - first : stop - first]
    return logits


def _layers(rows: np.ndarray, net: Mapping[str, np.ndarray]) -> np.ndarray:
    x = np.maximum(_convolve(rows, net, "first", 1), 0)
    for i, dilation in enumerate(DILATIONS):
        hidden = np.maximum(_convolve(x, net, f"block{i}.a", dilation), 0)
        x = x + _convolve(hidden, net, f"block{i}.b", 1)
    return _convolve(np.maximum(x, 0), net, "last", 1)


def _convolve(x: np.ndarray, net: Mapping[str, np.ndarray], name: str, dilation: int) -> np.ndarray:
    """A convolution along time, padded with zeros to keep the length."""
    kernel, bias = net[f"{name}.weight"], net[f"{name}.bias"]
    taps = kernel.shape[2]
    pad = dilation * (taps - 1) // 2
    padded = np.pad(x, [(0, 0), (pad, pad)])
    stacked = np.concatenate([padded[:, k * dilation : k * dilation + x.shape[1]] for k in range(taps)])
    return kernel.transpose(0, 2, 1).reshape(len(kernel), -1) @ stacked + bias[:, None]
