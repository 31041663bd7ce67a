"""The verbs that tell groups apart: is it different, why did it move, where is it bad."""

from __future__ import annotations

import datetime as dt
from numbers import Number
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import ArgumentError, EmptyDataError, did_you_mean
from npskit.frames import Period
from npskit.survey.gathering import Gathering, answered, has_groups, row_of, shown_side, side_of
from npskit.survey.levels import chosen, item_text, level_text, periodical

if TYPE_CHECKING:
    from npskit.survey.changes import Decomposition
    from npskit.survey.comparisons import Comparison
    from npskit.survey.surprises import Segments

__all__ = ["Comparing"]

MOST_COLUMNS = 12
ADJUSTMENTS = ("holm", "bh")
LEVELS = (str, bytes, Number, np.generic, dt.date, list, tuple, type(None))


class Comparing(Gathering):
    """Survey answers whose groups can be told apart."""

    def compare(
        self,
        by: Any = None,
        *,
        against: Any = "rest",
        confidence_level: float = 0.95,
        adjustment: str = "holm",
        rng: np.random.Generator | int | None = 0,
    ) -> Comparison:
        """Whether groups differ: the difference of each to the others, with its interval and p-value.

        Parameters
        ----------
        by : str, Period, Bands or sequence of them, optional
            What makes the groups; needed unless `against` is another survey.
        against : {"rest", "overall"}, a level, or another survey
            All other answers; all answers; one of the groups (with several columns a tuple of levels, of a Period a
            date or ISO text such as ``"2017"``); or another frame or `Survey` of the same question, whose same groups
            are compared with these.
        confidence_level : float
        adjustment : {"holm", "bh"}
            Of the p-values for being many: Holm (any false finding), or Benjamini and Hochberg (their share).
        rng : Generator or int, optional
            Of the draws behind P(best).

        Returns
        -------
        Comparison
            Group minus what it is compared with, in points; MOVER intervals.

        Raises
        ------
        ArgumentError
            When there are fewer than two groups, or no such level.
        ColumnNotFoundError
            When there is no such column.

        Examples
        --------
        >>> import pandas as pd
        >>> from npskit import Survey
        >>> answers = pd.DataFrame({"nps": [10] * 60 + [5] * 40 + [10] * 30 + [5] * 70,
        ...                         "shop": ["Lyon"] * 100 + ["Nice"] * 100})
        >>> Survey(answers).compare("shop", against="Nice").sentence()
        'Lyon is 60 points above Nice (interval: +33 to +84).'
        """
        from npskit.survey.comparisons import between, compared

        if adjustment not in ADJUSTMENTS:
            hint = did_you_mean(str(adjustment), ADJUSTMENTS)
            raise ArgumentError(where="adjustment", expected="'holm' or 'bh'", got=repr(adjustment), hint=hint)
        options: dict[str, Any] = {"confidence_level": confidence_level, "adjustment": adjustment, "rng": rng}
        items = self._grouping(by)
        if not isinstance(against, LEVELS):
            other = against if isinstance(against, Gathering) else self._alike(against)
            return between(self._counted(items), other._counted(items), **options, **self._about(items))
        if not items:
            hint = "name a column, such as df.nps.compare('shop'), or another frame: against=df_last_year"
            raise ArgumentError(where="by", expected="what makes the groups", got="None", hint=hint)
        kind = against if isinstance(against, str) and against in ("rest", "overall") else None
        items = items if kind else [periodical(self.source, items[0], against), *items[1:]]
        tally, moments = self._counted(items)
        has_groups(tally, items)
        row = None if kind else row_of(tally, items, against)
        return compared(tally, moments, against=kind or level_text(against), row=row, **options, **self._about(items))

    def change(
        self,
        over: str | Period,
        before: Any,
        after: Any,
        *,
        by: Any,
        confidence_level: float = 0.95,
        rng: np.random.Generator | int | None = 0,
    ) -> Decomposition:
        """Why the score moved: other customers (mix), or other answers from the same ones (within).

        Parameters
        ----------
        over : str or Period
            The column that tells the two sides apart, such as ``"year"`` or ``Period("date", "quarter")``.
        before, after : level, or list of levels
            The two sides; of dates a date, or ISO text such as ``"2017"``, ``"2017-Q3"`` or ``"2017-05"``.
        by : str, Period, Bands or sequence of them
            What makes the segments. With several columns the mix is averaged over all orders in which they can change.
        confidence_level : float
        rng : Generator or int, optional
            Of the draws behind the intervals.

        Returns
        -------
        Decomposition
            After minus before, in points; the parts add up to the change.

        Raises
        ------
        ArgumentError
            When a level is not there, both sides share one, or no column is named.
        EmptyDataError
            When a side has no answers.

        Examples
        --------
        >>> import pandas as pd
        >>> from npskit import Survey
        >>> rows = [(2023, "a", 10, 80), (2023, "b", 8, 20), (2024, "a", 10, 50), (2024, "b", 8, 50)]
        >>> answers = pd.DataFrame([row[:3] for row in rows for _ in range(row[3])], columns=["year", "shop", "nps"])
        >>> found = Survey(answers).change("year", 2023, 2024, by="shop")
        >>> found.change, found.mix, found.within
        (-30.0, -30.0, 0.0)
        """
        from npskit.survey.changes import decomposition
        from npskit.survey.evidence import evidence

        items = self._grouping(by)
        if not items:
            hint = "df.nps.compare(over, against=...) gives the change alone"
            raise ArgumentError(
                where="by", expected="a column, or several, that make the segments", got="none", hint=hint
            )
        when = periodical(self.source, self._items(self.source, over)[0], before, after)
        tally, moments = self._counted([*items, when])
        levels = tally.levels(tally.keys[-1])
        sides = [chosen(when, levels, wanted, where=where) for where, wanted in (("before", before), ("after", after))]
        if shared := set(sides[0]) & set(sides[1]):
            got = f"{level_text(next(iter(shared)))} in both"
            raise ArgumentError(where="before and after", expected="levels of one side only", got=got)
        segments = answered(tally, set(sides[0]) | set(sides[1]))
        place = {segment: at for at, segment in enumerate(segments)}
        found = evidence(tally, moments, confidence_level=confidence_level)
        names = (shown_side(before), shown_side(after))
        parts = [side_of(tally, found, place, levels_of) for levels_of in sides]
        for (_, answers), where, name in zip(parts, ("before", "after"), names, strict=True):
            if not answers.sum():
                raise EmptyDataError(where=where, expected=f"answers in {name}", got="none")
        return decomposition(
            {key: [segment[at] for segment in segments] for at, key in enumerate(tally.keys[:-1])},
            parts[0][0],
            parts[1][0],
            np.stack([answers for _, answers in parts]),
            over=item_text(when),
            names=names,
            confidence_level=confidence_level,
            rng=rng,
            **self._about(items),
        )

    def segments(
        self,
        by: Any = None,
        *,
        depth: int = 2,
        min_responses: int = 30,
        alpha: float = 0.05,
        confidence_level: float = 0.95,
        rng: np.random.Generator | int | None = 0,
    ) -> Segments:
        """Where the score stands out: segments of one column or two that differ from all other answers.

        Parameters
        ----------
        by : str, Period, Bands or sequence of them, optional
            Columns to look in; found from names and contents when not given, at most 12. Opinions, ids and comments
            are not taken. Columns of many numbers are cut into four bands.
        depth : {1, 2}
            Whether to look at pairs of columns too. A pair counts only where it departs from what its two columns
            explain.
        min_responses : int
            Segments with fewer answers (effective ones, with weights) are not looked at; nor, above 2,000 answers,
            those with fewer in the half that they are looked for in.
        alpha : float
            Share of false discoveries among the found (Benjamini and Hochberg).
        confidence_level : float
        rng : Generator or int, optional
            Of the deal into halves.

        Returns
        -------
        Segments
            Empty when none was found.

        Raises
        ------
        ArgumentError
            When no column can be a segment.

        Examples
        --------
        >>> import npskit
        >>> found = npskit.datasets.load("garden").nps.segments()
        >>> found.table["segment"][0]
        'a_commente 1'
        """
        from npskit.survey.grouping import segment_items
        from npskit.survey.surprises import found_segments

        if depth not in (1, 2):
            raise ArgumentError(where="depth", expected="1 or 2", got=repr(depth))
        items = segment_items(self, most=MOST_COLUMNS) if by is None else self._banded(by)
        if not items:
            raise ArgumentError(
                where="by",
                expected="at least one column to look for segments in",
                got="none whose name or content says that it makes groups",
                hint="name them: df.nps.segments(by=['shop', 'plan'])",
            )
        source, rating = self.source, self._column("rating")
        whole = self.tally()
        crossings = source.crossings(
            rating, self._items(source, items), scale=whole.scale, weight=self._weight(source), depth=depth
        )
        return found_segments(
            crossings,
            items,
            design_effect=self._design_effect(whole),
            depth=depth,
            min_responses=min_responses,
            alpha=alpha,
            confidence_level=confidence_level,
            rng=rng,
            notes=() if self._cluster is None else ("answer_note_overall_effect",),
        )
