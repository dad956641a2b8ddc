"""A sidecar's faults are told by name; its fingerprint is of what it says."""

import json
from random import Random

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gametape.base.errors import BadInput
from gametape.film.sidecar import Sidecar, parse_sidecar, readable_part


def test_what_is_said_is_read():
    said = parse_sidecar(b"title: Final\nsport: table tennis\nplayers: [{name: Ana, number: 7}]\n", "match.yaml")
    assert (said.title, said.sport, said.players[0].number) == ("Final", "table tennis", "7")


def test_yaml_and_json_that_say_the_same_are_the_same():
    yaml, json = parse_sidecar(b"title: A\n# hello\n", "m.yml"), parse_sidecar(b'{"title": "A"}', "m.json")
    assert yaml.fingerprint() == json.fingerprint() != Sidecar().fingerprint()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"trim_start_s: 60\ntrim_end_s: 30\nsample_rate_hz: 5\ntitel: A", {"sample_rate_hz": 5}),
        (b"trim_start_s: 20\ntrim_end_s: 30\ntitle: A", {"trim_start_s": 20, "trim_end_s": 30}),
        (b"trim_start_s: soon\ntrim_end_s: 30", {"trim_end_s": 30}),
        (b"presenter: {process_fps: 5, zones: {a: 1}}", {"presenter": {"process_fps": 5}}),
        (b"presenter: 5\nmode: presenter", {"mode": "presenter"}),
        (b"- trim_end_s", {}),
        (b"trim_end_s: [", {}),
    ],
    ids=["trim against itself", "good", "one bad", "a key in a key", "no keys", "a list", "no YAML"],
)
def test_of_a_faulty_sidecar_what_contradicts_nothing_is_read(raw, said):
    wanted = {"trim_start_s", "trim_end_s", "sample_rate_hz", "mode", "presenter.process_fps"}
    assert readable_part(raw, "m.yaml", wanted) == Sidecar.model_validate(said)


def test_an_empty_file_says_nothing():
    assert parse_sidecar(b"", "m.yaml") == Sidecar()


@pytest.mark.parametrize(
    ("raw", "name", "told"),
    [
        (b"titel: Final", "match.yaml", "unknown key 'titel'"),
        (b"trim_start_s: -4", "match.yaml", "'trim_start_s'"),
        (b"trim_start_s: 9\ntrim_end_s: 4", "match.yaml", "greater than trim_start_s"),
        (b"players: [{colour: red}]", "match.yaml", "players.0.colour"),
        (
            b"goals: [{metric: head_stabillity, at_most: 1}]",
            "m.yaml",
            "unknown metric 'head_stabillity' (known: duration, ",
        ),
        (b"goals: [{metric: fps}]", "m.yaml", "fps: give either at_most or at_least"),
        (b"goals: [{metric: fps, at_most: 1, at_least: 2}]", "m.yaml", "give either at_most or at_least"),
        (b"goals: [{metric: fps, at_most: .nan}]", "m.yaml", "goals.0.at_most"),
        (b"a: [1, 2", "match.yaml", "is not valid YAML"),
        (b"{", "match.json", "is not valid JSON"),
        ("title: Grün".encode("latin-1"), "match.yaml", "is not UTF-8 text"),
        (b"- a\n- b", "match.yaml", "must hold keys and values"),
        (b"title: A\nsport: golf\ntitle: B", "m.yaml", "'title' comes twice: line 3 column 1"),
        (b'{"title": "A", "title": "B"}', "m.json", "'title' comes twice"),
        (rb'title: "a\0"', "m.yaml", "'title': holds U+0000"),
        (rb'title: "\ud800"', "m.yaml", "'title': holds U+D800"),
        (rb'{"players": [{"name": "\ud83d"}]}', "m.json", "'players.0.name': holds U+D83D"),
        (rb'"\ud800": 1', "m.yaml", "'a key': holds U+D800"),
        (b"title: 2020-13-45", "m.yaml", "a value in it cannot be read (ValueError: month must be in 1..12)"),
        (b"title: !!bool x", "m.yaml", "a value in it cannot be read (KeyError"),
        (b"title: !!timestamp x", "m.yaml", "a value in it cannot be read (AttributeError"),
        (b"[" * 20_000, "m.yaml", "lists in lists, too deep"),
        (b"[" * 200_000, "m.json", "lists in lists, too deep"),
        (b"trim_end_s: " + b"9" * 5000, "m.yaml", "a value in it cannot be read (ValueError: Exceeds the limit"),
        (b"owner: !!python/object/apply:os.system ['true']", "match.yaml", "is not valid YAML"),
    ],
)
def test_a_fault_names_the_file_and_the_key(raw, name, told):
    with pytest.raises(BadInput) as error:
        parse_sidecar(raw, name)
    assert str(error.value).startswith(name) and told in str(error.value)


