"""Templates that ran, each in one kernel for all who look at it: as they stand, and with every chapter there is.

Their own tests and the browser's, which are two runs of pytest, look at the same notebooks. Where NPSKIT_TEST_RUNS
names a folder, the first keeps them there and the second takes them from there.
"""

from __future__ import annotations

import copy
import os
import uuid
from pathlib import Path
from typing import Any

from offline import nowhere, run

__all__ = ["ASKED", "ran_before", "run_template"]

# What opens chapters that a template otherwise leaves out of the survey it brings.
ASKED: dict[str, dict[str, Any]] = {
    "segments": {"team": "WhenTaking", "stages": "CompleteTraining"},
    "drivers-and-priorities": {
        "actions": [
            {"action": "Clearer lessons", "driver": "TrainersClearAnswers", "move": 0.5, "feasibility": 4, "owner": "A"}
        ]
    },
    "forecast": {"target": 50, "by": ["WhenTaking"]},
    "growth": {"scenario": 5},
    "explorer": {"threshold": 10},
    "who-answers": {
        "invited": 20_000,
        "targets": {"a_commente": {0: 0.7, 1: 0.3}},
        "reviews": {1: 30, 2: 5, 3: 5, 4: 20, 5: 40},
    },
}
# There is no page of it as it stands: a live explorer shows itself to a kernel only.
LIVE = "explorer"


def run_template(template: str, lang: str) -> tuple[Any, ...]:
    """A template that runs now: with every chapter first, then as it stands where that is something else.

    The first is kept for `ran_before`. The second finds what the first left in the kernel; Binder's step of the full
    job runs it in one of its own.
    """
    from npskit.report import prepared

    asked = [ASKED.get(template, {}), *([{}] if template in ASKED and template != LIVE else [])]
    notebooks = [prepared(template, {"lang": lang, **each}) for each in asked]
    one = copy.deepcopy(notebooks[0])
    # The cells of defaults bring every name back to what it is without a parameter.
    one.cells = [{**cell, "id": f"{at}-{cell.id}"} for at, each in enumerate(notebooks) for cell in each.cells]
    with nowhere() as place:
        left = iter(run(nodes(one), place, lang).cells)
    for notebook in notebooks:
        notebook.cells = [{**next(left), "id": cell.id} for cell in notebook.cells]
    found = tuple(map(nodes, notebooks))
    if path := kept_at(template, lang):
        keep(found[0], path)
    return found


def ran_before(template: str, lang: str) -> Any:
    """A template with every chapter that ran in another pytest of the same job, or else runs now."""
    import nbformat

    path = kept_at(template, lang)
    return nbformat.read(path, as_version=4) if path and path.exists() else run_template(template, lang)[0]


def nodes(notebook: Any) -> Any:
    """A notebook whose parts are nodes, valid or not."""
    import nbformat

    return nbformat.from_dict(notebook)


def kept_at(template: str, lang: str) -> Path | None:
    """Where a run is kept, if it is."""
    folder = os.environ.get("NPSKIT_TEST_RUNS")
    return Path(folder) / f"{template}.{lang}.ipynb" if folder else None


def keep(notebook: Any, path: Path) -> None:
    """Write it, whole or not at all."""
    import nbformat

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(uuid.uuid4().hex)
    part.write_text(nbformat.writes(notebook), encoding="utf-8")
    part.replace(path)
