"""A page for each team: its score, how it stands beside the others, what goes with it, whom it calls.

A page is read by the people it is about, so a team of a few answers has none, nor has the one whose figures would
follow from the others'. Everything is counted once for all teams, so that a page of one team and a page of another
never tell different stories.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from npskit.charts.columns import known, quoted
from npskit.charts.periods import as_day, since_text
from npskit.charts.words import amount
from npskit.frames import Bands, Period
from npskit.labels import share, word
from npskit.report.brief_page import BriefPage, BriefTable, labelled, short
from npskit.report.brief_words import dated
from npskit.report.callbacks import list_table
from npskit.report.forecast_words import chance
from npskit.report.passage import Passage
from npskit.report.teams import level_name
from npskit.report.words import percent, score_text, size, told
from npskit.scale import CATEGORIES
from npskit.survey.column_words import NO_WORDS, ColumnWords, spoken
from npskit.survey.estimates import distribution
from npskit.survey.theme_answers import theme_name
from npskit.survey.wording import signed, signed_range

if TYPE_CHECKING:
    from npskit.report.tables import Table
    from npskit.survey.answers import Trend
    from npskit.survey.comparisons import Comparison
    from npskit.survey.scorecards import Scorecard
    from npskit.survey.theme_answers import Themes
    from npskit.survey.worklist_answers import Worklist
    from npskit.tally import Tally

__all__ = ["TeamPage", "Teams", "own_calls", "own_trend", "teams_of"]

Item = str | Bands | Period
FEWEST_FOR_DRIVER, FEWEST_PERIODS = 30, 3
ALPHA = 0.05
MOST_CALLS, MOST_THEMES = 5, 2
# Teams in the chart of all of them.
MOST_CHARTED = 60


@dataclass(frozen=True)
class Teams:
    """All teams, counted once.

    Attributes
    ----------
    item : str, Bands or Period
        What makes the teams.
    scorecard : Scorecard
    comparison : Comparison
        Of each with all others.
    rows : tuple of int
        Rows of the scorecard that have a page: those shown, the largest first at most as many as asked for, in the
        order of the scorecard.
    hidden, more : int
        Teams too small to be shown, and shown ones that have no page.
    lang : str
    title : str or None
    words : ColumnWords
    dates : tuple of str, optional
        First and last month of the answers in words, where the page tells of a part of them beside.
    """

    item: Item
    scorecard: Scorecard
    comparison: Comparison
    rows: tuple[int, ...]
    hidden: int
    more: int
    lang: str
    title: str | None = None
    words: ColumnWords = NO_WORDS
    dates: tuple[str, str] | None = None

    @property
    def column(self) -> str:
        """What the teams are called as a whole."""
        return self.words.short(self.scorecard.by)

    def name(self, row: int) -> str:
        """A team; a bare number or band with its column."""
        name = short(level_name(self.level(row), self.item, self.lang))
        return name if any(map(str.isalpha, name)) else f"{self.column} {name}"

    def level(self, row: int) -> Any:
        """Its level of the column."""
        return self.scorecard.table[self.scorecard.by][row]

    def beside(self, row: int) -> dict[str, Any]:
        """The row of a team in the comparison with the others."""
        at = list(self.comparison.table[self.comparison.by[0]]).index(self.level(row))
        return {name: values[at] for name, values in self.comparison.table.items()}

    def holds(self, beside: Mapping[str, Any]) -> bool:
        """Whether a difference holds, given how many teams were compared."""
        return bool(known(beside["p_adjusted"]) and beside["p_adjusted"] < 1 - self.comparison.confidence_level)

    def apart(self, sign: int) -> list[int]:
        """Teams shown that are surely below (-1) or above (+1) the others, the farthest first."""
        shown = [at for at, hide in enumerate(self.scorecard.table["suppressed"]) if not hide]
        found = [(sign * beside["difference"], at) for at in shown if self.holds(beside := self.beside(at))]
        return [at for gap, at in sorted(found, reverse=True) if gap > 0]

    def in_short(self) -> str:
        """Who stands apart from the others, in a line."""
        lang = self.lang
        parts = []
        for key, sign in (("below", -1), ("above", 1)):
            if found := self.apart(sign):
                names = [f"{self.name(at)} ({signed(self.beside(at)['difference'], lang, unit=False)})" for at in found]
                listing = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
                parts.append(word(f"report_br_teams_{key}", lang, names=listing))
        said = parts or [word("report_br_teams_none", lang, column=spoken(self.column, lang))]
        return " ".join([*said, *dated(self.dates, lang)])

    def left_out(self) -> list[str]:
        """How many teams have no page, and why."""
        lang, k = self.lang, self.scorecard.min_responses
        hidden = told("report_br_teams_hidden", self.hidden, lang, n=size(self.hidden, lang), k=k)
        more = told("report_br_teams_more", self.more, lang, n=size(self.more, lang))
        beyond = len(self.rows) + self.more - len(self.charted)
        uncharted = told("report_br_teams_uncharted", beyond, lang, n=size(beyond, lang))
        counted = ((self.hidden, hidden), (self.more if self.rows else 0, more), (beyond, uncharted))
        return [text for n, text in counted if n > 0]

    @property
    def charted(self) -> list[int]:
        """Rows of the teams in the overview: all that are shown, whether they have a page or not.

        Of more than a chart holds those with a page, those apart from the others, then the largest.
        """
        table = self.scorecard.table
        shown = [at for at, hide in enumerate(table["suppressed"]) if not hide and known(table[self.scorecard.by][at])]
        largest = sorted(shown, key=lambda at: -table["responses"][at])
        first = dict.fromkeys([*self.rows, *self.apart(-1), *self.apart(1), *largest])
        kept = [at for at in first if at in set(shown)][: max(MOST_CHARTED, len(self.rows))]
        return sorted(kept)

    def shown_card(self) -> Scorecard:
        """The scorecard of the teams in the overview."""
        rows = {name: [values[at] for at in self.charted] for name, values in self.scorecard.table.items()}
        drivers = [None if each is None else self.words.name(each) for each in rows["driver"]]
        return replace(self.scorecard, table={**rows, "driver": drivers})


def teams_of(card: Scorecard, comparison: Comparison, item: Item, *, most: int, lang: str, title: str | None,
             words: ColumnWords = NO_WORDS, dates: tuple[str, str] | None = None) -> Teams:  # fmt: skip
    """The teams that get a page; answers without a team are none."""
    shown = [at for at, hide in enumerate(card.table["suppressed"]) if not hide]
    named = [at for at in shown if known(card.table[card.by][at])]
    largest = sorted(named, key=lambda at: -card.table["responses"][at])[:most]
    hidden = len(card.table["suppressed"]) - len(shown)
    rows, more = tuple(sorted(largest)), len(named) - len(largest)
    return Teams(item, card, comparison, rows, hidden, more, lang, title, words, dates)


@dataclass(frozen=True)
class TeamPage:
    """The page of one team.

    Attributes
    ----------
    teams : Teams
    row : int
        Of the scorecard.
    tally : Tally
        Its own answers, drawn where there are too few periods.
    trend : Trend or None
        Its own periods.
    themes : Themes or None
        With the teams as segments.
    calls : Worklist or None
        Its own customers to call.
    actions : BriefTable or None
    identities : bool
    """

    teams: Teams
    row: int
    tally: Tally
    trend: Trend | None = None
    themes: Themes | None = None
    calls: Worklist | None = None
    actions: BriefTable | None = None
    identities: bool = False

    @property
    def name(self) -> str:
        """The team."""
        return self.teams.name(self.row)

    def parts(self) -> list[Any]:
        """What the page shows, in its order."""
        calls = [self.to_call()] if self.calls else []
        # Without a heading of its own the chart would stand under that of the actions.
        key = "report_br_moved_label" if self.trend is not None else "report_who_label"
        acted = [self.actions, Passage(word(key, self.teams.lang), kind="lead", level=3)] if self.actions else []
        return [self.head(), *calls, *acted, self.chart()]

    def head(self) -> BriefPage:
        """The finding, and a line for each question."""
        lang, card, beside = self.teams.lang, self._card, self.teams.beside(self.row)
        score, lower, upper = score_text(card["score"], card["lower"], card["upper"], lang)
        title = word("report_br_team", lang, team=self.name, score=score, lower=lower, upper=upper)
        dates = self.teams.dates
        span = "" if dates is None else word("chart_span", lang, first=dates[0], last=dates[1])
        kicker = " · ".join(filter(None, [self.teams.title, self.teams.column, span]))
        lines = [
            ("report_who_label", self._who()),
            ("report_br_beside_label", self._beside(beside)),
            ("report_br_moved_label", self._moved()),
            ("report_drivers_label", self._driver()),
            ("report_br_themes_label", self._themes()),
            ("report_churn_call_label", self._calls()),
        ]
        named = labelled((word(key, lang), text) for key, text in lines)
        return BriefPage(kicker, title, self.shares, named, lang, first=False)

    @property
    def _card(self) -> dict[str, Any]:
        return {name: values[self.row] for name, values in self.teams.scorecard.table.items()}

    @property
    def shares(self) -> tuple[float, ...]:
        """Detractors, passives and promoters, weighted as the score is."""
        weights = self.tally.category_weights[0]
        return tuple(float(part) / float(weights.sum()) for part in weights)

    def _who(self) -> str:
        lang, n = self.teams.lang, int(self._card["responses"])
        parts = {
            kind: f"{share(part, lang=lang)} {word(f'report_of_{kind}', lang)}"
            for kind, part in zip(CATEGORIES, self.shares, strict=True)
        }
        return " ".join([told("report_who", n, lang, n=size(n, lang), **parts), *dated(self.teams.dates, lang)])

    def _beside(self, beside: Mapping[str, Any]) -> str:
        lang, gap = self.teams.lang, beside["difference"]
        said = {"range": signed_range(beside["lower"], beside["upper"], lang)}
        if not self.teams.holds(beside):
            # An interval of one team alone leaves out 0 now and then when many are compared.
            alone = beside["lower"] > 0 or beside["upper"] < 0
            key = "report_br_beside_chance" if alone else "report_br_beside_none"
            return word(key, lang, change=signed(gap, lang), k=size(len(self.teams.comparison), lang), **said)
        k = size(len(self.teams.comparison), lang)
        return word(f"report_br_beside_{'above' if gap > 0 else 'below'}", lang, gap=amount(gap, lang), k=k, **said)

    def _moved(self) -> str:
        lang, card = self.teams.lang, self._card
        if card["since"] is None or not known(card["level_change"]):
            return ""
        low, high = card["level_change_lower"], card["level_change_upper"]
        kind = "up" if low > 0 else "down" if high < 0 else "none"
        since = since_text(as_day(card["since"]), self.teams.scorecard.every, lang)
        said = {"gap": amount(card["level_change"], lang), "change": signed(card["level_change"], lang)}
        return word(f"report_br_moved_{kind}", lang, since=since, range=signed_range(low, high, lang), **said)

    def _driver(self) -> str:
        lang, card = self.teams.lang, self._card
        if card["driver"] is not None:
            said = chance(card["driver_chance"], lang)
            return word(
                "report_br_driver",
                lang,
                driver=quoted(short(self.teams.words.name(str(card["driver"]))), lang),
                chance=said,
            )
        if any(each is not None for each in self.teams.scorecard.table["driver"]):
            return word("report_br_driver_few", lang, k=FEWEST_FOR_DRIVER)
        return ""

    def _themes(self) -> str:
        """What its customers write of more, or less, than those of the others; else what most write of."""
        lang, rows = self.teams.lang, self._theme_rows()
        if not rows:
            return ""
        comments = size(rows[0]["comments"], lang)
        apart = [row for row in rows if known(row["p_adjusted"]) and row["p_adjusted"] < ALPHA]
        if apart:
            most = sorted(apart, key=lambda row: -abs(row["difference"]))[:MOST_THEMES]
            names = ", ".join(self._theme_apart(row) for row in most)
            return told("report_br_themes_apart", rows[0]["comments"], lang, n=comments, names=names)
        common = sorted(rows, key=lambda row: -row["responses"])[:MOST_THEMES]
        names = ", ".join(f"{self._theme(row)} ({percent(row['share'], lang)})" for row in common)
        return told("report_br_themes_common", rows[0]["comments"], lang, n=comments, names=names)

    def _theme_rows(self) -> list[dict[str, Any]]:
        if self.themes is None or not self.themes.by:
            return []
        table, level = self.themes.by, self.teams.level(self.row)
        rows = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
        key = next(iter(table))
        return [row for row in rows if row[key] == level and known(row["share"]) and row["responses"]]

    def _theme(self, row: Mapping[str, Any]) -> str:
        return quoted(theme_name(str(row["theme"]), self.teams.lang), self.teams.lang)

    def _theme_apart(self, row: Mapping[str, Any]) -> str:
        lang = self.teams.lang
        elsewhere = percent(max(row["share"] - row["difference"], 0.0), lang)
        return word("report_br_theme_apart", lang, theme=self._theme(row), here=percent(row["share"], lang),
                    there=elsewhere)  # fmt: skip

    def _calls(self) -> str:
        if self.calls is None:
            return ""
        n = len(self.calls) + self.calls.waiting
        return told("report_br_calls", n, self.teams.lang, n=size(n, self.teams.lang)) if n else word(
            "report_br_calls_none", self.teams.lang
        )  # fmt: skip

    def to_call(self) -> Table:
        """The first customers to call."""
        if self.calls is None:
            return BriefTable((), ())
        return list_table(replace(self.calls, owned=False), identities=self.identities, lang=self.teams.lang)

    def chart(self) -> Any:
        """Its own periods, or its own ratings where there are too few of them."""
        from npskit import charts

        if self.trend is not None:
            return self.trend.plot(lang=self.teams.lang).properties(height=150)
        weights = self.tally.category_weights.sum(0).tolist()
        table = distribution(self.tally)
        found = charts.distribution(table, scale=self.tally.scale, counts=weights, lang=self.teams.lang)
        return found.properties(height=150)


def own_trend(trend: Trend, level: Any) -> Trend | None:
    """The periods of one team; None where so few hold answers that there is nothing to follow."""
    key = trend.by[0]
    at = [row for row, each in enumerate(trend.table[key]) if each == level]
    answered = [row for row in at if trend.table["responses"][row]]
    if len(answered) < FEWEST_PERIODS:
        return None
    kept = range(answered[0], answered[-1] + 1)
    rows = {name: [values[row] for row in kept] for name, values in trend.table.items() if name != key}
    withheld = sum(trend.table["responses"][row] is None for row in at)
    return replace(trend, table=rows, by=(), undated=0, outside=0, withheld=withheld)


def own_calls(found: Worklist, level: Any) -> Worklist:
    """The customers of one team, ranked anew; the rest of them is told as waiting."""
    owners: Sequence[Any] = found.table["owner"]
    at = [row for row, owner in enumerate(owners) if owner == level]
    kept = at[:MOST_CALLS]
    rows = {name: [values[row] for row in kept] for name, values in found.table.items()}
    return replace(found, table={**rows, "rank": list(range(1, len(kept) + 1))}, waiting=len(at) - len(kept))
