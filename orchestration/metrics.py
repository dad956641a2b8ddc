"""The house's figures for Prometheus, and its health for whoever balances load: `/metrics` and `/healthz`.

Belongs here: which figures, and how they are written. Does not belong here: what is ill (`orchestration.health`), who
may ask (`orchestration.webserver`).
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import dagster as dg
from starlette.responses import PlainTextResponse

from gametape.base.settings import Settings, settings
from orchestration.health import DAY_SECONDS, MOST_FAILURES, Health, health_of
from orchestration.partitions.state import asset_graph, partition_states
from resources import dagster_internals as internals
from resources.partitions import SETS
from resources.quarantine import set_aside
from resources.records import failed_runs
from resources.run_events import failure_reason
from resources.weather import AWAY_SINCE_TAG

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

#: Asked more often than this, the last answer is given again.
KEPT_SECONDS = 15.0
#: The stages' seconds are of so many runs, the newest that have ended.
RUNS = 20
#: Of so many failures the cause is looked up.
CAUSES = 200


@dataclass
class Figure:
    """A metric: its help, and a value for each set of labels."""

    name: str
    help: str
    values: list[tuple[Mapping[str, str], float]] = field(default_factory=list)

    def __str__(self) -> str:
        """As Prometheus reads it."""
        lines = [f"# HELP {self.name} {self.help}", f"# TYPE {self.name} gauge"]
        return "\n".join([*lines, *(f"{self.name}{_labels(labels)} {value:g}" for labels, value in self.values)])


def as_text(figures: Iterable[Figure]) -> str:
    """The page that Prometheus reads."""
    return "\n".join(map(str, figures)) + "\n"


def figures(instance: dg.DagsterInstance, house: Settings | None = None) -> Iterator[Figure]:
    """Everything that is measured, now."""
    found = health_of(instance, house)
    yield from _of_health(found)
    yield Figure("gametape_uploads", "Uploads by kind and state.", list(_states(instance)))
    yield _one("gametape_set_aside", "Uploads set aside because they end their workers.", len(set_aside(instance)))
    yield Figure("gametape_failures_day", "Runs that failed for good within a day, by cause.", list(_causes(instance)))
    yield Figure(
        "gametape_stage_seconds", f"Seconds of an asset, mean of the last {RUNS} runs.", list(_stages(instance))
    )
    ticks = list(_ticks(instance))
    yield Figure(
        "gametape_sensor_tick_age_seconds", "Since a sensor last looked.", [(one, age) for one, age, _ in ticks]
    )
    yield Figure(
        "gametape_sensor_tick_seconds", "How long its last look took.", [(one, took) for one, _, took in ticks]
    )
    yield Figure("gametape_gpu_utilisation_ratio", "How busy a GPU is, 0 to 1.", list(_gpus()))


def _of_health(found: Health) -> Iterator[Figure]:
    yield _one("gametape_well", "1 when `gametape health` finds nothing wrong.", found.is_well)
    yield _one("gametape_daemon_heartbeat_age_seconds", "Since the daemon's last sign of life.", found.heartbeat_s)
    yield _one("gametape_runs_waiting", "Runs that wait for their turn.", found.queued)
    yield _one("gametape_oldest_wait_seconds", "How long the first of them has waited.", found.oldest_wait_s or 0)
    yield _one("gametape_runs_working", "Runs at work.", found.running)
    yield _one("gametape_runs_lost", "Runs at work whose worker is gone.", found.lost)
    yield _one("gametape_retries_missing", "Failed runs whose retry has not come.", found.retries_missing)
    yield _one("gametape_gpu_slots", "Slots of the pool gpu.", found.slots)
    yield _one("gametape_gpu_slots_taken", "Those that a step holds.", found.slots_taken)
    yield _one("gametape_gpu_slots_stuck", "Those held for a run that has ended.", found.slots_stuck)
    yield _one("gametape_disk_free_bytes", "Free on the disk of home and lake.", found.free_bytes)


def _one(name: str, told: str, value: float | None) -> Figure:
    return Figure(name, told, [] if value is None else [({}, float(value))])


def _states(instance: dg.DagsterInstance) -> Iterator[tuple[Mapping[str, str], float]]:
    for partitions in SETS.values():
        if partitions.kind:
            states = Counter(state.state for state in partition_states(instance, asset_graph(partitions)))
            yield from (({"kind": partitions.name, "state": state}, count) for state, count in sorted(states.items()))


def _causes(instance: dg.DagsterInstance) -> Iterator[tuple[Mapping[str, str], float]]:
    since = time.time() - DAY_SECONDS
    failed = failed_runs(instance, since=since, without="", most=MOST_FAILURES)
    causes = Counter(_cause(instance, run.run_id, run.tags) for run in failed[-CAUSES:])
    yield from (({"cause": cause}, count) for cause, count in sorted(causes.items()))


def _cause(instance: dg.DagsterInstance, run_id: str, tags: Mapping[str, str]) -> str:
    """The worker (it died), the store (it stayed away), the upload (bad, or something is missing), or a fault."""
    run = instance.get_run_by_id(run_id)
    if run and not internals.failed_in_a_step(run):
        return "worker"
    if AWAY_SINCE_TAG in tags:
        return "store"
    return "upload" if failure_reason(instance, run_id).is_ours else "fault"


def _stages(instance: dg.DagsterInstance) -> Iterator[tuple[Mapping[str, str], float]]:
    done = dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS])
    seconds: dict[str, list[float]] = {}
    for run in instance.get_runs(done, limit=RUNS):
        for step in instance.get_run_step_stats(run.run_id):
            if step.start_time and step.end_time:
                seconds.setdefault(step.step_key, []).append(step.end_time - step.start_time)
    yield from (({"asset": asset}, sum(each) / len(each)) for asset, each in sorted(seconds.items()))


def _ticks(instance: dg.DagsterInstance) -> Iterator[tuple[Mapping[str, str], float, float]]:
    now = time.time()
    if instance.schedule_storage is None:  # one in memory, for tests
        return
    for sensor in instance.all_instigator_state():
        for tick in instance.get_ticks(sensor.instigator_origin_id, sensor.selector_id, limit=1):
            took = max(0.0, (tick.end_timestamp or now) - tick.timestamp)
            yield {"sensor": sensor.instigator_name}, now - tick.timestamp, took


def _gpus() -> Iterator[tuple[Mapping[str, str], float]]:
    """Of this machine's that tell; none where NVIDIA's library is not."""
    try:
        import pynvml

        pynvml.nvmlInit()
        count = pynvml.nvmlDeviceGetCount()
    except Exception:  # no library, no driver
        return
    for number in range(count):
        try:
            busy = pynvml.nvmlDeviceGetUtilizationRates(pynvml.nvmlDeviceGetHandleByIndex(number)).gpu
        except pynvml.NVMLError:  # one in slices (MIG) does not tell
            continue
        yield {"gpu": str(number)}, busy / 100


def _labels(labels: Mapping[str, str]) -> str:
    def quoted(value: str) -> str:
        return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")

    return "{" + ",".join(f'{name}="{quoted(value)}"' for name, value in labels.items()) + "}" if labels else ""


class Watched:
    """Answers `/metrics` and `/healthz`, and leaves everything else to another application."""

    def __init__(self, app: ASGIApp, open_instance: Callable[[], dg.DagsterInstance] = dg.DagsterInstance.get) -> None:
        """Wrap an application. The instance is opened when first asked for."""
        self.app = app
        self._open = open_instance
        self._instance: dg.DagsterInstance | None = None
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, int, str]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        ask = {"/metrics": self._metrics, "/healthz": self._health}.get(scope.get("path", ""))
        if scope["type"] != "http" or ask is None or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        status, text = await asyncio.to_thread(self._answer, scope["path"], ask)
        await PlainTextResponse(text, status_code=status)(scope, receive, send)

    def _answer(self, path: str, ask: Callable[[dg.DagsterInstance], tuple[int, str]]) -> tuple[int, str]:
        with self._lock:  # several who ask at once are given one answer
            at, status, text = self._kept.get(path, (0.0, 0, ""))
            if time.monotonic() - at > KEPT_SECONDS or not at:
                try:
                    self._instance = self._instance or self._open()
                    status, text = ask(self._instance)
                except Exception as error:  # the records are away: that is an answer, too
                    status, text = 503, f"the records cannot be read: {type(error).__name__}\n"
                self._kept[path] = (time.monotonic(), status, text)
            return status, text

    def _metrics(self, instance: dg.DagsterInstance) -> tuple[int, str]:
        return 200, as_text(figures(instance, settings()))

    def _health(self, instance: dg.DagsterInstance) -> tuple[int, str]:
        found = health_of(instance, settings())
        return (200 if found.is_well else 503), json.dumps({"well": found.is_well, "problems": found.problems}) + "\n"
