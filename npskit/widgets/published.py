"""An explorer inside a report: what a page without a kernel shows in its place.

A report is given away, so it gets the cube that may be, and the same script as the page of `Explorer.to_html`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from npskit.widgets.explorer import public_payload
from npskit.widgets.javascript import asset, script
from npskit.widgets.page import fragment, inlined

if TYPE_CHECKING:
    from npskit.widgets.explorer import Explorer

__all__ = ["Published", "published"]


@dataclass(frozen=True)
class Published:
    """A part of a page, with everything it needs.

    Attributes
    ----------
    html : str
    words : str
        The same for who reads text.
    """

    html: str
    words: str

    def _repr_html_(self) -> str:
        return self.html

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
    return Published(html, explorer.exploration.words("en"))
