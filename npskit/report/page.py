"""An executed notebook as one page that opens anywhere.

Outputs only, no code. A chart is there twice: as the picture the kernel drew, which is what a printer and a browser
without scripts show, and as its specification, which Vega, once in the page, turns into the interactive chart in the
very same place. No address outside the page is left in it, and a content policy forbids the browser to ask for any.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Iterable, Mapping
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from npskit.charts.theme import host_text
from npskit.errors import optional_import
from npskit.labels import language

__all__ = ["page", "vega"]

VEGALITE = re.compile(r"application/vnd\.vegalite\.v\d+(\.\d+)*\+json")
ADDRESS = re.compile(r"https?://(?!www\.w3\.org/)")
XML_HEAD = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>", re.DOTALL)
ONCE = threading.Lock()
LONGEST_FOOTER = 90
HIDDEN = {"remove_cell", "remove-cell", "hide_cell"}
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; base-uri 'none'; form-action 'none'"
)


def page(notebook: Any, *, title: str, lang: str | None = None, interactive: bool = True) -> str:
    """The page of an executed notebook.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
    title : str
        Of the browser's tab.
    lang : {"en", "fr"}, optional
    interactive : bool
        Whether charts come with Vega; otherwise only their pictures.

    Returns
    -------
    str
        HTML.
    """
    body = "\n".join(part for cell in notebook.cells for part in cell_html(cell, interactive))
    drawn = interactive and 'class="nps-chart" data-chart' in body
    script = f"<script>{vega()}</script>" if drawn else ""
    return f"""<!DOCTYPE html>
<html lang="{language(lang)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="npskit">
<title>{escape(title)}</title>
<style>{asset("page.css")}@page {{ @bottom-left {{ content: "{css_text(title)}"; }} }}</style>
</head>
<body>
<main>
{body}
</main>
{script}
</body>
</html>
"""


def css_text(text: str) -> str:
    r"""A text for a style sheet: nothing in it ends the string or the sheet.

    Examples
    --------
    >>> css_text('a"</style>')
    'a\\22 \\3c \\2f style\\3e '
    """
    shown = text if len(text) <= LONGEST_FOOTER else text[: LONGEST_FOOTER - 1] + "…"
    return "".join(each if each.isalnum() or each in " ·–…" else f"\\{ord(each):x} " for each in shown)


def asset(name: str) -> str:
    """A file of the page."""
    return files("npskit.report").joinpath("page", name).read_text(encoding="utf-8")


def vega() -> str:
    """Vega, Vega-Lite and the lines that draw our charts, as one script without any outside address."""
    # Several reports at once wait for the first instead of each making the same.
    with ONCE:
        return bundle()


@cache
def bundle() -> str:
    """The script, made once."""
    converter = optional_import("vl_convert", extra="report", purpose="put interactive charts into a report")
    bundle = converter.javascript_bundle(asset("charts.js"))
    # Links to Vega's editor and schemas: never asked for, but a reader who searches the page should find none.
    inert = ADDRESS.sub("about:blank#", bundle)
    # The bundle declares names at its top level, which must not become the page's.
    return "(() => {" + inert.replace("</script", "<\\/script").replace("<!--", "<\\!--") + "})();"


def cell_html(cell: Any, interactive: bool) -> Iterable[str]:
    """What a cell shows: its text, or its outputs."""
    if HIDDEN & set(cell.metadata.get("tags", ())):
        return
    if cell.cell_type == "markdown":
        yield f'<section class="nps">{markdown_html(cell.source)}</section>'
    for output in cell.get("outputs", ()):
        if output.output_type in ("display_data", "execute_result"):
            yield output_html(output.data, interactive)
        elif output.output_type == "stream" and output.name == "stdout":
            yield f"<pre>{escape(output.text)}</pre>"


def output_html(data: Mapping[str, Any], interactive: bool) -> str:
    """An output in the richest form that a page without a kernel can show."""
    specs = [name for name in data if VEGALITE.fullmatch(name)]
    if specs:
        return chart_html(data[specs[0]], joined(data.get("image/svg+xml", "")), interactive)
    for kind in ("text/html", "image/svg+xml"):
        if kind in data:
            return joined(data[kind])
    for kind in ("image/png", "image/jpeg"):
        if kind in data:
            picture = re.sub(r"[^A-Za-z0-9+/=]", "", joined(data[kind]))
            return f'<figure><img alt="" src="data:{kind};base64,{picture}"></figure>'
    if "text/markdown" in data:
        return markdown_html(joined(data["text/markdown"]))
    return f"<pre>{escape(joined(data.get('text/plain', '')))}</pre>"


def chart_html(spec: Mapping[str, Any], picture: str, interactive: bool) -> str:
    """A chart: its picture, and its specification for Vega to take the picture's place."""
    plain = {name: value for name, value in spec.items() if name != "$schema"}
    plain["config"] = over(host_text(), plain.get("config") or {})
    label = escape(str(plain.get("description") or ""), quote=True)
    svg = picture_html(picture, label)
    if not interactive and svg:
        return f'<figure class="nps-chart">{svg}</figure>'
    # In JSON every "<" may be written as an escape, so no name from the data can end the script.
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c").replace("\u2028", "")
    holder = f'<script type="application/json">{text}</script>'
    return f'<figure class="nps-chart" data-chart="" aria-label="{label}"><div>{svg}</div>{holder}</figure>'


def over(under: Mapping[str, Any], top: Mapping[str, Any]) -> dict[str, Any]:
    """Two nested mappings as one; the second wins."""
    merged = dict(under)
    for name, value in top.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(name), Mapping)
        merged[name] = over(merged[name], value) if both else value
    return merged


def picture_html(picture: str, label: str) -> str:
    """An SVG inside the page, where it takes the page's text colour; as an image when it is more than a drawing."""
    svg = XML_HEAD.sub("", picture).strip()
    if not svg or not re.search(r"<script|<foreignObject|\son\w+=", svg, re.IGNORECASE):
        return svg
    code = base64.b64encode(svg.encode()).decode()
    return f'<img alt="{label}" src="data:image/svg+xml;base64,{code}">'


def markdown_html(text: str) -> str:
    """Markdown of a template's author, with any HTML in it shown as text."""
    mistune = optional_import("mistune", extra="report", purpose="show Markdown in a report")
    return str(mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])(text))


def joined(text: Any) -> str:
    """An output's text; notebooks on disk may hold it as lines."""
    return text if isinstance(text, str) else "".join(text)
