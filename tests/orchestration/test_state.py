"""A film's state is worked out from Dagster's records, in one piece and in bulk."""

import sqlite3
from pathlib import Path

import dagster as dg
import pytest

from orchestration.partitions.state import partition_state, partition_states, stale_or_missing_assets
from resources import event_memory, records
from resources.graph import Graph, Materialized, input_mark, to_compute
from resources.partitions import VIDEOS
from resources.records import PartitionRecords, failed_runs
from tests.film_house import AFTER_A_TITLE, PARENTS, House, film_bytes, followers

Status = dg.DagsterRunStatus


@pytest.fixture
def film(house: House, folder: Path) -> dg.RunRequest:
    """A film that was asked for and not run."""
    (folder / "match.mp4").write_bytes(film_bytes("match"))
    result = house.tick()
    house.add_partitions(result)
    return result.run_requests[0]


def state(house: House, film: dg.RunRequest):
    """The film's state, and that the list of all says the same."""
    graph = Graph.of(house.definitions, VIDEOS)
    one = partition_state(house.instance, film.partition_key, graph, memory=house.settings.home / "records.sqlite")
    [listed] = partition_states(house.instance, graph, memory=house.settings.home / "records.sqlite")
    assert listed == one
    return one


def test_a_film_without_a_run_waits(house: House, film: dg.RunRequest):
    assert state(house, film).state == "waiting"


def test_a_key_that_is_no_partition_yet_waits(house: House):
    graph = Graph.of(house.definitions, VIDEOS)
    assert partition_state(house.instance, "new-0123456789ab", graph, memory=None).state == "waiting"


@pytest.mark.parametrize(
    ("status", "expected"),
    [(Status.NOT_STARTED, "queued"), (Status.STARTING, "running"), (Status.CANCELED, "canceled")],
)
def test_the_newest_run_says_what_happens(house: House, film: dg.RunRequest, status: Status, expected: str):
    house.create_run(film, Status.FAILURE)
    house.create_run(film, status)
    assert state(house, film).state == expected


def test_a_bad_edit_of_a_sidecar_is_no_ready_film(house: House, film: dg.RunRequest, folder: Path):
    house.run(film)
    sidecar = folder / "match.yaml"
    sidecar.write_text("titel: Final")
    house.fail = ("sidecar",)
    assert len(house.process()) == 1 and not house.process()
    found = state(house, film)
    assert found.state == "failed" and found.asset == "sidecar" and "cannot be made" in found.message
    sidecar.unlink()  # as before: nothing is to be computed, and the film is ready again
    house.fail = ()
    [request] = house.process()
    assert [key.to_user_string() for key in request.asset_selection] == ["sidecar"]
    assert state(house, film).state == "ready" and not house.process()


def test_a_processed_film_is_ready(house: House, film: dg.RunRequest):
    house.run(film)
    found = state(house, film)
    assert found.state == "ready" and not found.stale and not found.missing


def test_a_ready_film_whose_run_history_was_cut_is_still_ready(house: House, film: dg.RunRequest):
    house.run(film)
    for run in house.instance.get_runs():
        house.instance.run_storage.delete_run(run.run_id)
    assert state(house, film).state == "ready"


def test_a_failed_film_names_the_asset_the_reason_and_the_run(house: House, film: dg.RunRequest):
    house.fail = ("metrics",)
    house.run(film)
    found = state(house, film)
    [run] = house.instance.get_runs()
    assert (found.state, found.asset, found.run_id) == ("failed", "metrics", run.run_id)
    assert found.error == "match.mp4: metrics cannot be made. Do something"
    assert set(found.missing) == followers("metrics")


def test_an_unforeseen_error_is_told_by_its_own_first_line(house: House, film: dg.RunRequest):
    @dg.asset(partitions_def=VIDEOS.definition)
    def frames():
        raise ValueError("the box\nis empty")

    dg.materialize([frames], partition_key=film.partition_key, instance=house.instance, raise_on_error=False)
    found = state(house, film)
    assert (found.asset, found.error) == ("frames", "ValueError: the box")


