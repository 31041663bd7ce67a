"""An explorer inside a report: what a page without a kernel shows in its place.

A report is given away, so it gets the cube that may be, and the same script as the page of `Explorer.to_html`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from npskit.labels import word
from npskit.survey.estimates import counted, estimates
from npskit.widgets.explorer import public_payload
from npskit.widgets.javascript import asset, script
from npskit.widgets.page import fragment, inlined

if TYPE_CHECKING:
    from npskit.survey.exploration import Exploration
    from npskit.widgets.explorer import Explorer

__all__ = ["Published", "published"]

# The standard type of a table with its fields described (Frictionless Data).
TABLE_TYPE = "application/vnd.dataresource+json"
FIGURES = {
    "responses": "workbook_responses", "score": "workbook_score", "lower": "workbook_low", "upper": "workbook_high",
}  # fmt: skip


@dataclass(frozen=True)
class Published:
    """A part of a page, with everything it needs.

    Attributes
    ----------
    html : str
    words : str
        The same for who reads text.
    tables : list of dict
        The score by each column, for who reads neither, such as a workbook.
    """

    html: str
    words: str
    tables: list[dict[str, Any]] = field(default_factory=list, repr=False)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return {"text/html": self.html, "text/plain": repr(self), TABLE_TYPE: self.tables}

    def __repr__(self) -> str:
        return f"<npskit.Published: {self.words}>"


def published(explorer: Explorer, threshold: int = 10) -> Published:
    """An explorer as a part of a page that moves without a kernel and without a network.

    Parameters
    ----------
    explorer : Explorer
    threshold : int
        No group of fewer responses is in it, and no rows.

    Returns
    -------
    Published

    Raises
    ------
    ArgumentError
        When there are fewer responses than the threshold.

    Examples
    --------
    >>> import npskit
    >>> published(npskit.datasets.load("carpentries").nps.explore(lang="fr"))
    <npskit.Published: 889 responses>
    """
    style = asset("page.css") + asset("explorer.css")
    body = fragment(public_payload(explorer.exploration, threshold, None), lang=explorer.lang)
    html = f"<style>{style}</style>{body}<script>{inlined(script(asset('page.js')))}</script>"
    tables = list(described(explorer.exploration, threshold))
    return Published(html, explorer.exploration.words("en"), tables)


def described(exploration: Exploration, threshold: int) -> Iterator[dict[str, Any]]:
    """The score by each column of what may be given away."""
    cube, lang = exploration.publishable(threshold).cube, exploration.lang
    for axis, dimension in enumerate(cube.dimensions):
        tally = cube.tally({}, [axis])
        found = estimates(tally, confidence_level=exploration.state.confidence_level, method="score")
        columns = {"responses": counted(tally.category_counts)["responses"], **found}
        rows = [
            {dimension.name: level_text(cell[0], lang), **{name: columns[name][at] for name in FIGURES}}
            for at, cell in enumerate(tally.cells)
            if columns["responses"][at] >= max(threshold, 1)
        ]
        heads = [(dimension.name, dimension.name), *((name, word(key, lang)) for name, key in FIGURES.items())]
        kinds = {name: "integer" if name == "responses" else "number" for name in FIGURES}
        fields = [{"name": name, "title": title, "type": kinds.get(name, "string")} for name, title in heads]
        yield {"name": f"table-{axis + 1}", "title": dimension.name, "schema": {"fields": fields}, "data": rows}


def level_text(level: object, lang: str) -> str:
    """A level as a table shows it."""
    if level is None:
        return word("missing_level", lang)
    if isinstance(level, float) and level.is_integer():
        return str(int(level))
    return level.isoformat() if isinstance(level, dt.date) else str(level)
