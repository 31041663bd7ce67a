"""The log of actions: read as it was typed, refused where it cannot be, written whole and harmless."""

from __future__ import annotations

import csv
import datetime as dt
import os
import re
from pathlib import Path

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit
from npskit.errors import ArgumentError, ArgumentTypeError, ReadError, SurveyNotFoundError
from npskit.survey.action_cells import COLUMNS, known_words
from npskit.survey.action_log import ActionLog, read_actions

FRENCH = (
    "Action;Responsable;Depuis;Jusqu'au;Levier;Points attendus;Attendu bas;Attendu haut;Statut;Budget k€\n"
    "Deuxième caisse;Léa;05/01/2026;;caisse;2,5;0,5;4;en cours;12\n"
    "Accueil;Karim;15/02/2026;31/03/2026;;1;;;terminée;\n"
    "Parking;;;;;3;;;prévue;40\n"
)
ONE = {"action": "Training", "since": "2026-01-05"}


def saved(folder: Path, text: str, name: str = "actions.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


# ---- reading ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_french_file_is_understood(tmp_path: Path, encoding: str) -> None:
    log = read_actions(saved(tmp_path, FRENCH, encoding=encoding))
    assert log.table["action"] == ["Deuxième caisse", "Accueil", "Parking"]
    assert log.table["owner"] == ["Léa", "Karim", None]
    assert log.table["since"] == [dt.date(2026, 1, 5), dt.date(2026, 2, 15), None]
    assert log.table["until"] == [None, dt.date(2026, 3, 31), None]
    assert log.table["expected"] == [2.5, 1.0, 3.0]
    assert log.table["expected_lower"][0] == 0.5
    assert log.table["status"] == ["running", "done", "planned"]
    assert log.rows[0].kind == "driver"
    assert log.own == ("Budget k€",)


def test_every_column_may_be_named_in_both_languages() -> None:
    words = known_words("column")
    assert set(words.values()) == set(COLUMNS)
    assert words["responsable"] == "owner"
    assert words["depuis"] == words["since"] == "since"


def test_only_action_and_since_are_needed() -> None:
    row = read_actions([ONE]).rows[0]
    assert (row.action, row.since) == ("Training", dt.date(2026, 1, 5))
    assert {getattr(row, name) for name in COLUMNS[3:]} == {None}


def test_tables_of_any_library_are_read() -> None:
    rows = {"action": ["a", "b"], "since": [dt.date(2026, 1, 5), dt.date(2026, 2, 1)], "expected": [1.5, None]}
    plain = read_actions(rows)
    for table in (
        pd.DataFrame(rows),
        pl.DataFrame(rows),
        [dict(zip(rows, row, strict=True)) for row in zip(*rows.values(), strict=True)],
    ):
        assert read_actions(table).table == plain.table
    assert read_actions(plain) is plain
    assert plain.table["expected"] == [1.5, None]


def test_a_workbook_is_read_with_its_days(tmp_path: Path) -> None:
    pytest.importorskip("openpyxl")
    frame = pd.DataFrame({"Action": ["A"], "Depuis": [dt.datetime(2026, 1, 5)], "Attendu": [2]})
    frame.to_excel(tmp_path / "a.xlsx", index=False, startrow=2)
    log = read_actions(tmp_path / "a.xlsx")
    assert log.rows[0].since == dt.date(2026, 1, 5)
    assert log.rows[0].expected == 2.0


def test_the_roadmap_of_priorities_with_a_date_is_a_log(tmp_path: Path) -> None:
    text = "action,driver,impact,lower,upper,feasibility,since\nTraining,help,2.4,1,3.8,4,2026-03-01\n"
    row = read_actions(saved(tmp_path, text)).rows[0]
    assert (row.driver, row.expected, row.expected_lower, row.expected_upper) == ("help", 2.4, 1.0, 3.8)


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [("2026-03", (2026, 3, 1), (2026, 3, 31)), ("mars 2026", (2026, 3, 1), (2026, 3, 31)),
     ("2026-Q2", (2026, 4, 1), (2026, 6, 30)), ("1er avril 2026", (2026, 4, 1), (2026, 4, 1)),
     ("2026-04-01 10:30", (2026, 4, 1), (2026, 4, 1)), ("2026", (2026, 1, 1), (2026, 12, 31))],
)  # fmt: skip
def test_a_month_begins_on_its_first_day_and_ends_on_its_last(written: str, first: tuple, last: tuple) -> None:
    row = read_actions([{"action": "a", "since": written, "until": written}]).rows[0]
    assert (row.since, row.until) == (dt.date(*first), dt.date(*last))


