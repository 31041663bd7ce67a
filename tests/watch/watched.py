"""A folder that is watched, and exports to put into it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from npskit.watch import Outcome, read_config, read_history, watch_once
from npskit.watch.telling import line_of

PLAIN = "folder: exports\nformats: []\nsettle: 0\nmonitor: no\n"


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
WATCHED = PLAIN.replace("monitor: no", "monitor: {every: month}")
