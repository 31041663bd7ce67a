"""What if: functions of counts and their laws, and simulations that leave things as they are when nothing is moved."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit
from npskit.errors import ArgumentError, NpskitError
from npskit.labels import LANGUAGES
from npskit.stats.decomposition import mix_within
from npskit.stats.score import responses, score
from npskit.survey.moves import mix_responses, move_categories, reweight_mix, share_draws, target_mix
from npskit.survey.picking import Picking
from npskit.survey.simulated_path import reached
from npskit.survey.simulator import Simulator

THREE = st.tuples(*[st.integers(0, 500)] * 3).filter(any)
SHARE = st.floats(0, 1)


@pytest.fixture(scope="module")
def garden() -> pd.DataFrame:
    return npskit.datasets.load("garden")


@pytest.fixture(scope="module")
def training() -> Simulator:
    return Simulator(npskit.datasets.load("carpentries").nps, attributes=["Worth", "Material"], until="2018")


@given(THREE, SHARE, SHARE)
def test_moves_keep_the_answers_and_never_lower_the_score(counts: tuple[int, int, int], up: float, on: float) -> None:
    moved = move_categories(counts, detractors_to_passives=up, passives_to_promoters=on)
    assert moved.min() >= 0
    assert responses(moved) == pytest.approx(sum(counts))
    assert score(moved) >= score(counts) - 1e-9


@given(THREE, SHARE)
def test_a_share_of_detractors_moved_gains_that_share_of_them(counts: tuple[int, int, int], up: float) -> None:
    gained = score(move_categories(counts, detractors_to_passives=up)) - score(counts)
    assert gained == pytest.approx(100 * up * counts[0] / sum(counts), abs=1e-9)


@given(THREE)
def test_nothing_moved_is_the_same_counts(counts: tuple[int, int, int]) -> None:
    assert move_categories(counts).tolist() == list(map(float, counts))


@given(st.lists(THREE, min_size=1, max_size=6))
def test_the_mix_of_now_is_the_same_counts(counts: list[tuple[int, int, int]]) -> None:
    sizes = np.asarray(responses(counts))
    assert reweight_mix(counts, sizes / sizes.sum()).tolist() == np.array(counts, dtype=float).tolist()
    assert mix_responses(sizes, sizes / sizes.sum()) == pytest.approx(sizes.sum())


@given(st.lists(THREE, min_size=2, max_size=6), st.lists(st.integers(1, 99), min_size=6, max_size=6))
def test_another_mix_moves_the_score_by_mix_alone(counts: list[tuple[int, int, int]], parts: list[int]) -> None:
    mix = np.array(parts[: len(counts)], dtype=float)
    after = reweight_mix(counts, mix / mix.sum())
    assert np.asarray(score(after)) == pytest.approx(np.asarray(score(counts)))
    split = mix_within(counts, after)
    assert split.within == pytest.approx(0, abs=1e-9)
    assert split.mix.sum() == pytest.approx(score(after.sum(axis=0)) - score(np.sum(counts, axis=0)), abs=1e-9)


def test_levels_not_named_share_the_rest() -> None:
    assert target_mix(["a", "b", "c"], [50, 20, 30], {"a": 0.25}, column="shop") == pytest.approx([0.25, 0.3, 0.45])
    assert target_mix(["a", "b"], [50, 50], {"a": 0.5}, column="shop").tolist() == [0.5, 0.5]
    assert target_mix([2016.0, None], [50, 50], {None: 1}, column="year").tolist() == [0, 1]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"a": 0.7, "b": 0.7}, "got 1.4"),
        ({"a": 0.2, "b": 0.2}, "sum to 1"),
        ({"z": 0.2}, "level"),
        ({"a": 50}, "50 %"),
    ],
)
def test_a_mix_that_cannot_be_is_refused(wanted: dict[str, float], said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        target_mix(["a", "b"], [50, 50], wanted, column="shop")


def test_draws_of_many_small_groups_keep_the_mean() -> None:
    counts = np.tile([[0, 1, 3]], (200, 1))
    drawn = share_draws(counts, 400, np.random.default_rng(0)).mean(axis=(0, 1))
    assert drawn == pytest.approx([0, 0.25, 0.75], abs=0.01)


def test_nothing_moved_is_no_difference_at_all(garden: pd.DataFrame, training: Simulator) -> None:
    sold = garden.assign(stayed=np.arange(len(garden)) % 10 > 1)
    found = sold.nps.simulate(spend="ticket_eur", retained="stayed", over="a_commente", mix={})
    assert (found.change, found.change_lower, found.change_upper) == (0.0, 0.0, 0.0)
    assert (found.score, found.lower, found.upper) == (found.score_now, found.lower_now, found.upper_now)
    assert found.risk["difference"] == 0
    assert found.risk["at_risk"] == found.risk["at_risk_now"]
    still = training.simulate(drivers={"Worth": training.drivers().table["mean"][0]})  # type: ignore[union-attr]
    assert set(still.path["difference"]) | set(still.path["difference_lower"]) == {0.0}
    assert still.path["level"] == still.path["base"]


def test_now_is_what_the_summary_says(garden: pd.DataFrame) -> None:
    for survey in (garden.nps, garden.nps(cluster="visites"), garden.nps(weight="visites")):
        found = survey.simulate(detractors_to_passives=0.1)
        row = survey.summary().iloc[0]
        assert (found.score_now, found.lower_now, found.upper_now) == pytest.approx((row.score, row.lower, row.upper))


def test_half_of_the_detractors_is_half_of_their_points(garden: pd.DataFrame) -> None:
    found = garden.nps.simulate(detractors_to_passives=0.5)
    detractors = garden.nps.summary().iloc[0]
    gain = 50 * detractors.detractors / detractors.responses
    assert found.change == pytest.approx(gain)
    assert found.change_lower < gain < found.change_upper
    assert found.shares[0] == pytest.approx(found.shares_now[0] / 2)


def test_parts_add_up_to_the_change(garden: pd.DataFrame) -> None:
    bands = npskit.Bands("visites", [4, 7, 11])
    found = garden.nps.simulate(
        detractors_to_passives=0.2,
        passives_to_promoters=0.1,
        over=bands,
        mix={"<4": 0.5},
        drivers={"satisfaction": 8.6},
    )
    assert found.table["part"] == ["mix", "detractors_to_passives", "passives_to_promoters", "drivers"]
    assert sum(found.table["change"]) == pytest.approx(found.change)
    assert found.score - found.score_now == pytest.approx(found.change)
    for change, lower, upper in zip(*(found.table[name] for name in ("change", "lower", "upper")), strict=True):
        assert lower <= change <= upper


def test_change_is_the_difference_even_at_the_end_of_the_scale(garden: pd.DataFrame) -> None:
    found = garden.nps.simulate(detractors_to_passives=1, passives_to_promoters=1, drivers={"satisfaction": 10})
    assert found.score == 100
    assert found.change == pytest.approx(found.score - found.score_now)
    assert sum(found.table["change"]) == pytest.approx(found.change)


def test_drivers_are_the_what_if_of_drivers(garden: pd.DataFrame) -> None:
    drivers = garden.nps.drivers()
    mean = dict(zip(drivers.table["attribute"], drivers.table["mean"], strict=True))["satisfaction"]
    asked = drivers.what_if({"satisfaction": 9 - mean})
    found = garden.nps.simulate(drivers={"satisfaction": 9})
    assert (found.change, found.change_lower) == pytest.approx((asked.change, asked.lower))
    assert found.sentence("en").startswith("Score")
    assert any("no survey says" in text for text in found.assumptions("en"))


def test_a_mix_towards_a_small_group_is_less_sure(garden: pd.DataFrame) -> None:
    rare = garden.assign(kind=np.where(np.arange(len(garden)) < 60, "rare", "usual"))
    found = rare.nps.simulate(over="kind", mix={"rare": 0.9})
    assert found.upper - found.lower > 5 * (found.upper_now - found.lower_now)
    assert found.mix["share"][found.mix["level"].index("rare")] == pytest.approx(0.9)


def test_interval_of_a_move_holds_as_often_as_it_says() -> None:
    rng = np.random.default_rng(4)
    truth, held = np.array([0.12, 0.33, 0.55]), 0
    for counts in rng.multinomial(150, truth, size=100):
        answers = pd.DataFrame({"nps": np.repeat([0, 8, 10], counts)})
        found = answers.nps.simulate(detractors_to_passives=0.4, passives_to_promoters=0.2)
        held += found.change_lower <= 100 * (0.4 * truth[0] + 0.2 * truth[1]) <= found.change_upper
    assert held >= 88


def test_revenue_at_risk_goes_with_the_detractors(garden: pd.DataFrame) -> None:
    left = np.arange(len(garden)) % 10 < np.where(garden["recommandation"] < 7, 5, 2)
    money = {"spend": "ticket_eur", "churned": "left", "customers": 50_000}
    sold = garden.assign(left=left).nps
    worth = sold.economics(**money)
    found = sold.simulate(detractors_to_passives=0.25, **money)
    assert found.risk["at_risk_now"] == worth.risk["at_risk"][-1]
    assert found.risk["difference"] == pytest.approx(-0.25 * worth.risk["at_risk"][-1])
    assert found.risk["difference_lower"] < found.risk["difference"] < found.risk["difference_upper"] < 0
    assert "€" in found.risk_sentence("fr")


def test_path_reaches_the_move_when_it_is_said_to(training: Simulator) -> None:
    found = training.simulate(detractors_to_passives=1, reached_by="2018-12", periods=6, every="month")
    assert found.path["reached"] == pytest.approx([1 / 3, 2 / 3, 1, 1, 1, 1])
    assert found.reached_by == found.path["period"][2]
    gained = found.path["difference"]
    assert gained[0] < gained[1] < gained[2]
    assert all(low >= 0 for low in found.path["difference_lower"])
    with pytest.raises(ArgumentError, match="one of the periods forecast"):
        training.simulate(reached_by="2031-01")


def test_steps_are_even_until_complete() -> None:
    assert reached(4, 0).tolist() == [1, 1, 1, 1]
    assert reached(3, 2).tolist() == pytest.approx([1 / 3, 2 / 3, 1])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"detractors_to_passives": 20}, "20 % is written 0.2"),
        ({"passives_to_promoters": -0.1}, "a share from 0 to 1"),
        ({"mix": {"a": 0.5}}, "over="),
        ({"over": "shop", "mix": {"a": 0.5}}, "shop"),
        ({"drivers": {"satisfacton": 9}}, "did you mean 'satisfaction'"),
        ({"drivers": {"satisfaction": "high"}}, "a finite number"),
        ({"drivers": {"satisfaction": 99}}, "a mean from 1 to 10"),
        ({"reached_by": "2030"}, "date"),
        ({"confidence_level": 95}, "0.95"),
    ],
)
def test_moves_that_cannot_be_are_refused(garden: pd.DataFrame, wrong: dict[str, object], said: str) -> None:
    with pytest.raises(NpskitError, match=said):
        garden.nps.simulate(**wrong)


def test_nobody_answered_is_said() -> None:
    with pytest.raises(NpskitError, match="at least one answer"):
        pd.DataFrame({"nps": [None, None]}, dtype=float).nps(rating="nps").simulate()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_simulations_are_told_and_drawn(training: Simulator, garden: pd.DataFrame, lang: str) -> None:
    for found in (
        training.simulate(),
        training.simulate(detractors_to_passives=0.5, drivers={"Worth": 4.8}),
        garden.nps.simulate(passives_to_promoters=0.1),
    ):
        told = [found.sentence(lang), found.path_sentence(lang), *found.assumptions(lang)]
        assert not any("{" in text or "nan" in text for text in told)
        assert found.plot(lang=lang).to_dict()["title"]["text"]


def test_picking_knows_rivals_and_gives_the_survey() -> None:
    answers = pd.DataFrame({"nps_shop": [10, 9, 3, 8, 7] * 4, "nps_site": [1, 2, 3, 9, 10] * 4, "why": ["a b c"] * 20})
    with pytest.raises(NpskitError):
        answers.nps.score()
    picking = Picking(answers.nps)
    assert picking.choices()["rating"].is_open
    assert picking.survey({"rating": "nps_site"}).score() == answers.nps(rating="nps_site").score()
    assert eval(picking.code({"rating": "nps_site"}), {"df": answers}).score() == -20.0
    with pytest.raises(ArgumentError, match="a column each"):
        picking.checked({"rating": "nps_shop", "weight": "nps_shop"})
    with pytest.raises(ArgumentError, match="no role"):
        picking.checked({"ratng": "nps_shop"})
