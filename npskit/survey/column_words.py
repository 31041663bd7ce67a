"""What columns are called on a page: the words that people were asked, and not the name that code types.

An export's header is a question of a whole line, and the column that is made of it has a name that can be typed. A
reader knows neither the name nor the code; so a report says the question. Where there is little room it says what
tells the question from those beside it, and the method at the end gives the name of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from npskit.labels import word
from npskit.readers.names import is_code
from npskit.roles import fold

if TYPE_CHECKING:
    from npskit.survey.base import Base

__all__ = [
    "NO_WORDS",
    "ColumnWords",
    "begun_alike",
    "column_text",
    "column_words",
    "is_question",
    "letters",
    "short_text",
    "spoken",
]

LONGEST_LABEL = 60
# Words that questions begin with alike before they are taken for one question about several things.
FEWEST_SHARED = 3
# Words that stand in a sentence without quotes.
MOST_PLAIN = 4
# Others that make these a battery, whose questions are told by what differs.
FEWEST_BESIDE = 2
# What a tool puts before the names that are the company's own.
PREFIX = re.compile(r"^Property: ")
SEPARATING = " -–—:·[("


@dataclass(frozen=True)
class ColumnWords:
    """The words of columns.

    Attributes
    ----------
    texts : mapping of str to str
        Column to its whole question; columns without one are not in it.
    labels : mapping of str to str
        The same, short.

    Examples
    --------
    >>> words = ColumnWords.of({"satisfaction_delais": "Quelle est votre satisfaction sur les délais de livraison ?",
    ...                         "satisfaction_prix": "Quelle est votre satisfaction sur le prix ?",
    ...                         "satisfaction_site": "Quelle est votre satisfaction sur le site ?"})
    >>> words.short("satisfaction_delais"), words.short("satisfaction_prix"), words.short("has_card")
    ('les délais de livraison', 'le prix', 'has card')
    >>> words.full("satisfaction_prix")
    'Quelle est votre satisfaction sur le prix ?'
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> ColumnWords:
        """With labels that no two columns share."""
        labels = {name: short_text(plain(text), texts.values()) for name, text in texts.items()}
        taken = [label.casefold() for label in labels.values()]
        alike = {name for name, label in labels.items() if taken.count(label.casefold()) > 1}
        return cls(texts, {name: f"{label} ({name})" if name in alike else label for name, label in labels.items()})

    def short(self, name: str) -> str:
        """A column in a sentence or beside a row of a chart."""
        return self.labels.get(name) or column_text(name)

    def name(self, name: str) -> str:
        """A column beside names that code gave, which stay as they are."""
        return self.labels.get(name, name)

    def full(self, name: str) -> str:
        """A column in a table, or beside the pointer."""
        return self.texts.get(name) or column_text(name)

    def attributes(self, table: Mapping[str, Any]) -> dict[str, Any]:
        """A table of attributes with what each is called; its whole question beside it where that says more."""
        names = list(table["attribute"])
        shown = {**table, "attribute": [self.name(name) for name in names]}
        longer = any(plain(self.texts.get(name, "")) != self.labels.get(name, "") for name in names)
        return {**shown, "question": [self.texts.get(name, name) for name in names]} if longer else shown

    def unlike(self, columns: Iterable[str]) -> list[str]:
        """Those of the columns that code calls otherwise than a reader."""
        return [name for name in dict.fromkeys(columns) if letters(self.short(name)) != letters(name)]

    def glossary(self, columns: Iterable[str], lang: str) -> tuple[str, ...]:
        """Label, whole question and name of each column that code calls otherwise."""
        return tuple(self._line(name, lang) for name in self.unlike(columns))

    def _line(self, name: str, lang: str) -> str:
        from npskit.charts.columns import quoted

        short, full = self.short(name), self.full(name)
        key = "report_columns_one" if short.casefold() == full.casefold() else "report_columns_short"
        return word(key, lang, short=quoted(short, lang), full=quoted(full, lang), column=name)


#: Of columns of which nothing is known but their names.
NO_WORDS = ColumnWords()


def column_text(name: str) -> str:
    """A column's name as a person would write it."""
    return " ".join(name.replace("_", " ").split())


