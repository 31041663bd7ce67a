"""A report for each team: who gets one, what files are called, what is not done twice, and what is never shown."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from npskit.errors import ArgumentError, ReportError, RoleError
from npskit.report import many, team_run
from npskit.report.filenames import file_names, stem
from npskit.report.manifest import JOURNAL, Manifest, data_digest
from npskit.report.many import report_all
from npskit.report.running import THREADS, own_spec
from npskit.report.writing import write_report
from npskit.survey import Survey

HOSTILE = [
    "Lyon", "LYON", "lyon.", "../../etc/passwd", "..", ".", "a/b", "a\\b", "CON", "nul", "index", "東京支店", "🙂", " ",
    "x" * 400, "é" * 200, "<script>alert(1)</script>", "a\u202eb", "line\nbreak", "con.txt", "COM1", "-rf", "~",
    "%2e%2e",
]  # fmt: skip


def answers(rows: int = 400, teams: tuple[Any, ...] = ("Lyon", "Nice"), seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    shops = pd.Series([teams[at % len(teams)] for at in range(rows)], dtype=object)
    return pd.DataFrame({"nps": rng.integers(0, 11, rows), "shop": shops, "visits": rng.integers(1, 9, rows)})


@pytest.fixture
def composing(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Reports are made at once, without a kernel; what was asked for is kept."""
    made: list[dict[str, Any]] = []

    def composed(survey: Survey, suffix: str, *_: Any, **options: Any) -> bytes:
        made.append({"survey": survey, "suffix": suffix, **options})
        return f"{options['title']} {survey.score():.1f}".encode()

    monkeypatch.setattr(team_run, "composed", composed)
    return made


@pytest.mark.parametrize(
    ("teams", "jobs", "threads"), [(4, 4, 2), (4, 3, 2), (2, 8, 4), (9, 9, 1), (4, 1, None), (1, 4, None)]
)
def test_kernels_that_work_at_once_share_the_processors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, teams: int, jobs: int, threads: int | None
) -> None:
    asked: list[Any] = []

    def composed(survey: Survey, suffix: str, *given: Any, **options: Any) -> bytes:
        asked.extend(given)
        return b"report"

    monkeypatch.setattr(team_run, "composed", composed)
    monkeypatch.setattr(team_run, "processors", lambda: 8)
    report_all(Survey(answers(teams=tuple(map(str, range(teams))))), tmp_path, by="shop", jobs=jobs)
    assert asked == [threads] * teams


def test_what_a_person_says_of_threads_holds_for_kernels_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)
    assert not set(THREADS) & set(own_spec(tmp_path)["env"])
    assert {name: own_spec(tmp_path, 2)["env"][name] for name in THREADS} == dict.fromkeys(THREADS, "2")
    monkeypatch.setenv("MKL_NUM_THREADS", "5")
    assert "MKL_NUM_THREADS" not in own_spec(tmp_path, 2)["env"]
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert not set(THREADS) & set(own_spec(tmp_path, 2)["env"])


def test_a_report_has_no_parameter_for_threads(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="threads"):
        write_report(Survey(answers()), tmp_path / "a.html", threads=2)


def titles(made: list[dict[str, Any]]) -> set[str]:
    return {each["title"] for each in made}


def test_each_team_gets_a_report_and_a_row(tmp_path: Path, composing: list[dict[str, Any]]) -> None:
    frame = answers()
    found = report_all(Survey(frame), tmp_path / "new" / "reports", by="shop", title="Shops", jobs=2)
    assert titles(composing) == {"Shops · Lyon", "Shops · Nice"}
    assert sorted(found.table["state"]) == ["written", "written"]
    expected = frame.nps.summary(by="shop").set_index("shop")["score"].to_dict()
    assert dict(zip(found.table["team"], found.table["score"], strict=True)) == pytest.approx(expected)
    assert found.table["score"] == sorted(found.table["score"], reverse=True)
    assert found.score == pytest.approx(frame.nps.score())
    assert list(found.to_frame()) == ["team", "path", "score", "lower", "upper", "responses", "state", "message"]
    assert all(Path(path).is_file() for path in found.table["path"])
    assert not list((tmp_path / "new" / "reports").glob(".*.part"))


