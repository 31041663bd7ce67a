"""Whom to call first, with the reason in words; and the list on its way to those who call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from npskit.labels import date_text, language, number, share, word
from npskit.results import Result
from npskit.survey.churn_words import risk_text
from npskit.survey.notes import Note
from npskit.survey.wording import told
from npskit.survey.worklist_export import exported

__all__ = ["Worklist"]

# Of a number that only orders a customer among the others it is said when it is among the highest.
TOP_VALUE = 0.25
SHOWN = (
    "rank", "customer", "owner", "call_on", "reason", "rating", "answered", "lost", "risk", "value", "themes", "comment"
)  # fmt: skip
FILLED = ("called", "resolved")
SEPARATORS = {"en": ",", "fr": ";"}


@dataclass(frozen=True, eq=False)
class Worklist(Result):
    """Customers to call, the first first, as `Survey.worklist` gives it.

    Attributes
    ----------
    table : mapping of str to list
        ``rank, customer, owner, call_on`` (day, where there is a capacity), ``rating, category, answered`` (day),
        ``lost`` (points lower than the answer before), ``risk`` (0..1), ``value``, ``top`` (share of the others that
        are worth more), ``recency`` (0..1), ``priority`` (the product of the three), ``themes``, ``comment`` (as it was
        written), ``reason`` (in English).
    today : datetime.date
    source : {"model", "categories", "rates", "rating"}
        Where the risk comes from; "rating" when none was given, and the rating stands in its place.
    waiting : int
        Customers who may be called and are not on the list, which was cut.
    length : tuple of (int, str), optional
        The horizon of the risk.
    notes : tuple of Note
        Who is not on the list and why, and what the order rests on.
    """

    table: Mapping[str, Sequence[Any]]
    today: dt.date
    source: str
    waiting: int = 0
    length: tuple[int, str] | None = None
    valued: bool = False
    owned: bool = False
    notes: tuple[Note, ...] = field(default=(), compare=False)

    def sentence(self, *, lang: str | None = None) -> str:
        """How many there are to call, and by what they are ordered.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        size = len(self)
        if not size:
            return word("worklist_empty", lang)
        order = word(f"worklist_by_{self.source}", lang)
        value = word("worklist_and_value", lang) if self.valued else ""
        return told("worklist_sentence", size, lang, n=number(size, lang=lang), order=order, value=value)

    def reasons(self, *, lang: str | None = None) -> list[str]:
        """Why each is on the list, in words.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        """
        lang = language(lang)
        return [self._reason(at, lang) for at in range(len(self))]

    def _reason(self, at: int, lang: str) -> str:
        row = {name: values[at] for name, values in self.table.items()}
        rating = row["rating"]
        shown = number(rating, lang=lang) if isinstance(rating, int | float) else str(rating)
        parts = [word("worklist_reason_rating", lang, rating=shown, day=date_text(row["answered"], lang))]
        if row["lost"]:
            parts.append(told("worklist_reason_lost", row["lost"], lang, n=number(row["lost"], lang=lang)))
        if self.source != "rating":
            parts.append(word("worklist_reason_risk", lang, risk=risk_text(row["risk"], lang)))
        if self.valued and row["top"] <= TOP_VALUE:
            parts.append(word("worklist_reason_value", lang, share=share(max(row["top"], 0.01), lang=lang)))
        if row["themes"]:
            parts.append(word("worklist_reason_themes", lang, themes=row["themes"]))
        return " · ".join(parts)

    def export(self, path: Any, *, lang: str | None = None, redact: bool = True) -> Path:
        """Write the list for those who call, with empty columns ``called`` and ``resolved`` to fill in.

        Comments lose e-mail addresses, telephone numbers and the like, and no cell can be executed by a spreadsheet.

        Parameters
        ----------
        path : str or path
            Ends in ``.csv`` or ``.xlsx`` (which needs openpyxl, the extra ``excel``).
        lang : {"en", "fr"}, optional
            Of the reasons; a French CSV file has semicolons, as a French Excel expects. Columns have English names.
        redact : bool
            Whether to redact comments.

        Returns
        -------
        pathlib.Path

        Raises
        ------
        ArgumentError
            For another ending.
        MissingExtraError
            For a workbook without openpyxl.
        """
        lang = language(lang)
        columns = {name: list(self.table[name]) for name in SHOWN if name in self.table}
        columns["reason"] = self.reasons(lang=lang)
        if redact:
            from npskit.text.redaction import redacted

            columns["comment"] = redacted(columns["comment"])
        for name, kept in (("owner", self.owned), ("call_on", any(columns["call_on"])), ("value", self.valued)):
            if not kept:
                del columns[name]
        if self.source == "rating":
            del columns["risk"]
        if not any(columns["themes"]):
            del columns["themes"]
        columns |= {name: [None] * len(self) for name in FILLED}
        return exported(path, list(columns), columns, separator=SEPARATORS[lang])

    def outcomes(self, outcomes: Any, answers: Any = None, *, today: Any = None) -> Any:
        """What became of this list: the same as `Survey.closed_loop`, for the customers on it.

        Parameters
        ----------
        outcomes : DataFrame or path
            Columns ``customer``, ``called`` and ``resolved`` (days); the export that was filled in will do.
        answers : Survey or DataFrame, optional
            Answers up to now, for the next ratings; without it there is no change to tell.
        today : date or ISO text, optional
        """
        from npskit.survey.worklist_outcomes import of_list

        return of_list(self, outcomes, answers, today=today)
