"""Stopping a film's work, going on with it, forgetting the film: the commands against the real daemon."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.instance import open_instance
from orchestration.partitions.control import unfinished_runs
from orchestration.partitions.state import partition_state
from resources.uploads import uploads_from_settings
from resources.workers import worker_of

pytestmark = [pytest.mark.daemon, pytest.mark.slow]


def gametape(*arguments: str) -> str:
    command = [str(Path(sys.executable).with_name("gametape")), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_film_is_canceled_goes_on_and_after_a_delete_is_made_anew(house, small_rally):
    store = uploads_from_settings().store()
    key = store.key_of(store.put(small_rally.film))
    with house.daemon(), open_instance() as instance:
        state = lambda: partition_state(instance, key)  # noqa: E731
        house.wait(lambda: state().state == "running" and state().done >= 2, 120, "two assets are made")
        said = gametape("cancel", key)
        assert "canceling" in said.splitlines()[0] and "canceled" in said.splitlines()[-1], said
        assert state().state == "canceled", "it has stopped when the command says so"
        [run] = instance.get_runs()
        assert worker_of(run).life() == "dead"
        assert "report" in state().missing and "source_video" not in state().missing

        told = gametape("retry", key[:5])
        assert "report" in told and "source_video" not in told
        house.wait(lambda: state().state in ("ready", "failed"), 120, "the film is done")
        assert state().state == "ready", state()

        gametape("delete", key, "--yes")
        assert not instance.get_runs_count() and not instance.get_dynamic_partitions("videos")
        store.put(small_rally.film)
        house.wait(lambda: unfinished_runs(instance, key), 60, "the same film is asked for again")
        assert state().state in ("queued", "running") and "report" in state().missing
