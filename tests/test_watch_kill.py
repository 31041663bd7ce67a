"""A watch that is killed at any moment loses nothing, repeats nothing, and leaves nothing half written.

A round takes a tenth of a second once Python is up. So a process that has imported everything forks one child a round,
which is killed: at random moments, before each change that it makes on the disk, and at lines of the files that make
them. After each kill what is there is looked at; then a round may come to its end, and everything has to be as if
nobody had ever killed anything.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("yaml")
if not hasattr(signal, "SIGKILL"):
    pytest.skip("kills as they are known to POSIX", allow_module_level=True)

KILLED = -signal.SIGKILL
NOTED = 1000
# What a round answers when an export cannot be read and nothing else is left.
NOTHING_TO_DO = 3
# Forks a child for each order that comes in; the child works as the command does, without kernels for the reports.
NURSERY = """
import json, os, pathlib, signal, sys, time
import npskit, npskit.cli
from npskit.report import durable
from npskit.watch import rounds, reporting, history, alerting
import pyarrow.parquet, npskit.stats.monitor, npskit.survey.monitoring, yaml, npskit.report.template, nbformat
import scipy.special, scipy.stats, scipy.optimize, pyarrow.pandas_compat, npskit.watch.config

def composed(survey, suffix, **options):
    return (f"{options['title']} {suffix} {survey.score():.6f} {len(survey.data)}\\n" * 20_000).encode()

reporting.composed = composed
reporting.check_possible = lambda path, template: None
ROOMS = os.path.dirname(rounds.__file__), durable.__file__
CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"}

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def at_change(n):
    seen = [0]
    def hook(event, given):
        writing = event == "open" and isinstance(given[2], int) and given[2] & (os.O_WRONLY | os.O_RDWR)
        if event in CHANGES or writing:
            seen[0] += 1
            if seen[0] == n:
                die()
    sys.addaudithook(hook)

def at_line(n, files):
    seen = set()
    def trace(frame, event, given):
        path = frame.f_code.co_filename
        if not path.startswith(ROOMS) or os.path.basename(path) not in files:
            return None
        def line(frame, event, given):
            seen.add((path, frame.f_lineno))
            if len(seen) >= n:
                die()
            return line
        return line(frame, event, given)
    sys.settrace(trace)

