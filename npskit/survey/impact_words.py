"""An effect and what it is held against, a sentence each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from npskit.charts.impact_words import action_finding, design_text
from npskit.charts.words import sentence
from npskit.labels import number, share, word
from npskit.survey.wording import signed, signed_range

if TYPE_CHECKING:
    from npskit.survey.changes import Decomposition
    from npskit.survey.impact import Impact

__all__ = ["impact_lines", "mix_warning"]


def impact_lines(found: Impact, lang: str) -> list[str]:
    """The design, each action, the placebo dates, the plain comparison, and what may mislead."""
    rows = [dict(zip(found.actions, each, strict=True)) for each in zip(*found.actions.values(), strict=True)]
    return [
        design_text(found.actions, lang),
        *(action_line(row, found.every, lang) for row in rows),
        *placebo_lines(found, lang),
        *plain_lines(found, lang),
        *(note.sentence(lang=lang) for note in found.notes),
    ]


def action_line(row: dict[str, object], every: str, lang: str) -> str:
    """One action, named, with how likely its effect is above 0."""
    said = action_finding(row, every=every, lang=lang)
    said = f"{row['action']}{word('chart_colon', lang)} {said}" if row["action"] else sentence(said)
    chance = row["p_positive"]
    if not row["told"] or not isinstance(chance, float):
        return f"{said}."
    return f"{said}. {word('impact_chance', lang, chance=chance_text(chance, lang))}"


def chance_text(chance: float, lang: str) -> str:
    """A probability that is never said to be 0 or 1.

    Examples
    --------
    >>> chance_text(0.9999, "en"), chance_text(0.931, "en")
    ('> 99%', '93%')
    """
    inside = min(max(chance, 0.01), 0.99)
    mark = "" if inside == chance else "> " if chance > inside else "< "
    return mark + share(inside, lang=lang)


def placebo_lines(found: Impact, lang: str) -> list[str]:
    """That no placebo date showed an effect."""
    dates = len(found.placebo["date"])
    # Where one shows an effect, a note says so.
    return (
        [word("impact_line_placebo", lang, dates=number(dates, lang=lang))] if dates and not found.placebo_shown else []
    )


def plain_lines(found: Impact, lang: str) -> list[str]:
    """The plain comparison, and how much of it is other people; of several actions that of the first, named."""
    plain, names = found.before_after, found.actions["action"]
    if plain["difference"] != plain["difference"]:
        return []
    limits = signed_range(plain["lower"], plain["upper"], lang)
    lines = [word("impact_line_plain", lang, gap=signed(plain["difference"], lang), range=limits)]
    lines.append(mix_line(found.mix, lang) if found.mix is not None else word("impact_line_people", lang))
    return lines if len(names) == 1 else [f"{names[0]}{word('chart_colon', lang)} {line}" for line in lines]


def mix_line(mix: Decomposition, lang: str) -> str:
    """The plain comparison in two parts: other people, and other answers."""
    parts = {"change": signed(mix.change, lang), "mix": signed(mix.mix, lang), "within": signed(mix.within, lang)}
    limits = [signed_range(*ends, lang) for ends in (
        (mix.mix_lower, mix.mix_upper), (mix.within_lower, mix.within_upper))]  # fmt: skip
    return word("impact_line_mix", lang, **parts, range=limits[0], within_range=limits[1])


def mix_warning(found: Impact, lang: str) -> str:
    """That most of the plain comparison is other people, without a full stop; else nothing."""
    mix = found.mix
    if mix is None or mix.mix_lower <= 0 <= mix.mix_upper or abs(mix.mix) < abs(mix.change) / 2:
        return ""
    return word("impact_mix", lang, change=signed(mix.change, lang), mix=signed(mix.mix, lang))
