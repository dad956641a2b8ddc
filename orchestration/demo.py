"""The demo: a film or replay from upload to report, with its progress printed; without one, our two rendered films.

Belongs here: the order of the steps and what is printed. Every step is the product's own: the upload store,
the sensor, the daemon, the assets.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import dagster as dg

from gametape.base.errors import BadInput, Unavailable
from gametape.base.settings import settings
from gametape.base.versions import code_version, text_version
from gametape.film.sidecar import sidecar_beside
from gametape.lake.store import Lake
from gametape.uploads import VIDEOS as FILMS
from gametape.uploads import kind_for
from orchestration.instance import (
    WORKSPACE,
    daemon_is_alive,
    last_heartbeat,
    open_instance,
    open_workspace,
    prepare,
)
from orchestration.partitions.control import key_of, launch
from orchestration.partitions.state import PartitionState, partition_state, stale_or_missing_assets
from orchestration.services import a_daemon, holder_of_home
from resources.partitions import SETS, VIDEOS, PartitionSet
from resources.uploads import uploads_from_settings

#: A daemon that has not requested the run by then will not.
PATIENCE_SECONDS = 300
#: A daemon that lives has a heartbeat every 30 s.
HEARTBEAT_SECONDS = 40.0
#: The rendered match: number 17 has two shifts, six seconds apart, and the camera cuts in the second one.
MATCH: Mapping[str, Any] = {"seconds": 18.0, "size": (960, 540), "shift_s": 6.0, "zoom": 1.7}
#: A run that failed is to be retried, or not, by then.
FAILED_SECONDS = 8.0


def run_demo(video: Path | None) -> int:
    """Process `video` (the two sample films when None) and print where each report is. Returns the exit status."""
    if video is not None and not video.is_file():
        raise BadInput(str(video), "is not a file", "Give the path of a film or a replay: make demo VIDEO=path")
    # Read by the daemon that is started here: the demo should not wait as long as a busy server.
    os.environ.setdefault("GAMETAPE_SETTLE_SECONDS", "1")
    os.environ.setdefault("GAMETAPE_SENSOR_SECONDS", "2")
    settings.cache_clear()
    prepare()
    films: Sequence[tuple[Path, Path | None]] = [(video, None)] if video else _sample_films()
    if video and (kind_for(video.name) or FILMS).sidecar:
        films = [(video, sidecar_beside(video))]
    if video and films[0][1]:
        print(f"with its sidecar {films[0][1].name}", flush=True)
    kind = kind_for(films[0][0].name) or FILMS
    partitions, uploads = SETS[kind.name], uploads_from_settings().store(kind)
    sent = [uploads.put(film, sidecar=sidecar) for film, sidecar in films]
    with open_instance() as instance:
        keys = [key_of(instance, uploads, upload) for upload in sent]
        for upload, key in zip(sent, keys, strict=True):
            print(f"uploaded {upload.label}, the {kind.noun} {key}", flush=True)
        ends, began = {}, time.monotonic()
        with _daemon(instance):
            for key in keys:
                _make_again(instance, partitions, key)
            for key in keys:
                if len(keys) > 1:
                    print(f"{key}:", flush=True)
                ends[key] = _watch(instance, key), time.monotonic() - began
    wrong = 0
    for key, (state, seconds) in ends.items():
        if state.state in ("ready", "stale"):  # stale: a daemon of other code made it
            _print_results(partitions, key, seconds)
        else:
            print(f"\n{key} {state.state}: {state.message}\nTry: .venv/bin/gametape status {key}", file=sys.stderr)
            wrong = 1
    if not wrong:
        _print_next(partitions)
    return wrong


def _sample_films() -> list[tuple[Path, Path]]:
    """The rendered rally and the rendered match with their sidecars; each rendered once for a version of its code."""
    from gametape.sample import render
    from gametape.sample.team import render_team

    folder = settings().home / "sample"
    rally = folder / code_version(render)
    match = folder / text_version("match", code_version(render_team), str(MATCH))
    for old in folder.glob("*"):
        if old not in (rally, match):
            shutil.rmtree(old, ignore_errors=True)
    if not (rally / "rally.mp4").exists():
        print("rendering a rally (about half a minute)", flush=True)
        render(rally)
    if not (match / "team.mp4").exists():
        print("rendering a match, two teams of five (about half a minute)", flush=True)
        render_team(match, **MATCH)
    return [(rally / "rally.mp4", rally / "rally.yaml"), (match / "team.mp4", match / "team.yaml")]


@contextmanager
def _daemon(instance: dg.DagsterInstance) -> Iterator[None]:
    """The daemon: the running one, else one of our own for as long as the demo takes."""
    if (holder := holder_of_home()) or _beats(instance):
        print(f"a daemon is running ({holder or 'elsewhere'}): it does the work", flush=True)
        yield
        return
    log = settings().home / "daemon.log"
    print(f"starting the daemon (its log: {log})", flush=True)
    with a_daemon(WORKSPACE, log):
        yield
    instance.wipe_daemon_heartbeats()  # ours is gone: the next demo must not wait for it


def _beats(instance: dg.DagsterInstance) -> bool:
    """Does a daemon live? One that was killed had its last heartbeat just now, too: another one must come."""
    if not daemon_is_alive(instance):
        return False
    last = last_heartbeat(instance)
    print("is the daemon there that was there just now?", flush=True)
    until = time.monotonic() + HEARTBEAT_SECONDS
    while time.monotonic() < until:
        if last_heartbeat(instance) > last:
            return True
        time.sleep(0.5)
    return False


def _make_again(instance: dg.DagsterInstance, partitions: PartitionSet, key: str) -> None:
    """Request a known upload that is stale or failed: the sensor requests only new ones."""
    if partition_state(instance, key).state not in ("stale", "failed", "canceled"):
        return
    assets = sorted(stale_or_missing_assets(instance, key))
    print(f"the {partitions.noun} is known; to be made again: {', '.join(assets)}", flush=True)
    with open_workspace() as workspace:
        launch(workspace, partitions, key, assets, tags={})


def _watch(instance: dg.DagsterInstance, key: str) -> PartitionState:
    """Print each new step until the upload's runs have ended, the retries of runs that crashed among them."""
    shown, began, ended = "", time.monotonic(), None
    while True:
        state = partition_state(instance, key)
        line = f"{state.state}: {state.message}" if state.message else state.state
        if line != shown:
            print(f"  {time.monotonic() - began:5.1f} s  {line}", flush=True)
            shown = line
        if state.state == "failed":  # Dagster notes a moment later that it is going to retry
            ended = ended or time.monotonic()
            if time.monotonic() - ended > FAILED_SECONDS:
                return state
        elif state.state not in ("waiting", "queued", "running", "canceling"):
            return state
        else:
            ended = None
        if state.state == "waiting" and not state.run_id and time.monotonic() - began > PATIENCE_SECONDS:
            raise Unavailable(
                key,
                f"no run was requested in {PATIENCE_SECONDS} s",
                f"Look into {settings().home / 'daemon.log'}",
            )
        time.sleep(0.5)


