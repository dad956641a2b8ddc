"""Time of the upload sensor and the list of states with many films: `python -m benchmarks.many_films 10000`.

Builds an upload folder and a Dagster instance on SQLite in a temporary folder. One film is really processed, by assets
with the same names, versions and graph (tests/film_house.py); its records are copied for all others, with metadata of
realistic size. Prints wall and CPU seconds, the best of three; what happens only once is measured once.
"""

import argparse
import logging
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import dagster as dg

from orchestration.partitions.state import partition_state, partition_states
from resources.graph import Graph
from resources.partitions import VIDEOS
from resources.records import PartitionRecords
from resources.uploads import UploadStoreResource
from tests.film_house import House, Settings

#: Characters of base64 in the picture of an asset's materialization.
PICTURES = {
    "frames": 12_000,
    "ball_trajectory": 12_000,
    "pose_estimates": 12_000,
    "people": 12_000,
}
#: Characters of the other metadata.
METADATA = 1_500


def main() -> None:
    """Measure with as many films as the command line says."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("films", type=int, nargs="?", default=10_000)
    films = arguments.parse_args().films
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "dagster").mkdir()
        with dg.DagsterInstance.local_temp(f"{folder}/dagster") as instance:
            run(instance, Path(folder), films)


def run(instance: dg.DagsterInstance, home: Path, films: int) -> None:
    """Run all measurements with `films` films in the folder `home`."""
    (home / "uploads").mkdir()
    uploads = UploadStoreResource(base_uri=str(home / "uploads"), memo=str(home / "memo.sqlite"))
    house = House(instance, uploads, Settings(home=home, settle_seconds=0, requests_per_tick=25))
    drop(home / "uploads", 0)
    [template] = house.process()
    graph = Graph.of(house.definitions, VIDEOS)
    for number in range(1, films):
        drop(home / "uploads", number)

    def request_all() -> list[tuple[str, str]]:
        house.settings = house.settings.model_copy(update={"requests_per_tick": films})
        return [(r.partition_key, r.run_key) for r in house.tick().run_requests]

    requests: list[tuple[str, str]] = []
    measure(f"first evaluation, {films} new films", lambda: requests.extend(request_all()), times=1)
    copy_records(home / "dagster", template.partition_key, template.run_key, requests)
    print(f"records: {sum(f.stat().st_size for f in (home / 'dagster').rglob('*.db')) / 1e6:.0f} MB")
    memory = home / "records.sqlite"
    house.settings = house.settings.model_copy(update={"requests_per_tick": 25})
    assert not house.tick().run_requests
    measure("evaluation, nothing new", house.tick)
    drop(home / "uploads", films)
    measure("evaluation, one new film", house.tick)
    measure("states of all, first time", lambda: partition_states(instance, graph, memory=memory), times=1)
    states = partition_states(instance, graph, memory=memory)
    assert {state.state for state in states} == {"ready"} and len(states) == films
    measure("states of all", lambda: partition_states(instance, graph, memory=memory))
    records = PartitionRecords(instance, graph, memory)
    measure("  of which: materializations", lambda: records.made(records.keys()))
    measure("  of which: newest ids", lambda: records.last_ids())
    measure("  of which: newest runs", records.last_runs)
    measure("state of one", lambda: partition_state(instance, states[films // 2].key, graph, memory=memory))
    (home / "uploads" / "000" / "film-00001.yaml").write_text("title: New")
    measure("evaluation, one changed sidecar", house.tick)
    instance.run_storage.wipe()
    measure("evaluation, run history deleted", house.tick)


def drop(folder: Path, number: int) -> None:
    """Write a small file whose content depends on its number, 100 in a folder."""
    path = folder / f"{number // 100:03}" / f"film-{number:05}.mp4"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(f"film {number}".encode() * 20)


def measure(what: str, work: Callable[[], object], times: int = 3) -> None:
    """Print the least wall and CPU seconds of some runs of `work`."""
    best = (float("inf"), float("inf"))
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        best = min(best, (time.perf_counter() - wall, time.process_time() - cpu))
    print(f"{what:40} {best[0]:7.3f} s wall {best[1]:7.3f} s CPU", flush=True)


def copy_records(dagster_home: Path, key: str, run_key: str, films: list[tuple[str, str]]) -> None:
    """Copy the template's partition, run, tags and materializations for each (key, run key) of `films`."""
    with closing(sqlite3.connect(dagster_home / "history" / "runs.db")) as db, db:
        columns = "run_id, snapshot_id, pipeline_name, status, run_body, partition, partition_set"
        [row] = db.execute(f"SELECT {columns} FROM runs").fetchall()
        tags = db.execute("SELECT key, value FROM run_tags").fetchall()

        def renamed(text: str | None, number: int, film: tuple[str, str]) -> str | None:
            if text is None:
                return None
            return text.replace(run_key, film[1]).replace(key, film[0]).replace(row[0], f"run-{number}")

        db.executemany(
            f"INSERT INTO runs ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (f"run-{i}", row[1], row[2], row[3], renamed(row[4], i, film), renamed(row[5], i, film), row[6])
                for i, film in enumerate(films)
            ),
        )
        db.executemany(
            "INSERT INTO run_tags (run_id, key, value) VALUES (?, ?, ?)",
            ((f"run-{i}", tag, renamed(value, i, film)) for i, film in enumerate(films) for tag, value in tags),
        )
        run_id = row[0]
    [index] = list((dagster_home / "history").rglob("index.db"))
    with closing(sqlite3.connect(index)) as db, db:
        [name] = {row[0] for row in db.execute("SELECT partitions_def_name FROM dynamic_partitions")}
        db.executemany(
            "INSERT INTO dynamic_partitions (partitions_def_name, partition) VALUES (?, ?)",
            ((name, film[0]) for film in films),
        )
        columns = "event, dagster_event_type, timestamp, step_key, asset_key, partition"
        events = db.execute(f"SELECT id, {columns} FROM event_logs WHERE partition IS NOT NULL ORDER BY id").fetchall()
        next_id = db.execute("SELECT max(id) FROM event_logs").fetchone()[0] + 1
        tag_rows = db.execute(
            "SELECT event_id, asset_key, key, value, event_timestamp FROM asset_event_tags"
        ).fetchall()
        for i, (film, _) in enumerate(films):
            new_ids = {}
            for old, event, kind, *rest in events:
                padding = METADATA + PICTURES.get(rest[1], 0) if kind == "ASSET_MATERIALIZATION" else 0
                event = event.replace(key, film).replace(run_id, f"run-{i}")
                event = event.replace('"metadata_entries": []', f'"metadata_entries": ["{"x" * padding}"]')
                row = (next_id, f"run-{i}", event, kind, *rest[:-1], film)
                db.execute(f"INSERT INTO event_logs (id, run_id, {columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
                new_ids[old] = next_id
                next_id += 1
            db.executemany(
                "INSERT INTO asset_event_tags (event_id, asset_key, key, value, event_timestamp)"
                " VALUES (?, ?, ?, ?, ?)",
                ((new_ids[event], *rest) for event, *rest in tag_rows if event in new_ids),
            )


if __name__ == "__main__":
    main()
