"""What `Survey.churn` found: the risk of each category, how sure it is, and what it was tested on.

Everybody expects detractors to leave, and in many files they do not. So the verdict is a field of three values with its
evidence beside it, and "no sign" is told only where the answers would have shown a difference worth the name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from npskit.labels import language, number, word
from npskit.results import Result
from npskit.survey.churn_words import gap_text, length_text, range_of, risk_text
from npskit.survey.notes import Note

if TYPE_CHECKING:
    import altair as alt

    from npskit.survey.churn_model import Model

__all__ = ["Churn", "Curves", "OddsRatios", "PointWorth", "Validation"]

# A ratio of rates beyond this is no help to a reader.
MOST_RATIO = 10


@dataclass(frozen=True, eq=False)
class Curves(Result):
    """Share of customers still there, by category and day.

    Attributes
    ----------
    table : mapping of str to list
        ``category, day, retained, lower, upper, at_risk, events``; a row a day from 0 to the horizon, as far as
        anybody of the category was followed.
    confidence_level : float
    """

    table: Mapping[str, Sequence[Any]]
    confidence_level: float = 0.95


@dataclass(frozen=True, eq=False)
class OddsRatios(Result):
    """What goes with leaving: the odds to leave in a period, times so much.

    Attributes
    ----------
    table : mapping of str to list
        ``term, level, odds_ratio, lower, upper``. ``rating`` is by point higher; ``drop`` since the customer's last
        answer (against none; "first" has none before), and bands of tenure and value against the lowest one.
    confidence_level : float
    """

    table: Mapping[str, Sequence[Any]]
    confidence_level: float = 0.95

    def sentence(self, *, lang: str | None = None) -> str:
        """What a point of rating goes with, all else equal."""
        lang = language(lang)
        ratio, lower, upper = (self.table[name][0] for name in ("odds_ratio", "lower", "upper"))
        key = "less" if upper < 1 else "more" if lower > 1 else "open"
        shown = [number(each, digits=2, lang=lang) for each in (ratio, lower, upper)]
        return word(f"churn_odds_{key}", lang, ratio=shown[0], lower=shown[1], upper=shown[2])


@dataclass(frozen=True, eq=False)
class Validation(Result):
    """Risks told by a model of the earlier answers, against what became of later ones.

    Attributes
    ----------
    table : mapping of str to list
        By band of told risk, lowest first: ``band, responses, events, expected, observed, lower, upper`` (shares).
    ratio, ratio_lower, ratio_upper : float
        Leavers observed for each one expected.
    concordance, concordance_lower, concordance_upper : float
        Chance that one who left had been given the higher risk; .5 sorts nobody.
    responses, events : int
        Later answers, and how many of their customers left within the horizon.
    expected : float
    trained : int
        Earlier answers.
    until, since : datetime.date
        Last day of the earlier answers, first day of the later ones.
    confidence_level : float
    """

    table: Mapping[str, Sequence[Any]]
    ratio: float
    ratio_lower: float
    ratio_upper: float
    concordance: float
    concordance_lower: float
    concordance_upper: float
    responses: int
    events: int
    expected: float
    trained: int
    until: dt.date
    since: dt.date
    confidence_level: float = 0.95

    def sentence(self, *, lang: str | None = None) -> str:
        """Whether as many left as was told."""
        lang = language(lang)
        values = {"k": number(self.events, lang=lang), "m": number(self.expected, lang=lang)}
        if self.ratio != self.ratio or self.ratio_lower != self.ratio_lower:
            return word("churn_calibrated_none", lang, **values)
        key = "more" if self.ratio_lower > 1 else "fewer" if self.ratio_upper < 1 else "as"
        shown = {name: number(each, digits=2, lang=lang) for name, each in
                 (("ratio", self.ratio), ("lower", self.ratio_lower), ("upper", self.ratio_upper))}  # fmt: skip
        return word(f"churn_calibrated_{key}", lang, **values, **shown)

    def sorting(self, *, lang: str | None = None) -> str:
        """How well the risks sort."""
        lang = language(lang)
        shown = [number(each, digits=2, lang=lang) for each in
                 (self.concordance, self.concordance_lower, self.concordance_upper)]  # fmt: skip
        key = "sorts" if self.concordance_lower > 0.5 else "blind"
        return word(f"churn_{key}", lang, c=shown[0], lower=shown[1], upper=shown[2])

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """The chart: told against observed risk by band."""
        from npskit import charts

        return charts.reliability(
            self.table, title=self.sentence(lang=lang), told=[self.sorting(lang=lang)],
            confidence_level=self.confidence_level, lang=lang,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class PointWorth(Result):
    """Customers kept, of 1,000, for one point of NPS, if those moved had the risk of where they moved to.

    Attributes
    ----------
    table : mapping of str to list
        ``step`` (both, detractors_to_passives, passives_to_promoters), ``moved`` (of 1,000 customers for one point),
        ``customers`` (kept within the horizon), ``lower, upper``.
    length : tuple of (int, str)
        The horizon as asked for.
    confidence_level : float
    """

    table: Mapping[str, Sequence[Any]]
    length: tuple[int, str]
    confidence_level: float = 0.95

    def sentence(self, *, lang: str | None = None) -> str:
        """What a point goes with."""
        lang = language(lang)
        value, lower, upper = (self.table[name][0] for name in ("customers", "lower", "upper"))
        key = "more" if lower > 0 else "less" if upper < 0 else "open"
        low, high = (lower, upper) if key != "less" else (-upper, -lower)
        return word(
            f"churn_worth_{key}", lang, horizon=length_text(self.length, lang), range=range_of(low, high, lang),
            n=number(abs(value) if key != "open" else value, digits=1, lang=lang, sign=key == "open"),
        )  # fmt: skip

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """The chart: the two steps and both together, with their intervals."""
        from npskit import charts

        return charts.point_worth(
            self.table, title=self.sentence(lang=lang), horizon=length_text(self.length, language(lang)),
            confidence_level=self.confidence_level, lang=lang,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Churn(Result):
    """Who leaves, as `Survey.churn` gives it.

    Attributes
    ----------
    table : mapping of str to list
        A row each for ``detractors, passives, promoters`` (``category``): ``responses``, ``events`` (customers who
        left within the horizon), ``risk`` (0..1, to leave within the horizon), ``lower, upper``, ``followed`` (answers
        followed to the horizon). Risk is missing where nobody was followed that long.
    verdict : {"differ", "no sign", "cannot tell"}
        "differ" when the log-rank test over the categories has p < .05; "no sign" when it has not, although rates
        1.5 times apart would have shown in four of five such samples; else "cannot tell", and always with fewer than
        50 who left.
    difference : mapping
        The evidence: ``statistic, freedom, p_value`` of the test; ``gap, lower, upper`` (risk of detractors minus that
        of promoters); ``detectable`` (ratio of rates that would have shown), ``events, customers``.
    hazard : OddsRatios, optional
    validation : Validation, optional
    worth : PointWorth, optional
        None with fewer than 50 who left.
    horizon : int
        Days; ``length`` is it as asked for.
    at, first : datetime.date
        Last day of the follow-up, first answer.
    confidence_level : float
    notes : tuple of Note
        What was left out, and what may mislead.
    """

    table: Mapping[str, Sequence[Any]]
    verdict: str
    difference: Mapping[str, float]
    hazard: OddsRatios | None
    validation: Validation | None
    worth: PointWorth | None
    horizon: int
    length: tuple[int, str]
    at: dt.date
    first: dt.date
    confidence_level: float = 0.95
    notes: tuple[Note, ...] = field(default=(), compare=False)
    _curves: Curves | None = field(default=None, repr=False)
    _model: Model | None = field(default=None, repr=False)

    def curves(self) -> Curves:
        """The curves behind the table."""
        assert self._curves is not None
        return self._curves

    def sentence(self, *, lang: str | None = None) -> str:
        """Whether detractors leave more, and by how much.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        horizon = length_text(self.length, lang)
        risks = dict(zip(self.table["category"], self.table["risk"], strict=True))
        first, last = risks["detractors"], risks["promoters"]
        events = int(self.difference["events"])
        if not events:
            return word("churn_none", lang)
        if first is None or last is None:
            return word("churn_alone", lang, n=number(events, lang=lang), horizon=horizon)
        values = {
            "detractors": risk_text(first, lang), "promoters": risk_text(last, lang), "horizon": horizon,
            "range": gap_text(self.difference["lower"], self.difference["upper"], lang),
            "n": number(events, lang=lang), "ratio": number(self.difference["detectable"], digits=1, lang=lang),
        }  # fmt: skip
        if self.verdict == "differ":
            key = "more" if self.difference["lower"] > 0 else "less" if self.difference["upper"] < 0 else "otherwise"
            return word(f"churn_{key}", lang, **values)
        if self.verdict == "no sign":
            return word("churn_no_sign", lang, **values)
        blind = self.difference["detectable"] > MOST_RATIO
        return word("churn_cannot_tell_blind" if blind else "churn_cannot_tell", lang, **values)

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """The chart: retention curves by category with their bands, and how many are still followed.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.retention_curves(
            self.curves().table, title=self.sentence(lang=lang), horizon=self.horizon,
            responses=sum(self.table["responses"]), events=int(self.difference["events"]),
            dates=(self.first, self.at), confidence_level=self.confidence_level, lang=lang,
        )  # fmt: skip
