"""Column names that can be typed.

A header is written for the person who fills in the survey ("Montant du ticket (€)"), a column name for the analyst
who types it. But a file made of codes (``NETPRO``, ``Q1``) has a codebook that speaks of them, and renaming those
would part the data from its documentation; so codes stay and only sentences are turned into snake_case. A file of
plain words (``Date``, ``Magasin``) has no codebook: there one rule for every column reads better than two.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

__all__ = ["is_code", "tidy_name", "tidy_names"]

LONGEST_NAME = 60
CODES_SHARE = 0.75
CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
# What nobody writes as a heading: Q1, date_of_visit, LikelyToRecommend, NETPRO. NPS, CSAT and ID are words by now.
CODEBOOK = re.compile(r"[A-Za-z_.]*\d[A-Za-z0-9_.]*|.+_.+|.*[a-z][A-Z].*|[A-Z]{5,}")
SPOKEN_SIGNS = {"€": " eur ", "$": " usd ", "£": " gbp ", "%": " pct ", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"}
NO_WORDS = {"#": "response_id"}  # Typeform's hash of the answer sheet
SPOKEN_SIGNS |= {"ß": "ss", "ø": "o", "Ø": "O", "°": "o "}


def is_code(header: str) -> bool:
    """True for one word as a codebook writes it.

    >>> is_code("LikelyToRecommend"), is_code("Workshop ID"), is_code("Réponse")
    (True, False, False)
    """
    return CODE.fullmatch(header) is not None


def has_codebook(headers: Sequence[str]) -> bool:
    """True when nearly all headers are single words, and some of them are what only a codebook writes.

    >>> has_codebook(["Date", "Q1"]), has_codebook(["Date", "NPS", "Magasin"]), has_codebook(["Q1", "Note NPS"])
    (True, False, False)
    """
    codes = [header for header in headers if is_code(header)]
    return len(codes) >= CODES_SHARE * len(headers) and any(map(CODEBOOK.fullmatch, codes))


def tidy_name(header: str, *, longest: int = LONGEST_NAME) -> str:
    """A header as a short ASCII snake_case name; empty when it has no letter or digit.

    >>> tidy_name("Montant du ticket (€)"), tidy_name("Date de réponse"), tidy_name("Workshop ID")
    ('montant_du_ticket_eur', 'date_de_reponse', 'workshop_id')
    """
    for sign, spoken in SPOKEN_SIGNS.items():
        header = header.replace(sign, spoken)
    plain = unicodedata.normalize("NFKD", header).encode("ascii", "ignore").decode("ascii").lower()
    name = "_".join(re.findall(r"[a-z0-9]+", plain))
    return shortened(name, longest)


def shortened(name: str, longest: int) -> str:
    """A name cut at the last word that fits."""
    if len(name) <= longest:
        return name
    cut = name[: longest + 1].rpartition("_")[0]
    return cut or name[:longest]


def tidy_names(headers: Sequence[str], *, details: Sequence[str] = ()) -> list[str]:
    """Names for all headers of a file, each once.

    ``details`` are second-row words ("Group", "Plants") that tell apart columns of one question; the question is
    shortened so that they stay whole.

    >>> tidy_names(["Date", "Note NPS", "Note NPS", ""]), tidy_names(["Date", "NPS", "Magasin"])
    (['date', 'note_nps', 'note_nps_2', 'column_4'], ['date', 'nps', 'magasin'])
    >>> tidy_names(["Q1", "Q2", "NETPRO", "Workshop ID"])
    ['Q1', 'Q2', 'NETPRO', 'workshop_id']
    """
    keeps_codes = has_codebook([header for header in headers if header])
    names: list[str] = []
    taken: set[str] = set()
    for position, header in enumerate(headers):
        detail = tidy_name(details[position], longest=24) if details and details[position] else ""
        if keeps_codes and is_code(header) and not detail:
            name = header
        else:
            name = joined(header, detail) or NO_WORDS.get(header) or f"column_{position + 1}"
        name = unique(name, taken)
        taken.add(name)
        names.append(name)
    return names


def joined(header: str, detail: str) -> str:
    """Question and detail in one name."""
    if not detail:
        return tidy_name(header)
    question = tidy_name(header, longest=LONGEST_NAME - len(detail) - 1)
    return f"{question}_{detail}" if question else detail


def unique(name: str, taken: set[str]) -> str:
    """The name, or the name with the first number that is free."""
    number, candidate = 2, name
    while candidate in taken:
        candidate = f"{name}_{number}"
        number += 1
    return candidate