def test_one_day_after_the_twelfth_settles_the_order_of_all() -> None:
    rows = [{"action": "a", "since": "03/04/2026"}, {"action": "b", "since": "12/25/2026"}]
    assert read_actions(rows).rows[0].since == dt.date(2026, 3, 4)
    rows[1]["since"] = "25/12/2026"
    assert read_actions(rows).rows[0].since == dt.date(2026, 4, 3)


def test_a_day_that_reads_two_ways_is_asked_about() -> None:
    with pytest.raises(ArgumentError, match=r"reads one way.*03/04/2026"):
        read_actions([{"action": "a", "since": "03/04/2026"}])
    assert read_actions([{"action": "a", "since": "03/04/2026"}], day_first=False).rows[0].since == dt.date(2026, 3, 4)
    assert read_actions([{"action": "a", "depuis": "03/04/2026"}]).rows[0].since == dt.date(2026, 4, 3)


def test_who_was_treated_is_read_as_impact_takes_it() -> None:
    log = read_actions([ONE]).add("B", "2026-02-01", treated={"shop": ["Lyon", "Nice"], "channel": "web"})
    assert log.table["treated"] == [None, "shop=Lyon|Nice & channel=web"]
    assert log.rows[1].treated_by == {"shop": ["Lyon", "Nice"], "channel": ["web"]}
    assert log.add("C", "2026-02-01", treated="pilot").rows[2].treated_by == "pilot"


# ---- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "where", "words"),
    [
        (";Léa;05/01/2026;;;;;;;", "line 2, column 'action'", "got none"),
        ("A;Léa;;;;;;;;", "line 2, column 'since'", "status 'planned' needs no day yet"),
        ("A;Léa;soon;;;;;;;", "line 2, column 'since'", "a day, such as"),
        ("A;Léa;31/02/2026;;;;;;;", "line 2, column 'since'", "a day, such as"),
        ("A;Léa;05/02/2026;05/01/2026;;;;;;", "line 2, column 'until'", "not before 2026-02-05"),
        ("A;Léa;05/01/2026;;;beaucoup;;;;", "line 2, column 'expected'", "points of the score"),
        ("A;Léa;05/01/2026;;;2;3;;;", "line 2, column 'expected_lower'", "at most the 2"),
        ("A;Léa;05/01/2026;;;2;;1;;", "line 2, column 'expected_upper'", "at least the 2"),
        ("A;Léa;05/01/2026;;;;1;;;", "line 2, column 'expected'", "since 'expected_lower' is there"),
        ("A;Léa;05/01/2026;;;;;;presque;", "line 2, column 'status'", "one of planned, running, done, dropped"),
        ("A;Léa;05/01/2026;;;;;;;;;x", "line 2", "10 cells"),
    ],
)
def test_a_wrong_cell_is_named_with_file_line_and_column(tmp_path: Path, line: str, where: str, words: str) -> None:
    head = FRENCH.splitlines()[0]
    with pytest.raises(ReadError) as caught:
        read_actions(saved(tmp_path, f"{head}\n{line}\n"))
    said = re.sub(r" \(there ('.*?'|\".*?\")\)", "", str(caught.value))
    assert said.startswith(f"actions.csv, {where}: ")
    assert words in str(caught.value)


def test_lines_are_counted_as_an_editor_counts(tmp_path: Path) -> None:
    text = 'action,since,note\n\nA,2026-01-05,"two\nlines"\n\nB,never,\n'
    with pytest.raises(ReadError, match=r"actions.csv, line 6, column 'since'"):
        read_actions(saved(tmp_path, text))


