"""The verb that says what is wrong with data, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any

from npskit.errors import ArgumentError, NpskitError, RatingError, RoleError
from npskit.frames.keys import EVERY
from npskit.roles import name_rank
from npskit.scale import Scale, is_missing
from npskit.survey.audit import (
    COMPARED,
    Check,
    check,
    checked_table,
    customer_check,
    no_rating_check,
    rating_checks,
    reading_checks,
)
from npskit.survey.audit_columns import KINDS, Named, audit_columns
from npskit.survey.base import Base, as_list
from npskit.survey.notes import Note, noted

if TYPE_CHECKING:
    from npskit.frames import Source
    from npskit.survey.audit_time import Times
    from npskit.tally import Tally

__all__ = ["Auditing"]

# What each check needs, told where it cannot be made.
NEEDS = {
    "scale_change": "date",
    "sudden_tens": "date",
    "day_of_week": "date",
    "channel_change": "channel",
    "interviewer_effect": "interviewer",
    "tens_by_team": "team",
    "wording_change": "wording",
    "straight_lines": "items",
    "same_day": "customer",
    "repeated_comments": "comment",
}


# Of these a date is part of what they need.
DATED = ("scale_change", "sudden_tens", "day_of_week", "channel_change", "interviewer_effect", "same_day")
# Groups that are told of as not looked at: of so many levels, and so many names.
FEWEST_UNSEEN, MOST_UNSEEN, MOST_NAMED = 4, 300, 3


class Auditing(Base):
    """Survey answers that are checked."""

    def audit(
        self,
        *,
        every: str | None = None,
        channel: Named = None,
        team: Named = None,
        interviewer: Named = None,
        wording: Named = None,
        lang: str | None = None,
    ) -> Any:
        """What is wrong with this data, and what to do about it.

        Parameters
        ----------
        every : {"day", "week", "month", "quarter", "year"}, optional
            Length of the periods that are compared; months unless given, or weeks where there are few months.
        channel, team, interviewer, wording : str or sequence of str, optional
            Columns that tell how an answer came in, about whom, who asked, and in what words; found by their names in
            English and French when not given.
        lang : {"en", "fr"}, optional
            Language of the details.

        Returns
        -------
        table in the caller's own library
            ``check, count, detail, to_do``: a row each for ``rows, valid, missing, out_of_range`` (with up to five
            values), ``scale_warning``, ``duplicates`` (rows equal in every column), ``repeated_customers``, and what
            `read_survey` left out or repaired. Where the rating cannot be told, ``rating_column`` says why. Then, where
            the data allow them, with 0 where nothing is found:

            - ``scale_change``: runs of periods on another range (1-5, 1-7, 1-10, even ratings only);
            - ``sudden_tens``, ``sudden_tens_by_team``: jumps of the share of the highest answer;
            - ``tens_by_team``: teams or interviewers with more of these than teams usually have;
            - ``channel_change``, ``wording_change``: the mix of channels jumps; the question has other words;
            - ``day_of_week``, ``interviewer_effect``: who scores apart from the others in the same periods, in points;
            - ``straight_lines``: answers that are one column of ticks, beyond what being content explains;
            - ``same_day``, ``repeated_comments``: answers of one person on one day; comments alike but for a word.

            ``not_checked`` names what could not be looked at, and what it needs; also groups whose highest answers were
            not, since their names do not say that they are teams.

        Raises
        ------
        ColumnNotFoundError
            For a named column that is not there.
        ArgumentError
            For another `every`.

        Notes
        -----
        Each check finds something in at most one clean survey of twenty; many levels or periods are allowed for. Shares
        that jump are found by the model that `monitor` watches scores with, which allows for drift, season and scatter
        beyond chance.

        Examples
        --------
        >>> import numpy as np, pandas as pd
        >>> days = pd.date_range("2024-01-01", periods=360)
        >>> ratings = [*np.tile([10, 9, 8, 7, 5, 0], 30), *np.tile([10, 9, 8, 7, 5, 1], 30)]
        >>> frame = pd.DataFrame({"date": days, "nps": ratings})
        >>> frame.nps.audit().set_index("check").loc["scale_change", "detail"]
        'from July 2024 to December 2024 nobody gave 0, 30 gave 1; elsewhere 100% of the zeros and ones are zeros'
        """
        if every is not None and every not in EVERY:
            raise ArgumentError(where="every", expected="one of " + ", ".join(map(repr, EVERY)), got=repr(every))
        named = {"channel": channel, "team": team, "interviewer": interviewer, "wording": wording}
        return self._whole.table(checked_table(self._checks(every=every, **named), lang))

    def quality_checks(self, *, every: str | None = None, **named: Named) -> list[Check]:
        """The checks of `audit` that look over time, at groups and at rows, as data; it takes what `audit` takes.

        Examples
        --------
        >>> import npskit
        >>> checks = npskit.datasets.load("carpentries").nps.quality_checks(team=[])
        >>> [(each.name, each.count) for each in checks][:3]
        [('scale_change', 0), ('day_of_week', 0), ('sudden_tens', 1)]
        """
        source = self._whole
        columns = {kind: audit_columns(source, kind, named.get(kind), self._taken()) for kind in KINDS}
        return [] if self.aggregated is not None else self._more_checks(source, every, columns)

    def _checks(self, *, every: str | None = None, **named: Named) -> list[Check]:
        """Every check, as data."""
        source = self._whole
        return [
            *self._rating_checks(source),
            check("duplicates", source.duplicates(), noted("audit_duplicates"), "audit_do_duplicates"),
            *self._customer_check(source),
            *reading_checks(self._notes),
            *self.quality_checks(every=every, **named),
        ]

    def _taken(self) -> list[str]:
        """The columns that play a role."""
        return [column for role in ("rating", "date", "comment", "customer", "weight") if (column := self._found(role))]

    def _found(self, role: str) -> str | None:
        """The column of a role, or None."""
        try:
            return self._column(role)
        except RoleError:
            return None

    def _rating_checks(self, source: Source) -> list[Check]:
        if self.aggregated is not None:
            from npskit.survey.aggregated import counts_checks

            return counts_checks(self.aggregated)
        try:
            rating = self._column("rating")
            return rating_checks(source.rating_counts(rating), self._scale_of(source, rating), rating)
        except (RoleError, RatingError) as error:
            return no_rating_check(source.length(), str(error))

    def _customer_check(self, source: Source) -> list[Check]:
        column = self._found("customer")
        return [] if column is None else [customer_check(*source.repeated(column), column)]

    def _more_checks(self, source: Source, every: str | None, columns: dict[str, list[str]]) -> list[Check]:
        """The checks that need more than the ratings, and which of them could not be made."""
        rating = self._found("rating")
        if rating is None:
            return [found for found in [self._rival_check(source, None)] if found is not None]
        found: list[Check] = []
        try:
            asked = list(self._asked(source, rating, every, columns))
        except RatingError:
            # A column of yes and no is told of by the first check.
            return []
        for ask in asked:
            try:
                made = ask()
            except NpskitError:
                # What cannot be read is told by the checks before.
                made = None
            if made is not None:
                found.append(made)
        left = [name for name in NEEDS if name not in {each.name for each in found}]
        unseen = self._unseen(columns)
        if left or unseen:
            names = tuple(noted(self._need(name, columns), check=name) for name in left)
            found.append(Check("not_checked", len(left), noted("audit_cases", cases=(*names, *unseen))))
        return found

    def _need(self, name: str, columns: dict[str, list[str]]) -> str:
        """What a check lacks: the date alone where what it needs besides is there."""
        need = NEEDS[name]
        have = bool(columns.get(need)) or need == "date" or (need == "customer" and self._found(need) is not None)
        if name in DATED and have and self._found("date") is None:
            return "audit_need_named_date"
        return f"audit_need_{need}{'_few' if have and need == 'interviewer' else ''}"

    def _unseen(self, columns: dict[str, list[str]]) -> tuple[Note, ...]:
        """Groups whose highest answers nobody looked at, since no name says that they are teams."""
        from npskit.survey.grouping import candidates

        seen = {name for names in columns.values() for name in names}
        found = [name for name, rank in candidates(self, most_levels=MOST_UNSEEN) if rank in (1, 2)]
        levels = {name: self._whole.sample(name) for name in found if name not in seen}
        names = [name for name, own in levels.items() if len(own) >= FEWEST_UNSEEN and isinstance(own[0], str)]
        if not names:
            return ()
        listed = ", ".join(repr(name) for name in names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
        return (noted("audit_need_unseen", columns=listed, column=names[0]),)

    def _rival_check(self, source: Source, rating: str | None) -> Check | None:
        """Whether columns that are named alike are one question in several wordings: nobody answered two of them."""
        rivals = [rating, *named_alike(source, rating)] if rating else self.rivals("rating")
        raw = {name: source.rating_counts(name) for name in rivals}
        answered = {name: sum(n for value, n in pairs if not is_missing(value)) for name, pairs in raw.items()}
        rivals = [name for name in rivals if answered[name] and self._numbers.fits([value for value, _ in raw[name]])]
        if len(rivals) < 2 or any(together(source, *pair) for pair in combinations(rivals, 2)):
            return None
        cases = tuple(noted("audit_wording_of", column=name, n=answered[name]) for name in rivals)
        todo = noted("audit_do_rivals", first=rivals[0], second=rivals[1])
        return Check("wording_change", len(rivals) - 1, noted("audit_cases", cases=cases), todo)

    def _asked(
        self, source: Source, rating: str, every: str | None, columns: dict[str, list[str]]
    ) -> Iterator[Callable[[], Check | None]]:
        """The call of each check that the columns allow."""
        # Loaded here, since a score needs nothing of it.
        from npskit.survey import audit_rows as rows
        from npskit.survey.audit_time import Times, without_outside

        declared, raw = self._scale_of(source, rating), source.rating_counts(rating)
        counts = partial(source.tally, rating, scale=without_outside(declared, raw))
        date = self._found("date")
        times = None if date is None else Times(source, rating, date, declared, raw, every)
        if times is not None and times.is_dated:
            yield from self._over_time(times, columns)
        teams = [] if declared.labelled else teams_of(columns)
        for column in teams:
            yield partial(counted, partial(rows.tens_by_team, columns=len(teams)), counts, column)
        yield partial(rows.noted_wordings, self._notes)
        yield partial(self._rival_check, source, rating)
        for column in columns["wording"]:
            yield partial(counted, partial(rows.wording_check, times), counts, column)
        if source.length() <= rows.MOST_AUDITED and "spark" not in source.engine:
            yield from self._of_rows(source, rating)

    def _over_time(self, times: Times, columns: dict[str, list[str]]) -> Iterator[Callable[[], Check | None]]:
        """The checks of periods and days."""
        from npskit.survey import audit_rows as rows
        from npskit.survey import audit_time as time

        yield partial(time.range_check, times)
        yield partial(time.day_check, times)
        yield from (partial(time.channel_check, times, column) for column in columns["channel"])
        yield from (partial(rows.interviewer_check, times, column) for column in columns["interviewer"])
        if not times.declared.labelled:
            yield partial(time.tens_check, times)
            teams = teams_of(columns)
            yield from (partial(time.tens_over_time, times, column, columns=len(teams)) for column in teams)

    def _of_rows(self, source: Source, rating: str) -> Iterator[Callable[[], Check | None]]:
        """The checks that look at rows one by one."""
        from npskit.survey import audit_rows as rows

        yield partial(rows.lines_check, source, self._taken(), as_list(self._missing))
        comment, customer, date = (self._found(role) for role in ("comment", "customer", "date"))
        if customer and date:
            yield partial(rows.same_day_check, source, customer, date, rating)
        if comment:
            yield partial(rows.comments_check, source, comment)
        elif COMPARED in self._notes:
            yield partial(rows.comments_told, *self._notes[COMPARED])


def teams_of(columns: dict[str, list[str]]) -> list[str]:
    """Columns of those who may ask for tens."""
    return list(dict.fromkeys([*columns["interviewer"], *columns["team"]]))


def counted(ask: Callable[..., Check | None], counts: Callable[..., Tally], column: str) -> Check | None:
    """A check of the answers counted by a column, counted when it is made."""
    return ask(counts([column]), column)


def named_alike(source: Source, rating: str) -> list[str]:
    """Other columns whose name is as good a name of the rating."""
    rank = name_rank(rating, "rating")
    others = (name for name in dict.fromkeys(source.columns) if name != rating and source.columns.count(name) == 1)
    return [] if rank is None else [name for name in others if name_rank(name, "rating") == rank]


def together(source: Source, first: str, second: str) -> int:
    """Rows that hold something in both columns."""
    from npskit.survey.audit_time import without_outside

    tally = source.tally(first, [second], scale=without_outside(Scale(), source.rating_counts(first)))
    return sum(int(n) for (level,), n in zip(tally.cells, tally.responses, strict=True) if level is not None)
