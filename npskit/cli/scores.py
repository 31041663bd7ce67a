"""``npskit score``, ``audit`` and ``roles``: a file answered in the terminal."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from npskit.cli.options import add, survey_of
from npskit.cli.tables import printed, written
from npskit.labels import language, number, points, share, word

__all__ = ["add_commands"]

LEVEL_WIDTH = 40
# The tests run them, beside a file of answers with the columns that they name.
SCORE_EXAMPLES = (
    "npskit score answers.csv",
    "npskit score answers.csv --by shop --lang fr",
    "npskit score answers.csv --rating rating --by shop --format csv",
)


def add_commands(commands: Any) -> None:
    """The commands of this file."""
    score = add(
        commands,
        "score",
        run_score,
        "print the score with its interval, for all or per group",
        formats=True,
        examples=SCORE_EXAMPLES,
    )
    score.add_argument("--by", action="append", default=[], metavar="COLUMN", help="group by; repeat for more")
    score.add_argument("--confidence-level", type=float, default=0.95, metavar="0.95")
    score.add_argument("--method", default="score", help="score, adjusted_wald, wald, bayes or bootstrap")
    text = "print what is wrong with a file"
    add(commands, "audit", run_audit, text, formats=True, examples=("npskit audit answers.csv --lang fr",))
    text = "print which column was taken for what, and why"
    add(commands, "roles", run_roles, text, formats=True, examples=("npskit roles answers.csv --format json",))


def run_score(options: argparse.Namespace) -> int:
    """``npskit score``."""
    from npskit.scale import CATEGORIES
    from npskit.survey.plots import columns_of

    survey = survey_of(options)
    by = options.by or None
    found = columns_of(survey.summary(by, confidence_level=options.confidence_level, method=options.method))
    if options.format != "text":
        return written(found, options.format)
    keys = list(found)[: list(found).index("responses")]
    lang = language(options.lang)
    level = share(options.confidence_level, lang=lang)
    if not keys:
        print(f"{word('cli_score', lang)} {one_score(found, 0, lang)}  ({level})")
        print("  ".join(f"{word(name, lang)} {number(found[name][0], lang=lang)}" for name in CATEGORIES))
        return 0
    names = [" · ".join(level_name(found[key][i], lang) for key in keys) for i in range(len(found["responses"]))]
    width = min(max(map(len, names), default=0), LEVEL_WIDTH)
    for i, name in enumerate(names):
        print(f"{name[:LEVEL_WIDTH]:<{width}}  {one_score(found, i, lang)}")
    print(word("cli_interval", lang, level=level))
    return 0


def level_name(level: Any, lang: str) -> str:
    """A level of a group as text."""
    return word("missing_level", lang) if level is None or level != level else str(level)


def one_score(found: Mapping[str, Sequence[Any]], row: int, lang: str) -> str:
    """A score with its interval and n, in aligned columns."""
    n = found["responses"][row]
    responses = word("n_responses_1" if n == 1 else "n_responses", lang, n=number(n, lang=lang))
    values = [points(found[name][row], digits=1, lang=lang) for name in ("score", "lower", "upper")]
    interval = word("range", lang, lower=values[1], upper=values[2])
    return f"{values[0]:>7}  {interval:<18}  {responses}"


def run_audit(options: argparse.Namespace) -> int:
    """``npskit audit``."""
    from npskit.survey.plots import columns_of

    found = columns_of(survey_of(options).audit(lang=language(options.lang)))
    if options.format != "text":
        return written(found, options.format)
    names, counts = (list(map(str, found[key])) for key in ("check", "count"))
    width, digits = (max(map(len, texts)) for texts in (names, counts))
    for name, count, detail, to_do in zip(names, counts, found["detail"], found["to_do"], strict=True):
        print(f"{name:<{width}}  {count:>{digits}}  {detail}")
        if to_do:
            print(f"{'':<{width + digits + 2}}  → {to_do}")
    return 0


def run_roles(options: argparse.Namespace) -> int:
    """``npskit roles``."""
    from npskit.survey.plots import columns_of

    return printed(columns_of(survey_of(options).roles()), options.format)
