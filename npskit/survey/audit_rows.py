"""Who asked, who answered twice, who ticked one column, whose comment is a copy: checks of groups and of rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.frames.equal_answers import answered_twice_a_day, equal_answers
from npskit.frames.person_rows import person_rows
from npskit.frames.written import written
from npskit.roles import fold
from npskit.stats.quality_groups import group_effects, outlying_shares
from npskit.stats.straight_lines import straight_lines
from npskit.survey.attributes import Attribute
from npskit.survey.audit import Check, check, listed
from npskit.survey.audit_time import ALPHA, LEAST_SHIFT, Times, effect_notes, filled
from npskit.survey.column_words import is_question
from npskit.survey.finding import found_attributes
from npskit.survey.levels import level_text
from npskit.survey.notes import Figure, Note, noted
from npskit.tally import Tally
from npskit.text.repeats import LEAST_WORDS, repeats

if TYPE_CHECKING:
    from npskit.frames import Source

__all__ = [
    "MOST_AUDITED",
    "comments_check",
    "comments_told",
    "compared",
    "interviewer_check",
    "lines_check",
    "noted_wordings",
    "same_day_check",
    "tens_by_team",
    "wording_check",
]

#: More rows than this are not looked at one by one.
MOST_AUDITED = 5_000_000
MOST_COMMENTS = 200_000
LEAST_ITEMS = 4
LEAST_ROWS = 100
# Items fewer answer are touchpoints that not everybody used.
LEAST_ANSWERED = 0.5
# Straight lines below this share change no result.
LEAST_LINES = 0.01
PARTS = 20
LEAST_TENS = 10


def tens_by_team(tally: Tally, column: str, *, columns: int = 1) -> Check | None:
    """Which level of a column, one of so many, has more of the highest answers than its like; None with under four."""
    known = [at for at, cell in enumerate(tally.cells) if cell[0] is not None]
    counts = tally.counts[known]
    if len(known) < 4:
        return None
    found = outlying_shares(counts[:, -1], counts.sum(-1), least=LEAST_TENS)
    if not np.isfinite(found.p_value).any():
        return None
    apart = np.flatnonzero((found.p_adjusted < ALPHA / columns) & (found.share - found.usual >= LEAST_SHIFT))
    top = tally.scale.highest
    cases = [
        noted(
            "audit_team",
            name=level_text(tally.cells[known[at]]),
            top=top,
            n=int(counts[at].sum()),
            share=Figure(float(found.share[at]), "share"),
            usual=Figure(float(found.usual[at]), "share"),
            upper=Figure(float(found.upper[at]), "share"),
        )
        for at in apart[np.argsort(found.p_value[apart], kind="stable")].tolist()
    ]
    none = noted("audit_team_none", column=column, top=top, k=len(known))
    return check("tens_by_team", len(cases), listed(cases) if cases else none, "audit_do_team", top=top)


def interviewer_check(times: Times, column: str) -> Check | None:
    """Whether answers depend on who asked: each against the others in the same periods."""
    if not len(dated := times.by(column)):
        return None
    _, groups, counts = filled(dated, times.every)
    known = [at for at, group in enumerate(groups) if group[0] is not None]
    cells = times.scale.category_counts(counts[known])
    if len(known) < 2:
        return None
    size, periods = cells.shape[:2]
    group, stratum = np.repeat(np.arange(size), periods), np.tile(np.arange(periods), size)
    found = group_effects(cells.reshape(-1, 3), group, stratum)
    if not found.freedom:
        return None
    names = {at: level_text(groups[each]) for at, each in enumerate(known)}
    cases = effect_notes(found, "audit_interviewer", names, cells.sum((1, 2)))
    none = noted("audit_interviewer_none", column=column, k=len(known))
    return check("interviewer_effect", len(cases), listed(cases) if cases else none, "audit_do_interviewer",
                 column=column)  # fmt: skip


# ---- wording --------------------------------------------------------------------------------------------------------


def wording_check(times: Times | None, tally: Tally, column: str) -> Check:
    """How many wordings a column tells of, and when each was asked."""
    spans: dict[str, tuple[Any, Any]] = {}
    for cell in times.by(column, every="day").cells if times and times.is_dated else ():
        key = fold(str(cell[1]))
        first, last = spans.get(key, (cell[0], cell[0]))
        spans[key] = min(first, cell[0]), max(last, cell[0])
    sizes: dict[str, tuple[Any, int]] = {}
    for (level,), n in zip(tally.cells, tally.responses.tolist(), strict=True):
        if level is not None and n:
            text, before = sizes.get(fold(str(level)), (level, 0))
            sizes[fold(str(level))] = text, before + n
    told = [(str(text), n, *spans.get(key, (None, None))) for key, (text, n) in sizes.items()]
    return wordings_told(told, column)


def noted_wordings(notes: Mapping[str, Any]) -> Check | None:
    """The wordings that were noted when files were read; None without any.

    Of a file whose column is only named ("nps", then "nps_score") nobody knows what people were asked.
    """
    merged: dict[str, tuple[str, int, Any, Any]] = {}
    for each in notes.get("wordings", ()):
        if not is_question(str(each.get("wording") or "")):
            continue
        text, n, since, _ = merged.get(fold(each["wording"]), (each["wording"], 0, None, None))
        days = [str(day) for day in (since, each.get("since")) if day]
        merged[fold(each["wording"])] = text, n + int(each.get("rows") or 0), min(days, default=None), None
    return wordings_told(list(merged.values()), "") if merged else None


def wordings_told(told: Sequence[tuple[str, int, Any, Any]], column: str) -> Check:
    """The check for texts with their answers, first day and last day."""
    ordered = sorted(told, key=lambda each: str(each[2] or ""))
    cases: list[Note] = []
    for text, n, first, last in ordered:
        day = dt.date.fromisoformat(first[:10]) if isinstance(first, str) else first
        shown = text if len(text) <= 90 else text[:89] + "…"
        if day is None:
            cases.append(noted("audit_wording", text=shown, n=n))
        elif last is None:
            cases.append(noted("audit_wording_since", text=shown, n=n, first=day))
        else:
            cases.append(noted("audit_wording_from", text=shown, n=n, first=day, last=last))
    if len(cases) < 2:
        return Check("wording_change", 0, noted("audit_wording_one"))
    return check("wording_change", len(cases) - 1, listed(cases), "audit_do_wording")


# ---- rows -----------------------------------------------------------------------------------------------------------


def lines_check(source: Source, taken: Sequence[str], missing: Sequence[Any]) -> Check | None:
    """Rows with one answer to all items, beyond what a feeling behind all of them explains; None without a battery."""
    items = battery(found_attributes(source, taken, missing)[0])
    if len(items) < LEAST_ITEMS:
        return None
    rows = person_rows(source, [each.name for each in items])
    counted = equal_answers(rows, {each.name: each.numbers or {} for each in items}, parts=PARTS)
    if counted.agreeing[:, 1].sum() < LEAST_ROWS:
        return None
    found = straight_lines(counted.answers, counted.equal, counted.agreeing)
    values: dict[str, Any] = {"n": found.equal, "rows": found.rows, "k": len(items), "expected": round(found.expected)}
    if not found.lower > LEAST_LINES:
        return Check("straight_lines", 0, noted("audit_lines_none", **values))
    values |= {name: Figure(getattr(found, name), "share") for name in ("share", "lower", "upper")}
    count = round(found.share * found.rows)
    return check("straight_lines", count, noted("audit_lines", **values), "audit_do_lines")


def battery(items: Sequence[Attribute]) -> list[Attribute]:
    """The most items on one scale that most people answered."""
    alike: dict[Any, list[Attribute]] = {}
    for each in items:
        if each.has_scale and each.answered >= LEAST_ANSWERED:
            alike.setdefault((each.family, each.lowest, each.highest), []).append(each)
    return max(alike.values(), key=len, default=[])


def same_day_check(source: Source, customer: str, date: str, rating: str) -> Check:
    """Customers with several answers on one day."""
    rows = person_rows(source, [customer, date, rating])
    many, extra = answered_twice_a_day(rows, customer, date, [rating])
    detail = (
        noted("audit_same_day", many, n=many, extra=extra) if many else noted("audit_same_day_none", column=customer)
    )
    return check("same_day", extra, detail, "audit_do_same_day")


def comments_check(source: Source, comment: str) -> Check | None:
    """Longer comments that are those of another row, all but a word; None where there are too many, or none."""
    found = compared(source, comment)
    return None if found is None else comments_told(*found)


def compared(source: Source, comment: str) -> tuple[int, int, int] | None:
    """Comments compared, those like an earlier one, and the most that are alike; None where there are too many."""
    texts = written(source, comment).comments
    if len(texts) > MOST_COMMENTS:
        return None
    found = repeats(texts)
    return found.compared, found.repeated, max(map(len, found.groups), default=0)


def comments_told(compared: int, repeated: int, most: int) -> Check | None:
    """The check for these numbers."""
    if not compared:
        return None
    values = {"n": repeated, "compared": compared, "words": LEAST_WORDS}
    if not repeated:
        return Check("repeated_comments", 0, noted("audit_comments_none", **values))
    detail = noted("audit_comments", repeated, most=most, **values)
    return check("repeated_comments", repeated, detail, "audit_do_comments")
