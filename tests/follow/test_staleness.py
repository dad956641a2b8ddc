"""What of a sidecar looks at pictures again, and what does not: a number, a click or a roster decides on tables alone."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

import assets.source
from gametape.film.sidecar import Sidecar
from orchestration.definitions import build_defs
from resources.film_rules import rules_of
from resources.graph import Graph
from resources.partitions import ANALYSIS_TAG, FULL, VIDEOS

FILM = {"sport": "ice hockey", "players": [{"number": "20"}]}
#: What looks at pictures for a player who is followed.
LOOKING = ("camera_motion", "person_boxes", "person_tracks", "number_reads")


def version(rules, **more):
    return rules_of(rules, Sidecar.model_validate(FILM | more))[1]


@pytest.mark.parametrize("more", [
    {"players": [{"number": "7", "jersey_color": "#102030", "clicks": [{"t": 1, "x": 0.5, "y": 0.5}]}]},
    {"roster": [4, 7, "00"]}, {"follow": {"preset": "tactical", "reads": 5}}, {"title": "Final"},
    {"zones": {"bench": [[0, 0], [1, 0], [1, 1]]}}, {"periods": [{"start_s": 0, "end_s": 9}]},
], ids=lambda more: next(iter(more)))  # fmt: skip
def test_whether_a_film_follows_is_not_changed_by_whom(more):
    assert version("follows", **more) == version("follows")


def test_how_a_player_is_followed_is_not_changed_by_whom_but_by_the_settings():
    assert version("follow_rules", players=[{"number": "7"}], roster=[4, 7], title="Final") == version("follow_rules")
    found = {
        version("follow_rules"), version("follow_rules", follow={"preset": "tactical"}), version("follow_rules", sport="tennis"),
        version("follow_rules", follow={"reads": 5}), version("follow_rules", periods=[{"start_s": 0, "end_s": 9}]),
        version("follow_rules", zones={"bench": [[0, 0], [1, 0], [1, 1]]}),
    }  # fmt: skip
    assert len(found) == 6


def test_what_looks_at_pictures_hears_of_the_sidecar_by_what_it_uses_alone():
    specs = {spec.key.to_user_string(): spec for spec in build_defs().resolve_all_asset_specs()}
    for name in LOOKING:
        after = {dep.asset_key.to_user_string() for dep in specs[name].deps}
        assert not after & {"sidecar", "follow_rules"}, name
    for name in ("player_evidence", "player_identity"):
        assert {"sidecar", "follow_rules", "number_reads"} <= {
            dep.asset_key.to_user_string() for dep in specs[name].deps
        }
    assert not {"number_reads", "person_tracks"} & {dep.asset_key.to_user_string() for dep in specs["shifts"].deps}


def test_who_asks_for_a_player_looks_for_no_ball_again():
    """Nobody, then somebody: other poses are wanted, but the ball is made from the same tables as before."""
    nobody, somebody = (
        made_of_windows(Sidecar.model_validate(FILM | {"players": who})) for who in ([], FILM["players"])
    )
    assert nobody["analysis_window"] == somebody["analysis_window"]
    assert nobody["everybody_window"] != somebody["everybody_window"]
    parents = Graph.of(build_defs(), VIDEOS).parents
    assert set(parents["ball_trajectory"]) == {"source_video", "frames", "analysis_window"}
    made_from = {name for name, of in parents.items() if "everybody_window" in of}
    assert made_from == {"pose_estimates", "player_poses"}, "what poses a person, and nothing else"


def made_of_windows(sidecar):
    """The data versions of the two tables of windows."""
    scope = pa.table({"content": [sidecar.model_dump_json()], "sidecar_uri": [None]})
    times = np.arange(300) / 30
    context = SimpleNamespace(run=SimpleNamespace(tags={ANALYSIS_TAG: FULL}))
    frames = pa.table({"time_s": times, "shown_s": times})
    windows = computes("analysis_window")(context=context, frames=frames, analysis_scope=scope)
    everybody = computes("everybody_window")(analysis_window=windows.value, analysis_scope=scope)
    return {"analysis_window": windows.data_version.value, "everybody_window": everybody.data_version.value}


def computes(asset):
    return getattr(assets.source, asset).op.compute_fn.decorated_fn.__wrapped__
