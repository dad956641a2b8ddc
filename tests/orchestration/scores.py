"""A second kind of upload for tests: score sheets, a line a point. Nothing outside this module knows of them."""

import dagster as dg
import pyarrow as pa

from assets.common import Owner, publish, table_asset
from gametape.base.errors import BadInput
from gametape.tables.core import KeyColumn, Table, columns
from gametape.uploads import UploadKind
from resources.lake import LakeResource, WorkFolder
from resources.partitions import PartitionSet
from resources.uploads import UploadStoreResource

SCORE = KeyColumn("score", "scores")
KIND = UploadKind("scores", SCORE, "score", frozenset({".score"}), salt="score:")
POINTS = Table("points", "a point", columns("point int64! number from 0", "winner string! who won it"), SCORE)
SCOREBOARD = Table("scoreboard", "a page", columns("page string! file of the page", "points int64! how many"), SCORE)
SCORES = PartitionSet(
    name="scores",
    key=SCORE,
    noun="score",
    job="process_score",
    stale_sensor="reprocess_scores",
    description="Everything for one score sheet.",
    kind=KIND,
    upload_sensor="new_scores",
    modules=(__name__,),
    tables=(POINTS, SCOREBOARD),
    report_asset="scoreboard",
)


@table_asset(SCORES, group="scores", owner=Owner.INGEST, kinds={"python"})
def points(context: dg.AssetExecutionContext, uploads: UploadStoreResource) -> dg.MaterializeResult:
    """The points of a score sheet."""
    store = uploads.store(KIND)
    upload = store.locate(context.partition_key)
    winners = store.fetch(upload, None).read_text().split()
    if "?" in winners:
        raise BadInput(upload.label, "has a point without a winner", "Complete it")
    return publish(POINTS.from_rows([{"point": n, "winner": winner} for n, winner in enumerate(winners)]))


@table_asset(SCORES, group="scores", owner=Owner.COACHING, kinds={"html"})
def scoreboard(
    context: dg.AssetExecutionContext, points: pa.Table, lake: LakeResource, work: WorkFolder
) -> dg.MaterializeResult:
    """The page with the result."""
    page = work.of(context.partition_key, "scoreboard") / "score.html"
    page.write_text(f"<html>{points.num_rows} points")
    lake.store().put_file(context.partition_key, page.name, page, of=SCORE)
    return publish(SCOREBOARD.from_rows([{"page": page.name, "points": points.num_rows}]))
