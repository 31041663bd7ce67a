"""A change in words: whether the score moved, and whether by who answered or by what they answered.

Each of the three is said only where its own interval leaves out 0. When every segment went one way and the score the
other (Simpson), that is told too: as a finding where the intervals hold both, else as what the figures show.
"""

from __future__ import annotations

from dataclasses import dataclass

from npskit.charts.columns import known
from npskit.charts.rows import signed_figure
from npskit.charts.words import amount, sentence
from npskit.labels import number, word

__all__ = ["Change", "beyond_chance", "change_finding", "reversal_text"]

Limits = tuple[float, float | None, float | None]


@dataclass(frozen=True, slots=True)
class Change:
    """A change and its two sums, each (value, lower, upper) in points, and whether it is a reversal."""

    change: Limits
    mix: Limits
    within: Limits
    reversal: bool = False

    def is_clear(self, part: str) -> bool:
        """Whether the interval of a part leaves out 0."""
        return beyond_chance(*getattr(self, part))

    @property
    def has_sums(self) -> bool:
        """Whether the sums came with intervals."""
        return all(bound is not None and known(bound) for part in (self.mix, self.within) for bound in part[1:])


def beyond_chance(value: float, lower: float | None, upper: float | None, wide: float = 1.0) -> bool:
    """Whether an interval, made `wide` times as wide, leaves out 0."""
    if lower is None or upper is None or not (known(lower) and known(upper)):
        return False
    return value - wide * (value - lower) > 0 or value + wide * (upper - value) < 0


def change_finding(told: Change, before: str, after: str, *, lang: str) -> str:
    """Title of a waterfall."""
    if not told.is_clear("change"):
        return unclear(told, before, after, lang)
    down = told.change[0] < 0
    moved = word(
        "chart_moved_down" if down else "chart_moved_up",
        lang,
        gap=amount(told.change[0], lang),
        before=before,
        after=after,
    )
    if not told.has_sums:
        return sentence(moved)
    mix, within = told.is_clear("mix"), told.is_clear("within")
    if told.reversal and mix and within and told.mix[0] * told.within[0] < 0:
        return sentence(word("chart_moved_against_down" if down else "chart_moved_against_up", lang, moved=moved))
    which = "both" if mix and within else "mix" if mix else "within" if within else "either"
    return sentence(word(f"chart_moved_{which}", lang, moved=moved, **sums(told, lang)))


def unclear(told: Change, before: str, after: str, lang: str) -> str:
    """No clear change; or two clear parts that offset each other."""
    clear = told.has_sums and told.is_clear("mix") and told.is_clear("within")
    key = "chart_moved_offset" if clear and told.mix[0] * told.within[0] < 0 else "chart_moved_not"
    return word(key, lang, before=before, after=after, **sums(told, lang))


def sums(told: Change, lang: str) -> dict[str, str]:
    """The two sums as figures."""
    return {name: signed_figure(*limits, lang) for name, limits in (("mix", told.mix), ("within", told.within))}


def reversal_text(told: Change, segments: int, lang: str) -> str:
    """That each segment by itself went the other way."""
    if not told.reversal:
        return ""
    key = "chart_reversal_down" if told.change[0] < 0 else "chart_reversal_up"
    return word(key, lang, k=number(segments, lang=lang))
