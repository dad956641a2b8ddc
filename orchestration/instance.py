"""The Dagster instance: where it lives and how it is prepared.

Belongs here: DAGSTER_HOME, the pool's limit, the workspace. Does not belong here: what runs on it.
"""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

from gametape.base.errors import BadInput, Unavailable
from gametape.base.settings import settings, unfit_for_databases
from gametape.base.storage import is_local, local_path
from orchestration.storage import require_records
from resources import dagster_internals as internals
from resources.device import GPU_POOL

if TYPE_CHECKING:
    from resources.dagster_internals import Workspace

PROJECT = Path(__file__).resolve().parents[1]
WORKSPACE = PROJECT / "workspace.yaml"
#: The instance's configuration, by the setting `executor`.
DAGSTER_YAML = {"local": "dagster.yaml", "ray": "deploy/ray/dagster.yaml", "k8s": "deploy/k8s/dagster.yaml"}
#: Name of the code location in the workspace file.
LOCATION = "gametape"
#: A daemon without a heartbeat for so long is taken for dead; it has one every 30 s.
ALIVE_SECONDS = 75.0


def dagster_home() -> Path:
    """The instance's folder: DAGSTER_HOME where it is set, else the one in gametape's home."""
    home = Path(os.environ.get("DAGSTER_HOME") or settings().dagster_home).resolve()
    if reason := unfit_for_databases(home):
        raise BadInput(f"DAGSTER_HOME={home}", reason, "Set it to another folder")
    return home


def prepare() -> Path:
    """Prepare the instance: folders, dagster.yaml, the limit of the pool `gpu`. Doing it again changes nothing."""
    home = dagster_home()
    _make_folder(home, "DAGSTER_HOME" if os.environ.get("DAGSTER_HOME") else "GAMETAPE_HOME")
    if is_local(settings().uploads_uri):
        _make_folder(local_path(settings().uploads_uri), "GAMETAPE_UPLOADS")
    _link_dagster_yaml(home)
    os.environ["DAGSTER_HOME"] = str(home)
    require_records()
    with dg.DagsterInstance.get() as instance:
        # A default limit alone does not hold the very first burst of runs: the pool exists only after first use.
        internals.set_pool_limit(instance, GPU_POOL, settings().gpu_limit)
    return home


@contextmanager
def open_instance() -> Iterator[dg.DagsterInstance]:
    """The instance, prepared on first use.

    Raises:
        Unavailable: Its records are in Postgres, and it does not answer.
    """
    require_records()
    home = dagster_home()
    if not (home / "dagster.yaml").exists():
        prepare()
        print(f"gametape: this is a new home: {home.parent}", file=sys.stderr)  # a mistyped one should be noticed
    os.environ["DAGSTER_HOME"] = str(home)
    with dg.DagsterInstance.get() as instance:
        yield instance


@contextmanager
def open_workspace() -> "Iterator[Workspace]":
    """The instance and the loaded code location, as the web server sees them. Takes some seconds."""
    with open_instance() as instance, internals.open_workspace(instance, WORKSPACE) as workspace:
        yield workspace


def _make_folder(folder: Path, setting: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        remedy = f"Set {setting} to a folder that you may write"
        raise Unavailable(str(folder), f"cannot be made ({error.strerror})", remedy) from error


def daemon_is_alive(instance: dg.DagsterInstance) -> bool:
    """Has a daemon had a heartbeat just now? Dagster itself tolerates half an hour without one."""
    return time.time() - last_heartbeat(instance) < ALIVE_SECONDS


def last_heartbeat(instance: dg.DagsterInstance) -> float:
    """Of any daemon, as a Unix time; 0 when there was none."""
    return max((beat.timestamp for beat in instance.get_daemon_heartbeats().values()), default=0.0)


def _link_dagster_yaml(home: Path) -> None:
    source, target = PROJECT / DAGSTER_YAML[settings().executor], home / "dagster.yaml"
    if not source.exists():
        raise Unavailable(
            str(source),
            "is missing",
            "Run gametape from its checkout, installed with `make setup` (pip install -e .)",
        )
    if target.exists() and target.read_bytes() == source.read_bytes():
        return
    if target.is_symlink():
        target.unlink()
    elif target.exists():
        return  # the operator's own
    try:
        target.symlink_to(source)
    except OSError:
        shutil.copyfile(source, target)
