"""The list of whom to call, as it may stand in a report, and the figures of an earlier one that came back.

A report is passed on further than a list. So comments lose what identifies people, and a customer is shown only by a
code: an e-mail address or a name is left out unless it was asked for.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from npskit.charts.columns import quoted
from npskit.charts.words import name_text
from npskit.labels import date_text, number, share, word
from npskit.report.contents import TABLE_TYPE
from npskit.report.tables import Table
from npskit.scale import CATEGORIES
from npskit.survey.column_words import NO_WORDS, ColumnWords
from npskit.survey.notes import Note, noted
from npskit.survey.wording import told
from npskit.survey.worklist_answers import Worklist
from npskit.survey.worklist_outcomes import ClosedLoop
from npskit.survey.worklist_rules import Rules
from npskit.text.redaction import redacted

__all__ = ["are_codes", "list_table", "loop_table", "nameless", "rules_told"]

CODE = re.compile(r"(?=[^\d]*\d)[\w./#-]{1,40}")
LONGEST = 240
# Days ahead for which a day needs no year.
PLAIN = 180
SHARES = ("reached", "resolved")
# Remarks that name customers.
NAMING = {"worklist_note_strangers": "report_churn_strangers", "worklist_note_twice": "report_churn_twice"}
NOTHING = "–"


@dataclass(frozen=True)
class Calls(Table):
    """The list: on a page what was written stands below the reason, in a workbook in a column of its own.

    Attributes
    ----------
    lang : str
    written : bool
        Whether the last column is what was written.
    days : tuple of str
        ISO days of the calls, for a workbook; empty where none are planned.
    """

    lang: str = "en"
    written: bool = False
    days: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        heads = self.heads[:-1] if self.written else self.heads
        head = "".join(self._cell("th", at, escape(text)) for at, text in enumerate(heads))
        rows = "".join(self._row(row) for row in self.rows)
        return (
            '<section class="nps nps-caption" style="overflow-x: auto; break-inside: auto"><table style="width: 100%">'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></section>"
        )

    def _row(self, row: tuple[str, ...]) -> str:
        cells = [escape(text) for text in (row[:-1] if self.written else row)]
        if self.written and row[-1]:
            # A comment that runs from right to left leaves the marks around it where they are.
            before, after = quoted("|", self.lang).split("|")
            cells[-1] += f"<br><em>{before}<bdi>{escape(row[-1])}</bdi>{after}</em>"
        drawn = "".join(self._cell("td", at, text) for at, text in enumerate(cells))
        return f'<tr style="break-inside: avoid">{drawn}</tr>'

    def _cell(self, tag: str, at: int, text: str) -> str:
        # All but the reason take no more room than they need.
        narrow = at < len(self.heads) - 1 - self.written
        width = "width: 1%; white-space: nowrap; " if narrow else "overflow-wrap: anywhere; "
        return f'<{tag} style="{width}vertical-align: top; text-align: left">{text}</{tag}>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        fields = [{"name": str(at), "title": head} for at, head in enumerate(self.heads)]
        rows: list[dict[str, Any]] = [{str(at): text for at, text in enumerate(row)} for row in self.rows]
        planned = self.heads.index(word("report_churn_head_call_on", self.lang)) if self.days else None
        for row, rank, day in zip(rows, range(1, len(rows) + 1), self.days or [""] * len(rows), strict=True):
            row |= {"0": rank} if planned is None else {"0": rank, str(planned): day}
        return {TABLE_TYPE: {"schema": {"fields": fields}, "data": rows}}


def are_codes(customers: Sequence[Any]) -> bool:
    """Whether customers are known by numbers and codes: no e-mail addresses, no names.

    Examples
    --------
    >>> are_codes(["C-1042", 7, 8.0]), are_codes(["jo@example.org"]), are_codes(["Meyer"]), are_codes(["0612345678"])
    (True, False, False, False)
    """
    texts = [shown_customer(each) for each in customers]
    return all(CODE.fullmatch(text) for text in texts) and redacted(texts) == texts


def shown_customer(value: Any) -> str:
    """A customer as text; a number that a gap made a float as the number it was."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else " ".join(str(value).split())


