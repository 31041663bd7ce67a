"""Running a template: a kernel of this very Python, progress, and errors a person can act on.

Installed kernel specifications may point to another environment, and a user's start-up files may print; so the kernel
is started from ``sys.executable`` with folders of its own. It talks over sockets in the file system where there are
any, which starts in half the time. It all happens in a thread with its own event loop, since a notebook that asks for a
report has one running.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import queue
import re
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from npskit import errors
from npskit.errors import NpskitError, ReportError, optional_import
from npskit.labels import word

__all__ = ["executed", "halt", "own_spec"]

CELL_SECONDS = 3600
START_SECONDS = 120
STOP_SECONDS = 15
# Altair imports jsonschema, which builds a grammar of international web addresses if it can, and a kernel imports a
# debugger: more than a second for what nobody asks of a report.
LAUNCHER = (
    "import sys; sys.modules['rfc3987_syntax'] = sys.modules['debugpy'] = None; sys.path[:1] = []; "
    "from ipykernel.kernelapp import launch_new_instance; launch_new_instance()"
)
# Libraries that have no variable of their own here look at the first; one that is set wins over it.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
HINT = "\nHint: "
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def executed(
    notebook: Any,
    *,
    lang: str,
    progress: bool | None,
    read: Path | None = None,
    meanwhile: Callable[[], object] | None = None,
    threads: int | None = None,
) -> Any:
    """Run every cell of a notebook, in place.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    lang : str
    progress : bool or None
        Whether to show which cell runs; None shows it to a person only.
    read : Path, optional
        A private file that the cell of parameters reads, removed as soon as it has.
    meanwhile : callable, optional
        Work to do in this process while the kernel runs its first cells in its own.
    threads : int, optional
        Of linear algebra in the kernel, where several share the processors; as many as there are unless given.

    Raises
    ------
    ReportError
        With the message of the error when a cell fails.
    MissingExtraError
        When the libraries that run notebooks are not installed.
    """
    nbclient = optional_import("nbclient", extra="report", purpose="run a report's notebook")
    events: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
    cells = len(notebook.cells)
    with tempfile.TemporaryDirectory(prefix="npskit-kernel-", ignore_cleanup_errors=True) as folder:
        runner = Runner(nbclient, notebook, Path(folder), events, read, threads)
        runner.start()
        with shown_progress(progress) as show, listed(runner):
            try:
                while (event := events.get())[0] == "cell":
                    show(word("report_progress", lang, i=event[1] + 1, n=cells))
                    if meanwhile is not None and notebook.cells[event[1]].cell_type == "code":
                        meanwhile()
                        meanwhile = None
            except BaseException:
                runner.cancel()
                raise
    if event[0] == "failed":
        raise readable(event[1], notebook) from None
    return notebook


@contextmanager
def listed(runner: Runner) -> Iterator[None]:
    """Keep a notebook where `halt` finds it, as long as it runs."""
    RUNNERS.add(runner)
    try:
        yield
    finally:
        RUNNERS.discard(runner)


def halt() -> None:
    """Stop every notebook of this process; those who wait for one get a ReportError.

    For who runs several in threads: an interrupt reaches the main thread only.
    """
    for runner in list(RUNNERS):
        runner.cancel()


class Runner(threading.Thread):
    """Runs a notebook in an event loop of its own and tells a queue: each cell, then done or failed."""

    def __init__(
        self,
        nbclient: Any,
        notebook: Any,
        folder: Path,
        events: queue.SimpleQueue[tuple[str, Any]],
        read: Path | None,
        threads: int | None,
    ) -> None:
        super().__init__(name="npskit report", daemon=True)
        self.notebook, self.folder, self.events, self.read = notebook, folder, events, read
        self.kernel = own_kernel(folder, threads)
        self.client = nbclient.NotebookClient(
            notebook,
            km=self.kernel,
            timeout=CELL_SECONDS,
            shutdown_kernel="immediate",
            startup_timeout=START_SECONDS,
            resources={"metadata": {"path": os.getcwd()}},
            on_cell_start=self.cell_starts,
            on_cell_executed=self.cell_ran,
        )
        self.loop: asyncio.AbstractEventLoop | None = None
        self.task: asyncio.Task[Any] | None = None

    def cell_starts(self, cell: Any, cell_index: int) -> None:
        """Tell where we are."""
        self.events.put(("cell", cell_index))

    def cell_ran(self, cell: Any, cell_index: int, execute_reply: Any) -> None:
        """Remove the private file once it has been read."""
        if self.read is not None and str(self.read) in cell.source:
            self.read.unlink(missing_ok=True)

    def run(self) -> None:
        """The thread."""
        outcome: tuple[str, Any] = ("done", None)
        try:
            # On Windows the sockets of ZeroMQ need the selector loop.
            factory = asyncio.SelectorEventLoop if sys.platform == "win32" else None
            with asyncio.Runner(loop_factory=factory) as runner:
                self.loop = runner.get_loop()
                runner.run(self.execute())
        except BaseException as error:
            outcome = ("failed", error)
        self.bury()
        self.events.put(outcome)

    def bury(self) -> None:
        """End a kernel that outlived its notebook: one whose start was cancelled, which nbclient leaves alive.

        Only when it is gone can its folder be removed for good. And nbclient would look for it again when Python ends,
        in an event loop that is closed by then, and print a traceback.
        """
        with suppress(AttributeError):
            atexit.unregister(self.client._cleanup_kernel)
        process = getattr(self.kernel.provisioner, "process", None)
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            process.wait()

    async def execute(self) -> None:
        """Run the cells; the kernel ends with them."""
        self.task = asyncio.current_task()
        await self.client.async_execute(cleanup_kc=True)

    def cancel(self) -> None:
        """Stop, and wait until the kernel is gone; asked again where a library between took it for its own affair."""
        until = time.monotonic() + STOP_SECONDS
        while self.is_alive() and time.monotonic() < until:
            if self.loop and self.task:
                with suppress(RuntimeError):
                    self.loop.call_soon_threadsafe(self.task.cancel)
            self.join(timeout=1)


RUNNERS: set[Runner] = set()


def own_kernel(folder: Path, threads: int | None) -> Any:
    """A kernel of this Python with the folders of nobody."""
    manager = optional_import("jupyter_client.manager", extra="report", purpose="run a report's notebook")
    spec = optional_import("jupyter_client.kernelspec", extra="report", purpose="run a report's notebook")
    kernel = manager.AsyncKernelManager(
        kernel_name="python3",
        transport="tcp" if sys.platform == "win32" else "ipc",
        connection_file=str(folder / "kernel.json"),
    )
    kernel._kernel_spec = spec.KernelSpec(**own_spec(folder, threads))
    return kernel


def own_spec(folder: Path, threads: int | None = None) -> dict[str, Any]:
    """The specification of such a kernel, as a ``kernel.json`` would hold it."""
    package = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), package]))
    return {
        "argv": [sys.executable, "-c", LAUNCHER, "-f", "{connection_file}", "--HistoryManager.enabled=False"],
        "display_name": "Python 3",
        "language": "python",
        "env": {
            "IPYTHONDIR": str(folder / "ipython"),
            "PYTHONPATH": paths,
            # What a kernel that is stopped at once leaves behind goes with its folder.
            "TMPDIR": str(folder),
            **shared_threads(threads),
        },
    }


def shared_threads(threads: int | None) -> dict[str, str]:
    """What tells linear algebra how many threads to start, unless a person's own environment does.

    Examples
    --------
    >>> shared_threads(None)
    {}
    """
    if threads is None or THREADS[0] in os.environ:
        return {}
    return {name: str(threads) for name in THREADS if name not in os.environ}


def readable(error: BaseException, notebook: Any) -> NpskitError:
    """What went wrong, without a traceback: an error of npskit in its own words, another with the cell it was in."""
    if isinstance(error, NpskitError):
        return error
    name, text = getattr(error, "ename", type(error).__name__), str(getattr(error, "evalue", error))
    text = COLOUR.sub("", text).strip()
    if isinstance(getattr(errors, name, None), type) and issubclass(getattr(errors, name), NpskitError):
        message, _, hint = text.partition(HINT)
        failure = ReportError(message)
        failure.hint = hint
        failure.args = (failure.text,)
        return failure
    at = failed_cell(notebook)
    return ReportError(
        where=f"cell {at + 1} of the report" if at is not None else "the report's kernel",
        expected="it to run to its end",
        got=f"{name}: {text.splitlines()[0][:300]}" if text else name,
    )


def failed_cell(notebook: Any) -> int | None:
    """Position of the cell that raised."""
    for at, cell in enumerate(notebook.cells):
        if any(output.output_type == "error" for output in cell.get("outputs", ())):
            return at
    return None


@contextmanager
def shown_progress(wanted: bool | None) -> Iterator[Callable[[str], None]]:
    """A line that tells how far we are: in a notebook, or on a terminal's error stream; nothing where nobody looks."""
    if wanted is None:
        wanted = in_notebook() or sys.stderr.isatty()
    if not wanted:
        yield lambda text: None
    elif in_notebook():
        yield from notebook_line()
    else:
        yield from terminal_line()


def in_notebook() -> bool:
    """Whether we run in a Jupyter kernel."""
    shell = sys.modules.get("IPython") and sys.modules["IPython"].get_ipython()
    return getattr(shell, "kernel", None) is not None


def notebook_line() -> Iterator[Callable[[str], None]]:
    """One line of text below the cell, emptied at the end."""
    from IPython.display import Pretty, display

    handle = display(Pretty("…"), display_id=True)
    yield lambda text: handle.update(Pretty(text))
    handle.update(Pretty(""))


def terminal_line() -> Iterator[Callable[[str], None]]:
    """One line that is written over, and cleared at the end."""
    began, width = time.monotonic(), 0

    def show(text: str) -> None:
        nonlocal width
        line = f"{text}  {time.monotonic() - began:.0f} s"
        sys.stderr.write("\r" + line.ljust(width))
        sys.stderr.flush()
        width = len(line)

    yield show
    sys.stderr.write("\r" + " " * width + "\r")
    sys.stderr.flush()
