"""The README says what is so."""

import re
from pathlib import Path

from typer.testing import CliRunner

from gametape.base.settings import as_markdown
from gametape.exports.folder import FORMATS
from gametape.film.sidecar import parse_sidecar
from gametape.sports.load import metric_names
from orchestration.cli import app
from orchestration.definitions import defs

PROJECT = Path(__file__).resolve().parents[1]
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_table():
    told = re.search(r"<!-- settings -->\n(.*?)\n<!-- /settings -->", README, re.DOTALL)
    assert told and told[1] == as_markdown(), "run: python -m tests.test_readme"


def test_every_command_exists():
    known = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).output
    for command in set(re.findall(r"`gametape (\w+)", README)) | set(re.findall(r"bin/gametape (\w+)", README)):
        assert re.search(rf"\b{command}\b", known), command


def test_every_sidecar_in_it_is_read():
    for example in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL):
        assert parse_sidecar(example.encode(), "match.yaml").sport == "tennis"


def test_every_export_format_is_told():
    told = re.search(r"\| format \| \|\n(.*?)\n\n", README, re.DOTALL)
    assert told and all(f"`{name}`" in told[1] for name in FORMATS)


def test_the_graph_names_every_asset():
    graph = re.search(r"```\nuploads/(.*?)```", README, re.DOTALL)
    known = {key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()}
    assert graph and known <= set(re.findall(r"\w+", graph[1]))


def test_every_metric_is_defined():
    told = (PROJECT / "docs/metrics.md").read_text(encoding="utf-8")
    angles = re.compile(r"(left|right)_(knee|elbow|hip|shoulder)_(min|max|range|median)")  # told as one row
    assert not [name for name in metric_names() if f"`{name}`" not in told and not angles.fullmatch(name)]


def test_every_link_into_the_project_leads_somewhere():
    for page in [PROJECT / "README.md", *PROJECT.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


if __name__ == "__main__":
    filled = re.sub(
        r"(<!-- settings -->\n).*?(<!-- /settings -->)",
        lambda found: f"{found[1]}{as_markdown()}\n{found[2]}",
        README,
        flags=re.DOTALL,
    )
    (PROJECT / "README.md").write_text(filled, encoding="utf-8")
