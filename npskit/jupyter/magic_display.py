"""What ``%nps`` gives back: the result itself, shown as a picture in a notebook and as text in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from npskit.labels import number, points, range_text, share, word
from npskit.results import Result

__all__ = ["Answer", "result_answer", "score_answer"]

ROWS_SHOWN, CELL_WIDTH = 30, 40
DISPLAYED = ("_repr_mimebundle_", "_ipython_display_")


class Answer:
    """A result with the way it is shown; everything else is the result's own.

    Examples
    --------
    >>> answer = Answer({"score": 30}, "+30")
    >>> answer
    +30
    >>> answer.value, list(answer.keys())
    ({'score': 30}, ['score'])
    """

    def __init__(self, value: Any, text: str, rich: Mapping[str, Any] | None = None) -> None:
        self.value, self._text, self._rich = value, text, dict(rich or {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.value, name)

    def __repr__(self) -> str:
        return self._text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {**self._rich, "text/plain": self._text}


def score_answer(survey: Any, by: Any, options: Mapping[str, Any], lang: str, *, rich: bool) -> Answer:
    """The score with its interval and n, for all or for each group."""
    table = survey.summary(by, **options)
    found = {str(name): list(table[name]) for name in table.columns}
    keys = list(found)[: list(found).index("responses")]
    rows = [[*(level(found[key][i], lang) for key in keys), *cells(found, i, lang)] for i in range(len(found["score"]))]
    confidence = share(float(options.get("confidence_level", 0.95)), lang=lang)
    note = word("cli_interval", lang, level=confidence)
    if not keys:
        score, interval, n = rows[0]
        text = f"{word('score', lang)} {score}  ({interval}, {confidence})  {n}"
        shown = f'<span style="font-size:2em;font-weight:600">{score}</span> {interval} ({confidence}) · {n}'
        return Answer(table, text, {"text/html": f"<div>{shown}</div>"} if rich else None)
    # The level of an unknown engine's frame is text of somebody's.
    html = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows[:ROWS_SHOWN])
    heads = [*keys, word("score", lang), word("magic_interval", lang, level=confidence), word("responses", lang)]
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    if not rows:
        text = word("n_responses", lang, n=number(0, lang=lang))
        return Answer(table, text, {"text/html": f"<div>{text}</div>"} if rich else None)
    table_html = f"<table><thead><tr>{head}</tr></thead><tbody>{html}</tbody></table>{more(len(rows), lang)}"
    text = "\n".join([*aligned(rows[:ROWS_SHOWN]), *filter(None, [more(len(rows), lang)]), note])
    return Answer(table, text, {"text/html": table_html} if rich else None)


def cells(found: Mapping[str, Sequence[Any]], row: int, lang: str) -> list[str]:
    """Score, interval and n of one row."""
    n = found["responses"][row]
    count = word("n_responses_1" if n == 1 else "n_responses", lang, n=number(n, lang=lang))
    interval = range_text(found["lower"][row], found["upper"][row], digits=1, lang=lang)
    return [points(found["score"][row], digits=1, lang=lang), interval, count]


def level(value: Any, lang: str) -> str:
    """A level of a group."""
    return word("missing_level", lang) if value is None or value != value else str(value)


def more(rows: int, lang: str) -> str:
    """How many rows are not shown."""
    return word("magic_more", lang, n=number(rows - ROWS_SHOWN, lang=lang)) if rows > ROWS_SHOWN else ""


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of text in columns."""
    cut = [[cell if len(cell) <= CELL_WIDTH else f"{cell[: CELL_WIDTH - 1]}…" for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cut, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cut]


def result_answer(result: Any, lang: str, *, rich: bool, table: bool = False, chart: Any = None) -> Any:
    """A verb's result: its chart in a notebook, its sentence and its table in a terminal or when asked for."""
    if any(hasattr(type(result), name) for name in DISPLAYED):
        # A widget shows itself.
        return result
    text = as_text(result, lang)
    if not rich:
        return Answer(result, text)
    draw = chart or (getattr(result, "plot", None) if isinstance(result, Result) else None)
    if draw is not None and not table:
        bundle = draw(lang=lang)._repr_mimebundle_()
        return Answer(result, text, bundle[0] if isinstance(bundle, tuple) else bundle)
    html = getattr(result, "_repr_html_", None)
    return Answer(result, text, {"text/html": html()} if html else None)


def as_text(result: Any, lang: str) -> str:
    """Sentence and table of a result."""
    columns = result.table if isinstance(getattr(result, "table", None), Mapping) else None
    if columns is None and hasattr(result, "columns"):
        columns = {str(name): list(result[name]) for name in result.columns}
    sentence = result.sentence(lang=lang) if isinstance(result, Result) and hasattr(result, "sentence") else ""
    if columns is None:
        return sentence or str(result)
    rows = list(zip(*columns.values(), strict=True))
    shown = [list(map(str, columns)), *([cell(value, lang) for value in row] for row in rows[:ROWS_SHOWN])]
    return "\n".join([*([sentence, ""] if sentence else []), *aligned(shown), *filter(None, [more(len(rows), lang)])])


def cell(value: Any, lang: str) -> str:
    """A value of a table as text."""
    if value is None or value != value:
        return "–"
    if isinstance(value, float) or type(value).__name__.startswith("float"):
        return number(float(value), digits=1 if abs(value) >= 1 else 3, lang=lang)
    return str(value.date()) if hasattr(value, "date") and callable(value.date) else str(value)
