"""The published schema of the sidecar is that of the model, and says yes and no as the model does."""

import json

import jsonschema
import pytest
import yaml
from pydantic import ValidationError

from gametape.film.sidecar import Sidecar
from gametape.film.sidecar_schema import PUBLISHED, as_text, sidecar_schema


def test_the_published_schema_is_the_models():
    assert PUBLISHED.read_text("utf-8") == as_text(), "run: python -m gametape.film.sidecar_schema"


GOOD = (
    "{}",
    "sport: tennis\nmode: serve\ncamera: {view: side, motion: fixed}\nplayers: [{name: Ana, number: 7}]",
    "sport: kabaddi",
    "players: [{number: '07', clicks: [{t: 1.5, x: 0.5, y: 0.5}]}]",
    "goals: [{metric: head_stability, at_most: 0.35}]\nlanguage: de\nanalysis: quick",
    "camera: {court: tennis}",
)
BAD = (
    "titel: A typing error",
    "language: xx",
    "camera: {view: above}",
    "camera: {court: moon}",
    "goals: [{metric: happiness, at_most: 1}]",
    "players: [{number: seven}]",
    "trim_start_s: -1",
    "sport: 7",
)


@pytest.mark.parametrize("text", GOOD)
def test_what_the_model_takes_the_schema_takes(text: str):
    content = yaml.safe_load(text)
    Sidecar.model_validate(content)
    jsonschema.validate(json.loads(json.dumps(content)), sidecar_schema())


@pytest.mark.parametrize("text", BAD)
def test_what_the_model_refuses_the_schema_refuses(text: str):
    content = yaml.safe_load(text)
    with pytest.raises(ValidationError):
        Sidecar.model_validate(content)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(content, sidecar_schema())


def test_sports_and_metrics_are_offered():
    schema = sidecar_schema()
    assert "tennis" in schema["properties"]["sport"]["anyOf"][0]["enum"]
    assert "serve" in schema["properties"]["mode"]["anyOf"][0]["enum"]
    assert "head_stability" in schema["$defs"]["Goal"]["properties"]["metric"]["enum"]
