"""Every figure of an exploration is that of the verbs on the rows that are selected."""

from __future__ import annotations

import datetime as dt
import math
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit
from npskit import Bands, Scale, Survey
from npskit.cube import Cube, Dimension
from npskit.errors import (
    ArgumentError,
    ArgumentTypeError,
    ColumnNotFoundError,
    RoleError,
    ScaleWarning,
)
from npskit.survey.exploration import Exploration
from npskit.survey.explored_rows import eager
from npskit.survey.plots import columns_of
from npskit.survey.publishing import hidden, published

ROWS = 3000
BANDS = Bands("orders", [1, 3, 6, 21])
EVERY = ("day", "week", "month", "quarter", "year")


def answers(rows: int = ROWS, seed: int = 5) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    days = pd.Timestamp("2023-03-10") + pd.to_timedelta(draw.integers(0, 300, rows), unit="D")
    frame = pd.DataFrame(
        {
            "note": draw.choice([np.nan, *range(11)], rows, p=np.array([3, 1, 1, 1, 1, 1, 2, 2, 3, 4, 6, 8]) / 33),
            "shop": draw.choice(["Lyon", "Nice", "Évry", "L'Isle"], rows),
            "size": pd.Categorical(draw.choice(list("LMS"), rows), categories=list("SMLX")),
            "mixed": pd.Series(draw.choice(5, rows)).map({0: 1, 1: "a", 2: 2.5, 3: "b", 4: None}).astype(object),
            "orders": draw.integers(0, 40, rows).astype(float),
            "date": days + pd.Timedelta(hours=23),
        }
    )  # fmt: skip
    frame.loc[draw.random(rows) < 0.05, "shop"] = None
    frame.loc[draw.random(rows) < 0.05, "date"] = None
    frame.loc[draw.random(rows) < 0.05, "orders"] = np.nan
    return frame


FRAME = answers()
BY = ["shop", "size", "mixed", BANDS]


@pytest.fixture
def seen() -> Exploration:
    return Exploration(Survey(FRAME, rating="note"), BY)


def random_state(draw: random.Random, exploration: Exploration) -> dict[str, Any]:
    cube = exploration.cube
    columns = [name for at, name in enumerate(cube.names) if at != cube.date]
    filtered = [name for name in columns if draw.random() < 0.5]
    periods = len(cube.dimensions[cube.date].periods) if cube.date is not None else 0
    sizes = {name: len(cube.dimensions[cube.axis(name)]) for name in filtered}
    return {
        "selection": {name: draw.sample(range(n), draw.randint(1, n)) for name, n in sizes.items()},
        "dates": sorted(draw.choices(range(periods), k=2)) if periods and draw.random() < 0.6 else None,
        "every": draw.choice(EVERY) if periods else "month",
        "split": draw.choice([None, *columns]),
        "compare": draw.choice([None, "rest", *(["before"] if periods else [])]),
        "confidence_level": draw.choice([0.8, 0.95]),
    }  # fmt: skip


def mask(frame: pd.DataFrame, selection: dict[str, list[Any]], but: str | None = None) -> pd.Series:
    """The rows that a person means by a selection, worked out without the package."""
    kept = pd.Series(True, index=frame.index)
    for column, levels in selection.items():
        if column == but:
            continue
        if column == "date":
            kept &= frame["date"].dt.date.between(*levels).fillna(False) if frame["date"].notna().any() else False
            continue
        values = frame[column]
        if column == "orders":
            names = ["<1", "1-2", "3-5", "6-20", "21+"]
            values = pd.cut(values, [-math.inf, 1, 3, 6, 21, math.inf], right=False, labels=names)
        known = [level for level in levels if level is not None]
        kept &= values.astype(object).isin(known) | (values.isna() & (None in levels))
    return kept


def same(found: Any, wanted: Any) -> None:
    """Two tables with the same columns and figures; nan and None are alike."""
    found, wanted = (pd.DataFrame(columns_of(part) if not isinstance(part, dict) else part) for part in (found, wanted))
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, check_categorical=False)


