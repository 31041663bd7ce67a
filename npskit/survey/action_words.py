"""The sentences of a log of actions: what was observed of each, and what was expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from npskit.charts.action_words import effect_figure, effect_range, hoped
from npskit.charts.columns import quoted
from npskit.labels import NO_BREAK_SPACE, date_text, number, share, word
from npskit.survey.wording import told

__all__ = ["action_line", "review_sentence", "target_line"]

ORDER = ("shown", "not shown", "cannot tell", "not started")
# Actions that show, named in the sentence of all.
MOST_NAMED = 3


def review_sentence(rows: Sequence[Mapping[str, Any]], lang: str) -> str:
    """How many actions show, which, and what of the others."""
    if not rows:
        return word("action_log_empty", lang)
    if len(rows) == 1:
        return action_line(rows[0], lang)
    parts = []
    for kind in ORDER:
        own = [row for row in rows if row["answer"] == kind]
        if own:
            key = f"action_review_{kind.replace(' ', '_')}"
            names = f" ({named(own, lang)})" if kind == "shown" else ""
            parts.append(told(key, len(own), lang, n=number(len(own), lang=lang), names=names))
    joint = f" {word('action_review_and', lang)} "
    said = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])}{joint}{parts[-1]}"
    return word("action_review", lang, n=number(len(rows), lang=lang), parts=said)


def named(rows: Sequence[Mapping[str, Any]], lang: str) -> str:
    """Actions with their effects, the largest first."""
    order = sorted(rows, key=lambda row: -abs(row["effect"]))
    gap = word("chart_colon", lang) + NO_BREAK_SPACE
    shown = [f"{row['action']}{gap}{effect_figure(row['effect'], lang)}" for row in order[:MOST_NAMED]]
    return word("action_review_joint", lang).join([*shown, *(["…"] if len(order) > MOST_NAMED else [])])


def action_line(row: Mapping[str, Any], lang: str) -> str:
    """What was observed of an action, and what was expected."""
    known = row["lower"] == row["lower"]
    values = {
        "name": name_of(row, lang),
        "effect": effect_figure(row["effect"], lang) if known else "–",
        "range": effect_range(row["lower"], row["upper"], lang) if known else "–",
        "expected": hoped(row["expected"], lang),
        "before": number(row["responses_before"], lang=lang),
        "after": number(row["responses_after"], lang=lang),
        "least": number(row["smallest_detectable"], lang=lang) if row["smallest_detectable"] < 200 else "–",
    }
    return word(f"action_line_{line_key(row)}", lang, **values)


def line_key(row: Mapping[str, Any]) -> str:
    """Which sentence an action takes."""
    kind = row["answer"].replace(" ", "_")
    if kind == "cannot_tell" and (row["lower"] != row["lower"] or not both_inside(row)):
        return "cannot_tell_few"
    return kind if row["expected"] is not None else f"{kind}_alone"


def both_inside(row: Mapping[str, Any]) -> bool:
    """Whether nothing and what was expected are both inside the interval."""
    expected = row["expected"]
    return expected is not None and row["lower"] <= min(0, expected) and row["upper"] >= max(0, expected)


def name_of(row: Mapping[str, Any], lang: str) -> str:
    """The action with who does it and since when."""
    since = "" if row["since"] is None else word("action_since", lang, day=date_text(row["since"], lang))
    beside = ", ".join(part for part in (row["owner"] or "", since) if part)
    return f"{row['action']} ({beside})" if beside else str(row["action"])


def target_line(row: Mapping[str, Any], lang: str) -> str:
    """What became of the driver, the theme or the segment."""
    kind = row["target_kind"]
    figures = [row[f"target_{name}"] for name in ("before", "after", "change", "lower", "upper")]
    digits = {"segment": 0, "driver": 2, "theme": 0}[kind]
    if kind == "theme":
        before, after = (share(each, lang=lang) for each in figures[:2])
        change, lower, upper = (number(100 * each, digits=0, lang=lang, sign=True) for each in figures[2:])
    else:
        signed = kind == "segment"
        before, after = (number(each, digits=digits, lang=lang, sign=signed) for each in figures[:2])
        change, lower, upper = (number(each, digits=digits, lang=lang, sign=True) for each in figures[2:])
    # A driver and a theme are looked at where the action was; a segment is its own place.
    of = "" if kind == "segment" or not row["treated"] else "_treated"
    return word(
        f"action_target_{kind}{of}", lang, action=row["action"], target=quoted(str(row["target"]), lang), before=before,
        after=after, change=change, range=word("range", lang, lower=lower, upper=upper),
    )  # fmt: skip
