"""The files in deploy/: each is read by what reads it, names only what there is, and its processes start."""

import configparser
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from gametape.base.settings import Settings
from orchestration.cli import app
from tests.ray_nodes import free_port

PROJECT = Path(__file__).resolve().parents[2]
DEPLOY = PROJECT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"].startswith("gametape")}


def is_setting(name: str) -> bool:
    return name.removeprefix("GAMETAPE_").lower() in Settings.model_fields


def test_every_setting_that_a_file_names_is_one():
    own = {"GAMETAPE_K8S_NAMESPACE", "GAMETAPE_K8S_IMAGE", "GAMETAPE_K8S_SERVICE_ACCOUNT"}  # of one file alone
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            named = set(re.findall(r"GAMETAPE_[A-Z0-9_]*[A-Z0-9]", path.read_text())) - own - {"GAMETAPE"}
            assert all(map(is_setting, named)), (path.name, named)


def test_no_file_has_a_secret_in_it():
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            told = re.findall(r"(?i)(?:password|secret|token)\w*[:=]\s*([^\s,}]+)", path.read_text())
            assert all(value == "PASSWORD" or value.startswith("[") for value in told), (path, told)


def test_whatever_ends_is_started_again_and_says_when_it_is_ill():
    for name, service in COMPOSE["services"].items():
        once = name == "prepare"
        assert service["restart"] == ("no" if once else "unless-stopped"), name
        assert once or service["healthcheck"]["test"][0] == "CMD", name
        assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), "Dagster has no login"
    assert "--read-only" in COMPOSE["services"]["web"]["command"]
    [server] = yaml.safe_load((DEPLOY / "workspace.yaml").read_text())["load_from"]
    code = COMPOSE["services"]["code"]
    assert server["grpc_server"]["host"] == code["hostname"] == "code"
    assert str(server["grpc_server"]["port"]) == code["command"][code["command"].index("--port") + 1]


def test_the_image_has_what_it_copies_and_is_not_root():
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    copied = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert all((PROJECT / word).exists() for word in copied)
    packages = re.search(r"include = \[(.+)\]", (PROJECT / "pyproject.toml").read_text())[1]
    assert {"models", *re.findall(r'"(\w+)\*"', packages)} <= set(copied), (
        "every package is in the image, and the weights"
    )
    assert "deploy" not in copied and "deploy/secrets.env" in (PROJECT / ".dockerignore").read_text(), "no secret is"
    assert [line for line in lines if line.startswith("USER")] == ["USER gametape"]


@pytest.mark.parametrize("path", sorted((DEPLOY / "systemd").iterdir()), ids=lambda path: path.name)
def test_units_call_what_there_is(path: Path):
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str
    unit.read(path)
    if path.suffix == ".timer":
        assert (path.with_suffix(".service")).exists()
        return
    program, command, *options = shlex.split(unit["Service"]["ExecStart"])
    assert program.endswith("/.venv/bin/gametape")
    told = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"})
    assert told.exit_code == 0 and all(option in told.output for option in options if option.startswith("--"))
    if path.name == "gametape.service":
        assert unit["Service"]["Restart"] == "always" and unit["Service"]["User"] != "root"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path):
    for path in (DEPLOY / "systemd").iterdir():
        text = re.sub(r"ExecStart=\S+", "ExecStart=/bin/true", path.read_text())
        (tmp_path / path.name).write_text(text)
    units = [str(path) for path in tmp_path.iterdir()]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    faults = [line for line in done.stderr.splitlines() if "gametape" in line]
    assert not faults, faults


def test_the_example_of_a_ray_cluster_is_one_to_ray():
    from ray.autoscaler._private.util import prepare_config, validate_config

    config = yaml.safe_load((DEPLOY / "ray" / "cluster.yaml").read_text())
    validate_config(prepare_config(config))
    config["provider"]["worker_ip"] = "x"
    config["no_such_key"] = 1
    with pytest.raises(Exception, match="no_such_key"):
        validate_config(prepare_config(config))


# ---- the processes, without the containers ----


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[int, dict]]:
    """The compose file's own commands on this machine: code server, daemon, web server; the web server's port."""
    code, web = free_port(), free_port()
    workspace = tmp_path / "workspace.yaml"
    text = (DEPLOY / "workspace.yaml").read_text().replace("host: code", "host: localhost").replace("4000", str(code))
    workspace.write_text(text)
    home = {"GAMETAPE_HOME": str(tmp_path), "DAGSTER_HOME": str(tmp_path / "dagster"), "GAMETAPE_SENSOR_SECONDS": "1"}
    environment = {**{k: v for k, v in os.environ.items() if not k.startswith("GAMETAPE_")}, **home}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    swap = {"4000": str(code), "3000": str(web), "0.0.0.0": "127.0.0.1", "/app/deploy/workspace.yaml": str(workspace)}
    subprocess.run([*OURS["prepare"]["command"]], env=environment, check=True, cwd=PROJECT, stdout=subprocess.DEVNULL)
    processes = {}
    with (tmp_path / "log").open("wb") as log:
        for name in ("code", "daemon", "web"):
            command = [swap.get(word, word) for word in OURS[name]["command"]]
            processes[name] = subprocess.Popen(
                command, env=environment, cwd=PROJECT, stdout=log, stderr=log, start_new_session=True
            )
            if name == "code":
                check = [swap.get(word, word) for word in OURS["code"]["healthcheck"]["test"][1:]]
                until = time.monotonic() + 180
                while subprocess.run(check, env=environment, capture_output=True, check=False).returncode:
                    assert time.monotonic() < until, (tmp_path / "log").read_text()[-3000:]
                    time.sleep(2)  # each look is a process that takes a second of a core
    try:
        yield web, processes
    finally:
        for process in processes.values():
            process.terminate()
        for process in processes.values():
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def ask(port: int, path: str, body: dict | None = None) -> tuple[int, str]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", data=json.dumps(body).encode() if body else None,
        headers={"content-type": "application/json"},
    )  # fmt: skip
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


@pytest.mark.daemon
@pytest.mark.slow
def test_the_production_profile_comes_up_watched_and_read_only(running: tuple[int, dict]):
    port, processes = running
    until = time.monotonic() + 180
    while ask(port, "/healthz")[0] != 200:
        assert time.monotonic() < until and all(process.poll() is None for process in processes.values())
        time.sleep(1)
    status, text = ask(port, "/metrics")
    assert status == 200 and "gametape_well 1" in text
    until = time.monotonic() + 90  # the figures are kept for some seconds
    while 'gametape_sensor_tick_age_seconds{sensor="new_uploads"}' not in text:
        assert time.monotonic() < until, text
        time.sleep(2)
        text = ask(port, "/metrics")[1]
    query = 'mutation { setConcurrencyLimit(concurrencyKey: "x", limit: 1) }'
    status, text = ask(port, "/graphql", {"query": query})
    assert status >= 400 or "errors" in json.loads(text), "people read, and change nothing"
