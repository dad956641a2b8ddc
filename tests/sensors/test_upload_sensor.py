"""The upload sensor on a Dagster instance: nothing lost, nothing run twice."""

from pathlib import Path

import dagster as dg
import pytest

from gametape.uploads import SidecarState
from orchestration.partitions.state import partition_state, stale_or_missing_assets
from resources.graph import Graph
from resources.partitions import VIDEOS
from resources.records import REQUEST_TAG, PartitionRecords
from tests.film_house import AFTER_A_TITLE, AFTER_A_TRIM, PARENTS, House, film_bytes, followers


def drop(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(film_bytes(name))


def selected(request: dg.RunRequest) -> set[str]:
    return {key.to_user_string() for key in request.asset_selection} if request.asset_selection else set(PARENTS)


def told(result: dg.SensorResult) -> str:
    return result.skip_reason.skip_message


def test_a_film_becomes_a_partition_and_one_run_in_one_answer(house: House, folder: Path):
    drop(folder, "cup/Match 1.mp4")
    result = house.tick()
    [keys], [request] = result.dynamic_partitions_requests, result.run_requests
    assert keys.partition_keys == [request.partition_key] and request.partition_key.startswith("match-1-")
    assert request.asset_selection is None
    assert request.tags["gametape/upload"] == "cup/Match 1.mp4" and request.tags["gametape/bytes"] == "300"
    assert int(request.tags["dagster/max_runtime"]) >= 3600


def test_a_processed_film_is_left_alone(house: House, folder: Path):
    drop(folder, "match.mp4")
    assert len(house.process()) == 1
    result = house.tick()
    assert not result.run_requests and not result.dynamic_partitions_requests
    assert "1 films in hand" in told(result) or "1 film in hand" in told(result)


def test_a_failed_run_is_not_asked_for_again(house: House, folder: Path):
    drop(folder, "match.mp4")
    house.fail = ("frames",)
    house.process()
    assert not house.tick().run_requests


def test_a_daemon_that_dies_between_partitions_and_runs_loses_no_film(house: House, folder: Path):
    drop(folder, "a.mp4", "b.mp4")
    house.add_partitions(house.tick())  # and dies
    result = house.tick()
    assert len(result.run_requests) == 2 and not result.dynamic_partitions_requests


def test_hundreds_of_films_and_a_daemon_that_keeps_dying(house: House, folder: Path, tmp_path: Path):
    names = [f"film-{i:04}.mp4" for i in range(300)]
    drop(folder, *names)
    house.settings = house.settings.model_copy(update={"requests_per_tick": 30})
    runs: list[str] = []
    for number in range(60):
        result = house.tick()
        if not result.run_requests:
            break
        house.add_partitions(result)
        if number % 5 == 1:
            continue  # dies with partitions added, runs lost
        survivors = result.run_requests[: 18 if number % 5 == 3 else None]  # dies while it submits
        runs += [request.partition_key for request in survivors]
        for request in survivors:
            house.create_run(request, dg.DagsterRunStatus.SUCCESS)
        if number % 5 == 2:
            (tmp_path / "memo.sqlite").unlink()
    assert len(runs) == len(set(runs)) == 300
    assert [key.rsplit("-", 1)[0] for key in runs] == [name[:-4] for name in names]  # in order of arrival
    assert len(house.instance.get_dynamic_partitions("videos")) == 300


def test_the_same_bytes_under_two_names_are_one_film(house: House, folder: Path):
    drop(folder, "a.mp4")
    (folder / "b.mp4").write_bytes((folder / "a.mp4").read_bytes())
    [request] = house.process()
    assert request.partition_key.startswith("a-")
    (folder / "c.mp4").write_bytes((folder / "a.mp4").read_bytes())
    assert not house.tick().run_requests


def test_a_renamed_film_keeps_its_partition(house: House, folder: Path):
    drop(folder, "a.mp4")
    house.process()
    (folder / "a.mp4").rename(folder / "final.mp4")
    assert not house.tick().run_requests


def test_another_film_under_the_same_name_is_another_partition(house: House, folder: Path):
    drop(folder, "a.mp4")
    [first] = house.process()
    (folder / "a.mp4").write_bytes(b"other content")
    [second] = house.process()
    assert first.partition_key != second.partition_key


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("title: Final\nplayers: [{name: Ada}]", AFTER_A_TITLE),
        ("trim_start_s: 2", AFTER_A_TRIM),
        ("analyses: [ball]", AFTER_A_TRIM),
    ],
)
def test_a_changed_sidecar_makes_again_only_what_it_changes(house: House, folder: Path, text: str, expected: set[str]):
    drop(folder, "match.mp4")
    house.process()
    (folder / "match.yaml").write_text(text)
    [request] = house.process()
    assert selected(request) == expected
    assert not house.tick().run_requests