@pytest.mark.parametrize("seed", range(50))
def test_figures_are_those_of_the_verbs_on_the_rows(seen: Exploration, seed: int) -> None:
    seen.state = random_state(random.Random(seed), seen)
    level = seen.confidence_level
    part = FRAME[mask(FRAME, seen.selection)]
    of = Survey(part, rating="note", date="date")
    by = BANDS if seen.split == "orders" else seen.split
    wanted = columns_of(of.summary(confidence_level=level))
    headline = seen.headline()
    assert [headline[name] for name in wanted] == pytest.approx([column[0] for column in wanted.values()], nan_ok=True)
    same(seen.table, of.summary(by=by, confidence_level=level))
    same(seen.distribution(), of.distribution())
    if seen.split is not None:
        others = Survey(FRAME[mask(FRAME, seen.selection, seen.split)], rating="note")
        shown = seen.by_split()
        selected, enough = shown.pop("selected"), shown.pop("enough")
        same(shown, others.summary(by=by, confidence_level=level))
        assert enough == [n >= seen.min_responses for n in shown["responses"]]
        assert sum(n for n, kept in zip(shown["responses"], selected, strict=True) if kept) == headline["responses"]
    over_time = Survey(FRAME[mask(FRAME, seen.selection, "date")], rating="note", date="date")
    same(seen.trend(), dict(over_time.trend(seen.every, confidence_level=level).table))
    pd.testing.assert_frame_equal(seen.frame(), part)


@pytest.mark.parametrize("seed", range(50))
def test_code_gives_the_table(seen: Exploration, seed: int) -> None:
    seen.state = random_state(random.Random(seed), seen)
    same(run(seen.code(), df=FRAME), seen.table)


def run(code: str, **names: Any) -> Any:
    """What the last line of some code gives, as in a cell of a notebook."""
    *lines, last = code.split("\n")
    names |= {"npskit": npskit}
    exec("\n".join(lines), names)
    return eval(last, names)


@pytest.mark.parametrize("seed", range(20))
def test_change_is_the_difference_of_two_groups_of_rows(seen: Exploration, seed: int) -> None:
    draw = random.Random(seed)
    seen.state = {**random_state(draw, seen), "compare": draw.choice(["before", "rest"])}
    kept = mask(FRAME, seen.selection)
    if seen.compare == "rest":
        other = FRAME[~kept]
    elif seen.dates_before is None:
        other = FRAME[:0]
    else:
        first, last = seen.selection["date"]
        length = (last - first).days + 1
        days = [first - dt.timedelta(days=length), first - dt.timedelta(days=1)]
        other = FRAME[mask(FRAME, {**seen.selection, "date": days})]
    headline = seen.headline()
    if other["note"].count() == 0 or headline["responses"] == 0:
        assert math.isnan(headline["change"])
        return
    together = pd.concat([FRAME[kept].assign(side="this"), other.assign(side="that")])
    of = Survey(together, rating="note").compare("side", against="that", confidence_level=seen.confidence_level)
    at = list(of.table["side"]).index("this")
    wanted = [of.table[name][at] for name in ("difference", "lower", "upper")]
    assert [headline[name] for name in ("change", "change_lower", "change_upper")] == pytest.approx(wanted)


@pytest.fixture(params=["polars", "polars lazy", "duckdb", "pyarrow"])
def engine(request: pytest.FixtureRequest) -> Any:
    plain = FRAME.assign(mixed=FRAME["mixed"].map(str), size=FRAME["size"].astype(object))
    library = pytest.importorskip(request.param.split()[0])
    if request.param == "duckdb":
        return library.from_df(plain)
    if request.param == "pyarrow":
        return library.Table.from_pandas(plain, preserve_index=False)
    frame = library.from_pandas(plain)
    return frame.lazy() if "lazy" in request.param else frame


def test_every_engine_gives_figures_code_and_rows(engine: Any) -> None:
    plain = FRAME.assign(mixed=FRAME["mixed"].map(str))
    seen = Exploration(Survey(engine, rating="note", date="date"), BY)
    for seed in range(4):
        seen.state = random_state(random.Random(100 + seed), seen)
        part = plain[mask(plain, seen.selection)]
        by = BANDS if seen.split == "orders" else seen.split
        wanted = columns_of(
            Survey(part.astype({"size": object}), rating="note").summary(by=by, confidence_level=seen.confidence_level)
        )
        same(seen.table, wanted)
        same(run(seen.code(), df=engine), wanted)
        rows = seen.frame()
        assert type(rows) is type(engine)
        held = rows.collect() if hasattr(rows, "collect") else rows
        assert len(held) == len(part)


