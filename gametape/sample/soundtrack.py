"""The sample film's sound: a click for racket, wall and court each, over a light breeze.

Belongs here: sound from events. Does not belong here: when they happen (ball_physics.py), writing the film (files.py).
"""

import numpy as np

from gametape.sample.truth import Event

#: Samples per second.
RATE = 48_000

# By kind of contact: tones (Hz), how fast they decay (1/s), share of noise, loudness.
_VOICES = {
    "hit": ((480.0, 1130.0, 1960.0), 42.0, 0.50, 0.55),
    "impact": ((210.0, 520.0, 840.0), 60.0, 0.80, 0.30),
    "bounce": ((150.0, 330.0), 70.0, 0.45, 0.22),
}


def soundtrack(events: tuple[Event, ...], seconds: float, seed: int) -> np.ndarray:
    """Make the soundtrack; a click starts at its event's exact time, as if sound took no time to the camera.

    Args:
        events: The ball's contacts.
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
