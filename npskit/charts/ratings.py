"""What people answered: the eleven ratings, before they become three categories and one number.

Two groups with one score can be quite different crowds; the shape shows it, and also a question that was answered on
another scale. Each bar tells its share and its count, so no axis is needed for the height.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, empty, literal, records, row_names
from npskit.charts.renderer import FacetChart, LayerChart, styled
from npskit.charts.theme import CATEGORY_COLORS, CATEGORY_INKS, INK, MUTED, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import by_text, dates_text, responses_text, sentence, three_shares
from npskit.labels import language, number, points, share, word
from npskit.scale import CATEGORIES, Scale

__all__ = ["distribution"]

HEIGHT = 190
PANEL_WIDTH, PANEL_HEIGHT, PANELS_A_ROW, MOST_PANELS = 300, 96, 2, 12


def distribution(
    table: Any,
    *,
    scale: Scale | None = None,
    by: str | Sequence[str] | None = None,
    dates: tuple[dt.date, dt.date] | None = None,
    lang: str | None = None,
) -> LayerChart | FacetChart:
    """How often each rating was given, in the colours of the three categories.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``rating`` and ``responses``, and the `by` columns; a row a rating (and group).
    scale : Scale, optional
        Which ratings make which category; 0-10 when not given.
    by : str or sequence of str, optional
        A small panel for each group, of at most the twelve with most answers.
    dates : tuple of datetime.date, optional
        First and last day of the answers.
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart or FacetChart
        An `altair.LayerChart`; with `by` an `altair.FacetChart`.

    Raises
    ------
    EmptyDataError
        When nobody answered.

    Examples
    --------
    >>> distribution({"rating": [3, 8, 10], "responses": [10, 30, 60]}).title.text
    ['60% promoters and 10% detractors: the score is +50']
    """
    lang, scale = language(lang), scale or Scale()
    keys = [by] if isinstance(by, str) else list(by or ())
    rows = columns(table, (*keys, "rating", "responses"), where="distribution")
    if not any(rows["responses"]):
        raise empty("distribution")
    groups = panels(rows, row_names(rows, keys, lang) if keys else [""] * len(rows["rating"]))
    fields, names = rating_fields(groups, scale, lang)
    counts = category_counts(groups, scale)
    drawn = word("chart_ratings_by", lang, by=by_text(keys, lang)) if keys else word("chart_ratings", lang)
    left_out = len(groups) - len(names)
    subtitle = [
        drawn,
        word("chart_panels", lang, shown=len(names), k=number(len(groups), lang=lang)) if left_out else "",
        three_shares(counts, lang) if keys else "",
        responses_text(sum(counts), lang),
        dates_text(dates, lang),
    ]
    heads = [f"{name}  ({word('chart_n', lang, n=number(sum(groups[name].values()), lang=lang))})" for name in names]
    chart = faceted(fields, heads, scale, lang) if keys else one_panel(fields, scale, counts, lang)
    return styled(titled(chart, ratings_finding(groups, counts, lang), subtitle), lang)


def panels(rows: Columns, names: Sequence[str]) -> dict[str, dict[Any, float]]:
    """Responses per rating for each group; of too many, those with most answers first."""
    groups: dict[str, dict[Any, float]] = {}
    for name, rating, n in zip(names, rows["rating"], rows["responses"], strict=True):
        if rating is not None:
            counts = groups.setdefault(name, {})
            counts[rating] = counts.get(rating, 0) + (n or 0)
    kept = {name: counts for name, counts in groups.items() if sum(counts.values())}
    if len(kept) <= MOST_PANELS:
        return kept
    return dict(sorted(kept.items(), key=lambda item: -sum(item[1].values())))


def category_counts(groups: dict[str, dict[Any, float]], scale: Scale) -> list[float]:
    """Detractors, passives and promoters of all groups together."""
    place = category_of(scale)
    totals = [0.0, 0.0, 0.0]
    for counts in groups.values():
        for rating, n in counts.items():
            totals[place[rating]] += n
    return totals


def category_of(scale: Scale) -> dict[Any, int]:
    """Rating to category, 0 to 2."""
    return {rating: int(category) for rating, category in zip(scale.ratings, scale.categories, strict=True)}


def rating_name(rating: Any, lang: str) -> str:
    """A rating as shown: a number, or the word of its category where the answers are words."""
    return word(rating, lang) if rating in CATEGORIES else str(rating)


def ratings_finding(groups: dict[str, dict[Any, float]], counts: Sequence[float], lang: str) -> str:
    """The shares and the score in words, or that all gave one answer."""
    given = {rating for group in groups.values() for rating, n in group.items() if n}
    total = sum(counts)
    if len(given) == 1:
        answer = rating_name(given.pop(), lang)
        key = "chart_all_same_1" if total == 1 else "chart_all_same"
        return word(key, lang, n=number(total, lang=lang), rating=answer)
    score = points(100 * (counts[2] - counts[0]) / total, lang=lang)
    shares = {name: share(n / total, lang=lang) for name, n in zip(CATEGORIES, counts, strict=True)}
    return word("chart_ratings_title", lang, score=score, **shares)


def rating_fields(
    groups: dict[str, dict[Any, float]], scale: Scale, lang: str
) -> tuple[dict[str, list[Any]], list[str]]:
    """A row for each group and possible rating, and the names of the groups drawn."""
    names = list(groups)[:MOST_PANELS]
    place = category_of(scale)
    fields: dict[str, list[Any]] = {
        key: [] for key in ("panel", "name", "rating", "answer", "category", "share", "share_text", "n")
    }
    for panel, name in enumerate(names):
        total = sum(groups[name].values())
        for at, rating in enumerate(scale.ratings):
            n = groups[name].get(rating, 0)
            row = (panel, name, at, rating_name(rating, lang), place[rating], n / total)
            shown = share(n / total, digits=1 if 0 < n / total < 0.01 else 0, lang=lang)
            for key, value in zip(fields, (*row, shown, number(n, lang=lang)), strict=True):
                fields[key].append(value)
    return fields, names


def channels(scale: Scale, lang: str) -> dict[str, Any]:
    """Encodings that bars and texts share."""
    answers = [rating_name(rating, lang) for rating in scale.ratings]
    axis = alt.Axis(labelExpr=f"{literal(answers)}[datum.value]", labelAngle=0, labelFontSize=12)
    return {
        "x": alt.X("rating:O", title=None, axis=axis, scale=alt.Scale(paddingInner=0.2, paddingOuter=0.1)),
        "y": alt.Y("share:Q", axis=None),
        "tooltip": [
            alt.Tooltip("answer:N", title=word("rating", lang)),
            alt.Tooltip("share_text:N", title=word("chart_share", lang)),
            alt.Tooltip("n:N", title=word("responses", lang)),
        ],
    }


def category_color() -> alt.Color:
    """The three colours."""
    return alt.Color("category:O", scale=alt.Scale(domain=[0, 1, 2], range=list(CATEGORY_COLORS)), legend=None)


def one_panel(fields: dict[str, list[Any]], scale: Scale, counts: Sequence[float], lang: str) -> LayerChart:
    """The bars of everybody with share and count above each, and the categories named below."""
    base = alt.Chart().encode(**channels(scale, lang))
    layers = [
        base.mark_bar().encode(color=category_color()),
        base.mark_text(baseline="bottom", dy=-17, fontSize=12, fontWeight=600, color=INK).encode(text="share_text:N"),
        base.mark_text(baseline="bottom", dy=-4, fontSize=11, color=MUTED).encode(text="n:N"),
        *([] if scale.labelled else category_names(scale, counts, lang)),
    ]
    return LayerChart(layer=layers, data=alt.Data(values=records(fields)), width=WIDTH - 20, height=HEIGHT)


def category_names(scale: Scale, counts: Sequence[float], lang: str) -> list[alt.Chart]:
    """Below the ratings of a category a line in its colour, and its name with its share."""
    step = (WIDTH - 20) / len(scale)
    base = alt.Chart(alt.Data(values=[{}]))
    layers = []
    for category, name in enumerate(CATEGORIES):
        places = [place for place, value in enumerate(scale.categories) if value == category]
        if not places:
            continue
        left, right = step * (places[0] + 0.1), step * (places[-1] + 0.9)
        text = f"{sentence(word(name, lang))} {share(counts[category] / sum(counts), lang=lang)}"
        line = base.mark_rule(strokeWidth=4, color=CATEGORY_COLORS[category])
        label = base.mark_text(baseline="top", fontSize=12, fontWeight=600, color=CATEGORY_INKS[category])
        layers += [
            line.encode(x=alt.value(left), x2=alt.value(right), y=alt.value(HEIGHT + 28)),
            label.encode(x=alt.value((left + right) / 2), y=alt.value(HEIGHT + 36), text=alt.value(text)),
        ]
    return layers


def faceted(fields: dict[str, list[Any]], heads: Sequence[str], scale: Scale, lang: str) -> FacetChart:
    """A small panel a group, all of one height scale; shares under two per cent go unlabelled for want of room."""
    base = alt.Chart().encode(**channels(scale, lang))
    label = base.mark_text(baseline="bottom", dy=-3, fontSize=10, color=MUTED).encode(text="share_text:N")
    layers = [base.mark_bar().encode(color=category_color()), label.transform_filter("datum.share >= 0.02")]
    panel = LayerChart(layer=layers, width=PANEL_WIDTH, height=PANEL_HEIGHT)
    header = alt.Header(title=None, labelExpr=f"{literal(list(heads))}[datum.value]", labelLimit=PANEL_WIDTH)
    facet = alt.Facet("panel:O", sort=None, title=None, header=header)
    data = alt.Data(values=records(fields))
    # an axis to each panel: shared axes stand under empty places of the last row too
    axes = alt.Resolve(axis={"x": "independent"}, scale={"x": "independent"})
    return FacetChart(spec=panel, facet=facet, data=data, columns=PANELS_A_ROW, spacing=26, resolve=axes)
