"""A small graph of assets with the real names, parents and versions, and what the daemon does with a tick."""

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import pytest

from assets.common import marked
from gametape.base.settings import Settings
from gametape.uploads import FILM_SIDECAR, UploadStore
from resources.partitions import videos
from resources.uploads import UploadStoreResource
from sensors.uploads import build_upload_sensor

PARENTS = {
    "source_video": (),
    "sidecar": (),
    "frames": ("source_video",),
    "analysis_window": ("frames", "sidecar"),
    "ball_trajectory": ("source_video", "frames", "analysis_window"),
    "ball_events": ("ball_trajectory", "source_video", "frames", "sidecar"),
    "pose_estimates": ("source_video", "frames", "analysis_window"),
    "people": ("source_video", "sidecar", "frames", "analysis_window", "pose_estimates"),
    "pose_keypoints": ("source_video", "frames", "pose_estimates", "people"),
    "joint_angles": ("pose_keypoints",),
    "metrics": ("frames", "sidecar", "ball_trajectory", "people", "pose_keypoints", "joint_angles"),
    "findings": ("metrics", "sidecar", "ball_trajectory", "pose_keypoints", "joint_angles"),
    "report": (
        "source_video", "sidecar", "frames", "ball_trajectory", "pose_keypoints", "joint_angles", "metrics", "findings",
    ),
}  # fmt: skip
AFTER_A_TITLE = {
    "sidecar", "analysis_window", "ball_events", "people", "pose_keypoints", "joint_angles", "metrics", "findings",
    "report",
}  # fmt: skip
AFTER_A_TRIM = AFTER_A_TITLE | {"ball_trajectory", "pose_estimates"}


def film_assets(code: dict[str, str] | None = None, fail: Iterable[str] = ()) -> list[dg.AssetsDefinition]:
    """Assets whose data versions follow the real ones: the sidecar's its fingerprint, the window's what it looks at,
    the others' their code and inputs."""
    code, fail = code or {}, set(fail)

    def declare(name: str) -> dg.AssetsDefinition:
        @dg.asset(name=name, deps=PARENTS[name], partitions_def=videos, code_version=code.get(name, "1"))
        def compute(context: dg.AssetExecutionContext, uploads: UploadStoreResource) -> dg.MaterializeResult:
            if name in fail:
                raise dg.Failure(f"match.mp4: {name} cannot be made. Do something\nsecond line")
            if name not in ("sidecar", "analysis_window"):
                return marked(dg.MaterializeResult())
            store: UploadStore = uploads.store()
            said = store.read_sidecar(store.locate(context.partition_key)).sidecar
            version = said.fingerprint() if name == "sidecar" else FILM_SIDECAR.state(said).window
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
    _made_for: tuple | None = None
    _definitions: dg.Definitions | None = None

    @property
    def definitions(self) -> dg.Definitions:
        made_for = (self.settings, tuple(self.code.items()), self.fail)
        if self._made_for != made_for:
            self._made_for, self._definitions = made_for, self._define()
        return self._definitions

    def _define(self) -> dg.Definitions:
        job = dg.define_asset_job(
            "process_video", selection=dg.AssetSelection.all(), executor_def=dg.in_process_executor
        )
        return dg.Definitions(
            assets=film_assets(self.code, self.fail),
            jobs=[job],
            sensors=[build_upload_sensor(job, house=self.settings)],
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
