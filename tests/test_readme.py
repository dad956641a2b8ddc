"""The README is short enough to be read, and what it promises is there."""

import re

from gametape.film.sidecar import parse_sidecar
from tests.docs.pages import PROJECT, read

README = read(PROJECT / "README.md")


def test_it_can_be_read_in_three_minutes():
    assert len(README.split()) <= 600


def test_its_sidecar_is_accepted():
    (example,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert parse_sidecar(example.encode(), "match.yaml").goals


def test_it_leads_to_every_page():
    pages = {f"docs/{page.name}" for page in PROJECT.glob("docs/*.md")} - {"docs/index.md", "docs/experiments.md"}
    linked = set(re.findall(r"\]\((docs/[\w-]+\.md)", README))
    assert pages <= linked, pages - linked
