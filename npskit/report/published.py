"""What others published on the score and growth, a line a publication, in the reader's language.

The facts are data beside the method that cites them; here they get words. A publication that has no words yet is shown
with the finding as its data hold it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from npskit.errors import ArgumentError
from npskit.labels import number, word
from npskit.roles import fold

__all__ = ["published"]

DOI = re.compile(r"doi\.org/\S+")


def published(facts: Iterable[Mapping[str, Any]], lang: str) -> tuple[tuple[str, str], ...]:
    """Source with its year, and finding, of each publication, in the order of time.

    Examples
    --------
    >>> fact = {"source": "Doe, On Scores (Journal 1:2)", "year": 2030, "value": 0.25, "finding": "Little.", "url": ""}
    >>> published([fact], "en")
    (('Doe, On Scores (Journal 1:2), 2030', 'Little.'),)
    """
    sources: dict[str, list[Mapping[str, Any]]] = {}
    for fact in facts:
        sources.setdefault(str(fact["source"]), []).append(fact)
    return tuple(line(source, rows, lang) for source, rows in sources.items())


def line(source: str, rows: Sequence[Mapping[str, Any]], lang: str) -> tuple[str, str]:
    """One publication."""
    first = rows[0]
    values = [row["value"] for row in rows if row["value"] is not None]
    said = {"low": "", "high": "", "k": len(values)}
    if values:
        said |= {name: number(end, digits=2, lang=lang, sign=True) for name, end in
                 (("low", min(values)), ("high", max(values)))}  # fmt: skip
    key = f"report_gr_found_{fold(source).split()[0]}_{first['year']}"
    try:
        found = word(key, lang, **said)
    except ArgumentError:
        found = str(first["finding"])
    doi = DOI.search(str(first["url"]))
    return ", ".join([source, str(first["year"]), *([doi[0]] if doi else [])]), found
