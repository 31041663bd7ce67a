"""What columns are called on a page: the words that people were asked, and not the name that code types.

An export's header is a question of a whole line, and the column that is made of it has a name that can be typed. A
reader knows neither the name nor the code; so a report says the question. Where there is little room it says what
tells the question from those beside it, and the method at the end gives the name of each. The number of a question in
its form is no part of that, and counts as no word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from npskit.labels import word
from npskit.readers.names import is_code
from npskit.roles import fold

if TYPE_CHECKING:
    from npskit.survey.base import Base
    from npskit.survey.notes import Note

__all__ = [
    "NO_WORDS",
    "ColumnWords",
    "after_by",
    "begun_alike",
    "column_text",
    "column_words",
    "is_question",
    "letters",
    "noted_words",
    "short_text",
    "spoken",
]

LONGEST_LABEL = 60
# Words that questions begin with alike before they are taken for one question about several things.
FEWEST_SHARED = 3
# Words that stand in a sentence without quotes.
MOST_PLAIN = 4
# Letters of two words that are enough too where a question is too long to stand beside a row.
FEWEST_LETTERS = 12
# Others that make these a battery, whose questions are told by what differs.
FEWEST_BESIDE = 2
# The number of a question before it: "Q3.", "3)", "Q12a –", "Question 4 :".
NUMBERED = re.compile(
    r"(?:question |q)? ?\d{1,3}[a-z]?(?:[._]\d{1,2})? ?(?:[.):/]|[-–—](?=\s))+\s+(?=\S)|q\d{1,3}[a-z]?\s+(?=[^\W\d])",
    re.I,
)
# Small words that bind what differs to what was shared.
BINDING = re.compile(r"^(?:de|du|des|with|of|about) (?=\S)", re.I)
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
        said = {name: plain(bare_of_number(text)) for name, text in texts.items()}
        tried = {name: [*shorter(text, said.values()), cut(plain(texts[name]))] for name, text in said.items()}
        tried = {name: [*labels, f"{labels[0]} ({name})"] for name, labels in tried.items()}
        return cls(texts, apart(tried))

    def short(self, name: str) -> str:
        """A column in a sentence or beside a row of a chart."""
        return self.labels.get(name) or column_text(name)

    def name(self, name: str) -> str:
        """A column beside names that code gave, which stay as they are."""
        return self.labels.get(name, name)

    def full(self, name: str) -> str:
        """A column in a table, or beside the pointer."""
        return self.texts.get(name) or column_text(name)

    def named(self, table: Mapping[str, Any]) -> dict[str, Any]:
        """A table whose rows tell of a column each, with what that is called."""
        return {**table, "column": [self.name(name) for name in table["column"]]}

    def grouped(self, table: Mapping[str, Any], by: Sequence[str]) -> tuple[dict[str, Any], tuple[str, ...]]:
        """A table whose columns of groups are called so, and what these are called; as they are where figures are."""
        names = {key: self.name(key) for key in by}
        if len(set(names.values())) < len(by) or any(names[key] != key and names[key] in table for key in by):
            return dict(table), tuple(by)
        return {names.get(key, key): values for key, values in table.items()}, tuple(names.values())

    def note(self, remark: Note, lang: str) -> Note:
        """A remark whose columns are called so, and those in others that it holds."""
        values = {key: self._noted(key, value, lang) for key, value in remark.values.items()}
        return replace(remark, values=values)

    def _noted(self, key: str, value: Any, lang: str) -> Any:
        if hasattr(value, "sentence"):
            return self.note(value, lang)
        if isinstance(value, tuple) and value and all(hasattr(each, "sentence") for each in value):
            return tuple(self.note(each, lang) for each in value)
        if key == "columns":
            return tuple(spoken(self.name(name), lang) for name in value)
        return self.name(value) if key == "column" else value

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
    return noted_words(survey.notes, survey.source.columns)


def noted_words(notes: Mapping[str, Any], columns: Iterable[str]) -> ColumnWords:
    """The same of any columns, from the notes of who read them."""
    headers, questions = (notes.get(part) or {} for part in ("headers", "questions"))
    known = {name: questions.get(name) or headers.get(name) for name in columns}
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


def after_by(text: str, lang: str) -> str:
    """What a column is called where it is said after "by": French labels quote it there themselves.

    Examples
    --------
    >>> after_by("Which shop?", "en"), after_by("Quel magasin ?", "fr")
    ('“Which shop?”', 'Quel magasin ?')
    """
    return text if lang == "fr" else spoken(text, lang)


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
    >>> asked = [f"Êtes-vous satisfait(e) {what} ?" for what in ("de l’accueil", "de nos prix", "du temps d’attente")]
    >>> [short_text(text, asked) for text in asked]
    ['l’accueil', 'nos prix', 'temps d’attente']
    >>> visits = "Which departments did you visit?", "Which departments did you visit? – Plants [Other]"
    >>> [short_text(text, visits) for text in visits]
    ['Which departments did you visit?', 'Which departments did you visit? – Plants [Other]']
    >>> short_text("How likely is it that you would recommend this company to a friend or colleague?", ())
    'How likely is it that you would recommend this company to a…'
    """
    return shorter(text, beside)[0]


