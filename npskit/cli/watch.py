"""``npskit watch``: the same reports on every new export of a folder, for a scheduler to run.

On the output there are lines of JSON and nothing else; what is for people goes to the error stream.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from npskit.cli.options import add
from npskit.cli.tables import printed
from npskit.errors import ArgumentError, NpskitError, ReportError
from npskit.labels import language, number, word

if TYPE_CHECKING:
    from npskit.watch import Config, Event

__all__ = ["add_commands"]

CONFIG = "nps.yaml"
# The tests run them, beside a configuration of this name.
EXAMPLES = (
    "npskit watch --init surveys.yaml --lang fr",
    "npskit watch nps.yaml --check",
    "npskit watch nps.yaml",
    "npskit watch nps.yaml --ledger --format csv",
)
ENDED = 128 + signal.SIGTERM
# Of the ledger on a terminal; the rest is in its file.
SHOWN = ("number", "file", "rows_read", "rows_new", "rows_refused", "duplicates_of", "first", "last")
STATUSES = """
exit status:
  0   nothing to act on: what was new is read, and reports are up to date
  10  alert: the score moved beyond what its answers explain
  3   a file could not be read, or a report not be made; all else is done
  13  both of these
  2   the run could not be done: the configuration, the folder or the history
  75  another run is at work; what is new is left to it
A scheduler that tries again what failed would be told 0 the second time: let it take 10 and 13 for done (systemd:
SuccessExitStatus=10 13), or give --no-alert-status and read the lines. Of a run that was ended by a signal (137,
143) the lines count: what they do not hold, the next run tells.

