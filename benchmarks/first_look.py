"""`python -m benchmarks.first_look FILM [--minutes 10]`: from a film's drop to the first report, by stage.

A real house (`gametape dev`) with its defaults but `analysis: quick` runs on a home of its own. The film, looped to the
length, is copied beside the uploads and renamed into them, as a sync program does it. Settling is the time for which an
upload must stand still (`GAMETAPE_SETTLE_SECONDS`), which is told apart. With more films they are dropped one after the
other; beside the second one's first look runs the full analysis of the first. Prints a JSON object per film. A
film that has no report after an hour, or whose run fails, ends it with the last lines of the house's log.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.films import looped
from benchmarks.measure import machine, show

if TYPE_CHECKING:
    import dagster as dg

PROJECT = Path(__file__).resolve().parents[1]
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
#: Steps that are told by name; the others are told together.
STEPS_TOLD = 10
LONGEST_S = 3600.0
"""A film that is set aside or refused starts no run: it is waited for at most so long."""
LOG_LINES = 60
"""Lines of the house's log that are shown of a film without a report: the log goes with its home."""


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_look", description=__doc__)
    parser.add_argument("film", type=Path)
    parser.add_argument("--minutes", type=float, default=10.0, help="length to which the film is looped")
    parser.add_argument("--films", type=int, default=1, help="so many, one after the other")
    parser.add_argument("--full", action="store_true", help="full analyses instead of first looks")
    arguments = parser.parse_args()
    show("machine", {"machine": machine(), "load": os.getloadavg()[0]})
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        film = looped(arguments.film, arguments.minutes * 60, home)
        analysis = "full" if arguments.full else "quick"
        os.environ |= {
            "GAMETAPE_HOME": str(home), "DAGSTER_HOME": str(home / "dagster"), "GAMETAPE_ANALYSIS": analysis,
        }  # fmt: skip
        from gametape.base.settings import settings

        settings.cache_clear()
        from orchestration.instance import daemon_is_alive, open_instance, prepare

        prepare()
        log = (home / "house.log").open("wb")
        command = [
            sys.executable,
            "-c",
            "from orchestration.cli import main; main()",
            "dev",
            "--port",
            str(_free_port()),
        ]
        house = subprocess.Popen(command, cwd=PROJECT, stdout=log, stderr=log, start_new_session=True)
        try:
            with open_instance() as instance:
                begins = time.time()
                while not daemon_is_alive(instance):
                    if house.poll() is not None or time.time() - begins > LONGEST_S:
                        raise RuntimeError("the house does not run")
                    time.sleep(0.5)
                time.sleep(5)  # a house that runs
                for number in range(arguments.films):
                    show(
                        "first look" if not arguments.full else "full analysis",
                        _one(instance, film, home, number, house.pid),
                    )
        except (RuntimeError, TimeoutError):
            print(
                *(home / "house.log").read_text(errors="replace").splitlines()[-LOG_LINES:], sep="\n", file=sys.stderr
            )
            raise
        finally:
            house.send_signal(signal.SIGINT)
            house.wait(timeout=120)


def _one(instance: dg.DagsterInstance, film: Path, home: Path, number: int, house: int) -> dict:
    """Drop the film and follow it to its report."""
    from dagster import DagsterRunStatus

    from gametape.base.settings import settings

    partial = home / f"film-{number}.part"
    partial.write_bytes(film.read_bytes() + f"copy {number}".encode())
    before = _cpu_of_tree(house)
    dropped = time.time()
    partial.rename(home / "uploads" / f"film-{number}.mp4")
    run_id, cpu, peak, watched = None, 0.0, 0.0, {}
    while True:
        if time.time() - dropped > LONGEST_S:
            raise TimeoutError(f"{film.name} has no report after {LONGEST_S:.0f} s")
        time.sleep(0.1)
        found = [r for r in instance.get_run_records(limit=5) if r.create_timestamp.timestamp() > dropped]
        if not found:
            continue
        record = found[-1]
        run_id = record.dagster_run.run_id
        if worker := _worker(record.dagster_run):
            cpu, peak = max(cpu, _cpu(worker)), max(peak, _peak_mb(worker))
        watched = _cpu_of_tree(house) or watched
        if record.dagster_run.is_finished:
            break
    if record.dagster_run.status is not DagsterRunStatus.SUCCESS:
        raise RuntimeError(f"run {run_id} ended as {record.dagster_run.status.value}")
    steps = {step.step_key: step.end_time - step.start_time for step in instance.get_run_step_stats(run_id)}
    longest = sorted(steps, key=steps.__getitem__, reverse=True)[:STEPS_TOLD]
    requested, settle = record.create_timestamp.timestamp(), settings().settle_seconds
    return {
        "film": film.name,
        "load": os.getloadavg()[0],
        "drop_to_report_s": round(record.end_time - dropped, 1),
        "of_it_settling_s": settle,
        "drop_to_request_less_settling_s": round(requested - dropped - settle, 1),
        "request_to_start_s": round(record.start_time - requested, 1),
        "run_s": round(record.end_time - record.start_time, 1),
        "worker_cpu_s": round(cpu, 1),
        "worker_peak_mb": round(peak),
        "house_cpu_s": round(sum(watched.values()) - sum(before.values()), 1),
        "steps_s": {name: round(steps.pop(name), 1) for name in longest},
        "other_steps_s": round(sum(steps.values()), 1),
    }


def _worker(run: dg.DagsterRun) -> int | None:
    """Process id of the run's worker, once it has said who it is."""
    from resources.workers import worker_of

    name = worker_of(run)
    return name.pid if name else None


def _free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name; empty for a process that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _cpu(pid: int) -> float:
    fields = _stat(pid)
    return sum(map(int, fields[11:13])) / TICKS_A_SECOND if fields else 0.0


def _cpu_of_tree(root: int) -> dict[int, float]:
    """CPU seconds of the house's processes that live, with what their ended children used."""
    parents = {
        int(p.name): fields for p in Path("/proc").iterdir() if p.name.isdigit() and (fields := _stat(int(p.name)))
    }
    mine, grew = {root}, True
    while grew:
        more = {pid for pid, fields in parents.items() if int(fields[1]) in mine} - mine
        mine, grew = mine | more, bool(more)
    return {pid: sum(map(int, parents[pid][11:15])) / TICKS_A_SECOND for pid in mine if pid in parents}


def _peak_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


if __name__ == "__main__":
    main()
