"""What is drawn over the film, frame by frame, small enough for a phone and for a two-hour film.

Belongs here: quantising the per-frame tables and packing them in chunk scripts (`report_data/NNN.js`). A script,
because a page opened from a file may load scripts beside it but may fetch nothing.
Does not belong here: drawing (script/), the curves over the whole film (chart_series.py).

A chunk is one deflated run of integer arrays. Each array is stored as differences from value to value, low bytes
before high bytes: smooth motion becomes small numbers, and those deflate to about a third.
`unpack` in script/unpack.js is the reader; `read_chunk` here is the same reader for programs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.film.clock import film_end
from gametape.report.ball_speed import PICTURE
from gametape.report.columns import column, integers
from gametape.tables.pose import JOINT_ANGLES, KEYPOINTS, SEGMENT_ANGLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

CHUNK_SECONDS = 60.0
"""Film in one chunk."""
ANGLES = JOINT_ANGLES + SEGMENT_ANGLES
ANGLE_STEPS = 10
"""Angles are stored in tenths of a degree."""
STATES = ("absent", "interpolated", "detected")
"""Of the ball in a frame; stored by their place here."""


@dataclass(frozen=True)
class Span:
    """A chunk's frames: `count` frames from `first`, from start_s until end_s, where the next chunk starts.

    `shown_s` and `shown_end_s` are the same by the film's file.
    """

    number: int
    first: int
    count: int
    start_s: float
    end_s: float
    shown_s: float
    shown_end_s: float

    @property
    def file(self) -> str:
        return f"{self.number:03d}.js"


@dataclass(frozen=True)
class Scales:
    """How many integer steps a unit has: pixels (a power of two; finer for small pictures) and ball speed."""

    pixel: int
    speed: int

    @classmethod
    def of(cls, width: int, height: int) -> Scales:
        # Points may lie off the picture: one picture's size of room on every side within an int16.
        pixel = 1
        while pixel < 16 and 2 * max(width, height) * pixel * 2 < 32768:
            pixel *= 2
        return cls(pixel, 10)


def chunk_spans(times: np.ndarray, shown: np.ndarray | None = None, seconds: float = CHUNK_SECONDS) -> list[Span]:
    """Cut a film into spans of about `seconds` of its file.

    Args:
        times: (n,) seconds at which the pictures were taken, ascending, any spacing.
        shown: (n,) seconds at which the file shows them; the same by default.
        seconds: Length of a span.
    """
    shown = times if shown is None else shown
    if not len(times):
        return []
    firsts = np.unique(np.floor((shown - shown[0]) / seconds), return_index=True)[1]
    stops = np.append(firsts[1:], len(times))
    spans = []
    for number, (first, stop) in enumerate(zip(firsts.tolist(), stops.tolist(), strict=True)):
        starts = (float(clock[first]) for clock in (times, shown))
        ends = (float(clock[stop]) if stop < len(times) else film_end(clock) for clock in (times, shown))
        (start, shown_start), (end, shown_end) = starts, ends
        spans.append(Span(number, first, stop - first, start, end, shown_start, shown_end))
    return spans


def seen_keypoints(poses: pa.Table) -> list[str]:
    """The keypoints that this table has in any row; estimators differ in feet and hands."""
    return [name for name in KEYPOINTS if poses[f"{name}_x"].null_count < poses.num_rows]


def pose_stride(poses: pa.Table) -> int:
    """Frames from one pose estimate to the next: the commonest gap."""
    gaps = np.diff(np.unique(integers(poses, "frame")))
    return int(np.bincount(gaps).argmax()) if len(gaps) else 1


class Overlay:
    """The per-frame tables, ready to be cut into chunks.

    Args:
        frames, ball, poses, angles: the lake's tables; any but `frames` may be empty.
        scales: steps of what is stored.
        speed_unit: of the ball's speed.

    Raises:
        ValueError: rows are of frames that the film does not have.
    """

    def __init__(
        self,
        frames: pa.Table,
        ball: pa.Table,
        poses: pa.Table,
        angles: pa.Table,
        scales: Scales,
        speed_unit: str = PICTURE,
    ) -> None:
        self.times, self.shown = column(frames, "time_s"), column(frames, "shown_s")
        if not np.array_equal(integers(frames, "frame"), np.arange(len(self.times))):
            raise ValueError("the frames table must hold frames 0, 1, 2, … once each, in order")
        for name, table in (("ball", ball), ("poses", poses), ("angles", angles)):
            number = integers(table, "frame")
            if len(number) and not (number.min() >= 0 and number.max() < len(self.times)):
                raise ValueError(f"{name}: rows of frames that the film ({len(self.times)} frames) does not have")
        self.scales, self.speed_unit = scales, speed_unit
        self.keypoints = seen_keypoints(poses)
        self.stride = pose_stride(poses)
        self._clocks = (self.times, self.shown)
        self.spans = chunk_spans(self.times, self.shown)
        self.ball = ball.sort_by("frame")
        self._poses = poses.sort_by("frame")
        self._angles = angles.sort_by("frame")

    def chunks(self) -> Iterator[tuple[Span, str, str]]:
        """Each chunk's span, hash and script. The script holds the hash too: the page refuses another build's chunk."""
        for span in self.spans:
            packed, rows = self._pack(span)
            content = hashlib.sha256(packed.encode()).hexdigest()[:12]
            header = {"chunk": span.number, "hash": content, "start": span.start_s, "shown": span.shown_s}
            header |= {"count": span.count, **rows}
            yield span, content, f'gametapeChunk({json.dumps(header)},\n"{packed}");\n'

    def _pack(self, span: Span) -> tuple[str, dict[str, int]]:
        first, stop = span.first, span.first + span.count
        ball = _rows_between(self.ball, first, stop)
        # Poses reach one stride over the borders, so that people between two estimates can be drawn there too.
        poses = _by_track(_rows_between(self._poses, first - self.stride, stop + self.stride))
        angles = _by_track(_rows_between(self._angles, first, stop))
        parts = [
            *(_smooth(np.round((clock[first:stop] - clock[first]) * 1e6).astype("<i4")) for clock in self._clocks),
            *self._pack_ball(ball, span),
            _smooth(integers(poses, "frame").astype("<i4")),
            _smooth(integers(poses, "track").astype("<i4")),
            *(
                _smooth(_quantised(column(poses, f"{name}_{axis}"), self.scales.pixel, "<i2"))
                for axis in "xy"
                for name in self.keypoints
            ),
            *(_smooth(_confidences(column(poses, f"{name}_c"))) for name in self.keypoints),
            _smooth(np.array([state == "interpolated" for state in poses["state"].to_pylist()], "u1")),
            _smooth(integers(angles, "frame").astype("<i4")),
            _smooth(integers(angles, "track").astype("<i4")),
            *(_smooth(_quantised(column(angles, name), ANGLE_STEPS, "<i2")) for name in ANGLES),
        ]
        packed = base64.b64encode(zlib.compress(b"".join(parts), 6)).decode()
        return packed, {"poses": poses.num_rows, "angles": angles.num_rows}

    def _pack_ball(self, ball: pa.Table, span: Span) -> Iterator[bytes]:
        at = integers(ball, "frame") - span.first
        state = np.zeros(span.count, "u1")
        state[at] = [STATES.index(name) for name in ball["state"].to_pylist()]
        yield _smooth(state)
        for name, steps, kind in (
            ("x", self.scales.pixel, "<i2"),
            ("y", self.scales.pixel, "<i2"),
            ("speed", self.scales.speed, "<i4"),
        ):
            values = np.full(span.count, np.nan)
            values[at] = column(ball, name)
            yield _smooth(_quantised(values, steps, kind))


def read_chunk(script: str, page_data: dict) -> dict[str, np.ndarray]:
    """A chunk's arrays in their units: what the page's script sees.

    Args:
        page_data: the page's data (`#data`), for scales and names.

    Returns:
        time_s, shown_s (n,), state (n,), ball_x, ball_y (n,) px, speed (n,) in `speed_unit`, pose_frame,
        pose_track (m,), pose_x, pose_y (k, m) px, pose_c (k, m) 0..1, pose_filled (m,) 0 or 1, angle_frame,
        angle_track (a,), angle (14, a) degrees; NaN where there is no value.
    """
    header_text, packed = re.fullmatch(r'gametapeChunk\((.*),\n"(.*)"\);\n', script).groups()
    header = json.loads(header_text)
    raw, at = zlib.decompress(base64.b64decode(packed)), 0

    def take(kind: str, planes: int, length: int, steps: float = 1) -> np.ndarray:
        nonlocal at
        size = np.dtype(kind).itemsize
        out = []
        for _ in range(planes):
            block = np.frombuffer(raw, "u1", size * length, at).reshape(size, length).T
            at += size * length
            values = np.cumsum(np.ascontiguousarray(block).view(kind)[:, 0], dtype=kind)
            missing = values == np.iinfo(kind).min if np.dtype(kind).kind == "i" else np.zeros(length, bool)
            out.append(np.where(missing, np.nan, values / steps))
        return np.array(out).reshape(planes, length)

    n, poses, angles = header["count"], header["poses"], header["angles"]
    keypoints, pixel = len(page_data["keypoints"]), page_data["scales"]["pixel"]
    return {
        "time_s": take("<i4", 1, n, 1e6)[0] + header["start"],
        "shown_s": take("<i4", 1, n, 1e6)[0] + header["shown"],
        "state": take("u1", 1, n)[0],
        "ball_x": take("<i2", 1, n, pixel)[0],
        "ball_y": take("<i2", 1, n, pixel)[0],
        "speed": take("<i4", 1, n, page_data["scales"]["speed"])[0],
        "pose_frame": take("<i4", 1, poses)[0],
        "pose_track": take("<i4", 1, poses)[0],
        "pose_x": take("<i2", keypoints, poses, pixel),
        "pose_y": take("<i2", keypoints, poses, pixel),
        "pose_c": take("u1", keypoints, poses, 255),
        "pose_filled": take("u1", 1, poses)[0],
        "angle_frame": take("<i4", 1, angles)[0],
        "angle_track": take("<i4", 1, angles)[0],
        "angle": take("<i2", len(ANGLES), angles, ANGLE_STEPS),
    }


def _rows_between(table: pa.Table, first: int, stop: int) -> pa.Table:
    """Rows of frames first..stop-1 of a table sorted by frame."""
    number = integers(table, "frame")
    low, high = np.searchsorted(number, (first, stop))
    return table.slice(low, high - low)


def _by_track(table: pa.Table) -> pa.Table:
    return table.sort_by([("track", "ascending"), ("frame", "ascending")])


def _quantised(values: np.ndarray, steps: int, kind: str) -> np.ndarray:
    """Integer steps, the dtype's least number where there is no value; what does not fit is clipped."""
    limits = np.iinfo(kind)
    held = np.clip(np.round(values * steps), limits.min + 1, limits.max)
    return np.where(np.isfinite(values), held, limits.min).astype(kind)


def _confidences(values: np.ndarray) -> np.ndarray:
    """0..255 in 16 levels: enough to fade by, and half the bytes."""
    return (np.round(np.clip(np.nan_to_num(values), 0, 1) * 15) * 17).astype("u1")


def _smooth(values: np.ndarray) -> bytes:
    differences = np.diff(values, prepend=np.zeros(1, values.dtype))  # wraps, and wraps back in the reader
    return differences.view("u1").reshape(-1, values.itemsize).T.tobytes()
