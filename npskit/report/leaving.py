"""The column of the days on which customers left, where nobody named it.

A name alone decides nothing: `left` with yes and no in it says who left and not when, and a curve needs to know when.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from npskit.frames.dates import is_date
from npskit.roles import fold
from npskit.survey.spending import LEAVING

if TYPE_CHECKING:
    from npskit.frames.source import Source

__all__ = ["Leaving", "leaving_column"]

SAMPLE = 200
# A column with more or longer values says something else than who left.
MOST, LONGEST = 3, 20


@dataclass(frozen=True, slots=True)
class Leaving:
    """What the names of the columns gave.

    Attributes
    ----------
    column : str or None
        The one column of days of leaving; None when there is none, or several.
    rivals : tuple of str
        All of them, where there are several.
    undated : tuple of str
        Columns that by their name say who left, and hold no days.
    """

    column: str | None = None
    rivals: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()


def leaving_column(source: Source) -> Leaving:
    """Look for it by name and content.

    Examples
    --------
    >>> import pandas as pd
    >>> from npskit.frames import wrap
    >>> leaving_column(wrap(pd.DataFrame({"nps": [9, 2], "left_on": ["2024-03-05", None], "churn": ["no", "yes"]})))
    Leaving(column='left_on', rivals=(), undated=('churn',))
    """
    named = [name for name in source.columns if source.columns.count(name) == 1 and sounds_like(fold(name))]
    dated = [name for name in named if holds_days(source, name)]
    others = tuple(name for name in named if name not in dated and says_who(source, name))
    if len(dated) == 1:
        return Leaving(dated[0], (), others)
    return Leaving(None, tuple(dated), others)


def sounds_like(folded: str) -> bool:
    """Whether a name speaks of leaving, and not of a département or a department."""
    return LEAVING.search(folded) is not None


def holds_days(source: Source, name: str) -> bool:
    """Whether the first values of a column are days."""
    values = [value for value in source.sample(name, SAMPLE) if str(value).strip()]
    return bool(values) and all(map(is_date, values))


def says_who(source: Source, name: str) -> bool:
    """Whether a column says of each customer yes or no, in some way."""
    values = {str(value).strip().casefold() for value in source.sample(name, SAMPLE)}
    return 0 < len(values) <= MOST and max(map(len, values)) <= LONGEST
