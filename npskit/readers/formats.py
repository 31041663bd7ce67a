"""The survey tools' own ways to write a file.

Each tool marks its exports: Qualtrics writes three header rows and an import id, SurveyMonkey puts the options of a
question in a second row, Delighted counts seconds since 1970. What a format says for certain is used (which rows are
previews, which column is the rating); what it does not say is left to the roles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from npskit.readers.account import Account

__all__ = ["Export", "recognised", "unanswered"]

TIMESTAMPS = {"horodateur", "timestamp", "zeitstempel", "marca temporal", "informazioni cronologiche"}
TIMESTAMPS |= {"carimbo de data/hora", "tijdstempel"}
PLAIN_DETAILS = {"", "response", "open-ended response", "réponse", "réponse ouverte", "réponse libre"}
OPEN_DETAILS = {"open-ended response", "réponse ouverte", "réponse libre"}
GROUP_DETAILS = {"group", "groupe"}
# Qualtrics' Status as label and as code: 1 preview, 2 test, 9 spam preview, 17 offline preview.
PREVIEWS = {"survey preview", "survey test", "survey preview spam", "offline survey preview", "1", "2", "9", "17"}
UNFINISHED = {"false", "0", "faux", "no", "non"}
PARTIAL = {"partial", "started", "partielle", "commencée"}


@dataclass(frozen=True, slots=True)
class Export:
    """A recognised export: which tool wrote it, how many records its header has, and what they say.

    ``headers`` (what names are made of), ``originals`` (as the file has them, where that differs), ``details`` and
    ``questions`` have an entry per column; ``roles`` maps a role to a position.
    """

    format: str
    header_records: int
    headers: list[str]
    originals: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    roles: dict[str, int] = field(default_factory=dict)
    stamps: list[int] = field(default_factory=list)

    def position(self, *headers: str) -> int | None:
        """Position of the first of these headers that the file has, whatever their case."""
        folded = [header.casefold() for header in self.headers]
        return next((folded.index(header.casefold()) for header in headers if header.casefold() in folded), None)


def recognised(top: Sequence[list[str]]) -> Export:
    """The export that these first records belong to; a plain table when no tool's marks are found."""
    width = max(map(len, top))
    rows = [[*record, *[""] * (width - len(record))] for record in top]
    folded = {header.casefold() for header in rows[0]}
    if any('"ImportId"' in cell for row in rows[1:3] for cell in row) or {"responseid", "finished"} <= folded:
        return qualtrics(rows)
    if folded & {"collector id", "id du collecteur"} and len(rows) > 1 and not rows[1][0]:
        return survey_monkey(rows)
    if rows[0][0] == "#" and folded & {"submit date (utc)", "network id"}:
        return told("typeform", rows[0], date=("Submit Date (UTC)", "Start Date (UTC)"))
    if {"score", "created at", "person id"} <= folded:
        return delighted(rows[0])
    if {"submission id", "submitted at"} <= folded:
        return told("tally", rows[0], date=("Submitted at",))
    if rows[0][0].casefold() in TIMESTAMPS:
        return told("google forms", rows[0], date=(rows[0][0],))
    return Export("table", 1, rows[0])


def told(tool: str, headers: list[str], **roles: tuple[str, ...]) -> Export:
    """An export with one header row, its roles given by header."""
    export = Export(tool, 1, headers)
    found = {role: export.position(*names) for role, names in roles.items()}
    export.roles.update({role: position for role, position in found.items() if position is not None})
    return export


def qualtrics(rows: list[list[str]]) -> Export:
    """Codes, question texts and import ids; older or hand-made files have one or two of the three."""
    has_ids = [any('"ImportId"' in cell for cell in row) for row in rows[:3]]
    records = has_ids.index(True) + 1 if any(has_ids) else 2 if rows[1:] and "Response ID" in rows[1] else 1
    questions = rows[1] if records > 1 and not has_ids[1] else []
    export = Export("qualtrics", records, rows[0], questions=questions)
    groups = [header.removesuffix("_NPS_GROUP") for header in rows[0] if header.endswith("_NPS_GROUP")]
    if len(groups) == 1 and groups[0] in rows[0]:
        export.roles["rating"] = rows[0].index(groups[0])
    date = export.position("RecordedDate", "EndDate", "StartDate")
    if date is not None:
        export.roles["date"] = date
    ids = rows[has_ids.index(True)] if any(has_ids) else []
    texts = [i for i, cell in enumerate(ids) if '_TEXT"' in cell]
    if len(texts) == 1:
        export.roles["comment"] = texts[0]
    return export


def survey_monkey(rows: list[list[str]]) -> Export:
    """A question in the first row, blank where its options go on in the second."""
    questions: list[str] = []
    for header, detail in zip(rows[0], rows[1], strict=True):
        questions.append(header or (questions[-1] if questions and detail else ""))
    details = ["" if detail.casefold() in PLAIN_DETAILS else detail for detail in rows[1]]
    texts = [f"{q} – {d}" if d and q != d else q for q, d in zip(questions, details, strict=True)]
    export = Export("surveymonkey", 2, questions, texts, details, texts)
    groups = [i for i, detail in enumerate(rows[1]) if detail.casefold() in GROUP_DETAILS]
    if len(groups) == 1:
        same = [i for i, q in enumerate(questions) if q == questions[groups[0]] and i != groups[0]]
        if len(same) == 1:
            export.roles["rating"] = same[0]
    date = export.position("End Date", "Date de fin", "Date Modified")
    if date is not None:
        export.roles["date"] = date
    opens = [i for i, detail in enumerate(rows[1]) if detail.casefold() in OPEN_DETAILS]
    if len(opens) == 1:
        export.roles["comment"] = opens[0]
    return export


def delighted(headers: list[str]) -> Export:
    """Seconds since 1970, and segments as "Property: X"."""
    export = told(
        "delighted", headers, rating=("Score",), comment=("Comment",), date=("Created at",), customer=("Person ID",)
    )
    prefix = "property: "
    plain = [h[len(prefix) :].strip() if h.casefold().startswith(prefix) else h for h in headers]
    stamps = [i for i, header in enumerate(headers) if header.casefold().endswith(" at")]
    return Export("delighted", 1, plain, headers, roles=export.roles, stamps=stamps)


def unanswered(frame: pd.DataFrame, export: Export, account: Account, *, keep_unfinished: bool) -> pd.DataFrame:
    """The frame without the rows that are no answers: previews, and interviews that were broken off."""
    if export.format == "qualtrics":
        frame = without(frame, export.position("Status"), PREVIEWS, "preview", account)
        if not keep_unfinished:
            frame = without(frame, export.position("Finished"), UNFINISHED, "unfinished", account)
    if export.format == "typeform" and not keep_unfinished:
        frame = without(frame, export.position("Response Type"), PARTIAL, "unfinished", account)
    return frame


def without(frame: pd.DataFrame, position: int | None, words: set[str], reason: str, account: Account) -> pd.DataFrame:
    """The frame without the rows whose value at a position is one of the words."""
    if position is None:
        return frame
    values = frame[position].astype(str).str.strip().str.casefold().str.removesuffix(".0")
    out = values.isin(words)
    account.drop(reason, int(out.sum()))
    return frame[~out] if out.any() else frame
