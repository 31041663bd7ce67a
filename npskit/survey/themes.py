"""The verb that reads: what people write, which of it goes with a low score and which with a high one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from npskit.errors import ArgumentError, EmptyDataError, RoleError
from npskit.frames import Period
from npskit.stats.arguments import as_number
from npskit.survey.base import Base

if TYPE_CHECKING:
    from npskit.survey.theme_answers import Themes
    from npskit.survey.theme_coding import Comments

__all__ = ["Reading"]


class Reading(Base):
    """Survey answers whose comments are read."""

    def themes(
        self,
        codeframe: Any = None,
        lang: str | None = None,
        by: Any = None,
        every: str | None = None,
        *,
        redact: bool = False,
        encode: Callable[[list[str]], Any] | None = None,
        min_responses: int = 5,
        confidence_level: float = 0.95,
    ) -> Themes:
        """What people write, and what each theme does to the score.

        Parameters
        ----------
        codeframe : str, path, frame or Codeframe, optional
            Which words say which theme: a starter (``"retail"``, ``"software"``, ``"travel"``, ``"health"``, each in
            French and English), the path of a CSV with columns ``theme, lang, include, exclude``, or a frame of these.
            ``"discovery"``: none, topics are found from the comments alone. Unless given, the starter that covers most
            comments. What the code frame leaves over is searched for topics.
        lang : {"en", "fr"}, optional
            Language of the comments; told for each comment unless said.
        by : str, Period, Bands or sequence of them, optional
            Segments in which to see who speaks of what.
        every : {"day", "week", "month", "quarter", "year"}, optional
            Periods over which to follow the share of each theme.
        redact : bool, optional
            Mask personal data before anything is read. Quotes are masked in any case.
        encode : callable, optional
            From a list of texts to an array (texts, dimensions): a model of sentences, by which the comments that the
            code frame leaves over are grouped.
        min_responses : int, optional
            Themes and cells with fewer comments show no quotes and none of the figures that tell ratings.
        confidence_level : float, optional

        Returns
        -------
        Themes
            A row a theme, the one that weighs most on the score first.

        Raises
        ------
        RoleError
            When no column, or more than one, can be the comment.
        EmptyDataError
            When no rated answer has a comment that says something.
        ArgumentError
            For a pattern of the code frame that cannot be read or takes too long.
        MissingExtraError
            Without the libraries of ``npskit[text]``, or of ``npskit[embeddings]`` when `encode` is given.

        Examples
        --------
        >>> import npskit
        >>> found = npskit.datasets.load("garden").nps.themes("retail", lang="fr")
        >>> found.table["theme"][0], round(found.table["impact"][0], 1)
        ('price', -10.5)
        >>> found.table["theme"][-1], round(found.table["impact"][-1], 1)
        ('welcome', 6.3)
        """
        if lang not in (None, "en", "fr"):
            raise ArgumentError(where="lang", expected="'en' or 'fr', the language of the comments", got=repr(lang))
        if as_number(min_responses) < 1:
            raise ArgumentError(where="min_responses", expected="a number of at least 1", got=repr(min_responses))
        # Loaded here, since only comments need it.
        from npskit.survey.theme_coding import themed

        return themed(
            self._comments(by, every),
            codeframe,
            lang=lang,
            redact=redact,
            encode=encode,
            least=int(min_responses),
            confidence_level=confidence_level,
        )

    def _comments(self, by: Any, every: str | None) -> Comments:
        """The rated comments with who wrote them, their segments and their periods."""
        from npskit.frames.written import written
        from npskit.survey.theme_coding import Comments

        source = self.source
        names = [self._column("comment"), self._column("rating")]
        weight, customer = self._weight(source), self._known_column("customer")
        keys = self._items(source, by)
        dated = [] if every is None else [Period(self._column("date"), every)]
        # Refuses ratings off the scale, and counts those who wrote nothing.
        tally = self.tally()
        rows = written(source, names[0], [names[1], *filter(None, (customer, weight))], [*keys, *dated])
        if not rows.comments:
            raise EmptyDataError(
                where=f"column {names[0]!r}", expected="at least one comment", got="none",
                hint="name the column of comments: df.nps(comment='why')",
            )  # fmt: skip
        categories, others = rows.columns[0], iter(rows.columns[1:])
        codes = tally.scale.codes(categories)
        return Comments(
            texts=rows.comments,
            categories=[int(tally.scale.categories[code]) if code >= 0 else -1 for code in codes.tolist()],
            people=next(others) if customer else None,
            weights=[float(value or 0.0) for value in next(others)] if weight else None,
            keys=tuple(key if isinstance(key, str) else key.column for key in keys),
            levels=rows.levels[: len(keys)],
            periods=rows.levels[-1] if dated else None,
            every=every,
            everybody=tally.category_counts.sum(0),
            clustered=self._cluster is not None,
        )

    def _known_column(self, role: str) -> str | None:
        """The column of a role, where it can be told."""
        try:
            return self._column(role)
        except RoleError:
            return None
