"""How people were asked: by whom, and on what, since the same customers give other scores on the telephone than alone.

A channel is one of few words, whatever way it is written. That of the survey is said by the analyst, or by the column
that the answers have for it. What matters most is whether a person asks: people alike give very bad ratings more often
on the web than to an interviewer (Pew Research Center, 2015, "From Telephone to the Web").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from npskit.errors import ArgumentError, did_you_mean
from npskit.labels import word
from npskit.roles import fold
from npskit.survey.audit_columns import audit_columns
from npskit.survey.base import Base
from npskit.survey.benchmark_sources import Figure, words
from npskit.survey.levels import level_text
from npskit.survey.notes import Figure as Number
from npskit.survey.notes import Note, noted
from npskit.tally import Tally

__all__ = ["PERSONAL", "Asked", "asked_by", "brand_channel_notes", "channel_columns", "channel_notes", "channels_meant"]

#: Channels where a person asks.
PERSONAL = ("phone", "face")
# What is no second channel beside others: the page that an invitation leads to, the telephone that a machine calls.
WITHIN = {"web": {"email", "sms", "app", "kiosk"}, "phone": {"ivr"}}
# Levels whose words are not known, and answers of which no channel is known.
OTHER, UNSAID = "other", "unsaid"
# Share of the answers that has to tell the channel, or to share it, so that it is taken for that of all.
MOST = 0.9
# Brands with fewer answers have no channel of their own.
FEWEST = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """How the survey was asked: a channel, or several with their shares of the answers; `column` tells, or nobody."""

    channels: tuple[str, ...] = ()
    shares: Mapping[str, float] = field(default_factory=dict)
    column: str = ""

    @property
    def single(self) -> str | None:
        """The one channel; None for a mix, and where nothing is known."""
        return self.channels[0] if len(self.channels) == 1 and len(self.shares) < 2 else None


def channels_meant(text: str) -> tuple[str, ...]:
    """The channels that words stand for; none for words that are not known.

    Examples
    --------
    >>> channels_meant("phone/CATI"), channels_meant("Courriel puis relance téléphonique"), channels_meant("survey")
    (('phone',), ('phone', 'email'), ())
    """
    found: dict[str, None] = {}
    for part in re.split(r"[,;/+&|]", text):
        folded = fold(part)
        meant = [value for value, pattern in words("channel") if pattern.fullmatch(folded)]
        found |= dict.fromkeys(value for value in meant if not WITHIN.get(value, set()) & set(meant))
    return tuple(found)


def channel_columns(survey: Base, taken: Sequence[str | None] = ()) -> list[str]:
    """The columns that may tell how each answer came in."""
    named = [name for name in (*survey._named.values(), survey._cluster, *taken) if name is not None]
    return audit_columns(survey.source, "channel", None, named)


def asked_by(survey: Base, given: Any, *, brand: tuple[str, str] | None = None) -> Asked:
    """How the survey was asked: as said, else as its own column tells, of the answers on our brand where there is one.

    Parameters
    ----------
    survey : Base
    given : str or None
    brand : (str, str), optional
        Column of the brands, and the text of ours.

    Raises
    ------
    ArgumentError
        For words that are no channel.

    Examples
    --------
    >>> import pandas as pd
    >>> survey = Base(pd.DataFrame({"nps": [9, 3], "canal": ["Téléphone", "CATI"]}))
    >>> asked_by(survey, None)
    Asked(channels=('phone',), shares={'phone': 1.0}, column='canal')
    >>> asked_by(survey, "en ligne").single
    'web'
    """
    if given is not None:
        channels = channels_meant(given) if isinstance(given, str) else ()
        if not channels:
            raise unknown(given)
        return Asked(channels)
    for column in channel_columns(survey, [None if brand is None else brand[0]]):
        counts = counted(tally_of(survey, column, None if brand is None else brand[0]), brand and brand[1])
        known = sum(n for key, n in counts.items() if key not in (OTHER, UNSAID))
        # A column of other words is one of where people buy, or of devices.
        if known and known >= MOST * (counts.total() - counts[UNSAID]):
            return read(counts, column)
    return Asked()


def unknown(given: Any) -> ArgumentError:
    """The error for a channel that no words stand for."""
    values = [value for value, _ in words("channel")]
    plain = [value if channels_meant(value) else word(f"benchmark_channel_{value}", "en") for value in values]
    names = [*plain, *(word(f"benchmark_channel_{value}", "fr") for value in values)]
    return ArgumentError(
        where="channel", expected="how people were asked, such as 'web', 'email' or 'phone'", got=repr(given),
        hint=did_you_mean(str(given), dict.fromkeys(names), quoted=True),
    )  # fmt: skip


def tally_of(survey: Base, column: str, brand: str | None) -> Tally:
    """Answers by brand, if any, and by level of the column."""
    return survey.tally(column if brand is None else [brand, column])


def counted(tally: Tally, brand: str | None) -> Counter[str]:
    """Answers by channel, of one brand where it is named."""
    found: Counter[str] = Counter()
    for cell, responses in zip(tally.cells, tally.responses.tolist(), strict=True):
        if responses and (brand is None or level_text(cell[0]) == brand):
            found[channel_of(cell[-1])] += responses
    return found


def channel_of(level: object) -> str:
    """The channel of a level; several in one are a way of their own."""
    meant = () if level is None else channels_meant(level_text(level))
    return UNSAID if level is None else meant[0] if len(meant) == 1 else OTHER


def read(counts: Counter[str], column: str) -> Asked:
    """The channel of the answers that tell one, where most do; else all with their shares, the largest first."""
    total = counts.total()
    told = {key: n for key, n in counts.most_common() if key != UNSAID}
    if len(told) == 1 and sum(told.values()) >= MOST * total:
        return Asked(tuple(told), dict.fromkeys(told, 1.0), column)
    return Asked(tuple(told), {key: n / total for key, n in counts.most_common()}, column)


# ---- remarks --------------------------------------------------------------------------------------------------------


def channel_notes(figures: Sequence[Figure], asked: Asked) -> list[Note]:
    """Figures that were asked by another channel, by a person first; a mix; and how many figures say how they were."""
    meant = [() if each.kind == "estimate" else channels_meant(each.channel) for each in figures]
    told, size = sum(map(bool, meant)), len(figures)
    alone = asked.single
    if not told:
        return [*mix_notes(asked), noted("benchmark_note_channel_unsaid")]
    if alone is None:
        key = "benchmark_note_channel" if asked.channels else "benchmark_note_channel_open"
        return [*mix_notes(asked), noted(key, told, n=told, k=size)]
    across = [at for at in range(size) if meant[at] and personal(meant[at]) != {alone in PERSONAL}]
    others = [at for at in range(size) if meant[at] and at not in across and meant[at] != (alone,)]
    keys = ("benchmark_note_channel_alone" if alone in PERSONAL else "benchmark_note_channel_person", across), (
        "benchmark_note_channel_other", others)  # fmt: skip
    notes = [
        noted(key, len(rows), n=len(rows), k=size, channel=named(asked),
              names=sources([(meant[at], figures[at].publisher) for at in rows], alone))
        for key, rows in keys if rows
    ]  # fmt: skip
    return notes + ([noted("benchmark_note_channel", told, n=told, k=size)] if told < size else [])


def personal(channels: Iterable[str]) -> set[bool]:
    """Whether a person asks in one of the channels, and whether none does."""
    return {each in PERSONAL for each in channels}


def named(asked: Asked) -> Note:
    """The channel of the survey in words, with the column that tells it."""
    channel = noted(f"benchmark_channel_{asked.single}")
    return noted("benchmark_channel_found", channel=channel, column=asked.column) if asked.column else channel


def sources(rows: Sequence[tuple[tuple[str, ...], str]], own: str) -> tuple[Note, ...]:
    """Each channel but ours with those who asked by it."""
    found: dict[str, dict[str, None]] = {}
    for channels, publisher in rows:
        for each in channels:
            if each != own:
                found.setdefault(each, {})[publisher] = None
    return tuple(
        noted("benchmark_channel_of", channel=noted(f"benchmark_channel_{each}"), names=tuple(publishers))
        for each, publishers in found.items()
    )


def mix_notes(asked: Asked) -> list[Note]:
    """That the survey was asked by several channels, and how many answers came by each."""
    if asked.single is not None or not asked.channels:
        return []
    names = tuple(
        noted("benchmark_channel_share", channel=noted(f"benchmark_channel_{each}"), share=Number(share, "share"))
        for each, share in asked.shares.items()
    ) or tuple(noted(f"benchmark_channel_{each}") for each in asked.channels)
    ways = personal(each for each in asked.channels if each != OTHER)
    key = "benchmark_note_channel_mix" + ("_person" if len(ways) > 1 else "")
    place = noted("benchmark_channel_column", column=asked.column) if asked.column else ""
    return [noted(key, names=names, column=place)]


def brand_channel_notes(survey: Base, competitors: str, names: Sequence[str]) -> list[Note]:
    """That brands were asked by different channels, each by one of its own."""
    for column in channel_columns(survey, [competitors]):
        tally = tally_of(survey, column, competitors)
        mains = {name: main(counted(tally, name)) for name in names}
        by = {key: tuple(name for name, each in mains.items() if each == key) for key in mains.values() if key}
        if len(by) > 1:
            parts = tuple(noted("benchmark_channel_of", channel=noted(f"benchmark_channel_{key}"), names=brands)
                          for key, brands in by.items())  # fmt: skip
            return [noted("benchmark_note_channel_brands", names=parts, column=column)]
    return []


def main(counts: Counter[str]) -> str | None:
    """The channel of nearly all answers."""
    total = counts.total()
    key, n = next(iter(counts.most_common(1)), (OTHER, 0))
    return None if key in (OTHER, UNSAID) or total < FEWEST or n < MOST * total else key
