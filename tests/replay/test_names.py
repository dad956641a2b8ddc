"""Names of arenas and cars are those that ballchasing.com's answers have."""

import json
from pathlib import Path

import pytest

from gametape.replay.names import arena_name, car_name


def parts(value: object) -> list[dict]:
    """Every object in a JSON value."""
    if isinstance(value, list):
        return [one for part in value for one in parts(part)]
    return [value, *(one for part in value.values() for one in parts(part))] if isinstance(value, dict) else []


def test_names_are_ballchasings(shared: Path):
    told = [
        one
        for file in (shared / "data" / "replays" / "api").glob("*.json")
        for one in parts(json.loads(file.read_text()))
    ]
    arenas = {(one["map_code"], one["map_name"]) for one in told if one.get("map_name")}
    cars = {(one["car_id"], one["car_name"]) for one in told if one.get("car_name")}
    assert len(arenas) > 20 and len(cars) >= 8
    assert [(code, name) for code, name in sorted(arenas) if arena_name(code) != name] == []
    assert [(body, name) for body, name in sorted(cars) if car_name(body) != name] == []


@pytest.mark.parametrize("nothing", [None, "", "made_up_p"])
def test_what_is_not_known_has_no_name(nothing: str | None):
    assert arena_name(nothing) is None and car_name(None) is None
