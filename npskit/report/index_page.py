"""The page that leads to the reports of all teams: each with its score, its interval and its number of answers.

One file without scripts and without any address but those of the reports beside it. The intervals stand above each
other on one scale, so that one sees how far they overlap before one reads a rank into the order.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from npskit.charts.words import level_share
from npskit.labels import date_text, number, points, word
from npskit.report.brief_words import dated
from npskit.report.catalogue import titled
from npskit.report.page import asset
from npskit.report.teams import Figures
from npskit.report.words import score_text, size, told
from npskit.version import VERSION

__all__ = ["Entry", "index_page"]

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
WIDTH, HEIGHT, MARGIN = 240, 22, 6
LONGEST = 80
STEPS = (1, 2, 5, 10, 20, 25, 50, 100)
WIDE = ' class="wide"'
STYLE = """
main { max-width: 60rem; }
.many { width: 100%; margin: 1.2rem 0 0; }
.many th { color: var(--quiet); font-weight: 400; vertical-align: bottom; }
.many th:first-child, .many td:first-child { text-align: left; padding-left: 0; overflow-wrap: anywhere; }
.many td { vertical-align: middle; font-variant-numeric: tabular-nums; white-space: nowrap; }
.many td:first-child { white-space: normal; min-width: 9rem; }
.many svg { display: block; width: 15rem; height: auto; color: var(--text); overflow: visible; }
.many .score { font-weight: 650; }
.many tr { break-inside: avoid; }
.quiet { color: var(--quiet); }
a { color: inherit; text-decoration-color: var(--promoters); text-underline-offset: .15em; }
a:focus-visible { outline: 2px solid var(--promoters); outline-offset: 2px; }
@media (max-width: 46rem) {
  .many .wide { display: none; }
  .many svg { width: 6rem; }
  .many td, .many th { padding: .25rem .35rem; }
  .many td:first-child { min-width: 6rem; }
}
"""


@dataclass(frozen=True)
class Entry:
    """A team on the page.

    Attributes
    ----------
    label : str
    figures : Figures
        Missing for a team that is withheld.
    state : str
    message : str
    file : str or None
        Name of its report, where it is there.
    """

    label: str
    figures: Figures
    state: str
    message: str = ""
    file: str | None = None


@dataclass(frozen=True)
class Scale:
    """Where a score stands in a picture."""

    lowest: float
    highest: float

    def at(self, score: float) -> float:
        """Pixels from the left."""
        part = (score - self.lowest) / (self.highest - self.lowest)
        return round(MARGIN + part * (WIDTH - 2 * MARGIN), 1)

    @property
    def ticks(self) -> list[int]:
        """A few round scores."""
        span = self.highest - self.lowest
        step = next(step for step in STEPS if span / step <= 5 or step == STEPS[-1])
        first = math.ceil(self.lowest / step) * step
        return list(range(first, math.floor(self.highest) + 1, step))


def index_page(
    entries: Sequence[Entry],
    whole: Figures,
    *,
    template: str,
    title: str,
    lang: str,
    threshold: int,
    confidence_level: float,
    today: dt.date | None = None,
    dates: tuple[str, str] | None = None,
) -> str:
    """The page of all reports.

    Parameters
    ----------
    entries : sequence of Entry
        In their order on the page.
    whole : Figures
        What each is compared with.
    template, title, lang : str
    threshold : int
        Teams with fewer responses are withheld.
    confidence_level : float
    today : datetime.date, optional
    dates : tuple of str, optional
        First and last month of the answers in words.

    Returns
    -------
    str
        HTML.
    """
    name = titled(template, "title", lang)
    kicker = " · ".join(filter(None, [name, title, date_text(today or dt.date.today(), lang)]))
    shown = [entry for entry in entries if entry.state != "withheld"]
    withheld = [entry for entry in entries if entry.state == "withheld"]
    body = [
        f'<p class="nps-kicker">{escape(kicker)}</p><h1>{escape(heading(shown, lang))}</h1>',
        *(
            f"<p>{escape(line)}</p>"
            for line in introduction(shown, whole, bool(withheld), confidence_level, lang, dates)
        ),
        table(shown, whole, lang),
        failures([entry for entry in shown if entry.state == "failed"], lang),
        hidden([entry.label for entry in withheld], threshold, lang),
        note(lang),
    ]
    return f"""<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="npskit reports">
