"""The tables of what is judged from replays: a player's own measures in a game, his metrics, findings and plan.

Belongs here: columns, units and what null means. Does not belong here: judging (`gametape.replay.judgement`).
"""

from __future__ import annotations

from gametape.tables.core import PLAYER, REPLAY, Table, columns

REPLAY_MEASURES = Table(
    "replay_measures",
    "a measure of a player in a game, by the project's own definitions (docs/replay-judgement.md)",
    columns(
        "player int32! number of the player, as in replay_players",
        "measure string! boost_efficiency, goal_side_cover, rotation_back or aerial_efficiency",
        "value float64 0..1; null: not known, see reason",
        "n int64! what it rests on: units of boost, spells, changes or attempts",
        "spread float64 standard deviation between these; null: fewer than two, or a share of a total",
        "error float64 standard error; null: not known",
        "moments_s float64[] where it went wrong, the gravest first, seconds; at most five",
        "reason string why the value is null: a code with arguments",
    ),
    key=REPLAY,
)

_GAMES = (
    "playlist string of the games compared; null: not told",
    "team_size int32! players a side",
)

REPLAY_METRICS = Table(
    "replay_metrics",
    "a stat of a player over his games of one playlist and team size",
    columns(
        *_GAMES,
        "stat string! its name, see gametape/replay/judgement/stats.yaml",
        "area string! positioning, rotation, mechanics, game_sense or boost_management",
        "category string! mechanical, positioning, game_sense, boost_management, rotation, aerial_ability, shooting or "
        "defending",
        "unit string! of the value",
        "side string! which is better by the game's rules: more, less, or either where only outcomes can tell",
        "judged bool! may it be a weakness? false: it is part of the result itself",
        "n int64! his games in which it is known",
        "value float64 his mean of these; null: not known, see reason",
        "spread float64 standard deviation between his games",
        "error float64 standard error of the mean",
        "in_wins float64 his mean in won games",
        "in_losses float64 his mean in lost games",
        "others_value float64 mean of the others in the same games",
        "difference float64 his value less the others' of the same game, mean",
        "difference_error float64 its standard error",
        "shrunk float64 what is likely to be left of the difference in many games; null: see shrunk_reason",
        "shrunk_low float64 95 % of it",
        "shrunk_high float64 95 % of it",
        "shrunk_reason string why shrunk is null; null: it is not",
        "percentile float64 0..100, share of the others in his games who had less (halves for equal); null: see reason",
        "percentile_low float64 95 % of it",
        "percentile_high float64 95 % of it",
        "percentile_n int64 his games in it",
        "others int64 different people in it",
        "pool_percentile float64 0..100, the same among all others of the imported games of this playlist, team size "
        "and, where known, rank; null: see pool_reason",
        "pool_low float64 95 % of it",
        "pool_high float64 95 % of it",
        "pool_players int64 different people in it",
        "pool_reason string why pool_percentile is null",
        "effect float64 his wins less his losses, standard deviations (Hedges' g), of his value less the others' of "
        "the game; null: see effect_reason",
        "effect_low float64 95 % of it",
        "effect_high float64 95 % of it",
        "effect_reason string why effect is null",
        "goes_with string what was tested: won or lost games have more of what sets him apart from others; null: it "
        "does not set him apart surely",
        "by string own (his value) or team (his team's less the other's); null: not tested",
        "p float64 how likely any stat tested with it goes as far with the results by chance; null: not tested",
        "auc float64 area under the curve of this stat alone, in games that the model has not seen; null: not tested",
        "auc_low float64 95 % of it",
        "auc_high float64 95 % of it",
        "slope float64 log-odds of winning a standard deviation of it, team against team, the other stats held; null: "
        "not in the model",
        "slope_error float64 its standard error",
        "trend_per_ten float64 change in ten games; null: see trend_reason",
        "trend_error float64 its standard error",
        "trend string! rising, falling, or unknown where games scatter too much or are too few",
        "trend_reason string! reason: what that rests on",
        "reason string why value or percentile is null",
    ),
    key=PLAYER,
)

REPLAY_FINDINGS = Table(
    "replay_findings",
    "a finding about a player over his games of one playlist and team size, or why there is none",
    columns(
        *_GAMES,
        "kind string! weakness, strength, nothing_sure (enough games, and nothing stands out) or not_enough",
        "priority int32 1 or 2: what to train first; null: no weakness",
        "stat string the stat it is about; null: nothing_sure and not_enough",
        "area string its heading",
        "category string its heading",
        "more bool does the player have more of it than others? null: as stat",
        "value float64 his mean",
        "others_value float64 the others' mean in the same games",
        "unit string of both",
        "percentile float64 as in replay_metrics",
        "percentile_low float64 95 % of it",
        "percentile_high float64 95 % of it",
        "effect float64 as in replay_metrics; null: not known",
        "effect_low float64 95 % of it",
        "effect_high float64 95 % of it",
        "by string as in replay_metrics",
        "p float64 as in replay_metrics",
        "auc float64 as in replay_metrics",
        "auc_low float64 95 % of it",
        "auc_high float64 95 % of it",
        "games int64! games of this kind that count",
        "wins int64! won games of these",
        "losses int64! lost games of these",
        "model_auc float64 of all stats together, in games that the model has not seen; null: no model",
        "model_auc_low float64 95 % of it",
        "model_auc_high float64 95 % of it",
        "model_games int64 games that this model learns from",
        "why string! reason: what it rests on, or what is lacking",
    ),
    key=PLAYER,
)

REPLAY_PLAN = Table(
    "replay_plan",
    "an exercise for a priority, the best first",
    columns(
        *_GAMES,
        "priority int32! the priority it is for, as in replay_findings",
        "stat string! the stat it is to change",
        "place int32! 1: the best for this priority",
        "exercise string! its code in exercises.yaml",
        "kind string! pack or drill",
        "title string! in words",
        "how string! what to do, in words",
        "success string! what counts as a success, in words",
        "pack_code string code of the game's own training pack; null: a described exercise",
        "pack_source string where the code is from",
        "minutes int32! of one session",
        "attempts int32! in one session",
        "score float64! 0..1, the known parts by their weights",
        "relevance float64! 0..1, how directly it trains the stat; weight 40",
        "level float64 0..1, how well it fits the rank; weight 25; null: the rank is not known",
        "quality float64 0..1, how it was rated; weight 20; null: nobody has rated it",
        "preference float64 0..1, how he likes to train; weight 15; null: no session was logged",
        "score_why string! reason: what the score is made of, and what of it is not known",
        "sessions int64! logged of this exercise",
        "best float64 0..1, best share of successes in a session; null: none was counted",
    ),
    key=PLAYER,
)
