"""What goes with the rating: the share of its variation that each attribute accounts for, and how sure the order is.

A list of drivers is read as an order of work, so the order itself has an uncertainty: beside each bar stands the chance
that the attribute is the first. The title names one attribute only when that chance is as high as the level of the
intervals; else it names those between which the answers do not decide. "Goes with", never "causes".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, empty, known, level_text, literal
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import (
    Side,
    chance_text,
    counts_side,
    forest,
    has_column,
    laid_out,
    listed,
    row_axis,
    said_name,
    tooltips,
)
from npskit.charts.theme import INK, MUTED
from npskit.charts.titles import titled
from npskit.charts.words import dates_text, level_share, responses_text, sentence
from npskit.errors import ArgumentError
from npskit.labels import language, number, range_text, share, word

__all__ = ["importance", "outcome_words", "share_marks", "share_range"]

MOST_ROWS = 20
# More candidates for the first place than this are no finding.
MOST_NAMED = 3
OUTCOMES = ("rating", "detractor", "score")
NEEDED = ("attribute", "importance")
SHARE_MARKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)


def importance(
    table: Any,
    *,
    r_squared: float | None = None,
    outcome: str = "rating",
    method: str | None = None,
    responses: float | None = None,
    confidence_level: float = 0.95,
    notes: Sequence[str] = (),
    dates: tuple[dt.date, dt.date] | None = None,
    lang: str | None = None,
) -> LayerChart:
    """Importances of attributes with their intervals, the largest first.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``attribute`` and ``importance`` (share of the outcome's variance, 0 to 1); if there, ``lower`` and
        ``upper``, ``rank_first`` (probability), ``performance``, ``coefficient`` with ``coefficient_lower`` and
        ``coefficient_upper``, ``responses``, and ``question`` (the whole name, for the pointer); a row an attribute.
    r_squared : float, optional
        Share of the variance that goes with all attributes together, 0 to 1.
    outcome : {"rating", "detractor", "score"}, optional
        What the attributes go with.
    method : {"lmg", "johnson"}, optional
        Named in the subtitle.
    responses : float, optional
        Answers used; the largest of the column when not given.
    confidence_level : float
    notes : sequence of str, optional
        Sentences to add to the subtitle, such as a warning of a halo.
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
        When no attribute has an importance.
    ColumnNotFoundError
        When a column is not in the table.

    Examples
    --------
    >>> table = {"attribute": ["checkout", "price"], "importance": [0.31, 0.12], "lower": [0.26, 0.08],
    ...          "upper": [0.37, 0.17], "rank_first": [1.0, 0.0]}
    >>> importance(table, r_squared=0.43).title.text
    ['Checkout goes most with the rating: 31% of its variation']
    """
    lang = language(lang)
    rows = ranked(columns(table, NEEDED, where="importance"))
    names = [level_text(name, lang) for name in rows["attribute"]]
    about = outcome_words(outcome, lang)
    title, named = finding(names, rows, about, confidence_level, lang)
    shown = min(len(names), MOST_ROWS)
    answers = responses if responses is not None else max((n or 0 for n in rows.get("responses", [0])), default=0)
    intervals = has_column(rows, "lower")
    subtitle = [
        word("chart_importance", lang, level=level_share(confidence_level, lang), **about)
        if intervals
        else word("chart_importance_bare", lang, **about),
        word("chart_together", lang, share=share(r_squared, lang=lang)) if r_squared is not None else "",
        word(f"chart_method_{method}", lang) if method in ("lmg", "johnson") else "",
        word("chart_first_rows", lang, shown=shown, k=number(len(names), lang=lang)) if len(names) > shown else "",
        responses_text(answers, lang) if answers else "",
        dates_text(dates, lang),
        word("chart_not_causes", lang),
        *notes,
    ]
    return styled(titled(draw(rows, names[:shown], named, lang), title, subtitle), lang)


def ranked(table: Columns) -> Columns:
    """Rows with an importance, the largest first."""
    order = [at for at, value in enumerate(table["importance"]) if known(value)]
    if not order:
        raise empty("importance")
    order.sort(key=lambda at: -table["importance"][at])
    return {name: [values[at] for at in order] for name, values in table.items()}


def outcome_words(outcome: str, lang: str) -> dict[str, str]:
    """The outcome as what something goes with, and as what varies."""
    if outcome not in OUTCOMES:
        raise ArgumentError(where="outcome", expected="one of " + ", ".join(OUTCOMES), got=repr(outcome))
    return {case: word(f"chart_{case}_{outcome}", lang) for case in ("to", "of")}


def finding(
    names: Sequence[str], rows: Columns, about: dict[str, str], confidence_level: float, lang: str
) -> tuple[str, tuple[int, ...]]:
    """Title, and the rows it names: those that share the first place at this level."""
    part = share(rows["importance"][0], lang=lang)
    if len(names) == 1:
        name = said_name(names[0], ["attribute"], lang)
        return sentence(word("chart_goes_with", lang, name=name, share=part, **about)), (0,)
    first = candidates(rows.get("rank_first"), confidence_level)
    if first is None or len(first) > MOST_NAMED:
        return word("chart_goes_unsure", lang, k=number(len(names), lang=lang), **about), ()
    said = [said_name(names[at], ["attribute"], lang) for at in first]
    if len(first) == 1:
        return sentence(
            word("chart_goes_most", lang, name=said[0], share=share(rows["importance"][first[0]], lang=lang), **about)
        ), tuple(first)
    return sentence(word("chart_goes_either", lang, names=listed(said, "chart_or", lang), **about)), tuple(first)


def candidates(chances: Sequence[float | None] | None, confidence_level: float) -> list[int] | None:
    """The fewest attributes one of which is the first with this probability; None when chances are not known."""
    if chances is None or not all(known(chance) for chance in chances):
        return None
    order = sorted(range(len(chances)), key=lambda at: -(chances[at] or 0))
    total, first = 0.0, []
    for at in order:
        first.append(at)
        total += chances[at] or 0
        if total >= confidence_level - 1e-9:
            return first
    return None


def draw(rows: Columns, names: Sequence[str], named: Sequence[int], lang: str) -> LayerChart:
    """Light bars with points and intervals, and the columns."""
    shown = len(names)
    cut: Columns = {key: values[:shown] for key, values in rows.items()}
    value = cut["importance"]
    lower, upper = (
        [bound if known(bound) else middle for bound, middle in zip(cut.get(key, value), value, strict=True)]
        for key in ("lower", "upper")
    )
    sides = [Side([chance_text(part, lang) for part in value], strong=True), *more_sides(cut, lang)]
    layout = laid_out(names, sides)
    fields: dict[str, list[Any]] = {
        "row": list(range(shown)),
        "name": list(names),
        "question": cut.get("question", list(names)),
        "value": value,
        "lower": lower,
        "upper": upper,
        "figure": list(sides[0].texts),
        "range": [share_range(low, high, lang) for low, high in zip(lower, upper, strict=True)],
        "reverse": [word("chart_in_reverse", lang) if is_reverse(cut, at) else "" for at in range(shown)],
        # beside the interval, or at the foot of a bar that is too long to have room there
        "sign_at": [high if high < 0.7 * max(upper) else 0.0 for high in upper],
        **texts(cut, shown, lang),
        "point": [at in named for at in range(shown)],
    }
    x = share_channels(upper, lower, lang)
    base = alt.Chart().encode(y=row_axis(layout))
    bars = base.mark_rule(strokeWidth=12, opacity=0.22, color=INK).encode(x=x["value"], x2=alt.datum(0))
    signs = base.mark_text(align="left", dx=8, baseline="middle", color=MUTED, fontSize=11).encode(
        x=alt.X("sign_at:Q"), text=alt.Text("reverse:N")
    )
    pointer = [(field, word(key, lang)) for field, key in POINTER if field in fields]
    return forest(fields, layout, sides, x, tooltip=tooltips(pointer), below=[bars], above=[signs])


POINTER = (
    ("question", "chart_attribute"),
    ("figure", "chart_share"),
    ("range", "chart_interval"),
    ("performance", "chart_performance"),
    ("coefficient", "chart_coefficient"),
    ("coefficient_range", "chart_coefficient_range"),
    ("n", "responses"),
)


def texts(rows: Columns, shown: int, lang: str) -> dict[str, list[str]]:
    """Further figures of each attribute for the pointer, of those that the table has."""
    out: dict[str, list[str]] = {}
    for name, digits in (("performance", 1), ("coefficient", 2)):
        if has_column(rows, name):
            out[name] = [
                number(value, digits=digits, lang=lang, sign=name == "coefficient") if known(value) else "–"
                for value in rows[name]
            ]
    if has_column(rows, "coefficient_lower") and has_column(rows, "coefficient_upper"):
        pairs = zip(rows["coefficient_lower"], rows["coefficient_upper"], strict=True)
        out["coefficient_range"] = [
            range_text(low, high, digits=2, lang=lang) if known(low) and known(high) else "–" for low, high in pairs
        ]
    if has_column(rows, "responses"):
        out["n"] = [number(n or 0, lang=lang) for n in rows["responses"]]
    return out


def more_sides(rows: Columns, lang: str) -> list[Side]:
    """The chance of being first, and n."""
    sides = []
    if has_column(rows, "rank_first"):
        chances = [chance_text(value, lang) for value in rows["rank_first"]]
        sides.append(Side(chances, head=word("chart_chance_first", lang).replace("|", "\n")))
    return [*sides, counts_side(rows["responses"], lang)] if has_column(rows, "responses") else sides


def is_reverse(rows: Columns, at: int) -> bool:
    """Whether a higher value of the attribute clearly goes with a lower rating."""
    high = rows.get("coefficient_upper", [None])
    return at < len(high) and known(high[at]) and high[at] < 0


def share_range(low: float, high: float, lang: str) -> str:
    """An interval of shares."""
    return word("range", lang, lower=share(low, lang=lang), upper=share(high, lang=lang))


def share_channels(upper: Sequence[float], lower: Sequence[float], lang: str) -> dict[str, alt.X]:
    """One scale and axis of shares from 0."""
    top = max([*upper, 0.01])
    marks, texts = share_marks(top, lang)
    axis = alt.Axis(
        title=None, values=marks, labelExpr=f"{literal(texts)}[datum.value]", labelFlush=False, gridOpacity=0.18
    )
    scale = alt.Scale(domain=[min(0, *lower), top * 1.02], nice=False)
    return {field: alt.X(f"{field}:Q", scale=scale, axis=axis) for field in ("value", "lower", "upper")}


def share_marks(top: float, lang: str) -> tuple[list[float], dict[str, str]]:
    """Round shares from 0 to `top`, and how they are written."""
    step = next((step for step in SHARE_MARKS if top / step <= 6), 0.5)
    marks = [round(step * k, 4) for k in range(int(top / step) + 1)]
    return marks, {f"{mark:g}": share(mark, lang=lang) for mark in marks}
