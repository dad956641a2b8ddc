"""The stats that players are judged by.

Belongs here: reading stats.yaml, and what a stat is in a game. Does not belong here: which stats there are
(stats.yaml), comparing them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from gametape.base.own_yaml import read_yaml

if TYPE_CHECKING:
    import pandas as pd

Side = Literal["more", "less", "either"]
MINUTE = "minute"


class Stat(BaseModel):
    """A stat; stats.yaml says what each key means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    of: str
    per: str | None = None
    unit: str
    side: Side
    area: str
    category: str
    judged: bool = True
    tactic: bool = False

    def values(self, rows: pd.DataFrame) -> np.ndarray:
        """The stat in each row, (n,); NaN where it is not known.

        Args:
            rows: Players in games, with the column `of`, and `minutes` or the column `per` where the stat is a ratio.
        """
        if self.of not in rows or (self.per not in (None, MINUTE) and self.per not in rows):
            return np.full(len(rows), np.nan)
        value = rows[self.of].to_numpy(float, na_value=np.nan)
        if self.per is None:
            return value
        by = rows["minutes" if self.per == MINUTE else self.per].to_numpy(float, na_value=np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(by > 0, value / by, np.nan)


class Stats(BaseModel):
    """The file as a whole. `areas` and `categories` are headings, in the order in which they are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    areas: tuple[str, ...]
    categories: tuple[str, ...]
    stats: dict[str, Stat]

    @model_validator(mode="after")
    def _under_known_headings(self) -> Stats:
        for name, stat in self.stats.items():
            if stat.area not in self.areas or stat.category not in self.categories:
                raise ValueError(f"{name}: area and category are to be among those of the file")
        return self


@cache
def all_stats() -> Stats:
    """The project's own stats.yaml."""
    return Stats.model_validate(read_yaml(Path(__file__).with_name("stats.yaml").read_text(encoding="utf-8")))
