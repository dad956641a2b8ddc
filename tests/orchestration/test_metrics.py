"""What Prometheus reads: every figure, in its format, and none that the dashboard or an alert asks for is missing."""

import asyncio
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as parse

from gametape.base.settings import Settings
from orchestration import metrics
from orchestration.metrics import Figure, Watched, as_text, figures
from tests.film_house import House
from tests.workers import a_run

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


@pytest.fixture
def read(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The figures of the house by name: (labels, value) each."""
    from resources.graph import Graph
    from resources.partitions import VIDEOS

    monkeypatch.setattr(metrics, "SETS", {VIDEOS.name: VIDEOS})
    monkeypatch.setattr(metrics, "asset_graph", lambda partitions: Graph.of(house.definitions, partitions))

    def read() -> dict[str, list[tuple[dict, float]]]:
        text = as_text(figures(house.instance, Settings(home=tmp_path)))
        return {one.name: [(s.labels, s.value) for s in one.samples] for one in parse(text)}

    return read


def test_a_house_that_has_worked_tells_states_stages_and_causes(house: House, folder: Path, read):
    (folder / "good.mp4").write_bytes(b"g" * 300)
    house.process()
    house.fail = ("metrics",)
    (folder / "bad.mp4").write_bytes(b"b" * 300)
    house.process()
    dead = a_run(house.instance, key="gone")
    house.instance.report_run_failed(house.instance.get_run_by_id(dead), "Its worker is gone.")
    told = read()
    states = {labels["state"]: value for labels, value in told["gametape_uploads"]}
    assert states == {"ready": 1, "failed": 1}
    assert {labels["cause"]: value for labels, value in told["gametape_failures_day"]} == {"upload": 1, "worker": 1}
    stages = {labels["asset"]: value for labels, value in told["gametape_stage_seconds"]}
    assert {"source_video", "metrics", "report"} <= set(stages) and all(0 <= each < 60 for each in stages.values())
    assert told["gametape_runs_waiting"] == [({}, 0)] and told["gametape_oldest_wait_seconds"] == [({}, 0)]
    assert told["gametape_well"] == [({}, 0)], "no daemon runs here"


def test_what_waits_is_counted(house: House, folder: Path, read):
    (folder / "waits.mp4").write_bytes(b"w" * 300)
    result = house.tick()
    house.add_partitions(result)
    house.create_run(result.run_requests[0])
    told = read()
    assert told["gametape_runs_waiting"] == [({}, 1)] and told["gametape_oldest_wait_seconds"][0][1] >= 0


def test_labels_with_anything_in_them_are_read_as_they_are():
    odd = 'a "film"\\ of\nours'
    [family] = parse(as_text([Figure("gametape_x", "x", [({"name": odd}, 1.5)])]))
    assert [(s.labels, s.value) for s in family.samples] == [({"name": odd}, 1.5)]


def test_dashboard_and_alerts_ask_for_figures_that_there_are(read):
    known = set(read()) | {"up"}
    board = json.loads((DEPLOY / "grafana" / "gametape.json").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())
    asked += [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    assert len(board["panels"]) >= 8 and len(asked) >= 14
    for expression in asked:
        names = set(re.findall(r"\bgametape_\w+|\bup\b", expression))
        assert names and names <= known, expression


def test_a_house_where_no_daemon_ever_ran_is_one_without(read):
    """It has no heartbeat whose age could be too great: an alert has to ask for its absence, too."""
    assert read()["gametape_daemon_heartbeat_age_seconds"] == []
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"][0]["rules"]
    [asked] = [rule["expr"] for rule in rules if rule["alert"] == "GametapeNoDaemon"]
    assert "unless on (job, instance) gametape_daemon_heartbeat_age_seconds" in asked


def test_a_gpu_that_does_not_tell_hides_no_other_figure(read, monkeypatch: pytest.MonkeyPatch):
    """As one that is cut into slices (MIG)."""

    class NVMLError(Exception):
        pass

    def rates(number: int) -> SimpleNamespace:
        if number == 0:
            raise NVMLError("Not Supported")
        return SimpleNamespace(gpu=40)

    nvml = SimpleNamespace(
        NVMLError=NVMLError, nvmlInit=lambda: None, nvmlDeviceGetCount=lambda: 2,
        nvmlDeviceGetHandleByIndex=lambda number: number, nvmlDeviceGetUtilizationRates=rates,
    )  # fmt: skip
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    told = read()
    assert told["gametape_gpu_utilisation_ratio"] == [({"gpu": "1"}, 0.4)] and told["gametape_runs_waiting"]


# ---- over HTTP ----


def get(app: Watched, path: str, method: str = "GET") -> tuple[int, str]:
    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    async def receive() -> dict:
        return {"type": "http.request"}

    asyncio.run(app({"type": "http", "path": path, "method": method, "headers": []}, receive, send))
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent).decode()


async def dagsters(scope, receive, send) -> None:
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b"Dagster's"})


def test_metrics_and_health_are_answered_and_all_else_is_dagsters(house: House, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(metrics, "SETS", {})
    app = Watched(dagsters, lambda: house.instance)
    status, text = get(app, "/metrics")
    assert status == 200 and "gametape_runs_waiting 0" in text
    status, text = get(app, "/healthz")
    assert status == 503 and not json.loads(text)["well"] and "daemon" in json.loads(text)["problems"][0]
    assert get(app, "/runs") == get(app, "/metrics", "POST") == (418, "Dagster's")


def test_records_that_are_away_are_an_answer_and_asked_again_later(house: House, monkeypatch: pytest.MonkeyPatch):
    asked = []

    def away() -> dg.DagsterInstance:
        asked.append(1)
        raise ConnectionError("postgresql://me:secret@db")

    app = Watched(dagsters, away)
    status, text = get(app, "/healthz")
    assert status == 503 and "secret" not in text
    get(app, "/healthz")
    assert len(asked) == 1, "many who ask at once do not ask the database each"
    monkeypatch.setattr(metrics, "KEPT_SECONDS", -1)
    get(app, "/healthz")
    assert len(asked) == 2
