"""A page of the brief: a finding as its title, the shares as a bar, and one labelled line for each question.

The first page stands at the top of the report; each of the others begins a sheet of paper of its own, so that a team's
page can be handed to the team.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from npskit.report.passage import Headline, markdown
from npskit.report.tables import Table

__all__ = ["BriefPage", "BriefTable", "labelled", "short"]

LONGEST_NAME = 44


@dataclass(frozen=True)
class BriefPage(Headline):
    """The head of a page.

    Attributes
    ----------
    first : bool
        Whether it is the page of the whole; the others begin a sheet.

    Examples
    --------
    >>> page = BriefPage("Shops", "Lyon <1>: +12", (), (("Sure", "yes"),), "en", first=False)
    >>> print(page._repr_html_())
    <header class="nps nps-headline nps-brief nps-sheet"><p class="nps-kicker">Shops</p><h2>Lyon &lt;1&gt;: +12</h2>\
<dl><dt>Sure</dt><dd>yes</dd></dl></header>
    """

    first: bool = True

    def _repr_html_(self) -> str:
        lines = "".join(f"<dt>{escape(label)}</dt><dd>{escape(sentence)}</dd>" for label, sentence in self.lines)
        level, kind = (1, "nps-brief") if self.first else (2, "nps-brief nps-sheet")
        head = f'<p class="nps-kicker">{escape(self.kicker)}</p><h{level}>{escape(self.title)}</h{level}>'
        return f'<header class="nps nps-headline {kind}">{head}{self._bar_html()}<dl>{lines}</dl></header>'

    def _repr_markdown_(self) -> str:
        head, title, *rest = super()._repr_markdown_().split("\n\n")
        return "\n\n".join([head, title if self.first else f"#{title}", *rest])


@dataclass(frozen=True)
class BriefTable(Table):
    """A table under its name, with what to know of it below.

    Attributes
    ----------
    heading : str
    notes : tuple of str
        Stand alone where there are no rows.
    """

    heading: str = ""
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Everything as plain text, a line a row."""
        return "\n".join([self.heading, *([super().text] if self.rows else []), *self.notes])

    def _repr_html_(self) -> str:
        head = f"<h3>{escape(self.heading)}</h3>"
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        table = super()._repr_html_() if self.rows else ""
        return f'<section class="nps nps-brief nps-caption">{head}{table}{notes}</section>'

    def _repr_markdown_(self) -> str:
        table = [super()._repr_markdown_()] if self.rows else []
        return "\n\n".join([f"### {markdown(self.heading)}", *table, *map(markdown, self.notes)])


def short(name: str) -> str:
    """A name that fits into a sentence, with its brackets closed.

    Examples
    --------
    >>> short("AUG 28-29 (Online)"), short("x" * 60)[-3:]
    ('AUG 28-29 (Online)', 'xx…')
    """
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip(" ,;(") + "…"


def labelled(lines: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The lines that say something."""
    return tuple((label, text) for label, text in lines if text)
