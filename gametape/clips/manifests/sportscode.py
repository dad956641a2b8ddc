"""The XML of instances that Hudl and Sportscode import."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gametape.clips.manifests.entries import Entry

#: Colours of the rows, red, green and blue up to 65535.
_COLOURS = ((0, 33000, 62000), (58000, 24000, 0), (9000, 42000, 16000), (46000, 12000, 40000))
#: What XML 1.0 cannot hold.
_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def sportscode(entries: Sequence[Entry]) -> str:
    """An instance a clip, a row a player or kind; times in seconds of the film's file."""
    root = Element("file")
    instances = SubElement(root, "ALL_INSTANCES")
    for entry in entries:
        one = SubElement(instances, "instance")
        for name, text in (
            ("ID", str(entry.number)),
            ("start", f"{entry.start_s:.3f}"),
            ("end", f"{entry.end_s:.3f}"),
            ("code", entry.code),
        ):
            SubElement(one, name).text = _clean(text)
        label = SubElement(one, "label")
        SubElement(label, "group").text = entry.kind
        SubElement(label, "text").text = _clean(entry.text)
    rows = SubElement(root, "ROWS")
    for place, code in enumerate(dict.fromkeys(entry.code for entry in entries)):
        row = SubElement(rows, "row")
        SubElement(row, "code").text = _clean(code)
        for name, value in zip("RGB", _COLOURS[place % len(_COLOURS)], strict=True):
            SubElement(row, name).text = str(value)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _clean(text: str) -> str:
    return _NO_XML.sub("", text)
