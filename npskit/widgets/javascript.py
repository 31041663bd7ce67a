"""The explorer's JavaScript as one script: plain files in a row, with Vega once in front of them.

There is no build step and nothing to install beside Python: the files of ``static/`` are read as they are, and
vl-convert brings Vega along. The whole stands in one closure, so that two explorers, or a report beside them, share no
name.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from npskit.errors import optional_import

__all__ = ["FILES", "asset", "engine", "module", "script"]

#: In the order in which they stand in the script.
FILES = (
    "cube.js",
    "statistics.js",
    "level.js",
    "answers.js",
    "words.js",
    "sentences.js",
    "pictures.js",
    "controls.js",
    "panel.js",
    "layout.js",
    "front.js",
    "explorer.js",
)
ADDRESS = re.compile(r"https?://(?!www\.w3\.org/)")
MADE = "{ mount, readCube, answersOf, score, scoreInterval, difference, level, wordsOf }"


def asset(name: str) -> str:
    """A file of ``static/``."""
    return files("npskit.widgets").joinpath("static", name).read_text(encoding="utf-8")


def engine() -> str:
    """Our own files in one closure, as an expression; it needs ``vegaEmbed`` around it only once something is drawn."""
    return "(() => {\n" + "\n".join(asset(name) for name in FILES) + f"\nreturn {MADE};\n}})()"


@cache
def bundle(after: str) -> str:
    """Vega, our files and what comes after them; it declares names, which must not become those of a page."""
    converter = optional_import("vl_convert", extra="explore", purpose="draw an explorer without a network")
    text: str = converter.javascript_bundle(f"const explorer = {engine()};\n{after}")
    # Links to Vega's editor and schemas: never asked for, but a reader who searches the page should find none.
    return ADDRESS.sub("about:blank#", text)


def script(after: str) -> str:
    """Vega and the explorer as one script without an address; `after` is what it does with ``explorer``.

    Examples
    --------
    >>> "about:blank" in script("explorer.mount(document.body, {});")
    True
    """
    return f"(() => {{{bundle(after)}}})();"


def module(after: str) -> str:
    """The same as an ES module: `after` sees ``explorer`` and ends in its exports, such as ``export default {...}``."""
    made = "((publish) => {" + bundle("publish(explorer);") + "})((made) => { explorer = made; });"
    return f"let explorer;\n{made}\n{after}"
