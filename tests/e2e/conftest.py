"""A house of its own for each test: uploads, lake, warehouse and Dagster's records in a temporary folder."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from gametape.base.settings import settings
from gametape.tables import TABLES
from gametape.tables.core import VIDEO

PROJECT = Path(__file__).resolve().parents[2]
FILM_TABLES = {name: table for name, table in TABLES.items() if table.key == VIDEO}


@dataclass(frozen=True)
class House:
    """Where everything of one test is. Its environment is that of this process too."""

    home: Path

    @property
    def uploads(self) -> Path:
        return self.home / "uploads"

    @contextmanager
    def daemon(self, workspace: Path = PROJECT / "workspace.yaml") -> Iterator[subprocess.Popen]:
        """A real daemon, in a process group of its own; whatever is left of the group is killed at the end."""
        from orchestration.instance import prepare

        prepare()
        command = [str(Path(sys.executable).with_name("dagster-daemon")), "run", "-w", str(workspace)]
        with (self.home / "daemon.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=log, start_new_session=True)
        try:
            yield process
        finally:
            for sign in (signal.SIGINT, signal.SIGKILL):
                try:
                    os.killpg(process.pid, sign)
                    process.wait(timeout=15)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    continue

    def wait(self, ready: Callable[[], object], seconds: float, what: str) -> object:
        """What `ready` gives as soon as it is true; the daemon's log when it never is."""
        deadline = time.monotonic() + seconds
        while (began := time.monotonic()) < deadline:
            if got := ready():
                return got
            time.sleep(max(0.3, 3 * (time.monotonic() - began)))  # asking takes the time that the house needs
        log = self.home / "daemon.log"
        tail = log.read_text(errors="replace")[-4000:] if log.exists() else "no log"
        raise AssertionError(f"{what}: not in {seconds:.0f} s\n{tail}")


@contextmanager
def a_house(home: Path, **more: str) -> Iterator[House]:
    """An empty house at `home`, whose settings are in force; `more` are others of GAMETAPE_…."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GAMETAPE_") and name != "GAMETAPE_MODELS"]:
            patch.delenv(name)
        for name, value in {"HOME": str(home), "SETTLE_SECONDS": "1", "SENSOR_SECONDS": "1", **more}.items():
            patch.setenv(f"GAMETAPE_{name}", value)
        patch.setenv("DAGSTER_HOME", str(home / "dagster"))
        (home / "uploads").mkdir(parents=True)
        settings.cache_clear()
        yield House(home)
    settings.cache_clear()


@pytest.fixture
def house(tmp_path) -> Iterator[House]:
    with a_house(tmp_path / "home") as house:
        yield house


@dataclass(frozen=True)
class Rally:
    """A short sample film, small enough for a test and long enough that a player and a ball are seen."""

    film: Path
    truth: Path
    frames: int


@pytest.fixture(scope="session")
def small_rally(tmp_path_factory) -> Rally:
    from gametape.sample import load_truth, render

    made = render(tmp_path_factory.mktemp("rally"), seconds=3.0, size=(640, 360))
    alone = made.film.parent / "alone" / "rally.mp4"  # without its sidecar: tests give their own
    alone.parent.mkdir()
    made.film.rename(alone)
    return Rally(alone, made.truth, len(load_truth(made.truth).time_s))
