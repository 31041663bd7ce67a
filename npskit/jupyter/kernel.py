"""Which frames of a notebook hold a rating, and how each scores now: what the side panel shows.

The panel asks after every cell that ran, inside the person's own kernel, so this is quick, quiet and careful: it looks
at names and at the first rows before it counts anything, leaves alone what may take long until it is asked, changes
nothing, prints nothing, and a frame that cannot be read is left out instead of raising. What it tells are names of
columns, counts and scores, never a value of the data.
"""

from __future__ import annotations

import math
import sys
import time
import warnings
from collections.abc import Collection, Mapping
from typing import Any

from npskit import __version__
from npskit.errors import RatingError, RoleError
from npskit.frames import wrap
from npskit.labels import LANGUAGES, number, points, range_text, word
from npskit.roles import name_rank
from npskit.scale import Scale
from npskit.survey import Survey
from npskit.survey.plots import columns_of

__all__ = ["listed", "listing"]

# Where frames come from: module, class, name of the kind, and whether the rows are there already.
FRAMES = (
    ("pandas", "DataFrame", "pandas", True),
    ("polars", "DataFrame", "polars", True),
    ("polars", "LazyFrame", "polars", False),
    ("pyarrow", "Table", "pyarrow", True),
    ("duckdb", "DuckDBPyRelation", "duckdb", False),
    ("dask.dataframe", "DataFrame", "dask", False),
    ("pyspark.sql", "DataFrame", "spark", False),
)
MOST_ROWS = 5_000_000
MOST_COLUMNS = 2_000
MOST_FRAMES = 50
# All frames together; those that come later are scored when asked, unless they are small.
SECONDS = 1.0
SMALL = 100_000
RIVALS_SHOWN = 4
FIGURES = ("score", "lower", "upper", "responses")


def listing(namespace: Mapping[str, Any], lang: str = "en", *, score: str | Collection[str] = ()) -> Any:
    """The frames of a namespace that hold a rating, for the panel.

    Parameters
    ----------
    namespace : mapping
        Name to value, as ``get_ipython().user_ns``.
    lang : {"en", "fr"}
    score : str or collection of str, optional
        Names of frames to score however long it takes.

    Returns
    -------
    IPython.display.JSON
        Of `listed`.
    """
    from IPython.display import JSON

    return JSON(listed(namespace, lang, score=score))


