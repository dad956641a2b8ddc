"""What an edit makes stale: exactly the assets that use what was edited, of the films that it concerns."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gametape
from assets.versions import CHOICES
from gametape.base.versions import PLUMBING, Code
from gametape.film.sidecar import Sidecar
from orchestration.definitions import defs
from resources.film_rules import RULES, rules_of
from resources.graph import Graph, Materialized, input_mark, to_compute
from resources.partitions import GAMERS, REPLAYS, VIDEOS
from tests.orchestration.edits import EDITS, FILMS, OTHERWISE, SETTINGS

ROOT = Path(gametape.__file__).parents[1]
#: Versions of each asset as a new process finds them in the current folder, after each edit that it reads.
PROGRAM = """
import functools, gc, json, sys
from pathlib import Path
import assets
from assets.versions import CHOICES
from gametape.base.versions import Code
from gametape.film.sidecar import Sidecar
from resources.film_rules import RULES, version_today

def versions(scopes):
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper):
            one.cache_clear()
    code, found = Code(Path("gametape").resolve(), Path("versions.json").resolve()), {}
    for name, (function, choice) in CHOICES.items():
        file = Path(function.__code__.co_filename)
        found[name] = code.version(file, name, choice.values, choice.without, choice.alone)
    return [found, {film: {one: version_today(one, last) for one, last in of.items()} for film, of in scopes.items()}]

assets.modules()
given = json.load(sys.stdin)
for name, edit in given["edits"].items():
    file = Path(edit[0]) if edit else None
    before = file.read_text("utf-8") if file else None
    if file:
        file.write_text(edit[1], "utf-8")
    print(json.dumps([name, *versions(given["scopes"])]))
    if file:
        file.write_text(before, "utf-8")
