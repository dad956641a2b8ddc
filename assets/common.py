"""What assets share: how they are declared, publish their tables and report progress.

Belongs here: Dagster's side of an asset. Does not belong here: anything about films.
"""

from __future__ import annotations

import base64
import functools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import Any

import dagster as dg
import pyarrow as pa

from assets.unchanged import kept
from assets.versions import AS_IT_IS, Choice, version_of
from gametape.base.check import CheckResult
from gametape.base.errors import BadInput
from gametape.base.versions import text_version
from gametape.base.work import Checkpoints, Progress
from gametape.tables.core import Table
from resources.device import Lease, giving_way
from resources.lake import Kept, WorkFolder
from resources.needs import Needs
from resources.partitions import ANALYSIS_TAG, QUICK, VIDEOS, PartitionSet, is_first_look
from resources.run_time import bound_for_film
from resources.same_house import require_same_house
from resources.weather import failing_in_words

#: Least time between two reports of progress.
PROGRESS_SECONDS = 5.0
ARROW_TABLE = dg.PythonObjectDagsterType((pa.Table, Kept), name="ArrowTable")


class Owner(Enum):
    """The team that owns an asset."""

    INGEST = "team:ingest"
    VISION = "team:vision"
    COACHING = "team:coaching"


#: Arguments of an asset that looks at every picture: a GPU, and cores that decode beside it.
GPU: Mapping[str, Any] = Needs(cpus=2, memory_gb=6, gpus=1).arguments
#: Arguments of an asset that needs no poses: its turn comes before theirs, which are computed beside it meanwhile.
BEFORE_POSES: Mapping[str, Any] = {"op_tags": {"dagster/priority": "1"}}


def table_asset(
    partitions: PartitionSet,
    *,
    group: str,
    owner: Owner,
    kinds: set[str],
    choice: Choice = AS_IT_IS,
    checks: Sequence[str] = (),
    files: Sequence[str] = (),
    always: bool = False,
    beside: Callable[..., None] | None = None,
    **more: Any,
) -> Callable[[Callable], dg.AssetsDefinition]:
    """`@dg.asset` for a table: partitioned, versioned, with its contract as the column schema.

    The function's name is the asset's and the table's, its docstring is the description. An error of gametape becomes a
    failure with the file, the reason and what to do. When a retry cannot help, the partition's unfinished work is
    removed.

    Args:
        partitions: The set that the asset is partitioned by.
        group: Group of the asset graph.
        owner: The team that owns the asset.
        kinds: Tags that the UI shows as icons.
        choice: What the current settings add to the code version, which is a digest of the code that is used.
        checks: Names of the checks that the function returns.
        files: What the function stores in the partition's folder of the lake beside its table.
        always: Compute even if the last table was made by this code from these inputs (see `assets.unchanged`).
        beside: Called before with the same arguments, to begin what a later step computes (see `resources.beside`).
        more: Other arguments of `@dg.asset`.
    """

    def declare(compute: Callable) -> dg.AssetsDefinition:
        name = compute.__name__
        table = partitions.table(name)

        @functools.wraps(compute)
        def guarded(*args: Any, **kwargs: Any) -> dg.MaterializeResult:
            context = dg.AssetExecutionContext.get()
            with _failing_in_words(context):
                try:
                    if not always and (same := kept(context, partitions, files)):
                        return same
                    if beside:
                        beside(*args, **kwargs)
                    return marked(compute(*args, **kwargs))
                except BadInput:
                    if "work" in kwargs:
                        kwargs["work"].clear_key(context.partition_key)
                    raise

        return dg.asset(
            partitions_def=partitions.definition,
            group_name=group,
            owners=[owner.value],
            kinds=kinds | {"parquet"},
            code_version=version_of(compute, choice),
            io_manager_key="tables",
            dagster_type=ARROW_TABLE,
            metadata={"dagster/column_schema": _column_schema(table), "row": f"a row is {table.row}"},
            check_specs=[dg.AssetCheckSpec(check, asset=name) for check in checks],
            **more,
        )(guarded)

    return declare


#: `table_asset` for a table of a film.
film_asset = functools.partial(table_asset, VIDEOS)


def warehouse_asset(partitions: PartitionSet, *, group: str, owner: Owner) -> Callable[[Callable], dg.AssetsDefinition]:
    """`@dg.asset` for writing rows of a partition to the warehouse instead of a table to the lake."""
    choice = Choice(alone=("gametape.lake.warehouse", "gametape.tables.WAREHOUSE_VIDEOS"))

    def declare(compute: Callable) -> dg.AssetsDefinition:
        @functools.wraps(compute)
        def guarded(*args: Any, **kwargs: Any) -> dg.MaterializeResult:
            with _failing_in_words(dg.AssetExecutionContext.get()):
                return compute(*args, **kwargs)

        return dg.asset(
            partitions_def=partitions.definition,
            group_name=group,
            owners=[owner.value],
            kinds={"sqlalchemy"},
            code_version=version_of(compute, choice),
        )(guarded)

    return declare


