"""Files with one row a question are laid side by side, and no answer is lost in silence."""

from __future__ import annotations

import pytest

from npskit.errors import ArgumentError, ReadWarning
from npskit.readers import read_survey

HEAD = "client;date;question;reponse\n"
A = "A;13/01/2024;Recommanderiez-vous ?;9\nA;13/01/2024;Pourquoi ?;bon\n"
A_AGAIN = "A;14/02/2024;Recommanderiez-vous ?;3\nA;14/02/2024;Pourquoi ?;cher\n"
B = "B;15/02/2024;Recommanderiez-vous ?;NSP\nB;15/02/2024;Pourquoi ?;\n"


def read(tmp_path, text, **hints):
    path = tmp_path / "long.csv"
    path.write_text(text, encoding="utf-8")
    return read_survey(path, **hints)


def test_warehouse_has_a_column_a_question(data):
    frame = read_survey(data / "exports" / "warehouse_long_fr.csv")
    account = frame.attrs["npskit"]
    assert len(frame) == 60
    assert account["format"] == "long"
    assert account["roles"]["rating"] == "recommanderiez_vous_notre_enseigne_a_un_proche"
    assert account["questions"]["commentaire_libre"] == "Commentaire libre"
    assert "180 rows" in account["notes"][0]


def test_question_codes_stand_for_questions(tmp_path):
    rows = [
        f"{who},{code},{value},2024-01-{who:02d}"
        for who in range(1, 13)
        for code, value in [("NPS", who % 11), ("CSAT", 4), ("OPEN", "good")]
    ]
    frame = read(tmp_path, "RespondentID,QuestionCode,ResponseValue,ResponseDate\n" + "\n".join(rows) + "\n")
    account = frame.attrs["npskit"]
    assert account["format"] == "long"
    assert list(frame.columns) == ["RespondentID", "ResponseDate", "NPS", "CSAT", "OPEN"]
    assert account["roles"] == {"customer": "RespondentID", "rating": "NPS"}
    assert frame["NPS"].tolist() == [who % 11 for who in range(1, 13)]
    assert frame["ResponseDate"].dtype.kind == "M"


def test_texts_of_questions_come_before_their_codes(tmp_path):
    rows = "".join(f"{who},Q{q},{text},{q}\n" for who in range(9) for q, text in enumerate(["Recommend us?", "Price?"]))
    frame = read(tmp_path, "respondent_id,question_code,question,answer\n" + rows)
    assert list(frame.columns) == ["respondent_id", "recommend_us", "price"]


def test_two_occasions_stay_two_rows(tmp_path):
    frame = read(tmp_path, HEAD + A + A_AGAIN + B)
    assert frame["client"].tolist() == ["A", "A", "B"]
    assert frame["recommanderiez_vous"].tolist()[:2] == [9, 3]
    assert any("'date' tells their answers apart" in note for note in frame.attrs["npskit"]["notes"])


def test_an_answer_given_again_is_counted_aloud(tmp_path):
    with pytest.warns(ReadWarning, match="1 answer to a question that the same respondent answered again"):
        frame = read(tmp_path, HEAD + A + "A;13/01/2024;Recommanderiez-vous ?;4\n" + B)
    assert frame["recommanderiez_vous"].tolist()[0] == 4
    assert frame.attrs["npskit"]["dropped"] == {"answered again": 1}


def test_a_row_without_respondent_is_counted_aloud(tmp_path):
    with pytest.warns(ReadWarning, match="1 row without a respondent"):
        frame = read(tmp_path, HEAD + A + A_AGAIN + ";15/02/2024;Recommanderiez-vous ?;9\n")
    assert len(frame) == 2


def test_the_question_can_be_named(tmp_path):
    text = (
        "respondent_id,question,answer\n1,Rate our shop,9\n1,Rate our site,3\n2,Rate our shop,10\n2,Rate our site,2\n"
    )
    assert read(tmp_path, text, question="site").attrs["npskit"]["roles"]["rating"] == "rate_our_site"
    with pytest.raises(ArgumentError, match="2 questions hold"):
        read(tmp_path, text, question="Rate our")


def test_the_question_of_a_wide_file_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match="one row a question"):
        read(tmp_path, "nps,c\n9,x\n", question="nps")


def test_every_answer_is_somewhere(tmp_path):
    rows = [
        f"{who},{q},{(i * 7 + who) % 11}"
        for who in range(50)
        for i, q in enumerate(["Recommend us?", "The price?", "The staff?"])
    ]
    frame = read(tmp_path, "respondent_id,question,answer\n" + "\n".join(rows))
    assert frame[["recommend_us", "the_price", "the_staff"]].sum().sum() == sum(int(row.split(",")[2]) for row in rows)
