"""Which dated answers a series over time uses, and what is said of the others.

One answer dated 1970 would make a history of six hundred empty months, and one dated next year a forecast of what
comes after it. So dates far from nearly all answers and dates that have not come are left out, and it is said; a trend
and a forecast of the same answers have the same past.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import EmptyDataError
from npskit.frames import Period
from npskit.survey.estimates import Dated, dated, gridded
from npskit.survey.notes import Note, noted
from npskit.tally import Tally

if TYPE_CHECKING:
    from npskit.survey.base import Base

__all__ = ["drawn", "used"]


def used(
    survey: Base, tally: Tally, period: Period, *, until: dt.date | None, least: int | None = None
) -> tuple[Tally, list[Note]]:
    """The cells with answers that a forecast or a monitor uses, and what is said of these and of the others.

    Parameters
    ----------
    survey : Survey
    tally : Tally
        Of the periods, and the groups.
    period : Period
    until : datetime.date, optional
        Day whose period is the last one; today unless given.
    least : int, optional
        Readings of fewer answers, and those that they would follow from, are not used.

    Raises
    ------
    EmptyDataError
        When no answer has a usable date.
    """
    today = dt.date.today()
    cells, notes = window(tally, period, until or today, given=until is not None)
    if least is not None:
        cells, withheld = told_apart(cells, period.every, least)
        notes += [noted("forecast_note_withheld", withheld, n=withheld, k=least)] if withheld else []
    return cells, [*notes, *(early(survey, cells, period, today) if until is None else []), *assumed(survey)]


def told_apart(tally: Tally, every: str, least: int) -> tuple[Tally, int]:
    """The cells that are no reading of a few, and how many readings that leaves out."""
    from npskit.survey.withholding import hidden_readings

    grid = gridded(tally, every)
    hidden = hidden_readings(grid.filled(tally.responses), least)
    kept = tally.take(np.flatnonzero(~hidden.ravel()[grid.rows]))
    if not len(kept):
        raise EmptyDataError(where="dates", expected=f"periods with {least} answers or more", got="none")
    return kept, int(hidden.sum())


def window(tally: Tally, period: Period, last: dt.date, *, given: bool) -> tuple[Tally, list[Note]]:
    """The cells with answers up to a day's period, without those long before the others."""
    answered = tally.take(np.flatnonzero(tally.responses > 0))
    come = dated(answered, None, period.first_day(last))
    if not len(come.tally):
        raise nothing(come.outside, come.undated, last)
    found = dated(come.tally, earliest(come.tally, period), None)
    kinds = (("far", found.outside), ("undated", come.undated), ("later" if given else "future", come.outside))
    return found.tally, [noted(f"forecast_note_{kind}", n, n=n) for kind, n in kinds if n]


def drawn(tally: Tally, period: Period, since: dt.date | None, until: dt.date | None) -> tuple[Dated, list[Note]]:
    """The cells of a trend: between the days asked for, otherwise those that a forecast would use.

    Where all answers are dated after today, they are what there is to see.
    """
    asked = dated(tally, *(day and period.first_day(day) for day in (since, until)))
    come = asked if until else dated(asked.tally, None, period.first_day(dt.date.today()))
    if not come.tally.responses.any():
        return asked, []
    found = come if since else dated(come.tally, earliest(come.tally, period), None)
    far, future = (0 if since else found.outside), (0 if until else come.outside)
    notes = [noted(f"forecast_note_{kind}", n, n=n) for kind, n in (("far", far), ("future", future)) if n]
    return Dated(found.tally, asked.undated, asked.outside + far + future), notes


def earliest(tally: Tally, period: Period) -> dt.date:
    """The period before which a date is too far from nearly all answers."""
    from npskit.charts.periods import bulk, reach

    days: Any = [cell[0] for cell in tally.cells]
    first, _ = reach(*bulk(days, tally.responses.tolist()))
    return period.first_day(first)


def early(survey: Base, tally: Tally, period: Period, today: dt.date) -> list[Note]:
    """That answers of the present period are dated after today."""
    start = period.first_day(today)
    if period.every == "day" or all(cell[0] != start for cell in tally.cells):
        return []
    _, last = survey.source.span(period.column)
    if last is None or last <= today:
        return []
    days = survey.tally([Period(period.column, "day")])
    late = [day is not None and day > today and period.first_day(day) == start for day in days.dates]
    n = int(days.responses[late].sum())
    return [noted("forecast_note_early", n, n=n)] if n else []


def assumed(survey: Base) -> list[Note]:
    """That the number of answers behind each row is an assumption."""
    aggregated = survey.aggregated
    return [Note("answer_note_assumed_responses")] if aggregated is not None and aggregated.assumed is not None else []


def nothing(later: int, undated: int, last: dt.date) -> EmptyDataError:
    """The error of a survey without a past."""
    if later:
        expected, got = f"answers up to {last}", f"{later:,}, all of them later"
        return EmptyDataError(
            where="dates", expected=expected, got=got, hint="pass until= with the last day to use, if they are meant"
        )
    return EmptyDataError(
        where="dates",
        expected="answers with a date",
        got=f"{undated:,} without one" if undated else "none",
        hint="look at df.nps.audit() for why no answer was counted",
    )
