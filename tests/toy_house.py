"""A real house of toys: `gametape dev`'s own processes on a folder, and what became of the toys. For tests and chaos."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from gametape.base.settings import settings
from resources.partitions import SETS, forget, register
from tests.ray_nodes import free_port

_HOUSE = "from orchestration.services import House; House('127.0.0.1', {port}, module='tests.toy_location').run()"


@dataclass
class ToyHouse:
    """A house whose settings are in force in this process, too."""

    home: Path
    process: subprocess.Popen | None = None

    def start(self) -> None:
        with (self.home / "house.log").open("ab") as log:
            command = [sys.executable, "-c", _HOUSE.format(port=free_port())]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=60)

    def upload(self, name: str, chunks: int, seconds: float) -> str:
        """A toy of so many chunks; returns its key."""
        from resources.uploads import uploads_from_settings
        from tests.toy_location import KIND

        store = uploads_from_settings().store(KIND)
        file = self.home / f"{name}.toy"
        file.write_text(f"{chunks} {seconds} {name}")
        upload = store.put(file)
        return KIND.key_of(upload.name, store.fingerprint(upload))

    def ledger(self, key: str = "", asset: str = "") -> list[dict]:
        """What was done, as the workers noted it."""
        path = self.home / "ledger"
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [line for line in lines if key in ("", line["key"]) and asset in ("", line["asset"])]

    def wait(self, ready: Callable[[], object], seconds: float, what: str) -> object:
        """What it gives as soon as it is true; the log when it never is."""
        until = time.monotonic() + seconds
        while (began := time.monotonic()) < until:
            if got := ready():
                return got
            time.sleep(max(0.5, 3 * (time.monotonic() - began)))  # asking takes the time that the house needs
        raise AssertionError(f"{what}: not in {seconds:.0f} s\n{(self.home / 'house.log').read_text()[-6000:]}")

    def state(self, instance: dg.DagsterInstance, key: str) -> str:
        return self._state(instance, key).state

    def detail(self, instance: dg.DagsterInstance, key: str) -> str:
        """State and reason in words."""
        state = self._state(instance, key)
        return f"{state.state}: {state.message}"

    def _state(self, instance: dg.DagsterInstance, key: str):
        from orchestration.partitions.state import partition_state
        from resources.graph import Graph
        from tests.toy_location import TOYS, defs

        return partition_state(instance, key, Graph.of(defs, TOYS))

    def runs(self, instance: dg.DagsterInstance, key: str) -> list[dg.DagsterRun]:
        """Newest first."""
        return list(instance.get_runs(dg.RunsFilter(tags={"dagster/partition": key})))


@contextmanager
def a_toy_house(home: Path, **more: str) -> Iterator[ToyHouse]:
    """An empty house, prepared and not started; `more` are settings."""
    from orchestration.instance import prepare

    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GAMETAPE_")]:
            patch.delenv(name)
        base = {"HOME": str(home), "SETTLE_SECONDS": "0", "SENSOR_SECONDS": "1"}
        for name, value in {**base, **more}.items():
            patch.setenv(f"GAMETAPE_{name}", value)
        patch.setenv("DAGSTER_HOME", str(home / "dagster"))
        patch.setenv("TOY_LEDGER", str(home / "ledger"))
        patch.setenv("TOY_POISON", str(home / "poison"))
        patch.setenv("KILLS_RETRY_SECONDS", "15")
        patch.setenv("KILLS_TICK_SECONDS", "5")
        home.mkdir(parents=True, exist_ok=True)
        settings.cache_clear()
        from tests.toy_location import TOYS

        if TOYS.name not in SETS:
            register(TOYS)
        prepare()
        house = ToyHouse(home)
        try:
            yield house
        finally:
            house.stop()
            forget(TOYS)  # no other test in this process is to know of it
    settings.cache_clear()
