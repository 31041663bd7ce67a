"""What was expected beside what came: a row an action, with its interval and the points that were hoped for.

A diamond is what was expected, a point with its line what the answers show. The accent is for effects whose interval
leaves out 0. An action that cannot be told yet keeps its row, with its wide line: that is what its answers say.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.action_words import effect_figure, effect_range, hoped
from npskit.charts.columns import Columns, columns, known
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import (
    Layout,
    Side,
    forest,
    has_column,
    laid_out,
    leaves_out_zero,
    points_channels,
    row_axis,
    tooltips,
    way_labels,
)
from npskit.charts.theme import MUTED
from npskit.charts.titles import titled
from npskit.charts.words import level_share
from npskit.labels import date_text, language, number, word

__all__ = ["ANSWERS", "action_results"]

#: Kinds of answer to "did it work", and their words.
ANSWERS = {
    "shown": "action_answer_shown",
    "not shown": "action_answer_not_shown",
    "cannot tell": "action_answer_cannot_tell",
    "not started": "action_answer_not_started",
}
NEEDED = ("action", "effect", "lower", "upper", "answer")


def action_results(
    table: Any, *, finding: str, every: str = "month", confidence_level: float = 0.95, lang: str | None = None
) -> LayerChart:
    """Effects of actions with their intervals beside what was expected of them.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``action``, ``effect``, ``lower``, ``upper`` (points) and ``answer`` ("shown", "not shown", "cannot
        tell", "not started"); if there, ``owner``, ``since``, ``expected``, ``expected_lower``, ``expected_upper``,
        ``smallest_detectable``, ``responses_before`` and ``responses_after``.
    finding : str
        The title.
    every : str
        Period of the readings, said in the subtitle.
    confidence_level : float
    lang : {"en", "fr"}, optional

    Raises
    ------
    EmptyDataError
        When there is no action.

    Examples
    --------
    >>> table = {"action": ["Training"], "effect": [6.0], "lower": [2.0], "upper": [10.0], "answer": ["shown"],
    ...          "expected": [3.0]}
    >>> action_results(table, finding="Training shows").title.text
    ['Training shows']
    """
    lang = language(lang)
    rows = columns(table, NEEDED, where="action_log")
    size = len(rows["action"])
    for name in ("expected", "expected_lower", "expected_upper"):
        rows.setdefault(name, [None] * size)
    names = [name_of(rows, at, lang) for at in range(size)]
    fields = fields_of(rows, names, lang)
    sides = [
        Side(fields["figure"], head=word("action_head_observed", lang), strong=True),
        Side([hoped(each, lang) for each in rows["expected"]],
             head=word("action_head_expected", lang)),
        Side(fields["word"], head="", left=True),
    ]  # fmt: skip
    layout = laid_out(names, sides, row=40)
    values = [value for name in ("value", "lower", "upper", "expected", "expected_lower", "expected_upper")
              for value in fields[name]]  # fmt: skip
    shown = ("value", "lower", "expected", "expected_lower")
    x = points_channels(values, shown, width=layout.width, zero=True)
    above = [
        *way_labels(word("chart_lower", lang), word("chart_higher", lang), layout.width),
        *expected_layers(layout, x),
    ]
    tips = tooltips([("name", word("action_head_action", lang)), *(
        (field, word(key, lang)) for field, key in (
            ("figure", "action_head_observed"), ("range", "chart_interval"), ("hoped", "action_head_expected"),
            ("least", "action_plan_smallest"), ("n", "action_head_n"), ("word", "action_head_answer"),
        )
    )])  # fmt: skip
    chart = forest(fields, layout, sides, x, tooltip=tips, above=above)
    parts = [
        word("action_drawn", lang, level=level_share(confidence_level, lang)),
        word("action_drawn_expected", lang) if has_column(rows, "expected") else "",
        word("action_drawn_every", lang, every=word(f"chart_every_{every}", lang)),
    ]
    return styled(titled(chart, finding, parts), lang)


def name_of(rows: Columns, at: int, lang: str) -> str:
    """The action, with who does it and since when."""
    owner, since = (rows.get(name, [None] * (at + 1))[at] for name in ("owner", "since"))
    day = date_text(since, lang) if isinstance(since, dt.date) else ""
    beside = ", ".join(part for part in (str(owner or ""), day) if part)
    return f"{rows['action'][at]} · {beside}" if beside else str(rows["action"][at])


def fields_of(rows: Columns, names: Sequence[str], lang: str) -> dict[str, list[Any]]:
    """What Vega is given, texts already in the language."""
    size = len(names)
    ends = list(zip(rows["effect"], rows["lower"], rows["upper"], strict=True))
    least = rows.get("smallest_detectable", [None] * size)
    counts = zip(*(rows.get(f"responses_{name}", [None] * size) for name in ("before", "after")), strict=True)
    return {
        "row": list(range(size)),
        "name": list(names),
        "value": [each[0] for each in ends],
        "lower": [each[1] for each in ends],
        "upper": [each[2] for each in ends],
        "expected": rows["expected"],
        "expected_lower": rows["expected_lower"],
        "expected_upper": rows["expected_upper"],
        "figure": [effect_figure(each[0], lang).replace("–", "") for each in ends],
        "range": [effect_range(*each[1:], lang) for each in ends],
        "hoped": [hoped(each, lang) or "–" for each in rows["expected"]],
        "least": [number(each, lang=lang) if known(each) and each < 200 else "–" for each in least],
        "n": ["–" if None in each else " → ".join(number(n, lang=lang) for n in each) for each in counts],
        "word": [word(ANSWERS[each], lang).replace("|", "\n") for each in rows["answer"]],
        "point": [answer == "shown" and leaves_out_zero(low, high)
                  for answer, (_, low, high) in zip(rows["answer"], ends, strict=True)],
    }  # fmt: skip


def expected_layers(layout: Layout, x: dict[str, alt.X]) -> list[alt.Chart]:
    """The diamond of what was expected, with its range, just below the line of the row."""
    base = alt.Chart().transform_calculate(under="datum.y + 9")
    y = row_axis(layout, "under")
    return [
        base.transform_filter("isValid(datum.expected_lower) && isValid(datum.expected_upper)")
        .mark_rule(color=MUTED, strokeDash=[3, 2], opacity=0.9)
        .encode(x=x["expected_lower"], x2=alt.X2("expected_upper:Q"), y=y),
        base.transform_filter("isValid(datum.expected)")
        .mark_point(shape="diamond", color=MUTED, filled=True, opacity=1, size=70)
        .encode(x=x["expected"], y=y),
    ]
