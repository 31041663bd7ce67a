"""Comments read row by row, from any engine: the one thing that cannot be counted where it lies.

Only rows with a comment leave the engine, and of these only the columns asked for: of ten million answers with three
per cent of comments, three hundred thousand rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from npskit.frames.coding import key_codes
from npskit.frames.counts_source import CountsSource, not_told
from npskit.frames.keys import Key, plain_level
from npskit.frames.pandas_source import PandasSource
from npskit.frames.source import Source

if TYPE_CHECKING:
    from npskit.frames.narwhals_source import NarwhalsSource

__all__ = ["Written", "written"]


@dataclass(frozen=True, slots=True)
class Written:
    """Rows with a comment: the comments, other raw columns, and the levels of the keys, a list each."""

    comments: list[str]
    columns: list[list[Any]]
    levels: list[list[Any]]


def written(source: Source, comment: str, columns: Sequence[str] = (), by: Sequence[Key] = ()) -> Written:
    """The rows in which a comment is written.

    Parameters
    ----------
    source : Source
    comment : str
        What is no text there counts as its text; blank ones are none.
    columns : sequence of str
        Other columns, as they are.
    by : sequence of str, Period or Bands
        Keys, as their levels.

    Raises
    ------
    ArgumentError
        For rows of counts, which hold no comments.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = written(PandasSource(pd.DataFrame({"why": ["cher", None, " "], "nps": [3, 9, 10]})), "why", ["nps"])
    >>> rows.comments, rows.columns
    (['cher'], [[3]])
    """
    if isinstance(source, CountsSource):
        raise not_told("comments", "what each person wrote")
    if isinstance(source, PandasSource):
        raw, others, levels = of_pandas(source, comment, columns, by)
    else:
        # Every other source is of Narwhals.
        raw, others, levels = of_engine(cast("NarwhalsSource", source), comment, columns, by)
    texts = [None if (value := plain_level(each)) is None else str(value) for each in raw]
    kept = [at for at, text in enumerate(texts) if text is not None and text.strip()]
    return Written(
        [text for text in texts if text is not None and text.strip()],
        [[plain_level(values[at]) for at in kept] for values in others],
        [[values[at] for at in kept] for values in levels],
    )


Rows = tuple[list[Any], list[list[Any]], list[list[Any]]]


def of_pandas(source: PandasSource, comment: str, columns: Sequence[str], by: Sequence[Key]) -> Rows:
    """Columns and levels of the rows of a pandas frame that hold anything as comment."""
    rows = source.series(comment).notna().to_numpy()
    levels = []
    for name, key in zip(source.key_columns(by), by, strict=True):
        codes = key_codes(source.series(name), key, name)
        # The code of a missing level is -1, which is the last place.
        table = [*codes.levels, None]
        levels.append([table[code] for code in codes.read(0, source.length())[rows].tolist()])
    return source.series(comment)[rows].tolist(), [source.series(name)[rows].tolist() for name in columns], levels


def of_engine(source: NarwhalsSource, comment: str, columns: Sequence[str], by: Sequence[Key]) -> Rows:
    """The same from any other engine, which leaves out the rows without a comment itself."""
    import narwhals as nw

    from npskit.frames.narwhals_source import rows_of

    keys = source._keys(by)
    names = [source.column(name) for name in (comment, *columns)]
    raw = [nw.col(name).alias(f"npskit_raw{at}") for at, name in enumerate(names)]
    frame = source.frame.select(*raw, *(key.column for key in keys)).filter(~nw.col("npskit_raw0").is_null())
    rows = rows_of(frame)
    parts = [[row[at] for row in rows] for at in range(len(names))]
    levels = [key.levels([row[len(names) + at] for row in rows]) for at, key in enumerate(keys)]
    return parts[0], parts[1:], [[plain_level(level) for level in each] for each in levels]
