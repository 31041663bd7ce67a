"""Every tool's export gives its known score, and the account tells what was done."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

import npskit  # noqa: F401  # registers df.nps
from npskit.errors import ReadWarning
from npskit.readers import read_survey

EXPECTED = json.loads((Path(__file__).parent / "data" / "exports" / "expected.json").read_text(encoding="utf-8"))
EXPECTED["google_forms_fr.csv"] = {"nps": 11.827957, "n": 93}


@pytest.fixture
def survey(tmp_path):
    """Writes a file and reads it."""

    def read(text, name="export.csv", **hints):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        return read_survey(path, **hints)

    return read


@pytest.fixture
def export(data):
    """Reads one of the tools' exports."""

    def read(name, **hints):
        return read_survey(data / "exports" / name, **hints)

    return read


@pytest.mark.parametrize("name", sorted(EXPECTED))
@pytest.mark.filterwarnings("ignore::npskit.errors.ReadWarning")
def test_exports_give_their_known_score(export, name):
    frame = export(name)
    row = frame.nps.summary()
    assert frame.nps.score() == pytest.approx(EXPECTED[name]["nps"], abs=1e-5)
    assert int(row["responses"].iloc[0]) == EXPECTED[name]["n"]


@pytest.mark.parametrize("name", sorted(EXPECTED))
@pytest.mark.filterwarnings("ignore::npskit.errors.ReadWarning")
def test_the_account_is_json_and_dates_are_dates(export, name):
    frame = export(name)
    account = frame.attrs["npskit"]
    assert json.loads(json.dumps(account)) == account
    assert account["rows_kept"] == len(frame)
    assert account["dates"]
    assert all(pd.api.types.is_datetime64_any_dtype(frame[column]) for column in account["dates"])
    assert list(account["headers"]) == list(frame.columns)


def test_qualtrics_previews_and_unfinished_are_left_out_and_told(export):
    account = export("qualtrics.csv").attrs["npskit"]
    assert account["dropped"] == {"preview": 5, "unfinished": 7}
    assert account["notes"][0] == "12 of 120 rows left out: 5 preview, 7 unfinished."
    assert account["roles"] == {"rating": "Q1", "date": "RecordedDate", "comment": "Q2"}
    assert account["questions"]["Q1"].startswith("How likely are you to recommend")


def test_unfinished_are_kept_when_asked(export):
    frame = export("qualtrics.csv", keep_unfinished=True)
    assert frame.attrs["npskit"]["dropped"] == {"preview": 5}
    assert len(frame) == 115


def test_qualtrics_status_as_code(survey):
    text = "StartDate,Status,Finished,ResponseId,Q1\n2024-01-08 10:00:00,0,1,R_1,9\n2024-01-08 10:00:00,1,1,R_2,1\n"
    frame = survey(text + "2024-01-08 10:00:00,0,0,R_3,2\n")
    assert frame["Q1"].tolist() == [9]
    assert frame.attrs["npskit"]["dropped"] == {"preview": 1, "unfinished": 1}


def test_survey_monkey_joins_question_and_option(export):
    frame = export("surveymonkey.csv")
    assert {"which_departments_did_you_visit_plants", "which_departments_did_you_visit_pets"} <= set(frame.columns)
    assert "10 - Extremely likely" in set(frame["how_likely_is_it_that_you_would_recommend_this_company_to_a"])
    assert frame["start_date"].iloc[0] == pd.Timestamp("2024-01-08 11:52:48")


def test_delighted_seconds_and_properties(export):
    frame = export("delighted.csv")
    assert {"plan", "country"} <= set(frame.columns)
    assert frame["created_at"].iloc[0] == pd.Timestamp("2024-01-08 10:20:25")
    assert frame.attrs["npskit"]["headers"]["plan"] == "Property: Plan"


def test_unix_milliseconds(survey):
    frame = survey("created_at,nps\n1704709225000,9\n1704729332000,10\n")
    assert frame["created_at"].iloc[0] == pd.Timestamp("2024-01-08 10:20:25")


def test_french_excel_is_read_as_a_french_reader_would(export):
    with pytest.warns(ReadWarning, match=r"99 \(5 times\) was read as no answer"):
        frame = export("excel_fr.csv")
    account = frame.attrs["npskit"]
    assert list(frame.columns) == ["date_de_reponse", "magasin", "note_nps", "montant_du_ticket_eur", "commentaire"]
    assert account["missing_answers"] == {"99": 5, "NSP": 4}
    assert account["encoding"] == "cp1252"
    assert account["repaired_lines"] == 0
    assert frame["montant_du_ticket_eur"].iloc[0] == 571.96
    assert frame["date_de_reponse"].iloc[0] == pd.Timestamp("2024-01-08")
    assert "modalités" in frame["commentaire"].iloc[0]


def test_tally_so(survey):
    text = "Submission ID,Respondent ID,Submitted at,How likely are you to recommend us?\nx1,r1,2024-01-08 11:52:48,9\n"
    frame = survey(text)
    assert frame.attrs["npskit"]["format"] == "tally"
    assert frame.attrs["npskit"]["roles"] == {"date": "submitted_at"}


