"""The pages in a real browser and on paper."""

from __future__ import annotations

import re
from io import BytesIO

import numpy as np
import pytest

from gametape.replay.page import PDF_FILE, PageFiles, build_game_page, build_player_page
from gametape.tables.replay_judgement import REPLAY_MEASURES
from gametape.tables.replays import REPLAY_BALL_TRAJECTORY, REPLAY_PLAYER_FRAMES, REPLAY_PLAYERS
from tests.replay.page import made_game as made

EVIL = "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>\"'🏏"
BALL, BLUE, ORANGE = (168, 98, 0), (0, 114, 178), (194, 65, 12)
INK = """([ink, near]) => {
  const c = document.getElementById('field'), w = c.width, found = [];
  const d = c.getContext('2d').getImageData(0, 0, w, c.height).data;
  for (let i = 0; i < d.length; i += 4)
    if (d[i + 3] > 200 && [0, 1, 2].every((k) => Math.abs(d[i + k] - ink[k]) <= near))
      found.push([(i / 4) % w, Math.floor(i / 4 / w)]);
  return [found, w, c.height]; }"""


def paper(files: PageFiles) -> str:
    from pypdf import PdfReader

    pdf = PdfReader(BytesIO(files.files[PDF_FILE]), strict=True)
    return " ".join("\n".join(page.extract_text() for page in pdf.pages).split())


@pytest.fixture
def opened(game_files: PageFiles, written, read_report):
    """The made game's page, its frames unpacked."""

    def read(width: int = 1280, **options: object):
        found = read_report(written(game_files), width=width, **{"color_scheme": "light", **options})
        found.until("document.documentElement.dataset.ready === 'yes'")
        return found

    return read


def place_of(opened, colour: tuple[int, int, int]) -> np.ndarray:
    """x, y in uu of what is drawn in a colour: its middle."""
    pixels, wide, high = opened.page.evaluate(INK, [list(colour), 30])
    assert pixels, "nothing of that colour is drawn"
    points = np.array(pixels)
    column, row = (points.min(0) + points.max(0) + 1) / 2
    across, along = 4216.0, 6120.0
    scale = min(wide / (2 * along), high / (2 * across))
    return np.array([(high / 2 - row) / scale, (column - wide / 2) / scale])


@pytest.mark.browser
@pytest.mark.parametrize("time", [0.5, 12.0, 44.4])
def test_ball_and_cars_are_drawn_where_they_are(opened, time: float):
    page = opened()
    for name in ("names", "trail", "boost"):
        page.page.set_checked(f"#show-{name}", False)
    page.go(time)
    assert np.abs(place_of(page, BALL) - np.array(made.ball_at(time)[:2])).max() < 40
    x, y = made.car_at(3, time)[:2]
    pixels, wide, high = page.page.evaluate(INK, [list(ORANGE), 30])
    scale = min(wide / (2 * 6120.0), high / (2 * 4216.0))
    here = np.array([wide / 2 + y * scale, high / 2 - x * scale])
    assert (np.abs(np.array(pixels) - here).max(1) < 12).sum() > 20


@pytest.mark.browser
def test_a_demolished_car_is_not_drawn_and_not_counted(opened):
    page = opened()
    page.go(31.0)
    last = page.page.locator("[data-choose]").nth(3)
    assert last.get_attribute("title") == "no car" and last.locator(".speed-now").inner_text() == "–"
    page.go(34.0)
    assert last.locator(".speed-now").inner_text() == "1,300"


@pytest.mark.browser
def test_score_clock_and_players_follow_the_time(opened):
    page = opened()
    for time, blue, orange, clock in ((19.9, "0", "0", "0:21"), (20.1, "1", "0", "0:20"), (50.2, "1", "2", "+0:11")):
        page.go(time)
        texts = [page.page.inner_text(f"#{name}") for name in ("score-blue", "score-orange", "game-clock")]
        assert texts == [blue, orange, clock]
    boost = page.page.locator("[data-choose]").nth(1).locator(".boost-now").inner_text()
    assert abs(int(boost) - made.boost_at(1, 50.2)) < 3


