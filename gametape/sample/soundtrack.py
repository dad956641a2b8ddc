"""The sample film's sound: strings, wall and court, each its own click, over a quiet outdoors.

Belongs here: sound from events. Does not belong here: when they happen (`flight`), writing the film (`film`).
"""

import numpy as np

from gametape.sample.truth import Event

RATE = 48_000

# Of each kind of contact: its tones (Hz), how fast they die (1/s), how much of a knock of noise, loudness.
_VOICES = {
    "hit": ((480.0, 1130.0, 1960.0), 42.0, 0.50, 0.55),
    "impact": ((210.0, 520.0, 840.0), 60.0, 0.80, 0.30),
    "bounce": ((150.0, 330.0), 70.0, 0.45, 0.22),
}


def soundtrack(events: tuple[Event, ...], seconds: float, seed: int) -> np.ndarray:
    """Mono float32 at RATE, -1..1. A click starts at its event's very time; sound's way to the camera is left out."""
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
