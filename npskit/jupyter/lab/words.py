"""Writes src/words.json: the words of the extension, from npskit's own table of words.

One table holds every word a person sees, so that its tests on French and on placeholders hold here too. Run
`python words.py` after a change of a ``lab_`` row; a test compares the two.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

__all__ = ["main", "words"]

HERE = Path(__file__).resolve().parent
LABELS = HERE.parents[1] / "labels.csv"
PREFIX = "lab_"


def words() -> dict[str, dict[str, str]]:
    """Language to key, without its prefix, to words."""
    with LABELS.open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["key"].startswith(PREFIX)]
    return {lang: {row["key"].removeprefix(PREFIX): row[lang] for row in rows} for lang in ("en", "fr")}


def text() -> str:
    """The file as it is committed."""
    return json.dumps(words(), ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    (HERE / "src" / "words.json").write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
