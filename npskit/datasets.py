"""Real surveys to learn and to test with, at hand without a network.

A method shown on invented numbers always works. These surveys are real: one is large, French and full of comments, one
has dates and a rating that is easily taken for its neighbour, and of one only percentages are published.

`garden` (CC0-1.0, C. Benavent, BenaventC/NPSgame): customers of a chain of garden centres; 13,954 answer sheets of
which 13,612 have a rating and 3,054 a comment that is kept. `carpentries` (CC BY 4.0, The Carpentries,
carpentries/assessment; ids removed): instructor training 2016-2018, 967 answer sheets, 889 with a rating. `hcahps`
(public domain, US Centers for Medicare & Medicaid Services): how patients rate their hospital from 0 to 10, by state
and year, 467 rows of percentages. Licences and changes in full: ``npskit/data/LICENSES.md``.
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
    "hcahps": Dataset(
        file="hcahps.csv.xz",
        licence="public domain",
        attribution="US Centers for Medicare & Medicaid Services, HCAHPS, https://data.cms.gov/provider-data",
        note="Changed: the yearly releases put into one table, the overall rating of hospitals (H_HSP_RATING) kept.",
        roles={"detractors": "pct_0_6", "passives": "pct_7_8", "promoters": "pct_9_10", "date": "end_date"},
        dates=("start_date", "end_date"),
    ),
}


def names() -> list[str]:
    """Names of the bundled surveys.

    Examples
    --------
    >>> names()
    ['carpentries', 'garden', 'hcahps']
    """
    return sorted(DATASETS)


def load(name: str) -> pd.DataFrame:
    """A bundled survey, one row an answer sheet, or a row of percentages.

    Parameters
    ----------
    name : str
        ``"garden"``: rating, satisfaction and intention (1-10), comment, visits, last ticket (€), years as a customer
        of a French chain of garden centres. ``"carpentries"``: 0-10 ``LikelyToRecommend``, dates and agreement items
        of instructor trainings. ``"hcahps"``: percentages of patients who rate their hospital 0-6, 7-8 and 9-10, for
        51 states (the District of Columbia is one) and ``US``, the whole, in nine years that end in September; the
        numbers of answers are not in it.

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

    Percentages need a number of answers, which is an assumption when the data do not tell it:

    >>> import warnings
    >>> import npskit
    >>> hcahps = load("hcahps")
    >>> nation = hcahps[hcahps["state"] == "US"]
    >>> with warnings.catch_warnings(action="ignore"):
    ...     survey = npskit.Survey.from_counts(nation, responses=1000)
    >>> [round(score) for score in survey.trend("year").table["score"]]
    [63, 64, 66, 66, 65, 65, 66, 64, 61]
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
