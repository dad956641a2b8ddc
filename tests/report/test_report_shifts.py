"""The shifts of a film that follows somebody: listed, played, downloaded; nothing of it on other films."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gametape.base.reason import Reason
from gametape.film.sidecar import Sidecar
from gametape.report.build import build_report
from gametape.report.shifts_view import ShiftsView, shifts_view
from gametape.report.words import words
from gametape.tables.clips import CLIPS
from gametape.tables.follow import PLAYER_EVIDENCE, PLAYER_IDENTITY, SHIFTS
from tests.report import made_film as made

ANA = {"player": 0, "name": "Ana <b>", "number": "97"}
BEN = {"player": 1, "name": None, "number": "4"}
TIMES = made.steady(240)


def shift(number: int, start: float, end: float, **more: object) -> dict:
    row = {
        "shift": number, "period": 1, "start_s": start, "end_s": end, "first_frame": round(start * 30),
        "last_frame": round(end * 30), "view_s": end - start - 0.5, "ice_s": end - start, "pieces": 1,
        "longest_gap_s": 0.5, "end_reason": "lost", "questioned": None, "confidence": 0.9, "clip_start_s": start,
        "clip_end_s": end,
    }  # fmt: skip
    return ANA | row | more


def clip(place: int, of: int | None, file: str | None, **more: object) -> dict:
    row = {"clip": place, "kind": "shift", "shift": of, "period": 1, "label": "", "file": file}
    if file:
        row |= {"bytes": 2_345_678, "start_s": 1.0, "end_s": 2.0, "shown_s": 1.0, "duration_s": 1.0, "frames": 30}
    return ANA | row | more


def looks(seen: list[tuple[float, float]], whose: dict = ANA) -> list[dict]:
    rows = []
    for frame in range(0, 240, 3):
        inside = any(a <= frame / 30 <= b for a, b in seen)
        state = {"state": "locked", "track": 5} if inside else {"state": "searching", "track": None}
        rows.append(whose | {"frame": frame, "time_s": frame / 30} | state)
    return rows


SHIFTS_TABLE = SHIFTS.from_rows(
    [
        shift(1, 0.5, 3.0),
        shift(2, 4.0, 7.5, period=2, end_reason="bench", questioned=str(Reason("clips_no_shift")), view_s=2.0),
    ]
)
IDENTITY = PLAYER_IDENTITY.from_rows([*looks([(0.5, 3.0), (4.0, 5.0), (6.0, 7.5)]), *looks([], BEN)])
CLIP_ROWS = CLIPS.from_rows(
    [
        clip(1, 1, "clips/97-shift-01-00m00s.mp4"),
        clip(2, 2, None, reason=str(Reason("clips_disk_bound", megabytes=4000))),
        BEN | {"clip": 3, "kind": "shift", "label": "", "reason": str(Reason("clips_no_shift"))},
        clip(4, None, "clips/moment-00m06s.mp4", kind="moment", label="goal", player=None, name=None, number=None),
        clip(5, None, "clips/97-reel.mp4", kind="reel", start_s=None, end_s=None, shown_s=None),
    ]
)
EVIDENCE = PLAYER_EVIDENCE.from_rows(
    [
        ANA
        | {
            "track": 9, "piece": 9, "first_frame": 100, "last_frame": 110, "start_s": 3.3, "end_s": 3.7,
            "verdict": verdict, "reason": str(Reason("clips_no_shift")), "number_confirmed": False, "reads": 1,
            "clicks": 0, "confidence": 0.4, "look_frame": 105, "x1": 400.0, "y1": 200.0, "x2": 480.0, "y2": 400.0,
        }
        for verdict in ("perhaps", "his", "not_his", "outvoted")
    ]
)  # fmt: skip


def view(language: str = "en", **more: pa.Table) -> ShiftsView:
    tables = {"shifts": SHIFTS_TABLE, "identity": IDENTITY, "evidence": EVIDENCE, "clips": CLIP_ROWS} | more
    return shifts_view(
        **tables,
        frames=made.frames_table(TIMES),
        size=(made.WIDTH, made.HEIGHT),
        sport="ice hockey",
        say=words(language),
    )


def test_a_player_has_his_shifts_their_times_and_clips():
    ana, ben = view().people
    assert (ana.who, ana.sums.count, ben.who, ben.sums.count) == ("#97 Ana <b>", 2, "#4", 0)
    assert [value for _, value in ana.figures] == ["0:06.00", "0:04.00", "0:03.00", "0:03.50"]
    first, second = ana.lines
    assert (first.left, first.width) == (pytest.approx(6.25), pytest.approx(31.25))
    assert first.clip.file == "clips/97-shift-01-00m00s.mp4" and first.clip.note == "2.3 MB"
    assert second.clip.file is None and "more than 4,000 MB" in second.clip.note
    assert first.questioned is None and second.questioned
    assert (first.ended, second.ended) == ("out of sight", "went to the bench")
    assert [row[:2] for row in ana.periods] == [("1", 1), ("2", 1)]
    assert ana.reel.file == "clips/97-reel.mp4" and ben.reel is None
    assert [round(left + width, 1) for left, width in ana.seen] == [37.5, 62.5, 93.8]
    assert "no shift" in ben.nothing and ana.nothing is None


def test_a_player_who_is_never_in_sight_is_told_why():
    """The clip says only that there is no shift; what helps is known to who looked for him."""
    look = BEN | {"frame": 0, "time_s": 0.0, "state": "searching", "why": "no_number_legible"}
    never = pa.concat_tables(
        [IDENTITY.filter(pa.compute.equal(IDENTITY["player"], 0)), PLAYER_IDENTITY.from_rows([look])]
    )
    assert "a click on the player helps" in view(identity=never).people[1].nothing


def test_what_may_be_the_player_and_is_not_counted_is_told():
    ana, _ = view().people
    assert [one.text.partition(":")[0] for one in ana.unsure] == ["Perhaps", "A click that was outvoted"]
    many = pa.concat_tables([EVIDENCE] * 20)
    ana, _ = view(evidence=many).people
    assert (len(ana.unsure), ana.unsure_left_out) == (12, 28)


def test_what_may_be_the_player_has_a_picture_and_the_line_that_settles_it(steady_film: Path, tmp_path: Path):
    from PIL import Image

    from gametape.film.sidecar import parse_sidecar
    from gametape.media.film import Film

    frames = made.frames_table(TIMES)
    film = Film.of(steady_film / "film.mp4", frames, made.WIDTH, made.HEIGHT)
    page = report(tmp_path, film=film).read_text("utf-8")
    assert re.findall(r"report_data/perhaps-[^\"]*", page) == ["report_data/perhaps-0-0.jpg"]
    ana, _ = view().people
    perhaps, outvoted = ana.unsure
    assert outvoted.click is None and f"<code>{perhaps.click}</code>" in page
    clicks = f"clicks: [{{t: 1.5, x: 0.5, y: 0.5}}, {perhaps.click}]"  # beside the one that is there already
    said = parse_sidecar(f"players: [{{number: '4', {clicks}}}]".encode(), "a.yaml")
    _, click = said.players[0].clicks
    assert (click.t, click.x) == (3.5, pytest.approx(440 / made.WIDTH, abs=1e-3))
    assert 200 < click.y * made.HEIGHT < 400
    assert Image.open(tmp_path / "report_data/perhaps-0-0.jpg").size == (240, 180)


def test_three_players_share_the_pictures(steady_film: Path, tmp_path: Path):
    """Two had 12 each, the third none."""
    from gametape.media.film import Film

    doubts = EVIDENCE.filter(pa.compute.equal(EVIDENCE["verdict"], "perhaps")).to_pylist() * 12
    evidence = [row | {"player": player, "number": str(player)} for player in range(3) for row in doubts]
    followed = [row for player in range(3) for row in looks([], ANA | {"player": player, "number": str(player)})]
    film = Film.of(steady_film / "film.mp4", made.frames_table(TIMES), made.WIDTH, made.HEIGHT)
    report(
        tmp_path, film=film, evidence=PLAYER_EVIDENCE.from_rows(evidence), identity=PLAYER_IDENTITY.from_rows(followed)
    )
    written = [path.name.split("-")[1] for path in (tmp_path / "report_data").glob("perhaps-*.jpg")]
    assert [written.count(str(player)) for player in range(3)] == [8, 8, 8]


def test_one_period_needs_no_table():
    (ana, *_) = view(shifts=SHIFTS_TABLE.slice(0, 1)).people
    assert ana.periods == ()


def test_a_clip_of_nobody_is_listed_apart():
    (one,) = view().clips
    assert one.label == "Moment: goal" and one.clip.file == "clips/moment-00m06s.mp4"


def test_every_reason_of_an_end_has_words():
    from gametape.tables.follow import END_REASONS

    for language in ("en", "de"):
        for reason in END_REASONS:
            assert f"shifts.end_{reason}" in words(language)


def report(folder: Path, **more: object) -> Path:
    tables = {"shifts": SHIFTS_TABLE, "identity": IDENTITY, "evidence": EVIDENCE, "clips": CLIP_ROWS}
    return build_report(made.make_input(TIMES, **tables | more), folder).page


def test_a_film_that_follows_nobody_has_nothing_of_it(steady_film: Path, tmp_path: Path):
    page = build_report(made.make_input(TIMES), tmp_path).page.read_text("utf-8")
    body = page.partition("<body>")[2].partition("<script")[0]
    for word in ("shifts", "followed", "clips", "reel"):
        assert word not in body.lower()


def test_the_page_lists_shifts_and_clips(tmp_path: Path):
    body = report(tmp_path).read_text("utf-8").partition("<body>")[2].partition("<script")[0]
    assert "Ana &lt;b&gt;" in body and "Ana <b>" not in body
    assert 'href="clips/97-shift-01-00m00s.mp4" download' in body
    assert re.search(r"<video src=\"clips/97-reel.mp4\" controls", body)
    assert body.index('id="shifts-0"') < body.index('id="findings"')


def test_the_paper_has_the_shifts_too(tmp_path: Path):
    from pypdf import PdfReader

    report(tmp_path)
    said = " ".join(" ".join(page.extract_text() for page in PdfReader(tmp_path / "report.pdf").pages).split())
    assert "Shifts #97 Ana <b>" in said and "went to the bench" in said and "Shifts #4" in said


def test_it_reads_in_german(tmp_path: Path):
    german = Sidecar(sport="ice hockey", language="de")
    body = report(tmp_path, sidecar=german).read_text("utf-8").partition("<body>")[2].partition("<script")[0]
    assert "Einsätze" in body and "auf die Bank" in body and "Clip<" not in body and "Shifts" not in body


def test_a_film_about_a_player_leads_with_him(tmp_path: Path):
    import json

    from pypdf import PdfReader

    files = build_report(
        made.make_input(TIMES, shifts=SHIFTS_TABLE, identity=IDENTITY, evidence=EVIDENCE, clips=CLIP_ROWS), tmp_path
    )
    assert list(files.headline.items())[:4] == [
        ("shifts", 2), ("time_on_s", 6.0), ("time_on_s_unit", "s"), ("in_view_s", 4.0),
    ]  # fmt: skip
    found = json.loads(files.results.read_text())
    assert found["summary"][0] == (
        "#97 Ana <b>: 2 shifts, time in play 0:06.00 in all, of which 0:04.00 in view; the longest lasted 0:03.50. "
        "1 more moment may be this player, and is not counted."
    )
    assert found["summary"][1].startswith("#4: no shift. No shift of this player was found.")
    ana, ben = found["followed"]
    assert (ana["on_s"], ana["longest_s"], ana["mean_s"], ana["reel"]) == (6.0, 3.5, 3.0, "clips/97-reel.mp4")
    assert (ben["shifts"], ben["longest_s"]) == (0, None) and "no shift" in ben["reason"]
    assert [row["end_reason"] for row in found["shifts"]] == ["lost", "bench"]
    assert [row["file"] for row in found["clips"]][::4] == ["clips/97-shift-01-00m00s.mp4", "clips/97-reel.mp4"]
    paper = " ".join(PdfReader(files.pdf).pages[0].extract_text().split())
    assert paper.index("Shifts #97") < paper.rindex("Findings")


def test_whoever_is_nearest_to_the_camera_is_not_the_player_for_being_the_only_one_named():
    from gametape.report.names import is_told, player_names

    people, parts = made.people_table(TIMES), {0: "player", 1: "other"}
    ana = {"name": "Ana"}
    singles, shirt = (Sidecar(sport=one, players=[ana | {"jersey_color": "#c02020"}]) for one in ("tennis", "handball"))
    assert player_names(people, singles) == {0: "Ana"}
    assert player_names(people, shirt) == {} and not is_told(people, shirt, parts)
    followed, numbered = (Sidecar(sport="handball", players=[one | {"number": "97"}]) for one in (ana, {}))
    assert player_names(people, followed) == {0: "Ana"} and is_told(people, followed, parts)
    assert player_names(people, numbered) == {0: "#97"}


def test_a_film_without_a_shift_says_so_first(tmp_path: Path):
    nobody = PLAYER_IDENTITY.from_rows(
        [BEN | {"frame": 0, "time_s": 0.0, "state": "searching", "why": "no_number_legible"}]
    )
    files = build_report(made.make_input(TIMES, identity=nobody), tmp_path)
    assert files.headline["shifts"] is None
    brief = PLAYER_IDENTITY.from_rows(looks([(1.0, 1.2)]))
    (ana,) = view(shifts=SHIFTS.empty(), identity=brief, clips=CLIPS.empty(), evidence=PLAYER_EVIDENCE.empty()).people
    assert ana.nothing == "the player is in sight for 0:00.20 only, which is no shift"
    assert "a click on the player helps" in files.headline["shifts_reason"]


@pytest.mark.browser
def test_a_press_on_a_shift_plays_it_to_its_end(steady_film: Path, read_report, tmp_path: Path):
    for name in ("film.mp4", "poster.jpg"):
        (tmp_path / name).symlink_to(steady_film / name)
    brief = SHIFTS.from_rows([shift(1, 1.0, 1.8), shift(2, 4.0, 7.5)])
    opened = read_report(report(tmp_path, shifts=brief))
    page = opened.page
    film = "document.getElementById('film')"
    opened.until(f"{film}.readyState >= 2")
    page.locator(".shift-list .run").first.click()
    opened.until(f"!{film}.paused")
    opened.until(f"{film}.paused")
    assert 1.75 <= page.evaluate(f"{film}.currentTime") <= 2.1
    page.locator(".lane .bar").nth(1).click()
    opened.until(f"Math.abs({film}.currentTime - 4) < 1")
    opened.until("document.querySelectorAll('.shift-list li')[1].getAttribute('aria-current') === 'true'")
    assert opened.complaints == []


@pytest.mark.browser
def test_a_ring_is_drawn_around_who_is_followed(steady_film: Path, read_report, tmp_path: Path):
    for name in ("film.mp4", "poster.jpg"):
        (tmp_path / name).symlink_to(steady_film / name)
    at = {"x1": 400.0, "y1": 200.0, "x2": 480.0, "y2": 400.0}
    rows = [row | (at if row["track"] else {}) for row in looks([(0.5, 3.0)])]
    opened = read_report(report(tmp_path, identity=PLAYER_IDENTITY.from_rows(rows)), color_scheme="dark")
    opened.show_only()
    opened.go(2.0)
    opened.settle(60)
    pixels = opened.ink((255, 225, 77))
    assert np.abs(pixels.min(0) - (384, 180)).max() < 6 and np.abs(pixels.max(0) - (496, 420)).max() < 6
    opened.go(3.6)
    opened.settle(108)
    assert not len(opened.ink((255, 225, 77)))


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(steady_film: Path, read_report, tmp_path: Path, width: int):
    for name in ("film.mp4", "poster.jpg"):
        (tmp_path / name).symlink_to(steady_film / name)
    page = read_report(report(tmp_path), width=width).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    wide = page.evaluate(
        "[...document.querySelectorAll('.followed *')].filter(n => n.getBoundingClientRect().right > innerWidth + 1)"
        ".length"
    )
    assert wide == 0
    if where := __import__("os").environ.get("SHOTS"):
        page.locator("#shifts-0").screenshot(path=f"{where}/shifts-{width}.png")


def test_times_of_a_single_frame_make_a_chart(tmp_path: Path):
    none = shifts_view(
        shifts=SHIFTS.empty(),
        identity=PLAYER_IDENTITY.empty(),
        evidence=PLAYER_EVIDENCE.empty(),
        clips=CLIPS.empty(),
        frames=made.frames_table(np.zeros(1)),
        size=(made.WIDTH, made.HEIGHT),
        sport=None,
        say=words(),
    )
    assert not none.any


def test_a_team_film_in_which_nobody_is_asked_for_says_how_to_ask(tmp_path: Path):
    """Its head said "people at once: 2" of ten players, and the angles of the referee, as the player's."""
    people = made.people_table(TIMES)
    nobody = {"subject": pa.array([False] * people.num_rows), "choice": pa.array(["nobody_wanted"] * people.num_rows)}
    for name, values in nobody.items():
        people = people.set_column(people.column_names.index(name), name, values)
    side = Sidecar(sport="basketball")
    files = build_report(
        made.make_input(TIMES, people=people, identity=PLAYER_IDENTITY.empty(), sidecar=side), tmp_path
    )
    page = files.page.read_text("utf-8")
    assert "Give the player&#39;s number (players.number)" in page and "It is not certain which" not in page
    assert "people_at_once" not in files.headline
    assert not any("is followed from" in sentence for sentence in json.loads(files.results.read_text())["summary"])