def test_days_kept_as_text_are_filtered_by_code(seen: Exploration) -> None:
    texts = FRAME.assign(date=FRAME["date"].dt.strftime("%Y/%m/%d %H:%M"))
    of = Exploration(Survey(texts, rating="note"), "shop", selection={"date": ["2023-04-01", "2023-05-15"]})
    same(run(of.code(), df=texts), of.table)
    seen.state = {"selection": {}, "split": "shop"}
    seen.selection = {"date": ["2023-04-01", "2023-05-15"]}
    same(of.table, seen.table)
    objects = FRAME.assign(date=FRAME["date"].dt.date)
    of = Exploration(Survey(objects, rating="note"), "shop", selection={"date": ["2023-04-01", "2023-05-15"]})
    same(run(of.code(), df=objects), seen.table)


def test_last_answers_of_customers_are_explored(seen: Exploration) -> None:
    frame = FRAME.dropna(subset="date").assign(customer=[f"c{at % 700}" for at in range(FRAME["date"].notna().sum())])
    survey = Survey(frame, rating="note", customer="customer", date="date", keep="last")
    of = Exploration(survey, ["shop", "size"], selection={"shop": ["Lyon", None]})
    same(run(of.code(), df=frame), of.table)
    assert of.responses == survey.summary()["responses"][0]
    assert set(of.frame()["shop"].dropna()) == {"Lyon"}


def test_undo_and_reset_go_back_and_keep_the_language(seen: Exploration) -> None:
    seen.split = "shop"
    first = seen.state
    seen.selection = {"shop": ["Lyon"], "date": "2023-05"}
    seen.split = "size"
    seen.lang = "fr"
    seen.undo()
    assert seen.state.split == first.split
    assert (seen.selection["shop"], seen.lang) == (["Lyon"], "fr")
    seen.reset()
    assert seen.selection == {}
    seen.undo()
    assert seen.selection == {"shop": ["Lyon"], "date": [dt.date(2023, 5, 1), dt.date(2023, 5, 31)]}
    for _ in range(9):
        seen.undo()
    assert seen.selection == {}


def test_state_travels_as_json(seen: Exploration) -> None:
    import json

    seen.selection = {"shop": ["Nice", None], "date": ["2023-04", "2023-06"]}
    sent = json.loads(json.dumps(seen.state.json))
    other = Exploration(Survey(FRAME, rating="note"), BY)
    other.state = sent
    assert other.state == seen.state
    assert other.words("fr") == seen.words("fr")


def test_steps_of_a_drag_are_one_change(seen: Exploration) -> None:
    seen.change(dates=[0, 9])
    for last in range(10, 20):
        seen.change(dates=[0, last], remembered=False)
    seen.undo()
    assert seen.selection == {}


def test_another_hand_takes_back_what_it_did(seen: Exploration) -> None:
    seen.follow(1, selection={"shop": [1]})
    seen.follow(2, dates=[3, 9])
    seen.follow(2, dates=[3, 12])
    assert seen.depth == 2
    seen.follow(1, dates=None)
    assert (seen.depth, seen.selection) == (1, {"shop": ["Lyon"]})
    seen.undo()
    assert seen.selection == {}


def test_a_level_is_found_however_it_is_written(seen: Exploration) -> None:
    seen.selection = {"shop": "lyon", "mixed": [2.5, None], "orders": ["1-2"]}
    assert seen.selection == {"shop": ["Lyon"], "mixed": [2.5, None], "orders": ["1-2"]}
    seen.selection = {"shop": []}
    assert seen.selection == {}


