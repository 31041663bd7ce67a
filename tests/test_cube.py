"""A cube answers what the tally of the filtered frame would, whatever the engine, the columns and the selection."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.cube import AnyCube, Cube, Dimension, IndexedCube, period_starts
from npskit.errors import ArgumentError, ColumnNotFoundError, RatingError
from npskit.frames import Bands, Period, wrap
from npskit.frames import cubes as building
from npskit.scale import Scale
from npskit.tally import Tally

KEYS = ["shop", "visits"]
ENGINES = ["pandas", "polars", "duckdb"]


def answered(rows: int = 400, seed: int = 0) -> pd.DataFrame:
    """Answers with every kind of gap, a shop without a category's use, and a month in which nobody answered."""
    rng = np.random.default_rng(seed)
    ratings = rng.choice(11, rows).astype(float)
    day = pd.Timestamp("2023-11-20") + pd.to_timedelta(rng.integers(0, 150, rows), unit="D")
    return pd.DataFrame(
        {
            "nps": np.where(rng.random(rows) < 0.1, np.nan, ratings),
            "shop": rng.choice(np.array(["Nice", "Lyon", "Brest", None], dtype=object), rows),
            "visits": rng.integers(1, 5, rows),
            "day": pd.Series(day).where(~((day >= "2024-01-01") & (day < "2024-02-01")) & (rng.random(rows) > 0.05)),
        }
    )


def in_engine(df: pd.DataFrame, engine: str) -> Any:
    if engine == "polars":
        return pytest.importorskip("polars").from_pandas(df)
    if engine == "duckdb":
        duckdb = pytest.importorskip("duckdb")
        return duckdb.connect().from_df(df)
    return df


def kept(df: pd.DataFrame, cube: AnyCube, selection: Mapping[int, Sequence[int]]) -> pd.DataFrame:
    """The rows of a selection, as one would filter them."""
    mask = pd.Series(True, index=df.index)
    for at, positions in selection.items():
        dimension = cube.dimensions[at]
        levels = [dimension.levels[place] for place in positions]
        values = df[dimension.name].astype(object).where(df[dimension.name].notna(), None)
        if dimension.every:
            key = Period("day", dimension.every)
            values = values.map(lambda day, key=key: None if day is None else key.first_day(day.date()))
        mask &= values.map(lambda value, levels=levels: value in levels).astype(bool)
    return df[mask]


def same(first: Tally, second: Tally) -> bool:
    return (
        first.keys == second.keys
        and first.cells == second.cells
        and np.array_equal(first.counts, second.counts)
        and np.array_equal(first.missing, second.missing)
    )


def items(cube: AnyCube, axes: Sequence[int], every: str | None = None) -> list[str | Period]:
    """The axes as one would ask a tally for them."""
    found = [cube.dimensions[at] for at in axes]
    return [Period(each.name, every or each.every) if each.every else each.name for each in found]


@st.composite
def selections(draw: st.DrawFn, cube: AnyCube) -> dict[int, list[int]]:
    axes = draw(st.sets(st.integers(0, len(cube.dimensions) - 1)))
    return {at: draw(st.lists(st.integers(0, len(cube.dimensions[at]) - 1), unique=True)) for at in axes}


DF = answered()
DENSE = wrap(DF).cube("nps", KEYS, date="day")


def counted_again() -> IndexedCube:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("npskit.frames.pandas_cube.MOST_CELLS", 1)
        return wrap(DF).cube("nps", KEYS, date=Period("day", "month"))  # type: ignore[return-value]


INDEXED = counted_again()


@given(st.data())
@pytest.mark.parametrize("cube", [DENSE, INDEXED], ids=["dense", "indexed"])
def test_marginal_is_the_tally_of_the_filtered_rows(cube: AnyCube, data: st.DataObject) -> None:
    selection = data.draw(selections(cube))
    axes = data.draw(st.permutations(range(3)).map(lambda order: order[: data.draw(st.integers(0, 3))]))
    expected = wrap(kept(DF, cube, selection)).tally("nps", items(cube, axes))
    assert same(cube.tally(selection, axes), expected)
    assert cube.marginal(selection, axes).sum() == expected.counts.sum()


@given(st.data())
@pytest.mark.parametrize("cube", [DENSE, INDEXED], ids=["dense", "indexed"])
def test_views_ignore_their_own_filter(cube: AnyCube, data: st.DataObject) -> None:
    selection = data.draw(selections(cube))
    views: dict[str, tuple[int, ...]] = {"all": (), "shop": (0,), "trend": (2,), "both": (2, 0), "ratings": ()}
    found = cube.views(selection, views)
    assert list(found) == list(views)
    for name, axes in views.items():
        others = {at: places for at, places in selection.items() if at not in axes}
        assert np.array_equal(found[name], cube.marginal(others, axes))
        assert found[name].shape == (*(len(cube.dimensions[at]) for at in axes), 11)


