import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.errors import ArgumentError, EmptyDataError
from npskit.stats.earned import BOUGHT, EARNED, STEPS, UNKNOWN, bridge, earned_sums, growth

amounts = st.lists(
    st.tuples(st.integers(-50, 5000), st.integers(-50, 5000), st.integers(0, 2)), min_size=1, max_size=60
)


def company(rng, size=2000):
    before = np.where(rng.random(size) < 0.5, rng.lognormal(4, 0.8, size), 0.0)
    stays = rng.random(size) < 0.8
    now = np.where(before > 0, before * stays * rng.lognormal(0, 0.3, size), rng.lognormal(3.5, 0.8, size))
    return before, now, rng.integers(0, 3, size)


def test_published_example():
    """Reichheld, Darnell and Burns (2021): 100 to 130, 85 % kept, 45 new of which 25 earned."""
    sums = earned_sums([60, 40, 0, 0], [85, 0, 25, 20], [UNKNOWN, UNKNOWN, EARNED, BOUGHT])
    found = growth(sums, rng=1)
    assert found["net_revenue_retention"][0] == pytest.approx(0.85)
    assert found["rate"][0] == pytest.approx(0.10)
    assert found["growth"][0] == pytest.approx(0.30)
    assert found["ratio"][0] == pytest.approx(1 / 3)


def test_steps_of_each_customer():
    found, customers = bridge(earned_sums([10, 10, 10, 0, 0, 0, 0], [0, 4, 15, 1, 2, 3, 0], [2, 2, 2, 0, 1, 2, 0]))
    named = dict(zip(STEPS, found.tolist(), strict=True))
    assert named.pop("start") == 30
    assert named.pop("end") == 25
    assert named == {"lost": -10, "shrunk": -6, "grown": 5, "earned_new": 1, "bought_new": 2, "unknown_new": 3}
    assert customers.tolist() == [3, 1, 1, 1, 1, 1, 1, 5]


@given(amounts)
def test_the_bridge_adds_up_exactly(rows):
    before, now, source = np.array(rows).T
    found, _ = bridge(earned_sums(before, now, source))
    assert found[0] == before.sum()
    assert found[:-1].sum() == found[-1] == now.sum()


@given(amounts, st.integers(1, 9))
def test_sums_add(rows, cut):
    columns = np.array(rows).T
    whole = bridge(earned_sums(*columns))
    halves = bridge(earned_sums(*columns[:, :cut]) + earned_sums(*columns[:, cut:]))
    assert np.array_equal(whole, halves)


def test_the_currency_does_not_matter():
    before, now, source = company(np.random.default_rng(1))
    first = growth(earned_sums(before, now, source), rng=1)
    second = growth(earned_sums(100 * before, 100 * now, source), rng=1)
    assert all(np.allclose(first[name], second[name]) for name in first)


def test_all_unknown_bounds_the_rate():
    found = growth(earned_sums([100, 0], [90, 30], [UNKNOWN, UNKNOWN]), rng=1)
    assert found["rate"][0] == pytest.approx(-0.10)
    assert found["rate_if_all"][0] == pytest.approx(0.20) == found["growth"][0]


def test_no_growth_has_no_ratio():
    found = growth(earned_sums([100, 0], [60, 20], [EARNED, EARNED]), rng=1)
    assert np.isnan(found["ratio"]).all()
    assert found["rate"][0] == pytest.approx(-0.20)


def test_missing_revenue_is_none():
    found, _ = bridge(earned_sums([10, np.nan], [np.nan, 5], [0, 0]))
    assert found.tolist() == [10, -10, 0, 0, 5, 0, 0, 5]


def test_few_customers_give_no_interval():
    found = growth(earned_sums([10] * 20, [9] * 20, [0] * 20), rng=1)
    assert found["rate"][0] == pytest.approx(-0.1)
    assert np.isnan(found["rate"][1:]).all()


def test_no_revenue_before_is_refused():
    with pytest.raises(EmptyDataError, match="above 0"):
        growth(earned_sums([0, 0], [1, 2], [0, 0]))


def test_lengths_must_agree():
    with pytest.raises(ArgumentError, match="one length"):
        earned_sums([1, 2], [1], [0, 0])


def coverage(seeds, size):
    truth = growth(earned_sums(*company(np.random.default_rng(10_000), 400_000)), replicates=2, rng=1)
    names = ("net_revenue_retention", "earned_new", "rate", "ratio")
    hits = dict.fromkeys(names, 0)
    for seed in range(seeds):
        found = growth(earned_sums(*company(np.random.default_rng(seed), size)), replicates=300, rng=seed)
        for name in names:
            hits[name] += found[name][1] <= truth[name][0] <= found[name][2]
    return {name: times / seeds for name, times in hits.items()}


def test_intervals_hold_the_truth():
    assert min(coverage(25, 500).values()) >= 0.8


@pytest.mark.slow
def test_intervals_hold_the_truth_as_often_as_they_say():
    found = coverage(400, 600)
    assert all(0.92 <= share <= 0.975 for share in found.values()), found