def test_typeform_hash_is_named(export):
    frame = export("typeform.csv")
    assert frame.columns[0] == "response_id"
    assert frame.attrs["npskit"]["headers"]["response_id"] == "#"


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_any_separator(survey, mark):
    text = "\n".join(mark.join(row) for row in [["nps", "magasin"], ["9", "Lyon"], ["3", "Annecy"]])
    assert survey(text)["nps"].tolist() == [9, 3]


def test_excel_announces_its_separator(survey):
    assert survey("sep=;\r\nnps;commentaire\r\n9;cher, mais bon\r\n")["commentaire"].tolist() == ["cher, mais bon"]


@pytest.mark.parametrize(
    ("text", "numbers"), [("571,96", 571.96), ("1 234,50", 1234.5), ("1.234,50", 1234.5), ("12 €", 12)]
)
def test_french_numbers(survey, text, numbers):
    assert survey(f"nps;montant\n9;{text}\n8;12,5\n")["montant"].tolist() == [numbers, 12.5]


def test_identifiers_keep_their_zeros(survey):
    frame = survey("nps,code_postal,tel,carte\n9,01000,+33612345678,123456789012345678\n8,75001,+33612345679,\n")
    assert frame["code_postal"].tolist() == ["01000", "75001"]
    assert frame["tel"].tolist() == ["+33612345678", "+33612345679"]
    assert frame["carte"].iloc[0] == "123456789012345678"
    assert frame["nps"].dtype.kind == "i"


def test_zeros_after_the_first_block_are_seen(survey):
    rows = "".join(f"9,{10_000 + i % 80_000}\n" for i in range(200_000))
    assert survey("nps,code_postal\n" + rows + "9,01000\n")["code_postal"].iloc[-1] == "01000"


def test_codes_are_kept_and_sentences_are_tidied(survey):
    frame = survey("NETPRO,Q1,StartDate,Workshop ID\n9,1,2024-01-08,x\n")
    assert list(frame.columns) == ["NETPRO", "Q1", "StartDate", "workshop_id"]
    assert frame.attrs["npskit"]["headers"]["workshop_id"] == "Workshop ID"


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("Date;Note NPS;Magasin;Commentaire", ["date", "note_nps", "magasin", "commentaire"]),
        ("Horodateur;Marque;connaissance;NPS", ["horodateur", "marque", "connaissance", "nps"]),
        ("Date;NPS;CSAT;Réponse libre", ["date", "nps", "csat", "reponse_libre"]),
        ("Date;Q1;Magasin;Comment", ["Date", "Q1", "Magasin", "Comment"]),
        ("Country;LikelyToRecommend;Hobby", ["Country", "LikelyToRecommend", "Hobby"]),
        ("DAY;NETPRO;GATE", ["DAY", "NETPRO", "GATE"]),
    ],
)
def test_headers_stay_only_where_a_codebook_may_speak_of_them(survey, header, names):
    assert list(survey(f"{header}\n" + ";".join("9" * len(names)) + "\n").columns) == names


def test_a_form_of_plain_words_has_one_rule_for_all_names(export):
    assert list(export("google_forms_fr.csv").columns[:4]) == ["horodateur", "marque", "connaissance", "description"]


def test_repeated_and_missing_names_are_told(survey):
    frame = survey("shop,shop,,nps\n9,8,a,8\n7,6,c,9\n")
    assert list(frame.columns) == ["shop", "shop_2", "column_3", "nps"]
    assert any("more than once" in note for note in frame.attrs["npskit"]["notes"])


def test_two_columns_under_one_rating_name_are_asked_about(survey):
    with pytest.warns(ReadWarning, match=r"2 columns are called 'score' and differ.*'score' and 'score_2'.*rating="):
        frame = survey("score,shop,score\n9,a,3\n7,b,6\n")
    assert list(frame.columns) == ["score", "shop", "score_2"]


def test_the_same_ratings_twice_are_no_question(survey):
    assert list(survey("score,shop,score\n9,a,9\n7,b,7\n").columns) == ["score", "shop", "score_2"]


def test_row_numbers_are_left_out_and_told(survey):
    frame = survey('"","nps","c"\n"1",10,NA\n"2",NA,"été"\n')
    assert list(frame.columns) == ["nps", "c"]
    assert frame["c"].isna().tolist() == [True, False]
    assert "counts the rows" in frame.attrs["npskit"]["notes"][0]


def test_comments_stay_as_written(survey):
    text = 'nps,commentaire\n9,=cmd|\' /C calc\'!A0\n8,"bon,\nmais ""cher"""\n7,NA\n6,None\n'
    assert survey(text)["commentaire"].tolist() == ["=cmd|' /C calc'!A0", 'bon,\nmais "cher"', "NA", "None"]


