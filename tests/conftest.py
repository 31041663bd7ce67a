"""What all tests share: where outside things are, and when a test may be skipped.

A machine without a Chromium, a Java runtime or an optional library skips the tests that need it and says why. In the
full job (``NPSKIT_REQUIRE_ALL=1``) such a skip is a failure, since a test that never runs proves nothing. Only the
data that may not be copied into this repository (``NPSKIT_EXTRA_DATA``) can be missing there too.
"""

from __future__ import annotations

import copy
import os
import shutil
import tempfile
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

# What tests share besides: its assertions tell as much as those of a test.
pytest.register_assert_rewrite("offline")

EXTRA_DATA = "NPSKIT_EXTRA_DATA"
REQUIRE_ALL = os.environ.get("NPSKIT_REQUIRE_ALL", "") not in ("", "0")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Processes that share the work have a processor each: with threads of linear algebra besides, of theirs and of their
# kernels, all wait for each other. It is read when NumPy is imported.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_configure(config: pytest.Config) -> None:
    try:
        from hypothesis import settings
    except ImportError:
        return
    settings.register_profile("npskit", deadline=None)
    settings.register_profile("full-job", deadline=None, derandomize=True)
    settings.load_profile("full-job" if REQUIRE_ALL else "npskit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Playwright's synchronous interface leaves its event loop marked as running, which asyncio.run() elsewhere refuses.
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)
    for item in items:
        # One server, one browser, one Spark session: their tests stay in one of the processes that share the work.
        for name in ("browser", "spark"):
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.xdist_group(name))


def fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not REQUIRE_ALL or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if EXTRA_DATA not in reason:
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid}: nothing may be skipped in the full job, got {reason!r}"


@pytest.fixture(scope="session", autouse=True)
def own_temporary_folder() -> Generator[None, None, None]:
    """Each of the processes that share the work has its own temporary folder, and sees what a test leaves there."""
    usual = tempfile.tempdir, os.environ.get("TMPDIR")
    with tempfile.TemporaryDirectory(prefix="npst-", ignore_cleanup_errors=True) as folder:
        tempfile.tempdir, os.environ["TMPDIR"] = folder, folder
        yield
        tempfile.tempdir = usual[0]
        os.environ.pop("TMPDIR")
        if usual[1] is not None:
            os.environ["TMPDIR"] = usual[1]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    fail_if_skipped(report)
    # What was logged of a file name that is no text cannot travel between the processes that share the work.
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    fail_if_skipped(report)
    return report


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout: the folder with pyproject.toml."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def data() -> Path:
    """The fixture files of the repository, ``tests/data``."""
    return Path(__file__).resolve().parent / "data"


@pytest.fixture(scope="session")
def extra_data() -> Callable[[str], Path]:
    """``extra_data(name)``: a file that may not be copied here, from the folder that NPSKIT_EXTRA_DATA names."""

    def find(name: str) -> Path:
        folder = os.environ.get(EXTRA_DATA)
        if not folder:
            pytest.skip(f"{EXTRA_DATA} names no folder with {name}")
        path = Path(folder) / name
        if not path.exists():
            pytest.skip(f"{EXTRA_DATA} has no {name}")
        return path

    return find


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; NPSKIT_CHROMIUM names another one than the system's."""
    named = [os.environ["NPSKIT_CHROMIUM"]] if "NPSKIT_CHROMIUM" in os.environ else CHROMIUM_NAMES
    found = next(filter(None, map(shutil.which, named)), None)
    if found is None:
        pytest.skip(f"no Chromium ({', '.join(named)})")
    return found


@pytest.fixture(scope="session")
def artifacts(repository: Path) -> Path:
    """A folder, outside version control, for screenshots and reports to be looked at."""
    folder = repository / ".artifacts"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture
def one_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report made again of the same data shows what it showed: all its formats take one kernel and not one each."""
    from npskit.report import writing

    run, ran = writing.executed, {}

    def executed(notebook: Any, **options: Any) -> Any:
        # The cell of parameters names private files, which have another name each time.
        cells = tuple(
            cell.source for cell in notebook.cells if "injected-parameters" not in cell.metadata.get("tags", ())
        )
        if cells not in ran:
            ran[cells] = [cell.get("outputs") for cell in run(notebook, **options).cells]
        for cell, outputs in zip(notebook.cells, ran[cells], strict=True):
            if outputs is not None:
                cell.outputs = copy.deepcopy(outputs)
        return notebook

    monkeypatch.setattr(writing, "executed", executed)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Generator[Any, None, None]:
    """A Spark session on this machine alone, with one worker and little memory."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("Spark needs a Java runtime")
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed")
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "512m",
        # Every query is another one and runs once: a compiler that tries hard takes longer than all of them.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    builder = sql.SparkSession.builder.master("local[1]").appName("npskit")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()
