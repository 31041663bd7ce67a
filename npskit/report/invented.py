"""Invented figures of a company that does not exist, so that a template on sales can be looked at before any data.

No company publishes its sales by quarter beside its score, so unlike the bundled surveys these are made up, by the few
lines below. Whatever is computed from them says nothing about the world, and the report says so first.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["invented_customers", "invented_sales"]

QUARTERS, CUSTOMERS = 32, 400
NAMES = {
    "en": ("quarter", "revenue", "nps", "responses", "advertising"),
    "fr": ("trimestre", "ventes", "nps", "réponses", "publicité"),
}
SOURCES = {"en": ("referral", "advertising"), "fr": ("recommandation", "publicité")}


def invented_sales(lang: str = "en", *, seed: int = 1) -> pd.DataFrame:
    """Eight years of quarters: sales, score, responses, advertising; what the score adds to growth is small.

    Examples
    --------
    >>> invented_sales().columns.tolist(), len(invented_sales())
    (['quarter', 'revenue', 'nps', 'responses', 'advertising'], 32)
    """
    rng = np.random.default_rng(seed)
    responses = rng.integers(600, 900, QUARTERS)
    level = np.full(QUARTERS, 35.0)
    for at in range(1, QUARTERS):
        level[at] = 35 + 0.8 * (level[at - 1] - 35) + rng.normal(0, 5)
    nps = level + rng.normal(0, 75 / np.sqrt(responses))
    advertising = 20 + np.cumsum(rng.normal(0, 1.5, QUARTERS))
    season = np.tile([-0.06, 0.02, -0.01, 0.05], QUARTERS // 4)
    moved = np.concatenate([[0.0, 0.0], 0.0008 * np.diff(level)[:-1]])
    growth = 0.012 + moved + np.diff(season, prepend=season[0]) + rng.normal(0, 0.02, QUARTERS)
    revenue = 1000 * np.exp(np.cumsum(growth))
    quarters = [f"{2018 + at // 4}-{'T' if lang == 'fr' else 'Q'}{at % 4 + 1}" for at in range(QUARTERS)]
    columns = (quarters, revenue.round(), nps.round(1), responses, advertising.round(1))
    return pd.DataFrame(dict(zip(NAMES[lang], columns, strict=True)))


def invented_customers(lang: str = "en", *, seed: int = 1) -> pd.DataFrame:
    """Customers with what they bought in two years, and how the new ones came.

    Examples
    --------
    >>> invented_customers("fr")["source"].dropna().unique().tolist()
    ['publicité', 'recommandation']
    """
    rng = np.random.default_rng(seed)
    new = rng.random(CUSTOMERS) < 0.25
    lost = ~new & (rng.random(CUSTOMERS) < 0.12)
    spend = rng.lognormal(6, 0.6, CUSTOMERS)
    now = np.where(lost, 0.0, spend * rng.lognormal(0.02, 0.2, CUSTOMERS))
    words = np.array(SOURCES[lang])[(rng.random(CUSTOMERS) > 0.45).astype(int)]
    source = [str(each) if is_new else None for each, is_new in zip(words, new, strict=True)]
    return pd.DataFrame({"before": np.where(new, 0.0, spend).round(), "now": now.round(), "source": source})
