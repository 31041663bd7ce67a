"""How good the data are, in sentences: what is missing, doubled, repaired or left out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.charts.columns import quoted
from npskit.frames import wrap
from npskit.labels import word
from npskit.report.findings import Overall
from npskit.report.words import percent, size, told
from npskit.roles import fold, name_rank
from npskit.scale import MISSING
from npskit.survey.aggregated import remarks
from npskit.survey.column_words import NO_WORDS, ColumnWords
from npskit.survey.grouping import REST

if TYPE_CHECKING:
    from npskit.frames.counts_source import CountsSource
    from npskit.survey import Survey
    from npskit.survey.audit import Check

__all__ = ["quality", "quality_in_short", "tells_rows_apart"]

CODES_SHOWN = 5
# Files that lack a column, and columns of one, named.
MOST_LACKING = 5
MANY_MISSING = 0.2
# Roles of columns in which two people seldom write the same.
OWN = ("date", "customer", "comment")
ANSWERS = re.compile(r"respond|repond|respnum|response|reponse|answer|submission|entry")
NOT_CHECKED = "not_checked"
REASONS = {
    "preview": "report_dropped_preview",
    "unfinished": "report_dropped_unfinished",
    "blank": "report_dropped_blank",
    "answered again": "report_dropped_again",
    "without respondent or question": "report_dropped_nobody",
}


def quality_in_short(survey: Survey, found: Overall, repeated: int | None, lang: str) -> str:
    """One sentence: how many rows hold an answer, and whether rows repeat each other; of counts what they assume."""
    rows = found.responses + found.missing
    if not rows:
        return word("report_no_rows", lang)
    if survey.aggregated is not None:
        return " ".join([counts_told(survey.aggregated, found, lang), *remarks(survey.aggregated, lang)])
    return " ".join([rows_told(found, lang), *duplicates(repeated, lang)])


def quality(
    survey: Survey,
    found: Overall,
    *,
    customer: str | None,
    repeated: int | None,
    lang: str,
    words: ColumnWords = NO_WORDS,
) -> list[str]:
    """Every check in a sentence, the good news too; `repeated` is None where equal rows are nothing to tell of."""
    if not found.responses + found.missing:
        return [word("report_no_rows", lang), *reading(survey.notes, lang)]
    if survey.aggregated is not None:
        return [
            counts_told(survey.aggregated, found, lang),
            *remarks(survey.aggregated, lang),
            *duplicates(repeated, lang),
            word("report_counts_people", lang),
            *reading(survey.notes, lang),
        ]
    return [
        rows_told(found, lang),
        *missing(survey, found, lang),
        *on_scale(found, lang),
        *duplicates(repeated, lang),
        customers(survey, customer, lang, words),
        *reading(survey.notes, lang),
        *over_time(survey.quality_checks(), lang, words),
    ]


def over_time(checks: Sequence[Check], lang: str, words: ColumnWords = NO_WORDS) -> list[str]:
    """What was found over time, among groups and in rows, with what to do; then what else was looked at."""
    said: set[str] = set()
    lines = [checked(each, lang, said, words) for each in checks if each.count and each.name != NOT_CHECKED]
    quiet = list(dict.fromkeys(each.name for each in checks if not each.count))
    found = {each.name for each in checks if each.count}
    if names := [word(f"audit_name_{name}", lang) for name in quiet if name not in found]:
        lines.append(word("report_audit_quiet", lang, names=", ".join(names)))
    return lines


def checked(check: Check, lang: str, said: set[str], words: ColumnWords = NO_WORDS) -> str:
    """One finding and what to do about it, unless another one said so; code that it gives has the names of code."""
    detail, to_do = check.words(lang)
    if not isinstance(check.detail, str):
        detail = words.note(check.detail, lang).sentence(lang=lang)
    to_do = "" if to_do in said else to_do
    said.add(to_do)
    found = word("report_audit_found", lang, name=capital(word(f"audit_name_{check.name}", lang)), detail=detail)
    return f"{found} {capital(to_do)}." if to_do else found


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def tells_rows_apart(survey: Survey) -> bool:
    """Whether rows hold something of their own: a date, an identifier, a comment. Without, many may well be equal."""
    named = [name for role in OWN for name in (survey.settings.get(role), *survey.rivals(role)) if name]
    columns = survey.source.columns
    return bool(named) or any(
        name == REST or "id" in fold(name).split() or any(name_rank(name, role) for role in OWN) for name in columns
    )


def rows_told(found: Overall, lang: str) -> str:
    """Rows and how many of them hold a rating."""
    rows = found.responses + found.missing
    return told(
        "report_rows" if found.missing else "report_rows_all",
        rows,
        lang,
        rows=size(rows, lang),
        valid=size(found.responses, lang),
        share=percent(found.responses / rows, lang),
    )


def counts_told(source: CountsSource, found: Overall, lang: str) -> str:
    """Answers, and the rows of counts that tell of them."""
    rows = size(source.facts.rows, lang)
    return told("report_counts", found.responses, lang, n=size(found.responses, lang), rows=rows)


def missing(survey: Survey, found: Overall, lang: str) -> list[str]:
    """Rows without an answer, and the codes that stood for none."""
    rows = found.responses + found.missing
    if not found.missing:
        return [word("report_missing_none", lang)]
    part = found.missing / rows
    lines = [told("report_missing", found.missing, lang, n=size(found.missing, lang), share=percent(part, lang))]
    if codes := codes_declared(survey, found, lang):
        lines.append(word("report_codes", lang, codes=codes))
    return [*lines, word("report_missing_many", lang)] if part >= MANY_MISSING else lines


def codes_declared(survey: Survey, found: Overall, lang: str) -> str:
    """Values that were declared, or read, as no answer, with their counts."""
    source = survey.source
    raw = [(value, n) for value, n in source.rating_counts(survey.column("rating")) if value is not None]
    codes = found.scale.codes([value for value, _ in raw])
    pairs = [(shown(value), n) for (value, n), code in zip(raw, codes, strict=True) if code == MISSING and n]
    pairs = [(name, n) for name, n in pairs if name]
    noted = survey.notes.get("missing_answers", {})
    pairs += [(str(value), int(n)) for value, n in noted.items()]
    return listed(sorted(pairs, key=lambda pair: -pair[1]), lang)


def listed(pairs: Sequence[tuple[str, int]], lang: str) -> str:
    """ "99 (12), NSP (3)"."""
    more = ", …" if len(pairs) > CODES_SHOWN else ""
    return ", ".join(f"{name} ({size(n, lang)})" for name, n in pairs[:CODES_SHOWN]) + more


def shown(value: Any) -> str:
    """A raw value, whole floats as integers."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def on_scale(found: Overall, lang: str) -> list[str]:
    """That every answer is on the scale, and whether another scale is likely."""
    scale, counts = found.scale, np.asarray(found.ratings)
    lines = [] if scale.labelled else [word("report_on_scale", lang, low=scale.lowest, high=scale.highest)]
    if other := scale.resembles(counts):
        low, high = other.split("-")
        return [
            *lines,
            word("report_other_scale", lang, low=low, high=high, score_low=scale.lowest, score_high=scale.highest),
        ]
    return [*lines, word("report_no_zero", lang)] if scale.lacks_zero(counts) else lines


