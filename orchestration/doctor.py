"""Is this machine ready? What is installed, which device, which models, which stores answer.

Belongs here: checking. Does not belong here: repairing; each finding says how.
"""

import os
import platform
import shutil
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from threading import Thread

from gametape.base import environment
from gametape.base.errors import GametapeError
from gametape.base.settings import Settings, settings
from gametape.base.storage import is_local

PACKAGES = (
    "dagster",
    "dagster-webserver",
    "mediapipe",
    "torch",
    "ultralytics",
    "av",
    "duckdb",
    "pyarrow",
    "s3fs",
)
#: A store that has not answered by then is reported as silent.
PATIENCE_SECONDS = 10


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report. `good` None is worth knowing and nothing to fix."""

    good: bool | None
    subject: str
    message: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Every finding, the cheap ones first."""
    chosen = settings()
    yield Finding(True, "python", f"{platform.python_version()} at {sys.executable}")
    yield from _unknown_settings()
    yield from _packages()
    yield from _opencv()
    yield _device(chosen)
    yield _weights(chosen)
    yield _ball(chosen)
    yield from _stores(chosen)
    yield _dagster()
    yield from _code_server()


def _unknown_settings() -> Iterator[Finding]:
    """A misspelt variable is an error nowhere else."""
    known = {f"GAMETAPE_{name.upper()}" for name in Settings.model_fields}
    for name in sorted(os.environ):
        if name.startswith("GAMETAPE_") and name not in known:
            near = get_close_matches(name, known, n=1)
            yield Finding(None, "settings", f"{name} is no setting", f"Is {near[0]} meant?" if near else "")


def _packages() -> Iterator[Finding]:
    versions = {package: environment.installed(package) for package in PACKAGES}
    missing = [package for package, version in versions.items() if version is None]
    found = ", ".join(f"{package} {version}" for package, version in versions.items() if version)
    yield Finding(True, "packages", found)
    if missing:
        yield Finding(False, "packages", f"missing: {', '.join(missing)}", "make setup")


def _opencv() -> Iterator[Finding]:
    if rivals := environment.opencv_rivals():
        message = f"{', '.join(rivals)} share the cv2 folder with {environment.HEADLESS}"
        yield Finding(False, "opencv", message, f"{sys.executable} -m gametape.base.environment")
    good, error = environment.loads("cv2")
    version = environment.installed(environment.HEADLESS)
    remedy = "" if good else f"{sys.executable} -m gametape.base.environment"
    yield Finding(good, "opencv", f"headless {version} loads" if good else f"cv2 does not load: {error}", remedy)


def _device(chosen: Settings) -> Finding:
    from gametape.base.device import choose_device

    try:
        return Finding(True, "device", str(choose_device(chosen.device)))
    except GametapeError as error:
        return Finding(False, "device", error.reason, error.remedy)


def _weights(chosen: Settings) -> Finding:
    from gametape.pose import default_weights

    try:
        return Finding(True, "pose weights", f"{chosen.pose}: {default_weights(chosen)}")
    except GametapeError as error:
        return Finding(False, "pose weights", error.reason, error.remedy)


def _ball(chosen: Settings) -> Finding:
    from gametape.ball.sources import source_for

    try:
        source = source_for(chosen.model_copy(update={"device": "cpu"}))  # the device has a line of its own
        return Finding(True, "ball", f"{source.name} {source.version}")
    except GametapeError as error:
        return Finding(False, "ball", error.reason, error.remedy)


def _stores(chosen: Settings) -> Iterator[Finding]:
    yield from _answers(
        {
            "uploads": partial(_writable, "uploads", chosen.uploads_uri, "GAMETAPE_UPLOADS"),
            "lake": partial(_writable, "lake", chosen.lake_uri, "GAMETAPE_LAKE"),
            "warehouse": partial(_warehouse, chosen),
        }
    )
    if is_local(chosen.lake_uri):
        free = shutil.disk_usage(chosen.home if chosen.home.exists() else chosen.home.parent).free
        enough = free > 2e9
        remedy = "" if enough else "Free some space, or set GAMETAPE_LAKE to another disk or bucket"
        yield Finding(enough, "disk", f"{free / 1e9:.1f} GB free", remedy)


