"""How far an asset is, as it tells it: seldom enough to be cheap, and never a reason to fail."""

from types import SimpleNamespace

import dagster as dg
import pytest

from assets import common


class Context:
    """What `tell_progress` needs of a context, and what it logged."""

    asset_key = dg.AssetKey("frames")
    partition_key = "rally-000000000000"
    op_def = SimpleNamespace(pool=None)

    def __init__(self):
        self.told = []

    def log_event(self, event: dg.AssetObservation) -> None:
        self.told.append({name: value.value for name, value in event.metadata.items()})


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(common.time, "monotonic", lambda: now[0])
    return now


def test_progress_is_told_every_few_seconds_not_every_frame(clock):
    context = Context()
    tell = common.tell_progress(context)
    for frame in range(1, 1001):
        clock[0] += 0.02
        tell(frame, 1000)
    assert len(context.told) == pytest.approx(1000 * 0.02 / common.PROGRESS_SECONDS, abs=1)
    assert all(told["frames_total"] == 1000 for told in context.told)


def test_a_container_that_does_not_tell_its_length_is_no_fault(clock):
    context = Context()
    tell = common.tell_progress(context)
    clock[0] += 60
    tell(50, None)
    assert context.told == [{"frames_done": 50}]
