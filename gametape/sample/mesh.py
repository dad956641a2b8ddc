"""Skinned meshes built from lofts.

Belongs here: the mesh, posing it, building it ring by ring. Does not belong here: the shape of the player (figure.py),
drawing (raster.py, renderer.py).

A loft is a skin over rings stacked along an axis. Each vertex follows one or two bones (linear blend skinning).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gametape.sample.skeleton import BONES, REST, Pose

OfPoints = Callable[[np.ndarray], np.ndarray]
"""Takes points (v, 3) in metres, gives a value for each."""


@dataclass(frozen=True)
class Mesh:
    """A figure at rest.

    Attributes:
        points: (v, 3) metres.
        normals: (v, 3).
        colours: (v, 3) linear light, 0..1.
        triangles: (t, 3) vertices, clockwise on the picture when seen from outside.
        bones: (v, 2) numbers of the bones that a vertex follows; a single bone comes first.
        weights: (v, 2) their shares.
        sheer: (t,) True for triangles that are drawn as a net.
    """

    points: np.ndarray
    normals: np.ndarray
    colours: np.ndarray
    triangles: np.ndarray
    bones: np.ndarray
    weights: np.ndarray
    sheer: np.ndarray

    def posed(self, pose: Pose) -> tuple[np.ndarray, np.ndarray]:
        """Points and normals in the world, each (v, 3) float32, at the first instant of a pose."""
        rest = np.stack([REST[bone] for bone in BONES])
        turns = pose.rotation[0].astype(np.float32)
        shifts = (pose.origin[0] - np.einsum("bij,bj->bi", pose.rotation[0], rest)).astype(np.float32)
        both = np.stack([self.points, self.normals], axis=2)
        shift = np.stack([shifts, np.zeros_like(shifts)], axis=2)
        moved = turns[self.bones[:, 0]] @ both + shift[self.bones[:, 0]]
        shared = np.flatnonzero(self.weights[:, 1])  # most vertices follow one bone only
        second = self.bones[shared, 1]
        share = self.weights[shared, 1][:, None, None]
        moved[shared] += share * (turns[second] @ both[shared] + shift[second] - moved[shared])
        return moved[..., 0], moved[..., 1]


class MeshBuilder:
    """Collects lofts and joins them into one mesh."""

    def __init__(self) -> None:
        self.parts: list[Mesh] = []

    def loft(
        self,
        rings: ArrayLike,
        colour: np.ndarray | OfPoints,
        bones: tuple[str, str],
        weight: float | OfPoints,
        *,
        around: int = 20,
        every: float = 0.018,
        axis: int = 2,
        power: float = 2.0,
        sheer: bool = False,
        folds: float = 0.0,
        shape: OfPoints | None = None,
    ) -> None:
        """Add a loft.

        Args:
            rings: (k, 5) metres: place on the axis, then centre and half-width on each of the two other axes.
            colour: (3,) linear light, or a function of the points.
            bones: The two bones that it follows.
            weight: Share of the second bone, or a function of the points.
            around: Vertices of a ring.
            every: Distance of the interpolated rings, metres.
            axis: 0, 1 or 2 for x, y, z.
            power: Exponent of the rings' superellipse: 2 is an ellipse, more is boxier.
            sheer: Draw it as a net.
            folds: Depth of the creases of cloth, metres.
            shape: Moves the points after lofting.
        """
        from scipy.interpolate import PchipInterpolator

        given = np.asarray(rings, float)
        travelled = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(given, axis=0), axis=1))])
        steps = np.linspace(0, travelled[-1], max(4, int(travelled[-1] / every)))
        fine = PchipInterpolator(travelled, given)(steps)
        angle = np.linspace(0, 2 * np.pi, around, endpoint=False)
        cos, sin = (np.sign(f(angle)) * np.abs(f(angle)) ** (2 / power) for f in (np.cos, np.sin))
        others = [i for i in range(3) if i != axis]
        grid = np.empty((len(fine), around, 3))
        grid[..., axis] = fine[:, :1]
        crease = folds * _creases(fine[:, :1], angle, fine[:, 3:4])
        grid[..., others[0]] = fine[:, 1:2] + (fine[:, 2:3] + crease) * cos
        grid[..., others[1]] = fine[:, 3:4] + (fine[:, 4:5] + crease) * sin
        points = grid.reshape(-1, 3)
        if shape is not None:
            points = shape(points)

        ring, spoke = np.meshgrid(np.arange(len(fine) - 1), np.arange(around), indexing="ij")
        here, right = ring * around + spoke, ring * around + (spoke + 1) % around
        quads = np.stack([here, right, right + around, here + around], axis=-1).reshape(-1, 4)
        triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
        faces = points[triangles]
        normals_of_faces = np.cross(faces[:, 1] - faces[:, 0], faces[:, 2] - faces[:, 0])
        # A loft's winding depends on its axis and direction; the sign of its volume says which it is.
        if np.einsum("ij,ij->", normals_of_faces, faces.mean(axis=1) - points.mean(axis=0)) < 0:
            triangles, normals_of_faces = triangles[:, ::-1], -normals_of_faces
        normals = np.zeros_like(points)
        for corner in range(3):
            np.add.at(normals, triangles[:, corner], normals_of_faces)
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)

        colours = colour(points) if callable(colour) else np.broadcast_to(colour, points.shape)
        second = weight(points) if callable(weight) else np.full(len(points), float(weight))
        self.parts.append(
            Mesh(
                points=points.astype(np.float32),
                normals=normals.astype(np.float32),
                colours=colours.astype(np.float32),
                triangles=triangles[:, ::-1],  # on the picture y points down, which turns outward into clockwise
                bones=np.tile([BONES.index(bone) for bone in bones], (len(points), 1)),
                weights=np.stack([1 - second, second], axis=1).astype(np.float32),
                sheer=np.full(len(triangles), sheer),
            )
        )

    def mesh(self) -> Mesh:
        """Join all lofts."""
        starts = np.cumsum([0] + [len(part.points) for part in self.parts[:-1]])
        points, normals, colours, bones, weights, sheer = (
            np.concatenate([getattr(part, name) for part in self.parts])
            for name in ("points", "normals", "colours", "bones", "weights", "sheer")
        )
        triangles = np.concatenate([part.triangles + start for part, start in zip(self.parts, starts, strict=True)])
        return Mesh(points, normals, _weathered(points, colours), triangles, bones, weights, sheer)


def _creases(along: np.ndarray, angle: np.ndarray, phase: np.ndarray) -> np.ndarray:
    """Folds of loose cloth, -1..1, over a grid of places along a loft and angles around it."""
    drift = 6 * np.sin(9 * along + 20 * phase)
    hanging = np.sin(5 * angle + drift) + 0.7 * np.sin(9 * angle - 14 * along + 2)
    return (hanging + 0.6 * np.sin(34 * along + 3 * np.sin(2 * angle))) / 2.3


def _weathered(points: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """Add the faint unevenness of skin and cloth to colours."""
    wave = sum(
        np.sin(points @ np.array(way) * scale + phase)
        for way, scale, phase in (
            ((1, 0.3, 0.7), 55, 0.3), ((-0.4, 1, 0.5), 83, 1.1), ((0.6, -0.7, 1), 131, 2.0), ((0.2, 0.9, -1), 37, 0.7),
        )
    )  # fmt: skip
    return np.clip(colours * (1 + 0.022 * wave[:, None]), 0, 1).astype(np.float32)
