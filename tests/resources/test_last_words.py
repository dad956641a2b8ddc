"""Why a worker died: what the kernel and the worker itself said, which asset it was, and how often."""

import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from resources import last_words as words
from resources.run_events import deaths, failure_reason
from tests.workers import a_run

#: As Linux 6 writes it.
KILLED = (
    "3,1042,99,-;{group}Out of memory: Killed process {pid} (python) total-vm:9123456kB, anon-rss:4194304kB, "
    "file-rss:120kB, shmem-rss:0kB, UID:0 pgtables:9000kB oom_score_adj:0"
)


@pytest.fixture
def instance(tmp_path: Path):
    """One that keeps what is printed."""
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        yield instance


@pytest.mark.parametrize(
    ("group", "reason"), [("", "memory had run out"), ("Memory cgroup ", "its limit of memory was reached")]
)
def test_the_kernel_names_whom_it_killed_for_memory(group: str, reason: str):
    log = [
        KILLED.format(group="", pid=41),
        KILLED.format(group=group, pid=412).replace("Out", "out" if group else "Out"),
    ]
    assert words.out_of_memory(log, 412) == f"the kernel ended it because {reason}; it held 4.3 GB"
    assert words.out_of_memory(log, 12) == words.out_of_memory([], 412) == ""


def test_the_kernels_log_ends_where_it_ends():
    assert all(isinstance(message, str) for message in words.kernel_log())


CRASH = """
import faulthandler, ctypes
faulthandler.enable()
def detect(): ctypes.string_at(0)
detect()
"""


def test_a_crash_in_a_library_tells_its_place():
    """Of a real one: what Python's fault handler writes is read, the innermost call first."""
    crashed = subprocess.run([sys.executable, "-c", CRASH], capture_output=True, text=True, check=False)
    assert crashed.returncode == -11
    told = words.of_output("frame 599\n" + crashed.stderr)
    assert told.startswith("Python's last word was: Segmentation fault in string_at, __init__.py:")


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("", ""),
        ("W0000 a warning of a library\n", ""),
        (
            "x\nRuntimeError: CUDA error: device-side assert\n",
            "it printed: RuntimeError: CUDA error: device-side assert",
        ),
        (
            "python: a.cc:7: int f(): Assertion `n' failed.\n",
            "it printed: python: a.cc:7: int f(): Assertion `n' failed.",
        ),
    ],
)
def test_other_last_words_are_told_and_chatter_is_not(printed: str, told: str):
    assert words.of_output(printed) == told


def lost(instance: dg.DagsterInstance, parent: str | None = None) -> str:
    tags = {"dagster/parent_run_id": parent, "dagster/root_run_id": parent} if parent else {}
    run_id = a_run(instance, **tags)
    instance.report_run_failed(instance.get_run_by_id(run_id), "Run worker went away.")
    return run_id


def test_the_reason_says_asset_last_words_and_how_often(instance: dg.DagsterInstance):
    first = lost(instance)
    assert failure_reason(instance, first).message == "Run worker went away."
    second = a_run(instance, **{"dagster/parent_run_id": first, "dagster/root_run_id": first})
    instance.report_dagster_event(dg.DagsterEvent("STEP_START", "process_video", step_key="pose_keypoints"), second)
    log = Path(instance.compute_log_manager.get_captured_local_path([second, "compute_logs", "abc"], "err"))
    log.parent.mkdir(parents=True)
    log.write_text(
        'Fatal Python error: Bus error\n\nCurrent thread 0x1 (most recent call first):\n  File "/x/decode.py", line 9 in read\n'
    )
    message = f"Run execution process for {second} was terminated by signal 7 (SIGBUS). This usually"
    instance.report_engine_event(message, instance.get_run_by_id(second))
    instance.report_run_failed(instance.get_run_by_id(second))
    why = failure_reason(instance, second)
    assert (why.asset, deaths(instance, second)) == ("pose_keypoints", 2)
    assert why.message == (
        "its process was ended by SIGBUS; Python's last word was: Bus error in read, decode.py:9; 2 times now"
    )


def test_a_run_that_failed_for_a_reason_of_its_own_ends_the_row(instance: dg.DagsterInstance):
    first = lost(instance)
    failed = a_run(instance, **{"dagster/parent_run_id": first, "dagster/failure_reason": "STEP_FAILURE"})
    instance.report_run_failed(instance.get_run_by_id(failed))
    assert deaths(instance, failed) == 0 and deaths(instance, lost(instance, failed)) == 1