@pytest.mark.parametrize(
    ("changes", "error", "text"),
    [
        ({"selection": {"shop": ["Lyom"]}}, ArgumentError, "did you mean 'Lyon'"),
        ({"selection": {"shpo": ["Lyon"]}}, ColumnNotFoundError, "did you mean 'shop'"),
        ({"selection": ["Lyon"]}, ArgumentTypeError, "dict"),
        ({"selection": {"date": ["2031-01-01", "2031-02-01"]}}, ArgumentError, "days from 2023"),
        ({"selection": {"date": ["soon", "later"]}}, ArgumentError, "first and a last day"),
        ({"split": "sizes"}, ColumnNotFoundError, "did you mean 'size'"),
        ({"split": "date"}, ColumnNotFoundError, "column of dates"),
        ({"every": "months"}, ArgumentError, "did you mean 'month'"),
        ({"compare": "befor"}, ArgumentError, "did you mean 'before'"),
        ({"min_responses": -1}, ArgumentError, "at least 0"),
        ({"confidence_level": 95}, ArgumentError, "between 0 and 1"),
        ({"lang": "de"}, ArgumentError, "'en' or 'fr'"),
        ({"splitt": "size"}, ArgumentError, "did you mean 'split'"),
    ],
)
def test_what_is_not_there_is_named(changes: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        Exploration(Survey(FRAME, rating="note"), BY, **changes)


def test_a_refused_change_moves_nothing(seen: Exploration) -> None:
    before = seen.state
    with pytest.raises(ArgumentError):
        seen.change(split="size", min_responses=-3)
    with pytest.raises(ArgumentError, match="below"):
        seen.change(selection={"shop": [17]})
    with pytest.raises(ArgumentError, match="places from 0"):
        seen.change(dates=[0, 4000])
    assert seen.state is before


def test_words_tell_what_is_filtered(seen: Exploration) -> None:
    assert seen.words("en") == f"{seen.responses:,} responses"
    seen.selection = {"shop": ["Lyon", None], "date": ["2023-04", "2023-06"]}
    n = seen.headline()["responses"]
    assert seen.words("en") == (
        f"{n:,} of {seen.responses:,} responses · shop: Lyon, (not given) · 1 April 2023 to 30 June 2023"
    )
    assert "réponses sur" in seen.words("fr")
    assert "shop : Lyon, (non renseigné)" in seen.words("fr").replace("\u202f", " ").replace("\u00a0", " ")


# ---- what data may look like ------------------------------------------------------------------------------------


def test_columns_are_found_and_the_widest_split_is_shown() -> None:
    seen = Exploration(Survey(FRAME.assign(region=np.where(FRAME["note"] > 8, "north", "south")), rating="note"))
    assert {"shop", "size", "region"} <= set(seen.cube.names)
    assert seen.split == "region"


def test_without_dates_and_without_segments_there_is_still_a_headline() -> None:
    seen = Exploration(Survey(pd.DataFrame({"nps": [10, 9, 2, None]})))
    assert seen.headline()["responses"] == 3
    assert (seen.trend(), seen.by_split(), seen.split) == ({}, {}, None)
    assert seen.publishable(2).cube.counts.sum() == 3
    same(run(seen.code(), df=seen.survey.data), seen.table)
    with pytest.raises(ArgumentError, match="a column of dates"):
        seen.compare = "before"
    with pytest.raises(ColumnNotFoundError):
        seen.selection = {"day": "2024"}


def test_one_period_is_a_trend_of_one() -> None:
    frame = pd.DataFrame({"nps": [10, 9, 2], "date": ["2024-03-05"] * 3, "shop": list("aab")})
    seen = Exploration(Survey(frame))
    assert seen.trend()["responses"] == [3]
    assert seen.publishable(3).withheld == 0


def test_dates_nobody_gave_are_no_axis() -> None:
    frame = pd.DataFrame({"nps": [10, 9, 2], "date": pd.to_datetime([None] * 3)})
    assert Exploration(Survey(frame, date="date")).cube.date is None


def test_dates_that_cannot_be_told_are_noted() -> None:
    frame = answers(200).assign(date_2=FRAME["date"]).rename(columns={"date": "date_1"})
    seen = Exploration(Survey(frame, rating="note"), "shop")
    if seen.cube.date is None:
        assert "date_1, date_2" in seen.notes[0]["en"]


def test_a_column_of_ten_thousand_levels_is_left_out_or_named() -> None:
    frame = pd.DataFrame(
        {"nps": [10, 3] * 10_000, "shop": ["a", "b"] * 10_000, "city": [f"c{at // 2}" for at in range(20_000)]}
    )
    assert Exploration(Survey(frame)).cube.names == ("shop",)
    with pytest.raises(ArgumentError, match=r"column 'city': expected at most 1,000 levels, got 10,000"):
        Exploration(Survey(frame), ["city"])
    frame["amount"] = np.arange(20_000) / 7
    with pytest.raises(ArgumentError, match=r"npskit.Bands\('amount'"):
        Exploration(Survey(frame), ["amount"])


def test_weights_and_clusters_are_refused_by_name() -> None:
    frame = FRAME.assign(w=1.0)
    with pytest.raises(ArgumentError, match=r"without weights, got weight='w'"):
        Exploration(Survey(frame, rating="note", weight="w"))
    with pytest.raises(ArgumentError, match="without clusters"):
        Exploration(Survey(frame, rating="note", cluster="shop"))


def test_columns_named_like_figures_and_second_dates_are_refused() -> None:
    with pytest.raises(ArgumentError, match="rename it first"):
        Exploration(Survey(FRAME.assign(score="x"), rating="note"), ["score"])
    with pytest.raises(ArgumentError, match="one column of dates"):
        Exploration(Survey(FRAME.assign(sent=FRAME["date"]), rating="note", date="date"), [npskit.Period("sent")])


def test_a_period_in_by_sets_what_dates_are_counted_by() -> None:
    seen = Exploration(Survey(FRAME, rating="note", date="date"), ["shop", npskit.Period("date", "quarter")])
    assert seen.cube.dimensions[1].every == seen.every == "quarter"
    seen.selection = {"date": "2023-Q3"}
    same(run(seen.code(), df=FRAME), seen.table)


def test_a_frame_that_changed_is_refused() -> None:
    frame = FRAME.copy()
    seen = Exploration(Survey(frame, rating="note"), BY, selection={"shop": ["Lyon"]})
    assert len(seen.frame())
    frame.loc[frame.index[frame["shop"] == "Nice"][:3], "shop"] = "Lyon"
    with pytest.raises(ArgumentError, match="the frame has changed since"):
        seen.frame()
    frame["note"] = 10
    with pytest.raises(ArgumentError, match="the frame has changed since"):
        seen.frame()


def test_another_scale_and_its_code() -> None:
    frame = pd.DataFrame({"stars": [1, 3, 5, 5, 4, 2] * 20, "shop": ["a", "b", "c"] * 40})
    seen = Exploration(Survey(frame, rating="stars", scale=Scale(1, 5)), "shop", selection={"shop": ["a", "b"]})
    same(run(seen.code(), df=frame), seen.table)
    with pytest.warns(ScaleWarning):
        Exploration(Survey(frame, rating="stars"), "shop")


def test_counts_are_explored_too() -> None:
    frame = pd.DataFrame({
        "shop": ["Lyon", "Nice"] * 12, "date": pd.date_range("2023-01-01", periods=24, freq="MS"),
        "detractors": range(24), "passives": 5, "promoters": range(24, 0, -1),
    })  # fmt: skip
    survey = Survey.from_counts(frame)
    seen = Exploration(survey, "shop", selection={"shop": ["Nice"], "date": ["2023-03", "2023-10"]})
    part = frame[frame["shop"].eq("Nice") & frame["date"].between("2023-03-01", "2023-10-31")]
    same(seen.table, Survey.from_counts(part).summary(by="shop"))
    same(run(seen.code(), df=frame), seen.table)
    pd.testing.assert_frame_equal(seen.frame(), part)


def test_progress_is_told_to_the_end() -> None:
    told: list[float] = []
    Exploration(Survey(FRAME, rating="note"), BY, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1


def test_the_rating_must_be_known() -> None:
    with pytest.raises(RoleError):
        Exploration(Survey(pd.DataFrame({"x": ["a", "b"], "y": ["c", "d"]})))
    assert eager(1, 2) == 2


# ---- what may be published ---------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 12),
    st.lists(st.integers(1, 6), max_size=3),
    st.integers(0, 400),
    st.integers(0, 2**31),
    st.floats(0, 2),
)
def test_no_published_group_is_small_and_the_notes_add_up(
    threshold: int, sizes: list[int], days: int, seed: int, skew: float
) -> None:
    draw = np.random.default_rng(seed)
    dimensions = [Dimension(f"c{at}", tuple(range(n))) for at, n in enumerate(sizes)]
    first = dt.date(2023, 11, 20)
    dates = tuple(first + dt.timedelta(days=at) for at in range(days))
    if days:
        dimensions.append(Dimension("date", (*dates, None), every="day"))
    shape = (*map(len, dimensions), 11)
    counts = draw.poisson(draw.gamma(0.3, skew, size=shape)).astype(int)
    cube, total = Cube(tuple(dimensions), counts, Scale()), int(counts.sum())
    if total < threshold:
        with pytest.raises(ArgumentError, match="responses in all"):
            published(cube, threshold)
        return
    found = published(cube, threshold)
    groups = found.cube.counts.sum(-1)
    assert not ((groups > 0) & (groups < threshold)).any()
    assert found.cube.counts.sum() + found.withheld == found.responses == total
    assert found.withheld == 0 or found.withheld >= threshold or not found.cube.counts.any()
    assert found.withheld <= max(0.05 * total, threshold - 1) + groups.max(initial=0)
    assert f"{total:,}" in found.notes[-1]["en"]
    assert not found.withheld or f"{found.withheld:,} of" in found.notes[-1]["en"]
    for at, dimension in enumerate(found.cube.dimensions):
        used = groups.sum(tuple(axis for axis in range(groups.ndim) if axis != at)) > 0
        assert dimension.every or used.all(), "the name of a group that is withheld travels along"


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 12), st.lists(st.integers(1, 6), min_size=1, max_size=3), st.integers(0, 2**31))
def test_no_level_shown_lacks_a_few_answers(threshold: int, shape: list[int], seed: int) -> None:
    draw = np.random.default_rng(seed)
    groups = draw.poisson(draw.gamma(0.5, 20, size=shape))
    gone = hidden(groups, threshold)
    assert not ((groups > 0) & (groups < threshold) & ~gone).any()
    for axis in (*range(groups.ndim), None):
        others = tuple(at for at in range(groups.ndim) if at != axis)
        left, shown = np.where(gone, groups, 0).sum(others), np.where(gone, 0, groups).sum(others)
        assert not ((left > 0) & (left < threshold) & (shown > 0)).any()


