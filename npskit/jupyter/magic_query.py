"""The cell of ``%%nps``: which answers are meant.

A cell that begins with SELECT, WITH or FROM is SQL over the frames of the notebook, answered by DuckDB. Any other is a
condition on the frame of the first line, in the language of `pandas.DataFrame.query`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from npskit.errors import ArgumentError, ArgumentTypeError, did_you_mean, optional_import

__all__ = ["answered", "frames_in", "is_frame", "is_sql", "matching"]

SQL = re.compile(r"\s*(--[^\n]*\n\s*)*(select|with|from)\b", re.IGNORECASE)
UNKNOWN_TABLE = re.compile(r"Table with name (\S+) does not exist")
# Whose frames DuckDB reads from memory.
READ = ("pandas", "polars", "pyarrow", "duckdb")
ENGINES = (*READ, "dask", "dask_expr", "pyspark")


def is_sql(cell: str) -> bool:
    """Whether a cell is SQL.

    Examples
    --------
    >>> is_sql("  select * from df"), is_sql("shop == 'Lyon'"), is_sql("fromage > 3")
    (True, False, False)
    """
    return SQL.match(cell) is not None


def is_frame(value: Any) -> bool:
    """Whether a value is a frame of any engine, told by its class and without touching it."""
    kind = type(value)
    return kind.__module__.partition(".")[0] in ENGINES and hasattr(
        kind, "columns" if kind.__name__ != "Table" else "schema"
    )


def frames_in(namespace: Mapping[str, Any]) -> dict[str, Any]:
    """The frames that have a name of the user's."""
    return {
        name: value
        for name, value in dict(namespace).items()
        if name.isidentifier() and name[0] != "_" and is_frame(value)
    }


def matching(frame: Any, condition: str, namespace: Mapping[str, Any]) -> Any:
    """The rows of a pandas frame that fulfil a condition; ``@name`` is a variable of the notebook."""
    if not hasattr(frame, "query"):
        raise ArgumentTypeError(
            where="%%nps", expected="a pandas frame for a condition", got=type(frame).__name__,
            hint="write SQL: SELECT * FROM its name WHERE ...",
        )  # fmt: skip
    lines = [line.strip() for line in condition.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise ArgumentError(where="%%nps", expected="a condition or SQL in the cell", got="none")
    return frame.query(" ".join(lines), local_dict=dict(namespace), global_dict={})


def answered(query: str, namespace: Mapping[str, Any]) -> Any:
    """The answer of a query over the frames of the notebook, as a pandas frame.

    Raises
    ------
    ArgumentError
        When DuckDB cannot answer it.
    MissingExtraError
        Without DuckDB.
    """
    duckdb = optional_import("duckdb", extra="duckdb", purpose="answer SQL in a cell")
    frames = {name: value for name, value in frames_in(namespace).items() if kind_of(value) in READ}
    # A connection of its own: no view and no setting of the user's is met or changed.
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET python_enable_replacements = false")
        for name, frame in frames.items():
            if re.search(rf"\b{re.escape(name)}\b", query, re.IGNORECASE):
                connection.register(name, readable(frame))
        try:
            return connection.execute(query.strip().rstrip(";")).df()
        except duckdb.Error as error:
            said = str(error)
            unknown = UNKNOWN_TABLE.search(said)
            hint = did_you_mean(unknown[1], frames) if unknown else ""
            raise ArgumentError(
                where="the SQL", expected="a query that DuckDB answers", got=first_line(said), hint=hint
            ) from None


def first_line(said: str) -> str:
    """What DuckDB says, without its drawing of the place."""
    return said.strip().splitlines()[0].rstrip(".!")


def kind_of(value: Any) -> str:
    """The library of a frame."""
    return type(value).__module__.partition(".")[0].lstrip("_")


def readable(frame: Any) -> Any:
    """A frame that another connection reads."""
    if kind_of(frame) == "duckdb":
        return frame.df()
    return frame.collect() if hasattr(frame, "collect") else frame
