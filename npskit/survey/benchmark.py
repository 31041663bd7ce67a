"""The verb that compares with others: brands asked in the same survey, and what is published of an industry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from npskit.errors import ArgumentError, EmptyDataError, NpskitError
from npskit.stats.arguments import as_number
from npskit.stats.comparison import adjust, difference
from npskit.stats.intervals import checked_level, interval
from npskit.stats.score import score
from npskit.survey.base import Base
from npskit.survey.benchmark_answers import THIS, Benchmark
from npskit.survey.benchmark_brands import Brands, brands_of
from npskit.survey.benchmark_channel import Asked, asked_by, brand_channel_notes
from npskit.survey.benchmark_context import MEASURES, context_columns
from npskit.survey.benchmark_notes import figure_notes
from npskit.survey.benchmark_sources import Figure, chosen, country_code
from npskit.survey.benchmark_table import read_figures
from npskit.survey.estimates import effective_counts, limits
from npskit.survey.notes import Note, noted

__all__ = ["Benchmarking"]

FIGURE = ("publisher", "year", "population", "country", "channel", "study", "industry", "url", "reliability")
RANKS = ("p_best", "rank", "p_rank", "rank_lower", "rank_upper")
GAPS = ("difference", "difference_lower", "difference_upper", "p_value", "p_adjusted")
COLUMNS = ("name", "kind", "score", "lower", "upper", "responses", *FIGURE[:3], *RANKS, *GAPS, *FIGURE[3:])
# Figures whose n is of answers, and not of companies, or of nothing.
COUNTED = ("company", "industry survey", "vendor customers")

Row = dict[str, Any]


class Benchmarking(Base):
    """Survey answers beside those that others got."""

    def benchmark(
        self,
        *,
        competitors: str | None = None,
        industry: Any = None,
        published: Any = None,
        own: Any = None,
        context: Any = None,
        country: str | None = None,
        channel: str | None = None,
        year: int | None = None,
        confidence_level: float = 0.95,
        rng: np.random.Generator | int | None = 0,
    ) -> Benchmark:
        """Where the score stands: among brands asked in the same survey, and among what is published.

        Parameters
        ----------
        competitors : str, optional
            Column that names the brand, in a survey with a row for each person and brand. Where the same people rated
            several (the customer's column, or ``cluster=``), differences and ranks are those of paired answers.
        industry : str or sequence of str, optional
            Such as ``"airlines"`` or ``"compagnies aériennes"``: published figures of it are shown, each with its
            source, as a range and never as one number.
        published : path, frame or list of dictionaries, optional
            Further figures: ``nps`` and ``publisher`` a row, and as known ``name, industry, year, population, country,
            channel, kind, responses, detractors, passives, promoters, lower, upper, url, reliability``, or in French.
            A column ``company``, ``brand`` or ``enseigne`` instead of ``name`` is of companies, unless ``kind``
            says otherwise. Those of other industries are left out when an industry is named.
        own : optional
            With `competitors` the brand that is ours; without, how ours is to be called.
        context : path, frame or list of dictionaries, optional
            By ``name``: ``revenue_growth``, ``customer_growth``, ``market_share``.
        country : str, optional
            Where our customers are; figures of elsewhere are pointed at.
        channel : str, optional
            How our customers were asked: ``"web"``, ``"email"``, ``"sms"``, ``"app"``, ``"kiosk"``, ``"phone"``,
            ``"face to face"``, ``"ivr"`` or ``"paper"``, or a French word for it. Unless given, what a column such as
            ``canal`` tells, when its levels are such words. Figures of another channel are pointed at, those first that
            differ in whether a person asks; answers by several channels are told as a mix.
        year : int, optional
            Of our survey; that of its last answer unless given. Figures more than three years older are pointed at.
        confidence_level : float
        rng : Generator or int, optional
            Of the draws behind P(best) and ranks.

        Returns
        -------
        Benchmark

        Raises
        ------
        ArgumentError
            When there is nothing to compare with, no such brand, industry or channel, or a row of `published` or
            `context` that cannot be used; it is named.
        ColumnNotFoundError
            When there is no such column.
        EmptyDataError
            When nobody answered.

        Notes
        -----
        A published figure is a number without an interval unless it says how many answers it rests on, and only then
        is it compared with ours. Means over companies and estimates never are.

        To a person people are less critical than alone: of 3,003 people of one panel, those asked on the web rated
        politicians "very unfavorable" more often than those whom an interviewer called (Pew Research Center, 2015,
        "From Telephone to the Web: The Challenge of Mode of Interview Effects in Public Opinion Polls").

        Examples
        --------
        >>> import npskit
        >>> garden = npskit.datasets.load("garden")
        >>> found = garden.nps.benchmark(industry="grande distribution", country="France")
        >>> found.range_lower, found.range_upper, found.sources
        (26.0, 35.0, 3)
        """
        checked_level(confidence_level)
        when = checked_year(year)
        if competitors is None and industry is None and published is None:
            raise ArgumentError(
                where="benchmark", expected="somebody to compare with", got="nobody",
                hint="competitors='brand' (a column), industry='airlines', or published='figures.csv'",
            )  # fmt: skip
        theirs = [] if published is None else read_figures(published)
        figures, industries = chosen(industry, theirs)
        rows, notes, ranks, counts = self._brands_asked(competitors, own, confidence_level, rng)
        when = when or self._last_year()
        mine = next((row for row in rows if row["kind"] == "own"), None)
        rows += [figure_row(each, counts, confidence_level) for each in ordered(figures)]
        place = None if country is None else country_code(country)
        left = sum(each not in figures for each in theirs)
        asked = self._way_of_asking(channel, competitors, mine, figures)
        notes += figure_notes(
            figures, self._numbers_scale(), country=place, year=when, asked=asked, left_out=left
        )  # fmt: skip
        if not figures and any(each is not None for each in (country, year, channel)):
            notes.append(noted("benchmark_note_place_unused"))
        table = table_of(rows)
        if context is not None:
            columns, others = context_columns(context, [str(name) for name in table["name"]])
            table |= columns
            notes += context_notes(table, others)
        span = [each for each in figures if each.kind != "company"]
        nan = float("nan")
        return Benchmark(
            table=table, own=None if mine is None else str(mine["name"]),
            **{name: nan if mine is None else mine[name] for name in ("score", "lower", "upper")},
            range_lower=min((each.nps for each in span), default=nan),
            range_upper=max((each.nps for each in span), default=nan),
            figures=len(span), sources=len({each.publisher for each in span}), industries=tuple(industries),
            rank_probabilities=ranks, confidence_level=confidence_level, notes=tuple(notes),
        )  # fmt: skip

    def _brands_asked(
        self, competitors: str | None, own: Any, confidence_level: float, rng: Any
    ) -> tuple[list[Row], list[Note], np.ndarray, np.ndarray | None]:
        """Rows of what this survey asked, remarks, ranks, and our counts as far as they are worth."""
        if competitors is not None:
            found = brands_of(self, competitors, own, confidence_level=confidence_level, rng=rng)
            notes = [*found.notes, *brand_channel_notes(self, competitors, found.names)]
            return brand_rows(found), notes, found.ranks, found.own_counts
        tally = self.tally()
        if not tally.responses.sum():
            raise EmptyDataError(where="benchmark", expected="answers", got="none",
                                 hint="look at df.nps.audit() for why no answer was counted")  # fmt: skip
        moments = self._moments(tally, None)
        ends = limits(tally, confidence_level=confidence_level, method="score", moments=moments)
        row = {
            "name": THIS if own is None else str(own), "kind": "own", "score": float(score(tally.category_weights[0])),
            "lower": float(ends[0][0]), "upper": float(ends[1][0]), "responses": int(tally.responses[0]),
        }  # fmt: skip
        return [row], [], np.empty((0, 0)), effective_counts(tally, moments)[0]

    def _way_of_asking(
        self, channel: Any, competitors: str | None, mine: Row | None, figures: Sequence[Figure]
    ) -> Asked:
        """How those were asked whose score stands beside the figures; nobody looks where none does."""
        if channel is None and not figures:
            return Asked()
        ours = None if competitors is None or mine is None else (competitors, str(mine["name"]))
        return asked_by(self, channel, brand=ours)

    def _last_year(self) -> int | None:
        """The year of the last answer; None without dates that can be read."""
        try:
            last = self.source.span(self._column("date"))[1]
        except NpskitError:
            return None
        return None if last is None else last.year

    def _numbers_scale(self) -> Any:
        """The scale of the answers; None where they are words or counts."""
        return None if self.aggregated is not None else self._numbers


def checked_year(year: Any) -> int | None:
    """The year, if it is one."""
    if year is None or (1900 <= as_number(year) <= 2200 and float(year).is_integer()):
        return None if year is None else int(year)
    raise ArgumentError(where="year", expected="a year such as 2024", got=repr(year))


def brand_rows(found: Brands) -> list[Row]:
    """A row a brand, ours first."""
    rows = []
    for at, name in enumerate(found.names):
        row = {column: values[at] for column, values in found.columns.items()}
        rows.append({"name": name, "kind": "own" if at == found.own else "competitor", **row})
    return rows


def ordered(figures: Sequence[Figure]) -> list[Figure]:
    """Figures of industries before those of companies, the highest first, the latest first among equals."""
    return sorted(figures, key=lambda each: (each.kind == "company", -each.nps, -(each.year or 0), each.name))


def figure_row(figure: Figure, own: np.ndarray | None, confidence_level: float) -> Row:
    """A published figure; with its number of answers also its interval and its difference to ours."""
    row: Row = {"name": figure.name, "kind": figure.kind, "score": figure.nps, "responses": figure.responses}
    row |= {"lower": figure.lower, "upper": figure.upper, **{name: getattr(figure, name) for name in FIGURE}}
    row["country"] = ", ".join(figure.country)
    if not figure.responses or figure.kind not in COUNTED:
        return row
    counts = counts_of(figure)
    if figure.lower is None or figure.upper is None:
        row["lower"], row["upper"] = (float(end) for end in interval(counts, confidence_level=confidence_level))
    if own is not None:
        gap = difference(counts, own, confidence_level=confidence_level)
        ends = (gap.difference, gap.lower, gap.upper, gap.p_value)
        row |= {name: float(value) for name, value in zip(GAPS, ends, strict=False)}
    return row


def counts_of(figure: Figure) -> np.ndarray:
    """Counts that make the figure; where only the score is known those without passives, which say the least."""
    shares = figure.counts or ((100 - figure.nps) / 2, 0.0, (100 + figure.nps) / 2)
    return np.asarray(shares) * (figure.responses or 0) / 100


def table_of(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Rows as columns, ranks and differences only where there are some; p-values adjusted for all at once."""
    table = {name: [none(row.get(name)) for row in rows] for name in COLUMNS}
    known = [float("nan") if value is None else value for value in table["p_value"]]
    table["p_adjusted"] = [none(float(value)) for value in adjust(known)] if known else []
    spare = [names for names in (RANKS, GAPS) if all(value is None for value in table[names[0]])]
    return {name: values for name, values in table.items() if not any(name in names for names in spare)}


def none(value: Any) -> Any:
    """None for nan and for an empty text."""
    return None if value == "" or (isinstance(value, float) and value != value) else value


def context_notes(table: dict[str, list[Any]], others: tuple[str, ...]) -> list[Note]:
    """What is not known of whom, and that nothing is concluded."""
    asked = [at for at, kind in enumerate(table["kind"]) if kind in ("own", "competitor")]
    bare = tuple(str(table["name"][at]) for at in asked if all(table[name][at] is None for name in MEASURES))
    notes = [noted("benchmark_note_beside")]
    notes += [noted("benchmark_note_context_unknown", names=bare)] if bare else []
    return [*notes, *([noted("benchmark_note_context_others", names=others)] if others else [])]
