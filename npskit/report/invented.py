"""Invented figures of a company that does not exist, so that templates on money can be looked at before any data.

No company publishes its sales by quarter beside its score, nor which customer left after which answer, so unlike the
bundled surveys these are made up, by the lines below. Whatever is computed from them says nothing about the world, and
the report says so first.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["LEAVERS", "invented_customers", "invented_leavers", "invented_outcomes", "invented_sales"]

QUARTERS, CUSTOMERS = 32, 400
NAMES = {
    "en": ("quarter", "revenue", "nps", "responses", "advertising"),
    "fr": ("trimestre", "ventes", "nps", "réponses", "publicité"),
}
SUBSCRIBERS, DAYS = 1800, 730
LEAVERS = {
    "en": ("customer", "date", "rating", "comment", "left", "since", "spend", "agent", "no_calls"),
    "fr": ("client", "date", "note", "commentaire", "parti_le", "depuis", "panier", "agent", "ne_pas_appeler"),
}
ANSWERED = {"en": ("yes", "no"), "fr": ("oui", "non")}
# Of detractors, passives and promoters.
SAID = {
    "en": (
        (
            "Three weeks for a part, and nobody told me.", "The bill went up again without a word.",
            "Call me back: 06 12 34 56 78.", "I explain the same thing to a new person each time.",
            "The line was down for two days.",
        ),
        (
            "Fine, but the prices climb.", "Good service, slow website.", "It works. Support takes its time.",
            "Nothing to complain of.", "The app could be simpler.",
        ),
        ("Always friendly.", "Fast and clear.", "My agent knows me.", "Keep it up!", "Solved in one call."),
    ),
    "fr": (
        (
            "Trois semaines pour une pièce, et personne ne m’a prévenu.", "La facture a encore augmenté sans un mot.",
            "Rappelez-moi au 06 12 34 56 78.", "Je réexplique tout à une nouvelle personne à chaque fois.",
            "La ligne est restée coupée deux jours.",
        ),
        (
            "Bien, mais les prix grimpent.", "Bon service, site lent.", "Ça marche. L’assistance prend son temps.",
            "Rien à redire.", "L’application pourrait être plus simple.",
        ),
        (
            "Toujours aimables.", "Rapide et clair.", "Mon agent me connaît.", "Continuez comme ça.",
            "Réglé en un appel.",
        ),
    ),
}  # fmt: skip
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


def invented_leavers(lang: str = "en", *, seed: int = 7) -> pd.DataFrame:
    """Two years of answers of subscribers, with the day on which they left: those who rate low leave more often.

    Examples
    --------
    >>> invented_leavers().columns.tolist()
    ['customer', 'date', 'rating', 'comment', 'left', 'since', 'spend', 'agent', 'no_calls']
    """
    rng = np.random.default_rng(seed)
    mood = rng.normal(7.9, 2.0, SUBSCRIBERS)
    monthly = np.select([mood < 6.5, mood < 8.5], [0.05, 0.02], 0.008)
    leaving = rng.exponential(30.4 / monthly)
    who = np.repeat(np.arange(SUBSCRIBERS), rng.integers(1, 4, SUBSCRIBERS))
    day = rng.integers(0, DAYS, len(who))
    who, day = who[day < leaving[who]], day[day < leaving[who]]
    rating = np.clip(np.round(mood[who] + rng.normal(0, 0.9, len(who))), 0, 10).astype(int)
    start = pd.Timestamp("2023-01-01")
    gone = np.floor(leaving[who]) + 1
    columns = (
        np.char.add("C", (10_000 + 7 * who).astype(str)),
        start + pd.to_timedelta(day, unit="D"),
        rating,
        comments(rng, rating, lang),
        start + pd.to_timedelta(np.where(gone < DAYS, gone, np.nan), unit="D"),
        (start - pd.to_timedelta(rng.integers(30, 2500, SUBSCRIBERS), unit="D"))[who],
        rng.lognormal(6, 0.7, SUBSCRIBERS).round()[who],
        np.array(["A", "B", "C"])[rng.integers(0, 3, SUBSCRIBERS)][who],
        np.where(rng.random(SUBSCRIBERS) < 0.06, *ANSWERED[lang])[who],
    )
    return pd.DataFrame(dict(zip(LEAVERS[lang], columns, strict=True))).sort_values(LEAVERS[lang][1], ignore_index=True)


def comments(rng: np.random.Generator, rating: np.ndarray, lang: str) -> list[str]:
    """What some of them wrote, with a telephone number as people leave it there."""
    said = np.where(rating < 7, 0, np.where(rating < 9, 1, 2))
    places, speaks = rng.integers(0, len(SAID[lang][0]), len(rating)), rng.random(len(rating)) < 0.6
    return [SAID[lang][kind][at] if has else "" for kind, at, has in zip(said, places, speaks, strict=True)]


def invented_outcomes(leavers: pd.DataFrame, lang: str = "en", *, seed: int = 7) -> pd.DataFrame:
    """A list that came back: detractors of a few months before the end, two in three of them called.

    Examples
    --------
    >>> invented_outcomes(invented_leavers()).columns.tolist()
    ['customer', 'answered', 'called', 'resolved']
    """
    rng = np.random.default_rng(seed)
    customer, date, rating, *_ = LEAVERS[lang]
    last = leavers[date].max()
    recent = leavers[date].between(last - pd.Timedelta(days=330), last - pd.Timedelta(days=150))
    chosen = leavers[recent & (leavers[rating] < 7)].drop_duplicates(customer)
    waited = pd.to_timedelta(rng.integers(1, 15, len(chosen)), unit="D")
    called = (chosen[date] + waited).where(rng.random(len(chosen)) < 0.66)
    resolved = (called + pd.Timedelta(days=6)).where(rng.random(len(chosen)) < 0.7)
    return pd.DataFrame(
        {"customer": chosen[customer], "answered": chosen[date], "called": called, "resolved": resolved}
    ).reset_index(drop=True)