"""
GRAPH = Graph.of(defs, VIDEOS)


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the code, whose files a test may change."""
    root = tmp_path_factory.mktemp("copy")
    for folder in ("gametape", "assets", "resources", "models"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def rules_versions(sidecar: Sidecar) -> dict[str, str]:
    return {asset: rules_of(asset, sidecar)[1] for asset in RULES}


def ask(copy: Path, edits: dict[str, list | None], **environment: str) -> dict[str, list]:
    """For each edit the code versions, and each film's versions of rules."""
    given = {"edits": edits, "scopes": {film: rules_versions(sidecar) for film, sidecar in FILMS.items()}}
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GAMETAPE_", "PYTHONDONT"))}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=json.dumps(given), cwd=copy, capture_output=True, text=True,
        env={**clean, "PYTHONPATH": str(copy), **environment},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return {name: versions for name, *versions in map(json.loads, run.stdout.splitlines())}


@pytest.fixture(scope="module")
def edited(copy) -> dict[str, list]:
    """The versions after each edit, and under "" without one."""
    edits: dict[str, list | None] = {"": None}
    for name, (file, edit, _, _) in EDITS.items():
        text = (copy / file).read_text("utf-8")
        edits[name] = [file, edit(text)]
        assert edits[name][1] != text, name
    return ask(copy, edits)


def made_of(film: str, versions: list) -> dict[str, Materialized]:
    """A film's materializations by these versions."""
    code, rules = versions
    data = {asset: rules[film].get(asset, f"{asset} of {film}") for asset in GRAPH.assets}
    return {
        asset: Materialized.of(code[asset], data[asset], {parent: input_mark(data[parent]) for parent in parents})
        for asset, parents in GRAPH.parents.items()
    }


def stale(film: str, before: list, after: list) -> frozenset[str]:
    """What the status lists of a film that was made with other versions."""
    today = {asset: {before[1][film][asset]: after[1][film][asset]}.get for asset in RULES}
    return to_compute(Graph(GRAPH.parents, after[0], today=today), made_of(film, before))


def with_what_follows(roots: set[str]) -> set[str]:
    found = set(roots)
    for asset, parents in GRAPH.parents.items():
        if found & set(parents):
            found.add(asset)
    return found


@pytest.mark.parametrize("name", EDITS)
def test_what_an_edit_makes_stale_of_which_films(edited, name):
    _, _, roots, films = EDITS[name]
    others = OTHERWISE.get(name, {})
    expected = {film: with_what_follows(roots if film in films else others.get(film, set())) for film in FILMS}
    assert {film: stale(film, edited[""], edited[name]) for film in FILMS} == expected


@pytest.mark.parametrize("name", SETTINGS)
def test_what_a_setting_makes_stale_of_which_films(copy, edited, name):
    environment, roots, films = SETTINGS[name]
    after = ask(copy, {"": None}, **environment)[""]
    expected = {film: with_what_follows(roots) if film in films else set() for film in FILMS}
    assert {film: stale(film, edited[""], after) for film in FILMS} == expected


@pytest.mark.parametrize(
    ("file", "asset"),
    [
        ("models/ball/ball.onnx", "ball_trajectory"),
        ("models/ball_events/weights.npz", "ball_events"),
        ("models/ball_events/without_bounces.npz", "ball_events"),
    ],
)
def test_other_weights_make_what_they_compute_stale(copy, edited, file, asset):
    weights = (copy / file).read_bytes()
    (copy / file).write_bytes(weights + b"\0")
    try:
        after = ask(copy, {"": None})[""]
    finally:
        (copy / file).write_bytes(weights)
    assert {film: stale(film, edited[""], after) for film in FILMS} == dict.fromkeys(FILMS, with_what_follows({asset}))


@pytest.mark.parametrize("scope", ["as it was", "another"], ids=["title", "trim"])
def test_what_a_sidecar_makes_stale(edited, scope):
    made = made_of("tennis", edited[""])
    same = made["analysis_scope"].data
    expected = {"sidecar": "another", "analysis_scope": same if scope == "as it was" else scope}
    again = to_compute(Graph(GRAPH.parents, edited[""][0]), made, expected=expected, code=False)
    changed, pictures = {"sidecar"}, {"frames", "ball_trajectory", "pose_estimates"}
    assert again == with_what_follows(changed if scope == "as it was" else changed | {"analysis_scope"})
    assert again & pictures == (set() if scope == "as it was" else pictures)


def test_what_a_sidecar_says_of_other_things_makes_no_clip_stale():
    """A note or a goal did, as long as clips took the film's title from the sidecar itself: it is in their spans."""
    assert "sidecar" in GRAPH.parents["clip_spans"] and "sidecar" not in GRAPH.parents["clips"]


def test_every_asset_has_a_version_of_its_own(edited):
    assert set(GRAPH.assets) <= set(CHOICES)
    elsewhere = {asset: edited[""][0][asset] for asset in GRAPH.assets}
    assert dict(GRAPH.code_versions) == elsewhere, "the same in another process and place"
    assert len(set(elsewhere.values())) == len(elsewhere)


def test_what_is_left_out_by_name_exists(copy):
    code = Code(copy / "gametape", copy / "versions.json")
    named = {name for _, choice in CHOICES.values() for name in (*choice.without, *choice.alone)}
    assert [name for name in (*PLUMBING, *named) if not code.has(name)] == []


#: What reads the sports' files or the words of reports, and the asset of rules whose data version tells what it reads.
READERS = {
    "gametape.sports.load.stroke_rules_for": "stroke_rules",
    "gametape.sports.load.limits_for": "limits",
    "gametape.sports.load.texts_for": "coaching_texts",
    "gametape.sports.load.limited_sports": "report_words",
    "gametape.sports.courts.court_of": "courts",
    "gametape.sports.courts.ball_bounces": "courts",
    "gametape.report.words.phrases": "report_words",
}


def test_whatever_reads_rules_has_them_as_an_input(copy):
    specs = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}
    parents = {name: {dep.asset_key.to_user_string() for dep in spec.deps} for name, spec in specs.items()}
    code = Code(copy / "gametape", copy / "versions.json")
    for asset in CHOICES.keys() & specs.keys():  # other tests' own code locations register their assets too
        function, choice = CHOICES[asset]
        if specs[asset].partitions_def in (REPLAYS.definition, GAMERS.definition):
            continue  # no sport's rules hold for them, and the words of their pages are their code
        file = copy / Path(function.__code__.co_filename).relative_to(ROOT)
        parts = code.parts(file, asset, choice.without, choice.alone)
        assert {rules for reader, rules in READERS.items() if reader in parts} <= parents[asset], asset
        assert not [part for part in parts if part.startswith(("gametape/sports", "gametape/report/languages"))], asset
