"""Recording: what a camera, a broadcaster and compression do to a picture of a shirt.

Belongs here: light, blur, size in the film, sharpening, chroma, compression. Does not belong here: the scene
(`bodies`).
"""

from __future__ import annotations

import numpy as np

Random = np.random.Generator


def recorded(random: Random, picture: np.ndarray, side: int, digit_share: float, hard: float = 1.0) -> np.ndarray:
    """A picture as a film shows it.

    Args:
        random: Source of randomness.
        picture: (K, K, 3) float32 BGR, 0..255.
        side: Side of the picture in the film, px.
        digit_share: Height of a digit as a share of the picture, which blur goes by.
        hard: How often the picture is blurred, noisy and so on, 0..1 times as often as in films.

    Returns:
        (side, side, 3) uint8.
    """
    import cv2

    picture = _lit(random, picture)
    size = picture.shape[0]
    if random.random() < 0.45 * hard:
        picture = _moved(random, picture, digit_share * size * abs(random.normal(0, 0.18)))
    if random.random() < 0.4 * hard:
        sigma = digit_share * size * abs(random.normal(0, 0.05))
        if sigma > 0.3:
            picture = cv2.GaussianBlur(picture, (0, 0), sigma)
    by = cv2.INTER_AREA if side < size else cv2.INTER_LINEAR
    if random.random() < 0.25 * hard:  # taken smaller, shown larger
        lower = max(8, round(side * random.uniform(0.5, 0.9)))
        picture = cv2.resize(picture, (lower, lower), interpolation=cv2.INTER_AREA)
        by = cv2.INTER_CUBIC if random.random() < 0.5 else cv2.INTER_LINEAR
    picture = cv2.resize(picture, (side, side), interpolation=by)
    if random.random() < 0.4:  # the camera's or broadcaster's sharpening
        picture = picture + random.uniform(0.2, 1.3) * (
            picture - cv2.GaussianBlur(picture, (0, 0), random.uniform(0.7, 1.6))
        )
    if random.random() < 0.5 * hard:
        noise = random.standard_normal(picture.shape, np.float32) * abs(random.normal(0, 6))
        if random.random() < 0.5:
            noise = noise.mean(axis=2, keepdims=True) * 1.5
        picture = picture + noise
    if random.random() < 0.05 * hard:  # two fields of a moving picture
        picture[1::2] = np.roll(picture[1::2], int(random.integers(-2, 3)), axis=1)
    return _compressed(random, np.clip(picture, 0, 255).astype(np.uint8))


def _lit(random: Random, picture: np.ndarray) -> np.ndarray:
    """Exposure, contrast, colour of the light, haze, and the curve of the sensor."""
    gain = np.exp(random.normal(0, 0.2)) * np.exp(random.normal(0, 0.06, 3))
    haze = random.uniform(0, 60) if random.random() < 0.2 else 0.0
    picture = picture * (gain * (1 - haze / 255)).astype(np.float32) + haze
    if random.random() < 0.3:
        gray = picture.mean(axis=2, keepdims=True)
        picture = gray + (picture - gray) * random.uniform(0.0, 1.5)
    knee = random.uniform(0.7, 1.4)
    return (255 * np.clip(picture / 255, 0, 1) ** knee).astype(np.float32)


def _moved(random: Random, picture: np.ndarray, length: float) -> np.ndarray:
    """Blurred along a line of `length` px."""
    import cv2

    if length < 1.0:
        return picture
    turn = random.uniform(0, np.pi) if random.random() < 0.5 else random.normal(0, 0.2)
    side = 2 * int(np.ceil(length / 2)) + 1
    kernel = np.zeros((side, side), np.float32)
    along = np.linspace(-length / 2, length / 2, 4 * side)
    for x, y in zip(along * np.cos(turn), along * np.sin(turn), strict=True):
        kernel[min(max(round(side // 2 + y), 0), side - 1), min(max(round(side // 2 + x), 0), side - 1)] += 1
    return cv2.filter2D(picture, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)


def _compressed(random: Random, picture: np.ndarray) -> np.ndarray:
    import cv2

    height, width = picture.shape[:2]
    if random.random() < 0.75:
        luma, *chroma = cv2.split(cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb))
        times = 2 if random.random() < 0.8 else 4
        small = (max(1, width // times), max(1, height // times))
        chroma = [cv2.resize(cv2.resize(c, small, interpolation=cv2.INTER_AREA), (width, height)) for c in chroma]
        picture = cv2.cvtColor(cv2.merge([luma, *chroma]), cv2.COLOR_YCrCb2BGR)
    if random.random() < 0.75:
        x, y = random.integers(0, 8, 2)  # the blocks lie anywhere
        padded = cv2.copyMakeBorder(picture, int(y), 0, int(x), 0, cv2.BORDER_REPLICATE)
        quality = int(random.uniform(18, 95))
        coded = cv2.imencode(".jpg", padded, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        done = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))
        picture = done[int(y) :, int(x) :]
    return np.ascontiguousarray(picture)
