"""The controls of an app: the browser's own input elements, each with a label.

Keyboards and screen readers know these; a slider is added for the hand and leaves the keyboard to the field above it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import traitlets

from npskit.labels import word

if TYPE_CHECKING:
    from npskit.widgets.app import App

__all__ = ["amount", "chooser", "escaped_lines", "percentage", "slid", "styled"]

FULL = "100%"


def escaped_lines(text: str) -> str:
    """Text as HTML, a line break where it has one."""
    return "<br>".join(escape(line) for line in text.split("\n"))


def styled(control: Any) -> Any:
    """A control with its label above it, as wide as its panel."""
    control.add_class("npskit-control")
    control.layout.width = FULL
    control.layout.margin = "2px 0"
    return control


def chooser(name: str, values: Iterable[Any], app: App, *, text: Callable[[Any, str], str] | None = None) -> Any:
    """A list to choose from; the words are labels of the trait and its values, or what `text` makes of a value.

    A value that Python gives the trait joins the list.
    """
    values = list(values)
    control = styled(widgets.Dropdown(options=values))

    def relabel(lang: str) -> None:
        # New options choose the first of them for a moment.
        control.npskit_quiet = True
        control.options = [
            (text(value, lang) if text else word(f"app_{name}_{value}", lang), value) for value in values
        ]
        control.description = word(f"app_{name}", lang)
        control.value = getattr(app, name)
        control.npskit_quiet = False

    def joined(value: Any) -> Any:
        if value not in values:
            values.append(value)
            relabel(app.lang)
            control.npskit_quiet = True
        return value

    app.said(relabel)
    return app.bound(name, control, to_control=joined)


def amount(
    name: str,
    app: App,
    *,
    low: float,
    high: float,
    step: float = 1,
    label: str | None = None,
    slider: bool = True,
    whole: bool = False,
    scale: float = 1,
    shown: Callable[[Any], float] = lambda value: value,
    meant: Callable[[float], Any] = lambda value: value,
    **words: Any,
) -> Any:
    """A number one types, or moves with a slider.

    The field has the label; the slider under it is for the hand and leaves the keyboard to the field.
    """
    kinds = (widgets.BoundedIntText, widgets.IntSlider) if whole else (widgets.BoundedFloatText, widgets.FloatSlider)
    field = styled(kinds[0](value=low, min=low, max=high, step=step))

    def to_trait(value: float) -> Any:
        return meant(value / scale if scale != 1 else value)

    def to_control(value: Any) -> float:
        found = shown(value) * scale
        # What is no number has no place in a field; that it is none is told beside the picture.
        if not math.isfinite(found):
            return float(field.min)
        return min(max(round(found, 6) if not whole else round(found), field.min), field.max)

    app.said(lambda lang: setattr(field, "description", word(label or f"app_{name}", lang, **words)))
    app.bound(name, field, to_trait=to_trait, to_control=to_control)
    return with_slider(field, kinds[1]) if slider else field


def slid(
    app: App, name: str, *, low: float, high: float, step: float, shown: Callable[[], float],
    meant: Callable[[float], None], label: Callable[[str], str], digits: int = 2,
) -> Any:  # fmt: skip
    """A number that is one entry of a trait that holds several: what it shows and what moving it means are told."""
    field = styled(widgets.BoundedFloatText(value=low, min=low, max=high, step=step))
    field.npskit_quiet = False

    def follow(_change: Any = None) -> None:
        field.npskit_quiet = True
        try:
            value = shown()
            is_number = isinstance(value, (int, float)) and math.isfinite(value)
            field.value = min(max(round(value, digits), low), high) if is_number else low
        finally:
            field.npskit_quiet = False

    follow()
    field.observe(lambda change: None if field.npskit_quiet else meant(change["new"]), "value")
    app.observe(follow, name)
    app.said(lambda lang: setattr(field, "description", label(lang)))
    field.npskit_follow = follow
    return with_slider(field, widgets.FloatSlider)


def with_slider(field: Any, kind: Any) -> Any:
    """A field with a slider under it, for the hand."""
    hand = kind(
        min=field.min, max=field.max, step=field.step, value=field.value, readout=False,
        layout=widgets.Layout(width="calc(100% - 12px)", margin="0 6px"),
    )  # fmt: skip
    traitlets.link((field, "max"), (hand, "max"))

    # A slider rounds to its steps and says so; the exact figure stays in the field until the hand moves.
    def step_of(value: float) -> float:
        nearest = field.min + round((value - field.min) / hand.step) * hand.step
        return min(max(round(nearest, 9), hand.min), hand.max)

    def to_field(change: Any) -> None:
        if abs(change["new"] - step_of(field.value)) > 1e-9:
            field.value = change["new"]

    hand.value = step_of(field.value)
    field.observe(lambda change: setattr(hand, "value", step_of(change["new"])), "value")
    hand.observe(to_field, "value")
    pair = widgets.VBox([field, hand], layout=widgets.Layout(width=FULL, overflow="visible"))
    pair.field, pair.hand = field, hand
    return pair


def percentage(name: str, app: App, *, low: float = 0, high: float = 100, step: float = 1, **options: Any) -> Any:
    """A share, shown as a percentage."""
    return amount(name, app, low=low, high=high, step=step, scale=100, **options)
