"""Whether the survey stayed the same over time: its scale, its share of tens, its channels, its days, its wording.

Every answer is counted by day once, and by each column that tells how it came in; the arithmetic is in
`stats.quality` and `stats.quality_groups`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import EmptyDataError, MissingExtraError, NpskitError
from npskit.frames import Period
from npskit.scale import OUTSIDE, Scale
from npskit.stats.monitor import FEWEST_BEFORE
from npskit.stats.quality import Absence, Jump, absences, jumps
from npskit.stats.quality_groups import GroupEffects, group_effects
from npskit.stats.trend import SEASON_LENGTHS, pace_of
from npskit.survey.audit import Check, check, listed
from npskit.survey.estimates import gridded
from npskit.survey.levels import level_text
from npskit.survey.notes import Figure, Note, noted
from npskit.survey.windows import window
from npskit.tally import Tally

if TYPE_CHECKING:
    from npskit.frames import Source

__all__ = ["Times", "channel_check", "day_check", "range_check", "tens_check", "tens_over_time", "without_outside"]

ALPHA = 0.05
# A share that moves less than this changes no decision, however many answers say so.
LEAST_SHIFT = 0.05
# Answers from which a period without the upper half of the scale is one on another scale.
LEAST_ON_SCALE = 20
MOST_CHANNELS = 8
MOST_SERIES = 60
LEAST_WEEKS = 4


@dataclass(frozen=True, eq=False)
class Times:
    """The dated answers of a source.

    Attributes
    ----------
    source : Source
    rating, date : str
    declared : Scale
        Of the ratings.
    raw : sequence of pairs
        Distinct ratings with their counts; what is outside the scale counts as no answer here.
    asked : str, optional
        Length of a period; months unless given, or weeks where there are few months.
    """

    source: Source
    rating: str
    date: str
    declared: Scale
    raw: Sequence[tuple[Any, int]]
    asked: str | None = None

    @cached_property
    def scale(self) -> Scale:
        """The scale without what is outside it."""
        return without_outside(self.declared, self.raw)

    @property
    def is_dated(self) -> bool:
        """Whether there are days that can be read."""
        try:
            return len(self.days) > 0
        except NpskitError:
            return False

    @cached_property
    def days(self) -> Tally:
        """Answers by day, without days far from nearly all others or still to come; empty without dates."""
        return self.by(every="day")

    def by(self, column: str | None = None, *, every: str | None = None, scale: Scale | None = None) -> Tally:
        """Answers by period and, where one is named, by a column."""
        period = Period(self.date, every or self.every)
        found = self.source.tally(self.rating, [period, *([column] if column else [])], scale=scale or self.scale)
        try:
            return window(found, period, dt.date.today(), given=False)[0]
        except EmptyDataError:
            return found.take([])

    @cached_property
    def every(self) -> str:
        """The length asked for, else the longest of month and week with enough periods."""
        if self.asked is not None:
            return self.asked
        months = {Period(self.date, "month").first_day(day) for day in self.days.dates if day is not None}
        return "month" if len(months) > FEWEST_BEFORE else "week"

    def jumps(self, said: np.ndarray, totals: np.ndarray, *, columns: int = 1) -> list[Jump]:
        """Jumps that are worth telling, where so many columns are looked at."""
        found = jumps(said, totals, season=SEASON_LENGTHS[self.every], pace=pace_of(self.every), alpha=ALPHA / columns)
        return [each for each in found if abs(each.change) >= LEAST_SHIFT and not each.lower <= 0 <= each.upper]


def without_outside(scale: Scale, raw: Sequence[tuple[Any, int]]) -> Scale:
    """The scale with what is outside it declared as no answer."""
    codes = scale.codes([value for value, _ in raw])
    strays = [value for (value, _), code in zip(raw, codes, strict=True) if code == OUTSIDE]
    return scale.replace(missing=(*scale.missing, *strays))


def filled(tally: Tally, every: str) -> tuple[list[dt.date], list[tuple[Any, ...]], np.ndarray]:
    """Periods in a row, groups, and counts per rating (groups, periods, ratings)."""
    grid = gridded(tally, every)
    counts = np.zeros((len(grid.groups), len(grid.periods), tally.counts.shape[1]))
    group = {levels: at for at, levels in enumerate(grid.groups)}
    period: dict[object, int] = {day: at for at, day in enumerate(grid.periods)}
    for cell, row in zip(tally.cells, tally.counts, strict=True):
        if cell[0] is not None:
            counts[group[cell[1:]], period[cell[0]]] += row
    return grid.periods, grid.groups, counts


# ---- the scale ------------------------------------------------------------------------------------------------------


def range_check(times: Times) -> Check | None:
    """Whether an answer that others give is given by nobody for some periods; None for scales of words."""
    scale = times.declared
    if scale.labelled or scale.lowest < 0 or scale.highest > 10:
        return None
    tally = times.by(scale=without_outside(Scale(missing=scale.missing), times.raw))
    if len(tally) < 2:
        return None
    periods, _, counts = filled(tally, times.every)
    found = [run_note(kind, run, periods, times.every, counts[0]) for kind, run in runs(counts[0])]
    detail = listed(found) if found else noted("audit_range_same", n=(len(periods), times.every))
    return check("scale_change", len(found), detail, "audit_do_scale_change")


def runs(counts: np.ndarray) -> list[tuple[str, Absence]]:
    """Runs of periods (T, 11) on another range: 5 or 7 as the highest, no 0, even ratings only."""
    total = counts.sum(-1)
    found: list[tuple[str, Absence]] = []
    free = np.ones(len(counts), dtype=bool)
    for kind, hit, trial, least in (
        ("five", slice(6, None), slice(None), LEAST_ON_SCALE),
        ("seven", slice(8, None), slice(None), LEAST_ON_SCALE),
        ("even", slice(1, None, 2), slice(1, None), LEAST_ON_SCALE),
        ("zero", slice(0, 1), slice(0, 2), 1),
    ):
        hits, trials = (counts[:, part].sum(-1) * free for part in (hit, trial))
        for run in absences(hits, trials, alpha=ALPHA, least=least):
            inside = counts[run.first : run.last + 1].sum(0)
            if kind in ("five", "seven") and (np.flatnonzero(inside).size < 3 or not plausible(inside, kind)):
                continue
            found.append((kind, run))
            free[run.first : run.last + 1] = False
    return sorted(found, key=lambda pair: pair[1].first) if total.any() else []


def plausible(inside: np.ndarray, kind: str) -> bool:
    """Whether the highest answer of the shorter scale is given, as it is where it is the end."""
    return bool(inside[5 if kind == "five" else 7])


def run_note(kind: str, run: Absence, periods: Sequence[dt.date], every: str, counts: np.ndarray) -> Note:
    """One run in words."""
    inside = counts[run.first : run.last + 1].sum(0)
    ends = {"first": (periods[run.first], every), "last": (periods[run.last], every)}
    values: dict[str, Any] = {"n": run.trials, "share": Figure(run.share, "share"), **ends}
    if kind in ("five", "seven"):
        values |= {"low": 0 if inside[0] else 1, "high": 5 if kind == "five" else 7}
    key = f"audit_range_{'upper' if kind in ('five', 'seven') else kind}"
    return noted(key if run.first != run.last else f"{key}_once", **values)


# ---- tens, channels -------------------------------------------------------------------------------------------------


def tens_check(times: Times) -> Check | None:
    """Whether the share of the highest answer jumps; None where there are too few periods."""
    return jump_check("sudden_tens", times, times.by(), column=None)


def tens_over_time(times: Times, column: str, *, columns: int = 1) -> Check | None:
    """The same for each level of a column, one of so many."""
    return jump_check("sudden_tens_by_team", times, times.by(column), column=column, columns=columns)


def jump_check(name: str, times: Times, tally: Tally, *, column: str | None, columns: int = 1) -> Check | None:
    """Jumps of the share of the highest answer, of all or of each level."""
    if not len(tally):
        return None
    periods, groups, counts = filled(tally, times.every)
    kept = largest(counts.sum((1, 2)), MOST_SERIES)
    kept = [at for at in kept if groups[at] != (None,)]
    counts, groups = counts[kept], [groups[at] for at in kept]
    if not enough(counts.sum(-1)):
        return None
    try:
        found = times.jumps(counts[:, :, -1], counts.sum(-1), columns=columns)
    except MissingExtraError:
        return None
    top = times.scale.highest
    cases = [
        jump_note("audit_tens", each, periods, times.every, top=top)
        if column is None
        else jump_note("audit_tens_of", each, periods, times.every, top=top, level=level_text(groups[each.series]))
        for each in found
    ]
    none = noted("audit_tens_none", top=top, n=(len(periods), times.every))
    if column is not None:
        none = noted("audit_tens_none_of", top=top, column=column, k=len(groups))
    to_do = "audit_do_tens" if any(each.change > 0 for each in found) else "audit_do_tens_fall"
    return check(name, len(cases), listed(cases) if cases else none, to_do)


def enough(totals: np.ndarray) -> bool:
    """Whether any series has more periods with answers than it takes to know its usual step."""
    return bool(((totals > 0).sum(-1) > FEWEST_BEFORE).any())


def largest(sizes: np.ndarray, most: int) -> list[int]:
    """Positions of the largest, in their order."""
    return sorted(np.argsort(-sizes, kind="stable")[:most].tolist())


def jump_note(key: str, jump: Jump, periods: Sequence[dt.date], every: str, **values: Any) -> Note:
    """One jump in words: a period alone, or from a period on."""
    return noted(
        f"{key}_{'since' if jump.stays else 'in'}",
        period=noted("chart_since_day", day=periods[jump.at]) if every == "day" else (periods[jump.at], every),
        before=Figure(jump.before, "share"),
        after=Figure(jump.after, "share"),
        lower=Figure(100 * jump.lower, "points"),
        upper=Figure(100 * jump.upper, "points"),
        **values,
    )


def channel_check(times: Times, column: str) -> Check | None:
    """Whether the share of a channel jumps, and what that alone does to the score."""
    tally = times.by(column)
    if not len(tally):
        return None
    periods, groups, counts = filled(tally, times.every)
    totals = counts.sum((0, 2))
    kept = largest(counts.sum((1, 2)), MOST_CHANNELS)
    if len(groups) < 2 or not enough(totals[None]):
        return None
    said = counts[kept].sum(-1)
    # Of two channels, one is what the other leaves.
    said = said[-1:] if len(groups) == 2 else said
    names = [groups[at] for at in kept][-len(said) :]
    try:
        found = times.jumps(said, np.broadcast_to(totals, said.shape))
    except MissingExtraError:
        return None
    cases = [
        jump_note("audit_channel", each, periods, times.every, column=column, level=level_text(names[each.series]))
        for each in found
    ]
    none = noted("audit_channel_none", column=column, n=(len(periods), times.every))
    if not cases:
        return Check("channel_change", 0, none)
    moved = mix_moved(counts, times.scale, strongest(found))
    detail = noted("audit_channel_found", found=listed(cases), moved=Figure(moved, "change"))
    return check("channel_change", len(cases), detail, "audit_do_channel", column=column)


def strongest(found: Sequence[Jump]) -> Jump:
    """The jump that moves most."""
    return max(found, key=lambda each: abs(each.change))


def mix_moved(counts: np.ndarray, scale: Scale, jump: Jump) -> float:
    """Points by which the score moves when each channel keeps its own score and only their shares change."""
    table = scale.category_counts(counts)
    own = table.sum(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = np.nan_to_num(100 * (own[:, 2] - own[:, 0]) / own.sum(-1))
    used = np.flatnonzero(table.sum((0, 2)) > 0)
    sides = used[used < jump.at][-6:], used[(used >= jump.at) & (used <= jump.last)]
    shares = [table[:, side].sum((1, 2)) / table[:, side].sum() for side in sides]
    return float(scores @ (shares[1] - shares[0]))


# ---- days of the week -----------------------------------------------------------------------------------------------


def day_check(times: Times) -> Check | None:
    """Whether a day of the week scores apart within the same months; None with fewer than four weeks."""
    tally = times.days
    dated = [day for day in tally.dates if day is not None]
    if len({day.isocalendar()[:2] for day in dated}) < LEAST_WEEKS:
        return None
    weekdays = [day.weekday() for day in dated]
    if len(set(weekdays)) < 2:
        return None
    months = {day: at for at, day in enumerate(dict.fromkeys((each.year, each.month) for each in dated))}
    strata = [months[day.year, day.month] for day in dated]
    found = group_effects(tally.category_counts, weekdays, strata)
    if not found.freedom:
        return None
    sizes = np.bincount(weekdays, tally.responses, 7).astype(int)
    cases = effect_notes(found, "audit_day", {at: Figure(at, "weekday") for at in range(7)}, sizes)
    return check(
        "day_of_week", len(cases), listed(cases) if cases else noted("audit_day_none", n=len(dated)), "audit_do_day"
    )


def effect_notes(found: GroupEffects, key: str, names: Mapping[int, Any], sizes: np.ndarray) -> list[Note]:
    """The groups that score apart, in words, the surest first."""
    apart = np.flatnonzero(found.p_adjusted < ALPHA)
    return [
        noted(
            key,
            name=names[at],
            difference=Figure(float(found.difference[at]), "change"),
            lower=Figure(float(found.lower[at]), "points"),
            upper=Figure(float(found.upper[at]), "points"),
            n=int(sizes[at]),
        )
        for at in apart[np.argsort(found.p_value[apart], kind="stable")].tolist()
    ]
