"""The rules for a film, by its sport, mode and language.

Belongs here: one asset for each part of the rules that is used separately, so that a drill's wording changes no metric.
Does not belong here: the content of the rules (`resources.film_rules`), the sports (`gametape.sports`).

Each is a table of one row that is made again in every run, because the files that it reads are not part of its code
version. What is made from it becomes stale when the rules of its own sport, mode and language change.
"""

import dagster as dg
import pyarrow as pa

from assets.common import Owner, film_asset, publish
from gametape.film.sidecar import Sidecar
from gametape.tables import TABLES
from resources.film_rules import rules_of


@film_asset(group="rules", owner=Owner.COACHING, kinds={"yaml"}, always=True)
def stroke_rules(sidecar: pa.Table) -> dg.MaterializeResult:
    """How actions and strokes are recognised in the film's sport and mode, and the sport's kinds of stroke."""
    return _rules("stroke_rules", sidecar)


@film_asset(group="rules", owner=Owner.COACHING, kinds={"yaml"}, always=True)
def limits(sidecar: pa.Table) -> dg.MaterializeResult:
    """The metrics of the film's sport and mode, with their scores and limits."""
    return _rules("limits", sidecar)


@film_asset(group="rules", owner=Owner.COACHING, kinds={"yaml"}, always=True)
def coaching_texts(sidecar: pa.Table) -> dg.MaterializeResult:
    """Texts of the findings and the week's plan, for the film's sport and mode in its language."""
    return _rules("coaching_texts", sidecar)


@film_asset(group="rules", owner=Owner.VISION, kinds={"yaml"}, always=True)
def court_search(sidecar: pa.Table) -> dg.MaterializeResult:
    """Which court is looked for in the picture, if any: by the sport, the sidecar's marks and its `find_court`.

    This asset stands between the sidecar and `court_marks`, so that only what concerns the court makes that stale.
    """
    return _rules("court_search", sidecar)


@film_asset(group="rules", owner=Owner.VISION, kinds={"yaml"}, always=True)
def courts(sidecar: pa.Table) -> dg.MaterializeResult:
    """The court that the sidecar marks, in metres; the ball of the film's sport, and how many play."""
    return _rules("courts", sidecar)


@film_asset(group="rules", owner=Owner.VISION, kinds={"yaml"}, always=True)
def follows(sidecar: pa.Table) -> dg.MaterializeResult:
    """Whether one among many is followed through the film: by its sport, or a number in the sidecar.

    This asset stands between the sidecar and the pictures, so that another number looks at no picture again.
    """
    return _rules("follows", sidecar)


@film_asset(group="rules", owner=Owner.VISION, kinds={"yaml"}, always=True)
def follow_rules(sidecar: pa.Table) -> dg.MaterializeResult:
    """How players are followed and what is a shift: by the sidecar's settings and zones, and the film's sport."""
    return _rules("follow_rules", sidecar)


@film_asset(group="rules", owner=Owner.VISION, kinds={"yaml"}, always=True)
def presenter_rules(sidecar: pa.Table) -> dg.MaterializeResult:
    """Whether the film is of somebody in front of an audience: by its mode.

    This asset stands between the sidecar and `presenter_found`, so that another zone or date looks at no picture again.
    """
    return _rules("presenter_rules", sidecar)


@film_asset(group="rules", owner=Owner.COACHING, kinds={"yaml"}, always=True)
def report_words(sidecar: pa.Table) -> dg.MaterializeResult:
    """Phrases of the report in the film's language."""
    return _rules("report_words", sidecar)


def _rules(name: str, sidecar: pa.Table) -> dg.MaterializeResult:
    details = Sidecar.from_table(sidecar)
    rules, version = rules_of(name, details)
    row = {"sport": details.sport, "mode": details.mode, "language": details.language, "rules": rules}
    result = publish(TABLES[name].from_rows([row]), rules=dg.MetadataValue.text(rules[:2000]))
    return result._replace(data_version=dg.DataVersion(version))
