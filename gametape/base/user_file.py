"""Values from a YAML or JSON file that a person wrote, or the sentence that says what is wrong with it.

Belongs here: text to plain values. Does not belong here: which keys there may be (a sidecar, a players file).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import yaml

from gametape.base.errors import BadInput


def read_values(raw: bytes, name: str, fix: str) -> Any:
    """The values in a file's bytes: JSON where its name ends in `.json`, else YAML. None where it holds nothing.

    Args:
        raw: The file's content.
        name: The file's name, for the message.
        fix: What to do about a fault, for the message.

    Raises:
        BadInput: Wrong encoding, invalid YAML or JSON, a key twice, a character that no database and no page can take.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(name, f"is not UTF-8 text (byte {error.start})", "Save it as UTF-8") from None
    is_json = PurePosixPath(name).suffix.lower() == ".json"
    try:
        values = json.loads(text, object_pairs_hook=_once) if is_json else yaml.load(text, _OnceLoader)
    except Exception as error:  # YAML fails on the 13th month with a ValueError, on `!!bool x` with a KeyError, …
        raise BadInput(name, f"is not valid {'JSON' if is_json else 'YAML'}: {_told(error)}", fix) from None
    if faults := "; ".join(_unwritable(values, seen=set())):
        raise BadInput(name, faults, fix)
    return values


class _OnceLoader(yaml.SafeLoader):
    """Refuses a key that comes twice; YAML's own loader keeps the last and says nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.constructor.ConstructorError(None, None, f"'{name}' comes twice", key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


class _Twice(ValueError):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(f"'{next(name for name in names if names.count(name) > 1)}' comes twice")
    return values


def _told(error: Exception) -> str:
    """The error in one line, with its place."""
    if isinstance(error, yaml.MarkedYAMLError) and (mark := error.problem_mark):
        return f"{error.problem}: line {mark.line + 1} column {mark.column + 1}"  # as json says it
    if isinstance(error, RecursionError):
        return "lists in lists, too deep"
    told = " ".join(str(error).split())
    is_explained = isinstance(error, (json.JSONDecodeError, yaml.YAMLError, _Twice))
    return told if is_explained else f"a value in it cannot be read ({type(error).__name__}: {told})"


def _unwritable(value: Any, key: str = "the file", *, seen: set[int]) -> Iterator[str]:
    """What no database and no page could take: to be refused before a film is analysed, not after."""
    if isinstance(value, str):
        for char in value:
            if unicodedata.category(char) in ("Cs", "Cc") and char not in "\n\r\t":
                yield f"'{key}': holds U+{ord(char):04X}, which is no character of a text"
                return
    elif id(value) not in seen:  # YAML may name one list a million times
        seen.add(id(value))
        before = "" if key == "the file" else f"{key}."
        if isinstance(value, dict):
            for name, inner in value.items():
                yield from _unwritable(name, "a key", seen=seen)
                yield from _unwritable(inner, before + ascii(name).strip("'"), seen=seen)
        elif isinstance(value, list):
            for place, inner in enumerate(value):
                yield from _unwritable(inner, f"{before}{place}", seen=seen)