def test_a_sidecar_that_says_the_same_in_other_words_changes_nothing(house: House, folder: Path):
    drop(folder, "match.mp4")
    (folder / "match.yaml").write_text("title: Final\nsport: tennis")
    house.process()
    (folder / "match.yaml").write_text("# the final\nsport: 'tennis'\ntitle: Final\n")
    assert not house.tick().run_requests


def test_a_sidecar_that_is_put_back_is_followed_back(house: House, folder: Path):
    """Dagster never runs a run key twice: A, B and A again need three."""
    drop(folder, "match.mp4")
    (folder / "match.yaml").write_text("title: A")
    keys = [house.process()[0].run_key]
    for title in ("B", "A", "B"):
        (folder / "match.yaml").write_text(f"title: {title}")
        [request] = house.process()
        assert selected(request) == AFTER_A_TITLE
        keys.append(request.run_key)
    assert len(set(keys)) == 4


def test_a_window_that_failed_half_way_is_made_whole_when_the_old_sidecar_returns(house: House, folder: Path):
    """The ball is of the new window, the poses of the old: a look at the sidecars alone would miss it."""
    drop(folder, "match.mp4")
    house.process()
    (folder / "match.yaml").write_text("trim_start_s: 2")
    house.fail = ("pose_keypoints",)
    house.process()
    house.fail = ()
    (folder / "match.yaml").write_text("title: Final")
    [request] = house.tick().run_requests
    assert selected(request) == AFTER_A_TRIM


def test_a_sidecar_changed_while_the_film_waits_is_not_a_second_run(house: House, folder: Path):
    drop(folder, "match.mp4")
    result = house.tick()
    house.add_partitions(result)
    run_id = house.create_run(result.run_requests[0])
    (folder / "match.yaml").write_text("title: Final")
    waiting = house.tick()
    assert not waiting.run_requests and "a run of it has not ended" in told(waiting)
    # The run begins, reads the new sidecar and ends: nothing is left to do.
    house.run(result.run_requests[0])
    house.instance.delete_run(run_id)
    assert not house.tick().run_requests


def test_a_bad_sidecar_does_not_keep_the_film_from_its_run(house: House, folder: Path):
    drop(folder, "match.mp4")
    (folder / "match.yaml").write_text("titel: Final")
    house.fail = ("sidecar",)
    [request] = house.process()
    assert request.asset_selection is None
    skipped = house.tick()
    assert not skipped.run_requests and "unknown key 'titel'" in told(skipped)
    house.fail = ()
    (folder / "match.yaml").write_text("title: Final")
    [request] = house.process()
    assert selected(request) == AFTER_A_TITLE, "no picture is looked at again"
    assert not house.tick().run_requests


def test_a_sidecar_that_is_spoilt_and_mended_does_not_analyse_another_part_of_the_film(house: House, folder: Path):
    drop(folder, "match.mp4")
    (folder / "match.yaml").write_text("trim_start_s: 2")
    house.process()
    house.fail = ("sidecar",)
    (folder / "match.yaml").write_text("trim_start_s: 2\ntitel: Final")
    [request] = house.process()
    assert selected(request) == AFTER_A_TITLE
    house.fail = ()
    (folder / "match.yaml").write_text("trim_start_s: 2\ntitle: Final")
    [request] = house.process()
    assert selected(request) == AFTER_A_TITLE


def test_a_film_retried_by_hand_before_the_look_gets_the_trim_of_its_mended_sidecar(house: House, folder: Path):
    drop(folder, "match.mp4")
    (folder / "match.yaml").write_text("trim_start_s: 2\ntitel: Final")
    house.fail = ("sidecar",)
    [request] = house.process()
    house.fail = ()
    (folder / "match.yaml").write_text("trim_start_s: 5\ntitle: Final")
    by_hand = sorted(
        stale_or_missing_assets(house.instance, request.partition_key, Graph.of(house.definitions, VIDEOS))
    )
    assert VIDEOS.scope_asset not in by_hand, "what it was made from is fresh, as far as the records tell"
    keys = [dg.AssetKey(asset) for asset in by_hand]
    assert house.run(dg.RunRequest(partition_key=request.partition_key, asset_selection=keys)).success
    [request] = house.process()
    assert selected(request) >= followers(VIDEOS.scope_asset)
    assert not house.tick().run_requests


