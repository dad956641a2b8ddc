"""Measuring: CPU time of a process with its threads, wall time, peak memory.

Compare CPU times: other load on the machine affects them least. Peak memory is the process's own high-water mark.
"""

import json
import multiprocessing
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Cost of a function in its own process, and what it returned."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    answer: object = None


def machine() -> str:
    """A description of the machine, for the results."""
    model = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def alone(work: Callable[..., object], *arguments: object) -> Cost:
    """Run `work` in a new process. Imports before the call count in the memory, not in the times."""
    context = multiprocessing.get_context("spawn")
    receive, send = context.Pipe(duplex=False)
    process = context.Process(target=_measured, args=(send, work, arguments))
    process.start()
    send.close()
    try:
        return receive.recv()
    except EOFError:
        raise RuntimeError(f"{work.__name__} died with exit status {process.exitcode}") from None
    finally:
        process.join()


def _measured(send, work: Callable[..., object], arguments: tuple) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    answer = work(*arguments)
    send.send(Cost(time.perf_counter() - wall, time.process_time() - cpu, _peak_mb(), answer))


def _peak_mb() -> float:
    """The process's high-water mark; getrusage would include the process that spawned it."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("/proc/self/status names no VmHWM: memory is measured on Linux")


def median(values: list[float]) -> float:
    """The median."""
    return statistics.median(values)


def show(name: str, facts: dict) -> None:
    """Print the facts as a JSON object on one line."""
    print(json.dumps({"benchmark": name, **facts}, default=asdict), flush=True)
