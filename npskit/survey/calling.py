"""The line of Python that does what a person did by hand.

Whatever is moved on a screen has to be repeatable without it. So an app can say its state as a call of a public verb;
what stands at its default is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from npskit.frames import Bands
from npskit.scale import Scale

if TYPE_CHECKING:
    from npskit.survey.base import Base

__all__ = ["call", "literal", "subject"]

DIGITS = 10


def call(verb: str, *values: Any, **given: Any) -> str:
    """A call as text; arguments that are None are left out.

    Examples
    --------
    >>> call("npskit.plan", margin=5.0, population=None, pilot=(20, 30, 50))
    'npskit.plan(margin=5, pilot=(20, 30, 50))'
    >>> call("df.nps.forecast", 6, breaks=dt.date(2024, 5, 1))
    "df.nps.forecast(6, breaks='2024-05-01')"
    """
    named = [f"{name}={literal(value)}" for name, value in given.items() if value is not None]
    return f"{verb}({', '.join([*map(literal, values), *named])})"


def literal(value: Any) -> str:
    """A value as it is written in Python, without the noise of floating point.

    Examples
    --------
    >>> literal(0.1 + 0.2), literal({"shop": {"Lyon": 0.5}}), literal([1.0, None])
    ('0.3', "{'shop': {'Lyon': 0.5}}", '[1, None]')
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        rounded = round(value, DIGITS)
        return str(int(rounded)) if rounded.is_integer() and abs(rounded) < 1e15 else repr(rounded)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, dt.date):
        return repr(value.isoformat())
    if isinstance(value, Bands):
        return f"npskit.Bands({value.column!r}, {literal(list(value.edges))})"
    if isinstance(value, Scale):
        return f"npskit.{value!r}"
    return repr(value)


def subject(survey: Base, name: str = "df") -> str:
    """What the verbs of a survey are called on, with the columns it was told.

    Examples
    --------
    >>> from npskit import Survey
    >>> frame = pd.DataFrame({"q1": [9, 3], "q2": [1, 2]})
    >>> subject(Survey(frame, rating="q1")), subject(Survey(frame, rating="q1", missing=[11]))
    ("df.nps(rating='q1')", "df.nps(rating='q1', missing=[11])")
    """
    settings = survey.settings
    polars = type(survey.data).__module__.partition(".")[0] == "polars"
    if polars or isinstance(survey.data, (pd.DataFrame, pd.Series)):
        return call(f"{name}.nps", **settings) if settings else f"{name}.nps"
    return call("npskit.Survey", **settings).replace("(", f"({name}, " if settings else f"({name}", 1)
