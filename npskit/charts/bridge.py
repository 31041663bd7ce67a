"""Why did it move: from the score before to the score after, one part at a time.

A change is made of who answered and of what they answered, and the two can go opposite ways. So the parts stand in two
sections, each starting where the last one ended, with the reason in figures beside it: a share of the answers that grew
or shrank, a score that rose or fell. The totals are points and not bars, since a bar from zero would leave a change of
three points a hair's breadth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import altair as alt

from npskit.charts.bridge_words import Change, beyond_chance, change_finding, reversal_text
from npskit.charts.columns import Columns, columns, empty, known, level_text, records, row_names
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import (
    Layout,
    Side,
    head_layers,
    laid_out,
    limits_text,
    points_channels,
    row_axis,
    row_color,
    side_layers,
    signed_figure,
    tooltips,
)
from npskit.charts.theme import MUTED
from npskit.charts.titles import titled
from npskit.charts.words import by_text, level_share, responses_text, widening
from npskit.labels import language, number, points, share, word

__all__ = ["waterfall"]

# With more parts than this the largest are drawn, and the rest of each section in one.
MOST_PARTS, LARGEST = 12, 8
# A part that would be shown as 0.0 has no row.
LEAST = 0.05
BAR = 13
NEEDED = ("responses_before", "responses_after", "score_before", "score_after", "mix", "within")
KINDS = ("mix", "within")


@dataclass(frozen=True, slots=True)
class Row:
    """A total, the head of a section, or a part of the change."""

    kind: str
    name: str
    value: float
    lower: float | None = None
    upper: float | None = None
    reason: str = ""
    start: float = 0.0
    answers: str = ""
    point: bool = False


def waterfall(
    table: Any,
    by: str | Sequence[str],
    *,
    before: Any,
    after: Any,
    score_before: float,
    score_after: float,
    change: float | None = None,
    change_lower: float | None = None,
    change_upper: float | None = None,
    mix: float | None = None,
    mix_lower: float | None = None,
    mix_upper: float | None = None,
    within: float | None = None,
    within_lower: float | None = None,
    within_upper: float | None = None,
    reversal: bool = False,
    confidence_level: float = 0.95,
    lang: str | None = None,
) -> LayerChart:
    """A change of the score as the sum of its parts.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns `by`, ``responses_before``, ``responses_after``, ``score_before``, ``score_after``, ``mix`` and
        ``within`` (points of the change); if there, ``mix_lower``, ``mix_upper``, ``within_lower``, ``within_upper``,
        ``appeared`` and ``vanished``; a row a segment.
    by : str or sequence of str
        The columns that name a segment.
    before, after
        What is compared, as shown.
    score_before, score_after : float
        The score of everybody, in points.
    change, change_lower, change_upper, mix, mix_lower, mix_upper, within, within_lower, within_upper : float, optional
        The change and the sums over all segments, with their intervals. The title claims only what these hold.
    reversal : bool, optional
        Whether every segment moved one way and the score the other.
    confidence_level : float
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Raises
    ------
    EmptyDataError
        When a side has no answers.
    ColumnNotFoundError
        When a column is not in the table.

    Examples
    --------
    >>> table = {"shop": ["Lyon", "Nice"], "responses_before": [80, 20], "responses_after": [60, 40],
    ...          "score_before": [75.0, 0.0], "score_after": [80.0, 10.0], "mix": [-4.3, -10.2], "within": [3.5, 3.0]}
    >>> waterfall(table, "shop", before=2023, after=2024, score_before=60.0, score_after=52.0, change_lower=-14.0,
    ...           change_upper=-2.0).title.text
    ['Down 8 points between 2023 and 2024']
    """
    lang = language(lang)
    keys = [by] if isinstance(by, str) else list(by)
    rows = columns(table, (*keys, *NEEDED), where="waterfall")
    if not (known(score_before) and known(score_after)):
        raise empty("waterfall")
    names = row_names(rows, keys, lang)
    sides = level_text(before, lang), level_text(after, lang)
    told = Change(
        (score_after - score_before if change is None else change, change_lower, change_upper),
        (total(rows, "mix") if mix is None else mix, mix_lower, mix_upper),
        (total(rows, "within") if within is None else within, within_lower, within_upper),
        reversal,
    )
    found = accented(parts(rows, names, lang), told, confidence_level)
    drawn = cascade(found, rows, told, sides, (score_before, score_after), lang)
    answers = sum((n or 0) for key in ("responses_before", "responses_after") for n in rows[key])
    subtitle = [
        word("chart_waterfall", lang, by=by_text(keys, lang), level=level_share(confidence_level, lang)),
        reversal_text(told, len(names), lang),
        word("chart_waterfall_accent", lang) if any(row.point for row in drawn) else "",
        responses_text(answers, lang),
    ]
    return styled(titled(draw(drawn, lang), change_finding(told, *sides, lang=lang), subtitle), lang)


def total(rows: Columns, kind: str) -> float:
    """Sum of one kind of parts."""
    return float(sum(value for value in rows[kind] if known(value)))


def parts(rows: Columns, names: Sequence[str], lang: str) -> list[Row]:
    """Mix and within of every segment, in points, with what moved."""
    found = []
    sums = [sum(n or 0 for n in rows[f"responses_{side}"]) or 1 for side in ("before", "after")]
    for at, name in enumerate(names):
        counts = [rows[f"responses_{side}"][at] or 0 for side in ("before", "after")]
        shares = [n / whole for n, whole in zip(counts, sums, strict=True)]
        reasons = {
            "mix": word("chart_of_answers", lang, first=share(shares[0], lang=lang), last=share(shares[1], lang=lang)),
            "within": moved_score(rows["score_before"][at], rows["score_after"][at], lang),
        }
        shown = name + flag_text(rows, at, lang)
        told = word("chart_from_to", lang, first=number(counts[0], lang=lang), last=number(counts[1], lang=lang))
        for kind in KINDS:
            value, lower, upper = (
                rows.get(f"{kind}{end}", [None] * len(names))[at] for end in ("", "_lower", "_upper")
            )
            if known(value):
                found.append(Row(kind, shown, value, lower, upper, reasons[kind], answers=told))
    return found


def flag_text(rows: Columns, at: int, lang: str) -> str:
    """That a segment has answers on one side only."""
    for flag in ("appeared", "vanished"):
        if rows.get(flag, [False] * (at + 1))[at]:
            return f" ({word(f'chart_{flag}', lang)})"
    return ""


def moved_score(before: float | None, after: float | None, lang: str) -> str:
    """ "+40 → +42", with a decimal where whole points would be the same."""
    if before is None or after is None or not (known(before) and known(after)):
        return ""
    digits = 1 if round(before) == round(after) and abs(before - after) >= LEAST else 0
    first, last = (points(value, digits=digits, lang=lang) for value in (before, after))
    return word("chart_from_to", lang, first=first, last=last)


def accented(found: list[Row], told: Change, confidence_level: float) -> list[Row]:
    """The parts, the largest in the direction of the change marked if it is more than chance among so many."""
    if not told.is_clear("change"):
        return found
    wide = widening(len(found), confidence_level)
    down = told.change[0] < 0
    with_it = [row for row in found if (row.value < 0) == down and beyond_chance(row.value, row.lower, row.upper, wide)]
    if not with_it:
        return found
    largest = max(with_it, key=lambda row: abs(row.value))
    return [replace(row, point=row is largest) for row in found]


def cascade(
    found: list[Row], rows: Columns, told: Change, sides: tuple[str, str], scores: tuple[float, float], lang: str
) -> list[Row]:
    """The rows from top to bottom, each part starting where the last ended."""
    kept = [row for row in found if abs(row.value) >= LEAST]
    if len(kept) > MOST_PARTS:
        kept = sorted(kept, key=lambda row: -abs(row.value))[:LARGEST]
    out = [total_row(sides[0], scores[0], rows["responses_before"], lang)]
    at = scores[0]
    for kind in KINDS:
        whole = getattr(told, kind)
        out.append(Row("head", word(f"chart_section_{kind}", lang), *whole))
        own = sorted((row for row in kept if row.kind == kind), key=lambda row: -abs(row.value))
        left = [row for row in found if row.kind == kind and not any(row is other for other in own)]
        rest = sum(row.value for row in left)
        if abs(rest) >= LEAST:
            key = "chart_others_1" if len(left) == 1 else "chart_others"
            own.append(Row(kind, word(key, lang, k=number(len(left), lang=lang)), rest))
        for row in own:
            out.append(replace(row, start=at))
            at += row.value
    return [*out, total_row(sides[1], scores[1], rows["responses_after"], lang)]


def total_row(name: str, score: float, counts: Sequence[float | None], lang: str) -> Row:
    """The score of everybody on one side."""
    n = number(sum(n or 0 for n in counts), lang=lang)
    return Row("total", name, score, reason=word("chart_n", lang, n=n))


# --- layers ---------------------------------------------------------------------------------------------------------


def draw(rows: list[Row], lang: str) -> LayerChart:
    """Totals as points, parts as bars with whiskers, thin lines from one to the next."""
    figures = figure_texts(rows, lang)
    sides = [
        Side(figures, strong=True),
        Side([row.reason or range_of(row, lang) for row in rows], head=word("chart_reason", lang).replace("|", "\n")),
    ]
    layout = laid_out([row.name for row in rows], sides)
    data = alt.Data(values=records(bar_fields(rows, figures, sides, layout, lang)))
    ends = [value for row in rows for value in reach(row)]
    x = points_channels(ends, ("start", "end", "low", "high"), width=layout.width)
    strong = [at for at, row in enumerate(rows) if row.kind in ("head", "total")]
    pointer = (("name", "chart_segment"), ("figure", "chart_part"), ("range", "chart_interval"),
               ("reason", "chart_reason_word"), ("answers", "responses"))  # fmt: skip
    base = alt.Chart().encode(
        y=row_axis(layout, strong=strong), tooltip=tooltips([(field, word(key, lang)) for field, key in pointer])
    )
    layers = [
        links(rows, layout, x),
        *bars(base, x),
        *side_layers(base, sides, layout),
        *head_layers(sides, layout),
    ]
    return LayerChart(layer=layers, data=data, width=layout.width, height=layout.height)


def reach(row: Row) -> list[float]:
    """Where a row is drawn, on the axis of scores."""
    if row.kind == "head":
        return []
    bounds = [row.start + bound for bound in (row.lower, row.upper) if bound is not None and known(bound)]
    return [row.start + row.value, *bounds, *([] if row.kind == "total" else [row.start])]


def figure_texts(rows: Sequence[Row], lang: str) -> list[str]:
    """The score of a total, the points of a part; the rest of a section has no interval and goes with the others."""
    texts = [signed_figure(row.value, row.lower, row.upper, lang) for row in rows]
    intervals = [(row.lower, row.upper) for row in rows if row.kind in KINDS]
    fine = any(known(lower) and known(upper) and upper - lower < 2 for lower, upper in intervals)
    for at, row in enumerate(rows):
        if row.kind in KINDS and not known(row.lower):
            texts[at] = points(row.value, digits=1 if abs(row.value) < (10 if fine else 1) else 0, lang=lang)
    return texts


def range_of(row: Row, lang: str) -> str:
    """The interval in words, empty where there is none."""
    return limits_text(row.lower, row.upper, lang) if known(row.lower) and known(row.upper) else ""


def bar_fields(
    rows: list[Row], figures: Sequence[str], sides: Sequence[Side], layout: Layout, lang: str
) -> dict[str, list[Any]]:
    """What Vega is given; a head has no place on the axis."""
    drawn = [row.kind != "head" for row in rows]
    whole = [row.kind == "total" for row in rows]
    lows, highs = (
        [row.start + bound if known(bound) and row.kind in KINDS else None for row, bound in pairs]
        for pairs in ([(row, row.lower) for row in rows], [(row, row.upper) for row in rows])
    )
    return {
        "row": list(range(len(rows))),
        "y": layout.middles,
        "kind": [row.kind for row in rows],
        "name": [row.name for row in rows],
        "start": [
            row.start if shown and not sum_ else None for row, shown, sum_ in zip(rows, drawn, whole, strict=True)
        ],
        "end": [row.start + row.value if shown else None for row, shown in zip(rows, drawn, strict=True)],
        "low": lows,
        "high": highs,
        "figure": list(figures),
        "range": [range_of(row, lang) or "–" for row in rows],
        "reason": [row.reason or "–" for row in rows],
        "answers": [row.answers or "–" for row in rows],
        "point": [row.point for row in rows],
        **{f"side_{i}": list(side.texts) for i, side in enumerate(sides)},
    }


def links(rows: list[Row], layout: Layout, x: dict[str, alt.X]) -> alt.Chart:
    """From the end of each bar down to the next."""
    shown = [(row, middle) for row, middle in zip(rows, layout.middles, strict=True) if row.kind != "head"]
    lines = [
        {"end": row.start + row.value, "y": middle, "below": following}
        for (row, middle), (_, following) in pairwise(shown)
    ]
    mark = alt.Chart(alt.Data(values=lines)).mark_rule(color=MUTED, strokeWidth=1, opacity=0.5)
    return mark.encode(x=x["end"], y=row_axis(layout), y2=alt.Y2("below:Q"))


def bars(base: alt.Chart, x: dict[str, alt.X]) -> list[alt.Chart]:
    """Parts (those of the mix lighter), their whiskers, and the two totals."""
    shape: dict[str, Any] = {"strokeWidth": BAR}
    layers = []
    for kind, opacity in (("mix", 0.4), ("within", 0.65)):
        own = base.transform_filter(f"datum.kind === '{kind}'")
        layers.append(
            own.mark_rule(opacity=opacity, **shape).encode(x=x["start"], x2=alt.X2("end:Q"), color=row_color())
        )
    whiskers = base.transform_filter("isValid(datum.low) && isValid(datum.high)")
    layers.append(whiskers.mark_rule(strokeWidth=1.2).encode(x=x["low"], x2=alt.X2("high:Q"), color=row_color()))
    totals = base.transform_filter("datum.kind === 'total'")
    return [*layers, totals.mark_circle(size=110, opacity=1).encode(x=x["end"], color=row_color())]
