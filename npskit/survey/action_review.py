"""Did what was done show: the log of actions beside what the answers say of each.

Each action gets one of four plain answers. It *shows* when the interval of its effect leaves out 0. It *does not show*
when the interval holds 0 and not what was expected: so much would have been seen. It *cannot be told* when neither is
ruled out, or too few have answered; most actions are here for a good while, and to say so is better than to find in the
next month what one hopes for. The rest has *not started*.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from npskit.labels import language
from npskit.results import Result
from npskit.survey.action_log import LoggedAction, read_actions
from npskit.survey.action_targets import Observed, days_counted, observed
from npskit.survey.action_treated import check_treated
from npskit.survey.impact_checks import UNTOLD
from npskit.survey.notes import Note, noted

if TYPE_CHECKING:
    import altair as alt

    from npskit.survey import Survey

__all__ = ["ActionReview", "answer_of", "reviewed"]

#: Below this many answers before, or since, no answer is given.
FEWEST = 30
#: From so many actions on it is said that one may show by chance.
MANY = 3
NAN = float("nan")
LOGGED = ("action", "owner", "since", "until", "status", "treated", "expected", "expected_lower", "expected_upper")
FOUND = ("effect", "lower", "upper", "smallest_detectable")
TARGET = ("before", "after", "change", "lower", "upper")


@dataclass(frozen=True, eq=False)
class ActionReview(Result):
    """Actions with what was expected and what was observed, as `Survey.action_log` gives them.

    Attributes
    ----------
    table : mapping of str to list
        A row an action, in the order of the log: ``action, owner, since, until, status, treated, expected,
        expected_lower, expected_upper`` as logged; ``effect, lower, upper`` (points of the score, of those treated
        where some are; nan where there is none), ``smallest_detectable``, ``responses_before``, ``responses_after``;
        ``answer`` ("shown", "not shown", "cannot tell", "not started") and ``as_expected`` (whether what was expected
        lies inside the interval; None where it cannot be said); ``target_kind, target`` and ``target_before,
        target_after, target_change, target_lower, target_upper`` (of the driver's mean, the theme's share or the
        segment's score: the year before against what came since, nothing taken out).
    every : str
    confidence_level : float
    notes : tuple of Note
        What is left out or may mislead; `str` of each is its sentence in English.
    """

    table: Mapping[str, Sequence[Any]]
    every: str = "month"
    confidence_level: float = 0.95
    notes: tuple[Note, ...] = field(default=(), compare=False)

    def row(self, at: int) -> dict[str, Any]:
        """One action."""
        return {name: values[at] for name, values in self.table.items()}

    def sentence(self, *, lang: str | None = None) -> str:
        """How many actions show, and which; of a single one, what it shows.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.survey.action_words import review_sentence

        return review_sentence([self.row(at) for at in range(len(self))], language(lang))

    def lines(self, *, lang: str | None = None) -> list[str]:
        """A sentence an action: what was observed, and what was expected.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.survey.action_words import action_line

        return [action_line(self.row(at), language(lang)) for at in range(len(self))]

    def target_lines(self, *, lang: str | None = None) -> list[str]:
        """A sentence an action whose driver, theme or segment is in the answers: what became of it.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit.survey.action_words import target_line

        rows = [self.row(at) for at in range(len(self))]
        return [target_line(row, language(lang)) for row in rows if row["target_change"] == row["target_change"]]

    def plot(self, *, lang: str | None = None) -> alt.LayerChart:
        """Expected beside observed, action by action.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        from npskit import charts

        return charts.action_results(
            self.table,
            finding=self.sentence(lang=lang).removesuffix("."),
            every=self.every,
            confidence_level=self.confidence_level,
            lang=lang,
        )


def answer_of(
    lower: float, upper: float, *, expected: float | None, responses: Sequence[int], told: bool = True
) -> str:
    """The kind of answer for an action that has started.

    Examples
    --------
    >>> many = {"responses": (900, 400)}
    >>> answer_of(2, 10, expected=3, **many), answer_of(-3, 5, expected=8, **many), answer_of(-3, 9, expected=8, **many)
    ('shown', 'not shown', 'cannot tell')
    >>> answer_of(2, 10, expected=3, responses=(900, 12))
    'cannot tell'
    """
    if not told or min(responses) < FEWEST or not (lower == lower and upper == upper):
        return "cannot tell"
    if lower > 0 or upper < 0:
        return "shown"
    return "cannot tell" if expected is not None and lower <= expected <= upper else "not shown"


def reviewed(
    survey: Survey, log: Any, *, every: str | None, until: Any, confidence_level: float, **options: Any
) -> ActionReview:
    """The answer of `Survey.action_log`."""
    from npskit.survey.ahead import day_meant

    found = read_actions(log)
    period = every or "month"
    today = dt.date.today() if until is None else day_meant(until, where="until", last=True)
    begun = [action for action in found.rows if action.started(today)]
    check_treated(survey.source, begun, found.places, found.path.name if found.path else "actions")
    days = days_counted(survey) if begun else {}
    counts = {action.action: counted(days, action, today) for action in begun}
    effects, notes = effects_of(
        survey, [action for action in begun if all(counts[action.action])], period, until, confidence_level, options
    )
    rows = [row_of(survey, action, today, effects, counts, confidence_level) for action in found.rows]
    unseen = tuple(row["action"] for row in rows if row["target_kind"] and row["answer"] != "not started"
                   and row["target_change"] != row["target_change"])  # fmt: skip
    many = [noted("action_note_many", n=len(effects), k=round(1 / (1 - confidence_level)))]
    said = [*notes, *([noted("action_note_target", names=unseen)] if unseen else []), *log_notes(begun)]
    said += many if len(effects) >= MANY else []
    names = rows[0] if rows else row_of(survey, LoggedAction(""), today, {}, {}, confidence_level)
    return ActionReview({name: [row[name] for row in rows] for name in names}, period, confidence_level, tuple(said))


def counted(days: Mapping[dt.date, int], action: LoggedAction, today: dt.date) -> tuple[int, int]:
    """Responses before an action, and since."""
    assert action.since is not None
    last = last_day(action, today)
    before = sum(n for day, n in days.items() if day < action.since)
    return before, sum(n for day, n in days.items() if action.since <= day <= last)


def last_day(action: LoggedAction, today: dt.date) -> dt.date:
    """The last day on which an action was at work."""
    return today if action.until is None else min(action.until, today)


def effects_of(
    survey: Survey,
    actions: Sequence[LoggedAction],
    every: str,
    until: Any,
    confidence_level: float,
    options: Mapping[str, Any],
) -> tuple[dict[str, dict[str, Any]], list[Note]]:
    """What the answers say of each action, all on one time line."""
    if not actions:
        return {}, []
    columns = ("action", "since", "until", "treated")
    rows = [{name: getattr(each, name) for name in columns} for each in actions]
    impact = survey.impact(None, actions=rows, every=every, until=until, confidence_level=confidence_level, **options)
    table = impact.actions
    found = {name: {key: values[at] for key, values in table.items()} for at, name in enumerate(table["action"])}
    # That there is too little to tell is said action by action.
    return found, [note for note in impact.notes if note.values.get("note", note).key not in UNTOLD]


def row_of(
    survey: Survey,
    action: LoggedAction,
    today: dt.date,
    effects: Mapping[str, Mapping[str, Any]],
    counts: Mapping[str, tuple[int, int]],
    confidence_level: float,
) -> dict[str, Any]:
    """One action with everything that is known of it."""
    effect = effects.get(action.action, {})
    figures = {name: float(effect.get(name, NAN)) for name in FOUND}
    before, after = counts.get(action.action, (0, 0))
    if action.treated is not None:
        before, after = (int(effect.get(f"responses_{side}", 0)) for side in ("before", "after"))
    answer = "not started" if action.action not in counts else answer_of(
        figures["lower"], figures["upper"], expected=action.expected, responses=(before, after),
        told=effect.get("told", True) is not False,
    )  # fmt: skip
    known = figures["lower"] == figures["lower"] and answer != "not started"
    inside = action.expected is not None and figures["lower"] <= action.expected <= figures["upper"]
    seen = None if answer == "not started" else observed(
        survey, action, last_day(action, today), confidence_level=confidence_level
    )  # fmt: skip
    return {
        **{name: getattr(action, name) for name in LOGGED},
        **figures,
        "responses_before": before,
        "responses_after": after,
        "answer": answer,
        "as_expected": inside if known and action.expected is not None else None,
        "target_kind": action.kind,
        "target": action.target,
        **{f"target_{name}": getattr(seen or Observed(), name) for name in TARGET},
    }


def log_notes(begun: Sequence[LoggedAction]) -> list[Note]:
    """What is said of the log as a whole."""
    treated = tuple(action.action for action in begun if action.treated is not None)
    return [noted("action_note_treated", names=treated)] if treated and len(treated) < len(begun) else []
