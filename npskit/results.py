"""Records that come out: frozen values that know how to become a table, a dictionary and a piece of HTML.

A question such as "is Lyon different?" has an answer of several columns. It is a frozen dataclass whose fields are
arrays of one length (a row per group) or single values about the whole; this mixin gives all of them the same three
ways out, so that no result writes its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.labels import number

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Result", "as_text_cell", "plain", "spreadsheet_safe"]

ROWS_SHOWN = 30
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class Result:
    """Mixin of frozen dataclasses: `.to_frame()`, `.to_dict()` and a table in the notebook.

    A subclass stores its rows in a mapping field named `table` (column name to values, one length) and whatever is
    said of the whole in other fields.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Pair(Result):
    ...     table: dict
    ...     replicates: int
    >>> pair = Pair({"group": ["a", "b"], "score": [10.0, 20.0]}, replicates=5)
    >>> pair.to_dict()
    {'table': {'group': ['a', 'b'], 'score': [10.0, 20.0]}, 'replicates': 5}
    >>> pair.to_frame().shape
    (2, 2)
    """

    table: Mapping[str, Any]

    def to_frame(self) -> pd.DataFrame:
        """The rows as a pandas DataFrame; column names are English in every language."""
        import pandas as pd

        return pd.DataFrame({name: list(values) for name, values in self.table.items()})

    def to_dict(self) -> dict[str, Any]:
        """Every public field as plain Python values, ready for JSON."""
        # The mixin is none itself; its subclasses are dataclasses.
        record: Any = self
        return {
            field.name: plain(getattr(self, field.name))
            for field in fields(record)
            if not field.name.startswith("_") and field.repr
        }

    def __len__(self) -> int:
        return len(next(iter(self.table.values()), ()))

    def _repr_html_(self) -> str:
        names = list(self.table)
        head = "".join(f"<th>{escape(name)}</th>" for name in names)
        rows = [
            "<tr>" + "".join(f"<td>{escape(shown(self.table[name][i]))}</td>" for name in names) + "</tr>"
            for i in range(min(len(self), ROWS_SHOWN))
        ]
        more = f"<p>… {len(self) - ROWS_SHOWN:,} more rows</p>" if len(self) > ROWS_SHOWN else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>{more}"


def plain(value: Any) -> Any:
    """Arrays to lists, NumPy scalars to Python, nan to None, dates to ISO text."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "to_dict") and isinstance(value, Result):
        return value.to_dict()
    return value if isinstance(value, (str, int, bool, type(None))) else str(value)


def spreadsheet_safe(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula, made plain text by a leading apostrophe, which is seen.

    For CSV, in which nothing else says what is text; a cell of a workbook says it (`as_text_cell`).

    Examples
    --------
    >>> spreadsheet_safe("=1+1"), spreadsheet_safe("Lyon"), spreadsheet_safe(-3)
    ("'=1+1", 'Lyon', -3)
    """
    return f"'{value}" if isinstance(value, str) and is_formula_like(value) else value


def as_text_cell(cell: Any) -> Any:
    """A cell of a workbook whose text is stored as text, whatever it begins with, and stays so when it is edited.

    Nothing of it is calculated and no mark is seen: the cell's type says that it is text, and its style what an
    apostrophe typed before it would.
    """
    if isinstance(cell.value, str):
        cell.data_type = "s"
        cell.quotePrefix = is_formula_like(cell.value)
    return cell


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet would calculate a text that somebody types."""
    return text.lstrip(" ").startswith(FORMULA_STARTS)


def shown(value: Any) -> str:
    """One cell of the table in the notebook."""
    if value is None:
        return "–"
    if isinstance(value, (float, np.floating)):
        return "–" if math.isnan(value) else number(float(value), digits=1 if abs(float(value)) >= 1 else 3)
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return number(int(value))
    return str(value.date()) if hasattr(value, "date") and callable(value.date) else str(value)
