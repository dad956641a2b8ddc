"""A worker with other settings or code refuses a run; what may differ from machine to machine does not matter."""

from pathlib import Path

import dagster as dg
import pytest

from gametape.base.errors import Unavailable
from gametape.base.settings import Settings
from resources import same_house
from resources.same_house import HOUSE_TAG, house_digests, require_same_house, stamp
from tests.workers import a_run


def tags(**digests: str) -> dict[str, str]:
    return {HOUSE_TAG: ",".join(f"{name}={value}" for name, value in digests.items())}


def test_a_run_that_this_house_started_is_worked_on(tmp_path: Path):
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path)) as instance:
        run = a_run(instance)
        require_same_house(instance.get_run_by_id(run).tags)  # of a house of one machine: nothing is said
        stamp(instance, run)
        assert HOUSE_TAG in instance.get_run_by_id(run).tags
        require_same_house(instance.get_run_by_id(run).tags)


@pytest.mark.parametrize(("name", "said"), [("lake_uri", "GAMETAPE_LAKE"), ("code", "code"), ("ball", "GAMETAPE_BALL")])
def test_what_differs_is_named(name: str, said: str):
    with pytest.raises(Unavailable, match=rf"other {said}\. Give all machines"):
        require_same_house(tags(**{**house_digests(), name: "0" * 8}))


def test_a_worker_that_knows_more_or_less_refuses():
    digests = house_digests()
    digests.pop("pose")
    with pytest.raises(Unavailable, match="other GAMETAPE_NEW_SETTING, GAMETAPE_POSE"):
        require_same_house(tags(**digests, new_setting="1"))


@pytest.mark.parametrize(
    "local",
    [{"device": "cuda"}, {"gpu_slots": 3}, {"models": "/mnt/models"}, {"ui_url": "http://x"}, {"sensor_seconds": 9},
     {"postgres_url": "postgresql://me:other@db/gametape"}],
)  # fmt: skip
def test_what_a_machine_has_to_itself_is_no_difference(local: dict):
    base = {"home": "/srv/a", "lake": "s3://b/lake", "postgres_url": "postgresql://me:secret@db/gametape"}
    assert house_digests(Settings(**base)) == house_digests(Settings(**{**base, **local}))


@pytest.mark.parametrize(
    "other",
    [{"lake": "s3://b/other"}, {"pose": "yolo"}, {"clips_gb": 1}, {"postgres_url": "postgresql://me:secret@db2/x"}],
)
def test_what_changes_the_results_is(other: dict):
    base = {"home": "/srv/a", "lake": "s3://b/lake", "postgres_url": "postgresql://me:secret@db/gametape"}
    assert house_digests(Settings(**base)) != house_digests(Settings(**{**base, **other}))


def test_the_code_is_every_file_that_is_executed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    import importlib
    import sys

    package = tmp_path / "some_package_of_ours"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "rules.yaml").write_text("a: 1")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(same_house, "PACKAGES", (package.name,))
    importlib.invalidate_caches()
    before = same_house.code_digest.__wrapped__()
    (package / "rules.yaml").write_text("a: 2")
    assert same_house.code_digest.__wrapped__() != before
    sys.modules.pop(package.name)
