"""Runs' workers are forked from a process that has the code loaded already.

Belongs here: which modules are loaded, when, and how Dagster's code server comes to fork. Does not belong here: what a
worker does.

Dagster's code server starts a new interpreter for each run, which imports for seconds before it begins. Python's own
fork server (`multiprocessing.forkserver`) imports once. It runs nothing, opens nothing, and ends with the code server
and its runs. If it is killed, its workers work on, and the code server calls them dead: see `workers.end_those_before`.
"""

from __future__ import annotations

import multiprocessing
import sys
from functools import cache
from typing import Any

from gametape.base.settings import settings

#: What a run of a film imports, as far as it touches no device when it is imported. The threads that start with it, of
#: OpenBLAS and of Arrow's memory, prepare for a fork. pandas is loaded by pyarrow, at the first list that it is given,
#: matplotlib by MediaPipe.
MODULES = (
    "dagster._cli",
    "orchestration.definitions",
    "av",
    "cv2",
    "duckdb",
    "matplotlib.pyplot",
    "pandas",
    "pyarrow.compute",
    "pyarrow.parquet",
    "reportlab.platypus",
    "scipy.ndimage",
    "scipy.optimize",
    "scipy.signal",
    "supervision",
    "trackers",
    "gametape.ball",
    "gametape.ball.network",
    "gametape.clips.make",
    "gametape.coaching",
    "gametape.court.search",
    "gametape.media.ingest",
    "gametape.play",
    "gametape.pose",
    "gametape.report",
    "gametape.strokes",
)


def is_code_server() -> bool:
    """Is this the process of Dagster's code server that starts runs, and not a worker, which has the same arguments?"""
    return multiprocessing.parent_process() is None and sys.argv[1:3] == ["api", "grpc"]


def forks() -> bool:
    """Are workers forked here? A cluster starts its own, and what macOS links against does not bear a fork."""
    return sys.platform == "linux" and is_code_server() and settings().executor == "local"


def fork_workers() -> None:
    """Have the code server, if this is it, fork the workers of runs."""
    if not forks():
        return
    multiprocessing.set_forkserver_preload(list(MODULES))
    spawns: Any = multiprocessing.get_context("spawn")  # the object that Dagster's code server has
    spawns.Process = multiprocessing.get_context("forkserver").Process


@cache
def warm_up() -> None:
    """Load the modules now, in the background, if this is the code server: a run is about to be asked for."""
    if forks():
        from multiprocessing.forkserver import ensure_running

        ensure_running()
