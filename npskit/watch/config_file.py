"""A configuration as it is written: plain values, each with the line it stands on.

What is wrong is wrong at a place. A person who is told "line 7, monitor.alpha" mends it at once; one who is told "bad
configuration" reads a manual. The file may come from somebody else, so it is data: no objects, no references, a size.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from npskit.errors import ArgumentError, NpskitError, SurveyNotFoundError, did_you_mean, optional_import

__all__ = ["Place", "Written", "read_written"]

LARGEST = 1_000_000
DEEPEST = 20
# What a person does about the words of the parser.
HINTS = {
    r"'\t'": "write spaces instead of the tab",
    "mapping values are not allowed here": "put a text that holds a colon in quotes",
    "unexpected end of stream": "close the quotation mark or bracket that is open",
    "escape": "in double quotes write / instead of \\, or take single quotes",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A key of a file, for saying what is wrong there."""

    file: str
    path: tuple[str, ...]
    lines: Mapping[tuple[str, ...], int]

    @property
    def line(self) -> int:
        """Its line, or that of the nearest key above it when it is not there."""
        known = (self.path[:size] for size in range(len(self.path), 0, -1))
        return next((self.lines[path] for path in known if path in self.lines), 1)

    def inner(self, key: str) -> Place:
        """A key below this one."""
        return Place(self.file, (*self.path, key), self.lines)

    def wrong(self, expected: str, got: str, hint: str = "") -> ArgumentError:
        """The error for this place."""
        key = ".".join(self.path)
        where = f"{self.file}, line {self.line}" + (f", {key}" if key else "")
        return ArgumentError(where=where, expected=expected, got=got, hint=hint)


@dataclass(frozen=True, slots=True)
class Written:
    """The values of a file, and where each of them stands."""

    file: str
    values: Mapping[str, Any]
    lines: Mapping[tuple[str, ...], int]

    def place(self, *path: str) -> Place:
        """Where a key stands, or would."""
        return Place(self.file, path, self.lines)

    def check_keys(self, known: Iterable[str], *path: str) -> None:
        """Raise for a key that nobody reads.

        Raises
        ------
        ArgumentError
        """
        values: Any = self.values
        for each in path:
            values = values[each]
        names = list(known)
        for key in values:
            if key not in names:
                raise self.place(*path, str(key)).wrong("a key that is known", repr(key), did_you_mean(str(key), names))


def read_written(path: Path) -> Written:
    """The values of a YAML (or JSON) file.

    Raises
    ------
    SurveyNotFoundError
        When it is not there.
    ArgumentError
        For a file that is too large, no text, no plain YAML or no mapping; it names line and column.
    """
    yaml = optional_import("yaml", extra="report", purpose="read a configuration from YAML")
    name, text = str(path), text_of(path)
    try:
        loader = plain_loader(yaml)(text)
        node = loader.get_single_node()
        lines: dict[tuple[str, ...], int] = {}
        found = {} if node is None else value_of(yaml, loader, node, (), lines, name)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = str(error.problem or error.context)
        hint = next((hint for sign, hint in HINTS.items() if sign in problem), "")
        raise at(name, mark, "plain YAML", problem, hint) from None
    except NpskitError:
        raise
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise ArgumentError(
            where=name, expected="plain YAML", got=getattr(error, "reason", None) or str(error)
        ) from None
    except RecursionError:
        raise ArgumentError(where=name, expected="keys a few levels deep", got="hundreds of levels") from None
    if not isinstance(found, dict):
        raise ArgumentError(where=name, expected="lines such as 'folder: exports'", got=f"a {type(found).__name__}")
    return Written(name, found, lines)


def plain_loader(yaml: Any) -> Any:
    """A loader of values as they are written: references could unfold to any size."""
    safe: Any = yaml.SafeLoader

    class Plain(safe):
        def compose_node(self, parent: Any, index: Any) -> Any:
            """A value that stands here itself."""
            if self.check_event(yaml.AliasEvent):
                raise yaml.composer.ComposerError(None, None, "a reference (*)", self.peek_event().start_mark)
            return super().compose_node(parent, index)

    return Plain


def text_of(path: Path) -> str:
    """What is in a file that is small and there."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        beside = [each.name for each in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
        hint = f"npskit watch --init {path} writes one to begin with"
        hint = f"{did_you_mean(path.name, beside)} {hint}" if beside else hint
        raise SurveyNotFoundError(where=str(path), expected="a configuration", got="no file", hint=hint) from None
    except OSError as error:
        raise ArgumentError(where=str(path), expected="a file that can be read", got=str(error.strerror)) from None
    if len(content) > LARGEST:
        raise ArgumentError(where=str(path), expected="a configuration, at most 1 MB", got="more")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        got = f"byte 0x{content[error.start]:02x}"
        raise ArgumentError(
            where=f"{path}, line {line}", expected="text in UTF-8", got=got, hint="save it as UTF-8"
        ) from None


def value_of(yaml: Any, loader: Any, node: Any, path: tuple[str, ...], lines: dict[Any, int], name: str) -> Any:
    """The value of a node, with the lines of the keys in it."""
    if len(path) > DEEPEST:
        raise at(name, node.start_mark, "keys a few levels deep", "more levels")
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, each in node.value:
            key = value_of(yaml, loader, key_node, path, lines, name)
            if not isinstance(key, str):
                raise at(name, key_node.start_mark, "a name as a key", repr(key))
            if key in found:
                raise at(name, key_node.start_mark, "each key once", f"{key!r} twice")
            lines[*path, key] = key_node.start_mark.line + 1
            found[key] = value_of(yaml, loader, each, (*path, key), lines, name)
        return found
    if isinstance(node, yaml.SequenceNode):
        for position, each in enumerate(node.value):
            lines[*path, str(position)] = each.start_mark.line + 1
        return [value_of(yaml, loader, each, (*path, str(i)), lines, name) for i, each in enumerate(node.value)]
    return loader.construct_object(node)


def at(name: str, mark: Any, expected: str, got: str, hint: str = "") -> ArgumentError:
    """What is wrong at a place of the text."""
    where = f"{name}, line {mark.line + 1}, column {mark.column + 1}"
    return ArgumentError(where=where, expected=expected, got=got, hint=hint)
