"""Draws the frames of the sample film, and knows what is true in each.

Belongs here: lighting, shadows, drawing a frame, what hides what. Does not belong here: the player's motion
(animation.py), the ball's physics (ball_physics.py), the court (scene.py), files (files.py).

The picture has what makes real film hard: motion blur (four exposures within the shutter time), shadows, occlusion and
camera noise.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from gametape.sample import ball_physics, figure, scene
from gametape.sample.rally import play_rally
from gametape.sample.raster import rasterise
from gametape.sample.skeleton import BONES, Pose, unit
from gametape.sample.truth import JOINTS, Event, Truth, project

#: Exposure time, seconds.
SHUTTER_S = 1 / 400
#: Pictures that are averaged into one frame, and the place of each within a pixel, px.
_EXPOSURES = 4
_JITTER = ((-0.125, -0.375), (0.375, -0.125), (-0.375, 0.125), (0.125, 0.375))
#: Colour of the ball, linear light.
_BALL = np.array([0.62, 0.80, 0.07])
#: Size of a pixel of the shadow map, metres.
_TEXEL = 0.008
#: Metres of body that may lie before a visible joint, by the joint's name; `_OTHER_FLESH` for all others.
_FLESH = {"nose": 0.035, "eye": 0.035, "ear": 0.035, "hip": 0.15}
_OTHER_FLESH = 0.09
#: Standard deviation of the camera's noise at mid grey, levels of 255.
_NOISE = 1.6
#: How much larger than a frame the field of noise is, px.
_NOISE_MARGIN = 128
#: Share of light that a cast shadow takes.
_SHADOW = 0.50


class Renderer:
    """A rally before a camera.

    Args:
        seconds: Length of the film.
        size: Width and height, px.
        fps: Frame rate.
        seed: Chooses the rally, the court's texture and the noise.
        camera: By default the side camera; its pictures must be of `size`.

    Attributes:
        times: (n,) seconds, the middle of each frame's exposure.
    """

    def __init__(
        self, *, seconds: float, size: tuple[int, int], fps: float, seed: int, camera: scene.Camera | None = None
    ) -> None:
        self.fps, self.seed, self.seconds = fps, seed, seconds
        self.times = np.arange(round(seconds * fps)) / fps
        self.motion, self.rally = play_rally(seconds, seed)
        self.camera = camera or scene.side_camera(*size)
        self.mesh = figure.player()

    @cached_property
    def backdrop(self) -> scene.Backdrop:
        """The empty court."""
        return scene.paint(self.camera, self.seed)

    @cached_property
    def _sun_plane(self) -> np.ndarray:
        """Place of each pixel of the backdrop on the plane square to the sun's rays, (h, w, 2) metres."""
        return self.backdrop.place @ np.stack([scene.SUN_RIGHT, scene.SUN_DOWN], axis=1).astype(np.float32)

    # What is true

    @cached_property
    def truth(self) -> Truth:
        """Ground truth of all frames."""
        times, matrix = self.times, self.camera.matrix
        poses, ball = self.motion.pose(times), self.rally.state(times)
        joints_m = poses.keypoints(JOINTS)
        ahead, behind = (project(matrix, ball[:, :3] + sign * 1e-4 * ball[:, 3:]) for sign in (1, -1))
        place, depth = self.camera.project(ball[:, :3])
        radius = self.camera.focal * ball_physics.RADIUS / depth
        joint_visible = np.empty(joints_m.shape[:2], bool)
        ball_visible = np.empty(len(times), bool)
        for i in range(len(times)):
            joint_visible[i], ball_visible[i] = self._seen(poses[i], joints_m[i], place[i], depth[i], radius[i])
        last = len(times) - 0.5
        events = tuple(
            self._event(contact)
            for contact in self.rally.contacts
            if contact.time_s >= 0 and contact.time_s * self.fps < last
        )
        return Truth(
            fps=self.fps,
            width=self.camera.width,
            height=self.camera.height,
            seed=self.seed,
            camera=matrix,
            time_s=times,
            ball=place,
            ball_m=ball[:, :3],
            ball_velocity=(ahead - behind) / 2e-4,
            ball_radius=radius,
            ball_visible=ball_visible,
            joints=project(matrix, joints_m),
            joints_m=joints_m,
            joint_visible=joint_visible,
            racket_m=poses.sweet_spot(),
            events=events,
        )

    def _event(self, contact: ball_physics.Contact) -> Event:
        frame = round(contact.time_s * self.fps)
        place_x, place_y = project(self.camera.matrix, contact.position).tolist()
        x, y, height = contact.position.tolist()
        return Event(contact.kind, contact.time_s, frame, place_x, place_y, (x, y, height))

    def _seen(
        self, pose: Pose, joints: np.ndarray, ball: np.ndarray, ball_depth: float, ball_radius: float
    ) -> tuple[np.ndarray, bool]:
        """Which joints are visible (joints,), and whether the ball is; the racket's strings hide nothing."""
        width, height = self.camera.width, self.camera.height
        place, depth = self.camera.project(self.mesh.posed(pose)[0])
        solid = self.mesh.triangles[~self.mesh.sheer]
        nearness = rasterise(place[solid], 1 / depth[solid], width, height).nearness

        def in_front(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            """Depth of what is drawn there in metres (infinite: nothing), and whether the place is in the picture."""
            inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
            column, row = (np.clip(c, 0, top - 1).astype(int) for c, top in ((x, width), (y, height)))
            with np.errstate(divide="ignore"):
                return 1 / nearness[row, column], inside

        place, depth = self.camera.project(joints)
        flesh = np.array([_FLESH.get(name.split("_")[-1], _OTHER_FLESH) for name in JOINTS])
        surface, inside = in_front(*place.T)
        joints_seen = inside & (surface > depth - flesh)

        turn, share = np.meshgrid(np.arange(8) * np.pi / 4, [0.35, 0.85])
        surface, _ = in_front(
            ball[0] + ball_radius * share * np.cos(turn), ball[1] + ball_radius * share * np.sin(turn)
        )
        inside = 0 <= ball[0] < width and 0 <= ball[1] < height
        return joints_seen, bool(inside and np.mean(surface > ball_depth) >= 0.5)

    # What is seen

    def pictures(self) -> Iterator[np.ndarray]:
        """Yield all frames with the camera's noise, (h, w, 3) uint8 RGB."""
        height, width = self.camera.height, self.camera.width
        random = np.random.default_rng([self.seed, 2])
        # Every frame takes another part of one large field of noise, which is far cheaper than fresh noise.
        padded = height + _NOISE_MARGIN, width + _NOISE_MARGIN, 3
        field = random.normal(0, _NOISE, padded).astype(np.float32)
        field = 0.6 * field + 0.8 * field.mean(axis=2, keepdims=True) * np.sqrt(3) * 0.75
        for i in range(len(self.times)):
            dx, dy = random.integers(0, _NOISE_MARGIN, 2)
            noise = field[dy : dy + height, dx : dx + width]
            picture = self.clean_picture(i)
            picture += noise if random.random() < 0.5 else -noise
            yield np.clip(picture + 0.5, 0, 255, out=picture).astype(np.uint8)

    def clean_picture(self, index: int) -> np.ndarray:
        """Draw a frame without noise, (h, w, 3) float32, 0..255 as displayed."""
        middle = self.times[index]
        shutter = SHUTTER_S * ((np.arange(_EXPOSURES) + 0.5) / _EXPOSURES - 0.5)
        poses = self.motion.pose(middle + np.append(shutter, 0.0))
        picture = self.backdrop.picture.copy()
        points, normals = self.mesh.posed(poses[_EXPOSURES])
        sunlit = self._shadow(picture, points, normals, self.rally.state(middle)[0, :3])
        self._contact_shade(picture, poses[_EXPOSURES])

        shades = scene.display(_shade(self.mesh.colours, normals, sunlit, self.camera.turn[2])).astype(np.float32)
        frames = [self.camera.project(self.mesh.posed(poses[i])[0]) for i in range(_EXPOSURES)]
        low, high = self._bounds(np.concatenate([place for place, _ in frames]))
        region = picture[low[1] : high[1], low[0] : high[0]]
        total = np.zeros_like(region)
        depths = []
        for i, (place, depth) in enumerate(frames):
            layer = region.copy()
            depths.append(self._draw(layer, place - low + _JITTER[i], depth, shades, i))
            total += layer
        region[:] = total / _EXPOSURES
        self._draw_ball(picture, middle + shutter, depths, low)
        return picture

    def _bounds(self, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Bounds of the pixels around `place` (n, 2): first, and one past the last, column and row of the picture."""
        limit = np.array([self.camera.width, self.camera.height])
        low = np.clip(np.floor(place.min(axis=0)).astype(int) - 2, 0, limit)
        return low, np.clip(np.ceil(place.max(axis=0)).astype(int) + 3, low, limit)

    def _draw(
        self, layer: np.ndarray, place: np.ndarray, depth: np.ndarray, shades: np.ndarray, exposure: int
    ) -> np.ndarray:
        """Draw the player into a part of the picture.

        Args:
            layer: (h, w, 3), changed in place.
            place: (v, 2) vertices in px of the layer.
            depth: (v,) metres.
            shades: (v, 3) colours as displayed.
            exposure: Number of the exposure.

        Returns:
            (h, w) 1/depth, 0 where the player is not.
        """
        height, width = layer.shape[:2]
        rows, columns = np.indices((height, width))
        keep = (2 * (columns % 2) + rows % 2) == exposure  # strings: each pixel in one exposure of four
        near = (np.where(self.mesh.sheer[:, None], -1, 1) / depth[self.mesh.triangles]).astype(np.float32)
        seen = rasterise(place.astype(np.float32)[self.mesh.triangles], near, width, height, keep=keep)
        corners = self.mesh.triangles[seen.triangle]
        layer.reshape(-1, 3)[seen.pixel] = np.einsum("nkc,nk->nc", shades[corners], seen.weights)
        return seen.nearness

    def _shadow(self, picture: np.ndarray, points: np.ndarray, normals: np.ndarray, ball: np.ndarray) -> np.ndarray:
        """Darken the backdrop where player and ball keep the sun off; returns the share of sun (v,) at each vertex."""
        import cv2

        axes = np.stack([scene.SUN_RIGHT, scene.SUN_DOWN], axis=1)
        flat, towards = points @ axes, points @ scene.SUN
        low = flat.min(axis=0) - 0.15
        width, height = np.ceil((flat.max(axis=0) + 0.15 - low) / _TEXEL).astype(int)
        rows, columns = np.indices((height, width))
        keep = (rows + columns) % 3 == 0
        near = np.where(self.mesh.sheer[:, None], -1.0, 1.0) * (towards[self.mesh.triangles] + 10)
        seen = rasterise((flat[self.mesh.triangles] - low) / _TEXEL, near, width, height, keep=keep).nearness

        # The player's shadow on the court; the sun is half a degree wide, so its edges are soft.
        cover = cv2.GaussianBlur((seen > 0).astype(np.float32), (0, 0), 1.6)
        ground = points - (points[:, 2:] / scene.SUN[2]) * scene.SUN
        first, last = self._bounds(self.camera.project(ground)[0])
        area = np.s_[first[1] : last[1], first[0] : last[0]]
        plane = (self._sun_plane[area] - low.astype(np.float32)) / _TEXEL - 0.5
        shade = cv2.remap(cover, plane[..., 0], plane[..., 1], cv2.INTER_LINEAR, borderValue=0.0)
        picture[area] *= 1 - _SHADOW * shade[..., None]

        fall = ball - ball[2] / scene.SUN[2] * scene.SUN
        place, depth = self.camera.project(fall)
        if depth > 0:
            reach = self.camera.focal * ball_physics.RADIUS / depth * 4 + 2
            first, last = self._bounds(np.stack([place - reach, place + reach]))
            area = np.s_[first[1] : last[1], first[0] : last[0]]
            off = np.linalg.norm(self._sun_plane[area] - (ball @ axes).astype(np.float32), axis=-1)
            blur = 0.008 + 0.0047 * ball[2] / scene.SUN[2] * 2
            shade = np.nan_to_num(np.clip((ball_physics.RADIUS - off) / blur + 0.5, 0, 1))
            picture[area] *= 1 - _SHADOW * shade[..., None]

        # The player's shadow on the player.
        probe = points + 0.012 * normals
        at, level = (probe @ axes - low) / _TEXEL, probe @ scene.SUN + 10.012
        lit = np.zeros(len(points))
        for dx, dy in ((-1.5, -0.5), (0.5, -1.5), (1.5, 0.5), (-0.5, 1.5)):
            column = np.clip(at[:, 0] + dx, 0, width - 1).astype(int)
            row = np.clip(at[:, 1] + dy, 0, height - 1).astype(int)
            lit += 0.25 * (seen[row, column] <= level)
        return lit

    def _contact_shade(self, picture: np.ndarray, pose: Pose) -> None:
        """Darken the court under the shoes, where neither sun nor sky reaches."""
        for side in ("right", "left"):
            foot = BONES.index(f"{side}_foot")
            ankle, front = pose.origin[0, foot], pose.rotation[0, foot, :, 0]
            ends = np.stack([ankle - 0.05 * front, ankle + 0.16 * front]) * [1, 1, 0]
            margin = np.array([0.2, 0.2, 0.0])
            reach = np.concatenate([ends + margin, ends - margin])
            first, last = self._bounds(self.camera.project(reach)[0])
            area = np.s_[first[1] : last[1], first[0] : last[0]]
            point = self.backdrop.place[area][..., :2] - ends[0, :2]
            along = ends[1, :2] - ends[0, :2]
            share = np.clip(point @ along / (along @ along), 0, 1)
            distance = np.linalg.norm(point - share[..., None] * along, axis=-1)
            height = max(ankle[2] - 0.071, 0.0)
            shade = np.nan_to_num(0.45 * np.exp(-((distance / 0.075) ** 2)) * np.exp(-height / 0.06))
            picture[area] *= 1 - shade[..., None].astype(np.float32)

    def _draw_ball(self, picture: np.ndarray, times: np.ndarray, depths: list[np.ndarray], low: np.ndarray) -> None:
        """Draw the ball as the mean of many exposures, hidden where the player is nearer."""
        fine = (times[:, None] + SHUTTER_S / _EXPOSURES * np.array([-0.33, 0.0, 0.33])).ravel()
        place, depth = self.camera.project(self.rally.state(fine)[:, :3])
        radius = self.camera.focal * ball_physics.RADIUS / depth
        first, last = self._bounds(np.concatenate([place - radius[:, None], place + radius[:, None]]))
        if (last <= first).any():
            return
        rows, columns = np.indices(last[::-1] - first[::-1]) + 0.5
        x, y = columns + first[0], rows + first[1]
        sun = np.array([scene.SUN @ row for row in self.camera.turn])
        cover, light = np.zeros(x.shape), np.zeros((*x.shape, 3))
        for i in range(len(fine)):
            across, down = (x - place[i, 0]) / radius[i], (y - place[i, 1]) / radius[i]
            out = np.hypot(across, down)
            alpha = np.clip((1 - out) * radius[i] + 0.5, 0, 1)
            alpha *= self._uncovered(depths[i * _EXPOSURES // len(fine)], low, first, x.shape, 1 / depth[i])
            toward = np.sqrt(np.clip(1 - out**2, 0, 1))
            normal = np.stack([across, down, -toward], axis=-1)
            felt = _BALL * (np.clip(normal @ sun + 0.15, 0, None)[..., None] * scene.SUN_LIGHT + scene.SKY_LIGHT * 0.75)
            cover += alpha / len(fine)
            light += alpha[..., None] * scene.display(felt) / len(fine)
        area = np.s_[first[1] : last[1], first[0] : last[0]]
        picture[area] = picture[area] * (1 - cover[..., None]) + light

    @staticmethod
    def _uncovered(
        nearness: np.ndarray, low: np.ndarray, first: np.ndarray, shape: tuple[int, int], ball: float
    ) -> np.ndarray:
        """Pixels of the ball's patch before which the player does not stand, as 0 and 1."""
        free = np.ones(shape)
        y0, x0 = first[1] - low[1], first[0] - low[0]
        top, left = max(y0, 0), max(x0, 0)
        bottom, right = min(y0 + shape[0], nearness.shape[0]), min(x0 + shape[1], nearness.shape[1])
        if top < bottom and left < right:
            free[top - y0 : bottom - y0, left - x0 : right - x0] = nearness[top:bottom, left:right] < ball
        return free


def _shade(colour: np.ndarray, normal: np.ndarray, sun: np.ndarray, view: np.ndarray) -> np.ndarray:
    """Linear light from skin and cloth: sun (with its shadow), sky from above, the court's blue from below.

    Args:
        colour: (v, 3) linear light.
        normal: (v, 3).
        sun: (v,) share of sun.
        view: (3,) viewing direction.
    """
    normal = unit(normal)
    facing = np.clip(normal @ scene.SUN, 0, 1) * sun
    up = 0.5 + 0.5 * normal[:, 2]
    around = up[:, None] * scene.SKY_LIGHT * 1.05 + (1 - up)[:, None] * np.array([0.13, 0.17, 0.22])
    edge = np.clip(1 + normal @ view, 0, 1) ** 3  # grazing: light skin scatters, cloth's fuzz
    gloss = np.clip(normal @ unit(scene.SUN - view), 0, 1) ** 24 * sun * 0.06
    return colour * (facing[:, None] * scene.SUN_LIGHT + around * (0.85 + 0.35 * edge)[:, None]) + gloss[:, None]
