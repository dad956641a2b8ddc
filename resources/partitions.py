"""What a run says of its film: which one it is, and how closely it looks."""

from collections.abc import Mapping

import dagster as dg

#: The one set of partitions: a film each, added by the upload sensor.
videos = dg.DynamicPartitionsDefinition(name="videos")

#: On a run, and on what it made: `quick` is a first look. Anything else, or nothing, is the full analysis.
ANALYSIS_TAG = "gametape/analysis"
QUICK, FULL = "quick", "full"

#: On a run that keeps the tables which computing would bring again. Runs that a person starts in the UI have none.
KEEP_TAG = "gametape/keep"
KEEP = {KEEP_TAG: "unchanged"}


def is_first_look(tags: Mapping[str, str] | None) -> bool:
    """Are these the tags of a first look's run, or of something that it made?"""
    return (tags or {}).get(ANALYSIS_TAG) == QUICK
