"""An argument that would change nothing is refused, or a note says so: nobody believes what was never done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import npskit
from npskit.errors import ArgumentError, ColumnNotFoundError

ROWS = 240


def answers() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(ROWS) % 180, unit="D")
    return pd.DataFrame({
        "nps": rng.integers(0, 11, ROWS), "date": days, "shop": np.where(np.arange(ROWS) % 2, "Lyon", "Nice"),
        "customer": np.arange(ROWS), "comment": "l’accueil", "spend": rng.gamma(2, 50, ROWS),
        "stays": rng.integers(0, 2, ROWS), "price": rng.integers(1, 6, ROWS), "staff": rng.integers(1, 6, ROWS),
    })  # fmt: skip


INVITED = pd.DataFrame({"customer": range(400), "shop": ["Lyon", "Nice"] * 200, "sent": "2024-01-01"})
SHOPS = ("Lyon", "Nice")
COUNTS = dict.fromkeys(SHOPS, 300)
STARS = {1: 30, 4: 20, 5: 40}
REVIEWS = pd.DataFrame({"stars": [1, 4, 5] * 20, "text": "l’accueil", "date": "2024-02-01"})
CUSTOMERS = pd.DataFrame({"before": [60, 40, 0, 0], "now": [85, 0, 25, 20]})


@pytest.mark.parametrize(
    ("verb", "given", "options", "message"),
    [
        (
            "response",
            (COUNTS,),
            {"by": "shop", "every": "month"},
            r"(?s)every: expected numbers .* a table.*response\(ta",
        ),
        ("response", (600,), {"every": "month"}, "invited: expected a table of counts"),
        (
            "response",
            (600,),
            {"sent": "sent"},
            "sent: expected a list of those invited, a row each.* got numbers of them",
        ),
        ("response", (COUNTS,), {"by": "shop", "reminded": "day"}, "reminded: expected a list of those invited"),
        ("response", (), {"customer": "customer"}, r"customer: expected a list .*\n.*df.nps\(customer="),
        ("reviews", (STARS,), {"stars": "stars"}, "stars: expected reviews, a row each"),
        ("reviews", (STARS,), {"date": "day"}, "date: expected reviews, a row each"),
        ("reviews", (REVIEWS,), {"comment": "text"}, "(?s)comment: expected codeframe= beside it.*codeframe='retail'"),
        ("economics", (), {"spend": "spend", "new_customer": 80.0}, "new_customer: expected a column .* referrals"),
        ("economics", (), {"spend": "spend", "customers": 900}, "customers: expected a column .* retained"),
        ("economics", (), {"retained": "stays", "customers": 900}, "customers: expected a column .* spend"),
        ("economics", (), {"spend": "spend", "years": 3}, "years: expected a column .* retained"),
        ("economics", (), {"spend": "spend", "discount": 0.1}, "discount: expected a column .* retained"),
        ("economics", (), {"retained": "stays", "against": "passives"}, "against: expected a column .* spend"),
        ("economics", (), {"churned": "stays", "margin": 0.3}, "margin: expected a column .* spend"),
        ("scorecard", ("shop",), {"missing": [0]}, "missing: expected attributes= beside it"),
    ],
)
def test_an_argument_that_would_change_nothing_is_refused(
    verb: str, given: tuple[Any, ...], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        getattr(answers().nps, verb)(*given, **options)


def test_values_that_are_earned_need_the_column_that_has_them() -> None:
    with pytest.raises(ArgumentError, match="earned: expected source= beside it"):
        npskit.earned_growth(CUSTOMERS, earned="referral")


def test_an_attribute_that_is_not_there_is_no_team_without_a_driver() -> None:
    with pytest.raises(ColumnNotFoundError, match="prise"):
        answers().nps.scorecard("shop", attributes=["prise", "staff"])


def test_numbers_by_level_and_period_are_told_as_a_table() -> None:
    table = pd.DataFrame({
        "shop": list(SHOPS) * 6, "month": pd.date_range("2024-01-01", periods=6, freq="MS").repeat(2), "invited": 90
    })  # fmt: skip
    found = answers().nps.response(table, by="shop", every="month")
    assert (found.invited, len(found.table["period"])) == (1080, 12)


def test_a_country_without_published_figures_is_said_to_say_nothing() -> None:
    frame = answers().rename(columns={"shop": "brand"})
    for told in ({"country": "France"}, {"year": 2024}, {"channel": "email"}):
        keys = [note.key for note in frame.nps.benchmark(competitors="brand", **told).notes]
        assert "benchmark_note_place_unused" in keys
    assert "benchmark_note_place_unused" not in [note.key for note in frame.nps.benchmark(competitors="brand").notes]


@pytest.mark.parametrize(
    ("ending", "hints", "unused"),
    [
        ("csv", {"sheet": "A", "separator": ","}, ["sheet='A' was not used: this file is a text."]),
        ("xlsx", {"separator": ";", "sheet": 0}, ["separator=';' was not used: this file is a workbook."]),
        ("parquet", {"encoding": "cp1252"}, ["encoding='cp1252' was not used: this file is Parquet."]),
    ],
)
def test_hints_for_another_kind_of_file_are_noted(
    tmp_path: Path, ending: str, hints: dict[str, Any], unused: list[str]
) -> None:
    frame, path = answers(), tmp_path / f"answers.{ending}"
    if ending == "csv":
        frame.to_csv(path, index=False)
    elif ending == "xlsx":
        frame.to_excel(path, index=False)
    else:
        frame.to_parquet(path)
    said = npskit.read_survey(path, **hints).attrs["npskit"]["notes"]
    assert [each for each in said if "not used" in each] == unused
