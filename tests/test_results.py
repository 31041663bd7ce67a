import datetime as dt
import json
from dataclasses import dataclass

import numpy as np
import pytest

from npskit.results import Result, spreadsheet_safe


@dataclass(frozen=True)
class Found(Result):
    table: dict
    note: float = float("nan")


def test_rows_become_a_frame():
    frame = Found({"a": np.array([1, 2]), "b": ["x", "y"]}).to_frame()
    assert frame["a"].tolist() == [1, 2]


def test_a_result_is_json():
    found = Found({"a": np.array([1.5, np.nan]), "day": [dt.date(2024, 1, 1), None]}, note=np.float64(2))
    assert json.loads(json.dumps(found.to_dict())) == {
        "table": {"a": [1.5, None], "day": ["2024-01-01", None]},
        "note": 2,
    }


def test_html_is_escaped():
    html = Found({"<b>": ["<script>alert(1)</script>"]})._repr_html_()
    assert "<script>" not in html
    assert "<b>" not in html


def test_long_results_say_how_much_is_left():
    assert "70 more rows" in Found({"a": list(range(100))})._repr_html_()


@pytest.mark.parametrize("text", ["=1+1", "+33 6", "-2+3", "@SUM(A1)", "\t=1", "  =1", "＝1"])
def test_formulas_are_neutralised(text):
    assert spreadsheet_safe(text) == "'" + text


@pytest.mark.parametrize("value", ["Lyon", "a=b", -3, None, 2.5])
def test_other_values_stay(value):
    assert spreadsheet_safe(value) == value
