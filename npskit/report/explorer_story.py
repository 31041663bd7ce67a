"""The few words above an explorer: what was asked whom, and what a reader may do and will not find.

The explorer itself tells every number, so its template needs no story; only a page that is given away says what it
does not hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from npskit.labels import word
from npskit.report.passage import Passage
from npskit.report.story import source_name

if TYPE_CHECKING:
    from npskit.survey.exploration import Exploration

__all__ = ["explored"]


def explored(exploration: Exploration, title: str | None = None, threshold: int | None = None) -> Passage:
    """What is explored, and how.

    Parameters
    ----------
    exploration : Exploration
    title : str, optional
        What was surveyed; the name of the file that was read when not given.
    threshold : int, optional
        The fewest responses of a group on a page that is given away; None where the rows are at hand.

    Returns
    -------
    Passage

    Examples
    --------
    >>> import pandas as pd
    >>> from npskit.survey import Survey
    >>> from npskit.survey.exploration import Exploration
    >>> seen = Exploration(Survey(pd.DataFrame({"nps": [10, 2, 9, 8] * 50, "shop": ["Lyon", "Nice"] * 100})))
    >>> print(explored(seen, "Shops").text)
    Shops
    Every control and every picture filters all the others.
    >>> "no group of fewer than 10 responses" in explored(seen, threshold=10).text
    True
    """
    lang = exploration.lang
    heading = title or source_name(exploration.survey) or word("explore_title", lang)
    sentences = [word("cli_dashboard_intro", lang)]
    if threshold is not None:
        sentences.append(word("cli_dashboard_holds", lang, threshold=threshold))
    return Passage(heading, (" ".join(sentences),), level=1)
