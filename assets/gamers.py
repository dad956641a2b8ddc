"""A player over all replays: weaknesses by what games were won by, what to train, and the page.

Belongs here: one asset for each table. Does not belong here: judging (`gametape.replay.judgement`), ranking exercises
(`gametape.replay.training`), a player's films (`assets.players`).

A player is compared with everybody in the lake's games. The tables are made again when the player's own games change,
and when a session is logged or corrected; games without the player change them at the next of these times.
"""

from functools import lru_cache

import dagster as dg
import pyarrow as pa

from assets.common import Owner, publish, table_asset
from assets.replays import publish_page
from assets.versions import Choice, page_choice
from gametape.base.settings import settings
from gametape.base.slug import words
from gametape.replay.identity import Person
from gametape.tables.core import REPLAY
from gametape.tables.replay_report import REPLAY_PLAYER_REPORT
from resources import gamers
from resources.gamers import PARENTS, games_by_gamer
from resources.graph import LABEL_TAG
from resources.lake import LakeResource, WorkFolder
from resources.partitions import GAMERS
from resources.players import NO_FILMS

#: A player's games are known only from the replays themselves, so the tables depend on all of them.
GAMES = [dg.AssetDep(asset, partition_mapping=dg.AllPartitionMapping()) for asset in PARENTS]
#: Each game counts once.
VIEWS = "gametape.lake.replay_views"
ONCE = Choice(alone=(VIEWS,))


@table_asset(GAMERS, group="gamers", owner=Owner.COACHING, kinds={"scipy"}, deps=GAMES, choice=ONCE)
def replay_metrics(context: dg.AssetExecutionContext, lake: LakeResource) -> dg.MaterializeResult:
    """Each stat of a player beside the others' of the same games, what it has to do with winning, and its trend."""
    games = _games(context)
    metrics, _ = _judged(context.partition_key, lake.base_uri, games)
    return publish(metrics)._replace(tags={LABEL_TAG: games})


@table_asset(GAMERS, group="gamers", owner=Owner.COACHING, kinds={"scipy"}, deps=GAMES, choice=ONCE)
def replay_findings(context: dg.AssetExecutionContext, lake: LakeResource) -> dg.MaterializeResult:
    """At most two weaknesses that the games support, and strengths; or why there is none."""
    games = _games(context)
    _, findings = _judged(context.partition_key, lake.base_uri, games)
    kinds = findings["kind"].to_pylist()
    counts = {kind: kinds.count(kind) for kind in sorted(set(kinds))}
    return publish(findings, findings=dg.MetadataValue.json(counts))._replace(tags={LABEL_TAG: games})


@table_asset(
    GAMERS, group="gamers", owner=Owner.COACHING, kinds={"python"}, deps=GAMES, always=True,
    choice=page_choice(settings(), VIEWS),
)  # fmt: skip
def replay_plan(
    context: dg.AssetExecutionContext, replay_findings: pa.Table, lake: LakeResource
) -> dg.MaterializeResult:
    """Exercises for the player's priorities, the best first; no row where there is no priority.

    It is always made anew: the log of sessions is no asset, so nothing else tells that it is as it was.
    """
    from gametape.replay.training.plan import plan_training, tiers_of

    key, games = context.partition_key, _games(context)
    sessions = gamers.sessions_by_gamer(settings(), gamers.people(settings())).get(key, [])
    _, matches, own = _own_games(key, lake.base_uri)
    plan = plan_training(replay_findings, settings().language, tiers_of(matches, own), sessions)
    return publish(plan, sessions=len(sessions))._replace(tags={LABEL_TAG: games})


@table_asset(
    GAMERS, group="gamers", owner=Owner.COACHING, kinds={"html"}, choice=page_choice(settings(), VIEWS),
    files=("report.html", "report.pdf", "results.json"),
)  # fmt: skip
def replay_player_report(
    context: dg.AssetExecutionContext,
    replay_metrics: pa.Table,
    replay_findings: pa.Table,
    replay_plan: pa.Table,
    lake: LakeResource,
    work: WorkFolder,
) -> dg.MaterializeResult:
    """The page of a player: games in a row, weaknesses and strengths with what they rest on, plan, all statistics."""
    from gametape.replay.page import PAGE_FILE, PlayerInput, build_player_page

    key, games = context.partition_key, _games(context)
    person, matches, own = _own_games(key, lake.base_uri)
    played = set(own["replay"].to_pylist())
    # A game's page opens with this player chosen: others may have been chosen when it was made.
    marks = {row["replay"]: f"#player={words(row['identity'])}" for row in own.to_pylist() if row["identity"]}
    page = build_player_page(
        PlayerInput(
            player=key,
            identity=next((one for one in own["identity"].to_pylist() if one), person.name),
            matches=matches,
            players=own,
            metrics=replay_metrics,
            findings=replay_findings,
            plan=replay_plan,
            language=settings().language,
            game_links={
                replay: f"../../{REPLAY.files}/{replay}/{PAGE_FILE}{marks.get(replay, '')}"
                for replay in gamers.page_keys(lake.base_uri)
                if replay in played
            },
        )
    )
    result = publish_page(REPLAY_PLAYER_REPORT, page, key, lake, work.of(key, "replay_player_report"))
    return result._replace(tags={LABEL_TAG: games})


def _games(context: dg.AssetExecutionContext) -> str:
    """The digest of the games that the tables are made from.

    It is read before the lake: a game that is added meanwhile shows as a difference, and the tables are made again.
    """
    return games_by_gamer(context.instance, settings()).get(context.partition_key, NO_FILMS).digest


def _own_games(key: str, base_uri: str) -> tuple[Person, pa.Table, pa.Table]:
    """Who it is, the games that the person was in, and the person's own row of each."""
    matches, players, _ = gamers.tables_of_games(base_uri)
    person = gamers.person_of(key, players, settings())
    own = gamers.rows_at(players, gamers.seats(person, players))
    played = set(own["replay"].to_pylist())
    return person, matches.filter([replay in played for replay in matches["replay"].to_pylist()]), own


@lru_cache(maxsize=1)  # both tables come of one judgement; a run is one process
def _judged(key: str, base_uri: str, games: str) -> tuple[pa.Table, pa.Table]:
    from gametape.replay.judgement.judge import judge

    matches, players, measures = gamers.tables_of_games(base_uri)
    person = gamers.person_of(key, players, settings())
    return judge(matches, players, measures, gamers.seats(person, players))
