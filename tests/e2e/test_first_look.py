"""`analysis: quick`: a first answer soon, the full one after it, and nothing of the first left in it."""

import dagster as dg
import pytest

from gametape.base.settings import settings
from gametape.film import window
from gametape.lake.store import Lake
from orchestration.definitions import build_defs
from orchestration.partitions.state import stale_or_missing_assets
from resources.partitions import ANALYSIS_TAG, QUICK
from resources.uploads import uploads_from_settings
from tests.e2e.conftest import FILM_TABLES

pytestmark = pytest.mark.slow


def test_the_full_analysis_after_a_first_look_is_what_it_is_without_one(house, small_rally, monkeypatch):
    monkeypatch.setattr(window, "FIRST_LOOK_SECONDS", 1.0)
    store = uploads_from_settings().store()
    key = store.key_of(store.put(small_rally.film))
    job, lake = build_defs().resolve_job_def("process_video"), Lake(settings().lake_uri)

    def run(instance: dg.DagsterInstance, **more) -> dg.ExecuteInProcessResult:
        result = job.execute_in_process(instance=instance, partition_key=key, **more)
        assert result.success
        return result

    def versions(result: dg.ExecuteInProcessResult, names) -> dict[str, str]:
        return {n: result.asset_materializations_for_node(n)[0].tags["dagster/data_version"] for n in names}

    with dg.DagsterInstance.ephemeral() as plain:
        plain.add_dynamic_partitions("videos", [key])
        wanted = versions(run(plain), set(FILM_TABLES))
    with dg.DagsterInstance.ephemeral() as instance:
        instance.add_dynamic_partitions("videos", [key])
        look = run(instance, tags={ANALYSIS_TAG: QUICK})
        ball, poses = lake.read_table("ball_trajectory", key), lake.read_table("pose_keypoints", key)
        assert {t <= 1.0 for t in ball["time_s"].to_pylist() if t is not None} >= {True}
        assert max(poses["time_s"].to_pylist()) <= 1.0 and 25 <= len(set(poses["frame"].to_pylist())) <= 31
        for name in set(FILM_TABLES) - {"source_video", "sidecar", "analysis_scope"}:
            made = look.asset_materializations_for_node(name)[0]
            assert made.tags[ANALYSIS_TAG] == made.metadata["analysis"].value == QUICK, name
        page = lake.get_file(key, "report.html", house.home).read_text("utf-8")
        assert "First look: the first 1 s" in page

        again = stale_or_missing_assets(instance, key)
        full = run(instance, asset_selection=[dg.AssetKey(asset) for asset in again])
        assert set(FILM_TABLES) - again == {"source_video", "sidecar", "analysis_scope"}
        assert versions(full, set(FILM_TABLES) & again) == {n: wanted[n] for n in set(FILM_TABLES) & again}
        assert "First look" not in lake.get_file(key, "report.html", house.home).read_text("utf-8")
        assert stale_or_missing_assets(instance, key) == frozenset()
