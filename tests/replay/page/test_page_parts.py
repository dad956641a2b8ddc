"""The parts of a game's page against what was put into the made game."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gametape.base.language import ENGLISH, languages
from gametape.replay import page as package
from gametape.replay.page.arena import HALF_LENGTH, HALF_WIDTH, arena_for
from gametape.replay.page.frames import STEP_S, kept, packed_frames, read_frames
from gametape.replay.page.game import game_content
from gametape.replay.page.heat_maps import heat_map
from gametape.replay.page.inputs import GameInput
from gametape.replay.page.player import games_of, likely, player_content
from gametape.replay.page.render import game_script
from gametape.replay.page.words import own_phrases, page_words, unit_of
from gametape.tables.replay_judgement import REPLAY_FINDINGS, REPLAY_MEASURES
from gametape.tables.replay_statistics import ABSENT_IS_ZERO, STATISTICS
from tests import typescript
from tests.replay.page import made_game as made
from tests.report.test_report_words import places

HERE = Path(package.__file__).parent


# -- words --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", languages())
def test_every_language_has_every_phrase_with_the_same_places(language: str):
    here, english = own_phrases(language), own_phrases(ENGLISH)
    assert set(here) == set(english)
    assert {key: places(here[key]) for key in here} == {key: places(english[key]) for key in here}


@pytest.mark.parametrize("language", languages())
def test_every_statistic_has_a_name_and_the_unit_that_its_table_says(language: str):
    say = page_words(language)
    written = {"s": "s", "%": "%", "uu": "uu", "uu/s": "uu/s"}
    for one in STATISTICS:
        assert f"stat.{one.name}" in say, one.name
        told = one.meaning.split(";")[0].split(", ")[-1]
        if told in written:
            assert unit_of(one.name) == written[told], one.name
        if one.type == "int32":
            assert unit_of(one.name) == "", one.name


def test_every_phrase_that_is_asked_for_is_there():
    say, asked = page_words(), set()
    for file in [*HERE.glob("*.py"), *HERE.glob("templates/*.html")]:
        asked |= set(re.findall(r'\b(?:say|t)\("([a-z_]+\.[a-z_]+)"', file.read_text()))
    assert len(asked) > 80 and [key for key in sorted(asked) if key not in say] == []
    script = "".join(file.read_text() for file in HERE.glob("script/*.js"))
    known = say.section("replay_script")
    assert [key for key in re.findall(r'\bsay\("(\w+)"', script) if key not in known] == []


# -- field and frames ---------------------------------------------------------------------------------------


def test_the_standard_field_is_closed_and_has_its_pads():
    arena = arena_for(4000, 5900)
    outline = np.array(arena.lines[0])
    assert (outline[0] == outline[-1]).all() and len(outline) == 17
    steps = np.abs(np.diff(outline, axis=0))
    assert ((steps == 0).any(1) | (steps[:, 0] == steps[:, 1])).all(), "straight, or cut at 45 degrees"
    assert steps.min(1).max() == 1152
    assert (len(arena.big), len(arena.small)) == (6, 28)
    for pads in (arena.big, arena.small):
        assert {(-x + 0.0, y) for x, y in pads} == set(pads) and {(x, -y + 0.0) for x, y in pads} == set(pads)
        assert all(abs(x) < HALF_WIDTH and abs(y) < HALF_LENGTH for x, y in pads)


@pytest.mark.parametrize(
    ("across", "along", "standard"), [(4216, 6120, True), (4217, 6120, False), (4216, 6121, False)]
)
def test_a_larger_field_is_drawn_as_large_as_it_was_played_on(across: float, along: float, standard: bool):
    arena = arena_for(across, along)
    assert arena.is_standard is standard
    assert arena.extent[0] >= across and arena.extent[1] >= along


def test_frames_are_kept_as_they_were_recorded():
    given = made.game()
    packed = packed_frames(given.ball, given.frames, 4)
    seen = read_frames(packed, 4)
    at = kept(made.times())
    truth = made.times()[at]
    assert len(at) == pytest.approx(made.END / STEP_S, abs=2)
    np.testing.assert_allclose(seen["time_s"], truth, atol=6e-4)
    np.testing.assert_allclose(seen["ball"][:3], made.ball_at(truth), atol=0.51)
    np.testing.assert_allclose(seen["ball"][3], 1234)
    for number in range(4):
        here = ~((truth >= 30) & (truth < 33)) if number == 3 else np.full(len(truth), True)
        x, y, z, speed, yaw, boost = seen["cars"][number]
        np.testing.assert_array_equal(np.isfinite(x), here)
        for found, expected in zip((x, y, z), made.car_at(number, truth), strict=True):
            np.testing.assert_allclose(found[here], expected[here], atol=0.51)
        assert set(speed[here]) == {1000 + 100 * number}
        turned = np.angle(np.exp(1j * (yaw - truth / 3)))
        assert np.abs(turned[here]).max() <= np.pi / 256 + 1e-6
        np.testing.assert_allclose(boost[here], made.boost_at(number, truth)[here], atol=0.51)


def test_cars_of_old_and_new_replays_point_where_they_drive(shared: Path):
    """Before 2018 a replay holds angles, since then quaternions; on the ground cars seldom drive backwards."""
    from gametape.replay.read import read_game

    for name in ("replay-format-2016-07-21-v868-12-net-none-lan", "post-eac-ranked-duel-2026-04-28-b"):
        frames = read_game(shared / "data" / "replays" / f"{name}.replay").player_frames.to_pandas()
        fast = frames[(frames.speed_uu_s > 1000) & (frames.z_uu < 20) & frames.vx_uu_s.notna()]
        ahead = np.cos(fast.yaw_rad - np.arctan2(fast.vy_uu_s, fast.vx_uu_s)) > 0.7
        assert len(fast) > 3000 and ahead.mean() > 0.97, name
        assert fast.pitch_rad.abs().median() < 0.05 and fast.roll_rad.abs().median() < 0.05, name


def test_a_car_without_a_heading_points_where_it_goes():
    given = made.game()
    frames = given.frames
    for name, value in (("yaw_rad", None), ("vx_uu_s", 0.0), ("vy_uu_s", 500.0)):
        at = frames.column_names.index(name)
        frames = frames.set_column(at, name, pa.array([value] * frames.num_rows, pa.float32()))
    seen = read_frames(packed_frames(given.ball, frames, 4), 4)
    assert set(seen["cars"][0][4]) == {np.pi / 2}


def test_a_heat_map_holds_the_time_that_counts_where_it_was_spent():
    arena, times = arena_for(0, 0), np.arange(0, 11.0, 0.25)
    x, y = np.full(len(times), 1000.0), np.where(times < 5, -4000.0, 3000.0)
    counts = times < 9
    blue = heat_map("", "blue", times, x, y, counts, arena).seconds
    assert blue.sum() == pytest.approx(9) and np.sort(blue.ravel())[-2:] == pytest.approx([4, 5])
    row, column = np.unravel_index(blue.argmax(), blue.shape)
    assert row < blue.shape[0] / 2 and column < blue.shape[1] / 4, "+x is above, blue's goal at the left"
    orange = heat_map("", "orange", times, x, y, counts, arena).seconds
    np.testing.assert_array_equal(orange, blue[::-1, ::-1])
    late = np.append(times[:20], times[20:] + 0.251)  # a gap of 0.501 s does not count, one of 0.5 s does
    gap = heat_map("", "blue", late, x, y, np.full(len(times), True), arena).seconds.sum()
    assert gap == pytest.approx(times[-1] - 0.25)


# -- what is said -------------------------------------------------------------------------------------------


def test_score_clock_and_goals():
    content = game_content(made.game())
    assert content["data"]["score"] == [(0.0, 0, 0), (20.0, 1, 0), (35.0, 1, 1), (50.0, 1, 2)]
    goals = content["goals"]
    assert [(one.scorer, one.assistant, one.score, one.speed) for one in goals] == [
        ("Blue One", "Blue Two", "1:0", "90 km/h"),
        ("Orange One", "", "1:1", ""),
        ("Orange One", "", "1:2", ""),
    ]
    assert [one.at for one in goals] == ["0:21", "0:06", "+0:10"], "what players see just then"
    clock = content["data"]["clock"]
    assert clock[0][1:] == (40, 0) and all(over == (time >= made.OVERTIME_FROM - 0.05) for time, _, over in clock)


def test_kickoffs_say_who_was_first_and_what_came_of_it():
    first, second = game_content(made.game())["kickoffs"]
    assert (first.first, first.first_team, first.after) == ("Blue Two", "blue", "2.5 s")
    assert first.boost == f"{made.boost_at(1, made.TOUCH):.0f}"
    assert first.ball == "Orange's half" and made.ball_at(made.TOUCH + 3)[1] > 100
    assert (second.first, second.outcome) == ("Orange Two", "Goal: Orange"), "scored 9 s after the touch"
    late = [row | ({"time_s": 36.01} if row["time_s"] == 35.0 else {}) for row in made.events()]
    contract = made.REPLAY_EVENTS
    assert game_content(made.game(events=contract.from_rows(late)))["kickoffs"][1].outcome == "", "10.01 s after"


def test_every_statistic_of_every_player_is_shown_once_in_its_group():
    content = game_content(made.game())
    lines = {line.name: line for group in content["lobby"][1:] for line in group.lines}
    assert set(lines) == {one.name for one in STATISTICS}
    assert sum(len(group.lines) for group in content["lobby"][1:]) == len(STATISTICS)
    say = content["t"]
    for one in STATISTICS:
        if one.type != "bool":
            told = [made.stats(number)[one.name] for number in range(4)]
            if one.name != "core_goals":
                assert [cell.text for cell in lines[one.name].cells] == [say.number(float(value)) for value in told]
    assert [cell.most for cell in lines["core_goals"].cells] == [False, False, True, False]


def test_touches_are_shown_where_they_are_known():
    rows = [row | {"touches": 40 + n, "first_touches": n} for n, row in enumerate(made.players())]
    short, core = game_content(made.game(players=made.REPLAY_PLAYERS.from_rows(rows)))["lobby"][:2]
    for group, name, told in ((short, "touches", "43"), (core, "touches", "43"), (core, "first_touches", "3")):
        line = next(line for line in group.lines if line.name == name)
        assert line.cells[3].text == told and line.cells[3].most and line.unit == ""


def test_a_game_without_its_course_says_so_and_shows_its_statistics():
    content = game_content(made.api_game())
    assert content["no_course"] and not content["maps"] and not content["kickoffs"]
    assert content["data"]["frames"] is None and len(content["lobby"]) == 6
    with pytest.raises(ValueError, match="0 rows of its match"):
        game_content(made.api_game(match=made.REPLAY_MATCHES.empty()))


def test_a_value_that_is_not_known_is_a_dash_and_no_zero():
    rows = [row | {"boost_bpm": None, "demo_taken": None} for row in made.players()]
    rows[0]["boost_bpm"] = 300.0
    lines = {
        line.name: line
        for group in game_content(made.game(players=made.REPLAY_PLAYERS.from_rows(rows)))["lobby"]
        for line in group.lines
    }
    assert [cell.text for cell in lines["boost_bpm"].cells] == ["300", "–", "–", "–"]
    assert "demo_taken" not in lines


def test_a_players_games_are_in_their_order_and_only_his():
    data = made.career(5)
    games = games_of(data)
    assert [one["replay"] for one in games] == [f"game-{n:02d}" for n in range(5)]
    content = player_content(data)
    assert [one["state"] for one in content["squares"]] == ["won", "lost", "lost", "won", "lost"]
    assert content["games"][0]["link"] == "../game-04/report.html"
    assert content["headline"] == {
        "title": "Blue One", "games": 5, "won": 2, "lost": 3, "weaknesses": 0, "exercises": 0,
    }  # fmt: skip
    with pytest.raises(ValueError, match="no game"):
        player_content(made.career(5, players=data.players.slice(0, 0)))
    with pytest.raises(ValueError, match="two rows"):
        player_content(made.career(5, players=pa.concat_tables([data.players, data.players.slice(0, 1)])))


# -- the script ---------------------------------------------------------------------------------------------


def test_every_module_is_part_of_the_page():
    assert [file.stem for file in (HERE / "script").glob("*.js") if f"const ${file.stem} = " not in game_script()] == []


def test_the_types_hold():
    try:
        assert typescript.check(HERE / "script") == ""
    except OSError as reason:
        pytest.skip(f"no TypeScript: {reason}")


def test_the_declared_page_data_is_what_python_writes():
    def declared(interface: str) -> set[str]:
        text = (HERE / "script" / "types.d.ts").read_text()
        body = re.search(rf"interface {interface} {{\n(.*?)\n}}", text, re.DOTALL)[1]
        return set(re.findall(r"^  (\w+): ", body, re.MULTILINE))

    data = json.loads(json.dumps(game_content(made.game())["data"]))
    assert declared("PageData") == set(data) and declared("Player") == set(data["players"][0])
    assert declared("Packed") == set(data["frames"]) and declared("Field") == set(data["field"])
    assert declared("Moment") == set(data["moments"][0])


# -- beside the answers of ballchasing.com ------------------------------------------------------------------


def test_the_pages_of_answers_show_their_numbers(shared: Path):
    """Every statistic of every player, as the answer has it."""
    from gametape.replay.read import read_game

    answers = sorted((shared / "data" / "replays" / "api").glob("*.ballchasing.json"))
    assert answers
    for file in answers:
        game, answer = read_game(file), json.loads(file.read_text())
        given = GameInput(file.stem, game.matches, game.players, game.ball, game.player_frames, game.events)
        content = game_content(given)
        say, lines = content["t"], {line.name: line for group in content["lobby"][1:] for line in group.lines}
        told = [one["stats"] for team in ("blue", "orange") for one in answer[team]["players"]]
        assert content["no_course"] and len(told) == len(content["people"])
        for one in STATISTICS:
            if one.type == "bool" or not any(one.key in stats[one.group] for stats in told):
                continue
            zero = 0 if one.name in ABSENT_IS_ZERO else None
            values = [stats[one.group].get(one.key, zero) for stats in told]
            shown = sorted(cell.text for cell in lines[one.name].cells)
            assert shown == sorted(say.number(value if value is None else float(value)) for value in values), one.name


# -- judged -------------------------------------------------------------------------------------------------


def test_a_measures_moments_are_evidence_of_its_card():
    measures = REPLAY_MEASURES.from_rows(
        [
            {"player": 1, "measure": "goal_side_cover", "value": 0.7, "n": 12, "moments_s": [30.0, 1.0]},
            {"player": 2, "measure": "rotation_back", "n": 3, "reason": "changes_too_few(n=3, needed=8)"},
        ]
    )
    weak = REPLAY_FINDINGS.from_rows([finding("weakness", "goal_side_cover", priority=1)])
    content = game_content(made.game(me=1, measures=measures, findings=weak))
    first, second = content["cards"]
    assert (first.who, first.value, first.weak) == ("Blue Two", "70%", True)
    assert content["data"]["evidence"] == [
        {"card": 0, "title": first.title, "severity": "medium", "player": 1, "spans": [[28, 31, 30], [0, 2, 1]]}
    ]
    assert second.value == "" and "3 times" in second.reason and not second.weak


def finding(kind: str, stat: str | None, **given: object) -> dict:
    """A row of replay_findings."""
    row = {"playlist": "ranked-doubles", "team_size": 2, "kind": kind, "stat": stat, "more": False, "unit": "share"}
    return {**row, "games": 30, "wins": 12, "losses": 18, "why": "games_too_few(n=3, needed=20)", **given}


def test_findings_are_worded_with_what_they_rest_on():
    place = {"percentile": 12.4, "percentile_low": 5.0, "percentile_high": 22.0}
    rest = {
        "auc": 0.61,
        "auc_low": 0.52,
        "auc_high": 0.7,
        "p": 0.012,
        "effect": 0.8,
        "effect_low": 0.1,
        "effect_high": 1.5,
    }
    rows = [
        finding("strength", "avg_speed", more=True, unit="uu/s", value=1500.0, others_value=1400.0),
        finding("weakness", "goal_side_cover", priority=1, value=0.5, others_value=0.62, **place, **rest),
        finding("not_enough", None, playlist=None, team_size=3, unit=None),
    ]
    weak, strong, few = player_content(made.career(5, findings=REPLAY_FINDINGS.from_rows(rows)))["findings"]
    assert (weak.title, weak.held, weak.against) == (
        "Less than others: Cover on the goal side",
        "50%",
        "others 62%",
    )
    assert (weak.place.value, weak.place.text) == (12.4, "more than 12 of 100 others (95 %: 5 to 22)")
    assert any("AUC of 0.61" in line for line in weak.lines) and any("1.2%" in line for line in weak.lines)
    assert strong.held == "1,500 uu/s" and "3 games" in few.why and few.tag.endswith("3 against 3")
    story = player_content(made.career(5, findings=REPLAY_FINDINGS.from_rows(rows)))["story"]
    assert story[1] == "First to train: Cover on the goal side (others have more)."
    nothing = player_content(made.career(5, findings=REPLAY_FINDINGS.from_rows(rows[2:])))["story"]
    assert nothing[1] == "Nothing in them is sure enough to be trained first."


def test_every_judged_stat_and_measure_has_a_name():
    from gametape.replay.judgement.own_measures import MEASURES
    from gametape.replay.judgement.stats import all_stats

    say = page_words()
    assert [name for name in all_stats().stats if f"judged.{name}" not in say] == []
    assert [
        one for one in MEASURES for part in ("measure", "measure_how", "measure_n") if f"{part}.{one}" not in say
    ] == []
    assert [area for area in all_stats().areas if f"area.{area}" not in say] == []


@pytest.mark.parametrize(("part", "of", "low", "high"), [(0, 10, 0, 0.278), (10, 10, 0.722, 1), (6, 10, 0.313, 0.832)])
def test_the_interval_of_a_share(part: int, of: int, low: float, high: float):
    assert likely(part, of) == pytest.approx((low, high), abs=1e-3), "Wilson's, as tables print it"


def test_the_recorder_is_chosen_where_one_player_has_the_name():
    assert game_content(made.game(changes={"recorder": "Orange One"}))["chosen"] == 2
    assert game_content(made.game(changes={"recorder": "Somebody else"}))["chosen"] == 0
    twice = made.REPLAY_PLAYERS.from_rows([row | {"name": "Same"} for row in made.players()])
    content = game_content(made.game(changes={"recorder": "Same"}, players=twice))
    assert not any(one.chosen for one in content["people"])
