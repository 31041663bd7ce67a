"""The public class: data, the roles of its columns, and verbs.

`Survey` says once which column is the rating, the date, the weight; then every verb is a scan that counts (frames),
arithmetic on the counts (stats) and a table or a record. `df.nps` is this class with every role found from names
and content.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from npskit import roles as _roles
from npskit.errors import ArgumentError, RoleError, ScaleWarning
from npskit.frames import Bands, Period, wrap
from npskit.scale import Scale
from npskit.stats.score import score
from npskit.survey.answers import Trend
from npskit.survey.audit import customer_check, rating_checks, reading_checks
from npskit.survey.columns import Columns
from npskit.survey.estimates import counted, distribution, estimates, series
from npskit.survey.plots import Plots
from npskit.tally import ClusterMoments, Tally

if TYPE_CHECKING:
    from npskit.frames import Source

__all__ = ["Survey"]

PARQUET = (".parquet", ".pq", ".parq")


class Survey:
    """Survey answers with the roles of their columns.

    Parameters
    ----------
    data : DataFrame, Series, relation or path
        pandas, Polars (eager or lazy), PyArrow, DuckDB, Dask, Ibis or PySpark; a path to Parquet (a file, a folder, a
        pattern), which DuckDB scans without loading it; or a path to an export, read by `npskit.read_survey`.
    rating, date, comment, customer : str, optional
        Names of the columns; found from names and content when not given.
    weight : str, optional
        Column of weights. Weights are applied only when named here.
    cluster : str, optional
        Column of the accounts (or households) that answer several times; intervals then allow for it.
    missing : sequence, optional
        Values that stand for "no answer", such as ``[11, 99]``.
    scale : Scale, optional
        The scale of the ratings; 0 to 10 unless given, or the words Promoter, Passive, Detractor
        when the column holds them.
    keep : {"all", "last"}, optional
        Whether to use every answer, or only the last one of each customer.

    Examples
    --------
    >>> import pandas as pd
    >>> survey = Survey(pd.DataFrame({"nps": [10, 9, 3, 8], "shop": ["a", "a", "b", "b"]}))
    >>> survey.score()
    25.0
    >>> survey.summary(by="shop")[["shop", "responses", "score"]]
      shop  responses  score
    0    a          2  100.0
    1    b          2  -50.0
    """

    def __init__(
        self,
        data: Any,
        *,
        rating: str | None = None,
        date: str | None = None,
        comment: str | None = None,
        customer: str | None = None,
        weight: str | None = None,
        cluster: str | None = None,
        missing: Sequence[Any] = (),
        scale: Scale | None = None,
        keep: str = "all",
    ) -> None:
        if keep not in ("all", "last"):
            raise ArgumentError(where="keep", expected="'all' or 'last'", got=repr(keep))
        self._data = opened(data)
        self._named = {"rating": rating, "date": date, "comment": comment, "customer": customer, "weight": weight}
        self._cluster, self._missing, self._scale, self._keep = cluster, missing, scale, keep

    def __repr__(self) -> str:
        named = ", ".join(f"{role}={column!r}" for role, column in self._named.items() if column)
        return f"<npskit.Survey of {type(self._data).__name__}{': ' + named if named else ''}>"

    # ---- what the columns are -------------------------------------------------------------------------------

    @property
    def source(self) -> Source:
        """The data behind one face, whatever its engine."""
        source = wrap(self._data)
        return source.latest(self._column("customer"), self._column("date")) if self._keep == "last" else source

    def roles(self) -> Any:
        """Which column plays which role, and why.

        Returns
        -------
        table in the caller's own library
            ``role, column, reason``; where no column fits, or several do, the column is missing and the reason says so.
        """
        return wrap(self._data).table(self._columns.table())

    @property
    def _columns(self) -> Columns:
        return Columns(wrap(self._data), named=self._named, notes=self._notes, scale=self._numbers)

    def _column(self, role: str) -> str:
        return self._columns.find(role).column

    @property
    def _notes(self) -> Mapping[str, Any]:
        """What `read_survey` noted about the file, while it travels with the frame."""
        attrs = getattr(self._data, "attrs", None)
        notes = attrs.get("npskit") if isinstance(attrs, dict) else None
        return notes if isinstance(notes, Mapping) else {}

    @property
    def _numbers(self) -> Scale:
        """The scale asked for, or 0 to 10, with the codes for "no answer"."""
        scale = self._scale or Scale()
        return scale.replace(missing=(*scale.missing, *as_list(self._missing)))

    def _scale_of(self, source: Source, rating: str) -> Scale:
        """The scale asked for; the words Promoter, Passive, Detractor when the column holds them."""
        words = Scale.labels(missing=as_list(self._missing))
        return words if self._scale is None and words.fits(source.sample(rating)) else self._numbers

    # ---- counting -------------------------------------------------------------------------------------------

    def tally(self, by: Any = None) -> Tally:
        """Answers counted per rating, and per cell of `by`; everything else is computed from this.

        Parameters
        ----------
        by : str, Period, Bands or sequence of them, optional

        Returns
        -------
        Tally
        """
        source, rating = self.source, self._column("rating")
        scale = self._scale_of(source, rating)
        found = source.tally(rating, self._items(source, by), scale=scale, weight=self._weight(source))
        warn_of_scale(found)
        return found

    def _moments(self, tally: Tally, by: Any) -> ClusterMoments | None:
        if self._cluster is None:
            return None
        source = self.source
        return source.cluster_moments(
            self._column("rating"),
            self._items(source, by),
            cluster=_roles.resolve(self._cluster, source.columns),
            scale=tally.scale,
            weight=self._weight(source),
        )

    def _weight(self, source: Source) -> str | None:
        name = self._named["weight"]
        return None if name is None else _roles.resolve(name, source.columns)

    def _items(self, source: Source, by: Any) -> list[str | Period | Bands]:
        """The items of `by` with their columns looked up."""

        def looked_up(item: str | Period | Bands) -> str | Period | Bands:
            if isinstance(item, (Period, Bands)):
                return replace(item, column=_roles.resolve(item.column, source.columns))
            return _roles.resolve(item, source.columns)

        return [looked_up(item) for item in as_list(by)]

    # ---- verbs ----------------------------------------------------------------------------------------------

    def score(self) -> float:
        """The Net Promoter Score: share of promoters minus share of detractors.

        Returns
        -------
        float
            Points on [-100, 100]; nan when nobody answered.

        Raises
        ------
        RoleError
            When no column, or more than one, can be the rating.
        RatingError
            When there are values outside the scale.
        """
        return float(score(self.tally().category_weights[0]))

    def summary(self, by: Any = None, *, confidence_level: float = 0.95, method: str = "score") -> Any:
        """The score with its interval, for everyone or per group.

        Parameters
        ----------
        by : str, Period, Bands or sequence of them, optional
        confidence_level : float
        method : {"score", "adjusted_wald", "wald", "bayes", "bootstrap"}
            The interval. With weights the default is the adjusted Wald interval on the effective responses; with
            clusters it is always the linearised t interval.

        Returns
        -------
        table in the caller's own library
            The `by` columns, ``responses, detractors, passives, promoters`` (counts), ``score, lower, upper``
            (points); with weights also ``effective_responses``.
        """
        tally = self.tally(by)
        found = estimates(tally, confidence_level=confidence_level, method=method, moments=self._moments(tally, by))
        return self.source.table({**tally.columns(), **counted(tally.category_counts), **found})

    def distribution(self, by: Any = None) -> Any:
        """How often each rating was given.

        Returns
        -------
        table in the caller's own library
            The `by` columns, ``rating, responses, share`` (0..1, of those who answered), one row per rating of the
            scale. With weights the share is weighted and the responses are not.
        """
        return self.source.table(distribution(self.tally(by)))

    def trend(self, every: str = "month", by: Any = None, *, confidence_level: float = 0.95) -> Trend:
        """The score over time, with the smoothed level.

        Parameters
        ----------
        every : {"day", "week", "month", "quarter", "year"}
        by : str, Bands or sequence of them, optional
            One series per group.
        confidence_level : float

        Returns
        -------
        Trend
            One row per period from the first to the last; the interval is of the period's reading, the band of the
            level.
        """
        tally = self.tally([Period(self._column("date"), every), *as_list(by)])
        undated = sum(int(n) for n, cell in zip(tally.responses, tally.cells, strict=True) if cell[0] is None)
        table = series(tally, every=every, confidence_level=confidence_level)
        return Trend(table, every, tally.keys[1:], confidence_level, undated)

    def audit(self) -> Any:
        """What is wrong with this data.

        Returns
        -------
        table in the caller's own library
            ``check, count, detail``: a row each for ``rows, valid, missing, out_of_range`` (with up to five values),
            ``scale_warning``, ``duplicates`` (rows equal in every column), ``repeated_customers``, and what
            `read_survey` left out or repaired.
        """
        source, rating = wrap(self._data), self._column("rating")
        rows = [
            *rating_checks(source.rating_counts(rating), self._scale_of(source, rating), rating),
            ("duplicates", source.duplicates(), "rows equal to another in every column"),
            *self._customer_check(source),
            *reading_checks(self._notes),
        ]
        return source.table({name: [row[i] for row in rows] for i, name in enumerate(("check", "count", "detail"))})

    def _customer_check(self, source: Source) -> list[tuple[str, int, str]]:
        try:
            column = self._column("customer")
        except RoleError:
            return []
        return [customer_check(*source.repeated(column), column)]

    @property
    def plot(self) -> Plots:
        """Charts of the verbs: ``df.nps.plot.summary(by="shop")``."""
        return Plots(self)


def opened(data: Any) -> Any:
    """Data as it is; a path to an export is read, a path to Parquet is left to be scanned."""
    if not isinstance(data, (str, os.PathLike)):
        return data
    path = Path(data)
    if path.suffix.lower() in PARQUET or path.is_dir() or any(char in str(data) for char in "*?["):
        return os.fspath(data)
    from npskit.readers import read_survey

    return read_survey(path)


def as_list(value: Any) -> list[Any]:
    """One item, several, or none, as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple, set, frozenset, range)) else [value]


def warn_of_scale(tally: Tally) -> None:
    """Warn when the ratings look as if given on another scale."""
    if other := tally.scale.resembles(tally.counts.sum(0)):
        low, high = other.split("-")
        warnings.warn(
            f"the ratings look as if given from {low} to {high}, and were read from {tally.scale.lowest} to "
            f"{tally.scale.highest}.\nHint: pass scale=npskit.Scale({low}, {high}) if so.",
            ScaleWarning,
            stacklevel=4,
        )
