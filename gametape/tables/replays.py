"""The tables of a Rocket League game: the game, its players, its ball, their ways through it, and its events.

Belongs here: columns with units, ranges and what null means. Does not belong here: how they are computed
(`gametape.replay`), what is judged from them (`gametape.tables.replay_judgement`).

Lengths are unreal units (uu, about 1 cm): x across the pitch, y along it, z up, the origin in its middle. Blue's goal
is at y = -5120, orange's at +5120. Times are seconds on the replay's own clock, which runs through goals and replays of
goals; `in_play` marks the time that counts.

Statistics carry ballchasing.com's names behind their group (`boost_bpm` is `stats.boost.bpm` there) and its units.
"""

from __future__ import annotations

from gametape.tables.core import BOX, FRAME, REPLAY, Column, Table, columns
from gametape.tables.replay_statistics import STATISTICS

DOOR = "door string! where it came from: file (parsed here) or api (ballchasing.com's answer)"

REPLAY_MATCHES = Table(
    "replay_matches",
    "a game",
    columns(
        DOOR,
        "ballchasing_id string its id at ballchasing.com; null: from a file",
        "replay_id string the replay's own id, 32 hex digits; two players' replays of a game differ in it",
        "match_guid string the game's id, the same in every player's replay of it; null: older than 2022 or so",
        "title string title that its owner gave it",
        "recorder string name of the player whose machine recorded it",
        "played_at string when it began, ISO 8601 as recorded; without a zone where none was recorded",
        "map_code string the arena's code in lower case, e.g. stadium_p",
        "map_name string the arena's name; null: not told, or its code is not known here",
        "match_type string Online, Private, Lan, Offline, Season or Training, as the game writes it",
        "playlist string playlist by ballchasing's names, e.g. ranked-doubles; null: see playlist_reason",
        "playlist_reason string why the playlist is not known; null: it is",
        "team_size int32 players a team is made for",
        "duration_s float64 length in play with overtime, seconds; null: see network_reason",
        "overtime bool whether it went into overtime; null: not told",
        "overtime_s float64 length of the overtime, seconds; null: none, or not told",
        "season int32 number of the season, as ballchasing counts; null: not told",
        "season_type string free2play or legacy; null: not told",
        "min_rank_tier int32 lowest rank in the lobby, 1 to 22; null: not told (no replay file does)",
        "max_rank_tier int32 highest rank in the lobby, 1 to 22; null: not told",
        "blue_name string name of the blue team; null: none was given",
        "orange_name string name of the orange team; null: none was given",
        "blue_goals int32! goals of blue",
        "orange_goals int32! goals of orange",
        "winner string blue or orange; null: level, or abandoned",
        "blue_possession_s float64 time from blue's touches to orange's next, seconds; what ends with a goal or the "
        "game does not count; null: see network_reason",
        "orange_possession_s float64 likewise from orange's touches to blue's next",
        "ball_in_blue_side_s float64 time that the ball was in blue's half, seconds; null: see network_reason",
        "ball_in_orange_side_s float64 time that the ball was in orange's half, seconds",
        "server string name of the game server; null: not told",
        "region string region of the game server; null: not told",
        "frames int32 frames of the recording; null: see network_reason",
        "length_s float64 length of the recording, seconds; null: see network_reason",
        "build string build of the game that recorded it; null: not told",
        "engine_version int32 version of the game's engine; null: not told",
        "licensee_version int32 version of the replay format; null: not told",
        "net_version int32 version of the network format; null: none is written before 2016, or not told",
        "network_reason string why the game's course is not known (an api door has none; a patch that the parser does "
        "not know); null: it is",
        "parser string! name and version of what read it",
    ),
    key=REPLAY,
)

REPLAY_PLAYERS = Table(
    "replay_players",
    "a player in a game",
    columns(
        DOOR,
        "player int32! number of the player in the game, from 0, blue first; other tables refer to it",
        "team string! blue or orange",
        "name string name shown in the game; null: none",
        "platform string steam, epic, xbox, ps4, switch or splitscreen; null: see identity_reason",
        "platform_id string id on that platform in the one spelling that ids are compared in; null: see "
        "identity_reason",
        "identity string platform and id with a colon between, what people are told apart by; null: see "
        "identity_reason",
        "identity_reason string why there is no identity (a bot, a masked id); null: there is",
        "bot bool! whether it is the game's own player",
        "won bool whether the team won; null: nobody did",
        "start_s float64 when the player came, seconds on the recording's clock of play; null: not known",
        "end_s float64 when the player left, seconds; null: not known",
        "rank_tier int32 rank, 1 (bronze I) to 22 (supersonic legend); null: not told",
        "rank_division int32 division of the rank, 1 to 4; null: not told",
        "rank_name string name of rank and division; null: not told",
        "car_id int32 number of the car's body; null: not told",
        "car_name string name of the car's body; null: not told, or its number is not known here",
        "camera_fov float32 camera setting: field of view, degrees; null: not told",
        "camera_height float32 camera setting: height, uu",
        "camera_pitch float32 camera setting: angle, degrees",
        "camera_distance float32 camera setting: distance, uu",
        "camera_stiffness float32 camera setting: stiffness, 0..1",
        "camera_swivel_speed float32 camera setting: swivel speed",
        "camera_transition_speed float32 camera setting: transition speed",
        "steering_sensitivity float32 steering sensitivity; null: not told",
        "touches int32 touches of the ball: a contact is one; null: see stats_reason, or an api door",
        "first_touches int32 kickoffs of which the player was the first at the ball; null likewise",
        "stats_reason string why statistics that need the game's course are null; null: they are known",
    )
    + tuple(Column(one.name, one.type, one.meaning) for one in STATISTICS),
    key=REPLAY,
)

