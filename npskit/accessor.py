"""`npskit.Survey`, and `df.nps`: the same class registered with pandas and Polars.

The verbs that answer in numbers are in `npskit.survey`. Here the class gets those that make something to look at, such
as a report: they stand on the others, so neither room needs to know the other.

pandas builds an accessor anew on every `df.nps`, and on every `dir(df)`; so building one costs nothing, keeps nothing
and never raises.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pandas as pd

from npskit import survey

if TYPE_CHECKING:
    from npskit.report import Report, Reports
    from npskit.survey.simulation import Simulation
    from npskit.widgets.explorer import Explorer
    from npskit.widgets.forecast_app import ForecastApp
    from npskit.widgets.planner import Planner
    from npskit.widgets.setup import Setup
    from npskit.widgets.silent import SilentApp
    from npskit.widgets.simulator import SimulatorApp
    from npskit.widgets.workbench import CodeframeApp

__all__ = ["NPSAccessor", "Survey", "planner", "register", "unregister"]

# Accessors of the same name that somebody else had registered.
REPLACED: dict[type, Any] = {}


class Survey(survey.Survey):
    __doc__ = survey.Survey.__doc__

    def report(
        self, path: str | os.PathLike[str], *, template: str = "health-check", lang: str = "en", **options: Any
    ) -> Report:
        """A report that opens anywhere, without a network.

        Parameters
        ----------
        path : path
            Where to write: ``.html``, ``.pdf``, ``.pptx``, ``.xlsx`` or ``.ipynb``.
        template : str
            Id of the template notebook.
        lang : {"en", "fr"}
        **options
            Parameters of the template, such as ``by="shop"`` or ``every="week"``.

        Returns
        -------
        Report
        """
        from npskit.report import write_report

        return write_report(self, Path(path), template=template, lang=lang, **options)

    def report_all(self, folder: str | os.PathLike[str], *, by: Any = None, **options: Any) -> Reports:
        """A report for each team, and a page that leads to them; what is done and still holds is not done again.

        Parameters
        ----------
        folder : path
            Made when it is not there.
        by : str, Bands, Period or sequence of them, optional
            The teams; a column that is called so unless given.
        **options
            Of `npskit.report.report_all`: ``template, format ("html", "pdf", "pptx", "xlsx" or "ipynb"), lang, jobs,
            threshold, dry_run, parameters``, and parameters of the template.

        Returns
        -------
        Reports
            Frozen; `.to_frame()` has a row a team, `.failed` the reasons of those that could not be made.
        """
        from npskit.report import report_all

        return report_all(self, folder, by=by, **options)

    def explore(self, by: Any = None, **state: Any) -> Explorer:
        """Controls around linked pictures: filters, dates, split and comparison, each move answered at once.

        Parameters
        ----------
        by : str, Bands or sequence of them, optional
            The columns to explore; found from names and content when not given.
        **state
            Where the controls stand at first: ``selection`` (a dict of columns to levels, and of the column of dates
            to the first and the last day), ``split, every, compare, min_responses, confidence_level, lang``.

        Returns
        -------
        Explorer
            A widget; `.selection` can be set, `.table` and `.frame()` are what is seen, `.code` gives it again, and
            `.to_html(path)` writes a page that needs no kernel. A notebook saved with the state of its widgets, and a
            report that is a notebook, hold the counts of every combination, small groups included: give only pages
            of `.to_html` away.

        Raises
        ------
        ArgumentError
            For a weighted survey, and for columns with too many levels.
        MissingExtraError
            When anywidget is not installed.
        """
        from npskit.widgets.explorer import Explorer

        return Explorer(self, by, **state)

    def forecast_app(self, *, until: Any = None, lang: str | None = None, **state: Any) -> ForecastApp:
        """The forecast with controls: horizon, period, break, planned responses, and a target with its probability.

        Parameters
        ----------
        until : date or ISO text, optional
            Day whose period is the last one used, as in `forecast`.
        lang : {"en", "fr"}, optional
        **state
            How it starts: ``horizon, every, breaks, planned_responses, target, confidence_level``.

        Returns
        -------
        ForecastApp
            A widget; `.result` is the forecast, `.code` the line of Python, and its traits can be set.
        """
        from npskit.widgets.forecast_app import ForecastApp

        return ForecastApp(self, until=until, lang=lang, **state)

    def simulate(self, *, attributes: Any = None, until: Any = None, **options: Any) -> Simulation:
        """What if answers moved: other categories, other ratings of drivers, another mix.

        Parameters
        ----------
        attributes : sequence of str, optional
            Attributes that may be drivers; found unless given.
        until : date or ISO text, optional
            Day whose period is the last one the path starts from, as in `forecast`.
        **options
            The moves: ``detractors_to_passives, passives_to_promoters`` (shares), ``drivers`` (attribute to the mean it
            reaches), ``over`` and ``mix`` (a column, and the share of some of its levels), ``reached_by`` (a date),
            ``periods, every, confidence_level``; and of `economics` the columns of money, for the revenue at risk:
            ``spend, retained, churned, customers, margin, against, currency``.

        Returns
        -------
        Simulation
            The difference to now; exactly 0 when nothing is moved.

        Examples
        --------
        >>> import npskit
        >>> found = npskit.datasets.load("garden").nps.simulate(detractors_to_passives=0.5)
        >>> print(found.sentence("en"))
        Score +57.8 instead of +53.4: +4.4 points (interval: +4.2 to +4.6).
        """
        from npskit.survey.simulator import MONEY, Simulator

        money = {name: options.pop(name) for name in MONEY if name in options}
        return Simulator(self, attributes=attributes, until=until, **money).simulate(**options)

    def simulator(
        self, *, attributes: Any = None, until: Any = None, lang: str | None = None, **options: Any
    ) -> SimulatorApp:
        """What if, with controls: categories, drivers and the mix are moved by hand.

        Parameters
        ----------
        attributes, until, **options
            As in `simulate`; the moves are those it starts with.
        lang : {"en", "fr"}, optional

        Returns
        -------
        SimulatorApp
            A widget; `.result` is the simulation, `.code` the line of Python, and its traits can be set.
        """
        from npskit.widgets.simulator import SimulatorApp

        return SimulatorApp(self, attributes=attributes, until=until, lang=lang, **options)

    def codeframe_app(
        self,
        codeframe: Any = None,
        *,
        comments_lang: str | None = None,
        sample: Any = None,
        lang: str | None = None,
        **state: Any,
    ) -> CodeframeApp:
        """The code frame with controls: what is not covered yet, and words to click that cover it.

        Parameters
        ----------
        codeframe : str, path, frame or Codeframe, optional
            As in `themes`; ``"discovery"`` starts without one.
        comments_lang : {"en", "fr"}, optional
            Language of the comments; told for each comment unless said.
        sample : frame, optional
            Comments coded by hand: a column of comments, and a column a theme with 1 (or "x") where it applies.
        lang : {"en", "fr"}, optional
            Language of the controls.
        **state
            How it starts: ``theme, view, first``.

        Returns
        -------
        CodeframeApp
            A widget; `.codeframe, .coverage, .overlap, .agreement` can be read and its traits set, `.add(words)`,
            `.remove(word)` and `.undo()` are the steps, `.save(path)` writes a CSV for `themes`.
        """
        from npskit.widgets.workbench import CodeframeApp

        return CodeframeApp(self, codeframe, comments_lang=comments_lang, sample=sample, lang=lang, **state)

    def silent_app(
        self, invited: Any = None, *, lang: str | None = None, lower_by: float = 10, target: float = 0, **options: Any
    ) -> SilentApp:
        """What if the silent are lower: the score of all invited, with a slider for the gap nobody knows.

        Parameters
        ----------
        invited, **options
            As in `response`.
        lang : {"en", "fr"}, optional
        lower_by, target : float
            Where the sliders start, in points.

        Returns
        -------
        SilentApp
            A widget; `.result` is the case, `.code` the line of Python, and its traits can be set.
        """
        from npskit.widgets.silent import SilentApp

        return SilentApp(self.response(invited, **options), lang=lang, lower_by=lower_by, target=target)

    def setup(self, *, lang: str | None = None, **roles: str) -> Setup:
        """Pick the columns by hand when their roles cannot be told.

        Parameters
        ----------
        lang : {"en", "fr"}, optional
        **roles
            Columns picked already, such as ``rating="q1"``.

        Returns
        -------
        Setup
            A widget; `.survey` has the verbs with the columns picked, `.code` is the line of Python.
        """
        from npskit.widgets.setup import Setup

        return Setup(self, lang=lang, **roles)


class NPSAccessor(Survey):
    """Every verb of `Survey` on a frame or a series, with the roles found; call it to name them.

    Examples
    --------
    >>> import pandas as pd
    >>> df = pd.DataFrame({"q1": [10, 9, 3], "q2": [1, 2, 3]})
    >>> df.nps(rating="q1").score().__round__(1)
    33.3
    >>> pd.Series([10, 10, 8, 0]).nps.score()
    25.0
    """

    def __init__(self, data: Any) -> None:
        super().__init__(data)

    # Opens another frame, so it gives a survey and no accessor, which is of one frame.
    from_counts = Survey.from_counts  # type: ignore[assignment]  # bound to Survey on purpose

    def __call__(self, **roles: Any) -> Survey:
        """Name roles once and get a `Survey` with the same verbs; takes the keywords of `Survey`."""
        return Survey(self._data, **roles)


def planner(*, pilot: Any = None, lang: str | None = None, **state: Any) -> Planner:
    """How many answers a survey needs, with controls; `npskit.plan` is the same without them.

    Parameters
    ----------
    pilot : Survey, DataFrame or array_like of shape (3,), optional
        An earlier survey, or its detractors, passives and promoters.
    lang : {"en", "fr"}, optional
    **state
        How it starts: ``goal, margin, change, responses, score, passives, confidence_level, power, population,
        answer_rate``.

    Returns
    -------
    Planner
        A widget; `.result` is the plan, `.code` the line of Python, and its traits can be set.
    """
    from npskit.widgets.planner import Planner

    asked = pilot if isinstance(pilot, survey.Survey) else getattr(pilot, "nps", None)
    if asked is not None:
        pilot = asked.tally().category_weights[0].tolist()
    return Planner(pilot=pilot, lang=lang, **state)


def register() -> None:
    """Register the accessor with pandas, and with Polars if it is loaded; safe to call again after a reload."""
    kinds: list[tuple[Any, Any]] = [
        (pd.DataFrame, pd.api.extensions.register_dataframe_accessor),
        (pd.Series, pd.api.extensions.register_series_accessor),
    ]
    for kind, registrar in kinds:
        # pandas warns of a name it already knows.
        if "nps" in kind.__dict__:
            if not is_ours(kind.__dict__["nps"]):
                REPLACED[kind] = kind.__dict__["nps"]
            delattr(kind, "nps")
            kind._accessors.discard("nps")
        registrar("nps")(NPSAccessor)
    if "polars" in sys.modules:
        register_polars()
    elif not any(isinstance(finder, AfterPolars) for finder in sys.meta_path):
        sys.meta_path.insert(0, AfterPolars())


def is_ours(registered: Any) -> bool:
    """Whether what pandas or Polars holds under the name is ours, also of before a reload."""
    # Polars keeps the class under one name, and pandas under the name where Polars keeps a text.
    kind = getattr(registered, "_ns", getattr(registered, "_accessor", None))
    return (getattr(kind, "__module__", ""), getattr(kind, "__name__", "")) == (__name__, NPSAccessor.__name__)


def unregister(*, keep: bool = False) -> None:
    """Take the accessor away and put back what was registered before; with `keep`, only where there was something."""
    kinds: list[Any] = [pd.DataFrame, pd.Series]
    if "polars" in sys.modules:
        polars = sys.modules["polars"]
        kinds += [polars.DataFrame, polars.LazyFrame, polars.Series]
    for kind in kinds:
        before = REPLACED.pop(kind, None)
        if not is_ours(kind.__dict__.get("nps")) or (keep and before is None):
            continue
        delattr(kind, "nps")
        if before is not None:
            kind.nps = before
        else:
            kind._accessors.discard("nps")
    if not keep:
        sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, AfterPolars)]


def register_polars() -> None:
    """Register `.nps` on Polars frames, lazy frames and series."""
    import polars as pl

    for kind, registrar in (
        (pl.DataFrame, pl.api.register_dataframe_namespace),
        (pl.LazyFrame, pl.api.register_lazyframe_namespace),
        (pl.Series, pl.api.register_series_namespace),
    ):
        if not hasattr(kind, "nps"):
            registrar("nps")(NPSAccessor)


class AfterPolars(MetaPathFinder):
    """Registers the Polars accessors once Polars is imported, so that the order of the two imports does not matter.

    Importing Polars here would cost every pandas user its start-up time.
    """

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Find Polars as usual, and append the registration to its loading."""
        if name != "polars":
            return None
        # Whoever only asks whether Polars is there must not use this up; so it steps aside and comes back.
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        if spec is not None and spec.loader is not None:
            spec.loader = RegisteringLoader(spec.loader)
        return spec


class RegisteringLoader(Loader):
    """A loader that registers the accessors after the module it loads has run."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the real loader does."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module, then register."""
        self._loader.exec_module(module)
        sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, AfterPolars)]
        register_polars()
