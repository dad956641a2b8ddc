"""A player's tables follow the films: none is missed, none is made twice, and no film waits for them."""

from pathlib import Path

import dagster as dg
import pytest

from gametape.film.player import player_key
from gametape.lake.store import Lake
from gametape.lake.warehouse import Warehouse
from gametape.uploads import LastRequest
from orchestration.definitions import defs
from orchestration.partitions.state import partition_state
from resources.graph import Graph, Materialized, label_tags
from resources.lake import LakeResource, TableIOManager, WorkFolder
from resources.partitions import PLAYERS, VIDEOS
from resources.players import NO_FILMS, PARENTS, PlayerFilms
from resources.records import PartitionRecords
from resources.warehouse import WarehouseResource
from sensors.players import build_player_sensor, choose_players
from tests.coaching.test_progress import put

ANA, BEA = player_key("Ana"), player_key("Bea")
ASSETS = ("player_trends", "player_findings", "player_summary")


class House:
    """Films that are analysed without work, the sensor, and the real assets of the players."""

    def __init__(self, instance: dg.DagsterInstance, home: Path) -> None:
        self.instance, self.home = instance, home
        self.lake = Lake(str(home / "lake"))
        self.warehouse = Warehouse(f"sqlite:///{home / 'warehouse.db'}")
        lake, work = LakeResource(base_uri=self.lake.base_uri), WorkFolder(base=str(home / "work"))
        graph = defs.resolve_asset_graph()
        players = [a for a in defs.assets if a.partitions_def == PLAYERS.definition]
        assert {k.to_user_string() for a in players for k in a.keys} == set(ASSETS)
        assert graph.get(dg.AssetKey("player_trends")).parent_keys == {dg.AssetKey(name) for name in PARENTS}
        self.definitions = dg.Definitions(
            assets=players,
            jobs=[dg.define_asset_job(PLAYERS.job, executor_def=dg.in_process_executor)],
            resources={
                "lake": lake,
                "tables": TableIOManager(lake=lake, work=work),
                "warehouse": WarehouseResource(url=f"sqlite:///{home / 'warehouse.db'}"),
            },
        )

    def analyse(self, video: str, day: int, player: str | None, drift: float, other: str | None = None) -> None:
        """A run that makes all that a player's tables read of a film, in the lake and on record.

        `other` plays, too, with ten times the drift and a finding of his own.
        """
        beside = other and (other, {"head_stability": 0.9, "balance_drift": 10 * drift}, ("KNEE",))
        put(self.lake, video, day, player=player, codes=("HEAD",), balance_drift=drift, beside=beside)
        self.instance.add_dynamic_partitions(VIDEOS.name, [video])
        versions = {name: f"{name} {player} {drift}" for name in PARENTS} | {"source_video": "the same"}
        parents = {"source_video": (), "sidecar": (), "limits": ("sidecar",), "metrics": ("sidecar", "limits")}
        parents["findings"] = ("metrics", "sidecar")

        def declare(name: str) -> dg.AssetsDefinition:
            @dg.asset(name=name, deps=parents[name], partitions_def=VIDEOS.definition)
            def compute() -> dg.MaterializeResult:
                names = [one for one in (player, other) if one and name == "sidecar"]
                label = label_tags(map(player_key, names))
                return dg.MaterializeResult(data_version=dg.DataVersion(versions[name]), tags=label)

            return compute

        dg.materialize([declare(name) for name in parents], partition_key=video, instance=self.instance)

    def delete(self, video: str) -> None:
        self.lake.delete(video)
        self.instance.delete_dynamic_partition(VIDEOS.name, video)

    def tick(self) -> dg.SensorResult:
        from gametape.base.settings import Settings

        job = self.definitions.resolve_job_def(PLAYERS.job)
        sensor = build_player_sensor(job, house=Settings(home=self.home))
        with dg.build_sensor_context(instance=self.instance, definitions=self.definitions) as context:
            result = sensor(context)
        for request in result.dynamic_partitions_requests:
            keys = list(request.partition_keys)
            if isinstance(request, dg.AddDynamicPartitionsRequest):
                self.instance.add_dynamic_partitions(PLAYERS.name, keys)
            else:
                for key in keys:
                    self.instance.delete_dynamic_partition(PLAYERS.name, key)
        return result

    def work(self) -> list[str]:
        """A tick with all that it requests done; the players."""
        requests = self.tick().run_requests or []
        for request in requests:
            self.definitions.resolve_job_def(PLAYERS.job).execute_in_process(
                instance=self.instance,
                partition_key=request.partition_key,
                tags={**request.tags, "dagster/run_key": request.run_key},
            )
        return [request.partition_key for request in requests]

    def trend(self, player: str) -> list[dict]:
        return self.warehouse.read(
            "select name, video, n, trend from player_trends where player = :key and metric = 'balance_drift'",
            key=player_key(player),
        )


@pytest.fixture
def house(tmp_path: Path):
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path)) as instance:
        yield House(instance, tmp_path)


