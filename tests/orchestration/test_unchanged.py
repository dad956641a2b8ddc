"""What computing would bring again is kept, and only in runs that gametape asked for."""

import dagster as dg
import pyarrow as pa
import pytest

import assets.versions
from assets.common import Owner, film_asset, publish
from assets.unchanged import SINCE, may_keep
from assets.versions import Choice
from gametape.base.check import CheckResult
from gametape.lake.store import Lake
from gametape.tables.ball import RALLIES
from gametape.tables.coaching import GOAL_OUTCOMES, WEEK_PLAN
from resources.dagster_internals import PARENT_RUN_ID_TAG, RETRY_NUMBER_TAG
from resources.graph import Graph, label_of, label_tags, to_compute
from resources.lake import LakeResource, TableIOManager, WorkFolder
from resources.partitions import ANALYSIS_TAG, KEEP, QUICK, VIDEOS
from resources.records import PartitionRecords

KEY = "match-0123456789ab"


class Project:
    """Three assets in a row: `rallies`, which reads `minutes`, then `week_plan`, then `goal_outcomes`."""

    def __init__(self, instance: dg.DagsterInstance, folder) -> None:
        self.instance, self.folder = instance, folder
        self.minutes, self.code = 10, {"rallies": "1", "week_plan": "1", "goal_outcomes": "1"}
        self.computed: list[str] = []
        self.lake = Lake(str(folder / "lake"))
        instance.add_dynamic_partitions(VIDEOS.name, [KEY])

    def definitions(self) -> dg.Definitions:
        def declared(name: str, **more):
            return film_asset(group="g", owner=Owner.INGEST, kinds=set(), choice=Choice((self.code[name],)), **more)

        @declared("rallies")
        def rallies() -> dg.MaterializeResult:
            self.computed.append("rallies")
            return publish(RALLIES.empty(), identity=pa.table({"minutes": [self.minutes]}))

        @declared("week_plan", checks=["minutes_add_up"], files=["plan.txt"])
        def week_plan(context: dg.AssetExecutionContext, rallies: pa.Table) -> dg.MaterializeResult:
            self.computed.append("week_plan")
            (self.folder / "plan.txt").write_text("plan")
            self.lake.put_file(KEY, "plan.txt", self.folder / "plan.txt")
            row = {"day": "Monday", "focus": "serve", "minutes": self.minutes, "activities": "[]"}
            check = CheckResult("minutes_add_up", False, "too many", is_error=False, facts={"minutes": 7})
            plan = publish(WEEK_PLAN.from_rows([row]), checks=[check], minutes=self.minutes)
            return plan._replace(tags=label_tags(["ana", "ben"]))

        @declared("goal_outcomes")
        def goal_outcomes(week_plan: pa.Table) -> dg.MaterializeResult:
            self.computed.append("goal_outcomes")
            assert week_plan.num_rows == 1
            return publish(GOAL_OUTCOMES.empty())

        lake, work = LakeResource(base_uri=str(self.folder / "lake")), WorkFolder(base=str(self.folder / "work"))
        return dg.Definitions(
            assets=[rallies, week_plan, goal_outcomes],
            jobs=[dg.define_asset_job("all", executor_def=dg.in_process_executor)],
            resources={"tables": TableIOManager(lake=lake, work=work)},
        )

    def run(self, tags=KEEP) -> tuple[list[str], dg.ExecuteInProcessResult]:
        """The assets that were computed, and the run."""
        self.computed.clear()
        job = self.definitions().resolve_job_def("all")
        result = job.execute_in_process(instance=self.instance, partition_key=KEY, tags=dict(tags))
        assert result.success
        return list(self.computed), result

    def stale(self) -> frozenset[str]:
        graph = Graph.of(self.definitions(), VIDEOS)
        return to_compute(graph, PartitionRecords(self.instance, graph).made([KEY])[KEY])


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setattr(assets.versions, "CHOICES", {})
    with dg.DagsterInstance.ephemeral() as instance:
        yield Project(instance, tmp_path)


def test_what_follows_an_asset_that_came_out_the_same_is_not_computed(project):
    assert project.run()[0] == ["rallies", "week_plan", "goal_outcomes"]
    project.code["rallies"] = "2"
    assert project.stale() == {"rallies", "week_plan", "goal_outcomes"}
    computed, result = project.run()
    assert computed == ["rallies"]
    assert project.stale() == frozenset()
    [made] = result.asset_materializations_for_node("week_plan")
    [first] = [run for run in project.instance.get_runs() if run.run_id != result.run_id]
    assert made.metadata[SINCE].value == first.run_id
    assert label_of(made.tags) == "ana ben"
    assert made.metadata["minutes"].value == 10 and made.metadata["bytes"].value > 0
    [check] = result.get_asset_check_evaluations()
    assert (check.check_name, check.passed, check.severity) == ("minutes_add_up", False, dg.AssetCheckSeverity.WARN)
    assert check.description == "too many" and check.metadata["minutes"].value == 7
    assert project.run()[1].asset_materializations_for_node("week_plan")[0].metadata[SINCE].value == first.run_id


def test_what_came_out_otherwise_is_followed_up_to_where_it_ends(project):
    project.run()
    project.minutes = 20
    assert project.run()[0] == ["rallies", "week_plan", "goal_outcomes"]
    assert project.lake.read_table("week_plan", KEY)["minutes"].to_pylist() == [20]


def test_new_code_computes(project):
    project.run()
    project.code["week_plan"] = "2"
    assert project.run()[0] == ["rallies", "week_plan"]


def test_a_run_that_a_person_starts_computes_all(project):
    project.run()
    assert project.run(tags={})[0] == ["rallies", "week_plan", "goal_outcomes"]


def test_a_first_look_and_what_it_made_are_computed(project):
    project.run(tags={ANALYSIS_TAG: QUICK})
    assert project.run(tags={**KEEP, ANALYSIS_TAG: QUICK})[0] == ["rallies", "week_plan", "goal_outcomes"]
    assert project.run()[0] == ["rallies", "week_plan", "goal_outcomes"]


@pytest.mark.parametrize("lost", ["tables/week_plan/video=*/data.parquet", "films/*/plan.txt"])
def test_what_is_lost_in_the_lake_is_computed(project, lost):
    project.run()
    [file] = (project.folder / "lake").glob(lost)
    file.unlink()
    assert project.run()[0] == ["rallies", "week_plan"]


def test_a_run_repeated_by_hand_keeps_nothing_and_one_repeated_after_a_crash_does():
    assert may_keep(KEEP)
    assert not may_keep({**KEEP, PARENT_RUN_ID_TAG: "x"})
    assert may_keep({**KEEP, PARENT_RUN_ID_TAG: "x", RETRY_NUMBER_TAG: "1"})
    assert not may_keep({})
