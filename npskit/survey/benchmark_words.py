"""The sentences of a benchmark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from npskit.charts.words import amount, sentence, told
from npskit.labels import number, points, word

if TYPE_CHECKING:
    from npskit.survey.benchmark_answers import Benchmark
    from npskit.survey.notes import Note

__all__ = ["brands_sentence", "caution_text", "range_sentence", "rank_text"]

# Brands that differ from ours, each by its name; of more than these the rest are counted.
MOST_NAMED = 4
# Remarks that may take the sense from a range, those first that do most; one counts when it is of most figures.
CAUTIONS = ("benchmark_note_scale", "benchmark_note_old", "benchmark_note_country", "benchmark_note_country_unsaid",
            "benchmark_note_channel_person", "benchmark_note_channel_alone", "benchmark_note_estimates")  # fmt: skip


def brands_sentence(found: Benchmark, lang: str) -> str:
    """Our rank and the brands above us, then those below, beyond chance; without ours, who leads."""
    table = found.table
    values = {"k": number(found.brands, lang=lang)}
    if found.own is None or "difference" not in table:
        values |= {"name": str(table["name"][0]), "score": points(table["score"][0], lang=lang)}
        chance = chance_words(table["p_best"][0], lang)
        return sentence(word("benchmark_leader", lang, **values, chance=chance))
    row = list(table["kind"]).index("own")
    values |= {
        "name": found.own_text(lang), "score": found.score_text(lang),
        "rank": rank_text(table["rank"][row], table["rank_lower"][row], table["rank_upper"][row], lang),
    }  # fmt: skip
    first = word("benchmark_rank", lang, **values)
    others = [at for at, kind in enumerate(table["kind"]) if kind == "competitor"]
    held = [at for at in others if holds(found, at)]
    if not held:
        return sentence(
            f"{first} {word('benchmark_none_apart' if len(others) > 1 else 'benchmark_none_apart_1', lang)}"
        )
    # Who stands above matters more than who stands below.
    held.sort(key=lambda at: (table["difference"][at] > 0, abs(table["difference"][at])), reverse=True)
    named = held if len(held) <= MOST_NAMED else held[: MOST_NAMED - 1]
    said = [sentence(apart(table, at, lang)) for at in named]
    if more := len(held) - len(named):
        said.append(told("benchmark_more_apart", more, lang, n=number(more, lang=lang)))
    return sentence(" ".join([first, *said]))


def apart(table: Mapping[str, Sequence[Any]], at: int, lang: str) -> str:
    """By how much a brand stands above ours, or below."""
    gap = table["difference"][at]
    key = "benchmark_above_us" if gap > 0 else "benchmark_below_us"
    return word(key, lang, name=str(table["name"][at]), gap=amount(gap, lang))


def holds(found: Benchmark, at: int) -> bool:
    """Whether a difference to ours is more than chance, given how many were looked at."""
    p = found.table["p_adjusted"][at]
    return p is not None and p < 1 - found.confidence_level


def rank_text(rank: int, lower: int, upper: int, lang: str) -> str:
    """A rank with its limits, "2 (1 to 4)"; alone where there is no doubt."""
    shown = [number(each, lang=lang) for each in (rank, lower, upper)]
    return shown[0] if lower == rank == upper else word("benchmark_rank_limits", lang, **dict(
        zip(("rank", "lower", "upper"), shown, strict=True)))  # fmt: skip


def chance_words(chance: float, lang: str) -> str:
    """A probability of the draws."""
    from npskit.charts.rows import chance_text

    return chance_text(chance, lang)


def range_sentence(found: Benchmark, lang: str) -> str:
    """What is published of the industry, and where our score lies in it."""
    companies = [at for at, kind in enumerate(found.table["kind"]) if kind == "company"]
    if not found.figures:
        if not companies:
            return ""
        key = "benchmark_companies_only" if found.industries else "benchmark_companies_given"
        return word(key, lang, industry=found.industry_text(lang=lang))
    industry = found.industry_text(lang=lang)
    values = {
        "of": word("benchmark_for", lang, industry=industry) if industry else "",
        "lower": points(found.range_lower, lang=lang), "upper": points(found.range_upper, lang=lang),
        "n": number(found.figures, lang=lang),
        "k": told("benchmark_sources", found.sources, lang, n=number(found.sources, lang=lang)),
    }  # fmt: skip
    one = found.figures == 1
    if found.score != found.score:
        return word("benchmark_range_alone_1" if one else "benchmark_range_alone", lang, **values)
    values |= {"name": sentence(found.own_text(lang)), "score": found.score_text(lang)}
    if one:
        return word("benchmark_range_1", lang, **values)
    return word(f"benchmark_range_{place(found)}", lang, **values)


def place(found: Benchmark) -> str:
    """Where our score lies: within the range, or beyond it with or without its whole interval."""
    if found.range_lower <= found.score <= found.range_upper:
        return "within"
    side = "above" if found.score > found.range_upper else "below"
    clear = found.lower > found.range_upper if side == "above" else found.upper < found.range_lower
    return side if clear else f"{side}_open"


def caution_text(found: Benchmark, lang: str) -> str:
    """What misleads most about the range: the remark that is of the most figures, if it is of half of them or more."""
    if not found.figures:
        return ""
    known = [(share_of(note), -CAUTIONS.index(key), note) for note in found.notes
             if (key := note.key.removesuffix("_1")) in CAUTIONS]  # fmt: skip
    worst = max((each for each in known if each[0] >= 0.5), key=lambda each: each[:2], default=None)
    return "" if worst is None else worst[2].sentence(lang=lang, plain=True)


def share_of(note: Note) -> float:
    """Of how many of the figures a remark is; one that counts none is of all."""
    n, k = (note.values.get(name) for name in ("n", "k"))
    return 1.0 if n is None or k is None else float(n) / float(k)