<title>{escape(" · ".join(filter(None, [word("many_title", lang), title])))}</title>
<style>{asset("page.css")}{STYLE}</style>
</head>
<body>
<main>
{"".join(filter(None, body))}
</main>
</body>
</html>
"""


def heading(entries: Sequence[Entry], lang: str) -> str:
    """How many teams, and between which scores they lie."""
    scores = [entry.figures.score for entry in entries if known(entry.figures)]
    n = number(len(entries), lang=lang)
    if len(entries) == 1:
        return word("many_heading_one", lang)
    if not scores:
        return word("many_heading_plain", lang, n=n)
    return word(
        "many_heading", lang, n=n, lowest=points(min(scores), lang=lang), highest=points(max(scores), lang=lang)
    )


def known(figures: Figures) -> bool:
    """Whether there is a score."""
    return not math.isnan(figures.score)


def introduction(
    entries: Sequence[Entry],
    whole: Figures,
    partial: bool,
    level: float,
    lang: str,
    dates: tuple[str, str] | None = None,
) -> list[str]:
    """What each is compared with, of when the answers are, and how to read the pictures."""
    scored = any(known(entry.figures) for entry in entries)
    first = dated(dates, lang) if scored or known(whole) else []
    if known(whole):
        score, lower, upper = score_text(whole.score, whole.lower, whole.upper, lang)
        key = "many_together_shown" if partial else "many_together"
        first.insert(0, word(key, lang, score=score, lower=lower, upper=upper, n=responses(whole, lang)))
    lines = [" ".join(first)] if first else []
    return [*lines, word("many_sorted", lang, level=level_share(level, lang))] if scored else lines


def responses(figures: Figures, lang: str) -> str:
    """The number of answers, in words."""
    n = figures.responses or 0
    return told("n_responses", n, lang, n=size(n, lang))


def table(entries: Sequence[Entry], whole: Figures, lang: str) -> str:
    """A row a team."""
    if not entries:
        return ""
    scored = [entry.figures for entry in entries if known(entry.figures)]
    scale = scale_of([*scored, *([whole] if known(whole) else [])]) if scored else None
    heads = ["", axis(scale)] if scale else [""]
    named = ["score", "many_interval", "responses"] if scale else []
    cells = "".join(f"<th>{head}</th>" for head in heads)
    cells += "".join(
        f'<th scope="col"{WIDE if key == "many_interval" else ""}>{escape(word(key, lang))}</th>' for key in named
    )
    rows = "".join(row(entry, whole, scale, lang) for entry in entries)
    return f'<table class="many"><thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>'


def row(entry: Entry, whole: Figures, scale: Scale | None, lang: str) -> str:
    """A team: the way to its report, its interval as a picture, and its figures."""
    name = visible(entry.label)
    short = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    label = f"<bdi>{escape(short)}</bdi>" if short == name else f'<bdi title="{escape(name)}">{escape(short)}</bdi>'
    if entry.file:
        label = f'<a href="{escape(quote(entry.file))}">{label}</a>'
    elif entry.state in ("failed", "waiting"):
        label += f' <span class="quiet">({escape(word(f"many_state_{entry.state}", lang))})</span>'
    cells = f"<td>{label}</td>"
    if scale is None:
        return f"<tr>{cells}</tr>"
    figures = entry.figures
    if not known(figures):
        return f"<tr>{cells}<td></td><td>–</td><td{WIDE}>–</td><td>–</td></tr>"
    score, lower, upper = score_text(figures.score, figures.lower, figures.upper, lang)
    said = word("many_picture", lang, score=score, lower=lower, upper=upper)
    return (
        f"<tr>{cells}<td>{picture(figures, whole, scale, said)}</td>"
        f'<td class="score">{escape(points(figures.score, lang=lang))}</td>'
        f"<td{WIDE}>{escape(word('range', lang, lower=lower, upper=upper))}</td>"
        f"<td>{escape(size(figures.responses or 0, lang))}</td></tr>"
    )


def visible(label: str) -> str:
    """A name without what a page does not show or what turns its text around."""
    return "".join(char if char.isprintable() else " " for char in label)


def scale_of(several: Sequence[Figures]) -> Scale:
    """From the lowest to the highest end of all intervals, with zero only where it is near."""
    ends = [end for each in several for end in (each.lower, each.upper, each.score) if not math.isnan(end)]
    lowest, highest = min(ends), max(ends)
    room = max((highest - lowest) * 0.04, 1)
    return Scale(max(lowest - room, -100), min(highest + room, 100))


def axis(scale: Scale) -> str:
    """The scores above the pictures."""
    texts = "".join(
        f'<text x="{scale.at(tick)}" y="12" text-anchor="middle" font-size="11" fill="currentColor" opacity=".65">'
        f"{escape(points(tick))}</text>"
        for tick in scale.ticks
    )
    return f'<svg viewBox="0 0 {WIDTH} 16" aria-hidden="true">{texts}</svg>'


def picture(figures: Figures, whole: Figures, scale: Scale, said: str) -> str:
    """The score as a dot, its interval as a line, and the score of all as a dashed one."""
    middle, at = HEIGHT / 2, scale.at(figures.score)
    ends = [scale.at(end) for end in (figures.lower, figures.upper) if not math.isnan(end)]
    lines = [
        f'<line x1="{scale.at(tick)}" x2="{scale.at(tick)}" y1="0" y2="{HEIGHT}" stroke="currentColor" opacity=".1"/>'
        for tick in scale.ticks
    ]
    if known(whole):
        x = scale.at(whole.score)
        lines.append(
            f'<line x1="{x}" x2="{x}" y1="-3" y2="{HEIGHT + 3}" stroke="currentColor" stroke-dasharray="3 3" '
            'opacity=".6"/>'
        )
    if len(ends) == 2:
        lines.append(
            f'<line x1="{ends[0]}" x2="{ends[1]}" y1="{middle}" y2="{middle}" stroke="var(--promoters)" '
            'stroke-width="2.5" stroke-linecap="round" opacity=".55"/>'
        )
    dot = f'<circle cx="{at}" cy="{middle}" r="4.2" fill="var(--promoters)"/>'
    shapes = "".join(lines) + dot
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(said)}">{shapes}</svg>'


def failures(entries: Sequence[Entry], lang: str) -> str:
    """Those that could not be made, each with its reason."""
    if not entries:
        return ""
    items = "".join(
        f"<li><bdi>{escape(visible(entry.label))}</bdi>: {escape(visible(entry.message))}</li>" for entry in entries
    )
    return f'<section class="nps nps-section"><h2>{escape(word("many_failed", lang))}</h2><ul>{items}</ul></section>'


def hidden(labels: Sequence[str], threshold: int, lang: str) -> str:
    """Those with too few answers, by name and without a number."""
    if not labels:
        return ""
    names = ", ".join(sorted(map(visible, labels), key=str.casefold))
    said = word("many_small_told", lang, threshold=number(threshold, lang=lang), names=names)
    return (
        f'<section class="nps nps-section"><h2>{escape(word("many_small", lang))}</h2><p>{escape(said)}</p></section>'
    )


def note(lang: str) -> str:
    """What made this, and whose trademarks these are."""
    said = [word("many_made_by", lang, version=VERSION), word("report_trademarks", lang)]
    return f'<section class="nps nps-note">{"".join(f"<p>{escape(line)}</p>" for line in said)}</section>'
