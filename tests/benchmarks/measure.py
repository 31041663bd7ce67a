"""Times of rivals taken in turn, and memory beyond the input.

Both sides of a ratio run in one process, one after the other in every round, so that a busy machine slows both. The
median of the rounds is what is reported.
"""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Work = Callable[[], object]
STATUS, REFERENCES = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass(frozen=True)
class Line:
    """One measured comparison: ours, a rival, and what the ratio should be (0: no target)."""

    task: str
    rival: str
    ours: float
    theirs: float
    target: float = 0.0

    @property
    def ratio(self) -> float:
        return self.theirs / self.ours

    def text(self) -> str:
        verdict = f"≥ {self.target:g}" if self.target else ""
        times = f"{self.ours:>8.1f} ms  {self.rival:<34} {self.theirs:>9.1f} ms"
        return f"{self.task:<44} {times} {self.ratio:>7.1f}× {verdict}"


def medians(works: Mapping[str, Work], rounds: int = 5, slow: tuple[str, ...] = ()) -> dict[str, float]:
    """Median milliseconds of each work, taken in turn after one warm-up; the slow ones run three times."""
    for name, work in works.items():
        if name not in slow:
            work()
    times: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds):
        for name, work in works.items():
            if name in slow and turn >= 3:
                continue
            gc.collect()
            begun = time.perf_counter()
            work()
            times[name].append((time.perf_counter() - begun) * 1e3)
    return {name: statistics.median(found) for name, found in times.items()}


def peak_beyond(work: Work) -> float:
    """Megabytes the process grew by while working: the kernel's high-water mark, else what Python allocated."""
    gc.collect()
    try:
        REFERENCES.write_text("5")
    except OSError:
        tracemalloc.start()
        work()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak / 1e6
    before = resident("VmRSS")
    work()
    return (resident("VmHWM") - before) / 1e3


def resident(field: str) -> float:
    """Kilobytes of a field of this process' status."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(field))
    return float(line.split()[1])


def import_times(first: str, then: str, rounds: int = 15) -> tuple[float, float]:
    """Median milliseconds of importing one module, and another after it, in fresh interpreters with compiled files."""
    code = (
        f"import time; a = time.perf_counter(); import {first}; b = time.perf_counter(); import {then}; "
        "print(b - a, time.perf_counter() - b)"
    )
    with tempfile.TemporaryDirectory() as folder:
        settings = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        settings.pop("PYTHONDONTWRITEBYTECODE", None)
        told = [
            subprocess.run(
                [sys.executable, "-c", code], check=True, env=settings, capture_output=True, text=True
            ).stdout
            for _ in range(rounds + 1)
        ]
    pairs = [[float(word) * 1e3 for word in text.split()] for text in told[1:]]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)
