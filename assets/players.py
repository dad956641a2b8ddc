"""A player over all films: the trends of the metrics, and the findings that recur."""

import dagster as dg
import pyarrow as pa

from assets.common import Owner, publish, table_asset, warehouse_asset
from gametape.base.settings import settings
from resources.graph import LABEL_TAG
from resources.lake import LakeResource
from resources.partitions import PLAYERS
from resources.players import MEMORY, NO_FILMS, PARENTS, films_by_player
from resources.warehouse import WarehouseResource

#: The films of a player are known only from the films themselves, so the tables depend on all of them.
FILMS = [dg.AssetDep(asset, partition_mapping=dg.AllPartitionMapping()) for asset in PARENTS]


@table_asset(PLAYERS, group="players", owner=Owner.COACHING, kinds={"duckdb"}, deps=FILMS)
def player_trends(context: dg.AssetExecutionContext, lake: LakeResource) -> dg.MaterializeResult:
    """Each metric of a player now and before, with its trend over all films."""
    from gametape.coaching.progress import trends_of

    films = _films(context)
    table = trends_of(context.partition_key, lake.base_uri)
    trends = table["trend"].to_pylist()
    counts = {trend: trends.count(trend) for trend in sorted(set(trends))}
    return publish(table, trends=dg.MetadataValue.json(counts))._replace(tags={LABEL_TAG: films})


@table_asset(PLAYERS, group="players", owner=Owner.COACHING, kinds={"duckdb"}, deps=FILMS)
def player_findings(context: dg.AssetExecutionContext, lake: LakeResource) -> dg.MaterializeResult:
    """Findings of a player's newest films that earlier films had too."""
    from gametape.coaching.progress import findings_of

    films = _films(context)
    table = findings_of(context.partition_key, lake.base_uri)
    return publish(table)._replace(tags={LABEL_TAG: films})


@warehouse_asset(PLAYERS, group="players", owner=Owner.COACHING)
def player_summary(
    context: dg.AssetExecutionContext,
    player_trends: pa.Table,
    player_findings: pa.Table,
    warehouse: WarehouseResource,
) -> dg.MaterializeResult:
    """The player's rows in the summary warehouse. Writing twice changes nothing."""
    store = warehouse.store()
    store.replace("player_trends", context.partition_key, player_trends)
    store.replace("player_findings", context.partition_key, player_findings)
    return dg.MaterializeResult(metadata={"trends": player_trends.num_rows, "findings": player_findings.num_rows})


def _films(context: dg.AssetExecutionContext) -> str:
    """The digest of the films that the tables are made from.

    It is read before the lake: a film that is added meanwhile shows as a difference, and the tables are made again.
    """
    return films_by_player(context.instance, settings().home / MEMORY).get(context.partition_key, NO_FILMS).digest
