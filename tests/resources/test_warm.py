"""Workers of runs are forked by the code server, and by nobody else."""

import multiprocessing
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from resources import warm

ROOT = str(Path(__file__).resolve().parents[2])


def worker_kind(*arguments: str, executor: str = "local") -> str:
    """What the context that Dagster's code server has makes its processes with, in a process with these arguments."""
    code = (
        f"import sys; sys.argv = ['dagster', *{list(arguments)!r}]\n"
        "from resources.warm import fork_workers\nimport multiprocessing\nfork_workers()\n"
        "print(multiprocessing.get_context('spawn').Process.__name__)"
    )
    env = {**os.environ, "PYTHONPATH": ROOT, "GAMETAPE_EXECUTOR": executor}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=env).stdout.strip()


def test_the_code_server_forks_and_nobody_else_does():
    forks = "ForkServerProcess" if sys.platform == "linux" else "SpawnProcess"
    assert worker_kind("api", "grpc", "--socket", "s") == forks
    assert worker_kind("dev") == "SpawnProcess"
    assert worker_kind("api", "grpc", executor="k8s") == "SpawnProcess", "the cluster starts the workers"
    assert multiprocessing.get_context("spawn").Process.__name__ == "SpawnProcess"


@pytest.mark.parametrize("name", warm.MODULES)
def test_each_module_that_is_loaded_before_can_be(name):
    """The fork server passes over what is not there, without a word."""
    import_module(name)


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux alone")
def test_a_forked_worker_finds_the_code_loaded_and_computes_with_what_has_threads():
    """Loading starts threads of OpenBLAS and of Arrow's memory; both prepare for a fork."""
    script = Path(__file__).with_name("works_when_forked.py")
    command = [sys.executable, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, env={**os.environ, "PYTHONPATH": ROOT})
    assert done.returncode == 0, done.stderr
    once = ["True|(8, 32, 32)|['scipy.ndimage', 'gametape.report.build']", "ForkServerProcess 0"]
    assert done.stdout.split("\n")[:4] == once * 2
