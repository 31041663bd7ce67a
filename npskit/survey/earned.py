"""Earned growth: how much of a company's growth its own customers made.

The score says what customers would do; the accounts say what they did. `earned_growth` reads a frame with one row a
customer, their revenue in two periods and, for new ones, how they came, and gives the bridge from the one revenue to
the other.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import ArgumentError, ArgumentTypeError, did_you_mean
from npskit.frames import Source, wrap
from npskit.labels import language, share, word
from npskit.results import Result
from npskit.roles import fold
from npskit.scale import is_missing
from npskit.stats.earned import BOUGHT, EARNED, STEPS, UNKNOWN, bridge, earned_sums, growth
from npskit.stats.intervals import checked_level
from npskit.survey.base import as_list
from npskit.survey.notes import Note, noted
from npskit.survey.spending import currency_of, numbers_of

if TYPE_CHECKING:
    import altair as alt

__all__ = ["EarnedGrowth", "earned_growth"]

MOST_SOURCES = 200
MOST_NAMED = 5
# Width of an interval from which a rate is told without a decimal.
WIDE = 0.05
KINDS = {"earned": EARNED, "bought": BOUGHT, "unknown": UNKNOWN}


@dataclass(frozen=True, eq=False)
class EarnedGrowth(Result):
    """The bridge from the revenue before to the revenue now, as `npskit.earned_growth` gives it.

    All figures are shares of the revenue before (0.1 is 10 %); those with limits are (value, lower, upper).

    Attributes
    ----------
    table : mapping of str to list
        ``step``: start, lost, shrunk, grown, earned_new, bought_new, unknown_new, end; ``customers``; ``revenue`` (of
        start and end, else what the step adds; they add up to the end); ``share`` (of the revenue before).
    rate : float
        Earned growth rate: net revenue retention + earned new revenue - 1. New customers of unknown source are not
        counted as earned.
    ratio : float
        Earned growth over all growth; missing when revenue did not grow.
    net_revenue_retention, earned_new, bought_new, unknown_new, growth : float
        Revenue now of the customers of before; of new customers by source; and growth of the whole.
    rate_if_all : float
        The rate if all new customers of unknown source had been earned; `rate` is the one if none had.
    intervals : mapping of str to (lower, upper)
        For each of the figures; see `npskit.earned_growth` for what they mean.
    confidence_level : float
    currency : str
    notes : tuple of Note
        What may mislead; `str` of each is its sentence in English.
    """

    table: Mapping[str, Sequence[Any]]
    rate: float
    ratio: float
    net_revenue_retention: float
    earned_new: float
    bought_new: float
    unknown_new: float
    growth: float
    rate_if_all: float
    intervals: Mapping[str, tuple[float, float]]
    confidence_level: float = 0.95
    currency: str = ""
    notes: tuple[Note, ...] = field(default=(), compare=False)

    def sentence(self, *, lang: str | None = None) -> str:
        """How much of the growth was earned.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        low, high = self.intervals["rate"]
        known = low == low
        # A figure of accounts, but what is said of it is no finer than its interval.
        digits = 0 if known and high - low > WIDE else 1
        texts = {"rate": self.rate, "highest": self.rate_if_all, "growth": self.growth}
        values = {name: share(value, digits=digits, lang=lang) for name, value in texts.items()}
        if known:
            ends = {"lower": low, "upper": high}
            limits = {name: share(bound, digits=digits, lang=lang) for name, bound in ends.items()}
            values["range"] = word("range", lang, **limits)
        key = "earned_open" if self.unknown_new else "earned_known"
        return word(key if known else f"{key}_few", lang, **values)

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """The chart: from the revenue before to the revenue now, a bar a step.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.revenue_bridge(
            self.table,
            title=self.sentence(lang=lang),
            told=[self.parts(lang=lang)],
            currency=self.currency,
            lang=lang,
        )

    def parts(self, *, lang: str | None = None) -> str:
        """The rate as the sum of what it is made of.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        figures = {"kept": self.net_revenue_retention, "new": self.earned_new, "rate": self.rate}
        told = word(
            "earned_parts", lang, **{name: share(value, digits=1, lang=lang) for name, value in figures.items()}
        )  # fmt: skip
        if self.unknown_new or not 0 < self.ratio <= 1:
            return told
        return told + word("earned_ratio", lang, ratio=share(self.ratio, lang=lang))


