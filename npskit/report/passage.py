"""What the story is told in: headings, sentences and lists that draw themselves in a notebook and in a page.

A story function gives back one of these instead of printing. So the same sentence is HTML in the report, Markdown in
a notebook that is read as text, and a plain string in a test. Names from the data are escaped in both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from npskit.charts.theme import CATEGORY_COLORS, ON_CATEGORY
from npskit.labels import share, word
from npskit.scale import CATEGORIES

__all__ = ["Headline", "Passage"]

# Parts of the bar that hold a whole label, and those that hold a figure.
WIDE, NARROW = 0.2, 0.06
# In a notebook no style sheet of ours is there, so the bar brings what makes it one.
BAR = "display: flex; gap: 2px; height: 2rem; margin: 0 0 1.1rem; overflow: hidden"
PART = "padding: 0 .6rem; min-width: 2px; overflow: hidden; white-space: nowrap; line-height: 2rem; font-weight: 600"
MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~-])")


@dataclass(frozen=True)
class Passage:
    """A heading with sentences, and points below it.

    Attributes
    ----------
    heading : str
    sentences : tuple of str
        One paragraph each.
    points : tuple of str
        A list.
    kind : str
        Class of the part in the page: ``section``, ``lead`` (stays with what follows), ``caption`` or ``note``.
    level : int
        Of the heading, 2 or 3.

    Examples
    --------
    >>> Passage("Data", ("12 rows <b>.",))._repr_html_()
    '<section class="nps nps-section"><h2>Data</h2><p>12 rows &lt;b&gt;.</p></section>'
    """

    heading: str = ""
    sentences: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    kind: str = "section"
    level: int = 2

    @property
    def text(self) -> str:
        """Everything as plain text, a line each."""
        return "\n".join([*filter(None, [self.heading]), *self.sentences, *self.points])

    def _repr_html_(self) -> str:
        head = f"<h{self.level}>{escape(self.heading)}</h{self.level}>" if self.heading else ""
        paragraphs = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences)
        points = "".join(f"<li>{escape(point)}</li>" for point in self.points)
        body = head + paragraphs + (f"<ul>{points}</ul>" if points else "")
        return f'<section class="nps nps-{self.kind}">{body}</section>'

    def _repr_markdown_(self) -> str:
        head = [f"{'#' * self.level} {markdown(self.heading)}"] if self.heading else []
        points = "\n".join(f"- {markdown(point)}" for point in self.points)
        return "\n\n".join([*head, *map(markdown, self.sentences), *filter(None, [points])])


@dataclass(frozen=True)
class Headline:
    """The first screen: what the score is, the three shares as a bar, and the story in a few labelled lines.

    Attributes
    ----------
    kicker : str
        What this is, small above the title.
    title : str
        The finding.
    shares : tuple of float
        Detractors, passives, promoters in 0..1; empty when nobody answered.
    lines : tuple of (str, str)
        Label and sentence.
    lang : str
    """

    kicker: str
    title: str
    shares: tuple[float, ...]
    lines: tuple[tuple[str, str], ...]
    lang: str

    @property
    def text(self) -> str:
        """Everything as plain text, a line each."""
        return "\n".join([self.kicker, self.title, *(f"{label}: {sentence}" for label, sentence in self.lines)])

    def _repr_html_(self) -> str:
        lines = "".join(f"<dt>{escape(label)}</dt><dd>{escape(sentence)}</dd>" for label, sentence in self.lines)
        head = f'<p class="nps-kicker">{escape(self.kicker)}</p><h1>{escape(self.title)}</h1>'
        return f'<header class="nps nps-headline">{head}{self._bar_html()}<dl>{lines}</dl></header>'

    def _bar_html(self) -> str:
        """The three shares as one bar; each part names itself, and a narrow one only when pointed at."""
        parts = []
        for name, part, colour, ink in zip(CATEGORIES, self.shares, CATEGORY_COLORS, ON_CATEGORY, strict=False):
            told = f"{share(part, lang=self.lang)} {word('report_of_' + name, self.lang)}"
            label = told if part >= WIDE else share(part, lang=self.lang) if part >= NARROW else ""
            look = f"flex: {part:.4f} 1 0; {PART}; background: {colour}; color: {ink}"
            parts.append(f'<span class="nps-{name}" style="{look}" title="{escape(told)}">{escape(label)}</span>')
        label = word("report_bar", self.lang)
        bar = f'<div class="nps-bar" style="{BAR}" role="img" aria-label="{escape(label)}">{"".join(parts)}</div>'
        return bar if parts else ""

    def _repr_markdown_(self) -> str:
        lines = "\n".join(f"- **{markdown(label)}** – {markdown(sentence)}" for label, sentence in self.lines)
        return f"{markdown(self.kicker)}\n\n# {markdown(self.title)}\n\n{lines}"


def markdown(text: str) -> str:
    """Text that Markdown shows as it is."""
    return MARKDOWN.sub(r"\\\1", " ".join(text.split(" ")))
