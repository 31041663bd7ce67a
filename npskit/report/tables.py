"""A small table inside the story: figures as the reader's language writes them, names from the data escaped."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from npskit.report.passage import markdown

__all__ = ["Table"]


@dataclass(frozen=True)
class Table:
    """Rows of text under heads.

    Attributes
    ----------
    heads : tuple of str
    rows : tuple of tuple of str
    texts : int
        How many columns at the left hold words; the others hold figures, which stand to the right.

    Examples
    --------
    >>> print(Table(("action", "impact"), (("A <new> till", "+3"),))._repr_markdown_())
    | action | impact |
    |:--|--:|
    | A \\<new\\> till | \\+3 |
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    texts: int = 1

    @property
    def text(self) -> str:
        """Everything as plain text, a line a row."""
        return "\n".join(" | ".join(row) for row in (self.heads, *self.rows))

    def _repr_html_(self) -> str:
        head = "".join(self._cell("th", at, text) for at, text in enumerate(self.heads))
        rows = "".join(
            f"<tr>{''.join(self._cell('td', at, text) for at, text in enumerate(row))}</tr>" for row in self.rows
        )
        return (
            '<section class="nps nps-caption" style="overflow-x: auto"><table style="width: 100%">'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></section>"
        )

    def _cell(self, tag: str, at: int, text: str) -> str:
        # Figures stay on one line, what they are called need not.
        side = "left" if at < self.texts else "right" if tag == "th" else "right; white-space: nowrap"
        return f'<{tag} style="vertical-align: top; text-align: {side}">{escape(text)}</{tag}>'

    def _repr_markdown_(self) -> str:
        rule = "|".join(":--" if at < self.texts else "--:" for at in range(len(self.heads)))
        lines = [f"| {' | '.join(map(markdown, row))} |" for row in self.rows]
        return "\n".join([f"| {' | '.join(map(markdown, self.heads))} |", f"|{rule}|", *lines])