@pytest.mark.parametrize("every", ["week", "month", "quarter", "year"])
def test_days_group_into_the_periods_of_the_tally(every: str) -> None:
    assert same(DENSE.tally({}, (2, 0), every=every), wrap(DF).tally("nps", [Period("day", every), "shop"]))
    coarse = DENSE.coarser(2, every)
    assert same(coarse.tally({}, (2,)), wrap(DF).tally("nps", [Period("day", every)]))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("every", [None, "week", "month"])
def test_engines_give_one_cube(engine: str, every: str | None) -> None:
    cube = wrap(in_engine(DF, engine)).cube("nps", KEYS, date=Period("day", every) if every else "day")
    ours = wrap(DF).cube("nps", KEYS, date=Period("day", every) if every else "day")
    assert isinstance(cube, Cube)
    assert isinstance(ours, Cube)
    assert cube.dimensions == ours.dimensions
    assert np.array_equal(cube.counts, ours.counts)
    assert np.array_equal(cube.missing, ours.missing)


def test_levels_are_in_the_order_of_the_tally_with_the_missing_one_last() -> None:
    assert [each.levels for each in DENSE.dimensions[:2]] == [("Brest", "Lyon", "Nice", None), (1, 2, 3, 4)]
    assert DENSE.dimensions[2].levels[-1] is None


def test_categories_that_never_occur_are_left_out_and_keep_their_order() -> None:
    df = DF.assign(shop=pd.Categorical(DF["shop"], ["Toulon", "Nice", "Lyon", "Brest", "Metz"]))
    cube = wrap(df).cube("nps", ["shop"])
    assert cube.dimensions[0].levels == ("Nice", "Lyon", "Brest", None)
    assert same(cube.tally({}, (0,)), wrap(df).tally("nps", ["shop"]))


def test_months_without_an_answer_have_a_place() -> None:
    cube = wrap(DF).cube("nps", date=Period("day", "month"))
    months = [dt.date(2023, 11, 1), dt.date(2023, 12, 1), *(dt.date(2024, month, 1) for month in (1, 2, 3, 4))]
    assert cube.dimensions[0].levels == (*months, None)
    assert cube.marginal({}, (0,))[2].sum() == 0


@pytest.mark.parametrize("kind", ["text", "zoned"])
def test_dates_of_every_kind(kind: str) -> None:
    day = DF["day"].dt.strftime("%Y-%m-%d") if kind == "text" else DF["day"].dt.tz_localize("America/New_York")
    cube = wrap(DF.assign(day=day)).cube("nps", ["shop"], date="day")
    assert same(cube.tally({}, (1,), every="month"), wrap(DF).tally("nps", [Period("day", "month")]))
    assert cube.dimensions[1].levels == DENSE.dimensions[2].levels


def test_bands_are_an_axis() -> None:
    bands = Bands("visits", [1, 2, 4])
    cube = wrap(DF).cube("nps", ["shop", bands])
    assert cube.dimensions[1].levels == ("1", "2-3", "4+")[-len(cube.dimensions[1]) :]
    assert same(cube.tally({}, (1,)), wrap(DF).tally("nps", [bands]))


@pytest.mark.parametrize("engine", ENGINES)
def test_no_rows_no_levels(engine: str) -> None:
    empty = DF.iloc[:0].assign(shop=pd.Series(dtype="str"))
    cube = wrap(in_engine(empty, engine)).cube("nps", KEYS, date="day")
    assert [len(each) for each in cube.dimensions] == [0, 0, 0]
    assert cube.marginal({}, ()).tolist() == [0] * 11
    assert cube.tally({}, ()).responses.tolist() == [0]
    assert len(cube.tally({}, (0, 2))) == 0


def test_no_columns_at_all() -> None:
    cube = wrap(DF).cube("nps")
    assert cube.dimensions == ()
    assert cube.date is None
    assert same(cube.tally({}), wrap(DF).tally("nps"))


def test_one_period_and_no_dates() -> None:
    one = wrap(DF.assign(day=pd.Timestamp("2024-05-05"))).cube("nps", ["shop"], date="day")
    assert one.dimensions[1].levels == (dt.date(2024, 5, 5),)
    none = wrap(DF.assign(day=pd.NaT)).cube("nps", ["shop"], date="day")
    assert none.dimensions[1].levels == (None,)
    assert none.marginal({}, ()).sum() == DF["nps"].notna().sum()


def test_summing_a_column_away_changes_no_other_view() -> None:
    for cube in (DENSE, INDEXED):
        fewer = cube.without(1)
        assert fewer.names == ("shop", "day")
        assert same(fewer.tally({0: [1]}, (1,)), cube.tally({0: [1]}, (2,)))


def test_indexed_cube_counts_once_for_each_control() -> None:
    cube = counted_again()
    views: dict[str, tuple[int, ...]] = {"all": (), "shop": (0,), "trend": (2,)}
    for last in range(1, 5):
        found = cube.views({2: range(last)}, views)
        assert np.array_equal(found["all"], cube.marginal({2: range(last)}))
    assert cube.passes == 1
    cube.views({2: range(4), 0: [1]}, views)
    assert (cube.passes, cube.active) == (2, 0)
    cube.views({2: range(4), 0: [2]}, views)
    assert cube.passes == 2
    assert isinstance(cube.coarser(2, "year"), Cube)


