"""How others stand, in the brief: brands asked in the same survey, or what is published of the industry.

Where a survey asks of several brands its score is nobody's: so with ours named, the whole brief is of our answers, and
without, it says that the score is of all of them.
"""

from __future__ import annotations

from typing import Any

from npskit.charts.benchmark_rows import undrawn
from npskit.frames.portions import Portions
from npskit.labels import word
from npskit.report.passage import Passage
from npskit.report.teams import settings_of
from npskit.survey import Survey
from npskit.survey.benchmark_answers import Benchmark
from npskit.survey.levels import matching

__all__ = ["beside", "others_in_short", "own_answers"]

SEPARATOR = {"en": "; ", "fr": "\u202f; "}


def own_answers(survey: Survey, competitors: str, own: Any) -> Survey:
    """The answers on our own brand, of a survey that asked of several.

    Raises
    ------
    ArgumentError
        When there is no such brand.

    Examples
    --------
    >>> import pandas as pd
    >>> asked = Survey(pd.DataFrame({"brand": ["We", "They", "We"], "nps": [10, 2, 9]}))
    >>> own_answers(asked, "brand", "we").score()
    100.0
    """
    column = survey.source.column(competitors)
    levels = [cell[0] for cell in survey.tally([column]).cells if cell[0] is not None]
    level = own if own in levels else matching(levels, own, where="own", column=column)
    settings = settings_of(survey, True)
    return Survey(Portions(survey.source, [column]).frame((level,)), **settings)


def others_in_short(found: Benchmark | None, *, mixed: bool, lang: str, dated: str = "") -> str:
    """Where the score stands beside others and of when it is; and that it is of all brands, where none is ours."""
    if found is None:
        return ""
    parts = [
        found.sentence(lang=lang),
        found.caution(lang=lang),
        dated,
        word("report_br_others_mixed", lang) if mixed else "",
    ]
    return " ".join(filter(None, parts))


def beside(found: Benchmark | None, lang: str) -> tuple[Passage, Passage]:
    """Heading of the chart of the others, and below it what may mislead; empty without any."""
    if found is None:
        return Passage(), Passage()
    left = undrawn(found.table, names=found.names(lang=lang), lang=lang)
    listing = (word("report_br_undrawn", lang, rows=SEPARATOR[lang].join(left)),) if left else ()
    points = listing + tuple(note.sentence(lang=lang, plain=True) for note in found.notes)
    return Passage(word("report_br_others", lang), kind="section nps-sheet"), Passage(points=points, kind="caption")
