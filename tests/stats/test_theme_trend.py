import numpy as np
import pytest

from npskit.errors import ArgumentError
from npskit.stats.theme_trend import theme_trend


def invented(rng, periods, comments, clumping, themes=12, slope=0.0):
    """Shares that are constant but for clumping (a beta for each month), or rise along a line."""
    totals = rng.poisson(comments, periods) + 1
    share = rng.uniform(0.03, 0.3, themes)[:, None] + slope * np.linspace(-0.5, 0.5, periods)
    if clumping:
        size = (1 - clumping) / clumping
        share = rng.beta(share * size, (1 - share) * size)
    return rng.binomial(totals, share), totals


def false_discoveries(periods, comments, clumping, surveys, seed=2):
    rng = np.random.default_rng(seed)
    found = [theme_trend(*invented(rng, periods, comments, clumping)) for _ in range(surveys)]
    return (np.mean([(each.p_adjusted < 0.05).any() for each in found]),
            np.mean([(each.period_adjusted < 0.05).any() for each in found]))  # fmt: skip


def test_constant_shares_seldom_have_a_trend():
    trends, periods = false_discoveries(12, 200, 0.02, 60)
    assert trends <= 0.1
    assert periods <= 0.12


@pytest.mark.slow
@pytest.mark.parametrize("design", [(12, 60, 0.0), (12, 200, 0.02), (24, 300, 0.05), (8, 100, 0.03)])
def test_false_discoveries_stay_under_five_per_cent(design):
    trends, periods = false_discoveries(*design, 1000)
    # Two standard errors of a simulation of 1,000.
    assert trends <= 0.05 + 0.014
    assert periods <= 0.05 + 0.014


def test_a_rising_theme_is_found():
    counts, totals = invented(np.random.default_rng(0), 24, 200, 0.01, themes=1, slope=0.15)
    found = theme_trend(counts, totals)
    assert found.p_adjusted[0] < 0.01
    assert found.lower[0] < 0.15 < found.upper[0]


def test_a_month_that_stands_out_is_found():
    counts = np.full((1, 18), 20)
    counts[0, 7] = 70
    found = theme_trend(counts, np.full(18, 200))
    assert np.flatnonzero(found.period_adjusted[0] < 0.05).tolist() == [7]


def test_it_is_a_quasi_binomial_regression():
    models = pytest.importorskip("statsmodels.genmod.generalized_linear_model")
    rng = np.random.default_rng(4)
    counts, totals = invented(rng, 15, 120, 0.03, themes=1)
    design = np.column_stack([np.ones(15), np.linspace(-0.5, 0.5, 15)])
    family = models.families.Binomial()
    fit = models.GLM(counts[0] / totals, design, family=family, var_weights=totals).fit(scale="X2", use_t=True)
    found = theme_trend(counts, totals)
    assert found.dispersion[0] == pytest.approx(fit.scale)
    assert found.p_value[0] == pytest.approx(fit.pvalues[1], rel=1e-4)
    np.testing.assert_allclose(found.fitted[0], fit.fittedvalues, rtol=1e-6)


def test_periods_without_comments_have_a_line_and_no_share():
    found = theme_trend([[5, 0, 6, 5, 7, 6, 5, 8]], [50, 0, 50, 50, 50, 50, 50, 50])
    assert np.isnan(found.share[0, 1])
    assert not np.isnan(found.fitted[0, 1])


@pytest.mark.parametrize("counts", [[[1, 2, 3]], [[0] * 8], [[50] * 8]])
def test_what_cannot_be_told_is_missing(counts):
    found = theme_trend(counts, [50] * len(counts[0]))
    assert np.isnan(found.p_value).all()
    assert np.isnan(found.change).all()


def test_no_theme_is_fine():
    assert theme_trend(np.zeros((0, 8)), np.ones(8)).change.shape == (0,)


@pytest.mark.parametrize(("counts", "totals"), [([[1, 2]], [1]), ([[5, 1]], [4, 4]), ([[-1, 1]], [4, 4])])
def test_what_are_no_counts_is_told(counts, totals):
    with pytest.raises(ArgumentError, match="theme_trend"):
        theme_trend(counts, totals)
