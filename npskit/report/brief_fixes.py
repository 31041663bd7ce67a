"""Three things to fix: what drivers, comments and teams say costs points, in one order.

They answer different questions (a driver half a point better, what people complain of spared, a team level with the
others), so all are told in points of the whole score, and the order is that of the lower limits: what each brings at
least. Nothing whose interval holds 0 is among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.charts.columns import quoted
from npskit.charts.words import widening
from npskit.errors import NpskitError
from npskit.labels import points, range_text, word
from npskit.report.brief_page import short
from npskit.report.words import percent
from npskit.stats.theme_impact import theme_impact
from npskit.survey.driver_answers import decimal
from npskit.survey.theme_answers import Themes, theme_name

if TYPE_CHECKING:
    from npskit.report.drivers_story import DriversStory
    from npskit.survey import Survey

__all__ = ["MOST", "Fix", "driver_fixes", "first_of", "team_fixes", "theme_fixes"]

MOST = 3
# The drivers that explain most, among which those to fix are looked for.
MOST_DRIVERS = 8
# Adjusted for all themes, or all teams, that were looked at.
ALPHA = 0.05


@dataclass(frozen=True)
class Fix:
    """One thing to fix.

    Attributes
    ----------
    kind : {"driver", "theme", "team"}
        What says so.
    name : str
        Of the driver, theme or team.
    points, lower, upper : float
        Of the whole score, that go with it.
    size : float
        How far a driver moves on its scale, or the share of comments that speak of a theme; nan for a team.
    said : str
        What the export calls a driver.
    """

    kind: str
    name: str
    points: float
    lower: float
    upper: float
    size: float = float("nan")
    said: str = ""

    def text(self, lang: str) -> str:
        """What to do, without the points."""
        said = decimal(self.size, lang) if self.kind == "driver" else percent(self.size, lang)
        name = short(theme_name(self.name, lang) if self.kind == "theme" else self.name)
        return word(f"report_br_fix_{self.kind}", lang, name=quoted(self.said or name, lang), size=said)

    def row(self, lang: str) -> tuple[str, ...]:
        """What to do, what says so, points and interval."""
        ends = range_text(self.lower, self.upper, digits=1 if self.lower >= 0.05 else 2, lang=lang)
        return (
            self.text(lang),
            word(f"report_br_from_{self.kind}", lang),
            points(self.points, digits=1, lang=lang),
            ends,
        )


def first_of(found: Sequence[Fix], most: int = MOST) -> tuple[Fix, ...]:
    """Those that surely bring something, by what they bring at least.

    Examples
    --------
    >>> fixes = [Fix("driver", "a", 9, -1, 19), Fix("driver", "b", 3, 2, 4), Fix("theme", "c", 5, 1, 9)]
    >>> [fix.name for fix in first_of(fixes)]
    ['b', 'c']
    """
    return tuple(sorted((fix for fix in found if fix.lower > 0), key=lambda fix: -fix.lower)[:most])


def driver_fixes(story: DriversStory) -> list[Fix]:
    """Each leading driver that says what to act on, moved as far as it can, half a point of its scale at most.

    Intervals are as wide as it takes for all that were looked at (Bonferroni).
    """
    found = story.drivers
    if found is None:
        return []
    leading = list(found.table["attribute"])[:MOST_DRIVERS]
    moves = {name: story.room[name] for name in leading if name in story.room and name not in story.judgements}
    if not moves:
        return []
    rows = found.what_if(moves).table
    wide = widening(len(leading), found.confidence_level)
    names = ("attribute", "change", "lower", "upper", "move")
    fixes = []
    for name, points_, lower, upper, move in zip(*(rows[each] for each in names), strict=True):
        ends = points_ - wide * (points_ - lower), points_ + wide * (upper - points_)
        low, high = map(float, ends)
        fixes.append(Fix("driver", str(name), float(points_), low, high, float(move), story.words.name(str(name))))
    return fixes


def theme_fixes(found: Themes | None, everybody: np.ndarray, *, worth: float, confidence_level: float) -> list[Fix]:
    """Each theme that weighs on the score: what the score of all would be without those who write of it.

    Parameters
    ----------
    found : Themes, optional
    everybody : ndarray, shape (3,)
        Detractors, passives and promoters among all answers, written or not.
    worth : float
        Independent answers that one answer counts for, below 1 with clusters.
    confidence_level : float
    """
    if found is None:
        return []
    rows, fixes = found.table, []
    for at, name in enumerate(rows["theme"]):
        counts = np.array([rows[kind][at] for kind in ("detractors", "passives", "promoters")], dtype=float)
        # A topic found by its words alone may be a way of speaking and nothing to fix.
        if rows["found"][at]:
            continue
        if np.isfinite(counts).all() and rows["upper"][at] < 0 and rows["p_adjusted"][at] < ALPHA:
            whole = theme_impact(counts * worth, everybody * worth, confidence_level=confidence_level)
            ends = (-float(whole.impact), -float(whole.upper), -float(whole.lower))
            fixes.append(Fix("theme", str(name), *ends, float(rows["share"][at])))
    return fixes


def team_fixes(survey: Survey, below: Sequence[tuple[Any, str]], column: str, confidence_level: float) -> list[Fix]:
    """Each team that is clearly below, level with all others; `below` holds its level and its name."""
    fixes = []
    for level, name in below:
        action = {"action": name, "segment": {column: level}, "feasibility": 3}
        try:
            rows = survey.priorities([action], confidence_level=confidence_level).table
        except NpskitError:
            continue
        impact, lower, upper = (float(rows[each][0]) for each in ("impact", "lower", "upper"))
        fixes.append(Fix("team", name, impact, lower, upper))
    return fixes