def test_a_team_sees_its_own_rows_without_its_own_column(tmp_path: Path, composing: list[dict[str, Any]]) -> None:
    frame = answers()
    report_all(Survey(frame), tmp_path, by="shop")
    for each in composing:
        team = each["title"].rpartition(" ")[2]
        assert list(each["survey"].data.columns) == ["nps", "visits"]
        assert each["survey"].data.equals(frame[frame["shop"] == team].drop(columns="shop"))


def test_what_reports_are_split_by_is_a_parameter(tmp_path: Path, composing: list[dict[str, Any]]) -> None:
    report_all(Survey(answers()), tmp_path, by="shop", parameters={"by": ["visits"]})
    assert [each["by"] for each in composing] == [["visits"]] * 2


def test_roles_are_those_of_the_whole(tmp_path: Path, composing: list[dict[str, Any]]) -> None:
    report_all(Survey(answers()), tmp_path, by="shop")
    assert {each["survey"].settings["rating"] for each in composing} == {"nps"}


def test_what_is_done_is_not_done_again(tmp_path: Path, composing: list[dict[str, Any]]) -> None:
    frame = answers()
    report_all(Survey(frame), tmp_path, by="shop")
    composing.clear()
    again = report_all(Survey(frame), tmp_path, by="shop")
    assert again.table["state"] == ["unchanged"] * 2
    assert composing == []


@pytest.mark.parametrize("change", ["data", "parameter", "lang", "version", "template"])
def test_what_changed_is_done_again(
    tmp_path: Path, composing: list[dict[str, Any]], change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = answers()
    report_all(Survey(frame), tmp_path, by="shop")
    composing.clear()
    options: dict[str, Any] = {}
    if change == "data":
        frame.loc[0, "nps"] = (frame.loc[0, "nps"] + 5) % 11
    elif change == "version":
        monkeypatch.setattr(team_run, "VERSION", "99")
    elif change == "template":
        options = {"template": "segments"}
    else:
        options = {"lang": "fr"} if change == "lang" else {"confidence_level": 0.9}
    report_all(Survey(frame), tmp_path, by="shop", **options)
    assert len(composing) == (1 if change == "data" else 2)


def test_a_report_that_is_gone_is_made_again(tmp_path: Path, composing: list[dict[str, Any]]) -> None:
    report_all(Survey(answers()), tmp_path, by="shop")
    (tmp_path / "lyon.html").unlink()
    again = report_all(Survey(answers()), tmp_path, by="shop")
    assert sorted(again.table["state"]) == ["unchanged", "written"]


def test_one_failure_keeps_no_other_from_being_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def composed(survey: Survey, suffix: str, *_: Any, **options: Any) -> bytes:
        if "Lyon" in options["title"]:
            raise ReportError("no <luck>.")
        return b"page"

    monkeypatch.setattr(team_run, "composed", composed)
    found = report_all(Survey(answers()), tmp_path, by="shop")
    assert found.failed == {"Lyon": "no <luck>."}
    assert found.table["state"].count("written") == 1
    index = (tmp_path / "index.html").read_text()
    assert "no &lt;luck&gt;." in index
    assert 'href="lyon.html"' not in index


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "Answers from January 2024 to March 2024."), ("fr", "Réponses\u202f: janvier 2024 à mars 2024.")],
)
def test_scores_of_all_answers_have_their_dates(
    tmp_path: Path, composing: list[dict[str, Any]], lang: str, said: str
) -> None:
    frame = answers(90).assign(date=pd.date_range("2024-01-01", periods=90).astype(str))
    report_all(Survey(frame), tmp_path, by="shop", lang=lang)
    assert said in (tmp_path / "index.html").read_text(encoding="utf-8")
    report_all(Survey(frame.drop(columns="date")), tmp_path / "undated", by="shop", lang=lang)
    assert "2024" not in (tmp_path / "undated" / "index.html").read_text(encoding="utf-8")


def test_small_teams_get_no_report_and_no_number(tmp_path: Path, composing: list[dict[str, Any]]) -> None:
    frame = answers(200)
    frame.loc[:3, "shop"] = "Small <i>"
    found = report_all(Survey(frame), tmp_path, by="shop")
    row = found.to_frame().set_index("team").loc["Small <i>"]
    assert row["state"] == "withheld"
    assert row[["path", "score", "lower", "upper", "responses"]].isna().all()
    assert len(composing) == 2
    index = (tmp_path / "index.html").read_text()
    assert "Small &lt;i&gt;" in index
    assert found.responses == 196


