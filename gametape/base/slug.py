"""Names that are safe in a path, a URL, an object key and Dagster's own syntax."""

import re
import unicodedata

_LONGEST = 60


def words(text: str) -> str:
    """The text's words of letters and digits, in lower-case ASCII, joined by `-`; empty when there are none.

    >>> words("Élan, J.")
    'elan-j'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    found = re.findall(r"[a-z0-9]+", plain)
    return "-".join(found)[:_LONGEST].strip("-")
