"""What a person may pass as a number or as a source of chance.

Python raises an error of its own where None is compared with 0; a reader of a notebook should see which argument it
was. So a value is made a number first, nan for what is none, and the caller says what it expected.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from npskit.errors import ArgumentError

__all__ = ["as_number", "generator"]


def as_number(value: Any) -> float:
    """The value as a number; nan for what is none: text, true or false, None, several numbers.

    Examples
    --------
    >>> as_number(40), as_number("40"), as_number(True), as_number([30, 40])
    (40.0, nan, nan, nan)
    """
    if np.ndim(value) or isinstance(value, bool | np.bool_ | str | bytes):
        return float("nan")
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def generator(rng: Any) -> np.random.Generator:
    """The generator of a seed.

    Raises
    ------
    ArgumentError
        For what is neither a generator nor a seed.

    Examples
    --------
    >>> int(generator(0).integers(10))
    8
    """
    try:
        return np.random.default_rng(rng)
    except (TypeError, ValueError):
        raise ArgumentError(
            where="rng", expected="a whole number from 0 on, a numpy Generator or None", got=repr(rng)
        ) from None
