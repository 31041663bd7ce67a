"""Public ratings beside the survey: the mapping is named, few periods tell nothing, and who speaks out is counted."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from npskit import Scale, Survey
from npskit.errors import ArgumentError, ArgumentTypeError, EmptyDataError, RatingError, RoleError
from npskit.labels import LANGUAGES
from npskit.survey.reviews import nearest


def frames(seed=1, periods=30, *, together=True, sizes=(300, 120)) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A survey and public ratings whose levels move together, or not."""
    rng = np.random.default_rng(seed)
    levels = np.cumsum(rng.normal(0, 0.4, (2, periods)), axis=1)
    days = [pd.date_range("2022-01-01", periods=periods, freq="MS").repeat(n) for n in sizes]
    own, theirs = (level.repeat(n) for level, n in zip((levels[0], levels[0 if together else 1]), sizes, strict=True))
    rating = np.clip(np.round(rng.normal(8 + own, 2)), 0, 10).astype(int)
    stars = np.clip(np.round(rng.normal(7 + theirs, 3.5) / 2), 1, 5).astype(int)
    return pd.DataFrame({"date": days[0], "rating": rating}), pd.DataFrame({"day": days[1], "étoiles": stars})


def survey() -> pd.DataFrame:
    return pd.DataFrame({"rating": [10] * 50 + [8] * 30 + [3] * 20})


def keys(found) -> list[str]:
    return [note.key for note in found.notes]


@pytest.fixture(scope="module")
def found():
    own, public = frames(sizes=(400, 400))
    return own.nps.reviews(public)


def test_counts_done_in_ones_head():
    told = survey().nps.reviews({1: 30, 2: 5, 3: 5, 4: 20, 5: 40})
    assert (told.public, told.score, told.difference) == (0, 30, -30)
    assert told.mean == pytest.approx(3.35)
    assert (told.extremes, told.extremes_survey) == (0.7, 0.5)
    assert told.table["category"] == ["detractors"] * 3 + ["passives", "promoters"]
    assert told.table["answers"] == ["0-1", "2-3", "4-6", "7-8", "9-10"]
    assert told.table["responses"] == [0, 20, 0, 30, 50]
    assert told.difference_upper < 0
    assert told.extremes_lower > 0


def test_the_mapping_is_always_named():
    told = survey().nps.reviews({1: 30, 5: 70})
    assert told.mapping == {"detractors": "1-3", "passives": "4", "promoters": "5"}
    assert keys(told)[0] == "reviews_note_mapping"
    assert "5 promoter, 4 passive, 1-3 detractor" in " ".join(told.plot(lang="en").to_dict()["title"]["subtitle"])
    kinder = survey().nps.reviews({1: 30, 4: 30, 5: 40}, scale=Scale(1, 5, detractor_max=2, promoter_min=4))
    assert kinder.mapping["promoters"] == "4-5"
    assert kinder.public == 40


def test_rows_and_counts_agree():
    public = pd.DataFrame({"stars": [1] * 30 + [4] * 20 + [5] * 50, "text": ["x"] * 100})
    one, other = survey().nps.reviews(public), survey().nps.reviews({1: 30, 4: 20, 5: 50})
    assert one.table == other.table
    polars = pytest.importorskip("polars")
    assert Survey(survey()).reviews(polars.DataFrame(public)).table == other.table


def test_ten_point_public_ratings_need_their_scale():
    public = pd.DataFrame({"note": [8, 9, 10, 2]})
    with pytest.raises(RatingError, match="outside"):
        survey().nps.reviews(public)
    assert survey().nps.reviews(public, scale=Scale(1, 10)).public == 25


def test_half_stars_are_refused():
    with pytest.raises(RatingError):
        survey().nps.reviews(pd.DataFrame({"stars": [4.5, 5, 3]}))


def test_answers_lie_nearest_to_a_public_rating():
    assert nearest(Scale(1, 5), Scale(1, 5)).tolist() == [0, 1, 2, 3, 4]
    assert nearest(Scale.labels(), Scale(1, 5)) is None
    words = pd.DataFrame({"nps": ["Promoter", "Passive", "Detractor"] * 5})
    told = words.nps.reviews({1: 5, 5: 5})
    assert told.table["answers"] == [None] * 5
    assert np.isnan(told.extremes_survey)
    assert "100%" in told.selection(lang="en")
    assert told.plot(lang="fr").to_dict()


def test_what_moves_together_is_told(found):
    assert found.movement.verdict == "together"
    assert found.movement.changes == 29
    assert len(found.movement) == 30
    assert "reviews_note_noise" in keys(found)


def test_what_does_not_is_hardly_ever_told():
    told = [own.nps.reviews(public).movement.verdict for own, public in
            (frames(seed, 24, together=False, sizes=(60, 30)) for seed in range(12))]  # fmt: skip
    assert told.count("together") + told.count("against") <= 2


def test_few_periods_tell_nothing():
    own, public = frames(periods=8)
    told = own.nps.reviews(public)
    assert told.movement.verdict == "cannot tell"
    assert "reviews_note_few" in keys(told)
    assert "cannot be told" in told.movement.sentence(lang="en")
    single = own.nps.reviews(public, every="year").movement
    assert (single.verdict, single.changes) == ("cannot tell", 0)


