"""Curves, the test of their difference and their intervals: a library's values, laws, and simulated truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import ArgumentError
from npskit.stats.logrank import chi_square_tail, detectable_ratio, log_rank
from npskit.stats.retention import Followed, Spells, curve, followed, log_log_limits, risk_difference

HORIZON = 180


def drawn(rng, customers, rate, *, repeats=True, ratios=(1.0, 1.0, 1.0), follow_up=365):
    """Answers of customers who leave at a constant rate; of several answers of one, six in ten keep the category."""
    times = rng.integers(1, 5, customers) if repeats else np.ones(customers, dtype=int)
    own = rng.choice(3, customers, p=[0.25, 0.3, 0.45])
    who = np.repeat(np.arange(customers), times)
    stays = rng.random(len(who)) < (0.6 if repeats else 1)
    category = np.where(stays, own[who], rng.choice(3, len(who), p=[0.25, 0.3, 0.45]))
    leaving = np.floor(rng.exponential(1 / (rate * np.asarray(ratios)[own])))[who].astype(int)
    day = rng.integers(0, follow_up, len(who))
    last = np.minimum(leaving, follow_up) - day
    kept = last >= 1
    left = (leaving <= follow_up) & (last <= HORIZON)
    _, cluster = np.unique(who[kept], return_inverse=True)
    return Spells(category[kept], np.minimum(last[kept], HORIZON), left[kept], cluster)


def alone(spells):
    return Spells(spells.category, spells.last, spells.left, np.arange(len(spells.last)))


spells_of_few = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 20), st.booleans(), st.integers(0, 6)), min_size=1, max_size=60
).map(lambda rows: Spells(*(np.array(part) for part in zip(*rows, strict=True))))


def test_curves_are_those_of_statsmodels():
    from statsmodels.duration.survfunc import SurvfuncRight

    spells = alone(drawn(np.random.default_rng(3), 400, 0.002))
    found = curve(followed(spells, horizon=HORIZON))
    for category in range(3):
        own = spells.category == category
        theirs = SurvfuncRight(spells.last[own], spells.left[own].astype(int))
        at = theirs.surv_times.astype(int)
        assert found.retained[category, at] == pytest.approx(theirs.surv_prob, rel=1e-12)
        log_errors = theirs.surv_prob_se / theirs.surv_prob
        lower, upper = log_log_limits(theirs.surv_prob, log_errors**2, theirs.n_risk)
        assert found.lower[category, at] == pytest.approx(lower, rel=1e-9)
        assert found.upper[category, at] == pytest.approx(upper, rel=1e-9)


def test_log_rank_is_that_of_statsmodels():
    from statsmodels.duration.survfunc import survdiff

    spells = alone(drawn(np.random.default_rng(4), 300, 0.002, ratios=(2, 1, 1)))
    found = log_rank(followed(spells, horizon=HORIZON))
    statistic, p_value = survdiff(spells.last, spells.left.astype(int), spells.category)
    assert (found.statistic, found.p_value) == pytest.approx((statistic, p_value))
    assert found.freedom == 2


def test_published_curve_of_leukaemia_patients():
    # Freireich et al. (1963), 6-mercaptopurine; the curve as in Collett (2015), table 2.2.
    weeks = np.array([6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35])
    gone = np.array([1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0])
    spells = Spells(np.zeros(21, dtype=int), weeks, gone, np.arange(21))
    found = curve(followed(spells, horizon=35, categories=1)).retained[0, [6, 7, 10, 13, 16, 22, 23]]
    assert found.round(4).tolist() == [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]


@given(spells_of_few)
@settings(max_examples=60, deadline=None)
def test_counts_add_and_order_does_not_matter(spells):
    half = len(spells.last) // 2
    parts = [Spells(*(getattr(spells, name)[cut] for name in ("category", "last", "left", "cluster")))
             for cut in (slice(half), slice(half, None))]  # fmt: skip
    whole = followed(spells, horizon=20)
    summed = followed(parts[0], horizon=20) + followed(parts[1], horizon=20)
    assert (whole.events == summed.events).all()
    assert (whole.ended == summed.ended).all()
    assert whole.at_risk[:, 0].sum() == len(spells.last)


@given(spells_of_few)
@settings(max_examples=60, deadline=None)
def test_limits_hold_the_curve_which_never_rises(spells):
    found = curve(followed(spells, horizon=20), spells=spells)
    for category in range(3):
        seen = ~((found.at_risk[category] == 0) & ~(found.retained[category] == 0))
        line, low, high = (getattr(found, name)[category][seen] for name in ("retained", "lower", "upper"))
        assert (np.diff(line) <= 1e-12).all()
        assert (low <= line + 1e-9).all()
        assert (line <= high + 1e-9).all()
        assert ((low >= 0) & (high <= 1)).all()
        assert np.isnan(found.retained[category][~seen]).all()


def test_a_customer_per_answer_gives_greenwood():
    spells = alone(drawn(np.random.default_rng(5), 200, 0.002))
    counts = followed(spells, horizon=HORIZON)
    doubled = Spells(*(np.repeat(getattr(spells, name), 2) for name in ("category", "last", "left", "cluster")))
    twice = curve(followed(doubled, horizon=HORIZON), spells=doubled)
    once = curve(counts)
    assert twice.effect == pytest.approx(np.full(3, 2.0), rel=0.02)
    inside = (once.retained > 0) & (once.retained < 1)
    assert twice.lower[inside] == pytest.approx(once.lower[inside], rel=0.01)
    assert log_rank(followed(doubled, horizon=HORIZON), spells=doubled).p_value == pytest.approx(
        log_rank(counts).p_value, abs=0.02
    )


def test_nobody_left_and_everybody_left():
    ended = np.zeros((1, 11), dtype=int)
    ended[0, 10] = 30
    stays = curve(Followed(np.zeros_like(ended), ended))
    assert (stays.retained[0, -1], stays.upper[0, -1]) == (1, 1)
    # exact binomial: 1 - lower is the rate at which none of 30 leaves with probability .025
    assert stays.lower[0, -1] == pytest.approx(0.025 ** (1 / 30))
    leaves = curve(Followed(ended, np.zeros_like(ended)))
    assert (leaves.retained[0, -1], leaves.lower[0, -1]) == (0, 0)
    assert leaves.upper[0, -1] == pytest.approx(1 - 0.025 ** (1 / 30))


def test_no_curve_beyond_the_last_day_followed():
    found = curve(followed(Spells(*map(np.array, ([0, 0], [3, 5], [1, 0], [0, 1]))), horizon=9, categories=1))
    assert found.retained[0, 5] == 0.5
    assert np.isnan(found.retained[0, 6:]).all()


def test_answers_of_others_are_refused():
    spells = drawn(np.random.default_rng(6), 50, 0.002)
    with pytest.raises(ArgumentError, match="counted"):
        curve(Followed(np.zeros((3, 5), dtype=int), np.ones((3, 5), dtype=int)), spells=spells)


def test_one_category_has_no_test():
    counts = followed(Spells(*map(np.array, ([0, 0], [3, 5], [1, 0], [0, 1]))), horizon=9)
    assert np.isnan(log_rank(counts).p_value)
    assert detectable_ratio(counts, (0, 2)) == np.inf


def test_difference_of_risks_swaps_its_sign():
    found = curve(followed(alone(drawn(np.random.default_rng(7), 400, 0.002)), horizon=HORIZON))
    gap, low, high = risk_difference(found, 0, 2)
    assert risk_difference(found, 2, 0) == pytest.approx((-gap, -high, -low))


def test_tails_of_chi_square():
    from scipy.stats import chi2

    for freedom in range(1, 8):
        for value in (0.0, 0.5, 3.0, 20.0):
            assert chi_square_tail(value, freedom) == pytest.approx(chi2.sf(value, freedom), rel=1e-9)


def coverage(customers, rate, *, repeats, runs, seed):
    """Shares of runs whose intervals hold the truth (three curves, their gap), and in which the test raises alarm."""
    rng, truth = np.random.default_rng(seed), np.exp(-rate * HORIZON)
    held, gap, alarms = np.zeros(3), 0, 0
    for _ in range(runs):
        spells = drawn(rng, customers, rate, repeats=repeats)
        counts = followed(spells, horizon=HORIZON)
        found = curve(counts, spells=spells)
        held += (found.lower[:, -1] <= truth) & (truth <= found.upper[:, -1])
        _, low, high = risk_difference(found, 0, 2)
        gap += low <= 0 <= high
        alarms += log_rank(counts, spells=spells).p_value < 0.05
    return held / runs, gap / runs, alarms / runs


def test_intervals_hold_with_repeated_answers():
    held, gap, alarms = coverage(400, 0.001, repeats=True, runs=150, seed=1)
    assert (held > 0.9).all()
    assert gap > 0.9
    assert alarms < 0.1


@pytest.mark.slow
@pytest.mark.parametrize(("customers", "rate"), [(150, 0.0015), (400, 0.001), (1000, 0.0006)])
@pytest.mark.parametrize("repeats", [False, True])
def test_coverage_and_false_alarms(customers, rate, repeats):
    held, gap, alarms = coverage(customers, rate, repeats=repeats, runs=1500, seed=2)
    assert ((held > 0.93) & (held < 0.975)).all(), held
    assert 0.93 < gap < 0.985
    assert alarms < 0.062


@pytest.mark.slow
def test_power_is_what_is_told():
    rng, ratios, found = np.random.default_rng(8), [], 0
    for _ in range(400):
        spells = drawn(rng, 900, 0.001, repeats=False, ratios=(2, 1, 1))
        counts = followed(spells, horizon=HORIZON).take([0, 2])
        ratios.append(detectable_ratio(counts, (0, 1)))
        found += log_rank(counts).p_value < 0.05
    # The ratio that 80 % of samples show is near the true one, and about 80 % show it.
    assert np.mean(ratios) == pytest.approx(2, abs=0.2)
    assert 0.72 < found / 400 < 0.92