def test_a_run_whose_process_died_names_what_it_worked_on(house: House, film: dg.RunRequest):
    run = house.instance.get_run_by_id(house.create_run(film, Status.STARTED))
    started = dg.DagsterEvent(
        dg.DagsterEventType.STEP_START.value, "process_video", step_key="pose_keypoints", message=""
    )
    house.instance.report_dagster_event(started, run.run_id)
    house.instance.report_run_failed(run, "Run worker went away.\nmore")
    found = state(house, film)
    assert (found.state, found.asset, found.error) == ("failed", "pose_keypoints", "Run worker went away.")


def test_a_run_that_was_asked_to_stop_is_canceling_until_it_has(house: House, film: dg.RunRequest):
    run = house.instance.get_run_by_id(house.create_run(film, Status.STARTED))
    house.instance.report_run_canceling(run)
    assert state(house, film).state == "canceling"
    house.instance.report_run_canceled(run)
    assert state(house, film).state == "canceled"


def crash(house: House, film: dg.RunRequest, **tags: str) -> str:
    """A run whose worker was killed, as its code server reports it."""
    run = house.instance.get_run_by_id(house.create_run(film, Status.STARTED))
    house.instance.add_run_tags(run.run_id, {f"dagster/{name}": value for name, value in tags.items()})
    message = f"Run execution process for {run.run_id} was terminated by signal 9 (SIGKILL). This usually indicates"
    house.instance.report_engine_event(message, run)
    house.instance.report_run_failed(run)
    house.instance.report_run_failed(run, "The retry did not come; asked for again, 1 of 5.")
    return run.run_id


def test_a_crash_that_is_retried_waits_and_says_so(house: House, film: dg.RunRequest):
    run = crash(house, film, will_retry="true")
    found = state(house, film)
    assert (found.state, found.retry, found.run_id) == ("waiting", True, run)
    assert "SIGKILL" in found.message and "its retry comes by itself" in found.message
    assert partition_states(house.instance, Graph.of(house.definitions, VIDEOS))[0] == found
    house.create_run(film, Status.NOT_STARTED)
    assert state(house, film).state == "queued"


@pytest.mark.parametrize("tags", [{"will_retry": "false"}, {}])
def test_a_crash_that_is_not_retried_says_why_and_what_to_do(house: House, film: dg.RunRequest, tags: dict):
    crash(house, film, **tags)
    found = state(house, film)
    assert found.state == "failed" and not found.retry
    assert found.error.startswith("its process was ended by SIGKILL: the system had no memory left")
    assert found.message.endswith(f"Try: gametape retry {film.partition_key}")


@pytest.mark.parametrize(("seconds", "expected"), [(-5, "waiting"), (5, "failed")])
def test_a_retry_is_not_waited_for_for_ever(
    house: House, film: dg.RunRequest, monkeypatch: pytest.MonkeyPatch, seconds: float, expected: str
):
    crash(house, film, will_retry="true")
    now = records.time.time() + records.RETRY_PATIENCE_SECONDS + seconds
    monkeypatch.setattr(records.time, "time", lambda: now)
    assert state(house, film).state == expected
    assert len(failed_runs(house.instance, since=0, without="told", most=5)) == (expected == "failed")


def test_a_running_film_tells_how_far_it_is(house: House, film: dg.RunRequest):
    seen = []

    def look_from_inside(context: dg.AssetExecutionContext) -> None:
        for done in (10, 20):
            context.log_event(
                dg.AssetObservation(
                    "frames", partition=context.partition_key, metadata={"frames_done": done, "frames_total": 50}
                )
            )
        seen.append(state(house, film))

    @dg.asset(partitions_def=VIDEOS.definition)
    def source_video(): ...

    @dg.asset(partitions_def=VIDEOS.definition, deps=[source_video])
    def frames(context: dg.AssetExecutionContext):
        look_from_inside(context)

    dg.materialize([source_video, frames], partition_key=film.partition_key, instance=house.instance)
    [found] = seen
    assert (found.state, found.asset, found.frames, found.done) == ("running", "frames", (20, 50), 1)
    assert "frames, frame 20 of 50" in found.message


