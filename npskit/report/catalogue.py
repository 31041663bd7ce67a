"""The catalogue: which notebooks can be made into one's own, ours and those of an organisation.

Ours live in the repository's top-level ``notebooks/``, where Binder and JupyterLab show them, and travel in the wheel
as ``npskit/notebooks``. An organisation keeps its own in folders of the same shape: notebooks are templates, those in
``guides/`` are guides to read, ``NAME.fr.ipynb`` is the French version of ``NAME.ipynb``, and a number in front of the
name only puts it in order. A notebook that cannot be read must not take the others away: it is left out, and the log
says why.
"""

from __future__ import annotations

import ast
import json
import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from npskit.errors import ArgumentError, ReadError, ReportError, did_you_mean
from npskit.labels import LANGUAGES, glossary, language

__all__ = ["KINDS", "MOST_BYTES", "content", "parameters_of", "template_path", "templates", "titled", "too_large"]

KINDS = ("template", "guide")
FORMAT = 4
# What a file that is no notebook makes its readers raise.
BROKEN = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
GUIDES = "guides"
SUFFIX = ".ipynb"
MOST_BYTES = 20_000_000
LONGEST_TITLE, LONGEST_CAPTION = 120, 400
NAME = re.compile(rf"(\d+-)?(.+?)(?:\.({'|'.join(LANGUAGES)}))?")
HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
MARKUP = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*`]")

log = logging.getLogger("npskit")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the catalogue keeps of a notebook."""

    said: Mapping[str, Any]
    heading: str
    parameters: tuple[str, ...]

    def text(self, part: str, lang: str) -> str:
        """Title or caption of the notebook's own metadata, in the language or the one that is there."""
        found = self.said.get(part)
        if isinstance(found, Mapping):
            found = next((found[each] for each in (lang, *LANGUAGES) if isinstance(found.get(each), str)), "")
        return " ".join(found.split()) if isinstance(found, str) else ""


@dataclass(slots=True)
class Entry:
    """A notebook in its languages; the plain name has the language ``""``."""

    name: str
    kind: str
    own: bool
    paths: dict[str, Path] = field(default_factory=dict)

    def path(self, lang: str) -> Path:
        """The version in the language, else the plain one, else the one that is there."""
        return next(self.paths[each] for each in (lang, "", *LANGUAGES) if each in self.paths)


def folder() -> Path:
    """Where ours are: packaged, or in the checkout that is installed in place."""
    package = Path(__file__).resolve().parents[1]
    packaged = package / "notebooks"
    return packaged if packaged.is_dir() else package.parent / "notebooks"


def templates(
    lang: str | None = None, *, folders: Iterable[str | os.PathLike[str]] = (), kind: str | None = "template"
) -> list[dict[str, Any]]:
    """The templates, with a title and a caption in the language.

    Parameters
    ----------
    lang : {"en", "fr"}, optional
    folders : iterable of path, optional
        Folders of an organisation; a notebook there with the id of one of ours takes its place.
    kind : {"template", "guide"}, optional
        None for all, templates first.

    Returns
    -------
    list of dict
        ``id, title, caption, kind, parameters`` (names that the cell tagged ``parameters`` sets), and ``own``: whether
        it comes from one of the folders. Notebooks that cannot be read or are over 20 MB are left out, which is logged.

    Examples
    --------
    >>> first = templates("fr")[0]
    >>> first["id"], first["title"], first["parameters"][:3], first["own"]
    ('executive-brief', 'L’essentiel pour la direction', ['data', 'columns', 'by'], False)
    """
    lang = language(lang)
    rows = [row for entry in entries(folders).values() if (row := described(entry, lang))]
    return sorted((row for row in rows if kind in (None, row["kind"])), key=lambda row: row["kind"] != KINDS[0])


def described(entry: Entry, lang: str) -> dict[str, Any] | None:
    """One line of the catalogue; None when the notebook cannot be read."""
    facts = facts_of(entry.path(lang))
    if facts is None:
        return None
    said = facts.said.get("kind")
    return {
        "id": entry.name,
        "title": told(entry, facts, "title", lang),
        "caption": told(entry, facts, "caption", lang),
        "kind": said if entry.own and isinstance(said, str) and said in KINDS else entry.kind,
        "parameters": list(facts.parameters),
        "own": entry.own,
    }


def told(entry: Entry, facts: Facts, part: str, lang: str) -> str:
    """Title or caption: of ours from the labels; else from the notebook itself; at last from its name."""
    key = f"report_template_{entry.name}_{part}"
    if not entry.own and (words := glossary([key]).get(key)):
        return words[lang]
    if part == "caption":
        return facts.text(part, lang)[:LONGEST_CAPTION]
    return (facts.text(part, lang) or facts.heading or spoken(entry.name))[:LONGEST_TITLE]


def spoken(name: str) -> str:
    """A name as a title: "sales-north" is "Sales north"."""
    return re.sub(r"[-_]+", " ", name).strip().capitalize() or name


def titled(
    template: str | os.PathLike[str], part: str, lang: str | None, folders: Iterable[str | os.PathLike[str]] = ()
) -> str:
    """Title or caption of a template, given by its id or its path.

    Examples
    --------
    >>> titled("growth", "title", "en")
    'Sales and NPS'
    """
    lang = language(lang)
    if not is_path(template):
        entry = entries(folders).get(str(template))
        row = described(entry, lang) if entry else None
        return str(row[part]) if row else spoken(str(template)) if part == "title" else ""
    path = Path(template)
    (name,) = [match[2] for match in [NAME.fullmatch(path.stem)] if match] or [path.stem]
    facts = facts_of(path) or Facts({}, "", ())
    return told(Entry(name, KINDS[0], True, {"": path}), facts, part, lang)


def is_path(template: str | os.PathLike[str]) -> bool:
    """Whether a template is given by its path and not by its id."""
    return isinstance(template, os.PathLike) or str(template).endswith(SUFFIX)


def template_path(
    template: str | os.PathLike[str],
    lang: str | None = None,
    folders: Iterable[str | os.PathLike[str]] = (),
) -> Path:
    """The notebook of a template, in the language where it has that.

    Parameters
    ----------
    template : str or path
        An id; or the path of a notebook, which ends in ``.ipynb``.
    lang : {"en", "fr"}, optional
    folders : iterable of path, optional
        Folders of an organisation.

    Raises
    ------
    ArgumentError
        When there is none of that name.

    Examples
    --------
    >>> template_path("forecast").name
    '04-forecast.ipynb'
    """
    if is_path(template):
        path = Path(template)
        if not path.is_file():
            raise ArgumentError(where="template", expected="a notebook", got=f"no file {str(path)!r}")
        return path
    known = entries(folders)
    if template not in known:
        raise ArgumentError(
            where="template", expected="the id of a template", got=repr(template),
            hint=did_you_mean(str(template), known),
        )  # fmt: skip
    return known[str(template)].path(language(lang))


# ---- what is there ------------------------------------------------------------------------------------------


def entries(folders: Iterable[str | os.PathLike[str]] = ()) -> dict[str, Entry]:
    """Id to entry: ours in the order of their numbers, then those of the folders."""
    found: dict[str, Entry] = {}
    for own, top in [(False, folder()), *((True, Path(each).expanduser()) for each in folders)]:
        here: dict[str, Entry] = {}
        for kind, under in ((KINDS[0], top), (KINDS[1], top / GUIDES)):
            for path, number, name, lang in named_notebooks(under):
                # A scratch notebook beside our templates is none of them.
                if number or own or kind != KINDS[0]:
                    here.setdefault(name, Entry(name, kind, own)).paths.setdefault(lang, path)
        found.update(here)
    return found


def named_notebooks(under: Path) -> Iterator[tuple[Path, str, str, str]]:
    """The notebooks of a folder by name, with number, id and language; none, and a line in the log, without it."""
    try:
        names = sorted(entry.name for entry in os.scandir(under) if entry.is_file())
    except OSError as error:
        if under.name != GUIDES:
            warn_once(f"the folder of templates {str(under)!r} is left out: {error.strerror or 'it cannot be read'}")
        return
    for name in names:
        match = NAME.fullmatch(name.removesuffix(SUFFIX))
        if match and name.endswith(SUFFIX) and not name.startswith("."):
            yield under / name, match[1] or "", match[2], match[3] or ""


@lru_cache(maxsize=256)
def warn_once(message: str) -> None:
    """Say it in the log, and not again at each request."""
    log.warning(message)


def too_large(path: Path) -> bool:
    """Whether a notebook is larger than any template may be, told without reading it."""
    return path.stat().st_size > MOST_BYTES


def content(path: Path) -> str:
    """The text of a notebook.

    Raises
    ------
    ReadError
        When it is over 20 MB, no text, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            read = b"" if too_large(path) else file.read(MOST_BYTES + 1)
        if not read or len(read) > MOST_BYTES:
            raise ReadError(
                where=f"template {str(path)!r}", expected=f"a notebook of at most {MOST_BYTES // 1_000_000} MB",
                got="a larger file" if read or too_large(path) else "an empty file",
            )  # fmt: skip
        return read.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ReadError(
            where=f"template {str(path)!r}", expected="a notebook",
            got=(error.strerror if isinstance(error, OSError) else "bytes that are no UTF-8") or "an error",
        ) from None  # fmt: skip


def facts_of(path: Path) -> Facts | None:
    """What is told of a notebook; None when it cannot be read."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return cached_facts(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=256)
def cached_facts(path: Path, changed: int, size: int) -> Facts | None:
    """The facts of a notebook as it is now; what is wrong with one is logged, without what it holds."""
    try:
        notebook = checked(json.loads(content(path)))
        said = notebook["metadata"].get("npskit")
        try:
            names = parameters_of(notebook)[1]
        except ReportError:
            # A guide takes none.
            names = ()
        return Facts(said if isinstance(said, Mapping) else {}, heading_of(notebook["cells"]), names)
    except ReadError as error:
        log.warning("%s It is left out.", error.message)
    except BROKEN:
        log.warning("template %r: expected a notebook of format 4, got something else. It is left out.", str(path))
    return None


def checked(notebook: Any) -> dict[str, Any]:
    """A notebook as the file holds it, when its format is the one of this decade.

    Raises
    ------
    ValueError, TypeError, LookupError
    """
    if not isinstance(notebook, dict) or notebook.get("nbformat") != FORMAT or not isinstance(notebook["cells"], list):
        raise ValueError
    if not all(isinstance(part["metadata"], dict) for part in (notebook, *notebook["cells"])):
        raise TypeError
    return notebook


def heading_of(cells: Iterable[Mapping[str, Any]]) -> str:
    """The first heading of the text, without its markup."""
    for cell in cells:
        if cell["cell_type"] == "markdown" and (match := HEADING.search(source_of(cell))):
            return " ".join(MARKUP.sub(r"\1", match[1]).split())
    return ""


def source_of(cell: Mapping[str, Any]) -> str:
    """The text of a cell, which a file may hold as lines."""
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


# ---- parameters ---------------------------------------------------------------------------------------------


def parameters_of(notebook: Any) -> tuple[int, tuple[str, ...]]:
    """Position of the cell tagged ``parameters``, and the names it sets.

    Raises
    ------
    ReportError
        When no cell is tagged, or the cell is not plain assignments.
    """
    for at, cell in enumerate(notebook["cells"]):
        if "parameters" in (cell["metadata"].get("tags") or ()):
            try:
                return at, tuple(assigned(source_of(cell)))
            except SyntaxError as error:
                raise ReportError(
                    where="the parameters cell", expected="assignments", got=f"a syntax error ({error.msg})"
                ) from None
    raise ReportError(where="the template", expected="a cell tagged 'parameters'", got="none")


def assigned(source: str) -> list[str]:
    """Names that the assignments of a cell set."""
    names = []
    for node in ast.parse(source).body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        several = [each for target in targets for each in (target.elts if isinstance(target, ast.Tuple) else [target])]
        names += [target.id for target in several if isinstance(target, ast.Name)]
    return names
