"""Views over the tables of replays, beside the tables themselves.

Belongs here: SQL that many questions share. Does not belong here: how queries run (`sql`).
"""

#: Each view, by name. What is computed from one names this module as its code.
VIEWS = {
    # A game may be there as several replays: by both doors, and as recorded by several of its players.
    "replay_games": """
        with who as (
            select replay, string_agg(concat_ws(' ', team, coalesce(identity, name), core_score, core_goals), ';'
                order by team, coalesce(identity, name)) as people
            from replay_players group by replay having max(core_score) > 0
        ), told as (
            select m.*, coalesce(m.match_guid, max(m.match_guid) over (partition by coalesce(m.replay_id, m.replay)))
                as guid, coalesce(w.people, m.replay) as facts
            from replay_matches m left join who w on w.replay = m.replay
        ), named as (
            select *, coalesce(guid, max(guid) over (partition by facts),
                min(coalesce(replay_id, replay)) over (partition by facts)) as game
            from told
        )
        select game, count(*) over (partition by game) as replays, * exclude (game, guid, facts)
        from named
        window best as (partition by game order by network_reason is not null, door <> 'file', replay)
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
