"""Overhead of Dagster: the time from a film's arrival to its finished run, without the work itself."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import median, show

PROJECT = Path(__file__).resolve().parents[1]


def overhead(film: Path, films: int = 3) -> None:
    """Process copies of the film, each with different bytes at its end, one after the other with a real daemon."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ.update(
            GAMETAPE_HOME=str(home), DAGSTER_HOME=str(home / "dagster"),
            GAMETAPE_SETTLE_SECONDS="1", GAMETAPE_SENSOR_SECONDS="2",
        )  # fmt: skip
        from gametape.base.settings import settings

        settings.cache_clear()
        from orchestration.instance import open_instance, prepare

        prepare()
        command = [str(Path(sys.executable).with_name("dagster-daemon")), "run", "-w", str(PROJECT / "workspace.yaml")]
        daemon = subprocess.Popen(
            command, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            with open_instance() as instance:
                rows = [_one(instance, film, home / "uploads", number) for number in range(films)]
        finally:
            os.killpg(daemon.pid, signal.SIGINT)
            daemon.wait(timeout=30)
    show(
        "orchestration overhead, seconds (median)",
        {"films": films, **{name: round(median([row[name] for row in rows]), 2) for name in rows[0]}},
    )


def _one(instance, film: Path, uploads: Path, number: int) -> dict[str, float]:
    from dagster import DagsterRunStatus, RunsFilter

    target = uploads / f"film-{number}.mp4"
    partial = target.with_suffix(".part")
    partial.write_bytes(film.read_bytes() + f"copy {number}".encode())
    partial.rename(target)
    arrived = time.time()
    while True:
        done = [r for r in instance.get_run_records(RunsFilter(statuses=[DagsterRunStatus.SUCCESS])) if r.end_time]
        if len(done) > number:
            break
        if instance.get_runs_count(RunsFilter(statuses=[DagsterRunStatus.FAILURE])):
            raise RuntimeError("a run failed; see its log with `gametape status`")
        time.sleep(0.2)
    record = max(done, key=lambda r: r.end_time)
    steps = instance.get_run_step_stats(record.dagster_run.run_id)
    work = sum(step.end_time - step.start_time for step in steps)
    requested = record.create_timestamp.timestamp()
    return {
        "arrival_to_request": requested - arrived,
        "request_to_start": record.start_time - requested,
        "start_to_end_less_steps": record.end_time - record.start_time - work,
        "request_to_finish_less_steps": record.end_time - requested - work,
        "steps": work,
    }
