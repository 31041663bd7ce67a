"""Excel and Parquet give the same frame as the CSV they were saved from."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from npskit.errors import ArgumentError, ReadError, ReadWarning
from npskit.readers import read_survey

ROWS = [
    ["Date de réponse", "Magasin", "Note NPS", "Commentaire"],
    [dt.datetime(2024, 1, 8), "Lyon", 9, "très bien"],
    [dt.datetime(2024, 1, 9), "Annecy", "NSP", None],
    [dt.datetime(2024, 1, 10), "Lyon", 3, "=cmd|' /C calc'!A0"],
    [None, None, None, None],
]


@pytest.fixture
def workbook(tmp_path):
    """Writes sheets of rows into a workbook."""
    openpyxl = pytest.importorskip("openpyxl")

    def write(**sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(row)
                for cell in sheet[sheet.max_row]:
                    cell.data_type = "s" if isinstance(cell.value, str) else cell.data_type
        book.save(tmp_path / "export.xlsx")
        return tmp_path / "export.xlsx"

    return write


def test_workbook(workbook):
    frame = read_survey(workbook(Réponses=ROWS))
    assert list(frame.columns) == ["date_de_reponse", "magasin", "note_nps", "commentaire"]
    assert frame["note_nps"].tolist()[::2] == [9, 3]
    assert frame["date_de_reponse"].iloc[0] == pd.Timestamp("2024-01-08")
    assert frame["commentaire"].iloc[2] == "=cmd|' /C calc'!A0"
    assert frame.attrs["npskit"]["missing_answers"] == {"NSP": 1}
    assert frame["commentaire"].isna().tolist() == [False, True, False]
    assert len(frame) == 3


def test_first_sheet_with_a_table_is_read_and_told(workbook):
    path = workbook(Notes=[["only a title"]], Réponses=ROWS, Autre=[["nps"], [1], [2]])
    frame = read_survey(path)
    assert "note_nps" in frame.columns
    assert "'Réponses' was read" in frame.attrs["npskit"]["notes"][0]
    assert read_survey(path, sheet="Autre")["nps"].tolist() == [1, 2]
    assert read_survey(path, sheet=2)["nps"].tolist() == [1, 2]


def test_wrong_sheet(workbook):
    path = workbook(Réponses=ROWS)
    with pytest.raises(ArgumentError, match="did you mean 'Réponses'"):
        read_survey(path, sheet="Reponses")
    with pytest.raises(ArgumentError, match="expected 0 to 0, got 4"):
        read_survey(path, sheet=4)


def test_empty_sheet(workbook):
    with pytest.raises(ReadError, match="got an empty sheet"):
        read_survey(workbook(Réponses=[]))


def test_zeros_in_text_cells_stay(workbook):
    frame = read_survey(workbook(A=[["nps", "code postal"], [9, "01000"], [8, "75001"]]))
    assert frame["code_postal"].tolist() == ["01000", "75001"]


@pytest.mark.parametrize("name", ["qualtrics.csv", "surveymonkey.csv", "warehouse_long_fr.csv", "excel_fr.csv"])
@pytest.mark.filterwarnings("ignore::npskit.errors.ReadWarning")
def test_exports_saved_as_workbook_score_the_same(data, workbook, name):
    source = data / "exports" / name
    mark = ";" if name.endswith("fr.csv") else ","
    encoding = "cp1252" if name == "excel_fr.csv" else "utf-8-sig"
    raw = pd.read_csv(source, header=None, dtype=str, keep_default_na=False, sep=mark, encoding=encoding)
    rows = [[cell or None for cell in row] for row in raw.to_numpy().tolist()]
    first, second = read_survey(source), read_survey(workbook(A=rows))
    assert second.nps.score() == pytest.approx(first.nps.score())
    assert list(second.columns) == list(first.columns)
    dates = list(first.attrs["npskit"]["dates"])
    assert second[dates].equals(first[dates])


def test_parquet_keeps_types_and_tells_codes(tmp_path):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"Note NPS": [9, 99, *[10] * 20], "Date": pd.Timestamp("2024-01-08"), "Le magasin": "Lyon"})
    frame.to_parquet(tmp_path / "export.parquet")
    with pytest.warns(ReadWarning, match="99"):
        read = read_survey(tmp_path / "export.parquet")
    assert list(read.columns) == ["note_nps", "date", "le_magasin"]
    assert read["note_nps"].isna().sum() == 1
    assert read["date"].dtype.kind == "M"
