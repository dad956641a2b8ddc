"""Processes that stand in for the workers of runs, and runs that say they are worked on by them."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from gametape.base.process import ProcessName
from resources.workers import WORKER_TAG

#: What a worker does with an interrupt: ends, loses the first one as a garbage collector's callback does, or never ends.
ENDS = "import time; print('up', flush=True); time.sleep(600)"
LOSES_ONE = """
import signal, time
left = [1]
def interrupted(*_):
    if not left: raise SystemExit
    left.pop()
signal.signal(signal.SIGINT, interrupted)
print('up', flush=True)
while True: time.sleep(0.05)
"""
NEVER = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"


@contextmanager
def a_process(script: str = ENDS) -> Iterator[subprocess.Popen]:
    """A process that runs the script; killed at the end."""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout.readline() == b"up\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def name_of(process: subprocess.Popen) -> ProcessName:
    found = ProcessName.of(process.pid)
    assert found
    return found


def a_run(
    instance: dg.DagsterInstance,
    worker: ProcessName | None = None,
    key: str = "match-1",
    status: dg.DagsterRunStatus = dg.DagsterRunStatus.STARTED,
    **tags: str,
) -> str:
    """A run in the records, with the events that a real one has so far. Returns its id."""
    run_id = str(uuid.uuid4())
    tags = {"dagster/partition": key, **{name.replace("__", "/"): value for name, value in tags.items()}}
    if worker:
        tags[WORKER_TAG] = f"{run_id} {worker}"
    instance.run_storage.add_run(dg.DagsterRun(job_name="process_video", run_id=run_id, tags=tags))
    kind = dg.DagsterEventType
    for event in (kind.RUN_STARTING, kind.RUN_START):
        if status in (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING) or event == kind.RUN_STARTING:
            instance.report_dagster_event(dg.DagsterEvent(event.value, "process_video"), run_id)
    if status == dg.DagsterRunStatus.CANCELING:
        instance.report_run_canceling(instance.get_run_by_id(run_id))
    return run_id
