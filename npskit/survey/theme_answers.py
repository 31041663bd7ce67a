"""What people write, as an answer that can be kept, shown and sent on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from npskit.errors import ArgumentError
from npskit.labels import glossary, language, number, points, share, word
from npskit.results import Result
from npskit.survey.notes import Note
from npskit.survey.wording import Days, signed, signed_range
from npskit.text.redaction import redacted

if TYPE_CHECKING:
    import altair as alt

    from npskit.text.codeframe import Codeframe

__all__ = ["Themes", "theme_name"]


@dataclass(frozen=True, eq=False)
class Themes(Result):
    """Themes of the comments with what each does to the score, as `Survey.themes` gives them.

    Attributes
    ----------
    table : mapping of str to list
        A row a theme, the one that weighs most on the score first. ``theme``, ``responses`` (comments that speak of
        it), ``share`` (0..1, of the comments that say something), ``score`` of those who speak of it, ``impact`` (score
        of all who write minus their score without these) with ``lower, upper`` (points), ``terms`` (words that were
        met most) and ``quotes`` (redacted); then ``found`` (whether it is a topic found in what the code frame leaves
        over), ``share_lower, share_upper``, ``detractors, passives, promoters`` and ``p_adjusted``
        (Benjamini-Hochberg, of both groups having one score). Of themes that fewer than `min_responses` speak of, the
        figures that would tell their ratings are missing, and so is the impact of a theme that all but so few speak of.
    score : float
        Of those whose comment says something, in points.
    responses : int
        Comments that say something, with a rating.
    codeframe : str
        Name of the starter, "own" or "discovery".
    coverage, overlap : float
        Share of comments with a theme of the code frame, and share of these with more than one.
    non_answers, unrated : int
        Comments that say nothing, and comments without a rating: left out.
    languages : mapping of str to int
        Comments of each language; "" for those that are of none.
    uncovered : mapping of str to list
        ``term, responses, share``: the commonest terms of comments without a theme of the code frame.
    words : mapping of str to list
        ``term, detractors, promoters`` (comments), ``log_odds`` (above 0: promoters say it more), ``z``,
        ``p_adjusted``: terms that set promoters and detractors apart.
    silence : mapping of str to float
        Who wrote against who did not: ``commenters, silent`` (answers), their scores, ``difference, lower, upper``.
    by : mapping of str to list
        For each segment and theme: ``responses, comments, share``, ``difference`` to all other segments (of shares)
        with ``lower, upper``, ``score`` and ``p_adjusted``; missing where fewer than `min_responses` wrote.
    segmented_by : tuple of str
    trend : mapping of str to list
        For each theme and period: ``responses, comments, share``, ``fitted`` (its line) and ``p_adjusted`` of the
        period lying on the line of the others.
    changes : mapping of str to list
        For each theme ``change`` of its share along its line, ``lower, upper, p_value, p_adjusted`` and
        ``dispersion`` (1 when months vary as by drawing lots).
    every : str or None
    confidence_level : float
    min_responses : int
    notes : tuple of Note
    frame : Codeframe or None
        What was used, to change and save.
    """

    table: Mapping[str, Sequence[Any]]
    score: float
    responses: int
    codeframe: str
    coverage: float
    overlap: float
    non_answers: int
    unrated: int
    languages: Mapping[str, int]
    uncovered: Mapping[str, Sequence[Any]]
    words: Mapping[str, Sequence[Any]]
    silence: Mapping[str, float]
    by: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    segmented_by: tuple[str, ...] = ()
    trend: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    changes: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    every: str | None = None
    confidence_level: float = 0.95
    min_responses: int = 5
    notes: tuple[Note, ...] = ()
    frame: Codeframe | None = field(default=None, repr=False)

    @property
    def detractor_themes(self) -> list[str]:
        """Themes that surely weigh on the score, the heaviest first."""
        return [name for name, high in zip(self.table["theme"], self.table["upper"], strict=True) if high < 0]

    @property
    def promoter_themes(self) -> list[str]:
        """Themes that surely lift the score, the strongest first."""
        pairs = zip(self.table["theme"], self.table["lower"], strict=True)
        return [name for name, low in pairs if low > 0][::-1]

    def sentence(self, *, lang: str | None = None) -> str:
        """The theme that weighs most on the score and the one that lifts it most, as far as that is sure.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        parts = []
        for key, names in (("down", self.detractor_themes), ("up", self.promoter_themes)):
            if names:
                parts.append(word(f"theme_said_{key}", lang, **self._said(names[0], lang)))
        said = word("theme_said_and", lang).join(parts) if parts else word("theme_said_none", lang)
        return word("theme_said", lang, n=number(self.responses, lang=lang), said=said)

    def _said(self, name: str, lang: str) -> dict[str, str]:
        """A theme in words: its name, share and impact."""
        at = list(self.table["theme"]).index(name)
        row = {column: self.table[column][at] for column in ("share", "impact", "lower", "upper")}
        return {
            "theme": theme_name(name, lang),
            "share": share(row["share"], lang=lang),
            "impact": signed(row["impact"], lang),
            "range": signed_range(row["lower"], row["upper"], lang),
        }

    def plot(self, *, dates: Days | None = None, lang: str | None = None) -> alt.LayerChart:
        """The chart: impact of the themes on the score, with how many speak of each.

        Parameters
        ----------
        dates : tuple of datetime.date, optional
            First and last day of the answers, said in the subtitle.
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.themes(
            self._named(self.table, lang),
            score=self.score,
            responses=self.responses,
            non_answers=self.non_answers,
            coverage=self.coverage,
            confidence_level=self.confidence_level,
            dates=dates,
            lang=lang,
        )

    def plot_words(self, *, dates: Days | None = None, lang: str | None = None) -> alt.LayerChart:
        """The chart: words that set detractors and promoters apart.

        Parameters
        ----------
        dates : tuple of datetime.date, optional
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.theme_words(self.words, responses=self.responses, dates=dates, lang=lang)

    def plot_trend(self, *, lang: str | None = None) -> alt.ConcatChart:
        """The chart: the share of each theme over time; needs ``every``.

        Parameters
        ----------
        lang : {"en", "fr"}, optional

        Raises
        ------
        ArgumentError
            For themes that were not followed over time.
        """
        from npskit import charts

        if self.every is None:
            raise ArgumentError(
                where="plot_trend", expected="themes followed over time", got="none",
                hint="df.nps.themes(every='month').plot_trend()",
            )  # fmt: skip
        return charts.theme_trend(
            self._named(self.trend, lang), self._named(self.changes, lang), every=self.every, lang=lang
        )

    def _named(self, table: Mapping[str, Sequence[Any]], lang: str | None) -> dict[str, Sequence[Any]]:
        """A table with its themes under their names in the language."""
        lang = language(lang)
        names = {"theme": [theme_name(name, lang) for name in table["theme"]]} if "theme" in table else {}
        return {**table, **names}

    def _repr_html_(self) -> str:
        lang = language()
        heads = "".join(f"<th>{escape(word(f'theme_head_{key}', lang))}</th>" for key in HEADS)
        rows = "".join(html_row(self.table, at, lang) for at in range(len(self)))
        return (
            f"<p>{escape(self.sentence(lang=lang))}</p>"
            f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )


HEADS = ("theme", "responses", "share", "score", "impact", "quotes")


def theme_name(theme: str, lang: str | None = None) -> str:
    """A theme as it is shown: those of the starters in the language, any other as it is called.

    Examples
    --------
    >>> theme_name("price", "fr"), theme_name("Terrasse", "fr")
    ('prix', 'Terrasse')
    """
    words = glossary([f"theme_name_{theme}"]).get(f"theme_name_{theme}")
    return words[language(lang)] if words else theme


def html_row(table: Mapping[str, Sequence[Any]], at: int, lang: str) -> str:
    """A theme as a row of HTML: every text escaped, quotes masked once more."""
    from npskit.charts.columns import quoted

    row = {name: values[at] for name, values in table.items()}
    impact = points(row["impact"], digits=1, lang=lang)
    if row["impact"] == row["impact"]:
        impact += f"<br><small>{escape(signed_range(row['lower'], row['upper'], lang))}</small>"
    said = "<br>".join(quoted(escape(quote), lang) for quote in redacted(row["quotes"]))
    cells = [
        f"<b>{escape(theme_name(row['theme'], lang))}</b><br><small>{escape(', '.join(row['terms'][:4]))}</small>",
        number(row["responses"], lang=lang),
        share(row["share"], lang=lang),
        points(row["score"], lang=lang),
        impact,
        f"<small>{said}</small>",
    ]
    return "<tr>" + "".join(f"<td>{text}</td>" for text in cells) + "</tr>"