@pytest.mark.parametrize("engine", ["pandas", "polars"])
def test_many_levels_are_counted_again(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("npskit.frames.pandas_cube", "npskit.frames.cubes"):
        monkeypatch.setattr(f"{module}.MOST_CELLS", 10)
    cube = wrap(in_engine(DF, engine)).cube("nps", KEYS, date=Period("day", "month"))
    assert isinstance(cube, IndexedCube)
    assert same(cube.tally({1: [0, 2]}, (0,)), DENSE.tally({1: [0, 2]}, (0,)))


@pytest.mark.parametrize("engine", ENGINES)
def test_too_many_levels_say_which_column_to_leave_out(engine: str) -> None:
    rows = 12_000
    df = answered(rows).assign(town=np.arange(rows) % 10_000)
    with pytest.raises(ArgumentError, match=r"10,000.*(?s:.*)leave out 'town'.*without 'town'"):
        wrap(in_engine(df, engine)).cube("nps", ["shop", "town"], date=Period("day", "day"))


def test_dates_are_as_fine_as_the_cube_stays_light() -> None:
    span = dt.date(2021, 1, 1), dt.date(2023, 12, 31)
    assert [building.base_period(span, cells) for cells in (100, 9_600, 9_600_000)] == ["day", "month", None]
    assert building.base_period((None, None), 10) == "day"


def test_progress_rises_to_one() -> None:
    for engine in ("pandas", "polars"):
        told: list[float] = []
        wrap(in_engine(DF, engine)).cube("nps", KEYS, date="day", progress=told.append)
        assert told == sorted(told)
        assert told[-1] == 1.0


def test_blocks_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in {"BLOCK": 64, "PART": 16}.items():
        monkeypatch.setattr(f"npskit.frames.cube_rows.{name}", size)
    df = answered(5_000)
    for most in (1, 1 << 23):
        monkeypatch.setattr("npskit.frames.cube_rows.MOST_OWN", most)
        cube = wrap(df).cube("nps", ["shop"], date=Period("day", "month"))
        assert same(cube.tally({}, (0, 1)), wrap(df).tally("nps", ["shop", Period("day", "month")]))


def test_answers_off_the_scale_are_refused() -> None:
    df = DF.assign(nps=DF["nps"].fillna(11))
    with pytest.raises(RatingError, match="outside"):
        wrap(df).cube("nps", ["shop"])
    assert wrap(df).cube("nps", ["shop"], scale=Scale(missing=[11])).tally({}).missing[0] == DF["nps"].isna().sum()


def test_one_column_is_no_two_axes() -> None:
    with pytest.raises(ArgumentError, match="more than once"):
        wrap(DF).cube("nps", ["shop", Period("day", "month")], date="day")


def test_axis_and_levels_are_looked_up() -> None:
    assert DENSE.axis("visits") == 1
    assert DENSE.dimensions[0].positions(["Nice", None, "Brest"]) == [0, 2, 3]
    assert DENSE.dimensions[2].between(dt.date(2023, 1, 1), dt.date(2023, 11, 21)) == [0, 1]
    with pytest.raises(ColumnNotFoundError, match="did you mean 'shop'"):
        DENSE.axis("shp")
    with pytest.raises(ArgumentError, match="did you mean 'Lyon'"):
        DENSE.dimensions[0].positions(["Lyn"])
    with pytest.raises(ArgumentError, match="positions from 0 to 3"):
        DENSE.marginal({0: [4]})
    with pytest.raises(ArgumentError, match="'day' of months"):
        wrap(DF).cube("nps", date=Period("day", "month")).coarser(0, "day")
    with pytest.raises(ArgumentError, match="a column without dates"):
        DENSE.coarser(0, "month")


def test_counts_fit_their_axes() -> None:
    with pytest.raises(ArgumentError, match=r"shape \(2, 11\)"):
        Cube((Dimension("shop", ("a", "b")),), np.zeros((3, 11)), Scale())


def test_more_answers_than_fit_in_four_bytes() -> None:
    cube = Cube((Dimension("shop", ("a", "b")),), np.full((2, 11), 3_000_000_000, dtype=np.uint64), Scale())
    assert cube.marginal({}).tolist() == [6_000_000_000] * 11


@pytest.mark.parametrize("every", ["day", "week", "month", "quarter", "year"])
@pytest.mark.filterwarnings("error")
def test_periods_start_where_the_calendar_says_and_without_a_warning(every):
    days = np.arange("1969-11-20", "1972-03-10", dtype="datetime64[D]")
    expected = [Period("", every).first_day(day) for day in days.tolist()]
    assert period_starts(days, every).tolist() == expected
