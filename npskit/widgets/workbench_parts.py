"""Pieces of the code-frame app: words to click, a field to type into, comments and tables as HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from npskit.labels import number, share, word
from npskit.survey.theme_answers import theme_name
from npskit.widgets.controls import styled

if TYPE_CHECKING:
    from npskit.survey.workbench import Covered
    from npskit.widgets.app import App

__all__ = ["STYLE", "Chips", "agreement_table", "comment_list", "pressed", "theme_table", "typed"]

STYLE = """<style>
.npskit-app .npskit-chips { flex-flow: row wrap; }
.npskit-app .npskit-chips .jupyter-button { width: auto; height: auto; border-radius: 14px; padding: 3px 11px;
  line-height: 1.4; margin: 2px 4px 2px 0; user-select: none; }
.npskit-app .jupyter-button:focus-visible { outline: 2px solid #8a5cc4; outline-offset: 1px; }
.npskit-app .npskit-control select[size] { height: auto; }
.npskit-app ol.npskit-comments { margin: 2px 0; padding-left: 2.6em; }
.npskit-app ol.npskit-comments li { margin: 3px 0; overflow-wrap: anywhere; }
.npskit-app .npskit-bar { display: inline-block; height: .65em; background: #8a5cc4; min-width: 1px; }
.npskit-app table.npskit-table tr[aria-current] { font-weight: 600; }
.npskit-app .jupyter-button { flex-shrink: 0; max-width: 100%; height: auto; white-space: normal; }
.npskit-app table.npskit-figures :is(td, th):not(:first-child) { text-align: right; }
.npskit-app table.npskit-figures td { white-space: nowrap; }
.npskit-app table.npskit-figures :is(td, th).npskit-bars { text-align: left; }
@container (max-width: 640px) { .npskit-app table.npskit-figures :is(.npskit-bars, .npskit-wide) { display: none; } }
</style>"""
BAR, BARS = 120, "workbench_bar"
# Left out where there is little room.
WIDE = ("workbench_precision", "workbench_recall")


def pressed(act: Callable[[], None]) -> Any:
    """A button."""
    button = widgets.Button(layout=widgets.Layout(width="auto"))
    button.on_click(lambda _button: act())
    return button


def typed(app: App, key: str, act: Callable[[str], None]) -> Any:
    """A field whose text counts once it is entered: by Enter, by the button beside it, or by leaving the field."""
    # While one types, what arrives here lags behind the keys.
    field = styled(widgets.Text(continuous_update=False))
    button = widgets.Button(layout=widgets.Layout(width="auto", align_self="flex-end"))

    def sent() -> None:
        text = field.value.strip()
        if text:
            act(text)
            field.value = ""

    def relabel(lang: str) -> None:
        field.description = word(key, lang)
        field.placeholder = word(f"{key}_example", lang)
        button.description = word(f"{key}_button", lang)

    app.said(relabel)
    field.observe(lambda _change: sent(), "value")
    button.on_click(lambda _button: sent())
    pair = widgets.HBox([field, button], layout=widgets.Layout(width="100%", overflow="visible"))
    pair.field, pair.button = field, button
    return pair


class Chips(widgets.Box):
    """Words to click; the same buttons are worded anew, so that the keyboard stays where it was."""

    def __init__(self, act: Callable[[str], None]) -> None:
        self._act, self._terms, self._buttons = act, list[str](), list[Any]()
        self.hint = widgets.HTML()
        super().__init__(layout=widgets.Layout(display="flex"))
        self.add_class("npskit-chips")

    def _grown(self, size: int) -> None:
        more = [pressed(self._press(at)) for at in range(len(self._buttons), size)]
        if more:
            self._buttons += more
            self.children = tuple(self._buttons)

    def _press(self, at: int) -> Callable[[], None]:
        return lambda: self._act(self._terms[at]) if at < len(self._terms) else None

    def show(self, terms: Sequence[tuple[str, int]], theme: str, lang: str) -> None:
        """These words, each with its number of comments."""
        self._terms = [term for term, _ in terms]
        self._grown(len(terms))
        for button, (term, n) in zip(self._buttons, terms, strict=False):
            button.description = f"{term} ({number(n, lang=lang)})"
            button.tooltip = word("workbench_add_tip", lang, term=term, theme=theme)
        for at, button in enumerate(self._buttons):
            button.layout.display = None if at < len(terms) else "none"
        key = "workbench_terms_hint" if terms else "workbench_terms_none"
        self.hint.value = f"<span>{escape(word(key, lang, theme=theme))}</span>"


def comment_list(page: Sequence[str], start: int, size: int, view: str, lang: str) -> str:
    """Comments as HTML: every letter escaped, and each in its own direction of writing."""
    if not size:
        key = "workbench_comments_theme_none" if view == "theme" else "workbench_comments_none"
        return f"<p>{escape(word(key, lang))}</p>"
    which = word("workbench_which", lang, first=number(start + 1, lang=lang),
                 last=number(start + len(page), lang=lang), n=number(size, lang=lang))  # fmt: skip
    rows = "".join(f'<li dir="auto">{escape(text)}</li>' for text in page)
    return f'<div>{escape(which)}</div><ol class="npskit-comments" start="{start + 1}">{rows}</ol>'


def table(heads: Sequence[str], rows: Sequence[tuple[Sequence[str], bool]], lang: str) -> str:
    """A table of finished cells, the first of each row its head; a row may be the current one."""
    kinds = [
        ' class="npskit-bars"' if head == BARS else ' class="npskit-wide"' if head in WIDE else "" for head in heads
    ]
    top = "".join(
        f'<th scope="col"{kind}>{escape(word(head, lang))}</th>' for head, kind in zip(heads, kinds, strict=True)
    )
    body = "".join(row_html(cells, kinds, current) for cells, current in rows)
    return f'<table class="npskit-table npskit-figures"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'


def row_html(cells: Sequence[str], kinds: Sequence[str], current: bool) -> str:
    """A row; the current one is told to screen readers too."""
    rest = "".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(cells[1:], kinds[1:], strict=False))
    return f'<tr{" aria-current=true" if current else ""}><th scope="row">{cells[0]}</th>{rest}</tr>'


def theme_table(result: Covered, theme: str, lang: str) -> str:
    """Themes with their comments, as HTML."""
    columns = result.table
    if not columns["theme"]:
        return f"<p>{escape(word('workbench_empty', lang))}</p>"
    widest = max([*columns["share"], 1e-9])
    order = sorted(range(len(columns["theme"])), key=lambda at: -columns["responses"][at])
    rows = [
        (
            (
                escape(theme_name(columns["theme"][at], lang)),
                number(columns["responses"][at], lang=lang),
                share(columns["share"][at], lang=lang),
                number(columns["alone"][at], lang=lang),
                f'<span class="npskit-bar" style="width:{BAR * columns["share"][at] / widest:.0f}px"></span>',
            ),
            columns["theme"][at] == theme,
        )
        for at in order
    ]
    heads = ("theme_head_theme", "theme_head_responses", "theme_head_share", "workbench_alone", BARS)
    return table(heads, rows, lang)


def agreement_table(agreement: Mapping[str, Sequence[Any]], strangers: Sequence[str], lang: str) -> str:
    """Agreement with the codes of a person, as HTML; a figure that cannot be told is a dash."""
    said = f"<p><b>{escape(word('workbench_agreement', lang))}</b></p>"
    other = ""
    if strangers:
        other = f"<p>{escape(word('workbench_strangers', lang, names=', '.join(strangers)))}</p>"
    if not agreement.get("theme"):
        return said + f"<p>{escape(word('workbench_agreement_none', lang))}</p>" + other
    figures = ("kappa", "f1", "precision", "recall")
    counts = ("responses", "by_hand", "by_frame")
    rows = [
        (
            (
                escape(theme_name(theme, lang)),
                *(figure(agreement[name][at], lang) for name in figures),
                *(number(agreement[name][at], lang=lang) for name in counts),
            ),
            False,
        )
        for at, theme in enumerate(agreement["theme"])
    ]
    heads = ("theme_head_theme", *(f"workbench_{name}" for name in (*figures, *counts)))
    return said + table(heads, rows, lang) + other


def figure(value: float, lang: str) -> str:
    """A figure between -1 and 1.

    Examples
    --------
    >>> figure(0.4, "fr"), figure(float("nan"), "en")
    ('0,40', '–')
    """
    return "–" if value != value else number(value, digits=2, lang=lang)
