"""A survey under controls: what is selected, and every number that answers to it.

A meeting asks "and only Lyon? since March?" faster than rows can be scanned. So the rows are counted once into a cube,
and each question after is a sum over a part of it. The numbers are those of the verbs on the rows that are selected:
the widget shows them, the line of code gives them again, and a page without a kernel works them out from the same cube.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.cube import AnyCube
from npskit.scale import CATEGORIES
from npskit.stats.intervals import interval
from npskit.stats.score import score
from npskit.survey.estimates import Columns, counted, dated, distribution, estimates, joined, series
from npskit.survey.explored_columns import Explored, explored, first_state
from npskit.survey.explored_state import State, checked_state, readable, selected_places
from npskit.tally import Tally

if TYPE_CHECKING:
    from npskit.survey.base import Base
    from npskit.survey.publishing import Publication

__all__ = ["Exploration"]

MOST_REMEMBERED = 200
NOTHING = float("nan")


def control(name: str, doc: str) -> Any:
    """A part of the state as an attribute that can be set."""

    def read(exploration: Exploration) -> Any:
        return getattr(exploration.state, name)

    def write(exploration: Exploration, value: Any) -> None:
        exploration.change(**{name: value})

    return property(read, write, doc=doc)


class Exploration:
    """A survey, what is selected of it, and the numbers that follow.

    Parameters
    ----------
    survey : Survey
    by : str, Bands or sequence of them, optional
        The columns to explore; found from names and content when not given.
    progress : callable, optional
        Told the fraction that is done while the rows are counted.
    **state
        Where the controls stand at first: ``selection`` (a dict of columns to levels, and of the column of dates to
        the first and the last day), ``split, every, compare, min_responses, confidence_level, lang``.

    Attributes
    ----------
    cube : AnyCube
    state : State
        Setting `state` to a mapping changes the parts it names; `undo` takes the last change back.

    Raises
    ------
    ArgumentError
        For a weighted survey, and for columns with too many levels.

    Examples
    --------
    >>> import pandas as pd
    >>> from npskit import Survey
    >>> answers = pd.DataFrame({"nps": [10, 2, 9, 8] * 50, "shop": ["Lyon", "Nice"] * 100})
    >>> seen = Exploration(Survey(answers))
    >>> seen.headline()["score"], seen.split
    (25.0, 'shop')
    >>> seen.selection = {"shop": ["Lyon"]}
    >>> seen.headline()["score"], seen.words("en")
    (100.0, '100 of 200 responses · shop: Lyon')
    >>> print(seen.code())
    df[df['shop'].isin(['Lyon'])].nps(rating='nps').summary(by='shop')
    """

    def __init__(
        self, survey: Base, by: Any = None, *, progress: Callable[[float], object] | None = None, **state: Any
    ) -> None:
        self.survey = survey
        self._explored: Explored = explored(survey, by, progress)
        self.cube: AnyCube = self._explored.cube
        self._past: list[State] = []
        self._answers: dict[str, Any] = {}
        selected = state.pop("selection", None)
        self._state = checked_state(self.cube, first_state(self.cube), state)
        if selected is not None:
            self._state = checked_state(self.cube, self._state, selected_places(self.cube, selected))
        self._first = self._state

    # ---- where the controls stand ---------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """Where the controls stand, in places on the axes of the cube."""
        return self._state

    @state.setter
    def state(self, changes: State | Mapping[str, Any]) -> None:
        self.change(**(changes.json if isinstance(changes, State) else changes))

    @property
    def first(self) -> State:
        """Where the controls stood at first."""
        return self._first

    def change(self, *, remembered: bool = True, **changes: Any) -> None:
        """Move some controls; nothing is moved when one of them cannot be.

        Parameters
        ----------
        remembered : bool, default True
            Whether `undo` comes back to where the controls stood before; the steps of one drag are not.
        **changes
            Parts of a `State`, with places for levels and for days.
        """
        state = checked_state(self.cube, self._state, changes)
        if state != self._state:
            if remembered and replace(state, lang=self._state.lang) != self._state:
                self._past = [*self._past[1 - MOST_REMEMBERED :], self._state]
            self._state = state
            self._answers.clear()

    def follow(self, depth: int, **changes: Any) -> None:
        """Move as another hand did, which remembers so many changes: fewer than here, and it took some back."""
        self.change(remembered=depth > self.depth, **changes)
        del self._past[depth:]

    @property
    def depth(self) -> int:
        """How many changes `undo` can take back."""
        return len(self._past)

    def undo(self) -> None:
        """Take the last change back; the language stays."""
        if self._past:
            self._state = replace(self._past.pop(), lang=self._state.lang)
            self._answers.clear()

    def reset(self) -> None:
        """Back to where the controls stood at first, as one change; the language stays."""
        self.change(**replace(self._first, lang=self._state.lang).json)

    @property
    def selection(self) -> dict[str, list[Any]]:
        """What is selected: columns to levels, and the column of dates to the first and the last day; can be set."""
        return readable(self.cube, self._state)

    @selection.setter
    def selection(self, selection: Mapping[str, Any]) -> None:
        self.change(**selected_places(self.cube, selection))

    split = control("split", "The column whose levels are shown side by side.")
    every = control("every", "Periods of the trend.")
    compare = control("compare", "What the headline is compared with.")
    min_responses = control("min_responses", "Groups with fewer responses are greyed.")
    confidence_level = control("confidence_level", "Probability of the intervals.")
    lang = control("lang", "Language of the words.")

    # ---- numbers --------------------------------------------------------------------------------------------

    @property
    def places(self) -> dict[int, range | tuple[int, ...]]:
        """The selection as the cube takes it: axis to places."""
        return self._places(self._state.dates)

    def _places(self, dates: tuple[int, int] | None) -> dict[int, range | tuple[int, ...]]:
        found: dict[int, range | tuple[int, ...]] = {
            self.cube.axis(name): some for name, some in self._state.selection.items()
        }
        if dates is not None and self.cube.date is not None:
            found[self.cube.date] = range(dates[0], dates[1] + 1)
        return found

    @cached_property
    def _whole(self) -> np.ndarray:
        """Responses of everybody per rating, and rows without one."""
        return self.cube.tables({}, {"": ()})[""]

    @property
    def responses(self) -> int:
        """Answers of everybody, selected or not."""
        return int(self._whole[:-1].sum())

    @property
    def _tables(self) -> dict[str, np.ndarray]:
        """Every view of the selection at once, each ignoring the filter on its own axis."""
        if not self._answers:
            views: dict[str, tuple[int, ...]] = {"all": ()}
            if self.cube.date is not None:
                views["trend"] = (self.cube.date,)
            if self._state.split is not None:
                views["split"] = (self.cube.axis(self._state.split),)
            self._answers = self.cube.tables(self.places, views)
        return self._answers

    def headline(self) -> dict[str, Any]:
        """The score of what is selected, and its change against the comparison.

        Returns
        -------
        dict
            ``responses, detractors, passives, promoters, score, lower, upper``, and ``change, change_lower,
            change_upper`` (points; nan without a comparison, or when it holds no answer).
        """
        counts = self._three(self._tables["all"])
        lower, upper = interval(counts, confidence_level=self._state.confidence_level)
        found = {"responses": int(counts.sum()), **dict(zip(CATEGORIES, counts.tolist(), strict=True))}
        changes = dict(zip(("change", "change_lower", "change_upper"), self._change(counts), strict=True))
        return {**found, "score": float(score(counts)), "lower": float(lower), "upper": float(upper), **changes}

    def compared_with(self) -> np.ndarray | None:
        """Detractors, passives and promoters of the comparison; None when there is none to compare with."""
        if self._state.compare == "rest":
            return self._three(self._whole - self._tables["all"])
        dates = self.dates_before
        if self._state.compare != "before" or dates is None:
            return None
        return self._three(self.cube.tables(self._places(dates), {"": ()})[""])

    @property
    def dates_before(self) -> tuple[int, int] | None:
        """The periods as long as those selected, just before them; None when no dates are, or there is no such time."""
        if self._state.dates is None:
            return None
        first, last = self._state.dates
        start = 2 * first - last - 1
        return (start, first - 1) if start >= 0 else None

    def _change(self, counts: np.ndarray) -> tuple[float, float, float]:
        other = self.compared_with()
        if other is None or not other.sum() or not counts.sum():
            return NOTHING, NOTHING, NOTHING
        # Loaded here, since most looks compare nothing.
        from npskit.stats.comparison import difference

        found = difference(counts, other, confidence_level=self._state.confidence_level)
        return float(found.difference), float(found.lower), float(found.upper)

    def _three(self, table: np.ndarray) -> np.ndarray:
        return self.cube.scale.category_counts(table[..., :-1])

    def trend(self) -> Columns:
        """The score over time of what is selected, whatever dates are: the columns of `Trend.table`.

        Empty when there are no dates.
        """
        if "trend" not in self._tables or self.cube.date is None:
            return {}
        dimension = self.cube.dimensions[self.cube.date]
        levels, into = dimension.grouped(self._state.every)
        table = np.zeros((len(levels), self._tables["trend"].shape[1]), dtype=np.int64)
        np.add.at(table, into, self._tables["trend"])
        tally = dated(self._tally(dimension.name, levels, table)).tally
        level = self._state.confidence_level
        return series(tally, every=self._state.every, confidence_level=level) if len(tally) else {}

    def by_split(self) -> Columns:
        """The score of each level of the split, those that are not selected too.

        Returns
        -------
        dict of lists
            The column, ``responses, detractors, passives, promoters, score, lower, upper``, ``enough`` (whether it
            holds the least number of responses) and ``selected``; empty when nothing is split.
        """
        if self._state.split is None:
            return {}
        levels, table = self.cube.dimensions[self.cube.axis(self._state.split)].levels, self._tables["split"]
        tally = self._tally(self._state.split, levels, table)
        kept = set(self._state.selection.get(self._state.split, range(len(levels))))
        enough = (tally.responses >= self._state.min_responses).tolist()
        selected = [at in kept for at in np.flatnonzero(table.any(-1)).tolist()]
        return {**self._figures(tally), "enough": enough, "selected": selected}

    def distribution(self) -> Columns:
        """How often each rating was given, of what is selected: ``rating, responses, share``."""
        return distribution(self._tally(None, (), self._tables["all"][None]))

    @property
    def table(self) -> Any:
        """The numbers of what is selected, by the split, in the caller's own library: what `code` gives."""
        split = self._state.split
        tally = self.cube.tally(self.places, () if split is None else (self.cube.axis(split),))
        return self.survey.source.table(self._figures(tally))

    def _figures(self, tally: Tally) -> Columns:
        found = estimates(tally, confidence_level=self._state.confidence_level, method="score")
        return joined(tally.columns(), {**counted(tally.category_counts), **found})

    def _tally(self, key: str | None, levels: tuple[object, ...], table: np.ndarray) -> Tally:
        """A table of one axis as the tally of the rows it counts; levels nobody has are left out."""
        used = np.flatnonzero(table.any(-1)) if key is not None else np.zeros(1, dtype=np.intp)
        return Tally(
            counts=table[used, :-1],
            scale=self.cube.scale,
            keys=() if key is None else (key,),
            cells=((),) if key is None else tuple((levels[at],) for at in used),
            missing=table[used, -1],
        )

    # ---- words, code and rows -------------------------------------------------------------------------------

    def words(self, lang: str | None = None) -> str:
        """What is filtered, in words."""
        from npskit.survey.explored_words import filter_text

        return filter_text(self, lang or self._state.lang)

    def title_of(self, name: str) -> str:
        """What a person reads instead of the name of a column."""
        return self.cube.dimensions[self.cube.axis(name)].title

    @property
    def questions(self) -> Mapping[str, str]:
        """The whole question of each column that an export brought one for."""
        return {name: text for name, text in self._explored.words.texts.items() if name in self.cube.names}

    @property
    def notes(self) -> tuple[Mapping[str, str], ...]:
        """What is not explored and why, in every language."""
        return self._explored.notes

    def code(self, name: str = "df") -> str:
        """Python that gives `table` again.

        Parameters
        ----------
        name : str
            What the frame is called there.
        """
        from npskit.survey.explored_code import code

        return code(self.code_pieces(name=name), self.cube, self._state)

    def code_pieces(self, cube: AnyCube | None = None, *, name: str = "df") -> dict[str, Any]:
        """What `code` is put together from, for whoever has no kernel; of the own cube or of a coarser one."""
        from npskit.survey.explored_code import pieces

        return pieces(self.survey, self._explored.keys, cube or self.cube, name)

    def frame(self) -> Any:
        """The rows that are selected, in the caller's own library.

        Raises
        ------
        ArgumentError
            When the data are no longer those that were counted.
        """
        from npskit.survey.explored_rows import rows

        return rows(self.survey, self._explored.keys, self.cube, self._state)

    def publishable(self, threshold: int = 10) -> Publication:
        """The cube for everybody's eyes: without any group of fewer than `threshold` responses.

        Returns
        -------
        Publication
            ``cube``, ``notes`` (what was coarsened and left out, in every language), ``responses`` and ``withheld``.
        """
        from npskit.survey.publishing import published

        return published(self.cube, threshold, keep=self._state.split)

    def __repr__(self) -> str:
        return f"<npskit.Exploration of {' × '.join(self.cube.names) or 'one group'}: {self.words('en')}>"
