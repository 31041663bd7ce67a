"""What a low rating costs and what a high one earns: two bars, since they need not be the same.

A checkout that works earns nothing and one that fails costs everything. The costs go left in the warm colour of the
detractors, the earnings right in the cool one of the promoters, each with its interval; what kind of attribute it is
stands beside them in words, and "cannot tell" is one of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, empty, known, level_text, records
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import (
    Layout,
    Side,
    counts_side,
    has_column,
    head_layers,
    laid_out,
    limits_text,
    points_channels,
    row_axis,
    said_name,
    side_layers,
    signed_figure,
    tooltips,
    way_labels,
)
from npskit.charts.theme import CATEGORY_COLORS, CATEGORY_INKS
from npskit.charts.titles import titled
from npskit.charts.words import amount, dates_text, level_share, responses_text, sentence
from npskit.labels import language, number, share, word

__all__ = ["asymmetry"]

MOST_ROWS = 20
ROW, BAR, APART = 30, 8, 4.5
EFFECTS = ("penalty", "reward")
WARM, COOL = CATEGORY_COLORS[0], CATEGORY_COLORS[2]
INKS = (CATEGORY_INKS[0], CATEGORY_INKS[2])
# Kind of the table to key of its word.
KINDS = {"must-be": "must_be", "performance": "performance", "delighter": "delighter"}
NEEDED = ("attribute", *(f"{effect}{end}" for effect in EFFECTS for end in ("", "_lower", "_upper")), "kind")


def asymmetry(
    table: Any,
    *,
    responses: float | None = None,
    confidence_level: float = 0.95,
    dates: tuple[dt.date, dt.date] | None = None,
    lang: str | None = None,
) -> LayerChart:
    """Penalty and reward of each attribute with their intervals, the largest penalty first.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``attribute``; ``penalty``, ``penalty_lower``, ``penalty_upper`` and ``reward``, ``reward_lower``,
        ``reward_upper`` (points of the score, against a middling rating); ``kind`` ("must-be", "performance",
        "delighter" or "cannot tell"); if there, ``responses``, ``bottom`` and ``top`` (shares of answers); a row an
        attribute.
    responses : float, optional
        Answers used.
    confidence_level : float
    dates : tuple of datetime.date, optional
        First and last day of the answers.
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Raises
    ------
    EmptyDataError
        When no attribute has a penalty or a reward.
    ColumnNotFoundError
        When a column is not in the table.

    Examples
    --------
    >>> table = {"attribute": ["checkout"], "kind": ["must-be"], "penalty": [-24.0], "penalty_lower": [-30.0],
    ...          "penalty_upper": [-18.0], "reward": [3.0], "reward_lower": [-2.0], "reward_upper": [8.0]}
    >>> asymmetry(table).title.text
    ['Checkout: a low rating costs 24 points, more than a high one earns']
    """
    lang = language(lang)
    rows = costly_first(columns(table, NEEDED, where="asymmetry"))
    names = [level_text(name, lang) for name in rows["attribute"]]
    title, named = finding(names, rows, lang)
    shown = min(len(names), MOST_ROWS)
    subtitle = [
        word("chart_asymmetry", lang, level=level_share(confidence_level, lang)),
        word("chart_first_rows", lang, shown=shown, k=number(len(names), lang=lang)) if len(names) > shown else "",
        responses_text(responses, lang) if responses else "",
        dates_text(dates, lang),
        word("chart_not_causes", lang),
    ]
    return styled(titled(draw(rows, names[:shown], named, lang), title, subtitle), lang)


def costly_first(table: Columns) -> Columns:
    """Rows with a penalty or a reward, the largest penalty first."""
    order = [at for at, pair in enumerate(zip(table["penalty"], table["reward"], strict=True)) if any(map(known, pair))]
    if not order:
        raise empty("asymmetry")
    order.sort(key=lambda at: table["penalty"][at] if known(table["penalty"][at]) else 1000.0)
    return {name: [values[at] for at in order] for name, values in table.items()}


def finding(names: Sequence[str], rows: Columns, lang: str) -> tuple[str, int | None]:
    """Title, and the row it names: the largest effect that is clearly larger than the other; else one of both."""
    for kinds in (("must-be", "delighter"), ("performance",)):
        sizes = {at: size(rows, at) for at, kind in enumerate(rows["kind"]) if kind in kinds}
        if not sizes:
            continue
        at = max(sizes, key=lambda row: sizes[row])
        words = {
            "name": said_name(names[at], ["attribute"], lang),
            "penalty": amount(rows["penalty"][at] or 0, lang),
            "reward": amount(rows["reward"][at] or 0, lang),
        }
        return sentence(word(f"chart_kind_{KINDS[rows['kind'][at]]}_title", lang, **words)), at
    return word("chart_kind_none", lang), None


def size(rows: Columns, at: int) -> float:
    """The effect that a kind is about, in points."""
    effect = rows["reward" if rows["kind"][at] == "delighter" else "penalty"][at]
    return abs(effect) if known(effect) else 0.0


def kind_text(kind: Any, lang: str) -> str:
    """What kind of attribute it is, in a word."""
    return word(f"chart_kind_{KINDS.get(kind, 'unknown')}", lang)


def draw(rows: Columns, names: Sequence[str], named: int | None, lang: str) -> LayerChart:
    """Two bars a row with their intervals, and the columns."""
    shown = len(names)
    cut: Columns = {key: values[:shown] for key, values in rows.items()}
    figures = {
        effect: [
            signed_figure(value, low, high, lang)
            for value, low, high in zip(cut[effect], cut[f"{effect}_lower"], cut[f"{effect}_upper"], strict=True)
        ]
        for effect in EFFECTS
    }
    sides = [
        *(Side(figures[effect], color=ink) for effect, ink in zip(EFFECTS, INKS, strict=True)),
        Side([kind_text(kind, lang) for kind in cut["kind"]], strong=True, left=True, weight=400),
        *([counts_side(cut["responses"], lang)] if has_column(cut, "responses") else []),
    ]
    layout = laid_out(names, sides, row=ROW)
    fields = effect_fields(cut, names, figures, sides, layout, lang)
    fields["point"] = [at == named for at in range(shown)]
    bounds = [value for effect in EFFECTS for end in ("", "_lower", "_upper") for value in cut[f"{effect}{end}"]]
    x = points_channels(bounds, NEEDED[1:-1], width=layout.width, zero=True)
    layers = [
        *effect_layers(layout, x, pointer(fields, lang)),
        *side_layers(alt.Chart().encode(y=row_axis(layout)), sides, layout),
        *head_layers(sides, layout),
        *way_labels(word("chart_costs", lang), word("chart_earns", lang), layout.width, colors=INKS),
    ]
    return LayerChart(layer=layers, data=alt.Data(values=records(fields)), width=layout.width, height=layout.height)


def effect_fields(
    rows: Columns,
    names: Sequence[str],
    figures: dict[str, list[str]],
    sides: Sequence[Side],
    layout: Layout,
    lang: str,
) -> dict[str, list[Any]]:
    """What Vega is given."""
    fields: dict[str, list[Any]] = {"row": list(range(len(names))), "y": layout.middles, "name": list(names)}
    fields["question"] = rows.get("question", list(names))
    for effect, shift in zip(EFFECTS, (-APART, APART), strict=True):
        fields[f"{effect}_y"] = [middle + shift for middle in layout.middles]
        fields |= {f"{effect}{end}": rows[f"{effect}{end}"] for end in ("", "_lower", "_upper")}
        pairs = zip(rows[f"{effect}_lower"], rows[f"{effect}_upper"], strict=True)
        ranges = [limits_text(*pair, lang) for pair in pairs]
        fields[f"{effect}_text"] = [
            f"{figure or '–'} ({limits})" for figure, limits in zip(figures[effect], ranges, strict=True)
        ]
    for column in ("bottom", "top"):
        if has_column(rows, column):
            fields[column] = [share(value, lang=lang) if known(value) else "–" for value in rows[column]]
    fields["kind"] = [kind_text(kind, lang) for kind in rows["kind"]]
    return {**fields, **{f"side_{i}": list(side.texts) for i, side in enumerate(sides)}}


def pointer(fields: dict[str, list[Any]], lang: str) -> list[alt.Tooltip]:
    """What is shown beside the pointer."""
    shown = (("question", "chart_attribute"), ("penalty_text", "chart_penalty"), ("reward_text", "chart_reward"),
             ("bottom", "chart_bottom"), ("top", "chart_top"), ("kind", "chart_kind"))  # fmt: skip
    return tooltips([(field, word(key, lang)) for field, key in shown if field in fields])


def effect_layers(layout: Layout, x: dict[str, alt.X], tooltip: list[alt.Tooltip]) -> list[alt.Chart]:
    """Bars from zero and, in the same hue, their intervals."""
    layers = []
    for effect, color in zip(EFFECTS, (WARM, COOL), strict=True):
        base = alt.Chart().transform_filter(f"isValid(datum.{effect})")
        base = base.encode(y=row_axis(layout, f"{effect}_y"), tooltip=tooltip)
        layers += [
            base.mark_rule(strokeWidth=BAR, opacity=0.55, color=color).encode(x=x[effect], x2=alt.datum(0)),
            base.mark_rule(strokeWidth=1.4, color=color).encode(x=x[f"{effect}_lower"], x2=alt.X2(f"{effect}_upper:Q")),
        ]
    return layers
