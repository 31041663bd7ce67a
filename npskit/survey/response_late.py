"""Late answers and those after reminders, and people who wrote a comment: hints of what the silent may think.

Whoever answered only after two reminders nearly stayed silent, so the late are the nearest one can see to the silent.
They are a hint and no measurement: that the last to answer resemble those who never do is an assumption too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.errors import NpskitError
from npskit.frames.person_rows import NO_DAY
from npskit.frames.written import written
from npskit.stats.comparison import difference
from npskit.stats.intervals import interval
from npskit.stats.score import score
from npskit.survey.levels import level_text
from npskit.survey.response_parts import Waves
from npskit.survey.response_rows import SILENT, Invitations

if TYPE_CHECKING:
    from npskit.survey.base import Base
    from npskit.tally import Tally

__all__ = ["by_delay", "by_reminders", "commenters"]

PARTS = 3
#: Answers of a wave below which it is not compared.
FEWEST = 10
NO = ("", "0", "no", "non", "false", "faux", "n")


def by_delay(people: Invitations, *, confidence_level: float) -> Waves | None:
    """Answers in thirds by the days they took; None where that is not known, or all took as long."""
    answered = (people.category != SILENT) & (people.sent != NO_DAY) & (people.answered != NO_DAY)
    delay, category = (people.answered - people.sent)[answered], people.category[answered]
    if len(delay) < PARTS * FEWEST:
        return None
    edges = np.unique(np.quantile(delay, [1 / PARTS, 2 / PARTS], method="inverted_cdf"))
    edges = edges[edges < delay.max()]
    if not len(edges):
        return None
    wave = np.searchsorted(edges, delay, side="left")
    spans = [(int(delay[wave == at].min()), int(delay[wave == at].max())) for at in range(len(edges) + 1)]
    return waves("delay", spans, counts_of(wave, category, len(spans)), confidence_level)


def by_reminders(people: Invitations, *, confidence_level: float) -> Waves | None:
    """Answers by how many reminders had gone out before them; None without reminders."""
    answered = (people.category != SILENT) & (people.answered != NO_DAY)
    if not len(people.reminders) or not answered.any():
        return None
    sent = people.reminders[:, answered]
    wave = ((sent != NO_DAY) & (sent <= people.answered[answered])).sum(0)
    size = int(wave.max()) + 1
    if size < 2:
        return None
    return waves("reminder", [(at, at) for at in range(size)],
                 counts_of(wave, people.category[answered], size), confidence_level)  # fmt: skip


def counts_of(wave: np.ndarray, category: np.ndarray, size: int) -> np.ndarray:
    """Answers by wave and category."""
    counts = np.zeros((size, 3))
    np.add.at(counts, (wave, category), 1)
    return counts


def commenters(survey: Base, named: str | None, *, confidence_level: float) -> Waves | None:
    """Those who wrote a comment and those who only gave a rating; None without a column of comments."""
    try:
        tally = survey.tally() if named is None else survey.tally(named)
        wrote = written_counts(survey, tally) if named is None else flagged_counts(tally)
    except NpskitError:
        if named is not None:
            raise
        return None
    counts = np.array([tally.category_counts.sum(0) - wrote, wrote])
    if not counts.sum(1).all():
        return None
    return waves("comment", [(0, 0), (1, 1)], counts, confidence_level)


def written_counts(survey: Base, tally: Tally) -> np.ndarray:
    """Categories of the answers with a comment."""
    rows = written(survey.source, survey.column("comment"), [survey.column("rating")])
    codes = tally.scale.codes(rows.columns[0])
    return np.bincount(tally.scale.categories[codes[codes >= 0]], minlength=3).astype(float)


def flagged_counts(tally: Tally) -> np.ndarray:
    """Categories of the answers whose column says that a comment was written: anything but 0, no and nothing."""
    wrote = [level_text(cell[0]).strip().casefold() not in NO and cell[0] is not None for cell in tally.cells]
    found: np.ndarray = tally.category_counts[np.array(wrote, dtype=bool)].sum(0).astype(float)
    return found


def waves(kind: str, spans: Sequence[tuple[int, int]], counts: np.ndarray, confidence_level: float) -> Waves:
    """A row a wave, and the last against the first."""
    lower, upper = interval(counts, confidence_level=confidence_level)
    found = difference(counts[-1], counts[0], confidence_level=confidence_level)
    table: dict[str, list[Any]] = {
        "first": [low for low, _ in spans],
        "last": [high for _, high in spans],
        "responses": counts.sum(1).astype(int).tolist(),
        "score": np.atleast_1d(score(counts)).tolist(),
        "lower": np.atleast_1d(lower).tolist(),
        "upper": np.atleast_1d(upper).tolist(),
    }
    figures = {name: float(getattr(found, name)) for name in ("difference", "lower", "upper", "p_value")}
    return Waves(table, kind, **figures, confidence_level=confidence_level)
