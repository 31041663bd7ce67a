"""From comments to themes: read, coded, counted; the arithmetic is in `stats`, the words in `text`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.errors import EmptyDataError
from npskit.scale import CATEGORIES
from npskit.stats.comparison import adjust, difference
from npskit.stats.keyness import keyness
from npskit.stats.rates import rate_difference
from npskit.stats.score import score
from npskit.stats.theme_impact import theme_impact
from npskit.stats.theme_trend import theme_trend
from npskit.stats.weighting import effective_responses
from npskit.survey.estimates import all_periods
from npskit.survey.notes import Note, noted
from npskit.survey.theme_answers import Themes
from npskit.text.codeframe import STARTERS, Codeframe, Coding, coverage, overlap, uncovered_terms
from npskit.text.discovery import Topics, apart, clusters, topics
from npskit.text.language import Languages, languages
from npskit.text.non_answers import are_answers
from npskit.text.quotes import quotes
from npskit.text.redaction import KINDS, redacted
from npskit.text.terms import Corpus, Terms, read, terms, tf_idf

__all__ = ["Comments", "themed"]

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Columns = dict[str, list[Any]]

DISCOVERY, OWN = "discovery", "own"
FIGURES = ("share", "share_lower", "share_upper", "score", "impact", "lower", "upper", "p_value")
# Comments that a topic has at least.
LEAST_TOPIC = 10
UNCOVERED, WORDS_A_SIDE = 20, 25
ALPHA = 0.05
MASK = re.compile("|".join(map(re.escape, KINDS.values())))


@dataclass(frozen=True, slots=True)
class Comments:
    """Comments with what is known of each; a list each, of one length.

    Attributes
    ----------
    categories : list of int
        0 detractor, 1 passive, 2 promoter, -1 without a rating.
    levels : list of lists
        One for each of `keys`.
    everybody : ndarray (3,)
        All rated answers, with or without a comment.
    """

    texts: Sequence[str]
    categories: Sequence[int]
    people: Sequence[object] | None
    weights: Sequence[float] | None
    keys: tuple[str, ...]
    levels: Sequence[Sequence[Any]]
    periods: Sequence[dt.date | None] | None
    every: str | None
    everybody: NDArray[Any]
    clustered: bool = False

    def taken(self, rows: Sequence[int]) -> Comments:
        """Some of the comments."""

        def some(values: Sequence[Any] | None) -> Any:
            return None if values is None else [values[at] for at in rows]

        return replace(
            self,
            texts=some(self.texts),
            categories=some(self.categories),
            people=some(self.people),
            weights=some(self.weights),
            levels=[some(level) for level in self.levels],
            periods=some(self.periods),
        )


def themed(
    written: Comments,
    codeframe: Any,
    *,
    lang: str | None,
    redact: bool,
    encode: Callable[[list[str]], Any] | None,
    least: int,
    confidence_level: float,
) -> Themes:
    """The answer of `Survey.themes`."""
    unrated = sum(category < 0 for category in written.categories)
    said = are_answers(written.texts)
    kept = written.taken([at for at, is_said in enumerate(said) if is_said and written.categories[at] >= 0])
    non_answers = said.count(False)
    if not kept.texts:
        raise EmptyDataError(
            where="comments", expected="at least one with a rating that says something",
            got=f"{len(said):,} comments, {non_answers:,} of which say nothing and {unrated:,} without a rating",
        )  # fmt: skip
    if redact:
        kept = replace(kept, texts=redacted(kept.texts))
    corpus = read(kept.texts)
    told = languages(corpus) if lang is None else Languages((lang,) * len(corpus))
    name, frame, coding = coded(corpus, told, codeframe)
    # Pairs of words in few comments would name persons; a topic needs more of them. No part of an address is a word.
    bare = without_personal(corpus)
    found = terms(bare, least=least)
    themes = with_topics(coding, found, kept.texts, encode, least)
    table = theme_table(themes, kept, found, least, confidence_level)
    themes = themes.taken([themes.names.index(theme) for theme in table["theme"]])
    trend, changes, undated = over_time(themes, kept, confidence_level)
    return Themes(
        table=table,
        score=float(score(category_counts(kept, np.ones((len(corpus), 1), dtype=np.bool_))[0])),
        responses=len(corpus),
        codeframe=name,
        coverage=float("nan") if frame is None else coverage(coding.matrix),
        overlap=float("nan") if frame is None else overlap(coding.matrix),
        non_answers=non_answers,
        unrated=unrated,
        languages=told.counts,
        uncovered=uncovered(bare, coding.matrix, least),
        words=words_apart(found, np.asarray(kept.categories)),
        silence=silence(kept, written.everybody, confidence_level),
        by=segment_table(themes, kept, least, confidence_level),
        segmented_by=kept.keys,
        trend=trend,
        changes=changes,
        every=kept.every,
        confidence_level=confidence_level,
        min_responses=least,
        notes=notes(kept, told, codeframe, name, unrated, undated),
        frame=frame,
    )


def without_personal(corpus: Corpus) -> Corpus:
    """The comments with nothing in the place of personal data, so that neither these nor their masks are words."""
    masked = redacted(corpus.texts)
    if masked == list(corpus.texts):
        return corpus
    return read(MASK.sub(" ", text) for text in masked)


def persons(kept: Comments, groups: Flags) -> NDArray[np.int64]:
    """How many people wrote each group of comments (comments, groups); who is not known is a person of their own."""
    known = kept.people
    if known is None:
        return groups.sum(axis=0).astype(np.int64)

    def people(rows: Flags) -> int:
        wrote = [known[at] for at in np.flatnonzero(rows).tolist()]
        return len({who for who in wrote if who is not None}) + wrote.count(None)

    return np.array([people(rows) for rows in groups.T], dtype=np.int64)


def coded(corpus: Corpus, told: Languages, codeframe: Any) -> tuple[str, Codeframe | None, Coding]:
    """The comments coded by the code frame asked for, or by the starter that covers most of them."""
    if isinstance(codeframe, str) and codeframe == DISCOVERY:
        return DISCOVERY, None, Coding(np.zeros((len(corpus), 0), dtype=np.bool_), ())
    if codeframe is None:
        frames = {name: Codeframe.starter(name) for name in STARTERS}
        codings = {name: frame.coding(corpus, told.codes) for name, frame in frames.items()}
        best = max(STARTERS, key=lambda name: coverage(codings[name].matrix))
        return best, frames[best], codings[best]
    is_starter = isinstance(codeframe, str) and codeframe in STARTERS
    frame = Codeframe.starter(codeframe) if is_starter else Codeframe.read(codeframe)
    return codeframe if is_starter else OWN, frame, frame.coding(corpus, told.codes)


@dataclass(frozen=True, slots=True)
class Coded:
    """Themes with the comments that speak of them."""

    names: list[str]
    matrix: Flags
    terms: list[list[str]]
    found: list[bool]

    def taken(self, order: Sequence[int]) -> Coded:
        """The themes in another order."""
        return Coded(
            [self.names[at] for at in order],
            self.matrix[:, list(order)],
            [self.terms[at] for at in order],
            [self.found[at] for at in order],
        )


def with_topics(
    coding: Coding, found: Terms, texts: Sequence[str], encode: Callable[[list[str]], Any] | None, least: int
) -> Coded:
    """Themes of the code frame that anybody speaks of, then the topics of what it leaves over."""
    rows = np.asarray(~coding.matrix.any(axis=1))
    fewest = max(least, LEAST_TOPIC)
    if encode is None:
        other: Topics = topics(found, rows, least=fewest)
    else:
        other = clusters(found, texts, rows, encode, least=fewest)
    used = [at for at in range(len(coding.themes)) if coding.matrix[:, at].any()]
    return Coded(
        [*(coding.themes[at] for at in used), *other.names],
        np.concatenate([coding.matrix[:, used], other.matrix], axis=1),
        [*(list(coding.terms[at]) for at in used), *map(list, other.terms)],
        [False] * len(used) + [True] * len(other.names),
    )


def category_counts(kept: Comments, rows: Flags) -> Floats:
    """Detractors, passives and promoters (groups, 3) of groups of comments (comments, groups).

    Weighted comments count as many as their weights are worth together (Kish).
    """
    weights = np.ones(len(kept.texts)) if kept.weights is None else np.asarray(kept.weights, dtype=float)
    if kept.weights is not None and weights.sum() > 0:
        weights = weights * float(effective_responses(weights.sum(), (weights**2).sum())) / weights.sum()
    one_each = np.zeros((len(weights), 3))
    one_each[np.arange(len(weights)), np.asarray(kept.categories, dtype=int)] = weights
    return np.asarray(rows.T.astype(float) @ one_each)


def in_order(impact: Floats) -> list[int]:
    """The theme that weighs most on the score first; those without an impact last."""
    return np.argsort(np.where(np.isnan(impact), np.inf, impact), kind="stable").tolist()


def theme_table(themes: Coded, kept: Comments, found: Terms, least: int, confidence_level: float) -> Columns:
    """A row a theme, in the order of their impact."""
    whole = category_counts(kept, np.ones((len(kept.texts), 1), dtype=np.bool_))[0]
    figures = theme_impact(category_counts(kept, themes.matrix), whole, confidence_level=confidence_level)
    categories = np.asarray(kept.categories)
    plain = np.stack([(themes.matrix & (categories == k)[:, None]).sum(axis=0) for k in range(3)], axis=-1)
    sizes = plain.sum(axis=-1)
    few = persons(kept, themes.matrix) < least
    table = tf_idf(found) if len(themes.names) and len(found.names) else None
    said = [
        quotes(table, np.flatnonzero(themes.matrix[:, at]), kept.texts, kept.people)
        if table is not None and not few[at] else []
        for at in range(len(themes.names))
    ]  # fmt: skip
    columns = {name: np.atleast_1d(getattr(figures, name)).astype(float) for name in FIGURES}
    # The figures of two persons are their answers.
    for name in ("score", "impact", "lower", "upper", "p_value"):
        # So are those of the two who are without a theme: the score of all less its impact is theirs.
        off = few if name == "score" else few | (persons(kept, ~themes.matrix) < least)
        columns[name] = np.where(off, np.nan, columns[name])
    rows: Columns = {
        "theme": themes.names,
        "responses": sizes.tolist(),
        **{name: columns[name].tolist() for name in ("share", "score", "impact", "lower", "upper")},
        "terms": themes.terms,
        "quotes": said,
        "found": themes.found,
        "share_lower": columns["share_lower"].tolist(),
        "share_upper": columns["share_upper"].tolist(),
        **{
            name: [None if hidden else n for n, hidden in zip(plain[:, k].tolist(), few.tolist(), strict=True)]
            for k, name in enumerate(CATEGORIES)
        },
        "p_adjusted": np.asarray(adjust(columns["p_value"], method="bh")).tolist() if len(sizes) else [],
    }
    order = in_order(columns["impact"])
    return {name: [values[at] for at in order] for name, values in rows.items()}


def uncovered(corpus: Corpus, matrix: Flags, least: int) -> Columns:
    """The commonest terms of comments without a theme of the code frame."""
    left = int((~matrix.any(axis=1)).sum())
    found = [(term, n) for term, n in uncovered_terms(corpus, matrix, size=UNCOVERED) if n >= min(least, 3)]
    return {
        "term": [term for term, _ in found],
        "responses": [n for _, n in found],
        "share": [n / left for _, n in found],
    }


def words_apart(found: Terms, categories: NDArray[Any]) -> Columns:
    """Terms that detractors and promoters say to different degrees, the surest first; none that repeats another."""
    below, above = found.counts(categories == 0), found.counts(categories == 2)
    said = keyness(above, below, prior=found.counts())
    kept: list[int] = []
    for side in (said.z < 0, said.z > 0):
        clear = [at for at in np.argsort(-np.abs(said.z), kind="stable").tolist() if side[at]]
        sure = [at for at in clear if said.p_adjusted[at] < ALPHA]
        names = set(apart([found.names[at] for at in sure], WORDS_A_SIDE))
        kept += [at for at in sure if found.names[at] in names]
    kept.sort(key=lambda at: -abs(float(said.z[at])))
    return {
        "term": [found.names[at] for at in kept],
        "detractors": below[kept].tolist(),
        "promoters": above[kept].tolist(),
        "log_odds": said.log_odds[kept].tolist(),
        "z": said.z[kept].tolist(),
        "p_adjusted": said.p_adjusted[kept].tolist(),
    }


def silence(kept: Comments, everybody: NDArray[Any], confidence_level: float) -> dict[str, float]:
    """Scores of those whose comment says something and of all other rated answers."""
    wrote = np.bincount(np.asarray(kept.categories), minlength=3)
    silent = np.maximum(np.asarray(everybody, dtype=float) - wrote, 0)
    apart_by = difference(wrote, silent, confidence_level=confidence_level)
    return {
        "commenters": int(wrote.sum()),
        "silent": int(silent.sum()),
        "commenters_score": float(score(wrote)),
        "silent_score": float(score(silent)),
        "difference": float(apart_by.difference),
        "lower": float(apart_by.lower),
        "upper": float(apart_by.upper),
    }


def segment_table(themes: Coded, kept: Comments, least: int, confidence_level: float) -> Columns:
    """Who speaks of what: a row for each segment and theme; figures of few people are missing."""
    if not kept.keys:
        return {}
    cells = list(zip(*kept.levels, strict=True))
    different = sorted(set(cells), key=lambda cell: tuple((level is None, str(type(level)), level) for level in cell))
    place = {cell: at for at, cell in enumerate(different)}
    own = np.array([place[cell] for cell in cells])
    members = own[:, None] == np.arange(len(different))
    n = members.sum(axis=0)
    k = members.T.astype(int) @ themes.matrix.astype(int)
    totals = themes.matrix.sum(axis=0)
    apart = rate_difference(
        k, n[:, None], totals[None, :] - k, (len(cells) - n)[:, None], confidence_level=confidence_level
    )
    scores = np.array(
        [[score(counts) for counts in category_counts(kept, themes.matrix & members[:, [at]])] for at in range(len(n))]
    ).reshape(k.shape)
    hidden = np.broadcast_to((persons(kept, members) < least)[:, None], k.shape)
    seen = {"share": k / n[:, None], "difference": apart.difference, "lower": apart.lower, "upper": apart.upper}
    p_adjusted = np.asarray(adjust(np.where(hidden, np.nan, apart.p_value).ravel(), method="bh"))
    rows = [(cell, name) for cell in different for name in themes.names]
    return {
        **{key: [cell[at] for cell, _ in rows] for at, key in enumerate(kept.keys)},
        "theme": [name for _, name in rows],
        "responses": [None if off else int(v) for v, off in zip(k.ravel(), hidden.ravel(), strict=True)],
        "comments": np.repeat(n, len(themes.names)).tolist(),
        **{name: np.where(hidden, np.nan, values).ravel().tolist() for name, values in seen.items()},
        "score": np.where(hidden | (k < least), np.nan, scores).ravel().tolist(),
        "p_adjusted": p_adjusted.tolist(),
    }


def over_time(themes: Coded, kept: Comments, confidence_level: float) -> tuple[Columns, Columns, int]:
    """Shares per theme and period, what changed from the first to the last, and how many have no date."""
    if kept.periods is None or kept.every is None:
        return {}, {}, 0
    days = [day for day in kept.periods if day is not None]
    undated = len(kept.periods) - len(days)
    if not days:
        return {}, {}, undated
    every = all_periods(sorted(set(days)), kept.every)
    place = {day: at for at, day in enumerate(every)}
    rows = np.array([-1 if day is None else place[day] for day in kept.periods])
    inside = rows[:, None] == np.arange(len(every))
    totals, counts = inside.sum(axis=0), themes.matrix.T.astype(int) @ inside.astype(int)
    found = theme_trend(counts, totals, confidence_level=confidence_level)
    size = len(themes.names)
    trend = {
        "theme": [name for name in themes.names for _ in every],
        "period": every * size,
        "responses": counts.ravel().tolist(),
        "comments": totals.tolist() * size,
        "share": found.share.ravel().tolist(),
        "fitted": found.fitted.ravel().tolist(),
        "p_adjusted": found.period_adjusted.ravel().tolist(),
    }
    figures = ("change", "lower", "upper", "p_value", "p_adjusted", "dispersion")
    return trend, {"theme": list(themes.names), **{name: getattr(found, name).tolist() for name in figures}}, undated


def notes(kept: Comments, told: Languages, codeframe: Any, name: str, unrated: int, undated: int) -> tuple[Note, ...]:
    """What the figures rest on beside what is asked."""
    neither = told.counts.get("", 0)
    remarks = [
        noted("theme_note_starter", name=name) if codeframe is None else None,
        noted("theme_note_unrated", unrated, n=unrated) if unrated else None,
        noted("theme_note_assumed", told.assumed, n=told.assumed) if told.assumed else None,
        noted("theme_note_neither", neither, n=neither) if neither else None,
        noted("theme_note_undated", undated, n=undated) if undated else None,
        noted("theme_note_clustered") if kept.clustered else None,
        noted("theme_note_associated"),
    ]
    return tuple(remark for remark in remarks if remark is not None)
