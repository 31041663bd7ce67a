"""One theme in the report: what it does to the score, the words people use, and two or three of them quoted.

A quote is what a person wrote, so it is masked here once more, whatever was done before, it is escaped, and it may be
in a script that runs from right to left inside a page that runs from left to right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from npskit.charts.columns import known, quoted
from npskit.charts.words import sentence
from npskit.labels import points, word
from npskit.report.passage import markdown
from npskit.report.words import percent, size, told
from npskit.survey.theme_answers import Themes, theme_name
from npskit.survey.wording import signed, signed_range
from npskit.text.redaction import redacted

__all__ = ["ThemeBlock", "block_of", "matter", "rows_of"]

MOST_BLOCKS, MOST_QUOTES, MOST_TERMS = 8, 3, 6
# A theme that moves nothing, and that so many write of all the same.
OFTEN, ALPHA = 0.1, 0.05
# Quotation marks of each language around a text of any direction.
QUOTE = "margin: .45rem 0; padding-left: .9rem; border-left: 3px solid #9aa4ac80; overflow-wrap: anywhere"
MARKS = {"en": ("“", "”"), "fr": ("«\u202f", "\u202f»")}


@dataclass(frozen=True)
class ThemeBlock:
    """A theme under its name.

    Attributes
    ----------
    heading : str
    sentences : tuple of str
    quotes : tuple of str
        Redacted.
    lang : str
        Of the report.
    spoken : str
        Of the quotes, where they are all in one language.

    Examples
    --------
    >>> block = ThemeBlock("Price", ("2 comments.",), ("=1+1 <b>cher</b>",), "en", "fr")
    >>> print(block.text)
    Price
    2 comments.
    “=1+1 <b>cher</b>”
    >>> "<b>" in block._repr_html_()
    False
    """

    heading: str
    sentences: tuple[str, ...]
    quotes: tuple[str, ...]
    lang: str
    spoken: str = ""

    @property
    def text(self) -> str:
        """Everything as plain text, a line each."""
        return "\n".join([self.heading, *self.sentences, *(quoted(each, self.lang) for each in self.quotes)])

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(each)}</p>" for each in self.sentences)
        quotes = "".join(map(self._quote_html, self.quotes))
        items = f'<ul class="nps-quotes" style="list-style: none; padding-left: 0">{quotes}</ul>' if quotes else ""
        return f'<section class="nps nps-section nps-theme"><h3>{escape(self.heading)}</h3>{said}{items}</section>'

    def _quote_html(self, quote: str) -> str:
        first, last = MARKS[self.lang]
        spoken = f' lang="{escape(self.spoken)}"' if self.spoken else ""
        return f'<li style="{QUOTE}">{first}<bdi{spoken}>{escape(quote)}</bdi>{last}</li>'

    def _repr_markdown_(self) -> str:
        quotes = "\n".join(f"- {markdown(quoted(each, self.lang))}" for each in self.quotes)
        parts = [f"### {markdown(self.heading)}", *map(markdown, self.sentences), *filter(None, [quotes])]
        return "\n\n".join(parts)


def rows_of(table: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """A table as its rows."""
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def matter(found: Themes) -> list[dict[str, Any]]:
    """The themes worth a block: those that surely move the score, then those that many write of; in order of impact."""
    rows = [row for row in rows_of(found.table) if known(row["impact"])]
    sure = [row for row in rows if moves(row) and row["p_adjusted"] < ALPHA]
    others = [row for row in rows if row["share"] >= OFTEN and row not in sure]
    often = sorted(others, key=lambda row: -row["share"])
    chosen = [*sorted(sure, key=lambda row: -abs(row["impact"])), *often][:MOST_BLOCKS]
    return sorted(chosen, key=lambda row: row["impact"])


def moves(row: Mapping[str, Any]) -> bool:
    """Whether the interval of the impact leaves out 0."""
    return bool(known(row["lower"]) and known(row["upper"]) and (row["upper"] < 0 or row["lower"] > 0))


def block_of(row: Mapping[str, Any], lang: str, spoken: str = "") -> ThemeBlock:
    """A row of `Themes.table` in words."""
    said = {
        "n": size(row["responses"], lang),
        "share": percent(row["share"], lang),
        "range": word("range", lang, lower=percent(row["share_lower"], lang), upper=percent(row["share_upper"], lang)),
        "score": points(row["score"], lang=lang),
        "impact": signed(row["impact"], lang),
        "limits": signed_range(row["lower"], row["upper"], lang),
    }
    sentences = [
        told("report_voice_block", row["responses"], lang, **said),
        "" if moves(row) else word("report_voice_block_chance", lang),
        word("report_voice_block_found", lang) if row["found"] else "",
    ]
    terms = ", ".join(str(term) for term in row["terms"][:MOST_TERMS])
    words = [word("report_voice_block_terms", lang, terms=terms)] if terms else []
    quotes = tuple(text for text in redacted(row["quotes"][:MOST_QUOTES]) if text)
    name = sentence(theme_name(str(row["theme"]), lang))
    return ThemeBlock(name, (" ".join(filter(None, sentences)), *words), quotes, lang, spoken)