@pytest.mark.browser
def test_keys_and_buttons_move_the_game(opened):
    page = opened()
    shown = lambda: float(page.page.input_value("#scrub"))  # noqa: E731
    assert page.page.locator("[data-choose][aria-pressed=true]").inner_text().startswith("BT"), "whom the page is about"
    page.page.keyboard.press("g")
    assert shown() == pytest.approx(18, abs=0.01), "2 s before the first goal"
    page.page.keyboard.press("g")
    assert shown() == pytest.approx(33, abs=0.01)
    page.page.keyboard.press("Shift+g")
    assert shown() == pytest.approx(18, abs=0.01)
    page.page.keyboard.press("ArrowRight")
    assert 18.01 < shown() < 18.11, "the next frame that the page has"
    page.page.keyboard.press("c")
    assert page.page.locator("[data-choose][aria-pressed=true]").inner_text().startswith("OO")
    page.page.click("#kickoffs [data-goto='24.0']")
    assert shown() == pytest.approx(24)
    page.page.keyboard.press("k")
    page.until("Number(document.getElementById('scrub').value) > 24.5")
    page.page.keyboard.press("k")
    stopped = shown()
    page.page.wait_for_timeout(150)
    assert shown() == stopped and not page.complaints


@pytest.mark.browser
def test_a_link_or_a_click_chooses_whom_the_page_is_about(written, read_report):
    measures = [
        {"player": n, "measure": "goal_side_cover", "value": 0.5 + n / 10, "n": 12, "moments_s": [30.0 + n]}
        for n in range(4)
    ]
    given = made.game(me=1, measures=REPLAY_MEASURES.from_rows(measures))
    page = read_report(written(build_game_page(given)))
    page.until("document.documentElement.dataset.ready === 'yes'")

    def chosen() -> tuple[str, list[str], str]:
        pressed = page.page.locator("[data-choose][aria-pressed=true] .who").inner_text()
        columns = page.page.locator(".lobby thead .mine").all_text_contents()
        first = page.page.locator("#findings [data-of][open] h3").all_text_contents()
        assert len(first) == 1 and page.page.locator("#findings [data-of]").first.get_attribute("open") is not None
        return pressed, sorted({text.strip() for text in columns}), first[0].strip()

    about = lambda name: (name, [name], name)  # noqa: E731
    assert chosen() == about("Blue Two")
    page.page.evaluate("location.hash = '#player=steam-4'")
    page.until("document.querySelector('[data-choose=\"3\"]').getAttribute('aria-pressed') === 'true'")
    assert chosen() == about("Orange Two")
    page.page.click("[data-choose='2']")
    assert chosen() == about("Orange One") and page.page.evaluate("location.hash") == "#player=steam-3"
    page.page.reload()
    page.until("document.documentElement.dataset.ready === 'yes'")
    assert chosen() == about("Orange One"), "by its address"
    page.page.evaluate("location.hash = '#player=nobody'")
    assert chosen() == about("Orange One") and not page.complaints
    # Whom a moment is of is followed; the page stays about the other.
    page.page.locator(".moment[data-player='0'], .moment[data-player='1'], .moment[data-player='3']").first.click()
    assert page.page.locator("[data-choose][aria-pressed=true] .who").inner_text() != "Orange One"
    assert page.page.locator(".lobby thead .mine").first.text_content().strip() == "Orange One"


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_fits_and_asks_nobody(opened, width: int):
    page = opened(width=width)
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert all(url.startswith(("file:", "data:")) for url in page.requests) and not page.complaints
    curve = page.page.evaluate(
        "(() => { const c = document.querySelector('#chart-boost canvas'), "
        "d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0; "
        "for (let i = 0; i < d.length; i += 4) if (d[i + 2] > 150 && d[i] < 60 && d[i + 3] > 200) n++; return n; })()"
    )
    assert curve > 100, "the chosen player's boost is drawn"


