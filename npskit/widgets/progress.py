"""A line that says how far the counting is, where it takes long enough to wonder."""

from __future__ import annotations

import sys
import time
from typing import Any, Self

from npskit.labels import share, word

__all__ = ["Progress"]

PATIENCE = 0.7
EVERY = 0.2


class Progress:
    """Tells of the fraction done, in one line of a notebook or of a terminal; silent for short work.

    Parameters
    ----------
    lang : {"en", "fr"}

    Examples
    --------
    >>> with Progress("en") as told:
    ...     told(0.5)
    """

    def __init__(self, lang: str) -> None:
        self.lang, self.start, self.last = lang, time.monotonic(), 0.0
        self.line: Any = None

    def __enter__(self) -> Self:
        return self

    def __call__(self, fraction: float) -> None:
        now = time.monotonic()
        if now - self.start > PATIENCE and now - self.last > EVERY:
            self.last = now
            self.tell(word("explore_counting", self.lang, share=share(fraction, lang=self.lang)))

    def __exit__(self, *error: object) -> None:
        if self.line is not None:
            self.tell("")

    def tell(self, text: str) -> None:
        """Show a text in place of the one before."""
        shown = {"text/plain": text}
        if self.line is not None and self.line is not sys.stderr:
            self.line.update(shown, raw=True)
        elif self.line is None and in_notebook():
            from IPython.display import display

            self.line = display(shown, raw=True, display_id=True)
        elif sys.stderr.isatty():
            self.line = sys.stderr
            print(f"\r{text:<40}", end="" if text else "\r", file=sys.stderr, flush=True)


def in_notebook() -> bool:
    """Whether a kernel shows what is displayed."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return getattr(shell, "kernel", None) is not None
