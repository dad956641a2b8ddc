"""Strokes, rallies, shots, the court and who was followed: told where there is something to tell, and only there."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gametape import tables
from gametape.film.sidecar import Player, Sidecar
from gametape.media.film import Film
from gametape.report import ReportFiles, build_report
from gametape.report.court_view import court_view
from gametape.report.rallies_and_shots import rallies_and_shots
from gametape.report.stills import contact_stills
from gametape.report.stroke_cards import stroke_cards
from gametape.report.words import words
from tests.report import made_film as made
from tests.report.test_report_build import EVIL

SECTIONS = ("strokes", "rallies", "shots", "people")
SAY = words()


@pytest.fixture(scope="module")
def game(steady_film: Path, tmp_path_factory: pytest.TempPathFactory) -> ReportFiles:
    folder = tmp_path_factory.mktemp("game")
    for name in ("film.mp4", "poster.jpg"):
        shutil.copy(steady_film / name, folder / name)
    times = made.steady(240)
    film = Film(folder / "film.mp4", times, made.WIDTH, made.HEIGHT)
    sidecar = Sidecar(title="Game", sport="tennis", players=(Player(name="Ana"),))
    return build_report(made.play_input(times, film=film, sidecar=sidecar), folder)


def test_a_section_is_there_only_where_it_has_content(tmp_path: Path, game: ReportFiles):
    page = game.page.read_text("utf-8")
    bare = build_report(made.make_input(made.steady(60)), tmp_path).page.read_text("utf-8")
    for name in SECTIONS:
        assert f'id="{name}"' in page and f'id="{name}"' not in bare


def test_a_stroke_is_compared_with_the_players_median_for_its_kind():
    found = stroke_cards(made.strokes_table(), {}, SAY)
    assert found.summary == "4 forehands and 1 backhand were found. Played with the right hand."
    elbows = [next(one for one in card.form if one.label == "Elbow at contact") for card in found.cards]
    assert [(one.value, one.difference, one.outlier) for one in elbows] == [
        ("140°", "−1°", False), ("142°", "+1°", False), ("143°", "+2°", False), ("95°", "−46°", True), ("150°", "", False),
    ]  # fmt: skip
    assert found.cards[1].unknown == ("Knee before the swing: the legs are hidden",) and found.cards[0].unknown == ()
    assert [(one.kind, one.count) for one in found.people[0].medians] == [("Forehand", 4), ("Backhand", 1)]


def test_short_times_and_lengths_are_rounded_to_their_precision():
    table = made.strokes_table()
    for name, value in (("follow_through_s", 0.0604), ("contact_height", 0.4512)):
        values = pa.array([value] * table.num_rows, pa.float32())
        table = table.set_column(table.column_names.index(name), table.schema.field(name), values)
    form = {one.label: (one.value, one.difference) for one in stroke_cards(table, {}, SAY).cards[0].form}
    assert form["Follow through"] == ("0.06 s", "±0") and form["Contact height"] == ("0.45 body heights", "±0")


def test_a_delivery_has_a_release_and_no_contact():
    labels = {one.label for one in stroke_cards(made.strokes_table((("delivery", 1.0, 150),)), {}, SAY).cards[0].form}
    assert "Elbow at release" in labels and not any("ontact" in label for label in labels)


def test_findings_about_the_filming_come_after_the_players(tmp_path: Path):
    row = made.findings_table().to_pylist()[0] | {"metric": "pose_coverage", "title": "The player is out of sight"}
    both = tables.FINDINGS.from_rows([row, made.findings_table().to_pylist()[1]])
    for findings, shown in (
        (both, "Work on first: Head drifts"),
        (both.slice(0, 1), "About the filming: The player is"),
    ):
        files = build_report(made.make_input(made.steady(60), findings=findings), tmp_path)
        told = json.loads(files.results.read_text())["summary"]
        assert any(line.startswith(shown) for line in told), told


def test_the_surest_strokes_have_cards_in_order_of_time():
    many = made.strokes_table(tuple(("serve", float(n), 150) for n in range(300)))
    sure = pa.array([*np.linspace(0.2, 0.49, 100), *np.linspace(0.5, 0.9, 200)], pa.float32())
    many = many.set_column(many.column_names.index("confidence"), many.schema.field("confidence"), sure)
    found = stroke_cards(many, {}, SAY)
    assert len(found.cards) == 60 and found.left_out == 240
    assert [card.place for card in found.cards] == list(range(140, 200)), "among the 200 that are sure"
    assert [(one.count, one.summary) for one in found.people] == [
        (200, "200 serves were found. Played with the right hand.")
    ]


def test_speeds_are_in_metres_with_their_band_or_have_a_reason():
    known = rallies_and_shots(made.rallies_table(), made.flights_table(), SAY)
    assert [one.speed for one in known.shots] == ["31.0 m/s (112 km/h)", "25.0 m/s (90 km/h)"]
    assert known.shots[0].band == "104–122 km/h" and known.shots[0].spin == "topspin, 80% sure" and known.notes == ()
    blind = rallies_and_shots(made.rallies_table(), made.flights_table(metres=False), SAY)
    assert not blind.shots and blind.shots_summary == "2 shots.", "in the picture, what is near the camera seems fast"
    assert (known.no_metres, blind.no_metres) == ("", "the camera is not calibrated")
    assert blind.notes == (
        "No speeds in metres: the camera is not calibrated.",
        "The spin cannot be seen: too few frames.",
    )


def test_a_speed_that_is_open_is_told_with_its_band_alone_and_one_speed_is_no_median():
    first, way_on, second = made.flights_table().to_pylist()
    sure = {"speed_start_mps": 30.0, "speed_start_mps_low": 24.1, "speed_start_mps_high": 35.9}
    unsure = {"speed_start_mps": 30.0, "speed_start_mps_low": 23.9, "speed_start_mps_high": 36.1}
    for one, shots, of_one in (
        (sure, "2 shots, 2 of them with a known speed; the median is 30.0 m/s (108 km/h).", False),
        (unsure, "2 shots; the speed of one of them is known: 30.0 m/s (108 km/h).", True),
    ):
        flights = tables.BALL_FLIGHTS.from_rows([first | sure, way_on, second | one])
        told = rallies_and_shots(made.rallies_table(), flights, SAY)
        assert (told.shots_summary, told.of_one, len(told.shots)) == (shots, of_one, 2)
        last = told.shots[-1]  # of the open one neither a speed nor, even less sure, a spin
        assert (last.speed, last.band, bool(last.spin)) == (
            ("86–130 km/h", "", False) if of_one else ("30.0 m/s (108 km/h)", "87–129 km/h", True)
        )


def test_the_fastest_shots_are_those_whose_speed_is_known_and_open_ones_follow_by_their_low_end():
    first = made.flights_table().to_pylist()[0]

    def row(at, speed, low, high):
        band = {"speed_start_mps": speed, "speed_start_mps_low": low, "speed_start_mps_high": high}
        return first | band | {"flight": at, "start_s": first["start_s"] + at / 10}

    rows = [row(0, 90.0, 5.0, 170.0), row(1, 20.0, 19.0, 21.0), row(2, 40.0, 10.0, 70.0), row(3, 31.0, 30.0, 32.0)]
    told = rallies_and_shots(made.rallies_table(), tables.BALL_FLIGHTS.from_rows(rows), SAY)
    assert [one.speed.split()[0] for one in told.shots] == ["31.0", "20.0", "36–252", "18–612"]


def test_a_reason_that_each_ball_has_with_numbers_of_its_own_is_told_for_all():
    first, way_on, second = made.flights_table(metres=False).to_pylist()
    bands = [{"speed_reason": f"speed_open(low={low}, high=90)"} for low in (5, 10)]
    rows = [first | bands[0], way_on, second | bands[1], second | {"flight": 9, "speed_reason": "not_calibrated"}]
    told = rallies_and_shots(made.rallies_table(), tables.BALL_FLIGHTS.from_rows(rows), SAY)
    assert told.no_metres == "the film leaves the speed of 2 of the balls open by more than ±20 %"


def test_a_spin_that_is_not_told_has_the_reason_of_its_speed():
    """A speed that is open hides the spin too: unknown with its reason, not in silence."""
    first, way_on, second = made.flights_table().to_pylist()
    band = {"speed_start_mps": 30.0, "speed_start_mps_low": 20.0, "speed_start_mps_high": 40.0}
    spun = {"spin": "topspin", "spin_confidence": 0.8, "spin_reason": None}
    flights = tables.BALL_FLIGHTS.from_rows([first | band | spun, way_on, second | band | spun])
    told = rallies_and_shots(made.rallies_table(), flights, SAY)
    assert not told.any_spin and len(told.shots) == 2
    open_ = "the film leaves the speed of 2 of the balls open by more than ±20 %"
    assert told.notes == (f"The spin cannot be seen: {open_}.",)


def test_a_column_of_the_swing_is_there_where_a_listed_shot_has_one():
    first = made.flights_table().to_pylist()[0]
    rows = [first | {"flight": n, "speed_start_mps": 40.0 - n} for n in range(11)]
    for at, known in ((9, True), (10, False)):
        bent = {"swing_deg": 2.0, "swing_deg_low": 1.0, "swing_deg_high": 3.0}
        balls = [row | bent if n == at else row for n, row in enumerate(rows)]
        assert rallies_and_shots(made.rallies_table(), tables.BALL_FLIGHTS.from_rows(balls), SAY).any_swing == known


def test_the_page_writes_a_rallys_start_to_the_hundredth_and_keeps_a_speed_together(tmp_path: Path):
    rallies = made.rallies_table(1)
    at = rallies.schema.get_field_index("start_s")
    rallies = rallies.set_column(at, rallies.schema.field(at), pa.array([0.54], rallies.schema.field(at).type))
    page = build_report(made.play_input(made.steady(60), rallies=rallies), tmp_path).page.read_text("utf-8")
    assert "</strong> 0:00.54 <span" in page
    assert '<span class="whole">31.0 m/s</span> <span class="whole">(112 km/h)</span>' in page


def test_what_a_hand_lets_go_is_no_shot():
    first, way_on, second = made.flights_table().to_pylist()
    flights = tables.BALL_FLIGHTS.from_rows([first | {"began": "release"}, way_on, second])
    told = rallies_and_shots(made.rallies_table(), flights, SAY).shots_summary
    assert told == "One shot: 31.0 m/s (112 km/h). One ball sent by hand: 25.0 m/s (90 km/h)."


def test_swing_has_its_side_and_its_band():
    bands = [(2.1, 1.2, 3.0, None), (-1.4, -2.5, -0.4, None), (0.2, -0.7, 1.1, "its swing is not told from none")]
    names = ("swing_deg", "swing_deg_low", "swing_deg_high", "swing_reason")
    first = made.flights_table().to_pylist()[0]
    balls = tables.BALL_FLIGHTS.from_rows(
        [
            first | dict(zip(names, band, strict=True)) | {"flight": n, "speed_start_mps": 35.0 - n}
            for n, band in enumerate([*bands, (None,) * 4])
        ]
    )
    assert not rallies_and_shots(made.rallies_table(), made.flights_table(), SAY).any_swing
    shown = rallies_and_shots(made.rallies_table(), balls, words("de"))
    assert shown.any_swing and not shown.any_spin
    assert [one.swing for one in shown.shots] == [
        "2,1° nach rechts", "1,4° nach links", "von 0° nicht zu unterscheiden", "",
    ]  # fmt: skip
    assert [one.swing_band for one in shown.shots] == ["1,2–3,0°", "0,4–2,5°", "", ""]


def test_rallies_are_summarised():
    shown = rallies_and_shots(made.rallies_table(3), made.flights_table(), SAY)
    assert (
        shown.rallies_summary
        == "3 rallies; in half of them the ball was seen to be hit 4 times or more, by all players together; "
        "in the longest 5 times, from 0:07.00."
    )
    (only,) = (one := rallies_and_shots(made.rallies_table(1), made.flights_table(), SAY)).rallies
    hits = made.rallies_table(1)["shots"][0].as_py()  # a stroke that the ball does not show is none of them
    assert one.rallies_summary == f"One rally; the ball was seen to be hit {hits} times, by all players together."
    assert only.label.startswith(f"{hits} hits seen, ")
    assert rallies_and_shots(made.rallies_table(0), made.flights_table(), SAY).rallies_summary == ""


def test_a_landing_place_is_drawn_once_with_its_band():
    drawn = court_view(made.calibration_table(), made.flights_table(), SAY).for_page()
    assert drawn["bounces"] == [[1.0, 7.0, 0.6, 0.2, 90.0, 2.5], [-2.0, -6.0, 0.6, 0.2, 90.0, 5.8]]
    assert drawn["title"] == "Tennis court" and drawn["extent"] == (5.485, 11.885) and len(drawn["lines"]) > 4
    assert drawn["paths"][0][0] == 1.0 and drawn["paths"][0][-1] == [0.5, 7.0] and len(drawn["paths"][0]) <= 14
    assert court_view(made.calibration_table(solved=False), made.flights_table(), SAY) is None
    assert court_view(made.calibration_table(), made.flights_table(metres=False), SAY) is None


def test_a_missing_court_map_has_a_reason(tmp_path: Path):
    given = made.play_input(
        made.steady(60), calibration=made.calibration_table(solved=False), flights=made.flights_table(metres=False)
    )
    page = build_report(given, tmp_path).page.read_text("utf-8")
    assert (
        "No court map, no speeds in metres and no spin: the sidecar gives no marks." in page
        and 'id="court"' not in page
    )


def test_the_first_paragraph_is_the_summary(game: ReportFiles):
    shown = json.loads(game.results.read_text())["summary"]
    assert shown[0].startswith("4 forehands and 1 backhand") and shown[1].startswith("2 rallies")
    assert any(one.startswith("Work on first: Front knee gives way at contact (106°; at least 120°)") for one in shown)
    assert "best seen at 0:01.5" in " ".join(shown)


def test_results_carry_the_tables_without_the_curves(game: ReportFiles):
    shown = json.loads(game.results.read_text())
    assert [row["kind"] for row in shown["strokes"]] == ["forehand"] * 4 + ["backhand"]
    assert shown["strokes"][0]["unknown"] == {"knee_in_load": "the legs are hidden"}
    assert shown["flights"][0]["speed_start_mps_high"] == 28 and "path" not in shown["flights"][0]
    assert shown["rallies"][1]["shots"] == 4 and shown["calibration"][0]["mark_count"] == 8


def test_a_ball_that_is_a_limb_has_no_flights(tmp_path: Path):
    row = {"subject": "ball", "metric": "ball_coverage", "unit": "share", "n": 9, "method": "m", "reason": "a limb"}
    given = made.play_input(made.steady(60), metrics=tables.METRICS.from_rows([row]))
    shown = json.loads(build_report(given, tmp_path).results.read_text())
    assert shown["flights"] == shown["rallies"] == [] and len(shown["strokes"]) == 5


def test_the_pdf_has_the_same_content(game: ReportFiles):
    from pypdf import PdfReader

    text = " ".join("\n".join(page.extract_text() for page in PdfReader(game.pdf).pages).split())
    for shown in (
        "4 forehands and 1 backhand were found", "Elbow at contact", "Forehand 0:01.0", "Rallies", "31.0 m/s (112 km/h)",
        "104–122 km/h", "topspin, 80% sure", "2 landing places", "Work on first",
    ):  # fmt: skip
        assert shown in text, shown


def test_a_whole_match_stays_light(tmp_path: Path):
    times = made.steady(2 * 3600 * 5, 5)
    strokes_ = made.strokes_table(tuple(("forehand", 2.0 * n + 1, 140) for n in range(3500)))
    flights = pa.concat_tables([made.flights_table()] * 3000)
    given = made.play_input(
        times, stride=5, people=made.people_table(times[:10]), strokes=strokes_, flights=flights, rallies=made.rallies_table(900)
    )  # fmt: skip
    files = build_report(given, tmp_path)
    assert files.page.stat().st_size < 600_000
    assert files.results.stat().st_size < 9_000_000


def test_a_contact_is_cut_out_around_the_player(game: ReportFiles):
    from io import BytesIO

    from PIL import Image

    times = made.steady(240)
    film = Film(game.page.parent / "film.mp4", times, made.WIDTH, made.HEIGHT)
    poses = made.make_input(times).poses
    reads = []
    pictures = film.pictures
    film.pictures = lambda numbers: reads.append(list(numbers)) or pictures(numbers)
    cut = contact_stills(film, poses, [(60, 0), (30, 99), *[(30, 0)] * 2, *[(90, 0)] * 20])
    assert list(cut) == [2, 3, 0, *range(4, 17)], "nobody has track 99; the first sixteen, as the film shows them"
    assert reads == [[30, 60, 90]], "each frame is decoded once"
    assert cut[2] == cut[3] != cut[0]
    picture = Image.open(BytesIO(cut[2]))
    assert picture.size == (200, 250)
    shirt = np.asarray(picture.convert("RGB")).astype(int)
    blue = (shirt[:, :, 2] > shirt[:, :, 0] + 60).sum()
    assert blue > 300, "the skeleton is drawn"
    assert contact_stills(film, poses.slice(0, 0), [(30, 0)]) == {}


@pytest.mark.browser
@pytest.mark.parametrize(
    ("what", "nth", "frame"),
    [(".stroke button", 1, 75), ("#rallies .moment", 1, 120), ("#court .place", 1, 174), ("#shots .link", 0, 150)],
)
def test_a_click_moves_the_film(game: ReportFiles, read_report, what: str, nth: int, frame: int):
    opened = read_report(game.page)
    opened.settle(0)
    opened.page.locator(what).nth(nth).click()
    opened.settle(frame)
    assert opened.complaints == []


@pytest.mark.browser
def test_another_person_can_be_chosen_and_the_player_has_a_name(game: ReportFiles, read_report):
    opened = read_report(game.page)
    opened.settle(0)
    assert opened.page.locator("#people .moment").all_inner_texts()[0].startswith("Ana")
    assert "may be Ana again, 70% sure" in opened.page.inner_text("#people")
    opened.page.locator("#people .moment").nth(1).click()
    assert opened.page.input_value("#person") == "1"


@pytest.mark.browser
def test_the_court_marks_the_bounce_on_show(game: ReportFiles, read_report):
    opened = read_report(game.page)
    opened.go(2.5)
    opened.settle(75)
    assert opened.page.locator("#court [aria-current]").get_attribute("data-time") == "2.5"
    band = opened.page.locator("#court .band").first.bounding_box()
    assert band["height"] > band["width"], "its longer axis lies along the court"


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_a_page_with_every_section_does_not_scroll_sideways(tmp_path: Path, read_report, width: int):
    evil = EVIL + "Unbreakable" * 20
    table = made.strokes_table()
    for name in ("kind_reason", "unknown"):
        text = json.dumps({"knee_in_load": evil}) if name == "unknown" else evil
        values = pa.array([text] * table.num_rows)
        table = table.set_column(table.column_names.index(name), table.schema.field(name), values)
    given = made.play_input(made.steady(60), strokes=table, sidecar=Sidecar(title=evil, players=(Player(name=evil),)))
    given = replace(given, calibration=made.calibration_table(solved=False))
    opened = read_report(build_report(given, tmp_path).page, width=width, height=844)
    opened.page.wait_for_selector("#notice:visible")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.page.evaluate("window.pwned") is None


def strokes_with(*strokes: dict):
    rows = made.strokes_table(tuple(("serve", 1.0 + n, 150) for n in range(len(strokes)))).to_pylist()
    return tables.STROKES.from_rows([row | stroke for row, stroke in zip(rows, strokes, strict=True)])


def test_no_hand_is_said_to_play_where_a_card_says_that_it_is_not_clear():
    told = {"hand": "left", "hand_reason": "hits_at_one_hand(n=3, share=0.9)"}
    unclear = {"kind": "swing", "kind_confidence": None, "kind_reason": "playing_hand_not_clear"}
    assert "left hand" in stroke_cards(strokes_with(told, told), {}, SAY).summary
    assert "hand" not in stroke_cards(strokes_with(told, told | unclear), {}, SAY).summary
    assert "hand" not in stroke_cards(strokes_with(told), {}, SAY).summary, "one stroke tells no hand"
    given = told | {"hand_reason": "handedness_given"}
    assert "left hand" in stroke_cards(strokes_with(given), {}, SAY).summary


def test_strokes_of_unknown_kind_are_named_last():
    kinds = ["swing", "swing", "swing", "forehand", "serve", "serve"]
    summary = stroke_cards(strokes_with(*({"kind": kind} for kind in kinds)), {}, SAY).summary
    assert summary.startswith("2 serves, 1 forehand and 3 swings of unknown kind were found.")


def test_what_the_filming_hides_is_said_once_and_not_on_every_card():
    unknown = json.dumps({"contact_ahead": "along_the_line_of_sight", "knee_in_load": "legs_seen_end_on"})
    hidden = {"contact_ahead": None, "knee_in_load": None, "unknown": unknown}
    found = stroke_cards(strokes_with({"contact_ahead": 0.1, "knee_in_load": 120.0}, hidden, hidden), {}, SAY)
    assert len(found.everywhere) == 1 and found.everywhere[0].startswith("Contact in front: ")
    assert [len(card.unknown) for card in found.cards] == [0, 1, 1]
    assert all("line of sight" not in line for card in found.cards for line in card.unknown)


def test_one_shot_is_no_plural():
    one = made.rallies_table(1).to_pylist()[0] | {"shots": 1}
    table = tables.RALLIES.from_rows([one])
    shown = [rallies_and_shots(table, made.flights_table(), words(lang)).rallies_summary for lang in ("en", "de")]
    assert "was seen to be hit once, by" in shown[0] and "wie der Ball einmal getroffen wurde," in shown[1]
