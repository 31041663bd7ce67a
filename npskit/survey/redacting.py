"""Redaction of a column, as an analyst asks for it: the same kind of thing back, without personal data."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import pandas as pd

from npskit.errors import ArgumentTypeError
from npskit.text.redaction import redacted

__all__ = ["redact"]

Texts = TypeVar("Texts")


def redact(series: Texts) -> Texts:
    """Texts with personal data replaced by its kind, such as ``[e-mail]`` or ``[phone]``.

    Parameters
    ----------
    series : Series, list, tuple, array or str
        pandas or Polars. What is no text stays as it is.

    Returns
    -------
    the same type
        With the same index and name.

    Raises
    ------
    ArgumentTypeError
        For anything else.

    Notes
    -----
    Masked are e-mail addresses, web addresses, telephone numbers (French and international), payment cards (Luhn),
    IBANs (modulo 97) and French social security numbers (key). Prices, dates, postcodes, order numbers and "10/10"
    stay. Names of persons have no form, and are not promised.

    Examples
    --------
    >>> import pandas as pd
    >>> redact(pd.Series(["écrivez à zoe@exemple.fr", "10/10, 12,90 €"], index=["a", "b"]))
    a    écrivez à [e-mail]
    b        10/10, 12,90 €
    dtype: str
    """
    values: Any = series
    if isinstance(values, str):
        return redacted([values])[0]
    if isinstance(values, pd.Series):
        return redacted_series(values)  # type: ignore[return-value]  # of the kind it was given
    if isinstance(values, (list, tuple)):
        return type(values)(redacted(values))  # type: ignore[return-value]  # of the kind it was given
    if isinstance(values, np.ndarray):
        return np.array(redacted(values.tolist()), dtype=object)  # type: ignore[return-value]  # of the kind it was given
    if type(values).__module__.startswith("polars") and hasattr(values, "dtype"):
        return redacted_polars(values)
    raise ArgumentTypeError(
        where="redact",
        expected="a pandas or Polars Series, a list or a text",
        got=type(values).__name__,
        hint="redact one column: npskit.redact(df['comment'])",
    )


def redacted_series(series: pd.Series) -> pd.Series:
    """A pandas Series of the same dtype, index and name."""
    # Missing values of a dtype of strings are its own, not nan as a number.
    clean = pd.Series(redacted(series.tolist()), index=series.index, name=series.name, dtype=object)
    return clean.astype("category" if isinstance(series.dtype, pd.CategoricalDtype) else series.dtype)


def redacted_polars(series: Any) -> Any:
    """A Polars Series of the same name; categories are texts that may merge."""
    kind = str(series.dtype)
    if not kind.startswith(("String", "Utf8", "Categorical", "Enum")):
        return series
    texts = type(series)(series.name, redacted(series.to_list()))
    return texts.cast(series.dtype) if kind.startswith("Categorical") else texts
