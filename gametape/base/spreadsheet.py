"""Text in CSV files that people open in a spreadsheet."""

from typing import Any

_BEGIN_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: Any) -> Any:
    """`value`; a text that a spreadsheet would run as a formula with a `'` in front, as one types it to be shown.

    A film's title and a player's name are other people's texts.

    >>> harmless("=HYPERLINK(1)"), harmless("-4.2"), harmless(-4.2)
    ("'=HYPERLINK(1)", '-4.2', -4.2)
    """
    if not isinstance(value, str) or not value.startswith(_BEGIN_A_FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value
