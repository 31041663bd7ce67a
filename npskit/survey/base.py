"""What every verb stands on: the data, the roles of its columns, and the one scan that counts."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from npskit import roles as _roles
from npskit.errors import ArgumentError, ArgumentTypeError, ScaleWarning
from npskit.frames import Bands, Period, wrap
from npskit.scale import Scale
from npskit.survey.columns import Columns
from npskit.tally import ClusterMoments, Tally

if TYPE_CHECKING:
    from npskit.frames import Source

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
        named = [name for name in (*self._named.values(), cluster) if name is not None]
        if named:
            columns = self._whole.columns
            for name in named:
                _roles.resolve(name, columns)

    @property
    def data(self) -> Any:
        """The answers as they were given."""
        return self._data

    @property
    def notes(self) -> Mapping[str, Any]:
        """What `read_survey` noted about the file, while it travels with the frame; empty for any other data."""
        attrs = getattr(self._data, "attrs", None)
        notes = attrs.get("npskit") if isinstance(attrs, dict) else None
        return notes if isinstance(notes, Mapping) else {}

    @property
    def settings(self) -> dict[str, Any]:
        """The keywords that make this survey again from its data, those left at their defaults left out.

        Examples
        --------
        >>> import pandas as pd
        >>> Base(pd.DataFrame({"q1": [9, 11]}), rating="q1", missing=[11]).settings
        {'rating': 'q1', 'missing': [11]}
        """
        others = {"cluster": self._cluster, "missing": as_list(self._missing) or None, "scale": self._scale}
        given = {**self._named, **others, "keep": None if self._keep == "all" else self._keep}
        return {name: value for name, value in given.items() if value is not None}

    def __repr__(self) -> str:
        named = ", ".join(f"{role}={column!r}" for role, column in self._named.items() if column)
        return f"<npskit.Survey of {type(self._data).__name__}{': ' + named if named else ''}>"

    # ---- what the columns are -------------------------------------------------------------------------------

    @property
    def _whole(self) -> Source:
        """Every row. An engine that is asked over a wire keeps its first rows; a pandas frame may change in between."""
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
        return Columns(self._whole, named=self._named, notes=self._notes, scale=self._numbers)

    def _column(self, role: str) -> str:
        return self._columns.find(role).column

    def column(self, role: str) -> str:
        """The column that plays a role.

        Raises
        ------
        RoleError
            When none does, or more than one could.
        """
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
