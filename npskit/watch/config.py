"""What a watch is told: where exports arrive, how they are read, what is made of them and what is an alert.

One file in plain YAML says all of it, so that a scheduler needs a single line. Every key is checked before anything is
read or written: a key that nobody reads is a wish that nobody fulfils, and is an error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from npskit.errors import ArgumentError, NpskitError
from npskit.watch.config_file import Written, read_written
from npskit.watch.config_keys import KEYS, MONITOR_KEYS, TEAM_KEYS, checked_values
from npskit.watch.files import working_in
from npskit.watch.wording import language_said, spoken

__all__ = ["Config", "Monitoring", "Teams", "read_config"]

PATTERNS = ("*.csv", "*.tsv", "*.txt", "*.xlsx", "*.xlsm", "*.parquet")


@dataclass(frozen=True)
class Monitoring:
    """What is an alert; `asked` when the file says so, and not only we."""

    every: str = "month"
    by: Any = None
    alpha: float = 0.05
    breaks: tuple[Any, ...] = ()
    since: Any = None
    asked: bool = False


@dataclass(frozen=True)
class Teams:
    """A report for each level of some columns."""

    by: Any
    template: str
    format: str = "html"
    threshold: int = 10
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Config:
    """A configuration that was checked; paths are whole.

    Attributes
    ----------
    path : Path
        The file it stands in, beside which its paths begin.
    folder, output, history : Path
        Where exports arrive; where reports go; what is kept.
    pattern : tuple of str
        Names of exports; one with a slash looks into folders too.
    template, lang, title : str
    formats : tuple of str
        Of the report of all; none writes no report.
    columns, reading : mapping
        Keywords of `npskit.Survey` and of `npskit.read_survey`.
    rename : mapping of str to str
        Columns of some exports to what the others call them.
    key : tuple of str
        Columns that name an answer; found when empty.
    duplicates : {"rows", "files"}
        Whether rows that are in the history already are refused, or only whole files.
    by, every, parameters
        Of the template.
    monitor : Monitoring or None
    actions : Path or None
    teams : Teams or None
    settle : float
        Seconds for which a file must have stayed as it is.
    """

    path: Path
    folder: Path
    output: Path
    history: Path
    pattern: tuple[str, ...] = PATTERNS
    template: str = "health-check"
    lang: str = "en"
    title: str | None = None
    formats: tuple[str, ...] = ("html",)
    columns: Mapping[str, Any] = field(default_factory=dict)
    reading: Mapping[str, Any] = field(default_factory=dict)
    rename: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    duplicates: str = "rows"
    by: Any = None
    every: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    monitor: Monitoring | None = field(default_factory=Monitoring)
    actions: Path | None = None
    teams: Teams | None = None
    settle: float = 2.0
    places: Written | None = field(default=None, repr=False, compare=False)

    @property
    def hints(self) -> str:
        """A digest of all that decides how a file becomes rows of the history."""
        told = (sorted(self.reading.items()), sorted(self.rename.items()), self.key, self.duplicates)
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]

    @property
    def name(self) -> str:
        """What the survey is called where no title says it."""
        return self.title or self.folder.name or str(self.folder)

    @property
    def counted(self) -> bool:
        """Whether rows hold counts instead of answers."""
        return bool({"detractors", "passives", "promoters", "responses"} & set(self.columns))

    def template_parameters(self) -> dict[str, Any]:
        """Parameters of the report of all."""
        named = {"by": self.by, "every": self.every, "title": self.title, "actions": self.actions}
        given = {name: value for name, value in named.items() if value is not None}
        return {**given, **self.parameters, **({"actions": str(self.actions)} if self.actions else {})}


def read_config(path: Any) -> Config:
    """Read and check a configuration.

    Parameters
    ----------
    path : str or path
        A ``.yaml`` file; its paths begin where it stands.

    Returns
    -------
    Config

    Raises
    ------
    SurveyNotFoundError
        When it is not there.
    ArgumentError
        For anything in it that is wrong; the message names file, line and key.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "nps.yaml")
    >>> _ = path.write_text("folder: exports\\nmonitor: {every: week, alpha: 0.01}\\n")
    >>> config = read_config(path)
    >>> config.folder.name, config.history.name, config.monitor.every
    ('exports', 'history', 'week')
    """
    path = Path(path).expanduser()
    with spoken(language_said(path)):
        return configured(read_written(path), path.absolute())


def configured(written: Written, path: Path) -> Config:
    """The configuration that stands in a file, checked."""
    written.check_keys(KEYS)
    values = checked_values(written, KEYS)
    if "folder" not in values:
        raise written.place("folder").wrong("the folder in which exports arrive", "nothing", "such as folder: exports")
    home = path.parent
    places: dict[str, Any] = {
        name: home / Path(values.pop(name, default)).expanduser() for name, default in FOLDERS.items()
    }
    actions = values.pop("actions", None)
    config = Config(
        path=path, **places,
        monitor=monitoring(written, values.pop("monitor", True), values.get("every")),
        teams=teams_of(written, values.pop("teams", None), values.get("template", "health-check")),
        actions=None if actions is None else home / Path(actions).expanduser(),
        places=written, **values,
    )  # fmt: skip
    check_apart(config, written)
    check_template(config, written)
    return config


FOLDERS = {"folder": "exports", "output": "reports", "history": "history"}


def monitoring(written: Written, value: Any, every: str | None) -> Monitoring | None:
    """What is an alert: the default, nothing, or what the keys say."""
    period: dict[str, Any] = {} if every is None else {"every": every}
    if value is False or value is None:
        return None
    if value is True:
        return Monitoring(**period, asked="monitor" in written.values)
    written.check_keys(MONITOR_KEYS, "monitor")
    return Monitoring(**{**period, **checked_values(written, MONITOR_KEYS, "monitor")}, asked=True)


def teams_of(written: Written, value: Any, template: str) -> Teams | None:
    """Reports for teams: a column, or keys."""
    if value is None or isinstance(value, str):
        return None if value is None else Teams(value, template)
    written.check_keys(TEAM_KEYS, "teams")
    given = checked_values(written, TEAM_KEYS, "teams")
    if "by" not in given:
        raise written.place("teams").wrong("the column of the teams", "no 'by'", "such as teams: {by: shop}")
    return Teams(**{"template": template, **given})


def check_apart(config: Config, written: Written) -> None:
    """Raise where a watch would take what it wrote for exports.

    Raises
    ------
    ArgumentError
    """
    places = {name: getattr(config, name).resolve() for name in FOLDERS}
    for first, second in (("output", "folder"), ("history", "folder"), ("history", "output")):
        if places[first] == places[second]:
            raise written.place(first).wrong(f"another folder than '{second}'", repr(str(getattr(config, first))))
    if config.actions is not None and not config.actions.is_file():
        hint = f"a path that begins in {str(config.path.parent)!r}, where the configuration stands"
        raise written.place("actions").wrong("a file of actions", f"no file {str(config.actions)!r}", hint)


def check_template(config: Config, written: Written) -> None:
    """Raise where a template is not there, or would not take what it is given.

    Raises
    ------
    ArgumentError
    """
    orders = [("template", config.template, config.template_parameters())] if config.formats else []
    if config.teams is not None:
        orders.append(("teams", config.teams.template, dict(config.teams.parameters)))
    if not orders:
        return
    from npskit.report.template import prepared

    for key, template, parameters in orders:
        try:
            with working_in(config.path.parent):
                prepared(template, parameters, config.lang)
        except NpskitError as error:
            raise not_taken(written, key, template, parameters, error) from None


# Keys that are parameters of a template too.
SHARED = ("by", "every", "title", "actions")


def not_taken(
    written: Written, key: str, template: str, parameters: Mapping[str, Any], error: NpskitError
) -> ArgumentError:
    """The error for a template that is not there, or the key that it does not take."""
    said = error.message.rstrip(".")
    name = next((each for each in parameters if said.endswith(f"one of its parameters, got {each!r}")), None)
    if name is None:
        return written.place(key).wrong("a template that can be run so", said, error.hint)
    path = (name,) if key == "template" and name in SHARED else ("parameters", name)
    place = written.place(*(path if key == "template" else (key, *path)))
    takers = ", ".join(taking(name))
    return place.wrong(
        f"a parameter of the template {template!r}",
        repr(name),
        f"templates that take it: {takers}" if takers else error.hint,
    )


def taking(parameter: str) -> list[str]:
    """The templates that have a parameter."""
    from npskit.report.catalogue import templates

    return [each["id"] for each in templates() if parameter in each["parameters"]]
