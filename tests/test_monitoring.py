"""Alerts of a survey: the table, the sentences, and the charts."""

from __future__ import annotations

import datetime as dt
import json
from functools import cache

import numpy as np
import pandas as pd
import pytest

import npskit
from npskit import Survey, charts
from npskit.charts.alert_words import AlertRow, alert_phrase
from npskit.charts.periods import EVERY
from npskit.charts.theme import ACCENT
from npskit.errors import ArgumentError, EmptyDataError, RoleError
from npskit.labels import LANGUAGES
from npskit.survey.monitoring import Monitor

COLUMNS = [
    "period", "responses", "score", "expected", "lower", "upper", "p_value", "p_adjusted", "kind", "since", "change",
]  # fmt: skip


def answers(truth, n=150, *, start="2022-01-01", every="MS", seed=0, **columns) -> pd.DataFrame:
    """A frame of answers whose expected score per period is the truth."""
    rng = np.random.default_rng(seed)
    days = np.repeat(pd.date_range(start, periods=len(truth), freq=every), n)
    promoters = np.repeat((0.7 + np.asarray(truth) / 100) / 2, n)
    draw = rng.random(len(days))
    ratings = np.where(draw < promoters, 10, np.where(draw < promoters + 0.3, 8, 3))
    return pd.DataFrame({"date": days, "nps": ratings, **columns})


def shops(k: int, *, periods: int = 20) -> pd.DataFrame:
    t = np.arange(periods)
    parts = [answers(20 + at - 45.0 * ((at == 1) & (t >= 13)), seed=at, shop=f"shop {at}") for at in range(k)]
    return pd.concat(parts, ignore_index=True)


@cache
def drawn(name: str, lang: str) -> dict:
    """Specification of an answer's chart."""
    return every_answer()[name].plot(lang=lang).to_dict()


FALL = np.where(np.arange(24) >= 16, -5.0, 35.0)


@cache
def every_answer() -> dict[str, Monitor]:
    """One of each kind of chart."""
    return {
        "jump": Survey(answers(FALL)).monitor(),
        "calm": Survey(answers(np.full(20, 30.0))).monitor(breaks="2022-10"),
        "long": Survey(answers(np.full(90, 30.0), 60, every="W-MON")).monitor("week"),
        "panels": Survey(shops(3)).monitor(by="shop"),
        "strips": Survey(shops(9)).monitor(by="shop"),
    }


# ---- the table ----------------------------------------------------------------------------------------------


def test_table_has_a_row_per_period_and_the_agreed_columns():
    found = every_answer()["jump"]
    assert list(found.table) == COLUMNS
    assert len(found) == 24
    assert found.judged == 18
    assert list(every_answer()["panels"].table) == ["shop", *COLUMNS]


def test_alerts_are_the_rows_with_a_kind():
    found = every_answer()["jump"]
    assert found.alerts["kind"] == ["jump"]
    assert found.alerts["since"] == [dt.date(2023, 5, 1)]
    assert found.alerts["change"][0] == pytest.approx(-40, abs=10)
    assert found.alerts["p_adjusted"][0] < found.alpha


def test_readings_are_those_of_the_trend():
    survey = Survey(answers(FALL))
    assert survey.monitor().table["score"] == pytest.approx(survey.trend().table["score"])


def test_groups_are_found_by_their_names():
    assert every_answer()["panels"].alerts["shop"] == ["shop 1"]
    assert every_answer()["strips"].alerts["shop"] == ["shop 1"]