On the output, a line of JSON for each event; an id that comes again is the same event, told again after a run
that was ended before it was through. On the error stream, sentences for people: all of them on a terminal, and
elsewhere alerts, what is in doubt and what went wrong, so that cron sends no others."""


def add_commands(commands: Any) -> None:
    """The command of this file."""
    text = "read every new export of a folder, keep its answers, renew the reports, tell alerts"
    parser = add(commands, "watch", run_watch, text, file=False, formats=True, examples=EXAMPLES)
    parser.epilog = f"{parser.epilog}\n{STATUSES}"
    parser.add_argument("config", nargs="?", default=CONFIG, help=f"the configuration; {CONFIG} when not given")
    parser.add_argument("--once", action="store_true", help="look once, which is what it does unless told otherwise")
    parser.add_argument("--loop", type=float, metavar="SECONDS", help="look again and again, with this much in between")
    parser.add_argument("--no-alert-status", action="store_true", help="exit with 0 instead of 10, and 3 instead of 13")
    parser.add_argument("--init", action="store_true", help="write a configuration to begin with, over no other")
    parser.add_argument("--check", action="store_true", help="only check the configuration")
    parser.add_argument("--ledger", action="store_true", help="print what each file contributed, and look at none")


def run_watch(options: argparse.Namespace) -> int:
    """``npskit watch``."""
    check_together(options)
    if options.init:
        return written_down(Path(options.config), language(options.lang))
    from npskit.watch import read_config
    from npskit.watch.telling import ALERT, TROUBLE
    from npskit.watch.wording import spoken

    config = read_config(options.config)
    if options.check:
        with spoken(config.lang):
            return checked(config, options.lang)
    if options.ledger:
        from npskit.watch import History

        with spoken(config.lang):
            ledger = History.opened(config.history).ledger()
        shown = SHOWN if options.format == "text" else tuple(ledger)
        return printed({name: ledger[name] for name in shown}, options.format)
    if options.loop is None:
        status = one_round(config)
        return status - ALERT if options.no_alert_status and status in (ALERT, ALERT + TROUBLE) else status
    if options.loop <= 0 or options.once:
        raise ArgumentError(where="--loop", expected="seconds, without --once", got=repr(options.loop))
    return for_good(options.config, options.loop)


def check_together(options: argparse.Namespace) -> None:
    """Refuse an option that another one would leave without effect.

    Raises
    ------
    ArgumentError
    """
    alone = [name for name in ("init", "check", "ledger") if getattr(options, name)]
    beside = [name for name in ("once", "loop", "no_alert_status") if getattr(options, name) not in (None, False)]
    if len(alone) > 1 or (alone and beside):
        first, second = [*alone, *beside][:2]
        raise ArgumentError(where=f"--{second.replace('_', '-')}", expected=f"no --{first} beside it", got="both")
    if options.format != "text" and not options.ledger:
        raise ArgumentError(where="--format", expected="--ledger beside it, whose table it is of", got="none")


def checked(config: Config, lang: str | None) -> int:
    """Check what a run needs, as far as it can be known before one: libraries and a browser too."""
    from npskit.errors import optional_import
    from npskit.watch.arriving import arrivals
    from npskit.watch.reporting import check_reports

    if config.actions is not None:
        from npskit.survey.action_log import read_actions

        read_actions(config.actions)
    optional_import("pyarrow", extra="parquet", purpose="keep a history")
    check_reports(config)
    lang = lang or config.lang
    print(word("watch_checked", lang, path=config.path.name, n=number(len(arrivals(config)), lang=lang)))
    hinted(config, lang)
    return 0


def hinted(config: Config, lang: str) -> None:
    """Say which column of the exports that are there would tell answers apart."""
    from npskit.watch.numbering import key_hint

    if hint := key_hint(config, lang):
        print(hint)


def one_round(config: Config) -> int:
    """Look once; the exit status is that of the round."""
    from npskit.watch import BusyError, watch_once
    from npskit.watch.telling import BUSY
    from npskit.watch.wording import spoken

    try:
        with spoken(config.lang), staying():
            return watch_once(config, tell=told).status
    except BusyError as error:
        print(f"npskit: {error}", file=sys.stderr)
        return BUSY


@contextmanager
def staying() -> Iterator[None]:
    """What a disk does to a round, such as a share that goes away in the middle of it, is an error of npskit."""
    try:
        yield
    except NpskitError:
        raise
    except OSError as error:
        where, got = str(error.filename or "npskit watch"), error.strerror or str(error)
        raise ReportError(where=where, expected="files that stay there", got=got) from error


def for_good(path: str, seconds: float) -> int:
    """Look again and again until somebody ends it; what goes wrong in one round may go well in the next."""
    from npskit.report.ending import ended_by_signal
    from npskit.watch import read_config

    # Whole, since the folder one stands in may be on a share that goes away and comes back as another.
    path, said = os.path.abspath(path), ""
    with ended_by_signal() as end:
        while not end.is_set():
            wrong = ""
            try:
                one_round(read_config(path))
            except ListenerError:
                raise
            except (NpskitError, OSError) as error:
                wrong = str(error)
            # Once for as long as it stays: a share that is away for a weekend would fill the log.
            if wrong and wrong != said:
                print(f"npskit: {wrong}", file=sys.stderr, flush=True)
            said = wrong
            time.sleep(0 if end.is_set() else seconds)
    return ENDED


class ListenerError(ReportError):
    """Nobody takes what is told."""


def told(event: Event) -> None:
    """Tell an event: a line for machines, and its sentence for people.

    Raises
    ------
    ListenerError
        When the line could not be written: then it is not told.
    """
    from npskit.watch.telling import line_of

    try:
        # One write, so that no line is cut in two by a kill.
        sys.stdout.write(f"{line_of(event)}\n")
        sys.stdout.flush()
    except OSError as error:
        # Python would complain again while flushing at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        got = error.strerror or str(error)
        raise ListenerError(where="standard output", expected="to write an event", got=got) from None
    if event.message and (event.status or event.data.get("cautions") or sys.stderr.isatty()):
        print(f"npskit: {event.message}", file=sys.stderr, flush=True)


def written_down(path: Path, lang: str) -> int:
    """Write a configuration to begin with."""
    content = files("npskit").joinpath("watch", f"begin.{lang}.yaml").read_text(encoding="utf-8")
    try:
        with open(path, "x", encoding="utf-8") as file:
            file.write(content)
    except FileExistsError:
        raise ArgumentError(where="--init", expected="a new file", got=f"{str(path)!r}, which is there") from None
    except OSError as error:
        raise ArgumentError(where="--init", expected="a place to write to", got=error.strerror or str(error)) from None
    print(word("watch_init", lang, path=path))
    # Nothing is asked of a configuration that nobody filled in yet, such as a folder that is there.
    with suppress(NpskitError):
        from npskit.watch import read_config

        hinted(read_config(path), lang)
    return 0
