"""From an export to a part of the history: read, checked, without what is there already; or why not.

A file that cannot be read stops nothing else. It is no part of the history, so that every run meets it again, and tells
it again, until somebody mends it or takes it away.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pandas as pd

from npskit.errors import ColumnNotFoundError, NpskitError, NpskitWarning, ReadError, RoleError
from npskit.labels import number, word
from npskit.readers import read_survey
from npskit.roles import resolve
from npskit.survey import Survey
from npskit.watch.arriving import Arrival, arrivals, unsettled
from npskit.watch.config import Config
from npskit.watch.duplicates import Refusal, refusal
from npskit.watch.history import History, Part
from npskit.watch.numbering import twice
from npskit.watch.schema import Fitted, fitted, one_column, storable
from npskit.watch.wording import caution_text, said_again

__all__ = ["Taken", "check_hints", "keywords", "taken_in"]


@dataclass(frozen=True)
class Taken:
    """What a run found in the folder.

    Attributes
    ----------
    history : History
        With the parts that are new.
    new : int
        How many these are.
    same : tuple of (str, Part)
        Files whose content is that of a part that came under another name.
    waiting : tuple of str
        Files that are still being written.
    unread : mapping of str to (str, NpskitError)
        File to its digest and to what is wrong with it.
    """

    history: History
    new: int
    same: tuple[tuple[str, Part], ...]
    waiting: tuple[str, ...]
    unread: Mapping[str, tuple[str, NpskitError]]


def taken_in(config: Config, history: History, check: Callable[[], object]) -> Taken:
    """Read every export that is new, the oldest first, into the history.

    Parameters
    ----------
    config : Config
    history : History
    check : callable
        Raises when the folder of the history is not the one that was opened.

    Raises
    ------
    SurveyNotFoundError
        When the folder is not there.
    ReportError
        When the history cannot be written.
    """
    same, waiting, found = [], [], []
    unread: dict[str, tuple[str, NpskitError]] = {}
    for arrival in arrivals(config):
        try:
            digest = arrival.digest()
        except FileNotFoundError:
            # Gone since it was listed.
            continue
        except OSError as error:
            unread[arrival.name] = "", unreadable(arrival.name, error)
            continue
        if digest is not None and digest in history.known:
            part = history.known[digest]
            same += [(arrival.name, part)] if arrival.name != part.told["file"] else []
        else:
            found.append((arrival, digest))
    moving = unsettled([arrival for arrival, _ in found], config.settle)
    before = len(history.parts)
    for arrival, digest in found:
        if digest is None or arrival.name in moving:
            waiting.append(arrival.name)
        elif digest in history.known:
            same.append((arrival.name, history.known[digest]))
        else:
            try:
                frame, told = contributed(config, history, arrival, digest)
            except NpskitError as error:
                if is_unchanged(arrival, digest):
                    unread[arrival.name] = digest, error
                continue
            if not is_unchanged(arrival, digest):
                waiting.append(arrival.name)
                continue
            history = history.with_part(frame, told, check=check)
    return Taken(history, len(history.parts) - before, tuple(same), tuple(waiting), unread)


def is_unchanged(arrival: Arrival, digest: str) -> bool:
    """Whether a file is what it was when it was looked at; one that was moved away meanwhile is not."""
    try:
        return arrival.digest() == digest
    except OSError:
        return False


def contributed(config: Config, history: History, arrival: Arrival, digest: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The new rows of an export, and what is told of it.

    Raises
    ------
    NpskitError
        When it cannot be read as answers of this survey.
    """
    try:
        read, cautions = answers(config, arrival)
        account = dict(read.attrs.get("npskit", {}))
        fit = fitted(read, config.columns, history.roles, history.columns)
        cautions += checked(config, history, fit)
        key = [resolve(name, list(map(str, fit.frame.columns))) for name in config.key]
        earlier = history.parts if config.duplicates == "rows" or key else ()
        found = refusal(fit.frame, earlier, fit.roles, key)
        cautions += lacking(config, history, fit) + doubtful(history, fit, found, config.lang)
        cautions += left(config, history, fit, account) + corrected(config, history, fit, found, account)
        cautions += twice(config, fit, found.kept, history.parts, account)
    except RoleError as error:
        # Its way out is one of the library, and this is a configuration.
        hint = f"name it in {config.path.name}, such as 'columns: {{rating: its name}}', or take the file out"
        raise RoleError(error.message, hint=hint) from None
    except NpskitError:
        raise
    except Exception as error:
        # A file that brings up a fault of ours, or of a library, must not keep the others out.
        raise unreadable(arrival.name, error) from error
    told = told_of(fit, found, history.columns, account)
    told |= {"file": arrival.name, "digest": digest, "hints": config.hints, "cautions": cautions}
    return fit.frame[found.kept].reset_index(drop=True), told


