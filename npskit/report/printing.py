"""A page on paper: a Chromium that is there already prints it, searchable and with drawings as drawings."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from npskit.errors import ReportError

__all__ = ["browser", "printed"]

VARIABLE = "NPSKIT_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
SECONDS = 120
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
    # The charts are drawn by the page itself, so that their texts are measured in the fonts they are printed in.
    "--virtual-time-budget=10000",
)


def browser() -> str:
    """The path of a Chromium, Chrome or Edge.

    Raises
    ------
    ReportError
        When there is none.
    """
    named = os.environ.get(VARIABLE)
    found = next(filter(None, map(shutil.which, [named] if named else [*NAMES, *PLACES])), None)
    if found is None:
        raise ReportError(
            where="a report as PDF",
            expected="a Chromium, Chrome or Edge",
            got=f"none at {named!r}" if named else "none",
            hint=f"install one, or name its path in the variable {VARIABLE}; a report as .html needs none",
        )
    return found


def printed(html: str) -> bytes:
    """The page as PDF.

    Raises
    ------
    ReportError
        When there is no browser, or it fails.
    """
    command = [browser(), *FLAGS, *(["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else [])]
    with tempfile.TemporaryDirectory(prefix="npskit-print-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        page, out = folder / "report.html", folder / "report.pdf"
        page.write_text(html, encoding="utf-8")
        command += [f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={out}", page.as_uri()]
        try:
            run = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise failed(type(error).__name__) from None
        if run.returncode or not out.exists():
            said = run.stderr.decode("utf-8", "replace").strip().splitlines()
            raise failed(next(reversed(said), f"exit code {run.returncode}"))
        return out.read_bytes()


def failed(got: str) -> ReportError:
    """The error of a browser that did not print."""
    return ReportError(
        where="a report as PDF", expected="the browser to print it", got=got, hint="a report as .html needs no browser"
    )
