"""What people answered: the eleven ratings, before they become three categories and one number.

Two groups with one score can be quite different crowds; the shape shows it, and also a question that was answered on
another scale. Each bar tells its share and its count, so no axis is needed for the height. With weights the shares are
weighted, and the counts stay those of the people who answered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, empty, known, literal, records, row_names
from npskit.charts.renderer import FacetChart, LayerChart, styled
from npskit.charts.theme import CATEGORY_COLORS, CATEGORY_INKS, INK, MUTED, WIDTH
from npskit.charts.titles import titled
from npskit.charts.words import by_text, dates_text, responses_text, sentence, three_shares, told
from npskit.labels import language, number, points, share, word
from npskit.scale import CATEGORIES, Scale

__all__ = ["distribution"]

HEIGHT = 190
PANEL_WIDTH, PANEL_HEIGHT, PANELS_A_ROW, MOST_PANELS = 300, 96, 2, 12
SAME_SHARE = 1e-9


def distribution(
    table: Any,
    *,
    scale: Scale | None = None,
    by: str | Sequence[str] | None = None,
    counts: Sequence[float] | None = None,
    dates: tuple[dt.date, dt.date] | None = None,
    lang: str | None = None,
) -> LayerChart | FacetChart:
    """How often each rating was given, in the colours of the three categories.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``rating`` and ``responses``, and the `by` columns; a row a rating (and group). With a column ``share``
        (0..1, of the group) the bars are that high, as with weights; ``responses`` are then only the n.
    scale : Scale, optional
        Which ratings make which category; 0-10 when not given.
    by : str or sequence of str, optional
        A small panel for each group, of at most the twelve with most answers.
    counts : sequence of float, shape (3,), optional
        Detractors, passives and promoters of everybody, weighted; needed only for the score of weighted groups.
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
    sums = list(counts) if counts is not None else category_sums(groups, scale)
    key = "chart_ratings_by" if keys else "chart_ratings"
    drawn = word(f"{key}_weighted" if any(map(is_weighted, groups.values())) else key, lang, by=by_text(keys, lang))
    left_out = len(groups) - len(names)
    subtitle = [
        drawn,
        word("chart_panels", lang, shown=len(names), k=number(len(groups), lang=lang)) if left_out else "",
        three_shares(sums, lang) if keys and sums else "",
        responses_text(sum(panel.size for panel in groups.values()), lang),
        dates_text(dates, lang),
    ]
    heads = [f"{name}  ({word('chart_n', lang, n=number(groups[name].size, lang=lang))})" for name in names]
    chart = faceted(fields, heads, scale, lang) if keys else one_panel(fields, scale, sums, lang)
    return styled(titled(chart, ratings_finding(groups, sums, lang) or drawn, subtitle), lang)


@dataclass(slots=True)
class Panel:
    """Responses, and what the bars are as high as, per rating of a group."""

    counts: dict[Any, float] = field(default_factory=dict)
    parts: dict[Any, float] = field(default_factory=dict)

    @property
    def size(self) -> float:
        return sum(self.counts.values())

    def share(self, rating: Any) -> float:
        whole = sum(self.parts.values())
        return self.parts.get(rating, 0.0) / whole if whole else 0.0


def panels(rows: Columns, names: Sequence[str]) -> dict[str, Panel]:
    """The groups with answers; of too many, those with most answers first."""
    groups: dict[str, Panel] = {}
    parts = rows.get("share", rows["responses"])
    for name, rating, n, part in zip(names, rows["rating"], rows["responses"], parts, strict=True):
        if rating is not None:
            panel = groups.setdefault(name, Panel())
            panel.counts[rating] = panel.counts.get(rating, 0) + (n or 0)
            panel.parts[rating] = panel.parts.get(rating, 0) + (part if known(part) else 0)
    kept = {name: panel for name, panel in groups.items() if panel.size and any(panel.parts.values())}
    if not kept:
        raise empty("distribution")
    if len(kept) <= MOST_PANELS:
        return kept
    return dict(sorted(kept.items(), key=lambda item: -item[1].size))


def is_weighted(panel: Panel) -> bool:
    """Whether the shares are others than those of the responses."""
    return any(abs(panel.share(rating) - n / panel.size) > SAME_SHARE for rating, n in panel.counts.items())


def category_sums(groups: Mapping[str, Panel], scale: Scale) -> list[float]:
    """Detractors, passives and promoters of all groups together; empty where only their weights could tell."""
    place = category_of(scale)
    if len(groups) > 1 and any(map(is_weighted, groups.values())):
        return []
    totals = [0.0, 0.0, 0.0]
    for panel in groups.values():
        for rating in panel.counts:
            totals[place[rating]] += panel.share(rating) * panel.size
    return totals


def category_of(scale: Scale) -> dict[Any, int]:
    """Rating to category, 0 to 2."""
    return {rating: int(category) for rating, category in zip(scale.ratings, scale.categories, strict=True)}


