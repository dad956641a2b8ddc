"""The statistics of a player in a game, by ballchasing.com's names, with their units and meaning.

Belongs here: names, types, meaning. Does not belong here: how they are computed (`gametape.replay`).

Each is `group_name` of ballchasing's `stats.group.name`. Only the two of `ABSENT_IS_ZERO` mean 0 where an answer leaves
them out; of any other, absent is not known.
"""

from __future__ import annotations

from dataclasses import dataclass

ABSENT_IS_ZERO = ("positioning_goals_against_while_last_defender", "core_mvp")
"""Statistics that ballchasing leaves out when they are 0 or false."""


@dataclass(frozen=True)
class Statistic:
    """One statistic.

    Attributes:
        name: Group and name with an underscore between.
        type: Type of its column.
        meaning: What it is, with its unit.
    """

    name: str
    type: str
    meaning: str

    @property
    def group(self) -> str:
        """Ballchasing's group: core, boost, movement, positioning or demo."""
        return self.name.split("_")[0]

    @property
    def key(self) -> str:
        """Ballchasing's name within the group."""
        return self.name.split("_", 1)[1]


_SPELLED = """
core_shots int32 shots on goal
core_shots_against int32 shots of the other team
core_goals int32 goals
core_goals_against int32 goals of the other team
core_saves int32 saves
core_assists int32 assists
core_score int32 points
core_mvp bool best of the winners
core_shooting_percentage float64 goals per 100 shots; 0 without a shot
boost_bpm float64 boost used a minute in play
boost_bcpm float64 boost collected a minute in play
boost_avg_amount float64 mean boost in the tank, 0..100
boost_amount_collected float64 boost collected from pads
boost_amount_stolen float64 of that, from pads in the opponents' half
boost_amount_collected_big float64 boost collected from big pads
boost_amount_stolen_big float64 of that, in the opponents' half
boost_amount_collected_small float64 boost collected from small pads
boost_amount_stolen_small float64 of that, in the opponents' half
boost_count_collected_big int32 big pads collected
boost_count_stolen_big int32 of these, in the opponents' half
boost_count_collected_small int32 small pads collected
boost_count_stolen_small int32 of these, in the opponents' half
boost_amount_overfill float64 boost of pads that did not fit into the tank
boost_amount_overfill_stolen float64 of that, in the opponents' half
boost_amount_used_while_supersonic float64 boost used at supersonic speed
boost_time_zero_boost float64 time without boost, s
boost_percent_zero_boost float64 share of the time without boost, %
boost_time_full_boost float64 time with a full tank, s
boost_percent_full_boost float64 share of the time with a full tank, %
boost_time_boost_0_25 float64 time with 0 to 25 boost, s
boost_time_boost_25_50 float64 time with 25 to 50 boost, s
boost_time_boost_50_75 float64 time with 50 to 75 boost, s
boost_time_boost_75_100 float64 time with 75 to 100 boost, s
boost_percent_boost_0_25 float64 share of the time with 0 to 25 boost, %
boost_percent_boost_25_50 float64 share of the time with 25 to 50 boost, %
boost_percent_boost_50_75 float64 share of the time with 50 to 75 boost, %
boost_percent_boost_75_100 float64 share of the time with 75 to 100 boost, %
movement_avg_speed float64 mean speed, uu/s
movement_total_distance float64 way travelled, uu
movement_time_supersonic_speed float64 time at 2200 uu/s or more, s
movement_time_boost_speed float64 time at 1400 to 2200 uu/s, s
movement_time_slow_speed float64 time below 1400 uu/s, s
movement_time_ground float64 time on the ground (centre not above 20 uu), s
movement_time_low_air float64 time between ground and high air, walls included, s
movement_time_high_air float64 time above 840 uu, s
movement_time_powerslide float64 time in powerslides, s
movement_count_powerslide int32 powerslides
movement_avg_powerslide_duration float64 mean length of a powerslide, s
movement_avg_speed_percentage float64 mean speed of the greatest possible, %
movement_percent_slow_speed float64 share of the time below 1400 uu/s, %
movement_percent_boost_speed float64 share of the time at 1400 to 2200 uu/s, %
movement_percent_supersonic_speed float64 share of the time at 2200 uu/s or more, %
movement_percent_ground float64 share of the time on the ground, %
movement_percent_low_air float64 share of the time in low air, %
movement_percent_high_air float64 share of the time in high air, %
positioning_avg_distance_to_ball float64 mean distance to the ball, uu
positioning_avg_distance_to_ball_possession float64 mean distance to the ball while the own team has it, uu
positioning_avg_distance_to_ball_no_possession float64 mean distance to the ball while the others have it, uu
positioning_avg_distance_to_mates float64 mean distance to the team-mates, uu; null: none
positioning_time_defensive_third float64 time in the third before the own goal, s
positioning_time_neutral_third float64 time in the middle third, s
positioning_time_offensive_third float64 time in the third before the opponents' goal, s
positioning_time_defensive_half float64 time in the own half, s
positioning_time_offensive_half float64 time in the opponents' half, s
positioning_time_behind_ball float64 time nearer to the own goal line than the ball, s
positioning_time_infront_ball float64 time further from the own goal line than the ball, s
positioning_time_most_back float64 time as the team's player nearest to the own goal line, s
positioning_time_most_forward float64 time as the team's player furthest from the own goal line, s
positioning_goals_against_while_last_defender int32 goals against while the team's player nearest to the own goal line
positioning_time_closest_to_ball float64 time as the team's player nearest to the ball, s
positioning_time_farthest_from_ball float64 time as the team's player furthest from the ball, s
positioning_percent_defensive_third float64 share of the time in the third before the own goal, %
positioning_percent_offensive_third float64 share of the time in the third before the opponents' goal, %
positioning_percent_neutral_third float64 share of the time in the middle third, %
positioning_percent_defensive_half float64 share of the time in the own half, %
positioning_percent_offensive_half float64 share of the time in the opponents' half, %
positioning_percent_behind_ball float64 share of the time nearer to the own goal line than the ball, %
positioning_percent_infront_ball float64 share of the time further from the own goal line than the ball, %
positioning_percent_most_back float64 share of the time as the team's player nearest to the own goal line, %
positioning_percent_most_forward float64 share of the time as the team's player furthest from the own goal line, %
positioning_percent_closest_to_ball float64 share of the time as the team's player nearest to the ball, %
positioning_percent_farthest_from_ball float64 share of the time as the team's player furthest from the ball, %
demo_inflicted int32 opponents' cars that the player demolished
demo_taken int32 times that the player's car was demolished
"""

STATISTICS = tuple(Statistic(*line.split(maxsplit=2)) for line in _SPELLED.strip().splitlines())
"""All of them, in ballchasing's order."""
