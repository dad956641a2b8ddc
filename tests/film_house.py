"""Assets with the names and parents of the real ones that do no work, and what the daemon does with a tick."""

import hashlib
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import pytest

from assets.common import marked
from gametape.base.settings import Settings
from gametape.uploads import FILM_SIDECAR, UploadStore
from orchestration.definitions import defs
from orchestration.jobs import build_jobs
from resources.film_rules import RULES, rules_of
from resources.graph import Graph, label_tags
from resources.partitions import VIDEOS
from resources.uploads import UploadStoreResource
from sensors.uploads import build_upload_sensor

#: Every asset of a film and its parents, as in the real definitions.
PARENTS = Graph.of(defs, VIDEOS).parents


def followers(*changed: str, without: tuple[str, ...] = ()) -> set[str]:
    """These assets and all that depend on them; not through the assets `without`, whose own data stays the same."""
    found = set(changed)
    for asset, parents in PARENTS.items():  # parents before children
        if found.intersection(parents) - set(without):
            found.add(asset)
    return found


AFTER_A_TITLE = followers("sidecar")
AFTER_A_TRIM = followers("sidecar", VIDEOS.scope_asset)


def film_assets(
    code: dict[str, str] | None = None, fail: Iterable[str] = (), seconds: float = 0.0, picture: str = ""
) -> list[dg.AssetsDefinition]:
    """The assets of a film, whose data versions follow the real ones; each takes some `seconds`.

    The sidecar's is its fingerprint, the scope's what is analysed, the rules' their digest, the others' their code and
    inputs. `picture` is what is wrong with the film's.
    """
    code, fail = code or {}, set(fail)

    def declare(name: str) -> dg.AssetsDefinition:
        @dg.asset(name=name, deps=PARENTS[name], partitions_def=VIDEOS.definition, code_version=code.get(name, "1"))
        def compute(context: dg.AssetExecutionContext, uploads: UploadStoreResource) -> dg.MaterializeResult:
            time.sleep(seconds)
            if name in fail:
                raise dg.Failure(f"match.mp4: {name} cannot be made. Do something\nsecond line")
            if name not in ("sidecar", VIDEOS.scope_asset, *RULES):
                label = [picture] if picture and name == "frames" else []
                return marked(dg.MaterializeResult(tags=label_tags(label)))
            store: UploadStore = uploads.store()
            read = store.read_window if name == VIDEOS.scope_asset else store.read_sidecar
            sidecar = read(store.locate(context.partition_key)).sidecar
            if name in RULES:
                version = rules_of(name, sidecar)[1]
            else:
                version = sidecar.fingerprint() if name == "sidecar" else FILM_SIDECAR.state(sidecar).window
            return marked(dg.MaterializeResult(data_version=dg.DataVersion(version)))

        return compute

    return [declare(name) for name in PARENTS]


@dataclass
class House:
    """An instance, an upload folder and the sensor, with a daemon that can be stopped half way."""

    instance: dg.DagsterInstance
    uploads: UploadStoreResource
    settings: Settings
    code: dict[str, str] = field(default_factory=dict)
    fail: tuple[str, ...] = ()
    picture: str = ""
    _made_for: tuple | None = None
    _definitions: dg.Definitions | None = None

    @property
    def definitions(self) -> dg.Definitions:
        made_for = (self.settings, tuple(self.code.items()), self.fail, self.picture)
        if self._made_for != made_for:
            self._made_for, self._definitions = made_for, self._define()
        return self._definitions

    def _define(self) -> dg.Definitions:
        assets = film_assets(self.code, self.fail, picture=self.picture)
        job = build_jobs(assets)[VIDEOS.name]
        return dg.Definitions(
            assets=assets,
            jobs=[job],
            sensors=[build_upload_sensor(VIDEOS, job, house=self.settings)],
            resources={"uploads": self.uploads},
        )

    def tick(self) -> dg.SensorResult:
        """Evaluate the sensor, as the code server does; nothing is carried out."""
        definitions = self.definitions
        with dg.build_sensor_context(
            instance=self.instance, definitions=definitions, resources={"uploads": self.uploads}
        ) as context:
            return definitions.resolve_sensor_def("new_uploads")(context)

    def add_partitions(self, result: dg.SensorResult) -> None:
        for request in result.dynamic_partitions_requests or []:
            self.instance.add_dynamic_partitions(request.partitions_def_name, list(request.partition_keys))

    def create_run(self, request: dg.RunRequest, status: dg.DagsterRunStatus = dg.DagsterRunStatus.NOT_STARTED) -> str:
        """A run as the daemon creates it, without running it."""
        tags = {**request.tags, "dagster/run_key": request.run_key, "dagster/partition": request.partition_key}
        run = dg.DagsterRun(job_name="process_video", run_id=str(uuid.uuid4()), tags=tags, status=status)
        return self.instance.run_storage.add_run(run).run_id

    def run(self, request: dg.RunRequest) -> dg.ExecuteInProcessResult:
        """Run it now, in this process."""
        job = self.definitions.resolve_job_def("process_video")
        return job.execute_in_process(
            instance=self.instance,
            partition_key=request.partition_key,
            tags={**request.tags, "dagster/run_key": request.run_key},
            asset_selection=list(request.asset_selection) if request.asset_selection else None,
            raise_on_error=False,
        )

    def process(self) -> list[dg.RunRequest]:
        """A tick with all that it asks for done."""
        result = self.tick()
        self.add_partitions(result)
        for request in result.run_requests or []:
            self.run(request)
        return list(result.run_requests or [])


def film_bytes(name: str, size: int = 300) -> bytes:
    """Bytes that no other name has."""
    return (hashlib.sha256(name.encode()).digest() * (size // 32 + 1))[:size]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty upload folder."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    return folder


@pytest.fixture
def house(tmp_path: Path, folder: Path) -> Iterator[House]:
    """A house on that folder, in which uploads are complete at once."""
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path)) as instance:
        uploads = UploadStoreResource(base_uri=str(folder), memo=str(tmp_path / "memo.sqlite"))
        yield House(instance, uploads, Settings(home=tmp_path, settle_seconds=0))