def test_a_list_that_is_named_a_million_times_is_read_once():
    lists = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10) if n else 'x'}]" for n in range(12))
    with pytest.raises(BadInput, match="unknown key 'a0'"):
        parse_sidecar(lists.encode(), "m.yaml")


PIECES = (
    "&a", "*a", "<<: *a", "!!bool x", "!!int x", "!!binary x", "!!timestamp 1", "2020-13-45", ".nan", "1e999", "12:30:45", "~",
    "[" * 900, "{", '"\\ud800"', '"\\0"', "? x", "|", "%YAML 9", "---\n", "\t", "'", ": ", "#", "\u2028", "\ufeff", "\x85", "0o9",
)  # fmt: skip
WHOLE = """title: Final
sport: tennis
camera: {view: behind, calibration: [{at: net_centre_top, x: 1, y: 2}, {ground_x_m: 1, ground_y_m: 2, x: 3, y: 4}]}
players: [{name: A, number: 7, jersey_color: '#c8102e', height_m: 1.8, clicks: [{t: 1, x: 0.5, y: 0.5}]}]
trim_end_s: 9
goals: [{metric: head_stability, at_most: 3}]
"""


@settings(max_examples=120, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(["m.yaml", "m.json"]))
def test_whatever_is_written_is_read_or_refused_in_words(chance: Random, name: str):
    chars = list(WHOLE if name.endswith("yaml") else json.dumps(yaml.safe_load(WHOLE)))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(chars))
        put = chance.choice([chance.choice(PIECES), chr(chance.randrange(0x110000)), "", "".join(chars[at : at + 40])])
        chars[at : at + chance.randint(0, 6)] = put
    try:
        read = parse_sidecar("".join(chars).encode("utf-8", "surrogatepass"), name)
    except BadInput as error:
        str(error).encode()
    else:
        assert Sidecar.model_validate_json(read.model_dump_json()) == read and read.fingerprint()


def test_windows_notepad_byte_order_mark_is_no_fault():
    assert parse_sidecar(b"\xef\xbb\xbftitle: A", "m.yaml").title == "A"


def test_what_comes_first_does_not_change_what_comes_out():
    """Whoever takes the first look out of the sidecar afterwards must not have the film made again."""
    quick = parse_sidecar(b"analysis: quick\ntitle: Final", "match.yaml")
    assert quick.analysis == "quick" and quick.fingerprint() == Sidecar(title="Final").fingerprint()


def accepted(text: str) -> bool:
    try:
        parse_sidecar(text.encode(), "match.yaml")
    except BadInput:
        return False
    return True


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        # The bounds themselves, and the nearest values beyond them.
        (["players: [{number: 0}]", "players: [{number: 999}]", 'players: [{number: "07"}]'],
         ["players: [{number: 1000}]", 'players: [{number: "7a"}]', 'players: [{number: ""}]', "players: [{number: true}]"]),
        (['players: [{jersey_color: "#0a1B2c"}]'], ['players: [{jersey_color: "#0a1B2"}]', 'players: [{jersey_color: "#0a1B2g"}]']),
        (['players: [{opponent_color: "#ffffff"}]'], ['players: [{opponent_color: "#fffffff"}]']),
        (["players: [{height_m: 0.51}]", "players: [{height_m: 2.59}]"], ["players: [{height_m: 0.5}]", "players: [{height_m: 2.6}]"]),
        (["players: [{clicks: [{t: 0, x: 0, y: 1}]}]"],
         ["players: [{clicks: [{t: -0.01, x: 0, y: 1}]}]", "players: [{clicks: [{t: 0, x: -0.01, y: 1}]}]",
          "players: [{clicks: [{t: 0, x: 1.01, y: 1}]}]", "players: [{clicks: [{t: 0, x: 0, y: 1.01}]}]"]),
        (["trim_start_s: 0"], ["trim_start_s: -0.01"]),
        (["trim_end_s: 0.01"], ["trim_end_s: 0"]),
        (["trim_start_s: 4\ntrim_end_s: 4.01"], ["trim_start_s: 4\ntrim_end_s: 4"]),
        (["sample_rate_hz: 0.01"], ["sample_rate_hz: 0"]),
        (["sport: table_tennis", "sport: ' Tennis'", "mode: Serve"], ["sport: 4x4", "sport: ''", "mode: _serve"]),
    ],
)  # fmt: skip
def test_each_bound_holds_just_inside_and_not_just_outside(inside, outside):
    assert [text for text in inside if not accepted(text)] == []
    assert [text for text in outside if accepted(text)] == []


