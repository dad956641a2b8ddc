"""The demo: one film or replay from upload to report, with its progress printed.

Belongs here: the order of the steps and what is printed. Every step is the product's own: the upload store,
the sensor, the daemon, the assets.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from gametape.base.errors import BadInput, Unavailable
from gametape.base.settings import settings
from gametape.base.versions import code_version
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
#: A run that failed is to be retried, or not, by then.
FAILED_SECONDS = 8.0


def run_demo(video: Path | None) -> int:
    """Process `video` (the sample film when None) and print where its report is. Returns the exit status."""
    if video is not None and not video.is_file():
        raise BadInput(str(video), "is not a file", "Give the path of a film or a replay: make demo VIDEO=path")
    # Read by the daemon that is started here: the demo should not wait as long as a busy server.
    os.environ.setdefault("GAMETAPE_SETTLE_SECONDS", "1")
    os.environ.setdefault("GAMETAPE_SENSOR_SECONDS", "2")
    settings.cache_clear()
    prepare()
    film, sidecar = (video, None) if video else _sample_film()
    kind = kind_for(film.name) or FILMS
    partitions, uploads = SETS[kind.name], uploads_from_settings().store(kind)
    if video and kind.sidecar:
        sidecar = sidecar_beside(video)
    upload = uploads.put(film, sidecar=sidecar)
    if video and sidecar:
        print(f"with its sidecar {sidecar.name}", flush=True)
    started = time.monotonic()
    with open_instance() as instance:
        key = key_of(instance, uploads, upload)
        print(f"uploaded {upload.label}, the {kind.noun} {key}", flush=True)
        with _daemon(instance):
            _make_again(instance, partitions, key)
            state = _watch(instance, key)
    if state.state not in ("ready", "stale"):  # stale: a daemon of other code made it
        print(f"\n{key} {state.state}: {state.message}\nTry: .venv/bin/gametape status {key}", file=sys.stderr)
        return 1
    _print_results(partitions, key, time.monotonic() - started)
    return 0


def _sample_film() -> tuple[Path, Path]:
    """The rendered rally and its sidecar; rendered once for each version of the code that does it."""
    from gametape.sample import render

    folder = settings().home / "sample" / code_version(render)
    film, sidecar = folder / "rally.mp4", folder / "rally.yaml"
    if not film.exists():
        print("rendering the sample film (about half a minute)", flush=True)
        shutil.rmtree(folder.parent, ignore_errors=True)
        made = render(folder)
        film, sidecar = made.film, made.sidecar
    return film, sidecar


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
    print("\nnext:")
    noun = partitions.noun
    print(f"  make dev                    the Dagster UI: see the {noun}'s assets, rerun them, drop in more {noun}s")
    print("  make demo VIDEO=match.mp4   your own film; or a replay")
