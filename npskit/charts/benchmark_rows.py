"""Where we stand: brands asked in one survey as scores with intervals, and what is published as bare figures below.

The two are not of one kind, and the picture keeps them apart: a dot with its interval was measured here, a diamond is a
number that somebody printed. The range of an industry is a band from its lowest to its highest figure, and every
source has its row; none is averaged away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import altair as alt

from npskit.charts.columns import Columns, columns, empty, known
from npskit.charts.letters import text_width
from npskit.charts.renderer import LayerChart, styled
from npskit.charts.rows import (
    Layout,
    Side,
    chance_text,
    forest,
    has_column,
    laid_out,
    points_channels,
    row_axis,
    tooltips,
)
from npskit.charts.theme import ACCENT, INK, MUTED
from npskit.charts.titles import titled
from npskit.charts.words import level_share, limit_texts, sentence, told
from npskit.labels import language, number, points, word

__all__ = ["benchmark"]

ASKED = ("own", "competitor")
NEEDED = ("name", "kind", "score", "lower", "upper", "responses", "publisher", "year")
HEAD, HEAD_SIZE = 34, 11
KEYS = ("asked", "industry", "company")
# Rows of each part that a page holds: alone, beside others, and beside more than a few of the part above.
ALONE, BESIDE, FEW = 24, {"asked": 12, "industry": 14, "company": 8}, 4
CROWDED = {"industry": 10, "company": 5}
NAME_LINE, MOST_LINES = 36, 3


def benchmark(
    table: Any,
    *,
    title: str,
    said: Sequence[str] = (),
    names: Sequence[str] | None = None,
    industry: str = "",
    caution: str = "",
    confidence_level: float = 0.95,
    lang: str | None = None,
) -> LayerChart:
    """Brands asked in one survey, and published figures with their range.

    Parameters
    ----------
    table : mapping or DataFrame
        Columns ``name, kind, score, lower, upper, responses, publisher, year``; if there, ``p_best, rank, rank_lower,
        rank_upper``. Kinds "own" and "competitor" were asked; of "company" is a company's own figure; all others are
        of an industry.
    title : str
        The finding.
    said : sequence of str
        Further parts of the subtitle.
    names : sequence of str, optional
        Names of the rows as shown.
    industry : str
        What the published figures are of.
    caution : str
        What misleads most about them, for the subtitle.
    confidence_level : float
    lang : {"en", "fr"}, optional

    Returns
    -------
    LayerChart
        An `altair.LayerChart`.

    Raises
    ------
    EmptyDataError
        When there is no row.

    Examples
    --------
    >>> table = {"name": ["us", "Airlines"], "kind": ["own", "industry mean"], "score": [30.0, 7.0],
    ...          "lower": [20.0, None], "upper": [40.0, None], "responses": [200, None],
    ...          "publisher": [None, "XM"], "year": [None, 2023]}
    >>> benchmark(table, title="Above the published figure").title.text
    ['Above the published figure']
    """
    lang = language(lang)
    rows = columns(table, NEEDED, where="benchmark")
    rows["shown"] = list(names or map(str, rows["name"]))
    whole, blocks = parts_of(rows)
    order = [at for _, part in blocks for at in part]
    if not order:
        raise empty("benchmark")
    drawn: Columns = {name: [values[at] for at in order] for name, values in rows.items()}
    chart = draw(drawn, [(key, len(part)) for key, part in blocks], industry, lang)
    left = sum(len(part) for _, part in whole) - len(order)
    drawn_text = word("benchmark_drawn", lang, level=level_share(confidence_level, lang))
    parts = [
        *said,
        caution,
        drawn_text,
        legend(drawn["kind"], lang),
        told("benchmark_more_rows", left, lang, n=number(left, lang=lang)) if left else "",
    ]
    return styled(titled(chart, title, parts), lang)


def parts_of(rows: Columns) -> tuple[list[tuple[str, list[int]]], list[tuple[str, list[int]]]]:
    """The rows of each part, and those of them that are drawn."""
    whole = blocks_of(rows)
    most = most_of(dict(whole))
    return whole, [(key, shortened(part, rows, most[key])) for key, part in whole]


def undrawn(table: Any, *, names: Sequence[str], lang: str) -> list[str]:
    """The rows that the chart has no room for, each with its score, for a document that has no other table of them.

    Examples
    --------
    >>> table = {"name": [f"b{n}" for n in range(30)], "kind": ["competitor"] * 30, "score": list(range(30, 0, -1)),
    ...          **{name: [None] * 30 for name in ("lower", "upper", "responses", "publisher", "year")}}
    >>> undrawn(table, names=table["name"], lang="en")[0]
    'b12: +18'
    """
    rows = columns(table, NEEDED, where="benchmark")
    rows["shown"] = list(names)
    whole, blocks = parts_of(rows)
    drawn = {at for _, part in blocks for at in part}
    left = [at for _, part in whole for at in part if at not in drawn]
    return [f"{name_text(rows, at, lang)}{word('chart_colon', lang)} {points(rows['score'][at], lang=lang)}"
            for at in left]  # fmt: skip


def legend(kinds: Sequence[str], lang: str) -> str:
    """What the marks of published figures are, as far as they are drawn."""
    industry = [kind for kind in kinds if block_of(kind) == "industry"]
    there = {
        "industry": bool(industry), "estimate": "estimate" in industry, "band": len(industry) > 1,
        "company": "company" in kinds, "own": "own" in kinds and any(kind not in ASKED for kind in kinds),
    }  # fmt: skip
    texts = [word(f"benchmark_drawn_{key}", lang) for key, drawn in there.items() if drawn]
    return sentence(("\u202f; " if lang == "fr" else "; ").join(texts))


def block_of(kind: str) -> str:
    """Which part of the picture a row belongs to."""
    return "asked" if kind in ASKED else "company" if kind == "company" else "industry"


def blocks_of(rows: Columns) -> list[tuple[str, list[int]]]:
    """The rows of each part, in their order."""
    found: dict[str, list[int]] = {key: [] for key in KEYS}
    for at, kind in enumerate(rows["kind"]):
        if known(rows["score"][at]):
            found[block_of(kind)].append(at)
    return [(key, part) for key, part in found.items() if part]


def most_of(parts: Mapping[str, Sequence[int]]) -> dict[str, int]:
    """Rows drawn of each part, so that a printed page holds them all."""
    if len(parts) == 1:
        return dict.fromkeys(KEYS, ALONE)
    return {**BESIDE, **CROWDED} if len(parts.get("asked", ())) > FEW else BESIDE


def shortened(part: Sequence[int], rows: Columns, most: int) -> list[int]:
    """Those drawn of a part: its two ends where it is long, since the range is theirs, and our own row always."""
    if len(part) <= most:
        return list(part)
    ends = {*part[: most // 2], *part[len(part) - most // 2 :], *(at for at in part if rows["kind"][at] == "own")}
    return [at for at in part if at in ends]


def draw(rows: Columns, blocks: Sequence[tuple[str, int]], industry: str, lang: str) -> LayerChart:
    """The forest, with a head over each part and the range as a band."""
    texts = told_apart([name_text(rows, at, lang) for at in range(len(rows["shown"]))], rows)
    sides = sides_of(rows, lang)
    layout, tops = with_heads(laid_out(texts, sides, line=NAME_LINE, most=MOST_LINES), [size for _, size in blocks])
    asked = [kind in ASKED for kind in rows["kind"]]
    fields: dict[str, list[Any]] = {
        "row": list(range(len(texts))), "name": texts,
        "value": [score if own else None for score, own in zip(rows["score"], asked, strict=True)],
        "mark": [None if own else score for score, own in zip(rows["score"], asked, strict=True)],
        "lower": rows["lower"], "upper": rows["upper"], "company": [kind == "company" for kind in rows["kind"]],
        "guess": [kind == "estimate" for kind in rows["kind"]], "point": [kind == "own" for kind in rows["kind"]],
        "figure": list(sides[0].texts), "range": [range_of(*ends, lang) for ends in
                                                  zip(rows["lower"], rows["upper"], strict=True)],
        "what": [word(f"benchmark_kind_{kind.replace(' ', '_')}", lang) for kind in rows["kind"]],
    }  # fmt: skip
    x = points_channels(padded(rows), ("value", "mark", "lower", "upper", "low"), width=layout.width)
    shown = tooltips([("name", word("benchmark_name", lang)), ("figure", word("score", lang)),
                      ("range", word("chart_interval", lang)), ("what", word("benchmark_kind", lang))])  # fmt: skip
    heads = head_texts(blocks, industry, max(layout.places), lang)
    below = [*bands(rows, blocks, tops, x), *own_line(rows, blocks, tops, x)]
    above = [*published_layers(x, layout, shown), *head_marks(heads, tops)]
    return forest(fields, layout, sides, x, tooltip=shown, above=above, below=below)


def padded(rows: Columns) -> list[float]:
    """Every value drawn, and a little room beyond the outermost, whose marks would lie on the edge."""
    found = [value for name in ("score", "lower", "upper") for value in rows[name] if known(value)]
    room = 0.03 * (max(found) - min(found))
    return [*found, max(min(found) - room, -100), min(max(found) + room, 100)]


def name_text(rows: Columns, at: int, lang: str) -> str:
    """The name of a row; of a published figure with who published it and when."""
    name, kind = " ".join(rows["shown"][at].split()), rows["kind"][at]
    if kind in ASKED:
        return name
    publisher, year = rows["publisher"][at] or "", rows["year"][at]
    when = word("benchmark_undated", lang) if year is None else str(int(year))
    guess = f" ({word('benchmark_kind_estimate', lang)})" if kind == "estimate" else ""
    if publisher.casefold() == str(rows["name"][at]).casefold():
        # Whoever published a figure without saying of whom it is says nothing of themselves.
        publisher = word("benchmark_own_statement", lang) if kind == "company" else ""
    return f"{name} · {', '.join(filter(None, (publisher, when)))}{guess}"


def told_apart(texts: Sequence[str], rows: Columns) -> list[str]:
    """Rows that read alike with what sets them apart: the study, else whom it asked."""
    found = list(texts)
    for name in ("study", "population"):
        again = {text for text in found if found.count(text) > 1}
        said = [str(value or "").partition(" (")[0] for value in rows.get(name, [""] * len(found))]
        for text in again:
            alike = [at for at, each in enumerate(found) if each == text]
            if len({said[at] for at in alike}) > 1:
                for at in alike:
                    found[at] = " · ".join(filter(None, (text, said[at])))
    return found


def sides_of(rows: Columns, lang: str) -> list[Side]:
    """Score, rank, probability of the highest score, and n."""
    sides = [Side([points(score, lang=lang) for score in rows["score"]], strong=True)]
    size = len(rows["score"])
    if has_column(rows, "rank"):
        ranks = [rank_text(rows["rank"][at], rows["rank_lower"][at], rows["rank_upper"][at], lang)
                 for at in range(size)]  # fmt: skip
        sides.append(Side(ranks, head=word("benchmark_rank_head", lang)))
        chances = [chance_text(chance, lang) for chance in rows["p_best"]]
        sides.append(Side(chances, head=word("chart_chance_best", lang).replace("|", "\n")))
    counts = [word("chart_n", lang, n=number(n, lang=lang)) if n else "" for n in rows["responses"]]
    return [*sides, Side(counts)]


def rank_text(rank: int | None, lower: int | None, upper: int | None, lang: str) -> str:
    """A rank with its limits."""
    if rank is None or lower is None or upper is None:
        return ""
    shown = {name: number(value, lang=lang) for name, value in (("rank", rank), ("lower", lower), ("upper", upper))}
    return shown["rank"] if lower == rank == upper else word("benchmark_rank_limits", lang, **shown)


def range_of(lower: float | None, upper: float | None, lang: str) -> str:
    """An interval for the pointer; a dash where there is none."""
    if lower is None or upper is None:
        return "–"
    low, high = limit_texts(lower, upper, lang)
    return word("range", lang, lower=low, upper=high)


def with_heads(layout: Layout, sizes: Sequence[int]) -> tuple[Layout, list[tuple[float, float]]]:
    """The layout with room for a head above each part but the first; and where each part begins and ends."""
    edges, top = [], 0.0
    for middle in layout.middles:
        edges.append((top, 2 * middle - top))
        top = 2 * middle - top
    middles, spans, first = [], [], 0
    for part, size in enumerate(sizes):
        shift = HEAD * part
        middles += [middle + shift for middle in layout.middles[first : first + size]]
        spans.append((edges[first][0] + shift, edges[first + size - 1][1] + shift))
        first += size
    # A dot between name and source is needed where they share a line only.
    lines = [[line.removesuffix(" ·") for line in each] for each in layout.lines]
    return replace(layout, lines=lines, middles=middles, height=layout.height + HEAD * (len(sizes) - 1)), spans


def head_texts(blocks: Sequence[tuple[str, int]], industry: str, width: float, lang: str) -> list[str]:
    """What stands above each part; the industry with it where there is room, as the title names it anyhow."""
    found = []
    for key, _ in blocks:
        head = word(f"benchmark_head_{key}", lang)
        whole = f"{head} · {industry}" if industry and key != "asked" else head
        found.append(whole if text_width(whole, HEAD_SIZE) <= width else head)
    return found


def head_marks(heads: Sequence[str], tops: Sequence[tuple[float, float]]) -> list[alt.Chart]:
    """The heads, at the left above their parts."""
    base = alt.Chart(alt.Data(values=[{}]))
    mark = base.mark_text(align="left", baseline="bottom", color=MUTED, fontSize=11, fontWeight=600, dy=-5)
    return [mark.encode(x=alt.XValue(0), y=alt.YValue(span[0]), text=alt.TextValue(text))
            for text, span in zip(heads, tops, strict=True)]  # fmt: skip


def bands(
    rows: Columns, blocks: Sequence[tuple[str, int]], tops: Sequence[tuple[float, float]], x: Any
) -> list[alt.Chart]:
    """The range of the industry's figures."""
    keys = [key for key, _ in blocks]
    if "industry" not in keys:
        return []
    found = [score for score, kind in zip(rows["score"], rows["kind"], strict=True) if block_of(kind) == "industry"]
    top, bottom = tops[keys.index("industry")]
    data = alt.Data(values=[{"low": min(found), "high": max(found)}])
    band = alt.Chart(data).mark_rect(color=INK, opacity=0.13)
    return [band.encode(x=x["low"], x2=alt.X2("high:Q"), y=alt.YValue(top), y2=alt.Y2Value(bottom))]


