import numpy as np
import pytest

from npskit.errors import ArgumentError
from npskit.stats.agreement import agreement, counted


def test_kappa_as_published():
    """Cohen's own layout with 20, 5, 10, 15: .4; and 45, 15, 25, 15 of 100: .1304."""
    assert agreement(20, 5, 10, 15).kappa == pytest.approx(0.4)
    assert agreement(45, 15, 25, 15).kappa == pytest.approx(0.1304, abs=5e-5)


def test_figures_in_ones_head():
    found = agreement(3, 1, 2, 4)
    assert (found.precision, found.recall, found.agreed) == (0.75, 0.6, 0.7)
    assert found.f1 == pytest.approx(2 * 0.75 * 0.6 / (0.75 + 0.6))


def test_equal_to_a_library():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    one, other = rng.random(80) < 0.3, rng.random(80) < 0.4
    found = agreement(*counted(one, other))
    assert found.kappa == pytest.approx(metrics.cohen_kappa_score(one, other))
    assert found.f1 == pytest.approx(metrics.f1_score(other, one))


def test_full_agreement_is_one_and_swapping_exchanges_precision_and_recall():
    assert agreement(5, 0, 0, 5).kappa == 1
    one, other = agreement(5, 1, 3, 9), agreement(5, 3, 1, 9)
    assert (one.precision, one.recall) == (other.recall, other.precision)


def test_a_theme_nobody_gives_has_no_figures():
    found = agreement(0, 0, 0, 10)
    assert np.isnan([found.kappa, found.precision, found.recall, found.f1]).all()


def test_what_are_no_counts_is_told():
    with pytest.raises(ArgumentError):
        agreement(-1, 0, 0, 1)
    with pytest.raises(ArgumentError):
        counted([True], [True, False])
