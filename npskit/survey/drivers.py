"""What goes with the score: the record that `Survey.drivers` gives, and what can be asked of it.

A driver is told with all that keeps it from being read as an order of work: the interval of its importance, how often
it comes first when the answers are drawn anew, how it is rated now, how many used it, and what a point more of it
goes with. It goes with the score; whether it causes it, no survey says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import ArgumentError, did_you_mean
from npskit.labels import language, number, share, word
from npskit.results import Result
from npskit.stats.asymmetry import asymmetry
from npskit.stats.effects import Effects
from npskit.survey.attributes import Attribute
from npskit.survey.column_words import NO_WORDS, ColumnWords
from npskit.survey.driver_answers import Asymmetry, WhatIf, named, noted, told_apart
from npskit.survey.driver_scan import Rows, contrasted
from npskit.survey.levels_of_best import best_levels

if TYPE_CHECKING:
    import altair as alt

__all__ = ["QUADRANTS", "Drivers", "quadrants"]

# Martilla and James (1977): important and below, important and above, the rest below, the rest above.
QUADRANTS = ("concentrate", "keep up", "low priority", "possible overkill")
CLEARLY_FIRST = 0.9
Note = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Drivers(Result):
    """Attributes by their importance for the rating.

    Attributes
    ----------
    table : mapping of str to list
        One row per attribute, the most important first: ``attribute``; ``importance`` (share of the outcome's
        variance, 0..1; they sum to `r_squared`) with ``lower, upper``; ``johnson`` (the same by Johnson's weights);
        ``rank_first`` (probability of coming first); ``performance`` (mean among those who used it, see
        `performance_unit`); ``mean`` (in its own unit); ``coefficient, coefficient_lower, coefficient_upper``
        (outcome per point of the attribute, the others held still); ``points, points_lower, points_upper`` (points of
        the score per point of the attribute, among those who used it); ``responses, usage`` (answers that used it,
        and their share); ``inflation`` (variance inflation); ``quadrant``.
    r_squared : float
        Share of the outcome's variance that goes with all attributes together.
    rank_probabilities : ndarray, shape (attributes, attributes)
        Probability of each row of the table to have each rank.
    halo : float
        Share of the attributes' correlation in one common feeling; near 1 no method tells them apart.
    method : {"lmg", "johnson"}
    outcome : {"rating", "detractor", "score"}
        In points of the scale, or in percentage points of detractors, or in points of the score.
    confidence_level : float
    responses : int
        Answers used.
    importance_crosshair, performance_crosshair : float
        Where the map's quadrants meet.
    performance_unit : {"rating", "share"}
        The attributes' own scale when they have one in common, else per cent of the way from its lowest answer to its
        highest.
    warnings : tuple of str
        What to know before reading, in English; `notes` has the other languages.
    left_out : mapping of str to str
        Columns that were close to being attributes, and why they are none.
    words : ColumnWords
        What sentences and pictures call the attributes; the table has the names that code knows.
    """

    table: Mapping[str, Sequence[Any]]
    r_squared: float
    rank_probabilities: np.ndarray = field(compare=False)
    halo: float
    method: str
    outcome: str
    confidence_level: float
    responses: int
    importance_crosshair: float
    performance_crosshair: float
    performance_unit: str
    warnings: tuple[str, ...]
    left_out: Mapping[str, str]
    _notes: tuple[Note, ...] = field(repr=False, compare=False)
    _effects: Effects = field(repr=False, compare=False)
    _attributes: tuple[Attribute, ...] = field(repr=False, compare=False)
    _used: tuple[bool, ...] = field(repr=False, compare=False)
    _replicates: int = field(repr=False, compare=False)
    _score: float = field(repr=False, compare=False)
    _rows: Rows | None = field(default=None, repr=False, compare=False)
    words: ColumnWords = field(default=NO_WORDS, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        # A record that is kept or sent on holds no rows.
        return {**self.__dict__, "_rows": None}

    # ---- words and pictures ---------------------------------------------------------------------------------

    def sentence(self, lang: str | None = None) -> str:
        """What goes most with the rating, and whether that is sure.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        names, first = self.table["attribute"], self.table["rank_first"]
        values: dict[str, Any] = {
            "outcome": word(f"answer_outcome_{self.outcome}", lang),
            "first": named([names[0]], lang, self.words),
            "share": share(self.table["importance"][0], lang=lang),
            "lower": share(self.table["lower"][0], lang=lang),
            "upper": share(self.table["upper"][0], lang=lang),
            "chance": share(first[0], lang=lang),
            "total": share(self.r_squared, lang=lang),
        }
        if len(names) == 1:
            return word("answer_drivers_one", lang, **values)
        if first[0] >= CLEARLY_FIRST:
            return word("answer_drivers_first", lang, **values)
        return word("answer_drivers_open", lang, **values, second=named([names[1]], lang, self.words))

    def notes(self, lang: str | None = None) -> tuple[str, ...]:
        """What to know before reading, one sentence each.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        return tuple(noted(key, values, language(lang), self.words) for key, values in self._notes)

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """Importance of each attribute with its interval.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.importance(
            self.words.attributes(self.table),
            r_squared=self.r_squared,
            outcome=self.outcome,
            method=self.method,
            responses=self.responses,
            confidence_level=self.confidence_level,
            notes=[note for (key, _), note in zip(self._notes, self.notes(lang), strict=True) if key == "halo"],
            lang=lang,
        )

    def map(self, *, lang: str | None = None) -> alt.LayerChart:
        """Importance against performance, with the four quadrants.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        crosshair = (self.performance_crosshair, self.importance_crosshair)
        return charts.importance_performance(
            self.words.attributes(self.table),
            crosshair=crosshair,
            outcome=self.outcome,
            performance_unit=self.performance_unit,
            confidence_level=self.confidence_level,
            lang=lang,
        )

    # ---- what if --------------------------------------------------------------------------------------------

    def what_if(self, changes: Mapping[str, float] | None = None, *, to_best: str | None = None) -> WhatIf:
        """Change of the score, in points, if attributes moved: coefficient × usage share × change, summed.

        Parameters
        ----------
        changes : mapping of str to float, optional
            Attribute to the change of its mean among those who use it. With `to_best`, a sequence of names limits it
            to these attributes.
        to_best : str, optional
            A column, such as the shop: every attribute goes to where its best level is. The best of many means is
            partly luck, so means are drawn towards the overall one by their reliability first; levels with fewer than
            30 answers do not count.

        Returns
        -------
        WhatIf

        Raises
        ------
        ArgumentError
            For an unknown attribute, a change that is no finite number, or nothing to change.

        Examples
        --------
        >>> import pandas as pd
        >>> rng = np.random.default_rng(1)
        >>> checkout, parking = rng.integers(1, 6, (2, 500))
        >>> nps = np.clip(2 * checkout + rng.integers(-1, 3, 500), 0, 10)
        >>> found = pd.DataFrame({"nps": nps, "checkout": checkout, "parking": parking}).nps.drivers()
        >>> found.table["attribute"]
        ['checkout', 'parking']
        >>> found.what_if({"checkout": 0.5}).change > 10
        True
        """
        if to_best is None:
            if not isinstance(changes, Mapping) or not changes:
                raise ArgumentError(
                    where="what_if",
                    expected="a change for at least one attribute, or to_best=",
                    got=repr(changes),
                    hint=f"for example what_if({{{self.table['attribute'][0]!r}: +0.5}})",
                )
            return self._moved({self._known(name): finite(name, value) for name, value in changes.items()})
        names = [self._known(name) for name in changes] if changes else [each.name for each in self._attributes]
        chosen = [each for each in self._attributes if each.name in names]
        best = best_levels(self._linked("what_if(to_best=...)"), chosen, to_best)
        return self._moved(
            {name: gap for name, (_, gap) in best.items()}, {name: level for name, (level, _) in best.items()}
        )

    def _moved(self, changes: Mapping[str, float], best: Mapping[str, Any] | None = None) -> WhatIf:
        """The arithmetic of some moves, all together and each alone."""
        names = [each.name for each in self._attributes]
        scale = np.array(
            [(each.lowest, each.highest) if each.has_scale else (-np.inf, np.inf) for each in self._attributes]
        )
        moves = np.array([changes.get(name, 0.0) for name in names])
        whole = self._effects.what_if(moves, scale=scale)
        rows = [names.index(name) for name in changes]
        alone = [self._effects.what_if(np.where(np.arange(len(names)) == at, moves, 0.0), scale=scale) for at in rows]
        table: dict[str, list[Any]] = {
            "attribute": list(changes),
            **({"best": [best[name] for name in changes]} if best is not None else {}),
            "move": [float(moves[at]) for at in rows],
            "reached": [float(whole.reached[at]) for at in rows],
            "usage": [float(self._effects.usage[at]) for at in rows],
            "change": [each.change for each in alone],
            "lower": [each.lower for each in alone],
            "upper": [each.upper for each in alone],
            "beyond": [bool(whole.beyond[at]) for at in rows],
        }
        beyond = bool(whole.beyond.any()) or not -100 <= self._score + whole.change <= 100
        return WhatIf(
            table,
            whole.change,
            whole.lower,
            whole.upper,
            beyond,
            self._score,
            self.confidence_level,
            to_best=best is not None,
            words=self.words,
        )

    def _known(self, name: str) -> str:
        names = [each.name for each in self._attributes]
        if name not in names:
            raise ArgumentError(f"no driver {name!r}.", hint=did_you_mean(str(name), self.table["attribute"]))
        return name

    def _linked(self, asked: str) -> Rows:
        if self._rows is None:
            raise ArgumentError(
                where=asked,
                expected="drivers that still know their data",
                got="a stored copy of them",
                hint="compute them again with df.nps.drivers(...)",
            )
        return self._rows

    # ---- asymmetry ------------------------------------------------------------------------------------------

    def asymmetry(self, cuts: Mapping[str, tuple[float, float]] | tuple[float, float] | None = None) -> Asymmetry:
        """What a low rating of each attribute costs and what a high one earns, in points of the score.

        Parameters
        ----------
        cuts : (bottom, top) or mapping of attribute to (bottom, top), optional
            The highest answer that counts as low and the lowest that counts as high. By default 6 and 9 on 0-10 and
            1-10, 2 and 5 on 1-5, 3 and 7 on 1-7: the top answer, and at the bottom what fits into 45 % of the scale.

        Returns
        -------
        Asymmetry
            Scans the answers once more. Amounts, which have no scale, are left out.

        Raises
        ------
        ArgumentError
            When no attribute has a scale, or cuts are not in order.
        """
        rows = self._linked("asymmetry()")
        if isinstance(cuts, Mapping):
            cuts = {self._known(name): pair for name, pair in cuts.items()}
        scaled = [at for at, each in enumerate(self._attributes) if each.has_scale and len(each.levels) > 2]
        if not scaled:
            raise ArgumentError(where="asymmetry", expected="an attribute on a scale of three or more", got="none")
        attributes = [self._attributes[at] for at in scaled]
        chosen = {each.name: cut_of(each, cuts) for each in attributes}
        products = contrasted(rows, attributes, [self._used[at] for at in scaled], chosen)
        found = asymmetry(products, confidence_level=self.confidence_level, replicates=self._replicates, rng=rows.seed)
        told = told_apart(found, [each.name for each in attributes], chosen, self.table["attribute"])
        return replace(told, words=self.words)


def finite(name: str, value: Any) -> float:
    """A change as a number."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        found = float("nan")
    if not np.isfinite(found):
        raise ArgumentError(where=f"change of {name!r}", expected="a finite number", got=repr(value))
    return found


def cut_of(
    attribute: Attribute, cuts: Mapping[str, tuple[float, float]] | tuple[float, float] | None
) -> tuple[float, float]:
    """Where an attribute's bottom ends and its top begins."""
    given = cuts.get(attribute.name, attribute.cuts) if isinstance(cuts, Mapping) else cuts or attribute.cuts
    bottom, top = (float(end) for end in given)
    if not attribute.lowest <= bottom < top <= attribute.highest:
        raise ArgumentError(
            where=f"cuts of {attribute.name!r}",
            expected=f"bottom below top, from {number(attribute.lowest)} to {number(attribute.highest)}",
            got=f"{bottom:g} and {top:g}",
        )
    return bottom, top


def quadrants(importance: np.ndarray, performance: np.ndarray, crosshair: tuple[float, float]) -> list[str | None]:
    """The quadrant of each attribute; on the line counts as above. None without a performance.

    Examples
    --------
    >>> quadrants(np.array([0.3, 0.1]), np.array([3.0, 4.0]), (3.5, 0.2))
    ['concentrate', 'possible overkill']
    """
    x, y = crosshair
    return [
        None if across != across else QUADRANTS[2 * int(up < y) + int(across >= x)]
        for up, across in zip(importance.tolist(), performance.tolist(), strict=True)
    ]
