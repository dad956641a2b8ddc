"""Tables of another partition set: lake, SQL and warehouse follow the contract's key column."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gametape import tables
from gametape.lake import sql
from gametape.lake.store import Lake
from gametape.lake.warehouse import Warehouse
from gametape.tables.core import KeyColumn, Table, columns
from tests.lake.rows import metrics

SCORE = KeyColumn("score", "scores")
POINTS = Table("points", "a point", columns("point int64! number", "winner string who won it"), SCORE)


@pytest.fixture
def points() -> Iterator[None]:
    """The table `points` for one test."""
    tables.register(POINTS, warehouse=True)
    yield
    del tables.TABLES["points"], tables.WAREHOUSE["points"]


def rows(*winners: str) -> list[dict]:
    return [{"point": number, "winner": winner} for number, winner in enumerate(winners)]


def test_a_table_lies_under_its_own_key_column_and_sql_finds_it(points: None, lake: Lake):
    uri = lake.write_table("points", "final-1", POINTS.from_rows(rows("Ana", "Bo"))).uri
    assert uri.endswith("/tables/points/score=final-1/data.parquet")
    assert lake.keys("points") == ["final-1"] and lake.read_table("points", "final-1").num_rows == 2
    assert sql.read("points", base_uri=lake.base_uri).to_pylist()[0] == {
        "score": "final-1",
        "point": 0,
        "winner": "Ana",
    }
    assert sql.read("points", ["winner"], keys=["other"], base_uri=lake.base_uri).num_rows == 0
    assert sql.query("describe points", lake.base_uri)["column_name"].to_pylist() == ["score", "point", "winner"]


def test_deleting_a_key_spares_the_same_key_of_another_set(points: None, lake: Lake, tmp_path: Path):
    (file := tmp_path / "file.txt").write_text("x")
    lake.write_table("points", "same", POINTS.from_rows(rows("Ana")))
    lake.write_table("metrics", "same", metrics(1.0))
    lake.put_file("same", "film.mp4", file)
    lake.put_file("same", "score.txt", file, of=SCORE)
    lake.delete("same", of=SCORE)
    assert not lake.has_table("points", "same") and not lake.has_file("same", "score.txt", of=SCORE)
    assert lake.has_table("metrics", "same") and lake.has_file("same", "film.mp4")


def test_the_warehouse_has_the_key_column_of_the_contract(points: None, tmp_path: Path):
    warehouse = Warehouse(f"sqlite:///{tmp_path / 'w.db'}")
    for winners in (("Ana", "Bo"), ("Bo",)):
        warehouse.replace("points", "same", POINTS.from_rows(rows(*winners)))
    warehouse.replace("metrics", "same", metrics(1.0))
    assert warehouse.read("select * from points") == [{"score": "same", "point": 0, "winner": "Bo"}]
    warehouse.delete("same", of=SCORE)
    assert not warehouse.read("select * from points") and len(warehouse.read("select * from metrics")) == 1


def test_two_tables_cannot_share_a_name_and_the_key_is_no_column_of_its_own():
    with pytest.raises(ValueError, match="another table metrics"):
        tables.register(Table("metrics", "a row", columns("n int64 count")))
    with pytest.raises(ValueError, match="score is its key column"):
        Table("points", "a point", columns("score string result"), SCORE)
