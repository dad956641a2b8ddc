"""Another kind of upload, from upload to deletion, with nothing but its own module and a line of registration."""

import json
import webbrowser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from assets.versions import CHOICES
from gametape.base.settings import settings
from gametape.lake.store import Lake
from orchestration import definitions, instance
from orchestration.instance import open_instance
from orchestration.partitions.state import asset_graph
from resources import partitions
from resources.partitions import VIDEOS
from tests.film_house import film_bytes
from tests.orchestration.test_cli import home

__all__ = ["home"]
PROJECT = Path(__file__).resolve().parents[2]


@dataclass
class Location:
    """The code location with score sheets, on an instance of its own; `work` does what the daemon does."""

    instance: dg.DagsterInstance
    definitions: dg.Definitions

    def tick(self, sensor: str) -> dg.SensorResult:
        repository = self.definitions.get_repository_def()
        with dg.build_sensor_context(
            instance=self.instance,
            repository_def=repository,
            resources={"uploads": self.definitions.resources["uploads"]},
        ) as context:
            return repository.get_sensor_def(sensor)(context)

    def work(self, sensor: str) -> list[dg.RunRequest]:
        result = self.tick(sensor)
        for request in result.dynamic_partitions_requests or []:
            self.instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))
        for request in result.run_requests or []:
            job = self.definitions.resolve_job_def(self.definitions.resolve_sensor_def(sensor).job_name)
            job.execute_in_process(
                instance=self.instance,
                partition_key=request.partition_key,
                tags={**request.tags, "dagster/run_key": request.run_key},
                asset_selection=list(request.asset_selection) if request.asset_selection else None,
                raise_on_error=False,
            )
        return list(result.run_requests or [])


@pytest.fixture
def location(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Location]:
    known = dict(CHOICES)
    from tests.orchestration.scores import SCORES

    partitions.register(SCORES)
    workspace = tmp_path / "workspace.yaml"
    module = {"module_name": "tests.orchestration.scores_location", "location_name": "gametape"}
    workspace.write_text(json.dumps({"load_from": [{"python_module": {**module, "working_directory": str(PROJECT)}}]}))
    monkeypatch.setattr(instance, "WORKSPACE", workspace)
    monkeypatch.setattr(definitions, "defs", definitions.build_defs())
    asset_graph.cache_clear()
    with open_instance() as opened:
        yield Location(opened, definitions.defs)
    partitions.forget(SCORES)
    asset_graph.cache_clear()
    CHOICES.clear()
    CHOICES.update(known)


def test_a_second_kind_goes_all_the_way_with_no_edit_elsewhere(
    location: Location, gametape, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (sheet := tmp_path / "Final.score").write_text("Ana Bo Ana")
    key = gametape("upload", sheet).out.split()[0]
    assert key.startswith("final-")
    assert [s["key"] for s in json.loads(gametape("status", "--json").out)] == ["Final.score"]

    # sensor, partition, job, lake
    assert not location.tick("new_uploads").run_requests, "it is no film"
    [request] = location.work("new_scores")
    assert request.partition_key == key and request.tags["gametape/upload"] == "Final.score"
    assert not location.tick("new_scores").run_requests and not location.tick("new_uploads").run_requests
    assert location.instance.get_dynamic_partitions("videos") == []
    assert (Path(settings().lake_uri) / "tables" / "points" / f"score={key}" / "data.parquet").is_file()

    # SQL, state, report
    answer = gametape("sql", "select score, count(*) as points from points group by score", "--format", "json").out
    assert json.loads(answer) == [{"score": key, "points": 3}]
    [state] = json.loads(gametape("status", "--json").out)
    assert (state["key"], state["state"]) == (key, "ready")
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    gametape("open", "final")
    assert Path(opened[0].removeprefix("file://")).read_text() == "<html>3 points"

    # stale and retry, through the code location's own process
    graph = asset_graph(partitions.SETS["scores"])
    monkeypatch.setitem(graph.code_versions, "scoreboard", "newer")
    state = json.loads(gametape("status", "final", "--json").out)
    assert (state["state"], state["stale"]) == ("stale", ["scoreboard"])
    said = gametape("retry", "final")
    assert "will make scoreboard" in said.out, said
    [queued] = location.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED]))
    assert queued.job_name == "process_score" and queued.tags["dagster/partition"] == key
    assert {asset.to_user_string() for asset in queued.asset_selection} == {"scoreboard"}

    # cancel and delete
    assert "works on it" in gametape("delete", "final", "--yes").error
    assert queued.run_id[:8] in gametape("cancel", "final").out
    assert json.loads(gametape("status", "final", "--json").out)["state"] == "canceled"
    assert gametape("delete", "final", "--yes").code == 0
    assert location.instance.get_dynamic_partitions("scores") == [] and location.instance.get_runs_count() == 0
    assert Lake(settings().lake_uri).keys("points") == [] and not list(Path(settings().uploads_uri).iterdir())
    assert not list((Path(settings().lake_uri) / "scores").iterdir())


def test_new_code_is_noticed_by_the_kinds_own_sensor(location: Location, gametape, tmp_path: Path):
    (tmp_path / "a.score").write_text("Ana")
    gametape("upload", tmp_path / "a.score")
    [first] = location.work("new_scores")
    assert not location.tick("reprocess_scores").run_requests
    newer = [
        asset.map_asset_specs(lambda spec: spec.replace_attributes(code_version="newer"))
        if asset.key == dg.AssetKey("scoreboard")
        else asset
        for asset in location.definitions.assets
    ]
    location.definitions = dg.Definitions(
        assets=newer,
        jobs=location.definitions.jobs,
        sensors=location.definitions.sensors,
        resources=location.definitions.resources,
    )
    [request] = location.work("reprocess_scores")
    assert request.partition_key == first.partition_key
    assert [asset.to_user_string() for asset in request.asset_selection] == ["scoreboard"]
    assert not location.tick("reprocess_scores").run_requests and not location.tick("reprocess_stale").run_requests


def test_a_bad_upload_fails_with_its_name_and_films_go_on_beside_it(location: Location, gametape, tmp_path: Path):
    (tmp_path / "bad.score").write_text("Ana ?")
    (tmp_path / "match.mp4").write_bytes(film_bytes("match"))
    gametape("upload", tmp_path / "bad.score", tmp_path / "match.mp4")
    location.work("new_scores")
    [film] = location.tick("new_uploads").run_requests
    [failed, waiting] = sorted(json.loads(gametape("status", "--json").out), key=lambda state: state["state"])
    assert (failed["state"], failed["asset"]) == ("failed", "points") and "bad.score" in failed["error"]
    assert waiting["key"] == "match.mp4" and film.partition_key.startswith("match-")
    location.instance.add_dynamic_partitions(VIDEOS.name, [film.partition_key])
    assert "the start of 2" not in gametape("status", "bad").err
