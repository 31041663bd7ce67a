"""Every engine gives the counts that pandas gives.

One small survey with all that engines disagree about (null and nan, categories, missing keys, dates given as text) is
handed to each engine and asked the same questions. Spark runs too, in its own Java process.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
import random
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from npskit.errors import ArgumentError, ArgumentTypeError, ColumnNotFoundError, RatingError
from npskit.frames import Bands, Period, Source, wrap
from npskit.frames.keys import plain_level
from npskit.scale import Scale
from npskit.tally import ClusterMoments, Tally

ROWS = 80
SCHEMA = "whole int, decimal double, label string, size string, shop string, day date, moment timestamp, iso string, " \
    "orders double, weight double, account long, code int, word string"  # fmt: skip


def survey() -> dict[str, list[Any]]:
    """Columns of plain Python values; None and nan are both missing."""
    draw = random.Random(7)
    gaps = [draw.random() < 0.15 for _ in range(ROWS)]
    days = [dt.date(2023, 11, 20) + dt.timedelta(days=draw.randrange(130)) for _ in range(ROWS)]
    ratings = [draw.randrange(11) for _ in range(ROWS)]

    def gapped(values: list[Any], missing: Any = None) -> list[Any]:
        return [missing if draw.random() < 0.1 else value for value in values]

    return {
        "whole": [None if gap else rating for gap, rating in zip(gaps, ratings, strict=True)],
        "decimal": gapped([float("nan") if gap else float(r) for gap, r in zip(gaps, ratings, strict=True)]),
        "label": [None if gap else f"{r} - {'very' if r > 8 else 'so'}" for gap, r in zip(gaps, ratings, strict=True)],
        "size": gapped([draw.choice("LMS") for _ in range(ROWS)]),
        "shop": gapped([draw.choice(["Lyon", "Nice", "Évry"]) for _ in range(ROWS)]),
        "day": gapped(days),
        "moment": gapped([dt.datetime(day.year, day.month, day.day, 23, 59, 59) for day in days]),
        "iso": gapped([f"{day}T08:00:00" for day in days]),
        "orders": gapped(gapped([float(draw.randrange(9)) for _ in range(ROWS)]), float("nan")),
        "weight": [draw.choice([0.5, 1.0, 2.25]) for _ in range(ROWS)],
        "account": gapped([draw.randrange(12) for _ in range(ROWS)]),
        "code": [11 if gap else rating for gap, rating in zip(gaps, ratings, strict=True)],
        "word": [None if gap else ("promoteur" if r > 8 else "Passif" if r > 6 else "détracteur")
                 for gap, r in zip(gaps, ratings, strict=True)],
    }  # fmt: skip


def as_pandas() -> pd.DataFrame:
    frame = pd.DataFrame(survey())
    whole = {"whole": "Int64", "account": "Int64", "size": "category"}
    return frame.astype(whole).assign(day=pd.to_datetime(frame["day"]), moment=pd.to_datetime(frame["moment"]))


def as_polars() -> Any:
    polars = pytest.importorskip("polars")
    return polars.DataFrame(survey()).with_columns(polars.col("size").cast(polars.Categorical))


def as_pyarrow() -> Any:
    pyarrow = pytest.importorskip("pyarrow")
    columns = survey()
    sizes = pyarrow.array(columns.pop("size")).dictionary_encode()
    return pyarrow.table({**columns, "size": sizes})


def as_duckdb() -> Any:
    duckdb = pytest.importorskip("duckdb")
    connection = duckdb.connect()
    connection.register("answers", as_pyarrow())
    return connection.table("answers")


def as_dask() -> Any:
    dask = pytest.importorskip("dask")
    frames = pytest.importorskip("dask.dataframe")
    dask.config.set(scheduler="synchronous")
    return frames.from_pandas(as_pandas(), npartitions=3)


def as_ibis() -> Any:
    import ibis

    return ibis.memtable(as_pyarrow())


def as_spark(session: Any) -> Any:
    columns = survey()
    return session.createDataFrame(list(zip(*columns.values(), strict=True)), SCHEMA)


MAKERS: dict[str, Callable[[], Any]] = {
    "polars": as_polars,
    "polars lazy": lambda: as_polars().lazy(),
    "pyarrow": as_pyarrow,
    "duckdb": as_duckdb,
    "dask": as_dask,
    # No extra brings Ibis; whoever has it gets it tested.
    **({"ibis": as_ibis} if importlib.util.find_spec("ibis") else {}),
}


@pytest.fixture(
    scope="module",
    params=[*(pytest.param(name, id=name) for name in MAKERS), pytest.param("spark", marks=pytest.mark.spark)],
)
def source(request: pytest.FixtureRequest) -> Source:
    """The survey in each engine."""
    return wrap(as_spark(request.getfixturevalue("spark")) if request.param == "spark" else MAKERS[request.param]())


@pytest.fixture(scope="module")
def pandas_source() -> Source:
    return wrap(as_pandas())


def assert_same_tally(found: Tally, expected: Tally) -> None:
    assert found.keys == expected.keys
    assert found.cells == expected.cells
    assert found.counts.tolist() == expected.counts.tolist()
    assert found.missing.tolist() == expected.missing.tolist()
    if expected.weights is not None:
        np.testing.assert_allclose(found.weights, expected.weights)
        np.testing.assert_allclose(found.squares, expected.squares)


def assert_same_moments(found: ClusterMoments, expected: ClusterMoments) -> None:
    assert found.cells == expected.cells
    for name in ("clusters", "uu", "uv", "vv", "u", "v"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), err_msg=name)


@pytest.mark.parametrize("rating", ["whole", "decimal", "label", "word"])
@pytest.mark.parametrize("weight", [None, "weight"])
def test_ratings_of_any_type(source, pandas_source, rating, weight):
    by = ["shop"]
    assert_same_tally(source.tally(rating, by, weight=weight), pandas_source.tally(rating, by, weight=weight))


def test_everything_in_one_cell(source, pandas_source):
    assert_same_tally(source.tally("whole"), pandas_source.tally("whole"))


KEYS = {
    "categories and missing keys": ["size", "shop"],
    "numbers with null and nan": ["orders"],
    "bands": [Bands("orders", [1, 3, 6])],
    **{f"{every} of dates": [Period("day", every)] for every in ("day", "week", "month", "quarter", "year")},
    "week of moments": [Period("moment", "week")],
    "month of text": ["size", Period("iso", "month")],
}


@pytest.mark.parametrize("keys", KEYS)
def test_keys_of_any_type(source, pandas_source, keys):
    assert_same_tally(source.tally("whole", KEYS[keys]), pandas_source.tally("whole", KEYS[keys]))


@pytest.mark.parametrize(("by", "weight"), [([], None), (["size", Period("day", "year")], "weight")])
def test_moments_of_clusters(source, pandas_source, by, weight):
    asked = {"cluster": "account", "weight": weight}
    assert_same_moments(
        source.cluster_moments("label", by, **asked), pandas_source.cluster_moments("label", by, **asked)
    )


def test_declared_codes_are_missing(source, pandas_source):
    scale = Scale(missing=[11])
    assert_same_tally(source.tally("code", ["shop"], scale=scale), pandas_source.tally("code", ["shop"], scale=scale))


def test_audit_questions(source, pandas_source):
    for question in ("length", "duplicates"):
        assert getattr(source, question)() == getattr(pandas_source, question)()
    assert source.repeated("account") == pandas_source.repeated("account")
    assert source.span("day") == source.span("iso") == pandas_source.span("day")
    assert set(source.sample("shop")) == {"Lyon", "Nice", "Évry"}
    assert set(source.sample("size", 2000)) == {"S", "M", "L"}
    assert dict(source.rating_counts("decimal")) == dict(pandas_source.rating_counts("decimal"))
    assert source.columns[:2] == pandas_source.columns[:2] or source.engine in ("pyarrow", "duckdb", "ibis")


def rows_of(source: Source) -> list[tuple[Any, ...]]:
    """The rows of a source, as texts in one order."""
    names = sorted(source.columns)
    frame = source.frame
    if source.engine != "pandas":
        from npskit.frames.narwhals_source import rows_of

        rows = rows_of(frame.select(*names))
    else:
        rows = list(frame[names].itertuples(index=False, name=None))
    plain = [["" if value is None or value != value else str(value)[:19] for value in map(plain_level, row)]
             for row in rows]  # fmt: skip
    return sorted(tuple(value.removesuffix(".0").removesuffix(" 00:00:00") for value in row) for row in plain)


@pytest.mark.parametrize(("customer", "date"), [("account", "day"), ("size", "iso")])
def test_latest_answer_of_each_customer(source, pandas_source, customer, date):
    asked = {"rating": "code", "scale": Scale(missing=[11])}
    found, expected = (each.latest(customer, date, **asked) for each in (source, pandas_source))
    assert rows_of(found) == rows_of(expected)
    assert found.repeated(customer) == (0, 0)
    assert found.columns == source.columns


HOSTILE = {
    "q1": ["10 - yes", "3", " ", "7", "8", "NSP", "0", "10", "9", "1"],
    "who": ["x", "x", "x", "y", "y", "y", "", " ", None, "z"],
    "day": ["2024-03", "2024/03/01", "2024-04-01", "2024-03-05 10:00", "2024-03-05T10:00:00Z", "2025-01-01",
            None, "2024-01-01", "2024-01-02", ""],
    "note": list("abcdefghij"),
}  # fmt: skip


def hostile(name: str, **changed: list[Any]) -> Source:
    frame = pd.DataFrame({**HOSTILE, **changed})
    makers: dict[str, Callable[[], Any]] = {
        "pandas": lambda: frame,
        "polars": lambda: pytest.importorskip("polars").from_pandas(frame),
        "pyarrow": lambda: pytest.importorskip("pyarrow").Table.from_pandas(frame),
        "duckdb": lambda: pytest.importorskip("duckdb").from_arrow(hostile("pyarrow", **changed).frame.to_native()),
        "dask": lambda: pytest.importorskip("dask.dataframe").from_pandas(frame, npartitions=2),
    }
    return wrap(makers[name]())


ENGINES = ["pandas", "polars", "pyarrow", "duckdb", "dask"]


@pytest.mark.parametrize("name", ENGINES)
def test_blank_customers_missing_answers_and_any_date_text(name):
    kept = hostile(name).latest("who", "day", rating="q1", scale=Scale(missing=["NSP"]))
    notes = sorted(value for value, _ in kept.rating_counts("note"))
    # Of x both moments are 1 March, of y both are ten o'clock: the later note stays.
    assert notes == ["b", "e", "g", "h", "i", "j"]
    assert hostile(name).repeated("who") == (2, 4)
    assert hostile(name).cluster_moments("q1", cluster="who", scale=Scale(missing=["NSP"])).clusters.tolist() == [6]
    assert hostile(name).span("day") == (dt.date(2024, 1, 1), dt.date(2025, 1, 1))


@pytest.mark.parametrize("name", ENGINES)
def test_texts_that_are_no_dates_are_refused_alike(name):
    for text in ("2024-2-01", "2024-02-31", "2024-03-05 the shop in Lyon was closed"):
        source = hostile(name, day=[text] * 10)
        for ask in (
            lambda: source.latest("who", "day", rating="q1", scale=Scale()),  # noqa: B023
            lambda: source.span("day"),  # noqa: B023
            lambda: source.tally("q1", [Period("day")], scale=Scale(missing=["NSP"])),  # noqa: B023
        ):
            with pytest.raises(ArgumentTypeError) as caught:
                ask()
            shown = repr(text) if len(text) <= 20 else f"a text of {len(text)} characters"
            assert f"got {shown}." in str(caught.value)


@pytest.mark.parametrize("name", ENGINES)
def test_bands_are_named_by_what_the_column_holds(name):
    by = [Bands("orders", [1, 3])]
    for orders, label in (([1.0, 2.0] * 5, "1-2"), ([1.0, 2.5] * 5, "1 to <3"), ([1, 2] * 5, "1-2"),
                          ([1.0, None] * 5, "1-2")):  # fmt: skip
        tally = hostile(name, orders=orders, q1=[9] * 10).tally("q1", by)
        assert tally.cells[0] == (label,)


def test_moments_of_duckdb_count_in_their_own_zone_or_utc(tmp_path):
    duckdb, pyarrow = pytest.importorskip("duckdb"), pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    moments = [dt.datetime(2023, 12, 31, 23, 30, tzinfo=dt.UTC), None]
    zones = {"paris": "Europe/Paris", "india": "+05:30", "utc": "UTC", "odd": "Nowhere/Land", "plain": None}
    columns = {name: pyarrow.array([moment and moment.replace(tzinfo=dt.UTC if zone else None) for moment in moments],
                                   pyarrow.timestamp("us", zone)) for name, zone in zones.items()}  # fmt: skip
    parquet.write_table(pyarrow.table({"q1": [9, 8], **columns}), tmp_path / "answers.parquet")
    source = wrap(tmp_path / "answers.parquet")
    days = {name: source.span(name)[0] for name in zones}
    assert [name for name, day in days.items() if day == dt.date(2024, 1, 1)] == ["paris", "india"]
    assert source.tally("q1", [Period("paris")]).cells == ((dt.date(2024, 1, 1),), (None,))
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Asia/Tokyo'")
    relation = wrap(connection.read_parquet(str(tmp_path / "answers.parquet")))
    assert relation.span("paris")[0] == dt.date(2023, 12, 31)


def test_errors_are_those_of_pandas(source, pandas_source):
    asked: list[tuple[type[Exception], Callable[[Source], object]]] = [
        (RatingError, lambda each: each.tally("code")),
        (RatingError, lambda each: each.tally("weight", ["shop"])),
        (ColumnNotFoundError, lambda each: each.tally("wohle")),
        (ArgumentTypeError, lambda each: each.tally("whole", weight="shop")),
        (ArgumentTypeError, lambda each: each.tally("whole", [Bands("shop", [1])])),
        (ArgumentTypeError, lambda each: each.tally("whole", [Period("shop")])),
        (ArgumentTypeError, lambda each: each.tally("whole", [Period("orders")])),
        (ArgumentError, lambda each: each.tally("whole", weight="orders")),
    ]
    for kind, ask in asked:
        told = []
        for each in (source, pandas_source):
            with pytest.raises(kind) as caught:
                ask(each)
            told.append(str(caught.value).partition(", got")[0])
        assert told[0] == told[1] or kind is ColumnNotFoundError


def test_table_is_of_the_callers_library(source):
    table = source.table({"shop": ["a", None], "score": [1.5, float("nan")]})
    own = {"polars": "polars", "pyarrow": "pyarrow"}.get(source.engine, "pandas")
    assert type(table).__module__.partition(".")[0] == own
    assert len(table) == 2


def test_few_rows_leave_the_engine(source, monkeypatch):
    from npskit.frames import narwhals_source

    collected: list[int] = []
    real = narwhals_source.rows_of
    monkeypatch.setattr(narwhals_source, "rows_of", lambda frame: collected.append(len(rows := real(frame))) or rows)
    tally = source.tally("whole", [Period("moment", "quarter")], weight="weight")
    assert collected
    assert max(collected) <= len(tally) * (len(tally.scale) + 1)


def test_booleans_are_refused():
    polars = pytest.importorskip("polars")
    with pytest.raises(RatingError, match="yes/no answer has no NPS"):
        wrap(polars.DataFrame({"q1": [True, False]})).tally("q1")


def test_polars_series_and_ordered_categories():
    polars = pytest.importorskip("polars")
    assert wrap(polars.Series("note", [9, 3])).columns == ("note",)
    sizes = polars.Series(["L", "S", None], dtype=polars.Enum(["S", "M", "L"]))
    frame = polars.DataFrame({"q1": [9, 9, 9], "size": sizes})
    assert wrap(frame).tally("q1", ["size"]).cells == (("S",), ("L",), (None,))


def test_zoned_moments_count_in_local_time():
    polars = pytest.importorskip("polars")
    moment = dt.datetime(2024, 1, 31, 23, 30)
    zoned = polars.Series([moment]).dt.replace_time_zone("America/New_York")
    source = wrap(polars.DataFrame({"q1": [9], "day": zoned}))
    assert source.tally("q1", [Period("day", "day")]).cells == ((dt.date(2024, 1, 31),),)


def test_duplicate_columns_of_a_table_are_refused():
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table([[9], [1]], names=["q1", "q1"])
    with pytest.raises(ArgumentError, match="each name once"):
        wrap(table).tally("q1")


@pytest.mark.parametrize("name", ["polars", "pyarrow", "duckdb", "dask"])
def test_empty_frame_is_an_empty_tally(name):
    whole = MAKERS[name]()
    empty = {
        "polars": lambda: whole.head(0),
        "pyarrow": lambda: whole.slice(0, 0),
        "duckdb": lambda: whole.limit(0),
        "dask": lambda: whole[whole["weight"] > 99],
    }[name]()
    assert wrap(empty).tally("whole").counts.tolist() == [[0] * 11]
    assert wrap(empty).tally("whole", ["shop"]).cells == ()
    assert wrap(empty).span("day") == (None, None)
    assert wrap(empty).sample("shop") == []


def test_engines_warn_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        wrap(as_dask()).tally("whole", ["size"])
