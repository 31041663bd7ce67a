"""One row a question turned into one row an answer sheet.

A data warehouse keeps answers as (customer, question, answer). Nothing may be lost when they are laid side by side:
a customer who was asked twice stays two rows where the file tells the occasions apart (another date, another
survey); where it does not, the last answer counts and the others are counted aloud.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from npskit.errors import ArgumentError, did_you_mean
from npskit.readers.account import Account, counted
from npskit.roles import fold, name_rank

__all__ = ["Long", "is_long", "long_columns", "pivoted", "rating_question"]

MOST_QUESTIONS = 300
QUESTION = re.compile(
    r"^(libelle|texte|intitule|text|label|wording)? ?(de la )?(question|item)s?( text| label| libelle| title)?$"
)
QUESTION_KEY = re.compile(
    r"\bquestion\b.*\b(id|code|type|number|numero|no)\b|\b(id|code|type|numero|no)\b.*\bquestion\b"
)
QUESTION_CODE = re.compile(r"^(question|item) ?(code|id|key|name|no|number)$|^(code|id|numero) (de )?(la )?question$")
ANSWER = re.compile(
    r"^(valeur|texte|libelle|value|text)? ?(de la )?(reponse|answer|response|value|valeur)"
    r"( value| text| texte| valeur| label)?$"
)
OCCASION = re.compile(
    r"^(response|reponse|submission|interview|session|answer) ?(set )?(id|uuid|key)$|^id (de )?(reponse|interview)$"
)
RESPONDENT = re.compile(
    r"^(respondent|repondant|participant|person|user)s?( ?id)?$|^id (repondant|participant)$|^(id|respnum)$"
)


@dataclass(frozen=True, slots=True)
class Long:
    """The columns of a long file: who, which question, which answer."""

    respondent: str
    question: str
    answer: str


def is_long(frame: pd.DataFrame) -> Long | None:
    """The three columns of a long file; None for a file with a row per answer sheet."""
    long = long_columns([str(name) for name in frame.columns])
    if long is None:
        return None
    questions = frame[long.question].nunique()
    repeats = frame[long.respondent].nunique() < frame[long.respondent].notna().sum()
    return long if 1 < questions <= MOST_QUESTIONS and questions * 2 <= len(frame) and repeats else None


def long_columns(names: list[str]) -> Long | None:
    """The three columns that a long file has, by their names alone."""
    question, respondent = question_of(names), respondent_of(names)
    answer = next((name for name in names if ANSWER.match(fold(name))), None)
    if question is None or answer is None or respondent is None or len({question, answer, respondent}) < 3:
        return None
    return Long(respondent, question, answer)


def question_of(names: list[str]) -> str | None:
    """The column of question texts, or that of their codes where the file has no texts."""
    texts = (name for pattern in (QUESTION, QUESTION_CODE) for name in names if pattern.match(fold(name)))
    return next(texts, None)


def respondent_of(names: list[str]) -> str | None:
    """The column that says whose answer a row is: the answer sheet, else the customer, else the respondent."""
    sheet = next((name for name in names if OCCASION.match(fold(name))), None)
    ranked = [(rank, name) for name in names if (rank := name_rank(name, "customer")) is not None]
    person = next((name for name in names if RESPONDENT.match(fold(name))), None)
    return sheet or (min(ranked, key=lambda pair: pair[0])[1] if ranked else person)


def pivoted(frame: pd.DataFrame, long: Long, account: Account) -> pd.DataFrame:
    """One row per answer sheet: what is known of it, then a column per question in the order of the file."""
    nobody = frame[long.respondent].isna() | frame[long.question].isna()
    if nobody.any():
        account.drop("without respondent or question", int(nobody.sum()))
        account.caution(f"{counted(int(nobody.sum()), 'row')} without a respondent or a question left out.")
        frame = frame[~nobody]
    about = [str(name) for name in frame.columns if is_about_sheet(str(name), long)]
    keys = occasion_keys(frame, long, about, account)
    questions = frame[long.question].unique()
    frame = last_answers(frame, keys, long, account)
    sheets = frame.groupby(keys, sort=False, dropna=False)
    codes = sheets.ngroup().to_numpy()
    wide = frame[[long.respondent, *about]].groupby(codes, sort=False).first()
    tell_varying(frame, codes, [name for name in about if name not in keys], account)
    answers = {}
    for question in questions:
        asked = (frame[long.question] == question).to_numpy()
        given = pd.Series(frame[long.answer].to_numpy()[asked], index=codes[asked], dtype=frame[long.answer].dtype)
        answers[str(question).strip()] = given.reindex(wide.index)
    account.note(
        f"{len(frame):,} rows, one a question, were laid side by side into {counted(len(wide), 'answer sheet')}."
    )
    return pd.concat([wide, pd.DataFrame(answers)], axis=1).reset_index(drop=True)


def is_about_sheet(name: str, long: Long) -> bool:
    """True for a column that says something of the answer sheet, not of one question."""
    return name not in (long.respondent, long.question, long.answer) and not QUESTION_KEY.search(fold(name))


def occasion_keys(frame: pd.DataFrame, long: Long, about: list[str], account: Account) -> list[str]:
    """The columns that tell answer sheets apart: the respondent, and the occasion when one answered twice."""
    if not frame.duplicated([long.respondent, long.question]).any():
        return [long.respondent]
    tried = [[long.respondent, name] for name in about] + [[long.respondent, *about]]
    telling = [keys for keys in tried if not frame.duplicated([*keys, long.question]).any()]
    sizes = {tuple(keys): frame.groupby(keys, dropna=False).ngroups for keys in telling}
    if not sizes or min(sizes.values()) * 2 > len(frame):
        return [long.respondent]
    keys = list(min(sizes.items(), key=lambda size: size[1])[0])
    occasion = " and ".join(map(repr, keys[1:]))
    account.note(f"Some respondents answered more than once; {occasion} tells their answers apart.")
    return keys


def last_answers(frame: pd.DataFrame, keys: list[str], long: Long, account: Account) -> pd.DataFrame:
    """One answer a question and sheet: the last one given, the others counted."""
    by = [*keys, long.question]
    repeated = int(frame.duplicated(by).sum())
    if not repeated:
        return frame
    differing = int(frame.drop_duplicates([*by, long.answer]).duplicated(by).sum())
    given = frame[long.answer].notna()
    kept = pd.concat([frame[~given], frame[given]]).drop_duplicates(by, keep="last").sort_index()
    account.drop("answered again", repeated)
    account.caution(
        f"{counted(repeated, 'answer')} to a question that the same respondent answered again "
        f"({differing:,} of them otherwise); the last one in the file counts."
    )
    return kept


def tell_varying(frame: pd.DataFrame, codes: np.ndarray, names: list[str], account: Account) -> None:
    """Note the columns that change within an answer sheet, of which the first value was taken."""
    for name in names:
        varying = int((frame[name].groupby(codes).nunique() > 1).sum())
        if varying:
            account.note(
                f"Column {name!r} changes within {counted(varying, 'answer sheet')}; its first value was taken."
            )


def rating_question(questions: list[str], asked: str | None) -> str | None:
    """The recommendation among the questions: the one the caller names, else the only one that sounds like it."""
    if asked is not None:
        return named_question(questions, asked)
    ranks = {question: rank for question in questions if (rank := name_rank(question, "rating")) is not None}
    best = [question for question, rank in ranks.items() if rank == min(ranks.values())]
    return best[0] if len(best) == 1 else None


def named_question(questions: list[str], asked: str) -> str:
    """The one question that has this text, or has it in it."""
    if asked in questions:
        return asked
    found = [question for question in questions if fold(asked) in fold(question)]
    if len(found) != 1:
        raise ArgumentError(
            where="question",
            expected="the text of one question of the file",
            got=f"{asked!r}, which {len(found)} questions hold" if found else repr(asked),
            hint=did_you_mean(asked, found or questions),
        )
    return found[0]
