"""What every verb stands on: the data, the roles of its columns, and the one scan that counts."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from npskit import roles as _roles
from npskit.errors import ArgumentError, ArgumentTypeError, NpskitWarning, RoleError, ScaleWarning
from npskit.frames import Bands, Period, wrap
from npskit.scale import Scale
from npskit.survey.columns import Columns
from npskit.tally import ClusterMoments, Tally

if TYPE_CHECKING:
    from npskit.frames import Source
    from npskit.frames.counts_source import CountsSource

__all__ = ["Base", "as_list", "opened"]

PARQUET = (".parquet", ".pq", ".parq")


class Base:
    """Survey answers with the roles of their columns; `Survey` adds the verbs."""

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
        detractors: str | None = None,
        passives: str | None = None,
        promoters: str | None = None,
        responses: str | int | None = None,
    ) -> None:
        if keep not in ("all", "last"):
            raise ArgumentError(where="keep", expected="'all' or 'last'", got=repr(keep))
        if scale is not None and not isinstance(scale, Scale):
            raise ArgumentTypeError(
                where="scale", expected="npskit.Scale", got=repr(scale), hint="scale=npskit.Scale(1, 5)"
            )
        self._data = opened(data)
        self._kept: Source | None = None
        self._named = {"rating": rating, "date": date, "comment": comment, "customer": customer, "weight": weight}
        self._cluster, self._missing, self._scale, self._keep = cluster, missing, scale, keep
        counts = {"detractors": detractors, "passives": passives, "promoters": promoters, "responses": responses}
        self._counts: CountsSource | None = None
        if any(name is not None for name in counts.values()):
            self._counts = self._counted_source(counts)
        named = [name for name in (*self._named.values(), cluster) if name is not None]
        if named:
            columns = self._whole.columns
            for name in named:
                _roles.resolve(name, columns)

    @classmethod
    def from_counts(
        cls,
        frame: Any,
        *,
        detractors: str | None = None,
        passives: str | None = None,
        promoters: str | None = None,
        responses: str | int | None = None,
        date: str | None = None,
        weight: str | None = None,
        cluster: str | None = None,
    ) -> Self:
        """A survey of counts: rows that tell of many answers each, such as one for each shop and month.

        Parameters
        ----------
        frame : DataFrame, relation or path
            Any that `Survey` takes; the columns beside the counts are what one can group by.
        detractors, passives, promoters : str, optional
            Columns of counts, of shares (0..1) or of percentages; found by their names in English and French when not
            given. A row without any of the three tells of nobody.
        responses : str or int, optional
            Of shares and percentages: the column of answers they are of, or a number to take every row as, which is
            an assumption that all intervals stand on. Shares that do not add up to the whole because they were rounded
            are scaled to it; then counts are the nearest whole numbers.
        date : str, optional
            Column of one date a row; found when not given.
        weight, cluster : str, optional
            As in `Survey`: the weight of each answer of a row; the accounts (shops, hospitals) that rows belong to.

        Returns
        -------
        Survey
            With every verb that needs counts only.

        Raises
        ------
        RoleError
            When a column of counts is not found, or several could be it.
        ArgumentError
            For negative numbers, fractions that are no shares, whole numbers that may be percentages, or shares
            without `responses`; it names the rows.

        Warns
        -----
        NpskitWarning
            When `responses` is a number.

        Examples
        --------
        >>> import pandas as pd
        >>> from npskit import Survey
        >>> counts = pd.DataFrame({"shop": ["Lyon", "Nice"], "détracteurs": [20, 9], "passifs": [30, 11],
        ...                        "promoteurs": [70, 10]})
        >>> Survey.from_counts(counts).summary(by="shop")[["shop", "responses", "score"]].round(1)
           shop  responses  score
        0  Lyon        120   41.7
        1  Nice         30    3.3
        """
        data = opened(frame)
        if detractors is None:
            # Naming one is what tells the class that these are counts.
            plain = cls(data)
            columns = Columns(plain._whole, named={}, notes=plain.notes, scale=Scale())
            detractors = columns.find("detractors").column
        survey = cls(
            data, detractors=detractors, passives=passives, promoters=promoters, responses=responses,
            date=date, weight=weight, cluster=cluster,
        )  # fmt: skip
        if survey._counts is not None and survey._counts.assumed is not None:
            from npskit.survey.aggregated import remarks

            warnings.warn(remarks(survey._counts, "en")[0], NpskitWarning, stacklevel=2)
        return survey

    def _counted_source(self, counts: Mapping[str, Any]) -> CountsSource:
        """The source of counts, for keywords that name some of its columns."""
        from npskit.survey.aggregated import counted_source

        others: dict[str, Any] = {name: self._named[name] for name in ("rating", "comment", "customer")}
        others |= {"missing": as_list(self._missing), "scale": self._scale}
        return counted_source(
            self._data, counts, notes=self.notes, others={**others, "keep": self._keep if self._keep != "all" else ""}
        )

    @property
    def aggregated(self) -> CountsSource | None:
        """The rows of counts with what they assume, in a survey of counts; None in one of answers."""
        return self._counts

    @property
    def data(self) -> Any:
        """The answers as they were given."""
        return self._data

    @property
    def notes(self) -> Mapping[str, Any]:
        """What `read_survey` noted about the file, while it travels with the frame, and what counts assume."""
        attrs = getattr(self._data, "attrs", None)
        notes = attrs.get("npskit") if isinstance(attrs, dict) else None
        notes = notes if isinstance(notes, Mapping) else {}
        if self._counts is None:
            return notes
        from npskit.survey.aggregated import remarks

        return {**notes, "notes": [*notes.get("notes", []), *remarks(self._counts, "en")]}

    @property
    def settings(self) -> dict[str, Any]:
        """The keywords that make this survey again from its data, those left at their defaults left out.

        Examples
        --------
        >>> import pandas as pd
        >>> Base(pd.DataFrame({"q1": [9, 11]}), rating="q1", missing=[11]).settings
        {'rating': 'q1', 'missing': [11]}
        """
        counts = {} if self._counts is None else self._counts.counts.settings
        others = {"cluster": self._cluster, "missing": as_list(self._missing) or None, "scale": self._scale}
        given = {**counts, **self._named, **others, "keep": None if self._keep == "all" else self._keep}
        return {name: value for name, value in given.items() if value is not None}

    def __repr__(self) -> str:
        counts = {} if self._counts is None else self._counts.counts.settings
        named = ", ".join(f"{role}={column!r}" for role, column in {**counts, **self._named}.items() if column)
        return f"<npskit.Survey of {type(self._data).__name__}{': ' + named if named else ''}>"

    # ---- what the columns are -------------------------------------------------------------------------------

    @property
    def _whole(self) -> Source:
        """Every row. An engine that is asked over a wire keeps its first rows; a pandas frame may change in between."""
        if self._counts is not None:
            return self._counts
        if isinstance(self._data, (pd.DataFrame, pd.Series)):
            return wrap(self._data)
        if self._kept is None:
            self._kept = wrap(self._data)
        return self._kept

    @property
    def source(self) -> Source:
        """The data behind one face, whatever its engine."""
        source = self._whole
        if self._keep == "all":
            return source
        rating = self._column("rating")
        scale = self._scale_of(source, rating)
        return source.latest(self._column("customer"), self._column("date"), rating=rating, scale=scale)

    def roles(self) -> Any:
        """Which column plays which role, and why.

        Returns
        -------
        table in the caller's own library
            ``role, column, reason``; where no column fits, or several do, the column is missing and the reason says so.
        """
        return self._whole.table(self._columns.table())

    @property
    def _columns(self) -> Columns:
        counts = None if self._counts is None else self._counts.counts
        return Columns(self._whole, named=self._named, notes=self._notes, scale=self._numbers, counts=counts)

    def _column(self, role: str) -> str:
        return self._columns.find(role).column

    def column(self, role: str) -> str:
        """The column that plays a role.

        Raises
        ------
        RoleError
            When none does, or more than one could; in a survey of counts no column is the rating.
        """
        if role == "rating" and self._counts is not None:
            raise RoleError(where="the rating column", expected="a column of ratings", got="counts of answers")
        return self._column(role)

    def rivals(self, role: str) -> list[str]:
        """The columns between which a role cannot be decided; empty when one plays it, or none could."""
        return self._columns.rivals(role)

    @property
    def _notes(self) -> Mapping[str, Any]:
        return self.notes

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
            if isinstance(item, str):
                return _roles.resolve(item, source.columns)
            raise ArgumentTypeError(
                where="by",
                expected="names of columns, npskit.Period or npskit.Bands",
                got=type(item).__name__,
                hint="put the values into a column first, then by='that column'",
            )

        return [looked_up(item) for item in as_list(by)]


def opened(data: Any) -> Any:
    """Data as it is; a path to an export is read, a path to Parquet is left to be scanned."""
    if not isinstance(data, (str, os.PathLike)):
        return data
    path = Path(data)
    # "sales [1].csv" is a name that browsers give, and no pattern where such a file is.
    pattern = any(char in str(data) for char in "*?[") and not path.is_file()
    if path.suffix.lower() in PARQUET or path.is_dir() or pattern:
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
