"""Views over the tables of replays, beside the tables themselves.

Belongs here: SQL that many questions share. Does not belong here: how queries run (`sql`).
"""

#: Each view, by name. What is computed from one names this module as its code.
VIEWS = {
    # A game may be there as several replays: by both doors, and as recorded by several of its players. Which are one is
    # the rule of `gametape.replay.duplicates`, said in SQL (tests/lake/test_replay_views.py holds both equal); the one
    # that counts knows the game's course, else all statistics, as the API does of a patch that the parser does not.
    "replay_games": """
        with recursive who as (
            select replay, list_sort(list_distinct(list(row(team, coalesce(nullif(identity, ''), nullif(name, '')),
                coalesce(core_score, 0), coalesce(core_goals, 0))))) as people
            from replay_players where coalesce(nullif(identity, ''), nullif(name, '')) is not null
            group by replay having max(coalesce(core_score, 0)) <> 0 or max(coalesce(core_goals, 0)) <> 0
        ), ids as (
            select replay, people, blue_goals, orange_goals,
                if(trim(match_guid, ' 0-') = '', null, upper(trim(replace(match_guid, '-', '')))) as guid,
                if(trim(replay_id, ' 0-') = '', null, upper(trim(replace(replay_id, '-', '')))) as recording,
                regexp_extract(played_at, 'Z$|[+-][0-9]{2}:?[0-9]{2}$') as zone,
                epoch(try_cast(left(played_at, length(played_at) - length(zone)) as timestamp)) as clock,
                if(length(zone) < 2, 0, if(zone[1] = '-', -60, 60) * (60 * zone[2:3]::int + right(zone, 2)::int))
                    as east
            from replay_matches m left join who using (replay)
        ), apart as (
            select a.replay as one, b.replay as other, (a.zone = '') = (b.zone = '') as known, a.zone = '' as no_zone,
                abs(if(known, a.clock - a.east - b.clock + b.east, a.clock - b.clock)) as seconds
            from ids a join ids b on a.people = b.people and a.blue_goals = b.blue_goals
                and a.orange_goals = b.orange_goals and a.replay <> b.replay
            where a.guid is null or b.guid is null
        ), pairs as (
            select a.replay as one, b.replay as other from ids a join ids b on a.guid = b.guid
            union
            select a.replay, b.replay from ids a join ids b
                on a.recording = b.recording and (a.guid is null or b.guid is null)
            union
            select one, other from apart
            where (known and seconds <= 90) or ((no_zone or not known) and seconds <= 26 * 3600 + 90
                and (seconds % 900 <= 90 or seconds % 900 >= 810))
        ), tied as (
            select replay as one, replay as other from replay_matches
            union
            select tied.one, pairs.other from tied join pairs on pairs.one = tied.other
        ), named as (
            select one as replay, min(other) as game from tied group by one
        )
        select game, count(*) over (partition by game) as replays, m.*
        from replay_matches m join named using (replay)
        window best as (partition by game order by network_reason is not null, door <> 'api', replay)
        qualify row_number() over best = 1""",
    "balls": """
        select 'film' as source, video as key, frame, time_s, state, x, y, null::float as z, speed, 'px/s' as unit,
            flight, tracker
        from ball_trajectory
        union all
        select 'replay', replay, frame, time_s, state, x, y, z, speed, 'uu/s', flight, tracker
        from replay_ball_trajectory""",
}

#: The key column of each.
KEYS = {"replay_games": "replay", "balls": "key"}
