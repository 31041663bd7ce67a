"""One line of ``%nps``: the expression is evaluated once, its answers become a survey, and a verb answers."""

from __future__ import annotations

import builtins
import inspect
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import npskit
from npskit.errors import ArgumentError, ArgumentTypeError, did_you_mean
from npskit.jupyter.magic_display import Answer, result_answer, score_answer
from npskit.jupyter.magic_grammar import FLAGS, VERBS, Command, split
from npskit.jupyter.magic_query import answered, frames_in, is_sql, matching
from npskit.labels import language, word

__all__ = ["ROLES", "help_text", "options_for", "run"]

ROLES = ("rating", "date", "comment", "customer", "weight", "cluster", "missing", "scale", "keep")
SCORE = ("confidence_level", "method")
LINES = (
    ("%nps df", "score"),
    ('%nps df[df.shop == "Lyon"] --by team --lang fr', "expression"),
    ('%nps "answers.csv" --rating q1', "file"),
    ("%nps df trend --every week", "verb"),
    ("%nps df drivers --table", "table"),
    ("%nps report df report.html --template forecast -p target=40", "report"),
    ('%%nps df trend\nshop == "Lyon" and visits > @least', "condition"),
    ("%%nps --by shop\nSELECT * FROM df WHERE visits > 3", "sql"),
)


def help_text(lang: str | None = None) -> str:
    """What ``%nps`` can do, with examples, in a language."""
    lang = language(lang)
    examples = [f"{word(f'magic_help_{key}', lang)}\n    " + code.replace("\n", "\n    ") for code, key in LINES]
    verbs = ", ".join(VERBS)
    return "\n\n".join(
        [
            word("magic_help", lang),
            *examples,
            word("magic_help_verbs", lang, verbs=verbs),
            word("magic_help_roles", lang),
        ]
    )


def run(shell: Any, line: str, cell: str | None) -> Any:
    """Answer a line, or a line with a cell."""
    command = split(line, query=cell is not None and is_sql(cell))
    options = dict(command.options)
    lang = language(options.pop("lang", None))
    flags = {name: options.pop(name, False) for name in FLAGS}
    if flags["help"] or not (line.strip() or cell):
        print(help_text(lang))
        return None
    allowed, given = options_for(command.verb), {}
    for name, value in options.items():
        if name not in allowed and None not in allowed:
            raise ArgumentError(
                where=f"%nps {command.verb}".strip(), expected="one of its options", got=f"--{name.replace('_', '-')}",
                hint=did_you_mean(name, [*sorted(filter(None, allowed)), *FLAGS, "lang"]),
            )  # fmt: skip
        given[name] = value
    roles = {name: given.pop(name) for name in ROLES if name in given and name not in parameters(command.verb)}
    survey = survey_of(data_of(shell, command, cell), roles)
    return answer(survey, command, given, lang, rich=is_rich(shell), table=flags["table"])


def is_rich(shell: Any) -> bool:
    """Whether somebody sees more than text."""
    return "text/html" in shell.display_formatter.active_types


def parameters(verb: str) -> dict[str, inspect.Parameter]:
    """The parameters of a verb."""
    if not verb:
        return {}
    return dict(list(inspect.signature(getattr(npskit.Survey, verb)).parameters.items())[1:])


def options_for(verb: str) -> set[str | None]:
    """The options that a verb takes, roles among them; None stands for any."""
    if not verb:
        return {"by", *SCORE, *ROLES}
    found = parameters(verb)
    names: set[str | None] = {name for name, each in found.items() if each.kind is not each.VAR_KEYWORD}
    open_ended = {None} if any(each.kind is each.VAR_KEYWORD for each in found.values()) else set()
    return names - {"path", "rng"} | set(ROLES) | open_ended


