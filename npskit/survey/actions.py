"""Candidate actions, as a team lists them: understood and checked row by row before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from npskit.errors import ArgumentError, ArgumentTypeError, did_you_mean
from npskit.scale import is_missing
from npskit.survey.plots import columns_of

__all__ = ["KINDS", "Action", "read_actions"]

#: What an action may work on; at most one of them.
KINDS = ("driver", "theme", "segment")
COLUMNS = ("action", *KINDS, "move", "feasibility", "cost", "owner")


@dataclass(frozen=True)
class Action:
    """One row of a list of actions.

    Attributes
    ----------
    name : str
    kind : {"driver", "theme", "segment"}
    target : Any
        The attribute, the yes/no column, or the segment as text or as column to level.
    move : float or None
    feasibility : float
    cost : float or None
    owner : str or None
    """

    name: str
    kind: str
    target: Any
    move: float | None
    feasibility: float
    cost: float | None
    owner: str | None

    @property
    def shown(self) -> str:
        """What it works on, as text."""
        if isinstance(self.target, Mapping):
            return " · ".join(f"{column} {level}" for column, level in self.target.items())
        return str(self.target)


def read_actions(actions: Any) -> list[Action]:
    """Rows of a table or a sequence of mappings as actions.

    Raises
    ------
    ArgumentError
        For a row without a name, target or feasibility, with two targets, or an action named twice.
    ArgumentTypeError
        When the actions are no table.
    """
    found = [read_action(row, at) for at, row in enumerate(rows_of(actions))]
    if not found:
        raise ArgumentError(where="actions", expected="at least one action", got="none")
    names = [action.name for action in found]
    twice = [name for at, name in enumerate(names) if name in names[:at]]
    if twice:
        raise ArgumentError(where="actions", expected="each action once", got=f"{twice[0]!r} more than once")
    return found


EXAMPLE = "[{'action': 'A second checkout', 'driver': 'checkout', 'move': 0.5, 'feasibility': 4}]"


def rows_of(actions: Any, *, example: str = EXAMPLE) -> list[dict[str, Any]]:
    """Rows of a table of any library, a mapping of columns, or mappings; the example is shown when it is neither."""
    if isinstance(actions, Sequence) and not isinstance(actions, str):
        if all(isinstance(row, Mapping) for row in actions):
            return [dict(row) for row in actions]
    elif isinstance(actions, Mapping) or hasattr(actions, "to_dict") or hasattr(actions, "to_pydict"):
        columns = dict(actions) if isinstance(actions, Mapping) else columns_of(actions)
        if all(isinstance(values, (list, tuple)) for values in columns.values()):
            return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    raise ArgumentTypeError(
        where="actions",
        expected="a table, or a list of dictionaries",
        got=type(actions).__name__,
        hint=example,
    )


def read_action(row: Mapping[str, Any], at: int) -> Action:
    """One row."""
    unknown = [name for name in row if name not in COLUMNS]
    if unknown:
        raise ArgumentError(
            where="actions", expected="known columns", got=repr(unknown[0]), hint=did_you_mean(str(unknown[0]), COLUMNS)
        )
    given = {name: value for name, value in row.items() if not is_missing(value)}
    if "action" not in given:
        raise ArgumentError(where=f"actions, row {at + 1}", expected="the name of the action", got="none")
    name = str(given["action"])
    kinds = [kind for kind in KINDS if kind in given]
    if len(kinds) != 1:
        raise ArgumentError(
            where=f"action {name!r}", expected="one of driver, theme and segment", got=", ".join(kinds) or "none"
        )
    feasibility = number_of(given, "feasibility", name)
    if feasibility is None or not 1 <= feasibility <= 5:
        raise ArgumentError(
            where=f"feasibility of action {name!r}",
            expected="1 (hardly) to 5 (at once)",
            got="none" if feasibility is None else f"{feasibility:g}",
        )
    cost = number_of(given, "cost", name)
    if cost is not None and cost <= 0:
        raise ArgumentError(
            where=f"cost of action {name!r}", expected="above 0, or none when not known", got=f"{cost:g}"
        )
    owner = str(given["owner"]) if "owner" in given else None
    return Action(name, kinds[0], given[kinds[0]], number_of(given, "move", name), feasibility, cost, owner)


def number_of(given: Mapping[str, Any], column: str, name: str) -> float | None:
    """A number of a row, None when it is empty."""
    if column not in given:
        return None
    try:
        value = float(given[column])
    except (TypeError, ValueError):
        value = float("nan")
    if value != value or abs(value) == float("inf"):
        raise ArgumentError(where=f"{column} of action {name!r}", expected="a number", got=repr(given[column]))
    return value
