"""A store that is away is waited for, in the run and by retries; what is bad or missing fails once."""

import errno
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import dagster as dg
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ReadTimeoutError

from gametape.base.errors import Away, BadInput, Unavailable
from gametape.base.settings import settings
from gametape.base.storage import reaching
from resources import dagster_internals as internals
from resources import weather
from resources.lake import LakeResource
from resources.partitions import ANALYSIS_TAG, QUICK

AWAY = Away("s3://club", "cannot be reached", "Check the address")
BAD = BadInput("a.mp4", "is empty", "Upload it again")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    retries = {"run_retries": {"enabled": True, "max_retries": 2, "retry_on_asset_or_op_failure": False}}
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path), settings=retries) as instance:
        yield instance


def run(instance: dg.DagsterInstance, errors: list[Exception], **tags: str) -> dg.DagsterRun:
    """A run with a step that fails with one error after the other, and then succeeds. It counts the attempts."""
    left = list(errors)

    @dg.asset
    def made(context: dg.AssetExecutionContext) -> None:
        with weather.failing_in_words(context.instance, context.run, context.retry_number):
            if left:
                raise left.pop(0)

    result = dg.materialize([made], instance=instance, tags=tags, raise_on_error=False)
    run = instance.get_run_by_id(result.run_id)
    assert run
    return run


def is_to_be_retried(run: dg.DagsterRun) -> bool:
    return run.tags.get(internals.WILL_RETRY_TAG) == "true"


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def attempts(times: int) -> None:
        monkeypatch.setattr(weather, "waits", lambda: [0] * times)

    return attempts


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, []), (4.9, []), (5, [5]), (14, [5]), (35, [5, 10, 20]), (300, [5, 10, 20, 40, 60, 60, 60])],
)
def test_a_step_waits_longer_each_time_up_to_the_setting(monkeypatch: pytest.MonkeyPatch, seconds: float, expected):
    monkeypatch.setenv("GAMETAPE_STORE_PATIENCE_SECONDS", str(seconds))
    settings.cache_clear()
    try:
        assert weather.waits() == expected
    finally:
        settings.cache_clear()


def test_a_step_is_tried_again_within_its_run(instance: dg.DagsterInstance, patience):
    patience(2)
    assert run(instance, [AWAY, AWAY]).status == dg.DagsterRunStatus.SUCCESS


def test_a_store_that_stays_away_fails_the_run_which_is_retried(instance: dg.DagsterInstance, patience):
    patience(2)
    failed = run(instance, [AWAY] * 3)
    assert failed.status == dg.DagsterRunStatus.FAILURE and is_to_be_retried(failed)
    assert float(failed.tags[weather.AWAY_SINCE_TAG]) == pytest.approx(time.time(), abs=60)
    told = [event for event in instance.all_logs(failed.run_id) if event.get_dagster_event().is_step_failure]
    assert str(AWAY) in str(told[0].get_dagster_event().event_specific_data.user_failure_data.description)


@pytest.mark.parametrize("hours", [0, 23.9])
@pytest.mark.parametrize("number", [1, 20])
def test_retries_go_on_for_a_day(instance: dg.DagsterInstance, patience, number: int, hours: float):
    patience(0)
    since = str(time.time() - hours * 3600)
    again = {internals.RETRY_NUMBER_TAG: str(number), internals.RETRY_STEP_FAILURES_TAG: "true"}
    failed = run(
        instance, [AWAY], **again, **{weather.AWAY_SINCE_TAG: since, internals.MAX_RETRIES_TAG: str(number + 1)}
    )
    assert failed.tags[internals.MAX_RETRIES_TAG] == str(number + 2)
    assert failed.tags[weather.AWAY_SINCE_TAG] == since


@pytest.mark.parametrize(
    "error", [AWAY, BAD, Unavailable("weights", "are missing", "Fetch them"), ValueError("a bug"), OSError(2, "x")]
)
def test_a_retry_that_fails_for_its_own_reason_or_after_a_day_is_the_last(
    instance: dg.DagsterInstance, patience, error
):
    patience(0)
    since = str(time.time() - 24.1 * 3600)
    failed = run(instance, [error], **{weather.AWAY_SINCE_TAG: since, internals.RETRY_STEP_FAILURES_TAG: "true"})
    assert failed.status == dg.DagsterRunStatus.FAILURE and not is_to_be_retried(failed)


@pytest.mark.parametrize(
    "error", [BAD, Unavailable("weights", "are missing", "Fetch them"), ValueError("a bug"), OSError(2, "x")]
)
def test_what_is_no_weather_fails_once(instance: dg.DagsterInstance, patience, error: Exception):
    patience(5)
    failed = run(instance, [error])
    assert failed.status == dg.DagsterRunStatus.FAILURE and not is_to_be_retried(failed)
    events = [event.get_dagster_event() for event in instance.all_logs(failed.run_id) if event.is_dagster_event]
    assert not [event for event in events if event.is_step_up_for_retry]


def test_a_first_look_is_not_retried_as_the_full_analysis_follows(instance: dg.DagsterInstance, patience):
    patience(0)
    assert not is_to_be_retried(run(instance, [AWAY], **{ANALYSIS_TAG: QUICK}))


def answer(status: int) -> ClientError:
    return ClientError({"Error": {"Code": "x"}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetObject")


@pytest.mark.parametrize(
    ("error", "is_away"),
    [
        (EndpointConnectionError(endpoint_url="http://x"), True),
        (ReadTimeoutError(endpoint_url="http://x"), True),
        (ConnectionResetError(errno.ECONNRESET, "reset"), True),
        (TimeoutError(), True),
        (OSError(errno.EIO, "internal error"), True),
        (OSError(errno.EBUSY, "slow down"), True),
        (answer(500), True),
        (answer(503), True),
        (answer(429), True),
        (answer(403), False),
        (NoCredentialsError(), False),
        (PermissionError(errno.EACCES, "denied"), False),
        (OSError(errno.ENOSPC, "full"), False),
    ],
)
def test_which_errors_of_a_store_are_weather(error: Exception, is_away: bool):
    with pytest.raises(Unavailable) as told, reaching("s3://club"):
        raise error
    assert isinstance(told.value, Away) == is_away


def test_a_bucket_that_goes_away_in_the_middle_of_a_run_is_taken_up_again(
    s3_server: str, s3_uri: str, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(weather, "_FIRST_WAIT_S", 1)
    gone: list[Thread] = []

    def come_back() -> None:
        time.sleep(2)
        monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)

    @dg.asset
    def stored(context: dg.AssetExecutionContext) -> None:
        with weather.failing_in_words(context.instance, context.run, context.retry_number):
            if not gone:
                monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")  # nobody listens there
                gone.append(Thread(target=come_back))
                gone[0].start()
            with LakeResource(base_uri=s3_uri).store()._store.writing("facts.txt") as made:
                made.write_text("whole")

    assert dg.materialize([stored], instance=instance).success
    gone[0].join()
    assert LakeResource(base_uri=s3_uri).store()._store.is_file("facts.txt")
