"""Why something is not known, or how it was chosen: a code with arguments, in a form that a table can hold.

Belongs here: the text form of a reason and reading it back. Does not belong here: which reasons there are (whoever
measures gives them), how they read (`reason` in report/languages/*.yaml, worded by gametape.report.words).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_WORD = re.compile(r"[A-Za-z_][\w.-]*")
_NUMBER = re.compile(r"-?(?:\d[\d.]*(?:e[+-]?\d+)?|inf)|nan")
DIGITS = 6
"""Significant digits kept of a number: more than any wording shows."""


class Reason(str):
    """A reason: a code and its arguments. It is its own text form, so that a string column holds it as it is.

    Args:
        code: Name of the reason, lower case with underscores.
        arguments: Numbers, words, other reasons, or sequences of these. Numbers keep six significant digits.

    Attributes:
        code: As given.
        arguments: As given, by name.

    Examples:
        >>> few = Reason("too_few", known=1, needed=4, what="strokes")
        >>> print(few)
        too_few(known=1, needed=4, what=strokes)
        >>> Reason.parse(str(few)).arguments["needed"]
        4
        >>> print(Reason("no_rally_seen"))
        no_rally_seen
        >>> nested = Reason("turn_of_hips", reason=Reason("turn_not_seen"))
        >>> print(nested)
        turn_of_hips(reason=turn_not_seen())
        >>> Reason.parse(nested).arguments["reason"].code
        'turn_not_seen'
        >>> print(Reason("mixed", share=2 / 3, joints=["nose", "left_hip"], title="Ana's film"))
        mixed(share=0.666667, joints=[nose, left_hip], title="Ana's film")
    """

    code: str
    arguments: Mapping[str, Any]

    def __new__(cls, code: str, /, **arguments: object) -> Reason:
        if not _CODE.fullmatch(code):
            raise ValueError(f"'{code}' is no code of a reason: lower case letters, digits and underscores")
        kept = {name: _kept(value) for name, value in arguments.items()}
        listed = ", ".join(f"{name}={_text(value)}" for name, value in kept.items())
        self = super().__new__(cls, f"{code}({listed})" if kept else code)
        self.code, self.arguments = code, MappingProxyType(kept)
        return self

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self.code,), dict(self.arguments)

    def __getstate__(self) -> None:
        return None  # everything is in the arguments of __new__

    @classmethod
    def parse(cls, text: str) -> Reason:
        """The reason that `text` is the text form of. Raises ValueError where it is none.

        Examples:
            >>> Reason.parse("balls_too_few(n=0, needed=4, metres=1)").code
            'balls_too_few'
            >>> Reason.parse("the ball was never seen")
            Traceback (most recent call last):
            ...
            ValueError: not a reason: 'the ball was never seen'
        """
        if isinstance(text, Reason):
            return text
        parser = _Parser(text)
        try:
            reason = parser.reason(parser.take(_CODE))
            parser.end()
        except _Unreadable:
            raise ValueError(f"not a reason: {text!r}") from None
        return reason


def several(reasons: Iterable[Reason]) -> Reason:
    """One reason of those given: the only one, or `several` of them.

    Examples:
        >>> print(several([Reason("close_call", track=2)]))
        close_call(track=2)
        >>> print(several([Reason("close_call", track=2), Reason("turn_not_seen")]))
        several(reasons=[close_call(track=2), turn_not_seen()])
    """
    given = tuple(reasons)
    return given[0] if len(given) == 1 else Reason("several", reasons=given)


def _kept(value: object) -> object:
    """A value as a reason keeps it: whole numbers as int, others rounded, sequences as tuples."""
    if isinstance(value, str | Integral):
        return value if isinstance(value, str) else int(value)
    if isinstance(value, Real):
        rounded = float(f"{float(value):.{DIGITS}g}")
        return int(rounded) if math.isfinite(rounded) and rounded.is_integer() else rounded
    if isinstance(value, Iterable):
        return tuple(_kept(one) for one in value)
    raise TypeError(f"an argument of a reason is a number, a word, a reason or a sequence of these, not {value!r}")


def _text(value: object) -> str:
    if isinstance(value, Reason):
        return str.__str__(value) if value.arguments else f"{value.code}()"
    if isinstance(value, str):
        is_word = _WORD.fullmatch(value) and not _NUMBER.fullmatch(value)
        return value if is_word else json.dumps(value, ensure_ascii=False)
    if isinstance(value, tuple):
        return f"[{', '.join(map(_text, value))}]"
    return f"{value:.{DIGITS}g}" if isinstance(value, float) else str(value)


class _Unreadable(Exception):
    pass


class _Parser:
    """Reads a reason's text form from left to right."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if not found:
            raise _Unreadable
        self._at = found.end()
        return found[0]

    def skip(self, mark: str) -> bool:
        """Go past `mark` and the blanks behind it; False where it is not next."""
        if not self._text.startswith(mark, self._at):
            return False
        self._at += len(mark)
        while self._text[self._at : self._at + 1] == " ":
            self._at += 1
        return True

    def end(self) -> None:
        if self._at != len(self._text):
            raise _Unreadable

    def reason(self, code: str) -> Reason:
        """The reason whose code was read."""
        arguments = {}
        if self.skip("("):
            while not self.skip(")"):
                name = self.take(_CODE)
                if not self.skip("="):
                    raise _Unreadable
                arguments[name] = self._value()
                self.skip(",")
        return Reason(code, **arguments)

    def _value(self) -> object:
        if self.skip("["):
            values = []
            while not self.skip("]"):
                values.append(self._value())
                self.skip(",")
            return values
        if self._text.startswith('"', self._at):
            try:
                value, self._at = json.JSONDecoder().raw_decode(self._text, self._at)
            except ValueError:
                raise _Unreadable from None
            return value
        if found := _NUMBER.match(self._text, self._at):
            rest = self._text[found.end() : found.end() + 1]
            if not rest or not (rest.isalnum() or rest in "_.-("):
                self._at = found.end()
                try:
                    return int(found[0]) if found[0].lstrip("-").isdecimal() else float(found[0])
                except ValueError:
                    raise _Unreadable from None
        word = self.take(_WORD)
        return self.reason(word) if self._text.startswith("(", self._at) else word
