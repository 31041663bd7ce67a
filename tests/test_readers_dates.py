"""Dates are read by one rule for the whole column, and the analyst is asked when there is none."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.errors import ReadError, ReadWarning
from npskit.readers import read_survey
from npskit.readers.account import Account
from npskit.readers.dates import read_dates

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2049, 12, 31))
WAYS = [
    "{d:02d}-{m:02d}-{y}",
    "{d:02d}/{m:02d}/{s:02d}",
    "{d}/{m}/{s:02d}",
    "{y}-{m:02d}-{d:02d}",
    "{d:02d}/{m:02d}/{y}",
]


def written(day: dt.date, way: str) -> str:
    return way.format(d=day.day, m=day.month, y=day.year, s=day.year % 100)


def dates(values, *, dayfirst=None, european=False, **others):
    account = Account("x.csv")
    frame = read_dates(pd.DataFrame({"when": values, **others}), account, dayfirst=dayfirst, european=european)
    return frame["when"].tolist(), account


@given(st.lists(st.tuples(DAYS, st.sampled_from(WAYS)), min_size=1, max_size=30))
def test_mixed_ways_of_writing_are_read_by_one_rule(pairs):
    values = ["25/12/2021", *(written(day, way) for day, way in pairs)]
    read, account = dates(values)
    assert [value.date() for value in read[1:]] == [day for day, _ in pairs]
    assert account.dates == {"when": "day first"}


def test_bank_scores_as_published(extra_data):
    frame = read_survey(extra_data("bank_ambiguous_dates.csv"))
    assert (frame["survey_date"].dt.month == frame["month"]).all()
    assert frame.nps.score() == pytest.approx(11.80)
    assert frame[frame["survey_date"].dt.month == 10].nps.score() == pytest.approx(8.3, abs=0.05)


def test_five_thousand_dates_in_four_ways(extra_data, tmp_path):
    """The same dates, each written in one of four ways and without a column of months, read as before."""
    frame = read_survey(extra_data("bank_ambiguous_dates.csv"))[["survey_date", "nps"]]
    clean = frame["survey_date"].tolist()
    frame["survey_date"] = [written(day, WAYS[i % 4]) for i, day in enumerate(clean)]
    frame.to_csv(tmp_path / "bank.csv", index=False)
    read = read_survey(tmp_path / "bank.csv")
    assert read["survey_date"].tolist() == clean
    assert read.attrs["npskit"]["dates"] == {"survey_date": "day first"}


@pytest.mark.parametrize(
    ("values", "first"),
    [
        (["01/08/2024", "13/08/2024"], "2024-08-01"),
        (["01/08/2024", "08/13/2024"], "2024-01-08"),
        (["01/08/2024 11:52:48 AM", "01/09/2024 01:52:48 PM"], "2024-01-08 11:52:48"),
        (["01.08.2024", "02.08.2024"], "2024-08-01"),
        (["13/08/2024", "08-14-2024"], "2024-08-13"),
        (["8 janv. 2024 à 11h52", "12 févr. 2024"], "2024-01-08 11:52"),
        (["Jan 8, 2024 11:52 PM", "Feb 9, 2024 12:00 AM"], "2024-01-08 23:52"),
        (["2024-01-08 11:52:48", "2024-01-09"], "2024-01-08 11:52:48"),
        (["2024/01/08 11:52:48 AM GMT+1"], "2024-01-08 11:52:48"),
        (["2024-01-08T11:52:48.5+01:00"], "2024-01-08 11:52:48.5"),
        (["2024-01-08T11:52:48Z", "2024-01-08T11:52:48+02:00"], "2024-01-08 11:52:48"),
        (["05/05/2024", "06/06/2024"], "2024-05-05"),
    ],
)
def test_the_column_decides(values, first):
    read, _ = dates(values)
    assert read[0] == pd.Timestamp(first)


def test_several_zones_become_utc_and_are_told():
    read, account = dates(["2024-01-08T11:52:48Z", "2024-01-08T11:52:48+02:00"])
    assert read[1] == pd.Timestamp("2024-01-08 09:52:48")
    assert "2 zones" in account.notes[0]


def test_undecided_column_asks():
    with pytest.raises(ReadError, match=r"column 'when'.*read both ways.*\n.*dayfirst=True"):
        dates(["01/02/2024", "03/04/2024"])


@pytest.mark.parametrize(("dayfirst", "month"), [(True, 2), (False, 1)])
def test_the_answer_is_followed(dayfirst, month):
    read, account = dates(["01/02/2024", "03/04/2024"], dayfirst=dayfirst)
    assert read[0].month == month
    assert account.dates["when"].endswith("as asked")


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ({"begun": ["25/12/2023", "01/01/2024"]}, "another date column"),
        ({"Month": [2, 4]}, "the column of months"),
        ({"european": True}, "the language of the file"),
    ],
)
def test_the_rest_of_the_file_is_asked_first(others, reason):
    read, account = dates(["01/02/2024", "03/04/2024"], **others)
    assert read[0] == pd.Timestamp("2024-02-01")
    assert reason in account.dates["when"]


def test_sorted_rows_decide():
    values = ["01/01/2024", "01/02/2024", "01/03/2024", "02/03/2024", "01/04/2024", "04/05/2024"]
    read, account = dates(values)
    assert read == sorted(read)
    assert "order of the rows" in account.dates["when"]


def test_both_orders_in_one_column_is_an_error():
    with pytest.raises(ReadError, match="dates in one order"):
        dates(["13/08/2024", "01/13/2024"])


def test_texts_that_are_no_dates_are_missing_and_told(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("nps,date\n" + "9,13/01/2024\n" * 9 + "8,bientôt\n7,\n", encoding="utf-8")
    with pytest.warns(ReadWarning, match=r"1 of 11 texts are no dates and became missing: 'bientôt' \(1\)"):
        frame = read_survey(path)
    assert frame["date"].isna().sum() == 2


@pytest.mark.parametrize("values", [["9/10", "8/10"], ["6:00:00", "8:30 AM"], ["1.2.3", "4.5.6"], ["SEPT 6 & 7", "x"]])
def test_what_is_no_date_stays(values):
    assert dates(values)[0] == values


def named(name, values, **others):
    """A column of this name, read beside others, and the account."""
    account = Account("x.csv")
    frame = read_dates(pd.DataFrame({name: values, **others}), account, dayfirst=None, european=False)
    return frame, account


@pytest.mark.parametrize(
    ("name", "values", "days", "reason"),
    [
        ("mois", ["2024-01", "2024-02"], ["2024-01-01", "2024-02-01"], "months"),
        ("Month", [202401, 202412], ["2024-01-01", "2024-12-01"], "months"),
        ("mois_enquete", ["janvier 2024", "févr. 2024", None], ["2024-01-01", "2024-02-01", None], "months"),
        ("month", ["January 2024", "Aug 2024"], ["2024-01-01", "2024-08-01"], "months"),
        ("date", ["janv.-24", "août-24"], ["2024-01-01", "2024-08-01"], "months"),
        ("period", ["01/2024", "12/2024"], ["2024-01-01", "2024-12-01"], "months"),
        ("week", ["2024-W01", "2020-W53"], ["2024-01-01", "2020-12-28"], "weeks"),
        ("semaine", ["2024-S05", "S06 2024"], ["2024-01-29", "2024-02-05"], "weeks"),
        ("date", [45292, 45293.5], ["2024-01-01", "2024-01-02 12:00"], "day numbers of Excel"),
        ("date_de_reponse", [45292.0, None], ["2024-01-01", None], "day numbers of Excel"),
    ],
)
def test_periods_and_excel_days_are_read_where_the_name_says_date(name, values, days, reason):
    frame, account = named(name, values)
    assert frame[name].tolist() == [pd.Timestamp(day) if day else pd.NaT for day in days]
    assert account.dates[name].startswith(reason)
    assert reason in account.notes[0]
    assert named("answer_text", values)[0]["answer_text"].dtype == pd.DataFrame({"x": values})["x"].dtype


@pytest.mark.parametrize("values", [[1, 12], ["1", "12"], ["2024-13", "2024-14"], ["Q1", "Q2"], [20, 53], [2023, 2024]])
def test_numbers_of_months_weeks_and_years_stay(values):
    assert named("month", values)[0]["month"].tolist() == values


def test_a_month_that_is_none_is_missing_and_told():
    frame, account = named("mois", ["2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "bientôt"])
    assert frame["mois"].isna().sum() == 1
    assert "1 of 6 texts are no dates and became missing: 'bientôt' (1)" in account.cautions[0]


BIRTHS = ["01/02/1980", "03/04/1975"]


@pytest.mark.parametrize("birth", ["date_of_birth", "date_de_naissance", "birthday"])
def test_a_date_of_something_else_is_not_asked_about(birth):
    frame, account = named("date", ["2024-01-08", "2024-01-09"], **{birth: BIRTHS})
    assert frame["date"].dtype.kind == "M"
    assert frame[birth].tolist() == BIRTHS
    assert list(account.dates) == ["date"]
    assert f"Column {birth!r} was kept as text" in account.notes[0]
    assert "dayfirst=" in account.notes[0]


@pytest.mark.parametrize("name", ["date_of_birth", "DateOfBirth"])
def test_a_date_of_birth_alone_is_not_asked_about_either(name):
    assert named(name, BIRTHS)[0][name].tolist() == BIRTHS


def test_birth_dates_in_both_orders_stop_nothing():
    frame, _ = named("date", ["2024-01-08", "2024-01-09"], date_of_birth=["13/08/1980", "01/13/1980"])
    assert frame["date_of_birth"].tolist() == ["13/08/1980", "01/13/1980"]


def test_the_date_of_the_answers_is_asked_about_beside_others():
    with pytest.raises(ReadError, match=r"column 'response_date'.*read both ways"):
        named("response_date", ["01/02/2024", "03/04/2024"], date_of_birth=BIRTHS)


@pytest.mark.parametrize(
    "values",
    [
        ["2024-01-13", "9999-12-31", "1900-01-01", "0001-01-01"],
        ["13/01/2024", "31/12/9999", "01/01/1900", "01/01/0001"],
        ["01/13/2024", "12/31/9999 00:00:00", "1/1/1900", "01/01/0001"],
        [20240113, 99991231, 19000101, 19000101],
        [45304, 2958465, 2958465, 2958465],
        [dt.datetime(2024, 1, 13), dt.datetime(9999, 12, 31, 23, 59), dt.datetime(1900, 1, 1), dt.datetime(1, 1, 1)],
    ],
)
def test_days_that_mean_no_date_are_missing_and_told(values):
    if isinstance(values[0], dt.datetime):
        values = pd.Series(values).astype("datetime64[us]")
    frame, account = named("date", values)
    assert frame["date"].tolist()[0] == pd.Timestamp("2024-01-13")
    assert frame["date"].isna().sum() == 3
    assert ["3 dates such as 31/12/9999 or 01/01/1900 read as missing" in told for told in account.cautions] == [True]


def test_day_of_month_is_no_date():
    assert dates([13, 14])[0] == [13, 14]
