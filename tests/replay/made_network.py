"""Makes what the parser hands over of a game's network part: actors that come, say something, and go."""

from __future__ import annotations

from typing import Any

PRI, CAR, BLUE, ORANGE = (
    "TAGame.Default__PRI_TA",
    "Archetypes.Car.Car_Default",
    "Archetypes.Teams.Team0",
    "Archetypes.Teams.Team1",
)
TEAM, NAME, PLAYER = (
    "Engine.PlayerReplicationInfo:Team",
    "Engine.PlayerReplicationInfo:PlayerName",
    "Engine.Pawn:PlayerReplicationInfo",
)
TEAMS = {0: 1, 1: 2}
"""The actor of each team."""


class MadeNetwork:
    """Frames of 0.1 s. Actors 1 and 2 are the teams; a player `n` has the PRI 10 + n and the car 20 + n."""

    def __init__(self) -> None:
        self._objects: list[str] = []
        self._frames: list[dict[str, Any]] = []
        self.frame(new=[(1, BLUE), (2, ORANGE)])

    def frame(self, new: Any = (), said: Any = (), gone: Any = ()) -> MadeNetwork:
        """One more frame: new actors with their kinds, (actor, what, value) of those that say something, and who goes."""
        self._frames.append(
            {
                "time": len(self._frames) / 10,
                "new_actors": [{"actor_id": actor, "object_id": self._number(kind)} for actor, kind in new],
                "updated_actors": [
                    {"actor_id": actor, "object_id": self._number(what), "attribute": {"it": value}}
                    for actor, what, value in said
                ],
                "deleted_actors": list(gone),
            }
        )
        return self

    def join(self, number: int, team: int) -> MadeNetwork:
        """A player comes, with a car."""
        pri, car = 10 + number, 20 + number
        said = [(pri, NAME, f"P{number}"), (pri, TEAM, {"actor": TEAMS[team]}), (car, PLAYER, {"actor": pri})]
        return self.frame([(pri, PRI), (car, CAR)], said)

    def replay(self) -> dict[str, Any]:
        """As the parser has it."""
        return {
            "objects": self._objects,
            "names": [],
            "keyframes": [],
            "net_version": 10,
            "network_frames": {"frames": list(self._frames)},
        }

    def _number(self, name: str) -> int:
        if name not in self._objects:
            self._objects.append(name)
        return self._objects.index(name)
