"""The picture of the asset graph, drawn from the definitions. `python -m tests.docs.pages` draws it again.

A column is a group of assets, a row how many steps an asset is from the uploads. Of the arrows those are left out that
longer ways imply.
"""

from collections import Counter
from collections.abc import Mapping
from statistics import mean

from orchestration.definitions import defs

WIDE, HIGH, ACROSS, DOWN, MARGIN, HEAD = 134, 30, 156, 62, 16, 44
#: Arrows from an asset that starts the graph are drawn over so many rows; nearly everything reads the sidecar.
FAR = 3
COLOURS = ("#3b5f9e", "#2f7a45", "#8a5a00", "#7a3b8a", "#a33b3b", "#2b7a83")


def asset_graph() -> tuple[dict[str, str], dict[str, set[str]]]:
    """The group of each asset, and its parents."""
    graph = defs.resolve_asset_graph()
    names = {key: key.to_user_string() for key in graph.toposorted_asset_keys if graph.get(key).is_materializable}
    groups = {name: graph.get(key).group_name for key, name in names.items()}
    return groups, {name: {names[p] for p in graph.get(key).parent_keys if p in names} for key, name in names.items()}


def needed(parents: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """The parents that no other parent implies. `parents` has them before their children."""
    ancestors: dict[str, set[str]] = {}
    for name, direct in parents.items():
        ancestors[name] = direct.union(*(ancestors[parent] for parent in direct)) if direct else set()
    return {
        name: {one for one in direct if not any(one in ancestors[other] for other in direct)}
        for name, direct in parents.items()
    }


def rows(groups: Mapping[str, str], parents: Mapping[str, set[str]]) -> dict[str, int]:
    """The row of each asset: below its parents. A group that is narrower so stands right above what is made from it."""
    soon: dict[str, int] = {}
    for name, direct in parents.items():
        soon[name] = 1 + max((soon[parent] for parent in direct), default=-1)
    late = dict(soon)
    for name in reversed(parents):
        below = [
            late[child] if groups[child] == groups[name] else soon[child] for child in parents if name in parents[child]
        ]
        late[name] = min(below, default=soon[name] + 1) - 1
    narrower = {g for g in set(groups.values()) if width(g, groups, late) < width(g, groups, soon)}
    return {name: (late if groups[name] in narrower else soon)[name] for name in parents}


def width(group: str, groups: Mapping[str, str], rows: Mapping[str, int]) -> int:
    """The most assets of a group in one row."""
    return max(Counter(row for name, row in rows.items() if groups[name] == group).values())


def drawn() -> str:
    """The graph as SVG."""
    groups, parents = asset_graph()
    depth = rows(groups, parents)
    cells: dict[tuple[str, int], list[str]] = {}
    for name in parents:
        cells.setdefault((groups[name], depth[name]), []).append(name)
    middle = {g: mean(depth[name] for name in parents if groups[name] == g) for g in dict.fromkeys(groups.values())}
    lanes = {group: width(group, groups, depth) for group in sorted(middle, key=middle.__getitem__)}
    left, starts = MARGIN, {}
    for group, most in lanes.items():
        starts[group] = left
        left += most * ACROSS + 10
    place = {
        name: (starts[group] + 11 + at * ACROSS + (lanes[group] - len(names)) * ACROSS / 2, HEAD + row * DOWN + 14)
        for (group, row), names in cells.items()
        for at, name in enumerate(names)
    }
    wide, height = left + MARGIN - 10, HEAD + (max(depth.values()) + 1) * DOWN + MARGIN
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {height}" font-family="system-ui, sans-serif" '
        f'font-size="12.5">',
        "<title>The asset graph: an arrow leads from an asset to one that is made from it</title>",
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L10 5L0 10z" fill="#7b8794"/></marker></defs>',
        f'<rect width="{wide}" height="{height}" fill="#ffffff"/>',
    ]
    colours = {group: COLOURS[at % len(COLOURS)] for at, group in enumerate(lanes)}
    for group, most in lanes.items():
        out.append(
            f'<rect x="{starts[group]}" y="{MARGIN}" width="{most * ACROSS}" height="{height - 2 * MARGIN}" rx="8" '
            f'fill="{colours[group]}" fill-opacity="0.07"/>'
            f'<text x="{starts[group] + 12}" y="{MARGIN + 22}" font-weight="600" fill="{colours[group]}">{group}</text>'
        )
    for name, direct in needed(parents).items():
        x, y = place[name][0] + WIDE / 2, place[name][1]
        for parent in sorted(direct):
            if not parents[parent] and depth[name] - depth[parent] > FAR:
                continue
            px, py = place[parent][0] + WIDE / 2, place[parent][1] + HIGH
            if px == x and y - py > DOWN:  # around what stands between
                side = x - WIDE / 2
                way = f"M{side:g} {py - HIGH / 2:g}C{side - 20:g} {py:g} {side - 20:g} {y:g} {side - 1:g} {y + HIGH / 2:g}"
            else:
                bend = min(DOWN * 0.6, (y - py) / 2 + 8)
                way = f"M{px:g} {py:g}C{px:g} {py + bend:g} {x:g} {y - bend:g} {x:g} {y - 1:g}"
            out.append(f'<path d="{way}" fill="none" stroke="#7b8794" stroke-width="1.3" marker-end="url(#head)"/>')
    for name, (x, y) in place.items():
        out.append(
            f'<rect x="{x:g}" y="{y:g}" width="{WIDE}" height="{HIGH}" rx="6" fill="#ffffff" '
            f'stroke="{colours[groups[name]]}" stroke-width="1.4"/>'
            f'<text x="{x + WIDE / 2:g}" y="{y + 20:g}" text-anchor="middle" fill="#17202b">{name}</text>'
        )
    return "\n".join([*out, "</svg>", ""])
