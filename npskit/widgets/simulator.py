"""What if, moved by hand: categories, drivers and the mix, with the difference to now always in sight."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Any

import ipywidgets as widgets
import traitlets

from npskit.labels import number, points, share, word
from npskit.survey.ahead import period_code
from npskit.survey.calling import call, subject
from npskit.survey.levels import item_text
from npskit.survey.simulation import Simulation
from npskit.survey.simulator import MONEY, Simulator
from npskit.widgets.app import App
from npskit.widgets.controls import percentage, slid, styled

__all__ = ["SimulatorApp"]

MOST_DRIVERS, MOST_LEVELS = 6, 8


class SimulatorApp(App):
    """Moves of the answers of a survey.

    Attributes
    ----------
    detractors_to_passives, passives_to_promoters : float
        Shares, 0..1.
    drivers : dict
        Attribute to the mean it reaches.
    over : str
        Column whose mix is moved; "" for none.
    mix : dict
        Level to its share, 0..1; the others share the rest.
    reached_by : str
        Period of the path in which the moves are complete, such as "2026-12"; "" for the last.
    result : Simulation
    """

    detractors_to_passives = traitlets.Float(0.0)
    passives_to_promoters = traitlets.Float(0.0)
    drivers = traitlets.Dict()
    over = traitlets.Unicode("")
    mix = traitlets.Dict()
    reached_by = traitlets.Unicode("")
    STATE = ("detractors_to_passives", "passives_to_promoters", "drivers", "over", "mix", "reached_by")

    def __init__(
        self, survey: Any, *, attributes: Any = None, until: Any = None, lang: str | None = None, **options: Any
    ) -> None:
        self._survey, self._attributes, self._until = survey, attributes, until
        self._money = {name: options.pop(name) for name in MONEY if name in options}
        self._simulator = Simulator(survey, attributes=attributes, until=until, **self._money)
        self._level = options.pop("confidence_level", 0.95)
        self._asked: dict[str, Any] = {name: options.pop(name) for name in ("periods", "every") if name in options}
        usual = self._simulator.suggestion()
        self._time = {"periods": usual["horizon"], "every": usual["every"], **self._asked}
        self._items = {item_text(item): item for item in self._simulator.segments()}
        if (over := options.get("over")) is not None:
            self._items[item_text(over)] = over
            options["over"] = item_text(over)
        super().__init__(title="app_sim_title", lang=lang, **options)
        self._levels = widgets.VBox(layout=widgets.Layout(width="100%"))
        self._shown_over: str | None = None
        back = widgets.Button(layout=widgets.Layout(width="100%", margin="8px 0 2px"))
        self.said(lambda lang: setattr(back, "description", word("app_reset", lang)))
        back.on_click(lambda _button: self.reset())
        self.start(
            [
                self.section("app_sim_categories"),
                percentage("detractors_to_passives", self),
                percentage("passives_to_promoters", self),
                *self._driver_controls(),
                *self._mix_controls(),
                *self._time_controls(),
                back,
            ]
        )

    # ---- controls -------------------------------------------------------------------------------------------

    def _driver_controls(self) -> list[Any]:
        """A slider for each of the most important drivers."""
        rows = self._simulator.driver_ranges()[:MOST_DRIVERS]
        controls = [self._driver(*row) for row in rows]
        return [self.section("app_sim_drivers_title"), *controls] if controls else []

    def _driver(self, name: str, mean: float, low: float, high: float) -> Any:
        """The mean that one attribute reaches; where it is now unless moved."""
        step = 0.1 if high - low <= 20 else round((high - low) / 100, 6)

        def meant(value: float) -> None:
            others = {key: each for key, each in self.drivers.items() if key != name}
            self.drivers = others if abs(value - round(mean, 2)) < 1e-6 else {**others, name: value}

        return slid(
            self, "drivers", low=low, high=high, step=step, meant=meant,
            shown=lambda: self.drivers.get(name, round(mean, 2)),
            label=lambda lang: word("app_sim_driver", lang, name=name, now=number(mean, digits=2, lang=lang)),
        )  # fmt: skip

    def _mix_controls(self) -> list[Any]:
        """The column, and a slider for each of its levels."""
        if not self._items:
            return []
        control = styled(widgets.Dropdown(options=[("", "")]))
        control.npskit_quiet = False

        def relabel(lang: str) -> None:
            control.npskit_quiet = True
            control.options = [(word("app_over_none", lang), ""), *((name, name) for name in self._items)]
            control.description = word("app_over", lang)
            control.value = self.over if self.over in self._items else ""
            control.npskit_quiet = False

        self.said(relabel)
        self.bound("over", control, to_control=lambda name: name if name in self._items else "")
        self.observe(lambda _change: self.set_trait("mix", {}), "over")
        return [self.section("app_sim_mix_title"), control, self._levels]

    def _follow_levels(self) -> None:
        """The sliders of the column chosen."""
        if self._shown_over == self.over:
            return
        self._shown_over = self.over
        item = self._items.get(self.over)
        if item is None:
            self._levels.children = ()
            return
        found = self._simulator.levels(item)
        self._levels.children = [
            self._level_of(level, now)
            for level, now in list(zip(found["level"], found["share"], strict=True))[:MOST_LEVELS]
        ]

    def _level_of(self, level: Any, now: float) -> Any:
        """The share of one level; the others follow."""
        from npskit.charts.columns import level_text

        return slid(
            self, "mix", low=0, high=100, step=1, meant=partial(self._share_meant, level, now),
            shown=lambda: 100 * self._share_of(level, now),
            label=lambda lang: word("app_sim_level", lang, name=level_text(level, lang), now=share(now, lang=lang)),
            digits=1,
        )  # fmt: skip

    def _share_meant(self, level: Any, now: float, value: float) -> None:
        others = {key: each for key, each in self.mix.items() if key != level}
        self.mix = others if abs(value - round(100 * now, 1)) < 1e-6 else {**others, level: value / 100}

    def _share_of(self, level: Any, now: float) -> float:
        """What a slider shows: the share it was given, or what is left for it."""
        if level in self.mix:
            return float(self.mix[level])
        result, _, problem = self.answer()
        if problem or not self.mix or not result.mix:
            return now
        return float(result.mix["share"][list(result.mix["level"]).index(level)])

    def _time_controls(self) -> list[Any]:
        """By when the moves are complete, where there is a path."""
        from npskit.charts.periods import period_text

        every = self._time["every"]
        days = self._simulator.periods(self._time["periods"], every)
        if not days:
            return []
        control = styled(widgets.Dropdown(options=[("", "")]))
        control.npskit_quiet = False
        codes = [period_code(day, every) for day in days]

        def relabel(lang: str) -> None:
            control.npskit_quiet = True
            control.options = [(period_text(day, every, lang), code) for day, code in zip(days, codes, strict=True)]
            control.description = word("app_reached_by", lang)
            control.value = self.reached_by if self.reached_by in codes else codes[-1]
            control.npskit_quiet = False

        self.said(relabel)
        self.bound("reached_by", control, to_control=lambda code: code if code in codes else codes[-1])
        return [self.section("app_sim_time_title"), control]

    def reset(self) -> None:
        """Back to how things are."""
        self.detractors_to_passives = self.passives_to_promoters = 0.0
        self.drivers, self.mix = {}, {}

    # ---- the answer -----------------------------------------------------------------------------------------

    def moves(self) -> dict[str, Any]:
        """The moves for the state, as `Simulator.simulate` takes them."""
        # A column of which nothing is moved says nothing, and would only choose other draws.
        over = self._items.get(self.over, self.over or None) if self.mix or self.over not in self._items else None
        return {
            "detractors_to_passives": self.detractors_to_passives,
            "passives_to_promoters": self.passives_to_promoters,
            "drivers": self.drivers or None,
            "over": over,
            "mix": self.mix or None,
            "reached_by": self.reached_by or None,
        }

    def computed(self) -> Simulation:
        return self._simulator.simulate(**self.moves(), **self._time, confidence_level=self._level)

    @property
    def code(self) -> str:
        given: dict[str, Any] = {**self.moves(), "attributes": self._attributes, "until": self._until, **self._money}
        given = {name: value for name, value in given.items() if value not in (None, 0.0)}
        given.update(self._asked)
        if self._level != 0.95:
            given["confidence_level"] = self._level
        return call(f"{subject(self._survey)}.simulate", **given)

    def adapt(self, result: Simulation) -> None:
        self._follow_levels()
        for pair in self._levels.children:
            pair.field.npskit_follow()

    def words(self, result: Simulation) -> str:
        from npskit.charts.words import score_range

        lang = self.lang
        after = score_range(result.score, result.lower, result.upper, lang)
        lines = [result.risk_sentence(lang)]
        if result.table["part"]:
            lines.insert(0, f"{word('app_sim_after', lang)}{word('chart_colon', lang)} {after}")
        extra = "".join(f"<br>{escape(line)}" for line in lines if line)
        return f"<b>{escape(result.sentence(lang))}</b>{extra}"

    def details(self, result: Simulation) -> str:
        lang = self.lang
        hidden = len(self._simulator.driver_ranges()) > MOST_DRIVERS
        more = [word("app_sim_note_sliders", lang, k=MOST_DRIVERS)] if hidden else []
        said = [*result.assumptions(lang), *more, *(note.sentence(lang=lang) for note in result.notes)]
        notes = "".join(f"<li>{escape(text)}</li>" for text in said)
        return f"{self._parts(result, lang)}{f'<ul>{notes}</ul>' if notes else ''}"

    def _parts(self, result: Simulation, lang: str) -> str:
        """What each kind of move adds, as a table."""
        from npskit.survey.wording import signed_range

        if not result.table["part"]:
            return ""
        rows = [
            (word(f"app_sim_part_{part}", lang), change, lower, upper)
            for part, change, lower, upper in zip(
                *(result.table[name] for name in ("part", "change", "lower", "upper")), strict=True
            )
        ]
        if len(rows) > 1:
            together = word("app_sim_together", lang)
            rows.append((together, result.change, result.change_lower, result.change_upper))
        body = "".join(
            f'<tr><th scope="row">{escape(name)}</th><td>{escape(said)}</td><td>{escape(limits)}</td></tr>'
            for name, said, limits in (
                (
                    name,
                    points(change, digits=int(upper - lower < 2), lang=lang, unit=True),
                    signed_range(lower, upper, lang),
                )
                for name, change, lower, upper in rows
            )
        )
        head = "".join(
            f'<th scope="col">{escape(word(f"app_sim_part{end}", lang))}</th>' for end in ("", "_change", "_interval")
        )
        return f'<table class="npskit-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
