"""Adding to a sidecar that exists: what it lacks is added, what it says is never replaced.

Belongs here: the bytes of the sidecar that results. Does not belong here: where it lies (`store`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from gametape.base.errors import BadInput
from gametape.uploads.naming import suffix_of
from gametape.uploads.sidecars import SidecarFormat


def with_additions(format: SidecarFormat, raw: bytes, name: str, more: bytes, more_name: str) -> bytes:
    """The sidecar `raw` with what it lacks of the sidecar `more`; its comments and order stay.

    Args:
        format: How sidecars of the kind are read.
        raw: The sidecar that exists.
        name: Its name, for its syntax and for messages.
        more: The sidecar whose values are added.
        more_name: Its name, for its syntax.

    Raises:
        BadInput: One of the two is wrong, or both say something else of the same key.
    """
    has, adds = _values(format, raw, name), _values(format, more, more_name)
    wanted = _joined(has, adds, name)
    if wanted == has:
        return raw
    if suffix_of(name) == ".json":
        return (json.dumps(wanted, ensure_ascii=False, indent=2) + "\n").encode()
    appended = raw.rstrip() + b"\n" + as_yaml({key: value for key, value in wanted.items() if key not in has})
    if _holds(format, appended, name, wanted):
        return appended.lstrip()
    if b"#" in raw:  # writing it anew would lose what a person noted there
        added = ", ".join(key for key in wanted if wanted[key] != has.get(key))
        raise BadInput(
            name, f"has comments, and {added} cannot be added without losing them", "Write it there yourself"
        )
    return as_yaml(wanted)


def as_yaml(values: Mapping[str, Any]) -> bytes:
    """The values as a sidecar in YAML."""
    return yaml.safe_dump(dict(values), allow_unicode=True, sort_keys=False).encode() if values else b""


def values_of(sidecar: Any) -> dict[str, Any]:
    """What a sidecar says, without what it leaves open."""
    return sidecar.model_dump(mode="json", exclude_defaults=True)


def _values(format: SidecarFormat, raw: bytes, name: str) -> dict[str, Any]:
    return values_of(format.read(raw, name))


def _holds(format: SidecarFormat, raw: bytes, name: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return _values(format, raw, name) == wanted
    except BadInput:
        return False


def _joined(has: Mapping[str, Any], adds: Mapping[str, Any], name: str, where: str = "") -> dict[str, Any]:
    """Both together; the one player of each is the same person."""
    both = dict(has)
    for key, value in adds.items():
        path, old = f"{where}{key}", has.get(key, value)
        if old == value:
            both[key] = value
        elif isinstance(old, dict) and isinstance(value, dict):
            both[key] = _joined(old, value, name, f"{path}.")
        elif path == "players" and len(old) == len(value) == 1:
            both[key] = [_joined(old[0], value[0], name, "players.")]
        else:
            said = json.dumps(old, ensure_ascii=False)
            asked = json.dumps(value, ensure_ascii=False)
            raise BadInput(name, f"says {path}: {said}, not {asked}", f"Change it in {name}; nothing was written")
    return both
