"""From what was chosen to what is done: priorities as rows of a log, with the points that are expected of them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from npskit.errors import ArgumentError, did_you_mean
from npskit.survey.action_cells import COLUMNS
from npskit.survey.action_log import KINDS, POINTS, ActionLog, read_actions

if TYPE_CHECKING:
    from npskit.survey.priorities import Priorities

__all__ = ["log_of_priorities"]

# Fewer digits than these tell no less of a point.
DECIMALS = 2


def log_of_priorities(
    priorities: Priorities, path: Any = None, *, since: Any = None, actions: Any = None, **columns: Any
) -> ActionLog:
    """Chosen priorities as rows of a log; see `Priorities.log`."""
    names = list(priorities.table["action"])
    chosen = names[:actions] if isinstance(actions, int) and not isinstance(actions, bool) else (
        names if actions is None else [actions] if isinstance(actions, str) else list(actions)
    )  # fmt: skip
    for name in chosen:
        if name not in names:
            raise ArgumentError(where="actions", expected="actions among the priorities", got=repr(name),
                                hint=did_you_mean(str(name), names, quoted=True))  # fmt: skip
    target = None if path is None else Path(os.fspath(path))
    log = read_actions(target) if target is not None and target.exists() else ActionLog({name: [] for name in COLUMNS})
    for name in chosen:
        row = {key: values[names.index(name)] for key, values in priorities.table.items()}
        bounds = {to: None if row[of] != row[of] else round(row[of], DECIMALS)
                  for to, of in zip(POINTS, ("impact", "lower", "upper"), strict=True)}  # fmt: skip
        own = {kind: row[kind] for kind in KINDS} | {"owner": row["owner"]} | bounds
        log = log.add(name, since, **{"status": None if since is not None else "planned", **own, **columns})
    if target is not None:
        log.save(target)
    return replace(log, path=target)
