"""Parameters of a template, given one by one with ``-p`` or together in a file.

A file is data that somebody else may have written: it is read as plain values, up to a size, and what is wrong with it
is told with its line and column.
"""

from __future__ import annotations

import argparse
import ast
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from npskit.errors import ArgumentError, SurveyNotFoundError, optional_import

__all__ = ["add_parameter_options", "asked", "from_file", "parameters"]

LARGEST_FILE = 1_000_000
# What the command line says in another place: said twice, the two could differ.
ELSEWHERE = {"data": "the file", "survey": "the file", "template": "--template", "path": "--output"}


def add_parameter_options(parser: argparse.ArgumentParser) -> None:
    """Any parameter of a template."""
    parser.add_argument(
        "-p", "--parameter", action="append", default=[], metavar="NAME=VALUE",
        help="any parameter of the template, such as target=40 or 'factors=[\"price\"]'; repeat for more",
    )  # fmt: skip
    parser.add_argument(
        "--parameters", metavar="FILE", help="parameters in a .yaml or .json file; options and -p win over it"
    )


def asked(options: argparse.Namespace) -> dict[str, Any]:
    """Parameters of the template that were given, the language among them.

    The command line wins over the file, and ``-p`` over the options.
    """
    named = {name: getattr(options, name, None) or None for name in ("by", "every", "lang")}
    found = {
        **(from_file(options.parameters) if options.parameters else {}),
        **{name: value for name, value in named.items() if value is not None},
        **parameters(options.parameter),
    }
    for name, place in ELSEWHERE.items():
        if name in found:
            raise ArgumentError(where="parameters", expected=f"{place} on the command line", got=repr(name))
    return found


def parameters(texts: Sequence[str]) -> dict[str, Any]:
    """Parameters of a template: ``NAME=VALUE``, a value that is no Python literal being a text.

    Examples
    --------
    >>> parameters(["target=40", "nps=score", "factors=['price']"])
    {'target': 40, 'nps': 'score', 'factors': ['price']}
    """
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip().isidentifier():
            raise ArgumentError(where="--parameter", expected="NAME=VALUE such as target=40", got=repr(text))
        try:
            found[name.strip()] = ast.literal_eval(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            found[name.strip()] = value
    return found


def from_file(name: str) -> dict[str, Any]:
    """Parameters of a template in a file: names with plain values.

    Raises
    ------
    ArgumentError
        For a file that is too large, is not what its name says, or holds anything else.
    SurveyNotFoundError
        When it is not there.
    """
    readers = {".yaml": from_yaml, ".yml": from_yaml, ".json": from_json}
    path = Path(name)
    if path.suffix.lower() not in readers:
        raise ArgumentError(where="--parameters", expected="a .yaml or .json file", got=repr(name))
    text = text_of(path)
    try:
        found = readers[path.suffix.lower()](text, name)
    except RecursionError:
        raise ArgumentError(
            where=name, expected="lists and names a few levels deep", got="hundreds of levels"
        ) from None
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise ArgumentError(where=name, expected="lines such as 'target: 40'", got=f"a {type(found).__name__}")
    for key in found:
        if not (isinstance(key, str) and key.isidentifier()):
            raise ArgumentError(where=name, expected="names of parameters", got=repr(key))
    return dict(found)


def text_of(path: Path) -> str:
    """What is in a file that is small and there."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise SurveyNotFoundError(where="--parameters", expected="a file", got=f"no {str(path)!r}") from None
    except OSError as error:
        raise ArgumentError(where=str(path), expected="a file that can be read", got=str(error.strerror)) from None
    if len(content) > LARGEST_FILE:
        raise ArgumentError(where=str(path), expected="parameters, at most 1 MB", got="more")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = line_and_column(content[: error.start])
        raise wrong(str(path), line, column, "text in UTF-8", f"byte 0x{content[error.start]:02x}") from None


def line_and_column(before: bytes) -> tuple[int, int]:
    """Line and column, from 1, after some bytes."""
    return before.count(b"\n") + 1, len(before) - before.rfind(b"\n")


def wrong(name: str, line: int, column: int, expected: str, got: str) -> ArgumentError:
    """What is wrong at a place of a file."""
    return ArgumentError(where=f"{name}, line {line}, column {column}", expected=expected, got=got)


def from_json(text: str, name: str) -> Any:
    """The values of a JSON file."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        """A mapping whose names are told apart."""
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [key for key, _ in pairs]
            twice = next(key for key in names if names.count(key) > 1)
            raise ArgumentError(where=name, expected="each name once", got=f"{twice!r} twice")
        return found

    try:
        return json.loads(text, object_pairs_hook=once) if text.strip() else None
    except json.JSONDecodeError as error:
        raise wrong(name, error.lineno, error.colno, "JSON", error.msg) from None
    except ValueError as error:
        if isinstance(error, ArgumentError):
            raise
        raise ArgumentError(where=name, expected="JSON", got=str(error)) from None


def from_yaml(text: str, name: str) -> Any:
    """The values of a YAML file: no objects, no references, each name once."""
    yaml = optional_import("yaml", extra="report", purpose="read parameters from YAML")

    safe: Any = yaml.SafeLoader

    class Plain(safe):
        """Values as they are written: references could unfold to any size."""

        def compose_node(self, parent: Any, index: Any) -> Any:
            """A value that stands here itself."""
            if self.check_event(yaml.AliasEvent):
                raise yaml.composer.ComposerError(None, None, "a reference (*)", self.peek_event().start_mark)
            return super().compose_node(parent, index)

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:
            """A mapping whose names are told apart."""
            seen = set()
            for key, _ in node.value:
                if key.value in seen if isinstance(key.value, str) else False:
                    raise yaml.constructor.ConstructorError(None, None, f"{key.value!r} twice", key.start_mark)
                seen.add(key.value if isinstance(key.value, str) else None)
            return super().construct_mapping(node, deep=deep)

    try:
        return yaml.load(text, Loader=Plain)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise wrong(name, mark.line + 1, mark.column + 1, "plain YAML", str(error.problem)) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        got = getattr(error, "reason", None) or str(error)
        line, column = line_and_column(text[: getattr(error, "position", 0) or 0].encode())
        raise wrong(name, line, column, "plain YAML", got) from None
