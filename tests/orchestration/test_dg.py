"""Dagster's `dg` tool reads this project."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


def test_dg_finds_the_definitions_sound(tmp_path: Path):
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    dg = Path(sys.executable).with_name("dg")
    environment = os.environ | {"DAGSTER_HOME": str(tmp_path), "GAMETAPE_HOME": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run([dg, "check", "defs"], cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "All definitions loaded successfully" in done.stdout + done.stderr
