"""The bucket goes away while films are worked on, under the real daemon: they are taken up again, a bad film is not."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from orchestration.instance import open_instance
from resources.run_events import failure_reason
from tests.ray_nodes import free_port
from tests.s3 import reach
from tests.toy_house import ToyHouse, a_toy_house

pytestmark = [pytest.mark.daemon, pytest.mark.slow]

#: `AWAY_SECONDS=90` is what it was once; what is waited for within a run is shorter here, so that runs fail, too.
AWAY_SECONDS = float(os.environ.get("AWAY_SECONDS", "25"))


class Bucket:
    """A server that keeps what it has while it is away."""

    def __init__(self) -> None:
        self.port = free_port()
        self.start()

    def start(self) -> None:
        self.server = ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        self.server.start()

    def stop(self) -> None:
        self.server.stop()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    import boto3

    bucket = Bucket()
    reach(f"http://127.0.0.1:{bucket.port}", monkeypatch)
    boto3.client("s3").create_bucket(Bucket="away")
    yield bucket
    bucket.stop()


@pytest.fixture
def house(bucket: Bucket, tmp_path: Path) -> Iterator[ToyHouse]:
    stores = {"UPLOADS": "s3://away/uploads", "LAKE": "s3://away/lake", "STORE_PATIENCE_SECONDS": "5"}
    with a_toy_house(tmp_path / "home", **stores) as house:
        house.start()
        yield house


def test_films_are_taken_up_when_the_store_is_back_and_a_bad_one_is_not(house: ToyHouse, bucket: Bucket):
    keys = [house.upload(f"toy {number}", 3, 1.0) for number in range(2)]
    (house.home / "wrong.toy").write_text("bad")
    from resources.uploads import uploads_from_settings
    from tests.toy_location import KIND

    store = uploads_from_settings().store(KIND)
    bad = KIND.key_of("wrong.toy", store.fingerprint(store.put(house.home / "wrong.toy")))
    with open_instance() as instance:
        house.wait(lambda: len(house.ledger(asset="toy_work")) >= 2, 120, "they are at work")
        bucket.stop()
        until = time.monotonic() + AWAY_SECONDS
        seen = set()
        while time.monotonic() < until:
            seen |= {house.detail(instance, key) for key in keys}
            time.sleep(1)
        bucket.start()
        ended = lambda: all(house.state(instance, key) == "ready" for key in keys)  # noqa: E731
        house.wait(ended, 240, "the toys are done")
        house.wait(lambda: house.state(instance, bad) == "failed", 60, "the bad one has failed")
        # It may have begun while the store was away, and was retried for that; for what it is, never.
        said = [failure_reason(instance, run.run_id).message for run in house.runs(instance, bad)]
        assert ["is no toy" in why for why in said] == [True] + [False] * (len(said) - 1), said
        assert "is no toy" in house.detail(instance, bad)
        for key in keys:
            assert sorted(line["chunk"] for line in house.ledger(key, "toy_work")) == [0, 1, 2], "no chunk twice"
        assert not any("is no toy" in told for told in seen)
        assert any("cannot be reached" in told and "retry comes by itself" in told for told in seen), seen