def test_new_code_makes_its_asset_and_what_follows_stale(house: House, film: dg.RunRequest):
    house.run(film)
    house.code = {"joint_angles": "2"}
    found = state(house, film)
    assert found.state == "stale" and set(found.stale) == followers("joint_angles")
    graph = Graph.of(house.definitions, VIDEOS)
    assert stale_or_missing_assets(house.instance, film.partition_key, graph) == set(found.stale)


def test_code_that_is_put_back_is_fresh_again(house: House, film: dg.RunRequest):
    house.run(film)
    house.code = {"joint_angles": "2"}
    assert state(house, film).state == "stale"
    house.code = {}
    assert state(house, film).state == "ready"


def test_an_input_made_again_with_other_content_makes_what_follows_stale(house: House, film: dg.RunRequest):
    house.run(film)
    house.code = {"pose_keypoints": "2"}
    again = film.with_replaced_attrs(asset_selection=[dg.AssetKey("pose_keypoints")])
    house.run(again)
    found = state(house, film)
    assert set(found.stale) == followers("pose_keypoints") - {"pose_keypoints"}


def test_films_do_not_lend_each_other_their_records(house: House, folder: Path, film: dg.RunRequest):
    house.run(film)
    (folder / "other.mp4").write_bytes(film_bytes("other"))
    house.fail = ("frames",)
    house.process()
    graph = Graph.of(house.definitions, VIDEOS)
    states = partition_states(house.instance, graph, memory=None)
    assert [found.state for found in states] == ["ready", "failed"]


@pytest.mark.parametrize("damage", ["none", "gone", "garbage", "another instance"])
def test_the_memory_of_events_can_be_lost(house: House, film: dg.RunRequest, damage: str):
    house.run(film)
    assert state(house, film).state == "ready"
    file = house.settings.home / "records-videos.sqlite"
    assert file.exists()
    if damage == "gone":
        file.unlink()
    elif damage == "garbage":
        file.write_bytes(b"not a database " * 100)
    elif damage == "another instance":
        with sqlite3.connect(file) as db:
            [(table,)] = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            db.execute(f"UPDATE {table} SET code = 'wrong'")
            db.execute(f"ALTER TABLE {table} RENAME TO versions_0123")
    assert state(house, film).state == "ready"


def test_the_memory_says_what_the_events_say(house: House, film: dg.RunRequest):
    house.run(film)
    graph = Graph.of(house.definitions, VIDEOS)
    read = PartitionRecords(house.instance, graph).made([film.partition_key])
    file = house.settings.home / "records.sqlite"
    first, second = (PartitionRecords(house.instance, graph, file).made([film.partition_key]) for _ in range(2))
    assert read == first == second
    assert set(read[film.partition_key]) == set(PARENTS)