@contextmanager
def _failing_in_words(context: dg.AssetExecutionContext) -> Iterator[None]:
    with failing_in_words(context.instance, context.run, context.retry_number):
        require_same_house(context.run.tags)
        yield


def marked(made: dg.MaterializeResult) -> dg.MaterializeResult:
    """Tag a result of a first look, so that it counts as stale until the full analysis has replaced it.

    An asset without inputs describes the upload itself, which is the same in both analyses.
    """
    context = dg.AssetExecutionContext.get()
    if not is_first_look(context.run.tags) or not context.assets_def.dependency_keys:
        return made
    tags, metadata = {**(made.tags or {}), ANALYSIS_TAG: QUICK}, {**(made.metadata or {}), "analysis": QUICK}
    return made._replace(tags=tags, metadata=metadata)


def publish(
    table: pa.Table,
    *,
    checks: Sequence[CheckResult] = (),
    identity: pa.Table | None = None,
    picture: bytes | None = None,
    **facts: Any,
) -> dg.MaterializeResult:
    """The result of an asset: the table, its data version, its checks and the metadata that the UI shows.

    Args:
        table: The table.
        checks: Results of the asset's checks.
        identity: What the data version is a digest of, if some columns of `table` do not matter downstream.
        picture: A small picture, see `shown`.
        facts: More metadata.
    """
    from gametape.report.words import words  # it brings the whole report

    metadata: dict[str, Any] = {"dagster/partition_row_count": table.num_rows, **facts}
    if picture:
        metadata["picture"] = shown(picture)
    return dg.MaterializeResult(
        value=table,
        metadata=metadata,
        data_version=dg.DataVersion(digest(identity if identity is not None else table)),
        check_results=[
            dg.AssetCheckResult(
                check_name=one.check,
                passed=one.passed,
                severity=dg.AssetCheckSeverity.ERROR if one.is_error else dg.AssetCheckSeverity.WARN,
                description=words().reason(one.message),
                metadata=dict(one.facts),
            )
            for one in checks
        ],
    )


def told(reason: str) -> str:
    """A reason in the house's language."""
    from gametape.report.words import words

    return words().reason(reason)


def shown(picture: bytes) -> dg.MetadataValue:
    """A JPEG, PNG or SVG as metadata; small enough to be kept in the event log (15 kB)."""
    kind = "png" if picture.startswith(b"\x89PNG") else "svg+xml" if picture.startswith(b"<svg") else "jpeg"
    return dg.MetadataValue.md(f"![picture](data:image/{kind};base64,{base64.b64encode(picture).decode()})")


def digest(table: pa.Table) -> str:
    """16 hex digits over the table's values."""
    import hashlib

    sha = hashlib.sha256()
    with pa.ipc.new_stream(pa.PythonFile(_Into(sha.update), "w"), table.schema.remove_metadata()) as writer:
        writer.write_table(table.replace_schema_metadata().combine_chunks())
    return sha.hexdigest()[:16]


class _Into:
    """A file that passes on what is written to it, so that a long film's table is not copied in memory."""

    closed = False

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self.write = take

    def flush(self) -> None: ...

    def close(self) -> None: ...


def checkpoints(context: dg.AssetExecutionContext, work: WorkFolder, *inputs: pa.Table) -> Checkpoints:
    """Checkpoints that are valid for these inputs and this code only."""
    asset = context.asset_key.path[-1]
    return work.checkpoints(context.partition_key, asset, inputs_version(context.assets_def, asset, *inputs))


def inputs_version(definition: dg.AssetsDefinition, asset: str, *inputs: pa.Table) -> str:
    """What the chunks of an asset are kept by: a digest of its code version and of these inputs."""
    return text_version(definition.code_versions_by_key[dg.AssetKey(asset)] or "", *map(digest, inputs))


def bound_run_time(context: dg.AssetExecutionContext, film_seconds: float) -> None:
    """Limit the run's time by the film's length, which is known by now."""
    context.instance.add_run_tags(context.run.run_id, bound_for_film(film_seconds))


def tell_progress(context: dg.AssetExecutionContext, lease: Lease | None = None) -> Progress:
    """A callback that records the asset's progress as observations of its partition, every few seconds.

    With the `lease` of a device it also lets a run of higher priority go first.
    """
    last = time.monotonic()
    give_way = giving_way(context, lease) if lease and lease.is_shared else None

    def report(done: int, total: int | None) -> None:
        nonlocal last
        if give_way and done != total:
            give_way()
        if done != total and time.monotonic() - last >= PROGRESS_SECONDS:
            last = time.monotonic()
            progress = {"frames_done": done} if total is None else {"frames_done": done, "frames_total": total}
            context.log_event(
                dg.AssetObservation(asset_key=context.asset_key, partition=context.partition_key, metadata=progress)
            )

    return report


def _column_schema(table: Table) -> dg.TableSchema:
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                column.name,
                column.type,
                description=column.description,
                constraints=dg.TableColumnConstraints(nullable=column.nullable),
            )
            for column in table.columns
        ]
    )
