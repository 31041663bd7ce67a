"""The explorer in a notebook: traits, and one translation between the page and Python.

The page has the cube and answers every move by itself; the kernel follows. What the two share is a state in plain JSON,
which `npskit.survey.exploration.Exploration` reads and checks. No arithmetic lives here.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from npskit.cube import AnyCube, Cube
from npskit.errors import ArgumentTypeError, NpskitError, optional_import
from npskit.labels import LANGUAGES, language, word
from npskit.survey.column_words import spoken
from npskit.survey.exploration import Exploration
from npskit.widgets.javascript import asset, module
from npskit.widgets.page import page_path, write_page
from npskit.widgets.payload import payload
from npskit.widgets.progress import Progress

if TYPE_CHECKING:
    from anywidget import AnyWidget

    from npskit.survey import Survey
else:
    AnyWidget = optional_import("anywidget", extra="explore", purpose="explore with controls").AnyWidget

__all__ = ["Explorer"]

# Cells, ratings not counted, that travel to the page; columns beyond them are moved from Python.
MOST_SENT = 1_000_000
CONTROLS = ("selection", "split", "every", "compare", "min_responses", "confidence_level", "lang")


class Control(traitlets.Any):
    """A value that the exploration checks, None as well: traitlets would let that pass unseen."""

    def _validate(self, obj: Any, value: Any) -> Any:
        return value if obj._cross_validation_lock else self._cross_validate(obj, value)


class Explorer(AnyWidget):
    """Controls around linked pictures of a survey.

    Parameters
    ----------
    survey : Survey
    by : str, Bands or sequence of them, optional
        Columns to explore; found when not given.
    **state
        Where the controls stand at first: any of the traits below.

    Attributes
    ----------
    selection : dict
        What is selected: columns to lists of levels, the column of dates to the first and the last day. Can be set;
        None selects nothing apart.
    split : str or None
    every : {"day", "week", "month", "quarter", "year"}
    compare : {"before", "rest"} or None
    min_responses : int
    confidence_level : float
    lang : {"en", "fr"}
    exploration : Exploration
        The numbers without the controls.

    Notes
    -----
    The widget holds the counts of every combination, small groups included, and so does a notebook that is saved with
    the state of its widgets, and a report that is a notebook. Give only pages of `to_html` away.

    Examples
    --------
    >>> import pandas as pd
    >>> from npskit import Survey
    >>> answers = pd.DataFrame({"nps": [10, 2, 9, 8] * 50, "shop": ["Lyon", "Nice"] * 100})
    >>> explorer = Explorer(Survey(answers))
    >>> explorer.selection = {"shop": ["Lyon"]}
    >>> explorer.table[["shop", "responses", "score"]]
       shop  responses  score
    0  Lyon        100  100.0
    """

    selection = Control()
    split = Control()
    every = Control("month")
    compare = Control()
    min_responses = Control(10)
    confidence_level = Control(0.95)
    lang = Control("en")

    state = traitlets.Dict().tag(sync=True)
    payload = traitlets.Dict().tag(sync=True)
    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)

    def __init__(self, survey: Survey, by: Any = None, **state: Any) -> None:
        state = {"lang": language(), **state}
        with Progress(state["lang"]) as progress:
            self.exploration = Exploration(survey, by, progress=progress, **state)
        self._following = False
        self._hidden = hidden_columns(self.exploration.cube, self.exploration.split)
        super().__init__()
        self._pack()
        self._follow()

    @traitlets.default("_esm")
    def _script(self) -> str:
        return module(asset("widget.js"))

    @traitlets.default("_css")
    def _style(self) -> str:
        return asset("explorer.css") + asset("widget.css")

    # ---- the translation ------------------------------------------------------------------------------------

    @traitlets.validate(*CONTROLS)
    def _checked(self, proposal: dict[str, Any]) -> Any:
        """A control set from Python moves the state, or is refused before anything moves."""
        name = proposal["trait"].name
        if not self._following:
            setattr(self.exploration, name, proposal["value"])
        return getattr(self.exploration, name)

    @traitlets.observe(*CONTROLS)
    def _moved(self, change: dict[str, Any]) -> None:
        if not self._following:
            self._follow()

    @traitlets.observe("state")
    def _heard(self, change: dict[str, Any]) -> None:
        """The page moved: the kernel follows. The steps of one drag are one change."""
        if self._following:
            return
        given = dict(change["new"])
        moving = bool(given.pop("moving", False))
        # The page remembers a drag when it ends, the kernel when it begins.
        depth = int(given.pop("past", self.exploration.depth + 1)) + moving
        kept = {name: self._chosen(name) for name in self._hidden}
        given["selection"] = {**given.get("selection", {}), **kept}
        self.exploration.follow(depth, **given)
        self._follow(said=False)

    def _follow(self, *, said: bool = True) -> None:
        """Set every trait to what the exploration says; the page hears of it unless it said so itself."""
        with self._quiet(), self.hold_trait_notifications():
            for name in CONTROLS:
                self.set_trait(name, getattr(self.exploration, name))
        if any(self._sent.get(name) != self._chosen(name) for name in self._hidden):
            self._pack()
        state = self.exploration.state.json
        if said or {name: self.state.get(name) for name in state} != state:
            with self._quiet():
                self.state = {**state, "past": self.exploration.depth}

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        before, self._following = self._following, True
        try:
            yield
        finally:
            self._following = before

    def _chosen(self, name: str) -> list[int]:
        return list(self.exploration.state.selection.get(name, ()))

    def _pack(self) -> None:
        """Send the cube of the columns that the page can hold, under the filters of those it cannot."""
        self._sent = {name: self._chosen(name) for name in self._hidden}
        seen = self.exploration
        notes = [*seen.notes, *hidden_note([seen.title_of(name) for name in self._hidden])]
        cube = sent_cube(seen.cube, self._hidden, {name: places for name, places in self._sent.items() if places})
        first = {**seen.first.json, "lang": seen.lang}
        self.payload = payload(
            cube, state=first, code=seen.code_pieces(), notes=notes, questions=seen.questions, binary=True
        )

    # ---- for people -----------------------------------------------------------------------------------------

    @property
    def table(self) -> Any:
        """The numbers of what is selected, by the split, in the caller's own library."""
        return self.exploration.table

    @property
    def code(self) -> str:
        """Python that gives `table` again."""
        return self.exploration.code()

    def frame(self) -> Any:
        """The rows that are selected, in the caller's own library.

        Raises
        ------
        ArgumentError
            When the data have changed since they were counted.
        """
        return self.exploration.frame()

    def undo(self) -> None:
        """Take the last change back."""
        self.exploration.undo()
        self._follow()

    def reset(self) -> None:
        """Back to where the controls stood at first."""
        self.exploration.reset()
        self._follow()

    def to_html(self, path: str | os.PathLike[str], threshold: int = 10, *, title: str | None = None) -> Path:
        """Write one page in which everything still moves, without a kernel and without a network.

        It holds no rows, and no group of fewer than `threshold` responses: dates are told in longer periods and columns
        left out where needed, and the page says so. Pages of one survey that are split differently, or a page and a
        table of totals, can be subtracted from each other: give one page per survey away.

        Parameters
        ----------
        path : path
        threshold : int
        title : str, optional

        Returns
        -------
        Path
            The file.

        Raises
        ------
        ArgumentError
            When there are fewer responses than the threshold, or no page can be written at the path.
        ArgumentTypeError
            When the path or the title is no text.
        """
        if title is not None and not isinstance(title, str):
            raise ArgumentTypeError(where="title", expected="text", got=repr(title))
        out = page_path(path)
        return write_page(out, public_payload(self.exploration, threshold, title), self.lang)

    # ---- where there is no kernel ---------------------------------------------------------------------------

    def _ipython_display_(self, **options: Any) -> None:
        """Show the controls and, for when the notebook is opened without a kernel, a picture that needs none."""
        from IPython.display import display

        controls = self._repr_mimebundle_(**options)
        display(controls[0] if controls else {}, raw=True)
        display({"text/html": self._still, "text/plain": repr(self)}, raw=True)

    @cached_property
    def _still(self) -> str:
        """A picture of the first look; hidden while the controls are there."""
        return still(self.exploration, asset("still.css"))

    def __repr__(self) -> str:
        return f"<npskit.Explorer: {self.exploration.words('en')}>"


