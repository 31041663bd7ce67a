"""The user's own table of published figures, read and checked row by row."""

from __future__ import annotations

import csv
import io
import math
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from npskit.errors import (
    ArgumentError,
    ArgumentTypeError,
    NpskitError,
    ReadError,
    SurveyNotFoundError,
    did_you_mean,
    optional_import,
    together,
)
from npskit.frames.listed import listed
from npskit.readers.encodings import decode
from npskit.readers.layout import layout_of
from npskit.scale import is_missing
from npskit.survey.benchmark_sources import KINDS, Figure, country_code, meant

__all__ = ["number_of", "read_figures", "table_of"]

TEXTS = ("name", "industry", "publisher", "study", "population", "channel", "kind", "url", "reliability")
YEARS = (1990.0, 2100.0)
SAME = ("same", "idem", "id.", "ibid", "ibid.")
# Published shares are rounded: they may miss 100 by this, and the score their difference by as much.
ROUNDING = 2.1
MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u00a0": "", "\u202f": "", " ": ""})

Row = Mapping[str, Any]


def table_of(data: Any, where: str) -> dict[str, list[Any]]:
    """The columns of a file, a frame, a mapping of columns, or a list of mappings.

    Raises
    ------
    SurveyNotFoundError, ReadError, ArgumentTypeError
    """
    if isinstance(data, str | os.PathLike):
        return columns_of_file(Path(data), where)
    if isinstance(data, Sequence) and all(isinstance(row, Mapping) for row in data):
        names = dict.fromkeys(str(name) for row in data for name in row)
        return {name: [row.get(name) for row in data] for name in names}
    if isinstance(data, Mapping) or hasattr(data, "columns") or hasattr(data, "schema"):
        return listed(data)
    raise ArgumentTypeError(
        where=where, expected="a path, a table, or a list of dictionaries", got=type(data).__name__,
    )  # fmt: skip


def columns_of_file(path: Path, where: str) -> dict[str, list[Any]]:
    """The columns of a CSV file or a workbook."""
    if not path.is_file():
        beside = [each.name for each in path.parent.glob("*.*")] if path.parent.is_dir() else []
        raise SurveyNotFoundError(
            where=where, expected="a file", got=f"no {str(path)!r}", hint=did_you_mean(path.name, beside)
        )
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        optional_import("openpyxl", extra="excel", purpose="read a workbook")
        return listed(pd.read_excel(path, dtype=object))
    text = decode(path.read_bytes(), source=path.name).data.decode("utf-8").removeprefix("\ufeff")
    if not text.strip():
        raise ReadError(where=path.name, expected="a head and a row a figure", got="an empty file")
    separator = layout_of(text.encode("utf-8"), separator=None, decimal=None).separator
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator) if any(row)]
    even(rows, path.name, separator)
    return {name: [row[at] if at < len(row) else "" for row in rows[1:]] for at, name in enumerate(rows[0])}


def even(rows: Sequence[Sequence[str]], name: str, separator: str) -> None:
    """Refuse rows that hold more than the head names: what stands behind a decimal comma would be read as the next.

    Raises
    ------
    ReadError
    """
    long = [at for at, row in enumerate(rows) if any(row[len(rows[0]) :])]
    if long:
        raise ReadError(
            where=f"{name}, row {long[0]}", expected=f"{len(rows[0])} cells, as many as the head",
            got=f"{len(rows[long[0]])}: {separator.join(rows[long[0]])!r}",
            hint="with decimal commas, separate cells by semicolons, or write \"31,5\" in quotes",
        )  # fmt: skip


