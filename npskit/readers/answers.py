"""What is no answer, and texts that are numbers.

Exports write silence in many ways: ``NSP``, ``N/A``, 99. In a comment such a word is what a person wrote and stays;
in a column of ratings it is a missing answer. The conventions are data (``data/non_answers.csv``). Only codes far
from the scale count: an 11 may be a blank in one airport's survey and a typing error in another's, so it is left for
the score to refuse.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from npskit.readers.account import Account, counted
from npskit.readers.thousands import are_grouped, is_settled
from npskit.scale import Scale

__all__ = ["with_numbers", "without_non_answers"]

SHARE_ON_SCALE = 0.9
SAMPLE = 200
BLANKS = re.compile(r"[ \u00a0\u202f]")
BLANK_GROUPS = re.compile(r"-?[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?")
CURRENCY = re.compile(r"^[€$£]|[€$£]$")
PLAIN = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:[.,]\d+)?|-?[.,]\d+")
POINT_GROUPS = re.compile(r"-?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
COMMA_GROUPS = re.compile(r"-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
NUMBER = re.compile(f"{PLAIN.pattern}|{POINT_GROUPS.pattern}|{COMMA_GROUPS.pattern}")
WORDS_FOR_NO_NUMBER = {"na", "n/a", "n.a.", "#n/a", "null", "none", "nan", "-", "nsp", "nr", "nc", "#div/0!", "#value!"}


@cache
def non_answers() -> tuple[frozenset[str], frozenset[float]]:
    """The words and the codes that stand for no answer."""
    lines = files("npskit").joinpath("data", "non_answers.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines))
    words = frozenset(folded(row["answer"]) for row in rows if row["kind"] == "word")
    return words, frozenset(float(row["answer"]) for row in rows if row["kind"] == "code")


def folded(word: str) -> str:
    """A word without case, outer blanks and typographic apostrophes."""
    return " ".join(word.replace("’", "'").casefold().split())


def without_non_answers(frame: pd.DataFrame, columns: Iterable[str], account: Account) -> pd.DataFrame:
    """The frame with the conventional non-answers of its rating columns as missing, each told with its count."""
    changed = {}
    for name in columns:
        column = frame[name]
        if pd.api.types.is_bool_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            continue
        counts = column.value_counts()
        found = conventional(list(counts.index))
        if found and is_on_scale(counts.drop(found)):
            changed[name] = as_number(column.mask(column.isin(found)))
            tell(name, {value: int(count) for value, count in counts.items() if value in found}, account)
    return frame.assign(**changed) if changed else frame


def conventional(values: list[object]) -> list[object]:
    """The values that by convention are no answer."""
    words, codes = non_answers()
    return [value for value in values if is_word(value, words) or number_of(value) in codes]


def is_word(value: object, words: frozenset[str]) -> bool:
    """True for a text that is one of the words."""
    return isinstance(value, str) and folded(value) in words


def number_of(value: Any) -> float:
    """A value as number; nan when it is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return np.nan


def is_on_scale(counts: pd.Series) -> bool:
    """True when nearly all of the other answers are ratings from 0 to 10, so that a 99 cannot be one."""
    scale = Scale()
    try:
        rated = sum(count for value, count in counts.items() if scale.code(value) >= 0)
    except ValueError:
        return False
    return rated > 0 and rated >= SHARE_ON_SCALE * counts.sum()


def tell(name: str, found: dict[object, int], account: Account) -> None:
    """The non-answers of one column into the account; codes also as a caution, since a number was taken away."""
    words, _ = non_answers()
    written = {shown(value): count for value, count in found.items()}
    for value, count in written.items():
        account.missing_answers[value] = account.missing_answers.get(value, 0) + count
    codes = [
        f"{shown(value)} ({counted(count, 'time')})" for value, count in found.items() if not is_word(value, words)
    ]
    if codes:
        account.caution(f"Column {name!r}: {', '.join(codes)} was read as no answer.")
    spoken = [f"{value!r} ({counted(count, 'time')})" for value, count in found.items() if is_word(value, words)]
    if spoken:
        account.note(f"Column {name!r}: {', '.join(spoken)} was read as no answer.")


def shown(value: object) -> str:
    """A value as a person wrote it: 99, not 99.0."""
    return str(int(value)) if isinstance(value, (float, np.floating)) and float(value).is_integer() else str(value)


