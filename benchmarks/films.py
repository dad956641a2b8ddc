"""Whole films through gametape: cost by stage, memory by length, and a peer: the loop that most projects use."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.measure import alone, show


def looped(film: Path, seconds: float, out: Path) -> Path:
    """Repeat the film until it lasts about `seconds`. Packets are copied, not encoded. Returns the file in `out`."""
    import av

    target = out / f"looped-{seconds:g}.mp4"
    with av.open(str(film)) as source:
        stream = source.streams.video[0]
        packets = [p for p in source.demux(stream) if p.pts is not None]
        length = max(p.pts + p.duration for p in packets) - min(p.pts for p in packets)
        repeats = max(1, round(seconds / float(length * stream.time_base)))
    with av.open(str(target), "w") as sink:
        target_stream = None
        for repeat in range(repeats):
            with av.open(str(film)) as source:
                stream = source.streams.video[0]
                target_stream = target_stream or sink.add_stream_from_template(stream)
                for packet in source.demux(stream):
                    if packet.dts is None:
                        continue
                    packet.pts += repeat * length
                    packet.dts += repeat * length
                    packet.stream = target_stream
                    sink.mux(packet)
    return target


def by_stage(film: Path) -> dict:
    """CPU milliseconds per frame and peak memory of each stage, each in its own process."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        stages = {}
        ingest = alone(_ingest, film, out)
        frames = ingest.answer
        stages["ingest (decode, proxy, index)"] = ingest
        stages["decode alone"] = alone(_decode, film)
        stages["ball"] = alone(_ball, out)
        stages["pose"] = alone(_pose, out)
        stages["angles, metrics, findings, report, write"] = alone(_rest, out)
        return {
            "film": film.name,
            "frames": frames,
            "seconds": _length(out),
            "cpu_ms_per_frame": {name: round(cost.cpu_s / frames * 1e3, 2) for name, cost in stages.items()},
            "peak_mb": {name: round(cost.peak_mb) for name, cost in stages.items()},
        }


def whole_film(film: Path) -> dict:
    """The film from upload to report in one process, without start-up: speed relative to real time, memory."""
    with tempfile.TemporaryDirectory() as folder:
        cost = alone(_everything, film, Path(folder))
        frames, seconds, wall = cost.answer
        return {
            "film": film.name,
            "frames": frames,
            "film_s": round(seconds, 1),
            "wall_s": round(wall, 1),
            "times_real_time": round(seconds / wall, 2),
            "cpu_ms_per_frame": round(cost.cpu_s / frames * 1e3, 1),
            "peak_mb": round(cost.peak_mb),
        }


def peer_loop(film: Path, yolo: Path | None) -> dict | None:
    """The loop that most projects use: OpenCV decodes, `YOLO.predict` runs on each frame, all frames stay in memory."""
    if yolo is None:
        return None
    cost = alone(_peer, film, yolo)
    frames, seconds, wall = cost.answer
    return {
        "film": film.name,
        "frames": frames,
        "times_real_time": round(seconds / wall, 2),
        "cpu_ms_per_frame": round(cost.cpu_s / frames * 1e3, 1),
        "peak_mb": round(cost.peak_mb),
    }


def _film(out: Path):
    import pyarrow.parquet as pq

    from gametape.media.film import Film

    index = pq.read_table(out / "index.parquet")
    size = (out / "size").read_text().split()
    return Film.of(out / "film.mp4", index, int(size[0]), int(size[1])), index


def _length(out: Path) -> float:
    film, _ = _film(out)
    return round(float(film.times[-1] - film.times[0]), 2)


def _ingest(film: Path, out: Path) -> int:
    import pyarrow.parquet as pq

    from gametape.media.ingest import ingest

    done = ingest(film, out)
    pq.write_table(done.frames, out / "index.parquet")
    (out / "size").write_text(f"{done.width} {done.height}")
    return done.frames.num_rows


def _decode(film: Path) -> int:
    import av

    with av.open(str(film)) as container:
        container.streams.video[0].thread_type = "AUTO"
        return sum(1 for _ in container.decode(video=0))


def _ball(out: Path) -> int:
    import pyarrow.parquet as pq

    from gametape.ball import track
    from gametape.ball.sources import source_for
    from gametape.base.settings import settings

    film, index = _film(out)
    table = track(film, shots=index["shot"].to_numpy(), source=source_for(settings()))
    pq.write_table(table, out / "ball.parquet")
    return table.num_rows


def _pose(out: Path) -> int:
    import pyarrow.parquet as pq

    from gametape.base.settings import settings
    from gametape.pose import estimate

    film, _ = _film(out)
    table = estimate(film, start=0, stop=len(film), settings=settings())
    pq.write_table(table, out / "pose.parquet")
    return table.num_rows


