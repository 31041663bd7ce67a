"""``python -m tests.benchmarks``: the promises of speed, measured.

``--rows 0.1`` takes a tenth of the rows; names of cases choose some of them; ``parquet`` is the one on disk.
"""

from __future__ import annotations

import argparse
import sys

from tests.benchmarks.big_parquet import capped
from tests.benchmarks.cases import CASES
from tests.benchmarks.measure import Line


def main() -> int:
    """Run the chosen cases; the exit code says whether a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("cases", nargs="*", help=f"some of {', '.join([*CASES, 'parquet'])}; all unless named")
    parser.add_argument("--rows", type=float, default=1.0, metavar="FRACTION", help="fraction of the full sizes")
    asked = parser.parse_args()
    missed = 0
    for name in asked.cases or [*CASES, "parquet"]:
        results = capped(int(200_000_000 * asked.rows)) if name == "parquet" else CASES[name](asked.rows)
        for result in results:
            print(result.text() if isinstance(result, Line) else result, flush=True)
            missed += isinstance(result, Line) and result.ratio < result.target
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