def read_figures(data: Any) -> list[Figure]:
    """Published figures of the user.

    Parameters
    ----------
    data : path, frame, mapping of columns, or list of mappings
        A row a figure: ``nps`` and ``publisher``, and as far as known ``name, industry, year, population, country,
        channel, kind, responses, detractors, passives, promoters, lower, upper, study, url, reliability``; the heads
        may be French.

    Raises
    ------
    ArgumentError
        For a column that is missing, or a row that cannot be used; it names the row and the column.
    """
    given = table_of(data, "published")
    heads = {head: name for head in given if (name := meant(head, "column")) is not None}
    # A company is a name; of rows that have both, the one that stands first.
    called = [head for head, name in heads.items() if name in ("name", "company")]
    columns = merged({head: given[head] for head in heads if head not in called}, heads, "published")
    if called:
        columns["name"], companies = first_given([given[head] for head in called],
                                                 [heads[head] == "company" for head in called])  # fmt: skip
    for needed in ("nps", "publisher"):
        if needed not in columns:
            raise ArgumentError(
                where="published", expected=f"a column {needed!r}", got=", ".join(map(repr, given)) or "none",
                hint="a figure needs its score and who published it",
            )  # fmt: skip
    size = len(columns["nps"])
    rows = [{name: blank(values[at]) for name, values in columns.items()} for at in range(size)]
    filled(rows, "url")
    are_points(rows)
    if called:
        rows = [of_company(row) if company else row for row, company in zip(rows, companies, strict=True)]
    found: list[Figure] = []
    errors: list[NpskitError] = []
    for at, row in enumerate(rows, start=1):
        try:
            named = f" ({row['name']})" if row.get("name") else ""
            found += [figure_of(row, f"published, row {at}{named}")] if any(row.values()) else []
        except NpskitError as error:
            errors.append(error)
    if errors:
        raise together(errors, "published") from None
    return found


def merged(given: Mapping[str, Sequence[Any]], heads: Mapping[str, str], where: str) -> dict[str, list[Any]]:
    """Columns by what their heads mean, those of one meaning as one: each row may have used another of its heads.

    Raises
    ------
    ArgumentError
        For a row that says two things under heads of one meaning.

    Examples
    --------
    >>> merged({"année": [2025, None], "year": [None, 2024]}, {"année": "year", "year": "year"}, "published")
    {'year': [2025, 2024]}
    """
    columns: dict[str, list[Any]] = {}
    first: dict[str, str] = {}
    for head, values in given.items():
        name = heads[head]
        if name not in columns:
            columns[name], first[name] = list(values), head
            continue
        for at, (one, other) in enumerate(zip(columns[name], values, strict=True)):
            if blank(one) is None:
                columns[name][at] = other
            elif blank(other) is not None and plain(one, name) != plain(other, name):
                raise ArgumentError(
                    where=f"{where}, row {at + 1}", expected=f"one {name!r}",
                    got=f"{str(one)!r} under {first[name]!r} and {str(other)!r} under {head!r}",
                    hint="leave one of them out, or rename it: both heads mean the same",
                )  # fmt: skip
    return columns


def plain(value: Any, name: str) -> str:
    """A cell as it is compared with another of its row: 12 and "12,0" alike, a day by its year."""
    text = str(value).strip().casefold()
    if name == "year" and (year := re.search(r"\d{4}", text)):
        return year[0]
    try:
        return f"{float(text.translate(MINUS).replace(',', '.')):g}"
    except ValueError:
        return text


def first_given(columns: Sequence[Sequence[Any]], marks: Sequence[bool]) -> tuple[list[Any], list[bool]]:
    """Row by row the first cell that holds something, and the mark of its column."""
    values, marked = [], []
    for cells in zip(*columns, strict=True):
        at = next((at for at, cell in enumerate(cells) if blank(cell) is not None), 0)
        values.append(cells[at])
        marked.append(marks[at])
    return values, marked


def are_points(rows: Sequence[Row]) -> None:
    """Refuse scores that look like shares, which would all be shown as 0 points.

    Raises
    ------
    ArgumentError
    """
    found = [str(row["nps"]).translate(MINUS).replace(",", ".") for row in rows if row.get("nps") is not None]
    numbers = [float(text) for text in found if re.fullmatch(r"[-+]?\d*\.?\d+", text)]
    if numbers and len(numbers) == len(found) and max(map(abs, numbers)) <= 1 and any(each % 1 for each in numbers):
        raise ArgumentError(
            where="published, column 'nps'", expected="points from -100 to 100",
            got=f"nothing beyond 1, such as {found[0]}",
            hint="of shares, multiply by 100; points below 1 are told by a percent sign: '0.5 %'",
        )  # fmt: skip


