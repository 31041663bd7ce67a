"""The verb that says whom to call first, and the one that says what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np

from npskit import roles as _roles
from npskit.errors import ArgumentError, ArgumentTypeError
from npskit.frames.keys import plain_level
from npskit.frames.person_rows import texts
from npskit.scale import CATEGORIES
from npskit.survey.base import Base
from npskit.survey.churn_answers import Churn
from npskit.survey.churn_rows import as_day, day_of
from npskit.survey.notes import Note, noted
from npskit.survey.worklist_answers import Worklist
from npskit.survey.worklist_outcomes import ClosedLoop, closed_loop, last_calls
from npskit.survey.worklist_rows import Listed, comment_of, listed, risks_of, values_of
from npskit.survey.worklist_rules import call_days, rules_of

__all__ = ["Calling"]


class Calling(Base):
    """Customers to call back; `Survey` is one of these."""

    def worklist(
        self,
        *,
        owner: str | None = None,
        value: str | None = None,
        risk: Any = None,
        rules: Any = None,
        themes: Any = None,
        outcomes: Any = None,
        today: Any = None,
        limit: int | None = None,
    ) -> Worklist:
        """Whom to call first: risk × value × recency, with the reason.

        One row a customer, from the last answer. The priority is the risk to leave, times what the customer is worth,
        times how fresh the answer is.

        Parameters
        ----------
        owner : str, optional
            Column of who calls.
        value : str, optional
            Column of what a customer is worth; unknown ones count as the median.
        risk : Churn or mapping, optional
            The answer of `churn`, or rates such as ``{"detractors": .3, "passives": .1, "promoters": .05}``. Without
            it the rating stands in its place, which is said.
        rules : mapping, optional
            ``opt_out`` (column), ``contacted`` (column of the last contact), ``churned`` (column of the day of
            leaving: who has left is not called), ``rest`` ("30 days" between contacts),
            ``capacity`` (calls a working day and owner), ``oldest`` ("90 days"), ``categories`` (detractors and
            passives), ``half_life`` ("30 days").
        themes : Themes or Codeframe, optional
            Themes of the comments, named in the reason.
        outcomes : DataFrame or path, optional
            An earlier list that came back; who was called rests.
        today : date or ISO text, optional
            Answers after it are left out.
        limit : int, optional
            The first so many.

        Returns
        -------
        Worklist

        Raises
        ------
        RoleError
            When the rating, the date or the customer cannot be decided.
        ArgumentError
            For a rule that is unknown, or rates that are none.
        EmptyDataError
            When no known customer has answered.

        Examples
        --------
        >>> import pandas as pd
        >>> df = pd.DataFrame({"customer": ["a", "b", "c"], "rating": [2, 10, 7], "date": ["2024-03-01"] * 3,
        ...                    "spend": [100, 900, 2000], "comment": ["late again", "", "fine"]})
        >>> found = df.nps.worklist(value="spend", today="2024-03-05")
        >>> found.table["customer"], found.reasons(lang="en")[0]
        (['c', 'a'], 'rated 7 on 1 March 2024')
        """
        day = dt.date.today() if today is None else day_of(today, where="today")
        if limit is not None and not (isinstance(limit, int) and not isinstance(limit, bool) and limit > 0):
            raise ArgumentError(where="limit", expected="a number of customers", got=repr(limit))
        ruled = rules_of(rules)
        columns = self.source.columns
        comment = comment_of(self)
        wanted = {"owner": owner, "value": value, "comment": comment}
        named = {key: _roles.resolve(name, columns) for key, name in wanted.items() if name}
        model = risk._model if isinstance(risk, Churn) else None
        further = [band.name for band in model.bands.values() if band.name in columns] if model else []
        called = {} if outcomes is None else last_calls(outcomes)
        found = listed(self, ruled, day, [*named.values(), *further], called)
        return ordered(found, named, risk, ruled, themes, day, limit)

    def closed_loop(self, outcomes: Any, *, today: Any = None) -> ClosedLoop:
        """What became of those who were to be called: reached, how fast, resolved, and their next rating.

        Parameters
        ----------
        outcomes : DataFrame or path
            The list that came back: ``customer``, ``called`` and ``resolved`` (days, empty where not yet), and if
            there ``answered`` (day of the answer that put the customer on it).
        today : date or ISO text, optional
            Until when calls are known.

        Returns
        -------
        ClosedLoop
            Those called are compared with those not yet called when they answered next. It is no experiment, and is
            said not to be: who is called is chosen.

        Raises
        ------
        ArgumentError
            When a column is missing.
        EmptyDataError
            When no customer of the outcomes is among those who answered.

        Examples
        --------
        >>> import pandas as pd
        >>> df = pd.DataFrame({"customer": ["a", "b", "a"], "rating": [2, 3, 8],
        ...                    "date": ["2024-03-01", "2024-03-01", "2024-06-01"]})
        >>> back = pd.DataFrame({"customer": ["a", "b"], "answered": "2024-03-01", "called": ["2024-03-04", None],
        ...                      "resolved": ["2024-03-09", None]})
        >>> found = df.nps.closed_loop(back, today="2024-06-30")
        >>> found.table["measure"][:3], found.table["value"][:3]
        (['reached', 'resolved', 'days_to_call'], [0.5, 1.0, 3.0])
        """
        return closed_loop(self, outcomes, today=today)


def ordered(
    found: Listed,
    named: Mapping[str, str],
    risk: Any,
    ruled: Any,
    themes: Any,
    today: dt.date,
    limit: int | None,
) -> Worklist:
    """The list from those who may be called."""
    chance, source, said = risks_of(found, risk)
    worth, valued = values_of(found, named.get("value"))
    age = (np.datetime64(today, "D").astype(int) - found.day).astype(float)
    recency = 0.5 ** (age / ruled.half_life)
    priority = chance * worth * recency
    # Ties by the lower rating, then the newer answer, then as the frame has them.
    order = np.lexsort((found.at, -found.day, found.rating, -priority))
    kept = order[:limit]
    at = found.at[kept]
    rows = found.rows
    few = type(rows)(rows.frame.iloc[at])
    comments: list[str | None] = texts(few, named["comment"]) if "comment" in named else [None] * len(at)
    owners = [plain_level(each) for each in few.series(named["owner"])] if "owner" in named else [None] * len(at)
    ranks = np.argsort(np.argsort(-worth, kind="stable"), kind="stable")
    table = {
        "rank": list(range(1, len(at) + 1)),
        "customer": [plain_level(each) for each in few.series(found.customer)],
        "owner": owners,
        "call_on": call_days(owners, ruled.capacity, today),
        "rating": [found.scale.ratings[place] for place in found.rating[kept]],
        "category": [CATEGORIES[place] for place in found.category[kept]],
        "answered": [as_day(each) for each in found.day[kept]],
        "lost": found.lost[kept].tolist(),
        "risk": chance[kept].tolist(),
        "value": worth[kept].tolist(),
        "top": ((ranks[kept] + 1) / max(len(worth), 1)).tolist(),
        "recency": recency[kept].tolist(),
        "priority": priority[kept].tolist(),
        "themes": themes_of(themes, comments),
        "comment": comments,
    }
    length = risk.length if isinstance(risk, Churn) else None
    notes: list[Note] = [*found.notes, *said, *valued]
    if len(kept) < len(order):
        notes.append(noted("worklist_note_cut", len(order) - len(kept), n=len(order) - len(kept)))
    made = Worklist(
        table, today, source, len(order) - len(kept), length, "value" in named, "owner" in named, tuple(notes)
    )  # fmt: skip
    table["reason"] = made.reasons(lang="en")
    return made


def themes_of(themes: Any, comments: list[str | None]) -> list[str]:
    """Themes of each comment, by the codeframe that is given or that found them."""
    if themes is None:
        return [""] * len(comments)
    frame = getattr(themes, "frame", themes)
    if not (hasattr(frame, "code") and hasattr(frame, "themes")):
        raise ArgumentTypeError(
            where="themes",
            expected="the answer of df.nps.themes(...) by a codeframe, or a Codeframe",
            got=type(themes).__name__,
        )
    flags = np.asarray(frame.code([comment or "" for comment in comments]), dtype=bool)
    names = list(frame.themes)
    return [", ".join(name for name, has in zip(names, row, strict=True) if has) for row in flags]
