"""Sentences of the seventh template: who writes, what was read, what is not covered, what to do about it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from npskit.charts.columns import known, quoted
from npskit.charts.words import amount, level_share
from npskit.labels import glossary, points, word
from npskit.report.tables import Table
from npskit.report.voice_block import moves, rows_of
from npskit.report.words import percent, size, told
from npskit.survey.theme_answers import Themes, theme_name
from npskit.survey.wording import signed, signed_range
from npskit.text.discovery import AMOUNTS

__all__ = ["by_chance", "changed", "headline", "languages_told", "read_told", "steps", "uncovered_table", "who_writes"]

NAMED, WORDS_NAMED = 3, 5
MOST_UNCOVERED = 12
DISCOVERY, OWN = "discovery", "own"
ALPHA = 0.05
# Coverage from which there is little left to add.
WELL_COVERED = 0.95


def who_writes(found: Themes, answers: int, lang: str) -> list[str]:
    """How many write, and whether they are those who are glad or those who are not."""
    silence, wrote = found.silence, found.responses
    said = told("report_voice_wrote", wrote, lang, n=size(wrote, lang), k=size(answers, lang),
                share=percent(wrote / answers if answers else 0.0, lang))  # fmt: skip
    if not silence["silent"]:
        return [said]
    if min(silence["silent"], wrote) < found.min_responses or not known(silence["lower"]):
        return [said, word("report_voice_silent_few", lang)]
    key = "lower" if silence["upper"] < 0 else "higher" if silence["lower"] > 0 else "same"
    gap = word(
        f"report_voice_silent_{key}", lang,
        commenters=points(silence["commenters_score"], lang=lang), silent=points(silence["silent_score"], lang=lang),
        gap=amount(silence["difference"], lang), range=signed_range(silence["lower"], silence["upper"], lang),
    )  # fmt: skip
    return [said, gap, *([] if key == "same" else [word("report_voice_silent_so", lang)])]


def headline(found: Themes, lang: str) -> str:
    """The theme that weighs most and the one that lifts most, with how many write of them."""
    rows = [row for row in rows_of(found.table) if moves(row)]
    ends = {"down": next((row for row in rows if row["impact"] < 0), None),
            "up": next((row for row in reversed(rows) if row["impact"] > 0), None)}  # fmt: skip
    there = {key: row for key, row in ends.items() if row}
    if not there:
        key = "none" if any(map(known, found.table["impact"])) else "few"
        return told(f"report_voice_headline_{key}", found.responses, lang, n=size(found.responses, lang))
    said: dict[str, str] = {}
    for key, row in there.items():
        # In the sentence of both, the unit is said once.
        impact = signed(row["impact"], lang, unit=not (key == "up" and len(there) == 2))
        said |= {key: theme_name(str(row["theme"]), lang), f"{key}_share": percent(row["share"], lang)}
        said[f"{key}_impact"] = impact
    return word(f"report_voice_headline_{'both' if len(there) == 2 else next(iter(there))}", lang, **said)


def changed(found: Themes, names: list[str], side: str, lang: str) -> str:
    """The themes of one side in a line: share and effect of each."""
    if not names:
        return word(f"report_voice_{side}_none", lang)
    rows = {row["theme"]: row for row in rows_of(found.table)}
    return " · ".join(item(rows[name], lang) for name in names[:NAMED])


def item(row: dict[str, Any], lang: str) -> str:
    """A theme with its share and effect."""
    return word(
        "report_voice_item", lang, theme=theme_name(str(row["theme"]), lang), share=percent(row["share"], lang),
        impact=signed(row["impact"], lang), range=signed_range(row["lower"], row["upper"], lang),
    )  # fmt: skip


def by_chance(found: Themes, lang: str) -> list[str]:
    """How many of so many intervals leave out 0 by chance, and which themes show no figures."""
    shown = [row for row in rows_of(found.table) if known(row["impact"])]
    few = len(found.table["theme"]) - len(shown)
    expected = max(1, math.ceil(len(shown) * (1 - found.confidence_level) - 1e-9))
    level = level_share(found.confidence_level, lang)
    least = size(found.min_responses, lang)
    return [
        *([told("report_voice_chance", expected, lang, k=size(len(shown), lang), n=size(expected, lang), level=level)]
          if len(shown) > 1 else []),
        *([told("report_voice_few", few, lang, n=size(few, lang), least=least)] if few else []),
    ]  # fmt: skip


def languages_told(found: Themes, lang: str) -> str:
    """How many comments are in which language; empty when there is but one and it is that of the report."""
    names = {code: word(f"report_voice_lang_{code or 'none'}", lang) for code in found.languages}
    listing = ", ".join(f"{names[code]} {size(n, lang)}" for code, n in found.languages.items())
    spoken = [code for code in found.languages if code and code != lang]
    kept = word("report_voice_kept", lang) if spoken else ""
    return " ".join(filter(None, [word("report_voice_languages", lang, languages=listing), kept]))


def frame_name(found: Themes, codeframe: Any, lang: str) -> str:
    """What the code frame is called: the starter, the file, or simply the one that was given."""
    if found.codeframe != OWN:
        names = glossary([f"report_voice_starter_{found.codeframe}"]).get(f"report_voice_starter_{found.codeframe}")
        return word("report_voice_frame_starter", lang, name=quoted(names[lang] if names else found.codeframe, lang))
    if isinstance(codeframe, (str, Path)):
        return word("report_voice_frame_file", lang, name=quoted(Path(codeframe).name, lang))
    return word("report_voice_frame_own", lang)


def read_told(found: Themes, codeframe: Any, lang: str) -> list[str]:
    """What was read and left out, in which languages, and how much of it the code frame covers."""
    read = found.responses + found.non_answers
    topics = sum(map(bool, found.table["found"]))
    frame = frame_name(found, codeframe, lang)
    covered = (
        word("report_voice_no_frame", lang)
        if found.codeframe == DISCOVERY
        else word(
            "report_voice_covered", lang, frame=frame, share=percent(found.coverage, lang),
            overlap=percent(found.overlap, lang) if known(found.overlap) else "–",
        )
    )  # fmt: skip
    nothing = told("report_voice_nothing", found.non_answers, lang, n=size(found.non_answers, lang))
    return [
        told("report_voice_read", read, lang, n=size(read, lang)) + (f" {nothing}" if found.non_answers else ""),
        languages_told(found, lang),
        covered,
        *([told("report_voice_topics", topics, lang, n=size(topics, lang))] if topics else []),
        *(note.sentence(lang=lang) for note in found.notes if note.key != "theme_note_associated"),
    ]


def proposed(found: Themes) -> list[dict[str, Any]]:
    """The commonest words of uncovered comments, without those that are about nothing."""
    rows = rows_of(found.uncovered)
    return [row for row in rows if row["responses"] >= found.min_responses and str(row["term"]) not in AMOUNTS]


def uncovered_table(found: Themes, lang: str) -> Table | None:
    """The commonest words of comments without a theme of the code frame; None where there are none."""
    rows = proposed(found)[:MOST_UNCOVERED]
    heads = tuple(word(f"report_voice_head_{name}", lang) for name in ("term", "comments", "rest"))
    body = ((str(row["term"]), size(row["responses"], lang), percent(row["share"], lang)) for row in rows)
    return Table(heads, tuple(body)) if rows else None


def grown(found: Themes, direction: int) -> list[str]:
    """Themes that are surely written of more (1) or less (-1) than at first, the largest change first."""
    rows = [row for row in rows_of(found.changes) if known(row["p_adjusted"]) and row["p_adjusted"] < ALPHA]
    rows = [row for row in rows if row["change"] * direction > 0]
    return [str(row["theme"]) for row in sorted(rows, key=lambda row: -abs(row["change"]))]


def steps(found: Themes, lang: str) -> tuple[str, ...]:
    """What one may do next, from what was found."""
    down, up, more = found.detractor_themes, found.promoter_themes, grown(found, 1)
    terms = [quoted(str(row["term"]), lang) for row in proposed(found)[:WORDS_NAMED]]
    left = 1 - found.coverage if known(found.coverage) else 1.0
    silence = found.silence
    apart = known(silence["lower"]) and (silence["lower"] > 0 or silence["upper"] < 0)
    todo = [
        word("report_voice_do_down", lang, theme=theme_name(down[0], lang)) if down else "",
        word("report_voice_do_up", lang, theme=theme_name(up[0], lang)) if up else "",
        word("report_voice_do_more", lang, theme=theme_name(more[0], lang)) if more else "",
        word("report_voice_do_words", lang, share=percent(left, lang), terms=", ".join(terms))
        if terms and left > 1 - WELL_COVERED
        else word("report_voice_do_frame", lang),
        word("report_voice_do_hand", lang),
        word("report_voice_do_silent", lang) if apart else "",
    ]
    return tuple(filter(None, todo))
