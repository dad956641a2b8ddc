"""The processes of a house: code server, daemon and web server, kept running, and ended with everything they started.

Belongs here: one house on a home, its processes, their start, restart and end. Does not belong here: what they do.

Not by `dagster dev`: a code server that dies inside it stays away, it cannot be stopped when a shell started it in the
background, and killed it leaves its daemon behind, which works on beside the next one.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from gametape.base.errors import Unavailable
from gametape.base.process import ProcessName
from orchestration.instance import LOCATION, dagster_home
from resources.dagster_internals import code_server_answers

LOCK = "house.lock"
#: The file in which a house notes the socket of its code server.
CODE_SERVER = "code-server.txt"
#: Processes that were asked to end are ended after this.
END_SECONDS = 20.0
#: The daemon of a house that was killed needs a moment to end.
WAIT_FOR_HOME_SECONDS = 15.0
#: One that ends before it has run so long did not start; after so many times in a row the house gives up.
START_SECONDS, MOST_STARTS = 20.0, 5
#: The code server is asked so often whether it answers; after so many answers that did not come it is started anew.
ASK_SECONDS, MOST_SILENT = 5.0, 3
#: A code server has loaded its code by then, on a busy machine too.
LOAD_SECONDS = 300.0

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


# ---- one house on a home ----


@contextmanager
def own_the_home(who: str, *, patience: float = WAIT_FOR_HOME_SECONDS) -> Iterator[IO[str]]:
    """Be the only house on this home for as long as the block runs, or a process that was given the file.

    Args:
        who: What runs, for others to be told.
        patience: Seconds to wait for one that is about to end.

    Raises:
        Unavailable: There is one already; it is named.
    """
    path = dagster_home() / LOCK
    with path.open("a+", encoding="utf-8") as lock:
        until = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                holder, name = _holder(lock)
                lives = name is None or name.life() != "dead"
                if lives or time.monotonic() > until:
                    left = "" if lives else " has ended, its daemon has not yet"
                    remedy = "Stop it first, or set GAMETAPE_HOME to another folder"
                    raise Unavailable(str(dagster_home()), f"is in use by {holder}{left}", remedy) from None
                time.sleep(0.2)
        lock.seek(0)
        lock.truncate()
        lock.write(f"{ProcessName.own()}\n{who}, process {os.getpid()}, since {time.strftime('%Y-%m-%d %H:%M')}\n")
        lock.flush()
        yield lock


def holder_of_home() -> str | None:
    """Who runs on this home, in words; None when nobody does."""
    path = dagster_home() / LOCK
    if not path.exists():
        return None
    with path.open("r", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _holder(lock)[0]
    return None


def _holder(lock: IO[str]) -> tuple[str, ProcessName | None]:
    lock.seek(0)
    name, _, words = lock.read().strip().partition("\n")
    return words or "another process", ProcessName.parse(name)


# ---- a process ----


@dataclass
class Service:
    """A process and all that it starts, in a group of its own. It is asked to end when its parent dies.

    Attributes:
        name: What it is called.
        command: What is run.
        out: Where its output goes; ours when None.
        keeps: A file that stays open in it: the home's lock.
    """

    name: str
    command: Sequence[str]
    out: IO[bytes] | None = None
    keeps: IO[str] | None = None
    process: subprocess.Popen | None = None
    started: float = 0.0
    failed_starts: int = 0

    def start(self) -> None:
        """Start it."""
        parent = os.getpid()

        def as_a_child() -> None:
            # A shell may have started us with these ignored; it would inherit that and never stop.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
            if _libc:
                _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
                if os.getppid() != parent:
                    os._exit(1)

        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, "DAGSTER_HOME": str(dagster_home())},
            stdin=subprocess.DEVNULL,
            stdout=self.out,
            stderr=subprocess.STDOUT if self.out else None,
            start_new_session=True,
            pass_fds=[self.keeps.fileno()] if self.keeps else [],
            preexec_fn=as_a_child,
        )

    @property
    def has_ended(self) -> bool:
        """Has it ended by itself?"""
        return self.process is not None and self.process.poll() is not None

    def kill(self) -> None:
        """End the process alone, now: runs that it started go on."""
        if self.process:
            self.process.kill()
            self.process.wait()

    def signal(self, number: int) -> bool:
        """Send it and all that it started a signal; False when none of them is left."""
        if not self.process:
            return False
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):  # macOS has the second for a group of the dead
            return False
        return True


def end(services: Sequence[Service], *, patience: float = END_SECONDS) -> None:
    """End processes and all that they started: asked, waited for, then ended."""
    for service in services:
        service.signal(signal.SIGTERM)
    until = time.monotonic() + patience
    while time.monotonic() < until and any(_lives(service) for service in services):
        time.sleep(0.1)
    for service in services:
        service.signal(signal.SIGKILL)
        if service.process:
            service.process.wait()


def _lives(service: Service) -> bool:
    if service.process:
        service.process.poll()  # a dead leader that nobody has asked about counts as one of its group
    return service.signal(0)


def code_server_of_home() -> str | None:
    """The socket of the code server of the house on this home; None where there is no house, or it is just starting."""
    noted = dagster_home() / CODE_SERVER
    try:
        return noted.read_text().strip() if holder_of_home() else None
    except FileNotFoundError:
        return None


# ---- the house ----


@dataclass
class House:
    """The processes of `gametape dev`.

    Attributes:
        host, port: Where the UI listens.
        tell: Called with what happens, in words.
        module: The code location's.
        read_only: The UI shows, and changes nothing.
    """

    host: str
    port: int
    tell: Callable[[str], None] = print
    module: str = "orchestration.definitions"
    read_only: bool = False
    services: list[Service] = field(default_factory=list)
    _stop: bool = False

    def run(self, greeting: str = "") -> int:
        """Keep everything running until a signal to stop comes. Returns the exit status.

        `greeting` is told first.

        Raises:
            Unavailable: The port is taken, or another house is on this home.
        """
        _require_port(self.host, self.port)
        # Even where a shell started us in the background with these ignored.
        before = {number: signal.signal(number, self._on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup means it
            before[signal.SIGHUP] = signal.signal(signal.SIGHUP, self._on_signal)
        try:
            with own_the_home("gametape dev") as lock, tempfile.TemporaryDirectory(prefix="gametape-") as folder:
                line = Path(folder) / "code"
                workspace = Path(folder) / "workspace.yaml"
                workspace.write_text(
                    f"load_from: [{{grpc_server: {{socket: '{line}', host: localhost, location_name: {LOCATION}}}}}]\n"
                )
                noted = dagster_home() / CODE_SERVER
                noted.write_text(str(line))
                code, *others = self._declare(str(line), str(workspace), lock)
                self.tell(f"{greeting}; the UI will be at {ui_address(self.host, self.port)}; Ctrl-C stops everything")
                try:
                    return self._supervise(code, others, str(line))
                finally:
                    self.tell("stopping")
                    end(self.services[::-1])
                    noted.unlink(missing_ok=True)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _declare(self, line: str, workspace: str, lock: IO[str]) -> list[Service]:
        python = [sys.executable, "-m"]
        code = ["dagster", "code-server", "start", "--socket", line, "--module-name", self.module]
        code += ["--use-python-environment-entry-point"]  # what a cluster starts needs no PATH
        ui = ["orchestration.webserver", workspace, self.host, str(self.port), *["--read-only"] * self.read_only]
        return [
            Service("code server", [*python, *code, "--log-level", "warning", "--location-name", LOCATION]),
            Service("daemon", [*python, "dagster._daemon", "run", "-w", workspace], keeps=lock),
            Service("web server", [*python, *ui]),
        ]

    def _supervise(self, code: Service, others: Sequence[Service], line: str) -> int:
        self._begin(code)
        while not code_server_answers(line):
            if self._stop:
                return 0
            if code.has_ended and not self._again(code):
                return 1
            time.sleep(0.3)
        for service in others:
            self._begin(service)
        asked, silent, has_answered = time.monotonic(), 0, True
        while not self._stop:
            time.sleep(0.3)
            for service in self.services:
                if service.has_ended and not self._stop:
                    if not self._again(service):
                        return 1
                    has_answered = has_answered and service is not code
            if time.monotonic() - asked > ASK_SECONDS:
                answers = code_server_answers(line)
                has_answered = has_answered or answers
                silent = 0 if answers or not has_answered else silent + 1
                asked = time.monotonic()
                # One that has only begun to load its code gets more time.
                is_late = not has_answered and asked - code.started > LOAD_SECONDS
                if (silent == MOST_SILENT or is_late) and not self._stop:
                    self.tell("the code server does not answer")
                    code.kill()
                    silent = 0
        return 0

    def _begin(self, service: Service) -> None:
        service.start()
        if service not in self.services:
            self.services.append(service)

    def _again(self, service: Service) -> bool:
        """Start a process again that ended by itself; False when it is no use."""
        assert service.process
        ran = time.monotonic() - service.started
        service.failed_starts = service.failed_starts + 1 if ran < START_SECONDS else 0
        how = f"the {service.name} ended with status {service.process.returncode}"
        if service.failed_starts == MOST_STARTS:
            self.tell(f"{how}, {MOST_STARTS} times in a row")
            return False
        self.tell(f"{how}: it is started again")
        until = time.monotonic() + service.failed_starts
        while time.monotonic() < until and not self._stop:
            time.sleep(0.1)
        if not self._stop:
            service.start()
        return True

    def _on_signal(self, *_: object) -> None:
        self._stop = True


def ui_address(host: str, port: int) -> str:
    """Where people on this machine, or by this name, find a UI that listens there."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}"


def _require_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind((host, port))
        except OSError as error:
            remedy = "Choose another with --port, or stop what listens there"
            raise Unavailable(f"{host}:{port}", f"cannot be listened on ({error.strerror})", remedy) from error


@contextmanager
def a_daemon(workspace: Path, log: Path) -> Iterator[None]:
    """A daemon of our own for as long as the block runs.

    Raises:
        Unavailable: Another house is on this home.
    """
    with own_the_home("gametape demo") as lock, log.open("wb") as out:
        command = [sys.executable, "-m", "dagster._daemon", "run", "-w", str(workspace)]
        daemon = Service("daemon", command, out=out, keeps=lock)
        daemon.start()
        try:
            yield
        finally:
            end([daemon])