def child(order):
    out = os.open(order["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(out, 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.stdout = open(1, "w", closefd=False)
    if order.get("change"):
        at_change(order["change"])
    if order.get("line"):
        at_line(order["line"], order["files"])
    return npskit.cli.main(["watch", order["config"]])

def threads():
    return len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 1

def warm(folder):
    # What each child would make anew: patterns, validators, types. No thread, which a child would miss.
    before = threads()
    npskit.watch.config.read_config(folder / "nps.yaml")
    for path in sorted((folder / "exports").glob("[!5]*.csv")):
        frame = npskit.read_survey(path)
        if len(frame) > 100:
            npskit.Survey(frame).monitor("month").to_frame()
    assert threads() == before

warm(pathlib.Path(sys.argv[1]))
for text in sys.stdin:
    order = json.loads(text)
    began = time.monotonic()
    pid = os.fork()
    if not pid:
        status = 99
        try:
            status = child(order)
        finally:
            os._exit(status)
    if order.get("after") is not None:
        signal.signal(signal.SIGALRM, lambda *given, pid=pid: os.kill(pid, signal.SIGKILL))
        signal.setitimer(signal.ITIMER_REAL, order["after"] or 1e-6)
    # Who has ended can be killed until it is waited for, by a number that is nobody else's.
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    signal.setitimer(signal.ITIMER_REAL, 0)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    print(json.dumps({"status": status, "seconds": time.monotonic() - began}), flush=True)
"""


class Nursery:
    """The process whose children are killed; it has read such a folder before, which none of them writes to."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", NURSERY, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def round(self, place: Path, **order: Any) -> dict[str, Any]:
        """One child; its status is that of a signal when it was killed."""
        assert self.process.stdin
        assert self.process.stdout
        order |= {"config": str(place / "nps.yaml"), "out": str(place / "events.jsonl")}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    found = Nursery(furnished(tmp_path_factory.mktemp("nursery") / "w"))
    yield found
    assert found.process.stdin
    assert found.process.stdout
    found.process.stdin.close()
    assert found.process.wait(timeout=30) == 0
    found.process.stdout.close()


def answers(month: int, rows: int = 30) -> pd.DataFrame:
    rng = np.random.default_rng(month)
    shares = [0.75, 0.15, 0.1] if month == 10 else [0.1, 0.2, 0.7]
    days = pd.Timestamp(2025, month, 1) + pd.to_timedelta(rng.integers(0, 28, rows), unit="D")
    return pd.DataFrame(
        {
            "response_id": [f"R{month:02}{i:03}" for i in range(rows)],
            "nps": rng.choice([3, 7, 10], rows, p=shares),
            "date": days.strftime("%Y-%m-%d"),
            "shop": rng.choice(["Lyon", "Nice"], rows),
        }
    )


def furnished(place: Path) -> Path:
    """Exports of all kinds: repeating each other, the same twice, with another column, renamed, unreadable."""
    exports = place / "exports"
    exports.mkdir(parents=True)
    months = [answers(month) for month in range(1, 13)]
    pd.concat(months[:8]).to_csv(exports / "1-first.csv", index=False)
    pd.concat(months[:10]).to_csv(exports / "2-all-again.csv", index=False)
    months[10].assign(plan="pro").rename(columns={"nps": "NPS score"}).to_csv(exports / "3-renamed.csv", index=False)
    shutil.copy(exports / "2-all-again.csv", exports / "4-same.csv")
    (exports / "5-bad.csv").write_bytes(b"%PDF-1.7")
    pd.concat(months[9:]).to_csv(exports / "6-last.csv", index=False)
    lines = ["folder: exports", "formats: [html, xlsx]", "title: Shops", "settle: 0", "monitor: {every: month}"]
    (place / "nps.yaml").write_text("\n".join(lines))
    return place


def state(place: Path) -> dict[str, str]:
    """Every file that a watch wrote, and what is in it; journals as what they say."""
    found = {}
    for folder in ("history", "reports"):
        for path in sorted((place / folder).rglob("*")):
            name = path.relative_to(place).as_posix()
            if path.is_dir() or path.name == ".npskit-watch.lock":
                continue
            content = path.read_bytes()
            if path.suffix == ".jsonl":
                content = said_by(content)
            found[name] = hashlib.sha256(content).hexdigest()
    return found


def said_by(journal: bytes) -> bytes:
    """What a journal says in the end: the last line of each file, the last state, all ids."""
    last: dict[str, str] = {}
    for line in filter(whole, journal.splitlines()):
        # Whether a report was noted again after it had taken its place tells nothing: its digest does.
        said = {name: value for name, value in json.loads(line).items() if name != "done"}
        last[said.get("file") or said.get("id") or "judged"] = json.dumps(said, sort_keys=True)
    return "\n".join(sorted(last.values())).encode()


def whole(line: bytes) -> bool:
    try:
        return bool(json.loads(line))
    except ValueError:
        return False


def events(place: Path) -> list[dict[str, Any]]:
    """What was told, line by line; of a line that a kill cut off nothing is left to read."""
    path = place / "events.jsonl"
    lines = path.read_bytes().splitlines() if path.exists() else []
    assert all(map(whole, lines)), lines
    return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def unharmed(nursery: Nursery, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What comes out when nobody kills."""
    place = furnished(tmp_path_factory.mktemp("unharmed") / "w")
    assert nursery.round(place)["status"] == 13
    return place


@pytest.fixture
def place(unharmed: Path, tmp_path: Path) -> Path:
    """The same exports, before any round."""
    return fresh(unharmed, tmp_path / "w")


def fresh(unharmed: Path, place: Path) -> Path:
    shutil.copytree(unharmed / "exports", place / "exports")
    shutil.copy(unharmed / "nps.yaml", place / "nps.yaml")
    return place


def check_between(place: Path, unharmed: Path) -> None:
    """After a kill: what has its name is whole, and as it will be; the rest has a hidden name."""
    wanted = state(unharmed)
    for name, digest in state(place).items():
        hidden = Path(name).name.startswith(".")
        if not hidden and not name.endswith((".jsonl", "ledger.csv")):
            assert wanted[name] == digest, name
    assert (place / "exports").exists()


def check_end(place: Path, unharmed: Path) -> None:
    """At the end: the same history, reports, notes and events as if nobody had killed anything."""
    assert state(place) == state(unharmed)
    assert told_at(place) == told_at(unharmed)


def told_at(place: Path) -> dict[str, dict[str, Any]]:
    """Events by their ids, without the folder that they name; the same id always says the same."""
    found: dict[str, dict[str, Any]] = {}
    for line in events(place):
        event = json.loads(json.dumps(line).replace(str(place), ""))
        if event["event"] != "done":
            assert found.setdefault(event["id"], event) == event
    return found


def is_noted(place: Path) -> bool:
    """Whether the alert is noted as told; its line is out then."""
    path = place / "history" / "told.jsonl"
    noted = (
        {json.loads(line).get("id") for line in path.read_bytes().splitlines() if whole(line)} if path.exists() else ()
    )
    told = [event["id"] for event in events(place)]
    assert set(noted) - {None} <= set(told)
    return bool(noted)


def killed(nursery: Nursery, place: Path, unharmed: Path, statuses: list[int], **order: Any) -> bool:
    """Whether a round was killed as ordered, and not through before; what it left is looked at."""
    status = nursery.round(place, **order)["status"]
    statuses.append(status)
    check_between(place, unharmed)
    if status == KILLED and is_noted(place) and 13 not in statuses:
        statuses.append(NOTED)
    return bool(status == KILLED)


def finished(nursery: Nursery, place: Path, unharmed: Path, statuses: list[int]) -> None:
    """Let a round come to its end, and another, which has nothing to do."""
    statuses.append(nursery.round(place)["status"])
    # A file that cannot be read is told in every round, the alert in one. Nothing can be done about a kill between the
    # note, by when the line is out, and the end of the process: then the status is that of the kill.
    assert 13 in statuses or NOTED in statuses
    check_end(place, unharmed)
    before = events(place)
    assert nursery.round(place)["status"] == NOTHING_TO_DO
    assert state(place) == state(unharmed)
    assert [event["event"] for event in events(place)[len(before) :]] == ["unreadable", "done"]


def test_nobody_kills(unharmed: Path) -> None:
    told = events(unharmed)
    assert [event["event"] for event in told] == [
        "read", "read", "read", "read", "same_file", "unreadable", "alert", "report", "report", "done",
    ]  # fmt: skip
    assert [event["rows_new"] for event in told[:4]] == [240, 60, 30, 30]
    assert [event["rows_refused"] for event in told[:4]] == [0, 240, 0, 60]


DURABLE = ("durable.py", "files.py", "telling.py", "rounds.py", "reporting.py", "history.py", "lock.py", "ledger.py")


@pytest.mark.slow
@pytest.mark.parametrize("share", range(2))
def test_a_kill_before_each_change_on_the_disk(nursery: Nursery, unharmed: Path, tmp_path: Path, share: int) -> None:
    """What a kill leaves differs only by which changes were made: each of these states is tried."""
    for n in range(1 + share, 200, 2):
        place, statuses = fresh(unharmed, tmp_path / str(n)), list[int]()
        if not killed(nursery, place, unharmed, statuses, change=n):
            break
        finished(nursery, place, unharmed, statuses)
        shutil.rmtree(place)
    assert n > 25


def test_kills_one_change_further_each_time(nursery: Nursery, place: Path, unharmed: Path) -> None:
    """The same on one folder, where each round finds what all killed ones left."""
    statuses: list[int] = []
    for n in range(4, 200, 5):
        if not killed(nursery, place, unharmed, statuses, change=n):
            break
    assert statuses.count(KILLED) > 2
    finished(nursery, place, unharmed, statuses)


@pytest.mark.slow
def test_a_kill_at_lines_of_what_writes(nursery: Nursery, unharmed: Path, tmp_path: Path) -> None:
    """At every thirty-first of the lines of these files, the first time that a round comes by."""
    for n in range(5, 1000, 31):
        place, statuses = fresh(unharmed, tmp_path / str(n)), list[int]()
        if not killed(nursery, place, unharmed, statuses, line=n, files=DURABLE):
            break
        finished(nursery, place, unharmed, statuses)
        shutil.rmtree(place)
    assert n > 250


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_fifty_kills_at_random_moments(nursery: Nursery, unharmed: Path, tmp_path: Path, seed: int) -> None:
    """Two hundred in all, several on each folder before a round may come to its end."""
    rng = random.Random(seed)
    seconds = nursery.round(fresh(unharmed, tmp_path / "measured"))["seconds"]
    kills, folders = 0, 0
    while kills < 50:
        place, statuses = fresh(unharmed, tmp_path / f"{folders}"), list[int]()
        for _ in range(rng.randint(2, 8)):
            kills += killed(nursery, place, unharmed, statuses, after=rng.uniform(0, seconds))
            if statuses[-1] == NOTHING_TO_DO:
                break
        finished(nursery, place, unharmed, statuses)
        shutil.rmtree(place)
        folders += 1
    print(f"{kills} kills on {folders} folders")
