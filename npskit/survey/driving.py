"""The verbs that say what goes with the score, and what to do first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from npskit.survey.base import Base

if TYPE_CHECKING:
    from npskit.survey.drivers import Drivers
    from npskit.survey.priorities import Priorities

__all__ = ["Driving"]


class Driving(Base):
    """Drivers and priorities; `Survey` is one of these."""

    def drivers(
        self,
        attributes: str | Sequence[str] | None = None,
        *,
        method: str = "lmg",
        outcome: str = "rating",
        missing: Any = None,
        confidence_level: float = 0.95,
        replicates: int = 500,
        rng: int = 0,
        crosshair: str | tuple[float, float] = "mean",
    ) -> Drivers:
        """Which rated attributes go with the recommendation, in what order, and how sure that order is.

        Parameters
        ----------
        attributes : str or sequence of str, optional
            Columns of numbers or of the words of an ordered answer scale (English or French). Found by name and
            content when not named.
        method : {"lmg", "johnson"}
            How the explained variance is shared out: LMG (Shapley), exact up to 20 attributes, or Johnson's relative
            weights, which are given above 20 whatever is asked.
        outcome : {"rating", "detractor", "score"}
            What is explained: the rating, being a detractor, or the points -100, 0 and 100.
        missing : sequence, optional
            Codes of the attributes that are no answers, such as ``[0, 6]``. "Not applicable", "Sans objet" and the
            like are none anyway.
        confidence_level : float
        replicates : int
            Bootstrap replicates; with `cluster`, customers are drawn instead of answers.
        rng : int
            Seed of the bootstrap.
        crosshair : {"mean", "median"} or (performance, importance)
            Where the quadrants of the map meet.

        Returns
        -------
        Drivers
            Attributes that part of the people did not use keep everybody's answers: they enter as their value and
            whether they were used.

        Raises
        ------
        ArgumentError
            When no attribute is found, an answer scale is unknown, or an attribute repeats the rating.

        Examples
        --------
        >>> import pandas as pd
        >>> import numpy as np
        >>> generator = np.random.default_rng(1)
        >>> service, price = generator.integers(1, 6, (2, 400))
        >>> nps = np.clip(2 + service + generator.integers(-1, 2, 400), 0, 10)
        >>> found = pd.DataFrame({"nps": nps, "service": service, "price": price}).nps.drivers()
        >>> found.table["attribute"], found.table["rank_first"]
        (['service', 'price'], [1.0, 0.0])
        """
        from npskit.survey.driver_search import searched

        return searched(
            self, attributes, outcome=outcome, missing=missing, crosshair=crosshair,
            method=method, confidence_level=confidence_level, replicates=replicates, rng=rng,
        )  # fmt: skip

    def priorities(
        self,
        actions: Any,
        *,
        drivers: Drivers | None = None,
        confidence_level: float = 0.95,
        **options: Any,
    ) -> Priorities:
        """What first: candidate actions by the points they can bring times how feasible they are.

        Parameters
        ----------
        actions : DataFrame, mapping of columns or sequence of mappings
            One row an action: ``action`` (its name); what it works on, one of ``driver`` (an attribute), ``segment``
            (``{"shop": "Lyon"}``, or text such as ``"shop Lyon"``, ``"shop=Lyon & visits=1-2"``) and ``theme`` (a
            yes/no column that says who is concerned); ``move``: how far it can move, for a driver the change of its
            mean, for a segment or theme the points it gains (empty: until it is level with everybody else);
            ``feasibility`` from 1 (hardly) to 5 (at once); ``cost`` and ``owner`` if known.
        drivers : Drivers, optional
            As `Survey.drivers` gave them; computed here unless given and needed.
        confidence_level : float
        **options
            Of `Survey.drivers`, when they are computed here.

        Returns
        -------
        Priorities

        Raises
        ------
        ArgumentError
            For an unknown driver, segment or column, a feasibility outside 1 to 5, or an action named twice.
        """
        from npskit.survey.priorities import prioritised

        return prioritised(self, actions, drivers, confidence_level, options)
