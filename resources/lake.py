"""The lake as Dagster sees it: a resource for its files and an IO manager for its tables."""

from __future__ import annotations

import shutil
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import pyarrow as pa

from gametape.base.settings import settings
from gametape.base.storage import open_store
from gametape.base.work import Checkpoints, StoredCheckpoints
from gametape.film.files import FILM_FILE
from gametape.lake.store import Lake
from resources.weather import failing_in_words

if TYPE_CHECKING:
    from gametape.media.film import Film


class LakeResource(dg.ConfigurableResource):
    """Gives the `gametape.lake` store."""

    base_uri: str

    def store(self) -> Lake:
        return Lake(self.base_uri)

    def film(self, video: str, source_video: pa.Table, frames: pa.Table, folder: Path) -> Film:
        """The film as `frames` stored it, fetched into `folder` when the lake is remote."""
        from gametape.media.film import Film

        source = source_video.to_pylist()[0]
        path = self.store().get_file(video, FILM_FILE, folder)
        return Film.of(path, frames, source["width"], source["height"])


class WorkFolder(dg.ConfigurableResource):
    """A local folder for each partition and asset, for unfinished work, and a place for its finished chunks.

    It survives a crash and is emptied when the asset has been stored.

    `chunks` is where every worker sees them, in a fleet; empty: in the local folder.
    """

    base: str
    chunks: str = ""

    def path(self, key: str, asset: str) -> Path:
        """Where the folder is, or would be."""
        return Path(self.base) / key / asset

    def of(self, key: str, asset: str) -> Path:
        """The folder."""
        folder = self.path(key, asset)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def checkpoints(self, key: str, asset: str, version: str) -> Checkpoints:
        """The chunks of this version of the asset."""
        if not self.chunks:
            return Checkpoints(self.of(key, asset), version)
        return StoredCheckpoints(f"{self.chunks}/{key}/{asset}", version)

    def clear(self, key: str, asset: str) -> None:
        if self.chunks:
            open_store(self.chunks).delete(f"{key}/{asset}")
        folder = self.path(key, asset)
        shutil.rmtree(folder, ignore_errors=True)
        if folder.parent.exists() and not any(folder.parent.iterdir()):
            folder.parent.rmdir()

    def clear_key(self, key: str) -> None:
        """Remove the unfinished work of all assets of a partition."""
        if self.chunks:
            open_store(self.chunks).delete(key)
        shutil.rmtree(Path(self.base) / key, ignore_errors=True)


class Kept:
    """Stands for the table that an asset has in the lake: it is not written again."""


KEPT = Kept()


class TableIOManager(dg.ConfigurableIOManager):
    """Stores an asset's Arrow table in the lake under the asset's own name, and reads it back.

    A table is written whole or not at all; one that breaks its contract is an error here.
    """

    lake: LakeResource
    work: WorkFolder

    def handle_output(self, context: dg.OutputContext, obj: pa.Table | Kept) -> None:
        if isinstance(obj, Kept):
            return
        table = context.asset_key.path[-1]
        with _failing_in_words(context):
            written = self.lake.store().write_table(table, context.partition_key, obj)
        self.work.clear(context.partition_key, table)
        context.add_output_metadata({"file": dg.MetadataValue.path(written.uri), "bytes": written.bytes})

    def load_input(self, context: dg.InputContext) -> pa.Table:
        with _failing_in_words(context):
            return self.lake.store().read_table(context.asset_key.path[-1], context.partition_key)


def _failing_in_words(context: dg.InputContext | dg.OutputContext) -> AbstractContextManager[None]:
    step = context.step_context
    return failing_in_words(step.instance, step.dagster_run, step.previous_attempt_count)


def lake_from_settings() -> LakeResource:
    return LakeResource(base_uri=settings().lake_uri)


def work_from_settings() -> WorkFolder:
    local = str(settings().home / "work")
    return WorkFolder(base=local, chunks="" if settings().work_uri == local else settings().work_uri)
