"""Quantiles of mixtures of normals, against SciPy's distribution function."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from npskit.stats.mixture import mixture_quantile


@pytest.mark.parametrize("probability", [0.001, 0.025, 0.5, 0.9, 0.975])
def test_mixture_holds_the_probability_below_its_quantile(probability):
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(0)
    mean, sd = rng.normal(0, 5, (4, 9, 6)), rng.uniform(0.01, 6, (4, 9, 6))
    weights = rng.dirichlet(np.full(9, 0.3), 4)
    place = mixture_quantile(mean, sd, weights, probability)
    below = np.sum(weights[..., None] * stats.norm.cdf((place[:, None] - mean) / sd), axis=1)
    np.testing.assert_allclose(below, probability, atol=1e-6)


def test_one_part_gives_the_normal_quantile():
    place = mixture_quantile(np.full((1, 1, 1), 3.0), np.full((1, 1, 1), 2.0), np.ones((1, 1)), 0.975)
    assert place.item() == pytest.approx(NormalDist(3, 2).inv_cdf(0.975), abs=1e-6)


def test_parts_far_apart_do_not_lose_newton():
    mean, sd = np.array([[[-90.0], [90.0]]]), np.full((1, 2, 1), 0.1)
    place = mixture_quantile(mean, sd, np.array([[0.3, 0.7]]), 0.6)
    assert place.item() == pytest.approx(90 + 0.1 * NormalDist().inv_cdf(3 / 7), abs=1e-5)


def test_no_series_and_no_periods_give_empty_quantiles():
    assert mixture_quantile(np.ones((0, 3, 4)), np.ones((0, 3, 4)), np.ones((0, 3)), 0.5).shape == (0, 4)
    assert mixture_quantile(np.ones((2, 3, 0)), np.ones((2, 3, 0)), np.ones((2, 3)), 0.5).shape == (2, 0)
