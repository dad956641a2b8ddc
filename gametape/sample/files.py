"""The files of the sample film: video with sound, ground truth and sidecar.

Belongs here: writing the three files. Does not belong here: drawing frames (renderer.py), the truth's format
(truth.py).

The film is for trying gametape and for measuring it: every joint and the ball are known to a fraction of a pixel. It
has one player, a fixed camera and good light; figures measured on it say nothing about crowds, moving cameras or bad
light.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gametape.sample import scene, soundtrack
from gametape.sample.renderer import Renderer
from gametape.sample.skeleton import HEIGHT_M
from gametape.sample.truth import to_json


@dataclass(frozen=True)
class Sample:
    """The files of a sample film."""

    film: Path
    truth: Path
    sidecar: Path


def render(
    out: Path,
    *,
    seconds: float = 6.0,
    size: tuple[int, int] = (1280, 720),
    fps: float = 30,
    seed: int = 7,
    camera: scene.Camera | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Sample:
    """Render the sample film: `rally.mp4`, `rally.truth.json` and `rally.yaml`.

    The motion does not depend on `fps`, `size` and `camera`; pictures before compression depend on the arguments alone.
    The three files appear when all are complete, the film last.

    Args:
        out: Folder for the files.
        seconds: Length of the film.
        size: Width and height in px, both even.
        fps: Frame rate.
        seed: Chooses the rally, the court's texture and the noise.
        camera: By default one that stands at the player's right; its pictures must be of `size`.
        progress: Called with the number of frames done and of all.

    Raises:
        ValueError: No film can have this size or rate.
    """
    width, height = size
    if min(size) < 16 or width % 2 or height % 2:
        raise ValueError(f"size must be even and at least 16, not {width}x{height}")
    if camera and (camera.width, camera.height) != tuple(size):
        raise ValueError(f"the camera's pictures are {camera.width}x{camera.height}, not {width}x{height}")
    if fps <= 0 or round(seconds * fps) < 1:
        raise ValueError(f"{seconds} s at {fps} frames a second is no film")
    out.mkdir(parents=True, exist_ok=True)
    renderer = Renderer(seconds=seconds, size=size, fps=fps, seed=seed, camera=camera)
    made = Sample(out / "rally.mp4", out / "rally.truth.json", out / "rally.yaml")
    folder = Path(tempfile.mkdtemp(prefix=".rally-", dir=out))
    try:
        (folder / made.truth.name).write_text(to_json(renderer.truth), "utf-8")
        (folder / made.sidecar.name).write_text(sidecar_text(renderer.camera, None if camera else "side"), "utf-8")
        _write_film(folder / made.film.name, renderer, progress)
        for path in (made.truth, made.sidecar, made.film):
            (folder / path.name).replace(path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return made


def sidecar_text(camera: scene.Camera, view: str | None = "side") -> str:
    """The sidecar that a coach would write, with the court's corners marked to the pixel.

    Args:
        camera: The film's camera.
        view: The sidecar's `camera.view`; None leaves it out.
    """
    marks = []
    for place in scene.MARKS:
        (x, y), depth = camera.project(np.array(place))
        if depth <= 0 or not (0 <= x < camera.width and 0 <= y < camera.height):
            continue
        ground_x, ground_y, height = place
        marks.append(
            f"    - {{x: {x:.0f}, y: {y:.0f}, ground_x_m: {ground_x}, ground_y_m: {ground_y}, height_m: {height}}}"
        )
    return f"""\
title: Wall practice, forehands
sport: tennis
mode: forehand
camera:
{f"  view: {view}{chr(10)}" if view else ""}  motion: fixed
  calibration:  # corners of lines and of the wall: px, and metres from the player's base
{chr(10).join(marks)}
players:
  - name: Sample Player
    height_m: {HEIGHT_M}
    handedness: right
notes: Rendered by gametape itself; its ground truth lies beside it in rally.truth.json.
"""


def _write_film(path: Path, renderer: Renderer, progress: Callable[[int, int], None]) -> None:
    from fractions import Fraction

    import av

    rate = Fraction(renderer.fps).limit_denominator(1001)
    total = len(renderer.times)
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "20"})
        video.width, video.height, video.pix_fmt = renderer.camera.width, renderer.camera.height, "yuv420p"
        context = video.codec_context
        context.color_primaries = context.color_trc = context.colorspace = 1  # BT.709
        context.color_range = 1  # 16..235
        audio = container.add_stream("aac", rate=soundtrack.RATE, layout="mono")
        for i, picture in enumerate(renderer.pictures()):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG")
            frame.pts, frame.time_base = i, 1 / rate
            container.mux(video.encode(frame))
            progress(i + 1, total)
        container.mux(video.encode())

        track = soundtrack.soundtrack(renderer.truth.events, total / renderer.fps, renderer.seed)
        soundtrack.write_sound(container, audio, track)
