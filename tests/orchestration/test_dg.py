"""Dagster's `dg` tool reads this project; and what `dagster dev` says of it is all that is silenced."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.cli.run import DG_ADVICE

PROJECT = Path(__file__).resolve().parents[2]
#: What `dagster dev` warns of as it begins, without its beginning; then a warning of a run's own.
WARN = """
import warnings
from dagster._cli.dev import dev_command
try:
    dev_command.callback()
except TypeError:
    pass
warnings.warn("a run's own", FutureWarning)
"""


def test_dg_finds_the_definitions_sound(tmp_path: Path):
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    dg = Path(sys.executable).with_name("dg")
    environment = os.environ | {"DAGSTER_HOME": str(tmp_path), "GAMETAPE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run([dg, "check", "defs"], cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All definitions loaded successfully" in done.stdout + done.stderr


@pytest.mark.parametrize(("filters", "advised"), [("default", True), (f"default,{DG_ADVICE}", False)])
def test_only_the_advice_to_use_dg_dev_is_silenced(filters: str, advised: bool):
    environment = os.environ | {"PYTHONWARNINGS": filters}
    done = subprocess.run([sys.executable, "-c", WARN], env=environment, capture_output=True, text=True, check=True)
    assert ("superseded" in done.stderr) == advised
    assert "a run's own" in done.stderr
