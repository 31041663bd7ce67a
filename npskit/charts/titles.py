"""Title and subtitle on a chart: lines that fit its width, and the same words for those who do not see it."""

from __future__ import annotations

from typing import Any

import altair as alt

from npskit.charts.columns import wrapped
from npskit.charts.theme import WIDTH

__all__ = ["titled"]

# Widest mean letter of the system fonts in the title's and the subtitle's size, in pixels.
TITLE_LETTER, SUBTITLE_LETTER = 8.6, 6.3


def titled(chart: Any, title: str, subtitle: str) -> Any:
    """The chart with its finding above it and as its description for screen readers."""
    return chart.properties(
        title=alt.TitleParams(
            text=wrapped(title, int(WIDTH / TITLE_LETTER)), subtitle=wrapped(subtitle, int(WIDTH / SUBTITLE_LETTER))
        ),
        description=f"{title}. {subtitle}",
    )
