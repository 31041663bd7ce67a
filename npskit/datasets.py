"""Real surveys to learn and to test with, at hand without a network.

A method shown on invented numbers always works. These two surveys are real: one is large, French and full of
comments, the other has dates and a rating that is easily taken for its neighbour.

`garden` (CC0-1.0, C. Benavent, BenaventC/NPSgame): customers of a chain of garden centres; 13,954 answer sheets of
which 13,612 have a rating and 3,054 a comment that is kept. `carpentries` (CC BY 4.0, The Carpentries,
carpentries/assessment; ids removed): instructor training 2016-2018, 967 answer sheets, 889 with a rating. Licences and
changes in full: ``npskit/data/LICENSES.md``.
"""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from importlib.resources import files
from io import BytesIO

import pandas as pd

from npskit.errors import ArgumentError, did_you_mean

__all__ = ["load", "names"]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Where a survey comes from, who may use it how, and which of its columns plays which role."""

    file: str
    licence: str
    attribution: str
    note: str
    roles: dict[str, str]
    dates: tuple[str, ...] = ()


DATASETS = {
    "carpentries": Dataset(
        file="carpentries.csv.xz",
        licence="CC BY 4.0",
        attribution="The Carpentries, https://github.com/carpentries/assessment, commit 84a42af",
        note="Changed: survey rounds put into one table, ids of answer sheets removed.",
        roles={"rating": "LikelyToRecommend", "date": "date"},
        dates=("date",),
    ),
    "garden": Dataset(
        file="garden.csv.xz",
        licence="CC0-1.0",
        attribution="C. Benavent, https://github.com/BenaventC/NPSgame, commit 4b0dbcc",
        note="Comments that might name a person were left out; a_commente still says who wrote one.",
        roles={"rating": "recommandation", "comment": "commentaire", "customer": "respondent"},
    ),
}


def names() -> list[str]:
    """Names of the bundled surveys.

    Examples
    --------
    >>> names()
    ['carpentries', 'garden']
    """
    return sorted(DATASETS)


def load(name: str) -> pd.DataFrame:
    """A bundled survey, one row an answer sheet.

    Parameters
    ----------
    name : str
        ``"garden"``: rating, satisfaction and intention (1-10), comment, visits, last ticket (€), years as a customer
        of a French chain of garden centres. ``"carpentries"``: 0-10 ``LikelyToRecommend``, dates and agreement items
        of instructor trainings.

    Returns
    -------
    DataFrame
        ``df.attrs["npskit"]`` holds ``source``, ``licence``, ``attribution`` and ``roles``.

    Raises
    ------
    ArgumentError
        When there is no such survey.

    Examples
    --------
    >>> df = load("garden")
    >>> len(df), int(df["recommandation"].notna().sum()), df.attrs["npskit"]["licence"]
    (13954, 13612, 'CC0-1.0')
    """
    if name not in DATASETS:
        raise ArgumentError(f"no bundled survey {name!r}.", hint=did_you_mean(str(name), names()))
    dataset = DATASETS[name]
    packed = files("npskit").joinpath("data", dataset.file).read_bytes()
    frame = pd.read_csv(BytesIO(lzma.decompress(packed)), parse_dates=list(dataset.dates))
    frame.attrs["npskit"] = {
        "source": f"npskit.datasets: {name}",
        "format": "bundled",
        "licence": dataset.licence,
        "attribution": dataset.attribution,
        "roles": dict(dataset.roles),
        "rows_read": len(frame),
        "rows_kept": len(frame),
        "notes": [dataset.note],
    }
    return frame
