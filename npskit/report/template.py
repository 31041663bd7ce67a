"""Templates: notebooks that tell a story of any survey, with their parameters in one tagged cell.

They live in the repository's top-level ``notebooks/``, where Binder and JupyterLab show them, and travel in the wheel
as ``npskit/notebooks``. Parameters follow papermill's convention: a cell tagged ``parameters`` holds the defaults, and
the values of a run go into a cell of their own after it.
"""

from __future__ import annotations

import ast
import datetime as dt
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from npskit.errors import ArgumentError, ArgumentTypeError, ReportError, did_you_mean, optional_import
from npskit.frames import Bands, Period
from npskit.labels import word
from npskit.scale import Scale

__all__ = ["Code", "parameters_of", "prepared", "template_path", "templates"]

NUMBERED = re.compile(r"(\d+)-(.+)")
INJECTED = "injected-parameters"
MODULES = ("datetime", "npskit", "pandas", "polars", "pyarrow.parquet")
PLAIN = (str, int, float, bool, type(None))


class Code(str):
    """A parameter given as an expression instead of a value, such as ``pandas.read_pickle('answers')``."""


def folder() -> Path:
    """Where the templates are: packaged, or in the checkout that is installed in place."""
    package = Path(__file__).resolve().parents[1]
    packaged = package / "notebooks"
    return packaged if packaged.is_dir() else package.parent / "notebooks"


def paths() -> dict[str, Path]:
    """Template id to notebook; the id is the notebook's name without its number."""
    found = sorted(folder().glob("*.ipynb"))
    return {match[2]: path for path in found if (match := NUMBERED.fullmatch(path.stem))}


def templates(lang: str | None = None) -> list[dict[str, str]]:
    """The templates, with a title and a caption in the language.

    Examples
    --------
    >>> [template["id"] for template in templates("fr")][0]
    'health-check'
    """
    return [
        {"id": name, "title": titled(name, "title", lang), "caption": titled(name, "caption", lang)} for name in paths()
    ]


def titled(name: str, part: str, lang: str | None) -> str:
    """Title or caption of a template; the id itself for one without labels."""
    try:
        return word(f"report_template_{name}_{part}", lang)
    except ArgumentError:
        return name.replace("-", " ").capitalize() if part == "title" else ""


def template_path(template: str) -> Path:
    """The notebook of a template id.

    Raises
    ------
    ArgumentError
        When there is none of that name.
    """
    known = paths()
    if template not in known:
        raise ArgumentError(
            where="template", expected="the id of a template", got=repr(template), hint=did_you_mean(template, known)
        )
    return known[template]


def parameters_of(notebook: Any) -> tuple[int, tuple[str, ...]]:
    """Position of the cell tagged ``parameters``, and the names it sets.

    Raises
    ------
    ReportError
        When no cell is tagged, or the cell is not plain assignments.
    """
    for at, cell in enumerate(notebook.cells):
        if "parameters" in cell.metadata.get("tags", ()):
            try:
                return at, tuple(assigned(cell.source))
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


def prepared(template: str, parameters: Mapping[str, Any]) -> Any:
    """A template with the values of a run in a cell of their own.

    Parameters
    ----------
    template : str
        Its id.
    parameters : mapping
        Name to value: text, numbers, dates, lists, dictionaries, `Scale`, `Bands`, `Period` or `Code`.

    Returns
    -------
    nbformat.NotebookNode
        Not executed.

    Raises
    ------
    ArgumentError
        For an unknown template, or a parameter that the template does not have.
    ArgumentTypeError
        For a value that cannot be written into a cell.

    Examples
    --------
    >>> notebook = prepared("health-check", {"lang": "fr", "by": ["magasin"]})
    >>> print(next(cell.source for cell in notebook.cells if "injected-parameters" in cell.metadata.get("tags", [])))
    # The parameters of this run
    lang = 'fr'
    by = ['magasin']
    """
    nbformat = optional_import("nbformat", extra="report", purpose="write a report")
    notebook = nbformat.read(template_path(template), as_version=4)
    at, names = parameters_of(notebook)
    for name in parameters:
        if name not in names:
            raise ArgumentError(
                where=f"template {template!r}",
                expected="one of its parameters",
                got=repr(name),
                hint=did_you_mean(name, names),
            )
    if parameters:
        cell = nbformat.v4.new_code_cell(assignments(parameters), metadata={"tags": [INJECTED]})
        notebook.cells.insert(at + 1, cell)
    return notebook


def assignments(parameters: Mapping[str, Any]) -> str:
    """The source of the cell with the values of a run."""
    lines = [f"{name} = {literal(value, name)}" for name, value in parameters.items()]
    needed = {module for line in lines for module in MODULES if f"{module}." in line}
    return "\n".join(["# The parameters of this run", *(f"import {module}" for module in sorted(needed)), *lines])


def literal(value: Any, name: str = "") -> str:
    """A value as Python source that gives an equal value.

    Examples
    --------
    >>> print(literal({"missing": [11, "N'SP"], "scale": Scale(1, 5)}))
    {'missing': [11, "N'SP"], 'scale': npskit.Scale(1, 5, detractor_max=3, promoter_min=5)}
    """
    if isinstance(value, Code):
        return str(value)
    if hasattr(value, "item") and not isinstance(value, PLAIN) and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return f"float({str(value)!r})"
    if type(value) in PLAIN:
        return repr(value)
    if isinstance(value, str):
        return repr(str(value))
    if isinstance(value, (list, tuple, set, frozenset, range)):
        inner = ", ".join(literal(item, name) for item in value)
        return f"({inner},)" if isinstance(value, tuple) and value else f"[{inner}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(k, name)}: {literal(v, name)}" for k, v in value.items()) + "}"
    return object_literal(value, name)


def object_literal(value: Any, name: str) -> str:
    """Our own small values, dates and paths as Python source."""
    if isinstance(value, Scale):
        return scale_literal(value, name)
    if isinstance(value, Bands):
        return f"npskit.Bands({value.column!r}, {literal(list(value.edges), name)})"
    if isinstance(value, Period):
        return f"npskit.Period({value.column!r}, {value.every!r})"
    if isinstance(value, dt.datetime):
        return f"datetime.datetime.fromisoformat({value.isoformat()!r})"
    if isinstance(value, dt.date):
        return f"datetime.date.fromisoformat({value.isoformat()!r})"
    if isinstance(value, Path):
        return repr(str(value))
    raise ArgumentTypeError(
        where=f"parameter {name!r}",
        expected="text, numbers, dates, lists, dictionaries, Scale, Bands or Period",
        got=type(value).__name__,
    )


def scale_literal(scale: Scale, name: str) -> str:
    """A scale as the call that makes it."""
    missing = f"missing={literal(list(scale.missing), name)}" if scale.missing else ""
    if scale.labelled:
        return f"npskit.Scale.labels({missing})"
    cuts = f"detractor_max={scale.detractor_max}, promoter_min={scale.promoter_min}"
    return f"npskit.Scale({', '.join(filter(None, [str(scale.lowest), str(scale.highest), cuts, missing]))})"
