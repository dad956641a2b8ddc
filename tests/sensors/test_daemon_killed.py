"""The real daemon, killed again and again while films arrive: each film gets one run, no more and no less."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from tests.film_house import film_bytes

pytestmark = [pytest.mark.daemon, pytest.mark.slow]

FILMS = 24
# No run ever starts: this is about asking for them.
INSTANCE = """
telemetry: {enabled: false}
concurrency: {runs: {max_concurrent_runs: 0}}
"""


@pytest.fixture
def daemon(tmp_path: Path):
    """Starts a daemon with the real code location on an instance in tmp_path, and kills what is left of it."""
    (tmp_path / "dagster").mkdir()
    (tmp_path / "dagster" / "dagster.yaml").write_text(INSTANCE)
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(tmp_path / "dagster"),
        "GAMETAPE_HOME": str(tmp_path),
        "GAMETAPE_SENSOR_SECONDS": "1",
        "GAMETAPE_SETTLE_SECONDS": "0",
        "GAMETAPE_REQUESTS_PER_TICK": "10",
    }
    command = [str(Path(sys.executable).with_name("dagster-daemon")), "run", "-m", "orchestration.definitions"]
    running: list[subprocess.Popen] = []

    def kill() -> None:
        while running:
            process = running.pop()
            os.killpg(process.pid, signal.SIGKILL)  # the daemon and its code server
            process.wait()

    def restart() -> None:
        kill()
        with (tmp_path / "daemon.log").open("ab") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        running.append(process)

    yield restart
    kill()


def wait_for(what: Callable[[], bool], seconds: float = 240) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "the daemon did not get there"
        time.sleep(0.1)


def test_a_daemon_killed_at_any_point_neither_drops_a_film_nor_asks_twice(daemon: Callable[[], None], tmp_path: Path):
    (tmp_path / "uploads").mkdir()
    for number in range(FILMS):
        (tmp_path / "uploads" / f"film {number}.mp4").write_bytes(film_bytes(str(number)))
    with dg.DagsterInstance.from_config(str(tmp_path / "dagster")) as instance:
        daemon()
        wait_for(lambda: len(instance.get_dynamic_partitions("videos")) > 0)
        daemon()  # partitions stored, runs perhaps not
        wait_for(lambda: instance.get_runs_count() >= 4)
        daemon()  # in the middle of submitting
        wait_for(lambda: instance.get_runs_count() >= FILMS)
        time.sleep(5)  # some more looks
        runs = Counter(run.tags["dagster/partition"] for run in instance.get_runs())
        assert len(runs) == FILMS and set(runs.values()) == {1}
        assert sorted(runs) == sorted(instance.get_dynamic_partitions("videos"))
