import numpy as np
import pytest

from npskit.errors import ArgumentError
from npskit.stats.score import score
from npskit.stats.theme_impact import theme_impact

# Comments, share of the theme, shares of categories with and without it.
TRUTHS = [
    (100, 0.10, (0.5, 0.3, 0.2), (0.2, 0.3, 0.5)),
    (100, 0.30, (0.1, 0.2, 0.7), (0.2, 0.3, 0.5)),
    (300, 0.05, (0.6, 0.2, 0.2), (0.2, 0.3, 0.5)),
    (1000, 0.15, (0.45, 0.3, 0.25), (0.2, 0.3, 0.5)),
    (3000, 0.02, (0.9, 0.08, 0.02), (0.2, 0.3, 0.5)),
    (3000, 0.25, (0.3, 0.3, 0.4), (0.15, 0.3, 0.55)),
    (200, 0.90, (0.3, 0.3, 0.4), (0.15, 0.3, 0.55)),
    (500, 0.50, (0.3, 0.3, 0.4), (0.3, 0.3, 0.4)),
]


def test_impact_is_the_score_with_minus_the_score_without():
    everybody, members = np.array([200, 300, 500]), np.array([60, 25, 15])
    found = theme_impact(members, everybody)
    assert found.impact == pytest.approx(score(everybody) - score(everybody - members))
    assert found.share == pytest.approx(0.1)
    assert found.score == pytest.approx(-45)


def test_swapping_promoters_and_detractors_turns_it_round():
    one = theme_impact([60, 25, 15], [200, 300, 500])
    other = theme_impact([15, 25, 60], [500, 300, 200])
    assert (one.impact, one.lower, one.upper) == pytest.approx((-other.impact, -other.upper, -other.lower))


def test_a_theme_of_nobody_or_of_everybody_has_no_impact():
    found = theme_impact([[0, 0, 0], [2, 3, 5]], [2, 3, 5])
    assert np.isnan(found.impact).all()
    assert np.isnan(found.lower).all()


def test_the_interval_leaves_out_zero_with_the_p_value():
    rng = np.random.default_rng(0)
    counts = rng.multinomial(400, [0.06, 0.05, 0.09, 0.15, 0.25, 0.4], size=500)
    found = theme_impact(counts[:, :3], counts[:, :3] + counts[:, 3:])
    clear = (found.lower > 0) | (found.upper < 0)
    assert (clear == (found.p_value < 0.05)).mean() > 0.97


def covered(truth, size, seed):
    n, share, inside, outside = truth
    shares = np.concatenate([share * np.array(inside), (1 - share) * np.array(outside)])
    counts = np.random.default_rng(seed).multinomial(n, shares, size=size).astype(float)
    found = theme_impact(counts[:, :3], counts[:, :3] + counts[:, 3:])
    true = 100 * share * ((inside[2] - inside[0]) - (outside[2] - outside[0]))
    known = ~np.isnan(found.impact)
    return float(np.mean(((found.lower <= true) & (true <= found.upper))[known]))


@pytest.mark.parametrize("truth", TRUTHS[:4])
def test_the_interval_covers_the_truth(truth):
    assert 0.915 <= covered(truth, 1500, 1) <= 0.985


@pytest.mark.slow
@pytest.mark.parametrize("truth", TRUTHS)
def test_the_interval_covers_the_truth_in_many_surveys(truth):
    assert 0.93 <= covered(truth, 20_000, 2) <= 0.97


def test_more_members_than_people_are_refused():
    with pytest.raises(ArgumentError, match="no more than everybody"):
        theme_impact([5, 0, 0], [4, 3, 3])
