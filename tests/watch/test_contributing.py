"""What each export contributes, and what is refused since an earlier one has it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from watched import PLAIN, Place, answers

from npskit.cli import main
from npskit.report.quality import reading


def test_new_rows_join_the_history(place: Place) -> None:
    place.export("a.csv", answers(0, 40))
    assert place.one("read")["rows_new"] == 40
    place.export("b.csv", answers(40, 60))
    event = place.one("read")
    assert (event["file"], event["rows_new"], event["first"], event["last"]) == (
        "b.csv",
        20,
        "2024-02-10",
        "2024-02-29",
    )
    frame = place.history()
    assert frame.nps.score() == pytest.approx(answers(0, 60).nps.score())
    assert frame["date"].tolist() == pd.to_datetime(answers(0, 60)["date"]).tolist()


def test_an_export_of_all_answers_adds_only_the_new_ones(place: Place) -> None:
    place.export("january.csv", answers(0, 31))
    place.look()
    place.export("february.csv", answers(0, 60))
    event = place.one("read")
    assert (event["rows_read"], event["rows_new"], event["rows_refused"]) == (60, 29, 31)
    assert event["duplicates_of"] == {"january.csv": 31}
    assert len(place.history()) == 60


def test_equal_answers_of_several_people_stay_several(place: Place) -> None:
    row = answers(3, 4)
    place.export("a.csv", pd.concat([row, row, answers(4, 20)]))
    place.look()
    assert len(place.history()) == 18
    place.export("b.csv", pd.concat([row, row, row, answers(4, 20)]))
    assert place.one("read")["rows_new"] == 1
    place.export("c.csv", pd.concat([answers(4, 20), row, row, row]))
    assert place.one("read")["rows_new"] == 0


def test_answers_that_a_tool_numbers_are_told_by_their_number(place: Place) -> None:
    first = answers(0, 20, response_id=range(100, 120), status="open")
    place.export("a.csv", first)
    place.look()
    place.export("b.csv", first.assign(status="closed"))
    event = place.one("read")
    assert (event["rows_new"], event["rows_refused"], event["changed"]) == (0, 20, 20)
    assert set(place.history()["status"]) == {"open"}


def test_numbers_that_begin_anew_in_each_file_refuse_nobody(place: Place) -> None:
    place.export("a.csv", answers(0, 20, response_id=range(20)))
    place.look()
    place.export("b.csv", answers(20, 40, response_id=range(20)))
    assert place.one("read")["rows_new"] == 20


def test_a_key_tells_answers_apart(place: Place) -> None:
    place.configure(PLAIN + "key: [shop, date]\n")
    place.export("a.csv", answers(0, 20))
    place.look()
    place.export("b.csv", pd.concat([answers(10, 30).assign(nps=5), answers(29, 30).assign(nps=9)]))
    event = place.one("read")
    assert (event["rows_new"], event["rows_refused"]) == (10, 11)
    assert event["duplicates_of"] == {"a.csv": 10, "b.csv": 1}


def test_answers_without_their_number_are_told_by_what_they_say(place: Place) -> None:
    numbers = [None if n % 10 == 0 else f"r{n}" for n in range(40)]
    first = answers(0, 40, response_id=numbers, status="open")
    place.export("a.csv", first[:30])
    place.look()
    place.export("b.csv", first.assign(status=["open" if n % 10 == 0 else "closed" for n in range(40)]))
    event = place.one("read")
    assert (event["rows_new"], event["rows_refused"], event["changed"]) == (10, 30, 27)
    place.configure(PLAIN + "key: response_id\nhistory: other\n")
    assert [event["rows_new"] for event in place.told() if event["event"] == "read"] == [30, 10]


def test_a_rating_that_was_mended_is_the_same_answer(place: Place) -> None:
    first = answers(0, 20, response_id=range(20))
    place.export("a.csv", first)
    place.look()
    mended = first.copy()
    mended.loc[3, "nps"] = 5
    place.export("b.csv", mended)
    event = place.one("read")
    assert (event["rows_new"], event["changed"]) == (0, 1)


def test_a_file_that_is_written_anew_under_its_name_adds_what_is_new(place: Place) -> None:
    for last in (20, 30, 40):
        place.export("export.csv", answers(0, last))
        event = place.one("read")
    assert (event["rows_new"], event["rows_refused"], event["duplicates_of"]) == (10, 30, {"export.csv": 30})


def test_rows_are_compared_only_where_something_tells_people_apart(place: Place) -> None:
    plain = pd.DataFrame({"nps": [10, 9, 0, 10] * 5, "shop": ["a", "b"] * 10})
    place.export("a.csv", plain)
    place.look()
    place.export("b.csv", plain[:-1])
    assert place.one("read")["rows_refused"] == 0


def test_rows_of_other_people_that_look_alike_are_told(place: Place) -> None:
    shop = answers(0, 60).drop(columns="shop")
    place.export("lyon.csv", shop)
    place.look()
    other = answers(0, 60).drop(columns="shop").assign(nps=lambda frame: np.where(frame.index < 10, frame["nps"], 8))
    place.export("nice.csv", other)
    event = place.one("read")
    assert event["rows_refused"] >= 10
    assert "say 'duplicates: files'" in event["cautions"][0]
    place.export("all.csv", pd.concat([shop, answers(60, 70)]))
    assert place.one("read")["cautions"] == []


def test_a_key_may_be_named_as_the_file_writes_it(place: Place) -> None:
    place.configure(PLAIN + "key: Shop\nrename: {NPS Score: nps}\n")
    place.export("a.csv", answers(0, 20).rename(columns={"nps": "NPS score"}))
    event = place.one("read")
    assert (event["rows_new"], event["rows_refused"]) == (2, 18)


def test_a_key_that_a_file_lacks_is_told(place: Place) -> None:
    place.configure(PLAIN + "key: shops\n")
    place.export("a.csv", answers(0, 20))
    assert "did you mean 'shop'" in place.one("unreadable")["hint"]


def test_whole_files_alone_are_refused_where_asked(place: Place) -> None:
    place.configure(PLAIN + "duplicates: files\n")
    place.export("a.csv", answers(0, 20))
    place.export("b.csv", answers(0, 30))
    place.export("c.csv", answers(0, 20))
    events = place.told()
    assert [event["rows_new"] for event in events if event["event"] == "read"] == [20, 30]
    assert [event["same_as"] for event in events if event["event"] == "same_file"] == ["a.csv"]
    assert [event["event"] for event in place.told()] == ["done"]


def test_types_and_spellings_of_a_file_make_no_new_answer(place: Place) -> None:
    place.export("a.csv", answers(0, 20, store=range(20)))
    place.look()
    again = answers(0, 20, store=[f"{n} " for n in range(20)])
    again.loc[0, "store"] = "x"
    place.export("b.csv", again)
    assert place.one("read")["rows_new"] == 1


def test_an_export_without_answers_is_no_mistake(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    place.export("b.csv", "nps,date,shop\n")
    outcome = place.look()
    assert outcome.status == 0
    assert [part.told["rows_new"] for part in outcome.history.parts] == [20, 0]


# ---- what comes again corrected, and columns that are gone ------------------------------------------------


def mended(first: pd.DataFrame) -> pd.DataFrame:
    other = first.copy()
    other.loc[:2, "nps"] = (other.loc[:2, "nps"] + 1) % 11
    return other


def test_answers_that_come_again_corrected_are_told_in_a_sentence(place: Place) -> None:
    place.configure(PLAIN + "key: case\nlang: fr\n")
    first = answers(0, 20, case=[f"D{n}" for n in range(20)], status="open")
    place.export("a.csv", first)
    place.look()
    place.export("b.csv", mended(first))
    event = place.one("read")
    (caution,) = event["cautions"]
    assert caution in event["message"]
    assert "3 réponses déjà connues reviennent avec d’autres valeurs\u202f: «\u202fnps\u202f» (3)" in caution
    assert "(a.csv) sont gardées" in caution
    assert "history" in caution
    assert place.history().attrs["npskit"]["changed"] == 3
    place.export("c.csv", first.assign(status="closed"))
    assert place.one("read")["cautions"] == []


def test_a_number_without_a_key_is_told_when_an_answer_counts_twice(place: Place) -> None:
    first = answers(0, 20, case=[f"D{n}" for n in range(20)])
    place.export("a.csv", first)
    place.look()
    place.export("b.csv", mended(first))
    event = place.one("read")
    assert event["rows_new"] == 3
    assert "3 rows have a “case” that came before (D0, say)" in event["message"]
    assert "'key: case' in nps.yaml" in event["message"]


def test_line_numbers_and_second_answers_are_no_numbers_of_answers(place: Place) -> None:
    place.export("a.csv", answers(0, 20, row=range(1, 21), customer=[f"C{n}" for n in range(20)]))
    place.look()
    place.export("b.csv", answers(20, 40, row=range(1, 21), customer=[f"C{n}" for n in range(20)]))
    assert place.one("read")["cautions"] == []


def test_columns_that_are_gone_are_told_once_with_those_that_are_new(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    place.look()
    for name, first in (("b.csv", 20), ("c.csv", 40)):
        place.export(name, answers(first, first + 20).rename(columns={"shop": "outlet"}))
    told = {event["file"]: event for event in place.told() if event["event"] == "read"}
    (caution,) = told["b.csv"]["cautions"]
    assert caution in told["b.csv"]["message"]
    assert "a column that this one lacks: 'shop' (new: 'outlet'). Its rows are in no group of it." in caution
    assert "'{outlet: shop}'" in caution
    assert told["c.csv"]["cautions"] == []
    place.export("d.csv", answers(60, 80).rename(columns={"shop": "outlet"}))
    place.look()
    lacking = place.history().attrs["npskit"]["lacking"]
    assert lacking == [{"file": "a.csv", "rows": 20, "columns": ["outlet"]}]


def test_the_page_of_the_data_tells_what_came_again_and_what_is_gone() -> None:
    notes = {"changed": 3, "lacking": [{"file": "april.xlsx", "rows": 1250, "columns": ["Clinic", "Case"]}]}
    assert reading(notes, "en") == [
        "3 answers came again in a later export with other values; those that came first are counted.",
        "april.xlsx (1,250 rows) lacks what most exports have: “Clinic”, “Case”.",
    ]


def test_a_check_names_the_column_that_would_tell_answers_apart(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, first in (("a.csv", 0), ("b.csv", 20)):
        place.export(name, answers(first, first + 20, case=[f"D{n}" for n in range(first, first + 20)]))
    assert main(["watch", str(place.root / "nps.yaml"), "--check"]) == 0
    assert "“case” is another in every row of these exports" in capsys.readouterr().out
    place.configure(PLAIN + "key: case\n")
    assert main(["watch", str(place.root / "nps.yaml"), "--check"]) == 0
    assert "case" not in capsys.readouterr().out