def test_excel_may_name_its_separator_first(tmp_path: Path) -> None:
    assert read_actions(saved(tmp_path, "sep=;\r\naction;depuis\r\nA, B;2026-01-05\r\n")).table["action"] == ["A, B"]
    with pytest.raises(ReadError, match=r"line 3, column 'since'"):
        read_actions(saved(tmp_path, "sep=;\naction;depuis\nA;never\n"))


def test_two_targets_are_two_actions() -> None:
    with pytest.raises(ArgumentError, match=r"row 1, column 'theme'.*one of driver, theme and segment"):
        read_actions([{**ONE, "driver": "price", "theme": "price"}])


def test_an_action_stands_once() -> None:
    with pytest.raises(ArgumentError, match=r"row 2, column 'action'.*each action once, and row 1 has it"):
        read_actions([ONE, {**ONE, "action": "training"}])
    with pytest.raises(ArgumentError, match=r"each action once, and the log has it"):
        read_actions([ONE]).add("Training", "2026-04-01")


def test_a_slip_in_a_head_is_asked_about_and_an_own_column_kept() -> None:
    with pytest.raises(ArgumentError, match=r"column 'expcted'.*\n.*did you mean 'expected'"):
        read_actions([{**ONE, "expcted": 2}])
    assert read_actions([{**ONE, "Budget": 12}]).table["Budget"] == [12]


def test_missing_columns_are_named_in_both_languages() -> None:
    with pytest.raises(ArgumentError, match=r"'since' \('depuis' in French\), got action, owner"):
        read_actions([{"action": "A", "owner": "B"}])
    with pytest.raises(ArgumentError, match=r"one column of 'since'"):
        read_actions([{**ONE, "depuis": "2026-01-05"}])


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArgumentTypeError, match=r"the path of a file, a table"):
        read_actions(3)
    saved(tmp_path, FRENCH)
    with pytest.raises(SurveyNotFoundError, match=r"did you mean 'actions.csv'"):
        read_actions(tmp_path / "action.csv")
    with pytest.raises(ReadError, match=r"ends in .csv or .xlsx"):
        read_actions(saved(tmp_path, FRENCH, "actions.pdf"))
    with pytest.raises(ReadError, match=r"an empty file"):
        read_actions(saved(tmp_path, " \n", "empty.csv"))
    with pytest.raises(ReadError, match=r"rename it to .csv"):
        read_actions(saved(tmp_path, FRENCH, "wrong.xlsx"))
    with pytest.raises(ReadError, match=r"line 2"):
        read_actions(saved(tmp_path, 'action,since\n"A,2026-01-05\n', "quote.csv"))


def test_an_unknown_column_is_not_added() -> None:
    with pytest.raises(ArgumentError, match=r"did you mean 'owner'"):
        read_actions([ONE]).add("B", "2026-02-01", ownr="Léa")
    with pytest.raises(ArgumentError, match=r"action 'B', column 'since'"):
        read_actions([ONE]).add("B", "soon")


# ---- writing ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("lang", [None, "en", "fr"])
def test_what_was_saved_is_read_again(tmp_path: Path, ending: str, lang: str | None) -> None:
    pytest.importorskip("openpyxl")
    log = read_actions(saved(tmp_path, FRENCH)).add("Formule", "2026-04-01", note="=SUM(A1)", theme="@prix")
    again = read_actions(log.save(tmp_path / f"new.{ending}", lang=lang))
    named = {name: [None if each is None else str(each) for each in values] for name, values in again.table.items()}
    assert named == {name: [None if each is None else str(each) for each in log.table[name]] for name in log.table}


def test_a_file_keeps_its_heads_and_separator(tmp_path: Path) -> None:
    path = saved(tmp_path, FRENCH)
    assert read_actions(path).add("Formule", "2026-04-01").save() == path
    text = path.read_text(encoding="utf-8-sig")
    assert text.startswith("Action;Responsable;Depuis;Jusqu'au;")
    assert "2,5" in text


