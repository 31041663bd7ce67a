"""Rows and sentences of the forecast's story: probabilities, what was tested, and what follows from it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from npskit.charts.columns import known
from npskit.charts.periods import as_day, period_text
from npskit.charts.words import amount, dates_text
from npskit.labels import points, share, word
from npskit.report.findings import Overall
from npskit.report.words import score_text, size, told
from npskit.stats.intervals import normal_quantile
from npskit.survey.outlook import varies

if TYPE_CHECKING:
    from npskit.survey.backtests import Backtest
    from npskit.survey.forecasts import Forecast
    from npskit.survey.monitoring import Monitor

__all__ = ["advice", "bare", "chance", "has_jumps", "tested_rows", "told_answers", "widths"]

# Two readings of one level differ by up to so many of their noise in 95 of 100 cases.
APART = 1.96 * math.sqrt(2)
MOST_TESTED = 12
MOST_NAMED = 6
# Only a season that is likely is worth advice; fewer points of an interval are not worth more answers.
LIKELY, WORTH_ASKING = 0.8, 3.0
# Draws are too few to tell smaller probabilities from none.
LEAST_CHANCE = 0.01
MUCH_WIDER = 1.5


def chance(probability: float, lang: str) -> str:
    """A probability from draws, never "0%" nor "100%".

    Examples
    --------
    >>> chance(0.314, "en"), chance(0.0, "en"), chance(1.0, "en")
    ('31%', 'less than 1%', 'more than 99%')
    """
    if probability < LEAST_CHANCE:
        return word("report_under", lang, share=share(LEAST_CHANCE, lang=lang))
    if probability > 1 - LEAST_CHANCE:
        return word("report_over", lang, share=share(1 - LEAST_CHANCE, lang=lang))
    return share(probability, lang=lang)


def told_answers(found: Overall, days: Sequence[dt.date], lang: str) -> str:
    """How many answers there are, and from when to when."""
    if not found.responses:
        return word("report_no_rows", lang)
    n = size(found.responses, lang)
    if not days:
        return told("report_fc_answers_undated", found.responses, lang, n=n)
    return told("report_fc_answers", found.responses, lang, n=n, dates=dates_text((min(days), max(days)), lang))


def widths(found: Forecast, kind: str) -> float:
    """Width of the interval of the first period to come, in points."""
    names = ("lower", "upper") if kind == "score" else ("level_lower", "level_upper")
    lower, upper = (float(found.table[name][0]) for name in names)
    return upper - lower


def has_jumps(found: Forecast) -> bool:
    """Whether the level's first interval is much wider than its usual step and what is not known of it now."""
    step = found.learned["level_sd"][0]
    now = found.history["level_upper"][-1] - found.history["level_lower"][-1]
    usual = math.hypot(2 * step * normal_quantile(found.confidence_level), now)
    return widths(found, "level") > MUCH_WIDER * usual


def tested_rows(found: Backtest, lang: str) -> tuple[tuple[str, ...], ...]:
    """The last forecasts of the next reading, each beside what came."""
    rows = [at for at, step in enumerate(found.table["step"]) if step == 1][-MOST_TESTED:]
    return tuple(tested_row(found, at, lang) for at in rows)


def tested_row(found: Backtest, at: int, lang: str) -> tuple[str, ...]:
    row = {name: values[at] for name, values in found.table.items()}
    came = points(row["score"], lang=lang)
    forecast, lower, upper = score_text(row["forecast"], row["lower"], row["upper"], lang)
    within = word("chart_yes" if row["inside"] else "chart_no", lang)
    period = period_text(as_day(row["period"]), found.every, lang)
    between = word("range", lang, lower=lower, upper=upper)
    return period, size(row["responses"], lang), came, bare(forecast), between, within


def bare(text: str) -> str:
    """A score without its unit, for a column of them."""
    return text.split()[0]


def advice(
    found: Forecast, monitor: Monitor | None, target: float | None, more: Sequence[tuple[int, Forecast]], lang: str
) -> list[str]:
    """What follows from the forecast, a sentence each."""
    return [
        *noise_told(found, lang),
        *alerts_told(monitor, lang),
        *season_told(found, lang),
        *target_told(found, target, lang),
        *more_told(more, lang),
    ]


def noise_told(found: Forecast, lang: str) -> list[str]:
    """How far two readings may lie apart for no reason."""
    sd = math.hypot(found.learned["reading_sd"][0], found.learned["extra_sd"][0])
    if not (known(sd) and sd > 0):
        return []
    every = word(f"chart_every_{found.every}", lang)
    return [word("report_fc_do_noise", lang, gap=amount(APART * sd, lang), every=every)]


def alert_names(monitor: Monitor, lang: str) -> list[str]:
    """The periods that moved beyond chance, in words, the last ones first."""
    rows = zip(monitor.table["period"], monitor.table["kind"], strict=True)
    days = sorted({as_day(day) for day, kind in rows if kind}, reverse=True)
    return [period_text(day, monitor.every, lang) for day in days]


def alerts_told(monitor: Monitor | None, lang: str) -> list[str]:
    """Which periods ask for an explanation."""
    if monitor is None:
        return []
    names = alert_names(monitor, lang)
    if not names:
        return [word("report_fc_do_alerts_none", lang)]
    more = ", …" if len(names) > MOST_NAMED else ""
    return [told("report_fc_do_alerts", len(names), lang, periods=", ".join(names[:MOST_NAMED]) + more)]


def season_told(found: Forecast, lang: str) -> list[str]:
    """With what to compare a reading where there is a season."""
    weight = found.learned["season_weight"][0]
    if not (known(weight) and weight >= LIKELY and found.learned["season"][0] and varies(found)):
        return []
    return [word(f"report_fc_do_season{'_day' if found.every == 'day' else ''}", lang)]


def target_told(found: Forecast, target: float | None, lang: str) -> list[str]:
    """How far the level is from the target, and how likely it is to get there by itself."""
    if target is None:
        return [word("report_fc_do_target_none", lang)]
    now = float(found.history["level"][-1])
    side = "below" if now < target else "above"
    said = {
        "target": points(target, lang=lang),
        "gap": amount(target - now, lang),
        "chance": chance(found.probability(target, of="level"), lang),
        "period": period_text(as_day(found.periods[-1]), found.every, lang),
    }
    return [word(f"report_fc_do_target_{side}", lang, **said)]


def more_told(more: Sequence[tuple[int, Forecast]], lang: str) -> list[str]:
    """Whether more answers are worth asking for."""
    if len(more) < 2:
        return []
    (now, one), (twice, two) = more[:2]
    # As the table above shows them.
    gone = round(widths(one, "score")) - round(widths(two, "score"))
    key = "report_fc_do_more" if gone >= WORTH_ASKING else "report_fc_do_more_none"
    every = word(f"chart_every_{one.every}", lang)
    return [word(key, lang, n=size(now, lang), twice=size(twice, lang), gone=amount(gone, lang), every=every)]
