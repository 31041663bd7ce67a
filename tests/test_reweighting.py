"""Weights: what the margins explain is repaired, what mood decides is not, and targets are read one way or refused."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pandas as pd
import pytest

from npskit import Bands, Survey
from npskit.errors import ArgumentError, ArgumentTypeError, ColumnNotFoundError, EmptyDataError, NpskitWarning
from npskit.labels import LANGUAGES

HALVES = {"sex": {"m": 0.5, "f": 0.5}}


def few() -> pd.DataFrame:
    """30 men, half promoters and half detractors, and 10 women, all promoters."""
    return pd.DataFrame({"sex": ["m"] * 30 + ["f"] * 10, "rating": [9] * 15 + [5] * 15 + [10] * 10})


def population(rng, size=60_000, *, mood=False) -> tuple[pd.DataFrame, float]:
    """Customers who answer by age, or by what they think; those who do, and the score of all."""
    age = rng.choice(["young", "middle", "old"], size, p=[0.3, 0.4, 0.3])
    region = rng.choice(["north", "south"], size, p=[0.6, 0.4])
    mean = np.select([age == "young", age == "middle"], [6.6, 7.6], 8.8) + 0.4 * (region == "south")
    rating = np.clip(np.round(rng.normal(mean, 2)), 0, 10)
    chance = np.select(
        [age == "young", age == "middle"],
        [
            0.05,
            0.1,
        ],
        0.3,
    ) * np.where(region == "north", 1, 0.6)
    if mood:
        chance = np.where(rating >= 9, 0.25, np.where(rating >= 7, 0.1, 0.07))
    answered = rng.random(size) < chance
    truth = 100 * ((rating >= 9).mean() - (rating <= 6).mean())
    frame = pd.DataFrame({"age": age, "region": region, "rating": rating})
    return frame[answered].reset_index(drop=True), float(truth)


TARGETS = {"age": {"young": 30, "middle": 40, "old": 30}, "region": {"north": 0.6, "south": 0.4}}


def keys(survey) -> list[str]:
    return [note.key for note in survey.weighting.notes]


def test_counts_done_in_ones_head():
    weighted = few().nps.reweight(HALVES)
    # Men score 0 and women 100.
    assert weighted.score() == pytest.approx(50)
    told = weighted.weighting
    assert told.score_raw == pytest.approx(25)
    assert told.table["weight"] == pytest.approx([2, 2 / 3])
    assert told.effective_responses == pytest.approx(30)
    assert told.design_effect == pytest.approx(4 / 3)
    assert (told.lowest, told.highest) == pytest.approx((2 / 3, 2))
    assert told.trimmed == 0


def test_every_verb_is_weighted_and_the_frame_is_a_copy():
    frame = few()
    weighted = frame.nps.reweight(HALVES)
    assert list(frame.columns) == ["sex", "rating"]
    assert weighted.data["weight"].mean() == pytest.approx(1)
    assert weighted.summary()["score"][0] == pytest.approx(50)
    assert "effective_responses" in weighted.summary(by="sex").columns
    assert isinstance(weighted, Survey)
    assert frame.nps.weighting is None


def test_settings_stay():
    frame = few().rename(columns={"rating": "q1"}).assign(other=8)
    frame.loc[0, "q1"] = 99
    weighted = frame.nps(rating="q1", missing=[99]).reweight(HALVES)
    assert weighted.settings == {"rating": "q1", "weight": "weight", "missing": [99]}
    assert weighted.weighting.responses == 39


def test_margins_are_met_to_1e_8():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({name: rng.integers(0, size, 4000) for name, size in (("a", 4), ("b", 6), ("c", 3))})
    frame["rating"] = rng.integers(0, 11, 4000)
    targets = {name: dict(enumerate(rng.dirichlet([30] * size))) for name, size in (("a", 4), ("b", 6), ("c", 3))}
    weighted = frame.nps.reweight(targets)
    shares = weighted.data.groupby("b")["weight"].sum() / weighted.data["weight"].sum()
    assert shares.to_numpy() == pytest.approx(list(targets["b"].values()), abs=1e-8)
    table = weighted.weighting.table
    assert table["weighted"] == pytest.approx(table["target"], abs=1e-8)


@pytest.mark.parametrize(
    "stated",
    [
        {"m": 50, "f": 50},
        {"m": 2000, "f": 2000},
        {"M ": 0.5, "F": 0.5},
        {"m": 0.4997, "f": 0.4997},
        pd.Series({"m": 0.5, "f": 0.5}),
        pd.Series(["m", "f"] * 400),
        pd.DataFrame({"sex": ["f", "m"], "share": [0.5, 0.5]}),
        pd.DataFrame({"n": [700, 700], "sex": ["f", "m"]}),
        {"m": 0.5, "f": 0.5, "x": 0},
    ],
)
def test_targets_as_people_have_them(stated):
    assert few().nps.reweight({"sex": stated}).score() == pytest.approx(50)


def test_targets_as_a_frame():
    long = pd.DataFrame({"column": ["sex"] * 2, "level": ["m", "f"], "share": [0.5, 0.5]})
    customers = pd.DataFrame({"id": range(6), "sex": ["m", "f"] * 3})
    counts = pd.DataFrame({"Sex": ["m", "f"], "count": [900, 900]})
    polars = pytest.importorskip("polars")
    for targets in (long, customers, counts, polars.DataFrame(counts), {"sex": polars.Series(["m", "f"])}):
        assert few().nps.reweight(targets).score() == pytest.approx(50)


def test_bands_of_a_number_are_a_margin():
    frame = few().assign(age=[20] * 20 + [50] * 20)
    bands = Bands("age", [18, 40])
    weighted = frame.nps.reweight({bands: {"18-39": 0.8, "40+": 0.2}})
    assert weighted.weighting.table["level"] == ["18-39", "40+"]
    assert weighted.weighting.table["weight"] == pytest.approx([1.6, 0.4])


def test_other_engines_get_the_column_in_their_own_frame():
    polars, duckdb, pyarrow = (pytest.importorskip(name) for name in ("polars", "duckdb", "pyarrow"))
    frame = few()
    frame.loc[3, "sex"] = None
    expected = frame.nps.reweight(HALVES)
    table = pyarrow.Table.from_pandas(frame)
    for data in (polars.DataFrame(frame), polars.DataFrame(frame).lazy(), duckdb.from_df(frame), table):
        weighted = Survey(data).reweight(HALVES)
        assert type(weighted.data) is type(data)
        assert weighted.score() == pytest.approx(expected.score())
        assert weighted.weighting.effective_responses == pytest.approx(expected.weighting.effective_responses)
    assert polars.DataFrame(frame).nps.reweight(HALVES).data["weight"].to_list() == pytest.approx(
        expected.data["weight"].tolist()
    )


def test_counts_in_rows_are_weighted_too():
    counts = pd.DataFrame({"shop": ["Lyon", "Nice"], "detractors": [10, 30], "passives": [20, 0], "promoters": [70, 0]})
    weighted = Survey.from_counts(counts).reweight({"shop": {"Lyon": 0.5, "Nice": 0.5}})
    assert weighted.score() == pytest.approx((60 - 100) / 2)


def test_only_the_last_answers_are_weighted():
    frame = few().assign(customer=[*range(39), 0], date="2024-01-01")
    frame.loc[39, "date"] = "2024-02-01"
    weighted = frame.nps(keep="last").reweight(HALVES)
    assert weighted.weighting.responses == 39
    assert weighted.weighting.table["weighted"] == pytest.approx([0.5, 0.5])


def test_missing_levels_keep_their_share_and_are_said():
    frame = few()
    frame.loc[[0, 1], "sex"] = None
    weighted = frame.nps.reweight(HALVES)
    assert weighted.weighting.table["weighted"] == pytest.approx([0.475, 0.475, 0.05])
    assert "reweight_note_missing" in keys(weighted)
    explicit = frame.nps.reweight({"sex": {"m": 0.45, "f": 0.45, None: 0.1}})
    assert explicit.weighting.table["weighted"] == pytest.approx([0.45, 0.45, 0.1])


def test_a_target_of_nought_leaves_answers_out_and_says_so():
    weighted = few().nps.reweight({"sex": {"m": 1, "f": 0}})
    assert weighted.score() == pytest.approx(0)
    assert "reweight_note_unused" in keys(weighted)


def test_trimmed_weights_are_counted():
    frame = pd.DataFrame({"a": ["x"] * 95 + ["y"] * 5, "b": (["u"] * 9 + ["v"]) * 10, "rating": [9, 3] * 50})
    free, held = (frame.nps.reweight({"a": {"x": 0.8, "y": 0.2}, "b": {"u": 0.7, "v": 0.3}}, trim=trim)
                  for trim in (None, 5))  # fmt: skip
    assert free.weighting.highest > 5
    assert held.weighting.highest == pytest.approx(5)
    assert held.weighting.trimmed >= 1
    assert held.weighting.table["weighted"] == pytest.approx(held.weighting.table["target"], abs=1e-8)
    assert "reweight_note_trimmed" in keys(held)


def test_a_limit_that_keeps_a_share_from_its_target_warns():
    frame = pd.DataFrame({"a": ["x"] * 98 + ["y"] * 2, "rating": [9, 3] * 50})
    with pytest.warns(NpskitWarning, match="miss their targets"):
        weighted = frame.nps.reweight({"a": {"x": 0.5, "y": 0.5}})
    assert weighted.weighting.distance > 0.1
    assert "reweight_note_far" in keys(weighted)


@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ({"sex": {"m": 0.5, "f": 0.4}}, "a sum of 0.9"),
        ({"sex": {"m": 50, "f": 60}}, "a sum of 110"),
        ({"sex": {"m": 49.9, "f": 60}}, "a sum of 109.9"),
        ({"sex": {"m": 0, "f": 0}}, "a sum of 0"),
        ({"sex": {"m": -0.5, "f": 1.5}}, "level 'm'"),
        ({"sex": {"m": "half", "f": 0.5}}, "level 'm'"),
        ({"sex": {"m": None, "f": 1}}, "level 'm'"),
        ({"sex": {"m": 0.4, "f": 0.4, "other": 0.2}}, "level 'other'"),
        ({"sex": {"m": 1.0}}, "none for 'f' (10 answers)"),
        ({"sex": {"m": 0.5, "M": 0.2, "f": 0.3}}, "'M' twice"),
        ({"sex": {}}, "a share for each level"),
        ({}, "at least one column"),
    ],
)
def test_targets_that_cannot_be_used_are_named(targets, said):
    with pytest.raises(ArgumentError) as raised:
        few().nps.reweight(targets)
    assert said in str(raised.value)


def test_other_errors_are_named():
    frame = few()
    with pytest.raises(ColumnNotFoundError, match="sx"):
        frame.nps.reweight({"sx": {"m": 1}})
    with pytest.raises(ArgumentTypeError, match="targets"):
        frame.nps.reweight(3)
    with pytest.raises(ArgumentTypeError, match="one column of both"):
        frame.nps.reweight({("sex", "age"): {"m": 1}})
    with pytest.raises(ArgumentTypeError, match="mapping of levels"):
        frame.nps.reweight({"sex": 0.5})
    with pytest.raises(ArgumentError, match="without weights"):
        frame.assign(w=1).nps(weight="w").reweight(HALVES)
    with pytest.raises(ArgumentError, match="trim"):
        frame.nps.reweight(HALVES, trim=0.5)
    with pytest.raises(EmptyDataError, match="at least one answer"):
        frame.assign(rating=np.nan).nps(rating="rating").reweight(HALVES)


def test_a_frame_with_a_column_of_weights_keeps_it():
    weighted = few().assign(weight=3).nps.reweight(HALVES)
    assert weighted.settings["weight"] == "weight_2"
    assert weighted.data["weight"].eq(3).all()


def test_bias_that_the_margins_explain_is_repaired():
    frame, truth = population(np.random.default_rng(5))
    told = frame.nps.reweight(TARGETS).weighting
    assert told.score_raw - truth > 10
    assert told.lower < truth < told.upper


def test_bias_of_mood_is_not_repaired_and_not_claimed_to_be():
    frame, truth = population(np.random.default_rng(6), mood=True)
    weighted = frame.nps.reweight(TARGETS)
    told = weighted.weighting
    assert told.score - truth > 10
    assert told.lower > truth
    assert keys(weighted)[0] == "reweight_note_limits"
    assert "repair nothing else" in str(told.notes[0])
    assert not any(claim in told.sentence(lang="en") for claim in ("true", "correct", "repair"))


@pytest.mark.slow
def test_intervals_of_repaired_scores_cover_the_truth():
    rng = np.random.default_rng(7)
    held = []
    for _ in range(200):
        frame, truth = population(rng, 6000)
        told = frame.nps.reweight(TARGETS).weighting
        held.append(told.lower < truth < told.upper)
    assert np.mean(held) > 0.92


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sentences_and_the_chart_speak_both_languages(lang):
    frame, _ = population(np.random.default_rng(5), 8000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        told = frame.nps.reweight(TARGETS).weighting
    spec = told.plot(lang=lang).to_dict()
    assert " ".join(spec["title"]["text"]) == told.sentence(lang=lang).removesuffix(".")
    assert all(note.sentence(lang=lang) for note in told.notes)
    assert json.dumps(told.to_dict())
    assert "<table>" in told._repr_html_()


def test_many_levels_are_drawn_as_the_farthest():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"shop": rng.integers(0, 60, 6000), "rating": rng.integers(0, 11, 6000)})
    told = frame.nps.reweight({"shop": dict.fromkeys(range(60), 1 / 60)}).weighting
    assert "of 60" in " ".join(told.plot(lang="en").to_dict()["title"]["subtitle"])
