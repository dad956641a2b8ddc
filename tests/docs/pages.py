"""The pages of the documentation, their code blocks and their generated parts.

`python -m tests.docs.pages` fills the generated parts in again.
"""

import re
from pathlib import Path

from gametape.base.settings import as_markdown
from tests.docs.graph import drawn

PROJECT = Path(__file__).resolve().parents[2]
PAGES = sorted([*PROJECT.glob("docs/*.md"), *PROJECT.glob("*.md")])
SETTINGS = PROJECT / "docs" / "settings.md"
GRAPH = PROJECT / "docs" / "images" / "assets.svg"


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(language: str) -> list[tuple[str, str]]:
    """(label, text) of each fenced block of a language, its indentation taken off."""
    found = []
    for page in PAGES:
        fences = re.finditer(rf"^( *)```{language}\n(.*?)^ *```$", read(page), re.DOTALL | re.MULTILINE)
        for number, fence in enumerate(fences, 1):
            text = re.sub(rf"^{fence[1]}", "", fence[2], flags=re.MULTILINE)
            found.append((f"{page.name} {number}", text))
    return found


def prose(page: Path) -> str:
    """The page without its code blocks."""
    return re.sub(r"^ *```.*?^ *```$", "", read(page), flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """What `page.md#…` may end in, as the site and GitHub make it of headings."""
    made = set()
    for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        made.add(re.sub(r"[\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip()))
    return made


def between(page: Path, mark: str) -> str:
    """The text between `<!-- mark -->` and `<!-- /mark -->`."""
    found = re.search(rf"<!-- {mark} -->\n(.*?)\n?<!-- /{mark} -->", read(page), re.DOTALL)
    assert found, f"{page.name} has no part {mark}"
    return found[1]


def fill() -> None:
    """Write the generated parts."""
    text = read(SETTINGS)
    before, _, after = text.partition("<!-- settings -->\n")
    after = after[after.index("<!-- /settings -->") :]
    SETTINGS.write_text(f"{before}<!-- settings -->\n{as_markdown()}\n{after}", encoding="utf-8")
    GRAPH.write_text(drawn(), encoding="utf-8")


if __name__ == "__main__":
    fill()
