"""Templates: notebooks that tell a story of any survey, with their parameters in one tagged cell.

`catalogue` knows where they are. Parameters follow papermill's convention: a cell tagged ``parameters`` holds the
defaults, and the values of a run go into a cell of their own after it.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from npskit.errors import ArgumentError, ArgumentTypeError, ReadError, did_you_mean, optional_import
from npskit.report.catalogue import BROKEN, checked, content, parameters_of, template_path, templates, titled

if TYPE_CHECKING:
    from npskit.scale import Scale

__all__ = ["Code", "parameters_of", "prepared", "template_path", "templates", "titled"]

INJECTED = "injected-parameters"
# The minor version of the format from which cells have one.
CELLS_WITH_IDS = 5
MODULES = ("datetime", "npskit", "pandas", "polars", "pyarrow.parquet")
PLAIN = (str, int, float, bool, type(None))


class Code(str):
    """A parameter given as an expression instead of a value, such as ``pandas.read_pickle('answers')``."""


def prepared(
    template: str | os.PathLike[str],
    parameters: Mapping[str, Any],
    lang: str | None = None,
    folders: Iterable[str | os.PathLike[str]] = (),
) -> Any:
    """A template with the values of a run in a cell of their own.

    Parameters
    ----------
    template : str or path
        Its id, or the path of a notebook, which ends in ``.ipynb``.
    parameters : mapping
        Name to value: text, numbers, dates, lists, dictionaries, `Scale`, `Bands`, `Period` or `Code`.
    lang : {"en", "fr"}, optional
        Which version to take; unless given, that of the parameter ``lang``.
    folders : iterable of path, optional
        Folders of an organisation's own templates.

    Returns
    -------
    nbformat.NotebookNode
        Not executed, without outputs.

    Raises
    ------
    ArgumentError
        For an unknown template, or a parameter that the template does not have.
    ArgumentTypeError
        For a value that cannot be written into a cell.
    ReadError
        For a template that cannot be read or is over 20 MB.

    Examples
    --------
    >>> notebook = prepared("health-check", {"lang": "fr", "by": ["magasin"]})
    >>> print(next(cell.source for cell in notebook.cells if "injected-parameters" in cell.metadata.get("tags", [])))
    # The parameters of this run
    lang = 'fr'
    by = ['magasin']
    """
    nbformat = optional_import("nbformat", extra="report", purpose="write a report")
    notebook = unrun(nbformat, template_path(template, lang or parameters.get("lang"), folders))
    if parameters:
        at, names = parameters_of(notebook)
        known(parameters, names, os.fspath(template))
        cell = nbformat.v4.new_code_cell(assignments(parameters), metadata={"tags": [INJECTED]})
        notebook.cells.insert(at + 1, cell)
    return notebook


def known(parameters: Mapping[str, Any], names: Iterable[str], template: str) -> None:
    """Check the names of the parameters.

    Raises
    ------
    ArgumentError
    """
    for name in parameters:
        if name not in names:
            raise ArgumentError(
                where=f"template {template!r}",
                expected="one of its parameters",
                got=repr(name),
                hint=did_you_mean(name, names),
            )


def unrun(nbformat: Any, path: Path) -> Any:
    """A notebook from its file, whatever its minor format, without what an earlier run left.

    Raises
    ------
    ReadError
    """
    text = content(path)
    try:
        checked(json.loads(text))
        notebook = nbformat.v4.reads(text)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            if "id" not in cell:
                cell.id = nbformat.v4.new_raw_cell().id
        notebook.nbformat_minor = max(notebook.nbformat_minor, CELLS_WITH_IDS)
        notebook.metadata.pop("widgets", None)
        nbformat.validate(notebook, relax_add_props=True)
        # Half a character, as escapes in JSON may hold, can be read and never be written.
        json.dumps(notebook, ensure_ascii=False).encode("utf-8")
    except (*BROKEN, nbformat.ValidationError):
        raise ReadError(where=f"template {str(path)!r}", expected="a notebook", got="something else") from None
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
    >>> from npskit import Scale
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
    # A server, which gets its values as JSON, has no need of pandas for any of these.
    from npskit.frames import Bands, Period
    from npskit.scale import Scale

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
