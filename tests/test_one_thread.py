"""Linear algebra keeps to one thread: small matrices gain nothing by more, whose waiting costs CPU."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "GOTO_NUM_THREADS")
THREADS = "import gametape, scipy.linalg; print(open('/proc/self/status').read().split('Threads:')[1].split()[0])"
RUN_WORKER = """
import sys
class Order:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy":
            assert "gametape" in sys.modules
sys.meta_path.insert(0, Order())
import orchestration.definitions
assert "numpy" in sys.modules
"""


def threads(**environment: str) -> int:
    """Threads of a process that has loaded gametape, NumPy and SciPy."""
    bare = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    done = subprocess.run([sys.executable, "-c", THREADS], env=bare | environment, check=True, capture_output=True)
    return int(done.stdout)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="threads are counted in /proc")
def test_linear_algebra_has_one_thread_unless_told_otherwise():
    assert threads() == 1
    if (os.cpu_count() or 1) > 1:  # OpenBLAS starts no more threads than there are cores; SciPy brings one of its own
        assert threads(OPENBLAS_NUM_THREADS="2") > 1


def test_where_runs_are_defined_it_is_said_before_numpy_loads():
    subprocess.run([sys.executable, "-c", RUN_WORKER], check=True)
