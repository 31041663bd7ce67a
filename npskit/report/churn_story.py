"""The story of the eighth template: who leaves after which answer, how sure that is, and whom to call first.

Everybody expects detractors to leave, and in many files they do not, or it cannot be told. So the verdict comes first
with its evidence, told risks stand beside what became of them, and a list is a list: it says what orders it, and
nothing in it claims that a call keeps anybody.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import TYPE_CHECKING, Any

from npskit.charts.columns import quoted
from npskit.charts.words import sentence
from npskit.errors import ArgumentError, EmptyDataError
from npskit.frames.dates import is_date
from npskit.labels import date_text, language, number, word
from npskit.report.callbacks import list_table, loop_table, nameless, rules_told
from npskit.report.churn_words import advice, evidence, odds_table, risk_table
from npskit.report.invented import LEAVERS, invented_leavers, invented_outcomes
from npskit.report.leaving import Leaving, leaving_column
from npskit.report.passage import Headline, Passage
from npskit.report.story import Story, unrepeated
from npskit.report.tables import Table
from npskit.report.words import rating_range
from npskit.survey import Survey
from npskit.survey.churn_rows import day_of
from npskit.survey.notes import Note
from npskit.survey.worklist_rules import Rules, rules_of
from npskit.version import VERSION

if TYPE_CHECKING:
    from npskit.survey.churn_answers import Churn
    from npskit.survey.worklist_answers import Worklist
    from npskit.survey.worklist_outcomes import ClosedLoop

__all__ = ["ChurnStory"]

# Tried in this order when nobody said: the longest for which anybody was followed.
HORIZONS = ("6 months", "3 months", "1 month", "2 weeks")
LIMIT, SAMPLE = 20, 50
# Remarks that stand in chapters of their own.
TOLD = ("churn_note_few", "churn_note_nobody", "churn_note_untested")


class ChurnStory(Story):
    """What there is to say about customers who leave, and those to call.

    Parameters
    ----------
    survey : Survey, optional
        Without it the customers are invented, which is said first.
    churned : str, optional
        Column of the dates on which customers left; found by name and content when not given.
    at : date or ISO text, optional
        Last day of the follow-up, and the day of the list; without it the last one in the data up to today.
    horizon : str or int, optional
        6 months, or the longest below it for which anybody was followed, when not given.
    tenure, value, owner : str, optional
        Columns of how long or since when somebody is a customer, of what one is worth, and of who calls.
    rules, outcomes
        As `Survey.worklist` takes them; who has left is not called.
    limit : int
        Customers on the list.
    identities : bool
        Whether customers known by an e-mail address or a name are shown; codes are anyhow.
    **options
        Of `Story`.

    Examples
    --------
    >>> ChurnStory(lang="en").summary().lines[0]
    ('Beware', 'These customers are invented to show the report: they say nothing about any company.')
    """

    def __init__(
        self,
        survey: Survey | None = None,
        *,
        churned: str | None = None,
        at: Any = None,
        horizon: Any = None,
        tenure: str | None = None,
        value: str | None = None,
        owner: str | None = None,
        rules: Any = None,
        outcomes: Any = None,
        limit: int | None = None,
        identities: bool = False,
        lang: str | None = None,
        **options: Any,
    ) -> None:
        self.invented = survey is None
        frame = invented_leavers(language(lang)) if survey is None else None
        super().__init__(Survey(frame) if survey is None else survey, lang=lang, **options)
        if frame is not None:
            _, _, _, _, churned, tenure, value, owner, opt_out = LEAVERS[self.lang]
            rules = {"opt_out": opt_out, "capacity": 4} if rules is None else rules
            outcomes = invented_outcomes(frame, self.lang) if outcomes is None else outcomes
        self.tenure, self.value, self.owner = tenure, value, owner
        self.outcomes, self.limit, self.identities = outcomes, LIMIT if limit is None else limit, identities
        self._churned, self._at, self._horizon = churned, at, horizon
        self._rules = rules if isinstance(rules, Rules) else dict(rules or {})
        rules_of(self._rules)

    # ---- what was found -------------------------------------------------------------------------------------

    @cached_property
    def leaving(self) -> Leaving:
        """The column of the days of leaving."""
        source = self.survey.source
        return leaving_column(source) if self._churned is None else Leaving(source.column(self._churned))

    @cached_property
    def _unfit(self) -> str | None:
        """Why nobody can be followed or called at all: the key of what is said."""
        if not self.overall.responses:
            return "answers"
        if self.survey.aggregated is not None:
            return "counts"
        if self.roles.get("date") is None:
            return "date"
        return "customer" if self.survey.rivals("customer") else None

    @cached_property
    def _followed(self) -> tuple[Churn | None, str]:
        """Who leaves, or the key of why it is not known."""
        if self._unfit:
            return None, self._unfit
        column = self.leaving.column
        if column is None:
            return None, "rivals" if self.leaving.rivals else "undated" if self.leaving.undated else "column"
        tried = HORIZONS if self._horizon is None else (self._horizon,)
        for horizon in tried:
            try:
                return self._churn(column, horizon), ""
            except EmptyDataError:
                return None, "nothing"
            except ArgumentError as error:
                if self._horizon is not None or not str(error).startswith("horizon"):
                    raise
        return None, "short"

    def _churn(self, column: str, horizon: Any) -> Churn:
        options: dict[str, Any] = {
            "tenure": self.tenure,
            "value": self.value,
            "confidence_level": self.confidence_level,
        }
        return self.survey.churn(column, at=self._at, horizon=horizon, **options)

    @property
    def churn(self) -> Churn | None:
        """Who leaves after which answer; None where that cannot be followed."""
        return self._followed[0]

    @property
    def why_not(self) -> str:
        """The key of why it is not known who leaves; empty where it is."""
        return self._followed[1]

    @cached_property
    def rules(self) -> Rules:
        """The rules of the list, with those who have left taken off it."""
        if isinstance(self._rules, Rules):
            return self._rules
        column = self.leaving.column
        return rules_of({**({"churned": column} if column else {}), **self._rules})

    @cached_property
    def day(self) -> dt.date:
        """The day of the list: the end of the follow-up, else the day of the last answer."""
        if self._at is not None:
            return day_of(self._at, where="at")
        if self.churn is not None:
            return self.churn.at
        column = self.roles.get("date")
        _, last = self.survey.source.span(column) if column else (None, None)
        return min(last, self.today) if last else self.today

    @cached_property
    def worklist(self) -> Worklist | None:
        """Whom to call; None without customers, dates or answers."""
        if self._unfit or self.roles.get("customer") is None:
            return None
        try:
            return self.survey.worklist(
                owner=self.owner, value=self.value, risk=self.churn, rules=self.rules, outcomes=self.outcomes,
                today=self.day, limit=self.limit,
            )  # fmt: skip
        except EmptyDataError:
            return None

    @cached_property
    def loop(self) -> ClosedLoop | None:
        """What became of an earlier list; None without one, or where none of its customers answered."""
        if self.outcomes is None or self._unfit or self.roles.get("customer") is None:
            return None
        try:
            return self.survey.closed_loop(self.outcomes, today=self.day)
        except EmptyDataError:
            return None

    @property
    def shown_columns(self) -> list[str]:
        """Columns that the page names, those of leaving and of what goes with it too."""
        left = self.leaving.column if self.churn and self._churned is None else None
        terms = [self.tenure, self.value] if self.churn and self.churn.hazard else []
        opt_out = self.rules.opt_out if self.worklist is not None else None
        source = self.survey.source
        return [*super().shown_columns, *(source.column(name) for name in (left, *terms, opt_out) if name)]

    # ---- what is said ---------------------------------------------------------------------------------------

    def summary(self) -> Headline:
        """The first screen: who leaves, how sure that is, and each chapter in a line."""
        lang, found = self.lang, self.churn
        kicker = word("report_template_churn-and-callbacks_title", lang), self.title, date_text(self.today, lang)
        lines = [("report_gr_beware_label", word("report_churn_invented", lang))] if self.invented else []
        if found:
            lines.append(("report_churn_sure_label", evidence(found, lang)))
            if found.validation:
                lines.append(("report_churn_told_label", ended(found.validation.sentence(lang=lang))))
            if found.worth:
                lines.append(("report_churn_point_label", ended(found.worth.sentence(lang=lang))))
        else:
            lines.append(("report_churn_missing_label", self._missing()[1]))
        lines.append(("report_churn_call_label", self._call_in_short()))
        if self.loop:
            lines.append(("report_churn_loop_label", ended(self.loop.sentence(lang=lang))))
        lines.append(("report_data_label", self.quality().points[0]))
        named = unrepeated([(word(key, lang), text) for key, text in lines if text])
        title = found.sentence(lang=lang) if found else self._missing()[0]
        return Headline(" · ".join(filter(None, kicker)), title, (), named, lang)

    def _missing(self) -> tuple[str, str]:
        """Why nobody can be followed, and what to do."""
        lang, key = self.lang, self._followed[1]
        names = {"rivals": self.leaving.rivals, "undated": self.leaving.undated,
                 "customer": self.survey.rivals("customer")}.get(key, ())  # fmt: skip
        columns = {"columns": ", ".join(quoted(self.words.name(name), lang) for name in names)} if names else {}
        hints = [word(f"report_churn_no_{key}_hint", lang, **columns)]
        if key in ("date", "customer") and self.leaving == Leaving():
            hints.append(word("report_churn_no_column_hint", lang))
        return word(f"report_churn_no_{key}", lang), " ".join(hints)

    def _call_in_short(self) -> str:
        found = self.worklist
        if found is None:
            return self._nobody()
        more = [note.sentence(lang=self.lang) for note in found.notes if note.key == "worklist_note_cut"]
        return " ".join([ended(found.sentence(lang=self.lang)), *more])

    def _nobody(self) -> str:
        key = "customers" if self._unfit is None else "this"
        return word(f"report_churn_no_list_{key}", self.lang)

    def leaves(self) -> Passage:
        """How to read the curves, or why there are none."""
        lang, found = self.lang, self.churn
        heading = word("report_churn_leaves", lang)
        if found is None:
            why, hint = self._missing()
            return Passage(heading, (ended(why), hint))
        return Passage(heading, (word("report_churn_leaves_about", lang),))

    def risks(self) -> Table:
        """The risk of each category with its interval."""
        return Table((), ()) if self.churn is None else risk_table(self.churn, self.lang)

    def goes_with(self) -> Passage:
        """What a point of the rating goes with, all else equal."""
        lang, heading = self.lang, word("report_churn_with", self.lang)
        if self.churn is None or self.churn.hazard is None:
            few = [note for note in self._notes() if note.key in TOLD]
            return Passage(heading, tuple(note.sentence(lang=lang) for note in few)) if few else Passage()
        told = ended(self.churn.hazard.sentence(lang=lang))
        return Passage(heading, (told, word("report_churn_with_about", lang)))

    def odds(self) -> Table:
        """What goes with leaving, a row a term."""
        found = self.churn.hazard if self.churn else None
        if found is None:
            return Table((), ())
        column = self.survey.source.column(self.tenure) if self.tenure else None
        since = column and all(map(is_date, self.survey.source.sample(column, SAMPLE)))
        return odds_table(found, self.lang, years=column if since else None, words=self.words)

    def tested(self) -> Passage:
        """Whether told risks came true."""
        lang, found = self.lang, self.churn
        if found is None or found.hazard is None:
            return Passage()
        heading = word("report_churn_tested", lang)
        if found.validation is None:
            untested = [note.sentence(lang=lang) for note in found.notes if note.key == "churn_note_untested"]
            return Passage(heading, tuple(untested))
        told = found.validation
        numbers = {"trained": number(told.trained, lang=lang), "later": number(told.responses, lang=lang)}
        days = {"until": date_text(told.until, lang), "since": date_text(told.since, lang)}
        # The finding stands on the chart.
        return Passage(heading, (word("report_churn_tested_about", lang, **numbers, **days),))

    def worth(self) -> Passage:
        """What a point of the score goes with in customers kept."""
        if self.churn is None or self.churn.worth is None:
            return Passage()
        return Passage(word("report_churn_worth", self.lang), (word("report_churn_worth_about", self.lang),))

    def call(self) -> Passage:
        """Whom to call first, and what the order is."""
        lang, found = self.lang, self.worklist
        heading = word("report_churn_call", lang)
        if found is None:
            hint = "report_churn_no_customers_hint" if self._unfit is None else ""
            return Passage(heading, (self._nobody(), *([word(hint, lang)] if hint else [])))
        sentences = [ended(found.sentence(lang=lang))]
        if len(found):
            sentences.append(word("report_churn_call_about", lang))
            if "customer" not in self._columns_shown():
                sentences.append(word("report_churn_call_hidden", lang))
        return Passage(heading, tuple(sentences))

    def _columns_shown(self) -> list[str]:
        head = word("report_churn_head_customer", self.lang)
        return ["customer"] if head in self.listed().heads else []

    def listed(self) -> Table:
        """The list: a reason each, comments without what identifies people."""
        if not self.worklist:
            return Table((), ())
        return list_table(self.worklist, identities=self.identities, lang=self.lang)

    def ruled(self) -> Passage:
        """The rules applied, and how many each kept off the list."""
        if self.worklist is None:
            return Passage()
        points = rules_told(self.rules, self.worklist, outcomes=self.outcomes is not None, lang=self.lang,
                            words=self.words)  # fmt: skip
        return Passage(word("report_churn_rules", self.lang), points=tuple(points), level=3)

    def became(self) -> Passage:
        """What became of earlier calls, or how they would be told."""
        lang, found = self.lang, self.loop
        heading = word("report_churn_became", lang)
        if self.worklist is None and found is None:
            return Passage()
        if found is None:
            return Passage(heading, (word("report_churn_became_" + ("none" if self.outcomes is None else "no"), lang),))
        notes = found.notes[1:] if self.identities else nameless(found.notes[1:])
        told = ended(found.sentence(lang=lang)), found.change_sentence(lang=lang)
        return Passage(heading, told, points=tuple(note.sentence(lang=lang) for note in notes))

    def became_table(self) -> Table:
        """Figures of the list that came back."""
        return Table((), ()) if self.loop is None else loop_table(self.loop, self.lang)

    def to_do(self) -> Passage:
        """What follows from all this."""
        points = advice(self.churn, self.worklist, value=self.value, outcomes=self.outcomes, lang=self.lang)
        return Passage(word("report_fc_do", self.lang), points=tuple(points)) if points else Passage()

    def data(self) -> Passage:
        """Which columns were used, what was left out, and how good the data are."""
        lang = self.lang
        points = [word("report_churn_invented", lang)] if self.invented else []
        if self.churn is not None and self._churned is None:
            points.append(
                word("report_churn_found", lang, column=quoted(self.words.name(str(self.leaving.column)), lang))
            )
        if self.churn is not None and self._horizon is None and self.churn.length != (6, "month"):
            points.append(word("report_churn_shorter", lang))
        notes = [note.sentence(lang=lang) for note in self._notes() if note.key not in TOLD]
        return Passage(word("report_quality", lang), points=(*points, *notes, *self.quality().points))

    def _notes(self) -> tuple[Note, ...]:
        return () if self.churn is None else self.churn.notes

    def method(self) -> Passage:
        """How the numbers were computed, and whose trademarks these are."""
        lang, scale = self.lang, self.overall.scale
        names = [*(["curves"] if self.churn else []), *(["model"] if self.churn and self.churn.hazard else []),
                 *(["list"] if self.worklist else []), *(["loop"] if self.loop else [])]  # fmt: skip
        ranges = {name: rating_range(scale, at, lang, before=" ") for name, at in (("promoters", 2), ("detractors", 0))}
        sentences = [
            word("report_churn_method_categories", lang, **ranges),
            *(word(f"report_churn_method_{name}", lang, level=self._level()) for name in names),
            self._attribution(), word("report_method_made", lang, version=VERSION), word("report_trademarks", lang),
        ]  # fmt: skip
        return self._at_the_end(sentences)


def ended(text: str) -> str:
    """A sentence with its capital and its full stop."""
    return sentence(text).rstrip(".") + "."