def test_a_report_of_a_team_that_became_small_goes(tmp_path: Path, composing: list[dict[str, Any]]) -> None:
    report_all(Survey(answers()), tmp_path, by="shop")
    report_all(Survey(answers()[:15]), tmp_path, by="shop")
    assert not list(tmp_path.glob("nice*.html"))


def test_hostile_names_make_safe_distinct_files() -> None:
    names = file_names(HOSTILE, ".html")
    assert len({name.casefold() for name in names}) == len(HOSTILE)
    for name in names:
        assert Path(name).name == name
        assert re.fullmatch(r"[\w-]+\.html", name)
        assert len(name.encode()) < 100
        assert not re.fullmatch(r"(con|nul|index|com1)\.html", name)


@pytest.mark.parametrize("label", ["Équipe", "E\u0301quipe"])
def test_two_ways_to_write_an_accent_are_one_stem(label: str) -> None:
    assert stem(label) == "equipe"


def test_files_keep_their_names_when_a_twin_joins() -> None:
    assert file_names(["Lyon", "LYON"], ".html", known={"Lyon": "lyon.html"})[0] == "lyon.html"


def test_hostile_names_make_reports_and_escaped_pages(tmp_path: Path, composing: list[dict[str, Any]]) -> None:
    frame = answers(len(HOSTILE) * 12, teams=tuple(HOSTILE))
    frame.loc[:11, "shop"] = None
    found = report_all(Survey(frame), tmp_path, by="shop", threshold=5)
    assert set(found.table["state"]) == {"written"}
    assert {path.parent for path in map(Path, found.table["path"])} == {tmp_path}
    assert len(set(found.table["path"])) == len(HOSTILE) + 1
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<script" not in index
    assert "\u202e" not in index
    assert "(not given)" in index


def test_two_columns_make_a_report_for_each_combination(tmp_path: Path, composing: list[dict[str, Any]]) -> None:
    frame = answers(800).assign(plan=["a", "b", "b", "a"] * 200)
    found = report_all(Survey(frame), tmp_path, by=["shop", "plan"], title="T")
    assert set(found.table["team"]) == {"Lyon · a", "Lyon · b", "Nice · a", "Nice · b"}


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_other_engines_give_the_same(tmp_path: Path, composing: list[dict[str, Any]], engine: str) -> None:
    frame = answers().assign(shop=lambda frame: frame["shop"].astype("str"))
    module = pytest.importorskip(engine)
    data = module.from_pandas(frame) if engine == "polars" else module.from_df(frame)
    found = report_all(Survey(data), tmp_path, by="shop")
    assert dict(zip(found.table["team"], found.table["score"], strict=True)) == pytest.approx(
        frame.nps.summary(by="shop").set_index("shop")["score"].to_dict()
    )
    assert sorted(len(each["survey"].data) for each in composing) == [200, 200]


def test_a_plan_writes_nothing(tmp_path: Path) -> None:
    found = report_all(Survey(answers()), tmp_path / "reports", by="shop", dry_run=True)
    assert found.table["state"] == ["planned"] * 2
    assert found.index is None
    assert not (tmp_path / "reports").exists()


def test_the_column_of_the_teams_is_found_or_asked_for(tmp_path: Path, composing: list[dict[str, Any]]) -> None:
    assert report_all(Survey(answers()), tmp_path).table["team"]
    with pytest.raises(RoleError, match="'shop', 'branch'"):
        report_all(Survey(answers().assign(branch=["a", "b"] * 200)), tmp_path)
    with pytest.raises(RoleError, match="got none"):
        report_all(Survey(answers().drop(columns="shop")), tmp_path)


@pytest.mark.parametrize("wrong", [{"format": "docx"}, {"jobs": 0}, {"template": "nope"}, {"nope": 1}])
def test_wrong_arguments_are_told_before_anything_runs(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError):
        report_all(Survey(answers()), tmp_path / "out", by="shop", **wrong)
    assert not (tmp_path / "out").exists()


