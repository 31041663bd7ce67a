"""A watched folder: what each export contributes, what is refused and why, what a scheduler is told, and how often."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from npskit.cli import main
from npskit.errors import NpskitError, ReadError, SurveyNotFoundError
from npskit.watch import BusyError, Outcome, read_config, read_history, rounds, watch_once
from npskit.watch.files import swept, written_whole
from npskit.watch.lock import locked
from npskit.watch.telling import Event, line_of

pytest.importorskip("pyarrow")
pytest.importorskip("yaml")

PLAIN = "folder: exports\nformats: []\nsettle: 0\nmonitor: no\n"


@pytest.fixture(autouse=True)
def composing(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Reports are made at once, without a kernel; what was asked for is kept."""
    from npskit.watch import reporting

    made: list[dict[str, Any]] = []

    def composed(survey: Any, suffix: str, **options: Any) -> bytes:
        made.append({"survey": survey, "suffix": suffix, **options})
        return f"{options['title']} {survey.score():.1f}".encode()

    monkeypatch.setattr(reporting, "composed", composed)
    monkeypatch.setattr(reporting, "check_possible", lambda path, template: None)
    return made


class Place:
    """A folder with a configuration."""

    def __init__(self, root: Path) -> None:
        self.root, self.clock = root, 1_700_000_000
        (root / "exports").mkdir()
        self.configure(PLAIN)

    def configure(self, text: str) -> None:
        (self.root / "nps.yaml").write_text(text, encoding="utf-8")

    def export(self, name: str, frame: pd.DataFrame | str) -> Path:
        """An export, a minute younger than the one before."""
        path = self.root / "exports" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(frame if isinstance(frame, str) else frame.to_csv(index=False), encoding="utf-8")
        self.clock += 60
        os.utime(path, (self.clock, self.clock))
        return path

    def look(self, **options: Any) -> Outcome:
        return watch_once(read_config(self.root / "nps.yaml"), **options)

    def told(self) -> list[dict[str, Any]]:
        """What a round tells, as a scheduler reads it."""
        lines: list[str] = []
        self.look(tell=lambda event: lines.append(line_of(event)))
        return [json.loads(line) for line in lines]

    def one(self, kind: str) -> dict[str, Any]:
        (event,) = [event for event in self.told() if event["event"] == kind]
        return event

    def history(self) -> pd.DataFrame:
        return read_history(self.root / "history")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def answers(first: int, last: int, **columns: Any) -> pd.DataFrame:
    """Answers number `first` to `last`, each of its own day and person."""
    numbers = np.arange(first, last)
    days = (pd.Timestamp("2024-01-01") + pd.to_timedelta(numbers, unit="D")).strftime("%Y-%m-%d")
    frame = pd.DataFrame({"nps": numbers * 7 % 11, "date": days, "shop": np.where(numbers % 2, "Lyon", "Nice")})
    return frame.assign(**columns)


def months(scores: list[float], rows: int = 120) -> pd.DataFrame:
    """So many answers a month, with so many promoters among them and detractors otherwise."""
    frames = []
    for month, share in enumerate(scores):
        ratings = np.where(np.arange(rows) < share * rows, 10, 3)
        days = (
            pd.Timestamp("2024-01-01") + pd.DateOffset(months=month) + pd.to_timedelta(np.arange(rows) % 28, unit="D")
        )
        frames.append(pd.DataFrame({"id_reponse": np.arange(rows) + month * rows, "nps": ratings, "date": days}))
    return pd.concat(frames, ignore_index=True)


STEADY = [0.7, 0.69, 0.71, 0.7, 0.7, 0.69, 0.71, 0.7, 0.7]


# ---- what an export contributes ----------------------------------------------------------------------------------


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


# ---- exports that change their shape ------------------------------------------------------------------------------