POINT = "{x: 1, y: 2, %s}"
COURT = "sport: tennis\ncamera: {motion: fixed, calibration: [%s]}"


@pytest.mark.parametrize(
    ("point", "told"),
    [
        ("at: near_left_singles_corner", None),
        ("ground_x_m: 0, ground_y_m: 0", None),
        ("ground_x_m: 0, ground_y_m: 0, height_m: 0.9", None),
        ("height_m: 1", "give either at"),
        ("ground_x_m: 0", "give either at"),
        ("ground_y_m: 0", "give either at"),
        ("at: near_left_singles_corner, ground_x_m: 0", "give either at"),
        ("at: near_left_singles_corner, height_m: 0.1", "leave out height_m"),
        ("at: nowhere", "no point 'nowhere'"),
        ("ground_x_m: .inf, ground_y_m: 0", "ground_x_m"),
    ],
)
def test_a_mark_names_one_place(point, told):
    text = (COURT % (POINT % point)).encode()
    if told is None:
        assert len(parse_sidecar(text, "match.yaml").camera.calibration) == 1
        return
    with pytest.raises(BadInput, match=told):
        parse_sidecar(text, "match.yaml")


def test_points_need_a_court_that_has_them():
    text = COURT.replace("sport: tennis\n", "") % (POINT % "at: near_left_singles_corner")
    with pytest.raises(BadInput, match=r"say camera\.court"):
        parse_sidecar(text.encode(), "match.yaml")
    with pytest.raises(BadInput, match="unknown court 'moon'"):
        parse_sidecar(b"camera: {court: moon}", "match.yaml")


def test_a_fault_in_yaml_is_where_it_says():
    with pytest.raises(BadInput, match=r"line 2 column 9"):
        parse_sidecar(b"title: A\nsport: x: y", "match.yaml")
    with pytest.raises(BadInput, match=r"byte 2\b"):
        parse_sidecar("a:ü".encode("latin-1"), "match.yaml")
    with pytest.raises(BadInput, match=r"unknown key 'camera.zoom'$|unknown key 'camera.zoom'\."):
        parse_sidecar(b"camera: {zoom: 2}", "match.yaml")


def test_a_fingerprint_is_twelve_digits_and_of_the_values():
    one, other = Sidecar(title="A").fingerprint(), Sidecar(title="B").fingerprint()
    assert one != other and len(one) == 12 and int(one, 16) >= 0


def test_nothing_said_of_a_key_is_no_fault():
    given = parse_sidecar(b"language:\ncamera: {court:}\nplayers: [{name:}]", "match.yaml")
    assert given.language is None and given.camera.court is None


def test_a_marks_place_in_the_picture_is_finite():
    for axes in ("x: .inf, y: 2", "x: 1, y: .inf"):
        with pytest.raises(BadInput, match="finite"):
            parse_sidecar((COURT % f"{{at: near_left_singles_corner, {axes}}}").encode(), "match.yaml")


@pytest.mark.parametrize("text", ["sport: 4x4", "players: [{number: x}]", "players: [{jersey_color: red}]"])
def test_no_message_shows_a_pattern(text: str):
    with pytest.raises(BadInput) as error:
        parse_sidecar(text.encode(), "m.yaml")
    assert "must be" in str(error.value) and not {"^", "$"} & set(str(error.value))


def test_a_sport_is_taken_in_any_case():
    assert parse_sidecar(b"sport: Tennis", "m.yaml") == parse_sidecar(b"sport: tennis", "m.yaml")


def test_a_sidecar_has_a_hash_whatever_it_holds():
    """Partition sets are kept by it, with the rules that they were read with."""
    zones = {"board": [[0, 0], [0.5, 0], [0.5, 1]]}
    known, other = Sidecar(presenter={"zones": zones}), Sidecar()
    assert hash(known) == hash(Sidecar(presenter={"zones": zones})) and len({known, other}) == 2
