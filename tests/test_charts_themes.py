"""Charts of what people write: titles that say no more than the intervals hold, nothing of a comment executed."""

import json

import pandas as pd
import pytest

import npskit
from npskit import charts
from npskit.errors import ColumnNotFoundError, EmptyDataError

TABLE = {
    "theme": ["price", "welcome", "choice"], "responses": [80, 60, 20], "share": [0.4, 0.3, 0.1],
    "impact": [-9.0, 5.2, -0.4], "lower": [-12.1, 2.9, -1.6], "upper": [-6.0, 7.4, 0.7],
}  # fmt: skip
WORDS = {"term": ["prix", "accueil"], "detractors": [142, 10], "promoters": [173, 125], "z": [-6.5, 5.1]}


def title(chart):
    return " ".join(chart.to_dict()["title"]["text"])


def changed(values, **columns):
    return {**values, **columns}


def months(share, p_adjusted=None, fitted=None):
    days = pd.date_range("2024-01-01", periods=len(share), freq="MS").date.tolist()
    return {"theme": ["price"] * len(share), "period": days, "share": share, "comments": [50] * len(share),
            "fitted": fitted or share, "p_adjusted": p_adjusted or [1.0] * len(share)}  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_chart_has_a_finding_in_words(lang):
    for chart in (charts.themes(TABLE, lang=lang), charts.theme_words(WORDS, lang=lang),
                  charts.theme_trend(months([0.1, 0.2, 0.3]), lang=lang)):  # fmt: skip
        assert title(chart)
        assert json.dumps(chart.to_dict())


def test_only_what_is_sure_is_named():
    assert title(charts.themes(TABLE, lang="en")) == (
        "“price” weighs most on the score (−9 points), “welcome” lifts it most (+5)"
    )
    unsure = changed(TABLE, lower=[-12.0, -1.0, -1.6], upper=[1.0, 7.0, 0.7])
    assert title(charts.themes(unsure, lang="en")) == "No theme moves the score by more than chance would"
    one = changed(TABLE, lower=[-12.0, -1.0, -1.6])
    assert title(charts.themes(one, lang="en")) == "“price” weighs most on the score: −9 points"


def test_many_themes_are_cut_and_it_is_said():
    size = 30
    table = {key: [values[0]] * size for key, values in TABLE.items()} | {
        "theme": [f"theme {at}" for at in range(size)], "impact": [-float(at) for at in range(size)]
    }  # fmt: skip
    chart = charts.themes(table, lang="en").to_dict()
    assert len(chart["data"]["values"]) == 18
    assert "18 largest effects of 30" in " ".join(chart["title"]["subtitle"])


def test_no_word_is_a_finding_too():
    assert title(charts.theme_words({}, lang="en")) == "No word sets promoters and detractors apart"
    one_side = {key: values[:1] for key, values in WORDS.items()}
    assert title(charts.theme_words(one_side, lang="en")) == "Detractors write “prix” more than promoters do"


def test_a_trend_is_told_only_where_it_is_more_than_chance():
    rows = months([0.1, 0.15, 0.2, 0.2, 0.25, 0.3], fitted=[0.1, 0.14, 0.18, 0.22, 0.26, 0.3])
    rising = charts.theme_trend(rows, {"theme": ["price"], "p_adjusted": [0.01]}, lang="en")
    steady = charts.theme_trend(rows, {"theme": ["price"], "p_adjusted": [0.4]}, lang="en")
    assert title(rising) == "“price” is written about more: 10% of comments at first, 30% at last"
    assert title(steady) == "No theme is written about more or less than before"
    single = changed(rows, p_adjusted=[1.0, 1.0, 0.01, 1.0, 1.0, 1.0])
    chart = charts.theme_trend(single, {"theme": ["price"], "p_adjusted": [0.4]}, lang="en")
    assert title(chart) == "“price” stands out in March 2024: 20% of comments"


def test_names_of_themes_are_text_and_no_path():
    table = changed(TABLE, theme=["a.b[0] <b>", "=1+1", "x" * 200])
    assert charts.themes(table, lang="en").to_dict()


def test_tables_that_cannot_be_drawn_are_told():
    with pytest.raises(EmptyDataError):
        charts.themes(changed(TABLE, impact=[float("nan")] * 3))
    with pytest.raises(ColumnNotFoundError, match="responses"):
        charts.themes({"theme": ["a"]})
    with pytest.raises(EmptyDataError):
        charts.theme_trend(months([float("nan")] * 3))


def test_the_survey_draws_them():
    frame = npskit.datasets.load("garden")
    frame = frame.assign(day=pd.date_range("2024-01-01", periods=len(frame), freq="h"))
    plot = frame.nps(date="day").plot
    assert title(plot.themes("retail", lang="fr")).startswith("«\u202fprix\u202f» pèse le plus")
    assert title(plot.theme_words("retail", lang="fr")).startswith("Les détracteurs écrivent")
    assert title(plot.theme_trend("retail", lang="fr"))