def earned_growth(
    customers: Any,
    *,
    before: str = "before",
    now: str = "now",
    source: str | None = None,
    earned: Iterable[Any] | str | None = None,
    customer: str | None = None,
    currency: str | None = None,
    confidence_level: float = 0.95,
    replicates: int = 2000,
    rng: int = 0,
) -> EarnedGrowth:
    """How much of the growth of revenue was earned with customers rather than bought.

    Parameters
    ----------
    customers : DataFrame, relation or path
        One row a customer, of any library that npskit reads.
    before, now : str
        Columns of the revenue of each customer in the two periods; missing counts as none. Who had some before is a
        customer of before, who has some now only is a new one.
    source : str, optional
        Column of how new customers came: whether they were earned (yes and no, 0 and 1), or in words, such as
        "referral" and "advertising".
    earned : value or sequence, optional
        The values of `source` that count as earned; all others are then bought. Without it, words for a referral or
        word of mouth are earned, words for advertising, promotion and sales are bought, and others are unknown, which
        is said.
    customer : str, optional
        Column of the customers; refused when one has several rows.
    currency : str, optional
        Shown with amounts; found in the name of the column unless given.
    confidence_level : float
    replicates : int
        Of the studentised bootstrap over customers.
    rng : int
        Its seed.

    Returns
    -------
    EarnedGrowth
        With every customer in the frame the figures are accounts and have no sampling error. The intervals say
        something else: how much they would differ with other customers of the same kind, that is, how far they rest
        on a few large ones.

    Raises
    ------
    ColumnNotFoundError
        When a column is not there.
    ArgumentTypeError
        When revenue is no number.
    ArgumentError
        When a customer has several rows, or no value of `source` is one of `earned`.
    EmptyDataError
        When there was no revenue before.

    References
    ----------
    Reichheld, Darnell and Burns (2021), Net Promoter 3.0, Harvard Business Review 99(6), 80-89.

    Examples
    --------
    >>> import pandas as pd
    >>> source = ["", "", "referral", "ad"]
    >>> accounts = pd.DataFrame({"before": [60, 40, 0, 0], "now": [85, 0, 25, 20], "source": source})
    >>> found = earned_growth(accounts, source="source")
    >>> round(found.rate, 3), round(found.ratio, 3)
    (0.1, 0.333)
    >>> found.to_frame()[["step", "revenue"]].head(3)
         step  revenue
    0   start    100.0
    1    lost    -40.0
    2  shrunk      0.0
    """
    checked_level(confidence_level)
    if earned is not None and source is None:
        raise ArgumentError(
            where="earned", expected="source= beside it, the column that has these values", got="no source"
        )
    frame = wrap(customers)
    names = {"before": numbers_of(frame, before, "before"), "now": numbers_of(frame, now, "now")}
    if source is not None:
        names["source"] = frame.column(source)
    if customer is not None:
        refuse_repeated(frame, customer)
    columns = read(frame, list(names.values()))
    first, last = (amounts(columns[names[name]], names[name]) for name in ("before", "now"))
    origin, notes = origins(columns, names.get("source"), earned, (first == 0) & (last != 0))
    sums = earned_sums(first, last, origin, rng=rng)
    found = growth(sums, confidence_level=confidence_level, replicates=replicates, rng=rng)
    figures: dict[str, Any] = {name: value for name, (value, _, _) in found.items()}
    return EarnedGrowth(
        table=table_of(sums),
        intervals={name: (lower, upper) for name, (_, lower, upper) in found.items()},
        confidence_level=confidence_level,
        currency=currency_of(names["before"]) if currency is None else currency,
        notes=(*notes, *about(columns, names, first, last)),
        **figures,
    )


def read(frame: Source, names: Sequence[str]) -> dict[str, Any]:
    """Some columns as pandas, since a bridge pairs two values of one row."""
    held: Any
    if frame.engine == "pandas":
        held = frame
        return {name: held.series(name) for name in names}
    held = frame
    found = held.frame.select(*dict.fromkeys(names)).collect().to_pandas()
    return {name: found[name] for name in names}


