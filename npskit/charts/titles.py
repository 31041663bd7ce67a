"""Title and subtitle on a chart: lines that fit its width, and the same words for those who do not see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from npskit.charts.columns import SEPARATOR, wrapped
from npskit.charts.theme import WIDTH

__all__ = ["packed", "titled"]

# Widest mean letter of the system fonts in the title's and the subtitle's size, in pixels.
TITLE_LETTER, SUBTITLE_LETTER = 8.6, 6.5


def titled(chart: Any, title: str, parts: Sequence[str]) -> Any:
    """The chart with its finding above it and as its description for screen readers.

    `parts` are the pieces of the subtitle, of which empty ones are left out.
    """
    said = [part for part in parts if part]
    return chart.properties(
        title=alt.TitleParams(text=wrapped(title, int(WIDTH / TITLE_LETTER)), subtitle=packed(said)),
        description=f"{title}. {SEPARATOR.join(said)}.",
    )


def packed(parts: Sequence[str]) -> list[str]:
    """Parts side by side as far as a line holds; a line breaks between two parts where it can."""
    most = int(WIDTH / SUBTITLE_LETTER)
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(SEPARATOR) + len(part) <= most:
            lines[-1] += SEPARATOR + part
        else:
            lines += wrapped(part, most)
    return lines
