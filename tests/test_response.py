"""Who answered: lists, counts and numbers of invited; what does not fit is said, silence driven by mood is bounded."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import npskit
from npskit import Bands, Survey
from npskit.errors import ArgumentError, ArgumentTypeError, ColumnNotFoundError, EmptyDataError, RoleError
from npskit.labels import LANGUAGES


def invited() -> pd.DataFrame:
    return pd.DataFrame({"customer": range(100), "shop": ["Lyon"] * 50 + ["Nice"] * 50, "age": [20, 40] * 50})


def answers() -> pd.DataFrame:
    """30 promoters of Lyon, 10 detractors of Nice."""
    return pd.DataFrame({"customer": [*range(30), *range(50, 60)], "rating": [10] * 30 + [5] * 10})


def simulated(seed=1, n=6000, *, mood=True) -> tuple[pd.DataFrame, pd.DataFrame, float]:
    """Customers, the happier of whom answer more and sooner; the list, the answers, the score of all."""
    rng = np.random.default_rng(seed)
    rating = np.clip(np.round(rng.normal(8, 2, n)), 0, 10)
    sent = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 180, n), unit="D")
    shop = rng.choice(["Lyon", "Nice", "Paris"], n, p=[0.5, 0.1, 0.4])
    people = pd.DataFrame({"customer": np.arange(n), "shop": shop,
                           "sex": rng.choice(["f", "m"], n), "sent": sent})  # fmt: skip
    people["reminder"] = people["sent"] + pd.Timedelta(days=7)
    chance = np.where(people["shop"] == "Nice", 0.1, 0.3) * (np.where(rating >= 9, 1.5, 0.6) if mood else 1)
    delay = rng.exponential(np.where(rating >= 9, 3, 9) if mood else 5, n).astype(int)
    date = people["sent"] + pd.to_timedelta(delay, unit="D")
    frame = pd.DataFrame({"customer": people["customer"], "rating": rating, "date": date})
    truth = 100 * ((rating >= 9).mean() - (rating <= 6).mean())
    return people, frame[rng.random(n) < chance].reset_index(drop=True), float(truth)


def keys(found) -> list[str]:
    return [note.key for note in found.notes]


def note(found, key):
    return next(note.values["n"] for note in found.notes if note.key == key)


@pytest.fixture(scope="module")
def told():
    people, frame, truth = simulated()
    return frame.nps.response(people), truth


def test_counts_done_in_ones_head():
    found = answers().nps.response(invited(), by="shop")
    assert (found.invited, found.responses, found.rate, found.score) == (100, 40, 0.4, 50)
    assert (found.worst, found.best) == (-40, 80)
    assert found.table["shop"] == ["Lyon", "Nice"]
    assert found.table["rate"] == [0.6, 0.2]
    assert found.table["score"] == [100, -100]
    assert found.table["worst"] == pytest.approx([20, -100])
    assert found.table["best"] == pytest.approx([100, 60])
    assert list(found.table)[1:] == ["invited", "responses", "rate", "rate_lower", "rate_upper", "score", "lower",
                                     "upper", "worst", "best"]  # fmt: skip


def test_the_missing_segment_is_named_and_others_are_not():
    found = answers().nps.response(invited())
    assert found.segments.missing["level"] == ["Nice"]
    assert found.segments.missing["difference"] == pytest.approx([-0.4])
    assert set(found.segments.table["column"]) == {"shop", "age"}


def test_the_same_from_counts_a_mapping_and_the_list():
    frame = answers().assign(shop=["Lyon"] * 30 + ["Nice"] * 10)
    listed = frame.nps.response(invited(), by="shop")
    counts = pd.DataFrame({"shop": ["Lyon", "nice "], "invited": [50, 50]})
    for given in (counts, {"shop": ["Lyon", "Nice"], "n": [50, 50]}, {"Lyon": 50, "Nice": 50}):
        found = frame.nps.response(given, by="shop")
        for name in ("invited", "responses", "rate", "score", "worst", "best"):
            assert found.table[name] == pytest.approx(listed.table[name])
    whole = frame.nps.response(counts)
    assert (whole.rate, len(whole), whole.segments.missing["level"]) == (0.4, 1, ["nice "])
    number = answers().nps.response(100)
    assert (number.rate, number.worst, number.best, len(number.segments)) == (0.4, -40, 80, 0)


def test_other_engines_agree():
    polars, duckdb = pytest.importorskip("polars"), pytest.importorskip("duckdb")
    people, frame, _ = simulated(n=600)
    expected = frame.nps.response(people, by="shop").table
    for own, other in ((polars.DataFrame, polars.DataFrame), (duckdb.from_df, polars.DataFrame)):
        found = Survey(own(frame)).response(other(people), by="shop").table
        assert {name: pytest.approx(values, nan_ok=True) if name != "shop" else values
                for name, values in expected.items()} == found  # fmt: skip


def test_rows_without_a_rating_are_silent_when_there_is_no_list():
    frame = invited().merge(answers(), how="left", on="customer")
    found = frame.nps.response(by="shop")
    assert (found.rate, found.table["rate"]) == (0.4, [0.6, 0.2])
    assert "response_note_own_rows" in keys(found)


def test_bands_and_several_columns_split_the_table():
    found = answers().nps.response(invited(), by=["shop", Bands("age", [18, 30])])
    assert found.table["age"] == ["18-29", "30+"] * 2
    assert sum(found.table["invited"]) == 100


def test_periods_are_of_the_invitation():
    people, frame, _ = simulated(n=500)
    found = frame.nps.response(people, every="quarter")
    assert [str(day) for day in found.table["period"]] == ["2024-01-01", "2024-04-01"]
    assert sum(found.table["invited"]) == 500
    counts = pd.DataFrame({"day": ["2024-01-01", "2024-04-01"], "invited": [4000, 4000]})
    told = frame.nps.response(counts, every="quarter")
    assert [str(day) for day in told.table["period"]] == ["2024-01-01", "2024-04-01"]
    with pytest.raises(RoleError, match="day of invitation"):
        answers().nps.response(invited(), every="month")


def test_customers_are_matched_however_their_numbers_are_written():
    frame = answers().assign(customer=answers()["customer"].astype(float))
    assert frame.nps.response(invited().assign(customer=[f" {n}" for n in range(100)])).responses == 40
    mails = pd.DataFrame({"email": ["A@x.fr", "b@x.fr"]})
    own = pd.DataFrame({"e-mail": ["a@X.fr"], "rating": [9]})
    assert own.nps.response(mails).responses == 1
    assert answers().nps.response(invited().rename(columns={"customer": "who"}), customer="who").responses == 40


def test_what_does_not_fit_is_counted_and_said():
    people = pd.concat([invited(), invited().head(3), pd.DataFrame({"customer": [None, None]})])
    frame = pd.concat([answers(), pd.DataFrame({"customer": [900, 901, None, 0], "rating": [1, 1, 1, 2]})])
    found = frame.nps.response(people)
    assert (found.invited, found.responses) == (100, 40)
    assert note(found, "response_note_blank") == 2
    assert note(found, "response_note_twice") == 3
    assert note(found, "response_note_uninvited") == 2
    assert note(found, "response_note_unknown") == 1
    assert note(found, "response_note_again") == 1
    # The last answer of customer 0 counts.
    assert found.score == pytest.approx(100 * (29 - 11) / 40)


def test_an_answer_belongs_to_the_last_invitation_before_it():
    people = pd.DataFrame({"customer": [1, 1, 2, 3], "sent": ["2024-01-01", "2024-03-01", "2024-01-01", "2024-02-01"]})
    frame = pd.DataFrame({"customer": [1, 2, 3], "rating": [9, 3, 10],
                          "date": ["2024-03-05", "2024-01-01", "2024-01-20"]})  # fmt: skip
    found = frame.nps.response(people, every="month")
    assert found.table["invited"] == [2, 1, 1]
    assert found.table["responses"] == [1, 0, 1]
    assert note(found, "response_note_early") == 1


def test_everybody_answered():
    found = answers().nps.response(invited().loc[lambda df: df["customer"].isin(answers()["customer"])])
    assert (found.rate, found.worst, found.best, found.score) == (1, 50, 50, 50)
    assert found.silent(50).score == 50
    assert "Everybody answered" in found.silent(50).sentence(lang="en")
    assert "response_note_bounds" not in keys(found)
    assert found.sentence(lang="en").startswith("All 40 invited answered")


def test_nobody_answered():
    frame = pd.DataFrame({"customer": [500], "rating": [np.nan]})
    found = frame.nps(rating="rating", customer="customer").response(invited(), by="shop")
    assert (found.rate, found.worst, found.best) == (0, -100, 100)
    assert np.isnan(found.score)
    assert "response_note_nobody" in keys(found)
    assert found.sentence(lang="en").startswith("None of the 100 invited")
    assert found.plot(lang="fr").to_dict()
    with pytest.raises(ArgumentError, match="at least one answer"):
        found.silent(10)
    with pytest.raises(ArgumentError, match="extra"):
        found.reminders(10)


def test_a_number_of_points_moves_the_score():
    found = answers().nps.response(100)
    assert found.score_if([0, 10, 50]).tolist() == [50, 44, 20]
    assert found.score_if(10) == 44
    told = found.silent(10, target=20)
    assert (told.score, told.needed) == (44, 50)
    assert told.upper - told.lower == pytest.approx(found.upper - found.lower)
    assert len(told) == 101
    assert min(found.score_if(np.arange(400))) == found.worst
    with pytest.raises(ArgumentError, match="lower"):
        found.silent("much")


def test_reminders_narrow_the_interval_and_leave_the_bias():
    found = answers().nps.response(1000)
    told = found.reminders(100, lower=10).table
    assert told["responses"] == [40, 140]
    assert told["margin"][1] < told["margin"][0]
    # 960 of 1,000 are silent, then 860.
    assert told["bias"] == pytest.approx([9.6, 9.6 - (10 * 100 / 140)])
    assert told["bias_alike"] == pytest.approx([9.6, 9.6])
    assert told["worst"][1] > told["worst"][0]
    assert found.reminders(1).sentence(lang="fr").startswith("1 réponse de plus resserre ")
    with pytest.raises(ArgumentError, match="960"):
        found.reminders(961)


def test_silence_of_mood_is_bounded_and_late_answers_hint_at_it(told):
    found, truth = told
    assert found.lower > truth
    assert found.worst < truth < found.best
    assert found.late.upper < 0
    assert found.waves.upper < 0
    assert found.waves.table["first"] == [0, 1]
    assert found.silent().hint == pytest.approx(-found.waves.difference)
    assert found.segments.missing["level"][0] == "Nice"
    assert "response_note_late" in keys(found)


def test_without_mood_late_answers_do_not_differ():
    people, frame, _ = simulated(3, mood=False)
    found = frame.nps.response(people)
    assert found.late.lower < 0 < found.late.upper


def test_commenters_of_the_garden_score_less():
    found = npskit.datasets.load("garden").nps.response(13954, commented="a_commente")
    assert found.commenters.table["score"] == pytest.approx([58.9, 39.2], abs=0.05)
    assert found.commenters.upper < -15
    assert "39" in found.commenters.sentence(lang="en")


def test_commenters_are_told_by_their_texts():
    frame = answers().assign(comment=[f"because of {n} reasons" for n in range(30)] + [None, " "] * 5)
    found = frame.nps.response(100).commenters
    assert found.table["responses"] == [10, 30]
    assert found.table["score"] == [-100, 100]
    assert answers().nps.response(100).commenters is None


def test_weights_are_not_applied_and_that_is_said():
    found = answers().assign(w=range(40)).nps(weight="w").response(100)
    assert found.score == 50
    assert "response_note_unweighted" in keys(found)


def test_counts_of_other_segments_are_said():
    frame = answers().assign(shop=["Lyon"] * 30 + ["Nice"] * 10)
    found = frame.nps.response(pd.DataFrame({"shop": ["Lyon"], "invited": [50]}))
    assert note(found, "response_note_outside") == 10


@pytest.mark.parametrize(
    ("given", "options", "error", "said"),
    [
        (10, {}, ArgumentError, "10 invited and 40 answers"),
        (100, {"by": "shop"}, ArgumentError, "a table of counts"),
        (pd.DataFrame({"customer": []}), {}, EmptyDataError, "who was invited"),
        (pd.DataFrame({"name": ["a"]}), {}, RoleError, "customer"),
        (invited(), {"by": "shp"}, ColumnNotFoundError, "shop"),
        (invited(), {"by": 3}, ArgumentTypeError, "by"),
        (invited(), {"sent": "no"}, ColumnNotFoundError, "no"),
        (invited(), {"adjustment": "none"}, ArgumentError, "holm"),
        (invited(), {"confidence_level": 95}, ArgumentError, "confidence_level"),
        (pd.DataFrame({"invited": [-5]}), {}, RoleError, "customer"),
        ("invited.xyz", {}, Exception, ""),
    ],
)
def test_bad_input_is_named(given, options, error, said):
    with pytest.raises(error) as raised:
        answers().nps.response(given, **options)
    assert said in str(raised.value)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sentences_and_charts_speak_both_languages(told, lang):
    found, _ = told
    parts = [found, found.segments, found.late, found.waves, found.silent(20), found.reminders(100)]
    assert all(part.sentence(lang=lang) for part in parts)
    assert all(each.sentence(lang=lang) for each in found.notes)
    assert found.silent(20).turning(lang=lang)
    for part in (found, found.segments, found.silent(20)):
        assert part.plot(lang=lang).to_dict()["title"]["text"]
    assert json.dumps(found.to_dict())
    assert "<table>" in found._repr_html_()


def test_charts_are_drawn(told):
    vl_convert = pytest.importorskip("vl_convert")
    found, _ = told
    for chart in (found.plot(), found.silent(20).plot(), found.silent(-30).plot()):
        assert "<svg" in vl_convert.vegalite_to_svg(chart.to_dict())


def test_names_are_text_and_no_longer_than_a_title():
    hostile = "<script>alert(1)</script>" + "x" * 300
    people = invited().replace({"shop": {"Nice": hostile}})
    found = answers().nps.response(people)
    assert found.segments.missing["level"] == [hostile]
    assert len(found.segments.sentence(lang="en")) < 200
    assert "<script>" not in found.segments._repr_html_()
    assert "<script>" not in answers().nps.silent_app(people)._finding.value
    svg = pytest.importorskip("vl_convert").vegalite_to_svg(found.plot().to_dict())
    assert "<script>" not in svg


def test_the_slider_moves_the_score():
    pytest.importorskip("ipywidgets")
    app = answers().nps.silent_app(100, lower_by=10, lang="en")
    assert app.result.score == 44
    app.lower_by = 50.0
    assert app.result.score == 20
    assert "50 points lower" in app._finding.value
    assert eval(app.code, {"response": answers().nps.response(100)}).score == 20
    app.lang = "fr"
    assert "silencieux" in app._finding.value


def test_the_verbs_have_their_charts():
    frame = answers()
    assert "Nice" in frame.nps.plot.response(invited(), lang="en").to_dict()["title"]["text"][0]
    assert "20 points" in frame.nps.plot.silent(100, lower=20, lang="en").to_dict()["title"]["text"][0]


def test_reminders_speak_of_the_silent_as_lower_only() -> None:
    found = npskit.Survey(pd.DataFrame({"nps": [10, 9, 3]})).response(30)
    with pytest.raises(ArgumentError, match="lower: expected 0 to 200 points, got -5"):
        found.reminders(5, lower=-5)
