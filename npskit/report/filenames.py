"""Names of files for whatever a team is called: safe on every system, different from each other, and still readable.

A name may hold slashes, dots, an address of a page, two hundred characters or none that a file system takes. Two may
differ in capitals only, which Windows and macOS take for the same file. So a name is folded, and where folding lost
something that tells two apart, a few digits that stand for the whole name follow.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence

__all__ = ["file_names", "stem"]

LONGEST, DIGITS = 60, 6
# Names of devices, which Windows opens instead of a file whatever the suffix; and the page of all.
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d|conin|conout|clock|index)", re.IGNORECASE)


def stem(label: str) -> str:
    """A name without what a file system or a web address takes for something else; empty when nothing is left.

    Examples
    --------
    >>> stem("Équipe Nord / Lille"), stem("../../etc/passwd"), stem("CON"), stem("東京"), stem("…")
    ('equipe-nord-lille', 'etc-passwd', 'team-con', '東京', '')
    """
    plain = unicodedata.normalize("NFKD", label.casefold())
    plain = unicodedata.normalize("NFC", "".join(char for char in plain if not unicodedata.combining(char)))
    text = re.sub(r"[\W_]+", "-", plain).strip("-")
    while len(text.encode("utf-8")) > LONGEST:
        text = text[:-1]
    text = text.strip("-")
    return f"team-{text}" if RESERVED.fullmatch(text) else text


def file_names(
    labels: Sequence[str],
    suffix: str,
    *,
    identities: Sequence[str] | None = None,
    known: Mapping[str, str] | None = None,
) -> list[str]:
    """A file name for each team.

    Parameters
    ----------
    labels : sequence of str
        What the teams are called.
    suffix : str
    identities : sequence of str, optional
        What tells teams apart that are called alike; the labels unless given.
    known : mapping of str to str, optional
        Identity to the name that its file has already, and keeps.

    Examples
    --------
    >>> file_names(["Lyon", "LYON", "Nice"], ".html")
    ['lyon-b9ae62.html', 'lyon-0c00d0.html', 'nice.html']
    """
    identities = labels if identities is None else identities
    known = {each: name for each, name in (known or {}).items() if name.endswith(suffix)}
    stems = [stem(label) for label in labels]
    taken = {name.casefold() for name in known.values()}
    found = []
    for identity, base in zip(identities, stems, strict=True):
        plain = base + suffix
        alone = bool(base) and stems.count(base) == 1 and plain not in taken
        found.append(known.get(identity) or (plain if alone else f"{base or 'team'}-{digest(identity)}{suffix}"))
    return found


def digest(label: str) -> str:
    """A few digits that stand for the whole name."""
    return hashlib.sha256(label.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
