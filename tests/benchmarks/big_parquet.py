"""200 M answers in Parquet under a cap of 2 GiB: written in parts, read in a process of its own."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

CAP = 2 << 30
PART = 10_000_000


def write_answers(folder: Path, rows: int) -> None:
    """Write parts of ten million answers with three keys, a day and a weight; about three bytes a row."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for part, start in enumerate(range(0, rows, PART)):
        size, rng = min(PART, rows - start), np.random.default_rng(part)
        columns = {
            "q1": pa.array(rng.integers(0, 11, size, dtype=np.int8)),
            **{
                name: pa.DictionaryArray.from_arrays(
                    rng.integers(0, count, size, dtype=np.int8), [f"{name} {level}" for level in range(count)]
                )
                for name, count in (("shop", 10), ("channel", 8), ("size", 5))
            },
            "day": pa.array(rng.integers(18_000, 19_461, size, dtype=np.int32)).cast(pa.date32()),
            "weight": pa.array((rng.integers(1, 5, size) / 2).astype(np.float32)),
        }
        pq.write_table(pa.table(columns), folder / f"part-{part:03}.parquet", row_group_size=1_000_000)


def read_capped(folder: str) -> None:
    """Answer four questions with the address space capped, and tell the time of each and the peak."""
    resource.setrlimit(resource.RLIMIT_AS, (CAP, CAP))
    import npskit

    survey = npskit.Survey(folder, rating="q1")
    weighted = npskit.Survey(folder, rating="q1", weight="weight")
    for task, work in {
        "score": survey.score,
        "by three keys": lambda: survey.summary(by=["shop", "channel", "size"]),
        "by month": lambda: survey.summary(by=npskit.Period("day", "month")),
        "weighted by shop": lambda: weighted.summary(by="shop"),
    }.items():
        begun = time.perf_counter()
        work()
        print(f"  {task}: {time.perf_counter() - begun:.1f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"  peak resident {peak / 1e6:,.0f} MB, address space capped at {CAP / 1e6:,.0f} MB")
    if peak > CAP:
        sys.exit("over the cap")


def capped(rows: int) -> Iterator[str]:
    """Write, read in a fresh process, remove."""
    with tempfile.TemporaryDirectory() as folder:
        write_answers(Path(folder), rows)
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        code = "import sys; from tests.benchmarks.big_parquet import read_capped; read_capped(sys.argv[1])"
        told = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True)
        yield f"{rows:,} answers in {size / 1e6:,.0f} MB of Parquet, in a process capped at 2 GiB:"
        yield told.stdout.rstrip() if told.returncode == 0 else f"FAILED: {told.stdout}{told.stderr}"
