"""How far a long work is: a bar where somebody looks, or a line for each part that is through."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from npskit.errors import optional_import
from npskit.report.running import in_notebook

__all__ = ["Told", "telling"]

Told = Callable[[str], object]
WIDEST = 30


@contextmanager
def telling(progress: bool | None, parts: int, told: Told | None = None) -> Iterator[Told]:
    """What to call with a line for each part that is through.

    Parameters
    ----------
    progress : bool or None
        Whether to show a bar; None shows it in a notebook and on a terminal.
    parts : int
    told : callable, optional
        Gets the lines as well.
    """
    if progress is None:
        progress = told is None and (in_notebook() or sys.stderr.isatty())
    if not progress:
        yield told or (lambda line: None)
        return
    module = optional_import(
        "tqdm.notebook" if in_notebook() else "tqdm", extra="report", purpose="show how far the reports are"
    )
    with module.tqdm(total=parts, unit="", leave=False, dynamic_ncols=True) as bar:

        def tell(line: str) -> None:
            bar.set_postfix_str(line.splitlines()[0][:WIDEST], refresh=False)
            bar.update()
            if told is not None:
                told(line)

        yield tell