def hidden_columns(cube: AnyCube, split: str | None) -> tuple[str, ...]:
    """Columns that the page cannot hold beside the others, the largest first; the dates and the split stay longest."""
    hidden: list[str] = []
    sizes = {dimension.name: len(dimension) for dimension in cube.dimensions}
    late = {split} if cube.date is None else {split, cube.names[cube.date]}
    order = sorted(sizes, key=lambda name: (name in late, -sizes[name]))
    while math.prod(sizes.values()) > MOST_SENT:
        hidden.append(order.pop(0))
        del sizes[hidden[-1]]
    return tuple(hidden)


def hidden_note(hidden: Sequence[str]) -> list[Mapping[str, str]]:
    """What the page says of columns that are not on it, by their titles."""
    columns = {lang: ", ".join(spoken(title, lang) for title in hidden) for lang in LANGUAGES}
    return [{lang: word("explore_note_hidden", lang, columns=columns[lang]) for lang in LANGUAGES}] if hidden else []


def sent_cube(cube: AnyCube, hidden: tuple[str, ...], chosen: Mapping[str, list[int]]) -> Cube:
    """The cube of the columns that travel, of the rows that those left behind select."""
    if isinstance(cube, Cube) and not hidden:
        return cube
    axes = [at for at, name in enumerate(cube.names) if name not in hidden]
    selection = {cube.axis(name): places for name, places in chosen.items()}
    table = cube.tables(selection, {"": axes})[""]
    return Cube(tuple(cube.dimensions[at] for at in axes), table[..., :-1], cube.scale)


