"""What is known of the end of a worker that died without a word: from the kernel's log and from what it printed.

Belongs here: reading both. Does not belong here: which runs are asked about (`resources.run_events`).
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import dagster as dg

from gametape.base.process import ProcessName
from resources import dagster_internals as internals

#: Of what a worker printed, only the end is read.
TAIL_BYTES = 64_000
_MOST_LETTERS = 160
#: What Python's fault handler writes, and the first frame of the thread that it happened in.
_FATAL = re.compile(r"^Fatal Python error: (?P<what>.+)$", re.MULTILINE)
_FRAME = re.compile(r'^  File "(?P<file>[^"]+)", line (?P<line>\d+) in (?P<function>\S+)$', re.MULTILINE)
#: What the C and C++ libraries write before they give up.
_GAVE_UP = re.compile(
    r"^(terminate called .*|.*Assertion .* failed.*|.*what\(\): .*|(?:free|malloc|corrupted|double free).*|"
    r".*(?:CUDA error|out of memory|cannot allocate memory).*)$",
    re.MULTILINE | re.IGNORECASE,
)


def last_words(instance: dg.DagsterInstance, run_id: str, worker: ProcessName | None) -> str:
    """Why the run's worker died, as far as the kernel or the worker itself said so; empty when neither did."""
    kernel = out_of_memory(kernel_log(), worker.pid) if worker and worker.is_here else ""
    return kernel or of_output(internals.tail_of_stderr(instance, run_id, TAIL_BYTES))


def kernel_log() -> Iterator[str]:
    """The kernel's messages, oldest first; none where they may not be read."""
    if sys.platform != "linux":
        return
    try:
        log = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return
    try:
        while True:
            try:
                yield os.read(log, 8192).decode(errors="replace")
            except BrokenPipeError:  # older ones were overwritten meanwhile
                continue
            except OSError:  # that was the last one
                return
    finally:
        os.close(log)


def out_of_memory(messages: Iterable[str], pid: int) -> str:
    """What the kernel said if it killed the process to get memory back; empty when it did not.

    >>> out_of_memory(["Out of memory: Killed process 7 (python) total-vm:9000kB, anon-rss:2097152kB, file-rss:0kB"], 7)
    'the kernel ended it because memory had run out; it held 2.1 GB'
    """
    killed = re.compile(
        rf"(?P<group>Memory cgroup )?[Oo]ut of memory: Killed process {pid} \(.*?anon-rss:(?P<kb>\d+)kB"
    )
    found = [match for message in messages if (match := killed.search(message))]
    if not found:
        return ""
    whose = "its limit of memory was reached" if found[-1]["group"] else "memory had run out"
    return f"the kernel ended it because {whose}; it held {int(found[-1]['kb']) * 1024 / 1e9:.1f} GB"


def of_output(printed: str) -> str:
    r"""What a worker's output says of its end; empty when it says nothing of it.

    >>> of_output("a line\nterminate called after throwing an instance of 'cv::Exception'\n")
    "it printed: terminate called after throwing an instance of 'cv::Exception'"
    """
    if errors := list(_FATAL.finditer(printed)):
        fatal = errors[-1]
        frame = _FRAME.search(printed, fatal.end())
        where = f" in {frame['function']}, {Path(frame['file']).name}:{frame['line']}" if frame else ""
        return f"Python's last word was: {fatal['what'].strip()}{where}"
    gave_up = _GAVE_UP.findall(printed)
    return f"it printed: {gave_up[-1].strip()[:_MOST_LETTERS]}" if gave_up else ""
