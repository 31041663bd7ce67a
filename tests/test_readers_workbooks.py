"""Excel and Parquet give the same frame as the CSV they were saved from."""

from __future__ import annotations

import datetime as dt
import zipfile

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
    with pytest.raises(ArgumentError, match=r"did you mean 'Réponses'.*Pass sheet='Réponses'"):
        read_survey(path, sheet="Reponses")
    with pytest.raises(ArgumentError, match="expected 0 to 0, got 4"):
        read_survey(path, sheet=4)


def test_empty_sheet(workbook):
    with pytest.raises(ReadError, match="got an empty sheet"):
        read_survey(workbook(Réponses=[]))


def test_the_sheet_of_answers_is_found_behind_others_and_told(workbook):
    readme = [["Enquête", "2024"], ["Contact", "le service clients"], ["Périmètre", "France"]]
    pivot = [["Magasin", "Nombre"], ["Lyon", 12], ["Annecy", 7]]
    path = workbook(**{"Lisez-moi": readme, "Tableau": pivot, "Réponses": ROWS})
    frame = read_survey(path)
    assert frame["note_nps"].tolist()[::2] == [9, 3]
    note = frame.attrs["npskit"]["notes"][0]
    assert "'Réponses' was read, since 'Lisez-moi' holds no ratings" in note
    assert "sheet='Tableau'" in note


def test_a_sheet_of_one_row_a_question_holds_answers(workbook):
    rows = [["client", "question", "réponse"], *([c, q, 9] for c in "abc" for q in ("Recommanderiez-vous ?", "Prix ?"))]
    frame = read_survey(workbook(Info=[["a", "b"], ["c", "d"]], Données=rows))
    assert frame.attrs["npskit"]["format"] == "long"


def test_a_sheet_per_year_is_cautioned_about(workbook):
    with pytest.warns(ReadWarning, match=r"Only sheet '2023' was read; '2024' with the same columns"):
        assert len(read_survey(workbook(**{"2023": ROWS, "2024": ROWS}))) == 3


def test_empty_first_sheet_names_the_others(workbook):
    with pytest.raises(ReadError, match=r"empty sheet.*\nHint: sheet='Réponses'"):
        read_survey(workbook(Vide=[], Réponses=ROWS), sheet="Vide")


TITLED = [["Enquête 2024", None, None, None], [None] * 4, ["Exporté le", "12/01/2024", None, None], *ROWS]


def test_titles_above_the_header_are_left_out_and_told(workbook):
    frame = read_survey(workbook(A=TITLED))
    assert list(frame.columns) == ["date_de_reponse", "magasin", "note_nps", "commentaire"]
    assert len(frame) == 3
    assert frame["date_de_reponse"].iloc[0] == pd.Timestamp("2024-01-08")
    note = frame.attrs["npskit"]["notes"][0]
    assert note == "3 lines above the header left out: 'Enquête 2024', 'Exporté le 12/01/2024'."


def test_merged_title_and_a_table_that_begins_further_right(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active["B2"] = "Enquête 2024"
    book.active.merge_cells("B2:C2")
    for at, row in enumerate([["Date", "Note NPS"], ["13/01/2024", 9], ["14/01/2024", 3]], 5):
        book.active.cell(at, 3, row[0])
        book.active.cell(at, 4, row[1])
    book.save(tmp_path / "export.xlsx")
    frame = read_survey(tmp_path / "export.xlsx")
    assert frame["note_nps"].tolist() == [9, 3]
    assert list(frame.columns) == ["date", "note_nps"]
    assert read_survey(tmp_path / "export.xlsx", header=5).equals(frame)


@pytest.mark.parametrize("header", [-1, 9])
def test_header_row_that_is_not_there(workbook, header):
    with pytest.raises(ArgumentError, match=r"header: expected the row that holds the names, 1 to 4"):
        read_survey(workbook(A=ROWS), header=header)


def test_sheet_without_names(workbook):
    with pytest.warns(ReadWarning, match=r"first line holds data \(9\)"):
        frame = read_survey(workbook(A=[[9, "Lyon"], [10, "Annecy"], [3, "Lyon"]]))
    assert frame["column_1"].tolist() == [9, 10, 3]


def test_a_cell_in_the_last_corner_is_refused_and_not_laid_out(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A2"], book.active["XFD1048576"] = "nps", 9, "x"
    book.save(tmp_path / "corner.xlsx")
    with pytest.raises(ReadError, match=r"3 filled cells spread over 1,048,576 rows and 16,384 columns"):
        read_survey(tmp_path / "corner.xlsx")


def test_a_cell_in_the_last_corner_alone_is_one_cell(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active["XFD1048576"] = "nps"
    book.save(tmp_path / "corner.xlsx")
    assert list(read_survey(tmp_path / "corner.xlsx").columns) == ["nps"]


def test_formatted_cells_without_content_are_no_answers(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.active["T900"].font = openpyxl.styles.Font(bold=True)
    book.active["B800"] = "  "
    book.save(tmp_path / "export.xlsx")
    frame = read_survey(tmp_path / "export.xlsx")
    assert frame.shape == (3, 4)


def test_rows_numbered_beyond_excel_end(tmp_path, workbook):
    path = workbook(A=[["nps"], [9]])
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'<row r="2"', b'<row r="999999999"'))
    assert len(read_survey(broken)) <= 1


@pytest.mark.parametrize(("old", "new"), [(b"</sheetData>", b"<<"), (b'r="A2"', b'r="AAAAA2"')])
def test_damaged_sheet(tmp_path, workbook, old, new):
    path = workbook(A=[["nps"], [9]])
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(broken, "w") as copy:
        for name in archive.namelist():
            copy.writestr(name, archive.read(name).replace(old, new))
    with pytest.raises(ReadError, match=r"sheet 'A', row \d: expected a row of an Excel workbook, got a damaged one"):
        read_survey(broken)


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
    with pytest.raises(ArgumentError, match="header: expected a CSV or a workbook"):
        read_survey(tmp_path / "export.parquet", header=1)
