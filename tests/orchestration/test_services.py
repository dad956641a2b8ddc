"""One house on a home; its processes end with it, and with everything that they started."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gametape.base.errors import Unavailable
from gametape.base.process import ProcessName
from orchestration import services
from orchestration.services import House, Service, end, holder_of_home, own_the_home

pytestmark = pytest.mark.processes

#: A process that starts another, which says both ids, and neither of which listens to anything but what cannot be refused.
STUBBORN = """
import os, signal, subprocess, sys, time
if {deaf}: signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(os.getpid(), child.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


def wait_for(what: Callable[[], object], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until
        time.sleep(0.05)


def python(script: str, *, ignoring: bool = False, **more) -> subprocess.Popen:
    """A process; `ignoring` as a shell starts one in the background."""
    ignore = (lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) if ignoring else None
    return subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, preexec_fn=ignore, **more
    )


# ---- the home ----


@pytest.fixture
def holder() -> Iterator[subprocess.Popen]:
    """Another house, which has given the lock to its daemon."""
    script = """
import time
from orchestration.services import Service, own_the_home
import sys
with own_the_home("gametape dev") as lock:
    daemon = Service("daemon", [sys.executable, "-c", "import time; time.sleep(600)"], keeps=lock)
    daemon.start()
    print(daemon.process.pid, flush=True)
    time.sleep(600)
"""
    process = python(script)
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_house_is_refused_and_told_who_is_there(holder: subprocess.Popen):
    holder.stdout.readline()
    with pytest.raises(Unavailable, match=f"in use by gametape dev, process {holder.pid}, since"), own_the_home("demo"):
        pass
    assert f"process {holder.pid}" in holder_of_home()


def test_a_house_that_was_killed_takes_its_daemon_along_and_the_home_is_free(holder: subprocess.Popen):
    daemon = ProcessName.of(int(holder.stdout.readline()))
    holder.kill()
    holder.wait()
    with own_the_home("gametape dev", patience=20):  # waits for the daemon
        assert daemon.life() == "dead"
        assert f"process {os.getpid()}" in holder_of_home()
    assert holder_of_home() is None


def test_a_daemon_that_outlives_its_house_keeps_the_home(holder: subprocess.Popen):
    pid = int(holder.stdout.readline())
    daemon = ProcessName.of(pid)
    daemon.signal(signal.SIGSTOP)  # busy for a while
    # It is asked to end when its house dies; were both still to come, that would come first.
    wait_for(lambda: Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("T"))
    holder.kill()
    holder.wait()
    try:
        with pytest.raises(Unavailable, match="has ended, its daemon has not yet"), own_the_home("demo", patience=0.3):
            pass
    finally:
        daemon.signal(signal.SIGKILL)


# ---- processes ----


@pytest.mark.parametrize("deaf", [False, True])
def test_the_end_of_a_process_is_the_end_of_what_it_started(tmp_path: Path, deaf: bool):
    with (tmp_path / "log").open("wb") as out:
        service = Service("it", [sys.executable, "-c", STUBBORN.format(deaf=deaf)], out=out)
        service.start()
    wait_for(lambda: (tmp_path / "log").read_text().endswith("\n"))
    names = [ProcessName.of(int(pid)) for pid in (tmp_path / "log").read_text().split()]
    assert [name.life() for name in names] == ["alive", "alive"]
    end([service], patience=0.5 if deaf else 20)
    wait_for(lambda: {name.life() for name in names} == {"dead"}, 5)


def test_a_process_hears_what_its_parent_was_told_to_ignore(tmp_path: Path):
    script = """
import sys, time
from orchestration.services import Service, end
service = Service("it", [sys.executable, "-c", "import time; time.sleep(600)"])
service.start()
time.sleep(0.5)
began = time.monotonic()
end([service], patience=60)
print(time.monotonic() - began < 30)
"""
    process = python(script, ignoring=True)
    assert process.communicate(timeout=60)[0] == "True\n"


# ---- the house ----


class Fake(House):
    """A house of processes that do nothing, or fail."""

    scripts: tuple[str, str] = ("import time; time.sleep(600)",) * 2

    def _declare(self, line: str, workspace: str, lock) -> list[Service]:
        return [
            Service(name, [sys.executable, "-c", script])
            for name, script in zip(("code server", "daemon"), self.scripts, strict=True)
        ]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Fake:
    monkeypatch.setattr(services, "code_server_answers", lambda _: True)
    house = Fake("127.0.0.1", 0)
    house.told = []
    house.tell = house.told.append
    return house


def stop_when(house: Fake, ready: Callable[[], object]) -> None:
    """Send this process the signal as soon as `ready`, from a thread: the house runs in the main one."""
    from threading import Thread

    def wait() -> None:
        wait_for(ready)
        os.kill(os.getpid(), signal.SIGTERM)

    Thread(target=wait, daemon=True).start()


def test_a_process_that_dies_is_started_again_and_a_signal_stops_the_house(fake: Fake):
    def after_a_kill() -> bool:
        if len(fake.services) < 2:
            return False
        daemon = fake.services[1]
        if not any("daemon ended" in line for line in fake.told):
            daemon.process.kill()
            return False
        return daemon.process.poll() is None

    stop_when(fake, after_a_kill)
    assert fake.run() == 0
    assert "the daemon ended with status -9: it is started again" in fake.told and fake.told[-1] == "stopping"
    assert all(service.process.poll() is not None for service in fake.services)
    assert holder_of_home() is None


def test_a_code_server_that_does_not_answer_is_started_again(fake: Fake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(services, "ASK_SECONDS", 0.1)
    answers = [True, True]
    monkeypatch.setattr(services, "code_server_answers", lambda _: answers.pop(0) if answers else False)
    stop_when(fake, lambda: any("code server ended" in line for line in fake.told))
    assert fake.run() == 0
    assert "the code server does not answer" in fake.told


def test_what_never_starts_ends_the_house(fake: Fake, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(services, "MOST_STARTS", 2)
    fake.scripts = (fake.scripts[0], "raise SystemExit(3)")
    assert fake.run() == 1
    assert any("the daemon ended with status 3, 2 times in a row" in line for line in fake.told)


def test_a_port_that_is_taken_is_named_before_anything_starts():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Unavailable, match=f"127.0.0.1:{taken.getsockname()[1]}"):
            House("127.0.0.1", taken.getsockname()[1]).run()
    assert holder_of_home() is None


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:31"), ("0.0.0.0", "http://127.0.0.1:31"), ("club-pc", "http://club-pc:31"),
     ("::", "http://[::1]:31"), ("fd00::1", "http://[fd00::1]:31")],
)  # fmt: skip
def test_the_address_of_the_ui_can_be_opened(host: str, address: str):
    assert services.ui_address(host, 31) == address


def test_dev_tells_notices_where_its_ui_is(home: Path, monkeypatch: pytest.MonkeyPatch):
    from orchestration.cli import run

    seen = []
    monkeypatch.setattr("orchestration.instance.prepare", lambda: home)
    monkeypatch.setattr(House, "run", lambda self, greeting: seen.append(os.environ["GAMETAPE_UI_URL"]) or 0)
    monkeypatch.setenv("GAMETAPE_UI_URL", "")  # so that it is taken away in the end
    for given, expected in (
        (None, "http://127.0.0.1:3456"),
        ("https://film.club.example", "https://film.club.example"),
    ):
        monkeypatch.delenv("GAMETAPE_UI_URL")
        if given:
            monkeypatch.setenv("GAMETAPE_UI_URL", given)
        with pytest.raises(SystemExit):
            run.dev(port=3456, host="127.0.0.1")
        assert seen.pop() == expected
