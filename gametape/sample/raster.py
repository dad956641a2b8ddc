"""A z-buffer rasteriser of small triangles, vectorised in numpy.

Belongs here: which triangle each pixel shows. Does not belong here: what the triangles are (figure.py) and how they are
lit (renderer.py).

Every pixel centre in every triangle's bounding box is tested at once, so it is fast where triangles are a few pixels
large, as a figure's are. Pixel (i, j) has its centre at (i + 0.5, j + 0.5).
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Fragments:
    """What is seen, one entry per covered pixel.

    Attributes:
        pixel: (n,) flat index of the pixel.
        triangle: (n,) number of the triangle.
        weights: (n, 3) barycentric coordinates.
        nearness: (height, width) 1/depth, 0 where nothing is.
    """

    pixel: np.ndarray
    triangle: np.ndarray
    weights: np.ndarray
    nearness: np.ndarray


def rasterise(
    corners: np.ndarray, nearness: np.ndarray, width: int, height: int, *, keep: np.ndarray | None = None
) -> Fragments:
    """Rasterise triangles; those that are anticlockwise on the picture face away and are left out.

    Args:
        corners: (n, 3, 2) px, y down.
        nearness: (n, 3) 1/depth, which is linear on the picture; negative for sheer triangles.
        width: Width of the picture, px.
        height: Height of the picture, px.
        keep: (height, width) bool, the pixels in which sheer triangles are drawn (screen-door transparency).
    """
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    area = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    first, last = np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)
    low = np.maximum(np.ceil(first - 0.5), 0).astype(np.int32)
    high = np.minimum(np.floor(last - 0.5), [width - 1, height - 1]).astype(np.int32)
    size = high - low + 1
    shown = np.flatnonzero((area > 1e-9) & (size[:, 0] > 0) & (size[:, 1] > 0))
    columns = size[shown, 0]
    count = columns * size[shown, 1]

    # One candidate for every pixel of every bounding box.
    which = np.repeat(np.arange(len(shown)), count)
    place = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    row, column = np.divmod(place, columns[which])
    triangle = shown[which]
    x, y = low[triangle, 0] + column, low[triangle, 1] + row

    # Barycentric weights are linear in x and y: one plane a triangle.
    one = np.stack([c[:, 1] - a[:, 1], a[:, 0] - c[:, 0]], axis=1)[shown] / area[shown, None]
    two = np.stack([a[:, 1] - b[:, 1], b[:, 0] - a[:, 0]], axis=1)[shown] / area[shown, None]
    half = corners.dtype.type(0.5)
    dx, dy = (x + half).astype(corners.dtype) - a[triangle, 0], (y + half).astype(corners.dtype) - a[triangle, 1]
    w1 = dx * one[which, 0] + dy * one[which, 1]
    w2 = dx * two[which, 0] + dy * two[which, 1]
    w0 = 1 - w1 - w2
    inside = np.flatnonzero((w0 >= -1e-6) & (w1 >= -1e-6) & (w2 >= -1e-6))

    triangle, weights = triangle[inside], np.stack([w0[inside], w1[inside], w2[inside]], axis=1)
    pixel = y[inside] * width + x[inside]
    near = np.einsum("ij,ij->i", nearness[triangle], weights)
    if keep is not None:
        drawn = np.flatnonzero((near > 0) | keep.ravel()[pixel])
        triangle, weights, pixel, near = triangle[drawn], weights[drawn], pixel[drawn], np.abs(near[drawn])

    buffer = np.zeros(width * height, near.dtype)
    np.maximum.at(buffer, pixel, near)
    seen = np.flatnonzero(near == buffer[pixel])
    return Fragments(pixel[seen], triangle[seen], weights[seen], buffer.reshape(height, width))