def test_the_memory_does_not_grow_with_what_was_made_again(
    house: House, film: dg.RunRequest, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(event_memory, "KEPT_OUTDATED", 0)
    for _ in range(5):
        house.run(film)
        assert state(house, film).state == "ready"
    with sqlite3.connect(house.settings.home / "records-videos.sqlite") as db:
        [(table,)] = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        [(kept,)] = db.execute(f"SELECT count(*) FROM {table}").fetchall()
    assert len(PARENTS) <= kept <= 3 * len(PARENTS)


def made(graph: Graph, **data: str) -> dict[str, Materialized]:
    """Every asset, made whole; `data` are data versions that are not the asset's name."""
    versions = {asset: data.get(asset, asset) for asset in graph.assets}
    return {
        asset: Materialized.of("1", versions[asset], {parent: input_mark(versions[parent]) for parent in parents})
        for asset, parents in graph.parents.items()
    }


GRAPH = Graph(PARENTS, dict.fromkeys(PARENTS, "1"))


@pytest.mark.parametrize("changed", PARENTS)
def test_what_follows_is_made_again_and_nothing_else(changed: str):
    newer = Graph(PARENTS, {**GRAPH.code_versions, changed: "2"})
    assert to_compute(newer, made(GRAPH)) == followers(changed)
    without = {asset: what for asset, what in made(GRAPH).items() if asset != changed}
    assert to_compute(GRAPH, without) == followers(changed)
    assert to_compute(GRAPH, made(GRAPH)) == frozenset()


def test_an_expected_version_stops_what_follows():
    """A new title: what is to be analysed stays what it was, so no picture is looked at again."""
    again = to_compute(GRAPH, made(GRAPH), expected={"sidecar": "new", VIDEOS.scope_asset: VIDEOS.scope_asset})
    assert again == AFTER_A_TITLE


def test_an_asset_whose_name_ends_like_another_is_not_mistaken_for_it():
    assert not Materialized.of("1", "a", {"all_frames": "x"}).was_made_from("frames", "x")


def test_postgres_says_the_same(postgres_url: str, house: House, folder: Path, tmp_path: Path):
    """Sensor and states ask Dagster's tables themselves: they must do so in both dialects."""
    home = tmp_path / "on-postgres"
    home.mkdir()
    url = postgres_url.replace("postgresql://", "postgresql+psycopg2://")
    (home / "dagster.yaml").write_text(
        f"telemetry: {{enabled: false}}\nstorage: {{postgres: {{postgres_url: '{url}'}}}}\n"
    )
    with dg.DagsterInstance.from_config(str(home)) as house.instance:
        for name in ("a", "b"):
            (folder / f"{name}.mp4").write_bytes(film_bytes(name))
        house.process()
        (folder / "a.yaml").write_text("title: New")
        house.fail = ("report",)
        [request] = house.process()
        assert len(request.asset_selection) == len(AFTER_A_TITLE)
        house.fail = ()
        graph = Graph.of(house.definitions, VIDEOS)
        states = partition_states(house.instance, graph, memory=house.settings.home / "records.sqlite")
        assert [(found.state, found.asset) for found in states] == [("failed", "report"), ("ready", None)]
        [failure] = failed_runs(house.instance, since=0, without="told", most=5)
        assert failure.key == states[0].key
        house.instance.add_run_tags(failure.run_id, {"told": failure.run_id})
        assert failed_runs(house.instance, since=0, without="told", most=5) == []
        house.code = {"joint_angles": "2"}
        newer = Graph.of(house.definitions, VIDEOS)
        one = partition_state(house.instance, states[1].key, newer, memory=house.settings.home / "records.sqlite")
        assert set(one.stale) == followers("joint_angles")
        house.create_run(dg.RunRequest(run_key="k", partition_key=states[1].key), Status.STARTED)
        assert PartitionRecords(house.instance, graph).busy() == {states[1].key}


@pytest.mark.parametrize(
    ("picture", "told"),
    [("", ""), ("black", "the picture is black"), ("dark", "so dark"), ("still", "the picture stands still")],
)
def test_a_ready_film_in_which_nothing_is_to_be_seen_is_told(
    house: House, film: dg.RunRequest, picture: str, told: str
):
    house.picture = picture
    house.run(film)
    found = state(house, film)
    assert found.state == "ready" and told in found.message and bool(found.message) == bool(told)


def test_a_first_look_keeps_the_word_of_a_black_picture(house: House, folder: Path):
    house.picture = "black"
    (folder / "match.mp4").write_bytes(film_bytes("match"))
    (folder / "match.yaml").write_text("analysis: quick")
    house.process()
    graph = Graph.of(house.definitions, VIDEOS)
    [key] = VIDEOS.keys(house.instance)
    frames = PartitionRecords(house.instance, graph).made([key])[key]["frames"]
    assert frames.quick and frames.label == "black"
