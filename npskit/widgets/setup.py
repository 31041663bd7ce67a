"""Pick the columns: a list for each role, with what is known of it, the check that it works, and the line of Python."""

from __future__ import annotations

from html import escape
from typing import Any

import ipywidgets as widgets
import traitlets

from npskit.errors import ArgumentError, NpskitError
from npskit.frames import Period
from npskit.labels import word
from npskit.roles import ROLES
from npskit.survey.driver_answers import named
from npskit.survey.picking import Choice, Picking
from npskit.widgets.app import App
from npskit.widgets.controls import escaped_lines, styled

__all__ = ["Setup"]


# How the reasons of roles begin, and how they are told.
REASONS = {
    "none among": "none",
    "named in the call": "named",
    "the export": "told",
    "the only column": "only",
    "its name fits": "name",
}


def why(reason: str, lang: str) -> str:
    """A reason in the language; one that is not known as it is.

    Examples
    --------
    >>> why("none among 9 columns", "fr"), why("because", "fr")
    ('aucune colonne ne convient', 'because')
    """
    key = next((key for start, key in REASONS.items() if reason.startswith(start)), None)
    return word(f"app_why_{key}", lang) if key else reason


class Setup(App):
    """Columns of a survey, picked.

    Attributes
    ----------
    rating, date, comment, customer, weight : str
        The column picked; "" leaves it to be found (and the weight not applied).
    result, survey : Survey
        With the columns picked.
    """

    rating = traitlets.Unicode("")
    date = traitlets.Unicode("")
    comment = traitlets.Unicode("")
    customer = traitlets.Unicode("")
    weight = traitlets.Unicode("")
    STATE = ROLES

    def __init__(self, survey: Any, *, lang: str | None = None, **roles: str) -> None:
        self._picking = Picking(survey)
        self._choices = self._picking.choices()
        super().__init__(title="app_setup_title", lang=lang, **self._picking.checked(roles))
        self.start([self._list(choice) for choice in self._choices.values()])

    @traitlets.validate(*ROLES)
    def _known_column(self, proposal: Any) -> str:
        """A column that is there, by its full name, before anything moves."""
        value = proposal["value"]
        return self._picking.checked({proposal["trait"].name: value})[proposal["trait"].name] if value else ""

    def _list(self, choice: Choice) -> Any:
        """The columns for one role, those in question first."""
        names = list(dict.fromkeys((*choice.rivals, *self._picking.columns)))
        control = styled(widgets.Dropdown(options=[("", "")]))
        control.npskit_quiet = False

        def relabel(lang: str) -> None:
            control.npskit_quiet = True
            control.options = [(self._automatic(choice, lang), ""), *((name, name) for name in names)]
            control.description = word(f"app_role_{choice.role}", lang)
            control.value = getattr(self, choice.role)
            control.npskit_quiet = False

        self.said(relabel)
        return self.bound(choice.role, control)

    def _automatic(self, choice: Choice, lang: str) -> str:
        """What happens when nothing is picked."""
        if choice.is_open:
            return word("app_setup_open", lang, n=len(choice.rivals))
        if choice.found is None:
            return word("app_setup_none", lang)
        return word("app_setup_unused" if choice.role == "weight" else "app_setup_found", lang, column=choice.found)

    @property
    def picked(self) -> dict[str, str]:
        """Role to column, of those picked."""
        return {role: getattr(self, role) for role in self.STATE if getattr(self, role)}

    @property
    def survey(self) -> Any:
        """The survey with the columns picked, whether or not it can be counted."""
        return self._picking.survey(self.picked)

    def computed(self) -> Any:
        survey = self.survey
        still = [choice.role for choice in self._choices.values() if choice.is_open and choice.role not in self.picked]
        if "rating" in still:
            survey.column("rating")
        if not survey.tally().responses.sum():
            raise ArgumentError(where="the rating column", expected="at least one answer", got="none")
        if self.date:
            survey.tally([Period(self.date, "year")])
        return survey

    @property
    def code(self) -> str:
        return self._picking.code(self.picked)

    def words(self, result: Any) -> str:
        from npskit.charts.words import responses_text, score_range
        from npskit.survey.plots import columns_of

        lang = self.lang
        table = columns_of(result.summary())
        row = {name: table[name][0] for name in ("score", "lower", "upper", "responses")}
        told = word(
            "app_setup_works", lang, range=score_range(row["score"], row["lower"], row["upper"], lang),
            responses=responses_text(row["responses"], lang),
        )  # fmt: skip
        return f"<b>{escape(told)}</b>"

    def chart(self, result: Any) -> Any:
        return result.plot.distribution(lang=self.lang)

    def details(self, result: Any) -> str:
        return self.table()

    def problem_html(self, problem: str) -> str:
        rating = self._choices.get("rating")
        if rating is None or not rating.is_open or self.rating:
            return super().problem_html(problem)
        told = word("app_setup_choose", self.lang, names=named(rating.rivals, self.lang))
        return f'<div role="status" class="npskit-problem"><b>{escape(told)}</b></div>'

    def refresh(self) -> None:
        super().refresh()
        # The table says what to pick, most of all when nothing can be computed yet.
        if self.problem:
            self._details.value = self.table()

    def table(self) -> str:
        """Each role with its column, why, and a few of its values, as HTML."""
        lang = self.lang
        head = "".join(f'<th scope="col">{escape(word(f"app_setup_{name}", lang))}</th>' for name in
                       ("role", "column", "reason", "values"))  # fmt: skip
        rows = "".join(self._row(choice, lang) for choice in self._choices.values())
        return f'<table class="npskit-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'

    def _row(self, choice: Choice, lang: str) -> str:
        picked = self.picked.get(choice.role)
        column = picked or choice.found or ""
        if picked:
            reason = word("app_setup_picked", lang)
        elif choice.is_open:
            reason = word("app_setup_rivals", lang, names=named(choice.rivals, lang))
        else:
            reason = why(choice.reason, lang)
        try:
            values = self._picking.sample(column) if column else ""
        except NpskitError:
            values = ""
        return (
            f'<tr><th scope="row">{escape(word(f"app_role_{choice.role}", lang))}</th><td>{escape(column) or "–"}</td>'
            f"<td>{escaped_lines(reason)}</td><td>{escape(values)}</td></tr>"
        )
