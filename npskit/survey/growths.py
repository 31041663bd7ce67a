"""Sales to come and what the score has to do with them: the record of `npskit.forecast_growth`, and its scenarios.

A forecast of sales is read for its number and remembered for its reason. So the record says both together: the sales
with their interval, and whether the score helps, with the evidence for that as numbers, the published evidence beside
it, and "cannot tell" as the usual answer of few quarters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from npskit.errors import ArgumentError, ArgumentTypeError, did_you_mean
from npskit.labels import language, number, share, word
from npskit.results import Result
from npskit.stats.growth_paths import Paths, scenario
from npskit.stats.growth_series import Series
from npskit.survey.scenarios import Scenario, limits

if TYPE_CHECKING:
    import altair as alt

__all__ = ["PER_YEAR", "Growth"]

Array = NDArray[np.float64]
Note = tuple[str, Mapping[str, Any]]
PER_YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}
#: Points of the score in which its effect is told.
TOLD_POINTS = 10
# Below this the score is noise, and no effect of it can be seen.
LEAST_WORTH = 0.1
# Reliability below which a verdict that the score helps and the answers behind it do not fit together.
NOISY = 0.25


@dataclass(frozen=True, eq=False)
class Growth(Result):
    """A forecast of sales, as `npskit.forecast_growth` gives it.

    Attributes
    ----------
    table : mapping of str to list
        One row per horizon: ``horizon`` (periods ahead), ``period`` (first day); ``growth, growth_lower,
        growth_upper`` (share, on the last period known); ``target, lower, upper`` (sales of that period, in their own
        unit); ``total, total_lower, total_upper`` (summed from the first period to come); ``on_year, …`` (growth on
        the same period a year before); ``error_with_nps, error_without_nps`` (root mean squared error of log growth
        over so many periods, from past origins) and ``tested`` (how many origins).
    verdict : {"helps", "no sign", "cannot tell"}
        "helps": Clark-West p < 0.05 and Bayes factor > 3. "no sign": the 95 % interval of the effect leaves out a
        worthwhile one in either direction, the power to see it was 75 % or more, and the Bayes factor is below 1.
    evidence : mapping of str to number
        ``bayes_factor`` (with the score against without), ``clark_west`` and its ``clark_west_p_value`` (one-sided),
        ``error_with_nps, error_without_nps, tested`` (one period ahead), ``rows, lag``; ``effect`` with
        ``effect_lower, effect_upper`` (least squares, residual sds of growth per sd of change), ``worthwhile`` (the
        effect that would be, half a residual sd, less where the score is noisy) and ``power`` to see it;
        ``chance_positive``: probability that more growth goes with a rise, if there is an effect.
    reliability, reliability_lower, reliability_upper : float
        Share of the variance of the changes in the score that is not sampling noise, in a period of usual answers,
        with its 95 % interval; nan when the number of answers is not known, or cannot be that behind the score.
    lags : mapping of str to list
        The evidence at lags 1 to 4. To choose among them is no test: the verdict is of the lag chosen beforehand.
    coefficients : mapping of str to list
        Of the growth before, the score and each factor: ``coefficient`` (log growth per unit of change) and
        ``effect`` (residual sds per sd), averaged over the models with the score and without, with their intervals.
    path : mapping of str to list
        As `table`, for every period to come.
    history : mapping of str to list
        The series that were read.
    base : mapping of str to list
        The paths of score and factors that a scenario is compared with: they stay as last known.
    literature : tuple of mapping
        Published evidence, for and against: source, year, scope, statistic, value, finding, address.
    target : str
    every : str
        "" when the rows have no dates.
    lag, season : int
        Lag of the score; periods of the season that was looked for, 0 for none.
    confidence_level : float
    """

    table: Mapping[str, Sequence[Any]]
    verdict: str
    evidence: Mapping[str, Any]
    reliability: float
    reliability_lower: float
    reliability_upper: float
    lags: Mapping[str, Sequence[Any]]
    coefficients: Mapping[str, Sequence[Any]]
    path: Mapping[str, Sequence[Any]]
    history: Mapping[str, Sequence[Any]]
    base: Mapping[str, Sequence[float]]
    literature: Sequence[Mapping[str, Any]]
    target: str
    every: str
    lag: int
    season: int
    confidence_level: float
    _notes: tuple[Note, ...] = field(default=(), repr=False)
    _series: Series = field(kw_only=True, repr=False)
    _paths: Paths = field(kw_only=True, repr=False)

    # ---- words ----------------------------------------------------------------------------------------------

    def sentence(self, lang: str | None = None) -> str:
        """The sales expected at the last horizon, and whether the score helps to foretell them.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.charts.growth_words import expectation
        from npskit.charts.words import sentence

        lang = language(lang)
        row = {name: values[-1] for name, values in self.table.items()}
        said = expectation(self.target, row, self.every, lang)
        return f"{sentence(said)} {self.verdict_text(lang)}"

    def verdict_text(self, lang: str | None = None) -> str:
        """The verdict as a sentence, with the direction of the effect where there is one.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        key = {"helps": "growth_helps", "no sign": "growth_no_sign", "cannot tell": "growth_cannot_tell"}[self.verdict]
        if self.verdict == "helps" and self.evidence["effect"] < 0:
            key = "growth_helps_against"
        return word(key, lang, rows=self.evidence["rows"], units=self._unit(self.evidence["rows"], lang))

    def explain(self, lang: str | None = None) -> tuple[str, ...]:
        """The finding, its evidence, what the score is worth and what others found, a sentence each.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        return (
            self.sentence(lang),
            *self._evidence_texts(lang),
            self._effect_text(lang),
            *self._worth_texts(lang),
            word("growth_literature", lang),
        )

    def notes(self, lang: str | None = None) -> tuple[str, ...]:
        """What was repaired, left out or not known, a sentence each.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang, unit = language(lang), self._unit(self.lag, language(lang))
        return tuple(word(key, lang, **{"unit": unit, **self._told(values, lang)}) for key, values in self._notes)

    def _told(self, values: Mapping[str, Any], lang: str) -> dict[str, Any]:
        """Values of a note, its periods in words."""
        from npskit.charts.growth_words import periods_text

        return {k: periods_text(v, self.every, lang) if k == "periods" else v for k, v in values.items()}

    def _evidence_texts(self, lang: str) -> list[str]:
        from npskit.charts.growth_words import error_text, p_text, times_text

        known, factor = self.evidence, self.evidence["bayes_factor"]
        key = "growth_factor_with" if factor >= 1 else "growth_factor_without"
        texts = [word(key, lang, rows=known["rows"], times=times_text(max(factor, 1 / factor), lang))]
        if known["tested"] and not math.isnan(known["clark_west_p_value"]):
            texts.append(
                word(
                    "growth_errors",
                    lang,
                    k=known["tested"],
                    with_nps=error_text(known["error_with_nps"], lang),
                    without=error_text(known["error_without_nps"], lang),
                    p=p_text(known["clark_west_p_value"], lang),
                )
            )
        else:
            texts.append(word("growth_errors_none", lang))
        # What was seen needs no chance of being seen.
        return texts if self.verdict == "helps" else [*texts, self._power_text(lang)]

    def _power_text(self, lang: str) -> str:
        if self.evidence["worthwhile"] < LEAST_WORTH:
            return word("growth_power_none", lang)
        shown = number(self.evidence["worthwhile"], digits=2, lang=lang)
        return word("growth_power", lang, worthwhile=shown, power=share(self.evidence["power"], lang=lang))

    def _effect_text(self, lang: str) -> str:
        from npskit.charts.growth_words import signed_share

        row = list(self.coefficients["kind"]).index("score")
        ends = [
            math.expm1(TOLD_POINTS * self.coefficients[name][row])
            for name in ("coefficient", "coefficient_lower", "coefficient_upper")
        ]
        shown = [signed_share(end, ends[2] - ends[1], lang) for end in ends]
        texts = dict(zip(("effect", "lower", "upper"), shown, strict=True))
        return word("growth_effect", lang, points=TOLD_POINTS, lag=self.lag, unit=self._unit(self.lag, lang), **texts)

    def _unit(self, count: int, lang: str) -> str:
        from npskit.charts.growth_words import periods_word

        return periods_word(count, self.every, lang)

    def _worth_texts(self, lang: str) -> list[str]:
        if math.isnan(self.reliability):
            return []
        ends = {"lower": self.reliability_lower, "upper": self.reliability_upper, "share": self.reliability}
        texts = [word("growth_reliability", lang, **{name: share(end, lang=lang) for name, end in ends.items()})]
        if self.verdict == "helps" and self.reliability < NOISY:
            texts.append(word("growth_conflict", lang))
        return texts

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(text)}</p>" for text in self.explain()[1:])
        notes = "".join(f"<li>{escape(text)}</li>" for text in self.notes())
        return f"<p><b>{escape(self.sentence())}</b></p>{super()._repr_html_()}{said}<ul>{notes}</ul>"

    # ---- pictures -------------------------------------------------------------------------------------------

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """Sales so far and to come, with their band.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.sales_path(
            {name: self.history[name] for name in ("period", "target")},
            self.path,
            target=self.target,
            every=self.every,
            finding=self.sentence(lang),
            confidence_level=self.confidence_level,
            lang=lang,
        )

    def plot_evidence(self, *, lang: str | None = None) -> alt.LayerChart:
        """The error of the forecasts of the past with the score and without it, by horizon.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.forecast_errors(
            self.table,
            every=self.every,
            finding=self.verdict_text(lang),
            evidence=self._evidence_texts(language(lang))[0],
            lang=lang,
        )

    # ---- what if --------------------------------------------------------------------------------------------

    def what_if(self, nps: Any = None, **factors: Any) -> Scenario:
        """Sales that another path of the score or of the factors would add, against both staying as they are.

        Parameters
        ----------
        nps : float or sequence of float, optional
            The score that is reached in the first period to come and kept, or a score for each period; the last one
            is kept. In points.
        **factors : float or sequence of float
            The same for a factor, in its own unit.

        Returns
        -------
        Scenario
            Exactly 0 where the path is that of `base`. A change acts on the sales of the period after it (`lag`).

        Raises
        ------
        ArgumentError
            For an unknown factor, a path longer than the forecast, or a score off its scale.
        """
        steps = len(self.path["horizon"])
        given = {**({} if nps is None else {"nps": nps}), **factors}
        paths = {name: self._supposed(name, value, steps) for name, value in given.items()}
        moves = np.zeros((len(self.base), steps))
        for at, (name, base) in enumerate(self.base.items()):
            if name in paths:
                moves[at] = np.diff(np.array(paths[name]) - np.array(base), prepend=0.0)
        added = scenario(self._series, self._paths, moves)
        sales = self._paths.sales(float(self.history["target"][-1]))
        draws = sales * np.expm1(added)
        table: dict[str, list[Any]] = {name: list(self.path[name]) for name in ("horizon", "period")}
        table["base"] = list(self.path["target"])
        for prefix, part in (("", draws), ("total_", np.cumsum(draws, axis=1)), ("share_", np.expm1(added))):
            _, lower, upper = limits(part, self.confidence_level)
            middle = np.clip(part.mean(axis=0), lower, upper).tolist()
            table[f"{prefix}difference" if prefix != "share_" else "share"] = middle
            table[f"{prefix}lower"], table[f"{prefix}upper"] = lower, upper
        return Scenario(
            table, paths, {name: self.base[name][0] for name in paths}, self.target, self.every, self.lag,
            self._beyond(moves), self.verdict, self.confidence_level,
        )  # fmt: skip

    def _supposed(self, name: str, value: Any, steps: int) -> list[float]:
        """A path as one number for each period to come."""
        if name not in self.base:
            raise ArgumentError(f"what_if: no factor {name!r}.", hint=did_you_mean(name, self.base))
        try:
            given = np.atleast_1d(np.asarray(value, dtype=float)).tolist()
            if np.ndim(given) != 1:
                raise ValueError
        except (TypeError, ValueError):
            raise ArgumentTypeError(
                where=f"what_if({name}=…)", expected="a number, or a flat list of numbers", got=repr(value)
            ) from None
        wrong = [x for x in given if not math.isfinite(x) or (name == "nps" and abs(x) > 100)]
        if wrong or not 1 <= len(given) <= steps:
            raise ArgumentError(
                where=f"what_if({name}=…)",
                expected=f"a number, or up to {steps} of them" + (" from -100 to 100" if name == "nps" else ""),
                got=f"{wrong[0]:g}" if wrong else f"{len(given)}",
                hint="the last number is kept for the periods after it",
            )
        return given + [given[-1]] * (steps - len(given))

    def _beyond(self, moves: Array) -> bool:
        """Whether a supposed move is larger than any that was seen."""
        seen = np.nanmax(np.abs(self._series.changes), axis=1)
        return bool((np.abs(moves).max(axis=1) > seen).any())