def test_periods_without_reviews_are_gaps():
    own, public = frames()
    told = own.nps.reviews(public[public["day"] != "2023-01-01"]).movement
    at = [str(day) for day in told.table["period"]].index("2023-01-01")
    assert told.table["reviews"][at] == 0
    assert told.changes == 27


def test_rows_without_a_date_are_said():
    own, public = frames(periods=14)
    public.loc[:4, "day"] = pd.NaT
    assert "reviews_note_no_date_public" in keys(own.nps.reviews(public))


def test_without_dates_there_is_no_trend():
    told = survey().nps.reviews({1: 3, 5: 9})
    assert told.movement is None
    assert "reviews_note_undated" in keys(told)
    with pytest.raises(EmptyDataError, match="dates"):
        told.plot_trend()


def test_a_weighted_survey_stays_weighted():
    weighted = survey().assign(sex=["m", "f"] * 50).nps.reweight({"sex": {"m": 0.9, "f": 0.1}})
    told = weighted.reviews({1: 5, 5: 5})
    assert told.score == pytest.approx(weighted.score())
    assert "reviews_note_weighted" in keys(told)
    assert sum(told.table["survey_share"]) == pytest.approx(1)


@pytest.mark.parametrize(
    ("public", "options", "error", "said"),
    [
        ({6: 3}, {}, ArgumentError, "6"),
        ({5: -1}, {}, ArgumentError, "-1"),
        ({5: 1.5}, {}, ArgumentError, "1.5"),
        ({5: 0}, {}, EmptyDataError, "reviews"),
        (pd.DataFrame({"stars": [5], "étoiles": [4]}), {}, RoleError, "stars"),
        (pd.DataFrame({"text": ["good"], "shop": ["Lyon"]}), {}, RoleError, "rating"),
        ({5: 1}, {"scale": 5}, ArgumentTypeError, "scale"),
        ({5: 1}, {"confidence_level": 3}, ArgumentError, "confidence_level"),
    ],
)
def test_bad_input_is_named(public, options, error, said):
    with pytest.raises(error) as raised:
        survey().nps.reviews(public, **options)
    assert said in str(raised.value)


def test_nobody_answered():
    with pytest.raises(EmptyDataError, match="the survey"):
        pd.DataFrame({"rating": [np.nan]}).nps(rating="rating").reviews({5: 1})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sentences_and_charts_speak_both_languages(found, lang):
    spec = found.plot(lang=lang).to_dict()
    assert " ".join(spec["title"]["text"]) == found.sentence(lang=lang).removesuffix(".")
    assert found.selection(lang=lang)
    spec = found.plot_trend(lang=lang).to_dict()
    assert " ".join(spec["title"]["text"]) == found.movement.sentence(lang=lang).removesuffix(".")
    assert all(note.sentence(lang=lang) for note in found.notes)
    assert json.dumps(found.to_dict())
    assert "<table>" in found._repr_html_()


def test_charts_are_drawn(found):
    vl_convert = pytest.importorskip("vl_convert")
    for chart in (found.plot(), found.plot_trend()):
        assert "<svg" in vl_convert.vegalite_to_svg(chart.to_dict())


def test_the_verb_has_its_charts():
    own, public = frames(periods=14)
    assert own.nps.plot.reviews(public, lang="en").to_dict()["title"]["text"][0].startswith("Public ratings score")
    assert "14" not in own.nps.plot.review_trend(public, lang="en").to_dict()["title"]["text"][0]


SAID = {"price": "trop cher, les prix sont élevés", "welcome": "accueil chaleureux, vendeurs aimables"}


def spoken(dear: int, kind: int, rating: list[int]) -> pd.DataFrame:
    """Comments about prices and about the welcome."""
    texts = [SAID["price"]] * dear + [SAID["welcome"]] * kind
    return pd.DataFrame({"rating": (rating * len(texts))[: len(texts)], "comment": texts})


def test_themes_of_the_public_stand_beside_those_of_the_survey() -> None:
    pytest.importorskip("py3langid")
    public = spoken(80, 20, [1, 5]).rename(columns={"rating": "stars", "comment": "avis"})
    found = spoken(20, 80, [10, 3]).nps.reviews(public, comment="avis", codeframe="retail").themes
    row = found.table["theme"].index("price")
    assert (found.table["reviews"][row], found.table["responses"][row]) == (80, 20)
    assert found.table["difference"][row] == pytest.approx(0.6)
    assert 0.4 < found.table["lower"][row] < found.table["upper"][row] < 0.75
    assert found.sentence(lang="en").startswith("Reviews speak more of price than the survey does: 80% of")
    assert "prix" in found.sentence(lang="fr")


def test_themes_alike_are_said_to_be() -> None:
    pytest.importorskip("py3langid")
    public = spoken(50, 50, [1, 5]).rename(columns={"rating": "stars"})
    found = spoken(50, 50, [10, 3]).nps.reviews(public, codeframe="retail").themes
    assert min(found.table["p_adjusted"]) == 1
    assert "same themes" in found.sentence(lang="en")


def test_numbers_of_ratings_have_no_themes() -> None:
    frame = spoken(50, 50, [10, 3])
    assert frame.nps.reviews({1: 3, 5: 9}).themes is None
    with pytest.raises(ArgumentError, match="codeframe: expected reviews with comments"):
        frame.nps.reviews({1: 3, 5: 9}, codeframe="retail")
