"""The sample films' sound: a click for each contact, over a light breeze.

Belongs here: sound from events, and writing it. Does not belong here: when they happen, and the pictures (files.py,
team/).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import OutputContainer

#: Samples per second.
RATE = 48_000

# By kind of contact: tones (Hz), how fast they decay (1/s), share of noise, loudness.
_VOICES = {
    "hit": ((480.0, 1130.0, 1960.0), 42.0, 0.50, 0.55),
    "impact": ((210.0, 520.0, 840.0), 60.0, 0.80, 0.30),
    "bounce": ((150.0, 330.0), 70.0, 0.45, 0.22),
    "stick": ((700.0, 1500.0), 80.0, 0.60, 0.35),
    "boards": ((120.0, 260.0), 30.0, 0.70, 0.45),
    "whistle": ((2350.0, 2800.0), 9.0, 0.10, 0.40),
}


class Sounding(Protocol):
    """Something that is heard."""

    @property
    def kind(self) -> str:
        """What it is: hit, impact, bounce, stick, boards or whistle."""

    @property
    def time_s(self) -> float:
        """When it begins, seconds."""


def soundtrack(events: Iterable[Sounding], seconds: float, seed: int) -> np.ndarray:
    """Make the soundtrack; a click starts at its event's exact time, as if sound took no time to the camera.

    Args:
        events: What is heard.
        seconds: Length of the film.
        seed: Chooses the noise.

    Returns:
        (n,) float32 at RATE, -1..1, one channel.
    """
    random = np.random.default_rng([seed, 3])
    count = round(seconds * RATE)
    breeze = np.cumsum(random.normal(size=count))
    breeze -= np.convolve(breeze, np.full(400, 1 / 400), "same")
    track = 0.004 * breeze / max(breeze.std(), 1e-9) + 0.0015 * random.normal(size=count)
    time = np.arange(round(0.25 * RATE)) / RATE
    for event in events:
        tones, damping, knock, loudness = _VOICES[event.kind]
        ring = sum(
            np.sin(2 * np.pi * tone * time) * np.exp(-damping * (1 + 0.4 * i) * time) for i, tone in enumerate(tones)
        )
        click = ring / len(tones) + knock * random.normal(size=len(time)) * np.exp(-400 * time)
        start = round(event.time_s * RATE)
        stop = min(start + len(time), count)
        track[start:stop] += loudness * click[: stop - start]
    return np.clip(track, -1, 1).astype(np.float32)


def write_sound(container: OutputContainer, stream: AudioStream, track: np.ndarray) -> None:
    """Encode a soundtrack into a film.

    Args:
        container: The film.
        stream: Its stream of sound, at RATE, one channel.
        track: (n,) float32, -1..1.
    """
    from fractions import Fraction

    import av

    for start in range(0, len(track), 1024):
        block = av.AudioFrame.from_ndarray(track[None, start : start + 1024], format="fltp", layout="mono")
        block.sample_rate, block.pts, block.time_base = RATE, start, Fraction(1, RATE)
        container.mux(stream.encode(block))
    container.mux(stream.encode())
