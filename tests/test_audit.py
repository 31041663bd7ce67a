"""The audit over time: what is planted is told with its size, what is clean is left alone, in both languages."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

import npskit
from npskit import Survey, datasets
from npskit.errors import ArgumentError, ColumnNotFoundError
from npskit.frames.equal_answers import answered_twice_a_day, equal_answers
from npskit.frames.pandas_source import PandasSource
from npskit.labels import LANGUAGES
from npskit.report.quality import over_time
from npskit.report.story import Story
from npskit.survey.audit import Check, listed
from npskit.survey.audit_columns import KINDS, audit_columns
from npskit.survey.auditing import NEEDS
from npskit.survey.notes import noted
from npskit.text.repeats import repeats

SHARES = np.array([3, 1.5, 1, 1, 1.5, 5, 6, 14, 22, 18, 27]) / 100


def clean(rows=2400, *, months=12, seed=0) -> pd.DataFrame:
    """Answers of a survey in which nothing happens."""
    rng = np.random.default_rng(seed)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365 * months // 12, rows), unit="D")
    frame = pd.DataFrame({
        "date": days,
        "nps": rng.choice(11, rows, p=SHARES),
        "channel": rng.choice(["mail", "sms", "web"], rows, p=[0.6, 0.3, 0.1]),
        "interviewer": rng.choice([f"I{k}" for k in range(8)], rows),
        "store": rng.choice(["Lyon", "Nice", "Paris", "Lille", "Brest", "Metz"], rows),
        "customer": np.arange(rows),
    })  # fmt: skip
    content = 0.8 * rng.standard_normal(rows)
    for k in range(5):
        frame[f"item_{k + 1}"] = np.clip(np.round(3.6 + content + 0.9 * rng.standard_normal(rows)), 1, 5).astype(int)
    return frame.sort_values("date", ignore_index=True)


def some(rows: pd.Series, part: float, seed: int = 1) -> np.ndarray:
    """A part of the chosen rows."""
    return rows.to_numpy() & (np.random.default_rng(seed).random(len(rows)) < part)


@pytest.fixture(scope="module")
def survey() -> pd.DataFrame:
    return clean()


def checks(frame: pd.DataFrame, name: str, **options) -> list[tuple[int, str, str]]:
    """Count, detail and what to do of the rows of one check."""
    table = Survey(frame).audit(**options)
    rows = table[table["check"] == name]
    return list(zip(rows["count"], rows["detail"], rows["to_do"], strict=True))


# ---- a clean survey -------------------------------------------------------------------------------------------------


def test_a_clean_survey_has_every_check_and_no_finding(survey):
    table = Survey(survey).audit()
    assert list(table.columns) == ["check", "count", "detail", "to_do"]
    looked = table[table["check"].isin(NEEDS)]
    assert looked["count"].tolist() == [0] * len(looked)
    assert set(NEEDS) - set(looked["check"]) == {"wording_change", "repeated_comments"}
    assert (looked["to_do"] == "").all()


def test_what_could_not_be_looked_at_is_named():
    ((count, detail, _),) = checks(pd.DataFrame({"nps": [10, 9, 3] * 20}), "not_checked")
    assert count == len(NEEDS)
    assert "channel_change: channel='…', over more periods" in detail


def test_an_audit_in_french_leaves_no_english(survey):
    table = Survey(survey).audit(lang="fr")
    assert "la répartition de «\u202fchannel\u202f» ne fait aucun saut en 12\u00a0mois" in table["detail"].tolist()
    assert not table["detail"].str.contains("answers|periods").any()


def test_names_of_columns_that_are_not_there_are_refused(survey):
    with pytest.raises(ColumnNotFoundError, match="chanel"):
        Survey(survey).audit(channel="chanel")
    with pytest.raises(ArgumentError, match="every"):
        Survey(survey).audit(every="fortnight")


def test_an_empty_list_takes_a_check_out(survey):
    assert checks(survey, "channel_change", channel=[]) == []


@pytest.mark.parametrize("engine", ["polars", "pyarrow", "duckdb"])
def test_other_engines_audit_alike(survey, engine):
    pytest.importorskip(engine)
    frame = survey.assign(channel=np.where(survey["date"] >= "2024-07-01", "web", survey["channel"]))
    if engine == "polars":
        import polars

        other = polars.from_pandas(frame)
    elif engine == "pyarrow":
        import pyarrow

        other = pyarrow.Table.from_pandas(frame, preserve_index=False)
    else:
        import duckdb

        other = duckdb.from_df(frame)
    mine, theirs = (Survey(each).quality_checks() for each in (frame, other))
    assert [(each.name, each.count, each.words("en")) for each in mine] == [
        (each.name, each.count, each.words("en")) for each in theirs
    ]


# ---- the scale ------------------------------------------------------------------------------------------------------


def test_zeros_that_stop_are_a_question_from_one_to_ten(survey):
    late = survey["date"] >= "2024-07-01"
    ((count, detail, to_do),) = checks(
        survey.assign(nps=survey["nps"].mask(late & (survey["nps"] == 0), 1)), "scale_change"
    )
    assert count == 1
    assert detail.startswith("from July 2024 to December 2024 nobody gave 0, ")
    assert "breaks=" in to_do


@pytest.mark.parametrize(("high", "divide"), [(5, 2), (7, 1.5)])
def test_a_month_on_a_shorter_scale_is_found(survey, high, divide):
    may = survey["date"].dt.month == 5
    short = np.clip(np.ceil(survey["nps"] / divide), 1, high).astype(int)
    ((count, detail, _),) = checks(survey.assign(nps=survey["nps"].mask(may, short)), "scale_change")
    assert (count, detail.split(" answers")[1].split(";")[0]) == (1, f" lie from 1 to {high}")


def test_fives_times_two_are_told_by_even_ratings(survey):
    may = survey["date"].dt.month == 5
    double = 2 * np.clip(np.ceil(survey["nps"] / 2), 1, 5).astype(int)
    ((count, detail, _),) = checks(survey.assign(nps=survey["nps"].mask(may, double)), "scale_change")
    assert count == 1
    assert "even numbers" in detail


def test_a_longer_scale_shows_although_the_declared_one_is_short(survey):
    short = np.clip(np.ceil(survey["nps"] / 2), 1, 5).astype(int)
    mixed = survey.assign(nps=survey["nps"].where(survey["date"] >= "2024-10-01", short))
    table = Survey(mixed, scale=npskit.Scale(1, 5)).audit().set_index("check")
    assert table.loc["scale_change", "count"] == 1
    assert "from January 2024 to September 2024 all" in table.loc["scale_change", "detail"]
    assert table.loc["out_of_range", "count"] > 0


def test_words_have_no_range():
    frame = pd.DataFrame(
        {"date": pd.date_range("2024-01-01", periods=300), "nps": ["Promoter", "Passive", "Detractor"] * 100}
    )
    assert checks(frame, "scale_change") == []
    assert checks(frame, "sudden_tens") == []
    assert len(checks(frame, "day_of_week")) == 1


# ---- tens and channels ----------------------------------------------------------------------------------------------


def test_begging_for_tens_is_told_with_its_size(survey):
    begged = some((survey["date"] >= "2024-07-01") & (survey["nps"] >= 6), 0.3)
    ((count, detail, to_do),) = checks(survey.assign(nps=survey["nps"].mask(begged, 10)), "sudden_tens")
    assert count == 1
    assert "gave 10 from July 2024 on" in detail
    assert "told what to give" in to_do


def test_fewer_tens_are_no_begging(survey):
    lost = some((survey["date"] >= "2024-07-01") & (survey["nps"] == 10), 0.7)
    ((count, _, to_do),) = checks(survey.assign(nps=survey["nps"].mask(lost, 9)), "sudden_tens")
    assert count == 1
    assert "told what to give" not in to_do


def test_weeks_are_compared_where_there_are_few_months():
    frame = clean(1200, months=3, seed=4)
    week = (frame["date"] >= "2024-02-12") & (frame["date"] < "2024-02-19")
    ((_, detail, _),) = checks(frame.assign(nps=frame["nps"].mask(some(week, 0.6), 10)), "sudden_tens")
    assert "in the week of 12 February 2024 alone" in detail


def test_a_store_with_many_tens_is_named(survey):
    told = checks(survey.assign(nps=survey["nps"].mask(some(survey["store"] == "Nice", 0.5), 10)), "tens_by_team")
    assert sorted(count for count, _, _ in told) == [0, 1]
    assert any(detail.startswith("Nice: ") for _, detail, _ in told)


def test_a_store_that_begins_to_beg_is_named_with_the_month(survey):
    begged = some((survey["store"] == "Nice") & (survey["date"] >= "2024-07-01"), 0.7)
    told = checks(
        survey.assign(nps=survey["nps"].mask(begged, 10)), "sudden_tens_by_team", team="store", interviewer=[]
    )
    ((count, detail, _),) = told
    assert count == 1
    assert detail.startswith("Nice: ")
    assert "from July 2024 on" in detail


@pytest.mark.parametrize(
    ("cases", "english", "french"), [(6, "and 1 more", "et 1 de plus"), (9, "4 more", "4 de plus")]
)
def test_cases_beyond_the_fifth_are_counted(cases, english, french):
    # Of six, one alone is not told.
    told = listed([noted("audit_rows")] * cases)
    assert told.sentence(lang="en").endswith(english)
    assert told.sentence(lang="fr").endswith(french)


def test_a_channel_that_takes_over_is_told_with_what_it_does_to_the_score(survey):
    # On the web everybody gives 3, so the mix alone costs what the web gains.
    web = survey["channel"] == "web"
    frame = survey.assign(nps=survey["nps"].mask(web, 3))
    moved = some((frame["date"] >= "2024-07-01") & (frame["channel"] == "mail"), 0.6)
    frame = frame.assign(channel=frame["channel"].mask(moved, "web"), nps=frame["nps"].mask(moved, 3))
    ((count, detail, to_do),) = checks(frame, "channel_change")
    assert count == 2
    assert "'web' in 'channel' makes" in detail
    assert "moves the score by −" in detail
    assert "by='channel'" in to_do


# ---- wording --------------------------------------------------------------------------------------------------------


def test_wordings_are_told_with_their_days(survey):
    late = survey["date"] >= "2024-07-01"
    frame = survey.assign(question=np.where(late, "Would you recommend us?", "How likely are you to recommend us?"))
    ((count, detail, _),) = checks(frame, "wording_change")
    assert count == 1
    assert "“Would you recommend us?”: 1,2" in detail
    assert "1 July 2024" in detail


def test_spelling_is_no_other_wording(survey):
    frame = survey.assign(question=np.where(survey.index % 2, "Would you recommend us?", " would you  recommend us "))
    assert checks(frame, "wording_change") == [(0, "one wording throughout", "")]


def test_wordings_of_several_files_are_told(survey):
    frame = survey.copy()
    frame.attrs["npskit"] = {
        "wordings": [
            {"wording": "How likely?", "file": "a.csv", "since": "2024-01-01", "rows": 1100},
            {"wording": "Would you?", "file": "b.csv", "since": dt.date(2024, 7, 1), "rows": 1300},
        ]
    }
    ((count, detail, _),) = checks(frame, "wording_change")
    assert count == 1
    assert (
        detail == "“How likely?”: 1,100 answers, since 1 January 2024; “Would you?”: 1,300 answers, since 1 July 2024"
    )


@pytest.mark.parametrize(
    ("wordings", "found"),
    [
        (("nps", "nps_score"), None),
        (("Note NPS", "NPS"), None),
        (("nps", "Recommanderiez-vous notre enseigne à un proche ?"), 0),
        (("nps", "How likely are you to recommend us?", "Would you recommend us to a friend?"), 1),
        (("Recommanderiez-vous notre magasin ?", "Nous recommanderiez-vous à un ami"), 1),
    ],
)
def test_what_a_column_is_called_is_no_wording(wordings, found):
    frame = datasets.load("garden")[["recommandation"]].head(400)
    noted = [{"wording": text, "since": f"2024-0{at + 1}-01", "rows": 100} for at, text in enumerate(wordings)]
    frame.attrs["npskit"] = {"wordings": noted}
    for lang in ("en", "fr"):
        table = frame.nps.audit(lang=lang)
        counts = table.loc[table["check"] == "wording_change", "count"].tolist()
        assert counts == ([] if found is None else [found])
        details = " ".join(table.loc[table["check"] == "wording_change", "detail"])
        assert "nps_score" not in details


def test_two_columns_that_nobody_answers_together_are_one_question(survey):
    late = survey["date"] >= "2024-07-01"
    frame = survey.drop(columns="nps").assign(
        **{"Recommend us": survey["nps"].mask(late), "Would you recommend us?": survey["nps"].where(late)}
    )
    ((count, _, to_do),) = checks(frame, "wording_change")
    assert count == 1
    assert "df['Recommend us'].fillna(df['Would you recommend us?'])" in to_do
    assert checks(frame.assign(**{"Recommend us": survey["nps"]}), "wording_change") == []


# ---- days, interviewers, rows ---------------------------------------------------------------------------------------


def test_sundays_that_score_apart_are_told(survey):
    low = some(survey["date"].dt.day_of_week == 6, 0.4)
    ((count, detail, _),) = checks(survey.assign(nps=survey["nps"].mask(low, 3)), "day_of_week")
    assert count == 1
    assert detail.startswith("Sunday: −")
    ((_, detail, _),) = checks(survey.assign(nps=survey["nps"].mask(low, 3)), "day_of_week", lang="fr")
    assert detail.startswith("dimanche\u202f: −")


def test_an_interviewer_whose_answers_differ_is_named(survey):
    low = some(survey["interviewer"] == "I3", 0.4)
    ((count, detail, to_do),) = checks(survey.assign(nps=survey["nps"].mask(low, 2)), "interviewer_effect")
    assert count == 1
    assert detail.startswith("I3: −")
    assert "cluster='interviewer'" in to_do


def test_people_who_tick_one_column_are_counted(survey):
    lined = some(survey["nps"] >= 0, 0.12)
    frame = survey.assign(**{f"item_{k}": survey[f"item_{k}"].mask(lined, survey["item_1"]) for k in range(2, 6)})
    ((count, detail, _),) = checks(frame, "straight_lines")
    assert 0.08 * len(frame) < count < 0.16 * len(frame)
    assert "of 2,400 gave one answer to all 5 items" in detail


def test_answers_of_one_person_on_one_day_are_counted(survey):
    twice = pd.concat([survey, survey.head(3).assign(nps=0)])
    ((count, detail, _),) = checks(twice, "same_day")
    assert count == 3
    assert detail == "3 customers answered several times on one day: 3 answers beyond the first"


def test_comments_that_are_copies_are_counted_and_not_quoted():
    words = "word{0} of{0} a{0} long{0} comment{0} that{0} nobody{0} else{0} wrote{0}"
    texts = [words.format(at) for at in range(60)]
    copied = "Le vendeur m'a très bien conseillé et le magasin est propre"
    texts[3], texts[9] = copied, copied.upper() + " !"
    frame = pd.DataFrame({"nps": [9, 3, 10] * 20, "comment": texts})
    ((count, detail, _),) = checks(frame, "repeated_comments")
    assert count == 1
    assert detail.startswith("one of 60 comments of 8 words or more")
    assert "vendeur" not in Survey(frame).audit().to_csv()


def test_counts_and_yes_and_no_are_audited_as_before():
    shops = pd.DataFrame({"shop": ["a", "b"], "detractors": [2, 3], "passives": [3, 4], "promoters": [9, 5]})
    assert Survey.from_counts(shops).audit()["check"].tolist() == [
        "rows",
        "valid",
        "rows_without_answers",
        "duplicates",
    ]
    frame = pd.DataFrame({"ok": [True, False] * 30, "date": pd.date_range("2024-01-01", periods=60)})
    assert "rating_column" in Survey(frame, rating="ok").audit()["check"].tolist()


def test_dates_that_cannot_be_read_stop_no_other_check():
    frame = pd.DataFrame({"nps": [9, 3, 10] * 40, "when": ["no day"] * 120, "store": ["A", "B", "C", "D"] * 30})
    assert [count for count, _, _ in checks(frame.pipe(lambda f: f), "tens_by_team")] == [0]
    table = Survey(frame, date="when").audit()
    assert "tens_by_team" in table["check"].tolist()


# ---- parts ----------------------------------------------------------------------------------------------------------


def test_columns_are_found_by_names_in_both_languages():
    frame = pd.DataFrame({
        "note": [9, 3], "Canal de réponse": ["mail", "sms"], "Nom de l'enquêteur": ["A", "B"], "Magasin": ["x", "y"],
        "Libellé de la question": ["a", "b"], "agence_satisfaction": [3, 4],
    })  # fmt: skip
    source = PandasSource(frame)
    assert [audit_columns(source, kind, None, ["note"]) for kind in KINDS] == [
        ["Canal de réponse"], ["Nom de l'enquêteur"], ["Magasin"], ["Libellé de la question"],
    ]  # fmt: skip


def test_parts_of_equal_answers_add():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.integers(1, 6, (200, 4)), columns=list("abcd"))
    scale = {value: float(value) for value in range(1, 6)}
    whole = equal_answers(PandasSource(frame), dict.fromkeys("abcd", scale), parts=7)
    other = equal_answers(PandasSource(frame.iloc[::-1]), dict.fromkeys("abcd", scale), parts=2)
    assert whole.equal.sum() == other.equal.sum() == (frame.nunique(axis=1) == 1).sum()
    assert whole.agreeing.sum(0) == pytest.approx(other.agreeing.sum(0))
    assert (whole.answers == other.answers).all()


def test_rows_without_a_person_or_a_day_are_no_repeats():
    frame = pd.DataFrame({"id": [None, None, 1, 1], "day": pd.to_datetime(["2024-03-05"] * 2 + [None, "2024-03-05"])})
    assert answered_twice_a_day(PandasSource(frame), "id", "day") == (0, 0)


def test_short_comments_are_never_copies():
    assert repeats(["très bon accueil"] * 50).repeated == 0


def test_one_word_more_less_or_changed_is_a_copy_and_two_are_not():
    base = "the shop was clean and the staff helped us find everything"
    variants = [base, base + " quickly", base.replace("clean", "tidy"), base.replace("the shop", "shop")]
    assert repeats(variants).repeated == 3
    assert repeats([base, base.replace("clean", "tidy").replace("staff", "team")]).repeated == 0


# ---- real files, reports, false alarms ------------------------------------------------------------------------------


def test_the_workshops_of_2017_are_told():
    checks = {each.name: each for each in datasets.load("carpentries").nps.quality_checks(team=[])}
    assert {name: each.count for name, each in checks.items() if each.count and name != "not_checked"} == {
        "sudden_tens": 1
    }
    assert checks["sudden_tens"].words("en")[0].startswith("33% gave 10 from October 2017 on, 48% before")


def test_garden_says_what_it_lacks():
    table = datasets.load("garden").nps.audit().set_index("check")
    assert table.loc["repeated_comments", "count"] <= 5
    assert "sudden_tens: name the date (date='…')" in table.loc["not_checked", "detail"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_health_check_tells_findings_with_what_to_do(survey, lang):
    begged = some((survey["date"] >= "2024-07-01") & (survey["nps"] >= 6), 0.3)
    told = Story(Survey(survey.assign(nps=survey["nps"].mask(begged, 10))), lang=lang).quality().points
    start, end = {
        "en": ("Share of the highest rating over time: ", "Nothing found in: range of the answers over time, "),
        "fr": (
            "Part de la note la plus haute dans le temps\u202f: ",
            "Rien à signaler sur\u202f: étendue des réponses",
        ),
    }[lang]
    (found,) = [line for line in told if line.startswith(start)]
    assert found.endswith("breaks=.")
    assert told[-1].startswith(end)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_to_do_is_told_once_for_findings_of_one_kind(lang):
    names = ("sudden_tens", "sudden_tens_by_team")
    todo = noted("audit_do_tens")
    first, second = over_time([Check(name, 1, noted("audit_rows"), todo) for name in names], lang)
    told = todo.sentence(lang=lang)[1:]
    assert told in first
    assert told not in second


@pytest.mark.slow
def test_a_check_finds_something_in_one_clean_survey_of_twenty_at_most():
    times = 60
    rung = dict.fromkeys(NEEDS, 0)
    for seed in range(times):
        frame = clean(1000, seed=100 + seed)
        for each in Survey(frame).quality_checks(team="store", interviewer=[]):
            if each.name in rung:
                rung[each.name] += each.count > 0
        # Beside the teams, interviewers are looked at without channels; no other column says anything of them.
        for each in Survey(frame[["date", "nps", "interviewer"]]).quality_checks(team=[], channel=[]):
            rung["interviewer_effect"] += each.name == "interviewer_effect" and each.count > 0
    bound = 0.05 + 2 * math.sqrt(0.05 * 0.95 / times)
    assert {name: n / times for name, n in rung.items() if n / times > bound} == {}


def tens_at_one_station() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    days = pd.Timestamp("2024-06-01") + pd.to_timedelta(np.sort(rng.integers(0, 500, 3000)), "D")
    frame = pd.DataFrame({"Date enquête": days, "Enquêteur": rng.choice(["Ana", "Bob", "Cléo", "Dan"], 3000)})
    frame["Station"] = rng.choice(list("ABCDEF"), 3000)
    frame["NPS"] = np.clip(np.round(rng.normal(8, 1.6, 3000)), 0, 10)
    begged = (frame["Date enquête"] >= "2025-05-01") & (frame["Station"] == "C") & (rng.random(3000) < 0.8)
    return frame.assign(NPS=frame["NPS"].where(~begged, 10).astype(int))


def test_tens_are_looked_at_in_every_column_of_teams():
    frame = tens_at_one_station()
    for named in (frame, frame.rename(columns={"Station": "Agence"})):
        found = named.nps.audit()
        rows = found[found["check"].isin(["tens_by_team", "sudden_tens_by_team"])]
        assert rows.groupby("check")["count"].agg(["size", "sum"]).to_numpy().tolist() == [[2, 1], [2, 1]]
        assert rows["detail"].str.startswith("C: ").sum() == 2


def test_groups_that_nobody_looked_at_are_named_with_the_way_to_ask():
    frame = tens_at_one_station().rename(columns={"Station": "Tournée"})
    detail = frame.nps.audit().set_index("check").loc["not_checked", "detail"]
    assert "tens_by_team of 'Tournée': if these are teams, team='Tournée'" in detail
    assert "tens_by_team of" not in frame.nps.audit(team="Tournée").set_index("check").loc["not_checked", "detail"]


def test_without_a_date_the_audit_asks_for_the_date_and_not_for_what_it_has():
    frame = tens_at_one_station().rename(columns={"Date enquête": "Livré le"})
    detail = frame.nps.audit().set_index("check").loc["not_checked", "detail"]
    assert "interviewer_effect: name the date (date='…')" in detail
    assert "interviewer='…'" not in detail
    assert "sudden_tens: name the date (date='…')" in detail
    french = frame.nps.audit(lang="fr").set_index("check").loc["not_checked", "detail"]
    assert "nommer la date (date='…')" in french