def public_payload(exploration: Exploration, threshold: int, title: str | None) -> dict[str, Any]:
    """What a page for everybody carries."""
    found = exploration.publishable(threshold)
    now = exploration.state.json
    units = () if found.cube.date is None else found.cube.dimensions[found.cube.date].units
    state = {
        **now,
        "selection": {},
        "dates": None,
        "split": now["split"] if now["split"] in found.cube.names else next(iter_segments(found.cube), None),
        "every": now["every"] if now["every"] in units or not units else units[0],
        "compare": now["compare"] if now["compare"] != "before" or units else None,
    }
    pieces = exploration.code_pieces(found.cube)
    questions = exploration.questions
    made = payload(found.cube, state=state, code=pieces, notes=found.notes, questions=questions, title=title)
    if found.withheld:
        # What the page says of all answers, and of Python, is of those that it holds.
        said = {name: made["words"][f"explore_public_{name}"] for name in ("everyone", "code")}
        made["words"] = {**made["words"], **{f"explore_{name}": texts for name, texts in said.items()}}
    return made


def iter_segments(cube: Cube) -> Iterator[str]:
    """Columns that are not of dates."""
    return (name for at, name in enumerate(cube.names) if at != cube.date)


def still(exploration: Exploration, style: str) -> str:
    """The score in words, and by the split as a picture."""
    from npskit import charts

    lang = exploration.lang
    picture = ""
    rows, split = exploration.by_split(), exploration.split
    if split is not None and sum(rows["responses"]):
        try:
            title = exploration.title_of(split)
            chart = charts.by_segment(
                {title if name == split else name: rows[name] for name in rows}, [title], lang=lang
            )
            svg = optional_import("vl_convert", extra="explore", purpose="draw").vegalite_to_svg(chart.to_dict())
            picture = f'<img alt="" src="data:image/svg+xml;base64,{encoded(svg)}">'
        except NpskitError:
            picture = ""
    words = f"{escape(exploration.words(lang))}. {escape(word('explore_still', lang))}"
    return f'<div class="npskit-still"><style>{style}</style><p>{words}</p>{picture}</div>'


def encoded(text: str) -> str:
    """A text for an address that holds its content."""
    import base64

    return base64.b64encode(text.encode()).decode()