def column_words(survey: Base) -> ColumnWords:
    """What the export called the columns of a survey, as far as it is known.

    Examples
    --------
    >>> import pandas as pd
    >>> from npskit import Survey
    >>> frame = pd.DataFrame({"q1": [9], "depot": ["Lyon"]})
    >>> frame.attrs["npskit"] = {"headers": {"q1": "Q1", "depot": "Dépôt"}, "questions": {"q1": "Recommend us?"}}
    >>> column_words(Survey(frame)).texts
    {'q1': 'Recommend us?', 'depot': 'Dépôt'}
    """
    headers, questions = (survey.notes.get(part) or {} for part in ("headers", "questions"))
    known = {name: questions.get(name) or headers.get(name) for name in survey.source.columns}
    said = {name: PREFIX.sub("", " ".join(str(text).split())) for name, text in known.items() if text}
    return ColumnWords.of({name: text for name, text in said.items() if text and not is_code_of(text, name)})


def is_code_of(text: str, name: str) -> bool:
    """Whether the words are the name again, as a codebook writes it."""
    return text == name or (is_code(text) and "_" in text and letters(text) == letters(name))


def letters(text: str) -> str:
    """A name by its letters alone."""
    return fold(text).replace(" ", "")


def plain(text: str) -> str:
    """A heading of a few small words without its capital, as it stands in sentences; other words as they are."""
    is_heading = len(text.split()) <= FEWEST_SHARED and "?" not in text
    return text[:1].lower() + text[1:] if is_heading and text[1:].islower() and text[:1].isalpha() else text


def spoken(text: str, lang: str) -> str:
    """What a column is called inside a sentence: a question in quotes, a few words as they are.

    Examples
    --------
    >>> spoken("shop", "en"), spoken("Which shop did you visit?", "en")
    ('shop', '“Which shop did you visit?”')
    """
    from npskit.charts.columns import quoted

    return quoted(text, lang) if len(text.split()) > MOST_PLAIN or text.endswith(("?", "…")) else text


def is_question(text: str) -> bool:
    """Whether a text is what people read, and not only what a column is called.

    Examples
    --------
    >>> [is_question(text) for text in ("How likely?", "How likely are you to recommend us", "NPS score", "nps_score")]
    [True, True, False, False]
    """
    return "?" in text or len(text.split()) > FEWEST_SHARED


def short_text(text: str, beside: Iterable[str]) -> str:
    """A question that fits beside a row: of a battery what tells it from the others, of a long one its beginning.

    Examples
    --------
    >>> asked = [f"How satisfied are you with our {what}?" for what in ("prices", "delivery times (by van)", "website")]
    >>> [short_text(text, asked) for text in asked]
    ['prices', 'delivery times (by van)', 'website']
    >>> visits = "Which departments did you visit?", "Which departments did you visit? – Plants [Other]"
    >>> [short_text(text, visits) for text in visits]
    ['Which departments did you visit?', 'Which departments did you visit? – Plants [Other]']
    >>> short_text("How likely is it that you would recommend this company to a friend or colleague?", ())
    'How likely is it that you would recommend this company to a…'
    """
    words = text.split()
    shared = sorted((begun_alike(words, other.split()) for other in beside if other != text), reverse=True)
    shared = [k for k in shared if FEWEST_SHARED <= k < len(words)]
    battery = shared[FEWEST_BESIDE - 1 : FEWEST_BESIDE]
    tried = battery + (shared if len(text) > LONGEST_LABEL else [])
    rests = [rest for k in tried if any(map(str.isalpha, rest := bare(" ".join(words[k:]))))]
    return cut(rests[0] if rests else text)


def begun_alike(words: Sequence[str], others: Sequence[str]) -> int:
    """How many words two texts begin with alike."""
    pairs = zip(words, others, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one.casefold() != other.casefold()),
                min(len(words), len(others)))  # fmt: skip


def bare(text: str) -> str:
    """The rest of a question without the marks around it; a bracket that it opens itself stays closed."""
    rest = text.lstrip(SEPARATING).rstrip(" ?:.")
    closing = {")": "(", "]": "["}.get(rest[-1:], "")
    return rest[:-1].rstrip() if closing and closing not in rest else rest


def cut(text: str) -> str:
    """The words that fit, and that there are more."""
    if len(text) <= LONGEST_LABEL:
        return text
    return text[:LONGEST_LABEL].rpartition(" ")[0].rstrip(" ,;:([–-") + "…" or text[: LONGEST_LABEL - 1] + "…"
