"""The asset of the shifts by itself: what a first look leaves out is not the film's end."""

from types import SimpleNamespace

import pyarrow as pa
import pytest

import assets.follow
from resources.film_rules import rules_of
from resources.partitions import ANALYSIS_TAG, FULL, QUICK
from tests.follow.made import HIGH, WIDE, Made, Person, read, wanted


def shifts_of(made, sidecar, analysis):
    compute = assets.follow.shifts.op.compute_fn.decorated_fn.__wrapped__
    result = compute(
        context=SimpleNamespace(run=SimpleNamespace(tags={ANALYSIS_TAG: analysis})),
        source_video=pa.table({"width": [WIDE], "height": [HIGH]}),
        sidecar=pa.table({"content": [sidecar.model_dump_json()]}),
        frames=made.frames,
        follows=pa.table({"rules": [rules_of("follows", sidecar)[0]]}),
        follow_rules=pa.table({"rules": [rules_of("follow_rules", sidecar)[0]]}),
        camera_motion=made.motion,
        player_identity=made.identity(sidecar),
    )
    return result.value.to_pylist()


@pytest.mark.parametrize(("analysis", "seconds", "reason"), [
    (QUICK, 30.0, "window_end"), (QUICK, 29.0, "film_end"), (FULL, 30.0, "film_end"),
])  # fmt: skip
def test_a_first_look_ends_no_shift_with_the_film(analysis, seconds, reason):
    made = Made([Person(5, seconds, read("5", 6, 8))], seconds=seconds)
    (row,) = shifts_of(made, wanted("5"), analysis)
    assert (row["start_s"], row["end_reason"]) == (5.0, reason)


def test_nothing_is_told_of_a_film_whose_people_are_not_analysed():
    made = Made([Person(5, 20, read("5", 6, 8))])
    assert shifts_of(made, wanted("5", analyses=["ball"]), FULL) == []
