"""From what the network sent, actor by actor, to the course of a game.

Belongs here: who an actor is, when it said what. Does not belong here: reading bytes (`gametape.replay.parse`), what
follows from the course. It runs in the parser's process, on the parser's own dicts.

A replay repeats everything at its keyframes, about every 10 s: what a keyframe says again is no event.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from gametape.replay.course import COLUMNS, COMPONENTS, COUNT_NAMES, COUNTS, Course

SCALED_FROM = 7
"""Network version from which places and speeds are written in uu."""
OLD_PLACE, OLD_SPEED = 100.0, 10.0
"""What the parser's places and speeds are times, before that, to be uu and uu/s."""

PRI, TEAM = "TAGame.Default__PRI_TA", "Archetypes.Teams.Team"
CAR, BALL = "Archetypes.Car.", "Archetypes.Ball."
CAR_OF = "TAGame.CarComponent_TA:Vehicle"
PLAYER_OF = "Engine.Pawn:PlayerReplicationInfo"
LINKS = {
    CAR_OF,
    PLAYER_OF,
    "Engine.PlayerReplicationInfo:Team",
    "Engine.PlayerReplicationInfo:UniqueId",
    "Engine.PlayerReplicationInfo:PlayerName",
    "Engine.PlayerReplicationInfo:bBot",
    "TAGame.CameraSettingsActor_TA:PRI",
    "TAGame.PRI_TA:PersistentCamera",
}
"""What says who an actor is: read before the rest of a frame."""

DEMOLITIONS = (
    "TAGame.Car_TA:ReplicatedDemolish",
    "TAGame.Car_TA:ReplicatedDemolish_CustomFX",
    "TAGame.Car_TA:ReplicatedDemolishGoalExplosion",
    "TAGame.Car_TA:ReplicatedDemolishExtended",
)


def follow(parts: Iterable[dict[str, Any]]) -> Course:
    """The course of a game, from the parser's dicts of its parts, in order. Frames are consumed, to keep memory small.

    Raises:
        ValueError: There is no part.
    """
    follower = None
    for part in parts:
        follower = follower or _Follower(part)
        follower.go_on(part["network_frames"]["frames"])
    if follower is None:
        raise ValueError("it has no frames")
    return follower.course()