def test_new_columns_and_another_name_of_the_rating_fit(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    place.look()
    place.export("b.csv", answers(0, 40, plan="pro").rename(columns={"nps": "NPS score"}))
    event = place.one("read")
    assert event["rows_new"] == 20
    assert (event["renamed"], event["appeared"]) == ({"nps_score": "nps"}, ["plan"])
    assert (event["wording"], event["reworded"]) == ("NPS score", "nps")
    frame = place.history()
    assert frame["nps"].notna().all()
    assert frame["plan"].isna().sum() == 20


def test_wordings_are_handed_to_the_audit(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    # The answers of the first export stand in the second too, and were given to the first question.
    place.export("b.csv", answers(0, 50).rename(columns={"nps": "Would you recommend us to a friend?"}))
    place.look()
    told = place.history().attrs["npskit"]["wordings"]
    assert [(each["wording"], each["since"], each["rows"]) for each in told] == [
        ("nps", "2024-01-01", 20), ("Would you recommend us to a friend?", "2024-01-21", 30),
    ]  # fmt: skip


def test_another_question_is_not_taken_for_the_rating(place: Place) -> None:
    place.export("a.csv", answers(0, 20, note=5).rename(columns={"nps": "recommandation"}))
    place.look()
    place.export("b.csv", answers(20, 40).rename(columns={"nps": "note"}))
    event = place.one("unreadable")
    assert "'recommandation' as in earlier exports" in event["reason"]
    place.configure(PLAIN + "rename: {note: recommandation}\nhistory: other\n")
    place.look()
    assert len(read_history(place.root / "other")) == 40


def test_a_column_that_becomes_texts_is_texts(place: Place) -> None:
    place.export("a.csv", answers(0, 20, plan=[1, 2] * 10))
    place.export("b.csv", answers(20, 40, plan=["1", "gold"] * 10))
    place.look()
    assert place.history()["plan"].value_counts().to_dict() == {"1": 20, "2": 10, "gold": 10}


def test_ratings_that_cannot_be_counted_with_the_others_are_told(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    place.export("b.csv", answers(20, 40).assign(nps=11))
    event = place.one("unreadable")
    assert "0 to 10" in event["reason"]
    assert len(place.history()) == 20


def test_counts_are_watched_like_answers(place: Place) -> None:
    place.configure(PLAIN + "columns: {detractors: det, passives: pas, promoters: pro}\n")
    counts = pd.DataFrame({"date": ["2024-01-01", "2024-02-01"], "det": [2, 3], "pas": [5, 5], "pro": [9, 8]})
    place.export("a.csv", counts[:1])
    place.export("b.csv", counts)
    assert [event["rows_new"] for event in place.told() if event["event"] == "read"] == [1, 1]


# ---- files that are not, or not yet, exports ----------------------------------------------------------------------


def test_a_bad_file_stops_nothing_and_is_told_until_it_is_mended(place: Place) -> None:
    place.export("a.csv", "%PDF-1.7")
    place.export("b.csv", answers(0, 20))
    outcome = place.look()
    assert outcome.status == 3
    assert [event.kind for event in outcome.events] == ["read", "unreadable", "done"]
    again = place.look()
    assert [event.kind for event in again.events] == ["unreadable", "done"]
    assert again.events[0].id == outcome.events[1].id
    place.export("a.csv", answers(20, 30))
    assert place.look().status == 0
    assert len(place.history()) == 30


def test_a_fault_in_a_reader_is_one_of_its_file(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from npskit.watch import taking

    place.export("a.csv", answers(0, 20))
    monkeypatch.setattr(taking, "read_survey", lambda path, **_: 1 / 0)
    event = place.one("unreadable")
    assert "ZeroDivisionError" in event["reason"]


def test_what_is_still_being_written_waits(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.configure(PLAIN.replace("settle: 0", "settle: 0.3"))
    path = place.export("a.csv", answers(0, 20))
    os.utime(path)
    stopped = threading.Event()

    def write() -> None:
        while not stopped.is_set():
            with path.open("a") as file:
                file.write("9,2024-06-01,Lyon\n")
            time.sleep(0.02)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        outcome = place.look()
    finally:
        stopped.set()
        writer.join()
    assert (outcome.status, [event.kind for event in outcome.events]) == (0, ["waiting", "done"])
    assert not outcome.history.parts
    assert place.one("read")["rows_read"] == len(path.read_text().splitlines()) - 1


def test_a_file_that_changes_while_it_is_read_was_not_read(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from npskit.watch import taking

    path = place.export("a.csv", answers(0, 20))
    usual = taking.read_survey

    def meanwhile(name: Any, **options: Any) -> pd.DataFrame:
        found = usual(name, **options)
        path.write_text(answers(0, 25).to_csv(index=False))
        return found

    monkeypatch.setattr(taking, "read_survey", meanwhile)
    assert [event.kind for event in place.look().events] == ["waiting", "done"]
    monkeypatch.setattr(taking, "read_survey", usual)
    assert place.one("read")["rows_new"] == 25


@pytest.mark.parametrize("name", [".a.csv", "~$a.xlsx", "a.csv.part", "a.csv.crdownload", "a.pdf", "deep/a.csv"])
def test_files_of_programs_at_work_are_no_exports(place: Place, name: str) -> None:
    place.export(name, answers(0, 20))
    assert [event["event"] for event in place.told()] == ["done"]


def test_patterns_look_into_folders_where_they_say_so(place: Place) -> None:
    place.configure(PLAIN + 'pattern: ["*/*.csv"]\n')
    place.export("deep/A.CSV", answers(0, 20))
    place.export("b.csv", answers(20, 30))
    assert place.one("read")["file"] == "deep/A.CSV"


def test_hostile_names_are_told_and_run_nowhere(place: Place) -> None:
    name = '=cmd|"x"\n\u202eé.csv'
    place.export(name, answers(0, 20))
    event = place.one("read")
    assert event["file"] == name
    ledger = (place.root / "history" / "ledger.csv").read_text(encoding="utf-8-sig")
    assert "'=cmd" in ledger
    if sys.platform == "linux":
        raw = os.fsencode(place.root / "exports") + b"/\xff.csv"
        Path(os.fsdecode(raw)).write_text(answers(20, 30).to_csv(index=False))
        assert place.one("read")["rows_new"] == 10


def test_a_folder_that_is_not_there_is_an_error(place: Place) -> None:
    place.configure(PLAIN.replace("folder: exports", "folder: export"))
    with pytest.raises(SurveyNotFoundError, match="line 1, folder") as error:
        place.look()
    assert "did you mean 'exports'" in str(error.value)


# ---- reports -----------------------------------------------------------------------------------------------------


def test_reports_are_made_when_something_changed_and_not_otherwise(
    place: Place, composing: list[dict[str, Any]], tmp_path: Path
) -> None:
    def made() -> list[str]:
        composing.clear()
        place.look()
        return [each["suffix"] for each in composing]

    text = PLAIN.replace("formats: []", "formats: [html, xlsx]")
    place.configure(text)
    assert made() == []
    place.export("a.csv", answers(0, 20))
    assert made() == [".html", ".xlsx"]
    assert made() == []
    place.export("b.csv", answers(0, 20).iloc[::-1])
    assert made() == [".html", ".xlsx"]
    place.configure(text + "every: week\n")
    assert made() == [".html", ".xlsx"]
    assert composing[0]["every"] == "week"
    (tmp_path / "reports" / "health-check.html").unlink()
    assert made() == [".html"]
    place.configure(text + "every: week\nby: shop\nlang: fr\n")
    assert made() == [".html", ".xlsx"]
    assert (composing[0]["by"], composing[0]["lang"], composing[0]["title"]) == (["shop"], "fr", "exports")


def test_a_report_that_fails_is_tried_again_and_keeps_nothing_else(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from npskit.watch import reporting

    place.configure(PLAIN.replace("formats: []", "formats: [html, pdf]"))
    place.export("a.csv", answers(0, 20))
    usual = reporting.composed

    def composed(survey: Any, suffix: str, **options: Any) -> bytes:
        if suffix == ".pdf":
            raise OSError("no printer")
        return usual(survey, suffix, **options)

    monkeypatch.setattr(reporting, "composed", composed)
    outcome = place.look()
    assert outcome.status == 3
    assert [event.kind for event in outcome.events] == ["read", "report", "report_failed", "done"]
    assert [event["event"] for event in place.told()] == ["report_failed", "done"]


def test_a_template_of_ones_own_stands_beside_the_configuration(
    place: Place, composing: list[dict[str, Any]], repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(repository / "notebooks" / "01-health-check.ipynb", place.root / "mine.ipynb")
    place.configure(PLAIN.replace("formats: []", "formats: html\ntemplate: mine.ipynb"))
    place.export("a.csv", answers(0, 20))
    monkeypatch.chdir(place.root / "exports")
    assert place.one("report")["file"] == "mine.html"
    notebook = place.root / "mine.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("the", "thy", 1), encoding="utf-8")
    assert place.one("report")["file"] == "mine.html"
    assert len(composing) == 2
    assert Path.cwd() == place.root / "exports"


def test_teams_get_reports_of_their_own(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from npskit.report import team_run

    made: list[str] = []

    def composed(survey: Any, suffix: str, **options: Any) -> bytes:
        made.append(options["title"])
        return b"page"

    monkeypatch.setattr(team_run, "composed", composed)
    place.configure(PLAIN + "title: Shops\nteams: {by: shop, threshold: 5}\n")
    place.export("a.csv", answers(0, 40))
    assert place.one("report")["file"] == "teams/index.html"
    assert sorted(made) == ["Shops · Lyon", "Shops · Nice"]
    assert [event["event"] for event in place.told()] == ["done"]
    place.export("b.csv", answers(40, 80).query("shop == 'Lyon'"))
    place.look()
    assert sorted(made) == ["Shops · Lyon", "Shops · Lyon", "Shops · Nice"]


# ---- alerts ------------------------------------------------------------------------------------------------------


WATCHED = PLAIN.replace("monitor: no", "monitor: {every: month}")


def test_an_alert_is_told_once(place: Place) -> None:
    place.configure(WATCHED)
    place.export("a.csv", months(STEADY))
    assert place.look().status == 0
    place.export("b.csv", months([*STEADY, 0.3]))
    outcome = place.look()
    assert outcome.status == 10
    (event,) = [event for event in outcome.events if event.kind == "alert"]
    assert event.data["period"].isoformat() == "2024-10-01"
    assert event.data["change"] < -50
    assert event.message.startswith("The score fell by 80 points in October 2024")
    assert place.look().status == 0
    place.export("c.csv", months([*STEADY, 0.3, 0.7, 0.7]))
    assert place.look().status == 0


def test_an_alert_whose_telling_was_interrupted_is_told_again_with_the_same_id(place: Place) -> None:
    place.configure(WATCHED)
    place.export("a.csv", months([*STEADY, 0.3]))
    seen: list[Event] = []

    def tell(event: Event) -> None:
        seen.append(event)
        if event.kind == "done":
            raise OSError("nobody listens")

    for _ in range(2):
        with pytest.raises(OSError, match="nobody listens"):
            place.look(tell=tell)
    outcome = place.look()
    ids = [event.id for event in (*seen, *outcome.events) if event.kind == "alert"]
    assert (outcome.status, len(ids), len(set(ids))) == (10, 3, 1)
    assert place.look().status == 0


def test_alerts_of_groups_name_them(place: Place) -> None:
    place.configure(WATCHED.replace("every: month", "every: month, by: shop"))
    steady, fallen = months([*STEADY, 0.7]).assign(shop="Nice"), months([*STEADY, 0.2]).assign(shop="Lyon")
    fallen["id_reponse"] += 10_000
    place.export("a.csv", pd.concat([steady, fallen]))
    event = place.one("alert")
    assert event["group"] == {"shop": "Lyon"}
    assert "Lyon" in event["message"]


def test_alerts_of_before_a_day_are_not_told(place: Place) -> None:
    place.configure(WATCHED.replace("every: month", "every: month, since: 2024-11-01"))
    place.export("a.csv", months([*STEADY, 0.3, 0.7]))
    assert place.look().status == 0


def test_too_few_periods_are_no_trouble_and_no_date_is_when_it_was_asked_for(place: Place) -> None:
    place.configure(WATCHED)
    place.export("a.csv", months(STEADY[:3]))
    outcome = place.look()
    assert (outcome.status, [event.kind for event in outcome.events]) == (0, ["read", "not_monitored", "done"])
    assert [event["event"] for event in place.told()] == ["done"]
    place.configure(WATCHED + "history: other\npattern: undated.csv\n")
    place.export("undated.csv", answers(0, 20).drop(columns="date"))
    assert place.look().status == 3
    assert place.look().status == 3


# ---- the history ---------------------------------------------------------------------------------------------------


def test_the_ledger_is_written_from_the_parts(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    place.export("b.csv", answers(0, 30))
    place.look()
    path = place.root / "history" / "ledger.csv"
    before = path.read_bytes()
    path.unlink()
    place.look()
    assert path.read_bytes() == before
    ledger = pd.read_csv(path)
    assert ledger["file"].tolist() == ["a.csv", "b.csv"]
    assert ledger["duplicates_of"].tolist()[1] == "a.csv: 20"


def test_a_history_that_is_gone_is_built_again_the_same(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    place.export("b.csv", answers(0, 30))
    place.look()
    folder = place.root / "history" / "parts"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    shutil.rmtree(place.root / "history")
    place.look()
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_exports_may_go_once_they_are_kept(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    path = place.export("b.csv", answers(0, 30))
    place.look()
    path.unlink()
    assert place.look().status == 0
    assert len(place.history()) == 30


def test_a_damaged_part_is_told_and_nothing_is_done(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    place.look()
    (part,) = (place.root / "history" / "parts").iterdir()
    part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(ReadError, match="expected a part of a history"):
        place.look()


def test_other_hints_are_another_history(place: Place) -> None:
    place.export("a.csv", answers(0, 20))
    place.look()
    place.configure(PLAIN + "reading: {dayfirst: false}\n")
    with pytest.raises(ReadError, match=r"read otherwise, such as 'a\.csv'"):
        place.look()
    place.configure(PLAIN + "reading: {dayfirst: false}\nhistory: second\n")
    assert place.look().status == 0


def test_what_killed_runs_left_is_swept(place: Place, tmp_path: Path) -> None:
    place.export("a.csv", answers(0, 20))
    place.look()
    left = tmp_path / "history" / "parts" / ".abc.parquet.99.part"
    left.write_bytes(b"PAR1")
    told = tmp_path / "history" / "told.jsonl"
    told.write_bytes(told.read_bytes() + b'{"id": "cut')
    place.export("b.csv", answers(20, 30))
    assert place.look().status == 0
    assert not left.exists()
    assert [event["event"] for event in place.told()] == ["done"]


def test_a_file_is_on_the_disk_before_it_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    for name in ("fsync", "replace"):
        usual = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *given, name=name, usual=usual: (steps.append(name), usual(*given)))
    written_whole(tmp_path / "a", b"x")
    assert steps == ["fsync", "replace", "fsync"]
    monkeypatch.setattr(os, "replace", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        written_whole(tmp_path / "a", b"y")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert swept(tmp_path) == 0


def test_two_watches_at_once_are_one_too_many(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    (place.root / "history").mkdir()
    with locked(place.root / "history"):
        with pytest.raises(BusyError, match=f"process {os.getpid()}"):
            place.look()
        assert main(["watch", str(place.root / "nps.yaml")]) == 75
        assert "another that works" in capsys.readouterr().err
    assert place.look().status == 0


def test_a_lock_is_gone_with_its_process(place: Place) -> None:
    (place.root / "history").mkdir()
    code = (
        "import os, signal, sys; from pathlib import Path; from npskit.watch.lock import locked\n"
        f"with locked(Path({str(place.root / 'history')!r})): os.kill(os.getpid(), signal.SIGTERM)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode != 0
    assert place.look().status == 0


def test_what_a_killed_run_left_of_answers_in_temporary_folders_goes(place: Place, tmp_path: Path) -> None:
    with rounds.own_temporary(tmp_path) as _:
        import tempfile

        folder = Path(tempfile.gettempdir())
        assert folder.name.startswith("npskit-watch-")
    assert not folder.exists()
    folder.mkdir()
    (folder / "answers.pickle").write_bytes(b"secret")
    with rounds.own_temporary(tmp_path):
        assert list(folder.iterdir()) == []
    folder.symlink_to(tmp_path)
    with rounds.own_temporary(tmp_path):
        assert Path(tempfile.gettempdir()) != folder
    assert (tmp_path / "nps.yaml").exists()
    folder.unlink()


# ---- the command ---------------------------------------------------------------------------------------------------


def test_the_command_tells_machines_and_people_apart(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.configure(WATCHED + "lang: fr\n")
    place.export("a.csv", months([*STEADY, 0.3]))
    assert main(["watch", str(place.root / "nps.yaml")]) == 10
    said = capsys.readouterr()
    events = [json.loads(line) for line in said.out.splitlines()]
    assert [event["event"] for event in events] == ["read", "alert", "done"]
    assert events[-1]["status"] == 10
    # Whoever is sent what stands on the error stream wants to be sent nothing else.
    assert said.err == f"npskit: {events[1]['message']}\n"
    assert events[0]["message"] == "a.csv\u202f: 1\u202f200 nouvelles lignes."
    assert main(["watch", str(place.root / "nps.yaml")]) == 0
    assert capsys.readouterr().err == ""


def test_an_alert_and_trouble_are_both_told_by_the_status(place: Place) -> None:
    place.configure(WATCHED)
    place.export("a.csv", months([*STEADY, 0.3]))
    place.export("bad.csv", "%PDF-1.7")
    path = str(place.root / "nps.yaml")
    assert [main(["watch", path]), main(["watch", path])] == [13, 3]


def test_alerts_are_no_failure_where_the_scheduler_tries_those_again(place: Place) -> None:
    place.configure(WATCHED)
    place.export("a.csv", months([*STEADY, 0.3]))
    assert main(["watch", str(place.root / "nps.yaml"), "--no-alert-status"]) == 0
    assert place.look().status == 0


def test_a_line_that_nobody_took_is_not_told(place: Place) -> None:
    place.configure(WATCHED)
    place.export("a.csv", months([*STEADY, 0.3]))
    command = [sys.executable, "-m", "npskit", "watch", str(place.root / "nps.yaml")]
    with open("/dev/full", "w") if os.path.exists("/dev/full") else open(os.devnull, "w") as full:
        if full.name != "/dev/full":
            pytest.skip("no device that is full")
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert run.returncode == 2
    assert "expected to write an event" in run.stderr
    assert "Traceback" not in run.stderr
    assert place.look().status == 10


def test_errors_of_the_command_are_one_message(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.configure("folder: nowhere\nformats: []\n")
    assert main(["watch", str(place.root / "nps.yaml")]) == 2
    assert capsys.readouterr().err.count("npskit:") == 1
    assert main(["watch", str(place.root / "nps.yaml"), "--loop", "0"]) == 2


def test_the_ledger_is_printed(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    place.export("a.csv", answers(0, 20))
    place.look()
    assert main(["watch", str(place.root / "nps.yaml"), "--ledger", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["rows_new"] == 20
    assert main(["watch", str(place.root / "nps.yaml"), "--check"]) == 0
    assert "Exports there now: 1" in capsys.readouterr().out


def test_a_loop_goes_on_when_a_round_fails(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from npskit.cli import watch

    naps = iter(range(3))

    def nap(seconds: float) -> None:
        if next(naps) == 0:
            (place.root / "exports").rename(place.root / "away")
            place.configure(PLAIN.replace("folder: exports", "folder: away"))
        else:
            raise KeyboardInterrupt

    place.configure(PLAIN.replace("folder: exports", "folder: elsewhere"))
    place.export("a.csv", answers(0, 20))
    monkeypatch.setattr(watch.time, "sleep", nap)
    assert main(["watch", str(place.root / "nps.yaml"), "--loop", "5"]) == 130
    assert len(place.history()) == 20


def test_errors_are_those_of_npskit() -> None:
    assert issubclass(BusyError, NpskitError)