def amounts(series: Any, name: str) -> np.ndarray:
    """Revenue as numbers, missing ones 0."""
    try:
        values = series.to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ArgumentTypeError(where=f"column {name!r}", expected="numbers", got=f"{series.dtype} values") from error
    if np.isinf(values).any():
        raise ArgumentError(where=f"column {name!r}", expected="finite numbers", got="infinite ones")
    return np.nan_to_num(values)


def refuse_repeated(frame: Source, customer: str) -> None:
    """One row a customer, or new and old could not be told apart."""
    several, beyond = frame.repeated(frame.column(customer))
    if several:
        raise ArgumentError(
            where=f"customer={customer!r}",
            expected="one row a customer",
            got=f"{several:,} customers in {several + beyond:,} rows",
            hint=f"sum them first: df.groupby({customer!r}).agg({{'before': 'sum', 'now': 'sum', 'source': 'first'}})",
        )


def origins(
    columns: Mapping[str, Any], source: str | None, earned: Any, new: np.ndarray
) -> tuple[np.ndarray, list[Note]]:
    """How each customer came (0 earned, 1 bought, 2 unknown), and the words that were not understood."""
    kinds = np.full(len(new), UNKNOWN)
    if source is None:
        return kinds, [noted("earned_note_no_source")] if new.any() else []
    import pandas as pd

    codes, values = pd.factorize(columns[source].astype(object))
    if len(values) > MOST_SOURCES:
        raise ArgumentError(
            where=f"source={source!r}",
            expected=f"at most {MOST_SOURCES} different ways to come",
            got=f"{len(values):,}",
            hint="group them first",
        )
    found = [kind_of(value, earned) for value in values]
    chosen = [fold(str(value)) for value in as_list(earned)]
    if missing := [name for name in chosen if name not in {text_of(value) for value in values}]:
        raise ArgumentError(
            where="earned",
            expected=f"values of column {source!r}",
            got=repr(missing[0]),
            hint=did_you_mean(missing[0], [str(value) for value in values]),
        )
    kinds = np.append(np.array([UNKNOWN if kind is None else kind for kind in found], dtype=int), UNKNOWN)[codes]
    seen = set(codes[new].tolist())
    unread = [str(value) for at, value in enumerate(values) if found[at] is None and at in seen]
    return kinds, [noted("earned_note_unread", names=tuple(unread[:MOST_NAMED]))] if unread else []


def text_of(value: Any) -> str:
    """A value of the source, folded; whole numbers without a decimal."""
    return fold(f"{value:g}" if isinstance(value, float) else str(value))


def kind_of(value: Any, earned: Any) -> int | None:
    """Earned, bought or unknown; None for a word that nobody taught us."""
    text = "" if is_missing(value) else text_of(value)
    if not text or text in known_sources()["unknown"]:
        return UNKNOWN
    if earned is not None:
        return EARNED if text in {fold(str(each)) for each in as_list(earned)} else BOUGHT
    said = {kind for kind, known in known_sources().items() if known & set(text.split())}
    return KINDS[said.pop()] if len(said) == 1 else None


@cache
def known_sources() -> dict[str, frozenset[str]]:
    """Words that say how a customer came, from sources.csv."""
    lines = files("npskit.survey").joinpath("sources.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines))
    return {kind: frozenset(row["word"] for row in rows if row["kind"] == kind) for kind in KINDS}


def table_of(sums: Any) -> dict[str, list[Any]]:
    """A row a step."""
    revenue, customers = bridge(sums)
    return {
        "step": list(STEPS),
        "customers": [int(n) for n in customers],
        "revenue": revenue.tolist(),
        "share": (revenue / revenue[0]).tolist(),
    }


def about(columns: Mapping[str, Any], names: Mapping[str, str], first: np.ndarray, last: np.ndarray) -> list[Note]:
    """Missing and negative revenue."""
    missing = int(sum(columns[names[name]].isna().sum() for name in ("before", "now")))
    negative = int(((first < 0) | (last < 0)).sum())
    notes = [noted("earned_note_missing", missing, n=missing)] if missing else []
    return [*notes, *([noted("earned_note_negative", negative, n=negative)] if negative else [])]