@pytest.mark.browser
def test_what_players_write_stays_text(written, read_report):
    rows = [row | {"name": EVIL} for row in made.players()]
    given = made.game(changes={"title": EVIL, "blue_name": EVIL}, players=REPLAY_PLAYERS.from_rows(rows))
    files = build_game_page(given)
    page = read_report(written(files))
    page.until("document.documentElement.dataset.ready === 'yes'")
    assert page.page.evaluate("window.pwned") is None and not page.complaints
    assert EVIL in page.page.inner_text("h1")
    assert "window.pwned" in paper(files)


@pytest.mark.browser
@pytest.mark.parametrize(
    "build", [lambda: build_game_page(made.api_game("de")), lambda: build_player_page(made.career())]
)
def test_pages_without_a_script_fit_a_phone(written, read_report, build):
    page = read_report(written(build()), width=390)
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth") and not page.complaints


def test_a_long_game_of_six_is_a_small_page():
    """Six minutes of six players at 30 frames a second, on ways that do not repeat."""
    import pyarrow as pa

    chance, frames = np.random.default_rng(1), 360 * 30
    at = np.arange(frames) / 30

    def way(n: int) -> np.ndarray:
        return np.clip(np.cumsum(chance.normal(0, 40, (n, frames)), 1), -4000, 4000)

    def table(contract, columns: dict) -> pa.Table:
        n = len(columns["time_s"])
        fields = contract.schema()
        arrays = [pa.array(columns.get(name, [None] * n), fields.field(name).type) for name in contract.names]
        return pa.table(arrays, schema=fields)

    x, y, z = way(3)
    base = {"frame": np.arange(frames), "time_s": at, "in_play": np.full(frames, True)}
    text = {"state": ["detected"] * frames, "tracker": ["made"] * frames}
    ball = table(REPLAY_BALL_TRAJECTORY, {**base, **text, "x": x, "y": y, "z": z, "speed": np.abs(z)})
    cars = []
    for number in range(6):
        x, y, z = way(3)
        more = {"speed_uu_s": np.abs(x) / 2, "yaw_rad": y / 1000, "boost": np.abs(z) / 40}
        player = {"player": np.full(frames, number), "x_uu": x, "y_uu": y, "z_uu": z, **more}
        cars.append(table(REPLAY_PLAYER_FRAMES, {**base, **player}))
    people = [made.players()[0] | {"player": n, "team": "blue" if n < 3 else "orange"} for n in range(6)]
    given = made.game(ball=ball, frames=pa.concat_tables(cars), players=REPLAY_PLAYERS.from_rows(people))
    assert build_game_page(given).bytes < 1_000_000


@pytest.mark.parametrize("build", [lambda: build_game_page(made.game("de")), lambda: build_player_page(made.career())])
def test_the_same_input_gives_the_same_bytes(build):
    assert build().files == build().files


def test_the_paper_has_the_game():
    text = paper(build_game_page(made.game()))
    for part in ("Blue 1:2 Orange", "90 km/h", "Boost used, boost/min", "Kickoffs", "Where they were", "page 1 of"):
        assert part in text, part
    german = paper(build_game_page(made.api_game("de")))
    assert "Der Verlauf dieses Spiels ist nicht bekannt" in german and "Boost verbraucht" in german


def test_no_page_of_the_paper_has_numbers_without_names():
    from pypdf import PdfReader

    pages = [page.extract_text() for page in PdfReader(BytesIO(build_game_page(made.game()).files[PDF_FILE])).pages]
    tables = [text for text in pages if "Share of time" in text]
    assert len(tables) > 1 and all(name in text for text in tables for name in made.NAMES)


def test_the_page_links_to_its_players_own_pages():
    links = {2: "../players/three.html"}
    page = build_game_page(made.game(player_links=links)).files["report.html"].decode()
    assert re.findall(r'<a class="free" href="([^"]+)">Orange One</a>', page) == ["../players/three.html"] * 6
