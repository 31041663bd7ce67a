"""An explorer as one page that opens from an email: no kernel, no network, no rows.

The page holds a cube of counts, Vega once, and the JavaScript of the widget, which does all the arithmetic there. What
may not leave the house has to be out of the cube before it comes here. A content policy forbids the browser to ask
for anything, and no name from the data can become markup: the payload is JSON without a single "<".
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from npskit.errors import ArgumentError, ArgumentTypeError
from npskit.labels import language, word
from npskit.widgets.javascript import asset, script

__all__ = ["fragment", "page", "page_path", "write_page"]

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'"
)


def page(payload: Mapping[str, Any], *, lang: str | None = None) -> str:
    """The page of a payload.

    Parameters
    ----------
    payload : mapping
        As `npskit.widgets.payload.payload` makes it.
    lang : {"en", "fr"}, optional
        Language at first; its reader can change it.

    Returns
    -------
    str
        HTML.
    """
    lang = language(lang)
    title = escape(str(payload.get("title") or word("explore_title", lang)))
    return f"""<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="npskit">
<title>{title}</title>
<style>{asset("page.css")}{asset("explorer.css")}</style>
</head>
<body>
<main>
{fragment(payload, lang=lang)}
</main>
<script>{inlined(script(asset("page.js")))}</script>
</body>
</html>
"""


def fragment(payload: Mapping[str, Any], *, lang: str | None = None) -> str:
    """The place of an explorer in a page that brings the script itself.

    Examples
    --------
    >>> "</script><script>" in fragment({"title": "</script><script>alert(1)</script>"})
    False
    """
    lang = language(lang)
    state = {**payload.get("state", {}), "lang": lang}
    text = json.dumps({**payload, "state": state}, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # In JSON every "<" may be written as an escape, so no name from the data can end the script.
    safe = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    failed, none = (escape(word(key, lang), quote=True) for key in ("explore_failed", "explore_no_script"))
    return (
        f'<div data-npskit-explorer="" data-failed="{failed}"><noscript>{none}</noscript>'
        f'<script type="application/json">{safe}</script></div>'
    )


def inlined(text: str) -> str:
    """A script as it may stand inside HTML."""
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def page_path(path: str | os.PathLike[str]) -> Path:
    """Where a page can be written.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For what is no path, does not end in .html, is a folder, or lies in one that is not there.
    """
    if not isinstance(path, str | os.PathLike):
        raise ArgumentTypeError(where="path", expected="the path of a page", got=repr(path), hint="'page.html'")
    out = Path(path)
    if out.suffix.lower() not in (".html", ".htm"):
        raise ArgumentError(where="path", expected="a name that ends in .html", got=repr(str(path)))
    if out.is_dir():
        raise ArgumentError(where="path", expected="the name of a page", got=f"the folder {str(out)!r}")
    if not out.parent.is_dir():
        raise ArgumentError(
            where="path", expected="a folder that is there", got=repr(str(out.parent)), hint="make it first"
        )
    return out


def write_page(path: str | os.PathLike[str], payload: Mapping[str, Any], lang: str | None = None) -> Path:
    """Write the page of a payload, all or nothing.

    Parameters
    ----------
    path : path
        Ends in ``.html``.
    payload : mapping
        As `npskit.widgets.payload.payload` makes it, of a cube that may be given away.
    lang : {"en", "fr"}, optional

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        When no page can be written at the path.
    """
    out = page_path(path)
    content = page(payload, lang=lang).encode("utf-8")
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(out)
    finally:
        beside.unlink(missing_ok=True)
    return out