def test_each_film_brings_its_players_tables_up_to_date_once(house: House):
    assert house.work() == []
    for day, drift in enumerate((0.20, 0.16, 0.13, 0.09), 1):
        house.analyse(f"a{day}", day, "Ana", drift)
        assert house.work() == [ANA]
        assert house.work() == [] and not house.tick().run_requests
    house.analyse("n1", 5, None, 0.1)
    assert house.work() == [], "of an unknown player"
    assert house.instance.get_dynamic_partitions(PLAYERS.name) == [ANA]
    assert house.trend("ana") == [{"name": "Ana", "video": "a4", "n": 4, "trend": "improving"}]
    stored = house.lake.read_table("player_findings", ANA).to_pylist()
    assert [(row["code"], row["films"], row["in_a_row"]) for row in stored] == [("HEAD", 4, 4)]
    assert house.warehouse.read("select count(*) as n from player_findings where player = :key", key=ANA) == [{"n": 1}]


def test_a_film_that_is_another_players_now_changes_both(house: House):
    for day in (1, 2, 3):
        house.analyse(f"a{day}", day, "Ana", 0.1 * day)
    house.analyse("b1", 4, "Bea", 0.1)
    assert set(house.work()) == {ANA, BEA}
    house.analyse("a3", 3, "Bea", 0.3)
    assert set(house.work()) == {ANA, BEA}
    assert (house.trend("Ana")[0]["n"], house.trend("Bea")[0]["n"]) == (2, 2)
    house.analyse("a3", 3, "Ana", 0.3)  # and back: the same films as before are a new request
    assert set(house.work()) == {ANA, BEA}
    assert (house.trend("Ana")[0]["n"], house.trend("Bea")[0]["n"]) == (3, 1)


def test_a_film_of_two_who_are_named_is_a_film_of_both_each_with_the_own_numbers(house: House):
    for day in (1, 2):
        house.analyse(f"a{day}", day, "Ana", 0.1 * day, other="Bea")
    assert set(house.work()) == {ANA, BEA} and house.work() == []
    for name, value, code in (("Ana", 0.2, "HEAD"), ("Bea", 2.0, "KNEE")):
        trends = house.lake.read_table("player_trends", player_key(name)).to_pylist()
        (drift,) = (row for row in trends if row["metric"] == "balance_drift")
        assert (drift["name"], drift["value"], drift["n"]) == (name, pytest.approx(value), 2)
        assert house.lake.read_table("player_findings", player_key(name))["code"].to_pylist() == [code]


def test_a_player_whose_last_film_is_deleted_is_gone(house: House):
    house.analyse("a1", 1, "Ana", 0.1)
    house.analyse("a2", 2, "Ana", 0.2)
    house.work()
    house.delete("a2")
    assert house.work() == [ANA] and house.trend("Ana")[0]["video"] == "a1"
    house.delete("a1")
    assert house.work() == [ANA] and house.trend("Ana") == []
    assert house.work() == [] and house.instance.get_dynamic_partitions(PLAYERS.name) == []
    house.analyse("a1", 1, "Ana", 0.1)
    assert house.work() == [ANA] and house.trend("Ana")[0]["n"] == 1


def test_a_films_state_does_not_depend_on_its_players_run(house: House):
    assert not set(Graph.of(defs, VIDEOS).assets) & set(ASSETS)
    house.analyse("a1", 1, "Ana", 0.1)
    house.work()
    graph = Graph.of(defs, PLAYERS)
    assert partition_state(house.instance, ANA, graph, memory=house.home / "r.sqlite").state in ("ready", "stale")
    made = PartitionRecords(house.instance, graph).made([ANA])[ANA]
    assert set(made) == set(ASSETS) and made["player_trends"].label == made["player_findings"].label


def table(label: str) -> dict[str, Materialized]:
    return {name: Materialized.of("1", "d", {}, label=label) for name in ("player_trends", "player_findings")}


@pytest.mark.parametrize(
    ("films", "made", "requested", "busy", "expected"),
    [
        ({ANA: PlayerFilms("new")}, {}, {}, (), "request"),
        ({ANA: PlayerFilms("new")}, {}, {}, (ANA,), "nothing"),
        ({ANA: PlayerFilms("new", in_progress=True)}, {}, {}, (), "nothing"),
        ({ANA: PlayerFilms("new")}, {ANA: table("new")}, {}, (), "nothing"),  # the run history was cut
        ({ANA: PlayerFilms("new")}, {}, {ANA: LastRequest(4, "new")}, (), "nothing"),  # it failed
        ({ANA: PlayerFilms("new")}, {ANA: table("old")}, {ANA: LastRequest(4, "old")}, (), "request"),
        ({}, {ANA: table("old")}, {ANA: LastRequest(4, "old")}, (), "request"),
        ({}, {ANA: table(NO_FILMS.digest)}, {}, (), "gone"),
    ],
)
def test_who_is_compared_anew(films, made, requested, busy, expected: str):
    decision = choose_players(films, [ANA], made, requested, busy, most=5)
    assert ("request" if decision.requests else "gone" if decision.gone else "nothing") == expected
    if requested and decision.requests:
        assert decision.requests[ANA].startswith(f"{ANA}:5:")


def test_many_players_wait_their_turn():
    films = {player_key(str(n)): PlayerFilms(str(n)) for n in range(9)}
    decision = choose_players(films, [], {}, {}, (), most=4)
    assert len(decision.requests) == 4 and set(decision.new) == set(decision.requests)


def test_a_key_is_safe_and_the_same_however_the_name_is_written():
    from gametape.lake.store import KEY

    assert player_key("Ána  Lopez ") == player_key("ána  lopez") != player_key("ana lopez")
    for name in ("../..", "матч", "J. Doe", "x" * 300, "O'Neil; drop"):
        assert KEY.fullmatch(player_key(name)), name
