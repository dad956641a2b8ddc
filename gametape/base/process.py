"""Which process is it: a name for a process that no other one will ever have, and signals to that one alone.

Belongs here: naming, looking, signalling. Does not belong here: deciding who should end.

A process id alone is not enough: it is used again, after a restart of the host at once.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

#: Dead is certain. Unknown is one of another host, or of a container whose processes are not seen from here.
Life = Literal["alive", "dead", "unknown"]


@dataclass(frozen=True)
class ProcessName:
    """A process for all time.

    Attributes:
        pid: Its id.
        start: When it started, in the clock of the kernel; only ever compared with itself.
        boot: The start of the host that it belongs to.
        space: Its namespace of process ids: a container has its own.
        host: Its host's name.
    """

    pid: int
    start: str
    boot: str
    space: str
    host: str

    @classmethod
    def of(cls, pid: int) -> ProcessName | None:
        """The process that has this id now; None when there is none."""
        start = _start_of(pid)
        return cls(pid, start, _boot(), _space(), socket.gethostname()) if start else None

    @classmethod
    def own(cls) -> ProcessName:
        """This process."""
        found = cls.of(os.getpid())
        assert found, "this process runs"
        return found

    @classmethod
    def parse(cls, text: str) -> ProcessName | None:
        """What `str` made; None for anything else."""
        parts = text.split("/")
        if len(parts) != 5 or not parts[0].isdigit():
            return None
        return cls(int(parts[0]), *parts[1:])

    def __str__(self) -> str:
        return "/".join((str(self.pid), self.start, self.boot, self.space, self.host))

    @property
    def is_here(self) -> bool:
        """Would it be seen from here, if it lived?"""
        return (self.host, self.boot, self.space) == (socket.gethostname(), _boot(), _space())

    def life(self) -> Life:
        """Does it live? One of this host from before its last start, or of this container's, does not."""
        if self.is_here:
            return "alive" if _start_of(self.pid) == self.start else "dead"
        return "dead" if self.host == socket.gethostname() else "unknown"

    def signal(self, number: signal.Signals) -> bool:
        """Send it a signal; False when it does not live here. Never reaches another process that has its id now."""
        if not self.is_here:
            return False
        if not hasattr(os, "pidfd_open"):  # not Linux: looked at just before
            if self.life() != "alive":
                return False
            return _quietly(lambda: os.kill(self.pid, number))
        try:
            handle = os.pidfd_open(self.pid)
        except OSError:
            return False
        try:  # the handle is of one process, whatever becomes of its id from now on
            return self.life() == "alive" and _quietly(lambda: signal.pidfd_send_signal(handle, number))
        finally:
            os.close(handle)

    def has_ended(self, within: float) -> bool:
        """Wait so many seconds at most for its end."""
        until = time.monotonic() + within
        while self.life() == "alive":
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True


def _quietly(send: Callable[[], object]) -> bool:
    try:
        send()
    except OSError:
        return False
    return True


def _start_of(pid: int) -> str:
    """When the process with this id started; empty when there is none, or only its exit status is left."""
    if sys.platform == "linux":
        try:
            # After the name, which may hold anything: state, parent, …; the start is field 22 of all.
            fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if fields[0] in ("Z", "X") else fields[19]
    answer = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, start = answer.stdout.strip().partition(" ")
    return "" if answer.returncode or state.startswith("Z") else start.strip().replace(" ", "-")


@cache
def _boot() -> str:
    if sys.platform == "linux":
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    answer = subprocess.run(["sysctl", "-n", "kern.bootsessionuuid"], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or "-"


@cache
def _space() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    except OSError:
        return "-"
