"""New games of people who are followed come into the uploads.

Belongs here: when is looked, and what the sensor says. Does not belong here: which games are new
(`gametape.replay.ballchasing.following`), what is made of them (the sensor `new_replays`).
"""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg

from gametape.base.errors import GametapeError
from gametape.base.settings import Settings, settings
from resources.uploads import UploadStoreResource

SECONDS = 900
"""Time between two looks: a game takes six minutes, and the API counts requests."""
PATIENCE_S, READ_S, TRIES = 10.0, 5.0, 2
"""How long the API is waited for: Dagster ends an evaluation after 60 s."""


def build_following_sensor(*, house: Settings | None = None) -> dg.SensorDefinition:
    """The sensor `follow_players`, which imports games and requests no runs."""
    house = house or settings()

    @dg.sensor(
        name="follow_players",
        default_status=dg.DefaultSensorStatus.STOPPED,
        minimum_interval_seconds=SECONDS,
        description="Imports new games from ballchasing.com of everybody who has `follow: true` in the players file.",
    )
    def follow_players(context: dg.SensorEvaluationContext, uploads: UploadStoreResource) -> dg.SensorResult:
        from gametape.replay.ballchasing.client import Client
        from gametape.replay.ballchasing.following import follow
        from gametape.replay.people import load_people

        try:
            people = load_people(house.players_file)
            followed = [people.by_key[key] for key in people.followed]
            if not followed:
                return dg.SensorResult(skip_reason=dg.SkipReason(f"nobody has follow: true in {house.players_file}"))
            client = Client(
                house.ballchasing_token.get_secret_value(),
                house.ballchasing_url,
                patience_s=PATIENCE_S,
                read_s=READ_S,
                tries=TRIES,
            )
            now = datetime.now(UTC)
            look = follow(client, followed, uploads.store().files, context.cursor or "", now)
        except GametapeError as error:
            return dg.SensorResult(skip_reason=dg.SkipReason(str(error)), cursor=context.cursor)
        said = "; ".join([f"{len(look.imported)} imported", *look.problems])
        return dg.SensorResult(skip_reason=dg.SkipReason(said), cursor=look.cursor)

    return follow_players
