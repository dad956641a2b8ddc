"""`python -m benchmarks.ball_peers --clips DIR --networks DIR`: our ball trackers beside published networks.

All networks see the same clips on the same machine, with one thread. The cost is CPU time per frame, for pictures in
memory at the network's own size: preparing the input, running the network and reading its maps, but not decoding.
Accuracy follows the protocol of `gametape.evaluation.ball` and is given twice: for the likeliest candidate alone, as
published networks are used, and for our path through all candidates. Networks that were published as code, and whose
weights are not available here, are built with random weights: their cost is measured, but not their accuracy.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.measure import machine
from gametape.ball.association import MotionModel
from gametape.ball.candidates import CandidateSource, likeliest
from gametape.ball.checkpoints import CheckpointCandidates
from gametape.ball.checkpoints.families import (
    Family,
    tracknet_v1,
    tracknet_v2,
    tracknet_v3,
    tracknet_v3_attention,
    wasb,
)
from gametape.ball.checkpoints.networks import TorchNetwork, by_frame, in_channels, open_network
from gametape.ball.frame_difference import MotionCandidates
from gametape.ball.network import NetworkCandidates
from gametape.ball.network.runtime import GRAPH
from gametape.ball.tracking import track
from gametape.base.device import Device
from gametape.evaluation.ball import Labels, Tally, read_labels, tally
from gametape.media.film import Film, Frame
from gametape.media.ingest import ingest
from gametape.networks.runtime import OnnxRuntime

HELD_OUT = ("00002", "00010", "00022", "00027", "00031", "00035", "00041", "00047")
"""Rallies that our network was not trained on."""
CPU = Device("cpu", "one thread")
"""The device of all networks."""
COST_FRAMES = 90
"""Frames that the cost is measured on."""
COST_S = 8.0
"""A network that needs more CPU seconds for these frames is measured on one window of frames."""


@dataclass(frozen=True)
class Clip:
    """A film with labels of some or all of its frames."""

    film: Film
    shots: np.ndarray
    labels: Labels


class InMemory:
    """The first frames of a film, decoded once in each size and format."""

    def __init__(self, film: Film, frames: int) -> None:
        self._film, self._decoded = film, {}
        self.times, self.width, self.height, self.fps = film.times[:frames], film.width, film.height, film.fps

    def __len__(self) -> int:
        return len(self.times)

    def frames(self, start=0, stop=None, step=1, *, pixel_format="rgb24", size=None) -> Iterator[Frame]:
        """Frames as `Film.frames` gives them."""
        decoded = self._decoded.setdefault((pixel_format, size), {})
        if not decoded:
            decoded |= {f.index: f for f in self._film.frames(0, len(self), pixel_format=pixel_format, size=size)}
        for index in range(start, len(self) if stop is None else min(stop, len(self)), step):
            yield decoded[index]


@dataclass(frozen=True)
class Given:
    """A source of candidates that were found before."""

    table: pa.Table
    model: MotionModel
    name: str = "given"
    version: str = "-"

    def candidates(self, film: Film, start: int, stop: int, shots: np.ndarray | None = None) -> pa.Table:
        """The candidates of the frames from `start` to before `stop`."""
        return self.table.slice(start, stop - start)


class Exported:
    """A torch network, run by ONNX Runtime with one thread."""

    def __init__(self, family: Family, module: object, folder: Path) -> None:
        import onnxruntime
        import torch

        self.family = family
        path = folder / f"{family.name}.onnx"
        channels = family.pictures * 3
        example = torch.zeros(1, channels, family.size[1], family.size[0])
        torch.onnx.export(module, (example,), str(path), input_names=["x"], output_names=["y"], dynamo=False)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def maps(self, looks: Iterable[tuple[np.ndarray, bool]]) -> Iterator[np.ndarray]:
        """The heat maps of each frame."""
        mean, std = (
            np.tile(np.float32(v), self.family.pictures * 3 // len(v))[:, None, None]
            for v in (self.family.mean, self.family.std)
        )
        for look, _ in looks:
            x = (in_channels(look[None], self.family).astype(np.float32) / 255 - mean) / std
            yield from by_frame(self._session.run(None, {"x": x})[0], self.family)


def main() -> None:
    """Compare the trackers and print a row for each, then a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ball_peers", description=__doc__)
    parser.add_argument("--clips", type=Path, required=True, help="folder of NAME.mp4 with labels NAME.csv")
    parser.add_argument("--names", nargs="*", default=HELD_OUT, help="names of the clips to use; none: all")
    parser.add_argument("--networks", type=Path, help="folder of published checkpoints to compare with")
    parser.add_argument(
        "--others", type=Path, nargs=2, metavar=("LABELS", "FILMS"), help="sparse labels of other sports"
    )
    parser.add_argument("--no-untrained", action="store_true", help="leave out the cost of networks without weights")
    arguments = parser.parse_args()
    _one_thread()
    load = os.getloadavg()[0]
    print(json.dumps({"machine": machine(), "threads": 1, "load": round(load, 1)}))
    with tempfile.TemporaryDirectory() as folder:
        clips = [_clip(p, p.with_suffix(".csv"), Path(folder)) for p in _named(arguments.clips, arguments.names)]
        sports = _sports(*arguments.others, Path(folder)) if arguments.others else {}
        ours = {"network": NetworkCandidates(CPU, OnnxRuntime(GRAPH, threads=1)), "motion": MotionCandidates()}
        peers = (
            {path.stem: _opened(path) for path in sorted(arguments.networks.glob("*.*"))} if arguments.networks else {}
        )
        memory = InMemory(clips[0].film, COST_FRAMES)
        rows = []
        for name, source in (ours | peers).items():
            row = {"network": name, "ours": name in ours, "cpu_ms": _cost(source, memory)}
            row |= _accuracy(source, clips)
            row |= {"others": {sport: _accuracy(source, each) for sport, each in sports.items()}}
            print(json.dumps(row), flush=True)
            rows.append(row)
        if not arguments.no_untrained:
            for name, source in _untrained(Path(folder)):
                row = {"network": name, "ours": False, "cpu_ms": _cost(source, memory), "weights": "random"}
                print(json.dumps(row), flush=True)
                rows.append(row)
    print(_table(rows))