def shorter(text: str, beside: Iterable[str]) -> list[str]:
    """What a question may be called beside a row, the best first; the question itself is always among it."""
    words = text.split()
    beginning: dict[int, list[list[str]]] = {}
    for other in (other.split() for other in beside if other != text):
        beginning.setdefault(begun_alike(words, other), []).append(other)
    known = sorted((k for k in beginning if k < len(words)), reverse=True)
    several = [k for k in known if spelled(words[:k]) >= FEWEST_SHARED]
    alike = [k for k in several for _ in beginning[k]]
    # Of two both are told by what differs when one of them has to be.
    long = [
        k
        for k in known
        if says_enough(words[:k]) and any(len(each) > LONGEST_LABEL for each in (text, *map(" ".join, beginning[k])))
    ]
    preferred = dict.fromkeys([*alike[FEWEST_BESIDE - 1 : FEWEST_BESIDE], *long])
    first = [rest for k in preferred for rest in rests(words, k, beginning[k])]
    later = [rest for k in several if k not in preferred for rest in rests(words, k, beginning[k])]
    return [*first, cut(text), *later]


def says_enough(words: Sequence[str]) -> bool:
    """Whether words that questions begin with alike say what both are about, as "Combien de" does not."""
    return spelled(words) >= FEWEST_SHARED or (len(words) > 1 and len(letters(" ".join(words))) >= FEWEST_LETTERS)


def rests(words: Sequence[str], k: int, others: Iterable[Sequence[str]]) -> list[str]:
    """What follows the first k words, without what binds it to them; where it is too long, what differs from the others
    that begin with the same."""
    rest = BINDING.sub("", bare(" ".join(words[k:])))
    told = [rest]
    if len(rest) > LONGEST_LABEL:
        ends = min(begun_alike(words[::-1], other[::-1]) for other in others)
        told.insert(0, BINDING.sub("", bare(" ".join(words[k : len(words) - ends]))))
    return [cut(each) for each in told if any(map(str.isalpha, each))]


def apart(tried: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The first of the labels of each column; of columns that would be called alike the next, as long as there is one.

    Examples
    --------
    >>> apart({"a": ["price", "Our price?"], "b": ["price", "Your price?"], "c": ["staff"]})
    {'a': 'Our price?', 'b': 'Your price?', 'c': 'staff'}
    """
    at = dict.fromkeys(tried, 0)
    while True:
        labels = {name: each[at[name]] for name, each in tried.items()}
        times = Counter(label.casefold() for label in labels.values())
        alike = [name for name, label in labels.items() if times[label.casefold()] > 1]
        moved = [name for name in alike if at[name] < len(tried[name]) - 1]
        if not moved:
            return labels
        for name in moved:
            at[name] += 1


def spelled(words: Sequence[str]) -> int:
    """How many words these are; one with a hyphen is two.

    >>> spelled(["Êtes-vous", "satisfait(e)"])
    3
    """
    return sum(len([part for part in each.replace("‑", "-").split("-") if part]) for each in words)


def bare_of_number(text: str) -> str:
    """A question without its number.

    Examples
    --------
    >>> [bare_of_number(text) for text in ("Q3. Are you happy?", "12) Prices", "Q7", "24/7 service", "Q3 2025 visits")]
    ['Are you happy?', 'Prices', 'Q7', '24/7 service', 'Q3 2025 visits']
    """
    return text[found.end() :] if (found := NUMBERED.match(text)) else text


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
    return (text[:LONGEST_LABEL].rpartition(" ")[0].rstrip(" ,;:([–-") or text[: LONGEST_LABEL - 1]) + "…"
