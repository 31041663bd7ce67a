"""The header is found below titles, missed when it is not there, and never cut out of a known export."""

from __future__ import annotations

import pandas as pd
import pytest

from npskit.errors import ArgumentError, ArgumentTypeError, ReadError, ReadWarning
from npskit.readers import read_survey
from npskit.readers.headers import is_headless, lines_above

TABLE = "Date;Note NPS;Magasin;Commentaire\n08/01/2024;9;Lyon;bien\n25/01/2024;NSP;Annecy;\n10/01/2024;3;Lyon;cher\n"


@pytest.fixture
def survey(tmp_path):
    """Writes a file and reads it."""

    def read(text, **hints):
        path = tmp_path / "export.csv"
        path.write_text(text, encoding="utf-8")
        return read_survey(path, **hints)

    return read


@pytest.mark.parametrize(
    ("above", "told"),
    [
        ("Export enquête 2024;;;\n;;;\n", "2 lines above the header left out: 'Export enquête 2024'."),
        ("Export enquête 2024\n\n", "2 lines above the header left out: 'Export enquête 2024'."),
        ("Enquête, printemps;;;\nDu 01/01/2024;au 31/01/2024;;\n", "2 lines above the header left out: 'Enquête, pr"),
        ('"Enquête\nde janvier";;;\n', "2 lines above the header left out: 'Enquête', 'de janvier'."),
        ("Client;;Réponse;\n", "1 line above the header left out: 'Client Réponse'."),
        ("\nVisite;;;\n", "1 line above the header left out: 'Visite'."),
    ],
)
def test_lines_above_the_header_are_left_out_and_told(survey, above, told):
    frame = survey(above + TABLE)
    assert list(frame.columns) == ["date", "note_nps", "magasin", "commentaire"]
    assert frame["note_nps"].dropna().tolist() == [9, 3]
    assert frame["date"].iloc[0] == pd.Timestamp("2024-01-08")
    assert frame.attrs["npskit"]["notes"][0].startswith(told)
    assert frame.attrs["npskit"]["rows_read"] == 3


def test_a_title_with_commas_above_a_narrow_table(survey):
    frame = survey('NPS results\nGenerated,2024-05-01\n\nRespondent,Score,Comment\n1,9,good\n2,3,"bad, really"\n')
    assert frame["score"].tolist() == [9, 3]
    assert frame.attrs["npskit"]["notes"] == [
        "3 lines above the header left out: 'NPS results', 'Generated,2024-05-01'."
    ]


def test_a_row_that_does_not_fit_names_its_line_in_the_file(survey):
    with pytest.raises(ReadError, match="line 5: expected 4 fields"):
        survey("Titre;;;\n;;;\n" + TABLE.replace("Annecy;", "Annecy"))


@pytest.mark.parametrize(
    "text",
    [
        TABLE,
        "nps;;\n9;Lyon;bien\n3;Annecy;x\n",
        ";nps;c\n1;9;a\n2;8;b\n",
        "magasin;avis\nLyon;bien\nAnnecy;cher\n",
        "nps\nNSP\n9\n",
        "Magasin;2023;2024\nLyon;45;52\nAnnecy;38;61\n",
        "shop;nps\n;\nLyon;9\n",
    ],
)
def test_the_first_line_is_the_header_where_nothing_else_is_plain(survey, text):
    assert not any("above the header" in note for note in survey(text).attrs["npskit"]["notes"])
    assert lines_above([line.split(";") for line in text.splitlines()]) == 0
    assert not is_headless([line.split(";") for line in text.splitlines()])


@pytest.mark.filterwarnings("ignore::npskit.errors.ReadWarning")
def test_known_exports_keep_their_headers(data):
    for path in sorted((data / "exports").glob("*.csv")):
        account = read_survey(path).attrs["npskit"]
        assert not any("above the header" in note or "holds data" in note for note in account["notes"]), path.name


@pytest.mark.parametrize(
    "text",
    [
        "9\n10\n3\n",
        "9;Lyon\n10;Annecy\n3;Lyon\n",
        "08/01/2024;9;très bien\n25/01/2024;3;cher\n",
        "10 - Extremely likely;x\n9;y\n10 - Extremely likely;z\n",
        "Lyon;1204;9\nAnnecy;980;3\nLyon;1100;10\n",
    ],
)
def test_a_file_without_names_keeps_its_first_row(survey, text):
    with pytest.warns(ReadWarning, match=r"first line holds data .* header=1 reads it as names"):
        frame = survey(text)
    assert len(frame) == text.count("\n")
    assert list(frame.columns) == [f"column_{at + 1}" for at in range(frame.shape[1])]


def test_the_warning_points_at_the_call(tmp_path):
    (tmp_path / "export.csv").write_text("9\n10\n3\n", encoding="utf-8")
    with pytest.warns(ReadWarning) as caught:
        read_survey(tmp_path / "export.csv")
    assert caught[0].filename == __file__


def test_a_table_larger_than_memory_is_told(tmp_path, monkeypatch):
    def exhausted(*_args, **_hints):
        raise MemoryError

    monkeypatch.setattr("npskit.readers.delimited.body", exhausted)
    (tmp_path / "export.csv").write_text(TABLE, encoding="utf-8")
    with pytest.raises(ReadError, match="expected a table that fits in memory"):
        read_survey(tmp_path / "export.csv")


@pytest.mark.filterwarnings("ignore::npskit.errors.ReadWarning")
def test_ratings_alone_are_rated(survey):
    assert survey("9\n10\n99\n" + "10\n" * 20).nps.score() == 100


def test_a_comment_in_the_first_line_is_not_repeated(survey):
    with pytest.warns(ReadWarning, match=r"holds data \(08/01/2024, 9\)"):
        survey("08/01/2024;9;Marie m'a fait attendre\n25/01/2024;3;cher\n")


@pytest.mark.parametrize("text", ["0,1,2\n9,8,7\n6,5,4\n", "shop,1,2,3,4\nLyon,8,9,7,6\n", ",0\n0,9\n1,10\n"])
def test_columns_numbered_by_a_program_are_names(survey, text):
    assert len(survey(text)) == text.count("\n") - 1


def test_the_caller_names_the_line_of_the_header(survey):
    text = "# made by hand\n\nnps\n9\n10\n"
    assert survey(text, header=3)["nps"].tolist() == [9, 10]
    assert survey("9\n10\n3\n", header=1).shape == (2, 1)
    assert survey("Lyon;bien\nAnnecy;cher\n", header=0)["column_2"].tolist() == ["bien", "cher"]
    assert survey("sep=;\nnps;c\n9;a\n", header=2)["nps"].tolist() == [9]


@pytest.mark.parametrize("header", [-1, 4])
def test_a_line_that_is_not_there(survey, header):
    with pytest.raises(ArgumentError, match=f"header: expected the line that holds the names, 1 to 3.*got {header}"):
        survey("nps\n9\n10\n", header=header)


@pytest.mark.parametrize("header", [True, "1", 1.0])
def test_a_header_that_is_no_number(survey, header):
    with pytest.raises(ArgumentTypeError, match="header: expected the number of the line"):
        survey("nps\n9\n10\n", header=header)
