"""Intervals: published values, laws, exactness of the bootstrap, coverage, purity."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.errors import ArgumentError, NpskitWarning
from npskit.stats.intervals import METHODS, bootstrap, interval, normal_quantile, squared_statistic
from npskit.stats.score import score

REFERENCE = Path(__file__).parents[1] / "data" / "reference" / "intervals.csv"
triples = st.tuples(*[st.integers(0, 10**5)] * 3).filter(any)
small_triples = st.tuples(*[st.integers(0, 12)] * 3).filter(any)
levels = st.sampled_from([0.5, 0.8, 0.95, 0.999])


def reference_rows():
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", reference_rows(), ids=lambda row: f"{row['method']}-{row['source'][:12]}")
def test_published_intervals(row):
    counts = [float(row[name]) for name in ("detractors", "passives", "promoters")]
    limits = interval(counts, confidence_level=float(row["confidence_level"]), method=row["method"])
    assert limits == pytest.approx((float(row["lower"]), float(row["upper"])), abs=float(row["tolerance"]))


@pytest.mark.parametrize(
    ("counts", "method", "expected"),
    [
        ((20, 30, 50), "score", (13.96, 44.34)),
        ((20, 30, 50), "adjusted_wald", (14.05, 44.20)),
        ((0, 0, 5), "score", (13.10, 100)),
        ((0, 20, 0), "score", (-16.11, 16.11)),
        ((1, 1, 8), "score", (11.95, 91.65)),
        ((0, 0, 1), "adjusted_wald", (-48.5, 98.5)),
    ],
)
def test_intervals_worked_by_hand(counts, method, expected):
    assert interval(counts, method=method) == pytest.approx(expected, abs=0.006)


def test_everyone_a_promoter_has_a_closed_form():
    n, squared = 5, normal_quantile(0.95) ** 2
    lower, upper = interval([0, 0, n])
    assert upper == 100
    assert lower == pytest.approx(100 * (n - squared) / (n + squared), abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_empty_cell_has_no_interval(method):
    lower, upper = interval([[0, 0, 0], [1, 2, 3]], method=method)
    assert np.isnan(lower).tolist() == np.isnan(upper).tolist() == [True, False]


@pytest.mark.parametrize("method", METHODS)
def test_leading_shape_is_kept_and_cells_do_not_touch(method):
    counts = np.random.default_rng(0).integers(0, 30, (3, 4, 3))
    lower, upper = interval(counts, method=method)
    assert lower.shape == upper.shape == (3, 4)
    alone = interval(counts[1, 2], method=method)
    assert alone == pytest.approx((lower[1, 2], upper[1, 2]), abs=1e-9)
    assert interval(np.empty((0, 3)), method=method)[0].shape == (0,)


@given(triples, levels)
def test_score_interval_holds_the_estimate_and_stays_on_the_scale(counts, level):
    lower, upper = interval(counts, confidence_level=level)
    assert -100 <= lower <= score(counts) <= upper <= 100


@given(triples, levels)
def test_ends_are_where_the_score_test_turns(counts, level):
    for end in interval(counts, confidence_level=level):
        # Near the ends of the scale the variance vanishes and the last digits of the end decide.
        if abs(end) < 99.99:
            assert squared_statistic(counts, end) ** 0.5 == pytest.approx(normal_quantile(level), rel=1e-6)


@given(triples, st.sampled_from(["score", "adjusted_wald", "wald"]))
def test_swapping_the_camps_negates_the_interval_exactly(counts, method):
    lower, upper = interval(counts, method=method)
    assert interval(counts[::-1], method=method) == (-upper, -lower)


@given(small_triples, st.integers(2, 9))
def test_more_answers_narrow_the_interval(counts, factor):
    for method in ("score", "adjusted_wald"):
        few, many = interval(counts, method=method), interval(np.multiply(counts, factor), method=method)
        assert many[1] - many[0] < few[1] - few[0]


@given(small_triples)
def test_higher_confidence_holds_lower(counts):
    narrow, wide = interval(counts, confidence_level=0.8), interval(counts, confidence_level=0.95)
    assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]


def test_fractional_counts_interpolate():
    below, between, above = interval([[2, 3, 5], [2.2, 3.3, 5.5], [2.4, 3.6, 6]])[0]
    assert below < between < above


def test_many_cells_agree_with_one_by_one():
    counts = np.random.default_rng(3).integers(0, 10, (50, 3)) * [1, 0, 1000]
    counts = counts[counts.sum(axis=1) > 0]
    together = np.stack(interval(counts), axis=1)
    assert together == pytest.approx(np.array([interval(cell) for cell in counts]), abs=1e-9)


@pytest.mark.parametrize("counts", [(20, 30, 50), (0, 0, 5), (0, 20, 0), (1, 1, 8), (0, 5, 5), (1, 0, 0)])
def test_bayes_is_the_shortest_interval_of_the_posterior(counts):
    draws = np.random.default_rng(1).dirichlet(np.array(counts) + 0.5, 200_000)
    draws = np.sort(100 * (draws[:, 2] - draws[:, 0]))
    lower, upper = interval(counts, method="bayes")
    held = ((draws >= lower) & (draws <= upper)).mean()
    assert held == pytest.approx(0.95, abs=0.002)
    inside = int(0.95 * len(draws))
    assert upper - lower <= (draws[inside:] - draws[:-inside]).min() + 0.3


@given(small_triples)
def test_bayes_swaps_with_the_camps(counts):
    lower, upper = interval(counts, method="bayes")
    assert -100 <= lower < upper <= 100
    assert interval(counts[::-1], method="bayes") == pytest.approx((-upper, -lower), abs=1e-6)


def test_exact_bootstrap_agrees_with_every_possible_sample():
    # Three answers, one of each: the sum of three draws has 27 equally likely outcomes.
    sums = np.sort(np.array(np.meshgrid(*[[-1, 0, 1]] * 3)).sum(axis=0).ravel())
    for level in (0.5, 0.8, 0.9):
        place = int(np.ceil(27 * (1 - level) / 2)) - 1
        limits = interval([1, 1, 1], method="bootstrap", confidence_level=level)
        assert limits == pytest.approx((100 * sums[place] / 3, 100 * sums[26 - place] / 3))


@pytest.mark.parametrize("counts", [(20, 30, 50), (3, 1000, 7), (40, 1, 9), (4000, 6000, 10000)])
def test_exact_bootstrap_agrees_with_draws(counts):
    drawn = np.quantile(bootstrap(counts, replicates=40_000, rng=5), [0.025, 0.975])
    width = np.ptp(drawn)
    exact = interval(counts, method="bootstrap")
    assert exact == pytest.approx(drawn, abs=0.03 * width + 100 / sum(counts))
    assert interval(counts[::-1], method="bootstrap") == pytest.approx((-exact[1], -exact[0]), abs=1e-9)


def test_bootstrap_of_large_groups_is_drawn_and_seeded():
    counts = [[20_000, 30_000, 50_000], [1, 2, 3]]
    first = interval(counts, method="bootstrap", rng=1)
    again = interval(counts, method="bootstrap", rng=1)
    other = interval(counts, method="bootstrap", rng=2)
    assert first[0].tolist() == again[0].tolist() != other[0].tolist()
    assert first[0][0] == pytest.approx(interval(counts[0])[0], abs=0.05)


def test_bootstrap_warns_of_an_empty_category():
    with pytest.warns(NpskitWarning, match="1 of 2 groups have an empty category"):
        interval([[0, 0, 5], [1, 2, 3], [0, 0, 0]], method="bootstrap")
    with pytest.warns(NpskitWarning, match="empty category"):
        draws = bootstrap([[0, 0, 5], [0, 0, 0]], replicates=10, rng=1)
    assert (draws[:, 0] == 100).all()
    assert np.isnan(draws[:, 1]).all()


def test_bootstrap_draws_have_the_standard_error():
    draws = bootstrap([[20, 30, 50], [0.5, 50.0, 49.5]], replicates=20_000, rng=7)
    assert draws.shape == (20_000, 2)
    assert draws.mean(axis=0) == pytest.approx([30, 49], abs=0.3)
    assert draws[:, 0].std() == pytest.approx(7.81, abs=0.15)


@pytest.mark.parametrize("level", [95, 0, 1, -0.5, np.nan])
def test_confidence_level_is_a_share(level):
    with pytest.raises(ArgumentError, match=r"confidence_level: expected .*\n.*0\.95"):
        interval([1, 2, 3], confidence_level=level)


def test_unknown_method_is_told_the_near_one():
    with pytest.raises(ArgumentError, match="did you mean 'adjusted_wald'"):
        interval([1, 2, 3], method="adjusted_wold")


@pytest.mark.parametrize("replicates", [0, -1, 2.5])
def test_replicates_are_counted(replicates):
    with pytest.raises(ArgumentError, match="replicates"):
        bootstrap([1, 2, 3], replicates=replicates)


def test_importing_the_room_loads_no_scipy():
    names = ("score", "intervals", "comparison", "weighting", "power")
    code = "import sys;" + "".join(f"import npskit.stats.{name};" for name in names)
    code += "assert not {'scipy', 'statsmodels'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def every_triple(n):
    return np.array([(d, n - d - p, p) for d in range(n + 1) for p in range(n + 1 - d)])


def exact_coverage(n, truths, method="score"):
    """Probability, summed over every possible outcome, that the interval holds the truth: one per truth."""
    outcomes = every_triple(n)
    lower, upper = interval(outcomes, method=method)
    log_factorial = np.concatenate([[0], np.cumsum(np.log(np.arange(1, n + 1)))])
    ways = log_factorial[n] - log_factorial[outcomes].sum(axis=1)
    truth = 100 * (truths[:, 2] - truths[:, 0])[:, None]
    probability = np.exp(ways + np.log(truths) @ outcomes.T)
    return (probability * ((lower - 1e-9 <= truth) & (truth <= upper + 1e-9))).sum(axis=1)


def grid_of_truths(step, least):
    shares = np.arange(least, 1, step)
    grid = np.array([(d, 1 - d - p, p) for d in shares for p in shares if 1 - d - p >= least - 1e-9])
    return grid


@pytest.mark.parametrize(("n", "worst"), [(5, 0.92), (10, 0.939)])
def test_score_interval_covers_at_ordinary_shares(n, worst):
    assert exact_coverage(n, grid_of_truths(0.1, 0.1)).min() >= worst


def test_score_interval_covers_at_extreme_shares():
    truths = np.array([(0.01, 0.04, 0.95), (0.01, 0.94, 0.05), (0.02, 0.9, 0.08), (0.05, 0.05, 0.9)])
    assert exact_coverage(50, truths).min() >= 0.94


def test_wald_breaks_its_promise_at_extremes():
    assert exact_coverage(10, np.array([(0.01, 0.01, 0.98)]), method="wald")[0] < 0.3
