"""The documentation says what is so: nothing is left out, and every name, path and link in it exists."""

import re
import types
import typing
from pathlib import Path

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from gametape.base.settings import as_markdown
from gametape.exports.folder import FORMATS
from gametape.film.sidecar import CalibrationPoint, Sidecar
from gametape.sports.load import metric_names
from gametape.tables import TABLES
from orchestration.cli import app
from orchestration.definitions import defs
from tests.docs.graph import drawn
from tests.docs.pages import GRAPH, PAGES, PROJECT, SETTINGS, anchors, between, prose, read

DOCS = PROJECT / "docs"
FOLDERS = ("gametape", "assets", "resources", "sensors", "orchestration", "benchmarks", "docs", "tests", "models")
FILES = ("Makefile", "LICENSE", ".ci/", ".github/")
by_name = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def test_the_table_of_settings_is_the_settings():
    assert between(SETTINGS, "settings") == as_markdown(), "run: python -m tests.docs.pages"


def keys(model: type[BaseModel], before: str = "") -> set[str]:
    """The dotted keys of a model and of the models in it."""
    found = set()
    for name, field in model.model_fields.items():
        found.add(before + name)
        for part in parts(field.annotation):
            found |= keys(part, f"{before}{name}.")
    return found


def parts(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return [annotation] if issubclass(annotation, BaseModel) and annotation is not CalibrationPoint else []
    return [part for inner in typing.get_args(annotation) for part in parts(inner)]


def first_cells(table: str) -> set[str]:
    rows = [line for line in table.splitlines() if line.startswith("|")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


def test_every_key_of_the_sidecar_has_a_row_and_no_row_is_of_no_key():
    table = re.search(r"^\| key \|.*?\n\n", read(DOCS / "own-film.md"), re.DOTALL | re.MULTILINE)[0]
    rows = first_cells(table)
    assert rows == keys(Sidecar) - {"camera"}


def test_every_key_of_a_mark_has_a_row():
    table = re.search(r"^\| key \|.*?\n\n", read(DOCS / "calibration.md"), re.DOTALL | re.MULTILINE)[0]
    assert first_cells(table) == set(CalibrationPoint.model_fields)


def test_every_export_format_has_a_row():
    assert first_cells(between(DOCS / "exports.md", "formats")) == set(FORMATS)


def test_every_metric_is_defined():
    defined = read(DOCS / "metrics.md")
    angles = re.compile(r"(left|right)_(knee|elbow|hip|shoulder)_(min|max|range|median)")  # one row for all
    assert not [name for name in metric_names() if f"`{name}`" not in defined and not angles.fullmatch(name)]


def test_every_table_is_on_the_page_for_analysts():
    assert not [name for name in TABLES if f"`{name}`" not in read(DOCS / "sql.md")]


def test_the_picture_of_the_assets_is_the_graph():
    assert read(GRAPH) == drawn(), "run: python -m tests.docs.pages"


def test_every_sensor_has_a_row():
    rows = first_cells(re.search(r"^\| sensor \|.*?\n\n", read(DOCS / "operating.md"), re.DOTALL | re.MULTILINE)[0])
    assert {sensor.name for sensor in defs.sensors} <= rows


def test_every_command_is_described_and_no_other():
    known = set(
        re.findall(r"^│ (\w+)", CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output, re.MULTILINE)
    )
    told = {name for page in PAGES for name in re.findall(r"(?:`|bin/)gametape (\w+)", read(page))}
    assert told <= known
    assert known - told <= {"prepare", "demo", "sample"}  # prepare is done by itself; the others are for developers


@by_name
def test_every_link_leads_somewhere(page: Path):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        to = (page.parent / path).resolve() if path else page
        assert to.exists(), target
        if anchor:
            assert anchor in anchors(to), f"{target}: there is {sorted(anchors(to))}"


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_links_of_the_site_stay_in_it(page: Path):
    """The site is built from docs/ alone."""
    assert not re.findall(r"\]\(\.\./[^)]*\)", prose(page))


@by_name
def test_every_path_exists(page: Path):
    if page.name == "CHANGELOG.md":  # it tells of what was
        return
    for token in set(re.findall(r"`([\w./*-]+)`", prose(page))):
        is_path = token.startswith(tuple(f"{folder}/" for folder in FOLDERS)) or token.startswith(FILES)
        is_path = is_path or (re.fullmatch(r"[\w-]+\.(toml|yaml|md|txt)", token) and (PROJECT / token).exists())
        if is_path:
            assert list(PROJECT.glob(token.rstrip("/"))), f"{page.name}: {token}"


def test_every_page_is_in_the_sites_menu():
    import tomllib

    config = tomllib.loads(read(PROJECT / "zensical.toml"))
    listed = re.findall(r"'([\w-]+\.md)'", str(config["project"]["nav"]))
    assert sorted(listed) == sorted(page.name for page in DOCS.glob("*.md"))


def test_the_picture_of_the_packages_names_every_package():
    drawn = set(re.findall(r">([\w/]+)<", read(DOCS / "images" / "packages.svg")))
    packages = {path.parent.name for path in PROJECT.glob("gametape/*/__init__.py")}
    assert packages <= drawn, packages - drawn
