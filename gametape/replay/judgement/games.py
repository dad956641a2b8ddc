"""The imported games as one set of rows, in which a player can be compared with others.

Belongs here: which games count, what each player's stats in them are, who is the same person, which games are of one
kind. Does not belong here: judging (judge.py), finding out who a player is (`gametape.replay.identity`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametape.replay.judgement.stats import all_stats

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

LEAST_S = 60.0
"""A game that was over sooner says nothing of how anybody plays."""
NEAR_TIERS = 2
"""Ranks this far apart still meet: tiers of a rank, e.g. platinum I and platinum III."""

Seat = tuple[str, int]
"""A player's place in a game: the key of the game, and his number there (`replay_players.player`)."""


@dataclass(frozen=True)
class Kind:
    """Games that are compared with each other: one playlist, one team size. playlist None: not told."""

    playlist: str | None
    team_size: int


def seats_of(players: pa.Table, identities: Collection[str]) -> set[Seat]:
    """Where somebody with one of these identities sat (`platform:id`; replay_players with its column `replay`)."""
    rows = players.select(["replay", "player", "identity"]).to_pylist()
    return {(row["replay"], row["player"]) for row in rows if row["identity"] in set(identities)}


def rows_of(
    matches: pd.DataFrame, players: pd.DataFrame, measures: pd.DataFrame | None, seats: Collection[Seat]
) -> pd.DataFrame:
    """The players of all games that count, a row each.

    Args:
        matches: Table replay_matches of many games with its key column `replay`, duplicates left out.
        players: Table replay_players of the same.
        measures: Table replay_measures of the same, with its key column; None: the own measures are not known.
        seats: Where the player who is judged sat.

    Returns:
        By time: columns replay, person (the same for the same person; `me` for the player), me, team, won (0 or 1),
        playlist, team_size, played_at, rank, lineup (who else was on the team), and one column for each stat, NaN where
        it is not known. Games of less than LEAST_S, without a winner, or seen before (match_guid) do not
        count, nor do the game's own players (bots); where the player himself sat twice, the game is left out.
    """
    import pandas as pd

    names = list(all_stats().stats)
    games = matches[matches["winner"].notna() & (matches["duration_s"].fillna(np.inf) >= LEAST_S)]
    games = games.sort_values(["played_at", "replay"], na_position="first")
    guid = games["match_guid"].fillna(games["replay"])
    games = games[~guid.duplicated()][["replay", "playlist", "team_size", "played_at", "duration_s"]]
    rows = players[~players["bot"].astype(bool) & players["won"].notna()].merge(games, on="replay")
    if measures is not None and len(measures):
        wide = measures.pivot_table(index=["replay", "player"], columns="measure", values="value")
        rows = rows.merge(wide.reset_index(), on=["replay", "player"], how="left")
    collected, rate = _numbers(rows, "boost_amount_collected"), _numbers(rows, "boost_bcpm")
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.where(rate > 0, collected / rate, np.nan)  # the time that counts for this player
    rows["minutes"] = np.where(np.isfinite(own), own, _numbers(rows, "duration_s") / 60)
    table = pd.DataFrame({name: all_stats().stats[name].values(rows) for name in names})
    table["replay"] = rows["replay"].astype(str).to_numpy()
    person = rows["identity"].fillna("name:" + rows["name"].astype("string")).fillna("")
    alone = table["replay"] + "#" + rows["player"].astype(str).to_numpy()
    table["person"] = np.where(person.to_numpy(str) == "", alone, person.to_numpy(str))
    at = zip(table["replay"], rows["player"].astype(int), strict=True)
    table["me"] = [seat in set(seats) for seat in at] if len(table) else False
    table["team"], table["won"] = rows["team"].to_numpy(str), rows["won"].astype(float).to_numpy()
    table["playlist"], table["team_size"] = rows["playlist"].to_numpy(object), rows["team_size"].to_numpy()
    table["played_at"] = rows["played_at"].to_numpy(object)
    table["rank"] = _numbers(rows, "rank_tier")
    twice = table[table["me"]].groupby("replay").size()
    table = table[~table["replay"].isin(twice[twice > 1].index)].reset_index(drop=True)
    table.loc[table["me"], "person"] = "me"
    lineup = table[~table["me"]].sort_values("person").groupby(["replay", "team"])["person"].agg("|".join)
    table["lineup"] = [lineup.get(key, "") for key in zip(table["replay"], table["team"], strict=True)]
    return table


def kinds_of(rows: pd.DataFrame) -> list[Kind]:
    """The kinds of games in which the player sat, those with the most games first."""
    mine = rows[rows["me"]]
    count: dict[Kind, int] = {}
    for playlist, size in zip(mine["playlist"], mine["team_size"], strict=True):
        if size == size:  # not NaN
            kind = Kind(playlist if isinstance(playlist, str) else None, int(size))
            count[kind] = count.get(kind, 0) + 1
    return sorted(count, key=lambda kind: (-count[kind], str(kind.playlist), kind.team_size))


def of_kind(rows: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """The rows of a kind, of games with both teams, by the order in which they were played, which `order` numbers."""
    same = rows["playlist"].isna() if kind.playlist is None else rows["playlist"] == kind.playlist
    found = rows[same & (rows["team_size"] == kind.team_size)]
    teams = found.groupby("replay")["team"].nunique()
    found = found[found["replay"].isin(teams[teams == 2].index)]
    replays = list(dict.fromkeys(found["replay"]))  # rows_of sorted the games by time
    number = {replay: at for at, replay in enumerate(replays)}
    found = found.assign(order=found["replay"].map(number))
    return found.sort_values(["order", "team", "person"], kind="stable").reset_index(drop=True)


def near_rank(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows whose rank is the player's own, about; all of them where his is not known, and those without a rank."""
    mine = rows.loc[rows["me"], "rank"].dropna()
    if mine.empty:
        return rows
    far = (rows["rank"] - mine.median()).abs() > NEAR_TIERS
    return rows[~far | rows["me"]]


def _numbers(rows: pd.DataFrame, column: str) -> np.ndarray:
    if column not in rows:
        return np.full(len(rows), np.nan)
    return rows[column].to_numpy(float, na_value=np.nan)
