"""The code location opens fast and light, and its public surface changes only on purpose."""

import subprocess
import sys

import dagster as dg
import pytest

import assets.ball
import assets.pose
from orchestration.definitions import build_defs
from resources.partitions import PLAYERS, SETS

HEAVY = ("torch", "ultralytics", "cv2", "mediapipe", "av", "scipy", "pandas", "duckdb", "matplotlib", "reportlab")


def test_opening_the_code_location_loads_nothing_heavy():
    """Each run and each daemon opens it anew: torch alone would cost 2 s and 660 MB every time."""
    code = "import sys, orchestration.definitions; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(said.stdout.split()) & set(HEAVY)


def test_the_code_location_loads_for_the_tool_that_serves_it():
    code = (
        "import dagster as dg, orchestration.definitions as d; dg.Definitions.validate_loadable(d.defs);"
        "print(sorted(j.name for j in d.defs.resolve_all_job_defs()))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "process_video" in said.stdout


@pytest.fixture(scope="module")
def specs() -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in build_defs().resolve_all_asset_specs()}


def test_the_graph_is_what_it_was(specs, snapshot):
    """One picture of the whole graph: a change here is a change for everyone who uses it."""
    graph = {
        name: {
            "after": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
            "group": spec.group_name,
            "owners": list(spec.owners),
            "kinds": sorted(spec.kinds),
        }
        for name, spec in sorted(specs.items())
    }
    assert graph == snapshot


def test_every_asset_can_be_asked_who_what_and_which_version(specs):
    for name, spec in specs.items():
        assert spec.description and spec.owners and spec.kinds and spec.code_version, name
        assert spec.partitions_def in [partitions.definition for partitions in SETS.values()], name


def test_every_table_says_its_columns(specs):
    for name, spec in specs.items():
        if name not in ("warehouse_summary", "player_summary"):
            assert spec.metadata["dagster/column_schema"].columns, name


def test_a_player_is_made_from_films_by_all_lineage_and_no_film_from_a_player(specs):
    players = {name for name, spec in specs.items() if spec.partitions_def == PLAYERS.definition}
    parents = {dep.asset_key.to_user_string(): dep.partition_mapping for dep in specs["player_trends"].deps}
    assert parents and all(isinstance(mapping, dg.AllPartitionMapping) for mapping in parents.values())
    assert not players & set(parents)
    for name in set(specs) - players:
        assert not players & {dep.asset_key.to_user_string() for dep in specs[name].deps}, name


def test_gpu_work_waits_for_the_pool_and_says_so_to_ray_and_kubernetes():
    for asset in (assets.ball.ball_trajectory, assets.pose.pose_estimates):
        assert asset.op.pool == "gpu"
        assert asset.op.tags["dagster-ray/config"] and asset.op.tags["dagster-k8s/config"]