def test_of_a_film_whose_sidecar_is_faulty_the_kept_scope_is_not_made_again(house: House, folder: Path):
    drop(folder, "match.mp4")
    house.process()
    records = PartitionRecords(house.instance, Graph.of(house.definitions, VIDEOS))
    [key], scope = records.keys(), VIDEOS.scope_asset
    assert scope not in records.to_compute(key, SidecarState.unreadable(b"titel: x", "unknown key"))
    assert scope in records.to_compute(key, SidecarState("other", "other"))


def test_a_run_history_that_was_cut_does_not_process_everything_again(house: House, folder: Path):
    drop(folder, "match.mp4")
    house.process()
    for run in house.instance.get_runs():
        house.instance.run_storage.delete_run(run.run_id)
    assert not dict(house.instance.get_run_tags([REQUEST_TAG]))
    assert not house.tick().run_requests


def test_a_film_deleted_with_its_partition_is_processed_when_it_is_uploaded_again(house: House, folder: Path):
    drop(folder, "match.mp4")
    [first] = house.process()
    house.uploads.store().delete(first.partition_key)
    house.instance.delete_dynamic_partition("videos", first.partition_key)
    assert not house.tick().run_requests
    drop(folder, "match.mp4")
    [second] = house.tick().run_requests
    assert second.partition_key == first.partition_key and second.run_key != first.run_key
    assert second.asset_selection is None


def test_a_store_that_cannot_be_listed_says_so_and_deletes_nothing(house: House, folder: Path):
    drop(folder, "match.mp4")
    house.process()
    folder.rename(folder.with_name("unmounted"))
    result = house.tick()
    assert "cannot be listed" in told(result) and not result.dynamic_partitions_requests
    folder.mkdir()  # mounted, but empty
    result = house.tick()
    assert not result.run_requests and not result.dynamic_partitions_requests
    assert len(house.instance.get_dynamic_partitions("videos")) == 1


def test_one_bad_upload_is_named_and_does_not_hold_back_the_others(house: House, folder: Path):
    drop(folder, "good.mp4")
    (folder / "empty.mp4").touch()
    result = house.tick()
    assert len(result.run_requests) == 1
    house.process()
    assert "empty.mp4: is empty (0 bytes)" in told(house.tick())


def test_a_name_that_no_text_can_hold_gets_a_run(house: House, folder: Path):
    import os

    with open(os.path.join(os.fsencode(folder), b"ma\xfftch\n<b>.mp4"), "wb") as file:  # noqa: PTH118, PTH123
        file.write(b"film")
    [request] = house.process()
    assert request.tags["gametape/upload"].isprintable()
    [run] = house.instance.get_runs()
    assert run.status == dg.DagsterRunStatus.SUCCESS  # its assets found the file by its key


def test_the_owner_is_on_the_run(house: House, folder: Path):
    drop(folder, "match.mp4")
    (folder / "match.json").write_text('{"owner": "ada@example.org"}')
    assert house.tick().run_requests[0].tags["gametape/owner"] == "ada@example.org"


def test_a_film_deleted_and_uploaded_again_is_made_again(house: House, folder: Path):
    """Its runs are gone, their ids and run keys come again: nothing remembered of the first life may count."""
    drop(folder, "match.mp4")
    house.code = {"report": "old"}
    [first] = house.process()
    memory = house.settings.home / "records.sqlite"
    records = lambda: PartitionRecords(house.instance, Graph.of(house.definitions, VIDEOS), memory)  # noqa: E731
    assert records().made([first.partition_key])[first.partition_key]["report"].code == "old"

    for run in house.instance.get_runs():
        house.instance.delete_run(run.run_id)
    house.instance.delete_dynamic_partition("videos", first.partition_key)
    (folder / "match.mp4").unlink()
    assert not house.tick().run_requests

    drop(folder, "match.mp4")
    house.code = {"report": "new"}
    [second] = house.process()
    assert second.partition_key == first.partition_key and second.asset_selection is None
    assert records().made([first.partition_key])[first.partition_key]["report"].code == "new"
    assert not house.tick().run_requests


QUICK = "analysis: quick"


def state_of(house: House, key: str):
    return partition_state(
        house.instance, key, Graph.of(house.definitions, VIDEOS), memory=house.settings.home / "records.sqlite"
    )


