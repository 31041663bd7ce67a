"""What travels to the browser: counts without rows, and every word and picture that is needed there."""

from __future__ import annotations

import base64
import datetime as dt
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from npskit.charts import specs
from npskit.charts.columns import level_names
from npskit.cube import Cube, Dimension
from npskit.labels import LANGUAGES, glossary
from npskit.stats import grid, jumps, series_model
from npskit.survey.column_words import spoken

__all__ = ["WORDS", "payload", "unpacked"]

#: Beginnings of the keys of all words that an explorer says.
WORDS = (
    "explore_", "month_", "points", "point", "range", "n_responses", "detractors", "passives", "promoters", "score",
    "responses", "rating", "chart_quarter", "chart_week", "chart_every_", "chart_period", "chart_interval",
    "chart_three_shares",
)  # fmt: skip
LIGHTEST = ((1, np.uint8), (2, np.uint16), (4, np.uint32))


def payload(
    cube: Cube,
    *,
    state: Mapping[str, Any] | None = None,
    code: Mapping[str, Any] | None = None,
    notes: Sequence[str | Mapping[str, str]] = (),
    questions: Mapping[str, str] | None = None,
    title: str | None = None,
    binary: bool = False,
) -> dict[str, Any]:
    """Everything an explorer needs in the browser, as plain JSON values.

    Parameters
    ----------
    cube : Cube
        What is explored; given to strangers, one without cells that tell of few people.
    state : mapping, optional
        Where the controls stand at first; parts that are missing have their defaults.
    code : mapping, optional
        Pieces of the line of Python, with places in braces: ``rows`` (the frame), ``filtered``
        (``"df[{conditions}]"``), ``joint`` and ``either`` between conditions (``" & "``, ``" | "``), ``verb``
        (``"{rows}.nps().summary({arguments})"``) and ``columns``: by name ``by`` (``"by='shop'"``) and either ``among``
        (with ``{levels}``), ``levels`` (a literal each, None for the missing one) and ``missing``, or ``tests`` (a
        condition for each level); of the date ``between`` (with ``{first}`` and ``{last}``), ``firsts`` and ``lasts``
        (a literal for each period).
    notes : sequence of str or of mapping of language to str
        Told below the views.
    questions : mapping of str to str, optional
        Whole questions of columns, beside the pointer.
    title : str, optional
        Heading of the page.
    binary : bool
        Whether the counts stay bytes, for a widget's buffer, instead of base64 text.

    Returns
    -------
    dict
        ``dimensions, ratings, categories, shape, width, counts, model, words, specs, state, code, notes, title``.

    Examples
    --------
    >>> from npskit.scale import Scale
    >>> cube = Cube((Dimension("shop", ("Lyon", None)),), np.eye(2, 11, dtype=int), Scale())
    >>> made = payload(cube)
    >>> made["shape"], made["width"], made["dimensions"][0]["levels"]["en"]
    ([2, 11], 1, ['Lyon', '(not given)'])
    >>> bool((unpacked(made) == cube.counts).all())
    True
    """
    width, kind = next(found for found in LIGHTEST if cube.counts.max(initial=0) <= np.iinfo(found[1]).max)
    counts = np.ascontiguousarray(cube.counts, dtype=np.dtype(kind).newbyteorder("<"))
    # A kernel is near; a page goes by mail.
    packed = zlib.compress(counts.tobytes(), 1 if binary else 9)
    return {
        "dimensions": [
            described(dimension, (questions or {}).get(dimension.name, "")) for dimension in cube.dimensions
        ],
        "ratings": list(cube.scale.ratings),
        "categories": [int(category) for category in cube.scale.categories],
        "shape": list(cube.counts.shape),
        "width": width,
        "counts": packed if binary else base64.b64encode(packed).decode(),
        "model": model(),
        "words": glossary(WORDS),
        "specs": {lang: specs(lang) for lang in LANGUAGES},
        "state": dict(state or {}),
        "code": None if code is None else dict(code),
        "notes": [note if isinstance(note, str) else dict(note) for note in notes],
        "title": title,
    }


def described(dimension: Dimension, question: str = "") -> dict[str, Any]:
    """A column as the browser knows it: the texts of its levels in each language, or the first days of its periods."""
    told: dict[str, Any] = {"name": dimension.name, "title": dimension.title, "every": dimension.every}
    told |= {"question": question, "spoken": {lang: spoken(dimension.title, lang) for lang in LANGUAGES}}
    if dimension.every:
        days = [day.isoformat() for day in dimension.periods if isinstance(day, dt.date)]
        return {**told, "starts": days, "units": list(dimension.units)}
    return {**told, "levels": {lang: level_names(dimension.levels, lang) for lang in LANGUAGES}}


def model() -> dict[str, Any]:
    """The numbers of the smoothed level, so that the browser's is Python's whatever they are.

    Examples
    --------
    >>> model()["periods"]["month"]["season"], model()["extra"]["values"][:2]
    (12, [0.0, 1.0])
    """
    axes = {"level": grid.LEVEL_AXIS, "extra": grid.EXTRA_AXIS, "season": grid.SEASON_AXIS}
    periods = {}
    for every, length in grid.SEASON_LENGTHS.items():
        pace = grid.pace_of(every)
        periods[every] = {"season": length, "pace": pace, "jump_rates": grid.jump_rates(pace).tolist()}
    return {
        **{name: {"values": axis.values.tolist(), "prior": axis.prior.tolist()} for name, axis in axes.items()},
        "periods": periods,
        "harmonics": grid.HARMONICS,
        "jump_sds": grid.JUMP_SDS.tolist(),
        "most_jumps": series_model.MOST_JUMPS,
        "most_tried": jumps.MOST_TRIED,
        "least_odds": jumps.LEAST_ODDS,
        "least_of_best": jumps.LEAST_OF_BEST,
        "pooling_half_life": series_model.POOLING_HALF_LIFE,
        "pseudo_answers": series_model.PSEUDO_ANSWERS.tolist(),
    }


def unpacked(made: Mapping[str, Any]) -> np.ndarray:
    """The counts in a payload, shape (levels of the axes …, ratings)."""
    packed = made["counts"] if isinstance(made["counts"], bytes) else base64.b64decode(made["counts"])
    kind = np.dtype(dict(LIGHTEST)[made["width"]]).newbyteorder("<")
    return np.frombuffer(zlib.decompress(packed), dtype=kind).reshape(made["shape"])
