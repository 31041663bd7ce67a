"""Which column is the rating, which the date, the comment, the customer, the weight.

Exports name the same thing in a hundred ways: ``NPS``, ``LikelyToRecommend``, "Dans quelle mesure êtes-vous prêt à
recommander…". The ways are data, in ``roles.csv``: a role, a rank (1 is best), a pattern over the folded name, and
the kind of content that must be there. A name alone decides nothing: ``Recommend`` with "Strongly agree" in it is no
rating. Two columns of the same best rank are an error that lists both, because a guess would be a wrong number on a
slide.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from npskit.errors import ColumnNotFoundError, RoleError, did_you_mean

__all__ = ["ROLES", "Candidate", "candidates", "choose", "fold", "name_rank", "resolve"]

ROLES = ("rating", "date", "comment", "customer", "weight")
LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "’": " ", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A column that may play a role.

    Attributes
    ----------
    column : str
    role : str
    rank : int
        1 is best.
    reason : str
        Why, in words for a person.
    """

    column: str
    role: str
    rank: int
    reason: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of roles.csv."""

    role: str
    rank: int
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    content: str

    def matches(self, folded: str) -> bool:
        """Whether a folded name follows this rule."""
        return bool(self.pattern.search(folded)) and not (self.unless and self.unless.search(folded))


@cache
def rules() -> tuple[Rule, ...]:
    """The rules, best rank first."""
    lines = files("npskit").joinpath("roles.csv").read_text(encoding="utf-8").splitlines()
    read = [
        Rule(
            row["role"],
            int(row["rank"]),
            re.compile(row["pattern"]),
            re.compile(row["unless"]) if row["unless"] else None,
            row["content"],
        )
        for row in csv.DictReader(lines)
    ]
    return tuple(sorted(read, key=lambda rule: rule.rank))


@cache
def fold(name: str) -> str:
    """A name in lower case without accents, punctuation or camel case, so that spellings compare.

    Examples
    --------
    >>> fold("LikelyToRecommend"), fold("Date de réponse"), fold("NOTE_NPS")
    ('likely to recommend', 'date de reponse', 'note nps')
    """
    text = unicodedata.normalize("NFKD", str(name).translate(LIGATURES))
    text = "".join(char for char in text if not unicodedata.combining(char))
    text = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", text)
    return " ".join(re.findall(r"[a-z0-9]+", text.casefold()))


@cache
def name_rule(name: str, role: str) -> Rule | None:
    """The best rule of a role that a name follows."""
    folded = fold(name)
    return next((rule for rule in rules() if rule.role == role and rule.matches(folded)), None)


def name_rank(name: str, role: str) -> int | None:
    """How well a name alone fits a role: 1 is best, None not at all.

    Examples
    --------
    >>> name_rank("Recommanderiez-vous notre enseigne à un proche ?", "rating"), name_rank("visits", "rating")
    (1, None)
    """
    rule = name_rule(name, role)
    return None if rule is None else rule.rank


def candidates(
    role: str,
    columns: Iterable[str],
    *,
    fits: Callable[[str, str], bool],
    aliases: Mapping[str, str] | None = None,
) -> list[Candidate]:
    """Columns that may play a role, best first.

    Parameters
    ----------
    role : str
        One of `ROLES`.
    columns : iterable of str
    fits : callable
        ``fits(column, content)`` tells whether a column holds the content a rule asks for (``rating``, ``label``,
        ``date``, ``text``, ``prose``, ``id``, ``weight``). Asked only for columns whose name matches.
    aliases : mapping, optional
        Column to the text of its question, which counts as a second name.
    """
    found = []
    for column in dict.fromkeys(columns):
        names = [column, *filter(None, [(aliases or {}).get(column)])]
        matched = [rule for rule in (name_rule(name, role) for name in names) if rule]
        best = min(matched, key=lambda rule: rule.rank, default=None)
        if best and fits(column, best.content):
            found.append(Candidate(column, role, best.rank, f"its name fits, and it holds {CONTENT[best.content]}"))
    return sorted(found, key=lambda candidate: candidate.rank)


CONTENT = {
    "rating": "ratings",
    "label": "the words Promoter, Passive, Detractor",
    "date": "dates",
    "text": "text",
    "prose": "text of many kinds",
    "id": "identifiers",
    "weight": "positive numbers",
    "count": "numbers that are not negative",
}


def choose(role: str, found: Sequence[Candidate], columns: Sequence[str]) -> Candidate:
    """The one candidate of the best rank.

    Raises
    ------
    RoleError
        When there is none, or more than one of the same rank; the hint shows the call that decides.
    """
    if not found:
        named = [column for column in columns if name_rule(column, role)]
        hint = did_you_mean(role, columns) if not named else (
            f"{named[0]!r} has the name, but is empty or holds something else. {did_you_mean('', columns)}"
        )  # fmt: skip
        raise RoleError(
            where=f"the {role} column",
            expected=f"a column whose name and content say that it is the {role}",
            got=f"none among {len(columns)} columns",
            hint=f"name it: df.nps({role}={named[0] if named else 'the column'!r}). {hint}",
        )
    best = [candidate for candidate in found if candidate.rank == found[0].rank]
    if len(best) > 1:
        names = [candidate.column for candidate in best]
        raise RoleError(
            where=f"the {role} column",
            expected="one column that fits",
            got=f"{len(names)}: {', '.join(map(repr, names))}",
            hint="say which: " + " or ".join(f"df.nps({role}={name!r})" for name in names[:3]),
        )
    return best[0]


def resolve(name: str, columns: Sequence[str]) -> str:
    """The column a person means: the exact name, else the only one alike but for case, accents and punctuation.

    Raises
    ------
    ColumnNotFoundError
        When there is none; the hint names the nearest.

    Examples
    --------
    >>> resolve("note nps", ["Date", "Note NPS"])
    'Note NPS'
    """
    if name in columns:
        return name
    alike = [column for column in dict.fromkeys(columns) if fold(str(column)) == fold(str(name))]
    if len(alike) == 1:
        return alike[0]
    raise ColumnNotFoundError(f"no column {name!r}.", hint=did_you_mean(str(name), map(str, columns)))
