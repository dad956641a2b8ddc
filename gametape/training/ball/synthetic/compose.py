"""Puts a synthetic clip together from its parts.

Belongs here: the order of the parts, and whether the ball is visible. Does not belong here: the parts themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gametape.training.ball.synthetic.ball import Flight, spots_of
from gametape.training.ball.synthetic.camera import Camera, seen_through
from gametape.training.ball.synthetic.movers import draw_people, draw_small_things, random_people
from gametape.training.ball.synthetic.recording import Recording
from gametape.training.ball.synthetic.scenes import scene_of

Background = Callable[[np.random.Generator, int, int, int], np.ndarray]
"""Takes a generator, number of frames, width and height; gives uint8 (frames, height, width)."""


#: Share of clips without a ball.
WITHOUT_BALL = 0.12
#: Least difference that a visible ball makes to some pixel, in levels, besides what noise and codec hide.
STANDS_OUT = 5.0
#: Least part of a visible ball that nothing covers.
UNCOVERED = 0.5
#: Share of clips before a given background in which people are drawn, and of people who are in front of the ball.
_PEOPLE_BEFORE_BACKGROUND, _IN_FRONT = 0.25, 0.35


@dataclass(frozen=True)
class SyntheticClip:
    """A clip with the ball's place.

    Attributes:
        gray: (T, H, W) uint8.
        xy: (T, 2) float32, the ball's centre averaged over the exposure, px; pixel (i, j) has its centre at
            (i + 0.5, j + 0.5). It may lie outside the picture where the ball is not visible; 0 without a ball.
        visible: (T,) bool, the ball is in the picture, mostly uncovered, and stands out.
    """

    gray: np.ndarray
    xy: np.ndarray
    visible: np.ndarray


def clip(
    rng: np.random.Generator, frames: int, size: tuple[int, int], background: Background | None = None
) -> SyntheticClip:
    """Make a clip.

    Args:
        rng: Source of all randomness.
        frames: Number of frames.
        size: Width and height, px.
        background: Gives the scene in place of a drawn one. No ball may be in play in it, or the network learns that
            this is none.

    Raises:
        ValueError: The background is not of this shape and type.
    """
    return make_clip(rng, frames, size, background)


def make_clip(
    rng: np.random.Generator,
    frames: int,
    size: tuple[int, int],
    background: Background | None = None,
    with_ball: bool = True,
) -> SyntheticClip:
    """Make a clip; with `with_ball` false, the same clip without its ball, to test visibility against."""
    width, height = size
    ball = Flight.thrown(rng, frames, size) if rng.random() >= WITHOUT_BALL else None
    camera = Camera.held(rng, frames, size, *((ball.speeds[0], ball.kind.exposure) if ball else ()))
    if background is None:
        plain = scene_of(rng, camera)
    else:
        plain = np.array(background(rng, frames, width, height))
        if plain.shape != (frames, height, width) or plain.dtype != np.uint8:
            raise ValueError(f"the background is {plain.dtype} {plain.shape}, not uint8 {(frames, height, width)}")
        plain = seen_through(camera, plain)
    people = random_people(rng, camera, ball) if background is None or rng.random() < _PEOPLE_BEFORE_BACKGROUND else []
    foremost = rng.random(len(people)) < _IN_FRONT
    draw_people(plain, camera, [p for p, first in zip(people, foremost, strict=True) if not first])
    draw_small_things(rng, plain, camera)
    recording = Recording.of(rng, frames)
    spots = [] if ball is None else spots_of(rng, ball, camera, plain)

    shown = plain.copy()
    for spot, picture in zip(spots, shown, strict=False):
        spot.light(picture)
    whole = [spot.difference(a, b) for spot, a, b in zip(spots, shown, plain, strict=False)]
    front = [p for p, first in zip(people, foremost, strict=True) if first]
    draw_people(shown, camera, front)
    draw_people(plain, camera, front)

    xy, visible = np.zeros((frames, 2), np.float32), np.zeros(frames, bool)
    for t, spot in enumerate(spots):
        xy[t] = spot.centre
        visible[t] = (
            bool(((xy[t] >= 0) & (xy[t] < size)).all())
            and spot.difference(shown[t], plain[t]) >= UNCOVERED * whole[t]
            and spot.difference(shown[t], plain[t], recording) >= STANDS_OUT + recording.hides
        )
    return SyntheticClip(recording.of_pictures(rng, shown if with_ball else plain), xy, visible)