def test_a_folder_with_a_page_of_its_own_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>mine")
    with pytest.raises(ReportError, match=r"its own index\.html"):
        report_all(Survey(answers()), tmp_path, by="shop")
    assert (tmp_path / "index.html").read_text() == "<p>mine"


def test_no_more_at_once_than_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, lock = 0, 0, threading.Lock()

    def composed(survey: Survey, suffix: str, *_: Any, **options: Any) -> bytes:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.005)
        with lock:
            running -= 1
        return b"page"

    monkeypatch.setattr(team_run, "composed", composed)
    teams = tuple(f"Team {at}" for at in range(60))
    report_all(Survey(answers(1200, teams)), tmp_path, by="shop", jobs=3)
    assert most == 3


def test_a_journal_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    Manifest(tmp_path).write("a.html", "a", "1", b"x")
    with open(tmp_path / JOURNAL, "a") as file:
        file.write('{"format": 1, "file": "b.ht')
    Manifest(tmp_path).write("c.html", "c", "1", b"x")
    again = Manifest(tmp_path)
    assert set(again.entries) == {"a.html", "c.html"}


def test_a_report_that_took_its_place_before_the_end_is_done(tmp_path: Path) -> None:
    Manifest(tmp_path).write("a.html", "a", "1", b"x")
    lines = (tmp_path / JOURNAL).read_text().splitlines()
    (tmp_path / JOURNAL).write_text(lines[0] + "\n")
    assert Manifest(tmp_path).is_done("a.html", "1")
    (tmp_path / "a.html").write_bytes(b"other")
    assert not Manifest(tmp_path).is_done("a.html", "1")


def test_a_journal_from_elsewhere_leads_nowhere(tmp_path: Path) -> None:
    lines = [{"format": 1, "file": "../a.html", "done": True}, {"format": 9, "file": "b.html"}, ["x"]]
    (tmp_path / JOURNAL).write_text("\n".join(map(json.dumps, lines)))
    assert Manifest(tmp_path).entries == {}


def test_digest_tells_order_types_and_names_apart() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    others = [frame[::-1], frame.rename(columns={"a": "c"}), frame.astype({"a": float})]
    assert len({data_digest(each) for each in [frame, *others]}) == 4


def test_mixed_values_have_a_digest() -> None:
    frame = pd.DataFrame({"a": [1, "x", None, [1]]})
    assert data_digest(frame) == data_digest(frame.copy())


SLOW = """
import sys, pathlib
import numpy as np, pandas as pd
from npskit.survey import Survey
from npskit.report.many import report_all
from npskit.report.running import THREADS, own_spec
from npskit.report.writing import write_report
rows = 400
frame = pd.DataFrame({"nps": np.arange(rows) % 11, "shop": [f"Team {at % 4}" for at in range(rows)]})
print("ready", flush=True)
told = lambda line: print(line, flush=True)
report_all(Survey(frame), sys.argv[1], by="shop", template=sys.argv[2], format=sys.argv[3], jobs=2, told=told)
"""
# A kernel that never answers, so that nbclient is stopped before it has one to end; what waits for the end of Python.
STOPPED_AT_ITS_START = """
import atexit, threading, time, nbformat
from npskit.report import running
running.LAUNCHER = "import time; time.sleep(600)"
waiting, register, unregister = [], atexit.register, atexit.unregister
atexit.register = lambda each, *rest, **more: (waiting.append(each), register(each, *rest, **more))[1]
atexit.unregister = lambda each: (each in waiting and waiting.remove(each), unregister(each))[1]
notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
def run():
    try:
        running.executed(notebook, lang="en", progress=False)
    except running.ReportError:
        pass
thread = threading.Thread(target=run)
thread.start()
while not any(getattr(each.kernel.provisioner, "process", None) for each in running.RUNNERS):
    time.sleep(0.02)
time.sleep(0.5)
while thread.is_alive():
    running.halt()
    thread.join(0.1)
print([each for each in waiting if "NotebookClient" in type(getattr(each, "__self__", None)).__name__])
"""
# What is tried here is the end of kernels at work; what they work at is another test's concern.
SHORT = {
    "parameters": "data = None\ncolumns = {}\ncounted = None\ntitle = None\nlang = 'en'",
    "work": "import time, npskit\nsurvey = npskit.Survey(data, **columns)\ntime.sleep(2)\nround(survey.score())",
}


