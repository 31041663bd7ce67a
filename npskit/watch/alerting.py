"""When the score moved beyond what its answers explain: the alerts of a history, each with an id of its own.

An alert is one of a series and a period. What is found out about it later (that it stayed, or came back) makes it no
other alert, and so it is not told again; nor is what began in the same period, the same way, and is found in a later
one by now.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import warnings
from collections.abc import Sequence
from typing import Any

from npskit.charts.alert_words import AlertRow, alert_phrase
from npskit.charts.words import name_text, sentence
from npskit.errors import EmptyDataError, NpskitError, RoleError
from npskit.labels import word
from npskit.stats.monitor import FEWEST_BEFORE
from npskit.survey import Survey
from npskit.survey.column_words import NO_WORDS, ColumnWords
from npskit.version import VERSION
from npskit.watch.config import Config, Monitoring
from npskit.watch.history import History
from npskit.watch.taking import keywords
from npskit.watch.telling import ALERT, TROUBLE, Event, event_id
from npskit.watch.wording import reason_text

__all__ = ["alerts", "judged_state"]

FIGURES = ("responses", "score", "expected", "lower", "upper", "p_adjusted", "change")


def judged_state(config: Config, history: History) -> str:
    """A digest of all that the alerts depend on, the day among it."""
    told = (VERSION, history.state, repr(config.monitor), repr(sorted(config.columns.items())), dt.date.today())
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def alerts(config: Config, history: History, frame: Any) -> list[Event]:
    """The alerts of a history, the oldest first; that it cannot be watched is an event too, where it was asked for."""
    rules = config.monitor
    if rules is None or not history.parts:
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = Survey(frame, **keywords(config, history)).monitor(
                rules.every, by=rules.by, alpha=rules.alpha, breaks=list(rules.breaks) or None
            )
    except EmptyDataError as error:
        return [not_yet(error, rules, config.lang)]
    except RoleError as error:
        return [not_monitored(error, rules, config.lang)] if rules.asked else []
    except NpskitError as error:
        return [not_monitored(error, rules, config.lang)]
    except Exception as error:
        # The reports are made all the same.
        return [not_monitored(NpskitError(f"{type(error).__name__}: {error}"), rules, config.lang)]
    series = history.parts[0].digest
    rows = [dict(zip(found.table, row, strict=True)) for row in zip(*found.table.values(), strict=True)]
    return [event_of(row, found.by, rules, series, config.lang, found.words) for row in rows if is_told(row, rules)]


def is_told(row: dict[str, Any], rules: Monitoring) -> bool:
    """Whether a period is an alert, and none of before one's time."""
    return bool(row["kind"]) and (rules.since is None or day_of(row["period"]) >= rules.since)


def event_of(
    row: dict[str, Any], by: Sequence[str], rules: Monitoring, series: str, lang: str, words: ColumnWords = NO_WORDS
) -> Event:
    """An alert as an event: code names its columns as before, a person reads what was asked."""
    levels = {name: None if row[name] is None or row[name] != row[name] else str(row[name]) for name in by}
    period, since = day_of(row["period"]), day_of(row["since"])
    about = {"every": rules.every, "period": period, "since": since, "kind": row["kind"], "group": levels}
    name = " · ".join(word("missing_level", lang) if level is None else level for level in levels.values())
    phrase = alert_phrase(AlertRow(name, period, since, row["kind"], float(row["change"])), rules.every, lang)
    said = (
        f"{name_text(name, [words.name(key) for key in by], lang)}{word('chart_colon', lang)} {phrase}"
        if by
        else sentence(phrase)
    )
    of = ("alert", series, rules.every, sorted(levels.items()))
    return Event(
        "alert",
        event_id(*of, period),
        {**about, **{figure: row[figure] for figure in FIGURES}},
        f"{said}.",
        status=ALERT,
        same=(event_id(*of, "since", since, bool(row["change"] > 0)),),
    )


def day_of(value: Any) -> dt.date:
    """A day, from whatever a frame makes of one."""
    return value.date() if isinstance(value, dt.datetime) else value


def not_yet(error: NpskitError, rules: Monitoring, lang: str) -> Event:
    """That there are too few periods yet, which is told once and not with each new file."""
    data = {"every": rules.every, "reason": error.message}
    message = word("watch_not_yet", lang, n=FEWEST_BEFORE)
    return Event("not_monitored", event_id("not_monitored", "yet", rules.every), data, message)


def not_monitored(error: NpskitError, rules: Monitoring, lang: str) -> Event:
    """That a history cannot be watched as it is."""
    data = {"every": rules.every, "reason": str(error)}
    said = reason_text(error, lang)
    return Event("not_monitored", event_id("not_monitored", str(error)), data, said, status=TROUBLE, again=True)
