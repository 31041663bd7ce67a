"""A code frame built by hand: read what nobody counted yet, click the word that says it, and see what it covers.

The state is the code frame, the chosen theme and what is looked at; every change of the code frame is one step that can
be taken back. What is covered is computed by `Workbench`, which codes only the line that changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets
import traitlets

from npskit.errors import ArgumentError, NpskitError, did_you_mean
from npskit.labels import number, word
from npskit.survey.calling import call, subject
from npskit.survey.theme_answers import theme_name
from npskit.survey.workbench import Covered, Workbench
from npskit.text.codeframe import Codeframe
from npskit.text.terms import fold
from npskit.widgets.app import App
from npskit.widgets.controls import escaped_lines, styled
from npskit.widgets.workbench_parts import STYLE, Chips, agreement_table, comment_list, pressed, theme_table, typed

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CodeframeApp"]

VIEWS = ("uncovered", "rest", "theme")
# Comments on one page.
PAGE = 10


class CodeframeApp(App):
    """A code frame with the comments it does not cover yet.

    Attributes
    ----------
    codeframe : Codeframe or None
        Can be set, also to the name of a starter, a path or a frame; None when it has no line.
    theme : str
        The theme that a clicked word goes to; a name that is not there yet makes a new one, and "" names it by the
        word.
    view : str
        Comments shown: "uncovered", a group's name, "rest" (those of no group) or "theme" (those of the chosen one).
    first : int
        The first comment shown, from 0.
    result : Covered
    coverage, overlap : float
    agreement : DataFrame
        With a sample coded by hand.
    """

    codeframe = traitlets.Any(None, allow_none=True)
    theme = traitlets.Unicode("")
    view = traitlets.Unicode("uncovered")
    first = traitlets.Int(0, min=0)
    STATE = ("codeframe", "theme", "view", "first")

    def __init__(
        self,
        survey: Any,
        codeframe: Any = None,
        *,
        comments_lang: str | None = None,
        sample: Any = None,
        lang: str | None = None,
        **state: Any,
    ) -> None:
        self._survey, self._bench = survey, Workbench(survey, codeframe, comments_lang=comments_lang, sample=sample)
        self._past: list[Codeframe | None] = []
        self._undoing, self._turn = False, 0
        begun = self._bench.first
        # What stands in for the code frame in the line of Python, while it is as it was read.
        self._read: tuple[Codeframe | None, Any] = begun, self._bench.name if self._bench.name != "own" else codeframe
        self._groups = self._bench.groups(begun)
        super().__init__(
            title="workbench_title", lang=lang,
            **{"codeframe": begun, "theme": begun.themes[0] if begun is not None else "", **state},
        )  # fmt: skip
        self.observe(self._stepped, "codeframe")
        self.observe(lambda _change: self.set_trait("first", 0), ["view", "codeframe"])
        self._message = widgets.HTML()
        self._chips = Chips(self._clicked)
        self._views, self._listing = self._view_chooser(), widgets.HTML()
        pages = widgets.HBox([self._button("previous", self._back), self._button("next", self._on)])
        self._pages = pages
        self._stage.children = [
            widgets.HTML(STYLE, layout=widgets.Layout(display="none")),
            self._finding, self.section("workbench_terms"), self._chips.hint, self._chips,
            self.section("workbench_comments"), self._views, self._listing, pages, self._details, self._code,
        ]  # fmt: skip
        self.start_controls()

    # ---- state ----------------------------------------------------------------------------------------------

    @traitlets.validate("codeframe")
    def _opened(self, proposal: Any) -> Codeframe | None:
        return Workbench.opened(proposal["value"])

    @traitlets.validate("view")
    def _known_view(self, proposal: Any) -> str:
        value, names = str(proposal["value"]), (*VIEWS, *self._groups.names)
        if value not in names:
            raise ArgumentError(f"no view {value!r}.", hint=did_you_mean(value, names))
        return value

    @traitlets.validate("theme")
    def _plain(self, proposal: Any) -> str:
        """A theme by its name, also by the one it is shown under."""
        value = " ".join(proposal["value"].split())
        frame = getattr(self, "codeframe", None)
        for theme in () if frame is None else frame.themes:
            if fold(value) in (fold(theme), fold(theme_name(theme, self.lang or "en"))):
                return str(theme)
        return value

    def state(self) -> tuple[Any, ...]:
        """What is covered depends on the code frame alone; the groups change only when asked."""
        return id(self.codeframe), self._turn

    def _stepped(self, change: Any) -> None:
        if not self._undoing:
            self._past.append(change["old"])
        self._turn += 1

    def computed(self) -> Covered:
        return self._bench.covered(self.codeframe, self._groups)

    @property
    def coverage(self) -> float:
        """Share of the comments with a theme."""
        return float(self.result.coverage)

    @property
    def overlap(self) -> float:
        """Share of the covered comments with more than one."""
        return float(self.result.overlap)

    @property
    def agreement(self) -> pd.DataFrame:
        """Kappa, precision, recall and F1 for each theme of the sample; empty without one."""
        import pandas as pd

        return pd.DataFrame(self.result.agreement)

    @property
    def comments(self) -> list[str]:
        """The comments that are looked at, without personal data."""
        return [self._bench.text(at) for at in self._rows()]

    def _rows(self) -> list[int]:
        return self._bench.comments(self.result, self.view, self.theme, self._groups).tolist()

    # ---- steps ----------------------------------------------------------------------------------------------

    def add(self, words: str, theme: str | None = None, *, lang: str | None = None) -> None:
        """Give a theme words more.

        Parameters
        ----------
        words : str
            A word, or several rules with commas between them: ``tarif*, "trop cher", /\\d+ ?%/``.
        theme : str, optional
            The chosen one unless given; a new name makes a new theme.
        lang : {"", "en", "fr"}, optional
            Unless given, the language of the comments that hold the word.

        Raises
        ------
        ArgumentError
            For a pattern that cannot be read or takes too long; nothing has changed then.
        """
        if theme is not None:
            self.theme = theme
        name = self.theme or " ".join(words.split()).strip('"*/')
        found = self._bench.added(self.codeframe, name, words, lang)
        self.theme = name
        if found is not self.codeframe:
            self.codeframe = found

    def remove(self, word: str, theme: str | None = None) -> None:
        """Take a word from a theme, the chosen one unless given.

        Raises
        ------
        ArgumentError
            When there is no such word.
        """
        from npskit.text.editing import without_word

        if theme is not None:
            self.theme = theme
        if self.codeframe is None:
            raise ArgumentError(where="word", expected="a code frame with words", got="none yet")
        self.codeframe = without_word(self.codeframe, self.theme, word)

    def undo(self) -> None:
        """Take the last step back; nothing where there is none."""
        if self._past:
            self._undoing = True
            try:
                self.codeframe = self._past.pop()
            finally:
                self._undoing = False

    def regroup(self) -> None:
        """Group what is uncovered now; until then the groups stay, so that nothing jumps."""
        self._groups = self._bench.groups(self.codeframe)
        self._turn += 1
        self.view = "uncovered"
        self.refresh()

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the code frame as a CSV, which `df.nps.themes(path)` reads.

        Raises
        ------
        ArgumentError
            When a file is there already, unless `overwrite`; and when there is no line to write.
        """
        target = Path(os.fspath(path))
        if self.codeframe is None:
            raise ArgumentError(where="code frame", expected="at least one word", got="none yet")
        if target.exists() and not overwrite:
            raise ArgumentError(
                where=f"path {str(target)!r}", expected="a name that is free", got="a file that is there already",
                hint="choose another name, or overwrite=True",
            )  # fmt: skip
        try:
            self.codeframe.save(target)
        except OSError as error:
            raise ArgumentError(
                where=f"path {str(target)!r}", expected="a place that can be written", got=error.strerror or str(error)
            ) from error
        self._read = self.codeframe, str(path)
        return target

    @property
    def code(self) -> str:
        themes = f"{subject(self._survey)}.themes"
        if self.codeframe is None:
            return call(themes, "discovery")
        same, source = self._read
        return (
            call(themes, source) if same is self.codeframe and isinstance(source, str) else f"{themes}(app.codeframe)"
        )

    # ---- controls -------------------------------------------------------------------------------------------

    def start_controls(self) -> None:
        """The panel: the theme and its words, a word to type, undo, and the file."""
        self._themes = styled(widgets.Dropdown(options=[("", "")]))
        self.bound("theme", self._themes, to_control=self._theme_known)
        self._new = typed(self, "workbench_new", lambda text: self._try(lambda: self.set_trait("theme", text)))
        self._words = styled(widgets.Select(options=[], rows=8))
        self._word = typed(self, "workbench_word", lambda text: self._try(lambda: self._told_add(text)))
        self._undo = self._button("undo", self.undo)
        self._remove = self._button("remove", lambda: self.remove(self._words.value or ""))
        self._path = styled(widgets.Text(value="codeframe.csv"))
        self._over = widgets.Checkbox(value=False, indent=False)
        self.said(self._worded)
        save = self._button("save", self._saved)
        self.start(
            [
                self._message, self.section("workbench_theme_section"), self._themes, self._new, self._word,
                self._words, widgets.HBox([self._remove, self._undo]), self._button("regroup", self.regroup),
                self.section("workbench_file"), self._path, self._over, save,
            ]
        )  # fmt: skip

    def _worded(self, lang: str) -> None:
        self._themes.description = word("workbench_theme", lang)
        self._words.description = word("workbench_words", lang)
        self._path.description = word("workbench_path", lang)
        self._over.description = word("workbench_overwrite", lang)
        self._offered()

    def _button(self, key: str, act: Callable[[], Any]) -> Any:
        button = pressed(lambda: self._try(act))
        self.said(lambda lang: setattr(button, "description", word(f"workbench_{key}", lang)))
        return button

    def _view_chooser(self) -> Any:
        control = styled(widgets.Dropdown(options=[("", "uncovered")]))
        self.said(lambda lang: setattr(control, "description", word("workbench_view", lang)))
        return self.bound("view", control)

    def _theme_known(self, theme: str) -> str:
        self._offered()
        return theme

    def _offered(self) -> None:
        """The themes to choose from, and the one that is only named so far."""
        names = list(() if self.codeframe is None else self.codeframe.themes)
        fresh = [(word("workbench_fresh", self.lang, theme=self.theme), self.theme)] if self.theme not in names else []
        options = [(theme_name(name, self.lang), name) for name in names]
        blank = (word("workbench_by_word", self.lang), "")
        self._swap(self._themes, [*options, *(fresh if self.theme else []), blank], self.theme)

    @staticmethod
    def _swap(control: Any, options: list[tuple[str, Any]], value: Any) -> None:
        """Other options without a choice being made."""
        if list(control.options) != options:
            before = getattr(control, "npskit_quiet", False)
            control.npskit_quiet = True
            control.options, control.value = options, value
            control.npskit_quiet = before

    def _try(self, act: Callable[[], Any]) -> None:
        """Do what was asked for, or say in words why not."""
        try:
            said = act()
        except NpskitError as error:
            self._message.value = self.problem_html(error.text)
            return
        shown = f'<div role="status">{escape(said)}</div>' if isinstance(said, str) else ""
        self._message.value = shown

    def _saved(self) -> str:
        path = self.save(self._path.value.strip() or "codeframe.csv", overwrite=self._over.value)
        self._over.value = False
        self.refresh()
        return word("workbench_saved", self.lang, path=str(path))

    def _clicked(self, term: str) -> None:
        self._try(lambda: self._told_add(term))

    def _told_add(self, words: str) -> str:
        """Add what was clicked or typed, and say what it brought."""
        before = self.result.uncovered
        self.add(words)
        more = number(before - self.result.uncovered, lang=self.lang)
        return word("workbench_added", self.lang, term=words, theme=theme_name(self.theme, self.lang), n=more)

    def _back(self) -> None:
        self.first = max(self.first - PAGE, 0)

    def _on(self) -> None:
        self.first = min(self.first + PAGE, PAGE * (max(len(self._rows()) - 1, 0) // PAGE))

    # ---- what is shown --------------------------------------------------------------------------------------

    def adapt(self, result: Covered) -> None:
        lang = self.lang
        self._offered()
        met = self._bench.words(self.codeframe, self.theme)
        spoken = {"": "", "en": " · en", "fr": " · fr"}
        options = [(f"{text} ({number(n, lang=lang)}){spoken[code]}", text) for text, code, n in met]
        chosen = self._words.value if any(self._words.value == text for _, text in options) else None
        self._words.options = options
        self._words.value = chosen or (options[0][1] if options else None)
        self._remove.disabled, self._undo.disabled = not options, not self._past
        self._chips.show(result.terms, self._target(), lang)
        rest = len(self._bench.comments(result, "rest", self.theme, self._groups))
        counts = {"uncovered": result.uncovered, **dict(result.groups), "rest": rest}
        texts = [(self._view_text(name, n), name) for name, n in counts.items() if name != "rest" or result.groups]
        theme = theme_name(self.theme, lang) or "–"
        self._swap(self._views, [*texts, (word("workbench_view_theme", lang, theme=theme), "theme")], self.view)

    def _target(self) -> str:
        return theme_name(self.theme, self.lang) if self.theme else word("workbench_by_word", self.lang)

    def _view_text(self, name: str, n: int) -> str:
        known = word(f"workbench_view_{name}", self.lang) if name in VIEWS else name
        return f"{known} ({number(n, lang=self.lang)})"

    def words(self, result: Covered) -> str:
        return f"<b>{escape(result.sentence(lang=self.lang))}</b>"

    def chart(self, result: Covered) -> None:
        return None

    def details(self, result: Covered) -> str:
        rows = self._rows()
        if self.first >= max(len(rows), 1):
            self.first = 0
        page = [self._bench.text(at) for at in rows[self.first : self.first + PAGE]]
        self._listing.value = comment_list(page, self.first, len(rows), self.view, self.lang)
        back, on = self._pages.children
        back.disabled, on.disabled = self.first == 0, self.first + PAGE >= len(rows)
        sample = "" if self._bench.sample is None else agreement_table(
            result.agreement, self._bench.sample.strangers(self.codeframe), self.lang
        )  # fmt: skip
        hint = "" if sample else f"<p>{escaped_lines(word('workbench_no_sample', self.lang))}</p>"
        return theme_table(result, self.theme, self.lang) + sample + hint
