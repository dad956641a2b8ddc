"""The rules that hold for a film, by its sport, mode and language.

Belongs here: one asset for each part of the rules that is used on its own, so that a drill's wording changes no metric.
Does not belong here: what they hold (`resources.film_rules`), the sports (`gametape.sports`).

Each is a table of one row that is made anew in every run: the files that it reads are no part of its code version. What
is made from it is stale where the rules of its own sport, mode and language have changed.
"""

import dagster as dg
import pyarrow as pa

from assets.common import Owner, film_asset, publish
from gametape.film.sidecar import Sidecar
from gametape.tables import TABLES
from resources.film_rules import rules_of


@film_asset(group="rules", owner=Owner.COACHING, kinds={"yaml"}, always=True)
def stroke_rules(sidecar: pa.Table) -> dg.MaterializeResult:
    """What is an action and a stroke in the film's sport and mode, and the kinds of strokes of the sport."""
    return _rules("stroke_rules", sidecar)


@film_asset(group="rules", owner=Owner.COACHING, kinds={"yaml"}, always=True)
def limits(sidecar: pa.Table) -> dg.MaterializeResult:
    """Which metrics the film's sport and mode have, their scores, and the limits they are held against."""
    return _rules("limits", sidecar)


@film_asset(group="rules", owner=Owner.COACHING, kinds={"yaml"}, always=True)
def coaching_texts(sidecar: pa.Table) -> dg.MaterializeResult:
    """What is said of findings and of the week, for the film's sport and mode in its language."""
    return _rules("coaching_texts", sidecar)


@film_asset(group="rules", owner=Owner.VISION, kinds={"yaml"}, always=True)
def courts(sidecar: pa.Table) -> dg.MaterializeResult:
    """The court that the sidecar marks, and the ball of the film's sport, in metres."""
    return _rules("courts", sidecar)


@film_asset(group="rules", owner=Owner.COACHING, kinds={"yaml"}, always=True)
def report_words(sidecar: pa.Table) -> dg.MaterializeResult:
    """The words of the report in the film's language."""
    return _rules("report_words", sidecar)


def _rules(name: str, sidecar: pa.Table) -> dg.MaterializeResult:
    said = Sidecar.from_table(sidecar)
    rules, version = rules_of(name, said)
    row = {"sport": said.sport, "mode": said.mode, "language": said.language, "rules": rules}
    made = publish(TABLES[name].from_rows([row]), rules=dg.MetadataValue.text(rules[:2000]))
    return made._replace(data_version=dg.DataVersion(version))