def rating_name(rating: Any, lang: str) -> str:
    """A rating as shown: a number, or the word of its category where the answers are words."""
    return word(rating, lang) if rating in CATEGORIES else str(rating)


def ratings_finding(groups: Mapping[str, Panel], sums: Sequence[float], lang: str) -> str:
    """The shares and the score in words, or that all gave one answer; empty where the sums are not known."""
    given = {rating for panel in groups.values() for rating, n in panel.counts.items() if n}
    if len(given) == 1:
        size = sum(panel.size for panel in groups.values())
        return told("chart_all_same", size, lang, n=number(size, lang=lang), rating=rating_name(given.pop(), lang))
    if not sums:
        return ""
    total = sum(sums)
    score = points(100 * (sums[2] - sums[0]) / total, lang=lang)
    shares = {name: share(part / total, lang=lang) for name, part in zip(CATEGORIES, sums, strict=True)}
    return word("chart_ratings_title", lang, score=score, **shares)


def rating_fields(groups: Mapping[str, Panel], scale: Scale, lang: str) -> tuple[dict[str, list[Any]], list[str]]:
    """A row for each group and possible rating, and the names of the groups drawn."""
    names = list(groups)[:MOST_PANELS]
    place = category_of(scale)
    fields: dict[str, list[Any]] = {
        key: [] for key in ("panel", "name", "rating", "answer", "category", "share", "share_text", "n")
    }
    for panel, name in enumerate(names):
        for at, rating in enumerate(scale.ratings):
            n, part = groups[name].counts.get(rating, 0), groups[name].share(rating)
            row = (panel, name, at, rating_name(rating, lang), place[rating], part)
            shown = share(part, digits=1 if 0 < part < 0.01 else 0, lang=lang)
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


def one_panel(fields: dict[str, list[Any]], scale: Scale, sums: Sequence[float], lang: str) -> LayerChart:
    """The bars of everybody with share and count above each, and the categories named below."""
    base = alt.Chart().encode(**channels(scale, lang))
    layers = [
        base.mark_bar().encode(color=category_color()),
        base.mark_text(baseline="bottom", dy=-17, fontSize=12, fontWeight=600, color=INK).encode(
            text=alt.Text("share_text:N")
        ),
        base.mark_text(baseline="bottom", dy=-4, fontSize=11, color=MUTED).encode(text=alt.Text("n:N")),
        *([] if scale.labelled else category_names(scale, sums, lang)),
    ]
    return LayerChart(layer=layers, data=alt.Data(values=records(fields)), width=WIDTH - 20, height=HEIGHT)


def category_names(scale: Scale, sums: Sequence[float], lang: str) -> list[alt.Chart]:
    """Below the ratings of a category a line in its colour, and its name with its share."""
    step = (WIDTH - 20) / len(scale)
    base = alt.Chart(alt.Data(values=[{}]))
    layers = []
    for category, name in enumerate(CATEGORIES):
        places = [place for place, value in enumerate(scale.categories) if value == category]
        if not places:
            continue
        left, right = step * (places[0] + 0.1), step * (places[-1] + 0.9)
        text = f"{sentence(word(name, lang))} {share(sums[category] / sum(sums), lang=lang)}"
        line = base.mark_rule(strokeWidth=4, color=CATEGORY_COLORS[category])
        label = base.mark_text(baseline="top", fontSize=12, fontWeight=600, color=CATEGORY_INKS[category])
        layers += [
            line.encode(x=alt.XValue(left), x2=alt.X2Value(right), y=alt.YValue(HEIGHT + 28)),
            label.encode(x=alt.XValue((left + right) / 2), y=alt.YValue(HEIGHT + 36), text=alt.TextValue(text)),
        ]
    return layers


def faceted(fields: dict[str, list[Any]], heads: Sequence[str], scale: Scale, lang: str) -> FacetChart:
    """A small panel a group, all of one height scale; shares under two per cent go unlabelled for want of room."""
    base = alt.Chart().encode(**channels(scale, lang))
    label = base.mark_text(baseline="bottom", dy=-3, fontSize=10, color=MUTED).encode(text=alt.Text("share_text:N"))
    layers = [base.mark_bar().encode(color=category_color()), label.transform_filter("datum.share >= 0.02")]
    panel = LayerChart(layer=layers, width=PANEL_WIDTH, height=PANEL_HEIGHT)
    header = alt.Header(title=None, labelExpr=f"{literal(list(heads))}[datum.value]", labelLimit=PANEL_WIDTH)
    facet = alt.Facet("panel:O", sort=None, title=None, header=header)
    data = alt.Data(values=records(fields))
    # an axis to each panel: shared axes stand under empty places of the last row too
    axes = alt.Resolve(axis={"x": "independent"}, scale={"x": "independent"})
    return FacetChart(spec=panel, facet=facet, data=data, columns=PANELS_A_ROW, spacing=26, resolve=axes)