def test_weights_and_clusters_say_less_than_as_many_answers():
    rng = np.random.default_rng(3)
    frame = answers(np.full(14, 20.0)).assign(w=lambda f: rng.lognormal(0, 1, len(f)), account=np.arange(2100) // 5)
    plain, weighted = Survey(frame).monitor(), Survey(frame, weight="w").monitor()
    clustered = Survey(frame.sort_values(["date", "nps"]), cluster="account").monitor()
    widths = [np.subtract(each.table["upper"], each.table["lower"])[10] for each in (plain, weighted, clustered)]
    assert widths[0] < min(widths[1:])
    assert weighted.table["responses"] == plain.table["responses"]


def test_until_leaves_out_what_came_later():
    assert Survey(answers(FALL)).monitor(until="2023-04").alerts["kind"] == []
    later = Survey(answers(FALL)).monitor(until="2023-05")
    assert later.alerts["kind"] == ["new"]
    assert len(later) == 17


def test_a_marked_break_is_no_alert():
    found = Survey(answers(FALL)).monitor(breaks="2023-05")
    assert found.alerts["kind"] == []
    assert found.breaks == (dt.date(2023, 5, 1),)


def test_an_answer_becomes_a_dictionary_and_a_frame():
    found = every_answer()["jump"]
    assert json.dumps(found.to_dict())
    assert found.to_frame().shape == (24, len(COLUMNS))


# ---- data that is not as one wishes -------------------------------------------------------------------------


def test_fewer_than_seven_periods_are_refused():
    with pytest.raises(EmptyDataError, match="at least 7 periods"):
        Survey(answers(np.full(6, 20.0))).monitor()


def test_no_dates_are_refused():
    with pytest.raises(RoleError, match="date"):
        Survey(pd.DataFrame({"nps": [1, 10, 9]})).monitor()


@pytest.mark.parametrize("alpha", [0, 1, "5%", True, None])
def test_alpha_is_a_probability(alpha):
    with pytest.raises(ArgumentError, match="alpha"):
        Survey(answers(FALL)).monitor(alpha=alpha)


def test_gaps_and_single_answers_are_said_and_set_off_nothing():
    frame = answers(np.full(20, 40.0))
    month = frame["date"].dt.to_period("M").astype(str)
    lone = frame[month == "2022-09"].head(1).assign(nps=0)
    found = Survey(pd.concat([frame[~month.isin(["2022-09", "2022-11"])], lone])).monitor()
    assert found.alerts["kind"] == []
    assert found.table["responses"][10] == 0
    assert np.isnan(found.table["p_value"][10])
    assert "single answer" in " ".join(map(str, found.notes))


def test_groups_without_or_with_too_few_answers_are_named():
    frame = pd.concat([
        shops(2),
        answers(np.full(4, 20.0), shop="young"),
        answers(np.full(9, 20.0), shop="silent").assign(nps=np.nan),
    ])  # fmt: skip
    found = Survey(frame).monitor(by="shop")
    said = " ".join(map(str, found.notes))
    assert "young" in said
    assert "silent" in said
    assert found.alerts["shop"] == ["shop 1"]


def test_a_date_of_1970_and_one_to_come_are_left_out():
    frame = pd.concat([answers(FALL), pd.DataFrame({"date": pd.to_datetime(["1970-01-01", "2999-01-01"]), "nps": 0})])
    found = Survey(frame).monitor()
    assert len(found) == 24
    assert len(found.notes) == 2


def test_real_quarters_have_their_fall():
    found = npskit.datasets.load("carpentries").nps.monitor("quarter")
    assert found.sentence() == "The score fell by 28 points in Q4 2017 and stayed there."


# ---- words --------------------------------------------------------------------------------------------------


def test_the_finding_is_told_in_both_languages():
    found = every_answer()["jump"]
    assert found.sentence(lang="en").startswith("The score fell by ")
    assert " in May 2023 and stayed there" in found.sentence(lang="en")
    assert " en mai 2023 et y est resté" in found.sentence(lang="fr")
    assert every_answer()["calm"].sentence() == "None of the 13 months judged moved beyond what its responses explain."
    assert every_answer()["panels"].sentence().startswith("“shop 1”: the score fell by ")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("every", EVERY)
@pytest.mark.parametrize("kind", ["jump", "drift", "season", "outlier", "new"])
def test_every_kind_has_its_words(kind, every, lang):
    for change in (-12.4, 7.0):
        said = alert_phrase(AlertRow("", dt.date(2024, 4, 1), dt.date(2024, 1, 1), kind, change), every, lang)
        assert "2024" in said
        assert ("12" if change < 0 else "7") in said
        assert "{" not in said


# ---- charts -------------------------------------------------------------------------------------------------


def marks(spec: object, kind: str) -> list[dict]:
    """All marks of a kind in a specification."""
    if isinstance(spec, list):
        return [mark for part in spec for mark in marks(part, kind)]
    if not isinstance(spec, dict):
        return []
    own = spec.get("mark")
    here = [spec] if isinstance(own, dict) and own["type"] == kind else []
    return here + [mark for value in spec.values() for mark in marks(value, kind)]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["jump", "calm", "long", "panels", "strips"])
def test_charts_are_drawn_and_say_what_the_sentence_says(name, lang):
    found, spec = every_answer()[name], drawn(name, lang)
    assert " ".join(spec["title"]["text"]) + "." == found.sentence(lang=lang)
    assert json.dumps(spec)
    pytest.importorskip("vl_convert").vegalite_to_svg(spec)


def test_kinds_of_charts_follow_the_number_of_series():
    assert len(drawn("panels", "en")["concat"]) == 3
    assert len({row["row"] for mark in marks(drawn("strips", "en"), "text") for row in mark["data"]["values"]}) == 9


def test_an_alert_is_named_beside_its_reading_in_the_accent():
    (label,) = marks(drawn("jump", "en"), "text")
    text = label["encoding"]["text"]["value"]
    assert text[0].startswith("May 2023: −")
    assert text[1] == "jump"
    assert label["mark"]["color"] == ACCENT
    assert not marks(drawn("calm", "en"), "text")


def test_labels_stay_inside_the_chart():
    late = Survey(answers(np.where(np.arange(24) == 23, -40.0, 35.0))).monitor().plot(lang="fr").to_dict()
    (label,) = marks(late, "text")
    x = label["encoding"]["x"]["value"]
    assert label["mark"]["align"] == "right"
    assert 0 < x <= late["width"]


def test_a_marked_break_is_drawn():
    assert any("strokeDash" in mark["mark"] for mark in marks(drawn("calm", "en"), "rule"))


def test_groups_with_alerts_come_first():
    spec = drawn("panels", "en")
    assert spec["concat"][0]["title"]["text"][0] == "shop 1"


def test_a_chart_of_nothing_is_refused():
    table = {name: [] for name in COLUMNS}
    with pytest.raises(EmptyDataError):
        charts.monitor(table)
