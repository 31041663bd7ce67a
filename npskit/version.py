"""Which npskit this is, for whoever writes it down: the front door, and reports on a floor far below it."""

from __future__ import annotations

__all__ = ["VERSION"]

VERSION = "0.1.0"
