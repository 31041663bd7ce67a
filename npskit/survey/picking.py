"""Picking the columns of a survey by hand: what may play each role, why, and the survey with what was picked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from npskit.errors import ArgumentError, NpskitError, did_you_mean, shown_values
from npskit.roles import ROLES, resolve
from npskit.survey.calling import subject
from npskit.survey.plots import columns_of

if TYPE_CHECKING:
    from npskit.survey.base import Base

__all__ = ["Choice", "Picking"]

SHOWN = 4


class Choice:
    """One role and the columns it may be.

    Attributes
    ----------
    role : str
    found : str or None
        The column that plays it without being picked.
    reason : str
        Why, or why none does.
    rivals : tuple of str
        The columns between which it cannot be decided.
    """

    def __init__(self, role: str, found: str | None, reason: str, rivals: tuple[str, ...]) -> None:
        self.role, self.found, self.reason, self.rivals = role, found, reason, rivals

    @property
    def is_open(self) -> bool:
        """Whether several columns could play it."""
        return bool(self.rivals)


class Picking:
    """The columns of a survey, and which of them were picked for which role.

    Parameters
    ----------
    survey : Survey

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"nps_shop": [10, 9, 3, 8, 7], "nps_site": [1, 2, 3, 9, 10]})
    >>> picking = Picking(answers.nps)
    >>> picking.choices()["rating"].rivals
    ('nps_shop', 'nps_site')
    >>> picking.code({"rating": "nps_shop"}), picking.survey({"rating": "nps_shop"}).score()
    ("df.nps(rating='nps_shop')", 20.0)
    """

    def __init__(self, survey: Base) -> None:
        self._survey = survey

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column, as the data has them."""
        return tuple(str(name) for name in self._survey._whole.columns)

    def choices(self) -> dict[str, Choice]:
        """What is known of each role, without anything picked."""
        table = columns_of(self._survey.roles())
        found = {}
        for role, column, reason in zip(table["role"], table["column"], table["reason"], strict=True):
            if role in ROLES:
                rivals = tuple(self._survey.rivals(role)) if not isinstance(column, str) else ()
                found[role] = Choice(role, column if isinstance(column, str) else None, str(reason), rivals)
        return found

    def sample(self, column: str) -> str:
        """A few of its values as an error would show them: codes, and of comments the length only."""
        values = self._survey._whole.sample(column)
        return shown_values(values[:SHOWN]) if values else ""

    def survey(self, picked: Mapping[str, str]) -> Any:
        """The survey with the columns picked.

        Raises
        ------
        ArgumentError
            For an unknown role, or a column picked for two.
        ColumnNotFoundError
            For a column that is not there.
        """
        given = {**self._survey.settings, **self.checked(picked)}
        return _plain(self._survey)(self._survey.data, **given)

    def checked(self, picked: Mapping[str, str]) -> dict[str, str]:
        """The columns picked by their full names."""
        for role in picked:
            if role not in ROLES:
                raise ArgumentError(f"no role {role!r}.", hint=did_you_mean(role, ROLES))
        named = {role: resolve(column, self._survey._whole.columns) for role, column in picked.items()}
        twice = [role for role in named if list(named.values()).count(named[role]) > 1]
        if twice:
            raise ArgumentError(
                where=" and ".join(twice), expected="a column each", got=f"{named[twice[0]]!r} for both"
            )
        return named

    def code(self, picked: Mapping[str, str], name: str = "df") -> str:
        """The line of Python that gives this survey."""
        try:
            return subject(self.survey(picked), name)
        except NpskitError:
            return subject(self._survey, name)


def _plain(survey: Base) -> Any:
    """The class of surveys that takes keywords; an accessor is of one frame and takes none."""
    return next(kind for kind in type(survey).__mro__ if "NPSAccessor" not in kind.__name__)