@pytest.fixture
def slow(tmp_path: Path) -> list[str]:
    """The command that makes the reports of four teams, each in a kernel that has to be waited for."""
    nbformat = pytest.importorskip("nbformat")
    cells = [nbformat.v4.new_code_cell(source, metadata={"tags": [name]}) for name, source in SHORT.items()]
    template = tmp_path / "short.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), template)
    return [sys.executable, "-c", SLOW, str(tmp_path / "out"), str(template)]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(("sent", "format"), [(signal.SIGINT, "html"), (signal.SIGTERM, "ipynb")])
def test_an_end_leaves_nothing_behind_and_the_next_run_goes_on(
    tmp_path: Path, slow: list[str], sent: signal.Signals, format: str
) -> None:
    private, out = Path(tempfile.mkdtemp(prefix="t", dir="/tmp")), tmp_path / "out"
    command = [*slow, format]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(private))
    assert run.stdout is not None
    for line in run.stdout:
        if "written" in line:
            break
    time.sleep(1)
    run.send_signal(sent)
    run.communicate(timeout=60)
    assert run.returncode != 0
    assert list(private.iterdir()) == []
    assert not list(out.glob(".*.part"))
    done = sorted(path.name for path in out.glob(f"team-*.{format}"))
    assert done
    assert "not made yet" in (out / "index.html").read_text()
    again = subprocess.run(command, capture_output=True, text=True, env=environment(private), timeout=300, check=True)
    assert again.stdout.count("unchanged") == len(done)
    assert len(list(out.glob(f"team-*.{format}"))) == 4
    private.rmdir()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_end_by_force_loses_nothing_and_repeats_nothing(tmp_path: Path, slow: list[str]) -> None:
    private, out = Path(tempfile.mkdtemp(prefix="t", dir="/tmp")), tmp_path / "out"
    command = [*slow, "ipynb"]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(private))
    assert run.stdout is not None
    for line in run.stdout:
        if "written" in line:
            break
    run.kill()
    run.communicate(timeout=60)
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("team-*.ipynb")}
    subprocess.run(command, capture_output=True, env=environment(private), timeout=300, check=True)
    after = {path.name: path.stat().st_mtime_ns for path in out.glob("team-*.ipynb")}
    assert len(after) == 4
    assert before.items() <= after.items()
    assert not list(out.glob(".*.part"))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("later", [0.0, 1.5])
def test_one_report_that_is_ended_says_so_in_a_line_and_leaves_nothing(
    tmp_path: Path, slow: list[str], later: float
) -> None:
    private, made = Path(tempfile.mkdtemp(prefix="t", dir="/tmp")), tmp_path / "one.ipynb"
    answers().to_csv(tmp_path / "answers.csv", index=False)
    command = [sys.executable, "-m", "npskit", "report", str(tmp_path / "answers.csv"), "--template", slow[-1]]
    run = subprocess.Popen([*command, "-o", str(made)], stderr=subprocess.PIPE, text=True, env=environment(private))
    until = time.monotonic() + 60
    while not list(private.glob("npskit-kernel-*/kernel.json")) and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(later)
    run.send_signal(signal.SIGTERM)
    _, said = run.communicate(timeout=60)
    assert (run.returncode, said) == (143, "npskit: stopped; nothing was written.\n")
    assert not made.exists()
    assert list(private.iterdir()) == []
    private.rmdir()


@pytest.mark.slow
def test_a_kernel_whose_start_is_stopped_is_not_looked_for_again_at_the_end() -> None:
    pytest.importorskip("nbclient")
    run = subprocess.run([sys.executable, "-c", STOPPED_AT_ITS_START], capture_output=True, text=True, timeout=120)
    assert (run.returncode, run.stdout, run.stderr) == (0, "[]\n", "")


def environment(private: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(private), "OMP_NUM_THREADS": "1"}


def test_formats_are_told_apart() -> None:
    assert many.suffix_of("xlsx") == ".xlsx"
    assert many.suffix_of("pptx") == ".pptx"
