"""The verb that asks for the silent: who answered, who did not, and what the score of all can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from npskit.errors import ArgumentError, RoleError
from npskit.frames import Period, wrap
from npskit.frames.person_rows import person_rows
from npskit.roles import fold
from npskit.stats.bounds import bounds
from npskit.stats.comparison import adjust
from npskit.stats.intervals import checked_level, interval
from npskit.stats.rates import rate_differences_to_rest, rate_interval
from npskit.stats.score import score
from npskit.survey.base import Base, as_list
from npskit.survey.column_words import NO_WORDS, ColumnWords, column_words, noted_words
from npskit.survey.estimates import joined
from npskit.survey.notes import Note, noted
from npskit.survey.response_answers import Response
from npskit.survey.response_cells import Cells, count_column, counted, grouped, keys_of, segment_columns
from npskit.survey.response_late import by_delay, by_reminders, commenters
from npskit.survey.response_parts import Segments, Waves
from npskit.survey.response_rows import matched, own_rows

__all__ = ["Silence"]

ADJUSTMENTS = ("holm", "bh")


class Silence(Base):
    """Customers who were asked; `Survey` is one of these."""

    def response(
        self,
        invited: Any = None,
        *,
        by: Any = None,
        every: str | None = None,
        customer: str | None = None,
        sent: str | None = None,
        reminded: Any = None,
        commented: str | None = None,
        confidence_level: float = 0.95,
        adjustment: str = "holm",
    ) -> Response:
        """Who answered, who is missing, and between which ends the score of all invited lies.

        Parameters
        ----------
        invited : DataFrame, mapping or number, optional
            The list of those invited, a row each, matched with the answers by customer (and, where somebody was
            invited several times, by date); or numbers of invited by segment, as a table with a column such as
            ``invited`` or, with one column in `by`, a mapping of level to number; or their number. Without it every
            row of the answers is an invitation, and those without a rating are silent.
        by : str, Bands or sequence of them, optional
            Columns of the invited that split the table. `segments` looks at each of them alone; without it at every
            column of the list that has a few levels.
        every : {"day", "week", "month", "quarter", "year"}, optional
            Split the table by the period of the invitation too.
        customer, sent, reminded : str, optional
            Columns of the list: the customer, the day of the invitation, the days of reminders (one or several);
            found by their names when not given.
        commented : str, optional
            Column of the answers that says who wrote a comment; without it whoever has a text in the column of
            comments.
        confidence_level : float
        adjustment : {"holm", "bh"}
            For all segments together.

        Returns
        -------
        Response

        Raises
        ------
        RoleError
            When the rating or the customer cannot be decided, or `every` finds no day of invitation.
        ArgumentError
            When more answered than were invited, no answer is of anybody on the list, or a column or a period is asked
            for of which numbers of invited tell nothing.
        EmptyDataError
            When nobody was invited.

        Notes
        -----
        Wilson's interval of a rate; Newcombe's of a difference; worst and best case after Horowitz and Manski (1995),
        their limits after Imbens and Manski (2004). Weights are not applied: rates are of people.

        Examples
        --------
        >>> import pandas as pd
        >>> invited = pd.DataFrame({"customer": range(100), "shop": ["Lyon"] * 50 + ["Nice"] * 50})
        >>> answers = pd.DataFrame({"customer": [*range(30), *range(50, 60)], "rating": [10] * 30 + [5] * 10})
        >>> found = answers.nps.response(invited, by="shop")
        >>> found.rate, found.score, found.worst, found.best
        (0.4, 50.0, -40.0, 80.0)
        >>> found.to_frame()[["shop", "invited", "responses", "rate"]]
           shop  invited  responses  rate
        0  Lyon       50         30   0.6
        1  Nice       50         10   0.2
        """
        checked_level(confidence_level)
        if adjustment not in ADJUSTMENTS:
            raise ArgumentError(where="adjustment", expected="'holm' or 'bh'", got=repr(adjustment))
        notes: list[Note] = []
        late: dict[str, Waves | None] = {}
        period: str | None = None
        counts = is_counts(self, invited, customer)
        check_used(invited, counts, {"customer": customer, "sent": sent, "reminded": reminded})
        if counts:
            told = counted(self, invited, by=by, every=every)
            cells, period, notes = told.cells, told.period, list(told.notes)
            single = [cells.collapsed(at) for at, key in enumerate(cells.keys) if key != period]
            if not as_list(by) and not every:
                cells = cells.whole()
        else:
            people = (own_rows(self, sent=sent, reminded=reminded) if invited is None
                      else matched(self, invited, customer=customer, sent=sent, reminded=reminded))  # fmt: skip
            keys = keys_of(by, people.rows.columns)
            items: list[Any] = list(keys)
            if every:
                items.append(Period(day_of_invitation(people.sent_column), every))
                period = people.sent_column
            cells, notes = grouped(people, items), list(people.notes)
            single = [grouped(people, [key]) for key in keys or segment_columns(people)]
            late = {"late": by_delay(people, confidence_level=confidence_level),
                    "waves": by_reminders(people, confidence_level=confidence_level)}  # fmt: skip
        wrote = commenters(self, commented, confidence_level=confidence_level)
        if self._named["weight"]:
            notes.append(noted("response_note_unweighted"))
        return found(cells, single, period, every, confidence_level, adjustment,
                     late={**late, "commenters": wrote}, notes=notes, words=words_of(self, invited))  # fmt: skip


def words_of(survey: Base, invited: Any) -> ColumnWords:
    """What the columns of those invited are called: as their own file has them, else as the answers do."""
    own = column_words(survey)
    notes = getattr(invited, "attrs", {}).get("npskit", {})
    theirs = noted_words(notes, map(str, invited.columns)) if notes else own
    return own if theirs is own else ColumnWords.of({**own.texts, **theirs.texts})


def is_counts(survey: Base, invited: Any, customer: str | None) -> bool:
    """Whether the invited are told as numbers, rather than one by one."""
    if invited is None or customer is not None:
        return False
    if isinstance(invited, (int, float, np.number, Mapping)):
        return True
    source = wrap(invited)
    try:
        own = fold(survey.column("customer"))
    except RoleError:
        own = ""
    if own and own in map(fold, source.columns):
        return False
    return count_column(person_rows(source, source.columns)) is not None


def check_used(invited: Any, counts: bool, columns: Mapping[str, Any]) -> None:
    """Refuse a column of a list that is not there to be read.

    Raises
    ------
    ArgumentError
    """
    named = [name for name, column in columns.items() if column is not None]
    if counts and named:
        raise ArgumentError(where=named[0], expected="a list of those invited, a row each, in which it is a column",
                            got="numbers of them")  # fmt: skip
    if invited is None and columns["customer"] is not None:
        raise ArgumentError(where="customer", expected="a list of those invited, in which it is a column", got="none",
                            hint="the column of the answers is named by df.nps(customer='...')")  # fmt: skip


def day_of_invitation(name: str | None) -> str:
    """The column of the day of invitation, or the error that asks for it."""
    if name is None:
        raise RoleError(
            where="every", expected="a column of the day of invitation, such as 'sent'", got="none",
            hint="name it: sent='...'",
        )  # fmt: skip
    return name


def found(
    cells: Cells, single: Sequence[Cells], period: str | None, every: str | None, confidence_level: float,
    adjustment: str, *, late: dict[str, Waves | None], notes: Sequence[Note],
    words: ColumnWords = NO_WORDS,
) -> Response:  # fmt: skip
    """The answer, from cells."""
    whole = cells.whole()
    figures = {name: values[0] for name, values in rates(whole, confidence_level).items()}
    ends = bounds(whole.counts, whole.invited - whole.counts.sum(-1), confidence_level=confidence_level)
    names = ["period" if key == period else key for key in cells.keys]
    levels = {name: [cell[at] for cell in cells.cells] for at, name in enumerate(names)}
    said = [*notes, *([noted("response_note_nobody")] if not figures["responses"] else [])]
    if late.get("late") or late.get("waves"):
        said.append(noted("response_note_late"))
    if figures["responses"] < figures["invited"]:
        said.append(noted("response_note_bounds"))
    return Response(
        table=joined(levels, rates(cells, confidence_level)),
        segments=Segments(segment_table(single, confidence_level, adjustment), adjustment, confidence_level, words),
        **figures,
        bound_lower=float(ends.lower[0]), bound_upper=float(ends.upper[0]),
        counts=whole.counts[0].tolist(), late=late.get("late"), waves=late.get("waves"), commenters=late["commenters"],
        by=tuple(name for name in names if name != "period"), every=every, confidence_level=confidence_level,
        notes=tuple(said),
    )  # fmt: skip


def rates(cells: Cells, confidence_level: float) -> dict[str, list[Any]]:
    """The columns of the figures, a row a cell."""
    answered = cells.counts.sum(-1)
    low, high = rate_interval(answered, cells.invited, confidence_level=confidence_level)
    lower, upper = interval(cells.counts, confidence_level=confidence_level)
    ends = bounds(cells.counts, cells.invited - answered, confidence_level=confidence_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = answered / cells.invited
    figures = {"rate": rate, "rate_lower": low, "rate_upper": high, "score": score(cells.counts), "lower": lower,
               "upper": upper, "worst": ends.worst, "best": ends.best}  # fmt: skip
    return {
        "invited": np.rint(cells.invited).astype(int).tolist(),
        "responses": answered.astype(int).tolist(),
        **{name: np.atleast_1d(values).tolist() for name, values in figures.items()},
    }


def segment_table(single: Sequence[Cells], confidence_level: float, adjustment: str) -> dict[str, list[Any]]:
    """A row a level of each column, its rate against that of all other levels."""
    rows: dict[str, list[Any]] = {}
    for cells in single:
        gap = rate_differences_to_rest(cells.counts.sum(-1), cells.invited, confidence_level=confidence_level)
        own = {
            "column": [cells.keys[0]] * len(cells.cells),
            "level": [cell[0] for cell in cells.cells],
            **rates(cells, confidence_level),
            "difference": gap.difference, "difference_lower": gap.lower, "difference_upper": gap.upper,
            "p_value": gap.p_value,
        }  # fmt: skip
        for name, values in own.items():
            rows.setdefault(name, []).extend(
                np.atleast_1d(values).tolist() if isinstance(values, np.ndarray) else values
            )
    if not rows:
        return {name: [] for name in SEGMENT_COLUMNS}
    rows["p_adjusted"] = np.atleast_1d(adjust(np.array(rows["p_value"]), method=adjustment)).tolist()
    return {name: rows[name] for name in SEGMENT_COLUMNS}


SEGMENT_COLUMNS = (
    "column", "level", "invited", "responses", "rate", "rate_lower", "rate_upper", "difference", "difference_lower",
    "difference_upper", "p_value", "p_adjusted", "score", "lower", "upper", "worst", "best",
)  # fmt: skip
