"""Personal data taken out of what people wrote, before it leaves their hands.

Customers write their telephone number into a comment so that somebody calls back. What can be told by its form is
replaced by its kind in brackets: e-mail addresses, web addresses, telephone numbers, payment cards (by Luhn's check
digit), IBANs (modulo 97) and French social security numbers (by their key). Prices, dates, postcodes, "10/10" and
order numbers stay, since a comment without them says nothing. Names of persons have no form, and are not promised.

Every pattern reads a text once: 50,000 characters of anything take milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["KINDS", "redacted"]

#: The mask of each kind, the same in every language, so that redacted texts of several countries can be counted.
KINDS = {
    "email": "[e-mail]",
    "url": "[url]",
    "iban": "[iban]",
    "nir": "[nir]",
    "card": "[card]",
    "phone": "[phone]",
}

# One beginning per run of letters, and no part without a bound: a text of 50,000 letters is read once.
DOMAIN = r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}"
EMAIL = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}(?:[ ]?[@＠][ ]?|[ ]?[(\[{{][ ]?(?:at|arobase)[ ]?[)\]}}][ ]?|[ ]arobase[ ]){DOMAIN}",
    re.IGNORECASE,
)
URL = re.compile(
    r"(?:\bhttps?://|\bftp://|\bwww\.)[^\s<>\"'«»]{1,2000}|(?<![\w@./-])[a-z0-9-]{2,63}\.[a-z]{2,12}/[^\s<>\"'«»]{1,2000}",
    re.IGNORECASE,
)
URL_END = ".,;:!?)]}…"
IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[ ]?\d{2}(?:[ .-]?[A-Za-z0-9]){11,30}")
NIR = re.compile(
    r"(?<!\d)([1-478])[ .-]?(\d{2})[ .-]?(\d{2})[ .-]?(\d{2}|2[ABab])[ .-]?(\d{3})[ .-]?(\d{3})[ .-]?(\d{2})(?!\d)"
)
CARD = re.compile(r"(?<![\d.,])\d(?:[ .-]?\d){12,18}(?![\d])")
PHONE = re.compile(
    r"""(?<![\w+.,/-])(?:
      \+[ ]?\d{1,3}[ .\-/]{0,2}(?:\(0\)[ .\-/]{0,2})?\(?\d(?:[ .\-/()]{0,2}\d){6,12}
    | 00[ ]?[1-9]\d{0,2}[ .\-/]{0,2}(?:\(0\)[ .\-/]{0,2})?\(?\d(?:[ .\-/()]{0,2}\d){7,12}
    | \(?0\)?[1-9](?P<gap>[ .\-/]{0,3})\d{2}(?:(?P=gap)\d{2}){3}
    | 0[1-9][ .\-/]?\d{8}
    | (?<!\d[ ])0\d{2,4}[ ]\d{3,4}[ ]\d{4}(?![ ]\d)
    | (?<!\d[ ])\(?[2-9]\d{2}\)?[ .-]\d{3}[.-]\d{4}
    )(?![\w]|[.,/-]\d)""",
    re.VERBOSE,
)
LEAST_DIGITS = 9
TRACES = re.compile(r"[@＠/]|www\.|\d(?:\D{0,4}\d){8}|arobase|[(\[{] ?at ?[)\]}]", re.IGNORECASE)
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2011": "-", "\u2010": "-"})

# Length of an IBAN by country (ISO 13616 registry); of the others every length is tried.
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DZ": 26,
    "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27,
    "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MA": 28, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25,
    "RO": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "TN": 24, "TR": 26,
}  # fmt: skip


def redacted(texts: Iterable[Any]) -> list[Any]:
    """Texts with personal data replaced by its kind.

    Parameters
    ----------
    texts : iterable of str
        What is no text (None, nan, numbers) comes back as it is.

    Returns
    -------
    list
        Of the same length.

    Examples
    --------
    >>> redacted(["Rappelez-moi au 06 12 34 56 78 !", "payé 12,90 € le 03/05/2024, 10/10", None])
    ['Rappelez-moi au [phone] !', 'payé 12,90 € le 03/05/2024, 10/10', None]
    """
    return [redacted_text(text) if isinstance(text, str) else text for text in texts]


def redacted_text(text: str) -> str:
    """One text without personal data."""
    # Spaces and hyphens of other kinds are as long, so places stay the same.
    plain = text.translate(SPACES)
    if not has_traces(plain):
        return text
    plain = EMAIL.sub(KINDS["email"], plain)
    plain = URL.sub(masked_url, plain)
    if sum(map(str.isdigit, plain)) >= LEAST_DIGITS:
        plain = masked_ibans(plain)
        plain = NIR.sub(lambda found: KINDS["nir"] if is_nir(found) else found[0], plain)
        plain = CARD.sub(lambda found: KINDS["card"] if is_card(digits_of(found[0])) else found[0], plain)
        plain = PHONE.sub(KINDS["phone"], plain)
    return plain if plain != text.translate(SPACES) else text


def has_traces(text: str) -> bool:
    """Whether anything in the text can be personal data: most comments have nothing."""
    return TRACES.search(text) is not None


def masked_url(found: re.Match[str]) -> str:
    """The mask, with the punctuation that ends a sentence and not the address."""
    return KINDS["url"] + found[0][len(found[0].rstrip(URL_END)) :]


def masked_ibans(text: str) -> str:
    """The text without account numbers; letters and digits after one stay."""
    parts, last = [], 0
    for found in IBAN.finditer(text):
        end = iban_end(found[0])
        if end:
            parts += [text[last : found.start()], KINDS["iban"]]
            last = found.start() + end
    return "".join([*parts, text[last:]])


def iban_end(text: str) -> int:
    """Where the account number at the beginning of a text ends; 0 when there is none."""
    places = [at for at, char in enumerate(text) if char.isalnum()]
    letters = "".join(text[at] for at in places).upper()
    known = IBAN_LENGTHS.get(letters[:2])
    lengths = [known] if known else range(min(len(letters), 34), 14, -1)
    for length in lengths:
        if length <= len(letters) and is_iban(letters[:length]):
            return places[length - 1] + 1
    return 0


def is_iban(letters: str) -> bool:
    """Check of ISO 7064 (modulo 97)."""
    moved = letters[4:] + letters[:4]
    return moved.isascii() and int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def is_nir(found: re.Match[str]) -> bool:
    """Whether month and key of a French social security number are right; Corsica's 2A and 2B count as 19 and 18."""
    month = int(found[3])
    if not (1 <= month <= 12 or 20 <= month <= 42 or 50 <= month <= 99):
        return False
    department = {"2A": "19", "2B": "18"}.get(found[4].upper(), found[4])
    number = int(found[1] + found[2] + found[3] + department + found[5] + found[6])
    return 97 - number % 97 == int(found[7])


def digits_of(text: str) -> str:
    """The digits of a text."""
    return "".join(char for char in text if char.isdigit())


def is_card(digits: str) -> bool:
    """Whether digits are of a length and a beginning that cards have, and pass Luhn's check (ISO/IEC 7812-1)."""
    usual = {13: ("4",), 14: ("30", "36", "38"), 15: ("34", "37"), 16: tuple("23456"), 19: tuple("456")}
    return digits.startswith(usual.get(len(digits), ("x",))) and luhn(digits) == 0


def luhn(digits: str) -> int:
    """Luhn's sum modulo 10; 0 when the check digit is right."""
    values = [int(char) for char in reversed(digits)]
    return (sum(values[::2]) + sum(sum(divmod(2 * value, 10)) for value in values[1::2])) % 10
