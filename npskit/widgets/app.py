"""What the apps share: state in traits, an answer computed below, a picture that follows.

An app is traits plus one translation. Its traits are its whole state, so that Python and the mouse move the same thing;
what they mean is computed by a plain object of the floor below, and the app only shows it.
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import ipywidgets as widgets
import traitlets

from npskit.errors import NpskitError, NpskitWarning
from npskit.labels import LANGUAGES, language, word
from npskit.widgets.controls import chooser, escaped_lines
from npskit.widgets.picture import Picture

__all__ = ["App"]

# After so many seconds without another move the picture follows.
PAUSE = 0.06
FULL = "100%"
# The knob of a slider has no name for a screen reader and repeats the field above it: its hidden handle cannot be
# focused, and what is seen and dragged is the area within.
STYLE = """<style>
.npskit-app { container-type: inline-size; max-width: 1100px; }
.npskit-app .npskit-control, .npskit-app .npskit-control > .widget-inline-hbox {
  display: flex; flex-direction: column; align-items: stretch; height: auto; width: auto; overflow: visible; }
.npskit-app .npskit-control .widget-label { width: auto; max-width: none; text-align: left; height: auto;
  white-space: normal; overflow: visible; line-height: 1.35; margin: 4px 0 1px; }
.npskit-app .npskit-control input, .npskit-app .npskit-control select { width: 100%; max-width: 100%;
  box-sizing: border-box; flex: 0 0 auto; height: var(--jp-widgets-inline-height, 28px); }