def listed(namespace: Mapping[str, Any], lang: str = "en", *, score: str | Collection[str] = ()) -> dict[str, Any]:
    """The frames of a namespace that hold a rating, as plain values.

    Parameters
    ----------
    namespace, lang, score
        As in `listing`.

    Returns
    -------
    dict
        ``frames``, a list, and ``version``. Of each frame ``name, kind, rows, columns`` (how many), ``rating, date``
        (names of columns), ``score, lower, upper, responses``, ``headline, detail`` (in the language), and ``state``
        with its ``message``: "ok"; "large", not scored until asked; "ambiguous", the rating is not clear; "empty".

    Examples
    --------
    >>> import pandas as pd
    >>> (found,) = listed({"df": pd.DataFrame({"nps": [10] * 60 + [0] * 30}), "x": 3})["frames"]
    >>> found["name"], found["rating"], found["headline"], found["detail"], found["state"]
    ('df', 'nps', '+33', '+13 to +51 · 90 responses', 'ok')
    """
    lang = lang if isinstance(lang, str) and lang in LANGUAGES else "en"
    until = time.perf_counter() + SECONDS
    wanted = {score} if isinstance(score, str) else set(score)
    frames: list[dict[str, Any]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, value in shown_names(namespace):
            if len(frames) == MOST_FRAMES:
                break
            try:
                found = described(name, value, lang, asked=name in wanted, late=time.perf_counter() > until)
            except Exception:
                # Whatever is wrong with this one, the others are shown.
                continue
            if found is not None:
                frames.append(found)
    return {"frames": frames, "version": __version__}


def shown_names(namespace: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The names that a person gave; none when they change meanwhile, as the panel asks again."""
    try:
        return [(name, value) for name, value in list(namespace.items()) if named_by_a_person(name)]
    except Exception:
        return []


def named_by_a_person(name: Any) -> bool:
    """Whether a cell can name it, and it is none of IPython's own."""
    return isinstance(name, str) and name.isidentifier() and not name.startswith("_")


def kind_of(value: Any) -> tuple[str, bool] | None:
    """What holds the rows, and whether they are there already; without importing anything."""
    for module, class_name, kind, there in FRAMES:
        found = getattr(sys.modules.get(module), class_name, None)
        if isinstance(found, type) and issubclass(type(value), found):
            return kind, there
    return None


def described(name: str, value: Any, lang: str, *, asked: bool, late: bool) -> dict[str, Any] | None:
    """One frame; None when it is no frame, or has nothing like a rating."""
    given = value if issubclass(type(value), Survey) else None
    data = value if given is None else given.data
    kind, there = kind_of(data) or ("", False)
    if not kind and given is None:
        return None
    if given is None and not may_hold_a_rating(data):
        return None
    survey = Survey(data) if given is None else given
    source = wrap(data) if kind else survey.source
    rows = source.length() if there else None
    row = {
        "name": name, "kind": kind if given is None else "survey", "rows": rows,
        "columns": len(source.columns), "rating": None, "date": None, **dict.fromkeys(FIGURES),
        "headline": "", "detail": "", "state": "ok", "message": "",
    }  # fmt: skip
    if rows is None and not asked:
        # Looking at the first rows would run the query.
        return {**row, **waiting(rows, lang)}
    later = not asked and rows is not None and rows > (SMALL if late else MOST_ROWS)
    try:
        return {**row, **roles_of(survey), **(waiting(rows, lang) if later else figures(survey, lang))}
    except RoleError:
        rivals = survey.rivals("rating")
        return {**row, **undecided("jupyter_ambiguous", lang, columns=shown(rivals))} if rivals else None
    except RatingError:
        # Its own words name values.
        roles = roles_of(survey)
        if given is None and not Scale().fits(source.sample(str(roles["rating"]))):
            return None
        return {**row, **roles, **undecided("jupyter_outside", lang, column=roles["rating"])}


def may_hold_a_rating(data: Any) -> bool:
    """Whether names of the columns, or what the export told of them, speak of a rating: all others cost nothing."""
    columns = list(data.columns) if hasattr(data, "columns") else []
    # A PyArrow table calls its values columns, and its names otherwise.
    names = list(map(str, getattr(data, "column_names", columns)))
    if len(names) > MOST_COLUMNS:
        return False
    notes = getattr(data, "attrs", None)
    told = isinstance(notes, dict) and isinstance(notes.get("npskit"), dict)
    return told or any(name_rank(name, "rating") for name in names)


def roles_of(survey: Survey) -> dict[str, str | None]:
    """The columns of rating and date.

    Raises
    ------
    RoleError
        When the rating cannot be told.
    """
    rating = None if survey.aggregated is not None else survey.column("rating")
    if rating is not None and len(survey.source.columns) == 1 and not name_rank(rating, "rating"):
        raise RoleError(where="the rating column", expected="a name that says so", got="the only column")
    try:
        return {"rating": rating, "date": survey.column("date")}
    except RoleError:
        return {"rating": rating, "date": None}


def figures(survey: Survey, lang: str) -> dict[str, Any]:
    """The score with its interval, as numbers and as text."""
    found = {name: values[0] for name, values in columns_of(survey.summary()).items() if name in FIGURES}
    n = int(found["responses"])
    score, lower, upper = (math.nan if found[name] is None else float(found[name]) for name in FIGURES[:3])
    if not n or not math.isfinite(score):
        return {"responses": n, "state": "empty", "message": word("jupyter_empty", lang)}
    text = word("n_responses_1" if n == 1 else "n_responses", lang, n=number(n, lang=lang))
    between = [range_text(lower, upper, lang=lang)] if math.isfinite(lower + upper) else []
    return {
        "score": score, "lower": lower if between else None, "upper": upper if between else None, "responses": n,
        "headline": points(score, lang=lang), "detail": " · ".join([*between, text]),
    }  # fmt: skip


def waiting(rows: int | None, lang: str) -> dict[str, Any]:
    """What is scored only when asked."""
    if rows is None:
        return {"state": "large", "message": word("jupyter_query", lang)}
    return {"state": "large", "message": word("jupyter_large", lang, n=number(rows, lang=lang))}


def undecided(key: str, lang: str, **names: str | None) -> dict[str, Any]:
    """What a person has to decide first."""
    return {"state": "ambiguous", "message": word(key, lang, **names)}


def shown(names: list[str]) -> str:
    """A few names of columns."""
    return ", ".join(names[:RIVALS_SHOWN]) + (", …" if len(names) > RIVALS_SHOWN else "")