def own_line(
    rows: Columns, blocks: Sequence[tuple[str, int]], tops: Sequence[tuple[float, float]], x: Any
) -> list[alt.Chart]:
    """Our score as a thin line through the published figures."""
    if "own" not in rows["kind"]:
        return []
    data = alt.Data(values=[{"low": rows["score"][rows["kind"].index("own")]}])
    rule = alt.Chart(data).mark_rule(color=ACCENT, strokeDash=[3, 3], opacity=0.8)
    spans = [span for (key, _), span in zip(blocks, tops, strict=True) if key != "asked"]
    return [rule.encode(x=x["low"], y=alt.YValue(top), y2=alt.Y2Value(bottom)) for top, bottom in spans]


def published_layers(x: Any, layout: Layout, shown: list[alt.Tooltip]) -> list[alt.Chart]:
    """Diamonds for industries, squares for companies, hollow where nobody was asked; intervals where n is known."""
    base = alt.Chart().transform_filter("isValid(datum.mark)").encode(x=x["mark"], y=row_axis(layout), tooltip=shown)
    interval = base.transform_filter("isValid(datum.lower) && isValid(datum.upper)").mark_rule(color=INK, opacity=0.75)
    looks = (("diamond", "!datum.company && !datum.guess", True), ("diamond", "datum.guess", False),
             ("square", "datum.company", True))  # fmt: skip
    layers = [interval.encode(x=x["lower"], x2=alt.X2("upper:Q"), strokeWidth=alt.StrokeWidthValue(1.5))]
    for shape, test, filled in looks:
        look: dict[str, Any] = {"shape": shape, "size": 70, "opacity": 1, "filled": filled, "color": INK}
        layers.append(base.transform_filter(test).mark_point(**look, strokeWidth=1.6))
    return layers
