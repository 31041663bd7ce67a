"""Date texts taken apart into numbers, each distinct text once.

A million answers were given on a few hundred days, at no more than 86,400 seconds of a day. So a column is cut into
its distinct days and distinct clock times, each is read once by a pattern, and the column is put together from
their codes: as fast as a fixed format, and free to meet four formats in one column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

__all__ = ["MONTH_NUMBERS", "NAMED", "SENTINELS", "SHAPE", "Dates", "folded", "is_dated", "taken_apart"]

SAMPLE = 400
SHARE_DATED = 0.8
# Days that databases write for "none" and "for ever".
SENTINELS = ((1, 1, 1), (1900, 1, 1), (9999, 12, 31))
CENTURY_PIVOT = 69  # as POSIX: 69-99 are 1969-1999, 00-68 are 2000-2068

MONTHS = {
    1: "january jan janvier janv",
    2: "february feb fevrier fevr fev",
    3: "march mar mars",
    4: "april apr avril avr",
    5: "may mai",
    6: "june jun juin",
    7: "july jul juillet juil",
    8: "august aug aout",
    9: "september sep sept septembre",
    10: "october oct octobre",
    11: "november nov novembre",
    12: "december dec decembre",
}
MONTH_NUMBERS = {word: number for number, words in MONTHS.items() for word in words.split()}
NAMED = "|".join(sorted(MONTH_NUMBERS, key=len, reverse=True))
YEAR = r"(?P<year>\d{4}|\d{2})"
WEEKDAY = r"(?:[a-z]{3,9}\.?,?\s+)?"


class SHAPE(StrEnum):
    """The ways to write a day."""

    YEAR_FIRST = "year first"
    NUMBERS = "numbers"
    DAY_NAME = "day, month by name"
    NAME_DAY = "month by name, day"


PATTERNS = {
    SHAPE.YEAR_FIRST: re.compile(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<a>\d{1,2})(?P=mark)(?P<b>\d{1,2})"),
    SHAPE.NUMBERS: re.compile(rf"(?P<a>\d{{1,2}})(?P<mark>[-/.])(?P<b>\d{{1,2}})(?P=mark){YEAR}"),
    SHAPE.DAY_NAME: re.compile(
        rf"{WEEKDAY}(?P<b>\d{{1,2}})(?:er|st|nd|rd|th)?[\s-]+(?P<a>{NAMED})\.?,?[\s-]+{YEAR}", re.IGNORECASE
    ),
    SHAPE.NAME_DAY: re.compile(
        rf"{WEEKDAY}(?P<a>{NAMED})\.?\s+(?P<b>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})", re.IGNORECASE
    ),
}
ANY_DAY = "|".join(re.sub(r"\?P<\w+>", "?:", p.pattern).replace("(?P=mark)", "[-/.]") for p in PATTERNS.values())
CLOCK = re.compile(
    r"(?:(?:,?\s+(?:a|at|-)?\s*|T)(?P<hour>\d{1,2})\s?[:hH]\s?(?P<minute>\d{2})(?::(?P<second>\d{2}(?:[.,]\d+)?))?"
    r"\s?(?P<half>[AaPp]\.?[Mm]\.?)?)?\s?(?P<zone>Z|UTC|GMT|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?)?"
)
DATED = re.compile(rf"(?P<day>{ANY_DAY})(?P<clock>(?![\d/.-]).*)?", re.IGNORECASE)
# Days of ten characters can be cut off without looking at each text.
TEN_CHARACTERS = re.compile(r"\d{4}([-/.])\d{2}\1\d{2}|\d{2}([-/.])\d{2}\2\d{4}")
ACCENTS = str.maketrans("éèûôÉÛ\u00a0\u202f", "eeuoEU  ")


@dataclass(frozen=True, slots=True)
class Dates:
    """One column of date texts, its distinct days and clock times taken apart.

    ``days`` has a row per distinct day (``text, shape, a, b, year, mark``), ``clocks`` one per distinct time of day
    (``seconds, offset, half``); ``codes`` says which of ``texts`` each row of the column holds (-1: missing),
    ``day_codes`` and ``clock_codes`` of which day and clock each text is made.
    """

    name: str
    codes: np.ndarray
    texts: np.ndarray
    days: pd.DataFrame
    day_codes: np.ndarray
    clocks: pd.DataFrame
    clock_codes: np.ndarray

    @property
    def numbers(self) -> pd.DataFrame:
        """The days that have no order of their own, such as 01/02/2024."""
        return self.days[self.days["shape"] == SHAPE.NUMBERS]

    @property
    def zones(self) -> list[float]:
        """The offsets from UTC that occur, in minutes."""
        return sorted(self.clocks["offset"].dropna().unique())

    def months(self, days: bool) -> np.ndarray:
        """Month number of each row, the day first or not; nan where missing."""
        swap = (self.days["shape"] == SHAPE.NUMBERS) & days
        months = self.days["a"].where(~swap, self.days["b"]).to_numpy(float)
        return self.spread(months[self.day_codes], np.nan)

    def times(self, days: Mapping[str, bool]) -> np.ndarray:
        """Datetime of each row; ``days`` says by mark whether the day comes first."""
        swap = (self.days["shape"] == SHAPE.NUMBERS) & self.days["mark"].map(lambda mark: days.get(mark, False))
        table = pd.DataFrame(
            {
                "year": self.days["year"].mask(is_sentinel(self.days)),
                "month": self.days["a"].where(~swap, self.days["b"]),
                "day": self.days["b"].where(~swap, self.days["a"]),
            }
        )
        midnights = pd.to_datetime(table, errors="coerce").to_numpy().astype("datetime64[us]")
        seconds = self.clocks["seconds"].to_numpy(float)
        micros = np.where(np.isnan(seconds), 0, seconds * 1e6).round().astype("timedelta64[us]")
        micros[np.isnan(seconds)] = np.timedelta64("NaT", "us")
        times = midnights[self.day_codes] + micros[self.clock_codes]
        return self.spread(times, np.datetime64("NaT", "us"))

    @property
    def sentinels(self) -> np.ndarray:
        """Whether each row holds a day that means no date."""
        return self.spread(is_sentinel(self.days).to_numpy()[self.day_codes], False)

    def offsets(self) -> np.ndarray:
        """Offset from UTC of each row; none where the text names none."""
        minutes = self.clocks["offset"].fillna(0).to_numpy(float).astype("timedelta64[m]")
        return self.spread(minutes[self.clock_codes], np.timedelta64(0, "m"))

    def spread(self, values: np.ndarray, missing: object) -> np.ndarray:
        """A value for each distinct text, laid out over the rows."""
        return np.append(values, np.array([missing], dtype=values.dtype))[self.codes]


def is_sentinel(days: pd.DataFrame) -> pd.Series:
    """Whether each day is one of the `SENTINELS`, in whichever order it is written."""
    numbers = days[["a", "b"]]
    compact = days["year"] * 10_000 + numbers.min(axis=1) * 100 + numbers.max(axis=1)
    return compact.isin([year * 10_000 + month * 100 + day for year, month, day in SENTINELS])


def is_dated(column: pd.Series) -> bool:
    """True when nearly all texts, looked at from the first row to the last, have the shape of a date."""
    if not (pd.api.types.is_string_dtype(column.dtype) or column.dtype == object):
        return False
    present = column.dropna()
    sample = present.iloc[:: max(1, len(present) // SAMPLE)].head(SAMPLE).tolist()
    if not sample or not all(isinstance(text, str) for text in sample):
        return False
    dated = sum(has_shape(text) for text in sample)
    return dated >= SHARE_DATED * len(sample)


def has_shape(text: str) -> bool:
    """True for a day, with or without a time, and nothing else.

    >>> has_shape("8 janv. 2024 à 11h52"), has_shape("2024-01-08T11:52:48+01:00"), has_shape("le 8 ou le 9")
    (True, True, False)
    """
    match = DATED.fullmatch(folded(text))
    return match is not None and CLOCK.fullmatch(match["clock"] or "") is not None


def folded(text: str) -> str:
    """A date text without accents and outer blanks, as the patterns expect it."""
    return text.translate(ACCENTS).replace("à", "a").strip()


def taken_apart(column: pd.Series) -> Dates:
    """The column's distinct days and times, each read once."""
    codes, distinct = pd.factorize(column, use_na_sentinel=True)
    texts = pd.Series(distinct).astype("str")
    heads, tails = cut(texts)
    day_codes, days = pd.factorize(heads)
    clock_codes, clocks = pd.factorize(tails)
    return Dates(
        name=str(column.name),
        codes=np.asarray(codes),
        texts=texts.to_numpy(dtype=object),
        days=pd.DataFrame([read_day(str(day)) for day in days], columns=["text", "shape", "a", "b", "year", "mark"]),
        day_codes=np.asarray(day_codes),
        clocks=pd.DataFrame([read_clock(str(clock)) for clock in clocks], columns=["seconds", "offset", "half"]),
        clock_codes=np.asarray(clock_codes),
    )