def data_of(shell: Any, command: Command, cell: str | None) -> Any:
    """The answers: of the expression, which is evaluated once, and of the query."""
    if cell is not None and is_sql(cell):
        if command.expression:
            raise ArgumentError(
                where="%%nps", expected="a verb and options above SQL", got=repr(command.expression),
                hint="the frames are named in the SQL",
            )  # fmt: skip
        return answered(cell, shell.user_ns)
    if not command.expression:
        raise ArgumentError(
            where="%nps" if cell is None else "%%nps", expected="a frame", got="none",
            hint=f"frames here: {', '.join(frames_in(shell.user_ns)) or 'none'}",
        )  # fmt: skip
    data = evaluated(shell, command.expression)
    if cell is None:
        return data
    if isinstance(data, npskit.Survey):
        return npskit.Survey(matching(data.data, cell, shell.user_ns), **data.settings)
    return matching(data, cell, shell.user_ns)


def evaluated(shell: Any, expression: str) -> Any:
    """The value of an expression; a name that is not there is told with those that are like it."""
    names = shell.user_ns
    if expression.isidentifier() and expression not in names and not hasattr(builtins, expression):
        frames = list(frames_in(names))
        raise ArgumentError(
            where="%nps", expected="a name of the notebook", got=repr(expression),
            hint=did_you_mean(expression, frames) if frames else "no frame has a name here yet",
        )  # fmt: skip
    try:
        return eval(compile(expression, "<%nps>", "eval"), shell.user_global_ns, names)
    except NameError:
        if not Path(expression).is_file():
            raise
        raise ArgumentError(
            where="%nps", expected="a file in quotes", got=expression, hint=f'%nps "{expression}"'
        ) from None


def survey_of(data: Any, roles: Mapping[str, Any]) -> Any:
    """The answers as a survey."""
    if isinstance(data, Answer):
        data = data.value
    if isinstance(data, npskit.Survey):
        return npskit.Survey(data.data, **{**data.settings, **settings(roles)}) if roles else data
    if isinstance(data, (int, float, bool, dict, type(None))) or callable(data):
        raise ArgumentTypeError(where="%nps", expected="a frame, a series, a file or a Survey", got=type(data).__name__)
    return npskit.Survey(data, **settings(roles))


def settings(roles: Mapping[str, Any]) -> dict[str, Any]:
    """Roles as `Survey` takes them."""
    found = dict(roles)
    if "missing" in found and not isinstance(found["missing"], (list, tuple)):
        found["missing"] = [found["missing"]]
    if "scale" in found:
        low, _, high = str(found["scale"]).partition("-")
        if not (low.isdigit() and high.isdigit()):
            raise ArgumentError(where="--scale", expected="LOW-HIGH such as 1-5", got=repr(found["scale"]))
        found["scale"] = npskit.Scale(int(low), int(high))
    return found


def answer(survey: Any, command: Command, given: dict[str, Any], lang: str, *, rich: bool, table: bool) -> Any:
    """What the verb answers."""
    if command.verb in ("", "summary"):
        return score_answer(survey, given.pop("by", None), given, lang, rich=rich)
    if command.verb == "report":
        report = survey.report(command.path, lang=lang, **given)
        return Answer(report, word("cli_report_written", lang, path=report.path), linked(report) if rich else None)
    if "lang" in parameters(command.verb) or command.verb == "explore":
        given["lang"] = lang
    missing = [
        name for name, each in parameters(command.verb).items()
        if each.default is each.empty and each.kind not in (each.VAR_KEYWORD, each.VAR_POSITIONAL) and name not in given
    ]  # fmt: skip
    if missing:
        raise ArgumentError(
            where=f"%nps {command.verb}", expected=f"--{' and --'.join(missing)}", got="nothing for them"
        )
    chart = partial(survey.plot.distribution, given.get("by")) if command.verb == "distribution" else None
    return result_answer(getattr(survey, command.verb)(**given), lang, rich=rich, table=table, chart=chart)


def linked(report: Any) -> dict[str, Any]:
    """A report as the notebook shows it."""
    html = getattr(report, "_repr_html_", None)
    return {"text/html": html()} if html else {}