def duplicates(n: int | None, lang: str) -> list[str]:
    """Rows that repeat each other."""
    if n is None:
        return []
    return [told("report_duplicates", n, lang, n=size(n, lang)) if n else word("report_duplicates_none", lang)]


def customers(survey: Survey, column: str | None, lang: str, words: ColumnWords = NO_WORDS) -> str:
    """Customers in more than one row."""
    if column is None:
        return word("report_customers_unknown", lang)
    many, extra = wrap(survey.data).repeated(column)
    if not many:
        # A number for every answer tells nothing of who gave it.
        numbers_answers = ANSWERS.search(fold(column))
        key = "report_customers_numbered" if numbers_answers else "report_customers_once"
        return word(key, lang, column=words.name(column))
    kept = word("report_customers_last" if survey.settings.get("keep") == "last" else "report_customers_all", lang)
    return f"{told('report_customers', many, lang, n=size(many, lang), extra=size(extra, lang))} {kept}"


def reading(notes: Mapping[str, Any], lang: str) -> list[str]:
    """What was left out or repaired when the file was read."""
    lines = []
    if dropped := {reason: int(n) for reason, n in notes.get("dropped", {}).items() if n}:
        named = [f"{size(n, lang)} {word(REASONS[r], lang) if r in REASONS else r}" for r, n in dropped.items()]
        n = sum(dropped.values())
        lines.append(told("report_dropped", n, lang, n=size(n, lang), reasons=", ".join(named)))
    if repaired := int(notes.get("repaired_lines") or 0):
        lines.append(told("report_repaired", repaired, lang, n=size(repaired, lang)))
    return lines + arriving(notes, lang)


def arriving(notes: Mapping[str, Any], lang: str) -> list[str]:
    """What exports that arrived one by one brought otherwise: other values of known answers, fewer columns."""
    lines = []
    if changed := int(notes.get("changed") or 0):
        lines.append(told("report_history_changed", changed, lang, n=size(changed, lang)))
    for each in list(notes.get("lacking") or ())[:MOST_LACKING]:
        names = ", ".join(quoted(str(name), lang) for name in each["columns"][:MOST_LACKING])
        lines.append(word("report_history_lacking", lang, file=each["file"], n=size(each["rows"], lang), names=names))
    return lines
