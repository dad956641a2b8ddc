"""How long a run may take before Dagster ends it: a bound that frees the place of a run lost with its host.

The instance's own bound for runs without a tag is in dagster.yaml.
"""

from resources.dagster_internals import MAX_RUNTIME_SECONDS_TAG

#: Every run may take an hour, and more for each MB of the upload (100 s) or second of a film that was read (60 s).
LEAST_SECONDS = 3600
_BYTES_A_SECOND = 10_000
_SECONDS_A_FILM_SECOND = 60
#: A first look delays the full analysis by a quarter of an hour at most.
FIRST_LOOK_SECONDS = 900
#: Of an upload that is made again, the size is not at hand.
REPROCESS_SECONDS = 12 * 3600


def bound(seconds: float) -> dict[str, str]:
    """The tag that bounds a run."""
    return {MAX_RUNTIME_SECONDS_TAG: str(int(seconds))}


def bound_for_bytes(size: int) -> dict[str, str]:
    """The tag for a run on an upload of `size` bytes."""
    return bound(LEAST_SECONDS + size // _BYTES_A_SECOND)


def bound_for_film(seconds: float) -> dict[str, str]:
    """The tag for a run on a film of `seconds`."""
    return bound(LEAST_SECONDS + _SECONDS_A_FILM_SECOND * seconds)
