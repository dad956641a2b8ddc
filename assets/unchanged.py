"""Early cut-off: an asset whose code and inputs are those of its last table is not computed again.

Belongs here: deciding that a table can be kept, and materializing it again. Does not belong here: what is stale
(`resources.graph`).

When an asset is stale, Dagster cannot know that its new table will be the same, so everything downstream is stale and
selected too. It turns out during the run: if every input has the data version that the last table was made from, the
computation would give the table that is in the lake. That table is materialized again with its data version, so that it
counts as fresh, and its checks are reported again.

Only runs that gametape requested keep tables (`KEEP_TAG`). Someone who materializes an asset or re-executes a run in
the UI wants it computed.
"""

from collections.abc import Collection, Mapping
from typing import Any

import dagster as dg

from resources.dagster_internals import DATA_VERSION_TAG, PARENT_RUN_ID_TAG, RETRY_NUMBER_TAG
from resources.graph import Graph, Materialized, label_of, label_tags
from resources.lake import KEPT
from resources.partitions import KEEP_TAG, PartitionSet, is_first_look
from resources.records import PartitionRecords
from resources.run_events import events_of

#: Metadata key: the run that computed the table.
SINCE = "unchanged since"


def may_keep(tags: Mapping[str, str]) -> bool:
    """Whether a run with these tags keeps tables.

    A re-executed run has a copy of the tags: it keeps tables only if Dagster retries it after a crash.
    """
    re_executed_by_hand = PARENT_RUN_ID_TAG in tags and RETRY_NUMBER_TAG not in tags
    return KEEP_TAG in tags and not is_first_look(tags) and not re_executed_by_hand


def kept(
    context: dg.AssetExecutionContext, partitions: PartitionSet, files: Collection[str] = ()
) -> dg.MaterializeResult | None:
    """The last result of the asset for the partition, to be materialized again; None if it has to be computed.

    Args:
        context: Context of the asset that runs.
        partitions: The set that the asset is partitioned by.
        files: What the asset stores in the partition's folder of the lake beside its table.
    """
    asset, key = context.asset_key.path[-1], context.partition_key
    if not is_unchanged(context, partitions, context.assets_def, asset):
        return None
    lake = context.resources.tables.lake.store()
    if not lake.has_table(asset, key) or not all(lake.has_file(key, file, of=partitions.key) for file in files):
        return None
    return _again(context)


def is_unchanged(
    context: dg.AssetExecutionContext, partitions: PartitionSet, definition: dg.AssetsDefinition, asset: str
) -> bool:
    """Whether an asset's last table was made by its code from its inputs as they are now, and the run keeps tables.

    Args:
        context: Context of an asset that runs.
        partitions: The set of both assets.
        definition: The asset that it is asked of; its inputs have been made.
        asset: Its name.
    """
    parents = sorted(parent.to_user_string() for parent in definition.dependency_keys)
    if not parents or not may_keep(
        context.run.tags
    ):  # an asset without inputs reads the upload, which may have changed
        return False
    last = _made(context, partitions, [asset]).get(asset)
    code = definition.code_versions_by_key[dg.AssetKey(asset)]
    if last is None or last.quick or last.code != code or last.data is None:
        return False
    made = _made(context, partitions, parents)
    return all(parent in made and last.was_made_from(parent, made[parent].mark) for parent in parents)


def _made(
    context: dg.AssetExecutionContext, partitions: PartitionSet, assets: Collection[str]
) -> Mapping[str, Materialized]:
    """The last materializations of these assets for the partition."""
    records = PartitionRecords(context.instance, Graph(dict.fromkeys(assets, ()), partitions=partitions))
    return records.made([context.partition_key])[context.partition_key]


def _again(context: dg.AssetExecutionContext) -> dg.MaterializeResult | None:
    records = dg.AssetRecordsFilter(asset_key=context.asset_key, asset_partitions=[context.partition_key])
    [record] = context.instance.fetch_materializations(records, limit=1).records
    checks = _checks(context, record.run_id)
    if {check.check_name for check in checks} != {spec.name for spec in context.assets_def.check_specs}:
        return None  # its run was deleted
    event = record.asset_materialization
    return dg.MaterializeResult(
        value=KEPT,
        metadata={SINCE: dg.MetadataValue.dagster_run(record.run_id), **event.metadata},
        data_version=dg.DataVersion(event.tags[DATA_VERSION_TAG]),
        tags=label_tags((label_of(event.tags) or "").split()),
        check_results=[
            dg.AssetCheckResult(
                check_name=check.check_name,
                passed=check.passed,
                severity=check.severity,
                description=check.description,
                metadata=check.metadata,
            )
            for check in checks
        ],
    )


def _checks(context: dg.AssetExecutionContext, run_id: str) -> list[Any]:
    """The evaluations of the asset's checks in a run of the partition."""
    events = events_of(context.instance, run_id, {dg.DagsterEventType.ASSET_CHECK_EVALUATION})
    evaluations = [event.asset_check_evaluation_data for event in events]
    return [one for one in evaluations if one.asset_key == context.asset_key]
