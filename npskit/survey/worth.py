"""What a category is worth: the record that `Survey.economics` gives, in words and as a picture.

Money makes people believe. So each amount comes with its interval, what was assumed is said beside it, no difference is
told that the data does not hold, and what others have published stays apart, under the name of a rule of thumb.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from npskit.labels import language, number, share, word
from npskit.results import Result
from npskit.survey.notes import Note

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Economics", "RuleOfThumb"]


@dataclass(frozen=True)
class RuleOfThumb(Result):
    """Figures that others published about other companies; none is computed from these answers.

    Attributes
    ----------
    table : mapping of str to list
        ``rule`` (a key), ``claim`` (the figure in words, in the language asked for), ``source``, ``year``, ``basis``
        (what it rests on).
    """

    table: Mapping[str, Sequence[Any]]

    def sentence(self, *, lang: str | None = None) -> str:
        """What these figures are, and are not.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        return word("rule_about", lang)


@dataclass(frozen=True, eq=False)
class Economics(Result):
    """Money by category, as `Survey.economics` gives it.

    Attributes
    ----------
    table : mapping of str to list
        A row each for ``detractors, passives, promoters`` (``category``): ``responses``, ``share``; ``spend`` (mean)
        with ``spend_lower, spend_upper``, ``spend_median`` (to about 2 %) and ``spend_known`` (answers); ``retention``
        and ``referrals`` likewise; ``years`` (expected within the horizon); ``value, lower, upper``. Missing where
        not given, or where it would rest on too few.
    differences : mapping of str to list
        Promoters minus detractors: ``measure, difference, lower, upper, p_value``, a row for each measure given.
    risk : mapping of str to list
        ``scope`` ("surveyed", and "customers" when their number was given), ``customers``, ``detractors``,
        ``revenue`` (what the detractors spend in a period), ``at_risk, lower, upper, p_value``; no row without spend
        and staying.
    measure : {"value", "spend", "retention", "referrals"}
        What the sentence compares.
    currency : str
    margin : float or None
    years : int
    discount : float
    against : {"others", "passives", "promoters"}
    confidence_level : float
    top_share : float
        Share of the spend of the one answer in a hundred that spent most, about.
    notes : tuple of Note
        What may mislead; `str` of each is its sentence in English.
    """

    table: Mapping[str, Sequence[Any]]
    differences: Mapping[str, Sequence[Any]]
    risk: Mapping[str, Sequence[Any]]
    measure: str
    currency: str = ""
    margin: float | None = None
    years: int = 5
    discount: float = 0.0
    against: str = "others"
    confidence_level: float = 0.95
    top_share: float = float("nan")
    notes: tuple[Note, ...] = field(default=(), compare=False)

    def sentence(self, *, lang: str | None = None) -> str:
        """Whether promoters are worth more than detractors, and by how much.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        at = list(self.differences["measure"]).index(self.measure)
        gap, lower, upper = (self.differences[name][at] for name in ("difference", "lower", "upper"))
        if gap is None:
            return word("economics_few", lang)
        if lower is None:
            return word("economics_unsure", lang)
        key = "more" if lower > 0 else "less" if upper < 0 else "same"
        told, limits = self._amounts(gap, lower, upper, lang, sign=key == "same")
        return word(f"economics_{self.measure}_{key}", lang, gap=told, range=limits)

    def risk_sentence(self, *, lang: str | None = None) -> str:
        """What of the detractors' revenue is at risk beyond what would be lost anyway; "" when that was not asked.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        if not self.risk["scope"]:
            return ""
        row = {name: values[-1] for name, values in self.risk.items()}
        if row["at_risk"] is None or row["lower"] is None:
            return word("economics_risk_few", lang)
        key = "clear" if row["lower"] > 0 else "less" if row["upper"] < 0 else "open"
        told, limits = self._money(row["at_risk"], row["lower"], row["upper"], lang, sign=key == "open")
        whole, _ = self._money(row["revenue"], None, None, lang)
        scope = "all" if row["scope"] == "customers" else "surveyed"
        other = word(f"economics_against_{self.against}", lang)
        return word(
            f"economics_risk_{key}_{scope}", lang, amount=told, range=limits, revenue=whole, other=other,
            n=number(float(f"{row['detractors']:.2g}") if scope == "all" else row["detractors"], lang=lang),
            customers=number(row["customers"], lang=lang),
        )  # fmt: skip

    def _amounts(self, gap: float, lower: float, upper: float, lang: str, *, sign: bool) -> tuple[str, str]:
        """A difference of the measure and its interval in words; without its sign where the words hold it."""
        if self.measure in ("value", "spend"):
            return self._money(gap, lower, upper, lang, sign=sign)
        shown = [
            value if sign else abs(value) for value in (gap, *sorted((lower, upper), key=abs if not sign else None))
        ]
        factor, digits = (100, 0) if self.measure == "retention" else (1, 2)
        told, low, high = (number(factor * value, digits=digits, lang=lang, sign=sign) for value in shown)
        return told, word("range", lang, lower=low, upper=high)

    def _money(
        self, value: float, lower: float | None, upper: float | None, lang: str, *, sign: bool = False
    ) -> tuple[str, str]:
        from npskit.charts.money import fineness, money, money_range

        # Without an interval two figures, since then it is said by the way.
        digits = fineness(lower, upper, value) if lower is not None else fineness(None, None, value) - 1
        shown = money(value if sign else abs(value), lang, self.currency, digits=digits, sign=sign)
        # Words that say which way it goes leave no room for signs.
        if lower is not None and upper is not None and not sign:
            lower, upper = sorted((abs(lower), abs(upper)))
        return shown, money_range(lower, upper, lang, self.currency, sign=sign)

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """The chart: a row a category, its value with the interval, and what it is made of.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.category_values(
            self.table,
            measure=self.measure,
            title=self.sentence(lang=lang),
            told=[self.risk_sentence(lang=lang), self.assumed(lang=lang)],
            currency=self.currency,
            confidence_level=self.confidence_level,
            lang=lang,
        )

    def assumed(self, *, lang: str | None = None) -> str:
        """How the value is computed, with what was assumed; "" when there is only one measure.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        if self.measure != "value":
            return ""
        parts = [word("economics_part_spend", lang)]
        if self.margin is not None:
            parts.append(word("economics_part_margin", lang, margin=share(self.margin, lang=lang)))
        if any(known is not None for known in self.table["retention"]):
            parts.append(word("economics_part_years", lang, years=number(self.years, lang=lang)))
        told = word("economics_times", lang).join(parts)
        if any(known is not None for known in self.table["referrals"]):
            told = word("economics_plus_referrals", lang, own=told)
        return word("economics_assumed", lang, formula=told)

    def rule_of_thumb(self, *, lang: str | None = None) -> RuleOfThumb:
        """Published figures about other companies, with their sources; nothing of your own data is in them.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
            Language of the claims.

        Returns
        -------
        RuleOfThumb

        Examples
        --------
        >>> import npskit
        >>> found = npskit.datasets.load("garden").nps.economics(spend="ticket_eur")
        >>> found.rule_of_thumb().table["source"][0]
        'Reichheld and Sasser, Zero Defections, Harvard Business Review 68(5)'
        """
        text = files("npskit.survey").joinpath("rules_of_thumb.csv").read_text(encoding="utf-8")
        rules = list(csv.DictReader(text.splitlines()))
        return RuleOfThumb(
            {
                "rule": [rule["rule"] for rule in rules],
                "claim": [word(f"rule_{rule['rule']}", lang) for rule in rules],
                "source": [rule["source"] for rule in rules],
                "year": [int(rule["year"]) for rule in rules],
                "basis": [word(f"rule_{rule['rule']}_basis", lang) for rule in rules],
            }
        )