def test_a_page_says_what_the_line_of_python_counts() -> None:
    found = published(Exploration(Survey(FRAME, rating="note"), BY).cube, 12)
    shown = found.responses - found.withheld
    assert f"{shown:,} of {found.responses:,} responses; the line of Python" in found.notes[0]["en"]
    assert "only one" in found.notes[-2]["en"]


def test_columns_that_are_not_found_are_named_and_mostly_empty_ones_come_last() -> None:
    rows = 2000
    odd = pd.Series([1, "a", 2.5, "b"] * (rows // 4), dtype=object)
    frame = pd.DataFrame(
        {
            "nps": [10, 2, 9, 8] * (rows // 4),
            "client": [f"c{at % 1500}" for at in range(rows)],
            "mixed": odd,
            "team": ["a", "b", None, None, None, None, None, None] * (rows // 8),
            "shop": ["Lyon", "Nice", "Nice", "Lyon"] * (rows // 4),
        }
    )
    seen = Exploration(Survey(frame))
    assert (seen.split, seen.cube.names) == ("shop", ("shop", "team"))
    assert seen.notes[-1]["en"] == "Not explored: client (1,000 levels or more), mixed (mixed types)."


def test_publishing_prefers_longer_periods_and_keeps_what_is_shown() -> None:
    seen = Exploration(Survey(FRAME, rating="note"), BY, split="shop")
    found = seen.publishable(10)
    assert "shop" in found.cube.names
    assert found.cube.date is not None
    assert found.cube.dimensions[found.cube.date].every != "day"
    assert any("leaves out" in note["en"] for note in found.notes)
    assert found.withheld <= 0.06 * found.responses
    with pytest.raises(ArgumentError, match="threshold"):
        seen.publishable(0)
