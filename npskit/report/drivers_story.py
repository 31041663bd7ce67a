"""The story of the third template: what goes with the score, what it costs and earns, what if, and what first.

It never says that one thing causes another: an attribute goes with the score. Where no actions were given, the plan is
a placeholder made of the drivers, and says so in plain words.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from npskit.charts.columns import quoted
from npskit.charts.words import told
from npskit.errors import ArgumentError, EmptyDataError, NpskitError, NpskitWarning
from npskit.labels import date_text, number, points, range_text, word
from npskit.report.passage import Headline, Passage
from npskit.report.quality import quality_in_short
from npskit.report.story import Story, unrepeated, who_answered
from npskit.report.tables import Table
from npskit.report.words import percent
from npskit.survey import Survey
from npskit.survey.column_words import after_by, letters, spoken
from npskit.survey.driver_answers import Asymmetry, WhatIf, decimal
from npskit.survey.drivers import Drivers
from npskit.survey.finding import judgements
from npskit.survey.priorities import Priorities

__all__ = ["DriversStory"]

# How far each driver is moved to ask what if, in points of its own scale.
STEP = 0.5
MOST_ACTIONS = 5
MIDDLE_FEASIBILITY = 3
# Less of the scale than this is no room to move.
LEAST_ROOM = 0.05
MOST_MOVED = 12
# Beside more attributes than these, fewer resamples say the same for a quarter of the time.
REPLICATES, FEW_ATTRIBUTES, FEWER_REPLICATES = 500, 12, 200
NOTHING = "–"
INNER = {"en": "‘{}’", "fr": "“{}”"}


class DriversStory(Story):
    """What there is to say about drivers and priorities.

    Parameters
    ----------
    survey : Survey
    attributes : sequence of str, optional
        Columns of ratings beside the recommendation; found when not given.
    missing_attributes : sequence, optional
        Codes of these that are no answers, such as ``[0, 6]``.
    actions : sequence of mappings, optional
        As `Survey.priorities` takes them; derived from the drivers, as a placeholder, when not given.
    crosshair : {"mean", "median"} or (performance, importance)
    **options
        Of `Story`.

    Examples
    --------
    >>> import pandas as pd
    >>> story = DriversStory(Survey(pd.DataFrame({"nps": [10] * 60 + [2] * 40})), lang="en")
    >>> story.goes_with().sentences[0]
    'No column of ratings beside the recommendation was found, so nothing can be said of what goes with the score.'
    """

    def __init__(
        self,
        survey: Survey,
        *,
        attributes: Sequence[str] | None = None,
        missing_attributes: Sequence[Any] | None = None,
        actions: Any = None,
        crosshair: Any = "mean",
        **options: Any,
    ) -> None:
        super().__init__(survey, **options)
        self.attributes, self.missing_attributes = attributes, missing_attributes
        self.actions, self.crosshair = actions, crosshair

    # ---- what was found -------------------------------------------------------------------------------------

    @cached_property
    def drivers(self) -> Drivers | None:
        """What goes with the rating; None when there are no answers, or no attributes were found."""
        if not self.overall.responses:
            return None
        few = self.attributes is not None and len(self.attributes) <= FEW_ATTRIBUTES
        try:
            with warnings.catch_warnings():
                # The story tells its notes itself.
                warnings.simplefilter("ignore", NpskitWarning)
                found = self.survey.drivers(
                    self.attributes,
                    missing=self.missing_attributes,
                    confidence_level=self.confidence_level,
                    crosshair=self.crosshair,
                    replicates=REPLICATES if few else FEWER_REPLICATES,
                )
                return replace(found, words=self.words)
        except (ArgumentError, EmptyDataError):
            if self.attributes is not None:
                raise
            return None

    @cached_property
    def asymmetry(self) -> Asymmetry | None:
        """What a low rating costs and a high one earns; None without attributes on a scale."""
        try:
            return self.drivers.asymmetry() if self.drivers else None
        except ArgumentError:
            return None

    @cached_property
    def room(self) -> dict[str, float]:
        """How far each attribute on a scale is moved: half a point, or what is left to its best answer."""
        if self.drivers is None:
            return {}
        scales = {each.name: each for each in self.drivers._attributes if each.has_scale}
        left = {name: scales[name].highest - mean for name, mean in self._rows("mean") if name in scales}
        wide = {name: gap >= LEAST_ROOM * (scales[name].highest - scales[name].lowest) for name, gap in left.items()}
        return {name: min(STEP, gap) for name, gap in left.items() if wide[name]}

    @cached_property
    def judgements(self) -> set[str]:
        """Attributes that judge the whole, as the rating does."""
        return judgements([name for name, _ in self._rows("importance")])

    @cached_property
    def moves(self) -> WhatIf | None:
        """Each attribute moved by as much as it can, half a point at most; None when none can move.

        Judgements of the whole, which nobody can act on, only where there is nothing else.
        """
        names = [name for name in self.room if name not in self.judgements] or list(self.room)
        shown = {name: self.room[name] for name in names[:MOST_MOVED]}
        return self.drivers.what_if(shown) if self.drivers and shown else None

    @cached_property
    def best(self) -> tuple[str, WhatIf] | None:
        """The column whose groups differ most, and everybody at the level of its best group; None without one.

        Names of places or teams only: nobody can be moved to another age, or to a code.
        """
        columns = [item for item in self.suggestion.items if self._has_names(item)] if self.suggestion.apart else []
        if self.drivers is None or not columns:
            return None
        try:
            return columns[0], self.drivers.what_if(to_best=columns[0])
        except NpskitError:
            return None

    def _has_names(self, item: Any) -> bool:
        return isinstance(item, str) and all(isinstance(value, str) for value in self.survey.source.sample(item))

    @property
    def is_placeholder(self) -> bool:
        """Whether nobody said what could be done."""
        return self.actions is None

    @cached_property
    def candidates(self) -> list[dict[str, Any]]:
        """The actions given, or one for each of the most important drivers that say what to act on and can move."""
        if self.actions is not None or self.drivers is None:
            return self.actions or []
        clear = [name for name, lower in self._rows("points_lower") if lower > 0]
        chosen = [name for name in clear if name in self.room and name not in self.judgements][:MOST_ACTIONS]
        return [
            {
                "action": word("report_action", self.lang, driver=self._said(name)),
                "driver": name,
                "move": round(self.room[name], 2),
                "feasibility": MIDDLE_FEASIBILITY,
            }
            for name in chosen
        ]

    @cached_property
    def priorities(self) -> Priorities | None:
        """The actions in their order; None when there are none."""
        if not self.overall.responses or not len(self.candidates):
            return None
        options = {} if self.drivers else {"attributes": self.attributes, "missing": self.missing_attributes}
        return self.survey.priorities(
            self.candidates, drivers=self.drivers, confidence_level=self.confidence_level, **options
        )

    @property
    def shown_columns(self) -> list[str]:
        """Columns that the page names, the attributes among them."""
        return [*super().shown_columns, *(name for name, _ in self._rows("importance"))]

    def _said(self, name: str) -> str:
        """An attribute in the name of an action, which stands in quotes itself."""
        said = self.words.name(name)
        is_heading = letters(said) == letters(name) and spoken(said, self.lang) == said
        return said if said == name or is_heading else INNER[self.lang].format(said)

    def _rows(self, column: str) -> list[tuple[str, float]]:
        """Attribute and one of its figures, the most important first."""
        if self.drivers is None:
            return []
        return list(zip(self.drivers.table["attribute"], self.drivers.table[column], strict=True))

    # ---- what is said ---------------------------------------------------------------------------------------

    def summary(self) -> Headline:
        """The first screen: the score, and each chapter in a line."""
        found, lang = self.overall, self.lang
        kicker = word("report_template_drivers-and-priorities_title", lang), self.title, date_text(self.today, lang)
        lines = [("report_data_label", quality_in_short(self.survey, found, self.duplicates, lang))]
        if found.responses:
            lines = [
                ("report_who_label", who_answered(found, self.survey.settings.get("cluster"), lang)),
                ("report_drivers_label", self._drivers_told()),
                *([("report_asymmetry_label", self.asymmetry.sentence(lang))] if self.asymmetry else []),
                *([("report_what_if_label", self._largest())] if self.moves else []),
                *([("report_first_label", self._first())] if self.drivers or self.priorities else []),
            ]
        named = unrepeated([(word(key, lang), text) for key, text in lines])
        return Headline(" · ".join(filter(None, kicker)), self._title(), found.shares, named, lang)

    def _drivers_told(self) -> str:
        return self.drivers.sentence(self.lang) if self.drivers else word("report_no_attributes", self.lang)

    def goes_with(self) -> Passage:
        """What goes with the score, or that no attributes were found and what to do."""
        lang, heading = self.lang, word("report_drivers", self.lang)
        if not self.overall.responses:
            return Passage(heading)
        if self.drivers is None:
            return Passage(heading, (self._drivers_told(), word("report_no_attributes_hint", lang)))
        return Passage(heading, (self._drivers_told(), word("report_goes_with", lang)))

    def drivers_notes(self) -> Passage:
        """What to know before reading the importances: halo, attributes that say the same, what was left out."""
        return Passage(points=self.drivers.notes(self.lang) if self.drivers else (), kind="caption")

    def high_and_low(self) -> Passage:
        """Heading of the map: which of those rated low are clearly important."""
        lang = self.lang
        if self.drivers is None:
            return Passage()
        rows = zip(*(self.drivers.table[name] for name in ("attribute", "quadrant", "lower")), strict=True)
        line = self.drivers.importance_crosshair
        low = [
            quoted(self.words.name(name), lang)
            for name, quadrant, lower in rows
            if quadrant == "concentrate" and lower > line
        ]
        text = told("report_map_low", len(low), lang, names=", ".join(low)) if low else word("report_map_none", lang)
        return Passage(word("report_map", lang), (text,))

    def costs_and_earns(self) -> Passage:
        """What a low rating costs and a high one earns."""
        if self.asymmetry is None:
            return Passage()
        sentences = (word("report_asymmetry_about", self.lang), self.asymmetry.sentence(self.lang))
        return Passage(word("report_asymmetry", self.lang), sentences)

    def what_if(self) -> Passage:
        """What would go with half a point more of each attribute."""
        if self.moves is None:
            return Passage()
        lang = self.lang
        sentences = [self._largest(), word("report_what_if_about", lang, step=decimal(STEP, lang))]
        if self.best:
            column, found = self.best
            sentences.append(
                word(
                    "report_what_if_best",
                    lang,
                    column=after_by(self.words.short(column), lang),
                    told=found.sentence(lang),
                )
            )
        if len(self.room) > len(self.moves):
            sentences.append(word("report_what_if_some", lang, n=len(self.moves)))
        return Passage(word("report_what_if", lang), tuple(sentences))

    def _largest(self) -> str:
        """The attribute whose move goes with most points."""
        if self.moves is None:
            return ""
        rows = self.moves.table
        at = max(range(len(self.moves)), key=lambda row: float(rows["change"][row]))
        return word(
            "report_what_if_most",
            self.lang,
            attribute=quoted(self.words.name(rows["attribute"][at]), self.lang),
            move=decimal(rows["move"][at], self.lang, sign=True),
            change=points(rows["change"][at], digits=1, lang=self.lang, unit=True),
            range=range_text(rows["lower"][at], rows["upper"][at], digits=1, lang=self.lang),
        )

    def what_if_table(self) -> Table:
        """Each move with its points, the most first."""
        heads = tuple(
            word(f"report_head_{name}", self.lang) for name in ("attribute", "move", "usage", "change", "range")
        )
        if self.moves is None:
            return Table(heads, ())
        rows = self.moves.table
        order = sorted(range(len(self.moves)), key=lambda row: -float(rows["change"][row]))
        return Table(heads, tuple(self._moved(rows, at) for at in order))

    def _moved(self, rows: Mapping[str, Sequence[Any]], at: int) -> tuple[str, ...]:
        return (
            self.words.texts.get(rows["attribute"][at], str(rows["attribute"][at])),
            decimal(rows["move"][at], self.lang, sign=True),
            percent(rows["usage"][at], self.lang),
            *self._with_range(rows["change"][at], rows["lower"][at], rows["upper"][at]),
        )

    def _with_range(self, value: float, lower: float, upper: float) -> tuple[str, str]:
        return points(value, digits=1, lang=self.lang), range_text(lower, upper, digits=1, lang=self.lang)

    def first(self) -> Passage:
        """What comes first, and whether the actions are only a placeholder."""
        heading, lang = word("report_first", self.lang), self.lang
        if self.priorities is None:
            return Passage(heading, (word("report_first_none", lang), word("report_first_hint", lang)))
        sentences = [self.priorities.sentence(lang)]
        if self.is_placeholder:
            sentences = [word("report_placeholder", lang), *sentences, word("report_first_hint", lang)]
        return Passage(heading, tuple(sentences))

    def _first(self) -> str:
        if self.priorities is None:
            return word("report_first_none", self.lang)
        text = self.priorities.sentence(self.lang)
        return f"{word('report_placeholder_short', self.lang)} {text}" if self.is_placeholder else text

    def roadmap(self) -> Table:
        """The actions as a table to share."""
        lang, found = self.lang, self.priorities
        costs = found is not None and any(cost is not None for cost in found.table["cost"])
        names = ["rank", "action", "impact", "range", "feasibility", "value", *(["cost"] if costs else []), "owner"]
        heads = tuple(word(f"report_head_{name}", lang) for name in names)
        rows = [self._action(found.table, at, costs) for at in range(len(found))] if found else []
        return Table(heads, tuple(rows), texts=2)

    def _action(self, rows: Mapping[str, Sequence[Any]], at: int, costs: bool) -> tuple[str, ...]:
        lang, cost = self.lang, rows["cost"][at]
        return (
            NOTHING if rows["rank"][at] is None else str(rows["rank"][at]),
            str(rows["action"][at]),
            *self._with_range(rows["impact"][at], rows["lower"][at], rows["upper"][at]),
            f"{decimal(rows['feasibility'][at], lang)} / 5",
            number(rows["value"][at], digits=1, lang=lang) if math.isfinite(rows["value"][at]) else NOTHING,
            *([NOTHING if cost is None else decimal(cost, lang)] if costs else []),
            rows["owner"][at] or NOTHING,
        )

    def method(self) -> Passage:
        """How the numbers were computed, and whose trademarks these are."""
        lang, before = self.lang, super().method()
        others = {word("report_method_difference", lang), word("report_method_level", lang)}
        kept = [sentence for sentence in before.sentences if sentence not in others]
        own = (
            [word(f"report_method_{name}", lang) for name in ("drivers", "what_if", "priorities")]
            if self.drivers
            else []
        )
        place = next((at for at, text in enumerate(kept) if word("report_method_chance", lang) in text), 0) + 1
        return replace(before, sentences=(*kept[:place], *own, *kept[place:]))
