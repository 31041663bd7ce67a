"""The planner: when an effect would show, with data and without, in both languages."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import npskit
from npskit.errors import ArgumentError, RoleError
from npskit.labels import LANGUAGES
from npskit.stats.wandering import expected_wandering
from npskit.survey.action_planning import ActionPlan, plan_action

SHARES = {"score": 30, "passives": 0.3}


@pytest.fixture(scope="module")
def asked() -> pd.DataFrame:
    """Two years of 200 answers a month whose score stays at 30."""
    days = pd.date_range("2024-01-01", "2025-12-31", freq="D")
    rng = np.random.default_rng(4)
    return pd.DataFrame({"date": rng.choice(days, 4800), "rating": rng.choice([3, 8, 10], 4800, p=[0.2, 0.3, 0.5])})


@pytest.fixture(scope="module")
def plan(asked: pd.DataFrame) -> ActionPlan:
    return asked.nps.plan_action(16, until="2025-12-31")


# ---- the figures --------------------------------------------------------------------------------------------


def test_the_table_tells_both_designs(plan: ActionPlan) -> None:
    assert set(plan.table) == {"design", "periods", "answers", "power", "smallest_detectable"}
    assert plan.table["design"] == ["alone"] * 36 + ["control"] * 36
    assert plan.table["periods"][:36] == list(range(1, 37))
    assert plan.table["answers"][2] == 3 * plan.answers
    assert all(0 <= power <= 1 for power in plan.table["power"])


def test_shows_after_is_the_first_period_with_the_power(plan: ActionPlan) -> None:
    for design, after in (("alone", plan.shows_after), ("control", plan.shows_after_control)):
        rows = [at for at, name in enumerate(plan.table["design"]) if name == design]
        first = next((plan.table["periods"][at] for at in rows if plan.table["power"][at] >= plan.power), None)
        assert after == first
        at = rows[0] + after - 1
        assert plan.table["smallest_detectable"][at] <= 16 + 1e-6


def test_answers_come_from_the_last_months_and_the_drift_from_all(plan: ActionPlan) -> None:
    assert 170 < plan.answers < 230
    assert (plan.before, plan.every, plan.horizon, plan.within) == (24, "month", 36, 12)
    # The score does not wander; two years cannot quite tell.
    assert 0.1 < plan.drift < expected_wandering("month").typical * 0.6
    assert plan.drift_apart is None


def test_a_larger_effect_and_more_answers_show_sooner(asked: pd.DataFrame) -> None:
    def quarters(effect: float, **options: object) -> int:
        return asked.nps.plan_action(effect, every="quarter", until="2025-12-31", **options).shows_after or 99

    now = quarters(14)
    assert quarters(24) <= now <= quarters(9)
    assert quarters(14, answers=6000) <= now
    assert quarters(-14) == now


def test_a_calm_past_shows_sooner_than_none(asked: pd.DataFrame, plan: ActionPlan) -> None:
    blind = npskit.plan_action(16, answers=plan.answers, **SHARES)
    assert (plan.shows_after or 99) < (blind.shows_after or 99)
    still, restless = (asked.nps.plan_action(16, until="2025-12-31", drift=drift) for drift in (0.5, 5))
    assert (still.shows_after or 99) < (plan.shows_after or 99) < (restless.shows_after or 99)
    assert (still.drift, restless.drift) == pytest.approx((0.5, 5))


def test_groups_that_drift_apart_show_less() -> None:
    known, lot, shops = (
        plan_action(8, answers=6000, every="quarter", drift_apart=apart, **SHARES) for apart in (0.0, None, 2.0)
    )
    after = [found.shows_after_control or 99 for found in (known, lot, shops)]
    # Drawn by lot they do not drift apart, and those who look cannot know.
    assert after == sorted(set(after))
    assert [found.drift_apart for found in (known, lot, shops)] == [0.0, None, 2.0]
    assert shops.shows_after == lot.shows_after
    assert "drift apart by 2 points" in " ".join(map(str, shops.notes))


def test_half_treated_tells_most() -> None:
    few, half = (
        plan_action(8, answers=6000, every="quarter", treated_share=part, **SHARES).shows_after_control
        for part in (0.1, 0.5)
    )
    assert half < (few or 99)


def test_the_answers_needed_are_enough_and_fewer_are_not() -> None:
    options = {"every": "quarter", "drift": 1, **SHARES}
    found = plan_action(20, answers=300, periods=3, **options)
    assert found.within == found.periods == 3
    assert found.answers_needed is not None
    enough = plan_action(20, answers=found.answers_needed, **options)
    assert (enough.shows_after or 99) <= 3
    fewer = plan_action(20, answers=int(found.answers_needed * 0.6), **options)
    assert (fewer.shows_after or 99) > 3


def test_the_options_agree_with_the_plan(plan: ActionPlan) -> None:
    at = plan.options["answers"].index(plan.answers)
    assert plan.options["alone"][at] == plan.shows_after
    assert plan.options["control"][at] == plan.shows_after_control
    times = [months or 99 for months in plan.options["alone"]]
    assert times == sorted(times, reverse=True)


def test_what_will_not_show_is_said_plainly() -> None:
    found = plan_action(3, answers=300, every="quarter", **SHARES)
    assert (found.shows_after, found.shows_after_control) == (None, None)
    assert "will not show within 12" in found.sentence(lang="en")
    assert "ne se verra pas en 12" in found.sentence(lang="fr")


@pytest.mark.parametrize(("every", "answers", "horizon"), [("week", 70, 156), ("year", 3600, 3)])
def test_other_periods(every: str, answers: int, horizon: int) -> None:
    found = plan_action(20, answers=answers, every=every, **SHARES)
    assert found.horizon == horizon
    assert max(found.table["periods"]) == horizon
    assert len(found.table["periods"]) <= 80


def test_weights_and_clusters_count_for_what_they_are_worth(asked: pd.DataFrame) -> None:
    rng = np.random.default_rng(1)
    heavy = asked.assign(weight=rng.choice([0.1, 3.0], len(asked)))
    plain = asked.nps.plan_action(12, every="quarter", until="2025-12-31", answers=600)
    weighted = heavy.nps(weight="weight").plan_action(12, every="quarter", until="2025-12-31", answers=600)
    assert weighted.table["smallest_detectable"][3] > plain.table["smallest_detectable"][3]


@pytest.mark.parametrize(("every", "waited"), [("month", 8), ("quarter", 3)])
@pytest.mark.parametrize("wander", [0.0, 2.0])
def test_impact_will_tell_what_the_plan_told(every: str, waited: int, wander: float) -> None:
    """Up to what either draws, 3 % or so, and up to the months being as long as each other."""
    rng, months = np.random.default_rng(8), pd.date_range("2024-01-01", periods=33, freq="MS")
    scores = 30 + np.cumsum(wander * rng.standard_normal(len(months)))
    promoters = (0.7 + scores / 100) / 2
    ratings = [rng.choice([3, 8, 10], 400, p=[0.7 - p, 0.3, p]) for p in promoters]
    frame = pd.DataFrame({"date": np.repeat(months, 400), "rating": np.concatenate(ratings)})
    frame["told"] = rng.choice(["yes", "no"], len(frame))
    found = frame[frame["date"] < "2026-01-01"].nps.plan_action(15, every=every, until="2025-12-31")
    after = {"every": every, "until": "2026-08-31" if every == "month" else "2026-09-30"}
    designs = {"alone": {}, "control": {"treated": {"told": "yes"}}}
    for design, options in designs.items():
        rows = zip(found.table["design"], found.table["periods"], found.table["smallest_detectable"], strict=True)
        (planned,) = (size for name, periods, size in rows if (name, periods) == (design, waited))
        told = frame.nps.impact("2026-01-01", **after, **options).smallest_detectable
        assert planned == pytest.approx(told, rel=0.1)


# ---- what is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"effect": 0}, "points other than 0"),
        ({"effect": 80}, "at most 70 points up, 130 down"),
        ({"effect": float("nan")}, "effect"),
        ({"answers": 0}, "answers"),
        ({"treated_share": 50}, "half of the customers is 0.5"),
        ({"power": 80}, "80 % is written 0.8"),
        ({"every": "fortnight"}, "one of day, week"),
        ({"periods": -1}, "periods"),
        ({"before": 0}, "before"),
        ({"drift": -1}, "points a month"),
        ({"confidence_level": 95}, "confidence_level"),
    ],
)
def test_figures_that_cannot_be_are_refused(options: dict, words: str) -> None:
    with pytest.raises(ArgumentError, match=words):
        plan_action(**{"effect": 8, "answers": 300, **SHARES, **options})


def test_answers_without_dates_cannot_be_planned_from() -> None:
    with pytest.raises(RoleError):
        pd.DataFrame({"rating": [10, 3]}).nps.plan_action(5)


# ---- words and pictures -------------------------------------------------------------------------------------

CASES = {"both": (3, 7), "same": (4, 4), "control": (None, 8), "alone": (5, None), "none": (None, None)}


@pytest.mark.parametrize("case", CASES)
def test_every_case_has_its_sentences(plan: ActionPlan, case: str) -> None:
    alone, control = CASES[case]
    found = replace(plan, shows_after=alone, shows_after_control=control, answers_needed=alone and 100 * alone,
                    answers_needed_control=control and 100 * control)  # fmt: skip
    for lang in LANGUAGES:
        notes = [note.sentence(lang=lang) for note in found.notes]
        for text in (found.sentence(lang=lang), found.also(lang=lang), *notes):
            assert text.endswith(".")
            assert "{" not in text
            assert "None" not in text
        title = " ".join(found.plot(lang=lang).to_dict()["title"]["text"])
        assert title.replace("\xa0", " ") == found.sentence(lang=lang)[:-1].replace("\xa0", " ")
    spec = str(found.plot().to_dict())
    assert [f"'text': '{after}'" in spec for after in (alone, control) if after] == [True] * (
        2 - CASES[case].count(None)
    )


def test_a_short_past_is_said() -> None:
    days = pd.date_range("2025-01-01", "2025-06-30", freq="D")
    frame = pd.DataFrame({"date": days, "rating": [10, 8, 3] * (len(days) // 3) + [9] * (len(days) % 3)})
    found = frame.nps.plan_action(30, until=dt.date(2025, 6, 30))
    assert any("a short past tells little" in str(note) for note in found.notes)


def test_the_chart_is_in_the_room_of_plots(asked: pd.DataFrame) -> None:
    spec = asked.nps.plot.plan_action(12, until="2025-12-31", lang="fr").to_dict()
    assert "sans groupe témoin" in str(spec)
    assert "effet cherché" in str(spec)


def test_the_public_name_is_there() -> None:
    assert npskit.plan_action is plan_action


def test_the_chart_shows_both_designs_even_where_neither_gets_there() -> None:
    from npskit import charts

    table = {"design": ["alone", "alone", "control", "control"], "periods": [1, 36, 1, 36],
             "smallest_detectable": [60.0, 30.0, 40.0, 8.0]}  # fmt: skip
    spec = charts.planned_action(table, effect=2, every="month", answers=40, finding="It does not show", lang="en")
    assert all(f"{way} a control group" in json.dumps(spec.to_dict()) for way in ("with", "without"))


def test_one_point_is_a_singular() -> None:
    found = plan_action(1, answers=300, score=30, passives=0.3)
    assert found.also(lang="fr").startswith("Pour qu’un effet de 1\N{NO-BREAK SPACE}point se voie en 12")
    assert found.also(lang="en").startswith("For an effect of 1\N{NO-BREAK SPACE}point to show within 12")
