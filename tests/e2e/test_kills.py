"""Kill -9 of what works on a film, with the real house, sensors and retries: it comes through, and once."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from benchmarks.kills import Chaos, attack
from gametape.base.process import ProcessName
from orchestration.instance import open_instance, prepare

pytestmark = [pytest.mark.daemon, pytest.mark.slow]


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


@pytest.fixture
def chaos(house, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chaos]:
    monkeypatch.setenv("KILLS_RETRY_SECONDS", "10")  # Dagster itself retries within 5
    monkeypatch.setenv("KILLS_TICK_SECONDS", "3")
    prepare()
    chaos = Chaos(house.home, free_port())
    chaos.start()
    yield chaos
    chaos.stop()


def test_a_film_comes_through_a_power_cut_that_dagster_misses_and_is_made_once(chaos: Chaos):
    """The worst of the kills; `python -m benchmarks.kills` has the others."""
    with open_instance() as instance:
        told = attack(chaos, instance, 1, "everything, and Dagster misses the failure", after=2.0)
    assert told["ended"] == "ready" and told["children"] == 1 and len(told["runs"]) == 2, told
    assert told["retry asked for"] and told["seconds"] < 200, told


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_dev_in_the_background_ends_with_all_its_processes(house, how: signal.Signals):
    """Started by a shell with `&`: interrupts are ignored there."""
    command = [sys.executable, "-c", "from orchestration.cli import main; main()", "dev", "--port", str(free_port())]
    log = house.home / "dev.log"
    with log.open("wb") as out:
        dev = subprocess.Popen(
            command, stdout=out, stderr=out, env=os.environ, start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        )  # fmt: skip
    try:
        chaos = Chaos(house.home, 0, dev)
        house.wait(lambda: b"Serving dagster-webserver" in log.read_bytes(), 180, "the UI is up")
        names = [ProcessName.of(pid) for pid in chaos.children()]
        assert len(names) >= 4, "code server and the process behind it, daemon, web server"
        dev.send_signal(how)
        assert dev.wait(timeout=60) == (0 if how == signal.SIGTERM else -9)
        wait = 5 if how == signal.SIGTERM else 90
        until = time.monotonic() + wait
        while any(name and name.life() == "alive" for name in names):
            assert time.monotonic() < until, [str(name) for name in names if name.life() == "alive"]
            time.sleep(0.2)
    finally:
        dev.kill()
        dev.wait()
