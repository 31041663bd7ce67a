"""The sentences of a benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from npskit.charts.words import amount, sentence, told
from npskit.labels import number, points, word

if TYPE_CHECKING:
    from npskit.survey.benchmark_answers import Benchmark

__all__ = ["brands_sentence", "range_sentence", "rank_text"]


def brands_sentence(found: Benchmark, lang: str) -> str:
    """Our rank and the brand farthest above us, or else below, beyond chance; without ours, who leads."""
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
    at = max(held, key=lambda at: (table["difference"][at] > 0, abs(table["difference"][at])))
    gap = table["difference"][at]
    key = "benchmark_above_us" if gap > 0 else "benchmark_below_us"
    return sentence(f"{first} {sentence(word(key, lang, name=str(table['name'][at]), gap=amount(gap, lang)))}")


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