.npskit-app .noUi-handle { visibility: hidden; }
.npskit-app .noUi-touch-area { visibility: visible; width: 100%; height: 100%; box-sizing: border-box;
  border: 1px solid #7a7a7a; border-radius: 50%; background: var(--jp-layout-color1, #fff); cursor: pointer; }
.npskit-app .noUi-touch-area:is(:hover, :active) { background: #8a5cc4; }
.npskit-app .npskit-picture svg { max-width: 100%; height: auto; }
.npskit-app .npskit-stale { opacity: .35; }
.npskit-app .npskit-section > .widget-html-content { font-weight: 600; margin-top: 8px; line-height: 1.35; }
.npskit-app .widget-html, .npskit-app .widget-html-content { height: auto; line-height: 1.45; white-space: normal;
  overflow-wrap: break-word; min-width: 0; }
.npskit-app .npskit-finding { font-size: 1.1em; min-height: 3em; }
.npskit-app .npskit-finding b { font-weight: 600; }
.npskit-app .npskit-problem { border-left: 4px solid #d46342; padding: 2px 0 2px 10px; }
.npskit-app .npskit-code pre { white-space: pre-wrap; word-break: normal; overflow-wrap: break-word;
  user-select: all; margin: 4px 0; padding: 6px 8px;
  border: 1px solid #7a7a7a66; border-radius: 3px; background: transparent; color: inherit; }
.npskit-app ul { margin: 2px 0; padding-left: 1.2em; }
.npskit-app table.npskit-table { border-collapse: collapse; }
.npskit-app table.npskit-table :is(td, th) { padding: 2px 10px 2px 0; text-align: left; vertical-align: top;
  font-weight: inherit; overflow-wrap: break-word; }
.npskit-app table.npskit-table thead { font-size: .9em; opacity: .8; }
</style>"""


class App(widgets.VBox):
    """An app: state in traits, a result computed when asked for, a picture that follows.

    Attributes
    ----------
    lang : {"en", "fr"}
    result : object
        The answer for the state as it is now.
    value : object
        The same.
    code : str
        The line of Python that gives it.
    problem : str
        What keeps the answer from being computed, in words; "" when nothing does.
    """

    lang = traitlets.Enum(LANGUAGES)
    STATE: Sequence[str] = ()

    def __init__(self, *, title: str, lang: str | None = None, **state: Any) -> None:
        self._relabels: list[Callable[[str], None]] = []
        self._quiet = True
        self._waiting: asyncio.TimerHandle | None = None
        self._known: tuple[Any, Any] | None = None
        self._pictured: tuple[Any, str] | None = None
        self._picture, self._title = Picture(), widgets.HTML()
        self._finding, self._details, self._code = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._finding.add_class("npskit-finding")
        self._code.add_class("npskit-code")
        super().__init__()
        self.set_trait("lang", language(lang))
        for name, given in state.items():
            self.set_trait(name, given)
        self._panel = widgets.VBox(layout=widgets.Layout(flex="1 1 230px", min_width="210px", max_width="340px"))
        self._stage = widgets.VBox(
            [self._finding, self._picture, self._details, self._code],
            layout=widgets.Layout(flex="3 1 440px", min_width="0", padding="0 0 0 16px"),
        )
        body = widgets.Box(
            [self._panel, self._stage],
            # Where there is room for one column only, the answer stands above what moves it.
            layout=widgets.Layout(display="flex", flex_flow="row wrap-reverse", width=FULL, align_items="flex-end"),
        )
        spoken = chooser("lang", LANGUAGES, self)
        spoken.layout.width = "140px"
        head = widgets.Box(
            [self._title, spoken],
            layout=widgets.Layout(
                display="flex", flex_flow="row wrap", width=FULL, justify_content="space-between", align_items="center"
            ),
        )
        self.said(lambda lang: setattr(self._title, "value", f"<b>{escape(word(title, lang))}</b>"))
        self.children = [widgets.HTML(STYLE, layout=widgets.Layout(display="none")), head, body]
        self.add_class("npskit-app")
        self._quiet = False

    # ---- state ----------------------------------------------------------------------------------------------

    def said(self, relabel: Callable[[str], None]) -> None:
        """Have something worded now, and anew when the language changes."""
        self._relabels.append(relabel)
        relabel(self.lang)

    def start(self, controls: Sequence[Any]) -> None:
        """Show the controls and the first picture, and follow from now on."""
        self._panel.children = list(controls)
        self.observe(self._reworded, "lang")
        self.observe(self._moved, list(self.STATE))
        self.refresh()

    def _reworded(self, _change: Any) -> None:
        for relabel in self._relabels:
            relabel(self.lang)
        self._later()

    def _moved(self, _change: Any) -> None:
        if not self._quiet:
            self._later()

    def _later(self) -> None:
        """Refresh when the hand rests, or at once where nothing could wake us."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.refresh()
            return
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting = loop.call_later(PAUSE, self.refresh)

    # ---- answers --------------------------------------------------------------------------------------------

    def computed(self) -> Any:
        """The answer for the state: the one thing an app asks the floor below."""
        raise NotImplementedError

    def state(self) -> tuple[Any, ...]:
        """What the answer depends on, comparable."""
        return tuple(repr(getattr(self, name)) for name in self.STATE)

    def answer(self) -> tuple[Any, list[str], str]:
        """The answer, what was warned of, and what kept it from being computed."""
        key = self.state()
        if self._known is None or self._known[0] != key:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always", NpskitWarning)
                try:
                    found, problem = self.computed(), ""
                except NpskitError as error:
                    found, problem = error, error.text
                except Exception as error:
                    found, problem = error, f"{type(error).__name__}: {error}"
            warned = [str(each.message) for each in caught if issubclass(each.category, NpskitWarning)]
            self._known = key, (found, list(dict.fromkeys(warned)), problem)
        stored: tuple[Any, list[str], str] = self._known[1]
        return stored

    @property
    def result(self) -> Any:
        """The answer for the state as it is now.

        Raises
        ------
        NpskitError
            What the verb raises for this state.
        """
        found, _, problem = self.answer()
        if problem:
            raise found
        return found

    @property
    def value(self) -> Any:
        """The same as `result`."""
        return self.result

    @property
    def problem(self) -> str:
        """What keeps the answer from being computed, in words."""
        return self.answer()[2]

    @property
    def code(self) -> str:
        """The line of Python that gives the result."""
        raise NotImplementedError

    # ---- what is shown --------------------------------------------------------------------------------------

    def words(self, result: Any) -> str:
        """The finding as HTML."""
        raise NotImplementedError

    def chart(self, result: Any) -> Any:
        """The picture, or None."""
        return result.plot(lang=self.lang)

    def details(self, result: Any) -> str:
        """Tables and remarks under the picture, as HTML."""
        return ""

    def adapt(self, result: Any) -> None:
        """Have the controls follow what was learned, such as how far a slider can go."""

    def refresh(self) -> None:
        """Show the state as it is now."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        result, warned, problem = self.answer()
        if not problem:
            try:
                self._show(result, warned)
            except NpskitError as error:
                problem = error.text
        if problem:
            self._finding.value = self.problem_html(problem)
            self._details.value = ""
        self._picture.fade(bool(problem))
        with_code = f"<div>{escape(word('app_code', self.lang))}</div><pre><code>{escape(self.code)}</code></pre>"
        self._code.value = with_code

    def _show(self, result: Any, warned: Sequence[str]) -> None:
        self._quiet = True
        try:
            self.adapt(result)
        finally:
            self._quiet = False
        self._finding.value = f'<div role="status" aria-live="polite">{self.words(result)}</div>'
        said = [self.details(result), *(f'<p lang="en">{escaped_lines(text)}</p>' for text in warned)]
        self._details.value = "".join(said)
        # What only changes the words, such as a target, leaves the picture as it is.
        if self._pictured is None or self._pictured[0] is not result or self._pictured[1] != self.lang:
            self._picture.show(self.chart(result))
            self._pictured = result, self.lang

    def problem_html(self, problem: str) -> str:
        """What is wrong in words; errors are English in every language."""
        head = escape(word("app_problem", self.lang))
        return (
            f'<div role="alert" class="npskit-problem"><b>{head}</b><br>'
            f'<span lang="en">{escaped_lines(problem)}</span></div>'
        )

    def section(self, key: str, **values: Any) -> widgets.HTML:
        """A heading among the controls."""
        heading = widgets.HTML()
        heading.add_class("npskit-section")
        self.said(lambda lang: setattr(heading, "value", escape(word(key, lang, **values))))
        return heading

    # ---- controls -------------------------------------------------------------------------------------------

    def bound(
        self, name: str, control: Any, *, to_trait: Callable[[Any], Any] = lambda value: value,
        to_control: Callable[[Any], Any] = lambda value: value,
    ) -> Any:  # fmt: skip
        """A control that moves a trait and follows it."""

        def from_control(change: Mapping[str, Any]) -> None:
            if not getattr(control, "npskit_quiet", False):
                setattr(self, name, to_trait(change["new"]))

        def from_trait(_change: Any = None) -> None:
            control.npskit_quiet = True
            try:
                control.value = to_control(getattr(self, name))
            finally:
                control.npskit_quiet = False

        from_trait()
        control.observe(from_control, "value")
        self.observe(from_trait, name)
        control.npskit_follow = from_trait
        return control
