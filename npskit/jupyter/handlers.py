"""What the server answers: which templates there are, and a notebook made from one.

The server knows nothing of the data: the notebook names the file, and the person's kernel reads it. Whatever is looked
up or written for a person goes through the server's contents manager, so that its root, its hidden files and stores
other than a disk hold here too. Requests are authenticated, authorised and checked against forgery by Jupyter.
"""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

from npskit.errors import ArgumentError, NpskitError, ReportError, did_you_mean
from npskit.jupyter.places import Place, Problem, named, placed, saved
from npskit.labels import LANGUAGES, language, word
from npskit.report.catalogue import KINDS, MOST_BYTES, entries, templates, too_large
from npskit.report.template import parameters_of, prepared

__all__ = ["NotebooksHandler", "TemplatesHandler"]

MOST_BODY = 1_000_000
LONGEST = 500
# Python reads values in two hundred brackets at most, and no person writes ten.
DEEPEST = 50
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
KEYS = ("template", "cwd", "file", "parameters", "lang")


class Handler(APIHandler):
    """Errors as JSON: a message, and a hint where there is something to do."""

    auth_resource = "contents"

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """``{"message": …, "hint": …}``; of what was not foreseen, only that it happened."""
        error = (kwargs.get("exc_info") or (None, None))[1]
        told = {"message": http.client.responses.get(status_code, "Error")}
        if isinstance(error, Problem):
            told = {"message": error.text} | ({"hint": error.hint} if error.hint else {})
        elif isinstance(error, web.HTTPError) and error.log_message:
            told["message"] = str(error.log_message).replace("%%", "%")
        self.finish(json.dumps(told))


class TemplatesHandler(Handler):
    """``GET npskit/templates?lang=fr&kind=template|guide|all``."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """The catalogue."""
        lang = chosen_language(self.get_query_argument("lang", None))
        kind = self.get_query_argument("kind", KINDS[0])
        if kind not in (*KINDS, "all"):
            raise Problem(400, f"kind: expected {', '.join(KINDS)} or all, got {repr(kind)[:80]}.")
        folders = self.settings["npskit_folders"]
        rows = await asyncio.to_thread(templates, lang, folders=folders, kind=None if kind == "all" else kind)
        self.finish(json.dumps(rows))


@web.stream_request_body
class NotebooksHandler(Handler):
    """``POST npskit/notebooks`` with ``{template, cwd, file?, parameters?, lang?}``."""

    def initialize(self) -> None:
        """The body comes in pieces, so that one too large is never held."""
        self.body, self.received = bytearray(), 0

    def data_received(self, chunk: bytes) -> None:
        """Keep what may be kept."""
        self.received += len(chunk)
        if self.received <= MOST_BODY:
            self.body += chunk

    @web.authenticated
    @authorized
    async def post(self) -> None:
        """A new notebook: 201 and its path."""
        if self.received > MOST_BODY:
            raise Problem(413, f"the request: expected at most {MOST_BODY:,} bytes, got {self.received:,}.")
        asked = request_of(bytes(self.body))
        place = await placed(
            self.contents_manager,
            asked["cwd"],
            asked.get("file"),
            lang=asked["lang"],
            follow_links=self.settings["npskit_follow_links"],
        )
        notebook = await asyncio.to_thread(notebook_of, asked, place, self.settings["npskit_folders"])
        name = named(asked["template"], place.file)
        async with self.settings["npskit_lock"]:
            path = await saved(place, name, notebook)
        self.set_status(201)
        self.set_header("Location", url_path_join(self.base_url, "api/contents", quoted(path)))
        self.finish(json.dumps({"path": path}))


def quoted(path: str) -> str:
    """A path of contents as part of an address, whatever bytes its names have."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")


def chosen_language(lang: Any) -> str:
    """The language asked for, or that of the server."""
    if lang is not None and lang not in LANGUAGES:
        raise Problem(400, f"lang: expected {' or '.join(LANGUAGES)}, got {repr(lang)[:80]}.")
    try:
        return language(lang)
    except ArgumentError:
        # The server's environment names a language that there is not.
        return LANGUAGES[0]


def request_of(body: bytes) -> dict[str, Any]:
    """The request's body, checked for its shape; `lang` is filled in, and told whether it was asked for."""
    try:
        asked = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Problem(400, "the request: expected JSON, got something else.") from None
    if not isinstance(asked, dict):
        raise Problem(400, f"the request: expected an object, got {type(asked).__name__}.", f"keys: {', '.join(KEYS)}")
    for key in asked:
        if key not in KEYS:
            raise Problem(400, f"the request: expected known keys, got {key[:80]!r}.", did_you_mean(key[:80], KEYS))
    for key, expected in (("template", str), ("cwd", str), ("file", str | None), ("parameters", dict | None)):
        if not isinstance(asked.get(key), expected):
            kind = "an object" if key == "parameters" else "a text"
            raise Problem(400, f"{key!r}: expected {kind}, got {type(asked.get(key)).__name__}.")
    if deeper(asked.get("parameters"), DEEPEST):
        raise Problem(400, f"'parameters': expected at most {DEEPEST} values inside each other, got more.")
    return {**asked, "lang": chosen_language(asked.get("lang")), "told": asked.get("lang") is not None}


def deeper(value: Any, most: int) -> bool:
    """Whether lists and objects lie inside each other more than so many times."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return most < 0 or any(deeper(each, most - 1) for each in inner)


def notebook_of(asked: Mapping[str, Any], place: Place, folders: Any) -> Any:
    """The notebook with the parameters of the request."""
    name, lang = asked["template"], asked["lang"]
    entry = entries(folders).get(name)
    if entry is None:
        known = ", ".join(row["id"] for row in templates(lang, folders=folders, kind=None))
        hint = word("jupyter_templates", lang, names=known)
        raise Problem(404, word("jupyter_no_template", lang, name=name[:80]), hint)
    path = entry.path(lang)
    try:
        if too_large(path):
            raise Problem(413, word("jupyter_template_large", lang, name=name, most=MOST_BYTES // 1_000_000))
        notebook = prepared(path, {}, lang)
        if parameters := given(asked, place, names_of(notebook)):
            notebook = prepared(path, parameters, lang)
    except NpskitError as error:
        raise Problem(400, error.message.replace(repr(str(path)), repr(name))[:LONGEST], error.hint) from None
    except (OSError, RecursionError):
        raise Problem(400, word("jupyter_template_broken", lang, name=name)) from None
    notebook.metadata["kernelspec"] = dict(KERNEL)
    return notebook


def names_of(notebook: Any) -> tuple[str, ...]:
    """The parameters that a template takes; a guide takes none."""
    try:
        return parameters_of(notebook)[1]
    except ReportError:
        return ()


def given(asked: Mapping[str, Any], place: Place, names: Sequence[str]) -> dict[str, Any]:
    """The values of the request: the file as `data`, its language where the template speaks, and the others."""
    parameters = dict(asked.get("parameters") or {})
    if place.data is not None:
        if "data" in parameters:
            raise Problem(400, "'parameters': expected no 'data' beside 'file', got both.")
        if "data" not in names:
            raise Problem(400, word("jupyter_no_data", asked["lang"], name=asked["template"]))
        parameters = {"data": place.data, **parameters}
    if asked["told"] and "lang" in names:
        parameters.setdefault("lang", asked["lang"])
    return parameters
