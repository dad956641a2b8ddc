"""Input and output of each family of published networks.

Belongs here: facts, each with its source. Does not belong here: architectures, reading files, inference.

The facts are those of the code that trained the published weights, not of the tools around it: alenzenx' own
`predict.py`, for example, feeds BGR to a network that was trained on RGB.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gametape.media.film import PixelFormat

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Family:
    """Input and output of a network. Channels are (value / 255 - mean) / std, frame after frame."""

    name: str
    frames: int
    """Consecutive frames of one input."""
    targets: tuple[int, ...]
    """Which of them the network answers for; 0 is the oldest."""
    size: tuple[int, int] = (512, 288)
    """Width and height of the pictures."""
    colour: PixelFormat = "rgb24"
    """Colour of the pictures; gray is full range, black 0 and white 255."""
    newest_first: bool = False
    """Do the channels begin with the newest frame?"""
    background: bool = False
    """Does the median picture of the scene come before the frames?"""
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    fit: Literal["stretch", "letterbox"] = "stretch"
    answer: Literal["heat map", "grid"] = "heat map"
    maps: int = 1
    """Maps of each target, of which the last is the ball's."""
    memory: int = 0
    """Size of a state that passes from one input to the next."""

    @property
    def step(self) -> int:
        """Frames from one input to the next."""
        return len(self.targets)

    @property
    def pictures(self) -> int:
        """Pictures of one input."""
        return self.frames + self.background


def tracknet_v1() -> Family:
    """github.com/yastrebksv/TrackNet: 640x360, OpenCV's BGR, [t, t-1, t-2]; one map, of t, in 256 classes."""
    return Family("TrackNetV1", 3, (2,), (640, 360), "bgr24", newest_first=True)


def tracknet_v2(frames: int, maps: int = 1) -> Family:
    """github.com/ChgygLin/TrackNetV2-pytorch: RGB, oldest first. With 33 maps a frame the first 32 are points of a
    badminton court.
    """
    return Family("TrackNetV2", frames, tuple(range(frames)), maps=maps)


def tracknet_v2_volleyball(frames: int, outputs: int, gray: bool) -> Family:
    """github.com/mareksubocz/TrackNet: trained at 1024x512 by default, on image files (RGB) or their gray; one map
    a frame, or one map of the middle frame.
    """
    targets = (frames // 2,) if outputs == 1 else tuple(range(frames))
    return Family("TrackNetV2 (volleyball)", frames, targets, (1024, 512), "gray" if gray else "rgb24")


def tracknet_v3(frames: int, background: bool) -> Family:
    """github.com/qaz812345/TrackNetV3: RGB, oldest first, the median picture before them (`bg_mode` concat)."""
    return Family("TrackNetV3", frames, tuple(range(frames)), background=background)


def tracknet_v3_attention(frames: int) -> Family:
    """github.com/alenzenx/TrackNetV3: RGB, oldest first."""
    return Family("TrackNetV3 with attention", frames, tuple(range(frames)))


def wasb(frames: int) -> Family:
    """github.com/nttcom/WASB-SBDT: RGB by ImageNet's mean and deviation, aspect kept.

    Its own code fits the longer side to 512 px, which cuts the ball off above and below in pictures narrower than
    16:9; here such pictures are fitted whole.
    """
    return Family("WASB", frames, tuple(range(frames)), mean=IMAGENET_MEAN, std=IMAGENET_STD, fit="letterbox")


def vballnet(
    frames: int, size: tuple[int, int], colour: PixelFormat, answer: Literal["heat map", "grid"], memory: int
) -> Family:
    """github.com/asigatchov/vball-net: gray (early ones RGB), oldest first, each look begins where the last ended."""
    return Family(
        "VballNet grid" if answer == "grid" else "VballNet",
        frames,
        tuple(range(frames)),
        size,
        colour,
        answer=answer,
        memory=memory,
    )
