"""Tests gametape with the newest Dagster: the tests of what it uses of Dagster's internals, and of the definitions.

    python -m benchmarks.newest_dagster [FOLDER]

The newest release is installed into FOLDER (by default a temporary one) and affects nothing else. The exit status is
that of the tests, so that CI can show a failure without stopping for it.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
#: What Dagster releases together. What else they need is that of the environment.
PACKAGES = (
    "dagster", "dagster-shared", "dagster-pipes", "dagster-graphql", "dagster-postgres", "dagster-webserver",
)  # fmt: skip
TESTS = ("tests/resources/test_dagster_internals.py", "tests/orchestration/test_definitions.py")


def main(folder: Path) -> int:
    """Install the newest Dagster into `folder` and run the tests with it. Returns their exit status."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--upgrade", "--no-deps"]
    subprocess.run([*pip, "--target", str(folder), *PACKAGES], check=True)
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{PROJECT}"}
    show = [sys.executable, "-c", "import dagster; print('Dagster', dagster.__version__, dagster.__file__)"]
    subprocess.run(show, env=environment, cwd=PROJECT, check=True)
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS]
    return subprocess.run(tests, env=environment, cwd=PROJECT).returncode


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(Path(sys.argv[1]).absolute()))
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(main(Path(temporary)))
