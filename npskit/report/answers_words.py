"""Sentences and small tables on who answers, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from npskit.charts.columns import known, level_names, level_text
from npskit.charts.periods import as_day, period_text
from npskit.charts.words import amount, limit_texts, name_text, score_range
from npskit.labels import number, points, word
from npskit.report.tables import Table
from npskit.report.words import percent
from npskit.stats.bounds import bounds, score_if_silent_lower
from npskit.stats.response import spread_by_answers
from npskit.survey.column_words import spoken
from npskit.survey.response_answers import Reminders, Response, Silent
from npskit.survey.response_parts import Waves
from npskit.survey.response_words import rate_text

__all__ = [
    "advice",
    "beside",
    "gaps_table",
    "more_table",
    "more_told",
    "narrower",
    "periods_table",
    "rate_told",
    "rates_range",
    "segments_table",
    "supposed_table",
    "survey_score",
    "waves_table",
]

NOTHING = "–"
MOST_ROWS, MOST_BLANK = 12, 8
GAPS = (0, 5, 10, 20, 30, 50)
RATES = (0.05, 0.1, 0.25, 0.5, 0.75)
ALPHA = 0.05


def heads(names: Sequence[str], lang: str, **values: str) -> tuple[str, ...]:
    """Heads of a table."""
    return tuple(word(f"report_answers_head_{name}", lang, **values) for name in names)


def score_of(value: float, lower: float, upper: float, lang: str) -> tuple[str, str]:
    """A score, and its interval."""
    if not (known(value) and known(lower) and known(upper)):
        return points(value, lang=lang) if known(value) else NOTHING, NOTHING
    low, high = limit_texts(lower, upper, lang)
    return points(value, lang=lang), word("range", lang, lower=low, upper=high)


def rate_told(rate: float, lang: str) -> str:
    """A rate in a sentence, never "0.0%" for something."""
    return percent(rate, lang) if 0 < rate < 0.001 or 0.995 < rate < 1 else rate_text(rate, lang)


def rates_range(lower: float, upper: float, lang: str) -> str:
    """An interval of a rate."""
    return word("range", lang, lower=rate_text(lower, lang), upper=rate_text(upper, lang))


def apart(value: float, lang: str) -> str:
    """A difference of rates in points of percentage."""
    return (
        number(100 * value, digits=1 if abs(value) < 0.0095 else 0, lang=lang, sign=True) if known(value) else NOTHING
    )


def segments_table(found: Response, lang: str, *, blank: bool = False) -> Table:
    """A row a segment, those that chance explains least first; of rows without a rating the other way round."""
    rows = found.segments.table
    order = sorted(
        range(len(rows["level"])), key=lambda at: (not known(rows["p_adjusted"][at]), rows["p_adjusted"][at])
    )
    several, shown = len(dict.fromkeys(rows["column"])) > 1, []
    names = dict(zip(order, level_names([rows["level"][at] for at in order], lang), strict=True))
    for at in order[: MOST_BLANK if blank else MOST_ROWS]:
        column = found.segments.words.full(rows["column"][at])
        name = f"{column} · {level_text(rows['level'][at], lang)}" if several else names[at]
        rate, low, high, gap = (rows[key][at] for key in ("rate", "rate_lower", "rate_upper", "difference"))
        if blank:
            rate, low, high, gap = 1 - rate, 1 - high, 1 - low, -gap
        invited, n = rows["invited"][at], rows["responses"][at]
        shown.append((name, number(invited, lang=lang), number(invited - n if blank else n, lang=lang),
                      rate_text(rate, lang), rates_range(low, high, lang), apart(gap, lang)))  # fmt: skip
    kind = ("rows", "blank", "blank_rate") if blank else ("invited", "answers", "rate")
    return Table(heads(("segment", *kind, "interval", "others"), lang), tuple(shown))


def periods_table(found: Response, lang: str) -> Table:
    """A row a period of invitation."""
    rows, shown = found.table, []
    for at, period in enumerate(rows["period"]):
        name = NOTHING if period is None else period_text(as_day(period), str(found.every), lang)
        score, _ = score_of(rows["score"][at], rows["lower"][at], rows["upper"][at], lang)
        shown.append((name, number(rows["invited"][at], lang=lang), number(rows["responses"][at], lang=lang),
                      rate_text(rows["rate"][at], lang),
                      rates_range(rows["rate_lower"][at], rows["rate_upper"][at], lang), score))  # fmt: skip
    return Table(heads(("period", "invited", "answers", "rate", "interval", "score"), lang), tuple(shown))


def gaps_table(found: Silent, lang: str) -> Table:
    """Score of all invited for a few gaps, the one asked for among them."""
    wanted = sorted({*map(float, GAPS), found.lower_by})
    at = [found.table["lower_by"].index(gap) for gap in wanted]
    rows = []
    for place in at:
        gap, score, low, high = (found.table[name][place] for name in ("lower_by", "score", "lower", "upper"))
        rows.append((points(-gap, lang=lang) if gap else word("report_answers_alike", lang),
                     *score_of(score, low, high, lang)))  # fmt: skip
    return Table(heads(("gap", "all", "interval"), lang), tuple(rows))


def supposed_table(counts: Sequence[float], score: float, lower_by: float, lang: str) -> Table:
    """What would be known at answer rates that nobody told."""
    n = float(sum(counts))
    ends = bounds(np.asarray(counts, dtype=float), n / np.array(RATES) - n)
    moved = [float(score_if_silent_lower(score, rate, lower_by)) for rate in RATES]
    rows = zip(RATES, n / np.array(RATES), ends.worst, ends.best, moved, strict=True)
    shown = tuple((percent(rate, lang), number(round(invited), lang=lang), points(worst, lang=lang),
                   points(best, lang=lang), points(value, lang=lang))
                  for rate, invited, worst, best, value in rows)  # fmt: skip
    return Table(heads(("if_rate", "if_invited", "worst", "best", "if_lower"), lang, k=amount(lower_by, lang)), shown)


def waves_names(found: Waves, lang: str) -> list[str]:
    """What each row is called."""
    names = []
    for first, last in zip(found.table["first"], found.table["last"], strict=True):
        if found.kind == "comment":
            names.append(word(f"report_answers_comment_{first}", lang))
        elif found.kind == "reminder":
            names.append(
                word(f"report_answers_reminder_{first if first < 2 else 'n'}", lang, n=number(first, lang=lang))
            )
        else:
            key = "report_answers_day" if first == last else "report_answers_days"
            names.append(word(key, lang, first=number(first, lang=lang), last=number(last, lang=lang)))
    return names


def waves_table(found: Waves, lang: str) -> Table:
    """A row a wave."""
    rows = zip(waves_names(found, lang), *(found.table[key] for key in ("responses", "score", "lower", "upper")),
               strict=True)  # fmt: skip
    shown = tuple((name, number(n, lang=lang), *score_of(score, low, high, lang)) for name, n, score, low, high in rows)
    return Table(heads((found.kind, "answers", "score", "interval"), lang), shown)


def beside(found: Waves, lang: str) -> tuple[dict[str, list[Any]], str]:
    """Waves as the table of a chart, and the name of its column."""
    name = word(f"report_answers_head_{found.kind}", lang)
    return {name: waves_names(found, lang), **{key: list(values) for key, values in found.table.items()}}, name


def more_told(found: Reminders, lang: str) -> str:
    """What more answers buy; where nobody would see the difference, that."""
    now, then = (number(value, digits=1, lang=lang) for value in found.table["margin"])
    if now != then:
        return found.sentence(lang=lang)
    return word("report_answers_more_same", lang, n=number(found.extra, lang=lang), now=now,
                k=amount(found.lower_by, lang), bias=number(found.table["bias"][0], digits=1, lang=lang))  # fmt: skip


def more_table(found: Reminders, lang: str) -> Table:
    """Now, and with more answers: interval and bounds."""
    columns = (found.table[key] for key in ("when", "responses", "rate", "margin", "worst", "best"))
    rows = [
        (
            word(f"report_answers_{when}", lang),
            number(n, lang=lang),
            rate_text(rate, lang),
            "±" + number(margin, digits=1, lang=lang),
            points(worst, lang=lang),
            points(best, lang=lang),
        )
        for when, n, rate, margin, worst, best in zip(*columns, strict=True)
    ]
    return Table(heads(("when", "answers", "rate", "margin", "worst", "best"), lang), tuple(rows))


def narrower(counts: Sequence[float], extra: int, confidence_level: float, lang: str) -> str:
    """What more answers do to the interval, where the number of invited is not known."""
    n = float(sum(counts))
    now, then = spread_by_answers(np.asarray(counts, dtype=float), [n, n + extra], confidence_level=confidence_level)
    shown = [number(value, digits=1, lang=lang) for value in (now, then)]
    key = "report_answers_narrower" if shown[0] != shown[1] else "report_answers_narrower_same"
    return word(key, lang, n=number(extra, lang=lang), now=shown[0], then=shown[1])


def advice(
    found: Response | None, wrote: Waves | None, *, blank: bool, weighted: Any, public: Any, lang: str
) -> list[str]:
    """What to do, each for a reason found above."""
    told = []
    if found is None:
        told.append(word("report_answers_do_list", lang))
    elif found.responses < found.invited:
        told.append(word("report_answers_do_quote", lang, rate=rate_text(found.rate, lang)))
        told += missing_first(found.segments.missing, found, lang, weighted=weighted)
        told += [word("report_answers_do_late", lang)] if is_lower(found.waves) or is_lower(found.late) else []
        told.append(word("report_answers_do_sample", lang))
    if blank:
        told.append(word("report_answers_do_blank", lang))
    if wrote is not None and wrote.p_value < ALPHA:
        key = "lower" if wrote.difference < 0 else "higher"
        told.append(word(f"report_answers_do_comment_{key}", lang, gap=amount(wrote.difference, lang)))
    if weighted is not None:
        told.append(word("report_answers_do_both", lang))
    if public is not None:
        told.append(word("report_answers_do_public", lang))
    return told


def is_lower(waves: Waves | None) -> bool:
    """Whether the last to answer are lower by more than chance."""
    return waves is not None and waves.upper < 0


def missing_first(missing: Mapping[str, Sequence[Any]], found: Response, lang: str, *, weighted: Any) -> list[str]:
    """Whom to ask again first, and what weights could do."""
    if not missing["level"]:
        return []
    column = found.segments.words.name(missing["column"][0])
    name = name_text(level_text(missing["level"][0], lang), (column,), lang)
    own = missing["responses"][0] / found.responses if found.responses else 0.0
    parts = {"invited": rate_text(missing["invited"][0] / found.invited, lang), "answers": rate_text(own, lang)}
    told = [word("report_answers_do_remind", lang, name=name, column=column, **parts)]
    return (
        told if weighted is not None else [*told, word("report_answers_do_weight", lang, column=spoken(column, lang))]
    )


def survey_score(score: float, lower: float, upper: float, lang: str) -> str:
    """The score of those who answered with its interval."""
    return score_range(score, lower, upper, lang)
