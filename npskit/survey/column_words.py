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

__all__ = ["NO_WORDS", "ColumnWords", "column_text", "column_words", "short_text"]

LONGEST_LABEL = 44
# Words that questions begin with alike before they are taken for one question about several things.
FEWEST_SHARED = 3
# What a tool puts before the names that are the company's own.
PREFIX = re.compile(r"^Property: ")
SEPARATING, ENDING = " -–—:·[(", " ?:.])"


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
    ...                         "satisfaction_prix": "Quelle est votre satisfaction sur le prix ?"})
    >>> words.short("satisfaction_delais"), words.short("satisfaction_prix"), words.short("has_card")
    ('les délais de livraison', 'Quelle est votre satisfaction sur le prix ?', 'has card')
    >>> words.full("satisfaction_delais")
    'Quelle est votre satisfaction sur les délais de livraison ?'
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> ColumnWords:
        """With labels that no two columns share."""
        labels = {name: short_text(text, texts.values()) for name, text in texts.items()}
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
        longer = any(name in self.texts and self.texts[name] != self.labels[name] for name in names)
        return {**shown, "question": [self.texts.get(name, name) for name in names]} if longer else shown

    def unlike(self, columns: Iterable[str]) -> list[str]:
        """Those of the columns that code calls otherwise than a reader."""
        return [name for name in dict.fromkeys(columns) if fold(self.short(name)) != fold(name)]

    def glossary(self, columns: Iterable[str], lang: str) -> tuple[str, ...]:
        """Label, whole question and name of each column that code calls otherwise."""
        return tuple(self._line(name, lang) for name in self.unlike(columns))

    def _line(self, name: str, lang: str) -> str:
        from npskit.charts.columns import quoted

        short, full = self.short(name), self.full(name)
        key = "report_columns_one" if short == full else "report_columns_short"
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
    >>> frame = pd.DataFrame({"q1": [9], "ville": ["Lyon"]})
    >>> frame.attrs["npskit"] = {"headers": {"q1": "Q1", "ville": "Ville"}, "questions": {"q1": "Recommend us?"}}
    >>> column_words(Survey(frame)).texts
    {'q1': 'Recommend us?', 'ville': 'ville'}
    """
    headers, questions = (survey.notes.get(part) or {} for part in ("headers", "questions"))
    known = {name: questions.get(name) or headers.get(name) for name in survey.source.columns}
    said = {name: plain(str(text)) for name, text in known.items() if text}
    return ColumnWords.of({name: text for name, text in said.items() if text and not is_code_of(text, name)})


def is_code_of(text: str, name: str) -> bool:
    """Whether the words are the name again, as a codebook writes it."""
    return is_code(text) and fold(text) == fold(name) and text.upper() == text


def plain(text: str) -> str:
    """Words on one line; a heading of small letters without its capital, as it stands in sentences."""
    text = PREFIX.sub("", " ".join(text.split()))
    return text[:1].lower() + text[1:] if "?" not in text and text[1:].islower() and text[:1].isalpha() else text


def short_text(text: str, beside: Iterable[str]) -> str:
    """A question that fits beside a row: what tells it from those beside it, else its beginning.

    Examples
    --------
    >>> shops = "Which departments did you visit on your last trip? – Plants", "Which departments did you visit?"
    >>> [short_text(text, shops) for text in shops]
    ['on your last trip? – Plants', 'Which departments did you visit?']
    >>> short_text("How likely is it that you would recommend this company to a friend?", ())
    'How likely is it that you would recommend…'
    """
    if len(text) <= LONGEST_LABEL:
        return text
    words = text.split()
    shared = {common(words, other.split()) for other in beside}
    rests = [bare(" ".join(words[k:])) for k in sorted(shared) if FEWEST_SHARED <= k < len(words)]
    rests = [rest for rest in rests if any(map(str.isalpha, rest))]
    return next((rest for rest in rests if len(rest) <= LONGEST_LABEL), cut((rests or [text])[-1]))


def common(words: Sequence[str], others: Sequence[str]) -> int:
    """How many words two texts begin with alike."""
    pairs = zip(words, others, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one.casefold() != other.casefold()),
                min(len(words), len(others)))  # fmt: skip


def bare(text: str) -> str:
    """The rest of a question without the marks around it; brackets that it opens stay closed."""
    rest = text.lstrip(SEPARATING).rstrip(ENDING if "(" not in text.lstrip(SEPARATING) else " ?:.")
    return rest.strip()


def cut(text: str) -> str:
    """The words that fit, and that there are more."""
    if len(text) <= LONGEST_LABEL:
        return text
    return text[:LONGEST_LABEL].rpartition(" ")[0].rstrip(" ,;:([–-") + "…" or text[: LONGEST_LABEL - 1] + "…"