def list_table(found: Worklist, *, identities: bool, lang: str) -> Table:
    """A row a customer: the reason, and what was written."""
    table = found.table
    columns: dict[str, Sequence[str]] = {"rank": [number(rank, lang=lang) for rank in table["rank"]]}
    if identities or are_codes(table["customer"]):
        columns["customer"] = [shown_customer(each) for each in table["customer"]]
    if found.owned:
        columns["owner"] = [NOTHING if each is None else " ".join(str(each).split()) for each in table["owner"]]
    if any(table["call_on"]):
        columns["call_on"] = [day_text(day, found.today, lang) for day in table["call_on"]]
    columns["reason"] = found.reasons(lang=lang)
    if any(table["comment"]):
        columns["comment"] = [in_short(text) for text in redacted(table["comment"])]
    heads = tuple(word(f"report_churn_head_{name}", lang) for name in columns)
    days = tuple(day.isoformat() for day in table["call_on"] if day) if "call_on" in columns else ()
    rows = tuple(zip(*columns.values(), strict=True))
    return Calls(heads, rows, texts=len(heads), lang=lang, written="comment" in columns, days=days)


def day_text(day: dt.date | None, today: dt.date, lang: str) -> str:
    """The day of a call, without its year where that is plain."""
    if day is None:
        return NOTHING
    text = date_text(day, lang)
    return text.rsplit(" ", 1)[0] if (day - today).days < PLAIN else text


def in_short(text: str | None) -> str:
    """A comment on one line, and no longer than a row should be."""
    flat = " ".join((text or "").split())
    if len(flat) <= LONGEST:
        return flat
    head = flat[:LONGEST]
    return (head.rsplit(" ", 1)[0] if " " in head else head) + " …"


def rules_told(rules: Rules, found: Worklist, *, outcomes: bool, lang: str, words: ColumnWords = NO_WORDS) -> list[str]:
    """The rules by which customers are on the list, and how many each of them kept off it."""
    kept = [word(name, lang) for name in CATEGORIES if name in rules.categories]
    said = {"k": number(rules.oldest, lang=lang), "day": date_text(found.today, lang)}
    lines = [word("report_churn_rule_categories", lang, categories=listed(kept, lang), **said)]
    lines.append(word("report_churn_rule_weight", lang, k=number(rules.half_life, lang=lang)))
    if rules.contacted or outcomes:
        lines.append(word("report_churn_rule_rest", lang, k=number(rules.rest, lang=lang)))
    else:
        lines.append(word("report_churn_rule_rest_unknown", lang))
    if rules.opt_out:
        lines.append(word("report_churn_rule_opt_out", lang, column=name_text(words.name(rules.opt_out), (), lang)))
    else:
        lines.append(word("report_churn_rule_opt_out_unknown", lang))
    if rules.capacity:
        lines.append(told("report_churn_rule_capacity", rules.capacity, lang, n=number(rules.capacity, lang=lang)))
    return [*lines, *(note.sentence(lang=lang) for note in found.notes)]


def listed(names: Sequence[str], lang: str) -> str:
    """Names as a sentence lists them."""
    if len(names) < 2:
        return "".join(names)
    return word("report_churn_and", lang, first=", ".join(names[:-1]), last=names[-1])


def loop_table(found: ClosedLoop, lang: str) -> Table:
    """A row a measure of a list that came back."""
    heads = tuple(word(f"report_churn_head_{name}", lang) for name in ("measure", "n", "figure", "interval"))
    rows = [dict(zip(found.table, row, strict=True)) for row in zip(*found.table.values(), strict=True)]
    return Table(heads, tuple(loop_row(row, lang) for row in rows if row["n"]))


def loop_row(row: Mapping[str, Any], lang: str) -> tuple[str, ...]:
    """One measure in its own unit."""
    value, lower, upper = (figure(row[name], row["measure"], lang) for name in ("value", "lower", "upper"))
    ends = NOTHING if lower == NOTHING == upper else word("range", lang, lower=lower, upper=upper)
    return word(f"report_churn_loop_{row['measure']}", lang), number(row["n"], lang=lang), value, ends


def figure(value: float | None, measure: str, lang: str) -> str:
    """A share, days, or points of the scale."""
    if value is None:
        return NOTHING
    if measure in SHARES:
        return share(value, lang=lang)
    days = measure == "days_to_call"
    return number(value, digits=0 if days else 1, lang=lang, sign=not days)


def nameless(notes: Sequence[Note]) -> list[Note]:
    """Remarks without the customers that they name."""
    return [noted(NAMING[each.key], each.count, n=each.values["n"]) if each.key in NAMING else each for each in notes]
