"""Comments that a person coded, against what a code frame says of them.

A sample is a table as people make it in a spreadsheet: the comment, and a column a theme with a mark where it applies.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.errors import ArgumentError, ArgumentTypeError, ReadError
from npskit.labels import LANGUAGES
from npskit.roles import name_rank
from npskit.stats.agreement import agreement, counted
from npskit.survey.theme_answers import theme_name
from npskit.text.codeframe import Codeframe, rows_of_frame
from npskit.text.recoding import Recoder
from npskit.text.terms import fold, read

__all__ = ["HandCodes"]

Flags = NDArray[np.bool_]
YES = frozenset(["1", "1.0", "x", "yes", "y", "true", "oui", "o", "vrai"])
NO = frozenset(["0", "0.0", "", "-", "no", "n", "false", "non", "faux", "nan", "none", "nat", "<na>"])


class HandCodes:
    """A sample of comments coded by hand.

    Parameters
    ----------
    sample : frame
        A column of comments, and columns called as themes of the code frame: 1, True, "x" or "yes" where the theme
        applies; 0, False or nothing where it does not.
    comment : str
        Name of the column of comments in the survey; unless the sample has it, one whose name says comment.
    languages : callable
        From a corpus to `Languages`.

    Examples
    --------
    >>> from npskit.text.codeframe import Codeframe
    >>> from npskit.text.language import languages
    >>> sample = {"comment": ["trop cher", "bon prix", "bel accueil"], "price": [1, 0, 0], "prix?": ["x", "", ""]}
    >>> codes = HandCodes(sample, "comment", languages)
    >>> found = codes.agreement(Codeframe.starter("retail"))
    >>> found["theme"], found["responses"], found["precision"], found["recall"]
    (['price'], [3], [0.5], [1.0])
    """

    def __init__(self, sample: Any, comment: str, languages: Callable[[Any], Any]) -> None:
        try:
            rows = rows_of_frame(sample)
        except ArgumentTypeError as error:
            raise ArgumentTypeError(
                where="sample", expected="a frame of comments with a column a theme", got=type(sample).__name__
            ) from error
        names = list(dict.fromkeys(str(name) for row in rows for name in row))
        column = comment if comment in names else self._comments(names)
        kept = [row for row in rows if isinstance(row.get(column), str) and row[column].strip()]
        if not kept:
            raise ArgumentError(where=f"sample, column {column!r}", expected="at least one comment", got="none")
        corpus = read(row[column] for row in kept)
        self.recoder = Recoder(corpus, languages(corpus).codes)
        self._columns = {name: [row.get(name) for row in kept] for name in names if name != column}
        self._marks: dict[str, Flags] = {}

    @staticmethod
    def _comments(names: list[str]) -> str:
        fit = [name for name in names if name_rank(name, "comment")]
        if not fit:
            raise ReadError(
                where="sample",
                expected="a column of comments",
                got=f"columns {', '.join(names)}",
                hint="call it 'comment', or as in the survey",
            )
        return min(fit, key=lambda name: name_rank(name, "comment") or 0)

    def column(self, theme: str) -> str | None:
        """The column of a theme: called as it is, or as it is shown in one of the languages."""
        wanted = {fold(name) for name in (theme, *(theme_name(theme, lang) for lang in LANGUAGES))}
        return next((name for name in self._columns if fold(name).strip() in wanted), None)

    def marks(self, name: str) -> Flags:
        """Where a column says yes.

        Raises
        ------
        ArgumentError
            When it says anything else than yes and no; what it says is not repeated.
        """
        if name not in self._marks:
            said = ["" if value is None else str(value).strip().lower() for value in self._columns[name]]
            odd = sum(text not in YES and text not in NO for text in said)
            if odd:
                raise ArgumentError(
                    where=f"sample, column {name!r}",
                    expected="1 where the theme applies, and 0 or nothing where it does not",
                    got=f"something else in {odd:,} of {len(said):,} rows",
                )
            self._marks[name] = np.array([text in YES for text in said], dtype=np.bool_)
        return self._marks[name]

    def agreement(self, frame: Codeframe | None) -> dict[str, list[Any]]:
        """A row a theme that has a column in the sample."""
        pairs = [(theme, self.column(theme)) for theme in (() if frame is None else frame.themes)]
        known = [(theme, name) for theme, name in pairs if name is not None]
        matrix = self.recoder.code(frame)
        themes = () if frame is None else frame.themes
        ours = matrix[:, [themes.index(theme) for theme, _ in known]]
        hand = np.stack([self.marks(name) for _, name in known], axis=1) if known else ours
        counts = counted(ours, hand)
        found = agreement(*counts)
        return {
            "theme": [theme for theme, _ in known],
            "responses": [len(matrix)] * len(known),
            "by_hand": hand.sum(axis=0).tolist(),
            "by_frame": ours.sum(axis=0).tolist(),
            "both": np.asarray(counts[0]).tolist(),
            **{name: np.asarray(getattr(found, name)).tolist() for name in ("kappa", "precision", "recall", "f1")},
        }

    def strangers(self, frame: Codeframe | None) -> list[str]:
        """Columns of marks that are no theme of the code frame."""
        used = {self.column(theme) for theme in (() if frame is None else frame.themes)}
        return [name for name in self._columns if name not in used and self._is_marked(name)]

    def _is_marked(self, name: str) -> bool:
        try:
            return bool(self.marks(name).any())
        except ArgumentError:
            return False