def with_numbers(
    frame: pd.DataFrame, account: Account, *, ratings: Iterable[str] = (), points_group: bool | None = None
) -> pd.DataFrame:
    """The frame with columns of texts that are all numbers as numbers.

    ``points_group``: whether points stand between thousands, see `layout.Layout`; in a rating (9.000) they never do.
    """
    changed, rated = {}, set(ratings)
    for name in frame.columns:
        group = None if name in rated else points_group
        numbers = as_number(frame[name], points_group=group is not None)
        if numbers is not frame[name]:
            changed[name] = numbers
            tell_numbers(frame[name], numbers, account, points_group=group)
    return frame.assign(**changed) if changed else frame


def tell_numbers(column: pd.Series, numbers: pd.Series, account: Account, *, points_group: bool | None) -> None:
    """What was done to a column of texts that are numbers: words left out, and points taken for marks of thousands."""
    lost = int(column.notna().sum() - numbers.notna().sum())
    if lost:
        account.note(
            f"Column {column.name!r}: {counted(lost, 'word')} for no value read as missing beside its numbers."
        )
    texts = number_texts(column.dropna().unique()) if points_group is not None else []
    if not are_grouped(texts):
        return
    example = next(text for text in texts if "." in text)
    told = f"Column {column.name!r}: points were read as marks of thousands ({example} is {example.replace('.', '')})"
    if points_group or is_settled(texts):
        account.note(f"{told}.")
    else:
        account.caution(f"{told}; decimal='.' reads them as decimals.")


def number_texts(texts: Iterable[object]) -> list[str]:
    """Texts as bare numbers, without the words for no number."""
    bared = [bare(text) if isinstance(text, str) else str(text) for text in texts]
    return [text for text in bared if text.casefold() not in WORDS_FOR_NO_NUMBER]


def as_number(column: pd.Series, *, points_group: bool = False) -> pd.Series:
    """A column of texts as numbers when every one of them is; else the column itself."""
    if not (pd.api.types.is_string_dtype(column.dtype) or column.dtype == object):
        return column
    sample = column.dropna().head(SAMPLE).unique()
    if not len(sample) or not any(isinstance(text, str) and NUMBER.fullmatch(bare(text)) for text in sample):
        return column
    codes, distinct = pd.factorize(column, use_na_sentinel=True)
    texts = [bare(text) if isinstance(text, str) else str(text) for text in distinct]
    reading = reading_of(number_texts(texts), points_group=points_group)
    if reading is None:
        return column
    table = [np.nan if text.casefold() in WORDS_FOR_NO_NUMBER else float(reading(text)) for text in texts]
    numbers = pd.Series(np.array([*table, np.nan])[codes], index=column.index, name=column.name)
    is_whole = bool(numbers.notna().all() and (numbers % 1 == 0).all() and numbers.abs().max() < 2**53)
    return numbers.astype("int64") if is_whole else numbers


def bare(text: str) -> str:
    """A text without outer blanks, currency sign and the blanks between groups of three digits.

    >>> bare("1 234,50 €"), bare("06 12 34")
    ('1234,50', '06 12 34')
    """
    text = CURRENCY.sub("", text.strip()).strip()
    return BLANKS.sub("", text) if BLANK_GROUPS.fullmatch(text) else text


def reading_of(texts: list[str], *, points_group: bool = False) -> Callable[[str], str] | None:
    """How to turn all of these texts into what float() reads; None when one of them is no number.

    >>> reading_of(["8", "10,5"])("10,5"), reading_of(["1,200"])("1,200"), reading_of(["01000"])
    ('10.5', '1200', None)
    """
    if not texts or not NUMBER.fullmatch(texts[0]):
        return None
    if points_group and are_grouped(texts):
        return lambda text: text.replace(".", "").replace(",", ".")
    if all(COMMA_GROUPS.fullmatch(text) for text in texts):
        return lambda text: text.replace(",", "")
    if all(PLAIN.fullmatch(text) for text in texts):
        mixed = any("," in text for text in texts) and any("." in text for text in texts)
        return None if mixed else lambda text: text.replace(",", ".")
    if all(POINT_GROUPS.fullmatch(text) or (PLAIN.fullmatch(text) and "." not in text) for text in texts):
        return lambda text: text.replace(".", "").replace(",", ".")
    if all(COMMA_GROUPS.fullmatch(text) or (PLAIN.fullmatch(text) and "," not in text) for text in texts):
        return lambda text: text.replace(",", "")
    return None
