"""What reports call the sports' own things: sports, modes, courts, metrics, reasons.

Belongs here: collecting these words from all folders. Does not belong here: what is said of a film's findings
(load.py), the words of the report itself (gametape.report).
"""

from __future__ import annotations

from gametape.sports.load import HERE, sports, texts_file


def labels(language: str) -> dict[str, str]:
    """The words by key: `sport.<sport>`, `mode.<mode>`, `court.<sport>`, `metric.<metric>`, `how.<metric>` and
    `reason.<code>`.

    >>> labels("en")["court.table_tennis"]
    'Table'
    """
    found = {}
    for sport in sports():
        texts = texts_file(sport, language, HERE)
        found[f"sport.{sport}"] = texts.name
        found |= {f"mode.{mode}": words.name for mode, words in texts.modes.items()}
        if texts.court:
            found[f"court.{sport}"] = texts.court
        for metric, words in texts.metrics.items():
            found |= {f"metric.{metric}": words.name, f"how.{metric}": words.how}
        found |= {f"reason.{code}": phrase for code, phrase in texts.reasons.items()}
    return found