def of_company(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a table of companies: of one, unless it says otherwise, or its name is that of a whole industry."""
    name = str(row.get("name") or "")
    if row.get("kind") or not name or meant(name, "industry"):
        return row
    kind = meant(name, "kind")
    return {**row, "kind": kind if kind and kind != "company" else "company"}


def blank(value: Any) -> Any:
    """A cell, None where it is empty."""
    if is_missing(value) or (isinstance(value, str) and not value.strip()):
        return None
    return value.strip() if isinstance(value, str) else value


def filled(rows: Sequence[dict[str, Any]], name: str) -> None:
    """Put what stood above where a row says "same"."""
    last = None
    for row in rows:
        if str(row.get(name)).casefold() in SAME:
            row[name] = last
        last = row.get(name)


def figure_of(row: Row, where: str) -> Figure:
    """One row, checked."""
    texts: dict[str, Any] = {name: "" if row.get(name) is None else str(row[name]) for name in TEXTS}
    if not texts["publisher"]:
        raise ArgumentError(where=f"{where}, column 'publisher'", expected="who published the figure", got="nothing")
    nps = number_of(row.get("nps"), f"{where}, column 'nps'", -100, 100, "points from -100 to 100")
    assert nps is not None or row.get("nps") is None
    if nps is None:
        raise ArgumentError(where=f"{where}, column 'nps'", expected="points from -100 to 100", got="nothing")
    texts["name"] = texts["name"] or texts["industry"] or texts["publisher"]
    country = [] if row.get("country") is None else re.split(r"\s*[,;/+]\s*", str(row["country"]))
    ends = [number_of(row.get(name), f"{where}, column {name!r}", -100, 100, "points from -100 to 100")
            for name in ("lower", "upper")]  # fmt: skip
    lower, upper = ends
    if lower is not None and upper is not None and not lower <= nps <= upper:
        raise ArgumentError(where=where, expected="lower ≤ nps ≤ upper", got=f"{lower:g}, {nps:g}, {upper:g}")
    responses = whole_of(row.get("responses"), f"{where}, column 'responses'", 1, 1e12, "a number of answers")
    year = whole_of(row.get("year"), f"{where}, column 'year'", *YEARS, "a year such as 2024")
    return Figure(
        **{**texts, "kind": kind_of(texts["kind"], where)}, nps=nps, year=year,
        country=tuple(country_code(each) for each in country if each), counts=shares_of(row, nps, where),
        responses=responses, lower=lower, upper=upper,
    )  # fmt: skip


def number_of(value: Any, where: str, low: float, high: float, expected: str) -> float | None:
    """A number as people write it, such as "−12,5"; None for an empty cell.

    Examples
    --------
    >>> number_of("−12,5", "here", -100, 100, "points"), number_of(None, "here", 0, 1, "a share")
    (-12.5, None)
    """
    if value is None:
        return None
    text = str(value).translate(MINUS).replace(",", ".")
    try:
        number = math.nan if isinstance(value, bool) else float(text.removesuffix("%"))
    except ValueError:
        number = math.nan
    if not low <= number <= high:
        raise ArgumentError(where=where, expected=expected, got=repr(value))
    return number


def whole_of(value: Any, where: str, low: float, high: float, expected: str) -> int | None:
    """A whole number; of a date its year."""
    year = getattr(value, "year", None)
    if value is not None and year is None and where.endswith("column 'year'"):
        found = re.fullmatch(r"(\d{4})-\d\d(-\d\d.*)?|\d\d/\d\d/(\d{4})", str(value))
        year = int(found[1] or found[3]) if found else None
    number = number_of(value if year is None else year, where, low, high, expected)
    if number is not None and number != round(number):
        raise ArgumentError(where=where, expected=expected, got=repr(value))
    return None if number is None else int(number)


def kind_of(text: str, where: str) -> str:
    """What kind of figure it is."""
    found = meant(text, "kind") if text else "not said"
    if found is None:
        hint = did_you_mean(text, KINDS, quoted=True)
        raise ArgumentError(where=f"{where}, column 'kind'", expected="a kind of figure", got=repr(text), hint=hint)
    return found


def shares_of(row: Row, nps: float, where: str) -> tuple[float, float, float] | None:
    """Shares of the three categories in percent, where all three are given; they must make the score.

    Raises
    ------
    ArgumentError
    """
    names = ("detractors", "passives", "promoters")
    given = [number_of(row.get(name), f"{where}, column {name!r}", 0, 1e12, "a share or a count") for name in names]
    if any(each is None for each in given):
        return None
    values = [float(each or 0.0) for each in given]
    total = sum(values)
    if total <= 0:
        raise ArgumentError(where=where, expected="shares that are not all 0", got="0, 0, 0")
    detractors, passives, promoters = (100 * each / total for each in values)
    if abs(promoters - detractors - nps) > ROUNDING:
        raise ArgumentError(
            where=where, expected=f"promoters less detractors of {nps:g}", got=f"{promoters - detractors:.1f}",
            hint="the order is detractors, passives, promoters",
        )  # fmt: skip
    return detractors, passives, promoters
