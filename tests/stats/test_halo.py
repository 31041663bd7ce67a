"""Halo: one feeling behind all attributes, told whatever the share that used them."""

from __future__ import annotations

import numpy as np
import pytest

from npskit.stats.crossproducts import CrossProducts, touchpoints
from npskit.stats.halo import halo


def test_halo_is_one_feeling_or_none():
    rng = np.random.default_rng(0)
    feeling, apart = rng.normal(size=(4_000, 1)), rng.normal(size=(4_000, 6))
    assert halo(CrossProducts.from_arrays(feeling[:, 0], feeling + 0.01 * apart)) > 0.99
    assert halo(CrossProducts.from_arrays(feeling[:, 0], apart)) < 0.25
    assert np.isnan(halo(CrossProducts.from_arrays(feeling[:, 0], apart[:, :1])))


def test_halo_of_touchpoints_is_that_of_those_who_used_both():
    rng = np.random.default_rng(0)
    values = 3 + rng.normal(size=(20_000, 4)) + 2 * rng.normal(size=(20_000, 1))
    complete = halo(CrossProducts.from_arrays(values[:, 0], values))
    values[rng.random(values.shape) < 0.7] = np.nan
    groups = [[at, at + 4] for at in range(1, 5)]
    outcome = rng.normal(size=20_000)
    assert halo(CrossProducts.from_arrays(outcome, touchpoints(values)), groups) == pytest.approx(complete, abs=0.02)


def test_mixed_columns_and_touchpoints_have_a_halo():
    rng = np.random.default_rng(0)
    values = 3 + rng.normal(size=(20_000, 2)) + 2 * rng.normal(size=(20_000, 1))
    complete = halo(CrossProducts.from_arrays(values[:, 0], values))
    used = rng.random(20_000) < 0.4
    columns = np.column_stack([values[:, 0], np.where(used, values[:, 1], 0), used])
    assert halo(CrossProducts.from_arrays(values[:, 0], columns), [[1], [2, 3]]) == pytest.approx(complete, abs=0.02)