def _print_results(partitions: PartitionSet, key: str, seconds: float) -> None:
    from gametape.report.figures import figure_text
    from gametape.report.words import words

    lake = Lake(settings().lake_uri)
    assert partitions.report_asset, "what is uploaded has a report"
    row = lake.read_table(partitions.report_asset, key).to_pylist()[0]
    print(f"\nready in {seconds:.0f} s\n\nreport: {lake.file_uri(key, row['page'], of=partitions.key)}\n")
    headline = json.loads(row.get("headline") or "{}")
    for name, value in headline.items():
        if partitions is not VIDEOS:  # figures in words of a film's kind are the film report's
            print(f"  {name.replace('_', ' '):24} {'-' if value is None else value}")
        elif not name.endswith(("_reason", "_unit")):
            label, shown = figure_text(name, value, headline.get(f"{name}_unit") or "", words(settings().language))
            print(f"  {label:24} {shown if value is not None else headline.get(f'{name}_reason')}")
    _print_clips(lake, partitions, key)


def _print_clips(lake: Lake, partitions: PartitionSet, key: str) -> None:
    """Where the clips of who is followed are, and the reel."""
    has_clips = partitions is VIDEOS and lake.has_table("clips", key)
    rows = lake.read_table("clips", key).to_pylist() if has_clips else []
    made = [row["file"] for row in rows if row["file"]]
    if made:
        reels = [row["file"] for row in rows if row["file"] and row["kind"] == "reel"]
        shown = [lake.file_uri(key, file, of=partitions.key) for file in (*reels, Path(made[0]).parent.as_posix())]
        for label, place in zip((*("reel" for _ in reels), "clips"), shown, strict=True):
            print(f"  {label:24} {place}")


def _print_next(partitions: PartitionSet) -> None:
    print("\nnext:")
    noun = partitions.noun
    print(f"  make dev                    the Dagster UI: see the {noun}'s assets, rerun them, drop in more {noun}s")
    print("  make demo VIDEO=match.mp4   your own film; or a replay")