def _one_thread() -> None:
    import cv2
    import torch

    torch.set_num_threads(1)
    cv2.setNumThreads(1)


def _named(folder: Path, names: Iterable[str]) -> list[Path]:
    wanted = set(names)
    return [path for path in sorted(folder.glob("*.mp4")) if not wanted or path.stem in wanted]


def _clip(path: Path, labels: Path, folder: Path) -> Clip:
    place = folder / path.stem
    place.mkdir()
    made = ingest(path, place)
    film = Film.of(place / "film.mp4", made.frames, made.width, made.height)
    return Clip(film, made.frames["shot"].to_numpy(), read_labels(labels))


def _sports(labels: Path, films: Path, folder: Path) -> dict[str, list[Clip]]:
    """Clips of other sports: labels SPORT/NAME.csv of films SPORT/NAME.mp4."""
    sports: dict[str, list[Clip]] = {}
    for file in sorted(labels.glob("*/*.csv")):
        film = films / file.parent.name / f"{file.stem}.mp4"
        sports.setdefault(file.parent.name, []).append(_clip(film, file, folder))
    return sports


def _opened(path: Path) -> CheckpointCandidates:
    return CheckpointCandidates.of(open_network(path, CPU, threads=1), path.stem)


def _cost(source: CandidateSource, film: InMemory) -> float:
    """CPU milliseconds per frame, the least of three runs."""
    step = source.network.family.frames if isinstance(source, CheckpointCandidates) else COST_FRAMES
    begin = time.process_time()
    source.candidates(film, 0, step)  # also reads the film into memory
    fits = COST_S / (time.process_time() - begin) >= COST_FRAMES / step
    frames = COST_FRAMES if fits else step
    costs = []
    for _ in range(3):
        begin = time.process_time()
        source.candidates(film, 0, frames)
        costs.append((time.process_time() - begin) / frames * 1000)
    return round(min(costs), 2)


def _accuracy(source: CandidateSource, clips: list[Clip]) -> dict[str, object]:
    plain, path = [], []
    for clip in clips:
        begin = time.process_time()
        table = source.candidates(clip.film, 0, len(clip.film), clip.shots)
        spent = time.process_time() - begin
        found = track(clip.film, shots=clip.shots, source=Given(table, source.model))
        followed = tuple(found[axis].to_numpy(zero_copy_only=False) for axis in ("x", "y"))
        for tallies, (x, y) in ((plain, likeliest(table)), (path, followed)):
            tallies.append(tally(x, y, clip.labels, clip.film.width, clip.film.height, spent))
    return {"likeliest": _figures(plain), "path": _figures(path)}


def _figures(tallies: list[Tally]) -> dict[str, float | int | None]:
    return sum(tallies[1:], start=tallies[0]).figures()


def _untrained(folder: Path) -> Iterator[tuple[str, CandidateSource]]:
    import torch

    from gametape.ball.checkpoints.architectures import AttentionTrackNet, HighResolutionNet, TrackNet, fold

    torch.manual_seed(0)
    for family, module in (
        (wasb(3), HighResolutionNet(9, 3)),
        (tracknet_v3(8, background=True), TrackNet(27, 8, relu_first=False, bias=False)),
        (tracknet_v2(3), TrackNet(9, 3, relu_first=True)),
        (tracknet_v3_attention(3), AttentionTrackNet(9, 3)),
        (tracknet_v1(), TrackNet(9, 256, skips=False, relu_first=True)),
    ):
        fold(module.eval())
        network, by = TorchNetwork(family, module, CPU), "torch"
        with suppress(ImportError):
            network, by = Exported(family, module, folder), "ONNX Runtime"
        yield f"{family.name} (random weights, {by})", CheckpointCandidates.of(network, family.name)


def _table(rows: list[dict]) -> str:
    """The figures as a Markdown table, with each cost relative to our best tracker."""
    ours = max((row for row in rows if row["ours"]), key=lambda row: row["path"]["f1"])
    sports = list(ours["others"])
    heads = [
        "network",
        "CPU-ms per frame",
        f"× {ours['network']}",
        "accuracy",
        "precision",
        "recall",
        "F1",
        "F1, our path",
    ]
    heads += [f"{sport}, F1 / our path" for sport in sports]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for row in rows:
        cells = [f"**{row['network']}**" if row["ours"] else row["network"]]
        cells += [f"{row['cpu_ms']:.1f}", f"{row['cpu_ms'] / ours['cpu_ms']:.1f}"]
        if "path" in row:
            cells += [_cell(row["likeliest"][key]) for key in ("accuracy", "precision", "recall", "f1")]
            cells.append(_cell(row["path"]["f1"]))
            cells += [
                f"{_cell(each['likeliest']['f1'])} / {_cell(each['path']['f1'])}" for each in row["others"].values()
            ]
        else:
            cells += ["-"] * (5 + len(sports))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.3f}"


if __name__ == "__main__":
    main()
