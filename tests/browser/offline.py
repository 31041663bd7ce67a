"""Notebooks run as a stranger runs them: in a folder of nobody, without a network; and what a reader then sees.

Guides and templates are both run this way. The browser looks at the pages that templates make.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

__all__ = ["ENGLISH", "charts_of", "nowhere", "outputs", "run", "shown", "texts_of"]

LIBRARIES = ("nbclient", "ipykernel", "vl_convert", "anywidget", "openpyxl", "scipy")
# Loaded by every Python that starts below: an address that is not this computer is refused, and written down.
GUARD = """
import os, socket

LOCAL = {"127.0.0.1", "::1", "localhost", "0.0.0.0", "", None}


def noted(call, host_of):
    def guarded(*args, **kwds):
        host = host_of(*args)
        if host not in LOCAL:
            with open(os.environ["NPSKIT_TEST_CALLS"], "a") as file:
                file.write(f"{host}\\n")
            raise OSError(f"no network here: {host}")
        return call(*args, **kwds)
    return guarded


def host(sock, address, *rest):
    return address[0] if sock.family in (socket.AF_INET, socket.AF_INET6) else None


socket.socket.connect = noted(socket.socket.connect, host)
socket.socket.connect_ex = noted(socket.socket.connect_ex, host)
socket.getaddrinfo = noted(socket.getaddrinfo, lambda name, *rest: name)
"""
ENGLISH = re.compile(
    r"\b(the|and|of|with|from|below|above|others|between|expected|interval|chance|quarter|quarters|month|months|"
    r"answers|customers|segments? that|importance of|by|is|are|which|all|none|no)\b",
    re.IGNORECASE,
)
VEGALITE = re.compile(r"application/vnd\.vegalite\.v\d+.*\+json")


@contextmanager
def nowhere() -> Iterator[Path]:
    """A folder of nobody to run in, with an empty one for temporary files, and no network."""
    back = Path.cwd()
    # Its path is short: kernels talk through sockets in it.
    with tempfile.TemporaryDirectory(prefix="g-") as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        for part in ("here", "tmp", "guard"):
            (folder / part).mkdir()
        (folder / "guard" / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
        patch.setenv("PYTHONPATH", str(folder / "guard"))
        patch.setenv("NPSKIT_TEST_CALLS", str(folder / "calls"))
        patch.setenv("TMPDIR", str(folder / "tmp"))
        patch.setattr(tempfile, "tempdir", str(folder / "tmp"))
        patch.delenv("NPSKIT_LANG", raising=False)
        patch.delenv("NPSKIT_GUIDE_SPARK", raising=False)
        os.chdir(folder / "here")
        try:
            yield folder
        finally:
            os.chdir(back)


def run(notebook: Any, place: Path, lang: str = "en") -> Any:
    """The notebook with its outputs; it left nothing behind and called nobody."""
    for library in LIBRARIES:
        pytest.importorskip(library, reason="the lab extra is not installed")
    from npskit.report.running import executed

    executed(notebook, lang=lang, progress=False)
    assert list((place / "here").iterdir()) == []
    assert [left.name for left in (place / "tmp").iterdir()] == []
    assert not (place / "calls").exists(), (place / "calls").read_text(encoding="utf-8")
    return notebook


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def charts_of(notebook: Any) -> list[dict[str, Any]]:
    """The specifications of the charts that are shown."""
    bundles = [output.data for output in outputs(notebook) if "data" in output]
    return [bundle[kind] for bundle in bundles for kind in bundle if VEGALITE.fullmatch(kind)]


def texts_of(spec: Any) -> Iterator[str]:
    """Titles of a chart, of its axes and of its legends."""
    if isinstance(spec, dict):
        for name, value in spec.items():
            if name in ("title", "subtitle", "text") and isinstance(value, (str, list)):
                yield from ([value] if isinstance(value, str) else [each for each in value if isinstance(each, str)])
            if name not in ("data", "datasets"):
                yield from texts_of(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from texts_of(value)


def shown(notebook: Any) -> str:
    """Everything a reader sees that is not a chart."""
    parts = []
    for output in outputs(notebook):
        if output.output_type == "stream":
            parts.append(output.text)
        elif "data" in output and not any(VEGALITE.fullmatch(kind) for kind in output.data):
            parts.append(output.data.get("text/html") or output.data.get("text/plain", ""))
    return re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", "\n".join(parts), flags=re.DOTALL)
