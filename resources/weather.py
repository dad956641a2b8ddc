"""Errors of a step as Dagster should take them: a bad film fails once, a store that is away is waited for.

Belongs here: which failures are tried again, when, and for how long. Does not belong here: which errors mean that a
store is away (`gametape.base.storage`, `gametape.lake.warehouse`).

A step that finds a store away waits within its run and tries again. If the store stays away, the run fails with the
reason and Dagster makes its retry, as after a crash; so it goes on for a day. It takes up what was made before.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import accumulate, takewhile

import dagster as dg

from gametape.base.errors import Away, BadInput, GametapeError, Unavailable
from gametape.base.settings import settings
from gametape.base.storage import is_full
from resources.dagster_internals import MAX_RETRIES_TAG, RETRY_NUMBER_TAG, RETRY_STEP_FAILURES_TAG
from resources.partitions import is_first_look

#: When a run of the film first failed because a store was away, as a Unix time. Its retries inherit it.
AWAY_SINCE_TAG = "gametape/store_away_since"
#: A store that is away for longer is no longer waited for.
LONGEST_SECONDS = 24 * 3600
#: Retries that a run has left after one for the weather: as many as after a crash, see `run_retries` in dagster.yaml.
RETRIES_LEFT = 2
_FIRST_WAIT_S, _LONGEST_WAIT_S = 5, 60


def waits() -> list[int]:
    """Seconds from each attempt of a step to the next, in all at most the setting `store_patience_seconds`."""
    each = (min(_FIRST_WAIT_S * 2**n, _LONGEST_WAIT_S) for n in range(1000))
    totals = list(takewhile(lambda total: total <= settings().store_patience_seconds, accumulate(each)))
    return [total - before for before, total in zip([0, *totals], totals, strict=False)]


def failure(error: GametapeError) -> dg.Failure:
    """The failure that the UI, `gametape status` and the notices show: the file, the reason and what to do."""
    return dg.Failure(
        description=str(error),
        metadata={"file": error.subject, "reason": error.reason, "what to do": error.remedy},
        allow_retries=not isinstance(error, BadInput),
    )


@contextmanager
def failing_in_words(instance: dg.DagsterInstance, run: dg.DagsterRun, attempt: int) -> Iterator[None]:
    """Turn an error inside the block into what Dagster should do about it.

    Args:
        instance: Where the run is.
        run: The run.
        attempt: How often the step was tried before.

    Raises:
        RetryRequested: A store is away; the step is to be tried again.
        Failure: The input is bad, something is missing, or the store stayed away.
    """
    try:
        yield
    except Away as error:
        patience = waits()
        if attempt < len(patience):
            raise dg.RetryRequested(len(patience), patience[attempt]) from failure(error)
        _ask_for_a_retry(instance, run)
        raise failure(error) from error
    except GametapeError as error:
        _ask_for_none(instance, run)
        raise failure(error) from error
    except OSError as error:
        _ask_for_none(instance, run)
        if not is_full(error):
            raise
        where = error.filename or settings().home
        full = Unavailable(where, "no space is left on its disk", "Free space, then run again")
        raise failure(full) from error
    except Exception:
        _ask_for_none(instance, run)
        raise


def _ask_for_a_retry(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    now = time.time()
    since = float(run.tags.get(AWAY_SINCE_TAG, now))
    if is_first_look(run.tags):  # the full analysis follows anyway
        return
    if now - since > LONGEST_SECONDS:
        _ask_for_none(instance, run)
        return
    most = int(run.tags.get(RETRY_NUMBER_TAG, 0)) + RETRIES_LEFT
    tags = {AWAY_SINCE_TAG: str(since), RETRY_STEP_FAILURES_TAG: "true", MAX_RETRIES_TAG: str(most)}
    instance.add_run_tags(run.run_id, tags)


def _ask_for_none(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """A retry inherits the tags: one that fails for a reason of its own is not retried."""
    if RETRY_STEP_FAILURES_TAG in run.tags:
        instance.add_run_tags(run.run_id, {RETRY_STEP_FAILURES_TAG: "false"})