def test_a_first_look_is_followed_by_the_full_analysis_which_replaces_all_of_it(house: House, folder: Path):
    drop(folder, "match.mp4")
    (folder / "match.yaml").write_text(QUICK)
    [look] = house.process()
    assert look.asset_selection is None and look.tags["gametape/analysis"] == "quick"
    assert look.tags["dagster/max_retries"] == "0" and int(look.tags["dagster/priority"]) > 0
    state = state_of(house, look.partition_key)
    assert (state.state, state.first_look) == ("waiting", True)
    assert state.message == "first look ready; the full analysis is requested next"

    [full] = house.process()
    assert selected(full) == set(PARENTS) - {
        "source_video",
        "sidecar",
        "analysis_scope",
    }  # they tell of the upload: the same in both
    assert "gametape/analysis" not in full.tags
    state = state_of(house, look.partition_key)
    assert (state.state, state.first_look) == ("ready", False)
    assert not house.tick().run_requests


def test_the_operator_may_want_first_looks_of_all_films(house: House, folder: Path):
    house.settings = house.settings.model_copy(update={"analysis": "quick"})
    drop(folder, "a.mp4", "b.mp4")
    (folder / "b.yaml").write_text("analysis: full")
    assert [r.tags.get("gametape/analysis") for r in house.tick().run_requests] == ["quick", None]


@pytest.mark.parametrize("asset", ["source_video", "frames", "report"])
def test_a_first_look_that_failed_does_not_keep_the_film_from_its_analysis(house: House, folder: Path, asset: str):
    drop(folder, "match.mp4")
    (folder / "match.yaml").write_text(QUICK)
    house.fail = (asset,)
    [look] = house.process()
    state = state_of(house, look.partition_key)
    assert state.state == "waiting" and "its first look, run" in state.message
    house.fail = ()
    assert len(house.process()) == 1
    assert state_of(house, look.partition_key).state == "ready"
    assert not house.tick().run_requests


def test_a_full_analysis_that_fails_is_told_with_the_first_look_and_not_asked_for_again(house: House, folder: Path):
    drop(folder, "match.mp4")
    (folder / "match.yaml").write_text(QUICK)
    [look] = house.process()
    house.fail = ("pose_keypoints",)
    assert len(house.process()) == 1
    state = state_of(house, look.partition_key)
    assert state.state == "failed" and state.message.startswith("first look ready; pose_keypoints: match.mp4")
    assert not house.tick().run_requests
    # What `gametape retry` makes: all that is still of the first look, though frames are whole by now.
    again = stale_or_missing_assets(house.instance, look.partition_key, Graph.of(house.definitions, VIDEOS))
    assert again >= {"pose_keypoints", "joint_angles", "metrics", "findings", "report"} and "frames" not in again


def test_a_first_look_canceled_stays_canceled(house: House, folder: Path):
    drop(folder, "match.mp4")
    (folder / "match.yaml").write_text(QUICK)
    result = house.tick()
    house.add_partitions(result)
    house.create_run(result.run_requests[0], dg.DagsterRunStatus.CANCELED)
    assert not house.tick().run_requests
    assert state_of(house, result.run_requests[0].partition_key).state == "canceled"


def test_a_daemon_that_dies_after_the_partition_still_gives_a_first_look(house: House, folder: Path):
    drop(folder, "match.mp4")
    (folder / "match.yaml").write_text(QUICK)
    house.add_partitions(house.tick())
    [request] = house.tick().run_requests
    assert request.tags["gametape/analysis"] == "quick"


def test_a_sidecar_changed_during_the_first_look_is_in_the_full_analysis(house: House, folder: Path):
    drop(folder, "match.mp4")
    (folder / "match.yaml").write_text(QUICK)
    house.process()
    (folder / "match.yaml").write_text(f"{QUICK}\ntrim_start_s: 2")
    [full] = house.process()
    assert selected(full) == set(PARENTS) - {"source_video"} and "gametape/analysis" not in full.tags
    assert not house.tick().run_requests
    (folder / "match.yaml").write_text("trim_start_s: 2")  # the wish for a first look is no news afterwards
    assert not house.tick().run_requests


def test_a_run_history_cut_after_a_first_look_leads_to_the_full_analysis(house: House, folder: Path):
    drop(folder, "match.mp4")
    (folder / "match.yaml").write_text(QUICK)
    house.process()
    for run in house.instance.get_runs():
        house.instance.run_storage.delete_run(run.run_id)
    [full] = house.process()
    assert "gametape/analysis" not in full.tags and "frames" in selected(full)
    assert not house.tick().run_requests
