"""Who was treated, as a team writes it in its log: what is wrong is told with the row that it is in.

``agence=Brest|Nîmes`` are the answers of two levels of a column, ``plan=Pro & agence=Brest`` those of both at once, and
``pilot`` a column of yes and no. A log is written by hand, so a level that is misspelt is the rule: it is named with
its file, its line and its action, all of them at once, and what may be meant beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from npskit.errors import ColumnNotFoundError, NpskitError, together
from npskit.frames import Source
from npskit.scale import is_missing
from npskit.survey.impact_rows import membership
from npskit.survey.levels import level_text

if TYPE_CHECKING:
    from npskit.survey.action_log import LoggedAction

__all__ = ["FORM", "check_treated", "meant"]

FORM = "write column=level, column=level|level for several, or the name of a column of yes and no"
SEPARATORS = re.compile(r"[|,;/]")
# Of a column with more levels than this, none is looked for.
MOST_LEVELS = 200


def check_treated(
    source: Source, actions: Sequence[LoggedAction], places: Mapping[str, str], source_name: str = "actions"
) -> None:
    """Raise for actions whose treated are not in the answers, all of them at once.

    Parameters
    ----------
    source : Source
    actions : sequence of LoggedAction
    places : mapping of str to str
        Action to where it stands, "actions.csv, line 4".
    source_name : str
        Of the file.

    Raises
    ------
    NpskitError
        Of the kind that looking up raised.
    """
    errors: list[NpskitError] = []
    for action in actions:
        try:
            membership(source, action.treated_by)
        except NpskitError as error:
            place, hint = places.get(action.action), error.hint
            where = f"{place}, action {action.action!r}" if place else f"action {action.action!r}"
            if action.treated and "=" not in action.treated:
                hint = meant(source, action.treated) or f"{error.hint.rstrip('.')}; {FORM}"
            errors.append(type(error)(f"{where}: {error.message}", hint=hint))
    if errors:
        raise together(errors, source_name)


def meant(source: Source, text: str) -> str:
    """What to write for a text that is no column: the levels in it, with their column; "" when it holds none.

    Examples
    --------
    >>> import pandas as pd
    >>> from npskit.frames import wrap
    >>> answers = wrap(pd.DataFrame({"nps": [9, 3], "shop": ["Brest", "Nîmes"]}))
    >>> meant(answers, "Brest").partition("?")[0]
    "did you mean 'shop=Brest'"
    >>> meant(answers, "shop: brest | Nîmes").partition("?")[0]
    "did you mean 'shop=Brest|Nîmes'"
    """
    head, colon, rest = text.partition(":")
    columns: Sequence[str] = source.columns
    if colon:
        with suppress(ColumnNotFoundError):
            columns, text = (source.column(head.strip()),), rest
    wanted = [part.strip().casefold() for part in SEPARATORS.split(text) if part.strip()]
    for column in columns:
        levels = [level for level in source.sample(column) if not is_missing(level)]
        if not wanted or len(levels) > MOST_LEVELS:
            continue
        known = {level_text(level).casefold(): level_text(level) for level in levels}
        if all(each in known for each in wanted):
            return f"did you mean '{column}={'|'.join(known[each] for each in wanted)}'? {FORM[0].upper()}{FORM[1:]}"
    return ""