def test_words_for_no_answer_are_missing_in_the_rating_only(survey):
    frame = survey("nps,commentaire\n9,NSP\nNSP,ok\nn/a,ok\nJe ne sais pas,ok\n-,ok\nDon’t know,ok\n10,-\n")
    assert frame["nps"].count() == 2
    assert frame["nps"].dtype.kind == "f"
    assert frame["commentaire"].iloc[0] == "NSP"
    assert frame.attrs["npskit"]["missing_answers"] == {
        "NSP": 1, "n/a": 1, "Je ne sais pas": 1, "-": 1, "Don’t know": 1
    }  # fmt: skip


def test_eleven_is_left_for_the_score_to_refuse(survey):
    assert survey("nps\n11\n" + "9\n" * 20)["nps"].max() == 11


def test_ninety_nine_stays_on_a_hundred_point_scale(survey):
    assert survey("nps\n99\n50\n30\n80\n9\n")["nps"].max() == 99


def test_blank_rows_of_excel_are_told(survey):
    frame = survey("id;nps\n1;9\n;\n2;8\n")
    assert frame["id"].tolist() == [1, 2]
    assert frame.attrs["npskit"]["dropped"] == {"blank": 1}


def test_rows_without_any_answer_are_kept(survey):
    assert len(survey("nps,commentaire\n,\n9,\n,ok\n")) == 3


@pytest.mark.parametrize("text", ["a;b;\n1;2;\n3;4;\n", "a;b\n1;2;\n3;4;\n", "a;b\n1;2\n\n3;4\n\n"])
def test_separators_and_lines_at_the_end_are_harmless(survey, text):
    frame = survey(text)
    assert frame.to_dict("list") == {"a": [1, 3], "b": [2, 4]}


def test_blank_lines_of_a_single_column_are_missing_answers(survey):
    assert len(survey("nps\n9\n\n8\n")) == 3


def test_header_only_gives_columns_and_no_rows(survey):
    frame = survey("date;magasin;nps\n")
    assert list(frame.columns) == ["date", "magasin", "nps"]
    assert len(frame) == 0


def test_published_figures_of_other_surveys(extra_data):
    frame = read_survey(extra_data("carpentries.csv"))
    assert "LikelyToRecommend" in frame.columns
    assert frame.nps.score() == pytest.approx(48.37, abs=0.005)
    frame = read_survey(extra_data("sfo_2017.csv"))
    assert frame["INTDATE"].iloc[0] == 13
    assert frame.nps(missing=[11]).score() == pytest.approx(39.84, abs=0.005)
    frame = read_survey(extra_data("stackoverflow_2018_head.csv"))
    assert len(frame) == 1000
    assert {"Respondent", "StackOverflowRecommend"} <= set(frame.columns)


def test_point_between_thousands_is_no_decimal_mark(survey):
    frame = survey("Date;Note NPS;CA\n13/02/2024;10;1.200\n14/02/2024;NSP;950\n15/02/2024;7;2.300\n")
    assert frame["ca"].tolist() == [1200, 950, 2300]
    assert "Column 'ca': points were read as marks of thousands (1.200 is 1200)." in frame.attrs["npskit"]["notes"]
    assert survey("nps;ca;taux\n10;1.200;2,5\n9;2.300;3,5\n8;;1,25\n")["ca"].dropna().tolist() == [1200, 2300]
    assert survey("nps;ca\n10;1.200 €\n9;950 €\n8;3.400,50 €\n")["ca"].tolist() == [1200, 950, 3400.5]
    assert survey("nps;ca\n10;1.200\n9;n/a\n8;950\n")["ca"].dropna().tolist() == [1200, 950]


def test_thousands_that_nothing_settles_are_told(survey):
    text = "nps;ca\n10;1.200\n9;2.300\n8;3.400\n"
    with pytest.warns(ReadWarning, match=r"1\.200 is 1200\); decimal='\.' reads them as decimals"):
        assert survey(text)["ca"].tolist() == [1200, 2300, 3400]
    assert survey(text, decimal=".")["ca"].tolist() == [1.2, 2.3, 3.4]


def test_decimals_stay_decimals(survey):
    assert survey("nps;ca;taux\n10;1.215;2.5\n9;2.300;3.5\n8;3.375;1.25\n")["ca"].tolist() == [1.215, 2.3, 3.375]
    assert survey("nps;poids\n10;1.215\n9;0.300\n")["poids"].tolist() == [1.215, 0.3]
    assert survey("nps,ca\n10,1.200\n9,950\n")["ca"].tolist() == [1.2, 950]
    assert survey("nps;shop\n9.000;a\n;b\n10.000;c\n")["nps"].dropna().tolist() == [9, 10]


def test_comments_among_dates_are_counted_and_not_repeated(survey):
    days = [f"2024-01-{day:02};9" for day in range(1, 19)]
    text = "\n".join(["date;nps", *days, "hier;8", "Marie m'a fait attendre une heure;1"])
    with pytest.warns(ReadWarning, match=r"became missing: 'hier' \(1\) and 1 text of 33 characters") as caught:
        frame = survey(text)
    assert "Marie" not in str(caught[0].message) + str(frame.attrs["npskit"])