def _rest(out: Path) -> int:
    import pyarrow.parquet as pq

    from gametape.ball.events import find_events
    from gametape.coaching import find, measures, metrics_of
    from gametape.film.sidecar import Sidecar
    from gametape.film.window import analysis_windows
    from gametape.lake.store import Lake
    from gametape.play import ball_flights, rallies
    from gametape.pose import joint_angles, people, repaired
    from gametape.report import ReportInput, build_report
    from gametape.sports.courts import ball_bounces, ball_contacts
    from gametape.sports.load import rules_for
    from gametape.strokes import find_strokes
    from gametape.tables.ball import CALIBRATION
    from gametape.tables.film import ANALYSIS_WINDOW

    film, index = _film(out)
    ball, seen = pq.read_table(out / "ball.parquet"), pq.read_table(out / "pose.parquet")
    sidecar = Sidecar()
    who = people(seen, index, sidecar, looked_at=len(film), width=film.width, height=film.height)
    poses = repaired(seen, who, index)
    angles = joint_angles(poses)
    height, width = film.height, film.width
    shots = index["shot"].to_numpy()
    bounces = ball_bounces(sidecar.sport)
    order = ball_contacts(sidecar.sport)
    events = find_events(ball, width=width, height=height, bounces=bounces, contacts=order, shots=shots)
    flights = ball_flights(ball, events, shots=shots)
    served = order.first_bounces if order else 1
    play = rallies(flights, events, ball, height=height, shots=shots, looked_from=0.0, first_bounces=served)
    strokes = find_strokes(
        people=who, poses=poses, angles=angles, frames=index, ball=ball, events=events, sidecar=sidecar
    )
    unmarked = CALIBRATION.from_rows([])  # these films have no marks
    rules = rules_for(sidecar.sport, sidecar.mode)
    measured = measures(
        ball=ball,
        people=who,
        poses=poses,
        angles=angles,
        strokes=strokes,
        calibration=unmarked,
        flights=flights,
        rallies=play,
        frames=index,
        windows=ANALYSIS_WINDOW.from_rows([w.row() for w in analysis_windows(index["time_s"].to_numpy(), sidecar)]),
        sidecar=sidecar,
        rules=rules.strokes,
    )
    metrics = metrics_of(measured, rules.limits)
    findings = find(metrics, measured, poses=poses, ball=ball, view=None, limits=rules.limits, texts=rules.texts)
    lake = Lake(str(out / "lake"))
    for name, table in {
        "frames": index, "ball_trajectory": ball, "pose_estimates": seen, "people": who, "pose_keypoints": poses,
        "joint_angles": angles, "strokes": strokes, "measures": measured, "metrics": metrics, "findings": findings,
    }.items():  # fmt: skip
        lake.write_table(name, "film-000000000000", table)
    build_report(
        ReportInput(
            video="film-000000000000", source={"file_name": "film.mp4"}, sidecar=sidecar, frames=index, ball=ball,
            events=events, flights=flights, rallies=play, people=who, poses=poses, angles=angles, strokes=strokes,
            metrics=metrics, findings=findings, width=film.width, height=film.height, versions={},
        ),
        out / "page",
    )  # fmt: skip
    return metrics.num_rows


def _everything(film: Path, out: Path) -> tuple[int, float, float]:
    import gametape.ball
    import gametape.coaching
    import gametape.pose
    import gametape.report  # noqa: F401  (so that imports are not timed)

    started = time.perf_counter()
    frames = _ingest(film, out)
    _ball(out)
    _pose(out)
    _rest(out)
    return frames, _length(out), time.perf_counter() - started


def _peer(film: Path, weights: Path) -> tuple[int, float, float]:
    import cv2
    from ultralytics import YOLO

    model = YOLO(str(weights), task="pose")
    model.predict(np.zeros((64, 64, 3), np.uint8), verbose=False)  # so that start-up is not timed
    started = time.perf_counter()
    capture, frames, found = cv2.VideoCapture(str(film)), [], []
    while True:
        good, frame = capture.read()
        if not good:
            break
        frames.append(frame)
        found.append(model.predict(frame, verbose=False)[0].keypoints)
    return len(frames), len(frames) / capture.get(cv2.CAP_PROP_FPS), time.perf_counter() - started


def import_seconds(runs: int = 5) -> float:
    """Median seconds that a new interpreter takes to import the definitions, without its own start."""
    from benchmarks.measure import median

    def timed(code: str) -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        return time.perf_counter() - started

    return median([timed("import orchestration.definitions") - timed("pass") for _ in range(runs)])


def show_all(film: Path, yolo: Path | None, minutes: list[float]) -> None:
    """Print all benchmarks of one film, a line each."""
    with tempfile.TemporaryDirectory() as folder:
        for length in minutes:
            show("whole film", whole_film(looped(film, length * 60, Path(folder))))
        half = looped(film, 30, Path(folder))
        show("stages", by_stage(half))
        if peer := peer_loop(half, yolo):
            show("peer: OpenCV loop with YOLO.predict on each frame", peer)
