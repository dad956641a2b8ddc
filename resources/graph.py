"""Which assets of a partition are missing or stale.

Belongs here: the asset graph of one partition set, the versions of what was made, the rule. Does not belong here:
reading Dagster's records (`records`, `event_memory`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

import dagster as dg

from resources.film_rules import RULES, version_today
from resources.partitions import VIDEOS, PartitionSet

#: Of the 64 digits of an input's mark: enough to tell two versions of one upload apart.
MARK_DIGITS = 16
#: Tag of a materialization for sensors and `gametape status`: whose film it is (a player's key), which films a player's
#: tables were made from, or what is wrong with a film's picture. A tag holds 63 characters, so that each further label
#: has a tag of the same name with `-2`, `-3` behind.
LABEL_TAG = "gametape/label"


def label_tags(labels: Iterable[str]) -> dict[str, str]:
    """The tags of a materialization with these labels.

    >>> label_tags(["ana", "ben"])
    {'gametape/label': 'ana', 'gametape/label-2': 'ben'}
    """
    return {LABEL_TAG if number == 1 else f"{LABEL_TAG}-{number}": one for number, one in enumerate(labels, 1)}


def label_of(tags: Mapping[str, str]) -> str | None:
    """The labels that the tags hold, with spaces between; None where there are none.

    >>> label_of({"gametape/label-2": "ben", "gametape/label": "ana", "other": "x"})
    'ana ben'
    """
    return " ".join(tags[name] for name in sorted(tags) if name.startswith(LABEL_TAG)) or None


@dataclass(frozen=True)
class Graph:
    """The assets of one partition set.

    Args:
        parents: Each asset's parents within the set, parents before children.
        code_versions: Each asset's code version now.
        partitions: The set.
        today: Of assets of rules, the data version that they would have today, by the one that they have.
    """

    parents: Mapping[str, tuple[str, ...]]
    code_versions: Mapping[str, str | None] = field(default_factory=dict)
    partitions: PartitionSet = VIDEOS
    today: Mapping[str, Callable[[str | None], str | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, definitions: dg.Definitions | dg.RepositoryDefinition, partitions: PartitionSet) -> Graph:
        """The set's assets of a code location."""
        graph = (
            definitions.resolve_asset_graph() if isinstance(definitions, dg.Definitions) else definitions.asset_graph
        )
        keys = [
            key
            for key in graph.toposorted_asset_keys
            if graph.get(key).is_materializable and graph.get(key).partitions_def == partitions.definition
        ]
        parents = {
            key.to_user_string(): tuple(sorted(p.to_user_string() for p in graph.get(key).parent_keys if p in keys))
            for key in keys
        }
        code_versions = {key.to_user_string(): graph.get(key).code_version for key in keys}
        today = {asset: partial(version_today, asset) for asset in RULES if asset in parents}
        return cls(parents, code_versions, partitions, today)

    @property
    def assets(self) -> tuple[str, ...]:
        return tuple(self.parents)


class Materialized(NamedTuple):
    """The last materialization of an asset for a partition: its versions, and those of its inputs then."""

    code: str | None
    data: str | None
    mark: str  # how `data` is recorded where this is an input
    inputs: str  # ";parent=mark;parent=mark;": a hundred thousand of these are compared, not taken apart
    quick: bool = False  # made in a first look
    label: str | None = None  # by `label_of`

    @classmethod
    def of(
        cls,
        code: str | None,
        data: str | None,
        inputs: Mapping[str, str],
        *,
        quick: bool = False,
        label: str | None = None,
    ) -> Materialized:
        """`inputs` are the marks of the parents."""
        marks = "".join(f";{parent}={mark}" for parent, mark in inputs.items()) + ";"
        return cls(code, data, input_mark(data or ""), marks, quick, label)

    def was_made_from(self, parent: str, mark: str) -> bool:
        """Had `parent` the data version of this mark when this was made?"""
        return f";{parent}={mark};" in self.inputs


def input_mark(version: str) -> str:
    """How Dagster records the data version of one partition of an input: as a digest.

    It records an event id too, but that of the input's newest event of any partition: of no use here.
    """
    return hashlib.sha256(version.encode()).hexdigest()[:MARK_DIGITS]


def to_compute(
    graph: Graph,
    made: Mapping[str, Materialized],
    *,
    expected: Mapping[str, str | None] | None = None,
    code: bool = True,
) -> frozenset[str]:
    """The assets that are missing, stale or of a first look, with all that would become stale when they are remade.

    Rules that would be other ones today are expected to become those, where nothing else makes them stale.

    Args:
        graph: The assets.
        made: The last materialization of each asset that has one.
        expected: Data versions that assets are going to have. What was made from them stays fresh, and they
            themselves are remade without making what follows stale.
        code: False ignores code versions and rules.
    """
    expected = dict(expected or {})
    marks = {asset: input_mark(version) if version else "unknown" for asset, version in expected.items()}
    again: set[str] = set()
    for asset, parents in graph.parents.items():
        last = made.get(asset)
        if last is None or last.quick or any(_outdates(parent, last, made, marks, again) for parent in parents):
            again.add(asset)
            continue
        if code and asset in graph.today and asset not in expected:
            expected[asset] = graph.today[asset](last.data)
            marks[asset] = input_mark(expected[asset] or "unknown")
        if (code and last.code != graph.code_versions.get(asset)) or last.data != expected.get(asset, last.data):
            again.add(asset)
    return frozenset(again)


def _outdates(parent: str, child: Materialized, made: Mapping, marks: Mapping, again: Collection[str]) -> bool:
    if parent in marks:
        return not child.was_made_from(parent, marks[parent])
    return parent in again or not child.was_made_from(parent, made[parent].mark)
