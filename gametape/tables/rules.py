"""The tables of the rules that hold for a film: one row each, and the rules as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from gametape.tables.core import Table, columns

if TYPE_CHECKING:
    import pyarrow as pa
    from pydantic import BaseModel

    Model = TypeVar("Model", bound=BaseModel)


def _rules(name: str, row: str) -> Table:
    """A table of rules: one row that holds for the film."""
    return Table(
        name,
        row,
        columns(
            "sport string the film's, as in the sidecar",
            "mode string the film's, as in the sidecar",
            "language string as in the sidecar; null: the setting's",
            "rules string! JSON object",
        ),
    )


STROKE_RULES = _rules("stroke_rules", "what is a stroke in the film's sport and mode")
LIMITS = _rules("limits", "the metrics of the film's sport and mode, and what they are held against")
COACHING_TEXTS = _rules("coaching_texts", "what is said of findings and of the week")
COURT_SEARCH = _rules("court_search", "which court is looked for in the picture, and what is said of the camera")
COURTS = _rules("courts", "the court that is marked and the one that is played on")
FOLLOWS = _rules("follows", "whether somebody among many is followed through the film, or why not")
FOLLOW_RULES = _rules("follow_rules", "how players are followed, and what is a shift")
PRESENTER_RULES = _rules("presenter_rules", "whether the film is of somebody in front")
REPORT_WORDS = _rules("report_words", "the words of the report")


def read_rules(table: pa.Table, model: type[Model]) -> Model:
    """The rules that a table holds, as their checked model (see `gametape.sports.rules`)."""
    return model.model_validate_json(table["rules"][0].as_py())
