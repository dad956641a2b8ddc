"""Joins the page's JavaScript modules into one script.

A page opened from a file may not import modules, so they are joined when a report is built. Each module becomes a
function with a scope of its own that returns what it exports, in the order in which they need each other:

    const $numbers = (() => { … return { clock }; })();
    const $charts = (() => { const { clock } = $numbers; … })();

Only what the page's modules use is understood: named imports from a file beside, exported functions, classes and
constants. All else that a module could import or export is refused.
"""

from __future__ import annotations

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{ ([\w, $]+) \} from "\./([a-z_]+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) ([\w$]+))", re.MULTILINE)
_DOCUMENTATION = re.compile(r"^ */\*\*.*?\*/\n", re.MULTILINE | re.DOTALL)
"""Comments for the type checker; the page is lighter without them."""
_REFUSED = re.compile(r"^\s*(?:import|export)\b.*|\bimport\s*\(.*|\bimport\.meta\b.*", re.MULTILINE)


class NotUnderstood(ValueError):
    """A module that cannot be joined: the message has the file, the line and the reason."""


def bundle(folder: Path, entry: str, *shared: Path) -> str:
    """The module `entry` of `folder` and all that it imports as one script, an expression whose value are its exports.

    Args:
        folder: where the page's own modules lie.
        entry: file name of the first module.
        shared: folders of modules that several pages use, tried in this order for what `folder` lacks.

    Raises:
        NotUnderstood: a module is missing, imports in a circle, imports a name that is not exported, or has an import
            or an export of another form.
    """
    joined: dict[str, str] = {}
    exports: dict[str, set[str]] = {}

    def add(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            raise NotUnderstood(f"{' imports '.join((*path, name))}: a circle")
        if name in joined:
            return
        files = [one / f"{name}.js" for one in (folder, *shared)]
        file = next((one for one in files if one.is_file()), files[0])
        if not file.is_file():
            raise NotUnderstood(f"{path[-1]}.js imports {file.name}, which does not exist" if path else f"no {file}")
        text = file.read_text("utf-8")
        for names, other in _IMPORT.findall(text):
            add(other, (*path, name))
            if missing := set(names.split(", ")) - exports[other]:
                raise NotUnderstood(f"{file.name} imports {', '.join(sorted(missing))}, not exported by {other}.js")
        exports[name] = set(_EXPORT.findall(text))
        joined[name] = _as_function(file.name, text, exports[name])

    name = entry.removesuffix(".js")
    add(name, ())
    parts = [f"const ${one} = {body};" for one, body in joined.items()]
    return '(() => {\n"use strict";\n' + "\n".join(parts) + f"\nreturn ${name};\n}})()\n"


def _as_function(file: str, text: str, exports: set[str]) -> str:
    body = _IMPORT.sub(r"const { \1 } = $\2;", _DOCUMENTATION.sub("", text))
    body = _EXPORT.sub("", body)
    if refused := _REFUSED.search(_without_comments(body)):
        raise NotUnderstood(f"{file}: {refused[0].strip()}")
    return f"(() => {{\n{body.rstrip()}\nreturn {{ {', '.join(sorted(exports))} }};\n}})()"


def _without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", "", text, flags=re.DOTALL)
