"""What was done, in the brief: expected beside observed, action by action, and each team's own.

On the first page stand the actions begun last; all of them have a chart and a line each further down. A team's page
holds those on its own segment, those it alone was treated by, and those it owns.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from npskit.charts.action_words import effect_figure, effect_range, hoped
from npskit.charts.columns import known
from npskit.labels import date_text, word
from npskit.report.brief_page import BriefTable, short
from npskit.report.passage import Passage
from npskit.report.words import size, told
from npskit.roles import fold
from npskit.survey.levels import level_text

if TYPE_CHECKING:
    from npskit.survey.action_review import ActionReview

__all__ = ["actions_of", "actions_table", "actions_told", "newest"]

Row = Mapping[str, Any]
# On the first page.
MOST = 3
NOTHING = "–"
HEADS = ("action", "since", "expected", "observed", "range", "answer")


def newest(found: ActionReview, most: int = MOST) -> Sequence[Row]:
    """The actions begun last, then those still to begin."""
    rows = [found.row(at) for at in range(len(found))]
    begun = [row for row in rows if row["answer"] != "not started"]
    order = sorted(begun, key=lambda row: row["since"] or dt.date.min, reverse=True)
    return [*order, *(row for row in rows if row["answer"] == "not started")][:most]


def actions_of(found: ActionReview, column: str, level: Any, name: str) -> list[Row]:
    """The actions of one team: on its segment, tried with it alone, or its own.

    Parameters
    ----------
    found : ActionReview
    column : str
        Of the teams.
    level : value
        Of the team in it.
    name : str
        What the team is called.
    """
    team, wanted = fold(column), {fold(level_text(level)), fold(name)}

    def is_own(row: Row) -> bool:
        segment = fold(str(row["target"])) if row["target_kind"] == "segment" else ""
        treated = fold(str(row["treated"])) if row["treated"] else ""
        named = {segment.removeprefix(team).strip(), treated.removeprefix(team).strip(), fold(str(row["owner"] or ""))}
        return bool(wanted & named)

    rows: list[Row] = [found.row(at) for at in range(len(found))]
    return [row for row in rows if is_own(row)]


def actions_table(rows: Sequence[Row], *, more: int = 0, lang: str) -> BriefTable | None:
    """Expected beside observed; None without any action."""
    if not rows:
        return None
    heads = tuple(word(f"report_br_head_{name}", lang) for name in HEADS)
    notes = (told("report_br_actions_more", more, lang, n=size(more, lang)),) if more else ()
    heading = word("report_br_actions", lang)
    return BriefTable(heads, tuple(cells(row, lang) for row in rows), texts=1, heading=heading, notes=notes)


def cells(row: Row, lang: str) -> tuple[str, ...]:
    """One action; an effect that is not known has a dash."""
    ends = row["effect"], row["lower"], row["upper"]
    shown = all(map(known, ends)) and row["answer"] != "not started"
    return (
        short(" ".join(str(row["action"]).split())),
        NOTHING if row["since"] is None else date_text(row["since"], lang),
        hoped(row["expected"], lang) or NOTHING,
        effect_figure(ends[0], lang) if shown else NOTHING,
        effect_range(*ends[1:], lang) if shown else NOTHING,
        word(f"report_br_answer_{row['answer'].replace(' ', '_')}", lang),
    )


def actions_told(found: ActionReview, lang: str, *, hidden: Collection[str] = ()) -> Passage:
    """A line an action with what became of its target, and what may mislead.

    Of the `hidden` actions the targets are left out: they are teams that are not shown.
    """
    kept = [at for at, name in enumerate(found.table["action"]) if name not in hidden]
    shown = replace(found, table={name: [values[at] for at in kept] for name, values in found.table.items()})
    notes = [note.sentence(lang=lang, plain=True) for note in found.notes]
    return Passage(points=(*found.lines(lang=lang), *shown.target_lines(lang=lang), *notes), kind="caption")
