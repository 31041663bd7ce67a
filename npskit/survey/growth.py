"""Sales forecast with the score as one factor among several, which has to earn its place.

Every tool says that a rising score means rising sales, and the literature is divided. So nothing is assumed here. The
table of a company (a row a quarter: revenue, score, what else moved) is read, growth is regressed on the changes, and
the answer carries two numbers that could have gone against the score: how much likelier the rows are with it, and
whether it would have made the forecasts of the past better. Only when both speak for it is it said to help.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from npskit.errors import ArgumentError, EmptyDataError
from npskit.stats.growth import WORTHWHILE, Trial, fewest_rows, trial
from npskit.stats.growth_noise import Reliability, reliability, thin
from npskit.stats.growth_paths import Paths, paths
from npskit.stats.growth_series import Series
from npskit.stats.intervals import checked_level
from npskit.survey.growth_calendar import SEASONS, later, shown
from npskit.survey.growth_history import History, read_history
from npskit.survey.growths import PER_YEAR, Growth
from npskit.survey.scenarios import limits

__all__ = ["forecast_growth", "literature"]

LAGS = (1, 2, 3, 4)
#: What it takes to say that the score helps, and that it shows no sign of it.
HELPS_P, HELPS_FACTOR, POWER = 0.05, 3.0, 0.75


def forecast_growth(
    frame: Any,
    *,
    target: str = "revenue",
    nps: Any = "nps",
    factors: str | Sequence[str] = (),
    horizons: int | Sequence[int] = (1, 2, 4),
    lag: int = 1,
    period: str | None = None,
    every: str | None = None,
    responses: str | None = None,
    confidence_level: float = 0.95,
    rng: int = 0,
) -> Growth:
    """Forecast sales from their growth, the changes in the score and other factors; say whether the score helps.

    Parameters
    ----------
    frame : DataFrame of any library, or mapping of columns
        A row a period, 16 to 80 of them as a rule.
    target : str
        Column of sales, above 0. What is forecast is their growth, never their level.
    nps : str or Trend
        Column of the score in points; or the survey's own trend, ``df.nps.trend("quarter")``, which is aligned by
        period and brings the number of answers.
    factors : str or sequence of str
        Columns of what else moves sales. Each enters as its change from one period to the next, which acts on the
        period after; put the logarithm of an amount into a column of its own if proportions matter.
    horizons : int or sequence of int
        Periods ahead.
    lag : int
        Periods, 1 to 4, between a change in the score and the growth it may foretell; to be chosen before looking.
    period : str, optional
        Column of dates or of periods such as ``2023-Q4``; found when not named. Without one, rows are taken in order.
    every : {"day", "week", "month", "quarter", "year"}, optional
        Length of a period, from the distances when not given.
    responses : str, optional
        Column of how many answered, for the reliability of the score; ``responses`` when there is one.
    confidence_level : float
    rng : int
        Seed of the paths.

    Returns
    -------
    Growth
        ``.table``, ``.verdict`` with its ``.evidence``, ``.lags``, ``.reliability``, ``.what_if(…)``, ``.plot()``.

    Raises
    ------
    ArgumentError
        For sales at 0 or below, a period in two rows, a horizon over half the history, a trend of other periods, or
        too few rows for the factors.
    ColumnNotFoundError, ArgumentTypeError

    Notes
    -----
    Season: growth of quarters, months and days gets a free, shrunk level for each part of the season when there are
    at least two seasons and six periods; the averaging decides whether there is one. Rows without dates get one of
    4 or 12 rows where it clearly shows in the sales. Growth on the year before is not
    modelled, since its overlapping windows would make errors look like memory.

    Examples
    --------
    >>> import pandas as pd
    >>> rng = np.random.default_rng(3)
    >>> nps = 30 + rng.normal(0, 5, 41).cumsum()
    >>> sales = 100 * np.exp(np.cumsum(0.01 + 0.004 * np.diff(nps, prepend=nps[0])[:-1] + rng.normal(0, 0.01, 40)))
    >>> quarters = pd.period_range("2014Q1", periods=40, freq="Q").astype(str)
    >>> found = forecast_growth(pd.DataFrame({"quarter": quarters, "revenue": sales, "nps": nps[1:]}), horizons=[1, 4])
    >>> found.verdict, found.table["horizon"]
    ('helps', [1, 4])
    >>> found.what_if(nps=nps[-1]).table["difference"]
    [0.0, 0.0, 0.0, 0.0]
    """
    checked_level(confidence_level)
    names = [factors] if isinstance(factors, str) else list(factors)
    lag, ahead = checked_lag(lag), checked_horizons(horizons)
    history = read_history(
        frame, target=target, nps=nps, factors=names, period=period, every=every, responses=responses
    )
    check_length(history, ahead)
    series = history.series(lag)
    check_rows(series, history, lag)
    noise = history.noise + np.concatenate([[np.nan], history.noise[:-1]])
    known = reliability(series.changes[0], noise)
    worthwhile = WORTHWHILE * float(np.sqrt(1 if np.isnan(known.estimate) else known.estimate))
    found = trial(series, max(ahead), worthwhile=worthwhile)
    drawn = paths(series, found.window, max(ahead), rng=checked_rng(rng))
    path = path_table(history, drawn, confidence_level)
    verdict = verdict_of(found, worthwhile)
    return Growth(
        table=horizon_table(path, found, ahead),
        verdict=verdict,
        evidence=evidence_of(found, drawn, series, worthwhile, lag),
        reliability=known.estimate,
        reliability_lower=known.lower,
        reliability_upper=known.upper,
        lags=lag_table(history, lag, found, worthwhile),
        coefficients=coefficient_table(series, found, drawn, [target, "nps", *history.factors], confidence_level),
        path=path,
        history=past(history, target),
        base=base_paths(history, max(ahead)),
        literature=literature(),
        target=target,
        every=history.every,
        lag=lag,
        season=series.season,
        confidence_level=confidence_level,
        _notes=(*history.notes, *season_note(history), *reach_note(lag, ahead), *worth_notes(history, known)),
        _series=series,
        _paths=drawn,
    )


def checked_lag(lag: Any) -> int:
    """The lag as a whole number from 1 to 4."""
    if isinstance(lag, bool) or lag not in LAGS:
        raise ArgumentError(
            where="lag", expected="1, 2, 3 or 4 periods", got=repr(lag), hint="1 unless something is known beforehand"
        )
    return int(lag)


def checked_horizons(horizons: Any) -> list[int]:
    """Horizons as whole numbers, rising."""
    given = list(horizons) if isinstance(horizons, (Sequence, range, set, np.ndarray)) else [horizons]
    whole = [h for h in given if isinstance(h, (int, np.integer)) and not isinstance(h, bool) and h >= 1]
    if not given or len(whole) < len(given):
        raise ArgumentError(where="horizons", expected="periods ahead, such as (1, 2, 4)", got=repr(horizons))
    return sorted({int(h) for h in whole})


def checked_rng(rng: Any) -> np.random.Generator:
    """The generator of a seed."""
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError):
        raise ArgumentError(where="rng", expected="a whole number from 0 on", got=repr(rng)) from None


def check_length(history: History, horizons: Sequence[int]) -> None:
    """Refuse a horizon over half the history."""
    known = int(np.isfinite(history.sales).sum())
    if max(horizons) > known / 2:
        unit = history.every or "period"
        raise ArgumentError(
            where="horizons",
            expected=f"at most {known // 2}, half of the {known} {unit}s with sales",
            got=str(max(horizons)),
            hint="look less far ahead, or give more history",
        )


def check_rows(series: Series, history: History, lag: int) -> None:
    """Refuse more coefficients than the rows can carry."""
    rows, factors = len(series.rows()[1]), len(history.factors)
    needed = fewest_rows(factors)
    if rows >= needed:
        return
    fewer = f"with {rows} rows at most {max((rows - 6) // 2, 0)} factors can be told apart; leave some out, or "
    raise EmptyDataError(
        where="the table",
        expected=f"at least {needed} rows with growth, the growth before and the change of the score {lag} before"
        + (f", for {factors} factors" if factors else ""),
        got=f"{rows}: sales {reach(history, history.sales)} and the score {reach(history, history.nps)}",
        hint=(fewer if factors else "") + "give more periods",
    )


def reach(history: History, values: np.ndarray) -> str:
    """From when to when a series is known."""
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return "in no period"
    first, last = (shown(history.periods[at], history.every) for at in known[[0, -1]])
    return f"from {first} to {last} ({len(known)} periods)"


def verdict_of(found: Trial, worthwhile: float) -> str:
    """The verdict: both tests for "helps"; for "no sign" the power to see a worthwhile effect, and none there."""
    if found.clark_west.p_value < HELPS_P and found.bayes_factor > HELPS_FACTOR:
        return "helps"
    inside = -worthwhile < found.effect.lower and found.effect.upper < worthwhile
    return "no sign" if inside and found.effect.power >= POWER and found.bayes_factor < 1 else "cannot tell"


def evidence_of(found: Trial, drawn: Paths, series: Series, worthwhile: float, lag: int) -> dict[str, Any]:
    """The numbers behind the verdict."""
    scores = drawn.coefficients[:, series.season + 1]
    up, down = float(np.mean(scores > 0)), float(np.mean(scores < 0))
    with_score, without, tested = (part[0].item() for part in found.rolling.errors())
    return {
        "bayes_factor": found.bayes_factor,
        "clark_west": found.clark_west.statistic,
        "clark_west_p_value": found.clark_west.p_value,
        "error_with_nps": with_score,
        "error_without_nps": without,
        "tested": tested,
        "rows": found.rows,
        "lag": lag,
        "effect": found.effect.estimate,
        "effect_lower": found.effect.lower,
        "effect_upper": found.effect.upper,
        "worthwhile": worthwhile,
        "power": found.effect.power,
        "chance_positive": up / (up + down) if up + down else float("nan"),
    }


def path_table(history: History, drawn: Paths, confidence_level: float) -> dict[str, list[Any]]:
    """Sales of every period to come, alone and summed, and their growth."""
    sales = drawn.sales(float(history.sales[-1]))
    steps = sales.shape[1]
    columns: dict[str, list[Any]] = {"horizon": list(range(1, steps + 1)), "period": ahead_of(history, steps)}
    for name, draws in (
        ("growth", sales / history.sales[-1] - 1),
        ("target", sales),
        ("total", np.cumsum(sales, axis=1)),
        ("on_year", sales / year_before(history, steps) - 1),
    ):
        prefix = "" if name == "target" else f"{name}_"
        columns[name], columns[f"{prefix}lower"], columns[f"{prefix}upper"] = limits(draws, confidence_level)
    return columns


def ahead_of(history: History, steps: int) -> list[Any]:
    """The periods to come."""
    last = history.periods[-1]
    return [last + k if not history.every else later(last, history.every, k) for k in range(1, steps + 1)]


def year_before(history: History, steps: int) -> np.ndarray:
    """Sales (H,) a year before each period to come; nan where they are not known, or have not come either."""
    year, known = PER_YEAR.get(history.every, 0), len(history.sales)
    at = [known - 1 + k - year for k in range(1, steps + 1)]
    return np.array([history.sales[k] if year and 0 <= k < known else np.nan for k in at])


def horizon_table(path: Mapping[str, list[Any]], found: Trial, horizons: Sequence[int]) -> dict[str, list[Any]]:
    """The rows of the horizons asked for, with the errors the past would have seen."""
    table = {name: [values[h - 1] for h in horizons] for name, values in path.items()}
    errors = found.rolling.errors()
    for name, part in zip(("error_with_nps", "error_without_nps", "tested"), errors, strict=True):
        table[name] = [part[h - 1].item() for h in horizons]
    return table


def lag_table(history: History, lag: int, chosen: Trial, worthwhile: float) -> dict[str, list[Any]]:
    """The evidence at each lag, that of the lag chosen among it."""
    rows = []
    for each in LAGS:
        series = history.series(each)
        enough = len(series.rows()[1]) >= fewest_rows(len(history.factors))
        found = chosen if each == lag else trial(series, worthwhile=worthwhile) if enough else None
        nothing = [float("nan")] * 7
        rows.append([each, each == lag, found.rows if found else 0, *(lag_figures(found) if found else nothing)])
    names = (
        "lag", "chosen", "rows", "effect", "effect_lower", "effect_upper", "bayes_factor", "clark_west_p_value",
        "error_with_nps", "error_without_nps",
    )  # fmt: skip
    return {name: [row[at] for row in rows] for at, name in enumerate(names)}


def lag_figures(found: Trial) -> list[float]:
    """What is shown of the evidence at one lag."""
    errors = [float(part[0]) for part in found.rolling.errors()[:2]]
    shown = found.effect
    return [shown.estimate, shown.lower, shown.upper, found.bayes_factor, found.clark_west.p_value, *errors]


def coefficient_table(
    series: Series, found: Trial, drawn: Paths, names: Sequence[str], confidence_level: float
) -> dict[str, list[Any]]:
    """Coefficients of growth before, score and factors: per unit, and in residual sds per sd."""
    values = drawn.coefficients[:, series.season :]
    unit = found.window.scale[0][series.season :] / drawn.error_sd[:, None]
    table: dict[str, list[Any]] = {
        "column": list(names),
        "kind": ["growth before", "score"] + ["factor"] * (len(names) - 2),
    }
    for name, draws in (("coefficient", values), ("effect", values * unit)):
        table[name] = draws.mean(axis=0).tolist()
        table[f"{name}_lower"], table[f"{name}_upper"] = limits(draws, confidence_level)[1:]
    return table


def past(history: History, target: str) -> dict[str, list[Any]]:
    """The series that were read."""
    columns: dict[str, Any] = {"period": history.periods, "target": history.sales, "nps": history.nps}
    return {name: [plain(value) for value in part] for name, part in {**columns, **history.factors}.items()}


def plain(value: Any) -> Any:
    """A NumPy number as a Python one."""
    return value.item() if isinstance(value, np.generic) else value


def base_paths(history: History, steps: int) -> dict[str, list[float]]:
    """What a scenario is compared with: score and factors stay as they were last known."""
    parts = {"nps": history.nps, **history.factors}
    return {name: [float(part[np.isfinite(part)][-1])] * steps for name, part in parts.items()}


def season_note(history: History) -> list[tuple[str, Mapping[str, Any]]]:
    """Whether a season was looked for."""
    if history.season:
        return [("growth_note_season", {})] if history.every else [("growth_note_rows_season", {"k": history.season})]
    if not SEASONS.get(history.every):
        return [("growth_note_weeks", {})] if history.every == "week" else []
    return [("growth_note_no_season", {})]


def reach_note(lag: int, horizons: Sequence[int]) -> list[tuple[str, Mapping[str, Any]]]:
    """That a change of the score shows in sales only after its lag."""
    return [("growth_note_late", {"lag": lag})] if max(horizons) <= lag else []


def worth_notes(history: History, known: Reliability) -> list[tuple[str, Mapping[str, Any]]]:
    """That it is not known what the score's readings are worth, or which are worth next to nothing."""
    if known.impossible:
        return [("growth_note_answers", {})]
    if np.isnan(known.estimate):
        return [("growth_note_unknown_worth", {})]
    few = [history.periods[at] for at in np.flatnonzero(thin(history.noise))]
    return [("growth_note_thin", {"periods": few})] if few else []


@cache
def literature() -> tuple[dict[str, Any], ...]:
    """Published evidence on the score and growth, for and against, each with its source.

    Examples
    --------
    >>> [fact["value"] for fact in literature() if fact["scope"] == "Retail gasoline (Norway)"]
    [-0.45]
    """
    lines = files("npskit.survey").joinpath("growth_evidence.csv").read_text(encoding="utf-8").splitlines()
    return tuple(
        {**row, "year": int(row["year"]), "value": float(row["value"]) if row["value"] else None}
        for row in csv.DictReader(lines)
    )
