import subprocess
import sys

import pandas as pd
import pytest

import npskit
from npskit import accessor


def test_building_an_accessor_never_raises():
    assert "nps" in dir(pd.DataFrame({"x": ["text"]}))
    assert pd.DataFrame().nps is not None


def test_an_accessor_keeps_no_answer_of_an_older_frame():
    frame = pd.DataFrame({"nps": [10, 10]})
    assert frame.nps.score() == 100
    frame.loc[0, "nps"] = 0
    assert frame.nps.score() == 0


def test_a_series_of_ratings_has_a_score():
    assert pd.Series([10, 0, 9, 9]).nps.score() == 50
    assert pd.Series([10, 0, 9, 9], name="q7").nps.summary()["responses"].tolist() == [4]


def test_registering_again_is_quiet():
    accessor.register()
    accessor.register()
    assert pd.Series([10]).nps.score() == 100


def test_calling_names_the_roles():
    frame = pd.DataFrame({"a": [10, 9], "b": [0, 0]})
    survey = frame.nps(rating="b")
    assert isinstance(survey, npskit.Survey)
    assert survey.score() == -100
    assert "rating='b'" in repr(survey)


ASKED = "import npskit, importlib.util; importlib.util.find_spec('polars'); import polars as pl"


@pytest.mark.parametrize("first", ["import polars as pl, npskit", "import npskit, polars as pl", ASKED])
def test_polars_has_the_accessor_whichever_comes_first(first):
    pytest.importorskip("polars")
    program = f"{first}; print(pl.DataFrame({{'nps': [10, 0, 9, 9]}}).nps.score(), pl.Series([10]).nps.score())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["50.0", "100.0"]


def test_polars_is_not_loaded_for_nothing():
    program = "import sys, npskit; print('polars' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