REPLAY_BALL_TRAJECTORY = Table(
    "replay_ball_trajectory",
    "a frame of a game",
    columns(
        *FRAME,
        "taken_s float64 as time_s, seconds: a replay has true times",
        "state string! detected (the game wrote its place in this frame), interpolated (held or between two such "
        "frames) or absent (no ball: after a goal)",
        "x float32 centre of the ball across the pitch, uu; null: absent",
        "y float32 centre of the ball along the pitch, uu, blue's goal at -5120; null: absent",
        "confidence float32 1: the game's own record; null: not detected",
        *(
            text.split(maxsplit=2)[0] + " float32 as in ball_trajectory; always null: there is no picture"
            for text in BOX
        ),
        "vx float32 velocity in x, uu/s; null: absent",
        "vy float32 velocity in y, uu/s; null: absent",
        "speed float32 magnitude of (vx, vy, vz), uu/s; null: absent",
        "flight int32 number of the flight (between two touches or kickoffs), from 0; null: absent",
        "tracker string! name and version of the parser",
        "z float32 height of the ball's centre, uu; null: absent",
        "vz float32 velocity upwards, uu/s; null: absent",
        "in_play bool! whether the game's clock of play runs",
        "seconds_remaining int32 the game clock, seconds (in overtime it counts up); null: not shown",
    ),
    key=REPLAY,
)

REPLAY_PLAYER_FRAMES = Table(
    "replay_player_frames",
    "a player in a frame of a game; none where the player has no car",
    columns(
        *FRAME,
        "player int32! number of the player, as in replay_players",
        "x_uu float32! place across the pitch, uu",
        "y_uu float32! place along the pitch, uu, blue's goal at -5120",
        "z_uu float32! height of the car's centre, uu; 17 on its wheels",
        "vx_uu_s float32 velocity in x, uu/s; null: not told",
        "vy_uu_s float32 velocity in y, uu/s; null: not told",
        "vz_uu_s float32 velocity upwards, uu/s; null: not told",
        "speed_uu_s float32 magnitude of the velocity, uu/s, at most 2300; null: not told",
        "yaw_rad float32 heading seen from above, radians from +x towards +y; null: not told",
        "pitch_rad float32 nose up, radians; null: not told",
        "roll_rad float32 roll to the right, radians; null: not told",
        "boost float32 boost in the tank, 0..100; null: not told",
        "boosting bool whether boost burns; null: not told",
        "in_play bool! whether the frame counts for this player's statistics",
    ),
    key=REPLAY,
)

REPLAY_EVENTS = Table(
    "replay_events",
    "an event of a game",
    columns(
        "event int32! number of the event, from 0, in the order of time",
        "kind string! goal, shot, save, assist, demo, touch, kickoff, boost_pickup, possession or aerial",
        "frame int32! number of the frame",
        "time_s float64! when, seconds; for a possession or an aerial, when it begins",
        "end_s float64 when it ends, seconds (possession, aerial, kickoff: its first touch); null: it has no length",
        "player int32 who: scorer, shooter, saver, attacker, who touches, takes off or has the ball; null: nobody, or "
        "not known",
        "other int32 the other one: the victim of a demo, the assistant of a goal; null: nobody, or not known",
        "team string team of the player (of a goal: that it counts for); null: neither",
        "x_uu float32 where, uu: the ball, the victim of a demo, the player of a pick-up or an aerial; null: not known",
        "y_uu float32 as x_uu",
        "z_uu float32 as x_uu",
        "ball_speed_uu_s float32 speed of the ball just after, uu/s (of a goal: as it crosses the line); null: not "
        "known",
        "amount float32 boost that the pick-up added, 0..100; null: no pick-up",
        "overfill float32 boost of the pad that did not fit into the tank; null: no pick-up",
        "pad string big or small; null: no pick-up",
        "stolen bool whether the pad lies in the opponents' half; null: no pick-up",
        "height_uu float32 greatest height of the car in an aerial, uu; null: no aerial",
        "touches int32 touches in a possession or an aerial; null: neither",
        "source string! recorded (the replay says so) or derived (from places, velocities and spin)",
    ),
    key=REPLAY,
)
