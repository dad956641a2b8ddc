"""Who is who, who left, and what is told twice, on networks that we made."""

import pytest

from gametape.replay.follower import follow
from tests.replay.made_network import PRI, TEAM, MadeNetwork

DEMOLISH, CUSTOM = "TAGame.Car_TA:ReplicatedDemolish", "TAGame.Car_TA:ReplicatedDemolish_CustomFX"


def test_a_demolition_told_in_two_forms_is_one():
    made = MadeNetwork().join(0, 0).join(1, 1).join(2, 1)
    hit = {"attacker": 20, "victim": 21}
    made.frame(said=[(21, CUSTOM, hit), (21, DEMOLISH, hit), (22, CUSTOM, {"attacker": 20, "victim": 22})])
    made.frame(said=[(21, DEMOLISH, {"attacker": 22, "victim": 21})])
    demolitions = follow([made.replay()]).tables["demolitions"]
    assert demolitions.tolist() == [[4, 0, 1, 0], [4, 0, 2, 0], [5, 2, 1, 0]]


@pytest.mark.parametrize("how", ["team", "actor"])
def test_a_player_without_a_team_has_left_though_the_record_stays(how: str):
    made = MadeNetwork().join(0, 0).join(1, 1)
    if how == "team":
        made.frame(said=[(10, TEAM, {"actor": -1})])
    made.frame(gone=[10]).frame()
    first, second = follow([made.replay()]).players
    assert first["last"] == 3 and second["last"] is None, "it is told the earlier of the two"
    # Back again, it is as if he had stayed.
    back = MadeNetwork().join(0, 0).frame(said=[(10, TEAM, {"actor": -1})]).frame(said=[(10, TEAM, {"actor": 1})])
    assert [one["last"] for one in follow([back.replay()]).players] == [None]


def test_parts_go_on_where_the_one_before_ended():
    made = MadeNetwork().join(0, 0).frame(said=[(20, DEMOLISH, {"attacker": -1, "victim": 20})]).frame()
    whole = made.replay()
    frames = whole["network_frames"]["frames"]
    parts = [whole | {"network_frames": {"frames": frames[:2]}}, whole | {"network_frames": {"frames": frames[2:]}}]
    course = follow(parts)
    assert course.times.tolist() == [0.0, 0.1, 0.2, 0.3]
    assert course.tables["demolitions"].tolist() == [[2, -1, 0, 0]]
    assert course.tables["spawns"].tolist() == [[1, 0, 20]]
    with pytest.raises(ValueError, match="no frames"):
        follow([])


def test_a_spectator_is_no_player():
    made = MadeNetwork().frame([(10, PRI)], [(10, "Engine.PlayerReplicationInfo:PlayerName", "Guest")])
    assert follow([made.replay()]).players == []
