"""The choice of what finds the ball, and what becomes stale by it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from assets.versions import ball_choice
from gametape.ball.checkpoints import CheckpointCandidates
from gametape.ball.frame_difference import MotionCandidates
from gametape.ball.sources import source_for
from gametape.base.errors import BadInput, Unavailable
from gametape.base.settings import Settings, settings
from tests.ball import published
from tests.ball.test_checkpoints import weights

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "models" / "wasb.pth.tar"
    path.parent.mkdir()
    torch.save({"model_state_dict": weights(published.wasb())}, path)
    return path


def test_a_checkpoint_is_named_by_path_or_by_name_in_the_folder_of_models(model, monkeypatch):
    assert isinstance(source_for(Settings(ball="motion")), MotionCandidates)
    by_path = source_for(Settings(ball=str(model), device="cpu"))
    by_name = source_for(Settings(ball="wasb.pth.tar", models=str(model.parent), device="cpu"))
    assert isinstance(by_path, CheckpointCandidates)
    assert by_path.name == by_name.name == "WASB wasb.pth.tar"
    assert by_path.version == by_name.version
    assert len(by_path.version) == 12
    monkeypatch.chdir(model.parent.parent)
    assert Settings(ball="models/wasb.pth.tar").ball == str(model)  # wherever what it starts may run


def test_what_is_neither_tracker_nor_checkpoint_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("GAMETAPE_BALL", "magic")
    settings.cache_clear()
    with pytest.raises(BadInput, match=r"GAMETAPE_BALL=magic.*neither auto nor network nor motion.*\.pt, .*\.onnx"):
        settings()
    settings.cache_clear()
    with pytest.raises(Unavailable, match="Set GAMETAPE_BALL to an existing file"):
        source_for(Settings(ball="nowhere.pt", models=str(tmp_path)))


def test_the_version_is_of_the_checkpoints_content(model):
    def version(**chosen):
        return ball_choice(Settings(**chosen))

    first = version(ball=str(model))
    assert first != version(ball="motion")
    assert first == version(ball=str(model), device="cpu") == version(ball=model.name, models=str(model.parent))
    model.write_bytes(model.read_bytes() + b"\0")
    assert version(ball=str(model)) != first


def test_choosing_a_checkpoint_makes_the_balls_branch_stale_and_no_other(model):
    told = """
import json
from orchestration.definitions import defs
graph = defs.resolve_asset_graph()
print(json.dumps({key.to_user_string(): graph.get(key).code_version for key in graph.materializable_asset_keys}))
"""

    def versions(ball):
        done = subprocess.run(
            [sys.executable, "-c", told],
            cwd=PROJECT,
            env={**os.environ, "GAMETAPE_BALL": ball, "GAMETAPE_HOME": str(model.parent)},
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1])

    before, after = versions("motion"), versions(str(model))
    assert {asset for asset in before if before[asset] != after[asset]} == {"ball_trajectory"}