class _Follower:
    """Goes through the frames once."""

    def __init__(self, replay: dict[str, Any]) -> None:
        self._objects: list[str] = replay["objects"]
        self._names: list[str] = replay["names"]
        self._times: list[float] = []
        self._keyframes = {one["frame"] for one in replay["keyframes"]} | {0}
        self._scaled = (replay["net_version"] or 0) >= SCALED_FROM
        self._rows: dict[str, list[tuple[float, ...]]] = {name: [] for name in COLUMNS}
        self._kinds: dict[int, str] = {}
        self._owner: dict[int, int] = {}  # car -> PRI, component -> car, camera -> PRI
        self._player_of_pri: dict[int, int] = {}
        self._team_of_pri: dict[int, int] = {}
        self._said: dict[int, dict[str, Any]] = {}  # PRI -> what it says of itself
        self._touched: set[int] = set()
        self._spawned: list[int] = []
        self._players: list[dict[str, Any]] = []
        self._index: dict[str, int] = {}
        self._pads: dict[str, int] = {}
        self._pad_state: dict[int, object] = {}
        self._last: dict[tuple[str, int], object] = {}
        self._facts: dict[str, Any] = {}
        self._handlers = self._make_handlers()

    def go_on(self, frames: list[dict[str, Any] | None]) -> None:
        """Take the next frames."""
        for n, frame in enumerate(frames):
            frames[n] = None
            assert frame is not None
            self._step(len(self._times), frame)
            self._times.append(frame["time"])

    def course(self) -> Course:
        tables = {name: np.array(rows, np.float64).reshape(-1, len(COLUMNS[name])) for name, rows in self._rows.items()}
        return Course(np.array(self._times, np.float64), tables, self._players, list(self._pads), self._facts)

    # One frame ------------------------------------------------------------------------------------------------------

    def _step(self, number: int, frame: dict[str, Any]) -> None:
        self._number, self._key = number, number in self._keyframes
        for actor in frame["deleted_actors"]:
            self._delete(actor)
        for new in frame["new_actors"]:
            self._create(new)
        updates = [(self._objects[one["object_id"]], one) for one in frame["updated_actors"]]
        for name, update in updates:
            if name in LINKS:
                self._link(name, update["actor_id"], _value(update))
        for pri in self._touched:
            self._know(pri)
        self._touched.clear()
        for car in self._spawned:
            if self._player(car) >= 0:
                self._add("spawns", self._player(car), car)
        self._spawned.clear()
        for name, update in updates:
            handler = self._handlers.get(name)
            if handler is not None:
                handler(update["actor_id"], _value(update))

    def _delete(self, actor: int) -> None:
        kind = self._kinds.pop(actor, "")
        if kind.startswith(CAR):
            player = self._player(actor)
            if player >= 0:
                self._add("gone", player)
        elif kind.startswith(BALL):
            self._add("ball_gone", 1)
        self._owner.pop(actor, None)
        if kind == PRI:
            self._left(actor)
            for known in (self._player_of_pri, self._team_of_pri, self._said):
                known.pop(actor, None)

    def _create(self, new: dict[str, Any]) -> None:
        actor, kind = new["actor_id"], self._objects[new["object_id"]]
        if self._kinds.get(actor) != kind:
            self._delete(actor)
        self._kinds[actor] = kind
        if "VehiclePickup" in kind:
            self._pads.setdefault(kind.rpartition(".")[2], len(self._pads))

    def _link(self, name: str, actor: int, value: Any) -> None:
        if name in (CAR_OF, PLAYER_OF, "TAGame.CameraSettingsActor_TA:PRI"):
            if value["actor"] >= 0:
                if name == PLAYER_OF and self._owner.get(actor) != value["actor"]:
                    self._spawned.append(actor)
                self._owner[actor] = value["actor"]
        elif name == "Engine.PlayerReplicationInfo:Team":
            kind = self._kinds.get(value["actor"], "")
            if kind.startswith(TEAM):
                self._team_of_pri[actor] = int(kind[len(TEAM)])
                self._touched.add(actor)
            elif self._team_of_pri.pop(actor, None) is not None:
                self._left(actor)
        elif name == "TAGame.PRI_TA:PersistentCamera":
            self._owner.setdefault(value["actor"], actor)
        else:
            self._said.setdefault(actor, {})[name.rpartition(":")[2]] = value
            self._touched.add(actor)

    def _know(self, pri: int) -> None:
        """Who is this PRI? By its unique id, a bot by its name; without a team it is a spectator."""
        said, team = self._said.get(pri, {}), self._team_of_pri.get(pri)
        name, unique = said.get("PlayerName"), said.get("UniqueId")
        if team is None or (name is None and unique is None):
            return
        key = _identity(unique)
        key = f"{key}" if key else f"{name}"
        if not key:
            return
        index = self._index.get(key)
        if index is None:
            index = self._index[key] = len(self._players)
            self._players.append({"unique_id": None, "name": None, "team": team, "bot": False, "first": self._number})
        player = self._players[index]
        player["team"], player["last"] = team, None  # there until the PRI goes
        player["unique_id"], player["name"] = unique or player["unique_id"], name or player["name"]
        player["bot"] = bool(said.get("bBot", player["bot"]))
        self._player_of_pri[pri] = index

    def _left(self, pri: int) -> None:
        """Its player plays no more, though the PRI may stay for a while."""
        player = self._player_of_pri.get(pri)
        if player is not None and self._players[player]["last"] is None:
            self._players[player]["last"] = self._number

    def _player(self, actor: int) -> int:
        """Index of the player that a PRI, a car, a component or a camera belongs to; -1: of nobody."""
        for _ in range(3):
            if actor in self._player_of_pri and self._kinds.get(actor) == PRI:
                return self._player_of_pri[actor]
            if actor not in self._owner:
                return -1
            actor = self._owner[actor]
        return self._player_of_pri.get(actor, -1)

    def _add(self, table: str, *values: float) -> None:
        self._rows[table].append((self._number, *values))

    def _add_new(self, table: str, value: float) -> None:
        if self._is_new(table, 0, value):
            self._add(table, value)

    def _is_new(self, table: str, actor: int, value: object) -> bool:
        """Is it news, or what a keyframe says again?"""
        known, self._last[table, actor] = self._last.get((table, actor)), value
        return not self._key or known != value

    # What is read of it ---------------------------------------------------------------------------------------------

    def _make_handlers(self) -> dict[str, Any]:
        return {
            "TAGame.RBActor_TA:ReplicatedRBState": self._body,
            "TAGame.CarComponent_Boost_TA:ReplicatedBoostAmount": lambda a, v: self._boost(a, v, -1),
            "TAGame.CarComponent_Boost_TA:ReplicatedBoost": lambda a, v: self._boost(
                a, v["boost_amount"], v["grant_count"]
            ),
            "TAGame.CarComponent_TA:ReplicatedActive": self._active,
            "TAGame.Vehicle_TA:bReplicatedHandbrake": self._handbrake,
            "TAGame.VehiclePickup_TA:ReplicatedPickupData": self._pickup,
            "TAGame.VehiclePickup_TA:NewReplicatedPickupData": self._pickup,
            "TAGame.Ball_TA:HitTeamNum": lambda a, v: self._add_new("hits", v),
            "TAGame.GameEvent_Soccar_TA:SecondsRemaining": lambda a, v: self._add("clock", v),
            "TAGame.GameEvent_Soccar_TA:bOverTime": lambda a, v: self._add("overtime", v),
            "TAGame.GameEvent_Soccar_TA:RoundNum": lambda a, v: self._add_new("kickoffs", v),
            "TAGame.GameEvent_Soccar_TA:bBallHasBeenHit": lambda a, v: self._add_new("first_hits", v),
            "TAGame.Ball_TA:ReplicatedExplosionData": self._explosion,
            "TAGame.Ball_TA:ReplicatedExplosionDataExtended": lambda a, v: self._explosion(a, v["explosion"]),
            "TAGame.CameraSettingsActor_TA:ProfileSettings": lambda a, v: self._setting(a, "camera", v),
            "TAGame.PRI_TA:CameraSettings": lambda a, v: self._setting(a, "camera", v),
            "TAGame.PRI_TA:SteeringSensitivity": lambda a, v: self._setting(a, "steering", v),
            "TAGame.PRI_TA:ClientLoadout": lambda a, v: self._setting(a, "body", v.get("body")),
            "TAGame.PRI_TA:ClientLoadouts": self._loadouts,
            "ProjectX.GRI_X:ReplicatedGamePlaylist": lambda a, v: self._fact("playlist", v),
            "ProjectX.GRI_X:ReplicatedServerRegion": lambda a, v: self._fact("region", v),
            "Engine.GameReplicationInfo:ServerName": lambda a, v: self._fact("server", v),
            "TAGame.GameEvent_TA:MatchTypeClass": lambda a, v: self._fact(
                "match_type_class", self._objects[v["actor"]] if 0 <= v["actor"] < len(self._objects) else None
            ),
            "TAGame.Team_TA:CustomTeamName": self._team_name,
            **{name: self._demolition for name in DEMOLITIONS},
            **{name: self._counter(count) for name, count in COUNTS.items()},
        }

    def _body(self, actor: int, state: dict[str, Any]) -> None:
        kind = self._kinds.get(actor, "")
        place, speed = state["location"], state["linear_velocity"]
        s, v = (1.0, 1.0) if self._scaled else (OLD_PLACE, OLD_SPEED)
        velocity = (speed["x"] * v, speed["y"] * v, speed["z"] * v) if speed else (np.nan,) * 3
        at = (place["x"] * s, place["y"] * s, place["z"] * s)
        if kind.startswith(CAR):
            player = self._player(actor)
            if player >= 0:
                turn = state["rotation"]
                w = turn["w"] if self._scaled else np.nan  # before: pitch, yaw and roll in half turns
                self._add("cars", player, *at, *velocity, turn["x"], turn["y"], turn["z"], w, state["sleeping"])
        elif kind.startswith(BALL):
            spin = state["angular_velocity"]
            turn = (spin["x"] * v, spin["y"] * v, spin["z"] * v) if spin else (np.nan,) * 3
            self._add("ball", *at, *velocity, state["sleeping"], *turn)

    def _boost(self, actor: int, amount: float, grants: float) -> None:
        player = self._player(actor)
        if player >= 0:
            self._add("boost", player, amount, grants)

    def _active(self, actor: int, value: int) -> None:
        kind = self._kinds.get(actor, "").rpartition("CarComponent_")[2]
        player = self._player(actor)
        if player >= 0 and kind in COMPONENTS:
            self._add("active", player, COMPONENTS.index(kind), value % 2)

    def _handbrake(self, actor: int, on: bool) -> None:
        player = self._player(actor)
        if player >= 0:
            self._add("handbrake", player, on)

    def _pickup(self, actor: int, state: dict[str, Any]) -> None:
        pad = self._pads.get(self._kinds.get(actor, "").rpartition(".")[2])
        if pad is None:
            return
        taken, by = state["picked_up"], state["instigator"]
        known, self._pad_state[pad] = self._pad_state.get(pad), taken
        if taken in (False, 255) or (self._key and known == taken):
            return
        if by is not None and by >= 0 and not (known == taken and taken is not True):
            self._add("pickups", pad, self._player(by))

    def _demolition(self, actor: int, state: dict[str, Any]) -> None:
        attacker, victim = (_actor(state.get(role)) for role in ("attacker", "victim"))
        exploded = bool((state.get("goal_explosion_owner") or {}).get("active"))
        if victim is None or not self._is_new("demolitions", victim, attacker):
            return
        who = self._player(victim)
        told = self._rows["demolitions"]
        # Some patches tell it twice, in an old and in a new form.
        if who >= 0 and not any(row[0] == self._number and row[2] == who for row in told[-8:]):
            by = self._player(attacker) if attacker is not None else -1
            self._add("demolitions", by, who, exploded)

    def _counter(self, count: str) -> Any:
        number = COUNT_NAMES.index(count)

        def handle(actor: int, value: int) -> None:
            player = self._player(actor)
            if player >= 0:
                self._add("counts", player, number, value)

        return handle

    def _explosion(self, actor: int, state: dict[str, Any]) -> None:
        place = state["location"]
        if self._is_new("explosions", 0, (place["x"], place["y"], place["z"])):
            self._add("explosions", *(place[axis] * 100 for axis in "xyz"))

    def _setting(self, actor: int, name: str, value: Any) -> None:
        player = self._player(actor)
        if player >= 0:
            self._players[player][name] = value

    def _loadouts(self, actor: int, value: dict[str, Any]) -> None:
        player = self._player(actor)
        if player >= 0:
            side = "orange" if self._players[player]["team"] == 1 else "blue"
            self._players[player]["body"] = value[side]["body"]

    def _fact(self, name: str, value: Any) -> None:
        self._facts[name] = value

    def _team_name(self, actor: int, value: str) -> None:
        kind = self._kinds.get(actor, "")
        if kind.startswith(TEAM):
            self._facts[f"team{kind[len(TEAM)]}"] = value


def _value(update: dict[str, Any]) -> Any:
    """What an update says, without the name of its type."""
    return next(iter(update["attribute"].values()))


def _actor(said: Any) -> int | None:
    """The actor that one role of a demolition names; None: nobody."""
    number = said.get("actor", -1) if isinstance(said, dict) else said
    return None if number is None or number < 0 else int(number)


def _identity(unique: dict[str, Any] | None) -> str:
    """One text for a unique id; empty for a bot's."""
    if not unique:
        return ""
    kind, remote = next(iter(unique["remote_id"].items())) if isinstance(unique["remote_id"], dict) else ("", None)
    if kind == "SplitScreen" or remote in (None, "", "0", 0):
        return f"{kind}/{remote}/{unique['local_id']}" if kind == "SplitScreen" and remote else ""
    if isinstance(remote, dict):
        remote = f"{remote.get('online_id')}/{remote.get('name')}"
    return f"{kind}/{remote}/{unique['local_id']}"
