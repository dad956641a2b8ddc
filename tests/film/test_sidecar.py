"""A sidecar's faults are told by name; its fingerprint is of what it says."""

import pytest

from gametape.base.errors import BadInput
from gametape.film.sidecar import Sidecar, parse_sidecar


def test_what_is_said_is_read():
    said = parse_sidecar(b"title: Final\nsport: table tennis\nplayers: [{name: Ana, number: 7}]\n", "match.yaml")
    assert (said.title, said.sport, said.players[0].number) == ("Final", "table tennis", "7")


def test_yaml_and_json_that_say_the_same_are_the_same():
    yaml, json = parse_sidecar(b"title: A\n# hello\n", "m.yml"), parse_sidecar(b'{"title": "A"}', "m.json")
    assert yaml.fingerprint() == json.fingerprint() != Sidecar().fingerprint()


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
        (b"owner: !!python/object/apply:os.system ['true']", "match.yaml", "is not valid YAML"),
    ],
)
def test_a_fault_names_the_file_and_the_key(raw, name, told):
    with pytest.raises(BadInput) as error:
        parse_sidecar(raw, name)
    assert str(error.value).startswith(name) and told in str(error.value)


def test_windows_notepad_byte_order_mark_is_no_fault():
    assert parse_sidecar(b"\xef\xbb\xbftitle: A", "m.yaml").title == "A"


def test_what_comes_first_does_not_change_what_comes_out():
    """Whoever takes the first look out of the sidecar afterwards must not have the film made again."""
    quick = parse_sidecar(b"analysis: quick\ntitle: Final", "match.yaml")
    assert quick.analysis == "quick" and quick.fingerprint() == Sidecar(title="Final").fingerprint()
