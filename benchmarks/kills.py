"""Kill -9 again and again, at random moments, of whatever works on a film; how many films come through.

`python -m benchmarks.kills --kills 40`: a real house (`gametape dev`), the real sensors and Dagster's own retries; the
films take some seconds and no computing. Every film must end ready, and have exactly one retry for each kill that ended
its run.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg

from gametape.base.settings import settings

#: What is killed, and how often in a hundred.
VICTIMS = {
    "worker": 50,
    "code server": 10,
    "worker and code server": 10,
    "daemon": 10,
    "everything": 10,  # a power cut
    "everything, and Dagster misses the failure": 10,
}
#: A film that is not ready by then is lost.
PATIENCE_SECONDS = 420.0
_HOUSE = (
    "from orchestration.services import House; House('127.0.0.1', {port}, module='benchmarks.kills_location').run()"
)


@dataclass
class Chaos:
    """A house in a folder of its own, and who can be killed in it."""

    home: Path
    port: int
    house: subprocess.Popen | None = None
    outcomes: list[dict] = field(default_factory=list)

    def start(self) -> None:
        """Start the house."""
        with (self.home / "house.log").open("ab") as log:
            command = [sys.executable, "-c", _HOUSE.format(port=self.port)]
            self.house = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def stop(self) -> None:
        """Stop it as a person does."""
        if self.house:
            self.house.terminate()
            self.house.wait(timeout=60)

    def children(self, *words: str) -> list[int]:
        """The house's processes with these words in their command, at any depth."""
        rows = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        parents, commands = {}, {}
        for row in rows.splitlines():
            pid, parent, command = row.split(None, 2)
            parents[int(pid)], commands[int(pid)] = int(parent), command
        assert self.house
        found, front = [], [self.house.pid]
        while front:
            front = [pid for pid, parent in parents.items() if parent in front]
            found += front
        return [pid for pid in found if all(word in commands[pid] for word in words)]

    def kill(self, victim: str, instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
        """Kill -9."""
        from resources.workers import worker_of

        worker = worker_of(run)
        if victim.startswith("everything"):
            pids = [*self.children(), self.house.pid, *([worker.pid] if worker and worker.life() == "alive" else [])]
        elif victim == "daemon":
            pids = self.children("dagster._daemon")
        else:
            pids = self.children("api grpc") if "code server" in victim else []
            pids += [worker.pid] if victim.startswith("worker") and worker and worker.life() == "alive" else []
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if victim.startswith("everything"):
            self.house.wait()
            if "misses" in victim:
                miss(instance, run)
            self.start()


def miss(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Report a failure that Dagster's retries take for one that they have seen, as they do when they look too early."""
    instance.report_run_failed(run)
    last = str(instance.event_log_storage.get_maximum_record_id())
    instance.daemon_cursor_storage.set_cursor_values({"EVENT_LOG_CONSUMER_CURSOR-PIPELINE_FAILURE": last})


def wait_for(what: Callable[[], object], seconds: float) -> object:
    """What it gives as soon as it is true; None when it never is."""
    until = time.monotonic() + seconds
    while (began := time.monotonic()) < until:
        if got := what():
            return got
        time.sleep(max(0.2, 4 * (time.monotonic() - began)))  # asking takes the time that the house needs
    return None


def attack(chaos: Chaos, instance: dg.DagsterInstance, number: int, victim: str, after: float) -> dict:
    """One film, and a kill some seconds `after` its work began. Returns what became of it."""
    from benchmarks.kills_location import defs
    from orchestration.partitions.control import key_of
    from orchestration.partitions.state import partition_state
    from resources.graph import Graph
    from resources.partitions import VIDEOS
    from resources.run_events import AGAIN, events_of
    from resources.uploads import uploads_from_settings
    from resources.workers import worker_of
    from tests.film_house import film_bytes

    graph = Graph.of(defs, VIDEOS)
    state = lambda: partition_state(instance, key, graph).state  # noqa: E731
    store = uploads_from_settings().store()
    (chaos.home / "film.mp4").write_bytes(film_bytes(f"{chaos.home} {number}"))
    key = key_of(instance, store, store.put(chaos.home / "film.mp4", name=f"film {number}.mp4"))
    tags = dg.RunsFilter(tags={"dagster/partition": key})
    started = lambda: next((run for run in instance.get_runs(tags) if worker_of(run)), None)  # noqa: E731
    if not wait_for(started, PATIENCE_SECONDS):
        return {"film": key, "victim": "-", "ended": "never started"}
    time.sleep(after)
    run = started()
    chaos.kill(victim, instance, run)
    began = time.monotonic()
    wait_for(lambda: state() == "ready", PATIENCE_SECONDS)
    seconds = time.monotonic() - began
    runs = instance.get_runs(tags)
    failures = [
        event.message or ""
        for one in runs
        for event in events_of(instance, one.run_id, {dg.DagsterEventType.RUN_FAILURE})
    ]
    asked = sum(message.startswith(AGAIN) for message in failures)
    lost = sum("worker is gone" in message for message in failures)
    return {
        "film": key,
        "victim": victim,
        "seconds": round(seconds, 1),
        "ended": state(),
        "runs": [one.status.value for one in runs],
        "children": max(Counter(one.parent_run_id for one in runs if one.parent_run_id).values(), default=0),
        "retry asked for": asked,
        "found lost": lost,
    }


def main() -> None:
    """Attack, and print what became of the films."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=3791)
    chosen = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="gametape-kills-"))
    for name in [name for name in os.environ if name.startswith("GAMETAPE_")]:
        del os.environ[name]
    os.environ |= {"GAMETAPE_HOME": str(home), "DAGSTER_HOME": str(home / "dagster"), "GAMETAPE_SENSOR_SECONDS": "1"}
    os.environ["GAMETAPE_SETTLE_SECONDS"] = "0"
    settings.cache_clear()
    from orchestration.instance import open_instance, prepare

    prepare()
    chaos, chance = Chaos(home, chosen.port), random.Random(chosen.seed)
    chaos.start()
    try:
        with open_instance() as instance:
            for number in range(chosen.kills):
                victim = chance.choices(list(VICTIMS), VICTIMS.values())[0]
                outcome = attack(chaos, instance, number, victim, after=chance.uniform(0, 7))
                chaos.outcomes.append(outcome)
                print(json.dumps(outcome), flush=True)
    finally:
        chaos.stop()
    good = [one for one in chaos.outcomes if one["ended"] == "ready" and one["children"] <= 1]
    seconds = sorted(one["seconds"] for one in good)
    print(json.dumps({
        "kills": len(chaos.outcomes),
        "came through": len(good),
        "doubled": sum(one.get("children", 0) > 1 for one in chaos.outcomes),
        "retry asked for": sum(bool(one.get("retry asked for")) for one in chaos.outcomes),
        "found lost": sum(bool(one.get("found lost")) for one in chaos.outcomes),
        "median seconds from kill to ready": seconds[len(seconds) // 2] if seconds else None,
        "longest": seconds[-1] if seconds else None,
    }))  # fmt: skip
    if len(good) == len(chaos.outcomes):
        shutil.rmtree(home)
    else:
        print(f"kept for a look: {home}")
        sys.exit(1)


if __name__ == "__main__":
    main()