def answers(config: Config, arrival: Arrival) -> tuple[pd.DataFrame, list[str]]:
    """The frame of an export with the names of the configuration, and what its reader warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frame = read_survey(arrival.path, **config.reading)
    attrs = dict(frame.attrs)
    headers = attrs.get("npskit", {}).get("headers", {})
    names = {}
    for old, new in config.rename.items():
        # An export that has the new name already needs none.
        if new not in frame.columns:
            with suppress(ColumnNotFoundError):
                names[resolve(old, list(map(str, frame.columns)))] = new
    # As it will be kept, so that it is compared as it will be kept.
    frame = storable(frame.rename(columns=names))
    frame.attrs = attrs
    if names and "npskit" in attrs:
        account = attrs["npskit"]
        moved = {
            part: {names.get(k, k): v for k, v in account.get(part, {}).items()} for part in ("headers", "questions")
        }
        roles = {role: names.get(name, name) for role, name in account.get("roles", {}).items()}
        frame.attrs["npskit"] = {**account, **moved, "roles": roles}
    return frame, cautions_of(caught, config.lang, headers)


def cautions_of(caught: Any, lang: str, headers: Mapping[str, str] | None = None) -> list[str]:
    """Warnings of npskit in a language; those of libraries are for developers."""
    return [caution_text(each.message, lang, headers) for each in caught if issubclass(each.category, NpskitWarning)]


def checked(config: Config, history: History, fit: Fitted) -> list[str]:
    """Raise for answers that could not be counted, alone or with those before; what is warned of otherwise.

    Raises
    ------
    NpskitError
    """
    given = {**fit.roles, **config.columns}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Survey(fit.frame, **given).tally()
    rating = given.get("rating")
    if not config.counted and rating is not None:
        distinct = [part.distinct(rating) for part in history.parts if rating in part.columns]
        distinct.append(pd.Series(fit.frame[rating].unique()))
        both = pd.DataFrame({rating: one_column(distinct, list(map(len, distinct)))})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            Survey(both, rating=rating, **{k: v for k, v in given.items() if k in ("missing", "scale")}).tally()
    return cautions_of(caught, config.lang)


def lacking(config: Config, history: History, fit: Fitted) -> list[str]:
    """That a column by which reports or alerts are split is not in a file: its rows would be in no group, silently."""
    names = list(map(str, fit.frame.columns))
    split = {
        "by": config.by,
        "monitor.by": config.monitor.by if config.monitor else None,
        "teams.by": config.teams.by if config.teams else None,
    }
    keys: dict[str, list[str]] = {}
    for key, value in split.items():
        for name in [value] if isinstance(value, str) else value or []:
            keys.setdefault(name, []).append(key)
    known = [*history.columns, *fit.renamed]
    return [
        lacked(name, found, [each for each in names if each not in known], config)
        for name, found in keys.items()
        if not is_there(name, names)
    ]


def is_there(name: str, names: list[str]) -> bool:
    """Whether a column is there, as it may be written in a configuration."""
    try:
        resolve(name, names)
    except ColumnNotFoundError:
        return False
    return True


def lacked(name: str, keys: Sequence[str], candidates: Sequence[str], config: Config) -> str:
    """That a file lacks a column, and what to do."""
    lang = config.lang
    now = candidates[0] if len(candidates) == 1 else word("watch_lacks_now", lang)
    new = word("watch_lacks_new", lang, names=", ".join(candidates[:3])) if candidates else ""
    listing = f" {word('answer_and', lang)} ".join(keys)
    split = word("watch_lacks_in", lang, keys=listing, file=config.path.name)
    return word("watch_lacks", lang, column=shown_name(name, lang), split=split, new=new, now=now, name=name)


def shown_name(name: str, lang: str) -> str:
    """A name in the quotation marks in which it would be typed, or those of the language."""
    return said_again(repr(name), lang)


def doubtful(history: History, fit: Fitted, found: Refusal, lang: str) -> list[str]:
    """That refused rows may be answers of other people: rows of the same days that the file does not repeat."""
    date = fit.roles.get("date")
    if date is None:
        return []
    said = []
    for digest, n in found.alike.items():
        frame = history.known[digest].frame
        first, last = span(fit.frame[date])
        days = pd.to_datetime(frame[date], errors="coerce", utc=True).dt.date.astype(str) if date in frame else None
        there = 0 if days is None or first is None or last is None else int(days.between(first, last).sum())
        if 2 * n < there:
            sizes = {"n": number(n, lang=lang), "there": number(there, lang=lang)}
            said.append(word("watch_doubtful", lang, file=history.name_of(digest), **sizes))
    return said


def left(config: Config, history: History, fit: Fitted, account: Mapping[str, Any]) -> list[str]:
    """That columns which earlier exports have are not in a file: its rows would be in no group of them, silently.

    Of a column that left for good it is told once, of one by which reports are split every time, elsewhere.
    """
    names, lang = list(map(str, fit.frame.columns)), config.lang
    if not history.parts:
        return []
    usual = [name for name in history.parts[-1].columns
             if 2 * sum(name in part.columns for part in history.parts) >= len(history.parts)]  # fmt: skip
    split = groups_named(config)
    gone = [name for name in usual if name not in names and not any(is_there(each, [name]) for each in split)]
    if not gone:
        return []
    new = [name for name in names if name not in history.columns and name not in fit.renamed.values()]
    heads = {**account_heads(history), **account.get("headers", {})}
    values = {"gone": listed(gone, heads, lang), "old": gone[0], "new": new[0] if new else ""}
    appeared = word("watch_left_new", lang, names=listed(new, heads, lang)) if new else ""
    key = "watch_left_1" if len(gone) == 1 else "watch_left"
    way = word("watch_left_rename", lang, **values) if new else ""
    return [" ".join(part for part in (word(key, lang, appeared=appeared, **values), way) if part)]


def groups_named(config: Config) -> list[str]:
    """The columns by which reports and alerts are split, which `lacking` tells of."""
    found = [config.by, config.monitor.by if config.monitor else None, config.teams.by if config.teams else None]
    return [name for value in found for name in ([value] if isinstance(value, str) else value or [])]


def account_heads(history: History) -> dict[str, str]:
    """What the exports so far call their columns."""
    return {name: head for part in history.parts for name, head in part.told["account"].get("headers", {}).items()}


def listed(names: Sequence[str], heads: Mapping[str, str], lang: str, most: int = 5) -> str:
    """Columns as their files call them, in quotes, the first few of them."""
    shown = [shown_name(heads.get(name, name), lang) for name in names[:most]]
    return ", ".join([*shown, *(["…"] if len(names) > most else [])])


def corrected(config: Config, history: History, fit: Fitted, found: Refusal, account: Mapping[str, Any]) -> list[str]:
    """That answers came again with another rating or day, and that those which came first are kept."""
    if not any(fit.roles.get(role) in found.differing for role in ("rating", "date")):
        return []
    heads, lang = {**account_heads(history), **account.get("headers", {})}, config.lang
    places = ", ".join(f"{shown_name(heads.get(name, name), lang)} ({number(n, lang=lang)})"
                       for name, n in sorted(found.differing.items(), key=lambda item: -item[1]))  # fmt: skip
    files = ", ".join(history.name_of(digest) for digest in found.refused if digest)
    key = "watch_changed" if found.changed > 1 else "watch_changed_1"
    return [word(key, lang, n=number(found.changed, lang=lang), columns=places, files=files, file=config.path.name)]


def told_of(fit: Fitted, found: Refusal, before: Sequence[str], account: Mapping[str, Any]) -> dict[str, Any]:
    """What a part tells of its export: nothing that another try would change."""
    names = [str(name) for name in fit.frame.columns]
    days = fit.frame[fit.roles["date"]][found.kept] if "date" in fit.roles else pd.Series(dtype=float)
    first, last = span(days)
    return {
        "rows_read": len(fit.frame),
        "rows_new": int(found.kept.sum()),
        "refused": dict(found.refused),
        "changed": found.changed,
        "roles": dict(fit.roles),
        "renamed": dict(fit.renamed),
        "appeared": [name for name in names if name not in before] if before else [],
        "gone": [name for name in before if name not in names],
        "wording": wording(fit, account),
        "first": first,
        "last": last,
        "account": {name: value for name, value in account.items() if name != "source"},
    }


def wording(fit: Fitted, account: Mapping[str, Any]) -> str:
    """The text under which the rating was asked, as the file has it."""
    name = fit.roles.get("rating", "")
    written = next((old for old, new in fit.renamed.items() if new == name), name)
    texts = [account.get(part, {}).get(written) for part in ("questions", "headers")]
    return next((str(text) for text in texts if text), written)


def span(days: pd.Series) -> tuple[str | None, str | None]:
    """The first and the last day of a column of dates."""
    times = pd.to_datetime(days, errors="coerce", utc=True) if days.dtype == object else days
    if not (pd.api.types.is_datetime64_any_dtype(times.dtype) and times.notna().any()):
        return None, None
    return times.min().date().isoformat(), times.max().date().isoformat()


def unreadable(name: str, error: BaseException) -> ReadError:
    """The error for a file that brought up another one."""
    got = error.strerror if isinstance(error, OSError) and error.strerror else f"{type(error).__name__}: {error}"
    return ReadError(where=name, expected="an export that can be read", got=" ".join(str(got).split())[:300])


def check_hints(config: Config, history: History) -> None:
    """Raise when the parts were read in another way than the configuration says now.

    Raises
    ------
    ReadError
    """
    others = [part.told["file"] for part in history.parts if part.told["hints"] != config.hints]
    if others:
        raise ReadError(
            where=str(config.history),
            expected="a history that was read as the configuration says now (reading, rename, key, duplicates)",
            got=f"one of which {len(others):,} files were read otherwise, such as {others[0]!r}",
            hint=f"name another folder as 'history' in {config.path}: the exports that are still there are read anew",
        )


def keywords(config: Config, history: History) -> dict[str, Any]:
    """Keywords of `npskit.Survey` for the history: columns that later exports bring cannot make a role ambiguous."""
    return {**history.roles, **config.columns}
