"""The table of periods behind a report on sales: opened, and its columns found where nobody named them.

A controller's file is no survey: its rows are quarters. The columns are found by the names people give them, and where
several fit or none does the error says what to name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from npskit.errors import RoleError
from npskit.frames.listed import listed
from npskit.readers import read_survey
from npskit.roles import fold, resolve
from npskit.survey.growth_calendar import first_days, found_column

__all__ = ["Table", "opened_frame", "opened_table"]

TARGET = re.compile(
    r"\b(revenues?|sales|turnover|chiffre d ?affaires|chiffre affaires|ca|ventes?|recettes?|orders|commandes?)\b"
)
SCORE = re.compile(r"\b(nps|net promoter|score nps)\b")
ANSWERS = re.compile(r"\b(responses?|respondents?|reponses?|repondants?|answers|n nps|nps n)\b")


@dataclass(frozen=True)
class Table:
    """A table of periods.

    Attributes
    ----------
    columns : dict of str to list
    source : str or None
        Name of the file.
    tidy : dict of str to str
        Names as `read_survey` gives them to those of the file, which are shown.
    """

    columns: dict[str, list[Any]]
    source: str | None = None
    tidy: dict[str, str] = field(default_factory=dict)

    def named(self, name: str) -> str:
        """A column by its name in the file, or as `read_survey` would call it.

        Raises
        ------
        ColumnNotFoundError
        """
        return resolve(name if name in self.columns else self.tidy.get(name, name), list(self.columns))

    def target(self) -> str:
        """The column of sales."""
        return self._found(TARGET, "target", "sales")

    def score(self) -> str:
        """The column of the score."""
        return self._found(SCORE, "nps", "the score")

    def responses(self) -> str | None:
        """The column of how many answered, where there is one."""
        fits = [name for name in self._numbers() if ANSWERS.search(fold(name))]
        return fits[0] if len(fits) == 1 else None

    def every(self, period: str | None) -> str | None:
        """Length of a period; None without dates."""
        column = found_column(self.columns, period, [])
        return first_days(column, self.columns[column], None)[1] if column else None

    def others(self) -> list[str]:
        """Columns of numbers that are neither sales nor the score nor how many answered."""
        taken = {self.target(), self.score(), self.responses()}
        return [name for name in self._numbers() if name not in taken]

    def _numbers(self) -> list[str]:
        return [name for name, values in self.columns.items() if any(isinstance(v, (int, float)) for v in values)]

    def _found(self, pattern: re.Pattern[str], keyword: str, what: str) -> str:
        fits = [name for name in self._numbers() if pattern.search(fold(name)) and not ANSWERS.search(fold(name))]
        if len(fits) == 1:
            return fits[0]
        raise RoleError(
            where=f"the column of {what}",
            expected="one column of numbers",
            got=f"{len(fits)}: {', '.join(map(repr, fits))}" if fits else f"none among {shown(self._numbers())}",
            hint=f"name it: {keyword}={(fits or self._numbers() or ['…'])[0]!r}",
        )


def shown(names: Sequence[str]) -> str:
    """Names in a message."""
    return ", ".join(map(repr, names[:8])) + (", …" if len(names) > 8 else "") if names else "no columns of numbers"


def opened_table(data: Any) -> Table:
    """A table from a path (CSV, XLSX, Parquet), a frame of any library or a mapping of columns."""
    source = Path(data).name if isinstance(data, (str, os.PathLike)) else None
    data = opened_frame(data)
    attrs = getattr(data, "attrs", None)
    notes = attrs.get("npskit", {}) if isinstance(attrs, dict) else {}
    columns, headers = listed(data), notes.get("headers", {})
    names = {name: str(headers.get(name) or name) for name in columns}
    if len(set(names.values())) < len(names):
        names = {name: name for name in columns}
    return Table({names[name]: values for name, values in columns.items()}, source or notes.get("source"), names)


def opened_frame(data: Any) -> Any:
    """The frame of a path; anything else as it is."""
    if not isinstance(data, (str, os.PathLike)):
        return data
    if Path(data).is_dir():
        import pandas as pd

        return pd.read_parquet(data)
    return read_survey(data)