def test_no_spreadsheet_runs_a_cell(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    formula = '=HYPERLINK("http://x","y")'
    log = read_actions([ONE]).add(formula, "2026-02-01", owner="+33 6", note="a;=b")
    with log.save(tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    sheet = openpyxl.load_workbook(log.save(tmp_path / "a.xlsx")).active
    assert "f" not in {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert read_actions(tmp_path / "a.csv").rows == read_actions(tmp_path / "a.xlsx").rows == log.rows


def test_a_save_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, FRENCH)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ArgumentError, match=r"No space left"):
        read_actions(path).add("B", "2026-04-01").save()
    assert path.read_text(encoding="utf-8") == FRENCH
    assert [each.name for each in tmp_path.iterdir()] == ["actions.csv"]


def test_where_to_save_has_to_be_known(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match=r"a path, since this log comes from no file"):
        read_actions([ONE]).save()
    with pytest.raises(ArgumentError, match=r"ends in .csv or .xlsx"):
        read_actions([ONE]).save(tmp_path / "a.ods")


def test_an_empty_log_says_so() -> None:
    log = read_actions({"action": [], "since": []})
    assert len(log) == 0
    assert log.sentence(lang="fr") == "Le journal des actions est vide."


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_any_text_survives_a_file(tmp_path_factory: pytest.TempPathFactory, texts: list[tuple[str, str]]) -> None:
    log = ActionLog({name: [] for name in COLUMNS})
    for at, (name, note) in enumerate(texts):
        log = log.add(f"a{at} {name}", "2026-01-05", note=f"n {note}")
    path = tmp_path_factory.mktemp("log") / "a.csv"
    assert read_actions(log.save(path)).rows == log.rows


# ---- from priorities ----------------------------------------------------------------------------------------


def rated() -> pd.DataFrame:
    rating = [10, 9, 8, 3, 2, 10, 9, 7, 5, 10] * 30
    return pd.DataFrame({"rating": rating, "help": [min(5, max(1, r // 2)) for r in rating],
                         "shop": ["Lyon", "Nice", "Paris"] * 100})  # fmt: skip


def test_priorities_become_rows_with_their_points(tmp_path: Path) -> None:
    found = rated().nps.priorities(
        [{"action": "Open earlier", "segment": "shop=Lyon", "move": 6, "feasibility": 3, "owner": "Léa"},
         {"action": "Parking", "segment": "shop=Nice", "move": 3, "feasibility": 5}]
    )  # fmt: skip
    path = tmp_path / "log.csv"
    log = found.log(path, since="2026-03-01", actions=1)
    assert len(log) == 1
    assert read_actions(path).rows == log.rows
    row, first = log.rows[0], {name: values[0] for name, values in found.table.items()}
    assert (row.action, row.segment) == (first["action"], first["segment"])
    assert (row.expected, row.expected_upper) == (round(first["impact"], 2), round(first["upper"], 2))
    other = found.table["action"][1]
    assert found.log(path, actions=other).rows[1].status == "planned"
    assert len(read_actions(path)) == 2
    with pytest.raises(ArgumentError, match=r"actions among the priorities"):
        found.log(actions=["Parkng"])


def test_the_public_name_is_there() -> None:
    assert npskit.read_actions is read_actions


def test_all_rows_that_cannot_be_read_are_told_at_once(tmp_path: Path) -> None:
    text = "action;depuis;attendu\nA;31/02/2026;2\n;01/03/2026;3\nC;01/03/2026;beaucoup\nD;01/03/2026;1\n"
    with pytest.raises(ReadError, match=r"got 3 that cannot") as caught:
        read_actions(saved(tmp_path, text))
    assert [place in str(caught.value) for place in ("line 2", "line 3", "line 4", "line 5")] == [True] * 3 + [False]
    assert "column 'since' (there 'depuis')" in str(caught.value)


def test_a_french_file_stays_one(tmp_path: Path) -> None:
    text = "Action;Depuis;Facteur;Attendu;Attendu min;Attendu max;Statut\nA;05/01/2026;accueil;2,5;1;4;fait\n"
    log = read_actions(saved(tmp_path, text))
    assert (log.rows[0].driver, log.rows[0].expected_lower, log.rows[0].expected_upper) == ("accueil", 1, 4)
    log.add("B", "2026-02-01", owner="Léa").save()
    written = (tmp_path / "actions.csv").read_text(encoding="utf-8-sig")
    assert written.splitlines()[0] == "Action;responsable;Depuis;Facteur;Attendu;Attendu min;Attendu max;Statut"
    assert ";terminée" in written
