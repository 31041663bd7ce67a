"""The story of the ninth template: who answered, who stayed silent, and how far the score of all is known.

A score is quoted as that of the customers and is that of those who answered. Between the two lies whatever the silent
think, which no arithmetic tells. So the bounds come first, every "if" is called one, and what weights and more answers
cannot repair stands beside what they can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from npskit.charts.columns import quoted
from npskit.charts.words import amount, limit_texts, sentence
from npskit.labels import date_text, number, points, word
from npskit.report.answers_found import Answered
from npskit.report.answers_words import (
    advice,
    beside,
    gaps_table,
    more_table,
    more_told,
    narrower,
    periods_table,
    rate_told,
    rates_range,
    segments_table,
    supposed_table,
    survey_score,
    waves_table,
)
from npskit.report.passage import Headline, Passage
from npskit.report.story import unrepeated
from npskit.report.tables import Table
from npskit.report.words import percent, rating_range, size
from npskit.survey.wording import told
from npskit.version import VERSION

if TYPE_CHECKING:
    import altair as alt

    from npskit.survey.response_parts import Waves

__all__ = ["AnswersStory"]

NOTHING = Table((), ())
# Remarks that stand in chapters of their own.
TOLD = ("response_note_bounds", "response_note_late", "response_note_nobody")


class AnswersStory(Answered):
    """What there is to say about those who answered and those who did not.

    Parameters
    ----------
    survey : Survey
    invited : path, frame, mapping or number, optional
        Those invited, as `Survey.response` takes them; ``"rows"`` when every row of the answers is an invitation.
    targets : path, frame or mapping, optional
        What the customers are like, as `Survey.reweight` takes it.
    silent : float, optional
        Points that the silent are lower, for what is told of that case; unless given as many as the last to answer are,
        or 10.
    reviews : path, frame or mapping, optional
        Public ratings, as `Survey.reviews` takes them.
    extra : int
        Answers more, of which it is told what they would buy.
    commented : str, optional
        Column that says who wrote a comment; found by its name, or told from the texts, when not given.
    **options
        Of `Story`; ``by`` and ``every`` split the invited.

    Examples
    --------
    >>> import pandas as pd
    >>> from npskit import Survey
    >>> story = AnswersStory(Survey(pd.DataFrame({"nps": [10] * 60 + [2] * 40})), invited=400, lang="en")
    >>> story.summary().title
    '25% answered: the score of all 400 invited lies between −70 and +80'
    >>> story.silent.sentence(lang="en")
    'If the silent are 10 points lower than those who answered, the score of all invited is +12 instead of +20.'
    """

    # ---- what is said ---------------------------------------------------------------------------------------

    def summary(self) -> Headline:
        """The first screen: how far the score of all is known, and each chapter in a line."""
        lang, found = self.lang, self.response
        kicker = word("report_template_who-answers_title", lang), self.title, date_text(self.today, lang)
        lines = [("report_who_label", self._who())]
        if found:
            lines.append(
                ("report_answers_missing_label", found.segments.sentence(lang=lang) if len(found.segments) else "")
            )
        lines += [
            ("report_answers_if_label", self._if()),
            ("report_answers_comment_label", self.commenters.sentence(lang=lang) if self.commenters else ""),
            ("report_answers_late_label", self.late.sentence(lang=lang) if self.late else ""),
            ("report_answers_weighted_label", self.weighting.sentence(lang=lang) if self.weighting else ""),
            ("report_answers_public_label", self.reviews.sentence(lang=lang) if self.reviews else ""),
            ("report_data_label", self.quality().points[0]),
        ]
        named = unrepeated([(word(key, lang), text) for key, text in lines if text])
        return Headline(" · ".join(filter(None, kicker)), self._title(), self.overall.shares, named, lang)

    def _title(self) -> str:
        lang, found, wrote = self.lang, self.response, self.commenters
        if found is None:
            if not self.overall.responses:
                return word("report_headline_none", lang)
            if wrote is None or wrote.lower <= 0 <= wrote.upper:
                return word("report_answers_headline_unknown", lang)
            first, last = (points(wrote.table["score"][at], lang=lang) for at in (0, -1))
            return word("report_answers_headline_comment", lang, first=first, last=last)
        key = "none" if not found.responses else "all" if found.responses == found.invited else "some"
        score, worst, best = (points(value, lang=lang) for value in (found.score, found.worst, found.best))
        title = word(f"report_answers_headline_{key}", lang, rate=rate_told(found.rate, lang), score=score, worst=worst,
                    best=best, invited=size(found.invited, lang))  # fmt: skip
        return sentence(title)

    def _who(self) -> str:
        lang, found, own = self.lang, self.response, self.overall
        if found is None:
            if not own.responses:
                return word("report_answers_nobody", lang)
            score = survey_score(own.score, own.lower, own.upper, lang)
            return told("report_answers_only", own.responses, lang, n=size(own.responses, lang), score=score)
        values = {
            "n": size(found.responses, lang),
            "invited": size(found.invited, lang),
            "rate": rate_told(found.rate, lang),
            "range": rates_range(found.rate_lower, found.rate_upper, lang),
        }
        if not found.responses:
            return word("report_answers_rate_none", lang, **values)
        score = survey_score(found.score, found.lower, found.upper, lang)
        return word("report_answers_rate", lang, **values, score=score)

    def _if(self) -> str:
        if self.silent:
            return " ".join(filter(None, [self.silent.sentence(lang=self.lang), self.silent.turning(lang=self.lang)]))
        return word("report_answers_if_unknown", self.lang) if self.response is None and self.overall.responses else ""

    def answered(self) -> Passage:
        """Who answered and who did not, or that the file does not tell."""
        lang, found = self.lang, self.response
        heading = word("report_answers_who", lang)
        if found is None:
            hint = word("report_answers_unknown_hint", lang)
            return Passage(heading, (self._who(), word("report_answers_unknown", lang), hint))
        if len(found.segments):
            # Who is missing stands on the chart.
            about = word("report_answers_segments_about", lang, k=number(len(found.segments), lang=lang))
        else:
            about = word(f"report_answers_{'number' if isinstance(self.invited, (int, float)) else 'whole'}", lang)
        return Passage(heading, (self._who(), about))

    def segments(self) -> Table:
        """The rates of the segments."""
        found = self.response or self.blank
        if found is None or not len(found.segments):
            return NOTHING
        return segments_table(found, self.lang, blank=self.response is None)

    def over_time(self) -> Passage:
        """The rates by period."""
        if self.periods is None:
            return Passage()
        return Passage(word("report_answers_periods", self.lang), level=3, kind="lead")

    def by_period(self) -> Table:
        """The rates by period."""
        if self.periods is None:
            return NOTHING
        return periods_table(self.periods, self.lang)

    def without_rating(self) -> Passage:
        """Rows without a rating, where nobody said who was invited."""
        lang, own, found = self.lang, self.overall, self.blank
        if self.response is not None or not own.missing or not own.responses or self.survey.aggregated is not None:
            return Passage()
        rows = own.missing + own.responses
        sentences = [told("report_answers_blank", own.missing, lang, n=size(own.missing, lang), rows=size(rows, lang),
                          share=percent(own.missing / rows, lang))]  # fmt: skip
        if found is not None and len(found.segments):
            some = bool(found.segments.missing["level"])
            key = "report_answers_blank_some" if some else "report_answers_blank_even"
            sentences.append(word(key, lang, k=number(len(found.segments), lang=lang)))
        return Passage(word("report_answers_blank_head", lang), tuple(sentences))

    def known(self) -> Passage:
        """How far the score of all is known."""
        lang, found = self.lang, self.response
        heading = word("report_answers_known", lang)
        if found is None:
            if not self.overall.responses:
                return Passage(heading, (word("report_headline_none", lang) + ".",))
            return Passage(heading, (word("report_answers_known_unknown", lang),))
        if self.silent is None:
            return Passage(heading, (found.sentence(lang=lang),))
        score, worst, best = (points(value, lang=lang) for value in (found.score, found.worst, found.best))
        low, high = limit_texts(found.bound_lower, found.bound_upper, lang)
        sentences = [
            word("report_answers_known_ends", lang, score=score, worst=worst, best=best),
            word("report_answers_known_drawn", lang, lower=low, upper=high, level=self._level()),
            word("report_answers_known_hint" if self._hinted else "report_answers_known_if", lang,
                 k=amount(self.lower_by, lang)),
        ]  # fmt: skip
        return Passage(heading, tuple(sentences))

    @property
    def _hinted(self) -> bool:
        return self._silent is None and self.late is not None and self.late.upper < 0

    def gaps(self) -> Table:
        """The score of all for a few cases: gaps of the silent, or answer rates where none is known."""
        if self.silent is not None:
            return gaps_table(self.silent, self.lang)
        if self.response is not None or not self.overall.responses:
            return NOTHING
        counts = self.overall.counts
        return supposed_table(counts, (counts[2] - counts[0]) / sum(counts) * 100, self.lower_by, self.lang)

    def comments(self) -> Passage:
        """Those who wrote a comment against those who only rated."""
        lang, found = self.lang, self.commenters
        heading = word("report_answers_comments", lang)
        if found is None:
            return Passage(heading, (self._no_comments(),))
        n = found.table["responses"]
        part = percent(n[-1] / sum(n), lang)
        flag = (
            [word("report_answers_comments_flag", lang, column=quoted(self.words.name(self.flag), lang))]
            if self.flag
            else []
        )
        about = word("report_answers_comments_about", lang, share=part)
        # The finding stands on the chart.
        return Passage(heading, (" ".join([about, *flag]),))

    def _no_comments(self) -> str:
        lang, rivals = self.lang, self.survey.rivals("comment")
        if not self.overall.responses:
            return word("report_headline_none", lang) + "."
        if rivals:
            return word(
                "report_answers_comments_several",
                lang,
                columns=", ".join(quoted(self.words.name(each), lang) for each in rivals),
            )
        key = "one" if self.roles.get("comment") or "wrote" in self.counted else "none"
        return word(f"report_answers_comments_{key}", lang)

    def comments_plot(self) -> alt.LayerChart | None:
        """The chart: the two, lowest first."""
        return None if self.commenters is None else self._waves_plot(self.commenters)

    def comments_table(self) -> Table:
        """The two with their intervals."""
        return NOTHING if self.commenters is None else waves_table(self.commenters, self.lang)

    def _waves_plot(self, found: Waves) -> alt.LayerChart:
        from npskit import charts
        from npskit.charts.titles import titled

        table, name = beside(found, self.lang)
        options: dict[str, Any] = {
            "overall": self.overall.score,
            "confidence_level": self.confidence_level,
            "lang": self.lang,
        }
        chart = charts.by_segment(table, name, **options)
        return titled(chart, found.sentence(lang=self.lang).removesuffix("."), chart.title.subtitle)

    def last(self) -> Passage:
        """The first to answer and the last, or why they are not known."""
        lang, found = self.lang, self.late
        heading = word("report_answers_late", lang)
        if self.response is None:
            return Passage()
        if found is None:
            return Passage(heading, (word("report_answers_late_none", lang),))
        return Passage(heading, (found.sentence(lang=lang), word("response_note_late", lang)))

    def last_table(self) -> Table:
        """The waves."""
        return NOTHING if self.late is None else waves_table(self.late, self.lang)

    def weighted(self) -> Passage:
        """Raw beside weighted, and what weights cannot repair."""
        lang, found = self.lang, self.weighting
        heading = word("report_answers_weights", lang)
        if found is None:
            key = "none" if self.overall.responses else "nobody"
            return Passage(heading, (word(f"report_answers_weights_{key}", lang),))
        worth = word("report_answers_weights_worth", lang, n=size(found.responses, lang),
                     worth=number(found.effective_responses, lang=lang), low=number(found.lowest, digits=2, lang=lang),
                     high=number(found.highest, digits=2, lang=lang))  # fmt: skip
        return Passage(
            heading, (worth,), points=tuple(found.words.note(note, lang).sentence(lang=lang) for note in found.notes)
        )

    def more(self) -> Passage:
        """What more answers would buy."""
        lang, found = self.lang, self.reminders
        heading = word("report_fc_more_head", lang)
        if found is not None:
            return Passage(heading, (more_told(found, lang), word("response_note_reminders", lang)))
        if self.response is not None:
            key = "all" if self.response.responses else "nobody"
            return Passage(heading, (word(f"report_answers_more_{key}", lang),))
        if not self.overall.responses:
            return Passage(heading, (word("report_answers_more_nobody", lang),))
        return Passage(heading, (narrower(self.overall.counts, self.extra, self.confidence_level, lang),))

    def more_rows(self) -> Table:
        """Now, and with them."""
        return NOTHING if self.reminders is None else more_table(self.reminders, self.lang)

    def in_public(self) -> Passage:
        """What the public reads, beside the survey."""
        lang, found = self.lang, self.reviews
        if found is None:
            return Passage()
        # The findings stand on the charts.
        told = tuple(note.sentence(lang=lang) for note in found.notes)
        return Passage(word("report_answers_public", lang), points=told)

    def to_do(self) -> Passage:
        """What follows from all this."""
        if not self.overall.responses and self.response is None:
            return Passage()
        told = advice(self.response, self.commenters, blank=self.blank is not None, weighted=self.weighting,
                      public=self.reviews, lang=self.lang)  # fmt: skip
        return Passage(word("report_fc_do", self.lang), points=tuple(told)) if told else Passage()

    def data(self) -> Passage:
        """What was left out, and how good the data are."""
        lang = self.lang
        notes = [] if self.response is None else [each for each in self.response.notes if each.key not in TOLD]
        told = tuple(note.sentence(lang=lang) for note in notes)
        return Passage(word("report_quality", lang), points=(*told, *self.quality().points))

    def method(self) -> Passage:
        """How the numbers were computed, and whose trademarks these are."""
        lang, scale = self.lang, self.overall.scale
        promoters, detractors = (rating_range(scale, at, lang, before=" ") for at in (2, 0))
        comment = [] if self.flag or not self.commenters else ["comment"]
        names = [*(["rates", "bounds"] if self.response else []), *(["segments"] if self.segments().rows else []),
                 *(["supposed"] if self.response is None and self.overall.responses else []),
                 *(["scores"] if self.commenters or self.late else []), *comment,
                 *(["weights"] if self.weighting else []), *(["reviews"] if self.reviews else [])]  # fmt: skip
        mapped = [] if self.reviews is None else [self.reviews.named_mapping(lang=lang) + "."]
        sentences = [
            word("report_method_score", lang, promoters=promoters, detractors=detractors),
            *(word(f"report_answers_method_{name}", lang, level=self._level()) for name in names), *mapped,
            self._attribution(), word("report_method_made", lang, version=VERSION), word("report_trademarks", lang),
        ]  # fmt: skip
        return self._at_the_end(sentences)