def _answers(questions: Mapping[str, Callable[[], Finding]]) -> Iterator[Finding]:
    """The answers in order, all within PATIENCE_SECONDS: a client tries a silent store for minutes."""
    answers: dict[str, Finding] = {}

    def answer(subject: str, ask: Callable[[], Finding]) -> None:
        answers[subject] = ask()

    # Daemon threads: one that still waits does not keep the process alive.
    threads = {item[0]: Thread(target=answer, args=item, daemon=True) for item in questions.items()}
    for thread in threads.values():
        thread.start()
    until = time.monotonic() + PATIENCE_SECONDS
    for subject, thread in threads.items():
        thread.join(max(0.0, until - time.monotonic()))
        silent = Finding(False, subject, f"no answer in {PATIENCE_SECONDS} s", "Check that its address can be reached")
        yield answers.get(subject, silent)


def _writable(subject: str, uri: str, setting: str) -> Finding:
    """Write, read and remove a small file, as the assets will do."""
    from gametape.base.storage import filesystem as open_filesystem

    try:
        started = time.perf_counter()
        filesystem, root = open_filesystem(uri)
        if is_local(uri):  # in a bucket there is nothing to make; s3fs would make the bucket
            filesystem.makedirs(root, exist_ok=True)
        probe = f"{root}/.doctor-{uuid.uuid4().hex}"
        filesystem.pipe_file(probe, b"gametape")
        whole = filesystem.cat_file(probe) == b"gametape"
        filesystem.rm_file(probe)
        return Finding(whole, subject, f"{uri} can be written ({(time.perf_counter() - started) * 1e3:.0f} ms)")
    except Exception as error:  # whatever the store answers, the operator should read it
        reason = (str(error) or type(error).__name__).splitlines()[0]
        return Finding(False, subject, f"{uri}: {reason}", f"Check {setting} and its credentials")


def _warehouse(chosen: Settings) -> Finding:
    from gametape.lake.warehouse import Warehouse

    try:
        warehouse = Warehouse(chosen.warehouse)
        warehouse.read("select 1")
        return Finding(True, "warehouse", warehouse.shown_url)
    except GametapeError as error:
        return Finding(False, "warehouse", f"{error.subject}: {error.reason}", error.remedy)


def _code_server() -> Iterator[Finding]:
    """Of the house that runs here: without its code server no sensor looks and no run begins."""
    from orchestration import services

    socket = services.code_server_of_home()
    if socket is None:
        return
    if services.code_server_answers(socket):
        yield Finding(True, "code server", "answers")
    else:
        remedy = "Wait a minute, gametape dev starts it again; if it stays silent stop gametape dev and start it anew"
        yield Finding(False, "code server", "does not answer: no sensor looks and no run begins", remedy)


def _dagster() -> Finding:
    from orchestration.instance import daemon_is_alive, open_instance

    try:
        with open_instance() as instance:
            alive = daemon_is_alive(instance)
            kind = "Postgres" if settings().postgres_url else "SQLite"
            message = f"records in {kind}, instance {instance.root_directory}"
    except GametapeError as error:
        return Finding(False, "dagster", f"{error.subject}: {error.reason}", error.remedy)
    except Exception as error:  # a broken instance fails in many ways
        reason = (str(error) or type(error).__name__).splitlines()[0]
        return Finding(False, "dagster", reason, "Check DAGSTER_HOME and its dagster.yaml")
    if alive:
        return Finding(True, "dagster", f"{message}; the daemon is running")
    return Finding(None, "dagster", f"{message}; no daemon is running", "make dev")
