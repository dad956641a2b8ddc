"""Training of the ball network: `python -m gametape.training.ball.train --clips DIR --out FILE`.

Belongs here: loss, reviews, validation. Does not belong here: training samples (`data`), layers (`model`), the schedule
(`gametape.training.fit`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gametape.ball.network.model import MARGIN, SEEN, SHRINK, TOLD, build, mirrored
from gametape.training.ball.data import CROP, Clip, Fault, Labelled, Source, Synthetic, read_clip
from gametape.training.fit import Asked, Fit, Plan, batches_from, log
from gametape.training.fit import parser as training_parser

if TYPE_CHECKING:
    import torch

BATCH, STEPSIZE, MEAN_OF = 32, 1.5e-3, 1500
"""Crops of a batch, peak learning rate, and steps over which the weights are averaged."""
SPREAD = 1.5
"""Standard deviation of the Gaussian target around the ball, in px of the map."""
VALIDATE_S, REVIEW_S = 600, 1500
"""Seconds between validations, and between reviews of the training clips."""


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


def train(sources: Sequence[tuple[float, Source]], held_out: Sequence[Clip], asked: Asked) -> None:
    """Fit the network to samples of the sources, and put the network's faults into the labelled sources now and then.

    Args:
        sources: Each source with its share of the samples.
        held_out: Clips to validate on.
        asked: What is asked of the training.
    """
    fit = Fit(build, Plan(warm_up=200, clip=20.0, mean_of=MEAN_OF), asked)
    validated_s = fit.state.spent_s
    while not fit.over:
        reviewed_s = fit.state.spent_s
        if asked.start or fit.state.step:
            _review(fit.mean, [source for _, source in sources], asked.device)
        for batch in batches_from(Samples(sources, asked.seed), fit.state.step, asked.workers):
            truth = {name: values.to(asked.device) for name, values in batch.items()}
            logits = fit.answer(truth["gray"])
            fit.step(loss_of(logits.float(), truth["xy"], truth["visible"], truth["known"]))
            if held_out and fit.state.spent_s - validated_s > VALIDATE_S:
                fit.log(held_out=validate(fit.mean, held_out, asked.device))
                validated_s = fit.state.spent_s
            if fit.over or fit.state.spent_s >= reviewed_s + REVIEW_S:
                break
    fit.save()
    if held_out:
        fit.log(held_out=validate(fit.mean, held_out, asked.device))


def _review(network: torch.nn.Module, sources: Sequence[Source], device: str) -> None:
    """Put what the network gets wrong into the labelled sources, which then show it more often."""
    for source in sources:
        if isinstance(source, Labelled):
            source.faults = [f for i, clip in enumerate(source.clips) for f in _faults(network, clip, i, device)]
            log(faults=len(source.faults))


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


def main() -> None:
    """Train as the command line says."""
    parser = training_parser("Fit the ball network to labelled clips.", STEPSIZE)
    parser.add_argument("--clips", type=Path, required=True, help="folder of NAME.mp4 with labels NAME.csv beside them")
    parser.add_argument(
        "--cache", type=Path, default=Path(".gametape/training"), help="folder that keeps the small pictures"
    )
    parser.add_argument("--held-out", nargs="*", default=[], help="names of clips to validate on")
    parser.add_argument("--aside", nargs="*", default=[], help="names of clips to leave out")
    parser.add_argument("--synthetic", type=float, default=0.4, help="share of synthetic film")
    arguments = parser.parse_args()
    paths = [path for path in sorted(arguments.clips.glob("*.mp4")) if path.stem not in arguments.aside]
    clips = [read_clip(path, arguments.cache) for path in paths]
    held_out = [clip for clip in clips if clip.name in arguments.held_out]
    trained_on = [clip for clip in clips if clip.name not in arguments.held_out]
    log(trained_on=[clip.name for clip in trained_on], held_out=[clip.name for clip in held_out], crop=CROP)
    train(
        [(1.0 - arguments.synthetic, Labelled(trained_on)), (arguments.synthetic, Synthetic(trained_on))],
        held_out,
        Asked.on_the_command_line(arguments),
    )


if __name__ == "__main__":
    main()
