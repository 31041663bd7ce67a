"""Is that difference real: each group against the others, with the interval of the difference itself.

Two intervals that overlap do not make two scores equal, so what is drawn is the difference and not the scores. A row
takes the accent when its p-value, adjusted for all that were compared, is below what the level allows; only such a row
is named in the title. How likely a group is the best stands beside it in grey, since the highest bar often is not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from npskit.charts.columns import SEPARATOR, Columns, columns, known, level_text, row_names
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import (
    Side,
    chance_text,
    counts_side,
    forest,
    has_column,
    laid_out,
    leaves_out_zero,
    left_out_mark,
    limits_text,
    points_channels,
    said_name,
    signed_figure,
    tooltips,
    way_labels,
)
from npskit.charts.segments import EACH_END, ends
from npskit.charts.titles import titled
from npskit.charts.words import amount, by_text, dates_text, level_share, responses_text, sentence
from npskit.errors import EmptyDataError
from npskit.labels import language, number, points, share, word

__all__ = ["differences"]

# What is compared with when that is no level of the column.
KINDS = ("rest", "overall", "other")
NEEDED = ("responses", "difference", "lower", "upper", "p_adjusted")


def differences(
    table: Any,
    by: str | Sequence[str],
    *,
    against: Any = "rest",
    confidence_level: float = 0.95,
    adjustment: str = "holm",
    dates: tuple[dt.date, dt.date] | None = None,
    none: str = "",
    lang: str | None = None,
) -> LayerChart:
    """Differences of groups to the others with their intervals, lowest first.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns `by`, ``responses``, ``difference``, ``lower``, ``upper`` (points) and ``p_adjusted``; if there,
        ``score``, ``p_value`` and ``best``, the probability of the highest score; a row a group.
    by : str or sequence of str
        The columns that name a group; none for one row of all answers.
    against : {"rest", "overall", "other"} or a level
        What the differences are to; "other" is another survey. A group without a difference, such as the one compared
        with, is not drawn.
    confidence_level : float
        The level of the intervals; an adjusted p-value below 1 minus it takes the accent.
    adjustment : {"holm", "bh"}
        How ``p_adjusted`` was adjusted, said in the subtitle.
    dates : tuple of datetime.date, optional
        First and last day of the answers.
    none : str
        What the title says where no difference is clear, of groups that are better not called segments.
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Raises
    ------
    EmptyDataError
        When there is no difference to draw.
    ColumnNotFoundError
        When a column is not in the table.

    Examples
    --------
    >>> table = {"shop": ["Lyon", "Nice", "Paris"], "responses": [90, 80, 85], "difference": [-24.0, 15.0, 9.0],
    ...          "lower": [-36.0, 2.0, -4.0], "upper": [-11.0, 28.0, 22.0], "p_adjusted": [0.001, 0.06, 0.2]}
    >>> differences(table, "shop").title.text
    ['Lyon is 24 points below the others']
    """
    lang = language(lang)
    keys = [by] if isinstance(by, str) else list(by)
    given = columns(table, (*keys, *NEEDED), where="differences")
    rows = compared(given)
    names = row_names(rows, keys, lang) if keys else [word("chart_these", lang)] * len(rows["difference"])
    clear = [is_clear(rows, at, confidence_level) for at in range(len(names))]
    others = other_text(names, keys, against, lang)
    shown = ends(len(names))
    fields = difference_fields(rows, names, shown, clear, lang)
    subtitle = [
        word(
            "chart_difference" if keys else "chart_difference_all",
            lang,
            by=by_text(keys, lang),
            other=others,
            level=level_share(confidence_level, lang),
        ),
        reference_text(given, keys, against, lang),
        accent_text(clear, adjustment, confidence_level, lang),
        word("chart_ends", lang, each=EACH_END, k=number(len(names), lang=lang)) if len(shown) < len(names) else "",
        responses_text(sum(n or 0 for n in given["responses"]), lang),
        dates_text(dates, lang),
    ]
    chart = draw(fields, rows, shown, len(names) - len(shown), SEPARATOR.join(keys), lang)
    found = none if none and not any(clear) else finding(rows, names, clear, keys, others, lang)
    return styled(titled(chart, found, subtitle), lang)


def compared(table: Columns) -> Columns:
    """Rows with a difference, lowest first, more answers first among equals."""
    order = [at for at, value in enumerate(table["difference"]) if known(value)]
    if not order:
        raise EmptyDataError(
            where="differences",
            expected="at least two groups with answers",
            got="none to compare",
            hint="choose a column with several levels; look at df.nps.summary(by) for their answers",
        )
    order.sort(key=lambda at: (table["difference"][at], -(table["responses"][at] or 0)))
    rows = {name: [values[at] for at in order] for name, values in table.items()}
    for bound in ("lower", "upper"):
        rows[bound] = [
            limit if known(limit) else value for limit, value in zip(rows[bound], rows["difference"], strict=True)
        ]
    return rows


def is_clear(rows: Columns, at: int, confidence_level: float) -> bool:
    """Whether a difference is more than chance after the adjustment, and by its own interval."""
    p = rows["p_adjusted"][at]
    return known(p) and p < 1 - confidence_level and leaves_out_zero(rows["lower"][at], rows["upper"][at])


def other_text(names: Sequence[str], keys: Sequence[str], against: Any, lang: str) -> str:
    """What the groups are compared with, as the end of a sentence."""
    if against in KINDS[1:]:
        return word(f"chart_against_{against}", lang)
    if against != "rest":
        name = against_name(against, lang)
        bare = all(not any(letter.isalpha() for letter in text) for text in (name, *names))
        return name if bare else said_name(name, keys, lang)
    return word("chart_the_others" if len(names) != 2 else "chart_the_other", lang)


def against_name(against: Any, lang: str) -> str:
    """Name of the level compared with."""
    levels = against if isinstance(against, (tuple, list)) else (against,)
    return SEPARATOR.join(level_text(level, lang) for level in levels)


def reference_text(table: Columns, keys: Sequence[str], against: Any, lang: str) -> str:
    """Score and n of the level compared with, which has no row of its own."""
    if against in KINDS or not has_column(table, "score"):
        return ""
    name = against_name(against, lang)
    at = next((at for at, row in enumerate(row_names(table, keys, lang)) if row == name), None)
    if at is None or not known(table["score"][at]):
        return ""
    n = word("chart_n", lang, n=number(table["responses"][at] or 0, lang=lang))
    score = points(table["score"][at], lang=lang)
    return f"{said_name(name, keys, lang)}{word('chart_colon', lang)} {score} ({n})"


def accent_text(clear: Sequence[bool], adjustment: str, confidence_level: float, lang: str) -> str:
    """What the accent stands for, or that nothing takes it."""
    if len(clear) < 2 or not any(clear):
        return ""
    key = "chart_accent_bh" if adjustment == "bh" else "chart_accent_holm"
    k = number(len(clear), lang=lang)
    return word(key, lang, k=k, share=share(1 - confidence_level, lang=lang))


def finding(
    rows: Columns, names: Sequence[str], clear: Sequence[bool], keys: Sequence[str], others: str, lang: str
) -> str:
    """The widest clear difference on each side, or that there is none."""
    low = next((at for at, sure in enumerate(clear) if sure and rows["difference"][at] < 0), None)
    high = next((at for at in reversed(range(len(clear))) if clear[at] and rows["difference"][at] > 0), None)
    if low is None and high is None:
        return none_clear(rows, lang)
    if len(names) == 2 and low is not None and high is not None:
        others, high = said_name(names[high], keys, lang), None
    said: dict[str, str] = {"other": others}
    for side, at in (("low", low), ("high", high)):
        if at is not None:
            said[side] = said_name(names[at], keys, lang)
            said[f"{side}_gap"] = amount(rows["difference"][at], lang)
    # a lone row of all answers is "these answers", which is plural in both languages
    if not keys:
        return sentence(word(f"chart_these_{'below' if high is None else 'above'}", lang, **said))
    which = "both" if low is not None and high is not None else "below" if high is None else "above"
    return sentence(word(f"chart_difference_{which}", lang, **said))


def none_clear(rows: Columns, lang: str) -> str:
    """That nothing stands apart; among many, although one interval by itself may leave out 0."""
    alone = any(map(leaves_out_zero, rows["lower"], rows["upper"]))
    many = len(rows["lower"]) > 1 and alone
    return word(
        "chart_none_apart_of_many" if many else "chart_none_apart", lang, k=number(len(rows["lower"]), lang=lang)
    )


def difference_fields(
    rows: Columns, names: Sequence[str], shown: Sequence[int], clear: Sequence[bool], lang: str
) -> dict[str, list[Any]]:
    """What Vega is given, under names of ours, texts already in the language."""
    value, lower, upper = ([rows[key][at] for at in shown] for key in ("difference", "lower", "upper"))
    scores = rows.get("score", [None] * len(names))
    return {
        "row": list(range(len(shown))),
        "name": [names[at] for at in shown],
        "value": value,
        "lower": lower,
        "upper": upper,
        "figure": [signed_figure(*three, lang) for three in zip(value, lower, upper, strict=True)],
        "range": [limits_text(*pair, lang) for pair in zip(lower, upper, strict=True)],
        "score": [points(scores[at], lang=lang) if known(scores[at]) else "–" for at in shown],
        "n": [number(rows["responses"][at] or 0, lang=lang) for at in shown],
        "p": [p_text(rows["p_adjusted"][at], lang) for at in shown],
        "point": [clear[at] for at in shown],
    }


def p_text(p: float | None, lang: str) -> str:
    """A p-value with three decimals."""
    if p is None or not known(p):
        return "–"
    return f"< {number(0.001, digits=3, lang=lang)}" if p < 0.0005 else number(p, digits=3, lang=lang)


def draw(
    fields: dict[str, list[Any]], rows: Columns, shown: Sequence[int], left_out: int, key_title: str, lang: str
) -> LayerChart:
    """The forest with its columns."""
    sides = [Side(fields["figure"], strong=True)]
    if has_column(rows, "best"):
        chances = [chance_text(rows["best"][at], lang) for at in shown]
        sides.append(Side(chances, head=word("chart_chance_best", lang).replace("|", "\n")))
    sides.append(counts_side([rows["responses"][at] for at in shown], lang))
    layout = laid_out(fields["name"], sides)
    x = points_channels(
        [*fields["lower"], *fields["upper"]], ("value", "lower", "upper"), width=layout.width, zero=True
    )
    shown_at_pointer = [
        ("name", key_title),
        *(
            (field, word(key, lang))
            for field, key in (
                ("figure", "chart_difference_word"),
                ("range", "chart_interval"),
                ("p", "chart_p_adjusted"),
                ("score", "score"),
                ("n", "responses"),
            )
        ),
    ]
    above = [
        *way_labels(word("chart_lower", lang), word("chart_higher", lang), layout.width),
        *left_out_mark(left_out, EACH_END, layout, lang),
    ]
    return forest(fields, layout, sides, x, tooltip=tooltips(shown_at_pointer), above=above)