def cut(texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Each text as its day and its time of day."""
    heads = texts.str.slice(0, 10)
    if all(TEN_CHARACTERS.fullmatch(str(head)) for head in heads.unique()):
        return heads.to_numpy(dtype=object), texts.str.slice(10).str.strip().to_numpy(dtype=object)
    matches = [DATED.fullmatch(folded(text)) for text in texts]
    pairs = [
        (m["day"], (m["clock"] or "").strip()) if m else (text, "") for m, text in zip(matches, texts, strict=True)
    ]
    days, clocks = zip(*pairs, strict=True)
    return np.array(days, dtype=object), np.array(clocks, dtype=object)


def read_day(text: str) -> tuple[str, str | None, float, float, float, str | None]:
    """Text, shape, first and second number, year and mark of one day; no shape when it is none."""
    for shape, pattern in PATTERNS.items():
        match = pattern.fullmatch(text)
        if match:
            part = match.groupdict()
            month = float(MONTH_NUMBERS.get(part["a"].lower(), 0) or part["a"])
            return text, str(shape), month, float(part["b"]), full_year(part["year"]), part.get("mark")
    return text, None, np.nan, np.nan, np.nan, None


def full_year(year: str) -> float:
    """A year of two digits in its century."""
    if len(year) == 4:
        return float(year)
    return float(year) + (1900 if int(year) >= CENTURY_PIVOT else 2000)


def read_clock(text: str) -> tuple[float, float, str | None]:
    """Seconds since midnight, minutes from UTC and AM or PM of one time of day; nan seconds when it is none.

    >>> read_clock("11:52:48 PM"), read_clock("T09:00+01:00"), read_clock("25:00")
    ((85968.0, nan, 'pm'), (32400.0, 60.0, None), (nan, nan, None))
    """
    match = CLOCK.fullmatch(text if not text or text[0] in "T, Z+-UG" else " " + text)
    if match is None:
        return np.nan, np.nan, None
    hour, minute = int(match["hour"] or 0), int(match["minute"] or 0)
    second = float((match["second"] or "0").replace(",", "."))
    half = match["half"].replace(".", "").lower() if match["half"] else None
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59 or second >= 61:
        return np.nan, np.nan, None
    return hour * 3600.0 + minute * 60.0 + second, zone_minutes(match["zone"]), half


def zone_minutes(zone: str | None) -> float:
    """Minutes from UTC; nan when the text names no zone."""
    if not zone:
        return np.nan
    digits = re.search(r"([+-])(\d{1,2}):?(\d{2})?", zone)
    if digits is None:
        return 0.0
    minutes = int(digits[2]) * 60.0 + int(digits[3] or 0)
    return -minutes if digits[1] == "-" else minutes
