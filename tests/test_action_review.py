"""Expected beside observed: what is told of each action, and that it is what the answers say."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from npskit.errors import ArgumentError, ColumnNotFoundError, EmptyDataError, ReadError
from npskit.labels import LANGUAGES
from npskit.report.brief_actions import actions_table
from npskit.survey import Survey
from npskit.survey.action_log import read_actions
from npskit.survey.action_review import ActionReview, answer_of, counted
from npskit.survey.action_targets import Observed, days_counted, observed, sides

NAN = float("nan")
UNTIL = "2025-12-31"


def answers(n: int = 9000, *, lift: float = 0.0, shops: tuple[str, ...] = (), seed: int = 0) -> pd.DataFrame:
    """Two years of answers whose score of 10 rises by `lift` points from March 2025 on, in some shops or all."""
    rng = np.random.default_rng(seed)
    days = pd.to_datetime(rng.choice(pd.date_range("2024-01-01", UNTIL), n))
    shop = rng.choice(["Lyon", "Nice", "Paris"], n)
    after = np.asarray(days >= pd.Timestamp("2025-03-01"))
    treated = after & (np.isin(shop, shops) if shops else True)
    rating = np.where(
        rng.random(n) < np.where(treated, lift / 200, 0), 10, rng.choice([3, 8, 10], n, p=[0.3, 0.3, 0.4])
    )
    helped = np.clip(rng.integers(1, 6, n) + after * (rng.random(n) < 0.4), 1, 5)
    return pd.DataFrame({"date": days, "shop": shop, "rating": rating, "help": helped,
                         "price": np.where(rng.random(n) < np.where(after, 0.1, 0.2), "yes", "no")})  # fmt: skip


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return answers()


def action(**columns: Any) -> Any:
    """One logged action that began in March 2025."""
    return read_actions([{"action": "A", "since": "2025-03-01", **columns}]).rows[0]


# ---- the kinds of answer ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "expected", "kind"),
    [
        ((2.0, 9.0), None, "shown"),
        ((2.0, 9.0), 30.0, "shown"),
        ((-9.0, -2.0), 5.0, "shown"),
        ((-2.0, 4.0), 8.0, "not shown"),
        ((-2.0, 4.0), None, "not shown"),
        ((-2.0, 9.0), 8.0, "cannot tell"),
        ((-9.0, 2.0), -8.0, "cannot tell"),
        ((NAN, NAN), 8.0, "cannot tell"),
    ],
)
def test_four_plain_answers(limits: tuple[float, float], expected: float | None, kind: str) -> None:
    assert answer_of(*limits, expected=expected, responses=(900, 500)) == kind
    assert answer_of(*limits, expected=expected, responses=(900, 29)) == "cannot tell"
    assert answer_of(*limits, expected=expected, responses=(900, 500), told=False) == "cannot tell"


# ---- the target, before and after ---------------------------------------------------------------------------


def test_the_year_before_is_held_against_what_came_since() -> None:
    side = sides(dt.date(2025, 3, 1), None)
    days = [dt.date(2024, 2, 29), dt.date(2024, 3, 1), dt.date(2025, 2, 28), dt.date(2025, 3, 1), dt.date(2030, 1, 1)]
    assert [side(day) for day in days] == [-1, 0, 0, 1, 1]


def test_responses_are_counted_to_the_day() -> None:
    frame = pd.DataFrame(
        {"rating": [9] * 5, "date": ["2025-02-27", "2025-02-28", "2025-03-01", "2025-03-31", "2025-04-01"]}
    )
    days = days_counted(Survey(frame))
    assert counted(days, action(until="2025-03-31"), dt.date(2025, 12, 31)) == (2, 2)
    assert counted(days, action(), dt.date(2025, 3, 1)) == (2, 1)


def test_a_segment_has_its_own_score(frame: pd.DataFrame) -> None:
    lifted = answers(lift=60, shops=("Lyon",))
    found = observed(Survey(lifted), action(segment="shop=Lyon"), None)
    assert found is not None
    inside = lifted[lifted["shop"] == "Lyon"]
    after = inside["date"] >= "2025-03-01"
    assert found.after == pytest.approx(Survey(inside[after]).score())
    assert found.before == pytest.approx(Survey(inside[~after & (inside["date"] >= "2024-03-01")]).score())
    assert found.change == pytest.approx(found.after - found.before)
    assert 0 < found.lower < found.change < found.upper
    other = observed(Survey(lifted), action(segment="shop Nice"), None)
    assert other is not None
    assert other.lower < 0 < other.upper


def test_a_driver_has_its_own_mean(frame: pd.DataFrame) -> None:
    found = observed(Survey(frame), action(driver="help"), None)
    after = frame["date"] >= "2025-03-01"
    assert found is not None
    assert found.after == pytest.approx(frame.loc[after, "help"].mean())
    assert found.responses_after == int(after.sum())
    before = frame.loc[~after & (frame["date"] >= "2024-03-01"), "help"]
    error = np.sqrt(before.var() / len(before) + frame.loc[after, "help"].var() / after.sum())
    assert found.upper - found.change == pytest.approx(1.96 * error, rel=0.01)


def test_a_theme_has_its_own_share(frame: pd.DataFrame) -> None:
    found = observed(Survey(frame), action(theme="price"), None)
    assert found is not None
    after = frame["date"] >= "2025-03-01"
    assert found.after == pytest.approx((frame.loc[after, "price"] == "yes").mean())
    assert found.upper < 0


def test_every_engine_tells_the_same(frame: pd.DataFrame) -> None:
    for target in ({"driver": "help"}, {"theme": "price"}, {"segment": "shop=Lyon"}):
        assert observed(Survey(pl.DataFrame(frame)), action(**target), None) == observed(
            Survey(frame), action(**target), None
        )


def test_a_target_that_is_not_there_is_none(frame: pd.DataFrame) -> None:
    for target in ({"driver": "parking"}, {"segment": "shop=Brest"}, {"theme": "shop"}, {}):
        assert observed(Survey(frame), action(**target), None) is None


def test_nothing_before_is_no_change(frame: pd.DataFrame) -> None:
    late = frame[frame["date"] >= "2025-03-01"]
    for target in ({"driver": "help"}, {"theme": "price"}, {"segment": "shop=Lyon"}):
        found = observed(Survey(late), action(**target), None)
        assert isinstance(found, Observed)
        assert found.responses_before == 0
        assert np.isnan(found.change)


# ---- words and pictures -------------------------------------------------------------------------------------

EMPTY = {
    "owner": "Léa", "since": dt.date(2025, 3, 1), "until": None, "status": None, "treated": None, "expected": None,
    "expected_lower": None, "expected_upper": None, "effect": NAN, "lower": NAN, "upper": NAN,
    "smallest_detectable": NAN, "responses_before": 900, "responses_after": 500, "as_expected": None,
    "target_kind": None, "target": None, "target_before": NAN, "target_after": NAN, "target_change": NAN,
    "target_lower": NAN, "target_upper": NAN,
}  # fmt: skip
ROWS: list[dict[str, Any]] = [
    {"action": "Training", "answer": "shown", "effect": 6.2, "lower": 2.1, "upper": 10.4, "expected": 3.0,
     "target_kind": "driver", "target": "help", "target_before": 3.04, "target_after": 3.35, "target_change": 0.31,
     "target_lower": 0.24, "target_upper": 0.38},
    {"action": "Parking", "answer": "shown", "effect": -4.0, "lower": -9.0, "upper": -0.4},
    {"action": "Opening hours", "answer": "not shown", "effect": 1.0, "lower": -3.0, "upper": 4.0, "expected": 8.0,
     "target_kind": "theme", "target": "hours", "target_before": 0.21, "target_after": 0.11, "target_change": -0.1,
     "target_lower": -0.12, "target_upper": -0.08},
    {"action": "Signs", "answer": "not shown", "effect": 1.0, "lower": -3.0, "upper": 4.0, "smallest_detectable": 6.0},
    {"action": "Checkout", "answer": "cannot tell", "effect": 1.0, "lower": -3.0, "upper": 9.0, "expected": 4.5,
     "target_kind": "segment", "target": "shop=Lyon", "target_before": 13.0, "target_after": 44.0,
     "target_change": 31.0, "target_lower": 23.0, "target_upper": 38.0},
    {"action": "App", "answer": "cannot tell", "effect": 1.0, "lower": -30.0, "upper": 30.0, "responses_after": 3},
    {"action": "Lights", "answer": "not started", "expected": 2.0, "since": None},
    {"action": "Music", "answer": "not started", "owner": None},
]  # fmt: skip


def review_of(rows: list[dict[str, Any]]) -> ActionReview:
    whole = [{**EMPTY, **row} for row in rows]
    return ActionReview({name: [row[name] for row in whole] for name in whole[0]})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_row_has_its_sentence(lang: str) -> None:
    found = review_of(ROWS)
    lines = [*found.lines(lang=lang), *found.target_lines(lang=lang), found.sentence(lang=lang)]
    assert len(lines) == len(ROWS) + 3 + 1
    for line in lines:
        assert line.endswith(".")
        assert "nan" not in line
        assert "{" not in line
        assert "None" not in line


def test_the_sentence_counts_and_names() -> None:
    assert review_of(ROWS).sentence(lang="en").replace("\xa0", " ") == (
        "Of 8 actions in the log, 2 show an effect (Training: +6; Parking: −4), 2 show none, 2 cannot be told yet "
        "and 2 have not started."
    )
    assert review_of(ROWS[4:8:2]).sentence(lang="fr") == (
        "Sur 2 actions au journal, 1 ne permet pas encore de conclure et 1 n’a pas commencé."
    )
    assert review_of(ROWS[:1]).sentence(lang="en") == (
        "Training (Léa, since 1 March 2025): effect of +6 points (+2 to +10), +3 expected."
    )


def test_what_is_expected_and_not_ruled_out_is_said() -> None:
    lines = review_of(ROWS).lines(lang="en")
    assert "the +8 expected lies outside" in lines[2]
    assert "one of 6 points would" in lines[3]
    assert "neither no effect nor the +4.5 expected is ruled out" in lines[4]
    assert "900 responses before, 3 since" in lines[5]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_chart_shows_expected_beside_observed(lang: str) -> None:
    spec = review_of(ROWS).plot(lang=lang).to_dict()
    values = spec["data"]["values"]
    assert [row["point"] for row in values] == [True, True, *[False] * 6]
    assert [row["expected"] for row in values][:3] == [3.0, None, 8.0]
    assert values[7]["hoped"] == "–"
    shapes = [layer["mark"].get("shape") for layer in spec["layer"]]
    assert "diamond" in shapes
    assert ("diamonds" if lang == "en" else "losanges") in str(spec["title"]["subtitle"])


@pytest.mark.parametrize(("effect", "figure"), [(29.499, "+29"), (0.4926, "+0.5"), (4.6, "+5")])
def test_one_effect_has_one_figure_wherever_it_is_told(effect: float, figure: str) -> None:
    row = {"action": "Bills", "answer": "shown", "effect": effect, "lower": effect - 0.3, "upper": effect + 0.6}
    found = review_of([{**row, "expected": 4.5}, {**row, "action": "Chat"}])
    drawn = found.plot(lang="en").to_dict()["data"]["values"][0]
    table = actions_table([found.row(0)], lang="en")
    assert f"Bills: {figure};" in found.sentence(lang="en").replace("\xa0", " ")
    assert f"effect of {figure} points ({drawn['range']})" in found.lines(lang="en")[0]
    assert (drawn["figure"], drawn["hoped"]) == (figure, "+4.5")
    assert table is not None
    assert table.rows[0][2:5] == ("+4.5", figure, drawn["range"])


def test_a_chart_of_no_action_says_so() -> None:
    empty = ActionReview({name: [] for name in ["action", "answer", *EMPTY]})
    assert empty.sentence(lang="en") == "The log of actions is empty."
    with pytest.raises(EmptyDataError):
        empty.plot()


def test_sentences_need_no_charts_library() -> None:
    code = (
        "import sys; sys.modules['altair'] = None\n"
        "from npskit.survey.action_planning import plan_action\nfrom npskit.survey.action_words import action_line\n"
        "print(plan_action(20, answers=300, every='year', score=30, passives=.3).sentence())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


# ---- the verb -----------------------------------------------------------------------------------------------


def test_nothing_is_looked_at_before_it_begins(frame: pd.DataFrame) -> None:
    log = [{"action": "Parking", "depuis": "", "statut": "prévue", "attendu": 3},
           {"action": "App", "depuis": "2026-05-01", "statut": "", "attendu": ""}]  # fmt: skip
    found = frame.nps.action_log(log, until=UNTIL)
    assert found.table["answer"] == ["not started"] * 2
    assert np.isnan(found.table["effect"]).all()
    assert len(found.plot().to_dict()["data"]["values"]) == 2


def test_a_wrong_log_is_refused_with_its_place(frame: pd.DataFrame, tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("action,since\nA,sometime\n", encoding="utf-8")
    with pytest.raises(ReadError, match=r"log\.csv, line 2, column 'since'"):
        frame.nps.action_log(path)
    with pytest.raises(ArgumentError, match="row 1, column 'since'"):
        frame.nps.action_log([{"action": "A", "since": "sometime"}])


def test_an_empty_log_is_an_empty_review(frame: pd.DataFrame) -> None:
    found = frame.nps.action_log({"action": [], "since": []})
    assert len(found) == 0
    assert "smallest_detectable" in found.table


@pytest.fixture(scope="module")
def lifted() -> pd.DataFrame:
    """A score that rises by some 24 points from March 2025 on, everywhere."""
    return answers(12000, lift=60)


def test_effects_are_those_of_impact(lifted: pd.DataFrame) -> None:
    log = [
        {"action": "A", "since": "2025-03-01", "expected": 20},
        {"action": "B", "since": "2025-09-01", "expected": 15},
    ]
    found = lifted.nps.action_log(log, until=UNTIL)
    told = lifted.nps.impact(None, actions=log, until=UNTIL)
    for name in ("effect", "lower", "upper", "smallest_detectable"):
        assert found.table[name] == told.actions[name]
    assert found.table["answer"] == ["shown", "not shown"]
    assert found.table["as_expected"] == [True, False]
    assert found.row(0)["lower"] < 24 < found.row(0)["upper"]


def test_a_log_keeps_its_order_and_what_is_planned(lifted: pd.DataFrame) -> None:
    log = [{"action": "Later", "since": "2025-09-01"}, {"action": "Planned", "since": "", "status": "planned"},
           {"action": "First", "since": "2025-03-01"}]  # fmt: skip
    found = lifted.nps.action_log(log, until=UNTIL)
    assert found.table["action"] == ["Later", "Planned", "First"]
    assert found.table["answer"] == ["not shown", "not started", "shown"]


def test_an_action_of_last_week_cannot_be_told(lifted: pd.DataFrame) -> None:
    found = lifted.nps.action_log([{"action": "App", "since": "2025-12-27", "expected": 2}], until=UNTIL)
    row = found.row(0)
    assert row["answer"] == "cannot tell"
    assert row["responses_after"] == int((lifted["date"] >= "2025-12-27").sum())
    none = lifted.nps.action_log([{"action": "App", "since": "2020-01-01"}], until=UNTIL).row(0)
    assert (none["answer"], none["responses_before"]) == ("cannot tell", 0)
    assert np.isnan(none["effect"])


def test_those_treated_are_held_against_the_others() -> None:
    frame = answers(12000, lift=60, shops=("Lyon",))
    log = [{"action": "Opening hours", "since": "2025-03-01", "treated": "shop=Lyon", "expected": 22},
           {"action": "Everywhere", "since": "2025-03-01", "expected": 25}]  # fmt: skip
    found = frame.nps.action_log(log, until=UNTIL)
    own, whole = found.row(0), found.row(1)
    assert own["answer"] == "shown"
    assert own["lower"] < 24 < own["upper"]
    assert own["effect"] > 2 * whole["effect"]
    assert own["responses_before"] + own["responses_after"] == int((frame["shop"] == "Lyon").sum())
    assert any("in their points" in str(note) for note in found.notes)


def test_a_group_that_is_not_there_is_named(lifted: pd.DataFrame) -> None:
    with pytest.raises(ArgumentError, match="Brest"):
        lifted.nps.action_log([{"action": "A", "since": "2025-03-01", "treated": "shop=Brest"}], until=UNTIL)


def test_a_target_not_among_the_answers_is_said(lifted: pd.DataFrame) -> None:
    found = lifted.nps.action_log([{"action": "A", "since": "2025-03-01", "driver": "parking"}], until=UNTIL)
    assert any("only the score is looked at" in str(note) for note in found.notes)
    assert found.target_lines() == []


def test_improve_and_watch(tmp_path: Path, lifted: pd.DataFrame) -> None:
    """From priorities to a file, by hand into Excel and back, to what came of it."""
    path = tmp_path / "journal.csv"
    chosen = [{"action": "Training", "driver": "help", "move": 0.5, "feasibility": 4, "owner": "Léa"}]
    lifted.nps.priorities(chosen).log(path, since="2025-03-01", status="running")
    read_actions(path).save(path, lang="fr")
    found = lifted.nps.action_log(path, until=UNTIL)
    assert found.table["owner"] == ["Léa"]
    assert found.table["answer"] == ["shown"]
    assert found.row(0)["target_change"] > 0
    assert found.row(0)["expected"] is not None


def test_the_chart_is_in_the_room_of_plots(lifted: pd.DataFrame) -> None:
    log = read_actions([{"action": "Training", "since": "2025-03-01", "expected": 20}])
    spec = lifted.nps.plot.action_log(log, until=UNTIL, lang="fr").to_dict()
    assert spec["title"]["text"][0].startswith("Training (depuis le 1er mars 2025)")


def test_every_note_speaks_both_languages(lifted: pd.DataFrame) -> None:
    log = [{"action": "A", "since": "2025-03-10"}, {"action": "B", "since": "2025-04-01", "treated": "shop=Lyon"}]
    found = lifted.nps.action_log(log, until=UNTIL)
    assert found.notes
    for lang in LANGUAGES:
        assert all(note.sentence(lang=lang).endswith(".") for note in found.notes)


def test_many_actions_are_said_to_show_by_chance(lifted: pd.DataFrame) -> None:
    log = [{"action": name, "since": f"2025-{month}"} for name, month in (("A", "03"), ("B", "06"), ("C", "09"))]
    three, two = (lifted.nps.action_log(log[:n], until=UNTIL).notes for n in (3, 2))
    assert any("one in 20 shows by chance; 3 were looked at" in str(note) for note in three)
    assert not any("by chance" in str(note) for note in two)


def test_counts_are_reviewed_as_answers_are(lifted: pd.DataFrame) -> None:
    log = [{"action": "A", "since": "2025-03-01", "expected": 20, "segment": "shop=Lyon"}]
    counts = pd.crosstab([lifted["date"], lifted["shop"]], lifted["rating"].map({3: "detractors", 8: "passives",
                         10: "promoters"})).reset_index()  # fmt: skip
    of_counts = Survey.from_counts(counts).action_log(log, until=UNTIL)
    of_answers = Survey(lifted).action_log(log, until=UNTIL)
    for name in ("effect", "lower", "answer", "responses_before", "target_change"):
        assert of_counts.table[name] == pytest.approx(of_answers.table[name])


def test_a_driver_and_a_theme_are_looked_at_among_those_treated(frame: pd.DataFrame) -> None:
    survey, treated = Survey(frame), "shop=Lyon|Nice"
    own = Survey(frame[frame["shop"].isin(["Lyon", "Nice"])])
    for target in ({"driver": "help"}, {"theme": "price"}):
        found = observed(survey, action(treated=treated, **target), dt.date(2025, 12, 31))
        assert found == observed(own, action(**target), dt.date(2025, 12, 31))
        assert found != observed(survey, action(**target), dt.date(2025, 12, 31))
    log = read_actions([{"action": "A", "since": "2025-03-01", "treated": treated, "driver": "help"}])
    review = survey.action_log(log, until=UNTIL)
    assert "mean of “help” among those treated, before and after" in review.target_lines(lang="en")[0]
    assert "chez les clients traités" in review.target_lines(lang="fr")[0]


# ---- who was treated, as a team writes it -----------------------------------------------------------------


def written(tmp_path: Path, *treated: str) -> Path:
    rows = [f"Action {at},2026-0{at + 1}-01,{each}" for at, each in enumerate(treated)]
    path = tmp_path / "log.csv"
    path.write_text("\n".join(["action,since,treated", *rows]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("treated", "hint"),
    [
        ("Lyon", "did you mean 'shop=Lyon'?"),
        ("shop: lyon / Nice", "did you mean 'shop=Lyon|Nice'?"),
        ("shop=Lyn", "did you mean 'Lyon'?"),
        ("shop", "write column=level"),
        ("nobody", "write column=level"),
    ],
)
def test_who_was_treated_is_refused_with_its_line_and_what_may_be_meant(
    tmp_path: Path, treated: str, hint: str
) -> None:
    with pytest.raises((ArgumentError, ColumnNotFoundError)) as caught:
        shops().action_log(written(tmp_path, "", treated), until="2026-06-30")
    assert caught.value.message.startswith("log.csv, line 3, action 'Action 1': ")
    assert hint in caught.value.hint


def test_all_that_are_misspelt_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ArgumentError, match="2 that cannot") as caught:
        shops().action_log(written(tmp_path, "shop=Lyn", "shop=Nic", "shop=Lyon"), until="2026-06-30")
    assert "log.csv, line 2" in str(caught.value)
    assert "log.csv, line 3" in str(caught.value)


def test_who_was_treated_may_be_written_as_in_a_log() -> None:
    survey, since = shops(), {"since": "2026-03-01", "until": "2026-06-30"}
    written_so = survey.impact(treated="shop=Lyon", **since)
    assert written_so.effect == survey.impact(treated={"shop": "Lyon"}, **since).effect
    with pytest.raises(ColumnNotFoundError, match="did you mean 'shop=Lyon'"):
        survey.impact(treated="Lyon", **since)


def shops() -> Survey:
    rng = np.random.default_rng(3)
    days = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 540, 2000), unit="D")
    return Survey(pd.DataFrame({"nps": rng.integers(0, 11, 2000), "date": days,
                                "shop": rng.choice(["Lyon", "Nice", "Lens"], 2000)}))  # fmt: skip
